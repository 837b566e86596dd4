import type { Document, Extension } from '@hocuspocus/server'
import * as Y from 'yjs'
import type { Contents, Database, DocumentLink } from './database.ts'
import { writeMarkdown } from './formats/writeMarkdown.ts'
import { documentIdOf, FRAGMENT } from './protocol.ts'
import { mentionText } from './schema/mention.ts'
import type { Context } from './sessions.ts'

/** A node as ProseMirror writes it in JSON. */
export interface ProseMirrorNode {
  type: string
  attrs?: Record<string, unknown>
  content?: ProseMirrorNode[]
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  text?: string
}

const RETRY_MS = 5_000
const MAX_TEXT_LENGTH = 1_000_000
/** Deeper than any real document; a hostile one must not exhaust the stack. */
const MAX_DEPTH = 100

/** Keeps the readable form of a document for search, REST and SQL. It is made when typing pauses and may lag; the log is the truth. */
export function projections({
  database,
  report,
}: {
  database: Pick<Database, 'saveContents'>
  report(message: string, error?: unknown): void
}): Extension<Context> {
  const saveLater = (document: Document) =>
    setTimeout(() => {
      if (!document.isDestroyed) void save(document) // Never rejects.
    }, RETRY_MS)

  async function save(document: Document): Promise<void> {
    try {
      await database.saveContents(documentIdOf(document.name) as string, contentsOf(document))
    } catch (error) {
      report(`The contents of document ${document.name} could not be saved`, error)
      saveLater(document)
    }
  }

  return {
    extensionName: 'projections',
    onStoreDocument: ({ document }) => save(document),
  }
}

export function contentsOf(document: Y.Doc): Contents {
  const json = toProseMirror(document.getXmlFragment(FRAGMENT))
  return { json, text: toText(json), markdown: writeMarkdown(json.content ?? []).slice(0, MAX_TEXT_LENGTH), links: linksIn(json) }
}

const DOCUMENT_ADDRESS = /^https?:\/\/[^/]+\/d\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function linksIn({ type, attrs, content = [], marks = [] }: ProseMirrorNode): DocumentLink[] {
  const links = content.flatMap(linksIn)
  if (type === 'mention' && attrs?.kind === 'document' && UUID.test(String(attrs.id)))
    links.push({ to_id: String(attrs.id), kind: 'mention' })
  for (const mark of marks) {
    const [, id] = mark.type === 'link' ? (DOCUMENT_ADDRESS.exec(String(mark.attrs?.href)) ?? []) : []
    if (id) links.push({ to_id: id, kind: 'link' })
  }
  return links
}

/** The document as Tiptap would give it by `editor.getJSON()`. */
export function toProseMirror(fragment: Y.XmlFragment): ProseMirrorNode {
  return { type: 'doc', content: childrenOf(fragment, 0) }
}

/** The words of a document, one line per paragraph. */
export function toText(node: ProseMirrorNode): string {
  return textOf(node).slice(0, MAX_TEXT_LENGTH)
}

/** What can be read of nodes that hold no text of their own. */
const ATOM_WORDS = new Map<string, (attrs: Record<string, unknown>) => unknown>([
  ['mention', mentionText],
  ['file', ({ name }) => name],
  ['inlineMath', ({ latex }) => latex],
  ['blockMath', ({ latex }) => latex],
])

function textOf(node: ProseMirrorNode): string {
  if (node.text !== undefined) return node.text
  if (node.type === 'hardBreak') return '\n'
  const words = ATOM_WORDS.get(node.type)?.(node.attrs ?? {})
  if (words !== undefined) return typeof words === 'string' ? words : ''
  const children = node.content ?? []
  const isTextBlock = children.some(({ text, type }) => text !== undefined || type === 'mention' || type === 'inlineMath')
  return children.map(textOf).join(isTextBlock ? '' : '\n')
}

const childrenOf = (parent: Y.XmlFragment, depth: number) => (depth > MAX_DEPTH ? [] : nodesOf(parent.toArray(), depth))

/** What some children of a node become. */
export function nodesOf(children: readonly unknown[], depth = 0): ProseMirrorNode[] {
  return children.flatMap((child) => {
    if (child instanceof Y.XmlText) return textNodes(child)
    return child instanceof Y.XmlElement ? [elementNode(child, depth)] : []
  })
}

/** One node with what is in it. */
export function elementNode(element: Y.XmlElement, depth = 0): ProseMirrorNode {
  const attrs = cleanRecord(element.getAttributes())
  const content = childrenOf(element, depth + 1)
  return {
    type: clean(element.nodeName) as string,
    ...(Object.keys(attrs).length > 0 && { attrs }),
    ...(content.length > 0 && { content }),
  }
}

function textNodes(text: Y.XmlText): ProseMirrorNode[] {
  const delta = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[]
  return delta
    .filter(({ insert }) => typeof insert === 'string')
    .map(({ insert, attributes }) => ({
      type: 'text',
      text: clean(insert) as string,
      ...(attributes && { marks: Object.entries(attributes).map(([key, value]) => mark(key, value)) }),
    }))
}

/** Marks that may overlap themselves carry a hash behind their name. */
const MARK_HASH = /--[a-zA-Z0-9+/=]{8}$/

function mark(key: string, value: unknown) {
  const attrs = isRecord(value) ? cleanRecord(value) : {}
  return { type: clean(key.replace(MARK_HASH, '')) as string, ...(Object.keys(attrs).length > 0 && { attrs }) }
}

/** What a client put into a document may be anything; PostgreSQL takes neither NUL nor half a surrogate pair. An attribute may even be a
 *  shared type or a document of its own: these know their parents, so walking them would never end. No editor of ours writes them. */
function clean(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'boolean' || value === null) return value
  if (depth > MAX_DEPTH) return undefined
  if (Array.isArray(value)) return value.map((each) => clean(each, depth + 1) ?? null)
  return isRecord(value) ? cleanRecord(value, depth + 1) : undefined
}

/** ProseMirror's own attributes, as a command writes them, have no prototype. */
const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [null, Object.prototype].includes(Object.getPrototypeOf(value))

function cleanRecord(record: object, depth = 0): Record<string, unknown> {
  const entries = Object.entries(record).map(([key, value]) => [clean(key), clean(value, depth)])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
