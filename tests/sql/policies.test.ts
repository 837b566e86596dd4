import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { createDocument, createMember, createUser, createWorkspace, type User, type Workspace } from '../support/factories.ts'

const db = await createDatabase()
afterAll(() => db.drop())

const detail = (error: { detail: string }) => error.detail
const join = (user: User, token: string) => db.call(user, 'accept_invitation', { token }).catch(detail)
const roleOf = async (user: User) => (await db.call(user, 'my_workspaces', {}))[0]?.role

async function invite(
  workspace: Workspace,
  options: { role?: 'viewer' | 'admin'; max_uses?: number; expires_at?: string } = {},
  maker = workspace.owner,
) {
  const [link] = await db.call(maker, 'create_invitation_link', { workspace_id: workspace.id, role: 'viewer', ...options })
  if (!link) throw new Error('No link was made')
  return link
}

test('[INV11] a link lets as many people in as it says, however many come at once', async () => {
  const workspace = await createWorkspace(db)
  const link = await invite(workspace, { max_uses: 3 })
  const { token } = link
  expect(await db.call(null, 'invitation_preview', { token })).toMatchObject([
    { workspace_name: 'Acme', email: null, role: 'viewer', state: 'open' },
  ])
  const people = await Promise.all(Array.from({ length: 8 }, () => createUser(db)))
  const outcomes = await Promise.all(people.map((person) => join(person, token)))
  expect(outcomes.sort()).toEqual([...Array(3).fill(workspace.id), ...Array(5).fill('invitation_accepted')].sort())
  expect(await db.call(null, 'invitation_preview', { token })).toMatchObject([{ state: 'accepted' }])
  // Who is in already uses nothing up and is given nothing.
  const another = await invite(workspace, { max_uses: 1 })
  expect(await join(workspace.owner, another.token)).toBe(workspace.id)
  expect(await roleOf(workspace.owner)).toBe('owner')
  expect(await db.admin`select uses from atrium.invitation_links where id = ${another.id}`).toEqual([{ uses: 0 }])
  const [kept] = await db.admin`select jsonb_agg(to_jsonb(secret)) as all from atrium_private.invitation_link_tokens secret`
  expect(JSON.stringify(kept)).not.toContain(token)
})

test('[INV11] a link that is over says why, and ends with the right to make it', async () => {
  const workspace = await createWorkspace(db)
  const admin = await createMember(db, workspace, 'admin')
  const [revoked, expired, byAdmin] = [await invite(workspace), await invite(workspace), await invite(workspace, { role: 'admin' }, admin)]
  await db.call(workspace.owner, 'revoke_invitation_link', { link_id: revoked.id })
  await db.admin`update atrium.invitation_links set expires_at = now() where id = ${expired.id}`
  await db.call(workspace.owner, 'set_member_role', { workspace_id: workspace.id, user_id: admin.id, role: 'editor' })
  const stranger = await createUser(db)
  const unconfirmed = await createUser(db, 'Person', { confirmed: false })
  expect([await join(stranger, revoked.token), await join(stranger, expired.token), await join(stranger, byAdmin.token)]).toEqual([
    'invitation_revoked',
    'invitation_expired',
    'invitation_revoked',
  ])
  expect(await join(unconfirmed, (await invite(workspace)).token)).toBe('email_unconfirmed')
  const create = (args: object) =>
    db.call(workspace.owner, 'create_invitation_link', { workspace_id: workspace.id, role: 'viewer', ...args }).catch(detail)
  expect(
    await Promise.all([
      create({ role: 'owner' }),
      create({ expires_at: '2000-01-01' }),
      create({ expires_at: '2999-01-01' }),
      create({ max_uses: 0 }),
    ]),
  ).toEqual(['role_invalid', 'expires_at_invalid', 'expires_at_invalid', 'max_uses_invalid'])
})

test('[JOIN1] who may join without an invitation is what the policy says', async () => {
  const workspace = await createWorkspace(db)
  const set = (args: object) => db.call(workspace.owner, 'set_workspace_policy', { workspace_id: workspace.id, ...args })
  const domain = `d${randomUUID().slice(0, 8)}.example.com`
  const inside = await createUser(db, 'In', { email: `in@${domain}` })
  const outside = await createUser(db, 'Out', { email: `out@not-${domain}` })
  const unproven = await createUser(db, 'Un', { email: `un@${domain}`, confirmed: false })
  const attempt = (user: User) => db.call(user, 'join_workspace', { workspace_id: workspace.id }).catch(detail)
  const offered = async (user: User) => (await db.call(user, 'joinable_workspaces', {})).filter(({ id }) => id === workspace.id).length
  expect(await attempt(inside)).toBe('workspace_not_found')
  await set({ joining: 'domains', domains: [`  ${domain.toUpperCase()} `], joining_role: 'commenter' })
  expect([await offered(inside), await offered(outside), await offered(unproven)]).toEqual([1, 0, 0])
  expect([await attempt(inside), await attempt(outside), await attempt(unproven)]).toEqual([
    workspace.id,
    'workspace_not_found',
    'workspace_not_found',
  ])
  expect(await roleOf(inside)).toBe('commenter')
  await set({ joining: 'open' })
  expect(await attempt(outside)).toBe(workspace.id)
  await db.call(workspace.owner, 'suspend_member', { workspace_id: workspace.id, user_id: outside.id })
  expect([await offered(outside), await attempt(outside)]).toEqual([0, 'workspace_not_found'])
  const refused = (args: object) => set(args).catch(detail)
  expect(await refused({ joining: 'all' })).toBe('joining_invalid')
  expect(await refused({ joining: 'domains', domains: [] })).toBe('domains_required')
  expect(await refused({ domains: ['no domain'] })).toBe('domains_invalid')
  expect(await refused({ joining_role: 'admin' })).toBe('role_invalid')
  expect(await db.admin`select joining, domains from atrium.workspace_policies where workspace_id = ${workspace.id}`).toEqual([
    { joining: 'open', domains: [domain] },
  ])
  const anonymous = { id: randomUUID() }
  await db.admin`insert into auth.users (id, is_anonymous) values (${anonymous.id}, true)`
  expect(await db.call(anonymous, 'create_workspace', { id: randomUUID(), name: 'Mine' }).catch(detail)).toBe('account_required')
  expect(await db.call(anonymous, 'joinable_workspaces', {})).toEqual([])
})

test('[MFA1] where a second factor is asked for, who signed in without one sees that and nothing else', async () => {
  const workspace = await createWorkspace(db)
  const member = await createMember(db, workspace, 'editor')
  const document = await createDocument(db, workspace)
  const withLevel = <T>(user: User, aal: string, run: (sql: TransactionSql) => Promise<T>) =>
    db.as(user, async (sql) => {
      await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user.id, role: 'authenticated', aal })}, true)`
      return run(sql)
    })
  const seen = (user: User, aal: string) =>
    withLevel(user, aal, async (sql) => {
      const counts = []
      for (const table of ['workspaces', 'members', 'spaces', 'documents', 'rooms', 'audit_events'])
        counts.push((await sql.unsafe(`select from atrium.${table}`)).count)
      return counts
    })
  const require = (aal: string, needs: boolean) =>
    withLevel(workspace.owner, aal, (sql) => sql`select atrium.set_workspace_policy(${workspace.id}, needs_mfa => ${needs})`)
  await expect(require('aal1', true)).rejects.toMatchObject({ code: 'PT409', detail: 'mfa_needed_first' })
  const exported = await db.call(member, 'export_document', { document_id: document.id, format: 'pdf' })
  const heard: (string | null)[] = []
  await db.admin.listen('atrium_access', (payload) => heard.push(JSON.parse(payload).workspace_id))
  const [before] = await db.admin`select epoch from atrium.workspaces where id = ${workspace.id}`
  await require('aal2', true)
  await expect.poll(() => heard).toEqual([workspace.id])
  const [after] = await db.admin`select epoch from atrium.workspaces where id = ${workspace.id}`
  expect(after?.epoch).toBe(before?.epoch + 1)
  expect(await seen(member, 'aal1')).toEqual([0, 0, 0, 0, 0, 0])
  expect((await seen(member, 'aal2')).slice(0, 5)).toEqual([1, 2, 1, 1, 1])
  const access = (aal: string) => withLevel(member, aal, (sql) => sql`select atrium.document_access(${document.id}) as access`)
  await expect(access('aal1')).rejects.toMatchObject({ detail: 'document_not_found' })
  expect(await access('aal2')).toEqual([{ access: 'write' }])
  expect(await withLevel(member, 'aal1', (sql) => sql`select id, needs_mfa from atrium.my_workspaces()`)).toEqual([
    { id: workspace.id, needs_mfa: true },
  ])
  expect(await withLevel(member, 'aal2', (sql) => sql`select needs_mfa from atrium.my_workspaces()`)).toEqual([{ needs_mfa: false }])
  // A server that works for him has no sign-in of his to ask about.
  expect(await db.admin`select id from atrium_private.pages_to_export(${exported.id})`).toEqual([{ id: document.id }])
  // Whoever comes later is asked for it, too, and an admin without it cannot switch it off.
  const late = await createUser(db)
  await db.admin`insert into atrium.members (workspace_id, user_id, role) values (${workspace.id}, ${late.id}, 'viewer')`
  expect(await seen(late, 'aal1')).toEqual([0, 0, 0, 0, 0, 0])
  await expect(require('aal1', false)).rejects.toMatchObject({ detail: 'workspace_not_found' })
  await require('aal2', false)
  expect((await seen(member, 'aal1')).slice(0, 5)).toEqual([1, 3, 1, 1, 1])
})

test('[TIME1] a membership with an end gives nothing from then on, and what is still open is closed', async () => {
  const workspace = await createWorkspace(db)
  const member = await createMember(db, workspace, 'editor')
  const document = await createDocument(db, workspace)
  const until = (expires_at: string | null, user = member) =>
    db.call(workspace.owner, 'set_member_expiry', { workspace_id: workspace.id, user_id: user.id, expires_at }).catch(detail)
  await until('2099-01-01')
  expect(await db.call(member, 'document_access', { id: document.id })).toBe('write')
  expect([await until('2000-01-01'), await until('2099-01-01', workspace.owner)]).toEqual(['expires_at_invalid', 'owner_does_not_expire'])
  await db.admin`update atrium.members set expires_at = now() where user_id = ${member.id}`
  expect(await db.call(member, 'document_access', { id: document.id }).catch(detail)).toBe('document_not_found')
  expect(await db.call(member, 'my_workspaces', {})).toEqual([])
  // Invited again he is back; else he is removed, which closes what he has open.
  const invitation = await db.call(workspace.owner, 'invite_member', { workspace_id: workspace.id, email: member.email, role: 'viewer' })
  await db.call(member, 'accept_my_invitation', { invitation_id: invitation.id })
  expect(await roleOf(member)).toBe('viewer')
  await db.admin`update atrium.members set expires_at = now() where user_id = ${member.id}`
  const heard: (string | null)[] = []
  await db.admin.listen('atrium_access', (payload) => heard.push(JSON.parse(payload).user_id))
  expect(await db.admin`select atrium_private.expire_access() as count`).toEqual([{ count: 1 }])
  await expect.poll(() => heard).toEqual([member.id])
  expect(await db.admin`select action, user_id from atrium.audit_events order by id desc limit 1`).toEqual([
    { action: 'member.removed', user_id: member.id },
  ])
})
