import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthUnderTest, fragment, freshEmail, openLink, PASSWORD, SITE, startAuth } from './authSupport.ts'

let auth: AuthUnderTest
beforeAll(async () => {
  auth = await startAuth()
})
afterAll(() => auth.close())

test('[AUTH30] a server makes, reads, changes, lists and deletes users', async () => {
  const { admin } = auth.admin.auth
  const email = freshEmail()
  const made = await admin.createUser({ email, password: PASSWORD, user_metadata: { name: 'Anna' }, app_metadata: { plan: 'team' } })
  const id = made.data.user?.id ?? ''
  expect(made.data.user).toMatchObject({ email, user_metadata: { name: 'Anna' }, app_metadata: { plan: 'team', provider: 'email' } })
  expect(made.data.user?.email_confirmed_at).toBeUndefined()
  expect((await admin.createUser({ email })).error).toMatchObject({ status: 422, code: 'email_exists' })
  expect((await admin.createUser({ id, email: freshEmail() })).error).toMatchObject({ status: 422, code: 'conflict' })
  const newEmail = freshEmail()
  const changed = await admin.updateUserById(id, { email: newEmail, email_confirm: true, app_metadata: { plan: null, seats: 3 } })
  expect(changed.data.user).toMatchObject({
    email: newEmail,
    email_confirmed_at: expect.any(String),
    app_metadata: { seats: 3, provider: 'email', providers: ['email'] },
    identities: [{ email: newEmail, identity_data: { email_verified: true } }],
  })
  expect((await admin.getUserById(id)).data.user).toEqual(changed.data.user)
  expect((await auth.client().auth.signInWithPassword({ email: newEmail, password: PASSWORD })).error).toBeNull()
  expect((await admin.deleteUser(id)).error).toBeNull()
  expect((await admin.getUserById(id)).error).toMatchObject({ status: 404, code: 'user_not_found' })
})

test('[AUTH30] a password that a server sets ends all sessions', async () => {
  const { id, client, email } = await auth.signedIn()
  expect((await auth.admin.auth.admin.updateUserById(id, { password: 'another horse 7' })).error).toBeNull()
  expect((await client.auth.getUser()).error?.name).toBe('AuthSessionMissingError')
  expect((await auth.client().auth.signInWithPassword({ email, password: 'another horse 7' })).error).toBeNull()
})

test('[AUTH30] lists come in pages, the newest first', async () => {
  const { admin } = auth.admin.auth
  const emails = Array.from({ length: 5 }, freshEmail)
  for (const email of emails) await admin.createUser({ email })
  const first = await admin.listUsers({ page: 1, perPage: 2 })
  const [{ count }] = await auth.sql<[{ count: number }]>`select count(*)::int from auth.users`
  expect(first.data).toMatchObject({ total: count, nextPage: 2, lastPage: Math.ceil(count / 2) })
  expect(first.data.users.map(({ email }) => email)).toEqual([emails[4], emails[3]])
  expect((await admin.listUsers({ page: 2, perPage: 2 })).data.users.map(({ email }) => email)).toEqual([emails[2], emails[1]])
  const response = await fetch(`${auth.url}/admin/users?filter=${emails[0]?.slice(0, 9)}&per_page=1`, {
    headers: { authorization: `Bearer ${auth.secrets.secretKey}` },
  })
  expect(await response.json()).toMatchObject({ users: [{ email: emails[0] }] })
})

// biome-ignore format: the table is the specification
test.for([
  ['GET', '/admin/users'], ['POST', '/admin/users'], ['POST', '/invite'], ['POST', '/admin/generate_link'],
  ['GET', '/admin/users/:id'], ['PUT', '/admin/users/:id'], ['DELETE', '/admin/users/:id'],
] as const)('[AUTH31] %s %s is for the secret key alone', async ([method, path]) => {
  const { id, client } = await auth.signedIn()
  const accessToken = (await client.auth.getSession()).data.session?.access_token ?? ''
  const ask = async (headers: Record<string, string>) => {
    const body = method === 'GET' ? {} : { body: JSON.stringify({ email: freshEmail() }) }
    return (await fetch(`${auth.url}${path.replace(':id', id)}`, { method, headers, ...body })).status
  }
  expect(await ask({})).toBe(401)
  expect(await ask({ apikey: auth.secrets.publishableKey })).toBe(403)
  expect(await ask({ authorization: `Bearer ${accessToken}`, apikey: auth.secrets.publishableKey })).toBe(403)
  expect((await client.auth.getUser()).error).toBeNull()
})

// biome-ignore format: the table is the specification
test.for([
  // wish                                                          code
  [{ email: 'nonsense' },                                          'validation_failed'],
  [{},                                                             'validation_failed'],
  [{ email: 'a@example.com', ban_duration: 'soon' },               'validation_failed'],
  [{ email: 'a@example.com', ban_duration: '9999999999h' },        'validation_failed'],
  [{ email: 'a@example.com', password: 'short' },                  'weak_password'],
  [{ email: 'a@example.com', password_hash: 'not a hash' },        'validation_failed'],
  [{ email: 'a@example.com', id: 'not-an-id' },                    'validation_failed'],
  [{ email: 'a@example.com', user_metadata: 'text' },              'validation_failed'],
] as const)('[AUTH32] a user cannot be made of %j', async ([wish, code]) => {
  const response = await auth.post('/admin/users', wish, { authorization: `Bearer ${auth.secrets.secretKey}` })
  expect([response.status >= 400 && response.status < 500, await response.json()]).toEqual([true, expect.objectContaining({ error_code: code })])
  expect(await auth.sql`select from auth.users where email = 'a@example.com'`).toHaveLength(0)
})

test('[AUTH33] a server has links made for mails of its own', async () => {
  const { admin } = auth.admin.auth
  const email = freshEmail()
  const signUp = await admin.generateLink({ type: 'signup', email, password: PASSWORD, options: { redirectTo: `${SITE}/welcome` } })
  expect(signUp.data).toMatchObject({ user: { email }, properties: { verification_type: 'signup', redirect_to: `${SITE}/welcome` } })
  const mail = { to: email, subject: '', html: '', text: signUp.data.properties?.action_link ?? '' }
  expect(fragment(await openLink(auth, mail)).get('type')).toBe('signup')
  expect((await auth.client().auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull()

  const recovery = await admin.generateLink({ type: 'recovery', email })
  const token_hash = recovery.data.properties?.hashed_token ?? ''
  expect((await auth.client().auth.verifyOtp({ type: 'recovery', token_hash })).data.user?.email).toBe(email)
  const magic = await admin.generateLink({ type: 'magiclink', email })
  const token = magic.data.properties?.email_otp ?? ''
  expect((await auth.client().auth.verifyOtp({ type: 'magiclink', email, token })).data.user?.email).toBe(email)
  expect((await admin.generateLink({ type: 'recovery', email: freshEmail() })).error?.code).toBe('user_not_found')
  expect((await admin.generateLink({ type: 'signup', email, password: PASSWORD })).error?.code).toBe('email_exists')
  expect((await admin.generateLink({ type: 'invite', email: freshEmail() })).data.user?.invited_at).toEqual(expect.any(String))

  const newEmail = freshEmail()
  for (const type of ['email_change_current', 'email_change_new'] as const) {
    const { data } = await admin.generateLink({ type, email, newEmail })
    await auth.client().auth.verifyOtp({ type: 'email_change', token_hash: data.properties?.hashed_token ?? '' })
  }
  expect((await auth.client().auth.signInWithPassword({ email: newEmail, password: PASSWORD })).error).toBeNull()
  expect(auth.mails.filter(({ to }) => to === email && to === newEmail)).toEqual([])
})
