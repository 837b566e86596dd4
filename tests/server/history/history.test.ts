import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createPool } from '../../../hocuspocus-server/src/connections.ts'
import type { Content, DiffAnswer, Replay } from '../../../hocuspocus-server/src/history/answers.ts'
import { createHistoryDatabase, type HistoryDatabase } from '../../../hocuspocus-server/src/history/historyDatabase.ts'
import { forgetHistory, packRows } from '../../../hocuspocus-server/src/history/packing.ts'
import { answer } from '../../../hocuspocus-server/src/history/questions.ts'
import { makeVersions } from '../../../hocuspocus-server/src/history/versions.ts'
import { FRAGMENT } from '../../../hocuspocus-server/src/protocol.ts'
import { createDatabase, type Database } from '../../support/database.ts'
import { closePeers, openPeer, openSocket, SOON } from '../collaboration.ts'
import { type CollaborationProcess, startCollaboration, tokenFor } from '../process.ts'
import { createTeam, type Team } from '../team.ts'
import { type Live, liveDocument, paragraph } from './people.ts'

let database: Database
let team: Team
let server: CollaborationProcess
let stored: HistoryDatabase
let pool: ReturnType<typeof createPool>
let anna: string
let ben: string

beforeAll(async () => {
  database = await createDatabase()
  team = await createTeam(database)
  server = await startCollaboration(database.url('atrium_collab'), { HISTORY_PAUSE_SECONDS: '1' })
  pool = createPool(database.url('atrium_collab'), { fetch_types: false, max: 4, onnotice: () => {} })
  stored = createHistoryDatabase(pool.current)
  anna = await team.person('Anna', 'editor')
  ben = await team.person('Ben', 'editor')
})
afterEach(closePeers)
afterAll(async () => {
  await pool?.close()
  await server?.end('SIGTERM')
  await team?.close()
  await database?.drop()
})

/** Stores a log as the server would have written it, merged or not. */
async function store(live: Live, merged: boolean): Promise<string> {
  const documentId = await team.document()
  for (const { authorId, at, update } of live.rows)
    await team.admin`
      insert into atrium_private.document_updates (document_id, author_id, at, update)
      values (${documentId}, ${authorId}, ${new Date(at)}, ${Buffer.from(update)})`
  if (merged)
    await team.admin`
      insert into atrium_private.document_snapshots (document_id, state, upto)
      select ${documentId}, ${Buffer.from(Y.encodeStateAsUpdate(live.document))}, max(id)
      from atrium_private.document_updates where document_id = ${documentId}`
  return documentId
}

const countRows = async (documentId: string) =>
  (await team.admin`select count(*)::int as count from atrium_private.document_updates where document_id = ${documentId}`)[0]
    ?.count as number

const versionsOf = (documentId: string) =>
  team.admin<{ id: string; at: Date; name: string | null; authors: string[]; words: number; words_added: number; words_removed: number }[]>`
    select * from atrium.document_versions where document_id = ${documentId} order by at`

const make = (documentId: string, now: number) => makeVersions(documentId, { database: stored, pauseMs: 300_000, clock: () => now })

/** Two sittings with an hour between them. */
function twoSittings() {
  const live = liveDocument()
  live.write(anna, [paragraph('The plan for spring')])
  live.wait(1_000)
  live.write(anna, [paragraph('The plan for spring'), paragraph('Buy seeds')])
  const first = { at: live.now(), json: live.json() }
  live.wait(3_600_000)
  live.write(ben, [paragraph('The plan for autumn'), paragraph('Buy seeds')])
  return { live, first }
}

async function get(path: string, userId: string | null) {
  const headers = userId ? { authorization: `Bearer ${await tokenFor(userId)}` } : {}
  const response = await fetch(`${server.httpUrl}/collab/documents/${path}`, { headers })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('[HIST1] packing deletes exactly what it packed, and a failure leaves everything', async () => {
  const { live, first } = twoSittings()
  const documentId = await store(live, true)
  await expect(
    stored.pack(documentId, () => {
      throw new Error('killed')
    }),
  ).rejects.toThrow('killed')
  expect(await countRows(documentId)).toBe(live.rows.length)
  // A row that another server commits meanwhile is not lost, although its id is among those that are packed.
  await team.admin`insert into atrium_private.document_updates (document_id, author_id, update) values (${documentId}, ${ben}, ${Buffer.from(Y.encodeStateAsUpdate(new Y.Doc()))})`
  expect(await stored.pack(documentId, packRows)).toBe(false)
  expect(await countRows(documentId)).toBe(1)
  const content = (await answer({ kind: 'content', documentId, at: { time: first.at } }, stored, Date.now())) as Content
  expect(content.json).toEqual(first.json)
})

test('[HIST1] two servers pack a document once', async () => {
  const { live } = twoSittings()
  const documentId = await store(live, true)
  await Promise.all(Array.from({ length: 4 }, () => stored.pack(documentId, packRows)))
  expect(await countRows(documentId)).toBe(0)
  const chunks = await team.admin`select edits from atrium_private.document_chunks where document_id = ${documentId}`
  expect(chunks.reduce((sum, { edits }) => sum + edits, 0)).toBe(live.rows.length)
})

test('[HIST6] each sitting becomes a version, with its authors and words, once it is over', async () => {
  const { live, first } = twoSittings()
  const documentId = await store(live, false)
  // The second sitting may still go on. Two servers may look at the same moment.
  const looks = await Promise.all([1, 2, 3].map(() => make(documentId, live.now() + 1_000)))
  expect(looks).toEqual(looks.map(() => live.now() + 300_000))
  expect(await versionsOf(documentId)).toMatchObject([{ authors: [anna], words: 6, words_added: 6, words_removed: 0 }])
  await stored.pack(documentId, packRows)
  expect(await make(documentId, live.now() + 300_001)).toBeNull()
  await Promise.all([make(documentId, live.now() + 400_000), make(documentId, live.now() + 400_000)])
  const versions = await versionsOf(documentId)
  expect(versions).toMatchObject([{ authors: [anna] }, { authors: [ben], words: 6, words_added: 1, words_removed: 1 }])
  const said = (at: Date) => team.as(ben, (sql) => sql`select version_id, json, text from atrium.document_at(${documentId}, ${at})`)
  expect(await said(new Date(first.at + 60_000))).toEqual([
    { version_id: versions[0]?.id, json: first.json, text: 'The plan for spring\nBuy seeds' },
  ])
  expect(await said(new Date(first.at - 60_000))).toEqual([])
  // Both versions have the second block; it is stored once.
  expect(await team.admin`select id from atrium_private.document_blocks where document_id = ${documentId}`).toHaveLength(3)
})

test('[HIST6] a server that starts finds what was written while none was there, and packs it by itself', async () => {
  const { live } = twoSittings()
  const documentId = await store(live, true)
  await server.end('SIGKILL')
  await server.restart()
  // For this server a second is a pause already.
  await expect.poll(async () => (await versionsOf(documentId)).length, { timeout: 20_000 }).toBe(3)
  await expect.poll(() => countRows(documentId), { timeout: 20_000 }).toBe(0)
  expect((await get(`${documentId}/at/now`, anna)).body.json).toEqual(live.json())
})

test('[HIST7] a name is changed and taken away, by editors alone', async () => {
  const documentId = await team.document()
  const reader = await team.person('Rosa', 'viewer')
  const [row] = await team.as(anna, (sql) => sql<{ id: string }[]>`select atrium.name_version(${documentId}, 'One') as id`)
  const id = row?.id as string
  const rename = (who: string, name: string | null) => team.as(who, (sql) => sql`select atrium.rename_version(${id}, ${name})`)
  await rename(anna, 'Two')
  expect(await versionsOf(documentId)).toMatchObject([{ name: 'Two', named_by: anna }])
  await expect(rename(reader, 'Three')).rejects.toMatchObject({ code: 'PT403', detail: 'role_too_low' })
  for (const name of ['', ' ', 'x'.repeat(121), 'a\nb'])
    await expect(rename(anna, name)).rejects.toMatchObject({ code: 'PT422', detail: 'version_name_invalid' })
  await rename(anna, null)
  expect(await versionsOf(documentId)).toMatchObject([{ name: null, named_by: null }])
  // Nothing has changed since: the same version gets the next name.
  await team.as(anna, (sql) => sql`select atrium.name_version(${documentId}, 'Four')`)
  expect(await versionsOf(documentId)).toMatchObject([{ id, name: 'Four' }])
})

test('[HIST7] a version that somebody names says what was there at that moment', async () => {
  const documentId = await team.document()
  const peer = openPeer({ url: server.url, documentId, token: await tokenFor(anna) })
  await peer.saved()
  peer.type('before the name')
  await peer.saved()
  const [named] = await team.as(anna, (sql) => sql`select atrium.name_version(${documentId}, ' Sent ') as id`)
  peer.type('after the name')
  await peer.saved()
  await expect.poll(async () => (await versionsOf(documentId)).map(({ words }) => words), SOON).toEqual([3, 6])
  await expect.poll(() => peer.messages, SOON).toContainEqual({ type: 'changed', what: 'versions' })
  expect(await versionsOf(documentId)).toMatchObject([
    { id: named?.id, name: 'Sent', authors: [anna] },
    { name: null, authors: [anna] },
  ])
  const { body } = await get(`${documentId}/versions/${named?.id}`, anna)
  expect(JSON.stringify(body)).toContain('before the name')
  expect(JSON.stringify(body)).not.toContain('after the name')
})

test('[HIST8] two instants are compared by blocks and words, with who did it', async () => {
  const { live, first } = twoSittings()
  const documentId = await store(live, false)
  const result = (await answer({ kind: 'diff', documentId, from: { time: first.at }, to: 'now' }, stored, Date.now())) as DiffAnswer
  expect(result).toMatchObject({ wordsAdded: 1, wordsRemoved: 1 })
  expect(result.content).toEqual([
    {
      type: 'paragraph',
      before: 0,
      after: 0,
      change: 'changed',
      content: [
        { type: 'text', text: 'The plan for ' },
        { type: 'text', text: 'spring', change: 'removed', by: ben },
        { type: 'text', text: 'autumn', change: 'added', by: ben },
      ],
    },
    { type: 'paragraph', before: 1, after: 1, content: [{ type: 'text', text: 'Buy seeds' }] },
  ])
})

test('[HIST9] the steps of a replay lead from the beginning to the end', async () => {
  const { live } = twoSittings()
  const documentId = await store(live, false)
  const { start, steps } = (await answer(
    { kind: 'replay', documentId, from: 'beginning', to: 'now', steps: 10 },
    stored,
    Date.now(),
  )) as Replay
  const blocks = [...start]
  for (const { index, remove, insert } of steps) blocks.splice(index, remove, ...insert)
  expect(blocks).toEqual(live.json().content)
  expect(steps.at(-1)?.authors).toEqual([ben])
})

test('[HIST10] who may read a document reads its history, and nobody else', async () => {
  const { live } = twoSittings()
  const documentId = await store(live, false)
  const viewer = await team.person('Vera', 'viewer')
  const stranger = await team.person('Sam')
  for (const path of ['blame', 'replay', 'at/now', `diff?from=${new Date(live.now() - 1000).toISOString()}`]) {
    expect((await get(`${documentId}/${path}`, viewer)).status).toBe(200)
    expect(await get(`${documentId}/${path}`, stranger)).toMatchObject({ status: 404, body: { code: 'document_not_found' } })
    expect(await get(`${documentId}/${path}`, null)).toMatchObject({ status: 401, body: { code: 'not_signed_in' } })
  }
  const markdown = await fetch(`${server.httpUrl}/collab/documents/${documentId}/at/now?format=markdown`, {
    headers: { authorization: `Bearer ${await tokenFor(viewer)}` },
  })
  expect([markdown.headers.get('content-type'), await markdown.text()]).toEqual([
    'text/markdown; charset=utf-8',
    expect.stringContaining('The plan for autumn\n\nBuy seeds'),
  ])
  const { body } = await get(`${documentId}/blame`, viewer)
  expect(body.shares).toEqual(expect.arrayContaining([{ authorId: anna, characters: expect.any(Number) }]))
})

// biome-ignore format: the table is the specification
test.for([
  ['versions/nothing',              404, 'version_not_found'],
  [`versions/${randomUUID()}`,      404, 'version_not_found'],
  ['versions/%E0%A4%A',             404, 'version_not_found'],
  ['at/yesterday',                  400, 'instant_invalid'],
  ['diff',                          400, 'instant_invalid'],
  ['replay?steps=100000',           400, 'steps_invalid'],
  ['nothing',                       404, 'not_found'],
] as const)('[HIST10] %s: %i %s', async ([path, status, code]) => {
  const documentId = await team.document()
  expect(await get(`${documentId}/${path}`, anna)).toEqual({ status, body: { code, message: expect.stringMatching(/\.$/) } })
})

test('[HIST10] who asks without end is told to wait', async () => {
  const documentId = await team.document()
  const busy = await team.person('Bea', 'viewer')
  const answers = await Promise.all(Array.from({ length: 60 }, () => get(`${documentId}/at/now`, busy)))
  expect(answers.filter(({ status }) => status === 429)[0]?.body).toMatchObject({ code: 'too_many_requests' })
})

const restore = (who: string, documentId: string, what: { version?: string; at?: Date; author?: string; block?: number }) =>
  team.as(who, async (sql) => {
    const [row] = await sql<{ id: string }[]>`
      select atrium.restore_version(${documentId}, ${what.version ?? null}, ${what.at ?? null}, ${what.author ?? null}, ${what.block ?? null}) as id`
    return row?.id as string
  })
const stateOf = (who: string, commandId: string) =>
  team.as(who, async (sql) => (await sql`select state, code from atrium.command_state(${commandId})`)[0])

test('[HIST3] a version is restored while somebody else types, and every word of his stays', async () => {
  const documentId = await team.document()
  const [one, two] = [
    openPeer({ url: server.url, documentId, token: await tokenFor(anna) }),
    openPeer({ url: server.url, documentId, token: await tokenFor(ben) }),
  ]
  await one.saved()
  await two.saved()
  one.type('kept')
  await one.saved()
  const [named] = await team.as(anna, (sql) => sql<{ id: string }[]>`select atrium.name_version(${documentId}, 'Good') as id`)
  one.type('regretted')
  await one.saved()
  await expect.poll(() => two.text(), SOON).toBe('kept\nregretted')
  const command = await restore(anna, documentId, { version: named?.id as string })
  const typed: string[] = []
  // Ben goes on typing, whatever happens, until the version is there.
  await expect
    .poll(
      async () => {
        typed.push(`meanwhile ${typed.length}`)
        two.type(typed.at(-1) as string)
        return (await stateOf(anna, command))?.state
      },
      { ...SOON, interval: 20 },
    )
    .toBe('done')
  await two.saved()
  for (const peer of [one, two]) await expect.poll(() => peer.text().split('\n').toSorted(), SOON).toEqual(['kept', ...typed].toSorted())
  const [last] = await team.admin`
    select author_id from atrium_private.document_updates where document_id = ${documentId} and author_id = ${anna} order by id desc limit 1`
  expect(last).toBeDefined()
})

test('[HIST3] words that were on their way when a restore took their block away come back for everybody', async () => {
  const documentId = await team.document()
  const one = openPeer({ url: server.url, documentId, token: await tokenFor(anna) })
  await one.saved()
  one.type('kept')
  await one.saved()
  const [named] = await team.as(anna, (sql) => sql<{ id: string }[]>`select atrium.name_version(${documentId}, 'Good') as id`)
  one.type('regretted')
  await one.saved()
  const socket = openSocket(server.url)
  const two = openPeer({ url: server.url, documentId, token: await tokenFor(ben), socket })
  await expect.poll(() => two.text(), SOON).toBe('kept\nregretted')
  // Ben's line is slow for a second.
  socket.disconnect()
  const command = await restore(anna, documentId, { version: named?.id as string })
  const text = (two.document.getXmlFragment(FRAGMENT).get(1) as Y.XmlElement).get(0) as Y.XmlText
  text.insert(text.length, ' or loved')
  await expect.poll(async () => (await stateOf(anna, command))?.state, { ...SOON, interval: 20 }).toBe('done')
  void socket.connect()
  for (const peer of [one, two]) await expect.poll(() => peer.text(), SOON).toBe('kept\n or loved')
})

test('[HIST3] an unknown version, a bad combination and somebody who may only read are refused', async () => {
  const documentId = await team.document()
  const reader = await team.person('Rita', 'commenter')
  const refusal = (who: string, what: Parameters<typeof restore>[2]) =>
    restore(who, documentId, what).then(
      () => null,
      ({ code, detail }: { code: string; detail: string }) => `${code} ${detail}`,
    )
  expect(await refusal(reader, { at: new Date() })).toBe('PT403 role_too_low')
  expect(await refusal(anna, {})).toBe('PT422 restore_invalid')
  expect(await refusal(anna, { at: new Date(), author: anna, block: 1 })).toBe('PT422 restore_invalid')
  expect(await refusal(anna, { version: randomUUID() })).toBe('PT404 version_not_found')
  const command = await restore(anna, documentId, { at: new Date(), block: 7 })
  await expect.poll(() => stateOf(anna, command), SOON).toEqual({ state: 'failed', code: 'block_not_found' })
})

test('[HIST11] history is forgotten after the days that a workspace keeps it, but for what has a name', async () => {
  const { live, first } = twoSittings()
  const documentId = await store(live, true)
  await make(documentId, live.now() + 300_001)
  await stored.pack(documentId, packRows)
  const [named, last] = await versionsOf(documentId)
  await team.as(anna, (sql) => sql`select atrium.rename_version(${named?.id as string}, 'Spring')`)
  await team.as(team.ownerId, (sql) => sql`select atrium.set_history_retention(${team.workspaceId}, 1)`)
  const concerned = (await stored.documentsToForget()).filter((each) => each.documentId === documentId)
  for (const { before } of concerned) await stored.forget(documentId, before, (history) => forgetHistory(history, before))
  expect(concerned).toHaveLength(1)
  expect((await versionsOf(documentId)).map(({ id }) => id)).toEqual([named?.id, last?.id])
  expect(await get(`${documentId}/at/${new Date(first.at).toISOString()}`, anna)).toMatchObject({
    status: 410,
    body: { code: 'history_forgotten' },
  })
  expect((await get(`${documentId}/versions/${named?.id}`, anna)).body.json).toEqual(first.json)
  expect((await get(`${documentId}/at/now`, anna)).body.json).toEqual(live.json())
  const { body } = await get(`${documentId}/diff?from=${named?.id}`, anna)
  expect(body).toMatchObject({ wordsAdded: 1, wordsRemoved: 1 })
  const command = await restore(anna, documentId, { version: named?.id as string })
  await expect.poll(() => stateOf(anna, command), SOON).toEqual({ state: 'done', code: null })
  expect((await get(`${documentId}/at/now`, anna)).body.json).toEqual(first.json)
  await expect(restore(anna, documentId, { at: new Date(first.at) })).rejects.toMatchObject({ code: 'PT410', detail: 'history_forgotten' })
  await team.as(team.ownerId, (sql) => sql`select atrium.set_history_retention(${team.workspaceId}, null)`)
})
