import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { ACTORS, type Actor, createCast, createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
const storage = postgres(db.url('supabase_storage_admin'), { max: 4, onnotice: () => {} })
let workspace: Workspace
let cast: Record<Actor, User>
let room: string
beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
  room = await createRoom()
}, 60_000)
afterAll(async () => {
  await storage.end()
  await db.drop()
})

async function createRoom(isPrivate = false): Promise<string> {
  const made = await db.call(cast.editor, 'create_room', {
    id: randomUUID(),
    space_id: workspace.general.id,
    name: 'talk',
    private: isPrivate,
  })
  return made.id
}
const announce = (by: User, inRoom = room, more: Record<string, unknown> = {}) =>
  db.call(by, 'add_message_file', { id: randomUUID(), room_id: inRoom, name: 'plan.pdf', ...more })
/** As the storage service does: the row as the person, then its size and type. */
async function store(by: User, path: string, mimetype = 'image/png', size = 700): Promise<void> {
  await storage.begin(async (sql) => {
    const claims = JSON.stringify({ sub: by.id, role: 'authenticated' })
    await sql`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`
    await sql`insert into storage.objects (bucket_id, name, owner_id) values ('message-files', ${path}, ${by.id})`
  })
  await storage`update storage.objects set metadata = ${storage.json({ size, mimetype })} where bucket_id = 'message-files' and name = ${path}`
}
async function stored(by: User, inRoom = room, mimetype = 'image/png', more: Record<string, unknown> = {}) {
  const file = await announce(by, inRoom, more)
  await store(by, file.path, mimetype)
  return file
}
/** Which objects of the bucket the storage service would show to somebody. */
const seen = (who: User, path: string) =>
  storage.begin(async (sql) => {
    const claims = JSON.stringify({ sub: who.id, role: 'authenticated' })
    await sql`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', ${claims}, true)`
    return (await sql`select 1 from storage.objects where bucket_id = 'message-files' and name = ${path}`).count
  })
const send = (by: User, files: string[], more: Record<string, unknown> = {}) =>
  db.call(by, 'send_message', { id: randomUUID(), room_id: room, text: '', files, ...more })
const refusal = { code: 'PT422', detail: 'file_not_found' }

test('[MFILE1] who may post uploads what he has announced; who reads the room sees it when it is sent, and nobody else', async () => {
  // biome-ignore format: one line for each actor would say no more
  const mayAnnounce = await Promise.all(ACTORS.map((actor) => announce(cast[actor]).then(() => 1, () => 0)))
  expect(mayAnnounce).toEqual([0, 0, 0, 1, 1, 1, 1, 0])
  const file = await stored(cast.commenter)
  const look = () => Promise.all(ACTORS.map((actor) => seen(cast[actor], file.path)))
  expect(await look()).toEqual([0, 0, 0, 1, 0, 0, 0, 0])
  await send(cast.commenter, [file.id])
  expect(await look()).toEqual([0, 0, 1, 1, 1, 1, 1, 0])
})

test('[MFILE1] nothing is uploaded that was not announced, twice, or in the place of another', async () => {
  const file = await announce(cast.editor)
  const blocked = { code: '42501' }
  await expect(store(cast.editor, `${room}/${randomUUID()}`)).rejects.toMatchObject(blocked)
  await expect(store(cast.commenter, file.path)).rejects.toMatchObject(blocked)
  await expect(store(cast.editor, `${file.path}.html`)).rejects.toMatchObject(blocked)
  await store(cast.editor, file.path)
  await expect(store(cast.editor, file.path)).rejects.toMatchObject(blocked)
})

test('[MFILE2] what a file is, is what the storage service says, and no type that a browser runs is taken', async () => {
  const picture = await stored(cast.editor, room, 'application/octet-stream', { kind: 'image', name: 'photo.svg' })
  const sound = await stored(cast.editor, room, 'audio/webm', { kind: 'voice', duration_ms: 1200 })
  const message = await send(cast.editor, [sound.id, picture.id])
  expect(message.files).toMatchObject([
    { id: sound.id, kind: 'voice', mime: 'audio/webm', size: 700, duration_ms: 1200 },
    { id: picture.id, kind: 'file', mime: 'application/octet-stream', name: 'photo.svg', path: picture.path },
  ])
  const [bucket] =
    await db.admin`select public, file_size_limit::int as most, allowed_mime_types from storage.buckets where id = 'message-files'`
  expect(bucket).toMatchObject({ public: false, most: 104_857_600 })
  expect(bucket?.allowed_mime_types.filter((type: string) => /html|svg|xml|script|pdf|text/.test(type))).toEqual([])
})

test('[MFILE3] a message takes own files of its room that are stored, each once', async () => {
  const own = await stored(cast.editor)
  const foreign = await stored(cast.commenter)
  const elsewhere = await stored(cast.editor, await createRoom())
  const promised = await announce(cast.editor)
  for (const files of [[foreign.id], [elsewhere.id], [promised.id], [randomUUID()], [own.id, own.id], [own.id, foreign.id]]) {
    await expect(send(cast.editor, files)).rejects.toMatchObject(refusal)
  }
  const id = randomUUID()
  const first = await send(cast.editor, [own.id], { id })
  expect(await send(cast.editor, [own.id], { id })).toEqual(first)
  await expect(send(cast.editor, [own.id])).rejects.toMatchObject(refusal)
  const many = await Promise.all(Array.from({ length: 21 }, () => stored(cast.editor)))
  await expect(
    send(
      cast.editor,
      many.map(({ id: file }) => file),
    ),
  ).rejects.toMatchObject({ detail: 'too_many_files' })
  await expect(send(cast.editor, [])).rejects.toMatchObject({ detail: 'text_required' })
}, 30_000)

test('[MFILE4] a deleted message takes its files along, and what is never sent goes after a week', async () => {
  const sent = await stored(cast.editor)
  const message = await send(cast.editor, [sent.id])
  const waiting = await stored(cast.editor)
  expect((await db.call(cast.editor, 'delete_message', { id: message.id })).files).toEqual([])
  expect(await seen(cast.editor, sent.path)).toBe(0)
  const gone = async (at: Date) =>
    (await db.admin<{ path: string }[]>`select path from atrium_private.files_to_remove(${at})`).map(({ path }) => path)
  expect(await gone(new Date())).toContain(sent.path)
  expect(await gone(new Date())).not.toContain(waiting.path)
  expect(await gone(new Date(Date.now() + 8 * 86_400_000))).toContain(waiting.path)
  await db.admin`select atrium_private.forget_removed_files('message-files', ${[sent.path]})`
  expect(await gone(new Date())).not.toContain(sent.path)
})

test('[MFILE4] own files that wait can be discarded, those of others and sent ones cannot', async () => {
  const file = await stored(cast.editor)
  const missing = { code: 'PT404', detail: 'file_not_found' }
  await expect(db.call(cast.commenter, 'remove_message_file', { id: file.id })).rejects.toMatchObject(missing)
  await db.call(cast.editor, 'remove_message_file', { id: file.id })
  await expect(send(cast.editor, [file.id])).rejects.toMatchObject(refusal)
  const sent = await stored(cast.editor)
  await send(cast.editor, [sent.id])
  await expect(db.call(cast.editor, 'remove_message_file', { id: sent.id })).rejects.toMatchObject(missing)
})

test('[MFILE5] files of messages count in the storage use of their space and their person', async () => {
  const other = await createWorkspace(db)
  const editor = await createMember(db, other, 'editor')
  const talk = await db.call(editor, 'create_room', { id: randomUUID(), space_id: other.general.id, name: 'talk' })
  await stored(editor, talk.id)
  const use = await db.call(other.owner, 'storage_use', { workspace_id: other.id })
  expect(use.map(({ kind, id, bytes }) => [kind, id, Number(bytes)])).toEqual([
    ['workspace', other.id, 700],
    ['space', other.general.id, 700],
    ['person', editor.id, 700],
  ])
  expect(await db.call(editor, 'my_files', {})).toMatchObject([{ bucket_id: 'message-files', document_id: null }])
})

test('[MFILE6] hostile names and measures are refused', async () => {
  for (const more of [
    { name: '' },
    { name: '\u202egpj.exe' },
    { name: 'x'.repeat(256) },
    { kind: 'script' },
    { width: -1 },
    { height: 0 },
    { duration_ms: 1e9 },
  ]) {
    await expect(announce(cast.editor, room, more)).rejects.toMatchObject({ code: 'PT422' })
  }
  await expect(announce(cast.editor, randomUUID())).rejects.toMatchObject({ code: 'PT404', detail: 'room_not_found' })
})

test('[MFILE8] who uploads a picture says what it shows until it is sent, and nobody else does', async () => {
  const file = await stored(cast.editor, room)
  const describe = (by: User, alt: string) => db.call(by, 'describe_message_file', { id: file.id, alt })
  await describe(cast.editor, ' A green door ')
  await expect(describe(cast.admin, 'A cat')).rejects.toMatchObject({ code: 'PT404', detail: 'file_not_found' })
  await expect(describe(cast.editor, 'a'.repeat(1001))).rejects.toMatchObject({ code: 'PT422', detail: 'file_invalid' })
  expect((await send(cast.editor, [file.id])).files).toMatchObject([{ id: file.id, alt: 'A green door' }])
  await expect(describe(cast.editor, 'Too late')).rejects.toMatchObject({ code: 'PT404', detail: 'file_not_found' })
})

test('[MFILE7] a forwarded message shows the same files to those who read it, until it or the first one is deleted', async () => {
  const secret = await createRoom(true)
  const file = await stored(cast.editor, secret)
  const source = await send(cast.editor, [file.id], { room_id: secret })
  expect(await seen(cast.viewer, file.path)).toBe(0)
  const passed = await send(cast.editor, [], { forwarded_id: source.id })
  expect(passed.forwarded).toMatchObject({ text: '', files: [{ id: file.id, path: file.path, kind: 'image' }] })
  expect(passed.files).toEqual([])
  expect(await Promise.all(ACTORS.map((actor) => seen(cast[actor], file.path)))).toEqual([0, 0, 1, 1, 1, 1, 1, 0])
  // What was only passed on is passed on as it was, and the files with it.
  const direct = await db.call(cast.viewer, 'open_direct', { workspace_id: workspace.id, people: [cast.commenter.id] })
  const further = await send(cast.commenter, [], { room_id: direct.id, forwarded_id: passed.id })
  expect(further.forwarded).toEqual(passed.forwarded)
  await db.call(cast.editor, 'delete_message', { id: passed.id })
  expect(await Promise.all(ACTORS.map((actor) => seen(cast[actor], file.path)))).toEqual([0, 0, 1, 1, 1, 0, 0, 0])
  await db.call(cast.editor, 'delete_message', { id: source.id })
  const [left] = await db.admin`select forwarded -> 'files' as files from atrium.messages where id = ${further.id}`
  expect(left?.files).toEqual([])
  expect(await seen(cast.commenter, file.path)).toBe(0)
})

test('[MFILE7] a room that is deleted takes its files out of the messages that pass them on, within it and elsewhere', async () => {
  const doomed = await createRoom()
  const file = await stored(cast.editor, doomed)
  const source = await send(cast.editor, [file.id], { room_id: doomed })
  await send(cast.editor, [], { room_id: doomed, forwarded_id: source.id })
  const elsewhere = await send(cast.editor, [], { forwarded_id: source.id })
  await db.admin`delete from atrium.rooms where id = ${doomed}`
  const [left] = await db.admin`select forwarded -> 'files' as files from atrium.messages where id = ${elsewhere.id}`
  expect(left?.files).toEqual([])
})
