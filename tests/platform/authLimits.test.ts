import { afterEach, expect, test } from 'vitest'
import { createRateLimits } from '../../supabase/local/auth/rateLimits.ts'
import { type AuthLimits, DEFAULT_AUTH_SETTINGS } from '../../supabase/local/auth/settings.ts'
import { type AuthUnderTest, freshEmail, PASSWORD, startAuth } from './authSupport.ts'

const running: AuthUnderTest[] = []
afterEach(async () => {
  for (const auth of running.splice(0)) await auth.close()
})

async function limited(limits: Partial<AuthLimits>, trustedProxies: string[] = []): Promise<AuthUnderTest> {
  const auth = await startAuth({ limits, trustedProxies })
  running.push(auth)
  return auth
}

const THREE = { count: 3, seconds: 60 }
const guess = (email: string) => ({ email, password: 'wrong password' })
let count = 0
const person = () => `stranger${++count}@example.com`

// biome-ignore format: the table is the specification
test.for([
  // limit             path                              body                                                    code
  ['signInPerAddress', '/token?grant_type=password',     () => guess(person()),                                  'over_request_rate_limit'],
  ['signInPerAccount', '/token?grant_type=password',     () => guess('one@example.com'),                         'over_request_rate_limit'],
  ['signUpPerAddress', '/signup',                        () => ({ email: person(), password: PASSWORD }),        'over_request_rate_limit'],
  ['mailPerAddress',   '/recover',                       () => ({ email: person() }),                            'over_email_send_rate_limit'],
  ['mailOfKind',       '/recover',                       () => ({ email: 'one@example.com' }),                   'over_email_send_rate_limit'],
  ['mailPerAccount',   '/otp',                           () => ({ email: 'one@example.com' }),                   'over_email_send_rate_limit'],
  ['mailPerAddress',   '/resend',                        () => ({ email: person(), type: 'signup' }),            'over_email_send_rate_limit'],
  ['verifyPerAddress', '/verify',                        () => ({ type: 'signup', token_hash: 'x' }),            'over_request_rate_limit'],
  ['verifyPerAccount', '/verify',                        () => ({ type: 'email', token: '1', email: 'one@example.com' }), 'over_request_rate_limit'],
  ['refreshPerAddress', '/token?grant_type=refresh_token', () => ({ refresh_token: 'x' }),                       'over_request_rate_limit'],
] as const)('[AUTH50] %s: the fourth of three in a minute is told to wait, and then may', async ([name, path, body, code]) => {
  const auth = await limited({ [name]: THREE })
  for (let i = 0; i < 3; i++) expect((await auth.post(path, body())).status).not.toBe(429)
  const refused = await auth.post(path, body())
  expect([refused.status, await refused.json()]).toEqual([429, expect.objectContaining({ error_code: code })])
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(15)
  expect(seconds).toBeLessThanOrEqual(20)
  auth.advance(seconds)
  expect((await auth.post(path, body())).status).not.toBe(429)
  expect((await auth.post(path, body())).status).toBe(429)
})

test('[AUTH50] invitations are mails too', async () => {
  const auth = await limited({ mailPerAddress: THREE })
  for (let i = 0; i < 3; i++) expect((await auth.admin.auth.admin.inviteUserByEmail(person())).error).toBeNull()
  expect((await auth.admin.auth.admin.inviteUserByEmail(person())).error).toMatchObject({ status: 429, code: 'over_email_send_rate_limit' })
})

test('[AUTH51] guesses at once count one by one', async () => {
  const auth = await limited({ signInPerAccount: THREE })
  const { email } = await auth.signedIn()
  const answers = await Promise.all(Array.from({ length: 12 }, () => auth.post('/token?grant_type=password', guess(email))))
  expect(answers.filter(({ status }) => status !== 429)).toHaveLength(3)
})

test('[AUTH51] a sign-in that succeeds costs nothing', async () => {
  const auth = await limited({ signInPerAddress: THREE, signInPerAccount: THREE })
  const { email } = await auth.signedIn()
  for (let i = 0; i < 6; i++) expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull()
})

test('[AUTH52] what a stranger says about his address is not believed; a known proxy is', async () => {
  const direct = await limited({ signInPerAddress: THREE })
  const from = (address: string) => ({ 'x-forwarded-for': address, 'x-real-ip': address, forwarded: `for=${address}` })
  const ask = async (auth: AuthUnderTest, address: string) =>
    (await auth.post('/token?grant_type=password', guess(person()), from(address))).status
  for (let i = 0; i < 3; i++) expect(await ask(direct, `10.0.0.${i}`)).toBe(400)
  expect(await ask(direct, '10.0.0.9')).toBe(429)

  const proxied = await limited({ signInPerAddress: THREE }, ['127.0.0.1', '::1', '192.168.0.0/16'])
  for (let i = 0; i < 3; i++) expect(await ask(proxied, `6.6.6.${i}, 10.0.0.1, 192.168.3.${i}`)).toBe(400)
  expect(await ask(proxied, '6.6.6.9, 10.0.0.1')).toBe(429)
  expect(await ask(proxied, '10.0.0.2')).toBe(400)
  for (let i = 0; i < 3; i++) expect(await ask(proxied, `2001:db8:1:2::${i}`)).toBe(400)
  expect(await ask(proxied, '2001:db8:1:2:ffff::1')).toBe(429)
})

test('[AUTH53] a stranger who uses up the tries does not lock the owner out where he is signed in', async () => {
  const auth = await limited({ signInPerAccount: THREE }, ['127.0.0.1', '::1'])
  const email = freshEmail()
  await auth.admin.auth.admin.createUser({ email, password: PASSWORD, email_confirm: true })
  const from = async (address: string, password: string) =>
    (await auth.post('/token?grant_type=password', { email, password }, { 'x-forwarded-for': address })).status
  expect(await from('10.0.0.1', PASSWORD)).toBe(200)
  for (let i = 0; i < 3; i++) expect(await from(`10.6.6.${i}`, 'wrong password')).toBe(400)
  expect(await from('10.6.6.6', PASSWORD)).toBe(429)
  expect(await from('10.0.0.1', PASSWORD)).toBe(200)
})

test('[AUTH54] limits outlive a restart, and what counts nothing any more is swept away', async () => {
  const auth = await limited({ mailOfKind: { count: 1, seconds: 60 } })
  const email = person()
  expect((await auth.post('/recover', { email })).status).toBe(200)
  await auth.restart()
  expect((await auth.post('/recover', { email })).status).toBe(429)
  const keys = async () => (await auth.sql<{ key: string }[]>`select key from auth.rate_limits`).map(({ key }) => key)
  expect((await keys()).filter((key) => key.includes('stranger'))).toEqual([])
  const sweeper = createRateLimits(auth.sql, DEFAULT_AUTH_SETTINGS.limits, () => new Date(Date.now() + 61_000))
  expect(await keys()).not.toEqual([])
  await sweeper.sweep()
  expect(await keys()).toEqual([])
})
