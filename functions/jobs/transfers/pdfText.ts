import { readFileSync } from 'node:fs'
import nanumGothic from '@fontsource/nanum-gothic/unicode.json' with { type: 'json' }
import notoArabic from '@fontsource/noto-sans-arabic/unicode.json' with { type: 'json' }
import notoHebrew from '@fontsource/noto-sans-hebrew/unicode.json' with { type: 'json' }
import notoChinese from '@fontsource/noto-sans-sc/unicode.json' with { type: 'json' }
import createBidi from 'bidi-js'
import * as fontkit from 'fontkit'
import pdfElementWriter from 'pdfmake/js/ElementWriter.js'

/** Words in one look, as pdfmake takes them. */
export type Run = Record<string, unknown> & { text: string }

interface Family {
  normal: string
  bold: string
  italics: string
  bolditalics: string
}

interface Bidi {
  getEmbeddingLevels(text: string): { levels: Uint8Array; paragraphs: { level: number }[] }
  getMirroredCharacter(letter: string): string | null
}

interface Font {
  hasGlyphForCodePoint(code: number): boolean
}

/** A piece of a line as pdfmake has it before it is drawn. */
interface Inline {
  x: number
  width: number
  text: string
  bidiLevel?: number
  /** Its letters are still in the order in which they are written. */
  isUnturned?: boolean
}

interface Line {
  inlines: Inline[]
  leadingCut: number
  trailingCut: number
}

// Its types say nothing of being called.
const bidi = (createBidi as unknown as () => Bidi)()

const roboto = (name: string) => fileOf(`pdfmake/fonts/Roboto/Roboto-${name}.ttf`)
/** What Roboto does not have, which is Latin, Greek and Cyrillic. Each is cut into files for some letters, and only those are read that a
 *  document needs. The first that has a letter writes it. */
const OTHERS: [name: string, weights: [normal: number, bold: number], subsets: Record<string, string>][] = [
  ['noto-sans-hebrew', [400, 700], notoHebrew],
  ['noto-sans-arabic', [400, 700], notoArabic],
  ['noto-sans-sc', [400, 700], notoChinese],
  ['nanum-gothic', [400, 700], nanumGothic],
]
/** These stay with what they stand behind. */
const DEPENDENT = /[\p{M}\u200c-\u200f]/u
const RIGHT_TO_LEFT = /\p{Script=Hebrew}|\p{Script=Arabic}|[\u200f\u202b\u202e\u2067]/u

export const FONTS: Record<string, Family> = {
  Roboto: { normal: roboto('Regular'), bold: roboto('Medium'), italics: roboto('Italic'), bolditalics: roboto('MediumItalic') },
}
const ranges: [from: number, to: number, font: string][] = []
for (const [name, [regular, heavy], subsets] of OTHERS) {
  for (const [subset, given] of Object.entries(subsets)) {
    const font = `${name} ${subset.replace(/[[\]]/g, '')}`
    const file = (weight: number) => fileOf(`@fontsource/${name}/files/${font.replace(' ', '-')}-${weight}-normal.woff`)
    // There are no italics of these letters.
    const [normal, bold] = [file(regular), file(heavy)]
    FONTS[font] = { normal, bold, italics: normal, bolditalics: bold }
    for (const range of given.split(',')) {
      const [from = 0, to = from] = range
        .slice(2)
        .split('-')
        .map((digits) => Number.parseInt(digits, 16))
      ranges.push([from, to, font])
    }
  }
}

function fileOf(path: string): string {
  return new URL(import.meta.resolve(path)).pathname
}

const fonts = new Map<string, Font>()
/** The font of each letter that was met. */
const known = new Map<string, string>()

/** What a file is said to hold, it may not: it is asked. */
function has(name: string, code: number): boolean {
  const font = fonts.get(name) ?? (fontkit.create(readFileSync((FONTS[name] as Family).normal) as never) as Font)
  fonts.set(name, font)
  return font.hasGlyphForCodePoint(code)
}

/** What no font has becomes a box of the first. */
function fontOf(letter: string): string {
  const code = letter.codePointAt(0) as number
  const candidates = ['Roboto', ...ranges.filter(([from, to]) => code >= from && code <= to).map(([, , font]) => font)]
  const font = known.get(letter) ?? candidates.find((name) => has(name, code)) ?? 'Roboto'
  known.set(letter, font)
  return font
}

/** Whether a paragraph is read from right to left: its first letter of either kind says so. */
export function isRightToLeft(runs: Run[]): boolean {
  const text = runs.map((run) => run.text).join('')
  return RIGHT_TO_LEFT.test(text) && bidi.getEmbeddingLevels(text).paragraphs[0]?.level === 1
}

/** The runs of a paragraph, cut where the font or the direction changes. */
export function cut(runs: Run[]): Run[] {
  const text = runs.map((run) => run.text).join('')
  const levels = RIGHT_TO_LEFT.test(text) ? bidi.getEmbeddingLevels(text).levels : null
  let at = 0
  let font = 'Roboto'
  return runs.flatMap(({ text: words, ...style }) => {
    const pieces: (Run & { font: string; bidiLevel: number })[] = []
    for (const letter of words) {
      const bidiLevel = levels?.[at] ?? 0
      // A space is turned around together with its word.
      const stays = DEPENDENT.test(letter) || (letter === ' ' && bidiLevel % 2 === 1)
      if (!stays) font = fontOf(letter)
      at += letter.length
      const last = pieces.at(-1)
      if (last?.font === font && last.bidiLevel === bidiLevel) last.text += letter
      else pieces.push({ ...style, text: letter, font, bidiLevel })
    }
    // Fonts of letters that are written from right to left turn them themselves.
    return pieces.map((piece) => ({ ...piece, isUnturned: piece.bidiLevel % 2 === 1 && !RIGHT_TO_LEFT.test(piece.text) }))
  })
}

const turned = (text: string) =>
  [...text]
    .reverse()
    .map((letter) => bidi.getMirroredCharacter(letter) ?? letter)
    .join('')

/** Puts the pieces of a broken line where they are read: from the highest level down, all that stand side by side are turned around. */
function arrange({ inlines, leadingCut, trailingCut }: Line): void {
  const levels = inlines.map(({ bidiLevel = 0 }) => bidiLevel)
  const endsTurned = (levels.at(-1) ?? 0) % 2 === 1
  for (let level = Math.max(0, ...levels); level > 0; level--) {
    for (let start = 0; start < inlines.length; start++) {
      let end = start
      while (end < inlines.length && (inlines[end]?.bidiLevel ?? 0) >= level) end += 1
      if (end > start) inlines.splice(start, end - start, ...inlines.slice(start, end).reverse())
      start = end
    }
  }
  // The space at the end of a line stands at its left then.
  let x = -leadingCut - (endsTurned ? trailingCut : 0)
  for (const inline of inlines) {
    if (inline.isUnturned) inline.text = turned(inline.text)
    inline.x = x
    x += inline.width
  }
}

// pdfmake knows no direction: it breaks lines as they are written, and here each is arranged before it is aligned.
const writer = (pdfElementWriter as unknown as { default: { prototype: { alignLine(line: Line): void } } }).default.prototype
const { alignLine } = writer
writer.alignLine = function (line) {
  if (line.inlines.some(({ bidiLevel = 0 }) => bidiLevel > 0)) arrange(line)
  alignLine.call(this, line)
}
