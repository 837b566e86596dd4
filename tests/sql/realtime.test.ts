import { randomUUID } from 'node:crypto'
import postgres, { type TransactionSql } from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createDatabase } from '../support/database.ts'
import {
  ACTORS,
  type Actor,
  createCast,
  createDocument,
  createMember,
  createWorkspace,
  type User,
  type Workspace,
} from '../support/factories.ts'

const db = await createDatabase()
const realtime = postgres(db.url('supabase_realtime_admin'), { max: 8, onnotice: () => {} })
let workspace: Workspace
let cast: Record<Actor, User>
beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
}, 60_000)
afterAll(async () => {
  await realtime.end()
  await db.drop()
})

/** Asks the policies as Realtime does, in a transaction that it takes back: R for joining a topic, W for broadcasting on it. */
async function rights(person: User | null, topic: string, extension = 'broadcast'): Promise<string> {
  const probe = randomUUID()
  const ask = async (run: (sql: TransactionSql) => Promise<number>) => {
    let answer = false
    const done = new Error('Take it back')
    await realtime
      .begin(async (sql) => {
        await sql`insert into realtime.messages (id, topic, extension) values (${probe}, ${topic}, ${extension})`
        const claims = person ? { sub: person.id, role: 'authenticated' } : { role: 'anon' }
        await sql`
          select set_config('role', ${claims.role}, true), set_config('realtime.topic', ${topic}, true),
            set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`
        answer = (await run(sql)) > 0
        throw done
      })
      .catch((error: { code?: string }) => {
        if (error !== done && error.code !== '42501') throw error
      })
    return answer
  }
  const reads = await ask(async (sql) => (await sql`select from realtime.messages where id = ${probe}`).count)
  const writes = await ask(
    async (sql) => (await sql`insert into realtime.messages (topic, extension) values (${topic}, ${extension})`).count,
  )
  return `${reads ? 'R' : ''}${writes ? 'W' : ''}`
}

async function topicOf(kind: 'workspace' | 'space' | 'room', id: string): Promise<string> {
  const [row] = await db.admin.unsafe<{ epoch: number }[]>(`select epoch from atrium.${kind}s where id = '${id}'`)
  return `${kind}:${id}:${row?.epoch}`
}

/** What is sent while something happens: topic, event and payload without the id that Realtime adds. */
async function sentBy(action: () => Promise<unknown>): Promise<[string, string, Record<string, unknown>][]> {
  const [before] = await db.admin`select clock_timestamp() at time zone 'utc' as at`
  await action()
  const rows = await db.admin<{ topic: string; event: string; payload: Record<string, unknown> }[]>`
    select topic, event, payload from realtime.messages where inserted_at >= ${before?.at} and private order by inserted_at`
  return rows.map(({ topic, event, payload }) => [topic, event, payload])
}

const TOPICS = [
  // biome-ignore format: the table is the specification
  ['workspace', () => topicOf('workspace', workspace.id),                                   ['', '', 'R', 'R', 'R', 'R', 'R', '']],
  // biome-ignore format: as above
  ['presence',  async () => (await topicOf('workspace', workspace.id)).replace('workspace', 'presence'), ['', '', 'R', 'R', 'R', 'R', 'R', '']],
  // biome-ignore format: as above
  ['space',     () => topicOf('space', workspace.general.id),                               ['', '', 'R', 'R', 'R', 'R', 'R', '']],
  // biome-ignore format: as above
  ['room',      () => topicOf('room', workspace.room.id),                                   ['', '', 'R', 'R', 'R', 'R', 'R', '']],
  // biome-ignore format: as above
  ['typing',    async () => (await topicOf('room', workspace.room.id)).replace('room', 'typing'), ['', '', 'R', 'RW', 'RW', 'RW', 'RW', '']],
  // biome-ignore format: as above
  ['user',      async () => `user:${workspace.owner.id}`,                                   ['', '', '', '', '', '', 'R', '']],
] as const
test.for(TOPICS)('[RTA1] who joins a %s topic, and who may broadcast there', async ([kind, topic, expected]) => {
  const name = await topic()
  expect(await Promise.all(ACTORS.map((actor) => rights(cast[actor], name)))).toEqual(expected)
  expect(await rights(null, name)).toBe('')
  if (kind !== 'presence') expect(await rights(workspace.owner, name, 'presence')).toBe('')
})

test('[RTA4] members of a workspace see who is there and show themselves; guests, strangers and who was left behind do not', async () => {
  const name = (await topicOf('workspace', workspace.id)).replace('workspace', 'presence')
  const expected = ['', '', 'RW', 'RW', 'RW', 'RW', 'RW', '']
  expect(await Promise.all(ACTORS.map((actor) => rights(cast[actor], name, 'presence')))).toEqual(expected)
  expect(await rights(null, name, 'presence')).toBe('')
  for (const wrong of [`presence:${workspace.id}`, `presence:${workspace.id}:99`, `presence:${workspace.general.id}:1`]) {
    expect([wrong, await rights(workspace.owner, wrong, 'presence')]).toEqual([wrong, ''])
  }
})

test('[RTA2] a topic that is nearly right is nobody’s', async () => {
  const { id } = workspace
  const room = workspace.room.id
  // biome-ignore format: one list
  const topics = [`workspace:${id}`, `workspace:${id}:99`, `workspace:${id}:1:1`, `workspace:${id}:01x`, `room:${room}:0`, `room:${id}:1`, `rooms:${room}:1`,
    `user:${workspace.owner.id}:1`, 'user:', '', ':', `room:${room}:99999999999999999999`, `room:${room.toUpperCase()}:1`, `room:' or true --:1`, 'x'.repeat(5000)]
  for (const topic of topics) expect([topic, await rights(workspace.owner, topic)]).toEqual([topic, ''])
})

test('[RTA3] who sets the topic to his own in SQL reads and writes no other topic by that', async () => {
  // A Supabase has no policy of its own that compares the two, as the embedded platform does.
  await realtime`alter policy "rows of the topic that is asked about" on realtime.messages using (true) with check (true)`
  const [own, foreign] = [`user:${cast.viewer.id}`, `user:${workspace.owner.id}`]
  const typing = (await topicOf('room', workspace.room.id)).replace('room', 'typing')
  await db.admin`insert into realtime.messages ${db.admin([own, foreign].map((topic) => ({ topic, extension: 'broadcast' })))}`
  const seen = await db.as(cast.viewer, async (sql) => {
    await sql`select set_config('realtime.topic', ${own}, true)`
    return sql<{ topic: string }[]>`select distinct topic from realtime.messages`
  })
  expect(seen).toMatchObject([{ topic: own }])
  const forge = db.as(cast.editor, async (sql) => {
    await sql`select set_config('realtime.topic', ${typing}, true)`
    await sql`insert into realtime.messages (topic, extension) values (${foreign}, 'broadcast')`
  })
  await expect(forge).rejects.toMatchObject({ code: '42501' })
})

test('[RTE1] a message is sent with its row, and the space or each member of a private room is told', async () => {
  const say = (room_id: string, id: string) => db.call(cast.editor, 'send_message', { id, room_id, text: 'Hello' })
  const [id, room] = [randomUUID(), workspace.room]
  await db.call(cast.editor, 'join_room', { room_id: room.id })
  const activity = { room_id: room.id, last_seq: 1, author_id: cast.editor.id }
  expect(await sentBy(() => say(room.id, id))).toMatchObject([
    [await topicOf('room', room.id), 'message', { id, room_id: room.id, seq: 1, text: 'Hello', author_id: cast.editor.id }],
    [await topicOf('space', workspace.general.id), 'room_activity', activity],
  ])
  expect(await sentBy(() => db.call(cast.editor, 'delete_message', { id }))).toMatchObject([
    [await topicOf('room', room.id), 'message_changed', { id, text: null }],
  ])
  const hidden = await db.call(cast.editor, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'us', private: true })
  await db.call(cast.editor, 'add_room_member', { room_id: hidden.id, user_id: cast.guest.id })
  const events = await sentBy(() => say(hidden.id, randomUUID()))
  expect(events.map(([topic, event]) => `${topic} ${event}`).sort()).toEqual(
    [`room:${hidden.id}:1 message`, `user:${cast.editor.id} room_activity`, `user:${cast.guest.id} room_activity`].sort(),
  )
})

test('[RTE2] a change of the tree is told once for a whole branch, and nothing when it is refused', async () => {
  const space = await topicOf('space', workspace.general.id)
  const top = await createDocument(db, workspace)
  for (let index = 0; index < 5; index++) await createDocument(db, workspace, { parentId: top.id })
  const owner = workspace.owner
  expect(await sentBy(() => db.call(owner, 'trash_document', { id: top.id }))).toMatchObject([
    [space, 'documents', { id: top.id, op: 'trash' }],
  ])
  expect(await sentBy(() => db.call(owner, 'restore_document', { id: top.id }))).toMatchObject([
    [space, 'documents', { id: top.id, op: 'restore' }],
  ])
  expect(await sentBy(() => db.as(owner, (sql) => sql`update atrium.documents set title = 'New' where id = ${top.id}`))).toMatchObject([
    [space, 'documents', { id: top.id, op: 'update' }],
  ])
  expect(await sentBy(() => db.admin`select atrium_private.save_document_contents(${top.id}, '{}', 'text')`)).toEqual([])
  expect(await sentBy(() => db.call(cast.viewer, 'trash_document', { id: top.id }).catch(() => {}))).toEqual([])
})

test('[RTE3] spaces, rooms and members are told to those who see them, private ones to their members', async () => {
  const id = randomUUID()
  const open = await sentBy(() => db.call(cast.editor, 'create_space', { id, workspace_id: workspace.id, name: 'Open' }))
  expect(open).toContainEqual([await topicOf('workspace', workspace.id), 'spaces', expect.objectContaining({ id })])
  const secret = randomUUID()
  const hidden = await sentBy(() =>
    db.call(cast.editor, 'create_space', { id: secret, workspace_id: workspace.id, name: 'Secret', private: true }),
  )
  expect([...new Set(hidden.map(([topic]) => topic))]).toEqual([`user:${cast.editor.id}`])
  const person = await createMember(db, workspace, 'viewer')
  const role = await sentBy(() =>
    db.call(workspace.owner, 'set_member_role', { workspace_id: workspace.id, user_id: person.id, role: 'editor' }),
  )
  expect(role).toMatchObject([
    [await topicOf('workspace', workspace.id), 'members', { user_id: person.id }],
    [`user:${person.id}`, 'workspaces', { workspace_id: workspace.id }],
  ])
})

// Each way of losing access, the topics that move, and what the servers that keep something open are told.
const LOSSES = [
  [
    'removed from the workspace',
    (user: User) => db.call(workspace.owner, 'remove_member', { workspace_id: workspace.id, user_id: user.id }),
  ],
  ['suspended', (user: User) => db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: user.id })],
  [
    'made a guest',
    (user: User) => db.call(workspace.owner, 'set_member_role', { workspace_id: workspace.id, user_id: user.id, role: 'guest' }),
  ],
  ['banned', (user: User) => db.admin`update auth.users set banned_until = now() + interval '1 day' where id = ${user.id}`],
  ['deleted', (user: User) => db.admin`delete from auth.users where id = ${user.id}`],
] as const
test.for(LOSSES)('[LOSS1] who is %s is left behind on every topic, and the others are told to move', async ([, lose]) => {
  const user = await createMember(db, workspace, 'editor')
  const topics = () =>
    Promise.all([topicOf('workspace', workspace.id), topicOf('space', workspace.general.id), topicOf('room', workspace.room.id)])
  const before = await topics()
  const heard = await listen()
  const events = await sentBy(() => lose(user) as Promise<unknown>)
  const after = await topics()
  for (const [index, topic] of before.entries()) {
    expect(events).toContainEqual([topic, 'epoch', expect.objectContaining({ epoch: Number(after[index]?.split(':')[2]) })])
    expect(after[index]).not.toBe(topic)
    expect(await rights(user, after[index] ?? '')).toBe('')
    expect(await rights(workspace.owner, topic)).toBe('')
    expect(await rights(workspace.owner, after[index] ?? '')).toBe('R')
  }
  await vi.waitFor(() => expect(heard.map(({ user_id }) => user_id)).toContain(user.id), { timeout: 5000 })
})

async function listen(): Promise<Record<string, string | null>[]> {
  const heard: Record<string, string | null>[] = []
  await realtime.listen('atrium_access', (payload) => heard.push(JSON.parse(payload)))
  return heard
}

test('[LOSS2] the servers are told of every right that shrinks, and of none that grows', async () => {
  const heard = await listen()
  const next = async (action: Promise<unknown>) => {
    heard.length = 0
    await action
    const mark = randomUUID()
    await db.admin`select pg_notify('atrium_access', ${JSON.stringify({ mark })})`
    await vi.waitFor(() => expect(heard).toContainEqual({ mark }), { timeout: 5000 })
    return heard.filter((payload) => payload.mark !== mark)
  }
  const owner = workspace.owner
  const user = await createMember(db, workspace, 'viewer')
  const none = { user_id: null, workspace_id: null, space_id: null, document_id: null }
  const member = { workspace_id: workspace.id, user_id: user.id }
  expect(await next(db.call(owner, 'set_member_role', { ...member, role: 'editor' }))).toEqual([])
  expect(await next(db.call(owner, 'set_member_role', { ...member, role: 'viewer' }))).toEqual([{ ...none, ...member }])
  const space_id = (await db.call(owner, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'S', private: true })).id
  const document = await createDocument(db, workspace, { spaceId: space_id })
  expect(await next(db.call(owner, 'set_space_member', { space_id, user_id: user.id, role: 'editor' }))).toEqual([])
  const inSpace = { ...none, space_id, user_id: user.id }
  expect(await next(db.call(owner, 'set_space_member', { space_id, user_id: user.id, role: 'viewer' }))).toEqual([inSpace])
  expect(await next(db.call(owner, 'remove_space_member', { space_id, user_id: user.id }))).toEqual([inSpace])
  const share = (role: 'editor' | 'viewer') =>
    db.call(owner, 'share_item', { object_type: 'document', object_id: document.id, role, user_id: user.id })
  const onDocument = { ...none, document_id: document.id }
  expect(await next(share('editor'))).toEqual([])
  expect(await next(share('viewer'))).toEqual([{ ...onDocument, user_id: user.id }])
  const [grant] = await db.admin<{ id: string }[]>`select id from atrium.grants where object_id = ${document.id}`
  expect(await next(db.call(owner, 'unshare_item', { grant_id: grant?.id ?? '' }))).toEqual([{ ...onDocument, user_id: user.id }])
  expect(
    await next(db.call(owner, 'move_document', { id: document.id, parent_id: null, position: null, space_id: workspace.general.id })),
  ).toEqual([onDocument])
  expect(await next(db.call(owner, 'trash_document', { id: document.id }))).toEqual([onDocument])
  expect(await next(db.call(owner, 'restore_document', { id: document.id }))).toEqual([])
  expect(await next(db.call(owner, 'archive_space', { space_id }))).toEqual([{ ...none, space_id }])
})

test('[LOSS3] who leaves a private room or space hears no more of it', async () => {
  const space = await db.call(cast.editor, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'P', private: true })
  const room = await db.call(cast.editor, 'create_room', { id: randomUUID(), space_id: space.id, name: 'P', private: true })
  await db.call(cast.editor, 'set_space_member', { space_id: space.id, user_id: cast.viewer.id, role: 'viewer' })
  await db.call(cast.editor, 'add_room_member', { room_id: room.id, user_id: cast.viewer.id })
  expect(await rights(cast.viewer, await topicOf('room', room.id))).toBe('R')
  await db.call(cast.editor, 'remove_room_member', { room_id: room.id, user_id: cast.viewer.id })
  expect([await topicOf('room', room.id), await rights(cast.viewer, await topicOf('room', room.id))]).toEqual([`room:${room.id}:2`, ''])
  await db.call(cast.editor, 'remove_space_member', { space_id: space.id, user_id: cast.viewer.id })
  expect([await topicOf('space', space.id), await rights(cast.viewer, await topicOf('space', space.id))]).toEqual([
    `space:${space.id}:2`,
    '',
  ])
})

test('[LOSS4] the servers are told of everybody who loses a private room, or a room that was shared', async () => {
  const heard = await listen()
  const owner = workspace.owner
  const [person, guest] = [await createMember(db, workspace, 'viewer'), await createMember(db, workspace, 'guest')]
  const room = await db.call(owner, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'P', private: true })
  const group = await db.call(owner, 'create_group', { id: randomUUID(), workspace_id: workspace.id, name: randomUUID() })
  await db.call(owner, 'add_group_member', { group_id: group.id, user_id: person.id })
  await db.call(owner, 'add_room_member', { room_id: room.id, user_id: guest.id })
  const told = async (user: User, action: Promise<unknown>) => {
    heard.length = 0
    await action
    await vi.waitFor(() => expect(heard.map(({ user_id }) => user_id)).toEqual([user.id]), { timeout: 5000 })
  }
  await told(guest, db.call(owner, 'remove_room_member', { room_id: room.id, user_id: guest.id }))
  for (const [user, grantee] of [
    [guest, { user_id: guest.id }],
    [person, { group_id: group.id }],
  ] as const) {
    const shared = await db.call(owner, 'share_item', { object_type: 'room', object_id: room.id, role: 'editor', ...grantee })
    await told(user, db.call(owner, 'share_item', { object_type: 'room', object_id: room.id, role: 'viewer', ...grantee }))
    await told(user, db.call(owner, 'unshare_item', { grant_id: shared.id }))
  }
})
