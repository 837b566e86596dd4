import postgres from 'postgres'

/** A pool of connections that outlives restarts of PostgreSQL. */
export interface Database {
  /** For one statement each: what keeps it does not get the new pool. */
  readonly sql: postgres.Sql
  end(): Promise<void>
}

/** The library's own back-off grows to 20 s, and joins would wait for it. */
const RECONNECT_SECONDS = 0.2
/** Of a statement, and so of a policy: one that takes longer refuses. */
const STATEMENT_TIMEOUT_MS = 5000
const CONNECT_TIMEOUT_SECONDS = 5

/**
 * In postgres.js 3.4.9 a connection that breaks while something waits to be written never writes again, and between two statements of its
 * transactions it throws where nobody can catch it (porsager/postgres#1208). So a pool is replaced as soon as one of its connections
 * closes, and this service has no transactions: it sends single statements.
 */
export function createDatabase(url: string): Database {
  let hasEnded = false
  let current = connect()

  function connect(): postgres.Sql {
    const pool: postgres.Sql = postgres(url, {
      max: 4,
      // Asked for at connecting; its failure has nobody to catch it either. So arrays are sent and taken in other forms.
      fetch_types: false,
      connect_timeout: CONNECT_TIMEOUT_SECONDS,
      backoff: () => RECONNECT_SECONDS,
      onnotice: () => {},
      onclose() {
        if (pool !== current || hasEnded) return
        current = connect()
        // What runs on its other connections may finish; it may also fail, and has told its caller then.
        pool.end({ timeout: CONNECT_TIMEOUT_SECONDS }).catch(() => {})
      },
      connection: { application_name: 'realtime', statement_timeout: STATEMENT_TIMEOUT_MS },
    })
    return pool
  }

  return {
    get sql() {
      return current
    },
    async end() {
      hasEnded = true
      await current.end({ timeout: 1 })
    },
  }
}
