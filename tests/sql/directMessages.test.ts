import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let ann: User
let ben: User
let cem: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  ;[ann, ben, cem] = await Promise.all([
    createMember(db, workspace, 'editor'),
    createMember(db, workspace, 'viewer'),
    createMember(db, workspace, 'commenter'),
  ])
})
afterAll(() => db.drop())

const open = (by: User, ...people: User[]) =>
  db.call(by, 'open_direct', { workspace_id: workspace.id, people: people.map((person) => person.id) })
const say = (by: User, room_id: string, text = 'Hello') => db.call(by, 'send_message', { id: randomUUID(), room_id, text })
const sees = async (who: User, roomId: string) =>
  (await db.as(who, (sql) => sql`select from atrium.messages where room_id = ${roomId}`)).count > 0
const epochOf = async (roomId: string) => (await db.admin`select epoch from atrium.rooms where id = ${roomId}`)[0]?.epoch

test('[DM1] there is one conversation for each set of people, whoever opens it, at once too', async () => {
  const opened = await Promise.all([open(ann, ben), open(ben, ann), open(ann, ben, ben, ann), open(ben, ann)])
  expect(new Set(opened.map(({ id }) => id)).size).toBe(1)
  expect(opened[0]).toMatchObject({ kind: 'direct', space_id: null, private: true, people: [ann.id, ben.id].sort(), member_count: 2 })
  expect((await open(cem, ann, ben)).id).not.toBe(opened[0]?.id)
  // Viewers talk there too: nobody made the conversation theirs to read alone.
  expect(await say(ben, opened[0]?.id ?? '')).toMatchObject({ seq: 1 })
})

test('[DM2] nobody but its people sees a conversation: not the owner, not in the audit log, not through what explains rights', async () => {
  const { id } = await open(ann, cem)
  await say(ann, id)
  expect(await Promise.all([ann, cem, ben, workspace.owner].map((who) => sees(who, id)))).toEqual([true, true, false, false])
  const owner = workspace.owner
  const hidden = { code: 'PT404', detail: 'room_not_found' }
  await expect(db.call(owner, 'why_can', { user_id: ann.id, object_type: 'room', object_id: id, action: 'read' })).rejects.toMatchObject(
    hidden,
  )
  await expect(db.call(owner, 'who_has_access', { object_type: 'room', object_id: id })).rejects.toMatchObject(hidden)
  await expect(db.call(owner, 'join_room', { room_id: id })).rejects.toMatchObject(hidden)
  const visible = await db.call(owner, 'visible_to', { workspace_id: workspace.id, user_id: ann.id })
  expect(visible.map(({ object_id }) => object_id)).not.toContain(id)
  expect(await db.admin`select from atrium.audit_events where object_id = ${id}`).toHaveLength(0)
})

test.for([
  ['update_room', { name: 'Ours' }, 'role_too_low'],
  ['archive_room', {}, 'role_too_low'],
  ['leave_room', {}, 'room_direct'],
  ['add_room_member', { user_id: 'other' }, 'role_too_low'],
  ['remove_room_member', { user_id: 'other' }, 'room_direct'],
  ['set_room_role', { user_id: 'own', role: 'moderator' }, 'role_too_low'],
] as const)('[DM3] a conversation belongs to its people and stays as it is: %s', async ([name, args, detail]) => {
  const { id } = await open(ann, ben)
  const user_id = 'user_id' in args ? { user_id: args.user_id === 'own' ? ann.id : cem.id } : {}
  await expect(db.call(ann, name, { room_id: id, ...args, ...user_id } as never)).rejects.toMatchObject({ detail })
  await expect(
    db.call(workspace.owner, 'share_item', { object_type: 'room', object_id: id, role: 'viewer', user_id: cem.id }),
  ).rejects.toMatchObject({ detail: 'room_not_found' })
})

test('[DM4] only active members of the workspace are spoken to, ten at most', async () => {
  const gone = { code: 'PT404', detail: 'member_not_found' }
  const other = await createWorkspace(db)
  await expect(open(ann, other.owner)).rejects.toMatchObject(gone)
  await expect(open(ann, { id: randomUUID(), email: '' })).rejects.toMatchObject(gone)
  await expect(open(ann)).rejects.toMatchObject({ code: 'PT422', detail: 'people_required' })
  await expect(open(ann, ann)).rejects.toMatchObject({ detail: 'people_required' })
  const crowd = Array.from({ length: 10 }, () => ({ id: randomUUID(), email: '' }))
  await expect(open(ann, ...crowd)).rejects.toMatchObject({ code: 'PT422', detail: 'too_many_people' })
})

test('[DM5] a guest writes to those with whom he shares something, and learns of no others', async () => {
  const guest = await createMember(db, workspace, 'guest')
  const gone = { code: 'PT404', detail: 'member_not_found' }
  await expect(open(guest, ann)).rejects.toMatchObject(gone)
  const document = await createDocument(db, workspace)
  await db.call(workspace.owner, 'share_item', { object_type: 'document', object_id: document.id, role: 'viewer', user_id: guest.id })
  expect(await say(guest, (await open(guest, workspace.owner)).id)).toMatchObject({ seq: 1 })
  await expect(open(guest, ann)).rejects.toMatchObject(gone)
  // Who writes to a guest shares a conversation with him from then on.
  const { id } = await open(ann, guest)
  expect(await say(guest, id)).toMatchObject({ seq: 1 })
})

test('[DM6] who is suspended or removed loses conversations at once, and the topic moves', async () => {
  const dan = await createMember(db, workspace, 'editor')
  const pair = await open(ann, dan)
  const three = await open(ann, dan, ben)
  for (const room of [pair, three]) await say(ann, room.id)
  const member = { workspace_id: workspace.id, user_id: dan.id }
  const before = await epochOf(pair.id)
  await db.call(workspace.owner, 'suspend_member', member)
  expect([await sees(dan, pair.id), await sees(dan, three.id), await sees(ann, pair.id)]).toEqual([false, false, true])
  expect(await epochOf(pair.id)).toBe(before + 1)
  await expect(say(ann, pair.id)).rejects.toMatchObject({ code: 'PT409', detail: 'nobody_there' })
  expect(await say(ann, three.id)).toMatchObject({ seq: 2 })
  await db.call(workspace.owner, 'reactivate_member', member)
  expect(await sees(dan, three.id)).toBe(true)
  await db.call(workspace.owner, 'remove_member', member)
  expect(await sees(dan, three.id)).toBe(false)
  expect(await db.admin`select from atrium.room_members where user_id = ${dan.id}`).toHaveLength(0)

  // Back in the workspace he is let in by the others; what two people said to each other they have both heard.
  const invitation = await db.call(workspace.owner, 'invite_member', { workspace_id: workspace.id, email: dan.email, role: 'viewer' })
  await db.call(dan, 'accept_my_invitation', { invitation_id: invitation.id })
  await expect(open(dan, ann, ben)).rejects.toMatchObject({ code: 'PT409', detail: 'conversation_left' })
  expect((await open(dan, ann)).id).toBe(pair.id)
  expect((await open(ben, dan, ann)).id).toBe(three.id)
  expect([await sees(dan, pair.id), await sees(dan, three.id)]).toEqual([true, true])
})

test('[DM7] a conversation is handed over to nobody, and goes with the last account', async () => {
  const [eva, fay] = await Promise.all([createMember(db, workspace, 'editor'), createMember(db, workspace, 'editor')])
  const { id } = await open(eva, fay)
  await say(eva, id)
  await db.call(workspace.owner, 'remove_member', { workspace_id: workspace.id, user_id: eva.id, hand_over_to: ann.id })
  expect(await sees(ann, id)).toBe(false)
  await db.admin`delete from auth.users where id = ${fay.id}`
  expect(await db.admin`select from atrium.rooms where id = ${id}`).toHaveLength(1)
  await db.admin`delete from auth.users where id = ${eva.id}`
  expect(await db.admin`select from atrium.rooms where id = ${id}`).toHaveLength(0)
})
