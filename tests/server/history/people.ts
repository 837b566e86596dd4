import { updateYFragment } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import type { LogRow } from '../../../hocuspocus-server/src/history/chunks.ts'
import type { StoredHistory } from '../../../hocuspocus-server/src/history/historyDatabase.ts'
import { type Timeline, timelineOf } from '../../../hocuspocus-server/src/history/timeline.ts'
import { type ProseMirrorNode, toProseMirror } from '../../../hocuspocus-server/src/projections.ts'
import { FRAGMENT } from '../../../hocuspocus-server/src/protocol.ts'
import { documentSchema } from '../../../hocuspocus-server/src/schema/documentSchema.ts'

export const ANNA = '00000000-0000-4000-8000-00000000000a'
export const BEN = '00000000-0000-4000-8000-00000000000b'
const WORDS = 'the plan of a team that writes one page together and reads what it was before'.split(' ')

/** Numbers that are the same for the same seed. */
export function random(seed: number) {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return { next, below: (limit: number) => Math.floor(next() * limit), fresh: () => Math.floor(next() * 2 ** 31) }
}

export type Random = ReturnType<typeof random>

/** A live document as the server has it (it forgets what is deleted), and the log of what people did to it. */
export function liveDocument() {
  const document = new Y.Doc()
  const rows: LogRow[] = []
  let now = Date.UTC(2026, 0, 5, 9)
  document.on('update', (update: Uint8Array, origin: unknown) => {
    now += 40
    rows.push({ id: String(rows.length + 1), authorId: origin as string, at: now, update })
  })
  const fragment = document.getXmlFragment(FRAGMENT)
  return {
    document,
    fragment,
    rows,
    now: () => now,
    wait(milliseconds: number) {
      now += milliseconds
    },
    json: () => toProseMirror(fragment),
    /** Makes the text what it is to be, as an editor would. */
    write: (author: string, content: ProseMirrorNode[]) =>
      document.transact(
        () =>
          updateYFragment(document, fragment, documentSchema.nodeFromJSON({ type: 'doc', content }), {
            mapping: new Map(),
            isOMark: new Map(),
          }),
        author,
      ),
  }
}

export type Live = ReturnType<typeof liveDocument>

export const paragraph = (text: string): ProseMirrorNode => ({
  type: 'paragraph',
  ...(text && { content: [{ type: 'text', text }] }),
})

/** One change of a kind that people make: letters, words, bold, paragraphs, lists. */
export function edit({ document, fragment }: Live, author: string, { next, below }: Random): void {
  const phrase = () => WORDS.slice(below(5), 5 + below(WORDS.length)).join(' ')
  const element = (name: string, ...children: (Y.XmlElement | Y.XmlText)[]) => {
    const made = new Y.XmlElement(name)
    made.insert(0, children)
    return made
  }
  document.transact(() => {
    const kind = next()
    const texts = [...fragment.createTreeWalker((node) => node instanceof Y.XmlText)] as Y.XmlText[]
    const text = texts[below(texts.length)]
    if (!text || kind < 0.1) return fragment.insert(below(fragment.length + 1), [element('paragraph', new Y.XmlText(phrase()))])
    if (kind < 0.15) {
      const list = element('bulletList', element('listItem', element('paragraph', new Y.XmlText(phrase()))))
      return fragment.insert(below(fragment.length + 1), [list])
    }
    if (kind < 0.22 && fragment.length > 2) return fragment.delete(below(fragment.length), 1)
    const place = below(text.length + 1)
    const length = Math.min(1 + below(6), text.length - place)
    if (kind < 0.45 && length > 0) return text.delete(place, length)
    if (kind < 0.55 && length > 0) return text.format(place, length, { bold: next() < 0.5 ? {} : null })
    text.insert(place, kind < 0.8 ? (WORDS[below(WORDS.length)]?.slice(0, 1) ?? '') : ` ${phrase()}`)
  }, author)
}

export const storedRows = (rows: LogRow[]): StoredHistory => ({ base: null, chunks: [], rows })
export const timelineOfRows = (rows: LogRow[]): Timeline => timelineOf(storedRows(rows))
