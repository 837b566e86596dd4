-- Tasks keep the message of which they were made. What is here leads to what the numbered files install, which the test MIG8 compares;
-- those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

alter table atrium.tasks add column message_id uuid references atrium.messages (id) on delete set null;
comment on column atrium.tasks.message_id is
  'The message of which somebody made it who could read it; null for none. Who sees the task may be outside its room: the id alone says nothing about it.';
create index on atrium.tasks (message_id) where message_id is not null;

create or replace function atrium_private.tidy_task()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  stage text;
  fresh boolean := tg_op = 'INSERT';
  elsewhere constant text[] := array['created_by', 'assignees', 'labels', 'status_id', 'position', 'closed_at', 'message_id'];
begin
  if not fresh then
    new.trashed_at := case when new.trashed_at is not null then coalesce(old.trashed_at, now()) end;
    new.archived_at := case when new.archived_at is not null then coalesce(old.archived_at, now()) end;
    -- In the trash only that follows which happens elsewhere: a person goes, a label, column or message is deleted.
    if old.trashed_at is not null and new.trashed_at is not null
      and to_jsonb(new) - elsewhere is distinct from to_jsonb(old) - elsewhere then
      raise sqlstate 'PT409' using message = 'This task is in the trash.', detail = 'task_trashed';
    end if;
  end if;
  if fresh or new.title is distinct from old.title then
    new.title := atrium_private.valid_name(new.title, 'title', 300);
  end if;
  if char_length(new.description) > 50000 then
    raise sqlstate 'PT422' using message = 'The description is longer than 50000 characters.', detail = 'description_too_long';
  elsif (new.priority between 0 and 4) is not true then
    raise sqlstate 'PT422' using message = 'A priority is 0 (none) to 4 (urgent).', detail = 'priority_invalid';
  elsif new.estimate not between 0 and 100000 then
    raise sqlstate 'PT422' using message = 'An estimate is 0 to 100000.', detail = 'estimate_invalid';
  elsif not isfinite(new.due_on) or not isfinite(new.start_on) or not isfinite(new.due_at)
    or new.due_on not between '1900-01-01' and '9999-12-31' or new.start_on not between '1900-01-01' and '9999-12-31' then
    raise sqlstate 'PT422' using message = 'A date is between the years 1900 and 9999.', detail = 'date_invalid';
  end if;
  new.description := coalesce(new.description, '');
  new.due_on := coalesce(new.due_on, (new.due_at at time zone 'UTC')::date);
  if not fresh and new.due_on is distinct from old.due_on and new.due_at is not distinct from old.due_at then
    new.due_at := null; -- A new day without a time.
  end if;
  if fresh or new.checklist is distinct from old.checklist then
    new.checklist := atrium_private.valid_checklist(coalesce(new.checklist, '[]'));
  end if;
  if fresh or new.labels is distinct from old.labels then
    new.labels := array(select label from unnest(new.labels) with ordinality as given (label, place) group by label order by min(place));
    if cardinality(new.labels) > 50 or not new.labels <@ array(select label.id from atrium.task_labels label where label.space_id = new.space_id) then
      raise sqlstate 'PT404' using message = 'There is no such label on this board, or there are more than 50.', detail = 'label_not_found';
    end if;
  end if;
  if new.parent_id is not null and (fresh or new.parent_id is distinct from old.parent_id) then
    perform atrium_private.require_task_parent(new);
  end if;
  if fresh or (new.status_id, new.position) is distinct from (old.status_id, old.position) then
    select status.stage into stage from atrium.task_statuses status where status.id = new.status_id and status.space_id = new.space_id;
    if stage is null then
      raise sqlstate 'PT404' using message = 'There is no such column on this board.', detail = 'status_not_found';
    end if;
    new.position := atrium_private.free_task_position(new);
    new.closed_at := case when stage in ('done', 'cancelled') then coalesce(new.closed_at, now()) end;
  end if;
  if not fresh and old.trashed_at is not null and new.trashed_at is null and exists (
    select from atrium.tasks parent where parent.id = new.parent_id and parent.trashed_at is not null
  ) then
    new.parent_id := null;
  end if;
  if not fresh and new is distinct from old then
    new.updated_at := now();
  end if;
  return new;
end $$;

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

create or replace function atrium_private.create_task(new_id uuid, in_space uuid, new_title text, fields jsonb)
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

comment on function atrium.create_task(uuid, uuid, text, jsonb) is
  'Makes a task with the next number of its space, at the end of the first column to do unless told. Fields are columns of tasks: description, status_id, priority, start_on, due_on, due_at, estimate, assignees, labels, checklist, parent_id, position, and message_id for a message of the workspace that the caller reads and of which it is made. Editors may. The same call again returns the same task. Nullable: id, fields.
Example: select * from atrium.create_task(gen_random_uuid(), ''0190…'', ''Fix the login'', ''{"priority": 3, "due_on": "2027-01-31"}'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, status_not_found, label_not_found, parent_not_found, member_not_found, message_not_found, 409 id_taken, space_archived, 410 message_deleted, 422 title_required, title_too_long, title_invalid, fields_invalid, field_unknown, description_too_long, priority_invalid, estimate_invalid, date_invalid, checklist_invalid, position_invalid, too_many_assignees.';

revoke execute on all functions in schema atrium, atrium_private from public;
