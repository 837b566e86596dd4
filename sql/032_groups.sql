-- Groups of members, to give rights to many at once.

create table atrium.groups (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80)
);
comment on table atrium.groups is 'A named group of members, which can be a member of spaces and be given grants. Seen by all members but guests, changed by admins.';
comment on column atrium.groups.name is '1 to 80 characters, different from the other groups of the workspace whatever the case.';
create unique index on atrium.groups (workspace_id, lower(name));

create table atrium.group_members (
  group_id uuid not null references atrium.groups (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  primary key (group_id, user_id)
);
comment on table atrium.group_members is 'Who is in a group. It counts only while he is an active member of the group''s workspace.';
-- Every policy asks "which groups am I in?".
create index on atrium.group_members (user_id, group_id);

alter table atrium.groups enable row level security;
alter table atrium.group_members enable row level security;

-- Definer: a policy on group_members asks which groups are visible without asking the policy on groups again for each row.
create function atrium_private.groups_seen_by_caller()
  returns setof uuid
  language sql stable security definer set search_path = ''
as $$
  select team.id from atrium.groups team
  where team.workspace_id in (select atrium_private.workspaces_of_caller('viewer'))
$$;
comment on function atrium_private.groups_seen_by_caller() is 'The groups of all workspaces in which the caller is more than a guest.';
grant execute on function atrium_private.groups_seen_by_caller to authenticated;

create policy "members see groups"
  on atrium.groups for select to authenticated
  using (workspace_id in (select atrium_private.workspaces_of_caller('viewer')));
grant select on atrium.groups to authenticated;

create policy "members see who is in a group"
  on atrium.group_members for select to authenticated
  using (group_id in (select atrium_private.groups_seen_by_caller()));
grant select on atrium.group_members to authenticated;

-- Definer: it reads groups whatever the caller may see.
create function atrium_private.require_group(group_id uuid)
  returns atrium.groups
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  found_group atrium.groups;
begin
  select team.* into found_group
  from atrium.groups team
  join atrium_private.active_memberships(me) member on member.workspace_id = team.workspace_id
  where team.id = $1 and member.role > 'guest';
  if found_group.id is null then
    raise sqlstate 'PT404' using message = 'There is no such group, or you may not see it.', detail = 'group_not_found';
  end if;
  perform atrium_private.require_workspace_role(found_group.workspace_id, 'admin');
  return found_group;
end $$;
comment on function atrium_private.require_group(uuid) is 'The group, for an admin of its workspace. Errors: 401 not_signed_in, 403 role_too_low, 404 group_not_found.';

-- Definer: nobody may insert groups but through here.
create function atrium_private.create_group(new_id uuid, in_workspace uuid, new_name text)
  returns atrium.groups
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  made atrium.groups;
begin
  insert into atrium.groups (id, workspace_id, name)
  values (coalesce(new_id, gen_random_uuid()), in_workspace, atrium_private.valid_name(new_name, 'name', 80))
  returning * into made;
  return made;
exception when unique_violation then
  select team.* into made from atrium.groups team where team.id = new_id and team.workspace_id = in_workspace;
  if made.id is null then
    raise sqlstate 'PT409' using message = 'There is a group of this name or id already.', detail = 'group_exists';
  end if;
  return made;
end $$;
comment on function atrium_private.create_group(uuid, uuid, text) is 'Behind atrium.create_group.';
grant execute on function atrium_private.create_group to authenticated;

-- Definer: nobody may change groups but through here.
create function atrium_private.delete_group(group_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  team atrium.groups := atrium_private.require_group($1);
begin
  delete from atrium.groups where id = team.id;
end $$;
comment on function atrium_private.delete_group(uuid) is 'Behind atrium.delete_group.';
grant execute on function atrium_private.delete_group to authenticated;

-- Definer: nobody may change groups but through here.
create function atrium_private.set_group_member(group_id uuid, of_user uuid, inside boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  team atrium.groups := atrium_private.require_group($1);
begin
  if not inside then
    delete from atrium.group_members member where member.group_id = team.id and member.user_id = of_user;
    return;
  end if;
  if not exists (select from atrium.members member where member.workspace_id = team.workspace_id and member.user_id = of_user) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  insert into atrium.group_members (group_id, user_id) values (team.id, of_user) on conflict do nothing;
end $$;
comment on function atrium_private.set_group_member(uuid, uuid, boolean) is 'Behind atrium.add_group_member and atrium.remove_group_member.';
grant execute on function atrium_private.set_group_member to authenticated;

create function atrium.create_group(id uuid, workspace_id uuid, name text)
  returns atrium.groups
  language sql set search_path = ''
as $$ select * from atrium_private.create_group($1, $2, $3) $$;
comment on function atrium.create_group(uuid, uuid, text) is
  'Makes an empty group. Nullable: id.
Example: select * from atrium.create_group(gen_random_uuid(), ''0190…'', ''Designers'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 409 group_exists, 422 name_required, name_too_long, name_invalid.';
grant execute on function atrium.create_group to authenticated;

create function atrium.delete_group(group_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_group($1) $$;
comment on function atrium.delete_group(uuid) is
  'Deletes a group and every right that its members had through it.
Example: select atrium.delete_group(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 group_not_found.';
grant execute on function atrium.delete_group to authenticated;

create function atrium.add_group_member(group_id uuid, user_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_group_member($1, $2, true) $$;
comment on function atrium.add_group_member(uuid, uuid) is
  'Puts a member of the workspace into a group.
Example: select atrium.add_group_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 group_not_found, member_not_found.';
grant execute on function atrium.add_group_member to authenticated;

create function atrium.remove_group_member(group_id uuid, user_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_group_member($1, $2, false) $$;
comment on function atrium.remove_group_member(uuid, uuid) is
  'Takes somebody out of a group.
Example: select atrium.remove_group_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 group_not_found.';
grant execute on function atrium.remove_group_member to authenticated;
