import type { Duplex } from 'node:stream'
import type { WebSocketLike } from '@hocuspocus/server'
import type { WebSocket } from 'ws'
import { MAX_AWARENESS_BYTES, MAX_STATELESS_BYTES, MAX_TOKEN_BYTES } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { LoggedChange } from './persistence.ts'
import { CLOSE_CODES, documentIdOf } from './protocol.ts'
import { type OpenSession, refuse, tell } from './sessions.ts'
import {
  awarenessIn,
  type Header,
  isAcknowledgement,
  isFarewell,
  MAX_ADDRESS_LENGTH,
  MESSAGE,
  permissionDenied,
  readHeader,
  SYNC,
  syncStatus,
  updateIn,
} from './wire.ts'

/** One client's WebSocket, as Hocuspocus sees it. */
export interface ClientSocket extends WebSocketLike {
  readonly sessions: Set<OpenSession>
  /** address → the change that Hocuspocus acknowledges next */
  readonly changes: Map<string, LoggedChange>
  /** Says that a change is committed, or was not taken. */
  acknowledge(session: OpenSession, isTaken: boolean): void
  /** Sends nothing to this address of what `work` makes the server say. */
  withoutEcho(address: string, work: () => void): void
}

export interface ClientSocketOptions {
  webSocket: WebSocket
  stream: Duplex
  outbox: Outbox
  limits: { updateBytes: number; bufferedBytes: number }
  /** Whether everything that the acknowledgement promises is committed. If not, `release` is called when it is, or never. */
  mayAcknowledge(documentId: string, change: LoggedChange | undefined, release: () => void): boolean
  /** Milliseconds of the epoch. */
  clock(): number
  /** Counts a change; false when there were too many in too short a time. */
  mayChange(): boolean
  /** Reads nothing more from this client for a while. */
  slowDown(): void
  /** Takes a change that was just typed, by somebody who may. */
  type(session: OpenSession, update: Uint8Array): void
  /** Takes what somebody shows of himself. */
  moveCaret(session: OpenSession, update: Uint8Array): void
  /** Takes any other message that has passed the checks. */
  deliver(message: Uint8Array): void
}

const OPEN = 1
/** What is longer was not typed. It is rare, and Hocuspocus takes it. */
const TYPED_BYTES = 1024
/** Hocuspocus closes the connection of a client that it has not heard for a minute. */
const UNHEARD_MS = 20_000

/** Checks what comes in before Hocuspocus keeps any state for it, holds acknowledgements back until the commit, and cuts off who does not read. */
export function createClientSocket(options: ClientSocketOptions): ClientSocket {
  const { webSocket, stream, outbox, limits, mayAcknowledge, clock, mayChange, slowDown, type, moveCaret } = options
  let deliveredAt = 0
  /** The address that is not to hear its own words. */
  let deaf: string | null = null
  const outlet = {
    write(bytes: Buffer) {
      if (webSocket.readyState !== OPEN) return
      // A close frame would wait behind everything else that this client does not read.
      if (stream.writableLength > limits.bufferedBytes) webSocket.terminate()
      else stream.write(bytes)
    },
  }
  /** Addresses whose client has been told that it is not in. */
  const closed = new Set<string>()
  const post = (message: Uint8Array) => {
    if (webSocket.readyState !== OPEN) return
    if (isFarewell(message)) closed.add(readHeader(message).address)
    outbox.add(outlet, message)
  }

  const socket: ClientSocket = {
    sessions: new Set(),
    changes: new Map(),
    get readyState() {
      return webSocket.readyState
    },
    send(data) {
      const message = data as Uint8Array // Hocuspocus sends nothing else.
      if (deaf !== null && readHeader(message).address === deaf) return
      if (!isAcknowledgement(message)) return post(message)
      const { address } = readHeader(message)
      const change = socket.changes.get(address)
      socket.changes.delete(address)
      if (mayAcknowledge(documentOf(address) ?? '', change, () => post(message))) post(message)
    },
    acknowledge: ({ connection }, isTaken) => post(syncStatus(connection.messageAddress, isTaken)),
    withoutEcho(address, work) {
      deaf = address
      try {
        work()
      } finally {
        deaf = null
      }
    },
    close(code, reason) {
      outbox.flush(outlet)
      webSocket.close(code, reason)
    },
  }

  function deliver(message: Uint8Array) {
    deliveredAt = clock()
    options.deliver(message)
  }

  function sessionAt(address: string): OpenSession | undefined {
    for (const session of socket.sessions) if (session.connection.messageAddress === address) return session
    return undefined
  }

  function receiveChange({ address, type: messageType, kind }: Header, message: Uint8Array) {
    if (message.length > limits.updateBytes) return refuseUpdate(address)
    const update = updateIn(message)
    if (!update) return socket.close(CLOSE_CODES.badMessage, 'bad_message')
    const session = sessionAt(address)
    if (!mayChange()) {
      if (session) tell(session.connection, { type: 'slowed' })
      slowDown()
    }
    const isTyped = messageType === MESSAGE.sync && kind === SYNC.update && message.length <= TYPED_BYTES
    if (session && isTyped && !session.connection.readOnly && isHeard()) type(session, update)
    else deliver(message)
  }

  function receiveCaret(address: string, message: Uint8Array) {
    const update = awarenessIn(message)
    if (!update) return socket.close(CLOSE_CODES.badMessage, 'bad_message')
    const session = sessionAt(address)
    if (session && isHeard()) moveCaret(session, update)
    else deliver(message)
  }

  /** Whether Hocuspocus has heard of this client lately: it closes the connections of those who are silent. */
  function isHeard() {
    return clock() - deliveredAt < UNHEARD_MS
  }

  function refuseUpdate(address: string) {
    const session = sessionAt(address)
    if (session) refuse(session, { reason: 'update_too_large', limitBytes: limits.updateBytes })
    post(syncStatus(address, false))
  }

  function receive(message: Uint8Array) {
    const header = headerOf(message)
    if (!header) return socket.close(CLOSE_CODES.badMessage, 'bad_message')
    const { address, type: messageType, kind } = header
    if (address.length > MAX_ADDRESS_LENGTH || !documentOf(address)) {
      if (messageType === MESSAGE.auth && address.length <= MAX_ADDRESS_LENGTH) post(permissionDenied(address, 'not_found'))
      return
    }
    // What a client sent before it heard the farewell counts for nothing. Whoever wants in again brings a token first.
    if (messageType === MESSAGE.auth) closed.delete(address)
    else if (closed.has(address)) return
    switch (messageType) {
      case MESSAGE.auth:
        return message.length <= MAX_TOKEN_BYTES ? deliver(message) : post(permissionDenied(address, 'token_invalid'))
      case MESSAGE.sync:
      case MESSAGE.syncReply:
        return kind === SYNC.step1 ? deliver(message) : receiveChange(header, message)
      case MESSAGE.awareness:
        if (message.length <= MAX_AWARENESS_BYTES) receiveCaret(address, message)
        return
      case MESSAGE.stateless:
        if (message.length <= MAX_STATELESS_BYTES) deliver(message)
        return
      case MESSAGE.queryAwareness:
      case MESSAGE.close:
        return deliver(message)
    }
    // Clients have nothing else to say.
  }

  webSocket.on('message', (data, isBinary) => {
    if (isBinary) receive(data as Buffer)
    else socket.close(CLOSE_CODES.badMessage, 'bad_message')
  })
  return socket
}

const documentOf = (address: string) => documentIdOf(address.split('\0', 1)[0] as string)

function headerOf(message: Uint8Array): Header | null {
  try {
    return readHeader(message)
  } catch {
    return null
  }
}
