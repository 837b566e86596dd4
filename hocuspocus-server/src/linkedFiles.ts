import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { StorageAccess } from './config.ts'
import type { Database } from './database.ts'
import type { Json } from './formats/fit.ts'
import { isStoredFile, isStoredImage } from './schema/addresses.ts'

const STORED = '/storage/v1/object/authenticated/'
/** A visitor on a slow line has so long for a file. */
const DEADLINE_MS = 10 * 60_000
/** What a browser shows or plays in place, and never runs. All else can only be saved. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|(video|audio)\/[a-z0-9.+-]+)$/
const PASSED_ON = ['content-length', 'content-range', 'accept-ranges']

/** Nothing of a file runs, also when it is opened by itself. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

/** The address of a stored picture or file beneath the shared page that shows it. */
export function linkedAddress(src: string, pass: string | null): string {
  return `?${new URLSearchParams({ file: src.slice(STORED.length), ...(pass && { pass }) })}`
}

/** Whether a block is a picture or a file that lies in the storage service. */
export const isStored = ({ type, attrs }: Json): boolean =>
  (type === 'image' && isStoredImage(attrs?.src)) || (type === 'file' && isStoredFile(attrs?.src))

/** Sends the picture or the file that `linkedAddress` names, to whoever has the link and its pass. What the answer is when there is
 *  nothing to send. */
export function createLinkedFiles(storage: StorageAccess, database: Pick<Database, 'mayReadLinkedFile'>) {
  async function ask(path: string, request: IncomingMessage, signal: AbortSignal): Promise<Response> {
    const { range } = request.headers
    return fetch(`${storage.url}/storage/v1/object/${path}`, {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      headers: { apikey: storage.secretKey, authorization: `Bearer ${storage.secretKey}`, ...(range && { range }) },
      redirect: 'error',
      signal,
    })
  }

  return async (request: IncomingMessage, response: ServerResponse, token: string, query: URLSearchParams): Promise<404 | 503 | null> => {
    const path = query.get('file') ?? ''
    if (!isStoredImage(STORED + path) && !isStoredFile(STORED + path)) return 404
    const [bucket = '', ...name] = path.split('/')
    if (!(await database.mayReadLinkedFile(token, query.get('pass'), bucket, name.join('/')))) return 404
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const found = await ask(path, request, AbortSignal.any([gone.signal, AbortSignal.timeout(DEADLINE_MS)]))
    if (!found.ok) {
      await found.body?.cancel()
      return found.status < 500 ? 404 : 503
    }
    const type = found.headers.get('content-type') ?? ''
    const isShown = SHOWN.test(type)
    response.writeHead(found.status, {
      ...HEADERS,
      'content-type': isShown ? type : 'application/octet-stream',
      'content-disposition': isShown ? 'inline' : 'attachment',
      ...Object.fromEntries(PASSED_ON.flatMap((name) => (found.headers.has(name) ? [[name, found.headers.get(name) ?? '']] : []))),
    })
    if (!found.body) response.end()
    else await pipeline(found.body, response)
    return null
  }
}
