import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { toProseMirror } from '../../hocuspocus-server/src/projections.ts'
import { FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import type { Change } from '../../hocuspocus-server/src/suggestions/changes.ts'
import { type Acceptance, acceptanceOf as acceptance, changesOf as changesOn } from '../../hocuspocus-server/src/suggestions/hunks.ts'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, type Peer, SOON } from './collaboration.ts'
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

/** Edits as an editor makes them, one place at a time: what is not touched stays the block that it was. */
const element = (text: string) => {
  const paragraph = new Y.XmlElement('paragraph')
  if (text) paragraph.insert(0, [new Y.XmlText(text)])
  return paragraph
}
const blockOf = (document: Y.Doc, text: string) =>
  document
    .getXmlFragment(FRAGMENT)
    .toArray()
    .findIndex((block) => (block as Y.XmlElement).toArray().join('').includes(text))
const insert = (document: Y.Doc, at: number, text: string) => document.getXmlFragment(FRAGMENT).insert(at, [element(text)])
const add = (document: Y.Doc, text: string) => insert(document, document.getXmlFragment(FRAGMENT).length, text)
const remove = (document: Y.Doc, text: string) => document.getXmlFragment(FRAGMENT).delete(blockOf(document, text))
const change = (document: Y.Doc, from: string, to: string) => {
  const block = document.getXmlFragment(FRAGMENT).get(blockOf(document, from)) as Y.XmlElement
  const text = block.get(0) as Y.XmlText
  const at = text.toString().indexOf(from)
  document.transact(() => {
    text.insert(at + from.length, to)
    text.delete(at, from.length)
  })
}
const blocks = (document: Y.Doc) => toProseMirror(document.getXmlFragment(FRAGMENT)).content ?? []
const lines = (document: Y.Doc) => blocks(document).map(({ content }) => (content ?? []).map(({ text }) => text ?? '').join(''))
const copy = (document: Y.Doc) => {
  const made = new Y.Doc()
  Y.applyUpdate(made, Y.encodeStateAsUpdate(document))
  return made
}
const made = (...texts: string[]) => {
  const document = new Y.Doc()
  for (const text of texts) add(document, text)
  return document
}
const nothingTaken = {}
const changesOf = (base: Y.Doc, branch: Y.Doc, page: Y.Doc, decided: ReadonlySet<string>) =>
  changesOn({ document: base, taken: nothingTaken }, branch, page, decided)
const acceptanceOf = (base: Y.Doc, branch: Y.Doc, wanted: string[] | null, decided: ReadonlySet<string>) =>
  acceptance({ document: base, taken: nothingTaken }, branch, wanted, decided).update
/** `[removed]{added}` for one change. */
const shown = ({ content }: Pick<Change, 'content'>): string =>
  content
    .map(function mark(node): string {
      const text = node.text ?? (node.content ?? []).map(mark).join('')
      if (node.text === undefined) return text
      return node.change === 'added' ? `{${text}}` : node.change === 'removed' ? `[${text}]` : text
    })
    .join('|')

test('[SUG1] changes are listed block by block against the page as it is now', () => {
  const page = made('one', 'two is here', 'three', 'four', 'five')
  const [base, branch] = [copy(page), copy(page)]
  change(branch, 'is', 'was')
  insert(branch, 2, 'new')
  remove(branch, 'four')
  add(branch, '')
  change(page, 'here', 'here to stay')
  remove(page, 'five')
  const changes = changesOf(base, branch, copy(page), new Set())
  expect(changes.map((change) => [change.kind, shown(change), change.above])).toEqual([
    ['changed', 'two [is]{was} here to stay', 'one'],
    ['added', '{new}', 'two is here'],
    ['removed', '[four]', 'three'],
  ])
  expect(lines(page)).toEqual(['one', 'two is here to stay', 'three', 'four'])
})

test('[SUG2] accepting one change makes it, leaves the others, and keeps what was typed meanwhile, in the same words too', () => {
  const page = made('The launch is in March', 'second', 'third')
  const [base, branch] = [copy(page), copy(page)]
  change(branch, 'March', 'April')
  remove(branch, 'third')
  add(branch, 'between')
  add(branch, 'last')
  insert(page, 0, 'Top')
  change(page, 'launch', 'big launch')
  change(page, 'is', 'is surely')
  const [month, rest] = changesOf(copy(base), branch, copy(page), new Set())
  Y.applyUpdate(page, acceptanceOf(copy(base), branch, month?.keys ?? [], new Set()))
  expect(lines(page)).toEqual(['Top', 'The big launch is surely in April', 'second', 'third'])
  const left = changesOf(copy(base), branch, copy(page), new Set(month?.keys ?? []))
  expect(left.map(({ keys }) => keys)).toEqual([rest?.keys])
  Y.applyUpdate(page, acceptanceOf(copy(base), branch, null, new Set(month?.keys ?? [])))
  expect(lines(page)).toEqual(['Top', 'The big launch is surely in April', 'second', 'between', 'last'])
  expect(() => acceptanceOf(copy(base), branch, ['0'.repeat(32)], new Set())).toThrow()
})

test('[SUG3] a change of a block that is gone says so, and accepting it brings nothing back', () => {
  const page = made('one', 'two', 'three')
  const [base, branch] = [copy(page), copy(page)]
  change(branch, 'two', 'two, longer')
  remove(page, 'two')
  expect(changesOf(copy(base), branch, copy(page), new Set()).map(({ kind }) => kind)).toEqual(['lost'])
  Y.applyUpdate(page, acceptanceOf(base, branch, null, new Set()))
  expect(lines(page)).toEqual(['one', 'three'])
})

test('[SUG9] what was rejected stays away when its author adds or removes blocks beside it, and what is taken of a run stands in its order', () => {
  const page = made('one', 'two', 'three', 'four')
  const [base, branch] = [copy(page), copy(page)]
  insert(branch, 1, 'refused')
  remove(branch, 'three')
  const rejected = new Set(changesOf(copy(base), branch, copy(page), new Set()).flatMap(({ keys }) => keys))
  expect(changesOf(copy(base), branch, copy(page), rejected)).toEqual([])
  insert(branch, 1, 'above')
  insert(branch, 3, 'below')
  remove(branch, 'four')
  const changes = changesOf(copy(base), branch, copy(page), rejected)
  expect(changes.map(shown)).toEqual(['{above}', '{below}', '[four]'])
  for (const { keys } of changes.toReversed()) {
    const taken = copy(page)
    Y.applyUpdate(taken, acceptanceOf(copy(base), branch, keys, rejected))
    expect(lines(taken)).not.toContain('refused')
  }
  Y.applyUpdate(page, acceptanceOf(copy(base), branch, null, rejected))
  expect(lines(page)).toEqual(['one', 'above', 'below', 'two', 'three'])
})

test('[SUG4] what no editor would write is not suggested', () => {
  const page = made('one')
  const [base, branch] = [copy(page), copy(page)]
  const strange = new Y.XmlElement('script')
  strange.insert(0, [new Y.XmlText('alert(1)')])
  branch.getXmlFragment(FRAGMENT).insert(1, [strange, new Y.XmlText('loose')])
  expect(changesOf(base, branch, copy(page), new Set())).toEqual([])
})

function random(seed: number) {
  let state = seed * 2_654_435_761
  return (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0
    return ((state >>> 0) % 1_000_003) % below
  }
}

test.for(Array.from({ length: 30 }, (_, index) => index + 1))(
  '[SUG5] taking every change one by one, in any order, makes the page what the branch is, and what others added stays (seed %i)',
  (seed) => {
    const chance = random(seed)
    const texts = Array.from({ length: 3 + chance(6) }, (_, index) => `block ${index} of the page ${chance(1000)}`)
    const page = made(...texts)
    const [base, branch] = [copy(page), copy(page)]
    for (const text of texts) {
      const fate = chance(5)
      if (fate === 0) remove(branch, text)
      if (fate === 1) insert(branch, blockOf(branch, text), `new ${chance(1000)}`)
      if (fate === 2) change(branch, text.slice(8), `was another ${chance(1000)}`)
    }
    const wanted = lines(branch)
    insert(page, 0, 'first of another')
    const changes = changesOf(copy(base), branch, copy(page), new Set()).map(({ keys }) => keys)
    for (const keys of changes.sort(() => chance(3) - 1)) Y.applyUpdate(page, acceptanceOf(copy(base), branch, keys, new Set()))
    // Two who write at the top at once: either may stand first.
    expect(lines(page).filter((line) => line !== 'first of another')).toEqual(wanted)
    expect(lines(page)).toHaveLength(wanted.length + 1)
  },
)

test.for(Array.from({ length: 30 }, (_, index) => index + 1))(
  '[SUG6] its author goes on while changes are taken, in those too, and at the end the page is what the branch is (seed %i)',
  (seed) => {
    const chance = random(seed)
    const page = made('first of the page', 'second of the page', 'third of the page')
    const [base, branch] = [copy(page), copy(page)]
    let taken: Acceptance['blocks'] = {}
    const open = () => changesOn({ document: copy(base), taken }, branch, copy(page), new Set()).map(({ keys }) => keys)
    const take = (keys: string[]) => {
      const { update, blocks } = acceptance({ document: copy(base), taken }, branch, keys, new Set())
      for (const document of [base, page]) Y.applyUpdate(document, update)
      taken = { ...taken, ...blocks }
    }
    for (let round = 0; round < 20; round++) {
      const present = lines(branch)
      const line = present[chance(present.length)] ?? ''
      const fate = chance(5)
      if (fate === 0 && present.length > 2) remove(branch, line)
      else if (fate === 1) insert(branch, chance(present.length + 1), `new in round ${round}`)
      else if (line) change(branch, line.slice(0, 3), `${round}${line.slice(1, 3)}`)
      const changes = open()
      if (changes.length > 0 && chance(2) === 0) take(changes[chance(changes.length)] as string[])
    }
    const rest = open().flat()
    if (rest.length > 0) take(rest)
    expect(lines(page)).toEqual(lines(branch))
    expect(open()).toEqual([])
  },
)

const begin = async (who: string, documentId: string) => {
  const id = randomUUID()
  await team.as(who, (sql) => sql`select atrium.create_suggestion(${id}, ${documentId})`)
  return id
}
const accept = (who: string, id: string, changes: string[] | null) =>
  team.as(who, async (sql) => (await sql<{ id: string }[]>`select atrium.accept_suggestion(${id}, ${changes}) as id`)[0]?.id as string)
const stateOf = (who: string, command: string) =>
  team.as(
    who,
    async (sql) => (await sql<{ state: string; code: string | null }[]>`select state, code from atrium.command_state(${command})`)[0],
  )
const ask = async (who: string, documentId: string, id: string) => {
  const address = new URL(`/collab/documents/${documentId}/suggestions/${id}`, server.url.replace(/^ws/, 'http'))
  const response = await fetch(address, { headers: { authorization: `Bearer ${await tokenFor(who)}` } })
  return { status: response.status, ...((await response.json()) as { changes?: Change[]; code?: string }) }
}
/** Several suggestions in one request. */
const askAll = async (who: string, documentId: string, ids: string[]) => {
  const address = new URL(`/collab/documents/${documentId}/suggestions?ids=${ids.join()}`, server.url.replace(/^ws/, 'http'))
  const response = await fetch(address, { headers: { authorization: `Bearer ${await tokenFor(who)}` } })
  return { status: response.status, found: (await response.json()) as Record<string, { changes: Change[] }> }
}
test('[SUG6] a commenter writes in his branch and not in the page; an editor takes a change while another types; he goes on, and when all is decided the branch is closed', async () => {
  const documentId = await team.document()
  const [anna, carl] = [await team.person('Anna', 'editor'), await team.person('Carl', 'commenter')]
  const typing = openPeer({ url: server.url, documentId, token: await tokenFor(anna) })
  await typing.saved()
  typing.type('We launch in March')
  typing.type('The end')
  await typing.saved()
  const id = await begin(carl, documentId)
  const branch = openPeer({ url: server.url, documentId: id, token: await tokenFor(carl) })
  await expect.poll(() => branch.text(), SOON).toBe('We launch in March\nThe end')
  change(branch.document, 'March', 'April')
  branch.type('Carl was here')
  await branch.saved()
  expect(typing.text()).toBe('We launch in March\nThe end')
  const { changes = [] } = await ask(anna, documentId, id)
  expect(changes.map(shown)).toEqual(['We launch in [March]{April}', '{Carl was here}'])
  expect(await askAll(anna, documentId, [id, randomUUID(), 'x'])).toEqual({ status: 200, found: { [id]: { changes } } })
  expect((await askAll(await team.person('Sam'), documentId, [id])).status).toBe(404)
  expect(
    (
      await askAll(
        anna,
        documentId,
        Array.from({ length: 101 }, () => randomUUID()),
      )
    ).status,
  ).toBe(400)

  change(typing.document, 'We', 'We all')
  const command = await accept(anna, id, changes[0]?.keys ?? [])
  change(typing.document, 'The end', 'The very end')
  await expect.poll(() => typing.text(), SOON).toBe('We all launch in April\nThe very end')
  await expect.poll(async () => (await stateOf(anna, command))?.state, SOON).toBe('done')
  const logged =
    await team.admin`select author_id from atrium_private.document_updates where document_id = ${documentId} and author_id = ${anna}`
  expect(logged.length).toBeGreaterThan(0)
  await expect.poll(() => typing.messages, SOON).toContainEqual({ type: 'changed', what: 'suggestions' })

  const rest = await ask(anna, documentId, id)
  expect(rest.changes?.map(shown)).toEqual(['{Carl was here}'])
  // Carl goes on, in what was taken and in what was not.
  change(branch.document, 'April', 'April, or May')
  change(branch.document, 'was', 'is')
  await branch.saved()
  expect((await ask(anna, documentId, id)).changes?.map(shown)).toEqual(['We all launch in April{, or May}', '{Carl is here}'])
  const [more] = (await ask(anna, documentId, id)).changes ?? []
  await accept(anna, id, more?.keys ?? [])
  await expect.poll(() => typing.text(), SOON).toBe('We all launch in April, or May\nThe very end')
  await accept(anna, id, null)
  await expect.poll(() => typing.text(), SOON).toBe('We all launch in April, or May\nThe very end\nCarl is here')
  await expect.poll(() => branch.messages, SOON).toContainEqual({ type: 'access', access: 'read' })
  expect((await ask(anna, documentId, id)).changes).toEqual([])
})

test('[SUG7] who may not read the page sees neither its suggestions nor the branch; a viewer reads both', async () => {
  const documentId = await team.document()
  const [carl, viewer, stranger] = [await team.person('Carl', 'commenter'), await team.person('Vera', 'viewer'), await team.person('Sam')]
  const id = await begin(carl, documentId)
  expect((await ask(viewer, documentId, id)).status).toBe(200)
  expect(await ask(stranger, documentId, id)).toMatchObject({ status: 404, code: 'document_not_found' })
  expect(await ask(viewer, await team.document(), id)).toMatchObject({ status: 404, code: 'suggestion_not_found' })
  const [reader, closed] = [viewer, stranger].map(async (who) => openPeer({ url: server.url, documentId: id, token: await tokenFor(who) }))
  const peer = (await reader) as Peer
  await expect.poll(() => peer.provider.authorizedScope, SOON).toBe('readonly')
  await expect.poll(async () => ((await closed) as Peer).denials, SOON).toEqual(['not_found'])
  // It is no page: no list shows it, and what is done to pages is not done to it.
  const found = await team.as(carl, (sql) => sql`select from atrium.documents where id = ${id}`)
  expect(found).toHaveLength(0)
  for (const call of ['lock_document', 'trash_document'])
    await expect(team.as(team.ownerId, (sql) => sql.unsafe(`select atrium.${call}('${id}')`))).rejects.toMatchObject({ code: 'PT404' })
  // Losing the page loses the branch.
  await team.remove(viewer)
  await expect.poll(() => peer.messages, SOON).toContainEqual({ type: 'revoked' })
})

test('[SUG8] a change that its author rewrote in the same moment is not taken, and nothing is decided', async () => {
  const documentId = await team.document()
  const carl = await team.person('Carl', 'commenter')
  const id = await begin(carl, documentId)
  const command = await accept(team.ownerId, id, ['0'.repeat(32)])
  await expect.poll(async () => stateOf(team.ownerId, command), SOON).toEqual({ state: 'failed', code: 'suggestion_changed' })
  const [left] = await team.admin`select count(*)::int as count from atrium_private.suggestion_decisions where suggestion_id = ${id}`
  expect(left).toEqual({ count: 0 })
  await expect(accept(team.ownerId, id, ['x'])).rejects.toMatchObject({ code: 'PT422', detail: 'changes_invalid' })
  await team.as(carl, (sql) => sql`select atrium.withdraw_suggestion(${id})`)
  expect((await ask(team.ownerId, documentId, id)).code).toBe('suggestion_not_found')
  expect(await team.admin`select from atrium.documents where id = ${id}`).toHaveLength(0)
})
