import * as Y from 'yjs'
import type { ProseMirrorNode } from '../projections.ts'
import type { HistoryNode } from './answers.ts'
import type { Entry } from './chunks.ts'

/** Who wrote, or deleted, what is between two clocks of a client. */
interface Range {
  start: number
  end: number
  authorId: string | null
}

type Ranges = Map<number, Range[]>

export interface Authorship {
  written: Ranges
  deleted: Ranges
}

/** Who did what in these entries. The author is whose connection brought it, whatever is in the update. */
export function authorshipOf(entries: Entry[]): Authorship {
  const written: Ranges = new Map()
  const deleted: Ranges = new Map()
  for (const { authorId, update } of entries) {
    const { structs, ds } = Y.decodeUpdate(update)
    for (const { id, length } of structs.filter((struct) => !(struct instanceof Y.Skip)))
      add(written, id.client, id.clock, length, authorId)
    for (const [client, ranges] of ds.clients) for (const { clock, len } of ranges) add(deleted, client, clock, len, authorId)
  }
  for (const ranges of [...written.values(), ...deleted.values()]) ranges.sort((one, other) => one.start - other.start)
  return { written, deleted }
}

function add(ranges: Ranges, client: number, start: number, length: number, authorId: string | null): void {
  const known = ranges.get(client) ?? []
  const last = known.at(-1)
  if (last?.end === start && last.authorId === authorId) last.end += length
  else known.push({ start, end: start + length, authorId })
  ranges.set(client, known)
}

/** Splits what is between two clocks by author. */
function* authorsOf(ranges: Ranges, client: number, start: number, end: number): Generator<[length: number, authorId: string | null]> {
  const known = ranges.get(client) ?? []
  let index = firstAfter(known, start)
  let clock = start
  while (clock < end) {
    const range = known[index]
    const isInside = range !== undefined && range.start <= clock
    const until = Math.min(end, isInside ? range.end : (range?.start ?? end))
    if (until > clock) yield [until - clock, isInside ? range.authorId : null]
    clock = Math.max(clock, until)
    if (isInside || range === undefined) index += 1
  }
}

/** The first range that ends after a clock. */
function firstAfter(ranges: Range[], clock: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle] as Range).end > clock) high = middle
    else low = middle + 1
  }
  return low
}

export function isAmong(ranges: Ranges, { client, clock }: Y.ID): boolean {
  const known = ranges.get(client) ?? []
  const range = known[firstAfter(known, clock)]
  return range !== undefined && range.start <= clock
}

/** Adds to the nodes of some children, as projections.ts gives them, whose they are. */
export function attribute(nodes: ProseMirrorNode[], children: readonly unknown[], ranges: Ranges): HistoryNode[] {
  let index = 0
  return children.flatMap((child) => {
    if (child instanceof Y.XmlText) {
      const count = (child.toDelta() as { insert: unknown }[]).filter(({ insert }) => typeof insert === 'string').length
      const texts = nodes.slice(index, index + count)
      index += count
      return splitTexts(texts, child, ranges)
    }
    if (!(child instanceof Y.XmlElement)) return []
    const node = nodes[index++]
    return node ? [attributeElement(node, child, ranges)] : []
  })
}

function attributeElement(node: ProseMirrorNode, element: Y.XmlElement, ranges: Ranges): HistoryNode {
  const { client, clock } = element._item?.id ?? { client: 0, clock: 0 }
  const [first] = authorsOf(ranges, client, clock, clock + 1)
  return { ...node, by: first?.[1] ?? null, ...(node.content && { content: attribute(node.content, element.toArray(), ranges) }) }
}

function splitTexts(texts: ProseMirrorNode[], text: Y.XmlText, ranges: Ranges): HistoryNode[] {
  const runs = runsOf(text, ranges)
  let run = runs.next()
  let left = run.done ? 0 : run.value[0]
  return texts.flatMap((node) => {
    const parts: HistoryNode[] = []
    let rest = node.text ?? ''
    while (rest) {
      const by = run.done ? null : run.value[1]
      const length = run.done ? rest.length : Math.min(left, rest.length)
      const last = parts.at(-1)
      if (last && last.by === by) last.text += rest.slice(0, length)
      else parts.push({ ...node, text: rest.slice(0, length), by })
      rest = rest.slice(length)
      left -= length
      if (left === 0 && !run.done) {
        run = runs.next()
        left = run.done ? 0 : run.value[0]
      }
    }
    return parts
  })
}

function* runsOf(text: Y.XmlText, ranges: Ranges): Generator<[length: number, authorId: string | null]> {
  for (let item = text._start; item; item = item.right) {
    if (!item.deleted && item.content instanceof Y.ContentString)
      yield* authorsOf(ranges, item.id.client, item.id.clock, item.id.clock + item.length)
  }
}

/** How many letters each person wrote, the most first. */
export function sharesOf(nodes: HistoryNode[]): { authorId: string | null; characters: number }[] {
  const counts = new Map<string | null, number>()
  const count = (node: HistoryNode) => {
    if (node.text !== undefined) counts.set(node.by ?? null, (counts.get(node.by ?? null) ?? 0) + node.text.length)
    for (const child of node.content ?? []) count(child)
  }
  for (const node of nodes) count(node)
  return [...counts].map(([authorId, characters]) => ({ authorId, characters })).sort((one, other) => other.characters - one.characters)
}
