import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage.stop())

test('[STO7] buckets are made, read, changed, emptied and deleted', async () => {
  const { storage: api } = storage.service()
  const options = { public: true, fileSizeLimit: '20KB', allowedMimeTypes: ['image/png', 'text/*'] }
  expect((await api.createBucket('team', options)).data).toEqual({ name: 'team' })
  expect((await api.createBucket('team')).error).toMatchObject({ statusCode: '409', message: 'The resource already exists' })
  expect((await api.getBucket('team')).data).toMatchObject({
    id: 'team',
    name: 'team',
    public: true,
    file_size_limit: 20_000,
    allowed_mime_types: ['image/png', 'text/*'],
    type: 'STANDARD',
  })
  expect((await api.updateBucket('team', { public: false, fileSizeLimit: null, allowedMimeTypes: null })).data).toEqual({
    message: 'Successfully updated',
  })
  expect((await api.getBucket('team')).data).toMatchObject({ public: false, file_size_limit: null, allowed_mime_types: null })
  const before = storage.files().length
  for (let index = 0; index < 3; index++) await api.from('team').upload(`f/${index}`, 'text')
  expect(storage.files()).toHaveLength(before + 3)
  expect((await api.deleteBucket('team')).error).toMatchObject({
    statusCode: '409',
    message: 'The bucket you tried to delete is not empty',
  })
  expect((await api.emptyBucket('team')).data).toEqual({ message: 'Successfully emptied' })
  expect(storage.files()).toHaveLength(before)
  expect((await api.deleteBucket('team')).data).toEqual({ message: 'Successfully deleted' })
  expect((await api.getBucket('team')).error).toMatchObject({ statusCode: '404', message: 'Bucket not found' })
})

test('[STO7] buckets are listed, sorted, searched and paged', async () => {
  const { storage: api } = storage.service()
  for (const name of ['list-a', 'list-b', 'list-c']) await api.createBucket(name)
  const names = async (options: Parameters<typeof api.listBuckets>[0]) => (await api.listBuckets(options)).data?.map(({ name }) => name)
  expect(await names({ search: 'LIST-', sortColumn: 'name', sortOrder: 'desc' })).toEqual(['list-c', 'list-b', 'list-a'])
  expect(await names({ search: 'list-', limit: 1, offset: 1 })).toEqual(['list-b'])
  expect((await api.listBuckets({ limit: -1 })).error).toMatchObject({ statusCode: '400' })
})

test('[STO7] people without a policy see and make no buckets', async () => {
  for (const { storage: api } of [storage.person().client, storage.anonymous()]) {
    expect((await api.listBuckets()).data).toEqual([])
    expect((await api.getBucket('docs')).error).toMatchObject({ message: 'Bucket not found' })
    expect((await api.createBucket('mine')).error).toMatchObject({ statusCode: '403' })
    expect((await api.updateBucket('docs', { public: true })).error).toMatchObject({ message: 'Bucket not found' })
    expect((await api.emptyBucket('docs')).error).toMatchObject({ message: 'Bucket not found' })
    expect((await api.deleteBucket('docs')).error).toMatchObject({ message: 'Bucket not found' })
  }
})

test('[STO8] a bucket takes only the sizes and types it is made for', async () => {
  const anna = storage.person()
  const small = anna.client.storage.from('small')
  const before = storage.files().length
  const upload = async (name: string, size: number, contentType: string) =>
    (await small.upload(`${anna.id}/${name}`, Buffer.alloc(size), { contentType })).error?.message ?? 'ok'
  expect(await upload('fits', 1000, 'image/png')).toBe('ok')
  expect(await upload('charset', 10, 'text/plain; charset=utf-8')).toBe('ok')
  expect(await upload('large', 1001, 'image/png')).toBe('The object exceeded the maximum allowed size')
  expect(await upload('type', 10, 'application/pdf')).toBe('mime type application/pdf is not supported')
  const blob = (size: number, type: string) => small.upload(`${anna.id}/blob-${size}`, new Blob([Buffer.alloc(size)], { type }))
  expect((await blob(999, 'image/gif')).error).toBeNull()
  expect((await blob(1002, 'image/gif')).error).toMatchObject({ statusCode: '413' })
  expect((await blob(5, 'text/html')).error).toMatchObject({ statusCode: '415' })
  expect(storage.files()).toHaveLength(before + 3)
})

test.for([
  ['a name with a slash', { name: 'a/b' }],
  ['an empty name', { name: '' }],
  ['a name of 101 characters', { name: 'x'.repeat(101) }],
  ['a name with spaces around', { name: ' a ' }],
  ['a name that climbs', { name: '..' }],
  ['a name in Greek', { name: 'αβγ' }],
  ['no name', {}],
  ['a name that is a number', { name: 7 }],
  ['a size that is no size', { name: 'a', file_size_limit: 'much' }],
  ['a negative size', { name: 'a', file_size_limit: -1 }],
  ['a size beyond the platform', { name: 'a', file_size_limit: '1GB' }],
  ['a type that is no type', { name: 'a', allowed_mime_types: ['<script>'] }],
  ['versioning', { name: 'a', versioning_status: 'ENABLED' }],
  ['analytics', { name: 'a', type: 'ANALYTICS' }],
] as const)('[STO7] a bucket with %s is refused', async ([, body]) => {
  const response = await fetch(`${storage.url}/bucket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${storage.tokens.sign({ role: 'service_role', exp: Date.now() })}` },
    body: JSON.stringify(body),
  })
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  expect(await response.json()).toEqual({
    statusCode: expect.stringMatching(/^4/),
    code: expect.any(String),
    error: expect.any(String),
    message: expect.any(String),
  })
  expect(await storage.sql`select from storage.buckets where name in ('a', '', ' a ', '..', 'a/b')`).toHaveLength(0)
})
