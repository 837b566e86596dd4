import { TEXT_BYTES } from './fileTexts.ts'

/** Gathers the text of a file until there is as much as is kept. */
export function createCollector() {
  const parts: string[] = []
  let length = 0
  return {
    isFull: () => length >= TEXT_BYTES,
    add(part: string): void {
      if (length >= TEXT_BYTES) return
      parts.push(part)
      length += part.length
    },
    text: () => parts.join(''),
  }
}
