import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, joined, listen, type RealtimeServer, startRealtime } from './realtimeServer.ts'

let server: RealtimeServer
beforeAll(async () => {
  server = await startRealtime()
})
afterAll(() => server.close())

const PRIVATE = { config: { private: true } }

function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, method = 'POST') {
  const init = { method, body, headers: { apikey: server.secrets.publishableKey, 'content-type': 'application/json', ...headers } }
  return fetch(`${server.url}/realtime/v1/api/broadcast${path}`, init)
}

test('[RT16] httpSend and the list reach public channels', async () => {
  const channel = server.connect().channel('http')
  const heard = listen(channel)
  await joined(channel)
  const sender = server.connect().channel('http')
  expect(await sender.httpSend('x', { n: 1 })).toEqual({ success: true })
  expect(await sender.httpSend('x', new Uint8Array([7]).buffer)).toEqual({ success: true })
  const messages = [2, 3].map((n) => ({ topic: 'http', event: 'x', payload: { n } }))
  expect((await post('', JSON.stringify({ messages }))).status).toBe(202)
  await eventually(() => heard.map(({ payload }) => (payload instanceof ArrayBuffer ? payload.byteLength : payload.n))).toEqual([
    1, 1, 2, 3,
  ])
})

test('[RT16] policies decide who reaches a private channel', async () => {
  const [anna, ben, cleo] = [await server.person(['http']), await server.person(['http'], { speaks: false }), await server.person()]
  const channel = anna.client.channel('http', PRIVATE)
  const heard = listen(channel)
  await joined(channel)
  const as = async ({ client }: typeof anna) => {
    await client.realtime.setAuth()
    return client.channel('http', PRIVATE).httpSend('x', { n: 1 })
  }
  for (const person of [ben, cleo]) await expect(as(person)).rejects.toThrow(/permissions/)
  const messages = [{ topic: 'http', event: 'evil', payload: {}, private: true }]
  expect((await post('', JSON.stringify({ messages }), { authorization: `Bearer ${cleo.token}` })).status).toBe(202)
  expect(heard).toEqual([])
  const another = await server.person(['http'])
  expect(await as(another)).toEqual({ success: true })
  expect(
    (await post('', JSON.stringify({ messages: [{ ...messages[0], event: 'good' }] }), { authorization: `Bearer ${anna.token}` })).status,
  ).toBe(202)
  await eventually(() => heard.map(({ event }) => event)).toEqual(['x', 'good'])
})

const message = (fields: object) => JSON.stringify({ messages: [{ topic: 't', event: 'e', payload: {}, ...fields }] })
// biome-ignore format: a table
test.for([
  ['no JSON', '', '{', 422, 'invalid_message'],
  ['no messages', '', '{}', 422, 'invalid_message'],
  ['no message', '', '{"messages":[]}', 422, 'invalid_message'],
  ['too many messages', '', JSON.stringify({ messages: Array(1001).fill({}) }), 422, 'invalid_message'],
  ['a topic that is no text', '', message({ topic: 1 }), 422, 'invalid_message'],
  ['no topic', '', message({ topic: '' }), 422, 'invalid_message'],
  ['a long topic', '', message({ topic: 't'.repeat(10_000) }), 422, 'invalid_message'],
  ['a long event', '', message({ event: 'e'.repeat(300) }), 422, 'invalid_message'],
  ['a payload that is no object', '', message({ payload: 'x' }), 422, 'invalid_message'],
  ['10 MB', '', message({ payload: { x: 'x'.repeat(10_000_000) } }), 413, 'payload_too_large'],
  ['broken UTF-8', '', new Uint8Array([0x22, 0xff, 0x22]), 422, 'invalid_message'],
  ['broken escapes', '/%ff/events/x', '{}', 400, 'malformed_address'],
  ['half an address', '/t/events', '{}', 404, 'not_found'],
] as const)('[RT16] %s is refused with a code and a sentence', async ([, path, body, status, code]) => {
  const answer = await post(path, body)
  expect([answer.status, await answer.json()]).toEqual([status, { code, message: expect.stringMatching(/^["A-Z]/) }])
})

test('[RT16] nobody sends without a key, with a wrong one, or by another method', async () => {
  expect((await fetch(`${server.url}/realtime/v1/api/broadcast`, { method: 'POST', body: message({}) })).status).toBe(401)
  expect((await post('', message({}), { apikey: 'sb_publishable_wrong' })).status).toBe(401)
  expect((await post('', message({}), { authorization: 'Bearer x.y.z' })).status).toBe(401)
  expect((await post('', message({}), {}, 'PUT')).status).toBe(405)
  expect((await fetch(`${server.url}/realtime/v1/api/broadcast`, { method: 'OPTIONS' })).status).toBe(204)
})
