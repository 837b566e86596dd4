import postgres from 'postgres'
import { createPool } from '../database/pool.ts'
import type { Claims } from '../tokens.ts'

/** Asks the database whether a token still speaks for somebody: its session may have ended, and its account been closed. */
export interface LiveSessions {
  isLive(claims: Claims): Promise<boolean>
  close(): Promise<void>
}

/** `databaseUrl` connects as `authenticator`. */
export function createLiveSessions(databaseUrl: string): LiveSessions {
  const sql = createPool(postgres(databaseUrl, { max: 4, onnotice: () => {}, connection: { application_name: 'live sessions' } }))
  return {
    async isLive(claims) {
      // A key of the platform is nobody's session.
      if (claims.sub === undefined) return true
      const ask = sql.begin(async (transaction) => {
        await transaction`
          select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`
        return transaction<{ live: boolean }[]>`select atrium_private.caller() is not null as live`
      })
      const [row] = await ask.catch((error: unknown) => {
        // A subject that is no UUID is nobody here.
        if (error instanceof postgres.PostgresError && error.code === '22P02') return []
        throw error
      })
      return row?.live === true
    },
    close: () => sql.end({ timeout: 1 }),
  }
}
