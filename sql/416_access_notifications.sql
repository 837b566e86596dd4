-- What is told of access: shares, rooms, invitations, and of what was brought in or out. Definers all of them: they write for other people.

-- Definer: see above.
create function atrium_private.notify_grant()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array(
      select new.user_id where new.user_id is not null
      union select inside.user_id from atrium.group_members inside where inside.group_id = new.group_id),
    'access', new.created_by, new.workspace_id, new.object_type, new.object_id, new.id);
  return null;
end $$;
comment on function atrium_private.notify_grant() is 'Tells people what was shared with them.';
create trigger notify after insert on atrium.grants
  for each row execute function atrium_private.notify_grant();

-- Definer: see above.
create function atrium_private.notify_brought_in()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[new.user_id], 'access', atrium_private.caller(), room.workspace_id, 'room', room.id, null)
  from atrium.rooms room
  -- Who comes by himself knows it, and a conversation begins with what is said.
  where room.id = new.room_id and room.kind <> 'direct' and atrium_private.caller() is not null and atrium_private.caller() <> new.user_id;
  return null;
end $$;
comment on function atrium_private.notify_brought_in() is 'Tells people in which rooms somebody has put them.';
create trigger notify after insert on atrium.room_members
  for each row execute function atrium_private.notify_brought_in();

-- Definer: see above.
create function atrium_private.notify_accepted()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array[new.invited_by], 'invitation_accepted', atrium_private.caller(), new.workspace_id, 'workspace', new.workspace_id, new.id);
  return null;
end $$;
comment on function atrium_private.notify_accepted() is 'Tells who invited somebody that he came.';
create trigger notify after update on atrium.invitations
  for each row when (old.accepted_at is null and new.accepted_at is not null and new.invited_by is not null)
  execute function atrium_private.notify_accepted();

-- Definer: see above.
create function atrium_private.notify_transfer()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[new.owner_id], 'transfer', null, space.workspace_id, 'space', space.id, new.id)
  from atrium.spaces space where space.id = new.space_id;
  perform atrium_private.notify_people(array[new.owner_id], 'transfer', null, room.workspace_id, 'room', room.id, new.id)
  from atrium.rooms room where room.id = new.room_id;
  return null;
end $$;
comment on function atrium_private.notify_transfer() is 'Tells who asked for an import or export that it has ended.';
create trigger notify after update on atrium.transfers
  for each row when (old.state <> new.state and new.state in ('done', 'failed'))
  execute function atrium_private.notify_transfer();
