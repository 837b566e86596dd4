-- Messages, and how far each person has read.

create table atrium.messages (
  id uuid primary key default gen_random_uuid(),
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  seq bigint not null,
  place bigint,
  author_id uuid references atrium.profiles (id) on delete set null,
  bot_name text check (char_length(bot_name) between 1 and 80),
  bot_icon text check (char_length(bot_icon) <= 16),
  text text check (char_length(text) <= 20000),
  content jsonb check (octet_length(content::text) <= 100000),
  mentions jsonb not null default '[]',
  files jsonb not null default '[]',
  previews jsonb not null default '[]',
  thread_id uuid,
  quote_id uuid,
  forwarded_id uuid,
  forwarded jsonb,
  reply_count integer not null default 0,
  last_reply_at timestamptz,
  created_at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz,
  unique (room_id, seq),
  check ((text is null) = (deleted_at is not null)),
  constraint messages_place_fits check ((place is null) = (thread_id is not null))
);
comment on table atrium.messages is
  'What was said. History backwards: GET /rest/v1/messages?room_id=eq.…&thread_id=is.null&seq=lt.…&order=seq.desc&limit=50';
comment on column atrium.messages.id is 'Chosen by the sender, so that sending again after a broken connection makes no second message.';
comment on column atrium.messages.seq is 'The number of the message in its room, replies in threads too: 1, 2, 3 … without gaps, in the order of commit.';
comment on column atrium.messages.place is 'The number among the messages outside threads, by which unread ones are counted; null in a thread.';
comment on column atrium.messages.author_id is 'Null when the account is gone, and when a webhook or bot wrote it.';
comment on column atrium.messages.bot_name is 'The name under which a webhook or bot wrote it; null for people.';
comment on column atrium.messages.bot_icon is 'The emoji that a webhook wrote under; null for the others.';
comment on column atrium.messages.text is '0 to 20000 characters; empty only beside files or a forwarded message, null when the message was deleted.';
comment on column atrium.messages.content is 'The message as a ProseMirror document; null when it is plain text. The nodes and marks that it can have: atrium_private.valid_content.';
comment on column atrium.messages.mentions is 'Who is to be told, as [{kind, id}]: person and group with an id, here and all. Those alone whom the author may mention and who may read the room.';
comment on column atrium.messages.files is 'What is attached, so that a list of messages asks no second table.';
comment on column atrium.messages.previews is 'What the first three pages that it names say about themselves: [{id, url, title, description, site, image: {width, height} or null}]. The picture is the object <id> of the bucket link-previews.';
comment on column atrium.messages.thread_id is 'The first message of the thread that this one replies in; null outside threads.';
comment on column atrium.messages.quote_id is 'The message of the same room that this one answers.';
comment on column atrium.messages.forwarded_id is 'The message that was forwarded. Who may not read its room cannot follow it.';
comment on column atrium.messages.forwarded is 'The forwarded message as it was: {author_id, bot_name, room_id, created_at, text, content, files}. Its files are those of that message, for as long as it has them.';
comment on column atrium.messages.reply_count is 'How many replies the thread has that begins here.';
comment on column atrium.messages.last_reply_at is 'When the last of them was sent.';

-- Deleting an account looks for what the person said; the index costs a message some 10 µs.
create index on atrium.messages (author_id);
-- A room is read without its threads, and a read mark looks for the last message before it.
create index on atrium.messages (room_id, seq desc) where thread_id is null;
create index on atrium.messages (thread_id, seq) where thread_id is not null;

create table atrium.read_marks (
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  seq bigint not null check (seq >= 0),
  place bigint not null default 0,
  updated_at timestamptz not null default now(),
  muted boolean not null default false,
  hidden_place bigint,
  primary key (room_id, user_id)
);
comment on table atrium.read_marks is 'How far a person has read in a room, and how his list shows it. Everybody sees his own only.';
comment on column atrium.read_marks.seq is 'The number of the last message that he has read.';
comment on column atrium.read_marks.place is 'The place of the last message outside threads that he has read. Unread are the room''s last_place minus this one.';
comment on column atrium.read_marks.muted is 'Whether what is said there is neither shown as new nor told, unless it names him.';
comment on column atrium.read_marks.hidden_place is 'A direct conversation is hidden from his list while its last_place is no higher; null: it is not hidden.';
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

-- Definer: it reads spaces whatever the caller may see.
create function atrium_private.room_is_archived(in_room uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select coalesce(room.archived_at, space.archived_at) is not null
  from atrium.rooms room left join atrium.spaces space on space.id = room.space_id where room.id = in_room
$$;
comment on function atrium_private.room_is_archived(uuid) is 'Whether a room or its space is archived.';

-- Definer: it numbers messages, which nobody may insert. Not granted: who calls it has asked whether the author may.
create function atrium_private.add_message(
  new_id uuid, in_room uuid, author uuid, bot text, new_text text, new_content jsonb,
  in_thread uuid, quoting uuid, forwarding uuid, with_files uuid[], all_allowed boolean
)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  room atrium.rooms;
  message atrium.messages;
begin
  -- The lock gives each message its number in the order of commit.
  select known.* into room from atrium.rooms known where known.id = in_room for no key update;
  message.id := coalesce(new_id, gen_random_uuid());
  message.content := atrium_private.valid_content(new_content);
  message.thread_id := atrium_private.thread_in(in_room, in_thread);
  message.quote_id := atrium_private.quote_in(in_room, quoting);
  message.forwarded := atrium_private.forwarded_by(author, forwarding);
  message.files := '[]';
  if cardinality(with_files) > 0 then
    message.files := atrium_private.attach_files(message.id, in_room, with_files);
  end if;
  message.text := atrium_private.valid_message(
    coalesce(atrium_private.content_text(message.content), new_text), message.files <> '[]' or message.forwarded is not null);
  message.mentions := atrium_private.mentions_in(message.content, in_room, author, all_allowed);
  insert into atrium.messages (
    id, room_id, seq, place, author_id, bot_name, text, content, mentions, files, thread_id, quote_id, forwarded_id, forwarded
  )
  values (
    message.id, in_room, room.last_seq + 1, case when in_thread is null then room.last_place + 1 end, author, bot, message.text, message.content,
    message.mentions, message.files, message.thread_id, message.quote_id, case when message.forwarded is not null then forwarding end, message.forwarded
  )
  on conflict (id) do nothing
  returning * into message;
  if not found then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  if message.forwarded is not null then
    insert into atrium.forwarded_files (message_id, file_id, room_id)
    select message.id, file.id, in_room from atrium.message_files file
    where file.id in (select (shown ->> 'id')::uuid from jsonb_array_elements(message.forwarded -> 'files') shown);
  end if;
  update atrium.rooms known set last_seq = message.seq, last_place = coalesce(message.place, known.last_place), last_at = message.created_at
  where known.id = in_room;
  if message.thread_id is not null then
    perform atrium_private.count_reply(message);
  end if;
  return message;
end $$;
comment on function atrium_private.add_message(uuid, uuid, uuid, text, text, jsonb, uuid, uuid, uuid, uuid[], boolean) is
  'Adds a message of a person or a bot to a room, without asking whether he may; all_allowed says whether @here and @all count. Errors: 404 thread_not_found, quote_not_found, message_not_found, 409 id_taken, 410 message_deleted, 422 text_required, text_too_long, content_invalid, content_too_large, too_many_mentions.';

-- Definer: nobody may insert messages but through here. Not granted: it speaks for anybody.
create function atrium_private.send_message_as(
  author uuid, new_id uuid, in_room uuid, new_text text, new_content jsonb, in_thread uuid, quoting uuid, forwarding uuid, with_files uuid[]
)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.role_in_room(author, in_room);
  moderator boolean := atrium_private.moderates(author, in_room, mine);
  room atrium.rooms;
  message atrium.messages;
begin
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such room, or you may not see it.', detail = 'room_not_found';
  elsif mine < 'commenter' then
    raise sqlstate 'PT403' using message = 'Only people with the role commenter or a higher one may do this.', detail = 'role_too_low';
  end if;
  select known.* into room from atrium.rooms known where known.id = in_room for no key update;
  select known.* into message from atrium.messages known where known.id = new_id;
  if message.id is not null then
    if (message.author_id = author and message.room_id = in_room) is distinct from true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return message;
  elsif atrium_private.room_is_archived(in_room) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  elsif room.posting = 'moderators' and in_thread is null and not moderator then
    raise sqlstate 'PT403' using message = 'In this room only moderators begin messages. Reply in a thread.', detail = 'posting_restricted';
  elsif room.kind = 'direct' and atrium_private.nobody_else_in(in_room, author) then
    raise sqlstate 'PT409' using message = 'Nobody else is in this conversation any more.', detail = 'nobody_there';
  end if;
  message := atrium_private.add_message(
    new_id, in_room, author, null, new_text, new_content, in_thread, quoting, forwarding, with_files,
    moderator or room.kind = 'direct' or room.member_count < 50);
  insert into atrium.room_members (room_id, user_id) values (in_room, author) on conflict do nothing;
  if message.place is not null then
    insert into atrium.read_marks (room_id, user_id, seq, place) values (in_room, author, message.seq, message.place)
    on conflict (room_id, user_id) do update set seq = excluded.seq, place = excluded.place, updated_at = now();
  end if;
  return message;
end $$;
comment on function atrium_private.send_message_as(uuid, uuid, uuid, text, jsonb, uuid, uuid, uuid, uuid[]) is
  'What atrium.send_message does, for anybody: for jobs that send in the name of a person. The errors are the same.';

-- Definer: nobody may insert messages but through here.
create function atrium_private.send_message(
  new_id uuid, in_room uuid, new_text text, new_content jsonb, in_thread uuid, quoting uuid, forwarding uuid, with_files uuid[]
)
  returns atrium.messages
  language sql security definer set search_path = ''
as $$ select * from atrium_private.send_message_as(atrium_private.require_caller(), $1, $2, $3, $4, $5, $6, $7, $8) $$;
comment on function atrium_private.send_message(uuid, uuid, text, jsonb, uuid, uuid, uuid, uuid[]) is 'Behind atrium.send_message.';
grant execute on function atrium_private.send_message to authenticated;
