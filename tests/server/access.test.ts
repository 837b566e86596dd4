import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createDatabase, type Database } from '../support/database.ts'
import { closePeers, openPeer, SOON } from './collaboration.ts'
import { type CollaborationProcess, startCollaboration, tokenFor } from './process.ts'
import { createTeam, type Team } from './team.ts'

let database: Database
let team: Team
let server: CollaborationProcess
const keys = await generateKeyPair('ES256')

beforeAll(async () => {
  database = await createDatabase()
  team = await createTeam(database)
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256', kid: 'signing' }] }
  server = await startCollaboration(database.url('atrium_collab'), { JWT_JWKS: JSON.stringify(jwks) })
})
afterEach(closePeers)
afterAll(async () => {
  await server?.end('SIGTERM')
  await team?.close()
  await database?.drop()
})

async function join(documentId: string, userId: string) {
  const peer = openPeer({ url: server.url, documentId, token: await tokenFor(userId) })
  await peer.saved()
  return peer
}

/** The one reason why somebody does not get in. */
async function denial(documentId: string, token: string) {
  const { denials } = openPeer({ url: server.url, documentId, token })
  await expect.poll(() => denials, SOON).toHaveLength(1)
  return denials[0]
}

test('[COL3] a stranger, a guest and a missing document get the same answer', async () => {
  const documentId = await team.document()
  const member = await tokenFor(await team.person('Anna', 'editor'))
  expect([
    await denial(documentId, await tokenFor(await team.person('Stranger'))),
    await denial(documentId, await tokenFor(await team.person('Guest', 'guest'))),
    await denial(documentId, await tokenFor(randomUUID())),
    await denial(randomUUID(), member),
    await denial(documentId.toUpperCase(), member),
    await denial('../etc/passwd', member),
  ]).toEqual(Array(6).fill('not_found'))
})

test('[COL4] a token that is expired, forged or not a person is refused', async () => {
  const documentId = await team.document()
  const userId = await team.person('Anna', 'editor')
  const foreign = await generateKeyPair('ES256')
  const signed = (key: CryptoKey, header = { alg: 'ES256', kid: 'signing' }) =>
    new SignJWT({ role: 'authenticated', sub: userId }).setProtectedHeader(header).setExpirationTime('1h').sign(key)
  const [header, payload] = (await tokenFor(userId)).split('.')
  expect([
    await denial(documentId, await tokenFor(userId, { expiresIn: -60 })),
    await denial(documentId, await tokenFor(userId, { secret: 'the secret of another installation' })),
    await denial(documentId, await signed(foreign.privateKey)),
    await denial(documentId, await tokenFor(userId, { claims: { role: 'service_role' } })),
    await denial(documentId, `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`),
    await denial(documentId, `${header}.${payload}.`),
    await denial(documentId, 'x'.repeat(20_000)),
    await denial(documentId, ''),
  ]).toEqual(['token_expired', ...Array(7).fill('token_invalid')])

  const peer = openPeer({ url: server.url, documentId, token: await signed(keys.privateKey) })
  await peer.saved()
  expect(peer.provider.authorizedScope).toBe('read-write')
})

test('[COL5] an editor who becomes a viewer while typing is told, and what he types from then on is not taken', async () => {
  const documentId = await team.document()
  const userId = await team.person('Ben', 'editor')
  const [anna, ben] = [await join(documentId, await team.person('Anna', 'editor')), await join(documentId, userId)]
  const typing = setInterval(() => ben.type('words'), 5)
  await expect.poll(() => anna.text(), SOON).toContain('words')
  await team.setRole(userId, 'viewer')
  const changedAt = performance.now()
  await expect.poll(() => ben.messages, { interval: 5 }).toEqual([{ type: 'access', access: 'read' }])
  expect(performance.now() - changedAt).toBeLessThan(1000)
  clearInterval(typing)
  ben.type('too late')
  anna.type('goes on')
  await anna.saved()
  await expect.poll(() => ben.text(), SOON).toContain('goes on')
  expect(anna.text()).not.toContain('too late')

  await team.setRole(userId, 'editor')
  const again = await join(documentId, userId)
  again.type('back')
  await expect.poll(() => anna.text(), SOON).toContain('back')
})

test.for(['', '?schema=1', '?schema=x'])(
  '[SCHEMA4] a client with the schema "%s" is told that it is old; it reads and changes nothing',
  async (schema) => {
    const documentId = await team.document()
    const anna = await join(documentId, await team.person('Anna', 'editor'))
    const token = await tokenFor(await team.person('Olga', 'editor'))
    const old = openPeer({ url: server.url.replace(/\?.*/, schema), documentId, token })
    anna.type('news')
    await expect.poll(() => old.text(), SOON).toBe('news')
    expect(old.messages).toEqual([{ type: 'outdated' }])
    old.document.getXmlFragment('default').delete(0, 1)
    old.type('from the past')
    anna.type('more')
    await expect.poll(() => old.text(), SOON).toContain('more')
    expect(anna.text()).toBe('news\nmore')
  },
)

test('[COL6] a removed member is out in under a second, and stays out', async () => {
  const documentId = await team.document()
  const userId = await team.person('Rita', 'editor')
  const [anna, rita] = [await join(documentId, await team.person('Anna', 'editor')), await join(documentId, userId)]
  await team.remove(userId)
  const removedAt = performance.now()
  await expect.poll(() => rita.messages, { interval: 1 }).toEqual([{ type: 'revoked' }])
  expect(performance.now() - removedAt).toBeLessThan(1000)

  anna.type('among ourselves')
  rita.type('still here?')
  await anna.saved()
  await rita.provider.sendToken()
  rita.provider.startSync()
  await expect.poll(() => rita.denials, SOON).toEqual(['not_found'])
  expect(rita.text()).toBe('still here?')
  expect(anna.text()).toBe('among ourselves')
})

test('[COL6] who is signed out somewhere else is out in under a second, and stays out; another session of his goes on', async () => {
  const documentId = await team.document()
  const userId = await team.person('Rita', 'editor')
  const [lost, kept] = [randomUUID(), randomUUID()]
  await team.admin`insert into auth.sessions (id, user_id) select unnest(${[lost, kept]}::uuid[]), ${userId}`
  const open = async (session_id: string) => {
    const peer = openPeer({ url: server.url, documentId, token: await tokenFor(userId, { claims: { session_id } }) })
    await peer.saved()
    return peer
  }
  const [atCafe, atHome] = [await open(lost), await open(kept)]
  await team.admin`delete from auth.sessions where id = ${lost}`
  const endedAt = performance.now()
  await expect.poll(() => atCafe.messages, { interval: 1 }).toEqual([{ type: 'revoked' }])
  expect(performance.now() - endedAt).toBeLessThan(1000)
  await atCafe.provider.sendToken()
  atCafe.provider.startSync()
  await expect.poll(() => atCafe.denials, SOON).toEqual(['not_found'])
  atHome.type('still me')
  await atHome.saved()
  expect(atHome.messages).toEqual([])
})

test('[COL6] a visitor who came by a link reads along, and is out in under a second when it is taken back', async () => {
  const documentId = await team.document()
  const visitor = randomUUID()
  await team.admin`insert into auth.users (id, is_anonymous) values (${visitor}, true)`
  const link = await team.as(team.ownerId, async (sql) => {
    const [made] = await sql<{ id: string; token: string }[]>`select id, token from atrium.create_link('document', ${documentId}, 'editor')`
    return made
  })
  expect(await denial(documentId, await tokenFor(visitor))).toBe('not_found')
  await team.as(visitor, (sql) => sql`select from atrium.open_link(${link?.token ?? ''})`)
  const [anna, guest] = [await join(documentId, team.ownerId), await join(documentId, visitor)]
  expect(guest.provider.authorizedScope).toBe('readonly')
  anna.type('for everybody')
  await expect.poll(() => guest.text(), SOON).toContain('for everybody')
  await team.as(team.ownerId, (sql) => sql`select atrium.delete_link(${link?.id ?? ''})`)
  const deletedAt = performance.now()
  await expect.poll(() => guest.messages, { interval: 1 }).toEqual([{ type: 'revoked' }])
  expect(performance.now() - deletedAt).toBeLessThan(1000)
})

test('[COL6] access lost while nobody listened is noticed as soon as somebody listens again', async () => {
  const documentId = await team.document()
  const userId = await team.person('Rita', 'editor')
  const rita = await join(documentId, userId)
  await team.admin`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'atrium_collab' and query ilike 'listen%' and datname = current_database()`
  await team.remove(userId)
  await expect.poll(() => rita.messages, { timeout: 5000 }).toContainEqual({ type: 'revoked' })
})

test('[COL13] a token that expires is renewed without a break', async () => {
  const documentId = await team.document()
  const userId = await team.person('Anna', 'editor')
  let asked = 0
  const token = () => tokenFor(userId, { expiresIn: asked++ === 0 ? 1 : 3600 })
  const anna = openPeer({ url: server.url, documentId, token })
  await anna.saved()
  await expect.poll(() => asked, { timeout: 5000 }).toBe(2)
  anna.type('still here')
  await anna.saved()
  expect(anna.closeCodes).toEqual([])
})

test('[COL13] who has no fresh token is cut off, with a code that says so', async () => {
  const documentId = await team.document()
  const stale = await tokenFor(await team.person('Anna', 'editor'), { expiresIn: -3 }) // Within the leeway for clocks.
  const anna = openPeer({ url: server.url, documentId, token: stale })
  await expect.poll(() => anna.closeCodes, { timeout: 10_000 }).toEqual([4401])
  await expect.poll(() => anna.denials, { timeout: 5000 }).toContain('token_expired')
})

test("[COL13] another person's token does not take a connection over", async () => {
  const documentId = await team.document()
  const tokens = [await tokenFor(await team.person('Anna', 'editor')), await tokenFor(await team.person('Ben', 'editor'))]
  const anna = openPeer({ url: server.url, documentId, token: async () => tokens.shift() ?? '' })
  await anna.saved()
  await anna.provider.sendToken()
  await expect.poll(() => anna.closeCodes, SOON).toEqual([4401])
})
