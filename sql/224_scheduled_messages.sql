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
