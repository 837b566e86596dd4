-- What the worker may do for a transfer, in the name of its owner. Rights are asked again here: they may be lost since it was asked for.

-- Definer: the worker reads no table.
create function atrium_private.take_transfer(transfer_id uuid)
  returns setof atrium.transfers
  language sql security definer set search_path = ''
as $$
  update atrium.transfers transfer set state = 'running' where transfer.id = $1 and transfer.state in ('queued', 'running') returning transfer.*
$$;
comment on function atrium_private.take_transfer(uuid) is 'The transfer, if there is something left to do.';
grant execute on function atrium_private.take_transfer to atrium_worker;

-- Definer: see take_transfer.
create function atrium_private.note_transfer(transfer_id uuid, percent integer)
  returns void
  language sql security definer set search_path = ''
as $$ update atrium.transfers transfer set progress = $2 where transfer.id = $1 and transfer.state = 'running' and transfer.progress <> $2 $$;
comment on function atrium_private.note_transfer(uuid, integer) is 'Says how far it is.';
grant execute on function atrium_private.note_transfer to atrium_worker;

-- Definer: see take_transfer.
create function atrium_private.end_transfer(transfer_id uuid, error text, message text, result jsonb)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.transfers transfer
  set state = case when $2 is null then 'done' else 'failed' end, progress = case when $2 is null then 100 else transfer.progress end,
    error = $2, message = $3, result = $4
  where transfer.id = $1 and transfer.state = 'running';
  delete from atrium_private.transfer_pages page where page.transfer_id = $1;
end $$;
comment on function atrium_private.end_transfer(uuid, text, text, jsonb) is 'Ends a transfer, well or with a code and a sentence.';
grant execute on function atrium_private.end_transfer to atrium_worker;

-- Definer: it answers for the owner of the transfer, whom the worker cannot choose.
create function atrium_private.pages_to_export(transfer_id uuid)
  returns table (id uuid, parent_id uuid, title text, icon text, "position" text, "json" jsonb, updated_at timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select document.id, document.parent_id, document.title, document.icon, document.position,
    coalesce(contents.json, '{"type": "doc", "content": []}'), document.updated_at
  from atrium.transfers transfer
  join atrium.documents document on document.id = transfer.document_id
    or (transfer.with_children and document.id in (select inside from atrium_private.branch_of(transfer.document_id) inside))
  left join atrium.document_contents contents on contents.document_id = document.id
  where transfer.id = $1 and transfer.kind = 'export' and document.trashed_at is null
    and (document.space_id in (select rights.space_id from atrium_private.space_rights(transfer.owner_id) rights where rights.role >= 'viewer')
      or document.id in (select rights.object_id from atrium_private.grant_rights(transfer.owner_id, 'document') rights where rights.role >= 'viewer'))
  order by document.position collate "C", document.id
  limit 2000
$$;
comment on function atrium_private.pages_to_export(uuid) is 'What an export is of, as far as its owner may read it now; 2,000 documents at most.';
grant execute on function atrium_private.pages_to_export to atrium_worker;

-- Definer: see pages_to_export.
create function atrium_private.titles_for_export(transfer_id uuid, ids uuid[])
  returns table (id uuid, title text)
  language sql stable security definer set search_path = ''
as $$
  select document.id, document.title
  from atrium.transfers transfer, atrium.documents document
  where transfer.id = $1 and document.id = any ($2) and document.trashed_at is null
    and (document.space_id in (select rights.space_id from atrium_private.space_rights(transfer.owner_id) rights where rights.role >= 'viewer')
      or document.id in (select rights.object_id from atrium_private.grant_rights(transfer.owner_id, 'document') rights where rights.role >= 'viewer'))
$$;
comment on function atrium_private.titles_for_export(uuid, uuid[]) is 'The titles of mentioned documents, of those that the owner of the export may read.';
grant execute on function atrium_private.titles_for_export to atrium_worker;

-- Definer: see pages_to_export.
create function atrium_private.files_to_export(transfer_id uuid)
  returns table (bucket text, name text)
  language sql stable security definer set search_path = ''
as $$
  with pages as materialized (select page.id from atrium_private.pages_to_export($1) page)
  select object.bucket_id, object.name
  from pages join storage.objects object on object.bucket_id in ('document-images', 'document-files')
    and object.name collate "C" >= pages.id || '/' and object.name collate "C" < pages.id || '0'
  union
  select bucket.name, file.name
  from pages join atrium.copied_files file on file.document_id = pages.id
  cross join (values ('document-images'), ('document-files')) bucket (name)
$$;
comment on function atrium_private.files_to_export(uuid) is 'The pictures and files that the owner of an export may read by the documents in it.';
grant execute on function atrium_private.files_to_export to atrium_worker;

-- Definer: the worker writes no table.
create function atrium_private.stage_page(transfer_id uuid, place integer, page jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium_private.transfer_pages (transfer_id, place, page)
  select transfer.id, $2, $3 from atrium.transfers transfer where transfer.id = $1 and transfer.kind = 'import' and transfer.state = 'running'
  on conflict (transfer_id, place) do update set page = excluded.page
$$;
comment on function atrium_private.stage_page(uuid, integer, jsonb) is 'Keeps a page of an import until all are there.';
grant execute on function atrium_private.stage_page to atrium_worker;

-- Definer: it writes documents and the log, in the name of the owner of the import.
create function atrium_private.finish_import(transfer_id uuid, result jsonb)
  returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  transfer atrium.transfers;
  place atrium.spaces;
  staged record;
begin
  select known.* into transfer from atrium.transfers known where known.id = $1 and known.kind = 'import' and known.state = 'running' for update;
  if transfer.id is null then
    return null;
  end if;
  select locked.* into place from atrium.spaces locked where locked.id = transfer.space_id for no key update;
  if place.archived_at is not null then
    return 'space_archived';
  elsif not exists (
    select from atrium_private.space_rights(transfer.owner_id) rights where rights.space_id = place.id and rights.role >= 'editor'
  ) then
    return 'role_too_low';
  elsif transfer.document_id is not null and not exists (
    select from atrium.documents parent where parent.id = transfer.document_id and parent.space_id = place.id and parent.trashed_at is null
  ) then
    return 'parent_not_found';
  end if;
  -- Parents stand before their children.
  for staged in select given.place, p.* from atrium_private.transfer_pages given
    cross join lateral jsonb_to_record(given.page) as p (id uuid, parent_id uuid, title text, icon text, "json" jsonb, "text" text, markdown text, links jsonb, update text)
    where given.transfer_id = $1 order by given.place
  loop
    insert into atrium.documents (id, workspace_id, space_id, parent_id, title, icon, position, created_by)
    values (
      staged.id, place.workspace_id, place.id, coalesce(staged.parent_id, transfer.document_id), staged.title, staged.icon,
      atrium_private.free_position(place.id, coalesce(staged.parent_id, transfer.document_id), null, null), transfer.owner_id
    );
    insert into atrium_private.document_updates (document_id, author_id, update)
    values (staged.id, transfer.owner_id, decode(staged.update, 'base64'));
  end loop;
  perform atrium_private.save_document_contents(p.id, p.json, p.text, p.markdown, p.links)
  from atrium_private.transfer_pages given
  cross join lateral jsonb_to_record(given.page) as p (id uuid, "json" jsonb, "text" text, markdown text, links jsonb)
  where given.transfer_id = $1;
  perform atrium_private.end_transfer($1, null, null, $2);
  return 'done';
end $$;
comment on function atrium_private.finish_import(uuid, jsonb) is
  'Makes all pages of an import appear at once and ends it: done. When its owner may not put them there any more, nothing happens and a code comes back; null when there is nothing to do.';
grant execute on function atrium_private.finish_import to atrium_worker;

-- Definer: see take_transfer.
create function atrium_private.old_transfers()
  returns setof uuid
  language sql stable security definer set search_path = ''
as $$ select transfer.id from atrium.transfers transfer where transfer.created_at < now() - interval '7 days' limit 100 $$;
comment on function atrium_private.old_transfers() is 'Transfers whose files are no longer needed.';
grant execute on function atrium_private.old_transfers to atrium_worker;

-- Definer: see take_transfer.
create function atrium_private.forget_transfers(ids uuid[])
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium.transfers transfer where transfer.id = any ($1) and transfer.created_at < now() - interval '7 days' $$;
comment on function atrium_private.forget_transfers(uuid[]) is 'Deletes old transfers, after their files.';
grant execute on function atrium_private.forget_transfers to atrium_worker;
