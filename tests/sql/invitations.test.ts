import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Role } from '../../sql/types.gen.ts'
import { createDatabase } from '../support/database.ts'
import { createMember, createUser, createWorkspace, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
const worker = postgres(db.url('atrium_worker'), { max: 1 })
let workspace: Workspace
beforeAll(async () => {
  workspace = await createWorkspace(db)
})
afterAll(async () => {
  await worker.end()
  await db.drop()
})

const invite = (email: string, role: Role = 'editor', by = workspace.owner) =>
  db.call(by, 'invite_member', { workspace_id: workspace.id, email, role })

async function tokenFor(invitationId: string): Promise<string> {
  const [row] = await worker<{ token: string }[]>`select token from atrium_private.issue_invitation_token(${invitationId})`
  if (!row) throw new Error('The invitation is not open')
  return row.token
}

test('[INV1] who opens the link of his invitation becomes a member with its role', async () => {
  const user = await createUser(db)
  const invitation = await invite(user.email.toUpperCase(), 'commenter')
  const token = await tokenFor(invitation.id)
  expect(await db.call(null, 'invitation_preview', { token })).toMatchObject([
    { workspace_name: 'Acme', email: user.email, role: 'commenter', invited_by_name: 'Owner', state: 'open' },
  ])
  expect(await db.call(user, 'accept_invitation', { token })).toBe(workspace.id)
  expect(await db.call(user, 'my_workspaces', {})).toMatchObject([{ id: workspace.id, role: 'commenter' }])
  expect(await db.call(null, 'invitation_preview', { token })).toMatchObject([{ state: 'accepted' }])
  await expect(db.call(user, 'accept_invitation', { token })).rejects.toMatchObject({ code: 'PT410', detail: 'invitation_accepted' })
})

test('[INV2] the database keeps a hash of the link alone, and a mail with the invitation’s id is queued', async () => {
  const invitation = await invite('hash@example.com')
  const token = await tokenFor(invitation.id)
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  const stored = await db.admin<{ everything: string }[]>`
    select to_jsonb(t)::text as everything from atrium_private.invitation_tokens t
    union all select to_jsonb(i)::text from atrium.invitations i union all select to_jsonb(j)::text from pgboss.job j`
  expect(stored.filter(({ everything }) => everything.includes(token))).toEqual([])
  expect(
    await db.admin`select data from pgboss.job where name = 'send_mail' and data ->> 'invitation_id' = ${invitation.id}`,
  ).toMatchObject([{ data: { kind: 'invitation', invitation_id: invitation.id } }])
})

test('[INV3] somebody else cannot use the link, and an invitation that is over says why', async () => {
  const [user, other] = [await createUser(db), await createUser(db)]
  const invitation = await invite(user.email)
  const token = await tokenFor(invitation.id)
  await expect(db.call(other, 'accept_invitation', { token })).rejects.toMatchObject({ code: 'PT403', detail: 'invitation_other_email' })
  await expect(db.call(null, 'accept_invitation', { token })).rejects.toMatchObject({ code: '42501' })
  await db.admin`update atrium.invitations set expires_at = now() where id = ${invitation.id}`
  await expect(db.call(user, 'accept_invitation', { token })).rejects.toMatchObject({ code: 'PT410', detail: 'invitation_expired' })
  expect(await db.call(user, 'my_invitations', {})).toEqual([])
  expect(await worker`select from atrium_private.issue_invitation_token(${invitation.id})`).toHaveLength(0)
  await db.admin`update atrium.invitations set expires_at = now() + interval '1 day' where id = ${invitation.id}`
  await db.call(workspace.owner, 'revoke_invitation', { invitation_id: invitation.id })
  await expect(db.call(user, 'accept_invitation', { token })).rejects.toMatchObject({ code: 'PT410', detail: 'invitation_revoked' })
  await expect(db.call(user, 'accept_my_invitation', { invitation_id: invitation.id })).rejects.toMatchObject({
    detail: 'invitation_revoked',
  })
})

test.for(['', 'x', 'A'.repeat(43), 'é'.repeat(100), 'x'.repeat(100_000), "' or true --"])(
  '[INV4] the link %j finds nothing',
  async (token) => {
    await expect(db.call(null, 'invitation_preview', { token })).rejects.toMatchObject({ code: 'PT404', detail: 'invitation_not_found' })
    await expect(db.call(workspace.owner, 'accept_invitation', { token })).rejects.toMatchObject({ code: 'PT404' })
  },
)

test('[INV5] without the link an invitation is for the confirmed address alone', async () => {
  const email = `late-${randomUUID()}@example.com`
  const invitation = await invite(email)
  const user = await createUser(db, 'Late', { email, confirmed: false })
  expect(await db.call(user, 'my_invitations', {})).toEqual([])
  await expect(db.call(user, 'accept_my_invitation', { invitation_id: invitation.id })).rejects.toMatchObject({ code: 'PT404' })
  await db.admin`update auth.users set email_confirmed_at = now() where id = ${user.id}`
  expect(await db.call(user, 'my_invitations', {})).toMatchObject([{ id: invitation.id, workspace_name: 'Acme', role: 'editor' }])
  expect(await db.call(user, 'accept_my_invitation', { invitation_id: invitation.id })).toBe(workspace.id)
})

test('[INV6] inviting again renews the one invitation, and every link that was mailed still works', async () => {
  const user = await createUser(db)
  const first = await invite(user.email, 'viewer')
  const token = await tokenFor(first.id)
  await db.admin`update atrium.invitations set expires_at = now() where id = ${first.id}`
  const second = await invite(user.email, 'editor')
  expect(second).toMatchObject({ id: first.id, role: 'editor' })
  await tokenFor(first.id)
  await db.call(user, 'accept_invitation', { token })
  expect(await db.call(user, 'my_workspaces', {})).toMatchObject([{ role: 'editor' }])
  await expect(invite(user.email)).rejects.toMatchObject({ code: 'PT409', detail: 'already_member' })
})

test('[INV7] nobody invites above his own role, and invitations end with the rights of who sent them', async () => {
  const admin = await createMember(db, workspace, 'admin')
  await expect(invite('boss@example.com', 'owner', admin)).rejects.toMatchObject({ code: 'PT403', detail: 'role_too_high' })
  const user = await createUser(db)
  const invitation = await invite(user.email, 'admin', admin)
  const token = await tokenFor(invitation.id)
  await db.call(workspace.owner, 'set_member_role', { workspace_id: workspace.id, user_id: admin.id, role: 'editor' })
  await expect(db.call(user, 'accept_invitation', { token })).rejects.toMatchObject({ code: 'PT410', detail: 'invitation_revoked' })
})

test('[INV8] a suspended member does not come back by an invitation', async () => {
  const user = await createMember(db, workspace, 'editor')
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: user.id })
  const [invitation] = await db.admin<{ id: string }[]>`
    insert into atrium.invitations (workspace_id, email, role) values (${workspace.id}, ${user.email}, 'admin') returning id`
  await expect(db.call(user, 'accept_my_invitation', { invitation_id: invitation?.id ?? '' })).rejects.toMatchObject({
    code: 'PT403',
    detail: 'member_suspended',
  })
})

test.for(['', 'nobody', '@', 'a@b c', 'a@b\n', `${'x'.repeat(250)}@example.com`, 'a@b, c@d', '<a@b>', 'x'.repeat(10_000)])(
  '[INV9] %j is no address to invite',
  async (email) => {
    await expect(invite(email)).rejects.toMatchObject({ code: 'PT422', detail: 'email_invalid' })
  },
)

test('[INV10] one workspace has 500 open invitations at most', async () => {
  const full = await createWorkspace(db)
  await db.admin`
    insert into atrium.invitations (workspace_id, email, role) select ${full.id}, n || '@example.com', 'viewer' from generate_series(1, 499) n`
  const results = await Promise.allSettled(
    ['a', 'b', 'c', 'd'].map((name) =>
      db.call(full.owner, 'invite_member', { workspace_id: full.id, email: `${name}@example.com`, role: 'viewer' }),
    ),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'PT429', detail: 'too_many_invitations' } })
})

test('[SEC11] nobody has more than five mails an hour sent to one address, from whatever workspaces', async () => {
  const [first, second] = [await createWorkspace(db), await createWorkspace(db)]
  await db.call(second.owner, 'invite_member', { workspace_id: second.id, email: 'mailbox@example.com', role: 'viewer' })
  const another = await db.call(first.owner, 'create_workspace', { id: randomUUID(), name: 'Other' })
  const send = async (workspace_id: string, email = 'mailbox@example.com') => {
    const invitation = await db.call(first.owner, 'invite_member', { workspace_id, email, role: 'viewer' })
    await db.call(first.owner, 'revoke_invitation', { invitation_id: invitation.id })
  }
  const results = await Promise.allSettled(
    [first.id, another.id, first.id, another.id, first.id, another.id, first.id].map((id) => send(id)),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  await expect(send(first.id)).rejects.toMatchObject({ code: 'PT429', detail: 'too_many_invitations' })
  await send(first.id, 'somebody.else@example.com')
  await db.admin`update atrium_private.invitation_mails set at = at - interval '1 hour'`
  await send(first.id)
})
