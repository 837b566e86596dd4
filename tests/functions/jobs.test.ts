import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPlatform, type TestPlatform } from '../support/platform.ts'

let platform: TestPlatform
let sql: postgres.Sql
beforeAll(async () => {
  platform = await startPlatform({ worker: true })
  sql = postgres(platform.databaseUrl('atrium_worker'), { max: 1 })
})
afterAll(async () => {
  await sql.end()
  await platform.stop()
})

const mailTo = (to: string) => expect.poll(() => platform.mail(to), { timeout: 10_000 })

test('[JOB1] a mail that is enqueued in SQL arrives', async () => {
  await sql`select atrium_private.enqueue('send_mail', ${sql.json({ to: 'anna@example.com', subject: 'Hello', text: 'Hi', html: '<p>Hi</p>' })})`
  await mailTo('anna@example.com').toHaveLength(1)
  expect((await platform.mail('anna@example.com'))[0]).toMatchObject({
    subject: 'Hello',
    from: expect.stringContaining('atrium@example.com'),
  })
})

test('[JOB2] an invitation arrives with a link that works, and no job holds its token', async () => {
  const owner = await platform.signUp('Olga <script>')
  const workspace = crypto.randomUUID()
  await owner.client.rpc('create_workspace', { id: workspace, name: 'Studio & Söhne' }).throwOnError()
  await owner.client.rpc('invite_member', { workspace_id: workspace, email: 'ben@example.com', role: 'editor' }).throwOnError()
  await mailTo('ben@example.com').toHaveLength(1)
  const [mail] = await platform.mail('ben@example.com')
  expect(mail?.subject).toBe('Olga <script> invited you to Studio & Söhne')
  expect(mail?.html).toContain('Olga &lt;script&gt; invited you')
  const token = /\/invite\/([\w-]+)/.exec(mail?.text ?? '')?.[1]
  const { data } = await platform.client().rpc('invitation_preview', { token }).throwOnError()
  expect([data].flat()[0]).toMatchObject({ workspace_name: 'Studio & Söhne', email: 'ben@example.com', role: 'editor', state: 'open' })
  const admin = postgres(platform.databaseUrl('postgres'), { max: 1 })
  expect(JSON.stringify(await admin`select data, output from pgboss.job`)).not.toContain(token)
  await admin.end()
})

test('[JOB3] an invitation that was revoked before its mail left is not sent', async () => {
  const owner = await platform.signUp('Olga')
  const workspace = crypto.randomUUID()
  await owner.client.rpc('create_workspace', { id: workspace, name: 'Studio' }).throwOnError()
  const { data: invitation } = await owner.client
    .rpc('invite_member', { workspace_id: workspace, email: 'late@example.com', role: 'viewer' })
    .throwOnError()
  await mailTo('late@example.com').toHaveLength(1)
  await owner.client.rpc('revoke_invitation', { invitation_id: invitation.id }).throwOnError()
  await sql`select atrium_private.enqueue('send_mail', ${sql.json({ kind: 'invitation', invitation_id: invitation.id })})`
  await sql`select atrium_private.enqueue('send_mail', ${sql.json({ to: 'after@example.com', subject: 'Last', text: 'x', html: 'x' })})`
  await mailTo('after@example.com').toHaveLength(1)
  expect(await platform.mail('late@example.com')).toHaveLength(1)
})

test('[JOB4] a job that cannot be read is tried again later and holds up no other', async () => {
  await sql`select atrium_private.enqueue('send_mail', ${sql.json({ kind: 'unknown' })})`
  await sql`select atrium_private.enqueue('send_mail', ${sql.json({ to: 'next@example.com', subject: 'Next', text: 'x', html: 'x' })})`
  await mailTo('next@example.com').toHaveLength(1)
  await expect
    .poll(async () => (await sql`select state, retry_count from pgboss.job where data ->> 'kind' = 'unknown'`)[0])
    .toMatchObject({ state: 'retry' })
})

test('[JOB5] a membership, a grant and a link whose time is over are gone within a second, and the audit log says so', async () => {
  const owner = await platform.signUp('Olga')
  const guest = await platform.signUp('Gus')
  const id = crypto.randomUUID()
  const { data: workspace } = await owner.client.rpc('create_workspace', { id, name: 'Studio' }).throwOnError()
  const admin = postgres(platform.databaseUrl('postgres'), { max: 1 })
  await admin`insert into atrium.members (workspace_id, user_id, role) values (${workspace.id}, ${guest.id}, 'guest')`
  const { data: spaces } = await owner.client.from('spaces').select('id').eq('workspace_id', id).throwOnError()
  const document = { object_type: 'document', object_id: crypto.randomUUID() }
  await owner.client.rpc('create_document', { id: document.object_id, space_id: spaces?.[0]?.id }).throwOnError()
  const soon = new Date(Date.now() + 1000).toISOString()
  await owner.client.rpc('create_link', { ...document, expires_at: soon }).throwOnError()
  await owner.client.rpc('share_item', { ...document, role: 'viewer', user_id: guest.id, expires_at: soon }).throwOnError()
  await owner.client
    .rpc('set_member_expiry', { workspace_id: id, user_id: guest.id, expires_at: new Date(Date.now() + 1500).toISOString() })
    .throwOnError()
  const removed = () => admin`select action from atrium.audit_events where workspace_id = ${id} and action like '%.removed' order by action`
  await expect.poll(removed, { timeout: 10_000 }).toEqual(['grant.removed', 'link.removed', 'member.removed'].map((action) => ({ action })))
  await admin.end()
})
