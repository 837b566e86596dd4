import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { makeZip } from 'client-zip'
import { createNames } from './archiveNames.ts'
import type { StorageAccess } from './config.ts'
import { attachment, FILE_HEADERS, openStored, whileAllowed } from './storedBytes.ts'

const DEADLINE_MS = 6 * 60 * 60_000
/** More names than anybody unpacks. */
export const MOST_ZIPPED = 100_000

export interface FolderFile {
  id: string
  path: string
  name: string
  size: number
  /** The folders between, the outermost first. */
  folders: string[]
  updated_at: Date
}

interface Sending {
  storage: StorageAccess
  response: ServerResponse
  name: string
  files: readonly FolderFile[]
  /** Asked before each file: what was taken away meanwhile is not in the archive. */
  mayRead(file: FolderFile): Promise<boolean>
  mayGoOn(): Promise<boolean>
}

/** Sends the files of a folder as a ZIP, for as long as they may be sent. */
export async function sendFolder({ storage, response, name, files, mayRead, mayGoOn }: Sending): Promise<void> {
  const ended = new AbortController()
  response.once('close', () => ended.abort())
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(DEADLINE_MS)])
  const nameOf = createNames()
  async function* bytesOf({ path, size }: FolderFile) {
    const found = await openStored(storage, `files/${path}`, signal)
    if (!found.ok || !found.body) throw new Error('A file cannot be read')
    let left = size
    for await (const part of found.body) {
      left -= part.length
      yield part
    }
    if (left !== 0) throw new Error('A file has not the size that was announced')
  }
  async function* entries() {
    for (const file of files) {
      if (!(await mayRead(file))) continue
      yield { name: nameOf([...file.folders, file.name]), size: file.size, lastModified: file.updated_at, input: bytesOf(file) }
    }
  }
  response.writeHead(200, { ...FILE_HEADERS, 'content-type': 'application/zip', 'content-disposition': attachment(`${name}.zip`) })
  const stop = whileAllowed(mayGoOn, () => ended.abort())
  await pipeline(makeZip(entries()), response, { signal }).finally(stop)
}
