import { createHmac } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import decodeQr from 'qr/decode.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthUnderTest, openLink, PASSWORD, SITE, startAuth } from './authSupport.ts'

let auth: AuthUnderTest
let now = Date.now()
beforeAll(async () => {
  auth = await startAuth()
})
afterAll(() => auth.close())

/** The service's clock and the authenticator app's. */
function later(seconds: number) {
  auth.advance(seconds)
  now += seconds * 1000
}
const clock = () => now + (Date.now() - started)
const started = now

/** What an authenticator app shows: RFC 6238. */
function app(secret: string, at = clock()): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
  const counter = Buffer.alloc(8)
  counter.writeBigInt64BE(BigInt(Math.floor(at / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 15
  return String((hash.readUInt32BE(offset) % 2 ** 31) % 1_000_000).padStart(6, '0')
}

async function enrolled(client: SupabaseClient, friendlyName = 'Phone') {
  const { data, error } = await client.auth.mfa.enroll({ factorType: 'totp', friendlyName, issuer: 'Atrium' })
  if (error) throw error
  return data
}

/** Somebody who uses an authenticator app, signed in with it. */
async function withFactor() {
  const person = await auth.signedIn()
  const { id: factorId, totp } = await enrolled(person.client)
  const { error } = await person.client.auth.mfa.challengeAndVerify({ factorId, code: app(totp.secret) })
  if (error) throw error
  later(60) // The code is used up.
  return { ...person, factorId, secret: totp.secret }
}

async function withPassword(email: string) {
  const client = auth.client()
  const { error } = await client.auth.signInWithPassword({ email, password: PASSWORD })
  if (error) throw error
  return client
}

const levels = async (client: SupabaseClient) => {
  const { data } = await client.auth.mfa.getAuthenticatorAssuranceLevel()
  return [data?.currentLevel, data?.nextLevel]
}
const methods = async (client: SupabaseClient) =>
  (await client.auth.mfa.getAuthenticatorAssuranceLevel()).data?.currentAuthenticationMethods.map((entry) =>
    typeof entry === 'string' ? entry : entry.method,
  )

test('[AUTH55] an authenticator app is added by a QR code and counts once a code of it was entered', async () => {
  const { client, email } = await auth.signedIn()
  const factor = await enrolled(client)
  expect(factor).toMatchObject({ type: 'totp', friendly_name: 'Phone', totp: { secret: expect.stringMatching(/^[A-Z2-7]{32}$/) } })
  expect(factor.totp.uri).toBe(
    `otpauth://totp/Atrium:${encodeURIComponent(email)}?algorithm=SHA1&digits=6&issuer=Atrium&period=30&secret=${factor.totp.secret}`,
  )
  expect(read(factor.totp.qr_code)).toBe(factor.totp.uri)
  expect(await levels(client)).toEqual(['aal1', 'aal1'])

  const { data } = await client.auth.mfa.challengeAndVerify({ factorId: factor.id, code: app(factor.totp.secret) })
  expect(data?.user.factors).toMatchObject([{ id: factor.id, status: 'verified', factor_type: 'totp', friendly_name: 'Phone' }])
  expect(await levels(client)).toEqual(['aal2', 'aal2'])
  expect(await methods(client)).toEqual(['totp', 'password'])
  expect((await client.auth.mfa.listFactors()).data?.totp).toMatchObject([{ id: factor.id }])
  expect((await auth.mailTo(email)).subject).toBe('Two-step sign-in was switched on')
})

/** What a camera reads off the picture in a page: the page takes it as a data URI as it is. */
function read(dataUri: string): string {
  expect(dataUri).toMatch(/^data:image\/svg\+xml;utf-8,<svg [^#%]*<\/svg>$/)
  const scale = 4
  const width = Number(/viewBox="0 0 (\d+) /.exec(dataUri)?.[1]) * scale
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, x, y, run] of (dataUri.split('black')[1] ?? '').matchAll(/M(\d+) (\d+)h(\d+)v1/g))
    for (let row = 0; row < scale; row++) {
      const start = ((Number(y) * scale + row) * width + Number(x) * scale) * 4
      for (let i = start; i < start + Number(run) * scale * 4; i += 4) data.fill(0, i, i + 3)
    }
  return decodeQr({ width, height: width, data })
}

test('[AUTH55] a session with a password only becomes one of two factors, and keeps it when refreshed', async () => {
  const { email, factorId, secret } = await withFactor()
  const client = await withPassword(email)
  expect(await levels(client)).toEqual(['aal1', 'aal2'])
  const before = (await client.auth.getSession()).data.session?.refresh_token
  expect((await client.auth.mfa.challengeAndVerify({ factorId, code: app(secret) })).error).toBeNull()
  expect(await levels(client)).toEqual(['aal2', 'aal2'])
  await client.auth.refreshSession()
  expect([await levels(client), await methods(client)]).toEqual([
    ['aal2', 'aal2'],
    ['totp', 'password'],
  ])
  // The token of the first step is no way around the second.
  const stale = await auth.post('/token?grant_type=refresh_token', { refresh_token: before })
  expect([stale.status, (await stale.json()).error_code]).toEqual([400, 'refresh_token_not_found'])
})

test('[AUTH55] sessions that never showed the second factor end with the first code', async () => {
  const { client, email } = await auth.signedIn()
  const other = await withPassword(email)
  const { id: factorId, totp } = await enrolled(client)
  await client.auth.mfa.challengeAndVerify({ factorId, code: app(totp.secret) })
  expect((await other.auth.getUser()).error?.name).toBe('AuthSessionMissingError')
  expect((await client.auth.getUser()).error).toBeNull()
})

test('[AUTH56] a code works once, and half a minute early or late, not more', async () => {
  const { email, factorId, secret } = await withFactor()
  const tried = async (secondsOff: number) => {
    const client = await withPassword(email)
    const { error } = await client.auth.mfa.challengeAndVerify({ factorId, code: app(secret, clock() + secondsOff * 1000) })
    return error?.code ?? 'in'
  }
  later(30 - ((clock() / 1000) % 30) + 10) // Ten seconds into a step, so that none ends while we look.
  expect([await tried(-60), await tried(60)]).toEqual(['mfa_verification_failed', 'mfa_verification_failed'])
  expect([await tried(-30), await tried(-30)]).toEqual(['in', 'mfa_verification_failed'])
  expect([await tried(30), await tried(30)]).toEqual(['in', 'mfa_verification_failed'])
  // Older than the latest one that was accepted.
  expect(await tried(0)).toBe('mfa_verification_failed')
})

test('[AUTH56] a code entered twenty times at once lets one in', async () => {
  const { email, factorId, secret } = await withFactor()
  const client = await withPassword(email)
  const token = (await client.auth.getSession()).data.session?.access_token
  const headers = { authorization: `Bearer ${token}` }
  const attempts = Array.from({ length: 20 }, async () => {
    const challenge = await (await auth.post(`/factors/${factorId}/challenge`, {}, headers)).json()
    return (await auth.post(`/factors/${factorId}/verify`, { challenge_id: challenge.id, code: app(secret) }, headers)).status
  })
  expect((await Promise.all(attempts)).filter((status) => status === 200)).toHaveLength(1)
})

test('[AUTH56] a challenge is for its factor, works once and for five minutes', async () => {
  const { client, factorId, secret } = await withFactor()
  const other = await withFactor()
  const challengeId = async (who: { client: SupabaseClient; factorId: string }) =>
    (await who.client.auth.mfa.challenge({ factorId: who.factorId })).data?.id ?? ''
  const verify = async (id: string, code = app(secret)) => (await client.auth.mfa.verify({ factorId, challengeId: id, code })).error?.code
  expect(await verify(await challengeId(other))).toBe('mfa_factor_not_found')
  expect(await verify('nonsense')).toBe('validation_failed')
  const old = await challengeId({ client, factorId })
  later(301)
  expect(await verify(old)).toBe('mfa_challenge_expired')
  const good = await challengeId({ client, factorId })
  expect(await verify(good)).toBeUndefined()
  later(60)
  expect(await verify(good)).toBe('mfa_ip_address_mismatch')
  // Somebody else's factor is no factor of mine.
  const foreign = await client.auth.mfa.challenge({ factorId: other.factorId })
  expect(foreign.error).toMatchObject({ status: 404, code: 'mfa_factor_not_found' })
})

test('[AUTH57] five wrong codes stop further guesses for a while, also right ones', async () => {
  const limited = await startAuth({
    limits: { factorPerAccount: { count: 5, seconds: 300 }, recoveryCodePerAccount: { count: 5, seconds: 900 } },
  })
  const { client } = await limited.signedIn()
  const { id: factorId, totp } = await enrolled(client)
  const verify = (code: string) => client.auth.mfa.challengeAndVerify({ factorId, code })
  const wrong = app(totp.secret, 0) // Of 1970.
  for (let i = 0; i < 5; i++) expect((await verify(wrong)).error?.code).toBe('mfa_verification_failed')
  expect((await verify(app(totp.secret, Date.now()))).error).toMatchObject({ status: 429, code: 'over_request_rate_limit' })
  await limited.restart()
  expect((await limited.sql`select from auth.rate_limits where free_at > now() + interval '4 minutes'`).length).toBe(1)
  limited.advance(300)
  expect((await verifyAgain()).error).toBeNull()
  for (let i = 0; i < 5; i++) expect((await recover('x')).error_code).toBe('mfa_verification_failed')
  expect(await recover('x')).toMatchObject({ code: 429, error_code: 'mfa_recovery_codes_locked' })
  await limited.close()

  async function verifyAgain() {
    const again = limited.client()
    await again.auth.setSession({
      access_token: (await client.auth.getSession()).data.session?.access_token ?? '',
      refresh_token: (await client.auth.getSession()).data.session?.refresh_token ?? '',
    })
    const result = await again.auth.mfa.challengeAndVerify({ factorId, code: app(totp.secret, Date.now() + 300_000) })
    await client.auth.setSession({ access_token: result.data?.access_token ?? '', refresh_token: result.data?.refresh_token ?? '' })
    return result
  }
  async function recover(code: string) {
    const token = (await client.auth.getSession()).data.session?.access_token
    return (await limited.post('/factors/recovery-codes/verify', { code }, { authorization: `Bearer ${token}` })).json()
  }
})

test('[AUTH57] a stranger who has the password and uses up the tries does not lock the owner out where he is signed in', async () => {
  const limited = await startAuth({ trustedProxies: ['127.0.0.1'], limits: { factorPerAccount: { count: 5, seconds: 300 } } })
  const { client, email } = await limited.signedIn()
  const { id: factorId, totp } = await enrolled(client)
  expect((await client.auth.mfa.challengeAndVerify({ factorId, code: app(totp.secret, Date.now()) })).error).toBeNull()
  const attempt = async (address: string, code: string) => {
    const post = async (path: string, body: object, token = limited.secrets.publishableKey) =>
      (await limited.post(path, body, { authorization: `Bearer ${token}`, 'x-forwarded-for': address })).json()
    const { access_token } = await post('/token?grant_type=password', { email, password: PASSWORD })
    const { id: challenge_id } = await post(`/factors/${factorId}/challenge`, {}, access_token)
    const answer = await post(`/factors/${factorId}/verify`, { challenge_id, code }, access_token)
    return answer.error_code ?? 'in'
  }
  for (let i = 0; i < 5; i++) expect(await attempt('203.0.113.66', '000')).toBe('mfa_verification_failed')
  expect(await attempt('203.0.113.66', '000')).toBe('over_request_rate_limit')
  expect(await attempt('203.0.113.67', '000')).toBe('over_request_rate_limit')
  limited.advance(60)
  expect(await attempt('127.0.0.1', app(totp.secret, Date.now() + 60_000))).toBe('in')
  await limited.close()
})

test('[AUTH58] with a second factor, only whoever shows it changes password, address or factors', async () => {
  const { email, factorId, secret } = await withFactor()
  const client = await withPassword(email)
  const refused = { code: 'insufficient_aal' }
  expect((await client.auth.updateUser({ password: 'another horse 7' })).error).toMatchObject({ status: 401, ...refused })
  expect((await client.auth.updateUser({ email: 'elsewhere@example.com' })).error).toMatchObject({ status: 401, ...refused })
  expect((await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Mine' })).error).toMatchObject({ status: 403, ...refused })
  expect((await client.auth.mfa.unenroll({ factorId })).error).toMatchObject({ status: 422, ...refused })
  expect((await client.auth.mfa.recoveryCodes.generate()).error).toMatchObject({ status: 403, ...refused })
  expect((await client.auth.updateUser({ data: { name: 'Carla' } })).error).toBeNull()

  // Neither does a mailbox that somebody got hold of.
  await auth.client().auth.resetPasswordForEmail(email)
  const landed = await openLink(auth, await auth.mailTo(email, /new password/))
  const tokens = new URLSearchParams(landed.hash.slice(1))
  const thief = auth.client()
  await thief.auth.setSession({ access_token: tokens.get('access_token') ?? '', refresh_token: tokens.get('refresh_token') ?? '' })
  expect((await thief.auth.updateUser({ password: 'another horse 7' })).error).toMatchObject({ status: 401, ...refused })

  expect((await client.auth.mfa.challengeAndVerify({ factorId, code: app(secret) })).error).toBeNull()
  expect((await client.auth.updateUser({ password: 'another horse 7' })).error).toBeNull()
})

test('[AUTH80] a factor that was shown yesterday is shown again before factors are added or removed, or codes made', async () => {
  const { client, factorId, secret } = await withFactor()
  expect((await client.auth.mfa.recoveryCodes.generate()).error).toBeNull()
  later(25 * 3600)
  await client.auth.refreshSession()
  const needed = { status: 400, code: 'reauthentication_needed' }
  expect((await client.auth.mfa.recoveryCodes.regenerate()).error).toMatchObject(needed)
  expect((await client.auth.mfa.unenroll({ factorId })).error).toMatchObject(needed)
  expect((await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Thief' })).error).toMatchObject(needed)
  expect((await client.auth.mfa.challengeAndVerify({ factorId, code: app(secret) })).error).toBeNull()
  expect((await client.auth.mfa.recoveryCodes.regenerate()).error).toBeNull()
  expect((await client.auth.mfa.unenroll({ factorId })).error).toBeNull()
})

test('[AUTH59] a factor is removed, which makes its sessions ones of a password and tells the owner', async () => {
  const { client, email, factorId } = await withFactor()
  expect((await client.auth.mfa.unenroll({ factorId })).data).toEqual({ id: factorId })
  await client.auth.refreshSession()
  expect([await levels(client), await methods(client)]).toEqual([['aal1', 'aal1'], ['password']])
  expect((await auth.mailTo(email, /removed/)).text).toContain(email)
  expect((await client.auth.mfa.unenroll({ factorId })).error).toMatchObject({ status: 404, code: 'mfa_factor_not_found' })
})

test('[AUTH59] names are used once, and ten factors are enough', async () => {
  const { client, secret, factorId } = await withFactor()
  expect((await client.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' })).error?.code).toBe('mfa_factor_name_conflict')
  const nameless = () => client.auth.mfa.enroll({ factorType: 'totp' })
  const results = await Promise.all(Array.from({ length: 12 }, nameless))
  expect(results.filter(({ error }) => error === null)).toHaveLength(9)
  expect(results.find(({ error }) => error)?.error).toMatchObject({ status: 422, code: 'too_many_enrolled_mfa_factors' })
  // Those that nobody finished make room.
  later(301)
  expect((await nameless()).error).toBeNull()
  expect((await client.auth.mfa.challengeAndVerify({ factorId, code: app(secret) })).error).toBeNull()
  expect((await client.auth.mfa.listFactors()).data?.all).toHaveLength(1)
})

test('[AUTH60] ten recovery codes open the account once each, in place of the app', async () => {
  const { client, email, factorId } = await withFactor()
  expect((await client.auth.mfa.recoveryCodes.getStatus()).error).toMatchObject({ status: 404, code: 'mfa_factor_not_found' })
  const { data } = await client.auth.mfa.recoveryCodes.generate()
  expect(data).toMatchObject({ type: 'recovery_code', friendly_name: 'Recovery codes', total: 10 })
  expect(new Set(data?.codes).size).toBe(10)
  expect((await client.auth.mfa.recoveryCodes.generate()).error?.code).toBe('mfa_verified_factor_exists')

  const [first = '', second = ''] = data?.codes ?? []
  const other = await withPassword(email)
  expect((await other.auth.mfa.recoveryCodes.verify({ code: `${first.slice(0, 8)} - ${first.slice(8).toUpperCase()} ` })).error).toBeNull()
  expect([await levels(other), await methods(other)]).toEqual([
    ['aal2', 'aal2'],
    ['mfa/recovery_code', 'password'],
  ])
  expect((await auth.mailTo(email, /recovery code/)).text).toContain('9 of them are left')
  const third = await withPassword(email)
  for (const code of [first, 'wrong', '', factorId])
    expect((await third.auth.mfa.recoveryCodes.verify({ code })).error).toMatchObject({ status: 422, code: 'mfa_verification_failed' })
  expect((await third.auth.mfa.recoveryCodes.getStatus()).data).toMatchObject({ total: 10, remaining: 9 })

  const renewed = await client.auth.mfa.recoveryCodes.regenerate()
  expect((await third.auth.mfa.recoveryCodes.verify({ code: second })).error?.code).toBe('mfa_verification_failed')
  expect((await third.auth.mfa.recoveryCodes.verify({ code: renewed.data?.codes[9] ?? '' })).error).toBeNull()
})

test('[AUTH60] recovery codes never stand alone', async () => {
  const plain = await auth.signedIn()
  expect((await plain.client.auth.mfa.recoveryCodes.generate()).error?.code).toBe('mfa_recovery_codes_sole_factor')
  const { client, factorId, email } = await withFactor()
  const { data } = await client.auth.mfa.recoveryCodes.generate({ friendlyName: 'In the drawer' })
  const other = await withPassword(email)
  await other.auth.mfa.recoveryCodes.verify({ code: data?.codes[0] ?? '' })
  await client.auth.mfa.unenroll({ factorId })
  expect((await client.auth.mfa.listFactors()).data?.all).toEqual([])
  for (const session of [client, other]) {
    await session.auth.refreshSession()
    expect(await levels(session)).toEqual(['aal1', 'aal1'])
  }
})

test('[AUTH60] recovery codes are given up', async () => {
  const { client } = await withFactor()
  await client.auth.mfa.recoveryCodes.generate()
  expect((await client.auth.mfa.recoveryCodes.unenroll()).error).toBeNull()
  expect((await client.auth.mfa.listFactors()).data?.recovery_code).toEqual([])
  expect(await levels(client)).toEqual(['aal2', 'aal2'])
})

test('[AUTH61] the database alone gives neither secrets nor recovery codes away, nor does a secret fit another factor', async () => {
  const one = await withFactor()
  const two = await withFactor()
  const codes = (await one.client.auth.mfa.recoveryCodes.generate()).data?.codes ?? []
  const [dump] = await auth.sql<{ text: string }[]>`
    select concat((select jsonb_agg(to_jsonb(f)) from auth.mfa_factors f), (select jsonb_agg(to_jsonb(c)) from auth.mfa_recovery_codes c)) as text`
  expect([one.secret, two.secret, ...codes].filter((secret) => dump?.text.includes(secret))).toEqual([])
  await auth.sql`update auth.mfa_factors set secret = (select secret from auth.mfa_factors where id = ${one.factorId}) where id = ${two.factorId}`
  const { error } = await two.client.auth.mfa.challengeAndVerify({ factorId: two.factorId, code: app(one.secret) })
  expect(error?.status).toBe(500)
})

test('[AUTH62] an administrator lists the factors of somebody who lost his phone, and deletes them', async () => {
  const { client, id: userId, email, factorId } = await withFactor()
  const { mfa } = auth.admin.auth.admin
  expect((await mfa.listFactors({ userId })).data?.factors).toMatchObject([{ id: factorId, factor_type: 'totp', status: 'verified' }])
  expect((await client.auth.admin.mfa.listFactors({ userId })).error).toMatchObject({ status: 403, code: 'not_admin' })
  const other = await withFactor()
  expect((await mfa.deleteFactor({ userId, id: other.factorId })).error?.code).toBe('mfa_factor_not_found')
  expect((await mfa.deleteFactor({ userId, id: factorId })).error).toBeNull()
  expect(await levels(await withPassword(email))).toEqual(['aal1', 'aal1'])
  const log = await auth.sql`
    select payload ->> 'action' as action from auth.audit_log_entries where payload ->> 'log_type' = 'factor'
      and ${userId} in (payload ->> 'actor_id', payload -> 'traits' ->> 'user_id') order by created_at`
  expect(log.map(({ action }) => action)).toEqual(['factor_in_progress', 'challenge_created', 'verification_attempted', 'factor_deleted'])
})

// biome-ignore format: the table is the specification
test.for([
  // what               method  path                     body                                            status code
  ['a phone',           'POST', '/factors',              { factor_type: 'phone' },                       422, 'mfa_phone_enroll_not_enabled'],
  ['a key',             'POST', '/factors',              { factor_type: 'webauthn' },                    422, 'mfa_webauthn_enroll_not_enabled'],
  ['nothing',           'POST', '/factors',              {},                                             400, 'validation_failed'],
  ['codes as factor',   'POST', '/factors',              { factor_type: 'recovery_code' },               400, 'validation_failed'],
  ['a long name',       'POST', '/factors',              { factor_type: 'totp', friendly_name: 'x'.repeat(65) }, 400, 'validation_failed'],
  ['a split issuer',    'POST', '/factors',              { factor_type: 'totp', issuer: 'A:B' },         400, 'validation_failed'],
  ['no such factor',    'POST', `/factors/${crypto.randomUUID()}/challenge`, {},                         404, 'mfa_factor_not_found'],
  ['no id',             'POST', '/factors/1/challenge',  {},                                             404, 'validation_failed'],
  ['no challenge',      'POST', `/factors/${crypto.randomUUID()}/verify`, { code: '123456' },            400, 'validation_failed'],
] as const)('[AUTH63] %s: refused with a status, a code and a sentence', async ([, , path, body, status, code]) => {
  const { client } = await auth.signedIn()
  const token = (await client.auth.getSession()).data.session?.access_token
  const response = await auth.post(path, body, { authorization: `Bearer ${token}` })
  expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ error_code: code, msg: expect.stringMatching(/\w{3,}/) })])
  expect((await auth.post(path, body)).status).toBeGreaterThanOrEqual(400)
})

test('[AUTH63] the issuer in the app is the site when nobody says otherwise', async () => {
  const { client } = await auth.signedIn()
  const { data } = await client.auth.mfa.enroll({ factorType: 'totp' })
  expect(data?.totp.uri).toContain(`issuer=${new URL(SITE).host}`)
})
