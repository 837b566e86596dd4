import { HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { countingWebSocket } from '../../../../hocuspocus-server/src/protocol.ts'

export interface SharedSocket {
  socket: HocuspocusProviderWebsocket
  /** Hears how many changes of a document the server has not acknowledged; 0 says that all of them are committed.
   *  @returns the way to stop */
  onCount(document: string, hear: (unacknowledged: number) => void): () => void
}

/** A socket, and the way to give it back. */
export type BorrowedSocket = SharedSocket & { giveBack(): void }

const idleMs = 10_000

let shared: { url: string; opened: SharedSocket; documents: number; closing: ReturnType<typeof setTimeout> | undefined } | undefined

/** The one socket on which all documents of this tab travel. It opens with the first document and closes some seconds after the last;
 *  a socket without documents has no heartbeat and would reconnect for ever. */
export function borrowSocket(url: string): BorrowedSocket {
  if (shared && shared.url !== url) {
    close(shared)
    shared = undefined
  }
  shared ??= { url, opened: open(url), documents: 0, closing: undefined }
  const borrowed = shared
  borrowed.documents += 1
  clearTimeout(borrowed.closing)
  let returned = false
  return {
    ...borrowed.opened,
    giveBack() {
      if (returned) return
      returned = true
      borrowed.documents -= 1
      if (borrowed.documents > 0) return
      borrowed.closing = setTimeout(() => {
        close(borrowed)
        if (shared === borrowed) shared = undefined
      }, idleMs)
    },
  }
}

/** One beside it: a socket knows each document once. */
export function ownSocket(url: string): BorrowedSocket {
  const opened = open(url)
  return { ...opened, giveBack: () => opened.socket.destroy() }
}

function open(url: string): SharedSocket {
  const hearers = new Map<string, (unacknowledged: number) => void>()
  const socket = new HocuspocusProviderWebsocket({
    url,
    maxDelay: 10_000,
    WebSocketPolyfill: countingWebSocket(WebSocket, (document, unacknowledged) => hearers.get(document)?.(unacknowledged)),
  })
  // Updates queued while offline are part of the handshake's difference. Sent again they would be acknowledged twice, and more
  // than a thousand of them before authentication close the socket.
  socket.on('open', () => Reflect.set(socket, 'messageQueue', []))
  // After a silence the old socket may be dead without knowing it, and the next attempt may be seconds away.
  const listening = new AbortController()
  addEventListener('online', renew, { signal: listening.signal })
  socket.on('destroy', () => listening.abort())
  function renew() {
    if (!socket.shouldConnect) return
    // A real closing waits for an answer from the other end, which may never come.
    socket.webSocket?.dispatchEvent(new CloseEvent('close', { code: 4408, reason: 'network changed' }))
    void socket.connect()
  }
  return {
    socket,
    onCount(document, hear) {
      hearers.set(document, hear)
      return () => {
        if (hearers.get(document) === hear) hearers.delete(document)
      }
    },
  }
}

function close(borrowed: NonNullable<typeof shared>) {
  clearTimeout(borrowed.closing)
  borrowed.opened.socket.destroy()
}
