import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyTrash } from '../../functions/jobs/emptyTrash.ts'
import { createStorage } from '../../functions/jobs/transfers/storage.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let admin: postgres.Sql
let olga: Person
let workspace: string
let space: string
beforeAll(async () => {
  platform = await startPlatform({})
  admin = postgres(platform.databaseUrl('postgres'), { max: 2, onnotice: () => {} })
  olga = await platform.signUp('Olga')
  workspace = randomUUID()
  await olga.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  const { data } = await olga.client.from('spaces').select('id').eq('workspace_id', workspace).single().throwOnError()
  space = data.id
})
afterAll(async () => {
  await admin?.end()
  await platform?.stop()
})

/** What the worker does each hour. */
const work = () =>
  emptyTrash(
    async (text, values) => ({ rows: await admin.unsafe(text, values as never[]) }),
    createStorage({ url: platform.url, secretKey: platform.secretKey }),
  )

async function page(parent: string | null = null): Promise<string> {
  const id = randomUUID()
  await olga.client.rpc('create_document', { id, space_id: space, parent_id: parent, title: 'Page' }).throwOnError()
  return id
}
async function picture(document: string): Promise<string> {
  const name = `${document}/${randomUUID()}.png`
  const { error } = await olga.client.storage.from('document-images').upload(name, new Blob(['bytes'], { type: 'image/png' }))
  if (error) throw error
  return name
}
const trash = async (id: string, days: number) => {
  await olga.client.rpc('trash_document', { id }).throwOnError()
  await admin`update atrium.documents set trashed_at = trashed_at - ${days} * interval '1 day'
    where trashed_at = (select trashed_at from atrium.documents where id = ${id})`
}
const exists = async (...ids: string[]) => {
  const found = await admin<{ id: string }[]>`select id from atrium.documents where id = any (${ids})`
  return ids.map((id) => found.some((row) => row.id === id))
}
const isStored = async (name: string) => (await admin`select from storage.objects where name = ${name}`).length === 1

test('[TRASH1] what lay in the trash longer than the workspace wants is deleted with what is beneath it and its files', async () => {
  const [old, fresh] = [await page(), await page()]
  const child = await page(old)
  const [shown, kept] = [await picture(child), await picture(fresh)]
  await trash(old, 31)
  await trash(fresh, 29)
  await work()
  expect(await exists(old, child, fresh)).toEqual([false, false, true])
  expect([await isStored(shown), await isStored(kept)]).toEqual([false, true])

  await olga.client.rpc('set_trash_retention', { workspace_id: workspace, days: null }).throwOnError()
  await work()
  expect(await exists(fresh)).toEqual([true])
  await olga.client.rpc('set_trash_retention', { workspace_id: workspace, days: 7 }).throwOnError()
  await work()
  expect(await exists(fresh)).toEqual([false])
  const { error } = await olga.client.rpc('set_trash_retention', { workspace_id: workspace, days: 0 })
  expect(error?.details).toBe('trash_days_invalid')
})

test('[TRASH2] what was restored, is locked, or has something locked beneath it stays', async () => {
  const [restored, above, free] = [await page(), await page(), await page()]
  const locked = await page(above)
  await olga.client.rpc('lock_document', { id: locked }).throwOnError()
  for (const id of [restored, above, free]) await trash(id, 100)
  await olga.client.rpc('restore_document', { id: restored }).throwOnError()
  await work()
  expect(await exists(restored, above, locked, free)).toEqual([true, true, true, false])
})

test('[TRASH3] a file goes with the last page that shows it', async () => {
  const original = await page()
  const name = await picture(original)
  const { data: copy } = await olga.client.rpc('duplicate_document', { document_id: original }).single<{ id: string }>().throwOnError()
  await trash(original, 100)
  await work()
  expect([...(await exists(original, copy.id)), await isStored(name)]).toEqual([false, true, true])
  await trash(copy.id, 0)
  await olga.client.rpc('delete_document', { id: copy.id }).throwOnError()
  await work()
  expect([...(await exists(copy.id)), await isStored(name)]).toEqual([false, false])
})
