import type { Duplex } from 'node:stream'
import type { WebSocketLike } from '@hocuspocus/server'
import type { WebSocket } from 'ws'
import { MAX_AWARENESS_BYTES, MAX_STATELESS_BYTES, MAX_TOKEN_BYTES } from './limits.ts'
import type { Outbox } from './outbox.ts'
import { CLOSE_CODES, documentIdOf } from './protocol.ts'
import { type OpenSession, refuse, tell } from './sessions.ts'
import {
  type Header,
  isAcknowledgement,
  isFarewell,
  MAX_ADDRESS_LENGTH,
  MESSAGE,
  notApplied,
  permissionDenied,
  readHeader,
  SYNC,
} from './wire.ts'

/** A change that Hocuspocus is applying, on its way to the acknowledgement. */
export interface Change {
  authorId: string
  update: Uint8Array
}

/** One client's WebSocket, as Hocuspocus sees it. */
export interface ClientSocket extends WebSocketLike {
  readonly sessions: Set<OpenSession>
  /** address → the change whose acknowledgement comes next */
  readonly changes: Map<string, Change>
}

export interface ClientSocketOptions {
  webSocket: WebSocket
  stream: Duplex
  outbox: Outbox
  limits: { updateBytes: number; bufferedBytes: number }
  /** Whether everything that the acknowledgement promises is committed. If not, `release` is called when it is, or never. */
  mayAcknowledge(documentId: string, change: Change | undefined, release: () => void): boolean
  /** Counts a change; false when there were too many in too short a time. */
  mayChange(): boolean
  /** Reads nothing more from this client for a while. */
  slowDown(): void
  /** Takes a message that has passed the checks. */
  deliver(message: Uint8Array): void
}

const OPEN = 1

/** Checks what comes in before Hocuspocus keeps any state for it, holds acknowledgements back until the commit, and cuts off who does not read. */
export function createClientSocket(options: ClientSocketOptions): ClientSocket {
  const { webSocket, stream, outbox, limits, mayAcknowledge, mayChange, slowDown, deliver } = options
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
      if (!isAcknowledgement(message)) return post(message)
      const { address } = readHeader(message)
      const change = socket.changes.get(address)
      socket.changes.delete(address)
      if (mayAcknowledge(documentOf(address) ?? '', change, () => post(message))) post(message)
    },
    close(code, reason) {
      outbox.flush(outlet)
      webSocket.close(code, reason)
    },
  }

  const sessionAt = (address: string) => [...socket.sessions].find(({ connection }) => connection.messageAddress === address)

  function receiveChange(address: string, message: Uint8Array) {
    if (message.length > limits.updateBytes) return refuseUpdate(address)
    if (!mayChange()) {
      const session = sessionAt(address)
      if (session) tell(session.connection, { type: 'slowed' })
      slowDown()
    }
    deliver(message)
  }

  function refuseUpdate(address: string) {
    const session = sessionAt(address)
    if (session) refuse(session, 'update_too_large', limits.updateBytes)
    post(notApplied(address))
  }

  function receive(message: Uint8Array) {
    const header = headerOf(message)
    if (!header) return socket.close(CLOSE_CODES.badMessage, 'bad_message')
    const { address, type, kind } = header
    if (address.length > MAX_ADDRESS_LENGTH || !documentOf(address)) {
      if (type === MESSAGE.auth && address.length <= MAX_ADDRESS_LENGTH) post(permissionDenied(address, 'not_found'))
      return
    }
    // What a client sent before it heard the farewell counts for nothing. Whoever wants in again brings a token first.
    if (type === MESSAGE.auth) closed.delete(address)
    else if (closed.has(address)) return
    switch (type) {
      case MESSAGE.auth:
        return message.length <= MAX_TOKEN_BYTES ? deliver(message) : post(permissionDenied(address, 'token_invalid'))
      case MESSAGE.sync:
      case MESSAGE.syncReply:
        return kind === SYNC.step1 ? deliver(message) : receiveChange(address, message)
      case MESSAGE.awareness:
        if (message.length <= MAX_AWARENESS_BYTES) deliver(message)
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
