import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Configuration, type Document, Hocuspocus } from '@hocuspocus/server'
import type { WebSocket } from 'ws'
import { access } from './access.ts'
import { applyUpdates } from './applyUpdates.ts'
import { createAwareness } from './awareness.ts'
import { createBus } from './bus.ts'
import { clientIds } from './clientIds.ts'
import { createClientSocket } from './clientSocket.ts'
import { createCommands } from './commands.ts'
import type { Limits } from './config.ts'
import { append, fillPlaceholders, replace } from './contentCommands.ts'
import { type Database, SERVERS } from './database.ts'
import { createHints } from './hints.ts'
import type { History } from './history/history.ts'
import { keepLateWords, restore } from './history/restoreCommand.ts'
import { type Change, createInbox } from './inbox.ts'
import { createBucket } from './limits.ts'
import { createMerger } from './merger.ts'
import { createOutbox } from './outbox.ts'
import { applyLogged, createPersistence } from './persistence.ts'
import { projections } from './projections.ts'
import { CLOSE_CODES, documentName } from './protocol.ts'
import { createRevocation } from './revocation.ts'
import { type Context, type OpenSession, refuse } from './sessions.ts'
import { acceptSuggestion } from './suggestions/acceptCommand.ts'
import type { VerifyToken } from './tokens.ts'
import { createUpdateLog } from './updateLog.ts'

export interface CollaborationOptions {
  database: Database
  history: Pick<History, 'ask' | 'touched' | 'named' | 'catchUp'>
  verifyToken: VerifyToken
  /** The name of this server among others: a random UUID. */
  serverId: string
  limits: Limits
  clock(): number
  report(message: string, error?: unknown): void
}

export interface Health {
  documents: number
  /** Bytes that wait to be committed. */
  pendingBytes: number
  /** For how long the log could not be written, in milliseconds; null when it can. */
  failingForMs: number | null
}

export interface Collaboration {
  /** Takes over a WebSocket whose handshake is done. */
  accept(webSocket: WebSocket, stream: Duplex, request: IncomingMessage): void
  health(): Health
  /** Commits what is pending, closes every connection and lets go of every document. */
  close(): Promise<void>
}

/** Hocuspocus calls even an empty hook through several promises for every message. */
const NO_HOOKS = Object.fromEntries(
  ['onUpgrade', 'onConnect', 'connected', 'beforeHandleMessage', 'afterHandleMessage', 'beforeHandleAwareness', 'beforeSync']
    .concat(['beforeBroadcastStateless', 'onStateless', 'onChange', 'onCreateDocument', 'onLoadDocument', 'onStoreDocument'])
    .concat(['afterStoreDocument', 'onAwarenessUpdate', 'onRequest', 'onDisconnect', 'onDestroy', 'onConfigure', 'onListen'])
    .map((hook) => [hook, undefined]),
) as Partial<Configuration<Context>>

export function createCollaboration(options: CollaborationOptions): Collaboration {
  const { database, history, verifyToken, serverId, limits, clock, report } = options
  const revocation = createRevocation({ database, clock, report })
  const bus = createBus({
    serverId,
    database,
    onArrived: (documentId, bytes) => persistence.arrived(documentId, bytes),
    clock,
    report,
  })
  const merger = createMerger()
  const log = createUpdateLog({
    append: bus.append,
    onCommitted: (documentId, bytes) => {
      persistence.committed(documentId, bytes)
      history.touched(documentId)
    },
    onRejected: (documentId) => resetConnections(hocuspocus.documents.get(documentName(documentId))),
    backlogBytes: limits.pendingBytes,
    onBacklog: pauseReading,
    report,
  })
  const persistence = createPersistence({
    database,
    log,
    bus,
    merger,
    documentBytes: limits.documentBytes,
    onTooLarge: refuseChanges,
    report,
  })
  const awareness = createAwareness({ clock })
  const hocuspocus = new Hocuspocus<Context>({
    ...NO_HOOKS,
    quiet: true,
    // The outbox gathers what leaves in one turn; merging updates, as Hocuspocus would, is quadratic in their number.
    flushDelay: false,
    // What a document says is readable by SQL within two seconds of a pause, however long somebody goes on.
    debounce: 800,
    maxDebounce: 5_000,
    maxPendingDocuments: limits.documentsPerConnection,
    extensions: [
      access({ database, verifyToken, revocation, documentsPerConnection: limits.documentsPerConnection, report }),
      persistence.extension,
      projections({ database, report }),
      awareness.extension,
      clientIds({ database, log, clock }),
    ].map((extension) => guard(extension, report)),
  })
  const outbox = createOutbox()
  const inbox = createInbox({
    keep: persistence.keep,
    applyAlone,
    onForeign: (session) => refuse(session, { reason: 'unknown_content' }),
    onBroken,
    afterwards: outbox.flushAll,
    clock: () => performance.now(),
  })
  const webSockets = new Set<WebSocket>()
  /** Those who send too much at once. */
  const slowed = new WeakSet<WebSocket>()
  let isReadingPaused = false
  const commands = createCommands({
    database,
    announcement: bus.announcement,
    kinds: {
      append,
      replace,
      fill_placeholders: fillPlaceholders,
      restore: restore(history),
      keep_late_words: keepLateWords(history),
      accept_suggestion: acceptSuggestion(history),
    },
    documentBytes: limits.documentBytes,
    deliver,
    onGrown: persistence.grownUnopened,
    report,
  })
  const hints = createHints(hocuspocus.documents, { commands: commands.onNotice, versions: history.named })
  revocation.start()
  bus.start()
  database.listen({ atrium_access: revocation.hear, atrium_documents: hints.hear, [SERVERS]: bus.hear }, () => {
    revocation.catchUp()
    hints.catchUp()
    bus.catchUp()
    commands.onListening()
    history.catchUp()
  })

  /** A change that the log has already. Whoever is about to open the document may have read the log before it was there. */
  async function deliver(documentId: string, update: Uint8Array) {
    history.touched(documentId)
    const name = documentName(documentId)
    const document = hocuspocus.documents.get(name) ?? (await hocuspocus.loadingDocuments.get(name)?.catch(() => undefined))
    if (!document || document.isDestroyed) return
    applyLogged(document, update)
    persistence.committed(documentId, update.length)
  }

  /** Hocuspocus says to the log what is new in it. */
  function applyAlone(document: Document, { session, update }: Change) {
    const { connection, documentId, claims, socket } = session
    try {
      applyUpdates(document, [update], { source: 'connection', connection })
    } catch (error) {
      return onBroken(session, error)
    }
    const acknowledge = () => socket.acknowledge(session, true)
    if (persistence.mayAcknowledge(documentId, { authorId: claims.sub, update }, acknowledge)) acknowledge()
  }

  function onBroken({ connection, documentId }: OpenSession, error: unknown) {
    report(`A change of document ${documentId} cannot be read`, error)
    connection.close({ code: CLOSE_CODES.badMessage, reason: 'bad_message' })
  }

  /** What clients go on writing waits with them, and not in this server's memory. */
  function pauseReading(isPaused: boolean) {
    isReadingPaused = isPaused
    for (const webSocket of webSockets) pauseOrResume(webSocket)
  }

  function pauseOrResume(webSocket: WebSocket) {
    isReadingPaused || slowed.has(webSocket) ? webSocket.pause() : webSocket.resume()
  }

  function slowDown(webSocket: WebSocket) {
    slowed.add(webSocket)
    pauseOrResume(webSocket)
    setTimeout(() => {
      slowed.delete(webSocket)
      pauseOrResume(webSocket)
    }, SLOWED_MS).unref()
  }

  function refuseChanges(document: Document) {
    for (const { context } of document.getConnections()) {
      const { session, socket } = context as Context
      for (const open of socket.sessions)
        if (open === session) refuse(open, { reason: 'document_too_large', limitBytes: limits.documentBytes })
    }
  }

  /** The document was deleted. Whoever has it open comes back and is told. */
  function resetConnections(document: Document | undefined) {
    for (const { context } of document?.getConnections() ?? []) (context as Context).socket.close(CLOSE_CODES.reset, 'reset')
  }

  return {
    accept(webSocket, stream, request) {
      const socket = createClientSocket({
        webSocket,
        stream,
        outbox,
        limits,
        mayAcknowledge: persistence.mayAcknowledge,
        mayChange: createBucket({ perSecond: limits.updatesPerSecond, burst: 10 * limits.updatesPerSecond, clock }),
        slowDown: () => slowDown(webSocket),
        clock,
        type: (session, update) => inbox.add({ session, update }),
        moveCaret: (session, update) => inbox.follow(session.connection.document, () => awareness.receive(session, update)),
        deliver: (message) => {
          inbox.flush()
          client.handleMessage(message)
        },
      })
      // Hocuspocus wants a web request and shows it to hooks; nothing here reads more than the path.
      const client = hocuspocus.handleConnection(socket, new Request(new URL(request.url ?? '/', 'http://localhost')), { socket })
      webSockets.add(webSocket)
      if (isReadingPaused) webSocket.pause()
      webSocket.on('error', () => {}) // A close event follows.
      webSocket.on('close', (code, reason) => {
        webSockets.delete(webSocket)
        inbox.flush()
        client.handleClose({ code, reason: reason.toString() })
      })
    },

    health() {
      const since = log.failingSince()
      return {
        documents: hocuspocus.getDocumentsCount(),
        pendingBytes: log.pendingBytes(),
        failingForMs: since === null ? null : clock() - since,
      }
    },

    async close() {
      revocation.stop()
      await commands.stop()
      inbox.flush()
      await log.drain() // So that clients hear of what is safe while they can be told.
      await new Promise((resolve) => setImmediate(resolve)) // The outbox writes at the end of a turn.
      await Promise.all([...webSockets].map(closeWebSocket))
      await log.drain()
      await Promise.all([...hocuspocus.documents.values()].map((document) => letGo(document)))
      await persistence.settle()
      await merger.close()
      await bus.stop()
    },
  }

  async function letGo(document: Document): Promise<void> {
    await hocuspocus.debouncer.executeNow(`onStoreDocument-${document.name}`)
    await hocuspocus.unloadDocument(document)
  }
}

const CLOSE_DEADLINE_MS = 1_000
/** So long nothing is read from a client that sends too much. */
const SLOWED_MS = 1_000

function closeWebSocket(webSocket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => webSocket.terminate(), CLOSE_DEADLINE_MS)
    webSocket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    webSocket.close(CLOSE_CODES.restart, 'restart')
  })
}

/** A rejection in one of these hooks would end the process, or close the connection of somebody who did nothing wrong. */
const MUST_NOT_REJECT = [
  'connected',
  'onTokenSync',
  'onDisconnect',
  'onStateless',
  'beforeHandleAwareness',
  'beforeSync',
  'onStoreDocument',
] as const

function guard(extension: ReturnType<typeof access>, report: CollaborationOptions['report']): typeof extension {
  const guarded: Record<string, unknown> = { ...extension }
  for (const name of MUST_NOT_REJECT) {
    const hook = extension[name] as ((payload: unknown) => Promise<unknown>) | undefined
    if (!hook) continue
    guarded[name] = async (payload: unknown) => {
      try {
        return await hook(payload)
      } catch (error) {
        report(`Hook ${name} of ${extension.extensionName} failed`, error)
        if (name === 'beforeHandleAwareness') (payload as { states: Map<number, unknown> }).states.clear() // Unchecked, they stay here.
      }
    }
  }
  return guarded as typeof extension
}
