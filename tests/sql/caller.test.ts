import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createMember, createUser, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let editor: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  editor = await createMember(db, workspace, 'editor')
})
afterAll(() => db.drop())

const claims = (user: User) => JSON.stringify({ sub: user.id, role: 'authenticated' })

/** How many workspaces a login sees when it says that it is this user. */
async function seenBy(url: string, user: User): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await sql.begin(async (transaction) => {
      await transaction`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims(user)}, true)`
      return (await transaction`select from atrium.workspaces`).count
    })
  } finally {
    await sql.end()
  }
}

test('[CALL1] a personal SQL login is not believed whatever it claims', async () => {
  const login = `person_${randomUUID().slice(0, 8)}`
  await db.admin.unsafe(`create role ${login} login password 'test'; grant authenticated to ${login}`)
  const url = new URL(db.url('authenticator'))
  url.username = login
  expect(await seenBy(url.href, workspace.owner)).toBe(0)
  expect(await seenBy(db.url('authenticator'), workspace.owner)).toBe(1)
  // The migrating role is none of the servers either, though it passes all policies.
  const [row] = await db.admin.begin(async (sql) => {
    await sql`select set_config('request.jwt.claims', ${claims(workspace.owner)}, true)`
    return sql`select atrium_private.caller() as id`
  })
  expect(row?.id).toBeNull()
  await db.admin.unsafe(`revoke authenticated from ${login}; drop role ${login}`)
})

test('[CALL2] a banned, deleted or unknown account has no rights, though its token lives on', async () => {
  const user = await createMember(db, workspace, 'editor')
  const seen = () => db.as(user, async (sql) => (await sql`select from atrium.workspaces`).count)
  expect(await seen()).toBe(1)
  await db.admin`update auth.users set banned_until = now() + interval '1 hour' where id = ${user.id}`
  expect(await seen()).toBe(0)
  await expect(db.call(user, 'create_workspace', { id: randomUUID(), name: 'Mine' })).rejects.toMatchObject({
    code: 'PT401',
    detail: 'not_signed_in',
  })
  await db.admin`update auth.users set banned_until = now() - interval '1 second' where id = ${user.id}`
  expect(await seen()).toBe(1)
  await db.admin`update auth.users set deleted_at = now() where id = ${user.id}`
  expect(await seen()).toBe(0)
  expect(await db.as({ id: randomUUID() }, async (sql) => (await sql`select from atrium.workspaces`).count)).toBe(0)
})

test('[CALL3] a suspended member has no rights at once, and has them again when he is back', async () => {
  const seen = () =>
    db.as(editor, async (sql) => (await sql`select from atrium.documents`).count + (await sql`select from atrium.rooms`).count)
  expect(await seen()).toBe(1)
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: editor.id })
  expect(await seen()).toBe(0)
  await db.call(workspace.owner, 'reactivate_member', { workspace_id: workspace.id, user_id: editor.id })
  expect(await seen()).toBe(1)
})

test.for([
  ['a name', { name: ' Ada\n Lovelace ' }, 'Ada Lovelace'],
  ['no name', {}, 'someone'],
  ['a name of 10,000 characters', { name: 'x'.repeat(10_000) }, 'x'.repeat(80)],
  ['an empty name', { name: '  ' }, 'someone'],
  ['a name that is no text', { name: { first: 'Ada' } }, '{"first": "Ada"}'],
] as const)('[CALL4] an account with %s gets its profile', async ([, data, name]) => {
  const id = randomUUID()
  await db.admin`
    insert into auth.users (id, email, raw_user_meta_data) values (${id}, ${`someone@${id}.example.com`}, ${db.admin.json(data as never)})`
  expect(await db.as({ id }, (sql) => sql`select name from atrium.profiles`)).toMatchObject([{ name }])
  await db.admin`delete from auth.users where id = ${id}`
  expect(await db.admin`select from atrium.profiles where id = ${id}`).toHaveLength(0)
})

test('[CALL5] people rename themselves and nobody else', async () => {
  const user = await createUser(db, 'Ada')
  await db.as(user, (sql) => sql`update atrium.profiles set name = ' Ada  L. '`)
  expect(await db.admin`select name from atrium.profiles where id = ${user.id}`).toMatchObject([{ name: 'Ada L.' }])
  expect((await db.admin`select from atrium.profiles where name = 'Ada L.'`).count).toBe(1)
  await expect(db.as(user, (sql) => sql`update atrium.profiles set name = ${'x'.repeat(81)}`)).rejects.toMatchObject({
    code: 'PT422',
    detail: 'name_too_long',
  })
})

test('[CALL6] a token is believed for as long as its session lasts, and the servers are told when it ends', async () => {
  const user = await createMember(db, workspace, 'editor')
  const session_id = randomUUID()
  const seen = () =>
    db.as(user, async (sql) => {
      await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user.id, role: 'authenticated', session_id })}, true)`
      return (await sql`select from atrium.workspaces`).count
    })
  expect(await seen()).toBe(0)
  await db.admin`insert into auth.sessions (id, user_id) values (${session_id}, ${editor.id})`
  expect(await seen()).toBe(0)
  await db.admin`update auth.sessions set user_id = ${user.id} where id = ${session_id}`
  expect(await seen()).toBe(1)
  await db.admin`update auth.sessions set not_after = now() - interval '1 second' where id = ${session_id}`
  expect(await seen()).toBe(0)
  await db.admin`update auth.sessions set not_after = null where id = ${session_id}`
  expect(await seen()).toBe(1)
  const heard: string[] = []
  await db.admin.listen('atrium_access', (payload) => heard.push(payload))
  await db.admin`delete from auth.sessions where id = ${session_id}`
  expect(await seen()).toBe(0)
  await expect.poll(() => heard.map((payload) => JSON.parse(payload).user_id)).toEqual([user.id])
})
