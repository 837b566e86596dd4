-- Making, changing and filling rooms.

create function atrium_private.valid_topic(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
begin
  if char_length(value) > 250 then
    raise sqlstate 'PT422' using message = 'The topic is longer than 250 characters.', detail = 'topic_too_long';
  elsif value ~ '[[:cntrl:]]' then
    raise sqlstate 'PT422' using message = 'The topic contains control characters.', detail = 'topic_invalid';
  end if;
  return coalesce(btrim(value), '');
end $$;
comment on function atrium_private.valid_topic(text) is 'The topic, tidied. Errors: 422 topic_too_long, topic_invalid.';

create function atrium_private.valid_description(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
begin
  if char_length(value) > 2000 then
    raise sqlstate 'PT422' using message = 'The description is longer than 2000 characters.', detail = 'description_too_long';
  elsif value ~ E'[\u0001-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]' then
    raise sqlstate 'PT422' using message = 'The description contains control characters.', detail = 'description_invalid';
  end if;
  return coalesce(btrim(value, E' \t\n'), '');
end $$;
comment on function atrium_private.valid_description(text) is 'The description, tidied. Errors: 422 description_too_long, description_invalid.';

-- Definer: nobody may insert rooms but through here.
create function atrium_private.create_room(new_id uuid, in_space uuid, new_name text, is_private boolean, new_topic text)
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'editor');
  me uuid := atrium_private.caller();
  room atrium.rooms;
begin
  perform atrium_private.refuse_archived(in_space);
  insert into atrium.rooms (id, workspace_id, space_id, name, private, topic, created_by)
  select coalesce(new_id, gen_random_uuid()), space.workspace_id, space.id, atrium_private.valid_name(new_name, 'name', 80),
    coalesce(is_private, false), atrium_private.valid_topic(new_topic), me
  from atrium.spaces space where space.id = in_space
  on conflict (id) do nothing
  returning * into room;
  if room.id is not null then
    insert into atrium.room_members (room_id, user_id, role) values (room.id, me, 'moderator');
  end if;
  select known.* into room from atrium.rooms known
  where known.id = coalesce(room.id, new_id) and known.space_id = in_space and known.created_by = me
    and known.id in (select atrium_private.rooms_of_caller('viewer'));
  if room.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return room;
end $$;
comment on function atrium_private.create_room(uuid, uuid, text, boolean, text) is 'Behind atrium.create_room.';
grant execute on function atrium_private.create_room to authenticated;

-- Definer: nobody may update rooms but through here.
create function atrium_private.update_room(
  in_room uuid, new_name text, new_topic text, new_description text, new_posting text, is_private boolean
)
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room, 'editor');
  me uuid := atrium_private.caller();
  room atrium.rooms;
begin
  if (new_posting is not null or is_private is not null) and not atrium_private.moderates(me, in_room, mine) then
    raise sqlstate 'PT403' using message = 'Only moderators of the room and admins of the space may do this.', detail = 'role_too_low';
  elsif new_posting not in ('everyone', 'moderators') then
    raise sqlstate 'PT422' using message = 'Either everyone posts, or moderators.', detail = 'posting_invalid';
  end if;
  if is_private then
    -- Or nobody would see it any more.
    insert into atrium.room_members (room_id, user_id, role) values (in_room, me, 'moderator')
    on conflict (room_id, user_id) do nothing;
  end if;
  update atrium.rooms known
  set name = atrium_private.valid_name(coalesce(new_name, known.name), 'name', 80),
    topic = atrium_private.valid_topic(coalesce(new_topic, known.topic)),
    description = atrium_private.valid_description(coalesce(new_description, known.description)),
    posting = coalesce(new_posting, known.posting),
    private = coalesce(is_private, known.private)
  where known.id = in_room
  returning known.* into room;
  return room;
end $$;
comment on function atrium_private.update_room(uuid, text, text, text, text, boolean) is 'Behind atrium.update_room.';
grant execute on function atrium_private.update_room to authenticated;

-- Definer: nobody may update rooms but through here.
create function atrium_private.archive_room(in_room uuid, is_archived boolean)
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room, 'editor');
  room atrium.rooms;
begin
  update atrium.rooms known set archived_at = case when is_archived is distinct from false then coalesce(known.archived_at, now()) end
  where known.id = in_room
  returning known.* into room;
  return room;
end $$;
comment on function atrium_private.archive_room(uuid, boolean) is 'Behind atrium.archive_room.';
grant execute on function atrium_private.archive_room to authenticated;

-- Definer: it reads rooms and writes marks whatever the caller may do. Who comes into a room has read what was said before.
create function atrium_private.enter_room(in_room uuid, of_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium.room_members (room_id, user_id) values (in_room, of_user) on conflict do nothing;
  insert into atrium.read_marks (room_id, user_id, seq, place)
  select room.id, of_user, room.last_seq, room.last_place from atrium.rooms room where room.id = in_room
  on conflict do nothing;
end $$;
comment on function atrium_private.enter_room(uuid, uuid) is 'Makes somebody a member of a room, without asking whether he may.';

-- Definer: nobody may insert room_members but through here.
create function atrium_private.join_room(in_room uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
begin
  perform atrium_private.enter_room(in_room, atrium_private.caller());
end $$;
comment on function atrium_private.join_room(uuid) is 'Behind atrium.join_room.';
grant execute on function atrium_private.join_room to authenticated;

-- Definer: it reads the rights of another person, and nobody may insert room_members but through here.
create function atrium_private.add_room_member(in_room uuid, of_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room, 'editor');
  room atrium.rooms;
begin
  select known.* into room from atrium.rooms known where known.id = in_room;
  if not exists (
    select from atrium.members member
    where member.workspace_id = room.workspace_id and member.user_id = of_user and member.suspended_at is null
  ) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  elsif not exists (select from atrium_private.room_rights(of_user) rights where rights.room_id = in_room) and (
    not room.private
    or ((select space.private from atrium.spaces space where space.id = room.space_id)
      and not exists (select from atrium_private.space_rights(of_user) rights where rights.space_id = room.space_id))
  ) then
    raise sqlstate 'PT409' using message = 'This person cannot see the space. Share the room with him, or let him into the space.', detail = 'no_access';
  end if;
  perform atrium_private.enter_room(in_room, of_user);
end $$;
comment on function atrium_private.add_room_member(uuid, uuid) is 'Behind atrium.add_room_member.';
grant execute on function atrium_private.add_room_member to authenticated;

-- Definer: nobody may delete room_members but through here.
create function atrium_private.remove_room_member(in_room uuid, of_user uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  leaving boolean := atrium_private.require_caller() is not distinct from of_user;
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  room atrium.rooms;
begin
  select known.* into room from atrium.rooms known where known.id = in_room for no key update;
  if room.kind = 'direct' then
    raise sqlstate 'PT409' using message = 'Nobody leaves a direct conversation: it belongs to the people in it.', detail = 'room_direct';
  elsif not leaving and not atrium_private.moderates(atrium_private.caller(), in_room, mine) then
    raise sqlstate 'PT403' using message = 'Only admins of the space and moderators of the room may take somebody out.', detail = 'role_too_low';
  elsif room.private and not exists (
    select from atrium.room_members other where other.room_id = in_room and other.user_id is distinct from of_user
  ) then
    raise sqlstate 'PT409' using message = 'Nobody would see this room any more. Archive it instead.', detail = 'last_member';
  end if;
  delete from atrium.room_members member where member.room_id = in_room and member.user_id = of_user;
end $$;
comment on function atrium_private.remove_room_member(uuid, uuid) is 'Behind atrium.remove_room_member and atrium.leave_room.';
grant execute on function atrium_private.remove_room_member to authenticated;

-- Definer: nobody may update room_members but through here.
create function atrium_private.set_room_role(in_room uuid, of_user uuid, new_role text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_moderator(in_room);
begin
  if (new_role in ('member', 'moderator')) is distinct from true then
    raise sqlstate 'PT422' using message = 'The role in a room is member or moderator.', detail = 'role_invalid';
  end if;
  perform from atrium.rooms known where known.id = in_room for no key update;
  -- An admin of the space who is not in a private room does not look after it.
  if new_role = 'member' and (select known.private from atrium.rooms known where known.id = in_room) and not exists (
    select from atrium.room_members other where other.room_id = in_room and other.role = 'moderator' and other.user_id is distinct from of_user
  ) then
    raise sqlstate 'PT409' using message = 'A private room keeps a moderator. Choose another one first.', detail = 'last_moderator';
  end if;
  update atrium.room_members member set role = new_role where member.room_id = in_room and member.user_id = of_user;
  if not found then
    raise sqlstate 'PT404' using message = 'This person is not in the room.', detail = 'member_not_found';
  end if;
end $$;
comment on function atrium_private.set_room_role(uuid, uuid, text) is 'Behind atrium.set_room_role.';
grant execute on function atrium_private.set_room_role to authenticated;

create function atrium.create_room(id uuid, space_id uuid, name text, private boolean default false, topic text default '')
  returns atrium.rooms
  language sql set search_path = ''
as $$ select * from atrium_private.create_room($1, $2, $3, $4, $5) $$;
comment on function atrium.create_room(uuid, uuid, text, boolean, text) is
  'Makes a room with the caller in it. Editors of the space may. The same call again returns the same room. Nullable: id.
Example: select * from atrium.create_room(gen_random_uuid(), ''0190…'', ''launch'', private => true);
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, 409 id_taken, space_archived, 422 name_required, name_too_long (80 characters), name_invalid, topic_too_long (250), topic_invalid.';
grant execute on function atrium.create_room to authenticated;

create function atrium.update_room(
  room_id uuid, name text default null, topic text default null, description text default null, posting text default null, private boolean default null
)
  returns atrium.rooms
  language sql set search_path = ''
as $$ select * from atrium_private.update_room($1, $2, $3, $4, $5, $6) $$;
comment on function atrium.update_room(uuid, text, text, text, text, boolean) is
  'Changes a room; null leaves something as it is. Editors and moderators change name, topic and description, moderators alone who posts (everyone or moderators) and whether it is private. Nullable: name, topic, description, posting, private.
Example: select * from atrium.update_room(''0190…'', topic => ''Ships on Friday'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 422 name_required, name_too_long (80 characters), name_invalid, topic_too_long (250), topic_invalid, description_too_long (2000), description_invalid, posting_invalid.';
grant execute on function atrium.update_room to authenticated;

create function atrium.archive_room(room_id uuid, archived boolean default true)
  returns atrium.rooms
  language sql set search_path = ''
as $$ select * from atrium_private.archive_room($1, $2) $$;
comment on function atrium.archive_room(uuid, boolean) is
  'Archives a room: it can still be read, and nobody posts. With archived => false it comes back. Editors and moderators may.
Example: select * from atrium.archive_room(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found.';
grant execute on function atrium.archive_room to authenticated;

create function atrium.join_room(room_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.join_room($1) $$;
comment on function atrium.join_room(uuid) is
  'Follows a room that the caller sees; what was said before counts as read.
Example: select atrium.join_room(''0190…'');
Errors: 401 not_signed_in, 404 room_not_found.';
grant execute on function atrium.join_room to authenticated;

create function atrium.leave_room(room_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_room_member($1, atrium_private.caller()) $$;
comment on function atrium.leave_room(uuid) is
  'Leaves a room; a private one is not seen any more.
Example: select atrium.leave_room(''0190…'');
Errors: 401 not_signed_in, 404 room_not_found, 409 last_member, room_direct.';
grant execute on function atrium.leave_room to authenticated;

create function atrium.add_room_member(room_id uuid, user_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.add_room_member($1, $2) $$;
comment on function atrium.add_room_member(uuid, uuid) is
  'Brings a member of the workspace, guests too, into a room. Editors and moderators may. A public room takes only people who see it.
Example: select atrium.add_room_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, member_not_found, 409 no_access.';
grant execute on function atrium.add_room_member to authenticated;

create function atrium.remove_room_member(room_id uuid, user_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_room_member($1, $2) $$;
comment on function atrium.remove_room_member(uuid, uuid) is
  'Takes somebody out of a room. Moderators and admins of the space may.
Example: select atrium.remove_room_member(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 409 last_member, room_direct.';
grant execute on function atrium.remove_room_member to authenticated;

create function atrium.set_room_role(room_id uuid, user_id uuid, role text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_room_role($1, $2, $3) $$;
comment on function atrium.set_room_role(uuid, uuid, text) is
  'Makes a member of a room a moderator, or a moderator a member. Moderators and admins of the space may.
Example: select atrium.set_room_role(''0190…'', ''0191…'', ''moderator'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, member_not_found, 409 last_moderator, 422 role_invalid.';
grant execute on function atrium.set_room_role to authenticated;
