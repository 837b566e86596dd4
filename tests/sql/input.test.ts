import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Functions } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createWorkspace, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
beforeAll(async () => {
  workspace = await createWorkspace(db)
})
afterAll(() => db.drop())

const call = (name: string, args: Record<string, unknown>) =>
  db.call(workspace.owner, name as keyof Functions, args as never).then(
    () => 'done',
    (error: { code: string; detail?: string }) => `${error.code} ${error.detail}`,
  )

/** Every function that people may call, with its arguments and their types. */
const signatures = async () =>
  db.admin<{ name: string; types: Record<string, string> }[]>`
    select proname as name, jsonb_object_agg(proargnames[place], type::regtype) as types
    from pg_proc cross join lateral unnest(proargtypes::oid[]) with ordinality as argument (type, place)
    where pronamespace = 'atrium'::regnamespace and has_function_privilege('authenticated', pg_proc.oid, 'execute')
    group by proname order by proname`

test('[INP1] a function whose arguments are all null, or all unknown, says what is wrong', async () => {
  const values: Record<string, unknown> = {
    text: 'x',
    'atrium.role': 'viewer',
    boolean: true,
    bigint: 1,
    jsonb: {},
    'text[]': ['x'],
    'uuid[]': [randomUUID()],
    integer: 1,
    'timestamp with time zone': '2000-01-01',
    date: '2000-01-01',
  }
  const before = await db.admin`select count(*)::int as rows from atrium.spaces`
  for (const { name, types } of await signatures()) {
    const nulls = Object.fromEntries(Object.keys(types).map((argument) => [argument, null]))
    const unknown = Object.fromEntries(
      Object.entries(types).map(([argument, type]) => [argument, type === 'uuid' ? randomUUID() : values[type]]),
    )
    for (const args of [nulls, unknown]) {
      const outcome = await call(name, args)
      // These take any id and name that is free; the rooms and threads of nowhere are none.
      if (
        ['catch_up', 'my_rooms', 'my_tasks', 'my_threads', 'unread_counts'].includes(name) ||
        (name === 'create_workspace' && args === unknown) ||
        (['search_files', 'search_messages'].includes(name) && args === nulls) ||
        (name === 'search_tasks' && args === unknown)
      )
        expect([name, outcome]).toEqual([name, 'done'])
      else expect([name, outcome]).toEqual([name, expect.stringMatching(/^PT4\d\d [a-z_]+$/)])
    }
  }
  expect(await db.admin`select count(*)::int as rows from atrium.spaces`).toEqual([{ rows: Number(before[0]?.rows) + 1 }])
})

// Names of everything that has one.
const NAMED = [
  ['create_workspace', () => ({ id: randomUUID() })],
  ['create_group', () => ({ id: randomUUID(), workspace_id: workspace.id })],
  ['create_space', () => ({ id: randomUUID(), workspace_id: workspace.id })],
  ['rename_space', () => ({ space_id: workspace.general.id })],
  ['create_room', () => ({ id: randomUUID(), space_id: workspace.general.id })],
  ['update_room', () => ({ room_id: workspace.room.id })],
] as const
const NAMES = [
  ['', 'PT422 name_required'],
  [' \n\t ', 'PT422 name_required'],
  ['x'.repeat(81), 'PT422 name_too_long'],
  ['x'.repeat(10_000), 'PT422 name_too_long'],
  ['x'.repeat(1_000_000), 'PT422 name_too_long'],
  ['a\u0001b', 'PT422 name_invalid'],
  ['\u200b\u2060', 'PT422 name_required'],
  ['\u202egpj.exe', 'PT422 name_invalid'],
  ['\u200fשלום 👩‍👩‍👧', 'done'],
  [`'; drop table atrium.rooms; --`, 'done'],
  ['😀'.repeat(80), 'done'],
  ['  two   words ', 'done'],
] as const
test.for(NAMED)('[INP2] names given to %s are tidied or refused', async ([name, args]) => {
  for (const [value, expected] of NAMES) expect(await call(name, { ...args(), name: value })).toBe(expected)
})

test('[INP3] no name of a workspace or person longer than 80 characters gets in by PATCH', async () => {
  for (const [table, id] of [
    ['workspaces', workspace.id],
    ['profiles', workspace.owner.id],
  ] as const) {
    const patch = (value: string) =>
      db.as(workspace.owner, (sql) => sql.unsafe(`update atrium.${table} set name = $1 where id = $2`, [value, id]))
    await expect(patch('x'.repeat(10_000))).rejects.toMatchObject({ code: 'PT422', detail: 'name_too_long' })
    await expect(patch(' ')).rejects.toMatchObject({ code: 'PT422', detail: 'name_required' })
    expect((await patch(' New  name ')).count).toBe(1)
    expect(await db.admin`select from ${db.admin(`atrium.${table}`)} where id = ${id} and name = 'New name'`).toHaveLength(1)
  }
})
