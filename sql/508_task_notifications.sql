-- What is told of tasks: who is to do them, what is said, where they stand, and that they are due. Definers all of them: they write for other
-- people, or read what these want to hear.

-- Here, behind the last of the tables that it asks. The look-ups of a document, file and task are under the policies on these themselves.
create policy "people see their own notifications of what they may read"
  on atrium.notifications for select to authenticated
  using (
    user_id = (select atrium_private.caller()) and case object_type
      when 'room' then object_id in (select atrium_private.rooms_of_caller('viewer'))
      when 'document' then exists (select from atrium.documents document where document.id = object_id)
      when 'file' then exists (select from atrium.files file where file.id = object_id)
      when 'task' then exists (select from atrium.tasks task where task.id = object_id)
      when 'space' then object_id in (select atrium_private.spaces_of_caller('viewer'))
      else object_id in (select atrium_private.workspaces_of_caller('guest'))
    end
  );

-- Definer: see above. Not granted.
create function atrium_private.task_levels(of_task uuid)
  returns table (user_id uuid, level text)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query
    select distinct on (rule.user_id) rule.user_id, rule.level
    from (
      select known.user_id, known.level, case known.object_type when 'task' then 1 when 'space' then 2 else 4 end as distance
      from atrium.tasks task
      join atrium.notification_levels known on (known.object_type, known.object_id)
        in (('task', task.id), ('space', task.space_id), ('workspace', task.workspace_id))
      where task.id = of_task
      union all
      select task.created_by, 'all', 3
      from atrium.tasks task
      left join atrium.notification_settings settings on settings.user_id = task.created_by
      where task.id = of_task and task.created_by is not null and coalesce(settings.watch_own, true)
      union all
      select given.user_id, 'all', 3 from atrium.task_assignees given where given.task_id = of_task
      union all
      select said.author_id, 'all', 3 from atrium.task_comments said
      where said.task_id = of_task and said.author_id is not null and said.deleted_at is null
    ) rule
    order by rule.user_id, rule.distance;
end $$;
comment on function atrium_private.task_levels(uuid) is
  'Who has said how much he wants to hear of a task, directly, for its space or workspace; or watches it because he made it, is to do it or spoke. Everybody else has mentions.';

-- Definer: see above.
create function atrium_private.watches_task(of_task uuid)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
declare
  task atrium.tasks := atrium_private.require_task_role(of_task, 'viewer');
begin
  return exists (
    select from atrium_private.task_levels(task.id) rule where rule.user_id = atrium_private.caller() and rule.level = 'all');
end $$;
comment on function atrium_private.watches_task(uuid) is 'Behind atrium.watches_task.';
grant execute on function atrium_private.watches_task to authenticated;

create function atrium.watches_task(task_id uuid)
  returns boolean
  language sql stable set search_path = ''
as $$ select atrium_private.watches_task($1) $$;
comment on function atrium.watches_task(uuid) is
  'Whether the caller hears of everything about a task: because he said so for it, its space or workspace (see set_notification_level), or because he made it, is to do it or spoke.
Example: select atrium.watches_task(''0190…'');
Errors: 401 not_signed_in, 404 task_not_found.';
grant execute on function atrium.watches_task to authenticated;

-- Definer: see above.
create function atrium_private.notify_task_comment()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  task atrium.tasks;
  muted uuid[];
  watching uuid[];
  mentioned uuid[];
begin
  if tg_op = 'UPDATE' then
    if new.deleted_at is not null then
      perform atrium_private.forget_source(new.id);
      return null;
    end if;
    perform atrium_private.forget_source(new.id, '{task_mention}', array(select unnest(old.mentions) except select unnest(new.mentions)));
  end if;
  select known.* into task from atrium.tasks known where known.id = new.task_id;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, watching from atrium_private.task_levels(task.id) rule;
  mentioned := array(select unnest(new.mentions) except select unnest(muted));
  perform atrium_private.notify_people(mentioned, 'task_mention', new.author_id, task.workspace_id, 'task', task.id, new.id);
  if tg_op = 'INSERT' then
    perform atrium_private.notify_people(
      array(select unnest(watching) except select unnest(mentioned)), 'task_comment', new.author_id, task.workspace_id, 'task', task.id, new.id);
  end if;
  return null;
end $$;
comment on function atrium_private.notify_task_comment() is 'Tells of what is said about a task: once to each person, as a mention or because he watches it.';
create trigger notify after insert on atrium.task_comments
  for each row execute function atrium_private.notify_task_comment();
create trigger notify_changed after update on atrium.task_comments
  for each row when (old.mentions is distinct from new.mentions or old.deleted_at is distinct from new.deleted_at)
  execute function atrium_private.notify_task_comment();

-- Definer: see above.
create function atrium_private.notify_assigned()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform atrium_private.forget_source(old.task_id, '{task_assigned,task_due}', array[old.user_id]);
    return null;
  end if;
  perform atrium_private.notify_people(
    array[new.user_id], 'task_assigned', atrium_private.caller(), new.workspace_id, 'task', new.task_id, new.task_id)
  where not exists (select from atrium_private.task_levels(new.task_id) rule where rule.user_id = new.user_id and rule.level = 'nothing');
  return null;
end $$;
comment on function atrium_private.notify_assigned() is 'Tells somebody that he is to do a task; when it is taken from him, no longer.';
create trigger notify after insert or delete on atrium.task_assignees
  for each row execute function atrium_private.notify_assigned();

-- Definer: see above.
create function atrium_private.notify_task_status()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  actor uuid := atrium_private.caller();
  watching uuid[] := array(
    select rule.user_id from atrium_private.task_levels(new.id) rule where rule.level = 'all' and rule.user_id is distinct from actor);
  heard uuid[];
begin
  with touched as (
    update atrium.notifications told
    set touched_at = now(), actors = array_remove(told.actors, actor) || array_remove(array[actor], null)
    where told.user_id = any (watching) and told.object_id = new.id and told.kind = 'task_status' and told.read_at is null and told.done_at is null
    returning told.user_id
  )
  select array_agg(touched.user_id) into heard from touched;
  perform atrium_private.send_to_people(heard, 'notifications', '{}');
  perform atrium_private.notify_people(
    array(select unnest(watching) except select unnest(heard)), 'task_status', actor, new.workspace_id, 'task', new.id, null);
  return null;
end $$;
comment on function atrium_private.notify_task_status() is
  'Tells those who watch a task that it came to another column: what somebody has not read yet is one notification, with the column of now.';
create trigger notify_status after update on atrium.tasks
  for each row when (old.status_id <> new.status_id)
  execute function atrium_private.notify_task_status();

-- Definer: see above.
create function atrium_private.forget_task_due()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.forget_source(new.id, '{task_due}');
  return null;
end $$;
comment on function atrium_private.forget_task_due() is 'A task that is closed, or due at another time, is not due any more; of the other time people are told anew.';
create trigger forget_due after update on atrium.tasks
  for each row when ((old.due_on, old.due_at) is distinct from (new.due_on, new.due_at) or (old.closed_at is null and new.closed_at is not null))
  execute function atrium_private.forget_task_due();

-- Definer: the worker reads no table. The notification says that somebody was reminded; the day of the reminder bounds what is looked at.
create function atrium_private.fire_task_reminders(at timestamptz default now())
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  due record;
  fired integer := 0;
begin
  for due in
    select task.id, task.workspace_id, person.id as user_id
    from atrium.tasks task
    -- What nobody is to do is its author's.
    cross join lateral unnest(case when task.assignees = '{}' then array_remove(array[task.created_by], null) else task.assignees end) person (id)
    left join atrium.notification_settings settings on settings.user_id = person.id
    cross join lateral (
      select coalesce(task.due_at - interval '1 hour', (task.due_on + time '08:00') at time zone coalesce(settings.time_zone, 'UTC')) as at
    ) reminder
    where task.closed_at is null and task.archived_at is null and task.trashed_at is null
      and task.due_on between (fire_task_reminders.at - interval '2 days')::date and (fire_task_reminders.at + interval '2 days')::date
      -- After a longer silence of the worker it is too late to be reminded.
      and reminder.at between fire_task_reminders.at - interval '12 hours' and fire_task_reminders.at
      and coalesce((settings.channels #>> '{task_due,inbox}')::boolean, true)
      and not exists (
        select from atrium.notifications told where told.source_id = task.id and told.kind = 'task_due' and told.user_id = person.id)
      -- Who sets a day that has begun, or is given a task of today, knows it.
      and task.created_at < reminder.at
      and not exists (
        select from atrium.task_activity did
        where did.task_id = task.id and did.field in ('due_on', 'due_at') and did.at >= reminder.at)
      and not exists (
        select from atrium.task_assignees given
        where given.task_id = task.id and given.user_id = person.id and given.assigned_at >= reminder.at)
      and exists (select from atrium_private.space_rights(person.id) rights where rights.space_id = task.space_id)
      and not exists (
        select from atrium_private.task_levels(task.id) rule where rule.user_id = person.id and rule.level = 'nothing')
    limit 500
  loop
    perform atrium_private.notify_people(array[due.user_id], 'task_due', null, due.workspace_id, 'task', due.id, due.id);
    fired := fired + 1;
  end loop;
  return fired;
end $$;
comment on function atrium_private.fire_task_reminders(timestamptz) is
  'Reminds people of tasks that are due: at eight in the morning of the day, where they live, or an hour before the time; each once. Returns how many.';
grant execute on function atrium_private.fire_task_reminders to atrium_worker;
