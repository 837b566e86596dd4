-- Files in messages: announced, then uploaded into a private bucket under <room>/<id>, then sent with a message. What the bytes are is
-- said by the storage service, not by whoever announced them.

-- Only types that no browser runs: whatever else a file is, it is stored as mere bytes and can only be saved.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('message-files', 'message-files', false, 104857600, array['application/octet-stream',
  'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif',
  'video/mp4', 'video/webm', 'video/ogg', 'video/quicktime', 'audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/webm', 'audio/flac'])
on conflict (id) do nothing;

create table atrium.message_files (
  id uuid primary key default gen_random_uuid(),
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  -- A message takes its files before it exists, so that its row names them.
  message_id uuid references atrium.messages (id) on delete cascade deferrable initially deferred,
  scheduled_id uuid,
  uploaded_by uuid references atrium.profiles (id) on delete set null,
  path text not null generated always as (room_id::text || '/' || id::text) stored unique,
  name text not null check (char_length(name) between 1 and 255),
  kind text not null check (kind in ('image', 'video', 'audio', 'voice', 'file')),
  width integer check (width between 1 and 100000),
  height integer check (height between 1 and 100000),
  duration_ms integer check (duration_ms between 0 and 86400000),
  alt text check (char_length(alt) <= 1000),
  size bigint,
  mime text,
  created_at timestamptz not null default now(),
  stored_at timestamptz
);
comment on table atrium.message_files is 'Files of messages, in the bucket message-files of the storage service. Before a message has taken a file, only who uploads it sees it.';
comment on column atrium.message_files.message_id is 'Null until a message is sent with it.';
comment on column atrium.message_files.scheduled_id is 'The scheduled message that waits with it.';
comment on column atrium.message_files.path is 'Its name in the bucket.';
comment on column atrium.message_files.kind is 'image, video and audio by the type of the stored bytes; voice is audio that was recorded to be heard in place; anything else is a file.';
comment on column atrium.message_files.width is 'In pixels, so that the list of messages does not jump; like height and duration_ms as the uploader said it.';
comment on column atrium.message_files.alt is 'What the picture shows, for those who cannot see it.';
comment on column atrium.message_files.size is 'In bytes; null until it is stored.';
comment on column atrium.message_files.stored_at is 'When its bytes were there; null before.';
create index on atrium.message_files (room_id);
create index on atrium.message_files (message_id);
create index on atrium.message_files (scheduled_id);
create index on atrium.message_files (uploaded_by);
-- The worker asks what was never sent.
create index on atrium.message_files (created_at) where message_id is null and scheduled_id is null;

create table atrium.forwarded_files (
  message_id uuid not null references atrium.messages (id) on delete cascade,
  file_id uuid not null references atrium.message_files (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  primary key (message_id, file_id)
);
comment on table atrium.forwarded_files is 'Files that a forwarded message shows: the same as in the message that it passes on, and gone when that one is.';
comment on column atrium.forwarded_files.room_id is 'The room into which it was forwarded. Who reads that reads the file.';
create index on atrium.forwarded_files (file_id);
create index on atrium.forwarded_files (room_id);

create table atrium_private.removed_files (
  bucket text not null,
  path text not null,
  removed_at timestamptz not null default now(),
  primary key (bucket, path)
);
comment on table atrium_private.removed_files is 'Objects that nothing needs any more: the worker removes them from the storage service.';

alter table atrium.message_files enable row level security;
alter table atrium.forwarded_files enable row level security;
alter table atrium_private.removed_files enable row level security;

create policy "people see which files were forwarded into their rooms"
  on atrium.forwarded_files for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.forwarded_files to authenticated;

-- What was forwarded is looked up under the policy above.
create policy "people see the files of their rooms, and own ones not yet sent"
  on atrium.message_files for select to authenticated
  using (
    (
      room_id in (select atrium_private.rooms_of_caller('viewer'))
      and (message_id is not null or uploaded_by = (select atrium_private.caller()))
    )
    or exists (select from atrium.forwarded_files passed where passed.file_id = message_files.id)
  );
grant select on atrium.message_files to authenticated;

-- The policies look up one file for each object, under the policy above: storage asks for one object.
create policy "people see the files of the messages they may read"
  on storage.objects for select to authenticated
  using (
    bucket_id = 'message-files'
    and exists (select from atrium.message_files file where file.path = objects.name)
  );
create policy "people upload the files that they have announced"
  on storage.objects for insert to authenticated
  with check (
    bucket_id = 'message-files'
    and exists (
      select from atrium.message_files file
      where file.path = objects.name and file.stored_at is null and file.message_id is null
        and file.uploaded_by = (select atrium_private.caller())
        and file.room_id in (select atrium_private.rooms_of_caller('commenter'))
    )
  );

-- Definer: the storage service writes as whoever uploads, who may write none of this.
create function atrium_private.note_stored_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  type text := new.metadata ->> 'mimetype';
begin
  update atrium.message_files file
  set size = (new.metadata ->> 'size')::bigint, mime = coalesce(type, 'application/octet-stream'), stored_at = coalesce(file.stored_at, now()),
    kind = case
      when type like 'image/%' then 'image'
      when type like 'video/%' then 'video'
      when type like 'audio/%' then case when file.kind = 'voice' then 'voice' else 'audio' end
      else 'file'
    end
  where file.path = new.name and new.metadata ->> 'size' is not null;
  return null;
end $$;
comment on function atrium_private.note_stored_file() is 'Writes down what the storage service knows about a file of a message.';
create trigger atrium_note_stored_file after insert on storage.objects
  for each row when (new.bucket_id = 'message-files') execute function atrium_private.note_stored_file();
create trigger atrium_note_stored_file_later after update of metadata on storage.objects
  for each row when (new.bucket_id = 'message-files') execute function atrium_private.note_stored_file();

-- Definer: nobody may write the list. Also what goes with its room or message comes by here.
create function atrium_private.remove_stored_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium_private.removed_files (bucket, path) values ('message-files', old.path) on conflict do nothing;
  return null;
end $$;
comment on function atrium_private.remove_stored_file() is 'Leaves the object of a file that is gone to the worker.';
create trigger remove_stored_file after delete on atrium.message_files
  for each row execute function atrium_private.remove_stored_file();

-- Definer: who deletes a message may not write its files.
create function atrium_private.drop_message_files()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.message_files file where file.message_id = new.id;
  delete from atrium.forwarded_files passed where passed.message_id = new.id;
  new.files := '[]';
  return new;
end $$;
comment on function atrium_private.drop_message_files() is 'A deleted message takes its files along.';
create trigger drop_files before update of deleted_at on atrium.messages
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function atrium_private.drop_message_files();

-- Definer: who deletes a message may not write those that pass it on. A room that is going has no messages to change.
create function atrium_private.drop_forwarded_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.messages message
  set forwarded = jsonb_set(message.forwarded, '{files}', (
    select coalesce(jsonb_agg(shown.file order by shown.turn), '[]')
    from jsonb_array_elements(message.forwarded -> 'files') with ordinality as shown (file, turn)
    where shown.file ->> 'id' <> old.id::text
  ))
  from atrium.forwarded_files passed
  join atrium.rooms room on room.id = passed.room_id
  where passed.file_id = old.id and message.id = passed.message_id and message.forwarded is not null;
  return old;
end $$;
comment on function atrium_private.drop_forwarded_file() is 'A file that goes is shown by no message that passes it on.';
create trigger drop_forwarded before delete on atrium.message_files
  for each row execute function atrium_private.drop_forwarded_file();

-- Definer: nobody may insert files but through here.
create function atrium_private.add_message_file(
  new_id uuid, in_room uuid, new_name text, new_kind text, new_width integer, new_height integer, new_duration_ms integer, new_alt text
)
  returns atrium.message_files
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'commenter');
  me uuid := atrium_private.caller();
  file atrium.message_files;
begin
  select known.* into file from atrium.message_files known where known.id = new_id;
  if file.id is not null then
    if (file.uploaded_by = me and file.room_id = in_room and file.message_id is null) is distinct from true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return file;
  elsif not in_room in (select atrium_private.rooms_of_caller('commenter')) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  elsif (coalesce(new_kind, 'file') in ('image', 'video', 'audio', 'voice', 'file') and coalesce(new_width, 1) between 1 and 100000
    and coalesce(new_height, 1) between 1 and 100000 and coalesce(new_duration_ms, 0) between 0 and 86400000
    and coalesce(char_length(new_alt), 0) <= 1000) is not true then
    raise sqlstate 'PT422' using message = 'The kind, the size in pixels, the length or the description of the file cannot be.', detail = 'file_invalid';
  elsif (select count(*) from atrium.message_files waiting where waiting.uploaded_by = me and waiting.message_id is null) >= 200 then
    raise sqlstate 'PT429' using message = 'More than 200 files wait to be sent. Send or discard some of them.', detail = 'too_many_files';
  end if;
  insert into atrium.message_files (id, room_id, uploaded_by, name, kind, width, height, duration_ms, alt)
  values (coalesce(new_id, gen_random_uuid()), in_room, me, atrium_private.valid_name(new_name, 'name', 255), coalesce(new_kind, 'file'), new_width, new_height, new_duration_ms,
    nullif(btrim(new_alt), ''))
  returning * into file;
  return file;
end $$;
comment on function atrium_private.add_message_file(uuid, uuid, text, text, integer, integer, integer, text) is 'Behind atrium.add_message_file.';
grant execute on function atrium_private.add_message_file to authenticated;

-- Definer: nobody may update files but through here.
create function atrium_private.describe_message_file(file_id uuid, new_alt text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if char_length(new_alt) > 1000 then
    raise sqlstate 'PT422' using message = 'A description has 1000 characters at most.', detail = 'file_invalid';
  end if;
  update atrium.message_files file set alt = nullif(btrim(new_alt), '')
  where file.id = file_id and file.uploaded_by = atrium_private.require_caller() and file.message_id is null;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such file that waits to be sent.', detail = 'file_not_found';
  end if;
end $$;
comment on function atrium_private.describe_message_file(uuid, text) is 'Behind atrium.describe_message_file.';
grant execute on function atrium_private.describe_message_file to authenticated;

-- Definer: nobody may delete files but through here.
create function atrium_private.remove_message_file(file_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.message_files file
  where file.id = file_id and file.uploaded_by = atrium_private.require_caller() and file.message_id is null and file.scheduled_id is null;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such file that waits to be sent.', detail = 'file_not_found';
  end if;
end $$;
comment on function atrium_private.remove_message_file(uuid) is 'Behind atrium.remove_message_file.';
grant execute on function atrium_private.remove_message_file to authenticated;

-- Definer: nobody may update files. Not granted: who calls it has asked whether the author may post. Without a caller it is the worker,
-- who sends what was scheduled: then a file must wait for that.
create function atrium_private.attach_files(to_message uuid, in_room uuid, files uuid[])
  returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
  attached integer;
begin
  if cardinality(files) > 20 then
    raise sqlstate 'PT422' using message = 'A message has 20 files at most.', detail = 'too_many_files';
  end if;
  update atrium.message_files file set message_id = to_message, scheduled_id = null
  where file.id = any (files) and file.room_id = in_room and file.message_id is null and file.stored_at is not null
    and case when me is null then file.scheduled_id is not null else file.uploaded_by = me end;
  get diagnostics attached = row_count;
  if attached is distinct from cardinality(files) then
    raise sqlstate 'PT422' using message = 'A file of this message is not stored in this room, or was sent already.', detail = 'file_not_found';
  end if;
  return (
    select jsonb_agg(jsonb_build_object('id', file.id, 'path', file.path, 'name', file.name, 'kind', file.kind, 'size', file.size, 'mime', file.mime,
      'width', file.width, 'height', file.height, 'duration_ms', file.duration_ms, 'alt', file.alt) order by array_position(files, file.id))
    from atrium.message_files file where file.id = any (files)
  );
end $$;
comment on function atrium_private.attach_files(uuid, uuid, uuid[]) is
  'Gives files to a message that is about to be inserted; returns what its row says of them. Errors: 422 too_many_files, file_not_found.';

-- Definer: the worker writes no table.
create function atrium_private.files_to_remove(at timestamptz default now())
  returns table (bucket text, path text)
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.message_files file
  where file.message_id is null and file.scheduled_id is null and file.created_at < at - interval '7 days';
  return query select gone.bucket, gone.path from atrium_private.removed_files gone order by gone.removed_at limit 100;
end $$;
comment on function atrium_private.files_to_remove(timestamptz) is
  'Objects to be removed from the storage service, 100 at most: of messages, rooms, files and versions that are gone, and what was uploaded a week ago and never sent.';
grant execute on function atrium_private.files_to_remove to atrium_worker;

-- Definer: the worker writes no table.
create function atrium_private.forget_removed_files(from_bucket text, paths text[])
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium_private.removed_files gone where gone.bucket = from_bucket and gone.path = any (paths) $$;
comment on function atrium_private.forget_removed_files(text, text[]) is 'Strikes objects that the storage service has removed.';
grant execute on function atrium_private.forget_removed_files to atrium_worker;

create function atrium.add_message_file(
  id uuid, room_id uuid, name text, kind text default 'file', width integer default null, height integer default null,
  duration_ms integer default null, alt text default null
)
  returns atrium.message_files
  language sql set search_path = ''
as $$ select * from atrium_private.add_message_file($1, $2, $3, $4, $5, $6, $7, $8) $$;
comment on function atrium.add_message_file(uuid, uuid, text, text, integer, integer, integer, text) is
  'Announces a file for a message in a room. Its bytes are then uploaded to the bucket message-files under the path that is returned (100 MB at most), and it is sent with a message. Who may post may. The same call again returns the same file. Nullable: id, kind, width, height, duration_ms, alt.
Example: select path from atrium.add_message_file(gen_random_uuid(), ''0190…'', ''plan.pdf'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 409 id_taken, room_archived, 422 name_required, name_too_long (255 characters), name_invalid, file_invalid, 429 too_many_files.';
grant execute on function atrium.add_message_file to authenticated;

create function atrium.describe_message_file(id uuid, alt text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.describe_message_file($1, $2) $$;
comment on function atrium.describe_message_file(uuid, text) is
  'Says what an own picture shows that was not sent yet, for those who cannot see it; null or nothing takes it back. Nullable: alt.
Example: select atrium.describe_message_file(''0190…'', ''The front door, painted green'');
Errors: 401 not_signed_in, 404 file_not_found, 422 file_invalid (1000 characters).';
grant execute on function atrium.describe_message_file to authenticated;

create function atrium.remove_message_file(id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_message_file($1) $$;
comment on function atrium.remove_message_file(uuid) is
  'Discards an own file that was not sent.
Example: select atrium.remove_message_file(''0190…'');
Errors: 401 not_signed_in, 404 file_not_found.';
grant execute on function atrium.remove_message_file to authenticated;
