import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process that is still the same one when its number has been given away again. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in the system's own words. */
  started: string
}

/** `null` when no such process runs (a zombie does not run). */
export function identify(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedByPs(pid)
  return started === null ? null : { pid, started }
}

export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return identify(pid)?.started === started
}

/** Asks processes to end, waits, and kills those that did not. */
export async function endProcesses(identities: ProcessIdentity[], signal: NodeJS.Signals, deadlineMs: number): Promise<void> {
  const running = identities.filter(isRunning)
  for (const { pid } of running) send(pid, signal)
  const end = Date.now() + deadlineMs
  while (running.some(isRunning) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
  for (const identity of running.filter(isRunning)) send(identity.pid, 'SIGKILL')
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function startedOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold anything; the state is the third, the start the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    // Ticks since the boot: the boot belongs to it.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`
  } catch {
    return null
  }
}

function startedByPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}
