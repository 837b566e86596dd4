import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Row } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createMember, createTask, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let ann: User
let outsider: User
/** A private room in which Ann is and the outsider, an editor of the same space, is not. */
let room: Row<'rooms'>
beforeAll(async () => {
  workspace = await createWorkspace(db)
  ;[ann, outsider] = await Promise.all([createMember(db, workspace, 'editor'), createMember(db, workspace, 'editor')])
  room = await db.call(ann, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'mergers', private: true })
}, 60_000)
afterAll(() => db.drop())

const say = (text = 'We buy Contoso') => db.call(ann, 'send_message', { id: randomUUID(), room_id: room.id, text })
const make = (by: User, message_id: string, spaceId = workspace.general.id) =>
  createTask(db, workspace, { by, title: 'Look into it', spaceId, fields: { message_id } })
const stored = async (id: string) => (await db.admin<Row<'tasks'>[]>`select * from atrium.tasks where id = ${id}`)[0]
const gone = { code: 'PT404', detail: 'message_not_found' }

test('[TASK13] a task keeps the message of which it was made, and nobody gives it another one', async () => {
  const [message, other] = [await say(), await say()]
  const task = await make(ann, message.id)
  expect(task).toMatchObject({ title: 'Look into it', description: '', message_id: message.id })
  await expect(db.as(ann, (sql) => sql`update atrium.tasks set message_id = ${other.id} where id = ${task.id}`)).rejects.toMatchObject({
    code: '42501',
  })
  // The same call again is answered, also when the message has gone meanwhile.
  await db.call(ann, 'delete_message', { id: message.id })
  const again = { id: task.id, space_id: workspace.general.id, title: 'Look into it', fields: { message_id: message.id } }
  expect(await db.call(ann, 'create_task', again)).toMatchObject({ id: task.id, message_id: message.id })
})

test('[TASK13] of a message that one does not see, of another workspace, deleted or unknown no task is made', async () => {
  const elsewhere = await createWorkspace(db)
  await db.admin`insert into atrium.members (workspace_id, user_id, role) values (${elsewhere.id}, ${ann.id}, 'editor')`
  const [message, deleted] = [await say(), await say()]
  await db.call(ann, 'delete_message', { id: deleted.id })
  const before = await db.admin`select space_id, last_number from atrium.task_boards order by space_id`
  await expect(make(outsider, message.id)).rejects.toMatchObject(gone)
  await expect(make(workspace.owner, message.id)).rejects.toMatchObject(gone)
  await expect(make(ann, message.id, elsewhere.general.id)).rejects.toMatchObject(gone)
  await expect(make(ann, randomUUID())).rejects.toMatchObject(gone)
  await expect(make(ann, deleted.id)).rejects.toMatchObject({ code: 'PT410', detail: 'message_deleted' })
  await expect(make(ann, 'no id')).rejects.toMatchObject({ code: 'PT422', detail: 'fields_invalid' })
  expect(await db.admin`select space_id, last_number from atrium.task_boards order by space_id`).toEqual(before)
})

test('[TASK13] who may not read the room learns nothing of it or the message from the task, its history, its events or its feed', async () => {
  const message = await say()
  const task = await make(ann, message.id)
  await db.call(ann, 'assign_task', { task_id: task.id, user_id: outsider.id })
  const told = await db.as(outsider, async (sql) => [
    await sql`select * from atrium.tasks where id = ${task.id}`,
    await sql`select * from atrium.task_activity where task_id = ${task.id}`,
    await sql`select * from atrium.notifications where object_id = ${task.id}`,
    await sql`select * from atrium.messages where id = ${message.id}`,
    await sql`select * from atrium.rooms where id = ${room.id}`,
  ])
  expect(told.map((rows) => rows.length)).toEqual([1, expect.any(Number), 1, 0, 0])
  const events = await db.admin`select payload from realtime.messages where payload::text like ${`%${task.id}%`} and topic like 'space:%'`
  const feed = await db.call(outsider, 'pull', { scopes: [{ id: workspace.general.id, cursor: null }] })
  for (const heard of [told, events, feed].map((part) => JSON.stringify(part))) {
    expect(heard).toContain(task.id)
    for (const secret of ['mergers', 'Contoso', room.id]) expect(heard).not.toContain(secret)
  }
})

test('[TASK13] a message that goes for ever leaves its tasks, in the trash too', async () => {
  const message = await say()
  const [task, trashed] = [await make(ann, message.id), await make(ann, message.id)]
  await db.as(ann, (sql) => sql`update atrium.tasks set trashed_at = now() where id = ${trashed.id}`)
  await db.admin`delete from atrium.messages where id = ${message.id}`
  expect(await stored(task.id)).toMatchObject({ message_id: null, trashed_at: null })
  expect(await stored(trashed.id)).toMatchObject({ message_id: null, trashed_at: expect.any(Date) })
})
