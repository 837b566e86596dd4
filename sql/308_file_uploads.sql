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
  created_at timestamptz not null default now(),
  link_id uuid references atrium.links (id) on delete set null
);
comment on table atrium.file_uploads is 'Uploads on their way, for a week at most. Seen by who uploads alone.';
comment on column atrium.file_uploads.parent_id is 'The folder it goes into; null for the top of the space, also when the folder is deleted meanwhile.';
comment on column atrium.file_uploads.file_id is 'The file that gets a new version; of a new file null until it is done.';
comment on column atrium.file_uploads.path is 'Its name in the bucket files.';
comment on column atrium.file_uploads.sha256 is 'What the bytes must have, in hex; null if the uploader did not say.';
comment on column atrium.file_uploads.conflict is 'What happens when the name is taken: refuse, number ("plan (2).pdf"), or version: a new version of the file that has it.';
comment on column atrium.file_uploads.state is 'waiting for bytes, stored and not yet checked, done: it is a version, or refused, see problem.';
comment on column atrium.file_uploads.link_id is 'The link by which somebody without an account drops it, see begin_drop; its size is the most that it may have until it is done.';
comment on column atrium.file_uploads.problem is 'Why it was refused: size_mismatch, checksum_mismatch, name_taken, file_not_found, space_archived, role_too_low or storage_full.';
create index on atrium.file_uploads (space_id);
create index on atrium.file_uploads (parent_id);
create index on atrium.file_uploads (file_id);
create index on atrium.file_uploads (uploaded_by);
-- How much was dropped by a link lately.
create index on atrium.file_uploads (link_id, created_at) where link_id is not null;
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
        and (
          upload.space_id in (select atrium_private.spaces_of_caller('editor'))
          or exists (
            select from atrium.files place
            where place.id = coalesce(upload.file_id, upload.parent_id) and place.above && array(select atrium_private.granted_to_caller('file', 'editor'))
          )
        )
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
  space := case when for_file is null then atrium_private.require_folder(in_space, in_folder) else atrium_private.lock_files(in_space) end;
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
    when found_size > upload.size or (found_size < upload.size and upload.uploaded_by is not null) then 'size_mismatch'
    when found_sha256 <> upload.sha256 then 'checksum_mismatch'
    when space.archived_at is not null then 'space_archived'
    when upload.uploaded_by is null and not exists (
      select from atrium.links link
      where link.id = upload.link_id and link.uploads and link.object_id = upload.parent_id and (link.expires_at is null or link.expires_at > now())
    ) then 'role_too_low'
    when upload.uploaded_by is not null and (atrium_private.role_on_file(upload.uploaded_by, space.id, coalesce(upload.file_id, upload.parent_id)) >= 'editor') is not true
      then 'role_too_low'
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
  update atrium.file_uploads known set state = 'done', file_id = file.id, size = found_size where known.id = upload.id;
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
  'Announces a file, or with file_id a new version of one (space, folder and name are its own then). Its bytes are uploaded to the bucket files under the path that is returned (5 GB at most), are checked against size and sha256, and become a version; the state of the upload says when. Editors of the space, or of a shared folder, may. The same call again returns the same upload. Nullable: id, space_id, parent_id, name, sha256, file_id, note, problem.
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
