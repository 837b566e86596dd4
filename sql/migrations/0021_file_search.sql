-- What is written in files, and finding them. What is here leads to what the numbered files install, which the test MIG8 compares; those files
-- say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

-- Four times: the last one finds that it was tried three times, and notes it.
select pgboss.create_queue('read_text', '{"policy": "standard", "retryLimit": 3, "retryDelay": 5, "retryBackoff": true, "expireInSeconds": 300, "heartbeatSeconds": 60, "notify": true}');

create table atrium_private.file_texts (
  path text primary key,
  tries integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'read', 'failed')),
  text text not null default '' check (octet_length(text) <= 400000),
  words tsvector not null default ''
);
comment on table atrium_private.file_texts is 'The text of each object of the bucket files that has one. Copies, and versions that come back, share it as they share the bytes.';
comment on column atrium_private.file_texts.tries is 'How often the worker began to read it: one that takes the worker with it is given up.';
comment on column atrium_private.file_texts.state is 'failed: it is broken, hostile, locked or takes too long, and is not tried again.';
comment on column atrium_private.file_texts.text is 'The beginning of what is written in it, in normal form NFC; of an archive the names of what is in it, each after its size.';
comment on column atrium_private.file_texts.words is 'Its words, as files are found by them.';
alter table atrium_private.file_texts enable row level security;

create function atrium_private.text_words(value text)
  returns tsvector
  language sql immutable parallel safe set search_path = ''
as $$ select to_tsvector('pg_catalog.simple'::regconfig, translate(atrium_private.folded(value), '-/._@:=?&+#', '           ')) $$;
comment on function atrium_private.text_words(text) is 'The words of a text or a name, apart where signs join them: plan_2026-final.pdf is plan, 2026, final and pdf.';

-- Definer: whoever uploads may not enqueue.
create function atrium_private.ask_for_text()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium_private.file_texts (path) values (new.path) on conflict do nothing;
  if found then
    perform atrium_private.enqueue('read_text', jsonb_build_object('path', new.path));
  end if;
  return null;
end $$;
comment on function atrium_private.ask_for_text() is 'Has the worker read what is written in a version, once for the same bytes.';
-- Of a long text the beginning is read; anything else is read as a whole, and must fit into memory.
create trigger ask_for_text after insert on atrium.file_versions
  for each row when (
    new.size > 0 and (new.mime = 'text/plain' or (new.size <= 52428800 and (
      new.mime in ('application/pdf', 'application/zip', 'application/gzip')
      or new.mime like 'application/vnd.openxmlformats-officedocument.%' or new.mime like 'application/vnd.oasis.opendocument.%')))
  )
  execute function atrium_private.ask_for_text();

-- Definer: nobody may write texts.
create function atrium_private.forget_text()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium_private.file_texts known
  where known.path = old.path and not exists (select from atrium.file_versions version where version.path = old.path);
  return null;
end $$;
comment on function atrium_private.forget_text() is 'The text goes with the last version that has its bytes.';
create trigger forget_text after delete on atrium.file_versions
  for each row execute function atrium_private.forget_text();

-- Definer: the worker reads and writes no table.
create function atrium_private.text_to_read(of_path text)
  returns table (name text, mime text)
  language plpgsql security definer set search_path = ''
as $$
declare
  most_tries constant integer := 3;
begin
  update atrium_private.file_texts known
  set tries = known.tries + 1, state = case when known.tries < most_tries then known.state else 'failed' end
  where known.path = of_path and known.state = 'waiting';
  return query
    select file.name, version.mime
    from atrium_private.file_texts known
    join atrium.file_versions version on version.path = known.path
    join atrium.files file on file.id = version.file_id
    where known.path = of_path and known.state = 'waiting'
    order by version.created_at limit 1;
end $$;
comment on function atrium_private.text_to_read(text) is 'Begins to read the text of an object: what to read it as, or nothing when it is done or was tried three times.';
grant execute on function atrium_private.text_to_read to atrium_worker;

-- Definer: see text_to_read.
create function atrium_private.store_text(of_path text, written text)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium_private.file_texts known
  set state = case when written is null then 'failed' else 'read' end, text = coalesce(written, ''),
    words = atrium_private.text_words(coalesce(written, ''))
  where known.path = of_path and known.state = 'waiting'
$$;
comment on function atrium_private.store_text(text, text) is 'Says what is written in an object, or with null that nobody can read it.';
grant execute on function atrium_private.store_text to atrium_worker;

-- Definer: texts are private; whoever sees the file reads its text.
create function atrium_private.file_text(of_file uuid)
  returns table (state text, text text)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role(of_file, 'viewer');
begin
  return query select known.state, known.text from atrium_private.file_texts known where known.path = file.path;
end $$;
comment on function atrium_private.file_text(uuid) is 'Behind atrium.file_text.';
grant execute on function atrium_private.file_text to authenticated;

create function atrium.file_text(file_id uuid)
  returns table (state text, text text)
  language sql stable set search_path = ''
as $$ select * from atrium_private.file_text($1) $$;
comment on function atrium.file_text(uuid) is
  'What is written in the present version of a file, up to 400,000 bytes of it: of text, pages, PDF and office documents the text, of ZIP and packed tar the names of what is in it, each in a line after its size and a tab. state: waiting until it was read, read, or failed for what nobody can read. Nothing for other files.
Example: select text from atrium.file_text(''0190…'') where state = ''read'';
Errors: 401 not_signed_in, 404 file_not_found.';
grant execute on function atrium.file_text to authenticated;

create table atrium_private.file_search (
  file_id uuid primary key references atrium.files (id) on delete cascade,
  workspace_id uuid not null,
  space_id uuid not null,
  above uuid[] not null,
  kind text not null,
  owner_id uuid,
  size bigint,
  updated_at timestamptz not null,
  name text not null,
  words tsvector not null
);
comment on table atrium_private.file_search is 'By what files and folders are found that are not in the trash: kept by triggers beside them. Nobody may read it.';
comment on column atrium_private.file_search.name is 'Without capitals and accents, for parts of it.';
comment on column atrium_private.file_search.words is
  'The words of the name and of the text, and as words that nobody can type: w: its workspace, in: its space and the folders above, kind:, from: its owner. One index then answers every combination.';
create index file_search_words on atrium_private.file_search using gin (words);
create index file_search_names on atrium_private.file_search using gin (name extensions.gin_trgm_ops);
-- What is frequent is found among the newest.
create index file_search_newest on atrium_private.file_search (workspace_id, updated_at desc, file_id desc);
alter table atrium_private.file_search enable row level security;

-- Parts of words, and scripts without spaces between them, in the beginning of a text.
create index file_texts_trigrams on atrium_private.file_texts using gin (atrium_private.folded(left(text, 4000)) extensions.gin_trgm_ops);

create function atrium_private.file_kind(file atrium.files)
  returns text
  language sql immutable parallel safe set search_path = ''
as $$
  select case
    when file.is_folder then 'folder'
    when file.mime ~ '^(image|video|audio)/' then split_part(file.mime, '/', 1)
    when file.mime = 'application/pdf' then 'pdf'
    when file.mime ~ '(wordprocessingml|opendocument\.text)' or (file.mime = 'application/zip' and file.name_key ~ '\.(docx|odt)$') then 'document'
    when file.mime ~ '(spreadsheetml|opendocument\.spreadsheet)' or (file.mime = 'application/zip' and file.name_key ~ '\.(xlsx|ods)$')
      or (file.mime = 'text/plain' and file.name_key ~ '\.(csv|tsv)$') then 'sheet'
    when file.mime ~ '(presentationml|opendocument\.presentation)' or (file.mime = 'application/zip' and file.name_key ~ '\.(pptx|odp)$') then 'slides'
    when file.mime in ('application/zip', 'application/gzip') then 'archive'
    when file.mime = 'text/plain' then 'text'
    else 'other'
  end
$$;
comment on function atrium_private.file_kind(atrium.files) is 'folder, image, video, audio, pdf, document, sheet, slides, archive, text or other: by the bytes, and by the name where the bytes leave it open.';

-- Definer: nobody else writes the index.
create function atrium_private.index_file(file atrium.files)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  kind constant text := atrium_private.file_kind(file);
begin
  if file.trashed_at is not null then
    delete from atrium_private.file_search known where known.file_id = file.id;
    return;
  end if;
  insert into atrium_private.file_search as known (file_id, workspace_id, space_id, above, kind, owner_id, size, updated_at, name, words)
  values (file.id, file.workspace_id, file.space_id, file.above, kind, file.created_by, file.size, file.updated_at, atrium_private.folded(file.name),
    coalesce((select written.words from atrium_private.file_texts written where written.path = file.path), '') || atrium_private.text_words(file.name)
    || array_to_tsvector(array_remove(array['w:' || file.workspace_id, 'in:' || file.space_id, 'kind:' || kind, 'from:' || file.created_by], null)
      || array(select 'in:' || folder from unnest(file.above) folder)))
  on conflict (file_id) do update
  set workspace_id = excluded.workspace_id, space_id = excluded.space_id, above = excluded.above, kind = excluded.kind, owner_id = excluded.owner_id,
    size = excluded.size, updated_at = excluded.updated_at, name = excluded.name, words = excluded.words;
end $$;
comment on function atrium_private.index_file(atrium.files) is 'Keeps file_search.';

create function atrium_private.index_changed_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.index_file(new);
  return null;
end $$;
comment on function atrium_private.index_changed_file() is 'Keeps file_search when files and folders come, change, move or go to the trash.';
create trigger index_new after insert on atrium.files
  for each row execute function atrium_private.index_changed_file();
create trigger index_changed after update on atrium.files
  for each row when ((old.name, old.path, old.mime, old.space_id, old.above, old.created_by, old.updated_at, old.trashed_at)
    is distinct from (new.name, new.path, new.mime, new.space_id, new.above, new.created_by, new.updated_at, new.trashed_at))
  execute function atrium_private.index_changed_file();

create function atrium_private.index_text()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.index_file(file) from atrium.files file where file.path = new.path;
  return null;
end $$;
comment on function atrium_private.index_text() is 'Keeps file_search when a text was read: every file with these bytes has it.';
create trigger index_text after update of words on atrium_private.file_texts
  for each row when (old.words <> new.words) execute function atrium_private.index_text();

create function atrium_private.text_snippet(written text, words tsquery, part text, out snippet text, out marks jsonb)
  language plpgsql immutable set search_path = ''
as $$
declare
  around constant integer := 200;
  compared constant text := lower(left(written, 100000));
  word text;
  at integer := 0;
begin
  -- Only what is around the first place is looked at closely: a text may be long.
  foreach word in array array[part] || array(select hit.piece[1] from regexp_matches(part, '[[:alnum:]]{2,}', 'g') hit (piece)) loop
    at := case when word = '' then 0 else strpos(compared, word) end;
    exit when at > 0;
  end loop;
  select cut.snippet, cut.marks into snippet, marks
  from atrium_private.message_snippet(substr(written, greatest(1, at - around), 1000), words, part) cut;
end $$;
comment on function atrium_private.text_snippet(text, tsquery, text) is 'The part of a text in which something was found, and where, as message_snippet says it.';

-- Definer: index and texts are private; what the caller sees is asked for once.
create function atrium_private.search_files(
  in_workspace uuid, typed text, inside uuid[], kinds text[], owners uuid[], larger bigint, smaller bigint,
  since timestamptz, until timestamptz, older_than timestamptz, older_id uuid, page integer
)
  returns table (file_id uuid, snippet text, marks jsonb)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  looked_at constant integer := 2000;
  known_kinds constant text[] := array['folder', 'image', 'video', 'audio', 'pdf', 'document', 'sheet', 'slides', 'archive', 'text', 'other'];
  wanted integer := least(greatest(coalesce(page, 20), 1), 50);
  tidy text := btrim(regexp_replace(coalesce(typed, ''), '["[:space:]]+', ' ', 'g'));
  asked tsquery := atrium_private.word_query(regexp_replace(coalesce(typed, ''), '(?<=[[:alnum:]])[-/._@:=?&+#]+(?=[[:alnum:]])', ' ', 'g'));
  part text := atrium_private.folded(tidy);
  like_part text := '%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%';
  has_part boolean := char_length(part) >= 3;
  spaces uuid[];
  shared uuid[];
  places text[];
  filters tsquery;
  found uuid[];
begin
  if char_length(typed) > 500 then
    raise sqlstate 'PT422' using message = 'The query is longer than 500 characters.', detail = 'query_too_long';
  elsif (kinds <@ known_kinds) is false or array_position(kinds, null) > 0 then
    raise sqlstate 'PT422' using message = 'A kind is one of ' || array_to_string(known_kinds, ', ') || '.', detail = 'kind_invalid';
  elsif tidy = '' and num_nonnulls(inside, kinds, owners, larger, smaller, since, until) = 0 then
    return;
  end if;
  spaces := array(
    select space.id from atrium.spaces space
    where space.workspace_id = in_workspace and space.id in (select atrium_private.spaces_of_caller('viewer')));
  shared := array(select atrium_private.granted_to_caller('file', 'viewer'));

  -- What rare filters leave is found by the index of words, too.
  filters := quote_literal('w:' || in_workspace)::tsquery;
  if kinds is not null then
    filters := filters && coalesce((select string_agg(quote_literal('kind:' || kind), ' | ') from unnest(kinds) kind), '''none:''')::tsquery;
  end if;
  if owners is not null then
    filters := filters && coalesce((select string_agg(quote_literal('from:' || owner), ' | ') from unnest(owners) owner), '''none:''')::tsquery;
  end if;
  places := array(select 'in:' || place from unnest(inside) place);
  if inside is not null then
    filters := filters && coalesce((select string_agg(quote_literal(place), ' | ') from unnest(places) place), '''none:''')::tsquery;
  end if;
  places := array(select 'in:' || place from unnest(spaces || shared) place);
  if cardinality(places) <= 100 then
    filters := filters && coalesce((select string_agg(quote_literal(place), ' | ') from unnest(places) place), '''none:''')::tsquery;
  end if;

  -- First among the newest of the workspace.
  select array_agg(hit.file_id) into found from (
    select newest.file_id from (
      select search.* from atrium_private.file_search search
      where search.workspace_id = in_workspace and search.updated_at < coalesce(until, 'infinity')
        and (older_than is null or (search.updated_at, search.file_id) < (older_than, coalesce(older_id, '00000000-0000-0000-0000-000000000000')))
      order by search.updated_at desc, search.file_id desc limit looked_at
    ) newest
    where (newest.space_id = any (spaces) or newest.above && shared)
      and (inside is null or newest.space_id = any (inside) or newest.above && inside)
      and (kinds is null or newest.kind = any (kinds)) and (owners is null or newest.owner_id = any (owners))
      and (larger is null or newest.size >= larger) and (smaller is null or newest.size <= smaller)
      and (since is null or newest.updated_at >= since)
      and (tidy = '' or (has_part and newest.name like like_part) or (numnode(asked) > 0 and newest.words @@ asked))
    order by newest.updated_at desc, newest.file_id desc limit wanted
  ) hit;
  if coalesce(cardinality(found), 0) < wanted then
    select array_agg(hit.file_id) into found from (
      with matching as materialized (
        select search.file_id, search.space_id, search.above, search.kind, search.owner_id, search.size, search.updated_at
        from atrium_private.file_search search
        where (tidy = '' or numnode(asked) > 0) and search.words @@ (filters && asked)
        union
        select search.file_id, search.space_id, search.above, search.kind, search.owner_id, search.size, search.updated_at
        from atrium_private.file_search search
        where has_part and search.name like like_part and search.workspace_id = in_workspace
      )
      select matching.file_id from matching
      where (matching.space_id = any (spaces) or matching.above && shared)
        and (inside is null or matching.space_id = any (inside) or matching.above && inside)
        and (kinds is null or matching.kind = any (kinds)) and (owners is null or matching.owner_id = any (owners))
        and (larger is null or matching.size >= larger) and (smaller is null or matching.size <= smaller)
        and (since is null or matching.updated_at >= since) and (until is null or matching.updated_at < until)
        and (older_than is null or (matching.updated_at, matching.file_id) < (older_than, coalesce(older_id, '00000000-0000-0000-0000-000000000000')))
      order by matching.updated_at desc, matching.file_id desc limit wanted
    ) hit;
  end if;
  if found is null and older_than is null and has_part then
    -- It may be a part of a word in a text.
    select array_agg(hit.file_id) into found from (
      with matching as materialized (
        select written.path from atrium_private.file_texts written
        where atrium_private.folded(left(written.text, 4000)) like like_part limit 2000
      )
      select search.file_id
      from matching join atrium.files file on file.path = matching.path join atrium_private.file_search search on search.file_id = file.id
      where search.words @@ filters and (search.space_id = any (spaces) or search.above && shared)
        and (larger is null or search.size >= larger) and (smaller is null or search.size <= smaller)
        and (since is null or search.updated_at >= since) and (until is null or search.updated_at < until)
      order by search.updated_at desc, search.file_id desc limit wanted
    ) hit;
  end if;
  return query
    select file.id, cut.snippet, cut.marks
    from atrium.files file
    left join atrium_private.file_texts written on written.path = file.path and tidy <> ''
    left join lateral (select * from atrium_private.text_snippet(written.text, asked, part) where written.text <> '') cut on true
    where file.id = any (found);
end $$;
comment on function atrium_private.search_files(uuid, text, uuid[], text[], uuid[], bigint, bigint, timestamptz, timestamptz, timestamptz, uuid, integer) is
  'Behind atrium.search_files. What is frequent is found among the newest files, what is rare by the indexes of words and of parts of names.';
grant execute on function atrium_private.search_files to authenticated;

create function atrium.search_files(
  workspace_id uuid, query text default '', inside uuid[] default null, kinds text[] default null, owners uuid[] default null,
  larger bigint default null, smaller bigint default null, changed_since timestamptz default null, changed_before timestamptz default null,
  older_than timestamptz default null, older_id uuid default null, page integer default 20
)
  returns table (
    id uuid, space_id uuid, parent_id uuid, is_folder boolean, name text, version integer, path text, size bigint, mime text, placeholder text,
    created_by uuid, updated_by uuid, updated_at timestamptz, snippet text, marks jsonb
  )
  language sql stable set search_path = ''
as $$
  -- The policy on files has the last word.
  select file.id, file.space_id, file.parent_id, file.is_folder, file.name, file.version, file.path, file.size, file.mime, file.placeholder,
    file.created_by, file.updated_by, file.updated_at, hit.snippet, hit.marks
  from atrium_private.search_files($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) hit
  join atrium.files file on file.id = hit.file_id
  order by file.updated_at desc, file.id desc
$$;
comment on function atrium.search_files(uuid, text, uuid[], text[], uuid[], bigint, bigint, timestamptz, timestamptz, timestamptz, uuid, integer) is
  'Files and folders of a workspace that the caller may see and that are not in the trash, newest first: by words of their names and of what is written in them, by parts of names. query: words, "phrases", -without, one or other; the last word may be unfinished; capitals and accents do not count. inside: spaces or folders, however deep. kinds: folder, image, video, audio, pdf, document, sheet, slides, archive, text, other. owners: who brought it first. larger and smaller: bytes. older_than and older_id: updated_at and id of the last one, for the next page (50 at most). snippet holds what was found in the text, marks where in it: [[first character, how many]]. Nullable: all but workspace_id; parent_id, version, path, size, mime, placeholder, created_by, updated_by, snippet, marks.
Example: select name, snippet from atrium.search_files(''0190…'', ''launch budget'', kinds => ''{pdf}'');
Errors: 401 not_signed_in, 422 query_too_long (500 characters), kind_invalid.';
grant execute on function atrium.search_files to authenticated;

-- What there was before.
with known as (
  insert into atrium_private.file_texts (path)
  select distinct version.path from atrium.file_versions version
  where version.size > 0 and (version.mime = 'text/plain' or (version.size <= 52428800 and (
    version.mime in ('application/pdf', 'application/zip', 'application/gzip')
    or version.mime like 'application/vnd.openxmlformats-officedocument.%' or version.mime like 'application/vnd.oasis.opendocument.%')))
  returning path
)
select count(atrium_private.enqueue('read_text', jsonb_build_object('path', known.path))) from known;
select count(atrium_private.index_file(file)) from atrium.files file;

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
