import { randomUUID } from 'node:crypto'
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

class Answer extends Error {
  readonly value: unknown
  constructor(value: unknown) {
    super('rolled back')
    this.value = value
  }
}

/** A policy that takes longer than this refuses. */
const POLICY_TIMEOUT_MS = 3000

/** `sql` connects as the owner of realtime.messages, which may become anon, authenticated and service_role. */
export function createAuthorization(sql: postgres.Sql): Authorization {
  /** The probe rows exist only within the transaction. */
  async function rolledBack<T>(ask: (transaction: postgres.TransactionSql) => Promise<T>): Promise<T> {
    try {
      await sql.begin(async (transaction) => {
        throw new Answer(await ask(transaction))
      })
    } catch (error) {
      if (error instanceof Answer) return error.value as T
      throw error
    }
    throw new Error('The transaction was not rolled back')
  }

  /** Row-level security applies from here on: the owner who logged in is exempt, the role of the token is not. */
  const become = (transaction: postgres.TransactionSql, topic: string, { claims, headers }: Asker) =>
    transaction`
      select set_config('statement_timeout', ${String(POLICY_TIMEOUT_MS)}, true), set_config('role', ${claims.role}, true),
        set_config('realtime.topic', ${topic}, true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
        set_config('request.jwt.claim.sub', ${claims.sub ?? ''}, true), set_config('request.jwt.claim.role', ${claims.role}, true),
        set_config('request.headers', ${JSON.stringify(headers)}, true)`

  return {
    async mayRead(topic, asker, extensions) {
      const rows = extensions.map((extension) => ({ id: randomUUID(), topic, extension }))
      try {
        const visible = await rolledBack(async (transaction) => {
          const [, , seen] = await Promise.all([
            transaction`insert into realtime.messages ${transaction(rows)}`,
            become(transaction, topic, asker),
            transaction`select extension from realtime.messages where id in ${transaction(rows.map(({ id }) => id))}`,
          ])
          return seen.map((row) => row.extension as Extension)
        })
        return { broadcast: visible.includes('broadcast'), presence: visible.includes('presence') }
      } catch (error) {
        refused(error)
        return { broadcast: false, presence: false }
      }
    },

    async mayWrite(topic, asker, extension) {
      try {
        return await rolledBack(async (transaction) => {
          await Promise.all([
            become(transaction, topic, asker),
            transaction`insert into realtime.messages (topic, extension) values (${topic}, ${extension})`,
          ])
          return true
        })
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
