import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface DenoOptions {
  entry: string
  environment: Record<string, string>
  /** Hosts it may talk to, `host`, `host:port` or `unix:path`; `*` for all. */
  net: string[]
  /** Files and folders it may read beside the project's own `functions` and `node_modules`. */
  read: string[]
  write: string[]
  memoryMegabytes: number
  onLog(text: string): void
}

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))
const FUNCTIONS = join(PROJECT, 'functions')
const WATCH_PARENT = join(FUNCTIONS, '_shared', 'watchParent.ts')

/** Starts one Deno process that can reach what it is given and nothing else. It needs no network to start:
 *  packages come from node_modules, and what was never installed is an error. */
export function startDeno({ entry, environment, net, read, write, memoryMegabytes, onLog }: DenoOptions): ChildProcess {
  const flags = [
    '--no-prompt',
    '--no-lock',
    '--no-remote',
    '--cached-only',
    '--node-modules-dir=manual',
    `--config=${join(FUNCTIONS, 'deno.json')}`,
    `--preload=${WATCH_PARENT}`,
    net.includes('*') ? '--allow-net' : `--allow-net=${net.join(',')}`,
    `--allow-read=${[FUNCTIONS, join(PROJECT, 'node_modules'), dirname(entry), ...read].join(',')}`,
    ...(write.length > 0 ? [`--allow-write=${write.join(',')}`] : []),
    // It sees only the variables below, so it may read them all.
    '--allow-env',
    '--allow-sys=hostname,systemMemoryInfo,osRelease,uid',
    '--deny-run',
    '--deny-ffi',
    `--v8-flags=--max-old-space-size=${memoryMegabytes}`,
  ]
  const child = spawn(denoBinary(), ['run', ...flags, entry], {
    cwd: FUNCTIONS,
    env: { ...environment, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onLog)
  return child
}

const denoBinary = () => join(dirname(createRequire(import.meta.url).resolve('deno/package.json')), 'deno')
