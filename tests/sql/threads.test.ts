import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Row } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let ann: User
let ben: User
let cem: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  ;[ann, ben, cem] = await Promise.all([
    createMember(db, workspace, 'editor'),
    createMember(db, workspace, 'commenter'),
    createMember(db, workspace, 'viewer'),
  ])
})
afterAll(() => db.drop())

const createRoom = (isPrivate = false) =>
  db.call(ann, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'talk', private: isPrivate })
const say = (by: User, room_id: string, more: object = {}) =>
  db.call(by, 'send_message', { id: randomUUID(), room_id, text: 'Hello', ...more })
const row = async (id: string) => (await db.admin<Row<'messages'>[]>`select * from atrium.messages where id = ${id}`)[0]
const state = async (who: User, roomId: string) =>
  (await db.call(who, 'my_rooms', { workspace_id: workspace.id })).find(({ id }) => id === roomId)
const threads = (who: User) => db.call(who, 'my_threads', { workspace_id: workspace.id })
const gone = { code: 'PT404', detail: 'message_not_found' }

test('[THR1] replies stand beside the room: they are numbered with it, and are not unread in it', async () => {
  const room = await createRoom()
  await db.call(ben, 'join_room', { room_id: room.id })
  const first = await say(ann, room.id)
  const crowd = await Promise.all(Array.from({ length: 10 }, () => say(ann, room.id, { thread_id: first.id })))
  expect(crowd.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(await say(ann, room.id)).toMatchObject({ seq: 12, place: 2 })
  expect(await row(first.id)).toMatchObject({ reply_count: 10 })
  expect(await state(ben, room.id)).toMatchObject({ last_seq: 12, last_place: 2, unread: 2 })
  expect(await db.call(ben, 'unread_counts', { workspace_id: workspace.id })).toContainEqual({ room_id: room.id, unread: 2, mentions: 0 })
  await db.call(ben, 'mark_read', { room_id: room.id, seq: 11 })
  expect((await state(ben, room.id))?.unread).toBe(1)
  await db.call(ben, 'mark_unread', { room_id: room.id, seq: 1 })
  expect(await state(ben, room.id)).toMatchObject({ unread: 2, read_seq: 0 })
  // Who replies has not read the room for that.
  await say(ben, room.id, { thread_id: first.id })
  expect((await state(ben, room.id))?.unread).toBe(2)
  const [reply] = crowd
  await db.call(ann, 'delete_message', { id: reply?.id ?? '' })
  expect(await row(first.id)).toMatchObject({ reply_count: 10 })
})

test('[THR2] a reply goes to a message of its room that is no reply, and that somebody can read', async () => {
  const [room, other] = [await createRoom(), await createRoom()]
  const first = await say(ann, room.id)
  const reply = await say(ann, room.id, { thread_id: first.id })
  const missing = { code: 'PT404', detail: 'thread_not_found' }
  await expect(say(ann, room.id, { thread_id: reply.id })).rejects.toMatchObject(missing)
  await expect(say(ann, other.id, { thread_id: first.id })).rejects.toMatchObject(missing)
  await expect(say(ann, room.id, { thread_id: randomUUID() })).rejects.toMatchObject(missing)
  await expect(say(ann, other.id, { quote_id: first.id })).rejects.toMatchObject({ code: 'PT404', detail: 'quote_not_found' })
  expect(await say(ann, room.id, { quote_id: first.id })).toMatchObject({ quote_id: first.id })
  const lonely = await say(ann, room.id)
  await db.call(ann, 'delete_message', { id: lonely.id })
  await expect(say(ann, room.id, { thread_id: lonely.id })).rejects.toMatchObject({ code: 'PT410', detail: 'message_deleted' })
})

test('[THR3] who began, replied or was mentioned follows, reads and unfollows a thread', async () => {
  const room = await createRoom()
  const first = await say(ann, room.id)
  const content = {
    type: 'doc',
    content: [{ type: 'paragraph', content: [{ type: 'mention', attrs: { kind: 'person', id: cem.id, label: 'Cem' } }] }],
  }
  const reply = await say(ben, room.id, { thread_id: first.id, content })
  const unread = async (who: User) => (await threads(who)).find(({ thread_id }) => thread_id === first.id)?.unread
  expect(await Promise.all([ann, ben, cem, workspace.owner].map(unread))).toEqual([1, 0, 1, undefined])
  await db.call(ann, 'mark_thread_read', { thread_id: first.id, seq: reply.seq })
  await db.call(ann, 'mark_thread_read', { thread_id: first.id, seq: 1 })
  expect(await unread(ann)).toBe(0)
  await db.call(cem, 'set_thread_follow', { thread_id: first.id, following: false })
  await say(ben, room.id, { thread_id: first.id, content })
  expect(await Promise.all([ann, cem].map(unread))).toEqual([1, undefined])
  expect(await db.as(cem, (sql) => sql`select from atrium.thread_follows where user_id <> ${cem.id}`)).toHaveLength(0)
  // Replying follows again.
  await db.call(ann, 'set_thread_follow', { thread_id: first.id, following: false })
  await say(ann, room.id, { thread_id: first.id })
  expect(await unread(ann)).toBe(0)
})

test('[THR4] what is said in a room that one cannot see is not to be forwarded, followed, saved or reacted to', async () => {
  const room = await createRoom(true)
  const message = await say(ann, room.id)
  await expect(say(ben, workspace.room.id, { forwarded_id: message.id, text: '' })).rejects.toMatchObject(gone)
  await expect(db.call(ben, 'set_thread_follow', { thread_id: message.id })).rejects.toMatchObject(gone)
  await expect(db.call(ben, 'save_message', { message_id: message.id })).rejects.toMatchObject(gone)
  await expect(db.call(ben, 'set_reaction', { message_id: message.id, emoji: '🎉' })).rejects.toMatchObject(gone)
  await expect(db.call(ben, 'set_pin', { message_id: message.id })).rejects.toMatchObject(gone)
  // Who may read it passes on what it says, and not the door to it.
  const sent = await say(ann, workspace.room.id, { forwarded_id: message.id, text: '' })
  expect(sent).toMatchObject({ text: '', forwarded_id: message.id, forwarded: { author_id: ann.id, text: 'Hello' } })
  const again = await say(ben, workspace.room.id, { forwarded_id: sent.id, text: 'See' })
  expect(again.forwarded).toEqual(sent.forwarded)
})

test('[REACT1] reactions are counted once per person and emoji, thirty different ones at most', async () => {
  const room = await createRoom()
  const message = await say(ann, room.id)
  const react = (by: User, emoji: string, present = true) => db.call(by, 'set_reaction', { message_id: message.id, emoji, present })
  for (const _ of [1, 2]) await react(ben, '👩‍👩‍👧')
  await react(ann, '👩‍👩‍👧')
  await react(ann, '🎉')
  await react(ann, '🎉', false)
  const stored = await db.as(ben, (sql) => sql`select emoji from atrium.message_reactions where message_id = ${message.id}`)
  expect(stored.map(({ emoji }) => emoji)).toEqual(['👩‍👩‍👧', '👩‍👩‍👧'])
  for (const emoji of ['', 'x', '<b>', '🎉'.repeat(17), '\u202e'])
    await expect(react(ann, emoji)).rejects.toMatchObject({ code: 'PT422', detail: 'emoji_invalid' })
  for (let code = 0; code < 29; code++) await react(ann, String.fromCodePoint(0x1f600 + code))
  await expect(react(ann, '🎉')).rejects.toMatchObject({ code: 'PT429', detail: 'too_many_reactions' })
  await expect(db.call(cem, 'set_reaction', { message_id: message.id, emoji: '🎉' })).rejects.toMatchObject({ detail: 'role_too_low' })
})

test('[PIN1] a room has a hundred pins at most, and a deleted message none', async () => {
  const room = await createRoom()
  const messages = await Promise.all(Array.from({ length: 101 }, () => say(ann, room.id)))
  const pins = await Promise.allSettled(messages.map(({ id }) => db.call(ben, 'set_pin', { message_id: id })))
  expect(pins.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'PT429', detail: 'too_many_pins' } }])
  const deleted = messages.find((_, index) => pins[index]?.status === 'fulfilled')
  await db.call(ann, 'delete_message', { id: deleted?.id ?? '' })
  const left = await db.as(cem, (sql) => sql`select from atrium.message_pins where room_id = ${room.id}`)
  expect(left).toHaveLength(99)
})

test('[SAVE1] what somebody saves he alone sees, while he may read the room', async () => {
  const room = await createRoom(true)
  await db.call(ann, 'add_room_member', { room_id: room.id, user_id: ben.id })
  const message = await say(ann, room.id)
  const saved = (who: User) =>
    db.as(who, (sql) => sql`select remind_at, done_at from atrium.saved_messages where message_id = ${message.id}`)
  await db.call(ben, 'save_message', { message_id: message.id, remind_at: '2030-01-01' })
  expect(await saved(ben)).toMatchObject([{ remind_at: expect.any(Date), done_at: null }])
  expect(await saved(ann)).toHaveLength(0)
  await db.call(ben, 'save_message', { message_id: message.id, done: true })
  expect(await saved(ben)).toMatchObject([{ remind_at: null, done_at: expect.any(Date) }])
  await db.call(ann, 'remove_room_member', { room_id: room.id, user_id: ben.id })
  expect(await saved(ben)).toHaveLength(0)
})

test('[EDIT1] what a message said before is seen by its author and by admins of the space', async () => {
  const room = await createRoom()
  const message = await say(ben, room.id)
  await db.call(ben, 'edit_message', { id: message.id, text: 'Hello you' })
  await db.call(ben, 'edit_message', { id: message.id, text: 'Hello you' })
  await db.call(ben, 'delete_message', { id: message.id })
  const before = async (who: User) =>
    (await db.as(who, (sql) => sql`select text from atrium.message_edits where message_id = ${message.id} order by version`)).map(
      (edit) => edit.text,
    )
  expect(await Promise.all([ben, workspace.owner, ann, cem].map(before))).toEqual([['Hello', 'Hello you'], ['Hello', 'Hello you'], [], []])
  await db.call(workspace.owner, 'archive_room', { room_id: room.id })
  expect(await Promise.all([ben, workspace.owner, ann, cem].map(before))).toEqual([['Hello', 'Hello you'], ['Hello', 'Hello you'], [], []])
  const direct = await db.call(ben, 'open_direct', { workspace_id: workspace.id, people: [workspace.owner.id] })
  const whispered = await say(ben, direct.id)
  await db.call(ben, 'edit_message', { id: whispered.id, text: 'Nothing' })
  expect(await db.as(workspace.owner, (sql) => sql`select from atrium.message_edits where room_id = ${direct.id}`)).toHaveLength(0)
})
