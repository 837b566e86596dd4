import type { Node as DocumentNode } from '@tiptap/pm/model'
import { type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { findExpression } from './expression.ts'
import { occurrencesIn, type Pattern } from './pattern.ts'

export interface Match {
  from: number
  to: number
  /** The block it stands in, and where in its text. */
  block: DocumentNode
  offset: number
}

export interface FindState {
  pattern: Pattern | null
  matches: Match[]
  current: number
  /** Blocks that an expression has still to look at. */
  unread: DocumentNode[]
  /** The expression was given up. */
  slow: boolean
}

interface PluginState extends FindState {
  /** Where the search began: the first match behind it becomes the current one. */
  from: number
  /** Occurrences by block: an edit costs the search of the block that it changed. */
  known: WeakMap<DocumentNode, number[]>
  decorations: DecorationSet
}

type Change =
  | { type: 'search'; pattern: Pattern | null; from: number }
  | { type: 'current'; index: number }
  /** An expression has looked at what was unread, or was given up. */
  | { type: 'read'; slow: boolean }

export const findKey = new PluginKey<PluginState>('find')

/** Only so many matches around the current one are painted. */
const painted = 400

const nothing: PluginState = {
  from: 0,
  pattern: null,
  matches: [],
  current: -1,
  unread: [],
  slow: false,
  known: new WeakMap(),
  decorations: DecorationSet.empty,
}

export const changeFind = (view: EditorView, change: Change) => view.dispatch(view.state.tr.setMeta(findKey, change))

/** Finds and paints matches on this screen alone: neither the document nor the selection, which others see, is touched. */
export function findPlugin(): Plugin<PluginState> {
  return new Plugin<PluginState>({
    key: findKey,
    state: {
      init: () => nothing,
      apply(transaction, state, _before, after) {
        const change = transaction.getMeta(findKey) as Change | undefined
        if (change?.type === 'search') return search(change, after.doc)
        if (change?.type === 'current') return paint({ ...state, current: change.index }, after.doc)
        if (!state.pattern || !(change || transaction.docChanged)) return state
        const next = { ...state, ...collect(after.doc, state.pattern, state.known), slow: change?.slow ?? state.slow }
        return paint({ ...next, current: currentAfter(state, next.matches, transaction) }, after.doc)
      },
    },
    props: { decorations: (state: EditorState) => findKey.getState(state)?.decorations },
    view: () => ({ update: (view) => void readUnread(view) }),
  })
}

function search({ pattern, from }: Extract<Change, { type: 'search' }>, doc: DocumentNode): PluginState {
  if (!pattern) return nothing
  const known = new WeakMap<DocumentNode, number[]>()
  const found = collect(doc, pattern, known)
  return paint({ ...nothing, ...found, pattern, from, known, current: firstBehind(found.matches, from) }, doc)
}

const firstBehind = (matches: Match[], from: number): number =>
  matches.length === 0
    ? -1
    : Math.max(
        0,
        matches.findIndex((match) => match.from >= from),
      )

function collect(doc: DocumentNode, pattern: Pattern, known: WeakMap<DocumentNode, number[]>): Pick<FindState, 'matches' | 'unread'> {
  const matches: Match[] = []
  const unread: DocumentNode[] = []
  doc.descendants((block, position) => {
    if (!block.isTextblock) return true
    const found = known.get(block) ?? (pattern.isExpression ? undefined : occurrencesIn(textOf(block), pattern))
    if (!found) {
      unread.push(block)
      return false
    }
    known.set(block, found)
    for (let index = 0; index < found.length; index += 2) {
      const offset = found[index] ?? 0
      matches.push({ from: position + 1 + offset, to: position + 1 + (found[index + 1] ?? 0), block, offset })
    }
    return false
  })
  return { matches, unread }
}

/** One character for each place in the block, so that what is found in it is found in the document. */
export const textOf = (block: DocumentNode): string =>
  block.content.content.map((child) => child.text ?? '\uFFFC'.repeat(child.nodeSize)).join('')

/** The match that was current. A change from elsewhere may move all positions, but keeps the blocks that it did not touch. */
function currentAfter({ matches: before, current, from: began }: PluginState, matches: Match[], transaction: Transaction): number {
  const old = before[current]
  if (!old || matches.length === 0) return firstBehind(matches, began)
  const same = matches.findIndex((match) => match.block === old.block && match.offset === old.offset)
  if (same >= 0) return same
  const from = transaction.mapping.map(old.from)
  const next = matches.findIndex((match) => match.from >= from)
  return next < 0 ? Math.min(current, matches.length - 1) : next
}

function paint(state: PluginState, doc: DocumentNode): PluginState {
  const first = Math.max(0, state.current - painted)
  const decorations = state.matches
    .slice(first, state.current + painted)
    .map(({ from, to }, index) => Decoration.inline(from, to, { class: first + index === state.current ? 'found current' : 'found' }))
  return { ...state, decorations: DecorationSet.create(doc, decorations) }
}

const reading = new WeakSet<EditorView>()

async function readUnread(view: EditorView): Promise<void> {
  const state = findKey.getState(view.state)
  if (!state?.pattern || state.unread.length === 0 || state.slow || reading.has(view)) return
  const { pattern, unread, known } = state
  reading.add(view)
  const found = await findExpression(pattern, unread.map(textOf)).catch(() => null)
  reading.delete(view)
  if (view.isDestroyed) return
  for (const [index, block] of unread.entries()) known.set(block, found?.[index] ?? [])
  // Another search may have begun meanwhile: then this reads what that one still lacks.
  changeFind(view, { type: 'read', slow: findKey.getState(view.state)?.pattern === pattern && found === null })
}
