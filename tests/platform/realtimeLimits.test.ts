import { afterEach, beforeEach, expect, test } from 'vitest'
import { REALTIME_DEFAULTS } from '../../supabase/local/realtime/limits.ts'
import { eventually, joined, listen, type RealtimeServer, startRealtime } from './realtimeServer.ts'
import { openSocket } from './realtimeSocket.ts'

let server: RealtimeServer
beforeEach(async () => {
  server = await startRealtime(REALTIME_DEFAULTS)
})
afterEach(() => server.close())

test('[RT17] under the limits of a self-hosted Supabase, deliveries count: more than 100 events a second close the channel', async () => {
  const sender = server.connect().channel('busy', { config: { broadcast: { ack: true } } })
  const receivers = await Promise.all(
    [...Array(10).keys()].map(async () => {
      const channel = server.connect().channel('busy')
      await joined(channel)
      return channel
    }),
  )
  const heard = receivers.map(listen)
  await joined(sender)
  for (let n = 0; n < 5; n++) await sender.send({ type: 'broadcast', event: 'x', payload: { n } })
  await eventually(() => heard.map(({ length }) => length)).toEqual(Array(10).fill(5))
  for (let n = 0; n < 20; n++) void sender.send({ type: 'broadcast', event: 'x', payload: { n } })
  await eventually(() => receivers.filter(({ state }) => state === 'closed').length).toBeGreaterThan(0)
})

test('[RT17] … the sixth track in half a minute closes the channel', async () => {
  const channel = server.connect().channel('restless', { config: { presence: { enabled: true } } })
  const said: string[] = []
  channel.on('system', {}, ({ message }: { message: string }) => said.push(message))
  await joined(channel)
  for (let n = 0; n < 5; n++) expect(await channel.track({ n })).toBe('ok')
  void channel.track({ n: 5 })
  await eventually(() => channel.state).toBe('closed')
  expect(said).toEqual(['Too many presence messages per second'])
})

test('[RT17] … 100 channels of a client, 100 joins a second', async () => {
  const socket = await openSocket(server)
  for (let count = 0; count < 120; count++) socket.send([null, `j${count}`, `realtime:many${count}`, 'phx_join', {}])
  await eventually(() => socket.frames.length).toBe(120)
  const reasons = socket.frames.map(([, , , , { response }]) => (response as { reason?: string }).reason ?? 'ok')
  expect(reasons.filter((reason) => reason === 'ok')).toHaveLength(100)
  expect(new Set(reasons.slice(100))).toEqual(new Set(['ClientJoinRateLimitReached: Too many joins per second']))
  await eventually(() => socket.ask('realtime:more', 'phx_join').then(({ response }) => response.reason), { timeout: 3000 }).toBe(
    'ChannelRateLimitReached: Too many channels',
  )
})

test('[RT17] … 200 connected users', async () => {
  const sockets = await Promise.all([...Array(201).keys()].map(() => openSocket(server)))
  const join = (socket: (typeof sockets)[number]) => socket.ask('realtime:full', 'phx_join').then(({ response }) => response.reason ?? 'ok')
  for (const socket of sockets.slice(0, 200)) await eventually(() => join(socket), { timeout: 3000 }).toBe('ok')
  await eventually(() => join(sockets[200] as (typeof sockets)[number]), { timeout: 3000 }).toBe(
    'ConnectionRateLimitReached: Too many connected users',
  )
  sockets[0]?.socket.terminate()
  await eventually(() => join(sockets[200] as (typeof sockets)[number]), { timeout: 3000 }).toBe('ok')
  for (const { socket } of sockets) socket.terminate()
})
