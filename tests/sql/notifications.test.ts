import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let anna: User
let ben: User
let cleo: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  ;[anna, ben, cleo] = (await Promise.all(
    ['editor', 'editor', 'commenter'].map((role) => createMember(db, workspace, role as 'editor')),
  )) as [User, User, User]
})
afterAll(() => db.drop())

const inbox = (who: User, state = 'open') => db.call(who, 'my_inbox', { workspace_id: workspace.id, state })
const kinds = async (who: User, state?: string) => (await inbox(who, state)).map(({ kind }) => kind).sort()
const count = (who: User) => db.call(who, 'inbox_count', { workspace_id: workspace.id })
const clear = async () => db.admin`delete from atrium.notifications`
const level = (who: User, object_type: string, object_id: string, to: string | null) =>
  db.call(who, 'set_notification_level', { object_type, object_id, level: to as string })
const settings = (who: User, given: object) => db.call(who, 'set_notification_settings', { settings: given as never })
const mention = (kind: 'person' | 'all', id?: string) => ({
  type: 'doc',
  content: [
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'Look, ' },
        { type: 'mention', attrs: { kind, ...(id && { id }), label: 'you' } },
      ],
    },
  ],
})
async function createRoom(members: User[] = [anna, ben, cleo], isPrivate = false) {
  const room = await db.call(anna, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'talk', private: isPrivate })
  for (const member of members) {
    if (member.id !== anna.id) await db.call(anna, 'add_room_member', { room_id: room.id, user_id: member.id })
  }
  await clear()
  return room
}
const say = (by: User, room_id: string, args: object = {}) =>
  db.call(by, 'send_message', { id: randomUUID(), room_id, text: 'Hello', ...args } as never)

// What a message makes for Ben, by his level for the room, its space and the workspace.
// biome-ignore format: the table is the specification
test.for([
  // room       space      workspace   plain        to him       to all       reply in his thread
  [null,        null,      null,       [],          ['mention'], ['mention'], ['reply']],
  ['all',       null,      null,       ['message'], ['mention'], ['mention'], ['reply']],
  ['mentions',  'all',     null,       [],          ['mention'], ['mention'], ['reply']],
  ['nothing',   'all',     'all',      [],          [],          [],          []],
  [null,        'all',     'nothing',  ['message'], ['mention'], ['mention'], ['reply']],
  [null,        'nothing', 'all',      [],          [],          [],          []],
  [null,        null,      'all',      ['message'], ['mention'], ['mention'], ['reply']],
] as const)('[NOTE1] with the levels %j a message makes one notification or none', async ([room, space, top, plain, toHim, toAll, reply]) => {
  const { id } = await createRoom()
  await level(ben, 'room', id, room)
  await level(ben, 'space', workspace.general.id, space)
  await level(ben, 'workspace', workspace.id, top)
  const after = async (args: object) => {
    await clear()
    await say(anna, id, args)
    return kinds(ben)
  }
  expect(await after({})).toEqual(plain)
  expect(await after({ content: mention('person', ben.id) })).toEqual(toHim)
  expect(await after({ content: mention('all') })).toEqual(toAll)
  const root = await say(ben, id)
  expect(await after({ thread_id: root.id })).toEqual(reply)
  expect(await kinds(anna)).toEqual([])
  await Promise.all([level(ben, 'space', workspace.general.id, null), level(ben, 'workspace', workspace.id, null)])
})

test('[NOTE2] a direct message is told at once; reading the room or thread reads it everywhere', async () => {
  const direct = await db.call(anna, 'open_direct', { workspace_id: workspace.id, people: [ben.id] })
  await clear()
  await say(anna, direct.id, { text: 'For your  eyes' })
  expect(await inbox(ben)).toMatchObject([
    { kind: 'direct', is_direct: true, actor_names: ['editor'], excerpt: 'For your eyes', read_at: null },
  ])
  expect(await count(ben)).toBe(1)
  await db.call(ben, 'mark_read', { room_id: direct.id, seq: 1 })
  expect([await count(ben), await kinds(ben)]).toEqual([0, ['direct']])
  const room = await createRoom()
  const root = await say(ben, room.id)
  const reply = await say(anna, room.id, { thread_id: root.id })
  await db.call(ben, 'mark_read', { room_id: room.id, seq: Number(reply.seq) })
  expect(await count(ben)).toBe(1)
  await db.call(ben, 'mark_thread_read', { thread_id: root.id, seq: Number(reply.seq) })
  expect(await count(ben)).toBe(0)
})

test('[NOTE3] what was edited says the new words, what was deleted is not told any more, an edit that takes a mention away takes it back', async () => {
  const { id } = await createRoom()
  const message = await say(anna, id, { content: mention('person', ben.id) })
  const other = await say(anna, id, { content: mention('person', cleo.id) })
  await db.call(anna, 'edit_message', { id: message.id, text: 'Never mind' })
  expect([await kinds(ben), await kinds(cleo)]).toEqual([[], ['mention']])
  await db.call(anna, 'edit_message', { id: message.id, text: '', content: mention('person', ben.id) as never })
  expect(await kinds(ben)).toEqual(['mention'])
  await db.call(anna, 'delete_message', { id: other.id })
  expect(await kinds(cleo)).toEqual([])
})

test('[NOTE4] rights that are lost take the notifications along: inbox, count, table, push and mail', async () => {
  const { id } = await createRoom([anna, ben], true)
  await db.admin`
    insert into atrium.push_subscriptions (user_id, endpoint, p256dh, auth)
    values (${ben.id}, ${`https://push.example/${id}`}, ${'B'.repeat(87)}, ${'A'.repeat(22)})`
  await say(anna, id, { content: mention('person', ben.id) })
  const page = await createDocument(db, workspace)
  await clear2(page.id)
  const ids = (await inbox(ben)).map((row) => row.id)
  expect(ids).toHaveLength(1)
  const due = () => db.admin`select notification_id from atrium_private.pushes_due(${ben.id}, ${ids})`
  expect(await due()).toHaveLength(1)
  await db.call(anna, 'remove_room_member', { room_id: id, user_id: ben.id })
  expect([await kinds(ben), await count(ben)]).toEqual([[], 0])
  expect(await db.as(ben, (sql) => sql`select id from atrium.notifications`)).toHaveLength(0)
  expect(await due()).toHaveLength(0)
  expect(await db.admin`select * from atrium_private.claim_mail(${ben.id}, ${ids})`).toHaveLength(0)
  await db.admin`delete from atrium.push_subscriptions`
})
const clear2 = (document: string) => db.admin`delete from atrium.notifications where object_id = ${document}`

const ANCHOR = { start: 'AAEBAQ==', end: 'gAABAQEF' }
test('[NOTE5] comments are told to who watches, who took part and who is mentioned, each once; resolving to who took part', async () => {
  const page = await createDocument(db, workspace)
  await level(ben, 'document', page.id, 'all')
  await clear()
  const thread = { id: randomUUID(), document_id: page.id, anchor: ANCHOR, quote: 'words' }
  await db.call(cleo, 'create_thread', { ...thread, body: 'Why?' as never })
  // The owner made the page, which is to watch it.
  expect([await kinds(workspace.owner), await kinds(ben), await kinds(anna), await kinds(cleo)]).toEqual([['comment'], ['comment'], [], []])
  await clear()
  const body = {
    type: 'doc',
    content: [{ type: 'paragraph', content: [{ type: 'mention', attrs: { kind: 'person', id: anna.id, label: 'A' } }] }],
  }
  await db.call(ben, 'reply', { id: randomUUID(), thread_id: thread.id, body })
  expect([await kinds(workspace.owner), await kinds(cleo), await kinds(anna), await kinds(ben)]).toEqual([
    ['comment'],
    ['comment_reply'],
    ['comment_mention'],
    [],
  ])
  await clear()
  await level(ben, 'document', page.id, 'nothing')
  await settings(workspace.owner, { watch_own: false })
  await db.call(anna, 'resolve_thread', { id: thread.id })
  expect([await kinds(ben), await kinds(cleo), await kinds(workspace.owner)]).toEqual([[], ['comment_resolved'], []])
  await db.call(anna, 'reopen_thread', { id: thread.id })
  expect(await kinds(cleo)).toEqual([])
  await settings(workspace.owner, { watch_own: true })
})

test('[NOTE6] changes of a document are one notification for a session of work, with its authors; a mention in it is one', async () => {
  const page = await createDocument(db, workspace)
  const type = async (who: User, words: string, mentioned?: User) => {
    await db.admin`insert into atrium_private.document_updates (document_id, author_id, update) values (${page.id}, ${who.id}, '\\x00')`
    const named = mentioned ? [{ type: 'mention', attrs: { kind: 'person', id: mentioned.id, label: 'somebody' } }] : []
    const json = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: words }, ...named] }] }
    await db.admin`select atrium_private.save_document_contents(${page.id}, ${db.admin.json(json)}, ${words})`
  }
  await type(workspace.owner, 'one')
  await db.admin`update atrium_private.document_updates set at = now() - interval '1 hour'`
  await level(cleo, 'document', page.id, 'all')
  await clear()
  await type(anna, 'two')
  await type(ben, 'three')
  await type(ben, 'four', anna)
  await type(ben, 'five', anna)
  expect((await inbox(cleo)).map(({ kind, actors }) => [kind, actors])).toEqual([['document_changed', [anna.id, ben.id]]])
  expect(await kinds(anna)).toEqual(['document_mention'])
  expect(await kinds(ben)).toEqual([])
  await db.admin`update atrium.notifications set touched_at = now() - interval '1 hour'`
  await type(ben, 'six', anna)
  expect(await kinds(cleo)).toEqual(['document_changed', 'document_changed'])
  await db.call(cleo, 'mark_object_read', { object_type: 'document', object_id: page.id })
  expect(await count(cleo)).toBe(0)
})

test('[NOTE20] what is told of a mention begins with a whole word, near the mention', async () => {
  const around = async (text: string) => (await db.admin`select atrium_private.words_around(${text}, '@Ann') as words`)[0]?.words
  expect(await around(`${'word '.repeat(40)}for @Ann and others`)).toBe(`… ${'word '.repeat(15)}for @Ann and others`)
  expect(await around(`${'long'.repeat(40)}@Ann`)).toBe(`… ${'long'.repeat(40).slice(-81)}@Ann`)
  expect(await around('Soon for @Ann')).toBe('Soon for @Ann')
  expect(await around('@Anna alone is not here')).toBe('@Anna alone is not here')
  expect(await around('a'.repeat(400))).toBe('a'.repeat(300))
})

test('[NOTE7] what is shared, suggested or accepted is told; a kind that somebody has switched off is not', async () => {
  const page = await createDocument(db, workspace)
  await clear()
  const guest = await createMember(db, workspace, 'guest')
  expect(await kinds(workspace.owner)).toEqual(['invitation_accepted'])
  await db.call(anna, 'share_item', { object_type: 'document', object_id: page.id, role: 'commenter', user_id: guest.id })
  expect(await inbox(guest)).toMatchObject([{ kind: 'access', object_name: 'Plan', detail: 'commenter', actors: [anna.id] }])
  await db.call(cleo, 'create_suggestion', { id: randomUUID(), document_id: page.id })
  expect(await kinds(workspace.owner)).toEqual(['invitation_accepted', 'suggestion'])
  await clear()
  await settings(workspace.owner, { channels: { suggestion: { inbox: false } } })
  await db.call(anna, 'create_suggestion', { id: randomUUID(), document_id: page.id })
  expect(await kinds(workspace.owner)).toEqual([])
  await expect(settings(workspace.owner, { channels: { nonsense: { inbox: false } } })).rejects.toMatchObject({
    detail: 'channels_invalid',
  })
  await expect(settings(workspace.owner, { mail: 'always' })).rejects.toMatchObject({ code: 'PT422', detail: 'settings_invalid' })
  await settings(workspace.owner, { channels: {} })
})

test('[NOTE8] done, open again, unread and snoozed: nobody marks what is another person’s', async () => {
  const { id } = await createRoom()
  await say(anna, id, { content: mention('person', ben.id) })
  const [told] = await inbox(ben)
  const ids = [String(told?.id)]
  await expect(db.call(cleo, 'mark_notifications', { ids, state: 'done' })).rejects.toMatchObject({ code: 'PT404' })
  await db.call(ben, 'mark_notifications', { ids, state: 'done' })
  expect([await kinds(ben), await kinds(ben, 'done'), await count(ben)]).toEqual([[], ['mention'], 0])
  await db.call(ben, 'mark_notifications', { ids, state: 'open' })
  await db.call(ben, 'mark_notifications', { ids, state: 'unread' })
  expect([await kinds(ben), await count(ben)]).toEqual([['mention'], 1])
  await db.call(ben, 'snooze_notifications', { ids, until: new Date(Date.now() + 60_000).toISOString() })
  expect([await kinds(ben), await kinds(ben, 'snoozed'), await count(ben)]).toEqual([[], ['mention'], 0])
  await db.admin`update atrium.notifications set snoozed_until = now() - interval '1 second'`
  await db.admin`select atrium_private.queue_notifications()`
  expect([await kinds(ben), await count(ben)]).toEqual([['mention'], 1])
  expect(await db.call(ben, 'mark_all_notifications', { workspace_id: workspace.id, state: 'read' })).toBe(1)
  expect(await count(ben)).toBe(0)
})

test('[NOTE11] more than a hundred people are told by a job that is committed with the message, once, and only of what is still there', async () => {
  const { id } = await createRoom()
  await db.admin`
    with people as (
      insert into auth.users (id, email, raw_user_meta_data, email_confirmed_at)
      select gen_random_uuid(), 'many' || n || '@example.com', '{}', now() from generate_series(1, 150) n returning id
    ),
    members as (insert into atrium.members (workspace_id, user_id, role) select ${workspace.id}, id, 'editor' from people returning user_id)
    insert into atrium.room_members (room_id, user_id) select ${id}, user_id from members`
  await db.admin`update atrium.room_members set role = 'moderator' where room_id = ${id} and user_id = ${anna.id}`
  await clear()
  const jobs = () => db.admin<{ data: object }[]>`select data from pgboss.job where name = 'tell_people' order by created_on`
  const told = async () => (await db.admin`select count(*)::int as people from atrium.notifications where kind = 'mention'`)[0]?.people
  const first = await say(anna, id, { content: mention('all') })
  expect([(await jobs()).length, await told()]).toEqual([1, 0])
  await db.call(ben, 'mark_read', { room_id: id, seq: Number(first.seq) })
  const [job] = await jobs()
  for (const _ of [1, 2]) await db.admin`select atrium_private.tell_many(${db.admin.json(job?.data as never)})`
  expect([await told(), await count(ben), await count(cleo)]).toEqual([152, 0, 1])
  const second = await say(anna, id, { content: mention('all') })
  await db.call(anna, 'delete_message', { id: second.id })
  await db.admin`select atrium_private.tell_many(${db.admin.json((await jobs())[1]?.data as never)})`
  expect(await told()).toBe(152)
})

// Monday is the 2nd of November 2026.
// biome-ignore format: the table is the specification
test.for([
  // settings                                                                at                 until
  [{},                                                                       '2026-11-02T21:00Z', null],
  [{ quiet_from: '20:00', quiet_until: '07:30', time_zone: 'Europe/Vienna' }, '2026-11-02T21:00Z', '2026-11-03T06:30:00+00:00'],
  [{ quiet_from: '20:00', quiet_until: '07:30', time_zone: 'Europe/Vienna' }, '2026-11-03T05:00Z', '2026-11-03T06:30:00+00:00'],
  [{ quiet_from: '20:00', quiet_until: '07:30', time_zone: 'Europe/Vienna' }, '2026-11-03T12:00Z', null],
  [{ quiet_from: '12:00', quiet_until: '13:00', time_zone: 'UTC' },           '2026-11-03T12:30Z', '2026-11-03T13:00:00+00:00'],
  [{ quiet_days: [6, 7], quiet_from: '20:00', quiet_until: '08:00', time_zone: 'UTC' }, '2026-11-06T21:00Z', '2026-11-09T08:00:00+00:00'],
  [{ paused_until: '2026-11-05T00:00Z' },                                     '2026-11-02T21:00Z', '2026-11-05T00:00:00+00:00'],
] as const)('[NOTE9] with %j it is quiet at %s until %s', async ([given, at, until]) => {
  await db.admin`delete from atrium.notification_settings where user_id = ${ben.id}`
  if (Object.keys(given).length > 0) await settings(ben, given)
  const [row] = await db.admin`
    select to_jsonb(atrium_private.silent_until(settings, ${at}::timestamptz)) as until
    from (select ${ben.id}::uuid as id) person left join atrium.notification_settings settings on settings.user_id = person.id`
  expect(row?.until).toBe(until)
  await db.admin`delete from atrium.notification_settings where user_id = ${ben.id}`
})

// biome-ignore format: the table is the specification
test.for([
  [{ mail: 'at_once' },                                                         '2026-11-02T21:00Z', '2026-11-02T21:03:00+00:00'],
  [{ mail: 'hourly' },                                                          '2026-11-02T21:10Z', '2026-11-02T22:00:00+00:00'],
  [{ mail: 'daily', mail_hour: 8, time_zone: 'Asia/Kolkata' },                  '2026-11-02T01:00Z', '2026-11-02T02:30:00+00:00'],
  [{ mail: 'daily', mail_hour: 8, mail_days: [1], time_zone: 'America/New_York' }, '2026-11-02T14:00Z', '2026-11-09T13:00:00+00:00'],
] as const)('[NOTE10] with %j a mail about something at %s leaves at %s', async ([given, at, leaves]) => {
  await settings(ben, given)
  const [row] = await db.admin`
    select to_jsonb(atrium_private.next_mail(settings, ${at}::timestamptz)) as leaves from atrium.notification_settings settings where user_id = ${ben.id}`
  expect(row?.leaves).toBe(leaves)
  await db.admin`delete from atrium.notification_settings where user_id = ${ben.id}`
})
