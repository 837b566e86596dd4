-- People: what they say of themselves, and who is there. What is here leads to what the numbered files install, which the test MIG8
-- compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

create table atrium.statuses (
  user_id uuid primary key references atrium.profiles (id) on delete cascade,
  emoji text not null default '' check (char_length(emoji) <= 16),
  text text not null default '' check (char_length(text) <= 100),
  do_not_disturb boolean not null default false,
  ends_at timestamptz,
  updated_at timestamptz not null default now(),
  check (emoji <> '' or text <> '' or do_not_disturb)
);
comment on table atrium.statuses is
  'The status of whoever has one, readable by the people with whom he shares a workspace until its time is over. A row whose time is over counts for nothing and waits to be overwritten, so no job looks for it.';
comment on column atrium.statuses.emoji is 'One emoji, or empty.';
comment on column atrium.statuses.text is '0 to 100 characters.';
comment on column atrium.statuses.do_not_disturb is 'While it is set, nothing is pushed or mailed to him.';
comment on column atrium.statuses.ends_at is 'When it is over; null: until he changes it.';
alter table atrium.statuses enable row level security;

create policy "people see the present status of whom they work with"
  on atrium.statuses for select to authenticated
  using ((ends_at is null or ends_at > now()) and user_id in (select atrium_private.people_of_caller()));
grant select on atrium.statuses to authenticated;

-- Definer: nobody may write statuses but through here.
create function atrium_private.set_status(new_emoji text, new_text text, until timestamptz, undisturbed boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  sign text := coalesce(new_emoji, '');
  words text := '';
begin
  if sign <> '' and (char_length(sign) > 16 or sign ~ E'[\u0001-\u007f[:space:][:cntrl:]\u202a-\u202e\u2066-\u2069]') then
    raise sqlstate 'PT422' using message = 'The sign of a status is one emoji.', detail = 'emoji_invalid';
  elsif until <= now() then
    raise sqlstate 'PT422' using message = 'This time is over already.', detail = 'ends_at_invalid';
  elsif new_text <> '' then
    words := atrium_private.valid_name(new_text, 'text', 100);
  end if;
  if sign = '' and words = '' and undisturbed is not true then
    raise sqlstate 'PT422' using message = 'A status has an emoji, a text, or says not to disturb.', detail = 'status_required';
  end if;
  insert into atrium.statuses as known (user_id, emoji, text, do_not_disturb, ends_at) values (me, sign, words, coalesce(undisturbed, false), until)
  on conflict (user_id) do update
  set emoji = excluded.emoji, text = excluded.text, do_not_disturb = excluded.do_not_disturb, ends_at = excluded.ends_at, updated_at = now()
  where (known.emoji, known.text, known.do_not_disturb, known.ends_at)
    is distinct from (excluded.emoji, excluded.text, excluded.do_not_disturb, excluded.ends_at);
end $$;
comment on function atrium_private.set_status(text, text, timestamptz, boolean) is 'Behind atrium.set_status.';
grant execute on function atrium_private.set_status to authenticated;

-- Definer: nobody may delete statuses but through here.
create function atrium_private.clear_status()
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  delete from atrium.statuses known where known.user_id = me;
end $$;
comment on function atrium_private.clear_status() is 'Behind atrium.clear_status.';
grant execute on function atrium_private.clear_status to authenticated;

create function atrium.set_status(emoji text default '', text text default '', ends_at timestamptz default null, do_not_disturb boolean default false)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_status($1, $2, $3, $4) $$;
comment on function atrium.set_status(text, text, timestamptz, boolean) is
  'Says beside the name of the caller what he does, until when (null: until he changes it), and with do_not_disturb that nothing is pushed or mailed to him meanwhile. Nullable: emoji, text, ends_at, do_not_disturb.
Example: select atrium.set_status(''🏝️'', ''On holiday'', now() + interval ''2 weeks'', true);
Errors: 401 not_signed_in, 422 status_required, emoji_invalid, text_required, text_too_long (100 characters), text_invalid, ends_at_invalid.';
grant execute on function atrium.set_status to authenticated;

create function atrium.clear_status()
  returns void
  language sql set search_path = ''
as $$ select atrium_private.clear_status() $$;
comment on function atrium.clear_status() is
  'Takes the status of the caller back; doing it twice changes nothing.
Example: select atrium.clear_status();
Errors: 401 not_signed_in.';
grant execute on function atrium.clear_status to authenticated;

-- Definer: realtime.send inserts where the caller may not. Who hears of a workspace sees its people, so the row itself is told: a thousand
-- clients need not ask for it. A guest hears of himself alone, and reads the others with his lists.
create function atrium_private.announce_status()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  status atrium.statuses := coalesce(new, old);
  said jsonb := case tg_op when 'DELETE' then jsonb_build_object('user_id', status.user_id) else to_jsonb(status) - 'updated_at' end;
begin
  perform atrium_private.send(format('workspace:%s:%s', workspace.id, workspace.epoch), 'status', said)
  from atrium_private.active_memberships(status.user_id) member
  join atrium.workspaces workspace on workspace.id = member.workspace_id;
  perform atrium_private.send_to_people(array[status.user_id], 'status', said);
  return null;
end $$;
comment on function atrium_private.announce_status() is
  'status {user_id, emoji, text, do_not_disturb, ends_at} to the workspaces of the person and to himself; {user_id} alone when he takes it back.';
create trigger announce after insert or update or delete on atrium.statuses
  for each row execute function atrium_private.announce_status();

-- Definer: it reads epochs and rights of things that the caller may not see. It is asked once per join, not per row.
create or replace function atrium_private.hears(topic text)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
declare
  parts text[] := regexp_match(topic, '^(workspace|presence|space|room|typing|user):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::([0-9]{1,9}))?$');
  object uuid := parts[2];
  topic_epoch integer := parts[3];
begin
  return coalesce(case parts[1]
    when 'user' then object = atrium_private.caller() and topic_epoch is null
    when 'workspace' then object in (select atrium_private.workspaces_of_caller('viewer'))
      and topic_epoch = (select workspace.epoch from atrium.workspaces workspace where workspace.id = object)
    when 'presence' then object in (select atrium_private.workspaces_of_caller('viewer'))
      and topic_epoch = (select workspace.epoch from atrium.workspaces workspace where workspace.id = object)
    when 'space' then object in (select atrium_private.spaces_of_caller('viewer'))
      and topic_epoch = (select space.epoch from atrium.spaces space where space.id = object)
    when 'room' then object in (select atrium_private.rooms_of_caller('viewer'))
      and topic_epoch = (select room.epoch from atrium.rooms room where room.id = object)
    when 'typing' then object in (select atrium_private.rooms_of_caller('viewer'))
      and topic_epoch = (select room.epoch from atrium.rooms room where room.id = object)
  end, false);
end $$;
comment on function atrium_private.hears(text) is 'Whether the caller may join a topic: he has the right, and the epoch is the present one.';

-- Who is there is said by each client of itself, over Realtime Presence, and written into no table. A member could show somebody else
-- as present; nothing is decided by it.
create policy "members see who of the workspace is there"
  on realtime.messages for select to authenticated
  using (extension = 'presence' and topic = (select realtime.topic()) and topic like 'presence:%'
    and (select atrium_private.hears(realtime.topic())));
create policy "members show that they are there"
  on realtime.messages for insert to authenticated
  with check (extension = 'presence' and topic = (select realtime.topic()) and topic like 'presence:%'
    and (select atrium_private.hears(realtime.topic())));

create or replace function atrium_private.export_my_data()
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
    'notifications', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notifications mine where mine.user_id = me),
    'notification_levels', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notification_levels mine where mine.user_id = me),
    'favourites', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.favourites mine where mine.user_id = me),
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
comment on function atrium.export_my_data() is
  'Everything that is kept about the caller, as one JSON object: who he is (account, identities, second_factors, sessions, profile, status, memberships, groups), what he wrote (documents that he made and may still read, messages, comments, drafts, scheduled_messages, suggestions), how he wants to be told, what he was told, and what he did (made, with types and ids). Secrets and keys are left out.
Example: select atrium.export_my_data();
Errors: 401 not_signed_in.';

comment on function atrium.my_files() is
  'The pictures and files that the caller has put into documents and messages which he may still read, the oldest first; document_id is null for those of messages; the storage service gives them by bucket and name. Nullable: document_id.
Example: select name, bytes from atrium.my_files();';

alter table atrium.read_marks add column muted boolean not null default false, add column hidden_place bigint;
comment on table atrium.read_marks is 'How far a person has read in a room, and how his list shows it. Everybody sees his own only.';
comment on column atrium.read_marks.muted is 'Whether what is said there is neither shown as new nor told, unless it names him.';
comment on column atrium.read_marks.hidden_place is 'A direct conversation is hidden from his list while its last_place is no higher; null: it is not hidden.';

-- squawk-ignore require-concurrent-index-creation
create index on atrium.rooms (id) where private;

drop function atrium.my_rooms(uuid);
drop function atrium.unread_counts(uuid);
drop function atrium_private.my_rooms(uuid);
drop function atrium_private.unread_counts(uuid);

-- Definer: see set_read_mark.
create function atrium_private.set_room_shown(in_room uuid, new_muted boolean, new_hidden boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  me uuid := atrium_private.caller();
  room atrium.rooms;
begin
  select known.* into room from atrium.rooms known where known.id = in_room;
  if new_hidden and room.kind <> 'direct' then
    raise sqlstate 'PT409' using message = 'Only a direct conversation is hidden. Leave the room, or mute it.', detail = 'room_not_direct';
  elsif not exists (select from atrium.room_members inside where inside.room_id = in_room and inside.user_id = me) then
    raise sqlstate 'PT409' using message = 'Join the room first.', detail = 'room_not_joined';
  end if;
  insert into atrium.read_marks as known (room_id, user_id, seq, place, muted, hidden_place)
  values (in_room, me, 0, 0, coalesce(new_muted, false), case when new_hidden then room.last_place end)
  on conflict (room_id, user_id) do update
  set muted = coalesce(new_muted, known.muted),
    hidden_place = case when new_hidden is null then known.hidden_place when new_hidden then room.last_place end;
  perform atrium_private.send_to_people(array[me], 'rooms', jsonb_build_object('id', in_room));
end $$;
comment on function atrium_private.set_room_shown(uuid, boolean, boolean) is
  'Behind atrium.mute_room and atrium.hide_direct; null leaves a part as it is. rooms {id} goes to the person''s other devices.';
grant execute on function atrium_private.set_room_shown to authenticated;

-- Definer: it looks at every room once, with the same rights as the policies, instead of once per table. Roles are looked up for each space,
-- and for the few rooms that have their own, but not for each of ten thousand rooms.
create function atrium_private.my_rooms(in_workspace uuid)
  returns table (
    id uuid, kind text, space_id uuid, people uuid[], name text, topic text, private boolean, posting text, epoch integer, members integer,
    last_seq bigint, last_place bigint, last_at timestamptz, joined boolean, moderator boolean, read_seq bigint, unread integer,
    mentions integer, muted boolean, hidden boolean, can_post boolean, can_reply boolean
  )
  language plpgsql stable security definer rows 100 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  return query
    with through_space as materialized (
      select given.space_id, max(given.role) as role from atrium_private.space_roles given where given.user_id = me group by given.space_id
    ),
    single as materialized (
      select given.room_id, max(given.role) as role
      from (
        select known.room_id, known.role from atrium_private.private_room_rights(me) known
        union all select shared.object_id, shared.role from atrium_private.grant_rights(me, 'room') shared
      ) given
      group by given.room_id
    ),
    mentioned as materialized (
      select told.object_id as room_id, count(*)::integer as times from atrium.notifications told
      where told.user_id = me and told.read_at is null and told.done_at is null
        and told.kind = 'mention' and told.object_type = 'room' and told.thread_id is null
      group by told.object_id
    )
    select room.id, room.kind, room.space_id, room.people, room.name, room.topic, room.private, room.posting, room.epoch, room.member_count,
      room.last_seq, room.last_place, room.last_at, inside.room_id is not null, rules.moderator, coalesce(mark.seq, 0),
      case when inside.room_id is null then 0 else (room.last_place - coalesce(mark.place, 0))::integer end,
      case when inside.room_id is null then 0 else coalesce(mentioned.times, 0) end,
      coalesce(mark.muted, false), coalesce(mark.hidden_place >= room.last_place, false),
      rights.role >= 'commenter' and (room.posting = 'everyone' or rules.moderator), rights.role >= 'commenter'
    from atrium.rooms room
    left join through_space on through_space.space_id = room.space_id and not room.private
    left join single on single.room_id = room.id
    left join atrium.spaces space on space.id = room.space_id
    left join atrium.room_members inside on inside.room_id = room.id and inside.user_id = me
    left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = me
    left join mentioned on mentioned.room_id = room.id
    cross join lateral (select greatest(through_space.role, single.role) as role) rights
    cross join lateral (select rights.role >= 'admin' or inside.role is not distinct from 'moderator' as moderator) rules
    -- As arrays, so that indexes have them and Postgres thinks of more than a few.
    where ((not room.private and room.space_id = any (array(select given.space_id from through_space given)))
        or room.id = any (array(select given.room_id from single given)))
      and (room.workspace_id = in_workspace or (in_workspace is null and room.id in (select atrium_private.linked_to_caller('room'))))
      and room.archived_at is null and space.archived_at is null
    order by lower(room.name), room.id;
end $$;
comment on function atrium_private.my_rooms(uuid) is 'Behind atrium.my_rooms.';
grant execute on function atrium_private.my_rooms to authenticated;

-- Definer: as my_rooms.
create function atrium_private.unread_counts(in_workspace uuid)
  returns table (room_id uuid, unread integer, mentions integer)
  language plpgsql stable security definer rows 100 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  return query
    with through_space as materialized (
      select distinct given.space_id from atrium_private.space_roles given where given.user_id = me
    ),
    single as materialized (
      select known.room_id from atrium_private.private_room_rights(me) known
      union select shared.object_id from atrium_private.grant_rights(me, 'room') shared
    ),
    mentioned as materialized (
      select told.object_id as room_id, count(*)::integer as times from atrium.notifications told
      where told.user_id = me and told.read_at is null and told.done_at is null
        and told.kind = 'mention' and told.object_type = 'room' and told.thread_id is null
      group by told.object_id
    )
    select room.id, (room.last_place - coalesce(mark.place, 0))::integer, coalesce(mentioned.times, 0)
    from atrium.rooms room
    join atrium.room_members inside on inside.room_id = room.id and inside.user_id = me
    left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = me
    left join atrium.spaces space on space.id = room.space_id
    left join mentioned on mentioned.room_id = room.id
    where ((not room.private and room.space_id = any (array(select given.space_id from through_space given)))
        or room.id = any (array(select given.room_id from single given)))
      and room.workspace_id = in_workspace and room.archived_at is null and space.archived_at is null
      and room.last_place > coalesce(mark.place, 0);
end $$;
comment on function atrium_private.unread_counts(uuid) is 'Behind atrium.unread_counts.';
grant execute on function atrium_private.unread_counts to authenticated;

create function atrium.mute_room(room_id uuid, muted boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_room_shown($1, coalesce($2, true), null) $$;
comment on function atrium.mute_room(uuid, boolean) is
  'Mutes a room or direct conversation that the caller is in, on all his devices, or with muted => false no longer: what is said there is counted but neither shown as new nor told, unless he is mentioned. Nullable: muted.
Example: select atrium.mute_room(''0190…'');
Errors: 401 not_signed_in, 404 room_not_found, 409 room_not_joined.';
grant execute on function atrium.mute_room to authenticated;

create function atrium.hide_direct(room_id uuid, hidden boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_room_shown($1, null, coalesce($2, true)) $$;
comment on function atrium.hide_direct(uuid, boolean) is
  'Hides a direct conversation from the list of the caller, on all his devices, until its next message or until hidden => false. Nullable: hidden.
Example: select atrium.hide_direct(''0190…'');
Errors: 401 not_signed_in, 404 room_not_found, 409 room_not_direct, room_not_joined.';
grant execute on function atrium.hide_direct to authenticated;

create function atrium.unread_counts(workspace_id uuid)
  returns table (room_id uuid, unread integer, mentions integer)
  language sql stable set search_path = ''
as $$ select * from atrium_private.unread_counts($1) $$;
comment on function atrium.unread_counts(uuid) is
  'How much is unread in each room and direct conversation of a workspace that the caller is in, where there is something, and how often he is mentioned in it; what my_rooms says, for those who ask often.
Example: select room_id, unread from atrium.unread_counts(''0190…'');';
grant execute on function atrium.unread_counts to authenticated;

create function atrium.my_rooms(workspace_id uuid)
  returns table (
    id uuid, kind text, space_id uuid, people uuid[], name text, topic text, private boolean, posting text, epoch integer, members integer,
    last_seq bigint, last_place bigint, last_at timestamptz, joined boolean, moderator boolean, read_seq bigint, unread integer,
    mentions integer, muted boolean, hidden boolean, can_post boolean, can_reply boolean
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_rooms($1) $$;
comment on function atrium.my_rooms(uuid) is
  'The rooms and direct conversations of a workspace that the caller sees, by name, without archived ones. unread counts the messages outside threads, and is 0 in rooms that he has not joined; mentions counts those of them that name him and that his inbox has as unread; muted and hidden are what mute_room and hide_direct set; can_reply is about threads, can_post about the room itself. Without a workspace it is the rooms outside of his workspaces that he opened by a link. Nullable: workspace_id, space_id, people, last_at.
Example: select name, unread from atrium.my_rooms(''0190…'') where joined;';
grant execute on function atrium.my_rooms to authenticated;

revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.statuses to service_role;
