const hues = 12

/** A person's hue in degrees, one of twelve, the same on every device. */
export function hueOf(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return (sum % hues) * (360 / hues)
}

/** The first letters of the first and the last word, at most two. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const first = firstLetter(words[0])
  return words.length > 1 ? first + firstLetter(words.at(-1)) : first
}

// By grapheme, so that an emoji or an accented letter stays whole.
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function firstLetter(word = ''): string {
  const [first] = graphemes.segment(word)
  return first ? first.segment.toUpperCase() : ''
}
