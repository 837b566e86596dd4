-- Documents: what others were writing while a version was restored comes back, suggestions go on when a part was decided, and exports in JSON come in again. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

alter table atrium_private.document_commands add column due_at timestamptz;
comment on column atrium_private.document_commands.due_at is 'Not to be done before; null: at once.';

-- Definer: the collaboration server, which ends commands, may not ask for any.
create function atrium_private.after_restore()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium_private.document_commands (document_id, author_id, claims, kind, payload, due_at)
  values (
    new.document_id, new.author_id, new.claims, 'keep_late_words',
    jsonb_build_object('until', old.payload -> 'until', 'restored_at', ceil(extract(epoch from new.done_at) * 1000)),
    clock_timestamp() + interval '2 seconds'
  );
  return null;
end $$;
comment on function atrium_private.after_restore() is
  'Whoever was writing in a block while a restore took it away had not heard of it. Two seconds later his words are here, and come back.';
create trigger after_restore after update on atrium_private.document_commands
  for each row when (new.kind = 'restore' and old.done_at is null and new.done_at is not null and new.error is null)
  execute function atrium_private.after_restore();

alter table atrium_private.suggestion_bases add column blocks jsonb;
comment on table atrium_private.suggestion_bases is
  'The page as it was when a suggestion was begun, as Yjs updates in order, and what was taken over since. A change is what the branch has made of it; it is applied to the page as it is by then.';
comment on column atrium_private.suggestion_bases.blocks is 'For what was taken over: blocks of the branch, and those that came into the page for them. Null for the page itself.';
comment on column atrium.suggestions.state is
  'open: its author writes in it. reviewed: something of it was decided, and he writes on. closed: all of it was decided, and it stays as it is.';

-- Definer: it answers for documents that the caller may not see. Not granted.
create or replace function atrium_private.writes_suggestion(suggestion_id uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select exists (
    select from atrium.suggestions suggestion
    join atrium.documents page on page.id = suggestion.document_id
    join atrium.spaces space on space.id = page.space_id
    where suggestion.id = $1 and suggestion.state <> 'closed' and suggestion.author_id = atrium_private.caller()
      and page.trashed_at is null and space.archived_at is null
  )
$$;
comment on function atrium_private.writes_suggestion(uuid) is 'Whether a suggestion is the caller''s, with something that is not decided.';

-- Definer: the collaboration server, which alone may call it, may not write bases.
create function atrium_private.keep_acceptance(suggestion_id uuid, update bytea, blocks jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium_private.suggestion_bases (suggestion_id, place, update, blocks)
  select suggestion.id, (select coalesce(max(known.place), 0) + 1 from atrium_private.suggestion_bases known where known.suggestion_id = $1), $2, $3
  from atrium.suggestions suggestion where suggestion.id = $1
$$;
comment on function atrium_private.keep_acceptance(uuid, bytea, jsonb) is 'Keeps with a suggestion what was taken over of it, so that its author can go on.';
grant execute on function atrium_private.keep_acceptance to atrium_collab;

comment on column atrium_private.transfer_pages.page is 'id, parent_id (null: right beneath the import''s place), title, icon, json, text, markdown, links, update (a Yjs update in base64).';

-- Definer: nobody may insert transfers but through here.
create or replace function atrium_private.create_import(new_id uuid, in_space uuid, beneath uuid, of_format text, of_file text)
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

comment on function atrium.create_import(uuid, uuid, text, uuid, text) is
  'Begins an import: put the file as <id>/source into the bucket transfers, then call start_import. Format: markdown, html, docx, json (an export) or zip (a tree of Markdown and HTML with attachments, or an export in JSON with its files). Editors of the space may. Nullable: id, parent_id, document_id, error, message, result.
Example: select id from atrium.create_import(null, ''0190…'', ''zip'', file_name => ''notes.zip'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, parent_not_found, 409 id_taken, space_archived, 422 format_invalid, 429 too_many_transfers.';

-- Definer: it writes documents and the log, in the name of the owner of the import.
create or replace function atrium_private.finish_import(transfer_id uuid, result jsonb)
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

revoke execute on all functions in schema atrium, atrium_private from public;
