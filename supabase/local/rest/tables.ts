import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { App } from '@supabase/lite'
import { createPostgresConnection, type PostgresConnection } from '@supabase/lite/postgres'
import { sql } from 'kysely'
import { createPool } from '../database/pool.ts'
import { DatabaseUnavailable } from '../database/session.ts'
import type { Claims } from '../tokens.ts'
import { RETRY, unavailable } from './errors.ts'
import { originOf } from './origin.ts'

export interface Tables {
  /** Answers a request below `/rest/v1` as the bearer of the claims. May throw DatabaseUnavailable. */
  fetch(request: Request, claims: Claims): Promise<Response>
  /** Reads the catalogue again at the next request. */
  clear(): Promise<void>
  close(): Promise<void>
}

export interface TablesOptions {
  databaseUrl: string
  schemas: string[]
}

/** PostgREST's dialect for tables and views, by `@supabase/lite`. The library is alpha and assumes that the database
 *  is its own: what is set right here is measured in the tests, one rule each. */
export async function createTables({ databaseUrl, schemas }: TablesOptions): Promise<Tables> {
  const connection = createPostgresConnection({ url: databaseUrl, postgresOptions: { max: 10, onnotice: () => {}, types: TYPES } })
  const internals = connection as unknown as LiteInternals
  replacePool(connection)
  // Otherwise the first request runs GRANT ALL ON ALL TABLES for anon in every schema with row-level security,
  // and a database without any such table would be read as the connecting login.
  internals.rlsState = 'active'
  internals.applyJwtSessionContext = identify
  // Only we know this prefix, so a key that begins with it carries claims which we have verified.
  const vouched = `verified-${randomUUID()}.`
  const app = new App({
    connection,
    api: { schemas, max_rows: MAX_ROWS },
    auth: { enabled: false },
    options: {
      server: {
        apiKeys: {
          resolver: async (key: string) =>
            key.startsWith(vouched)
              ? { type: 'publishable', claims: JSON.parse(Buffer.from(key.slice(vouched.length), 'base64url').toString()) }
              : null,
        },
      },
    },
  } as unknown as ConstructorParameters<typeof App>[0])
  await app.init()
  return {
    async fetch(request, claims) {
      // Asked here, because inside of the library its failure would be a 500.
      await connection.introspect({ useCache: true })
      const headers = new Headers(request.headers)
      headers.delete('authorization')
      headers.set('apikey', vouched + Buffer.from(JSON.stringify(claims)).toString('base64url'))
      const vouchedFor = new Request(request, { headers })
      return await served.run(request, () => (app as unknown as { fetch(request: Request): Promise<Response> }).fetch(vouchedFor))
    },
    clear: () => connection.clearSchemaCache(),
    close: () => connection.close(),
  }
}

/** Gives it connections that survive a restart of PostgreSQL: these two functions are all that it asks of its own pool. */
function replacePool(connection: PostgresConnection): void {
  const pool = createPool(connection.driver)
  Object.assign(connection.driver, {
    async reserve() {
      const reserved = await pool.reserve().catch(explain)
      return {
        unsafe: (text: string, values: never[]) => reserved.unsafe(text, values).catch(explain),
        release: reserved.release,
      }
    },
    end: pool.end,
  })
  const introspect = connection.introspect.bind(connection)
  let reading: ReturnType<typeof introspect> | undefined
  // Once for all who need it: it is some twenty questions.
  connection.introspect = async (options) => {
    reading ??= introspect(options).finally(() => {
      reading = undefined
    })
    const catalogue = await reading
    // What could not be read looks like a database without tables, and without time zones.
    if (!catalogue.timezones) throw new DatabaseUnavailable('the catalogue could not be read')
    return catalogue
  }
}

/** In the form in which a function in SQL says what the library shall answer: `raise sqlstate 'PGRST'`. */
function explain(error: unknown): never {
  if (!(error instanceof DatabaseUnavailable)) throw error
  const { status, problem } = unavailable()
  const answer = { code: 'PGRST', detail: JSON.stringify({ status, headers: RETRY }) }
  throw Object.assign(new Error(JSON.stringify(problem), { cause: error }), answer)
}

/** The request that the library is answering. */
const served = new AsyncLocalStorage<Request>()

// The library prints every query that is refused, with the values in it. Whoever asked has the answer; a log is no place for them.
const print = console.error
console.error = (...values: unknown[]) => {
  if (!served.getStore()) print(...values)
}

/** More rows than this are never sent at once; a client pages with Range or limit. */
const MAX_ROWS = 1000

interface LiteInternals {
  rlsState: 'unknown' | 'active' | 'inactive'
  applyJwtSessionContext(
    database: Parameters<ReturnType<typeof sql>['execute']>[0],
    variables: { auth?: { role?: string; uid?: unknown; jwt?: unknown } },
  ): Promise<void>
}

/** One statement instead of six. */
const identify: LiteInternals['applyJwtSessionContext'] = async (database, { auth }) => {
  const role = auth?.role ?? 'anon'
  const origin = originOf(Object.fromEntries(served.getStore()?.headers ?? []))
  await sql`select set_config('role', ${role}, true), set_config('request.headers', ${origin}, true), set_config('request.jwt.claim.sub', ${String(auth?.uid ?? '')}, true),
    set_config('request.jwt.claim.role', ${role}, true), set_config('request.jwt.claims', ${auth?.jwt ? JSON.stringify(auth.jwt) : ''}, true)`.execute(
    database,
  )
}

const json = {
  serialize: (value: unknown) => (typeof value === 'string' && isJson(value) ? value : JSON.stringify(value)),
  parse: (text: string) => JSON.parse(text) as unknown,
}

/** Values as PostgREST writes them. Without this a JSON column is encoded twice, and a time has a blank where ISO 8601 has a T. */
const TYPES = {
  json: { to: 114, from: [114], ...json },
  jsonb: { to: 3802, from: [3802], ...json },
  timestamptz: {
    to: 1184,
    from: [1184],
    serialize: (value: unknown) => value,
    parse: (text: string) => text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'),
  },
  timestamp: { to: 1114, from: [1114], serialize: (value: unknown) => value, parse: (text: string) => text.replace(' ', 'T') },
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
