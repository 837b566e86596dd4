import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { documentName } from '../../hocuspocus-server/src/protocol.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, openSocket, type Peer, SOON, storedText, typist } from './collaboration.ts'
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

async function join(documentId: string) {
  const peer = openPeer({ url: server.url, documentId, token: await tokenFor(await team.person('Anna', 'editor')) })
  await peer.saved()
  return peer
}

test('[COL7] what is typed while the database is away is acknowledged when it is back', { timeout: 60_000 }, async () => {
  const documentId = await team.document()
  const [anna, ben] = [await join(documentId), await join(documentId)]
  const cut = () => team.admin`
    select pg_terminate_backend(pid) from pg_stat_activity where usename = 'atrium_collab' and datname = current_database()`
  const typing = typist(anna, 'a')
  for (let round = 0; round < 10; round++) {
    const before = typing.acknowledged.size
    await cut()
    await expect.poll(() => typing.acknowledged.size, { timeout: 10_000 }).toBeGreaterThan(before)
  }
  typing.stop()
  await anna.saved()
  await expect.poll(() => ben.text(), SOON).toBe(anna.text())
  expect(await storedText(team.admin, documentId)).toBe(anna.text())
})

test('[COL7] nothing is acknowledged while the log cannot be written', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await join(documentId), await join(documentId)]
  await team.admin`revoke insert on atrium_private.document_updates from atrium_collab`
  anna.type('held')
  await expect.poll(() => ben.text(), SOON).toBe('held')
  await expect.poll(() => server.errors(), SOON).toContain('cannot be written')
  expect(anna.provider.hasUnsyncedChanges).toBe(true)
  await team.admin`grant insert on atrium_private.document_updates to atrium_collab`
  await anna.saved()
  expect(await storedText(team.admin, documentId)).toBe('held')
})

test('[COL7] while the log cannot be written, what waits in memory stays within bounds', async () => {
  const bounded = await startCollaboration(database.url('atrium_collab'), { MAX_PENDING_BYTES: '100000' })
  const documentId = await team.document()
  const anna = openPeer({ url: bounded.url, documentId, token: await tokenFor(await team.person('Anna', 'editor')) })
  await anna.saved()
  await team.admin`revoke insert on atrium_private.document_updates from atrium_collab`
  const pending = async () => ((await (await fetch(`${bounded.httpUrl}/health`)).json()) as { pendingBytes: number }).pendingBytes
  for (let line = 0; line < 400; line++) {
    anna.type('x'.repeat(5_000))
    if (line % 10 === 0) await pending()
  }
  await expect.poll(pending, SOON).toBeGreaterThan(100_000)
  expect(await pending()).toBeLessThan(400_000)
  await team.admin`grant insert on atrium_private.document_updates to atrium_collab`
  await anna.saved()
  expect(await storedText(team.admin, documentId)).toBe(anna.text())
  closePeers()
  await bounded.end('SIGTERM')
})

test('[COL7] a change that builds on one the server never got is kept, and shows when that one arrives', async () => {
  const documentId = await team.document()
  const anna = await join(documentId)
  const updates: Uint8Array[] = []
  const elsewhere = new Y.Doc()
  elsewhere.on('update', (update) => updates.push(update))
  const offline = { document: elsewhere, fragment: elsewhere.getXmlFragment('default') }
  for (const word of ['first', 'second']) {
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText(word)])
    offline.fragment.insert(offline.fragment.length, [paragraph])
  }
  Y.applyUpdate(anna.document, updates[1] as Uint8Array) // Yjs announces no pending change, so it is sent by hand.
  const sync = [0, 2] as const
  anna.provider.incrementUnsyncedChanges()
  anna.provider.configuration.websocketProvider.send(message(documentId, sync, updates[1] as Uint8Array))
  await anna.saved()
  await server.end('SIGKILL')
  closePeers()
  await server.restart()

  const ben = await join(documentId)
  Y.applyUpdate(ben.document, updates[0] as Uint8Array)
  await ben.saved()
  const carla = await join(documentId)
  await expect.poll(() => carla.text(), SOON).toBe('first\nsecond')
})

test('[COL1] people who type in the same moment stay the authors of what they wrote, and who repeats their words does not become one', async () => {
  const documentId = await team.document()
  const people = await Promise.all(['Anna', 'Ben', 'Carla', 'Eve'].map((name) => team.person(name, 'editor')))
  const peers = await Promise.all(people.map(async (userId) => openPeer({ url: server.url, documentId, token: await tokenFor(userId) })))
  await Promise.all(peers.map((peer) => peer.saved()))
  const [eve, ...typists] = peers.toReversed() as [Peer, ...Peer[]]
  const updates: Uint8Array[] = []
  for (const peer of typists) peer.document.on('update', (update, origin) => origin !== peer.provider && updates.push(update))
  for (let line = 0; line < 30; line++) for (const peer of typists) peer.type(`${line}`)
  await Promise.all(typists.map((peer) => peer.saved()))
  eve.type('hers')
  for (const update of updates) eve.provider.configuration.websocketProvider.send(message(documentId, [0, 2], update))
  await expect.poll(() => eve.text().split('\n').length, SOON).toBe(91)
  await eve.saved()

  const rows = await team.admin<{ author_id: string; update: Buffer }[]>`
    select author_id, update from atrium_private.document_updates where document_id = ${documentId}`
  const written = new Map(people.map((userId) => [userId, new Set<number>()]))
  for (const { author_id, update } of rows) for (const { id } of Y.decodeUpdate(update).structs) written.get(author_id)?.add(id.client)
  expect(people.map((userId) => [...(written.get(userId) ?? [])])).toEqual(peers.map(({ document }) => [document.clientID]))
})

test('[COL7] the log is folded into a snapshot, and its rows stay for the history', async () => {
  const documentId = await team.document()
  const anna = await join(documentId)
  for (let line = 0; line < 40; line++) anna.type('x'.repeat(1000))
  await anna.saved()
  const counts = async () =>
    (
      await team.admin<{ merged: number; tail: number }[]>`
        select count(*) filter (where id <= upto)::int as merged, count(*) filter (where id > upto)::int as tail
        from atrium_private.document_updates join atrium_private.document_snapshots using (document_id) where document_id = ${documentId}`
    )[0]
  await expect.poll(async () => (await counts())?.merged, SOON).toBeGreaterThan(0)
  anna.type('after it')
  await anna.saved()
  const whole = anna.text()
  closePeers()
  await server.end('SIGTERM')
  await server.restart()
  expect((await join(documentId)).text()).toBe(whole)
})

test('[COL7] a deleted document holds nobody else up', async () => {
  const [doomed, other] = [await team.document(), await team.document()]
  const [anna, ben] = [await join(doomed), await join(other)]
  await team.admin`delete from atrium.documents where id = ${doomed}`
  anna.type('into nothing')
  ben.type('elsewhere')
  await ben.saved()
  await expect.poll(() => anna.denials, { timeout: 5000 }).toContain('not_found')
})

test('[COL7] what somebody types whose account is deleted in that moment holds nobody else up', async () => {
  const documentId = await team.document()
  const userId = await team.person('Leaver', 'editor')
  const leaver = openPeer({ url: server.url, documentId, token: await tokenFor(userId) })
  await leaver.saved()
  const ben = await join(documentId)
  await team.admin.begin(async (sql) => {
    await sql`delete from auth.users where id = ${userId}`
    leaver.type('last words')
    await expect.poll(() => ben.text(), SOON).toBe('last words')
  })
  ben.type('life goes on')
  await ben.saved()
  expect(await storedText(team.admin, documentId)).toBe('last words\nlife goes on')
})

test('[COL12] a stop stores what is pending and exits well within seconds', async () => {
  const documentId = await team.document()
  const anna = await join(documentId)
  anna.type('at the last moment')
  const startedAt = performance.now()
  await expect.poll(() => anna.provider.configuration.websocketProvider.webSocket?.bufferedAmount, SOON).toBe(0)
  expect(await server.end('SIGTERM')).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(3000)
  expect(anna.closeCodes).toEqual([1012])
  expect(await storedText(team.admin, documentId)).toBe('at the last moment')
  const [contents] = await team.admin<{ text: string }[]>`select text from atrium.document_contents where document_id = ${documentId}`
  expect(contents?.text).toBe('at the last moment')
  await server.restart()
  await anna.saved()
})

test('[COL12] a document leaves the memory when nobody has it open', async () => {
  const socket = openSocket(server.url)
  const token = await tokenFor(await team.person('Anna', 'editor'))
  const peers = await Promise.all(
    [1, 2, 3].map(async () => openPeer({ url: server.url, documentId: await team.document(), token, socket })),
  )
  for (const peer of peers) peer.type('hello')
  await Promise.all(peers.map((peer) => peer.saved()))
  const health = async () => (await (await fetch(`${server.httpUrl}/health`)).json()) as { status: string; documents: number }
  expect(await health()).toMatchObject({ status: 'ok', documents: 3, pendingBytes: 0, failingForMs: null })
  closePeers()
  await expect.poll(async () => (await health()).documents, SOON).toBe(0)
})

test('[COL12] a document that cannot be loaded is not opened, not kept and not written', async () => {
  const documentId = await team.document()
  const anna = await join(documentId)
  anna.type('precious')
  await anna.saved()
  closePeers()
  const health = async () => (await (await fetch(`${server.httpUrl}/health`)).json()) as { documents: number }
  await expect.poll(async () => (await health()).documents, SOON).toBe(0)
  await team.admin`revoke select on atrium_private.document_updates from atrium_collab`
  const ben = openPeer({ url: server.url, documentId, token: await tokenFor(await team.person('Ben', 'editor')) })
  ben.type('over it')
  await expect.poll(() => ben.denials, SOON).toEqual(['unavailable'])
  expect((await health()).documents).toBe(0)
  await team.admin`grant select on atrium_private.document_updates to atrium_collab`
  await ben.provider.sendToken()
  ben.provider.startSync()
  await ben.saved()
  expect(ben.text().split('\n').sort()).toEqual(['over it', 'precious'])
})

/** A message of the Hocuspocus protocol, by hand. */
function message(documentId: string, [type, kind]: readonly [number, number], payload: Uint8Array): Uint8Array {
  const name = Buffer.from(documentName(documentId))
  if (payload.length > 127) throw new Error('This needs no longer numbers')
  return Buffer.concat([Buffer.from([name.length]), name, Buffer.from([type, kind, payload.length]), payload])
}
