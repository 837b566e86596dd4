-- Chat: files in messages, drafts, scheduled messages and reminders; what stored files take counts those of messages. What is here leads
-- to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

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

create table atrium_private.removed_files (
  bucket text not null,
  path text not null,
  removed_at timestamptz not null default now(),
  primary key (bucket, path)
);
comment on table atrium_private.removed_files is 'Objects that nothing needs any more: the worker removes them from the storage service.';

alter table atrium.message_files enable row level security;
alter table atrium_private.removed_files enable row level security;

create policy "people see the files of their rooms, and own ones not yet sent"
  on atrium.message_files for select to authenticated
  using (
    room_id in (select atrium_private.rooms_of_caller('viewer'))
    and (message_id is not null or uploaded_by = (select atrium_private.caller()))
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
  new.files := '[]';
  return new;
end $$;
comment on function atrium_private.drop_message_files() is 'A deleted message takes its files along.';
create trigger drop_files before update of deleted_at on atrium.messages
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function atrium_private.drop_message_files();

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

create function atrium.remove_message_file(id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_message_file($1) $$;
comment on function atrium.remove_message_file(uuid) is
  'Discards an own file that was not sent.
Example: select atrium.remove_message_file(''0190…'');
Errors: 401 not_signed_in, 404 file_not_found.';
grant execute on function atrium.remove_message_file to authenticated;

-- Drafts: what a person is writing in a room or thread, on all his devices.

create table atrium.drafts (
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  thread_id uuid references atrium.messages (id) on delete cascade,
  text text not null check (char_length(text) <= 60000),
  content jsonb check (octet_length(content::text) <= 262144),
  updated_at timestamptz not null,
  unique nulls not distinct (user_id, room_id, thread_id)
);
comment on table atrium.drafts is 'What people are writing. Everybody sees his own; an empty text says that it was sent or discarded.';
comment on column atrium.drafts.thread_id is 'Null in the room itself.';
comment on column atrium.drafts.content is 'The text as a ProseMirror document; it is checked when it is sent.';
comment on column atrium.drafts.updated_at is 'When it was written, by the clock of the device, and not later than it arrived.';
create index on atrium.drafts (room_id);
create index on atrium.drafts (thread_id);
-- The worker asks which empty ones are old.
create index on atrium.drafts (updated_at) where text = '';

alter table atrium.drafts enable row level security;
create policy "people see their own drafts"
  on atrium.drafts for select to authenticated
  using (user_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.drafts to authenticated;

-- Definer: nobody may write drafts but through here.
create function atrium_private.save_draft(in_room uuid, in_thread uuid, new_text text, new_content jsonb, written_at timestamptz)
  returns timestamptz
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  me uuid := atrium_private.caller();
  written timestamptz := least(coalesce(written_at, now()), now());
begin
  if char_length(new_text) > 60000 or octet_length(new_content::text) > 262144 then
    raise sqlstate 'PT422' using message = 'The draft is too long to be kept.', detail = 'text_too_long';
  elsif in_thread is not null and not exists (
    select from atrium.messages known where known.id = in_thread and known.room_id = in_room and known.thread_id is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such thread, or you may not see it.', detail = 'thread_not_found';
  end if;
  insert into atrium.drafts (user_id, room_id, thread_id, text, content, updated_at)
  values (me, in_room, in_thread, coalesce(new_text, ''), case when coalesce(new_text, '') <> '' then new_content end, written)
  -- What was written later stays, whichever device is heard first.
  on conflict (user_id, room_id, thread_id) do update
    set text = excluded.text, content = excluded.content, updated_at = excluded.updated_at
    where drafts.updated_at <= excluded.updated_at;
  if found then
    perform atrium_private.send_to_people(array[me], 'drafts', jsonb_build_object('room_id', in_room, 'thread_id', in_thread, 'updated_at', written));
  end if;
  return (
    select draft.updated_at from atrium.drafts draft
    where draft.user_id = me and draft.room_id = in_room and draft.thread_id is not distinct from in_thread
  );
end $$;
comment on function atrium_private.save_draft(uuid, uuid, text, jsonb, timestamptz) is
  'Behind atrium.save_draft. drafts {room_id, thread_id, updated_at} goes to the person''s devices.';
grant execute on function atrium_private.save_draft to authenticated;

-- Definer: the worker writes no table.
create function atrium_private.forget_empty_drafts(at timestamptz default now())
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium.drafts draft where draft.text = '' and draft.updated_at < at - interval '30 days' $$;
comment on function atrium_private.forget_empty_drafts(timestamptz) is
  'Forgets what was sent a month ago: until then a device that was away learns that its older draft is done.';
grant execute on function atrium_private.forget_empty_drafts to atrium_worker;

create function atrium.save_draft(room_id uuid, thread_id uuid, text text, content jsonb default null, written_at timestamptz default null)
  returns timestamptz
  language sql set search_path = ''
as $$ select atrium_private.save_draft($1, $2, $3, $4, $5) $$;
comment on function atrium.save_draft(uuid, uuid, text, jsonb, timestamptz) is
  'Keeps what the caller is writing in a room, or in a thread of it; an empty text says that it was sent or discarded. Of two devices the one that wrote later wins. Returns when what is kept was written. Nullable: thread_id, text, content, written_at.
Example: select atrium.save_draft(''0190…'', null, ''Dear all'');
Errors: 401 not_signed_in, 404 room_not_found, thread_not_found, 422 text_too_long.';
grant execute on function atrium.save_draft to authenticated;

-- Messages that are sent later, and reminders of messages. The worker sends in the name of the author, with his rights at that moment.

create table atrium.scheduled_messages (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  thread_id uuid references atrium.messages (id) on delete cascade,
  text text not null check (char_length(text) <= 20000),
  content jsonb,
  files uuid[] not null default '{}',
  send_at timestamptz not null,
  problem text,
  problem_code text,
  created_at timestamptz not null default now()
);
comment on table atrium.scheduled_messages is 'Messages that wait for their time. Everybody sees his own. When one is sent its row is gone, and the message has its id.';
comment on column atrium.scheduled_messages.files is 'Files of atrium.message_files, in order.';
comment on column atrium.scheduled_messages.problem is 'Why it could not be sent, as a sentence; then it waits to be changed, sent or cancelled. Null before.';
comment on column atrium.scheduled_messages.problem_code is 'The same for programs.';
create index on atrium.scheduled_messages (user_id, send_at);
create index on atrium.scheduled_messages (room_id);
create index on atrium.scheduled_messages (thread_id);
-- The worker asks what is due.
create index on atrium.scheduled_messages (send_at) where problem is null;

alter table atrium.message_files add foreign key (scheduled_id) references atrium.scheduled_messages (id) on delete set null;

alter table atrium.scheduled_messages enable row level security;
create policy "people see what they have scheduled"
  on atrium.scheduled_messages for select to authenticated
  using (user_id = (select atrium_private.caller()));
grant select on atrium.scheduled_messages to authenticated;

-- Definer: nobody may write scheduled messages but through here.
create function atrium_private.schedule_message(
  new_id uuid, in_room uuid, new_text text, new_content jsonb, in_thread uuid, with_files uuid[], at timestamptz
)
  returns atrium.scheduled_messages
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'commenter');
  me uuid := atrium_private.caller();
  checked jsonb := atrium_private.valid_content(new_content);
  attached integer;
  scheduled atrium.scheduled_messages;
begin
  with_files := coalesce(with_files, '{}');
  if atrium_private.room_is_archived(in_room) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  elsif (at > now() and at < now() + interval '366 days') is not true then
    raise sqlstate 'PT422' using message = 'A message can be sent later than now, within a year.', detail = 'time_invalid';
  elsif in_thread is not null and not exists (
    select from atrium.messages known where known.id = in_thread and known.room_id = in_room and known.thread_id is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such thread, or you may not see it.', detail = 'thread_not_found';
  elsif exists (select from atrium.messages known where known.id = new_id) then
    raise sqlstate 'PT409' using message = 'This message was sent already.', detail = 'already_sent';
  elsif (select count(*) from atrium.scheduled_messages waiting where waiting.user_id = me and waiting.id is distinct from new_id) >= 100 then
    raise sqlstate 'PT429' using message = 'A hundred messages wait already. Send or cancel some of them.', detail = 'too_many_scheduled';
  end if;
  insert into atrium.scheduled_messages as known (id, user_id, room_id, thread_id, text, content, files, send_at)
  values (coalesce(new_id, gen_random_uuid()), me, in_room, in_thread,
    atrium_private.valid_message(coalesce(atrium_private.content_text(checked), new_text), cardinality(with_files) > 0), checked, with_files, at)
  on conflict (id) do update
    set text = excluded.text, content = excluded.content, files = excluded.files, send_at = excluded.send_at, problem = null, problem_code = null
    where known.user_id = me and known.room_id = in_room and known.thread_id is not distinct from in_thread
  returning * into scheduled;
  if scheduled.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  update atrium.message_files file set scheduled_id = null where file.scheduled_id = scheduled.id and not file.id = any (with_files);
  update atrium.message_files file set scheduled_id = scheduled.id
  where file.id = any (with_files) and file.room_id = in_room and file.uploaded_by = me and file.message_id is null and file.stored_at is not null
    and (file.scheduled_id is null or file.scheduled_id = scheduled.id);
  get diagnostics attached = row_count;
  if attached <> cardinality(with_files) then
    raise sqlstate 'PT422' using message = 'A file of this message is not stored in this room, or was sent already.', detail = 'file_not_found';
  end if;
  perform atrium_private.send_to_people(array[me], 'scheduled', jsonb_build_object('id', scheduled.id));
  return scheduled;
end $$;
comment on function atrium_private.schedule_message(uuid, uuid, text, jsonb, uuid, uuid[], timestamptz) is
  'Behind atrium.schedule_message. scheduled {id} goes to the person''s devices.';
grant execute on function atrium_private.schedule_message to authenticated;

-- Definer: nobody may delete scheduled messages but through here. Its files wait for another message.
create function atrium_private.cancel_scheduled_message(scheduled_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  delete from atrium.scheduled_messages waiting where waiting.id = $1 and waiting.user_id = me;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such message that waits to be sent.', detail = 'scheduled_not_found';
  end if;
  perform atrium_private.send_to_people(array[me], 'scheduled', jsonb_build_object('id', $1));
end $$;
comment on function atrium_private.cancel_scheduled_message(uuid) is 'Behind atrium.cancel_scheduled_message.';
grant execute on function atrium_private.cancel_scheduled_message to authenticated;

-- Definer: it speaks for the author. Not granted: who calls it has chosen a message that may be sent.
create function atrium_private.send_scheduled(scheduled atrium.scheduled_messages)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages;
begin
  message := atrium_private.send_message_as(
    scheduled.user_id, scheduled.id, scheduled.room_id, scheduled.text, scheduled.content, scheduled.thread_id, null, null, scheduled.files);
  delete from atrium.scheduled_messages waiting where waiting.id = scheduled.id;
  perform atrium_private.send_to_people(array[scheduled.user_id], 'scheduled', jsonb_build_object('id', scheduled.id));
  return message;
end $$;
comment on function atrium_private.send_scheduled(atrium.scheduled_messages) is
  'Sends a scheduled message as its author, with its own id: it cannot be sent twice. The errors are those of atrium.send_message.';

-- Definer: see send_scheduled.
create function atrium_private.send_scheduled_now(scheduled_id uuid)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  scheduled atrium.scheduled_messages;
begin
  select waiting.* into scheduled from atrium.scheduled_messages waiting where waiting.id = $1 and waiting.user_id = me for update;
  if scheduled.id is null then
    raise sqlstate 'PT404' using message = 'There is no such message that waits to be sent.', detail = 'scheduled_not_found';
  end if;
  return atrium_private.send_scheduled(scheduled);
end $$;
comment on function atrium_private.send_scheduled_now(uuid) is 'Behind atrium.send_scheduled_now.';
grant execute on function atrium_private.send_scheduled_now to authenticated;

-- Definer: the worker writes no table. What cannot be sent stays, and its author is told.
create function atrium_private.send_due_messages(at timestamptz default now())
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  scheduled atrium.scheduled_messages;
  code text;
  sent integer := 0;
begin
  for scheduled in
    select waiting.* from atrium.scheduled_messages waiting
    where waiting.send_at <= at and waiting.problem is null
    order by waiting.send_at limit 100 for update skip locked
  loop
    begin
      perform atrium_private.send_scheduled(scheduled);
      sent := sent + 1;
    exception when others then
      -- Only what the rules say no to; anything else goes on to the worker, which asks again.
      if sqlstate not like 'PT%' then
        raise;
      end if;
      get stacked diagnostics code = pg_exception_detail;
      update atrium.scheduled_messages waiting set problem = sqlerrm, problem_code = code where waiting.id = scheduled.id;
      perform atrium_private.send_to_people(array[scheduled.user_id], 'scheduled', jsonb_build_object('id', scheduled.id, 'problem', code));
      perform atrium_private.notify_scheduled_failed(scheduled.user_id, scheduled.id, code);
    end;
  end loop;
  return sent;
end $$;
comment on function atrium_private.send_due_messages(timestamptz) is
  'Sends what is due, 100 messages at most, each once; returns how many. What its author may not send any more stays with the reason.';
grant execute on function atrium_private.send_due_messages to atrium_worker;

-- Definer: the worker writes no table.
create function atrium_private.fire_reminders(at timestamptz default now())
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  due atrium.saved_messages;
  fired integer := 0;
begin
  for due in
    update atrium.saved_messages saved set reminded_at = at
    where (saved.user_id, saved.message_id) in (
      select known.user_id, known.message_id from atrium.saved_messages known
      where known.remind_at <= at and known.reminded_at is null and known.done_at is null
      order by known.remind_at limit 100 for update skip locked
    )
    returning saved.*
  loop
    -- Nobody is reminded of what he may not read any more.
    if atrium_private.role_in_room(due.user_id, due.room_id) is not null then
      perform atrium_private.send_to_people(array[due.user_id], 'reminder', jsonb_build_object('message_id', due.message_id, 'room_id', due.room_id));
      perform atrium_private.notify_reminder(due.user_id, due.message_id, due.remind_at);
      fired := fired + 1;
    end if;
  end loop;
  return fired;
end $$;
comment on function atrium_private.fire_reminders(timestamptz) is
  'Reminds of saved messages whose time has come, each once; returns how many. reminder {message_id, room_id} goes to the person''s devices.';
grant execute on function atrium_private.fire_reminders to atrium_worker;

create function atrium.schedule_message(
  id uuid, room_id uuid, text text, send_at timestamptz, content jsonb default null, thread_id uuid default null, files uuid[] default '{}'
)
  returns atrium.scheduled_messages
  language sql set search_path = ''
as $$ select * from atrium_private.schedule_message($1, $2, $3, $5, $6, $7, $4) $$;
comment on function atrium.schedule_message(uuid, uuid, text, timestamptz, jsonb, uuid, uuid[]) is
  'Sends a message later, within a year, as the caller and with his rights at that moment. The same id again changes what waits: words, files and time. Commenters may. Nullable: id, text, content, thread_id, files.
Example: select * from atrium.schedule_message(gen_random_uuid(), ''0190…'', ''Good morning'', ''2026-12-01 09:00+01'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, thread_not_found, 409 id_taken, already_sent, room_archived, 422 text_required, text_too_long, content_invalid, content_too_large, time_invalid, file_not_found, 429 too_many_scheduled (100).';
grant execute on function atrium.schedule_message to authenticated;

create function atrium.cancel_scheduled_message(id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.cancel_scheduled_message($1) $$;
comment on function atrium.cancel_scheduled_message(uuid) is
  'Does not send a scheduled message.
Example: select atrium.cancel_scheduled_message(''0190…'');
Errors: 401 not_signed_in, 404 scheduled_not_found.';
grant execute on function atrium.cancel_scheduled_message to authenticated;

create function atrium.send_scheduled_now(id uuid)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.send_scheduled_now($1) $$;
comment on function atrium.send_scheduled_now(uuid) is
  'Sends a scheduled message at once.
Example: select * from atrium.send_scheduled_now(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, posting_restricted, 404 scheduled_not_found, room_not_found, 409 room_archived, 410 message_deleted, 422 file_not_found.';
grant execute on function atrium.send_scheduled_now to authenticated;

-- squawk-ignore ban-drop-not-null
alter table atrium_private.stored_files alter column document_id drop not null;
alter table atrium_private.stored_files add column room_id uuid;
alter table atrium_private.stored_files add constraint stored_files_room_id_fkey foreign key (room_id) references atrium.rooms (id) on delete cascade;
alter table atrium_private.stored_files add constraint stored_files_place check ((document_id is null) <> (room_id is null));
comment on table atrium_private.stored_files is 'Every object of the storage service that belongs to a document, or to a message of a room, as the triggers below have seen it.';
create index on atrium_private.stored_files (room_id);
-- squawk-ignore ban-drop-not-null
alter table atrium_private.stored_bytes alter column document_id drop not null;
alter table atrium_private.stored_bytes add column room_id uuid;
alter table atrium_private.stored_bytes add constraint stored_bytes_room_id_fkey foreign key (room_id) references atrium.rooms (id) on delete cascade;
alter table atrium_private.stored_bytes drop constraint stored_bytes_document_id_owner_id_key;
-- squawk-ignore disallowed-unique-constraint
alter table atrium_private.stored_bytes add unique nulls not distinct (document_id, room_id, owner_id);
comment on table atrium_private.stored_bytes is 'The sums of stored_files for each document or room, and person.';
create index on atrium_private.stored_bytes (room_id);

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
      and known.owner_id is not distinct from gone.owner_id;
  end if;
  if tg_op <> 'DELETE' then
    with place as (
      select document.workspace_id, document.id as document_id, null::uuid as room_id
      from atrium.documents document
      where document.id = case new.bucket_id
        when 'document-images' then atrium_private.image_document(new.name) when 'document-files' then atrium_private.file_document(new.name)
      end
      union all
      select room.workspace_id, null, room.id
      from atrium.message_files sent join atrium.rooms room on room.id = sent.room_id
      where new.bucket_id = 'message-files' and sent.path = new.name
    ),
    file as (
      insert into atrium_private.stored_files (object_id, workspace_id, document_id, room_id, owner_id, name, is_image, bytes, created_at)
      select new.id, place.workspace_id, place.document_id, place.room_id,
        case when new.owner_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then new.owner_id::uuid end,
        new.name, new.bucket_id = 'document-images' or (new.bucket_id = 'message-files' and coalesce(new.metadata ->> 'mimetype' like 'image/%', false)),
        coalesce((new.metadata ->> 'size')::bigint, 0), coalesce(new.created_at, now())
      from place
      returning *
    )
    insert into atrium_private.stored_bytes as known (workspace_id, document_id, room_id, owner_id, files, bytes)
    select file.workspace_id, file.document_id, file.room_id, file.owner_id, 1, file.bytes from file
    on conflict (document_id, room_id, owner_id) do update set files = known.files + 1, bytes = known.bytes + excluded.bytes;
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
      left join atrium.spaces space on space.id = coalesce(document.space_id, room.space_id) and space.id in (select atrium_private.spaces_of_caller('viewer'))
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
  'How many files the documents and messages of a workspace hold and how many bytes they take: one row of the kind workspace, then one for each space and each person, the largest first. What is in spaces that the caller cannot see, in direct conversations, or of people who have left, is one row without id and name. Admins may. Nullable: id, name.
Example: select name, bytes from atrium.storage_use(''0190…'') where kind = ''space'';
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';

create or replace function atrium_private.my_files()
  returns table (bucket_id text, name text, document_id uuid, bytes bigint, created_at timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select case when file.room_id is not null then 'message-files' when file.is_image then 'document-images' else 'document-files' end,
    file.name, file.document_id, file.bytes, file.created_at
  from atrium_private.stored_files file
  left join atrium.documents document on document.id = file.document_id
  where file.owner_id = (select atrium_private.caller()) and (
    (document.trashed_at is null and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or document.id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or file.room_id in (select atrium_private.rooms_of_caller('viewer')))
  order by file.created_at, file.object_id
$$;

comment on function atrium.my_files() is
  'The pictures and files that the caller has put into documents and messages which he may still read, the oldest first; document_id is null for those of messages; the storage service gives them by bucket and name.
Example: select name, bytes from atrium.my_files();';

revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.message_files, atrium.drafts, atrium.scheduled_messages to service_role;
