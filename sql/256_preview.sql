-- What a change of rights would do, before it is saved.

-- Definer: it reads everybody's rights.
create function atrium_private.access_map(in_workspace uuid, for_space uuid, for_users uuid[], for_room uuid, by_factor boolean)
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    with rights as materialized (
      select given.user_id, given.object_type, given.object_id, max(given.role) as role
      from atrium_private.everybodys_rights(in_workspace, for_space, for_users) given
      where not exists (
        select from atrium.documents document
        where given.object_type = 'document' and document.id = given.object_id and document.trashed_at is not null
      )
      and not exists (
        select from atrium.files file where given.object_type = 'file' and file.id = given.object_id and file.trashed_at is not null
      )
      -- Who has no second factor cannot enter where one is asked for, until he sets one up.
      and not (by_factor and exists (
        select from atrium.members member
        where member.workspace_id = in_workspace and member.user_id = given.user_id and member.needs_mfa
          and not exists (select from auth.mfa_factors factor where factor.user_id = given.user_id and factor.status = 'verified')
      ))
      group by 1, 2, 3
    ),
    -- What was shared can be seen through its space too; a private room cannot.
    items as (
      select shared.object_type, shared.object_id, shared.space_id from atrium.grants shared
      left join atrium.documents document on shared.object_type = 'document' and document.id = shared.object_id
      left join atrium.files file on shared.object_type = 'file' and file.id = shared.object_id
      where shared.workspace_id = in_workspace and document.trashed_at is null and file.trashed_at is null
      union select link.object_type, link.object_id, link.space_id from atrium.links link
      left join atrium.documents document on link.object_type = 'document' and document.id = link.object_id
      left join atrium.files file on link.object_type = 'file' and file.id = link.object_id
      where link.workspace_id = in_workspace and document.trashed_at is null and file.trashed_at is null
      union select 'room', room.id, room.space_id from atrium.rooms room
      where room.workspace_id = in_workspace and (room.private or room.id = for_room)
    ),
    all_rights as (
      select rights.* from rights
      union all
      select rights.user_id, items.object_type, items.object_id, rights.role
      from items join rights on rights.object_type = 'space' and rights.object_id = items.space_id
      left join atrium.rooms room on room.id = items.object_id and items.object_type = 'room'
      where room.private is distinct from true
    )
    select coalesce(jsonb_object_agg(key, role), '{}') from (
      select format('%s %s %s', given.user_id, given.object_type, given.object_id) as key,
        -- An archived room is only read.
        max(case when room.archived_at is null then given.role else least(given.role, 'viewer') end) as role
      from all_rights given
      left join atrium.rooms room on given.object_type = 'room' and room.id = given.object_id
      group by 1
    ) map
  );
end $$;
comment on function atrium_private.access_map(uuid, uuid, uuid[], uuid, boolean) is
  'The highest role of everybody on everything that has rights of its own, and on one room, by "<user> <type> <object>"; by_factor without those who need a second factor and have none.';

-- Definer: it finds the workspace of what the caller may not see; the change itself refuses him.
create function atrium_private.change_scope(change text, arguments jsonb)
  returns table (workspace_id uuid, space_id uuid, users uuid[])
  language sql stable security definer set search_path = ''
as $$
  select workspace.id, null::uuid, array[(arguments ->> 'user_id')::uuid] from atrium.workspaces workspace
  where change in ('set_member_role', 'suspend_member', 'reactivate_member') and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  -- What he alone was responsible for goes to an heir, the others of his private spaces or an owner.
  select workspace.id, null, array(
    select unnest(array[(arguments ->> 'user_id')::uuid, (arguments ->> 'hand_over_to')::uuid])
    union select owner.user_id from atrium.members owner where owner.workspace_id = workspace.id and owner.role = 'owner'
    union select other.user_id from atrium.space_members mine
    join atrium.spaces space on space.id = mine.space_id and space.private and space.workspace_id = workspace.id
    join atrium.space_members other on other.space_id = space.id
    where mine.user_id = (arguments ->> 'user_id')::uuid and mine.role = 'admin'
  )
  from atrium.workspaces workspace
  where change = 'remove_member' and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  select workspace.id, null, null from atrium.workspaces workspace
  where change = 'set_workspace_policy' and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  select team.workspace_id, null, case change
    when 'delete_group' then array(select inside.user_id from atrium.group_members inside where inside.group_id = team.id)
    else array[(arguments ->> 'user_id')::uuid]
  end
  from atrium.groups team
  where change in ('add_group_member', 'remove_group_member', 'delete_group') and team.id = (arguments ->> 'group_id')::uuid
  union all
  select space.workspace_id, space.id, null from atrium.spaces space
  where change in ('set_space_member', 'remove_space_member', 'set_space_group', 'remove_space_group', 'set_space_private')
    and space.id = (arguments ->> 'space_id')::uuid
  union all
  select room.workspace_id, room.space_id, null from atrium.rooms room
  where change in ('add_room_member', 'remove_room_member', 'update_room', 'archive_room', 'share_item') and room.id = (coalesce(arguments ->> 'room_id', arguments ->> 'object_id'))::uuid
  union all
  select document.workspace_id, document.space_id, null from atrium.documents document
  where change = 'share_item' and document.id = (arguments ->> 'object_id')::uuid
  union all
  select shared.workspace_id, shared.space_id, null from atrium.grants shared
  where change = 'unshare_item' and shared.id = (arguments ->> 'grant_id')::uuid
  union all
  select link.workspace_id, link.space_id, null from atrium.links link
  where change = 'delete_link' and link.id = (arguments ->> 'link_id')::uuid
$$;
comment on function atrium_private.change_scope(text, jsonb) is 'Where a change can have an effect: the workspace, and one space or the people in it when no others can be concerned.';

create function atrium_private.apply_change(change text, arguments jsonb)
  returns void
  language plpgsql set search_path = ''
as $$
declare
  workspace uuid := arguments ->> 'workspace_id';
  space uuid := arguments ->> 'space_id';
  room uuid := arguments ->> 'room_id';
  person uuid := arguments ->> 'user_id';
  team uuid := arguments ->> 'group_id';
  new_role atrium.role := arguments ->> 'role';
begin
  case change
    when 'set_member_role' then perform atrium.set_member_role(workspace, person, new_role);
    when 'suspend_member' then perform atrium.suspend_member(workspace, person);
    when 'reactivate_member' then perform atrium.reactivate_member(workspace, person);
    when 'remove_member' then perform atrium.remove_member(workspace, person, (arguments ->> 'hand_over_to')::uuid);
    when 'add_group_member' then perform atrium.add_group_member(team, person);
    when 'remove_group_member' then perform atrium.remove_group_member(team, person);
    when 'delete_group' then perform atrium.delete_group(team);
    when 'set_space_member' then perform atrium.set_space_member(space, person, new_role);
    when 'remove_space_member' then perform atrium.remove_space_member(space, person);
    when 'set_space_group' then perform atrium.set_space_group(space, team, new_role);
    when 'remove_space_group' then perform atrium.remove_space_group(space, team);
    when 'set_space_private' then perform atrium.set_space_private(space, (arguments ->> 'private')::boolean);
    when 'add_room_member' then perform atrium.add_room_member(room, person);
    when 'remove_room_member' then perform atrium.remove_room_member(room, person);
    when 'update_room' then perform atrium.update_room(room, private => (arguments ->> 'private')::boolean);
    when 'archive_room' then perform atrium.archive_room(room, (arguments ->> 'archived')::boolean);
    when 'set_workspace_policy' then perform atrium.set_workspace_policy(workspace, needs_mfa => (arguments ->> 'needs_mfa')::boolean);
    when 'share_item' then perform atrium.share_item(arguments ->> 'object_type', (arguments ->> 'object_id')::uuid, new_role, person, team, (arguments ->> 'expires_at')::timestamptz);
    when 'unshare_item' then perform atrium.unshare_item((arguments ->> 'grant_id')::uuid);
    when 'delete_link' then perform atrium.delete_link((arguments ->> 'link_id')::uuid);
    else raise sqlstate 'PT422' using message = 'This is no change of rights that can be tried.', detail = 'change_invalid';
  end case;
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
  raise sqlstate 'PT422' using message = 'An argument is not of its type.', detail = 'arguments_invalid';
end $$;
comment on function atrium_private.apply_change(text, jsonb) is 'Calls the function of the API that a change is named after, as the caller.';

-- Definer: it reads the rights of others. Whether the caller may make the change is decided by the change itself, which is then taken back
-- with all that followed from it, notices and Realtime events too.
create function atrium_private.preview_access_change(change text, arguments jsonb)
  returns table (user_id uuid, name text, object_type text, object_id uuid, object_name text, before atrium.role, after atrium.role)
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  scope record;
  -- A room that becomes private had no rights of its own before.
  one_room uuid;
  was jsonb;
  is_now jsonb;
begin
  begin
    select * into scope from atrium_private.change_scope(change, arguments);
    one_room := case when change in ('update_room', 'archive_room') then arguments ->> 'room_id' end;
    was := atrium_private.access_map(scope.workspace_id, scope.space_id, scope.users, one_room, change = 'set_workspace_policy');
    perform atrium_private.apply_change(change, arguments);
    is_now := atrium_private.access_map(scope.workspace_id, scope.space_id, scope.users, one_room, change = 'set_workspace_policy');
    raise sqlstate 'AT000';
  exception
    when sqlstate 'AT000' then null;
    when invalid_text_representation then
      raise sqlstate 'PT422' using message = 'An argument is not of its type.', detail = 'arguments_invalid';
  end;
  return query
    with keys as (
      select key, split_part(key, ' ', 1)::uuid as person, split_part(key, ' ', 2) as type, split_part(key, ' ', 3)::uuid as object
      from (select jsonb_object_keys(was) as key union select jsonb_object_keys(is_now)) keys
    ),
    changed as (
      select keys.person, keys.type, keys.object, old.role as old_role, new.role as new_role
      from keys
      left join atrium.documents document on keys.type = 'document' and document.id = keys.object
      left join atrium.rooms room on keys.type = 'room' and room.id = keys.object and not room.private
        and room.id is distinct from one_room
      left join atrium.files file on keys.type = 'file' and file.id = keys.object
      -- What is shared for the first time, or no longer, is in one of the maps alone: who sees its space saw it before and sees it after.
      cross join lateral (select format('%s space %s', keys.person, coalesce(document.space_id, room.space_id, file.space_id)) as key) through
      cross join lateral (select greatest((was ->> keys.key)::atrium.role, (was ->> through.key)::atrium.role) as role) old
      cross join lateral (select greatest((is_now ->> keys.key)::atrium.role, (is_now ->> through.key)::atrium.role) as role) new
      where old.role is distinct from new.role
    )
    select changed.person, profile.name, changed.type, changed.object,
      coalesce(workspace.name, space.name, room.name, file.name, nullif(document.title, '')), changed.old_role, changed.new_role
    from changed
    join atrium.profiles profile on profile.id = changed.person
    left join atrium.workspaces workspace on changed.type = 'workspace' and workspace.id = changed.object
    left join atrium.spaces space on changed.type = 'space' and space.id = changed.object
    left join atrium.rooms room on changed.type = 'room' and room.id = changed.object
    left join atrium.documents document on changed.type = 'document' and document.id = changed.object
    left join atrium.files file on changed.type = 'file' and file.id = changed.object
    where changed.type = 'workspace'
      or (changed.type = 'space' and changed.object in (select atrium_private.spaces_of_caller('viewer')))
      or (changed.type = 'room' and changed.object in (select atrium_private.rooms_of_caller('viewer')))
      or (changed.type = 'document' and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
        or changed.object in (select atrium_private.granted_to_caller('document', 'viewer'))))
      or (changed.type = 'file' and (file.space_id in (select atrium_private.spaces_of_caller('viewer'))
        or file.above && array(select atrium_private.granted_to_caller('file', 'viewer'))))
    order by coalesce(changed.new_role < changed.old_role, changed.new_role is null) desc, lower(profile.name), changed.person,
      changed.type, changed.object
    limit 1000;
end $$;
comment on function atrium_private.preview_access_change(text, jsonb) is 'Behind atrium.preview_access_change.';
grant execute on function atrium_private.preview_access_change to authenticated;

create function atrium.preview_access_change(change text, arguments jsonb)
  returns table (user_id uuid, name text, object_type text, object_id uuid, object_name text, before atrium.role, after atrium.role)
  language sql set search_path = ''
as $$ select * from atrium_private.preview_access_change($1, $2) $$;
comment on function atrium.preview_access_change(text, jsonb) is
  'Who would gain and lose what if a function of the API were called, without calling it: one row for each person and workspace, space, private room or shared item whose role would change, those who lose first, 1000 at most. What the caller cannot see, a private space for example, is left out. Public rooms and documents change with their space. The change is set_member_role, suspend_member, reactivate_member, remove_member, add_group_member, remove_group_member, delete_group, set_space_member, remove_space_member, set_space_group, remove_space_group, set_space_private, add_room_member, remove_room_member, update_room (private), archive_room, share_item, unshare_item, delete_link or set_workspace_policy (needs_mfa: who has no second factor yet is shut out), with its arguments by name. Nullable: object_name, before, after.
Example: select name, object_name, before, after from atrium.preview_access_change(''set_space_private'', ''{"space_id": "0190…", "private": true}'');
Errors: those of the change itself, 401 not_signed_in, 422 change_invalid, arguments_invalid.';
grant execute on function atrium.preview_access_change to authenticated;
