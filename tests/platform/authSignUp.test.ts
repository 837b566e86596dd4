import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readOptions } from '../../supabase/local/options.ts'
import { type AuthUnderTest, codeIn, freshEmail, PASSWORD, startAuth } from './authSupport.ts'

// How people sign in elsewhere is in authExternal.test.ts.

let invited: AuthUnderTest
let domains: AuthUnderTest
beforeAll(async () => {
  ;[invited, domains] = await Promise.all([startAuth({ signUp: 'invited' }), startAuth({ signUp: { domains: ['company.example'] } })])
  // Each installation has somebody who set it up.
  await Promise.all([invited, domains].map((auth) => auth.signedIn()))
})
afterAll(() => Promise.all([invited, domains].map((auth) => auth.close())))

const CLOSED = 'An invitation is needed'

/** An open invitation by mail, and a link for so many people. */
async function invite({ sql }: AuthUnderTest, email: string, { until = '7 days' } = {}): Promise<void> {
  await sql`
    with workspace as (insert into atrium.workspaces (name) values ('Team') returning id)
    insert into atrium.invitations (workspace_id, email, role, expires_at) select id, ${email}, 'viewer', now() + ${until}::interval from workspace`
}

async function inviteByLink({ sql }: AuthUnderTest, { uses = 5 } = {}): Promise<string> {
  const token = crypto.randomUUID()
  await sql`
    with workspace as (insert into atrium.workspaces (name) values ('Team') returning id),
    link as (
      insert into atrium.invitation_links (workspace_id, role, max_uses, expires_at)
      select id, 'viewer', ${uses}, now() + interval '1 day' from workspace returning id
    )
    insert into atrium_private.invitation_link_tokens (link_id, hash) select id, ${createHash('sha256').update(token).digest()} from link`
  return token
}

const exists = async ({ sql }: AuthUnderTest, email: string) => (await sql`select from auth.users where email = ${email}`).length === 1

interface Case {
  auth: AuthUnderTest
  email: string
  token?: string
}

// biome-ignore format: the table is the specification
const cases: [string, boolean, () => Promise<Case>][] = [
  ['invited only: a stranger',                            false, async () => ({ auth: invited, email: freshEmail() })],
  ['invited only: an invited mailbox',                    true,  async () => { const email = freshEmail(); await invite(invited, email); return { auth: invited, email } }],
  ['invited only: an invitation that is over',            false, async () => { const email = freshEmail(); await invite(invited, email, { until: '-1 second' }); return { auth: invited, email } }],
  ['invited only: whoever has a link',                    true,  async () => ({ auth: invited, email: freshEmail(), token: await inviteByLink(invited) })],
  ['invited only: a link that is used up',                false, async () => {
    const token = await inviteByLink(invited)
    await invited.sql`update atrium.invitation_links set uses = max_uses`
    return { auth: invited, email: freshEmail(), token }
  }],
  ['invited only: a token of nothing',                    false, async () => ({ auth: invited, email: freshEmail(), token: crypto.randomUUID() })],
  ['domains: one of them',                                true,  async () => ({ auth: domains, email: `${crypto.randomUUID()}@Company.example` })],
  ['domains: one beneath it',                             false, async () => ({ auth: domains, email: `${crypto.randomUUID()}@evil.company.example` })],
  ['domains: one that ends alike',                        false, async () => ({ auth: domains, email: `${crypto.randomUUID()}@notcompany.example` })],
  ['domains: another, invited',                           true,  async () => { const email = freshEmail(); await invite(domains, email); return { auth: domains, email } }],
  ['domains: another, with a link',                       true,  async () => ({ auth: domains, email: freshEmail(), token: await inviteByLink(domains) })],
]

for (const [name, mayEnter, prepare] of cases) {
  test(`[AUTH77] ${name}: ${mayEnter ? 'may' : 'may not'} sign up by password`, async () => {
    const { auth, email, token } = await prepare()
    const data = { name: 'Anna', ...(token && { invite_token: token }) }
    const { data: answer, error } = await auth.client().auth.signUp({ email, password: PASSWORD, options: { data } })
    expect(error).toBeNull()
    expect(answer.user?.user_metadata).toEqual({ name: 'Anna' })
    const mail = await auth.mailTo(email.toLowerCase())
    expect(mail.subject === CLOSED).toBe(!mayEnter)
    expect(await exists(auth, email.toLowerCase())).toBe(mayEnter)
    const entered = await auth.client().auth.verifyOtp({ email, type: 'signup', token: codeIn(mail) || '000000' })
    expect(entered.error === null).toBe(mayEnter)
  })

  test(`[AUTH77] ${name}: ${mayEnter ? 'may' : 'may not'} sign up by a link in a mail`, async () => {
    const { auth, email, token } = await prepare()
    const options = token ? { data: { invite_token: token } } : {}
    expect((await auth.client().auth.signInWithOtp({ email, options })).error).toBeNull()
    expect((await auth.mailTo(email.toLowerCase())).subject === CLOSED).toBe(!mayEnter)
    expect(await exists(auth, email.toLowerCase())).toBe(mayEnter)
  })
}

test('[AUTH77] who has an account signs in as ever, and an administrator makes and invites people', async () => {
  const { email } = await invited.signedIn()
  expect((await invited.client().auth.signInWithOtp({ email })).error).toBeNull()
  expect((await invited.mailTo(email)).subject).toBe('Your link to sign in')
  const guest = freshEmail()
  expect((await invited.admin.auth.admin.inviteUserByEmail(guest)).error).toBeNull()
  const entered = await invited.client().auth.verifyOtp({ email: guest, type: 'invite', token: codeIn(await invited.mailTo(guest)) })
  expect(entered.data.user?.email).toBe(guest)
})

test('[AUTH82] where certain domains have accounts, an account does not move out of them, unless the new mailbox is invited', async () => {
  const email = `${crypto.randomUUID()}@company.example`
  const { client } = await domains.signedIn(email)
  const away = freshEmail()
  expect((await client.auth.updateUser({ email: away })).error).toMatchObject({ status: 422, code: 'email_address_not_authorized' })
  expect((await client.auth.updateUser({ email: `${crypto.randomUUID()}@company.example` })).data.user?.new_email).toMatch(
    /@company\.example$/,
  )
  await invite(domains, away)
  const another = await domains.signedIn(`${crypto.randomUUID()}@company.example`)
  expect((await another.client.auth.updateUser({ email: away })).data.user?.new_email).toBe(away)
})

test('[AUTH77] nobody comes in without a name, and without confirmed mailboxes the refusal is told', async () => {
  const auth = await startAuth({ signUp: 'invited', anonymousSignIns: true, confirmEmail: false })
  await auth.signedIn()
  expect((await auth.client().auth.signInAnonymously()).error).toMatchObject({ status: 422, code: 'signup_disabled' })
  expect((await auth.client().auth.signUp({ email: freshEmail(), password: PASSWORD })).error).toMatchObject({ code: 'signup_disabled' })
  await auth.close()
})

test('[AUTH78] the answer and its time are the same for a stranger, an invited person and somebody with an account', async () => {
  const password_hash = await invited.hashBySql(PASSWORD, 10)
  const times = { stranger: [] as number[], invited: [] as number[], known: [] as number[] }
  const shapes = new Set<string>()
  for (let round = 0; round < 7; round++)
    for (const kind of ['stranger', 'invited', 'known'] as const) {
      const email = freshEmail()
      if (kind === 'invited') await invite(invited, email)
      if (kind === 'known') await invited.admin.auth.admin.createUser({ email, password_hash, email_confirm: true })
      const start = performance.now()
      const response = await invited.post('/signup', { email, password: PASSWORD, data: { name: 'Anna' } })
      times[kind].push(performance.now() - start)
      const body = (await response.json()) as object
      shapes.add(`${response.status} ${Object.keys(body)} ${[...response.headers.keys()]}`)
    }
  expect([...shapes]).toHaveLength(1)
  const medians = Object.values(times).map((values) => values.toSorted((a, b) => a - b)[3] ?? 0)
  expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(2)
})

test('[AUTH79] the settings say who may sign up; before the first account that is everybody', async () => {
  const settings = async ({ url }: AuthUnderTest) => (await (await fetch(`${url}/settings`)).json()) as Record<string, unknown>
  expect(await settings(invited)).toMatchObject({ disable_signup: true, sign_up: 'invited', sign_up_domains: [], session_timebox: null })
  expect(await settings(domains)).toMatchObject({ disable_signup: false, sign_up: 'domains', sign_up_domains: ['company.example'] })
  const empty = await startAuth({ signUp: 'invited' })
  expect(await settings(empty)).toMatchObject({ disable_signup: false, sign_up: 'open' })
  const email = freshEmail()
  await empty.client().auth.signUp({ email, password: PASSWORD })
  const first = await empty.client().auth.verifyOtp({ email, type: 'signup', token: codeIn(await empty.mailTo(email)) })
  expect(first.error).toBeNull()
  expect(await settings(empty)).toMatchObject({ sign_up: 'invited' })
  await empty.close()
})

// biome-ignore format: the table is the specification
test.for([
  [[],                                     {},                                      null],
  [[],                                     { ATRIUM_SIGN_UP: 'invited' },           'invited'],
  [['--sign-up', 'open'],                  { ATRIUM_SIGN_UP: 'invited' },           'open'],
  [['--sign-up', 'A.example, b.example'],  {},                                      { domains: ['a.example', 'b.example'] }],
] as const)('[AUTH79] options %j and %j say who may sign up', ([args, environment, policy]) => {
  expect(readOptions([...args], environment)?.signUp).toEqual(policy)
})

test('[AUTH79] what is no policy is refused with a sentence', () => {
  expect(() => readOptions(['--sign-up', 'friends'], {})).toThrow('Who may sign up is open, invited, or e-mail domains such as example.com')
})
