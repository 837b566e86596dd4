import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { atMostEvery } from '../../client/src/islands/editor/pace.ts'
import type { Presence } from '../../hocuspocus-server/src/protocol.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, openSocket, SOON } from './collaboration.ts'
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

async function joinAs(role: 'viewer' | 'editor', documentId: string, name = role as string) {
  const userId = await team.person(name, role)
  return { userId, ...openPeer({ url: server.url, documentId, token: await tokenFor(userId) }) }
}

test('[COL1] what two people type at once reaches both, and stays', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await joinAs('editor', documentId), await joinAs('editor', documentId)]
  await Promise.all([anna.saved(), ben.saved()])
  for (let line = 0; line < 20; line++) {
    anna.type(`a${line}`)
    ben.type(`b${line}`)
  }
  await Promise.all([anna.saved(), ben.saved()])
  await expect.poll(() => anna.text(), SOON).toBe(ben.text())
  expect(new Set(anna.text().split('\n')).size).toBe(40)

  const carla = await joinAs('viewer', documentId)
  await expect.poll(() => carla.text(), SOON).toBe(anna.text())
})

test('[COL1] a log row says who wrote and when', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await joinAs('editor', documentId), await joinAs('editor', documentId)]
  await Promise.all([anna.saved(), ben.saved()])
  anna.type('hers')
  ben.type('his')
  await Promise.all([anna.saved(), ben.saved()])
  const rows = await team.admin<{ author_id: string; fresh: boolean }[]>`
    select author_id, at > now() - interval '1 minute' as fresh from atrium_private.document_updates where document_id = ${documentId}`
  expect(new Set(rows.map((row) => row.author_id))).toEqual(new Set([anna.userId, ben.userId]))
  expect(rows.every((row) => row.fresh)).toBe(true)
})

test('[COL2] a viewer follows, and what he sends is neither shown nor kept', async () => {
  const documentId = await team.document()
  const [anna, viewer] = [await joinAs('editor', documentId), await joinAs('viewer', documentId)]
  anna.type('theirs')
  await anna.saved()
  await expect.poll(() => viewer.text(), SOON).toBe('theirs')
  expect(viewer.provider.authorizedScope).toBe('readonly')
  viewer.type('smuggled')
  anna.type('more')
  await expect.poll(() => viewer.text(), SOON).toContain('more')
  expect(anna.text()).toBe('theirs\nmore')
  expect(viewer.provider.hasUnsyncedChanges).toBe(true)

  await server.end('SIGTERM')
  await server.restart()
  const late = await joinAs('viewer', documentId)
  await expect.poll(() => late.text(), SOON).toBe('theirs\nmore')
})

test('[COL10] one socket opens two hundred documents', async () => {
  const userId = await team.person('Busy', 'editor')
  const ids = await Promise.all(Array.from({ length: 200 }, () => team.document()))
  const socket = openSocket(server.url)
  const token = await tokenFor(userId)
  const peers = ids.map((documentId) => openPeer({ url: server.url, documentId, token, socket }))
  for (const peer of peers) peer.type('hello')
  await Promise.all(peers.map((peer) => peer.saved()))
  expect(peers[0]?.closeCodes).toEqual([])
  const [row] = await team.admin<{ documents: number }[]>`
    select count(distinct document_id)::int as documents from atrium_private.document_updates where document_id = any(${ids}::uuid[])`
  expect(row?.documents).toBe(200)
})

test('[COL11] the text and the nodes can be read from SQL when typing pauses', async () => {
  const documentId = await team.document()
  const anna = await joinAs('editor', documentId)
  anna.type('Hello')
  anna.type('w\0orld \ud83d')
  const contents = async () =>
    (
      await team.admin<{ text: string; json: unknown }[]>`select text, json from atrium.document_contents where document_id = ${documentId}`
    )[0]
  await expect.poll(async () => (await contents())?.text, { timeout: 8000 }).toBe('Hello\nworld \ufffd')
  expect((await contents())?.json).toEqual({
    type: 'doc',
    content: [
      { type: 'paragraph', content: [{ type: 'text', text: 'Hello' }] },
      { type: 'paragraph', content: [{ type: 'text', text: 'world \ufffd' }] },
    ],
  })
})

test('[COL9] a caret carries the name of its owner, whatever the client says', async () => {
  const documentId = await team.document()
  const [anna, eve] = [await joinAs('editor', documentId, 'Anna'), await joinAs('editor', documentId, 'Eve')]
  await Promise.all([anna.saved(), eve.saved()])
  const anchor = { type: null, tname: 'default', item: null, assoc: 0 }
  eve.provider.awareness?.setLocalState({ user: { id: anna.userId, name: '<b>Anna</b>' }, cursor: { anchor, head: anchor }, extra: 'x' })
  await expect
    .poll(() => anna.provider.awareness?.getStates().get(eve.document.clientID), SOON)
    .toEqual({ user: { id: eve.userId, name: 'Eve' }, cursor: { anchor, head: anchor } })
})

test.for([
  ['of another shape', { anchor: { type: { client: 'x', clock: -1 } }, head: 5 }],
  ['without a place', { anchor: {}, head: {} }],
  ['no record', 'here'],
] as const)('[COL9] a caret that is %s reaches nobody', async ([, cursor]) => {
  const documentId = await team.document()
  const [anna, eve] = [await joinAs('editor', documentId), await joinAs('editor', documentId, 'Eve')]
  await Promise.all([anna.saved(), eve.saved()])
  eve.provider.awareness?.setLocalState({ cursor })
  await expect
    .poll(() => anna.provider.awareness?.getStates().get(eve.document.clientID), SOON)
    .toEqual({ user: { id: eve.userId, name: 'Eve' }, cursor: null })
})

test('[COL9] nobody moves or takes over the caret of another', async () => {
  const documentId = await team.document()
  const [anna, eve, ben] = [
    await joinAs('editor', documentId, 'Anna'),
    await joinAs('editor', documentId, 'Eve'),
    await joinAs('viewer', documentId, 'Ben'),
  ]
  anna.provider.awareness?.setLocalState({})
  const shown = (peer: typeof anna) => ben.provider.awareness?.getStates().get(peer.document.clientID) as { user: { name: string } }
  await expect.poll(() => shown(anna)?.user.name, SOON).toBe('Anna')
  const impostor = eve.provider.awareness
  if (!impostor) throw new Error('no awareness')
  impostor.clientID = anna.document.clientID
  impostor.meta.set(anna.document.clientID, { clock: 1000, lastUpdated: Date.now() })
  impostor.setLocalState({ user: { name: 'Anna' } })
  impostor.clientID = eve.document.clientID
  impostor.setLocalState({})
  await expect.poll(() => shown(eve)?.user.name, SOON).toBe('Eve')
  expect(shown(anna).user.name).toBe('Anna')
})

test('[COL15] who has a document open is told what changed beside its text, and only he', async () => {
  const [documentId, otherId] = [await team.document(), await team.document()]
  const [anna, viewer, elsewhere] = [
    await joinAs('editor', documentId),
    await joinAs('viewer', documentId),
    await joinAs('editor', otherId),
  ]
  await Promise.all([anna.saved(), elsewhere.saved()])
  await expect.poll(() => viewer.provider.isSynced, SOON).toBe(true)
  const hint = (what: string) =>
    team.admin`select pg_notify('atrium_documents', ${JSON.stringify({ document_id: documentId, what })}), pg_notify('atrium_documents', 'x')`
  await hint('comments')
  await hint('versions')
  const told = [
    { type: 'changed', what: 'comments' },
    { type: 'changed', what: 'versions' },
  ]
  await expect.poll(() => [anna.messages, viewer.messages], SOON).toEqual([told, told])
  await team.admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'atrium_collab' and query ilike 'listen%' and datname = current_database()`
  await expect.poll(() => elsewhere.messages, SOON).toEqual([{ type: 'changed', what: 'anything' }])
})

const at = (assoc: number) => ({ type: null, tname: 'default', item: null, assoc })

test('[COL9] a caret that moves with every letter is shown five times a second, and where it came to rest', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await joinAs('editor', documentId, 'Anna'), await joinAs('editor', documentId, 'Ben')]
  await Promise.all([anna.saved(), ben.saved()])
  let place = 0
  const caret = atMostEvery(200, () => anna.provider.awareness?.setLocalState({ cursor: { anchor: at(place), head: at(place) } }))
  const shown: unknown[] = []
  ben.provider.awareness?.on('update', () => {
    const state = ben.provider.awareness?.getStates().get(anna.document.clientID) as Presence | undefined
    shown.push((state?.cursor?.anchor as { assoc?: number } | undefined)?.assoc)
  })
  for (; place < 99; place++) {
    caret.soon()
    if (place === 0) await expect.poll(() => shown, SOON).toEqual([0])
  }
  caret.soon()
  await expect.poll(() => shown, SOON).toEqual([0, 99])
  anna.close()
  await expect.poll(() => ben.provider.awareness?.getStates().has(anna.document.clientID), SOON).toBe(false)
})

test('[COL9] a caret that was moved too often to show it each time is shown where it came to rest', async () => {
  const documentId = await team.document()
  const [anna, eve] = [await joinAs('editor', documentId), await joinAs('editor', documentId, 'Eve')]
  await Promise.all([anna.saved(), eve.saved()])
  for (let move = 0; move < 300; move++) eve.provider.awareness?.setLocalState({ cursor: { anchor: at(move), head: at(move) } })
  const shown = () => anna.provider.awareness?.getStates().get(eve.document.clientID) as Presence | undefined
  await expect.poll(() => (shown()?.cursor?.anchor as { assoc?: number } | undefined)?.assoc, SOON).toBe(299)
})

test('[COL9] a caret that is taken away, as when its tab goes on under another number, is gone for the others', async () => {
  const documentId = await team.document()
  const [anna, eve] = [await joinAs('editor', documentId), await joinAs('editor', documentId, 'Eve')]
  await Promise.all([anna.saved(), eve.saved()])
  const states = () => [...(anna.provider.awareness?.getStates().values() ?? [])]
  eve.provider.awareness?.setLocalState({ cursor: null })
  await expect.poll(states, SOON).toContainEqual({ user: { id: eve.userId, name: 'Eve' }, cursor: null })
  eve.provider.awareness?.setLocalState(null)
  await expect.poll(states, SOON).not.toContainEqual({ user: { id: eve.userId, name: 'Eve' }, cursor: null })
})
