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
  message_id uuid references atrium.messages (id) on delete set null,
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
comment on column atrium.tasks.message_id is
  'The message of which somebody made it who could read it; null for none. Who sees the task may be outside its room: the id alone says nothing about it.';
-- A board is read column by column in its order.
create index on atrium.tasks (space_id, status_id, position);
-- The parts of a task.
create index on atrium.tasks (space_id, parent_id) where parent_id is not null;
create index on atrium.tasks (workspace_id, due_on) where closed_at is null;
-- The worker asks what is due, wherever it is.
create index on atrium.tasks (due_on) where closed_at is null;
-- Deleting an account looks for what the person made.
create index on atrium.tasks (created_by);
-- Deleting a message looks for what was made of it.
create index on atrium.tasks (message_id) where message_id is not null;
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
