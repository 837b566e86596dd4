/** Scripts without spaces between words count by character. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}]+(?:['’_.-][\p{L}\p{N}\p{M}]+)*/gu
const TOKEN = new RegExp(`${WORD.source}|\\s+|[^]`, 'gu')

export const wordsOf = (text: string): string[] => text.match(WORD) ?? []

/** Words, spaces and signs; joined they are the text again. */
export const tokensOf = (text: string): string[] => text.match(TOKEN) ?? []

export const isSpace = (token: string): boolean => /^\s+$/.test(token)

/** How many words only the second text has, and only the first, wherever they stand. */
export function wordChanges(before: string, after: string): { added: number; removed: number } {
  const counts = new Map<string, number>()
  for (const word of wordsOf(after)) counts.set(word, (counts.get(word) ?? 0) + 1)
  for (const word of wordsOf(before)) counts.set(word, (counts.get(word) ?? 0) - 1)
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
  const changes = [...counts.values()]
  return { added: sum(changes.filter((count) => count > 0)), removed: -sum(changes.filter((count) => count < 0)) }
}

/** 0 for texts without a word in common, 1 for the same words. */
export function similarity(before: string, after: string): number {
  const total = wordsOf(before).length + wordsOf(after).length
  if (total === 0) return before.trim() === after.trim() ? 1 : 0
  const { added, removed } = wordChanges(before, after)
  return (total - added - removed) / total
}
