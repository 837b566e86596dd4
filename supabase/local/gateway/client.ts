import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { pathOf, refuse } from './answers.ts'
import { setPageHeaders } from './headers.ts'

interface File {
  body: Buffer
  brotli: Buffer | null
  type: string
  etag: string
  cacheControl: string
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Serves the built client from memory: its pages under every path that is not a file. */
export function createClient({ directory, publishableKey }: { directory: string; publishableKey: string }) {
  const files = readFiles(directory)
  const page = readPage(directory, publishableKey)

  return (request: IncomingMessage, response: ServerResponse): void => {
    setPageHeaders(response)
    const path = pathOf(request)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      refuse(response, 405, 'method_not_allowed', 'There is nothing here but the web client, which is read with GET')
      return
    }
    const file = (path === null ? undefined : files.get(path)) ?? (isPage(request, path) ? page : undefined)
    if (file) send(request, response, file)
    else if (page) refuse(response, 404, 'not_found', 'There is no such file')
    else refuse(response, 503, 'client_not_built', 'The web client has not been built')
  }
}

/** A path of the client's own, not of a file: `/d/…`, not `/assets/old.js`. */
function isPage(request: IncomingMessage, path: string | null): boolean {
  if (path === null || path.startsWith('/assets/') || path.startsWith('/.')) return false
  return request.headers['sec-fetch-mode'] === 'navigate' || !/\.\w+$/.test(path)
}

function send(request: IncomingMessage, response: ServerResponse, file: File): void {
  response.setHeader('etag', file.etag)
  response.setHeader('cache-control', file.cacheControl)
  if (file.brotli) response.setHeader('vary', 'Accept-Encoding')
  if (request.headers['if-none-match']?.split(/, */).includes(file.etag)) {
    response.writeHead(304).end()
    return
  }
  const encoded = file.brotli && acceptsBrotli(request) ? file.brotli : null
  if (encoded) response.setHeader('content-encoding', 'br')
  const body = encoded ?? file.body
  response.writeHead(200, { 'content-type': file.type, 'content-length': body.length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function acceptsBrotli(request: IncomingMessage): boolean {
  return /(^|,)\s*br\s*(;\s*q=(1|0?\.[1-9])[\d.]*\s*)?(,|$)/.test(String(request.headers['accept-encoding'] ?? ''))
}

function readFiles(directory: string): Map<string, File> {
  const files = new Map<string, File>()
  if (!existsSync(directory)) return files
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const name = join(entry.parentPath, entry.name)
    const path = `/${relative(directory, name).split(sep).join('/')}`
    // The manifest of the build is for tools; index.html is the page, with the key filled in.
    if (!entry.isFile() || name.endsWith('.br') || path === '/index.html' || path.startsWith('/.')) continue
    const brotli = existsSync(`${name}.br`) ? readFileSync(`${name}.br`) : null
    // Vite puts the content's hash into the names below assets/.
    const cacheControl = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    files.set(path, makeFile(readFileSync(name), brotli, TYPES[extname(name)] ?? 'application/octet-stream', cacheControl))
  }
  return files
}

function readPage(directory: string, publishableKey: string): File | undefined {
  const name = join(directory, 'index.html')
  if (!existsSync(name)) return undefined
  const html = readFileSync(name, 'utf8').replace(/(<meta name="atrium-publishable-key" content=")[^"]*"/, `$1${publishableKey}"`)
  // The only thing compressed here, once for the life of the process.
  return makeFile(Buffer.from(html), brotliCompressSync(html), 'text/html; charset=utf-8', 'no-cache')
}

function makeFile(body: Buffer, brotli: Buffer | null, type: string, cacheControl: string): File {
  return { body, brotli, type, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`, cacheControl }
}
