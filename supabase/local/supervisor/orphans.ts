import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endProcesses, identify, type ProcessIdentity } from './processes.ts'

/** The processes of a data directory, written down so that the next start after a crash finds them. */
type Children = Record<string, ProcessIdentity>

const fileOf = (dataDirectory: string) => join(dataDirectory, 'children.json')

export function rememberChildren(dataDirectory: string, children: Children): void {
  const file = fileOf(dataDirectory)
  writeFileSync(`${file}.new`, JSON.stringify(children))
  renameSync(`${file}.new`, file)
}

export function forgetChildren(dataDirectory: string): void {
  rmSync(fileOf(dataDirectory), { force: true })
}

/** Ends what a killed start left behind, the servers before the database. A process counts only when it is the very one that was written down. */
export async function endOrphans(dataDirectory: string, clusterDirectory: string): Promise<void> {
  const { postgres, ...servers } = readChildren(dataDirectory)
  await endProcesses(Object.values(servers), 'SIGTERM', 10_000)
  const databases = [postgres ?? [], lockedBy(clusterDirectory) ?? []].flat()
  await endProcesses(databases, 'SIGINT', 15_000)
  forgetChildren(dataDirectory)
}

function readChildren(dataDirectory: string): Children {
  try {
    return JSON.parse(readFileSync(fileOf(dataDirectory), 'utf8')) as Children
  } catch {
    return {}
  }
}

/** The PostgreSQL that says in its lock file that this cluster is its own: it may have been killed at before it could be written down. */
function lockedBy(clusterDirectory: string): ProcessIdentity | null {
  const file = join(clusterDirectory, 'postmaster.pid')
  if (!existsSync(file)) return null
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return command.includes(clusterDirectory) ? identify(pid) : null
  } catch {
    return null
  }
}
