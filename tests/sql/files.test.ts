import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import {
  ACTORS,
  type Actor,
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
import { openStorage } from '../support/objects.ts'

const db = await createDatabase()
const { verbs, close } = openStorage(db)
let workspace: Workspace
let cast: Record<Actor, User>
let space: string
beforeAll(async () => {
  workspace = await createWorkspace(db)
  space = workspace.general.id
  cast = await createCast(db, workspace)
}, 60_000)
afterAll(async () => {
  await close()
  await db.drop()
})

const folder = (name: string, parent: string | null = null, by = cast.editor) =>
  db.call(by, 'create_folder', { id: randomUUID(), space_id: space, parent_id: parent, name })
const file = (name: string, parent: string | null = null) => createFile(db, workspace, { name, parent_id: parent })
const names = async (parent: string | null) => {
  const rows = await db.admin<{ name: string }[]>`
    select name from atrium.files where space_id = ${space} and parent_id is not distinct from ${parent} and trashed_at is null order by name`
  return rows.map(({ name }) => name)
}
const versions = async (id: string) =>
  (await db.admin`select number, size::int, note, restored_from, path from atrium.file_versions where file_id = ${id} order by number`).map(
    (row) => ({ ...row }),
  )
const removed = async (at = new Date(), bucket = 'files') =>
  (await db.admin`select path from atrium_private.files_to_remove(${at}) where bucket = ${bucket}`).map(({ path }) => path)
const state = async (id: string) => (await db.admin`select state, problem from atrium.file_uploads where id = ${id}`)[0]

/** For each actor: objects of a present version, and of an upload that he announced himself if he may. */
const objectRights = (existing: string, bucket = 'files') =>
  Promise.all(
    ACTORS.map(async (actor) => {
      const upload = await beginUpload(db, cast[actor], workspace).catch(() => null)
      return verbs(cast[actor], existing, upload?.path ?? randomUUID(), bucket)
    }),
  )

test('[FILE1] the policies on objects follow the file, for every role and operation, and through the trash', async () => {
  const one = await file('rights.pdf')
  expect(await objectRights(one.path ?? '')).toEqual(['', '', 'S', 'S', 'SI', 'SI', 'SI', ''])
  await db.call(cast.editor, 'trash_file', { id: one.id })
  expect(await objectRights(one.path ?? '')).toEqual(['', '', '', '', 'SI', 'SI', 'SI', ''])
  await db.call(cast.editor, 'restore_file', { id: one.id })
  expect(await objectRights(one.path ?? '')).toEqual(['', '', 'S', 'S', 'SI', 'SI', 'SI', ''])
})

test('[FILE1] the files of a private space are hidden from everybody else, whatever their role', async () => {
  const hidden = randomUUID()
  await db.call(cast.editor, 'create_space', { id: hidden, workspace_id: workspace.id, name: 'Hidden', private: true })
  const upload = await beginUpload(db, cast.editor, workspace, { space_id: hidden })
  await storeUpload(db, upload)
  const who = await Promise.all([cast.editor, cast.owner, cast.viewer].map((person) => verbs(person, upload.path, randomUUID())))
  expect(who).toEqual(['S', '', ''])
  const rows = await db.as(cast.owner, (sql) => sql`select from atrium.files where space_id = ${hidden}`)
  expect(rows).toHaveLength(0)
})

test.for([
  ['', 'name_required'],
  [' \t', 'name_required'],
  ['\u200b', 'name_required'],
  ['.', 'name_invalid'],
  ['..', 'name_invalid'],
  ['../../etc/passwd', 'name_invalid'],
  ['a/b', 'name_invalid'],
  ['a\\b', 'name_invalid'],
  ['a\u0001b', 'name_invalid'],
  ['\u202egpj.exe', 'name_invalid'],
  ['trailing.', 'name_invalid'],
  ['con', 'name_reserved'],
  ['NUL.txt', 'name_reserved'],
  ['lpt1.pdf', 'name_reserved'],
  ['x'.repeat(256), 'name_too_long'],
  ['ü'.repeat(128), 'name_too_long'],
  ['x'.repeat(1_000_000), 'name_too_long'],
])('[FILE2] the name %j is refused, of folders, files and uploads', async ([name, detail]) => {
  const one = await folder(randomUUID())
  await expect(folder(name as string)).rejects.toMatchObject({ code: 'PT422', detail })
  await expect(db.call(cast.editor, 'rename_file', { id: one.id, name: name as string })).rejects.toMatchObject({ detail })
  await expect(beginUpload(db, cast.editor, workspace, { name: name as string })).rejects.toMatchObject({ detail })
})

test('[FILE2] a name is stored in one normal form', async () => {
  const made = await folder('  Cafe\u0301   Menü ')
  expect(made.name).toBe('Café Menü')
  expect((await folder('.gitignore')).name).toBe('.gitignore')
})

test('[FILE3] a name is once in a folder, whatever its case: refused, or numbered before its ending', async () => {
  const place = (await folder('Names')).id
  await folder('Äpfel', place)
  await expect(folder('äPFEL', place)).rejects.toMatchObject({ code: 'PT409', detail: 'name_taken' })
  await file('plan.pdf', place)
  await file('Plan.PDF', place)
  await file('plan.pdf', place)
  await file('.env', place)
  await file('.env', place)
  expect(await names(place)).toEqual(['.env', '.env (2)', 'Plan (2).PDF', 'plan (3).pdf', 'plan.pdf', 'Äpfel'].sort())
  await expect(beginUpload(db, cast.editor, workspace, { parent_id: place, name: 'PLAN.pdf', conflict: 'refuse' })).rejects.toMatchObject({
    detail: 'name_taken',
  })
  const long = `${'x'.repeat(251)}.pdf`
  await file(long, place)
  expect((await file(long, place)).name).toBe(`${'x'.repeat(247)} (2).pdf`)
})

test('[FILE4] a folder comes neither into itself nor into the trash, and two moves that cross make no circle', async () => {
  const [a, b] = [await folder('A'), await folder('B')]
  const inside = await folder('inside', a.id)
  const move = (id: string, to: string | null, by = cast.editor) => db.call(by, 'move_file', { id, parent_id: to })
  await expect(move(a.id, a.id)).rejects.toMatchObject({ code: 'PT409', detail: 'cycle' })
  await expect(move(a.id, inside.id)).rejects.toMatchObject({ detail: 'cycle' })
  const crossed = await Promise.allSettled([move(a.id, b.id), move(b.id, a.id, cast.admin)])
  expect(crossed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const bin = await folder('Bin')
  await db.call(cast.editor, 'trash_file', { id: bin.id })
  await expect(move(inside.id, bin.id)).rejects.toMatchObject({ detail: 'folder_not_found' })
  await expect(move(bin.id, null)).rejects.toMatchObject({ detail: 'file_trashed' })
  const pdf = await file('target.pdf')
  await expect(move(inside.id, pdf.id)).rejects.toMatchObject({ detail: 'folder_not_found' })
})

test('[FILE5] a copy of a folder has its own files and the same bytes, which go with the last version that has them', async () => {
  const place = await folder('Original')
  const one = await file('a.pdf', (await folder('deep', place.id)).id)
  const copy = await db.call(cast.editor, 'copy_file', { id: place.id, parent_id: null })
  expect(copy.name).toBe('Original (2)')
  const [twin] = await db.admin`select id, name, created_by from atrium.files where path = ${one.path} and id <> ${one.id}`
  expect(twin).toMatchObject({ name: 'a.pdf', created_by: cast.editor.id })
  for (const id of [place.id, copy.id]) {
    expect(await removed()).not.toContain(one.path)
    await db.call(cast.editor, 'trash_file', { id })
    await db.call(cast.editor, 'delete_file', { id })
  }
  expect(await removed()).toContain(one.path)
  await db.admin`select atrium_private.forget_removed_files('files', ${[one.path]})`
  expect(await removed()).not.toContain(one.path)
})

test('[FILE6] what goes to the trash together comes back together, at the top if its folder is gone, under a free name', async () => {
  const place = await folder('Season')
  const [early, late] = [await file('early.pdf', place.id), await file('late.pdf', place.id)]
  const trash = (id: string) => db.call(cast.editor, 'trash_file', { id })
  const restore = (id: string) => db.call(cast.editor, 'restore_file', { id })
  await expect(db.call(cast.editor, 'delete_file', { id: early.id })).rejects.toMatchObject({ detail: 'file_not_trashed' })
  await trash(early.id)
  await trash(place.id)
  await folder('Season')
  expect((await restore(place.id)).name).toBe('Season (2)')
  expect(await names(place.id)).toEqual(['late.pdf'])
  await trash(place.id)
  expect(await restore(late.id)).toMatchObject({ parent_id: null, trashed_at: null })
})

test('[FILE7] nothing is stored that was not announced, by another, or twice; before the check nobody else sees a file', async () => {
  const upload = await beginUpload(db, cast.editor, workspace, { name: 'secret.pdf' })
  expect(await verbs(cast.admin, upload.path, upload.path)).toBe('')
  expect(await verbs(cast.editor, upload.path, `${upload.path}.html`)).toBe('')
  expect(await verbs(cast.editor, upload.path, upload.path)).toBe('I')
  await db.admin`insert into storage.objects (bucket_id, name) values ('files', ${upload.path})`
  expect(await state(upload.id)).toEqual({ state: 'waiting', problem: null })
  await db.admin`update storage.objects set metadata = '{"size": 7}' where bucket_id = 'files' and name = ${upload.path}`
  expect(await state(upload.id)).toEqual({ state: 'stored', problem: null })
  const jobs = await db.admin`select data from pgboss.job where name = 'check_upload' and data ->> 'upload_id' = ${upload.id}`
  expect(jobs).toHaveLength(1)
  for (const person of [cast.editor, cast.owner]) expect(await verbs(person, upload.path, randomUUID())).toBe('')
  expect(await names(null)).not.toContain('secret.pdf')
  const finish = () => db.admin`select atrium_private.finish_upload(${upload.id}, 7, ${'b'.repeat(64)}, 'text/plain') state`
  expect([await finish(), await finish()].map(([row]) => row?.state)).toEqual(['done', 'done'])
  expect((await names(null)).filter((name) => name.startsWith('secret'))).toEqual(['secret.pdf'])
  expect(await verbs(cast.viewer, upload.path, randomUUID())).toBe('S')
  // The same call again is the same upload; the id of a version is no id for another.
  expect(await beginUpload(db, cast.editor, workspace, { id: upload.id })).toMatchObject({ id: upload.id, state: 'done' })
  await expect(beginUpload(db, cast.admin, workspace, { id: upload.id })).rejects.toMatchObject({ detail: 'id_taken' })
  await db.call(cast.editor, 'cancel_upload', { upload_id: upload.id })
  await expect(beginUpload(db, cast.admin, workspace, { id: upload.id })).rejects.toMatchObject({ detail: 'id_taken' })
  expect(await verbs(cast.viewer, upload.path, randomUUID())).toBe('S')
})

test('[FILE8] what is not what was announced becomes no version, and its bytes go', async () => {
  const sha256 = 'c'.repeat(64)
  const cases = [
    [await beginUpload(db, cast.editor, workspace), { size: 8 }, 'size_mismatch'],
    [await beginUpload(db, cast.editor, workspace, { sha256 }), { sha256: 'd'.repeat(64) }, 'checksum_mismatch'],
  ] as const
  for (const [upload, found, problem] of cases) {
    expect(await storeUpload(db, upload, found)).toBe('refused')
    expect(await state(upload.id)).toEqual({ state: 'refused', problem })
    expect(await removed()).toContain(upload.path)
  }
  const right = await beginUpload(db, cast.editor, workspace, { sha256 })
  expect(await storeUpload(db, right, { sha256 })).toBe('done')
})

test('[FILE8] who lost his rights, whose file is gone and whose space is archived uploads no version', async () => {
  const leaver = await createMember(db, workspace, 'editor')
  const upload = await beginUpload(db, leaver, workspace, { name: 'late.pdf' })
  const kept = await createFile(db, workspace, { name: 'kept.pdf' })
  const forTrashed = await beginUpload(db, cast.editor, workspace, { space_id: null, name: null, file_id: kept.id } as never)
  await db.call(workspace.owner, 'set_member_role', { workspace_id: workspace.id, user_id: leaver.id, role: 'viewer' })
  await db.call(workspace.owner, 'trash_file', { id: kept.id })
  const elsewhere = await db.call(cast.admin, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Old' })
  const archived = await beginUpload(db, cast.admin, workspace, { space_id: elsewhere.id })
  await db.call(workspace.owner, 'archive_space', { space_id: elsewhere.id })
  for (const [one, problem] of [
    [upload, 'role_too_low'],
    [forTrashed, 'file_not_found'],
    [archived, 'space_archived'],
  ] as const) {
    expect(await storeUpload(db, one)).toBe('refused')
    expect(await state(one.id)).toEqual({ state: 'refused', problem })
  }
  await expect(beginUpload(db, cast.admin, workspace, { space_id: elsewhere.id })).rejects.toMatchObject({ detail: 'space_archived' })
})

test('[FILE9] an upload on the same file is its next version; an older one is restored, named and deleted', async () => {
  const one = await file('versions.pdf')
  await addFileVersion(db, cast.editor, one.id, { note: 'Second thoughts' })
  const again = await beginUpload(db, cast.admin, workspace, { name: 'VERSIONS.pdf', conflict: 'version' })
  await storeUpload(db, again)
  const [first, second] = await db.admin<{ id: string }[]>`select id from atrium.file_versions where file_id = ${one.id} order by number`
  const restored = await db.call(cast.editor, 'restore_file_version', { version_id: first?.id ?? '' })
  expect(restored).toMatchObject({ version: 4, path: one.path, updated_by: cast.editor.id })
  expect(await versions(one.id)).toMatchObject([
    { number: 1, size: 7, note: '' },
    { number: 2, size: 9, note: 'Second thoughts' },
    { number: 3, size: 7, path: again.path },
    { number: 4, restored_from: 1, path: one.path },
  ])
  await db.call(cast.editor, 'label_file_version', { version_id: second?.id ?? '', label: ' To the  printer ' })
  expect(await db.admin`select label from atrium.file_versions where id = ${second?.id ?? ''}`).toEqual([{ label: 'To the printer' }])
  await db.call(cast.editor, 'delete_file_version', { version_id: first?.id ?? '' })
  expect(await removed()).not.toContain(one.path)
  const [last] = await db.admin`select id from atrium.file_versions where file_id = ${one.id} and number = 4`
  await expect(db.call(cast.editor, 'delete_file_version', { version_id: last?.id })).rejects.toMatchObject({
    detail: 'version_is_present',
  })
  const place = await folder('No versions')
  await expect(beginUpload(db, cast.editor, workspace, { file_id: place.id })).rejects.toMatchObject({ detail: 'is_folder' })
})

test('[FILE10] a workspace stores no more than its quota, also when uploads are announced at once', async () => {
  const small = await createWorkspace(db)
  const quota = (bytes: number | null) => db.call(small.owner, 'set_storage_quota', { workspace_id: small.id, bytes: bytes as number })
  await quota(20)
  const begun = await Promise.allSettled(Array.from({ length: 6 }, () => beginUpload(db, small.owner, small)))
  const uploads = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(uploads).toHaveLength(2)
  for (const one of begun) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'PT413', detail: 'storage_full' })
  await quota(10)
  const outcomes: string[] = []
  for (const one of uploads) outcomes.push(await storeUpload(db, one))
  expect(outcomes).toContain('refused')
  await quota(null)
  expect(await beginUpload(db, small.owner, small, { size: 5_000_000_000 })).toMatchObject({ state: 'waiting' })
  await expect(quota(-1)).rejects.toMatchObject({ detail: 'quota_invalid' })
})

test('[FILE11] uploads that came to nothing and old files in the trash go with their bytes', async () => {
  const waiting = await beginUpload(db, cast.editor, workspace)
  const old = await file('old.pdf')
  const kept = await file('kept in the bin.pdf')
  for (const { id } of [old, kept]) await db.call(cast.editor, 'trash_file', { id })
  await db.admin`update atrium.files set trashed_at = now() - interval '31 days' where id = ${old.id}`
  await db.admin`select atrium_private.empty_trash()`
  const left = await db.admin`select id from atrium.files where id = any (${[old.id, kept.id]})`
  expect(left).toEqual([{ id: kept.id }])
  await db.admin`select atrium_private.forget_uploads(now() + interval '8 days')`
  const gone = await removed()
  expect(gone).toEqual(expect.arrayContaining([waiting.path, old.path]))
  expect(gone).not.toContain(kept.path)
})

test('[FILE12] files of a space count for the workspace, the space and the person', async () => {
  const fresh = await createWorkspace(db)
  const upload = await beginUpload(db, fresh.owner, fresh)
  await db.admin`insert into storage.objects (bucket_id, name, owner_id, metadata)
    values ('files', ${upload.path}, ${fresh.owner.id}, '{"size": 7}')`
  await db.admin`select atrium_private.finish_upload(${upload.id}, 7, ${'a'.repeat(64)}, 'text/plain')`
  const use = await db.call(fresh.owner, 'storage_use', { workspace_id: fresh.id })
  expect(use.map(({ kind, id, bytes }) => [kind, id, Number(bytes)])).toEqual([
    ['workspace', fresh.id, 7],
    ['space', fresh.general.id, 7],
    ['person', fresh.owner.id, 7],
  ])
  const mine = await db.call(fresh.owner, 'my_files', {})
  expect(mine).toMatchObject([{ bucket_id: 'files', name: upload.path }])
})

const picture = async () => {
  const upload = await beginUpload(db, cast.editor, workspace, { name: 'photo.jpg' })
  await storeUpload(db, upload, { mime: 'image/jpeg' })
  return upload
}
const makeThumbnail = async (path: string) => {
  await db.admin`insert into storage.objects (bucket_id, name, metadata) values ('file-thumbnails', ${path}, '{"size": 9, "mimetype": "image/webp"}')`
  await db.admin`select atrium_private.store_thumbnail(${path}, 'UklGR')`
}

test('[FILE20] a thumbnail is read by who sees its file, and written by nobody, for every role and through the trash', async () => {
  const { id, path } = await picture()
  await makeThumbnail(path)
  const [row] =
    await db.admin`select file.id from atrium.files file join atrium.file_uploads done on done.file_id = file.id where done.id = ${id}`
  const rights = () => objectRights(path, 'file-thumbnails')
  expect(await rights()).toEqual(['', '', 'S', 'S', 'S', 'S', 'S', ''])
  await db.call(cast.editor, 'trash_file', { id: row?.id })
  expect(await rights()).toEqual(['', '', '', '', 'S', 'S', 'S', ''])
  await db.call(cast.editor, 'delete_file', { id: row?.id })
  expect(await rights()).toEqual(Array(8).fill(''))
  expect(await removed(new Date(), 'file-thumbnails')).toContain(path)
})

test('[FILE21] pictures get a job, once for the same bytes: copies and versions that come back have the thumbnail at once', async () => {
  const jobs = async (path: string) =>
    (await db.admin`select from pgboss.job where name = 'make_thumbnail' and data ->> 'path' = ${path}`).length
  const { id, path } = await picture()
  expect(await jobs(path)).toBe(1)
  expect(await jobs((await file('no picture.pdf')).path ?? '')).toBe(0)
  const [row] = await db.admin`select file_id as id from atrium.file_uploads where id = ${id}`
  await makeThumbnail(path)
  const placeholder = async (of: string) => (await db.admin`select placeholder from atrium.files where id = ${of}`)[0]?.placeholder
  expect(await placeholder(row?.id)).toBe('UklGR')
  expect((await db.call(cast.editor, 'copy_file', { id: row?.id, parent_id: null })).placeholder).toBe('UklGR')
  await addFileVersion(db, cast.editor, row?.id)
  expect(await placeholder(row?.id)).toBeNull()
  const [first] = await db.admin`select id from atrium.file_versions where file_id = ${row?.id} and number = 1`
  expect((await db.call(cast.editor, 'restore_file_version', { version_id: first?.id })).placeholder).toBe('UklGR')
  expect(await jobs(path)).toBe(1)
})

test('[FILE21] the thumbnail of a picture that went while it was drawn is removed', async () => {
  const gone = randomUUID()
  await db.admin`select atrium_private.store_thumbnail(${gone}, 'UklGR')`
  expect(await removed(new Date(), 'file-thumbnails')).toContain(gone)
})
