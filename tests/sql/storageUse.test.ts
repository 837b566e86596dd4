import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createWorkspace, type User } from '../support/factories.ts'

const db = await createDatabase()
const storage = postgres(db.url('supabase_storage_admin'), { max: 1, onnotice: () => {} })
afterAll(async () => {
  await storage.end()
  await db.drop()
})

/** As the storage service does: first the row, then its size. */
async function store(document: string, owner: User, bytes: number, bucket = 'document-files'): Promise<string> {
  const name = `${document}/${randomUUID()}${bucket === 'document-images' ? '.png' : ''}`
  const [row] = await storage`insert into storage.objects (bucket_id, name, owner_id) values (${bucket}, ${name}, ${owner.id}) returning id`
  await storage`update storage.objects set metadata = ${storage.json({ size: bytes })} where id = ${row?.id}`
  return row?.id as string
}

async function team() {
  const workspace = await createWorkspace(db)
  const editor = await createMember(db, workspace, 'editor')
  const document = (await createDocument(db, workspace)).id
  const use = async (asker = workspace.owner) =>
    (await db.call(asker, 'storage_use', { workspace_id: workspace.id })).map(({ kind, id, files, bytes }) => [
      kind,
      id,
      Number(files),
      Number(bytes),
    ])
  return { workspace, editor, document, use }
}

test('[USE1] files are counted for the workspace, each space and each person, and no more when they are gone', async () => {
  const { workspace, editor, document, use } = await team()
  const none = ['workspace', workspace.id, 0, 0]
  expect(await use()).toEqual([none])
  const first = await store(document, workspace.owner, 700)
  await store(document, editor, 200, 'document-images')
  await store(document, editor, 100)
  expect(await use()).toEqual([
    ['workspace', workspace.id, 3, 1000],
    ['space', workspace.general.id, 3, 1000],
    ['person', workspace.owner.id, 1, 700],
    ['person', editor.id, 2, 300],
  ])
  await storage`update storage.objects set metadata = ${storage.json({ size: 50 })} where id = ${first}`
  await storage`update storage.objects set last_accessed_at = now() where id = ${first}`
  expect((await use())[0]).toEqual(['workspace', workspace.id, 3, 350])
  await storage.begin(async (sql) => {
    await sql`select set_config('storage.allow_delete_query', 'true', true)`
    await sql`delete from storage.objects where id = ${first}`
  })
  expect(await use()).toEqual([
    ['workspace', workspace.id, 2, 300],
    ['space', workspace.general.id, 2, 300],
    ['person', editor.id, 2, 300],
  ])
})

test('[USE2] what is in a private space counts without its name, and its files are not listed', async () => {
  const { workspace, editor, document, use } = await team()
  const hidden = randomUUID()
  await db.call(editor, 'create_space', { id: hidden, workspace_id: workspace.id, name: 'Hidden', private: true })
  const secret = await db.call(editor, 'create_document', { id: randomUUID(), space_id: hidden })
  await store(secret.id, editor, 5000)
  await store(document, editor, 10)
  await store(document, workspace.owner, 20, 'document-images')
  expect(await use()).toEqual([
    ['workspace', workspace.id, 3, 5030],
    ['space', null, 1, 5000],
    ['space', workspace.general.id, 2, 30],
    ['person', editor.id, 2, 5010],
    ['person', workspace.owner.id, 1, 20],
  ])
  const largest = await db.call(workspace.owner, 'largest_files', { workspace_id: workspace.id })
  expect(largest.map(({ document_id, bytes, is_image }) => [document_id, Number(bytes), is_image])).toEqual([
    [document, 20, true],
    [document, 10, false],
  ])
})

test('[USE3] only admins ask, and other buckets and names do not count', async () => {
  const { workspace, editor, document, use } = await team()
  await expect(use(editor)).rejects.toMatchObject({ detail: 'role_too_low' })
  await expect(db.call(editor, 'largest_files', { workspace_id: workspace.id })).rejects.toMatchObject({ detail: 'role_too_low' })
  await storage`insert into storage.objects (bucket_id, name, metadata) values ('document-files', ${`${document}/notes.txt`}, ${storage.json({ size: 9 })})`
  expect(await use()).toEqual([['workspace', workspace.id, 0, 0]])
})

test('[USE4] everybody is told which files are his, in documents that he may still read', async () => {
  const { workspace, editor, document } = await team()
  await store(document, editor, 70, 'document-images')
  await store(document, workspace.owner, 30)
  const mine = async () => (await db.call(editor, 'my_files', {})).map(({ bucket_id, bytes }) => [bucket_id, Number(bytes)])
  expect(await mine()).toEqual([['document-images', 70]])
  await db.call(workspace.owner, 'remove_member', { workspace_id: workspace.id, user_id: editor.id })
  expect(await mine()).toEqual([])
})
