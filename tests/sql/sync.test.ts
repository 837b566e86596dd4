import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type Person } from '../support/database.ts'
import { createDocument, createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let editor: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  editor = await createMember(db, workspace, 'editor')
})
afterAll(() => db.drop())

interface Line {
  entity: string
  id: string
  version: number
  row: Record<string, unknown>
}
interface Pulled {
  scope: string
  state: 'ok' | 'anew' | 'lost'
  rows: Line[]
  gone: Omit<Line, 'row'>[]
  more: boolean
  cursor: unknown
}

const pull = async (person: Person, scope: string, cursor: unknown = null, most = 1000): Promise<Pulled> => {
  const [found] = (await db.call(person, 'pull', { scopes: [{ id: scope, cursor }], most } as never)) as unknown as Pulled[]
  if (!found) throw new Error('pull answers for each scope')
  return found
}
const mutation = (entity: string, id: string, op: string, more: { patch?: object; base?: number; key?: string } = {}) => ({
  key: randomUUID(),
  entity,
  id,
  op,
  ...more,
})
const apply = (person: Person, device: string, ...mutations: object[]) => db.call(person, 'apply_mutations', { device, mutations } as never)
const titleOf = async (id: string) => (await db.admin`select title from atrium.documents where id = ${id}`)[0]?.title
const ids = (lines: { id: string }[]) => lines.map(({ id }) => id).sort()

test('[SYNC7] a device begins with all of a space, and then gets what changed, once', async () => {
  const { id: space } = workspace.general
  const [one, two] = [await createDocument(db, workspace), await createDocument(db, workspace)]
  const begun = await pull(editor, space)
  expect(begun.state).toBe('anew')
  expect(ids(begun.rows)).toEqual(expect.arrayContaining(ids([one, two])))
  const quiet = await pull(editor, space, begun.cursor)
  expect(quiet).toMatchObject({ state: 'ok', rows: [], gone: [], more: false })
  await db.as(editor, (sql) => sql`update atrium.documents set title = 'Twice' where id = ${one.id}`)
  await db.as(editor, (sql) => sql`update atrium.documents set title = 'Changed' where id = ${one.id}`)
  await db.call(editor, 'trash_document', { id: two.id })
  const next = await pull(editor, space, quiet.cursor)
  expect(next.rows).toMatchObject([{ entity: 'document', id: one.id, row: { id: one.id, title: 'Changed' } }])
  expect(next.gone).toMatchObject([{ entity: 'document', id: two.id }])
  expect(await pull(editor, space, next.cursor)).toMatchObject({ rows: [], gone: [] })
  await db.call(editor, 'restore_document', { id: two.id })
  expect(ids((await pull(editor, space, next.cursor)).rows)).toEqual([two.id])
})

test('[SYNC7] pages of a long answer miss nothing that changes between them', async () => {
  const own = await createWorkspace(db)
  const space = own.general.id
  for (let made = 0; made < 7; made++) await createDocument(db, own)
  const seen = new Set<string>()
  let cursor: unknown = null
  for (let page = 0; page < 20; page++) {
    const found = await pull(own.owner, space, cursor, 2)
    for (const { id } of found.rows) seen.add(id)
    cursor = found.cursor
    // Each page makes one of those that come later come later still.
    if (page < 3)
      await db.admin`update atrium.documents set icon = ${String(page)} where id = (select max(id::text)::uuid from atrium.documents where space_id = ${space})`
    if (!found.more) break
  }
  const rest = await pull(own.owner, space, cursor)
  for (const { id } of rest.rows) seen.add(id)
  expect(seen.size).toBe(7)
})

test('[SYNC8] what commits late is not skipped, whatever else was read meanwhile', async () => {
  const space = workspace.general.id
  const [slow, quick] = [await createDocument(db, workspace), await createDocument(db, workspace)]
  const begun = await pull(editor, space)
  const writer = postgres(db.url('postgres'), { max: 1, onnotice: () => {} })
  const late = await writer.reserve()
  await late`begin`
  await late`update atrium.documents set title = 'Late' where id = ${slow.id}`
  await db.admin`update atrium.documents set title = 'Quick' where id = ${quick.id}`
  const first = await pull(editor, space, begun.cursor)
  expect(ids(first.rows)).toEqual([quick.id])
  await late`commit`
  late.release()
  await writer.end()
  const second = await pull(editor, space, first.cursor)
  expect(second.rows).toMatchObject([{ id: slow.id, row: { title: 'Late' } }])
})

test('[SYNC9] a device learns that it may no longer keep something: a page that left, a space that was closed to its person', async () => {
  const viewer = await createMember(db, workspace, 'viewer')
  const closed = await db.call(workspace.owner, 'create_space', {
    id: randomUUID(),
    workspace_id: workspace.id,
    name: 'Closed',
    private: true,
  })
  const document = await createDocument(db, workspace)
  const begun = await pull(viewer, workspace.general.id)
  await db.call(workspace.owner, 'move_document', { id: document.id, parent_id: null, position: null, space_id: closed.id })
  expect((await pull(viewer, workspace.general.id, begun.cursor)).gone).toMatchObject([{ id: document.id }])
  expect(await pull(viewer, closed.id)).toEqual({ scope: closed.id, state: 'lost' })
  expect(ids((await pull(workspace.owner, closed.id)).rows)).toEqual([document.id])
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: viewer.id })
  expect(await pull(viewer, workspace.general.id, begun.cursor)).toEqual({ scope: workspace.general.id, state: 'lost' })
  expect(await pull(viewer, editor.id)).toEqual({ scope: editor.id, state: 'lost' })
})

test('[SYNC9] a cursor of another database, from long ago or from the future begins anew; one that is none is refused', async () => {
  const space = workspace.general.id
  const { cursor } = (await pull(editor, space)) as { cursor: { upto: string; at: string } }
  for (const other of [{ cluster: '1' }, { at: '2020-01-01' }, { upto: '900000:900000:' }])
    expect((await pull(editor, space, { ...cursor, ...other })).state).toBe('anew')
  for (const wrong of [
    { ...cursor, upto: 'x' },
    { ...cursor, at: 'x' },
    { ...cursor, xid: 'x', id: 'y' },
  ])
    await expect(pull(editor, space, wrong)).rejects.toMatchObject({ code: 'PT422', detail: 'scopes_invalid' })
})

test('[SYNC10] a change that comes twice, or twice at once, is done once and answered alike', async () => {
  const document = await createDocument(db, workspace)
  const device = randomUUID()
  const rename = mutation('document', document.id, 'change', { patch: { title: 'From away' } })
  const [first, again] = await Promise.all([apply(editor, device, rename), apply(editor, device, rename)])
  expect(first).toMatchObject([{ key: rename.key, outcome: 'done' }])
  expect(again).toEqual(first)
  await db.admin`update atrium.documents set title = 'Newer' where id = ${document.id}`
  expect(await apply(editor, device, rename)).toEqual(first)
  expect(await titleOf(document.id)).toBe('Newer')
  // A key is a name for its own person only.
  expect(await apply(workspace.owner, device, { ...rename, patch: { title: 'Other' } })).toMatchObject([{ outcome: 'done' }])
  expect(await titleOf(document.id)).toBe('Other')
})

test('[SYNC10] what is refused has a receipt that says why, and stops nobody', async () => {
  const viewer = await createMember(db, workspace, 'viewer')
  const document = await createDocument(db, workspace, { title: 'Mine' })
  const refused = mutation('document', document.id, 'change', { patch: { title: 'No' } })
  const outcomes = await apply(
    viewer,
    randomUUID(),
    refused,
    mutation('favourite', document.id, 'create'),
    mutation('favourite', randomUUID(), 'create'),
    mutation('document', document.id, 'change', { patch: { parent_id: 'x' } }),
    mutation('member', document.id, 'delete'),
  )
  expect(outcomes).toMatchObject([
    { outcome: 'refused', code: 'document_closed', message: expect.stringMatching(/^You /) },
    { outcome: 'done' },
    { outcome: 'refused', code: 'document_not_found' },
    { outcome: 'refused', code: 'mutation_invalid' },
    { outcome: 'refused', code: 'mutation_unknown' },
  ])
  expect(await titleOf(document.id)).toBe('Mine')
  // Who gets the right later is still answered what he was told: his device offers to send it under a new key.
  await db.call(workspace.owner, 'set_member_role', { workspace_id: workspace.id, user_id: viewer.id, role: 'editor' })
  expect(await apply(viewer, randomUUID(), refused)).toMatchObject([{ outcome: 'refused', code: 'document_closed' }])
  expect(await apply(viewer, randomUUID(), { ...refused, key: randomUUID() })).toMatchObject([{ outcome: 'done' }])
})

test('[SYNC11] a field that another device changed meanwhile is merged with a notice; own changes and other fields are not', async () => {
  const document = await createDocument(db, workspace, { title: 'Begin' })
  const [laptop, phone] = [randomUUID(), randomUUID()]
  const { version } = (await pull(editor, workspace.general.id)).rows.find(({ id }) => id === document.id) as Line
  const change = (patch: object) => mutation('document', document.id, 'change', { patch, base: version })
  expect(await apply(editor, laptop, change({ title: 'One' }), change({ title: 'Two' }))).toMatchObject([
    { outcome: 'done' },
    { outcome: 'done' },
  ])
  expect(await apply(editor, phone, change({ icon: '🌲' }))).toMatchObject([{ outcome: 'done' }])
  expect(await apply(editor, phone, change({ title: 'Two' }))).toMatchObject([{ outcome: 'done', theirs: null }])
  expect(await apply(editor, phone, change({ title: 'Three' }))).toMatchObject([{ outcome: 'merged', theirs: { title: 'Two' } }])
  expect(await apply(editor, laptop, change({ title: 'Mine' }))).toMatchObject([{ outcome: 'merged', theirs: { title: 'Three' } }])
  expect(await titleOf(document.id)).toBe('Mine')
  // Whoever changes it without a device counts too.
  await db.admin`update atrium.documents set title = 'By SQL' where id = ${document.id}`
  expect(await apply(editor, laptop, change({ title: 'Away' }))).toMatchObject([{ outcome: 'merged', theirs: { title: 'By SQL' } }])
})

test('[SYNC11] the clocks of a row move with it to another space', async () => {
  const other = await db.call(workspace.owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Other' })
  const document = await createDocument(db, workspace)
  const { version } = (await pull(editor, workspace.general.id)).rows.find(({ id }) => id === document.id) as Line
  await db.as(editor, (sql) => sql`update atrium.documents set title = 'Theirs' where id = ${document.id}`)
  await db.call(editor, 'move_document', { id: document.id, parent_id: null, position: null, space_id: other.id })
  const mine = mutation('document', document.id, 'change', { patch: { title: 'Mine' }, base: version })
  expect(await apply(editor, randomUUID(), mine)).toMatchObject([{ outcome: 'merged', theirs: { title: 'Theirs' } }])
})

// Bad requests as a whole: nothing of them is done.
// biome-ignore format: the table is the specification
const BAD = [
  ['no array', {}],
  ['none', []],
  ['too many', Array(101).fill({ key: randomUUID(), entity: 'document', id: randomUUID(), op: 'delete' })],
  ['no key', [{ entity: 'document', id: randomUUID(), op: 'delete' }]],
  ['a key that is none', [{ key: 'x', entity: 'document', id: randomUUID(), op: 'delete' }]],
  ['no op', [{ key: randomUUID(), entity: 'document', id: randomUUID(), op: '' }]],
  ['a patch that is none', [{ key: randomUUID(), entity: 'document', id: randomUUID(), op: 'change', patch: 1 }]],
  ['a base that is none', [{ key: randomUUID(), entity: 'document', id: randomUUID(), op: 'change', base: -1 }]],
  ['a megabyte', [{ key: randomUUID(), entity: 'document', id: randomUUID(), op: 'change', patch: { title: 'x'.repeat(1_100_000) } }]],
] as const
test.for(BAD)('[SYNC10] a request with %s is refused as a whole', async ([, mutations]) => {
  const good = mutation('favourite', (await createDocument(db, workspace)).id, 'create')
  const given = Array.isArray(mutations) && mutations.length > 0 ? [good, ...mutations] : mutations
  await expect(db.call(editor, 'apply_mutations', { device: randomUUID(), mutations: given } as never)).rejects.toMatchObject({
    code: 'PT422',
    detail: 'mutations_invalid',
  })
  expect(await db.admin`select from atrium.sync_receipts where key = ${good.key}`).toHaveLength(0)
})

test('[SYNC10] tasks are made, changed and given to people; what is no field of a device is refused', async () => {
  const task = randomUUID()
  const space_id = workspace.general.id
  const begun = await pull(editor, space_id)
  const outcomes = await apply(
    editor,
    randomUUID(),
    mutation('task', task, 'create', { patch: { space_id, title: 'Buy paper', priority: 2 } }),
    mutation('task', task, 'change', { patch: { due_on: '2027-01-31', title: 'Buy ink' } }),
    mutation('task', task, 'assign', { patch: { user_id: editor.id, assigned: true } }),
    mutation('task', task, 'change', { patch: { number: 7 } }),
    mutation('task', randomUUID(), 'change', { patch: { title: 'Nothing' } }),
  )
  expect(outcomes.map(({ outcome, code }) => code ?? outcome)).toEqual(['done', 'done', 'done', 'mutation_unknown', 'task_not_found'])
  const [line] = (await pull(editor, space_id, begun.cursor)).rows.filter(({ id }) => id === task)
  expect(line).toMatchObject({ entity: 'task', row: { title: 'Buy ink', due_on: '2027-01-31', priority: 2, assignees: [editor.id] } })
  const viewer = await createMember(db, workspace, 'viewer')
  expect(await apply(viewer, randomUUID(), mutation('task', task, 'change', { patch: { title: 'No' } }))).toMatchObject([
    { outcome: 'refused', code: 'task_closed' },
  ])
})

test('[SYNC12] what a device reads costs as much as changed, however much there is and however often it changed', async () => {
  const own = await createWorkspace(db)
  const space = own.general.id
  await db.admin`
    insert into atrium.documents (workspace_id, space_id, title, position)
    select ${own.id}, ${space}, 'x', 'a0' from generate_series(1, 5000)`
  let { cursor, more } = await pull(own.owner, space)
  while (more) ({ cursor, more } = await pull(own.owner, space, cursor))
  const [some] = await db.admin`select id from atrium.documents where space_id = ${space} limit 1`
  for (let turn = 0; turn < 50; turn++) await db.admin`update atrium.documents set icon = ${String(turn)} where id = ${some?.id}`
  await db.admin`analyze`
  const { upto } = cursor as { upto: string }
  const asked = await db.admin<{ 'QUERY PLAN': string }[]>`
    explain (analyze, costs off, timing off, buffers off) select * from atrium_private.changes line
    where line.scope_id = ${space} and line.xid >= pg_snapshot_xmin(${upto}::pg_snapshot) and not pg_visible_in_snapshot(line.xid, ${upto}::pg_snapshot)`
  const text = asked.map((line) => line['QUERY PLAN']).join('\n')
  expect(text).toMatch(/changes_scope_id_xid_id_idx/)
  expect(text).toMatch(/rows=1(\.00)? loops=1/)
  expect((await pull(own.owner, space, cursor)).rows).toHaveLength(1)
})

test('[SYNC12] old receipts and what is gone for long are forgotten; what is there is not', async () => {
  const document = await createDocument(db, workspace)
  const gone = await createDocument(db, workspace)
  await db.admin`delete from atrium.documents where id = ${gone.id}`
  await apply(editor, randomUUID(), mutation('favourite', document.id, 'create'))
  const lines = () => db.admin`select id, gone from atrium_private.changes where id in (${document.id}, ${gone.id}) and entity = 'document'`
  await db.admin`select atrium_private.forget_sync(now() + interval '99 days')`
  expect(await lines()).toHaveLength(2)
  expect(await db.admin`select from atrium.sync_receipts where row_id = ${document.id}`).toHaveLength(0)
  await db.admin`select atrium_private.forget_sync(now() + interval '101 days')`
  expect(await lines()).toEqual([{ id: document.id, gone: false }])
})
