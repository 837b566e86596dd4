-- Making, moving, trashing and restoring documents.

-- Definer: it looks at all siblings, those in the trash too.
create function atrium_private.free_position(in_space uuid, beneath uuid, wanted text, but uuid)
  returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  taken boolean;
  next text;
begin
  if wanted is null then
    return atrium_private.position_after((
      select max(sibling.position) from atrium.documents sibling
      where sibling.space_id = in_space and sibling.parent_id is not distinct from beneath and sibling.id is distinct from but
    ));
  end if;
  wanted := atrium_private.valid_position(wanted);
  select bool_or(sibling.position = wanted), min(sibling.position) filter (where sibling.position > wanted) into taken, next
  from atrium.documents sibling
  where sibling.space_id = in_space and sibling.parent_id is not distinct from beneath
    and sibling.id is distinct from but and sibling.position >= wanted;
  return case when taken then atrium_private.position_between(wanted, next) else wanted end;
end $$;
comment on function atrium_private.free_position(uuid, uuid, text, uuid) is
  'The wanted key, or a free one just behind it when another document has it already; without one, the last place. Errors: 422 position_invalid.';

-- Definer: it reads documents of spaces that are the caller's. A parent that he may not see is answered as one that does not exist.
create function atrium_private.space_beneath(parent_id uuid)
  returns uuid
  language sql stable security definer set search_path = ''
as $$
  select parent.space_id from atrium.documents parent
  where parent.id = $1 and parent.space_id in (select atrium_private.spaces_of_caller('viewer'))
$$;
comment on function atrium_private.space_beneath(uuid) is 'The space of a document in one of the caller''s spaces; null for any other.';

-- Definer: it locks and reads documents whatever the caller may see.
create function atrium_private.require_place(in_space uuid, beneath uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'editor');
  space atrium.spaces;
begin
  -- One change of the tree at a time: two moves could make a circle, and two documents get one place.
  select locked.* into space from atrium.spaces locked where locked.id = in_space for no key update;
  perform atrium_private.refuse_archived(in_space);
  if beneath is not null and not exists (
    select from atrium.documents parent where parent.id = beneath and parent.space_id = in_space and parent.trashed_at is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such parent in this space.', detail = 'parent_not_found';
  end if;
  return space;
end $$;
comment on function atrium_private.require_place(uuid, uuid) is
  'The space, locked, when the caller may put a document there. Errors: 403 role_too_low, 404 space_not_found, parent_not_found, 409 space_archived.';

-- Definer: nobody may insert documents but through here.
create function atrium_private.create_document(
  new_id uuid, in_space uuid, beneath uuid, new_title text, wanted text, markdown text default null, content jsonb default null
)
  returns atrium.documents
  language plpgsql security definer set search_path = ''
as $$
declare
  space atrium.spaces := atrium_private.require_place(in_space, beneath);
  document atrium.documents;
  payload jsonb;
begin
  if markdown is not null or content is not null then
    payload := atrium_private.content_payload(markdown, content);
  end if;
  insert into atrium.documents (id, workspace_id, space_id, parent_id, title, position, created_by)
  values (
    coalesce(new_id, gen_random_uuid()), space.workspace_id, in_space, beneath, coalesce(new_title, ''),
    atrium_private.free_position(in_space, beneath, wanted, new_id), atrium_private.caller()
  )
  on conflict (id) do nothing
  returning * into document;
  if document.id is null then
    select known.* into document from atrium.documents known
    where known.id = new_id and known.space_id = in_space and known.created_by = atrium_private.caller();
    if document.id is null then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
  elsif payload is not null then
    perform atrium_private.queue_command(document.id, 'replace', payload);
  end if;
  return document;
end $$;
comment on function atrium_private.create_document(uuid, uuid, uuid, text, text, text, jsonb) is 'Behind atrium.create_document.';
grant execute on function atrium_private.create_document to authenticated;

-- Definer: nobody may move documents but through here.
create function atrium_private.move_document(document_id uuid, beneath uuid, wanted text, to_space uuid)
  returns atrium.documents
  language plpgsql security definer set search_path = ''
as $$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
  document atrium.documents;
  target uuid;
  place atrium.spaces;
begin
  select known.* into document from atrium.documents known where known.id = $1;
  target := coalesce(to_space, atrium_private.space_beneath(beneath), document.space_id);
  -- Both spaces are locked in one order, or two moves in opposite directions would wait for each other.
  perform from atrium.spaces space where space.id in (document.space_id, target) order by space.id for no key update;
  perform atrium_private.require_place(document.space_id, null);
  place := atrium_private.require_place(target, beneath);
  select known.* into document from atrium.documents known where known.id = $1;
  if document.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  elsif place.workspace_id <> document.workspace_id then
    raise sqlstate 'PT409' using message = 'A document cannot move to another workspace.', detail = 'other_workspace';
  elsif beneath in (select branch from atrium_private.branch_of($1) branch) then
    raise sqlstate 'PT409' using message = 'A document cannot be beneath itself.', detail = 'cycle';
  end if;
  update atrium.documents known
  set parent_id = beneath, space_id = target, position = atrium_private.free_position(target, beneath, wanted, $1), updated_at = now()
  where known.id = $1
  returning known.* into document;
  return document;
end $$;
comment on function atrium_private.move_document(uuid, uuid, text, uuid) is 'Behind atrium.move_document.';
grant execute on function atrium_private.move_document to authenticated;

-- Definer: it reads documents whatever the caller may see.
create function atrium_private.branch_of(document_id uuid)
  returns setof uuid
  language sql stable security definer set search_path = ''
as $$
  with recursive branch as (
    select document.id, document.space_id from atrium.documents document where document.id = $1
    union
    select child.id, child.space_id
    from branch join atrium.documents child on child.space_id = branch.space_id and child.parent_id = branch.id
  )
  select branch.id from branch
$$;
comment on function atrium_private.branch_of(uuid) is 'A document and everything beneath it.';

-- Definer: nobody may trash documents but through here.
create function atrium_private.trash_document(document_id uuid)
  returns atrium.documents
  language plpgsql security definer set search_path = ''
as $$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
  document atrium.documents;
begin
  perform atrium_private.require_place(known.space_id, null) from atrium.documents known where known.id = $1;
  update atrium.documents known set trashed_at = now()
  where known.trashed_at is null
    and known.id in (select branch from atrium_private.branch_of($1) branch)
    -- Trashing again may not take along what has come beneath it since.
    and exists (select from atrium.documents root where root.id = $1 and root.trashed_at is null);
  select known.* into document from atrium.documents known where known.id = $1;
  return document;
end $$;
comment on function atrium_private.trash_document(uuid) is 'Behind atrium.trash_document.';
grant execute on function atrium_private.trash_document to authenticated;

-- Definer: nobody may restore documents but through here.
create function atrium_private.restore_document(document_id uuid)
  returns atrium.documents
  language plpgsql security definer set search_path = ''
as $$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
  document atrium.documents;
begin
  perform atrium_private.require_place(known.space_id, null) from atrium.documents known where known.id = $1;
  select known.* into document from atrium.documents known where known.id = $1;
  if document.trashed_at is null then
    return document;
  end if;
  update atrium.documents known set trashed_at = null
  where known.trashed_at = document.trashed_at and known.id in (select branch from atrium_private.branch_of($1) branch);
  -- Beneath something that is still in the trash it would be invisible.
  update atrium.documents known
  set parent_id = null, position = atrium_private.free_position(known.space_id, null, null, known.id)
  where known.id = $1
    and exists (select from atrium.documents parent where parent.id = known.parent_id and parent.trashed_at is not null);
  select known.* into document from atrium.documents known where known.id = $1;
  return document;
end $$;
comment on function atrium_private.restore_document(uuid) is 'Behind atrium.restore_document.';
grant execute on function atrium_private.restore_document to authenticated;

create function atrium.create_document(
  id uuid, space_id uuid, parent_id uuid default null, title text default '', "position" text default null,
  markdown text default null, content jsonb default null
)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.create_document($1, $2, $3, $4, $5, $6, $7) $$;
comment on function atrium.create_document(uuid, uuid, uuid, text, text, text, jsonb) is
  'Makes a document at a position, or after its siblings; empty, or with content in Markdown or ProseMirror JSON, which is there a moment later. Editors of the space may. The same call again returns the same document. Nullable: id, parent_id, icon, position, trashed_at, markdown, content.
Example: select * from atrium.create_document(gen_random_uuid(), ''0190…'', title => ''Plan'', markdown => ''Buy *paper*.'');
By REST: curl -X POST "$URL/rest/v1/rpc/create_document" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0191…", "space_id": "0190…", "title": "Plan", "markdown": "Buy *paper*."}''
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, parent_not_found, 409 id_taken, space_archived, 413 content_too_large, 422 title_too_long (300 characters), title_invalid, position_invalid, content_required, content_invalid.';
grant execute on function atrium.create_document to authenticated;

create function atrium.move_document(id uuid, parent_id uuid, "position" text, space_id uuid default null)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.move_document($1, $2, $3, $4) $$;
comment on function atrium.move_document(uuid, uuid, text, uuid) is
  'Moves a document and everything beneath it under another parent (null: the top), to a position (null: the last), in another space if one is given. Editors of both spaces may. Nullable: parent_id, position, space_id.
Example: select * from atrium.move_document(''0190…'', null, ''a1'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, space_not_found, parent_not_found, 409 cycle, document_trashed, other_workspace, space_archived, 422 position_invalid.';
grant execute on function atrium.move_document to authenticated;

create function atrium.trash_document(id uuid)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.trash_document($1) $$;
comment on function atrium.trash_document(uuid) is
  'Puts a document and everything beneath it into the trash, where only editors of the space see it. They may.
Example: select * from atrium.trash_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 space_archived.';
grant execute on function atrium.trash_document to authenticated;

create function atrium.restore_document(id uuid)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.restore_document($1) $$;
comment on function atrium.restore_document(uuid) is
  'Takes a document out of the trash with what went there together with it; to the top of its space when its parent is still in the trash.
Example: select * from atrium.restore_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 space_archived.';
grant execute on function atrium.restore_document to authenticated;
