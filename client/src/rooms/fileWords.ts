const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** A size as people say it: 1.2 MB. */
export function bytesInWords(bytes: number): string {
  const power = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0)
  const format = new Intl.NumberFormat(document.documentElement.lang || 'en', {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  })
  return format.format(bytes / 1000 ** power)
}

/** A length as players show it: 1:05. */
export function lengthInWords(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** What kind of file it is, by the end of its name; it says nothing about the bytes. */
export const endingOf = (name: string): string => /\.([a-z\d]{1,8})$/i.exec(name)?.[1]?.toUpperCase() ?? ''
