-- The API of sending and reading messages; those of changing them, threads and reactions are in the files behind it.

-- Definer: nobody may write marks but through here.
create function atrium_private.set_read_mark(in_room uuid, up_to bigint, backwards boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  me uuid := atrium_private.caller();
  mark atrium.read_marks;
begin
  if (up_to >= 0) is distinct from true then
    raise sqlstate 'PT422' using message = 'The number of a message is zero or more.', detail = 'seq_invalid';
  end if;
  insert into atrium.read_marks (room_id, user_id, seq, place)
  select room.id, me, least(up_to, room.last_seq), coalesce((
    select known.place from atrium.messages known
    where known.room_id = in_room and known.seq <= up_to and known.thread_id is null order by known.seq desc limit 1
  ), 0)
  from atrium.rooms room where room.id = in_room
  on conflict (room_id, user_id) do update set seq = excluded.seq, place = excluded.place, updated_at = now()
    -- Calls of two devices may cross; reading does not go back.
    where case when backwards then read_marks.seq > excluded.seq else read_marks.seq < excluded.seq end
  returning * into mark;
  if mark.room_id is not null then
    perform atrium_private.send_to_people(array[me], 'read', jsonb_build_object('room_id', in_room, 'seq', mark.seq, 'place', mark.place));
  end if;
end $$;
comment on function atrium_private.set_read_mark(uuid, bigint, boolean) is
  'Behind atrium.mark_read and atrium.mark_unread. read {room_id, seq, place} goes to the person''s other devices.';
grant execute on function atrium_private.set_read_mark to authenticated;

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

create function atrium.send_message(
  id uuid, room_id uuid, text text, content jsonb default null, thread_id uuid default null, quote_id uuid default null,
  forwarded_id uuid default null, files uuid[] default '{}'
)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.send_message($1, $2, $3, $4, $5, $6, $7, $8) $$;
comment on function atrium.send_message(uuid, uuid, text, jsonb, uuid, uuid, uuid, uuid[]) is
  'Says something in a room or, with thread_id, in a thread of it; joins the room and moves the own read mark. Commenters may; where posting is for moderators, the others reply in threads. content is a ProseMirror document, and then text is taken from it; the text may be empty beside files or a forwarded message. The same call again returns the message of the first one. Nullable: id, text, content, thread_id, quote_id, forwarded_id.
Example: select * from atrium.send_message(gen_random_uuid(), ''0190…'', ''Good morning'');
Errors: 401 not_signed_in, 403 role_too_low, posting_restricted, 404 room_not_found, thread_not_found, quote_not_found, message_not_found, 409 id_taken, room_archived, nobody_there, 410 message_deleted, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (100).';
grant execute on function atrium.send_message to authenticated;

create function atrium.mark_read(room_id uuid, seq bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_read_mark($1, $2, false) $$;
comment on function atrium.mark_read(uuid, bigint) is
  'Sets how far the caller has read in a room. It never goes back; a number above the last message means the last.
Example: select atrium.mark_read(''0190…'', 42);
Errors: 401 not_signed_in, 404 room_not_found, 422 seq_invalid.';
grant execute on function atrium.mark_read to authenticated;

create function atrium.mark_unread(room_id uuid, seq bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_read_mark($1, $2 - 1, true) $$;
comment on function atrium.mark_unread(uuid, bigint) is
  'Makes a message, and all after it, unread again. It never goes forwards.
Example: select atrium.mark_unread(''0190…'', 42);
Errors: 401 not_signed_in, 404 room_not_found, 422 seq_invalid.';
grant execute on function atrium.mark_unread to authenticated;
