-- The triggers that send. Definers all of them: realtime.send inserts where the caller may not, and they look for everybody concerned.

-- Definer: see above.
create function atrium_private.announce_workspace()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.send(format('workspace:%s:%s', new.id, new.epoch), 'workspace', jsonb_build_object('id', new.id));
  return null;
end $$;
comment on function atrium_private.announce_workspace() is 'workspace {id} to the workspace.';
create trigger announce after update of name on atrium.workspaces
  for each row execute function atrium_private.announce_workspace();

-- Definer: see above.
create function atrium_private.announce_member()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  member atrium.members := coalesce(new, old);
begin
  perform atrium_private.send(format('workspace:%s:%s', workspace.id, workspace.epoch), 'members', jsonb_build_object('user_id', member.user_id))
  from atrium.workspaces workspace where workspace.id = member.workspace_id;
  perform atrium_private.send_to_people(array[member.user_id], 'workspaces', jsonb_build_object('workspace_id', member.workspace_id));
  return null;
end $$;
comment on function atrium_private.announce_member() is 'members {user_id} to the workspace, workspaces {workspace_id} to the person.';
-- The name puts it behind after_member_change, so that it goes to the topic of the new epoch: triggers fire by name.
create trigger announce after insert or update or delete on atrium.members
  for each row execute function atrium_private.announce_member();

-- Definer: see above.
create function atrium_private.announce_space()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.private then
    perform atrium_private.send_to_people(
      atrium_private.people_in_space(new.id), 'spaces', jsonb_build_object('id', new.id, 'workspace_id', new.workspace_id));
  end if;
  -- Those from whom it was hidden just now must hear that, too.
  if not new.private or (tg_op = 'UPDATE' and not old.private) then
    perform atrium_private.send(format('workspace:%s:%s', workspace.id, workspace.epoch), 'spaces', jsonb_build_object('id', new.id))
    from atrium.workspaces workspace where workspace.id = new.workspace_id;
  end if;
  return null;
end $$;
comment on function atrium_private.announce_space() is 'spaces {id} to the workspace, or to each member of a private space; to both when it is closed.';
create trigger announce_new after insert on atrium.spaces
  for each row execute function atrium_private.announce_space();
create trigger announce after update on atrium.spaces
  for each row when ((old.name, old.position, old.archived_at, old.private) is distinct from (new.name, new.position, new.archived_at, new.private))
  execute function atrium_private.announce_space();

-- Definer: see above.
create function atrium_private.announce_space_member()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  member atrium.space_members := coalesce(new, old);
begin
  perform atrium_private.send_to_people(
    array(select member.user_id where member.user_id is not null
      union select inside.user_id from atrium.group_members inside where inside.group_id = member.group_id),
    'spaces', jsonb_build_object('id', space.id, 'workspace_id', space.workspace_id))
  from atrium.spaces space where space.id = member.space_id;
  return null;
end $$;
comment on function atrium_private.announce_space_member() is 'spaces {id, workspace_id} to the people concerned.';
create trigger announce after insert or update or delete on atrium.space_members
  for each row execute function atrium_private.announce_space_member();

-- Definer: see above.
create function atrium_private.announce_documents()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'documents', jsonb_build_object('id', made.id, 'op', 'insert'))
    from after_rows made join atrium.spaces space on space.id = made.space_id;
    return null;
  end if;
  -- Of a branch that changes in one statement only the top is told.
  perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'documents', jsonb_build_object('id', changed.id, 'op', changed.op))
  from (
    select now_row.id, unnest(array[old_row.space_id, now_row.space_id]) as space_id, case
        when now_row.trashed_at is not null and old_row.trashed_at is null then 'trash'
        when now_row.trashed_at is null and old_row.trashed_at is not null then 'restore'
        when (now_row.space_id, now_row.parent_id, now_row.position) is distinct from (old_row.space_id, old_row.parent_id, old_row.position) then 'move'
        else 'update'
      end as op
    from after_rows now_row join before_rows old_row on old_row.id = now_row.id
    where (now_row.title, now_row.icon, now_row.space_id, now_row.parent_id, now_row.position, now_row.trashed_at, now_row.locked_at, now_row.is_template)
        is distinct from (old_row.title, old_row.icon, old_row.space_id, old_row.parent_id, old_row.position, old_row.trashed_at, old_row.locked_at, old_row.is_template)
      and not exists (select from after_rows above where above.id = now_row.parent_id)
  ) changed
  join atrium.spaces space on space.id = changed.space_id
  group by space.id, space.epoch, changed.id, changed.op;
  return null;
end $$;
comment on function atrium_private.announce_documents() is
  'documents {id, op} to the space, and when it moves to both: op is insert, update, move, trash or restore, and stands for everything beneath the document too.';
create trigger announce_new after insert on atrium.documents
  referencing new table as after_rows
  for each statement execute function atrium_private.announce_documents();
create trigger announce after update on atrium.documents
  referencing old table as before_rows new table as after_rows
  for each statement execute function atrium_private.announce_documents();

-- Definer: see above.
create function atrium_private.announce_grant()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  shared atrium.grants := coalesce(new, old);
begin
  perform atrium_private.send_to_people(
    array(select shared.user_id where shared.user_id is not null
      union select inside.user_id from atrium.group_members inside where inside.group_id = shared.group_id),
    shared.object_type || 's', jsonb_build_object('id', shared.object_id));
  return null;
end $$;
comment on function atrium_private.announce_grant() is 'documents {id} or rooms {id} to the people concerned.';
create trigger announce after insert or update or delete on atrium.grants
  for each row execute function atrium_private.announce_grant();

-- Definer: see above.
create function atrium_private.announce_room()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  -- Those from whom it was hidden just now must hear that, too.
  if not new.private or (tg_op = 'UPDATE' and not old.private) then
    perform atrium_private.send(
      format('space:%s:%s', space.id, space.epoch), 'rooms', jsonb_build_object('id', new.id, 'op', lower(tg_op)))
    from atrium.spaces space where space.id = new.space_id;
  end if;
  perform atrium_private.send_to_people(atrium_private.people_in_room(new.id), 'rooms', jsonb_build_object('id', new.id));
  return null;
end $$;
comment on function atrium_private.announce_room() is 'rooms {id, op} to the space, rooms {id} to each member of a private room.';
create trigger announce_new after insert on atrium.rooms
  for each row execute function atrium_private.announce_room();
create trigger announce after update on atrium.rooms
  for each row when ((old.name, old.topic, old.description, old.posting, old.archived_at, old.private, old.space_id)
    is distinct from (new.name, new.topic, new.description, new.posting, new.archived_at, new.private, new.space_id))
  execute function atrium_private.announce_room();

-- Definer: see above.
create function atrium_private.announce_room_member()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  inside atrium.room_members := coalesce(new, old);
begin
  perform atrium_private.send_to_people(array[inside.user_id], 'rooms', jsonb_build_object('id', inside.room_id));
  return null;
end $$;
comment on function atrium_private.announce_room_member() is 'rooms {id} to the person who came or went, or whose role changed.';
create trigger announce after insert or update of role or delete on atrium.room_members
  for each row execute function atrium_private.announce_room_member();

-- Definer: see above.
create function atrium_private.announce_message()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  room atrium.rooms;
  activity jsonb := jsonb_build_object('room_id', new.room_id, 'last_seq', new.seq, 'last_place', new.place, 'author_id', new.author_id);
begin
  select known.* into room from atrium.rooms known where known.id = new.room_id;
  perform atrium_private.send(
    format('room:%s:%s', room.id, room.epoch), case tg_op when 'INSERT' then 'message' else 'message_changed' end, to_jsonb(new));
  if tg_op = 'INSERT' and new.thread_id is null then
    if not room.private then
      perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'room_activity', activity)
      from atrium.spaces space where space.id = room.space_id;
    end if;
    perform atrium_private.send_to_people(atrium_private.people_in_room(room.id), 'room_activity', activity);
  end if;
  return null;
end $$;
comment on function atrium_private.announce_message() is
  'message or message_changed with the row to the room; room_activity {room_id, last_seq, last_place, author_id} to the space, or to each member of a private room. Of replies in threads nobody is told but the room and, by announce_replies, those who follow.';
create trigger announce_new after insert on atrium.messages
  for each row execute function atrium_private.announce_message();
create trigger announce after update on atrium.messages
  for each row when ((old.text, old.content, old.mentions, old.files, old.forwarded, old.previews, old.bot_icon, old.edited_at, old.deleted_at)
    is distinct from (new.text, new.content, new.mentions, new.files, new.forwarded, new.previews, new.bot_icon, new.edited_at, new.deleted_at))
  execute function atrium_private.announce_message();

-- Definer: see above.
create function atrium_private.announce_replies()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.send_to_room(new.room_id, 'thread', jsonb_build_object(
    'id', new.id, 'reply_count', new.reply_count, 'last_reply_at', new.last_reply_at));
  perform atrium_private.send_to_people(
    array(select follow.user_id from atrium.thread_follows follow where follow.thread_id = new.id and follow.following
      and follow.user_id in (select atrium_private.people_seeing_room(new.room_id, array(
        select known.user_id from atrium.thread_follows known where known.thread_id = new.id)))),
    'threads', jsonb_build_object('thread_id', new.id, 'room_id', new.room_id));
  return null;
end $$;
comment on function atrium_private.announce_replies() is
  'thread {id, reply_count, last_reply_at} to the room, threads {thread_id, room_id} to those who follow the thread and may still read it.';
create trigger announce_replies after update of reply_count on atrium.messages
  for each row execute function atrium_private.announce_replies();

-- Definer: see above.
create function atrium_private.announce_files()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'files', jsonb_build_object('space_id', space.id))
    from atrium.spaces space where space.id in (select made.space_id from after_rows made);
  else
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'files', jsonb_build_object('space_id', space.id))
    from atrium.spaces space where space.id in (select gone.space_id from before_rows gone);
  end if;
  return null;
end $$;
comment on function atrium_private.announce_files() is 'files {space_id} to the space, once for whatever changes in one statement.';
create trigger announce_new after insert on atrium.files
  referencing new table as after_rows
  for each statement execute function atrium_private.announce_files();
create trigger announce after update on atrium.files
  referencing old table as before_rows
  for each statement execute function atrium_private.announce_files();
create trigger announce_gone after delete on atrium.files
  referencing old table as before_rows
  for each statement execute function atrium_private.announce_files();

-- Definer: see above.
create function atrium_private.announce_favourite()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  marked atrium.favourites := coalesce(new, old);
begin
  perform atrium_private.send_to_people(array[marked.user_id], 'favourites', jsonb_build_object('id', marked.document_id));
  return null;
end $$;
comment on function atrium_private.announce_favourite() is 'favourites {id} to the person, for his other devices.';
create trigger announce after insert or delete on atrium.favourites
  for each row execute function atrium_private.announce_favourite();

-- Definer: see above.
create function atrium_private.announce_tasks()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'tasks', jsonb_build_object('space_id', space.id))
    from atrium.spaces space where space.id in (select gone.space_id from before_rows gone);
  elsif (select count(*) from (select from after_rows limit 51) few) > 50 then
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'tasks', jsonb_build_object('space_id', space.id))
    from atrium.spaces space where space.id in (select changed.space_id from after_rows changed);
  else
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'tasks', jsonb_build_object('space_id', space.id, 'rows', changed.rows))
    from (
      select task.space_id, jsonb_agg(case
          -- Who hears it may not see the trash.
          when task.trashed_at is not null then jsonb_build_object('id', task.id, 'trashed_at', task.trashed_at)
          else to_jsonb(task) - 'description'
        end) as rows
      from after_rows task group by task.space_id
    ) changed
    join atrium.spaces space on space.id = changed.space_id;
  end if;
  return null;
end $$;
comment on function atrium_private.announce_tasks() is
  'tasks {space_id, rows} to the space, once for whatever changes in one statement: the tasks without their descriptions, of those in the trash only id and trashed_at. Without rows when there are more than 50, or some are deleted for ever: then the list is read again.';
create trigger announce_new after insert on atrium.tasks
  referencing new table as after_rows
  for each statement execute function atrium_private.announce_tasks();
create trigger announce after update on atrium.tasks
  referencing new table as after_rows
  for each statement execute function atrium_private.announce_tasks();
create trigger announce_gone after delete on atrium.tasks
  referencing old table as before_rows
  for each statement execute function atrium_private.announce_tasks();

-- Definer: see above.
create function atrium_private.announce_task_board()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'task_board', jsonb_build_object('space_id', space.id))
  from atrium.spaces space where space.id = coalesce(new.space_id, old.space_id);
  return null;
end $$;
comment on function atrium_private.announce_task_board() is 'task_board {space_id} to the space: its key, columns or labels are others now.';
create trigger announce after update on atrium.task_boards
  for each row when (old.key <> new.key) execute function atrium_private.announce_task_board();
-- The columns that come with a new space are no news.
create trigger announce_new after insert on atrium.task_statuses
  for each row when (pg_trigger_depth() = 0) execute function atrium_private.announce_task_board();
create trigger announce after update or delete on atrium.task_statuses
  for each row execute function atrium_private.announce_task_board();
create trigger announce after insert or update or delete on atrium.task_labels
  for each row execute function atrium_private.announce_task_board();

-- Definer: see above.
create function atrium_private.announce_task_detail()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'task', jsonb_build_object('id', coalesce(new.task_id, old.task_id)))
  from atrium.spaces space where space.id = coalesce(new.space_id, old.space_id);
  return null;
end $$;
comment on function atrium_private.announce_task_detail() is 'task {id} to the space: something beside the task changed, such as what it waits for or what is said about it.';
create trigger announce after insert or delete on atrium.task_dependencies
  for each row execute function atrium_private.announce_task_detail();
create trigger announce after insert or update of text, content, deleted_at on atrium.task_comments
  for each row execute function atrium_private.announce_task_detail();
