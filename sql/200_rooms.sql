-- Rooms: where people talk, public in their space or private to their members, and conversations between a few people.

create table atrium.rooms (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  space_id uuid,
  kind text not null default 'room' check (kind in ('room', 'direct')),
  people uuid[],
  name text not null check (char_length(name) <= 80),
  topic text not null default '' check (char_length(topic) <= 250),
  description text not null default '' check (char_length(description) <= 2000),
  private boolean not null default false,
  posting text not null default 'everyone' check (posting in ('everyone', 'moderators')),
  epoch integer not null default 1,
  member_count integer not null default 0,
  last_seq bigint not null default 0,
  last_place bigint not null default 0,
  last_at timestamptz,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade,
  constraint rooms_kind_fits check (case kind
    when 'direct' then space_id is null and private and name = '' and people is not null and created_by is null and archived_at is null
    else space_id is not null and name <> '' and people is null end),
  -- One conversation for each set of people; rooms have none, and any number of them may.
  unique (workspace_id, people)
);
comment on table atrium.rooms is 'Where people talk. Everybody who sees the space sees its public rooms; a private room and a direct conversation are seen by their members alone.';
comment on column atrium.rooms.space_id is 'Null for a direct conversation, which belongs to no space.';
comment on column atrium.rooms.kind is 'room, or direct: a conversation of two to ten people of the workspace, without a name and without admins.';
comment on column atrium.rooms.people is 'Whose direct conversation it is, in ascending order; who left the workspace is still named. Null for a room.';
comment on column atrium.rooms.name is '1 to 80 characters; empty for a direct conversation.';
comment on column atrium.rooms.topic is '0 to 250 characters.';
comment on column atrium.rooms.description is '0 to 2000 characters, in several lines.';
comment on column atrium.rooms.posting is 'Who begins messages: everyone, or moderators alone. Threads are open to all who may post at all.';
comment on column atrium.rooms.epoch is 'Part of the Realtime topic room:<id>:<epoch>. It rises when somebody loses the room.';
comment on column atrium.rooms.member_count is 'How many members it has, the suspended ones too.';
comment on column atrium.rooms.last_seq is 'The number of the latest message; 0 before the first.';
comment on column atrium.rooms.last_place is 'The place of the latest message outside threads; 0 before the first.';
comment on column atrium.rooms.last_at is 'When the latest message was sent; null before the first.';
comment on column atrium.rooms.created_by is 'Null for a direct conversation, and when the account is gone.';
comment on column atrium.rooms.archived_at is 'Set while the room is archived: it can be read, and nobody posts.';
create index on atrium.rooms (space_id);
-- Every policy asks "am I in a private room?".
create index on atrium.rooms (id) where private;
-- Deleting an account looks for what the person made, and with whom he talked.
create index on atrium.rooms (created_by);
create index on atrium.rooms using gin (people) where kind = 'direct';

create table atrium.room_members (
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  role text not null default 'member' check (role in ('member', 'moderator')),
  joined_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
comment on table atrium.room_members is 'Who is in a room. In a public one it only says who follows it; in a private one it decides who sees it.';
comment on column atrium.room_members.role is 'member or moderator. Admins of the space are moderators of each room that they see.';
-- Every policy asks "in which rooms am I?".
create index on atrium.room_members (user_id, room_id);

alter table atrium.rooms enable row level security;
alter table atrium.room_members enable row level security;

-- Definer: see room_rights. Not granted: it answers for anybody.
create function atrium_private.private_room_rights(for_user uuid)
  returns table (room_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 5 set search_path = ''
as $$
begin
  -- Most of the time of those who are in none.
  if not exists (
    select from atrium.room_members inside join atrium.rooms room on room.id = inside.room_id where inside.user_id = for_user and room.private
  ) then
    return;
  end if;
  return query
    with highest as materialized (
      select given.space_id, max(given.role) as role from atrium_private.space_roles given where given.user_id = for_user group by given.space_id
    )
    select room.id, 'room', room.id, coalesce(highest.role, 'commenter')
    from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium_private.active_members member on member.user_id = for_user and member.workspace_id = room.workspace_id
    left join atrium.spaces space on space.id = room.space_id
    left join highest on highest.space_id = room.space_id
    where inside.user_id = for_user and room.private and (space.private is not true or highest.space_id is not null);
end $$;
comment on function atrium_private.private_room_rights(uuid) is 'The private rooms and direct conversations that a person is in, as room_rights has them.';

-- Definer: policies ask it. Not granted: it answers for anybody.
create function atrium_private.room_rights(for_user uuid)
  returns table (room_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query
    with space_roles as materialized (
      select given.space_id, given.source, given.source_id, given.role from atrium_private.space_roles given where given.user_id = for_user
    ),
    -- Of all spaces at once, so that an index has them, however many rooms there are.
    public_rooms as materialized (
      select room.id, room.space_id from atrium.rooms room
      where room.space_id = any (array(select given.space_id from space_roles given)) and not room.private
    )
    select room.id, given.source, given.source_id, given.role
    from space_roles given
    join public_rooms room on room.space_id = given.space_id;
  return query
    select given.room_id, given.source, given.source_id, given.role from atrium_private.private_room_rights(for_user) given;
  return query
    select given.object_id, given.source, given.source_id, given.role from atrium_private.grant_rights(for_user, 'room') given;
end $$;
comment on function atrium_private.room_rights(uuid) is
  'Every role that a person has in a room, and from where. A member of a private room has his role in the space, or commenter when he has none there; a private space must let him in first. In a direct conversation everybody is a commenter.';

-- Definer: see room_rights. Not granted: it answers for anybody.
create function atrium_private.role_in_room(for_user uuid, in_room uuid)
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

-- Definer: see room_rights.
create function atrium_private.rooms_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  if at_least > 'viewer' then
    return query
      select rights.room_id
      from atrium_private.room_rights(me) rights
      join atrium.rooms room on room.id = rights.room_id
      left join atrium.spaces space on space.id = room.space_id
      where rights.role >= at_least and room.archived_at is null and space.archived_at is null;
    return;
  end if;
  -- What every list of messages waits for: room_rights without saying from where.
  return query
    select room.id from atrium.rooms room
    where not room.private and room.space_id = any (array(
      select given.space_id from atrium_private.space_roles given where given.user_id = me and given.role >= at_least
    ));
  return query select given.room_id from atrium_private.private_room_rights(me) given where given.role >= at_least;
  return query select given.object_id from atrium_private.grant_rights(me, 'room') given where given.role >= at_least;
end $$;
comment on function atrium_private.rooms_of_caller(atrium.role) is
  'The rooms in which the caller has the role or a higher one; above viewer without the archived ones. Commenters may post.';
grant execute on function atrium_private.rooms_of_caller to authenticated;

-- Definer: see room_rights.
create function atrium_private.require_room_role(in_room uuid, at_least atrium.role)
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
comment on function atrium_private.require_room_role(uuid, atrium.role) is
  'The role of the caller in a room. Errors: 401 not_signed_in, 404 room_not_found, 403 role_too_low.';

-- Definer: it reads who is in a room whatever the caller may see. Not granted: it answers for anybody.
create function atrium_private.moderates(of_user uuid, in_room uuid, his_role atrium.role)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select coalesce(his_role >= 'admin', false) or (his_role is not null and exists (
    select from atrium.room_members inside where inside.room_id = in_room and inside.user_id = of_user and inside.role = 'moderator'
  ))
$$;
comment on function atrium_private.moderates(uuid, uuid, atrium.role) is 'Whether somebody with this role in a room is a moderator there: by himself, or as an admin of the space.';

-- Definer: see moderates.
create function atrium_private.require_moderator(in_room uuid, or_role atrium.role default 'admin')
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

create policy "people see the rooms in which they have a role"
  on atrium.rooms for select to authenticated
  using (id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.rooms to authenticated;

create policy "people see who else is in their rooms"
  on atrium.room_members for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.room_members to authenticated;

-- Definer: whoever changes the row may not write rooms.
create function atrium_private.count_room_members()
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
