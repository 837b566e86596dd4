import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const MAX_BYTES = 10 * 2 ** 20

/** Appends to `<name>.log`; at 10 MB the file becomes `<name>.old.log` and a new one begins. */
export function openLog(directory: string, name: string): (text: string) => void {
  const file = join(directory, `${name}.log`)
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return (text) => {
    if (size > MAX_BYTES) {
      renameSync(file, join(directory, `${name}.old.log`))
      size = 0
    }
    try {
      appendFileSync(file, text, { mode: 0o600 })
      size += Buffer.byteLength(text)
    } catch {
      // A full disk must not end the platform: what was being logged goes on.
    }
  }
}
