-- The content of documents: an append-only log of Yjs updates and snapshots of it. Private to the collaboration server.

create table atrium_private.document_updates (
  document_id uuid not null references atrium.documents (id) on delete cascade,
  id bigint generated always as identity,
  author_id uuid,
  at timestamptz not null default clock_timestamp(),
  update bytea not null,
  primary key (document_id, id)
);
-- Yjs packs what it writes; compressing it again only costs time.
alter table atrium_private.document_updates alter column update set storage external;
-- One key and no other index: every keystroke is a row, and each index would cost as much again.
comment on table atrium_private.document_updates is 'Every change of every document, in the order of its commit. An update is acknowledged to its author when its row is committed. Whoever adds a row to a document that may be open holds its lock, see database.ts.';
comment on column atrium_private.document_updates.author_id is 'Whose connection sent it; null when a server wrote it. No foreign key, which would lock the person''s row at every keystroke; whose account is gone has no name.';
comment on column atrium_private.document_updates.update is 'A Yjs update, encoding version 1.';
alter table atrium_private.document_updates enable row level security;
create policy "the collaboration server keeps the log"
  on atrium_private.document_updates for all to atrium_collab using (true) with check (true);
grant select, insert, update, delete on atrium_private.document_updates to atrium_collab;

create table atrium_private.document_snapshots (
  document_id uuid primary key references atrium.documents (id) on delete cascade,
  state bytea not null,
  upto bigint not null default 0,
  at timestamptz not null default clock_timestamp()
);
alter table atrium_private.document_snapshots alter column state set storage external;
comment on table atrium_private.document_snapshots is 'The state of a document up to some point of its log, so that opening it does not read the whole history.';
comment on column atrium_private.document_snapshots.state is 'A Yjs update that holds the whole state, encoding version 1.';
comment on column atrium_private.document_snapshots.upto is
  'The snapshot contains exactly the rows of the log with an id up to this. It is read while no row of the document is being written, so that none with a lower id comes later.';
alter table atrium_private.document_snapshots enable row level security;
create policy "the collaboration server keeps snapshots"
  on atrium_private.document_snapshots for all to atrium_collab using (true) with check (true);
grant select, insert, update, delete on atrium_private.document_snapshots to atrium_collab;

-- Some minutes old: a server that was cut off may still look for what others wrote meanwhile.
create view atrium_private.merged_updates with (security_invoker) as
  select document_id, id, author_id, at, update from atrium_private.document_updates logged
  where at < now() - interval '5 minutes'
    and id <= (select upto from atrium_private.document_snapshots snapshot where snapshot.document_id = logged.document_id);
comment on view atrium_private.merged_updates is 'Rows of the log that opening a document does not read any more: they are there for the history, which packs and deletes them.';
grant select, delete on atrium_private.merged_updates to atrium_collab;

-- Taking an id deletes its row, so whatever goes wrong afterwards, nobody else gets it.
create table atrium_private.document_client_ids (
  document_id uuid not null references atrium.documents (id) on delete cascade,
  client_id bigint not null,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  clock bigint not null,
  primary key (document_id, client_id)
);
create index on atrium_private.document_client_ids (user_id);
comment on table atrium_private.document_client_ids is
  'Yjs client ids that a person has written with and given back: the next tab writes on with them, because a document grows slower with every id it has ever seen. To be emptied when a backup is restored, for tabs that are open may have written with them since.';
comment on column atrium_private.document_client_ids.clock is 'What this id has written, all of it committed: whoever takes the id has exactly this, or does not use it.';
alter table atrium_private.document_client_ids enable row level security;
create policy "the collaboration server keeps ids that are free"
  on atrium_private.document_client_ids for all to atrium_collab using (true) with check (true);
grant select, insert, update, delete on atrium_private.document_client_ids to atrium_collab;

create table atrium_private.collaboration_servers (
  id uuid primary key,
  seen_at timestamptz not null default clock_timestamp()
);
comment on table atrium_private.collaboration_servers is 'The collaboration servers that are running. A server that is alone tells nobody what it commits.';
comment on column atrium_private.collaboration_servers.seen_at is 'Renewed every few seconds.';
alter table atrium_private.collaboration_servers enable row level security;
create policy "collaboration servers know of each other"
  on atrium_private.collaboration_servers for all to atrium_collab using (true) with check (true);
grant select, insert, update, delete on atrium_private.collaboration_servers to atrium_collab;

-- Definer: the collaboration server may write contents and nothing else of a document.
create function atrium_private.save_document_contents(document_id uuid, "json" jsonb, "text" text, markdown text default '', links jsonb default '[]')
  returns void
  language sql security definer set search_path = ''
as $$
  with saved as (
    insert into atrium.document_contents as contents (document_id, space_id, trashed, json, text, markdown)
    select document.id, document.space_id, document.trashed_at is not null, $2, $3, $4 from atrium.documents document
    -- A branch is opened, not searched.
    where document.id = $1 and document.suggestion_for is null
    on conflict (document_id) do update
      set space_id = excluded.space_id, trashed = excluded.trashed, json = excluded.json, text = excluded.text, markdown = excluded.markdown,
        updated_at = now()
      where contents.json is distinct from excluded.json
    returning contents.document_id
  ),
  touched as (
    update atrium.documents document set updated_at = now() from saved where document.id = saved.document_id
    returning document.id, document.workspace_id
  ),
  -- A document may name anything: only what is in the same workspace is kept.
  leads_to as (
    select distinct target.id, given.kind
    from touched, jsonb_to_recordset($5) as given (to_id uuid, kind text)
    join atrium.documents target on target.id = given.to_id
    where target.workspace_id = touched.workspace_id and target.id <> touched.id
  ),
  gone as (
    delete from atrium.document_links link using touched
    where link.from_id = touched.id and (link.to_id, link.kind) not in (select leads_to.id, leads_to.kind from leads_to)
  )
  insert into atrium.document_links (from_id, to_id, kind)
  select touched.id, leads_to.id, leads_to.kind from touched, leads_to
  on conflict do nothing
$$;
comment on function atrium_private.save_document_contents(uuid, jsonb, text, text, jsonb) is
  'Stores the projections of a document: JSON, text, Markdown and links as [{"to_id", "kind"}]. When it says the same as before, or the document is gone, it does nothing.';
grant execute on function atrium_private.save_document_contents to atrium_collab;
