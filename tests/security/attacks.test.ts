import { createHmac, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import type { Result, Row } from '../../sql/types.gen.ts'
import { closePeers, openPeer, SOON } from '../server/collaboration.ts'
import { type Person, startPlatform, type TestPlatform } from '../support/platform.ts'
import { call, collabUrl, makeTeam, type Team, tokenOf } from './team.ts'

let platform: TestPlatform
let team: Team
let directory: string
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'atrium-functions-'))
  mkdirSync(join(directory, 'echo'))
  writeFileSync(join(directory, 'echo', 'index.ts'), `Deno.serve(() => new Response('reached'))`)
  platform = await startPlatform({ collab: true, worker: true, functions: directory })
  team = await makeTeam(platform)
})
afterEach(closePeers)
afterAll(async () => {
  await platform?.stop()
  rmSync(directory, { recursive: true, force: true })
})

/** The reason why a function refuses, or 'done'. */
const outcome = async ({ client }: Person, name: string, args: object) => {
  const { error } = await client.rpc(name, args)
  return error ? error.details || error.code : 'done'
}

// ── Tokens

const http = async (path: string, token: string, init: RequestInit = {}) => {
  const response = await fetch(platform.url + path, { ...init, headers: { authorization: `Bearer ${token}` } })
  // Storage tells its status in the body.
  const { statusCode } = (await response.json().catch(() => ({}))) as { statusCode?: string }
  return Number(statusCode ?? response.status)
}

const socketStatus = (token: string) =>
  new Promise<number>((resolve) => {
    const socket = new WebSocket(
      `${platform.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${encodeURIComponent(token)}&vsn=2.0.0`,
    )
    socket.once('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode))
    socket.on('error', () => {})
  })

async function documentStatus(token: string): Promise<number> {
  const { provider, denials } = openPeer({ url: collabUrl(platform), documentId: await openDocument(), token })
  await expect.poll(() => provider.isAuthenticated || denials.length > 0, SOON).toBe(true)
  return provider.isAuthenticated ? 101 : 401
}
let document: Promise<string> | undefined
const openDocument = () => (document ??= team.makeDocument())

/** How every door answers a bearer. */
async function statuses(token: string) {
  return {
    rest: await http('/rest/v1/documents?limit=1', token),
    rpc: await http('/rest/v1/rpc/my_workspaces', token, { method: 'POST', body: '{}' }),
    auth: await http('/auth/v1/user', token),
    storage: await http('/storage/v1/bucket', token),
    channel: await http('/realtime/v1/api/broadcast', token, { method: 'POST', body: '{"messages":[]}' }),
    socket: await socketStatus(token),
    document: await documentStatus(token),
    history: await http(`/collab/documents/${await openDocument()}/at/never`, token),
    function: await http('/functions/v1/echo', token),
  }
}
const REFUSED = Object.fromEntries(
  ['rest', 'rpc', 'auth', 'storage', 'channel', 'socket', 'document', 'history', 'function'].map((door) => [
    door,
    expect.toBeOneOf([401, 403]),
  ]),
)

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
function sign(header: object, claims: object, algorithm = 'sha256'): string {
  const content = `${encode(header)}.${encode(claims)}`
  return `${content}.${createHmac(algorithm, platform.jwtSecret).update(content).digest('base64url')}`
}
const claimsOf = async (person: Person) =>
  JSON.parse(Buffer.from((await tokenOf(person)).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

const HS256 = { alg: 'HS256', typ: 'JWT' }
const FORGERIES: Record<string, (claims: Record<string, unknown>) => string> = {
  'expired a minute ago': (claims) => sign(HS256, { ...claims, exp: Math.floor(Date.now() / 1000) - 60 }),
  'without an end': ({ exp: _, ...claims }) => sign(HS256, claims),
  'with an end that is a text': (claims) => sign(HS256, { ...claims, exp: '9999999999' }),
  'not valid yet': (claims) => sign(HS256, { ...claims, nbf: Math.floor(Date.now() / 1000) + 600 }),
  'another algorithm, signed with it': (claims) => sign({ alg: 'HS512' }, claims, 'sha512'),
  'RS256 by the shared secret': (claims) => sign({ alg: 'RS256' }, claims),
  'none, but signed': (claims) => sign({ alg: 'none' }, claims),
  'none in capitals, and nothing signed': (claims) => `${encode({ alg: 'NONE' })}.${encode(claims)}.`,
  'a key of its own': (claims) => `${sign({ ...HS256, jwk: { kty: 'oct', k: 'AAAA' } }, claims).slice(0, -4)}AAAA`,
  'without a role': ({ role: _, ...claims }) => sign(HS256, claims),
  'a signature too short': (claims) => sign(HS256, claims).slice(0, -8),
  'encrypted in form': (claims) => `${sign(HS256, claims)}.AAAA.AAAA`,
}

test.for(Object.keys(FORGERIES))('[SEC15] a token that is %s opens no door', async (name) => {
  const claims = await claimsOf(team.owner)
  expect(await statuses(sign(HS256, claims))).toMatchObject({ rest: 200, auth: 200, socket: 101, document: 101, function: 200 })
  expect(await statuses(FORGERIES[name]?.(claims) ?? '')).toEqual(REFUSED)
})

test('[SEC15] a token of nobody, or of a session that never was, reaches no function and sees nothing', async () => {
  const claims = await claimsOf(team.owner)
  for (const token of [sign(HS256, { ...claims, sub: 'nobody' }), sign(HS256, { ...claims, session_id: randomUUID() })]) {
    expect(await http('/functions/v1/echo', token)).toBe(401)
    expect(await documentStatus(token)).toBe(401)
    const response = await fetch(`${platform.url}/rest/v1/documents`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.ok ? await response.json() : []).toEqual([])
  }
})

test('[SEC16] what one service gives out for its own purpose is a token at no door', async () => {
  const documentId = await openDocument()
  const bucket = team.owner.client.storage.from('document-images')
  const path = `${documentId}/${randomUUID()}.png`
  await bucket.upload(path, Buffer.from('89504e470d0a1a0a', 'hex'), { contentType: 'image/png' })
  const signed = new URL((await bucket.createSignedUrl(path, 60)).data?.signedUrl ?? '')
  const [link] = await call<{ token: string }[]>(team.owner, 'create_link', { object_type: 'document', object_id: documentId })
  const [invitation] = await call<{ token: string }[]>(team.owner, 'create_invitation_link', {
    workspace_id: team.workspaceId,
    role: 'viewer',
  })
  await team.owner.client.auth.resetPasswordForEmail(team.owner.email)
  await expect.poll(async () => (await platform.mail(team.owner.email)).length, SOON).toBe(1)
  const mail = JSON.stringify(await platform.mail(team.owner.email))
  const { data } = await team.owner.client.auth.getSession()
  const secrets = {
    'refresh token': data.session?.refresh_token,
    'link to a file': signed.searchParams.get('token'),
    'link to put a file': (await bucket.createSignedUploadUrl(`${documentId}/${randomUUID()}.png`)).data?.token,
    'link to a page': link?.token,
    invitation: invitation?.token,
    'link of a mail': /token=([\w-]+)/.exec(mail)?.[1],
    'code of a mail': /\b(\d{6})\b/.exec(mail)?.[1],
    'session id': String((await claimsOf(team.owner)).session_id),
  }
  for (const [what, secret] of Object.entries(secrets)) {
    expect(secret, what).toEqual(expect.any(String))
    expect.soft([what, await statuses(String(secret))]).toEqual([what, REFUSED])
  }
})

test('[SEC16] a link or code of a mail is good for its own purpose alone', async () => {
  const person = await platform.signUp('Rita')
  await person.client.auth.resetPasswordForEmail(person.email)
  await person.client.auth.reauthenticate()
  await expect.poll(async () => (await platform.mail(person.email)).length, SOON).toBe(2)
  const mails = (await platform.mail(person.email)).map((mail) => JSON.stringify(mail))
  const token_hash = /token=([\w-]+)/.exec(mails.join())?.[1] ?? ''
  const nonce = /"subject":"(\d{6}) is your code/.exec(mails.join())?.[1] ?? ''
  const verify = async (body: object) =>
    (
      await fetch(`${platform.url}/auth/v1/verify`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { apikey: platform.publishableKey },
      })
    ).status
  for (const type of ['signup', 'invite', 'email_change']) expect.soft([type, await verify({ type, token_hash })]).toEqual([type, 403])
  for (const type of ['signup', 'recovery', 'magiclink', 'email', 'email_change'])
    expect.soft([type, await verify({ type, email: person.email, token: nonce })]).toEqual([type, 403])
  expect(await verify({ type: 'recovery', token_hash })).toBe(200)
  expect(await verify({ type: 'recovery', token_hash })).toBe(403)
})

// ── Roles

test('[SEC17] nobody gives himself a role, whatever way he tries', async () => {
  const { viewer, owner, workspaceId: workspace_id, spaceId: space_id } = team
  const members = viewer.client.from('members')
  const mine = { workspace_id, user_id: viewer.id }
  const refusals = {
    change: await members.update({ role: 'owner' }).match(mine).select(),
    insert: await members.insert({ ...mine, role: 'owner' }),
    upsert: await members.upsert({ ...mine, role: 'owner' }),
    'of a space': await viewer.client.from('space_members').insert({ space_id, user_id: viewer.id, role: 'admin' }),
    'of a policy': await viewer.client
      .from('workspace_policies')
      .update({ joining: 'open', joining_role: 'editor' })
      .match({ workspace_id })
      .select(),
  }
  for (const [way, { error, data }] of Object.entries(refusals)) expect.soft([way, error?.code ?? data]).toEqual([way, '42501'])
  expect
    .soft([
      await outcome(viewer, 'set_member_role', { ...mine, role: 'owner' }),
      await outcome(viewer, 'set_space_member', { space_id, user_id: viewer.id, role: 'admin' }),
      await outcome(viewer, 'share_item', { object_type: 'document', object_id: await openDocument(), role: 'editor', user_id: viewer.id }),
      await outcome(viewer, 'invite_member', { workspace_id, email: viewer.email, role: 'owner' }),
      await outcome(viewer, 'create_invitation_link', { workspace_id, role: 'admin' }),
      await outcome(viewer, 'join_workspace', { workspace_id }),
    ])
    .toEqual([...Array(5).fill('role_too_low'), 'done'])
  // Neither by what he says about himself to the authentication service.
  const token = await tokenOf(viewer)
  const claims = { role: 'service_role', app_metadata: { role: 'owner' }, user_metadata: { role: 'owner' }, aal: 'aal2' }
  for (const body of [claims, { data: claims }])
    await fetch(`${platform.url}/auth/v1/user`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, apikey: platform.publishableKey },
      body: JSON.stringify(body),
    })
  await viewer.client.auth.refreshSession()
  expect(await claimsOf(viewer)).toMatchObject({
    role: 'authenticated',
    aal: 'aal1',
    app_metadata: { provider: 'email', providers: ['email'] },
  })
  const [membership] = await call<Result<'my_workspaces'>>(viewer, 'my_workspaces', {})
  expect(membership?.role).toBe('viewer')
  expect(await outcome(owner, 'set_member_role', { ...mine, role: 'viewer' })).toBe('done')
})

test('[SEC17] an admin makes no owner, not even himself, and takes no owner down', async () => {
  const { owner, workspaceId: workspace_id } = team
  const admin = await joining('admin')
  const change = (user: Person, role: string) => outcome(admin, 'set_member_role', { workspace_id, user_id: user.id, role })
  expect([
    await change(admin, 'owner'),
    await change(team.viewer, 'owner'),
    await change(owner, 'viewer'),
    await outcome(admin, 'remove_member', { workspace_id, user_id: owner.id }),
    await outcome(admin, 'suspend_member', { workspace_id, user_id: owner.id }),
    await outcome(admin, 'invite_member', { workspace_id, email: 'friend@example.com', role: 'owner' }),
    await outcome(admin, 'create_invitation_link', { workspace_id, role: 'owner' }),
  ]).toEqual([...Array(6).fill('role_too_high'), 'role_invalid'])
})

async function joining(role: string): Promise<Person> {
  const person = await platform.signUp('Joan')
  const invitation = await call<Row<'invitations'>>(team.owner, 'invite_member', {
    workspace_id: team.workspaceId,
    email: person.email,
    role,
  })
  await call(person, 'accept_my_invitation', { invitation_id: invitation.id })
  return person
}

// ── Invitations

test('[SEC18] a link for one person lets one in, though five come at the same moment, and nobody afterwards', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, (_, i) => platform.signUp(`Racer ${i}`)))
  const wish = { workspace_id: team.workspaceId, role: 'viewer', max_uses: 1 }
  const [link] = await call<{ token: string }[]>(team.owner, 'create_invitation_link', wish)
  const answers = await Promise.all(people.map((person) => outcome(person, 'accept_invitation', { token: link?.token })))
  expect(answers.toSorted()).toEqual(['done', ...Array(4).fill('invitation_accepted')])
  // Who came and was removed does not come back by it.
  const first = people[answers.indexOf('done')] ?? team.stranger
  await call(team.owner, 'remove_member', { workspace_id: team.workspaceId, user_id: first.id })
  expect(await outcome(first, 'accept_invitation', { token: link?.token })).toBe('invitation_accepted')
})

test('[SEC18] the link of a mail is for its address, once, and worth nothing when who sent it may not invite any more', async () => {
  const [guest, admin] = [await platform.signUp('Gina'), await joining('admin')]
  const invite = async () => {
    const before = (await platform.mail(guest.email)).length
    await call(admin, 'invite_member', { workspace_id: team.workspaceId, email: guest.email, role: 'viewer' })
    await expect.poll(async () => (await platform.mail(guest.email)).length, SOON).toBe(before + 1)
    return /\/invite\/([\w-]{40,})/.exec(JSON.stringify((await platform.mail(guest.email))[0]))?.[1] ?? ''
  }
  const accept = (person: Person, token: string) => outcome(person, 'accept_invitation', { token })
  const token = await invite()
  expect([
    await accept(team.stranger, token),
    await accept(guest, token.slice(0, -1)),
    await accept(guest, token.toUpperCase()),
    await accept(guest, token),
    await accept(guest, token),
  ]).toEqual(['invitation_other_email', 'invitation_not_found', 'invitation_not_found', 'done', 'invitation_accepted'])

  await call(team.owner, 'remove_member', { workspace_id: team.workspaceId, user_id: guest.id })
  const second = await invite()
  await call(team.owner, 'set_member_role', { workspace_id: team.workspaceId, user_id: admin.id, role: 'viewer' })
  expect([await accept(guest, token), await accept(guest, second)]).toEqual(['invitation_accepted', 'invitation_revoked'])
})

test('[SEC19] inviting somebody does not tell whether he has an account', async () => {
  const shapeOf = async (email: string) => {
    const invitation = await call<Row<'invitations'>>(team.owner, 'invite_member', {
      workspace_id: team.workspaceId,
      email,
      role: 'viewer',
    })
    return { ...invitation, id: '', email: '', created_at: '', expires_at: '' }
  }
  expect(await shapeOf((await platform.signUp('Known')).email)).toEqual(await shapeOf(`${randomUUID()}@example.com`))
})

// ── Ids of others, where a function takes several

test('[SEC20] who owns one workspace reaches nothing of another by mixing ids', async () => {
  const rival = await platform.signUp('Rival')
  const own = { workspace: randomUUID(), document: randomUUID(), group: randomUUID() }
  await call(rival, 'create_workspace', { id: own.workspace, name: 'Rivals' })
  const [room] = await call<Result<'my_rooms'>>(rival, 'my_rooms', { workspace_id: own.workspace })
  const [space_id, room_id] = [room?.space_id, room?.id]
  await call(rival, 'create_document', { id: own.document, space_id, title: 'Mine' })
  await call(rival, 'create_group', { id: own.group, workspace_id: own.workspace, name: 'Us' })
  const group = await call<Row<'groups'>>(team.owner, 'create_group', { id: randomUUID(), workspace_id: team.workspaceId, name: 'Them' })
  const foreign = { document: await openDocument(), space: team.spaceId, room: team.room.id, group: group.id, person: team.owner.id }
  const item = { object_type: 'document', object_id: own.document }
  // biome-ignore format: the table is the specification
  const tries: [string, object, string][] = [
    ['create_document',      { id: randomUUID(), space_id, parent_id: foreign.document },            'parent_not_found'],
    ['create_document',      { id: foreign.document, space_id },                                     'id_taken'],
    ['move_document',        { id: foreign.document, parent_id: null, position: null, space_id },    'document_not_found'],
    ['move_document',        { id: own.document, parent_id: null, position: null, space_id: foreign.space }, 'space_not_found'],
    ['move_document',        { id: own.document, parent_id: foreign.document, position: null },      'parent_not_found'],
    ['duplicate_document',   { document_id: foreign.document },                                      'document_not_found'],
    ['duplicate_document',   { document_id: own.document, space_id: foreign.space },                 'space_not_found'],
    ['duplicate_document',   { document_id: own.document, parent_id: foreign.document },             'parent_not_found'],
    ['restore_document',     { id: foreign.document },                                               'document_not_found'],
    ['share_item',           { ...item, role: 'viewer', user_id: foreign.person },                   'member_not_found'],
    ['share_item',           { ...item, role: 'viewer', group_id: foreign.group },                   'group_not_found'],
    ['share_item',           { ...item, object_id: foreign.document, role: 'editor', user_id: rival.id }, 'document_not_found'],
    ['set_space_member',     { space_id, user_id: foreign.person, role: 'viewer' },                  'member_not_found'],
    ['set_space_member',     { space_id: foreign.space, user_id: rival.id, role: 'admin' },          'space_not_found'],
    ['set_space_group',      { space_id, group_id: foreign.group, role: 'viewer' },                  'group_not_found'],
    ['add_group_member',     { group_id: own.group, user_id: foreign.person },                       'member_not_found'],
    ['add_group_member',     { group_id: foreign.group, user_id: rival.id },                         'group_not_found'],
    ['add_room_member',      { room_id, user_id: foreign.person },                                   'member_not_found'],
    ['create_room',          { id: randomUUID(), space_id: foreign.space, name: 'spies' },           'space_not_found'],
    ['send_message',         { id: randomUUID(), room_id: foreign.room, text: 'Hi' },                'room_not_found'],
    ['append_to_document',   { id: foreign.document, markdown: 'Hi' },                               'document_not_found'],
    ['set_member_role',      { workspace_id: own.workspace, user_id: foreign.person, role: 'viewer' }, 'member_not_found'],
    ['remove_member',        { workspace_id: own.workspace, user_id: foreign.person },               'member_not_found'],
    ['why_can',              { user_id: rival.id, object_type: 'document', object_id: foreign.document, action: 'read' }, 'document_not_found'],
    ['who_has_access',       { object_type: 'space', object_id: foreign.space },                     'space_not_found'],
  ]
  for (const [name, args, expected] of tries)
    expect.soft([name, Object.keys(args), await outcome(rival, name, args)]).toEqual([name, Object.keys(args), expected])
})
