import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let ann: User
let ben: User
let roomId: string
beforeAll(async () => {
  workspace = await createWorkspace(db)
  ann = await createMember(db, workspace, 'editor')
  ben = await createMember(db, workspace, 'viewer')
  roomId = workspace.room.id
})
afterAll(() => db.drop())

const doc = (...content: Json[]) => ({ type: 'doc', content })
const paragraph = (...content: Json[]) => ({ type: 'paragraph', content })
const text = (value: string, ...marks: Json[]) => ({ type: 'text', text: value, ...(marks.length > 0 && { marks }) })
const mention = (kind: string, id: string | null, label = 'name') => ({ type: 'mention', attrs: { kind, id, label } })
const link = (href: unknown) => doc(paragraph(text('here', { type: 'link', attrs: { href } } as Json)))
const send = (content: Json, by = ann, room_id = roomId) =>
  db.call(by, 'send_message', { id: randomUUID(), room_id, text: 'what?', content })
const nested = (depth: number): Json => (depth === 0 ? paragraph(text('deep')) : { type: 'blockquote', content: [nested(depth - 1)] })

test('[MSG6] a message is a document, and its plain text is taken from it and from nothing else', async () => {
  const content = doc(
    paragraph(text('Look', { type: 'bold' }, { type: 'italic' }), { type: 'hardBreak' }, text(' at this')),
    { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph(text('one'))] }] },
    { type: 'orderedList', attrs: { start: 3 }, content: [{ type: 'listItem', content: [paragraph(text('two'))] }] },
    { type: 'codeBlock', attrs: { language: 'c++' }, content: [text('a < b')] },
    nested(2),
    paragraph(
      mention('document', randomUUID(), 'Plan'),
      text(' by '),
      mention('date', '2030-01-01', 'New Year'),
      mention('person', ben.id, 'Ben'),
    ),
    paragraph(),
  )
  const sent = await send(content)
  expect(sent).toMatchObject({ content, text: 'Look\n at this\none\ntwo\na < b\ndeep\nPlan by New Year@Ben' })
  expect(await db.call(ann, 'edit_message', { id: sent.id, text: 'Nothing', content: null })).toMatchObject({
    content: null,
    text: 'Nothing',
  })
})

const refused: [string, Json, string?][] = [
  ['another type', { type: 'page', content: [] }],
  ['a string', 'hello'],
  ['an array', [paragraph(text('x'))]],
  ['a script', doc({ type: 'script', content: [text('x')] })],
  ['an image', doc({ type: 'image', attrs: { src: 'https://example.com/x.png' } })],
  ['a heading', doc({ type: 'heading', content: [text('x')] })],
  ['attributes of a paragraph', doc({ ...paragraph(text('x')), attrs: { style: 'position: fixed' } })],
  ['a field more', doc({ ...paragraph(text('x')), onclick: 'x' })],
  ['a mark more', doc(paragraph(text('x', { type: 'highlight' })))],
  ['attributes of a mark', doc(paragraph(text('x', { type: 'bold', attrs: { style: 'x' } })))],
  ['a mark in code', doc({ type: 'codeBlock', content: [text('x', { type: 'bold' })] })],
  ['a hostile language', doc({ type: 'codeBlock', attrs: { language: '"><b>' }, content: [text('x')] })],
  ['text that is none', doc(paragraph({ type: 'text', text: 7 }))],
  ['content that is no list', doc({ type: 'paragraph', content: 'x' })],
  ['text outside a paragraph', doc(text('x'))],
  ['a paragraph in a paragraph', doc(paragraph(paragraph(text('x'))))],
  ['an empty list', doc({ type: 'bulletList', content: [] })],
  ['javascript:', link('javascript:alert(1)')],
  ['JaVaScRiPt:', link(' JaVaScRiPt:alert(1)')],
  ['data:', link('data:text/html,x')],
  ['a relative link', link('/x')],
  ['a link with a line break', link('https://example.com/\nx')],
  ['a link that is no text', link({ toString: 'x' })],
  ['more than the address of a link', doc(paragraph(text('x', { type: 'link', attrs: { href: 'https://a.example', target: '_top' } })))],
  ['a mention of nothing', doc(paragraph(mention('planet', randomUUID())))],
  ['a mention without an id', doc(paragraph(mention('person', null)))],
  ['@all with an id', doc(paragraph(mention('all', randomUUID())))],
  ['a date that is none', doc(paragraph(mention('date', 'tomorrow')))],
  ['too deep', nested(12)],
  ['much too deep', nested(400)],
  ['too large', doc(paragraph(text('x'.repeat(70_000)))), 'content_too_large'],
  ['many nodes', doc(...Array.from({ length: 5000 }, () => paragraph(text('x')))), 'content_too_large'],
  ['nothing', doc(paragraph()), 'text_required'],
  ['what nobody sees', doc(paragraph(text('\u200b\u2060'))), 'text_required'],
  ['a long text', doc(paragraph(text('x'.repeat(20_001)))), 'text_too_long'],
  ['101 mentions', doc(...Array.from({ length: 101 }, () => paragraph(mention('person', randomUUID())))), 'too_many_mentions'],
]
test.for(refused)('[MSG7] a message is refused: %s', async ([, content, detail]) => {
  await expect(send(content)).rejects.toMatchObject({ code: 'PT422', detail: detail ?? 'content_invalid' })
})

const mentioned = async (content: Json, by = ann, room?: string) => (await send(content, by, room)).mentions

test('[MSG8] of mentions those alone count that may read the room, and groups of the workspace', async () => {
  const other = await createWorkspace(db)
  const team = await db.call(workspace.owner, 'create_group', { id: randomUUID(), workspace_id: workspace.id, name: 'Team' })
  const foreign = await db.call(other.owner, 'create_group', { id: randomUUID(), workspace_id: other.id, name: 'Team' })
  const guest = await createMember(db, workspace, 'guest')
  const everybody = doc(
    paragraph(
      ...[ben.id, ben.id, guest.id, other.owner.id, randomUUID()].map((id) => mention('person', id)),
      ...[team.id, foreign.id].map((id) => mention('group', id)),
    ),
  )
  expect(await mentioned(everybody)).toEqual(
    expect.arrayContaining([
      { kind: 'person', id: ben.id },
      { kind: 'group', id: team.id },
    ]),
  )
  expect(await mentioned(everybody)).toHaveLength(2)
  const secret = await db.call(ann, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'x', private: true })
  expect(await mentioned(doc(paragraph(mention('person', ben.id))), ann, secret.id)).toEqual([])
  await db.call(ann, 'add_room_member', { room_id: secret.id, user_id: guest.id })
  // A guest knows no groups.
  expect(await mentioned(everybody, guest, secret.id)).toEqual([{ kind: 'person', id: guest.id }])
})

test('[MSG9] in a room of fifty and more, moderators and admins alone speak to all at once', async () => {
  const room = await db.call(ann, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'all' })
  const writer = await createMember(db, workspace, 'commenter')
  const loud = doc(paragraph(mention('all', null, 'all'), mention('here', null, 'here')))
  expect(await mentioned(loud, writer, room.id)).toHaveLength(2)
  await db.admin`
    with crowd as (insert into auth.users (id, email) select gen_random_uuid(), gen_random_uuid() || '@example.com' from generate_series(1, 50) returning id)
    select from crowd`
  await db.admin`insert into atrium.room_members (room_id, user_id) select ${room.id}, id from atrium.profiles on conflict do nothing`
  const sent = await send(loud, writer, room.id)
  expect(sent).toMatchObject({ mentions: [], text: '@all@here' })
  expect(await mentioned(loud, ann, room.id)).toHaveLength(2)
  expect(await mentioned(loud, workspace.owner, room.id)).toHaveLength(2)
})
