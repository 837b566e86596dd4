import type { ChildProcess } from 'node:child_process'
import { identify, type ProcessIdentity } from './processes.ts'
import { watchParent } from './watchParent.ts'

/** One process of the platform. */
export interface Part {
  name: string
  /** Starts it. `ready` rejects when it will never be. */
  launch(): { process: ChildProcess; ready: Promise<void> }
  /** What makes it end in good order. */
  stopSignal: NodeJS.Signals
  /** How long it may take to end before it is killed. */
  stopDeadlineMs: number
  /** How long it outlives this process when that is killed, for others that still need it. */
  outlivesSeconds?: number
}

export interface Supervised {
  isUp(): boolean
  /** The process it is now; `null` between two lives. */
  process(): ProcessIdentity | null
  /** Ends it and starts it no more. */
  stop(): Promise<void>
}

export interface SupervisorOptions {
  log(line: string): void
  /** Called whenever a part's state or process changes. */
  onChange(): void
  /** Aborted when everything ends: a part that dies is not started again. */
  stopping: AbortSignal
}

const READY_DEADLINE_MS = 60_000
const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 5_000
/** Whoever ran so long did not fail to start. */
const STEADY_MS = 10_000

/** Starts a part, waits until it is ready, and starts it again with growing delays whenever it ends. Rejects when the first start fails. */
export async function supervise(part: Part, { log, onChange, stopping: allStopping }: SupervisorOptions): Promise<Supervised> {
  let isUp = false
  let child: ChildProcess | null = null
  let identity: ProcessIdentity | null = null
  const ending = new AbortController()
  const stopping = AbortSignal.any([ending.signal, allStopping])
  const change = (up: boolean) => {
    isUp = up
    onChange()
  }

  /** One life of the process; `onReady` when it is up. Rejects when it never came up. */
  async function live(onReady: () => void): Promise<string> {
    const { process, ready } = part.launch()
    child = process
    identity = process.pid === undefined ? null : identify(process.pid)
    change(false)
    const guard = watchParent(process, part.stopSignal, part.outlivesSeconds)
    const ended = end(process)
    try {
      const deadline = AbortSignal.timeout(READY_DEADLINE_MS)
      await Promise.race([
        ready,
        ended.then((how) => Promise.reject(new Error(`${part.name} ended before it was ready: ${how}`))),
        aborted(deadline),
      ])
      change(true)
      onReady()
      return await ended
    } catch (error) {
      process.kill('SIGKILL')
      await ended
      throw error
    } finally {
      guard()
      identity = null
      change(false)
    }
  }

  async function keepAlive(onFirstReady: () => void, onFirstFailure: (error: unknown) => void): Promise<void> {
    let delay = FIRST_DELAY_MS
    let isFirst = true
    while (!stopping.aborted) {
      const startedAt = Date.now()
      const how = await live(() => {
        isFirst = false
        onFirstReady()
      }).catch((error: unknown) => {
        if (isFirst) {
          ending.abort()
          onFirstFailure(error)
        }
        return error instanceof Error ? error.message : String(error)
      })
      if (stopping.aborted) return
      delay = Date.now() - startedAt > STEADY_MS ? FIRST_DELAY_MS : Math.min(delay * 2, LONGEST_DELAY_MS)
      log(`${part.name}: ${how}; starting it again in ${delay} ms`)
      await pause(delay, stopping)
    }
  }

  let life: Promise<void> = Promise.resolve()
  await new Promise<void>((resolve, reject) => {
    life = keepAlive(resolve, reject)
  })
  return {
    isUp: () => isUp,
    process: () => identity,
    async stop() {
      ending.abort()
      const current = child
      if (current && current.exitCode === null && current.signalCode === null) {
        current.kill(part.stopSignal)
        const timer = setTimeout(() => current.kill('SIGKILL'), part.stopDeadlineMs)
        await end(current)
        clearTimeout(timer)
      }
      await life
    },
  }
}

function end(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve('it had ended')
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `ended with code ${code}`))
  })
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('it was not ready in time')), { once: true }))
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
