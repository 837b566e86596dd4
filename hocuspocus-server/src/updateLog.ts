import * as Y from 'yjs'
import { isMissingDocument, type LoggedUpdate } from './database.ts'

export interface UpdateLogOptions {
  append(updates: LoggedUpdate[]): Promise<void>
  /** The document cannot be written any more, because it was deleted. */
  onRejected(documentId: string): void
  onCommitted(documentId: string, bytes: number): void
  /** More may wait than this, but not much: `onBacklog(true)` asks for nothing more until `onBacklog(false)`. */
  backlogBytes: number
  onBacklog(isLong: boolean): void
  report(message: string, error?: unknown): void
}

/** Collects updates into batches and commits one batch at a time. What it was given it keeps until it is committed, however long that takes. */
export interface UpdateLog {
  append(update: LoggedUpdate): void
  /** True when nothing of the document waits to be committed; otherwise `then` is called after the commit, or with false when
   *  there is no document any more. */
  isDurable(documentId: string, then: (committed: boolean) => void): boolean
  /** Resolves when nothing of what was given so far, of one document or of all, waits any more. */
  drain(documentId?: string): Promise<void>
  pendingBytes(): number
  /** Since when the database has refused the batch under way, in milliseconds of the epoch; null when all is well. */
  failingSince(): number | null
}

interface Batch {
  /** document → author → updates */
  documents: Map<string, Map<string | null, Uint8Array[]>>
  waiting: Map<string, ((committed: boolean) => void)[]>
}

/** Long enough to share a commit among several people, short enough to go unnoticed. */
const BATCH_MS = 5
/** A row takes the database as long, and as many bytes of its own log, whether it holds one letter or ten. When there would be more than
 *  a thousand rows a second, each collects more of what one person writes… */
const MS_PER_ROW = 1
/** … but nobody waits longer to hear that his words are safe. */
const MAX_BATCH_MS = 200
const MAX_RETRY_MS = 2_000
/** `mergeUpdates` is quadratic in the number of its inputs: a tree of small merges is not. */
const MERGE_FAN_IN = 32

export function createUpdateLog({ append, onRejected, onCommitted, backlogBytes, onBacklog, report }: UpdateLogOptions): UpdateLog {
  let open = emptyBatch()
  let inFlight: Batch | null = null
  let timer: NodeJS.Timeout | undefined
  let batchMs = BATCH_MS
  let pendingBytes = 0
  let isBacklogLong = false
  let failingSince: number | null = null

  function schedule() {
    if (timer || inFlight || open.documents.size === 0) return
    timer = setTimeout(() => {
      timer = undefined
      void flush() // Never rejects: it retries until it succeeds.
    }, batchMs)
  }

  function countPending(bytes: number) {
    pendingBytes += bytes
    // Not back at the same line, or every keystroke would cross it.
    const isLong = pendingBytes > (isBacklogLong ? backlogBytes / 2 : backlogBytes)
    if (isLong === isBacklogLong) return
    isBacklogLong = isLong
    onBacklog(isLong)
  }

  async function flush() {
    const batch = open
    inFlight = batch
    open = emptyBatch()
    const rows = rowsOf(batch)
    batchMs = Math.min(MAX_BATCH_MS, Math.max(BATCH_MS, rows.length * MS_PER_ROW))
    await commit(rows)
    countPending(-bytesOf(batch))
    inFlight = null
    for (const callbacks of batch.waiting.values()) for (const release of callbacks) release(true)
    for (const { documentId, update } of rows) onCommitted(documentId, update.length)
    schedule()
  }

  async function commit(rows: LoggedUpdate[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await append(rows)
        failingSince = null
        return
      } catch (error) {
        // What is gone must not hold up the others.
        if (isMissingDocument(error)) return rows.length > 1 ? commitOneByOne(rows) : reject(rows)
        failingSince ??= Date.now()
        if (attempt % 20 === 0) report('The update log cannot be written; trying again', error)
        await new Promise((resolve) => setTimeout(resolve, Math.min(MAX_RETRY_MS, 50 * 2 ** Math.min(attempt, 6))))
      }
    }
  }

  async function commitOneByOne(rows: LoggedUpdate[]): Promise<void> {
    for (const row of rows) await commit([row])
  }

  function reject(rows: LoggedUpdate[]): void {
    for (const { documentId } of rows) {
      const waiting = inFlight?.waiting.get(documentId) ?? []
      inFlight?.waiting.delete(documentId)
      for (const release of waiting) release(false)
      onRejected(documentId)
    }
  }

  const batchWith = (documentId: string) => [open, inFlight].find((batch) => batch?.documents.has(documentId))

  function isDurable(documentId: string, then: (committed: boolean) => void): boolean {
    const batch = batchWith(documentId)
    if (!batch) return true
    const waiting = batch.waiting.get(documentId)
    if (waiting) waiting.push(then)
    else batch.waiting.set(documentId, [then])
    return false
  }

  async function drain(documentId?: string): Promise<void> {
    const ids = documentId === undefined ? [...open.documents.keys(), ...(inFlight?.documents.keys() ?? [])] : [documentId]
    await Promise.all(
      ids.map(
        (id) =>
          new Promise<void>((resolve) => {
            if (isDurable(id, () => resolve())) resolve()
          }),
      ),
    )
  }

  return {
    append({ documentId, authorId, update }) {
      const authors = open.documents.get(documentId) ?? new Map<string | null, Uint8Array[]>()
      open.documents.set(documentId, authors)
      const updates = authors.get(authorId)
      if (updates) updates.push(update)
      else authors.set(authorId, [update])
      countPending(update.length)
      schedule()
    },
    isDurable,
    drain,
    pendingBytes: () => pendingBytes,
    failingSince: () => failingSince,
  }
}

const emptyBatch = (): Batch => ({ documents: new Map(), waiting: new Map() })

function rowsOf({ documents }: Batch): LoggedUpdate[] {
  return [...documents].flatMap(([documentId, authors]) =>
    [...authors].map(([authorId, updates]) => ({ documentId, authorId, update: mergeUpdates(updates) })),
  )
}

function bytesOf({ documents }: Batch): number {
  let bytes = 0
  for (const authors of documents.values()) for (const updates of authors.values()) for (const { length } of updates) bytes += length
  return bytes
}

function mergeUpdates(updates: Uint8Array[]): Uint8Array {
  let merged = updates
  while (merged.length > 1) {
    const next: Uint8Array[] = []
    for (let start = 0; start < merged.length; start += MERGE_FAN_IN) next.push(Y.mergeUpdates(merged.slice(start, start + MERGE_FAN_IN)))
    merged = next
  }
  return merged[0] as Uint8Array
}
