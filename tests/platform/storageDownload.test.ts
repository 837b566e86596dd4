import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person
const TEXT = '0123456789'

beforeAll(async () => {
  storage = await startStorage()
  anna = storage.person()
  await upload('docs', `${anna.id}/digits`, TEXT, 'text/plain')
  await upload('docs', `${anna.id}/empty`, '', 'text/plain')
  await upload('site', 'digits', TEXT, 'text/plain')
})
afterAll(() => storage.stop())

async function upload(bucket: string, path: string, body: string, contentType: string): Promise<void> {
  const options = { contentType, cacheControl: '60', upsert: true }
  const { error } = await storage.service().storage.from(bucket).upload(path, body, options)
  if (error) throw error
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${storage.url}/object/${path}`, { method, headers: { ...anna.headers, ...headers } })
const digits = (headers: Record<string, string>, method?: string) => get(`authenticated/docs/${anna.id}/digits`, headers, method)

// biome-ignore format: a table
test.for([
  ['bytes=0-3',   206, '0123',     'bytes 0-3/10'],
  ['bytes=7-',    206, '789',      'bytes 7-9/10'],
  ['bytes=-2',    206, '89',       'bytes 8-9/10'],
  ['bytes=-50',   206, TEXT,       'bytes 0-9/10'],
  ['bytes=5-500', 206, '56789',    'bytes 5-9/10'],
  ['bytes=9-9',   206, '9',        'bytes 9-9/10'],
  ['bytes=10-',   416, null,       'bytes */10'],
  ['bytes=5-2',   416, null,       'bytes */10'],
  ['bytes=-0',    416, null,       'bytes */10'],
  ['bytes=-',     416, null,       'bytes */10'],
  ['bytes=a-b',   416, null,       'bytes */10'],
  ['bytes=0-1,3-4', 416, null,     'bytes */10'],
  ['pages=1-2',   416, null,       'bytes */10'],
  ['bytes=99999999999999999999-', 416, null, 'bytes */10'],
] as const)('[STO11] the range %s is answered with %i', async ([range, status, body, contentRange]) => {
  const response = await digits({ range })
  expect(response.status).toBe(status)
  expect(response.headers.get('content-range')).toBe(contentRange)
  if (body !== null) {
    expect(await response.text()).toBe(body)
    expect(response.headers.get('content-length')).toBe(String(body.length))
  } else expect(await response.json()).toMatchObject({ statusCode: '416', code: 'InvalidRange' })
})

test('[STO11] a range of another version is answered with the whole', async () => {
  const whole = await digits({ range: 'bytes=0-1', 'if-range': '"another"' })
  expect([whole.status, await whole.text()]).toEqual([200, TEXT])
  const part = await digits({ range: 'bytes=0-1', 'if-range': whole.headers.get('etag') ?? '' })
  expect([part.status, await part.text()]).toEqual([206, '01'])
})

test('[STO11] an empty file has no ranges and comes down empty', async () => {
  const response = await get(`authenticated/docs/${anna.id}/empty`)
  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '0', ''])
  expect((await get(`authenticated/docs/${anna.id}/empty`, { range: 'bytes=0-' })).status).toBe(416)
})

test('[STO12] a copy that is still fresh is not sent again', async () => {
  const first = await digits({})
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[0-9a-f]{64}"$/)
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await digits({ 'if-none-match': known })
    expect([known, again.status, await again.text(), again.headers.get('etag')]).toEqual([known, 304, '', etag])
  }
  expect((await digits({ 'if-none-match': '"x"' })).status).toBe(200)
  expect((await digits({ 'if-modified-since': first.headers.get('last-modified') ?? '' })).status).toBe(304)
  expect((await digits({ 'if-modified-since': new Date(0).toUTCString() })).status).toBe(200)
  await upload('docs', `${anna.id}/digits`, TEXT.replace('0', 'x'), 'text/plain')
  expect((await digits({ 'if-none-match': etag })).status).toBe(200)
  await upload('docs', `${anna.id}/digits`, TEXT, 'text/plain')
})

test('[STO12] HEAD says the same without the bytes', async () => {
  const got = await digits({})
  await got.text()
  const head = await digits({}, 'HEAD')
  expect(head.status).toBe(200)
  expect(await head.text()).toBe('')
  const compared = (response: Response) =>
    ['content-length', 'content-type', 'etag', 'last-modified', 'accept-ranges'].map((name) => response.headers.get(name))
  expect(compared(head)).toEqual(compared(got))
})

test('[STO13] what is public may be kept as its owner says, what needed a right is asked for again', async () => {
  const published = await get('public/site/digits')
  expect(published.headers.get('cache-control')).toBe('max-age=60')
  expect(published.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  const own = await digits({})
  expect(own.headers.get('cache-control')).toBe('private, no-cache')
  expect(own.headers.get('cross-origin-resource-policy')).toBe('same-origin')
  const { data } = await anna.client.storage.from('docs').createSignedUrl(`${anna.id}/digits`, 30)
  const signed = await fetch(data?.signedUrl ?? '')
  expect(signed.headers.get('cache-control')).toMatch(/^private, max-age=(29|30)$/)
})

test('[STO13] a bucket that is not public has no public address, nor one without a token', async () => {
  const wrong = { authorization: 'Bearer nonsense' }
  for (const path of [`public/docs/${anna.id}/digits`, `info/public/docs/${anna.id}/digits`]) expect((await get(path)).status).toBe(400)
  for (const headers of [{}, wrong]) {
    const response = await fetch(`${storage.url}/object/docs/${anna.id}/digits`, { headers })
    expect(await response.json()).toMatchObject({ statusCode: '404' })
    expect(await (await fetch(`${storage.url}/object/site/digits`, { headers })).text()).toBe(TEXT)
  }
  expect(await (await get(`authenticated/docs/${anna.id}/digits`, wrong)).json()).toMatchObject({ statusCode: '403', code: 'AccessDenied' })
  const url = storage.anonymous().storage.from('site').getPublicUrl('digits').data.publicUrl
  expect(await (await fetch(url)).text()).toBe(TEXT)
})

// biome-ignore format: a table
test.for([
  // uploaded as                 sent as                       shown in the browser
  ['image/png',                  'image/png',                  true],
  ['image/avif',                 'image/avif',                 true],
  ['video/mp4',                  'video/mp4',                  true],
  ['audio/ogg',                  'audio/ogg',                  true],
  ['application/pdf',            'application/pdf',            true],
  ['text/plain;charset=UTF-8',   'text/plain;charset=UTF-8',   true],
  ['image/svg+xml',              'image/svg+xml',              false],
  ['IMAGE/SVG+XML; x=1',         'image/svg+xml',              false],
  ['application/zip',            'application/zip',            false],
  ['application/json',           'application/json',           false],
  ['text/html',                  'text/plain; charset=utf-8',  false],
  ['Text/HTML; charset=utf-8',   'text/plain; charset=utf-8',  false],
  ['application/xhtml+xml',      'text/plain; charset=utf-8',  false],
  ['text/xml',                   'text/plain; charset=utf-8',  false],
  ['application/rss+xml',        'text/plain; charset=utf-8',  false],
  ['text/css',                   'text/plain; charset=utf-8',  false],
  ['text/javascript',            'text/plain; charset=utf-8',  false],
  ['application/x-javascript',   'text/plain; charset=utf-8',  false],
  ['text/jscript',               'text/plain; charset=utf-8',  false],
  ['application/wasm',           'text/plain; charset=utf-8',  false],
  ['multipart/related',          'text/plain; charset=utf-8',  false],
] as const)('[STO14] %s cannot run in the origin of the app', async ([uploaded, sent, isInline]) => {
  const name = `${anna.id}/active`
  await upload('docs', name, '<script>alert(1)</script>', uploaded)
  await upload('site', 'active', '<script>alert(1)</script>', uploaded)
  const { data } = await anna.client.storage.from('docs').createSignedUrl(name, 60)
  const answers = [await get(`docs/${name}`), await get(`authenticated/docs/${name}`), await get('public/site/active'), await fetch(data?.signedUrl ?? '')]
  for (const { status, headers } of answers) {
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe(sent)
    expect(headers.get('content-disposition')).toMatch(isInline ? /^inline$/ : /^attachment; filename=active;/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*; sandbox$/)
    expect(headers.get('content-security-policy')).not.toContain('script')
  }
})

test('[STO14] metadata that was written past the API puts nothing into the headers', async () => {
  await upload('site', 'forged', 'x', 'text/plain')
  const metadata = {
    mimetype: 'text/html\r\nx-evil: 1',
    cacheControl: 'a\nb',
    eTag: '"a\r\nx: y"',
    lastModified: 'never',
    contentEncoding: '\n',
  }
  await storage.sql`update storage.objects set metadata = ${storage.sql.json(metadata)} where name = 'forged'`
  const response = await get('public/site/forged')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/octet-stream')
  expect(response.headers.get('x-evil')).toBeNull()
  await storage.sql`update storage.objects set version = '../../../../etc/passwd' where name = 'forged'`
  expect(await (await get('public/site/forged')).json()).toMatchObject({ statusCode: '404' })
})

// biome-ignore format: a table
test.for([
  ['download',             'attachment'],
  ['download=',            'attachment'],
  ['download=plan.txt',    "attachment; filename=plan.txt; filename*=UTF-8''plan.txt"],
  ['download=d%C3%A9j%C3%A0%20%22vu%22', "attachment; filename=d%C3%A9j%C3%A0%20%22vu%22; filename*=UTF-8''d%C3%A9j%C3%A0%20%22vu%22"],
  ['download=a%0D%0Ax-evil:1', "attachment; filename=a%0D%0Ax-evil%3A1; filename*=UTF-8''a%0D%0Ax-evil%3A1"],
] as const)('[STO15] ?%s gives a file', async ([query, disposition]) => {
  expect((await get(`public/site/digits?${query}`)).headers.get('content-disposition')).toBe(disposition)
})

test('[STO15] download works through supabase-js, as a blob and as a stream', async () => {
  const bucket = anna.client.storage.from('docs')
  expect((await bucket.download(`${anna.id}/digits`)).data?.type).toBe('text/plain')
  const { data } = await bucket.download(`${anna.id}/digits`).asStream()
  expect(await new Response(data).text()).toBe(TEXT)
})

test('[STO16] what is stored compressed says so', async () => {
  const bucket = anna.client.storage.from('docs')
  const bytes = new Blob([TEXT]).stream().pipeThrough(new CompressionStream('gzip'))
  const body = Buffer.from(await new Response(bytes).arrayBuffer())
  expect((await bucket.upload(`${anna.id}/zipped`, body, { contentType: 'text/plain', contentEncoding: 'gzip' })).error).toBeNull()
  expect(await (await bucket.download(`${anna.id}/zipped`)).data?.text()).toBe(TEXT)
  expect((await bucket.info(`${anna.id}/zipped`)).data?.contentEncoding).toBe('gzip')
})

test('[STO17] image transformation is refused in a sentence', async () => {
  const bucket = anna.client.storage.from('docs')
  const expected = { statusCode: '400', message: 'Image transformation is not offered by this platform' }
  expect((await bucket.download(`${anna.id}/digits`, { transform: { width: 10 } })).error).toMatchObject(expected)
  expect((await bucket.createSignedUrl(`${anna.id}/digits`, 60, { transform: { width: 10 } })).error).toMatchObject(expected)
})
