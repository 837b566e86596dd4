-- Realtime topics: who may join which one, and what is sent to them. Events are hints and rows; who was away reads the tables.

create function atrium_private.send(topic text, event text, payload jsonb)
  returns void
  language sql set search_path = ''
as $$ select realtime.send(payload, event, topic, true) $$;
comment on function atrium_private.send(text, text, jsonb) is 'Sends to a private topic when the transaction commits. It never fails: realtime.send turns every error into a warning.';

-- Definer: it reads epochs and rights of things that the caller may not see. It is asked once per join, not per row.
create function atrium_private.hears(topic text)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
declare
  parts text[] := regexp_match(topic, '^(workspace|presence|space|room|typing|user):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::([0-9]{1,9}))?$');
  object uuid := parts[2];
  topic_epoch integer := parts[3];
begin
  return coalesce(case parts[1]
    when 'user' then object = atrium_private.caller() and topic_epoch is null
    when 'workspace' then object in (select atrium_private.workspaces_of_caller('viewer'))
      and topic_epoch = (select workspace.epoch from atrium.workspaces workspace where workspace.id = object)
    when 'presence' then object in (select atrium_private.workspaces_of_caller('viewer'))
      and topic_epoch = (select workspace.epoch from atrium.workspaces workspace where workspace.id = object)
    when 'space' then object in (select atrium_private.spaces_of_caller('viewer'))
      and topic_epoch = (select space.epoch from atrium.spaces space where space.id = object)
    when 'room' then object in (select atrium_private.rooms_of_caller('viewer'))
      and topic_epoch = (select room.epoch from atrium.rooms room where room.id = object)
    when 'typing' then object in (select atrium_private.rooms_of_caller('viewer'))
      and topic_epoch = (select room.epoch from atrium.rooms room where room.id = object)
  end, false);
end $$;
comment on function atrium_private.hears(text) is 'Whether the caller may join a topic: he has the right, and the epoch is the present one.';
grant execute on function atrium_private.hears to authenticated;

-- Definer: as hears.
create function atrium_private.speaks(topic text)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select topic like 'typing:%' and atrium_private.hears(topic)
    and split_part(topic, ':', 2)::uuid in (select atrium_private.rooms_of_caller('commenter'))
$$;
comment on function atrium_private.speaks(text) is
  'Whether the caller may broadcast on a topic himself. Only typing: on the others he could forge the messages of somebody else. Who is made a viewer goes on saying that he is typing until he joins again, or his token is renewed, where Realtime keeps the answer given at joining: it says nothing and hears nothing new, so it is not worth moving the room.';
grant execute on function atrium_private.speaks to authenticated;

-- The row's own topic is compared too: realtime.topic() is a setting, and somebody with SQL could set it to a topic of his own
-- and read those of everybody.
create policy "people hear the topics of what they see"
  on realtime.messages for select to authenticated
  using (extension = 'broadcast' and topic = (select realtime.topic()) and (select atrium_private.hears(realtime.topic())));
create policy "people who may post say that they are typing"
  on realtime.messages for insert to authenticated
  with check (extension = 'broadcast' and topic = (select realtime.topic()) and (select atrium_private.speaks(realtime.topic())));

-- Who is there is said by each client of itself, over Realtime Presence, and written into no table. A member could show somebody else
-- as present; nothing is decided by it.
create policy "members see who of the workspace is there"
  on realtime.messages for select to authenticated
  using (extension = 'presence' and topic = (select realtime.topic()) and topic like 'presence:%'
    and (select atrium_private.hears(realtime.topic())));
create policy "members show that they are there"
  on realtime.messages for insert to authenticated
  with check (extension = 'presence' and topic = (select realtime.topic()) and topic like 'presence:%'
    and (select atrium_private.hears(realtime.topic())));

-- Definer: realtime.send inserts where the caller may not.
create function atrium_private.send_to_people(people uuid[], event text, payload jsonb)
  returns void
  language sql security definer set search_path = ''
as $$ select atrium_private.send(format('user:%s', person), event, payload) from (select distinct unnest(people) as person) everybody $$;
comment on function atrium_private.send_to_people(uuid[], text, jsonb) is 'Sends to each person''s own topic.';

-- Definer: it reads epochs whatever the caller may see.
create function atrium_private.send_to_room(in_room uuid, event text, payload jsonb)
  returns void
  language sql security definer set search_path = ''
as $$ select atrium_private.send(format('room:%s:%s', room.id, room.epoch), event, payload) from atrium.rooms room where room.id = in_room $$;
comment on function atrium_private.send_to_room(uuid, text, jsonb) is 'Sends to whoever has the room open.';

-- Definer: it reads who is in a space whatever the caller may see.
create function atrium_private.people_in_space(in_space uuid)
  returns uuid[]
  language sql stable security definer set search_path = ''
as $$
  select array(
    select member.user_id from atrium.space_members member where member.space_id = in_space and member.user_id is not null
    union
    select inside.user_id from atrium.space_members member
    join atrium.group_members inside on inside.group_id = member.group_id
    where member.space_id = in_space
  )
$$;
comment on function atrium_private.people_in_space(uuid) is 'The members of a space, by themselves and through groups.';

-- Definer: it reads who is in a room whatever the caller may see.
create function atrium_private.people_in_room(in_room uuid)
  returns uuid[]
  language sql stable security definer set search_path = ''
as $$
  select array(
    -- Who is suspended, or is not in the private space around it, does not see the room.
    select inside.user_id from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium.members member on member.workspace_id = room.workspace_id and member.user_id = inside.user_id
    left join atrium.spaces space on space.id = room.space_id and space.private
    where inside.room_id = in_room and room.private
      and member.suspended_at is null and (member.expires_at is null or member.expires_at > now())
      and (space.id is null or inside.user_id = any (atrium_private.people_in_space(space.id)))
    union
    select shared.user_id from atrium.grants shared
    where shared.object_type = 'room' and shared.object_id = in_room and shared.user_id is not null
    union
    select inside.user_id from atrium.grants shared join atrium.group_members inside on inside.group_id = shared.group_id
    where shared.object_type = 'room' and shared.object_id = in_room
  )
$$;
comment on function atrium_private.people_in_room(uuid) is 'Those who do not hear of a room on the topic of its space: the members of a private room, and those with whom it was shared.';
