import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'
import { makeTeam, sendRaw, type Team, tokenOf } from './team.ts'

let platform: TestPlatform
let team: Team
let documentId: string
let viewerToken: string
beforeAll(async () => {
  platform = await startPlatform()
  team = await makeTeam(platform)
  documentId = await team.makeDocument()
  viewerToken = await tokenOf(team.viewer)
})
afterAll(() => platform?.stop())

const head = (line: string, more = '') => `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`
const send = (path: string, { token = viewerToken, ...init }: RequestInit & { token?: string } = {}) =>
  fetch(platform.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })

test.for([
  '/rest/v1/../../_system/introspect',
  '/rest/v1/../../_system/config',
  '/rest/v1/..',
  '/rest/v1/.',
  '/rest/v1/%2e%2e/%2E%2E/_system/ping',
  '/rest/v1/../../auth/v1/admin/users',
  '/functions/v1/jobs/../../../package.json',
  '/assets/../../../package.json',
  '/storage/v1/object/../../../secrets.json',
  '/dev/../dev/mail',
  '/rest/v1/..\\..\\_system/config',
  '/a%00b',
  '/%ff',
  'http://127.0.0.1/dev/mail',
])('[SEC1] no service is left by the path %s', async (path) => {
  expect(await sendRaw(platform.url, head(`GET ${path}`))).toMatch(/^HTTP\/1\.1 400 .*"code":"bad_request"/s)
})

test.for(['/rest/v1', '/rest/v1/', '/rest/v1/documents/', '/rest/v1/rpc', '/rest/v1/a/b', '/rest/v1/..%2f..%2f_system'])(
  '[SEC1] %s is no table and no function',
  async (path) => {
    const response = await send(path)
    expect([response.status, await response.json()]).toEqual([404, expect.objectContaining({ code: expect.stringMatching(/^PGRST/) })])
  },
)

test.for([
  ['two lengths', 'POST /rest/v1/rpc/x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nContent-Length: 5\r\n\r\nabcdef', 400],
  [
    'length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /dev/mail HTTP/1.1\r\nHost: localhost\r\n\r\n',
    400,
  ],
  ['a blank before the colon', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n', 400],
  ['an unknown encoding', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n', 400],
  ['bare line feeds', 'GET / HTTP/1.1\nHost: x\n\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['TRACE', head('TRACE /rest/v1/documents'), 405],
  ['PROPFIND', head('PROPFIND /'), 405],
  ['a long path', head(`GET /${'a'.repeat(100_000)}`), 431],
  ['an upgrade to nothing', 'GET /storage/v1/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', 404],
] as const)('[SEC2] %s: refused, and nothing after it is read as a request', async ([, bytes, status]) => {
  const answer = await sendRaw(platform.url, bytes)
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => Number(code))
  expect([statuses.at(-1), statuses.every((code) => code >= 400)]).toEqual([status, true])
})

test('[SEC3] what a service answers is kept by no cache, and no browser sends cookies for it', async () => {
  for (const [path, init] of [
    ['/rest/v1/documents', {}],
    ['/rest/v1/rpc/my_workspaces', { method: 'POST', body: '{}' }],
    ['/auth/v1/user', {}],
    ['/storage/v1/bucket', {}],
    ['/health', {}],
  ] as const) {
    const { status, headers } = await send(path, { ...init, headers: { 'accept-profile': 'atrium', origin: 'null' } })
    expect.soft([path, status, headers.get('cache-control')]).toEqual([path, expect.any(Number), 'no-store'])
    expect.soft(headers.get('access-control-allow-credentials')).toBeNull()
    expect.soft(headers.get('set-cookie')).toBeNull()
    expect.soft(headers.get('x-content-type-options')).toBe('nosniff')
    expect.soft(headers.get('content-security-policy')).toContain('sandbox')
  }
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
function signed(header: object, claims: object, key: string): string {
  const content = `${encode(header)}.${encode(claims)}`
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`
}

test('[SEC4] a token that was forged, or is for another service, opens none', async () => {
  const name = `${documentId}/${randomUUID()}.png`
  const bucket = team.editor.client.storage.from('document-images')
  expect((await bucket.upload(name, Buffer.from('89504e470d0a1a0a', 'hex'), { contentType: 'image/png' })).error).toBeNull()
  const link = new URL((await bucket.createSignedUrl(name, 60)).data?.signedUrl ?? '')
  expect((await fetch(link)).status).toBe(200)

  const { data } = await team.owner.client.auth.getSession()
  const [header = '', , signature = ''] = String(data.session?.access_token).split('.')
  const claims = { sub: team.owner.id, role: 'authenticated', aud: 'authenticated', exp: 4e9 }
  const tokens = {
    'no algorithm': `${encode({ alg: 'none' })}.${encode(claims)}.`,
    'signed with the public key': signed({ alg: 'HS256' }, claims, platform.publishableKey),
    'signed with nothing, key by path': signed({ alg: 'HS256', kid: '../../dev/null' }, claims, ''),
    'claims exchanged': `${header}.${encode({ ...claims, role: 'service_role' })}.${signature}`,
    'refresh token': String(data.session?.refresh_token),
    'link to an object': String(link.searchParams.get('token')),
  }
  for (const [what, token] of Object.entries(tokens)) {
    for (const [path, method] of [
      ['/rest/v1/documents', 'GET'],
      ['/auth/v1/user', 'GET'],
      ['/storage/v1/bucket', 'GET'],
      ['/realtime/v1/api/broadcast', 'POST'],
    ] as const) {
      const response = await send(path, { token, method, ...(method === 'POST' && { body: '{"messages":[]}' }) })
      const { statusCode } = (await response.json()) as { statusCode?: string }
      expect.soft([what, path, Number(statusCode ?? response.status)]).toEqual([what, path, expect.toBeOneOf([401, 403])])
    }
  }
  // And a user's token is no link to an object.
  link.searchParams.set('token', await tokenOf(team.owner))
  expect((await fetch(link)).status).toBe(400)
})

test('[SEC5] nobody reads or forges what is said on a topic that is closed to him', async () => {
  const topic = `room:${team.room.id}:${team.room.epoch}`
  const heard: unknown[] = []
  const listen = (person: Team['owner'], isPrivate: boolean) =>
    new Promise<string>((resolve) => {
      person.client
        .channel(topic, { config: { private: isPrivate } })
        .on('broadcast', { event: '*' }, ({ event, payload }) => heard.push([person.name, event, payload.text]))
        .subscribe((status) => resolve(status))
    })
  expect(await listen(team.stranger, true)).toBe('CHANNEL_ERROR')
  await team.stranger.client.removeAllChannels()
  expect(await listen(team.stranger, false)).toBe('SUBSCRIBED') // A public topic of the same name is another one.
  expect(await listen(team.viewer, true)).toBe('SUBSCRIBED')
  const forged = { topic, event: 'message', payload: { text: 'Forged' } }
  for (const token of [await tokenOf(team.stranger), await tokenOf(team.editor), platform.publishableKey]) {
    await send('/realtime/v1/api/broadcast', { token, method: 'POST', body: JSON.stringify({ messages: [{ ...forged, private: true }] }) })
  }
  await team.owner.client.rpc('send_message', { id: randomUUID(), room_id: team.room.id, text: 'True' }).throwOnError()
  await expect.poll(() => heard).toEqual([['Vera', 'message', 'True']])
})

const HOSTILE = [
  "title=eq.'; drop table atrium.documents;--",
  'select=title,pg_sleep(5)',
  'order=title.asc,(select 1)',
  "select=x:created_by->>'a'",
  'or=(title.eq.a,id.eq.b',
  'select=count()',
  'title=fts(simple).%26%7C',
  '%00=eq.1',
  'select=%00',
  'title=eq.%00',
  'select=%ff',
  'offset=99999999999999999999',
  `select=*${',documents(*'.repeat(40)}${')'.repeat(40)}`,
  `title=match.${encodeURIComponent('(a+)+$')}`,
]
test('[SEC6] whatever is asked of REST is answered soon, and never by an error of the server', async () => {
  for (const query of HOSTILE) {
    const began = Date.now()
    const response = await send(`/rest/v1/documents?${query}`)
    const body = await response.text()
    expect.soft([query, response.status < 500, Date.now() - began < 3_000]).toEqual([query, true, true])
    expect.soft(body).not.toMatch(/node_modules|at \S+ \(|PostgresError/)
  }
  for (const body of [
    '{',
    '[1]',
    '"x"',
    '\xff',
    `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    '{"name":"\\ud800"}',
    '{"name":"a\\u0000"}',
  ]) {
    const response = await send('/rest/v1/rpc/create_workspace', { method: 'POST', body: Buffer.from(body, 'latin1') })
    expect.soft([body.slice(0, 20), response.status]).toEqual([body.slice(0, 20), expect.toBeOneOf([400, 404])])
  }
  const large = await send('/rest/v1/rpc/create_workspace', { method: 'POST', body: `{"name":"${'a'.repeat(10e6)}"}` })
  expect(large.status).toBe(413)
})
