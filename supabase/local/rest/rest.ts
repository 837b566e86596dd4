import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import postgres from 'postgres'
import { createListener } from '../database/listener.ts'
import { createPool } from '../database/pool.ts'
import { DatabaseUnavailable } from '../database/session.ts'
import type { Service } from '../service.ts'
import { type Claims, TokenError, type Tokens } from '../tokens.ts'
import { RestError, sendProblem, unavailable } from './errors.ts'
import { createProcedures } from './procedures.ts'
import { createRpc } from './rpc.ts'
import { createTables } from './tables.ts'

export interface RestOptions {
  /** Connects as `authenticator`. */
  databaseUrl: string
  tokens: Tokens
  /** The exposed schemas; the first is meant when a request names none. */
  schemas: string[]
}

const PREFIX = '/rest/v1'
/** A table or a function, and nothing else: the library that serves the tables has pages of its own, such as what its catalogue holds. */
const PATH = /^\/rest\/v1\/(rpc\/)?[^/]+$/
const MAX_BODY_BYTES = 10 * 2 ** 20
const SINGLE_OBJECT = 'application/vnd.pgrst.object+json'

/** PostgREST's interface to the exposed schemas, below `/rest/v1`. Plain calls of functions are answered by
 *  rpc.ts; everything else, filters on a function's rows included, by tables.ts. */
export async function createRest({ databaseUrl, tokens, schemas }: RestOptions): Promise<Service> {
  const sql = createPool(postgres(databaseUrl, { max: 10, onnotice: () => {}, connection: { application_name: 'rest' } }))
  const tables = await createTables({ databaseUrl, schemas })
  const procedures = createProcedures(sql, schemas)
  const rpc = createRpc(sql, procedures)
  const listener = createListener({
    databaseUrl,
    channel: 'pgrst',
    name: 'rest: listening for changes of the schema',
    onNotice: reload,
    // Also after a lost connection, when a notification may have been missed.
    onListening: reload,
  })
  function reload(): void {
    procedures.clear()
    void tables.clear().catch(() => {}) // Only clears a cache; the next request reads again.
  }

  async function callFunction(request: IncomingMessage, response: ServerResponse, url: URL, claims: Claims): Promise<void> {
    const name = decode(url.pathname.slice(`${PREFIX}/rpc/`.length))
    const answer = await rpc(
      {
        schema: schemaOf(request, schemas),
        name,
        arguments: parseArguments(await readBody(request)),
        single: accepts(request, SINGLE_OBJECT),
      },
      claims,
      request.headers,
    )
    if (answer === null) response.writeHead(204).end()
    else
      response
        .writeHead(200, { 'content-type': `${accepts(request, SINGLE_OBJECT) ? SINGLE_OBJECT : 'application/json'}; charset=utf-8` })
        .end(answer)
  }

  async function queryTable(request: IncomingMessage, response: ServerResponse, url: URL, claims: Claims): Promise<void> {
    const schema = schemaOf(request, schemas)
    const headers = new Headers(
      Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])),
    )
    headers.set('accept-profile', schema)
    headers.set('content-profile', schema)
    const method = request.method ?? 'GET'
    const body = method === 'GET' || method === 'HEAD' ? null : await readBody(request)
    const answer = await tables.fetch(new Request(url, { method, headers, body: body?.length ? new Uint8Array(body) : null }), claims)
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (answer.body) await pipeline(Readable.fromWeb(answer.body as ReadableStream), response)
    else response.end()
  }

  return {
    async handle(request, response) {
      try {
        const url = new URL(request.url ?? '/', 'http://localhost')
        const claims = callerOf(request, tokens)
        // In a name it would cut the statement short.
        if (url.search.includes('%00')) throw new RestError(400, 'PGRST100', 'The query contains the character NUL')
        if (!PATH.test(url.pathname)) throw new RestError(404, 'PGRST125', 'Invalid path specified in request URL')
        if (isPlainCall(request, url)) await callFunction(request, response, url, claims)
        else await queryTable(request, response, url, claims)
      } catch (error) {
        const refusal = error instanceof DatabaseUnavailable ? unavailable() : error
        if (response.headersSent || !(refusal instanceof RestError)) throw error
        sendProblem(response, refusal)
      }
    },
    async close() {
      await listener.stop()
      await Promise.all([sql.end({ timeout: 5 }), tables.close()])
    },
  }
}

function callerOf(request: IncomingMessage, tokens: Tokens): Claims {
  try {
    const { authorization, apikey } = request.headers
    return tokens.callerOf({ authorization, apikey: typeof apikey === 'string' ? apikey : undefined })
  } catch (error) {
    if (error instanceof TokenError) throw new RestError(401, 'PGRST301', error.message)
    throw error
  }
}

/** A call with its arguments in the body and nothing said about the rows: what `supabase.rpc(name, args)` sends. */
function isPlainCall(request: IncomingMessage, url: URL): boolean {
  return (
    request.method === 'POST' &&
    url.pathname.startsWith(`${PREFIX}/rpc/`) &&
    url.search === '' &&
    !request.headers.prefer &&
    isJson(request) &&
    !accepts(request, 'text/csv')
  )
}

const isJson = (request: IncomingMessage) => (request.headers['content-type'] ?? 'application/json').startsWith('application/json')
const accepts = (request: IncomingMessage, type: string) => request.headers.accept?.includes(type) ?? false

function schemaOf(request: IncomingMessage, schemas: string[]): string {
  const named =
    request.method === 'GET' || request.method === 'HEAD' ? request.headers['accept-profile'] : request.headers['content-profile']
  if (named === undefined) return schemas[0] ?? 'public'
  if (typeof named === 'string' && schemas.includes(named)) return named
  throw new RestError(
    406,
    'PGRST106',
    `Invalid schema: ${String(named)}`,
    null,
    `Only the following schemas are exposed: ${schemas.join(', ')}`,
  )
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new RestError(400, 'PGRST100', 'The path is not valid UTF-8')
  }
}

function parseArguments(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    throw new RestError(400, 'PGRST102', 'The body is not valid JSON in UTF-8')
  }
  throw new RestError(400, 'PGRST102', 'The body must be a JSON object of named arguments')
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new RestError(413, 'PGRST102', `The body is larger than ${MAX_BODY_BYTES / 2 ** 20} MiB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
