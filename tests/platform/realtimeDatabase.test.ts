import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, type Heard, joined, listen, type RealtimeServer, startRealtime } from './realtimeServer.ts'
import { openSocket } from './realtimeSocket.ts'

let server: RealtimeServer
beforeAll(async () => {
  server = await startRealtime()
})
afterAll(() => server.close())

const PRIVATE = { config: { private: true, broadcast: { ack: true } } }
const numbers = (heard: Heard[]) => heard.map(({ payload }) => Number(payload.n))

test('[RT9] a changed row arrives when its transaction commits, and not when it is rolled back', async () => {
  const anna = await server.person(['cards'])
  const channel = anna.client.channel('cards', PRIVATE)
  const heard = listen(channel)
  await joined(channel)
  await server.sql`insert into club.cards values (1, 'cards', 'hello')`
  await server.sql
    .begin((transaction) =>
      transaction`insert into club.cards values (2, 'cards', 'never')`.then(() => {
        throw new Error('no')
      }),
    )
    .catch(() => {})
  await server.sql`update club.cards set title = ${'x'.repeat(20_000)} where id = 1`
  await server.sql`delete from club.cards`
  await eventually(() => heard.map(({ event }) => event)).toEqual(['INSERT', 'UPDATE', 'DELETE'])
  expect(heard[0]).toMatchObject({
    payload: { operation: 'INSERT', table: 'cards', schema: 'club', record: { id: 1, title: 'hello' }, old_record: null },
  })
  expect(heard[1]?.payload).toMatchObject({ record: { title: 'x'.repeat(20_000) }, old_record: { title: 'hello' } })
  expect(heard[2]?.payload).toMatchObject({ record: null, old_record: { id: 1 } })
  expect(heard[0]?.meta?.id).toMatch(/^[0-9a-f-]{36}$/)
})

test('[RT9] bytes and names of any length arrive from the database, in both versions', async () => {
  const [now, old] = [await server.person(['bytes']), await server.person(['bytes'], { vsn: '1.0.0' })]
  const channels = [now, old].map(({ client }) => client.channel('bytes', PRIVATE))
  const heard = channels.map(listen)
  for (const channel of channels) await joined(channel)
  const longName = 'é'.repeat(200)
  await server.sql`select realtime.send_binary('\\x0102ff', 'bytes', 'bytes')`
  await server.sql`select realtime.send('{"n": "ü"}', ${longName}, 'bytes')`
  await eventually(() => heard[0]?.map(({ event }) => event)).toEqual(['bytes', longName])
  expect([...new Uint8Array(heard[0]?.[0]?.payload as unknown as ArrayBuffer)]).toEqual([1, 2, 255])
  await eventually(() => heard[1]).toMatchObject([{ event: longName, payload: { n: 'ü' } }])
})

test('[RT9] a broken send never fails the transaction that made it', async () => {
  await server.sql`select realtime.send('{}', 'x', null)`
  await expect(server.sql`select realtime.broadcast_changes('t', 'x', 'TRUNCATE', 't', 's', null::record, null::record)`).rejects.toThrow()
})

test('[RT10] replay gives the latest messages of a private topic, marked, before what is new', async () => {
  const anna = await server.person(['replay'])
  const before = (await server.person(['replay'])).client.channel('replay', PRIVATE)
  const streamed = listen(before)
  await joined(before)
  for (const n of [1, 2, 3, 4]) await server.sql`select realtime.send(${server.sql.json({ n })}, 'x', 'replay')`
  await eventually(() => numbers(streamed)).toEqual([1, 2, 3, 4])
  const channel = anna.client.channel('replay', {
    config: { private: true, broadcast: { replay: { since: Date.now() - 60_000, limit: 3 } } },
  })
  const heard = listen(channel)
  expect(await joined(channel)).toBe('SUBSCRIBED')
  await server.sql`select realtime.send('{"n": 5}', 'x', 'replay')`
  await eventually(() => numbers(heard)).toEqual([2, 3, 4, 5])
  expect(heard.map(({ meta }) => meta?.replayed ?? false)).toEqual([true, true, true, false])
})

test('[RT10] replay while messages pour in neither loses nor repeats one', async () => {
  const writer = (async () => {
    for (let n = 0; n < 200; n++) await server.sql`select realtime.send(${server.sql.json({ n })}, 'x', 'pour')`
  })()
  const heards = await Promise.all(
    [...Array(8).keys()].map(async () => {
      const { client } = await server.person(['pour'])
      const channel = client.channel('pour', {
        config: { private: true, broadcast: { replay: { since: Date.now() - 60_000, limit: 25 } } },
      })
      const heard = listen(channel)
      await joined(channel)
      return heard
    }),
  )
  await writer
  for (const heard of heards) {
    await eventually(() => Math.max(...numbers(heard))).toBe(199)
    // What the stream brings late may be older than what was replayed.
    const sorted = numbers(heard).sort((one, other) => one - other)
    const first = sorted[0] ?? Number.NaN
    expect(sorted).toEqual([...Array(200 - first).keys()].map((n) => n + first))
  }
})

test('[RT10] replay is refused for public channels, non-members and nonsense', async () => {
  const anna = await server.person(['refused'])
  const socket = await openSocket(server)
  const join = async (topic: string, isPrivate: boolean, replay: object) => {
    const config = { private: isPrivate, broadcast: { replay } }
    const { response } = await socket.ask(`realtime:${topic}`, 'phx_join', { config, access_token: anna.token })
    return response.reason
  }
  expect(await join('refused', false, { since: 0 })).toBe('UnableToReplayMessages: Replay is not allowed for public channels')
  expect(await join('others', true, { since: 0 })).toMatch(/^Unauthorized: /)
  for (const replay of [{}, { since: 'yesterday' }, { since: 1e300 }, { since: 0, limit: -1 }, { since: 0, limit: '1; drop' }])
    expect(await join('refused', true, replay)).toMatch(/^UnableToReplayMessages: /)
})

test('[RT11] after the database ended the connections, what was sent meanwhile arrives once and removals still count', async () => {
  const [anna, ben] = [await server.person(['restart']), await server.person(['restart'])]
  const [fromAnna, fromBen] = [anna.client.channel('restart', PRIVATE), ben.client.channel('restart', PRIVATE)]
  const heard = listen(fromAnna)
  await joined(fromAnna)
  await joined(fromBen)
  const send = (n: number) => server.sql`select realtime.send(${server.sql.json({ n })}, 'x', 'restart')`
  const end = () => server.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'realtime%' and datname = current_database()`
  await send(0)
  await eventually(() => numbers(heard)).toEqual([0])
  for (let n = 1; n <= 30; n++) {
    if (n % 10 === 1) await end()
    await send(n)
  }
  await end()
  // Nobody listens now: the notification is lost, and the removal must be found all the same.
  await server.sql`delete from club.members where user_id = ${ben.id}`
  await server.notify({ user_id: ben.id })
  await eventually(() => numbers(heard), { timeout: 10_000 }).toEqual([...Array(31).keys()])
  await eventually(() => fromBen.state).toBe('closed')
  await send(31)
  await eventually(() => heard.at(-1)?.payload.n).toBe(31)
  expect(heard).toHaveLength(32)
})

test('[RT12] partitions are made ahead and old ones dropped', async () => {
  const partitions = async () =>
    (
      await server.sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'realtime.messages'::regclass order by 1`
    ).map(({ name }) => name)
  const usual = await partitions()
  expect(usual).toHaveLength(5)
  await server.sql`set role supabase_realtime_admin`
  await server.sql`create table realtime.messages_2020_01_01 partition of realtime.messages for values from ('2020-01-01') to ('2020-01-02')`
  await server.sql`select realtime.maintain_partitions()`
  expect(await partitions()).toEqual(usual)
  await server.sql`reset role`
  await expect(
    server.sql.begin(async (transaction) => {
      await transaction`set local role authenticated`
      await transaction`select realtime.maintain_partitions()`
    }),
  ).rejects.toMatchObject({ code: '42501' })
})
