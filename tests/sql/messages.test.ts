import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let editor: User
let commenter: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  editor = await createMember(db, workspace, 'editor')
  commenter = await createMember(db, workspace, 'commenter')
})
afterAll(() => db.drop())

const createRoom = (isPrivate = false, by = editor) =>
  db.call(by, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'talk', private: isPrivate })
const say = (by: User, room_id: string, text = 'Hello', id: string = randomUUID()) => db.call(by, 'send_message', { id, room_id, text })
const state = async (who: User, roomId: string) =>
  (await db.call(who, 'my_rooms', { workspace_id: workspace.id })).find(({ id }) => id === roomId)
const seqs = async (roomId: string) =>
  (await db.admin<{ seq: string }[]>`select seq from atrium.messages where room_id = ${roomId} order by seq`).map(({ seq }) => Number(seq))

test('[MSG1] messages of 20 people who talk at once are numbered without gaps', async () => {
  const room = await createRoom()
  const crowd = await Promise.all(Array.from({ length: 20 }, () => createMember(db, workspace, 'commenter')))
  const sent = await Promise.all(crowd.flatMap((person) => Array.from({ length: 5 }, (_, index) => say(person, room.id, `${index}`))))
  expect(sent.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  expect(await seqs(room.id)).toHaveLength(100)
  expect(await state(editor, room.id)).toMatchObject({ last_seq: 100, unread: 100 })
}, 60_000)

test('[MSG2] sending again, even ten times at once, makes one message', async () => {
  const room = await createRoom()
  const id = randomUUID()
  const results = await Promise.all(Array.from({ length: 10 }, () => say(editor, room.id, 'once', id)))
  expect(new Set(results.map((message) => JSON.stringify(message))).size).toBe(1)
  expect(await seqs(room.id)).toEqual([1])
  const taken = { code: 'PT409', detail: 'id_taken' }
  await expect(say(commenter, room.id, 'mine', id)).rejects.toMatchObject(taken)
  await expect(say(editor, (await createRoom()).id, 'elsewhere', id)).rejects.toMatchObject(taken)
  expect(await seqs(room.id)).toEqual([1])
})

test('[MSG3] unread is counted from the own mark, which sending moves and reading moves forwards', async () => {
  const room = await createRoom()
  await say(editor, room.id)
  expect(await state(commenter, room.id)).toMatchObject({ joined: false, unread: 0, read_seq: 0 })
  await db.call(commenter, 'join_room', { room_id: room.id })
  expect(await state(commenter, room.id)).toMatchObject({ joined: true, unread: 0, read_seq: 1 })
  await say(editor, room.id)
  await say(editor, room.id)
  expect([(await state(commenter, room.id))?.unread, (await state(editor, room.id))?.unread]).toEqual([2, 0])
  await db.call(commenter, 'mark_read', { room_id: room.id, seq: 2 })
  await db.call(commenter, 'mark_read', { room_id: room.id, seq: 1 })
  expect((await state(commenter, room.id))?.unread).toBe(1)
  await db.call(commenter, 'mark_read', { room_id: room.id, seq: 1_000_000 })
  expect(await state(commenter, room.id)).toMatchObject({ unread: 0, read_seq: 3 })
  await say(commenter, room.id)
  expect([(await state(commenter, room.id))?.unread, (await state(editor, room.id))?.unread]).toEqual([0, 1])
  await expect(db.call(commenter, 'mark_read', { room_id: room.id, seq: -1 })).rejects.toMatchObject({
    code: 'PT422',
    detail: 'seq_invalid',
  })
  expect(await db.as(commenter, (sql) => sql`select user_id from atrium.read_marks where user_id <> ${commenter.id}`)).toHaveLength(0)
})

test('[MSG4] authors edit and delete, admins delete, others neither', async () => {
  const room = await createRoom()
  const message = await say(commenter, room.id, 'frist')
  const other = await createMember(db, workspace, 'editor')
  expect(await db.call(commenter, 'edit_message', { id: message.id, text: 'first' })).toMatchObject({ text: 'first', seq: 1 })
  await expect(db.call(other, 'delete_message', { id: message.id })).rejects.toMatchObject({ code: 'PT403', detail: 'not_the_author' })
  const deleted = await db.call(workspace.owner, 'delete_message', { id: message.id })
  expect(deleted).toMatchObject({ text: null, seq: 1 })
  expect(await db.call(commenter, 'delete_message', { id: message.id })).toEqual(deleted)
  await expect(db.call(commenter, 'edit_message', { id: message.id, text: 'again' })).rejects.toMatchObject({
    code: 'PT410',
    detail: 'message_deleted',
  })
})

test.for([
  ['text_required', ''],
  ['text_required', ' \n\t '],
  ['text_too_long', 'x'.repeat(20_001)],
  ['text_too_long', 'x'.repeat(1_000_000)],
] as const)('[MSG5] a message is refused: %s', async ([detail, text]) => {
  const room = await createRoom()
  await expect(say(editor, room.id, text)).rejects.toMatchObject({ code: 'PT422', detail })
  expect(await state(editor, room.id)).toMatchObject({ last_seq: 0 })
  expect(await say(editor, room.id, '😀'.repeat(20_000))).toMatchObject({ seq: 1 })
})

test('[ROOM1] a private room is seen by its members alone, and a guest in it may post', async () => {
  const room = await createRoom(true)
  await say(editor, room.id)
  const guest = await createMember(db, workspace, 'guest')
  const viewer = await createMember(db, workspace, 'viewer')
  const seen = (who: User) => db.as(who, async (sql) => (await sql`select from atrium.messages where room_id = ${room.id}`).count)
  expect(await Promise.all([editor, guest, viewer, workspace.owner].map(seen))).toEqual([1, 0, 0, 0])
  await expect(db.call(workspace.owner, 'join_room', { room_id: room.id })).rejects.toMatchObject({
    code: 'PT404',
    detail: 'room_not_found',
  })
  for (const user_id of [guest.id, viewer.id]) await db.call(editor, 'add_room_member', { room_id: room.id, user_id })
  expect(await Promise.all([guest, viewer].map(seen))).toEqual([1, 1])
  expect([(await state(guest, room.id))?.can_post, (await state(viewer, room.id))?.can_post]).toEqual([true, false])
  expect(await say(guest, room.id)).toMatchObject({ seq: 2 })
  await expect(say(viewer, room.id)).rejects.toMatchObject({ code: 'PT403', detail: 'role_too_low' })
  await db.call(editor, 'remove_room_member', { room_id: room.id, user_id: guest.id })
  expect(await seen(guest)).toBe(0)
  await db.call(viewer, 'leave_room', { room_id: room.id })
  expect(await seen(viewer)).toBe(0)
  await expect(db.call(editor, 'leave_room', { room_id: room.id })).rejects.toMatchObject({ code: 'PT409', detail: 'last_member' })
})

test('[ROOM2] a private room in a private space lets nobody past the space', async () => {
  const space = await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Inner', private: true })
  const room = await db.call(editor, 'create_room', { id: randomUUID(), space_id: space.id, name: 'core', private: true })
  const add = () => db.call(editor, 'add_room_member', { room_id: room.id, user_id: commenter.id })
  await expect(add()).rejects.toMatchObject({ code: 'PT409', detail: 'no_access' })
  await db.call(editor, 'set_space_member', { space_id: space.id, user_id: commenter.id, role: 'commenter' })
  await add()
  expect(await say(commenter, room.id)).toMatchObject({ seq: 1 })
  await db.call(editor, 'remove_space_member', { space_id: space.id, user_id: commenter.id })
  await expect(say(commenter, room.id)).rejects.toMatchObject({ code: 'PT404', detail: 'room_not_found' })
})

test('[ROOM3] a room shared with a guest is his alone of all rooms, with the role of the grant', async () => {
  const guest = await createMember(db, workspace, 'guest')
  const room = await createRoom()
  await expect(db.call(editor, 'add_room_member', { room_id: room.id, user_id: guest.id })).rejects.toMatchObject({ detail: 'no_access' })
  await db.call(editor, 'share_item', { object_type: 'room', object_id: room.id, role: 'viewer', user_id: guest.id })
  expect(await db.call(guest, 'my_rooms', { workspace_id: workspace.id })).toMatchObject([{ id: room.id, can_post: false }])
  await db.call(editor, 'share_item', { object_type: 'room', object_id: room.id, role: 'commenter', user_id: guest.id })
  expect(await say(guest, room.id)).toMatchObject({ seq: 1 })
})

test('[ROOM4] an archived room is read, and nobody posts until it is back', async () => {
  const room = await createRoom()
  const message = await say(editor, room.id)
  await db.call(editor, 'archive_room', { room_id: room.id })
  expect(await state(editor, room.id)).toBeUndefined()
  expect(await db.as(editor, (sql) => sql`select from atrium.messages where room_id = ${room.id}`)).toHaveLength(1)
  const archived = { code: 'PT409', detail: 'room_archived' }
  await expect(say(editor, room.id)).rejects.toMatchObject(archived)
  await expect(db.call(editor, 'edit_message', { id: message.id, text: 'x' })).rejects.toMatchObject(archived)
  expect(await say(editor, room.id, 'Hello', message.id)).toMatchObject({ seq: 1 })
  await db.call(editor, 'archive_room', { room_id: room.id, archived: false })
  expect(await say(editor, room.id)).toMatchObject({ seq: 2 })
})

test.for([
  ['name_required', { name: ' ' }],
  ['name_too_long', { name: 'x'.repeat(81) }],
  ['name_too_long', { name: 'x'.repeat(10_000) }],
  ['name_invalid', { name: 'a\u0007b' }],
  ['topic_too_long', { topic: 'x'.repeat(251) }],
  ['topic_invalid', { topic: 'a\u0007b' }],
] as const)('[ROOM5] a room is refused: %s', async ([detail, args]) => {
  const room = await createRoom()
  await expect(db.call(editor, 'update_room', { room_id: room.id, ...args })).rejects.toMatchObject({ code: 'PT422', detail })
  await expect(
    db.call(editor, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'ok', ...args }),
  ).rejects.toMatchObject({ code: 'PT422', detail })
})
