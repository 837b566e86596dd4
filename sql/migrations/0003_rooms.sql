-- Chat: direct conversations, room roles and posting policy, rich content, mentions, threads, reactions, pins, saved messages, former
-- versions. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

drop function atrium.send_message(uuid, uuid, text);
drop function atrium.edit_message(uuid, text);
drop function atrium.update_room(uuid, text, text);
drop function atrium.my_rooms(uuid);
drop function atrium_private.send_message(uuid, uuid, text);
drop function atrium_private.change_message(uuid, text, boolean);
drop function atrium_private.mark_read(uuid, bigint);
drop function atrium_private.my_rooms(uuid);
drop function atrium_private.update_room(uuid, text, text);
drop function atrium_private.valid_message(text);
drop trigger announce on atrium.messages;
drop trigger announce on atrium.rooms;
drop trigger a_audit on atrium.rooms;

alter table atrium.rooms add column kind text not null default 'room';
alter table atrium.rooms add constraint rooms_kind_check check (kind in ('room', 'direct'));
alter table atrium.rooms add column people uuid[];
alter table atrium.rooms add column description text not null default '';
alter table atrium.rooms add constraint rooms_description_check check (char_length(description) <= 2000);
alter table atrium.rooms add column posting text not null default 'everyone';
alter table atrium.rooms add constraint rooms_posting_check check (posting in ('everyone', 'moderators'));
alter table atrium.rooms add column member_count integer not null default 0;
alter table atrium.rooms add column last_place bigint not null default 0;
alter table atrium.rooms add column last_at timestamptz;
-- squawk-ignore ban-drop-not-null
alter table atrium.rooms alter column space_id drop not null;
alter table atrium.rooms drop constraint rooms_name_check;
alter table atrium.rooms add constraint rooms_name_check check (char_length(name) <= 80);
alter table atrium.rooms add constraint rooms_workspace_id_fkey foreign key (workspace_id) references atrium.workspaces (id) on delete cascade;
alter table atrium.rooms add constraint rooms_kind_fits check (case kind
    when 'direct' then space_id is null and private and name = '' and people is not null and created_by is null and archived_at is null
    else space_id is not null and name <> '' and people is null end);
-- squawk-ignore disallowed-unique-constraint
alter table atrium.rooms add constraint rooms_workspace_id_people_key unique (workspace_id, people);

alter table atrium.room_members add column role text not null default 'member';
alter table atrium.room_members add constraint room_members_role_check check (role in ('member', 'moderator'));

alter table atrium.messages add column place bigint;
alter table atrium.messages add column bot_name text;
alter table atrium.messages add constraint messages_bot_name_check check (char_length(bot_name) between 1 and 80);
alter table atrium.messages drop constraint messages_text_check;
alter table atrium.messages add constraint messages_text_check check (char_length(text) <= 20000);
alter table atrium.messages add column content jsonb;
alter table atrium.messages add constraint messages_content_check check (octet_length(content::text) <= 100000);
alter table atrium.messages add column mentions jsonb not null default '[]';
alter table atrium.messages add column files jsonb not null default '[]';
alter table atrium.messages add column thread_id uuid;
alter table atrium.messages add column quote_id uuid;
alter table atrium.messages add column forwarded_id uuid;
alter table atrium.messages add column forwarded jsonb;
alter table atrium.messages add column reply_count integer not null default 0;
alter table atrium.messages add column last_reply_at timestamptz;
alter table atrium.read_marks add column place bigint not null default 0;

-- There were no threads: the place of a message is its number.
update atrium.messages set place = seq;
update atrium.read_marks set place = seq;
update atrium.rooms room set last_place = room.last_seq,
  last_at = (select message.created_at from atrium.messages message where message.room_id = room.id and message.seq = room.last_seq),
  member_count = (select count(*) from atrium.room_members inside where inside.room_id = room.id);
-- Who made a room could take others out of it. A private room that its maker left gets its longest-standing member.
update atrium.room_members inside set role = 'moderator' from atrium.rooms room where room.id = inside.room_id and room.created_by = inside.user_id;
update atrium.room_members heir set role = 'moderator'
from (
  select distinct on (inside.room_id) inside.room_id, inside.user_id
  from atrium.room_members inside join atrium.rooms room on room.id = inside.room_id and room.private
  where not exists (select from atrium.room_members other where other.room_id = inside.room_id and other.role = 'moderator')
  order by inside.room_id, inside.joined_at, inside.user_id
) first
where heir.room_id = first.room_id and heir.user_id = first.user_id;
alter table atrium.messages add constraint messages_place_fits check ((place is null) = (thread_id is not null));

-- 200_rooms.sql
comment on table atrium.rooms is 'Where people talk. Everybody who sees the space sees its public rooms; a private room and a direct conversation are seen by their members alone.';
comment on column atrium.rooms.space_id is 'Null for a direct conversation, which belongs to no space.';
comment on column atrium.rooms.kind is 'room, or direct: a conversation of two to ten people of the workspace, without a name and without admins.';
comment on column atrium.rooms.people is 'Whose direct conversation it is, in ascending order; who left the workspace is still named. Null for a room.';
comment on column atrium.rooms.name is '1 to 80 characters; empty for a direct conversation.';
comment on column atrium.rooms.description is '0 to 2000 characters, in several lines.';
comment on column atrium.rooms.posting is 'Who begins messages: everyone, or moderators alone. Threads are open to all who may post at all.';
comment on column atrium.rooms.member_count is 'How many members it has, the suspended ones too.';
comment on column atrium.rooms.last_place is 'The place of the latest message outside threads; 0 before the first.';
comment on column atrium.rooms.last_at is 'When the latest message was sent; null before the first.';
comment on column atrium.rooms.created_by is 'Null for a direct conversation, and when the account is gone.';
create index on atrium.rooms using gin (people) where kind = 'direct';
comment on column atrium.room_members.role is 'member or moderator. Admins of the space are moderators of each room that they see.';

create or replace function atrium_private.room_rights(for_user uuid)
  returns table (room_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query
    with space_roles as materialized (
      select rights.space_id, rights.source, rights.source_id, rights.role from atrium_private.space_rights(for_user) rights
    ),
    highest as materialized (select given.space_id, max(given.role) as role from space_roles given group by given.space_id)
    select room.id, given.source, given.source_id, given.role
    from space_roles given
    join atrium.rooms room on room.space_id = given.space_id
    where not room.private
    union all
    select room.id, 'room', room.id, coalesce(highest.role, 'commenter')
    from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium_private.active_memberships(for_user) member on member.workspace_id = room.workspace_id
    left join atrium.spaces space on space.id = room.space_id
    left join highest on highest.space_id = room.space_id
    where inside.user_id = for_user and room.private and (space.private is not true or highest.space_id is not null)
    union all
    select given.object_id, given.source, given.source_id, given.role
    from atrium_private.grant_rights(for_user, 'room') given;
end $$;
comment on function atrium_private.room_rights(uuid) is
  'Every role that a person has in a room, and from where. A member of a private room has his role in the space, or commenter when he has none there; a private space must let him in first. In a direct conversation everybody is a commenter.';

create or replace function atrium_private.role_in_room(for_user uuid, in_room uuid)
  returns atrium.role
  language sql stable security definer set search_path = ''
as $$
  with room as materialized (select known.* from atrium.rooms known where known.id = in_room),
  through_space as materialized (
    select max(given.role) as role from atrium_private.space_rights(for_user) given where given.space_id = (select room.space_id from room)
  )
  select max(rights.role) from (
    select through_space.role from room, through_space where not room.private
    union all
    select coalesce(through_space.role, 'commenter')
    from room
    cross join through_space
    join atrium.room_members inside on inside.room_id = room.id and inside.user_id = for_user
    join atrium_private.active_memberships(for_user) member on member.workspace_id = room.workspace_id
    left join atrium.spaces space on space.id = room.space_id
    where room.private and (space.private is not true or through_space.role is not null)
    union all
    select given.role from room, atrium_private.grant_rights(for_user, 'room') given where given.object_id = room.id
  ) rights
$$;
comment on function atrium_private.role_in_room(uuid, uuid) is
  'The highest role of a person in one room as room_rights has it, or null: what a message costs does not grow with the rooms of its author.';

create or replace function atrium_private.rooms_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  if at_least <= 'viewer' then
    return query
      select rights.room_id from atrium_private.room_rights((select atrium_private.caller())) rights where rights.role >= at_least;
  else
    return query
      select rights.room_id
      from atrium_private.room_rights((select atrium_private.caller())) rights
      join atrium.rooms room on room.id = rights.room_id
      left join atrium.spaces space on space.id = room.space_id
      where rights.role >= at_least and room.archived_at is null and space.archived_at is null;
  end if;
end $$;

create or replace function atrium_private.require_room_role(in_room uuid, at_least atrium.role)
  returns atrium.role
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mine atrium.role := atrium_private.role_in_room(me, in_room);
begin
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such room, or you may not see it.', detail = 'room_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one may do this.', at_least), detail = 'role_too_low';
  end if;
  return mine;
end $$;

create or replace function atrium_private.moderates(of_user uuid, in_room uuid, his_role atrium.role)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select coalesce(his_role >= 'admin', false) or (his_role is not null and exists (
    select from atrium.room_members inside where inside.room_id = in_room and inside.user_id = of_user and inside.role = 'moderator'
  ))
$$;
comment on function atrium_private.moderates(uuid, uuid, atrium.role) is 'Whether somebody with this role in a room is a moderator there: by himself, or as an admin of the space.';

create or replace function atrium_private.require_moderator(in_room uuid, or_role atrium.role default 'admin')
  returns atrium.role
  language plpgsql stable security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
begin
  if mine < or_role and not atrium_private.moderates(atrium_private.caller(), in_room, mine) then
    raise sqlstate 'PT403' using message = format('Only moderators of the room and people with the role %s or a higher one may do this.', or_role), detail = 'role_too_low';
  end if;
  return mine;
end $$;
comment on function atrium_private.require_moderator(uuid, atrium.role) is
  'The role of the caller in a room that he moderates, or in which he has the given role. Errors: 401 not_signed_in, 404 room_not_found, 403 role_too_low.';

create or replace function atrium_private.count_room_members()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.rooms room set member_count = room.member_count + case tg_op when 'INSERT' then changed.rows else -changed.rows end
  from (select moved.room_id, count(*)::integer as rows from changed_rows moved group by moved.room_id) changed
  where room.id = changed.room_id;
  return null;
end $$;
comment on function atrium_private.count_room_members() is 'Keeps rooms.member_count.';

create trigger count_new after insert on atrium.room_members
  referencing new table as changed_rows
  for each statement execute function atrium_private.count_room_members();

create trigger count_gone after delete on atrium.room_members
  referencing old table as changed_rows
  for each statement execute function atrium_private.count_room_members();

-- 201_room_functions.sql

create or replace function atrium_private.valid_description(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
begin
  if char_length(value) > 2000 then
    raise sqlstate 'PT422' using message = 'The description is longer than 2000 characters.', detail = 'description_too_long';
  elsif value ~ E'[\u0001-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]' then
    raise sqlstate 'PT422' using message = 'The description contains control characters.', detail = 'description_invalid';
  end if;
  return coalesce(btrim(value, E' \t\n'), '');
end $$;
comment on function atrium_private.valid_description(text) is 'The description, tidied. Errors: 422 description_too_long, description_invalid.';

create or replace function atrium_private.create_room(new_id uuid, in_space uuid, new_name text, is_private boolean, new_topic text)
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'editor');
  me uuid := atrium_private.caller();
  room atrium.rooms;
begin
  perform atrium_private.refuse_archived(in_space);
  insert into atrium.rooms (id, workspace_id, space_id, name, private, topic, created_by)
  select coalesce(new_id, gen_random_uuid()), space.workspace_id, space.id, atrium_private.valid_name(new_name, 'name', 80),
    coalesce(is_private, false), atrium_private.valid_topic(new_topic), me
  from atrium.spaces space where space.id = in_space
  on conflict (id) do nothing
  returning * into room;
  if room.id is not null then
    insert into atrium.room_members (room_id, user_id, role) values (room.id, me, 'moderator');
  end if;
  select known.* into room from atrium.rooms known
  where known.id = coalesce(room.id, new_id) and known.space_id = in_space and known.created_by = me
    and known.id in (select atrium_private.rooms_of_caller('viewer'));
  if room.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return room;
end $$;

create or replace function atrium_private.update_room(
  in_room uuid, new_name text, new_topic text, new_description text, new_posting text, is_private boolean
)
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room, 'editor');
  me uuid := atrium_private.caller();
  room atrium.rooms;
begin
  if (new_posting is not null or is_private is not null) and not atrium_private.moderates(me, in_room, mine) then
    raise sqlstate 'PT403' using message = 'Only moderators of the room and admins of the space may do this.', detail = 'role_too_low';
  elsif new_posting not in ('everyone', 'moderators') then
    raise sqlstate 'PT422' using message = 'Either everyone posts, or moderators.', detail = 'posting_invalid';
  end if;
  if is_private then
    -- Or nobody would see it any more.
    insert into atrium.room_members (room_id, user_id, role) values (in_room, me, 'moderator')
    on conflict (room_id, user_id) do nothing;
  end if;
  update atrium.rooms known
  set name = atrium_private.valid_name(coalesce(new_name, known.name), 'name', 80),
    topic = atrium_private.valid_topic(coalesce(new_topic, known.topic)),
    description = atrium_private.valid_description(coalesce(new_description, known.description)),
    posting = coalesce(new_posting, known.posting),
    private = coalesce(is_private, known.private)
  where known.id = in_room
  returning known.* into room;
  return room;
end $$;
comment on function atrium_private.update_room(uuid, text, text, text, text, boolean) is 'Behind atrium.update_room.';
grant execute on function atrium_private.update_room to authenticated;

create or replace function atrium_private.archive_room(in_room uuid, is_archived boolean)
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room, 'editor');
  room atrium.rooms;
begin
  update atrium.rooms known set archived_at = case when is_archived is distinct from false then coalesce(known.archived_at, now()) end
  where known.id = in_room
  returning known.* into room;
  return room;
end $$;

create or replace function atrium_private.enter_room(in_room uuid, of_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium.room_members (room_id, user_id) values (in_room, of_user) on conflict do nothing;
  insert into atrium.read_marks (room_id, user_id, seq, place)
  select room.id, of_user, room.last_seq, room.last_place from atrium.rooms room where room.id = in_room
  on conflict do nothing;
end $$;

create or replace function atrium_private.add_room_member(in_room uuid, of_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room, 'editor');
  room atrium.rooms;
begin
  select known.* into room from atrium.rooms known where known.id = in_room;
  if not exists (
    select from atrium.members member
    where member.workspace_id = room.workspace_id and member.user_id = of_user and member.suspended_at is null
  ) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  elsif not exists (select from atrium_private.room_rights(of_user) rights where rights.room_id = in_room) and (
    not room.private
    or ((select space.private from atrium.spaces space where space.id = room.space_id)
      and not exists (select from atrium_private.space_rights(of_user) rights where rights.space_id = room.space_id))
  ) then
    raise sqlstate 'PT409' using message = 'This person cannot see the space. Share the room with him, or let him into the space.', detail = 'no_access';
  end if;
  perform atrium_private.enter_room(in_room, of_user);
end $$;

create or replace function atrium_private.remove_room_member(in_room uuid, of_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  leaving boolean := atrium_private.require_caller() is not distinct from of_user;
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  room atrium.rooms;
begin
  select known.* into room from atrium.rooms known where known.id = in_room for no key update;
  if room.kind = 'direct' then
    raise sqlstate 'PT409' using message = 'Nobody leaves a direct conversation: it belongs to the people in it.', detail = 'room_direct';
  elsif not leaving and not atrium_private.moderates(atrium_private.caller(), in_room, mine) then
    raise sqlstate 'PT403' using message = 'Only admins of the space and moderators of the room may take somebody out.', detail = 'role_too_low';
  elsif room.private and not exists (
    select from atrium.room_members other where other.room_id = in_room and other.user_id is distinct from of_user
  ) then
    raise sqlstate 'PT409' using message = 'Nobody would see this room any more. Archive it instead.', detail = 'last_member';
  end if;
  delete from atrium.room_members member where member.room_id = in_room and member.user_id = of_user;
end $$;

create or replace function atrium_private.set_room_role(in_room uuid, of_user uuid, new_role text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room);
begin
  if (new_role in ('member', 'moderator')) is distinct from true then
    raise sqlstate 'PT422' using message = 'The role in a room is member or moderator.', detail = 'role_invalid';
  end if;
  perform from atrium.rooms known where known.id = in_room for no key update;
  -- An admin of the space who is not in a private room does not look after it.
  if new_role = 'member' and (select known.private from atrium.rooms known where known.id = in_room) and not exists (
    select from atrium.room_members other where other.room_id = in_room and other.role = 'moderator' and other.user_id is distinct from of_user
  ) then
    raise sqlstate 'PT409' using message = 'A private room keeps a moderator. Choose another one first.', detail = 'last_moderator';
  end if;
  update atrium.room_members member set role = new_role where member.room_id = in_room and member.user_id = of_user;
  if not found then
    raise sqlstate 'PT404' using message = 'This person is not in the room.', detail = 'member_not_found';
  end if;
end $$;
comment on function atrium_private.set_room_role(uuid, uuid, text) is 'Behind atrium.set_room_role.';
grant execute on function atrium_private.set_room_role to authenticated;

create or replace function atrium.update_room(
  room_id uuid, name text default null, topic text default null, description text default null, posting text default null, private boolean default null
)
  returns atrium.rooms
  language sql set search_path = ''
as $$ select * from atrium_private.update_room($1, $2, $3, $4, $5, $6) $$;
comment on function atrium.update_room(uuid, text, text, text, text, boolean) is
  'Changes a room; null leaves something as it is. Editors and moderators change name, topic and description, moderators alone who posts (everyone or moderators) and whether it is private. Nullable: name, topic, description, posting, private.
Example: select * from atrium.update_room(''0190…'', topic => ''Ships on Friday'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 422 name_required, name_too_long (80 characters), name_invalid, topic_too_long (250), topic_invalid, description_too_long (2000), description_invalid, posting_invalid.';
grant execute on function atrium.update_room to authenticated;
comment on function atrium.archive_room(uuid, boolean) is
  'Archives a room: it can still be read, and nobody posts. With archived => false it comes back. Editors and moderators may.
Example: select * from atrium.archive_room(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found.';
comment on function atrium.leave_room(uuid) is
  'Leaves a room; a private one is not seen any more.
Example: select atrium.leave_room(''0190…'');
Errors: 401 not_signed_in, 404 room_not_found, 409 last_member, room_direct.';
comment on function atrium.add_room_member(uuid, uuid) is
  'Brings a member of the workspace, guests too, into a room. Editors and moderators may. A public room takes only people who see it.
Example: select atrium.add_room_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, member_not_found, 409 no_access.';
comment on function atrium.remove_room_member(uuid, uuid) is
  'Takes somebody out of a room. Moderators and admins of the space may.
Example: select atrium.remove_room_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 409 last_member, room_direct.';

create or replace function atrium.set_room_role(room_id uuid, user_id uuid, role text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_room_role($1, $2, $3) $$;
comment on function atrium.set_room_role(uuid, uuid, text) is
  'Makes a member of a room a moderator, or a moderator a member. Moderators and admins of the space may.
Example: select atrium.set_room_role(''0190…'', ''0191…'', ''moderator'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, member_not_found, 409 last_moderator, 422 role_invalid.';
grant execute on function atrium.set_room_role to authenticated;

-- 205_direct_messages.sql

create or replace function atrium_private.open_direct(in_workspace uuid, with_people uuid[])
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
  me uuid := atrium_private.caller();
  everybody uuid[] := array(select distinct person from unnest(with_people || me) person where person is not null order by person);
  room atrium.rooms;
begin
  if cardinality(everybody) < 2 then
    raise sqlstate 'PT422' using message = 'Name at least one other person.', detail = 'people_required';
  elsif cardinality(everybody) > 10 then
    raise sqlstate 'PT422' using message = 'A direct conversation has ten people at most. Make a private room for more.', detail = 'too_many_people';
  -- A guest may not list the members: he writes to those whom he sees, because they share a space, a room or an item with him.
  elsif exists (
    select from unnest(everybody) person
    where not exists (
      select from atrium.members member
      where member.workspace_id = in_workspace and member.user_id = person
        and member.suspended_at is null and (member.expires_at is null or member.expires_at > now())
    ) or (mine = 'guest' and person not in (select atrium_private.people_of_caller()))
  ) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  insert into atrium.rooms (workspace_id, kind, people, name, private) values (in_workspace, 'direct', everybody, '', true)
  on conflict (workspace_id, people) do nothing;
  select known.* into room from atrium.rooms known where known.workspace_id = in_workspace and known.people = everybody for no key update;
  -- Who left the workspace and came back is let in again by the others, unless there is but one other, who said nothing to anybody else.
  if cardinality(everybody) > 2 and room.member_count > 0 and not exists (
    select from atrium.room_members inside where inside.room_id = room.id and inside.user_id = me
  ) then
    raise sqlstate 'PT409' using message = 'You have left this conversation. Ask one of the others to open it again.', detail = 'conversation_left';
  end if;
  perform atrium_private.enter_room(room.id, missing.person)
  from (
    select person from unnest(everybody) person
    except select inside.user_id from atrium.room_members inside where inside.room_id = room.id
  ) missing;
  select known.* into room from atrium.rooms known where known.id = room.id;
  return room;
end $$;
comment on function atrium_private.open_direct(uuid, uuid[]) is 'Behind atrium.open_direct.';
grant execute on function atrium_private.open_direct to authenticated;

create or replace function atrium.open_direct(workspace_id uuid, people uuid[])
  returns atrium.rooms
  language sql set search_path = ''
as $$ select * from atrium_private.open_direct($1, $2) $$;
comment on function atrium.open_direct(uuid, uuid[]) is
  'The direct conversation of the caller with one to nine others of the workspace, made when there is none yet. Guests write to those alone with whom they share a space, a room or an item.
Example: select id from atrium.open_direct(''0190…'', array[''0191…'']::uuid[]);
Errors: 401 not_signed_in, 404 workspace_not_found, member_not_found, 409 conversation_left, 422 people_required, too_many_people (ten).';
grant execute on function atrium.open_direct to authenticated;

create or replace function atrium_private.nobody_else_in(in_room uuid, but uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select not exists (
    select from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium.members member on member.workspace_id = room.workspace_id and member.user_id = inside.user_id
    where inside.room_id = in_room and inside.user_id <> but
      and member.suspended_at is null and (member.expires_at is null or member.expires_at > now())
  )
$$;
comment on function atrium_private.nobody_else_in(uuid, uuid) is 'Whether all the others of a conversation are suspended or gone.';

-- 210_messages.sql
comment on table atrium.messages is
  'What was said. History backwards: GET /rest/v1/messages?room_id=eq.…&thread_id=is.null&seq=lt.…&order=seq.desc&limit=50';
comment on column atrium.messages.seq is 'The number of the message in its room, replies in threads too: 1, 2, 3 … without gaps, in the order of commit.';
comment on column atrium.messages.place is 'The number among the messages outside threads, by which unread ones are counted; null in a thread.';
comment on column atrium.messages.author_id is 'Null when the account is gone, and when a webhook or bot wrote it.';
comment on column atrium.messages.bot_name is 'The name under which a webhook or bot wrote it; null for people.';
comment on column atrium.messages.text is '0 to 20000 characters; empty only beside files or a forwarded message, null when the message was deleted.';
comment on column atrium.messages.content is 'The message as a ProseMirror document; null when it is plain text. The nodes and marks that it can have: atrium_private.valid_content.';
comment on column atrium.messages.mentions is 'Who is to be told, as [{kind, id}]: person and group with an id, here and all. Those alone whom the author may mention and who may read the room.';
comment on column atrium.messages.files is 'What is attached, so that a list of messages asks no second table.';
comment on column atrium.messages.thread_id is 'The first message of the thread that this one replies in; null outside threads.';
comment on column atrium.messages.quote_id is 'The message of the same room that this one answers.';
comment on column atrium.messages.forwarded_id is 'The message that was forwarded. Who may not read its room cannot follow it.';
comment on column atrium.messages.forwarded is 'The forwarded message as it was: {author_id, bot_name, room_id, created_at, text, content}.';
comment on column atrium.messages.reply_count is 'How many replies the thread has that begins here.';
comment on column atrium.messages.last_reply_at is 'When the last of them was sent.';
create index on atrium.messages (room_id, seq desc) where thread_id is null;
create index on atrium.messages (thread_id, seq) where thread_id is not null;
comment on column atrium.read_marks.seq is 'The number of the last message that he has read.';
comment on column atrium.read_marks.place is 'The place of the last message outside threads that he has read. Unread are the room''s last_place minus this one.';

create or replace function atrium_private.room_is_archived(in_room uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select coalesce(room.archived_at, space.archived_at) is not null
  from atrium.rooms room left join atrium.spaces space on space.id = room.space_id where room.id = in_room
$$;
comment on function atrium_private.room_is_archived(uuid) is 'Whether a room or its space is archived.';

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
  update atrium.rooms known set last_seq = message.seq, last_place = coalesce(message.place, known.last_place), last_at = message.created_at
  where known.id = in_room;
  if message.thread_id is not null then
    perform atrium_private.count_reply(message);
  end if;
  return message;
end $$;
comment on function atrium_private.add_message(uuid, uuid, uuid, text, text, jsonb, uuid, uuid, uuid, uuid[], boolean) is
  'Adds a message of a person or a bot to a room, without asking whether he may; all_allowed says whether @here and @all count. Errors: 404 thread_not_found, quote_not_found, message_not_found, 409 id_taken, 410 message_deleted, 422 text_required, text_too_long, content_invalid, content_too_large, too_many_mentions.';

create or replace function atrium_private.send_message_as(
  author uuid, new_id uuid, in_room uuid, new_text text, new_content jsonb, in_thread uuid, quoting uuid, forwarding uuid, with_files uuid[]
)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.role_in_room(author, in_room);
  moderator boolean := atrium_private.moderates(author, in_room, mine);
  room atrium.rooms;
  message atrium.messages;
begin
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such room, or you may not see it.', detail = 'room_not_found';
  elsif mine < 'commenter' then
    raise sqlstate 'PT403' using message = 'Only people with the role commenter or a higher one may do this.', detail = 'role_too_low';
  end if;
  select known.* into room from atrium.rooms known where known.id = in_room for no key update;
  select known.* into message from atrium.messages known where known.id = new_id;
  if message.id is not null then
    if (message.author_id = author and message.room_id = in_room) is distinct from true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return message;
  elsif atrium_private.room_is_archived(in_room) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  elsif room.posting = 'moderators' and in_thread is null and not moderator then
    raise sqlstate 'PT403' using message = 'In this room only moderators begin messages. Reply in a thread.', detail = 'posting_restricted';
  elsif room.kind = 'direct' and atrium_private.nobody_else_in(in_room, author) then
    raise sqlstate 'PT409' using message = 'Nobody else is in this conversation any more.', detail = 'nobody_there';
  end if;
  message := atrium_private.add_message(
    new_id, in_room, author, null, new_text, new_content, in_thread, quoting, forwarding, with_files,
    moderator or room.kind = 'direct' or room.member_count < 50);
  insert into atrium.room_members (room_id, user_id) values (in_room, author) on conflict do nothing;
  if message.place is not null then
    insert into atrium.read_marks (room_id, user_id, seq, place) values (in_room, author, message.seq, message.place)
    on conflict (room_id, user_id) do update set seq = excluded.seq, place = excluded.place, updated_at = now();
  end if;
  return message;
end $$;
comment on function atrium_private.send_message_as(uuid, uuid, uuid, text, jsonb, uuid, uuid, uuid, uuid[]) is
  'What atrium.send_message does, for anybody: for jobs that send in the name of a person. The errors are the same.';

create or replace function atrium_private.send_message(
  new_id uuid, in_room uuid, new_text text, new_content jsonb, in_thread uuid, quoting uuid, forwarding uuid, with_files uuid[]
)
  returns atrium.messages
  language sql security definer set search_path = ''
as $$ select * from atrium_private.send_message_as(atrium_private.require_caller(), $1, $2, $3, $4, $5, $6, $7, $8) $$;
comment on function atrium_private.send_message(uuid, uuid, text, jsonb, uuid, uuid, uuid, uuid[]) is 'Behind atrium.send_message.';
grant execute on function atrium_private.send_message to authenticated;

-- 211_message_functions.sql

create or replace function atrium_private.set_read_mark(in_room uuid, up_to bigint, backwards boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  me uuid := atrium_private.caller();
  mark atrium.read_marks;
begin
  if (up_to >= 0) is distinct from true then
    raise sqlstate 'PT422' using message = 'The number of a message is zero or more.', detail = 'seq_invalid';
  end if;
  insert into atrium.read_marks (room_id, user_id, seq, place)
  select room.id, me, least(up_to, room.last_seq), coalesce((
    select known.place from atrium.messages known
    where known.room_id = in_room and known.seq <= up_to and known.thread_id is null order by known.seq desc limit 1
  ), 0)
  from atrium.rooms room where room.id = in_room
  on conflict (room_id, user_id) do update set seq = excluded.seq, place = excluded.place, updated_at = now()
    -- Calls of two devices may cross; reading does not go back.
    where case when backwards then read_marks.seq > excluded.seq else read_marks.seq < excluded.seq end
  returning * into mark;
  if mark.room_id is not null then
    perform atrium_private.send_to_people(array[me], 'read', jsonb_build_object('room_id', in_room, 'seq', mark.seq, 'place', mark.place));
  end if;
end $$;
comment on function atrium_private.set_read_mark(uuid, bigint, boolean) is
  'Behind atrium.mark_read and atrium.mark_unread. read {room_id, seq, place} goes to the person''s other devices.';
grant execute on function atrium_private.set_read_mark to authenticated;

create or replace function atrium_private.my_rooms(in_workspace uuid)
  returns table (
    id uuid, kind text, space_id uuid, people uuid[], name text, topic text, private boolean, posting text, epoch integer, members integer,
    last_seq bigint, last_place bigint, last_at timestamptz, joined boolean, moderator boolean, read_seq bigint, unread integer,
    can_post boolean, can_reply boolean
  )
  language sql stable security definer set search_path = ''
as $$
  with me as materialized (select atrium_private.caller() as id),
  rights as materialized (
    select given.room_id, max(given.role) as role from me cross join lateral atrium_private.room_rights(me.id) given group by given.room_id
  )
  select room.id, room.kind, room.space_id, room.people, room.name, room.topic, room.private, room.posting, room.epoch, room.member_count,
    room.last_seq, room.last_place, room.last_at, inside.room_id is not null, rules.moderator, coalesce(mark.seq, 0),
    case when inside.room_id is null then 0 else (room.last_place - coalesce(mark.place, 0))::integer end,
    rights.role >= 'commenter' and (room.posting = 'everyone' or rules.moderator), rights.role >= 'commenter'
  from me
  cross join rights
  join atrium.rooms room on room.id = rights.room_id
  left join atrium.spaces space on space.id = room.space_id
  left join atrium.room_members inside on inside.room_id = room.id and inside.user_id = me.id
  left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = me.id
  cross join lateral (select rights.role >= 'admin' or inside.role is not distinct from 'moderator' as moderator) rules
  where room.workspace_id = in_workspace and room.archived_at is null and space.archived_at is null
  order by lower(room.name), room.id
$$;
comment on function atrium_private.my_rooms(uuid) is 'Behind atrium.my_rooms.';
grant execute on function atrium_private.my_rooms to authenticated;

create or replace function atrium_private.unread_counts(in_workspace uuid)
  returns table (room_id uuid, unread integer)
  language sql stable security definer set search_path = ''
as $$
  with me as materialized (select atrium_private.caller() as id)
  select room.id, (room.last_place - coalesce(mark.place, 0))::integer
  from atrium.room_members inside
  join atrium.rooms room on room.id = inside.room_id
  left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = inside.user_id
  left join atrium.spaces space on space.id = room.space_id
  where inside.user_id = (select me.id from me) and room.workspace_id = in_workspace and room.archived_at is null and space.archived_at is null
    and room.last_place > coalesce(mark.place, 0)
    -- Not as a join, of which Postgres would think that it gives twenty rows: ten thousand rooms are then looked up one by one.
    and (room.id in (select given.room_id from me cross join lateral atrium_private.room_rights(me.id) given)) is true
$$;
comment on function atrium_private.unread_counts(uuid) is 'Behind atrium.unread_counts.';
grant execute on function atrium_private.unread_counts to authenticated;

create or replace function atrium.unread_counts(workspace_id uuid)
  returns table (room_id uuid, unread integer)
  language sql stable set search_path = ''
as $$ select * from atrium_private.unread_counts($1) $$;
comment on function atrium.unread_counts(uuid) is
  'How much is unread in each room and direct conversation of a workspace that the caller is in, where there is something; what my_rooms says, for those who ask often.
Example: select room_id, unread from atrium.unread_counts(''0190…'');';
grant execute on function atrium.unread_counts to authenticated;

create or replace function atrium.my_rooms(workspace_id uuid)
  returns table (
    id uuid, kind text, space_id uuid, people uuid[], name text, topic text, private boolean, posting text, epoch integer, members integer,
    last_seq bigint, last_place bigint, last_at timestamptz, joined boolean, moderator boolean, read_seq bigint, unread integer,
    can_post boolean, can_reply boolean
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_rooms($1) $$;
comment on function atrium.my_rooms(uuid) is
  'The rooms and direct conversations of a workspace that the caller sees, by name, without archived ones. unread counts the messages outside threads, and is 0 in rooms that he has not joined; can_reply is about threads, can_post about the room itself. Nullable: space_id, people, last_at.
Example: select name, unread from atrium.my_rooms(''0190…'') where joined;';
grant execute on function atrium.my_rooms to authenticated;

create or replace function atrium.send_message(
  id uuid, room_id uuid, text text, content jsonb default null, thread_id uuid default null, quote_id uuid default null,
  forwarded_id uuid default null, files uuid[] default '{}'
)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.send_message($1, $2, $3, $4, $5, $6, $7, $8) $$;
comment on function atrium.send_message(uuid, uuid, text, jsonb, uuid, uuid, uuid, uuid[]) is
  'Says something in a room or, with thread_id, in a thread of it; joins the room and moves the own read mark. Commenters may; where posting is for moderators, the others reply in threads. content is a ProseMirror document, and then text is taken from it; the text may be empty beside files or a forwarded message. The same call again returns the message of the first one. Nullable: id, text, content, thread_id, quote_id, forwarded_id.
Example: select * from atrium.send_message(gen_random_uuid(), ''0190…'', ''Good morning'');
Errors: 401 not_signed_in, 403 role_too_low, posting_restricted, 404 room_not_found, thread_not_found, quote_not_found, message_not_found, 409 id_taken, room_archived, nobody_there, 410 message_deleted, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (100).';
grant execute on function atrium.send_message to authenticated;

create or replace function atrium.mark_read(room_id uuid, seq bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_read_mark($1, $2, false) $$;

create or replace function atrium.mark_unread(room_id uuid, seq bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_read_mark($1, $2 - 1, true) $$;
comment on function atrium.mark_unread(uuid, bigint) is
  'Makes a message, and all after it, unread again. It never goes forwards.
Example: select atrium.mark_unread(''0190…'', 42);
Errors: 401 not_signed_in, 404 room_not_found, 422 seq_invalid.';
grant execute on function atrium.mark_unread to authenticated;

-- 212_message_content.sql

create or replace function atrium_private.valid_message(value text, may_be_empty boolean)
  returns text
  language plpgsql immutable set search_path = ''
as $$
begin
  if char_length(value) > 20000 then
    raise sqlstate 'PT422' using message = 'The message is longer than 20000 characters.', detail = 'text_too_long';
  -- What nobody sees is no message.
  elsif not may_be_empty and coalesce(value, '') !~ E'[^[:space:]\u00ad\u200b-\u200f\u2060\u3164\ufeff]' then
    raise sqlstate 'PT422' using message = 'The message is empty.', detail = 'text_required';
  end if;
  return coalesce(value, '');
end $$;
comment on function atrium_private.valid_message(text, boolean) is 'The text itself. Errors: 422 text_too_long, text_required.';

create or replace function atrium_private.content_nodes(content jsonb)
  returns table (place integer[], parent text, node jsonb)
  language sql immutable set search_path = ''
as $$
  with recursive nodes as (
    select array[child.place::integer] as place, 'doc' as parent, child.node
    from atrium_private.elements_of(content -> 'content') with ordinality as child (node, place)
    union all
    select nodes.place || child.place::integer, nodes.node ->> 'type', child.node
    from nodes cross join lateral atrium_private.elements_of(nodes.node -> 'content') with ordinality as child (node, place)
    -- One level more than there can be, for whoever checks it to see.
    where cardinality(nodes.place) <= 12
  )
  select nodes.place, nodes.parent, nodes.node from nodes
$$;
comment on function atrium_private.content_nodes(jsonb) is
  'The nodes of a ProseMirror document with their places, down to the 13th level, and the type of the node around each.';

create or replace function atrium_private.valid_marks(marks jsonb)
  returns boolean
  language sql immutable set search_path = ''
as $$
  select coalesce(bool_and(coalesce(case
    when mark ->> 'type' in ('bold', 'italic', 'underline', 'strike', 'code') then atrium_private.has_only(mark, '{type}')
    when mark ->> 'type' = 'link' then atrium_private.has_only(mark, '{type,attrs}') and atrium_private.has_only(mark -> 'attrs', '{href}')
      and char_length(mark #>> '{attrs,href}') <= 2000 and mark #>> '{attrs,href}' ~* '^(https?://|mailto:)[^[:space:][:cntrl:]<>"]+$'
  end, false)), true) and count(*) <= 6
  from atrium_private.elements_of(marks) mark
$$;
comment on function atrium_private.valid_marks(jsonb) is 'Whether marks are bold, italic, underline, strike, code, or links that lead to the web or to an address.';

create or replace function atrium_private.valid_mention(mention jsonb)
  returns boolean
  language sql immutable set search_path = ''
as $$
  select atrium_private.has_only(mention, '{kind,id,label}')
    and jsonb_typeof(mention -> 'label') = 'string' and char_length(mention ->> 'label') between 1 and 200
    and case
      when mention ->> 'kind' in ('person', 'group', 'document') then mention ->> 'id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      when mention ->> 'kind' in ('here', 'all') then mention ->> 'id' is null
      when mention ->> 'kind' = 'date' then mention ->> 'id' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    end
$$;
comment on function atrium_private.valid_mention(jsonb) is 'Whether something is {kind, id, label} of a person, group, document or date, or of here and all, which have no id.';

create or replace function atrium_private.valid_content(content jsonb)
  returns jsonb
  language plpgsql immutable set search_path = ''
as $$
begin
  if content is null or content = 'null' then
    return null;
  elsif octet_length(content::text) > 65536 then
    raise sqlstate 'PT422' using message = 'The message is larger than 64 kB.', detail = 'content_too_large';
  elsif (content ->> 'type' = 'doc' and atrium_private.has_only(content, '{type,content}') and not exists (
    select from atrium_private.content_nodes(content) found
    where cardinality(found.place) > 12 or (case
      when found.parent in ('doc', 'blockquote', 'listItem') then case found.node ->> 'type'
        when 'paragraph' then atrium_private.has_only(found.node, '{type,content}')
        when 'blockquote' then atrium_private.has_only(found.node, '{type,content}') and found.node -> 'content' <> '[]'
        when 'bulletList' then atrium_private.has_only(found.node, '{type,content}') and found.node -> 'content' <> '[]'
        when 'orderedList' then atrium_private.has_only(found.node, '{type,content,attrs}') and found.node -> 'content' <> '[]'
          and (found.node -> 'attrs' is null or (atrium_private.has_only(found.node -> 'attrs', '{start}')
            and coalesce(found.node #>> '{attrs,start}', '1') ~ '^[0-9]{1,9}$'))
        when 'codeBlock' then atrium_private.has_only(found.node, '{type,content,attrs}')
          and (found.node -> 'attrs' is null or (atrium_private.has_only(found.node -> 'attrs', '{language}')
            and coalesce(found.node #>> '{attrs,language}', 'c') ~ '^[A-Za-z0-9+#._-]{1,40}$'))
        end
      when found.parent in ('bulletList', 'orderedList') then
        found.node ->> 'type' = 'listItem' and atrium_private.has_only(found.node, '{type,content}') and found.node -> 'content' <> '[]'
      when found.parent = 'codeBlock' then found.node ->> 'type' = 'text' and atrium_private.has_only(found.node, '{type,text}')
        and jsonb_typeof(found.node -> 'text') = 'string' and found.node ->> 'text' <> ''
      when found.parent = 'paragraph' then atrium_private.valid_marks(found.node -> 'marks') and case found.node ->> 'type'
        when 'text' then atrium_private.has_only(found.node, '{type,text,marks}')
          and jsonb_typeof(found.node -> 'text') = 'string' and found.node ->> 'text' <> ''
        when 'hardBreak' then atrium_private.has_only(found.node, '{type,marks}')
        when 'mention' then atrium_private.has_only(found.node, '{type,attrs,marks}') and atrium_private.valid_mention(found.node -> 'attrs')
        end
      end) is not true
  )) is not true then
    raise sqlstate 'PT422' using
      message = 'A message is paragraphs, lists, quotes and code of text with bold, italic, underline, strike, code and links, line breaks and mentions, twelve levels deep at most.',
      detail = 'content_invalid';
  end if;
  return content;
end $$;
comment on function atrium_private.valid_content(jsonb) is
  'The document itself, or null when there is none. Blocks: paragraph, bulletList, orderedList (start), listItem, blockquote, codeBlock (language); in them text, hardBreak, mention. Errors: 422 content_invalid, content_too_large.';

create or replace function atrium_private.content_text(content jsonb)
  returns text
  language sql immutable set search_path = ''
as $$
  select case when content is not null then btrim(coalesce(string_agg(case found.node ->> 'type'
    when 'text' then found.node ->> 'text'
    when 'mention' then case when found.node #>> '{attrs,kind}' in ('document', 'date') then '' else '@' end || (found.node #>> '{attrs,label}')
    when 'paragraph' then E'\n' when 'codeBlock' then E'\n' when 'hardBreak' then E'\n' else ''
  end, '' order by found.place), ''), E' \t\n') end
  from atrium_private.content_nodes(content) found
$$;
comment on function atrium_private.content_text(jsonb) is 'A valid document as plain text, a line for each of its blocks; null when there is none.';

create or replace function atrium_private.mentions_in(content jsonb, in_room uuid, author uuid, all_allowed boolean)
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  named jsonb;
begin
  if content is null then
    return '[]';
  end if;
  select coalesce(jsonb_agg(distinct jsonb_strip_nulls(jsonb_build_object('kind', found.node #> '{attrs,kind}', 'id', found.node #> '{attrs,id}'))), '[]')
  into named
  from atrium_private.content_nodes(content) found
  where found.node ->> 'type' = 'mention' and found.node #>> '{attrs,kind}' in ('person', 'group', 'here', 'all');
  if named = '[]' then
    return named;
  elsif jsonb_array_length(named) > 100 then
    raise sqlstate 'PT422' using message = 'A message mentions 100 people and groups at most.', detail = 'too_many_mentions';
  end if;
  return (
    with wanted as materialized (select mention, mention ->> 'kind' as kind, (mention ->> 'id')::uuid as id from jsonb_array_elements(named) mention),
    readers as materialized (
      select atrium_private.people_seeing_room(in_room, array(select wanted.id from wanted where wanted.kind = 'person')) as id
    )
    select coalesce(jsonb_agg(wanted.mention), '[]') from wanted
    where (wanted.kind = 'person' and wanted.id in (select readers.id from readers))
      or (wanted.kind in ('here', 'all') and all_allowed)
      -- Guests do not know the groups of the workspace; webhooks and bots do.
      or (wanted.kind = 'group' and exists (
        select from atrium.groups team join atrium.rooms room on room.workspace_id = team.workspace_id
        where team.id = wanted.id and room.id = in_room and (author is null or exists (
          select from atrium.members member
          where member.workspace_id = room.workspace_id and member.user_id = author and member.role > 'guest'
        ))
      ))
  );
end $$;
comment on function atrium_private.mentions_in(jsonb, uuid, uuid, boolean) is
  'The mentions in a valid document that count, as [{kind, id}]: people who may read the room, groups of its workspace, here and all when they are allowed. Errors: 422 too_many_mentions.';

create or replace function atrium_private.quote_in(in_room uuid, quoting uuid)
  returns uuid
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if quoting is not null and not exists (
    select from atrium.messages known where known.id = quoting and known.room_id = in_room and known.deleted_at is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such message in this room to answer.', detail = 'quote_not_found';
  end if;
  return quoting;
end $$;
comment on function atrium_private.quote_in(uuid, uuid) is 'The message itself. Errors: 404 quote_not_found.';

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
    'created_at', source.created_at, 'text', source.text, 'content', source.content);
end $$;
comment on function atrium_private.forwarded_by(uuid, uuid) is
  'A message as it is now, for those to whom somebody forwards it; of one that only forwards, what it forwards. Errors: 404 message_not_found.';

-- 213_threads.sql

create table atrium.thread_follows (
  thread_id uuid not null references atrium.messages (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  read_seq bigint not null default 0,
  following boolean not null default true,
  primary key (thread_id, user_id)
);
comment on table atrium.thread_follows is
  'Which threads a person follows, and how far he has read in them. Who began the message, replies or is mentioned in a reply follows by himself. Everybody sees his own only.';
comment on column atrium.thread_follows.room_id is 'A copy from the message, so that the policy asks no other table for each row.';
comment on column atrium.thread_follows.read_seq is 'The number of the last reply that he has read. It is kept for threads that he does not follow, too.';
comment on column atrium.thread_follows.following is 'False once he said that he does not want to follow; writing a reply follows again.';
create index on atrium.thread_follows (user_id, following);
create index on atrium.thread_follows (room_id);
alter table atrium.thread_follows enable row level security;

create policy "people see which threads they follow"
  on atrium.thread_follows for select to authenticated
  using (user_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.thread_follows to authenticated;

create or replace function atrium_private.thread_in(in_room uuid, in_thread uuid)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  beginning atrium.messages;
begin
  if in_thread is null then
    return null;
  end if;
  select known.* into beginning from atrium.messages known
  where known.id = in_thread and known.room_id = in_room and known.thread_id is null for no key update;
  if beginning.id is null then
    raise sqlstate 'PT404' using message = 'There is no such message in this room to reply to.', detail = 'thread_not_found';
  elsif beginning.deleted_at is not null and beginning.reply_count = 0 then
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  end if;
  return in_thread;
end $$;
comment on function atrium_private.thread_in(uuid, uuid) is 'The thread itself, locked. Errors: 404 thread_not_found, 410 message_deleted.';

create or replace function atrium_private.count_reply(reply atrium.messages)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium.messages beginning set reply_count = beginning.reply_count + 1, last_reply_at = reply.created_at
  where beginning.id = reply.thread_id;
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq)
  select reply.thread_id, reply.author_id, reply.room_id, reply.seq where reply.author_id is not null
  on conflict (thread_id, user_id) do update set read_seq = excluded.read_seq, following = true;
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq)
  select reply.thread_id, person, reply.room_id, case when begun then 0 else reply.seq - 1 end
  from (
    select beginning.author_id as person, true as begun from atrium.messages beginning where beginning.id = reply.thread_id
    union
    select (mention ->> 'id')::uuid, false from jsonb_array_elements(reply.mentions) mention where mention ->> 'kind' = 'person'
  ) concerned
  where person is not null
  order by begun desc
  on conflict (thread_id, user_id) do nothing;
$$;
comment on function atrium_private.count_reply(atrium.messages) is
  'What a new reply changes: the count of its thread, and who follows it: its author, who began the thread, and those whom it mentions.';

create or replace function atrium_private.require_thread(thread_id uuid)
  returns atrium.messages
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  beginning atrium.messages;
begin
  select known.* into beginning from atrium.messages known where known.id = $1 and known.thread_id is null;
  if beginning.id is null or atrium_private.role_in_room(me, beginning.room_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  end if;
  return beginning;
end $$;
comment on function atrium_private.require_thread(uuid) is 'The first message of a thread that the caller may read. Errors: 401 not_signed_in, 404 message_not_found.';

create or replace function atrium_private.set_thread_follow(thread_id uuid, is_on boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  beginning atrium.messages := atrium_private.require_thread($1);
  me uuid := atrium_private.caller();
begin
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq, following)
  values (beginning.id, me, beginning.room_id, coalesce((
    select known.seq from atrium.messages known where known.thread_id = beginning.id order by known.seq desc limit 1
  ), 0), coalesce(is_on, true))
  on conflict on constraint thread_follows_pkey do update set following = excluded.following;
  perform atrium_private.send_to_people(array[me], 'threads', jsonb_build_object('thread_id', beginning.id, 'room_id', beginning.room_id));
end $$;
comment on function atrium_private.set_thread_follow(uuid, boolean) is 'Behind atrium.set_thread_follow.';
grant execute on function atrium_private.set_thread_follow to authenticated;

create or replace function atrium_private.mark_thread_read(thread_id uuid, up_to bigint)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  beginning atrium.messages := atrium_private.require_thread($1);
  me uuid := atrium_private.caller();
begin
  if (up_to >= 0) is distinct from true then
    raise sqlstate 'PT422' using message = 'The number of a message is zero or more.', detail = 'seq_invalid';
  end if;
  insert into atrium.thread_follows (thread_id, user_id, room_id, read_seq, following)
  select beginning.id, me, room.id, least(up_to, room.last_seq), false from atrium.rooms room where room.id = beginning.room_id
  on conflict on constraint thread_follows_pkey do update set read_seq = excluded.read_seq where thread_follows.read_seq < excluded.read_seq;
  if found then
    perform atrium_private.send_to_people(array[me], 'threads', jsonb_build_object('thread_id', beginning.id, 'room_id', beginning.room_id));
  end if;
end $$;
comment on function atrium_private.mark_thread_read(uuid, bigint) is 'Behind atrium.mark_thread_read.';
grant execute on function atrium_private.mark_thread_read to authenticated;

create or replace function atrium.set_thread_follow(thread_id uuid, following boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_thread_follow($1, $2) $$;
comment on function atrium.set_thread_follow(uuid, boolean) is
  'Follows a thread, or no longer. The thread is the id of its first message, which need not have replies yet.
Example: select atrium.set_thread_follow(''0190…'', false);
Errors: 401 not_signed_in, 404 message_not_found.';
grant execute on function atrium.set_thread_follow to authenticated;

create or replace function atrium.mark_thread_read(thread_id uuid, seq bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.mark_thread_read($1, $2) $$;
comment on function atrium.mark_thread_read(uuid, bigint) is
  'Sets how far the caller has read in a thread. It never goes back.
Example: select atrium.mark_thread_read(''0190…'', 42);
Errors: 401 not_signed_in, 404 message_not_found, 422 seq_invalid.';
grant execute on function atrium.mark_thread_read to authenticated;

create or replace function atrium.my_threads(workspace_id uuid, before timestamptz default null)
  returns table (
    thread_id uuid, room_id uuid, author_id uuid, bot_name text, text text, created_at timestamptz, reply_count integer,
    last_reply_at timestamptz, read_seq bigint, unread integer
  )
  language sql stable set search_path = ''
as $$
  select beginning.id, beginning.room_id, beginning.author_id, beginning.bot_name, beginning.text, beginning.created_at, beginning.reply_count,
    beginning.last_reply_at, follow.read_seq, (
      select count(*)::integer from (
        select from atrium.messages reply
        where reply.thread_id = beginning.id and reply.seq > follow.read_seq and reply.author_id is distinct from follow.user_id limit 100
      ) new
    )
  from atrium.thread_follows follow
  join atrium.rooms room on room.id = follow.room_id and room.workspace_id = $1
  join atrium.messages beginning on beginning.id = follow.thread_id
  where follow.following and follow.user_id = (select atrium_private.caller()) and beginning.reply_count > 0
    and ($2 is null or beginning.last_reply_at < $2)
  order by beginning.last_reply_at desc
  limit 50
$$;
comment on function atrium.my_threads(uuid, timestamptz) is
  'The threads of a workspace that the caller follows, the last reply first, 50 at a time; unread counts to 100. Nullable: before, author_id, bot_name, text, last_reply_at.
Example: select text, unread from atrium.my_threads(''0190…'');';
grant execute on function atrium.my_threads to authenticated;

-- 214_reactions.sql

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

create or replace function atrium_private.lock_message(message_id uuid, at_least atrium.role)
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

create or replace function atrium_private.set_reaction(message_id uuid, with_emoji text, is_on boolean)
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

create or replace function atrium_private.set_pin(message_id uuid, is_on boolean)
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

create or replace function atrium_private.save_message(message_id uuid, is_saved boolean, remind timestamptz, is_done boolean)
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

create or replace function atrium.set_reaction(message_id uuid, emoji text, present boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_reaction($1, $2, $3) $$;
comment on function atrium.set_reaction(uuid, text, boolean) is
  'Puts an emoji on a message, or takes it back. Commenters may.
Example: select atrium.set_reaction(''0190…'', ''🎉'');
Errors: 401 not_signed_in, 403 role_too_low, 404 message_not_found, 409 room_archived, 410 message_deleted, 422 emoji_invalid, 429 too_many_reactions (30 different ones).';
grant execute on function atrium.set_reaction to authenticated;

create or replace function atrium.set_pin(message_id uuid, present boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_pin($1, $2) $$;
comment on function atrium.set_pin(uuid, boolean) is
  'Pins a message for everybody in its room, or no longer. Who may post there may.
Example: select atrium.set_pin(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, posting_restricted, 404 message_not_found, 409 room_archived, 410 message_deleted, 429 too_many_pins (100).';
grant execute on function atrium.set_pin to authenticated;

create or replace function atrium.save_message(message_id uuid, saved boolean default true, remind_at timestamptz default null, done boolean default false)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.save_message($1, $2, $3, $4) $$;
comment on function atrium.save_message(uuid, boolean, timestamptz, boolean) is
  'Keeps a message for later, with a time to be reminded at when given, or as done; saved => false forgets it. Nullable: remind_at.
Example: select atrium.save_message(''0190…'', remind_at => now() + interval ''1 hour'');
Errors: 401 not_signed_in, 404 message_not_found.';
grant execute on function atrium.save_message to authenticated;

-- 215_message_edits.sql

create table atrium.message_edits (
  message_id uuid not null references atrium.messages (id) on delete cascade,
  version integer not null,
  room_id uuid not null,
  author_id uuid references atrium.profiles (id) on delete cascade,
  edited_at timestamptz not null default now(),
  text text not null,
  content jsonb,
  primary key (message_id, version)
);
comment on table atrium.message_edits is
  'What messages said before they were edited or deleted. Seen by the author and by admins of the space; in a direct conversation, which has none, by the author alone.';
comment on column atrium.message_edits.version is '1 is what was sent first.';
comment on column atrium.message_edits.room_id is 'A copy from the message, like author_id.';
comment on column atrium.message_edits.author_id is 'With his account what he took back is gone.';
comment on column atrium.message_edits.edited_at is 'When it was replaced.';
create index on atrium.message_edits (author_id);
alter table atrium.message_edits enable row level security;

-- Definer: see rooms_of_caller, which leaves out what is archived.
create function atrium_private.rooms_administered_by_caller()
  returns setof uuid
  language sql stable security definer rows 20 set search_path = ''
as $$ select rights.room_id from atrium_private.room_rights(atrium_private.caller()) rights where rights.role >= 'admin' $$;
comment on function atrium_private.rooms_administered_by_caller() is
  'The rooms of the spaces in which the caller is an admin, archived ones too: what was said there before stays to be looked into.';
grant execute on function atrium_private.rooms_administered_by_caller to authenticated;

create policy "authors and admins see what messages said before"
  on atrium.message_edits for select to authenticated
  using (
    (author_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')))
    or room_id in (select atrium_private.rooms_administered_by_caller())
  );
grant select on atrium.message_edits to authenticated;

create or replace function atrium_private.keep_version(message atrium.messages)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium.message_edits (message_id, version, room_id, author_id, text, content)
  select message.id, 1 + (select count(*) from atrium.message_edits known where known.message_id = message.id),
    message.room_id, message.author_id, message.text, message.content
$$;
comment on function atrium_private.keep_version(atrium.messages) is 'Keeps what a message says, before it says something else.';

create or replace function atrium_private.edit_message(message_id uuid, new_text text, new_content jsonb)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages := atrium_private.lock_message($1, 'viewer');
  me uuid := atrium_private.caller();
  mine atrium.role;
  room atrium.rooms;
begin
  if message.author_id is distinct from me then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  message := atrium_private.lock_message($1, 'commenter');
  if message.deleted_at is not null then
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  end if;
  new_content := atrium_private.valid_content(new_content);
  new_text := atrium_private.valid_message(
    coalesce(atrium_private.content_text(new_content), new_text), message.files <> '[]' or message.forwarded is not null);
  if (new_text, new_content) is not distinct from (message.text, message.content) then
    return message;
  end if;
  perform atrium_private.keep_version(message);
  select known.* into room from atrium.rooms known where known.id = message.room_id;
  mine := atrium_private.role_in_room(me, room.id);
  update atrium.messages known
  set text = new_text, content = new_content, edited_at = now(),
    mentions = atrium_private.mentions_in(new_content, room.id, me,
      room.kind = 'direct' or room.member_count < 50 or atrium_private.moderates(me, room.id, mine))
  where known.id = $1
  returning known.* into message;
  return message;
end $$;
comment on function atrium_private.edit_message(uuid, text, jsonb) is 'Behind atrium.edit_message.';
grant execute on function atrium_private.edit_message to authenticated;

create or replace function atrium_private.delete_message(message_id uuid)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages := atrium_private.lock_message($1, 'viewer');
  me uuid := atrium_private.caller();
begin
  if message.author_id is distinct from me
    and not atrium_private.moderates(me, message.room_id, atrium_private.role_in_room(me, message.room_id)) then
    raise sqlstate 'PT403' using message = 'Only the author and moderators of the room may do this.', detail = 'not_the_author';
  end if;
  message := atrium_private.lock_message($1, 'commenter');
  if message.deleted_at is not null then
    return message;
  end if;
  perform atrium_private.keep_version(message);
  delete from atrium.message_reactions reaction where reaction.message_id = $1;
  delete from atrium.message_pins pin where pin.message_id = $1;
  update atrium.messages beginning
  set reply_count = beginning.reply_count - 1, last_reply_at = case when beginning.reply_count > 1 then beginning.last_reply_at end
  where beginning.id = message.thread_id;
  update atrium.messages known
  set text = null, content = null, forwarded = null, mentions = '[]', files = '[]', deleted_at = now()
  where known.id = $1
  returning known.* into message;
  return message;
end $$;
comment on function atrium_private.delete_message(uuid) is 'Behind atrium.delete_message.';
grant execute on function atrium_private.delete_message to authenticated;

create or replace function atrium.edit_message(id uuid, text text, content jsonb default null)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.edit_message($1, $2, $3) $$;
comment on function atrium.edit_message(uuid, text, jsonb) is
  'Changes what an own message says; with content the text is taken from it. What it said before is kept for the author and for admins. Nullable: text, content.
Example: select * from atrium.edit_message(''0190…'', ''Good evening'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 message_not_found, 409 room_archived, 410 message_deleted, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (100).';
grant execute on function atrium.edit_message to authenticated;

create or replace function atrium.delete_message(id uuid)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.delete_message($1) $$;
comment on function atrium.delete_message(uuid) is
  'Deletes what a message says, its reactions and its pin; its place in the room remains. The author may, moderators of the room and admins of the space.
Example: select * from atrium.delete_message(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 message_not_found, 409 room_archived.';

-- 250_why.sql

create or replace function atrium_private.frozen(of_type text, object uuid)
  returns text
  language sql stable security definer set search_path = ''
as $$
  select case
    when bool_or(state.trashed) then 'It is in the trash, where nothing is changed.'
    when bool_or(state.archived) then 'It is archived, and nothing is changed.'
  end
  from (
    select false as trashed, space.archived_at is not null as archived from atrium.spaces space where of_type = 'space' and space.id = object
    union all
    select document.trashed_at is not null, space.archived_at is not null
    from atrium.documents document join atrium.spaces space on space.id = document.space_id
    where of_type = 'document' and document.id = object
    union all
    select false, coalesce(room.archived_at, space.archived_at) is not null
    from atrium.rooms room left join atrium.spaces space on space.id = room.space_id
    where of_type = 'room' and room.id = object
  ) state
$$;

-- 255_access.sql

create or replace function atrium_private.people_seeing_room(in_room uuid, among uuid[])
  returns setof uuid
  language sql stable security definer rows 20 set search_path = ''
as $$
  select rights.user_id
  from atrium.rooms room
  cross join lateral atrium_private.everybodys_rights(room.workspace_id, room.space_id, among) rights
  where room.id = in_room and room.kind = 'room' and case rights.object_type
    when 'space' then not room.private and rights.object_id = room.space_id
    when 'room' then rights.object_id = room.id else false end
  union
  select inside.user_id
  from atrium.rooms room
  join atrium.room_members inside on inside.room_id = room.id
  join atrium.members member on member.workspace_id = room.workspace_id and member.user_id = inside.user_id
  where room.id = in_room and room.kind = 'direct' and (among is null or inside.user_id = any (among))
    and member.suspended_at is null and (member.expires_at is null or member.expires_at > now())
$$;
comment on function atrium_private.people_seeing_room(uuid, uuid[]) is 'Those of some people, or of all when null, who may read a room at present.';

-- 260_accounts.sql

create or replace function atrium_private.hand_over_to(in_workspace uuid, from_user uuid, to_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if to_user is null then
    return;
  elsif to_user = from_user or not exists (
    select from atrium.members heir
    where heir.workspace_id = in_workspace and heir.user_id = to_user and heir.role > 'guest'
      and heir.suspended_at is null and (heir.expires_at is null or heir.expires_at > now())
  ) then
    raise sqlstate 'PT422' using message = 'Hand over to an active member who is no guest.', detail = 'heir_invalid';
  end if;
  update atrium.spaces set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.documents set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.rooms set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.grants set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  update atrium.links set created_by = to_user where workspace_id = in_workspace and created_by = from_user;
  -- A private space that would be without an admin. Others stay closed to the heir: he gets no look into what he was not let into.
  insert into atrium.space_members (space_id, user_id, role)
  select space.id, to_user, 'admin' from atrium.spaces space
  join atrium.space_members leaving on leaving.space_id = space.id and leaving.user_id = from_user and leaving.role = 'admin'
  where space.workspace_id = in_workspace and space.private
    and not exists (
      select from atrium.space_members other where other.space_id = space.id and other.role = 'admin' and other.user_id <> from_user
    )
    and (
      exists (select from atrium.space_members inside where inside.space_id = space.id and inside.user_id = to_user)
      or not exists (select from atrium.space_members inside where inside.space_id = space.id and inside.user_id is distinct from from_user)
    )
  on conflict (space_id, user_id) do update set role = 'admin';
  -- A private room that nobody would see any more. A direct conversation goes to nobody.
  insert into atrium.room_members (room_id, user_id)
  select room.id, to_user from atrium.rooms room
  join atrium.room_members leaving on leaving.room_id = room.id and leaving.user_id = from_user
  where room.workspace_id = in_workspace and room.private and room.kind = 'room'
    and not exists (select from atrium.room_members other where other.room_id = room.id and other.user_id <> from_user)
  on conflict do nothing;
  if not exists (
    select from atrium.members owner
    where owner.workspace_id = in_workspace and owner.role = 'owner' and owner.suspended_at is null and owner.user_id <> from_user
  ) then
    update atrium.members set role = 'owner', expires_at = null where workspace_id = in_workspace and user_id = to_user;
  end if;
end $$;

-- 700_losing_access.sql

create or replace function atrium_private.lose_spaces(of_user uuid, in_workspace uuid, space_ids uuid[])
  returns void
  language sql security definer set search_path = ''
as $$
  select atrium_private.bump_epochs(in_workspace, space_ids, array(
    select room.id from atrium.rooms room
    where room.space_id = any (space_ids)
      and (not room.private or exists (
        select from atrium.room_members inside where inside.room_id = room.id and (of_user is null or inside.user_id = of_user)
      ))
    union all
    -- Who loses the workspace loses what he said to single people in it.
    select room.id from atrium.rooms room
    where room.workspace_id = in_workspace and room.kind = 'direct' and (of_user is null or exists (
      select from atrium.room_members inside where inside.room_id = room.id and inside.user_id = of_user
    ))
  ))
$$;
comment on function atrium_private.lose_spaces(uuid, uuid, uuid[]) is
  'Moves the topics of spaces and of their rooms, after a person, or several, lost them; with a workspace, of its direct conversations too.';

create or replace function atrium_private.after_room_member_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from atrium.rooms room where room.id = old.room_id and room.private) then
    perform atrium_private.notify_access(old.user_id, null, null, null);
    perform atrium_private.bump_epochs(null, null, array[old.room_id]);
    -- A private room is never without somebody who looks after it.
    update atrium.room_members heir set role = 'moderator'
    where old.role = 'moderator' and heir.room_id = old.room_id and heir.user_id = (
      select other.user_id from atrium.room_members other where other.room_id = old.room_id order by other.joined_at, other.user_id limit 1
    ) and not exists (
      select from atrium.room_members other where other.room_id = old.room_id and other.role = 'moderator'
    );
  end if;
  return null;
end $$;
comment on function atrium_private.after_room_member_change() is 'What follows when somebody leaves a private room or direct conversation.';

create or replace function atrium_private.after_person_deletion()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.rooms room
  where room.kind = 'direct' and room.people @> array[old.id] and not exists (
    select from atrium.profiles person where person.id = any (room.people)
  );
  return null;
end $$;
comment on function atrium_private.after_person_deletion() is 'Direct conversations go with the last of their accounts: nobody could open them again.';

create trigger after_person_deletion after delete on atrium.profiles
  for each row execute function atrium_private.after_person_deletion();

create or replace function atrium_private.after_room_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(null, null, new.space_id, null);
  perform atrium_private.bump_epochs(null, null, array[new.id]);
  return null;
end $$;
comment on function atrium_private.after_room_change() is 'Whoever has a room open is asked again when it becomes private.';

create trigger after_room_change after update of private on atrium.rooms
  for each row when (new.private and not old.private)
  execute function atrium_private.after_room_change();

-- 720_audit.sql

create or replace function atrium_private.audit_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  is_now jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  known jsonb := coalesce(is_now, was);
  in_workspace uuid := known ->> case tg_table_name when 'workspaces' then 'id' else 'workspace_id' end;
  before jsonb;
  after jsonb;
begin
  select jsonb_object_agg(field, was -> field), jsonb_object_agg(field, is_now -> field) into before, after
  from unnest(tg_argv[1:]) field where was ->> field is distinct from is_now ->> field;
  if before is null then
    return null;
  end if;
  -- Who talks with whom is nobody else's business.
  if known ->> 'kind' = 'direct' then
    return null;
  end if;
  -- A private space or room is invisible to admins who are not in it, and so is its name.
  if known ->> 'private' = 'true' and before ? 'name' then
    before := before || '{"name": null}';
    after := after || '{"name": null}';
  end if;
  -- Of what goes with a group, space or room that is deleted, only the thing itself is told.
  if tg_table_name = 'group_members' then
    select team.workspace_id into in_workspace from atrium.groups team where team.id = (known ->> 'group_id')::uuid;
  elsif tg_table_name = 'space_members' then
    select space.workspace_id into in_workspace from atrium.spaces space where space.id = (known ->> 'space_id')::uuid;
  elsif tg_table_name = 'room_members' then
    select room.workspace_id into in_workspace from atrium.rooms room where room.id = (known ->> 'room_id')::uuid and room.private and room.kind = 'room';
  end if;
  if in_workspace is not null then
    perform atrium_private.audit(
      in_workspace,
      tg_argv[0] || case tg_op when 'INSERT' then '.added' when 'UPDATE' then '.changed' else '.removed' end,
      coalesce(known ->> 'object_type', case tg_argv[0]
        when 'member' then 'workspace' when 'policy' then 'workspace' when 'group_member' then 'group'
        when 'space_member' then 'space' when 'room_member' then 'room' else tg_argv[0] end),
      coalesce(known ->> 'object_id', case tg_argv[0]
        when 'member' then known ->> 'workspace_id' when 'policy' then known ->> 'workspace_id' when 'group_member' then known ->> 'group_id'
        when 'space_member' then known ->> 'space_id' when 'room_member' then known ->> 'room_id' else known ->> 'id' end)::uuid,
      (known ->> 'user_id')::uuid,
      case when tg_op <> 'INSERT' then before end,
      case when tg_op <> 'DELETE' then after end);
  end if;
  return null;
end $$;

create trigger a_audit after insert or update of name, private, posting, archived_at or delete on atrium.rooms
  for each row execute function atrium_private.audit_change('room', 'name', 'private', 'posting', 'archived_at');
drop trigger a_audit on atrium.room_members;

create trigger a_audit after insert or update or delete on atrium.room_members
  for each row execute function atrium_private.audit_change('room_member', 'user_id', 'role');

-- 800_realtime.sql

create or replace function atrium_private.send_to_room(in_room uuid, event text, payload jsonb)
  returns void
  language sql security definer set search_path = ''
as $$ select atrium_private.send(format('room:%s:%s', room.id, room.epoch), event, payload) from atrium.rooms room where room.id = in_room $$;
comment on function atrium_private.send_to_room(uuid, text, jsonb) is 'Sends to whoever has the room open.';

create or replace function atrium_private.people_in_room(in_room uuid)
  returns uuid[]
  language sql stable security definer set search_path = ''
as $$
  select array(
    -- Who is suspended, or is not in the private space around it, does not see the room.
    select inside.user_id from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium.members member on member.workspace_id = room.workspace_id and member.user_id = inside.user_id
    left join atrium.spaces space on space.id = room.space_id and space.private
    where inside.room_id = in_room and room.private
      and member.suspended_at is null and (member.expires_at is null or member.expires_at > now())
      and (space.id is null or inside.user_id = any (atrium_private.people_in_space(space.id)))
    union
    select shared.user_id from atrium.grants shared
    where shared.object_type = 'room' and shared.object_id = in_room and shared.user_id is not null
    union
    select inside.user_id from atrium.grants shared join atrium.group_members inside on inside.group_id = shared.group_id
    where shared.object_type = 'room' and shared.object_id = in_room
  )
$$;

-- 810_realtime_events.sql

create or replace function atrium_private.announce_room()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  -- Those from whom it was hidden just now must hear that, too.
  if not new.private or (tg_op = 'UPDATE' and not old.private) then
    perform atrium_private.send(
      format('space:%s:%s', space.id, space.epoch), 'rooms', jsonb_build_object('id', new.id, 'op', lower(tg_op)))
    from atrium.spaces space where space.id = new.space_id;
  end if;
  perform atrium_private.send_to_people(atrium_private.people_in_room(new.id), 'rooms', jsonb_build_object('id', new.id));
  return null;
end $$;

create trigger announce after update on atrium.rooms
  for each row when ((old.name, old.topic, old.description, old.posting, old.archived_at, old.private, old.space_id)
    is distinct from (new.name, new.topic, new.description, new.posting, new.archived_at, new.private, new.space_id))
  execute function atrium_private.announce_room();
comment on function atrium_private.announce_room_member() is 'rooms {id} to the person who came or went, or whose role changed.';
drop trigger announce on atrium.room_members;

create trigger announce after insert or update of role or delete on atrium.room_members
  for each row execute function atrium_private.announce_room_member();

create or replace function atrium_private.announce_message()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  room atrium.rooms;
  activity jsonb := jsonb_build_object('room_id', new.room_id, 'last_seq', new.seq, 'last_place', new.place, 'author_id', new.author_id);
begin
  select known.* into room from atrium.rooms known where known.id = new.room_id;
  perform atrium_private.send(
    format('room:%s:%s', room.id, room.epoch), case tg_op when 'INSERT' then 'message' else 'message_changed' end, to_jsonb(new));
  if tg_op = 'INSERT' and new.thread_id is null then
    if not room.private then
      perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'room_activity', activity)
      from atrium.spaces space where space.id = room.space_id;
    end if;
    perform atrium_private.send_to_people(atrium_private.people_in_room(room.id), 'room_activity', activity);
  end if;
  return null;
end $$;
comment on function atrium_private.announce_message() is
  'message or message_changed with the row to the room; room_activity {room_id, last_seq, last_place, author_id} to the space, or to each member of a private room. Of replies in threads nobody is told but the room and, by announce_replies, those who follow.';

create trigger announce_new after insert on atrium.messages
  for each row execute function atrium_private.announce_message();

create trigger announce after update on atrium.messages
  for each row when ((old.text, old.content, old.mentions, old.files, old.edited_at, old.deleted_at)
    is distinct from (new.text, new.content, new.mentions, new.files, new.edited_at, new.deleted_at))
  execute function atrium_private.announce_message();

create or replace function atrium_private.announce_replies()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.send_to_room(new.room_id, 'thread', jsonb_build_object(
    'id', new.id, 'reply_count', new.reply_count, 'last_reply_at', new.last_reply_at));
  perform atrium_private.send_to_people(
    array(select follow.user_id from atrium.thread_follows follow where follow.thread_id = new.id and follow.following
      and follow.user_id in (select atrium_private.people_seeing_room(new.room_id, array(
        select known.user_id from atrium.thread_follows known where known.thread_id = new.id)))),
    'threads', jsonb_build_object('thread_id', new.id, 'room_id', new.room_id));
  return null;
end $$;
comment on function atrium_private.announce_replies() is
  'thread {id, reply_count, last_reply_at} to the room, threads {thread_id, room_id} to those who follow the thread and may still read it.';

create trigger announce_replies after update of reply_count on atrium.messages
  for each row execute function atrium_private.announce_replies();

-- As 990_lockdown.sql has it.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on all tables in schema atrium to service_role;
revoke insert, update, delete on atrium.audit_events from service_role;
