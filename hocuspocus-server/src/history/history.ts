import { Worker } from 'node:worker_threads'
import type { SuggestionAnswer } from '../suggestions/changes.ts'
import type { Blame, Content, DiffAnswer, Replay } from './answers.ts'
import type { HistoryProblem, Question } from './questions.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './worker.ts'

interface Answers {
  content: Content
  diff: DiffAnswer
  blame: Blame
  replay: Replay
  restore: Uint8Array | null
  suggestion: SuggestionAnswer
  acceptance: Uint8Array
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
const MAX_QUESTIONS = 64
const TELL_EVERY_MS = 250
const RESTART_MS = 1_000
const STOP_DEADLINE_MS = 5_000

export function createHistory({ report, ...settings }: HistoryOptions): History {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: HistoryRefusal): void }>()
  const touched = new Set<string>()
  let questions = 0
  let closing = false
  let worker = start()
  const telling = setInterval(tellTouched, TELL_EVERY_MS)

  function start(): Worker {
    const started = new Worker(new URL('./worker.ts', import.meta.url), { workerData: settings })
    started.on('message', hearWorker)
    started.on('error', (error) => report('The history thread ended', error))
    started.on('exit', () => {
      for (const { reject } of waiting.values()) reject(new HistoryRefusal('unavailable'))
      waiting.clear()
      // It finds by itself what it missed.
      if (!closing) setTimeout(restart, RESTART_MS).unref()
    })
    return started
  }

  function restart() {
    if (!closing) worker = start()
  }

  function hearWorker(message: FromWorker) {
    if (message.type === 'report') return report(`${message.message} (${message.error})`)
    if (message.type === 'stopped') return
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.type === 'answer') asked?.resolve(message.value)
    else asked?.reject(new HistoryRefusal(message.code))
  }

  const tell = (message: ToWorker) => worker.postMessage(message)

  function tellTouched() {
    if (touched.size === 0) return
    tell({ type: 'touched', documentIds: [...touched] })
    touched.clear()
  }

  return {
    ask(question) {
      if (waiting.size >= MAX_QUESTIONS) return Promise.reject(new HistoryRefusal('too_busy'))
      const id = ++questions
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(id)
          reject(new HistoryRefusal('unavailable'))
        }, ANSWER_DEADLINE_MS)
        const end =
          <Value>(then: (value: Value) => void) =>
          (value: Value) => {
            clearTimeout(timer)
            then(value)
          }
        waiting.set(id, { resolve: end(resolve as (value: unknown) => void), reject: end(reject) })
        tell({ type: 'question', id, question })
      })
    },

    touched: (documentId) => void touched.add(documentId),

    named: (documentId) => tell({ type: 'named', documentId }),

    catchUp: () => tell({ type: 'missed' }),

    async close() {
      closing = true
      clearInterval(telling)
      const exited = new Promise((resolve) => worker.once('exit', resolve))
      tell({ type: 'stop' })
      const timer = setTimeout(() => void worker.terminate(), STOP_DEADLINE_MS)
      await exited
      clearTimeout(timer)
    },
  }
}
