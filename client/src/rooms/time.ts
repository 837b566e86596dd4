import { en } from './en.ts'

const language = () => document.documentElement.lang || 'en'
const dayMs = 86_400_000

/** A day where the person is, as something to compare. */
export const dayOf = (time: string): string => new Date(time).toDateString()

/** "Today", "Yesterday", "Tuesday, 3 March". */
export function dayName(time: string, now = new Date()): string {
  const day = new Date(time)
  if (day.toDateString() === now.toDateString()) return en.today
  if (day.toDateString() === new Date(now.getTime() - dayMs).toDateString()) return en.yesterday
  const year = day.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(language(), { weekday: 'long', day: 'numeric', month: 'long', year }).format(day)
}

export const clockTime = (time: string): string =>
  new Intl.DateTimeFormat(language(), { hour: 'numeric', minute: '2-digit' }).format(new Date(time))

export const fullTime = (time: string): string =>
  new Intl.DateTimeFormat(language(), { dateStyle: 'full', timeStyle: 'short' }).format(new Date(time))
