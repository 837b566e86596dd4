export type End = 'never' | 'in30' | 'in60' | 'in240' | 'today' | 'week'

const minuteMs = 60_000

/** When a status ends, where the person is; undefined: when he changes it. Weeks end on Sunday. */
export function endAfter(end: End, now = new Date()): Date | undefined {
  const midnightIn = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days)
  if (end === 'today') return midnightIn(1)
  if (end === 'week') return midnightIn((8 - now.getDay()) % 7 || 7)
  const minutes = { never: 0, in30: 30, in60: 60, in240: 240 }[end]
  return minutes ? new Date(now.getTime() + minutes * minuteMs) : undefined
}
