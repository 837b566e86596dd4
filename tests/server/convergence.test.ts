import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, type Peer, textOf } from './collaboration.ts'
import { type CollaborationProcess, startCollaboration, tokenFor } from './process.ts'
import { createTeam, type Team } from './team.ts'

let database: Database
let team: Team
let server: CollaborationProcess

beforeAll(async () => {
  database = await createDatabase()
  team = await createTeam(database)
  server = await startCollaboration(database.url('atrium_collab'))
})
afterEach(closePeers)
afterAll(async () => {
  await server?.end('SIGTERM')
  await team?.close()
  await database?.drop()
})

/** A small, fast generator (mulberry32): the same seed gives the same run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below
  }
}

function edit(peer: Peer, pick: (below: number) => number): void {
  const fragment = peer.document.getXmlFragment('default')
  const at = Math.floor(pick(fragment.length))
  const action = pick(10)
  const text = () => (fragment.get(at) as Y.XmlElement).get(0) as Y.XmlText
  if (fragment.length === 0 || action < 3) peer.type(`p${Math.floor(pick(1e6))}`)
  else if (action < 5) fragment.delete(at, 1)
  else if (action < 8) text().insert(Math.floor(pick(text().length)), String(Math.floor(pick(1000))))
  else if (text().length > 0) text().delete(Math.floor(pick(text().length)), 1)
}

const freshSeeds = Array.from({ length: 3 }, () => Math.floor(Math.random() * 2 ** 31))

test.for([1, 8261, 1563423518, ...freshSeeds])(
  '[COL1] copies converge, however people come, go and type (seed %i)',
  { timeout: 60_000 },
  async (seed) => {
    const pick = random(seed)
    const documentId = await team.document()
    const tokens = await Promise.all(['Anna', 'Ben', 'Carla'].map(async (name) => tokenFor(await team.person(name, 'editor'))))
    const peers = tokens.map((token) => openPeer({ url: server.url, documentId, token }))
    for (let step = 0; step < 400; step++) {
      const peer = peers[Math.floor(pick(peers.length))] as Peer
      const socket = peer.provider.configuration.websocketProvider
      const action = pick(100)
      if (action < 2) socket.disconnect()
      else if (action < 5) void socket.connect()
      else edit(peer, pick)
      if (pick(4) < 1) await new Promise((resolve) => setImmediate(resolve))
      if (step === 200 && seed % 2 === 1) await server.end('SIGKILL').then(server.restart)
    }
    for (const { provider } of peers) {
      const socket = provider.configuration.websocketProvider
      socket.shouldConnect = true // One that is still closing takes no notice of connect().
      void socket.connect()
    }
    await Promise.all(peers.map((peer) => peer.saved()))
    await expect.poll(() => new Set(peers.map((peer) => peer.text())).size, { timeout: 10_000 }).toBe(1)

    const rows = await team.admin<{ update: Buffer }[]>`
    select state as update from atrium_private.document_snapshots where document_id = ${documentId}
    union all select update from atrium_private.document_updates where document_id = ${documentId}`
    const stored = new Y.Doc()
    for (const { update } of rows) Y.applyUpdate(stored, update)
    expect(textOf(stored)).toBe(peers[0]?.text())
  },
)
