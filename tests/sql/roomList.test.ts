import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let ann: User
let ben: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  ann = await createMember(db, workspace, 'editor')
  ben = await createMember(db, workspace, 'editor')
})
afterAll(() => db.drop())

const to = (person: User) => ({
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'mention', attrs: { kind: 'person', id: person.id, label: 'you' } }] }],
})
const say = (by: User, room_id: string, args: object = {}) =>
  db.call(by, 'send_message', { id: randomUUID(), room_id, text: 'Hello', ...args } as never)
const listed = async (who: User, id: string) => {
  const room = (await db.call(who, 'my_rooms', { workspace_id: workspace.id })).find((row) => row.id === id)
  return room && { unread: room.unread, mentions: room.mentions, muted: room.muted, hidden: room.hidden }
}
const counted = async (who: User, id: string) =>
  (await db.call(who, 'unread_counts', { workspace_id: workspace.id })).find((row) => row.room_id === id)
async function createRoom() {
  const room = await db.call(ann, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'talk' })
  await db.call(ann, 'add_room_member', { room_id: room.id, user_id: ben.id })
  return room.id
}
const told = async (who: User, room: string) =>
  (await db.call(who, 'my_inbox', { workspace_id: workspace.id, state: 'unread' }))
    .filter((row) => row.object_id === room)
    .map((row) => row.kind)

test('[LIST1] mentions are counted apart from what is unread, until they are read, deleted or taken back', async () => {
  const room = await createRoom()
  await say(ann, room)
  const second = await say(ann, room, { content: to(ben) })
  const third = await say(ann, room, { content: to(ben) })
  expect(await listed(ben, room)).toEqual({ unread: 3, mentions: 2, muted: false, hidden: false })
  expect(await counted(ben, room)).toEqual({ room_id: room, unread: 3, mentions: 2 })
  // In a thread they are not unread in the room.
  await say(ann, room, { content: to(ben), thread_id: second.id })
  expect(await listed(ben, room)).toMatchObject({ unread: 3, mentions: 2 })
  await db.call(ann, 'delete_message', { id: third.id })
  expect(await listed(ben, room)).toMatchObject({ mentions: 1 })
  await db.call(ben, 'mark_read', { room_id: room, seq: Number(second.seq) })
  expect(await listed(ben, room)).toMatchObject({ mentions: 0 })
  expect(await listed(ann, room)).toMatchObject({ unread: 0, mentions: 0 })
})

test('[LIST2] what is said in a muted room is told to who is mentioned alone; all his devices hear of it, nobody else does', async () => {
  const room = await createRoom()
  await db.call(ben, 'set_notification_level', { object_type: 'room', object_id: room, level: 'all' })
  await say(ann, room)
  expect(await told(ben, room)).toContain('message')
  await db.call(ben, 'mark_read', { room_id: room, seq: 1 })
  await db.admin`delete from realtime.messages`
  await db.call(ben, 'mute_room', { room_id: room })
  expect(await db.admin`select topic, event, payload ->> 'id' as room from realtime.messages`).toEqual([
    { topic: `user:${ben.id}`, event: 'rooms', room },
  ])
  await say(ann, room)
  expect([await told(ben, room), await listed(ben, room)]).toEqual([[], { unread: 1, mentions: 0, muted: true, hidden: false }])
  await say(ann, room, { content: to(ben) })
  expect([await told(ben, room), await listed(ben, room)]).toEqual([['mention'], { unread: 2, mentions: 1, muted: true, hidden: false }])
  expect(await listed(ann, room)).toMatchObject({ muted: false })
  // Reading does not end it.
  await db.call(ben, 'mark_read', { room_id: room, seq: 3 })
  expect(await listed(ben, room)).toMatchObject({ muted: true, unread: 0 })
  await db.call(ben, 'mute_room', { room_id: room, muted: false })
  await say(ann, room)
  expect([await told(ben, room), (await listed(ben, room))?.muted]).toEqual([['message'], false])
})

test('[LIST3] a direct conversation that was hidden comes back with its next message; rooms are not hidden, nor what one is not in', async () => {
  const { id } = await db.call(ann, 'open_direct', { workspace_id: workspace.id, people: [ben.id] })
  await say(ann, id)
  await db.call(ben, 'hide_direct', { room_id: id })
  expect([(await listed(ben, id))?.hidden, (await listed(ann, id))?.hidden]).toEqual([true, false])
  await db.call(ben, 'mark_read', { room_id: id, seq: 1 })
  expect((await listed(ben, id))?.hidden).toBe(true)
  await say(ann, id)
  expect(await listed(ben, id)).toMatchObject({ hidden: false, unread: 1 })
  await db.call(ben, 'hide_direct', { room_id: id })
  await db.call(ben, 'hide_direct', { room_id: id, hidden: false })
  expect((await listed(ben, id))?.hidden).toBe(false)
  const room = await createRoom()
  await expect(db.call(ben, 'hide_direct', { room_id: room })).rejects.toMatchObject({ code: 'PT409', detail: 'room_not_direct' })
  await db.call(ben, 'leave_room', { room_id: room })
  await expect(db.call(ben, 'mute_room', { room_id: room })).rejects.toMatchObject({ code: 'PT409', detail: 'room_not_joined' })
  await expect(db.call(workspace.owner, 'mute_room', { room_id: id })).rejects.toMatchObject({ code: 'PT404', detail: 'room_not_found' })
  await expect(db.as(ben, (sql) => sql`update atrium.read_marks set muted = true where user_id = ${ben.id}`)).rejects.toMatchObject({
    code: '42501',
  })
})
