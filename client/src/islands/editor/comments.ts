import { type Editor, Extension } from '@tiptap/core'
import type { Node as DocumentNode } from '@tiptap/pm/model'
import { type EditorState, Plugin, PluginKey, TextSelection, type Transaction } from '@tiptap/pm/state'
import { Mapping, StepMap } from '@tiptap/pm/transform'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'
import type { CommentAnchor, CommentTools, ShownThread, ThreadListener } from '../contract.ts'
import { anchorOf, placedTexts, placeOf } from './commentAnchors.ts'
import { isCalm } from './scroll.ts'

interface Shown {
  marks: DecorationSet
  threads: readonly ShownThread[]
  active: string | null
  /** Whether this person may begin a thread. */
  allowed: boolean
  /** Threads whose text was changed here since their places were last read from the shared document. */
  touched: ReadonlySet<string>
}

interface Placed {
  thread: ShownThread
  from: number
  to: number
}

type Change = { marks: DecorationSet } | { threads: readonly ShownThread[] } | { active: string | null } | { allowed: boolean }

const key = new PluginKey<Shown>('comments')
/** What reads the whole document waits until changes pause for this long. */
const pauseMs = 300
/** A quote is looked for only when it is unlikely to stand anywhere else by chance. */
const shortestSearchedQuote = 12
const longestQuote = 1000

/** Comments in the text: shows where threads hang, follows them through every change, begins new ones. Typing only moves the marks along;
 *  what the shared document says about their places is read when it pauses. */
export function comments() {
  return Extension.create({
    name: 'comments',
    addStorage: () => ({ listener: null as ThreadListener | null }),
    addKeyboardShortcuts() {
      return {
        'Mod-Alt-m': () => {
          if (!mayComment(this.editor)) return false
          compose(this.editor)
          return true
        },
      }
    },
    addProseMirrorPlugins() {
      const { storage } = this
      return [
        new Plugin<Shown>({
          key,
          state: {
            init: () => ({ marks: DecorationSet.empty, threads: [], active: null, allowed: false, touched: new Set() }),
            apply,
          },
          props: {
            decorations: (state) => key.getState(state)?.marks,
            handleClick(view, position) {
              const ids = marksAt(view.state, position)
              if (ids.length > 0) storage.listener?.onOpen(ids)
              return false
            },
          },
          view: (view) => follow(view, () => storage.listener),
        }),
      ]
    },
  })
}

/** Whether there is something selected that this person may comment on. */
export function mayComment(editor: Editor): boolean {
  const { selection, doc } = editor.state
  return key.getState(editor.state)?.allowed === true && !selection.empty && doc.textBetween(selection.from, selection.to).trim() !== ''
}

/** Asks for a comment on what is selected. */
export function compose(editor: Editor): void {
  const selected = selectedPlace(editor.state)
  if (!selected) return
  // Without the focus, what offers to comment would stay as long as the selection.
  if (!editor.isEditable) {
    editor.view.dispatch(editor.state.tr.setSelection(TextSelection.near(editor.state.doc.resolve(editor.state.selection.to), -1)))
    getSelection()?.removeAllRanges()
  }
  listenerOf(editor)?.onCompose(selected)
}

/** What a panel may ask about threads. */
export function commentTools(editor: Editor): CommentTools {
  const change = (next: Change) => {
    if (!editor.isDestroyed) editor.view.dispatch(editor.state.tr.setMeta(key, next).setMeta('addToHistory', false))
  }
  return {
    show: (threads) => change({ threads }),
    allow: (allowed) => change({ allowed }),
    compose: () => mayComment(editor) && compose(editor),
    activate(id, scroll) {
      change({ active: id })
      const mark = scroll && id && editor.view.dom.querySelector(`[data-thread="${CSS.escape(id)}"]`)
      if (mark) mark.scrollIntoView({ block: 'center', behavior: isCalm() ? 'instant' : 'smooth' })
    },
    listen(listener) {
      storageOf(editor).listener = listener
      listener.onPlaces(placesOf(editor.state))
      return () => {
        if (storageOf(editor).listener === listener) storageOf(editor).listener = null
      }
    },
  }
}

const storageOf = (editor: Editor) => (editor.storage as unknown as { comments: { listener: ThreadListener | null } }).comments
const listenerOf = (editor: Editor) => storageOf(editor).listener

function apply(transaction: Transaction, shown: Shown, before: EditorState, after: EditorState): Shown {
  const next = transaction.docChanged ? moved(transaction, shown, before, after) : shown
  const change = transaction.getMeta(key) as Change | undefined
  if (!change) return next
  if ('marks' in change) return { ...next, marks: change.marks, touched: new Set() }
  if ('threads' in change) return { ...next, threads: change.threads }
  if ('allowed' in change) return { ...next, allowed: change.allowed }
  return { ...next, active: change.active, marks: drawn(after.doc, placedIn(next), change.active) }
}

function moved(transaction: Transaction, shown: Shown, before: EditorState, after: EditorState): Shown {
  if (shown.threads.length === 0) return shown
  const isRemote = (transaction.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin === true
  if (isRemote) return { ...shown, marks: shown.marks.map(differenceOf(before.doc, after.doc), after.doc) }
  const touched = new Set(shown.touched)
  for (const map of transaction.mapping.maps)
    map.forEach((from, to) => {
      for (const mark of shown.marks.find(from, to)) touched.add(idOf(mark))
    })
  return { ...shown, touched, marks: shown.marks.map(transaction.mapping, after.doc) }
}

/** Others' changes arrive as a whole new document, in which nothing would have a place any more. */
function differenceOf(before: DocumentNode, after: DocumentNode): Mapping {
  const start = before.content.findDiffStart(after.content)
  const end = before.content.findDiffEnd(after.content)
  if (start === null || !end) return new Mapping()
  const overlap = Math.max(0, start - Math.min(end.a, end.b))
  return new Mapping([new StepMap([start, end.a + overlap - start, end.b + overlap - start])])
}

const idOf = (mark: Decoration): string => (mark.spec as { id: string }).id

function drawn(doc: DocumentNode, placed: readonly Placed[], active: string | null): DecorationSet {
  return DecorationSet.create(
    doc,
    placed.map(({ thread, from, to }) =>
      Decoration.inline(
        from,
        to,
        { nodeName: 'mark', class: thread.id === active ? 'comment-mark active' : 'comment-mark', 'data-thread': thread.id },
        { id: thread.id },
      ),
    ),
  )
}

function placedIn({ marks, threads }: Shown): Placed[] {
  const places = new Map(marks.find().map((mark) => [idOf(mark), mark]))
  return threads.flatMap((thread) => {
    const mark = places.get(thread.id)
    return mark ? [{ thread, from: mark.from, to: mark.to }] : []
  })
}

function placesOf(state: EditorState): Map<string, number> {
  return new Map(
    key
      .getState(state)
      ?.marks.find()
      .map((mark) => [idOf(mark), mark.from]),
  )
}

/** The threads at a place, the shortest text first: what somebody pointed at most exactly. */
function marksAt(state: EditorState, position: number): string[] {
  const marks = key.getState(state)?.marks.find(position, position) ?? []
  return marks
    .filter(({ from, to }) => from <= position && position <= to)
    .sort((one, other) => one.to - one.from - (other.to - other.from))
    .map(idOf)
}

function shared(state: EditorState): { type: Y.XmlFragment; doc: Y.Doc } | null {
  return (ySyncPluginKey.getState(state) as { type: Y.XmlFragment; doc: Y.Doc } | undefined) ?? null
}

function selectedPlace(state: EditorState): { anchor: NonNullable<ReturnType<typeof anchorOf>>; quote: string } | null {
  const { from, to } = state.selection
  const document = shared(state)
  const anchor = document && anchorOf(placedTexts(document.type, state.schema), from, to)
  return anchor && { anchor, quote: quoteOf(state.doc, from, to) }
}

const quoteOf = (doc: DocumentNode, from: number, to: number): string => doc.textBetween(from, to, '\n').slice(0, longestQuote)

/** Keeps the marks in step with what the shared document says. */
function follow(view: EditorView, listener: () => ThreadListener | null) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const settle = () => {
    clearTimeout(timer)
    const { state } = view
    const shown = key.getState(state)
    const document = shared(state)
    if (!shown || !document) return
    const texts = placedTexts(document.type, state.schema)
    const before = new Map(placedIn(shown).map((placed) => [placed.thread.id, placed]))
    const placed: Placed[] = []
    const rewritten = new Map<string, CommentAnchor>()
    for (const thread of shown.threads) {
      const find = (followUndo: boolean) => inText(state.doc, placeOf(texts, thread.anchor, document.doc, followUndo))
      const found = find(true)
      if (found) {
        placed.push({ thread, ...found })
        const known = find(false)
        const anchor = view.editable && (known?.from !== found.from || known.to !== found.to) && anchorOf(texts, found.from, found.to)
        if (anchor) rewritten.set(thread.id, anchor)
      } else {
        // An edit that writes a block anew, such as making it a heading, deletes the text to which the anchor was bound.
        const here = before.get(thread.id)
        const kept = here && shown.touched.has(thread.id) && quoteOf(state.doc, here.from, here.to) === thread.quote ? here : null
        const place = kept ?? searched(state.doc, thread.quote)
        if (place) placed.push({ thread, from: place.from, to: place.to })
        const anchor = kept && view.editable && anchorOf(texts, kept.from, kept.to)
        if (anchor) rewritten.set(thread.id, anchor)
      }
    }
    view.dispatch(state.tr.setMeta(key, { marks: drawn(state.doc, placed, shown.active) } satisfies Change).setMeta('addToHistory', false))
    listener()?.onPlaces(placesOf(view.state))
    for (const [id, anchor] of rewritten) listener()?.onMoved(id, anchor)
  }
  return {
    update(_: EditorView, before: EditorState) {
      const [was, is] = [key.getState(before), key.getState(view.state)]
      if (was?.threads !== is?.threads) settle()
      else if (before.doc !== view.state.doc && is && is.threads.length > 0) {
        clearTimeout(timer)
        timer = setTimeout(settle, pauseMs)
      }
    },
    destroy: () => clearTimeout(timer),
  }
}

/** A range with text in it. When the block of one end is gone, what is left of the other's block counts. */
function inText(doc: DocumentNode, [from, to]: [number | null, number | null]): { from: number; to: number } | null {
  const start = from ?? (to === null ? null : blockAround(doc, to)?.from)
  const end = to ?? (from === null ? null : blockAround(doc, from)?.to)
  if (start == null || end == null || start >= end || end > doc.content.size) return null
  return doc.textBetween(start, end).trim() === '' ? null : { from: start, to: end }
}

function blockAround(doc: DocumentNode, position: number): { from: number; to: number } | null {
  if (position > doc.content.size) return null
  const place = doc.resolve(position)
  return place.parent.isTextblock ? { from: place.start(), to: place.end() } : null
}

/** Where a text stands that is in the document exactly once. */
function searched(doc: DocumentNode, quote: string): { from: number; to: number } | null {
  if (quote.length < shortestSearchedQuote || quote.includes('\n')) return null
  const found: number[] = []
  doc.descendants((node, position) => {
    if (!node.isTextblock) return found.length < 2
    // A character stands for each picture or mention, so that places in the text are places in the document.
    const text = node.textBetween(0, node.content.size, undefined, '\ufffc')
    for (let at = text.indexOf(quote); at >= 0 && found.length < 2; at = text.indexOf(quote, at + 1)) found.push(position + 1 + at)
    return false
  })
  const [from] = found
  return found.length === 1 && from !== undefined ? { from, to: from + quote.length } : null
}
