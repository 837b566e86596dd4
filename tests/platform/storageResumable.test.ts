import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import * as tus from 'tus-js-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person
let ben: Person
let now = () => Date.now()

beforeAll(async () => {
  storage = await startStorage({ clock: () => now() })
  anna = storage.person()
  ben = storage.person()
})
afterAll(() => storage.stop())

const MIB = 1 << 20
const endpoint = () => `${storage.url}/upload/resumable`
const docs = () => anna.client.storage.from('docs')
const download = async (path: string) => Buffer.from((await (await docs().download(path)).data?.arrayBuffer()) ?? new ArrayBuffer())

interface Run extends Partial<tus.UploadOptions> {
  path: string
  bucket?: string
  type?: string
}

/** Uploads as supabase's guide says; resolves with the upload, rejects with the server's answer. */
function upload(body: Buffer, { path, bucket = 'docs', type = 'text/plain', ...options }: Run): Promise<tus.Upload> {
  return new Promise((resolve, reject) => {
    const run: tus.Upload = new tus.Upload(body, {
      endpoint: endpoint(),
      headers: anna.headers,
      retryDelays: [],
      chunkSize: 6 * MIB,
      metadata: { bucketName: bucket, objectName: path, contentType: type, cacheControl: '90', metadata: '{"by":"tus"}' },
      ...options,
      onSuccess: () => resolve(run),
      onError: (error) => reject('originalResponse' in error && error.originalResponse ? answerOf(error.originalResponse) : error),
    })
    run.start()
  })
}

const answerOf = (response: tus.HttpResponse) => ({ status: response.getStatus(), ...parsed(response.getBody()) })
const parsed = (body: string): object => (body.startsWith('{') ? (JSON.parse(body) as object) : { body })

/** One request of the protocol. */
async function send(method: string, url: string, headers: Record<string, string> = {}, body?: BodyInit) {
  const response = await fetch(new URL(url, storage.url), {
    method,
    headers: { ...anna.headers, 'tus-resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, ...parsed(text) }
}

const encode = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')

async function create(path: string, length: number, headers: Record<string, string> = {}) {
  const metadata = encode({ bucketName: 'docs', objectName: path, contentType: 'text/plain' })
  return send('POST', endpoint(), { 'upload-length': String(length), 'upload-metadata': metadata, ...headers })
}
const patch = (url: string, offset: number, body: BodyInit, headers: Record<string, string> = {}) =>
  send('PATCH', url, { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...headers }, body)

test('[STO21] a file goes up in chunks and is an object like any other', async () => {
  const path = `${anna.id}/chunked`
  const body = randomBytes(13 * MIB)
  const chunks: number[] = []
  const run = await upload(body, { path, onChunkComplete: (size) => chunks.push(size) })
  expect(chunks).toEqual([6 * MIB, 6 * MIB, MIB])
  expect(run.url).toContain('/storage/v1/upload/resumable/')
  expect((await download(path)).equals(body)).toBe(true)
  expect((await docs().info(path)).data).toMatchObject({
    size: body.length,
    contentType: 'text/plain',
    cacheControl: 'max-age=90',
    metadata: { by: 'tus' },
  })
  expect((await storage.sql`select owner_id from storage.objects where name = ${path}`)[0]?.owner_id).toBe(anna.id)
})

test('[STO21] an empty file, and one whose length is told at the end', async () => {
  await upload(Buffer.alloc(0), { path: `${anna.id}/nothing` })
  expect(await download(`${anna.id}/nothing`)).toHaveLength(0)
  await upload(Buffer.from('later'), { path: `${anna.id}/deferred`, uploadLengthDeferred: true })
  expect((await download(`${anna.id}/deferred`)).toString()).toBe('later')
})

test('[STO22] an upload goes on where it stopped, after a broken connection and after a restart', async () => {
  const path = `${anna.id}/resumed`
  const body = randomBytes(3 * MIB)
  const created = await create(path, body.length)
  expect(created.status).toBe(201)
  const url = created.headers.get('location') ?? ''
  expect((await patch(url, 0, body.subarray(0, MIB))).status).toBe(204)
  await storage.restart()
  const head = await send('HEAD', url)
  expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
    200,
    String(MIB),
    String(body.length),
  ])
  await upload(body, { path, uploadUrl: new URL(url, storage.url).href })
  expect((await download(path)).equals(body)).toBe(true)
  // Who missed the last answer asks again, and hears that it is done.
  const after = await send('HEAD', url)
  expect([after.status, after.headers.get('upload-offset')]).toEqual([200, String(body.length)])
  expect(storage.files().filter((file) => file.includes('/uploads/') && !file.endsWith('.json'))).toEqual([])
})

test('[STO22] what came before the connection broke is kept', async () => {
  const url = (await create(`${anna.id}/broken`, 2 * MIB)).headers.get('location') ?? ''
  const half = new Blob([Buffer.alloc(MIB)]).stream()
  const abort = new AbortController()
  const init = {
    method: 'PATCH',
    headers: {
      ...anna.headers,
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    },
    body: endless(half),
    duplex: 'half',
    signal: abort.signal,
  }
  const broken = fetch(new URL(url, storage.url), init).catch((error: Error) => error.name)
  await expect.poll(() => sizeOf(url)).toBe(MIB)
  abort.abort()
  expect(await broken).toBe('AbortError')
  await expect.poll(async () => (await send('HEAD', url)).headers.get('upload-offset')).toBe(String(MIB))
})

/** How many bytes of an upload are on the disk. */
function sizeOf(url: string): number {
  const file = storage.files().find((path) => url.endsWith(basename(path)))
  return file ? statSync(file).size : -1
}

/** The stream's content, and then nothing for ever. */
function endless(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read()
      if (value) controller.enqueue(value)
      if (done) await new Promise(() => {})
    },
  })
}

test('[STO23] the same policies as for uploads, before any byte and at the end', async () => {
  const path = `${anna.id}/guarded`
  const before = storage.files().length
  await expect(upload(Buffer.from('x'), { path, headers: ben.headers })).rejects.toMatchObject({
    status: 403,
    code: 'AccessDenied',
    message: 'new row violates row-level security policy',
  })
  await expect(upload(Buffer.from('x'), { path, headers: {} })).rejects.toMatchObject({ status: 403 })
  await expect(upload(Buffer.from('x'), { path, bucket: 'nowhere' })).rejects.toMatchObject({ status: 404, code: 'NoSuchBucket' })
  await expect(upload(Buffer.alloc(2000), { path, bucket: 'small' })).rejects.toMatchObject({ status: 413 })
  await expect(upload(Buffer.from('x'), { path, bucket: 'small', type: 'text/html' })).rejects.toMatchObject({ status: 415 })
  await expect(upload(Buffer.from('x'), { path: `${anna.id}/../x` })).rejects.toMatchObject({ status: 400, code: 'InvalidKey' })
  expect(storage.files()).toHaveLength(before)

  const url = (await create(path, 4)).headers.get('location') ?? ''
  expect((await patch(url, 0, 'ab')).status).toBe(204)
  await storage.sql`alter policy "owners add" on storage.objects with check (false)`
  expect(await patch(url, 2, 'cd')).toMatchObject({ status: 403 })
  await storage.sql`
    alter policy "owners add" on storage.objects
    with check (bucket_id in ('docs', 'small') and (storage.foldername(name))[1] = (auth.jwt() ->> 'sub'))`
  expect((await docs().info(path)).error).not.toBeNull()
  expect((await patch(url, 2, 'cd')).status).toBe(204)
  expect((await download(path)).toString()).toBe('abcd')
})

test('[STO23] x-upsert decides whether a file may be replaced', async () => {
  const path = `${anna.id}/upserted`
  await upload(Buffer.from('one'), { path })
  await expect(upload(Buffer.from('two'), { path })).rejects.toMatchObject({ status: 409, error: 'Duplicate' })
  await upload(Buffer.from('three'), { path, headers: { ...anna.headers, 'x-upsert': 'true' } })
  expect((await download(path)).toString()).toBe('three')
})

test('[STO24] an upload that is somebody else’s does not exist', async () => {
  const url = (await create(`${anna.id}/mine`, 4)).headers.get('location') ?? ''
  const missing = url.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000')
  for (const target of [url, missing]) {
    expect((await send('HEAD', target, ben.headers)).status).toBe(404)
    expect((await patch(target, 0, 'evil', ben.headers)).status).toBe(404)
    expect((await send('DELETE', target, ben.headers)).status).toBe(404)
  }
  expect((await send('DELETE', url)).status).toBe(204)
  expect((await send('HEAD', url)).status).toBe(404)
})

test('[STO25] of two writers of one upload, one is told no', async () => {
  const path = `${anna.id}/raced`
  const url = (await create(path, 2 * MIB)).headers.get('location') ?? ''
  const chunk = randomBytes(2 * MIB)
  const answers = await Promise.all([patch(url, 0, chunk), patch(url, 0, chunk), patch(url, 0, chunk)])
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses[0]).toBe(204)
  expect(statuses.slice(1).every((status) => [400, 404, 409, 410, 423].includes(status))).toBe(true)
  expect((await download(path)).equals(chunk)).toBe(true)
})

test('[STO25] bytes must follow on those that are there', async () => {
  const url = (await create(`${anna.id}/offsets`, 4)).headers.get('location') ?? ''
  expect((await patch(url, 2, 'cd')).status).toBe(409)
  expect((await patch(url, 0, 'abcdef')).status).toBe(413)
  expect((await send('HEAD', url)).headers.get('upload-offset')).toBe('0')
  expect((await send('PATCH', url, { 'upload-offset': '0', 'content-type': 'text/plain' }, 'abcd')).status).toBe(400)
  expect((await send('GET', url)).status).toBe(404)
  expect((await send('PATCH', url, { 'tus-resumable': '0.1' }, 'abcd')).status).toBe(400)
})

test('[STO26] an abandoned upload is gone after a day', async () => {
  const url = (await create(`${anna.id}/abandoned`, 4)).headers.get('location') ?? ''
  const expires = (await patch(url, 0, 'ab')).headers.get('upload-expires')
  expect(Date.parse(expires ?? '') - Date.now()).toBeGreaterThan(23 * 3600_000)
  now = () => Date.now() + 25 * 3600_000
  await storage.restart()
  await expect.poll(() => storage.files().filter((file) => file.includes('/uploads/'))).toEqual([])
  now = () => Date.now()
  expect((await patch(url, 2, 'cd')).status).toBe(404)
})

test('[STO27] a signed token lets anybody upload one file by resumable upload', async () => {
  const path = `${anna.id}/signed-tus`
  const { data } = await docs().createSignedUploadUrl(path)
  const signed = { endpoint: `${endpoint()}/sign`, headers: { 'x-signature': data?.token ?? '' } }
  await expect(upload(Buffer.from('x'), { path: `${anna.id}/another`, ...signed })).rejects.toMatchObject({ status: 400 })
  await expect(upload(Buffer.from('x'), { path, endpoint: `${endpoint()}/sign`, headers: {} })).rejects.toMatchObject({ status: 400 })
  const run = await upload(Buffer.from('by token'), { path, ...signed })
  expect(run.url).toContain('/upload/resumable/sign/')
  expect((await download(path)).toString()).toBe('by token')
})

test('[STO21] a browser is told what it may send', async () => {
  const response = await send('OPTIONS', endpoint())
  expect(response.status).toBe(204)
  expect(response.headers.get('tus-version')).toBe('1.0.0')
  expect(response.headers.get('tus-extension')).toContain('creation')
  expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-upsert')
})
