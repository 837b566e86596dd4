-- Who sees whom, and why somebody may do something.

-- Definer: a policy on profiles needs members, spaces and rooms that are under policies themselves.
create function atrium_private.people_of_caller()
  returns setof uuid
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    with me as materialized (select atrium_private.caller() as id),
    spaces as materialized (select distinct rights.space_id from me cross join lateral atrium_private.space_rights(me.id) rights),
    rooms as materialized (select distinct rights.room_id from me cross join lateral atrium_private.room_rights(me.id) rights),
    shares as materialized (select rights.object_id from me cross join (values ('document'), ('file')) kinds (kind)
      cross join lateral atrium_private.grant_rights(me.id, kinds.kind) rights where rights.source = 'grant'),
    items as materialized (
      select shared.user_id, shared.group_id, shared.created_by from atrium.grants shared
      where (shared.object_type = 'room' and shared.object_id in (select room_id from rooms))
        or (shared.object_type in ('document', 'file') and shared.object_id in (select object_id from shares))
    )
    select me.id from me
    union
    select member.user_id from atrium.members member
    where member.workspace_id in (select atrium_private.workspaces_of_caller('viewer'))
    union
    select member.user_id from atrium.space_members member
    where member.space_id in (select space_id from spaces) and member.user_id is not null
    union
    select inside.user_id from atrium.space_members member
    join atrium.group_members inside on inside.group_id = member.group_id
    where member.space_id in (select space_id from spaces)
    union
    select inside.user_id from atrium.room_members inside where inside.room_id in (select room_id from rooms)
    union
    select items.user_id from items where items.user_id is not null
    union
    select items.created_by from items where items.created_by is not null
    union
    select inside.user_id from items join atrium.group_members inside on inside.group_id = items.group_id;
end $$;
comment on function atrium_private.people_of_caller() is
  'Everybody in the caller''s workspaces, and for a guest the people with whom he shares a space, a room or a grant.';
grant execute on function atrium_private.people_of_caller to authenticated;

create policy "people see whom they work with"
  on atrium.profiles for select to authenticated
  using (id in (select atrium_private.people_of_caller()));

-- Definer: it explains the rights of another person.
create function atrium_private.rights_on(for_user uuid, of_type text, object uuid)
  returns table (source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    select 'workspace', member.workspace_id, member.role from atrium_private.active_memberships(for_user) member
    where of_type = 'workspace' and member.workspace_id = object
    union all
    select rights.source, rights.source_id, rights.role from atrium_private.space_rights(for_user) rights
    where of_type = 'space' and rights.space_id = object
    union all
    select rights.source, rights.source_id, rights.role from atrium.documents document
    cross join lateral atrium_private.space_rights(for_user) rights
    where of_type = 'document' and document.id = object and rights.space_id = document.space_id
      and (document.trashed_at is null or rights.role >= 'editor')
    union all
    select rights.source, rights.source_id, rights.role from atrium.documents document
    cross join lateral atrium_private.grant_rights(for_user, 'document') rights
    where of_type = 'document' and document.id = object and rights.object_id = object and document.trashed_at is null
    union all
    select rights.source, rights.source_id, rights.role from atrium_private.room_rights(for_user) rights
    where of_type = 'room' and rights.room_id = object
    union all
    select rights.source, rights.source_id, rights.role from atrium.files file
    cross join lateral atrium_private.space_rights(for_user) rights
    where of_type = 'file' and file.id = object and rights.space_id = file.space_id
      and (file.trashed_at is null or rights.role >= 'editor')
    union all
    select rights.source, rights.source_id, rights.role from atrium.files file
    cross join lateral atrium_private.grant_rights(for_user, 'file') rights
    where of_type = 'file' and file.id = object and rights.object_id = any (file.above) and file.trashed_at is null;
end $$;
comment on function atrium_private.rights_on(uuid, text, uuid) is 'Every role of a person on a workspace, space, document, room or file, and from where.';

-- Definer: it reads the state of objects whatever the caller may see.
create function atrium_private.frozen(of_type text, object uuid)
  returns text
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
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
      union all
      select file.trashed_at is not null, space.archived_at is not null
      from atrium.files file join atrium.spaces space on space.id = file.space_id
      where of_type = 'file' and file.id = object
    ) state
  );
end $$;
comment on function atrium_private.frozen(text, uuid) is 'Why nobody may change an object now, or null.';

-- Definer: it explains the rights of another person, to himself and to admins.
create function atrium_private.why_can(of_user uuid, of_type text, object uuid, wish text)
  returns table (allowed boolean, role atrium.role, reason text, chain jsonb)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  needed atrium.role := case wish
    when 'read' then case when of_type = 'workspace' then 'guest' else 'viewer' end
    when 'comment' then 'commenter' when 'write' then 'editor' when 'manage' then 'admin'
  end::atrium.role;
  mine atrium.role;
  obstacle text;
begin
  if needed is null then
    raise sqlstate 'PT422' using message = 'The action is read, comment, write or manage.', detail = 'action_invalid';
  elsif (of_type in ('workspace', 'space', 'document', 'room', 'file')) is distinct from true then
    raise sqlstate 'PT422' using message = 'The object is a workspace, space, document, room or file.', detail = 'object_type_invalid';
  end if;
  select max(rights.role) into mine from atrium_private.rights_on(me, of_type, object) rights;
  if mine is null then
    raise sqlstate 'PT404' using message = format('There is no such %s, or you may not see it.', of_type), detail = of_type || '_not_found';
  elsif of_user is distinct from me and mine < 'admin' then
    raise sqlstate 'PT403' using message = 'Only admins may ask this about somebody else.', detail = 'role_too_low';
  end if;
  select max(rights.role), coalesce(jsonb_agg(
    jsonb_build_object('source', rights.source, 'source_id', rights.source_id, 'role', rights.role) order by rights.role desc, rights.source
  ), '[]') into role, chain
  from atrium_private.rights_on(of_user, of_type, object) rights;
  obstacle := case when wish in ('comment', 'write') then atrium_private.frozen(of_type, object) end;
  allowed := coalesce(role >= needed, false) and obstacle is null;
  reason := case
    when role is null then 'This person has no role here.'
    when role < needed then format('The role is %s, and this needs %s.', role, needed)
    when obstacle is not null then obstacle
    else format('The role is %s, from the %s.', role, chain -> 0 ->> 'source')
  end;
  return next;
end $$;
comment on function atrium_private.why_can(uuid, text, uuid, text) is 'Behind atrium.why_can.';
grant execute on function atrium_private.why_can to authenticated;

create function atrium.why_can(user_id uuid, object_type text, object_id uuid, action text)
  returns table (allowed boolean, role atrium.role, reason text, chain jsonb)
  language sql stable set search_path = ''
as $$ select * from atrium_private.why_can($1, $2, $3, $4) $$;
comment on function atrium.why_can(uuid, text, uuid, text) is
  'Whether a person may read, comment, write or manage a workspace, space, document, room or file (a folder is one), and why: the chain lists each role he has on it with its source (workspace, space, group, room, grant or link), highest first. About oneself, or asked by an admin of the object. Nullable: role.
Example: select allowed, reason from atrium.why_can(''0190…'', ''document'', ''0191…'', ''write'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, space_not_found, document_not_found, room_not_found, file_not_found, 422 action_invalid, object_type_invalid.';
grant execute on function atrium.why_can to authenticated;
