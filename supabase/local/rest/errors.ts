import type { ServerResponse } from 'node:http'
import postgres from 'postgres'
import { DatabaseUnavailable } from '../database/session.ts'

/** PostgREST's error body. */
export interface Problem {
  code: string
  message: string
  details: string | null
  hint: string | null
}

/** An error of the REST service itself, with PostgREST's code. */
export class RestError extends Error {
  readonly status: number
  readonly problem: Problem
  constructor(status: number, code: string, message: string, details: string | null = null, hint: string | null = null) {
    super(message)
    this.status = status
    this.problem = { code, message, details, hint }
  }
}

/** Which HTTP status an SQLSTATE gets: the longest matching prefix, as in PostgREST's documentation. */
const STATUS_BY_STATE: [prefix: string, status: number][] = [
  ['08', 503],
  ['09', 500],
  ['0L', 403],
  ['0P', 403],
  ['23503', 409],
  ['23505', 409],
  ['25006', 405],
  ['25', 500],
  ['28', 403],
  ['2D', 500],
  ['38', 500],
  ['39', 500],
  ['3B', 500],
  ['40', 500],
  ['53400', 500],
  ['53', 503],
  ['54', 413],
  ['55', 500],
  ['57', 500],
  ['58', 500],
  ['F0', 500],
  ['HV', 500],
  ['P0001', 400],
  ['P0', 500],
  ['XX', 500],
  ['42883', 404],
  ['42P01', 404],
  ['42P17', 500],
]

/** Turns what Postgres raised into PostgREST's answer. `PT409` is 409; a missing privilege is 401 for nobody and 403 for somebody. */
export function fromPostgres(error: unknown, role: string): RestError {
  if (error instanceof RestError) return error
  if (error instanceof DatabaseUnavailable) return unavailable()
  if (!(error instanceof postgres.PostgresError))
    return new RestError(500, 'PGRST000', 'Something went wrong on our side. Please try again.')
  const { code } = error
  return new RestError(statusOf(code, role), code, error.message, error.detail ?? null, error.hint ?? null)
}

/** supabase-js asks again after so many seconds, where that is safe. */
export const RETRY = { 'retry-after': '1' }

export const unavailable = () => new RestError(503, 'PGRST001', 'The database cannot be reached. Try again in a moment.')

function statusOf(state: string, role: string): number {
  const own = /^PT([2-5]\d\d)$/.exec(state)?.[1]
  if (own) return Number(own)
  if (state === '42501') return role === 'anon' ? 401 : 403
  const matches = STATUS_BY_STATE.filter(([prefix]) => state.startsWith(prefix)).sort(([a], [b]) => b.length - a.length)
  return matches[0]?.[1] ?? 400
}

export function sendProblem(response: ServerResponse, error: RestError): void {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' }
  if (error.status === 503) Object.assign(headers, RETRY)
  if (error.status === 401) headers['www-authenticate'] = 'Bearer'
  // The rest of a body that is too large is not read, so the connection cannot carry another request.
  if (error.status === 413) headers.connection = 'close'
  response.writeHead(error.status, headers).end(JSON.stringify(error.problem))
}
