import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBrowser } from './authBrowser.ts'
import { type AuthUnderTest, fragment, SITE, startAuth } from './authSupport.ts'

const CLIENT = 'atrium'
const SECRET = 'a secret that the provider knows too, being a provider'
const HOUR = 3600

/** An identity provider that answers with what a test tells it. */
interface Rogue {
  url: string
  /** The ID token that the next exchange gets, and how often somebody exchanged a code. */
  token: string
  exchanges: number
  close(): Promise<void>
}

let auth: AuthUnderTest
let rogue: Rogue
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })

beforeAll(async () => {
  rogue = await startRogue()
  const provider = { kind: 'oidc' as const, clientId: CLIENT, clientSecret: SECRET }
  auth = await startAuth({
    redirectUrls: ['https://app.example/**'],
    providers: { rogue: { ...provider, url: rogue.url }, impostor: { ...provider, url: `${rogue.url}/impostor` } },
  })
})
afterAll(async () => {
  await auth.close()
  await rogue.close()
})

async function startRogue(): Promise<Rogue> {
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
  const state = { url: '', token: '', exchanges: 0 }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', state.url).pathname
    const answers: Record<string, () => unknown> = {
      '/.well-known/openid-configuration': discovery,
      // Somebody who names himself after another.
      '/impostor/.well-known/openid-configuration': discovery,
      '/jwks': () => ({ keys: [jwk] }),
      '/token': () => {
        state.exchanges++
        return { id_token: state.token, token_type: 'Bearer' }
      },
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answers[path]?.() ?? {}))
  })
  const discovery = () => ({
    issuer: state.url,
    authorization_endpoint: `${state.url}/authorize`,
    token_endpoint: `${state.url}/token`,
    jwks_uri: `${state.url}/jwks`,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return Object.assign(state, { close })
}

/** A browser that was sent to the provider, and what it was sent with. */
async function atProvider() {
  const browser = createBrowser(auth)
  const response = await browser.open(`${SITE}/auth/v1/authorize?provider=rogue&redirect_to=${SITE}/welcome`)
  const { searchParams } = new URL(response.headers.get('location') ?? '')
  return { browser, state: searchParams.get('state') ?? '', nonce: searchParams.get('nonce') ?? '' }
}

interface Token {
  claims?: Record<string, unknown>
  key?: KeyObject
}

/** A token that is right in all but what is given. */
function idToken(nonce: string, { claims = {}, key = own.privateKey }: Token = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const right = {
    iss: rogue.url,
    aud: CLIENT,
    sub: 'someone',
    exp: now + HOUR,
    iat: now,
    nonce,
    email: 'victim@example.com',
    email_verified: true,
  }
  return new SignJWT({ ...right, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(key)
}

const comeBack = async ({ browser, state }: { browser: ReturnType<typeof createBrowser>; state: string }, more = '&code=x') => {
  const landed = await browser.visit(`${SITE}/auth/v1/callback?state=${encodeURIComponent(state)}${more}`)
  return { landed, isIn: fragment(landed).has('access_token'), error: fragment(landed).get('error_code') }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token whose signature is none, or made with what anybody knows. */
async function unsigned(nonce: string, alg: string, secret: string | undefined): Promise<string> {
  const content = `${encode({ alg, kid: 'own' })}.${(await idToken(nonce)).split('.')[1]}`
  return `${content}.${secret === undefined ? '' : createHmac('sha256', secret).update(content).digest('base64url')}`
}

test('[AUTH70] a token that is right lets in', async () => {
  const flow = await atProvider()
  rogue.token = await idToken(flow.nonce)
  expect((await comeBack(flow)).isIn).toBe(true)
})

// biome-ignore format: the table is the specification
test.for<[string, (nonce: string) => Promise<string>]>([
  ['of another issuer',         (nonce) => idToken(nonce, { claims: { iss: 'https://accounts.google.com' } })],
  ['of nobody',                 (nonce) => idToken(nonce, { claims: { iss: undefined } })],
  ['for another client',        (nonce) => idToken(nonce, { claims: { aud: 'somebody else' } })],
  ['for others beside us',      (nonce) => idToken(nonce, { claims: { aud: [CLIENT, 'other'], azp: 'other' } })],
  ['of another sign-in',        ()      => idToken('nonce of another')],
  ['of no sign-in',             (nonce) => idToken(nonce, { claims: { nonce: undefined } })],
  ['of yesterday',              (nonce) => idToken(nonce, { claims: { exp: Math.floor(Date.now() / 1000) - HOUR } })],
  ['for ever',                  (nonce) => idToken(nonce, { claims: { exp: undefined } })],
  ['about nobody',              (nonce) => idToken(nonce, { claims: { sub: undefined } })],
  ['about somebody empty',      (nonce) => idToken(nonce, { claims: { sub: '' } })],
  ['signed by somebody else',   (nonce) => idToken(nonce, { key: foreign.privateKey })],
  ['signed by nobody',          (nonce) => unsigned(nonce, 'none', undefined)],
  ['signed with our secret',    (nonce) => unsigned(nonce, 'HS256', SECRET)],
  ['signed with a public key',  (nonce) => unsigned(nonce, 'HS256', own.publicKey.export({ type: 'spki', format: 'pem' }).toString())],
  ['that is none',              ()      => Promise.resolve('x.y.z')],
])('[AUTH70] an ID token %s is refused', async ([, make]) => {
  const flow = await atProvider()
  rogue.token = await make(flow.nonce)
  const { isIn, error, landed } = await comeBack(flow)
  expect([isIn, error]).toEqual([false, 'unexpected_failure'])
  expect(landed.href).not.toContain(encodeURIComponent(rogue.url))
})

test('[AUTH70] an issuer that calls itself otherwise, or answers in the place of another, is refused', async () => {
  const landed = await createBrowser(auth).visit(`${SITE}/auth/v1/authorize?provider=impostor&redirect_to=${SITE}/welcome`)
  expect([landed.pathname, fragment(landed).get('error_code')]).toEqual(['/welcome', 'unexpected_failure'])
  const flow = await atProvider()
  rogue.token = await idToken(flow.nonce)
  expect((await comeBack(flow, `&code=x&iss=${encodeURIComponent('https://evil.example')}`)).isIn).toBe(false)
})

test('[AUTH71] a state counts once, in the browser where it was begun, for a quarter of an hour', async () => {
  const used = await atProvider()
  rogue.token = await idToken(used.nonce)
  expect((await comeBack(used)).isIn).toBe(true)
  const before = rogue.exchanges
  expect(await comeBack(used)).toMatchObject({ isIn: false, error: 'bad_oauth_state' })
  // Whoever is lured to the end of somebody else's sign-in.
  const lured = await atProvider()
  expect(await comeBack({ ...lured, browser: createBrowser(auth) })).toMatchObject({ error: 'bad_oauth_state' })
  expect(await comeBack({ ...lured, browser: (await atProvider()).browser })).toMatchObject({ error: 'bad_oauth_state' })
  for (const state of ['', 'x', '%00', lured.state.slice(1)])
    expect(await comeBack({ ...lured, state }).catch(() => ({ error: 'bad_oauth_state' }))).toMatchObject({ error: 'bad_oauth_state' })
  const slow = await atProvider()
  auth.advance(901)
  expect(await comeBack(slow)).toMatchObject({ isIn: false, error: 'bad_oauth_state' })
  expect(rogue.exchanges).toBe(before)
})

test('[AUTH71] four ways back at once lead in once', async () => {
  const flow = await atProvider()
  rogue.token = await idToken(flow.nonce)
  const results = await Promise.all(Array.from({ length: 4 }, () => comeBack(flow)))
  expect(results.filter(({ isIn }) => isIn)).toHaveLength(1)
})

test('[AUTH71] the mark of the browser is out of reach of scripts and other sites', async () => {
  const response = await createBrowser(auth).open(`${SITE}/auth/v1/authorize?provider=rogue`)
  expect(response.headers.get('set-cookie')).toMatch(
    /^__Host-atrium-sign-in=[\w-]{32}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/,
  )
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('[AUTH72] the way back leads to the site or an allowed address, and only there', async () => {
  // biome-ignore format: the table is the specification
  for (const [wish, expected] of [
    ['https://app.example/in',                'https://app.example/in'],
    ['https://evil.example/',                 SITE],
    [`${SITE}.evil.example/`,                 SITE],
    ['https://app.example@evil.example/',     SITE],
    ['javascript:alert(1)',                   SITE],
  ] as const) {
    await auth.sql`delete from auth.flow_state`
    const begun = await createBrowser(auth).open(`${SITE}/auth/v1/authorize?provider=rogue&redirect_to=${encodeURIComponent(wish)}`)
    const [{ referrer = '' } = {}] = await auth.sql<{ referrer: string }[]>`select referrer from auth.flow_state`
    expect([begun.status, referrer.replace(/\/$/, '')]).toEqual([302, expected])
  }
})

test('[AUTH72] what the provider refuses is told in our words', async () => {
  const cancelled = await comeBack(await atProvider(), '&error=access_denied&error_description=Send+your+password+to+evil.example')
  expect(fragment(cancelled.landed).get('error_description')).toBe('The sign-in was cancelled.')
  const strange = await comeBack(await atProvider(), `&error=${encodeURIComponent('<b>call 555-1234</b>')}`)
  expect(fragment(strange.landed).get('error_description')).toBe('The sign-in service answered: error')
  expect(await comeBack(await atProvider(), '')).toMatchObject({ isIn: false, error: 'bad_oauth_callback' })
})

test('[AUTH72] a provider that is not set up is none', async () => {
  for (const provider of ['facebook', '', 'toString', '__proto__', 'custom:x']) {
    const response = await createBrowser(auth).open(`${SITE}/auth/v1/authorize?provider=${provider}`)
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ error_code: 'validation_failed' })])
  }
  const offered = await (await fetch(`${auth.url}/settings`)).json()
  expect(offered.external).toMatchObject({ rogue: true, impostor: true, email: true })
})
