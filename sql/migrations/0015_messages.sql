-- Messages: threads whose replies are forgotten, words that begin where words begin, files of what is forwarded and what they show, reminders in own words. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

-- Definer: see rooms_that_forget. Asked again under the lock: a message may have been pinned, or a reply come, since.
create or replace function atrium_private.forget_messages(in_room uuid, ids uuid[], older_than timestamptz)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  gone uuid[];
  threads uuid[];
  last_seq bigint;
  last_place bigint;
begin
  perform from atrium.rooms room where room.id = in_room for no key update;
  with forgotten as (
    delete from atrium.messages message
    where message.id = any (ids) and message.room_id = in_room and message.created_at < older_than
      and not exists (select from atrium.message_pins pin where pin.message_id = message.id)
      and not exists (select from atrium.messages reply where reply.thread_id = message.id)
    returning message.id, message.seq, message.place, message.thread_id
  )
  select array_agg(forgotten.id), array_agg(distinct forgotten.thread_id), max(forgotten.seq), max(forgotten.place)
  into gone, threads, last_seq, last_place from forgotten;
  if gone is null then
    return 0;
  end if;
  update atrium.messages beginning set reply_count = counted.replies, last_reply_at = counted.last_at
  from (
    select thread.id, count(reply.id)::integer as replies, max(reply.created_at) as last_at
    from unnest(threads) as thread (id)
    left join atrium.messages reply on reply.thread_id = thread.id and reply.deleted_at is null
    group by thread.id
  ) counted
  where beginning.id = counted.id and beginning.reply_count <> counted.replies;
  -- What is gone cannot be unread.
  update atrium.read_marks mark set seq = greatest(mark.seq, last_seq), place = greatest(mark.place, coalesce(last_place, 0))
  where mark.room_id = in_room and (mark.seq < last_seq or mark.place < last_place);
  perform atrium_private.send_to_room(in_room, 'messages_removed', jsonb_build_object('room_id', in_room, 'ids', gone));
  return cardinality(gone);
end $$;

create function atrium_private.words_around(text text, wanted text)
  returns text
  language sql immutable set search_path = ''
as $$
  select case
    when found.at <= 81 then left($1, 300)
    -- From the first whole word on, but never behind what is wanted.
    else '… ' || regexp_replace(substring($1 from found.at - 81 for 81), '^\S*\s+', '') || substring($1 from found.at for 220)
  end
  from (select position($2 in $1) as at) found
$$;
comment on function atrium_private.words_around(text, text) is 'Some three hundred characters of a text about where the wanted ones stand first; its beginning when they do not.';

-- Definer: it reads names and sources for somebody who may read the objects. Not granted.
create or replace function atrium_private.read_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
  return query
    select told.id, told.kind, told.workspace_id, coalesce(room.space_id, document.space_id, file.space_id, space.id), told.object_type, told.object_id,
      case
        when room.kind = 'direct' then (
          select string_agg(profile.name, ', ' order by lower(profile.name)) from atrium.room_members inside
          join atrium.profiles profile on profile.id = inside.user_id
          where inside.room_id = room.id and inside.user_id <> for_user)
        else coalesce(room.name, document.title, file.name, space.name, workspace.name, '')
      end,
      document.icon, coalesce(room.kind = 'direct', false), told.actors,
      case
        when told.actors = '{}' then array_remove(array[message.bot_name], null)
        else array(select coalesce(profile.name, '') from unnest(told.actors) with ordinality as actor (person, turn)
          left join atrium.profiles profile on profile.id = actor.person order by actor.turn)
      end,
      -- A reminder in own words is nothing to go to.
      case when reminder.id is null then told.source_id end, told.thread_id, told.place,
      nullif(left(btrim(regexp_replace(left(case
        when told.kind = 'document_mention' then atrium_private.words_around(contents.text, '@' || mine.name)
        when told.kind = 'transfer' then coalesce(transfer.message, transfer.file_name)
        when comment.id is not null then comment.text
        when reminder.id is not null then reminder.text
        else message.text
      end, 900), '\s+', ' ', 'g')), 300), ''),
      case told.kind when 'access' then shared.role::text when 'transfer' then transfer.kind || '_' || transfer.state end,
      told.touched_at, told.read_at, told.done_at, told.snoozed_until
    from atrium_private.visible_notifications(for_user, in_workspace, ids, which, before, most) told
    left join atrium.profiles mine on mine.id = for_user
    left join atrium.rooms room on told.object_type = 'room' and room.id = told.object_id
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
    left join atrium.files file on told.object_type = 'file' and file.id = told.object_id
    left join atrium.spaces space on told.object_type = 'space' and space.id = told.object_id
    left join atrium.workspaces workspace on told.object_type = 'workspace' and workspace.id = told.object_id
    left join atrium.messages message on told.object_type = 'room' and message.id = told.source_id and message.room_id = told.object_id
    left join atrium.comments comment on told.object_type = 'document' and comment.id = told.source_id and comment.document_id = told.object_id
    left join atrium.grants shared on told.kind = 'access' and shared.id = told.source_id
    left join atrium.reminders reminder on told.kind = 'reminder' and reminder.id = told.source_id and reminder.user_id = for_user
    left join atrium.transfers transfer on told.kind = 'transfer' and transfer.id = told.source_id
    left join atrium.document_contents contents on told.kind = 'document_mention' and contents.document_id = told.object_id
    order by told.touched_at desc, told.id;
end $$;

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
alter table atrium.forwarded_files enable row level security;

create policy "people see which files were forwarded into their rooms"
  on atrium.forwarded_files for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.forwarded_files to authenticated;


-- What was forwarded is looked up under the policy above.
drop policy "people see the files of their rooms, and own ones not yet sent" on atrium.message_files;
create policy "people see the files of their rooms, and own ones not yet sent"
  on atrium.message_files for select to authenticated
  using (
    (
      room_id in (select atrium_private.rooms_of_caller('viewer'))
      and (message_id is not null or uploaded_by = (select atrium_private.caller()))
    )
    or exists (select from atrium.forwarded_files passed where passed.file_id = message_files.id)
  );

-- Definer: who deletes a message may not write its files.
create or replace function atrium_private.drop_message_files()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.message_files file where file.message_id = new.id;
  delete from atrium.forwarded_files passed where passed.message_id = new.id;
  new.files := '[]';
  return new;
end $$;

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

comment on column atrium.messages.forwarded is 'The forwarded message as it was: {author_id, bot_name, room_id, created_at, text, content, files}. Its files are those of that message, for as long as it has them.';
-- Definer: it numbers messages, which nobody may insert. Not granted: who calls it has asked whether the author may.
create or replace function atrium_private.add_message(
  new_id uuid, in_room uuid, author uuid, bot text, new_text text, new_content jsonb,
  in_thread uuid, quoting uuid, forwarding uuid, with_files uuid[], all_allowed boolean
)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  room atrium.rooms;
  message atrium.messages;
begin
  -- The lock gives each message its number in the order of commit.
  select known.* into room from atrium.rooms known where known.id = in_room for no key update;
  message.id := coalesce(new_id, gen_random_uuid());
  message.content := atrium_private.valid_content(new_content);
  message.thread_id := atrium_private.thread_in(in_room, in_thread);
  message.quote_id := atrium_private.quote_in(in_room, quoting);
  message.forwarded := atrium_private.forwarded_by(author, forwarding);
  message.files := '[]';
  if cardinality(with_files) > 0 then
    message.files := atrium_private.attach_files(message.id, in_room, with_files);
  end if;
  message.text := atrium_private.valid_message(
    coalesce(atrium_private.content_text(message.content), new_text), message.files <> '[]' or message.forwarded is not null);
  message.mentions := atrium_private.mentions_in(message.content, in_room, author, all_allowed);
  insert into atrium.messages (
    id, room_id, seq, place, author_id, bot_name, text, content, mentions, files, thread_id, quote_id, forwarded_id, forwarded
  )
  values (
    message.id, in_room, room.last_seq + 1, case when in_thread is null then room.last_place + 1 end, author, bot, message.text, message.content,
    message.mentions, message.files, message.thread_id, message.quote_id, case when message.forwarded is not null then forwarding end, message.forwarded
  )
  on conflict (id) do nothing
  returning * into message;
  if not found then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  if message.forwarded is not null then
    insert into atrium.forwarded_files (message_id, file_id, room_id)
    select message.id, file.id, in_room from atrium.message_files file
    where file.id in (select (shown ->> 'id')::uuid from jsonb_array_elements(message.forwarded -> 'files') shown);
  end if;
  update atrium.rooms known set last_seq = message.seq, last_place = coalesce(message.place, known.last_place), last_at = message.created_at
  where known.id = in_room;
  if message.thread_id is not null then
    perform atrium_private.count_reply(message);
  end if;
  return message;
end $$;

-- Definer: it reads messages whatever the caller may see, and asks whether the author may.
create or replace function atrium_private.forwarded_by(author uuid, forwarding uuid)
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  source atrium.messages;
begin
  if forwarding is null then
    return null;
  end if;
  select known.* into source from atrium.messages known where known.id = forwarding and known.deleted_at is null;
  if source.id is null or atrium_private.role_in_room(author, source.room_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  elsif source.text = '' and source.forwarded is not null then
    return source.forwarded;
  end if;
  return jsonb_build_object('author_id', source.author_id, 'bot_name', source.bot_name, 'room_id', source.room_id,
    'created_at', source.created_at, 'text', source.text, 'content', source.content, 'files', source.files);
end $$;

drop trigger announce on atrium.messages;
create trigger announce after update on atrium.messages
  for each row when ((old.text, old.content, old.mentions, old.files, old.forwarded, old.previews, old.bot_icon, old.edited_at, old.deleted_at)
    is distinct from (new.text, new.content, new.mentions, new.files, new.forwarded, new.previews, new.bot_icon, new.edited_at, new.deleted_at))
  execute function atrium_private.announce_message();

create table atrium.reminders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  text text not null check (char_length(text) between 1 and 1000),
  remind_at timestamptz not null,
  reminded_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table atrium.reminders is 'What a person wants to be reminded of in his own words. Everybody sees his own.';
comment on column atrium.reminders.room_id is 'Where he asked for it: the inbox shows it there, while he may read the room.';
comment on column atrium.reminders.reminded_at is 'When he was; null before.';
create index on atrium.reminders (user_id, remind_at);
create index on atrium.reminders (room_id);
-- The worker asks what is due.
create index on atrium.reminders (remind_at) where reminded_at is null;
alter table atrium.reminders enable row level security;

create policy "people see their own reminders"
  on atrium.reminders for select to authenticated
  using (user_id = (select atrium_private.caller()));
grant select on atrium.reminders to authenticated;

-- Definer: nobody may write reminders but through here.
create function atrium_private.remind_me(new_id uuid, in_room uuid, new_text text, at timestamptz)
  returns atrium.reminders
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  me uuid := atrium_private.caller();
  reminder atrium.reminders;
begin
  new_text := btrim(new_text);
  select known.* into reminder from atrium.reminders known where known.id = new_id;
  if reminder.id is not null then
    if (reminder.user_id = me and reminder.room_id = in_room) is distinct from true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return reminder;
  elsif coalesce(new_text, '') = '' then
    raise sqlstate 'PT422' using message = 'Say what you want to be reminded of.', detail = 'text_required';
  elsif char_length(new_text) > 1000 then
    raise sqlstate 'PT422' using message = 'A reminder has 1000 characters at most.', detail = 'text_too_long';
  elsif (at > now() and at < now() + interval '366 days') is not true then
    raise sqlstate 'PT422' using message = 'Choose a time in the coming year.', detail = 'time_invalid';
  elsif (select count(*) from atrium.reminders waiting where waiting.user_id = me and waiting.reminded_at is null) >= 100 then
    raise sqlstate 'PT429' using message = 'A hundred reminders wait already. Remove some of them.', detail = 'too_many_reminders';
  end if;
  insert into atrium.reminders (id, user_id, room_id, text, remind_at)
  values (coalesce(new_id, gen_random_uuid()), me, in_room, new_text, at)
  returning * into reminder;
  perform atrium_private.send_to_people(array[me], 'reminder', jsonb_build_object('id', reminder.id));
  return reminder;
end $$;
comment on function atrium_private.remind_me(uuid, uuid, text, timestamptz) is 'Behind atrium.remind_me. reminder {id} goes to the person''s devices.';
grant execute on function atrium_private.remind_me to authenticated;

-- Definer: nobody may delete reminders but through here.
create function atrium_private.cancel_reminder(reminder_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  delete from atrium.reminders known where known.id = reminder_id and known.user_id = me;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such reminder of yours.', detail = 'reminder_not_found';
  end if;
  perform atrium_private.forget_source(reminder_id, '{reminder}', array[me]);
  perform atrium_private.send_to_people(array[me], 'reminder', jsonb_build_object('id', reminder_id));
end $$;
comment on function atrium_private.cancel_reminder(uuid) is 'Behind atrium.cancel_reminder.';
grant execute on function atrium_private.cancel_reminder to authenticated;

create function atrium.remind_me(id uuid, room_id uuid, text text, remind_at timestamptz)
  returns atrium.reminders
  language sql set search_path = ''
as $$ select * from atrium_private.remind_me($1, $2, $3, $4) $$;
comment on function atrium.remind_me(uuid, uuid, text, timestamptz) is
  'Reminds the caller of something at a time, in the inbox, under a room that he may read. To be reminded of a message: save_message. The same call again returns the same reminder. Nullable: id, reminded_at.
Example: select * from atrium.remind_me(gen_random_uuid(), ''0190…'', ''Call the printer'', now() + interval ''2 hours'');
Errors: 401 not_signed_in, 404 room_not_found, 409 id_taken, 422 text_required, text_too_long (1000 characters), time_invalid, 429 too_many_reminders (100).';
grant execute on function atrium.remind_me to authenticated;

create function atrium.cancel_reminder(id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.cancel_reminder($1) $$;
comment on function atrium.cancel_reminder(uuid) is
  'Takes a reminder back, also one that has come.
Example: select atrium.cancel_reminder(''0190…'');
Errors: 401 not_signed_in, 404 reminder_not_found.';
grant execute on function atrium.cancel_reminder to authenticated;

-- Definer: the worker writes no table.
create or replace function atrium_private.fire_reminders(at timestamptz default now())
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  due atrium.saved_messages;
  reminder atrium.reminders;
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
  for reminder in
    update atrium.reminders known set reminded_at = at
    where known.id in (
      select waiting.id from atrium.reminders waiting
      where waiting.remind_at <= at and waiting.reminded_at is null order by waiting.remind_at limit 100 for update skip locked
    )
    returning known.*
  loop
    if atrium_private.role_in_room(reminder.user_id, reminder.room_id) is not null then
      perform atrium_private.send_to_people(array[reminder.user_id], 'reminder', jsonb_build_object('id', reminder.id));
      perform atrium_private.notify_own_reminder(reminder);
      fired := fired + 1;
    end if;
  end loop;
  return fired;
end $$;
comment on function atrium_private.fire_reminders(timestamptz) is
  'Reminds of saved messages and in own words when the time has come, each once; returns how many. reminder {message_id, room_id} or {id} goes to the person''s devices.';

-- Definer: see above. Not granted: whatever fires reminders calls it.
create function atrium_private.notify_own_reminder(reminder atrium.reminders)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[reminder.user_id], 'reminder', null, room.workspace_id, 'room', room.id, reminder.id)
  from atrium.rooms room where room.id = reminder.room_id;
end $$;
comment on function atrium_private.notify_own_reminder(atrium.reminders) is 'Reminds somebody in his own words.';

comment on column atrium.notifications.source_id is
  'The message, comment (a thread has the id of its first one), suggestion, grant, invitation, transfer or reminder; null for a document that was changed.';

-- Definer: see queue_notifications.
create or replace function atrium_private.forget_notifications()
  returns void
  language sql security definer set search_path = ''
as $$
  delete from atrium.notifications told
  where told.touched_at < now() - interval '180 days' or (told.done_at < now() - interval '30 days' and told.touched_at < now() - interval '30 days');
  delete from atrium.reminders known where known.reminded_at < now() - interval '180 days';
$$;
comment on function atrium_private.forget_notifications() is 'Deletes what is half a year old, or done for a month, and reminders that came half a year ago.';

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

create function atrium.describe_message_file(id uuid, alt text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.describe_message_file($1, $2) $$;
comment on function atrium.describe_message_file(uuid, text) is
  'Says what an own picture shows that was not sent yet, for those who cannot see it; null or nothing takes it back. Nullable: alt.
Example: select atrium.describe_message_file(''0190…'', ''The front door, painted green'');
Errors: 401 not_signed_in, 404 file_not_found, 422 file_invalid (1000 characters).';
grant execute on function atrium.describe_message_file to authenticated;

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.forwarded_files, atrium.reminders to service_role;
