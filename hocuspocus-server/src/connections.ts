import postgres from 'postgres'

/** How the server talks to Postgres: connections that may be lost at any moment, and answers that may never come. */

const ANSWER_DEADLINE_MS = 10_000
const LISTEN_RETRY_MS = 250
/** As long may a query on a healthy connection take when another connection of the pool is lost. */
const RENEWAL_SECONDS = 3

/** Connections that are replaced together as soon as one of them is lost. The library would use it again, but when it was lost in the
 *  moment in which a query was about to be written, nothing is ever written to it any more: `closed` in its connection.js clears the
 *  timer of the next write and leaves it standing. */
export function createPool(url: string, settings: postgres.Options<Record<string, never>>) {
  let closing = false
  let current = make()

  function make(): postgres.Sql {
    const made = postgres(url, {
      ...settings,
      onclose: () => {
        if (made === current) renew()
      },
    })
    return made
  }

  function renew() {
    if (closing) return
    const old = current
    current = make()
    void old.end({ timeout: RENEWAL_SECONDS }).catch(() => {}) // Its queries are rejected, and whoever asked them hears of it.
  }

  return {
    current: () => current,
    renew,
    close() {
      closing = true
      return current.end({ timeout: RENEWAL_SECONDS })
    },
  }
}

/** `sql.listen` gives up for good when its first attempt to reconnect fails, so this one has a loop of its own. */
export function createListener(url: string, settings: postgres.Options<Record<string, never>>) {
  let stopped = false
  let current: postgres.Sql | undefined
  let retry: NodeJS.Timeout | undefined

  function start(handlers: Record<string, (payload: string) => void>, onListening: () => void) {
    const again = () => {
      current = undefined
      if (!stopped) retry = setTimeout(start, LISTEN_RETRY_MS, handlers, onListening)
    }
    let closed = false
    const onclose = () => {
      if (closed) return
      closed = true
      void connection.end({ timeout: 0 }).catch(() => {}) // It is lost already; this only lets go of its timers.
      again()
    }
    // The types do not know `onnotify`, which `sql.listen` itself is made of.
    const options = { ...settings, max: 1, onclose, onnotify: (channel: string, payload: string) => handlers[channel]?.(payload) }
    const connection = postgres(url, options as postgres.Options<Record<string, never>>)
    current = connection
    const statements = Object.keys(handlers).map((channel) => `listen ${channel}`)
    connection.unsafe(statements.join('; ')).then(onListening, onclose)
  }

  return {
    start,
    async stop() {
      stopped = true
      clearTimeout(retry)
      await current?.end({ timeout: 1 })
    },
  }
}

/** Rejects when no answer came in time. */
export async function withDeadline<T>(work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, ANSWER_DEADLINE_MS, new Error('The database did not answer in time'))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The SQLSTATE of a database error; undefined for a lost connection and everything else. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.code : undefined
}

/** Whether the library tripped over a connection that was lost in the middle of a transaction: it writes the rollback to a socket that
 *  is not there any more, outside of every promise. The queries were rejected before, and createPool has replaced the connection. */
export function isWriteToLostConnection(error: unknown): boolean {
  return error instanceof TypeError && /at (Immediate\.)?nextWrite \(.*\/postgres\/src\/connection\.js/.test(error.stack ?? '')
}
