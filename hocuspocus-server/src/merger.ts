import { Worker } from 'node:worker_threads'

/** Merges the updates of a document into one that holds its whole state, and forgets what was deleted. */
export interface Merger {
  merge(updates: Uint8Array[]): Promise<Uint8Array>
  close(): Promise<void>
}

interface Answer {
  task: number
  merged?: Uint8Array
  error?: unknown
}

/** The thread is started with the first task, and again when it has died. */
export function createMerger(): Merger {
  const tasks = new Map<number, PromiseWithResolvers<Uint8Array>>()
  let worker: Worker | null = null
  let count = 0

  function start(): Worker {
    const started = new Worker(new URL('./mergeWorker.ts', import.meta.url))
    started.on('message', ({ task, merged, error }: Answer) => {
      const waiting = tasks.get(task)
      tasks.delete(task)
      if (merged) waiting?.resolve(merged)
      else waiting?.reject(error)
      if (tasks.size === 0) started.unref()
    })
    const fail = (error: unknown) => {
      if (worker !== started) return
      worker = null
      for (const { reject } of tasks.values()) reject(error)
      tasks.clear()
    }
    started.on('error', fail)
    started.on('exit', (code) => fail(new Error(`The thread for merging ended with code ${code}`)))
    return started
  }

  return {
    merge(updates) {
      worker ??= start()
      worker.ref()
      const task = count++
      const waiting = Promise.withResolvers<Uint8Array>()
      tasks.set(task, waiting)
      worker.postMessage({ task, updates })
      return waiting.promise
    },
    async close() {
      const last = worker
      worker = null
      await last?.terminate()
    },
  }
}
