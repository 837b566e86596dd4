import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, joined, listen, type RealtimeServer, startRealtime } from './realtimeServer.ts'

let server: RealtimeServer
beforeAll(async () => {
  server = await startRealtime()
})
afterAll(() => server.close())

test('[RT1] a broadcast reaches the others, in both versions of the protocol', async () => {
  const [anna, ben, old] = [server.connect(), server.connect(), server.connect({ vsn: '1.0.0' })]
  const channels = [anna, ben, old].map((client) => client.channel('versions', { config: { broadcast: { ack: true } } }))
  const [fromAnna, fromBen, fromOld] = channels as [(typeof channels)[0], (typeof channels)[0], (typeof channels)[0]]
  const [annaHeard, benHeard, oldHeard] = [listen(fromAnna), listen(fromBen), listen(fromOld)]
  for (const channel of channels) expect(await joined(channel)).toBe('SUBSCRIBED')

  expect(await fromAnna.send({ type: 'broadcast', event: 'x', payload: { from: 'Ännä' } })).toBe('ok')
  expect(await fromOld.send({ type: 'broadcast', event: 'x', payload: { from: 'old' } })).toBe('ok')
  await eventually(() => benHeard.map(({ payload }) => payload.from)).toEqual(['Ännä', 'old'])
  await eventually(() => oldHeard.map(({ payload }) => payload.from)).toEqual(['Ännä'])
  await eventually(() => annaHeard.map(({ payload }) => payload.from)).toEqual(['old'])
  expect(benHeard[0]).toEqual({ type: 'broadcast', event: 'x', payload: { from: 'Ännä' } })
})

test('[RT1] bytes arrive as bytes', async () => {
  const [anna, ben] = [server.connect().channel('bytes'), server.connect().channel('bytes')]
  const heard = listen(ben)
  await joined(anna)
  await joined(ben)
  await anna.send({ type: 'broadcast', event: 'x', payload: new Uint8Array([1, 2, 255]).buffer })
  await eventually(() => heard.map(({ payload }) => [...new Uint8Array(payload as unknown as ArrayBuffer)])).toEqual([[1, 2, 255]])
})

test('[RT1] the sender hears himself only when he asked for it', async () => {
  const anna = server.connect().channel('self', { config: { broadcast: { self: true, ack: true } } })
  const ben = server.connect().channel('self', { config: { broadcast: { ack: true } } })
  const [annaHeard, benHeard] = [listen(anna), listen(ben)]
  await joined(anna)
  await joined(ben)
  await anna.send({ type: 'broadcast', event: 'x', payload: { n: 1 } })
  await ben.send({ type: 'broadcast', event: 'x', payload: { n: 2 } })
  await eventually(() => annaHeard.map(({ payload }) => payload.n)).toEqual([1, 2])
  expect(benHeard.map(({ payload }) => payload.n)).toEqual([1])
})

test('[RT1] who has left a channel hears no more, and may come back', async () => {
  const [anna, client] = [server.connect().channel('leave', { config: { broadcast: { ack: true } } }), server.connect()]
  await joined(anna)
  const first = client.channel('leave')
  const firstHeard = listen(first)
  await joined(first)
  expect(await client.removeChannel(first)).toBe('ok')
  await anna.send({ type: 'broadcast', event: 'x', payload: { n: 1 } })
  const second = client.channel('leave')
  const secondHeard = listen(second)
  expect(await joined(second)).toBe('SUBSCRIBED')
  await anna.send({ type: 'broadcast', event: 'x', payload: { n: 2 } })
  await eventually(() => secondHeard.map(({ payload }) => payload.n)).toEqual([2])
  expect(firstHeard).toEqual([])
})

test('[RT2] presence shows who is there: state, change, leaving, losing the connection', async () => {
  const [annaClient, benClient] = [server.connect(), server.connect()]
  const anna = annaClient.channel('presence', { config: { presence: { key: 'anna', enabled: true } } })
  const ben = benClient.channel('presence', { config: { presence: { key: 'ben', enabled: true } } })
  const seen: string[] = []
  anna
    .on('presence', { event: 'join' }, ({ key }) => seen.push(`+${key}`))
    .on('presence', { event: 'leave' }, ({ key }) => seen.push(`-${key}`))
  await joined(anna)
  expect(await anna.track({ cursor: 1 })).toBe('ok')
  await joined(ben)
  await eventually(() => ben.presenceState().anna).toMatchObject([{ cursor: 1 }])
  expect(await ben.track({ cursor: 2 })).toBe('ok')
  await eventually(() => anna.presenceState().ben).toMatchObject([{ cursor: 2 }])
  await ben.track({ cursor: 3 })
  await eventually(() => anna.presenceState().ben).toMatchObject([{ cursor: 3 }])
  expect(anna.presenceState().ben).toHaveLength(1)
  expect(await ben.untrack()).toBe('ok')
  await eventually(() => anna.presenceState()).not.toHaveProperty('ben')
  await ben.track({ cursor: 4 })
  await eventually(() => anna.presenceState().ben).toMatchObject([{ cursor: 4 }])
  await benClient.realtime.disconnect()
  await eventually(() => anna.presenceState()).not.toHaveProperty('ben')
  await eventually(() => [seen[0], seen.at(-1)]).toEqual(['+anna', '-ben'])
})

test('[RT2] two windows of one person are one key with two entries', async () => {
  const windows = [1, 2].map(() => server.connect().channel('windows', { config: { presence: { key: 'anna', enabled: true } } }))
  for (const [index, channel] of windows.entries()) {
    await joined(channel)
    await channel.track({ window: index })
  }
  for (const channel of windows)
    await eventually(() =>
      channel
        .presenceState<{ window: number }>()
        .anna?.map(({ window }) => window)
        .sort(),
    ).toEqual([0, 1])
  await windows[0]?.untrack()
  await eventually(() => windows[1]?.presenceState<{ window: number }>().anna?.map(({ window }) => window)).toEqual([1])
})

test('[RT3] postgres_changes is refused with a sentence; broadcasts on the same channel work', async () => {
  const channel = server.connect().channel('changes', { config: { broadcast: { self: true } } })
  const said: { extension: string; status: string; message: string }[] = []
  const heard = listen(channel)
  channel.on('postgres_changes', { event: '*', schema: 'public', table: 'x' }, () => {}).on('system', {}, (event) => said.push(event))
  expect(await joined(channel)).toBe('SUBSCRIBED')
  await eventually(() => said).toMatchObject([
    { extension: 'postgres_changes', status: 'error', message: expect.stringContaining('not available') },
  ])
  await channel.send({ type: 'broadcast', event: 'x', payload: {} })
  await eventually(() => heard).toHaveLength(1)
})
