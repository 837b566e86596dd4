import { randomBytes } from 'node:crypto'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { inject } from 'vitest'
import type { SERVER_LOGINS } from '../../sql/migrate.ts'
import type { Functions } from '../../sql/types.gen.ts'
import type { Login } from '../../supabase/local/postgres/roles.ts'
import { type Cluster, TEMPLATE } from './cluster.ts'

/** Whoever has an id can be signed in; null is a visitor who is not. */
export type Person = { id: string } | null

export interface Database {
  /** Connects as one of the platform's logins, or as the superuser. */
  url(login: Login | (typeof SERVER_LOGINS)[number] | 'supabase_admin'): string
  /** As `postgres`, whom no policy stops: to set the scene and to look behind it. */
  admin: Sql
  /** Runs statements in one transaction as the REST service would for this person. */
  as<T>(person: Person, run: (sql: TransactionSql) => Promise<T>): Promise<T>
  /** The same, and takes back whatever was changed. */
  trial<T>(person: Person, run: (sql: TransactionSql) => Promise<T>): Promise<T>
  /** Calls a function of the API as this person; a row, rows or a value, as REST would answer. */
  call<Name extends keyof Functions>(person: Person, name: Name, args: Functions[Name]['Args']): Promise<Functions[Name]['Returns']>
  drop(): Promise<void>
}

/** A database of its own for a test file: a clone of the template, some 50 ms. */
export async function createDatabase({ port, password }: Cluster = inject('cluster')): Promise<Database> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = (login: string, database = name) => `postgres://${login}:${password}@127.0.0.1:${port}/${database}`
  const superuser = postgres(url('supabase_admin', 'postgres'), { max: 1, onnotice: () => {} })
  await superuser.unsafe(`create database ${name} template ${TEMPLATE}`)
  // A clone has its template's contents, but not the privileges on the database itself.
  await superuser.unsafe(`grant all on database ${name} to postgres`)
  // Both connect when they are first used; most test files of the services use neither.
  const admin = postgres(url('postgres'), { max: 4, onnotice: () => {} })
  const rest = postgres(url('authenticator'), { max: 24, onnotice: () => {} })

  const as: Database['as'] = (person, run) =>
    rest.begin(async (transaction) => {
      const claims = person ? { sub: person.id, role: 'authenticated' } : { role: 'anon' }
      await transaction`select set_config('role', ${claims.role}, true), set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`
      return await run(transaction)
    }) as Promise<never>

  return {
    url: (login) => url(login),
    admin,
    as,
    async trial(person, run) {
      const done = new Error('Take it back')
      const outcome: { value?: Awaited<ReturnType<typeof run>> } = {}
      await as(person, async (transaction) => {
        outcome.value = await run(transaction)
        throw done
      }).catch((error: unknown) => {
        if (error !== done) throw error
      })
      return outcome.value as Awaited<ReturnType<typeof run>>
    },
    call: (person, name, args) => as(person, (transaction) => callFunction(transaction, name, args)),
    async drop() {
      await admin.end()
      await rest.end()
      await dropDatabase(superuser, name)
      await superuser.end()
    },
  }
}

/** `force` ends connections, but not a replication, which may take a moment to leave its slot. */
async function dropDatabase(superuser: Sql, name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    await superuser`select pg_terminate_backend(active_pid) from pg_replication_slots where database = ${name} and active`
    try {
      await superuser.unsafe(`drop database if exists ${name} with (force)`)
      return
    } catch (error) {
      if (tries === 50 || !(error instanceof postgres.PostgresError && error.code === '55006')) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Calls a function of the API by name, with named arguments; times come as ISO strings and numbers as numbers, as in JSON. */
export async function callFunction<Name extends keyof Functions>(
  sql: TransactionSql,
  name: Name,
  args: Functions[Name]['Args'],
): Promise<Functions[Name]['Returns']> {
  const given = Object.entries(args as Record<string, string | number | boolean | null>)
  const list = given.map(([argument], index) => `"${argument}" => $${index + 1}`).join(', ')
  const [shape] = await sql<{ many: boolean }[]>`
    select proretset as many from pg_proc where proname = ${name} and pronamespace = 'atrium'::regnamespace`
  const statement = shape?.many
    ? `select coalesce(jsonb_agg(to_jsonb(row)), '[]') as value from atrium.${name}(${list}) row`
    : `select to_jsonb(atrium.${name}(${list})) as value`
  const [row] = await sql.unsafe<{ value: never }[]>(
    statement,
    given.map(([, value]) => value),
  )
  return row?.value as never
}
