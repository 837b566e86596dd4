/** Days are `YYYY-MM-DD` where the reader lives, without a time zone: they compare as text. */

const language = () => document.documentElement.lang || 'en'
const dayMs = 86_400_000

export const dayOf = (date: Date): string =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`

export function dateOf(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date)
}

export const today = (now = new Date()): string => dayOf(now)
export function addDays(day: string, count: number): string {
  const date = dateOf(day)
  date.setDate(date.getDate() + count)
  return dayOf(date)
}

/** How many days lie between two days; noon to noon, so that a change of the clock is none. */
export const daysBetween = (from: string, to: string): number => Math.round((dateOf(to).getTime() - dateOf(from).getTime()) / dayMs)

/** "today", "tomorrow", "Friday", "24 Dec", "24 Dec 2027". */
export function dayName(day: string, now = today()): string {
  const distance = daysBetween(now, day)
  if (Math.abs(distance) <= 1) return new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(distance, 'day')
  if (distance > 0 && distance < 7) return new Intl.DateTimeFormat(language(), { weekday: 'long' }).format(dateOf(day))
  const year = day.slice(0, 4) === now.slice(0, 4) ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat(language(), { day: 'numeric', month: 'short', ...year }).format(dateOf(day))
}

/** When a task is due, with the time where it has one. */
export function dueName(task: { due_on: string | null; due_at: string | null }, now = today()): string {
  if (!task.due_on) return ''
  if (!task.due_at) return dayName(task.due_on, now)
  const time = new Intl.DateTimeFormat(language(), { timeStyle: 'short' }).format(new Date(task.due_at))
  return `${dayName(dayOf(new Date(task.due_at)), now)}, ${time}`
}

/** Whether it is late: past its moment, or its day. */
export function isOverdue(task: { due_on: string | null; due_at: string | null; closed_at: string | null }, now = new Date()): boolean {
  if (task.closed_at || !task.due_on) return false
  return task.due_at ? new Date(task.due_at) < now : task.due_on < dayOf(now)
}
