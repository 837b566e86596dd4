-- Comments on tasks, watching them, and what is told of them. What is here leads to what the numbered files install, which the test MIG8
-- compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

insert into atrium.notification_kinds (kind, place, inbox, push, mail) values
  ('task_assigned', 25, true, true, true),
  ('task_mention', 26, true, true, true),
  ('task_comment', 27, true, false, false),
  ('task_status', 28, true, false, false),
  ('task_due', 29, true, true, false)
on conflict do nothing;
alter table atrium.notifications drop constraint notifications_object_type_check;
alter table atrium.notifications add constraint notifications_object_type_check
  check (object_type in ('workspace', 'space', 'room', 'document', 'file', 'task')) not valid;
alter table atrium.notifications validate constraint notifications_object_type_check;
alter table atrium.notification_levels drop constraint notification_levels_object_type_check;
alter table atrium.notification_levels add constraint notification_levels_object_type_check
  check (object_type in ('workspace', 'space', 'room', 'document', 'task')) not valid;
alter table atrium.notification_levels validate constraint notification_levels_object_type_check;
comment on column atrium.notifications.object_type is 'workspace, space, room, document, file or task: what the inbox groups by.';
comment on column atrium.notifications.source_id is
  'The message, comment (a thread has the id of its first one), suggestion, grant, invitation, transfer or reminder; the task that is due or was assigned; null for a document that was changed and a task that came to another column.';
comment on table atrium.notification_levels is
  'Where a person wants more or less than usual. The nearest counts: the room, document or task, then its space, then the workspace. Everybody sees his own.';
comment on column atrium.notification_settings.watch_own is 'Whether he watches the documents and tasks that he made, unless he says otherwise for one.';

create index on atrium.tasks (due_on) where closed_at is null;

create table atrium.task_comments (
  id uuid primary key default gen_random_uuid(),
  task_id uuid not null,
  space_id uuid not null,
  trashed boolean not null default false,
  author_id uuid references atrium.profiles (id) on delete set null,
  text text,
  content jsonb,
  mentions uuid[] not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  edited_at timestamptz,
  deleted_at timestamptz,
  foreign key (space_id, task_id) references atrium.tasks (space_id, id) on delete cascade,
  check ((text is null) = (deleted_at is not null)),
  check (content is null or text is not null)
);
comment on table atrium.task_comments is 'What people say about tasks. Whoever sees the task reads it, and hears task {id} when it changes.';
comment on column atrium.task_comments.id is 'Chosen by the author, so that sending again after a broken connection makes no second comment.';
comment on column atrium.task_comments.space_id is 'A copy from the task, so that the policy asks no other table for each row.';
comment on column atrium.task_comments.trashed is 'Whether the task is in the trash; a copy like space_id.';
comment on column atrium.task_comments.author_id is 'Null when the account is gone.';
comment on column atrium.task_comments.text is 'Plain text, 20000 characters at most; null when the comment was deleted.';
comment on column atrium.task_comments.content is 'A ProseMirror document as in messages; null when there are no formats.';
comment on column atrium.task_comments.mentions is 'The people mentioned who could see the task when it was written.';
create index on atrium.task_comments (space_id, task_id, created_at);
create index on atrium.task_comments (task_id, created_at);
-- Deleting an account looks for what the person said.
create index on atrium.task_comments (author_id);
alter table atrium.task_comments enable row level security;

create policy "people read what is said about the tasks they see"
  on atrium.task_comments for select to authenticated
  using (
    (not trashed and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.task_comments to authenticated;

-- Definer: who may see a space is known to its admins alone.
create function atrium_private.people_named_to_space(content jsonb, in_space uuid)
  returns uuid[]
  language plpgsql stable security definer set search_path = ''
as $$
declare
  named uuid[] := atrium_private.people_named_in(content);
begin
  if cardinality(named) > 50 then
    raise sqlstate 'PT422' using message = 'A comment mentions 50 people at most.', detail = 'too_many_mentions';
  end if;
  return array(
    select person.id from unnest(named) person (id)
    where exists (select from atrium_private.space_rights(person.id) rights where rights.space_id = in_space) order by 1
  );
end $$;
comment on function atrium_private.people_named_to_space(jsonb, uuid) is
  'Who is mentioned in a ProseMirror document and sees the space. Errors: 422 too_many_mentions.';

-- Definer: nobody may insert comments but through here.
create function atrium_private.comment_on_task(new_id uuid, on_task uuid, new_text text, new_content jsonb)
  returns atrium.task_comments
  language plpgsql security definer set search_path = ''
as $$
declare
  task atrium.tasks := atrium_private.require_task_role(on_task, 'commenter');
  me uuid := atrium_private.caller();
  said atrium.task_comments;
begin
  select known.* into said from atrium.task_comments known where known.id = new_id and known.task_id = task.id and known.author_id = me;
  if said.id is not null then
    return said;
  elsif (select count(*) from atrium.task_comments known where known.task_id = task.id) >= 5000 then
    raise sqlstate 'PT429' using message = 'This task has 5000 comments.', detail = 'too_many_comments';
  end if;
  new_content := atrium_private.valid_content(new_content);
  new_text := atrium_private.valid_message(coalesce(atrium_private.content_text(new_content), new_text), false);
  insert into atrium.task_comments (id, task_id, space_id, author_id, text, content, mentions)
  values (coalesce(new_id, gen_random_uuid()), task.id, task.space_id, me, new_text, new_content,
    atrium_private.people_named_to_space(new_content, task.space_id))
  on conflict (id) do nothing
  returning * into said;
  if said.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return said;
end $$;
comment on function atrium_private.comment_on_task(uuid, uuid, text, jsonb) is 'Behind atrium.comment_on_task.';
grant execute on function atrium_private.comment_on_task to authenticated;

-- Definer: nobody may update comments but through here.
create function atrium_private.change_task_comment(comment_id uuid, new_text text, new_content jsonb, deleting boolean)
  returns atrium.task_comments
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  said atrium.task_comments;
  mine atrium.role;
begin
  select known.* into said from atrium.task_comments known where known.id = $1 for no key update;
  select max(rights.role) into mine from atrium_private.space_rights(me) rights where rights.space_id = said.space_id;
  if mine is null or (said.trashed and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such comment, or you may not see it.', detail = 'comment_not_found';
  elsif said.author_id is distinct from me and not (deleting and mine >= 'editor') then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  perform atrium_private.require_task_role(said.task_id, 'commenter');
  if said.deleted_at is not null then
    if deleting then
      return said;
    end if;
    raise sqlstate 'PT410' using message = 'This comment was deleted.', detail = 'comment_deleted';
  elsif deleting then
    update atrium.task_comments known set text = null, content = null, mentions = '{}', deleted_at = now()
    where known.id = said.id returning known.* into said;
    return said;
  end if;
  new_content := atrium_private.valid_content(new_content);
  new_text := atrium_private.valid_message(coalesce(atrium_private.content_text(new_content), new_text), false);
  if (new_text, new_content) is distinct from (said.text, said.content) then
    update atrium.task_comments known
    set text = new_text, content = new_content, edited_at = now(),
      mentions = atrium_private.people_named_to_space(new_content, known.space_id)
    where known.id = said.id returning known.* into said;
  end if;
  return said;
end $$;
comment on function atrium_private.change_task_comment(uuid, text, jsonb, boolean) is 'Behind atrium.edit_task_comment and atrium.delete_task_comment.';
grant execute on function atrium_private.change_task_comment to authenticated;

create function atrium.comment_on_task(id uuid, task_id uuid, text text, content jsonb default null)
  returns atrium.task_comments
  language sql set search_path = ''
as $$ select * from atrium_private.comment_on_task($1, $2, $3, $4) $$;
comment on function atrium.comment_on_task(uuid, uuid, text, jsonb) is
  'Says something about a task; with content, a ProseMirror document as in messages, the text is taken from it. Commenters and higher may. The same call again returns the same comment. Nullable: id, text, content.
Example: select * from atrium.comment_on_task(gen_random_uuid(), ''0190…'', ''I begin tomorrow'');
Errors: 401 not_signed_in, 403 role_too_low, 404 task_not_found, 409 id_taken, task_trashed, space_archived, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (50), 429 too_many_comments (5000).';
grant execute on function atrium.comment_on_task to authenticated;

create function atrium.edit_task_comment(id uuid, text text, content jsonb default null)
  returns atrium.task_comments
  language sql set search_path = ''
as $$ select * from atrium_private.change_task_comment($1, $2, $3, false) $$;
comment on function atrium.edit_task_comment(uuid, text, jsonb) is
  'Changes what an own comment on a task says. Nullable: text, content.
Example: select * from atrium.edit_task_comment(''0190…'', ''I begin on Friday'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 task_trashed, space_archived, 410 comment_deleted, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (50).';
grant execute on function atrium.edit_task_comment to authenticated;

create function atrium.delete_task_comment(id uuid)
  returns atrium.task_comments
  language sql set search_path = ''
as $$ select * from atrium_private.change_task_comment($1, null, null, true) $$;
comment on function atrium.delete_task_comment(uuid) is
  'Deletes what a comment on a task says. Its author may, and editors.
Example: select * from atrium.delete_task_comment(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 task_trashed, space_archived.';
grant execute on function atrium.delete_task_comment to authenticated;

drop policy "people see their own notifications of what they may read" on atrium.notifications;
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

create or replace function atrium_private.visible_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
  returns setof atrium.notifications
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
  return query
    with rooms as materialized (select given.room_id from atrium_private.room_rights(for_user) given),
    spaces as materialized (select given.space_id, max(given.role) as role from atrium_private.space_rights(for_user) given group by given.space_id),
    granted as materialized (select given.object_id from atrium_private.grant_rights(for_user, 'document') given),
    folders as materialized (select array_agg(given.object_id) as ids from atrium_private.grant_rights(for_user, 'file') given),
    workspaces as materialized (select given.workspace_id from atrium_private.active_memberships(for_user) given)
    select told.*
    from atrium.notifications told
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
    left join atrium.files file on told.object_type = 'file' and file.id = told.object_id
    left join atrium.tasks task on told.object_type = 'task' and task.id = told.object_id
    where told.user_id = for_user
      and (in_workspace is null or told.workspace_id = in_workspace)
      and (ids is null or told.id = any (ids))
      and (before is null or told.touched_at < before)
      and case which
        when 'open' then told.done_at is null and (told.snoozed_until is null or told.snoozed_until <= now())
        when 'unread' then told.done_at is null and told.read_at is null and (told.snoozed_until is null or told.snoozed_until <= now())
        when 'snoozed' then told.done_at is null and told.snoozed_until > now()
        when 'done' then told.done_at is not null
        else true
      end
      and case told.object_type
        when 'room' then told.object_id in (select rooms.room_id from rooms)
        when 'document' then document.suggestion_for is null and (
          (document.trashed_at is null and (
            document.space_id in (select spaces.space_id from spaces) or document.id in (select granted.object_id from granted)))
          or document.space_id in (select spaces.space_id from spaces where spaces.role >= 'editor'))
        when 'file' then
          (file.trashed_at is null and (file.space_id in (select spaces.space_id from spaces) or file.above && (select folders.ids from folders)))
          or file.space_id in (select spaces.space_id from spaces where spaces.role >= 'editor')
        when 'task' then (task.trashed_at is null and task.space_id in (select spaces.space_id from spaces))
          or task.space_id in (select spaces.space_id from spaces where spaces.role >= 'editor')
        when 'space' then told.object_id in (select spaces.space_id from spaces)
        else told.object_id in (select workspaces.workspace_id from workspaces)
      end
    order by told.touched_at desc, told.id
    limit most;
end $$;

create or replace function atrium_private.set_notification_level(of_type text, item uuid, new_level text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  place uuid;
begin
  if (new_level is null or new_level in ('all', 'mentions', 'nothing')) is not true then
    raise sqlstate 'PT422' using message = 'A level is all, mentions or nothing.', detail = 'level_invalid';
  elsif of_type = 'room' and atrium_private.require_room_role(item, 'viewer') is not null then
    select room.workspace_id into place from atrium.rooms room where room.id = item;
  elsif of_type = 'document' and atrium_private.require_document_role(item, 'viewer') is not null then
    select document.workspace_id into place from atrium.documents document where document.id = item;
  elsif of_type = 'task' and (atrium_private.require_task_role(item, 'viewer')).id is not null then
    select task.workspace_id into place from atrium.tasks task where task.id = item;
  elsif of_type = 'space' and atrium_private.require_space_role(item, 'viewer') is not null then
    select space.workspace_id into place from atrium.spaces space where space.id = item;
  elsif of_type = 'workspace' and atrium_private.require_workspace_role(item, 'guest') is not null then
    place := item;
  else
    raise sqlstate 'PT422' using message = 'Only a workspace, a space, a room, a document or a task has a level.', detail = 'object_type_invalid';
  end if;
  if new_level is null then
    delete from atrium.notification_levels known where known.user_id = me and known.object_type = of_type and known.object_id = item;
  else
    insert into atrium.notification_levels (user_id, object_type, object_id, workspace_id, level) values (me, of_type, item, place, new_level)
    on conflict (user_id, object_type, object_id) do update set level = excluded.level;
  end if;
end $$;

create or replace function atrium_private.read_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
  return query
    select told.id, told.kind, told.workspace_id, coalesce(room.space_id, document.space_id, file.space_id, task.space_id, space.id), told.object_type, told.object_id,
      case
        when room.kind = 'direct' then (
          select string_agg(profile.name, ', ' order by lower(profile.name)) from atrium.room_members inside
          join atrium.profiles profile on profile.id = inside.user_id
          where inside.room_id = room.id and inside.user_id <> for_user)
        else coalesce(room.name, document.title, file.name, task.title, space.name, workspace.name, '')
      end,
      document.icon, coalesce(room.kind = 'direct', false), told.actors,
      case
        when told.actors = '{}' then array_remove(array[message.bot_name], null)
        else array(select coalesce(profile.name, '') from unnest(told.actors) with ordinality as actor (person, turn)
          left join atrium.profiles profile on profile.id = actor.person order by actor.turn)
      end,
      -- A reminder in own words is nothing to go to.
      case when reminder.id is null then told.source_id end, told.thread_id, told.place,
      nullif(left(btrim(regexp_replace(left(case
        when told.kind = 'document_mention' then atrium_private.words_around(contents.text, '@' || mine.name)
        when told.kind = 'transfer' then coalesce(transfer.message, transfer.file_name)
        when told.kind = 'task_status' then status.name
        when told.kind = 'task_due' then coalesce(
          to_char(task.due_at at time zone coalesce(settings.time_zone, 'UTC'), 'YYYY-MM-DD HH24:MI'), task.due_on::text)
        when remark.id is not null then remark.text
        when comment.id is not null then comment.text
        when reminder.id is not null then reminder.text
        else message.text
      end, 900), '\s+', ' ', 'g')), 300), ''),
      case when told.kind = 'access' then shared.role::text when told.kind = 'transfer' then transfer.kind || '_' || transfer.state
        when told.object_type = 'task' then board.key || '-' || task.number end,
      told.touched_at, told.read_at, told.done_at, told.snoozed_until
    from atrium_private.visible_notifications(for_user, in_workspace, ids, which, before, most) told
    left join atrium.profiles mine on mine.id = for_user
    left join atrium.rooms room on told.object_type = 'room' and room.id = told.object_id
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
    left join atrium.files file on told.object_type = 'file' and file.id = told.object_id
    left join atrium.tasks task on told.object_type = 'task' and task.id = told.object_id
    left join atrium.task_boards board on board.space_id = task.space_id
    left join atrium.task_statuses status on told.kind = 'task_status' and status.id = task.status_id
    left join atrium.task_comments remark on told.object_type = 'task' and remark.id = told.source_id and remark.task_id = told.object_id
    left join atrium.notification_settings settings on told.kind = 'task_due' and settings.user_id = for_user
    left join atrium.spaces space on told.object_type = 'space' and space.id = told.object_id
    left join atrium.workspaces workspace on told.object_type = 'workspace' and workspace.id = told.object_id
    left join atrium.messages message on told.object_type = 'room' and message.id = told.source_id and message.room_id = told.object_id
    left join atrium.comments comment on told.object_type = 'document' and comment.id = told.source_id and comment.document_id = told.object_id
    left join atrium.grants shared on told.kind = 'access' and shared.id = told.source_id
    left join atrium.reminders reminder on told.kind = 'reminder' and reminder.id = told.source_id and reminder.user_id = for_user
    left join atrium.transfers transfer on told.kind = 'transfer' and transfer.id = told.source_id
    left join atrium.document_contents contents on told.kind = 'document_mention' and contents.document_id = told.object_id
    order by told.touched_at desc, told.id;
end $$;

create or replace function atrium_private.mark_object_read(of_type text, item uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  if (of_type in ('workspace', 'space', 'room', 'document', 'file', 'task') and item is not null) is not true then
    raise sqlstate 'PT422' using message = 'Say which workspace, space, room, document, file or task was read.', detail = 'object_type_invalid';
  end if;
  update atrium.notifications told set read_at = now()
  where told.user_id = me and told.object_id = item and told.object_type = of_type and told.read_at is null
    and (told.snoozed_until is null or told.snoozed_until <= now());
  if found then
    perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  end if;
end $$;

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
    'task_comments', (
      select coalesce(jsonb_agg(jsonb_build_object('id', said.id, 'task_id', said.task_id, 'text', said.text, 'content', said.content,
        'created_at', said.created_at, 'edited_at', said.edited_at, 'deleted_at', said.deleted_at) order by said.created_at, said.id), '[]')
      from atrium.task_comments said where said.author_id = me
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
    'reminders', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.reminders mine where mine.user_id = me),
    'notifications', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notifications mine where mine.user_id = me),
    'notification_levels', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notification_levels mine where mine.user_id = me),
    'favourites', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.favourites mine where mine.user_id = me),
    'task_assignments', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.task_assignees mine where mine.user_id = me),
    'sync_receipts', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.sync_receipts mine where mine.user_id = me),
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

create or replace function atrium_private.note_task_activity()
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

comment on function atrium.set_notification_level(text, uuid, text) is
  'Watches (all), mutes (nothing) or follows as usual (mentions) a workspace, space, room, document or task; null takes the rule back, so that the next wider one counts. Nullable: level.
Example: select atrium.set_notification_level(''room'', ''0190…'', ''all'');
Errors: 401 not_signed_in, 404 workspace_not_found, space_not_found, room_not_found, document_not_found, task_not_found, 422 level_invalid, object_type_invalid.';
comment on function atrium.mark_object_read(text, uuid) is
  'Says that the caller looks at a document or task (or a room, space, workspace): what he was told of it is read, on every device. Rooms say it by their read marks.
Example: select atrium.mark_object_read(''document'', ''0190…'');
Errors: 401 not_signed_in, 422 object_type_invalid.';
comment on function atrium.export_my_data() is
  'Everything that is kept about the caller, as one JSON object: who he is (account, identities, second_factors, sessions, profile, status, memberships, groups), what he wrote (documents and tasks that he made and may still read, messages, comments, task_comments, drafts, scheduled_messages, suggestions), how he wants to be told, what he was told, and what he did (made, with types and ids). Secrets and keys are left out.
Example: select atrium.export_my_data();
Errors: 401 not_signed_in.';
comment on function atrium_private.announce_task_detail() is 'task {id} to the space: something beside the task changed, such as what it waits for or what is said about it.';
create trigger announce after insert or update of text, content, deleted_at on atrium.task_comments
  for each row execute function atrium_private.announce_task_detail();

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.task_comments to service_role;
