-- Copies of documents.

create table atrium.copied_files (
  document_id uuid not null references atrium.documents (id) on delete cascade,
  source_id uuid not null,
  name text not null,
  primary key (document_id, name)
);
comment on table atrium.copied_files is
  'Files that a copied document shows although they lie with the original: whoever may read the copy may read them. Seen by whoever may read the copy.';
comment on column atrium.copied_files.source_id is 'The document that the file was added to; it may be gone.';
comment on column atrium.copied_files.name is 'The name of the object in its bucket, which begins with source_id.';
-- The storage service asks for one object at a time.
create index on atrium.copied_files (name);
alter table atrium.copied_files enable row level security;

-- The look-up of the document is under the policy on documents itself.
create policy "people see the files of the documents they may read"
  on atrium.copied_files for select to authenticated
  using (exists (select from atrium.documents document where document.id = document_id));
grant select on atrium.copied_files to authenticated;

create policy "people see files in the copies that they may read"
  on storage.objects for select to authenticated
  using (bucket_id in ('document-images', 'document-files') and exists (select from atrium.copied_files file where file.name = objects.name));

-- Definer: it reads the log and writes documents, which nobody may.
create function atrium_private.copy_document(
  document_id uuid, new_id uuid, to_space uuid, beneath uuid, new_title text, wanted text, with_children boolean
)
  returns atrium.documents
  language plpgsql security definer set search_path = ''
as $$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
  me uuid := atrium_private.caller();
  original atrium.documents;
  place atrium.spaces;
  document atrium.documents;
begin
  select known.* into original from atrium.documents known where known.id = $1;
  if original.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  end if;
  place := atrium_private.require_place(
    coalesce(to_space, atrium_private.space_beneath(beneath), original.space_id), beneath);
  if place.workspace_id <> original.workspace_id then
    raise sqlstate 'PT409' using message = 'A document cannot be copied to another workspace.', detail = 'other_workspace';
  end if;
  select known.* into document from atrium.documents known where known.id = new_id;
  if document.id is not null then
    if document.created_by is distinct from me or document.space_id <> place.id then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return document;
  end if;
  new_id := coalesce(new_id, gen_random_uuid());
  if (select count(*) from atrium_private.branch_of($1)) > 1000 then
    raise sqlstate 'PT422' using message = 'More than 1,000 documents cannot be copied at once.', detail = 'too_many_documents';
  end if;

  with branch as materialized (
    select known.*, case known.id when $1 then new_id else gen_random_uuid() end as copy_id
    from atrium.documents known
    where known.trashed_at is null
      and (known.id = $1 or (with_children and known.id in (select inside from atrium_private.branch_of($1) inside)))
      -- Beneath it nothing is shown that the caller may not see: a document is in the space of its parent.
  ),
  made as (
    insert into atrium.documents (id, workspace_id, space_id, parent_id, title, icon, position, created_by)
    select branch.copy_id, place.workspace_id, place.id,
      case branch.id when $1 then beneath else (select parent.copy_id from branch parent where parent.id = branch.parent_id) end,
      case branch.id when $1 then coalesce(new_title, branch.title) else branch.title end,
      branch.icon,
      case branch.id when $1 then atrium_private.free_position(place.id, beneath, wanted, new_id) else branch.position end,
      me
    from branch
  ),
  read as (
    insert into atrium.document_contents (document_id, space_id, trashed, json, text, markdown)
    select branch.copy_id, place.id, false, contents.json, contents.text, contents.markdown
    from branch join atrium.document_contents contents on contents.document_id = branch.id
  ),
  links as (
    insert into atrium.document_links (from_id, to_id, kind)
    select branch.copy_id, link.to_id, link.kind from branch join atrium.document_links link on link.from_id = branch.id
  ),
  snapshots as (
    insert into atrium_private.document_snapshots (document_id, state)
    select branch.copy_id, snapshot.state from branch join atrium_private.document_snapshots snapshot on snapshot.document_id = branch.id
  ),
  -- The history of a copy begins with what it was copied from; nobody sees in it who wrote that.
  histories as (
    insert into atrium_private.document_chunks (document_id, id, from_at, to_at, edits, packed, state)
    select branch.copy_id, 1, now(), now(), 0, '', snapshot.state
    from branch join atrium_private.document_snapshots snapshot on snapshot.document_id = branch.id
  ),
  files as (
    insert into atrium.copied_files (document_id, source_id, name)
    select branch.copy_id, branch.id, object.name
    from branch join storage.objects object on object.bucket_id in ('document-images', 'document-files')
      and object.name collate "C" >= branch.id || '/' and object.name collate "C" < branch.id || '0'
    union
    select branch.copy_id, file.source_id, file.name from branch join atrium.copied_files file on file.document_id = branch.id
  )
  insert into atrium_private.document_updates (document_id, author_id, update)
  select branch.copy_id, me, logged.update
  from branch join atrium_private.document_updates logged on logged.document_id = branch.id
  where logged.id > coalesce((select upto from atrium_private.document_snapshots snapshot where snapshot.document_id = branch.id), 0)
  order by logged.id;
  select known.* into document from atrium.documents known where known.id = new_id;
  return document;
end $$;
comment on function atrium_private.copy_document(uuid, uuid, uuid, uuid, text, text, boolean) is
  'Behind atrium.duplicate_document.';
grant execute on function atrium_private.copy_document to authenticated;

create function atrium.duplicate_document(
  document_id uuid, id uuid default null, space_id uuid default null, parent_id uuid default null, title text default null,
  "position" text default null, with_children boolean default true
)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.copy_document($1, $2, $3, $4, $5, $6, $7) $$;
comment on function atrium.duplicate_document(uuid, uuid, uuid, uuid, text, text, boolean) is
  'Copies a document that the caller may read, with everything beneath it unless told otherwise, to a place where he may write: at the top of its own space unless told otherwise. The copy has the text as it is now, and neither its history nor its shares. The same call with the same id returns the same copy.
Example: select * from atrium.duplicate_document(''0190…'', title => ''Plan (copy)'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, space_not_found, parent_not_found, 409 id_taken, document_trashed, other_workspace, space_archived, 422 title_too_long, title_invalid, position_invalid, too_many_documents.';
grant execute on function atrium.duplicate_document to authenticated;
