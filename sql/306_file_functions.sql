-- Making folders; renaming, moving, copying, trashing and restoring folders and files; their versions.

-- Definer: nobody may write files but through here, as in every function below.
create function atrium_private.create_folder(new_id uuid, in_space uuid, in_folder uuid, new_name text)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  space atrium.spaces := atrium_private.require_folder(in_space, in_folder);
  folder atrium.files;
begin
  select known.* into folder from atrium.files known where known.id = new_id;
  if folder.id is not null then
    if (folder.space_id = in_space and folder.is_folder and folder.created_by = atrium_private.caller()) is not true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return folder;
  end if;
  insert into atrium.files (id, workspace_id, space_id, parent_id, is_folder, name, created_by, updated_by)
  values (coalesce(new_id, gen_random_uuid()), space.workspace_id, in_space, in_folder, true,
    atrium_private.free_file_name(in_space, in_folder, new_name, null, 'refuse'), atrium_private.caller(), atrium_private.caller())
  returning * into folder;
  return folder;
end $$;
comment on function atrium_private.create_folder(uuid, uuid, uuid, text) is 'Behind atrium.create_folder.';
grant execute on function atrium_private.create_folder to authenticated;

-- Definer: see create_folder.
create function atrium_private.rename_file(file_id uuid, new_name text)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
begin
  perform atrium_private.lock_files(file.space_id);
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  update atrium.files known
  set name = atrium_private.free_file_name(file.space_id, file.parent_id, new_name, $1, 'refuse'),
    updated_at = now(), updated_by = atrium_private.caller()
  where known.id = $1 returning known.* into file;
  return file;
end $$;
comment on function atrium_private.rename_file(uuid, text) is 'Behind atrium.rename_file.';
grant execute on function atrium_private.rename_file to authenticated;

create function atrium_private.refuse_trashed(file atrium.files)
  returns void
  language plpgsql immutable set search_path = ''
as $$
begin
  if file.id is null then
    raise sqlstate 'PT404' using message = 'There is no such file or folder, or you may not see it.', detail = 'file_not_found';
  elsif file.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This is in the trash. Restore it first.', detail = 'file_trashed';
  end if;
end $$;
comment on function atrium_private.refuse_trashed(atrium.files) is 'Errors: 404 file_not_found, 409 file_trashed.';

-- Definer: see create_folder.
create function atrium_private.move_file(file_id uuid, in_folder uuid, conflict text, to_space uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
  target uuid := coalesce(to_space, file.space_id);
  place atrium.spaces;
  tidy text;
begin
  -- Both spaces are locked in one order, or two moves in opposite directions would wait for each other.
  perform from atrium.spaces space where space.id in (file.space_id, target) order by space.id for no key update;
  place := atrium_private.require_folder(target, in_folder);
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  perform atrium_private.require_folder_of(file);
  if place.workspace_id <> file.workspace_id then
    raise sqlstate 'PT409' using message = 'A file cannot move to another workspace.', detail = 'other_workspace';
  elsif in_folder in (select inside from atrium_private.files_in($1) inside) then
    raise sqlstate 'PT409' using message = 'A folder cannot be inside itself.', detail = 'cycle';
  end if;
  tidy := atrium_private.free_file_name(target, in_folder, file.name, $1, conflict);
  if target = file.space_id then
    update atrium.files known set parent_id = in_folder, name = tidy, updated_at = now(), updated_by = atrium_private.caller() where known.id = $1;
  else
    perform atrium_private.move_stored_bytes($1, place);
    update atrium.files known
    set space_id = target, parent_id = case known.id when $1 then in_folder else known.parent_id end,
      name = case known.id when $1 then tidy else known.name end,
      updated_at = case known.id when $1 then now() else known.updated_at end,
      updated_by = case known.id when $1 then atrium_private.caller() else known.updated_by end
    where known.id in (select inside from atrium_private.files_in($1) inside);
  end if;
  -- Whoever reads it at this moment is asked again.
  perform atrium_private.notify_access(null, null, null, $1);
  select known.* into file from atrium.files known where known.id = $1;
  return file;
end $$;
comment on function atrium_private.move_file(uuid, uuid, text, uuid) is 'Behind atrium.move_file.';
grant execute on function atrium_private.move_file to authenticated;

-- Definer: nobody may write the sums.
create function atrium_private.move_stored_bytes(moving uuid, place atrium.spaces)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  with moved as (
    update atrium_private.stored_files known set space_id = place.id
    from atrium.file_versions version join storage.objects object on object.bucket_id = 'files' and object.name = version.path
    where version.file_id in (select inside from atrium_private.files_in(moving) inside)
      and known.object_id = object.id and known.space_id = version.space_id
    returning known.owner_id, known.bytes, version.space_id as from_space
  ),
  sums as (select moved.from_space, moved.owner_id, count(*) as files, sum(moved.bytes) as bytes from moved group by 1, 2),
  less as (
    update atrium_private.stored_bytes known set files = known.files - sums.files, bytes = known.bytes - sums.bytes
    from sums where known.space_id = sums.from_space and known.owner_id is not distinct from sums.owner_id
  )
  insert into atrium_private.stored_bytes as known (workspace_id, space_id, owner_id, files, bytes)
  select place.workspace_id, place.id, sums.owner_id, sums.files, sums.bytes from sums
  on conflict (document_id, room_id, space_id, owner_id) do update set files = known.files + excluded.files, bytes = known.bytes + excluded.bytes;
end $$;
comment on function atrium_private.move_stored_bytes(uuid, atrium.spaces) is 'Counts what is stored of a file, or of all in a folder, in another space of the workspace.';

-- Definer: see create_folder. The copy shares the bytes, which stay as long as any version has them.
create function atrium_private.copy_file(file_id uuid, in_folder uuid, to_space uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'viewer');
  me uuid := atrium_private.caller();
  copy_of uuid := gen_random_uuid();
  place atrium.spaces := atrium_private.require_folder(coalesce(to_space, file.space_id), in_folder);
  parts uuid[];
begin
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  if place.workspace_id <> file.workspace_id then
    raise sqlstate 'PT409' using message = 'A file cannot be copied to another workspace.', detail = 'other_workspace';
  elsif in_folder in (select inside from atrium_private.files_in($1) inside) then
    raise sqlstate 'PT409' using message = 'A folder cannot be inside itself.', detail = 'cycle';
  end if;
  parts := array(
    select part.id from atrium.files part
    where part.id in (select inside from atrium_private.files_in($1) inside) and part.trashed_at is null limit 10001);
  if cardinality(parts) > 10000 then
    raise sqlstate 'PT422' using message = 'At most 10,000 files are copied at once.', detail = 'too_many_files';
  end if;
  with part as materialized (
    select known.*, case known.id when $1 then copy_of else gen_random_uuid() end as copy_id
    from atrium.files known where known.id = any (parts)
  ),
  made as (
    insert into atrium.files (id, workspace_id, space_id, parent_id, is_folder, name, version, path, size, mime, created_by, updated_by)
    select part.copy_id, part.workspace_id, place.id,
      case part.id when $1 then in_folder else (select above.copy_id from part above where above.id = part.parent_id) end,
      part.is_folder,
      case part.id when $1 then atrium_private.free_file_name(place.id, in_folder, part.name, null, 'number') else part.name end,
      case when not part.is_folder then 1 end, part.path, part.size, part.mime, me, me
    -- Each folder before what is in it, see place_file.
    from part order by cardinality(part.above)
  )
  insert into atrium.file_versions (file_id, space_id, number, path, size, sha256, mime, author_id)
  select part.copy_id, place.id, 1, version.path, version.size, version.sha256, version.mime, me
  from part join atrium.file_versions version on version.file_id = part.id and version.number = part.version;
  select known.* into file from atrium.files known where known.id = copy_of;
  return file;
end $$;
comment on function atrium_private.copy_file(uuid, uuid, uuid) is 'Behind atrium.copy_file.';
grant execute on function atrium_private.copy_file to authenticated;

-- Definer: who reads a folder reads what is in it.
create function atrium_private.folder_files(folder uuid)
  returns table (id uuid, path text, name text, size bigint, folders jsonb, updated_at timestamptz)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  top atrium.files := atrium_private.require_file_role(folder, 'viewer');
begin
  return query
    select file.id, file.path, file.name, file.size,
      to_jsonb(array(select between_them.name from atrium.files between_them
        where between_them.id = any (file.above[cardinality(top.above) + 1:]) and between_them.is_folder order by cardinality(between_them.above))),
      file.updated_at
    from atrium.files file
    where file.above @> array[folder] and not file.is_folder and file.trashed_at is not distinct from top.trashed_at
    order by file.above;
end $$;
comment on function atrium_private.folder_files(uuid) is 'Behind atrium.folder_files.';
grant execute on function atrium_private.folder_files to authenticated;

-- Definer: see create_folder.
create function atrium_private.trash_file(file_id uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
begin
  perform atrium_private.require_folder_of(file);
  update atrium.files known set trashed_at = now()
  where known.trashed_at is null and known.id in (select inside from atrium_private.files_in($1) inside)
    -- Trashing again may not take along what has come into it since.
    and exists (select from atrium.files root where root.id = $1 and root.trashed_at is null);
  -- Whoever reads it at this moment is asked again.
  perform atrium_private.notify_access(null, null, null, $1);
  select known.* into file from atrium.files known where known.id = $1;
  return file;
end $$;
comment on function atrium_private.trash_file(uuid) is 'Behind atrium.trash_file.';
grant execute on function atrium_private.trash_file to authenticated;

-- Definer: see create_folder.
create function atrium_private.restore_file(file_id uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
  home uuid;
  tidy text;
begin
  perform atrium_private.require_folder(file.space_id, null);
  select known.* into file from atrium.files known where known.id = $1;
  if file.id is null or file.trashed_at is null then
    return file;
  end if;
  -- In a folder that is still in the trash it would be invisible.
  select folder.id into home from atrium.files folder where folder.id = file.parent_id and folder.trashed_at is null;
  tidy := atrium_private.free_file_name(file.space_id, home, file.name, $1, 'number');
  update atrium.files known
  set trashed_at = null, parent_id = case known.id when $1 then home else known.parent_id end,
    name = case known.id when $1 then tidy else known.name end
  where known.trashed_at = file.trashed_at and known.id in (select inside from atrium_private.files_in($1) inside);
  select known.* into file from atrium.files known where known.id = $1;
  return file;
end $$;
comment on function atrium_private.restore_file(uuid) is 'Behind atrium.restore_file.';
grant execute on function atrium_private.restore_file to authenticated;

-- Definer: see create_folder.
create function atrium_private.delete_file(file_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
begin
  perform atrium_private.require_folder(file.space_id, null);
  delete from atrium.files known where known.id = $1 and known.trashed_at is not null;
  if not found then
    raise sqlstate 'PT409' using message = 'Only what is in the trash can be deleted for ever.', detail = 'file_not_trashed';
  end if;
end $$;
comment on function atrium_private.delete_file(uuid) is 'Behind atrium.delete_file.';
grant execute on function atrium_private.delete_file to authenticated;

-- Definer: nobody may write versions. Not granted: who calls it has locked the space and asked for the right.
create function atrium_private.add_file_version(
  to_file uuid, new_path text, new_size bigint, new_sha256 text, new_mime text, new_note text, restored integer, author uuid
)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files;
  next integer := 1 + (select coalesce(max(version.number), 0) from atrium.file_versions version where version.file_id = to_file);
begin
  insert into atrium.file_versions (file_id, space_id, number, path, size, sha256, mime, note, restored_from, author_id)
  select known.id, known.space_id, next, new_path, new_size, new_sha256, new_mime, new_note, restored, author
  from atrium.files known where known.id = to_file;
  update atrium.files known
  set version = next, path = new_path, size = new_size, mime = new_mime, updated_at = now(), updated_by = author
  where known.id = to_file returning known.* into file;
  return file;
end $$;
comment on function atrium_private.add_file_version(uuid, text, bigint, text, text, text, integer, uuid) is 'Gives a file its next version, which is the present one from then on.';

-- Definer: see require_file_role.
create function atrium_private.require_file_version(version_id uuid)
  returns atrium.file_versions
  language plpgsql security definer set search_path = ''
as $$
declare
  version atrium.file_versions;
  file atrium.files;
  mine atrium.role;
begin
  select known.* into version from atrium.file_versions known where known.id = $1;
  mine := atrium_private.role_on_file(atrium_private.require_caller(), version.space_id, version.file_id);
  if mine is null or (version.trashed and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such version, or you may not see it.', detail = 'version_not_found';
  end if;
  perform atrium_private.require_file_role(version.file_id, 'editor');
  perform atrium_private.lock_files(version.space_id);
  select known.* into file from atrium.files known where known.id = version.file_id;
  perform atrium_private.refuse_trashed(file);
  return version;
end $$;
comment on function atrium_private.require_file_version(uuid) is
  'The version, its space locked, if the caller may change its file. Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 file_trashed, space_archived.';

-- Definer: see create_folder.
create function atrium_private.restore_file_version(version_id uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  version atrium.file_versions := atrium_private.require_file_version($1);
begin
  return atrium_private.add_file_version(
    version.file_id, version.path, version.size, version.sha256, version.mime, '', version.number, atrium_private.caller());
end $$;
comment on function atrium_private.restore_file_version(uuid) is 'Behind atrium.restore_file_version.';
grant execute on function atrium_private.restore_file_version to authenticated;

-- Definer: see create_folder.
create function atrium_private.label_file_version(version_id uuid, new_label text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  version atrium.file_versions := atrium_private.require_file_version($1);
begin
  update atrium.file_versions known set label = case when btrim(new_label) <> '' then atrium_private.valid_name(new_label, 'label', 80) end
  where known.id = version.id;
end $$;
comment on function atrium_private.label_file_version(uuid, text) is 'Behind atrium.label_file_version.';
grant execute on function atrium_private.label_file_version to authenticated;

-- Definer: see create_folder.
create function atrium_private.delete_file_version(version_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  version atrium.file_versions := atrium_private.require_file_version($1);
begin
  delete from atrium.file_versions known
  where known.id = version.id and known.number <> (select file.version from atrium.files file where file.id = version.file_id);
  if not found then
    raise sqlstate 'PT409' using message = 'This is the present version. Restore another one first.', detail = 'version_is_present';
  end if;
end $$;
comment on function atrium_private.delete_file_version(uuid) is 'Behind atrium.delete_file_version.';
grant execute on function atrium_private.delete_file_version to authenticated;

create function atrium.create_folder(id uuid, space_id uuid, parent_id uuid, name text)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.create_folder($1, $2, $3, $4) $$;
comment on function atrium.create_folder(uuid, uuid, uuid, text) is
  'Makes a folder, at the top of a space or in another folder. Editors of the space, or of a shared folder, may. The same call again returns the same folder. Nullable: id, parent_id.
Example: select * from atrium.create_folder(gen_random_uuid(), ''0190…'', null, ''Contracts'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, 409 id_taken, name_taken, space_archived, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved.';
grant execute on function atrium.create_folder to authenticated;

create function atrium.folder_files(folder_id uuid)
  returns table (id uuid, path text, name text, size bigint, folders jsonb, updated_at timestamptz)
  language sql stable set search_path = ''
as $$ select * from atrium_private.folder_files($1) $$;
comment on function atrium.folder_files(uuid) is
  'Every file in a folder, however deep, with the names of the folders between. Who reads the folder may.
Example: select folders, name, size from atrium.folder_files(''0190…'');
Errors: 401 not_signed_in, 404 file_not_found.';
grant execute on function atrium.folder_files to authenticated;

create function atrium.shared_files()
  returns setof atrium.files
  language sql stable set search_path = ''
as $$ select file.* from atrium.files file where file.id in (select atrium_private.granted_to_caller('file')) $$;
comment on function atrium.shared_files() is
  'The files and folders that are shared with the caller by themselves, wherever they are; what is in a folder is found by its parent_id.
Example: select id, name from atrium.shared_files();';
grant execute on function atrium.shared_files to authenticated;

create function atrium.rename_file(id uuid, name text)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.rename_file($1, $2) $$;
comment on function atrium.rename_file(uuid, text) is
  'Renames a file or folder. Editors of the space, or of a shared folder, may.
Example: select * from atrium.rename_file(''0190…'', ''plan.pdf'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, 409 name_taken, file_trashed, space_archived, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved.';
grant execute on function atrium.rename_file to authenticated;

create function atrium.move_file(id uuid, parent_id uuid, conflict text default 'refuse', space_id uuid default null)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.move_file($1, $2, $3, $4) $$;
comment on function atrium.move_file(uuid, uuid, text, uuid) is
  'Moves a file or folder into another folder (null: the top) of its space, or of another space of the workspace if one is given, whose people see it from then on; what is shared or linked by itself stays so. If the name is taken there, the move is refused, or with the conflict number it becomes "plan (2).pdf". Editors of both places may. Nullable: parent_id, space_id.
Example: select * from atrium.move_file(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, folder_not_found, space_not_found, 409 name_taken, other_workspace, cycle, file_trashed, space_archived, 422 conflict_invalid.';
grant execute on function atrium.move_file to authenticated;

create function atrium.copy_file(id uuid, parent_id uuid, space_id uuid default null)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.copy_file($1, $2, $3) $$;
comment on function atrium.copy_file(uuid, uuid, uuid) is
  'Copies the present version of a file, or a folder with all that is in it, into a folder (null: the top) of its space, or of another space of the workspace if one is given; numbered if the name is taken there. Who reads it and edits the other place may. Nullable: parent_id, space_id.
Example: select * from atrium.copy_file(''0190…'', null);
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, folder_not_found, space_not_found, 409 other_workspace, cycle, file_trashed, space_archived, 422 too_many_files.';
grant execute on function atrium.copy_file to authenticated;

create function atrium.trash_file(id uuid)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.trash_file($1) $$;
comment on function atrium.trash_file(uuid) is
  'Puts a file or folder with all that is in it into the trash, where only editors of the space see it. They may, and editors of the folder it is in when that is shared.
Example: select * from atrium.trash_file(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, 409 space_archived.';
grant execute on function atrium.trash_file to authenticated;

create function atrium.restore_file(id uuid)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.restore_file($1) $$;
comment on function atrium.restore_file(uuid) is
  'Takes a file or folder out of the trash with what went there together with it; to the top of its space when its folder is still in the trash, and numbered when its name is taken by now.
Example: select * from atrium.restore_file(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, 409 space_archived.';
grant execute on function atrium.restore_file to authenticated;

create function atrium.delete_file(id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_file($1) $$;
comment on function atrium.delete_file(uuid) is
  'Deletes for ever a file or folder that is in the trash, with all that is in it and every version. Editors of the space may.
Example: select atrium.delete_file(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, 409 file_not_trashed, space_archived.';
grant execute on function atrium.delete_file to authenticated;

create function atrium.restore_file_version(version_id uuid)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.restore_file_version($1) $$;
comment on function atrium.restore_file_version(uuid) is
  'Makes the content of an older version the newest version of its file. Editors of the space, or of a shared folder, may.
Example: select version from atrium.restore_file_version(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 file_trashed, space_archived.';
grant execute on function atrium.restore_file_version to authenticated;

create function atrium.label_file_version(version_id uuid, label text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.label_file_version($1, $2) $$;
comment on function atrium.label_file_version(uuid, text) is
  'Gives a version of a file a name of 1 to 80 characters, or takes it away. Editors of the space, or of a shared folder, may. Nullable: label.
Example: select atrium.label_file_version(''0190…'', ''Sent to the printer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 file_trashed, space_archived, 422 label_too_long, label_invalid.';
grant execute on function atrium.label_file_version to authenticated;

create function atrium.delete_file_version(version_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_file_version($1) $$;
comment on function atrium.delete_file_version(uuid) is
  'Deletes an older version of a file for ever. Editors of the space, or of a shared folder, may.
Example: select atrium.delete_file_version(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 version_is_present, file_trashed, space_archived.';
grant execute on function atrium.delete_file_version to authenticated;
