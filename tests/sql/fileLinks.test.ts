import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Functions } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createFile, createMember, createWorkspace, storeUpload, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let folder: string
let inner: string
let plan: Awaited<ReturnType<typeof createFile>>
let outside: Awaited<ReturnType<typeof createFile>>

const makeFolder = (name: string, parent: string | null) =>
  db.call(workspace.owner, 'create_folder', { id: crypto.randomUUID(), space_id: workspace.general.id, parent_id: parent, name })
const link = async (object_id: string, more: Partial<Functions['create_link']['Args']> = {}, by: User = workspace.owner) => {
  const [made] = await db.call(by, 'create_link', { object_type: 'file', object_id, ...more })
  return { id: made?.id ?? '', token: made?.token ?? '' }
}
interface Shown {
  name: string
  trail: { name: string }[]
  files: { name: string }[]
}
const show = async (token: string, pass: string | null = null, at: string | null = null, isArrival = false): Promise<Shown> => {
  const [row] = await db.admin`select atrium_private.linked_folder(${token}, ${pass}, ${at}, ${isArrival}) as shown`
  return row?.shown as Shown
}
const files = async (token: string, at: string, pass: string | null = null) =>
  (await db.admin`select * from atrium_private.linked_files(${token}, ${pass}, ${at})`).map(({ name, folders }) =>
    [...folders, name].join('/'),
  )
const drop = async (token: string, name: string, size = 7) => {
  const [row] = await db.admin<
    { id: string; path: string; name: string; size: number }[]
  >`select id, path, name, size::int from atrium_private.begin_drop(${token}, null, ${name}, ${size})`
  if (!row) throw new Error('Nothing was announced')
  return row
}
const gone = { code: 'PT404', detail: 'link_not_found' }

beforeAll(async () => {
  workspace = await createWorkspace(db)
  folder = (await makeFolder('Press', null)).id
  inner = (await makeFolder('Photos', folder)).id
  plan = await createFile(db, workspace, { name: 'plan.pdf', parent_id: inner })
  outside = await createFile(db, workspace, { name: 'salaries.pdf' })
}, 60_000)
afterAll(() => db.drop())

test('[LNK9] a link to a folder shows what is in it, however deep, and nothing above or beside it', async () => {
  const { token } = await link(folder)
  expect(await show(token)).toMatchObject({ name: 'Press', trail: [], files: [{ name: 'Photos' }], downloads: true, uploads: false })
  expect(await show(token, null, inner)).toMatchObject({ trail: [{ name: 'Press' }], files: [{ name: 'plan.pdf' }] })
  expect(await show(token, null, plan.id)).toMatchObject({ name: 'plan.pdf', is_folder: false, files: [] })
  await expect(show(token, null, outside.id)).rejects.toMatchObject(gone)
  expect(await files(token, folder)).toEqual(['Press/Photos/plan.pdf'])
  expect(await files(token, outside.id)).toEqual([])
  const deep = await link(inner)
  expect(await show(deep.token)).toMatchObject({ name: 'Photos', trail: [] })
  await expect(show(deep.token, null, folder)).rejects.toMatchObject(gone)
  await db.call(workspace.owner, 'trash_file', { id: inner })
  await expect(show(token, null, plan.id)).rejects.toMatchObject(gone)
  await expect(show(deep.token)).rejects.toMatchObject(gone)
  await db.call(workspace.owner, 'restore_file', { id: inner })
  expect(await files(deep.token, plan.id)).toEqual(['plan.pdf'])
})

test('[LNK9] by a link to files nobody gets a right in tables, and only editors make one, as it fits', async () => {
  const { token } = await link(folder)
  const visitor = await createMember(db, workspace, 'guest')
  await expect(db.call(visitor, 'open_link', { token })).rejects.toMatchObject({ code: 'PT409', detail: 'link_is_page' })
  expect(await db.as(visitor, (sql) => sql`select from atrium.files`)).toHaveLength(0)
  const viewer = await createMember(db, workspace, 'viewer')
  await expect(link(folder, {}, viewer)).rejects.toMatchObject({ detail: 'role_too_low' })
  await expect(link(folder, {}, visitor)).rejects.toMatchObject({ detail: 'file_not_found' })
  await expect(link(folder, { role: 'editor' })).rejects.toMatchObject({ detail: 'role_invalid' })
  await expect(link(plan.id, { uploads: true })).rejects.toMatchObject({ detail: 'object_type_invalid' })
  await expect(
    db.call(workspace.owner, 'create_link', { object_type: 'room', object_id: workspace.room.id, uploads: true }),
  ).rejects.toMatchObject({ detail: 'object_type_invalid' })
})

test('[LNK10] a link with a password opens with its pass alone; a link that is deleted or over opens nothing', async () => {
  const { id, token } = await link(folder, { password: 'open sesame' })
  await expect(show(token)).rejects.toMatchObject(gone)
  expect(await db.admin`select state, pass from atrium_private.read_link(${token}, 'wrong one')`).toEqual([
    { state: 'password_wrong', pass: null },
  ])
  const [opened] = await db.admin`select state, pass, title from atrium_private.read_link(${token}, 'open sesame')`
  expect(opened).toMatchObject({ state: 'open', title: null })
  expect(await show(token, opened?.pass)).toMatchObject({ name: 'Press' })
  for (const pass of ['', 'x', `${opened?.pass}0`, '99999999999.00']) {
    await expect(show(token, pass)).rejects.toMatchObject(gone)
    await expect(files(token, plan.id, pass)).rejects.toMatchObject(gone)
  }
  const other = await link(folder, { password: 'open sesame' })
  await expect(show(other.token, opened?.pass)).rejects.toMatchObject(gone)
  await db.call(workspace.owner, 'delete_link', { link_id: id })
  await expect(show(token, opened?.pass)).rejects.toMatchObject(gone)
  const brief = await link(folder, { expires_at: new Date(Date.now() + 60_000).toISOString() })
  await db.admin`update atrium.links set expires_at = now() - interval '1 second' where id = ${brief.id}`
  await expect(show(brief.token)).rejects.toMatchObject({ code: 'PT410', detail: 'link_expired' })
})

test('[LNK10] visits are counted, for editors of the space to see', async () => {
  const { id, token } = await link(folder)
  await show(token, null, null, true)
  await show(token, null, null, true)
  await show(token, null, inner)
  const seen = await db.as(
    workspace.owner,
    (sql) => sql`select visits, visited_at is not null as visited from atrium.links where id = ${id}`,
  )
  expect(seen).toEqual([{ visits: 2, visited: true }])
})

test.for([
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\me\\plan.pdf', 'plan.pdf'],
  ['a\u0001b\u202egpj.exe', 'abgpj.exe'],
  ['  white   space .txt. ', 'white space .txt'],
  ['CON.txt', '_CON.txt'],
  ['..', 'file'],
  ['', 'file'],
  ['Cafe\u0301.txt', 'Café.txt'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(251)}.pdf`],
  ['ü'.repeat(200), 'ü'.repeat(127)],
] as const)('[LNK11] what is dropped as %j is called %j', async ([name, tidy]) => {
  expect(await db.admin`select atrium_private.harmless_file_name(${name}) as name`).toEqual([{ name: tidy }])
})

test('[LNK11] what is dropped becomes a file of the folder, under a free name, and nothing of it is shown by the link', async () => {
  const box = (await makeFolder('Letter box', null)).id
  const { token } = await link(box, { uploads: true })
  for (let times = 0; times < 2; times++) expect(await storeUpload(db, await drop(token, 'offer.pdf'))).toBe('done')
  // Its length is known at the end; it is not longer than announced.
  expect(await storeUpload(db, await drop(token, 'short.txt', 100), { size: 3 })).toBe('done')
  expect(await storeUpload(db, await drop(token, 'long.txt', 3), { size: 4 })).toBe('refused')
  const stored = await db.admin`select name, created_by from atrium.files where parent_id = ${box} order by name`
  expect(stored.map(({ name }) => name)).toEqual(['offer (2).pdf', 'offer.pdf', 'short.txt'])
  expect(stored[0]?.created_by).toBeNull()
  expect((await show(token)).files).toEqual([])
  const [first] = await db.admin`select id from atrium.files where parent_id = ${box}`
  await expect(show(token, null, first?.id)).rejects.toMatchObject(gone)
  expect(await files(token, box)).toEqual([])
  const reading = await link(box)
  await expect(drop(reading.token, 'no.txt')).rejects.toMatchObject(gone)
})

test('[LNK12] a link takes so much an hour and a day, and what the workspace has room for; what comes after it is deleted is no file', async () => {
  const box = (await makeFolder('Small box', null)).id
  const { id, token } = await link(box, { uploads: true })
  await expect(drop(token, 'large.bin', 2 ** 30 + 1)).rejects.toMatchObject({ code: 'PT413', detail: 'too_large' })
  await db.call(workspace.owner, 'set_storage_quota', { workspace_id: workspace.id, bytes: 1000 })
  await expect(drop(token, 'large.bin', 1001)).rejects.toMatchObject({ code: 'PT413', detail: 'storage_full' })
  await db.call(workspace.owner, 'set_storage_quota', { workspace_id: workspace.id, bytes: null as never })
  const late = await drop(token, 'late.txt')
  await db.admin`
    insert into atrium.file_uploads (space_id, parent_id, link_id, name, size, conflict)
    select ${workspace.general.id}, ${box}, ${id}, 'x', 0, 'number' from generate_series(1, 199)`
  await expect(drop(token, 'one more.txt', 1)).rejects.toMatchObject({ code: 'PT429', detail: 'too_many_uploads' })
  await db.admin`update atrium.file_uploads set created_at = now() - interval '2 hours', size = 53000000 where link_id = ${id}`
  await expect(drop(token, 'one more.txt', 1_000_000_000)).rejects.toMatchObject({ detail: 'too_many_uploads' })
  await db.call(workspace.owner, 'delete_link', { link_id: id })
  expect(await storeUpload(db, late, { size: 7 })).toBe('refused')
  expect(await db.admin`select problem from atrium.file_uploads where id = ${late.id}`).toEqual([{ problem: 'role_too_low' }])
})
