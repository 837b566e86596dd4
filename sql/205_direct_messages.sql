-- Direct conversations: between the same two to ten people there is one, which nobody leaves and no admin sees.

-- Definer: nobody may insert rooms but through here, and it reads who is a member whatever the caller may see.
create function atrium_private.open_direct(in_workspace uuid, with_people uuid[])
  returns atrium.rooms
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
  me uuid := atrium_private.caller();
  everybody uuid[] := array(select distinct person from unnest(with_people || me) person where person is not null order by person);
  room atrium.rooms;
begin
  if cardinality(everybody) < 2 then
    raise sqlstate 'PT422' using message = 'Name at least one other person.', detail = 'people_required';
  elsif cardinality(everybody) > 10 then
    raise sqlstate 'PT422' using message = 'A direct conversation has ten people at most. Make a private room for more.', detail = 'too_many_people';
  -- A guest may not list the members: he writes to those whom he sees, because they share a space, a room or an item with him.
  elsif exists (
    select from unnest(everybody) person
    where not exists (
      select from atrium.members member
      where member.workspace_id = in_workspace and member.user_id = person
        and member.suspended_at is null and (member.expires_at is null or member.expires_at > now())
    ) or (mine = 'guest' and person not in (select atrium_private.people_of_caller()))
  ) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  insert into atrium.rooms (workspace_id, kind, people, name, private) values (in_workspace, 'direct', everybody, '', true)
  on conflict (workspace_id, people) do nothing;
  select known.* into room from atrium.rooms known where known.workspace_id = in_workspace and known.people = everybody for no key update;
  -- Who left the workspace and came back is let in again by the others, unless there is but one other, who said nothing to anybody else.
  if cardinality(everybody) > 2 and room.member_count > 0 and not exists (
    select from atrium.room_members inside where inside.room_id = room.id and inside.user_id = me
  ) then
    raise sqlstate 'PT409' using message = 'You have left this conversation. Ask one of the others to open it again.', detail = 'conversation_left';
  end if;
  perform atrium_private.enter_room(room.id, missing.person)
  from (
    select person from unnest(everybody) person
    except select inside.user_id from atrium.room_members inside where inside.room_id = room.id
  ) missing;
  select known.* into room from atrium.rooms known where known.id = room.id;
  return room;
end $$;
comment on function atrium_private.open_direct(uuid, uuid[]) is 'Behind atrium.open_direct.';
grant execute on function atrium_private.open_direct to authenticated;

create function atrium.open_direct(workspace_id uuid, people uuid[])
  returns atrium.rooms
  language sql set search_path = ''
as $$ select * from atrium_private.open_direct($1, $2) $$;
comment on function atrium.open_direct(uuid, uuid[]) is
  'The direct conversation of the caller with one to nine others of the workspace, made when there is none yet. Guests write to those alone with whom they share a space, a room or an item.
Example: select id from atrium.open_direct(''0190…'', array[''0191…'']::uuid[]);
Errors: 401 not_signed_in, 404 workspace_not_found, member_not_found, 409 conversation_left, 422 people_required, too_many_people (ten).';
grant execute on function atrium.open_direct to authenticated;

-- Definer: it reads who is a member whatever the caller may see. Not granted: it answers for anybody.
create function atrium_private.nobody_else_in(in_room uuid, but uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select not exists (
    select from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium.members member on member.workspace_id = room.workspace_id and member.user_id = inside.user_id
    where inside.room_id = in_room and inside.user_id <> but
      and member.suspended_at is null and (member.expires_at is null or member.expires_at > now())
  )
$$;
comment on function atrium_private.nobody_else_in(uuid, uuid) is 'Whether all the others of a conversation are suspended or gone.';
