-- Restoring a version: a command to the collaboration server, because only there can a document be changed while others write in it.

-- Definer: see queue_command.
create function atrium_private.restore_version(
  document_id uuid, version_id uuid, at timestamptz, author_id uuid, block integer, command_id uuid
)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  kept_since timestamptz := atrium_private.history_kept_since($1);
begin
  perform atrium_private.require_document_role($1, 'editor');
  if ($2 is null) = ($3 is null) or ($4 is not null and $5 is not null) or $5 < 0 then
    raise sqlstate 'PT422' using message = 'Name a version or a time, and at most one of author and block.', detail = 'restore_invalid';
  elsif $2 is not null and not exists (
    select from atrium.document_versions version where version.id = $2 and version.document_id = $1
  ) then
    raise sqlstate 'PT404' using message = 'There is no such version, or you may not see it.', detail = 'version_not_found';
  elsif $3 < kept_since then
    raise sqlstate 'PT410' using message = 'The history of this document is not kept for so long.', detail = 'history_forgotten';
  end if;
  return atrium_private.queue_command($1, 'restore', jsonb_strip_nulls(jsonb_build_object(
    'version_id', $2, 'at', $3, 'author_id', $4, 'block', $5,
    -- What is written from now on nobody has seen who asks for this.
    'until', clock_timestamp())), $6);
end $$;
comment on function atrium_private.restore_version(uuid, uuid, timestamptz, uuid, integer, uuid) is 'Behind atrium.restore_version.';
grant execute on function atrium_private.restore_version to authenticated;

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

create function atrium.restore_version(
  document_id uuid, version_id uuid default null, at timestamptz default null, author_id uuid default null, block integer default null,
  command_id uuid default null
)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.restore_version($1, $2, $3, $4, $5, $6) $$;
comment on function atrium.restore_version(uuid, uuid, timestamptz, uuid, integer, uuid) is
  'Makes a document what it was: in a version, or at a time. It is an edit like any other: what others write in the same second stays, and it can be taken back by restoring the time before. With author_id only what that person did since is taken back; with block only that top-level block, counted from 0, comes back. Editors may. Returns the id of the command, see command_state. Nullable: version_id, at, author_id, block, command_id.
Example: select atrium.restore_version(''0190…'', at => now() - interval ''1 hour'');
By REST: curl -X POST "$URL/rest/v1/rpc/restore_version" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"document_id": "0190…", "version_id": "0190…"}''
A command that failed may have the codes version_not_found, history_forgotten, block_not_found and those of command_state.
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, version_not_found, 409 document_trashed, document_locked, space_archived, id_taken, 410 history_forgotten, 422 restore_invalid, 429 too_many_commands.';
grant execute on function atrium.restore_version to authenticated;
