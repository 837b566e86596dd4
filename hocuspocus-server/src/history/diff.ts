import { type ProseMirrorNode, toText } from '../projections.ts'
import type { Diff, HistoryNode } from './answers.ts'
import { matches } from './sequence.ts'
import { isSpace, similarity, tokensOf, wordsOf } from './words.ts'

/** Blocks that have less in common than this are two blocks. */
const ALIKE = 0.4
/** More blocks than these are not compared each with each. */
const MAX_COMPARISONS = 4_000
/** Parts of these belong together by their place, whatever they say. */
const FIXED = new Set(['tableRow', 'details'])

/** Lays the newer document over the older: by blocks, in blocks by words. */
export function diff(before: HistoryNode[], after: HistoryNode[]): Diff {
  const content = diffBlocks(before, after, null)
  let old = 0
  let now = 0
  for (const node of content) {
    if (node.change !== 'added') node.before = old++
    if (node.change !== 'removed') node.after = now++
  }
  return { content, wordsAdded: count(content, 'added'), wordsRemoved: count(content, 'removed') }
}

function diffBlocks(before: HistoryNode[], after: HistoryNode[], parent: string | null): HistoryNode[] {
  if (parent && FIXED.has(parent) && before.length === after.length)
    return before.map((old, index) => pair(old, after[index] as HistoryNode) ?? all(after[index] as HistoryNode, 'added'))
  const result: HistoryNode[] = []
  let old = 0
  let now = 0
  const fill = (oldEnd: number, nowEnd: number) => result.push(...diffGap(before.slice(old, oldEnd), after.slice(now, nowEnd)))
  for (const [oldIndex, nowIndex] of matches(before.map(keyOf), after.map(keyOf))) {
    fill(oldIndex, nowIndex)
    result.push(plain(after[nowIndex] as HistoryNode))
    old = oldIndex + 1
    now = nowIndex + 1
  }
  fill(before.length, after.length)
  return result
}

/** Blocks of which none is the same: those that are alike are one block that was changed. */
function diffGap(before: HistoryNode[], after: HistoryNode[]): HistoryNode[] {
  const result: HistoryNode[] = []
  let old = 0
  let now = 0
  const fill = (oldEnd: number, nowEnd: number) => {
    result.push(
      ...before.slice(old, oldEnd).map((node) => all(node, 'removed')),
      ...after.slice(now, nowEnd).map((node) => all(node, 'added')),
    )
  }
  for (const [oldIndex, nowIndex] of likelyPairs(before, after)) {
    const paired = pair(before[oldIndex] as HistoryNode, after[nowIndex] as HistoryNode)
    if (!paired) continue
    fill(oldIndex, nowIndex)
    result.push(paired)
    old = oldIndex + 1
    now = nowIndex + 1
  }
  fill(before.length, after.length)
  return result
}

/** Pairs in order with the most in common. */
function likelyPairs(before: HistoryNode[], after: HistoryNode[]): [number, number][] {
  if (before.length * after.length > MAX_COMPARISONS)
    return before
      .slice(0, after.length)
      .map((_, index): [number, number] => [index, index])
      .filter(([one, other]) => likeness(before[one] as HistoryNode, after[other] as HistoryNode) >= ALIKE)
  const scores = before.map((old) => after.map((now) => likeness(old, now)))
  const score = (one: number, other: number) => scores[one]?.[other] ?? 0
  const best = Array.from({ length: before.length + 1 }, () => new Float64Array(after.length + 1))
  const bestAt = (one: number, other: number) => best[one]?.[other] ?? 0
  for (let one = before.length - 1; one >= 0; one--)
    for (let other = after.length - 1; other >= 0; other--) {
      const together = score(one, other) >= ALIKE ? score(one, other) + bestAt(one + 1, other + 1) : 0
      ;(best[one] as Float64Array)[other] = Math.max(together, bestAt(one + 1, other), bestAt(one, other + 1))
    }
  const pairs: [number, number][] = []
  let one = 0
  let other = 0
  while (one < before.length && other < after.length) {
    if (score(one, other) >= ALIKE && bestAt(one, other) === score(one, other) + bestAt(one + 1, other + 1)) pairs.push([one++, other++])
    else if (bestAt(one, other) === bestAt(one + 1, other)) one += 1
    else other += 1
  }
  return pairs
}

function likeness(before: HistoryNode, after: HistoryNode): number {
  const isSameType = before.type === after.type
  if (isTextBlock(before) && isTextBlock(after)) return similarity(toText(before), toText(after)) - (isSameType ? 0 : 0.1)
  if (!isSameType) return 0
  if (!before.content && !after.content) return JSON.stringify(before.attrs?.src) === JSON.stringify(after.attrs?.src) ? 1 : 0
  return similarity(toText(before), toText(after))
}

/** The same block, changed. Null when they cannot be one. */
function pair(before: HistoryNode, after: HistoryNode): HistoryNode | null {
  if (keyOf(before) === keyOf(after)) return plain(after)
  const { by, content, ...node } = after
  if (isTextBlock(before) && isTextBlock(after))
    return { ...node, change: 'changed', content: diffText(before.content ?? [], content ?? []) }
  if (before.type !== after.type) return null
  if (!before.content && !content) return { ...node, change: 'changed', by: by ?? null }
  return { ...node, change: 'changed', content: diffBlocks(before.content ?? [], content ?? [], after.type) }
}

/** Paragraphs, headings, code: what holds words and not blocks. An empty one does not say so itself. */
function isTextBlock({ type, content }: HistoryNode): boolean {
  if (content) return content.some((node) => node.text !== undefined || INLINE.has(node.type))
  return TEXT_BLOCKS.has(type)
}

const INLINE = new Set(['hardBreak', 'inlineMath', 'mention'])
const TEXT_BLOCKS = new Set(['paragraph', 'heading', 'codeBlock', 'detailsSummary'])

/** A word or sign, or a node between words. */
interface Token {
  key: string
  node: HistoryNode
}

function diffText(before: HistoryNode[], after: HistoryNode[]): HistoryNode[] {
  const old = tokens(before)
  const now = tokens(after)
  const parts: HistoryNode[] = []
  let oldAt = 0
  let nowAt = 0
  const fill = (oldEnd: number, nowEnd: number) => {
    for (const { node } of old.slice(oldAt, oldEnd)) parts.push({ ...node, change: 'removed' })
    for (const { node } of now.slice(nowAt, nowEnd)) parts.push({ ...node, change: 'added' })
  }
  for (const [oldIndex, nowIndex] of withoutLoneSpaces(matches(old.map(keyOfToken), now.map(keyOfToken)), old)) {
    fill(oldIndex, nowIndex)
    const { by: _, ...node } = (now[nowIndex] as Token).node
    const isFormatted = marksOf((old[oldIndex] as Token).node) !== marksOf(node)
    parts.push(isFormatted ? { ...node, change: 'formatted' } : node)
    oldAt = oldIndex + 1
    nowAt = nowIndex + 1
  }
  fill(old.length, now.length)
  return join(parts)
}

/** A space that stayed between two changed words would only tear the change apart. */
function withoutLoneSpaces(pairs: [number, number][], old: Token[]): [number, number][] {
  return pairs.filter(([one, other], index) => {
    const key = old[one]?.key ?? ''
    if (!isSpace(key)) return true
    const [oneBefore, otherBefore] = pairs[index - 1] ?? [-1, -1]
    const [oneAfter, otherAfter] = pairs[index + 1] ?? [one + 1, other + 1]
    const isAfterGap = one - oneBefore > 1 || other - otherBefore > 1
    const isBeforeGap = oneAfter - one > 1 || otherAfter - other > 1
    return !(isAfterGap && isBeforeGap)
  })
}

const keyOfToken = ({ key }: Token) => key

/** A word is one word although two people wrote it: it counts for whoever wrote most of it. */
function tokens(nodes: HistoryNode[]): Token[] {
  const result: Token[] = []
  for (let start = 0; start < nodes.length; ) {
    const first = nodes[start] as HistoryNode
    let end = start + 1
    while (first.text !== undefined && nodes[end]?.text !== undefined && marksOf(nodes[end] as HistoryNode) === marksOf(first)) end += 1
    const parts = nodes.slice(start, end)
    if (first.text === undefined) result.push({ key: keyOf(first), node: first })
    else result.push(...wordsIn(parts))
    start = end
  }
  return result
}

function wordsIn(parts: HistoryNode[]): Token[] {
  const [first] = parts as [HistoryNode]
  let part = 0
  let left = first.text?.length ?? 0
  return tokensOf(parts.map(({ text }) => text).join('')).map((text) => {
    let rest = text.length
    let most = 0
    let by = parts[part]?.by
    while (rest > 0 && part < parts.length) {
      const length = Math.min(rest, left)
      if (length > most) {
        most = length
        by = parts[part]?.by
      }
      rest -= length
      left -= length
      if (left === 0) left = parts[++part]?.text?.length ?? 0
    }
    return { key: text, node: { ...first, text, ...(by !== undefined && { by }) } }
  })
}

/** Neighbours with the same fate become one text. */
function join(parts: HistoryNode[]): HistoryNode[] {
  const joined: HistoryNode[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    const isSame = last?.text !== undefined && part.text !== undefined && last.change === part.change && last.by === part.by
    if (isSame && marksOf(last) === marksOf(part)) last.text = `${last.text}${part.text}`
    else joined.push({ ...part })
  }
  return joined
}

const marksOf = ({ marks }: ProseMirrorNode) => JSON.stringify(marks ?? [])

/** The whole node came or went. */
function all(node: HistoryNode, change: 'added' | 'removed'): HistoryNode {
  return { ...node, change, ...(node.content && { content: node.content.map((child) => all(child, change)) }) }
}

/** What did not change is nobody's. */
function plain({ by: _, content, ...node }: HistoryNode): HistoryNode {
  return { ...node, ...(content && { content: content.map(plain) }) }
}

const keys = new WeakMap<HistoryNode, string>()

function keyOf(node: HistoryNode): string {
  const known = keys.get(node)
  if (known !== undefined) return known
  const key = JSON.stringify(joinTexts(node))
  keys.set(node, key)
  return key
}

/** A paragraph by two people is the same paragraph. */
function joinTexts({ by: _, content, ...node }: HistoryNode): ProseMirrorNode {
  const joined: ProseMirrorNode[] = []
  for (const child of content ?? []) {
    const plainChild = joinTexts(child)
    const last = joined.at(-1)
    if (last?.text !== undefined && plainChild.text !== undefined && marksOf(last) === marksOf(plainChild)) last.text += plainChild.text
    else joined.push(plainChild)
  }
  return { ...node, ...(content && { content: joined }) }
}

function count(nodes: HistoryNode[], change: 'added' | 'removed'): number {
  return nodes.reduce((sum, node) => {
    if (node.text !== undefined) return sum + (node.change === change ? wordsOf(node.text).length : 0)
    return sum + count(node.content ?? [], change)
  }, 0)
}
