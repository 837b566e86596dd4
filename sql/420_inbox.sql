-- The inbox: reading notifications, and being through with them.

create function atrium_private.words_around(text text, wanted text)
  returns text
  language sql immutable set search_path = ''
as $$
  select case
    when found.at <= 81 then left($1, 300)
    -- From the first whole word on, but never behind what is wanted.
    else '… ' || regexp_replace(substring($1 from found.at - 81 for 81), '^\S*\s+', '') || substring($1 from found.at for 220)
  end
  from (select position($2 in $1) as at) found
$$;
comment on function atrium_private.words_around(text, text) is 'Some three hundred characters of a text about where the wanted ones stand first; its beginning when they do not.';

-- Definer: it reads names and sources for somebody who may read the objects. Not granted.
create function atrium_private.read_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
  return query
    select told.id, told.kind, told.workspace_id, coalesce(room.space_id, document.space_id, file.space_id, task.space_id, space.id), told.object_type, told.object_id,
      case
        when room.kind = 'direct' then (
          select string_agg(profile.name, ', ' order by lower(profile.name)) from atrium.room_members inside
          join atrium.profiles profile on profile.id = inside.user_id
          where inside.room_id = room.id and inside.user_id <> for_user)
        else coalesce(room.name, document.title, file.name, task.title, space.name, workspace.name, '')
      end,
      document.icon, coalesce(room.kind = 'direct', false), told.actors,
      case
        when told.actors = '{}' then array_remove(array[message.bot_name], null)
        else array(select coalesce(profile.name, '') from unnest(told.actors) with ordinality as actor (person, turn)
          left join atrium.profiles profile on profile.id = actor.person order by actor.turn)
      end,
      -- A reminder in own words is nothing to go to.
      case when reminder.id is null then told.source_id end, told.thread_id, told.place,
      nullif(left(btrim(regexp_replace(left(case
        when told.kind = 'document_mention' then atrium_private.words_around(contents.text, '@' || mine.name)
        when told.kind = 'transfer' then coalesce(transfer.message, transfer.file_name)
        when told.kind = 'task_status' then status.name
        when told.kind = 'task_due' then coalesce(
          to_char(task.due_at at time zone coalesce(settings.time_zone, 'UTC'), 'YYYY-MM-DD HH24:MI'), task.due_on::text)
        when remark.id is not null then remark.text
        when comment.id is not null then comment.text
        when reminder.id is not null then reminder.text
        else message.text
      end, 900), '\s+', ' ', 'g')), 300), ''),
      case when told.kind = 'access' then shared.role::text when told.kind = 'transfer' then transfer.kind || '_' || transfer.state
        when told.object_type = 'task' then board.key || '-' || task.number end,
      told.touched_at, told.read_at, told.done_at, told.snoozed_until
    from atrium_private.visible_notifications(for_user, in_workspace, ids, which, before, most) told
    left join atrium.profiles mine on mine.id = for_user
    left join atrium.rooms room on told.object_type = 'room' and room.id = told.object_id
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
    left join atrium.files file on told.object_type = 'file' and file.id = told.object_id
    left join atrium.tasks task on told.object_type = 'task' and task.id = told.object_id
    left join atrium.task_boards board on board.space_id = task.space_id
    left join atrium.task_statuses status on told.kind = 'task_status' and status.id = task.status_id
    left join atrium.task_comments remark on told.object_type = 'task' and remark.id = told.source_id and remark.task_id = told.object_id
    left join atrium.notification_settings settings on told.kind = 'task_due' and settings.user_id = for_user
    left join atrium.spaces space on told.object_type = 'space' and space.id = told.object_id
    left join atrium.workspaces workspace on told.object_type = 'workspace' and workspace.id = told.object_id
    left join atrium.messages message on told.object_type = 'room' and message.id = told.source_id and message.room_id = told.object_id
    left join atrium.comments comment on told.object_type = 'document' and comment.id = told.source_id and comment.document_id = told.object_id
    left join atrium.grants shared on told.kind = 'access' and shared.id = told.source_id
    left join atrium.reminders reminder on told.kind = 'reminder' and reminder.id = told.source_id and reminder.user_id = for_user
    left join atrium.transfers transfer on told.kind = 'transfer' and transfer.id = told.source_id
    left join atrium.document_contents contents on told.kind = 'document_mention' and contents.document_id = told.object_id
    order by told.touched_at desc, told.id;
end $$;
comment on function atrium_private.read_notifications(uuid, uuid, uuid[], text, timestamptz, integer) is
  'visible_notifications with their words, as the sources say them now.';

-- Definer: see read_notifications.
create function atrium_private.my_inbox(in_workspace uuid, which text, before timestamptz, most integer)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
begin
  if (which in ('open', 'unread', 'snoozed', 'done')) is not true then
    raise sqlstate 'PT422' using message = 'The inbox shows what is open, unread, snoozed or done.', detail = 'state_invalid';
  end if;
  return query
    select * from atrium_private.read_notifications(
      atrium_private.caller(), in_workspace, null, which, before, least(greatest(coalesce(most, 100), 1), 200));
end $$;
comment on function atrium_private.my_inbox(uuid, text, timestamptz, integer) is 'Behind atrium.my_inbox.';
grant execute on function atrium_private.my_inbox to authenticated;

-- Definer: see read_notifications.
create function atrium_private.inbox_count(in_workspace uuid)
  returns integer
  language plpgsql stable security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
begin
  return (select count(*) from atrium_private.visible_notifications(atrium_private.caller(), in_workspace, null, 'unread', null, 100));
end $$;
comment on function atrium_private.inbox_count(uuid) is 'Behind atrium.inbox_count.';
grant execute on function atrium_private.inbox_count to authenticated;

-- Definer: nobody may write notifications but through here. Null ids mean all of a workspace.
create function atrium_private.mark_notifications(ids uuid[], in_workspace uuid, state text)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  changed integer;
begin
  if (state in ('read', 'unread', 'done', 'open')) is not true then
    raise sqlstate 'PT422' using message = 'A notification is made read, unread, done or open.', detail = 'state_invalid';
  end if;
  update atrium.notifications told
  set read_at = case state when 'unread' then null when 'open' then told.read_at else coalesce(told.read_at, now()) end,
    done_at = case state when 'done' then coalesce(told.done_at, now()) when 'read' then told.done_at end,
    snoozed_until = case when state in ('done', 'open') then null else told.snoozed_until end
  where told.user_id = me
    and case when ids is null then told.workspace_id = in_workspace and told.done_at is null and (told.snoozed_until is null or told.snoozed_until <= now())
      else told.id = any (ids) end;
  get diagnostics changed = row_count;
  if changed > 0 then
    perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  elsif ids is not null then
    raise sqlstate 'PT404' using message = 'There is no such notification of yours.', detail = 'notification_not_found';
  end if;
  return changed;
end $$;
comment on function atrium_private.mark_notifications(uuid[], uuid, text) is 'Behind atrium.mark_notifications and atrium.mark_all_notifications.';

create function atrium_private.mark_some(ids uuid[], state text)
  returns integer
  language plpgsql security definer set search_path = ''
as $$ begin return atrium_private.mark_notifications(coalesce(ids, '{}'), null, state); end $$;
comment on function atrium_private.mark_some(uuid[], text) is 'Behind atrium.mark_notifications.';
grant execute on function atrium_private.mark_some to authenticated;

-- Definer: see mark_notifications.
create function atrium_private.mark_all(in_workspace uuid, state text)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
begin
  return atrium_private.mark_notifications(null, in_workspace, state);
end $$;
comment on function atrium_private.mark_all(uuid, text) is 'Behind atrium.mark_all_notifications.';
grant execute on function atrium_private.mark_all to authenticated;

-- Definer: see mark_notifications.
create function atrium_private.mark_object_read(of_type text, item uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  if (of_type in ('workspace', 'space', 'room', 'document', 'file', 'task') and item is not null) is not true then
    raise sqlstate 'PT422' using message = 'Say which workspace, space, room, document, file or task was read.', detail = 'object_type_invalid';
  end if;
  update atrium.notifications told set read_at = now()
  where told.user_id = me and told.object_id = item and told.object_type = of_type and told.read_at is null
    and (told.snoozed_until is null or told.snoozed_until <= now());
  if found then
    perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  end if;
end $$;
comment on function atrium_private.mark_object_read(text, uuid) is 'Behind atrium.mark_object_read.';
grant execute on function atrium_private.mark_object_read to authenticated;

-- Definer: see mark_notifications.
create function atrium_private.snooze_notifications(ids uuid[], until timestamptz)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  changed integer;
begin
  if (until > now() and until < now() + interval '1 year') is not true then
    raise sqlstate 'PT422' using message = 'Choose a time in the coming year.', detail = 'until_invalid';
  end if;
  update atrium.notifications told set snoozed_until = until, read_at = null, done_at = null where told.user_id = me and told.id = any (ids);
  get diagnostics changed = row_count;
  if changed = 0 then
    raise sqlstate 'PT404' using message = 'There is no such notification of yours.', detail = 'notification_not_found';
  end if;
  perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  return changed;
end $$;
comment on function atrium_private.snooze_notifications(uuid[], timestamptz) is 'Behind atrium.snooze_notifications.';
grant execute on function atrium_private.snooze_notifications to authenticated;

create function atrium.my_inbox(workspace_id uuid, state text default 'open', before timestamptz default null, most integer default 100)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_inbox($1, $2, $3, $4) $$;
comment on function atrium.my_inbox(uuid, text, timestamptz, integer) is
  'What the caller is told of in a workspace, the latest first, in the words that the sources have now, and only of what he may read now. The state is open, unread, snoozed or done; the next page begins before the touched_at of the last row; at most 200 rows. Nullable: before, most, space_id, object_icon, source_id, thread_id, place, excerpt, detail, read_at, done_at, snoozed_until.
Example: select kind, actor_names, object_name, excerpt from atrium.my_inbox(''0190…'') where read_at is null;
Errors: 401 not_signed_in, 404 workspace_not_found, 422 state_invalid.';
grant execute on function atrium.my_inbox to authenticated;

create function atrium.inbox_count(workspace_id uuid)
  returns integer
  language sql stable set search_path = ''
as $$ select atrium_private.inbox_count($1) $$;
comment on function atrium.inbox_count(uuid) is
  'How many unread notifications the caller has in a workspace; 100 stands for that and more.
Example: select atrium.inbox_count(''0190…'');
Errors: 401 not_signed_in, 404 workspace_not_found.';
grant execute on function atrium.inbox_count to authenticated;

create function atrium.mark_notifications(ids uuid[], state text)
  returns integer
  language sql set search_path = ''
as $$ select atrium_private.mark_some($1, $2) $$;
comment on function atrium.mark_notifications(uuid[], text) is
  'Makes own notifications read, unread, done or open again; returns how many.
Example: select atrium.mark_notifications(array[''0190…'']::uuid[], ''done'');
Errors: 401 not_signed_in, 404 notification_not_found, 422 state_invalid.';
grant execute on function atrium.mark_notifications to authenticated;

create function atrium.mark_all_notifications(workspace_id uuid, state text)
  returns integer
  language sql set search_path = ''
as $$ select atrium_private.mark_all($1, $2) $$;
comment on function atrium.mark_all_notifications(uuid, text) is
  'Makes everything that is in the inbox of a workspace read, unread or done; returns how many.
Example: select atrium.mark_all_notifications(''0190…'', ''read'');
Errors: 401 not_signed_in, 404 workspace_not_found, 422 state_invalid.';
grant execute on function atrium.mark_all_notifications to authenticated;

create function atrium.mark_object_read(object_type text, object_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.mark_object_read($1, $2) $$;
comment on function atrium.mark_object_read(text, uuid) is
  'Says that the caller looks at a document or task (or a room, space, workspace): what he was told of it is read, on every device. Rooms say it by their read marks.
Example: select atrium.mark_object_read(''document'', ''0190…'');
Errors: 401 not_signed_in, 422 object_type_invalid.';
grant execute on function atrium.mark_object_read to authenticated;

create function atrium.snooze_notifications(ids uuid[], until timestamptz)
  returns integer
  language sql set search_path = ''
as $$ select atrium_private.snooze_notifications($1, $2) $$;
comment on function atrium.snooze_notifications(uuid[], timestamptz) is
  'Takes own notifications out of the inbox until a time, when they come back unread; returns how many.
Example: select atrium.snooze_notifications(array[''0190…'']::uuid[], now() + interval ''3 hours'');
Errors: 401 not_signed_in, 404 notification_not_found, 422 until_invalid.';
grant execute on function atrium.snooze_notifications to authenticated;
