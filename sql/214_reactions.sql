-- Reactions to messages, messages pinned for the room, and messages that a person saves for himself.

create table atrium.message_reactions (
  message_id uuid not null references atrium.messages (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  emoji text not null check (char_length(emoji) between 1 and 16),
  room_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (message_id, user_id, emoji)
);
comment on table atrium.message_reactions is 'Reactions to messages, each emoji once per person; readable like the message.';
comment on column atrium.message_reactions.room_id is 'A copy from the message, so that the policy asks no other table for each row.';
-- Deleting an account takes its reactions along.
create index on atrium.message_reactions (user_id);

create table atrium.message_pins (
  message_id uuid primary key references atrium.messages (id) on delete cascade,
  room_id uuid not null,
  pinned_by uuid references atrium.profiles (id) on delete set null,
  pinned_at timestamptz not null default now()
);
comment on table atrium.message_pins is 'Messages pinned for everybody in their room, 100 at most.';
comment on column atrium.message_pins.room_id is 'A copy from the message.';
create index on atrium.message_pins (room_id, pinned_at);
create index on atrium.message_pins (pinned_by);

create table atrium.saved_messages (
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  message_id uuid not null references atrium.messages (id) on delete cascade,
  room_id uuid not null,
  saved_at timestamptz not null default now(),
  remind_at timestamptz,
  reminded_at timestamptz,
  done_at timestamptz,
  primary key (user_id, message_id)
);
comment on table atrium.saved_messages is 'Messages that a person keeps for later. Everybody sees his own, while he may read the room.';
comment on column atrium.saved_messages.room_id is 'A copy from the message.';
comment on column atrium.saved_messages.remind_at is 'When he wants to be reminded; null: never.';
comment on column atrium.saved_messages.reminded_at is 'When he was; null before.';
comment on column atrium.saved_messages.done_at is 'When he was through with it; null before.';
create index on atrium.saved_messages (message_id);
-- The worker asks what is due.
create index on atrium.saved_messages (remind_at) where remind_at is not null and reminded_at is null and done_at is null;

alter table atrium.message_reactions enable row level security;
alter table atrium.message_pins enable row level security;
alter table atrium.saved_messages enable row level security;

create policy "people see the reactions in their rooms"
  on atrium.message_reactions for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
create policy "people see the pins of their rooms"
  on atrium.message_pins for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
create policy "people see what they saved"
  on atrium.saved_messages for select to authenticated
  using (user_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.message_reactions, atrium.message_pins, atrium.saved_messages to authenticated;

-- Definer: it reads messages whatever the caller may see, and asks whether he may.
create function atrium_private.lock_message(message_id uuid, at_least atrium.role)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  message atrium.messages;
  mine atrium.role;
begin
  select known.* into message from atrium.messages known where known.id = $1 for no key update;
  mine := atrium_private.role_in_room(me, message.room_id);
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = 'Only people who may post in this room may do this.', detail = 'role_too_low';
  elsif at_least > 'viewer' and atrium_private.room_is_archived(message.room_id) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  end if;
  return message;
end $$;
comment on function atrium_private.lock_message(uuid, atrium.role) is
  'A message that the caller sees, locked; above viewer in no archived room. Errors: 401 not_signed_in, 403 role_too_low, 404 message_not_found, 409 room_archived.';

-- Definer: nobody may write reactions but through here.
create function atrium_private.set_reaction(message_id uuid, with_emoji text, is_on boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages := atrium_private.lock_message($1, 'commenter');
  me uuid := atrium_private.caller();
begin
  -- Not every character beyond ASCII is an emoji, but all that can act as markup or as a word of a program are within.
  if (char_length(with_emoji) between 1 and 16 and with_emoji !~ E'[\u0001-\u007f[:space:][:cntrl:]\u202a-\u202e\u2066-\u2069]') is not true then
    raise sqlstate 'PT422' using message = 'A reaction is one emoji.', detail = 'emoji_invalid';
  elsif not coalesce(is_on, true) then
    delete from atrium.message_reactions reaction where reaction.message_id = $1 and reaction.user_id = me and reaction.emoji = with_emoji;
  elsif message.deleted_at is not null then
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  elsif (select count(distinct reaction.emoji) from atrium.message_reactions reaction
    where reaction.message_id = $1 and reaction.emoji <> with_emoji) >= 30 then
    raise sqlstate 'PT429' using message = 'A message has 30 different reactions at most.', detail = 'too_many_reactions';
  else
    insert into atrium.message_reactions (message_id, user_id, emoji, room_id) values (message.id, me, with_emoji, message.room_id)
    on conflict do nothing;
  end if;
  if found then
    perform atrium_private.send_to_room(message.room_id, 'reaction', jsonb_build_object(
      'message_id', message.id, 'user_id', me, 'emoji', with_emoji, 'present', coalesce(is_on, true)));
  end if;
end $$;
comment on function atrium_private.set_reaction(uuid, text, boolean) is
  'Behind atrium.set_reaction. reaction {message_id, user_id, emoji, present} goes to the room.';
grant execute on function atrium_private.set_reaction to authenticated;

-- Definer: nobody may write pins but through here.
create function atrium_private.set_pin(message_id uuid, is_on boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages := atrium_private.lock_message($1, 'commenter');
  me uuid := atrium_private.caller();
  room atrium.rooms;
begin
  select known.* into room from atrium.rooms known where known.id = message.room_id for no key update;
  if room.posting = 'moderators' and not atrium_private.moderates(me, room.id, atrium_private.role_in_room(me, room.id)) then
    raise sqlstate 'PT403' using message = 'In this room only moderators pin messages.', detail = 'posting_restricted';
  elsif not coalesce(is_on, true) then
    delete from atrium.message_pins pin where pin.message_id = $1;
  elsif message.deleted_at is not null then
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  elsif (select count(*) from atrium.message_pins pin where pin.room_id = room.id and pin.message_id <> $1) >= 100 then
    raise sqlstate 'PT429' using message = 'A room has 100 pinned messages at most.', detail = 'too_many_pins';
  else
    insert into atrium.message_pins (message_id, room_id, pinned_by) values (message.id, room.id, me) on conflict do nothing;
  end if;
  if found then
    perform atrium_private.send_to_room(room.id, 'pin', jsonb_build_object(
      'message_id', message.id, 'user_id', me, 'present', coalesce(is_on, true)));
  end if;
end $$;
comment on function atrium_private.set_pin(uuid, boolean) is 'Behind atrium.set_pin. pin {message_id, user_id, present} goes to the room.';
grant execute on function atrium_private.set_pin to authenticated;

-- Definer: nobody may write what is saved but through here.
create function atrium_private.save_message(message_id uuid, is_saved boolean, remind timestamptz, is_done boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages := atrium_private.lock_message($1, 'viewer');
  me uuid := atrium_private.caller();
begin
  if not coalesce(is_saved, true) then
    delete from atrium.saved_messages saved where saved.user_id = me and saved.message_id = $1;
  else
    insert into atrium.saved_messages (user_id, message_id, room_id, remind_at, done_at)
    values (me, message.id, message.room_id, remind, case when is_done then now() end)
    on conflict on constraint saved_messages_pkey do update
      set remind_at = excluded.remind_at, done_at = excluded.done_at,
        reminded_at = case when excluded.remind_at is not distinct from saved_messages.remind_at then saved_messages.reminded_at end;
  end if;
  perform atrium_private.send_to_people(array[me], 'saved', jsonb_build_object('message_id', message.id, 'saved', coalesce(is_saved, true)));
end $$;
comment on function atrium_private.save_message(uuid, boolean, timestamptz, boolean) is
  'Behind atrium.save_message. saved {message_id, saved} goes to the person''s other devices.';
grant execute on function atrium_private.save_message to authenticated;

create function atrium.set_reaction(message_id uuid, emoji text, present boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_reaction($1, $2, $3) $$;
comment on function atrium.set_reaction(uuid, text, boolean) is
  'Puts an emoji on a message, or takes it back. Commenters may.
Example: select atrium.set_reaction(''0190…'', ''🎉'');
Errors: 401 not_signed_in, 403 role_too_low, 404 message_not_found, 409 room_archived, 410 message_deleted, 422 emoji_invalid, 429 too_many_reactions (30 different ones).';
grant execute on function atrium.set_reaction to authenticated;

create function atrium.set_pin(message_id uuid, present boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_pin($1, $2) $$;
comment on function atrium.set_pin(uuid, boolean) is
  'Pins a message for everybody in its room, or no longer. Who may post there may.
Example: select atrium.set_pin(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, posting_restricted, 404 message_not_found, 409 room_archived, 410 message_deleted, 429 too_many_pins (100).';
grant execute on function atrium.set_pin to authenticated;

create function atrium.save_message(message_id uuid, saved boolean default true, remind_at timestamptz default null, done boolean default false)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.save_message($1, $2, $3, $4) $$;
comment on function atrium.save_message(uuid, boolean, timestamptz, boolean) is
  'Keeps a message for later, with a time to be reminded at when given, or as done; saved => false forgets it. Nullable: remind_at.
Example: select atrium.save_message(''0190…'', remind_at => now() + interval ''1 hour'');
Errors: 401 not_signed_in, 404 message_not_found.';
grant execute on function atrium.save_message to authenticated;
