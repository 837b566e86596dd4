import { join } from 'node:path'
import { openLog } from './logs.ts'
import { forgetChildren, rememberChildren } from './orphans.ts'
import type { ProcessIdentity } from './processes.ts'
import { type Part, type Supervised, type SupervisorOptions, supervise } from './supervisor.ts'

export interface Family {
  /** Resolves when it is up. Rejects with a sentence that names its log. */
  start(part: Part): Promise<void>
  isUp(name: string): boolean
  /** Takes what the part of this name prints. */
  logOf(name: string): (text: string) => void
  /** Ends the parts, one group after the other. */
  stop(...groups: string[][]): Promise<void>
}

/** The parts of one data directory. Their processes are written down, for the next start after a crash. */
export function createFamily(dataDirectory: string, { log, onChange, stopping }: SupervisorOptions): Family {
  const parts = new Map<string, Supervised>()
  const logs = join(dataDirectory, 'logs')
  let isStopped = false

  function changed(): void {
    if (isStopped) return
    const children: Record<string, ProcessIdentity> = {}
    for (const [name, part] of parts) {
      const process = part.process()
      if (process) children[name] = process
    }
    rememberChildren(dataDirectory, children)
    onChange()
  }

  return {
    isUp: (name) => parts.get(name)?.isUp() ?? false,
    logOf: (name) => openLog(logs, name),
    async start(part) {
      stopping.throwIfAborted()
      try {
        parts.set(part.name, await supervise(part, { log, onChange: changed, stopping }))
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error} (see ${join(logs, part.name)}.log)`, { cause: error })
      }
      changed()
    },
    async stop(...groups) {
      for (const names of groups) await Promise.all(names.map((name) => parts.get(name)?.stop()))
      isStopped = true
      forgetChildren(dataDirectory)
    },
  }
}
