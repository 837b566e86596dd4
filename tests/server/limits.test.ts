import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { documentName } from '../../hocuspocus-server/src/protocol.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, SOON } from './collaboration.ts'
import { type CollaborationProcess, startCollaboration, tokenFor } from './process.ts'
import { createTeam, type Team } from './team.ts'

let database: Database
let team: Team
let server: CollaborationProcess
const sockets = new Set<WebSocket>()

beforeAll(async () => {
  database = await createDatabase()
  team = await createTeam(database)
  server = await startCollaboration(database.url('atrium_collab'), {
    TRUST_FORWARDED_FOR: 'true',
    MAX_UPDATE_BYTES: '10000',
    MAX_DOCUMENT_BYTES: '60000',
    MAX_BUFFERED_BYTES: '200000',
    MAX_CONNECTIONS_PER_ADDRESS: '5',
    MAX_DOCUMENTS_PER_CONNECTION: '3',
  })
})
afterEach(() => {
  closePeers()
  for (const socket of sockets) socket.terminate()
  sockets.clear()
})
afterAll(async () => {
  await server?.end('SIGTERM')
  await team?.close()
  await database?.drop()
})

async function join(documentId: string, token?: string) {
  const peer = openPeer({ url: server.url, documentId, token: token ?? (await tokenFor(await team.person('Anna', 'editor'))) })
  await peer.saved()
  return peer
}

function rawSocket(headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(server.url, { headers })
  sockets.add(socket)
  socket.on('error', () => {})
  return socket
}

/** The HTTP status of a refused handshake, or 101. */
function handshake(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.once('open', () => resolve(101))
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
  })
}

test('[COL8] a change that is too large is refused with a sentence, and the others go on', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await join(documentId), await join(documentId)]
  anna.type('x'.repeat(20_000))
  await expect.poll(() => anna.messages, SOON).toEqual([{ type: 'refused', reason: 'update_too_large', limitBytes: 10_000 }])
  anna.type('builds on it')
  ben.type('goes on')
  await ben.saved()
  await expect.poll(() => anna.text(), SOON).toContain('goes on')
  expect(ben.text()).toBe('goes on')
  expect(anna.provider.hasUnsyncedChanges).toBe(true)

  // Undone, and connected again, everything else is taken.
  const fragment = anna.document.getXmlFragment('default')
  fragment.delete(
    fragment.toArray().findIndex((node) => node.toString().length > 20_000),
    1,
  )
  anna.provider.configuration.websocketProvider.disconnect()
  await expect.poll(() => anna.provider.isSynced, SOON).toBe(false)
  await anna.provider.configuration.websocketProvider.connect()
  await anna.saved()
  await expect.poll(() => ben.text().split('\n').sort(), SOON).toEqual(['builds on it', 'goes on'])
})

test('[COL8] a document that has grown too large becomes read-only for everybody', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await join(documentId), await join(documentId)]
  const refused = { type: 'refused', reason: 'document_too_large', limitBytes: 60_000 }
  for (let part = 0; part < 10; part++) {
    anna.type('x'.repeat(9_000))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => [anna.messages, ben.messages], SOON).toEqual([[refused], [refused]])
  const late = await join(documentId)
  await expect.poll(() => late.messages, SOON).toEqual([refused])
})

test('[COL8] who sends too many changes at once is told, and they are taken a little later', { timeout: 60_000 }, async () => {
  const strict = await startCollaboration(database.url('atrium_collab'), { MAX_UPDATES_PER_SECOND: '5' })
  try {
    const documentId = await team.document()
    const [anna, ben] = await Promise.all(
      ['Anna', 'Ben'].map(async (name) => {
        const peer = openPeer({ url: strict.url, documentId, token: await tokenFor(await team.person(name, 'editor')) })
        await peer.saved()
        return peer
      }),
    )
    const startedAt = performance.now()
    for (let line = 0; line < 300; line++) anna?.type(`${line}`)
    await expect.poll(() => anna?.messages, SOON).toContainEqual({ type: 'slowed' })
    ben?.type('at once')
    await ben?.saved()
    await anna?.saved()
    expect(performance.now() - startedAt).toBeGreaterThan(900)
    await expect.poll(() => ben?.text().split('\n').length, SOON).toBe(301)
    expect(ben?.messages).toEqual([])
  } finally {
    closePeers()
    await strict.end('SIGTERM')
  }
})

test('[COL8] an address has only so many connections, whatever it says about itself', async () => {
  const from = (address: string) => handshake(rawSocket({ 'x-forwarded-for': address }))
  const first = await Promise.all([1, 2, 3, 4, 5].map((lie) => from(`10.0.0.${lie}, 192.0.2.1`)))
  expect(first).toEqual([101, 101, 101, 101, 101])
  expect(await from('10.0.0.6, 192.0.2.1')).toBe(429)
  expect(await from('192.0.2.2')).toBe(101)
  for (const socket of sockets) socket.terminate()
  await expect.poll(() => from('192.0.2.1'), SOON).toBe(101)
})

test('[COL8] a socket opens only so many documents', async () => {
  const token = await tokenFor(await team.person('Anna', 'editor'))
  const first = await join(await team.document(), token)
  const socket = first.provider.configuration.websocketProvider
  const open = async () => openPeer({ url: server.url, documentId: await team.document(), token, socket })
  for (const peer of [await open(), await open()]) await peer.saved()
  const fourth = await open()
  await expect.poll(() => fourth.denials, SOON).toEqual(['too_many_documents'])
})

test('[COL8] who does not read is cut off, and the others do not notice', { timeout: 30_000 }, async () => {
  const roomy = await startCollaboration(database.url('atrium_collab'), { MAX_BUFFERED_BYTES: '200000' })
  try {
    const documentId = await team.document()
    const [anna, ben, lazy] = await Promise.all(
      ['Anna', 'Ben', 'Lazy'].map(async (name) => {
        const peer = openPeer({ url: roomy.url, documentId, token: await tokenFor(await team.person(name, 'editor')) })
        await peer.saved()
        return peer
      }),
    )
    const webSocket = lazy?.provider.configuration.websocketProvider.webSocket as unknown as { _socket: { pause(): void } }
    webSocket._socket.pause()
    // Overwrites one value again and again, so that much is sent while the document stays small.
    const noise = anna?.document.getMap('noise')
    const timer = setInterval(() => noise?.set('value', 'x'.repeat(20_000)), 2)
    const health = async () => (await (await fetch(`${roomy.httpUrl}/health`)).json()) as { connections: number }
    await expect.poll(async () => (await health()).connections, { timeout: 20_000 }).toBe(2)
    clearInterval(timer)
    anna?.type('still here')
    await expect.poll(() => ben?.text(), SOON).toBe('still here')
  } finally {
    closePeers()
    await roomy.end('SIGTERM')
  }
})

test.for([
  ['text', 'hello'],
  ['half a number', Buffer.from([0xff])],
  ['a name that is not there', Buffer.from([0x7f, 0x61])],
  ['nothing', Buffer.alloc(0)],
] as const)('[COL14] a frame with %s ends the connection with a code', async ([, frame]) => {
  const socket = rawSocket()
  expect(await handshake(socket)).toBe(101)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.send(frame)
  expect(await closed).toBe(4400)
})

test('[COL14] a frame beyond all limits ends the connection with 1009', async () => {
  const socket = rawSocket()
  expect(await handshake(socket)).toBe(101)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.send(Buffer.alloc(100_000))
  expect(await closed).toBe(1009)
})

test('[COL14] names, types and contents that make no sense leave the server and its documents alone', async () => {
  const documentId = await team.document()
  const anna = await join(documentId)
  anna.type('unharmed')
  await anna.saved()
  const name = documentName(documentId)
  const frames = ['__proto__', 'constructor', '', 'a\0b', name, `${name}\0s`, 'document:../../x', '€'.repeat(40)].flatMap((address) => {
    const bytes = Buffer.from(address)
    // Bytes that are no update, and fewer than are announced.
    const ends = [
      [2, 3, 250, 250, 250],
      [2, 100, 1, 1],
    ]
    return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99].flatMap((type) =>
      ends.map((end) => Buffer.concat([Buffer.from([bytes.length]), bytes, Buffer.from([type, ...end])])),
    )
  })
  for (const frame of frames) {
    const socket = rawSocket({ 'x-forwarded-for': `192.0.2.${sockets.size % 200}` })
    if ((await handshake(socket)) !== 101) throw new Error('not connected')
    socket.send(frame)
    // The same from somebody who is in.
    if (!frame.includes(name)) continue
    const eve = await join(documentId)
    const inside = eve.provider.configuration.websocketProvider.webSocket as unknown as WebSocket
    inside.send(frame)
    eve.close()
    eve.provider.configuration.websocketProvider.destroy()
  }
  const ben = await join(documentId)
  await expect.poll(() => ben.text(), SOON).toBe('unharmed')
  expect(server.errors()).not.toMatch(/was not waited for|cannot go on/)
})

test('[COL14] what is no handshake gets a status, and half of one is no harm', async () => {
  expect((await fetch(`${server.httpUrl}/collab`)).status).toBe(404)
  expect(await (await fetch(`${server.httpUrl}/anything`)).json()).toEqual({ code: 'not_found', message: 'There is nothing here.' })
  const elsewhere = new WebSocket(server.url.replace('/collab', '/other'))
  elsewhere.on('error', () => {})
  expect(await handshake(elsewhere)).toBe(404)
  const { hostname, port } = new URL(server.httpUrl)
  const half = connect(Number(port), hostname, () =>
    half.write('GET /collab HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  )
  const answer = await new Promise<string>((resolve) => half.once('data', (bytes) => resolve(bytes.toString())))
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  half.destroy()
  expect((await fetch(`${server.httpUrl}/health`)).status).toBe(200)
})

test('[COL14] a flood of carets is thinned out', async () => {
  const documentId = await team.document()
  const [anna, eve] = [await join(documentId), await join(documentId)]
  let seen = 0
  anna.provider.awareness?.on('update', (_change: unknown, origin: unknown) => {
    if (origin === anna.provider) seen += 1
  })
  for (let move = 0; move < 1000; move++) eve.provider.awareness?.setLocalState({ cursor: null, move })
  eve.type('done')
  await expect.poll(() => anna.text(), SOON).toBe('done')
  expect(seen).toBeGreaterThan(0)
  expect(seen).toBeLessThan(200)
})

test('[COL14] a document of hostile depth does not stop the projections of others', async () => {
  const [deep, plain] = [await team.document(), await team.document()]
  const [eve, anna] = [await join(deep), await join(plain)]
  eve.document.transact(() => {
    let parent: Y.XmlFragment = eve.document.getXmlFragment('default')
    for (let level = 0; level < 300; level++) {
      const child = new Y.XmlElement('blockquote')
      parent.insert(0, [child])
      parent = child
    }
  })
  anna.type('plain')
  const text = async () =>
    (await team.admin<{ text: string }[]>`select text from atrium.document_contents where document_id = ${plain}`)[0]?.text
  await expect.poll(text, { timeout: 8000 }).toBe('plain')
})
