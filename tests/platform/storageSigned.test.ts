import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person
let ben: Person
let now = Date.now()

beforeAll(async () => {
  storage = await startStorage({ clock: () => now })
  anna = storage.person()
  ben = storage.person()
  await docs().upload(`${anna.id}/a b(1).txt`, 'shared')
})
afterAll(() => storage.stop())

const docs = () => anna.client.storage.from('docs')
const file = () => `${anna.id}/a b(1).txt`
const answer = async (url: string) => {
  const response = await fetch(url)
  const body = await response.text()
  return response.ok ? body : (JSON.parse(body) as { code: string }).code
}

async function signedUrl(seconds = 60): Promise<string> {
  const { data, error } = await docs().createSignedUrl(file(), seconds)
  if (error) throw error
  return data.signedUrl
}

test('[STO18] a signed URL opens its file to anybody, until it expires', async () => {
  const url = await signedUrl(60)
  expect(await answer(url)).toBe('shared')
  now += 61_000
  expect(await answer(url)).toBe('InvalidJWT')
  now = Date.now()
})

test('[STO18] many are signed at once; what may not be seen is told apart from nothing else', async () => {
  const { data } = await docs().createSignedUrls([file(), `${anna.id}/none`, `${ben.id}/none`, '../x'], 60)
  expect(data?.map(({ error }) => error === null)).toEqual([true, false, false, false])
  expect(await answer(data?.[0]?.signedUrl ?? '')).toBe('shared')
  expect((await docs().createSignedUrl(file(), 60, { download: 'renamed.txt' })).data?.signedUrl).toContain('&download=renamed.txt')
})

test('[STO18] a signed URL ends when its signer may no longer read the file', async () => {
  const url = await signedUrl()
  await storage.sql`alter policy "owners read" on storage.objects using (false)`
  expect(await answer(url)).toBe('NoSuchKey')
  await storage.sql`
    alter policy "owners read" on storage.objects
    using (bucket_id in ('docs', 'small') and (storage.foldername(name))[1] = (auth.jwt() ->> 'sub'))`
  expect(await answer(url)).toBe('shared')
})

test('[STO19] a signature fits one purpose, one file and one key', async () => {
  await docs().upload(`${anna.id}/other`, 'other')
  const url = await signedUrl()
  const token = new URL(url).searchParams.get('token') ?? ''
  const { data: upload } = await docs().createSignedUploadUrl(`${anna.id}/new`)
  const at = (name: string, value: string) => `${storage.url}/object/sign/docs/${encodeURI(name)}?token=${value}`
  expect(await answer(at(`${anna.id}/other`, token))).toBe('InvalidSignature')
  expect(await answer(at(`${anna.id}/new`, upload?.token ?? ''))).toBe('InvalidSignature')
  expect(await answer(at(file(), ''))).toBe('InvalidRequest')
  expect(await answer(`${storage.url}/object/sign/docs/${encodeURI(file())}`)).toBe('InvalidRequest')
  const asUpload = await anna.client.storage.from('docs').uploadToSignedUrl(file(), token, 'forged')
  expect(asUpload.error).toMatchObject({ statusCode: '400', message: 'Invalid signature' })

  const [header = '', payload = ''] = token.split('.')
  const seal = (content: string, secret: string) => createHmac('sha256', secret).update(content).digest('base64url')
  const wider = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), exp: 9e9 })).toString('base64url')
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  const forgeries = [
    `${header}.${payload}.`,
    `${header}.${payload}.AAAA`,
    `${none}.${payload}.`,
    `${header}.${wider}.${token.split('.')[2]}`,
    `${header}.${wider}.${seal(`${header}.${wider}`, 'signs urls')}`,
    anna.headers.authorization.slice(7),
    'a.b.c',
    '\u0000',
  ]
  for (const forgery of forgeries) expect(await answer(at(file(), encodeURIComponent(forgery)))).toBe('InvalidJWT')
  // Nor is a signature a way to be somebody.
  const asUser = await fetch(`${storage.url}/object/authenticated/docs/${encodeURI(file())}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(await asUser.json()).toMatchObject({ code: 'AccessDenied' })
  expect(Buffer.from(payload, 'base64url').toString()).not.toContain('@')
})

test('[STO20] a signed upload lets anybody put one file, in the name of who signed', async () => {
  const path = `${anna.id}/from-outside`
  const { data, error } = await docs().createSignedUploadUrl(path)
  expect(error).toBeNull()
  const outside = storage.anonymous().storage.from('docs')
  const token = data?.token ?? ''
  expect((await outside.uploadToSignedUrl(`${anna.id}/elsewhere`, token, 'x')).error).toMatchObject({ message: 'Invalid signature' })
  const result = await outside.uploadToSignedUrl(path, token, new Blob(['given'], { type: 'text/plain' }))
  expect(result.data).toEqual({ path, fullPath: `docs/${path}` })
  expect(await (await docs().download(path)).data?.text()).toBe('given')
  expect((await storage.sql`select owner_id from storage.objects where name = ${path}`)[0]?.owner_id).toBe(anna.id)
  expect((await outside.uploadToSignedUrl(path, token, 'again', { upsert: true })).error).toMatchObject({ statusCode: '409' })
  expect((await docs().createSignedUploadUrl(path)).error).toMatchObject({ statusCode: '409' })

  const upsert = await docs().createSignedUploadUrl(path, { upsert: true })
  expect((await outside.uploadToSignedUrl(path, upsert.data?.token ?? '', 'replaced')).error).toBeNull()
  expect(await (await docs().download(path)).data?.text()).toBe('replaced')
  now += 7_201_000
  expect((await outside.uploadToSignedUrl(path, upsert.data?.token ?? '', 'late')).error).toMatchObject({ statusCode: '400' })
  now = Date.now()
})

test.for([0, -1, 1.5, '60', null, 1e12])('[STO18] a URL cannot be signed for %j seconds', async (expiresIn) => {
  const response = await fetch(`${storage.url}/object/sign/docs/${encodeURI(file())}`, {
    method: 'POST',
    headers: anna.headers,
    body: JSON.stringify({ expiresIn }),
  })
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'InvalidRequest'])
})
