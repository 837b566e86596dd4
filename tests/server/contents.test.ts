import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, SOON } from './collaboration.ts'
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

test('[CON1] soon after a pause a document can be read as Markdown, and what it leads to as rows', async () => {
  const [documentId, target, linked] = [await team.document(), await team.document(), await team.document()]
  const peer = openPeer({ url: server.url, documentId, token: await tokenFor(team.ownerId) })
  await peer.saved()
  const paragraph = new Y.XmlElement('paragraph')
  const mention = new Y.XmlElement('mention')
  mention.setAttribute('kind', 'document')
  mention.setAttribute('id', target)
  const text = new Y.XmlText()
  text.insert(0, 'see', { link: { href: `https://atrium.example/d/${linked}` } })
  paragraph.insert(0, [text, mention])
  peer.document.getXmlFragment('default').insert(0, [paragraph])
  const contents = async () =>
    (await team.as(team.ownerId, (sql) => sql`select markdown from atrium.document_contents where document_id = ${documentId}`))[0]
      ?.markdown
  await expect.poll(contents, SOON).toBe(`[see](https://atrium.example/d/${linked})[page](atrium:document/${target})\n`)
  const links = (who: string) =>
    team.as(who, (sql) => sql`select to_id, kind from atrium.document_links where from_id = ${documentId} order by kind`)
  expect(await links(team.ownerId)).toEqual([
    { to_id: linked, kind: 'link' },
    { to_id: target, kind: 'mention' },
  ])
  mention.setAttribute('id', documentId) // To itself leads nothing.
  await expect.poll(() => links(team.ownerId), SOON).toEqual([{ to_id: linked, kind: 'link' }])
})

test('[CON2] a link is seen by those who may read both ends', async () => {
  const [documentId, target] = [await team.document(), await team.document()]
  const guest = await team.person('Gus', 'guest')
  await team.as(team.ownerId, async (sql) => {
    await sql`select atrium.replace_document(${documentId}, ${`[x](atrium:document/${target})`})`
  })
  const seen = (who: string) => team.as(who, async (sql) => (await sql`select from atrium.document_links where to_id = ${target}`).length)
  await expect.poll(() => seen(team.ownerId), SOON).toBe(1)
  const share = (id: string) =>
    team.as(team.ownerId, (sql) => sql`select atrium.share_item('document', ${id}, 'viewer', user_id => ${guest})`)
  await share(target)
  expect(await seen(guest), 'the page itself, but not where the backlink comes from').toBe(0)
  await share(documentId)
  expect(await seen(guest)).toBe(1)
})
