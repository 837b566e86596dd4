import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, SOON, storedText } from './collaboration.ts'
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

async function join(documentId: string, document = new Y.Doc()) {
  return openPeer({ url: server.url, documentId, token: await tokenFor(await team.person('Anna', 'editor')), document })
}

/** Stores a page as it was before anybody looked at what changes bring, with something foreign that was taken away an hour later. */
async function pageThatHeld(write: (document: Y.Doc) => void): Promise<string> {
  const documentId = await team.document()
  const document = new Y.Doc({ gc: false })
  const keep = async (work: () => void, minutesAgo: number) => {
    const known = Y.encodeStateVector(document)
    work()
    const update = Buffer.from(Y.encodeStateAsUpdate(document, known))
    await team.admin`
      insert into atrium_private.document_updates (document_id, author_id, at, update)
      values (${documentId}, ${team.ownerId}, now() - make_interval(mins => ${minutesAgo}), ${update})`
  }
  await keep(() => add(document, paragraph('hello')), 180)
  const undo = new Y.UndoManager(document, { trackedOrigins: new Set(['foreign']), captureTimeout: 0 })
  await keep(() => document.transact(() => write(document), 'foreign'), 120)
  await keep(() => undo.undo(), 60)
  return documentId
}

const fragmentOf = (document: Y.Doc) => document.getXmlFragment(FRAGMENT)

function paragraph(text: string): Y.XmlElement {
  const element = new Y.XmlElement('paragraph')
  element.insert(0, [new Y.XmlText(text)])
  return element
}

const add = (document: Y.Doc, node: unknown) => fragmentOf(document).push([node as Y.XmlElement])
const firstText = (document: Y.Doc) => (fragmentOf(document).get(0) as Y.XmlElement).get(0) as Y.XmlText

// biome-ignore format: the table is the attack
const ATTACKS: [what: string, write: (document: Y.Doc) => void][] = [
  ['an element of no kind',       (document) => add(document, new Y.XmlElement('evil'))],
  ['a document in the document',  (document) => add(document, new Y.XmlElement('doc'))],
  ['a text that is an element',   (document) => add(document, new Y.XmlElement('text'))],
  ['a hook',                      (document) => add(document, new Y.XmlHook('paragraph'))],
  ['a map among the blocks',      (document) => add(document, new Y.Map())],
  ['bare words among the blocks', (document) => add(document, 'words')],
  ['a value in a paragraph',      (document) => (fragmentOf(document).get(0) as Y.XmlElement).push([7 as unknown as Y.XmlText])],
  ['something in between words',  (document) => firstText(document).insertEmbed(1, { evil: true })],
  ['a mark of no kind',           (document) => firstText(document).format(0, 2, { evil: {} })],
  ['an element deep inside',      (document) => (fragmentOf(document).get(0) as Y.XmlElement).push([new Y.XmlElement('evil')])],
]

test.for(ATTACKS)('[SCHEMA6] %s is refused with a sentence, and the others write on', async ([, write]) => {
  const documentId = await team.document()
  const ben = await join(documentId)
  ben.type('hello')
  await ben.saved()
  const attacker = await join(documentId)
  await expect.poll(() => attacker.text(), SOON).toBe('hello')
  write(attacker.document)
  attacker.type('built on it')
  await expect.poll(() => attacker.messages, SOON).toContainEqual({ type: 'refused', reason: 'unknown_content' })
  ben.type('goes on')
  await ben.saved()
  expect(ben.text()).toBe('hello\ngoes on')
  expect(await storedText(team.admin, documentId)).toBe('hello\ngoes on')
})

test('[SCHEMA6] what is hidden in a large change, or brought along when joining, is refused as well', async () => {
  const documentId = await team.document()
  const ben = await join(documentId)
  ben.type('hello')
  await ben.saved()
  const attacker = await join(documentId)
  await expect.poll(() => attacker.text(), SOON).toBe('hello')
  attacker.document.transact(() => {
    for (let line = 0; line < 500; line++) add(attacker.document, paragraph(`line ${line}`))
    const list = new Y.XmlElement('bulletList')
    list.insert(0, [new Y.XmlElement('evil')])
    add(attacker.document, list)
  })
  await expect.poll(() => attacker.messages, SOON).toContainEqual({ type: 'refused', reason: 'unknown_content' })
  attacker.close()
  const again = await join(documentId, attacker.document)
  await expect.poll(() => again.messages, SOON).toContainEqual({ type: 'refused', reason: 'unknown_content' })
  ben.type('goes on')
  await ben.saved()
  expect(await storedText(team.admin, documentId)).toBe('hello\ngoes on')
})

test('[SCHEMA6] whatever a document can hold is taken, in pieces and in one', async () => {
  const documentId = await team.document()
  const anna = await join(documentId)
  const { document } = anna
  anna.type('hello')
  const text = firstText(document)
  for (const letter of 'words') text.insert(text.length, letter)
  text.format(0, 2, { bold: {} })
  text.format(0, 4, { 'link--1a+/=AbC': { href: 'https://example.org' } })
  const image = new Y.XmlElement('image')
  image.setAttribute('src', 'one')
  fragmentOf(document).insert(0, [image])
  image.setAttribute('src', 'two')
  image.setAttribute('unknown', 'is cleaned by the editor')
  await anna.saved()
  const ben = await join(await team.document(), document)
  await ben.saved()
  expect([...anna.messages, ...ben.messages].filter(({ type }) => type === 'refused')).toEqual([])
})

test.for(ATTACKS)(
  '[SCHEMA6] a restore does not bring %s back; it is refused whole, and the commands around it are done',
  async ([, write]) => {
    const documentId = await pageThatHeld(write)
    const ben = await join(documentId)
    await expect.poll(() => ben.text(), SOON).toBe('hello')
    const commands = await team.as(team.ownerId, async (sql) => {
      const [row] = await sql<{ before: string; restore: string; after: string }[]>`
      select atrium.append_to_document(${documentId}, 'before') as before,
        atrium.restore_version(${documentId}, at => now() - interval '90 minutes') as restore,
        atrium.append_to_document(${documentId}, 'after') as after`
      return row as { before: string; restore: string; after: string }
    })
    const stateOf = (command: string) =>
      team.as(team.ownerId, async (sql) => (await sql`select state, code, message from atrium.command_state(${command})`)[0])
    await expect.poll(() => stateOf(commands.after), SOON).toMatchObject({ state: 'done' })
    expect(await stateOf(commands.before)).toMatchObject({ state: 'done' })
    expect(await stateOf(commands.restore)).toEqual({
      state: 'failed',
      code: 'unknown_content',
      message: 'This would bring something into the page that no page can hold, so nothing was changed.',
    })
    await expect.poll(() => ben.text(), SOON).toBe('hello\nbefore\nafter')
    expect(await storedText(team.admin, documentId)).toBe('hello\nbefore\nafter')
  },
)

test('[SCHEMA6] a restore of one block that held what no page can hold says so at the first try', async () => {
  const documentId = await pageThatHeld((document) => add(document, new Y.XmlElement('evil')))
  const command = await team.as(team.ownerId, async (sql) => {
    const [row] = await sql<{ id: string }[]>`
      select atrium.restore_version(${documentId}, at => now() - interval '90 minutes', block => 1) as id`
    return row?.id as string
  })
  const state = () => team.as(team.ownerId, async (sql) => (await sql`select state, code from atrium.command_state(${command})`)[0])
  await expect.poll(state, SOON).toEqual({ state: 'failed', code: 'unknown_content' })
  expect(await team.admin`select attempts from atrium_private.document_commands where id = ${command}`).toEqual([{ attempts: 1 }])
})
