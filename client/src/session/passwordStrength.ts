/** From 0, very easy to guess, to 4, very strong. */
export type Strength = 0 | 1 | 2 | 3 | 4

/** Bits from which on a password has the level 1, 2, 3 and 4. */
const thresholds = [28, 42, 55, 75]

/** How hard a password is to guess, from what can be seen without a list: its length, the kinds of its characters, and how much of it
 *  repeats or runs on ("aaaa", "abcd", "4321"). The server refuses the most common ones besides.
 *  @param personal words that whoever attacks knows, such as the name and the e-mail address */
export function strengthOf(password: string, personal: readonly string[] = []): Strength {
  const bits = countedLength(withoutPersonal(password, personal)) * Math.log2(alphabetOf(password))
  return thresholds.filter((threshold) => bits >= threshold).length as Strength
}

function withoutPersonal(password: string, personal: readonly string[]): string {
  const words = personal.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 2)
  return words.reduce((text, word) => text.replaceAll(word, '.'), password.toLowerCase())
}

/** Characters, where one that only goes on from the one before counts a quarter. */
function countedLength(text: string): number {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const isRun = (index: number) => Math.abs((codes[index] ?? 0) - (codes[index - 1] ?? 0)) <= 1
  // A word that comes again adds as little as a run.
  const isRepeated = (index: number) => index >= 3 && text.slice(0, index).includes([...text].slice(index - 2, index + 1).join(''))
  return codes.reduce((length, _, index) => length + (index > 0 && (isRun(index) || isRepeated(index)) ? 0.25 : 1), 0)
}

const kinds: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/, 20],
  [/[A-Z]/, 12],
  [/[0-9]/, 10],
  [/[^a-zA-Z0-9]/, 16],
]

const alphabetOf = (password: string) => kinds.reduce((size, [kind, count]) => size + (kind.test(password) ? count : 0), 2)
