import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createUser, createWorkspace } from '../support/factories.ts'

const db = await createDatabase()
afterAll(() => db.drop())

test('[WSP1] a new workspace has its owner, the space General and the room general; the same call again makes no second one', async () => {
  const user = await createUser(db)
  const id = randomUUID()
  const [first, second] = [
    await db.call(user, 'create_workspace', { id, name: ' Acme ' }),
    await db.call(user, 'create_workspace', { id, name: 'Other' }),
  ]
  expect(second).toEqual(first)
  expect(first).toMatchObject({ id, name: 'Acme', created_by: user.id })
  expect(await db.call(user, 'my_workspaces', {})).toMatchObject([{ id, role: 'owner', epoch: 1 }])
  expect(await db.as(user, (sql) => sql`select name, private from atrium.spaces`)).toMatchObject([{ name: 'General', private: false }])
  expect(await db.call(user, 'my_rooms', { workspace_id: id })).toMatchObject([
    { name: 'general', joined: true, unread: 0, can_post: true },
  ])
  await expect(db.call(await createUser(db), 'create_workspace', { id, name: 'Mine' })).rejects.toMatchObject({
    code: 'PT409',
    detail: 'id_taken',
  })
})

test('[WSP2] admins see every e-mail address, others only their own', async () => {
  const workspace = await createWorkspace(db)
  const admin = await createMember(db, workspace, 'admin')
  const viewer = await createMember(db, workspace, 'viewer')
  const emails = async (user: typeof admin) =>
    (await db.call(user, 'workspace_members', { workspace_id: workspace.id })).map(({ email }) => email).filter((email) => email !== null)
  expect((await emails(admin)).sort()).toEqual([workspace.owner.email, admin.email, viewer.email].sort())
  expect(await emails(viewer)).toEqual([viewer.email])
  await expect(db.as(viewer, (sql) => sql`select email from auth.users`)).rejects.toMatchObject({ code: '42501' })
})

test('[WSP3] the last owner stays, however two owners try at the same moment', async () => {
  const workspace = await createWorkspace(db)
  const second = await createMember(db, workspace, 'owner')
  const of = (user_id: string) => ({ workspace_id: workspace.id, user_id })
  const results = await Promise.allSettled([
    db.call(workspace.owner, 'remove_member', of(workspace.owner.id)),
    db.call(second, 'set_member_role', { ...of(second.id), role: 'viewer' }),
  ])
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'PT409', detail: 'last_owner' } })
  const [last] = await db.admin<{ id: string }[]>`
    select user_id as id from atrium.members where workspace_id = ${workspace.id} and role = 'owner' and suspended_at is null`
  if (!last) throw new Error('No owner is left')
  for (const attempt of [
    () => db.call(last, 'remove_member', of(last.id)),
    () => db.call(last, 'suspend_member', of(last.id)),
    () => db.call(last, 'set_member_role', { ...of(last.id), role: 'admin' }),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'PT409', detail: 'last_owner' })
  }
})

test('[WSP4] admins change nobody above themselves and give nothing above their role', async () => {
  const workspace = await createWorkspace(db)
  const admin = await createMember(db, workspace, 'admin')
  const viewer = await createMember(db, workspace, 'viewer')
  const owner = { workspace_id: workspace.id, user_id: workspace.owner.id }
  const high = { code: 'PT403', detail: 'role_too_high' }
  await expect(db.call(admin, 'set_member_role', { ...owner, role: 'viewer' })).rejects.toMatchObject(high)
  await expect(db.call(admin, 'suspend_member', owner)).rejects.toMatchObject(high)
  await expect(db.call(admin, 'remove_member', owner)).rejects.toMatchObject(high)
  await expect(db.call(admin, 'set_member_role', { workspace_id: workspace.id, user_id: viewer.id, role: 'owner' })).rejects.toMatchObject(
    high,
  )
  await expect(db.call(admin, 'set_member_role', { workspace_id: workspace.id, user_id: admin.id, role: 'owner' })).rejects.toMatchObject(
    high,
  )
  const stranger = await createUser(db)
  await expect(db.call(admin, 'suspend_member', { workspace_id: workspace.id, user_id: stranger.id })).rejects.toMatchObject({
    code: 'PT404',
    detail: 'member_not_found',
  })
})

test('[WSP5] who is removed loses everything in the workspace, and what he made stays', async () => {
  const workspace = await createWorkspace(db)
  const editor = await createMember(db, workspace, 'editor')
  const space = await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Mine' })
  await db.call(workspace.owner, 'set_space_member', { space_id: space.id, user_id: editor.id, role: 'admin' })
  const document = await db.call(editor, 'create_document', { id: randomUUID(), space_id: space.id })
  await db.call(editor, 'send_message', { id: randomUUID(), room_id: workspace.room.id, text: 'Bye' })
  await db.call(workspace.owner, 'share_item', { object_type: 'document', object_id: document.id, role: 'editor', user_id: editor.id })
  await db.call(editor, 'remove_member', { workspace_id: workspace.id, user_id: editor.id })
  const left = await db.admin`
    select (select count(*)::int from atrium.space_members where user_id = ${editor.id}) as spaces,
      (select count(*)::int from atrium.room_members where user_id = ${editor.id}) as rooms,
      (select count(*)::int from atrium.grants where user_id = ${editor.id}) as grants,
      (select count(*)::int from atrium.documents where created_by = ${editor.id}) as documents,
      (select count(*)::int from atrium.messages where author_id = ${editor.id}) as messages`
  expect(left).toMatchObject([{ spaces: 0, rooms: 0, grants: 0, documents: 1, messages: 1 }])
})

test('[WSP6] a guest sees himself and the people with whom he shares something', async () => {
  const workspace = await createWorkspace(db)
  const guest = await createMember(db, workspace, 'guest')
  const colleague = await createMember(db, workspace, 'editor')
  const people = async () => (await db.as(guest, (sql) => sql<{ id: string }[]>`select id from atrium.profiles`)).map(({ id }) => id).sort()
  expect(await people()).toEqual([guest.id])
  expect(await db.as(guest, (sql) => sql`select user_id from atrium.members`)).toMatchObject([{ user_id: guest.id }])
  const document = await createDocument(db, workspace)
  await db.call(workspace.owner, 'share_item', { object_type: 'document', object_id: document.id, role: 'viewer', user_id: guest.id })
  expect(await people()).toEqual([guest.id, workspace.owner.id].sort())
  const room = await db.call(colleague, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'us', private: true })
  await db.call(colleague, 'add_room_member', { room_id: room.id, user_id: guest.id })
  expect(await people()).toEqual([guest.id, workspace.owner.id, colleague.id].sort())
})

test('[WSP7] members of one workspace know nothing of another', async () => {
  const [ours, theirs] = [await createWorkspace(db), await createWorkspace(db)]
  const seen = await db.as(ours.owner, async (sql) => {
    const tables = ['workspaces', 'spaces', 'rooms', 'members'] as const
    return Promise.all(tables.map(async (table) => (await sql.unsafe(`select from atrium.${table}`)).count))
  })
  expect(seen).toEqual([1, 1, 1, 1])
  const refused = { code: 'PT404' }
  const foreign = { workspace_id: ours.id, user_id: theirs.owner.id, role: 'viewer' as const }
  await expect(db.call(ours.owner, 'set_member_role', foreign)).rejects.toMatchObject(refused)
  await expect(
    db.call(ours.owner, 'set_space_member', { space_id: ours.general.id, user_id: theirs.owner.id, role: 'viewer' }),
  ).rejects.toMatchObject(refused)
  await expect(db.call(ours.owner, 'add_room_member', { room_id: ours.room.id, user_id: theirs.owner.id })).rejects.toMatchObject(refused)
  const group = await db.call(theirs.owner, 'create_group', { id: randomUUID(), workspace_id: theirs.id, name: 'Team' })
  await expect(
    db.call(ours.owner, 'set_space_group', { space_id: ours.general.id, group_id: group.id, role: 'viewer' }),
  ).rejects.toMatchObject(refused)
  const document = await createDocument(db, ours)
  await expect(
    db.call(ours.owner, 'share_item', { object_type: 'document', object_id: document.id, role: 'viewer', group_id: group.id }),
  ).rejects.toMatchObject(refused)
})

test('[WSP8] when an account is deleted, what it owned alone is handed over, and a workspace can go as a whole', async () => {
  const workspace = await createWorkspace(db)
  const [viewer, admin] = [await createMember(db, workspace, 'viewer'), await createMember(db, workspace, 'admin')]
  const create = () =>
    db.call(workspace.owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Private', private: true })
  const [shared, alone] = [await create(), await create()]
  await db.call(workspace.owner, 'set_space_member', { space_id: shared.id, user_id: viewer.id, role: 'viewer' })
  await db.admin`delete from auth.users where id = ${workspace.owner.id}`
  const roles = await db.admin`
    select user_id, role::text from atrium.members where workspace_id = ${workspace.id} and role = 'owner'
    union all select user_id, space_id::text from atrium.space_members where space_id in (${shared.id}, ${alone.id}) and role = 'admin'`
  expect(new Set(roles.map(({ user_id, role }) => `${user_id} ${role}`))).toEqual(
    new Set([`${admin.id} owner`, `${viewer.id} ${shared.id}`, `${admin.id} ${alone.id}`]),
  )
  await db.admin`delete from atrium.workspaces where id = ${workspace.id}`
  expect(await db.admin`select from atrium.documents where workspace_id = ${workspace.id}`).toHaveLength(0)
  expect(await db.admin`select from atrium.members where workspace_id = ${workspace.id}`).toHaveLength(0)
})
