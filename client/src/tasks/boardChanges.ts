import { createSignal } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import type { TaskStore } from './taskStore.ts'

/** Changes of a board, one after another: each is thought of when the one before is known to all. What the server refuses is a sentence. */
export function createChanges(store: TaskStore) {
  const [problem, setProblem] = createSignal('')
  let before: Promise<unknown> = Promise.resolve()
  return {
    problem,
    setProblem,
    /** Resolves to whether it was done. */
    run(work: () => Promise<unknown>): Promise<boolean> {
      const done = before.then(async () => {
        setProblem('')
        try {
          await work()
          return true
        } catch (error) {
          setProblem(sentenceOf(error))
          return false
        } finally {
          // What others changed meanwhile is often why it was refused.
          await store.load()
        }
      })
      before = done
      return done
    },
  }
}
