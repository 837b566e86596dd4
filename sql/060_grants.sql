-- Sharing one item further than its space: a document, room, file or folder to a person or group.

create table atrium.grants (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  space_id uuid not null,
  object_type text not null check (object_type in ('document', 'room', 'file')),
  object_id uuid not null,
  user_id uuid references atrium.profiles (id) on delete cascade,
  group_id uuid references atrium.groups (id) on delete cascade,
  role atrium.role not null check (role between 'viewer' and 'editor'),
  expires_at timestamptz,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade,
  check (num_nonnulls(user_id, group_id) = 1),
  unique (object_type, object_id, user_id),
  unique (object_type, object_id, group_id)
);
comment on table atrium.grants is
  'One item shared with one person or group of the workspace, guests too. Seen by the editors of its space and by the person himself.';
comment on column atrium.grants.object_type is 'document, room, or file: a file, or a folder with all that is in it, now and later.';
comment on column atrium.grants.space_id is 'The space of the item; it follows when the item moves.';
comment on column atrium.grants.role is 'viewer to editor. A higher role in the space still counts.';
comment on column atrium.grants.expires_at is 'From then on the grant gives nothing. Null: it does not expire.';
-- Every policy asks "what was shared with me, or with one of my groups?".
create index on atrium.grants (user_id, object_type) where user_id is not null;
create index on atrium.grants (group_id, object_type) where group_id is not null;
create index on atrium.grants (space_id);
create index on atrium.grants (workspace_id);
-- The worker asks every second what has ended.
create index on atrium.grants (expires_at) where expires_at is not null;
-- Deleting an account looks for what the person made.
create index on atrium.grants (created_by);
alter table atrium.grants enable row level security;

-- Definer: policies ask it. Not granted: it answers for anybody.
create function atrium_private.grant_rights(for_user uuid, of_type text)
  returns table (object_id uuid, source text, source_id uuid, space_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query
    select shared.object_id, 'grant', shared.id, shared.space_id, shared.role
    from atrium.grants shared
    join atrium_private.active_memberships(for_user) member on member.workspace_id = shared.workspace_id
    where shared.object_type = of_type
      and (shared.user_id = for_user or shared.group_id in (
        select inside.group_id from atrium.group_members inside where inside.user_id = for_user
      ))
      and (shared.expires_at is null or shared.expires_at > now())
    union all
    -- By a link comes whoever has it, unless an admin has shut him out.
    select link.object_id, 'link', link.id, link.space_id, least(visit.role, link.role)
    from atrium_private.link_visits visit
    join atrium.links link on link.id = visit.link_id
    where visit.user_id = for_user and link.object_type = of_type
      and (link.expires_at is null or link.expires_at > now())
      and not exists (
        select from atrium.members member
        where member.workspace_id = link.workspace_id and member.user_id = for_user and member.suspended_at is not null
      );
end $$;
comment on function atrium_private.grant_rights(uuid, text) is
  'The documents, rooms, files or folders shared with a person himself, with one of his groups, or by a link that he has opened.';

-- Definer: see grant_rights.
create function atrium_private.granted_to_caller(of_type text, at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  if at_least <= 'viewer' then
    return query
      select rights.object_id from atrium_private.grant_rights((select atrium_private.caller()), of_type) rights where rights.role >= at_least;
  else
    return query
      select rights.object_id
      from atrium_private.grant_rights((select atrium_private.caller()), of_type) rights
      join atrium.spaces space on space.id = rights.space_id
      where rights.role >= at_least and space.archived_at is null;
  end if;
end $$;
comment on function atrium_private.granted_to_caller(text, atrium.role) is
  'The documents, rooms, files or folders shared with the caller; above viewer without those in archived spaces. What is in a shared folder is not named.';
grant execute on function atrium_private.granted_to_caller to authenticated;

create policy "editors of the space and the person himself see a grant"
  on atrium.grants for select to authenticated
  using (
    space_id in (select atrium_private.spaces_of_caller('editor'))
    or (user_id = (select atrium_private.caller()) and workspace_id in (select atrium_private.workspaces_of_caller('guest')))
  );
grant select on atrium.grants to authenticated;

-- Definer: nobody may insert grants but through here.
create function atrium_private.share_item(of_type text, item uuid, to_user uuid, to_group uuid, with_role atrium.role, until timestamptz)
  returns atrium.grants
  language plpgsql security definer set search_path = ''
as $$
declare
  place atrium.spaces := atrium_private.require_item_editor(of_type, item);
  shared atrium.grants;
begin
  if (with_role between 'viewer' and 'editor') is distinct from true then
    raise sqlstate 'PT422' using message = 'The role of a grant is viewer, commenter or editor.', detail = 'role_invalid';
  elsif until <= now() then
    raise sqlstate 'PT422' using message = 'The expiry is in the past.', detail = 'expires_at_invalid';
  elsif num_nonnulls(to_user, to_group) <> 1 then
    raise sqlstate 'PT422' using message = 'Share with either a person or a group.', detail = 'grantee_required';
  elsif to_user is not null and not exists (
    select from atrium.members member where member.workspace_id = place.workspace_id and member.user_id = to_user
  ) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  elsif to_group is not null and not exists (
    select from atrium.groups team where team.id = to_group and team.workspace_id = place.workspace_id
  ) then
    raise sqlstate 'PT404' using message = 'There is no such group, or you may not see it.', detail = 'group_not_found';
  end if;
  update atrium.grants set role = with_role, expires_at = until
  where object_type = of_type and object_id = item and (user_id = to_user or group_id = to_group)
  returning * into shared;
  if shared.id is null then
    insert into atrium.grants (workspace_id, space_id, object_type, object_id, user_id, group_id, role, expires_at, created_by)
    values (place.workspace_id, place.id, of_type, item, to_user, to_group, with_role, until, atrium_private.caller())
    returning * into shared;
  end if;
  return shared;
end $$;
comment on function atrium_private.share_item(text, uuid, uuid, uuid, atrium.role, timestamptz) is 'Behind atrium.share_item.';
grant execute on function atrium_private.share_item to authenticated;

-- Definer: it reads documents, rooms and files whatever the policies say, and says itself who may share them.
create function atrium_private.require_item_editor(of_type text, item uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  place atrium.spaces;
begin
  -- The lock keeps the item in its space until the grant is written, and two grants to one person from crossing.
  if of_type = 'document' and atrium_private.require_document_role(item, 'viewer') is not null then
    select space.* into place from atrium.spaces space
    join atrium.documents document on document.space_id = space.id where document.id = item for no key update of space;
  elsif of_type = 'room' and atrium_private.require_room_role(item, 'viewer') is not null then
    select space.* into place from atrium.spaces space
    join atrium.rooms room on room.space_id = space.id where room.id = item for no key update of space;
  elsif of_type = 'file' then
    select space.* into place from atrium.spaces space
    where space.id = (atrium_private.require_file_role(item, 'viewer')).space_id for no key update of space;
  else
    raise sqlstate 'PT422' using message = 'Only a document, a room, a file or a folder can be shared.', detail = 'object_type_invalid';
  end if;
  if place.id is null or not place.id in (select atrium_private.spaces_of_caller('editor')) then
    raise sqlstate 'PT403' using message = 'Only editors of the space may share what is in it.', detail = 'role_too_low';
  end if;
  return place;
end $$;
comment on function atrium_private.require_item_editor(text, uuid) is
  'The space of a document, room, file or folder that the caller sees and whose space he edits. Errors: 404 document_not_found, room_not_found, file_not_found, 403 role_too_low, 422 object_type_invalid.';

-- Definer: nobody may delete grants but through here.
create function atrium_private.unshare_item(grant_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  delete from atrium.grants shared
  where shared.id = $1
    and (shared.space_id in (select atrium_private.spaces_of_caller('editor'))
      or (shared.user_id = me and shared.workspace_id in (select atrium_private.workspaces_of_caller('guest'))));
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such grant, or you may not see it.', detail = 'grant_not_found';
  end if;
end $$;
comment on function atrium_private.unshare_item(uuid) is 'Behind atrium.unshare_item.';
grant execute on function atrium_private.unshare_item to authenticated;

create function atrium.share_item(
  object_type text, object_id uuid, role atrium.role, user_id uuid default null, group_id uuid default null, expires_at timestamptz default null
)
  returns atrium.grants
  language sql set search_path = ''
as $$ select * from atrium_private.share_item($1, $2, $4, $5, $3, $6) $$;
comment on function atrium.share_item(text, uuid, atrium.role, uuid, uuid, timestamptz) is
  'Shares one document, room, file or folder (both are of the type file; a folder with all that is in it) with a person or group of the workspace; the same call again changes role and expiry. Who gets the role of an editor on a folder adds, changes and deletes what is in it. Editors of its space may. Nullable: user_id, group_id, expires_at.
Example: select * from atrium.share_item(''document'', ''0190…'', ''viewer'', user_id => ''0191…'', expires_at => now() + interval ''1 week'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, room_not_found, file_not_found, member_not_found, group_not_found, 422 role_invalid, object_type_invalid, grantee_required, expires_at_invalid.';
grant execute on function atrium.share_item to authenticated;

create function atrium.unshare_item(grant_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.unshare_item($1) $$;
comment on function atrium.unshare_item(uuid) is
  'Takes a grant back. Editors of the item''s space may, and the person it was made for.
Example: select atrium.unshare_item(''0190…'');
Errors: 401 not_signed_in, 404 grant_not_found.';
grant execute on function atrium.unshare_item to authenticated;
