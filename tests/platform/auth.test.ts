import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthUnderTest, codeIn, fragment, freshEmail, openLink, PASSWORD, SITE, startAuth } from './authSupport.ts'

let auth: AuthUnderTest
beforeAll(async () => {
  auth = await startAuth()
})
afterAll(() => auth.close())

const claimsOf = (accessToken: string) => JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())

test('[AUTH1] a person signs up, confirms by the link in the mail, and is in', async () => {
  const email = freshEmail()
  const { data, error } = await auth
    .client()
    .auth.signUp({ email: email.toUpperCase(), password: PASSWORD, options: { data: { name: 'Anna' } } })
  expect(error).toBeNull()
  expect(data).toMatchObject({ session: null, user: { email, user_metadata: { name: 'Anna' }, identities: [{ provider: 'email' }] } })
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).error).toMatchObject({ code: 'email_not_confirmed' })

  const landed = await openLink(auth, await auth.mailTo(email))
  expect(landed.origin).toBe(SITE)
  expect(fragment(landed).get('type')).toBe('signup')
  const client = auth.client()
  const session = await client.auth.setSession({
    access_token: fragment(landed).get('access_token') ?? '',
    refresh_token: fragment(landed).get('refresh_token') ?? '',
  })
  expect(session.data.user).toMatchObject({ id: data.user?.id, email, role: 'authenticated', email_confirmed_at: expect.any(String) })
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).data.user?.id).toBe(data.user?.id)
})

test('[AUTH1] … or by the code, which works once', async () => {
  const email = freshEmail()
  await auth.client().auth.signUp({ email, password: PASSWORD })
  const token = codeIn(await auth.mailTo(email))
  expect((await auth.client().auth.verifyOtp({ email, token, type: 'email' })).data.user?.email).toBe(email)
  expect((await auth.client().auth.verifyOtp({ email, token, type: 'email' })).error).toMatchObject({ status: 403, code: 'otp_expired' })
})

test("[AUTH2] an access token carries GoTrue's claims", async () => {
  const { email, id, client } = await auth.signedIn()
  const { data } = await client.auth.getSession()
  expect(claimsOf(data.session?.access_token ?? '')).toEqual({
    iss: `${SITE}/auth/v1`,
    sub: id,
    aud: 'authenticated',
    exp: data.session?.expires_at,
    iat: expect.any(Number),
    email,
    phone: '',
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: {},
    role: 'authenticated',
    aal: 'aal1',
    amr: [{ method: 'password', timestamp: expect.any(Number) }],
    session_id: expect.stringMatching(/^[\da-f-]{36}$/),
    is_anonymous: false,
  })
})
