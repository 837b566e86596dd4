import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** A shell that waits on a pipe from this process and ends the child when the pipe breaks, however this process dies.
 *  Returns how to end the watch, for when the child is gone. */
export function watchParent(child: ChildProcess, signal: NodeJS.Signals, delaySeconds = 0): () => void {
  if (child.pid === undefined) return () => {}
  const script = `read -r _; sleep ${delaySeconds}; kill -s ${signal.slice(3)} ${child.pid}`
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  shell.on('error', () => {}) // Without a shell the next start still ends what is left.
  shell.unref()
  // Its pipe alone must not keep this process alive.
  ;(shell.stdin as Socket | null)?.unref()
  return () => shell.kill('SIGKILL')
}
