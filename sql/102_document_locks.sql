-- Locking a document: what is said stays as it is until an editor unlocks it. And deleting for ever what is in the trash.

-- Definer: nobody may change the lock but through here.
create function atrium_private.lock_document(document_id uuid, lock boolean)
  returns atrium.documents
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_document_role($1, 'editor');
  document atrium.documents;
begin
  update atrium.documents known
  set locked_at = case when lock then coalesce(known.locked_at, now()) end,
    locked_by = case when lock then coalesce(known.locked_by, atrium_private.caller()) end
  where known.id = $1 and known.trashed_at is null
  returning known.* into document;
  if document.id is null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  end if;
  return document;
end $$;
comment on function atrium_private.lock_document(uuid, boolean) is 'Behind atrium.lock_document and atrium.unlock_document.';
grant execute on function atrium_private.lock_document to authenticated;

create function atrium.lock_document(id uuid)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.lock_document($1, true) $$;
comment on function atrium.lock_document(uuid) is
  'Nobody changes title or content from now on; who has it open reads on. Editors of the document may.
Example: select * from atrium.lock_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed.';
grant execute on function atrium.lock_document to authenticated;

create function atrium.unlock_document(id uuid)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.lock_document($1, false) $$;
comment on function atrium.unlock_document(uuid) is
  'Lets editors write again. Editors of the document may, whoever locked it.
Example: select * from atrium.unlock_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed.';
grant execute on function atrium.unlock_document to authenticated;

-- Definer: nobody may delete documents but through here.
create function atrium_private.delete_document(document_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
begin
  perform atrium_private.require_place(known.space_id, null) from atrium.documents known where known.id = $1;
  delete from atrium.documents known where known.id = $1 and known.trashed_at is not null;
  if not found then
    raise sqlstate 'PT409' using message = 'Only what is in the trash can be deleted for ever.', detail = 'document_not_trashed';
  end if;
end $$;
comment on function atrium_private.delete_document(uuid) is 'Behind atrium.delete_document.';
grant execute on function atrium_private.delete_document to authenticated;

create function atrium.delete_document(id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_document($1) $$;
comment on function atrium.delete_document(uuid) is
  'Deletes for ever a document that is in the trash, with everything beneath it and its whole history. Editors of the space may.
Example: select atrium.delete_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_not_trashed, space_archived.';
grant execute on function atrium.delete_document to authenticated;
