-- What fits into a task, and what follows from a change. Definers where they read or write what the caller may not: the policies on the
-- tables have said before that he may change the row.

create function atrium_private.free_task_key(in_workspace uuid, space_name text)
  returns text
  language plpgsql stable set search_path = ''
as $$
declare
  stem text := left(regexp_replace(upper(atrium_private.folded(space_name)), '^[^A-Z]+|[^A-Z0-9]', '', 'g'), 4);
  candidate text;
begin
  -- A name without Latin letters.
  stem := coalesce(nullif(stem, ''), 'T');
  for count in 1..100000 loop
    candidate := stem || case when count > 1 then count::text else '' end;
    exit when not exists (select from atrium.task_boards board where board.workspace_id = in_workspace and board.key = candidate);
  end loop;
  return candidate;
end $$;
comment on function atrium_private.free_task_key(uuid, text) is 'A key that no other board of the workspace has, by the first letters of the space.';

-- Definer: nobody may insert boards. A space is made by whoever may, and its board with it.
create function atrium_private.make_task_board()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  -- Two spaces of one name made at once get two keys.
  perform from atrium.workspaces workspace where workspace.id = new.workspace_id for no key update;
  insert into atrium.task_boards (space_id, workspace_id, key)
  values (new.id, new.workspace_id, atrium_private.free_task_key(new.workspace_id, new.name));
  insert into atrium.task_statuses (space_id, name, stage, position)
  values (new.id, 'To do', 'todo', 'a0'), (new.id, 'In progress', 'doing', 'a1'), (new.id, 'Done', 'done', 'a2'), (new.id, 'Cancelled', 'cancelled', 'a3');
  return null;
end $$;
comment on function atrium_private.make_task_board() is 'Gives a new space its board with four columns.';
create trigger make_task_board after insert on atrium.spaces
  for each row execute function atrium_private.make_task_board();

-- Definer: who changes it by PATCH may call nothing in this schema.
create function atrium_private.tidy_task_board()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.key := upper(btrim(new.key));
  if new.key !~ '^[A-Z][A-Z0-9]{0,9}$' then
    raise sqlstate 'PT422' using message = 'A key is 1 to 10 letters A to Z and digits, a letter first.', detail = 'key_invalid';
  elsif exists (select from atrium.task_boards board where board.workspace_id = new.workspace_id and board.key = new.key and board.space_id <> new.space_id) then
    raise sqlstate 'PT409' using message = 'Another space has this key.', detail = 'key_taken';
  end if;
  return new;
end $$;
comment on function atrium_private.tidy_task_board() is 'Errors: 422 key_invalid, 409 key_taken.';
create trigger tidy_task_board before update of key on atrium.task_boards
  for each row execute function atrium_private.tidy_task_board();

-- Definer: who changes it by PATCH may call nothing in this schema.
create function atrium_private.tidy_task_status()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.name := atrium_private.valid_name(new.name, 'name', 40);
  new.position := atrium_private.valid_position(new.position);
  if (new.stage in ('todo', 'doing', 'done', 'cancelled')) is not true then
    raise sqlstate 'PT422' using message = 'A stage is todo, doing, done or cancelled.', detail = 'stage_invalid';
  end if;
  return new;
end $$;
comment on function atrium_private.tidy_task_status() is 'Errors: 422 name_required, name_too_long, name_invalid, position_invalid, stage_invalid.';
create trigger tidy_task_status before insert or update on atrium.task_statuses
  for each row execute function atrium_private.tidy_task_status();

-- Definer: see above.
create function atrium_private.follow_task_stage()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.tasks set closed_at = case when new.stage in ('done', 'cancelled') then coalesce(closed_at, now()) end
  where space_id = new.space_id and status_id = new.id and (closed_at is null) = (new.stage in ('done', 'cancelled'));
  return null;
end $$;
comment on function atrium_private.follow_task_stage() is 'Closes or opens the tasks of a column that now means something else.';
create trigger follow_task_stage after update of stage on atrium.task_statuses
  for each row when (old.stage <> new.stage) execute function atrium_private.follow_task_stage();

-- Definer: who changes it by PATCH may call nothing in this schema.
create function atrium_private.tidy_task_label()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.name := atrium_private.valid_name(new.name, 'name', 40);
  if (new.hue between 0 and 11) is not true then
    raise sqlstate 'PT422' using message = 'A hue is 0 to 11.', detail = 'hue_invalid';
  elsif exists (
    -- The policy is asked after this: nobody learns here what is in a space that is not his.
    select from atrium.task_labels known
    where known.space_id = new.space_id and lower(known.name) = lower(new.name) and known.id <> new.id
      and known.space_id in (select atrium_private.spaces_of_caller('editor'))
  ) then
    raise sqlstate 'PT409' using message = 'There is a label of this name.', detail = 'name_taken';
  end if;
  return new;
end $$;
comment on function atrium_private.tidy_task_label() is 'Errors: 422 name_required, name_too_long, name_invalid, hue_invalid, 409 name_taken.';
create trigger tidy_task_label before insert or update on atrium.task_labels
  for each row execute function atrium_private.tidy_task_label();

-- Definer: see above.
create function atrium_private.forget_task_label()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.tasks set labels = array_remove(labels, old.id) where space_id = old.space_id and old.id = any (labels);
  return null;
end $$;
comment on function atrium_private.forget_task_label() is 'Takes a deleted label off its tasks.';
create trigger forget_task_label after delete on atrium.task_labels
  for each row execute function atrium_private.forget_task_label();

create function atrium_private.valid_checklist(value jsonb)
  returns jsonb
  language plpgsql immutable set search_path = ''
as $$
begin
  if jsonb_typeof(value) is distinct from 'array' or jsonb_array_length(value) > 200 or exists (
    select from jsonb_array_elements(value) item
    where jsonb_typeof(item) <> 'object' or not item ?& array['id', 'text', 'done'] or item - array['id', 'text', 'done'] <> '{}'
      or jsonb_typeof(item -> 'id') <> 'string' or jsonb_typeof(item -> 'text') <> 'string' or jsonb_typeof(item -> 'done') <> 'boolean'
      or char_length(item ->> 'id') not between 1 and 40 or char_length(item ->> 'text') > 500
  ) then
    raise sqlstate 'PT422' using message = 'A checklist is a list of {"id", "text", "done"}: 200 at most, texts of 500 characters at most.', detail = 'checklist_invalid';
  end if;
  return value;
end $$;
comment on function atrium_private.valid_checklist(jsonb) is 'Errors: 422 checklist_invalid.';

-- Definer: it reads tasks of the space that the caller may not see.
create function atrium_private.require_task_parent(task atrium.tasks)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  above uuid := task.parent_id;
begin
  -- One change of the tree at a time: two together could make a circle.
  perform from atrium.task_boards board where board.space_id = task.space_id for no key update;
  if not exists (select from atrium.tasks parent where parent.id = above and parent.space_id = task.space_id and parent.trashed_at is null) then
    raise sqlstate 'PT404' using message = 'There is no such task above in this space.', detail = 'parent_not_found';
  end if;
  while above is not null loop
    if above = task.id then
      raise sqlstate 'PT409' using message = 'A task cannot be part of itself.', detail = 'cycle';
    end if;
    select parent.parent_id into above from atrium.tasks parent where parent.id = above;
  end loop;
end $$;
comment on function atrium_private.require_task_parent(atrium.tasks) is 'Errors: 404 parent_not_found, 409 cycle.';

-- Definer: it looks at all tasks of a column.
create function atrium_private.free_task_position(task atrium.tasks)
  returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  wanted text;
  taken boolean;
  next text;
begin
  if task.position is null then
    return atrium_private.position_after((
      select max(sibling.position) from atrium.tasks sibling where sibling.space_id = task.space_id and sibling.status_id = task.status_id and sibling.id <> task.id
    ));
  end if;
  wanted := atrium_private.valid_position(task.position);
  select exists (
    select from atrium.tasks sibling
    where sibling.space_id = task.space_id and sibling.status_id = task.status_id and sibling.position = wanted and sibling.id <> task.id
  ) into taken;
  if taken then
    select min(sibling.position) into next from atrium.tasks sibling
    where sibling.space_id = task.space_id and sibling.status_id = task.status_id and sibling.position > wanted and sibling.id <> task.id;
    return atrium_private.position_between(wanted, next);
  end if;
  return wanted;
end $$;
comment on function atrium_private.free_task_position(atrium.tasks) is
  'Its position, or a free one just behind it when another task of the column has it; without one, the last place. Errors: 422 position_invalid.';

-- Definer: see above.
create function atrium_private.tidy_task()
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
comment on function atrium_private.tidy_task() is
  'Errors: 404 status_not_found, label_not_found, parent_not_found, 409 task_trashed, cycle, 422 title_required, title_too_long, title_invalid, description_too_long, priority_invalid, estimate_invalid, date_invalid, checklist_invalid, position_invalid.';
create trigger tidy_task before insert or update on atrium.tasks
  for each row execute function atrium_private.tidy_task();

-- Definer: nobody may write activity.
create function atrium_private.note_task_activity()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
  was jsonb;
  now_is jsonb := to_jsonb(new);
begin
  if tg_op = 'INSERT' then
    insert into atrium.task_activity (task_id, space_id, actor_id, field, after) values (new.id, new.space_id, me, 'created', to_jsonb(new.title));
    return null;
  end if;
  was := to_jsonb(old);
  insert into atrium.task_activity (task_id, space_id, trashed, actor_id, field, before, after)
  select new.id, new.space_id, new.trashed_at is not null, me, part,
    case when part <> 'description' then was -> part end, case when part <> 'description' then now_is -> part end
  from unnest(array['title', 'description', 'status_id', 'priority', 'start_on', 'due_on', 'due_at', 'estimate', 'assignees', 'labels', 'checklist',
    'parent_id', 'archived_at', 'trashed_at']) part
  where was -> part is distinct from now_is -> part
    -- Who writes a description saves many times: that is one change.
    and (part <> 'description' or not exists (
      select from atrium.task_activity known
      where known.task_id = new.id and known.field = 'description' and known.actor_id = me and known.at > now() - interval '10 minutes'));
  if (old.trashed_at is null) <> (new.trashed_at is null) then
    update atrium.task_activity set trashed = new.trashed_at is not null where task_id = new.id;
    update atrium.task_comments set trashed = new.trashed_at is not null where task_id = new.id;
    -- What is part of it goes and comes along.
    update atrium.tasks set trashed_at = new.trashed_at
    where space_id = new.space_id and parent_id = new.id and trashed_at is not distinct from old.trashed_at;
  end if;
  return null;
end $$;
comment on function atrium_private.note_task_activity() is 'Writes down who changed what, and takes the parts of a task to the trash and back with it.';
create trigger note_activity after insert or update on atrium.tasks
  for each row execute function atrium_private.note_task_activity();

-- Definer: nobody may write the copy.
create function atrium_private.copy_task_assignees()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  task uuid := coalesce(new.task_id, old.task_id);
begin
  -- Two people given at once: the second one reads what the first one wrote.
  perform from atrium.tasks known where known.id = task for no key update;
  update atrium.tasks
  set assignees = array(select given.user_id from atrium.task_assignees given where given.task_id = task order by given.assigned_at, given.user_id)
  where id = task;
  return null;
end $$;
comment on function atrium_private.copy_task_assignees() is 'Keeps tasks.assignees in step, when an account is deleted too.';
create trigger copy_assignees after insert or delete on atrium.task_assignees
  for each row execute function atrium_private.copy_task_assignees();
