-- People: what they say of themselves, and who is there. What is here leads to what the numbered files install, which the test MIG8
-- compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

create table atrium.statuses (
  user_id uuid primary key references atrium.profiles (id) on delete cascade,
  emoji text not null default '' check (char_length(emoji) <= 16),
  text text not null default '' check (char_length(text) <= 100),
  do_not_disturb boolean not null default false,
  ends_at timestamptz,
  updated_at timestamptz not null default now(),
  check (emoji <> '' or text <> '' or do_not_disturb)
);
comment on table atrium.statuses is
  'The status of whoever has one, readable by the people with whom he shares a workspace until its time is over. A row whose time is over counts for nothing and waits to be overwritten, so no job looks for it.';
comment on column atrium.statuses.emoji is 'One emoji, or empty.';
comment on column atrium.statuses.text is '0 to 100 characters.';
comment on column atrium.statuses.do_not_disturb is 'While it is set, nothing is pushed or mailed to him.';
comment on column atrium.statuses.ends_at is 'When it is over; null: until he changes it.';
alter table atrium.statuses enable row level security;

create policy "people see the present status of whom they work with"
  on atrium.statuses for select to authenticated
  using ((ends_at is null or ends_at > now()) and user_id in (select atrium_private.people_of_caller()));
grant select on atrium.statuses to authenticated;

-- Definer: nobody may write statuses but through here.
create function atrium_private.set_status(new_emoji text, new_text text, until timestamptz, undisturbed boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  sign text := coalesce(new_emoji, '');
  words text := '';
begin
  if sign <> '' and (char_length(sign) > 16 or sign ~ E'[\u0001-\u007f[:space:][:cntrl:]\u202a-\u202e\u2066-\u2069]') then
    raise sqlstate 'PT422' using message = 'The sign of a status is one emoji.', detail = 'emoji_invalid';
  elsif until <= now() then
    raise sqlstate 'PT422' using message = 'This time is over already.', detail = 'ends_at_invalid';
  elsif new_text <> '' then
    words := atrium_private.valid_name(new_text, 'text', 100);
  end if;
  if sign = '' and words = '' and undisturbed is not true then
    raise sqlstate 'PT422' using message = 'A status has an emoji, a text, or says not to disturb.', detail = 'status_required';
  end if;
  insert into atrium.statuses as known (user_id, emoji, text, do_not_disturb, ends_at) values (me, sign, words, coalesce(undisturbed, false), until)
  on conflict (user_id) do update
  set emoji = excluded.emoji, text = excluded.text, do_not_disturb = excluded.do_not_disturb, ends_at = excluded.ends_at, updated_at = now()
  where (known.emoji, known.text, known.do_not_disturb, known.ends_at)
    is distinct from (excluded.emoji, excluded.text, excluded.do_not_disturb, excluded.ends_at);
end $$;
comment on function atrium_private.set_status(text, text, timestamptz, boolean) is 'Behind atrium.set_status.';
grant execute on function atrium_private.set_status to authenticated;

-- Definer: nobody may delete statuses but through here.
create function atrium_private.clear_status()
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  delete from atrium.statuses known where known.user_id = me;
end $$;
comment on function atrium_private.clear_status() is 'Behind atrium.clear_status.';
grant execute on function atrium_private.clear_status to authenticated;

create function atrium.set_status(emoji text default '', text text default '', ends_at timestamptz default null, do_not_disturb boolean default false)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_status($1, $2, $3, $4) $$;
comment on function atrium.set_status(text, text, timestamptz, boolean) is
  'Says beside the name of the caller what he does, until when (null: until he changes it), and with do_not_disturb that nothing is pushed or mailed to him meanwhile. Nullable: emoji, text, ends_at, do_not_disturb.
Example: select atrium.set_status(''🏝️'', ''On holiday'', now() + interval ''2 weeks'', true);
Errors: 401 not_signed_in, 422 status_required, emoji_invalid, text_required, text_too_long (100 characters), text_invalid, ends_at_invalid.';
grant execute on function atrium.set_status to authenticated;

create function atrium.clear_status()
  returns void
  language sql set search_path = ''
as $$ select atrium_private.clear_status() $$;
comment on function atrium.clear_status() is
  'Takes the status of the caller back; doing it twice changes nothing.
Example: select atrium.clear_status();
Errors: 401 not_signed_in.';
grant execute on function atrium.clear_status to authenticated;

-- Definer: realtime.send inserts where the caller may not. Who hears of a workspace sees its people, so the row itself is told: a thousand
-- clients need not ask for it. A guest hears of himself alone, and reads the others with his lists.
create function atrium_private.announce_status()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  status atrium.statuses := coalesce(new, old);
  said jsonb := case tg_op when 'DELETE' then jsonb_build_object('user_id', status.user_id) else to_jsonb(status) - 'updated_at' end;
begin
  perform atrium_private.send(format('workspace:%s:%s', workspace.id, workspace.epoch), 'status', said)
  from atrium_private.active_memberships(status.user_id) member
  join atrium.workspaces workspace on workspace.id = member.workspace_id;
  perform atrium_private.send_to_people(array[status.user_id], 'status', said);
  return null;
end $$;
comment on function atrium_private.announce_status() is
  'status {user_id, emoji, text, do_not_disturb, ends_at} to the workspaces of the person and to himself; {user_id} alone when he takes it back.';
create trigger announce after insert or update or delete on atrium.statuses
  for each row execute function atrium_private.announce_status();

-- Definer: it reads epochs and rights of things that the caller may not see. It is asked once per join, not per row.
create or replace function atrium_private.hears(topic text)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
declare
  parts text[] := regexp_match(topic, '^(workspace|presence|space|room|typing|user):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::([0-9]{1,9}))?$');
  object uuid := parts[2];
  topic_epoch integer := parts[3];
begin
  return coalesce(case parts[1]
    when 'user' then object = atrium_private.caller() and topic_epoch is null
    when 'workspace' then object in (select atrium_private.workspaces_of_caller('viewer'))
      and topic_epoch = (select workspace.epoch from atrium.workspaces workspace where workspace.id = object)
    when 'presence' then object in (select atrium_private.workspaces_of_caller('viewer'))
      and topic_epoch = (select workspace.epoch from atrium.workspaces workspace where workspace.id = object)
    when 'space' then object in (select atrium_private.spaces_of_caller('viewer'))
      and topic_epoch = (select space.epoch from atrium.spaces space where space.id = object)
    when 'room' then object in (select atrium_private.rooms_of_caller('viewer'))
      and topic_epoch = (select room.epoch from atrium.rooms room where room.id = object)
    when 'typing' then object in (select atrium_private.rooms_of_caller('viewer'))
      and topic_epoch = (select room.epoch from atrium.rooms room where room.id = object)
  end, false);
end $$;
comment on function atrium_private.hears(text) is 'Whether the caller may join a topic: he has the right, and the epoch is the present one.';

-- Who is there is said by each client of itself, over Realtime Presence, and written into no table. A member could show somebody else
-- as present; nothing is decided by it.
create policy "members see who of the workspace is there"
  on realtime.messages for select to authenticated
  using (extension = 'presence' and topic = (select realtime.topic()) and topic like 'presence:%'
    and (select atrium_private.hears(realtime.topic())));
create policy "members show that they are there"
  on realtime.messages for insert to authenticated
  with check (extension = 'presence' and topic = (select realtime.topic()) and topic like 'presence:%'
    and (select atrium_private.hears(realtime.topic())));

revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.statuses to service_role;
