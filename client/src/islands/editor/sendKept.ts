import * as Y from 'yjs'
import { FRAGMENT } from '../../../../hocuspocus-server/src/protocol.ts'
import { unsentTexts } from '../../sync/texts.ts'
import { openDocument } from './connection.ts'
import { ownSocket } from './socket.ts'

interface SendOptions {
  person: string
  url: string
  token(): Promise<string>
  /** The server does not take what was written in a page any more. */
  onLoss(documentId: string, text: string): void
}

/** So long a page may take; what is not sent then is tried again later. */
const longestMs = 30_000

/** Sends what was written without network in pages that nobody has open now. */
export async function sendKept(options: SendOptions): Promise<void> {
  for (const { document } of await unsentTexts(options.person)) await sendOne(document, options)
}

function sendOne(documentId: string, { person, url, token, onLoss }: SendOptions): Promise<void> {
  return new Promise((resolve) => {
    const nothing = () => {}
    const end = () => {
      clearTimeout(timer)
      // Not within the news of its own connection.
      queueMicrotask(opened.close)
      resolve()
    }
    const timer = setTimeout(end, longestMs)
    const opened = openDocument({
      documentId,
      person,
      url,
      token,
      borrow: ownSocket,
      onPresence: nothing,
      onNotice: nothing,
      onChanged: nothing,
      onOutdated: nothing,
      onLoss: () => onLoss(documentId, textOf(opened.ydoc.getXmlFragment(FRAGMENT))),
      onState(state, { synced, dirty }) {
        if (state === 'denied' || state === 'read_only' || (synced && !dirty)) end()
      },
    })
  })
}

/** The words of a document, a paragraph to a line. */
function textOf(node: Y.XmlFragment | Y.XmlElement | Y.XmlText | Y.XmlHook): string {
  if (node instanceof Y.XmlText)
    return (node.toDelta() as { insert: unknown }[]).map(({ insert }) => (typeof insert === 'string' ? insert : '')).join('')
  if (!(node instanceof Y.XmlFragment)) return ''
  const parts = node.toArray()
  return parts.map(textOf).join(parts.some((part) => part instanceof Y.XmlElement) ? '\n' : '')
}
