import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { SignJWT } from 'jose'
import { expect } from 'vitest'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { countingWebSocket, documentName, FRAGMENT, parseServerMessage, type ServerMessage } from '../../hocuspocus-server/src/protocol.ts'
import { freePort } from '../support/ports.ts'

export const JWT_SECRET = 'a secret of the tests that is long enough'

const MAIN = fileURLToPath(new URL('../../hocuspocus-server/src/index.ts', import.meta.url))

export interface CollaborationProcess {
  /** For providers: `ws://…/collab`. */
  url: string
  /** For `/health`: `http://…`. */
  httpUrl: string
  pid: number
  /** Ends the process, waits until it has, and gives its exit code; null after a signal that it did not handle. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Starts it again on the same port. */
  restart(): Promise<void>
  errors(): string
}

/** The collaboration server as a process of its own. */
export async function startCollaboration(databaseUrl: string, environment: Record<string, string> = {}): Promise<CollaborationProcess> {
  const address = `127.0.0.1:${await freePort()}`
  let child: ChildProcess
  let errors = ''

  async function start() {
    child = spawn(process.execPath, [MAIN], {
      env: { DATABASE_URL: databaseUrl, JWT_SECRET, LISTEN: address, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stderr?.on('data', (text: Buffer) => {
      errors += text.toString()
    })
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    const [line] = (await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(() => {
        throw new Error(`The server did not start: ${errors}`)
      }),
    ])) as [string]
    expect(JSON.parse(line)).toEqual({ listening: address })
  }

  await start()
  return {
    url: `ws://${address}/collab`,
    httpUrl: `http://${address}`,
    get pid() {
      return child.pid as number
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        child.kill(signal)
        await exited
      }
      return child.exitCode
    },
    restart: start,
    errors: () => errors,
  }
}

/** An access token as GoTrue issues it. */
export function tokenFor(userId: string, { expiresIn = 3600, secret = JWT_SECRET, claims = {} } = {}): Promise<string> {
  return new SignJWT({ role: 'authenticated', aud: 'authenticated', sub: userId, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
    .sign(new TextEncoder().encode(secret))
}

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
  const fragment = document.getXmlFragment(FRAGMENT)
  return {
    document,
    provider,
    messages,
    denials,
    closeCodes,
    type(text) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText(text)])
      fragment.insert(fragment.length, [paragraph])
    },
    text: () => textOf(document),
    saved: () => expect.poll(() => counts.get(socket)?.get(provider.effectiveName), { timeout: 15_000, interval: 5 }).toBe(0),
    close,
  }
}

/** The paragraphs of a document, one per line. */
export function textOf(document: Y.Doc): string {
  return document
    .getXmlFragment(FRAGMENT)
    .toArray()
    .map((node) => (node as Y.XmlElement).toArray().join(''))
    .join('\n')
}
