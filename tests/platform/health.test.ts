import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let anna: Person

beforeAll(async () => {
  platform = await startPlatform({ collab: true, worker: true })
  anna = await platform.signUp('Anna')
})
afterAll(() => platform.stop())

test('[HEALTH1] /health answers 200 and names every part when all are up', async () => {
  const response = await fetch(`${platform.url}/health`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ status: 'ok', parts: { gateway: 'up', postgres: 'up', collab: 'up' } })
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('[PLAT1] a person signs up, confirms by the mail in the mailbox, and makes a workspace, all through one origin', async () => {
  const email = `${randomUUID()}@example.com`
  const client = platform.client()
  const { error } = await client.auth.signUp({ email, password: 'correct horse battery', options: { data: { name: 'Ben' } } })
  expect(error).toBeNull()
  await expect.poll(() => platform.mail(email), { timeout: 10_000 }).toHaveLength(1)
  const [mail] = await platform.mail(email)
  const confirmed = await fetch(mail?.links[0] ?? '', { redirect: 'manual' })
  expect(confirmed.status).toBeLessThan(400)
  expect((await client.auth.signInWithPassword({ email, password: 'correct horse battery' })).error).toBeNull()
  const made = await client.rpc('create_workspace', { id: randomUUID(), name: 'Ben’s team' })
  expect(made).toMatchObject({ error: null, data: { name: 'Ben’s team' } })
})

test('[PLAT2] realtime, storage and functions answer on the same origin', async () => {
  const channel = anna.client.channel(`anything-${randomUUID()}`, { config: { broadcast: { ack: true, self: true } } })
  const { promise: heard, resolve: hear } = Promise.withResolvers<unknown>()
  channel.on('broadcast', { event: 'hello' }, ({ payload }) => hear(payload))
  await new Promise<void>((resolve) => channel.subscribe((status) => status === 'SUBSCRIBED' && resolve()))
  await channel.send({ type: 'broadcast', event: 'hello', payload: { from: 'Anna' } })
  expect(await heard).toMatchObject({ from: 'Anna' })
  await anna.client.removeAllChannels()
  expect((await anna.client.storage.listBuckets()).error).toBeNull()
  const missing = await fetch(`${platform.url}/functions/v1/missing`, { headers: { authorization: `Bearer ${platform.publishableKey}` } })
  expect(missing.status).toBe(404)
})

const PREFIXES = ['/auth/v1/user', '/rest/v1/workspaces', '/storage/v1/bucket', '/realtime/v1/api/broadcast', '/functions/v1/x'] as const

test.for(PREFIXES)('[BAD1] a wrong token at %s lets nobody in, with a sentence', async (path) => {
  for (const token of ['nonsense', 'a.b.c', `${await tokenOf(anna)}x`]) {
    const response = await send(path, 'POST', { apikey: platform.publishableKey, authorization: `Bearer ${token}` }, '{}')
    // Supabase's storage says 400, and whether a path exists may be said first; nobody may be let in.
    expect([400, 401, 403, 404, 405]).toContain(response.status)
    expectSentence(response)
  }
})

const MEGABYTES = 10 * 2 ** 20
test.for([
  ['/auth/v1/signup', 413],
  ['/rest/v1/rpc/create_workspace', 413],
  ['/realtime/v1/api/broadcast', 413],
] as const)('[BAD2] 10 MB of JSON at %s are refused with 413', async ([path]) => {
  const response = await send(path, 'POST', await headersOf(anna), JSON.stringify({ name: 'a'.repeat(MEGABYTES) }))
  expect(response.status).toBe(413)
  expectSentence(response)
})

test.for([
  ['broken JSON', '{"name": '],
  ['broken UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['a NUL character', JSON.stringify({ id: randomUUID(), name: 'a\u0000b' })],
  ['a name of 10,000 characters', JSON.stringify({ id: randomUUID(), name: 'a'.repeat(10_000) })],
  ['half a surrogate pair', `{"id":"${randomUUID()}","name":"\\ud83d"}`],
  ['an id that is none', JSON.stringify({ id: "1' or '1'='1", name: 'x' })],
  ['nothing', ''],
  ['no object', '[1, 2]'],
] as const)('[BAD3] %s sent to a function is refused, and nothing is made of it', async ([, body]) => {
  const before = await anna.client.from('workspaces').select('id')
  const response = await send('/rest/v1/rpc/create_workspace', 'POST', await headersOf(anna), body)
  expect(response.status, response.text).toBeGreaterThanOrEqual(400)
  expect(response.status, response.text).toBeLessThan(500)
  expectSentence(response)
  expect((await anna.client.from('workspaces').select('id')).data).toEqual(before.data)
})

test.for([
  '/rest/v1/%ff',
  '/rest/v1/a%00b',
  '/d/%c0%af',
  '/rest/v1/workspaces?select=%00',
  '/storage/v1/object/a/%ff',
  '/auth/v1/%zz',
  '/functions/v1/%2e%2e%2fpackage',
])('[BAD4] %s is refused without an error of the server', async (path) => {
  const response = await send(path, 'GET', await headersOf(anna))
  expect(response.status, response.text).toBeGreaterThanOrEqual(400)
  expect(response.status, response.text).toBeLessThan(500)
  expectSentence(response)
})

interface Answer {
  status: number
  text: string
}

async function send(path: string, method: string, headers: Record<string, string>, body?: string | Buffer): Promise<Answer> {
  const response = await fetch(platform.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: body as BodyInit }),
  })
  return { status: response.status, text: await response.text() }
}

/** An answer says something in JSON, and nothing of where in the code it was written. */
function expectSentence({ text }: Answer): void {
  const body = JSON.parse(text) as Record<string, unknown>
  expect(String(body.message ?? body.msg ?? body.error_description ?? body.error)).toMatch(/\w{3}/)
  expect(text).not.toMatch(/node_modules|\.ts:\d|at async|\/work\//)
}

async function tokenOf({ client }: Person): Promise<string> {
  return (await client.auth.getSession()).data.session?.access_token ?? ''
}

async function headersOf(person: Person): Promise<Record<string, string>> {
  return {
    apikey: platform.publishableKey,
    authorization: `Bearer ${await tokenOf(person)}`,
    'content-profile': 'atrium',
    'accept-profile': 'atrium',
  }
}
