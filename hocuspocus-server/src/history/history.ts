import { Worker } from 'node:worker_threads'
import type { SuggestionAnswer } from '../suggestions/changes.ts'
import type { Acceptance } from '../suggestions/hunks.ts'
import type { Blame, Content, DiffAnswer, Replay } from './answers.ts'
import type { HistoryProblem, Question } from './questions.ts'
import type { Chore, FromWorker, Look, ToWorker, WorkerSettings } from './worker.ts'

interface Answers {
  content: Content
  diff: DiffAnswer
  blame: Blame
  replay: Replay
  restore: Uint8Array | null
  late: Uint8Array | null
  suggestion: SuggestionAnswer
  acceptance: Acceptance
}

export class HistoryRefusal extends Error {
  readonly code: HistoryProblem | 'unavailable' | 'too_busy'
  constructor(code: HistoryRefusal['code']) {
    super(code)
    this.code = code
  }
}

/** The history of documents: packed, divided into versions and read in a thread of its own. */
export interface History {
  ask<Kind extends Question['kind']>(question: Question & { kind: Kind }): Promise<Answers[Kind]>
  /** Something was written in a document. */
  touched(documentId: string): void
  /** A version of a document may have been named: what it says is read now. */
  named(documentId: string): void
  /** Notices may have been missed. */
  catchUp(): void
  close(): Promise<void>
}

export interface HistoryOptions extends WorkerSettings {
  report(message: string, error?: unknown): void
}

const ANSWER_DEADLINE_MS = 20_000
const STOP_DEADLINE_MS = 5_000
const MAX_QUESTIONS = 64
/** The thread takes memory, so it is there only while it is needed. */
const IDLE_MS = 60_000
const TICK_MS = 500
const RETRY_MS = 10_000
/** Who is written in without a pause is looked at so often. */
const LONGEST_WAIT_MS = 15 * 60_000
/** What was written just before a version was named may still be on its way into the log. */
const NAMED_AFTER_MS = 300
const FIRST_ROUND_MS = 5_000
const PACK_EVERY_MS = 5 * 60_000
/** Rows can be packed some minutes after they were written. */
const PACK_UNTIL_MS = 15 * 60_000
const FORGET_EVERY_MS = 60 * 60_000

export function createHistory({ report, ...settings }: HistoryOptions): History {
  const thread = createThread(settings, report)
  /** When to look for new versions of a document, and when at the latest. */
  const due = new Map<string, { at: number; latest: number }>()
  /** Documents of which a version may have been named, and when to look. */
  const named = new Map<string, number>()
  let isWorking = false
  let closing = false
  let hasMissed = true
  let askMissedAt = 0
  let packAt = Date.now() + FIRST_ROUND_MS
  let packUntil = Date.now() + PACK_UNTIL_MS
  let forgetAt = Date.now() + FIRST_ROUND_MS
  const ticking = setInterval(() => void tick(), TICK_MS) // Never rejects.

  function look(documentId: string, at: number, longestWaitMs = 0): void {
    const latest = due.get(documentId)?.latest ?? at + longestWaitMs
    due.set(documentId, { at: Math.min(at, latest), latest })
  }

  async function tick(): Promise<void> {
    if (isWorking || closing) return
    isWorking = true
    try {
      await doChores(Date.now())
    } catch (error) {
      if (!closing) report('The history could not be kept in order; trying again', error)
    } finally {
      isWorking = false
    }
  }

  async function doChores(now: number): Promise<void> {
    if (hasMissed && now >= askMissedAt) {
      askMissedAt = now + RETRY_MS
      for (const documentId of (await thread.run({ kind: 'missed' })) as string[]) look(documentId, now)
      hasMissed = false
    }
    const justNamed = [...named].filter(([, at]) => at <= now).map(([documentId]) => documentId)
    for (const documentId of justNamed) named.delete(documentId)
    await makeVersions(justNamed, true)
    const paused = [...due].filter(([, { at }]) => at <= now).map(([documentId]) => documentId)
    for (const documentId of paused) due.delete(documentId)
    await makeVersions(paused, false)
    if (now >= packAt) {
      packAt = now + PACK_EVERY_MS
      if (now < packUntil) await thread.run({ kind: 'pack' })
    }
    if (now >= forgetAt) {
      forgetAt = now + FORGET_EVERY_MS
      await thread.run({ kind: 'forget' })
    }
  }

  async function makeVersions(documentIds: string[], onlyNamed: boolean): Promise<void> {
    if (documentIds.length === 0) return
    try {
      const looks = (await thread.run({ kind: 'versions', documentIds, onlyNamed })) as Look[]
      for (const [documentId, at] of looks) look(documentId, at)
    } catch (error) {
      for (const documentId of documentIds) look(documentId, Date.now() + RETRY_MS)
      throw error
    }
  }

  return {
    ask: thread.ask,

    touched(documentId) {
      const now = Date.now()
      packUntil = now + PACK_UNTIL_MS
      look(documentId, now + settings.pauseMs, LONGEST_WAIT_MS)
    },

    named: (documentId) => void named.set(documentId, Date.now() + NAMED_AFTER_MS),

    catchUp() {
      hasMissed = true
    },

    async close() {
      closing = true
      clearInterval(ticking)
      await thread.close()
    },
  }
}

/** Starts with the first task, ends when there has been none for a while. */
function createThread(settings: WorkerSettings, report: HistoryOptions['report']) {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: HistoryRefusal): void }>()
  let tasks = 0
  let questions = 0
  let worker: Worker | null = null
  let resting: NodeJS.Timeout | undefined

  function start(): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { workerData: settings })
    started.on('message', hear)
    started.on('error', (error) => report('The history thread ended', error))
    started.on('exit', () => {
      if (worker !== started) return
      worker = null
      for (const { reject } of waiting.values()) reject(new HistoryRefusal('unavailable'))
      waiting.clear()
    })
    return started
  }

  function hear(message: FromWorker) {
    if (message.type === 'report') return report(`${message.message} (${message.error})`)
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (waiting.size === 0) resting = setTimeout(() => void end(), IDLE_MS).unref()
    if (message.type === 'answer') asked?.resolve(message.value)
    else asked?.reject(new HistoryRefusal(message.code))
  }

  function run(task: Question | Chore): Promise<unknown> {
    clearTimeout(resting)
    worker ??= start()
    const to = worker
    const id = ++tasks
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      to.postMessage({ id, task } satisfies ToWorker)
    })
  }

  /** Lets it close its connections. */
  async function end(): Promise<void> {
    const ended = worker
    if (!ended) return
    worker = null
    const exited = new Promise((resolve) => ended.once('exit', resolve))
    ended.postMessage('stop' satisfies ToWorker)
    const timer = setTimeout(() => void ended.terminate(), STOP_DEADLINE_MS)
    await exited
    clearTimeout(timer)
  }

  return {
    run,

    async ask<Kind extends Question['kind']>(question: Question & { kind: Kind }): Promise<Answers[Kind]> {
      if (questions >= MAX_QUESTIONS) throw new HistoryRefusal('too_busy')
      questions += 1
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new HistoryRefusal('unavailable')), ANSWER_DEADLINE_MS)
      })
      try {
        return (await Promise.race([run(question), late])) as Answers[Kind]
      } finally {
        clearTimeout(timer)
        questions -= 1
      }
    },

    async close() {
      clearTimeout(resting)
      await end()
      for (const { reject } of waiting.values()) reject(new HistoryRefusal('unavailable'))
      waiting.clear()
    },
  }
}
