import { addDays, dateOf, dayOf } from './days.ts'

/** The line `Fix login @Bo #bug !high tomorrow 5pm` as a task. Words that mean something leave the title; what stands in double quotes
 *  stays as it is. */

interface Named {
  id: string
  name: string
}

export interface Known {
  me: string
  people: readonly Named[]
  labels: readonly Named[]
  now: Date
}

export interface Typed {
  title: string
  assignees: Named[]
  labels: Named[]
  /** Labels that do not exist yet. */
  newLabels: string[]
  priority: number
  due_on: string | null
  due_at: string | null
  /** Names after @ that nobody has; they stay in the title. */
  unknown: string[]
}

const priorities: Record<string, number> = { low: 1, medium: 2, med: 2, high: 3, urgent: 4, 1: 1, 2: 2, 3: 3, 4: 4 }
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthPattern = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*'

/** Phrases that name a day, the longer ones first. */
const phrases: readonly [RegExp, (match: RegExpExecArray, now: Date) => string | undefined][] = [
  [/^(\d{4}-\d{2}-\d{2})$/, ([, day = '']) => (dayOf(dateOf(day)) === day ? day : undefined)],
  [new RegExp(`^(\\d{1,2})\\.? ${monthPattern}(?: (\\d{4}))?$`), ([, date, month, year], now) => inYear(date, month, year, now)],
  [new RegExp(`^${monthPattern} (\\d{1,2})(?:,? (\\d{4}))?$`), ([, month, date, year], now) => inYear(date, month, year, now)],
  [/^in (\d{1,3}) (day|week|month)s?$/, ([, count, unit], now) => later(now, Number(count), unit)],
  [/^next (week|month)$/, ([, unit], now) => later(now, 1, unit)],
  [/^today$/, (_, now) => dayOf(now)],
  [/^(tomorrow|tmr)$/, (_, now) => addDays(dayOf(now), 1)],
  [/^(?:on |next )?(sunday|monday|tuesday|wednesday|thursday|friday|saturday)$/, ([, name = ''], now) => weekday(name, now)],
  [/^(mon|tue|wed|thu|fri)$/, ([, name = ''], now) => weekday(name, now)],
]

function inYear(date: string | undefined, month: string | undefined, year: string | undefined, now: Date): string | undefined {
  const place = months.indexOf(month ?? '')
  const found = new Date(Number(year ?? now.getFullYear()), place, Number(date))
  if (found.getMonth() !== place) return undefined
  // A day of this year that is past means the next one.
  if (!year && dayOf(found) < dayOf(now)) found.setFullYear(found.getFullYear() + 1)
  return dayOf(found)
}

function later(now: Date, count: number, unit: string | undefined): string {
  if (unit !== 'month') return addDays(dayOf(now), count * (unit === 'week' ? 7 : 1))
  const found = new Date(now.getFullYear(), now.getMonth() + count, 1)
  const last = new Date(found.getFullYear(), found.getMonth() + 1, 0).getDate()
  found.setDate(Math.min(now.getDate(), last))
  return dayOf(found)
}

function weekday(name: string, now: Date): string {
  const wanted = weekdays.findIndex((day) => day.startsWith(name))
  return addDays(dayOf(now), (wanted - now.getDay() + 7) % 7 || 7)
}

/** The hour and minute that `5pm`, `5:30pm` or `17:00` name. */
function timeOf(word: string): [number, number] | undefined {
  const [, hour = '', minute, half] = /^(\d{1,2})(?::(\d{2}))?(am|pm)?$/.exec(word) ?? []
  if (!hour || (!minute && !half)) return undefined
  const twelve = half === 'pm' ? 12 : 0
  const hours = half ? (Number(hour) % 12) + twelve : Number(hour)
  return hours < 24 && Number(minute ?? 0) < 60 && (!half || (Number(hour) >= 1 && Number(hour) <= 12))
    ? [hours, Number(minute ?? 0)]
    : undefined
}

const folded = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** Whoever's name, or one word of it, is this; of several the one whose name begins so. */
function personCalled(name: string, { people, me }: Known): Named | undefined {
  const wanted = folded(name)
  if (wanted === 'me') return people.find(({ id }) => id === me)
  const matches = (test: (known: string) => boolean) => people.find((person) => test(folded(person.name)))
  return (
    matches((known) => known.replaceAll(/\s+/g, '') === wanted) ??
    matches((known) => known.split(/\s+/)[0] === wanted) ??
    matches((known) => known.split(/\s+/).includes(wanted))
  )
}

export function parseQuickAdd(line: string, known: Known): Typed {
  const typed: Typed = { title: '', assignees: [], labels: [], newLabels: [], priority: 0, due_on: null, due_at: null, unknown: [] }
  const words = line.match(/"[^"]*"|\S+/g) ?? []
  const title: string[] = []
  let time: [number, number] | undefined

  for (let place = 0; place < words.length; place++) {
    const word = words[place] ?? ''
    const lower = word.toLowerCase()
    if (/^"[^"]*"$/.test(word)) {
      title.push(word.slice(1, -1))
      continue
    }
    const sign = word.length > 1 ? word[0] : ''
    const name = word.slice(1)
    if (sign === '@') {
      const person = personCalled(name, known)
      if (person) {
        if (!typed.assignees.includes(person)) typed.assignees.push(person)
      } else {
        typed.unknown.push(name)
        title.push(word)
      }
      continue
    }
    if (sign === '#' && !/^\d+$/.test(name)) {
      const label = known.labels.find((row) => folded(row.name) === folded(name))
      if (label) {
        if (!typed.labels.includes(label)) typed.labels.push(label)
      } else if (!typed.newLabels.some((row) => folded(row) === folded(name))) typed.newLabels.push(name.slice(0, 40))
      continue
    }
    if (sign === '!' && name.toLowerCase() in priorities) {
      typed.priority = priorities[name.toLowerCase()] ?? 0
      continue
    }
    const phrase = typed.due_on ? undefined : dayAt(words, place, known.now)
    if (phrase) {
      typed.due_on = phrase.day
      place += phrase.length - 1
      continue
    }
    const isAt = lower === 'at' && words[place + 1] !== undefined && timeOf(words[place + 1]?.toLowerCase() ?? '')
    const found = isAt || timeOf(lower)
    if (found && !time) {
      time = found
      if (isAt) place++
      continue
    }
    title.push(word)
  }
  if (time) {
    const [hours, minutes] = time
    const moment = dateOf(typed.due_on ?? dayOf(known.now))
    moment.setHours(hours, minutes)
    // A time without a day is the next one.
    if (!typed.due_on && moment <= known.now) moment.setDate(moment.getDate() + 1)
    typed.due_on = dayOf(moment)
    typed.due_at = moment.toISOString()
  }
  typed.title = title.join(' ')
  return typed
}

function dayAt(words: readonly string[], place: number, now: Date): { day: string; length: number } | undefined {
  for (const length of [3, 2, 1]) {
    if (place + length > words.length) continue
    const text = words
      .slice(place, place + length)
      .join(' ')
      .toLowerCase()
    for (const [pattern, read] of phrases) {
      const match = pattern.exec(text)
      const day = match && read(match, now)
      if (day) return { day, length }
    }
  }
  return undefined
}
