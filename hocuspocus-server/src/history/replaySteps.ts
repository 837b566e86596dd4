import * as Y from 'yjs'
import { elementNode, type ProseMirrorNode } from '../projections.ts'
import { FRAGMENT } from '../protocol.ts'
import type { Entry } from './chunks.ts'
import { applyAll } from './timeline.ts'

/** What happened next: some top-level blocks take the place of others. */
export interface ReplayStep {
  /** Milliseconds of the epoch. */
  at: number
  authors: (string | null)[]
  index: number
  remove: number
  insert: ProseMirrorNode[]
}

export class TooLargeError extends Error {}

/** An answer is held in memory as a whole. */
const MAX_BLOCKS = 200_000

/** The way from a document to what it became, in `maxSteps` at most. `document` goes along. */
export function replaySteps(document: Y.Doc, entries: Entry[], maxSteps: number): { start: ProseMirrorNode[]; steps: ReplayStep[] } {
  const fragment = document.getXmlFragment(FRAGMENT)
  const known = new Map<unknown, ProseMirrorNode>()
  const blocksNow = () =>
    fragment.toArray().flatMap((child) => {
      if (!(child instanceof Y.XmlElement)) return []
      const node = known.get(child) ?? elementNode(child)
      known.set(child, node)
      return [node]
    })
  document.on('afterTransaction', ({ changedParentTypes }: Y.Transaction) => {
    for (const type of changedParentTypes.keys()) known.delete(type)
  })
  const start = blocksNow()
  let before = start
  let inserted = 0
  const perStep = Math.max(1, Math.ceil(entries.length / maxSteps))
  const steps: ReplayStep[] = []
  for (let index = 0; index < entries.length; index += perStep) {
    const together = entries.slice(index, index + perStep)
    applyAll(document, together)
    const after = blocksNow()
    const splice = spliceOf(before, after)
    before = after
    if (!splice) continue
    inserted += splice.insert.length
    if (inserted > MAX_BLOCKS) throw new TooLargeError()
    steps.push({
      at: Math.max(...together.map(({ at }) => at)),
      authors: [...new Set(together.map(({ authorId }) => authorId))],
      ...splice,
    })
  }
  return { start, steps }
}

/** Blocks that did not change are the same objects. */
function spliceOf(before: ProseMirrorNode[], after: ProseMirrorNode[]): Pick<ReplayStep, 'index' | 'remove' | 'insert'> | null {
  const shortest = Math.min(before.length, after.length)
  let index = 0
  while (index < shortest && before[index] === after[index]) index += 1
  let end = 0
  while (end < shortest - index && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const insert = after.slice(index, after.length - end)
  const remove = before.length - end - index
  return remove === 0 && insert.length === 0 ? null : { index, remove, insert }
}
