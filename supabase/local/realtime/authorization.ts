import type postgres from 'postgres'
import type { Claims } from '../tokens.ts'
import { RealtimeError } from './errors.ts'

export type Extension = 'broadcast' | 'presence'

/** Who asks, as policies see it: `request.jwt.claims` and `request.headers`. */
export interface Asker {
  claims: Claims
  headers: Record<string, string>
}

/** Asks the policies on realtime.messages. Throws a RealtimeError `DatabaseUnavailable` when they cannot be asked. */
export interface Authorization {
  /** May this person see broadcasts, presence of this private topic? */
  mayRead(topic: string, asker: Asker, extensions: Extension[]): Promise<Record<Extension, boolean>>
  mayWrite(topic: string, asker: Asker, extension: Extension): Promise<boolean>
}

/** `sql` connects as the owner of realtime.messages, which may become anon, authenticated and service_role. */
export function createAuthorization(sql: postgres.Sql): Authorization {
  return {
    async mayRead(topic, { claims, headers }, extensions) {
      try {
        const [row] = await sql<[{ readable: Extension[] }]>`
          select to_jsonb(realtime.readable(${topic}, string_to_array(${extensions.join()}, ','), ${claims.role}, ${JSON.stringify(claims)}::text::jsonb, ${JSON.stringify(headers)}::text::jsonb)) as readable`
        return { broadcast: row.readable.includes('broadcast'), presence: row.readable.includes('presence') }
      } catch (error) {
        refused(error)
        return { broadcast: false, presence: false }
      }
    },

    async mayWrite(topic, { claims, headers }, extension) {
      try {
        const [row] = await sql<[{ writable: boolean }]>`
          select realtime.writable(${topic}, ${extension}, ${claims.role}, ${JSON.stringify(claims)}::text::jsonb, ${JSON.stringify(headers)}::text::jsonb)`
        return row.writable
      } catch (error) {
        refused(error)
        return false
      }
    },
  }
}

/** SQLSTATE classes of a database that is going away, has no room, or was too slow: no answer, as opposed to a no. */
const NO_ANSWER = /^(08|53|55|57|58|XX)/

/** A policy that fails, say on a topic that is no uuid, refuses. */
function refused(error: unknown): void {
  const state = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^[0-9A-Z]{5}$/.test(state) && !NO_ANSWER.test(state)) return
  throw new RealtimeError('DatabaseUnavailable', 'The rights on this channel could not be checked; please try again', { cause: error })
}
