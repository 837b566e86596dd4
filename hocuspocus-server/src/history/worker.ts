// The thread in which history is worked on: replaying a document must not hold up anybody's keystrokes.
import { parentPort, workerData } from 'node:worker_threads'
import { createPool } from '../database.ts'
import { createHistoryDatabase } from './historyDatabase.ts'
import { forgetHistory, packRows } from './packing.ts'
import { answer, HistoryError, type HistoryProblem, type Question } from './questions.ts'
import { makeVersions } from './versions.ts'

export interface WorkerSettings {
  databaseUrl: string
  pauseMs: number
}

export type ToWorker =
  | { type: 'question'; id: number; question: Question }
  /** Something was written in these documents. */
  | { type: 'touched'; documentIds: string[] }
  /** A version of this document may have been named. */
  | { type: 'named'; documentId: string }
  /** Something may have happened that nobody told. */
  | { type: 'missed' }
  | { type: 'stop' }

export type FromWorker =
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'problem'; id: number; code: HistoryProblem | 'unavailable' }
  | { type: 'report'; message: string; error: string }
  | { type: 'stopped' }

const TICK_MS = 500
const FIRST_ROUND_MS = 5_000
const PACK_EVERY_MS = 5 * 60_000
const FORGET_EVERY_MS = 60 * 60_000
const RETRY_MS = 10_000
/** Who is written in without a pause is looked at so often. */
const LONGEST_WAIT_MS = 15 * 60_000
/** What was written just before a version was named may still be on its way into the log. */
const NAMED_AFTER_MS = 300

const port = parentPort as NonNullable<typeof parentPort>
const { databaseUrl, pauseMs } = workerData as WorkerSettings
const pool = createPool(databaseUrl, {
  fetch_types: false,
  max_lifetime: null,
  connect_timeout: 5,
  onnotice: () => {},
  max: 3,
  connection: { application_name: 'atrium_collab_history' },
})
const database = createHistoryDatabase(pool.current)
const tell = (message: FromWorker) => port.postMessage(message)
const report = (message: string, error: unknown) =>
  tell({ type: 'report', message, error: error instanceof Error ? `${error.name}: ${error.message}` : '' })

/** When to look for new versions of a document, and when at the latest. */
const due = new Map<string, { at: number; latest: number }>()
/** Documents of which a version may have been named, and when to look. */
const named = new Map<string, number>()
let isWorking = false
let stopping = false
let packAt = Date.now() + FIRST_ROUND_MS
let forgetAt = Date.now() + FIRST_ROUND_MS

function look(documentId: string, at: number, longestWaitMs = 0): void {
  const latest = due.get(documentId)?.latest ?? at + longestWaitMs
  due.set(documentId, { at: Math.min(at, latest), latest })
}

async function tick(): Promise<void> {
  if (isWorking || stopping) return
  isWorking = true
  const now = Date.now()
  for (const [documentId, at] of named) {
    if (at > now || stopping) continue
    named.delete(documentId)
    await completeNamed(documentId)
  }
  for (const [documentId, { at }] of due) {
    if (at > now || stopping) continue
    due.delete(documentId)
    await makeAll(documentId)
  }
  if (!stopping && now >= packAt) {
    await packAll().catch((error: unknown) => report('History could not be packed', error))
    packAt = Date.now() + PACK_EVERY_MS
  }
  if (!stopping && now >= forgetAt) {
    await forgetAll().catch((error: unknown) => report('Old history could not be forgotten', error))
    forgetAt = Date.now() + FORGET_EVERY_MS
  }
  isWorking = false
}

/** Every version that is stored is announced, so most announcements are of those that were made here. */
async function completeNamed(documentId: string): Promise<void> {
  const versions = await database.versions(documentId).catch(() => null)
  if (!versions || versions.some(({ words }) => words === null)) await makeAll(documentId)
}

async function makeAll(documentId: string): Promise<void> {
  try {
    const next = await makeVersions(documentId, { database, pauseMs, clock: Date.now })
    if (next !== null) look(documentId, next)
  } catch (error) {
    report(`Versions of document ${documentId} could not be made`, error)
    look(documentId, Date.now() + RETRY_MS)
  }
}

async function packAll(): Promise<void> {
  for (const documentId of await database.documentsToPack()) {
    try {
      let hasMore = true
      while (hasMore && !stopping) hasMore = await database.pack(documentId, packRows)
    } catch (error) {
      report(`The history of document ${documentId} could not be packed`, error)
    }
    if (stopping) return
  }
}

async function forgetAll(): Promise<void> {
  for (const { documentId, before } of await database.documentsToForget()) {
    if (stopping) return
    await database.forget(documentId, before, (stored) => forgetHistory(stored, before))
  }
}

async function reply(id: number, question: Question): Promise<void> {
  try {
    tell({ type: 'answer', id, value: await answer(question, database, Date.now()) })
  } catch (error) {
    if (!(error instanceof HistoryError)) report(`The history of document ${question.documentId} could not be read`, error)
    tell({ type: 'problem', id, code: error instanceof HistoryError ? error.code : 'unavailable' })
  }
}

/** Documents that were written in before this server started, or by one that died. */
async function catchUp(): Promise<void> {
  try {
    for (const documentId of await database.documentsWithoutVersion()) look(documentId, Date.now())
  } catch (error) {
    report('Documents without versions could not be found', error)
    setTimeout(() => void catchUp(), RETRY_MS).unref() // Never rejects.
  }
}

const ticking = setInterval(() => void tick(), TICK_MS) // Never rejects.
void catchUp() // Never rejects.

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'question':
      return void reply(message.id, message.question) // Never rejects.
    case 'touched':
      for (const documentId of message.documentIds) look(documentId, Date.now() + pauseMs, LONGEST_WAIT_MS)
      return
    case 'named':
      named.set(message.documentId, Date.now() + NAMED_AFTER_MS)
      return
    case 'missed':
      return void catchUp() // Never rejects.
    case 'stop':
      stopping = true
      clearInterval(ticking)
      void pool.close().finally(() => {
        tell({ type: 'stopped' })
        port.close()
      })
  }
})
