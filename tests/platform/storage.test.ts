import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person
let ben: Person

beforeAll(async () => {
  storage = await startStorage()
  anna = storage.person()
  ben = storage.person()
})
afterAll(() => storage.stop())

const docs = (person: Person) => person.client.storage.from('docs')
const textOf = async (person: Person, path: string): Promise<string> => {
  const { data, error } = await docs(person).download(path)
  return error ? `${error.statusCode} ${error.message}` : data.text()
}
/** Uploads a text and gives its path. */
async function put(name: string, text = 'hello', options = {}): Promise<string> {
  const path = `${anna.id}/${name}`
  const { error } = await docs(anna).upload(path, text, { contentType: 'text/plain', ...options })
  expect(error).toBeNull()
  return path
}

test.for([
  ['a string', () => 'content'],
  ['a buffer', () => Buffer.from('content')],
  ['an array buffer', () => new TextEncoder().encode('content').buffer],
  ['a blob', () => new Blob(['content'], { type: 'text/plain' })],
  ['a file', () => new File(['content'], 'name.txt', { type: 'text/plain' })],
  ['a form', () => formOf('content')],
  ['a web stream', () => new Blob(['content']).stream()],
  ['a Node stream', () => Readable.from([Buffer.from('con'), Buffer.from('tent')])],
] satisfies [string, () => Parameters<ReturnType<typeof docs>['upload']>[1]][])(
  '[STO1] %s goes up and comes down',
  async ([what, body]) => {
    const path = `${anna.id}/bodies/${what.replaceAll(' ', '-')}`
    const { data, error } = await docs(anna).upload(path, body(), { metadata: { from: 'anna' }, cacheControl: '60' })
    expect(error).toBeNull()
    expect(data).toMatchObject({ path, fullPath: `docs/${path}`, id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(await textOf(anna, path)).toBe('content')
    const info = await docs(anna).info(path)
    expect(info.data).toMatchObject({ size: 7, cacheControl: 'max-age=60', metadata: { from: 'anna' }, bucketId: 'docs', name: path })
  },
)

function formOf(text: string): FormData {
  const form = new FormData()
  form.append('file', new Blob([text], { type: 'text/plain' }))
  return form
}

test('[STO1] a row says whose the file is and what is in it', async () => {
  const path = await put('owned')
  const [row] = await storage.sql`select owner, owner_id, metadata, user_metadata from storage.objects where name = ${path}`
  expect(row).toMatchObject({ owner: anna.id, owner_id: anna.id, metadata: { size: 5, mimetype: 'text/plain', contentLength: 5 } })
})

test('[STO2] without upsert a file is never replaced; with it, or by update, it is, and the old bytes go', async () => {
  const path = await put('replaced', 'one')
  const before = storage.files()
  const again = await docs(anna).upload(path, 'two')
  expect(again.error).toMatchObject({ statusCode: '409', message: 'The resource already exists' })
  expect(await textOf(anna, path)).toBe('one')
  expect((await docs(anna).upload(path, 'three', { upsert: true })).error).toBeNull()
  expect(await textOf(anna, path)).toBe('three')
  expect((await docs(anna).update(path, new Blob(['four']))).error).toBeNull()
  expect(await textOf(anna, path)).toBe('four')
  expect(storage.files()).toHaveLength(before.length)
})

test('[STO2] writers of one name cross without a trace: one wins, one file stays', async () => {
  const path = `${anna.id}/crowded`
  const before = storage.files().length
  const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`)
  const results = await Promise.all(texts.map((text) => docs(anna).upload(path, text, { upsert: true })))
  expect(results.map(({ error }) => error)).toEqual(texts.map(() => null))
  expect(texts).toContain(await textOf(anna, path))
  expect(storage.files()).toHaveLength(before + 1)
  const once = await Promise.all(texts.map((text) => docs(anna).upload(`${anna.id}/once`, text)))
  expect(once.filter(({ error }) => error === null)).toHaveLength(1)
  expect(storage.files()).toHaveLength(before + 2)
})

test('[STO3] only the policies decide, and what may not be seen answers like what does not exist', async () => {
  const path = await put('private', 'secret')
  const missing = `${anna.id}/missing`
  for (const who of [ben.client, storage.anonymous()]) {
    const bucket = who.storage.from('docs')
    const answers = async (name: string) => [
      (await bucket.download(name)).error,
      (await bucket.info(name)).error,
      (await bucket.createSignedUrl(name, 60)).error,
      (await bucket.createSignedUrls([name], 60)).data?.[0]?.error,
      (await bucket.copy(name, `${ben.id}/stolen`)).error,
      (await bucket.move(name, `${ben.id}/stolen`)).error,
      (await bucket.remove([name])).data,
      await deleteOne(who === ben.client ? ben : null, name),
    ]
    const seen = await answers(path)
    expect(JSON.stringify(seen)).toBe(JSON.stringify(await answers(missing)))
    expect((await bucket.list(anna.id)).data).toEqual([])
    expect((await bucket.upload(path, 'forged', { upsert: true })).error).toMatchObject({ statusCode: '403' })
    expect((await bucket.update(path, 'forged')).error).toMatchObject({ statusCode: '403' })
    expect((await bucket.upload(missing, 'forged')).error).toMatchObject({
      statusCode: '403',
      message: 'new row violates row-level security policy',
    })
    expect((await bucket.createSignedUploadUrl(missing)).error).toMatchObject({ statusCode: '403' })
  }
  expect(await textOf(anna, path)).toBe('secret')
  expect((await docs(anna).move(path, `${ben.id}/gift`)).error).toMatchObject({ statusCode: '403' })
  expect((await docs(anna).copy(path, `${ben.id}/gift`)).error).toMatchObject({ statusCode: '403' })
})

async function deleteOne(person: Person | null, name: string): Promise<unknown> {
  const response = await fetch(`${storage.url}/object/docs/${name}`, { method: 'DELETE', headers: person?.headers ?? {} })
  return response.json()
}

test('[STO3] whoever may only add may add, and sees nothing', async () => {
  const letters = storage.anonymous().storage.from('letterbox')
  expect((await letters.upload('letter', 'dear all')).error).toBeNull()
  expect((await letters.upload('letter', 'again')).error).toMatchObject({ statusCode: '409' })
  expect((await letters.download('letter')).error).not.toBeNull()
  expect((await storage.service().storage.from('letterbox').download('letter')).error).toBeNull()
})

test('[STO3] policies are asked again when the bytes are there', async () => {
  const path = `${anna.id}/slow`
  const files = storage.files().length
  const body = new TransformStream<Uint8Array, Uint8Array>()
  const writer = body.writable.getWriter()
  const streamed = { method: 'POST', headers: anna.headers, body: body.readable, duplex: 'half' }
  const upload = fetch(`${storage.url}/object/docs/${path}`, streamed)
  await writer.write(Buffer.from('first half'))
  await expect.poll(() => storage.files().length).toBe(files + 1)
  await storage.sql`alter policy "owners add" on storage.objects with check (false)`
  await writer.close()
  expect(await (await upload).json()).toMatchObject({ statusCode: '403' })
  await storage.sql`
    alter policy "owners add" on storage.objects
    with check (bucket_id in ('docs', 'small') and (storage.foldername(name))[1] = (auth.jwt() ->> 'sub'))`
  expect(storage.files()).toHaveLength(files)
  expect((await docs(anna).info(path)).error).toMatchObject({ statusCode: '404' })
})

test.for([
  ['upload', 'storage.object.upload'],
  ['update', 'storage.object.upload_update'],
  ['list', 'storage.object.list'],
] as const)('[STO3] policies are told the operation: %s', async ([call, operation]) => {
  await storage.sql.unsafe(`
    drop policy if exists "only one operation" on storage.objects;
    create policy "only one operation" on storage.objects as restrictive for all to authenticated
      using (storage.allow_only_operation('${operation}')) with check (storage.allow_only_operation('${operation}'))`)
  const bucket = docs(anna)
  const path = `${anna.id}/operation-${call}`
  const results = {
    upload: (await bucket.upload(path, 'x')).error === null,
    update: (await bucket.update(path, 'y')).error === null,
    list: ((await bucket.list(anna.id)).data?.length ?? 0) > 0,
  }
  await storage.sql`drop policy "only one operation" on storage.objects`
  expect(results).toEqual({ upload: call === 'upload', update: call === 'update', list: call === 'list' })
})

test('[STO4] a file moves and is copied, within its bucket and into another', async () => {
  const path = await put('travels/from', 'cargo', { metadata: { note: 'kept' }, cacheControl: '77' })
  const copied = await docs(anna).copy(path, `${anna.id}/travels/copy`)
  expect(copied.data).toEqual({ path: `docs/${anna.id}/travels/copy` })
  expect(await textOf(anna, `${anna.id}/travels/copy`)).toBe('cargo')
  expect((await docs(anna).info(`${anna.id}/travels/copy`)).data).toMatchObject({ metadata: { note: 'kept' }, cacheControl: 'max-age=77' })
  const moved = await docs(anna).move(path, `${anna.id}/travels/to`)
  expect(moved.data).toMatchObject({ message: 'Successfully moved' })
  expect(await textOf(anna, path)).toBe('404 Object not found')
  expect(await textOf(anna, `${anna.id}/travels/to`)).toBe('cargo')
  expect((await docs(anna).move(`${anna.id}/travels/to`, `${anna.id}/travels/copy`)).error).toMatchObject({ statusCode: '409' })
  expect((await docs(anna).copy(`${anna.id}/travels/to`, `${anna.id}/travels/copy`)).error).toMatchObject({ statusCode: '409' })

  const small = anna.client.storage.from('small')
  expect((await docs(anna).copy(copied.data?.path.slice(5) ?? '', `${anna.id}/c`, { destinationBucket: 'small' })).error).toBeNull()
  expect((await docs(anna).move(`${anna.id}/travels/to`, `${anna.id}/m`, { destinationBucket: 'small' })).error).toBeNull()
  expect(await (await small.download(`${anna.id}/m`)).data?.text()).toBe('cargo')
  expect((await docs(anna).copy(`${anna.id}/travels/copy`, 'x', { destinationBucket: 'nowhere' })).error).toMatchObject({
    message: 'Bucket not found',
  })
  // The other bucket's limits hold for what comes from elsewhere.
  const large = await put('large', 'x'.repeat(2000))
  expect((await docs(anna).move(large, `${anna.id}/large`, { destinationBucket: 'small' })).error).toMatchObject({ statusCode: '413' })
  const binary = await put('binary', 'x', { contentType: 'application/zip' })
  expect((await docs(anna).copy(binary, `${anna.id}/zip`, { destinationBucket: 'small' })).error).toMatchObject({ statusCode: '415' })
})

test('[STO4] a copy may take another type and cache time', async () => {
  const path = await put('plain', 'text')
  const to = `${anna.id}/retyped`
  const metadata = { mimetype: 'text/markdown', cacheControl: 'max-age=5' }
  expect((await docs(anna).copy(path, to, { copyMetadata: false, metadata })).error).toBeNull()
  expect((await docs(anna).info(to)).data).toMatchObject({ contentType: 'text/markdown', cacheControl: 'max-age=5' })
})

test('[STO5] files are removed one by one and many at once, with their bytes', async () => {
  const before = storage.files().length
  const paths = [await put('gone/1'), await put('gone/2'), await put('gone/3')]
  const removed = await docs(anna).remove([...paths.slice(0, 2), `${anna.id}/never`])
  expect(removed.data?.map(({ name }) => name).sort()).toEqual(paths.slice(0, 2))
  expect(await deleteOne(anna, paths[2] ?? '')).toEqual({ message: 'Successfully deleted' })
  expect(await deleteOne(anna, paths[2] ?? '')).toMatchObject({ statusCode: '404', code: 'NoSuchKey' })
  expect(storage.files()).toHaveLength(before)
  expect((await docs(anna).remove([])).error).toMatchObject({ statusCode: '400' })
})

test('[STO5] SQL alone cannot delete a row and leave its file behind', async () => {
  await put('kept')
  await expect(storage.sql`delete from storage.objects`).rejects.toMatchObject({ code: '42501' })
})

test('[STO6] exists tells a file from nothing', async () => {
  const path = await put('there')
  expect(await docs(anna).exists(path)).toEqual({ data: true, error: null })
  expect((await docs(anna).exists(`${anna.id}/not-there`)).data).toBe(false)
  expect((await docs(ben).exists(path)).data).toBe(false)
})

test('[STO6] a version that is not the present one does not exist', async () => {
  const path = await put('versioned')
  const versionId = (await docs(anna).info(path)).data?.version ?? ''
  expect((await docs(anna).info(path, { versionId })).error).toBeNull()
  await put('versioned', 'newer', { upsert: true })
  expect((await docs(anna).info(path, { versionId })).error).toMatchObject({ statusCode: '404' })
  expect((await docs(anna).remove([{ path, versionId }])).data).toEqual([])
})
