import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createUser, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let visitor: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  visitor = { id: randomUUID(), email: '' }
  await db.admin`insert into auth.users (id, is_anonymous) values (${visitor.id}, true)`
})
afterAll(() => db.drop())

type Role = 'viewer' | 'commenter' | 'editor'
async function link(options: { role?: Role; password?: string; expires_at?: string } = {}) {
  const document = await createDocument(db, workspace)
  const [made] = await db.call(workspace.owner, 'create_link', { object_type: 'document', object_id: document.id, ...options })
  if (!made) throw new Error('No link was made')
  return { document: document.id, id: made.id, token: made.token }
}
const open = async (user: User, token: string, password?: string) =>
  (await db.call(user, 'open_link', { token, ...(password && { password }) }))[0]
const access = (user: User, id: string) => db.call(user, 'document_access', { id }).catch((error: { detail: string }) => error.detail)
const GONE = 'document_not_found'

test('[LNK1] who opens a link has its role on that document alone, an anonymous visitor reads', async () => {
  const other = await createDocument(db, workspace)
  const { document, id, token } = await link({ role: 'editor' })
  const stranger = await createUser(db)
  expect(await db.call(null, 'link_preview', { token })).toEqual([
    { object_type: 'document', role: 'editor', has_password: false, expires_at: null },
  ])
  expect(await access(stranger, document)).toBe(GONE)
  expect(await open(stranger, token)).toEqual({ state: 'open', object_type: 'document', object_id: document, role: 'editor' })
  expect(await open(visitor, token)).toMatchObject({ state: 'open', role: 'viewer' })
  expect([await access(stranger, document), await access(visitor, document), await access(stranger, other.id)]).toEqual([
    'write',
    'read',
    GONE,
  ])
  const seen = await db.as(visitor, async (sql) => ({
    documents: (await sql`select from atrium.documents`).count,
    others:
      (await sql`select from atrium.profiles where id <> ${visitor.id}`).count +
      (await sql`select from atrium.members`).count +
      (await sql`select from atrium.spaces`).count,
  }))
  expect(seen).toEqual({ documents: 1, others: 0 })
  expect(await db.call(visitor, 'my_workspaces', {})).toEqual([])

  const heard: (string | null)[] = []
  await db.admin.listen('atrium_access', (payload) => heard.push(JSON.parse(payload).document_id))
  await db.call(workspace.owner, 'delete_link', { link_id: id })
  expect([await access(stranger, document), await access(visitor, document)]).toEqual([GONE, GONE])
  await expect.poll(() => heard).toEqual([document])
  await expect(open(visitor, token)).rejects.toMatchObject({ code: 'PT404', detail: 'link_not_found' })
})

test('[LNK1] an expired link, the trash and a suspension each end it; it follows its document', async () => {
  const { document, id, token } = await link()
  const member = await createMember(db, workspace, 'guest')
  await open(member, token)
  expect(await access(member, document)).toBe('read')
  const space = await db.call(workspace.owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'P', private: true })
  await db.call(workspace.owner, 'move_document', { id: document, parent_id: null, position: null, space_id: space.id })
  expect(await access(member, document)).toBe('read')
  expect(await db.admin`select space_id from atrium.links where id = ${id}`).toEqual([{ space_id: space.id }])
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: member.id })
  expect(await access(member, document)).toBe(GONE)
  await db.call(workspace.owner, 'reactivate_member', { workspace_id: workspace.id, user_id: member.id })
  await db.call(workspace.owner, 'trash_document', { id: document })
  expect(await access(member, document)).toBe(GONE)
  await expect(open(member, token)).rejects.toMatchObject({ detail: 'link_not_found' })
  await db.call(workspace.owner, 'restore_document', { id: document })
  await db.admin`update atrium.links set expires_at = now() - interval '1 second' where id = ${id}`
  expect(await access(member, document)).toBe(GONE)
  await expect(open(member, token)).rejects.toMatchObject({ code: 'PT410', detail: 'link_expired' })
})

test('[LNK16] a link that has expired says so for 90 days, also once the worker has removed it; one that was taken back does not', async () => {
  const [brief, back] = [await link(), await link()]
  const member = await createMember(db, workspace, 'guest')
  await db.admin`update atrium.links set expires_at = now() - interval '1 second' where id = ${brief.id}`
  await db.call(workspace.owner, 'delete_link', { link_id: back.id })
  await db.admin`select atrium_private.expire_access()`
  expect(await db.admin`select id from atrium.links where id in ${db.admin([brief.id, back.id])}`).toEqual([])
  await expect(open(member, brief.token)).rejects.toMatchObject({ code: 'PT410', detail: 'link_expired' })
  await expect(open(member, back.token)).rejects.toMatchObject({ code: 'PT404', detail: 'link_not_found' })
  await db.admin`update atrium_private.expired_links set expired_at = now() - interval '91 days'`
  await db.admin`select atrium_private.expire_access()`
  await expect(open(member, brief.token)).rejects.toMatchObject({ code: 'PT404', detail: 'link_not_found' })
})

test('[LNK2] a password is asked for, and ten wrong ones close the link for fifteen minutes', async () => {
  const { document, token } = await link({ password: 'open sesame' })
  expect(await open(visitor, token)).toMatchObject({ state: 'password_required', object_id: null })
  expect(await open(visitor, token, 'open sesame')).toMatchObject({ state: 'open', object_id: document })
  const stranger = await createUser(db)
  const guesses = await Promise.all(Array.from({ length: 12 }, (_, index) => open(stranger, token, `guess ${index}`)))
  expect(guesses.map((guess) => guess?.state).sort()).toEqual([...Array(10).fill('password_wrong'), ...Array(2).fill('too_many_attempts')])
  expect(await open(stranger, token, 'open sesame')).toMatchObject({ state: 'too_many_attempts', object_id: null })
  expect(await access(stranger, document)).toBe(GONE)
  await db.admin`update atrium_private.link_secrets set failing_since = now() - interval '16 minutes' where failures > 0`
  expect(await open(stranger, token, 'open sesame')).toMatchObject({ state: 'open' })
})

test('[LNK3] neither token nor password is kept, and bad ones are refused', async () => {
  const { token, document } = await link({ password: 'open sesame' })
  const [kept] =
    await db.admin`select jsonb_agg(to_jsonb(secret)) || (select jsonb_agg(to_jsonb(event)) from atrium.audit_events event) as all from atrium_private.link_secrets secret`
  expect(JSON.stringify(kept)).not.toContain(token)
  expect(JSON.stringify(kept)).not.toContain('sesame')
  expect(token).toMatch(/^[\w-]{43}$/)
  const create = (args: object) => db.call(workspace.owner, 'create_link', { object_type: 'document', object_id: document, ...args })
  for (const [args, detail] of [
    [{ password: 'short' }, 'password_invalid'],
    [{ password: 'é'.repeat(40) }, 'password_invalid'],
    [{ role: 'admin' }, 'role_invalid'],
    [{ expires_at: '2000-01-01' }, 'expires_at_invalid'],
    [{ object_type: 'folder' }, 'object_type_invalid'],
    [{ object_type: 'room', object_id: workspace.room.id, role: 'editor' }, 'role_invalid'],
  ] as const)
    await expect(create(args)).rejects.toMatchObject({ code: 'PT422', detail })
  for (const wrong of ['', 'x', 'x'.repeat(100_000)]) await expect(open(visitor, wrong)).rejects.toMatchObject({ detail: 'link_not_found' })
})

test('[LNK1] what was opened by links outside of the own workspaces is listed, and nothing else', async () => {
  const stranger = await createUser(db)
  const member = workspace.owner
  const { document, id, token } = await link()
  const listed = async (user: User) => (await db.call(user, 'linked_documents', {})).map((row) => row.id)
  for (const user of [stranger, visitor, member]) await open(user, token)
  expect(await listed(stranger)).toEqual([document])
  expect(await listed(visitor)).toContain(document)
  expect(await listed(member)).toEqual([])
  await db.call(workspace.owner, 'delete_link', { link_id: id })
  expect(await listed(stranger)).toEqual([])
})

test('[LNK6] a link opens one room, to read or to write in, until it is taken back', async () => {
  const [stranger, guest] = [await createUser(db), await createMember(db, workspace, 'guest')]
  const make = async (role: Role) =>
    (await db.call(workspace.owner, 'create_link', { object_type: 'room', object_id: workspace.room.id, role }))[0] ?? { id: '', token: '' }
  const [reading, writing] = [await make('viewer'), await make('commenter')]
  const say = (user: User, text: string) => db.call(user, 'send_message', { id: randomUUID(), room_id: workspace.room.id, text })
  await say(workspace.owner, 'Welcome')
  const seen = (user: User) => db.as(user, async (sql) => (await sql`select from atrium.messages`).count)
  expect(await seen(stranger)).toBe(0)
  expect(await open(stranger, reading.token)).toEqual({ state: 'open', object_type: 'room', object_id: workspace.room.id, role: 'viewer' })
  await open(visitor, writing.token)
  await open(guest, writing.token)
  expect([await seen(stranger), await seen(visitor), await seen(guest)]).toEqual([1, 1, 1])
  await expect(say(stranger, 'Hello')).rejects.toMatchObject({ detail: 'role_too_low' })
  await expect(say(visitor, 'Hello')).rejects.toMatchObject({ detail: 'role_too_low' })
  await say(guest, 'Hello')
  const rooms = async (user: User, of: string | null) =>
    (await db.call(user, 'my_rooms', { workspace_id: of as string })).map(({ id }) => id)
  expect([await rooms(stranger, null), await rooms(guest, null), await rooms(guest, workspace.id)]).toEqual([
    [workspace.room.id],
    [],
    [workspace.room.id],
  ])
  expect([await db.call(stranger, 'has_links', {}), await db.call(guest, 'has_links', {})]).toEqual([true, false])
  expect(await db.as(stranger, async (sql) => (await sql`select from atrium.spaces`).count)).toBe(0)
  // Nobody shares what he may not share himself.
  await expect(db.call(guest, 'create_link', { object_type: 'room', object_id: workspace.room.id })).rejects.toMatchObject({
    detail: 'role_too_low',
  })

  const heard: (string | null)[] = []
  await db.admin.listen('atrium_access', (payload) => heard.push(JSON.parse(payload).user_id))
  const epoch = async () => (await db.admin`select epoch from atrium.rooms where id = ${workspace.room.id}`)[0]?.epoch
  const before = await epoch()
  await db.call(workspace.owner, 'delete_link', { link_id: reading.id })
  expect([await seen(stranger), await seen(guest)]).toEqual([0, 2])
  await expect.poll(() => heard).toEqual([stranger.id])
  expect(await epoch()).toBe(before + 1)
})

test('[LNK6] the server that shows linked pages reads the last messages of the room, and nothing beside them', async () => {
  const other = await createWorkspace(db)
  const say = (text: string, more: object = {}) =>
    db.call(other.owner, 'send_message', { id: randomUUID(), room_id: other.room.id, text, ...more })
  const first = await say('First')
  for (let count = 0; count < 51; count++) await say(`Message ${count}`)
  await say('In a thread', { thread_id: first.id })
  const gone = await say('Regretted')
  await db.call(other.owner, 'delete_message', { id: gone.id })
  const [made] = await db.call(other.owner, 'create_link', { object_type: 'room', object_id: other.room.id, password: 'open sesame' })
  const read = async (password: string | null) =>
    (await db.admin`select * from atrium_private.read_link(${made?.token ?? ''}, ${password})`)[0]
  expect(await read(null)).toMatchObject({ state: 'password_required', object_type: 'room', title: null, messages: null })
  const found = await read('open sesame')
  expect(found).toMatchObject({ state: 'open', role: 'viewer', title: other.room.name, content: null })
  expect(found?.messages).toHaveLength(50)
  expect(found?.messages.at(-1)).toMatchObject({ text: 'Message 50', edited: false, files: [], replies: 0 })
  expect(Object.keys(found?.messages[0])).not.toContain('author_id')
})

test('[LNK8] a link opens the files of its document, with a password only to who knew it within the hour', async () => {
  const image = (document: string) => `${document}/${randomUUID()}.png`
  const may = async (token: string, pass: string | null, name: string, bucket = 'document-images') =>
    (await db.admin`select atrium_private.linked_file(${token}, ${pass}, ${bucket}, ${name}) as may`)[0]?.may === true
  const passOf = async (token: string, password: string | null): Promise<string | null> =>
    (await db.admin`select pass from atrium_private.read_link(${token}, ${password})`)[0]?.pass
  const other = await link()
  const open = await link()
  const closed = await link({ password: 'open sesame' })
  const twin = await link({ password: 'open sesame' })
  expect(await may(open.token, null, image(open.document))).toBe(true)
  expect(await may(open.token, null, `${open.document}/${randomUUID()}`, 'document-files')).toBe(true)
  expect(await may(open.token, null, image(open.document), 'message-files')).toBe(false)
  expect(await may(open.token, null, image(other.document))).toBe(false)
  expect(await may(open.token, null, `${open.document}/../${image(other.document)}`)).toBe(false)
  const borrowed = image(other.document)
  await db.admin`insert into atrium.copied_files (document_id, source_id, name) values (${open.document}, ${other.document}, ${borrowed})`
  expect(await may(open.token, null, borrowed)).toBe(true)

  const inside = image(closed.document)
  expect(await passOf(closed.token, 'not this one')).toBeNull()
  expect(await passOf(closed.token, null)).toBeNull()
  const pass = (await passOf(closed.token, 'open sesame')) ?? ''
  expect(await may(closed.token, pass, inside)).toBe(true)
  const [until = '', proof = ''] = pass.split('.')
  const later = `${Number(until) + 1}.${proof}`
  for (const wrong of [null, '', '.', until, `${until}.`, later, await passOf(twin.token, 'open sesame'), `999999999999999999999.${proof}`])
    expect([wrong, await may(closed.token, wrong ?? null, inside)]).toEqual([wrong, false])
  const [old] =
    await db.admin`select atrium_private.link_pass(${closed.id}, extract(epoch from now() - interval '1 second')::bigint) as pass`
  expect(await may(closed.token, old?.pass, inside)).toBe(false)
  await db.call(workspace.owner, 'delete_link', { link_id: closed.id })
  await expect(may(closed.token, pass, inside)).rejects.toMatchObject({ detail: 'link_not_found' })
})

test('[LNK7] a document that is deleted for good takes its links and grants along', async () => {
  const { document } = await link()
  const guest = await createMember(db, workspace, 'guest')
  await db.call(workspace.owner, 'share_item', { object_type: 'document', object_id: document, role: 'viewer', user_id: guest.id })
  await db.call(workspace.owner, 'trash_document', { id: document })
  await db.call(workspace.owner, 'delete_document', { id: document })
  const left = await db.admin`
    select from atrium.links where object_id = ${document} union all select from atrium.grants where object_id = ${document}`
  expect(left.count).toBe(0)
})
