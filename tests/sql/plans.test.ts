import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let viewer: User
let guest: User
const document = randomUUID()
const folder = randomUUID()

// Twenty thousand documents, messages, files and tasks, of which the viewer sees a hundred of each, but of the tasks the half, and the guest
// one folder with a hundred files.
beforeAll(async () => {
  workspace = await createWorkspace(db)
  viewer = await createMember(db, workspace, 'viewer')
  const other = await createWorkspace(db)
  // Nobody listens to forty thousand announcements.
  await db.admin.unsafe(
    'alter table atrium.documents disable trigger user; alter table atrium.messages disable trigger user; alter table atrium.files disable trigger user',
  )
  await db.admin`
    insert into atrium.documents (id, workspace_id, space_id, title, position)
    select case when n = 1 then ${document}::uuid else gen_random_uuid() end,
      case when n <= 100 then ${workspace.id}::uuid else ${other.id}::uuid end,
      case when n <= 100 then ${workspace.general.id}::uuid else ${other.general.id}::uuid end, 'x', 'a0'
    from generate_series(1, 20000) n`
  await db.admin`
    insert into atrium.document_contents (document_id, space_id, trashed, json, text)
    select id, space_id, false, '{}', '' from atrium.documents`
  await db.admin`
    insert into atrium.messages (room_id, seq, place, text)
    select case when n <= 100 then ${workspace.room.id}::uuid else ${other.room.id}::uuid end, n, n, 'x' from generate_series(1, 20000) n`
  await db.admin.unsafe('alter table atrium.tasks disable trigger user')
  await db.admin`
    insert into atrium.tasks (workspace_id, space_id, number, title, status_id, position)
    select board.workspace_id, board.space_id, n, case when n = 77 then 'Ünique' else 'Task' end || n,
      (select id from atrium.task_statuses status where status.space_id = board.space_id order by position offset n % 4 limit 1), 'a' || n % 10
    from atrium.task_boards board, generate_series(1, 10000) n`
  await db.admin`
    insert into atrium.task_assignees (task_id, user_id, space_id, workspace_id)
    select id, ${viewer.id}, space_id, workspace_id from atrium.tasks where workspace_id = ${workspace.id} and number <= 20`
  await db.admin.unsafe('alter table atrium.tasks enable trigger user')
  guest = await createMember(db, workspace, 'guest')
  await db.admin`
    insert into atrium.files (id, workspace_id, space_id, parent_id, is_folder, name, version, path, size, mime, above)
    select made.id, case when n <= 100 then ${workspace.id}::uuid else ${other.id}::uuid end,
      case when n <= 100 then ${workspace.general.id}::uuid else ${other.general.id}::uuid end,
      case when n between 2 and 100 then ${folder}::uuid end, n = 1, 'file ' || n,
      case when n > 1 then 1 end, case when n > 1 then made.id::text end, case when n > 1 then 1 end, case when n > 1 then 'text/plain' end,
      case when n between 2 and 100 then array[${folder}::uuid, made.id] else array[made.id] end
    from (select n, case when n = 1 then ${folder}::uuid else gen_random_uuid() end as id from generate_series(1, 20000) n) made`
  await db.admin`
    insert into atrium.file_versions (file_id, space_id, number, path, size, sha256, mime)
    select id, space_id, 1, path, size, repeat('a', 64), mime from atrium.files where not is_folder`
  await db.call(workspace.owner, 'share_item', { object_type: 'file', object_id: folder, role: 'viewer', user_id: guest.id })
  await db.admin.unsafe(
    'alter table atrium.documents enable trigger user; alter table atrium.messages enable trigger user; alter table atrium.files enable trigger user',
  )
  await db.admin`analyze`
}, 60_000)
afterAll(() => db.drop())

const QUERIES = [
  ['the tree of a workspace', 'documents', () => `select id, title from atrium.documents where workspace_id = '${workspace.id}'`, 100],
  [
    'the tree of a space',
    'documents',
    () => `select id from atrium.documents where space_id = '${workspace.general.id}' order by position`,
    100,
  ],
  ['one document', 'documents', () => `select * from atrium.documents where id = '${document}'`, 1],
  ['its content', 'document_contents', () => `select * from atrium.document_contents where document_id = '${document}'`, 1],
  [
    'the latest messages',
    'messages',
    () => `select * from atrium.messages where room_id = '${workspace.room.id}' order by seq desc limit 50`,
    50,
  ],
  [
    'a board of ten thousand tasks',
    'tasks',
    () => `select id, title from atrium.tasks where space_id = '${workspace.general.id}' and trashed_at is null and archived_at is null`,
    10_000,
  ],
  ['one task by its key', 'tasks', () => `select id from atrium.tasks where space_id = '${workspace.general.id}' and number = 9999`, 1],
  [
    'my tasks',
    'tasks',
    () =>
      `select task.id from atrium.task_assignees mine join atrium.tasks task on task.id = mine.task_id
       where mine.user_id = '${viewer.id}' and mine.workspace_id = '${workspace.id}' and task.trashed_at is null`,
    20,
  ],
  ['a folder', 'files', () => `select * from atrium.files where space_id = '${workspace.general.id}' and parent_id = '${folder}'`, 99],
  [
    'a shared folder',
    'files',
    () => `select * from atrium.files where parent_id = '${folder}' and space_id = '${workspace.general.id}'`,
    99,
    'guest',
  ],
  [
    'the object of a shared file',
    'file_versions',
    () => `select * from atrium.file_versions where path = (select path from atrium.files where name = 'file 2')`,
    1,
    'guest',
  ],
] as const

test.for(QUERIES)(
  '[PLAN1] under the policies, %s is read by an index, and each policy is asked once',
  async ([, table, query, rows, who]) => {
    const plan = await db.as(who === 'guest' ? guest : viewer, async (sql) => {
      expect(await sql.unsafe(query())).toHaveLength(rows)
      return (await sql.unsafe<{ 'QUERY PLAN': string }[]>(`explain (analyze, costs off, timing off) ${query()}`))
        .map((line) => line['QUERY PLAN'])
        .join('\n')
    })
    expect(plan).not.toContain(`Seq Scan on ${table}`)
    expect(plan).toMatch(/Index/)
    // A set that a policy asks for is a node of its own, and no node of a set runs more than once.
    const sets = plan.split('\n').filter((line) => line.includes('ProjectSet'))
    expect(sets.length).toBeGreaterThan(0)
    expect(sets.filter((line) => !/loops=1\)|never executed/.test(line))).toEqual([])
  },
)

test('[PLAN2] what somebody may see costs as much as he sees, not as much as there is', async () => {
  const tables = ['workspaces', 'spaces', 'rooms']
  for (const table of tables) await db.admin.unsafe(`alter table atrium.${table} disable trigger user`)
  await db.admin`
    with teams as (insert into atrium.workspaces (name) select 'Team' from generate_series(1, 4000) returning id),
    more as (
      insert into atrium.spaces (workspace_id, name, position) select id, 'Space', 'a0' from teams, generate_series(1, 5) returning id, workspace_id
    )
    insert into atrium.rooms (workspace_id, space_id, name) select workspace_id, id, 'room' from more`
  for (const table of tables) await db.admin.unsafe(`alter table atrium.${table} enable trigger user`)
  await db.admin`analyze`
  for (const set of [
    "spaces_of_caller('viewer')",
    "spaces_of_caller('editor')",
    "rooms_of_caller('viewer')",
    "granted_to_caller('document')",
  ]) {
    const ask = `explain (analyze, buffers, format json) select from atrium_private.${set}`
    const [plan] = await db.as(viewer, async (sql) => {
      await sql.unsafe(ask) // Which reads the catalogue too.
      return sql.unsafe<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }[]>(ask)
    })
    const { 'Shared Hit Blocks': hit = 0, 'Shared Read Blocks': read = 0 } = plan?.['QUERY PLAN'][0].Plan ?? {}
    expect.soft([set, hit + read]).toEqual([set, expect.toSatisfy((pages) => pages > 0 && pages < 100)])
  }
})
