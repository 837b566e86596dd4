import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Role } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let editor: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  editor = await createMember(db, workspace, 'editor')
})
afterAll(() => db.drop())

const createSpace = (by: User, isPrivate: boolean) =>
  db.call(by, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Design', private: isPrivate })
const sees = async (user: User, spaceId: string) =>
  db.as(user, async (sql) => (await sql`select from atrium.spaces where id = ${spaceId}`).count === 1)
const access = (user: User, documentId: string) =>
  db.call(user, 'document_access', { id: documentId }).catch((error: { detail: string }) => error.detail)

test('[SPC1] a private space is invisible to everybody but its members, the owner of the workspace too', async () => {
  const space = await createSpace(editor, true)
  const admin = await createMember(db, workspace, 'admin')
  const document = await db.call(editor, 'create_document', { id: randomUUID(), space_id: space.id })
  const room = await db.call(editor, 'create_room', { id: randomUUID(), space_id: space.id, name: 'secret' })
  for (const outsider of [workspace.owner, admin]) {
    const found = await db.as(outsider, async (sql) => [
      (await sql`select from atrium.spaces where id = ${space.id}`).count,
      (await sql`select from atrium.space_members where space_id = ${space.id}`).count,
      (await sql`select from atrium.documents where space_id = ${space.id}`).count,
      (await sql`select from atrium.rooms where space_id = ${space.id}`).count,
    ])
    expect(found).toEqual([0, 0, 0, 0])
    expect(await access(outsider, document.id)).toBe('document_not_found')
    await expect(db.call(outsider, 'join_room', { room_id: room.id })).rejects.toMatchObject({ detail: 'room_not_found' })
    await expect(db.call(outsider, 'set_space_member', { space_id: space.id, user_id: outsider.id, role: 'admin' })).rejects.toMatchObject({
      detail: 'space_not_found',
    })
  }
  await db.call(editor, 'set_space_member', { space_id: space.id, user_id: admin.id, role: 'viewer' })
  expect(await access(admin, document.id)).toBe('read')
})

// In an open space the higher of both roles counts, in a private one the space's role alone.
// biome-ignore format: the table is the specification
const ROLES: [Role, Role | null, boolean, string][] = [
  // in the workspace, in the space, private, access to a document
  ['viewer',    null,     false, 'read'],
  ['viewer',    'editor', false, 'write'],
  ['editor',    'viewer', false, 'write'],
  ['editor',    'viewer', true,  'read'],
  ['admin',     null,     true,  'document_not_found'],
  ['guest',     null,     false, 'document_not_found'],
  ['guest',     'viewer', false, 'read'],
  ['guest',     'editor', true,  'write'],
  ['commenter', null,     false, 'read'],
]
test.for(ROLES)(
  '[SPC2] a workspace’s %s who is %s in a space (private: %s) has the access: %s',
  async ([inWorkspace, inSpace, isPrivate, expected]) => {
    const space = await createSpace(workspace.owner, isPrivate)
    const user = await createMember(db, workspace, inWorkspace)
    if (inSpace) await db.call(workspace.owner, 'set_space_member', { space_id: space.id, user_id: user.id, role: inSpace })
    const document = await createDocument(db, workspace, { spaceId: space.id })
    expect(await access(user, document.id)).toBe(expected)
  },
)

test('[SPC3] a group gives its members its role, for as long as they are in it', async () => {
  const space = await createSpace(workspace.owner, true)
  const user = await createMember(db, workspace, 'viewer')
  const document = await createDocument(db, workspace, { spaceId: space.id })
  const group = await db.call(workspace.owner, 'create_group', { id: randomUUID(), workspace_id: workspace.id, name: randomUUID() })
  const member = { group_id: group.id, user_id: user.id }
  await db.call(workspace.owner, 'set_space_group', { space_id: space.id, group_id: group.id, role: 'editor' })
  expect(await sees(user, space.id)).toBe(false)
  await db.call(workspace.owner, 'add_group_member', member)
  expect([await sees(user, space.id), await access(user, document.id)]).toEqual([true, 'write'])
  await db.call(workspace.owner, 'remove_group_member', member)
  expect([await sees(user, space.id), await access(user, document.id)]).toEqual([false, 'document_not_found'])
  await db.call(workspace.owner, 'add_group_member', member)
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: user.id })
  expect(await sees(user, space.id)).toBe(false)
  await db.call(workspace.owner, 'reactivate_member', { workspace_id: workspace.id, user_id: user.id })
  await db.call(workspace.owner, 'delete_group', { group_id: group.id })
  expect(await sees(user, space.id)).toBe(false)
})

test('[SPC4] a private space keeps an admin, and whoever leaves it sees it no more', async () => {
  const space = await createSpace(editor, true)
  const user = await createMember(db, workspace, 'viewer')
  await db.call(editor, 'set_space_member', { space_id: space.id, user_id: user.id, role: 'viewer' })
  for (const attempt of [
    () => db.call(editor, 'remove_space_member', { space_id: space.id, user_id: editor.id }),
    () => db.call(editor, 'set_space_member', { space_id: space.id, user_id: editor.id, role: 'viewer' }),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: 'PT409', detail: 'last_admin' })
  }
  await db.call(user, 'remove_space_member', { space_id: space.id, user_id: user.id })
  expect(await sees(user, space.id)).toBe(false)
})

test('[SPC5] in an archived space everything is read and nothing changed, until it comes back', async () => {
  const space = await createSpace(workspace.owner, false)
  const document = await createDocument(db, workspace, { spaceId: space.id })
  const room = await db.call(editor, 'create_room', { id: randomUUID(), space_id: space.id, name: 'talk' })
  await db.call(workspace.owner, 'archive_space', { space_id: space.id })
  expect([await sees(editor, space.id), await access(editor, document.id)]).toEqual([true, 'read'])
  const archived = { code: 'PT409', detail: 'space_archived' }
  await expect(createDocument(db, workspace, { spaceId: space.id })).rejects.toMatchObject(archived)
  await expect(db.call(editor, 'trash_document', { id: document.id })).rejects.toMatchObject(archived)
  await expect(db.call(editor, 'send_message', { id: randomUUID(), room_id: room.id, text: 'Hi' })).rejects.toMatchObject({
    detail: 'room_archived',
  })
  expect((await db.as(editor, (sql) => sql`update atrium.documents set title = 'x' where id = ${document.id}`)).count).toBe(0)
  await db.call(workspace.owner, 'archive_space', { space_id: space.id, archived: false })
  expect(await access(editor, document.id)).toBe('write')
})

test('[SHR1] a grant shares one document with a guest until it expires', async () => {
  const guest = await createMember(db, workspace, 'guest')
  const [document, other] = [await createDocument(db, workspace), await createDocument(db, workspace)]
  const share = (role: Role, expires_at: string | null = null) =>
    db.call(editor, 'share_item', { object_type: 'document', object_id: document.id, role, user_id: guest.id, expires_at })
  const grant = await share('viewer')
  expect([await access(guest, document.id), await access(guest, other.id)]).toEqual(['read', 'document_not_found'])
  expect(await share('editor')).toMatchObject({ id: grant.id, role: 'editor' })
  expect(await access(guest, document.id)).toBe('write')
  expect((await db.as(guest, (sql) => sql`update atrium.documents set title = 'Mine'`)).count).toBe(1)
  await share('editor', new Date(Date.now() + 86_400_000).toISOString())
  expect(await access(guest, document.id)).toBe('write')
  await db.admin`update atrium.grants set expires_at = now() where id = ${grant.id}`
  expect(await access(guest, document.id)).toBe('document_not_found')
  expect(await db.as(guest, (sql) => sql`select from atrium.documents`)).toHaveLength(0)
  await share('viewer')
  await db.call(guest, 'unshare_item', { grant_id: grant.id })
  expect(await access(guest, document.id)).toBe('document_not_found')
})

test('[SHR2] a grant follows its document to another space, and sharing answers bad input with a code', async () => {
  const guest = await createMember(db, workspace, 'guest')
  const space = await createSpace(editor, true)
  const document = await createDocument(db, workspace)
  const share = (args: object) =>
    db.call(editor, 'share_item', { object_type: 'document', object_id: document.id, role: 'viewer', ...args } as never)
  await share({ user_id: guest.id })
  await db.call(editor, 'move_document', { id: document.id, parent_id: null, position: null, space_id: space.id })
  expect(await access(guest, document.id)).toBe('read')
  expect(await db.as(editor, (sql) => sql`select space_id from atrium.grants where user_id = ${guest.id}`)).toMatchObject([
    { space_id: space.id },
  ])
  await expect(share({})).rejects.toMatchObject({ code: 'PT422', detail: 'grantee_required' })
  await expect(share({ user_id: guest.id, role: 'admin' })).rejects.toMatchObject({ detail: 'role_invalid' })
  await expect(share({ user_id: guest.id, object_type: 'task' })).rejects.toMatchObject({ detail: 'object_type_invalid' })
  await expect(share({ user_id: guest.id, expires_at: '2000-01-01' })).rejects.toMatchObject({ detail: 'expires_at_invalid' })
  await expect(share({ user_id: randomUUID() })).rejects.toMatchObject({ code: 'PT404', detail: 'member_not_found' })
  // The guest may edit what was shared with him, and share it no further.
  await share({ user_id: guest.id, role: 'editor' })
  await expect(
    db.call(guest, 'share_item', { object_type: 'document', object_id: document.id, role: 'viewer', user_id: guest.id }),
  ).rejects.toMatchObject({ code: 'PT403', detail: 'role_too_low' })
})

test('[WHY1] why_can names the role that counts and where it comes from', async () => {
  const user = await createMember(db, workspace, 'viewer')
  const document = await createDocument(db, workspace)
  const why = (by: User, action: string, type = 'document', id = document.id) =>
    db.call(by, 'why_can', { user_id: user.id, object_type: type, object_id: id, action })
  expect(await why(user, 'read')).toMatchObject([{ allowed: true, role: 'viewer', reason: 'The role is viewer, from the workspace.' }])
  expect(await why(user, 'write')).toMatchObject([{ allowed: false, reason: 'The role is viewer, and this needs editor.' }])
  const grant = await db.call(editor, 'share_item', { object_type: 'document', object_id: document.id, role: 'editor', user_id: user.id })
  expect(await why(workspace.owner, 'write')).toMatchObject([
    {
      allowed: true,
      role: 'editor',
      chain: [
        { source: 'grant', source_id: grant.id, role: 'editor' },
        { source: 'workspace', source_id: workspace.id, role: 'viewer' },
      ],
    },
  ])
  await db.call(editor, 'trash_document', { id: document.id })
  expect(await why(workspace.owner, 'write')).toMatchObject([{ allowed: false, reason: 'This person has no role here.', role: null }])
  await expect(why(user, 'read')).rejects.toMatchObject({ detail: 'document_not_found' })
  await expect(why(workspace.owner, 'fly')).rejects.toMatchObject({ code: 'PT422', detail: 'action_invalid' })
  await expect(why(workspace.owner, 'read', 'moon')).rejects.toMatchObject({ code: 'PT422', detail: 'object_type_invalid' })
  expect(await why(user, 'read', 'workspace', workspace.id)).toMatchObject([{ allowed: true }])
  expect(await why(user, 'comment', 'room', workspace.room.id)).toMatchObject([{ allowed: false }])
})
