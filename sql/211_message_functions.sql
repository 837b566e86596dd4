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

-- Definer: it looks at every room once, with the same rights as the policies, instead of once per table.
create function atrium_private.my_rooms(in_workspace uuid)
  returns table (
    id uuid, kind text, space_id uuid, people uuid[], name text, topic text, private boolean, posting text, epoch integer, members integer,
    last_seq bigint, last_place bigint, last_at timestamptz, joined boolean, moderator boolean, read_seq bigint, unread integer,
    can_post boolean, can_reply boolean
  )
  language sql stable security definer set search_path = ''
as $$
  with me as materialized (select atrium_private.caller() as id),
  rights as materialized (
    select given.room_id, max(given.role) as role from me cross join lateral atrium_private.room_rights(me.id) given group by given.room_id
  )
  select room.id, room.kind, room.space_id, room.people, room.name, room.topic, room.private, room.posting, room.epoch, room.member_count,
    room.last_seq, room.last_place, room.last_at, inside.room_id is not null, rules.moderator, coalesce(mark.seq, 0),
    case when inside.room_id is null then 0 else (room.last_place - coalesce(mark.place, 0))::integer end,
    rights.role >= 'commenter' and (room.posting = 'everyone' or rules.moderator), rights.role >= 'commenter'
  from me
  cross join rights
  join atrium.rooms room on room.id = rights.room_id
  left join atrium.spaces space on space.id = room.space_id
  left join atrium.room_members inside on inside.room_id = room.id and inside.user_id = me.id
  left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = me.id
  cross join lateral (select rights.role >= 'admin' or inside.role is not distinct from 'moderator' as moderator) rules
  where (room.workspace_id = in_workspace or (in_workspace is null and room.id in (select atrium_private.linked_to_caller('room'))))
    and room.archived_at is null and space.archived_at is null
  order by lower(room.name), room.id
$$;
comment on function atrium_private.my_rooms(uuid) is 'Behind atrium.my_rooms.';
grant execute on function atrium_private.my_rooms to authenticated;

-- Definer: as my_rooms.
create function atrium_private.unread_counts(in_workspace uuid)
  returns table (room_id uuid, unread integer)
  language sql stable security definer set search_path = ''
as $$
  with me as materialized (select atrium_private.caller() as id)
  select room.id, (room.last_place - coalesce(mark.place, 0))::integer
  from atrium.room_members inside
  join atrium.rooms room on room.id = inside.room_id
  left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = inside.user_id
  left join atrium.spaces space on space.id = room.space_id
  where inside.user_id = (select me.id from me) and room.workspace_id = in_workspace and room.archived_at is null and space.archived_at is null
    and room.last_place > coalesce(mark.place, 0)
    -- Not as a join, of which Postgres would think that it gives twenty rows: ten thousand rooms are then looked up one by one.
    and (room.id in (select given.room_id from me cross join lateral atrium_private.room_rights(me.id) given)) is true
$$;
comment on function atrium_private.unread_counts(uuid) is 'Behind atrium.unread_counts.';
grant execute on function atrium_private.unread_counts to authenticated;

create function atrium.unread_counts(workspace_id uuid)
  returns table (room_id uuid, unread integer)
  language sql stable set search_path = ''
as $$ select * from atrium_private.unread_counts($1) $$;
comment on function atrium.unread_counts(uuid) is
  'How much is unread in each room and direct conversation of a workspace that the caller is in, where there is something; what my_rooms says, for those who ask often.
Example: select room_id, unread from atrium.unread_counts(''0190…'');';
grant execute on function atrium.unread_counts to authenticated;

create function atrium.my_rooms(workspace_id uuid)
  returns table (
    id uuid, kind text, space_id uuid, people uuid[], name text, topic text, private boolean, posting text, epoch integer, members integer,
    last_seq bigint, last_place bigint, last_at timestamptz, joined boolean, moderator boolean, read_seq bigint, unread integer,
    can_post boolean, can_reply boolean
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_rooms($1) $$;
comment on function atrium.my_rooms(uuid) is
  'The rooms and direct conversations of a workspace that the caller sees, by name, without archived ones. unread counts the messages outside threads, and is 0 in rooms that he has not joined; can_reply is about threads, can_post about the room itself. Without a workspace it is the rooms outside of his workspaces that he opened by a link. Nullable: workspace_id, space_id, people, last_at.
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
