import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { prosemirrorJSONToYDoc } from '@tiptap/y-tiptap'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { documentName, FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import { documentSchema } from '../../hocuspocus-server/src/schema/documentSchema.ts'
import { SCHEMA_VERSION } from '../../hocuspocus-server/src/schema/version.ts'

interface Block {
  type: string
  attrs?: Record<string, unknown>
  content?: Block[]
  text?: string
  marks?: { type: string }[]
}

const WORDS =
  'the launch runs on one page and everybody who writes here knows where to look when something changes before noon or after the printer called again about paper weight colour proofs margins'.split(
    ' ',
  )

/** A document of so many pages of 500 words, with headings, lists, tables, code and pictures as people mix them. */
export function longDocument(pages: number): Y.Doc {
  const content = Array.from({ length: pages }, (_, page) => pageOf(page)).flat()
  return prosemirrorJSONToYDoc(documentSchema, { type: 'doc', content }, FRAGMENT)
}

function pageOf(page: number): Block[] {
  const blocks: Block[] = [
    { type: 'heading', attrs: { level: 1 + (page % 3) }, content: [text(`Page ${page + 1}`)] },
    ...Array.from({ length: 6 }, (_, index) => paragraph(page * 7 + index, 60)),
    list('bulletList', 'listItem', page),
    list('taskList', 'taskItem', page),
  ]
  if (page % 3 === 0) blocks.push(table(page))
  if (page % 5 === 0)
    blocks.push({
      type: 'codeBlock',
      attrs: { language: 'typescript' },
      content: [text(`const page = ${page}\nexport const next = page + 1`)],
    })
  if (page % 7 === 0)
    blocks.push({
      type: 'image',
      attrs: {
        src: `/storage/v1/object/authenticated/document-images/${crypto.randomUUID()}/${crypto.randomUUID()}.png`,
        alt: 'A picture',
      },
    })
  return blocks
}

const words = (seed: number, count: number) =>
  Array.from({ length: count }, (_, index) => WORDS[(seed * 13 + index * 7) % WORDS.length]).join(' ')
const text = (of: string, bold = false): Block => ({ type: 'text', text: of, ...(bold ? { marks: [{ type: 'bold' }] } : {}) })
const paragraph = (seed: number, count: number): Block => ({
  type: 'paragraph',
  content: [text(`${words(seed, count - 10)} `), text(words(seed + 1, 5), true), text(` ${words(seed + 2, 5)}.`)],
})
const list = (type: string, item: string, seed: number): Block => ({
  type,
  content: Array.from({ length: 4 }, (_, index) => ({ type: item, content: [paragraph(seed + index, 14)] })),
})
const table = (seed: number): Block => ({
  type: 'table',
  content: Array.from({ length: 4 }, (_, row) => ({
    type: 'tableRow',
    content: Array.from({ length: 4 }, (_, column) => ({
      type: row === 0 ? 'tableHeader' : 'tableCell',
      content: [{ type: 'paragraph', content: [text(words(seed + row + column, 4))] }],
    })),
  })),
})

export interface Writer {
  document: Y.Doc
  close(): void
}

/** Opens a document as a person without a browser, and puts `content` into it, if any. Resolves when the server has it. */
export async function openWriter(url: string, id: string, token: string, content?: Y.Doc): Promise<Writer> {
  const socket = new HocuspocusProviderWebsocket({
    url: `${url.replace(/^http/, 'ws')}/collab?schema=${SCHEMA_VERSION}`,
    WebSocketPolyfill: WebSocket,
  })
  const document = new Y.Doc()
  const provider = new HocuspocusProvider({ websocketProvider: socket, name: documentName(id), document, token })
  const synced = new Promise((resolve) => provider.on('synced', resolve))
  provider.attach()
  await synced
  if (content) {
    Y.applyUpdate(document, Y.encodeStateAsUpdate(content))
    await new Promise<void>((resolve) => {
      provider.on('unsyncedChanges', ({ number }: { number: number }) => number === 0 && resolve())
    })
  }
  return {
    document,
    close() {
      provider.destroy()
      socket.destroy()
    },
  }
}
