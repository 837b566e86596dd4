import type { Node } from '@tiptap/pm/model'
import { updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { elementNode, type ProseMirrorNode, toProseMirror } from '../projections.ts'
import { FRAGMENT } from '../protocol.ts'
import { documentSchema } from '../schema/documentSchema.ts'
import { type Authorship, authorshipOf } from './authorship.ts'
import type { Entry } from './chunks.ts'
import { applyAll, replay, type Timeline } from './timeline.ts'

export interface Restore {
  /** The instant that is to come back, in milliseconds of the epoch. */
  time: number
  /** Takes back what this person did since, and nothing else. */
  authorId?: string | undefined
  /** Who asks, and when: what is written later stays, and so does a block in which somebody else is writing, for his next words. */
  asking?: { authorId: string; until: number } | undefined
  /** Brings back this top-level block, counted in the document as it was then. */
  block?: number | undefined
}

export class NoSuchBlockError extends Error {}

/** It holds what no document can hold. */
export class UnknownContentError extends Error {}

/** An edit that makes the document what it was, worked out on a copy. It is an edit like any other: what others change in the same
 *  second is merged with it. Null when nothing is to be done. */
export function restoring(timeline: Timeline, { time, authorId, asking, block }: Restore): Uint8Array | null {
  const { document, later } = replay(timeline, time)
  try {
    if (block !== undefined) return restoringBlock(document, later, block)
    return authorId === undefined ? restoringAll(document, later, asking) : restoringFrom(document, later, authorId)
  } finally {
    document.destroy()
  }
}

/** For a version that is older than the history: it is compared with what there is, block by block. */
export function restoringContent(timeline: Timeline, content: ProseMirrorNode): Uint8Array | null {
  const { document } = replay(timeline, Infinity)
  return editOf(document, () => become(document, document.getXmlFragment(FRAGMENT), content))
}

const TRACKED = 'tracked'

/** Whoever wrote so shortly before is taken to be writing still. */
const WRITING_MS = 5_000

function restoringAll(document: Y.Doc, later: Entry[], asking: Restore['asking']): Uint8Array | null {
  const fragment = document.getXmlFragment(FRAGMENT)
  const before = toProseMirror(fragment)
  const seen = asking ? later.filter(({ at }) => at <= asking.until) : later
  const unseen = asking ? later.filter(({ at }) => at > asking.until) : []
  const lively = asking ? seen.filter(({ at, authorId }) => at > asking.until - WRITING_MS && authorId !== asking.authorId) : []
  const { written } = authorshipOf(lively)
  let hasKept = unseen.length > 0
  const undo = new Y.UndoManager(fragment, {
    trackedOrigins: new Set([TRACKED]),
    captureTimeout: Number.MAX_SAFE_INTEGER,
    deleteFilter: (item) => {
      if (!(item.content instanceof Y.ContentType)) return true
      const isKept = (unseen.length > 0 && hasContent(item.content.type)) || isWrittenIn(item, written)
      hasKept ||= isKept
      return !isKept
    },
  })
  document.transact(() => applyAll(document, seen), TRACKED)
  applyAll(document, unseen)
  return editOf(document, () => {
    while (undo.canUndo()) undo.undo()
    // What a client had thrown away before it sent its changes, nobody can undo.
    if (!hasKept && !isSame(toProseMirror(fragment), before)) become(document, fragment, before)
  })
}

/** Whether somebody made this node, or wrote in it, whatever became of that. */
function isWrittenIn(item: Y.Item, written: Authorship['written']): boolean {
  const { client, clock } = item.id
  if (written.get(client)?.some(({ start, end }) => start < clock + item.length && end > clock)) return true
  if (!(item.content instanceof Y.ContentType) || written.size === 0) return false
  for (let child = item.content.type._start as Y.Item | null; child; child = child.right) if (isWrittenIn(child, written)) return true
  return false
}

function restoringFrom(document: Y.Doc, later: Entry[], authorId: string): Uint8Array | null {
  const undo = new Y.UndoManager(document.getXmlFragment(FRAGMENT), {
    trackedOrigins: new Set([TRACKED]),
    captureTimeout: Number.MAX_SAFE_INTEGER,
    // A paragraph that he began and others wrote in stays for them.
    deleteFilter: ({ content }) => !(content instanceof Y.ContentType) || !hasContent(content.type),
  })
  for (const entry of later) document.transact(() => Y.applyUpdate(document, entry.update), entry.authorId === authorId ? TRACKED : null)
  return editOf(document, () => {
    while (undo.canUndo()) undo.undo()
  })
}

/** Whether something would be lost with it. */
function hasContent(type: Pick<Y.XmlElement, '_start'>): boolean {
  for (let item = type._start; item; item = item.right) {
    if (item.deleted) continue
    if (item.content instanceof Y.ContentString) return true
    if (!(item.content instanceof Y.ContentType)) continue
    const child = item.content.type
    const isLeaf = child instanceof Y.XmlElement && child.length === 0
    if (isLeaf || hasContent(child)) return true
  }
  return false
}

function restoringBlock(document: Y.Doc, later: Entry[], index: number): Uint8Array | null {
  const fragment = document.getXmlFragment(FRAGMENT)
  const blocks = fragment.toArray()
  const block = blocks[index]
  if (!(block instanceof Y.XmlElement)) throw new NoSuchBlockError()
  const before = elementNode(block)
  applyAll(document, later)
  const now = alive(document, block)
  return editOf(document, () => {
    if (now) return isSame(elementNode(now), before) ? undefined : become(document, now, before)
    const neighbour = blocks.slice(0, index).findLast((other) => alive(document, other as Y.XmlElement))
    const place = neighbour ? fragment.toArray().indexOf(alive(document, neighbour as Y.XmlElement) as Y.XmlElement) + 1 : 0
    const element = new Y.XmlElement(before.type)
    fragment.insert(place, [element])
    become(document, element, before)
  })
}

/** The same element in a document that has all of its changes: undoing a deletion puts another in its place. */
export function alive<Type extends Y.XmlElement | Y.XmlText>(document: Y.Doc, type: Type): Type | null {
  let item = type._item && (Y.getItem(document.store, type._item.id) as Y.Item | null)
  while (item?.redone) item = Y.getItem(document.store, item.redone) as Y.Item
  if (!item || item.deleted || !(item.content instanceof Y.ContentType)) return null
  return item.content.type.constructor === type.constructor ? (item.content.type as unknown as Type) : null
}

function become(document: Y.Doc, type: Y.XmlFragment, node: ProseMirrorNode): void {
  updateYFragment(document, type, knownNode(node), { mapping: new Map(), isOMark: new Map() })
}

function knownNode(node: ProseMirrorNode): Node {
  try {
    return documentSchema.nodeFromJSON(node)
  } catch (error) {
    throw new UnknownContentError('No document can hold this', { cause: error })
  }
}

/** What `edit` changes. */
export function editOf(document: Y.Doc, edit: () => void): Uint8Array | null {
  const updates: Uint8Array[] = []
  document.on('update', (update: Uint8Array) => updates.push(update))
  edit()
  return updates.length > 0 ? Y.mergeUpdates(updates) : null
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
