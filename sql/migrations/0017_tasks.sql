-- Tasks: boards, columns, labels, tasks and what was changed of them. What is here leads to what the numbered files install, which the test MIG8
-- compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

comment on column atrium.workspace_policies.trash_days is 'For how many days a deleted document, file or task lies in the trash, see set_trash_retention; null: until somebody deletes it.';

-- Tasks: what is to be done in a space. Each space has a board with a key, its columns and labels; a task is KEY-123 for good.
-- People change a task by updating its columns; 502_task_rules.sql says what fits, 504_task_functions.sql makes tasks and changes sets.

create table atrium.task_boards (
  space_id uuid primary key,
  workspace_id uuid not null,
  key text not null check (key ~ '^[A-Z][A-Z0-9]{0,9}$'),
  last_number integer not null default 0,
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade,
  unique (workspace_id, key)
);
comment on table atrium.task_boards is 'One for each space, made with it. Admins of the space change the key.';
comment on column atrium.task_boards.key is 'The first part of KEY-123: a capital letter, then capitals and digits, 10 characters at most; unique in the workspace.';
comment on column atrium.task_boards.last_number is 'The number of the latest task; numbers are never given twice.';
alter table atrium.task_boards enable row level security;

create table atrium.task_statuses (
  id uuid primary key default gen_random_uuid(),
  space_id uuid not null references atrium.task_boards (space_id) on delete cascade,
  name text not null check (char_length(name) between 1 and 40),
  stage text not null check (stage in ('todo', 'doing', 'done', 'cancelled')),
  position text collate "C" not null,
  unique (space_id, id)
);
comment on table atrium.task_statuses is 'The columns of a board. Editors add, rename and order them; delete_task_status takes one away.';
comment on column atrium.task_statuses.stage is 'What the status means, whatever it is called: todo, doing, done or cancelled. The last two close a task.';
comment on column atrium.task_statuses.position is 'Order of the columns: a key of fractional-indexing (base 62), compared byte by byte.';
alter table atrium.task_statuses enable row level security;

create table atrium.task_labels (
  id uuid primary key default gen_random_uuid(),
  space_id uuid not null references atrium.task_boards (space_id) on delete cascade,
  name text not null check (char_length(name) between 1 and 40),
  hue integer not null default 0 check (hue between 0 and 11),
  unique (space_id, id)
);
comment on table atrium.task_labels is 'The labels of a board. Editors add and change them; delete_task_label takes one away.';
comment on column atrium.task_labels.hue is 'One of twelve colours.';
-- Labels that differ in case alone are one label to people.
create unique index task_labels_name on atrium.task_labels (space_id, lower(name));
alter table atrium.task_labels enable row level security;

create table atrium.tasks (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  space_id uuid not null,
  number integer not null,
  title text not null check (char_length(title) between 1 and 300),
  description text not null default '' check (char_length(description) <= 50000),
  status_id uuid not null,
  priority integer not null default 0 check (priority between 0 and 4),
  start_on date,
  due_on date,
  due_at timestamptz,
  estimate integer check (estimate between 0 and 100000),
  assignees uuid[] not null default '{}',
  labels uuid[] not null default '{}',
  checklist jsonb not null default '[]',
  parent_id uuid,
  position text collate "C" not null,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  closed_at timestamptz,
  archived_at timestamptz,
  trashed_at timestamptz,
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade,
  foreign key (space_id, status_id) references atrium.task_statuses (space_id, id),
  unique (space_id, number),
  unique (space_id, id),
  foreign key (space_id, parent_id) references atrium.tasks (space_id, id) on delete cascade,
  check (parent_id is distinct from id)
);
comment on table atrium.tasks is
  'Tasks of spaces. create_task makes one; editors of the space change its columns by PATCH or update, several tasks at once too.';
comment on column atrium.tasks.number is 'Its number in the space: with the key of the board it is KEY-123.';
comment on column atrium.tasks.title is '1 to 300 characters.';
comment on column atrium.tasks.description is 'Markdown, 50000 characters at most.';
comment on column atrium.tasks.status_id is 'The column of the board it stands in.';
comment on column atrium.tasks.priority is '0 none, 1 low, 2 medium, 3 high, 4 urgent.';
comment on column atrium.tasks.due_on is 'The day on which it is due, where the person lives who set it.';
comment on column atrium.tasks.due_at is 'The moment, when it is due at a time of that day; null: some time that day.';
comment on column atrium.tasks.estimate is 'How large it is, in what the team counts.';
comment on column atrium.tasks.assignees is 'A copy of task_assignees in the order of assignment, so that a board is one query.';
comment on column atrium.tasks.labels is 'Labels of its board. label_task adds and takes away single ones.';
comment on column atrium.tasks.checklist is 'A list of {"id", "text", "done"}, 200 at most.';
comment on column atrium.tasks.parent_id is 'The task of the same space of which it is a part; null for none.';
comment on column atrium.tasks.position is 'Order in its column: a key of fractional-indexing (base 62), compared byte by byte; tasks with the same key sort by id.';
comment on column atrium.tasks.closed_at is 'When it came to a status that is done or cancelled; null while it is open.';
comment on column atrium.tasks.archived_at is 'Set while it is put away: whatever time is written, it becomes the present one. Null takes it back.';
comment on column atrium.tasks.trashed_at is 'Set while it is in the trash, where only editors see it and nothing else is changed; written like archived_at. What is part of it goes and comes along.';
-- A board is read column by column in its order.
create index on atrium.tasks (space_id, status_id, position);
-- The parts of a task.
create index on atrium.tasks (space_id, parent_id) where parent_id is not null;
create index on atrium.tasks (workspace_id, due_on) where closed_at is null;
-- Deleting an account looks for what the person made.
create index on atrium.tasks (created_by);
-- The trash is emptied by age.
create index on atrium.tasks (space_id, trashed_at) where trashed_at is not null;
-- Whoever changes a title by PATCH computes this index.
grant execute on function atrium_private.folded to authenticated, service_role;
create index tasks_trigrams on atrium.tasks using gin (atrium_private.folded(title) extensions.gin_trgm_ops);
alter table atrium.tasks enable row level security;

create table atrium.task_assignees (
  task_id uuid not null,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  space_id uuid not null,
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  assigned_at timestamptz not null default clock_timestamp(),
  primary key (task_id, user_id),
  foreign key (space_id, task_id) references atrium.tasks (space_id, id) on delete cascade
);
comment on table atrium.task_assignees is 'Who is to do a task; assign_task writes it.';
comment on column atrium.task_assignees.space_id is 'A copy from the task, like workspace_id, so that the policy asks no other table for each row.';
-- "My tasks" in a workspace.
create index on atrium.task_assignees (user_id, workspace_id);
create index on atrium.task_assignees (space_id, task_id);
create index on atrium.task_assignees (workspace_id);
alter table atrium.task_assignees enable row level security;

create table atrium.task_dependencies (
  task_id uuid not null,
  blocked_by uuid not null,
  space_id uuid not null,
  primary key (task_id, blocked_by),
  foreign key (space_id, task_id) references atrium.tasks (space_id, id) on delete cascade,
  foreign key (space_id, blocked_by) references atrium.tasks (space_id, id) on delete cascade,
  check (task_id <> blocked_by)
);
comment on table atrium.task_dependencies is 'Which task waits for which other one of its space; set_task_dependency writes it and refuses circles.';
create index on atrium.task_dependencies (space_id, task_id);
create index on atrium.task_dependencies (blocked_by);
alter table atrium.task_dependencies enable row level security;

create table atrium.task_activity (
  id bigint primary key generated always as identity,
  task_id uuid not null,
  space_id uuid not null,
  trashed boolean not null default false,
  actor_id uuid references atrium.profiles (id) on delete set null,
  at timestamptz not null default now(),
  field text not null,
  before jsonb,
  after jsonb,
  foreign key (space_id, task_id) references atrium.tasks (space_id, id) on delete cascade
);
comment on table atrium.task_activity is 'Who changed what of a task, only ever added to by triggers. Whoever sees the task sees it.';
comment on column atrium.task_activity.field is 'The column that changed, or created.';
comment on column atrium.task_activity.before is 'The value as JSON; of the description only that it changed.';
comment on column atrium.task_activity.trashed is 'Whether the task is in the trash; a copy, so that the policy asks no other table for each row.';
create index on atrium.task_activity (space_id, task_id, id);
create index on atrium.task_activity (task_id, id desc);
create index on atrium.task_activity (actor_id);
alter table atrium.task_activity enable row level security;

create policy "people see the boards of their spaces"
  on atrium.task_boards for select to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('viewer')));
create policy "admins of a space change the key of its board"
  on atrium.task_boards for update to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('admin')))
  with check (space_id in (select atrium_private.spaces_of_caller('admin')));
grant select, update (key) on atrium.task_boards to authenticated;

create policy "people see the columns of their boards"
  on atrium.task_statuses for select to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('viewer')));
create policy "editors add columns"
  on atrium.task_statuses for insert to authenticated
  with check (space_id in (select atrium_private.spaces_of_caller('editor')));
create policy "editors change columns"
  on atrium.task_statuses for update to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('editor')))
  with check (space_id in (select atrium_private.spaces_of_caller('editor')));
grant select, insert (id, space_id, name, stage, position), update (name, stage, position) on atrium.task_statuses to authenticated;

create policy "people see the labels of their boards"
  on atrium.task_labels for select to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('viewer')));
create policy "editors add labels"
  on atrium.task_labels for insert to authenticated
  with check (space_id in (select atrium_private.spaces_of_caller('editor')));
create policy "editors change labels"
  on atrium.task_labels for update to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('editor')))
  with check (space_id in (select atrium_private.spaces_of_caller('editor')));
grant select, insert (id, space_id, name, hue), update (name, hue) on atrium.task_labels to authenticated;

create policy "people see the tasks of their spaces, editors the trash too"
  on atrium.tasks for select to authenticated
  using (
    (trashed_at is null and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
create policy "editors change tasks"
  on atrium.tasks for update to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('editor')))
  with check (space_id in (select atrium_private.spaces_of_caller('editor')));
grant select,
  update (title, description, status_id, priority, start_on, due_on, due_at, estimate, labels, checklist, parent_id, position, archived_at, trashed_at)
  on atrium.tasks to authenticated;

create policy "people see who is to do the tasks of their spaces"
  on atrium.task_assignees for select to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('viewer')));
grant select on atrium.task_assignees to authenticated;

create policy "people see what tasks of their spaces wait for"
  on atrium.task_dependencies for select to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('viewer')));
grant select on atrium.task_dependencies to authenticated;

create policy "people see what was changed of the tasks they see"
  on atrium.task_activity for select to authenticated
  using (
    (not trashed and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.task_activity to authenticated;

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
  elsewhere constant text[] := array['created_by', 'assignees', 'labels', 'status_id', 'position', 'closed_at'];
begin
  if not fresh then
    new.trashed_at := case when new.trashed_at is not null then coalesce(old.trashed_at, now()) end;
    new.archived_at := case when new.archived_at is not null then coalesce(old.archived_at, now()) end;
    -- In the trash only that follows which happens elsewhere: a person goes, a label or column is deleted.
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
  where key not in ('description', 'status_id', 'priority', 'start_on', 'due_on', 'due_at', 'estimate', 'assignees', 'labels', 'checklist', 'parent_id', 'position')
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
  -- The number is the lock: tasks of one space are made one after the other.
  update atrium.task_boards board set last_number = board.last_number + 1 where board.space_id = in_space
  returning board.last_number, board.workspace_id into wish.number, wish.workspace_id;
  insert into atrium.tasks (id, workspace_id, space_id, number, title, description, status_id, priority, start_on, due_on, due_at, estimate, labels,
    checklist, parent_id, position, created_by)
  values (
    coalesce(new_id, gen_random_uuid()), wish.workspace_id, in_space, wish.number, new_title, coalesce(wish.description, ''),
    coalesce(wish.status_id, (
      select status.id from atrium.task_statuses status where status.space_id = in_space
      order by status.stage <> 'todo', status.position, status.id limit 1)),
    coalesce(wish.priority, 0), wish.start_on, wish.due_on, wish.due_at, wish.estimate, coalesce(wish.labels, '{}'), coalesce(wish.checklist, '[]'),
    wish.parent_id, wish.position, me
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
  'Makes a task with the next number of its space, at the end of the first column to do unless told. Fields are columns of tasks: description, status_id, priority, start_on, due_on, due_at, estimate, assignees, labels, checklist, parent_id, position. Editors may. The same call again returns the same task. Nullable: id, fields.
Example: select * from atrium.create_task(gen_random_uuid(), ''0190…'', ''Fix the login'', ''{"priority": 3, "due_on": "2027-01-31"}'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, status_not_found, label_not_found, parent_not_found, member_not_found, 409 id_taken, space_archived, 422 title_required, title_too_long, title_invalid, fields_invalid, field_unknown, description_too_long, priority_invalid, estimate_invalid, date_invalid, checklist_invalid, position_invalid, too_many_assignees.';
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

-- The spaces that exist get their boards, in the order in which they were made.
do $$
declare
  place record;
begin
  for place in select space.id, space.workspace_id, space.name from atrium.spaces space order by space.created_at, space.id loop
    insert into atrium.task_boards (space_id, workspace_id, key)
    values (place.id, place.workspace_id, atrium_private.free_task_key(place.workspace_id, place.name));
    insert into atrium.task_statuses (space_id, name, stage, position)
    values (place.id, 'To do', 'todo', 'a0'), (place.id, 'In progress', 'doing', 'a1'), (place.id, 'Done', 'done', 'a2'), (place.id, 'Cancelled', 'cancelled', 'a3');
  end loop;
end $$;

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
comment on function atrium_private.announce_task_detail() is 'task {id} to the space: something beside the task changed, such as what it waits for.';
create trigger announce after insert or delete on atrium.task_dependencies
  for each row execute function atrium_private.announce_task_detail();

create or replace function atrium_private.empty_trash()
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  place record;
  gone integer;
  total integer := 0;
begin
  for place in
    select space.id, now() - policy.trash_days * interval '1 day' as before
    from atrium.spaces space join atrium.workspace_policies policy on policy.workspace_id = space.workspace_id
    where space.archived_at is null and policy.trash_days is not null and (
      exists (
        select from atrium.documents document
        where document.space_id = space.id and document.trashed_at < now() - policy.trash_days * interval '1 day'
      ) or exists (
        select from atrium.files file where file.space_id = space.id and file.trashed_at < now() - policy.trash_days * interval '1 day'
      ) or exists (
        select from atrium.tasks task where task.space_id = space.id and task.trashed_at < now() - policy.trash_days * interval '1 day'
      ))
    order by space.id
  loop
    -- Whoever restores a document holds this lock: then it is out of the trash before the next statement looks.
    perform from atrium.spaces space where space.id = place.id for no key update;
    with due as (
      select document.id from atrium.documents document
      where document.space_id = place.id and document.trashed_at < place.before and document.suggestion_for is null
        -- With a page goes what is beneath it: not when that is locked, or not due itself.
        and not exists (
          select from atrium_private.branch_of(document.id) inside join atrium.documents page on page.id = inside
          where page.locked_at is not null or page.trashed_at is null or page.trashed_at >= place.before
        )
      order by document.trashed_at limit 500
    )
    delete from atrium.documents document using due where document.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
    -- What is in a trashed folder is in the trash since then or longer.
    with due as (
      select file.id from atrium.files file where file.space_id = place.id and file.trashed_at < place.before order by file.trashed_at limit 500
    )
    delete from atrium.files file using due where file.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
    -- What is part of a trashed task is in the trash since then or longer, too.
    with due as (
      select task.id from atrium.tasks task where task.space_id = place.id and task.trashed_at < place.before order by task.trashed_at limit 500
    )
    delete from atrium.tasks task using due where task.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
  end loop;
  return total;
end $$;
comment on function atrium_private.empty_trash() is
  'Deletes for ever what lay in the trash longer than its workspace wants, 500 of each space at a time; returns how many. What is locked stays, and so does what is above it.';

comment on function atrium.set_trash_retention(uuid, integer) is
  'For how many days a deleted document, file or task lies in the trash; null: until somebody deletes it. What is older is deleted for ever within an hour, with its files, but for what is locked. Admins may. Nullable: days.
Example: select atrium.set_trash_retention(''0190…'', 90);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 trash_days_invalid.';

comment on function atrium.trash_days(uuid) is
  'For how many days a deleted document, file or task lies in the trash of a workspace; null: until somebody deletes it.
Example: select atrium.trash_days(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';

create or replace function atrium_private.export_my_data()
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  person jsonb;
  words jsonb;
  own jsonb;
  traces jsonb;
begin
  person := jsonb_build_object(
    'exported_at', now(),
    'account', (
      select jsonb_build_object('id', account.id, 'email', account.email, 'created_at', account.created_at,
        'last_sign_in_at', account.last_sign_in_at, 'email_confirmed_at', account.email_confirmed_at)
      from auth.users account where account.id = me
    ),
    'identities', (
      select coalesce(jsonb_agg(jsonb_build_object('provider', proof.provider, 'told', proof.identity_data, 'created_at', proof.created_at,
        'last_sign_in_at', proof.last_sign_in_at) order by proof.created_at), '[]')
      from auth.identities proof where proof.user_id = me
    ),
    'second_factors', (
      select coalesce(jsonb_agg(jsonb_build_object('type', factor.factor_type, 'name', factor.friendly_name, 'status', factor.status,
        'created_at', factor.created_at) order by factor.created_at), '[]')
      from auth.mfa_factors factor where factor.user_id = me
    ),
    'sessions', (
      select coalesce(jsonb_agg(jsonb_build_object('created_at', session.created_at, 'refreshed_at', session.refreshed_at,
        'user_agent', session.user_agent, 'address', host(session.ip)) order by session.created_at), '[]')
      from auth.sessions session where session.user_id = me
    ),
    'profile', (select to_jsonb(profile) from atrium.profiles profile where profile.id = me),
    'status', (select to_jsonb(status) from atrium.statuses status where status.user_id = me),
    'notification_settings', (select to_jsonb(settings) from atrium.notification_settings settings where settings.user_id = me),
    'push_devices', (
      select coalesce(jsonb_agg(jsonb_build_object('device', browser.device, 'created_at', browser.created_at) order by browser.created_at), '[]')
      from atrium.push_subscriptions browser where browser.user_id = me
    ),
    'memberships', (
      select coalesce(jsonb_agg(jsonb_build_object('workspace_id', workspace.id, 'workspace', workspace.name, 'role', member.role,
        'joined_at', member.joined_at) order by member.joined_at), '[]')
      from atrium.members member join atrium.workspaces workspace on workspace.id = member.workspace_id where member.user_id = me
    ),
    'groups', (
      select coalesce(jsonb_agg(jsonb_build_object('group_id', joined.group_id)), '[]')
      from atrium.group_members joined where joined.user_id = me
    )
  );
  words := jsonb_build_object(
    'documents', (
      select coalesce(jsonb_agg(jsonb_build_object('id', document.id, 'workspace_id', document.workspace_id, 'title', document.title,
        'created_at', document.created_at, 'updated_at', document.updated_at, 'text', contents.text, 'markdown', contents.markdown, 'json', contents.json)
        order by document.created_at, document.id), '[]')
      from atrium.documents document left join atrium.document_contents contents on contents.document_id = document.id
      where document.created_by = me
        and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
          or document.id in (select atrium_private.granted_to_caller('document', 'viewer')))
    ),
    'messages', (
      select coalesce(jsonb_agg(jsonb_build_object('id', message.id, 'room_id', message.room_id, 'thread_id', message.thread_id, 'text', message.text,
        'content', message.content, 'created_at', message.created_at, 'edited_at', message.edited_at, 'deleted_at', message.deleted_at)
        order by message.created_at, message.id), '[]')
      from atrium.messages message where message.author_id = me
    ),
    'comments', (
      select coalesce(jsonb_agg(jsonb_build_object('id', said.id, 'thread_id', said.thread_id, 'document_id', said.document_id, 'text', said.text,
        'created_at', said.created_at, 'edited_at', said.edited_at, 'deleted_at', said.deleted_at) order by said.created_at, said.id), '[]')
      from atrium.comments said where said.author_id = me
    ),
    'tasks', (
      select coalesce(jsonb_agg(jsonb_build_object('id', task.id, 'workspace_id', task.workspace_id, 'space_id', task.space_id, 'number', task.number,
        'title', task.title, 'description', task.description, 'due_on', task.due_on, 'created_at', task.created_at, 'closed_at', task.closed_at)
        order by task.created_at, task.id), '[]')
      from atrium.tasks task
      where task.created_by = me and task.space_id in (select atrium_private.spaces_of_caller('viewer'))
    )
  );
  own := jsonb_build_object(
    'rooms', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.room_members mine where mine.user_id = me),
    'read_marks', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.read_marks mine where mine.user_id = me),
    'message_edits', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_edits mine where mine.author_id = me),
    'message_files', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_files mine where mine.uploaded_by = me),
    'file_uploads', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.file_uploads mine where mine.uploaded_by = me),
    'message_reactions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_reactions mine where mine.user_id = me),
    'comment_reactions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.comment_reactions mine where mine.user_id = me),
    'saved_messages', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.saved_messages mine where mine.user_id = me),
    'thread_follows', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.thread_follows mine where mine.user_id = me),
    'drafts', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.drafts mine where mine.user_id = me),
    'scheduled_messages', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.scheduled_messages mine where mine.user_id = me),
    'notifications', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notifications mine where mine.user_id = me),
    'notification_levels', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notification_levels mine where mine.user_id = me),
    'favourites', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.favourites mine where mine.user_id = me),
    'task_assignments', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.task_assignees mine where mine.user_id = me),
    'suggestions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.suggestions mine where mine.author_id = me),
    'transfers', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.transfers mine where mine.owner_id = me),
    'spaces', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.space_members mine where mine.user_id = me),
    'grants', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.grants mine where mine.user_id = me)
  );
  traces := jsonb_build_object(
    'made', (
      select coalesce(jsonb_agg(jsonb_build_object('type', did.type, 'id', did.id, 'at', did.at) order by did.at, did.id), '[]') from (
        select 'workspace' as type, did.id, did.created_at as at from atrium.workspaces did where did.created_by = me
        union all select 'space', did.id, did.created_at from atrium.spaces did where did.created_by = me
        union all select 'room', did.id, did.created_at from atrium.rooms did where did.created_by = me
        union all select 'grant', did.id, did.created_at from atrium.grants did where did.created_by = me
        union all select 'link', did.id, did.created_at from atrium.links did where did.created_by = me
        union all select 'invitation', did.id, did.created_at from atrium.invitations did where did.invited_by = me
        union all select 'invitation_link', did.id, did.created_at from atrium.invitation_links did where did.invited_by = me
        union all select 'bot', did.id, did.created_at from atrium.bots did where did.made_by = me
        union all select 'api_token', did.id, did.created_at from atrium.api_tokens did where did.made_by = me
        union all select 'webhook', did.id, did.created_at from atrium.webhooks did where did.made_by = me
        union all select 'comment_thread', did.id, did.created_at from atrium.comment_threads did where did.created_by = me
        union all select 'resolved_thread', did.id, did.resolved_at from atrium.comment_threads did where did.resolved_by = me
        union all select 'named_version', did.id, did.at from atrium.document_versions did where did.named_by = me
        union all select 'file', did.id, did.created_at from atrium.files did where did.created_by = me
        union all select 'changed_file', did.id, did.updated_at from atrium.files did where did.updated_by = me
        union all select 'file_version', did.id, did.created_at from atrium.file_versions did where did.author_id = me
        union all select 'task', did.id, did.created_at from atrium.tasks did where did.created_by = me
        union all select 'changed_task', did.task_id, did.at from atrium.task_activity did where did.actor_id = me
        union all select 'pinned_message', did.message_id, did.pinned_at from atrium.message_pins did where did.pinned_by = me
        union all select 'locked_document', did.id, did.locked_at from atrium.documents did where did.locked_by = me
        union all select 'decided_suggestion', did.suggestion_id, did.decided_at from atrium_private.suggestion_decisions did where did.decided_by = me
        union all select 'command', did.id, did.created_at from atrium_private.document_commands did where did.author_id = me
      ) did
    ),
    'versions', (
      select coalesce(jsonb_agg(jsonb_build_object('id', version.id, 'document_id', version.document_id, 'from_at', version.from_at, 'at', version.at)
        order by version.at), '[]')
      from atrium.document_versions version where me = any (version.authors)
    ),
    'link_visits', (
      select coalesce(jsonb_agg(jsonb_build_object('link_id', visit.link_id, 'opened_at', visit.opened_at) order by visit.opened_at), '[]')
      from atrium_private.link_visits visit where visit.user_id = me
    ),
    'deliveries', (
      select coalesce(jsonb_agg(jsonb_build_object('notification_id', sent.notification_id, 'channel', sent.channel, 'due_at', sent.due_at,
        'sent_at', sent.sent_at) order by sent.due_at), '[]')
      from atrium_private.notification_deliveries sent where sent.user_id = me
    ),
    'rights_changed', (
      select coalesce(jsonb_agg(jsonb_build_object('at', event.at, 'workspace_id', event.workspace_id, 'action', event.action,
        'object_type', event.object_type, 'object_id', event.object_id, 'before', event.before, 'after', event.after) order by event.id), '[]')
      from atrium.audit_events event
      where event.user_id = me and event.workspace_id in (select atrium_private.workspaces_of_caller('guest'))
    ),
    'rights_he_changed', (
      select coalesce(jsonb_agg(jsonb_build_object('at', event.at, 'workspace_id', event.workspace_id, 'action', event.action,
        'object_type', event.object_type, 'object_id', event.object_id, 'address', event.address, 'user_agent', event.user_agent)
        order by event.id), '[]')
      from atrium.audit_events event where event.actor_id = me
    )
  );
  return person || words || own || traces;
end $$;
comment on function atrium_private.export_my_data() is 'Behind atrium.export_my_data.';

comment on function atrium.export_my_data() is
  'Everything that is kept about the caller, as one JSON object: who he is (account, identities, second_factors, sessions, profile, status, memberships, groups), what he wrote (documents and tasks that he made and may still read, messages, comments, drafts, scheduled_messages, suggestions), how he wants to be told, what he was told, and what he did (made, with types and ids). Secrets and keys are left out.
Example: select atrium.export_my_data();
Errors: 401 not_signed_in.';

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.task_boards, atrium.task_statuses, atrium.task_labels, atrium.tasks, atrium.task_assignees,
  atrium.task_dependencies, atrium.task_activity to service_role;
