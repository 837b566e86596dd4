-- The content of documents: an append-only log of Yjs updates and snapshots of it. Private to the collaboration server.

create table atrium_private.document_updates (
  document_id uuid not null references atrium.documents (id) on delete cascade,
  id bigint generated always as identity,
  author_id uuid references atrium.profiles (id) on delete set null,
  at timestamptz not null default clock_timestamp(),
  update bytea not null,
  merged boolean not null default false,
  primary key (document_id, id)
);
-- Yjs packs what it writes; compressing it again only costs time.
alter table atrium_private.document_updates alter column update set storage external;
-- Opening a document reads the snapshot and what came after it.
create index document_updates_tail on atrium_private.document_updates (document_id, id) where not merged;
-- Deleting an account looks for what the person wrote.
create index on atrium_private.document_updates (author_id);
comment on table atrium_private.document_updates is 'Every change of every document, in the order of its commit. An update is acknowledged to its author when its row is committed.';
comment on column atrium_private.document_updates.author_id is 'Whose connection sent it; null when the account is gone or a server wrote it.';
comment on column atrium_private.document_updates.update is 'A Yjs update, encoding version 1.';
comment on column atrium_private.document_updates.merged is 'Whether the snapshot contains it. The row stays, for the history.';
alter table atrium_private.document_updates enable row level security;
create policy "the collaboration server keeps the log"
  on atrium_private.document_updates for all to atrium_collab using (true) with check (true);
grant select, insert, update, delete on atrium_private.document_updates to atrium_collab;

create table atrium_private.document_snapshots (
  document_id uuid primary key references atrium.documents (id) on delete cascade,
  state bytea not null,
  at timestamptz not null default clock_timestamp()
);
alter table atrium_private.document_snapshots alter column state set storage external;
comment on table atrium_private.document_snapshots is 'The state of a document up to some point of its log, so that opening it does not read the whole history.';
comment on column atrium_private.document_snapshots.state is 'A Yjs update that holds the whole state, encoding version 1.';
alter table atrium_private.document_snapshots enable row level security;
create policy "the collaboration server keeps snapshots"
  on atrium_private.document_snapshots for all to atrium_collab using (true) with check (true);
grant select, insert, update, delete on atrium_private.document_snapshots to atrium_collab;

-- Definer: the collaboration server may write contents and nothing else of a document.
create function atrium_private.save_document_contents(document_id uuid, "json" jsonb, "text" text)
  returns void
  language sql security definer set search_path = ''
as $$
  with saved as (
    insert into atrium.document_contents as contents (document_id, space_id, trashed, json, text)
    select document.id, document.space_id, document.trashed_at is not null, $2, $3 from atrium.documents document where document.id = $1
    on conflict (document_id) do update
      set space_id = excluded.space_id, trashed = excluded.trashed, json = excluded.json, text = excluded.text, updated_at = now()
      where contents.json is distinct from excluded.json
    returning contents.document_id
  )
  update atrium.documents document set updated_at = now() from saved where document.id = saved.document_id
$$;
comment on function atrium_private.save_document_contents(uuid, jsonb, text) is
  'Stores the projections of a document. When they say the same as before, or the document is gone, it does nothing.';
grant execute on function atrium_private.save_document_contents to atrium_collab;
