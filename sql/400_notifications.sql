-- Notifications: one row for each person and event. What it says is read from its source when it is shown, so nothing is told of what was
-- taken back, and nothing of what somebody may no longer read.

create table atrium.notification_kinds (
  kind text primary key check (kind ~ '^[a-z_]{1,40}$'),
  place integer not null,
  inbox boolean not null,
  push boolean not null,
  mail boolean not null
);
comment on table atrium.notification_kinds is 'What people are told of, in the order of the settings page, and by which ways unless they choose others.';
comment on column atrium.notification_kinds.inbox is 'Without the inbox there is neither push nor mail.';
insert into atrium.notification_kinds (kind, place, inbox, push, mail) values
  ('direct', 1, true, true, true),
  ('mention', 2, true, true, true),
  ('reply', 3, true, true, false),
  ('message', 4, true, true, false),
  ('reaction', 5, false, false, false),
  ('comment_mention', 10, true, true, true),
  ('comment_reply', 11, true, true, true),
  ('comment', 12, true, false, false),
  ('comment_resolved', 13, true, false, false),
  ('document_mention', 20, true, true, true),
  ('document_changed', 21, true, false, false),
  ('suggestion', 22, true, false, true),
  ('suggestion_decided', 23, true, false, true),
  ('task_assigned', 25, true, true, true),
  ('task_mention', 26, true, true, true),
  ('task_comment', 27, true, false, false),
  ('task_status', 28, true, false, false),
  ('task_due', 29, true, true, false),
  ('access', 30, true, false, true),
  ('invitation_accepted', 31, true, false, false),
  ('transfer', 40, true, false, false),
  ('reminder', 50, true, true, false),
  ('scheduled_failed', 51, true, true, true);

create table atrium.notifications (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  object_type text not null check (object_type in ('workspace', 'space', 'room', 'document', 'file', 'task')),
  object_id uuid not null,
  kind text not null,
  actors uuid[] not null default '{}',
  source_id uuid,
  thread_id uuid,
  place bigint,
  created_at timestamptz not null default now(),
  touched_at timestamptz not null default now(),
  read_at timestamptz,
  done_at timestamptz,
  snoozed_until timestamptz,
  -- The same event told twice is told once.
  unique (source_id, kind, user_id)
);
comment on table atrium.notifications is
  'What a person is told of: one row for each person and event, seen by him alone and only while he may read the object. The words are in the source: my_inbox reads them.';
comment on column atrium.notifications.seq is 'Rises with each notification.';
comment on column atrium.notifications.object_type is 'workspace, space, room, document, file or task: what the inbox groups by.';
comment on column atrium.notifications.kind is 'One of notification_kinds.';
comment on column atrium.notifications.actors is 'Who did it, the latest last; empty for the system, or for an app that posts.';
comment on column atrium.notifications.source_id is
  'The message, comment (a thread has the id of its first one), suggestion, grant, invitation, transfer or reminder; the task that is due or was assigned; null for a document that was changed and a task that came to another column.';
comment on column atrium.notifications.thread_id is 'The thread of a room or of comments in which it happened.';
comment on column atrium.notifications.place is 'The seq of a message: reading the room up to it reads the notification.';
comment on column atrium.notifications.touched_at is 'The last time that something was added to it: changes of one session of work are one notification.';
comment on column atrium.notifications.done_at is 'Set when the person is through with it; it leaves the inbox.';
comment on column atrium.notifications.snoozed_until is 'Until then it is out of the inbox; then it comes back as unread.';
-- The inbox is read from the latest on, and what was read somewhere is looked for by its object.
create index on atrium.notifications (user_id, touched_at desc) where done_at is null;
create index on atrium.notifications (user_id, done_at desc) where done_at is not null;
create index on atrium.notifications (user_id, object_id) where read_at is null;
-- Deleting a workspace takes its notifications along.
create index on atrium.notifications (workspace_id);
-- The worker asks every second what comes back.
create index on atrium.notifications (snoozed_until) where snoozed_until is not null;
-- The worker forgets what is old.
create index on atrium.notifications (touched_at);
alter table atrium.notification_kinds enable row level security;
alter table atrium.notifications enable row level security;

create policy "who is signed in reads the kinds" on atrium.notification_kinds for select to authenticated
  using ((select atrium_private.caller()) is not null);
grant select on atrium.notification_kinds to authenticated;

-- Its policy stands in 508_task_notifications.sql, behind the last of the tables that it asks.
grant select on atrium.notifications to authenticated;

-- Definer: it answers for anybody, to the inbox of the caller and to the worker. Not granted.
create function atrium_private.visible_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
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
comment on function atrium_private.visible_notifications(uuid, uuid, uuid[], text, timestamptz, integer) is
  'The notifications of a person that he may see now, the latest first: which is open, unread, snoozed, done or all. Null means any.';
