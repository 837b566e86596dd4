import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identify, isRunning, type ProcessIdentity } from './processes.ts'

interface Holder extends ProcessIdentity {
  url?: string
}

export interface Lock {
  /** Says where the installation is reached, for the sentence a second start prints. */
  announce(url: string): void
  release(): void
}

/** Somebody else has the data directory. The message is for people. */
export class AlreadyRunning extends Error {}

/** How long a holder that is just stopping is waited for. */
const PATIENCE_MS = 2_000

/** Takes the data directory for this process. A lock whose holder is gone counts for nothing, also when its number was given to another process. */
export async function lock(directory: string): Promise<Lock> {
  const file = join(directory, 'lock.json')
  const self = identify(process.pid) ?? { pid: process.pid, started: 'unknown' }
  const end = Date.now() + PATIENCE_MS
  while (!take(file, self)) {
    const holder = read(file)
    if (holder && isRunning(holder)) {
      if (Date.now() > end) throw new AlreadyRunning(sentence(directory, holder))
      await new Promise((resolve) => setTimeout(resolve, 50))
    } else {
      clear(file, holder)
    }
  }
  return {
    announce: (url) => writeFileSync(file, JSON.stringify({ ...self, url })),
    release: () => rmSync(file, { force: true }),
  }
}

function take(file: string, self: ProcessIdentity): boolean {
  try {
    writeFileSync(file, JSON.stringify(self), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function read(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return null
  }
}

/** Two starts may find the same stale lock: the rename gives it to one of them, who looks whether it is the one he read. */
function clear(file: string, stale: Holder | null): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const taken = read(aside)
  if (taken && (taken.pid !== stale?.pid || taken.started !== stale.started) && isRunning(taken)) renameSync(aside, file)
  else rmSync(aside, { force: true })
}

function sentence(directory: string, { pid, url }: Holder): string {
  return `Atrium is already running on ${directory} (process ${pid}${url ? `, ${url}` : ''}). Stop it, or choose another directory with --data`
}
