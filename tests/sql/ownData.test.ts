import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import {
  beginUpload,
  createDocument,
  createMember,
  createUser,
  createWorkspace,
  storeUpload,
  type User,
  type Workspace,
} from '../support/factories.ts'

const db = await createDatabase()
afterAll(() => db.drop())

// Where each column that names a person is in the export, as the key of a list or, with a colon, of a type within it.
const EXPORTED: Record<string, string> = {
  'atrium.api_tokens.made_by': 'made:api_token',
  'atrium.audit_events.actor_id': 'rights_he_changed',
  'atrium.audit_events.user_id': 'rights_changed',
  'atrium.bots.made_by': 'made:bot',
  'atrium.comment_reactions.user_id': 'comment_reactions',
  'atrium.comment_threads.created_by': 'made:comment_thread',
  'atrium.comment_threads.resolved_by': 'made:resolved_thread',
  'atrium.comments.author_id': 'comments',
  'atrium.document_versions.authors': 'versions',
  'atrium.document_versions.named_by': 'made:named_version',
  'atrium.documents.created_by': 'documents',
  'atrium.documents.locked_by': 'made:locked_document',
  'atrium.drafts.user_id': 'drafts',
  'atrium.favourites.user_id': 'favourites',
  'atrium.sync_receipts.user_id': 'sync_receipts',
  'atrium.file_uploads.uploaded_by': 'file_uploads',
  'atrium.file_versions.author_id': 'made:file_version',
  'atrium.files.created_by': 'made:file',
  'atrium.files.updated_by': 'made:changed_file',
  'atrium.grants.created_by': 'made:grant',
  'atrium.grants.user_id': 'grants',
  'atrium.group_members.user_id': 'groups',
  'atrium.invitation_links.invited_by': 'made:invitation_link',
  'atrium.invitations.invited_by': 'made:invitation',
  'atrium.links.created_by': 'made:link',
  'atrium.members.user_id': 'memberships',
  'atrium.message_edits.author_id': 'message_edits',
  'atrium.message_files.uploaded_by': 'message_files',
  'atrium.message_pins.pinned_by': 'made:pinned_message',
  'atrium.message_reactions.user_id': 'message_reactions',
  'atrium.messages.author_id': 'messages',
  'atrium.notification_levels.user_id': 'notification_levels',
  'atrium.notification_settings.user_id': 'notification_settings',
  'atrium.notifications.user_id': 'notifications',
  'atrium.profiles.id': 'profile',
  'atrium.push_subscriptions.user_id': 'push_devices',
  'atrium.read_marks.user_id': 'read_marks',
  'atrium.room_members.user_id': 'rooms',
  'atrium.rooms.created_by': 'made:room',
  'atrium.reminders.user_id': 'reminders',
  'atrium.saved_messages.user_id': 'saved_messages',
  'atrium.scheduled_messages.user_id': 'scheduled_messages',
  'atrium.space_members.user_id': 'spaces',
  'atrium.spaces.created_by': 'made:space',
  'atrium.statuses.user_id': 'status',
  'atrium.suggestions.author_id': 'suggestions',
  'atrium.task_activity.actor_id': 'made:changed_task',
  'atrium.task_assignees.user_id': 'task_assignments',
  'atrium.task_comments.author_id': 'task_comments',
  'atrium.tasks.created_by': 'tasks',
  'atrium.thread_follows.user_id': 'thread_follows',
  'atrium.transfers.owner_id': 'transfers',
  'atrium.webhooks.made_by': 'made:webhook',
  'atrium.workspaces.created_by': 'made:workspace',
  'atrium_private.document_commands.author_id': 'made:command',
  'atrium_private.link_visits.user_id': 'link_visits',
  'atrium_private.notification_deliveries.user_id': 'deliveries',
  'atrium_private.suggestion_decisions.decided_by': 'made:decided_suggestion',
  'auth.identities.user_id': 'identities',
  'auth.mfa_factors.user_id': 'second_factors',
  'auth.sessions.user_id': 'sessions',
}

const LEFT_OUT: Record<string, string> = {
  'atrium.bots.id': 'a bot is nobody',
  'atrium.notifications.actors': 'it belongs to whoever is told',
  'atrium.rooms.people': 'the same people are in room_members',
  'atrium.task_dependencies.blocked_by': 'a task, no person',
  'atrium_private.document_client_ids.user_id': 'the numbers under which a page names its writers',
  'atrium_private.document_updates.author_id': 'the page itself is in the export',
  'atrium_private.file_search.owner_id': 'a copy of files.created_by',
  'atrium_private.invitation_mails.invited_by': 'a count of mails, with addresses of others',
  'atrium_private.mail_keys.user_id': 'a secret',
  'atrium_private.stored_bytes.owner_id': 'the sum of what my_files lists',
  'atrium_private.stored_files.owner_id': 'my_files lists it',
  'auth.flow_state.user_id': 'a sign-in under way',
  'auth.one_time_tokens.user_id': 'a secret',
}

const SECRETS = { factor: 'JBSWY3DPEHPK3PXP', push: 'A'.repeat(88), auth: 'B'.repeat(22), endpoint: 'https://push.example.com/his-device' }

/** Somebody who has left a trace wherever one can. */
async function everywhere(workspace: Workspace): Promise<User> {
  const me = await createMember(db, workspace, 'admin')
  const { owner } = workspace
  const [workspace_id, space_id, room_id] = [workspace.id, workspace.general.id, workspace.room.id]
  const id = () => randomUUID()
  const sql = db.admin

  await db.call(me, 'create_workspace', { id: id(), name: 'His' })
  await db.call(me, 'create_space', { id: id(), workspace_id, name: 'His', private: true })
  await db.call(me, 'create_room', { id: id(), space_id, name: 'his' })
  const group = await db.call(me, 'create_group', { id: id(), workspace_id, name: 'His' })
  await db.call(me, 'add_group_member', { group_id: group.id, user_id: me.id })
  await db.call(me, 'invite_member', { workspace_id, email: `guest-${id()}@example.com`, role: 'guest' })
  await db.call(me, 'create_invitation_link', { workspace_id, role: 'viewer' })
  const bot = await db.call(me, 'create_bot', { workspace_id, name: 'Robot' })
  await db.call(me, 'create_api_token', { bot_id: bot.id, name: 'key' })
  await db.call(me, 'create_webhook', { room_id, name: 'hook' })

  const document = await db.call(me, 'create_document', { id: id(), space_id, title: 'His' })
  const theirs = await createDocument(db, workspace)
  await db.call(me, 'set_favourite', { document_id: theirs.id, favourite: true })
  await db.call(me, 'apply_mutations', { device: id(), mutations: [{ key: id(), entity: 'favourite', id: theirs.id, op: 'create' }] })
  await db.call(owner, 'share_item', { object_type: 'document', object_id: theirs.id, user_id: me.id, role: 'editor' })
  await db.call(me, 'share_item', { object_type: 'document', object_id: document.id, user_id: owner.id, role: 'viewer' })
  const [link] = await db.call(me, 'create_link', { object_type: 'document', object_id: document.id })
  await sql`insert into atrium_private.link_visits (link_id, user_id, role) values (${link?.id ?? null}, ${me.id}, 'viewer')`
  const thread = await db.call(me, 'create_thread', {
    id: id(),
    document_id: theirs.id,
    body: 'Look',
    anchor: { start: 'AAEBAQ==', end: 'gAABAQEF' },
    quote: 'here',
  })
  await db.call(me, 'react', { comment_id: thread.id, emoji: '👍' })
  await db.call(me, 'resolve_thread', { id: thread.id })
  const suggestion = await db.call(me, 'create_suggestion', { id: id(), document_id: theirs.id })
  await sql`
    insert into atrium_private.suggestion_decisions (suggestion_id, change, accepted, decided_by)
    values (${suggestion.id}, md5('change'), true, ${me.id})`
  await db.call(me, 'append_to_document', { id: theirs.id, markdown: 'More' })
  await sql`
    insert into atrium.document_versions (document_id, space_id, trashed, name, named_by, from_at, at, authors)
    values (${theirs.id}, ${space_id}, false, 'His', ${me.id}, now(), now(), ${[me.id]})`
  await db.call(me, 'export_document', { document_id: theirs.id, format: 'markdown' })
  await db.call(me, 'lock_document', { id: theirs.id })

  const message = await db.call(me, 'send_message', { id: id(), room_id, text: 'Hello' })
  await db.call(me, 'edit_message', { id: message.id, text: 'Hello again' })
  await db.call(me, 'set_reaction', { message_id: message.id, emoji: '👍' })
  await db.call(me, 'save_message', { message_id: message.id })
  await db.call(me, 'set_pin', { message_id: message.id })
  await db.call(me, 'send_message', { id: id(), room_id, text: 'More', thread_id: message.id })
  await db.call(me, 'mark_read', { room_id, seq: Number(message.seq) })
  await db.call(me, 'save_draft', { room_id, thread_id: null, text: 'Unsent' })
  await db.call(me, 'schedule_message', { id: id(), room_id, text: 'Later', send_at: new Date(Date.now() + 3_600_000).toISOString() })
  await db.call(me, 'remind_me', { id: id(), room_id, text: 'Call', remind_at: new Date(Date.now() + 3_600_000).toISOString() })
  await db.call(me, 'add_message_file', { id: id(), room_id, name: 'a.txt' })

  await storeUpload(db, await beginUpload(db, me, workspace))

  const task = await db.call(me, 'create_task', { id: id(), space_id, title: 'His' })
  await db.call(me, 'assign_task', { task_id: task.id, user_id: me.id })
  await db.call(me, 'comment_on_task', { id: id(), task_id: task.id, text: 'Mine' })

  await db.call(me, 'set_status', { emoji: '🌴', text: 'Away' })
  await db.call(me, 'set_notification_settings', { settings: { mail: 'daily' } })
  await db.call(me, 'set_notification_level', { object_type: 'room', object_id: room_id, level: 'all' })
  await sql`
    insert into atrium.push_subscriptions (user_id, endpoint, p256dh, auth) values (${me.id}, ${SECRETS.endpoint}, ${SECRETS.push}, ${SECRETS.auth})`
  await db.call(owner, 'send_message', { id: id(), room_id, text: 'Thank you' })

  await sql`
    insert into auth.identities (provider_id, user_id, identity_data, provider, created_at)
    values (${me.id}, ${me.id}, '{}', 'github', now())`
  await sql`
    insert into auth.mfa_factors (id, user_id, factor_type, status, secret, created_at, updated_at)
    values (${id()}, ${me.id}, 'totp', 'verified', ${SECRETS.factor}, now(), now())`
  await sql`insert into auth.sessions (id, user_id, created_at) values (${id()}, ${me.id}, now())`
  await sql`insert into atrium_private.mail_keys (user_id) values (${me.id})`
  return me
}

const exportOf = async (user: User) => (await db.call(user, 'export_my_data', {})) as Record<string, unknown>

test('[OWN1] whoever adds a column that names a person says where it is exported, or why not', async () => {
  const found = await db.admin<{ name: string }[]>`
    select class.oid::regclass::text || '.' || attname as name
    from pg_class class join pg_attribute on attrelid = class.oid and attnum > 0 and not attisdropped
    where relkind in ('r', 'p') and relnamespace in ('atrium'::regnamespace, 'atrium_private'::regnamespace, 'auth'::regnamespace)
      and (
        exists (
          select from pg_constraint where conrelid = class.oid and contype = 'f' and conkey = array[attnum]
            and confrelid in ('atrium.profiles'::regclass, 'auth.users'::regclass))
        or (atttypid in ('uuid'::regtype, 'uuid[]'::regtype) and attname ~ '(^|_)(user|person|people|authors?|actors?|owner|by)(_id)?$')
      )
    order by name`
  expect(found.map(({ name }) => name)).toEqual([...Object.keys(EXPORTED), ...Object.keys(LEFT_OUT)].sort())
})

test('[OWN1] a trace in every table that names him is in the export, but no secret', async () => {
  const workspace = await createWorkspace(db)
  const me = await everywhere(workspace)
  const data = await exportOf(me)
  const missing = Object.entries(EXPORTED).filter(([, place]) => {
    const [key = '', type] = place.split(':')
    const value = data[key]
    return Array.isArray(value) ? !value.some((row) => !type || row.type === type) : value == null
  })
  expect(missing).toEqual([])
  const [mail] = await db.admin`select key from atrium_private.mail_keys where user_id = ${me.id}`
  const text = JSON.stringify(data)
  expect([...Object.values(SECRETS), mail?.key, workspace.owner.email].filter((secret) => text.includes(secret))).toEqual([])
  // Of all this nothing is told to somebody else.
  const stranger = await exportOf(await createUser(db))
  expect(Object.entries(stranger).filter(([, value]) => Array.isArray(value) && value.length > 0)).toEqual([])
})
