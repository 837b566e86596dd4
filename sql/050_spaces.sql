-- Spaces: where documents and rooms live, open to the workspace or private. Who has which role in which space is decided here.

create table atrium.spaces (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  private boolean not null default false,
  position text collate "C" not null,
  epoch integer not null default 1,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  -- What lives in a space repeats its workspace; this key lets a foreign key hold the two together.
  unique (workspace_id, id)
);
comment on table atrium.spaces is 'A part of a workspace. In an open space the workspace role counts; a private one is invisible to everybody but its members.';
comment on column atrium.spaces.name is '1 to 80 characters.';
comment on column atrium.spaces.position is 'Order among the spaces: a key of the npm package fractional-indexing (base 62), compared byte by byte.';
comment on column atrium.spaces.epoch is 'Part of the Realtime topic space:<id>:<epoch>. It rises when somebody loses the space.';
comment on column atrium.spaces.archived_at is 'Set while the space is archived: everything in it can be read and nothing changed.';

create table atrium.space_members (
  space_id uuid not null references atrium.spaces (id) on delete cascade,
  user_id uuid references atrium.profiles (id) on delete cascade,
  group_id uuid references atrium.groups (id) on delete cascade,
  role atrium.role not null check (role between 'viewer' and 'admin'),
  check (num_nonnulls(user_id, group_id) = 1),
  unique (space_id, user_id),
  unique (space_id, group_id)
);
comment on table atrium.space_members is 'The members of a private space, and in an open one the people and groups whose role there is higher than in the workspace.';
comment on column atrium.space_members.user_id is 'Either this or group_id is set. It counts only while the person is an active member of the workspace.';
comment on column atrium.space_members.role is 'viewer to admin. Somebody who has several roles in a space has the highest.';
-- Every policy asks "in which spaces am I, or one of my groups?".
create index on atrium.space_members (user_id, space_id) where user_id is not null;
create index on atrium.space_members (group_id, space_id) where group_id is not null;

-- Deleting an account looks for what the person made.
create index on atrium.spaces (created_by);

alter table atrium.spaces enable row level security;
alter table atrium.space_members enable row level security;

-- Without rights for anybody: what policies on spaces and space_members ask cannot be under them.
create view atrium_private.space_roles with (security_invoker) as
  select member.user_id, space.id as space_id, 'workspace' as source, space.workspace_id as source_id, member.role, space.archived_at
  from atrium_private.active_members member
  join atrium.spaces space on space.workspace_id = member.workspace_id
  where member.role > 'guest' and not space.private
  union all
  select direct.user_id, space.id, 'space', space.id, direct.role, space.archived_at
  from atrium.space_members direct
  join atrium.spaces space on space.id = direct.space_id
  join atrium_private.active_members member on member.workspace_id = space.workspace_id and member.user_id = direct.user_id
  union all
  select inside.user_id, space.id, 'group', grouped.group_id, grouped.role, space.archived_at
  from atrium.group_members inside
  join atrium.space_members grouped on grouped.group_id = inside.group_id
  join atrium.spaces space on space.id = grouped.space_id
  join atrium_private.active_members member on member.workspace_id = space.workspace_id and member.user_id = inside.user_id;
comment on view atrium_private.space_roles is
  'Every role that a person has in a space, and from where: his workspace, the space itself, or a group. The highest one counts.';

-- Definer: see space_roles. Not granted: it answers for anybody.
create function atrium_private.space_rights(for_user uuid)
  returns table (space_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query select given.space_id, given.source, given.source_id, given.role from atrium_private.space_roles given where given.user_id = for_user;
end $$;
comment on function atrium_private.space_rights(uuid) is 'The roles of one person, see space_roles.';

-- Definer: see space_roles.
create function atrium_private.spaces_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  -- Two queries: the one that every list waits for reads the spaces from an index alone.
  if at_least <= 'viewer' then
    return query select given.space_id from atrium_private.space_roles given where given.user_id = me and given.role >= at_least;
  else
    return query
      select given.space_id from atrium_private.space_roles given
      where given.user_id = me and given.role >= at_least and given.archived_at is null;
  end if;
end $$;
comment on function atrium_private.spaces_of_caller(atrium.role) is
  'The spaces in which the caller has the role or a higher one; above viewer without the archived ones.';
grant execute on function atrium_private.spaces_of_caller to authenticated;

-- Definer: see space_roles.
create function atrium_private.require_space_role(in_space uuid, at_least atrium.role)
  returns atrium.role
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mine atrium.role;
begin
  select max(rights.role) into mine from atrium_private.space_rights(me) rights where rights.space_id = in_space;
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such space, or you may not see it.', detail = 'space_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one in this space may do this.', at_least), detail = 'role_too_low';
  end if;
  return mine;
end $$;
comment on function atrium_private.require_space_role(uuid, atrium.role) is
  'The role of the caller in a space. Errors: 401 not_signed_in, 404 space_not_found, 403 role_too_low.';

-- Definer: it reads spaces whatever the caller may see.
create function atrium_private.refuse_archived(in_space uuid)
  returns void
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if (select space.archived_at from atrium.spaces space where space.id = in_space) is not null then
    raise sqlstate 'PT409' using message = 'This space is archived.', detail = 'space_archived';
  end if;
end $$;
comment on function atrium_private.refuse_archived(uuid) is 'Errors: 409 space_archived.';

create policy "people see the spaces in which they have a role"
  on atrium.spaces for select to authenticated
  using (id in (select atrium_private.spaces_of_caller('viewer')));
grant select on atrium.spaces to authenticated;

create policy "people see who else is in their spaces"
  on atrium.space_members for select to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('viewer')));
grant select on atrium.space_members to authenticated;
