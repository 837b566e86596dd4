import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createMember, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let anna: User
let ben: User
let room: string
let secret: string
const said: Record<string, string> = {}

const say = async (by: User, inRoom: string, text: string, more: Record<string, unknown> = {}) => {
  const message = await db.call(by, 'send_message', { id: randomUUID(), room_id: inRoom, text, ...more })
  said[text] = message.id
  return message
}
beforeAll(async () => {
  workspace = await createWorkspace(db)
  anna = await createMember(db, workspace, 'editor')
  ben = await createMember(db, workspace, 'editor')
  room = (await db.call(anna, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'open' })).id
  secret = (await db.call(anna, 'create_room', { id: randomUUID(), space_id: workspace.general.id, name: 'secret', private: true })).id
  const first = await say(anna, room, 'The café opens on Friday')
  await say(ben, room, 'Look at https://example.com/launch')
  await say(anna, secret, 'The launch budget is secret')
  await say(ben, room, 'Reply about the lighthouse', { thread_id: first.id })
  await say(ben, room, 'Launching from pad <b>39A</b> & more')
  await say(ben, room, '東京タワーで会いましょう')
  await db.call(anna, 'save_message', { message_id: first.id })
  await db.call(anna, 'set_pin', { message_id: first.id })
})
afterAll(() => db.drop())

const find = async (who: User, query: string, more: Record<string, unknown> = {}) =>
  await db.call(who, 'search_messages', { workspace_id: workspace.id, query, ...more })
const texts = async (...args: Parameters<typeof find>) => (await find(...args)).map(({ snippet }) => snippet)

// biome-ignore format: the table is the specification
test.for([
  ['launch',              {}, ['Launching from pad <b>39A</b> & more', 'The launch budget is secret', 'Look at https://example.com/launch']],
  ['CAFE friday',         {}, ['The café opens on Friday']],
  ['cafe -friday',        {}, []],
  ['"opens on"',          {}, ['The café opens on Friday']],
  ['friday or lighthouse', {}, ['Reply about the lighthouse', 'The café opens on Friday']],
  ['ghthou',              {}, ['Reply about the lighthouse']],
  ['タワー',               {}, ['東京タワーで会いましょう']],
  ['',                    { has: ['link'] }, ['Look at https://example.com/launch']],
  ['',                    { being: ['saved'] }, ['The café opens on Friday']],
  ['',                    { being: ['pinned', 'thread'] }, ['The café opens on Friday']],
  ['lighthouse',          { being: ['thread'] }, ['Reply about the lighthouse']],
  ['',                    {}, []],
  ["'); drop table x; --", {}, []],
  ['%%%',                 {}, []],
] as const)('[SEARCH1] %s %o', async ([query, more, expected]) => {
  expect(await texts(anna, query, { ...more })).toEqual(expected)
})

test('[SEARCH1] by author, room and time', async () => {
  expect(await texts(anna, 'launch', { from_people: [anna.id] })).toEqual(['The launch budget is secret'])
  expect(await texts(anna, 'launch', { in_rooms: [secret] })).toEqual(['The launch budget is secret'])
  expect(await texts(anna, 'launch', { sent_after: '2100-01-01' })).toEqual([])
  const all = await find(anna, '', { from_people: [ben.id], page: 2 })
  const next = await find(anna, '', { from_people: [ben.id], page: 50, older_than: all.at(-1)?.sent_at })
  expect([all.length, next.length, new Set([...all, ...next].map(({ message_id }) => message_id)).size]).toEqual([2, 2, 4])
})

test('[SEARCH2] only what the caller may read is found, also by what he may not see', async () => {
  expect(await texts(ben, 'launch')).toEqual(['Launching from pad <b>39A</b> & more', 'Look at https://example.com/launch'])
  expect(await texts(ben, 'budget')).toEqual([])
  expect(await texts(ben, 'udge')).toEqual([])
  expect(await texts(ben, '', { in_rooms: [secret] })).toEqual([])
  expect(await texts(ben, '', { being: ['saved'] })).toEqual([])
  const stranger = await createMember(db, await createWorkspace(db), 'editor')
  expect(await texts(stranger, 'launch')).toEqual([])
})

test('[SEARCH3] what was found is marked by places in plain text, never by markup', async () => {
  const [hit] = await find(anna, 'launching 39a')
  expect(hit?.snippet).toBe('Launching from pad <b>39A</b> & more')
  const marks = hit?.marks as [number, number][]
  expect(marks.map(([at, count]) => hit?.snippet.slice(at, at + count))).toEqual(['Launching', '39A'])
  await say(anna, room, `${'word '.repeat(300)}needle ${'word '.repeat(300)}`)
  const [cut] = await find(anna, 'needle')
  expect(cut?.snippet.length).toBeLessThanOrEqual(240)
  const [[at, count]] = (cut?.marks ?? [[0, 0]]) as [[number, number]]
  expect(cut?.snippet.slice(at, at + count)).toBe('needle')
})

test('[SEARCH4] an edited message is found by its new words, a deleted one not at all', async () => {
  const { id } = await say(anna, room, 'Meet at the harbour')
  await db.call(anna, 'edit_message', { id, text: 'Meet at the station' })
  expect([await texts(anna, 'harbour'), await texts(anna, 'station')]).toEqual([[], ['Meet at the station']])
  await db.call(anna, 'delete_message', { id })
  expect(await texts(anna, 'station')).toEqual([])
})

test('[CATCH1] catching up shows unread rooms and followed threads with their first unread lines, and nothing else', async () => {
  const carla = await createMember(db, workspace, 'editor')
  await db.call(carla, 'join_room', { room_id: room })
  const question = await say(carla, room, 'Who has the key?')
  for (const text of ['One', 'Two', 'Three', 'Four']) await say(anna, room, text)
  await say(ben, room, 'I have it', { thread_id: question.id })
  const found = await db.call(carla, 'catch_up', { workspace_id: workspace.id, lines: 2 })
  const shown = found.map(({ room_id, thread_id, unread, first_lines }) => [
    room_id,
    thread_id,
    unread,
    (first_lines as { text: string }[]).map(({ text }) => text),
  ])
  expect(shown.toSorted((one) => (one[1] ? 1 : -1))).toEqual([
    [room, null, 4, ['One', 'Two']],
    [room, question.id, 1, ['I have it']],
  ])
  await db.call(carla, 'mark_read', { room_id: room, seq: 1_000_000 })
  await db.call(carla, 'mark_thread_read', { thread_id: question.id, seq: 1_000_000 })
  expect(await db.call(carla, 'catch_up', { workspace_id: workspace.id })).toEqual([])
})
