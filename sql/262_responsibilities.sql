-- What somebody is responsible for, before he leaves.

-- Definer: who has no second factor yet, or is suspended, still learns what would become of it. It tells about the caller alone.
create function atrium_private.my_responsibilities()
  returns table (
    workspace_id uuid, name text, role atrium.role, alone boolean, last_owner boolean, spaces integer, documents integer, rooms integer, heirs jsonb
  )
  language sql stable security definer set search_path = ''
as $$
  select workspace.id, workspace.name, mine.role,
    not exists (select from atrium.members other where other.workspace_id = workspace.id and other.user_id <> mine.user_id),
    mine.role = 'owner' and not exists (
      select from atrium.members other
      where other.workspace_id = workspace.id and other.user_id <> mine.user_id and other.role = 'owner' and other.suspended_at is null
    ),
    (select count(*)::integer from atrium.spaces made where made.workspace_id = workspace.id and made.created_by = mine.user_id),
    (select count(*)::integer from atrium.documents made where made.workspace_id = workspace.id and made.created_by = mine.user_id),
    (select count(*)::integer from atrium.rooms made where made.workspace_id = workspace.id and made.created_by = mine.user_id),
    -- A guest may not list the members, and hands nothing over.
    case when mine.role = 'guest' or mine.suspended_at is not null then '[]' else coalesce((
      select jsonb_agg(jsonb_build_object('user_id', heir.user_id, 'name', profile.name) order by lower(profile.name), heir.user_id)
      from atrium.members heir join atrium.profiles profile on profile.id = heir.user_id
      where heir.workspace_id = workspace.id and heir.user_id <> mine.user_id and heir.role > 'guest'
        and heir.suspended_at is null and (heir.expires_at is null or heir.expires_at > now())
    ), '[]') end
  from atrium.members mine
  join atrium.workspaces workspace on workspace.id = mine.workspace_id
  where mine.user_id = (select atrium_private.caller())
  order by lower(workspace.name), workspace.id
$$;
comment on function atrium_private.my_responsibilities() is 'Behind atrium.my_responsibilities.';
grant execute on function atrium_private.my_responsibilities to authenticated;

create function atrium.my_responsibilities()
  returns table (
    workspace_id uuid, name text, role atrium.role, alone boolean, last_owner boolean, spaces integer, documents integer, rooms integer, heirs jsonb
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_responsibilities() $$;
comment on function atrium.my_responsibilities() is
  'What the caller has made in each of his workspaces, and to whom it can go when he deletes his account: alone is a workspace that would be deleted with him, last_owner one that needs an heir, heirs are the id and name of each who can be one.
Example: select name, last_owner from atrium.my_responsibilities();';
grant execute on function atrium.my_responsibilities to authenticated;
