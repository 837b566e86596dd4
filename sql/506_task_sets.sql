-- Changing many tasks at once: all of them, or none.

-- Invoker: the policies say which tasks the caller may change; people and labels go the way that single ones go.
create function atrium_private.change_tasks(chosen uuid[], changes jsonb)
  returns setof atrium.tasks
  language plpgsql set search_path = ''
as $$
declare
  given jsonb := coalesce(changes, '{}');
  ids uuid[] := array(select distinct id from unnest(chosen) id where id is not null);
  columns constant text[] := array['status_id', 'priority', 'start_on', 'due_on', 'due_at', 'archived_at', 'trashed_at'];
  sets constant text[] := array['assign', 'unassign', 'label', 'unlabel'];
  unknown text;
  wish atrium.tasks;
  named record;
begin
  perform atrium_private.require_caller();
  if cardinality(ids) not between 1 and 1000 then
    raise sqlstate 'PT422' using message = 'Name 1 to 1000 tasks.', detail = 'tasks_required';
  elsif jsonb_typeof(given) <> 'object' or given = '{}' then
    raise sqlstate 'PT422' using message = 'The changes of tasks are an object that is not empty.', detail = 'fields_invalid';
  end if;
  select key into unknown from jsonb_object_keys(given) key where key <> all (columns || sets) limit 1;
  if unknown is not null then
    raise sqlstate 'PT422' using message = format('Of many tasks at once %s cannot be changed.', left(unknown, 60)), detail = 'field_unknown';
  end if;
  begin
    wish := jsonb_populate_record(null::atrium.tasks, given);
    select (given ->> 'assign')::uuid as assign, (given ->> 'unassign')::uuid as unassign,
      (given ->> 'label')::uuid as label, (given ->> 'unlabel')::uuid as unlabel into named;
  exception when data_exception or invalid_text_representation or datetime_field_overflow then
    raise sqlstate 'PT422' using message = 'A change of the tasks has a value that does not fit.', detail = 'fields_invalid';
  end;
  if (select count(*) from atrium.tasks task where task.id = any (ids)) < cardinality(ids) then
    raise sqlstate 'PT404' using message = 'One of these tasks is gone, or you may not see it.', detail = 'task_not_found';
  elsif exists (
    select from atrium.tasks task
    where task.id = any (ids) and task.space_id not in (select atrium_private.spaces_of_caller('editor'))
  ) then
    raise sqlstate 'PT403' using message = 'Only editors of a space change its tasks, and nobody those of an archived one.', detail = 'role_too_low';
  end if;
  if given ?| columns then
    -- What is part of another one of them comes after it: it would come out of the trash alone.
    for pass in 0..1 loop
      update atrium.tasks task
      set status_id = case when given ? 'status_id' then wish.status_id else task.status_id end,
        priority = case when given ? 'priority' then wish.priority else task.priority end,
        start_on = case when given ? 'start_on' then wish.start_on else task.start_on end,
        due_on = case when given ? 'due_on' then wish.due_on else task.due_on end,
        due_at = case when given ? 'due_at' then wish.due_at else task.due_at end,
        archived_at = case when given ? 'archived_at' then wish.archived_at else task.archived_at end,
        trashed_at = case when given ? 'trashed_at' then wish.trashed_at else task.trashed_at end
      where task.id = any (ids) and (task.parent_id is not null and task.parent_id = any (ids)) = (pass = 1);
    end loop;
  end if;
  if given ? 'assign' then perform atrium_private.assign_task(id, named.assign, true) from unnest(ids) id; end if;
  if given ? 'unassign' then perform atrium_private.assign_task(id, named.unassign, false) from unnest(ids) id; end if;
  if given ? 'label' then perform atrium_private.label_task(id, named.label, true) from unnest(ids) id; end if;
  if given ? 'unlabel' then perform atrium_private.label_task(id, named.unlabel, false) from unnest(ids) id; end if;
  return query select task.* from atrium.tasks task where task.id = any (ids);
end $$;
comment on function atrium_private.change_tasks(uuid[], jsonb) is 'Behind atrium.change_tasks.';
grant execute on function atrium_private.change_tasks to authenticated;

create function atrium.change_tasks(task_ids uuid[], changes jsonb)
  returns setof atrium.tasks
  language sql set search_path = ''
as $$ select * from atrium_private.change_tasks($1, $2) $$;
comment on function atrium.change_tasks(uuid[], jsonb) is
  'Changes 1 to 1000 tasks in one step, all or none. Changes are columns of tasks (status_id, priority, start_on, due_on, due_at, archived_at, trashed_at), a person to assign or unassign, and a label to label or unlabel. Editors may.
Example: select * from atrium.change_tasks(''{0190…,0191…}'', ''{"priority": 3, "assign": "0192…"}'');
Errors: 401 not_signed_in, 403 role_too_low, 404 task_not_found, status_not_found, label_not_found, member_not_found, 409 task_trashed, 422 tasks_required, fields_invalid, field_unknown, priority_invalid, date_invalid, too_many_assignees.';
grant execute on function atrium.change_tasks to authenticated;
