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
  placeholder text check (char_length(placeholder) <= 1000),
  above uuid[] not null,
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
comment on column atrium.files.placeholder is 'The same of its present version.';
comment on column atrium.files.above is 'The folders it is in, from the top, and itself: what is shared with a folder is found by it.';
create unique index files_name on atrium.files (space_id, parent_id, name_key) nulls not distinct where trashed_at is null;
-- A folder is listed folders first, then by name.
create index on atrium.files (space_id, parent_id, is_folder desc, name_key);
create index on atrium.files (workspace_id);
-- What the worker finds out about bytes is written to all files that have them.
create index on atrium.files (path);
create index on atrium.files (created_by);
create index on atrium.files (updated_by);
-- Everything in a folder, however deep, and what is in shared folders.
create index on atrium.files using gin (above);
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
  placeholder text check (char_length(placeholder) <= 1000),
  foreign key (space_id, file_id) references atrium.files (space_id, id) on update cascade on delete cascade,
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
comment on column atrium.file_versions.placeholder is
  'A picture of a few pixels, WebP in base64, when the bucket file-thumbnails has a thumbnail under the path: what a list draws until it is loaded.';
create index on atrium.file_versions (space_id);
-- The policy on objects, and whoever deletes a version, ask which versions have an object.
create index on atrium.file_versions (path);
create index on atrium.file_versions (author_id);
alter table atrium.file_versions enable row level security;

create policy "people see the files of their spaces and those shared with them"
  on atrium.files for select to authenticated
  using (
    (trashed_at is null and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or above && array(select atrium_private.granted_to_caller('file', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.files to authenticated;

create policy "people see the versions of the files they see"
  on atrium.file_versions for select to authenticated
  using (
    (not trashed and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
    -- Of a file in the trash its own policy shows nothing here.
    or exists (
      select from atrium.files file
      where file.id = file_versions.file_id and file.above && array(select atrium_private.granted_to_caller('file', 'viewer'))
    )
  );
grant select on atrium.file_versions to authenticated;

-- The policy looks up the versions of one object, under the policy above: storage asks for one object.
create policy "people read the versions of the files they see"
  on storage.objects for select to authenticated
  using (
    bucket_id = 'files'
    and exists (select from atrium.file_versions version where version.path = objects.name)
  );

-- Definer: it reads the folder whatever the caller may see.
create function atrium_private.place_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.above := coalesce((select folder.above from atrium.files folder where folder.id = new.parent_id), '{}') || new.id;
  return new;
end $$;
comment on function atrium_private.place_file() is 'Says in which folders a file or folder is.';
create trigger place_new_file before insert on atrium.files
  for each row execute function atrium_private.place_file();
create trigger place_file before update of parent_id on atrium.files
  for each row when (new.parent_id is distinct from old.parent_id) execute function atrium_private.place_file();

-- Definer: it writes what the caller may not see.
create function atrium_private.place_files_below()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.files below set above = new.above || below.above[cardinality(old.above) + 1:]
  where below.above @> array[new.id] and below.id <> new.id;
  return null;
end $$;
comment on function atrium_private.place_files_below() is 'What is in a folder goes where the folder goes.';
create trigger place_files_below after update of parent_id on atrium.files
  for each row when (new.is_folder and new.above <> old.above) execute function atrium_private.place_files_below();

create trigger forget_shares after delete on atrium.files
  for each row execute function atrium_private.forget_shares('file');

-- Definer: it writes what nobody may. Its versions follow by their key.
create function atrium_private.follow_file_space()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.grants set space_id = new.space_id where object_type = 'file' and object_id = new.id;
  update atrium.links set space_id = new.space_id where object_type = 'file' and object_id = new.id;
  update atrium.file_uploads set space_id = new.space_id where state in ('waiting', 'stored') and (file_id = new.id or parent_id = new.id);
  return null;
end $$;
comment on function atrium_private.follow_file_space() is 'What is shared, linked or uploaded goes along to another space.';
create trigger follow_file_space after update of space_id on atrium.files
  for each row when (new.space_id <> old.space_id) execute function atrium_private.follow_file_space();

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
    insert into atrium_private.removed_files (bucket, path)
    select bucket, old.path from unnest(array['files', case when old.placeholder is not null then 'file-thumbnails' end]) bucket
    where bucket is not null
    on conflict do nothing;
  end if;
  return null;
end $$;
comment on function atrium_private.remove_unused_object() is 'Leaves an object and its thumbnail to the worker when no version has it any more.';
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

-- Definer: it answers for anybody. Not granted.
create function atrium_private.role_on_file(for_user uuid, in_space uuid, on_file uuid)
  returns atrium.role
  language sql stable security definer set search_path = ''
as $$
  select greatest(
    (select max(rights.role) from atrium_private.space_rights(for_user) rights where rights.space_id = in_space),
    (select max(rights.role) from atrium.files file join atrium_private.grant_rights(for_user, 'file') rights on rights.object_id = any (file.above)
      where file.id = on_file and file.space_id = in_space and file.trashed_at is null)
  )
$$;
comment on function atrium_private.role_on_file(uuid, uuid, uuid) is
  'The highest role of a person in a space, or on one file or folder of it if somebody shared that or a folder above with him.';

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
  mine := atrium_private.role_on_file(me, file.space_id, $1);
  if mine is null or (file.trashed_at is not null and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such file or folder, or you may not see it.', detail = 'file_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one may do this.', at_least), detail = 'role_too_low';
  end if;
  return file;
end $$;
comment on function atrium_private.require_file_role(uuid, atrium.role) is
  'The file or folder, if the caller has the role in its space, or on it because it is shared with him. Errors: 401 not_signed_in, 404 file_not_found, 403 role_too_low.';

-- Definer: it locks what the caller may not change.
create function atrium_private.lock_files(in_space uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  space atrium.spaces;
begin
  -- One change of the tree at a time: two moves could make a circle, and two files get one name.
  select locked.* into space from atrium.spaces locked where locked.id = in_space for no key update;
  perform atrium_private.refuse_archived(in_space);
  return space;
end $$;
comment on function atrium_private.lock_files(uuid) is 'The space, for whoever may change something of its files. Errors: 409 space_archived.';

-- Definer: it reads what the caller may not see.
create function atrium_private.require_folder(in_space uuid, folder uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  space atrium.spaces;
begin
  if (atrium_private.role_on_file(atrium_private.require_caller(), in_space, folder) >= 'editor') is not true then
    perform atrium_private.require_space_role(in_space, 'editor');
  end if;
  space := atrium_private.lock_files(in_space);
  if folder is not null and not exists (
    select from atrium.files known where known.id = folder and known.space_id = in_space and known.is_folder and known.trashed_at is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such folder in this space.', detail = 'folder_not_found';
  end if;
  return space;
end $$;
comment on function atrium_private.require_folder(uuid, uuid) is
  'The space, locked, when the caller may put files there: an editor of it, or of a folder that is shared with him. Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, 409 space_archived.';

-- Definer: see require_folder.
create function atrium_private.require_folder_of(file atrium.files)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if (atrium_private.role_on_file(atrium_private.require_caller(), file.space_id, file.parent_id) >= 'editor') is not true then
    raise sqlstate 'PT403' using message = 'Only editors of the folder it is in may take it out.', detail = 'role_too_low';
  end if;
  perform atrium_private.lock_files(file.space_id);
end $$;
comment on function atrium_private.require_folder_of(atrium.files) is
  'Whoever moves or deletes something changes the folder it is in. Errors: 401 not_signed_in, 403 role_too_low, 409 space_archived.';

-- Definer: it reads files whatever the caller may see.
create function atrium_private.files_in(folder uuid)
  returns setof uuid
  language sql stable security definer set search_path = ''
as $$
  select file.id from atrium.files file where file.above @> array[$1]
$$;
comment on function atrium_private.files_in(uuid) is 'A file or folder and everything in it.';
