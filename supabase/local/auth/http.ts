import type { IncomingMessage, ServerResponse } from 'node:http'
import { BlockList, isIP } from 'node:net'
import type { ZodType } from 'zod'
import { AuthError, invalid } from './errors.ts'

export interface AuthRequest {
  method: string
  /** Without the prefix of the service: `/token`. */
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  /** The client's address; empty on a socket that has none. */
  address: string
  /** The body as the schema has it. Throws a 400 or 413. An empty body is an empty object. */
  body<T>(schema: ZodType<T>): Promise<T>
}

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export const answer = (body: unknown, status = 200): Answer => ({ status, body })

/** Sends a browser on; where from is nobody's business, for the address may hold a token. */
export const seeOther = (location: string): Answer => ({ status: 303, headers: { location, 'referrer-policy': 'no-referrer' } })

const BODY_LIMIT_BYTES = 65_536
const NESTING_LIMIT = 32

export function readRequest(request: IncomingMessage, prefix: string, proxies: BlockList): AuthRequest {
  if (!URL.canParse(request.url ?? '/', 'http://auth')) throw invalid('This is not an address')
  const url = new URL(request.url ?? '/', 'http://auth')
  if (/%00/.test(url.search)) throw invalid('Text may not contain NUL or broken Unicode')
  const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname
  return {
    method: request.method ?? 'GET',
    path: path.replace(/\/+$/, '') || '/',
    query: url.searchParams,
    headers: request.headers,
    address: clientAddress(request, proxies),
    async body(schema) {
      const parsed = schema.safeParse(await readJson(request))
      if (parsed.success) return parsed.data
      const issue = parsed.error.issues[0]
      throw invalid(issue ? [issue.path.join('.'), issue.message].filter(Boolean).join(': ') : 'The request is not valid')
    },
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_LIMIT_BYTES) throw new AuthError(413, 'request_too_large', `A request may have ${BODY_LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  if (bytes === 0) return {}
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new AuthError(400, 'bad_json', 'The request is not JSON in UTF-8')
  }
  assertStorable(value, 0)
  return value
}

/** PostgreSQL stores neither NUL nor half a surrogate pair, and deep nesting would exhaust its stack. */
function assertStorable(value: unknown, depth: number): void {
  if (depth > NESTING_LIMIT) throw invalid(`JSON may be nested ${NESTING_LIMIT} deep`)
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) throw invalid('Text may not contain NUL or broken Unicode')
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      assertStorable(key, depth)
      assertStorable(child, depth + 1)
    }
  }
}

/** The addresses and networks of `trustedProxies`. */
export function proxyList(proxies: readonly string[]): BlockList {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

function clientAddress(request: IncomingMessage, proxies: BlockList): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',')
  let address = plainAddress(request.socket.remoteAddress ?? '')
  // Each trusted proxy vouches for the entry before its own; whatever stands further left anybody may have written.
  while (isIP(address) !== 0 && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) {
    const previous = plainAddress(forwarded.pop()?.trim() ?? '')
    if (isIP(previous) === 0) break
    address = previous
  }
  return address
}

const plainAddress = (address: string) => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/** The header by which supabase-js says which form of errors it understands. */
const API_VERSION_HEADER = 'x-supabase-api-version'
const API_VERSION = '2024-01-01'

export function sendAnswer(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  response.writeHead(status, {
    'cache-control': 'no-store',
    ...(payload === undefined ? {} : { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(payload) }),
    ...headers,
  })
  response.end(payload)
}

export function sendError(request: IncomingMessage, response: ServerResponse, error: AuthError): void {
  const { status, code, message, retryAfterSeconds, weakPasswordReasons } = error
  const modern = String(request.headers[API_VERSION_HEADER] ?? '') >= API_VERSION
  sendAnswer(response, {
    status,
    body: {
      ...(modern ? { code, message } : { code: status, error_code: code, msg: message }),
      ...(weakPasswordReasons && { weak_password: { reasons: weakPasswordReasons } }),
    },
    headers: {
      'x-sb-error-code': code,
      ...(modern && { [API_VERSION_HEADER]: API_VERSION }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      // What is left of a body nobody will read must not be taken for the next request.
      ...(status === 413 && { connection: 'close' }),
    },
  })
}
