-- Files of spaces: folders, files, versions, uploads. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

alter table atrium.workspace_policies add column storage_quota bigint check (storage_quota >= 0);
comment on column atrium.workspace_policies.trash_days is 'For how many days a deleted document or file lies in the trash, see set_trash_retention; null: until somebody deletes it.';
comment on column atrium.workspace_policies.storage_quota is 'How many bytes the workspace may store, see set_storage_quota; null: as much as there is.';

-- Files of a space: a tree of folders and files, each file with its versions. The bytes are in the private bucket "files" of the storage
-- service, one object for each version, named by the upload that brought it. What is here is complete: an upload is a row of its own
-- (308_file_uploads.sql) until its bytes are there and have been checked.

-- Only types that no browser runs: whatever else a file is, it is stored as mere bytes. What it is, the versions say.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('files', 'files', false, 5368709120, array['application/octet-stream',
  'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif',
  'video/mp4', 'video/webm', 'video/ogg', 'video/quicktime', 'audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/webm', 'audio/flac'])
on conflict (id) do nothing;

create table atrium.files (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  space_id uuid not null,
  parent_id uuid,
  is_folder boolean not null,
  name text not null check (octet_length(name) between 1 and 255),
  -- Names that differ in case alone are one name to people and to many file systems.
  name_key text not null generated always as (lower(name)) stored,
  version integer,
  path text,
  size bigint,
  mime text,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_by uuid references atrium.profiles (id) on delete set null,
  updated_at timestamptz not null default now(),
  trashed_at timestamptz,
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade,
  unique (space_id, id),
  foreign key (space_id, parent_id) references atrium.files (space_id, id) on delete cascade,
  check (parent_id is distinct from id),
  check (num_nonnulls(version, path, size, mime) = case when is_folder then 0 else 4 end)
);
comment on table atrium.files is 'The folders and files of spaces. A file is here as soon as its first version is complete; functions change it.';
comment on column atrium.files.parent_id is 'The folder it is in, of the same space; null at the top.';
comment on column atrium.files.name is 'In normal form NFC, 255 bytes at most; in its folder nothing else that is not in the trash has the same name, whatever the case.';
comment on column atrium.files.name_key is 'The name in lower case: lists are in this order.';
comment on column atrium.files.version is 'The number of the present version; null of a folder, like path, size and mime.';
comment on column atrium.files.path is 'The object of the bucket files with the present version.';
comment on column atrium.files.mime is 'What the bytes of the present version are, whatever the name says.';
comment on column atrium.files.updated_at is 'When it got its present version, name or place, by updated_by.';
comment on column atrium.files.trashed_at is 'Set while it is in the trash, where only editors see it. The same time as what went there with it.';
create unique index files_name on atrium.files (space_id, parent_id, name_key) nulls not distinct where trashed_at is null;
-- A folder is listed folders first, then by name.
create index on atrium.files (space_id, parent_id, is_folder desc, name_key);
create index on atrium.files (workspace_id);
create index on atrium.files (created_by);
create index on atrium.files (updated_by);
-- The trash is emptied by age.
create index on atrium.files (space_id, trashed_at) where trashed_at is not null;
alter table atrium.files enable row level security;

create table atrium.file_versions (
  id uuid primary key default gen_random_uuid(),
  file_id uuid not null,
  space_id uuid not null,
  trashed boolean not null default false,
  number integer not null check (number > 0),
  path text not null,
  size bigint not null check (size >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  mime text not null,
  note text not null default '' check (char_length(note) <= 500),
  label text check (char_length(label) between 1 and 80),
  restored_from integer,
  author_id uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  foreign key (space_id, file_id) references atrium.files (space_id, id) on delete cascade,
  unique (file_id, number)
);
comment on table atrium.file_versions is 'Every content that a file had, complete and checked. Whoever sees the file sees them.';
comment on column atrium.file_versions.space_id is 'A copy from the file, so that the policy asks no other table for each row.';
comment on column atrium.file_versions.trashed is 'Whether the file is in the trash; a copy like space_id.';
comment on column atrium.file_versions.path is 'Its object in the bucket files. Copies and restored versions share one.';
comment on column atrium.file_versions.sha256 is 'The SHA-256 of the bytes, in hex, as the worker read them back from the storage service.';
comment on column atrium.file_versions.mime is 'What the bytes are, by their beginning.';
comment on column atrium.file_versions.label is 'What somebody called this version; null for none.';
comment on column atrium.file_versions.restored_from is 'The number of the version whose content came back with this one.';
create index on atrium.file_versions (space_id);
-- The policy on objects, and whoever deletes a version, ask which versions have an object.
create index on atrium.file_versions (path);
create index on atrium.file_versions (author_id);
alter table atrium.file_versions enable row level security;

create policy "people see the files of their spaces, editors the trash too"
  on atrium.files for select to authenticated
  using (
    (trashed_at is null and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.files to authenticated;

create policy "people see the versions of the files they see"
  on atrium.file_versions for select to authenticated
  using (
    (not trashed and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.file_versions to authenticated;

-- The policy looks up the versions of one object, under the policy above: storage asks for one object.
create policy "people read the versions of the files they see"
  on storage.objects for select to authenticated
  using (
    bucket_id = 'files'
    and exists (select from atrium.file_versions version where version.path = objects.name)
  );

-- Definer: nobody may write versions.
create function atrium_private.follow_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.file_versions set trashed = new.trashed_at is not null where file_id = new.id;
  return null;
end $$;
comment on function atrium_private.follow_file() is 'Keeps the copies of a file''s state in step.';
create trigger follow_file after update of trashed_at on atrium.files
  for each row when (not new.is_folder and (old.trashed_at is null) <> (new.trashed_at is null))
  execute function atrium_private.follow_file();

-- Definer: nobody may write the list of objects to remove. What goes with its file, folder or space comes by here too.
create function atrium_private.remove_unused_object()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from atrium.file_versions version where version.path = old.path) then
    insert into atrium_private.removed_files (bucket, path) values ('files', old.path) on conflict do nothing;
  end if;
  return null;
end $$;
comment on function atrium_private.remove_unused_object() is 'Leaves an object to the worker when no version has it any more.';
create trigger remove_unused_object after delete on atrium.file_versions
  for each row execute function atrium_private.remove_unused_object();

create function atrium_private.valid_file_name(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  tidy text := normalize(atrium_private.valid_name(value, 'name', 255));
begin
  if octet_length(tidy) > 255 then
    raise sqlstate 'PT422' using message = 'The name is longer than 255 bytes.', detail = 'name_too_long';
  elsif tidy ~ '[/\\]' or tidy in ('.', '..') or tidy ~ '\.$' then
    raise sqlstate 'PT422' using message = 'A name has no slashes and does not end with a dot.', detail = 'name_invalid';
  elsif lower(tidy) ~ '^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)' then
    raise sqlstate 'PT422' using message = 'Some systems keep this name for devices.', detail = 'name_reserved';
  end if;
  return tidy;
end $$;
comment on function atrium_private.valid_file_name(text) is
  'The name in normal form NFC with its white space tidied. Errors: 422 name_required, name_too_long, name_invalid, name_reserved.';

-- Definer: it looks at all names of a folder.
create function atrium_private.free_file_name(in_space uuid, in_folder uuid, wanted text, but uuid, on_conflict text)
  returns text
  language plpgsql stable security definer set search_path = ''
as $$
declare
  tidy text := atrium_private.valid_file_name(wanted);
  stem text := regexp_replace(tidy, '(?<=.)\.[^. ]{1,16}$', '');
  ending text := substr(tidy, char_length(stem) + 1);
  candidate text := tidy;
  count integer := 1;
begin
  if (on_conflict in ('refuse', 'number')) is not true then
    raise sqlstate 'PT422' using message = 'What to do when the name is taken: refuse or number.', detail = 'conflict_invalid';
  end if;
  while exists (
    select from atrium.files taken
    where taken.space_id = in_space and taken.parent_id is not distinct from in_folder and taken.name_key = lower(candidate)
      and taken.trashed_at is null and taken.id is distinct from but
  ) loop
    count := count + 1;
    if on_conflict = 'refuse' or count > 1000 then
      raise sqlstate 'PT409' using message = 'Something in this folder has this name.', detail = 'name_taken';
    end if;
    candidate := stem || ' (' || count || ')' || ending;
    while octet_length(candidate) > 255 loop
      stem := left(stem, -1);
      candidate := stem || ' (' || count || ')' || ending;
    end loop;
  end loop;
  return candidate;
end $$;
comment on function atrium_private.free_file_name(uuid, uuid, text, uuid, text) is
  'The name tidied, and numbered before its ending if it is taken: plan (2).pdf. Errors: 409 name_taken, 422 conflict_invalid and those of valid_file_name.';

-- Definer: it answers for files that the caller may not see.
create function atrium_private.require_file_role(file_id uuid, at_least atrium.role)
  returns atrium.files
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  file atrium.files;
  mine atrium.role;
begin
  select known.* into file from atrium.files known where known.id = $1;
  select max(rights.role) into mine from atrium_private.space_rights(me) rights where rights.space_id = file.space_id;
  if mine is null or (file.trashed_at is not null and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such file or folder, or you may not see it.', detail = 'file_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one in this space may do this.', at_least), detail = 'role_too_low';
  end if;
  return file;
end $$;
comment on function atrium_private.require_file_role(uuid, atrium.role) is
  'The file or folder, if the caller has the role in its space. Errors: 401 not_signed_in, 404 file_not_found, 403 role_too_low.';

-- Definer: it locks and reads what the caller may not see.
create function atrium_private.require_folder(in_space uuid, folder uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'editor');
  space atrium.spaces;
begin
  -- One change of the tree at a time: two moves could make a circle, and two files get one name.
  select locked.* into space from atrium.spaces locked where locked.id = in_space for no key update;
  perform atrium_private.refuse_archived(in_space);
  if folder is not null and not exists (
    select from atrium.files known where known.id = folder and known.space_id = in_space and known.is_folder and known.trashed_at is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such folder in this space.', detail = 'folder_not_found';
  end if;
  return space;
end $$;
comment on function atrium_private.require_folder(uuid, uuid) is
  'The space, locked, when the caller may put files there. Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, 409 space_archived.';

-- Definer: it reads files whatever the caller may see.
create function atrium_private.files_in(folder uuid)
  returns setof uuid
  language sql stable security definer set search_path = ''
as $$
  with recursive inside as (
    select file.id, file.space_id from atrium.files file where file.id = $1
    union
    select child.id, child.space_id from inside join atrium.files child on child.space_id = inside.space_id and child.parent_id = inside.id
  )
  select inside.id from inside
$$;
comment on function atrium_private.files_in(uuid) is 'A file or folder and everything in it.';

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
  perform atrium_private.require_folder(file.space_id, null);
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
create function atrium_private.move_file(file_id uuid, in_folder uuid, conflict text)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
begin
  perform atrium_private.require_folder(file.space_id, in_folder);
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  if in_folder in (select inside from atrium_private.files_in($1) inside) then
    raise sqlstate 'PT409' using message = 'A folder cannot be inside itself.', detail = 'cycle';
  end if;
  update atrium.files known
  set parent_id = in_folder, name = atrium_private.free_file_name(file.space_id, in_folder, file.name, $1, conflict),
    updated_at = now(), updated_by = atrium_private.caller()
  where known.id = $1 returning known.* into file;
  return file;
end $$;
comment on function atrium_private.move_file(uuid, uuid, text) is 'Behind atrium.move_file.';
grant execute on function atrium_private.move_file to authenticated;

-- Definer: see create_folder. The copy shares the bytes, which stay as long as any version has them.
create function atrium_private.copy_file(file_id uuid, in_folder uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'viewer');
  me uuid := atrium_private.caller();
  copy_of uuid := gen_random_uuid();
  parts uuid[];
begin
  perform atrium_private.require_folder(file.space_id, in_folder);
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  if in_folder in (select inside from atrium_private.files_in($1) inside) then
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
    select part.copy_id, part.workspace_id, part.space_id,
      case part.id when $1 then in_folder else (select above.copy_id from part above where above.id = part.parent_id) end,
      part.is_folder,
      case part.id when $1 then atrium_private.free_file_name(part.space_id, in_folder, part.name, null, 'number') else part.name end,
      case when not part.is_folder then 1 end, part.path, part.size, part.mime, me, me
    from part
  )
  insert into atrium.file_versions (file_id, space_id, number, path, size, sha256, mime, author_id)
  select part.copy_id, part.space_id, 1, version.path, version.size, version.sha256, version.mime, me
  from part join atrium.file_versions version on version.file_id = part.id and version.number = part.version;
  select known.* into file from atrium.files known where known.id = copy_of;
  return file;
end $$;
comment on function atrium_private.copy_file(uuid, uuid) is 'Behind atrium.copy_file.';
grant execute on function atrium_private.copy_file to authenticated;

-- Definer: see create_folder.
create function atrium_private.trash_file(file_id uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
begin
  perform atrium_private.require_folder(file.space_id, null);
  update atrium.files known set trashed_at = now()
  where known.trashed_at is null and known.id in (select inside from atrium_private.files_in($1) inside)
    -- Trashing again may not take along what has come into it since.
    and exists (select from atrium.files root where root.id = $1 and root.trashed_at is null);
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
begin
  perform atrium_private.require_caller();
  select known.* into version from atrium.file_versions known where known.id = $1;
  if version.id is null or not exists (
    select from atrium_private.space_rights(atrium_private.caller()) rights
    where rights.space_id = version.space_id and (rights.role >= 'editor' or not version.trashed)
  ) then
    raise sqlstate 'PT404' using message = 'There is no such version, or you may not see it.', detail = 'version_not_found';
  end if;
  perform atrium_private.require_folder(version.space_id, null);
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
  'Makes a folder, at the top of a space or in another folder. Editors of the space may. The same call again returns the same folder. Nullable: id, parent_id.
Example: select * from atrium.create_folder(gen_random_uuid(), ''0190…'', null, ''Contracts'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, 409 id_taken, name_taken, space_archived, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved.';
grant execute on function atrium.create_folder to authenticated;

create function atrium.rename_file(id uuid, name text)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.rename_file($1, $2) $$;
comment on function atrium.rename_file(uuid, text) is
  'Renames a file or folder. Editors of the space may.
Example: select * from atrium.rename_file(''0190…'', ''plan.pdf'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, 409 name_taken, file_trashed, space_archived, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved.';
grant execute on function atrium.rename_file to authenticated;

create function atrium.move_file(id uuid, parent_id uuid, conflict text default 'refuse')
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.move_file($1, $2, $3) $$;
comment on function atrium.move_file(uuid, uuid, text) is
  'Moves a file or folder into another folder of its space (null: the top). If the name is taken there, the move is refused, or with the conflict number it becomes "plan (2).pdf". Editors of the space may. Nullable: parent_id.
Example: select * from atrium.move_file(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, folder_not_found, 409 name_taken, cycle, file_trashed, space_archived, 422 conflict_invalid.';
grant execute on function atrium.move_file to authenticated;

create function atrium.copy_file(id uuid, parent_id uuid)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.copy_file($1, $2) $$;
comment on function atrium.copy_file(uuid, uuid) is
  'Copies the present version of a file, or a folder with all that is in it, into a folder of its space (null: the top); numbered if the name is taken there. Editors of the space may. Nullable: parent_id.
Example: select * from atrium.copy_file(''0190…'', null);
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, folder_not_found, 409 cycle, file_trashed, space_archived, 422 too_many_files.';
grant execute on function atrium.copy_file to authenticated;

create function atrium.trash_file(id uuid)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.trash_file($1) $$;
comment on function atrium.trash_file(uuid) is
  'Puts a file or folder with all that is in it into the trash, where only editors of the space see it. They may.
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
  'Makes the content of an older version the newest version of its file. Editors of the space may.
Example: select version from atrium.restore_file_version(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 file_trashed, space_archived.';
grant execute on function atrium.restore_file_version to authenticated;

create function atrium.label_file_version(version_id uuid, label text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.label_file_version($1, $2) $$;
comment on function atrium.label_file_version(uuid, text) is
  'Gives a version of a file a name of 1 to 80 characters, or takes it away. Editors of the space may. Nullable: label.
Example: select atrium.label_file_version(''0190…'', ''Sent to the printer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 file_trashed, space_archived, 422 label_too_long, label_invalid.';
grant execute on function atrium.label_file_version to authenticated;

create function atrium.delete_file_version(version_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_file_version($1) $$;
comment on function atrium.delete_file_version(uuid) is
  'Deletes an older version of a file for ever. Editors of the space may.
Example: select atrium.delete_file_version(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 version_is_present, file_trashed, space_archived.';
grant execute on function atrium.delete_file_version to authenticated;

-- Uploads of files: announced, stored piece by piece in the bucket "files", read back and checked by the worker, and only then a version.
-- Whatever dies at whatever moment: before the check nobody else sees anything, and the job that checks is in the transaction that stores.

create table atrium.file_uploads (
  id uuid primary key default gen_random_uuid(),
  space_id uuid not null references atrium.spaces (id) on delete cascade,
  parent_id uuid references atrium.files (id) on delete set null,
  file_id uuid references atrium.files (id) on delete cascade,
  uploaded_by uuid references atrium.profiles (id) on delete cascade,
  path text not null generated always as (id::text) stored unique,
  name text not null check (octet_length(name) between 1 and 255),
  size bigint not null check (size between 0 and 5368709120),
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  note text not null default '' check (char_length(note) <= 500),
  conflict text not null check (conflict in ('refuse', 'number', 'version')),
  state text not null default 'waiting' check (state in ('waiting', 'stored', 'done', 'refused')),
  problem text,
  created_at timestamptz not null default now()
);
comment on table atrium.file_uploads is 'Uploads on their way, for a week at most. Seen by who uploads alone.';
comment on column atrium.file_uploads.parent_id is 'The folder it goes into; null for the top of the space, also when the folder is deleted meanwhile.';
comment on column atrium.file_uploads.file_id is 'The file that gets a new version; of a new file null until it is done.';
comment on column atrium.file_uploads.path is 'Its name in the bucket files.';
comment on column atrium.file_uploads.sha256 is 'What the bytes must have, in hex; null if the uploader did not say.';
comment on column atrium.file_uploads.conflict is 'What happens when the name is taken: refuse, number ("plan (2).pdf"), or version: a new version of the file that has it.';
comment on column atrium.file_uploads.state is 'waiting for bytes, stored and not yet checked, done: it is a version, or refused, see problem.';
comment on column atrium.file_uploads.problem is 'Why it was refused: size_mismatch, checksum_mismatch, name_taken, file_not_found, space_archived, role_too_low or storage_full.';
create index on atrium.file_uploads (space_id);
create index on atrium.file_uploads (parent_id);
create index on atrium.file_uploads (file_id);
create index on atrium.file_uploads (uploaded_by);
-- The worker asks what is a week old.
create index on atrium.file_uploads (created_at);
alter table atrium.file_uploads enable row level security;

create policy "people see their own uploads"
  on atrium.file_uploads for select to authenticated
  using (uploaded_by = (select atrium_private.caller()));
grant select on atrium.file_uploads to authenticated;

create policy "people store the bytes of the uploads that they have announced"
  on storage.objects for insert to authenticated
  with check (
    bucket_id = 'files'
    and exists (
      select from atrium.file_uploads upload
      where upload.path = objects.name and upload.state = 'waiting'
        and upload.uploaded_by = (select atrium_private.caller())
        and upload.space_id in (select atrium_private.spaces_of_caller('editor'))
    )
  );

-- Definer: the storage service writes as whoever uploads, who may write none of this.
create function atrium_private.note_stored_upload()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.file_uploads upload set state = 'stored'
  where upload.path = new.name and upload.state = 'waiting' and new.metadata ->> 'size' is not null;
  if found then
    perform atrium_private.enqueue('check_upload', jsonb_build_object('upload_id', new.name));
  end if;
  return null;
end $$;
comment on function atrium_private.note_stored_upload() is 'Asks the worker to check what the storage service has stored, in the same transaction.';
create trigger atrium_note_stored_upload after insert on storage.objects
  for each row when (new.bucket_id = 'files') execute function atrium_private.note_stored_upload();
create trigger atrium_note_stored_upload_later after update of metadata on storage.objects
  for each row when (new.bucket_id = 'files') execute function atrium_private.note_stored_upload();

-- Definer: nobody may write the list of objects to remove.
create function atrium_private.remove_unused_upload()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from atrium.file_versions version where version.path = old.path) then
    insert into atrium_private.removed_files (bucket, path) values ('files', old.path) on conflict do nothing;
  end if;
  return null;
end $$;
comment on function atrium_private.remove_unused_upload() is 'Leaves the bytes of an upload that became no version to the worker.';
create trigger remove_unused_upload after delete on atrium.file_uploads
  for each row execute function atrium_private.remove_unused_upload();
create trigger remove_refused_upload after update of state on atrium.file_uploads
  for each row when (new.state = 'refused') execute function atrium_private.remove_unused_upload();

-- Definer: it reads the sums of everybody. Null is room without end.
create function atrium_private.storage_left(in_workspace uuid)
  returns bigint
  language plpgsql security definer set search_path = ''
as $$
declare
  quota bigint;
begin
  -- The lock lets one upload after the other see what is left.
  select policy.storage_quota into quota from atrium.workspace_policies policy where policy.workspace_id = in_workspace for no key update;
  if quota is null then
    return null;
  end if;
  return quota
    - (select coalesce(sum(known.bytes), 0) from atrium_private.stored_bytes known where known.workspace_id = in_workspace)
    - (select coalesce(sum(upload.size), 0) from atrium.file_uploads upload join atrium.spaces space on space.id = upload.space_id
      where space.workspace_id = in_workspace and upload.state = 'waiting');
end $$;
comment on function atrium_private.storage_left(uuid) is 'How many bytes the workspace may still store, after everything that is announced.';

-- Definer: nobody may write uploads.
create function atrium_private.begin_upload(
  new_id uuid, in_space uuid, in_folder uuid, new_name text, new_size bigint, new_sha256 text, for_file uuid, new_note text, on_conflict text
)
  returns atrium.file_uploads
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  space atrium.spaces;
  file atrium.files;
  upload atrium.file_uploads;
begin
  if for_file is not null then
    file := atrium_private.require_file_role(for_file, 'editor');
    perform atrium_private.refuse_trashed(file);
    if file.is_folder then
      raise sqlstate 'PT409' using message = 'A folder has no versions.', detail = 'is_folder';
    end if;
    in_space := file.space_id;
    in_folder := file.parent_id;
    new_name := file.name;
  end if;
  space := atrium_private.require_folder(in_space, in_folder);
  select known.* into upload from atrium.file_uploads known where known.id = new_id;
  if upload.id is not null then
    if (upload.uploaded_by = me and upload.space_id = in_space) is not true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return upload;
  elsif exists (select from atrium.file_versions version where version.path = new_id::text) then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  elsif (new_size between 0 and 5368709120) is not true then
    raise sqlstate 'PT422' using message = 'A file has 5 GB at most.', detail = 'size_invalid';
  elsif new_sha256 !~ '^[0-9a-f]{64}$' then
    raise sqlstate 'PT422' using message = 'The SHA-256 has 64 hexadecimal digits in lower case.', detail = 'sha256_invalid';
  elsif char_length(new_note) > 500 then
    raise sqlstate 'PT422' using message = 'The note is longer than 500 characters.', detail = 'note_too_long';
  elsif (on_conflict in ('refuse', 'number', 'version')) is not true then
    raise sqlstate 'PT422' using message = 'What to do when the name is taken: refuse, number or version.', detail = 'conflict_invalid';
  elsif (select count(*) from atrium.file_uploads waiting where waiting.uploaded_by = me and waiting.state = 'waiting') >= 1000 then
    raise sqlstate 'PT429' using message = 'More than 1,000 uploads wait for their bytes. Finish or cancel some of them.', detail = 'too_many_uploads';
  elsif atrium_private.storage_left(space.workspace_id) < new_size then
    raise sqlstate 'PT413' using message = 'This workspace has no room for the file.', detail = 'storage_full';
  end if;
  if for_file is null and on_conflict = 'refuse' then
    perform atrium_private.free_file_name(in_space, in_folder, new_name, null, 'refuse');
  end if;
  insert into atrium.file_uploads (id, space_id, parent_id, file_id, uploaded_by, name, size, sha256, note, conflict)
  values (coalesce(new_id, gen_random_uuid()), in_space, in_folder, for_file, me, atrium_private.valid_file_name(new_name), new_size, new_sha256,
    coalesce(btrim(new_note), ''), on_conflict)
  returning * into upload;
  return upload;
end $$;
comment on function atrium_private.begin_upload(uuid, uuid, uuid, text, bigint, text, uuid, text, text) is 'Behind atrium.begin_upload.';
grant execute on function atrium_private.begin_upload to authenticated;

-- Definer: nobody may delete uploads but through here.
create function atrium_private.cancel_upload(upload_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.file_uploads upload where upload.id = upload_id and upload.uploaded_by = atrium_private.require_caller();
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such upload of yours.', detail = 'upload_not_found';
  end if;
end $$;
comment on function atrium_private.cancel_upload(uuid) is 'Behind atrium.cancel_upload.';
grant execute on function atrium_private.cancel_upload to authenticated;

-- Definer: the worker writes no table. It answers for the person who uploaded, who may have lost his rights meanwhile.
create function atrium_private.finish_upload(upload_id uuid, found_size bigint, found_sha256 text, found_mime text)
  returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  upload atrium.file_uploads;
  space atrium.spaces;
  file atrium.files;
  trouble text;
begin
  select known.* into upload from atrium.file_uploads known where known.id = $1;
  -- The space first, as whoever moves or deletes files: two that wait for each other would both fail.
  select locked.* into space from atrium.spaces locked where locked.id = upload.space_id for no key update;
  select known.* into upload from atrium.file_uploads known where known.id = $1 for update;
  if upload.id is null or upload.state <> 'stored' then
    return upload.state;
  end if;
  if upload.file_id is not null then
    select known.* into file from atrium.files known where known.id = upload.file_id and known.trashed_at is null;
  else
    -- A folder that was trashed meanwhile is not filled: the file goes to the top.
    if not exists (select from atrium.files folder where folder.id = upload.parent_id and folder.trashed_at is null) then
      upload.parent_id := null;
    end if;
    select known.* into file from atrium.files known
    where known.space_id = space.id and known.parent_id is not distinct from upload.parent_id and known.name_key = lower(upload.name)
      and known.trashed_at is null;
  end if;
  trouble := case
    when found_size <> upload.size then 'size_mismatch'
    when found_sha256 <> upload.sha256 then 'checksum_mismatch'
    when space.archived_at is not null then 'space_archived'
    when not exists (
      select from atrium_private.space_rights(upload.uploaded_by) rights where rights.space_id = space.id and rights.role >= 'editor'
    ) then 'role_too_low'
    when atrium_private.storage_left(space.workspace_id) < 0 then 'storage_full'
    when upload.file_id is not null and file.id is null then 'file_not_found'
    when upload.file_id is null and file.id is not null and (upload.conflict = 'refuse' or (upload.conflict = 'version' and file.is_folder)) then 'name_taken'
  end;
  if trouble is not null then
    update atrium.file_uploads known set state = 'refused', problem = trouble where known.id = upload.id;
    return 'refused';
  end if;
  if upload.file_id is null and (file.id is null or upload.conflict = 'number') then
    insert into atrium.files (workspace_id, space_id, parent_id, is_folder, name, version, path, size, mime, created_by, updated_by)
    values (space.workspace_id, space.id, upload.parent_id, false,
      atrium_private.free_file_name(space.id, upload.parent_id, upload.name, null, 'number'), 1, upload.path, found_size, found_mime,
      upload.uploaded_by, upload.uploaded_by)
    returning * into file;
  end if;
  perform atrium_private.add_file_version(file.id, upload.path, found_size, found_sha256, found_mime, upload.note, null, upload.uploaded_by);
  update atrium.file_uploads known set state = 'done', file_id = file.id where known.id = upload.id;
  return 'done';
end $$;
comment on function atrium_private.finish_upload(uuid, bigint, text, text) is
  'What the worker read back from the storage service: makes the upload a version, or refuses it. Returns the state of the upload; the same call again changes nothing.';
grant execute on function atrium_private.finish_upload to atrium_worker;

-- Definer: the worker reads no table.
create function atrium_private.upload_to_check(upload_id uuid)
  returns text
  language sql stable security definer set search_path = ''
as $$ select upload.path from atrium.file_uploads upload where upload.id = $1 and upload.state = 'stored' $$;
comment on function atrium_private.upload_to_check(uuid) is 'The object of an upload that waits to be checked; null for any other.';
grant execute on function atrium_private.upload_to_check to atrium_worker;

-- Definer: the worker writes no table.
create function atrium_private.forget_uploads(at timestamptz default now())
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.file_uploads upload
  where upload.state <> 'stored' and upload.created_at < at - interval '7 days';
  perform atrium_private.enqueue('check_upload', jsonb_build_object('upload_id', upload.id))
  from atrium.file_uploads upload where upload.state = 'stored' and upload.created_at < at - interval '1 day';
end $$;
comment on function atrium_private.forget_uploads(timestamptz) is
  'Forgets what was announced a week ago; the bytes of what is no version go too. What was stored and could not be checked for a day is tried again.';
grant execute on function atrium_private.forget_uploads to atrium_worker;

-- Definer: nobody may change policies but through functions.
create function atrium_private.set_storage_quota(in_workspace uuid, bytes bigint)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  if bytes < 0 then
    raise sqlstate 'PT422' using message = 'The quota is a number of bytes, or nothing.', detail = 'quota_invalid';
  end if;
  update atrium.workspace_policies policy set storage_quota = bytes
  where policy.workspace_id = in_workspace and policy.storage_quota is distinct from bytes;
end $$;
comment on function atrium_private.set_storage_quota(uuid, bigint) is 'Behind atrium.set_storage_quota.';
grant execute on function atrium_private.set_storage_quota to authenticated;

create function atrium.begin_upload(
  id uuid, space_id uuid, parent_id uuid, name text, size bigint, sha256 text default null, file_id uuid default null, note text default '',
  conflict text default 'number'
)
  returns atrium.file_uploads
  language sql set search_path = ''
as $$ select * from atrium_private.begin_upload($1, $2, $3, $4, $5, $6, $7, $8, $9) $$;
comment on function atrium.begin_upload(uuid, uuid, uuid, text, bigint, text, uuid, text, text) is
  'Announces a file, or with file_id a new version of one (space, folder and name are its own then). Its bytes are uploaded to the bucket files under the path that is returned (5 GB at most), are checked against size and sha256, and become a version; the state of the upload says when. Editors of the space may. The same call again returns the same upload. Nullable: id, space_id, parent_id, name, sha256, file_id, note, problem.
Example: select path from atrium.begin_upload(gen_random_uuid(), ''0190…'', null, ''plan.pdf'', 1200);
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, file_not_found, 409 id_taken, name_taken, is_folder, file_trashed, space_archived, 413 storage_full, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved, size_invalid, sha256_invalid, note_too_long, conflict_invalid, 429 too_many_uploads.';
grant execute on function atrium.begin_upload to authenticated;

create function atrium.cancel_upload(upload_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.cancel_upload($1) $$;
comment on function atrium.cancel_upload(uuid) is
  'Discards an own upload. What is a version already stays.
Example: select atrium.cancel_upload(''0190…'');
Errors: 401 not_signed_in, 404 upload_not_found.';
grant execute on function atrium.cancel_upload to authenticated;

create function atrium.set_storage_quota(workspace_id uuid, bytes bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_storage_quota($1, $2) $$;
comment on function atrium.set_storage_quota(uuid, bigint) is
  'How many bytes a workspace may store: what is beyond is not taken as a file of a space any more. Null: as much as there is. Admins may. Nullable: bytes.
Example: select atrium.set_storage_quota(''0190…'', 50000000000);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 quota_invalid.';
grant execute on function atrium.set_storage_quota to authenticated;

alter table atrium_private.stored_files add column space_id uuid;
alter table atrium_private.stored_files add constraint stored_files_space_id_fkey foreign key (space_id) references atrium.spaces (id) on delete cascade;
alter table atrium_private.stored_files drop constraint stored_files_place;
alter table atrium_private.stored_files add constraint stored_files_place check (num_nonnulls(document_id, room_id, space_id) = 1);
comment on table atrium_private.stored_files is 'Every object of the storage service that belongs to a document, to a message of a room, or to the files of a space, as the triggers below have seen it.';
-- squawk-ignore require-concurrent-index-creation
create index on atrium_private.stored_files (space_id);
alter table atrium_private.stored_bytes add column space_id uuid;
alter table atrium_private.stored_bytes add constraint stored_bytes_space_id_fkey foreign key (space_id) references atrium.spaces (id) on delete cascade;
alter table atrium_private.stored_bytes drop constraint stored_bytes_document_id_room_id_owner_id_key;
-- squawk-ignore disallowed-unique-constraint
alter table atrium_private.stored_bytes add unique nulls not distinct (document_id, room_id, space_id, owner_id);
comment on table atrium_private.stored_bytes is 'The sums of stored_files for each document, room or space, and person.';
-- squawk-ignore require-concurrent-index-creation
create index on atrium_private.stored_bytes (space_id);

create or replace function atrium_private.count_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and (old.bucket_id, old.name, old.owner_id, old.metadata ->> 'size')
    is not distinct from (new.bucket_id, new.name, new.owner_id, new.metadata ->> 'size') then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    with gone as (delete from atrium_private.stored_files file where file.object_id = old.id returning *)
    update atrium_private.stored_bytes known set files = known.files - 1, bytes = known.bytes - gone.bytes
    from gone where known.document_id is not distinct from gone.document_id and known.room_id is not distinct from gone.room_id
      and known.space_id is not distinct from gone.space_id and known.owner_id is not distinct from gone.owner_id;
  end if;
  if tg_op <> 'DELETE' then
    with place as (
      select document.workspace_id, document.id as document_id, null::uuid as room_id, null::uuid as space_id
      from atrium.documents document
      where document.id = case new.bucket_id
        when 'document-images' then atrium_private.image_document(new.name) when 'document-files' then atrium_private.file_document(new.name)
      end
      union all
      select room.workspace_id, null, room.id, null
      from atrium.message_files sent join atrium.rooms room on room.id = sent.room_id
      where new.bucket_id = 'message-files' and sent.path = new.name
      union all
      (select space.workspace_id, null, null, space.id
      from atrium.spaces space
      where new.bucket_id = 'files' and space.id = coalesce(
        (select upload.space_id from atrium.file_uploads upload where upload.path = new.name),
        (select version.space_id from atrium.file_versions version where version.path = new.name limit 1)))
    ),
    file as (
      insert into atrium_private.stored_files (object_id, workspace_id, document_id, room_id, space_id, owner_id, name, is_image, bytes, created_at)
      select new.id, place.workspace_id, place.document_id, place.room_id, place.space_id,
        case when new.owner_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then new.owner_id::uuid end,
        new.name, new.bucket_id = 'document-images' or (new.bucket_id in ('message-files', 'files') and coalesce(new.metadata ->> 'mimetype' like 'image/%', false)),
        coalesce((new.metadata ->> 'size')::bigint, 0), coalesce(new.created_at, now())
      from place
      returning *
    )
    insert into atrium_private.stored_bytes as known (workspace_id, document_id, room_id, space_id, owner_id, files, bytes)
    select file.workspace_id, file.document_id, file.room_id, file.space_id, file.owner_id, 1, file.bytes from file
    on conflict (document_id, room_id, space_id, owner_id) do update set files = known.files + 1, bytes = known.bytes + excluded.bytes;
  end if;
  return null;
end $$;

create or replace function atrium_private.storage_use(in_workspace uuid)
  returns table (kind text, id uuid, name text, files bigint, bytes bigint)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  return query
    with used as materialized (
      select space.id as space_id, known.owner_id, sum(known.files)::bigint as files, sum(known.bytes)::bigint as bytes
      from atrium_private.stored_bytes known
      left join atrium.documents document on document.id = known.document_id
      left join atrium.rooms room on room.id = known.room_id
      left join atrium.spaces space on space.id = coalesce(document.space_id, room.space_id, known.space_id) and space.id in (select atrium_private.spaces_of_caller('viewer'))
      where known.workspace_id = in_workspace and known.files > 0
      group by 1, 2
    )
    select 'workspace', in_workspace, workspace.name, coalesce(sum(used.files), 0)::bigint, coalesce(sum(used.bytes), 0)::bigint
    from atrium.workspaces workspace left join used on true where workspace.id = in_workspace group by workspace.name
    union all
    (select 'space', used.space_id, space.name, sum(used.files)::bigint, sum(used.bytes)::bigint
    from used left join atrium.spaces space on space.id = used.space_id group by 2, 3 order by 5 desc, 3)
    union all
    (select 'person', member.user_id, profile.name, sum(used.files)::bigint, sum(used.bytes)::bigint
    from used
    left join atrium.members member on member.workspace_id = in_workspace and member.user_id = used.owner_id
    left join atrium.profiles profile on profile.id = member.user_id
    group by 2, 3 order by 5 desc, 3 limit 1000);
end $$;
comment on function atrium.storage_use(uuid) is
  'How many files the spaces, documents and messages of a workspace hold and how many bytes they take: one row of the kind workspace, then one for each space and each person, the largest first. What is in spaces that the caller cannot see, in direct conversations, or of people who have left, is one row without id and name. Admins may. Nullable: id, name.
Example: select name, bytes from atrium.storage_use(''0190…'') where kind = ''space'';
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';

create or replace function atrium_private.my_files()
  returns table (bucket_id text, name text, document_id uuid, bytes bigint, created_at timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select case when file.room_id is not null then 'message-files' when file.space_id is not null then 'files' when file.is_image then 'document-images' else 'document-files' end,
    file.name, file.document_id, file.bytes, file.created_at
  from atrium_private.stored_files file
  left join atrium.documents document on document.id = file.document_id
  where file.owner_id = (select atrium_private.caller()) and (
    (document.trashed_at is null and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or document.id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or file.room_id in (select atrium_private.rooms_of_caller('viewer'))
    or (file.space_id in (select atrium_private.spaces_of_caller('viewer'))
      and exists (select from atrium.file_versions version where version.path = file.name and not version.trashed)))
  order by file.created_at, file.object_id
$$;
comment on function atrium.my_files() is
  'The pictures and files that the caller has put into spaces, documents and messages which he may still read, the oldest first; document_id is null for those of spaces and messages; the storage service gives them by bucket and name. Nullable: document_id.
Example: select name, bytes from atrium.my_files();';

create or replace function atrium_private.empty_trash()
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  place record;
  gone integer;
  total integer := 0;
begin
  for place in
    select space.id, now() - policy.trash_days * interval '1 day' as before
    from atrium.spaces space join atrium.workspace_policies policy on policy.workspace_id = space.workspace_id
    where space.archived_at is null and policy.trash_days is not null and (
      exists (
        select from atrium.documents document
        where document.space_id = space.id and document.trashed_at < now() - policy.trash_days * interval '1 day'
      ) or exists (
        select from atrium.files file where file.space_id = space.id and file.trashed_at < now() - policy.trash_days * interval '1 day'
      ))
    order by space.id
  loop
    -- Whoever restores a document holds this lock: then it is out of the trash before the next statement looks.
    perform from atrium.spaces space where space.id = place.id for no key update;
    with due as (
      select document.id from atrium.documents document
      where document.space_id = place.id and document.trashed_at < place.before and document.suggestion_for is null
        -- With a page goes what is beneath it: not when that is locked, or not due itself.
        and not exists (
          select from atrium_private.branch_of(document.id) inside join atrium.documents page on page.id = inside
          where page.locked_at is not null or page.trashed_at is null or page.trashed_at >= place.before
        )
      order by document.trashed_at limit 500
    )
    delete from atrium.documents document using due where document.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
    -- What is in a trashed folder is in the trash since then or longer.
    with due as (
      select file.id from atrium.files file where file.space_id = place.id and file.trashed_at < place.before order by file.trashed_at limit 500
    )
    delete from atrium.files file using due where file.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
  end loop;
  return total;
end $$;
comment on function atrium.set_trash_retention(uuid, integer) is
  'For how many days a deleted document or file lies in the trash; null: until somebody deletes it. What is older is deleted for ever within an hour, with its files, but for what is locked. Admins may. Nullable: days.
Example: select atrium.set_trash_retention(''0190…'', 90);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 trash_days_invalid.';
comment on function atrium.trash_days(uuid) is
  'For how many days a deleted document or file lies in the trash of a workspace; null: until somebody deletes it.
Example: select atrium.trash_days(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';

-- Definer: see above.
create function atrium_private.announce_files()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'files', jsonb_build_object('space_id', space.id))
    from atrium.spaces space where space.id in (select made.space_id from after_rows made);
  else
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'files', jsonb_build_object('space_id', space.id))
    from atrium.spaces space where space.id in (select gone.space_id from before_rows gone);
  end if;
  return null;
end $$;
comment on function atrium_private.announce_files() is 'files {space_id} to the space, once for whatever changes in one statement.';
create trigger announce_new after insert on atrium.files
  referencing new table as after_rows
  for each statement execute function atrium_private.announce_files();
create trigger announce after update on atrium.files
  referencing old table as before_rows
  for each statement execute function atrium_private.announce_files();
create trigger announce_gone after delete on atrium.files
  referencing old table as before_rows
  for each statement execute function atrium_private.announce_files();

-- What cannot be read back is tried for most of a day; the hourly work asks again after that.
select pgboss.create_queue('check_upload', '{"policy": "standard", "retryLimit": 20, "retryDelay": 2, "retryBackoff": true, "retryDelayMax": 3600, "expireInSeconds": 3600, "heartbeatSeconds": 60, "notify": true}');

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.files, atrium.file_versions, atrium.file_uploads to service_role;
grant all on all tables in schema pgboss to atrium_worker;
