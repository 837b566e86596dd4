import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, type Peer, SOON, storedText, textOf } from './collaboration.ts'
import { type CollaborationProcess, startCollaboration, tokenFor } from './process.ts'
import { createTeam, type Team } from './team.ts'

let database: Database
let team: Team
let east: CollaborationProcess
let west: CollaborationProcess

beforeAll(async () => {
  database = await createDatabase()
  team = await createTeam(database)
  ;[east, west] = await Promise.all([startCollaboration(database.url('atrium_collab')), startCollaboration(database.url('atrium_collab'))])
})
afterEach(closePeers)
afterAll(async () => {
  await Promise.all([east?.end('SIGTERM'), west?.end('SIGTERM')])
  await team?.close()
  await database?.drop()
})

async function join(server: CollaborationProcess, documentId: string, name = 'Anna'): Promise<Peer & { userId: string }> {
  const userId = await team.person(name, 'editor')
  const peer = openPeer({ url: server.url, documentId, token: await tokenFor(userId) })
  await peer.saved()
  return { userId, ...peer }
}

/** Ends the connections on which servers listen, or those on which they write. */
const cut = (what: 'listening' | 'all') => team.admin`
  select pg_terminate_backend(pid) from pg_stat_activity
  where usename = 'atrium_collab' and datname = current_database() and (${what === 'all'} or query ilike 'listen%')`

test('[COL16] what two people type on two servers reaches both, in milliseconds', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await join(east, documentId), await join(west, documentId)]
  anna.type('first')
  await expect.poll(() => ben.text(), SOON).toBe('first')
  const times: number[] = []
  for (let line = 0; line < 20; line++) {
    const [writer, reader] = line % 2 === 0 ? [anna, ben] : [ben, anna]
    const sentAt = performance.now()
    writer.type(`line ${line}`)
    await expect.poll(() => reader.text(), { ...SOON, interval: 1 }).toContain(`line ${line}`)
    times.push(performance.now() - sentAt)
  }
  expect(times.sort((one, other) => one - other)[10]).toBeLessThan(200)
  expect(anna.text()).toBe(ben.text())
  const [{ rows } = { rows: 0 }] = await team.admin<{ rows: number }[]>`
    select count(*)::int as rows from atrium_private.document_updates where document_id = ${documentId}`
  expect(east.errors() + west.errors()).toBe('')
  expect(rows).toBe(21) // Nobody logs what another server has logged.
})

test('[COL16] nothing is seen on another server that is not committed', async () => {
  const documentId = await team.document()
  const [anna, ben, bea] = [await join(east, documentId), await join(west, documentId), await join(east, documentId)]
  anna.type('before')
  await expect.poll(() => ben.text(), SOON).toBe('before')
  await team.admin`revoke insert on atrium_private.document_updates from atrium_collab`
  anna.type('held')
  await expect.poll(() => bea.text(), SOON).toContain('held')
  await expect.poll(() => east.errors(), SOON).toContain('cannot be written')
  expect(ben.text()).toBe('before')
  await team.admin`grant insert on atrium_private.document_updates to atrium_collab`
  await expect.poll(() => ben.text(), SOON).toBe('before\nheld')
})

test('[COL16] carets cross, with the name that their own server gave them, and go with their owner', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await join(east, documentId, 'Anna'), await join(west, documentId, 'Ben')]
  anna.provider.awareness?.setLocalState({ user: { id: ben.userId, name: 'Ben' } })
  const seen = () => ben.provider.awareness?.getStates().get(anna.document.clientID)
  await expect.poll(seen, SOON).toEqual({ user: { id: anna.userId, name: 'Anna' }, cursor: null })
  const late = await join(west, documentId)
  await expect.poll(() => late.provider.awareness?.getStates().has(anna.document.clientID), SOON).toBe(true)
  anna.close()
  await expect.poll(seen, SOON).toBeUndefined()
})

test('[COL16] rights that are lost and hints count on every server', async () => {
  const documentId = await team.document()
  const userId = await team.person('Rita', 'editor')
  const open = async (server: CollaborationProcess) => {
    const peer = openPeer({ url: server.url, documentId, token: await tokenFor(userId) })
    await peer.saved()
    return peer
  }
  const [here, there] = [await open(east), await open(west)]
  await team.admin`select pg_notify('atrium_documents', ${JSON.stringify({ document_id: documentId, what: 'comments' })})`
  await team.remove(userId)
  const told = [{ type: 'changed', what: 'comments' }, { type: 'revoked' }]
  await expect.poll(() => [here.messages, there.messages], SOON).toEqual([told, told])
})

/** Types a line every few milliseconds until stopped. */
function typing(peer: Peer, name: string): { lines: string[]; stop(): void } {
  const lines: string[] = []
  const timer = setInterval(() => {
    lines.push(`${name}${lines.length}`)
    peer.type(lines.at(-1) as string)
  }, 5)
  return { lines, stop: () => clearInterval(timer) }
}

const linesOf = (peer: Peer) => new Set(peer.text().split('\n'))

test.for(['listening', 'all'] as const)(
  '[COL16] connections of servers are cut again and again (%s), and nothing is lost',
  { timeout: 60_000 },
  async (what) => {
    const documentId = await team.document()
    const [anna, ben] = [await join(east, documentId), await join(west, documentId)]
    const writers = [typing(anna, 'a'), typing(ben, 'b')]
    for (let round = 1; round <= 5; round++) {
      const before = writers.map(({ lines }) => lines.length)
      await cut(what)
      await expect.poll(() => writers.every(({ lines }, index) => lines.length > (before[index] ?? 0) + 20), SOON).toBe(true)
    }
    for (const { stop } of writers) stop()
    await Promise.all([anna.saved(), ben.saved()])
    await expect.poll(() => anna.text() === ben.text(), { timeout: 20_000 }).toBe(true)
    expect(linesOf(anna)).toEqual(new Set(writers.flatMap(({ lines }) => lines)))
    expect(await storedText(team.admin, documentId)).toBe(anna.text())
  },
)

test('[COL16] a killed server takes nothing with it that another has shown', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 3; round++) {
    const documentId = await team.document()
    const [anna, ben] = [await join(east, documentId), await join(west, documentId)]
    const writer = typing(anna, 'a')
    await expect.poll(() => linesOf(ben).size, SOON).toBeGreaterThan(30)
    await east.end('SIGKILL')
    writer.stop()
    anna.close() // She does not come back to tell.
    const shown = linesOf(ben)
    ben.type('goes on')
    await ben.saved()
    const stored = new Set((await storedText(team.admin, documentId)).split('\n'))
    expect([...shown].filter((line) => !stored.has(line))).toEqual([])
    await east.restart()
    const carla = await join(east, documentId)
    await expect.poll(() => carla.text(), SOON).toBe(ben.text())
    closePeers()
  }
})

test('[COL16] two servers fold one log into snapshots, and nothing is missing or twice', { timeout: 60_000 }, async () => {
  const documentId = await team.document()
  const [anna, ben] = [await join(east, documentId), await join(west, documentId)]
  const big = (peer: Peer, name: string) => Array.from({ length: 150 }, (_, line) => peer.type(`${name}${line} ${'x'.repeat(500)}`))
  for (let round = 0; round < 4; round++) {
    big(anna, `a${round}-`)
    big(ben, `b${round}-`)
    await Promise.all([anna.saved(), ben.saved()])
  }
  await expect.poll(() => anna.text() === ben.text(), SOON).toBe(true)
  expect(linesOf(anna).size).toBe(1200)
  const merged = async () =>
    (
      await team.admin<{ merged: number }[]>`
        select count(*)::int as merged from atrium_private.document_updates join atrium_private.document_snapshots using (document_id)
        where document_id = ${documentId} and id <= upto`
    )[0]?.merged ?? 0
  await expect.poll(merged, SOON).toBeGreaterThan(0)
  const whole = anna.text()
  closePeers()
  await Promise.all([east, west].map((server) => server.end('SIGTERM').then(server.restart)))
  const carla = await join(west, documentId)
  expect(carla.text()).toBe(whole)
  const snapshot = await team.admin<{ update: Buffer }[]>`
    select state as update from atrium_private.document_snapshots where document_id = ${documentId}
    union all select update from atrium_private.document_updates join atrium_private.document_snapshots using (document_id)
      where document_id = ${documentId} and id > upto`
  const opened = new Y.Doc()
  for (const { update } of snapshot) Y.applyUpdate(opened, update)
  expect(textOf(opened)).toBe(whole)
})

test('[COL16] a server that is alone announces nothing', async () => {
  await west.end('SIGTERM')
  const heard: string[] = []
  const ear = await team.admin.listen('atrium_servers', (payload) => heard.push(payload))
  try {
    await expect
      .poll(
        async () =>
          (await team.admin`select from atrium_private.collaboration_servers where seen_at > now() - interval '15 seconds'`).length,
        {
          timeout: 20_000,
        },
      )
      .toBe(1)
    const documentId = await team.document()
    // It has noticed by the next look.
    await expect
      .poll(
        async () => {
          heard.length = 0
          const anna = await join(east, documentId)
          anna.type('x')
          await anna.saved()
          anna.close()
          return heard
        },
        { timeout: 15_000, interval: 500 },
      )
      .toEqual([])
  } finally {
    await ear.unlisten()
    await west.restart()
  }
})
