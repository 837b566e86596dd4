import type { IncomingHttpHeaders } from 'node:http'
import type postgres from 'postgres'
import type { Claims } from '../tokens.ts'
import { fromPostgres, RestError } from './errors.ts'
import { originOf } from './origin.ts'
import type { Procedure, Procedures } from './procedures.ts'

export interface Call {
  schema: string
  name: string
  arguments: Record<string, unknown>
  /** The caller wants exactly one object (`application/vnd.pgrst.object+json`). */
  single: boolean
}

/** What a call gives: the JSON text that Postgres made, or null for a function without a result. */
export type Answer = string | null

/** Runs functions for `/rest/v1/rpc/*` with two round trips: the caller's identity and the call travel together.
 *  The library that serves the tables needs seventeen for the same answer. */
export function createRpc(sql: postgres.Sql, procedures: Procedures) {
  return async function rpc(call: Call, claims: Claims, headers: IncomingHttpHeaders): Promise<Answer> {
    const procedure = await procedures.find(call.schema, call.name, Object.keys(call.arguments))
    if (!procedure) throw notFound(call)
    try {
      const [, rows] = await sql.begin(procedure.readOnly ? 'read only' : 'read write', (transaction) => [
        identify(transaction, claims, headers),
        transaction.unsafe<{ body: string | null; count: number }[]>(
          statement(procedure, call),
          Object.keys(call.arguments).length > 0 ? [JSON.stringify(call.arguments)] : [],
          { prepare: true },
        ),
      ])
      const row = rows[0]
      if (procedure.returns === 'void') return null
      if (call.single && row?.count !== 1) {
        throw new RestError(
          406,
          'PGRST116',
          'Cannot coerce the result to a single JSON object',
          `The result contains ${row?.count ?? 0} rows`,
        )
      }
      return row?.body ?? 'null'
    } catch (error) {
      throw fromPostgres(error, claims.role)
    }
  }
}

/** Tells Postgres who asks, and from where, for the rest of the transaction: the same settings as PostgREST's. */
function identify(transaction: postgres.TransactionSql, claims: Claims, headers: IncomingHttpHeaders) {
  return transaction`select set_config('role', ${claims.role}, true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
    set_config('request.headers', ${originOf(headers)}, true),
    set_config('request.jwt.claim.sub', ${claims.sub ?? ''}, true), set_config('request.jwt.claim.role', ${claims.role}, true)`
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

/** All names in the statement come from the catalogue; the values travel as one JSON parameter. */
function statement(procedure: Procedure, call: Call): string {
  const given = procedure.arguments.filter(({ name }) => name in call.arguments)
  const target = `${quote(procedure.schema)}.${quote(procedure.name)}`
  const record = given.map(({ name, type }) => `${quote(name)} ${type}`).join(', ')
  const source = given.length > 0 ? `json_to_record($1::text::json) as _given(${record}), lateral ` : ''
  const invocation = `${target}(${given.map(({ name }) => `${quote(name)} => _given.${quote(name)}`).join(', ')})`
  switch (procedure.returns) {
    case 'void':
      return `select null as body, 1 as count from ${source}${invocation} as _result`
    case 'scalar':
    case 'composite':
      return `select to_json(_result)::text as body, 1 as count from ${source}${invocation} as _result`
    case 'scalars':
    case 'rows': {
      const list = call.single ? '(json_agg(_result) -> 0)' : "coalesce(json_agg(_result), '[]')"
      return `select ${list}::text as body, count(*)::int as count from ${source}${invocation} as _result`
    }
  }
}

function notFound(call: Call): RestError {
  const given = Object.keys(call.arguments).sort().join(', ')
  return new RestError(
    404,
    'PGRST202',
    `Could not find the function ${call.schema}.${call.name}${given ? `(${given})` : ' without parameters'} in the schema cache`,
    `Searched for the function ${call.schema}.${call.name} with ${given ? `parameters ${given}` : 'no parameters'}, but no matches were found in the schema cache.`,
  )
}
