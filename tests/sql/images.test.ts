import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { ACTORS, type Actor, createCast, createDocument, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
const storage = postgres(db.url('supabase_storage_admin'), { max: 8, onnotice: () => {} })
let workspace: Workspace
let cast: Record<Actor, User>
let documentId: string
beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
  documentId = (await createDocument(db, workspace)).id
  await storage`insert into storage.objects (bucket_id, name) values
    ('document-images', ${`${documentId}/${randomUUID()}.png`}), ('document-files', ${`${documentId}/${randomUUID()}`})`
}, 60_000)
afterAll(async () => {
  await storage.end()
  await db.drop()
})

/** What the storage service may do for somebody with an object: S select, I insert, U update, D delete; all is taken back. */
async function verbs(person: User, name = `${documentId}/${randomUUID()}.png`, bucket = 'document-images'): Promise<string> {
  const statements = {
    S: `select 1 from storage.objects where bucket_id = '${bucket}'`,
    I: `insert into storage.objects (bucket_id, name) values ('${bucket}', '${name}')`,
    U: `update storage.objects set metadata = '{}' where bucket_id = '${bucket}'`,
    D: `delete from storage.objects where bucket_id = '${bucket}'`,
  }
  const found = await Promise.all(
    Object.entries(statements).map(async ([verb, statement]) => {
      let count = 0
      const done = new Error('Take it back')
      await storage
        .begin(async (sql) => {
          const claims = JSON.stringify({ sub: person.id, role: 'authenticated' })
          await sql`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`
          count = (await sql.unsafe(statement)).count
          throw done
        })
        .catch((error: { code?: string }) => {
          if (error !== done && error.code !== '42501') throw error
        })
      return count > 0 ? verb : ''
    }),
  )
  return found.join('')
}

test('[IMG1] who reads a document sees its images, who writes it adds some, and nobody changes or deletes one', async () => {
  // biome-ignore format: one line for each actor would say no more
  expect(await Promise.all(ACTORS.map((actor) => verbs(cast[actor])))).toEqual(['', '', 'S', 'S', 'SI', 'SI', 'SI', ''])
  const files = ACTORS.map((actor) => verbs(cast[actor], `${documentId}/${randomUUID()}`, 'document-files'))
  expect(await Promise.all(files)).toEqual(['', '', 'S', 'S', 'SI', 'SI', 'SI', ''])
  await db.call(workspace.owner, 'trash_document', { id: documentId })
  expect(await Promise.all([cast.viewer, cast.editor].map((person) => verbs(person)))).toEqual(['', 'S'])
  await db.call(workspace.owner, 'restore_document', { id: documentId })
})

test('[IMG2] only names of the agreed form are taken', async () => {
  const image = randomUUID()
  const foreign = await createDocument(db, await createWorkspace(db))
  const names = [
    `${documentId}/${image}.svg`, `${documentId}/${image}`, `${documentId}/../${image}.png`, `${image}.png`, `${documentId}/x.png`, `${documentId}/${image}.png/x`,
    `${foreign.id}/${image}.png`, `${randomUUID()}/${image}.png`, `not-a-uuid/${image}.png`, '', 'x'.repeat(1000), `${documentId}/${image}.html.png`,
  ] // biome-ignore format: a list
  for (const name of names) expect([name, await verbs(cast.editor, name)]).toEqual([name, 'S'])
  const files = [
    `${documentId}/${image}.png`, `${documentId}/../${image}`, `${documentId}/${image}/x`, `${foreign.id}/${image}`, `${documentId}/x`, image,
  ] // biome-ignore format: a list
  for (const name of files) expect([name, await verbs(cast.editor, name, 'document-files')]).toEqual([name, 'S'])
})

test('[IMG3] the bucket is private, takes 10 MB and five kinds of images', async () => {
  expect(await db.admin`select public, file_size_limit::int, allowed_mime_types from storage.buckets where id = 'document-images'`).toEqual(
    [
      {
        public: false,
        file_size_limit: 10_485_760,
        allowed_mime_types: ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'],
      },
    ],
  )
})

test('[IMG4] the bucket of other files is private, takes 100 MB and no type that a browser runs', async () => {
  const [bucket] = await db.admin`select public, file_size_limit::int, allowed_mime_types from storage.buckets where id = 'document-files'`
  expect(bucket).toMatchObject({ public: false, file_size_limit: 104_857_600 })
  expect(bucket?.allowed_mime_types.filter((type: string) => !/^(video|audio)\/|^application\/octet-stream$/.test(type))).toEqual([])
})
