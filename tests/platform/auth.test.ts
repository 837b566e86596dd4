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

test('[AUTH3] a trigger on auth.users reads the name that came with the sign-up, and may refuse it with a code', async () => {
  await auth.sql`create table if not exists public.seen (name varchar(80))`
  await auth.sql.unsafe(`create function public.on_user() returns trigger language plpgsql security definer as $$ begin
    if new.raw_user_meta_data ->> 'name' = 'Nobody' then
      raise sqlstate 'PT422' using message = 'This name is taken', detail = 'name_taken';
    end if;
    insert into public.seen values (new.raw_user_meta_data ->> 'name');
    return new;
  end $$`)
  await auth.sql`create trigger on_user after insert on auth.users for each row execute function public.on_user()`
  await auth.client().auth.signUp({ email: freshEmail(), password: PASSWORD, options: { data: { name: 'Änne 🌍' } } })
  expect(await auth.sql`select name from public.seen`).toEqual([{ name: 'Änne 🌍' }])
  const { error } = await auth.client().auth.signUp({ email: freshEmail(), password: PASSWORD, options: { data: { name: 'Nobody' } } })
  expect(error).toMatchObject({ status: 422, code: 'name_taken', message: 'This name is taken' })
  const long = await auth.client().auth.signUp({ email: freshEmail(), password: PASSWORD, options: { data: { name: 'x'.repeat(100) } } })
  expect(long.error).toMatchObject({ status: 422, code: 'validation_failed', message: expect.not.stringContaining('varying') })
  await auth.sql`drop trigger on_user on auth.users`
})

test('[AUTH4] people change what the account says about them', async () => {
  const { client } = await auth.signedIn()
  await client.auth.updateUser({ data: { name: 'Berta', tone: 'warm' } })
  const { data } = await client.auth.updateUser({ data: { tone: null } })
  expect(data.user?.user_metadata).toEqual({ name: 'Berta' })
  const { error } = await client.auth.updateUser({ data: { essay: 'x'.repeat(5000) } })
  expect(error).toMatchObject({ status: 400, code: 'validation_failed' })
  expect((await client.auth.getUser()).data.user?.user_metadata).toEqual({ name: 'Berta' })
})

test('[AUTH5] only the secret key may set what rights are made of', async () => {
  const { client } = await auth.signedIn()
  const accessToken = (await client.auth.getSession()).data.session?.access_token
  const response = await fetch(`${auth.url}/user`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ app_metadata: { admin: true }, role: 'service_role' }),
  })
  expect([response.status, await response.json()]).toEqual([403, expect.objectContaining({ error_code: 'not_admin' })])
})

// biome-ignore format: the table is the specification
test.for([
  // what            request                                                            status code
  ['no password',    '/signup', { email: 'a@example.com' },                             400, 'validation_failed'],
  ['no address',     '/signup', { password: PASSWORD },                                 400, 'validation_failed'],
  ['a phone number', '/signup', { phone: '+491', password: PASSWORD },                  400, 'phone_provider_disabled'],
  ['anonymous',      '/signup', {},                                                     422, 'anonymous_provider_disabled'],
  ['a short one',    '/signup', { email: 'a@example.com', password: 'short' },          422, 'weak_password'],
  ['73 bytes',       '/signup', { email: 'a@example.com', password: 'ä'.repeat(37) },   400, 'validation_failed'],
  ['no such grant',  '/token?grant_type=magic', {},                                     400, 'invalid_credentials'],
  ['toString',       '/token?grant_type=toString', {},                                  400, 'invalid_credentials'],
  ['no code',        '/verify', { type: 'signup' },                                      400, 'validation_failed'],
  ['no such type',   '/verify', { type: '__proto__', token: '1', email: 'a@b.de' },     400, 'validation_failed'],
  ['wrong link',     '/verify', { type: 'signup', token_hash: 'x' },                    403, 'otp_expired'],
  ['wrong code',     '/token?grant_type=pkce', { auth_code: 'x', code_verifier: 'y' },  404, 'flow_state_not_found'],
  ['wrong token',    '/token?grant_type=refresh_token', { refresh_token: 'x' },         400, 'refresh_token_not_found'],
  ['nobody',         '/logout', {},                                                     401, 'no_authorization'],
  ['nowhere',        '/nowhere', {},                                                    404, 'not_found'],
  ['not an address', '/recover', { email: 'a b@example.com' },                          400, 'validation_failed'],
  ['a long address', '/recover', { email: `${'a'.repeat(10_000)}@example.com` },        400, 'validation_failed'],
  ['a long name',    '/signup', { email: 'a@example.com', password: PASSWORD, data: { name: 'x'.repeat(10_000) } }, 400, 'validation_failed'],
  ['half a pair',    '/signup', '{"email":"a@example.com","password":"12345678","data":{"name":"\\ud800"}}', 400, 'validation_failed'],
  ['NUL',            '/signup', '{"email":"a@example.com","password":"1234567\\u0000","data":{}}', 400, 'validation_failed'],
  ['deep nesting',   '/signup', `{"data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,  400, 'validation_failed'],
  ['no JSON',        '/signup', '{"email":',                                            400, 'bad_json'],
  ['an array',       '/signup', '[]',                                                   400, 'validation_failed'],
  ['broken UTF-8',   '/signup', Buffer.from('{"email":"\xff\xfe"}', 'latin1'),          400, 'bad_json'],
  ['1 MB',           '/signup', `{"data":"${'x'.repeat(1_000_000)}"}`,                  413, 'request_too_large'],
] as const)('[AUTH6] %s: refused with a status, a code and a sentence', async ([, path, body, status, code]) => {
  const old = await auth.post(path, body)
  expect(old.status).toBe(status)
  expect(await old.json()).toMatchObject({ code: status, error_code: code, msg: expect.stringMatching(/\w{3,}/) })
  const modern = await auth.post(path, body, { 'x-supabase-api-version': '2024-01-01' })
  expect(modern.headers.get('x-supabase-api-version')).toBe('2024-01-01')
  expect(await modern.json()).toMatchObject({ code, message: expect.not.stringContaining('    at ') })
})

test('[AUTH6] a wrong method, key or token is refused as well', async () => {
  expect((await fetch(`${auth.url}/signup`)).status).toBe(405)
  expect((await fetch(`${auth.url}/verify?token=a%00b&type=signup`)).status).toBe(400)
  expect((await auth.post('/recover', { email: 'a@example.com' }, { apikey: 'sb_publishable_wrong' })).status).toBe(401)
  const forged = auth.tokens.sign({ role: 'authenticated', sub: crypto.randomUUID(), session_id: crypto.randomUUID(), exp: 4e9 })
  for (const [token, status, code] of [
    ['nonsense', 403, 'bad_jwt'],
    [`${forged}x`, 403, 'bad_jwt'],
    [forged, 403, 'user_not_found'],
    [auth.secrets.publishableKey, 401, 'no_authorization'],
  ] as const) {
    const response = await fetch(`${auth.url}/user`, { headers: { authorization: `Bearer ${token}` } })
    expect([token, response.status, await response.json()]).toEqual([token, status, expect.objectContaining({ error_code: code })])
  }
})

test('[AUTH7] a client learns what a sign-in page may offer, that the service is well, and that no keys are public', async () => {
  const get = async (path: string) => (await fetch(`${auth.url}${path}`)).json()
  expect(await get('/settings')).toMatchObject({ external: { email: true, anonymous_users: false }, disable_signup: false })
  expect(await get('/health')).toMatchObject({ name: expect.any(String) })
  expect(await get('/.well-known/jwks.json')).toEqual({ keys: [] })
})

// biome-ignore format: the table is the specification
test.for([
  ['short',         ['length']],
  ['dragon',        ['length', 'pwned']],
  ['password',      ['pwned']],
  ['PassWord123',   ['pwned']],
  ['12345678',      ['pwned']],
  ['#From heaven 1', []],
] as const)('[AUTH64] the password %s is refused for %s, wherever it is set', async ([password, reasons]) => {
  const refusal = reasons.length > 0 ? { name: 'AuthWeakPasswordError', status: 422, code: 'weak_password', reasons } : null
  const { client, id } = await auth.signedIn()
  const signUp = await auth.client().auth.signUp({ email: freshEmail(), password })
  const change = await client.auth.updateUser({ password })
  const byServer = await auth.admin.auth.admin.updateUserById(id, { password })
  for (const { error } of [signUp, change, byServer])
    if (refusal) expect(error).toMatchObject(refusal)
    else expect(error).toBeNull()
})

test('[AUTH64] whoever has a weak password from elsewhere is told when he signs in', async () => {
  const email = freshEmail()
  await auth.admin.auth.admin.createUser({ email, email_confirm: true, password_hash: await auth.hashBySql('iloveyou', 4) })
  const { data } = await auth.client().auth.signInWithPassword({ email, password: 'iloveyou' })
  expect([data.user?.email, data.weakPassword?.reasons]).toEqual([email, ['pwned']])
})
