import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import type { Sql } from 'postgres'
import { expect } from 'vitest'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { applyUpdates } from '../../hocuspocus-server/src/applyUpdates.ts'
import { countingWebSocket, documentName, FRAGMENT, parseServerMessage, type ServerMessage } from '../../hocuspocus-server/src/protocol.ts'

/** How long a busy machine may take for what takes milliseconds. */
export const SOON = { timeout: 10_000 }

export interface Peer {
  document: Y.Doc
  provider: HocuspocusProvider
  messages: ServerMessage[]
  /** Reasons of `authenticationFailed`, oldest first. */
  denials: string[]
  /** Codes with which the server closed the socket. */
  closeCodes: number[]
  /** Adds a paragraph at the end. */
  type(text: string): void
  text(): string
  /** Everything typed is committed. */
  saved(): Promise<void>
  close(): void
}

export interface PeerOptions {
  url: string
  documentId: string
  token: string | (() => Promise<string>)
  /** Share a socket with other documents. */
  socket?: HocuspocusProviderWebsocket
  document?: Y.Doc
}

const open = new Set<() => void>()

/** Closes every peer and socket of the file; for `afterEach`. */
export function closePeers(): void {
  for (const close of [...open]) close()
}

/** A socket that errors while it connects is nobody's business: the provider tries again. */
class QuietWebSocket extends WebSocket {
  constructor(url: string) {
    super(url)
    this.on('error', () => {})
  }
}

const counts = new WeakMap<HocuspocusProviderWebsocket, Map<string, number>>()

export function openSocket(url: string): HocuspocusProviderWebsocket {
  const unacknowledged = new Map<string, number>()
  const Counting = countingWebSocket(QuietWebSocket as unknown as typeof globalThis.WebSocket, (address, count) => {
    unacknowledged.set(address, count)
  })
  const socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: Counting, delay: 1000, minDelay: 100, jitter: false })
  socket.on('close', () => unacknowledged.clear())
  counts.set(socket, unacknowledged)
  open.add(() => socket.destroy())
  return socket
}

/** A person's editor, without the editor: the real provider and a Yjs document. */
export function openPeer({ url, documentId, token, socket = openSocket(url), document = new Y.Doc() }: PeerOptions): Peer {
  const messages: ServerMessage[] = []
  const denials: string[] = []
  const closeCodes: number[] = []
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: documentName(documentId),
    document,
    token: token as () => Promise<string>,
    onStateless: ({ payload }) => {
      const message = parseServerMessage(payload)
      if (message) messages.push(message)
    },
    onAuthenticationFailed: ({ reason }) => denials.push(reason),
  })
  socket.on('close', ({ event }: { event: { code: number } }) => closeCodes.push(event.code))
  provider.attach()
  const close = () => {
    open.delete(close)
    provider.destroy()
  }
  open.add(close)
  return {
    document,
    provider,
    messages,
    denials,
    closeCodes,
    type(text) {
      write(document, text)
    },
    text: () => textOf(document),
    saved: () => expect.poll(() => counts.get(socket)?.get(provider.effectiveName), { timeout: 15_000, interval: 5 }).toBe(0),
    close,
  }
}

/** Adds a paragraph at the end. */
export function write(document: Y.Doc, text: string): void {
  const fragment = document.getXmlFragment(FRAGMENT)
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText(text)])
  fragment.insert(fragment.length, [paragraph])
}

/** The paragraphs of a document, one per line. */
export function textOf(document: Y.Doc): string {
  return document
    .getXmlFragment(FRAGMENT)
    .toArray()
    .map((node) => (node as Y.XmlElement).toArray().join(''))
    .join('\n')
}

/** Types and notes which lines were acknowledged: whenever nothing is outstanding, all before it are. */
export function typist(peer: Peer, name: string) {
  const acknowledged = new Set<string>()
  const typed: string[] = []
  peer.provider.on('unsyncedChanges', ({ number }: { number: number }) => {
    if (number === 0) for (const line of typed.splice(0)) acknowledged.add(line)
  })
  let count = 0
  const timer = setInterval(() => {
    const line = `${name}${count++}`
    typed.push(line)
    peer.type(line)
  }, 3)
  return { acknowledged, stop: () => clearInterval(timer) }
}

/** What the database alone knows of a document. */
export async function storedText(admin: Sql, documentId: string): Promise<string> {
  const rows = await admin<{ update: Buffer }[]>`
    select state as update from atrium_private.document_snapshots where document_id = ${documentId}
    union all select update from atrium_private.document_updates where document_id = ${documentId}`
  const document = new Y.Doc()
  applyUpdates(
    document,
    rows.map(({ update }) => update),
  )
  return textOf(document)
}
