-- Making, changing and filling spaces.

-- Definer: nobody may insert spaces but through here.
create function atrium_private.create_space(new_id uuid, in_workspace uuid, new_name text, is_private boolean)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'editor');
  me uuid := atrium_private.caller();
  space atrium.spaces;
begin
  -- One at a time, or two would get the same position.
  perform from atrium.workspaces where id = in_workspace for no key update;
  insert into atrium.spaces (id, workspace_id, name, private, position, created_by)
  values (
    coalesce(new_id, gen_random_uuid()), in_workspace, atrium_private.valid_name(new_name, 'name', 80), coalesce(is_private, false),
    atrium_private.position_after((select max(last.position) from atrium.spaces last where last.workspace_id = in_workspace)), me
  )
  on conflict (id) do nothing
  returning * into space;
  if space.id is not null then
    insert into atrium.space_members (space_id, user_id, role) values (space.id, me, 'admin');
    return space;
  end if;
  select known.* into space from atrium.spaces known
  where known.id = new_id and known.workspace_id = in_workspace and known.created_by = me
    and known.id in (select atrium_private.spaces_of_caller('viewer'));
  if space.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return space;
end $$;
comment on function atrium_private.create_space(uuid, uuid, text, boolean) is 'Behind atrium.create_space.';
grant execute on function atrium_private.create_space to authenticated;

-- Definer: nobody may update spaces but through here.
create function atrium_private.rename_space(in_space uuid, new_name text)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'admin');
  space atrium.spaces;
begin
  update atrium.spaces set name = atrium_private.valid_name(new_name, 'name', 80) where id = in_space returning * into space;
  return space;
end $$;
comment on function atrium_private.rename_space(uuid, text) is 'Behind atrium.rename_space.';
grant execute on function atrium_private.rename_space to authenticated;

-- Definer: nobody may update spaces but through here.
create function atrium_private.archive_space(in_space uuid, is_archived boolean)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'admin');
  space atrium.spaces;
begin
  update atrium.spaces set archived_at = case when is_archived is distinct from false then coalesce(archived_at, now()) end
  where id = in_space returning * into space;
  return space;
end $$;
comment on function atrium_private.archive_space(uuid, boolean) is 'Behind atrium.archive_space.';
grant execute on function atrium_private.archive_space to authenticated;

-- Definer: nobody may update spaces but through here.
create function atrium_private.set_space_private(in_space uuid, is_private boolean)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'admin');
  space atrium.spaces;
begin
  if is_private is null then
    raise sqlstate 'PT422' using message = 'Say whether the space is private.', detail = 'private_required';
  elsif is_private then
    -- An admin of the workspace would shut himself out.
    insert into atrium.space_members (space_id, user_id, role) values (in_space, atrium_private.caller(), 'admin')
    on conflict (space_id, user_id) do update set role = 'admin';
  end if;
  update atrium.spaces set private = is_private where id = in_space returning * into space;
  return space;
end $$;
comment on function atrium_private.set_space_private(uuid, boolean) is 'Behind atrium.set_space_private.';
grant execute on function atrium_private.set_space_private to authenticated;

-- Definer: it counts admins whatever the caller may see. An open space has the admins of the workspace as well.
create function atrium_private.refuse_last_space_admin(in_space uuid, of_user uuid)
  returns void
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if (select space.private from atrium.spaces space where space.id = in_space)
    and (select direct.role from atrium.space_members direct where direct.space_id = in_space and direct.user_id = of_user) = 'admin'
    and not exists (
      select from atrium.space_members other
      join atrium.spaces space on space.id = other.space_id
      join atrium.members member on member.workspace_id = space.workspace_id and member.user_id = other.user_id
      where other.space_id = in_space and other.role = 'admin' and other.user_id <> of_user and member.suspended_at is null
    )
  then
    raise sqlstate 'PT409' using message = 'A private space needs an admin. Make somebody else an admin of it first.', detail = 'last_admin';
  end if;
end $$;
comment on function atrium_private.refuse_last_space_admin(uuid, uuid) is 'Errors: 409 last_admin when a private space would have no admin without this person.';

-- Definer: nobody may change space_members but through here. Exactly one of user and group is given.
create function atrium_private.set_space_member(in_space uuid, of_user uuid, of_group uuid, new_role atrium.role)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'admin');
  of_workspace uuid;
begin
  if (new_role between 'viewer' and 'admin') is distinct from true then
    raise sqlstate 'PT422' using message = 'The role in a space is viewer, commenter, editor or admin.', detail = 'role_invalid';
  end if;
  select space.workspace_id into of_workspace from atrium.spaces space where space.id = in_space for no key update;
  if of_group is not null then
    if not exists (select from atrium.groups team where team.id = of_group and team.workspace_id = of_workspace) then
      raise sqlstate 'PT404' using message = 'There is no such group, or you may not see it.', detail = 'group_not_found';
    end if;
    insert into atrium.space_members (space_id, group_id, role) values (in_space, of_group, new_role)
    on conflict (space_id, group_id) do update set role = excluded.role;
    return;
  end if;
  if not exists (select from atrium.members member where member.workspace_id = of_workspace and member.user_id = of_user) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  if new_role < 'admin' then
    perform atrium_private.refuse_last_space_admin(in_space, of_user);
  end if;
  insert into atrium.space_members (space_id, user_id, role) values (in_space, of_user, new_role)
  on conflict (space_id, user_id) do update set role = excluded.role;
end $$;
comment on function atrium_private.set_space_member(uuid, uuid, uuid, atrium.role) is 'Behind atrium.set_space_member and atrium.set_space_group.';
grant execute on function atrium_private.set_space_member to authenticated;

-- Definer: nobody may change space_members but through here.
create function atrium_private.remove_space_member(in_space uuid, of_user uuid, of_group uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  leaving boolean := atrium_private.require_caller() is not distinct from of_user;
  mine atrium.role := atrium_private.require_space_role(in_space, case when leaving then 'viewer' else 'admin' end::atrium.role);
begin
  perform from atrium.spaces where id = in_space for no key update;
  perform atrium_private.refuse_last_space_admin(in_space, of_user);
  delete from atrium.space_members member
  where member.space_id = in_space and (member.user_id = of_user or member.group_id = of_group);
end $$;
comment on function atrium_private.remove_space_member(uuid, uuid, uuid) is 'Behind atrium.remove_space_member and atrium.remove_space_group.';
grant execute on function atrium_private.remove_space_member to authenticated;

create function atrium.create_space(id uuid, workspace_id uuid, name text, private boolean default false)
  returns atrium.spaces
  language sql set search_path = ''
as $$ select * from atrium_private.create_space($1, $2, $3, $4) $$;
comment on function atrium.create_space(uuid, uuid, text, boolean) is
  'Makes a space after the others, with the caller as its admin. Editors may. The same call again returns the same space. Nullable: id.
Example: select * from atrium.create_space(gen_random_uuid(), ''0190…'', ''Design'', private => true);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 409 id_taken, 422 name_required, name_too_long (80 characters), name_invalid.';
grant execute on function atrium.create_space to authenticated;

create function atrium.rename_space(space_id uuid, name text)
  returns atrium.spaces
  language sql set search_path = ''
as $$ select * from atrium_private.rename_space($1, $2) $$;
comment on function atrium.rename_space(uuid, text) is
  'Gives a space another name. Its admins may.
Example: select * from atrium.rename_space(''0190…'', ''Product'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, 422 name_required, name_too_long (80 characters), name_invalid.';
grant execute on function atrium.rename_space to authenticated;

create function atrium.archive_space(space_id uuid, archived boolean default true)
  returns atrium.spaces
  language sql set search_path = ''
as $$ select * from atrium_private.archive_space($1, $2) $$;
comment on function atrium.archive_space(uuid, boolean) is
  'Archives a space: everything in it can still be read and nothing changed. With archived => false it comes back. Its admins may.
Example: select * from atrium.archive_space(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found.';
grant execute on function atrium.archive_space to authenticated;

create function atrium.set_space_private(space_id uuid, private boolean)
  returns atrium.spaces
  language sql set search_path = ''
as $$ select * from atrium_private.set_space_private($1, $2) $$;
comment on function atrium.set_space_private(uuid, boolean) is
  'Closes a space, so that it is invisible to everybody but its members, the caller being one as its admin; or opens it to the workspace. Its admins may.
Example: select * from atrium.set_space_private(''0190…'', true);
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, 422 private_required.';
grant execute on function atrium.set_space_private to authenticated;

create function atrium.set_space_member(space_id uuid, user_id uuid, role atrium.role)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_space_member($1, $2, null, $3) $$;
comment on function atrium.set_space_member(uuid, uuid, atrium.role) is
  'Lets a member of the workspace, guests too, into a space, or gives him another role there. Its admins may.
Example: select atrium.set_space_member(''0190…'', ''0191…'', ''editor'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, member_not_found, 409 last_admin, 422 role_invalid (viewer to admin).';
grant execute on function atrium.set_space_member to authenticated;

create function atrium.remove_space_member(space_id uuid, user_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_space_member($1, $2, null) $$;
comment on function atrium.remove_space_member(uuid, uuid) is
  'Takes somebody out of a space; with his own id anybody leaves. In an open space his workspace role still counts.
Example: select atrium.remove_space_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, 409 last_admin.';
grant execute on function atrium.remove_space_member to authenticated;

create function atrium.set_space_group(space_id uuid, group_id uuid, role atrium.role)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_space_member($1, null, $2, $3) $$;
comment on function atrium.set_space_group(uuid, uuid, atrium.role) is
  'Lets a group into a space, or gives it another role there. Admins of the space may.
Example: select atrium.set_space_group(''0190…'', ''0191…'', ''viewer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, group_not_found, 422 role_invalid (viewer to admin).';
grant execute on function atrium.set_space_group to authenticated;

create function atrium.remove_space_group(space_id uuid, group_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_space_member($1, null, $2) $$;
comment on function atrium.remove_space_group(uuid, uuid) is
  'Takes a group out of a space. Admins of the space may.
Example: select atrium.remove_space_group(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found.';
grant execute on function atrium.remove_space_group to authenticated;
