import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Row } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createUser, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
beforeAll(async () => {
  workspace = await createWorkspace(db)
})
afterAll(() => db.drop())

type Event = Row<'audit_events'>
const events = (after = 0) =>
  db.as(
    workspace.owner,
    (sql) => sql<Event[]>`select * from atrium.audit_events where workspace_id = ${workspace.id} and id > ${after} order by id`,
  )

/** What the log says about something that happens: action, what it was on, whose, before and after. */
async function written(action: () => Promise<unknown>) {
  const last = (await events()).at(-1)
  await action()
  const now = await events(Number(last?.id ?? 0))
  expect(now.every(({ actor_id }) => actor_id === workspace.owner.id)).toBe(true)
  return now.map(({ action, object_type, object_id, user_id, before, after }) => [action, object_type, object_id, user_id, before, after])
}

test('[AUD1] every change of rights is in the log, with who, what, before and after', async () => {
  const { id, owner, general } = workspace
  const user = await createMember(db, workspace, 'viewer')
  const member = { workspace_id: id, user_id: user.id }
  const on = (what: string, type: string, object: string) => (person: string | null, before: object | null, after: object | null) => [
    [what, type, object, person, before, after],
  ]
  const changed = on('member.changed', 'workspace', id)
  expect(await written(() => db.call(owner, 'set_member_role', { ...member, role: 'editor' }))).toEqual(
    changed(user.id, { role: 'viewer' }, { role: 'editor' }),
  )
  expect(await written(() => db.call(owner, 'set_member_role', { ...member, role: 'editor' }))).toEqual([])
  expect(await written(() => db.call(owner, 'suspend_member', member))).toEqual(
    changed(user.id, { suspended_at: null }, { suspended_at: expect.any(String) }),
  )
  await db.call(owner, 'reactivate_member', member)

  const group = { group_id: randomUUID() }
  expect(await written(() => db.call(owner, 'create_group', { id: group.group_id, workspace_id: id, name: 'Team' }))).toEqual(
    on('group.added', 'group', group.group_id)(null, null, { name: 'Team' }),
  )
  expect(await written(() => db.call(owner, 'add_group_member', { ...group, user_id: user.id }))).toEqual(
    on('group_member.added', 'group', group.group_id)(user.id, null, { user_id: user.id }),
  )
  const space = { space_id: general.id }
  expect(await written(() => db.call(owner, 'set_space_group', { ...space, ...group, role: 'admin' }))).toEqual(
    on('space_member.added', 'space', general.id)(null, null, { ...group, role: 'admin' }),
  )
  expect(await written(() => db.call(owner, 'archive_space', space))).toEqual(
    on('space.changed', 'space', general.id)(null, { archived_at: null }, { archived_at: expect.any(String) }),
  )
  await db.call(owner, 'archive_space', { ...space, archived: false })

  const document = await createDocument(db, workspace)
  const share = { object_type: 'document', object_id: document.id, user_id: user.id }
  const grant = on('grant.added', 'document', document.id)
  expect(await written(() => db.call(owner, 'share_item', { ...share, role: 'viewer' }))).toEqual(
    grant(user.id, null, { user_id: user.id, role: 'viewer' }),
  )
  const room = await db.call(owner, 'create_room', { id: randomUUID(), space_id: general.id, name: 'P', private: true })
  expect(await written(() => db.call(owner, 'add_room_member', { room_id: room.id, user_id: user.id }))).toEqual(
    on('room_member.added', 'room', room.id)(user.id, null, { user_id: user.id, role: 'member' }),
  )
  expect(await written(() => db.call(user, 'join_room', { room_id: workspace.room.id }))).toEqual([])
  expect(await written(() => db.call(owner, 'invite_member', { workspace_id: id, email: 'a@example.com', role: 'viewer' }))).toMatchObject([
    ['invitation.added', 'invitation', expect.any(String), null, null, { email: 'a@example.com', role: 'viewer' }],
  ])
  // Everything that goes with a member is told after it.
  const removed = await written(() => db.call(owner, 'remove_member', member))
  expect(removed.map(([action]) => action)).toEqual(['member.removed', 'group_member.removed', 'room_member.removed', 'grant.removed'])
  expect(await written(() => db.call(owner, 'delete_group', group))).toEqual([
    ...on('group.removed', 'group', group.group_id)(null, { name: 'Team' }, null),
    ...on('space_member.removed', 'space', general.id)(null, { ...group, role: 'admin' }, null),
  ])
})

test('[AUD2] nobody alters the log: not an owner, not the secret key, not the role of migrations', async () => {
  await createMember(db, workspace, 'viewer')
  const statements = [
    'update atrium.audit_events set actor_id = null',
    'delete from atrium.audit_events',
    'truncate atrium.audit_events',
    `insert into atrium.audit_events (workspace_id, action, object_type, object_id) values ('${workspace.id}', 'x', 'x', '${workspace.id}')`,
  ]
  const before = await events()
  for (const statement of statements) {
    await expect(db.as(workspace.owner, (sql) => sql.unsafe(statement))).rejects.toMatchObject({ code: '42501' })
    const secret = db.as(null, async (sql) => {
      await sql`select set_config('role', 'service_role', true)`
      await sql.unsafe(statement)
    })
    await expect(secret).rejects.toMatchObject({ code: '42501' })
    if (!statement.startsWith('insert')) {
      await expect(db.admin.unsafe(statement)).rejects.toMatchObject({ code: 'PT403', detail: 'audit_append_only' })
    }
  }
  expect(await events()).toEqual(before)
  expect(before.length).toBeGreaterThan(3)
  // What happened stays when the account is gone.
  const user = await createMember(db, workspace, 'viewer')
  await db.admin`delete from auth.users where id = ${user.id}`
  expect((await events()).at(-1)).toMatchObject({ action: 'member.removed', user_id: user.id, actor_id: null, login: 'postgres' })
})

test('[AUD3] admins page through it backwards; others, and admins of other workspaces, see nothing', async () => {
  const page = (person: User, before: string) =>
    db.as(person, (sql) => sql<Event[]>`select id, workspace_id from atrium.audit_events where id < ${before} order by id desc limit 3`)
  const admin = await createMember(db, workspace, 'admin')
  const all = (await events()).map(({ id }) => id).reverse()
  const pages: unknown[] = []
  for (let last = '9223372036854775807'; ; ) {
    const rows = await page(admin, last)
    if (rows.length === 0) break
    pages.push(...rows.map(({ id }) => id))
    last = String(rows.at(-1)?.id)
  }
  expect(pages).toEqual(all)
  const other = await createWorkspace(db)
  expect((await page(other.owner, '9223372036854775807')).every(({ workspace_id }) => workspace_id === other.id)).toBe(true)
  expect(await page(await createMember(db, workspace, 'editor'), '9223372036854775807')).toEqual([])
  expect(await page(await createUser(db), '9223372036854775807')).toEqual([])
})

test('[AUD3] the log does not tell admins the name of a private space or room that they are not in', async () => {
  const editor = await createMember(db, workspace, 'editor')
  const space = await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Merger', private: true })
  await db.call(editor, 'rename_space', { space_id: space.id, name: 'Merger with Acme' })
  await db.call(editor, 'create_room', { id: randomUUID(), space_id: space.id, name: 'Merger talk', private: true })
  const told = await events()
  expect(told.filter(({ object_id }) => object_id === space.id).map(({ action, actor_id }) => [action, actor_id])).toEqual([
    ['space.added', editor.id],
    ['space_member.added', editor.id],
    ['space.changed', editor.id],
  ])
  expect(JSON.stringify(told)).not.toContain('Merger')
})

test('[AUD4] it says from where a request came, and nothing about a change that was refused', async () => {
  const user = await createMember(db, workspace, 'viewer')
  const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7', 'user-agent': 'x'.repeat(1000) }
  await db.as(workspace.owner, async (sql) => {
    await sql`select set_config('request.headers', ${JSON.stringify(headers)}, true)`
    await sql`select atrium.suspend_member(${workspace.id}, ${user.id})`
  })
  const all = await events()
  expect(all.at(-1)).toMatchObject({
    action: 'member.changed',
    address: '198.51.100.7',
    user_agent: 'x'.repeat(300),
    login: 'authenticator',
  })
  await db.call(workspace.owner, 'remove_member', { workspace_id: workspace.id, user_id: workspace.owner.id }).catch(() => {})
  expect(await events()).toEqual(all)
})
