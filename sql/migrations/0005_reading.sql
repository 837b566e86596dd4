-- Finding messages, and catching up. What is here leads to what the numbered files install, which the test MIG8 compares; those files
-- say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

create extension if not exists pg_trgm with schema extensions;

create function atrium_private.folded(value text)
  returns text
  language sql immutable parallel safe set search_path = ''
as $$
  select case when octet_length(value) = char_length(value) then lower(value)
    else lower(normalize(regexp_replace(normalize(value, NFD), U&'[\0300-\036f]', '', 'g'), NFC)) end
$$;
comment on function atrium_private.folded(text) is 'A text without capitals and accents, by which words are compared. What is in NFC keeps the number of its characters.';

create table atrium_private.message_search (
  message_id uuid primary key references atrium.messages (id) on delete cascade,
  workspace_id uuid not null,
  room_id uuid not null,
  sent_at timestamptz not null,
  words tsvector not null
);
comment on table atrium_private.message_search is 'By what messages are found: kept by a trigger beside them, so that a message itself does not carry it to every reader.';
comment on column atrium_private.message_search.words is
  'The words of the message, and as words that nobody can type: w: its workspace, in: its room, from: its author, has: what it holds, is:thread. One index then answers every combination.';
create index message_search_words on atrium_private.message_search using gin (words);
create index message_search_newest on atrium_private.message_search (workspace_id, sent_at desc);
create index message_search_room on atrium_private.message_search (room_id, sent_at desc);
alter table atrium_private.message_search enable row level security;

create index messages_trigrams on atrium.messages using gin (atrium_private.folded(text) extensions.gin_trgm_ops);

create function atrium_private.search_words(message atrium.messages, in_workspace uuid)
  returns tsvector
  language sql immutable set search_path = ''
as $$
  select to_tsvector('pg_catalog.simple'::regconfig, said.text)
    -- What stands in an address or a name with signs in it is found, too.
    || case when said.text ~ '[[:alnum:]][-/._@:=]+[[:alnum:]]'
      then to_tsvector('pg_catalog.simple'::regconfig, translate(said.text, '-/._@:=?&', '         ')) else ''::tsvector end
    || array_to_tsvector(array_remove(
    array['w:' || in_workspace, 'in:' || message.room_id, 'from:' || message.author_id,
      case when message.thread_id is not null or message.reply_count > 0 then 'is:thread' end,
      case when message.text ~* 'https?://' then 'has:link' end,
      case when message.files <> '[]' then 'has:file' end]
    || array(select distinct 'has:' || case file ->> 'kind' when 'voice' then 'audio' else file ->> 'kind' end
      from jsonb_array_elements(message.files) file where file ->> 'kind' in ('image', 'video', 'audio', 'voice')), null))
  from (select atrium_private.folded(message.text) as text) said
$$;
comment on function atrium_private.search_words(atrium.messages, uuid) is 'What message_search.words holds for a message.';

create function atrium_private.index_message()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.deleted_at is not null then
    delete from atrium_private.message_search known where known.message_id = new.id;
  else
    insert into atrium_private.message_search (message_id, workspace_id, room_id, sent_at, words)
    select new.id, room.workspace_id, new.room_id, new.created_at, atrium_private.search_words(new, room.workspace_id)
    from atrium.rooms room where room.id = new.room_id
    on conflict (message_id) do update set words = excluded.words;
  end if;
  return null;
end $$;
comment on function atrium_private.index_message() is 'Keeps message_search.';
create trigger index_new after insert on atrium.messages
  for each row execute function atrium_private.index_message();
create trigger index_changed after update on atrium.messages
  for each row when ((old.text, old.files, old.deleted_at, old.reply_count > 0) is distinct from (new.text, new.files, new.deleted_at, new.reply_count > 0))
  execute function atrium_private.index_message();

create function atrium_private.word_query(typed text)
  returns tsquery
  language plpgsql immutable set search_path = ''
as $$
declare
  found tsquery := websearch_to_tsquery('pg_catalog.simple'::regconfig, atrium_private.folded(typed));
begin
  -- The last word may not be finished.
  if right(found::text, 1) = '''' and typed !~ '["[:space:]]$' then
    return (found::text || ':*')::tsquery;
  end if;
  return found;
end $$;
comment on function atrium_private.word_query(text) is 'What somebody typed as a query: words that must all be there, "phrases", -without, one or another; the last word may be the beginning of one.';

create function atrium_private.message_snippet(said text, words tsquery, part text, out snippet text, out marks jsonb)
  language plpgsql immutable set search_path = ''
as $$
declare
  around constant integer := 60;
  longest constant integer := 240;
  -- One character for one, so that places stay: no control characters, and nothing that a parser takes for a tag.
  plain text := left(translate(normalize(coalesce(said, ''), nfc), E'\u0002\u0003\n\r\t', '     '), 20000);
  compared text := translate(atrium_private.folded(plain), '<>&', '   ');
  marked text;
  at integer := 0;
  piece text;
  first integer;
begin
  marks := '[]';
  if char_length(compared) = char_length(plain) then
    if numnode(words) > 0 then
      marked := ts_headline('pg_catalog.simple'::regconfig, compared, words, E'HighlightAll=true, StartSel=\u0002, StopSel=\u0003');
      if translate(marked, E'\u0002\u0003', '') = compared then
        foreach piece in array string_to_array(marked, E'\u0002') loop
          if strpos(piece, E'\u0003') > 0 then
            marks := marks || jsonb_build_array(jsonb_build_array(at, strpos(piece, E'\u0003') - 1));
          end if;
          at := at + char_length(translate(piece, E'\u0003', ''));
        end loop;
      end if;
    end if;
    if marks = '[]' and char_length(part) > 0 and strpos(compared, part) > 0 then
      marks := jsonb_build_array(jsonb_build_array(strpos(compared, part) - 1, char_length(part)));
    end if;
  end if;
  first := greatest(0, coalesce((marks -> 0 ->> 0)::integer, 0) - around);
  if first > 0 then
    -- From the beginning of a word.
    first := first + greatest(0, strpos(substr(plain, first + 1, around), ' '));
  end if;
  snippet := substr(plain, first + 1, longest);
  select coalesce(jsonb_agg(jsonb_build_array((mark ->> 0)::integer - first, mark -> 1) order by (mark ->> 0)::integer), '[]') into marks
  from jsonb_array_elements(marks) mark
  where (mark ->> 0)::integer >= first and (mark ->> 0)::integer + (mark ->> 1)::integer <= first + longest;
end $$;
comment on function atrium_private.message_snippet(text, tsquery, text) is
  'The part of a message in which something was found, in one line, and where: [[first character, how many], …].';

create function atrium_private.search_messages(
  in_workspace uuid, typed text, from_people uuid[], in_rooms uuid[], holding text[], being text[],
  sent_before timestamptz, sent_after timestamptz, older_than timestamptz, page integer
)
  returns table (
    message_id uuid, room_id uuid, thread_id uuid, seq bigint, author_id uuid, bot_name text, sent_at timestamptz, edited_at timestamptz,
    reply_count integer, files jsonb, snippet text, marks jsonb
  )
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  looked_at constant integer := 6000;
  wanted integer := least(greatest(coalesce(page, 20), 1), 50);
  until timestamptz := least(coalesce(older_than, 'infinity'), coalesce(sent_before, 'infinity'));
  since timestamptz := coalesce(sent_after, '-infinity');
  words tsquery := atrium_private.word_query(coalesce(typed, ''));
  part text := atrium_private.folded(btrim(regexp_replace(coalesce(typed, ''), '["[:space:]]+', ' ', 'g')));
  rooms uuid[];
  said bigint;
  query tsquery;
  found uuid[];
  given text;
begin
  if char_length(typed) > 500 then
    raise sqlstate 'PT422' using message = 'The query is longer than 500 characters.', detail = 'query_too_long';
  elsif exists (select from unnest(holding) thing where (thing in ('link', 'file', 'image', 'video', 'audio')) is distinct from true) then
    raise sqlstate 'PT422' using message = 'A message has a link, file, image, video or audio.', detail = 'has_invalid';
  elsif exists (select from unnest(being) state where (state in ('saved', 'pinned', 'thread', 'unread')) is distinct from true) then
    raise sqlstate 'PT422' using message = 'A message is saved, pinned, thread or unread.', detail = 'is_invalid';
  elsif numnode(words) = 0 and part = '' and from_people is null and in_rooms is null and holding is null and being is null
    and sent_before is null and sent_after is null then
    return;
  end if;
  select array_agg(room.id), sum(room.last_seq) into rooms, said
  from atrium.rooms room
  where room.workspace_id = in_workspace and room.id in (select atrium_private.rooms_of_caller('viewer'))
    and (in_rooms is null or room.id = any (in_rooms));

  query := words;
  foreach given in array array_remove(array(select 'has:' || thing from unnest(holding) thing)
    || case when 'thread' = any (being) then 'is:thread' end, null) loop
    query := query && quote_literal(given)::tsquery;
  end loop;
  if from_people is not null then
    query := query && coalesce((select string_agg(quote_literal('from:' || person), ' | ') from unnest(from_people) person), '''none:''')::tsquery;
  end if;
  if part <> '' and numnode(words) = 0 then
    -- Nothing of it is a word: only the trigrams can find it.
    found := null;
  elsif being && array['saved', 'pinned', 'unread'] then
    -- Few, and known: they are looked through one by one.
    select array_agg(hit.message_id) into found from (
      select search.message_id from atrium_private.message_search search
      join atrium.messages message on message.id = search.message_id
      where search.room_id = any (rooms) and search.sent_at < until and search.sent_at >= since
        and (numnode(query) = 0 or search.words @@ query)
        and (not 'saved' = any (being) or search.message_id in (
          select saved.message_id from atrium.saved_messages saved where saved.user_id = me and saved.done_at is null))
        and (not 'pinned' = any (being) or search.message_id in (select pin.message_id from atrium.message_pins pin where pin.room_id = any (rooms)))
        and (not 'unread' = any (being) or (message.author_id is distinct from me and message.thread_id is null and message.seq > (
          select mark.seq from atrium.read_marks mark where mark.user_id = me and mark.room_id = search.room_id)))
      order by search.sent_at desc limit wanted
    ) hit;
  else
    -- First among the newest of the workspace.
    select array_agg(hit.message_id) into found from (
      select newest.message_id from (
        select search.* from atrium_private.message_search search
        where search.workspace_id = in_workspace and search.sent_at < until and search.sent_at >= since
        order by search.sent_at desc limit looked_at
      ) newest
      where newest.room_id = any (rooms) and (numnode(query) = 0 or newest.words @@ query)
      order by newest.sent_at desc limit wanted
    ) hit;
    if coalesce(cardinality(found), 0) < wanted then
      if said <= looked_at or numnode(query) = 0 then
        select array_agg(hit.message_id) into found from (
          select search.message_id from atrium_private.message_search search
          where search.room_id = any (rooms) and search.sent_at < until and search.sent_at >= since
            and (numnode(query) = 0 or search.words @@ query)
          order by search.sent_at desc limit wanted
        ) hit;
      else
        query := query && quote_literal('w:' || in_workspace)::tsquery;
        if in_rooms is not null then
          query := query && coalesce((select string_agg(quote_literal('in:' || room), ' | ') from unnest(rooms) room), '''none:''')::tsquery;
        end if;
        select array_agg(hit.message_id) into found from (
          with matching as materialized (
            select search.message_id, search.room_id, search.sent_at from atrium_private.message_search search where search.words @@ query
          )
          select matching.message_id from matching
          where matching.room_id = any (rooms) and matching.sent_at < until and matching.sent_at >= since
          order by matching.sent_at desc limit wanted
        ) hit;
      end if;
    end if;
  end if;
  if found is null and older_than is null and char_length(part) >= 3 and being is null and holding is null then
    select array_agg(hit.id) into found from (
      with matching as materialized (
        select message.id, message.room_id, message.author_id, message.created_at from atrium.messages message
        where atrium_private.folded(message.text) like '%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%'
        limit 2000
      )
      select matching.id from matching
      where matching.room_id = any (rooms) and (from_people is null or matching.author_id = any (from_people))
        and matching.created_at < until and matching.created_at >= since
      order by matching.created_at desc limit wanted
    ) hit;
  end if;
  return query
    select message.id, message.room_id, message.thread_id, message.seq, message.author_id, message.bot_name, message.created_at, message.edited_at,
      message.reply_count, message.files, cut.snippet, cut.marks
    from atrium.messages message
    cross join lateral atrium_private.message_snippet(message.text, words, part) cut
    where message.id = any (found)
    order by message.created_at desc, message.id;
end $$;
comment on function atrium_private.search_messages(uuid, text, uuid[], uuid[], text[], text[], timestamptz, timestamptz, timestamptz, integer) is
  'Behind atrium.search_messages. What is frequent is found among the newest messages, what is rare by the index of words: neither reads the past of a word that everybody uses.';
grant execute on function atrium_private.search_messages to authenticated;

create function atrium.search_messages(
  workspace_id uuid, query text default '', from_people uuid[] default null, in_rooms uuid[] default null, has text[] default null,
  being text[] default null, sent_before timestamptz default null, sent_after timestamptz default null, older_than timestamptz default null,
  page integer default 20
)
  returns table (
    message_id uuid, room_id uuid, thread_id uuid, seq bigint, author_id uuid, bot_name text, sent_at timestamptz, edited_at timestamptz,
    reply_count integer, files jsonb, snippet text, marks jsonb
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.search_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) $$;
comment on function atrium.search_messages(uuid, text, uuid[], uuid[], text[], text[], timestamptz, timestamptz, timestamptz, integer) is
  'Messages of a workspace that the caller may read, newest first. query: words, "phrases", -without, one or other; the last word may be unfinished; capitals and accents do not count. has: link, file, image, video, audio. being: saved, pinned, thread, unread. older_than: sent_at of the last one, for the next page (50 at most). snippet holds what was found, marks where in it: [[first character, how many]]. Nullable: all but workspace_id; thread_id, author_id, bot_name, edited_at.
Example: select snippet, sent_at from atrium.search_messages(''0190…'', ''launch date'', has => ''{link}'');
Errors: 401 not_signed_in, 422 query_too_long (500 characters), has_invalid, is_invalid.';
grant execute on function atrium.search_messages to authenticated;

insert into atrium_private.message_search (message_id, workspace_id, room_id, sent_at, words)
select message.id, room.workspace_id, message.room_id, message.created_at, atrium_private.search_words(message, room.workspace_id)
from atrium.messages message join atrium.rooms room on room.id = message.room_id
where message.deleted_at is null;

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
