import { HocuspocusProvider } from '@hocuspocus/provider'
import * as Y from 'yjs'
import { ANYTHING, type DenialReason, documentName, parseServerMessage } from '../../../../hocuspocus-server/src/protocol.ts'
import { SCHEMA_VERSION } from '../../../../hocuspocus-server/src/schema/version.ts'
import type { EditorNotice, Person, SavedState } from '../contract.ts'
import { keepClientId } from './clientId.ts'
import { type DeviceCopy, keepOnDevice } from './deviceCopy.ts'
import { peopleOf } from './people.ts'
import { type Connection, type ConnectionEvent, losesChanges, reduce, savedState, unconnected } from './savedState.ts'
import { type BorrowedSocket, borrowSocket } from './socket.ts'

export interface OpenDocument {
  ydoc: Y.Doc
  provider: HocuspocusProvider
  copy: DeviceCopy
  close(): void
}

export interface OpenDocumentOptions {
  documentId: string
  /** For whom this device keeps the text. */
  person: string
  url: string
  /** Otherwise the one of this tab. */
  borrow?(url: string): BorrowedSocket
  token(): Promise<string>
  onState(state: SavedState, connection: Connection): void
  onPresence(people: Person[]): void
  onNotice(notice: EditorNotice): void
  /** See EditorProps. */
  onChanged(what: string): void
  /** Changes made here can no longer reach the server. */
  onLoss(): void
  /** The server has documents that this client does not understand: it may read and not write. */
  onOutdated(): void
}

/** Retries wait 1, 2, 4 … seconds and no longer than this. */
const longestWaitMs = 30_000
/** Who has no answer of the server for so long reads what this device has. */
const patienceMs = 2000
/** A browser that does not open its database shall not keep the page from opening. */
const longestLoadMs = 1000

/** Joins a document: its text, its people and what is known about both. */
export function openDocument(options: OpenDocumentOptions): OpenDocument {
  const ydoc = new Y.Doc()
  const { socket, onCount, giveBack } = (options.borrow ?? borrowSocket)(`${options.url}?schema=${SCHEMA_VERSION}`)
  const name = documentName(options.documentId)
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name,
    document: ydoc,
    token: options.token,
  })
  const copy = keepOnDevice({ person: options.person, documentId: options.documentId, ydoc })
  const clientId = keepClientId({
    ydoc,
    awareness: provider.awareness,
    send(message) {
      if (socket.status !== 'connected' || !provider.isAuthenticated || connection.scope !== 'read-write') return false
      provider.sendStateless(JSON.stringify(message))
      return true
    },
  })
  let connection: Connection = { ...unconnected, socket: socket.status }
  let failures = 0
  let waiting: ReturnType<typeof setTimeout> | undefined

  const dispatch = (event: ConnectionEvent) => {
    const before = connection
    connection = reduce(before, event)
    if (connection === before) return
    copy.note({ unsent: connection.dirty, writable: connection.writable }, connection.cut || connection.socket !== 'connected')
    if (losesChanges(before, connection)) {
      options.onLoss()
      copy.forget()
    }
    options.onState(savedState(connection), connection)
  }
  /** Asks the server again on the open socket: the provider itself never does after a refusal. */
  const askAgain = (delayMs: number) => {
    clearTimeout(waiting)
    waiting = setTimeout(() => {
      if (socket.status !== 'connected') return
      void provider.sendToken().then(() => provider.startSync())
    }, delayMs)
  }
  const refused = (reason: string) => {
    failures += 1
    const wait = Math.min(1000 * 2 ** (failures - 1), longestWaitMs)
    switch (reason as DenialReason) {
      case 'token_expired':
        // `options.token` brings a fresh one: once at once, later with patience.
        return askAgain(failures === 1 ? 0 : wait)
      case 'not_found':
        dispatch({ type: 'refused' })
        return copy.forget()
      case 'token_invalid':
        return dispatch({ type: 'refused' })
      case 'too_many_documents':
        options.onNotice({ code: reason, message: '' })
        return askAgain(longestWaitMs)
      default:
        return askAgain(wait)
    }
  }
  const hear = (payload: string) => {
    const message = parseServerMessage(payload)
    if (!message) return
    if (message.type === 'access') return dispatch({ type: 'authenticated', scope: message.access === 'write' ? 'read-write' : 'readonly' })
    if (message.type === 'revoked') {
      dispatch({ type: 'refused' })
      return copy.forget()
    }
    if (message.type === 'changed') return options.onChanged(message.what)
    if (message.type === 'client_id') return clientId.hear(message)
    if (message.type === 'slowed') return options.onNotice({ code: message.type, message: '' })
    if (message.type === 'outdated') return options.onOutdated()
    options.onNotice({ code: message.reason, message: '' })
    dispatch({ type: 'authenticated', scope: 'readonly' })
  }

  provider.on('status', ({ status }: { status: Connection['socket'] }) => dispatch({ type: 'socket', status }))
  provider.on('authenticated', ({ scope }: { scope: 'read-write' | 'readonly' }) => {
    failures = 0
    dispatch({ type: 'authenticated', scope })
  })
  provider.on('authenticationFailed', ({ reason }: { reason: string }) => refused(reason))
  let hasBeenSynced = false
  provider.on('synced', () => {
    dispatch({ type: 'synced' })
    if (hasBeenSynced) options.onChanged(ANYTHING)
    hasBeenSynced = true
    if (document.visibilityState === 'visible') clientId.take()
  })
  provider.on('stateless', ({ payload }: { payload: string }) => hear(payload))
  provider.on('close', () => {
    // The same event tells of a closed socket; that one reconnects by itself.
    if (socket.status !== 'connected' || connection.scope === 'denied') return
    dispatch({ type: 'closed' })
    askAgain(500)
  })
  provider.on('awarenessChange', ({ states }: { states: unknown[] }) => options.onPresence(peopleOf(states)))
  ydoc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin !== provider && origin !== copy) dispatch({ type: 'edited' })
  })
  const listening = new AbortController()
  addEventListener('offline', () => dispatch({ type: 'network', online: false }), { signal: listening.signal })
  addEventListener('online', () => dispatch({ type: 'network', online: true }), { signal: listening.signal })
  // A hidden tab may be ended without a word, and its id would be lost.
  const onVisibility = () => (document.visibilityState === 'visible' && provider.isSynced ? clientId.take() : clientId.giveBack())
  document.addEventListener('visibilitychange', onVisibility, { signal: listening.signal })
  addEventListener('pagehide', clientId.giveBack, { signal: listening.signal })
  const stopCounting = onCount(name, (count) => dispatch({ type: 'unacknowledged', count }))
  let recalling: ReturnType<typeof setTimeout> | undefined
  let closed = false
  async function begin() {
    const loading = copy.load().then((kept) => {
      if (closed || !kept) return
      dispatch({ type: 'kept', ...kept })
      recalling = setTimeout(() => connection.scope !== 'denied' && dispatch({ type: 'recalled' }), navigator.onLine ? patienceMs : 0)
    })
    await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, longestLoadMs))])
    if (closed) return
    if (!navigator.onLine) dispatch({ type: 'network', online: false })
    provider.attach()
  }
  void begin()

  return {
    ydoc,
    provider,
    copy,
    close() {
      closed = true
      clearTimeout(recalling)
      copy.close()
      clearTimeout(waiting)
      listening.abort()
      stopCounting()
      clientId.giveBack()
      clientId.stop()
      provider.destroy()
      ydoc.destroy()
      giveBack()
    },
  }
}
