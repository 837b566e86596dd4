import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createUser, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
afterAll(() => db.drop())

const detail = (error: { detail: string }) => error.detail

/** As the API is called by somebody who signed in some seconds ago. */
function deleteAccount(user: User, hand_over: unknown = {}, secondsAgo = 10, aal = 'aal1') {
  const amr = [{ method: 'password', timestamp: Math.floor(Date.now() / 1000) - secondsAgo }]
  return db
    .as(user, async (sql) => {
      await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user.id, role: 'authenticated', amr, aal })}, true)`
      await sql`select atrium.delete_my_account(${sql.json(hand_over as never)})`
      return 'done'
    })
    .catch(detail)
}

/** An editor who made a document, a private space with a colleague, one for himself, and a private room. */
async function responsible(workspace: Workspace) {
  const [leaver, colleague] = [await createMember(db, workspace, 'editor'), await createMember(db, workspace, 'viewer')]
  const space = (name: string) => db.call(leaver, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name, private: true })
  const [shared, own] = [await space('Shared'), await space('Own')]
  await db.call(leaver, 'set_space_member', { space_id: shared.id, user_id: colleague.id, role: 'viewer' })
  const document = await db.call(leaver, 'create_document', { id: randomUUID(), space_id: workspace.general.id, title: 'Mine' })
  const room = await db.call(leaver, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'me', private: true })
  const message = await db.call(leaver, 'send_message', { id: randomUUID(), room_id: workspace.room.id, text: 'I was here' })
  return { leaver, colleague, shared, own, document, room, message }
}

test('[HAND1] who is removed hands over what he made and what he alone was responsible for', async () => {
  const workspace = await createWorkspace(db)
  const heir = await createMember(db, workspace, 'editor')
  const { leaver, colleague, shared, own, document, room } = await responsible(workspace)
  const remove = (hand_over_to: string) =>
    db.call(workspace.owner, 'remove_member', { workspace_id: workspace.id, user_id: leaver.id, hand_over_to }).catch(detail)
  const guest = await createMember(db, workspace, 'guest')
  const stranger = await createUser(db)
  expect([await remove(guest.id), await remove(stranger.id), await remove(leaver.id)]).toEqual(Array(3).fill('heir_invalid'))
  await remove(heir.id)
  expect(await db.admin`select created_by from atrium.documents where id = ${document.id}`).toEqual([{ created_by: heir.id }])
  const admins =
    await db.admin`select space_id, user_id from atrium.space_members where space_id in ${db.admin([shared.id, own.id])} and role = 'admin'`
  expect(admins).toEqual(
    expect.arrayContaining([
      { space_id: own.id, user_id: heir.id },
      // He was not let into this one, so its other member follows.
      { space_id: shared.id, user_id: colleague.id },
    ]),
  )
  expect(admins).toHaveLength(2)
  expect(await db.admin`select user_id from atrium.room_members where room_id = ${room.id}`).toEqual([{ user_id: heir.id }])
})

test('[HAND1] the last owner leaves when he names who follows, and nobody makes himself an owner by it', async () => {
  const workspace = await createWorkspace(db)
  const [editor, admin] = [await createMember(db, workspace, 'editor'), await createMember(db, workspace, 'admin')]
  const owners = async () =>
    (await db.admin`select user_id from atrium.members where workspace_id = ${workspace.id} and role = 'owner'`).map(
      ({ user_id }) => user_id,
    )
  const remove = (asker: User, user: User, heir?: User) =>
    db.call(asker, 'remove_member', { workspace_id: workspace.id, user_id: user.id, ...(heir && { hand_over_to: heir.id }) }).catch(detail)
  expect(await remove(admin, workspace.owner, admin)).toBe('role_too_high')
  await remove(admin, editor, admin)
  expect(await owners()).toEqual([workspace.owner.id])
  expect(await remove(workspace.owner, workspace.owner)).toBe('last_owner')
  await remove(workspace.owner, workspace.owner, admin)
  expect(await owners()).toEqual([admin.id])
})

test('[GONE1] who deletes his account hands over first; what he wrote stays without his name', async () => {
  const workspace = await createWorkspace(db)
  const { leaver, document, message } = await responsible(workspace)
  const heir = await createMember(db, workspace, 'viewer')
  expect([
    await deleteAccount(leaver, {}, 3600),
    await deleteAccount(leaver, []),
    await deleteAccount(leaver, { [workspace.id]: 'x' }),
  ]).toEqual(['reauthentication_needed', 'hand_over_invalid', 'hand_over_invalid'])
  expect(await db.call(leaver, 'delete_my_account', {}).catch(detail)).toBe('reauthentication_needed')
  expect(await deleteAccount(leaver, { [workspace.id]: heir.id })).toBe('done')
  expect(await db.admin`select from auth.users where id = ${leaver.id}`).toHaveLength(0)
  expect(await db.admin`select author_id, text from atrium.messages where id = ${message.id}`).toEqual([
    { author_id: null, text: 'I was here' },
  ])
  expect(await db.admin`select created_by from atrium.documents where id = ${document.id}`).toEqual([{ created_by: heir.id }])
  // The last owner names his heir; a workspace in which nobody else is goes with him.
  const alone = await db.call(workspace.owner, 'create_workspace', { id: randomUUID(), name: 'Alone' })
  expect(await deleteAccount(workspace.owner)).toBe('last_owner')
  expect(await db.admin`select from atrium.workspaces where id = ${alone.id}`).toHaveLength(1)
  expect(await deleteAccount(workspace.owner, { [workspace.id]: heir.id })).toBe('done')
  expect(await db.admin`select from atrium.workspaces where id = ${alone.id}`).toHaveLength(0)
  expect((await db.call(heir, 'my_workspaces', {})).map(({ id, role }) => [id, role])).toEqual([[workspace.id, 'owner']])
})

test('[GONE1] who has a second factor shows it before he deletes his account', async () => {
  const user = await createUser(db)
  await db.admin`
    insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
    values (${randomUUID()}, ${user.id}, 'totp', 'verified', now(), now())`
  expect(await deleteAccount(user)).toBe('insufficient_aal')
  expect(await deleteAccount(user, {}, 3600, 'aal2')).toBe('reauthentication_needed')
  expect(await deleteAccount(user, {}, 10, 'aal2')).toBe('done')
})

test('[OWN1] everybody gets what is kept about him, and nothing of others', async () => {
  const workspace = await createWorkspace(db)
  const { leaver, document, message } = await responsible(workspace)
  await createDocument(db, workspace, { title: 'Not his' })
  await db.admin`select atrium_private.save_document_contents(${document.id}, '{"type": "doc"}', 'My words')`
  const data = (await db.call(leaver, 'export_my_data', {})) as Record<string, unknown>
  expect(data).toMatchObject({
    account: { id: leaver.id, email: leaver.email },
    profile: { id: leaver.id },
    memberships: [{ workspace_id: workspace.id, role: 'editor' }],
    documents: [{ id: document.id, title: 'Mine', text: 'My words' }],
    messages: [{ id: message.id, text: 'I was here' }],
  })
  const text = JSON.stringify(data)
  expect(text).not.toContain(workspace.owner.email)
  expect(text).not.toContain('Not his')
  // What he may not read any more is not his to take along.
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: leaver.id })
  expect(((await db.call(leaver, 'export_my_data', {})) as { documents: unknown[] }).documents).toEqual([])
})

test('[LEAVE1] before somebody leaves he is told what he has made, what goes with him, and who can follow', async () => {
  const workspace = await createWorkspace(db)
  const leaver = await responsible(workspace)
  await createMember(db, workspace, 'guest')
  const told = async (user: User) =>
    (await db.call(user, 'my_responsibilities', {})).map(({ name, alone, last_owner, spaces, documents, rooms, heirs }) => ({
      name,
      alone,
      last_owner,
      made: [spaces, documents, rooms],
      heirs: (heirs as { user_id: string }[]).length,
    }))
  const [first] = await told(leaver.leaver)
  expect(first).toMatchObject({ alone: false, last_owner: false, made: [2, 1, 1], heirs: 2 })
  expect(await told(workspace.owner)).toMatchObject([{ last_owner: true, heirs: 2 }])
  const single = await createWorkspace(db)
  expect(await told(single.owner)).toMatchObject([{ alone: true, last_owner: true, heirs: 0 }])
})
