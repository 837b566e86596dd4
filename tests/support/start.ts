import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PlatformAddress } from '../../supabase/local/supervisor/platform.ts'

const BOOTSTRAP = fileURLToPath(new URL('../../supabase/local/bootstrap.mjs', import.meta.url))

export interface Started extends PlatformAddress {
  /** The process that `npm start` runs. */
  process: ChildProcess
  data: string
  /** Numbers of the processes: `supervisor`, `postgres`, `gateway`, `collab`, `worker`. */
  pids(): Record<string, number>
  /** As Ctrl-C does; resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** What a finished `npm start` said. */
export interface Ended {
  code: number | null
  output: string
}

/** A data directory of its own below the temporary directory. */
export function makeData(prefix = 'atrium-start-', mode = 0o711): { data: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), prefix))
  chmodSync(directory, mode)
  return { data: join(directory, 'data'), remove: () => rmSync(directory, { recursive: true, force: true }) }
}

export interface RunOptions {
  args?: string[]
  cwd?: string
  env?: NodeJS.ProcessEnv
}

function run({ args = [], cwd, env = {} }: RunOptions): ChildProcess {
  return spawn('node', [BOOTSTRAP, 'start', ...args], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Runs what `npm start` runs, on a free port, until it is ready. */
export async function startReal(data: string, { args = [], ...options }: RunOptions = {}): Promise<Started> {
  const child = run({ args: ['--port', '0', '--data', data, '--json', ...args], ...options })
  let output = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const address = await new Promise<PlatformAddress>((resolve, reject) => {
    let line = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      line += text
      if (line.includes('\n')) resolve(JSON.parse(line) as PlatformAddress)
    })
    child.once('exit', (code) => reject(new Error(`It ended with code ${code}: ${output}`)))
  })
  const read = (name: string) => JSON.parse(readFileSync(join(data, name), 'utf8'))
  return {
    ...address,
    process: child,
    data,
    pids() {
      const children = Object.entries(read('children.json') as Record<string, { pid: number }>).map(([name, { pid }]) => [name, pid])
      return { supervisor: (read('lock.json') as { pid: number }).pid, ...Object.fromEntries(children) }
    },
    stop: (signal = 'SIGINT') => {
      const ended = exit(child)
      child.kill(signal)
      return ended
    },
  }
}

/** Runs it to its end. */
export async function runReal(options: RunOptions): Promise<Ended> {
  const child = run(options)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  return { code: await exit(child), output }
}

function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode)
    else child.once('exit', resolve)
  })
}
