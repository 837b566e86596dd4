import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Row } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { beginUpload, createFile, createMember, createWorkspace, storeUpload, type User, type Workspace } from '../support/factories.ts'
import { openStorage } from '../support/objects.ts'

const db = await createDatabase()
const { verbs, close } = openStorage(db)
let workspace: Workspace
let team: string
/** A guest with a role on the folder, one with a role by his group, and one with none. */
let viewer: User
let commenter: User
let editor: User
let grouped: User
let nobody: User
/** Contracts, with 2026 in it, with plan.pdf in that; beside it other.pdf. */
let root: Row<'files'>
let inner: Row<'files'>
let plan: Row<'files'>
let other: Row<'files'>

const share = (object_id: string, role: 'viewer' | 'commenter' | 'editor', to: { user_id: string } | { group_id: string }, more = {}) =>
  db.call(workspace.owner, 'share_item', { object_type: 'file', object_id, role, ...to, ...more })
const folder = (name: string, parent: string | null, by = workspace.owner) =>
  db.call(by, 'create_folder', { id: randomUUID(), space_id: workspace.general.id, parent_id: parent, name })
const file = (name: string, parent: string | null) => createFile(db, workspace, { name, parent_id: parent })
const seen = (by: User) =>
  db.as(by, async (sql) => (await sql<{ name: string }[]>`select name from atrium.files order by name`).map(({ name }) => name))
/** What the storage service may do for each with the object, and with an upload into the folder if he may announce one. */
const rights = (existing: string | null, into: string | null) =>
  Promise.all(
    [viewer, commenter, editor, grouped, nobody].map(async (person) => {
      const upload = await beginUpload(db, person, workspace, { parent_id: into }).catch(() => null)
      return verbs(person, existing ?? '', upload?.path ?? randomUUID())
    }),
  )

beforeAll(async () => {
  workspace = await createWorkspace(db)
  ;[viewer, commenter, editor, grouped, nobody] = (await Promise.all(
    Array.from({ length: 5 }, () => createMember(db, workspace, 'guest')),
  )) as [User, User, User, User, User]
  const made = await db.call(workspace.owner, 'create_group', { id: randomUUID(), workspace_id: workspace.id, name: 'Lawyers' })
  team = made.id
  await db.call(workspace.owner, 'add_group_member', { group_id: team, user_id: grouped.id })
  root = await folder('Contracts', null)
  inner = await folder('2026', root.id)
  plan = await file('plan.pdf', inner.id)
  other = await file('other.pdf', null)
  for (const [role, person] of [
    ['viewer', viewer],
    ['commenter', commenter],
    ['editor', editor],
  ] as const)
    await share(root.id, role, { user_id: person.id })
  await share(root.id, 'editor', { group_id: team })
}, 60_000)
afterAll(async () => {
  await close()
  await db.drop()
})

test('[FILE40] who has a role on a folder has it on all that is in it, and on nothing else; the policies on objects say the same', async () => {
  for (const person of [viewer, commenter, editor, grouped]) expect(await seen(person)).toEqual(['2026', 'Contracts', 'plan.pdf'])
  expect(await seen(nobody)).toEqual([])
  expect(await rights(plan.path, inner.id)).toEqual(['S', 'S', 'SI', 'SI', ''])
  expect(await rights(other.path, null)).toEqual(['', '', '', '', ''])
  const versions = await db.as(viewer, (sql) => sql`select file_id from atrium.file_versions`)
  expect(versions).toEqual([{ file_id: plan.id }])
  await db.call(workspace.owner, 'trash_file', { id: inner.id })
  expect(await rights(plan.path, inner.id)).toEqual(['', '', '', '', ''])
  await db.call(workspace.owner, 'restore_file', { id: inner.id })
  expect(await rights(plan.path, inner.id)).toEqual(['S', 'S', 'SI', 'SI', ''])
})

test('[FILE40] the right follows the tree: what moves out of a shared folder is lost at once, what moves in is gained', async () => {
  const move = (id: string, to: string | null) => db.call(workspace.owner, 'move_file', { id, parent_id: to })
  await move(inner.id, null)
  expect(await rights(plan.path, null)).toEqual(['', '', '', '', ''])
  await move(other.id, root.id)
  expect(await rights(other.path, root.id)).toEqual(['S', 'S', 'SI', 'SI', ''])
  await move(other.id, null)
  await move(inner.id, root.id)
  expect(await rights(plan.path, inner.id)).toEqual(['S', 'S', 'SI', 'SI', ''])
  const copy = await db.call(workspace.owner, 'copy_file', { id: inner.id, parent_id: null })
  const [twin] = await db.admin`select above from atrium.files where parent_id = ${copy.id}`
  expect(twin?.above).toEqual([copy.id, expect.any(String)])
  expect(await seen(viewer)).toEqual(['2026', 'Contracts', 'plan.pdf'])
  await db.call(workspace.owner, 'trash_file', { id: copy.id })
})

test('[FILE41] an editor of a shared folder changes what is in it, but takes nothing out of a folder that is not his', async () => {
  const made = await folder('Drafts', inner.id, editor)
  const upload = await beginUpload(db, editor, workspace, { name: 'draft.txt', parent_id: made.id })
  expect(await storeUpload(db, upload)).toBe('done')
  const [draft] = await db.admin<{ id: string }[]>`select id from atrium.files where name = 'draft.txt'`
  const id = draft?.id ?? ''
  expect(await db.call(editor, 'rename_file', { id, name: 'first draft.txt' })).toMatchObject({ updated_by: editor.id })
  expect(await db.call(editor, 'move_file', { id, parent_id: inner.id })).toMatchObject({ parent_id: inner.id })
  const low = { code: 'PT403', detail: 'role_too_low' }
  for (const person of [viewer, commenter]) {
    await expect(folder('No', inner.id, person)).rejects.toMatchObject({ detail: 'space_not_found' })
    await expect(db.call(person, 'rename_file', { id, name: 'no' })).rejects.toMatchObject(low)
    await expect(db.call(person, 'trash_file', { id })).rejects.toMatchObject(low)
  }
  // Not the folder that is shared itself, nor to where he may not.
  await expect(db.call(editor, 'trash_file', { id: root.id })).rejects.toMatchObject(low)
  await expect(db.call(editor, 'move_file', { id: root.id, parent_id: null })).rejects.toMatchObject({ code: 'PT404' })
  await expect(db.call(editor, 'move_file', { id, parent_id: null })).rejects.toMatchObject({ code: 'PT404' })
  await expect(
    db.call(editor, 'create_folder', { id: randomUUID(), space_id: randomUUID(), parent_id: root.id, name: 'No' }),
  ).rejects.toMatchObject({
    code: 'PT404',
  })
  expect((await db.call(editor, 'trash_file', { id: made.id })).trashed_at).not.toBeNull()
  expect(await seen(editor)).not.toContain('Drafts')
  await expect(db.call(editor, 'restore_file', { id: made.id })).rejects.toMatchObject({ detail: 'file_not_found' })
  await expect(db.call(nobody, 'rename_file', { id, name: 'no' })).rejects.toMatchObject({ detail: 'file_not_found' })
  await db.call(editor, 'trash_file', { id })
})

test('[FILE41] an upload whose author lost his right on the folder, or whose folder was taken away, becomes no version', async () => {
  const place = await folder('Lent', null)
  const grant = await share(place.id, 'editor', { user_id: nobody.id })
  const [early, late] = [
    await beginUpload(db, nobody, workspace, { name: 'early.txt', parent_id: place.id }),
    await beginUpload(db, nobody, workspace, { name: 'late.txt', parent_id: place.id }),
  ]
  expect(await storeUpload(db, early)).toBe('done')
  await db.call(workspace.owner, 'unshare_item', { grant_id: grant.id })
  expect(await storeUpload(db, late)).toBe('refused')
  const [state] = await db.admin`select problem from atrium.file_uploads where id = ${late.id}`
  expect(state).toEqual({ problem: 'role_too_low' })
})

test('[FILE42] a grant that ends, or is taken back, gives nothing from then on, on the folder and in it', async () => {
  const place = await folder('For a day', null)
  const one = await file('secret.pdf', place.id)
  const grant = await share(place.id, 'viewer', { user_id: nobody.id }, { expires_at: new Date(Date.now() + 60_000).toISOString() })
  expect(await verbs(nobody, one.path ?? '', randomUUID())).toBe('S')
  await db.admin`update atrium.grants set expires_at = now() - interval '1 second' where id = ${grant.id}`
  expect(await verbs(nobody, one.path ?? '', randomUUID())).toBe('')
  const again = await share(one.id, 'viewer', { group_id: team })
  expect(await verbs(grouped, one.path ?? '', randomUUID())).toBe('S')
  expect(await seen(grouped)).not.toContain('For a day')
  await db.call(workspace.owner, 'unshare_item', { grant_id: again.id })
  expect(await verbs(grouped, one.path ?? '', randomUUID())).toBe('')
  await share(one.id, 'viewer', { user_id: nobody.id })
  await db.call(workspace.owner, 'trash_file', { id: place.id })
  await db.call(workspace.owner, 'delete_file', { id: place.id })
  expect(await db.admin`select from atrium.grants where object_id = any (${[place.id, one.id]})`).toHaveLength(0)
})

test('[FILE43] why somebody may do something with a file, and who has access, name the folder by which it is shared', async () => {
  const [why] = await db.call(viewer, 'why_can', { user_id: viewer.id, object_type: 'file', object_id: plan.id, action: 'write' })
  expect(why).toMatchObject({ allowed: false, role: 'viewer', reason: 'The role is viewer, and this needs editor.' })
  expect(why?.chain).toMatchObject([{ source: 'grant', role: 'viewer' }])
  await expect(
    db.call(nobody, 'why_can', { user_id: nobody.id, object_type: 'file', object_id: plan.id, action: 'read' }),
  ).rejects.toMatchObject({ detail: 'file_not_found' })
  const people = await db.call(workspace.owner, 'who_has_access', { object_type: 'file', object_id: plan.id })
  const reasons = Object.fromEntries(people.map((person) => [person.user_id, person.reason]))
  expect(reasons[commenter.id]).toBe('Shared with this person as commenter, by the folder Contracts.')
  expect(reasons[grouped.id]).toBe('Shared with the group Lawyers as editor, by the folder Contracts.')
  expect(reasons[nobody.id]).toBeUndefined()
  expect(people.find((person) => person.user_id === viewer.id)?.chain).toMatchObject([{ folder_id: root.id, folder_name: 'Contracts' }])
  await expect(db.call(editor, 'who_has_access', { object_type: 'file', object_id: plan.id })).rejects.toMatchObject({
    detail: 'role_too_low',
  })
  const shown = await db.call(workspace.owner, 'visible_to', { workspace_id: workspace.id, user_id: viewer.id })
  expect(shown).toContainEqual(expect.objectContaining({ object_type: 'file', object_id: root.id, name: 'Contracts', role: 'viewer' }))
})

test('[FILE43] before a share is taken back it is shown who loses what', async () => {
  const [grant] = await db.admin<{ id: string }[]>`select id from atrium.grants where object_id = ${root.id} and user_id = ${viewer.id}`
  const lost = await db.call(workspace.owner, 'preview_access_change', { change: 'unshare_item', arguments: { grant_id: grant?.id } })
  expect(lost).toMatchObject([{ user_id: viewer.id, object_type: 'file', object_name: 'Contracts', before: 'viewer', after: null }])
})

test('[FILE44] who gets something shared is told, and reads its name for as long as he sees it', async () => {
  const inbox = () => db.call(viewer, 'my_inbox', { workspace_id: workspace.id })
  expect(await inbox()).toMatchObject([
    { kind: 'access', object_type: 'file', object_id: root.id, object_name: 'Contracts', detail: 'viewer' },
  ])
  await db.admin`update atrium.files set trashed_at = now() where id = ${root.id}`
  expect(await inbox()).toEqual([])
  await db.admin`update atrium.files set trashed_at = null where id = ${root.id}`
})

test('[FILE45] a folder moves to another space with all that is in it: rights, sums and shares follow at once, and two moves that cross end', async () => {
  const { owner, general, id } = workspace
  const hidden = await db.call(owner, 'create_space', { id: randomUUID(), workspace_id: id, name: 'Hidden', private: true })
  const member = await createMember(db, workspace, 'viewer')
  const place = await folder('Moving', null)
  const deep = await folder('deep', place.id)
  const one = await file('one.pdf', deep.id)
  const trashed = await file('trashed.pdf', deep.id)
  await db.call(owner, 'trash_file', { id: trashed.id })
  await share(deep.id, 'viewer', { user_id: nobody.id })
  await db.call(owner, 'create_link', { object_type: 'file', object_id: deep.id })
  const late = await beginUpload(db, owner, workspace, { name: 'late.pdf', parent_id: deep.id })
  const sums = async () =>
    Object.fromEntries(
      (await db.call(owner, 'storage_use', { workspace_id: id }))
        .filter(({ kind }) => kind === 'space')
        .map((row) => [row.id, Number(row.bytes)]),
    )
  const before = await sums()
  const low = { code: 'PT404', detail: 'space_not_found' }
  await expect(db.call(editor, 'move_file', { id: place.id, parent_id: null, space_id: hidden.id })).rejects.toMatchObject({
    code: 'PT404',
  })
  await expect(db.call(member, 'copy_file', { id: one.id, parent_id: null, space_id: hidden.id })).rejects.toMatchObject(low)
  expect(await verbs(member, one.path ?? '', randomUUID())).toBe('S')

  const moved = await db.call(owner, 'move_file', { id: place.id, parent_id: null, space_id: hidden.id })
  expect(moved).toMatchObject({ space_id: hidden.id, parent_id: null, above: [place.id] })
  const rows = await db.admin`
    select (select count(*)::int from atrium.files where space_id = ${hidden.id}) as files,
      (select count(*)::int from atrium.file_versions where space_id = ${hidden.id}) as versions,
      (select space_id from atrium.grants where object_id = ${deep.id}) = ${hidden.id} as granted,
      (select space_id from atrium.links where object_id = ${deep.id}) = ${hidden.id} as linked,
      (select above from atrium.files where id = ${one.id}) = ${[place.id, deep.id, one.id]} as placed`
  expect(rows).toEqual([{ files: 4, versions: 2, granted: true, linked: true, placed: true }])
  expect(await verbs(member, one.path ?? '', randomUUID())).toBe('')
  expect(await verbs(nobody, one.path ?? '', randomUUID())).toBe('S')
  const after = await sums()
  expect(after[hidden.id]).toBe(14)
  expect(after[general.id]).toBe((before[general.id] ?? 0) - 14)
  expect(await storeUpload(db, late)).toBe('done')
  expect(await db.admin`select space_id from atrium.files where name = 'late.pdf'`).toEqual([{ space_id: hidden.id }])

  const copy = await db.call(owner, 'copy_file', { id: deep.id, parent_id: null, space_id: general.id })
  expect(copy).toMatchObject({ space_id: general.id, name: 'deep' })
  const [back, forth] = [await folder('Back', null), place.id]
  const crossed = await Promise.allSettled([
    db.call(owner, 'move_file', { id: back.id, parent_id: null, space_id: hidden.id }),
    db.call(owner, 'move_file', { id: forth, parent_id: null, space_id: general.id }),
  ])
  expect(crossed.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
  const other = await createWorkspace(db)
  await db.admin`insert into atrium.members (workspace_id, user_id, role) values (${other.id}, ${owner.id}, 'editor')`
  for (const name of ['move_file', 'copy_file'] as const)
    await expect(db.call(owner, name, { id: copy.id, parent_id: null, space_id: other.general.id })).rejects.toMatchObject({
      detail: 'other_workspace',
    })
})

test('[FILE45] all files in a folder are listed for whoever reads it, with the folders between', async () => {
  const list = (by: User, folder_id: string) => db.call(by, 'folder_files', { folder_id })
  expect(await list(viewer, root.id)).toMatchObject([{ id: plan.id, path: plan.path, folders: ['2026'] }])
  await expect(list(nobody, root.id)).rejects.toMatchObject({ detail: 'file_not_found' })
})
