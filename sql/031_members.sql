-- Changing who belongs to a workspace, and groups of members.

-- Definer: it changes members, which nobody may update. The lock on the workspace lets one change of owners happen at a time,
-- so that two owners cannot remove each other in the same instant.
create function atrium_private.lock_member(in_workspace uuid, of_user uuid)
  returns atrium.members
  language plpgsql security definer set search_path = ''
as $$
declare
  member atrium.members;
begin
  perform from atrium.workspaces where id = in_workspace for no key update;
  select * into member from atrium.members where workspace_id = in_workspace and user_id = of_user;
  if member.user_id is null then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  return member;
end $$;
comment on function atrium_private.lock_member(uuid, uuid) is 'The member, held until the end of the transaction. Errors: 404 member_not_found.';

-- Definer: it counts owners whatever the caller may see.
create function atrium_private.refuse_last_owner(member atrium.members)
  returns void
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if member.role = 'owner' and member.suspended_at is null and not exists (
    select from atrium.members other
    where other.workspace_id = member.workspace_id and other.role = 'owner'
      and other.suspended_at is null and other.user_id <> member.user_id
  ) then
    raise sqlstate 'PT409' using message = 'A workspace needs an owner. Make somebody else an owner first.', detail = 'last_owner';
  end if;
end $$;
comment on function atrium_private.refuse_last_owner(atrium.members) is 'Errors: 409 last_owner when there would be no owner without this member.';

create function atrium_private.refuse_higher(role atrium.role, mine atrium.role)
  returns void
  language plpgsql immutable set search_path = ''
as $$
begin
  if role > mine then
    raise sqlstate 'PT403' using message = format('Your own role is %s, which is lower than %s.', mine, role), detail = 'role_too_high';
  end if;
end $$;
comment on function atrium_private.refuse_higher(atrium.role, atrium.role) is 'Errors: 403 role_too_high when the first role is above the second.';

-- Definer: see lock_member.
create function atrium_private.set_member_role(in_workspace uuid, of_user uuid, new_role atrium.role)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  member atrium.members := atrium_private.lock_member(in_workspace, of_user);
begin
  if new_role is null then
    raise sqlstate 'PT422' using message = 'The role is missing.', detail = 'role_required';
  end if;
  perform atrium_private.refuse_higher(greatest(member.role, new_role), mine);
  if new_role < 'owner' then
    perform atrium_private.refuse_last_owner(member);
  end if;
  update atrium.members set role = new_role, expires_at = case when new_role < 'owner' then expires_at end
  where workspace_id = in_workspace and user_id = of_user and role <> new_role;
end $$;
comment on function atrium_private.set_member_role(uuid, uuid, atrium.role) is 'Behind atrium.set_member_role.';
grant execute on function atrium_private.set_member_role to authenticated;

-- Definer: see lock_member.
create function atrium_private.set_suspended(in_workspace uuid, of_user uuid, suspended boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  member atrium.members := atrium_private.lock_member(in_workspace, of_user);
begin
  perform atrium_private.refuse_higher(member.role, mine);
  if suspended then
    perform atrium_private.refuse_last_owner(member);
  end if;
  update atrium.members set suspended_at = case when suspended then now() end
  where workspace_id = in_workspace and user_id = of_user and (suspended_at is not null) is distinct from suspended;
end $$;
comment on function atrium_private.set_suspended(uuid, uuid, boolean) is 'Behind atrium.suspend_member and atrium.reactivate_member.';
grant execute on function atrium_private.set_suspended to authenticated;

create function atrium.set_member_role(workspace_id uuid, user_id uuid, role atrium.role)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_member_role($1, $2, $3) $$;
comment on function atrium.set_member_role(uuid, uuid, atrium.role) is
  'Gives a member another role. Admins may; nobody gives a role above his own or changes a member above himself.
Example: select atrium.set_member_role(''0190…'', ''0191…'', ''editor'');
Errors: 401 not_signed_in, 403 role_too_low, role_too_high, 404 workspace_not_found, member_not_found, 409 last_owner, 422 role_required.';
grant execute on function atrium.set_member_role to authenticated;

create function atrium.suspend_member(workspace_id uuid, user_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_suspended($1, $2, true) $$;
comment on function atrium.suspend_member(uuid, uuid) is
  'Shuts a member out at once and keeps his memberships for reactivate_member.
Example: select atrium.suspend_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, role_too_high, 404 workspace_not_found, member_not_found, 409 last_owner.';
grant execute on function atrium.suspend_member to authenticated;

create function atrium.reactivate_member(workspace_id uuid, user_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_suspended($1, $2, false) $$;
comment on function atrium.reactivate_member(uuid, uuid) is
  'Ends a suspension.
Example: select atrium.reactivate_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, role_too_high, 404 workspace_not_found, member_not_found.';
grant execute on function atrium.reactivate_member to authenticated;
