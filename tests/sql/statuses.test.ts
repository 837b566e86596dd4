import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Functions } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { ACTORS, type Actor, createCast, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let cast: Record<Actor, User>
beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
}, 60_000)
afterAll(() => db.drop())

const set = (who: User, status: Functions['set_status']['Args']) => db.call(who, 'set_status', status)
const seenBy = (who: User) =>
  db.as(who, (sql) => sql<{ user_id: string; text: string }[]>`select user_id, text, emoji from atrium.statuses order by text`)
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
const endNow = (who: User) => db.admin`update atrium.statuses set ends_at = now() - interval '1 second' where user_id = ${who.id}`

test('[STAT1] a status is seen by the people with whom its person shares a workspace, and written by himself alone', async () => {
  await set(cast.editor, { emoji: '🏝️', text: '  On   holiday ', ends_at: inAnHour() })
  const seen = await Promise.all(ACTORS.map(async (actor) => (await seenBy(cast[actor])).length))
  // A guest sees those with whom he shares something; somebody suspended shares nothing.
  expect(Object.fromEntries(ACTORS.map((actor, index) => [actor, seen[index]]))).toEqual({
    stranger: 0,
    guest: 0,
    viewer: 1,
    commenter: 1,
    editor: 1,
    admin: 1,
    owner: 1,
    suspended: 0,
  })
  expect(await seenBy(cast.viewer)).toEqual([{ user_id: cast.editor.id, text: 'On holiday', emoji: '🏝️' }])
  const room = await db.call(cast.editor, 'create_room', {
    id: randomUUID(),
    space_id: workspace.general.id,
    name: 'with guests',
    private: true,
  })
  await db.call(cast.editor, 'add_room_member', { room_id: room.id, user_id: cast.guest.id })
  expect(await seenBy(cast.guest)).toHaveLength(1)
  for (const write of [
    `update atrium.statuses set text = 'forged'`,
    `delete from atrium.statuses`,
    `insert into atrium.statuses (user_id, text) values ('${cast.owner.id}', 'forged')`,
  ]) {
    await expect(db.as(cast.owner, (sql) => sql.unsafe(write))).rejects.toMatchObject({ code: '42501' })
  }
  await db.call(cast.owner, 'clear_status', {})
  expect(await seenBy(cast.viewer)).toHaveLength(1)
  await db.call(cast.editor, 'clear_status', {})
  expect(await seenBy(cast.viewer)).toEqual([])
})

test('[STAT2] a status whose time is over is seen by nobody, himself neither, though nothing has touched its row', async () => {
  await set(cast.editor, { text: 'In a meeting', ends_at: inAnHour() })
  expect(await seenBy(cast.editor)).toHaveLength(1)
  await endNow(cast.editor)
  expect([await seenBy(cast.editor), await seenBy(cast.owner)]).toEqual([[], []])
  await set(cast.editor, { text: 'Here again' })
  expect(await seenBy(cast.owner)).toMatchObject([{ text: 'Here again' }])
})

// biome-ignore format: the table is the specification
test.for([
  [{},                                                'status_required'],
  [{ emoji: '', text: '' },                           'status_required'],
  [{ emoji: '<b>' },                                  'emoji_invalid'],
  [{ emoji: 'x' },                                    'emoji_invalid'],
  [{ emoji: '🌴'.repeat(17) },                        'emoji_invalid'],
  [{ text: 'x'.repeat(101) },                         'text_too_long'],
  [{ text: '\u202egpj.exe' },                         'text_invalid'],
  [{ text: '\u200b' },                                'text_required'],
  [{ text: 'Late', ends_at: '2001-01-01T00:00:00Z' }, 'ends_at_invalid'],
] as const)('[STAT3] the status %j is refused with %s', async ([status, detail]) => {
  await expect(set(cast.viewer, status)).rejects.toMatchObject({ code: 'PT422', detail })
})

test('[STAT4] a change is told with its row to the workspaces of the person and to himself, and only a change', async () => {
  await db.admin`delete from atrium.statuses`
  const [place] = await db.admin<{ epoch: number }[]>`select epoch from atrium.workspaces where id = ${workspace.id}`
  const sent = async (action: () => Promise<unknown>) => {
    await db.admin`delete from realtime.messages`
    await action()
    return db.admin`select topic, payload - 'id' as payload from realtime.messages where event = 'status' order by topic desc`
  }
  const topics = [`workspace:${workspace.id}:${place?.epoch}`, `user:${cast.viewer.id}`]
  const busy = { user_id: cast.viewer.id, emoji: '', text: 'Busy', do_not_disturb: true, ends_at: null }
  expect(await sent(() => set(cast.viewer, { text: 'Busy', do_not_disturb: true }))).toEqual(
    topics.map((topic) => ({ topic, payload: busy })),
  )
  expect(await sent(() => set(cast.viewer, { text: 'Busy', do_not_disturb: true }))).toEqual([])
  expect(await sent(() => db.call(cast.viewer, 'clear_status', {}))).toEqual(
    topics.map((topic) => ({ topic, payload: { user_id: cast.viewer.id } })),
  )
  expect(await sent(() => db.call(cast.viewer, 'clear_status', {}))).toEqual([])
  // Where he is suspended nobody hears of him.
  expect(await sent(() => set(cast.suspended, { text: 'Still here' }))).toMatchObject([{ topic: `user:${cast.suspended.id}` }])
})

test('[NOTE19] while somebody is not to be disturbed nothing is pushed or mailed to him; afterwards it is, once', async () => {
  const { editor, viewer } = cast
  await db.admin`
    insert into atrium.push_subscriptions (user_id, endpoint, p256dh, auth)
    values (${viewer.id}, 'https://push.example.com/one', ${'p'.repeat(87)}, ${'a'.repeat(22)})`
  const room = await db.call(editor, 'open_direct', { workspace_id: workspace.id, people: [viewer.id] })
  await db.call(editor, 'send_message', { id: randomUUID(), room_id: room.id, text: 'Psst' })
  const due = () => db.admin`update atrium_private.notification_deliveries set due_at = now() - interval '1 second'`
  const queue = async () => {
    await due()
    await db.admin`select atrium_private.queue_notifications()`
    const jobs = await db.admin<{ channel: string }[]>`
      select data ->> 'channel' as channel from pgboss.job
      where name = 'send_notifications' and data ->> 'user_id' = ${viewer.id} order by 1`
    return jobs.map(({ channel }) => channel)
  }
  await set(viewer, { do_not_disturb: true })
  expect(await queue()).toEqual([])
  // It is asked again soon, as he may end it at any time.
  const [next] = await db.admin`select max(due_at) < now() + interval '5 minutes' as soon, min(due_at) > now() as later
    from atrium_private.notification_deliveries where user_id = ${viewer.id}`
  expect(next).toEqual({ soon: true, later: true })
  await set(viewer, { text: 'Open to questions' })
  expect(await queue()).toEqual(['mail', 'push'])
  expect(await queue()).toEqual(['mail', 'push'])
  await db.admin`delete from pgboss.job where name = 'send_notifications'`
  await db.call(editor, 'send_message', { id: randomUUID(), room_id: room.id, text: 'Psst again' })
  await set(viewer, { do_not_disturb: true, ends_at: inAnHour() })
  expect(await queue()).toEqual([])
  await endNow(viewer)
  expect(await queue()).toEqual(['mail', 'push'])
})
