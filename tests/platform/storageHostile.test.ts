import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLimiter } from '../../supabase/local/storage/limiter.ts'
import { type Person, type StorageServer, startStorage } from './storageSupport.ts'

let storage: StorageServer
let anna: Person

beforeAll(async () => {
  storage = await startStorage({ fileSizeLimit: 5_000_000 })
  anna = storage.person()
  await storage.service().storage.from('site').upload('page', 'public')
})
afterAll(() => storage.stop())

/** Each file on the disk has its row; a client that was cut off may be heard of a little later. */
async function expectNoOrphans(): Promise<void> {
  await expect.poll(async () => (await storage.sql`select from storage.objects`).length - storage.files().length).toBe(0)
}

/** What a socket that is written to by hand answers: the status line and the body, if it came at all. */
function raw(lines: string[], body: (string | Buffer)[] = [], { end = false } = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(storage.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }))
    socket.on('error', (error) => (text ? undefined : reject(error)))
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    for (const part of body) socket.write(part)
    if (end) socket.end()
  })
}
const headersOf = (person: Person) => [`host: x`, `authorization: ${person.headers.authorization}`]

const CLIMBING = [
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/etc/passwd',
  '%252e%252e%252fetc',
  '..\\..\\etc',
  '..%5c..%5cetc',
  'a%00b',
  'a/./b',
  'a//b',
  '%2fetc/passwd',
  'a/',
  'n%C3%A4me',
  '%F0%9F%98%80',
  '%ff%fe',
  '%E2%80%AEgpj.exe',
  'a%0d%0ab',
  'x'.repeat(1025),
  '%',
]
test.for(CLIMBING)('[STO28] nothing is read, written or signed under the name %j', async (name) => {
  const path = name.startsWith('.') ? `${anna.id}/${name}` : name
  for (const route of [
    `object/docs/${path}`,
    `object/authenticated/docs/${path}`,
    `object/info/docs/${path}`,
    `object/public/site/${path}`,
  ]) {
    const answer = await raw([`GET /storage/v1/${route} HTTP/1.1`, ...headersOf(anna), 'connection: close'])
    expect([route, answer.status]).toEqual([route, 400])
  }
  for (const [method, route] of [
    ['POST', 'object'],
    ['PUT', 'object'],
    ['POST', 'object/upload/sign'],
    ['POST', 'object/sign'],
    ['DELETE', 'object'],
  ]) {
    const answer = await raw(
      [`${method} /storage/v1/${route}/docs/${path} HTTP/1.1`, ...headersOf(anna), 'content-length: 16', 'connection: close'],
      ['{"expiresIn":60}'],
    )
    expect([route, answer.status]).toEqual([route, 400])
    expect(answer.text).not.toContain('at ')
  }
  await expectNoOrphans()
  expect(readdirSync(dirname(storage.settings.directory)).filter((entry) => entry.includes('etc'))).toEqual([])
})

test('[STO28] names in bodies are held to the same', async () => {
  const { service } = { service: storage.service().storage.from('docs') }
  await service.upload('source', 'x')
  for (const name of ['../up', 'a/../b', '/root', 'näme', 'a\\b', 'a\0b', 'x'.repeat(1025), '']) {
    expect((await service.move('source', name)).error).toMatchObject({ statusCode: '400' })
    expect((await service.copy('source', name)).error).toMatchObject({ statusCode: '400' })
    expect((await service.move(name, 'target')).error).toMatchObject({ statusCode: '400' })
  }
  expect((await service.createSignedUrls(['../up', 'source'], 60)).data?.map(({ error }) => error === null)).toEqual([false, true])
})

test('[STO28] a name of 1,000 characters is a name', async () => {
  const name = `${anna.id}/${'x'.repeat(900)}/${'y'.repeat(50)}`
  const bucket = anna.client.storage.from('docs')
  expect((await bucket.upload(name, 'long')).error).toBeNull()
  expect(await (await bucket.download(name)).data?.text()).toBe('long')
})

test('[STO29] a body beyond the limit is refused, announced or not, and leaves nothing', async () => {
  const path = `${anna.id}/endless`
  const announced = await fetch(`${storage.url}/object/docs/${path}`, {
    method: 'POST',
    headers: anna.headers,
    body: Buffer.alloc(5_000_001),
  })
  expect([announced.status, await announced.json()]).toMatchObject([413, { statusCode: '413', code: 'EntityTooLarge' }])

  let sent = 0
  const endless = new ReadableStream({
    pull(controller) {
      sent += 65_536
      controller.enqueue(Buffer.alloc(65_536))
    },
  })
  const init = { method: 'POST', headers: anna.headers, body: endless, duplex: 'half' }
  const response = await fetch(`${storage.url}/object/docs/${path}`, init)
  expect([response.status, await response.json()]).toMatchObject([413, { code: 'EntityTooLarge' }])
  expect(sent).toBeLessThan(200_000_000)

  const form = new FormData()
  form.append('file', new Blob([Buffer.alloc(5_000_001)]))
  const asForm = await fetch(`${storage.url}/object/docs/${path}`, { method: 'POST', headers: anna.headers, body: form })
  expect(asForm.status).toBe(413)
  await expectNoOrphans()
})

test.for([
  ['too short', 'content-length: 100', ['only this']],
  ['a chunked body that stops', 'transfer-encoding: chunked', ['5\r\nhello\r\n']],
  ['a chunk that lies', 'transfer-encoding: chunked', ['fffff\r\nhello\r\n0\r\n\r\n']],
] as const)('[STO29] a body that is %s is no object', async ([, header, body]) => {
  const name = randomUUID()
  await raw([`POST /storage/v1/object/docs/${anna.id}/${name} HTTP/1.1`, ...headersOf(anna), header], [...body], { end: true })
  await expectNoOrphans()
  expect((await anna.client.storage.from('docs').info(`${anna.id}/${name}`)).error).toMatchObject({ statusCode: '404' })
})

const BOUNDARY = 'xyz'
const part = (headers: string, body: string) => `--${BOUNDARY}\r\n${headers}\r\n\r\n${body}\r\n`
const FILE = part('content-disposition: form-data; name=""; filename="f"\r\ncontent-type: text/plain', 'file')
test.for([
  ['without a file', `${part('content-disposition: form-data; name="cacheControl"', '3600')}--${BOUNDARY}--\r\n`],
  ['without an end', FILE.slice(0, -4)],
  ['that is empty', ''],
  ['that is no form', 'hello'],
  ['with twenty fields', `${part('content-disposition: form-data; name="a"', 'b').repeat(20)}${FILE}--${BOUNDARY}--\r\n`],
  ['with a field of 2 MB', `${part('content-disposition: form-data; name="metadata"', 'm'.repeat(2_000_000))}${FILE}--${BOUNDARY}--\r\n`],
  ['with twenty fields after the file', `${FILE}${part('content-disposition: form-data; name="a"', 'b').repeat(20)}--${BOUNDARY}--\r\n`],
  [
    'with a forbidden type after the file',
    `${FILE}${part('content-disposition: form-data; name="contentType"', 'a b')}--${BOUNDARY}--\r\n`,
  ],
] as const)('[STO29] a form %s is refused and leaves nothing', async ([, body]) => {
  const response = await fetch(`${storage.url}/object/docs/${anna.id}/form`, {
    method: 'POST',
    headers: { ...anna.headers, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body,
  })
  expect([400, 413]).toContain(response.status)
  expect(await response.json()).toMatchObject({ statusCode: expect.stringMatching(/^4/), message: expect.any(String) })
  await expectNoOrphans()
})

test('[STO29] a form without a boundary is refused', async () => {
  const headers = { ...anna.headers, 'content-type': 'multipart/form-data' }
  const response = await fetch(`${storage.url}/object/docs/${anna.id}/form`, { method: 'POST', headers, body: 'x' })
  expect(await response.json()).toMatchObject({ statusCode: '400', message: 'The form is broken' })
})

test.for([
  ['no JSON', '{"prefix":', 400],
  ['broken UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
  ['a list', '[1]', 400],
  ['null', 'null', 400],
  ['10 MB of JSON', JSON.stringify({ prefix: 'x'.repeat(10_000_000) }), 413],
  ['a deep nest', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400],
  ['a prototype', '{"__proto__":{"prefix":""}}', 400],
] as const)('[STO30] %s is answered with a sentence', async ([, body, status]) => {
  for (const route of ['object/list/docs', 'object/move', 'bucket']) {
    const response = await fetch(`${storage.url}/${route}`, { method: 'POST', headers: anna.headers, body })
    expect([route, response.status]).toEqual([route, status])
    const answer = (await response.json()) as { message: string; statusCode: string }
    expect(answer).toMatchObject({ statusCode: String(status), message: expect.any(String) })
    expect(answer.message).not.toMatch(/at .*\.ts|node_modules|Unexpected token/)
  }
})

test.for([
  ['GET', 'nothing'],
  ['POST', ''],
  ['PATCH', 'object/docs/x'],
  ['GET', 'object'],
  ['PROPFIND', 'bucket'],
  ['DELETE', 'object/list'],
  ['GET', 'upload/resumable/x/y'],
] as const)('[STO30] %s %s is no route', async ([method, path]) => {
  const answer = await raw([`${method} /storage/v1/${path} HTTP/1.1`, ...headersOf(anna), 'connection: close'])
  expect([400, 404]).toContain(answer.status)
})

test('[STO30] metadata that PostgreSQL cannot hold is refused', async () => {
  const bucket = anna.client.storage.from('docs')
  const before = storage.files().length
  expect((await bucket.upload(`${anna.id}/nul`, 'x', { metadata: { a: '\0' } })).error).toMatchObject({ statusCode: '400' })
  expect(storage.files()).toHaveLength(before)
})

test.for([
  ['a wrong token', { authorization: 'Bearer x.y.z' }],
  ['a token of a role that does not exist', { role: 'nobody_at_all' }],
  ['a token of a role that may not be used', { role: 'supabase_admin' }],
  ['an expired token', { exp: 1 }],
] as const)('[STO31] %s gets in nowhere', async ([, claims]) => {
  const headers = 'authorization' in claims ? claims : storage.person(claims).headers
  const before = storage.files()
  for (const [method, path] of [
    ['GET', 'bucket'],
    ['POST', 'object/docs/a'],
    ['GET', 'object/authenticated/docs/a'],
    ['POST', 'upload/resumable'],
  ] as const) {
    const response = await fetch(`${storage.url}/${path}`, { method, headers, ...(method === 'POST' ? { body: 'x' } : {}) })
    expect([400, 403, 412]).toContain(response.status)
  }
  expect(storage.files()).toEqual(before)
})

test('[STO32] many uploads at once are all stored, each once', async () => {
  const people = Array.from({ length: 4 }, () => storage.person())
  const statuses = await Promise.all(
    Array.from({ length: 400 }, async (_, index) => {
      const { id, headers } = people[index % 4] as Person
      return (await fetch(`${storage.url}/object/docs/${id}/${index}`, { method: 'POST', headers, body: `text ${index}` })).status
    }),
  )
  expect(statuses.filter((status) => status !== 200)).toEqual([])
  expect(await storage.sql`select from storage.objects where name ~ '/[0-9]+$'`).toHaveLength(400)
  await expectNoOrphans()
})

test('[STO32] one caller cannot take all places, and a full queue is told so', async () => {
  const limiter = createLimiter({ running: 3, perKey: 2, waiting: 2 })
  const started: string[] = []
  const open: (() => void)[] = []
  const run = (key: string) =>
    limiter.run(key, async () => {
      started.push(key)
      await new Promise<void>((resolve) => open.push(resolve))
    })
  const runs = [run('a'), run('a'), run('a'), run('b'), run('c')]
  expect(started).toEqual(['a', 'a', 'b'])
  await expect(run('d')).rejects.toMatchObject({ statusCode: 429, code: 'SlowDown' })
  for (let index = 0; index < 5; index++) {
    await expect.poll(() => open.length).toBeGreaterThan(0)
    open.shift()?.()
  }
  await Promise.all(runs)
  expect(started).toEqual(['a', 'a', 'b', 'a', 'c'])
})
