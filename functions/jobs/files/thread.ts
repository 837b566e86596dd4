/** It holds much memory and starts within a second: it stays for the next of many files, and no longer. */
const IDLE_MS = 20_000

/** Hands files to a thread of its own, one after another, so that one that breaks what reads it reaches nothing but the memory of that
 *  thread. The thread says 'ready' when it has started, and answers each message with one. */
export function createThread<Given, Made>(address: URL, { deadlineMs = 30_000, idleMs = IDLE_MS } = {}) {
  let running: Promise<Worker> | undefined
  let idle: ReturnType<typeof setTimeout> | undefined
  let last: Promise<unknown> = Promise.resolve()

  function start(): Promise<Worker> {
    const worker = new Worker(address, { type: 'module' })
    return answer<'ready'>(worker, deadlineMs).then(() => worker)
  }
  async function askOne(given: Given): Promise<Made | null> {
    clearTimeout(idle)
    running ??= start()
    const mine = running
    const worker = await mine.catch((error) => {
      running = undefined
      throw error
    })
    idle = setTimeout(() => end(worker), deadlineMs + idleMs)
    const made = answer<Made | null>(worker, deadlineMs)
    worker.postMessage(given)
    try {
      return await made
    } catch {
      // The next file finds a new one.
      end(worker)
      return null
    }
  }
  function end(worker: Worker) {
    clearTimeout(idle)
    running = undefined
    worker.terminate()
  }

  return {
    /** Null for what is broken, too large or takes too long. */
    ask(given: Given): Promise<Made | null> {
      const mine = last.then(() => askOne(given))
      last = mine.catch(() => {})
      return mine
    },
  }
}

function answer<Value>(worker: Worker, deadlineMs: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The file takes too long')), deadlineMs)
    worker.onmessage = ({ data }) => {
      clearTimeout(timer)
      resolve(data)
    }
    worker.onerror = (event) => {
      event.preventDefault()
      clearTimeout(timer)
      reject(new Error(`The file could not be read: ${event.message}`))
    }
  })
}
