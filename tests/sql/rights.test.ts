import { randomUUID } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Functions } from '../../sql/types.gen.ts'
import { callFunction, createDatabase } from '../support/database.ts'
import {
  ACTORS,
  type Actor,
  addFileVersion,
  beginUpload,
  createCast,
  createDocument,
  createFile,
  createMember,
  createTask,
  createWorkspace,
  type User,
  type Workspace,
} from '../support/factories.ts'

const db = await createDatabase()
let workspace: Workspace
let cast: Record<Actor, User>
let target: User
let ids: Record<string, string>
const ANCHOR = { start: 'AAEBAQ==', end: 'gAABAQEF' }

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString()

beforeAll(async () => {
  workspace = await createWorkspace(db)
  cast = await createCast(db, workspace)
  target = await createMember(db, workspace, 'viewer')
  const owner = workspace.owner
  const document = await createDocument(db, workspace)
  await db.admin`select atrium_private.save_document_contents(${document.id}, '{}', 'text')`
  await db.admin`insert into atrium_private.document_updates (document_id, update) values (${document.id}, '\\x00')`
  await db.admin`insert into atrium_private.document_snapshots (document_id, state) values (${document.id}, '\\x00')`
  await db.admin`
    insert into atrium_private.document_chunks (document_id, id, from_at, to_at, edits, packed) values (${document.id}, 1, now(), now(), 1, '\\x00')`
  const version = await db.call(owner, 'name_version', { document_id: document.id, name: 'First' })
  await db.admin`select atrium_private.save_document_version(${document.id}, ${db.admin.json({ id: version, at: new Date().toISOString(), edits: 1, words: 1 })}, '[{"json": {}, "text": "a"}]')`
  const linked = await createDocument(db, workspace)
  await db.admin`insert into atrium.document_links (from_id, to_id, kind) values (${document.id}, ${linked.id}, 'link')`
  await db.call(owner, 'export_document', { document_id: document.id, format: 'pdf' })
  await db.admin`
    insert into atrium.notifications (user_id, workspace_id, object_type, object_id, kind)
    values (${owner.id}, ${workspace.id}, 'document', ${document.id}, 'document_changed')`
  await db.admin`select atrium_private.publish_push_key('key')`
  await db.call(owner, 'set_notification_settings', { settings: { mail: 'daily' } })
  await db.call(owner, 'set_status', { text: 'Writing' })
  await db.call(owner, 'set_notification_level', { object_type: 'document', object_id: document.id, level: 'all' })
  await db.call(owner, 'save_push_subscription', { endpoint: 'https://push.example/1', p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) })
  await db.admin`insert into atrium.copied_files (document_id, source_id, name) values (${document.id}, ${document.id}, 'picture')`
  await db.call(owner, 'set_favourite', { document_id: document.id, favourite: true })
  await db.admin`insert into atrium.sync_receipts (user_id, key, device, entity, row_id, outcome)
    values (${owner.id}, ${randomUUID()}, ${randomUUID()}, 'document', ${document.id}, 'done')`
  const trashed = await createDocument(db, workspace)
  const template = await createDocument(db, workspace)
  await db.admin`update atrium.documents set is_template = true where id = ${template.id}`
  await db.call(owner, 'trash_document', { id: trashed.id })
  const group = await db.call(owner, 'create_group', { id: randomUUID(), workspace_id: workspace.id, name: 'Team' })
  await db.call(owner, 'add_group_member', { group_id: group.id, user_id: target.id })
  const grant = await db.call(owner, 'share_item', { object_type: 'document', object_id: document.id, role: 'viewer', group_id: group.id })
  const [link] = await db.call(owner, 'create_link', { object_type: 'document', object_id: document.id })
  const thread = await db.call(owner, 'create_thread', {
    id: randomUUID(),
    document_id: document.id,
    body: 'Sure?',
    anchor: ANCHOR,
    quote: 'text',
  })
  await db.call(owner, 'react', { comment_id: thread.id, emoji: '🎉' })
  const suggestion = await db.call(owner, 'create_suggestion', { id: randomUUID(), document_id: document.id })
  const [invitationLink] = await db.call(owner, 'create_invitation_link', { workspace_id: workspace.id, role: 'viewer' })
  const invitation = await db.call(owner, 'invite_member', { workspace_id: workspace.id, email: 'new@example.com', role: 'viewer' })
  await db.admin`insert into atrium_private.invitation_tokens (hash, invitation_id) values (sha256('token'), ${invitation.id})`
  const message = await db.call(owner, 'send_message', { id: randomUUID(), room_id: workspace.room.id, text: 'Hello' })
  await db.admin`insert into atrium.message_files (id, room_id, message_id, uploaded_by, name, kind)
    values (${message.id}, ${workspace.room.id}, ${message.id}, ${owner.id}, 'plan.pdf', 'file')`
  await db.admin`insert into atrium.forwarded_files (message_id, file_id, room_id) values (${message.id}, ${message.id}, ${workspace.room.id})`
  await db.call(owner, 'save_draft', { room_id: workspace.room.id, thread_id: null, text: 'Hel' })
  const scheduled = await db.call(owner, 'schedule_message', {
    id: randomUUID(),
    room_id: workspace.room.id,
    text: 'Later',
    send_at: tomorrow(),
  })
  const reminder = await db.call(owner, 'remind_me', { id: randomUUID(), room_id: workspace.room.id, text: 'Call', remind_at: tomorrow() })
  await db.call(owner, 'edit_message', { id: message.id, text: 'Hello, all' })
  await db.call(owner, 'set_reaction', { message_id: message.id, emoji: '🎉' })
  await db.call(owner, 'set_pin', { message_id: message.id })
  await db.call(owner, 'save_message', { message_id: message.id })
  await db.call(owner, 'set_thread_follow', { thread_id: message.id })
  await db.call(target, 'join_room', { room_id: workspace.room.id })
  const direct = await db.call(owner, 'open_direct', { workspace_id: workspace.id, people: [target.id] })
  const whispered = await db.call(owner, 'send_message', { id: randomUUID(), room_id: direct.id, text: 'Psst' })
  const linking = await db.call(owner, 'send_message', { id: randomUUID(), room_id: workspace.room.id, text: 'See https://example.com/' })
  const [webhook] = await db.call(owner, 'create_webhook', { room_id: workspace.room.id, name: 'Builds' })
  const bot = await db.call(owner, 'create_bot', { workspace_id: workspace.id, name: 'Bot', role: 'viewer' })
  const [token] = await db.call(owner, 'create_api_token', { bot_id: bot.id, name: 'Server' })
  await db.call(owner, 'set_workspace_chat_rules', { workspace_id: workspace.id })
  await db.call(owner, 'set_room_chat_rules', { room_id: workspace.room.id, keep_days: 90 })
  const file = await createFile(db, workspace)
  await addFileVersion(db, owner, file.id)
  const trashedFile = await createFile(db, workspace)
  await db.call(owner, 'trash_file', { id: trashedFile.id })
  const upload = await beginUpload(db, owner, workspace)
  const [status, otherStatus] =
    await db.admin`select id from atrium.task_statuses where space_id = ${workspace.general.id} order by position`
  const [label] = await db.admin`insert into atrium.task_labels (space_id, name) values (${workspace.general.id}, 'bug') returning id`
  const [task, blocker, trashedTask] = await Promise.all(['Ship', 'Test', 'Drop'].map((title) => createTask(db, workspace, { title })))
  await db.call(owner, 'assign_task', { task_id: task?.id ?? '', user_id: owner.id })
  await db.call(owner, 'set_task_dependency', { task_id: task?.id ?? '', blocked_by: blocker?.id ?? '' })
  await db.admin`update atrium.tasks set trashed_at = now() where id = ${trashedTask?.id ?? ''}`
  const remark = await db.call(owner, 'comment_on_task', { id: randomUUID(), task_id: task?.id ?? '', text: 'Soon' })
  const [fileVersion] = await db.admin`select id from atrium.file_versions where file_id = ${file.id} and number = 1`
  ids = {
    file: file.id,
    reminder: reminder.id,
    fileVersion: fileVersion?.id,
    trashedFile: trashedFile.id,
    upload: upload.id,
    status: status?.id,
    otherStatus: otherStatus?.id,
    label: label?.id,
    task: task?.id ?? '',
    blocker: blocker?.id ?? '',
    remark: remark.id,
    trashedTask: trashedTask?.id ?? '',
    webhook: webhook?.id ?? '',
    bot: bot.id,
    linking: linking.id,
    token: token?.id ?? '',
    direct: direct.id,
    whispered: whispered.id,
    workspace: workspace.id,
    space: workspace.general.id,
    room: workspace.room.id,
    document: document.id,
    trashed: trashed.id,
    template: template.id,
    group: group.id,
    grant: grant.id,
    invitation: invitation.id,
    message: message.id,
    scheduled: scheduled.id,
    owner: owner.id,
    target: target.id,
    link: link?.id ?? '',
    thread: thread.id,
    suggestion: suggestion.id,
    invitationLink: invitationLink?.id ?? '',
    version,
  }
}, 60_000)
afterAll(() => db.drop())

// Which of select, insert, update, delete each actor may do to the rows of a workspace that he did not make.
// The functions do the rest.
// biome-ignore format: the table is the specification
const TABLES = [
  // table               row                          column     stranger guest viewer commenter editor admin owner suspended
  ['profiles',           'id = $owner',               'name',    ['',     '',   'S',   'S',      'S',   'S',  'SU', '']],
  ['workspaces',         'id = $workspace',           'name',    ['',     'S',  'S',   'S',      'S',   'SU', 'SU', '']],
  ['members',            'user_id = $owner',          'role',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['groups',             'id = $group',               'name',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['group_members',      'group_id = $group',         'user_id', ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['invitations',        'id = $invitation',          'role',    ['',     '',   '',    '',       '',    'S',  'S',  '']],
  ['invitation_links',   'id = $invitationLink',      'role',    ['',     '',   '',    '',       '',    'S',  'S',  '']],
  ['workspace_policies', 'workspace_id = $workspace', 'joining', ['',     '',   '',    '',       '',    'S',  'S',  '']],
  ['spaces',             'id = $space',               'name',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['space_members',      'space_id = $space',         'role',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['grants',             'id = $grant',               'role',    ['',     '',   '',    '',       'S',   'S',  'S',  '']],
  ['links',              'id = $link',                'role',    ['',     '',   '',    '',       'S',   'S',  'S',  '']],
  ['documents',          'id = $document',            'title',   ['',     '',   'S',   'S',      'SU',  'SU', 'SU', '']],
  ['document_contents',  'document_id = $document',   'text',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['document_versions',  'id = $version',             'name',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['document_links',     'from_id = $document',       'kind',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['transfers',          'owner_id = $owner',         'state',   ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['favourites',         'user_id = $owner',          'user_id', ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['sync_receipts',      'user_id = $owner',          'outcome', ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['copied_files',       'document_id = $document',   'name',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['comment_threads',    'id = $thread',              'quote',   ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['comments',           'id = $thread',              'text',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['comment_reactions',  'comment_id = $thread',      'emoji',   ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['suggestions',        'id = $suggestion',          'state',   ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['rooms',              'id = $room',                'name',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['room_members',       'room_id = $room',           'user_id', ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['messages',           'id = $message',             'text',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['rooms',              'id = $direct',              'name',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['room_members',       'room_id = $direct',         'role',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['messages',           'id = $whispered',           'text',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['message_edits',      'message_id = $message',     'text',    ['',     '',   '',    '',       '',    'S',  'S',  '']],
  ['message_reactions',  'message_id = $message',     'emoji',   ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['message_pins',       'message_id = $message',     'room_id', ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['saved_messages',     'message_id = $message',     'done_at', ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['thread_follows',     'thread_id = $message',      'room_id', ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['message_files',      'id = $message',             'name',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['forwarded_files',    'file_id = $message',        'room_id', ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['drafts',             'user_id = $owner',          'text',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['scheduled_messages', 'id = $scheduled',           'text',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['reminders',          'id = $reminder',            'text',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['read_marks',         'user_id = $owner',          'seq',     ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['message_urls',       'room_id = $room',           'place',   ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['webhooks',           'id = $webhook',             'name',    ['',     '',   '',    '',       '',    'S',  'S',  '']],
  ['bots',               'id = $bot',                 'made_by', ['',     'S',  'S',   'S',      'S',   'S',  'S',  '']],
  ['api_tokens',         'id = $token',               'name',    ['',     '',   '',    '',       '',    'S',  'S',  '']],
  ['chat_rules',         'room_id = $room',           'keep_days', ['',   '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['notification_kinds', "kind = 'mention'",          'kind',    ['S',    'S',  'S',   'S',      'S',   'S',  'S',  'S']],
  ['notifications',      'user_id = $owner',          'kind',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['notification_settings', 'user_id = $owner',       'mail',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['notification_levels', 'user_id = $owner',         'level',   ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['statuses',           'user_id = $owner',          'text',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['push_subscriptions', 'user_id = $owner',          'device',  ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['push_key',           'only_one',                  'public_key', ['S', 'S',  'S',   'S',      'S',   'S',  'S',  'S']],
  ['files',              'id = $file',                'name',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['file_versions',      'id = $fileVersion',         'label',   ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['file_uploads',       'id = $upload',              'name',    ['',     '',   '',    '',       '',    '',   'S',  '']],
  ['task_boards',        'space_id = $space',         'key',     ['',     '',   'S',   'S',      'S',   'SU', 'SU', '']],
  ['task_statuses',      'id = $status',              'name',    ['',     '',   'S',   'S',      'SU',  'SU', 'SU', '']],
  ['task_labels',        'id = $label',               'name',    ['',     '',   'S',   'S',      'SU',  'SU', 'SU', '']],
  ['tasks',              'id = $task',                'title',   ['',     '',   'S',   'S',      'SU',  'SU', 'SU', '']],
  ['tasks',              'id = $trashedTask',         'trashed_at', ['',  '',   '',    '',       'SU',  'SU', 'SU', '']],
  ['task_assignees',     'task_id = $task',           'user_id', ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['task_dependencies',  'task_id = $task',           'task_id', ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['task_comments',      'task_id = $task',           'text',    ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['task_activity',      'task_id = $task',           'field',   ['',     '',   'S',   'S',      'S',   'S',  'S',  '']],
  ['task_activity',      'task_id = $trashedTask',    'field',   ['',     '',   '',    '',       'S',   'S',  'S',  '']],
  ['audit_events',       'workspace_id = $workspace',  'action',  ['',     '',   '',    '',       '',    'S',  'S',  '']],
] as const

const bind = (text: string) => text.replaceAll(/\$(\w+)/g, (_, name: string) => `'${ids[name]}'`)

/** Whether a statement touches a row; a refused one does not. */
async function touches(person: User | null, statement: string): Promise<boolean> {
  return db
    .trial(person, async (sql) => (await sql.unsafe(statement)).count > 0)
    .catch((error: { code: string }) => {
      // Not allowed, or a view that nobody can change.
      if (error.code === '42501' || error.code === '55000') return false
      // Nothing but defaults fits nowhere; what a right to insert allows, the tests of the table say.
      if (error.code === 'PT422' && statement.includes('default values')) return false
      throw error
    })
}

async function verbs(person: User | null, table: string, row: string, column: string): Promise<string> {
  const statements = {
    S: `select 1 from ${table} where ${row}`,
    I: `insert into ${table} default values`,
    U: `update ${table} set ${column} = ${column} where ${row}`,
    D: `delete from ${table} where ${row}`,
  }
  const allowed = await Promise.all(Object.entries(statements).map(async ([verb, text]) => ((await touches(person, text)) ? verb : '')))
  return allowed.join('')
}

test.for(TABLES)('[ACL1] who may read and change %s', async ([table, row, column, expected]) => {
  const found = await Promise.all(ACTORS.map((actor) => verbs(cast[actor], `atrium.${table}`, bind(row), column)))
  expect(found).toEqual(expected)
  expect(await verbs(null, `atrium.${table}`, bind(row), column)).toBe('')
})

test('[ACL2] the tables above are all there are, and nobody touches those of the servers', async () => {
  const tables = await db.admin<{ schema: string; name: string; column: string }[]>`
    select relnamespace::regnamespace::text as schema, relname as name, attname as column
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum = 1
    where relkind in ('r', 'p', 'v', 'm') and relnamespace in ('atrium'::regnamespace, 'atrium_private'::regnamespace) order by relname`
  expect(tables.filter(({ schema }) => schema === 'atrium').map(({ name }) => name)).toEqual(
    [...new Set(TABLES.map(([table]) => table))].sort(),
  )
  for (const { schema, name, column } of tables.filter((table) => table.schema === 'atrium_private')) {
    const found = await Promise.all(ACTORS.map((actor) => verbs(cast[actor], `${schema}.${name}`, 'true', column)))
    expect([name, ...found]).toEqual([name, ...ACTORS.map(() => '')])
  }
})

// The outcome of each function for each actor: '' is done, else the code of the refusal.
const no = 'workspace_not_found'
const low = 'role_too_low'
// biome-ignore format: the table is the specification
const CALLS = [
  // function            arguments                                                                            stranger guest viewer commenter editor admin owner suspended
  ['workspace_members',  () => ({ workspace_id: ids.workspace }),                                             [no, low, '', '', '', '', '', no]],
  ['invite_member',      () => ({ workspace_id: ids.workspace, email: 'a@example.com', role: 'viewer' }),     [no, low, low, low, low, '', '', no]],
  ['revoke_invitation',  () => ({ invitation_id: ids.invitation }),                                           Array(5).fill('invitation_not_found').concat('', '', 'invitation_not_found')],
  ['create_invitation_link', () => ({ workspace_id: ids.workspace, role: 'viewer' }),                         [no, low, low, low, low, '', '', no]],
  ['revoke_invitation_link', () => ({ link_id: ids.invitationLink }),                                         Array(5).fill('link_not_found').concat('', '', 'link_not_found')],
  ['set_workspace_policy', () => ({ workspace_id: ids.workspace, joining: 'open' }),                          [no, low, low, low, low, '', '', no]],
  ['join_workspace',     () => ({ workspace_id: ids.workspace }),                                             [no, '', '', '', '', '', '', no]],
  ['set_member_expiry',  () => ({ workspace_id: ids.workspace, user_id: ids.target, expires_at: '2099-01-01' }), [no, low, low, low, low, '', '', no]],
  ['set_member_role',    () => ({ workspace_id: ids.workspace, user_id: ids.target, role: 'editor' }),        [no, low, low, low, low, '', '', no]],
  ['suspend_member',     () => ({ workspace_id: ids.workspace, user_id: ids.target }),                        [no, low, low, low, low, '', '', no]],
  ['reactivate_member',  () => ({ workspace_id: ids.workspace, user_id: ids.target }),                        [no, low, low, low, low, '', '', no]],
  ['remove_member',      () => ({ workspace_id: ids.workspace, user_id: ids.target }),                        [no, low, low, low, low, '', '', no]],
  ['create_group',       () => ({ id: randomUUID(), workspace_id: ids.workspace, name: 'Other' }),            [no, low, low, low, low, '', '', no]],
  ['delete_group',       () => ({ group_id: ids.group }),                                                     ['group_not_found', 'group_not_found', low, low, low, '', '', 'group_not_found']],
  ['add_group_member',   () => ({ group_id: ids.group, user_id: ids.owner }),                                 ['group_not_found', 'group_not_found', low, low, low, '', '', 'group_not_found']],
  ['remove_group_member', () => ({ group_id: ids.group, user_id: ids.target }),                               ['group_not_found', 'group_not_found', low, low, low, '', '', 'group_not_found']],
  ['create_space',       () => ({ id: randomUUID(), workspace_id: ids.workspace, name: 'Design' }),           [no, low, low, low, '', '', '', no]],
  ['rename_space',       () => ({ space_id: ids.space, name: 'Other' }),                                      ['space_not_found', 'space_not_found', low, low, low, '', '', 'space_not_found']],
  ['archive_space',      () => ({ space_id: ids.space }),                                                     ['space_not_found', 'space_not_found', low, low, low, '', '', 'space_not_found']],
  ['set_space_private',  () => ({ space_id: ids.space, private: true }),                                      ['space_not_found', 'space_not_found', low, low, low, '', '', 'space_not_found']],
  ['set_space_member',   () => ({ space_id: ids.space, user_id: ids.target, role: 'editor' }),                ['space_not_found', 'space_not_found', low, low, low, '', '', 'space_not_found']],
  ['remove_space_member', () => ({ space_id: ids.space, user_id: ids.target }),                               ['space_not_found', 'space_not_found', low, low, low, '', '', 'space_not_found']],
  ['set_space_group',    () => ({ space_id: ids.space, group_id: ids.group, role: 'editor' }),                ['space_not_found', 'space_not_found', low, low, low, '', '', 'space_not_found']],
  ['remove_space_group', () => ({ space_id: ids.space, group_id: ids.group }),                                ['space_not_found', 'space_not_found', low, low, low, '', '', 'space_not_found']],
  ['share_item',         () => ({ object_type: 'document', object_id: ids.document, role: 'viewer', user_id: ids.target }), ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['unshare_item',       () => ({ grant_id: ids.grant }),                                                     ['grant_not_found', 'grant_not_found', 'grant_not_found', 'grant_not_found', '', '', '', 'grant_not_found']],
  ['create_link',        () => ({ object_type: 'document', object_id: ids.document }),                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['delete_link',        () => ({ link_id: ids.link }),                                                       ['link_not_found', 'link_not_found', 'link_not_found', 'link_not_found', '', '', '', 'link_not_found']],
  ['create_document',    () => ({ id: randomUUID(), space_id: ids.space }),                                   ['space_not_found', 'space_not_found', low, low, '', '', '', 'space_not_found']],
  ['move_document',      () => ({ id: ids.document, parent_id: null, position: null }),                       ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['trash_document',     () => ({ id: ids.document }),                                                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['restore_document',   () => ({ id: ids.document }),                                                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['lock_document',      () => ({ id: ids.document }),                                                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['unlock_document',    () => ({ id: ids.document }),                                                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['delete_document',    () => ({ id: ids.trashed }),                                                         [...Array(4).fill('document_not_found'), '', '', '', 'document_not_found']],
  ['duplicate_document', () => ({ document_id: ids.document }),                                               ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['visible_to',         () => ({ workspace_id: ids.workspace, user_id: ids.target }),                        [no, low, low, low, low, '', '', no]],
  ['storage_use',        () => ({ workspace_id: ids.workspace }),                                             [no, low, low, low, low, '', '', no]],
  ['largest_files',      () => ({ workspace_id: ids.workspace }),                                             [no, low, low, low, low, '', '', no]],
  ['create_from_template', () => ({ template_id: ids.template }),                                             ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['set_favourite',      () => ({ document_id: ids.document, favourite: true }),                              ['document_not_found', 'document_not_found', '', '', '', '', '', 'document_not_found']],
  ['create_import',      () => ({ id: randomUUID(), space_id: ids.space, format: 'markdown' }),                ['space_not_found', 'space_not_found', low, low, '', '', '', 'space_not_found']],
  ['start_import',       () => ({ transfer_id: ids.document }),                                               Array(8).fill('transfer_not_found')],
  ['export_document',    () => ({ document_id: ids.document, format: 'pdf' }),                                ['document_not_found', 'document_not_found', '', '', '', '', '', 'document_not_found']],
  ['export_room',        () => ({ room_id: ids.room, format: 'json' }),                                       ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['append_to_document', () => ({ id: ids.document, markdown: 'Hi' }),                                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['replace_document',   () => ({ id: ids.document, markdown: 'Hi' }),                                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['document_at',        () => ({ id: ids.document, at: '2099-01-01' }),                                      ['document_not_found', 'document_not_found', '', '', '', '', '', 'document_not_found']],
  ['name_version',       () => ({ document_id: ids.document, name: 'Sent' }),                                 ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['rename_version',     () => ({ version_id: ids.version, name: 'Sent' }),                                   ['version_not_found', 'version_not_found', low, low, '', '', '', 'version_not_found']],
  ['restore_version',    () => ({ document_id: ids.document, version_id: ids.version }),                      ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
  ['set_history_retention', () => ({ workspace_id: ids.workspace, days: 30 }),                                [no, low, low, low, low, '', '', no]],
  ['set_trash_retention', () => ({ workspace_id: ids.workspace, days: 30 }),                                  [no, low, low, low, low, '', '', no]],
  ['trash_days',         () => ({ workspace_id: ids.workspace }),                                             [no, low, '', '', '', '', '', no]],
  ['command_state',      () => ({ id: ids.document }),                                                        Array(8).fill('command_not_found')],
  ['document_access',    () => ({ id: ids.document }),                                                        ['document_not_found', 'document_not_found', '', '', '', '', '', 'document_not_found']],
  ['create_room',        () => ({ id: randomUUID(), space_id: ids.space, name: 'launch' }),                   ['space_not_found', 'space_not_found', low, low, '', '', '', 'space_not_found']],
  ['update_room',        () => ({ room_id: ids.room, name: 'launch' }),                                       ['room_not_found', 'room_not_found', low, low, '', '', '', 'room_not_found']],
  ['archive_room',       () => ({ room_id: ids.room }),                                                       ['room_not_found', 'room_not_found', low, low, '', '', '', 'room_not_found']],
  ['join_room',          () => ({ room_id: ids.room }),                                                       ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['leave_room',         () => ({ room_id: ids.room }),                                                       ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['add_room_member',    () => ({ room_id: ids.room, user_id: ids.target }),                                  ['room_not_found', 'room_not_found', low, low, '', '', '', 'room_not_found']],
  ['remove_room_member', () => ({ room_id: ids.room, user_id: ids.target }),                                  ['room_not_found', 'room_not_found', low, low, low, '', '', 'room_not_found']],
  ['send_message',       () => ({ id: randomUUID(), room_id: ids.room, text: 'Hi' }),                         ['room_not_found', 'room_not_found', low, '', '', '', '', 'room_not_found']],
  ['edit_message',       () => ({ id: ids.message, text: 'Hi' }),                                             ['message_not_found', 'message_not_found', 'not_the_author', 'not_the_author', 'not_the_author', 'not_the_author', '', 'message_not_found']],
  ['delete_message',     () => ({ id: ids.message }),                                                         ['message_not_found', 'message_not_found', 'not_the_author', 'not_the_author', 'not_the_author', '', '', 'message_not_found']],
  ['add_message_file',   () => ({ id: randomUUID(), room_id: ids.room, name: 'plan.pdf' }),                   ['room_not_found', 'room_not_found', low, '', '', '', '', 'room_not_found']],
  ['remove_message_file', () => ({ id: ids.message }),                                                        Array(8).fill('file_not_found')],
  ['save_draft',         () => ({ room_id: ids.room, thread_id: null, text: 'Hi' }),                          ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['schedule_message',   () => ({ id: randomUUID(), room_id: ids.room, text: 'Hi', send_at: tomorrow() }),    ['room_not_found', 'room_not_found', low, '', '', '', '', 'room_not_found']],
  ['remind_me',          () => ({ id: randomUUID(), room_id: ids.room, text: 'Call', remind_at: tomorrow() }), ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['cancel_reminder',    () => ({ id: ids.reminder }),                                                        [...Array(6).fill('reminder_not_found'), '', 'reminder_not_found']],
  ['describe_message_file', () => ({ id: randomUUID(), alt: 'A door' }),                                      Array(8).fill('file_not_found')],
  ['cancel_scheduled_message', () => ({ id: ids.scheduled }),                                                 [...Array(6).fill('scheduled_not_found'), '', 'scheduled_not_found']],
  ['send_scheduled_now', () => ({ id: ids.scheduled }),                                                       [...Array(6).fill('scheduled_not_found'), '', 'scheduled_not_found']],
  ['mute_room',          () => ({ room_id: ids.room }),                                                       ['room_not_found', 'room_not_found', 'room_not_joined', 'room_not_joined', 'room_not_joined', 'room_not_joined', '', 'room_not_found']],
  ['hide_direct',        () => ({ room_id: ids.direct }),                                                     ['room_not_found', 'room_not_found', 'room_not_found', 'room_not_found', 'room_not_found', 'room_not_found', '', 'room_not_found']],
  ['mark_read',          () => ({ room_id: ids.room, seq: 1 }),                                               ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['mark_unread',        () => ({ room_id: ids.room, seq: 1 }),                                               ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['create_webhook',     () => ({ room_id: ids.room, name: 'Builds' }),                                       ['room_not_found', 'room_not_found', low, low, low, '', '', 'room_not_found']],
  ['rotate_webhook',     () => ({ webhook_id: ids.webhook }),                                                 Array(5).fill('webhook_not_found').concat('', '', 'webhook_not_found')],
  ['revoke_webhook',     () => ({ webhook_id: ids.webhook }),                                                 Array(5).fill('webhook_not_found').concat('', '', 'webhook_not_found')],
  ['create_bot',         () => ({ workspace_id: ids.workspace, name: 'Bot', role: 'editor' }),                [no, low, low, low, low, '', '', no]],
  ['remove_bot',         () => ({ bot_id: ids.bot }),                                                         Array(5).fill('bot_not_found').concat('', '', 'bot_not_found')],
  ['create_api_token',   () => ({ bot_id: ids.bot, name: 'Other' }),                                          Array(5).fill('bot_not_found').concat('', '', 'bot_not_found')],
  ['revoke_api_token',   () => ({ token_id: ids.token }),                                                     Array(5).fill('token_not_found').concat('', '', 'token_not_found')],
  ['set_workspace_chat_rules', () => ({ workspace_id: ids.workspace, keep_days: 30 }),                        [no, low, low, low, low, '', '', no]],
  ['set_room_chat_rules', () => ({ room_id: ids.room, keep_days: 30 }),                                       ['room_not_found', 'room_not_found', low, low, low, '', '', 'room_not_found']],
  ['remove_preview',     () => ({ message_id: ids.linking, url: 'https://example.com/' }),                    ['message_not_found', 'message_not_found', 'not_the_author', 'not_the_author', 'not_the_author', '', '', 'message_not_found']],
  ['set_room_role',      () => ({ room_id: ids.room, user_id: ids.target, role: 'moderator' }),               ['room_not_found', 'room_not_found', low, low, low, '', '', 'room_not_found']],
  ['open_direct',        () => ({ workspace_id: ids.workspace, people: [ids.target] }),                       ['workspace_not_found', 'member_not_found', '', '', '', '', '', 'workspace_not_found']],
  ['set_thread_follow',  () => ({ thread_id: ids.message, following: false }),                                ['message_not_found', 'message_not_found', '', '', '', '', '', 'message_not_found']],
  ['mark_thread_read',   () => ({ thread_id: ids.message, seq: 1 }),                                          ['message_not_found', 'message_not_found', '', '', '', '', '', 'message_not_found']],
  ['set_reaction',       () => ({ message_id: ids.message, emoji: '👍' }),                                    ['message_not_found', 'message_not_found', low, '', '', '', '', 'message_not_found']],
  ['set_pin',            () => ({ message_id: ids.message, present: false }),                                 ['message_not_found', 'message_not_found', low, '', '', '', '', 'message_not_found']],
  ['save_message',       () => ({ message_id: ids.message }),                                                 ['message_not_found', 'message_not_found', '', '', '', '', '', 'message_not_found']],
  ['create_thread',      () => ({ id: randomUUID(), document_id: ids.document, body: 'Sure?', anchor: ANCHOR, quote: 'text' }), ['document_not_found', 'document_not_found', low, '', '', '', '', 'document_not_found']],
  ['reply',              () => ({ id: randomUUID(), thread_id: ids.thread, body: 'Yes.' }),                   ['thread_not_found', 'thread_not_found', low, '', '', '', '', 'thread_not_found']],
  ['edit_comment',       () => ({ id: ids.thread, body: 'Really?' }),                                         ['comment_not_found', 'comment_not_found', low, 'not_the_author', 'not_the_author', 'not_the_author', '', 'comment_not_found']],
  ['delete_comment',     () => ({ id: ids.thread }),                                                          ['comment_not_found', 'comment_not_found', low, 'not_the_author', '', '', '', 'comment_not_found']],
  ['resolve_thread',     () => ({ id: ids.thread }),                                                          ['thread_not_found', 'thread_not_found', low, 'not_the_author', '', '', '', 'thread_not_found']],
  ['reopen_thread',      () => ({ id: ids.thread }),                                                          ['thread_not_found', 'thread_not_found', low, 'not_the_author', '', '', '', 'thread_not_found']],
  ['move_thread',        () => ({ id: ids.thread, anchor: ANCHOR }),                                          ['thread_not_found', 'thread_not_found', low, low, '', '', '', 'thread_not_found']],
  ['react',              () => ({ comment_id: ids.thread, emoji: '🎉' }),                                     ['comment_not_found', 'comment_not_found', low, '', '', '', '', 'comment_not_found']],
  ['comment_people',     () => ({ document_id: ids.document }),                                               ['document_not_found', 'document_not_found', '', '', '', '', '', 'document_not_found']],
  ['comment_role',       () => ({ document_id: ids.document }),                                               ['document_not_found', 'document_not_found', '', '', '', '', '', 'document_not_found']],
  ['create_suggestion',  () => ({ id: randomUUID(), document_id: ids.document }),                             ['document_not_found', 'document_not_found', low, '', '', '', '', 'document_not_found']],
  ['withdraw_suggestion', () => ({ id: ids.suggestion }),                                                     ['suggestion_not_found', 'suggestion_not_found', 'not_the_author', 'not_the_author', 'not_the_author', 'not_the_author', '', 'suggestion_not_found']],
  ['accept_suggestion',  () => ({ id: ids.suggestion }),                                                      ['suggestion_not_found', 'suggestion_not_found', low, low, '', '', '', 'suggestion_not_found']],
  ['reject_suggestion',  () => ({ id: ids.suggestion }),                                                      ['suggestion_not_found', 'suggestion_not_found', low, low, '', '', '', 'suggestion_not_found']],
  ['my_inbox',           () => ({ workspace_id: ids.workspace }),                                             ['workspace_not_found', '', '', '', '', '', '', 'workspace_not_found']],
  ['inbox_count',        () => ({ workspace_id: ids.workspace }),                                             ['workspace_not_found', '', '', '', '', '', '', 'workspace_not_found']],
  ['mark_all_notifications', () => ({ workspace_id: ids.workspace, state: 'read' }),                          ['workspace_not_found', '', '', '', '', '', '', 'workspace_not_found']],
  ['set_notification_level', () => ({ object_type: 'room', object_id: ids.room, level: 'all' }),              ['room_not_found', 'room_not_found', '', '', '', '', '', 'room_not_found']],
  ['create_folder', () => ({ id: randomUUID(), space_id: ids.space, parent_id: null, name: randomUUID() }), ['space_not_found', 'space_not_found', low, low, '', '', '', 'space_not_found']],
  ['rename_file', () => ({ id: ids.file, name: 'other.pdf' }), ['file_not_found', 'file_not_found', low, low, '', '', '', 'file_not_found']],
  ['move_file', () => ({ id: ids.file, parent_id: null }), ['file_not_found', 'file_not_found', low, low, '', '', '', 'file_not_found']],
  ['copy_file', () => ({ id: ids.file, parent_id: null }), ['file_not_found', 'file_not_found', low, low, '', '', '', 'file_not_found']],
  ['file_text', () => ({ file_id: ids.file }), ['file_not_found', 'file_not_found', '', '', '', '', '', 'file_not_found']],
  ['folder_files', () => ({ folder_id: ids.file }), ['file_not_found', 'file_not_found', '', '', '', '', '', 'file_not_found']],
  ['trash_file', () => ({ id: ids.file }), ['file_not_found', 'file_not_found', low, low, '', '', '', 'file_not_found']],
  ['restore_file', () => ({ id: ids.file }), ['file_not_found', 'file_not_found', low, low, '', '', '', 'file_not_found']],
  ['delete_file', () => ({ id: ids.trashedFile }), [...Array(4).fill('file_not_found'), '', '', '', 'file_not_found']],
  ['begin_upload', () => ({ id: randomUUID(), space_id: ids.space, parent_id: null, name: 'new.pdf', size: 1 }), ['space_not_found', 'space_not_found', low, low, '', '', '', 'space_not_found']],
  ['cancel_upload', () => ({ upload_id: ids.upload }), [...Array(6).fill('upload_not_found'), '', 'upload_not_found']],
  ['restore_file_version', () => ({ version_id: ids.fileVersion }), ['version_not_found', 'version_not_found', low, low, '', '', '', 'version_not_found']],
  ['label_file_version', () => ({ version_id: ids.fileVersion, label: 'Sent' }), ['version_not_found', 'version_not_found', low, low, '', '', '', 'version_not_found']],
  ['delete_file_version', () => ({ version_id: ids.fileVersion }), ['version_not_found', 'version_not_found', low, low, '', '', '', 'version_not_found']],
  ['set_storage_quota', () => ({ workspace_id: ids.workspace, bytes: 1000 }), [no, low, low, low, low, '', '', no]],
  ['create_task',        () => ({ id: randomUUID(), space_id: ids.space, title: 'New' }), ['space_not_found', 'space_not_found', low, low, '', '', '', 'space_not_found']],
  ['change_tasks',       () => ({ task_ids: [ids.task], changes: { priority: 1 } }), ['task_not_found', 'task_not_found', low, low, '', '', '', 'task_not_found']],
  ['assign_task',        () => ({ task_id: ids.blocker, user_id: ids.target }), ['task_not_found', 'task_not_found', low, low, '', '', '', 'task_not_found']],
  ['label_task',         () => ({ task_id: ids.task, label_id: ids.label }), ['task_not_found', 'task_not_found', low, low, '', '', '', 'task_not_found']],
  ['set_task_dependency', () => ({ task_id: ids.task, blocked_by: ids.blocker }), ['task_not_found', 'task_not_found', low, low, '', '', '', 'task_not_found']],
  ['comment_on_task',    () => ({ id: randomUUID(), task_id: ids.task, text: 'Yes' }), ['task_not_found', 'task_not_found', low, '', '', '', '', 'task_not_found']],
  ['edit_task_comment',  () => ({ id: ids.remark, text: 'No' }), ['comment_not_found', 'comment_not_found', ...Array(4).fill('not_the_author'), '', 'comment_not_found']],
  ['delete_task_comment', () => ({ id: ids.remark }), ['comment_not_found', 'comment_not_found', 'not_the_author', 'not_the_author', '', '', '', 'comment_not_found']],
  ['watches_task',       () => ({ task_id: ids.task }), ['task_not_found', 'task_not_found', '', '', '', '', '', 'task_not_found']],
  ['delete_task_label',  () => ({ label_id: ids.label }), ['label_not_found', 'label_not_found', low, low, '', '', '', 'label_not_found']],
  ['delete_task_status', () => ({ status_id: ids.status, move_to: ids.otherStatus }), ['status_not_found', 'status_not_found', low, low, '', '', '', 'status_not_found']],
  ['why_can',            () => ({ user_id: ids.target, object_type: 'document', object_id: ids.document, action: 'read' }), ['document_not_found', 'document_not_found', low, low, low, '', '', 'document_not_found']],
  ['who_has_access',     () => ({ object_type: 'document', object_id: ids.document }),                        ['document_not_found', 'document_not_found', low, low, '', '', '', 'document_not_found']],
] as const

const outcome = (person: User | null, run: (sql: TransactionSql) => Promise<unknown>) =>
  db
    .trial(person, run)
    .then(() => '')
    .catch((error: { code: string; detail?: string }) => error.detail ?? error.code)

test.for(CALLS)('[ACL3] who may call %s', async ([name, args, expected]) => {
  const call = (sql: TransactionSql) => callFunction(sql, name as keyof Functions, args() as never)
  expect(await Promise.all(ACTORS.map((actor) => outcome(cast[actor], call)))).toEqual(expected)
  expect(await outcome(null, call)).toBe('42501')
})

// The argument that names what the function is about, where it is not the first id.
const SUBJECTS: Record<string, string> = {
  why_can: 'object_id',
  who_has_access: 'object_id',
  set_notification_level: 'object_id',
  create_link: 'object_id',
  share_item: 'object_id',
  send_message: 'room_id',
  add_message_file: 'room_id',
  remind_me: 'room_id',
  schedule_message: 'room_id',
  create_thread: 'document_id',
  reply: 'thread_id',
  create_suggestion: 'document_id',
  create_group: 'workspace_id',
  create_space: 'workspace_id',
  create_document: 'space_id',
  create_import: 'space_id',
  create_room: 'space_id',
  create_folder: 'space_id',
  begin_upload: 'space_id',
  create_task: 'space_id',
  comment_on_task: 'task_id',
  change_tasks: 'task_ids',
}

test.for(CALLS)('[ACL4] %s answers for what does not exist as for what may not be seen', async ([name, args, expected]) => {
  const given = Object.entries(args()).find(([argument]) => argument.endsWith('_id') || argument === 'id')
  const subject = SUBJECTS[name] ?? given?.[0] ?? ''
  const unknown = subject.endsWith('_ids') ? [randomUUID()] : randomUUID()
  const missing = (sql: TransactionSql) => callFunction(sql, name as keyof Functions, { ...args(), [subject]: unknown } as never)
  expect(await outcome(workspace.owner, missing)).toBe(expected[0])
})

test('[ACL5] functions that need no right are called by everybody who has signed in', async () => {
  const covered = CALLS.map(([name]) => name as string)
  const open = [
    'accept_invitation',
    'accept_my_invitation',
    // Each change has its own answer, see [SYNC10].
    'apply_mutations',
    'catch_up',
    'clear_status',
    'create_workspace',
    'delete_my_account',
    'export_my_data',
    'has_links',
    'invitation_preview',
    'joinable_workspaces',
    'link_preview',
    'linked_documents',
    'mark_notifications',
    'mark_object_read',
    'my_files',
    'my_invitations',
    'my_responsibilities',
    'my_rooms',
    'my_tasks',
    'my_threads',
    'my_workspaces',
    'open_link',
    // It is allowed whatever the change itself is.
    'preview_access_change',
    // Each scope has its own answer, see [SYNC9].
    'pull',
    'search_files',
    'search_messages',
    'search_tasks',
    'shared_files',
    'unread_counts',
    'remove_push_subscription',
    'save_push_subscription',
    'set_notification_settings',
    'set_status',
    'snooze_notifications',
    // Whoever has the link of a mail.
    'unsubscribe_mail',
  ]
  const functions = await db.admin<{ name: string }[]>`
    select proname as name from pg_proc
    where pronamespace = 'atrium'::regnamespace and has_function_privilege('authenticated', oid, 'execute') order by proname`
  expect(functions.map(({ name }) => name)).toEqual([...covered, ...open].sort())
  expect(await db.call(cast.stranger, 'my_workspaces', {})).toEqual([])
  expect(await db.call(cast.suspended, 'my_workspaces', {})).toEqual([])
  expect(await db.call(cast.suspended, 'my_rooms', { workspace_id: workspace.id })).toEqual([])
  expect(await db.call(cast.guest, 'my_rooms', { workspace_id: workspace.id })).toEqual([])
})
