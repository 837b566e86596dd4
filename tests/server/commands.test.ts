import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, openSocket, SOON, textOf } from './collaboration.ts'
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

type Sql = postgres.TransactionSql

const append = (who: string, documentId: string, markdown: string, commandId: string | null = null) =>
  team.as(who, async (sql) => {
    const [row] = await sql<{ id: string }[]>`select atrium.append_to_document(${documentId}, ${markdown}, ${commandId}) as id`
    return row?.id as string
  })
const stateOf = (who: string, commandId: string) =>
  team.as(who, async (sql) => (await sql`select state, code, message from atrium.command_state(${commandId})`)[0])
const done = (who: string, commandId: string) => expect.poll(async () => (await stateOf(who, commandId))?.state, SOON).toBe('done')
const refusal = (who: string, run: (sql: Sql) => Promise<unknown>) =>
  team.as(who, run).then(
    () => null,
    ({ code, detail }: { code: string; detail: string }) => `${code} ${detail}`,
  )

/** What the database alone knows of a document, and who wrote each part. */
async function stored(documentId: string) {
  const rows = await team.admin<{ update: Buffer; author: string | null }[]>`
    select update, author_id as author from atrium_private.document_updates where document_id = ${documentId} order by id`
  const document = new Y.Doc()
  for (const { update } of rows) Y.applyUpdate(document, update)
  return { text: textOf(document), authors: rows.map(({ author }) => author), document }
}

test('[CMD1] what is appended from SQL appears with everybody who has the document open, and is in the log under its author', async () => {
  const documentId = await team.document()
  const [anna, ben] = [await team.person('Anna', 'editor'), await team.person('Ben', 'viewer')]
  const reader = openPeer({ url: server.url, documentId, token: await tokenFor(ben) })
  const writer = openPeer({ url: server.url, documentId, token: await tokenFor(await team.person('Cleo', 'editor')) })
  await writer.saved()
  writer.type('typed by hand')
  await writer.saved()
  const command = await append(anna, documentId, 'from *SQL*')
  await expect.poll(() => reader.text(), SOON).toBe('typed by hand\nfrom <italic>SQL</italic>')
  await done(anna, command)
  expect((await stored(documentId)).authors.at(-1)).toBe(anna)
  // Whoever writes on writes behind it, on top of what the log has.
  writer.type('and on')
  await writer.saved()
  expect((await stored(documentId)).text).toBe('typed by hand\nfrom <italic>SQL</italic>\nand on')
})

test('[CMD2] a document that nobody has open is changed too, and what it says can be read when the command is done', async () => {
  const documentId = await team.document()
  const commands = []
  for (let index = 0; index < 30; index++) commands.push(await append(team.ownerId, documentId, `line ${index}`))
  await done(team.ownerId, commands.at(-1) as string)
  const [contents] = await team.admin<{ text: string }[]>`select text from atrium.document_contents where document_id = ${documentId}`
  expect(contents?.text).toBe(Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n'))
  // Its log is merged as if somebody had it open.
  await append(team.ownerId, documentId, 'long '.repeat(10_000))
  await done(team.ownerId, await append(team.ownerId, documentId, 'last'))
  const snapshots = async () => (await team.admin`select from atrium_private.document_snapshots where document_id = ${documentId}`).length
  await expect.poll(snapshots, SOON).toBe(1)
  expect((await stored(documentId)).document.store.clients.size, 'clients that the document will know for ever').toBe(1)
})

test('[CMD3] replacing leaves alone what stays the same, and keeps what somebody else types meanwhile', async () => {
  const documentId = await team.document()
  const socket = openSocket(server.url)
  const peer = openPeer({ url: server.url, documentId, token: await tokenFor(team.ownerId), socket })
  await peer.saved()
  for (const line of ['one', 'two', 'three']) peer.type(line)
  await peer.saved()
  // What he types while he is away is meanwhile for sure.
  socket.disconnect()
  peer.type('four')
  const third = peer.document.getXmlFragment('default').get(2)
  const [row] = await team.as(
    team.ownerId,
    (sql) => sql<{ id: string }[]>`
    select atrium.replace_document(${documentId}, content => ${sql.json({
      type: 'doc',
      content: ['one', '2', 'three'].map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
    })}) as id`,
  )
  await done(team.ownerId, row?.id as string)
  void socket.connect()
  await expect.poll(() => peer.text(), SOON).toBe('one\n2\nthree\nfour')
  expect(peer.document.getXmlFragment('default').get(2)).toBe(third)
})

test('[CMD4] a new document may begin with content', async () => {
  const id = randomUUID()
  const [space] = await team.admin<{ id: string }[]>`select id from atrium.spaces where workspace_id = ${team.workspaceId}`
  const create = () =>
    team.as(team.ownerId, (sql) => sql`select atrium.create_document(${id}, ${space?.id as string}, title => 'Plan', markdown => '# Plan')`)
  await create()
  await create()
  const text = async () => (await team.admin`select text from atrium.document_contents where document_id = ${id}`)[0]?.text
  await expect.poll(text, SOON).toBe('Plan')
})

test('[CMD5] rights are asked at the call, and again when it is applied', async () => {
  const documentId = await team.document()
  const [stranger, viewer, editor] = [await team.person('Sam'), await team.person('Vera', 'viewer'), await team.person('Eve', 'editor')]
  const call = (sql: Sql) => sql`select atrium.append_to_document(${documentId}, 'x')`
  expect([await refusal(stranger, call), await refusal(viewer, call)]).toEqual(['PT404 document_not_found', 'PT403 role_too_low'])
  await server.end('SIGTERM')
  const command = await append(editor, documentId, 'too late')
  await team.setRole(editor, 'viewer')
  await server.restart()
  await expect
    .poll(() => stateOf(editor, command), SOON)
    .toMatchObject({ state: 'failed', code: 'role_too_low', message: expect.stringMatching(/\.$/) })
  expect((await stored(documentId)).text).toBe('')
  expect(await refusal(stranger, (sql) => sql`select * from atrium.command_state(${command})`)).toBe('PT404 command_not_found')
})

test('[CMD6] bad input is refused with a status, a code and a sentence', async () => {
  const documentId = await team.document()
  const replace =
    (json: unknown, markdown: string | null = null) =>
    (sql: Sql) =>
      sql`select atrium.replace_document(${documentId}, ${markdown}, ${json === null ? null : sql.json(json as postgres.JSONValue)})`
  expect([
    await refusal(team.ownerId, replace(null)),
    await refusal(team.ownerId, replace({ type: 'doc' }, 'both')),
    await refusal(team.ownerId, replace({ type: 'paragraph' })),
    await refusal(team.ownerId, replace([])),
    await refusal(team.ownerId, replace(null, 'x'.repeat(2_000_001))),
    await refusal(team.ownerId, (sql) => sql`select atrium.append_to_document(${documentId}, null)`),
  ]).toEqual([
    'PT422 content_required',
    'PT422 content_required',
    'PT422 content_invalid',
    'PT422 content_invalid',
    'PT413 content_too_large',
    'PT422 content_required',
  ])
  // What only the schema knows comes back as the state of the command, and nothing of it was done.
  const deep = `[${'{"type":"blockquote","content":['.repeat(3_000)}{"type":"paragraph"}${']}'.repeat(3_000)}]`
  for (const content of ['[{"type":"nonsense"}]', '[{"type":"text","text":"x"}]', deep, '"x"']) {
    const [row] = await team.as(
      team.ownerId,
      (sql) => sql<{ id: string }[]>`
      select atrium.replace_document(${documentId}, content => ${`{"type":"doc","content":${content}}`}::text::jsonb) as id`,
    )
    await expect.poll(() => stateOf(team.ownerId, row?.id as string), SOON).toMatchObject({ state: 'failed', code: 'content_invalid' })
  }
  expect((await stored(documentId)).authors).toEqual([])
})

test('[CMD7] the same command twice is one', async () => {
  const documentId = await team.document()
  const id = randomUUID()
  expect([await append(team.ownerId, documentId, 'once', id), await append(team.ownerId, documentId, 'once', id)]).toEqual([id, id])
  await done(team.ownerId, id)
  await append(team.ownerId, documentId, 'once', id)
  await done(team.ownerId, await append(team.ownerId, documentId, 'then'))
  expect((await stored(documentId)).text).toBe('once\nthen')
  const other = await team.document()
  expect(await refusal(team.ownerId, (sql) => sql`select atrium.append_to_document(${other}, 'x', ${id})`)).toBe('PT409 id_taken')
})

test('[CMD8] a server that is killed, and two that share the work, apply every command exactly once and in order', {
  timeout: 60_000,
}, async () => {
  const documents = [await team.document(), await team.document(), await team.document()]
  const second = await startCollaboration(database.url('atrium_collab'))
  try {
    const written: string[][] = documents.map(() => [])
    const write = async (from: number, to: number) => {
      for (let index = from; index < to; index++) {
        for (const [place, documentId] of documents.entries()) {
          await append(team.ownerId, documentId, `line ${index}`)
          written[place]?.push(`line ${index}`)
        }
      }
    }
    for (let round = 0; round < 4; round++) {
      const writing = write(round * 10, round * 10 + 10)
      const target = round % 2 === 0 ? server : second
      // In the middle of it: whatever was done last is the moment.
      await expect
        .poll(
          async () =>
            (await team.admin`select from atrium_private.document_commands where done_at is not null and document_id = any(${documents})`)
              .length,
          {
            ...SOON,
            interval: 5,
          },
        )
        .toBeGreaterThan(round * 30)
      await target.end('SIGKILL')
      await writing
      await target.restart()
    }
    await expect
      .poll(async () => (await team.admin`select from atrium_private.document_commands where done_at is null`).length, { timeout: 20_000 })
      .toBe(0)
    for (const [place, documentId] of documents.entries()) expect((await stored(documentId)).text.split('\n')).toEqual(written[place])
  } finally {
    await second.end('SIGTERM')
  }
})

test('[CMD9] a command that fails each time is given up, and the ones behind it are not held up', async () => {
  const documentId = await team.document()
  const [bad] = await team.admin<{ id: string }[]>`
    insert into atrium_private.document_commands (document_id, author_id, claims, kind, payload)
    values (${documentId}, ${team.ownerId}, ${team.admin.json({ sub: team.ownerId, role: 'authenticated' })}, 'append', '{"markdown": 1}') returning id`
  const good = await append(team.ownerId, documentId, 'fine')
  await expect.poll(() => stateOf(team.ownerId, bad?.id as string), { timeout: 25_000 }).toMatchObject({ state: 'failed', code: 'failed' })
  await done(team.ownerId, good)
})
