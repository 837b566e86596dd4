/** Something that runs until it is stopped. */
export interface Running {
  stop(): Promise<void>
}

const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 2000
/** An attempt that held so long was a success: the next one starts at once. */
const HELD_MS = 5000

/** Runs `attempt`, which ends when its connection to the database does, again and again until stopped. */
export function keepRunning(name: string, attempt: (signal: AbortSignal) => Promise<void>): Running {
  const abort = new AbortController()
  const { signal } = abort

  async function run() {
    let delayMs = FIRST_DELAY_MS
    while (!signal.aborted) {
      const started = performance.now()
      try {
        await attempt(signal)
      } catch (error) {
        if (performance.now() - started > HELD_MS) delayMs = FIRST_DELAY_MS
        // Once for each outage: the next attempts most likely fail as well.
        if (!signal.aborted && delayMs === FIRST_DELAY_MS)
          console.error(`${name} was interrupted: ${error instanceof Error ? error.message : error}`)
      }
      await pause(delayMs, signal)
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
    }
  }

  const done = run()
  return {
    async stop() {
      abort.abort()
      await done
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
  })
}
