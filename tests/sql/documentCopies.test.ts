import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createUser, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let editor: User
let viewer: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  editor = await createMember(db, workspace, 'editor')
  viewer = await createMember(db, workspace, 'viewer')
})
afterAll(() => db.drop())

const write = (id: string, update: string) => db.admin`
  insert into atrium_private.document_updates (document_id, author_id, update) values (${id}, ${editor.id}, ${Buffer.from(update)})`
const logOf = async (id: string) =>
  (await db.admin<{ update: Buffer }[]>`select update from atrium_private.document_updates where document_id = ${id} order by id`).map(
    ({ update }) => update.toString(),
  )

test('[COPY1] a copy has the text, the icon and the pages beneath it, and neither trash, history nor shares', async () => {
  const original = await createDocument(db, workspace, { title: 'Plan' })
  const child = await createDocument(db, workspace, { title: 'Child', parentId: original.id })
  const trashed = await createDocument(db, workspace, { title: 'Trashed', parentId: original.id })
  await db.call(editor, 'trash_document', { id: trashed.id })
  await db.admin`update atrium.documents set icon = '🌳', locked_at = now() where id = ${original.id}`
  await write(original.id, 'merged')
  await db.admin`
    insert into atrium_private.document_snapshots (document_id, state, upto)
    select document_id, ${Buffer.from('state')}, max(id) from atrium_private.document_updates where document_id = ${original.id} group by document_id`
  await write(original.id, 'first')
  await write(original.id, 'second')
  await db.admin`select atrium_private.save_document_contents(${child.id}, '{"type": "doc"}', 'of the child')`

  const copy = await db.call(editor, 'duplicate_document', { document_id: original.id, title: 'Plan (copy)' })
  expect(copy).toMatchObject({
    title: 'Plan (copy)',
    icon: '🌳',
    created_by: editor.id,
    parent_id: null,
    space_id: original.space_id,
    locked_at: null,
  })
  expect(copy.position > original.position).toBe(true)
  expect(await logOf(copy.id)).toEqual(['first', 'second'])
  const [snapshot] = await db.admin`select state from atrium_private.document_snapshots where document_id = ${copy.id}`
  expect(snapshot?.state.toString()).toBe('state')
  const beneath = await db.as(viewer, (sql) => sql`select id, title, position from atrium.documents where parent_id = ${copy.id}`)
  expect(beneath).toMatchObject([{ title: 'Child', position: child.position }])
  const [contents] = await db.as(viewer, (sql) => sql`select text from atrium.document_contents where document_id = ${beneath[0]?.id}`)
  expect(contents?.text).toBe('of the child')
  const alone = await db.call(editor, 'duplicate_document', { document_id: original.id, with_children: false })
  expect(await db.admin`select from atrium.documents where parent_id = ${alone.id}`).toHaveLength(0)
})

test('[COPY2] whoever may read copies to where he may write, once', async () => {
  const original = await createDocument(db, workspace)
  await expect(db.call(viewer, 'duplicate_document', { document_id: original.id })).rejects.toMatchObject({ code: 'PT403' })
  await expect(db.call(await createUser(db), 'duplicate_document', { document_id: original.id })).rejects.toMatchObject({ code: 'PT404' })
  const own = await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Own', private: true })
  const id = randomUUID()
  const copy = await db.call(editor, 'duplicate_document', { document_id: original.id, id, space_id: own.id })
  expect(copy).toMatchObject({ id, space_id: own.id })
  expect(await db.call(editor, 'duplicate_document', { document_id: original.id, id, space_id: own.id })).toEqual(copy)
  await expect(db.call(editor, 'duplicate_document', { document_id: original.id, id: original.id })).rejects.toMatchObject({
    detail: 'id_taken',
  })
  await expect(db.call(workspace.owner, 'duplicate_document', { document_id: copy.id })).rejects.toMatchObject({
    detail: 'document_not_found',
  })
  const elsewhere = await createWorkspace(db)
  await db.call(elsewhere.owner, 'invite_member', { workspace_id: elsewhere.id, email: editor.email, role: 'editor' })
  const [invitation] = await db.call(editor, 'my_invitations', {})
  await db.call(editor, 'accept_my_invitation', { invitation_id: invitation?.id ?? '' })
  await expect(db.call(editor, 'duplicate_document', { document_id: original.id, space_id: elsewhere.general.id })).rejects.toMatchObject({
    detail: 'other_workspace',
  })
  await db.call(editor, 'trash_document', { id: original.id })
  await expect(db.call(editor, 'duplicate_document', { document_id: original.id })).rejects.toMatchObject({ detail: 'document_trashed' })
})

test('[COPY3] whoever may read a copy sees the pictures that lie with the original, and no others of it', async () => {
  const hidden = await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Hidden', private: true })
  const original = await createDocument({ ...db, call: (_person, name, args) => db.call(editor, name, args) }, workspace, {
    spaceId: hidden.id,
  })
  const picture = async () => {
    const name = `${original.id}/${randomUUID()}.png`
    await db.admin`insert into storage.objects (bucket_id, name) values ('document-images', ${name})`
    return name
  }
  const before = await picture()
  await db.call(editor, 'duplicate_document', { document_id: original.id, space_id: workspace.general.id })
  const after = await picture()
  const seen = (person: User, name: string) => db.as(person, (sql) => sql`select from storage.objects where name = ${name}`)
  expect([await seen(viewer, before), await seen(viewer, after), await seen(editor, after)].map(({ length }) => length)).toEqual([1, 0, 1])
})

test('[LOCK1] in a locked document nobody changes anything, until an editor unlocks it', async () => {
  const document = await createDocument(db, workspace)
  const { id } = document
  const access = () => db.call(editor, 'document_access', { id })
  const rename = () => db.as(editor, (sql) => sql`update atrium.documents set title = 'Other' where id = ${id} returning id`)
  await expect(db.call(viewer, 'lock_document', { id })).rejects.toMatchObject({ detail: 'role_too_low' })
  const locked = await db.call(editor, 'lock_document', { id })
  expect(locked).toMatchObject({ locked_by: editor.id, locked_at: expect.any(String) })
  expect(await db.call(workspace.owner, 'lock_document', { id })).toEqual(locked)
  expect([await access(), (await rename()).length]).toEqual(['read', 0])
  expect(await db.call(workspace.owner, 'unlock_document', { id })).toMatchObject({ locked_by: null, locked_at: null })
  expect([await access(), (await rename()).length]).toEqual(['write', 1])
})

test('[TRASH1] only what is in the trash is deleted for ever, with all beneath it, and by editors alone', async () => {
  const document = await createDocument(db, workspace)
  const child = await createDocument(db, workspace, { parentId: document.id })
  await write(child.id, 'text')
  const remove = (person: User) => db.call(person, 'delete_document', { id: document.id })
  await expect(remove(editor)).rejects.toMatchObject({ code: 'PT409', detail: 'document_not_trashed' })
  await db.call(editor, 'trash_document', { id: document.id })
  await expect(remove(viewer)).rejects.toMatchObject({ code: 'PT404' })
  await remove(editor)
  expect(await db.admin`select from atrium.documents where id in (${document.id}, ${child.id})`).toHaveLength(0)
  expect(await logOf(child.id)).toEqual([])
})

test("[FAV1] a star is one person's own, goes on what he may read, and comes off whatever happens to it", async () => {
  const document = await createDocument(db, workspace)
  const mark = (person: User, favourite: boolean) => db.call(person, 'set_favourite', { document_id: document.id, favourite })
  const mine = async (person: User) => (await db.as(person, (sql) => sql`select document_id from atrium.favourites`)).length
  await mark(viewer, true)
  await mark(viewer, true)
  await expect(mark(await createUser(db), true)).rejects.toMatchObject({ code: 'PT404' })
  expect([await mine(viewer), await mine(editor)]).toEqual([1, 0])
  await db.call(editor, 'trash_document', { id: document.id })
  expect(await db.as(viewer, (sql) => sql`select from atrium.favourites join atrium.documents on id = document_id`)).toHaveLength(0)
  await mark(viewer, false)
  expect(await mine(viewer)).toBe(0)
})
