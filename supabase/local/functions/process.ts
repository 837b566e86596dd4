import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startDeno } from './deno.ts'

export interface FunctionProcess {
  /** Where it takes HTTP requests. */
  socketPath: string
  /** Resolves when it listens; rejects with what it printed when it ended before. */
  ready: Promise<void>
  requests: number
  lastUsedAt: number
  /** Ends it at once. Deno would wait for open connections, so it is not asked. */
  kill(): void
  /** Ends it when its last request is answered. */
  retire(): void
  /** Call after each request. */
  released(): void
}

export interface FunctionProcessOptions {
  name: string
  entry: string
  runDirectory: string
  environment: Record<string, string>
  net: string[]
  onEnd(): void
  log(line: string): void
}

const START_DEADLINE_MS = 10_000
const MEMORY_MEGABYTES = 150

/** One Deno process for one function, listening on a Unix socket: `Deno.serve(handler)` needs no change for it. */
export function startFunctionProcess({ name, entry, runDirectory, environment, net, onEnd, log }: FunctionProcessOptions): FunctionProcess {
  const socketPath = join(runDirectory, `${name.slice(0, 20)}-${randomBytes(4).toString('hex')}.sock`)
  let output = ''
  const child = startDeno({
    entry,
    environment: { ...environment, DENO_SERVE_ADDRESS: `unix:${socketPath}` },
    net: [...net, `unix:${socketPath}`],
    read: [socketPath],
    write: [socketPath],
    memoryMegabytes: MEMORY_MEGABYTES,
    onLog(text) {
      output = (output + text).slice(-4000)
      log(text)
    },
  })
  let retired = false
  const self: FunctionProcess = {
    socketPath,
    ready: listens(socketPath, (reject) =>
      child.once('exit', (code) => reject(new Error(`The function ended with code ${code}:\n${output}`))),
    ),
    requests: 0,
    lastUsedAt: Date.now(),
    kill: () => void child.kill('SIGKILL'),
    retire() {
      retired = true
      if (self.requests === 0) self.kill()
    },
    released() {
      self.lastUsedAt = Date.now()
      if (retired && self.requests === 0) self.kill()
    },
  }
  child.once('error', (error) => log(error.message))
  child.once('exit', () => {
    rmSync(socketPath, { force: true })
    onEnd()
  })
  self.ready.catch(() => self.kill())
  return self
}

function listens(socketPath: string, onFailure: (reject: (error: Error) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const socket = connect(socketPath, () => {
        socket.destroy()
        end()
        resolve()
      })
      socket.once('error', () => socket.destroy()) // Not yet; the timer asks again.
    }, 10)
    const deadline = setTimeout(
      () => fail(new Error(`The function did not listen within ${START_DEADLINE_MS / 1000} s`)),
      START_DEADLINE_MS,
    )
    const end = () => {
      clearInterval(timer)
      clearTimeout(deadline)
    }
    const fail = (error: Error) => {
      end()
      reject(error)
    }
    onFailure(fail)
  })
}
