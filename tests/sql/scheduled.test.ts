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

const createRoom = (isPrivate = false) =>
  db.call(editor, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'talk', private: isPrivate })
const hour = 3_600_000
const after = (hours: number) => new Date(Date.now() + hours * hour)
const schedule = (by: User, room_id: string, more: Record<string, unknown> = {}) =>
  db.call(by, 'schedule_message', { id: randomUUID(), room_id, text: 'Later', send_at: after(1).toISOString(), ...more })
const tick = async (at: Date) => {
  const [row] = await db.admin`select atrium_private.send_due_messages(${at}) as sent`
  return row?.sent as number
}
const said = (roomId: string) => db.admin`select id, text, author_id from atrium.messages where room_id = ${roomId} order by seq`
const waiting = (who: User) => db.as(who, (sql) => sql`select id, text, problem_code from atrium.scheduled_messages order by created_at`)

test('[SCHED1] a message is sent once when its time has come, in the name of who wrote it, however many workers ask', async () => {
  const room = await createRoom()
  const one = await schedule(commenter, room.id)
  expect(await tick(after(0.5))).toBe(0)
  expect((await Promise.all([1, 2, 3, 4].map(() => tick(after(2))))).reduce((sum, sent) => sum + sent)).toBe(1)
  expect(await said(room.id)).toEqual([{ id: one.id, text: 'Later', author_id: commenter.id }])
  expect(await tick(after(3))).toBe(0)
  expect(await waiting(commenter)).toEqual([])
  await expect(schedule(commenter, room.id, { id: one.id })).rejects.toMatchObject({ code: 'PT409', detail: 'already_sent' })
})

test('[SCHED2] words and time can be changed until then, and the message can be cancelled or sent at once', async () => {
  const room = await createRoom()
  const one = await schedule(editor, room.id)
  await schedule(editor, room.id, { id: one.id, text: 'Better', send_at: after(5).toISOString() })
  expect(await tick(after(2))).toBe(0)
  expect((await db.call(editor, 'send_scheduled_now', { id: one.id })).text).toBe('Better')
  const two = await schedule(editor, room.id)
  await db.call(editor, 'cancel_scheduled_message', { id: two.id })
  expect(await tick(after(9))).toBe(0)
  expect((await said(room.id)).map(({ text }) => text)).toEqual(['Better'])
})

test('[SCHED3] what somebody has scheduled is seen, changed and sent by nobody else', async () => {
  const room = await createRoom()
  const one = await schedule(editor, room.id)
  expect(await waiting(commenter)).toEqual([])
  expect(await waiting(workspace.owner)).toEqual([])
  await expect(schedule(commenter, room.id, { id: one.id })).rejects.toMatchObject({ detail: 'id_taken' })
  await expect(db.call(commenter, 'send_scheduled_now', { id: one.id })).rejects.toMatchObject({ detail: 'scheduled_not_found' })
  await expect(db.call(commenter, 'cancel_scheduled_message', { id: one.id })).rejects.toMatchObject({ detail: 'scheduled_not_found' })
})

/** What of a kind is in somebody's inbox. */
const told = async (who: User, kind: string) =>
  (await db.call(who, 'my_inbox', { workspace_id: workspace.id, state: 'open' })).filter((item) => item.kind === kind)

test('[SCHED4] who may not post any more when the time comes keeps the message, with the reason; the others go out', async () => {
  const room = await createRoom(true)
  await db.call(editor, 'add_room_member', { room_id: room.id, user_id: commenter.id })
  const lost = await schedule(commenter, room.id)
  const kept = await schedule(editor, room.id)
  await db.call(editor, 'remove_room_member', { room_id: room.id, user_id: commenter.id })
  await tick(after(2))
  expect((await said(room.id)).map(({ id }) => id)).toEqual([kept.id])
  expect(await waiting(commenter)).toEqual([{ id: lost.id, text: 'Later', problem_code: 'room_not_found' }])
  expect(await tick(after(3))).toBe(0)
})

test('[SCHED7] that a message could not be sent stands in the inbox of its author alone, once', async () => {
  const room = await createRoom()
  const lost = await schedule(commenter, room.id)
  await db.call(editor, 'update_room', { room_id: room.id, posting: 'moderators' })
  await tick(after(2))
  await tick(after(3))
  expect(await told(commenter, 'scheduled_failed')).toMatchObject([{ object_type: 'room', object_id: room.id }])
  expect(await told(editor, 'scheduled_failed')).toEqual([])
  expect(await waiting(commenter)).toContainEqual({ id: lost.id, text: 'Later', problem_code: 'posting_restricted' })
})

test('[SCHED5] times that have passed or are years away, empty words and rooms of others are refused', async () => {
  const room = await createRoom()
  for (const send_at of [after(-1), after(24 * 400)]) {
    await expect(schedule(editor, room.id, { send_at: send_at.toISOString() })).rejects.toMatchObject({ detail: 'time_invalid' })
  }
  await expect(schedule(editor, room.id, { text: '  ' })).rejects.toMatchObject({ detail: 'text_required' })
  await expect(schedule(editor, room.id, { files: [randomUUID()] })).rejects.toMatchObject({ detail: 'file_not_found' })
  await expect(schedule(commenter, (await createRoom(true)).id)).rejects.toMatchObject({ detail: 'room_not_found' })
})

test('[SCHED6] a reminder comes into the inbox once, at its time, and not for what may not be read any more', async () => {
  const room = await createRoom(true)
  await db.call(editor, 'add_room_member', { room_id: room.id, user_id: commenter.id })
  const message = await db.call(editor, 'send_message', { id: randomUUID(), room_id: room.id, text: 'Remember me' })
  const remind = (who: User) => db.call(who, 'save_message', { message_id: message.id, remind_at: after(1).toISOString() })
  await remind(editor)
  await remind(commenter)
  await db.call(editor, 'remove_room_member', { room_id: room.id, user_id: commenter.id })
  const fire = async (at: Date) => (await db.admin`select atrium_private.fire_reminders(${at}) as fired`)[0]?.fired
  expect(await fire(after(0.5))).toBe(0)
  expect(await fire(after(2))).toBe(1)
  expect(await fire(after(3))).toBe(0)
  expect(await told(editor, 'reminder')).toMatchObject([{ object_id: room.id, source_id: message.id, excerpt: 'Remember me' }])
  expect(await told(commenter, 'reminder')).toEqual([])
})

test('[SCHED8] a reminder in own words comes once, at its time, to its person alone, and goes when he takes it back', async () => {
  const room = await createRoom(true)
  const remind = (who: User, more: object = {}) =>
    db.call(who, 'remind_me', {
      id: randomUUID(),
      room_id: room.id,
      text: ' Call the printer ',
      remind_at: after(1).toISOString(),
      ...more,
    })
  const fire = async (at: Date) => (await db.admin`select atrium_private.fire_reminders(${at}) as fired`)[0]?.fired
  const reminder = await remind(editor)
  expect(await remind(editor, { id: reminder.id, text: 'again' })).toEqual(reminder)
  await expect(remind(commenter)).rejects.toMatchObject({ code: 'PT404', detail: 'room_not_found' })
  await expect(remind(editor, { text: ' ' })).rejects.toMatchObject({ code: 'PT422', detail: 'text_required' })
  await expect(remind(editor, { text: 'a'.repeat(1001) })).rejects.toMatchObject({ code: 'PT422', detail: 'text_too_long' })
  await expect(remind(editor, { remind_at: after(-1).toISOString() })).rejects.toMatchObject({ code: 'PT422', detail: 'time_invalid' })
  await db.call(editor, 'add_room_member', { room_id: room.id, user_id: commenter.id })
  await remind(commenter, { text: 'Never told' })
  await expect(remind(commenter, { id: reminder.id })).rejects.toMatchObject({ code: 'PT409', detail: 'id_taken' })
  await db.call(editor, 'remove_room_member', { room_id: room.id, user_id: commenter.id })
  expect(await fire(after(0.5))).toBe(0)
  expect(await fire(after(2))).toBe(1)
  expect(await fire(after(3))).toBe(0)
  const inbox = async () => (await told(editor, 'reminder')).filter(({ object_id }) => object_id === room.id)
  expect(await inbox()).toMatchObject([{ source_id: null, excerpt: 'Call the printer' }])
  await expect(db.call(commenter, 'cancel_reminder', { id: reminder.id })).rejects.toMatchObject({ detail: 'reminder_not_found' })
  await db.call(editor, 'cancel_reminder', { id: reminder.id })
  expect(await inbox()).toEqual([])
})

test('[DRAFT1] of two devices the one that wrote later wins, and nobody else sees a draft', async () => {
  const room = await createRoom()
  const save = (by: User, text: string, written_at: Date, thread_id: string | null = null) =>
    db.call(by, 'save_draft', { room_id: room.id, thread_id, text, written_at: written_at.toISOString() })
  const drafts = (who: User) => db.as(who, (sql) => sql`select text, thread_id from atrium.drafts where text <> '' order by updated_at`)
  await save(editor, 'from the train', after(-2))
  await save(editor, 'from home', after(-1))
  await save(editor, 'from the train, late', after(-1.5))
  expect(await drafts(editor)).toEqual([{ text: 'from home', thread_id: null }])
  expect(await drafts(workspace.owner)).toEqual([])
  // A clock that runs ahead does not hold the draft.
  await save(editor, 'from the future', after(100))
  await save(editor, '', new Date())
  await save(editor, 'written before it was sent', after(-0.5))
  expect(await drafts(editor)).toEqual([])
  const message = await db.call(editor, 'send_message', { id: randomUUID(), room_id: room.id, text: 'begin' })
  await save(editor, 'in the thread', after(-1), message.id)
  expect(await drafts(editor)).toEqual([{ text: 'in the thread', thread_id: message.id }])
  await expect(save(editor, 'x', new Date(), randomUUID())).rejects.toMatchObject({ detail: 'thread_not_found' })
})
