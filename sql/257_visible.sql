-- What one member sees, for admins who look after somebody's rights.

-- Definer: it explains the rights of another person. What the admin himself cannot see is left out, names and numbers alike: a private space
-- or room is not there for whoever is not in it, and an admin who could list it through its members would be in it by another door.
create function atrium_private.visible_to(in_workspace uuid, of_user uuid)
  returns table (object_type text, object_id uuid, space_id uuid, name text, private boolean, role atrium.role, reason text, chain jsonb)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  if not exists (select from atrium.members member where member.workspace_id = in_workspace and member.user_id = of_user) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  return query
    with rights as (
      select given.*, shared.expires_at, coalesce(team.id, shared.group_id) as via
      from atrium_private.everybodys_rights(in_workspace, null, array[of_user]) given
      left join atrium.grants shared on given.source = 'grant' and shared.id = given.source_id
      left join atrium.groups team on given.source = 'group' and team.id = given.source_id
    ),
    things as (
      select rights.object_type, rights.object_id, max(rights.role) as role,
        (array_agg(atrium_private.right_in_words(rights.source, rights.role, team.name, rights.expires_at)
          order by rights.role desc, rights.source))[1] as reason,
        jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'source', rights.source, 'source_id', rights.source_id, 'role', rights.role, 'group_id', rights.via, 'group_name', team.name,
          'expires_at', rights.expires_at
        )) order by rights.role desc, rights.source) as chain
      from rights left join atrium.groups team on team.id = rights.via
      group by rights.object_type, rights.object_id
    )
    select things.object_type, things.object_id, coalesce(space.id, document.space_id, room.space_id, file.space_id),
      coalesce(workspace.name, space.name, room.name, document.title, file.name), coalesce(space.private, room.private, false),
      things.role, things.reason, things.chain
    from things
    left join atrium.workspaces workspace on things.object_type = 'workspace' and workspace.id = things.object_id
    left join atrium.spaces space on things.object_type = 'space' and space.id = things.object_id
    left join atrium.rooms room on things.object_type = 'room' and room.id = things.object_id
    left join atrium.documents document on things.object_type = 'document' and document.id = things.object_id and document.trashed_at is null
    left join atrium.files file on things.object_type = 'file' and file.id = things.object_id and file.trashed_at is null
    where workspace.id is not null
      or (space.archived_at is null and space.id in (select atrium_private.spaces_of_caller('viewer')))
      or (room.archived_at is null and room.id in (select atrium_private.rooms_of_caller('viewer')))
      or document.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or document.id in (select atrium_private.granted_to_caller('document', 'viewer'))
      or file.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or file.above && array(select atrium_private.granted_to_caller('file', 'viewer'))
    order by array_position(array['workspace', 'space', 'room', 'document', 'file'], things.object_type), space.position,
      lower(coalesce(room.name, document.title, file.name)),
      things.object_id;
end $$;
comment on function atrium_private.visible_to(uuid, uuid) is 'Behind atrium.visible_to.';
grant execute on function atrium_private.visible_to to authenticated;

create function atrium.visible_to(workspace_id uuid, user_id uuid)
  returns table (object_type text, object_id uuid, space_id uuid, name text, private boolean, role atrium.role, reason text, chain jsonb)
  language sql stable set search_path = ''
as $$ select * from atrium_private.visible_to($1, $2) $$;
comment on function atrium.visible_to(uuid, uuid) is
  'What a member sees in a workspace: the workspace with his role, the spaces, and the private rooms, shared rooms, documents, files and folders by themselves, each with the reason as a sentence and the chain as in who_has_access. Other rooms, documents and files follow their space or folder. Nothing for somebody suspended. What the asking admin cannot see himself is left out. Admins may. Nullable: space_id.
Example: select name, role, reason from atrium.visible_to(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, member_not_found.';
grant execute on function atrium.visible_to to authenticated;
