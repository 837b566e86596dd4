import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { ObjectMetadata, ObjectRow } from './database.ts'
import { invalidRange, noSuchKey } from './errors.ts'
import type { Files } from './files.ts'
import { CORS, IDLE_MS } from './http.ts'
import { essence } from './names.ts'
import { checkEncoding, headerValue } from './receive.ts'

/** How somebody came to a file. It decides who may keep a copy of it, and which pages may embed it. */
export type Access = { kind: 'public' } | { kind: 'authenticated' } | { kind: 'signed'; secondsLeft: number }

export interface Read {
  /** Looks the object up again: between its row and its file a newer version may have taken its place. */
  find(): Promise<ObjectRow>
  access: Access
  /** Calls back when who reads loses the right; returns the way to forget it. Absent for what is public. */
  whenRefused?(stop: () => void): () => void
}

/** Sends an object's bytes: ranges, conditions, and headers under which no content runs in the app's origin. */
export async function sendObject(
  files: Files,
  { find, access, whenRefused }: Read,
  { request, response, query }: { request: IncomingMessage; response: ServerResponse; query: URLSearchParams },
): Promise<void> {
  const { object, file } = await openObject(files, find)
  try {
    const { size } = await file.stat()
    const headers = headersOf(object, access, query.get('download'))
    if (isFresh(request, headers)) {
      response.writeHead(304, headers).end()
      return
    }
    const range = rangeOf(request, headers, size)
    if (range === 'unsatisfiable') {
      response.setHeader('content-range', `bytes */${size}`)
      throw invalidRange()
    }
    const { start, end } = range ?? { start: 0, end: size - 1 }
    response.writeHead(range ? 206 : 200, {
      ...headers,
      'content-length': end - start + 1,
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    })
    if (request.method === 'HEAD' || size === 0) response.end()
    else await stream(file, { start, end }, response, whenRefused)
  } finally {
    await file.close()
  }
}

async function openObject(files: Files, find: Read['find']): Promise<{ object: ObjectRow; file: FileHandle }> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const object = await find()
    const file = await files.open(object.version)
    if (file) return { object, file }
  }
  throw noSuchKey()
}

async function stream(
  file: FileHandle,
  range: { start: number; end: number },
  response: ServerResponse,
  whenRefused: Read['whenRefused'] = () => () => {},
): Promise<void> {
  response.setTimeout(IDLE_MS, () => response.destroy())
  const forget = whenRefused(() => response.destroy())
  try {
    await pipeline(file.createReadStream({ ...range, autoClose: false, highWaterMark: 1 << 18 }), response)
  } catch (error) {
    // A reader who goes away is no error of ours; a disk that fails is, and the cut-off answer tells the reader.
    if (!response.destroyed) response.destroy()
    if (!(error instanceof Error && 'code' in error && /^ERR_STREAM|^ECONN|^EPIPE/.test(String(error.code)))) throw error
  } finally {
    forget()
  }
}

/** Types that a browser shows without running anything. */
const INLINE = /^(image\/(?!svg)|video\/|audio\/|application\/pdf$|text\/plain$)/
/** Types that a page can be made to run or to apply: as a script, a style sheet, a document. nosniff holds browsers to the type we send. */
const ACTIVE =
  /(java|ecma|live|j)script|^text\/(html|css|xml|xsl|cache-manifest|x-component)|xhtml|^application\/(xml|wasm|x-shockwave-flash)|^(multipart|message)\/|\+xml$/

/** The type that is sent for a stored type. SVG keeps its own: as an image it runs nothing, and as a page the sandbox holds it. */
function safeType(stored: string | undefined): string {
  const bare = essence(stored ?? '')
  if (!bare || !headerValue(stored)) return 'application/octet-stream'
  if (bare === 'image/svg+xml') return bare
  return ACTIVE.test(bare) ? 'text/plain; charset=utf-8' : (stored as string)
}

function headersOf(object: ObjectRow, access: Access, download: string | null): Record<string, string> {
  const metadata: Partial<ObjectMetadata> = object.metadata ?? {}
  const bare = essence(metadata.mimetype ?? '') ?? ''
  const modified = new Date(metadata.lastModified ?? object.updated_at)
  const encoding = encodingOf(metadata)
  return {
    ...CORS,
    'content-type': safeType(metadata.mimetype),
    ...(encoding ? { 'content-encoding': encoding } : {}),
    'content-disposition': disposition(object.name, download, INLINE.test(bare)),
    'cache-control': cacheControl(headerValue(metadata.cacheControl) ?? 'no-cache', access),
    ...(access.kind === 'authenticated' ? { vary: 'authorization' } : {}),
    // The version, should somebody have changed the metadata: two contents never share a tag.
    etag: headerValue(metadata.eTag) ?? `"${object.version}"`,
    'last-modified': (Number.isNaN(modified.getTime()) ? object.updated_at : modified).toUTCString(),
    'accept-ranges': 'bytes',
    'x-robots-tag': 'none',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
    'cross-origin-resource-policy': access.kind === 'authenticated' ? 'same-origin' : 'cross-origin',
    'referrer-policy': 'no-referrer',
  }
}

function encodingOf(metadata: Partial<ObjectMetadata>): string | undefined {
  try {
    return checkEncoding(metadata.contentEncoding)
  } catch {
    return undefined
  }
}

/** `download=` asks for a file, under a name or its own; without it only what is harmless is shown. */
function disposition(name: string, download: string | null, isInline: boolean): string {
  const ownName = name.split('/').at(-1) ?? 'file'
  if (download === null && isInline) return 'inline'
  if (download === '') return 'attachment'
  // encodeURIComponent leaves quotes and brackets alone, which this header does not.
  const encoded = encodeURIComponent((download ?? ownName).toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename=${encoded}; filename*=UTF-8''${encoded}`
}

/** What needed a right is asked for again each time, by its tag: who lost the right does not find it in his cache. */
function cacheControl(stored: string, access: Access): string {
  if (access.kind === 'public') return stored
  const maxAge = Number(/\bmax-age=(\d{1,10})/.exec(stored)?.[1] ?? 0)
  if (access.kind === 'authenticated' || maxAge === 0) return 'private, no-cache'
  return `private, max-age=${Math.min(maxAge, access.secondsLeft)}`
}

function isFresh(request: IncomingMessage, headers: Record<string, string>): boolean {
  const known = request.headers['if-none-match']
  if (known !== undefined) {
    const strip = (tag: string) => tag.trim().replace(/^W\//, '')
    return known.trim() === '*' || known.split(',').some((tag) => strip(tag) === headers.etag)
  }
  const since = Date.parse(request.headers['if-modified-since'] ?? '')
  return !Number.isNaN(since) && Date.parse(headers['last-modified'] ?? '') <= since
}

/** One range of bytes, both ends included. Several at once are refused, as storage-api does. */
function rangeOf(
  request: IncomingMessage,
  headers: Record<string, string>,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const range = request.headers.range
  const condition = request.headers['if-range']
  if (range === undefined || (condition !== undefined && condition !== headers.etag && condition !== headers['last-modified'])) return null
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'unsatisfiable'
  if (first === '') {
    const count = Math.min(Number(last), size)
    return count === 0 ? 'unsatisfiable' : { start: size - count, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start > end || start >= size ? 'unsatisfiable' : { start, end }
}
