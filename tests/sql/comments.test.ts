import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Json, Row } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createUser, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let editor: User
let commenter: User
let viewer: User
let page: Row<'documents'>
beforeAll(async () => {
  workspace = await createWorkspace(db)
  editor = await createMember(db, workspace, 'editor')
  commenter = await createMember(db, workspace, 'commenter')
  viewer = await createMember(db, workspace, 'viewer')
  page = await createDocument(db, workspace)
}, 60_000)
afterAll(() => db.drop())

const ANCHOR = { start: 'AAEBAQ==', end: 'gAABAQEF' }
const begin = (who: User, body: Json = 'Sure?', documentId = page.id) =>
  db.call(who, 'create_thread', { id: randomUUID(), document_id: documentId, body, anchor: ANCHOR, quote: 'a third' })
const answer = (who: User, threadId: string, body: Json = 'Yes.') => db.call(who, 'reply', { id: randomUUID(), thread_id: threadId, body })
const seen = (who: User, documentId: string) =>
  db.as(who, async (sql) => {
    const counts = []
    for (const table of ['comment_threads', 'comments', 'comment_reactions'])
      counts.push((await sql`select from ${sql(`atrium.${table}`)} where document_id = ${documentId}`).count)
    return counts
  })
const readComment = async (id: string) => (await db.admin<Row<'comments'>[]>`select * from atrium.comments where id = ${id}`)[0]
const paragraph = (...content: Json[]): Json => ({ type: 'doc', content: [{ type: 'paragraph', content }] })

// What each role may do to a thread that an editor began, and to one of his own where he may begin one.
// biome-ignore format: the table is the specification
const RIGHTS = [
  // role        begin answer react | others': edit delete resolve | own: edit delete resolve
  ['viewer',    [0,    0,     0,             0,   0,     0,             0,   0,     0]],
  ['commenter', [1,    1,     1,             0,   0,     0,             1,   1,     1]],
  ['editor',    [1,    1,     1,             0,   1,     1,             1,   1,     1]],
] as const
const WAYS = ['space', 'grant', 'link'] as const

test.for(RIGHTS.flatMap(([role, expected]) => WAYS.map((way) => ({ role, way, expected }))))(
  '[CMT1] who is $role by $way',
  async ({ role, way, expected }) => {
    const document = await createDocument(db, workspace)
    const person = way === 'link' ? await createUser(db, 'visitor') : await createMember(db, workspace, way === 'space' ? role : 'guest')
    const item = { object_type: 'document', object_id: document.id, role }
    if (way === 'grant') await db.call(editor, 'share_item', { ...item, user_id: person.id })
    if (way === 'link') {
      const [link] = await db.call(editor, 'create_link', item)
      await db.call(person, 'open_link', { token: link?.token ?? '' })
    }
    const theirs = await begin(editor, 'Mine', document.id)
    const may = (run: () => Promise<unknown>) =>
      run().then(
        () => 1,
        () => 0,
      )
    const own = randomUUID()
    expect([
      await may(() => db.call(person, 'create_thread', { id: own, document_id: document.id, body: 'Mine', anchor: ANCHOR, quote: 'q' })),
      await may(() => answer(person, theirs.id)),
      await may(() => db.call(person, 'react', { comment_id: theirs.id, emoji: '🎉' })),
      await may(() => db.call(person, 'edit_comment', { id: theirs.id, body: 'Not mine' })),
      await may(() => db.call(person, 'delete_comment', { id: theirs.id })),
      await may(() => db.call(person, 'resolve_thread', { id: theirs.id })),
      await may(() => db.call(person, 'edit_comment', { id: own, body: 'Still mine' })),
      await may(() => db.call(person, 'delete_comment', { id: own })),
      await may(() => db.call(person, 'resolve_thread', { id: own })),
    ]).toEqual(expected)
    expect(await db.call(person, 'comment_role', { document_id: document.id })).toBe(role)
    const [threads, comments] = await seen(person, document.id)
    expect([threads, comments]).toEqual(role === 'viewer' ? [1, 1] : [2, 3])
  },
)

test('[CMT2] the same call again makes nothing twice, and a foreign id is refused', async () => {
  const args = { id: randomUUID(), document_id: page.id, body: 'Once', anchor: ANCHOR, quote: 'q' }
  const first = await db.call(commenter, 'create_thread', args)
  expect(await db.call(commenter, 'create_thread', { ...args, body: 'Twice' })).toEqual(first)
  await expect(db.call(editor, 'create_thread', args)).rejects.toMatchObject({ code: 'PT409', detail: 'id_taken' })
  const reply = { id: randomUUID(), thread_id: first.id, body: 'Answer' }
  const said = await db.call(commenter, 'reply', reply)
  expect(await db.call(commenter, 'reply', reply)).toEqual(said)
  await expect(db.call(editor, 'reply', reply)).rejects.toMatchObject({ code: 'PT409', detail: 'id_taken' })
  await db.call(editor, 'react', { comment_id: said.id, emoji: '👍' })
  await db.call(editor, 'react', { comment_id: said.id, emoji: '👍' })
  expect(await db.admin`select user_id from atrium.comment_reactions where comment_id = ${said.id}`).toEqual([{ user_id: editor.id }])
  await db.call(editor, 'react', { comment_id: said.id, emoji: '👍', on: false })
  expect(await db.admin`select from atrium.comment_reactions where comment_id = ${said.id}`).toHaveLength(0)
})

test('[CMT3] a comment is text with a few marks, links and mentions, and nothing else', async () => {
  const long = 'x'.repeat(10_000)
  const thread = await begin(commenter, long)
  expect(await readComment(thread.id)).toMatchObject({ text: long, body: paragraph({ type: 'text', text: long }) })
  const rich = paragraph(
    { type: 'text', text: 'bold', marks: [{ type: 'bold' }, { type: 'italic' }, { type: 'code' }] },
    { type: 'hardBreak' },
    { type: 'text', text: 'there', marks: [{ type: 'link', attrs: { href: 'https://example.com/?a=1' } }] },
    { type: 'mention', attrs: { kind: 'person', id: viewer.id, label: 'Vera' } },
  )
  expect(await db.call(commenter, 'edit_comment', { id: thread.id, body: rich })).toMatchObject({
    body: rich,
    text: 'bold\nthere@Vera',
    mentions: [viewer.id],
  })
  const link = (href: Json) => paragraph({ type: 'text', text: 'x', marks: [{ type: 'link', attrs: { href } }] })
  const mention = (attrs: Json) => paragraph({ type: 'mention', attrs })
  const invalid: Json[] = [
    null,
    7,
    [],
    {},
    { type: 'doc', content: 'text' },
    { type: 'doc', content: [{ type: 'heading', content: [{ type: 'text', text: 'x' }] }] },
    { type: 'doc', content: [7] },
    { type: 'doc', content: [{ type: 'paragraph', content: {} }] },
    { type: 'doc', content: [{ type: 'paragraph', attrs: { onclick: 'x' }, content: [{ type: 'text', text: 'x' }] }] },
    paragraph('x'),
    paragraph({ type: 'image', attrs: { src: 'https://example.com' } }),
    paragraph({ type: 'text', text: '' }),
    paragraph({ type: 'text', text: 7 }),
    paragraph({ type: 'text' }),
    paragraph({ type: 'text', text: 'x', marks: 'bold' }),
    paragraph({ type: 'text', text: 'x', marks: [{ type: 'textStyle', attrs: { color: 'red' } }] }),
    paragraph({ type: 'text', text: 'x', marks: [{ type: 'bold', attrs: {} }] }),
    link('javascript:alert(1)'),
    link('data:text/html,x'),
    link('//example.com'),
    link('https://x"onmouseover=y'),
    link(null),
    link(7),
    mention({ kind: 'person', id: 'x', label: 'Vera' }),
    mention({ kind: 'document', id: page.id, label: 'Plan' }),
    mention({ kind: 'person', id: viewer.id, label: '' }),
    mention({ kind: 'person', id: viewer.id, label: 'x'.repeat(81) }),
    mention({ kind: 'person', id: viewer.id, label: 'Vera', style: 'x' }),
  ]
  for (const body of invalid)
    await expect([body, await begin(commenter, body).catch((error: { detail: string }) => error.detail)]).toEqual([body, 'body_invalid'])
  for (const body of ['', '  \n ', '\u200b\u00ad', { type: 'doc', content: [] }, { type: 'doc' }, paragraph({ type: 'hardBreak' })])
    await expect(begin(commenter, body)).rejects.toMatchObject({ code: 'PT422', detail: 'text_required' })
  for (const body of [`${long}x`, 'x'.repeat(300_000)])
    await expect(begin(commenter, body)).rejects.toMatchObject({ code: 'PT422', detail: 'text_too_long' })
})

test('[CMT4] mentioned are those who may read the page', async () => {
  const stranger = await createUser(db, 'Stranger')
  const guest = await createMember(db, workspace, 'guest')
  const person = ({ id }: User): Json => ({ type: 'mention', attrs: { kind: 'person', id, label: 'Somebody' } })
  const thread = await begin(commenter, paragraph(person(stranger), person(guest), person(viewer), person(viewer)))
  expect((await readComment(thread.id))?.mentions).toEqual([viewer.id])
  const crowd = Array.from({ length: 51 }, () => person({ id: randomUUID(), email: '' }))
  await expect(answer(commenter, thread.id, paragraph(...crowd))).rejects.toMatchObject({ code: 'PT422', detail: 'too_many_mentions' })
})

test('[CMT5] an answer reopens a thread; a deleted comment keeps its place and loses text, mentions and reactions', async () => {
  const thread = await begin(editor)
  const said = await answer(commenter, thread.id)
  await db.call(viewer, 'react', { comment_id: said.id, emoji: '👍' }).catch(() => {})
  await db.call(editor, 'react', { comment_id: said.id, emoji: '👍' })
  expect(await db.call(editor, 'resolve_thread', { id: thread.id })).toMatchObject({ resolved_by: editor.id })
  await answer(commenter, thread.id, 'Wait.')
  expect(await db.admin`select resolved_at, resolved_by from atrium.comment_threads where id = ${thread.id}`).toEqual([
    { resolved_at: null, resolved_by: null },
  ])
  expect(await db.call(editor, 'delete_comment', { id: said.id })).toMatchObject({ body: null, text: null, mentions: [] })
  expect(await db.admin`select from atrium.comment_reactions where comment_id = ${said.id}`).toHaveLength(0)
  await expect(db.call(commenter, 'edit_comment', { id: said.id, body: 'Back' })).rejects.toMatchObject({ detail: 'comment_deleted' })
  await expect(db.call(commenter, 'react', { comment_id: said.id, emoji: '👍' })).rejects.toMatchObject({ detail: 'comment_deleted' })
})

test('[CMT6] an anchor, a quote and an emoji are checked', async () => {
  const make = (change: object) =>
    db
      .call(commenter, 'create_thread', { id: randomUUID(), document_id: page.id, body: 'x', anchor: ANCHOR, quote: 'q', ...change })
      .catch((error: { detail: string }) => error.detail)
  const anchors: Json[] = [
    null,
    {},
    'x',
    { start: 'AA==' },
    { ...ANCHOR, x: 1 },
    { start: '<b>', end: 'AA' },
    { start: 'A'.repeat(901), end: 'AA' },
  ]
  for (const anchor of anchors) expect([anchor, await make({ anchor })]).toEqual([anchor, 'anchor_invalid'])
  expect(await make({ kind: 'smell' })).toBe('anchor_invalid')
  for (const quote of ['', ' \n', 'x'.repeat(1001)]) expect(await make({ quote })).toBe('quote_invalid')
  const thread = await begin(commenter)
  for (const emoji of ['', 'ok', '<b>', ' ', '😀'.repeat(17), '\u202e'])
    await expect(db.call(commenter, 'react', { comment_id: thread.id, emoji })).rejects.toMatchObject({ detail: 'emoji_invalid' })
  const moved = { start: 'AAEBAg==', end: 'gAABAQIF' }
  expect(await db.call(editor, 'move_thread', { id: thread.id, anchor: moved })).toMatchObject({ anchor: moved })
  await expect(db.call(editor, 'move_thread', { id: thread.id, anchor: {} })).rejects.toMatchObject({ detail: 'anchor_invalid' })
})

test('[CMT7] comments go with their document: into another space, the trash and an archived space', async () => {
  const document = await createDocument(db, workspace)
  const thread = await begin(commenter, 'Here', document.id)
  await db.call(commenter, 'react', { comment_id: thread.id, emoji: '👍' })
  const hidden = await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Hidden', private: true })
  expect(await seen(viewer, document.id)).toEqual([1, 1, 1])
  await db.call(editor, 'move_document', { id: document.id, parent_id: null, position: null, space_id: hidden.id })
  expect([await seen(viewer, document.id), await seen(editor, document.id)]).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ])
  await expect(answer(commenter, thread.id)).rejects.toMatchObject({ code: 'PT404', detail: 'thread_not_found' })
  await db.call(editor, 'move_document', { id: document.id, parent_id: null, position: null, space_id: workspace.general.id })
  await db.call(editor, 'trash_document', { id: document.id })
  expect([await seen(viewer, document.id), await seen(editor, document.id)]).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ])
  await expect(answer(editor, thread.id)).rejects.toMatchObject({ code: 'PT409', detail: 'document_trashed' })
  expect(await db.call(editor, 'comment_role', { document_id: document.id })).toBe('viewer')
  await db.call(editor, 'restore_document', { id: document.id })
  expect(await seen(viewer, document.id)).toEqual([1, 1, 1])
  const old = await db.call(editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Old' })
  await db.call(editor, 'move_document', { id: document.id, parent_id: null, position: null, space_id: old.id })
  await db.call(editor, 'archive_space', { space_id: old.id })
  expect(await db.call(editor, 'comment_role', { document_id: document.id })).toBe('viewer')
  for (const call of [() => answer(editor, thread.id), () => db.call(editor, 'resolve_thread', { id: thread.id })])
    await expect(call()).rejects.toMatchObject({ code: 'PT409', detail: 'space_archived' })
})

test('[CMT8] whoever has the document open is told of each change when it is committed, and a thread is as new as what is in it', async () => {
  const told: unknown[] = []
  const listener = postgres(db.url('atrium_collab'), { max: 1, onnotice: () => {} })
  try {
    await listener.listen('atrium_documents', (payload) => void told.push(JSON.parse(payload)))
    const document = await createDocument(db, workspace)
    const thread = await begin(commenter, 'Here', document.id)
    const latest = async () =>
      Number((await db.admin`select updated_at from atrium.comment_threads where id = ${thread.id}`)[0]?.updated_at)
    const changes: (() => Promise<unknown>)[] = [
      () => answer(editor, thread.id),
      () => db.call(commenter, 'edit_comment', { id: thread.id, body: 'There' }),
      () => db.call(editor, 'react', { comment_id: thread.id, emoji: '👍' }),
      () => db.call(editor, 'react', { comment_id: thread.id, emoji: '👍', on: false }),
      () => db.call(editor, 'resolve_thread', { id: thread.id }),
      () => db.call(editor, 'reopen_thread', { id: thread.id }),
      () => db.call(editor, 'delete_comment', { id: thread.id }),
    ]
    for (const change of changes) {
      const before = await latest()
      await change()
      expect(await latest()).toBeGreaterThan(before)
    }
    await vi.waitFor(() => expect(told).toEqual(Array(8).fill({ document_id: document.id, what: 'comments' })))
  } finally {
    await listener.end()
  }
})

test('[CMT9] names are given of those who speak, and to members of those who may read', async () => {
  const document = await createDocument(db, workspace)
  const guest = await createMember(db, workspace, 'guest')
  await db.call(editor, 'share_item', { object_type: 'document', object_id: document.id, role: 'commenter', user_id: guest.id })
  await begin(commenter, 'Here', document.id)
  const people = async (who: User) =>
    new Map((await db.call(who, 'comment_people', { document_id: document.id })).map((each) => [each.id, each.may_read]))
  const forMember = await people(viewer)
  for (const { id } of [workspace.owner, editor, commenter, viewer, guest]) expect(forMember.get(id)).toBe(true)
  // A guest sees who shared it with him and who speaks, not the whole workspace.
  const forGuest = await people(guest)
  expect([forGuest.get(commenter.id), forGuest.get(editor.id), forGuest.has(viewer.id)]).toEqual([true, true, false])
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: commenter.id })
  expect((await people(viewer)).get(commenter.id)).toBe(false)
  await db.call(workspace.owner, 'reactivate_member', { workspace_id: workspace.id, user_id: commenter.id })
})

test('[CMT10] what somebody said stays when the account goes, and his reactions go with him', async () => {
  const leaver = await createMember(db, workspace, 'commenter')
  const thread = await begin(leaver, 'Goodbye')
  await db.call(leaver, 'react', { comment_id: thread.id, emoji: '👋' })
  expect(await db.call(leaver, 'export_my_data', {})).toMatchObject({ comments: [{ id: thread.id, text: 'Goodbye' }] })
  await db.admin`delete from auth.users where id = ${leaver.id}`
  expect(await readComment(thread.id)).toMatchObject({ author_id: null, text: 'Goodbye' })
  expect(await db.admin`select from atrium.comment_reactions where comment_id = ${thread.id}`).toHaveLength(0)
})
