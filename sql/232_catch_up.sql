-- What a person has missed: rooms and threads with the first unread lines of each, in one answer.

create function atrium.catch_up(workspace_id uuid, lines integer default 3)
  returns table (room_id uuid, thread_id uuid, unread integer, last_at timestamptz, first_lines jsonb)
  language sql stable set search_path = ''
as $$
  select room.id, null::uuid, room.unread, room.last_at, said.lines
  from atrium.my_rooms($1) room
  cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(line) order by line.seq), '[]') as lines from (
      select message.id, message.seq, message.author_id, message.bot_name, message.text, message.files, message.created_at, message.deleted_at
      from atrium.messages message
      where message.room_id = room.id and message.thread_id is null and message.seq > room.read_seq
      order by message.seq limit least(greatest(coalesce($2, 3), 1), 10)
    ) line
  ) said
  where room.joined and room.unread > 0
  union all
  select thread.room_id, thread.thread_id, thread.unread, thread.last_reply_at, said.lines
  from atrium.my_threads($1) thread
  cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(line) order by line.seq), '[]') as lines from (
      select message.id, message.seq, message.author_id, message.bot_name, message.text, message.files, message.created_at, message.deleted_at
      from atrium.messages message
      where message.thread_id = thread.thread_id and message.seq > thread.read_seq
      order by message.seq limit least(greatest(coalesce($2, 3), 1), 10)
    ) line
  ) said
  where thread.unread > 0
  order by 4 desc nulls last
  limit 100
$$;
comment on function atrium.catch_up(uuid, integer) is
  'The rooms and followed threads of a workspace in which something is unread, the latest first, each with the first unread messages (10 at most): [{id, seq, author_id, bot_name, text, files, created_at, deleted_at}]. thread_id is null for a room. Nullable: lines, thread_id, last_at.
Example: select room_id, unread, first_lines -> 0 ->> ''text'' from atrium.catch_up(''0190…'');';
grant execute on function atrium.catch_up to authenticated;
