-- The history of documents: the log packed, versions, and what each of them said.

create table atrium_private.document_chunks (
  document_id uuid not null references atrium.documents (id) on delete cascade,
  id integer not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  edits integer not null,
  packed bytea not null,
  state bytea,
  primary key (document_id, id)
);
-- The server has compressed both.
alter table atrium_private.document_chunks alter column packed set storage external, alter column state set storage external;
comment on table atrium_private.document_chunks is
  'What was in document_updates and is merged into the snapshot, packed: the work of one person within some seconds is one entry. Opening a document does not read it.';
comment on column atrium_private.document_chunks.id is 'Counts within the document.';
comment on column atrium_private.document_chunks.edits is 'How many rows of document_updates it replaces.';
comment on column atrium_private.document_chunks.packed is 'Entries of author, time and update, compressed with zstd; see chunks.ts. Authors are ids without a foreign key: whose account is gone has no name.';
comment on column atrium_private.document_chunks.state is
  'A checkpoint: the state after this chunk and all before it, so that an instant is restored without reading the history from its beginning. A Yjs update compressed with zstd, or null.';
alter table atrium_private.document_chunks enable row level security;
create policy "the collaboration server keeps the history"
  on atrium_private.document_chunks for all to atrium_collab using (true) with check (true);
grant select, insert, update, delete on atrium_private.document_chunks to atrium_collab;

create table atrium.document_versions (
  id uuid primary key default gen_random_uuid(),
  document_id uuid not null references atrium.documents (id) on delete cascade,
  space_id uuid not null,
  trashed boolean not null,
  name text check (char_length(name) between 1 and 120),
  named_by uuid references atrium.profiles (id) on delete set null,
  from_at timestamptz,
  at timestamptz not null,
  authors uuid[] not null default '{}',
  edits integer not null default 0,
  words integer,
  words_added integer,
  words_removed integer
);
comment on table atrium.document_versions is
  'What a document was at some instants: after each session of work, and where somebody gave it a name. Readable by whoever may read the document. Its content: document_at, or GET /collab/documents/:id/versions/:version.';
comment on column atrium.document_versions.space_id is 'A copy from the document, so that the policy asks no other table for each row.';
comment on column atrium.document_versions.trashed is 'Whether the document is in the trash; a copy like space_id.';
comment on column atrium.document_versions.name is '1 to 120 characters. Null: the version was made by itself, and goes when the time for which history is kept is over.';
comment on column atrium.document_versions.named_by is 'Who gave the name; null when there is none, or the account is gone.';
comment on column atrium.document_versions.from_at is 'The first change since the version before; null when there was none.';
comment on column atrium.document_versions.authors is 'Who changed something since the version before, who did most first.';
comment on column atrium.document_versions.edits is 'How many changes the log counts since the version before.';
comment on column atrium.document_versions.words is 'How many words it has. Null for the moment in which the collaboration server has not yet read a version that was just named.';
comment on column atrium.document_versions.words_added is 'Words that the version before did not have.';
comment on column atrium.document_versions.words_removed is 'Words that only the version before had.';
create index on atrium.document_versions (document_id, at);
create index on atrium.document_versions (space_id);
-- Deleting an account looks for what the person named.
create index on atrium.document_versions (named_by);
alter table atrium.document_versions enable row level security;
create policy "people see the versions of the documents they see"
  on atrium.document_versions for select to authenticated
  using (
    (not trashed and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or document_id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.document_versions to authenticated;

-- A version names the blocks it consists of. Most of them are in the version before as well, and are stored once.
create table atrium_private.document_blocks (
  document_id uuid not null references atrium.documents (id) on delete cascade,
  id integer not null,
  hash bytea not null,
  json jsonb not null,
  text text not null,
  primary key (document_id, id),
  unique (document_id, hash)
);
comment on table atrium_private.document_blocks is 'Top-level blocks that versions of a document consist of, each once.';
comment on column atrium_private.document_blocks.id is 'Counts within the document.';
comment on column atrium_private.document_blocks.hash is 'SHA-256 of the JSON as Postgres writes it.';
comment on column atrium_private.document_blocks.json is 'A ProseMirror node.';
alter table atrium_private.document_blocks enable row level security;

create table atrium_private.document_version_contents (
  version_id uuid primary key references atrium.document_versions (id) on delete cascade,
  blocks integer[] not null
);
comment on table atrium_private.document_version_contents is 'What a version says: numbers of document_blocks, in their order.';
alter table atrium_private.document_version_contents enable row level security;

-- Definer: it keeps copies in a table that nobody may write.
create function atrium_private.follow_document_with_versions()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.document_versions set space_id = new.space_id, trashed = new.trashed_at is not null where document_id = new.id;
  return null;
end $$;
comment on function atrium_private.follow_document_with_versions() is 'Keeps the copies of a document''s space and state in its versions in step.';
create trigger follow_document_with_versions after update on atrium.documents
  for each row when (old.space_id <> new.space_id or old.trashed_at is distinct from new.trashed_at)
  execute function atrium_private.follow_document_with_versions();

create function atrium_private.announce_versions()
  returns trigger
  language plpgsql set search_path = ''
as $$
begin
  perform pg_notify('atrium_documents', jsonb_build_object('document_id', changed.document_id, 'what', 'versions')::text)
  from (select distinct document_id from changed) changed;
  return null;
end $$;
comment on function atrium_private.announce_versions() is
  'Tells the collaboration servers that the versions of documents changed: they tell whoever has them open, and read what was just named.';
create trigger announce_new_versions after insert on atrium.document_versions referencing new table as changed
  for each statement execute function atrium_private.announce_versions();
create trigger announce_changed_versions after update on atrium.document_versions referencing new table as changed
  for each statement execute function atrium_private.announce_versions();
create trigger announce_deleted_versions after delete on atrium.document_versions referencing old table as changed
  for each statement execute function atrium_private.announce_versions();

-- Definer: the collaboration server may write versions and nothing else of the API.
create function atrium_private.save_document_version(document_id uuid, version jsonb, blocks jsonb)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  version_id uuid;
begin
  -- Numbers of blocks are counted up, one writer at a time.
  perform pg_advisory_xact_lock(hashtextextended('atrium.versions:' || $1, 0));
  -- Another server may have made the version of the same sitting.
  if $2 -> 'id' is null and exists (
    select from atrium.document_versions known where known.document_id = $1 and known.at = ($2 ->> 'at')::timestamptz and known.words is not null
  ) then
    return;
  end if;
  insert into atrium.document_versions as known (
    id, document_id, space_id, trashed, from_at, at, authors, edits, words, words_added, words_removed
  )
  select coalesce(given.id, gen_random_uuid()), document.id, document.space_id, document.trashed_at is not null,
    given.from_at, given.at, coalesce(given.authors, '{}'), given.edits, given.words, given.words_added, given.words_removed
  from jsonb_to_record($2) as given (
    id uuid, from_at timestamptz, at timestamptz, authors uuid[], edits integer, words integer, words_added integer, words_removed integer
  )
  join atrium.documents document on document.id = $1
  on conflict (id) do update
    set from_at = excluded.from_at, authors = excluded.authors, edits = excluded.edits,
      words = excluded.words, words_added = excluded.words_added, words_removed = excluded.words_removed
    where known.document_id = excluded.document_id and known.words is null
  returning known.id into version_id;
  if version_id is null then
    return; -- The document is gone, or another server was first.
  end if;
  insert into atrium_private.document_blocks (document_id, id, hash, json, text)
  select $1, numbered.before + row_number() over (order by numbered.first), numbered.hash, numbered.json, numbered.text
  from (
    select sha256(convert_to((block.value -> 'json')::text, 'utf8')) as hash, block.value -> 'json' as json, block.value ->> 'text' as text,
      min(block.ordinality) as first,
      (select coalesce(max(known.id), 0) from atrium_private.document_blocks known where known.document_id = $1) as before
    from jsonb_array_elements($3) with ordinality block
    group by 1, 2, 3
  ) numbered
  where not exists (
    select from atrium_private.document_blocks known where known.document_id = $1 and known.hash = numbered.hash
  );
  insert into atrium_private.document_version_contents (version_id, blocks)
  select version_id, coalesce(array_agg(known.id order by block.ordinality), '{}')
  from jsonb_array_elements($3) with ordinality block
  join atrium_private.document_blocks known
    on known.document_id = $1 and known.hash = sha256(convert_to((block.value -> 'json')::text, 'utf8'));
end $$;
comment on function atrium_private.save_document_version(uuid, jsonb, jsonb) is
  'Stores a version with the blocks it consists of; completes one that was named a moment ago. Does nothing for a document that is gone.';
grant execute on function atrium_private.save_document_version to atrium_collab;

-- Definer: blocks are readable through here alone. Not granted to people: it asks for no rights.
create function atrium_private.version_content(version_id uuid)
  returns table ("json" jsonb, "text" text)
  language sql stable security definer set search_path = ''
as $$
  select
    jsonb_build_object('type', 'doc', 'content', coalesce(jsonb_agg(block.json order by place.ordinality) filter (where block.id is not null), '[]')),
    coalesce(string_agg(block.text, e'\n' order by place.ordinality), '')
  from atrium_private.document_version_contents content
  join atrium.document_versions version on version.id = content.version_id
  left join lateral unnest(content.blocks) with ordinality place (id, ordinality) on true
  left join atrium_private.document_blocks block on block.document_id = version.document_id and block.id = place.id
  where content.version_id = $1
  group by content.version_id
$$;
comment on function atrium_private.version_content(uuid) is 'What a version says; no row while the collaboration server has not read it.';
grant execute on function atrium_private.version_content to atrium_collab;

-- Definer: the collaboration server reads which versions there are, whoever may see them.
create function atrium_private.versions_of(document_id uuid)
  returns setof atrium.document_versions
  language sql stable security definer set search_path = ''
as $$ select version.* from atrium.document_versions version where version.document_id = $1 order by version.at, version.id $$;
comment on function atrium_private.versions_of(uuid) is 'The versions of a document, the oldest first.';
grant execute on function atrium_private.versions_of to atrium_collab;

-- Definer: the log is private. The newest row of a document is found through its key.
create function atrium_private.documents_without_version()
  returns setof uuid
  language sql stable security definer set search_path = ''
as $$
  select document.id
  from atrium.documents document
  cross join lateral (
    select row.at from atrium_private.document_updates row where row.document_id = document.id order by row.id desc limit 1
  ) latest
  where not exists (
    select from atrium.document_versions version where version.document_id = document.id and version.at >= latest.at and version.words is not null
  )
$$;
comment on function atrium_private.documents_without_version() is 'Documents that changed after their latest version: for a collaboration server that starts.';
grant execute on function atrium_private.documents_without_version to atrium_collab;

-- Definer: it reads what was said then, after asking whether the caller may.
create function atrium_private.document_at(document_id uuid, at timestamptz)
  returns table (version_id uuid, since timestamptz, "json" jsonb, "text" text)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  perform atrium_private.require_document_role($1, 'viewer');
  -- What is there now, when nothing was changed after that time.
  return query
    select null::uuid, content.updated_at, content.json, content.text
    from atrium.document_contents content
    where content.document_id = $1 and content.updated_at <= $2;
  if found then
    return;
  end if;
  return query
    select version.id, version.at, content.json, content.text
    from (
      select known.id, known.at from atrium.document_versions known
      where known.document_id = $1 and known.at <= $2 and known.words is not null
      order by known.at desc limit 1
    ) version
    cross join lateral atrium_private.version_content(version.id) content;
end $$;
comment on function atrium_private.document_at(uuid, timestamptz) is 'Behind atrium.document_at.';
grant execute on function atrium_private.document_at to authenticated;

create function atrium.document_at(id uuid, at timestamptz)
  returns table (version_id uuid, since timestamptz, "json" jsonb, "text" text)
  language sql stable set search_path = ''
as $$ select * from atrium_private.document_at($1, $2) $$;
comment on function atrium.document_at(uuid, timestamptz) is
  'What a document said at a time: the last version at or before it, and since when it said so; no row when the document is younger or history was not kept so long. When nothing was changed since, what it says now, without version_id. To the second: GET /collab/documents/:id/at/:time. Nullable: version_id.
Example: select since, text from atrium.document_at(''0190…'', now() - interval ''1 week'');
Errors: 401 not_signed_in, 404 document_not_found.';
grant execute on function atrium.document_at to authenticated;

create function atrium_private.require_version_name(name text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  tidy text := btrim(name);
begin
  if tidy is null or tidy = '' or char_length(tidy) > 120 or tidy ~ '[[:cntrl:]]' then
    raise sqlstate 'PT422' using message = 'The name of a version has 1 to 120 characters.', detail = 'version_name_invalid';
  end if;
  return tidy;
end $$;
comment on function atrium_private.require_version_name(text) is 'The name without spaces around it. Errors: 422 version_name_invalid.';

-- Definer: it writes a table that nobody may write.
create function atrium_private.name_version(document_id uuid, name text)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  tidy text := atrium_private.require_version_name($2);
  named uuid;
begin
  perform atrium_private.require_document_role($1, 'editor');
  if (select count(*) from atrium.document_versions version where version.document_id = $1 and version.name is not null) >= 1000 then
    raise sqlstate 'PT422' using message = 'A document has 1000 named versions at most.', detail = 'too_many_versions';
  end if;
  -- Nothing changed since the latest version: it gets the name, unless it has one.
  update atrium.document_versions version set name = tidy, named_by = atrium_private.caller()
  where version.id = (select latest.id from atrium.document_versions latest where latest.document_id = $1 order by latest.at desc limit 1)
    and version.name is null
    and not exists (
      select from atrium_private.document_updates row where row.document_id = $1 and row.at > version.at
    )
  returning version.id into named;
  if named is null then
    insert into atrium.document_versions (document_id, space_id, trashed, name, named_by, at)
    select document.id, document.space_id, document.trashed_at is not null, tidy, atrium_private.caller(), clock_timestamp()
    from atrium.documents document where document.id = $1
    returning id into named;
  end if;
  return named;
end $$;
comment on function atrium_private.name_version(uuid, text) is 'Behind atrium.name_version.';
grant execute on function atrium_private.name_version to authenticated;

create function atrium.name_version(document_id uuid, name text)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.name_version($1, $2) $$;
comment on function atrium.name_version(uuid, text) is
  'Gives what a document says now a name, and returns the id of that version. Editors may. Named versions are kept for ever.
Example: select atrium.name_version(''0190…'', ''Sent to the customer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 422 version_name_invalid, too_many_versions.';
grant execute on function atrium.name_version to authenticated;

-- Definer: see name_version.
create function atrium_private.rename_version(version_id uuid, name text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  tidy text := case when $2 is not null then atrium_private.require_version_name($2) end;
  of_document uuid := (select version.document_id from atrium.document_versions version where version.id = $1);
begin
  if of_document is null or atrium_private.document_role(of_document) is null then
    perform atrium_private.require_caller();
    raise sqlstate 'PT404' using message = 'There is no such version, or you may not see it.', detail = 'version_not_found';
  end if;
  perform atrium_private.require_document_role(of_document, 'editor');
  update atrium.document_versions version set name = tidy, named_by = case when tidy is not null then atrium_private.caller() end
  where version.id = $1 and version.name is distinct from tidy;
end $$;
comment on function atrium_private.rename_version(uuid, text) is 'Behind atrium.rename_version.';
grant execute on function atrium_private.rename_version to authenticated;

create function atrium.rename_version(version_id uuid, name text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.rename_version($1, $2) $$;
comment on function atrium.rename_version(uuid, text) is
  'Gives a version another name, or a first one; null takes the name away, and the version is one that was made by itself. Editors may. Nullable: name.
Example: select atrium.rename_version(''0190…'', ''Sent to the customer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 422 version_name_invalid.';
grant execute on function atrium.rename_version to authenticated;

-- Definer: policies are for admins, and the collaboration server asks for everybody.
create function atrium_private.history_kept_since(document_id uuid)
  returns timestamptz
  language sql stable security definer set search_path = ''
as $$
  select now() - policy.history_days * interval '1 day'
  from atrium.documents document join atrium.workspace_policies policy on policy.workspace_id = document.workspace_id
  where document.id = $1
$$;
comment on function atrium_private.history_kept_since(uuid) is 'What was before is forgotten; null when nothing is.';
grant execute on function atrium_private.history_kept_since to atrium_collab;

-- Definer: see history_kept_since.
create function atrium_private.documents_to_forget()
  returns table (document_id uuid, before timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select document.id, limits.before
  from (
    select policy.workspace_id, now() - policy.history_days * interval '1 day' as before
    from atrium.workspace_policies policy where policy.history_days is not null
  ) limits
  join atrium.documents document on document.workspace_id = limits.workspace_id
  where exists (
      select from atrium_private.document_chunks chunk where chunk.document_id = document.id and chunk.edits > 0 and chunk.to_at < limits.before
    )
    or exists (
      select from atrium.document_versions version where version.document_id = document.id and version.name is null and version.at < limits.before
    )
$$;
comment on function atrium_private.documents_to_forget() is 'Documents with a history that is older than their workspace wants it kept.';
grant execute on function atrium_private.documents_to_forget to atrium_collab;

-- Definer: the collaboration server deletes versions and nothing else of the API.
create function atrium_private.forget_versions(document_id uuid, before timestamptz)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('atrium.versions:' || $1, 0));
  delete from atrium.document_versions version
  where version.document_id = $1 and version.name is null and version.at < $2 and version.at < (
    -- The last one is what newer ones are compared with.
    select max(latest.at) from atrium.document_versions latest where latest.document_id = $1
  );
  delete from atrium_private.document_blocks block
  where block.document_id = $1 and block.id not in (
    select unnest(content.blocks) from atrium_private.document_version_contents content
    join atrium.document_versions version on version.id = content.version_id
    where version.document_id = $1
  );
end $$;
comment on function atrium_private.forget_versions(uuid, timestamptz) is 'Deletes versions without a name, and what only they said.';
grant execute on function atrium_private.forget_versions to atrium_collab;

-- Definer: nobody may change policies but through functions.
create function atrium_private.set_history_retention(in_workspace uuid, days integer)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  if days not between 1 and 36500 then
    raise sqlstate 'PT422' using message = 'History is kept for 1 to 36500 days, or for ever.', detail = 'history_days_invalid';
  end if;
  update atrium.workspace_policies policy set history_days = days where policy.workspace_id = in_workspace and policy.history_days is distinct from days;
end $$;
comment on function atrium_private.set_history_retention(uuid, integer) is 'Behind atrium.set_history_retention.';
grant execute on function atrium_private.set_history_retention to authenticated;

create function atrium.set_history_retention(workspace_id uuid, days integer)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_history_retention($1, $2) $$;
comment on function atrium.set_history_retention(uuid, integer) is
  'For how many days the history of a workspace''s documents is kept; null: for ever. What is older is forgotten within an hour, but for versions with a name. Admins may. Nullable: days.
Example: select atrium.set_history_retention(''0190…'', 365);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 history_days_invalid.';
grant execute on function atrium.set_history_retention to authenticated;
