import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deviceOf } from '../../supabase/local/auth/device.ts'
import { type AuthUnderTest, PASSWORD, startAuth } from './authSupport.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1'

let auth: AuthUnderTest
beforeAll(async () => {
  auth = await startAuth({ trustedProxies: ['127.0.0.1'], sessionIdleSeconds: 3600 })
})
afterAll(() => auth.close())

interface Shown {
  id: string
  is_current: boolean
  device: string | null
  ip: string
  created_at: string
  last_used_at: string
}

const tokenOf = async (client: SupabaseClient) => (await client.auth.getSession()).data.session?.access_token ?? ''

async function call(token: string, path = '/sessions', method = 'GET') {
  const response = await fetch(`${auth.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}
const sessionsOf = async (token: string): Promise<Shown[]> => (await call(token)).body.sessions

/** Signs in as from some device at some address; answers as the token endpoint. */
async function from(email: string, userAgent: string, address: string) {
  const headers = { 'user-agent': userAgent, 'x-forwarded-for': address }
  return (await auth.post('/token?grant_type=password', { email, password: PASSWORD }, headers)).json()
}

test('[AUTH74] people see where they are signed in, the latest use first', async () => {
  const { email } = await auth.signedIn()
  const laptop = await from(email, FIREFOX, '203.0.113.7')
  const phone = await from(email, IPHONE, '2001:db8::7')
  auth.advance(60)
  const headers = { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.8' }
  const refreshed = await (await auth.post('/token?grant_type=refresh_token', { refresh_token: laptop.refresh_token }, headers)).json()
  const sessions = await sessionsOf(phone.access_token)
  expect(sessions).toMatchObject([
    { device: 'Firefox on Windows', ip: '203.0.113.8', is_current: false },
    { device: 'Safari on iPhone', ip: '2001:db8::7', is_current: true },
    { device: 'Node.js', ip: '127.0.0.1', is_current: false },
  ])
  const [first] = sessions
  expect(Date.parse(first?.last_used_at ?? '') - Date.parse(first?.created_at ?? '')).toBeGreaterThan(59_000)
  expect((await sessionsOf(refreshed.access_token)).map(({ is_current }) => is_current)).toEqual([true, false, false])
})

test('[AUTH74] sessions that have run out are not among them', async () => {
  const { email } = await auth.signedIn()
  auth.advance(3601)
  const now = await from(email, FIREFOX, '203.0.113.7')
  expect(await sessionsOf(now.access_token)).toMatchObject([{ is_current: true }])
})

test('[AUTH75] they end one of their sessions, at once', async () => {
  const { email, client } = await auth.signedIn()
  const phone = await from(email, IPHONE, '203.0.113.7')
  const mine = await tokenOf(client)
  const id = (await sessionsOf(mine)).find(({ is_current }) => !is_current)?.id
  expect((await call(mine, `/sessions/${id}`, 'DELETE')).status).toBe(204)
  expect(await call(phone.access_token, '/user')).toMatchObject({ status: 403, body: { error_code: 'session_not_found' } })
  expect((await (await auth.post('/token?grant_type=refresh_token', { refresh_token: phone.refresh_token })).json()).error_code).toBe(
    'refresh_token_not_found',
  )
  expect(await call(mine, `/sessions/${id}`, 'DELETE')).toMatchObject({ status: 404, body: { error_code: 'session_not_found' } })
})

test('[AUTH75] … or all others', async () => {
  const { email, client } = await auth.signedIn()
  await from(email, IPHONE, '203.0.113.7')
  await from(email, FIREFOX, '203.0.113.7')
  const mine = await tokenOf(client)
  expect((await call(mine, '/sessions', 'DELETE')).status).toBe(204)
  expect(await sessionsOf(mine)).toMatchObject([{ is_current: true }])
})

test("[AUTH75] nobody sees or ends somebody else's", async () => {
  const [one, two] = [await auth.signedIn(), await auth.signedIn()]
  const [theirs] = await sessionsOf(await tokenOf(two.client))
  const token = await tokenOf(one.client)
  expect((await sessionsOf(token)).map(({ id }) => id)).not.toContain(theirs?.id)
  const foreign = await call(token, `/sessions/${theirs?.id}`, 'DELETE')
  const unknown = await call(token, `/sessions/${crypto.randomUUID()}`, 'DELETE')
  expect(foreign).toEqual(unknown)
  expect(foreign.status).toBe(404)
  expect((await call(token, '/sessions/1', 'DELETE')).status).toBe(404)
  expect((await two.client.auth.getUser()).error).toBeNull()
  for (const nobody of ['', auth.secrets.publishableKey, auth.secrets.secretKey]) expect((await call(nobody)).status).toBe(401)
})

// biome-ignore format: the table is the specification
test.for([
  [FIREFOX, 'Firefox on Windows'],
  [IPHONE, 'Safari on iPhone'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36', 'Chrome on Linux'],
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36', 'Samsung Internet on Android'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0', 'Edge on Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15', 'Safari on macOS'],
  ['Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile/15E148 Safari/604.1', 'Chrome on iPad'],
  ['curl/8.14.1', 'curl'],
  ['', null],
  ['x'.repeat(500), null],
] as const)('[AUTH74] the device of %s', ([userAgent, device]) => {
  expect(deviceOf(userAgent)).toBe(device)
})
