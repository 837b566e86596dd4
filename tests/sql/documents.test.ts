import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

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

const newSpace = async () => (await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Space' })).id
const create = (spaceId: string, title: string, parentId: string | null = null, position: string | null = null) =>
  db.call(editor, 'create_document', { id: randomUUID(), space_id: spaceId, parent_id: parentId, title, position })
const move = (id: string, parentId: string | null, position: string | null = null, spaceId: string | null = null) =>
  db.call(editor, 'move_document', { id, parent_id: parentId, position, space_id: spaceId })
const order = async (spaceId: string, who = editor) =>
  (
    await db.as(
      who,
      (sql) => sql<{ title: string }[]>`select title from atrium.documents where space_id = ${spaceId} order by position, created_at`,
    )
  ).map(({ title }) => title)

test('[DOC1] documents come last unless a position is given, and no two get the same place', async () => {
  const space = await newSpace()
  const first = await create(space, 'first')
  await create(space, 'second')
  expect([first.position, await order(space)]).toEqual(['a0', ['first', 'second']])
  await create(space, 'before', null, 'Zz')
  await create(space, 'between', null, 'a0V')
  await create(space, 'the same place', null, 'a0V')
  expect(await order(space)).toEqual(['before', 'first', 'between', 'the same place', 'second'])
  const crowd = await Promise.all(Array.from({ length: 12 }, (_, index) => create(space, `crowd ${index}`)))
  expect(new Set(crowd.map(({ position }) => position)).size).toBe(12)
})

test('[DOC2] the same call again returns the same document, and a foreign id is refused', async () => {
  const space = await newSpace()
  const document = await create(space, 'Plan')
  expect(await db.call(editor, 'create_document', { id: document.id, space_id: space, title: 'Other' })).toEqual(document)
  await expect(db.call(workspace.owner, 'create_document', { id: document.id, space_id: space })).rejects.toMatchObject({
    code: 'PT409',
    detail: 'id_taken',
  })
})

test('[DOC3] a document moves with everything beneath it, and never beneath itself', async () => {
  const [space, other] = [await newSpace(), await newSpace()]
  const top = await create(space, 'top')
  const child = await create(space, 'child', top.id)
  const leaf = await create(space, 'leaf', child.id)
  await db.admin`select atrium_private.save_document_contents(${leaf.id}, '{}', 'text')`
  for (const below of [top.id, child.id, leaf.id]) {
    await expect(move(top.id, below)).rejects.toMatchObject({ code: 'PT409', detail: 'cycle' })
  }
  expect(await move(top.id, null, null, other)).toMatchObject({ space_id: other, parent_id: null })
  expect([await order(space), await order(other)]).toEqual([[], ['top', 'child', 'leaf']])
  expect(await db.admin`select space_id from atrium.document_contents where document_id = ${leaf.id}`).toMatchObject([{ space_id: other }])
  expect(await move(leaf.id, null)).toMatchObject({ parent_id: null, space_id: other })
  await expect(move(leaf.id, top.id, null, space)).rejects.toMatchObject({ code: 'PT404', detail: 'parent_not_found' })
  const foreign = await createWorkspace(db)
  await expect(move(leaf.id, null, null, foreign.general.id)).rejects.toMatchObject({ code: 'PT404', detail: 'space_not_found' })
})

test('[DOC4] two moves at the same moment make no circle', async () => {
  const space = await newSpace()
  for (let round = 0; round < 5; round++) {
    const [a, b] = [await create(space, 'a'), await create(space, 'b')]
    const results = await Promise.allSettled([move(a.id, b.id), move(b.id, a.id)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { detail: 'cycle' } })
  }
})

test('[DOC5] two moves in opposite directions between two spaces both happen', async () => {
  const [left, right] = [await newSpace(), await newSpace()]
  const [a, b] = [await create(left, 'a'), await create(right, 'b')]
  for (let round = 0; round < 6; round++) {
    const there = round % 2 === 0
    await Promise.all([move(a.id, null, null, there ? right : left), move(b.id, null, null, there ? left : right)])
  }
  expect([await order(left), await order(right)]).toEqual([['a'], ['b']])
})

test('[DOC6] the trash takes a document with what is beneath it, is seen by editors alone, and gives back what went together', async () => {
  const space = await newSpace()
  const top = await create(space, 'top')
  const child = await create(space, 'child', top.id)
  const leaf = await create(space, 'leaf', child.id)
  await db.admin`select atrium_private.save_document_contents(${leaf.id}, '{}', 'text')`
  await db.call(editor, 'trash_document', { id: leaf.id })
  await db.call(editor, 'trash_document', { id: top.id })
  expect([await order(space, viewer), await order(space)]).toEqual([[], ['top', 'child', 'leaf']])
  const texts = (who: User) =>
    db.as(who, async (sql) => (await sql`select from atrium.document_contents where document_id = ${leaf.id}`).count)
  expect([await texts(viewer), await texts(editor)]).toEqual([0, 1])
  expect(await db.call(editor, 'document_access', { id: top.id })).toBe('read')
  await expect(db.call(viewer, 'document_access', { id: top.id })).rejects.toMatchObject({ detail: 'document_not_found' })
  await expect(move(top.id, null)).rejects.toMatchObject({ code: 'PT409', detail: 'document_trashed' })
  await expect(create(space, 'orphan', top.id)).rejects.toMatchObject({ detail: 'parent_not_found' })
  expect((await db.as(editor, (sql) => sql`update atrium.documents set title = 'x' where id = ${top.id}`)).count).toBe(0)
  await db.call(editor, 'restore_document', { id: top.id })
  expect(await order(space, viewer)).toEqual(['top', 'child'])
  await db.call(editor, 'restore_document', { id: leaf.id })
  expect((await order(space, viewer)).sort()).toEqual(['child', 'leaf', 'top'])
  await db.call(editor, 'trash_document', { id: top.id })
  expect(await db.call(editor, 'restore_document', { id: child.id })).toMatchObject({ parent_id: null, trashed_at: null })
  expect((await order(space, viewer)).sort()).toEqual(['child', 'leaf'])
})

test('[DOC7] editors change title and icon by PATCH, and nothing else', async () => {
  const document = await createDocument(db, workspace)
  const patch = (set: string) => db.as(editor, (sql) => sql.unsafe(`update atrium.documents set ${set} where id = '${document.id}'`))
  expect((await patch(`title = 'Other', icon = '🌱'`)).count).toBe(1)
  const columns = [
    'space_id = gen_random_uuid()',
    'workspace_id = gen_random_uuid()',
    'parent_id = null',
    'created_by = null',
    'trashed_at = now()',
    "position = 'a5'",
  ]
  for (const column of columns) {
    await expect(patch(column)).rejects.toMatchObject({ code: '42501' })
  }
  await expect(patch(`title = repeat('x', 301)`)).rejects.toMatchObject({ code: 'PT422', detail: 'title_too_long' })
  await expect(patch(`title = E'a\\nb'`)).rejects.toMatchObject({ code: 'PT422', detail: 'title_invalid' })
  await expect(patch(`icon = repeat('x', 17)`)).rejects.toMatchObject({ code: 'PT422', detail: 'icon_invalid' })
  await expect(create(workspace.general.id, 'x'.repeat(10_000))).rejects.toMatchObject({ code: 'PT422', detail: 'title_too_long' })
  expect((await patch('title = null, icon = null')).count).toBe(1)
  expect(await db.admin`select title, icon from atrium.documents where id = ${document.id}`).toMatchObject([{ title: '', icon: null }])
})
