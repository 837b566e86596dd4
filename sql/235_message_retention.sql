-- How long messages stay, and whether links in them are previewed: rules of a workspace, and of single rooms beneath them.

create table atrium.chat_rules (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  room_id uuid references atrium.rooms (id) on delete cascade,
  keep_days integer check (keep_days between 1 and 3650),
  link_previews boolean,
  unique nulls not distinct (workspace_id, room_id)
);
comment on table atrium.chat_rules is 'Rules for the messages of a workspace (room_id null) and of single rooms. No row: everything stays, links are previewed.';
comment on column atrium.chat_rules.keep_days is
  'Messages older than so many days are deleted with their files, for good; null: they stay. Where both a workspace and a room say something, the shorter time counts. Pinned messages stay, and the first message of a thread as long as a reply to it does; that somebody saved a message for himself does not keep it.';
comment on column atrium.chat_rules.link_previews is 'False: no pages are fetched that messages name. Null in a room: as the workspace has it.';
create index on atrium.chat_rules (room_id);
alter table atrium.chat_rules enable row level security;

create policy "people see the rules of their workspaces and rooms"
  on atrium.chat_rules for select to authenticated
  using (
    (room_id is null and workspace_id in (select atrium_private.workspaces_of_caller('guest')))
    or room_id in (select atrium_private.rooms_of_caller('viewer'))
  );
grant select on atrium.chat_rules to authenticated;

create function atrium_private.valid_keep_days(value integer)
  returns integer
  language plpgsql immutable set search_path = ''
as $$
begin
  if value not between 1 and 3650 then
    raise sqlstate 'PT422' using message = 'Messages are kept for 1 to 3650 days, or for ever.', detail = 'keep_days_invalid';
  end if;
  return value;
end $$;
comment on function atrium_private.valid_keep_days(integer) is 'The number itself. Errors: 422 keep_days_invalid.';

-- Definer: nobody may write rules but through here.
create function atrium_private.set_workspace_chat_rules(in_workspace uuid, days integer, previews boolean)
  returns atrium.chat_rules
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  rules atrium.chat_rules;
begin
  insert into atrium.chat_rules (workspace_id, keep_days, link_previews)
  values (in_workspace, atrium_private.valid_keep_days(days), coalesce(previews, true))
  on conflict (workspace_id, room_id) do update set keep_days = excluded.keep_days, link_previews = excluded.link_previews
  returning * into rules;
  return rules;
end $$;
comment on function atrium_private.set_workspace_chat_rules(uuid, integer, boolean) is 'Behind atrium.set_workspace_chat_rules.';
grant execute on function atrium_private.set_workspace_chat_rules to authenticated;

-- Definer: see set_workspace_chat_rules.
create function atrium_private.set_room_chat_rules(in_room uuid, days integer, previews boolean)
  returns atrium.chat_rules
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'admin');
  rules atrium.chat_rules;
begin
  insert into atrium.chat_rules (workspace_id, room_id, keep_days, link_previews)
  select room.workspace_id, room.id, atrium_private.valid_keep_days(days), previews from atrium.rooms room where room.id = in_room
  on conflict (workspace_id, room_id) do update set keep_days = excluded.keep_days, link_previews = excluded.link_previews
  returning * into rules;
  return rules;
end $$;
comment on function atrium_private.set_room_chat_rules(uuid, integer, boolean) is 'Behind atrium.set_room_chat_rules.';
grant execute on function atrium_private.set_room_chat_rules to authenticated;

-- Definer: it reads rules whatever the caller may see.
create function atrium_private.previews_links(in_room uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (select rules.link_previews from atrium.chat_rules rules where rules.room_id = in_room),
    (select rules.link_previews from atrium.rooms room join atrium.chat_rules rules on rules.workspace_id = room.workspace_id and rules.room_id is null
      where room.id = in_room),
    true)
$$;
comment on function atrium_private.previews_links(uuid) is 'Whether links in the messages of a room are previewed.';

-- Definer: the worker reads no table.
create function atrium_private.rooms_that_forget()
  returns table (room_id uuid, older_than timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select said.room_id, now() - min(said.keep_days) * interval '1 day'
  from (
    select rules.room_id, rules.keep_days from atrium.chat_rules rules where rules.room_id is not null and rules.keep_days is not null
    union all
    select room.id, rules.keep_days
    from atrium.chat_rules rules join atrium.rooms room on room.workspace_id = rules.workspace_id
    where rules.room_id is null and rules.keep_days is not null and room.last_seq > 0
  ) said
  group by said.room_id
$$;
comment on function atrium_private.rooms_that_forget() is 'The rooms whose messages do not stay for ever, and since when they would be older than they may.';
grant execute on function atrium_private.rooms_that_forget to atrium_worker;

-- Definer: see rooms_that_forget. It goes through a room in steps of 500, so that no statement grows with the history.
create function atrium_private.messages_to_forget(in_room uuid, older_than timestamptz, after_seq bigint)
  returns table (last_seq bigint, ids uuid[])
  language sql stable security definer set search_path = ''
as $$
  with step as materialized (
    select message.id, message.seq, message.created_at from atrium.messages message
    where message.room_id = in_room and message.seq > after_seq order by message.seq limit 500
  ),
  doomed as materialized (
    select step.id from step
    where step.created_at < older_than
      and not exists (select from atrium.message_pins pin where pin.message_id = step.id)
      and not exists (select from atrium.messages reply where reply.thread_id = step.id)
  )
  select
    -- Numbers rise with time: behind the first that may stay there is nothing to do.
    (select max(step.seq) from step where not exists (select from step young where young.created_at >= older_than)),
    array(select doomed.id from doomed)
$$;
comment on function atrium_private.messages_to_forget(uuid, timestamptz, bigint) is
  'Of the next 500 messages of a room those that are too old; last_seq is where to go on, null at the end.';
grant execute on function atrium_private.messages_to_forget to atrium_worker;

-- Definer: see rooms_that_forget. Asked again under the lock: a message may have been pinned, or a reply come, since.
create function atrium_private.forget_messages(in_room uuid, ids uuid[], older_than timestamptz)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  gone uuid[];
  threads uuid[];
  last_seq bigint;
  last_place bigint;
begin
  perform from atrium.rooms room where room.id = in_room for no key update;
  with forgotten as (
    delete from atrium.messages message
    where message.id = any (ids) and message.room_id = in_room and message.created_at < older_than
      and not exists (select from atrium.message_pins pin where pin.message_id = message.id)
      and not exists (select from atrium.messages reply where reply.thread_id = message.id)
    returning message.id, message.seq, message.place, message.thread_id
  )
  select array_agg(forgotten.id), array_agg(distinct forgotten.thread_id), max(forgotten.seq), max(forgotten.place)
  into gone, threads, last_seq, last_place from forgotten;
  if gone is null then
    return 0;
  end if;
  update atrium.messages beginning set reply_count = counted.replies, last_reply_at = counted.last_at
  from (
    select thread.id, count(reply.id)::integer as replies, max(reply.created_at) as last_at
    from unnest(threads) as thread (id)
    left join atrium.messages reply on reply.thread_id = thread.id and reply.deleted_at is null
    group by thread.id
  ) counted
  where beginning.id = counted.id and beginning.reply_count <> counted.replies;
  -- What is gone cannot be unread.
  update atrium.read_marks mark set seq = greatest(mark.seq, last_seq), place = greatest(mark.place, coalesce(last_place, 0))
  where mark.room_id = in_room and (mark.seq < last_seq or mark.place < last_place);
  perform atrium_private.send_to_room(in_room, 'messages_removed', jsonb_build_object('room_id', in_room, 'ids', gone));
  return cardinality(gone);
end $$;
comment on function atrium_private.forget_messages(uuid, uuid[], timestamptz) is
  'Deletes messages for good; messages_removed {room_id, ids} to the room. Their numbers are not given again.';
grant execute on function atrium_private.forget_messages to atrium_worker;

create function atrium.set_workspace_chat_rules(workspace_id uuid, keep_days integer default null, link_previews boolean default true)
  returns atrium.chat_rules
  language sql set search_path = ''
as $$ select * from atrium_private.set_workspace_chat_rules($1, $2, $3) $$;
comment on function atrium.set_workspace_chat_rules(uuid, integer, boolean) is
  'Says how many days messages stay in all rooms of a workspace, conversations included (null: for ever), and whether links are previewed. Admins may. Nullable: keep_days, room_id.
Example: select * from atrium.set_workspace_chat_rules(''0190…'', keep_days => 365);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 keep_days_invalid.';
grant execute on function atrium.set_workspace_chat_rules to authenticated;

create function atrium.set_room_chat_rules(room_id uuid, keep_days integer default null, link_previews boolean default null)
  returns atrium.chat_rules
  language sql set search_path = ''
as $$ select * from atrium_private.set_room_chat_rules($1, $2, $3) $$;
comment on function atrium.set_room_chat_rules(uuid, integer, boolean) is
  'Says how many days messages stay in one room, and whether links are previewed; null: as in the workspace. A room forgets sooner than its workspace, never later. Admins of the space may. Nullable: keep_days, link_previews.
Example: select * from atrium.set_room_chat_rules(''0190…'', keep_days => 90);
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 422 keep_days_invalid.';
grant execute on function atrium.set_room_chat_rules to authenticated;
