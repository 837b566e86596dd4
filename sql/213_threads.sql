-- Threads: replies to a message of a room, beside the room's own messages, and who follows them.

create table atrium.thread_follows (
  thread_id uuid not null references atrium.messages (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  read_seq bigint not null default 0,
  following boolean not null default true,
  primary key (thread_id, user_id)
);
comment on table atrium.thread_follows is
  'Which threads a person follows, and how far he has read in them. Who began the message, replies or is mentioned in a reply follows by himself. Everybody sees his own only.';
comment on column atrium.thread_follows.room_id is 'A copy from the message, so that the policy asks no other table for each row.';
comment on column atrium.thread_follows.read_seq is 'The number of the last reply that he has read. It is kept for threads that he does not follow, too.';
comment on column atrium.thread_follows.following is 'False once he said that he does not want to follow; writing a reply follows again.';
create index on atrium.thread_follows (user_id, following);
create index on atrium.thread_follows (room_id);
alter table atrium.thread_follows enable row level security;

create policy "people see which threads they follow"
  on atrium.thread_follows for select to authenticated
  using (user_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.thread_follows to authenticated;

-- Definer: it reads messages whatever the caller may see.
create function atrium_private.thread_in(in_room uuid, in_thread uuid)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  beginning atrium.messages;
begin
  if in_thread is null then
    return null;
  end if;
  select known.* into beginning from atrium.messages known
  where known.id = in_thread and known.room_id = in_room and known.thread_id is null for no key update;
  if beginning.id is null then
    raise sqlstate 'PT404' using message = 'There is no such message in this room to reply to.', detail = 'thread_not_found';
  elsif beginning.deleted_at is not null and beginning.reply_count = 0 then
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  end if;
  return in_thread;
end $$;
comment on function atrium_private.thread_in(uuid, uuid) is 'The thread itself, locked. Errors: 404 thread_not_found, 410 message_deleted.';

-- Definer: it writes tables that nobody may write.
create function atrium_private.count_reply(reply atrium.messages)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium.messages beginning set reply_count = beginning.reply_count + 1, last_reply_at = reply.created_at
  where beginning.id = reply.thread_id;
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq)
  select reply.thread_id, reply.author_id, reply.room_id, reply.seq where reply.author_id is not null
  on conflict (thread_id, user_id) do update set read_seq = excluded.read_seq, following = true;
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq)
  select reply.thread_id, person, reply.room_id, case when begun then 0 else reply.seq - 1 end
  from (
    select beginning.author_id as person, true as begun from atrium.messages beginning where beginning.id = reply.thread_id
    union
    select (mention ->> 'id')::uuid, false from jsonb_array_elements(reply.mentions) mention where mention ->> 'kind' = 'person'
  ) concerned
  where person is not null
  order by begun desc
  on conflict (thread_id, user_id) do nothing;
$$;
comment on function atrium_private.count_reply(atrium.messages) is
  'What a new reply changes: the count of its thread, and who follows it: its author, who began the thread, and those whom it mentions.';

-- Definer: it reads messages whatever the caller may see, and asks whether he may.
create function atrium_private.require_thread(thread_id uuid)
  returns atrium.messages
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  beginning atrium.messages;
begin
  select known.* into beginning from atrium.messages known where known.id = $1 and known.thread_id is null;
  if beginning.id is null or atrium_private.role_in_room(me, beginning.room_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  end if;
  return beginning;
end $$;
comment on function atrium_private.require_thread(uuid) is 'The first message of a thread that the caller may read. Errors: 401 not_signed_in, 404 message_not_found.';

-- Definer: nobody may write follows but through here.
create function atrium_private.set_thread_follow(thread_id uuid, is_on boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  beginning atrium.messages := atrium_private.require_thread($1);
  me uuid := atrium_private.caller();
begin
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq, following)
  values (beginning.id, me, beginning.room_id, coalesce((
    select known.seq from atrium.messages known where known.thread_id = beginning.id order by known.seq desc limit 1
  ), 0), coalesce(is_on, true))
  on conflict on constraint thread_follows_pkey do update set following = excluded.following;
  perform atrium_private.send_to_people(array[me], 'threads', jsonb_build_object('thread_id', beginning.id, 'room_id', beginning.room_id));
end $$;
comment on function atrium_private.set_thread_follow(uuid, boolean) is 'Behind atrium.set_thread_follow.';
grant execute on function atrium_private.set_thread_follow to authenticated;

-- Definer: nobody may write follows but through here.
create function atrium_private.mark_thread_read(thread_id uuid, up_to bigint)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  beginning atrium.messages := atrium_private.require_thread($1);
  me uuid := atrium_private.caller();
begin
  if (up_to >= 0) is distinct from true then
    raise sqlstate 'PT422' using message = 'The number of a message is zero or more.', detail = 'seq_invalid';
  end if;
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq, following)
  select beginning.id, me, room.id, least(up_to, room.last_seq), false from atrium.rooms room where room.id = beginning.room_id
  on conflict on constraint thread_follows_pkey do update set read_seq = excluded.read_seq where thread_follows.read_seq < excluded.read_seq;
  if found then
    perform atrium_private.send_to_people(array[me], 'threads', jsonb_build_object('thread_id', beginning.id, 'room_id', beginning.room_id));
  end if;
end $$;
comment on function atrium_private.mark_thread_read(uuid, bigint) is 'Behind atrium.mark_thread_read.';
grant execute on function atrium_private.mark_thread_read to authenticated;

create function atrium.set_thread_follow(thread_id uuid, following boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_thread_follow($1, $2) $$;
comment on function atrium.set_thread_follow(uuid, boolean) is
  'Follows a thread, or no longer. The thread is the id of its first message, which need not have replies yet.
Example: select atrium.set_thread_follow(''0190…'', false);
Errors: 401 not_signed_in, 404 message_not_found.';
grant execute on function atrium.set_thread_follow to authenticated;

create function atrium.mark_thread_read(thread_id uuid, seq bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.mark_thread_read($1, $2) $$;
comment on function atrium.mark_thread_read(uuid, bigint) is
  'Sets how far the caller has read in a thread. It never goes back.
Example: select atrium.mark_thread_read(''0190…'', 42);
Errors: 401 not_signed_in, 404 message_not_found, 422 seq_invalid.';
grant execute on function atrium.mark_thread_read to authenticated;

create function atrium.my_threads(workspace_id uuid, before timestamptz default null)
  returns table (
    thread_id uuid, room_id uuid, author_id uuid, bot_name text, text text, created_at timestamptz, reply_count integer,
    last_reply_at timestamptz, read_seq bigint, unread integer
  )
  language sql stable set search_path = ''
as $$
  select beginning.id, beginning.room_id, beginning.author_id, beginning.bot_name, beginning.text, beginning.created_at, beginning.reply_count,
    beginning.last_reply_at, follow.read_seq, (
      select count(*)::integer from (
        select from atrium.messages reply
        where reply.thread_id = beginning.id and reply.seq > follow.read_seq and reply.author_id is distinct from follow.user_id limit 100
      ) new
    )
  from atrium.thread_follows follow
  join atrium.rooms room on room.id = follow.room_id and room.workspace_id = $1
  join atrium.messages beginning on beginning.id = follow.thread_id
  where follow.following and follow.user_id = (select atrium_private.caller()) and beginning.reply_count > 0
    and ($2 is null or beginning.last_reply_at < $2)
  order by beginning.last_reply_at desc
  limit 50
$$;
comment on function atrium.my_threads(uuid, timestamptz) is
  'The threads of a workspace that the caller follows, the last reply first, 50 at a time; unread counts to 100. Nullable: before, author_id, bot_name, text, last_reply_at.
Example: select text, unread from atrium.my_threads(''0190…'');';
grant execute on function atrium.my_threads to authenticated;
