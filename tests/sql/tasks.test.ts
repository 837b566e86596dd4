import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Functions, Row } from '../../sql/types.gen.ts'
import { createDatabase, type Person } from '../support/database.ts'
import {
  ACTORS,
  type Actor,
  createCast,
  createMember,
  createTask,
  createWorkspace,
  type User,
  type Workspace,
} from '../support/factories.ts'

type Task = Row<'tasks'>
const db = await createDatabase()
let workspace: Workspace
let cast: Record<Actor, User>
let space: string
let columns: Row<'task_statuses'>[]
beforeAll(async () => {
  workspace = await createWorkspace(db)
  space = workspace.general.id
  cast = await createCast(db, workspace)
  columns = await db.admin<Row<'task_statuses'>[]>`select * from atrium.task_statuses where space_id = ${space} order by position`
}, 60_000)
afterAll(() => db.drop())

type Fields = NonNullable<Functions['create_task']['Args']['fields']>
const create = (title: string, fields: Fields = {}) => createTask(db, workspace, { title, by: cast.editor, fields })
const column = (name: string) => columns.find((known) => known.name === name)?.id ?? ''
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code: string; detail?: string }) => error.detail ?? error.code,
  )
/** What REST does with a PATCH; how many rows it changed. */
const patch = (person: Person, id: string, changes: Record<string, unknown>, table = 'tasks') =>
  db.as(person, async (sql) => {
    const names = Object.keys(changes)
    const set = names.map((name, index) => `${name} = $${index + 2}`).join(', ')
    return (await sql.unsafe(`update atrium.${table} set ${set} where id = $1`, [id, ...Object.values(changes)] as never[])).count
  })
const stored = async (id: string) => {
  const [task] = await db.admin<Task[]>`select * from atrium.tasks where id = ${id}`
  if (!task) throw new Error('The task is gone')
  return task
}
const changes = (id: string) => db.admin`select field, actor_id, before, after from atrium.task_activity where task_id = ${id} order by id`

test('[TASK1] a space gets a board with a free key and four columns', async () => {
  const names = ['Marketing', 'Marketing', '日本', '7 seas', 'Ünï']
  const keys = await Promise.all(
    names.map(async (name) => {
      const made = await db.call(workspace.owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name })
      const [board] = await db.admin`select key from atrium.task_boards where space_id = ${made.id}`
      return board?.key
    }),
  )
  expect(keys.sort()).toEqual(['MARK', 'MARK2', 'SEAS', 'T', 'UNI'])
  expect(columns.map(({ name, stage }) => `${name}: ${stage}`)).toEqual([
    'To do: todo',
    'In progress: doing',
    'Done: done',
    'Cancelled: cancelled',
  ])
})

test('[TASK1] the key of a board is changed by admins of the space to one that is free', async () => {
  const rename = (person: Person, key: string) =>
    outcome(db.as(person, async (sql) => (await sql`update atrium.task_boards set key = ${key} where space_id = ${space}`).count))
  expect(await rename(cast.admin, 'mark')).toBe('key_taken')
  for (const key of ['', '1A', 'A-B', 'ABCDEFGHIJK', 'Ä']) expect([key, await rename(cast.admin, key)]).toEqual([key, 'key_invalid'])
  expect(await rename(cast.admin, ' gen2 ')).toBe('done')
  expect((await db.admin`select key from atrium.task_boards where space_id = ${space}`)[0]?.key).toBe('GEN2')
  await rename(cast.admin, 'GENE')
})

test('[TASK1] tasks made at once are numbered one after the other, and one made again is the same one', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, (_, index) => create(`Task ${index}`)))
  const numbers = made.map(({ number }) => number).sort((one, other) => one - other)
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index))
  const id = randomUUID()
  const again = (by: User, title: string) => db.call(by, 'create_task', { id, space_id: space, title })
  const first = await again(cast.editor, 'Once')
  expect(await again(cast.editor, 'Twice')).toEqual(first)
  expect(await outcome(again(cast.admin, 'Mine'))).toBe('id_taken')
  expect((await create('Next')).number).toBe(first.number + 1)
})

test('[TASK2] who may do what with tasks, columns and labels', async () => {
  const task = await create('Rights')
  const rights = await Promise.all(
    ACTORS.map(async (actor) => {
      const done = []
      const who = cast[actor]
      if ((await db.as(who, (sql) => sql`select from atrium.tasks where id = ${task.id}`)).length) done.push('sees')
      if (await patch(who, task.id, { priority: 1 })) done.push('changes')
      for (const [what, statement] of [
        ['column', `insert into atrium.task_statuses (space_id, name, stage, position) values ('${space}', 'More', 'todo', 'b00')`],
        ['label', `insert into atrium.task_labels (space_id, name) values ('${space}', '${actor}')`],
      ] as const)
        if ((await outcome(db.trial(who, (sql) => sql.unsafe(statement)))) === 'done') done.push(what)
      return done.join(' ')
    }),
  )
  const all = 'sees changes column label'
  expect(rights).toEqual(['', '', 'sees', 'sees', all, all, all, ''])
})

test('[TASK2] nobody writes a task into another space, or the columns that are not his to write', async () => {
  const task = await create('Mine')
  const other = await createWorkspace(db)
  expect(await outcome(patch(cast.editor, task.id, { space_id: other.general.id }))).toBe('42501')
  expect(await outcome(patch(cast.editor, task.id, { number: 1 }))).toBe('42501')
  expect(await outcome(patch(cast.editor, task.id, { assignees: [other.owner.id] }))).toBe('42501')
  expect(await outcome(db.as(cast.editor, (sql) => sql`insert into atrium.tasks (space_id) values (${space})`))).toBe('42501')
  const foreign = await createTask(db, other)
  expect(await outcome(patch(cast.editor, task.id, { parent_id: foreign.id }))).toBe('parent_not_found')
  const [theirs] = await db.admin`select id from atrium.task_statuses where space_id = ${other.general.id} limit 1`
  expect(await outcome(patch(cast.editor, task.id, { status_id: theirs?.id }))).toBe('status_not_found')
  const [label] = await db.admin`insert into atrium.task_labels (space_id, name) values (${other.general.id}, 'theirs') returning id`
  expect(await outcome(patch(cast.editor, task.id, { labels: [label?.id] }))).toBe('label_not_found')
  // The name is taken there, which he does not learn.
  const probe = (name: string) =>
    db.as(cast.editor, (sql) => sql`insert into atrium.task_labels (space_id, name) values (${other.general.id}, ${name})`)
  expect([await outcome(probe('theirs')), await outcome(probe('free'))]).toEqual(['42501', '42501'])
})

test('[TASK2] in an archived space tasks are read and not changed', async () => {
  const place = await db.call(workspace.owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Old' })
  const task = await createTask(db, workspace, { spaceId: place.id })
  await db.call(workspace.owner, 'archive_space', { space_id: place.id })
  expect(await patch(workspace.owner, task.id, { title: 'New' })).toBe(0)
  expect(await outcome(createTask(db, workspace, { spaceId: place.id }))).toBe('space_archived')
  expect(await outcome(db.call(workspace.owner, 'assign_task', { task_id: task.id, user_id: workspace.owner.id }))).toBe('space_archived')
  expect(await db.as(cast.viewer, (sql) => sql`select from atrium.tasks where id = ${task.id}`)).toHaveLength(1)
})

const item = { id: 'a', text: 'x', done: false }
const BAD = [
  ['title', '', 'title_required'],
  ['title', 'x'.repeat(301), 'title_too_long'],
  ['title', 'a\u202eb', 'title_invalid'],
  ['description', 'x'.repeat(50_001), 'description_too_long'],
  ['priority', 5, 'priority_invalid'],
  ['priority', -1, 'priority_invalid'],
  ['estimate', -1, 'estimate_invalid'],
  ['due_on', 'infinity', 'date_invalid'],
  ['due_at', 'infinity', 'date_invalid'],
  ['start_on', '0001-01-01', 'date_invalid'],
  ['checklist', { ...item }, 'checklist_invalid'],
  ['checklist', [{ ...item, more: 1 }], 'checklist_invalid'],
  ['checklist', [{ id: 'a', text: 1, done: false }], 'checklist_invalid'],
  ['checklist', Array(201).fill(item), 'checklist_invalid'],
  ['position', 'x', 'position_invalid'],
  ['status_id', randomUUID(), 'status_not_found'],
  ['labels', [randomUUID()], 'label_not_found'],
  ['parent_id', randomUUID(), 'parent_not_found'],
] as const
test.for(BAD)('[TASK3] the %s %o is refused', async ([field, value, expected]) => {
  const task = await create('Good')
  const set = value === 'infinity' ? `${field} = 'infinity'` : `${field} = $2`
  const change = db.as(cast.editor, (sql) =>
    sql.unsafe(`update atrium.tasks set archived_at = now(), ${set} where id = $1`, [
      task.id,
      ...(value === 'infinity' ? [] : [value]),
    ] as never[]),
  )
  expect(await outcome(change)).toBe(expected)
  expect(await stored(task.id)).toMatchObject({ title: 'Good', archived_at: null })
  if (field === 'title') return
  const id = randomUUID()
  expect(
    await outcome(db.call(cast.editor, 'create_task', { id, space_id: space, title: 'Bad', fields: { [field]: value } as Fields })),
  ).toBe(expected)
  expect(await db.admin`select from atrium.tasks where id = ${id}`).toHaveLength(0)
})

test('[TASK3] a new task has no unknown fields and none of the wrong kind', async () => {
  const make = (fields: unknown) =>
    outcome(db.call(cast.editor, 'create_task', { id: randomUUID(), space_id: space, title: 'New', fields: fields as Fields }))
  expect(await make({ number: 1 })).toBe('field_unknown')
  expect(await make({ created_by: cast.owner.id })).toBe('field_unknown')
  for (const fields of [
    { priority: 'x' },
    { due_on: 'soon' },
    { due_on: '2026-02-30' },
    { labels: 'x' },
    { assignees: ['x'] },
    ['x'],
    { priority: 1e20 },
  ])
    expect([fields, await make(fields)]).toEqual([fields, 'fields_invalid'])
})

test('[TASK3] a time of the day has its day, and a new day has no time', async () => {
  const task = await create('Due', { due_at: '2026-12-24T17:00:00Z' })
  expect(task).toMatchObject({ due_on: '2026-12-24' })
  await patch(cast.editor, task.id, { due_on: '2026-12-25' })
  const [after] = await db.admin`select due_on::text, due_at from atrium.tasks where id = ${task.id}`
  expect(after).toEqual({ due_on: '2026-12-25', due_at: null })
})

test('[TASK4] a task is closed and opened by its column', async () => {
  const task = await create('Close')
  expect(task.closed_at).toBeNull()
  await patch(cast.editor, task.id, { status_id: column('Done') })
  const closed = await stored(task.id)
  expect(closed.closed_at).not.toBeNull()
  await patch(cast.editor, task.id, { status_id: column('Cancelled') })
  expect((await stored(task.id)).closed_at).toEqual(closed.closed_at)
  await patch(cast.editor, task.id, { status_id: column('In progress') })
  expect((await stored(task.id)).closed_at).toBeNull()
})

test('[TASK4] a column that means something else, or goes, takes its tasks along', async () => {
  const [review] = await db.as(
    cast.editor,
    (sql) =>
      sql`insert into atrium.task_statuses (space_id, name, stage, position) values (${space}, 'Review', 'doing', 'a1V') returning id`,
  )
  const task = await create('Review me', { status_id: review?.id })
  await patch(cast.editor, review?.id, { stage: 'done' }, 'task_statuses')
  expect((await stored(task.id)).closed_at).not.toBeNull()
  await patch(cast.editor, review?.id, { stage: 'doing' }, 'task_statuses')
  expect((await stored(task.id)).closed_at).toBeNull()
  const remove = (to: string) => outcome(db.call(cast.editor, 'delete_task_status', { status_id: review?.id, move_to: to }))
  expect([await remove(randomUUID()), await remove(review?.id)]).toEqual(['target_not_found', 'target_not_found'])
  expect(await remove(column('Done'))).toBe('done')
  expect(await stored(task.id)).toMatchObject({ status_id: column('Done'), closed_at: expect.any(Date) })
})

test('[TASK5] a task is no part of itself, also when two changes cross', async () => {
  const [top, middle, leaf] = [await create('Top'), await create('Middle'), await create('Leaf')]
  await patch(cast.editor, middle.id, { parent_id: top.id })
  await patch(cast.editor, leaf.id, { parent_id: middle.id })
  expect(await outcome(patch(cast.editor, top.id, { parent_id: leaf.id }))).toBe('cycle')
  for (let round = 0; round < 5; round++) {
    const [one, other] = [await create('One'), await create('Other')]
    const outcomes = await Promise.all([
      outcome(patch(cast.editor, one.id, { parent_id: other.id })),
      outcome(patch(cast.admin, other.id, { parent_id: one.id })),
    ])
    expect(outcomes.sort()).toEqual(['cycle', 'done'])
  }
})

test('[TASK5] a task does not wait for itself, also when two changes cross', async () => {
  const wait = (by: User, task: Task, other: Task, waits = true) =>
    outcome(db.call(by, 'set_task_dependency', { task_id: task.id, blocked_by: other.id, waits }))
  const [first, second, third] = [await create('1'), await create('2'), await create('3')]
  expect([await wait(cast.editor, second, first), await wait(cast.editor, third, second)]).toEqual(['done', 'done'])
  expect([await wait(cast.editor, first, third), await wait(cast.editor, first, first)]).toEqual(['cycle', 'cycle'])
  expect(
    (await Promise.all([wait(cast.editor, second, first, false), wait(cast.admin, first, second)])).every((done) =>
      /done|cycle/.test(done),
    ),
  ).toBe(true)
  for (let round = 0; round < 5; round++) {
    const [one, other] = [await create('One'), await create('Other')]
    expect((await Promise.all([wait(cast.editor, one, other), wait(cast.admin, other, one)])).sort()).toEqual(['cycle', 'done'])
  }
})

test('[TASK6] what was changed is written down, and nobody rewrites it', async () => {
  const task = await create('Old name')
  await patch(cast.admin, task.id, { title: 'New name', priority: 2 })
  await patch(cast.admin, task.id, { priority: 2 })
  await db.call(cast.editor, 'assign_task', { task_id: task.id, user_id: cast.viewer.id })
  for (const text of ['a', 'ab', 'abc']) await patch(cast.editor, task.id, { description: text })
  expect(await changes(task.id)).toEqual([
    { field: 'created', actor_id: cast.editor.id, before: null, after: 'Old name' },
    { field: 'title', actor_id: cast.admin.id, before: 'Old name', after: 'New name' },
    { field: 'priority', actor_id: cast.admin.id, before: 0, after: 2 },
    { field: 'assignees', actor_id: cast.editor.id, before: [], after: [cast.viewer.id] },
    { field: 'description', actor_id: cast.editor.id, before: null, after: null },
  ])
  for (const statement of [
    "update atrium.task_activity set field = 'x'",
    'delete from atrium.task_activity',
    "insert into atrium.task_activity (field) values ('x')",
  ])
    expect(await outcome(db.as(cast.owner, (sql) => sql.unsafe(statement)))).toBe('42501')
})

test('[TASK7] people and labels that two give at once are both there', async () => {
  const task = await create('Together')
  const labels = await db.admin`insert into atrium.task_labels (space_id, name) values (${space}, 'one'), (${space}, 'two') returning id`
  await Promise.all([
    db.call(cast.editor, 'assign_task', { task_id: task.id, user_id: cast.viewer.id }),
    db.call(cast.admin, 'assign_task', { task_id: task.id, user_id: cast.editor.id }),
    ...labels.map(({ id }) => db.call(cast.editor, 'label_task', { task_id: task.id, label_id: id })),
  ])
  const both = await stored(task.id)
  expect([...both.assignees].sort()).toEqual([cast.viewer.id, cast.editor.id].sort())
  expect([...both.labels].sort()).toEqual(labels.map(({ id }) => id).sort())
  await db.call(cast.editor, 'assign_task', { task_id: task.id, user_id: cast.viewer.id, assigned: false })
  await db.call(cast.editor, 'label_task', { task_id: task.id, label_id: labels[0]?.id, labelled: false })
  expect(await stored(task.id)).toMatchObject({ assignees: [cast.editor.id], labels: [labels[1]?.id] })
  await db.call(cast.editor, 'delete_task_label', { label_id: labels[1]?.id })
  expect((await stored(task.id)).labels).toEqual([])
})

test('[TASK7] who is outside the space is given nothing, and who deletes his account has nothing', async () => {
  const task = await create('For whom')
  const give = (user: User) => outcome(db.call(cast.editor, 'assign_task', { task_id: task.id, user_id: user.id }))
  expect([await give(cast.stranger), await give(cast.guest), await give(cast.suspended)]).toEqual(Array(3).fill('member_not_found'))
  const leaving = await createMember(db, workspace, 'editor')
  expect(await give(leaving)).toBe('done')
  await db.admin`delete from auth.users where id = ${leaving.id}`
  expect((await stored(task.id)).assignees).toEqual([])
})

test('[TASK8] what is part of a task goes to the trash and comes back with it, and there nothing is changed', async () => {
  const top = await create('Top')
  const part = await create('Part', { parent_id: top.id })
  const deep = await create('Deep', { parent_id: part.id })
  const before = await create('Before', { parent_id: top.id })
  const trashed = async () =>
    (await Promise.all([top, part, deep, before].map(({ id }) => stored(id)))).map((task) => task.trashed_at !== null)
  await patch(cast.editor, before.id, { trashed_at: '2001-01-01' })
  expect((await stored(before.id)).trashed_at?.valueOf()).toBeGreaterThan(Date.now() - 60_000)
  await patch(cast.editor, top.id, { trashed_at: new Date() })
  expect(await trashed()).toEqual([true, true, true, true])
  expect(await db.as(cast.viewer, (sql) => sql`select from atrium.tasks where id in ${sql([top.id, deep.id])}`)).toHaveLength(0)
  expect(await db.as(cast.viewer, (sql) => sql`select from atrium.task_activity where task_id = ${deep.id}`)).toHaveLength(0)
  expect(await outcome(patch(cast.editor, deep.id, { title: 'No' }))).toBe('task_trashed')
  expect(await outcome(db.call(cast.editor, 'assign_task', { task_id: deep.id, user_id: cast.editor.id }))).toBe('task_trashed')
  expect(await patch(cast.viewer, top.id, { trashed_at: null })).toBe(0)
  await patch(cast.editor, top.id, { trashed_at: null })
  expect(await trashed()).toEqual([false, false, false, true])
  await patch(cast.editor, top.id, { trashed_at: new Date() })
  await patch(cast.editor, deep.id, { trashed_at: null })
  expect(await stored(deep.id)).toMatchObject({ trashed_at: null, parent_id: null })
})

test('[TASK8] after the days of the workspace the trash is emptied, parts included', async () => {
  const top = await create('Gone')
  const part = await create('Gone too', { parent_id: top.id })
  const stays = await create('Stays')
  for (const { id } of [top, stays]) await patch(cast.editor, id, { trashed_at: new Date() })
  await db.admin.begin(async (sql) => {
    await sql`alter table atrium.tasks disable trigger user`
    await sql`update atrium.tasks set trashed_at = now() - interval '31 days' where id in ${sql([top.id, part.id])}`
    await sql`alter table atrium.tasks enable trigger user`
  })
  await db.admin`select atrium_private.empty_trash()`
  expect((await db.admin`select id from atrium.tasks where id in ${db.admin([top.id, part.id, stays.id])}`).map(({ id }) => id)).toEqual([
    stays.id,
  ])
})

test('[TASK9] the space hears rows of few, a hint of many, and of the trash no words', async () => {
  const place = await db.call(workspace.owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Loud' })
  const heard = () =>
    db.admin`select event, payload - 'id' as payload from realtime.messages where topic like ${`space:${place.id}:%`} order by inserted_at`
  const task = await createTask(db, workspace, { spaceId: place.id, fields: { description: 'Long' } })
  await patch(workspace.owner, task.id, { title: 'Secret' })
  await patch(workspace.owner, task.id, { trashed_at: new Date() })
  const events = await heard()
  expect(events.map(({ event }) => event)).toEqual(['tasks', 'tasks', 'tasks'])
  expect(events[0]?.payload.rows).toEqual([expect.objectContaining({ id: task.id, title: 'Task', number: 1 })])
  expect(events[0]?.payload.rows[0]).not.toHaveProperty('description')
  expect(events[2]?.payload).toEqual({ space_id: place.id, rows: [{ id: task.id, trashed_at: expect.any(String) }] })
  for (let count = 0; count < 51; count++) await createTask(db, workspace, { spaceId: place.id })
  await db.as(workspace.owner, (sql) => sql`update atrium.tasks set priority = 4 where space_id = ${place.id} and trashed_at is null`)
  expect((await heard()).at(-1)?.payload).toEqual({ space_id: place.id })
})

test('[TASK10] tasks are found by parts of words and by key, only where one may read', async () => {
  const hidden = await db.call(workspace.owner, 'create_space', {
    id: randomUUID(),
    workspace_id: workspace.id,
    name: 'Hidden',
    private: true,
  })
  const task = await create('Répair the Loggin page')
  await createTask(db, workspace, { title: 'Repair loggin secretly', spaceId: hidden.id })
  const find = async (person: User, query: string) =>
    (await db.call(person, 'search_tasks', { workspace_id: workspace.id, query })).map(({ title }) => title)
  expect(await find(cast.viewer, 'REPAIR oggi')).toEqual([task.title])
  expect(await find(workspace.owner, 'repair loggin')).toHaveLength(2)
  expect(await find(cast.viewer, `gene-${task.number}`)).toEqual([task.title])
  for (const query of ['100%', '_', '\\', 'repair nothing']) expect([query, await find(cast.viewer, query)]).toEqual([query, []])
  for (const nobody of [cast.stranger, cast.guest, cast.suspended]) expect(await find(nobody, 'repair')).toEqual([])
  await patch(cast.editor, task.id, { trashed_at: new Date() })
  expect(await find(cast.editor, 'répair')).toEqual([])
})

test('[TASK10] my tasks are mine, open or closed a short while ago, what is due first at the top', async () => {
  const me = await createMember(db, workspace, 'viewer')
  const mine = { assignees: [me.id] }
  await create('Later', { ...mine, due_on: '2027-02-01' })
  await create('Some day', mine)
  const done = await create('Done', mine)
  await create('Soon', { ...mine, due_on: '2027-01-01' })
  await create('Not mine')
  const away = await create('Away', mine)
  await patch(cast.editor, done.id, { status_id: column('Done') })
  await patch(cast.editor, away.id, { archived_at: new Date() })
  const list = async () => (await db.call(me, 'my_tasks', { workspace_id: workspace.id })).map(({ title }) => title)
  expect(await list()).toEqual(['Soon', 'Later', 'Some day', 'Done'])
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: me.id })
  expect(await list()).toEqual([])
})

test('[TASK11] tasks that are put in one place have an order', async () => {
  const place = await db.call(workspace.owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Order' })
  const tasks = await Promise.all(
    Array.from({ length: 6 }, () => createTask(db, workspace, { spaceId: place.id, fields: { position: 'a1' } })),
  )
  expect(new Set(tasks.map(({ position }) => position)).size).toBe(6)
  const [first, last] = tasks.toSorted((one, other) => (one.position < other.position ? -1 : 1)) as [Task, Task]
  await patch(workspace.owner, last.id, { position: first.position })
  const moved = await stored(last.id)
  expect(moved.position > first.position).toBe(true)
  expect(await patch(workspace.owner, last.id, { position: moved.position })).toBe(1)
  expect((await stored(last.id)).position).toBe(moved.position)
})

test('[TASK12] many tasks change in one step, all or none', async () => {
  const [one, two, foreign] = [await create('One'), await create('Two'), await createTask(db, await createWorkspace(db))]
  const person = cast.editor.id
  const [label] = await db.as(
    cast.editor,
    (sql) => sql`insert into atrium.task_labels (space_id, name) values (${space}, 'set') returning id`,
  )
  const change = (task_ids: string[], wish: Record<string, unknown>, by: Person = cast.editor) =>
    outcome(db.call(by, 'change_tasks', { task_ids, changes: wish as never }))
  const both = [one.id, two.id]
  const all = () => Promise.all(both.map(stored))
  expect(await change(both, { status_id: column('Done'), priority: 2, due_on: '2031-01-02', assign: person, label: label?.id })).toBe(
    'done',
  )
  for (const task of await all()) {
    expect(task).toMatchObject({ priority: 2, assignees: [person], labels: [label?.id], closed_at: expect.any(Date) })
  }
  expect(await change(both, { due_on: null, unassign: person, unlabel: label?.id })).toBe('done')
  for (const task of await all()) expect(task).toMatchObject({ priority: 2, due_on: null, assignees: [], labels: [] })

  const before = await all()
  // biome-ignore format: the table is the specification
  const refused: [string[], Record<string, unknown>, string, Person?][] = [
    [[...both, foreign.id],   { priority: 1 },                          'task_not_found'],
    [[...both, randomUUID()], { trashed_at: 'now' },                    'task_not_found'],
    [both,                    { priority: 1 },                          'role_too_low', cast.viewer],
    [both,                    { priority: 1 },                          'task_not_found', cast.stranger],
    [both,                    { priority: 9 },                          'priority_invalid'],
    [both,                    { priority: 'high' },                     'fields_invalid'],
    [both,                    { priority: 1, title: 'Same' },           'field_unknown'],
    [both,                    { priority: 1, assign: randomUUID() },    'member_not_found'],
    [both,                    { priority: 1, assign: null },            'member_not_found'],
    [both,                    { priority: 1, label: randomUUID() },     'label_not_found'],
    [both,                    { status_id: randomUUID() },              'status_not_found'],
    [both,                    {},                                       'fields_invalid'],
    [[],                      { priority: 1 },                          'tasks_required'],
    [Array.from({ length: 1001 }, () => randomUUID()), { priority: 1 }, 'tasks_required'],
  ]
  for (const [ids, wish, reason, by] of refused) expect([wish, await change(ids, wish, by)]).toEqual([wish, reason])
  expect(await all()).toEqual(before)

  // A task and its part go to the trash and come back, each at its own time too, and stay together.
  const part = await create('Part', { parent_id: one.id })
  expect(await change([part.id], { trashed_at: 'now' })).toBe('done')
  expect(await change([one.id], { trashed_at: 'now' })).toBe('done')
  expect(await change([part.id, one.id], { trashed_at: null })).toBe('done')
  expect(await stored(part.id)).toMatchObject({ parent_id: one.id, trashed_at: null })
})
