import type { Document } from '@hocuspocus/server'
import * as Y from 'yjs'
import type { OpenSession } from './sessions.ts'

/** A change that somebody made in a document. */
export interface Change {
  session: OpenSession
  update: Uint8Array
}

/** What became of the changes of one turn in one document. */
export interface Applied {
  /** New to the document, if it does not wait for something that is missing. */
  fresh: Change[]
  /** Nothing in it was new, or it waits. */
  idle: Change[]
}

export interface InboxOptions {
  /** Logs what was applied to a document, and acknowledges it when it is committed. */
  keep(document: Document, applied: Applied): void
  /** Takes a change that is not altogether new. */
  applyAlone(document: Document, change: Change): void
  /** The change cannot be read. */
  onBroken(session: OpenSession, error: unknown): void
  /** The changes of a turn are applied. */
  afterwards(): void
}

/** Gathers the changes of a turn of the event loop and applies those of a document in one transaction: what many people type at once
 *  is encoded once, and goes to each of them in one message. */
export interface Inbox {
  add(change: Change): void
  /** Applies what has come so far, before something that must not overtake it. */
  flush(): void
}

/** The origin of what comes through here. It is logged as it came, and not as an event of the document, which has many authors. */
export interface Typed {
  source: 'local'
  /** Whose change was applied in part before Yjs stumbled over it. What is in the document then is logged as an event after all. */
  tornBy?: string
}

export function createInbox({ keep, applyAlone, onBroken, afterwards }: InboxOptions): Inbox {
  let waiting = new Map<Document, Change[]>()
  let isScheduled = false

  function applyAll(document: Document, changes: Change[]): void {
    const applied: Applied = { fresh: [], idle: [] }
    const alone: Change[] = []
    const origin: Typed = { source: 'local' }
    document.transact((transaction) => {
      for (const change of changes) {
        const { connection, socket } = change.session
        if (!document.hasConnection(connection)) continue
        if (connection.readOnly) {
          socket.acknowledge(change.session, false)
          continue
        }
        try {
          const { structs } = Y.decodeUpdate(change.update)
          if (!structs.every(({ id }) => id.clock >= Y.getState(document.store, id.client))) {
            alone.push(change)
            continue
          }
          const deletions = deletionsIn(transaction)
          Y.applyUpdate(document, change.update)
          const isFresh = structs.length > 0 || deletionsIn(transaction) > deletions
          applied[isFresh ? 'fresh' : 'idle'].push(change)
        } catch (error) {
          origin.tornBy = change.session.claims.sub
          onBroken(change.session, error)
        }
      }
    }, origin)
    keep(document, applied)
    for (const change of alone) applyAlone(document, change)
  }

  function flush() {
    if (waiting.size === 0) return
    const due = waiting
    waiting = new Map()
    for (const [document, changes] of due) applyAll(document, changes)
  }

  return {
    add(change) {
      const { document } = change.session.connection
      const changes = waiting.get(document)
      if (changes) changes.push(change)
      else waiting.set(document, [change])
      if (isScheduled) return
      isScheduled = true
      setImmediate(() => {
        isScheduled = false
        flush()
        afterwards()
      })
    },
    flush,
  }
}

function deletionsIn({ deleteSet }: Y.Transaction): number {
  let count = 0
  for (const ranges of deleteSet.clients.values()) count += ranges.length
  return count
}
