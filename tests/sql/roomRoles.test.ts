import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let maker: User
let commenter: User
beforeAll(async () => {
  workspace = await createWorkspace(db)
  maker = await createMember(db, workspace, 'editor')
  commenter = await createMember(db, workspace, 'commenter')
})
afterAll(() => db.drop())

const createRoom = (isPrivate = false) =>
  db.call(maker, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'talk', private: isPrivate })
const say = (by: User, room_id: string, more: object = {}) =>
  db.call(by, 'send_message', { id: randomUUID(), room_id, text: 'Hello', ...more })
const roles = async (roomId: string) =>
  Object.fromEntries(
    (await db.admin`select user_id, role from atrium.room_members where room_id = ${roomId}`).map((row) => [row.user_id, row.role]),
  )
const low = { code: 'PT403', detail: 'role_too_low' }

test('[ROOM6] who makes a room is its moderator, moderators and admins of the space make others', async () => {
  const room = await createRoom()
  expect(await roles(room.id)).toEqual({ [maker.id]: 'moderator' })
  await db.call(commenter, 'join_room', { room_id: room.id })
  const make = (by: User, user: User, role: string) => db.call(by, 'set_room_role', { room_id: room.id, user_id: user.id, role })
  await expect(make(commenter, commenter, 'moderator')).rejects.toMatchObject(low)
  await make(maker, commenter, 'moderator')
  // A moderator looks after the room though he may edit nothing else in the space.
  expect(await db.call(commenter, 'update_room', { room_id: room.id, topic: 'Ships', posting: 'moderators' })).toMatchObject({
    topic: 'Ships',
    posting: 'moderators',
  })
  await make(workspace.owner, commenter, 'member')
  await expect(db.call(commenter, 'update_room', { room_id: room.id, topic: 'x' })).rejects.toMatchObject(low)
  await expect(make(maker, workspace.owner, 'moderator')).rejects.toMatchObject({ code: 'PT404', detail: 'member_not_found' })
  await expect(make(maker, commenter, 'boss')).rejects.toMatchObject({ code: 'PT422', detail: 'role_invalid' })
})

test('[ROOM7] where posting is for moderators, the others reply in threads', async () => {
  const room = await createRoom()
  await db.call(maker, 'update_room', { room_id: room.id, posting: 'moderators' })
  const first = await say(maker, room.id)
  await expect(say(commenter, room.id)).rejects.toMatchObject({ code: 'PT403', detail: 'posting_restricted' })
  expect(await say(commenter, room.id, { thread_id: first.id })).toMatchObject({ thread_id: first.id, place: null })
  expect(await say(workspace.owner, room.id)).toMatchObject({ place: 2 })
  const [mine] = (await db.call(commenter, 'my_rooms', { workspace_id: workspace.id })).filter(({ id }) => id === room.id)
  expect(mine).toMatchObject({ can_post: false, can_reply: true, moderator: false, members: 3 })
  const other = await createMember(db, workspace, 'editor')
  await expect(db.call(other, 'update_room', { room_id: room.id, posting: 'everyone' })).rejects.toMatchObject(low)
  await expect(db.call(maker, 'update_room', { room_id: room.id, posting: 'nobody' })).rejects.toMatchObject({ detail: 'posting_invalid' })
})

test('[ROOM8] a private room keeps a moderator, whoever leaves', async () => {
  const room = await createRoom(true)
  const next = await createMember(db, workspace, 'viewer')
  for (const user_id of [next.id, commenter.id]) await db.call(maker, 'add_room_member', { room_id: room.id, user_id })
  await expect(db.call(maker, 'set_room_role', { room_id: room.id, user_id: maker.id, role: 'member' })).rejects.toMatchObject({
    code: 'PT409',
    detail: 'last_moderator',
  })
  await db.call(maker, 'leave_room', { room_id: room.id })
  expect(await roles(room.id)).toEqual({ [next.id]: 'moderator', [commenter.id]: 'member' })
})

test('[ROOM9] a room that becomes private is lost by those who are not in it, and its topic moves', async () => {
  const room = await createRoom()
  await say(commenter, room.id)
  const other = await createMember(db, workspace, 'editor')
  const seen = async (who: User) => (await db.as(who, (sql) => sql`select from atrium.messages where room_id = ${room.id}`)).count
  expect(await Promise.all([commenter, other].map(seen))).toEqual([1, 1])
  await expect(db.call(other, 'update_room', { room_id: room.id, private: true })).rejects.toMatchObject(low)
  const closed = await db.call(workspace.owner, 'update_room', { room_id: room.id, private: true })
  expect(await Promise.all([commenter, other, workspace.owner, maker].map(seen))).toEqual([1, 0, 1, 1])
  const [now] = await db.admin`select epoch, member_count from atrium.rooms where id = ${room.id}`
  expect(now).toEqual({ epoch: closed.epoch + 1, member_count: 3 })
  expect(await roles(room.id)).toMatchObject({ [workspace.owner.id]: 'moderator' })
})

test('[ROOM10] of one room a person has the same role as among all of his', async () => {
  const inner = await db.call(maker, 'create_space', { id: randomUUID(), workspace_id: workspace.id, name: 'Inner', private: true })
  const guest = await createMember(db, workspace, 'guest')
  const suspended = await createMember(db, workspace, 'editor')
  const hidden = await db.call(maker, 'create_room', { id: randomUUID(), space_id: inner.id, name: 'core', private: true })
  await db.call(maker, 'create_room', { id: randomUUID(), space_id: inner.id, name: 'rim' })
  await db.admin`insert into atrium.room_members (room_id, user_id) values (${hidden.id}, ${commenter.id})`
  const shared = await createRoom()
  await db.call(maker, 'share_item', { object_type: 'room', object_id: shared.id, role: 'viewer', user_id: guest.id })
  for (const people of [[guest.id], [suspended.id], [commenter.id, suspended.id]])
    await db.call(maker, 'open_direct', { workspace_id: workspace.id, people })
  const closed = await createRoom(true)
  for (const { id } of [guest, suspended]) await db.call(maker, 'add_room_member', { room_id: closed.id, user_id: id })
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: suspended.id })
  const different = await db.admin`
    select profile.id, room.name, room.kind, every.role, atrium_private.role_in_room(profile.id, room.id) as one
    from atrium.profiles profile cross join atrium.rooms room
    left join lateral (
      select max(rights.role) as role from atrium_private.room_rights(profile.id) rights where rights.room_id = room.id
    ) every on true
    where every.role is distinct from atrium_private.role_in_room(profile.id, room.id)`
  expect(different).toHaveLength(0)
  const among = await db.admin`
    select room.id from atrium.rooms room where
      array(select atrium_private.people_seeing_room(room.id, null) order by 1)
      <> array(select profile.id from atrium.profiles profile where atrium_private.role_in_room(profile.id, room.id) is not null order by 1)`
  expect(among).toHaveLength(0)
})
