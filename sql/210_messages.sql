-- Messages, and how far each person has read.

create table atrium.messages (
  id uuid primary key default gen_random_uuid(),
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  seq bigint not null,
  author_id uuid references atrium.profiles (id) on delete set null,
  text text check (char_length(text) between 1 and 20000),
  created_at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz,
  unique (room_id, seq),
  check ((text is null) = (deleted_at is not null))
);
comment on table atrium.messages is
  'What was said. History backwards: GET /rest/v1/messages?room_id=eq.…&seq=lt.…&order=seq.desc&limit=50';
comment on column atrium.messages.id is 'Chosen by the sender, so that sending again after a broken connection makes no second message.';
comment on column atrium.messages.seq is 'The number of the message in its room: 1, 2, 3 … without gaps, in the order of commit.';
comment on column atrium.messages.author_id is 'Null when the account is gone.';
comment on column atrium.messages.text is '1 to 20000 characters; null when the message was deleted.';

-- Deleting an account looks for what the person said; the index costs a message some 10 µs.
create index on atrium.messages (author_id);

create table atrium.read_marks (
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  seq bigint not null check (seq >= 0),
  updated_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
comment on table atrium.read_marks is 'How far a person has read in a room. Everybody sees his own only.';
comment on column atrium.read_marks.seq is 'The number of the last message that he has read. Unread are the room''s last_seq minus this one.';
create index on atrium.read_marks (user_id, room_id);

alter table atrium.messages enable row level security;
alter table atrium.read_marks enable row level security;

create policy "people read the messages of their rooms"
  on atrium.messages for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.messages to authenticated;

create policy "people see their own read marks"
  on atrium.read_marks for select to authenticated
  using (user_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.read_marks to authenticated;

create function atrium_private.valid_message(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
begin
  if char_length(value) > 20000 then
    raise sqlstate 'PT422' using message = 'The message is longer than 20000 characters.', detail = 'text_too_long';
  elsif coalesce(value, '') !~ '[^[:space:]]' then
    raise sqlstate 'PT422' using message = 'The message is empty.', detail = 'text_required';
  end if;
  return value;
end $$;
comment on function atrium_private.valid_message(text) is 'The text itself. Errors: 422 text_too_long, text_required.';

-- Definer: nobody may insert messages but through here. The lock on the room gives each message its number in the order of commit.
create function atrium_private.send_message(new_id uuid, in_room uuid, new_text text)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'commenter');
  me uuid := atrium_private.caller();
  next bigint;
  message atrium.messages;
begin
  select room.last_seq + 1 into next from atrium.rooms room where room.id = in_room for no key update;
  select known.* into message from atrium.messages known where known.id = new_id;
  if message.id is not null then
    if (message.author_id = me and message.room_id = in_room) is distinct from true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return message;
  elsif not in_room in (select atrium_private.rooms_of_caller('commenter')) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  end if;
  insert into atrium.messages (id, room_id, seq, author_id, text)
  values (coalesce(new_id, gen_random_uuid()), in_room, next, me, atrium_private.valid_message(new_text))
  on conflict (id) do nothing
  returning * into message;
  if message.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  update atrium.rooms set last_seq = next where id = in_room;
  insert into atrium.room_members (room_id, user_id) values (in_room, me) on conflict do nothing;
  insert into atrium.read_marks (room_id, user_id, seq) values (in_room, me, next)
  on conflict (room_id, user_id) do update set seq = excluded.seq, updated_at = now();
  return message;
end $$;
comment on function atrium_private.send_message(uuid, uuid, text) is 'Behind atrium.send_message.';
grant execute on function atrium_private.send_message to authenticated;

-- Definer: nobody may update messages but through here. A null text deletes.
create function atrium_private.change_message(message_id uuid, new_text text, deleting boolean)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  message atrium.messages;
  mine atrium.role;
begin
  select known.* into message from atrium.messages known where known.id = $1 for update;
  select max(rights.role) into mine from atrium_private.room_rights(me) rights where rights.room_id = message.room_id;
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  elsif message.author_id is distinct from me and not (deleting and mine >= 'admin') then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  elsif mine < 'commenter' then
    raise sqlstate 'PT403' using message = 'Only people who may post in this room may do this.', detail = 'role_too_low';
  elsif not message.room_id in (select atrium_private.rooms_of_caller('commenter')) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  elsif message.deleted_at is not null then
    if deleting then
      return message;
    end if;
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  elsif deleting then
    update atrium.messages known set text = null, deleted_at = now() where known.id = $1 returning known.* into message;
  elsif atrium_private.valid_message(new_text) <> message.text then
    update atrium.messages known set text = new_text, edited_at = now() where known.id = $1 returning known.* into message;
  end if;
  return message;
end $$;
comment on function atrium_private.change_message(uuid, text, boolean) is 'Behind atrium.edit_message and atrium.delete_message.';
grant execute on function atrium_private.change_message to authenticated;

-- Definer: nobody may write marks but through here.
create function atrium_private.mark_read(in_room uuid, up_to bigint)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
begin
  if (up_to >= 0) is distinct from true then
    raise sqlstate 'PT422' using message = 'The number of a message is zero or more.', detail = 'seq_invalid';
  end if;
  insert into atrium.read_marks (room_id, user_id, seq)
  select room.id, atrium_private.caller(), least(up_to, room.last_seq) from atrium.rooms room where room.id = in_room
  -- Calls of two devices may cross; reading does not go back.
  on conflict (room_id, user_id) do update set seq = excluded.seq, updated_at = now() where read_marks.seq < excluded.seq;
end $$;
comment on function atrium_private.mark_read(uuid, bigint) is 'Behind atrium.mark_read.';
grant execute on function atrium_private.mark_read to authenticated;

-- Definer: it looks at every room once, with the same rights as the policies, instead of once per table.
create function atrium_private.my_rooms(in_workspace uuid)
  returns table (
    id uuid, space_id uuid, name text, topic text, private boolean, epoch integer, last_seq bigint,
    joined boolean, read_seq bigint, unread integer, can_post boolean
  )
  language sql stable security definer set search_path = ''
as $$
  with me as materialized (select atrium_private.caller() as id),
  rights as materialized (
    select given.room_id, max(given.role) as role from me cross join lateral atrium_private.room_rights(me.id) given group by given.room_id
  )
  select room.id, room.space_id, room.name, room.topic, room.private, room.epoch, room.last_seq,
    inside.room_id is not null,
    coalesce(mark.seq, 0),
    case when inside.room_id is null then 0 else (room.last_seq - coalesce(mark.seq, 0))::integer end,
    rights.role >= 'commenter'
  from me
  cross join rights
  join atrium.rooms room on room.id = rights.room_id
  join atrium.spaces space on space.id = room.space_id
  left join atrium.room_members inside on inside.room_id = room.id and inside.user_id = me.id
  left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = me.id
  where room.workspace_id = in_workspace and room.archived_at is null and space.archived_at is null
  order by lower(room.name), room.id
$$;
comment on function atrium_private.my_rooms(uuid) is 'Behind atrium.my_rooms.';
grant execute on function atrium_private.my_rooms to authenticated;
