-- Rooms: where people talk, public in their space or private to their members.

create table atrium.rooms (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  space_id uuid not null,
  name text not null check (char_length(name) between 1 and 80),
  topic text not null default '' check (char_length(topic) <= 250),
  private boolean not null default false,
  epoch integer not null default 1,
  last_seq bigint not null default 0,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade
);
comment on table atrium.rooms is 'Where people talk. Everybody who sees the space sees its public rooms; a private room is seen by its members alone.';
comment on column atrium.rooms.name is '1 to 80 characters.';
comment on column atrium.rooms.topic is '0 to 250 characters.';
comment on column atrium.rooms.epoch is 'Part of the Realtime topic room:<id>:<epoch>. It rises when somebody loses the room.';
comment on column atrium.rooms.last_seq is 'The number of the latest message; 0 before the first.';
comment on column atrium.rooms.archived_at is 'Set while the room is archived: it can be read, and nobody posts.';
create index on atrium.rooms (space_id);
-- Deleting an account looks for what the person made.
create index on atrium.rooms (created_by);

create table atrium.room_members (
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  joined_at timestamptz not null default now(),
  primary key (room_id, user_id)
);
comment on table atrium.room_members is 'Who is in a room. In a public one it only says who follows it; in a private one it decides who sees it.';
-- Every policy asks "in which rooms am I?".
create index on atrium.room_members (user_id, room_id);

alter table atrium.rooms enable row level security;
alter table atrium.room_members enable row level security;

-- Definer: policies ask it. Not granted: it answers for anybody.
create function atrium_private.room_rights(for_user uuid)
  returns table (room_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query
    with space_roles as materialized (
      select rights.space_id, rights.source, rights.source_id, rights.role from atrium_private.space_rights(for_user) rights
    )
    select room.id, given.source, given.source_id, given.role
    from space_roles given
    join atrium.rooms room on room.space_id = given.space_id
    where not room.private
    union all
    select room.id, 'room', room.id, coalesce((select max(given.role) from space_roles given where given.space_id = room.space_id), 'commenter')
    from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium.spaces space on space.id = room.space_id
    join atrium_private.active_memberships(for_user) member on member.workspace_id = room.workspace_id
    where inside.user_id = for_user and room.private
      and (not space.private or room.space_id in (select given.space_id from space_roles given))
    union all
    select given.object_id, given.source, given.source_id, given.role
    from atrium_private.grant_rights(for_user, 'room') given;
end $$;
comment on function atrium_private.room_rights(uuid) is
  'Every role that a person has in a room, and from where. A member of a private room has his role in the space, or commenter when he has none there; a private space must let him in first.';

-- Definer: see room_rights.
create function atrium_private.rooms_of_caller(at_least atrium.role default 'viewer')
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
      join atrium.spaces space on space.id = room.space_id
      where rights.role >= at_least and room.archived_at is null and space.archived_at is null;
  end if;
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
  mine atrium.role;
begin
  select max(rights.role) into mine from atrium_private.room_rights(me) rights where rights.room_id = in_room;
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such room, or you may not see it.', detail = 'room_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one may do this.', at_least), detail = 'role_too_low';
  end if;
  return mine;
end $$;
comment on function atrium_private.require_room_role(uuid, atrium.role) is
  'The role of the caller in a room. Errors: 401 not_signed_in, 404 room_not_found, 403 role_too_low.';

create policy "people see the rooms in which they have a role"
  on atrium.rooms for select to authenticated
  using (id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.rooms to authenticated;

create policy "people see who else is in their rooms"
  on atrium.room_members for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.room_members to authenticated;
