import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthUnderTest, codeIn, freshEmail, PASSWORD, startAuth } from './authSupport.ts'

let auth: AuthUnderTest
const known: string[] = []
beforeAll(async () => {
  auth = await startAuth()
  const password_hash = await auth.hashBySql(PASSWORD, 10)
  for (let i = 0; i < 15; i++) {
    known.push(freshEmail())
    await auth.admin.auth.admin.createUser({ email: known.at(-1) ?? '', password_hash, email_confirm: true })
  }
})
afterAll(() => auth.close())

/** An answer without what is different each time: ids, times, the address itself. */
async function shape(response: Response): Promise<unknown> {
  const text = (await response.text())
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/person\d+@/g, '<person>@')
  return { status: response.status, headers: [...response.headers.keys()].sort(), body: JSON.parse(text) as unknown }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** The same requests for known and unknown addresses, in turns. */
async function compare(path: string, body: (email: string) => object) {
  const times = { known: [] as number[], unknown: [] as number[] }
  const shapes = new Set<string>()
  for (const email of known)
    for (const [kind, address] of [
      ['known', email],
      ['unknown', freshEmail()],
    ] as const) {
      const start = performance.now()
      const response = await auth.post(path, body(address))
      times[kind].push(performance.now() - start)
      shapes.add(JSON.stringify(await shape(response)))
    }
  return { shapes: [...shapes], ratio: median(times.known) / median(times.unknown) }
}

// biome-ignore format: the table is the specification
test.for([
  ['sign-in',   '/token?grant_type=password', (email: string) => ({ email, password: 'wrong password' })],
  ['sign-up',   '/signup',                    (email: string) => ({ email, password: PASSWORD, data: { name: 'Anna' } })],
  ['recovery',  '/recover',                   (email: string) => ({ email })],
  ['link',      '/otp',                       (email: string) => ({ email, create_user: false })],
  ['resend',    '/resend',                    (email: string) => ({ email, type: 'signup' })],
  ['code',      '/verify',                    (email: string) => ({ email, type: 'email', token: '000000' })],
] as const)('[AUTH40] %s answers alike, and in the same time, whether the account exists or not', async ([, path, body]) => {
  const { shapes, ratio } = await compare(path, body)
  expect(shapes).toHaveLength(1)
  // Without the precautions it is 10 and more for sign-in and sign-up.
  expect(ratio).toBeGreaterThan(1 / 3)
  expect(ratio).toBeLessThan(3)
})

test('[AUTH40] whoever signs up with a known address gets a mail about it, and nothing changes', async () => {
  const { email, client } = await auth.signedIn()
  await auth.client().auth.signUp({ email, password: 'stranger 12345' })
  expect((await auth.mailTo(email)).subject).toBe('You already have an account')
  expect((await auth.client().auth.signInWithPassword({ email, password: 'stranger 12345' })).error?.code).toBe('invalid_credentials')
  expect((await client.auth.getUser()).error).toBeNull()
})

test('[AUTH40] what a trigger refuses is refused for a known address too', async () => {
  await auth.sql.unsafe(`create function public.refuse() returns trigger language plpgsql as $$ begin
    if new.raw_user_meta_data ->> 'name' = 'Nobody' then raise sqlstate 'PT422' using message = 'No', detail = 'name_taken'; end if;
    return new;
  end $$`)
  await auth.sql`create trigger refuse after insert on auth.users for each row execute function public.refuse()`
  const { shapes } = await compare('/signup', (email) => ({ email, password: PASSWORD, data: { name: 'Nobody' } }))
  await auth.sql`drop trigger refuse on auth.users`
  expect(shapes.map((text) => JSON.parse(text))).toMatchObject([{ status: 422, body: { error_code: 'name_taken' } }])
  expect(await auth.sql`select from auth.users where email not like 'person%'`).toHaveLength(0)
})

test('[AUTH40] a dozen sign-ups with one address at once make one account', async () => {
  const email = freshEmail()
  const answers = await Promise.all(Array.from({ length: 12 }, () => auth.client().auth.signUp({ email, password: PASSWORD })))
  expect(answers.filter(({ error }) => error)).toEqual([])
  expect(await auth.sql`select from auth.users where email = ${email}`).toHaveLength(1)
})

test('[AUTH41] hashing passwords leaves the server free for everybody else', async () => {
  const people = known.slice(0, 8)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const start = performance.now()
  delay.enable()
  const answers = await Promise.all(people.map((email) => auth.post('/token?grant_type=password', { email, password: PASSWORD })))
  delay.disable()
  const all = performance.now() - start
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  // On the main thread the longest stop would be one hash at least: an eighth of the time.
  expect(delay.max / 1e6 / all).toBeLessThan(1 / 8)
})

test('[AUTH42] anonymous sign-ups can be opened', async () => {
  const email = freshEmail()
  const open = await startAuth({ anonymousSignIns: true, confirmEmail: false })
  const guest = open.client()
  expect((await guest.auth.signInAnonymously({ options: { data: { name: 'Guest' } } })).data.user).toMatchObject({ is_anonymous: true })
  await guest.auth.updateUser({ email })
  const named = await open.client().auth.verifyOtp({ email, type: 'email_change', token: codeIn(await open.mailTo(email)) })
  expect(named.data.user).toMatchObject({ email, is_anonymous: false, app_metadata: { provider: 'email' } })
  expect((await open.client().auth.signUp({ email: freshEmail(), password: PASSWORD })).data.session).not.toBeNull()
  expect((await open.client().auth.signUp({ email, password: PASSWORD })).error?.code).toBe('user_already_exists')
  await open.close()
})
