/** Days as they are stored: 2026-12-01, in the calendar of whoever writes. */
export const isoDay = (date: Date): string =>
  `${String(date.getFullYear()).padStart(4, '0')}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`

export const today = (): string => isoDay(new Date())

/** Noon: no change of the clocks moves it to another day. */
const dateOf = (day: string): Date => new Date(`${day}T12:00:00`)

/** A day in words: today, tomorrow and yesterday by name, the rest by date. */
export function dayInWords(day: string, now = new Date()): string {
  const date = dateOf(day)
  if (Number.isNaN(date.getTime())) return day
  const away = Math.round((date.getTime() - dateOf(isoDay(now)).getTime()) / 86_400_000)
  if (Math.abs(away) <= 1) return capital(new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(away, 'day'))
  const sameYear = date.getFullYear() === now.getFullYear()
  const year = sameYear ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', ...year }).format(date)
}

const capital = (text: string) => text.charAt(0).toLocaleUpperCase() + text.slice(1)

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** The days that typed words may mean, nearest first: `tomorrow`, `fri`, `next week`, `in 3 days`, `1 dec`, `2026-12-01`. */
export function daysFor(typed: string, now = new Date()): string[] {
  const text = typed.trim().toLowerCase()
  if (text.length < 2) return []
  const after = (days: number) => isoDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days))
  const named = [
    ['today', 0],
    ['tomorrow', 1],
    ['yesterday', -1],
    ['next week', 7],
    ...weekdays.map((name, index) => [name, ((index - now.getDay() + 6) % 7) + 1] as const),
    ...weekdays.map((name, index) => [`next ${name}`, ((index - now.getDay() + 6) % 7) + 1] as const),
  ] as const
  const found = named.filter(([name]) => name.startsWith(text)).map(([, days]) => after(days))
  const inDays = /^in (\d{1,3}) (day|week)/.exec(text)
  if (inDays) found.push(after(Number(inDays[1]) * (inDays[2] === 'week' ? 7 : 1)))
  const written = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (written) found.push(...existing(Number(written[1]), Number(written[2]) - 1, Number(written[3])))
  const [, day, month] = /^(\d{1,2})\.? ([a-z]{3})/.exec(text) ?? []
  const [, month2, day2] = /^([a-z]{3})[a-z]* (\d{1,2})$/.exec(text) ?? []
  const index = months.indexOf(month ?? month2 ?? '')
  if (index >= 0) {
    // A day without a year is the next one.
    const inYear = (year: number) => existing(year, index, Number(day ?? day2))
    found.push(...(inYear(now.getFullYear()).some((one) => one >= isoDay(now)) ? inYear(now.getFullYear()) : inYear(now.getFullYear() + 1)))
  }
  return [...new Set(found)].slice(0, 3)
}

function existing(year: number, month: number, day: number): string[] {
  const date = new Date(year, month, day)
  return date.getMonth() === month && date.getDate() === day ? [isoDay(date)] : []
}
