-- Reminders in a person's own words. Those of messages stand with what he saves.

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
