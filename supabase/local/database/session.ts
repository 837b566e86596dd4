import { Socket } from 'node:net'
import postgres from 'postgres'

/** PostgreSQL cannot be asked just now. The next try may find it back. */
export class DatabaseUnavailable extends Error {
  readonly code = 'database_unavailable'
  constructor(reason: string, options?: ErrorOptions) {
    super(`The database cannot be reached right now: ${reason}`, options)
  }
}

/** The settings of a pool of postgres.js, as it has read them. */
export type Settings = postgres.Sql['options']

/** One connection to PostgreSQL, until it is lost. It never comes back. */
export interface Session {
  sql: postgres.Sql
  readonly isOpen: boolean
  /** Rejects as soon as the connection is lost, whatever the work still waits for. One at a time. */
  run<T>(work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T>
  /** Says goodbye to PostgreSQL. */
  close(): void
  /** Cuts the line: the work under way is rejected. */
  destroy(): void
}

export interface SessionOptions {
  onClose(session: Session): void
  /** A line without a byte for so long is cut, idle or waiting for an answer; 0 is never. */
  silenceMs: number
}

const CONNECT_MS = 5_000

/**
 * Connects, with a socket of our own and without TLS: PostgreSQL is on this machine.
 *
 * postgres.js 3.4.9 does not survive the end of a connection. It writes to the socket that is gone, where nobody can catch it
 * (porsager/postgres#1208); or it forgets to write at all once it has connected again; it may send the rest of a transaction on the new
 * connection, outside of any transaction; and while it reads the types of arrays its rejection has nobody to hear it. So it never learns
 * that the socket closed. We do, reject the work ourselves, and throw the instance away.
 */
export async function openSession(settings: Settings, { onClose, silenceMs }: SessionOptions): Promise<Session> {
  const socket = new Socket()
  const listen = socket.on.bind(socket)
  socket.on = ((event: string, listener: () => void) =>
    event === 'close' || event === 'error' ? socket : listen(event, listener)) as Socket['on']
  const sql = postgres({
    ...settings,
    max: 1,
    idle_timeout: null,
    max_lifetime: null,
    connect_timeout: null,
    socket: () => socket,
  } as unknown as postgres.Options<Record<string, never>>)
  let isReady = false
  let lost: DatabaseUnavailable | undefined
  let rejectWork: (error: Error) => void = () => {}
  let reason: Error | undefined

  const session: Session = {
    sql,
    get isOpen() {
      return !lost
    },
    run: (work) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost)
        rejectWork = reject
        work(sql).then(resolve, reject)
      }),
    // It would wait for an event which it never hears of.
    close: () => void sql.end({ timeout: 1 }).catch(() => {}),
    destroy: () => void socket.destroy(),
  }

  listen('error', (error) => (reason = error))
  listen('timeout', () => socket.destroy(new Error('it does not answer')))
  listen('close', () => {
    lost = new DatabaseUnavailable(reason?.message || 'the connection was closed', { cause: reason })
    rejectWork(lost)
    // Rejects what is left of a transaction. Not before the first answer: until then the library waits for the types, unheard.
    if (isReady) sql.end({ timeout: 0 }).catch(() => {})
    onClose(session)
  })
  socket.setTimeout(CONNECT_MS)
  if (settings.path) socket.connect(settings.path)
  else socket.connect({ host: settings.host[0], port: settings.port[0] ?? 5432 })

  try {
    // Simple, for a connection of replication knows no other form.
    await session.run((first) => first.unsafe('select'))
  } catch (error) {
    socket.destroy()
    throw error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable((error as Error).message, { cause: error })
  }
  isReady = true
  socket.setTimeout(silenceMs)
  return session
}
