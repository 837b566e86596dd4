import { type BaseRecordDict, flatten, resolveTemplate, translator } from '@solid-primitives/i18n'

/** The translator of one area: `const t = textsOf(en)`, then `t('people.title')`, `t('greeting', { name })`.
 *  Each area keeps its dictionary beside its components (`<domain>/en.ts`), so it travels with the area's chunk. */
export function textsOf<Dictionary extends BaseRecordDict>(dictionary: Dictionary) {
  const flat = flatten(dictionary)
  return translator(() => flat, resolveTemplate)
}

const language = () => document.documentElement.lang || 'en'

/** Chooses among plural forms as the language wants it. */
export function plural(count: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }): string {
  return forms[new Intl.PluralRules(language()).select(count)] ?? forms.other
}

/** A number as people write it: "12,450". */
export const formatNumber = (value: number): string => new Intl.NumberFormat(language()).format(value)

/** A day in full words: "3 March 2026". */
export function longDate(time: string | Date): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'long' }).format(new Date(time))
}

// biome-ignore format: the table reads better in one line each
const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60],
]

/** How long ago or until then: "5 minutes ago", "in 3 days", "now". */
export function relativeTime(time: string | Date, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' })
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  }
  return format.format(0, 'second')
}

/** "today", "in 29 days". */
export const inDays = (days: number): string => new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(days, 'day')

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** How large a file is: "3.4 MB". */
export function sizeOf(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), byteUnits.length - 1)
  const unit = byteUnits[step] ?? 'byte'
  const style = { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(language(), style).format(bytes / 1000 ** step)
}

/** How long something lasts, in the largest unit that fits: "30 days", "90 minutes". */
export function durationOf(seconds: number): string {
  const [unit, size] = (
    [
      ['day', 86_400],
      ['hour', 3_600],
      ['minute', 60],
    ] as const
  ).find(([, size]) => seconds % size === 0) ?? ['second', 1]
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size)
}
