import type { MessageRow } from './messageLog.ts'

const longestTitle = 80

/** The first line of a message, for what is made of it. */
export function titleOf(row: MessageRow): string {
  const [line = ''] = (row.text ?? '').trim().split('\n')
  const letters = [...line.replace(/\p{Cc}/gu, ' ')]
  return letters.length > longestTitle
    ? `${letters
        .slice(0, longestTitle - 1)
        .join('')
        .trimEnd()}…`
    : line
}
