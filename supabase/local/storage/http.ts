import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Claims } from '../tokens.ts'
import { bodyTooLarge, invalidRequest } from './errors.ts'

/** One request on its way through the routes. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  method: string
  /** Decoded parts that the route's pattern caught: the bucket, the object's name. */
  bucket: string
  name: string
  query: URLSearchParams
  /** Who asks; throws a TokenError when his token is wrong. */
  caller(): Claims
}

/** Any origin may call: nothing here rests on cookies, the caller's token travels in a header. */
export const CORS: Record<string, string> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'content-length, content-range, content-disposition, etag, last-modified, retry-after, x-robots-tag',
}

export const PREFLIGHT: Record<string, string> = {
  ...CORS,
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers':
    'authorization, apikey, x-client-info, content-type, content-encoding, cache-control, range, if-none-match, x-upsert, x-metadata, x-robots-tag, x-supabase-api-version, tus-resumable, upload-length, upload-metadata, upload-offset, upload-defer-length, x-signature, x-http-method-override',
  'access-control-max-age': '86400',
}

const LARGEST_JSON_BYTES = 1 << 20
/** A sender or a receiver that does nothing for so long is cut off. */
export const IDLE_MS = 60_000
/** How long what a refused sender still sends is thrown away, so that he reads the answer. */
const LINGER_MS = 3_000

export function sendJson(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(200, {
    ...CORS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(body)
}

/** Reads a small body. Cuts off who stops sending. */
async function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_JSON_BYTES) throw bodyTooLarge()
  request.setTimeout(IDLE_MS, () => request.destroy())
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_JSON_BYTES) throw bodyTooLarge()
    chunks.push(chunk)
  }
  request.setTimeout(0)
  return Buffer.concat(chunks).toString()
}

/** Reads and checks a JSON body; no body counts as `{}`. Throws 400 or 413. */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const text = await readBody(request)
  let value: unknown
  try {
    value = text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw invalidRequest('Body is not valid JSON')
  }
  return check(value, schema, 'body')
}

/** Checks a value from outside, or says which part of it is wrong. */
export function check<T>(value: unknown, schema: z.ZodType<T>, what: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalidRequest(`${[what, ...(issue?.path.map(String) ?? [])].join('/')}: ${issue?.message ?? 'is not valid'}`)
}

/** After an early answer: throws away what the client still sends, but not for ever. Cutting him off at once would lose the answer. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  request.resume()
  const timer = setTimeout(() => request.destroy(), LINGER_MS)
  request.once('close', () => clearTimeout(timer))
}

/** The token of a signed URL; throws 400 when there is none. */
export function requiredToken({ query }: Exchange): string {
  const token = query.get('token')
  if (!token) throw invalidRequest("querystring must have required property 'token'")
  return token
}
