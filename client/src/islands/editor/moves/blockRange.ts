import type { Node as DocumentNode, ResolvedPos } from '@tiptap/pm/model'
import { type EditorState, NodeSelection, type Transaction } from '@tiptap/pm/state'
import { withoutAnchors } from './blockLink.ts'

/** Blocks that stand beside each other, and the node around them. */
export interface BlockRange {
  parent: DocumentNode
  /** Where the node around them begins: in front of its first child. */
  start: number
  depth: number
  first: number
  last: number
  from: number
  to: number
}

/** What holds blocks that people see as such: a cell's paragraph moves with its table, an item's with the item. */
const holders = new Set(['doc', 'blockquote', 'callout', 'detailsContent', 'bulletList', 'orderedList', 'taskList'])

/** The innermost blocks that hold both places. */
export function blockRange($from: ResolvedPos, $to: ResolvedPos = $from): BlockRange | null {
  for (let depth = $from.sharedDepth($to.pos); depth >= 0; depth--) {
    const range = rangeAt($from, $to, depth)
    if (range) return range
  }
  return null
}

/** The blocks around those. */
export function blockRangeAround(doc: DocumentNode, range: BlockRange): BlockRange | null {
  const $inside = doc.resolve(range.from)
  for (let depth = range.depth - 1; depth >= 0; depth--) {
    const outer = rangeAt($inside, $inside, depth)
    if (outer) return outer
  }
  return null
}

export function selectedBlocks(state: EditorState): BlockRange | null {
  const { $from, $to } = state.selection
  return blockRange($from, $to)
}

function rangeAt($from: ResolvedPos, $to: ResolvedPos, depth: number): BlockRange | null {
  const parent = $from.node(depth)
  if (!holders.has(parent.type.name) || parent.childCount === 0) return null
  const first = Math.min($from.index(depth), parent.childCount - 1)
  // A selection that ends in front of a block does not hold it.
  const last = Math.max(first, $to.depth > depth ? $to.index(depth) : $to.index(depth) - 1)
  const start = $from.start(depth)
  const from = start + sizeOf(parent, 0, first)
  return { parent, start, depth, first, last, from, to: from + sizeOf(parent, first, last + 1) }
}

function sizeOf(parent: DocumentNode, from: number, to: number): number {
  let size = 0
  for (let index = from; index < to; index++) size += parent.child(index).nodeSize
  return size
}

/** Moves blocks over the next one in this direction; from the edge of a list or quote, the whole of it. Null when there is nowhere to go. */
export function moveBlocks(state: EditorState, direction: -1 | 1): Transaction | null {
  let range = selectedBlocks(state)
  while (range) {
    const index = direction < 0 ? range.first - 1 : range.last + 1
    const over = range.parent.maybeChild(index)
    if (over) {
      const transaction = state.tr
      // The neighbour moves, so that the selection stays where it is.
      if (direction < 0) transaction.insert(range.to, over).delete(range.from - over.nodeSize, range.from)
      else transaction.delete(range.to, range.to + over.nodeSize).insert(range.from, over)
      return transaction.scrollIntoView()
    }
    range = blockRangeAround(state.doc, range)
  }
  return null
}

export function duplicateBlocks(state: EditorState): Transaction | null {
  const range = selectedBlocks(state)
  return range && state.tr.insert(range.to, withoutAnchors(state.doc.slice(range.from, range.to).content)).scrollIntoView()
}

export function deleteBlocks(state: EditorState): Transaction | null {
  const range = selectedBlocks(state)
  // A list or quote without anything in it goes too.
  return range && state.tr.deleteRange(range.from, range.to).scrollIntoView()
}

/** The block at a place, selected as a whole. */
export function selectBlock(state: EditorState, range: BlockRange): NodeSelection | null {
  const node = state.doc.nodeAt(range.from)
  return node && NodeSelection.isSelectable(node) ? NodeSelection.create(state.doc, range.from) : null
}
