// The thread in which history is worked on: replaying a document must not hold up anybody's keystrokes.
import { parentPort, workerData } from 'node:worker_threads'
import { createPool } from '../connections.ts'
import { createHistoryDatabase } from './historyDatabase.ts'
import { forgetHistory, packRows } from './packing.ts'
import { answer, HistoryError, type HistoryProblem, type Question } from './questions.ts'
import { makeVersions } from './versions.ts'

export interface WorkerSettings {
  databaseUrl: string
  pauseMs: number
}

/** What keeps the history in order. */
export type Chore =
  /** Makes the versions that these documents lack; answers when to look again, in milliseconds of the epoch. `onlyNamed`: only where
   *  somebody has named one. */
  | { kind: 'versions'; documentIds: string[]; onlyNamed: boolean }
  /** Answers which documents were written in without a version, before this server started or by one that died. */
  | { kind: 'missed' }
  | { kind: 'pack' }
  | { kind: 'forget' }

export type Look = [documentId: string, at: number]

export type ToWorker = { id: number; task: Question | Chore } | 'stop'

export type FromWorker =
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'problem'; id: number; code: HistoryProblem | 'unavailable' }
  | { type: 'report'; message: string; error: string }

const RETRY_MS = 10_000

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
let stopping = false

async function work(task: Question | Chore): Promise<unknown> {
  switch (task.kind) {
    case 'versions':
      return makeAll(task.documentIds, task.onlyNamed)
    case 'missed':
      return database.documentsWithoutVersion()
    case 'pack':
      return packAll()
    case 'forget':
      return forgetAll()
    default:
      return answer(task, database, Date.now())
  }
}

async function makeAll(documentIds: string[], onlyNamed: boolean): Promise<Look[]> {
  const looks: Look[] = []
  for (const documentId of documentIds) {
    if (stopping) break
    try {
      // Every version that is stored is announced, so most announcements are of those that were made here.
      if (onlyNamed && (await database.versions(documentId)).every(({ words }) => words !== null)) continue
      const next = await makeVersions(documentId, { database, pauseMs, clock: Date.now })
      if (next !== null) looks.push([documentId, next])
    } catch (error) {
      report(`Versions of document ${documentId} could not be made`, error)
      looks.push([documentId, Date.now() + RETRY_MS])
    }
  }
  return looks
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

async function reply(id: number, task: Question | Chore): Promise<void> {
  try {
    tell({ type: 'answer', id, value: await work(task) })
  } catch (error) {
    if (!(error instanceof HistoryError)) report(`History: ${task.kind} failed`, error)
    tell({ type: 'problem', id, code: error instanceof HistoryError ? error.code : 'unavailable' })
  }
}

port.on('message', (message: ToWorker) => {
  if (message !== 'stop') return void reply(message.id, message.task) // Never rejects.
  stopping = true
  void pool.close().finally(() => port.close())
})
