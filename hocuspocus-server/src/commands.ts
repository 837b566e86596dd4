import * as Y from 'yjs'
import { applyUpdates } from './applyUpdates.ts'
import type { Accepted, Announcement, Applied, Command, Database, Outcome, Refusal, StoredDocument } from './database.ts'
import { hasForeign } from './foreign.ts'
import { contentsOf } from './projections.ts'

/** Changes `document`, a copy of what is stored, as the command asks. Throws a `Refused` when that cannot be done; any other error makes
 *  the server try again. What was taken over from a suggestion is returned, to be kept with it. */
export type CommandKind = (document: Y.Doc, command: Command & { documentId: string }) => void | Promise<void> | Promise<Accepted>

export class Refused extends Error implements Refusal {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export interface CommandsOptions {
  database: Pick<Database, 'applyCommands' | 'commandedDocuments' | 'forgetOldCommands' | 'refusalToWrite'>
  /** What each kind does, by its name. */
  kinds: Record<string, CommandKind>
  documentBytes: number
  /** To which other servers a commit is announced, see bus.ts. */
  announcement(documentIds: string[]): Announcement | undefined
  /** Brings a committed change to whoever has the document open. */
  deliver(documentId: string, update: Uint8Array): Promise<void>
  /** A command has made a document longer, of which this is stored now. */
  onGrown(documentId: string, stored: StoredDocument): void
  report(message: string, error?: unknown): void
}

export interface Commands {
  /** Commands wait for a document. */
  onNotice(documentId: string): void
  /** What was announced while nobody listened was missed. */
  onListening(): void
  /** Takes no more, and waits for those under way. */
  stop(): Promise<void>
}

/** Each of them holds one connection and asks with a second one. */
const DOCUMENTS_AT_ONCE = 2
const RETRY_MS = 500
const SWEEP_MS = 5_000
/** What was done may ask for something to be done a moment later, see sql/121_restore_version.sql. */
const FOLLOWING_MS = 2_100
const FORGET_MS = 60 * 60_000
const MAX_ATTEMPTS = 5
/** One writer for as long as this process lives: a Yjs document grows slower with every client id it has ever seen. It is used for one
 *  change of a document at a time, each made on top of all that were committed before. */
const CLIENT_ID = new Y.Doc().clientID

/** Applies what SQL asks for. A change is computed on a copy of what is stored and committed in one transaction with its command being
 *  done; only then do others see it. So a server that is killed has either done it or not begun. */
export function createCommands({ database, kinds, documentBytes, announcement, deliver, onGrown, report }: CommandsOptions): Commands {
  const waiting = new Set<string>()
  const underWay = new Map<string, Promise<void>>()
  let stopped = false
  let forgotAt = 0

  function work() {
    for (const documentId of waiting) {
      if (stopped || underWay.size >= DOCUMENTS_AT_ONCE) return
      if (underWay.has(documentId)) continue
      waiting.delete(documentId)
      const done = run(documentId)
        .catch((error: unknown) => {
          report(`Commands of document ${documentId} could not be applied; trying again`, error)
          if (!stopped) setTimeout(onNotice, RETRY_MS, documentId)
        })
        .finally(() => {
          underWay.delete(documentId)
          work()
        })
      underWay.set(documentId, done)
    }
  }

  async function run(documentId: string): Promise<void> {
    let count: number | null
    do {
      const updates: Uint8Array[] = []
      let before: StoredDocument | undefined
      const applyAll = async (stored: StoredDocument, commands: Command[]) => {
        before = stored
        const applied = await apply(documentId, stored, commands)
        for (const outcome of applied.outcomes) if ('update' in outcome && outcome.update.length > 0) updates.push(outcome.update)
        return applied
      }
      count = await database.applyCommands(documentId, applyAll, announcement([documentId]))
      for (const update of updates) await deliver(documentId, update)
      if (before && updates.length > 0) onGrown(documentId, { ...before, tail: [...before.tail, ...updates] })
      if (count && !stopped) setTimeout(onNotice, FOLLOWING_MS, documentId).unref()
    } while (count && !stopped)
  }

  async function apply(documentId: string, stored: StoredDocument, commands: Command[]): Promise<Applied> {
    let document = copyOf(stored)
    const outcomes: Outcome[] = []
    const updates: Uint8Array[] = []
    for (const command of commands) {
      const { outcome, isDirty } = await outcomeOf(document, documentId, command)
      outcomes.push(outcome)
      if ('update' in outcome && outcome.update.length > 0) updates.push(outcome.update)
      // The next change may not build on one that is not kept.
      if (isDirty) document = copyOf(stored, updates)
    }
    return { outcomes, contents: updates.length > 0 ? contentsOf(document) : null }
  }

  async function outcomeOf(document: Y.Doc, documentId: string, command: Command): Promise<{ outcome: Outcome; isDirty?: boolean }> {
    const kind = kinds[command.kind]
    if (!kind || command.attempts > MAX_ATTEMPTS) return { outcome: { refused: FAILED } }
    const refused = await database.refusalToWrite(documentId, command.claims)
    if (refused) return { outcome: { refused } }
    const updates: Uint8Array[] = []
    const note = (update: Uint8Array) => void updates.push(update)
    document.on('update', note)
    let accepted: Accepted | undefined
    try {
      accepted = (await kind(document, { ...command, documentId })) ?? undefined
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return { outcome: { refused: { code: error.code, message: error.message } }, isDirty: updates.length > 0 }
    } finally {
      document.off('update', note)
    }
    const update = updates.length > 1 ? Y.mergeUpdates(updates) : (updates[0] ?? new Uint8Array())
    const refusal = refusalOf(document, update)
    return refusal ? { outcome: { refused: refusal }, isDirty: true } : { outcome: { update, ...(accepted && { accepted }) } }
  }

  function refusalOf(document: Y.Doc, update: Uint8Array): Refusal | null {
    if (update.length > documentBytes) return TOO_LARGE
    // Whatever the kind: history and branches may hold what was written before changes were looked at.
    return update.length > 0 && hasForeign(Y.decodeUpdate(update).structs, document) ? UNKNOWN_CONTENT : null
  }

  function onNotice(documentId: string) {
    waiting.add(documentId)
    work()
  }

  async function sweep() {
    try {
      for (const documentId of await database.commandedDocuments()) waiting.add(documentId)
      work()
      if (Date.now() - forgotAt < FORGET_MS) return
      forgotAt = Date.now()
      await database.forgetOldCommands()
    } catch (error) {
      report('Nobody knows which commands wait; asking again', error)
    }
  }

  // What another server began and did not end is found here.
  const timer = setInterval(() => void sweep(), SWEEP_MS) // Never rejects.

  return {
    onNotice,
    onListening: () => void sweep(),
    async stop() {
      stopped = true
      clearInterval(timer)
      await Promise.all(underWay.values())
    },
  }
}

function copyOf({ snapshot, tail }: StoredDocument, updates: Uint8Array[] = []): Y.Doc {
  const document = new Y.Doc()
  applyUpdates(document, [...(snapshot ? [snapshot] : []), ...tail, ...updates])
  document.clientID = CLIENT_ID // Not before: finding its own changes in what it reads, Yjs would take another one.
  return document
}

const FAILED: Refusal = { code: 'failed', message: 'This change could not be made. The log of the collaboration server says why.' }
const TOO_LARGE: Refusal = { code: 'document_too_large', message: 'The document would become too large.' }
const UNKNOWN_CONTENT: Refusal = {
  code: 'unknown_content',
  message: 'This would bring something into the page that no page can hold, so nothing was changed.',
}
