-- Making tasks, changing who does them and what they wait for, and finding them. Everything else is an update of columns.

-- Definer: it answers for tasks that the caller may not see.
create function atrium_private.require_task_role(in_task uuid, at_least atrium.role)
  returns atrium.tasks
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  task atrium.tasks;
  mine atrium.role;
begin
  select known.* into task from atrium.tasks known where known.id = in_task;
  select max(rights.role) into mine from atrium_private.space_rights(me) rights where rights.space_id = task.space_id;
  if mine is null or (task.trashed_at is not null and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such task, or you may not see it.', detail = 'task_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one in this space may do this.', at_least), detail = 'role_too_low';
  end if;
  if at_least > 'viewer' then
    perform atrium_private.refuse_archived(task.space_id);
    if task.trashed_at is not null then
      raise sqlstate 'PT409' using message = 'This task is in the trash.', detail = 'task_trashed';
    end if;
  end if;
  return task;
end $$;
comment on function atrium_private.require_task_role(uuid, atrium.role) is
  'The task, if the caller has the role in its space. Errors: 401 not_signed_in, 404 task_not_found, 403 role_too_low, and above viewer 409 task_trashed, space_archived.';

-- Definer: it takes hold of the message, which readers may not.
create function atrium_private.require_task_source(in_message uuid, in_space uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages;
begin
  select known.* into message
  from atrium.messages known
  join atrium.rooms room on room.id = known.room_id
  join atrium.spaces space on space.workspace_id = room.workspace_id and space.id = in_space
  where known.id = in_message and known.room_id in (select atrium_private.rooms_of_caller('viewer'))
  for key share of known;
  if message.id is null then
    raise sqlstate 'PT404' using message = 'There is no such message in this workspace, or you may not see it.', detail = 'message_not_found';
  elsif message.deleted_at is not null then
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  end if;
end $$;
comment on function atrium_private.require_task_source(uuid, uuid) is
  'Refuses a message of which the caller makes no task in this space. Errors: 404 message_not_found, 410 message_deleted.';

-- Definer: nobody may insert tasks but through here.
create function atrium_private.create_task(new_id uuid, in_space uuid, new_title text, fields jsonb)
  returns atrium.tasks
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_space_role(in_space, 'editor');
  me uuid := atrium_private.caller();
  given jsonb := coalesce(fields, '{}');
  unknown text;
  wish atrium.tasks;
  task atrium.tasks;
begin
  perform atrium_private.refuse_archived(in_space);
  if jsonb_typeof(given) <> 'object' then
    raise sqlstate 'PT422' using message = 'The fields of a task are an object.', detail = 'fields_invalid';
  end if;
  select key into unknown from jsonb_object_keys(given) key
  where key not in ('description', 'status_id', 'priority', 'start_on', 'due_on', 'due_at', 'estimate', 'assignees', 'labels', 'checklist', 'parent_id', 'position',
    'message_id')
  limit 1;
  if unknown is not null then
    raise sqlstate 'PT422' using message = format('A new task has no field %s.', left(unknown, 60)), detail = 'field_unknown';
  end if;
  begin
    wish := jsonb_populate_record(null::atrium.tasks, given);
  exception when data_exception or invalid_text_representation or datetime_field_overflow then
    raise sqlstate 'PT422' using message = 'A field of the task has a value that does not fit.', detail = 'fields_invalid';
  end;
  select known.* into task from atrium.tasks known where known.id = new_id;
  if task.id is not null then
    if task.space_id = in_space and task.created_by = me then
      return task;
    end if;
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  if wish.message_id is not null then
    perform atrium_private.require_task_source(wish.message_id, in_space);
  end if;
  -- The number is the lock: tasks of one space are made one after the other.
  update atrium.task_boards board set last_number = board.last_number + 1 where board.space_id = in_space
  returning board.last_number, board.workspace_id into wish.number, wish.workspace_id;
  insert into atrium.tasks (id, workspace_id, space_id, number, title, description, status_id, priority, start_on, due_on, due_at, estimate, labels,
    checklist, parent_id, position, message_id, created_by)
  values (
    coalesce(new_id, gen_random_uuid()), wish.workspace_id, in_space, wish.number, new_title, coalesce(wish.description, ''),
    coalesce(wish.status_id, (
      select status.id from atrium.task_statuses status where status.space_id = in_space
      order by status.stage <> 'todo', status.position, status.id limit 1)),
    coalesce(wish.priority, 0), wish.start_on, wish.due_on, wish.due_at, wish.estimate, coalesce(wish.labels, '{}'), coalesce(wish.checklist, '[]'),
    wish.parent_id, wish.position, wish.message_id, me
  )
  on conflict (id) do nothing
  returning * into task;
  if task.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  perform atrium_private.assign_task(task.id, person, true) from unnest(wish.assignees) person;
  select known.* into task from atrium.tasks known where known.id = task.id;
  return task;
end $$;
comment on function atrium_private.create_task(uuid, uuid, text, jsonb) is 'Behind atrium.create_task.';
grant execute on function atrium_private.create_task to authenticated;

-- Definer: nobody may write assignees but through here.
create function atrium_private.assign_task(in_task uuid, person uuid, wanted boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  task atrium.tasks := atrium_private.require_task_role(in_task, 'editor');
begin
  if wanted is false then
    delete from atrium.task_assignees given where given.task_id = task.id and given.user_id = person;
    return;
  end if;
  if person is null or not exists (select from atrium_private.space_rights(person) rights where rights.space_id = task.space_id) then
    raise sqlstate 'PT404' using message = 'This person is not in the space.', detail = 'member_not_found';
  elsif cardinality(task.assignees) >= 50 and not person = any (task.assignees) then
    raise sqlstate 'PT422' using message = 'A task is for 50 people at most.', detail = 'too_many_assignees';
  end if;
  insert into atrium.task_assignees (task_id, user_id, space_id, workspace_id) values (task.id, person, task.space_id, task.workspace_id)
  on conflict do nothing;
end $$;
comment on function atrium_private.assign_task(uuid, uuid, boolean) is 'Behind atrium.assign_task.';
grant execute on function atrium_private.assign_task to authenticated;

-- Definer: it locks the task, so that two labels given at once are both there.
create function atrium_private.label_task(in_task uuid, in_label uuid, wanted boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  task atrium.tasks := atrium_private.require_task_role(in_task, 'editor');
begin
  update atrium.tasks known
  set labels = case when wanted is false then array_remove(known.labels, in_label) else array_append(array_remove(known.labels, in_label), in_label) end
  where known.id = task.id and (in_label = any (known.labels)) is distinct from (wanted is not false);
end $$;
comment on function atrium_private.label_task(uuid, uuid, boolean) is 'Behind atrium.label_task.';
grant execute on function atrium_private.label_task to authenticated;

-- Definer: nobody may write dependencies but through here.
create function atrium_private.set_task_dependency(in_task uuid, other uuid, wanted boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  task atrium.tasks := atrium_private.require_task_role(in_task, 'editor');
begin
  if wanted is false then
    delete from atrium.task_dependencies known where known.task_id = task.id and known.blocked_by = other;
    return;
  end if;
  -- One change at a time: two together could make a circle.
  perform from atrium.task_boards board where board.space_id = task.space_id for no key update;
  if not exists (select from atrium.tasks known where known.id = other and known.space_id = task.space_id and known.trashed_at is null) then
    raise sqlstate 'PT404' using message = 'There is no such task in this space.', detail = 'blocker_not_found';
  elsif exists (
    with recursive waits as (
      select other as id
      union
      select further.blocked_by from waits join atrium.task_dependencies further on further.task_id = waits.id
    )
    select from waits where waits.id = task.id
  ) then
    raise sqlstate 'PT409' using message = 'The other task waits for this one.', detail = 'cycle';
  end if;
  insert into atrium.task_dependencies (task_id, blocked_by, space_id) values (task.id, other, task.space_id) on conflict do nothing;
end $$;
comment on function atrium_private.set_task_dependency(uuid, uuid, boolean) is 'Behind atrium.set_task_dependency.';
grant execute on function atrium_private.set_task_dependency to authenticated;

-- Definer: nobody may delete columns but through here.
create function atrium_private.delete_task_status(in_status uuid, to_status uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  status atrium.task_statuses;
begin
  select known.* into status from atrium.task_statuses known
  where known.id = in_status and known.space_id in (select atrium_private.spaces_of_caller('viewer'));
  if status.id is null then
    raise sqlstate 'PT404' using message = 'There is no such column, or you may not see it.', detail = 'status_not_found';
  end if;
  perform atrium_private.require_space_role(status.space_id, 'editor');
  perform atrium_private.refuse_archived(status.space_id);
  -- Whoever makes a task waits, and finds one of the columns that stay.
  perform from atrium.task_boards board where board.space_id = status.space_id for no key update;
  if to_status = in_status or not exists (select from atrium.task_statuses known where known.id = to_status and known.space_id = status.space_id) then
    raise sqlstate 'PT404' using message = 'There is no such other column on this board for its tasks.', detail = 'target_not_found';
  end if;
  update atrium.tasks set status_id = to_status where space_id = status.space_id and status_id = status.id;
  delete from atrium.task_statuses known where known.id = status.id;
end $$;
comment on function atrium_private.delete_task_status(uuid, uuid) is 'Behind atrium.delete_task_status.';
grant execute on function atrium_private.delete_task_status to authenticated;

-- Definer: nobody may delete labels but through here.
create function atrium_private.delete_task_label(in_label uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  label atrium.task_labels;
begin
  select known.* into label from atrium.task_labels known
  where known.id = in_label and known.space_id in (select atrium_private.spaces_of_caller('viewer'));
  if label.id is null then
    raise sqlstate 'PT404' using message = 'There is no such label, or you may not see it.', detail = 'label_not_found';
  end if;
  perform atrium_private.require_space_role(label.space_id, 'editor');
  perform atrium_private.refuse_archived(label.space_id);
  delete from atrium.task_labels known where known.id = label.id;
end $$;
comment on function atrium_private.delete_task_label(uuid) is 'Behind atrium.delete_task_label.';
grant execute on function atrium_private.delete_task_label to authenticated;

-- Definer: the index of parts of words is asked before the policy; the function asks for the caller's spaces itself.
create function atrium_private.search_tasks(in_workspace uuid, typed text)
  returns setof atrium.tasks
  language plpgsql stable security definer set search_path = ''
as $$
declare
  words text[] := array(select word from regexp_split_to_table(atrium_private.folded(left(typed, 200)), '\s+') word where word <> '' limit 10);
  patterns text[] := array(select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%' from unnest(words) word);
  named text[] := regexp_match(upper(btrim(typed)), '^([A-Z][A-Z0-9]{0,9})-([0-9]{1,9})$');
begin
  if in_workspace is null or cardinality(words) = 0 then
    raise sqlstate 'PT422' using message = 'Say in which workspace, and what to look for.', detail = 'query_required';
  end if;
  return query
    select task.* from atrium.tasks task
    where task.workspace_id = in_workspace and task.trashed_at is null
      and task.space_id in (select atrium_private.spaces_of_caller('viewer'))
      and (
        atrium_private.folded(task.title) like all (patterns)
        or (task.number = named[2]::integer and task.space_id in (
          select board.space_id from atrium.task_boards board where board.workspace_id = in_workspace and board.key = named[1]))
      )
    order by task.closed_at is not null, task.updated_at desc, task.id
    limit 50;
end $$;
comment on function atrium_private.search_tasks(uuid, text) is 'Behind atrium.search_tasks.';
grant execute on function atrium_private.search_tasks to authenticated;

create function atrium.create_task(id uuid, space_id uuid, title text, fields jsonb default '{}')
  returns atrium.tasks
  language sql set search_path = ''
as $$ select * from atrium_private.create_task($1, $2, $3, $4) $$;
comment on function atrium.create_task(uuid, uuid, text, jsonb) is
  'Makes a task with the next number of its space, at the end of the first column to do unless told. Fields are columns of tasks: description, status_id, priority, start_on, due_on, due_at, estimate, assignees, labels, checklist, parent_id, position, and message_id for a message of the workspace that the caller reads and of which it is made. Editors may. The same call again returns the same task. Nullable: id, fields.
Example: select * from atrium.create_task(gen_random_uuid(), ''0190…'', ''Fix the login'', ''{"priority": 3, "due_on": "2027-01-31"}'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, status_not_found, label_not_found, parent_not_found, member_not_found, message_not_found, 409 id_taken, space_archived, 410 message_deleted, 422 title_required, title_too_long, title_invalid, fields_invalid, field_unknown, description_too_long, priority_invalid, estimate_invalid, date_invalid, checklist_invalid, position_invalid, too_many_assignees.';
grant execute on function atrium.create_task to authenticated;

create function atrium.assign_task(task_id uuid, user_id uuid, assigned boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.assign_task($1, $2, $3) $$;
comment on function atrium.assign_task(uuid, uuid, boolean) is
  'Gives a task to a person who sees its space, or takes it back. Editors may. The others who have it keep it. Nullable: assigned.
Example: select atrium.assign_task(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 task_not_found, member_not_found, 409 task_trashed, space_archived, 422 too_many_assignees.';
grant execute on function atrium.assign_task to authenticated;

create function atrium.label_task(task_id uuid, label_id uuid, labelled boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.label_task($1, $2, $3) $$;
comment on function atrium.label_task(uuid, uuid, boolean) is
  'Puts one label on a task or takes it off, whatever others do to its labels meanwhile. Editors may. Nullable: labelled.
Example: select atrium.label_task(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 task_not_found, label_not_found, 409 task_trashed, space_archived.';
grant execute on function atrium.label_task to authenticated;

create function atrium.set_task_dependency(task_id uuid, blocked_by uuid, waits boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_task_dependency($1, $2, $3) $$;
comment on function atrium.set_task_dependency(uuid, uuid, boolean) is
  'Says that a task waits for another one of its space, or no longer. Editors may. Nullable: waits.
Example: select atrium.set_task_dependency(''0190…'', blocked_by => ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 task_not_found, blocker_not_found, 409 cycle, task_trashed, space_archived.';
grant execute on function atrium.set_task_dependency to authenticated;

create function atrium.delete_task_status(status_id uuid, move_to uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_task_status($1, $2) $$;
comment on function atrium.delete_task_status(uuid, uuid) is
  'Takes a column off its board; its tasks go to the end of another one. Editors may.
Example: select atrium.delete_task_status(''0190…'', move_to => ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 status_not_found, target_not_found, 409 space_archived.';
grant execute on function atrium.delete_task_status to authenticated;

create function atrium.delete_task_label(label_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_task_label($1) $$;
comment on function atrium.delete_task_label(uuid) is
  'Deletes a label and takes it off its tasks. Editors may.
Example: select atrium.delete_task_label(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 label_not_found, 409 space_archived.';
grant execute on function atrium.delete_task_label to authenticated;

create function atrium.my_tasks(workspace_id uuid)
  returns setof atrium.tasks
  language sql stable set search_path = ''
as $$
  select task.* from atrium.task_assignees mine join atrium.tasks task on task.id = mine.task_id
  where mine.user_id = (select atrium_private.caller()) and mine.workspace_id = $1
    and task.trashed_at is null and task.archived_at is null and (task.closed_at is null or task.closed_at > now() - interval '14 days')
  order by task.closed_at is not null, task.due_on, task.due_at, task.priority desc, task.id
  limit 2000
$$;
comment on function atrium.my_tasks(uuid) is
  'The tasks of a workspace that the caller is to do, what is due first at the top, and at the end what he closed in the last two weeks; 2000 at most.
Example: select title, due_on from atrium.my_tasks(''0190…'');';
grant execute on function atrium.my_tasks to authenticated;

create function atrium.search_tasks(workspace_id uuid, query text)
  returns setof atrium.tasks
  language sql stable set search_path = ''
as $$ select * from atrium_private.search_tasks($1, $2) $$;
comment on function atrium.search_tasks(uuid, text) is
  'The tasks of a workspace whose title has all the words or parts of words, whatever the case and accents, or whose key it is; open ones first, 50 at most.
Example: select title from atrium.search_tasks(''0190…'', ''login'');
Errors: 422 query_required.';
grant execute on function atrium.search_tasks to authenticated;
