-- Who has access: the same rights as space_rights, room_rights and grant_rights give one person, for everybody at once.

-- Definer: it reads tables under policies. Not granted: it answers for anybody.
create function atrium_private.everybodys_rights(in_workspace uuid, for_space uuid, for_users uuid[])
  returns table (user_id uuid, object_type text, object_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    with active as materialized (
      select member.user_id, member.role from atrium.members member
      where member.workspace_id = in_workspace and member.suspended_at is null
        and (member.expires_at is null or member.expires_at > now()) and (for_users is null or member.user_id = any (for_users))
    ),
    places as materialized (
      select space.id, space.private from atrium.spaces space
      where space.workspace_id = in_workspace and (for_space is null or space.id = for_space)
    ),
    in_spaces as materialized (
      select active.user_id, places.id as space_id, 'workspace' as source, in_workspace as source_id, active.role
      from places cross join active where not places.private and active.role > 'guest'
      union all
      select active.user_id, places.id, 'space', places.id, direct.role
      from places join atrium.space_members direct on direct.space_id = places.id join active on active.user_id = direct.user_id
      union all
      select active.user_id, places.id, 'group', grouped.group_id, grouped.role
      from places join atrium.space_members grouped on grouped.space_id = places.id
      join atrium.group_members inside on inside.group_id = grouped.group_id join active on active.user_id = inside.user_id
    ),
    highest as materialized (select given.user_id, given.space_id, max(given.role) as role from in_spaces given group by 1, 2)
    select active.user_id, 'workspace', in_workspace, 'workspace', in_workspace, active.role from active where for_space is null
    union all
    select given.user_id, 'space', given.space_id, given.source, given.source_id, given.role from in_spaces given
    union all
    select active.user_id, 'room', room.id, 'room', room.id, coalesce(given.role, 'commenter')
    from places join atrium.rooms room on room.space_id = places.id and room.private
    join atrium.room_members inside on inside.room_id = room.id
    join active on active.user_id = inside.user_id
    left join highest given on given.user_id = active.user_id and given.space_id = places.id
    where not places.private or given.role is not null
    union all
    select active.user_id, shared.object_type, shared.object_id, 'grant', shared.id, shared.role
    from places join atrium.grants shared on shared.space_id = places.id
    left join atrium.group_members inside on inside.group_id = shared.group_id
    join active on active.user_id = coalesce(shared.user_id, inside.user_id)
    where shared.expires_at is null or shared.expires_at > now()
    union all
    select visit.user_id, link.object_type, link.object_id, 'link', link.id, least(visit.role, link.role)
    from places join atrium.links link on link.space_id = places.id
    join atrium_private.link_visits visit on visit.link_id = link.id
    where (link.expires_at is null or link.expires_at > now()) and (for_users is null or visit.user_id = any (for_users))
      and not exists (
        select from atrium.members member
        where member.workspace_id = in_workspace and member.user_id = visit.user_id and member.suspended_at is not null
      );
end $$;
comment on function atrium_private.everybodys_rights(uuid, uuid, uuid[]) is
  'Every role that anybody has in a workspace, on its spaces, on private rooms and by grants, and from where; for one space or some people when given. Public rooms, documents and files follow their space besides.';

-- Definer: it reads everybody's rights. Not granted: it answers for anybody.
create function atrium_private.people_seeing_room(in_room uuid, among uuid[])
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

-- Definer: it explains the rights of other people.
create function atrium_private.rights_on_item(of_type text, object uuid)
  returns table (user_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    with item as materialized (
      select space.workspace_id, space.id as space_id, '{}'::uuid[] as ids, false as private, false as trashed
      from atrium.spaces space where of_type = 'space' and space.id = object
      union all
      select document.workspace_id, document.space_id, array[document.id], false, document.trashed_at is not null
      from atrium.documents document where of_type = 'document' and document.id = object
      union all
      select room.workspace_id, room.space_id, array[room.id], room.private, false
      from atrium.rooms room where of_type = 'room' and room.id = object
      union all
      select file.workspace_id, file.space_id, file.above, false, file.trashed_at is not null
      from atrium.files file where of_type = 'file' and file.id = object
    )
    select rights.user_id, rights.source, rights.source_id, rights.role
    from item cross join lateral atrium_private.everybodys_rights(item.workspace_id, item.space_id, null) rights
    where case when rights.object_type = 'space' then not item.private and (not item.trashed or rights.role >= 'editor')
      else rights.object_type = of_type and rights.object_id = any (item.ids) and not item.trashed end;
end $$;
comment on function atrium_private.rights_on_item(text, uuid) is 'Every role of everybody on a space, document, room or file, and from where.';

create function atrium_private.right_in_words(source text, role atrium.role, team text, expires_at timestamptz, folder text default null)
  returns text
  language sql immutable set search_path = ''
as $$
  select case source
    when 'workspace' then format('The role in the workspace is %s.', role)
    when 'space' then format('The role in the space is %s.', role)
    when 'group' then format('The group %s has the role %s in the space.', team, role)
    when 'link' then format('Opened a link, as %s.', role)
    when 'room' then format('A member of this private room, as %s.', role)
    else format('Shared with %s as %s%s%s.', coalesce('the group ' || team, 'this person'), role, ', by the folder ' || folder,
      to_char(expires_at at time zone 'utc', '" until "YYYY-MM-DD HH24:MI" UTC"'))
  end
$$;
comment on function atrium_private.right_in_words(text, atrium.role, text, timestamptz, text) is 'Why somebody has a role, as a sentence.';

-- Definer: see rights_on_item. Names of groups and people are read whatever the caller may see: he is an editor of the item.
create function atrium_private.who_has_access(of_type text, object uuid)
  returns table (user_id uuid, name text, role atrium.role, reason text, chain jsonb)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mine atrium.role;
begin
  if (of_type in ('space', 'document', 'room', 'file')) is distinct from true then
    raise sqlstate 'PT422' using message = 'The object is a space, document, room or file.', detail = 'object_type_invalid';
  end if;
  select max(rights.role) into mine from atrium_private.rights_on(me, of_type, object) rights;
  if mine is null then
    raise sqlstate 'PT404' using message = format('There is no such %s, or you may not see it.', of_type), detail = of_type || '_not_found';
  -- Who may write one document by a grant, or a guest, still does not learn who the members are.
  elsif not exists (
    select from atrium_private.rights_on(me, of_type, object) rights where rights.source not in ('grant', 'link') and rights.role >= 'editor'
  ) or not exists (
    select from atrium.members member
    where member.user_id = me and member.role > 'guest' and member.workspace_id = coalesce(
      (select space.workspace_id from atrium.spaces space where of_type = 'space' and space.id = object),
      (select document.workspace_id from atrium.documents document where of_type = 'document' and document.id = object),
      (select room.workspace_id from atrium.rooms room where of_type = 'room' and room.id = object),
      (select file.workspace_id from atrium.files file where of_type = 'file' and file.id = object))
  ) then
    raise sqlstate 'PT403' using message = 'Only editors of the space may see who has access.', detail = 'role_too_low';
  end if;
  return query
    with rights as (
      select given.*, shared.expires_at, coalesce(team.id, shared.group_id) as via, folder.id as folder_id, folder.name as folder
      from atrium_private.rights_on_item(of_type, object) given
      left join atrium.grants shared on given.source = 'grant' and shared.id = given.source_id
      left join atrium.files folder on shared.object_type = 'file' and folder.id = shared.object_id and folder.id <> object
      left join atrium.groups team on given.source = 'group' and team.id = given.source_id
    )
    select rights.user_id, profile.name, max(rights.role),
      (array_agg(atrium_private.right_in_words(rights.source, rights.role, team.name, rights.expires_at, rights.folder)
        order by rights.role desc, rights.source))[1],
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'source', rights.source, 'source_id', rights.source_id, 'role', rights.role, 'group_id', rights.via, 'group_name', team.name,
        'expires_at', rights.expires_at, 'folder_id', rights.folder_id, 'folder_name', rights.folder
      )) order by rights.role desc, rights.source)
    from rights
    join atrium.profiles profile on profile.id = rights.user_id
    left join atrium.groups team on team.id = rights.via
    group by rights.user_id, profile.name
    order by max(rights.role) desc, lower(profile.name), rights.user_id;
end $$;
comment on function atrium_private.who_has_access(text, uuid) is 'Behind atrium.who_has_access.';
grant execute on function atrium_private.who_has_access to authenticated;

create function atrium.who_has_access(object_type text, object_id uuid)
  returns table (user_id uuid, name text, role atrium.role, reason text, chain jsonb)
  language sql stable set search_path = ''
as $$ select * from atrium_private.who_has_access($1, $2) $$;
comment on function atrium.who_has_access(text, uuid) is
  'Everybody who may at least read a space, document, room or file (a folder is one), the highest role first, with the reason as a sentence. The chain lists each role with its source as why_can does, and with group_id, group_name, expires_at and, when a folder above is what was shared, folder_id and folder_name where they apply. Editors of the space may ask.
Example: select name, role, reason from atrium.who_has_access(''document'', ''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, document_not_found, room_not_found, file_not_found, 422 object_type_invalid.';
grant execute on function atrium.who_has_access to authenticated;
