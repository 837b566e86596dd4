import { messageEn } from './messageEn.ts'

const minuteMs = 60_000

/** When somebody may want to be reminded, from now. */
export function reminderTimes(now = new Date()): { label: string; at: Date }[] {
  const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * minuteMs)
  const nineIn = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9)
  const toMonday = (8 - now.getDay()) % 7 || 7
  return [
    { label: messageEn.in20, at: inMinutes(20) },
    { label: messageEn.in60, at: inMinutes(60) },
    { label: messageEn.in180, at: inMinutes(180) },
    { label: messageEn.tomorrow, at: nineIn(1) },
    ...(toMonday > 1 ? [{ label: messageEn.nextWeek, at: nineIn(toMonday) }] : []),
  ]
}
