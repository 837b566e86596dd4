-- What must happen at once when somebody loses a right, whoever takes it away and by whatever way.

create function atrium_private.notify_access(of_user uuid, in_workspace uuid, in_space uuid, on_document uuid)
  returns void
  language sql set search_path = ''
as $$
  -- Who reads a page reads its suggestions: they are documents of their own.
  select pg_notify('atrium_access', jsonb_build_object(
    'user_id', of_user, 'workspace_id', in_workspace, 'space_id', in_space, 'document_id', concerned.id)::text)
  from (select on_document as id union select branch.id from atrium.documents branch where branch.suggestion_for = on_document) concerned
$$;
comment on function atrium_private.notify_access(uuid, uuid, uuid, uuid) is
  'Tells the servers that keep something open to ask again: for a person, and for what is in a workspace, space or document. Null means any.';

-- Definer: it changes tables that nobody may write. The event goes to the old topic; whoever may then joins the new one.
create function atrium_private.bump_epochs(in_workspace uuid, space_ids uuid[], room_ids uuid[])
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  bumped record;
begin
  for bumped in update atrium.workspaces set epoch = epoch + 1 where id = in_workspace returning id, epoch loop
    perform atrium_private.send(format('workspace:%s:%s', bumped.id, bumped.epoch - 1), 'epoch', jsonb_build_object('epoch', bumped.epoch));
  end loop;
  for bumped in update atrium.spaces set epoch = epoch + 1 where id = any (space_ids) returning id, epoch loop
    perform atrium_private.send(format('space:%s:%s', bumped.id, bumped.epoch - 1), 'epoch', jsonb_build_object('epoch', bumped.epoch));
  end loop;
  for bumped in update atrium.rooms set epoch = epoch + 1 where id = any (room_ids) returning id, epoch loop
    perform atrium_private.send(format('room:%s:%s', bumped.id, bumped.epoch - 1), 'epoch', jsonb_build_object('epoch', bumped.epoch));
  end loop;
end $$;
comment on function atrium_private.bump_epochs(uuid, uuid[], uuid[]) is 'Moves everybody who may stay to new Realtime topics; who may not is left behind.';

-- Definer: it reads spaces and rooms whatever the caller may see. It moves a topic too many rather than one too few.
create function atrium_private.lose_spaces(of_user uuid, in_workspace uuid, space_ids uuid[])
  returns void
  language sql security definer set search_path = ''
as $$
  select atrium_private.bump_epochs(in_workspace, space_ids, array(
    select room.id from atrium.rooms room
    where room.space_id = any (space_ids)
      and (not room.private or exists (
        select from atrium.room_members inside where inside.room_id = room.id and (of_user is null or inside.user_id = of_user)
      ))
    union all
    -- Who loses the workspace loses what he said to single people in it.
    select room.id from atrium.rooms room
    where room.workspace_id = in_workspace and room.kind = 'direct' and (of_user is null or exists (
      select from atrium.room_members inside where inside.room_id = room.id and inside.user_id = of_user
    ))
  ))
$$;
comment on function atrium_private.lose_spaces(uuid, uuid, uuid[]) is
  'Moves the topics of spaces and of their rooms, after a person, or several, lost them; with a workspace, of its direct conversations too.';

-- Definer: it changes tables that nobody may write. An account can be deleted without asking whether it owns something.
create function atrium_private.hand_over(in_workspace uuid)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium.members heir set role = 'owner'
  where heir.workspace_id = in_workspace
    and heir.user_id = (
      select member.user_id from atrium.members member
      where member.workspace_id = in_workspace and member.suspended_at is null and member.role > 'guest'
      order by member.role desc, member.joined_at, member.user_id limit 1
    )
    and not exists (
      select from atrium.members owner where owner.workspace_id = in_workspace and owner.role = 'owner' and owner.suspended_at is null
    );
  insert into atrium.space_members (space_id, user_id, role)
  select space.id, coalesce(
    (
      select inside.user_id from atrium.space_members inside
      join atrium.members member on member.workspace_id = in_workspace and member.user_id = inside.user_id
      where inside.space_id = space.id and member.suspended_at is null
      order by inside.role desc, member.joined_at, inside.user_id limit 1
    ),
    (
      select owner.user_id from atrium.members owner
      where owner.workspace_id = in_workspace and owner.role = 'owner' and owner.suspended_at is null
      order by owner.joined_at, owner.user_id limit 1
    )
  ), 'admin'
  from atrium.spaces space
  where space.workspace_id = in_workspace and space.private
    and not exists (select from atrium.space_members inside where inside.space_id = space.id and inside.role = 'admin')
    and exists (
      select from atrium.members owner where owner.workspace_id = in_workspace and owner.role = 'owner' and owner.suspended_at is null
    )
  on conflict (space_id, user_id) do update set role = 'admin';
$$;
comment on function atrium_private.hand_over(uuid) is
  'Whatever has lost its last owner or admin gets another: the workspace its highest and longest-standing member, a private space its highest member or else an owner of the workspace.';

-- Definer: it reads and changes tables that nobody may write.
create function atrium_private.after_member_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  gone boolean := tg_op = 'DELETE' or (new.suspended_at is not null and old.suspended_at is null);
begin
  if not gone and new.role >= old.role then
    return null;
  end if;
  perform atrium_private.notify_access(old.user_id, old.workspace_id, null, null);
  -- Invitations that he could not send any more.
  update atrium.invitations invitation set revoked_at = now()
  where invitation.workspace_id = old.workspace_id and invitation.invited_by = old.user_id
    and invitation.accepted_at is null and invitation.revoked_at is null
    and (gone or new.role < 'admin' or invitation.role > new.role);
  update atrium.invitation_links link set revoked_at = now()
  where link.workspace_id = old.workspace_id and link.invited_by = old.user_id and link.revoked_at is null
    and (gone or new.role < 'admin' or link.role > new.role);
  if gone or new.role = 'guest' then
    perform atrium_private.lose_spaces(old.user_id, old.workspace_id, array(
      select space.id from atrium.spaces space
      where space.workspace_id = old.workspace_id
        and (not space.private or exists (select from atrium.space_members member where member.space_id = space.id))
    ));
  end if;
  if tg_op = 'DELETE' then
    delete from atrium.space_members member using atrium.spaces space
    where space.id = member.space_id and space.workspace_id = old.workspace_id and member.user_id = old.user_id;
    delete from atrium.group_members inside using atrium.groups team
    where team.id = inside.group_id and team.workspace_id = old.workspace_id and inside.user_id = old.user_id;
    delete from atrium.room_members inside using atrium.rooms room
    where room.id = inside.room_id and room.workspace_id = old.workspace_id and inside.user_id = old.user_id;
    delete from atrium.grants shared where shared.workspace_id = old.workspace_id and shared.user_id = old.user_id;
    perform atrium_private.hand_over(old.workspace_id);
  end if;
  return null;
end $$;
comment on function atrium_private.after_member_change() is 'What follows when a member is suspended, removed or gets a lower role.';
create trigger after_member_change after update of role, suspended_at or delete on atrium.members
  for each row execute function atrium_private.after_member_change();

-- Definer: it changes tables that nobody may write.
create function atrium_private.after_policy_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.members member set needs_mfa = new.needs_mfa where member.workspace_id = new.workspace_id;
  if new.needs_mfa then
    perform atrium_private.notify_access(null, new.workspace_id, null, null);
    perform atrium_private.lose_spaces(null, new.workspace_id, array(
      select space.id from atrium.spaces space where space.workspace_id = new.workspace_id
    ));
  end if;
  return null;
end $$;
comment on function atrium_private.after_policy_change() is 'What follows when a workspace begins or ceases to ask for a second factor.';
create trigger after_policy_change after update on atrium.workspace_policies
  for each row when (new.needs_mfa <> old.needs_mfa)
  execute function atrium_private.after_policy_change();

-- Definer: it removes what nobody may. What has an end is not counted from then on; this closes what is still open.
create function atrium_private.expire_access()
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  members integer;
  grants integer;
  links integer;
begin
  delete from atrium.members where expires_at <= now();
  get diagnostics members = row_count;
  delete from atrium.grants where expires_at <= now();
  get diagnostics grants = row_count;
  with gone as (delete from atrium.links where expires_at <= now() returning id, expires_at)
  insert into atrium_private.expired_links (hash, expired_at)
  select secret.hash, gone.expires_at from gone join atrium_private.link_secrets secret on secret.link_id = gone.id;
  get diagnostics links = row_count;
  delete from atrium_private.expired_links where expired_at < now() - interval '90 days';
  return members + grants + links;
end $$;
comment on function atrium_private.expire_access() is
  'Removes memberships, grants and links whose time is over, so that channels and documents are closed and the audit log tells it; returns how many. For the worker, every second.';
grant execute on function atrium_private.expire_access to atrium_worker;

-- Definer: it reads tables under policies.
create function atrium_private.after_space_member_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.role >= old.role then
    return null;
  end if;
  perform atrium_private.notify_access(old.user_id, null, old.space_id, null);
  if tg_op = 'DELETE' then
    perform atrium_private.lose_spaces(old.user_id, null, array[old.space_id]);
  end if;
  return null;
end $$;
comment on function atrium_private.after_space_member_change() is 'What follows when a person or group is taken out of a space or gets a lower role there.';
create trigger after_space_member_change after update of role or delete on atrium.space_members
  for each row execute function atrium_private.after_space_member_change();

-- Definer: it reads tables under policies.
create function atrium_private.after_group_member_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(old.user_id, null, null, null);
  perform atrium_private.lose_spaces(old.user_id, null, array(
    select member.space_id from atrium.space_members member where member.group_id = old.group_id
  ));
  perform atrium_private.bump_epochs(null, null, array(
    select shared.object_id from atrium.grants shared where shared.group_id = old.group_id and shared.object_type = 'room'
  ));
  return null;
end $$;
comment on function atrium_private.after_group_member_change() is 'What follows when somebody is taken out of a group.';
create trigger after_group_member_change after delete on atrium.group_members
  for each row execute function atrium_private.after_group_member_change();

-- Definer: it reads tables under policies.
create function atrium_private.after_room_member_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from atrium.rooms room where room.id = old.room_id and room.private) then
    perform atrium_private.notify_access(old.user_id, null, null, null);
    perform atrium_private.bump_epochs(null, null, array[old.room_id]);
    -- A private room is never without somebody who looks after it.
    update atrium.room_members heir set role = 'moderator'
    where old.role = 'moderator' and heir.room_id = old.room_id and heir.user_id = (
      select other.user_id from atrium.room_members other where other.room_id = old.room_id order by other.joined_at, other.user_id limit 1
    ) and not exists (
      select from atrium.room_members other where other.room_id = old.room_id and other.role = 'moderator'
    );
  end if;
  return null;
end $$;
comment on function atrium_private.after_room_member_change() is 'What follows when somebody leaves a private room or direct conversation.';
create trigger after_room_member_change after delete on atrium.room_members
  for each row execute function atrium_private.after_room_member_change();

-- Definer: it changes tables that nobody may write.
create function atrium_private.after_person_deletion()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.rooms room
  where room.kind = 'direct' and room.people @> array[old.id] and not exists (
    select from atrium.profiles person where person.id = any (room.people)
  );
  return null;
end $$;
comment on function atrium_private.after_person_deletion() is 'Direct conversations go with the last of their accounts: nobody could open them again.';
create trigger after_person_deletion after delete on atrium.profiles
  for each row execute function atrium_private.after_person_deletion();

-- Definer: it changes tables that nobody may write.
create function atrium_private.after_room_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(null, null, new.space_id, null);
  perform atrium_private.bump_epochs(null, null, array[new.id]);
  return null;
end $$;
comment on function atrium_private.after_room_change() is 'Whoever has a room open is asked again when it becomes private.';
create trigger after_room_change after update of private on atrium.rooms
  for each row when (new.private and not old.private)
  execute function atrium_private.after_room_change();

-- Definer: it changes tables that nobody may write.
create function atrium_private.after_grant_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.role >= old.role and coalesce(new.expires_at, 'infinity') >= coalesce(old.expires_at, 'infinity') then
    return null;
  end if;
  if old.object_type = 'document' then
    perform atrium_private.notify_access(old.user_id, null, null, old.object_id);
    return null;
  end if;
  -- A notice names no room, so those who heard it are named one by one.
  perform atrium_private.notify_access(person, null, null, null)
  from (
    select old.user_id as person where old.user_id is not null
    union select inside.user_id from atrium.group_members inside where inside.group_id = old.group_id
  ) losing;
  if tg_op = 'DELETE' or new.expires_at <= now() then
    perform atrium_private.bump_epochs(null, null, array[old.object_id]);
  end if;
  return null;
end $$;
comment on function atrium_private.after_grant_change() is 'What follows when a grant is taken back or made smaller.';
create trigger after_grant_change after update of role, expires_at or delete on atrium.grants
  for each row execute function atrium_private.after_grant_change();

-- Definer: whoever changes the row may call nothing in this schema.
create function atrium_private.after_link_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if old.object_type = 'document' then
    perform atrium_private.notify_access(null, null, null, old.object_id);
  else
    perform atrium_private.bump_epochs(null, null, array[old.object_id]);
  end if;
  return null;
end $$;
comment on function atrium_private.after_link_change() is 'Whoever has the document or room open is asked again when a link to it is taken back or made smaller.';
create trigger after_link_change after update of role, expires_at or delete on atrium.links
  for each row execute function atrium_private.after_link_change();

-- Definer: see after_link_change. A notice names no room, so those who came by the link are named, while it is known who they are.
create function atrium_private.before_room_link_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(visit.user_id, null, null, null) from atrium_private.link_visits visit where visit.link_id = old.id;
  return coalesce(new, old);
end $$;
comment on function atrium_private.before_room_link_change() is 'Tells the servers who came to a room by the link that is taken back or made smaller.';
create trigger before_room_link_change before update of role, expires_at or delete on atrium.links
  for each row when (old.object_type = 'room') execute function atrium_private.before_room_link_change();

-- Definer: whoever changes the row may call nothing in this schema.
create function atrium_private.after_document_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(null, null, null, new.id);
  return null;
end $$;
comment on function atrium_private.after_document_change() is 'Whoever has the document open is asked again when it goes into the trash or to another space, and when it is locked.';
create trigger after_document_change after update on atrium.documents
  for each row when ((new.trashed_at is not null and old.trashed_at is null) or new.space_id <> old.space_id or (new.locked_at is not null and old.locked_at is null))
  execute function atrium_private.after_document_change();

-- Definer: it changes tables that nobody may write.
create function atrium_private.after_space_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(null, null, new.id, null);
  if new.private and not old.private then
    perform atrium_private.lose_spaces(null, null, array[new.id]);
  end if;
  return null;
end $$;
comment on function atrium_private.after_space_change() is 'Whoever has something of the space open is asked again when it is archived or closed.';
create trigger after_space_change after update on atrium.spaces
  for each row when ((new.archived_at is not null and old.archived_at is null) or (new.private and not old.private))
  execute function atrium_private.after_space_change();

-- Definer: the authentication server, which ends sessions, has no rights in our schemas.
create function atrium_private.after_session_end()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(old.user_id, null, null, null);
  return null;
end $$;
comment on function atrium_private.after_session_end() is
  'Whoever signs out, changes the password or is signed out elsewhere is asked again wherever he has something open: caller() does not believe the tokens of a session that is gone.';
create trigger atrium_session_end after delete on auth.sessions
  for each row execute function atrium_private.after_session_end();

-- Definer: the authentication server, which bans accounts, has no rights in our schemas.
create function atrium_private.after_account_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(new.id, null, null, null);
  perform atrium_private.lose_spaces(new.id, member.workspace_id, array(
    select space.id from atrium.spaces space where space.workspace_id = member.workspace_id
  )) from atrium.members member where member.user_id = new.id;
  return null;
end $$;
comment on function atrium_private.after_account_change() is 'A banned or deleted account loses everything at once.';
create trigger atrium_account_change after update of banned_until, deleted_at on auth.users
  for each row when (
    (new.banned_until is not null and new.banned_until is distinct from old.banned_until) or (new.deleted_at is not null and old.deleted_at is null)
  )
  execute function atrium_private.after_account_change();
