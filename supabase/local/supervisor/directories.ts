import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const isRoot = () => process.getuid?.() === 0

/** Makes the data directory. As root, PostgreSQL runs under another account, which must pass through to its own folder; what is secret is closed by itself. */
export function makeDataDirectory(path: string): string {
  mkdirSync(path, { recursive: true })
  chmodSync(path, isRoot() ? 0o711 : 0o700)
  for (const name of ['objects', 'mail', 'logs']) mkdirSync(join(path, name), { recursive: true, mode: 0o700 })
  return realpathSync(path)
}

/** A private directory for sockets. It lies in the temporary directory, because the path of a Unix socket has room for a hundred characters;
 *  its name follows from the data directory, so that the next start after a crash clears it. */
export function makeRunDirectory(dataDirectory: string): { path: string; remove(): void } {
  const name = `atrium-${process.getuid?.() ?? 0}-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12)}`
  const wanted = join('/tmp', name)
  const path = claim(wanted) ? wanted : mkdtempSync(join(tmpdir(), 'atrium-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Whether the directory is ours and empty now. Anybody may have made it before us in the temporary directory. */
function claim(path: string): boolean {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat && (!stat.isDirectory() || stat.uid !== process.getuid?.())) return false
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path, { mode: 0o700 })
    return true
  } catch {
    return false
  }
}
