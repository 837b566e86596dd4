import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import busboy from 'busboy'
import type { StorageAccess } from './config.ts'
import type { LinkDatabase } from './linkDatabase.ts'
import { whileAllowed } from './storedBytes.ts'

const MOST_BYTES = 1024 ** 3
const MOST_FILES = 100
const DEADLINE_MS = 60 * 60_000

export interface Dropped {
  name: string
  /** Why it was not taken; null when it was. */
  problem: string | null
}

const TOO_LARGE = 'At most 1 GB is taken here at once.'
const BROKEN = 'It did not arrive whole.'

/** Takes the files of a form for a folder, one after another, as they come: none is held in memory. Before the worker has checked one, nobody
 *  sees it. */
export function createDrops(storage: StorageAccess, database: Pick<LinkDatabase, 'beginDrop' | 'cancelDrop' | 'linkedFolder'>) {
  async function take(file: NodeJS.ReadableStream, name: string, token: string, pass: string | null, most: number): Promise<Dropped> {
    const upload = await database.beginDrop(token, pass, name, most)
    if ('message' in upload) {
      file.resume()
      return { name, problem: upload.message }
    }
    let bytes = 0
    const ended = new AbortController()
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length
        done(bytes > most ? new Error(TOO_LARGE) : null, chunk)
      },
    })
    // A stream that breaks off must break the request: its end would be taken for the end of the file.
    file.on('error', (error) => counted.destroy(error as Error))
    file.pipe(counted)
    const stop = whileAllowed(
      async () => (await database.linkedFolder(token, pass, null, false)) !== null,
      () => ended.abort(),
    )
    try {
      const answer = await fetch(`${storage.url}/storage/v1/object/files/${upload.path}`, {
        method: 'POST',
        headers: { apikey: storage.secretKey, authorization: `Bearer ${storage.secretKey}`, 'content-type': 'application/octet-stream' },
        body: counted as unknown as ReadableStream,
        duplex: 'half',
        redirect: 'error',
        signal: AbortSignal.any([ended.signal, AbortSignal.timeout(DEADLINE_MS)]),
      } as RequestInit)
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(BROKEN)
      return { name: upload.name, problem: null }
    } catch {
      file.resume()
      await database.cancelDrop(upload.id)
      return { name: upload.name, problem: bytes > most ? TOO_LARGE : BROKEN }
    } finally {
      stop()
    }
  }

  return (request: IncomingMessage, token: string, pass: string | null): Promise<Dropped[]> => {
    const announced = Number(request.headers['content-length'])
    const most = Math.min(Number.isFinite(announced) ? announced : MOST_BYTES, MOST_BYTES)
    const dropped: Dropped[] = []
    return new Promise((resolve, reject) => {
      // Browsers send names in UTF-8, whatever the standard says.
      const form = busboy({ headers: request.headers, defParamCharset: 'utf8', limits: { files: MOST_FILES, fields: 10, fieldSize: 4096 } })
      let last: Promise<unknown> = Promise.resolve()
      let current: NodeJS.ReadableStream | undefined
      const breakOff = () => (current as { destroy?(error: Error): void } | undefined)?.destroy?.(new Error(BROKEN))
      request.on('aborted', breakOff)
      form.on('file', (_field, file, { filename }) => {
        current = file
        file.on('error', () => {}) // It is dealt with where it is read.
        // An empty field of a form is a file without a name.
        if (!filename) return file.resume()
        last = last.then(async () => dropped.push(await take(file, filename, token, pass, most)))
        last.catch(reject)
      })
      form.on('error', () => {
        breakOff()
        last.then(() => resolve(dropped), reject)
      })
      form.on('close', () => last.then(() => resolve(dropped), reject))
      request.on('close', () => !request.complete && last.then(() => resolve(dropped), reject))
      request.pipe(form)
    })
  }
}
