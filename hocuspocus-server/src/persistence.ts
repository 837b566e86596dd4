import type { Document, Extension } from '@hocuspocus/server'
import * as Y from 'yjs'
import { applyUpdates } from './applyUpdates.ts'
import type { Bus } from './bus.ts'
import { bytesOf, type Database, type LoggedUpdate, type StoredDocument } from './database.ts'
import { hasForeign } from './foreign.ts'
import type { Applied, Typed } from './inbox.ts'
import type { Merger } from './merger.ts'
import { documentIdOf } from './protocol.ts'
import { type Context, Denied, refuse } from './sessions.ts'
import type { UpdateLog } from './updateLog.ts'
import { SYNC } from './wire.ts'

export interface PersistenceOptions {
  database: Pick<Database, 'load' | 'compact'>
  log: Pick<UpdateLog, 'append' | 'isDurable' | 'drain'>
  bus: Pick<Bus, 'opening' | 'opened' | 'closed'>
  merger: Pick<Merger, 'merge'>
  documentBytes: number
  onTooLarge(document: Document): void
  report(message: string, error?: unknown): void
}

export interface Persistence {
  extension: Extension<Context>
  /** See InboxOptions. */
  keep(document: Document, applied: Applied): void
  /** See ClientSocketOptions. */
  mayAcknowledge(documentId: string, change: LoggedChange | undefined, release: () => void): boolean
  /** So many bytes of a document were committed, here… */
  committed(documentId: string, bytes: number): void
  /** … or by another server, and are in the document now. */
  arrived(documentId: string, bytes: number): void
  /** A document of which this is stored grew by a command; when nobody has it open, nobody else merges its log. */
  grownUnopened(documentId: string, stored: StoredDocument): void
  /** Waits for compactions under way. */
  settle(): Promise<void>
}

/** A change that Hocuspocus is applying, on its way to the acknowledgement. */
export type LoggedChange = Pick<LoggedUpdate, 'authorId' | 'update'>

interface OpenDocument extends Size {
  document: Document
  pending: Pending
  compacting: boolean
  /** Changes were refused. It stays so until everybody has left, or whoever comes after a compaction could go on where others may not. */
  refused: boolean
}

/** Yjs' store of changes that build on something which has not arrived. */
interface Pending {
  structs: Uint8Array | undefined
  deletions: Uint8Array | null
}

/** The origin of what comes from the database: it is neither logged nor counted as an edit. */
const LOADING = { source: 'local', skipStoreHooks: true } as const
/** Reading and applying a row of the log takes as long as so many bytes of a snapshot. */
const ROW_COST_BYTES = 50
/** A tail that costs as much as this, and as the snapshot, is merged: opening never takes more than twice as long as a snapshot alone. */
const WORTH_MERGING_BYTES = 32 * 1024
/** When everybody has left there is time for less. */
const WORTH_MERGING_AT_THE_END_BYTES = 4 * 1024

/** Keeps documents in an append-only log: nothing is ever written over, so neither a failed load nor a late store can lose anything. */
export function createPersistence({ database, log, bus, merger, documentBytes, onTooLarge, report }: PersistenceOptions): Persistence {
  const open = new Map<string, OpenDocument>()
  const compactions = new Set<Promise<void>>()

  function refuseIfTooLarge(entry: OpenDocument): void {
    entry.refused ||= isTooLarge(entry, documentBytes)
    if (entry.refused) onTooLarge(entry.document)
  }

  async function load(document: Document, documentId: string): Promise<void> {
    bus.opening(documentId, document)
    document.on('destroy', () => bus.closed(documentId, document))
    const stored = await database.load(documentId)
    applyUpdates(document, updatesOf(stored), LOADING)
    const entry: OpenDocument = { document, ...sizeOf(stored), pending: pendingOf(document), compacting: false, refused: false }
    open.set(documentId, entry)
    document.on('update', (update: Uint8Array, origin: unknown) => {
      const authorId = authorOf(origin)
      if (authorId) log.append({ documentId, authorId, update })
    })
    document.on('destroy', () => {
      if (open.get(documentId) === entry) open.delete(documentId)
      compact(documentId, entry, isWorthMergingAtTheEnd)
    })
    bus.opened(documentId, stored)
  }

  function compact(documentId: string, entry: Size & { compacting: boolean }, isWorthIt: (size: Size) => boolean): void {
    if (entry.compacting || !isWorthIt(entry)) return
    entry.compacting = true
    const work = database
      .compact(
        documentId,
        (stored) => isWorthIt(sizeOf(stored)),
        (stored) => merger.merge(updatesOf(stored)),
      )
      .then((sizes) => {
        if (!sizes) return
        entry.snapshotBytes = sizes.snapshotBytes
        entry.tailBytes = Math.max(0, entry.tailBytes - sizes.mergedBytes)
        entry.tailRows = Math.max(0, entry.tailRows - sizes.mergedRows)
      })
      // The log is whole without it; the next commit tries again.
      .catch((error: unknown) => report(`Document ${documentId} could not be compacted`, error))
      .finally(() => {
        entry.compacting = false
        compactions.delete(work)
      })
    compactions.add(work)
  }

  function grow(documentId: string, bytes: number): OpenDocument | undefined {
    const entry = open.get(documentId)
    if (!entry) return undefined
    entry.tailBytes += bytes
    entry.tailRows += 1
    refuseIfTooLarge(entry)
    compact(documentId, entry, isWorthMerging)
    return entry
  }

  return {
    extension: {
      extensionName: 'persistence',

      async onLoadDocument({ document, documentName }) {
        const documentId = documentIdOf(documentName) as string // access.ts let it pass.
        try {
          await load(document, documentId)
        } catch (error) {
          // Hocuspocus forgets a document that fails to load, but its timer would keep it in memory.
          document.destroy()
          report(`Document ${documentId} could not be loaded`, error)
          throw new Denied('unavailable', error)
        }
      },

      async connected({ connection }) {
        const entry = open.get(documentIdOf(connection.document.name) ?? '')
        if (entry) refuseIfTooLarge(entry)
      },

      async beforeSync({ type, connection, document, context, payload }) {
        const { session } = context
        // Hocuspocus takes nothing from a connection that may only read.
        if (session && type !== SYNC.step1 && !connection.readOnly && hasForeign(Y.decodeUpdate(payload).structs, document))
          refuse(Object.assign(session, { connection }), { reason: 'unknown_content' })
        if (session) context.socket.changes.set(connection.messageAddress, { authorId: session.claims.sub, update: payload })
      },

      async beforeUnloadDocument({ documentName }) {
        await log.drain(documentIdOf(documentName) as string)
      },
    },

    keep(document, { fresh, idle }) {
      const documentId = documentIdOf(document.name) as string
      const entry = open.get(documentId)
      if (!entry) return // As below.
      const pending = pendingOf(document)
      const kept = isSame(pending, entry.pending) ? fresh : [...fresh, ...idle]
      entry.pending = pending
      for (const { session, update } of kept) log.append({ documentId, authorId: session.claims.sub, update })
      if (fresh.length + idle.length === 0) return
      const acknowledge = () => {
        for (const { session } of [...fresh, ...idle]) session.socket.acknowledge(session, true)
      }
      if (log.isDurable(documentId, (committed) => committed && acknowledge())) acknowledge()
    },

    mayAcknowledge(documentId, change, release) {
      const entry = open.get(documentId)
      if (!entry) return false // The document is gone, and what was applied to it is not kept anywhere.
      const pending = pendingOf(entry.document)
      // A change that builds on a missing one is held in memory and announced by no event, so it is logged as it came.
      if (change && !isSame(pending, entry.pending)) log.append({ documentId, ...change })
      entry.pending = pending
      return log.isDurable(documentId, (committed) => {
        if (committed) release()
      })
    },

    committed: (documentId, bytes) => void grow(documentId, bytes),

    arrived(documentId, bytes) {
      const entry = grow(documentId, bytes)
      if (entry) entry.pending = pendingOf(entry.document)
    },

    grownUnopened(documentId, stored) {
      if (!open.has(documentId)) compact(documentId, { ...sizeOf(stored), compacting: false }, isWorthMerging)
    },

    async settle() {
      await Promise.all(compactions)
    },
  }
}

/** Shows people in the document a change that the log has already. */
export function applyLogged(document: Document, update: Uint8Array): void {
  applyUpdates(document, [update], LOADING)
}

/** Either part alone, because compaction turns a long tail into little. */
const isTooLarge = ({ snapshotBytes, tailBytes }: OpenDocument, limit: number) => Math.max(snapshotBytes, tailBytes) > limit

interface Size {
  snapshotBytes: number
  /** What the log holds on top of the snapshot. */
  tailBytes: number
  tailRows: number
}

const sizeOf = ({ snapshot, tail }: StoredDocument): Size => ({
  snapshotBytes: snapshot?.length ?? 0,
  tailBytes: bytesOf(tail),
  tailRows: tail.length,
})
const updatesOf = ({ snapshot, tail }: StoredDocument) => (snapshot ? [snapshot, ...tail] : tail)
const tailCost = ({ tailBytes, tailRows }: Size) => tailBytes + tailRows * ROW_COST_BYTES
const isWorthMerging = (size: Size) => tailCost(size) > Math.max(WORTH_MERGING_BYTES, size.snapshotBytes)
const isWorthMergingAtTheEnd = (size: Size) => tailCost(size) > Math.max(WORTH_MERGING_AT_THE_END_BYTES, size.snapshotBytes / 8)

function authorOf(origin: unknown): string | undefined {
  const { connection, tornBy } = (origin ?? {}) as { connection?: { context: Context } } & Partial<Typed>
  return connection?.context.session?.claims.sub ?? tornBy
}

function pendingOf({ store }: Y.Doc): Pending {
  return { structs: store.pendingStructs?.update, deletions: store.pendingDs }
}

/** Whether nothing was added. Yjs replaces the bytes of pending changes when it adds to them, and copies pending deletions at every change. */
function isSame(now: Pending, before: Pending): boolean {
  const isSameStructs = now.structs === undefined || now.structs === before.structs
  return isSameStructs && (now.deletions === null || (before.deletions !== null && Buffer.compare(now.deletions, before.deletions) === 0))
}
