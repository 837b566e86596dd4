import { createHash, randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type Database } from '../support/database.ts'
import { createMember, createUser, createWorkspace, type Workspace } from '../support/factories.ts'

// What a self-hosted Supabase Auth asks: with its login, by the hook before an account is made, and by the trigger at a change of address.
let db: Database
let auth: postgres.Sql
let workspace: Workspace
beforeAll(async () => {
  db = await createDatabase()
  auth = postgres(db.url('supabase_auth_admin'), { max: 1, onnotice: () => {} })
  workspace = await createWorkspace(db)
})
afterAll(async () => {
  await auth.end()
  await db.drop()
})

const decide = (who: string) => db.admin`select atrium_private.set_sign_up(${who})`
const fresh = (domain = 'example.com') => `${randomUUID()}@${domain}`
async function mayHaveAccount(email: string | null, data: Record<string, string> = {}): Promise<boolean> {
  const event = { metadata: { name: 'before-user-created' }, user: { email, user_metadata: data, is_anonymous: email === null } }
  const [row] = await auth<
    { answer: { error?: { http_code: number } } }[]
  >`select atrium_private.before_user_created(${auth.json(event)}) as answer`
  expect(row?.answer.error?.http_code ?? 200).toBe(row?.answer.error ? 422 : 200)
  return row?.answer.error === undefined
}

test('[AUTH83] Supabase Auth asks whether somebody may have an account: open, invited or certain domains', async () => {
  const invitee = fresh()
  await db.call(workspace.owner, 'invite_member', { workspace_id: workspace.id, email: invitee, role: 'viewer' })
  const [link] = await db.call(workspace.owner, 'create_invitation_link', { workspace_id: workspace.id, role: 'viewer' })
  // Before the first account everybody may, or nobody could set it up.
  await decide('invited')
  await db.admin`update auth.users set email_confirmed_at = null`
  expect(await mayHaveAccount(fresh())).toBe(true)
  await db.admin`update auth.users set email_confirmed_at = now()`

  const cases = async () => ({
    stranger: await mayHaveAccount(fresh()),
    nameless: await mayHaveAccount(null),
    colleague: await mayHaveAccount(fresh('Company.example')),
    pretender: await mayHaveAccount(fresh('notcompany.example')),
    invited: await mayHaveAccount(invitee.toUpperCase()),
    linked: await mayHaveAccount(fresh(), { invite_token: link?.token ?? '' }),
    guessed: await mayHaveAccount(fresh(), { invite_token: createHash('sha256').update('a').digest('hex') }),
  })
  const nobody = { stranger: false, nameless: false, colleague: false, pretender: false, invited: true, linked: true, guessed: false }
  expect(await cases()).toEqual(nobody)
  await decide('company.example, other.example')
  expect(await cases()).toEqual({ ...nobody, colleague: true })
  await decide('open')
  expect(Object.values(await cases())).not.toContain(false)
  await expect(decide('company')).rejects.toMatchObject({ code: 'PT422', detail: 'sign_up_invalid' })
  await expect(decide('')).rejects.toMatchObject({ detail: 'sign_up_invalid' })
})

test('[AUTH83] a change of address is held to the domains, but for who is invited there', async () => {
  const person = await createMember(db, workspace, 'viewer')
  const move = (to: string) => auth`update auth.users set email_change = ${to} where id = ${person.id}`
  await decide('company.example')
  await expect(move(fresh())).rejects.toMatchObject({ code: 'PT422', detail: 'email_address_not_authorized' })
  await move(fresh('company.example'))
  await move('')
  const invitee = fresh()
  await db.call(workspace.owner, 'invite_member', { workspace_id: workspace.id, email: invitee, role: 'viewer' })
  await move(invitee)
  await decide('invited')
  await move(fresh())
  await decide('open')
})

test('[AUTH83] nobody else asks, and nobody changes who may', async () => {
  const user = await createUser(db)
  await expect(db.as(user, (sql) => sql`select atrium_private.before_user_created('{}')`)).rejects.toMatchObject({ code: '42501' })
  await expect(db.as(user, (sql) => sql`select atrium_private.set_sign_up('open')`)).rejects.toMatchObject({ code: '42501' })
  await expect(auth`select atrium_private.set_sign_up('open')`).rejects.toMatchObject({ code: '42501' })
})
