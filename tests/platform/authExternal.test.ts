import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEmulator, type Emulator } from 'emulate'
import Provider from 'oidc-provider'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, createBrowser } from './authBrowser.ts'
import { type AuthUnderTest, fragment, freshEmail, PASSWORD, SITE, startAuth } from './authSupport.ts'

const REDIRECT = `${SITE}/auth/v1/callback`
const app = { clientId: 'atrium', clientSecret: 'a secret of forty characters, and one more' }

let auth: AuthUnderTest
let oidc: { issuer: string; close(): Promise<void> }
let github: Emulator
let google: Emulator

beforeAll(async () => {
  const registered = { client_id: app.clientId, client_secret: app.clientSecret, redirect_uris: [REDIRECT] }
  oidc = await startOidc()
  github = await createEmulator({
    service: 'github',
    port: await freePort(),
    seed: {
      github: {
        users: [{ login: 'octocat', name: 'The Octocat', email: 'octocat@example.com' }],
        oauth_apps: [{ ...registered, name: 'Atrium' }],
      },
    },
  })
  google = await createEmulator({
    service: 'google',
    port: await freePort(),
    seed: { google: { users: [{ email: 'gina@example.com', name: 'Gina' }], oauth_clients: [{ ...registered, name: 'Atrium' }] } },
  })
  auth = await startAuth({
    providers: {
      keycloak: { kind: 'oidc', url: oidc.issuer, ...app },
      github: { kind: 'github', url: github.url, apiUrl: github.url, ...app },
      google: { kind: 'oidc', url: google.url, ...app },
    },
  })
})
afterAll(async () => {
  await auth.close()
  await Promise.all([oidc.close(), github.close(), google.close()])
})

/** OpenID Connect as certified. A person's subject is his address; those at unverified.example did not confirm it. */
async function startOidc() {
  const { server, url } = await listening()
  const provider = new Provider(url, {
    clients: [{ client_id: app.clientId, client_secret: app.clientSecret, redirect_uris: [REDIRECT] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: sub, email_verified: !sub.endsWith('@unverified.example'), name: `Person ${sub}` }),
    }),
    pkce: { required: () => true },
    cookies: { keys: ['of this test'] },
  })
  server.on('request', provider.callback())
  return { issuer: url, close: () => closed(server) }
}

async function listening(): Promise<{ server: Server; url: string }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** The emulators take the number of a port as it is. */
async function freePort(): Promise<number> {
  const { server, url } = await listening()
  await closed(server)
  return Number(new URL(url).port)
}

/** Where supabase-js sends the browser. */
async function begin(client = auth.client(), provider = 'keycloak', options: { redirectTo?: string } = {}) {
  const { data, error } = await client.auth.signInWithOAuth({
    provider: provider as 'keycloak',
    options: { skipBrowserRedirect: true, redirectTo: `${SITE}/welcome`, ...options },
  })
  if (error) throw error
  return data.url.replace(auth.url, `${SITE}/auth/v1`)
}

async function signIn(
  who: string,
  { provider = 'keycloak', browser = createBrowser(auth) }: { provider?: string; browser?: Browser } = {},
) {
  const client = auth.client()
  const landed = await browser.visit(await begin(client, provider), who)
  const [access_token, refresh_token] = [fragment(landed).get('access_token') ?? '', fragment(landed).get('refresh_token') ?? '']
  const { data } = access_token ? await client.auth.setSession({ access_token, refresh_token }) : { data: undefined }
  return { landed, client, user: data?.user, error: fragment(landed).get('error_code') }
}

test('[AUTH65] a person signs in at an OpenID Connect provider and has an account, confirmed and without a password', async () => {
  const email = freshEmail()
  const { user, landed } = await signIn(email)
  expect(landed.href.split('#')[0]).toBe(`${SITE}/welcome`)
  expect(user).toMatchObject({
    email,
    email_confirmed_at: expect.any(String),
    app_metadata: { provider: 'keycloak', providers: ['keycloak'] },
    user_metadata: { name: `Person ${email}` },
    identities: [{ provider: 'keycloak', id: email, identity_data: { sub: email, iss: oidc.issuer, email_verified: true } }],
  })
  const [claims] = await auth.sql`
    select encrypted_password, (select authentication_method from auth.mfa_amr_claims join auth.sessions on session_id = sessions.id where user_id = users.id) as amr
    from auth.users where email = ${email}`
  expect(claims).toEqual({ encrypted_password: '', amr: 'oauth' })
  expect((await signIn(email)).user?.id).toBe(user?.id)
})

test('[AUTH65] … also when supabase-js knows the provider by no name of its own', async () => {
  expect((await signIn(freshEmail(), { provider: 'custom:keycloak' })).user?.app_metadata.provider).toBe('keycloak')
})

test.for([
  ['google', 'gina@example.com', 'Gina'],
  ['github', 'octocat@example.com', 'The Octocat'],
] as const)('[AUTH65] … at %s', async ([provider, email, name]) => {
  const { user } = await signIn(email, { provider })
  expect(user).toMatchObject({ email, user_metadata: { name }, app_metadata: { providers: [provider] } })
  expect((await signIn(email, { provider })).user?.id).toBe(user?.id)
})

test('[AUTH66] with PKCE the browser brings back a code that only its own client exchanges, once', async () => {
  const email = freshEmail()
  const client = auth.client({ flowType: 'pkce' })
  const landed = await createBrowser(auth).visit(await begin(client), email)
  expect(landed.hash).toBe('')
  const code = landed.searchParams.get('code') ?? ''
  const { data } = await client.auth.exchangeCodeForSession(code)
  expect(data.user?.email).toBe(email)
  const again = await auth.post('/token?grant_type=pkce', { auth_code: code, code_verifier: 'x'.repeat(43) })
  expect([again.status, (await again.json()).error_code]).toEqual([404, 'flow_state_not_found'])

  const thief = auth.client({ flowType: 'pkce' })
  await begin(thief)
  const stolen = (await createBrowser(auth).visit(await begin(auth.client({ flowType: 'pkce' })), email)).searchParams.get('code') ?? ''
  expect((await thief.auth.exchangeCodeForSession(stolen)).error).toMatchObject({ code: 'bad_code_verifier' })
})

test('[AUTH67] an account with the same confirmed address is the same person', async () => {
  const { email, id } = await auth.signedIn()
  const { user } = await signIn(email)
  expect(user).toMatchObject({ id, app_metadata: { provider: 'email', providers: ['email', 'keycloak'] } })
  expect(user?.identities?.map(({ provider }) => provider)).toEqual(['email', 'keycloak'])
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).data.user?.id).toBe(id)
  expect((await auth.mailTo(email)).text).toContain('your account at keycloak')
})

test('[AUTH67] whoever registered an address that he never confirmed does not share the account of its owner', async () => {
  const email = freshEmail()
  const { data } = await auth.client().auth.signUp({ email, password: 'stranger 12345' })
  const { user } = await signIn(email)
  expect(user?.id).toBe(data.user?.id)
  expect(user?.identities?.map(({ provider }) => provider)).toEqual(['keycloak'])
  const { error } = await auth.client().auth.signInWithPassword({ email, password: 'stranger 12345' })
  expect(error?.code).toBe('invalid_credentials')
})

test('[AUTH67] an address that the provider does not vouch for opens nothing', async () => {
  const email = `mallory${Date.now()}@unverified.example`
  await auth.admin.auth.admin.createUser({ email, email_confirm: true })
  expect((await signIn(email)).error).toBe('provider_email_needs_verification')
  const stranger = `new${Date.now()}@unverified.example`
  expect((await signIn(stranger)).error).toBe('provider_email_needs_verification')
  const rows = await auth.sql`select from auth.identities where provider = 'keycloak' and provider_id like '%@unverified.example'`
  expect([rows.length, (await auth.sql`select from auth.users where email = ${stranger}`).length]).toEqual([0, 0])
})

test('[AUTH67] whoever comes four times at once has one account', async () => {
  const email = freshEmail()
  const people = await Promise.all(Array.from({ length: 4 }, () => signIn(email)))
  expect(new Set(people.map(({ user }) => user?.id)).size).toBe(1)
  expect(people[0]?.user?.id).toEqual(expect.any(String))
})

test('[AUTH68] who is banned stays out, and who needs an invitation needs it here too', async () => {
  const email = freshEmail()
  const { user } = await signIn(email)
  await auth.admin.auth.admin.updateUserById(user?.id ?? '', { ban_duration: '1h' })
  expect((await signIn(email)).error).toBe('user_banned')
  const closed = await startAuth({ signUp: 'invited', providers: { keycloak: { kind: 'oidc', url: oidc.issuer, ...app } } })
  await closed.signedIn()
  const land = async (person: string, extra = '') =>
    fragment(await createBrowser(closed).visit(`${SITE}/auth/v1/authorize?provider=keycloak${extra}`, person))
  expect((await land(freshEmail())).get('error_code')).toBe('signup_disabled')

  const [invited, token] = [freshEmail(), crypto.randomUUID()]
  await closed.sql`
    with workspace as (insert into atrium.workspaces (name) values ('Team') returning id),
    mail as (insert into atrium.invitations (workspace_id, email, role) select id, ${invited}, 'viewer' from workspace),
    link as (
      insert into atrium.invitation_links (workspace_id, role, expires_at) select id, 'viewer', now() + interval '1 day' from workspace returning id
    )
    insert into atrium_private.invitation_link_tokens (link_id, hash) select id, sha256(convert_to(${token}, 'UTF8')) from link`
  expect((await land(invited)).get('access_token')).toEqual(expect.any(String))
  expect((await land(freshEmail(), `&invite_token=${token}`)).get('access_token')).toEqual(expect.any(String))
  expect((await land(freshEmail(), '&invite_token=another')).get('error_code')).toBe('signup_disabled')
  await closed.close()
})

test('[AUTH76] people undo such a link, as long as another way in remains', async () => {
  const email = freshEmail()
  const { client, user } = await signIn(email)
  const identity = async (provider: string) => {
    const { data } = await client.auth.getUserIdentities()
    const found = data?.identities.find((each) => each.provider === provider)
    if (!found) throw new Error(`No identity of ${provider}`)
    return found
  }
  const first = await identity('keycloak')
  expect((await client.auth.unlinkIdentity(first)).error).toMatchObject({ status: 422, code: 'single_identity_not_deletable' })
  expect((await client.auth.updateUser({ password: PASSWORD })).error).toBeNull()
  expect((await client.auth.unlinkIdentity(await identity('email'))).error?.code).toBe('email_conflict_identity_not_deletable')
  const stranger = await auth.signedIn()
  expect((await stranger.client.auth.unlinkIdentity(first)).error).toMatchObject({ status: 422, code: 'identity_not_found' })

  expect((await client.auth.unlinkIdentity(first)).error).toBeNull()
  expect((await client.auth.getUser()).data.user).toMatchObject({ id: user?.id, app_metadata: { providers: ['email'] } })
  expect((await auth.mailTo(email, /less/)).text).toContain('keycloak')
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).data.user?.id).toBe(user?.id)
})

test('[AUTH69] the provider is asked with PKCE, state, nonce and one exact address, whatever the application adds', async () => {
  const url = `${await begin()}&state=mine&nonce=mine&redirect_uri=https://evil.example&code_challenge=${'x'.repeat(43)}&prompt=login&scope=admin`
  const { searchParams } = new URL((await createBrowser(auth).open(url)).headers.get('location') ?? '')
  expect(Object.fromEntries(searchParams)).toEqual({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: REDIRECT,
    scope: 'openid email profile',
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^(?!x)[\w-]{43}$/),
    code_challenge_method: 'S256',
    prompt: 'login',
  })
  const dump = await auth.sql`select to_jsonb(f)::text as row from auth.flow_state f`
  const secrets = [searchParams.get('state') ?? '?', searchParams.get('nonce') ?? '?']
  expect(dump.filter(({ row }) => secrets.some((secret) => row.includes(secret)))).toEqual([])
})
