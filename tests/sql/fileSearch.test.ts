import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Row } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import {
  ACTORS,
  addFileVersion,
  beginUpload,
  createCast,
  createFile,
  createMember,
  createWorkspace,
  storeUpload,
  type User,
  type Workspace,
} from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let cast: Awaited<ReturnType<typeof createCast>>
let folder: Row<'files'>
let plan: Row<'files'>

const file = async (name: string, parent: string | null = null, size = 9) => {
  const upload = await beginUpload(db, workspace.owner, workspace, { name, parent_id: parent, size })
  await storeUpload(db, upload, { mime: 'text/plain' })
  const [row] = await db.admin<Row<'files'>[]>`select * from atrium.files where path = ${upload.path}`
  if (!row) throw new Error('The upload became no file')
  return row
}
/** What the worker reads in it. */
const write = async (of: Row<'files'>, text: string) => {
  await db.admin`insert into atrium_private.file_texts (path) values (${of.path}) on conflict (path) do update set state = 'waiting'`
  await db.admin`select atrium_private.store_text(${of.path}, ${text})`
}
const find = async (who: User, query: string, more: Record<string, unknown> = {}) =>
  await db.call(who, 'search_files', { workspace_id: workspace.id, query, ...more })
const names = async (...args: Parameters<typeof find>) => (await find(...args)).map(({ name }) => name)

beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
  folder = await db.call(workspace.owner, 'create_folder', {
    id: randomUUID(),
    space_id: workspace.general.id,
    parent_id: null,
    name: 'Contracts',
  })
  plan = await file('Launch_Plan-2026.final.txt', folder.id)
  await write(plan, 'We meet at the café.\nThe <b>budget</b> is 4,000 & more.')
  await write(await file('Résumé.txt'), '東京タワーで会いましょう')
  await file('sums.csv', null, 5000)
  await write(await file('book.txt', null, 7), `${'The sea was calm. '.repeat(3000)}Then came unobtainium by ship.`)
}, 60_000)
afterAll(() => db.drop())

// biome-ignore format: the table is the specification
test.for([
  ['plan',            {}, ['Launch_Plan-2026.final.txt']],
  ['PLAN-2026.final', {}, ['Launch_Plan-2026.final.txt']],
  ['aunch',           {}, ['Launch_Plan-2026.final.txt']],
  ['resume',          {}, ['Résumé.txt']],
  ['cafe budget',     {}, ['Launch_Plan-2026.final.txt']],
  ['launch budget',   {}, ['Launch_Plan-2026.final.txt']],
  ['budget -launch',  {}, []],
  ['"the cafe"',      {}, ['Launch_Plan-2026.final.txt']],
  ['unobtain',        {}, ['book.txt']],
  ['ワーで',           {}, ['Résumé.txt']],
  ['udge',            {}, ['Launch_Plan-2026.final.txt']],
  ['txt',             {}, ['book.txt', 'Résumé.txt', 'Launch_Plan-2026.final.txt']],
  ['',                { kinds: ['sheet', 'folder'] }, ['sums.csv', 'Contracts']],
  ['',                { larger: 5000 }, ['sums.csv']],
  ['txt',             { smaller: 7 }, ['book.txt']],
  ['txt',             { changed_since: '2100-01-01' }, []],
  ['txt',             { changed_before: '2000-01-01' }, []],
  ['txt',             { owners: [randomUUID()] }, []],
  ['txt',             { inside: [] }, []],
  ['',                {}, []],
  ['%%%',             {}, []],
  ["'); drop table x; --", {}, []],
] as const)('[FILE50] %s %o', async ([query, more, expected]) => {
  expect(await names(cast.viewer, query, { ...more })).toEqual(expected)
})

test('[FILE50] by owner and place, page by page, with what was found marked by places in plain text', async () => {
  expect(await names(cast.viewer, 'txt', { owners: [workspace.owner.id], inside: [folder.id] })).toEqual([plan.name])
  const pages: string[] = []
  let last: { updated_at: string; id: string } | undefined
  for (;;) {
    const rows = await find(cast.viewer, '', {
      inside: [workspace.general.id],
      page: 2,
      older_than: last?.updated_at ?? null,
      older_id: last?.id ?? null,
    })
    last = rows.at(-1)
    if (!last) break
    pages.push(...rows.map(({ name }) => name))
  }
  expect(pages).toEqual(['book.txt', 'sums.csv', 'Résumé.txt', 'Launch_Plan-2026.final.txt', 'Contracts'])
  const marked = async (query: string) =>
    (await find(cast.viewer, query)).map(({ snippet, marks }) =>
      (marks as [number, number][]).map(([from, count]) => snippet?.substr(from, count)),
    )
  expect(await marked('budget')).toEqual([['budget']])
  expect((await find(cast.viewer, 'budget'))[0]?.snippet).toBe('We meet at the café. The <b>budget</b> is 4,000 & more.')
  expect(await marked('unobtainium')).toEqual([['unobtainium']])
  await expect(find(cast.viewer, '', { kinds: ['secret'] })).rejects.toMatchObject({ detail: 'kind_invalid' })
  await expect(find(cast.viewer, 'x'.repeat(501))).rejects.toMatchObject({ detail: 'query_too_long' })
})

test('[FILE51] each role finds what the policy on files shows it, and nothing of it in the trash', async () => {
  const secret = await db.call(workspace.owner, 'create_space', {
    id: randomUUID(),
    workspace_id: workspace.id,
    name: 'Board',
    private: true,
  })
  const hidden = await createFile(db, workspace, { name: 'hidden budget.txt', space_id: secret.id })
  const trashed = await file('trashed budget.txt')
  await db.call(workspace.owner, 'trash_file', { id: trashed.id })
  const guest = await createMember(db, workspace, 'guest')
  await db.call(workspace.owner, 'share_item', { object_type: 'file', object_id: folder.id, role: 'viewer', user_id: guest.id })
  const people: [string, User][] = [
    ...ACTORS.filter((actor) => cast[actor]).map((actor): [string, User] => [actor, cast[actor]]),
    ['guest of a folder', guest],
  ]
  const found = []
  for (const [name, person] of people) {
    const seen = await db.as(
      person,
      (sql) =>
        sql`select name from atrium.files where workspace_id = ${workspace.id} and name_key like '%txt%' and trashed_at is null order by updated_at desc, id desc`,
    )
    const hits = await names(person, 'txt')
    expect([name, hits]).toEqual([name, seen.map((row) => row.name)])
    found.push(hits.length)
    expect(await names(person, 'budget')).not.toContain(trashed.name)
  }
  expect(await names(guest, 'budget')).toEqual([plan.name])
  expect(await names(guest, '', { kinds: ['text', 'folder'] })).toEqual([plan.name, 'Contracts'])
  expect(await names(cast.viewer, 'hidden')).toEqual([])
  expect(await names(workspace.owner, 'hidden')).toEqual([hidden.name])
  expect([Math.min(...found), Math.max(...found)]).toEqual([0, 4])
  await expect(db.call(null, 'search_files', { workspace_id: workspace.id, query: 'txt' })).rejects.toThrow()
})

test('[FILE52] what changes is found by what it is now', async () => {
  const other = await file('draft.txt')
  await write(other, 'about zebras')
  expect(await names(cast.viewer, 'zebras')).toEqual(['draft.txt'])
  await db.call(workspace.owner, 'rename_file', { id: other.id, name: 'final.txt' })
  expect([await names(cast.viewer, 'draft'), await names(cast.viewer, 'zebras')]).toEqual([[], ['final.txt']])
  await db.call(workspace.owner, 'copy_file', { id: other.id, parent_id: folder.id })
  await db.call(workspace.owner, 'move_file', { id: other.id, parent_id: folder.id, conflict: 'number' })
  expect(await names(cast.viewer, 'zebras', { inside: [folder.id] })).toContain('final.txt')
  await addFileVersion(db, workspace.owner, other.id)
  const [first] = await db.admin`select id from atrium.file_versions where file_id = ${other.id} and number = 1`
  expect((await find(cast.viewer, 'zebras')).map(({ id }) => id)).not.toContain(other.id)
  await db.call(workspace.owner, 'restore_file_version', { version_id: first?.id })
  expect((await find(cast.viewer, 'zebras')).map(({ id }) => id)).toContain(other.id)
  await db.call(workspace.owner, 'trash_file', { id: other.id })
  expect((await find(cast.viewer, 'zebras')).map(({ id }) => id)).not.toContain(other.id)
  await db.call(workspace.owner, 'restore_file', { id: other.id })
  expect((await find(cast.viewer, 'zebras')).map(({ id }) => id)).toContain(other.id)
})
