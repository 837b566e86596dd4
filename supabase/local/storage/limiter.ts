import { slowDown } from './errors.ts'

/** Lets a bounded number of uploads run at once; the others wait their turn, and those who find the queue full are refused (429). */
export interface Limiter {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

interface Waiting {
  key: string
  start(): void
}

/** `perKey` keeps one caller, or one slow network, from taking every place. */
export function createLimiter({ running, perKey, waiting }: { running: number; perKey: number; waiting: number }): Limiter {
  const active = new Map<string, number>()
  const queue: Waiting[] = []
  let total = 0

  const mayStart = (key: string) => total < running && (active.get(key) ?? 0) < perKey

  function take(key: string): void {
    total++
    active.set(key, (active.get(key) ?? 0) + 1)
  }

  function release(key: string): void {
    total--
    const left = (active.get(key) ?? 1) - 1
    if (left === 0) active.delete(key)
    else active.set(key, left)
    const next = queue.findIndex((entry) => mayStart(entry.key))
    if (next >= 0) queue.splice(next, 1)[0]?.start()
  }

  return {
    async run(key, work) {
      if (!mayStart(key)) {
        if (queue.length >= waiting) throw slowDown()
        await new Promise<void>((resolve) => {
          queue.push({
            key,
            start() {
              take(key)
              resolve()
            },
          })
        })
      } else take(key)
      try {
        return await work()
      } finally {
        release(key)
      }
    },
  }
}
