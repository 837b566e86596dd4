import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Result, Role, Row } from '../../sql/types.gen.ts'
import { joined } from '../platform/realtimeServer.ts'
import { closePeers, openPeer, SOON } from '../server/collaboration.ts'
import { type Client, type Person, startPlatform, type TestPlatform } from '../support/platform.ts'
import { call, collabUrl, mayAskHistory, tokenOf } from './team.ts'

// Everybody tries every door of every kind of thing, from outside, with a real token. What each verb of REST and each function does is in
// tests/sql/rights.test.ts; here the question is whether all doors give the same answer.

const ACTORS = [
  'nobody',
  'stranger',
  'guest',
  'viewer',
  'commenter',
  'editor',
  'admin',
  'owner',
  'suspended',
  'removed',
  'granted',
  'visitor',
] as const
type Actor = (typeof ACTORS)[number]

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')
const FUNCTION = `Deno.serve(async (request) => {
  const headers = { authorization: request.headers.get('authorization'), apikey: Deno.env.get('SUPABASE_ANON_KEY'), 'accept-profile': 'atrium' }
  const answer = await fetch(Deno.env.get('SUPABASE_URL') + '/rest/v1/' + await request.text(), { headers })
  return new Response(await answer.text(), { status: answer.status })
})`

interface Caller {
  client: Client
  token: string
}

let platform: TestPlatform
let directory: string
let cast: Record<Actor, Caller>
let owner: Person
let workspaceId: string
/** An open space, a private one of the owner's, and what is in them. */
let open: Place
let closed: Place
interface Place {
  spaceId: string
  documentId: string
  roomId: string
  messageId: string
  picture: string
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'atrium-functions-'))
  mkdirSync(join(directory, 'ask'))
  writeFileSync(join(directory, 'ask', 'index.ts'), FUNCTION)
  platform = await startPlatform({ collab: true, functions: directory })
  owner = await platform.signUp('Olga')
  workspaceId = randomUUID()
  await call(owner, 'create_workspace', { id: workspaceId, name: 'Acme' })
  const [room] = await call<Result<'my_rooms'>>(owner, 'my_rooms', { workspace_id: workspaceId })
  const hidden = await call<Row<'spaces'>>(owner, 'create_space', {
    id: randomUUID(),
    workspace_id: workspaceId,
    name: 'Board',
    private: true,
  })
  open = await furnish(room?.space_id ?? '', room?.id)
  closed = await furnish(hidden.id)
  cast = await gather()
}, 60_000)
afterAll(async () => {
  closePeers()
  await platform?.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function furnish(spaceId: string, existingRoom?: string): Promise<Place> {
  const [documentId, messageId, picture] = [randomUUID(), randomUUID(), `${randomUUID()}.png`]
  const roomId = existingRoom ?? randomUUID()
  await call(owner, 'create_document', { id: documentId, space_id: spaceId, title: 'Plan' })
  if (!existingRoom) await call(owner, 'create_room', { id: roomId, space_id: spaceId, name: 'talk' })
  await call(owner, 'send_message', { id: messageId, room_id: roomId, text: 'Hello' })
  for (const [bucket, name, contentType] of [
    ['document-images', picture, 'image/png'],
    ['document-files', nameless(picture), 'application/octet-stream'],
  ] as const) {
    const { error } = await owner.client.storage.from(bucket).upload(`${documentId}/${name}`, PNG, { contentType })
    if (error) throw error
  }
  return { spaceId, documentId, roomId, messageId, picture }
}

async function gather(): Promise<Record<Actor, Caller>> {
  const caller = async (person: Person): Promise<Caller> => ({ client: person.client, token: await tokenOf(person) })
  const member = async (role: Role) => {
    const person = await platform.signUp(role)
    const invitation = await call<Row<'invitations'>>(owner, 'invite_member', { workspace_id: workspaceId, email: person.email, role })
    await call(person, 'accept_my_invitation', { invitation_id: invitation.id })
    return person
  }
  const [suspended, removed, granted, visitor] = [
    await member('editor'),
    await member('editor'),
    await member('guest'),
    await platform.signUp('Vio'),
  ]
  await call(owner, 'suspend_member', { workspace_id: workspaceId, user_id: suspended.id })
  await call(owner, 'remove_member', { workspace_id: workspaceId, user_id: removed.id })
  // A guest with whom one page and one room were shared.
  for (const [object_type, object_id] of [
    ['document', open.documentId],
    ['room', open.roomId],
  ])
    await call(owner, 'share_item', { object_type, object_id, role: 'editor', user_id: granted.id })
  // Somebody without a name who came by a link: he reads, whatever the link gives.
  const admin = postgres(platform.databaseUrl('supabase_admin'), { max: 1 })
  await admin`update auth.users set is_anonymous = true where id = ${visitor.id}`
  await admin.end()
  const [link] = await call<{ token: string }[]>(owner, 'create_link', {
    object_type: 'document',
    object_id: open.documentId,
    role: 'editor',
  })
  await call(visitor, 'open_link', { token: link?.token })
  return {
    nobody: { client: platform.client(), token: platform.publishableKey },
    stranger: await caller(await platform.signUp('Stan')),
    guest: await caller(await member('guest')),
    viewer: await caller(await member('viewer')),
    commenter: await caller(await member('commenter')),
    editor: await caller(await member('editor')),
    admin: await caller(await member('admin')),
    owner: await caller(owner),
    suspended: await caller(suspended),
    removed: await caller(removed),
    granted: await caller(granted),
    visitor: await caller(visitor),
  }
}

const images = (client: Client) => client.storage.from('document-images')

type Try = (caller: Caller) => Promise<boolean>

/** At least one row comes back. */
const rows =
  (table: string, id: () => string, column = 'id'): Try =>
  async ({ client }) =>
    ((await client.from(table).select(column).eq(column, id())).data ?? []).length > 0

const patch =
  (table: string, id: () => string, values: object): Try =>
  async ({ client }) =>
    ((await client.from(table).update(values).eq('id', id()).select('id')).data ?? []).length > 0

const rpc =
  (name: string, args: () => object): Try =>
  async ({ client }) =>
    (await client.rpc(name, args())).error === null

const hears =
  (kind: string, id: () => string): Try =>
  async ({ client }) => {
    const table = `${kind}s`
    const { data } = await owner.client.from(table).select('epoch').eq('id', id()).single<{ epoch: number }>()
    const channel = client.channel(`${kind}:${id()}:${data?.epoch}`, { config: { private: true } })
    const state = await joined(channel)
    await client.removeChannel(channel)
    return state === 'SUBSCRIBED'
  }

const opens =
  (place: () => Place, scope: 'readonly' | 'read-write'): Try =>
  async ({ token }) => {
    const { provider, denials, close } = openPeer({ url: collabUrl(platform), documentId: place().documentId, token })
    await expect.poll(() => provider.isAuthenticated || denials.length > 0, SOON).toBe(true)
    const allowed = provider.isAuthenticated && (scope === 'readonly' || provider.authorizedScope === 'read-write')
    close()
    return allowed
  }

const asks =
  (query: () => string): Try =>
  async ({ token }) => {
    const response = await fetch(`${platform.url}/functions/v1/ask`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: query(),
    })
    return response.ok && ((await response.json()) as unknown[]).length > 0
  }

/** Files other than images are named without an ending. */
const nameless = (name: string) => name.replace('.png', '')

const history =
  (place: () => Place): Try =>
  ({ token }) =>
    mayAskHistory(platform, place().documentId, token)

const path = (place: Place) => `${place.documentId}/${place.picture}`
const fresh = (place: Place) => `${place.documentId}/${randomUUID()}.png`

const downloads =
  (place: () => Place): Try =>
  async ({ client }) =>
    (await images(client).download(path(place()))).error === null

const uploads =
  (place: () => Place): Try =>
  async ({ client }) =>
    (await images(client).upload(fresh(place()), PNG, { contentType: 'image/png' })).error === null

const downloadsFile =
  (place: () => Place): Try =>
  async ({ client }) =>
    (await client.storage.from('document-files').download(nameless(path(place())))).error === null

const uploadsFile =
  (place: () => Place): Try =>
  async ({ client }) =>
    (await client.storage.from('document-files').upload(nameless(fresh(place())), PNG, { contentType: 'application/octet-stream' }))
      .error === null

const signs =
  (place: () => Place): Try =>
  async ({ client }) => {
    const { data } = await images(client).createSignedUrl(path(place()), 60)
    return data !== null && (await fetch(data.signedUrl)).ok
  }

const signsUpload =
  (place: () => Place): Try =>
  async ({ client }) => {
    const { data } = await images(client).createSignedUploadUrl(fresh(place()))
    if (!data) return false
    return (await images(cast.stranger.client).uploadToSignedUrl(data.path, data.token, PNG, { contentType: 'image/png' })).error === null
  }

const [here, there] = [() => open, () => closed]

// An x where the door opens. The stranger has an account; guest to owner are members; the suspended and the removed one were editors; with
// the granted one, a guest, a page and the room were shared; the visitor has no name and came by a link to the page.
// biome-ignore format: the table is the specification
const TABLE: [door: string, passes: string, attempt: Try][] = [
  //                                nobody
  //                                |  stranger
  //                                |  |  guest
  //                                |  |  |  viewer
  //                                |  |  |  |  commenter
  //                                |  |  |  |  |  editor
  //                                |  |  |  |  |  |  admin
  //                                |  |  |  |  |  |  |  owner
  //                                |  |  |  |  |  |  |  |  suspended
  //                                |  |  |  |  |  |  |  |  |  removed
  //                                |  |  |  |  |  |  |  |  |  |  granted
  //                                |  |  |  |  |  |  |  |  |  |  |  visitor
  ['workspace: REST, read',        '.  .  x  x  x  x  x  x  .  .  x  .', rows('workspaces', () => workspaceId)],
  ['workspace: REST, write',       '.  .  .  .  .  .  x  x  .  .  .  .', patch('workspaces', () => workspaceId, { name: 'Acme' })],
  ['workspace: RPC, members',      '.  .  .  x  x  x  x  x  .  .  .  .', rpc('workspace_members', () => ({ workspace_id: workspaceId }))],
  ['workspace: RPC, new space',    '.  .  .  .  .  x  x  x  .  .  .  .', rpc('create_space', () => ({ id: randomUUID(), workspace_id: workspaceId, name: 'New', private: true }))],
  ['workspace: channel',           '.  .  .  x  x  x  x  x  .  .  .  .', hears('workspace', () => workspaceId)],
  ['workspace: function',          '.  .  x  x  x  x  x  x  .  .  x  .', asks(() => `workspaces?select=id&id=eq.${workspaceId}`)],

  ['open space: REST, read',       '.  .  .  x  x  x  x  x  .  .  .  .', rows('spaces', () => open.spaceId)],
  ['open space: RPC, new page',    '.  .  .  .  .  x  x  x  .  .  .  .', rpc('create_document', () => ({ id: randomUUID(), space_id: open.spaceId }))],
  ['open space: RPC, rename',      '.  .  .  .  .  .  x  x  .  .  .  .', rpc('rename_space', () => ({ space_id: open.spaceId, name: 'General' }))],
  ['open space: channel',          '.  .  .  x  x  x  x  x  .  .  .  .', hears('space', () => open.spaceId)],
  ['open space: function',         '.  .  .  x  x  x  x  x  .  .  .  .', asks(() => `spaces?select=id&id=eq.${open.spaceId}`)],
  ['private space: REST, read',    '.  .  .  .  .  .  .  x  .  .  .  .', rows('spaces', () => closed.spaceId)],
  ['private space: RPC, new page', '.  .  .  .  .  .  .  x  .  .  .  .', rpc('create_document', () => ({ id: randomUUID(), space_id: closed.spaceId }))],
  ['private space: RPC, rename',   '.  .  .  .  .  .  .  x  .  .  .  .', rpc('rename_space', () => ({ space_id: closed.spaceId, name: 'Board' }))],
  ['private space: channel',       '.  .  .  .  .  .  .  x  .  .  .  .', hears('space', () => closed.spaceId)],
  ['private space: function',      '.  .  .  .  .  .  .  x  .  .  .  .', asks(() => `spaces?select=id&id=eq.${closed.spaceId}`)],

  ['page: REST, read',             '.  .  .  x  x  x  x  x  .  .  x  x', rows('documents', () => open.documentId)],
  ['page: REST, write',            '.  .  .  .  .  x  x  x  .  .  x  .', patch('documents', () => open.documentId, { icon: '🌱' })],
  ['page: RPC, read',              '.  .  .  x  x  x  x  x  .  .  x  x', rpc('document_access', () => ({ id: open.documentId }))],
  ['page: RPC, share',             '.  .  .  .  .  x  x  x  .  .  .  .', rpc('create_link', () => ({ object_type: 'document', object_id: open.documentId }))],
  ['page: socket, read',           '.  .  .  x  x  x  x  x  .  .  x  x', opens(here, 'readonly')],
  ['page: socket, write',          '.  .  .  .  .  x  x  x  .  .  x  .', opens(here, 'read-write')],
  ['page: history',                '.  .  .  x  x  x  x  x  .  .  x  x', history(here)],
  ['page: function',               '.  .  .  x  x  x  x  x  .  .  x  x', asks(() => `documents?select=id&id=eq.${open.documentId}`)],
  ['hidden page: REST, read',      '.  .  .  .  .  .  .  x  .  .  .  .', rows('documents', () => closed.documentId)],
  ['hidden page: REST, write',     '.  .  .  .  .  .  .  x  .  .  .  .', patch('documents', () => closed.documentId, { icon: '🌱' })],
  ['hidden page: RPC, read',       '.  .  .  .  .  .  .  x  .  .  .  .', rpc('document_access', () => ({ id: closed.documentId }))],
  ['hidden page: socket, read',    '.  .  .  .  .  .  .  x  .  .  .  .', opens(there, 'readonly')],
  ['hidden page: socket, write',   '.  .  .  .  .  .  .  x  .  .  .  .', opens(there, 'read-write')],
  ['hidden page: history',         '.  .  .  .  .  .  .  x  .  .  .  .', history(there)],
  ['hidden page: function',        '.  .  .  .  .  .  .  x  .  .  .  .', asks(() => `documents?select=id&id=eq.${closed.documentId}`)],

  ['image: download',              '.  .  .  x  x  x  x  x  .  .  x  x', downloads(here)],
  ['image: upload',                '.  .  .  .  .  x  x  x  .  .  x  .', uploads(here)],
  ['image: signed link',           '.  .  .  x  x  x  x  x  .  .  x  x', signs(here)],
  ['image: signed upload',         '.  .  .  .  .  x  x  x  .  .  x  .', signsUpload(here)],
  ['hidden image: download',       '.  .  .  .  .  .  .  x  .  .  .  .', downloads(there)],
  ['hidden image: upload',         '.  .  .  .  .  .  .  x  .  .  .  .', uploads(there)],
  ['hidden image: signed link',    '.  .  .  .  .  .  .  x  .  .  .  .', signs(there)],
  ['hidden image: signed upload',  '.  .  .  .  .  .  .  x  .  .  .  .', signsUpload(there)],

  ['file: download',               '.  .  .  x  x  x  x  x  .  .  x  x', downloadsFile(here)],
  ['file: upload',                 '.  .  .  .  .  x  x  x  .  .  x  .', uploadsFile(here)],
  ['hidden file: download',        '.  .  .  .  .  .  .  x  .  .  .  .', downloadsFile(there)],
  ['hidden file: upload',          '.  .  .  .  .  .  .  x  .  .  .  .', uploadsFile(there)],

  ['room: REST, read',             '.  .  .  x  x  x  x  x  .  .  x  .', rows('rooms', () => open.roomId)],
  ['room: RPC, change',            '.  .  .  .  .  x  x  x  .  .  x  .', rpc('update_room', () => ({ room_id: open.roomId, topic: 'All' }))],
  ['room: channel',                '.  .  .  x  x  x  x  x  .  .  x  .', hears('room', () => open.roomId)],
  ['room: function',               '.  .  .  x  x  x  x  x  .  .  x  .', asks(() => `rooms?select=id&id=eq.${open.roomId}`)],
  ['hidden room: REST, read',      '.  .  .  .  .  .  .  x  .  .  .  .', rows('rooms', () => closed.roomId)],
  ['hidden room: channel',         '.  .  .  .  .  .  .  x  .  .  .  .', hears('room', () => closed.roomId)],
  ['hidden room: function',        '.  .  .  .  .  .  .  x  .  .  .  .', asks(() => `rooms?select=id&id=eq.${closed.roomId}`)],

  ['message: REST, read',          '.  .  .  x  x  x  x  x  .  .  x  .', rows('messages', () => open.messageId)],
  ['message: RPC, send',           '.  .  .  .  x  x  x  x  .  .  x  .', rpc('send_message', () => ({ id: randomUUID(), room_id: open.roomId, text: 'Hi' }))],
  ['message: RPC, edit',           '.  .  .  .  .  .  .  x  .  .  .  .', rpc('edit_message', () => ({ id: open.messageId, text: 'Hello' }))],
  ['message: function',            '.  .  .  x  x  x  x  x  .  .  x  .', asks(() => `messages?select=id&id=eq.${open.messageId}`)],
  ['hidden message: REST, read',   '.  .  .  .  .  .  .  x  .  .  .  .', rows('messages', () => closed.messageId)],
  ['hidden message: RPC, send',    '.  .  .  .  .  .  .  x  .  .  .  .', rpc('send_message', () => ({ id: randomUUID(), room_id: closed.roomId, text: 'Hi' }))],
  ['hidden message: function',     '.  .  .  .  .  .  .  x  .  .  .  .', asks(() => `messages?select=id&id=eq.${closed.messageId}`)],
]

test.for(TABLE)('[SEC14] who passes: %s', async ([, expected, attempt]) => {
  const passes = await Promise.all(ACTORS.map(async (actor) => ((await attempt(cast[actor])) ? 'x' : '.')))
  expect(passes.join('  ')).toBe(expected)
})
