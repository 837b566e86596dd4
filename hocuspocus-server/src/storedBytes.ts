import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { StorageAccess } from './config.ts'

/** A visitor on a slow line has so long for a file. */
const DEADLINE_MS = 10 * 60_000
/** Whether somebody who is being sent something may still have it is asked so often: a link that is gone ends within a second. */
const ASK_MS = 200
/** What a browser shows or plays in place, and never runs. All else can only be saved. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|(video|audio)\/[a-z0-9.+-]+)$/
const PASSED_ON = ['content-length', 'content-range', 'accept-ranges']

/** Nothing of a file runs, also when it is opened by itself. */
export const FILE_HEADERS = {
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

export const isShown = (type: string): boolean => SHOWN.test(type)

/** Asks again and again while something runs, and ends it once the answer is no. Returns the way to stop asking. */
export function whileAllowed(ask: () => Promise<boolean>, end: () => void): () => void {
  let isAsking = false
  const timer = setInterval(() => {
    if (isAsking) return
    isAsking = true
    // A database that is away refuses nothing.
    void ask()
      .catch(() => true)
      .then((may) => {
        isAsking = false
        if (!may) end()
      })
  }, ASK_MS)
  return () => clearInterval(timer)
}

/** Reads an object of the storage service. The path is `bucket/name`. */
export function openStored(storage: StorageAccess, path: string, signal: AbortSignal, request?: IncomingMessage): Promise<Response> {
  const range = request?.headers.range
  return fetch(`${storage.url}/storage/v1/object/${path}`, {
    method: request?.method === 'HEAD' ? 'HEAD' : 'GET',
    headers: { apikey: storage.secretKey, authorization: `Bearer ${storage.secretKey}`, ...(range && { range }) },
    redirect: 'error',
    signal,
  })
}

interface Sending {
  storage: StorageAccess
  path: string
  request: IncomingMessage
  response: ServerResponse
  /** By the type that the storage service knows. */
  headers(type: string): Record<string, string>
  mayGoOn(): Promise<boolean>
}

/** Sends an object for as long as it may be sent. What the answer is when there is nothing to send. */
export async function sendStored({ storage, path, request, response, headers, mayGoOn }: Sending): Promise<404 | 503 | null> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const found = await openStored(storage, path, AbortSignal.any([gone.signal, AbortSignal.timeout(DEADLINE_MS)]), request)
  if (!found.ok) {
    await found.body?.cancel()
    return found.status < 500 ? 404 : 503
  }
  response.writeHead(found.status, {
    ...FILE_HEADERS,
    ...headers(found.headers.get('content-type') ?? ''),
    ...Object.fromEntries(PASSED_ON.flatMap((name) => (found.headers.has(name) ? [[name, found.headers.get(name) ?? '']] : []))),
  })
  if (!found.body) {
    response.end()
    return null
  }
  const stop = whileAllowed(mayGoOn, () => gone.abort())
  await pipeline(found.body, response).finally(stop)
  return null
}

/** A name for a file that is saved, in the two forms that RFC 6266 has. */
export function attachment(name: string): string {
  const plain = name.replace(/[^ -~]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
