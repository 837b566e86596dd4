import { randomUUID } from 'node:crypto'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createWorkspace } from '../support/factories.ts'

// A person who has a login of his own and the rights of `authenticated`, and tries for more.
const db = await createDatabase()
const login = `person_${randomUUID().slice(0, 8)}`
let person: Sql
beforeAll(async () => {
  const workspace = await createWorkspace(db)
  await createDocument(db, workspace)
  await db.admin.unsafe(`create role ${login} login password 'test'; grant authenticated to ${login}`)
  const url = new URL(db.url('authenticator'))
  Object.assign(url, { username: login, password: 'test' })
  person = postgres(url.href, { max: 1, onnotice: () => {} })
  await person.unsafe(`set request.jwt.claims = '{"sub": "${workspace.owner.id}", "role": "authenticated"}'`)
})
afterAll(async () => {
  await person.end()
  await db.admin.unsafe(`revoke authenticated from ${login}; drop role ${login}`)
  await db.drop()
})

test('[SEC7] a personal login sees no rows of anybody, whatever it claims to be', async () => {
  const tables = await db.admin<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('atrium', 'storage', 'realtime')`
  for (const { name } of tables) {
    const rows = await person.unsafe(`select count(*)::int as rows from ${name}`).catch((error: { code: string }) => error.code)
    expect.soft([name, rows]).toEqual([name, expect.toBeOneOf(['42501', [{ rows: 0 }]])])
  }
})

test.for([
  'set role service_role',
  'set role postgres',
  'set role authenticator',
  'set session authorization postgres',
  `alter role ${login} superuser`,
  'create role other',
  'select * from auth.users',
  'select * from auth.sessions',
  'select * from atrium_private.document_updates',
  'select * from atrium_private.invitation_tokens',
  'select * from pgboss.job',
  `select atrium_private.enqueue('send_mail', '{}')`,
  'select atrium_private.issue_invitation_token(gen_random_uuid())',
  `select atrium_private.save_document_contents(gen_random_uuid(), '{}', '')`,
  `insert into realtime.messages (topic, extension, event, payload, private) values ('user:x', 'broadcast', 'e', '{}', true)`,
  `copy (select 1) to program 'id'`,
  `select pg_read_file('/etc/passwd')`,
  `select lo_import('/etc/passwd')`,
  'select lo_create(0)',
  `select lo_from_bytea(0, 'x')`,
  `select pg_logical_emit_message(false, 'x', 'y')`,
  `select pg_create_logical_replication_slot('x', 'pgoutput')`,
  'create extension dblink',
  'create schema mine',
  'create table public.mine (id int)',
  'create table atrium.mine (id int)',
  'do $$ begin lock table atrium.documents in access exclusive mode; end $$',
  `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'authenticator'`,
  'alter system set fsync = off',
  'set session_replication_role = replica',
])('[SEC8] a personal login is refused: %s', async (statement) => {
  await expect(person.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
})
