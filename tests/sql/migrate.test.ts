import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { PgBoss } from 'pg-boss'
import postgres from 'postgres'
import { afterAll, expect, inject, test } from 'vitest'
import { describeTypes } from '../../sql/describeTypes.ts'
import { migrate } from '../../sql/migrate.ts'
import { createServiceSchemas } from '../../supabase/local/postgres/roles.ts'
import { describeCatalogue } from '../support/catalogue.ts'
import { startCluster, TEMPLATE } from '../support/cluster.ts'
import { createDatabase } from '../support/database.ts'
import { createWorkspace } from '../support/factories.ts'

const { port, password } = inject('cluster')
const url = (login: string, database: string) => `postgres://${login}:${password}@127.0.0.1:${port}/${database}`
const superuser = postgres(url('supabase_admin', 'postgres'), { max: 1, onnotice: () => {} })
const made: string[] = []
afterAll(async () => {
  for (const name of made) await superuser.unsafe(`drop database ${name} with (force)`)
  await superuser.end()
})

/** A Supabase as it is before Atrium comes; returns the address for its role postgres. */
async function emptySupabase(): Promise<string> {
  const name = `empty_${randomBytes(6).toString('hex')}`
  await superuser.unsafe(`create database ${name}`)
  made.push(name)
  await createServiceSchemas(url('supabase_admin', name))
  return url('postgres', name)
}

async function query<Row>(address: string, text: string): Promise<Row[]> {
  const sql = postgres(address, { max: 1, onnotice: () => {} })
  try {
    return (await sql.unsafe(text)) as unknown as Row[]
  } finally {
    await sql.end()
  }
}
const history = (address: string) =>
  query<{ version: string; name: string; count: number }>(
    address,
    'select version, name, cardinality(statements) as count from supabase_migrations.schema_migrations order by version',
  )

function upgrades(files: Record<string, string>): URL {
  const directory = mkdtempSync(join(tmpdir(), 'atrium-upgrades-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return pathToFileURL(`${directory}/`)
}

test('[MIG1] an empty Supabase gets Atrium once, though two install it at the same moment and again later', async () => {
  const address = await emptySupabase()
  const results = await Promise.all([migrate(address), migrate(address)])
  expect(results).toEqual(expect.arrayContaining(['installed', []]))
  const before = await history(address)
  expect(before[0]).toEqual({ version: '0000', name: 'atrium', count: expect.any(Number) })
  expect(await migrate(address)).toEqual([])
  expect(await history(address)).toEqual(before)
})

test('[MIG2] upgrades run once, in order and forwards; a new installation has them already', async () => {
  const migrations = upgrades({
    '0002_second.sql': `insert into atrium.first values ('second')`,
    '0001_first.sql': `create table atrium.first (name text)`,
    'README.md': 'no migration',
  })
  const address = await emptySupabase()
  await migrate(address, { migrations: upgrades({}) })
  expect(await migrate(address, { migrations })).toEqual(['0001', '0002'])
  expect(await migrate(address, { migrations })).toEqual([])
  expect(await history(address)).toMatchObject([
    {},
    { version: '0001', name: 'atrium_first', count: 1 },
    { version: '0002', name: 'atrium_second' },
  ])
  expect(await query(address, 'select name from atrium.first')).toEqual([{ name: 'second' }])
  const fresh = await emptySupabase()
  expect(await migrate(fresh, { migrations })).toBe('installed')
  expect((await history(fresh)).map(({ version }) => version)).toEqual(['0000', '0001', '0002'])
  expect(await migrate(fresh, { migrations })).toEqual([])
  rmSync(migrations, { recursive: true })
})

test('[MIG3] an upgrade that fails leaves everything as it was', async () => {
  const address = await emptySupabase()
  await migrate(address, { migrations: upgrades({}) })
  const migrations = upgrades({ '0001_good.sql': 'create table atrium.good ()', '0002_bad.sql': 'select 1 / 0' })
  await expect(migrate(address, { migrations })).rejects.toThrow('division by zero')
  expect(await query(address, `select to_regclass('atrium.good') as good`)).toEqual([{ good: null }])
  expect(await history(address)).toHaveLength(1)
  rmSync(migrations, { recursive: true })
})

/** Runs the script as a person would. */
function run(words: readonly string[], environment: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const script = join(import.meta.dirname, '../../sql/migrate.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...words], { env: { ...process.env, ...environment } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}

test('[MIG4] a wrong address or a database that is no Supabase is answered by a sentence and code 1', async () => {
  const plain = `plain_${randomBytes(6).toString('hex')}`
  await superuser.unsafe(`create database ${plain} owner postgres`)
  made.push(plain)
  const taken = await emptySupabase()
  await query(taken, 'create schema atrium')
  const cases = [
    [[], 'Say where: '],
    [['mysql://localhost'], 'must begin with postgres://'],
    [['postgres://postgres@127.0.0.1:1/x'], 'ECONNREFUSED'],
    [[url('postgres', plain)], 'This is no Supabase database'],
    [[url('supabase_admin', plain)], 'Connect as postgres'],
    [[taken], 'not made by Atrium'],
  ] as const
  for (const [words, sentence] of cases) {
    const { code, output } = await run(words)
    expect([code, output.trim().split('\n').length, output]).toEqual([1, 1, expect.stringContaining(sentence)])
  }
  expect(await query(url('postgres', plain), `select from pg_namespace where nspname like 'atrium%' or nspname like 'supabase%'`)).toEqual(
    [],
  )
})

test('[MIG7] the password of the servers is set by the environment, checked, and asked for while there is none', async () => {
  // Logins belong to the whole cluster, so this one is not shared with other tests.
  const { cluster, stop } = await startCluster()
  const address = `postgres://postgres:${cluster.password}@127.0.0.1:${cluster.port}/${TEMPLATE}`
  try {
    await query(address, 'alter role atrium_worker nologin')
    expect(await run([address], { ATRIUM_DATABASE_PASSWORD: 'short' })).toEqual({
      code: 1,
      output: 'ATRIUM_DATABASE_PASSWORD must be at least 16 letters, digits, - or _\n',
    })
    expect(await run([address])).toEqual({
      code: 0,
      output: 'Atrium is up to date.\natrium_worker cannot sign in yet: set ATRIUM_DATABASE_PASSWORD and run this again.\n',
    })
    const secret = randomBytes(16).toString('hex')
    expect(await run([address], { ATRIUM_DATABASE_PASSWORD: secret })).toEqual({ code: 0, output: 'Atrium is up to date.\n' })
    expect(await query(address.replace(`postgres:${cluster.password}`, `atrium_worker:${secret}`), 'select 1 as one')).toEqual([{ one: 1 }])
  } finally {
    await stop()
  }
})

test('[MIG5] types.gen.ts is what the database has', async () => {
  const db = await createDatabase()
  try {
    expect(readFileSync(new URL('../../sql/types.gen.ts', import.meta.url), 'utf8')).toBe(await describeTypes(db.admin))
  } finally {
    await db.drop()
  }
})

test('[MIG6] a job that SQL puts into a queue is one that pg-boss takes, retries and completes', async () => {
  const db = await createDatabase()
  const boss = new PgBoss({ connectionString: db.url('atrium_worker'), migrate: false, supervise: false, schedule: false, max: 2 })
  try {
    await boss.start()
    const workspace = await createWorkspace(db)
    const invitation = await db.call(workspace.owner, 'invite_member', {
      workspace_id: workspace.id,
      email: 'a@example.com',
      role: 'viewer',
    })
    const [job] = await boss.fetch('send_mail', { includeMetadata: true })
    expect(job).toMatchObject({
      data: { kind: 'invitation', invitation_id: invitation.id },
      retryLimit: 10,
      retryDelay: 30,
      policy: 'standard',
    })
    await boss.complete('send_mail', job?.id ?? '')
    expect(await boss.fetch('send_mail')).toEqual([])
    // A job is part of the transaction: what is refused sends nothing.
    await db.call(workspace.owner, 'invite_member', { workspace_id: workspace.id, email: 'no address', role: 'viewer' }).catch(() => {})
    expect(await boss.fetch('send_mail')).toEqual([])
    await expect(db.admin`select atrium_private.enqueue('no queue', '{}')`).rejects.toThrow('There is no queue no queue')
  } finally {
    await boss.stop({ graceful: false })
    await db.drop()
  }
})

/** The installation as it was before the first upgrade, in one file. */
function firstInstallation(): URL {
  const packed = readFileSync(new URL('installation0000.sql.gz', import.meta.url))
  return upgrades({ '000_installation.sql': gunzipSync(packed).toString() })
}

test('[MIG8] the upgrades lead from the first installation to what a new one has, and keep what was stored', async () => {
  const [old, fresh] = [await emptySupabase(), await emptySupabase()]
  const installation = firstInstallation()
  const none = upgrades({})
  expect(await migrate(old, { installation, migrations: none })).toBe('installed')
  expect(await migrate(fresh)).toBe('installed')
  expect(await catalogueOf(old)).not.toEqual(await catalogueOf(fresh))
  const id = randomUUID()
  await query(
    old,
    `
    insert into atrium.workspaces (id, name) values ('${id}', 'Acme');
    insert into atrium.spaces (id, workspace_id, name, position) values ('${id}', '${id}', 'General', 'a0');
    insert into atrium.documents (id, workspace_id, space_id, title, position) values ('${id}', '${id}', '${id}', 'Plan', 'a0');
    insert into atrium_private.document_updates (document_id, update, merged) values ('${id}', 'a', true), ('${id}', 'b', true), ('${id}', 'c', false);
    insert into atrium_private.document_snapshots (document_id, state) values ('${id}', 'ab');
    insert into storage.objects (bucket_id, name, metadata) values ('document-images', '${id}/${id}.png', '{"size": 7}')`,
  )
  expect(await migrate(old)).not.toEqual([])
  expect(await catalogueOf(old)).toEqual(await catalogueOf(fresh))
  const [row] = await query(
    old,
    `
    select (select count(*)::int from atrium_private.document_updates logged where logged.id > snapshot.upto) as tail,
      (select count(*)::int from atrium_private.document_updates) as logged, (select bytes::int from atrium_private.stored_bytes) as bytes,
      (select title from atrium.documents) as title
    from atrium_private.document_snapshots snapshot`,
  )
  expect(row).toEqual({ tail: 1, logged: 3, bytes: 7, title: 'Plan' })
  for (const directory of [installation, none]) rmSync(directory, { recursive: true })
})

async function catalogueOf(address: string): Promise<string[]> {
  const sql = postgres(address, { max: 1, onnotice: () => {} })
  try {
    return await describeCatalogue(sql)
  } finally {
    await sql.end()
  }
}
