import { readFileSync } from 'node:fs'
import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRateLimits } from '../../supabase/local/auth/rateLimits.ts'
import { DEFAULT_AUTH_SETTINGS } from '../../supabase/local/auth/settings.ts'
import { sweep } from '../../supabase/local/auth/sweep.ts'
import { parseConfig } from '../../supabase/local/config.ts'
import { type AuthUnderTest, codeIn, freshEmail, PASSWORD, startAuth } from './authSupport.ts'

let auth: AuthUnderTest
beforeAll(async () => {
  auth = await startAuth()
})
afterAll(() => auth.close())

const refreshTokenOf = async (client: SupabaseClient) => (await client.auth.getSession()).data.session?.refresh_token ?? ''

async function refresh(refreshToken: string): Promise<{ status: number; error_code?: string; refresh_token?: string }> {
  const response = await auth.post('/token?grant_type=refresh_token', { refresh_token: refreshToken })
  return { status: response.status, ...((await response.json()) as object) }
}

async function signInAgain(email: string, password = PASSWORD): Promise<SupabaseClient> {
  const client = auth.client()
  const { error } = await client.auth.signInWithPassword({ email, password })
  if (error) throw error
  return client
}

const isIn = async (client: SupabaseClient) => (await client.auth.getUser()).error === null

test('[AUTH10] a refresh token is exchanged for the next, and answers tabs that ask at once', async () => {
  const { client } = await auth.signedIn()
  const first = await refreshTokenOf(client)
  const both = await Promise.all([refresh(first), refresh(first)])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  expect(new Set([first, ...both.map(({ refresh_token }) => refresh_token)]).size).toBe(3)
  expect((await refresh(both[0]?.refresh_token ?? '')).status).toBe(200)
})

test('[AUTH10] a refresh token that comes back later was stolen: its session ends', async () => {
  const { client, email } = await auth.signedIn()
  const other = await signInAgain(email)
  const first = await refreshTokenOf(client)
  const { refresh_token: second = '' } = await refresh(first)
  auth.advance(11)
  expect(await refresh(first)).toMatchObject({ status: 400, error_code: 'refresh_token_already_used' })
  expect(await refresh(second)).toMatchObject({ status: 400, error_code: 'refresh_token_not_found' })
  expect([await isIn(client), await isIn(other)]).toEqual([false, true])
})

// biome-ignore format: the table is the specification
test.for([
  // scope          this   the other
  ['local',         [false, true]],
  ['others',        [true, false]],
  ['global',        [false, false]],
] as const)('[AUTH11] signing out, %s', async ([scope, left]) => {
  const { client, email } = await auth.signedIn()
  const other = await signInAgain(email)
  const accessToken = (await client.auth.getSession()).data.session?.access_token ?? ''
  expect((await client.auth.signOut({ scope })).error).toBeNull()
  const user = await fetch(`${auth.url}/user`, { headers: { authorization: `Bearer ${accessToken}` } })
  expect([user.status === 200, await isIn(other)]).toEqual(left)
})

test('[AUTH11] a server signs somebody out with his token', async () => {
  const { client } = await auth.signedIn()
  const accessToken = (await client.auth.getSession()).data.session?.access_token ?? ''
  expect((await auth.admin.auth.admin.signOut(accessToken)).error).toBeNull()
  expect((await refresh(await refreshTokenOf(client))).error_code).toBe('refresh_token_not_found')
})

test('[AUTH12] who is banned is out at once and cannot come in, until the ban ends', async () => {
  const { client, email, id } = await auth.signedIn()
  await auth.sql`update auth.users set banned_until = now() + interval '30 days' where id = ${id}`
  expect(await refresh(await refreshTokenOf(client))).toMatchObject({ status: 400, error_code: 'user_banned' })
  expect((await client.auth.getUser()).error).toMatchObject({ status: 403, code: 'user_banned' })
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).error).toMatchObject({ code: 'user_banned' })
  expect((await auth.client().auth.signInWithPassword({ email, password: 'wrong password' })).error?.code).toBe('invalid_credentials')
  await auth.admin.auth.admin.updateUserById(id, { ban_duration: 'none' })
  expect(await isIn(await signInAgain(email))).toBe(true)
  await auth.admin.auth.admin.updateUserById(id, { ban_duration: '1h30m' })
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).error).toMatchObject({ code: 'user_banned' })
})

test.for([[false], [true]] as const)('[AUTH12] who is deleted is out and unknown (softly: %s)', async ([softly]) => {
  const { client, email, id } = await auth.signedIn()
  expect((await auth.admin.auth.admin.deleteUser(id, softly)).error).toBeNull()
  expect((await refresh(await refreshTokenOf(client))).error_code).toBe('refresh_token_not_found')
  expect((await client.auth.getUser()).error?.code).toBe('user_not_found')
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe('invalid_credentials')
  const rows = await auth.sql`select email, encrypted_password, raw_user_meta_data from auth.users where id = ${id}`
  expect(rows).toEqual(softly ? [{ email: `deleted-${id}`, encrypted_password: '', raw_user_meta_data: {} }] : [])
})

test('[AUTH13] a new password ends the other sessions, and its owner is told', async () => {
  const { client, email } = await auth.signedIn()
  const other = await signInAgain(email)
  expect((await client.auth.updateUser({ password: PASSWORD })).error?.code).toBe('same_password')
  expect((await client.auth.updateUser({ password: 'short' })).error).toMatchObject({ code: 'weak_password', reasons: ['length'] })
  expect((await client.auth.updateUser({ password: 'another horse 7' })).error).toBeNull()
  expect([await isIn(client), await isIn(other)]).toEqual([true, false])
  expect((await auth.mailTo(email)).subject).toBe('Your password was changed')
  expect(await isIn(await signInAgain(email, 'another horse 7'))).toBe(true)
})

test('[AUTH13] a session of yesterday proves itself before it changes the password', async () => {
  const { client, email } = await auth.signedIn()
  const change = (attributes: object) => client.auth.updateUser({ password: 'another horse 7', ...attributes })
  auth.advance(25 * 3600)
  await client.auth.refreshSession()
  expect((await change({})).error?.code).toBe('reauthentication_needed')
  expect((await change({ current_password: 'wrong password' })).error?.code).toBe('current_password_invalid')
  expect((await client.auth.reauthenticate()).error).toBeNull()
  const nonce = codeIn(await auth.mailTo(email))
  expect((await change({ nonce: nonce === '000000' ? '000001' : '000000' })).error?.code).toBe('reauthentication_not_valid')
  expect((await change({ nonce })).error).toBeNull()
  expect((await client.auth.updateUser({ password: PASSWORD, nonce })).error?.code).toBe('reauthentication_not_valid')
  expect((await client.auth.updateUser({ password: PASSWORD, current_password: 'another horse 7' } as object)).error).toBeNull()
})

test('[AUTH80] a session of yesterday proves itself before it changes the address', async () => {
  const { client, email } = await auth.signedIn()
  const newEmail = freshEmail()
  const change = (attributes: object) => client.auth.updateUser({ email: newEmail, ...attributes })
  auth.advance(25 * 3600)
  await client.auth.refreshSession()
  expect((await change({})).error).toMatchObject({ status: 400, code: 'reauthentication_needed' })
  expect((await change({ current_password: 'wrong password' })).error?.code).toBe('current_password_invalid')
  await client.auth.reauthenticate()
  expect((await change({ nonce: codeIn(await auth.mailTo(email)) })).error).toBeNull()
  expect((await client.auth.updateUser({ email: freshEmail(), current_password: PASSWORD })).error).toBeNull()
  // What opens no door is changed as ever.
  expect((await client.auth.updateUser({ data: { name: 'Anna' } })).error).toBeNull()
})

test('[AUTH14] passwords that GoTrue or SQL hashed are good here, and ours there', async () => {
  const [byGoTrue, bySql] = [freshEmail(), freshEmail()]
  await auth.admin.auth.admin.createUser({
    email: byGoTrue,
    email_confirm: true,
    password_hash: await auth.hashBySql(PASSWORD, 11),
  })
  await auth.sql`
    insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
    values (gen_random_uuid(), 'authenticated', 'authenticated', ${bySql}, extensions.crypt(${PASSWORD}, extensions.gen_salt('bf', 10)), now(), '{}', '{}')`
  expect([await isIn(await signInAgain(byGoTrue)), await isIn(await signInAgain(bySql))]).toEqual([true, true])
  const { data } = await auth.admin.auth.admin.createUser({ email: freshEmail(), password: PASSWORD })
  const ours = await auth.sql`
    select encrypted_password like '$2a$10$%' as form, encrypted_password = extensions.crypt(${PASSWORD}, encrypted_password) as same
    from auth.users where id = ${data.user?.id ?? null}`
  expect(ours).toEqual([{ form: true, same: true }])
})

test('[AUTH15] the database holds no token that somebody could use', async () => {
  const { client, email } = await auth.signedIn()
  await auth.client().auth.resetPasswordForEmail(email)
  const mail = await auth.mailTo(email)
  const secrets = [await refreshTokenOf(client), /token=([\w-]+)/.exec(mail.text)?.[1] ?? '', `"${codeIn(mail)}"`]
  const [dump] = await auth.sql<{ text: string }[]>`
    select concat((select jsonb_agg(to_jsonb(t)) from auth.refresh_tokens t), (select jsonb_agg(to_jsonb(t)) from auth.one_time_tokens t),
      (select jsonb_agg(to_jsonb(t)) from auth.users t), (select jsonb_agg(to_jsonb(t)) from auth.flow_state t)) as text`
  expect(secrets.every((secret) => secret.length > 5)).toBe(true)
  expect(secrets.filter((secret) => dump?.text.includes(secret))).toEqual([])
})

const lifetime = async ({ sql }: AuthUnderTest, client: SupabaseClient) => {
  const { data } = await client.auth.getClaims()
  const [row] = await sql<{ not_after: Date }[]>`select not_after from auth.sessions where id = ${data?.claims.session_id ?? null}`
  return {
    token: (data?.claims.exp ?? 0) - (data?.claims.iat ?? 0),
    session: Math.round(((row?.not_after.getTime() ?? 0) - Date.now()) / 60_000),
  }
}

test('[AUTH81] a session and its tokens end so long after the sign-in as the policy says, however often it is used', async () => {
  const other = await startAuth({ sessionSeconds: 3600 })
  const { client } = await other.signedIn()
  expect(await lifetime(other, client)).toEqual({ token: 900, session: 60 })
  for (const seconds of [1200, 1200, 900]) {
    other.advance(seconds)
    expect((await client.auth.refreshSession()).error).toBeNull()
  }
  const { token, session } = await lifetime(other, client)
  expect([token <= 300, session]).toEqual([true, 60])
  other.advance(301)
  expect((await client.auth.refreshSession()).error).toMatchObject({ status: 400, code: 'session_expired' })
  await other.close()
})

test('[AUTH81] a session ends when nobody used it for as long as the policy says', async () => {
  const other = await startAuth({ sessionIdleSeconds: 3600 })
  const { client } = await other.signedIn()
  other.advance(3500)
  expect((await client.auth.refreshSession()).error).toBeNull()
  expect((await lifetime(other, client)).session).toBe(Math.round((3500 + 3600) / 60))
  other.advance(3601)
  expect((await client.auth.refreshSession()).error).toMatchObject({ status: 400, code: 'session_expired' })
  await other.close()
})

test('[AUTH81] a policy that would end sessions in use is refused at the start', () => {
  const file = readFileSync(new URL('../../supabase/config.toml', import.meta.url), 'utf8')
  const withPolicy = (policy: string) => parseConfig(file.replace('[auth.sessions]', `[auth.sessions]\n${policy}`), {}).auth
  expect(withPolicy('timebox = "12h"\ninactivity_timeout = "1h"')).toMatchObject({ sessionSeconds: 43_200, sessionIdleSeconds: 3600 })
  expect(() => withPolicy('inactivity_timeout = "15m"')).toThrow('inactivity_timeout must be longer than [auth] jwt_expiry')
})

test('[AUTH17] what has run out does not stay in the database', async () => {
  const { client, email } = await auth.signedIn()
  const pkce = auth.client({ flowType: 'pkce' })
  await pkce.auth.resetPasswordForEmail(email)
  await auth.mailTo(email)
  await refresh(await refreshTokenOf(client))
  const counts = async () => {
    const [row] =
      await auth.sql`select (select count(*)::int from auth.one_time_tokens) as tokens, (select count(*)::int from auth.flow_state) as flows,
      (select count(*)::int from auth.refresh_tokens where revoked) as used, (select count(*)::int from auth.users where email = ${email}) as people`
    return row
  }
  const inHundredDays = () => new Date(Date.now() + 100 * 86_400_000)
  const limits = createRateLimits(auth.sql, DEFAULT_AUTH_SETTINGS.limits, inHundredDays)
  expect(Object.values((await counts()) ?? {}).every((count) => count > 0)).toBe(true)
  await sweep({ sql: auth.sql, now: inHundredDays, limits, settings: DEFAULT_AUTH_SETTINGS })
  expect(await counts()).toEqual({ tokens: 0, flows: 0, used: 0, people: 1 })
})

test('[AUTH18] what happens to an account is noted, with the address it came from', async () => {
  const { client, email, id } = await auth.signedIn()
  await client.auth.updateUser({ password: 'another horse 7' })
  await client.auth.signOut()
  await auth.admin.auth.admin.deleteUser(id)
  const entries = await auth.sql`
    select payload ->> 'action' as action, payload ->> 'actor_username' as actor, ip_address from auth.audit_log_entries
    where payload ->> 'actor_id' = ${id} or payload -> 'traits' ->> 'user_id' = ${id}`
  const note = (action: string, actor = email) => ({ action, actor, ip_address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) })
  const expected = [
    note('user_signedup', 'service_role'),
    note('login'),
    note('user_updated_password'),
    note('user_modified'),
    note('logout'),
    note('user_deleted', 'service_role'),
  ]
  expect(entries).toEqual(expect.arrayContaining(expected))
  expect(entries).toHaveLength(expected.length)
})

test('[AUTH16] nobody but the service reads its tables', async () => {
  const rows = await auth.sql`
    select relname, relrowsecurity, has_table_privilege('anon', oid, 'select') as anon, has_table_privilege('authenticated', oid, 'select') as person
    from pg_class where relnamespace = 'auth'::regnamespace and relkind = 'r'`
  expect(rows.filter(({ relrowsecurity, anon, person }) => !relrowsecurity || anon || person)).toEqual([])
  expect(rows.length).toBeGreaterThan(8)
})
