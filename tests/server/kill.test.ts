import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type RunningCluster, startCluster } from '../support/cluster.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, storedText, typist } from './collaboration.ts'
import { type CollaborationProcess, startCollaboration, tokenFor } from './process.ts'
import { createTeam, type Team } from './team.ts'

/** KILL_ROUNDS=1000 is the nightly mode. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 35)
const PEOPLE = 10
const CONTROL_ROUNDS = 5

let cluster: RunningCluster
let database: Database
let team: Team
let tokens: string[]

beforeAll(async () => {
  cluster = await startCluster()
  database = await createDatabase(cluster.cluster)
  team = await createTeam(database)
  tokens = await Promise.all(Array.from({ length: PEOPLE }, async (_, person) => tokenFor(await team.person(`P${person}`, 'editor'))))
})
afterEach(closePeers)
afterAll(async () => {
  await team?.close()
  await database?.drop()
  await cluster?.stop()
})

/** Ten people type, something is killed in the middle of it, and the people close their browsers. Gives what was acknowledged to them
 *  and is not in the database. */
async function round(
  server: CollaborationProcess,
  victim: 'server' | 'postgres' | 'both',
): Promise<{ acknowledged: number; lost: string[] }> {
  const documentId = await team.document()
  const peers = tokens.map((token) => openPeer({ url: server.url, documentId, token }))
  await Promise.all(peers.map((peer) => peer.saved()))
  const typists = peers.map((peer, index) => typist(peer, `${'abcdefghij'[index]}`))
  const fewest = 5 + Math.random() * 10
  await expect
    .poll(() => Math.min(...typists.map(({ acknowledged }) => acknowledged.size)), { timeout: 20_000, interval: 2 })
    .toBeGreaterThan(fewest)
  await Promise.all([victim !== 'postgres' && server.end('SIGKILL'), victim !== 'server' && cluster.crash()])
  for (const { stop } of typists) stop()
  const promised = typists.flatMap(({ acknowledged }) => [...acknowledged])
  closePeers()
  if (victim !== 'server') await cluster.resume()
  // The test's own connections were cut, too.
  const stored = new Set((await vi.waitFor(() => storedText(team.admin, documentId), { timeout: 10_000 })).split('\n'))
  if (victim !== 'postgres') await server.restart()
  return { acknowledged: promised.length, lost: promised.filter((line) => !stored.has(line)) }
}

const VICTIMS = ['server', 'postgres', 'both'] as const

test(`[COL7] kill -9 in the middle of typing loses nothing that was acknowledged, ${ROUNDS} times`, {
  timeout: ROUNDS * 20_000,
}, async () => {
  const server = await startCollaboration(database.url('atrium_collab'))
  try {
    let acknowledged = 0
    for (let count = 0; count < ROUNDS; count++) {
      const result = await round(server, VICTIMS[count % 3] as (typeof VICTIMS)[number])
      acknowledged += result.acknowledged
      expect(result.lost).toEqual([])
    }
    expect(acknowledged).toBeGreaterThan(ROUNDS * PEOPLE * 5)
  } finally {
    await server.end('SIGKILL')
  }
})

test('[COL7] the same test finds what a server loses that acknowledges a moment too early', { timeout: 120_000 }, async () => {
  const main = fileURLToPath(new URL('earlyServer.ts', import.meta.url))
  const server = await startCollaboration(database.url('atrium_collab'), {}, main)
  try {
    let lost = 0
    for (let count = 0; count < CONTROL_ROUNDS && lost === 0; count++) lost += (await round(server, 'server')).lost.length
    expect(lost).toBeGreaterThan(0)
  } finally {
    await server.end('SIGKILL')
  }
})

test('[COL16] PostgreSQL is killed and comes back while two servers show one document: nothing is lost', { timeout: 120_000 }, async () => {
  const servers = await Promise.all([1, 2].map(() => startCollaboration(database.url('atrium_collab'))))
  try {
    const documentId = await team.document()
    const peers = servers.map(({ url }, index) => openPeer({ url, documentId, token: tokens[index] as string }))
    await Promise.all(peers.map((peer) => peer.saved()))
    const typists = peers.map((peer, index) => typist(peer, 'ab'[index] as string))
    for (let count = 0; count < 2; count++) {
      const before = typists.map(({ acknowledged }) => acknowledged.size)
      await cluster.crash()
      await cluster.resume()
      await expect
        .poll(() => typists.every(({ acknowledged }, index) => acknowledged.size > (before[index] ?? 0)), { timeout: 30_000 })
        .toBe(true)
    }
    for (const { stop } of typists) stop()
    await Promise.all(peers.map((peer) => peer.saved()))
    await expect.poll(() => peers[0]?.text() === peers[1]?.text(), { timeout: 30_000 }).toBe(true)
    expect(await storedText(team.admin, documentId)).toBe(peers[0]?.text())
  } finally {
    await Promise.all(servers.map((server) => server.end('SIGKILL')))
  }
})
