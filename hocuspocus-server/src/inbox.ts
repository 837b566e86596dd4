import type { Document } from '@hocuspocus/server'
import * as Y from 'yjs'
import { applyWaiting } from './applyUpdates.ts'
import { hasForeign } from './foreign.ts'
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
  /** Somebody brought what no document can hold. */
  onForeign(session: OpenSession): void
  /** The change cannot be read. */
  onBroken(session: OpenSession, error: unknown): void
  /** The changes of a turn are applied. */
  afterwards(): void
  /** Milliseconds. */
  clock(): number
}

/** Gathers the changes of a turn of the event loop and applies those of a document in one transaction: what many people type at once
 *  is encoded once, and goes to each of them in one message. */
export interface Inbox {
  add(change: Change): void
  /** Does something when what has come so far is applied: a caret stands behind the letter that was typed before it. */
  follow(document: Document, work: () => void): void
  /** Applies what has come so far, before something that must not overtake it. */
  flush(): void
}

/** The origin of what comes through here. It is logged as it came, and not as an event of the document, which has many authors. */
export interface Typed {
  source: 'local'
  /** Whose change was applied in part before Yjs stumbled over it. What is in the document then is logged as an event after all. */
  tornBy?: string
}

interface Turn {
  changes: Change[]
  followers: (() => void)[]
}

/** To write to a socket takes about half as long. A room with many people is told in steps, so that each write says more when there is
 *  more to say; a room with a few is told at once. */
const STEP_PER_PERSON_MS = 0.02

export function createInbox({ keep, applyAlone, onForeign, onBroken, afterwards, clock }: InboxOptions): Inbox {
  const waiting = new Map<Document, Turn>()
  /** When a document may take its next step. */
  const nextStep = new WeakMap<Document, number>()
  let immediate: NodeJS.Immediate | undefined
  let timer: NodeJS.Timeout | undefined

  function applyTo(document: Document, changes: Change[]): void {
    const applied: Applied = { fresh: [], idle: [] }
    const alone: Change[] = []
    const foreign = new Set<OpenSession>()
    const broken: [session: OpenSession, error: unknown][] = []
    const origin: Typed = { source: 'local' }
    const applyAll = (transaction: Y.Transaction) => {
      for (const change of changes) {
        const { connection, socket, claims } = change.session
        if (!document.hasConnection(connection)) continue
        if (connection.readOnly) {
          socket.acknowledge(change.session, false)
          continue
        }
        try {
          const { structs } = Y.decodeUpdate(change.update)
          if (foreign.has(change.session) || hasForeign(structs, document)) {
            foreign.add(change.session)
            socket.acknowledge(change.session, false)
            continue
          }
          if (!structs.every(({ id }) => id.clock >= Y.getState(document.store, id.client))) {
            alone.push(change)
            continue
          }
          const deletions = deletionsIn(transaction)
          Y.applyUpdate(document, change.update)
          const isFresh = structs.length > 0 || deletionsIn(transaction) > deletions
          applied[isFresh ? 'fresh' : 'idle'].push(change)
        } catch (error) {
          origin.tornBy = claims.sub
          broken.push([change.session, error])
        }
      }
      applyWaiting(document)
    }
    try {
      withoutEcho(document, changes, () => document.transact(applyAll, origin))
    } catch (error) {
      // Yjs ended the transaction all the same. Whose change it stumbled over nobody knows: they come again.
      for (const { session } of changes) broken.push([session, error])
    }
    keep(document, applied)
    for (const session of foreign) onForeign(session)
    for (const change of alone) applyAlone(document, change)
    for (const [session, error] of broken) onBroken(session, error)
  }

  function step(document: Document, { changes, followers }: Turn): void {
    waiting.delete(document)
    const isCrowded = document.connections.size * STEP_PER_PERSON_MS >= 1
    if (isCrowded) nextStep.set(document, clock() + document.connections.size * STEP_PER_PERSON_MS)
    applyTo(document, changes)
    for (const work of followers) work()
  }

  function flush() {
    for (const [document, turn] of waiting) step(document, turn)
  }

  function stepAll() {
    clearImmediate(immediate)
    clearTimeout(timer)
    immediate = timer = undefined
    for (const [document, turn] of waiting) {
      if (dueMs(document) > 0) schedule(document)
      else step(document, turn)
    }
    afterwards()
  }

  const dueMs = (document: Document) => (nextStep.has(document) ? (nextStep.get(document) ?? 0) - clock() : 0)

  function schedule(document: Document) {
    const waitMs = dueMs(document)
    if (waitMs <= 0) {
      if (!immediate) immediate = setImmediate(stepAll)
    } else if (!timer) timer = setTimeout(stepAll, waitMs)
  }

  return {
    add(change) {
      const { document } = change.session.connection
      const turn = waiting.get(document)
      if (turn) return void turn.changes.push(change)
      waiting.set(document, { changes: [change], followers: [] })
      schedule(document)
    },

    follow(document, work) {
      const turn = waiting.get(document)
      if (turn) turn.followers.push(work)
      else work()
    },

    flush,
  }
}

/** Whoever typed alone has what he typed. It is sent to him all the same when it may bring what waited for it. */
function withoutEcho({ store }: Document, changes: Change[], work: () => void): void {
  const [first] = changes
  if (first && changes.length === 1 && !store.pendingStructs && !store.pendingDs)
    first.session.socket.withoutEcho(first.session.connection.messageAddress, work)
  else work()
}

function deletionsIn({ deleteSet }: Y.Transaction): number {
  let count = 0
  for (const ranges of deleteSet.clients.values()) count += ranges.length
  return count
}
