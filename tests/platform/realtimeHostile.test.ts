import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RawData, WebSocket } from 'ws'
import { eventually, joined, listen, type RealtimeServer, startRealtime } from './realtimeServer.ts'
import { openSocket } from './realtimeSocket.ts'

let server: RealtimeServer
beforeAll(async () => {
  server = await startRealtime({
    idleMs: 1500,
    bufferedBytes: 2_000_000,
    socketsPerAddress: 40,
    messagesPerSecondPerSocket: 300,
    channelsPerSocket: 50,
  })
})
afterAll(() => server.close())

/** A plain upgrade request; resolves with what came instead of a socket. */
async function refusal(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  const socket = new WebSocket(server.url.replace('http', 'ws') + path, { headers })
  return new Promise((resolve, reject) => {
    socket.once('open', () => reject(new Error('The socket was opened')))
    socket.on('error', () => {})
    socket.once('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk: RawData) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) }))
    })
  })
}

test.for([
  // what                  path                                                     status
  ['no key', '/realtime/v1/websocket?vsn=2.0.0', 401],
  ['a wrong key', '/realtime/v1/websocket?apikey=sb_publishable_wrong&vsn=2.0.0', 401],
  ['a forged key', '/realtime/v1/websocket?apikey=eyJhbGciOiJIUzI1NiJ9.e30.AAAA&vsn=2.0.0', 401],
  ['an expired key', '/realtime/v1/websocket?apikey=EXPIRED&vsn=2.0.0', 401],
  ['an unknown version', '/realtime/v1/websocket?apikey=KEY&vsn=9.9.9', 400],
  ['another address', '/realtime/v1/elsewhere?apikey=KEY', 404],
] as const)('[RT13] %s is refused before the socket opens', async ([, path, status]) => {
  const answer = await refusal(path.replace('KEY', server.secrets.publishableKey).replace('EXPIRED', server.tokenOf('anna', -60)))
  expect(answer).toEqual({ status, body: { code: expect.any(String), message: expect.any(String), error: expect.any(String) } })
})

test('[RT13] any origin may connect: no cookie speaks for anybody', async () => {
  const url = `${server.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${server.secrets.publishableKey}`
  const socket = new WebSocket(url, { headers: { origin: 'https://elsewhere.example', cookie: 'session=1' } })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.terminate()
})

// biome-ignore format: a table
test.for([
  ['no JSON', '{'],
  ['half of an array', '["1","1","realtime:x"]'],
  ['an object', '{"topic":"realtime:x"}'],
  ['null', 'null'],
  ['names that are no texts', '["1","1",{},[],{}]'],
  ['references that are objects', '[{},{},"realtime:x","phx_join",{}]'],
  ['broken UTF-8', Buffer.from([0x5b, 0xff, 0xfe, 0x5d])],
  ['an empty binary frame', Buffer.alloc(0)],
  ['an unknown binary kind', Buffer.from([9, 1, 2, 3, 4, 5, 6, 7])],
  ['a binary frame that promises more than it holds', Buffer.from([3, 255, 255, 255, 255, 255, 1, 65])],
  ['a body that is no JSON', Buffer.concat([Buffer.from([3, 1, 1, 10, 1, 0, 1]), Buffer.from('11realtime:xe{"a":1},"event":"phx_close"')])],
] as const)('[RT14] a malformed frame is answered and harms nobody: %s', async ([, data]) => {
  const socket = await openSocket(server)
  socket.send(Buffer.isBuffer(data) ? data : String(data))
  await eventually(() => socket.frames[0]?.[4]).toMatchObject({ status: 'error', response: { reason: expect.stringMatching(/^MalformedFrame: [A-Z]/) } })
  expect(await socket.ask('phoenix', 'heartbeat')).toEqual({ status: 'ok', response: {} })
  socket.socket.terminate()
})

test('[RT14] unknown events, channels and names are answered with a sentence', async () => {
  const socket = await openSocket(server)
  const reason = async (...frame: [string, string, unknown?]) => (await socket.ask(...frame)).response.reason
  expect(await reason('phoenix', 'explode')).toMatch(/^UnknownEvent: /)
  expect(await reason('realtime:nowhere', 'broadcast', { event: 'x' })).toBe('unmatched topic')
  expect(await reason('realtime:', 'phx_join')).toMatch(/^TopicNameRequired: /)
  expect(await reason('elsewhere:x', 'phx_join')).toMatch(/^TopicNameRequired: /)
  expect(await reason(`realtime:${'x'.repeat(10_000)}`, 'phx_join')).toMatch(/^TopicNameTooLong: /)
  expect(await reason('realtime:x', 'phx_join', { config: { presence: { key: 'k'.repeat(300) } } })).toMatch(/^InvalidPresenceKey: /)
  for (const payload of [null, 1, 'x', [], { config: null }, { config: { broadcast: 1, presence: [], postgres_changes: 'x' } }])
    expect(await socket.ask('realtime:lenient', 'phx_join', payload)).toMatchObject({ status: 'ok' })
  expect(await reason('realtime:lenient', 'explode')).toMatch(/^UnknownEvent: /)
  expect(await reason('realtime:lenient', 'broadcast', { event: 'e'.repeat(300) })).toMatch(/^EventNameTooLong: /)
  expect(await reason('realtime:lenient', 'broadcast', { payload: 1 })).toMatch(/^MalformedFrame: /)
  expect(await reason('realtime:lenient', 'presence', { event: 'track', payload: [1] })).toBe(
    'InvalidPresence: Presence track payload must be a map',
  )
  expect(await reason('realtime:lenient', 'presence', { event: 'track', payload: { x: 'x'.repeat(70_000) } })).toMatch(/^PayloadTooLarge: /)
  expect(await reason('realtime:lenient', 'presence', 'x')).toMatch(/^UnknownEvent: /)
  expect(await reason('realtime:lenient', 'broadcast', { event: 'x', payload: 'x'.repeat(3_100_000) })).toMatch(/^PayloadTooLarge: /)
  // PostgreSQL cannot hold a NUL: the policies cannot say yes to it.
  expect(await reason('realtime:a\0b', 'phx_join', { config: { private: true } })).toMatch(/^Unauthorized: /)
  socket.socket.terminate()
})

test('[RT14] a presence may call itself __proto__', async () => {
  const [one, two] = [await openSocket(server), await openSocket(server)]
  for (const [socket, key] of [
    [one, '__proto__'],
    [two, 'b'],
  ] as const)
    await socket.ask('realtime:proto', 'phx_join', { config: { presence: { key, enabled: true } } })
  one.send('[null,"77","realtime:proto","presence",{"event":"track","payload":{"__proto__":{"admin":true},"phx_ref_prev":"x"}}]')
  await eventually(() => JSON.stringify(two.frames.find(([, , , event]) => event === 'presence_diff'))).toContain('"joins":{"__proto__"')
  expect(({} as { admin?: boolean }).admin).toBeUndefined()
  one.socket.terminate()
  two.socket.terminate()
})

test('[RT14] a frame of 10 MB ends its connection', async () => {
  const socket = await openSocket(server)
  socket.send(JSON.stringify(['1', '1', 'realtime:x', 'broadcast', { event: 'x', payload: 'x'.repeat(10_000_000) }]))
  await eventually(() => socket.closedWith()).toBe(1009)
})

/** A small generator of numbers: the same seed, the same frames. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const SEEDS = [1, 8261, ...Array.from({ length: 4 }, () => Math.floor(Math.random() * 1e9))]
test.for(SEEDS)('[RT14] whatever frames come, others are served (seed %i)', async (seed) => {
  const pick = random(seed)
  const bystander = server.connect().channel('calm', { config: { broadcast: { ack: true } } })
  await joined(bystander)
  const topics = ['phoenix', 'realtime:calm', 'realtime:', '', 'realtime:a', '\0', '💥']
  const events = ['phx_join', 'phx_leave', 'heartbeat', 'access_token', 'broadcast', 'presence', '', 'constructor']
  const odd = [
    null,
    1,
    '',
    [],
    {},
    { config: { private: 'true' } },
    { event: 'track', payload: {} },
    { access_token: {} },
    { event: {}, payload: 1 },
    { type: 'presence', event: 'untrack' },
  ]
  const of = <T>(list: T[]) => list[pick(list.length)] as T
  const socket = await openSocket(server, of(['1.0.0', '2.0.0']))
  for (let count = 0; count < 250; count++) {
    const frame = [of([null, '1', 2, {}]), of([null, '1', 3]), of(topics), of(events), of(odd)]
    const text = Buffer.from(JSON.stringify(frame))
    const data = of([text, text.subarray(0, pick(text.length)), Buffer.from(Array.from({ length: pick(40) }, () => pick(256)))])
    if (pick(5) === 0) data[pick(data.length)] = pick(256)
    socket.socket.send(data, { binary: pick(3) === 0 })
  }
  expect(await bystander.send({ type: 'broadcast', event: 'x', payload: {} })).toBe('ok')
  socket.socket.terminate()
})

test('[RT15] who reads too slowly is disconnected; the others get everything', async () => {
  const [sender, reader] = [await openSocket(server), await openSocket(server)]
  const slow = await openSocket(server)
  for (const socket of [sender, reader, slow]) await socket.ask('realtime:flood', 'phx_join', { config: { broadcast: { ack: true } } })
  let received = 0
  reader.socket.on('message', (_data, binary) => binary && received++)
  slow.socket.pause()
  const body = Buffer.alloc(500_000, 'x')
  const head = Buffer.concat([Buffer.from([3, 0, 1, 14, 1, 0, 0]), Buffer.from('1realtime:floode')])
  for (let sent = 1; sent <= 60; sent++) {
    sender.send(Buffer.concat([head, body]))
    reader.send([null, null, 'phoenix', 'heartbeat', {}])
    await eventually(() => received, { interval: 1, timeout: 5000 }).toBe(sent)
  }
  slow.socket.resume()
  await eventually(() => slow.closedWith()).toBe(1006)
  expect(reader.closedWith()).toBeNull()
  for (const { socket } of [sender, reader]) socket.terminate()
})

test('[RT15] who sends too much loses the channel', async () => {
  const socket = await openSocket(server)
  await socket.ask('realtime:much', 'phx_join')
  for (let count = 0; count < 400; count++) socket.send([null, null, 'realtime:much', 'broadcast', { event: 'x' }])
  await eventually(() => socket.frames.map(([, , , event, payload]) => payload.message ?? event)).toContain('Too many messages per second')
  await eventually(() => socket.frames.map(([, , , event]) => event)).toContain('phx_close')
  socket.socket.terminate()
})

test('[RT15] a silent connection ends, a heartbeat keeps it', async () => {
  const [silent, alive] = [await openSocket(server), await openSocket(server)]
  const beat = setInterval(() => alive.send([null, '9', 'phoenix', 'heartbeat', {}]), 300)
  try {
    await eventually(() => silent.closedWith(), { timeout: 4000 }).toBe(1006)
    expect(alive.closedWith()).toBeNull()
  } finally {
    clearInterval(beat)
    alive.socket.terminate()
  }
})

test('[RT15] one address may not take all connections, and gives them back', async () => {
  const sockets = []
  while (sockets.length < 40) {
    const socket = await openSocket(server).catch(() => null)
    if (!socket) break
    sockets.push(socket)
  }
  expect(await refusal(`/realtime/v1/websocket?apikey=${server.secrets.publishableKey}`)).toMatchObject({
    status: 429,
    body: { code: 'too_many_connections' },
  })
  for (const { socket } of sockets) socket.terminate()
  await eventually(() =>
    openSocket(server).then(
      ({ socket }) => socket.terminate(),
      () => 'refused',
    ),
  ).toBeUndefined()
})

test('[RT15] a socket has a limited number of channels', async () => {
  const socket = await openSocket(server)
  const channelsPerSocket = 50
  for (let count = 0; count < channelsPerSocket; count++) socket.send([null, `j${count}`, `realtime:many${count}`, 'phx_join', {}])
  await eventually(() => socket.frames.length).toBe(channelsPerSocket)
  expect((await socket.ask('realtime:more', 'phx_join')).response.reason).toBe('ChannelRateLimitReached: Too many channels')
  socket.socket.terminate()
})

test('[RT1] the other channels of a test were heard all the while', async () => {
  const [anna, ben] = [server.connect().channel('after'), server.connect().channel('after')]
  const heard = listen(ben)
  await joined(anna)
  await joined(ben)
  await anna.send({ type: 'broadcast', event: 'x', payload: {} })
  await eventually(() => heard).toHaveLength(1)
})
