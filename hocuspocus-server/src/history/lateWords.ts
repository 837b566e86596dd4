import type { Node } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { nodesOf, type ProseMirrorNode } from '../projections.ts'
import { FRAGMENT } from '../protocol.ts'
import { documentSchema } from '../schema/documentSchema.ts'
import type { HistoryNode } from './answers.ts'
import { attribute, authorshipOf, isAmong } from './authorship.ts'
import { alive, editOf } from './restore.ts'
import { replay, type Timeline } from './timeline.ts'

interface LateOptions {
  /** The restore: whose it was, when it was done, and when he asked for it. */
  authorId: string
  restoredAt: number
  until: number
}

/** Something that the restore took away while others wrote in it. */
interface Lost {
  item: Y.Item
  /** What they wrote there, in blocks like those that are gone. */
  nodes: Node[]
}

const LATE = 'late'

/** An edit that brings back the words which others wrote, without having heard of a restore, in what it took away. Null when there are
 *  none. They come back alone, where they stood: what was around them is what the restore was for. */
export function keepingLateWords(timeline: Timeline, { authorId, restoredAt, until }: LateOptions): Uint8Array | null {
  const isRestore = (entry: Timeline['entries'][number]) => entry.at === restoredAt && entry.authorId === authorId
  const restore = timeline.entries.filter(isRestore)
  const late = timeline.entries.filter((entry) => entry.at > until && !isRestore(entry))
  if (restore.length === 0 || late.length === 0) return null
  const { deleted } = authorshipOf(restore)
  const { written } = authorshipOf(late.map((entry) => ({ ...entry, authorId: LATE })))
  // As if nobody had restored anything. What was written in the knowledge of it waits, and is not late.
  const { document: without } = replay({ ...timeline, entries: timeline.entries.filter((entry) => !isRestore(entry)) }, Infinity)
  const { document: now } = replay(timeline, Infinity)
  const fragment = now.getXmlFragment(FRAGMENT)

  function lostIn(type: Pick<Y.XmlElement, '_start'>): Lost[] {
    const lost: Lost[] = []
    for (let item = type._start; item; item = item.right) {
      if (item.deleted || !(item.content instanceof Y.ContentType)) continue
      const child = item.content.type
      if (!(child instanceof Y.XmlElement || child instanceof Y.XmlText)) continue
      if (!isAmong(deleted, item.id)) lost.push(...lostIn(child))
      else if (!alive(now, child)) lost.push({ item, nodes: known(attribute(nodesOf([child]), [child], written).flatMap(onlyLate)) })
    }
    return lost.filter(({ nodes }) => nodes.length > 0)
  }

  function bringBack({ item, nodes }: Lost): void {
    const holder = item.parent as Y.XmlElement
    const parent = holder._item ? alive(now, holder) : fragment
    if (parent && fits(parent, nodes)) {
      parent.insert(placeOf(now, parent, item), made(nodes))
      return
    }
    let top = item
    while ((top.parent as Y.XmlElement)._item) top = (top.parent as Y.XmlElement)._item as Y.Item
    fragment.insert(placeOf(now, fragment, top), made(nodes.flatMap(paragraphs)))
  }

  const lost = lostIn(without.getXmlFragment(FRAGMENT))
  // From the end, so that what stood side by side keeps its order.
  return editOf(now, () => now.transact(() => lost.toReversed().forEach(bringBack)))
}

/** What is left of a node without what was there before. */
function onlyLate({ by, ...node }: HistoryNode): HistoryNode[] {
  if (node.text !== undefined) return by === LATE ? [node] : []
  const content = (node.content ?? []).flatMap(onlyLate)
  const isWhole = by === LATE && documentSchema.nodes[node.type]?.isLeaf
  if (content.length === 0 && !isWhole) return []
  const { content: _, ...rest } = node
  return [content.length > 0 ? { ...rest, content } : rest]
}

function known(nodes: HistoryNode[]): Node[] {
  return nodes.flatMap((node) => {
    try {
      return [documentSchema.nodeFromJSON(node)]
    } catch {
      return []
    }
  })
}

/** Whether nodes may stand somewhere as they are. */
function fits(parent: Y.XmlFragment, nodes: Node[]): boolean {
  const children = [...nodesOf(parent.toArray()), ...nodes.map((node) => node.toJSON() as ProseMirrorNode)]
  const type = parent instanceof Y.XmlElement ? parent.nodeName : 'doc'
  try {
    documentSchema.nodeFromJSON({ type, content: children }).check()
    return true
  } catch {
    return false
  }
}

/** The words of a node in lines of their own. */
function paragraphs(node: Node): Node[] {
  const paragraph = (content: Node | Node['content']) => documentSchema.node('paragraph', null, content)
  if (node.isInline) return [paragraph(node)]
  return node.inlineContent ? [paragraph(node.content)] : node.children.flatMap(paragraphs)
}

function made(nodes: Node[]): (Y.XmlElement | Y.XmlText)[] {
  const holder = nodes.every(({ isInline }) => isInline) ? documentSchema.node('paragraph', null, nodes) : null
  const fragment = prosemirrorToYXmlFragment(documentSchema.topNodeType.create(null, holder ?? nodes), new Y.Doc().getXmlFragment(FRAGMENT))
  const children = holder ? (fragment.get(0) as Y.XmlElement).toArray() : fragment.toArray()
  return children.map((child) => child.clone() as Y.XmlElement | Y.XmlText)
}

/** Behind the nearest of what stood before it and is there still. */
function placeOf(now: Y.Doc, parent: Y.XmlFragment, item: Y.Item): number {
  for (let left = item.left; left; left = left.left) {
    const neighbour = left.content instanceof Y.ContentType ? alive(now, left.content.type as Y.XmlElement) : null
    const place = neighbour ? parent.toArray().indexOf(neighbour) : -1
    if (place >= 0) return place + 1
  }
  return 0
}
