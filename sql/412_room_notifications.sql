-- What is told of rooms: messages, threads, reactions, reminders. Definers all of them: they write for other people.

-- Definer: see above. Not granted.
create function atrium_private.people_mentioned(in_room uuid, mentions jsonb)
  returns uuid[]
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if coalesce(mentions, '[]') = '[]' then
    return '{}';
  end if;
  return array(
    select (named ->> 'id')::uuid from jsonb_array_elements(mentions) named where named ->> 'kind' = 'person'
    union
    select inside.user_id from jsonb_array_elements(mentions) named
    join atrium.group_members inside on inside.group_id = (named ->> 'id')::uuid
    where named ->> 'kind' = 'group'
    union
    select inside.user_id from atrium.room_members inside
    where inside.room_id = in_room and exists (select from jsonb_array_elements(mentions) named where named ->> 'kind' = 'all')
    union
    -- Here is who has read something of the workspace's rooms in the last quarter of an hour.
    select inside.user_id from atrium.room_members inside
    where inside.room_id = in_room and exists (select from jsonb_array_elements(mentions) named where named ->> 'kind' = 'here')
      and exists (select from atrium.read_marks mark where mark.user_id = inside.user_id and mark.updated_at > now() - interval '15 minutes')
  );
end $$;
comment on function atrium_private.people_mentioned(uuid, jsonb) is 'Everybody whom the mentions of a message mean.';

-- Definer: see above.
create function atrium_private.notify_message()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  room atrium.rooms;
  mentioned uuid[];
  followers uuid[];
  quoted uuid[];
  listeners uuid[];
  muted uuid[];
begin
  if tg_op = 'UPDATE' then
    if new.deleted_at is not null then
      perform atrium_private.forget_source(new.id);
      return null;
    end if;
    -- Whom an edit leaves out was not meant; whom it adds is told now.
    perform atrium_private.forget_source(new.id, '{mention}', array(
      select unnest(atrium_private.people_mentioned(new.room_id, old.mentions))
      except select unnest(atrium_private.people_mentioned(new.room_id, new.mentions))));
  end if;
  select known.* into room from atrium.rooms known where known.id = new.room_id;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, listeners from atrium_private.room_levels(room.id) rule;
  mentioned := array(select unnest(atrium_private.people_mentioned(room.id, new.mentions)) except select unnest(muted));
  perform atrium_private.notify_people(mentioned, 'mention', new.author_id, room.workspace_id, 'room', room.id, new.id, new.thread_id, new.seq);
  if tg_op = 'UPDATE' then
    return null;
  end if;
  if new.thread_id is not null then
    followers := array(
      select follow.user_id from atrium.thread_follows follow where follow.thread_id = new.thread_id and follow.following
      -- Whose message it is follows from the first answer on, which is this one.
      union select root.author_id from atrium.messages root where root.id = new.thread_id and root.author_id is not null and not exists (
        select from atrium.thread_follows follow where follow.thread_id = root.id and follow.user_id = root.author_id)
      except select unnest(muted || mentioned));
    perform atrium_private.notify_people(followers, 'reply', new.author_id, room.workspace_id, 'room', room.id, new.id, new.thread_id, new.seq);
    return null;
  end if;
  quoted := array(
    select quote.author_id from atrium.messages quote where quote.id = new.quote_id and quote.author_id is not null
    except select unnest(muted || mentioned));
  listeners := array(select unnest(listeners) except select unnest(mentioned || quoted));
  perform atrium_private.notify_people(quoted, 'reply', new.author_id, room.workspace_id, 'room', room.id, new.id, null, new.seq);
  perform atrium_private.notify_people(
    listeners, case room.kind when 'direct' then 'direct' else 'message' end, new.author_id, room.workspace_id, 'room', room.id, new.id, null, new.seq);
  return null;
end $$;
comment on function atrium_private.notify_message() is
  'Tells of a message: once to each person, as a mention, an answer in a thread or to what he said, or because he hears everything of the room.';
create trigger notify after insert on atrium.messages
  for each row execute function atrium_private.notify_message();
create trigger notify_changed after update on atrium.messages
  for each row when (old.mentions is distinct from new.mentions or old.deleted_at is distinct from new.deleted_at)
  execute function atrium_private.notify_message();

-- Definer: see above.
create function atrium_private.notify_message_reaction()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[message.author_id], 'reaction', new.user_id, room.workspace_id, 'room', room.id, message.id, message.thread_id, message.seq)
  from atrium.messages message join atrium.rooms room on room.id = message.room_id
  where message.id = new.message_id and message.author_id is not null;
  return null;
end $$;
comment on function atrium_private.notify_message_reaction() is 'Tells the author of a message of the first reaction to it.';
create trigger notify after insert on atrium.message_reactions
  for each row execute function atrium_private.notify_message_reaction();

-- Definer: see above.
create function atrium_private.read_room_notifications()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.notifications told set read_at = now()
  where told.user_id = new.user_id and told.object_id = new.room_id and told.read_at is null
    and told.object_type = 'room' and told.thread_id is null and coalesce(told.place, 0) <= new.seq and told.kind <> 'reminder';
  if found then
    perform atrium_private.send_to_people(array[new.user_id], 'notifications', '{}');
  end if;
  return null;
end $$;
comment on function atrium_private.read_room_notifications() is 'Who reads a room has read what he was told of it, on every device.';
create trigger notify after insert or update of seq on atrium.read_marks
  for each row execute function atrium_private.read_room_notifications();

-- Definer: see above.
create function atrium_private.read_thread_notifications()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.notifications told set read_at = now()
  where told.user_id = new.user_id and told.object_id = new.room_id and told.read_at is null
    and told.object_type = 'room' and told.thread_id = new.thread_id and coalesce(told.place, 0) <= new.read_seq;
  if found then
    perform atrium_private.send_to_people(array[new.user_id], 'notifications', '{}');
  end if;
  return null;
end $$;
comment on function atrium_private.read_thread_notifications() is 'As read_room_notifications, for the answers in a thread.';
create trigger notify after insert or update of read_seq on atrium.thread_follows
  for each row execute function atrium_private.read_thread_notifications();

-- Definer: see above. Not granted: the reminders of saved messages call it.
create function atrium_private.notify_reminder(of_user uuid, message_id uuid, remind_at timestamptz)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  -- A second reminder of the same message is one more.
  perform atrium_private.forget_source($2, '{reminder}', array[of_user]);
  perform atrium_private.notify_people(
    array[of_user], 'reminder', null, room.workspace_id, 'room', room.id, message.id, message.thread_id, message.seq)
  from atrium.messages message join atrium.rooms room on room.id = message.room_id
  where message.id = $2 and message.deleted_at is null;
end $$;
comment on function atrium_private.notify_reminder(uuid, uuid, timestamptz) is 'Reminds somebody of a message that he saved for this time.';

-- Definer: see above. Not granted: whatever fires reminders calls it.
create function atrium_private.notify_own_reminder(reminder atrium.reminders)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[reminder.user_id], 'reminder', null, room.workspace_id, 'room', room.id, reminder.id)
  from atrium.rooms room where room.id = reminder.room_id;
end $$;
comment on function atrium_private.notify_own_reminder(atrium.reminders) is 'Reminds somebody in his own words.';

-- Definer: see above. Not granted: whatever sends scheduled messages calls it.
create function atrium_private.notify_scheduled_failed(of_user uuid, scheduled_id uuid, reason text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[of_user], 'scheduled_failed', null, room.workspace_id, 'room', room.id, planned.id)
  from atrium.scheduled_messages planned join atrium.rooms room on room.id = planned.room_id
  where planned.id = $2;
end $$;
comment on function atrium_private.notify_scheduled_failed(uuid, uuid, text) is
  'Tells somebody that a message of his could not be sent at its time. The reason stands in the scheduled message.';
