import type { Node as DocumentNode } from '@tiptap/pm/model'
import type { TextCount } from '../contract.ts'

const word = /[\p{L}\p{N}\p{M}]+(?:['’.\-_][\p{L}\p{N}\p{M}]+)*/gu
/** Scripts that put no space between words: only a dictionary knows where one ends. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

export function countText(text: string): TextCount {
  const secondHalves = text.match(/[\uDC00-\uDFFF]/g)?.length ?? 0
  return { words: wordsIn(text), characters: text.length - secondHalves }
}

function wordsIn(text: string): number {
  if (!unspaced.test(text)) return text.match(word)?.length ?? 0
  let words = 0
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) words++
  return words
}

/** By block: after an edit only the block that it changed is counted again. */
const counted = new WeakMap<DocumentNode, TextCount>()

/** Counts what stands between two positions of a document. */
export function countBetween(doc: DocumentNode, from: number, to: number): TextCount {
  const total = { words: 0, characters: 0 }
  doc.nodesBetween(from, to, (node, position) => {
    if (!node.isTextblock) return true
    const start = position + 1
    const whole = from <= start && to >= start + node.content.size
    const count = whole ? countBlock(node) : countText(textOf(node, Math.max(0, from - start), Math.min(node.content.size, to - start)))
    total.words += count.words
    total.characters += count.characters
    return false
  })
  return total
}

function countBlock(block: DocumentNode): TextCount {
  const known = counted.get(block)
  if (known) return known
  const count = countText(textOf(block, 0, block.content.size))
  counted.set(block, count)
  return count
}

/** What is no text says what it stands for, or parts two words. */
const textOf = (block: DocumentNode, from: number, to: number): string =>
  block.textBetween(from, to, null, (leaf) => leaf.type.spec.leafText?.(leaf) ?? ' ')
