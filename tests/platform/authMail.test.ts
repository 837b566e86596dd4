import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MailMessage } from '../../supabase/local/auth/mailLayout.ts'
import { type AuthUnderTest, codeIn, fragment, freshEmail, linkIn, openLink, PASSWORD, SITE, startAuth } from './authSupport.ts'

let auth: AuthUnderTest
beforeAll(async () => {
  auth = await startAuth({ redirectUrls: ['https://*.preview.example/**', 'app://callback', 'http://localhost:5173'] })
})
afterAll(() => auth.close())

const hashIn = (mail: MailMessage) => new URL(linkIn(mail)).searchParams.get('token') ?? ''
const wrong = (code: string) => (code === '123456' ? '123457' : '123456')

test('[AUTH20] a forgotten password: the link signs in, a new password is set, other sessions end', async () => {
  const { email, client: elsewhere } = await auth.signedIn()
  expect((await auth.client().auth.resetPasswordForEmail(email, { redirectTo: `${SITE}/reset` })).error).toBeNull()
  const landed = await openLink(auth, await auth.mailTo(email))
  expect(`${landed.origin}${landed.pathname} ${fragment(landed).get('type')}`).toBe(`${SITE}/reset recovery`)
  const client = auth.client()
  await client.auth.setSession({
    access_token: fragment(landed).get('access_token') ?? '',
    refresh_token: fragment(landed).get('refresh_token') ?? '',
  })
  expect((await client.auth.updateUser({ password: 'another horse 7' })).error).toBeNull()
  expect((await elsewhere.auth.getUser()).error?.name).toBe('AuthSessionMissingError')
  expect((await auth.client().auth.signInWithPassword({ email, password: 'another horse 7' })).error).toBeNull()
})

test('[AUTH21] a link works once, and only while it is fresh', async () => {
  const { email } = await auth.signedIn()
  await auth.client().auth.resetPasswordForEmail(email)
  const mail = await auth.mailTo(email)
  expect((await auth.client().auth.verifyOtp({ type: 'recovery', token_hash: hashIn(mail) })).data.user?.email).toBe(email)
  const again = await openLink(auth, mail)
  expect(fragment(again).get('error_code')).toBe('otp_expired')
  expect(fragment(again).has('access_token')).toBe(false)

  await auth.client().auth.resetPasswordForEmail(email)
  await expect.poll(async () => hashIn(await auth.mailTo(email))).not.toBe(hashIn(mail))
  const second = await auth.mailTo(email)
  auth.advance(901)
  expect(fragment(await openLink(auth, second)).get('error_code')).toBe('otp_expired')
  expect((await auth.client().auth.verifyOtp({ email, type: 'recovery', token: codeIn(second) })).error?.code).toBe('otp_expired')
})

test('[AUTH21] after five wrong codes the right one is refused too', async () => {
  const { email } = await auth.signedIn()
  await auth.client().auth.signInWithOtp({ email })
  const code = codeIn(await auth.mailTo(email))
  const tries = await Promise.all(
    Array.from({ length: 5 }, () => auth.client().auth.verifyOtp({ email, type: 'email', token: wrong(code) })),
  )
  expect(tries.map(({ error }) => error?.code)).toEqual(Array(5).fill('otp_expired'))
  expect((await auth.client().auth.verifyOtp({ email, type: 'email', token: code })).error?.code).toBe('otp_expired')
})

test('[AUTH21] of many who use one link or code at once, one comes in', async () => {
  const { email } = await auth.signedIn()
  await auth.client().auth.signInWithOtp({ email })
  const mail = await auth.mailTo(email)
  const uses = await Promise.all([
    ...Array.from({ length: 3 }, () => auth.client().auth.verifyOtp({ email, type: 'email', token: codeIn(mail) })),
    ...Array.from({ length: 3 }, () => auth.client().auth.verifyOtp({ type: 'email', token_hash: hashIn(mail) })),
  ])
  expect(uses.filter(({ error }) => error === null)).toHaveLength(1)
})

test("[AUTH21] somebody else's code opens nothing", async () => {
  const [anna, berta] = [await auth.signedIn(), await auth.signedIn()]
  await auth.client().auth.signInWithOtp({ email: anna.email })
  const code = codeIn(await auth.mailTo(anna.email))
  expect((await auth.client().auth.verifyOtp({ email: berta.email, type: 'email', token: code })).error?.code).toBe('otp_expired')
})

test('[AUTH22] a link or code signs in without a password, and makes the account where there is none', async () => {
  const email = freshEmail()
  expect((await auth.client().auth.signInWithOtp({ email, options: { data: { name: 'Cleo' } } })).error).toBeNull()
  const { data } = await auth.client().auth.verifyOtp({ email, type: 'email', token: codeIn(await auth.mailTo(email)) })
  expect(data.user).toMatchObject({ email, user_metadata: { name: 'Cleo' } })
  const nobody = freshEmail()
  expect((await auth.client().auth.signInWithOtp({ email: nobody, options: { shouldCreateUser: false } })).error).toBeNull()
  await auth.client().auth.signInWithOtp({ email })
  await expect.poll(() => auth.mails.filter(({ to }) => to === email).length).toBe(2)
  expect(await auth.sql`select from auth.users where email = ${nobody}`).toHaveLength(0)
})

test('[AUTH22] asking for links at once makes one account', async () => {
  const email = freshEmail()
  await Promise.all(Array.from({ length: 5 }, () => auth.client().auth.signInWithOtp({ email })))
  await expect.poll(() => auth.mails.filter(({ to }) => to === email).length).toBe(5)
  expect(await auth.sql`select from auth.users where email = ${email}`).toHaveLength(1)
})

test('[AUTH22] the mailbox decides: a password that a stranger set before it was proved is void', async () => {
  const email = freshEmail()
  await auth.client().auth.signUp({ email, password: 'stranger 12345' })
  await auth.mailTo(email)
  await auth.client().auth.signInWithOtp({ email })
  await auth.client().auth.verifyOtp({ email, type: 'email', token: codeIn(await auth.mailTo(email, /link to sign in/)) })
  expect((await auth.client().auth.signInWithPassword({ email, password: 'stranger 12345' })).error?.code).toBe('invalid_credentials')

  const second = freshEmail()
  await auth.client().auth.signUp({ email: second, password: 'stranger 12345' })
  await auth.mailTo(second)
  await auth.client().auth.signUp({ email: second, password: PASSWORD })
  await expect.poll(() => auth.mails.filter(({ to }) => to === second).length).toBe(2)
  await openLink(auth, await auth.mailTo(second))
  expect((await auth.client().auth.signInWithPassword({ email: second, password: 'stranger 12345' })).error?.code).toBe(
    'invalid_credentials',
  )
  expect((await auth.client().auth.signInWithPassword({ email: second, password: PASSWORD })).error).toBeNull()
})

test('[AUTH23] an invited person comes in by the link and chooses a password', async () => {
  const email = freshEmail()
  const { data, error } = await auth.admin.auth.admin.inviteUserByEmail(email, { data: { name: 'Dora' }, redirectTo: `${SITE}/setup` })
  expect([error, data.user?.invited_at]).toEqual([null, expect.any(String)])
  const landed = await openLink(auth, await auth.mailTo(email))
  expect(landed.pathname).toBe('/setup')
  const client = auth.client()
  const tokens = fragment(landed)
  await client.auth.setSession({ access_token: tokens.get('access_token') ?? '', refresh_token: tokens.get('refresh_token') ?? '' })
  expect((await client.auth.updateUser({ password: PASSWORD })).error).toBeNull()
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).data.user?.user_metadata).toEqual({ name: 'Dora' })
  expect((await auth.admin.auth.admin.inviteUserByEmail(email)).error?.code).toBe('email_exists')
  expect((await auth.client().auth.admin.inviteUserByEmail(email)).error?.code).toBe('not_admin')
})

test('[AUTH24] a new address counts when the old and the new mailbox agree', async () => {
  const { email, client } = await auth.signedIn()
  const newEmail = freshEmail()
  expect((await client.auth.updateUser({ email: newEmail })).data.user).toMatchObject({ email, new_email: newEmail })
  const [first, second] = [await auth.mailTo(email), await auth.mailTo(newEmail)]
  const half = await openLink(auth, first)
  expect(fragment(half).get('message')).toMatch(/other email/)
  expect(fragment(await openLink(auth, first)).get('error_code')).toBe('otp_expired')
  expect((await client.auth.getUser()).data.user?.email).toBe(email)
  const done = await auth.client().auth.verifyOtp({ email: newEmail, type: 'email_change', token: codeIn(second) })
  expect(done.data.user).toMatchObject({ email: newEmail, identities: [{ identity_data: { email: newEmail } }] })
  expect(await auth.mailTo(email, /was changed/)).toMatchObject({ text: expect.stringContaining(newEmail) })
  expect((await auth.client().auth.signInWithPassword({ email: newEmail, password: PASSWORD })).error).toBeNull()
})

test('[AUTH24] asking again takes the word of one mailbox back', async () => {
  const { email, client } = await auth.signedIn()
  const newEmail = freshEmail()
  await client.auth.updateUser({ email: newEmail })
  await openLink(auth, await auth.mailTo(email))
  await auth.client().auth.resend({ type: 'email_change', email })
  await expect.poll(() => auth.mails.filter(({ to }) => to === email).length).toBe(2)
  await openLink(auth, await auth.mailTo(email))
  expect((await client.auth.getUser()).data.user?.email).toBe(email)
})

test("[AUTH24] the address of somebody else cannot be had, and asking for it doesn't tell that it exists", async () => {
  const [anna, berta] = [await auth.signedIn(), await auth.signedIn()]
  const { data, error } = await anna.client.auth.updateUser({ email: berta.email })
  expect([error, data.user?.new_email]).toEqual([null, berta.email])
  expect(linkIn(await auth.mailTo(berta.email, /already have an account/))).toBe('')
})

test('[AUTH25] with PKCE a link leads back with a code, which only who asked can exchange, once', async () => {
  const { email } = await auth.signedIn()
  const [client, thief] = [auth.client({ flowType: 'pkce' }), auth.client({ flowType: 'pkce' })]
  await client.auth.resetPasswordForEmail(email, { redirectTo: `${SITE}/reset?a=b` })
  const landed = await openLink(auth, await auth.mailTo(email))
  expect([landed.hash, landed.searchParams.get('a')]).toEqual(['', 'b'])
  const code = landed.searchParams.get('code') ?? ''
  const { data } = await client.auth.exchangeCodeForSession(code)
  expect(data.user?.email).toBe(email)
  expect((await client.auth.exchangeCodeForSession(code)).error).not.toBeNull()

  await client.auth.signInWithOtp({ email })
  await thief.auth.signInWithOtp({ email: freshEmail() })
  const stolen = (await openLink(auth, await auth.mailTo(email, /sign in/))).searchParams.get('code') ?? ''
  expect((await thief.auth.exchangeCodeForSession(stolen)).error?.code).toBe('bad_code_verifier')
})

// biome-ignore format: the table is the specification
test.for([
  // wish                                      lands on
  [`${SITE}/d/1?x=1`,                          `${SITE}/d/1?x=1`],
  ['https://a.preview.example/deep/down',      'https://a.preview.example/deep/down'],
  ['app://callback',                           'app://callback'],
  ['http://localhost:5173',                    'http://localhost:5173/'],
  [undefined,                                  SITE],
  ['https://evil.example',                     SITE],
  ['https://atrium.example.evil.example/',     SITE],
  ['https://atrium.example@evil.example/',     SITE],
  ['http://atrium.example/',                   SITE],
  ['https://atrium.example:8443/',             SITE],
  ['https://a.b.preview.example/',             SITE],
  ['https://evil\\.preview.example/',          SITE],
  ['https://evil/.preview.example/',           SITE],
  ['app://callback/more',                      SITE],
  ['http://localhost:51730',                   SITE],
  ['javascript:alert(1)',                      SITE],
  ['//evil.example',                           SITE],
  ['not an address',                           SITE],
] as const)('[AUTH26] a link that wants to lead to %s leads to %s', async ([redirectTo, expected]) => {
  const email = freshEmail()
  await auth.admin.auth.admin.createUser({ email, email_confirm: true })
  await auth.client().auth.resetPasswordForEmail(email, redirectTo ? { redirectTo } : {})
  const mail = await auth.mailTo(email)
  expect(new URL(linkIn(mail)).searchParams.get('redirect_to')).toBe(expected)
  const forged = new URL(linkIn(mail))
  if (redirectTo) forged.searchParams.set('redirect_to', redirectTo)
  const landed = await openLink(auth, { ...mail, text: forged.href })
  expect(landed.href.split('#')[0]).toBe(new URL(expected).href)
})

test('[AUTH26] links name the site, whatever host the request came by', async () => {
  const { email } = await auth.signedIn()
  await auth.post(
    '/recover',
    { email },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', origin: 'https://evil.example' },
  )
  expect(linkIn(await auth.mailTo(email))).toMatch(/^https:\/\/atrium\.example\/auth\/v1\/verify\?/)
})

test('[AUTH27] a mail shows what people wrote, and never as markup', async () => {
  const { client } = await auth.signedIn()
  const newEmail = `"><img src=x>${freshEmail()}`
  expect((await client.auth.updateUser({ email: newEmail })).error?.code).toBe('validation_failed')
  const email = `o'neill&${freshEmail()}`
  await auth.client().auth.signUp({ email, password: PASSWORD })
  const { html, text } = await auth.mailTo(email)
  expect(html).not.toContain(email)
  expect(html).toContain(email.replace('&', '&#38;').replace("'", '&#39;'))
  expect(text).toContain(email)
  expect(html.match(/<a /g)).toHaveLength(1)
})
