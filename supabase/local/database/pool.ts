import type postgres from 'postgres'
import { DatabaseUnavailable, openSession, type Session, type Settings } from './session.ts'

const WAIT_MS = 10_000
const SILENCE_MS = 45_000

/**
 * A pool that outlives restarts of PostgreSQL; session.ts says why postgres.js' own does not. Takes the settings of one of those, which
 * itself never connects, and offers of it what the services use: statements, fragments, `json`, `array`, `unsafe`, `begin`, `reserve`,
 * `end`. A statement that cannot be asked or loses its connection throws DatabaseUnavailable: after 10 s when all connections stay busy,
 * after 45 s when PostgreSQL says nothing, and at once when it is away.
 */
export function createPool<Types extends Record<string, unknown>>(template: postgres.Sql<Types>): postgres.Sql<Types> {
  const sessions = createSessions(template.options as unknown as Settings)
  const make = template as unknown as postgres.Sql

  async function once<T>(work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
    const session = await sessions.acquire()
    try {
      return await session.run(work)
    } finally {
      sessions.release(session)
    }
  }

  function statement(first: TemplateStringsArray, ...values: never[]) {
    if (!Array.isArray(first) || !('raw' in first)) return make(first as never, ...values)
    // Part of another statement, or one by itself: only `then` tells.
    const query = make(first, ...values)
    return lazily(query, () => once((sql) => sql`${query}`))
  }

  async function reserve() {
    const session = await sessions.acquire()
    return {
      unsafe: (text: string, values: never[]) => session.run((sql) => sql.unsafe(text, values)),
      release: () => sessions.release(session),
    }
  }

  type Work = (sql: postgres.Sql) => unknown
  return Object.assign(statement, {
    options: make.options,
    json: make.json,
    array: make.array,
    unsafe: (text: string, values: never[] = [], options = {}) =>
      lazily(make.unsafe(text, values, options), () => once((sql) => sql.unsafe(text, values, options))),
    begin: (...given: [string, Work] | [Work]) => {
      const [mode, work] = given.length === 2 ? given : ['', given[0]]
      return once((sql) => transact(sql, mode, work))
    },
    reserve,
    end: ({ timeout = 5 } = {}) => sessions.end(timeout * 1000),
  }) as unknown as postgres.Sql<Types>
}

/** Runs with the first one who asks. */
function lazily<T>(query: Promise<T>, run: () => Promise<T>): Promise<T> {
  let result: Promise<T> | undefined
  const promise = () => {
    result ??= run()
    return result
  }
  return Object.assign(query, {
    // biome-ignore lint/suspicious/noThenProperty: it is the promise that it was before, kept elsewhere
    then: ((...handlers) => promise().then(...handlers)) as Promise<T>['then'],
    catch: ((handler) => promise().catch(handler)) as Promise<T>['catch'],
    finally: ((handler) => promise().finally(handler)) as Promise<T>['finally'],
  })
}

/** The connection is ours alone, so plain statements do. */
async function transact(sql: postgres.Sql, mode: string, work: (sql: postgres.Sql) => unknown): Promise<unknown> {
  await sql.unsafe(`begin ${mode}`)
  let result: unknown
  try {
    const given = work(sql)
    result = await (Array.isArray(given) ? Promise.all(given) : given)
  } catch (error) {
    await sql`rollback`
    throw error
  }
  const { command } = await sql`commit`
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement failed, and nobody said so')
  return result
}

interface Waiter {
  resolve(session: Session | Promise<Session>): void
  reject(error: Error): void
}

/** At most `max` connections, each of which one work has to itself. */
function createSessions(settings: Settings) {
  const open = new Set<Session>()
  const idle: Session[] = []
  const waiting: Waiter[] = []
  let places = settings.max
  let onEnded: (() => void) | undefined

  async function connect(): Promise<Session> {
    places--
    try {
      const session = await openSession(settings, { onClose: forget, silenceMs: SILENCE_MS })
      open.add(session)
      return session
    } catch (error) {
      freePlace()
      throw error
    }
  }

  function forget(session: Session) {
    if (!open.delete(session)) return // It failed to connect.
    const at = idle.indexOf(session)
    if (at >= 0) idle.splice(at, 1)
    freePlace()
  }

  function freePlace() {
    places++
    waiting.shift()?.resolve(connect())
    if (places === settings.max) onEnded?.()
  }

  return {
    async acquire(): Promise<Session> {
      if (onEnded) throw new DatabaseUnavailable('this service is stopping')
      const session = idle.pop()
      if (session) return session
      if (places > 0) return connect()
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          resolve(given) {
            clearTimeout(timer)
            resolve(given)
          },
          reject(error) {
            clearTimeout(timer)
            reject(error)
          },
        }
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(new DatabaseUnavailable('all connections are busy'))
        }, WAIT_MS)
        waiting.push(waiter)
      })
    },

    release(session: Session): void {
      if (!session.isOpen) return
      const waiter = waiting.shift()
      if (waiter) waiter.resolve(session)
      else if (onEnded) session.close()
      else idle.push(session)
    },

    /** Lets work under way finish, for so long. */
    async end(timeoutMs: number): Promise<void> {
      const ended = new Promise<void>((resolve) => (onEnded = resolve))
      for (const waiter of waiting.splice(0)) waiter.reject(new DatabaseUnavailable('this service is stopping'))
      for (const session of idle.splice(0)) session.close()
      if (places === settings.max) return
      const timer = setTimeout(() => {
        for (const session of open) session.destroy()
      }, timeoutMs)
      await ended
      clearTimeout(timer)
    },
  }
}
