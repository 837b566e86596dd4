import { clockTime, dayName } from '../rooms/time.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { en } from './en.ts'
import { people, presenceOf, type Status, setPeople, statusOf } from './presence.ts'

const pageRows = 1000

/** Reads what everybody says of himself. */
export async function readStatuses(): Promise<void> {
  const found: Status[] = []
  for (;;) {
    const query = rest.from('statuses').select('user_id,emoji,text,do_not_disturb,ends_at').order('user_id')
    const page = await rows<Status[]>(query.range(found.length, found.length + pageRows - 1))
    found.push(...page)
    if (page.length < pageRows) break
  }
  const gone = Object.keys(people.statuses).map((person) => [person, undefined] as const)
  setPeople('statuses', Object.fromEntries([...gone, ...found.map((status) => [status.user_id, status] as const)]))
}

/** Somebody changed his status; without words he took it back. */
export function heardStatus({ user_id: person, ...said }: Record<string, unknown>): void {
  if (typeof person !== 'string') return
  const { emoji, text, do_not_disturb, ends_at } = said
  const isOne = typeof emoji === 'string' && typeof text === 'string'
  const status = { user_id: person, emoji, text, do_not_disturb: do_not_disturb === true, ends_at: ends_at ?? null } as Status
  setPeople('statuses', person, isOne ? status : undefined)
}

/** Takes away what is over; the server does not show it any more. */
export function endStatuses(now = Date.now()): void {
  for (const [person, status] of Object.entries(people.statuses)) {
    if (status?.ends_at && new Date(status.ends_at).getTime() <= now) setPeople('statuses', person, undefined)
  }
}

export async function setStatus(status: Status): Promise<void> {
  const { user_id: person, ...args } = status
  await rpc('set_status', args)
  heardStatus({ user_id: person, ...args })
}

export async function clearStatus(person: string): Promise<void> {
  await rpc('clear_status')
  heardStatus({ user_id: person })
}

export function whenOf(time: string): string {
  const isToday = new Date(time).toDateString() === new Date().toDateString()
  return isToday ? clockTime(time) : `${dayName(time)}, ${clockTime(time)}`
}

/** What a person says of himself, in words: "On holiday, do not disturb, until Monday, 09:00". */
export function statusWords(person: string): string {
  const status = statusOf(person)
  if (!status) return ''
  return [
    status.text || status.emoji,
    status.do_not_disturb && presenceOf(person) !== 'busy' ? en.notDisturbed : '',
    status.ends_at ? en.until.replace('{{ when }}', whenOf(status.ends_at)) : '',
  ]
    .filter(Boolean)
    .join(', ')
}
