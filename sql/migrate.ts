import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { getConstructionPlans, getMigrationPlans } from 'pg-boss'
import postgres from 'postgres'
import { describeTypes } from './describeTypes.ts'

/** The logins of Atrium's own servers; made by 010_schemas.sql without a password, which whoever starts the servers sets. */
export const SERVER_LOGINS = ['atrium_collab', 'atrium_worker'] as const

export interface MigrateOptions {
  /** Where the numbered files of an installation are. */
  installation?: URL
  /** Where the upgrades are. */
  migrations?: URL
  /** Lets the logins of the servers in with this password. */
  password?: string | undefined
  /** Who may make an account where Supabase Auth asks SQL: open, invited, or e-mail domains by comma. Absent: as before. */
  signUp?: string | undefined
}

/** What there was to do: `installed`, or the versions of the upgrades that were applied, often none. */
export type MigrateResult = 'installed' | string[]

/** Something that whoever ran the migration can put right. */
export class MigrationError extends Error {}

/** The version under which the installation stands in the CLI's table; upgrades follow as 0001, 0002 … */
const INSTALLATION = { version: '0000', name: 'atrium' }

type Transaction = postgres.TransactionSql

/** Installs Atrium into a Supabase database, or upgrades it, in one transaction. `url` connects as the role `postgres`. */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<MigrateResult> {
  const sql = connect(url)
  try {
    return await sql.begin(async (transaction) => {
      // Two servers that start at once: the second one waits, and then finds nothing to do.
      await transaction`select pg_advisory_xact_lock(hashtextextended('atrium.migrate', 0))`
      await requireSupabase(transaction)
      await prepareHistory(transaction)
      const result = await installOrUpgrade(transaction, {
        installation: options.installation ?? new URL('.', import.meta.url),
        migrations: options.migrations ?? new URL('migrations/', import.meta.url),
      })
      if (options.password) for (const login of SERVER_LOGINS) await setPassword(transaction, login, options.password)
      if (options.signUp) await transaction`select atrium_private.set_sign_up(${options.signUp})`
      await transaction`notify pgrst, 'reload schema'`
      return result
    })
  } finally {
    await sql.end()
  }
}

function connect(url: string): postgres.Sql {
  if (!/^postgres(ql)?:\/\//.test(url)) throw new MigrationError('The address of the database must begin with postgres:// or postgresql://')
  return postgres(url, { max: 1, connect_timeout: 15, onnotice: () => {} })
}

async function requireSupabase(sql: Transaction): Promise<void> {
  const [server] = await sql<{ version: number; login: string }[]>`
    select current_setting('server_version_num')::int as version, current_user::text as login`
  if (server && server.version < 170000) throw new MigrationError('Atrium needs PostgreSQL 17 or newer')
  // What it makes belongs to the login, and its functions must pass row-level security as postgres does.
  if (server?.login !== 'postgres') throw new MigrationError(`Connect as postgres, the role of migrations, not as ${server?.login}`)
  const [found] = await sql<{ missing: string[] | null }[]>`
    select array_agg(name) as missing
    from unnest(array['auth.users', 'auth.sessions', 'storage.objects', 'storage.buckets', 'realtime.messages']) as name
    where to_regclass(name) is null`
  if (found?.missing) {
    throw new MigrationError(`This is no Supabase database, or its services have not started yet: ${found.missing.join(', ')} missing`)
  }
}

/** The table in which the Supabase CLI keeps what was applied. */
async function prepareHistory(sql: Transaction): Promise<void> {
  await sql.unsafe(`
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text)`)
}

async function installOrUpgrade(sql: Transaction, from: { installation: URL; migrations: URL }): Promise<MigrateResult> {
  const upgrades = filesIn(from.migrations, /^\d{4}_\w+\.sql$/)
  const [installation] = await sql<{ name: string | null }[]>`
    select name from supabase_migrations.schema_migrations where version = ${INSTALLATION.version}`
  if (!installation) {
    await install(sql, from.installation)
    // The installation is what all upgrades together lead to.
    for (const file of upgrades) await record(sql, versionOf(file), [file.text])
    return 'installed'
  }
  if (installation.name !== INSTALLATION.name) {
    throw new MigrationError(`Another application has the migration ${INSTALLATION.version} in this database: ${installation.name}`)
  }
  await upgradeJobs(sql)
  const applied: string[] = []
  for (const file of upgrades) {
    const { version, name } = versionOf(file)
    const known = await sql`select from supabase_migrations.schema_migrations where version = ${version}`
    if (known.length > 0) continue
    await sql.unsafe(file.text)
    await record(sql, { version, name }, [file.text])
    applied.push(version)
  }
  return applied
}

async function install(sql: Transaction, directory: URL): Promise<void> {
  const [schema] = await sql`select from pg_namespace where nspname in ('atrium', 'atrium_private')`
  if (schema) throw new MigrationError('This database has a schema atrium or atrium_private that was not made by Atrium')
  await installJobs(sql)
  const files = filesIn(directory, /^\d{3}_\w+\.sql$/)
  for (const file of files) {
    await sql.unsafe(file.text).catch((cause: unknown) => {
      throw new Error(`${file.name}: ${cause instanceof Error ? cause.message : cause}`, { cause })
    })
  }
  await record(
    sql,
    INSTALLATION,
    files.map((file) => file.text),
  )
}

async function installJobs(sql: Transaction): Promise<void> {
  const [jobs] = await sql`select from pg_namespace where nspname = 'pgboss'`
  if (jobs) await upgradeJobs(sql)
  else await sql.unsafe(withoutTransaction(getConstructionPlans('pgboss')))
}

async function upgradeJobs(sql: Transaction): Promise<void> {
  const [row] = await sql<{ version: number }[]>`select version from pgboss.version`
  if (!row) throw new MigrationError('The schema pgboss is not one of pg-boss')
  const current = Number(/INSERT INTO pgboss\.version\(version\) VALUES \('(\d+)'\)/.exec(getConstructionPlans('pgboss'))?.[1])
  if (row.version < current) await sql.unsafe(withoutTransaction(getMigrationPlans('pgboss', row.version)))
}

/** pg-boss' plans bring a transaction of their own; here they are part of ours. */
function withoutTransaction(plan: string): string {
  return plan.replace(/^\s*BEGIN;/, '').replace(/COMMIT;\s*$/, '')
}

async function record(sql: Transaction, { version, name }: { version: string; name: string }, statements: string[]): Promise<void> {
  await sql`
    insert into supabase_migrations.schema_migrations (version, statements, name) values (${version}, ${statements}, ${name})`
}

async function setPassword(sql: Transaction, login: string, password: string): Promise<void> {
  const [quoted] = await sql<{ statement: string }[]>`
    select format('alter role %I login password %L', ${login}::text, ${password}::text) as statement`
  if (quoted) await sql.unsafe(quoted.statement)
}

interface SqlFile {
  name: string
  text: string
}

function filesIn(directory: URL, pattern: RegExp): SqlFile[] {
  return readdirSync(directory)
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => ({ name, text: readFileSync(new URL(name, directory), 'utf8') }))
}

function versionOf({ name }: SqlFile): { version: string; name: string } {
  return { version: name.slice(0, 4), name: `atrium_${name.slice(5, -'.sql'.length)}` }
}

/** As a script: `npm run migrate -- <postgres url> [--types]`; --types writes types.gen.ts from that database. */
async function main(): Promise<void> {
  const words = process.argv.slice(2)
  const url = words.find((word) => !word.startsWith('--'))
  if (!url) throw new MigrationError('Say where: npm run migrate -- postgres://postgres:<password>@<host>:5432/postgres [--types]')
  const { ATRIUM_DATABASE_PASSWORD: password, ATRIUM_SIGN_UP: signUp } = process.env
  // It stands in the addresses of the servers, where other characters would have to be escaped.
  if (password !== undefined && !/^[\w-]{16,}$/.test(password)) {
    throw new MigrationError('ATRIUM_DATABASE_PASSWORD must be at least 16 letters, digits, - or _')
  }
  const result = await migrate(url, { password, signUp })
  if (result === 'installed') console.log('Atrium is installed.')
  else console.log(result.length > 0 ? `Upgraded: ${result.join(', ')}.` : 'Atrium is up to date.')
  const sql = connect(url)
  try {
    const closed = await sql<
      { rolname: string }[]
    >`select rolname from pg_roles where rolname in ${sql(SERVER_LOGINS)} and not rolcanlogin order by 1`
    if (closed.length > 0) {
      const names = closed.map(({ rolname }) => rolname).join(' and ')
      console.log(`${names} cannot sign in yet: set ATRIUM_DATABASE_PASSWORD and run this again.`)
    }
    if (words.includes('--types')) writeFileSync(new URL('types.gen.ts', import.meta.url), await describeTypes(sql))
  } finally {
    await sql.end()
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message || String(error) : error)
    process.exitCode = 1
  })
}
