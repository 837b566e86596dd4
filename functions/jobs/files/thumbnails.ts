export interface Thumbnail {
  /** WebP. */
  picture: Uint8Array<ArrayBuffer>
  /** The same in a few pixels, WebP in base64. */
  placeholder: string
}

const DEADLINE_MS = 30_000
/** It holds much memory and starts within a second: it stays for the next of many pictures, and no longer. */
const IDLE_MS = 20_000

/** Draws pictures smaller, one after another. */
export function createThumbnails({ deadlineMs = DEADLINE_MS, idleMs = IDLE_MS } = {}) {
  let running: Promise<Worker> | undefined
  let idle: ReturnType<typeof setTimeout> | undefined
  let last: Promise<unknown> = Promise.resolve()

  function start(): Promise<Worker> {
    const worker = new Worker(new URL('./thumbnailWorker.ts', import.meta.url), { type: 'module' })
    return answer<'ready'>(worker, deadlineMs).then(() => worker)
  }
  async function drawOne(bytes: Uint8Array<ArrayBuffer>): Promise<Thumbnail | null> {
    clearTimeout(idle)
    running ??= start()
    const mine = running
    const worker = await mine.catch((error) => {
      running = undefined
      throw error
    })
    idle = setTimeout(() => end(worker), deadlineMs + idleMs)
    const made = answer<Thumbnail | null>(worker, deadlineMs)
    worker.postMessage(bytes)
    try {
      return await made
    } catch {
      // The next picture finds a new one.
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
    draw(bytes: Uint8Array<ArrayBuffer>): Promise<Thumbnail | null> {
      const mine = last.then(() => drawOne(bytes))
      last = mine.catch(() => {})
      return mine
    },
  }
}

function answer<Value>(worker: Worker, deadlineMs: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('Drawing the picture takes too long')), deadlineMs)
    worker.onmessage = ({ data }) => {
      clearTimeout(timer)
      resolve(data)
    }
    worker.onerror = (event) => {
      event.preventDefault()
      clearTimeout(timer)
      reject(new Error(`The picture could not be drawn: ${event.message}`))
    }
  })
}
