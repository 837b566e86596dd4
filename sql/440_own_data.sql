-- Taking along what is kept about oneself. tests/sql/ownData.test.ts asks the catalogue for every column that names a person.

-- Definer: sessions and addresses are in the schema auth. It tells about the caller alone; what others made is in it only by its id, and what
-- opens something (secrets, keys, addresses of push services, where mail was sent to) not at all.
create function atrium_private.export_my_data()
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  person jsonb;
  words jsonb;
  own jsonb;
  traces jsonb;
begin
  person := jsonb_build_object(
    'exported_at', now(),
    'account', (
      select jsonb_build_object('id', account.id, 'email', account.email, 'created_at', account.created_at,
        'last_sign_in_at', account.last_sign_in_at, 'email_confirmed_at', account.email_confirmed_at)
      from auth.users account where account.id = me
    ),
    'identities', (
      select coalesce(jsonb_agg(jsonb_build_object('provider', proof.provider, 'told', proof.identity_data, 'created_at', proof.created_at,
        'last_sign_in_at', proof.last_sign_in_at) order by proof.created_at), '[]')
      from auth.identities proof where proof.user_id = me
    ),
    'second_factors', (
      select coalesce(jsonb_agg(jsonb_build_object('type', factor.factor_type, 'name', factor.friendly_name, 'status', factor.status,
        'created_at', factor.created_at) order by factor.created_at), '[]')
      from auth.mfa_factors factor where factor.user_id = me
    ),
    'sessions', (
      select coalesce(jsonb_agg(jsonb_build_object('created_at', session.created_at, 'refreshed_at', session.refreshed_at,
        'user_agent', session.user_agent, 'address', host(session.ip)) order by session.created_at), '[]')
      from auth.sessions session where session.user_id = me
    ),
    'profile', (select to_jsonb(profile) from atrium.profiles profile where profile.id = me),
    'status', (select to_jsonb(status) from atrium.statuses status where status.user_id = me),
    'notification_settings', (select to_jsonb(settings) from atrium.notification_settings settings where settings.user_id = me),
    'push_devices', (
      select coalesce(jsonb_agg(jsonb_build_object('device', browser.device, 'created_at', browser.created_at) order by browser.created_at), '[]')
      from atrium.push_subscriptions browser where browser.user_id = me
    ),
    'memberships', (
      select coalesce(jsonb_agg(jsonb_build_object('workspace_id', workspace.id, 'workspace', workspace.name, 'role', member.role,
        'joined_at', member.joined_at) order by member.joined_at), '[]')
      from atrium.members member join atrium.workspaces workspace on workspace.id = member.workspace_id where member.user_id = me
    ),
    'groups', (
      select coalesce(jsonb_agg(jsonb_build_object('group_id', joined.group_id)), '[]')
      from atrium.group_members joined where joined.user_id = me
    )
  );
  words := jsonb_build_object(
    'documents', (
      select coalesce(jsonb_agg(jsonb_build_object('id', document.id, 'workspace_id', document.workspace_id, 'title', document.title,
        'created_at', document.created_at, 'updated_at', document.updated_at, 'text', contents.text, 'markdown', contents.markdown, 'json', contents.json)
        order by document.created_at, document.id), '[]')
      from atrium.documents document left join atrium.document_contents contents on contents.document_id = document.id
      where document.created_by = me
        and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
          or document.id in (select atrium_private.granted_to_caller('document', 'viewer')))
    ),
    'messages', (
      select coalesce(jsonb_agg(jsonb_build_object('id', message.id, 'room_id', message.room_id, 'thread_id', message.thread_id, 'text', message.text,
        'content', message.content, 'created_at', message.created_at, 'edited_at', message.edited_at, 'deleted_at', message.deleted_at)
        order by message.created_at, message.id), '[]')
      from atrium.messages message where message.author_id = me
    ),
    'comments', (
      select coalesce(jsonb_agg(jsonb_build_object('id', said.id, 'thread_id', said.thread_id, 'document_id', said.document_id, 'text', said.text,
        'created_at', said.created_at, 'edited_at', said.edited_at, 'deleted_at', said.deleted_at) order by said.created_at, said.id), '[]')
      from atrium.comments said where said.author_id = me
    ),
    'task_comments', (
      select coalesce(jsonb_agg(jsonb_build_object('id', said.id, 'task_id', said.task_id, 'text', said.text, 'content', said.content,
        'created_at', said.created_at, 'edited_at', said.edited_at, 'deleted_at', said.deleted_at) order by said.created_at, said.id), '[]')
      from atrium.task_comments said where said.author_id = me
    ),
    'tasks', (
      select coalesce(jsonb_agg(jsonb_build_object('id', task.id, 'workspace_id', task.workspace_id, 'space_id', task.space_id, 'number', task.number,
        'title', task.title, 'description', task.description, 'due_on', task.due_on, 'created_at', task.created_at, 'closed_at', task.closed_at)
        order by task.created_at, task.id), '[]')
      from atrium.tasks task
      where task.created_by = me and task.space_id in (select atrium_private.spaces_of_caller('viewer'))
    )
  );
  own := jsonb_build_object(
    'rooms', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.room_members mine where mine.user_id = me),
    'read_marks', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.read_marks mine where mine.user_id = me),
    'message_edits', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_edits mine where mine.author_id = me),
    'message_files', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_files mine where mine.uploaded_by = me),
    'file_uploads', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.file_uploads mine where mine.uploaded_by = me),
    'message_reactions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_reactions mine where mine.user_id = me),
    'comment_reactions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.comment_reactions mine where mine.user_id = me),
    'saved_messages', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.saved_messages mine where mine.user_id = me),
    'thread_follows', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.thread_follows mine where mine.user_id = me),
    'drafts', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.drafts mine where mine.user_id = me),
    'scheduled_messages', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.scheduled_messages mine where mine.user_id = me),
    'reminders', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.reminders mine where mine.user_id = me),
    'notifications', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notifications mine where mine.user_id = me),
    'notification_levels', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notification_levels mine where mine.user_id = me),
    'favourites', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.favourites mine where mine.user_id = me),
    'task_assignments', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.task_assignees mine where mine.user_id = me),
    'sync_receipts', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.sync_receipts mine where mine.user_id = me),
    'suggestions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.suggestions mine where mine.author_id = me),
    'transfers', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.transfers mine where mine.owner_id = me),
    'spaces', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.space_members mine where mine.user_id = me),
    'grants', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.grants mine where mine.user_id = me)
  );
  traces := jsonb_build_object(
    'made', (
      select coalesce(jsonb_agg(jsonb_build_object('type', did.type, 'id', did.id, 'at', did.at) order by did.at, did.id), '[]') from (
        select 'workspace' as type, did.id, did.created_at as at from atrium.workspaces did where did.created_by = me
        union all select 'space', did.id, did.created_at from atrium.spaces did where did.created_by = me
        union all select 'room', did.id, did.created_at from atrium.rooms did where did.created_by = me
        union all select 'grant', did.id, did.created_at from atrium.grants did where did.created_by = me
        union all select 'link', did.id, did.created_at from atrium.links did where did.created_by = me
        union all select 'invitation', did.id, did.created_at from atrium.invitations did where did.invited_by = me
        union all select 'invitation_link', did.id, did.created_at from atrium.invitation_links did where did.invited_by = me
        union all select 'bot', did.id, did.created_at from atrium.bots did where did.made_by = me
        union all select 'api_token', did.id, did.created_at from atrium.api_tokens did where did.made_by = me
        union all select 'webhook', did.id, did.created_at from atrium.webhooks did where did.made_by = me
        union all select 'comment_thread', did.id, did.created_at from atrium.comment_threads did where did.created_by = me
        union all select 'resolved_thread', did.id, did.resolved_at from atrium.comment_threads did where did.resolved_by = me
        union all select 'named_version', did.id, did.at from atrium.document_versions did where did.named_by = me
        union all select 'file', did.id, did.created_at from atrium.files did where did.created_by = me
        union all select 'changed_file', did.id, did.updated_at from atrium.files did where did.updated_by = me
        union all select 'file_version', did.id, did.created_at from atrium.file_versions did where did.author_id = me
        union all select 'task', did.id, did.created_at from atrium.tasks did where did.created_by = me
        union all select 'changed_task', did.task_id, did.at from atrium.task_activity did where did.actor_id = me
        union all select 'pinned_message', did.message_id, did.pinned_at from atrium.message_pins did where did.pinned_by = me
        union all select 'locked_document', did.id, did.locked_at from atrium.documents did where did.locked_by = me
        union all select 'decided_suggestion', did.suggestion_id, did.decided_at from atrium_private.suggestion_decisions did where did.decided_by = me
        union all select 'command', did.id, did.created_at from atrium_private.document_commands did where did.author_id = me
      ) did
    ),
    'versions', (
      select coalesce(jsonb_agg(jsonb_build_object('id', version.id, 'document_id', version.document_id, 'from_at', version.from_at, 'at', version.at)
        order by version.at), '[]')
      from atrium.document_versions version where me = any (version.authors)
    ),
    'link_visits', (
      select coalesce(jsonb_agg(jsonb_build_object('link_id', visit.link_id, 'opened_at', visit.opened_at) order by visit.opened_at), '[]')
      from atrium_private.link_visits visit where visit.user_id = me
    ),
    'deliveries', (
      select coalesce(jsonb_agg(jsonb_build_object('notification_id', sent.notification_id, 'channel', sent.channel, 'due_at', sent.due_at,
        'sent_at', sent.sent_at) order by sent.due_at), '[]')
      from atrium_private.notification_deliveries sent where sent.user_id = me
    ),
    'rights_changed', (
      select coalesce(jsonb_agg(jsonb_build_object('at', event.at, 'workspace_id', event.workspace_id, 'action', event.action,
        'object_type', event.object_type, 'object_id', event.object_id, 'before', event.before, 'after', event.after) order by event.id), '[]')
      from atrium.audit_events event
      where event.user_id = me and event.workspace_id in (select atrium_private.workspaces_of_caller('guest'))
    ),
    'rights_he_changed', (
      select coalesce(jsonb_agg(jsonb_build_object('at', event.at, 'workspace_id', event.workspace_id, 'action', event.action,
        'object_type', event.object_type, 'object_id', event.object_id, 'address', event.address, 'user_agent', event.user_agent)
        order by event.id), '[]')
      from atrium.audit_events event where event.actor_id = me
    )
  );
  return person || words || own || traces;
end $$;
comment on function atrium_private.export_my_data() is 'Behind atrium.export_my_data.';
grant execute on function atrium_private.export_my_data to authenticated;

create function atrium.export_my_data()
  returns jsonb
  language sql stable set search_path = ''
as $$ select atrium_private.export_my_data() $$;
comment on function atrium.export_my_data() is
  'Everything that is kept about the caller, as one JSON object: who he is (account, identities, second_factors, sessions, profile, status, memberships, groups), what he wrote (documents and tasks that he made and may still read, messages, comments, task_comments, drafts, scheduled_messages, suggestions), how he wants to be told, what he was told, and what he did (made, with types and ids). Secrets and keys are left out.
Example: select atrium.export_my_data();
Errors: 401 not_signed_in.';
grant execute on function atrium.export_my_data to authenticated;
