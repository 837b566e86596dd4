import { randomUUID } from 'node:crypto'
import type { RealtimeChannel } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, joined, listen, type RealtimeServer, startRealtime } from './realtimeServer.ts'
import { openSocket } from './realtimeSocket.ts'

let server: RealtimeServer
beforeAll(async () => {
  server = await startRealtime()
})
afterAll(() => server.close())

const PRIVATE = { config: { private: true, broadcast: { ack: true } } }

/** What the server says about the channel itself. */
function systemMessages(channel: RealtimeChannel): string[] {
  const said: string[] = []
  channel.on('system', {}, ({ message }: { message: string }) => said.push(message))
  return said
}

test('[RT4] policies decide who joins a private channel', async () => {
  const [anna, ben, cleo] = [await server.person(['team']), await server.person(['team']), await server.person([])]
  const [fromAnna, fromBen] = [anna.client.channel('team', PRIVATE), ben.client.channel('team', PRIVATE)]
  const heard = listen(fromBen)
  expect(await joined(fromAnna)).toBe('SUBSCRIBED')
  expect(await joined(fromBen)).toBe('SUBSCRIBED')
  const refused = /^CHANNEL_ERROR .*Unauthorized: You do not have permissions to read from this Channel topic: team/
  expect(await joined(cleo.client.channel('team', PRIVATE))).toMatch(refused)
  expect(await joined(server.connect().channel('team', PRIVATE))).toMatch(refused)
  expect(await fromAnna.send({ type: 'broadcast', event: 'x', payload: { n: 1 } })).toBe('ok')
  await eventually(() => heard.map(({ payload }) => payload.n)).toEqual([1])
})

test('[RT4] asking leaves no row behind', async () => {
  const [row] = await server.sql`select count(*)::int as rows from realtime.messages`
  expect(row).toEqual({ rows: 0 })
})

test('[RT4] the secret key may join and write everywhere', async () => {
  const [anna, admin] = [await server.person(['secret']), server.connect({}, () => null, server.secrets.secretKey)]
  const [fromAnna, fromAdmin] = [anna.client.channel('secret', PRIVATE), admin.channel('secret', PRIVATE)]
  const heard = listen(fromAnna)
  await joined(fromAnna)
  expect(await joined(fromAdmin)).toBe('SUBSCRIBED')
  expect(await fromAdmin.send({ type: 'broadcast', event: 'x', payload: { n: 1 } })).toBe('ok')
  await eventually(() => heard).toHaveLength(1)
})

test('[RT4] who may only listen is not heard, and shows no presence', async () => {
  const [anna, ben] = [await server.person(['lecture']), await server.person(['lecture'], { speaks: false })]
  const config = { private: true, broadcast: { ack: true }, presence: { enabled: true } }
  const [fromAnna, fromBen] = [anna.client.channel('lecture', { config }), ben.client.channel('lecture', { config })]
  const heard = listen(fromAnna)
  await joined(fromAnna)
  expect(await joined(fromBen)).toBe('SUBSCRIBED')
  expect(await fromBen.send({ type: 'broadcast', event: 'x', payload: {} }, { timeout: 300 })).toBe('timed out')
  expect(await fromBen.track({ name: 'ben' })).toBe('error')
  expect(await fromAnna.track({ name: 'anna' })).toBe('ok')
  await eventually(() => Object.values(fromBen.presenceState()).flat()).toMatchObject([{ name: 'anna' }])
  expect(Object.values(fromAnna.presenceState())).toHaveLength(1)
  expect(heard).toEqual([])
})

test('[RT5] a public broadcast never reaches a private channel of the same name', async () => {
  const [anna, ben] = [await server.person(['double']), await server.person(['double'])]
  const [fromAnna, fromBen] = [anna.client.channel('double', PRIVATE), ben.client.channel('double', PRIVATE)]
  const stranger = server.connect()
  const outside = stranger.channel('double', { config: { broadcast: { ack: true } } })
  const [heard, outsideHeard] = [listen(fromBen), listen(outside)]
  for (const channel of [fromAnna, fromBen, outside]) expect(await joined(channel)).toBe('SUBSCRIBED')
  expect(await outside.send({ type: 'broadcast', event: 'evil', payload: {} })).toBe('ok')
  expect(await stranger.channel('double').httpSend('evil', {})).toMatchObject({ success: true })
  await server.sql`select realtime.send('{}', 'evil', 'double', false)`
  await server.sql`select realtime.send('{}', 'good', 'double', true)`
  await eventually(() => heard.map(({ event }) => event)).toEqual(['good'])
  await fromAnna.send({ type: 'broadcast', event: 'good', payload: {} })
  await eventually(() => heard.map(({ event }) => event)).toEqual(['good', 'good'])
  expect(outsideHeard.map(({ event }) => event)).toEqual(['evil', 'evil'])
})

test('[RT6] a member who was removed hears nothing a second later', async () => {
  const topic = `space:${randomUUID()}:1`
  const [anna, ben, cleo] = [await server.person([topic]), await server.person([topic]), await server.person([topic])]
  const channels = [anna, ben, cleo].map(({ client }) => client.channel(topic, PRIVATE)) as [
    RealtimeChannel,
    RealtimeChannel,
    RealtimeChannel,
  ]
  const [fromAnna, fromBen, fromCleo] = channels
  const [benHeard, cleoHeard, benSaid] = [listen(fromBen), listen(fromCleo), systemMessages(fromBen)]
  for (const channel of channels) expect(await joined(channel)).toBe('SUBSCRIBED')

  await server.sql.begin(async (transaction) => {
    await transaction`delete from club.members where user_id = ${ben.id}`
    await transaction`select pg_notify('atrium_access', ${JSON.stringify({ user_id: ben.id, workspace_id: null })})`
  })
  const removedAt = performance.now()
  await eventually(() => fromBen.state, { timeout: 1000, interval: 5 }).toBe('closed')
  expect(performance.now() - removedAt).toBeLessThan(1000)
  expect(benSaid).toEqual([`You no longer have permissions to read from this Channel topic: ${topic}`])
  await fromAnna.send({ type: 'broadcast', event: 'x', payload: {} })
  await eventually(() => cleoHeard).toHaveLength(1)
  expect(benHeard).toEqual([])
})

test('[RT6] a change that names nobody asks again for everybody', async () => {
  const space = randomUUID()
  const [spaceTopic, roomTopic] = [`space:${space}:1`, `room:${randomUUID()}:1`]
  const ben = await server.person([spaceTopic, roomTopic])
  const channels = [spaceTopic, roomTopic].map((topic) => ben.client.channel(topic, PRIVATE))
  for (const channel of channels) expect(await joined(channel)).toBe('SUBSCRIBED')
  await server.sql`delete from club.members where user_id = ${ben.id}`
  await server.notify({ user_id: null, space_id: space })
  await eventually(() => channels.map(({ state }) => state), { timeout: 1000 }).toEqual(['closed', 'closed'])
})

test('[RT6] who may no longer write, but still read, stays and is not heard', async () => {
  const [anna, ben] = [await server.person(['muted']), await server.person(['muted'])]
  const [fromAnna, fromBen] = [anna.client.channel('muted', PRIVATE), ben.client.channel('muted', PRIVATE)]
  await joined(fromAnna)
  await joined(fromBen)
  expect(await fromBen.send({ type: 'broadcast', event: 'x', payload: {} })).toBe('ok')
  await server.sql`update club.members set speaks = false where user_id = ${ben.id}`
  await server.notify({ user_id: ben.id })
  await eventually(() => fromBen.send({ type: 'broadcast', event: 'x', payload: {} }, { timeout: 200 })).toBe('timed out')
  expect(fromBen.state).toBe('joined')
})

test('[RT7] a new token is checked against the policies', async () => {
  const ben = await server.person(['renewed'])
  const channel = ben.client.channel('renewed', PRIVATE)
  const said = systemMessages(channel)
  await joined(channel)
  ben.token = server.tokenOf(ben.id, 700)
  await ben.client.realtime.setAuth()
  expect(await channel.send({ type: 'broadcast', event: 'x', payload: {} })).toBe('ok')
  await server.sql`delete from club.members where user_id = ${ben.id}`
  ben.token = server.tokenOf(ben.id, 800)
  await ben.client.realtime.setAuth()
  await eventually(() => channel.state).toBe('closed')
  expect(said).toEqual(['You no longer have permissions to read from this Channel topic: renewed'])
})

test('[RT7] a channel ends with its token', async () => {
  const ben = await server.person(['short'])
  ben.token = server.tokenOf(ben.id, 2)
  const channel = ben.client.channel('short', PRIVATE)
  const said = systemMessages(channel)
  expect(await joined(channel)).toBe('SUBSCRIBED')
  await eventually(() => channel.state, { timeout: 3000 }).toBe('closed')
  expect(said).toEqual(['Token has expired'])
})

test('[RT7] a forged or expired token joins nothing', async () => {
  const ben = await server.person(['forged'])
  const socket = await openSocket(server)
  for (const token of [`${ben.token.slice(0, -4)}AAAA`, 'x.y.z', server.tokenOf(ben.id, -60), 17, ben.token]) {
    const answer = await socket.ask('realtime:forged', 'phx_join', { config: { private: true }, access_token: token })
    if (token === ben.token) expect(answer).toMatchObject({ status: 'ok' })
    else expect(answer).toMatchObject({ status: 'error', response: { reason: expect.stringMatching(/^InvalidJWTToken: /) } })
  }
})

test('[RT8] the policies hold for somebody with SQL, who sets the topic himself', async () => {
  const ben = await server.person(['mine'])
  await server.sql`select realtime.send('{"secret": 1}', 'x', 'theirs')`
  await server.sql`select realtime.send('{"secret": 1}', 'x', 'mine')`
  const seen = await server.sql.begin(async (transaction) => {
    await transaction`select set_config('role', 'authenticated', true), set_config('realtime.topic', 'mine', true),
      set_config('request.jwt.claims', ${JSON.stringify({ sub: ben.id, role: 'authenticated' })}, true)`
    await expect(
      transaction.savepoint((savepoint) => savepoint`insert into realtime.messages (topic, extension) values ('theirs', 'broadcast')`),
    ).rejects.toMatchObject({ code: '42501' })
    return transaction`select topic from realtime.messages`
  })
  expect(seen.map(({ topic }) => topic)).toEqual(['mine'])
})
