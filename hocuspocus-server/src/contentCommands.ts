import type { Node } from '@tiptap/pm/model'
import { prosemirrorToYXmlFragment, updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { z } from 'zod'
import { type CommandKind, Refused } from './commands.ts'
import { readMarkdown } from './formats/readMarkdown.ts'
import { FRAGMENT } from './protocol.ts'
import { documentSchema } from './schema/documentSchema.ts'

const Content = z.union([z.object({ markdown: z.string() }), z.object({ content: z.record(z.string(), z.unknown()) })])

/** Adds blocks at the end. What is there already is not looked at, so that nothing in it can be changed by mistake. */
export const append: CommandKind = (document, { payload }) => {
  const blocks = blocksOf(contentOf(payload))
  const fragment = document.getXmlFragment(FRAGMENT)
  // The empty line on which the editor leaves the caret stays the last one.
  const end = isEmptyParagraph(fragment.length > 0 ? fragment.get(fragment.length - 1) : null) ? fragment.length - 1 : fragment.length
  document.transact(() => fragment.insert(end, blocks))
}

/** Makes the content what is given; what stays the same keeps its place, so that nobody's caret jumps. */
export const replace: CommandKind = (document, { payload }) => {
  const content = contentOf(payload)
  document.transact(() => {
    updateYFragment(document, document.getXmlFragment(FRAGMENT), content, { mapping: new Map(), isOMark: new Map() })
  })
}

const Placeholders = z.object({ date: z.string(), title: z.string(), author: z.string().nullable() })
const PLACEHOLDER = /\{\{\s*(date|title|author)\s*\}\}/g

/** Writes date, title and author in place of `{{date}}`, `{{title}}` and `{{author}}`, in the look of the braces. */
export const fillPlaceholders: CommandKind = (document, { payload }) => {
  const values = Placeholders.parse(payload)
  document.transact(() => {
    for (const node of document.getXmlFragment(FRAGMENT).createTreeWalker(() => true)) {
      if (node instanceof Y.XmlText) fill(node, values)
    }
  })
}

function fill(text: Y.XmlText, values: z.infer<typeof Placeholders>): void {
  const found: { at: number; length: number; value: string; attributes: object }[] = []
  let start = 0
  for (const { insert, attributes } of text.toDelta() as { insert: unknown; attributes?: object }[]) {
    if (typeof insert !== 'string') {
      start += 1
      continue
    }
    for (const match of insert.matchAll(PLACEHOLDER)) {
      const value = values[match[1] as keyof typeof values] ?? ''
      found.push({ at: start + match.index, length: match[0].length, value, attributes: attributes ?? {} })
    }
    start += insert.length
  }
  // From the end, so that what comes before keeps its place.
  for (const { at, length, value, attributes } of found.reverse()) {
    text.insert(at + length, value, attributes)
    text.delete(at, length)
  }
}

function contentOf(payload: unknown): Node {
  const given = Content.parse(payload)
  try {
    const node = 'markdown' in given ? readMarkdown(given.markdown) : documentSchema.nodeFromJSON(given.content)
    node.check()
    return node
  } catch (error) {
    // Whoever sent it knows the schema as well as we do.
    const reason = error instanceof Error ? error.message.slice(0, 300) : ''
    throw new Refused('content_invalid', `This content does not fit into a document: ${reason}`)
  }
}

function blocksOf(content: Node): (Y.XmlElement | Y.XmlText)[] {
  const fragment = prosemirrorToYXmlFragment(content, new Y.Doc().getXmlFragment(FRAGMENT))
  return fragment.toArray().map((block) => block.clone() as Y.XmlElement | Y.XmlText)
}

const isEmptyParagraph = (block: unknown) =>
  block instanceof Y.XmlElement && block.nodeName === 'paragraph' && block.toString() === '<paragraph></paragraph>'
