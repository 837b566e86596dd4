-- What is written in files, as the worker reads it out of the bytes of a version: files are found by it, and what no browser shows is shown as text.

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
