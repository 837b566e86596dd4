-- Transfers: documents on their way in from files and out to files, and rooms on their way out. The work is done by jobs; a row tells its owner how far it is.

create table atrium.transfers (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references atrium.profiles (id) on delete cascade,
  kind text not null check (kind in ('import', 'export')),
  format text not null check (format in ('markdown', 'html', 'docx', 'zip', 'pdf', 'json')),
  space_id uuid references atrium.spaces (id) on delete cascade,
  document_id uuid references atrium.documents (id) on delete cascade,
  room_id uuid,
  with_children boolean not null default false,
  with_files boolean not null default false,
  file_name text not null default '' check (char_length(file_name) <= 300),
  state text not null default 'waiting' check (state in ('waiting', 'queued', 'running', 'done', 'failed')),
  progress integer not null default 0 check (progress between 0 and 100),
  error text,
  message text,
  result jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint transfers_place_fits check (num_nonnulls(space_id, room_id) = 1)
);
comment on table atrium.transfers is 'Imports and exports of documents, and exports of rooms. Seen by whoever asked for them; forgotten after a week, with their files.';
comment on column atrium.transfers.document_id is 'What is exported, or beneath what is imported; null for the top of the space.';
comment on column atrium.transfers.room_id is 'The room that is exported; then there is no space.';
comment on column atrium.transfers.with_files is 'Whether the files of messages are in the export of a room.';
comment on column atrium.transfers.state is 'An import is waiting until its file <id>/source is in the bucket transfers and start_import was called.';
comment on column atrium.transfers.progress is 'Percent.';
comment on column atrium.transfers.error is 'Why it failed: a code, with a sentence in message.';
comment on column atrium.transfers.result is
  'Of an import {"documents", "root_ids", "skipped"}; of an export {"file_name", "bytes"} with the number of its documents, or of its messages and the left_out files, and its file is <id>/result in the bucket transfers.';
create index on atrium.transfers (owner_id);
create index on atrium.transfers (space_id);
create index on atrium.transfers (document_id);
create index on atrium.transfers (room_id);
-- The worker asks what is old.
create index on atrium.transfers (created_at);
alter table atrium.transfers enable row level security;

create policy "people see their own transfers"
  on atrium.transfers for select to authenticated using (owner_id = (select atrium_private.caller()));
grant select on atrium.transfers to authenticated;

create table atrium_private.transfer_pages (
  transfer_id uuid not null references atrium.transfers (id) on delete cascade,
  place integer not null,
  page jsonb not null,
  primary key (transfer_id, place)
);
comment on table atrium_private.transfer_pages is 'Pages of an import before they appear, all at once.';
comment on column atrium_private.transfer_pages.page is 'id, parent_id (null: right beneath the import''s place), title, icon, json, text, markdown, links, update (a Yjs update in base64).';
alter table atrium_private.transfer_pages enable row level security;

-- Files that go in and come out, named <transfer>/source and <transfer>/result.
insert into storage.buckets (id, name, public, file_size_limit) values ('transfers', 'transfers', false, 52428800)
on conflict (id) do nothing;

-- The look-ups are under the policy on transfers: one's own, and there are few.
create policy "people fetch the files of their transfers"
  on storage.objects for select to authenticated
  using (bucket_id = 'transfers' and exists (
    select from atrium.transfers transfer where objects.name in (transfer.id::text || '/source', transfer.id::text || '/result')
  ));
create policy "people bring the file of an import"
  on storage.objects for insert to authenticated
  with check (bucket_id = 'transfers' and exists (
    select from atrium.transfers transfer
    where objects.name = transfer.id::text || '/source' and transfer.kind = 'import' and transfer.state = 'waiting'
  ));

-- Definer: it sends where the caller may not.
create function atrium_private.announce_transfer()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.updated_at := now();
  perform atrium_private.send_to_people(array[new.owner_id], 'transfer', jsonb_build_object('id', new.id, 'state', new.state, 'progress', new.progress));
  return new;
end $$;
comment on function atrium_private.announce_transfer() is 'transfer {id, state, progress} to the owner.';
create trigger announce before update on atrium.transfers
  for each row execute function atrium_private.announce_transfer();

-- Definer: nobody may insert transfers but through here.
create function atrium_private.create_import(new_id uuid, in_space uuid, beneath uuid, of_format text, of_file text)
  returns atrium.transfers
  language plpgsql security definer set search_path = ''
as $$
declare
  place atrium.spaces := atrium_private.require_place(in_space, beneath);
  made atrium.transfers;
begin
  if of_format is null or of_format not in ('markdown', 'html', 'docx', 'zip', 'json') then
    raise sqlstate 'PT422' using message = 'Markdown, HTML, Word documents, exports in JSON and ZIP archives can be imported.', detail = 'format_invalid';
  end if;
  perform atrium_private.refuse_many_transfers();
  insert into atrium.transfers (id, owner_id, kind, format, space_id, document_id, file_name)
  values (coalesce(new_id, gen_random_uuid()), atrium_private.caller(), 'import', of_format, place.id, beneath, left(coalesce(of_file, ''), 300))
  on conflict (id) do nothing
  returning * into made;
  if made.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return made;
end $$;
comment on function atrium_private.create_import(uuid, uuid, uuid, text, text) is 'Behind atrium.create_import.';
grant execute on function atrium_private.create_import to authenticated;

-- Definer: see create_import.
create function atrium_private.refuse_many_transfers()
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if (
    select count(*) from atrium.transfers transfer
    where transfer.owner_id = atrium_private.caller() and transfer.state in ('waiting', 'queued', 'running')
      and transfer.created_at > now() - interval '1 hour'
  ) >= 20 then
    raise sqlstate 'PT429' using message = 'Twenty of your imports and exports are under way. Wait until one is done.', detail = 'too_many_transfers';
  end if;
end $$;
comment on function atrium_private.refuse_many_transfers() is 'Errors: 429 too_many_transfers.';

-- Definer: it changes what nobody may, and looks for the file.
create function atrium_private.start_import(transfer_id uuid)
  returns atrium.transfers
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  transfer atrium.transfers;
begin
  select known.* into transfer from atrium.transfers known where known.id = $1 and known.owner_id = me and known.kind = 'import' for update;
  if transfer.id is null then
    raise sqlstate 'PT404' using message = 'There is no such import of yours.', detail = 'transfer_not_found';
  elsif transfer.state <> 'waiting' then
    return transfer;
  elsif not exists (select from storage.objects object where object.bucket_id = 'transfers' and object.name = $1::text || '/source') then
    raise sqlstate 'PT409' using message = 'Bring the file first.', detail = 'file_missing';
  end if;
  update atrium.transfers known set state = 'queued' where known.id = $1 returning known.* into transfer;
  perform atrium_private.enqueue('import_documents', jsonb_build_object('transfer_id', $1));
  return transfer;
end $$;
comment on function atrium_private.start_import(uuid) is 'Behind atrium.start_import.';
grant execute on function atrium_private.start_import to authenticated;

-- Definer: nobody may insert transfers but through here.
create function atrium_private.export_document(document_id uuid, of_format text, children boolean, new_id uuid)
  returns atrium.transfers
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  mine atrium.role := atrium_private.require_document_role($1, 'viewer');
  made atrium.transfers;
begin
  if of_format is null or of_format not in ('markdown', 'html', 'docx', 'pdf', 'json') then
    raise sqlstate 'PT422' using message = 'The formats are markdown, html, pdf, docx and json.', detail = 'format_invalid';
  end if;
  perform atrium_private.refuse_many_transfers();
  insert into atrium.transfers (id, owner_id, kind, format, space_id, document_id, with_children, state)
  select coalesce(new_id, gen_random_uuid()), atrium_private.caller(), 'export', of_format, document.space_id, document.id, coalesce(children, false), 'queued'
  from atrium.documents document where document.id = $1
  on conflict (id) do nothing
  returning * into made;
  if made.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  perform atrium_private.enqueue('export_documents', jsonb_build_object('transfer_id', made.id));
  return made;
end $$;
comment on function atrium_private.export_document(uuid, text, boolean, uuid) is 'Behind atrium.export_document.';
grant execute on function atrium_private.export_document to authenticated;

create function atrium.create_import(id uuid, space_id uuid, format text, parent_id uuid default null, file_name text default '')
  returns atrium.transfers
  language sql set search_path = ''
as $$ select * from atrium_private.create_import($1, $2, $4, $3, $5) $$;
comment on function atrium.create_import(uuid, uuid, text, uuid, text) is
  'Begins an import: put the file as <id>/source into the bucket transfers, then call start_import. Format: markdown, html, docx, json (an export) or zip (a tree of Markdown and HTML with attachments, or an export in JSON with its files). Editors of the space may. Nullable: id, parent_id, document_id, error, message, result.
Example: select id from atrium.create_import(null, ''0190…'', ''zip'', file_name => ''notes.zip'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, parent_not_found, 409 id_taken, space_archived, 422 format_invalid, 429 too_many_transfers.';
grant execute on function atrium.create_import to authenticated;

create function atrium.start_import(transfer_id uuid)
  returns atrium.transfers
  language sql set search_path = ''
as $$ select * from atrium_private.start_import($1) $$;
comment on function atrium.start_import(uuid) is
  'Starts an import whose file is there. Its row in transfers tells how far it is; the pages appear all at once, or none does. Again it does nothing.
Example: select state from atrium.start_import(''0190…'');
Errors: 401 not_signed_in, 404 transfer_not_found, 409 file_missing.';
grant execute on function atrium.start_import to authenticated;

create function atrium.export_document(document_id uuid, format text, with_children boolean default false, id uuid default null)
  returns atrium.transfers
  language sql set search_path = ''
as $$ select * from atrium_private.export_document($1, $2, $3, $4) $$;
comment on function atrium.export_document(uuid, text, boolean, uuid) is
  'Makes a file of a document, or with everything beneath it that the caller may read: markdown, html, pdf, docx or json. When its row in transfers is done, the file is <id>/result in the bucket transfers. Nullable: id.
Example: select id from atrium.export_document(''0190…'', ''pdf'', with_children => true);
Errors: 401 not_signed_in, 404 document_not_found, 409 id_taken, 422 format_invalid, 429 too_many_transfers.';
grant execute on function atrium.export_document to authenticated;
