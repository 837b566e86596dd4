import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'

// What nobody may forget when he adds a table or a function, asked of the catalogue itself.
const db = await createDatabase()
afterAll(() => db.drop())

const names = async (query: string) => (await db.admin.unsafe<{ name: string }[]>(query)).map(({ name }) => name)
const OURS = `('atrium'::regnamespace, 'atrium_private'::regnamespace)`

// Each query names what breaks the rule.
const RULES = [
  [
    'every table has row-level security',
    `
    select oid::regclass::text as name from pg_class where relnamespace in ${OURS} and relkind in ('r', 'p') and not relrowsecurity`,
  ],
  [
    'views ask the rights of who reads them',
    `
    select oid::regclass::text as name from pg_class
    where relnamespace in ${OURS} and relkind = 'v' and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on']`,
  ],
  [
    'no definer is in the exposed schema',
    `
    select oid::regprocedure::text as name from pg_proc where pronamespace = 'atrium'::regnamespace and prosecdef`,
  ],
  [
    'every function has an empty search_path',
    `
    select oid::regprocedure::text as name from pg_proc
    where pronamespace in ${OURS} and not coalesce(proconfig, '{}') @> array['search_path=""']`,
  ],
  [
    'nothing is executable by everybody',
    `
    select pg_proc.oid::regprocedure::text as name from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) as given
    where pronamespace in (${OURS.slice(1, -1)}, 'pgboss'::regnamespace) and given.grantee = 0`,
  ],
  [
    'no schema of ours is open to everybody',
    `
    select nspname as name from pg_namespace, aclexplode(nspacl) as given
    where nspname in ('atrium', 'atrium_private', 'pgboss') and given.grantee = 0`,
  ],
  [
    'every table is described',
    `
    select oid::regclass::text as name from pg_class where relnamespace in ${OURS} and relkind = 'r' and obj_description(oid, 'pg_class') is null`,
  ],
  [
    'every function is described',
    `
    select oid::regprocedure::text as name from pg_proc where pronamespace in ${OURS} and obj_description(oid, 'pg_proc') is null`,
  ],
  [
    'every function of the API shows an example',
    `
    select oid::regprocedure::text as name from pg_proc
    where pronamespace = 'atrium'::regnamespace and obj_description(oid, 'pg_proc') not like '%Example: %atrium.' || proname || '(%'`,
  ],
  [
    'a policy asks who is calling once per statement',
    `
    select tablename || ': ' || policyname as name from pg_policies
    where (schemaname in ('atrium', 'atrium_private') or schemaname in ('storage', 'realtime'))
      and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''), '\\( ?SELECT atrium_private\\.[a-z_]+\\((realtime\\.topic\\(\\)|[^()]*)\\)', '', 'g')
        ~ 'atrium_private\\.(?!(image|file)_document)|auth\\.'`,
  ],
  [
    'a policy is for one verb and one role, and permits',
    `
    select tablename || ': ' || policyname as name from pg_policies
    where schemaname = 'atrium' and (cmd = 'ALL' or roles <> '{authenticated}' or permissive <> 'PERMISSIVE')`,
  ],
  [
    'a right to insert or update names its columns',
    `
    select table_name || ' ' || privilege_type as name from information_schema.role_table_grants
    where table_schema = 'atrium' and grantee in ('anon', 'authenticated') and privilege_type <> 'SELECT'`,
  ],
  [
    'visitors may look at what a link is about and end mails by their link, and read no table',
    `
    select grantee || ' ' || table_name as name from information_schema.role_table_grants
    where table_schema in ('atrium', 'atrium_private', 'pgboss') and grantee in ('anon', 'PUBLIC')
    union all
    select oid::regprocedure::text from pg_proc
    where pronamespace = 'atrium'::regnamespace and has_function_privilege('anon', oid, 'execute')
      and proname not in ('invitation_preview', 'link_preview', 'unsubscribe_mail')
    union all
    select oid::regprocedure::text from pg_proc
    where pronamespace = 'atrium_private'::regnamespace and has_function_privilege('anon', oid, 'execute')
      and proname not in ('invitation_preview', 'link_preview', 'unsubscribe_mail', 'caller')`,
  ],
  [
    'people call no private function that answers for somebody else',
    `
    select oid::regprocedure::text as name from pg_proc
    where pronamespace = 'atrium_private'::regnamespace and has_function_privilege('authenticated', oid, 'execute')
      and (proargnames && array['for_user'] or proname in ('enqueue', 'issue_invitation_token', 'save_document_contents', 'send', 'bump_epochs', 'accept', 'audit', 'hand_over_to', 'enter_workspace', 'expire_access', 'everybodys_rights', 'rights_on_item', 'access_map',
        'save_document_version', 'version_content', 'versions_of', 'documents_without_version', 'documents_to_forget', 'forget_versions', 'history_kept_since'))`,
  ],
  [
    'every foreign key has an index to follow it back',
    `
    select conname as name from pg_constraint key
    where connamespace in ${OURS} and contype = 'f' and not exists (
      select from pg_index where indrelid = key.conrelid
        and (string_to_array(indkey::text, ' ')::int2[])[1] = any (conkey)
    )`,
  ],
  [
    'every table that says who may do what is audited',
    `
    select oid::regclass::text as name from pg_class
    where relnamespace = 'atrium'::regnamespace and relkind = 'r'
      and (relname ~ '(members|grants|(?<!document_)links)$' or relname in ('workspaces', 'invitations', 'groups', 'spaces', 'rooms', 'workspace_policies'))
      and not exists (select from pg_trigger where tgrelid = pg_class.oid and tgfoid = 'atrium_private.audit_change'::regproc)`,
  ],
  [
    'nobody but its owner writes into the audit log',
    `
    select grantee || ' ' || privilege_type as name from information_schema.role_table_grants
    where table_schema = 'atrium' and table_name = 'audit_events' and grantee <> 'postgres'
      and privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')`,
  ],
  [
    'servers have no login of ours that inherits rights',
    `
    select rolname as name from pg_roles where rolname in ('atrium_collab', 'atrium_worker') and (rolinherit or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)`,
  ],
  [
    'nothing of ours is in the schemas of the platform',
    `
    select proname as name from pg_proc where pronamespace in ('public'::regnamespace, 'auth'::regnamespace, 'storage'::regnamespace, 'realtime'::regnamespace)
      and proname like '%atrium%'
    union all
    select tgname from pg_trigger where tgrelid = 'auth.users'::regclass and not tgisinternal and tgname not like 'atrium\\_%'`,
  ],
] as const

test.for(RULES)('[CAT1] %s', async ([, query]) => {
  expect(await names(query)).toEqual([])
})

test('[CAT2] a new table of ours is closed until something is granted by name', async () => {
  await db.admin`create table atrium.canary (id uuid)`
  await db.admin`create table atrium_private.canary (id uuid)`
  for (const role of ['anon', 'authenticated', 'atrium_collab', 'atrium_worker']) {
    const [may] = await db.admin`
      select has_table_privilege(${role}, 'atrium.canary', 'select') or has_table_privilege(${role}, 'atrium_private.canary', 'select') as read`
    expect([role, may?.read]).toEqual([role, false])
  }
})

test('[CAT3] the servers reach what they need and nothing else', async () => {
  const reach = (role: string) =>
    names(`
      select oid::regclass::text as name from pg_class
      where relnamespace in ${OURS} and relkind = 'r' and has_table_privilege('${role}', oid, 'select, insert, update, delete')
      union all
      select oid::regprocedure::text from pg_proc where pronamespace in ${OURS} and has_function_privilege('${role}', oid, 'execute')
      order by name`)
  expect(await reach('atrium_collab')).toEqual([
    'atrium_private.begin_drop(text,text,text,bigint)',
    'atrium_private.cancel_drop(uuid)',
    'atrium_private.collaboration_servers',
    'atrium_private.document_chunks',
    'atrium_private.document_client_ids',
    'atrium_private.document_commands',
    'atrium_private.document_snapshots',
    'atrium_private.document_updates',
    'atrium_private.documents_to_forget()',
    'atrium_private.documents_without_version()',
    'atrium_private.forget_versions(uuid,timestamp with time zone)',
    'atrium_private.history_kept_since(uuid)',
    'atrium_private.keep_acceptance(uuid,bytea,jsonb)',
    'atrium_private.linked_file(text,text,text,text)',
    'atrium_private.linked_files(text,text,uuid)',
    'atrium_private.linked_folder(text,text,uuid,boolean)',
    'atrium_private.read_link(text,text)',
    'atrium_private.save_document_contents(uuid,jsonb,text,text,jsonb)',
    'atrium_private.save_document_version(uuid,jsonb,jsonb)',
    'atrium_private.suggestion_bases',
    'atrium_private.suggestion_decisions',
    'atrium_private.suggestion_page(uuid)',
    'atrium_private.version_content(uuid)',
    'atrium_private.versions_of(uuid)',
  ])
  expect(await reach('atrium_worker')).toEqual([
    'atrium_private.claim_mail(uuid,uuid[])',
    'atrium_private.claim_push(uuid,uuid)',
    'atrium_private.empty_trash()',
    'atrium_private.end_transfer(uuid,text,text,jsonb)',
    'atrium_private.enqueue(text,jsonb)',
    'atrium_private.expire_access()',
    'atrium_private.files_of_gone_documents()',
    'atrium_private.files_to_export(uuid)',
    'atrium_private.files_to_remove(timestamp with time zone)',
    'atrium_private.finish_import(uuid,jsonb)',
    'atrium_private.finish_upload(uuid,bigint,text,text)',
    'atrium_private.fire_reminders(timestamp with time zone)',
    'atrium_private.fire_task_reminders(timestamp with time zone)',
    'atrium_private.forget_device(uuid)',
    'atrium_private.forget_empty_drafts(timestamp with time zone)',
    'atrium_private.forget_gone_documents(uuid[])',
    'atrium_private.forget_messages(uuid,uuid[],timestamp with time zone)',
    'atrium_private.forget_notifications()',
    'atrium_private.forget_previews()',
    'atrium_private.forget_removed_files(text,text[])',
    'atrium_private.forget_sync(timestamp with time zone)',
    'atrium_private.forget_transfers(uuid[])',
    'atrium_private.forget_uploads(timestamp with time zone)',
    'atrium_private.issue_invitation_token(uuid)',
    'atrium_private.messages_to_export(uuid,bigint,bigint)',
    'atrium_private.messages_to_forget(uuid,timestamp with time zone,bigint)',
    'atrium_private.names_for_export(uuid,uuid[])',
    'atrium_private.note_transfer(uuid,integer)',
    'atrium_private.old_transfers()',
    'atrium_private.pages_to_export(uuid)',
    'atrium_private.previews_to_fetch(uuid)',
    'atrium_private.publish_push_key(text)',
    'atrium_private.pushes_due(uuid,uuid[])',
    'atrium_private.queue_notifications()',
    'atrium_private.release_mail(uuid[])',
    'atrium_private.release_push(uuid,uuid)',
    'atrium_private.room_to_export(uuid)',
    'atrium_private.rooms_that_forget()',
    'atrium_private.send_due_messages(timestamp with time zone)',
    'atrium_private.show_previews(uuid)',
    'atrium_private.stage_page(uuid,integer,jsonb)',
    'atrium_private.store_preview(uuid,jsonb)',
    'atrium_private.store_text(text,text)',
    'atrium_private.store_thumbnail(text,text)',
    'atrium_private.take_transfer(uuid)',
    'atrium_private.tell_many(jsonb)',
    'atrium_private.text_to_read(text)',
    'atrium_private.thumbnail_to_make(text)',
    'atrium_private.titles_for_export(uuid,uuid[])',
    'atrium_private.upload_to_check(uuid)',
  ])
})
