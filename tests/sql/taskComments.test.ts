import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { ACTORS, type Actor, createCast, createTask, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let cast: Record<Actor, User>
beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
}, 60_000)
afterAll(() => db.drop())
beforeEach(async () => {
  await db.admin`delete from atrium.notifications`
})

type Fields = NonNullable<Parameters<typeof createTask>[2]>['fields']
const create = (by: User, fields: Fields = {}) => createTask(db, workspace, { title: 'Ship it', by, ...(fields && { fields }) })
const say = (by: User, task_id: string, text = 'Well', content: object | null = null, id: string = randomUUID()) =>
  db.call(by, 'comment_on_task', { id, task_id, text, content: content as never })
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code: string; detail?: string }) => error.detail ?? error.code,
  )
const mention = (...people: User[]) => ({
  type: 'doc',
  content: [{ type: 'paragraph', content: people.map(({ id }) => ({ type: 'mention', attrs: { kind: 'person', id, label: 'you' } })) }],
})
const inbox = (who: User) => db.call(who, 'my_inbox', { workspace_id: workspace.id })
const kinds = async (who: User) => (await inbox(who)).map(({ kind }) => kind).sort()
const seen = (who: User, task: string) => db.as(who, (sql) => sql`select id from atrium.task_comments where task_id = ${task}`)
const level = (who: User, object_type: string, object_id: string, to: string | null) =>
  db.call(who, 'set_notification_level', { object_type, object_id, level: to as string })
const columns = () => db.admin`select id, name from atrium.task_statuses where space_id = ${workspace.general.id} order by position`
const patch = (who: User, id: string, change: Record<string, unknown>) =>
  db.as(who, (sql) => sql`update atrium.tasks set ${sql(change as never)} where id = ${id}`)

test('[TASK30] who may see the task reads comments, commenters write them, and the trash closes them to all but editors', async () => {
  const task = await create(cast.editor)
  await say(cast.editor, task.id)
  const rights = await Promise.all(
    ACTORS.map(async (actor) => [(await seen(cast[actor], task.id)).length > 0, await outcome(say(cast[actor], task.id))]),
  )
  const [gone, low] = ['task_not_found', 'role_too_low']
  expect(rights).toEqual([
    [false, gone],
    [false, gone],
    [true, low],
    [true, 'done'],
    [true, 'done'],
    [true, 'done'],
    [true, 'done'],
    [false, gone],
  ])
  await patch(cast.editor, task.id, { trashed_at: new Date() })
  expect([await seen(cast.commenter, task.id), (await seen(cast.editor, task.id)).length > 0]).toEqual([[], true])
  expect([await outcome(say(cast.commenter, task.id)), await outcome(say(cast.editor, task.id))]).toEqual([gone, 'task_trashed'])
  await patch(cast.editor, task.id, { trashed_at: null })
  expect((await seen(cast.viewer, task.id)).length).toBeGreaterThan(0)
})

test('[TASK30] nobody writes comments past the functions', async () => {
  const task = await create(cast.editor)
  const said = await say(cast.commenter, task.id)
  for (const statement of [
    `insert into atrium.task_comments (task_id, space_id, text) values ('${task.id}', '${workspace.general.id}', 'x')`,
    `update atrium.task_comments set text = 'x' where id = '${said.id}'`,
    `delete from atrium.task_comments where id = '${said.id}'`,
  ])
    expect(await outcome(db.as(cast.owner, (sql) => sql.unsafe(statement)))).toBe('42501')
})

test('[TASK31] a comment is what messages are: checked, with plain text beside, and the same call again makes no second', async () => {
  const task = await create(cast.editor)
  const list = {
    type: 'bulletList',
    content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'One' }] }] }],
  }
  const said = await say(cast.commenter, task.id, 'other words', { type: 'doc', content: [list] })
  expect(said).toMatchObject({ text: 'One', author_id: cast.commenter.id, mentions: [] })
  expect(await say(cast.commenter, task.id, 'again', null, said.id)).toEqual(said)
  expect(await outcome(say(cast.editor, task.id, 'mine', null, said.id))).toBe('id_taken')
  const cases: [string | null, object | null, string][] = [
    ['', null, 'text_required'],
    ['\u200b ', null, 'text_required'],
    [null, null, 'text_required'],
    ['x'.repeat(20_001), null, 'text_too_long'],
    ['x', { type: 'doc', content: [{ type: 'script' }] }, 'content_invalid'],
    [
      'x',
      {
        type: 'doc',
        content: [
          { type: 'paragraph', content: [{ type: 'text', text: 'a', marks: [{ type: 'link', attrs: { href: 'javascript:1' } }] }] },
        ],
      },
      'content_invalid',
    ],
  ]
  for (const [text, content, expected] of cases) {
    expect(await outcome(say(cast.commenter, task.id, text as string, content))).toBe(expected)
    expect(await outcome(db.call(cast.commenter, 'edit_task_comment', { id: said.id, text, content: content as never }))).toBe(expected)
  }
  expect(await seen(cast.viewer, task.id)).toHaveLength(1)
})

test('[TASK31] its author edits a comment, he and editors delete it, and nothing is left of the words', async () => {
  const task = await create(cast.editor)
  const said = await say(cast.commenter, task.id)
  const edit = (who: User) => db.call(who, 'edit_task_comment', { id: said.id, text: 'Better' })
  const remove = (who: User, id = said.id) => db.call(who, 'delete_task_comment', { id })
  expect(await outcome(edit(cast.owner))).toBe('not_the_author')
  expect(await edit(cast.commenter)).toMatchObject({ text: 'Better', edited_at: expect.anything() })
  const other = await say(cast.editor, task.id)
  expect(await outcome(remove(cast.commenter, other.id))).toBe('not_the_author')
  expect(await remove(cast.admin)).toMatchObject({ text: null, content: null, mentions: [] })
  expect(await outcome(edit(cast.commenter))).toBe('comment_deleted')
  expect(await outcome(remove(cast.stranger, other.id))).toBe('comment_not_found')
})

test('[TASK32] who made a task, is to do it or spoke watches it; one’s own word for the task, its space or the workspace counts more', async () => {
  const task = await create(cast.editor)
  const watches = (who: User) => db.call(who, 'watches_task', { task_id: task.id })
  expect([await watches(cast.editor), await watches(cast.commenter), await watches(cast.admin)]).toEqual([true, false, false])
  await say(cast.commenter, task.id)
  await db.call(cast.editor, 'assign_task', { task_id: task.id, user_id: cast.admin.id })
  expect([await watches(cast.commenter), await watches(cast.admin)]).toEqual([true, true])
  await level(cast.admin, 'space', workspace.general.id, 'mentions')
  await level(cast.viewer, 'task', task.id, 'all')
  await level(cast.editor, 'task', task.id, 'mentions')
  expect([await watches(cast.admin), await watches(cast.viewer), await watches(cast.editor)]).toEqual([false, true, false])
  await Promise.all([level(cast.admin, 'space', workspace.general.id, null), level(cast.editor, 'task', task.id, null)])
  expect(await outcome(level(cast.stranger, 'task', task.id, 'all'))).toBe('task_not_found')
  await db.call(cast.editor, 'set_notification_settings', { settings: { watch_own: false } })
  expect(await watches(cast.editor)).toBe(false)
  await db.call(cast.editor, 'set_notification_settings', { settings: { watch_own: true } })
})

test('[TASK33] a comment is told once to each: whom it mentions and who watches, but not to its author nor to who muted the task', async () => {
  const task = await create(cast.editor)
  await level(cast.admin, 'task', task.id, 'nothing')
  const said = await say(cast.commenter, task.id, '', mention(cast.viewer, cast.admin, cast.stranger, cast.commenter))
  expect(said.mentions.toSorted()).toEqual([cast.viewer.id, cast.admin.id, cast.commenter.id].toSorted())
  expect(await Promise.all([cast.viewer, cast.editor, cast.admin, cast.commenter].map(kinds))).toEqual([
    ['task_mention'],
    ['task_comment'],
    [],
    [],
  ])
  expect(await inbox(cast.editor)).toMatchObject([
    {
      object_type: 'task',
      object_id: task.id,
      object_name: 'Ship it',
      detail: expect.stringMatching(/-\d+$/),
      excerpt: '@you@you@you@you',
      source_id: said.id,
    },
  ])
  await db.call(cast.commenter, 'edit_task_comment', { id: said.id, text: 'Nobody' })
  expect([await kinds(cast.viewer), (await inbox(cast.editor))[0]?.excerpt]).toEqual([[], 'Nobody'])
  await db.call(cast.commenter, 'delete_task_comment', { id: said.id })
  expect(await kinds(cast.editor)).toEqual([])
})

test('[TASK33] who is given a task hears of it until it is taken back, and nobody hears of what he does himself', async () => {
  const task = await create(cast.editor, { assignees: [cast.viewer.id, cast.editor.id] })
  expect([await kinds(cast.viewer), await kinds(cast.editor)]).toEqual([['task_assigned'], []])
  await db.call(cast.editor, 'assign_task', { task_id: task.id, user_id: cast.viewer.id, assigned: false })
  expect(await kinds(cast.viewer)).toEqual([])
  await db.call(cast.editor, 'assign_task', { task_id: task.id, user_id: cast.viewer.id })
  expect(await inbox(cast.viewer)).toMatchObject([{ kind: 'task_assigned', actor_names: ['editor'], source_id: task.id }])
})

test('[TASK33] who watches hears of a new column: one notification until he has read it, with the column of now', async () => {
  const task = await create(cast.editor)
  const [, doing, done] = await columns()
  await patch(cast.admin, task.id, { status_id: doing?.id })
  await patch(cast.owner, task.id, { status_id: done?.id })
  await patch(cast.owner, task.id, { priority: 2 })
  expect(await inbox(cast.editor)).toMatchObject([{ kind: 'task_status', excerpt: 'Done', actor_names: ['admin', 'Owner'] }])
  await db.call(cast.editor, 'mark_object_read', { object_type: 'task', object_id: task.id })
  await patch(cast.admin, task.id, { status_id: doing?.id })
  expect(await kinds(cast.editor)).toEqual(['task_status', 'task_status'])
  await patch(cast.editor, task.id, { status_id: done?.id })
  expect(await kinds(cast.editor)).toEqual(['task_status', 'task_status'])
})

test('[TASK33] who may not read a task any more is told nothing of it', async () => {
  const task = await create(cast.editor, { assignees: [cast.viewer.id] })
  expect(await kinds(cast.viewer)).toEqual(['task_assigned'])
  const told = () => db.as(cast.viewer, (sql) => sql`select id from atrium.notifications`)
  expect(await told()).toHaveLength(1)
  await patch(cast.editor, task.id, { trashed_at: new Date() })
  expect([await kinds(cast.viewer), await db.call(cast.viewer, 'inbox_count', { workspace_id: workspace.id }), await told()]).toEqual([
    [],
    0,
    [],
  ])
  await patch(cast.editor, task.id, { trashed_at: null })
  expect(await kinds(cast.viewer)).toEqual(['task_assigned'])
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: cast.viewer.id })
  expect(await told()).toEqual([])
  await db.call(workspace.owner, 'reactivate_member', { workspace_id: workspace.id, user_id: cast.viewer.id })
})

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const fire = async (at: string) => (await db.admin`select atrium_private.fire_task_reminders(${at}::timestamptz) as fired`)[0]?.fired

test('[TASK34] the day of a task is told at eight in the morning where each person lives, once, and again when the day moves', async () => {
  await db.call(cast.viewer, 'set_notification_settings', { settings: { time_zone: 'Asia/Tokyo' } })
  await db.call(cast.admin, 'set_notification_settings', { settings: { time_zone: 'America/New_York' } })
  const task = await create(cast.editor, { due_on: day(10), assignees: [cast.viewer.id, cast.admin.id] })
  await db.admin`delete from atrium.notifications`
  // Eight in Tokyo is eleven in the evening before in UTC.
  expect(await fire(`${day(9)}T22:59:00Z`)).toBe(0)
  expect([await fire(`${day(9)}T23:01:00Z`), await fire(`${day(9)}T23:02:00Z`)]).toEqual([1, 0])
  expect([await inbox(cast.viewer), await kinds(cast.admin)]).toMatchObject([[{ kind: 'task_due', excerpt: day(10), actors: [] }], []])
  expect(await fire(`${day(10)}T14:00:00Z`)).toBe(1)
  expect([await kinds(cast.admin), await kinds(cast.editor)]).toEqual([['task_due'], []])
  await patch(cast.editor, task.id, { due_on: day(20) })
  expect([await kinds(cast.viewer), await fire(`${day(10)}T15:00:00Z`)]).toEqual([[], 0])
  expect([await fire(`${day(19)}T23:01:00Z`), await kinds(cast.viewer)]).toEqual([1, ['task_due']])
})

test('[TASK34] a task with a time is told an hour before; one that nobody is to do to its author; one that is done to nobody', async () => {
  const at = `${day(30)}T15:30:00.000Z`
  const task = await create(cast.editor, { due_on: day(30), due_at: at })
  expect([await fire(`${day(30)}T14:29:00Z`), await fire(`${day(30)}T14:31:00Z`)]).toEqual([0, 1])
  expect(await inbox(cast.editor)).toMatchObject([{ kind: 'task_due', excerpt: `${day(30)} 15:30` }])
  const [, , done] = await columns()
  await patch(cast.editor, task.id, { status_id: done?.id })
  expect([await kinds(cast.editor), await fire(`${day(30)}T14:32:00Z`)]).toEqual([[], 0])
})

test('[TASK34] nobody is reminded who switched it off, muted the task, may not see it, or chose the day when its morning was over', async () => {
  await create(cast.editor, { due_on: day(0), due_at: new Date(Date.now() + 600_000).toISOString() })
  expect(await fire(new Date(Date.now() + 60_000).toISOString())).toBe(0)
  const task = await create(cast.editor, { due_on: day(40) })
  const morning = `${day(40)}T08:01:00Z`
  await level(cast.editor, 'task', task.id, 'nothing')
  expect(await fire(morning)).toBe(0)
  await level(cast.editor, 'task', task.id, null)
  await db.call(cast.editor, 'set_notification_settings', { settings: { channels: { task_due: { inbox: false } } } })
  expect(await fire(morning)).toBe(0)
  await db.call(cast.editor, 'set_notification_settings', { settings: { channels: {} } })
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: cast.editor.id })
  expect(await fire(morning)).toBe(0)
  await db.call(workspace.owner, 'reactivate_member', { workspace_id: workspace.id, user_id: cast.editor.id })
  expect([await fire(`${day(40)}T21:00:00Z`), await fire(morning)]).toEqual([0, 1])
})
