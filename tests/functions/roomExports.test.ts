import { randomUUID } from 'node:crypto'
import { strFromU8, unzipSync } from 'fflate'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let admin: postgres.Sql
let olga: Person
let bo: Person
let guest: Person
let workspace: string
let space: string
const HOSTILE = '<script>alert(1)</script> [x](javascript:alert(1)) ![y](http://evil.example/p.png)'
beforeAll(async () => {
  platform = await startPlatform({ worker: true })
  admin = postgres(platform.databaseUrl('postgres'), { max: 2, onnotice: () => {} })
  ;[olga, bo, guest] = await Promise.all([platform.signUp('Olga'), platform.signUp('Bo'), platform.signUp('Gil')])
  workspace = randomUUID()
  await olga.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  const { data } = await olga.client.from('spaces').select('id').eq('workspace_id', workspace).single().throwOnError()
  space = data.id
  await admin`insert into atrium.members (workspace_id, user_id, role) values (${workspace}, ${bo.id}, 'editor'), (${workspace}, ${guest.id}, 'guest')`
})
afterAll(async () => {
  await admin?.end()
  await platform?.stop()
})

async function makeRoom(name: string, isPrivate = false): Promise<string> {
  const id = randomUUID()
  await olga.client.rpc('create_room', { id, space_id: space, name, private: isPrivate, topic: 'What we do' }).throwOnError()
  return id
}
async function say(person: Person, room: string, text: string, more: Record<string, unknown> = {}): Promise<string> {
  const id = randomUUID()
  await person.client.rpc('send_message', { id, room_id: room, text, ...more }).throwOnError()
  return id
}
async function attach(person: Person, room: string, name: string, bytes: string): Promise<string> {
  const id = randomUUID()
  const { data } = await person.client.rpc('add_message_file', { id, room_id: room, name }).throwOnError()
  const { error } = await person.client.storage
    .from('message-files')
    .upload(data.path, new Blob([bytes]), { contentType: 'application/octet-stream' })
  if (error) throw error
  return id
}

async function settled(person: Person, id: string) {
  const read = async () => (await person.client.from('transfers').select('*').eq('id', id).single().throwOnError()).data
  await expect.poll(async () => (await read()).state, { timeout: 25_000, interval: 50 }).toMatch(/done|failed/)
  return (await read()) as { state: string; error: string | null; result: { file_name: string; messages: number; left_out: number } }
}
async function take(person: Person, room: string, format: string, withFiles = true) {
  const { data } = await person.client.rpc('export_room', { room_id: room, format, with_files: withFiles }).throwOnError()
  const transfer = await settled(person, data.id)
  expect(transfer.error).toBeNull()
  const { data: link } = await person.client.storage.from('transfers').createSignedUrl(`${data.id}/result`, 60)
  const bytes = new Uint8Array(await (await fetch(link?.signedUrl as string)).arrayBuffer())
  const files = Object.fromEntries(Object.entries(unzipSync(bytes)).map(([path, content]) => [path, strFromU8(content)]))
  return { id: data.id as string, result: transfer.result, files }
}

interface Exported {
  id: string
  seq: number
  text: string | null
  thread_id: string | null
  author_id: string | null
  files: { name: string; path: string | null }[]
  reactions: { emoji: string; user_id: string }[]
  edits: { text: string }[]
}
const messagesIn = ({ files }: { files: Record<string, string> }) =>
  JSON.parse(files['messages.json'] as string) as { room: { name: string }; messages: Exported[]; people: { id: string; name: string }[] }

test('[EXP4] a room goes out as JSON, Markdown and HTML with its threads, reactions and files, and nothing in it runs', async () => {
  const room = await makeRoom('launch')
  const first = await say(olga, room, 'When do we start?')
  await say(bo, room, HOSTILE)
  const file = await attach(bo, room, 'plan of ../all.txt', 'the plan')
  await say(bo, room, 'Tomorrow', { thread_id: first, files: [file] })
  await bo.client.rpc('set_reaction', { message_id: first, emoji: '🎉' }).throwOnError()

  const taken = await take(olga, room, 'json')
  expect(taken.result).toMatchObject({ file_name: 'launch.zip', messages: 3, left_out: 0 })
  const { messages, people, room: about } = messagesIn(taken)
  expect(about).toMatchObject({ name: 'launch', topic: 'What we do', private: false })
  expect(messages.map(({ seq, text }) => [seq, text])).toEqual([
    [1, 'When do we start?'],
    [3, 'Tomorrow'],
    [2, HOSTILE],
  ])
  expect(messages[0]?.reactions).toEqual([{ emoji: '🎉', user_id: bo.id }])
  expect(people).toEqual(
    expect.arrayContaining([
      { id: bo.id, name: 'Bo' },
      { id: olga.id, name: 'Olga' },
    ]),
  )
  const path = messages[1]?.files[0]?.path as string
  expect(path).toMatch(/^files\/plan of [\w. -]+\.txt$/)
  expect(taken.files[path]).toBe('the plan')

  const markdown = (await take(olga, room, 'markdown')).files
  const text = markdown['messages.md'] as string
  expect(text).toMatch(/^# launch\n\nWhat we do\n/)
  expect(text).toMatch(/\*\*Olga\*\* · [-\d]+ [\d:]+ UTC\n\nWhen do we start\?\n\n\*🎉 Bo\*\n/)
  expect(text).toContain(`> [plan of ../all.txt](${encodeURI(path)})`)
  expect(text).not.toMatch(/(?<!\\)<script|(?<!\\)\]\(javascript/)

  const html = (await take(olga, room, 'html', false)).files
  expect(Object.keys(html)).toEqual(['messages.html'])
  expect(html['messages.html']).toContain('(not in this archive)')
  expect(html['messages.html']).toContain('&#60;script&#62;')
  expect(html['messages.html']).not.toMatch(/<script|src="http|href="javascript/)
})

test('[EXP4] every message of a long room goes out once, each thread behind its beginning', async () => {
  const room = await makeRoom('long')
  await admin`
    insert into atrium.messages (room_id, seq, place, author_id, text)
    select ${room}, n, n, ${olga.id}, 'm' || n from generate_series(1, 1200) n`
  const [begin] = await admin<{ id: string }[]>`select id from atrium.messages where room_id = ${room} and seq = 700`
  await admin`
    insert into atrium.messages (room_id, seq, thread_id, author_id, text)
    select ${room}, n, ${begin?.id as string}, ${olga.id}, 'm' || n from generate_series(1201, 2000) n`
  await admin`update atrium.rooms set last_seq = 2000, last_place = 1200 where id = ${room}`
  const { messages } = messagesIn(await take(olga, room, 'json'))
  const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
  expect(messages.map(({ seq }) => seq)).toEqual([...from(1, 700), ...from(1201, 2000), ...from(701, 1200)])
})

test('[EXP5] what messages said before is there for their authors and for admins alone', async () => {
  const room = await makeRoom('edits')
  const mine = await say(bo, room, 'first words')
  await bo.client.rpc('edit_message', { id: mine, text: 'other words' }).throwOnError()
  const theirs = await say(olga, room, 'a secret')
  await olga.client.rpc('delete_message', { id: theirs }).throwOnError()
  const editsFor = async (person: Person) =>
    messagesIn(await take(person, room, 'json')).messages.map(({ text, edits }) => [text, edits.map((was) => was.text)])
  expect(await editsFor(bo)).toEqual([
    ['other words', ['first words']],
    [null, []],
  ])
  expect(await editsFor(olga)).toEqual([
    ['other words', ['first words']],
    [null, ['a secret']],
  ])
  await olga.client.rpc('share_item', { object_type: 'room', object_id: room, role: 'viewer', user_id: guest.id }).throwOnError()
  const forGuest = await take(guest, room, 'markdown')
  expect(forGuest.files['messages.md']).toContain('other words')
  expect(forGuest.files['messages.md']).not.toMatch(/first words|a secret/)
})

test('[EXP5] whoever loses the room before the job comes gets nothing, and nobody else sees or fetches the export', async () => {
  const room = await makeRoom('closing', true)
  await say(olga, room, 'hush')
  await olga.client.rpc('add_room_member', { room_id: room, user_id: bo.id }).throwOnError()
  const { id } = await take(bo, room, 'json')
  for (const person of [olga, guest]) {
    expect((await person.client.from('transfers').select('id').eq('id', id)).data).toEqual([])
    expect((await person.client.storage.from('transfers').createSignedUrl(`${id}/result`, 60)).error).not.toBeNull()
  }
  // The job is there when the right has gone, in one transaction.
  const late = randomUUID()
  await admin.begin(async (sql) => {
    await sql`delete from atrium.room_members where room_id = ${room} and user_id = ${bo.id}`
    await sql`insert into atrium.transfers (id, owner_id, kind, format, room_id, with_files, state) values (${late}, ${bo.id}, 'export', 'json', ${room}, true, 'queued')`
    await sql`select atrium_private.enqueue('export_room', ${sql.json({ transfer_id: late })})`
  })
  expect(await settled(bo, late)).toMatchObject({ state: 'failed', error: 'room_not_found' })
})

test('[EXP6] who is not in a private room exports nothing of it, not even as an admin; exports of rooms are audited, those of conversations are not', async () => {
  await admin`update atrium.members set role = 'admin' where workspace_id = ${workspace} and user_id = ${bo.id}`
  const room = await makeRoom('board', true)
  for (const person of [bo, guest]) {
    const { error } = await person.client.rpc('export_room', { room_id: room, format: 'json' })
    expect(error).toMatchObject({ details: 'room_not_found' })
  }
  const { id } = await take(olga, room, 'json')
  const { data: direct } = await olga.client.rpc('open_direct', { workspace_id: workspace, people: [bo.id] }).throwOnError()
  expect((await take(olga, direct.id, 'html')).result.file_name).toBe('Bo, Olga.zip')
  const { data: events } = await bo.client
    .from('audit_events')
    .select('actor_id, object_id, after')
    .eq('action', 'room.exported')
    .in('object_id', [room, direct.id])
    .throwOnError()
  expect(events).toEqual([{ actor_id: olga.id, object_id: room, after: { format: 'json' } }])
  // Its owner is told, as of every export.
  await expect
    .poll(async () =>
      (await admin`select object_type, object_id from atrium.notifications where source_id = ${id}`).map((row) => ({ ...row })),
    )
    .toEqual([{ object_type: 'room', object_id: room }])
})
