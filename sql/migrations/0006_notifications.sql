-- Notifications: inbox, rules, push and mail. What is here leads to what the numbered files install, which the test MIG8 compares; those
-- files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

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
  object_type text not null check (object_type in ('workspace', 'space', 'room', 'document')),
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
comment on column atrium.notifications.object_type is 'workspace, space, room or document: what the inbox groups by.';
comment on column atrium.notifications.kind is 'One of notification_kinds.';
comment on column atrium.notifications.actors is 'Who did it, the latest last; empty for the system, or for an app that posts.';
comment on column atrium.notifications.source_id is
  'The message, comment (a thread has the id of its first one), suggestion, grant, invitation or transfer; null for a document that was changed.';
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

-- The look-up of a document is under the policy on documents itself.
create policy "people see their own notifications of what they may read"
  on atrium.notifications for select to authenticated
  using (
    user_id = (select atrium_private.caller()) and case object_type
      when 'room' then object_id in (select atrium_private.rooms_of_caller('viewer'))
      when 'document' then exists (select from atrium.documents document where document.id = object_id)
      when 'space' then object_id in (select atrium_private.spaces_of_caller('viewer'))
      else object_id in (select atrium_private.workspaces_of_caller('guest'))
    end
  );
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
    workspaces as materialized (select given.workspace_id from atrium_private.active_memberships(for_user) given)
    select told.*
    from atrium.notifications told
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
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
        when 'space' then told.object_id in (select spaces.space_id from spaces)
        else told.object_id in (select workspaces.workspace_id from workspaces)
      end
    order by told.touched_at desc, told.id
    limit most;
end $$;
comment on function atrium_private.visible_notifications(uuid, uuid, uuid[], text, timestamptz, integer) is
  'The notifications of a person that he may see now, the latest first: which is open, unread, snoozed, done or all. Null means any.';

-- What each person wants to be told of, by which way, and when not.

create table atrium.notification_settings (
  user_id uuid primary key references atrium.profiles (id) on delete cascade,
  channels jsonb not null default '{}' check (jsonb_typeof(channels) = 'object' and octet_length(channels::text) <= 4000),
  watch_own boolean not null default true,
  time_zone text not null default 'UTC',
  quiet_from time,
  quiet_until time,
  quiet_days integer[] not null default '{}' check (quiet_days <@ '{1,2,3,4,5,6,7}'),
  paused_until timestamptz,
  mail text not null default 'at_once' check (mail in ('at_once', 'hourly', 'daily', 'never')),
  mail_hour integer not null default 8 check (mail_hour between 0 and 23),
  mail_days integer[] not null default '{1,2,3,4,5}' check (mail_days <@ '{1,2,3,4,5,6,7}' and mail_days <> '{}'),
  updated_at timestamptz not null default now(),
  check ((quiet_from is null) = (quiet_until is null))
);
comment on table atrium.notification_settings is 'How a person is told; without a row everything is as the defaults say. Everybody sees his own.';
comment on column atrium.notification_settings.channels is
  'Where he wants other ways than notification_kinds says: {"reply": {"mail": true}}, with the keys inbox, push and mail.';
comment on column atrium.notification_settings.watch_own is 'Whether he watches the documents that he made, unless he says otherwise for one.';
comment on column atrium.notification_settings.quiet_from is 'From then until quiet_until, which may be on the next day, nothing is pushed or mailed. Null: no quiet hours.';
comment on column atrium.notification_settings.quiet_days is 'Days (1 is Monday) that are quiet from midnight to midnight.';
comment on column atrium.notification_settings.paused_until is 'Until then nothing is pushed or mailed.';
comment on column atrium.notification_settings.mail is 'at_once, some minutes after it happened; hourly; daily at mail_hour of mail_days; never.';
alter table atrium.notification_settings enable row level security;

create table atrium.notification_levels (
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  object_type text not null check (object_type in ('workspace', 'space', 'room', 'document')),
  object_id uuid not null,
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  level text not null check (level in ('all', 'mentions', 'nothing')),
  primary key (user_id, object_type, object_id)
);
comment on table atrium.notification_levels is
  'Where a person wants more or less than usual. The nearest counts: the room or document, then its space, then the workspace. Everybody sees his own.';
comment on column atrium.notification_levels.level is
  'all: everything, which is to watch it. mentions: what is said to him, and answers where he took part. nothing: it is muted.';
-- A change asks who watches.
create index on atrium.notification_levels (object_id, level);
create index on atrium.notification_levels (workspace_id);
alter table atrium.notification_levels enable row level security;

create policy "people see their own settings"
  on atrium.notification_settings for select to authenticated using (user_id = (select atrium_private.caller()));
create policy "people see their own levels"
  on atrium.notification_levels for select to authenticated using (user_id = (select atrium_private.caller()));
grant select on atrium.notification_settings, atrium.notification_levels to authenticated;

create function atrium_private.valid_channels(value jsonb)
  returns jsonb
  language plpgsql stable set search_path = ''
as $$
begin
  if jsonb_typeof(value) is distinct from 'object' or exists (
    select from jsonb_each(value) given
    where not exists (select from atrium.notification_kinds known where known.kind = given.key)
      or atrium_private.has_only(given.value, '{inbox,push,mail}') is not true
      or exists (select from jsonb_each(given.value) way where jsonb_typeof(way.value) <> 'boolean')
  ) then
    raise sqlstate 'PT422' using message = 'Channels are {"<kind>": {"inbox", "push", "mail": true or false}}.', detail = 'channels_invalid';
  end if;
  return value;
end $$;
comment on function atrium_private.valid_channels(jsonb) is 'The value itself. Errors: 422 channels_invalid.';

-- Definer: nobody may write settings but through here.
create function atrium_private.set_notification_settings(given jsonb)
  returns atrium.notification_settings
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  settings atrium.notification_settings;
begin
  if jsonb_typeof(given) is distinct from 'object' or given = '{}'
    or given - '{channels,watch_own,time_zone,quiet_from,quiet_until,quiet_days,paused_until,mail,mail_hour,mail_days}'::text[] <> '{}' then
    raise sqlstate 'PT422' using message = 'Settings are an object with some of the columns of notification_settings.', detail = 'settings_invalid';
  elsif given ? 'channels' and atrium_private.valid_channels(given -> 'channels') is null then
    return null;
  elsif given ? 'time_zone' and not exists (select from pg_catalog.pg_timezone_names zone where zone.name = given ->> 'time_zone') then
    raise sqlstate 'PT422' using message = 'There is no such time zone.', detail = 'time_zone_invalid';
  end if;
  insert into atrium.notification_settings (user_id) values (me) on conflict do nothing;
  begin
    update atrium.notification_settings known
    set (channels, watch_own, time_zone, quiet_from, quiet_until, quiet_days, paused_until, mail, mail_hour, mail_days, updated_at) = (
      select new.channels, new.watch_own, new.time_zone, new.quiet_from, new.quiet_until, new.quiet_days, new.paused_until, new.mail,
        new.mail_hour, new.mail_days, now()
      from jsonb_populate_record(known, given) new)
    where known.user_id = me returning known.* into settings;
  exception when data_exception or integrity_constraint_violation then
    raise sqlstate 'PT422' using message = 'One of these values cannot be.', detail = 'settings_invalid';
  end;
  return settings;
end $$;
comment on function atrium_private.set_notification_settings(jsonb) is 'Behind atrium.set_notification_settings.';
grant execute on function atrium_private.set_notification_settings to authenticated;

-- Definer: it reads rooms and documents to find their workspace, and nobody may write levels but through here.
create function atrium_private.set_notification_level(of_type text, item uuid, new_level text)
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
  elsif of_type = 'space' and atrium_private.require_space_role(item, 'viewer') is not null then
    select space.workspace_id into place from atrium.spaces space where space.id = item;
  elsif of_type = 'workspace' and atrium_private.require_workspace_role(item, 'guest') is not null then
    place := item;
  else
    raise sqlstate 'PT422' using message = 'Only a workspace, a space, a room or a document has a level.', detail = 'object_type_invalid';
  end if;
  if new_level is null then
    delete from atrium.notification_levels known where known.user_id = me and known.object_type = of_type and known.object_id = item;
  else
    insert into atrium.notification_levels (user_id, object_type, object_id, workspace_id, level) values (me, of_type, item, place, new_level)
    on conflict (user_id, object_type, object_id) do update set level = excluded.level;
  end if;
end $$;
comment on function atrium_private.set_notification_level(text, uuid, text) is 'Behind atrium.set_notification_level.';
grant execute on function atrium_private.set_notification_level to authenticated;

-- Definer: it reads the rules of everybody. Not granted.
create function atrium_private.document_levels(document_id uuid)
  returns table (user_id uuid, level text)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query
    select distinct on (rule.user_id) rule.user_id, rule.level
    from (
      select known.user_id, known.level, case known.object_type when 'document' then 1 when 'space' then 2 else 4 end as distance
      from atrium.documents document
      join atrium.notification_levels known on (known.object_type, known.object_id)
        in (('document', document.id), ('space', document.space_id), ('workspace', document.workspace_id))
      where document.id = $1
      union all
      select document.created_by, 'all', 3
      from atrium.documents document
      left join atrium.notification_settings settings on settings.user_id = document.created_by
      where document.id = $1 and document.created_by is not null and coalesce(settings.watch_own, true)
    ) rule
    order by rule.user_id, rule.distance;
end $$;
comment on function atrium_private.document_levels(uuid) is
  'Who has said how much he wants to hear of a document, directly, for its space or workspace, or by having made it. Everybody else has mentions.';

-- Definer: it reads the rules and the members of everybody. Not granted.
create function atrium_private.room_levels(of_room uuid)
  returns table (user_id uuid, level text)
  language plpgsql stable security definer rows 100 set search_path = ''
as $$
begin
  return query
    select inside.user_id, case when mark.muted and chosen.level = 'all' then 'mentions' else chosen.level end
    from atrium.rooms room
    join atrium.room_members inside on inside.room_id = room.id
    left join atrium.notification_levels near on near.user_id = inside.user_id and near.object_type = 'room' and near.object_id = room.id
    left join atrium.notification_levels middle on middle.user_id = inside.user_id and middle.object_type = 'space' and middle.object_id = room.space_id
    left join atrium.notification_levels far on far.user_id = inside.user_id and far.object_type = 'workspace' and far.object_id = room.workspace_id
    left join atrium.read_marks mark on mark.user_id = inside.user_id and mark.room_id = room.id
    cross join lateral (
      select case
          -- What is said to somebody alone is for him, unless he mutes it.
          when room.kind = 'direct' then coalesce(near.level, case when far.level = 'nothing' then far.level end, 'all')
          else coalesce(near.level, middle.level, far.level, 'mentions')
        end as level
    ) chosen
    where room.id = of_room;
end $$;
comment on function atrium_private.room_levels(uuid) is 'How much each member of a room wants to hear of it.';

create function atrium.set_notification_settings(settings jsonb)
  returns atrium.notification_settings
  language sql set search_path = ''
as $$ select * from atrium_private.set_notification_settings($1) $$;
comment on function atrium.set_notification_settings(jsonb) is
  'Changes how the caller is told; what is not named stays. quiet_from, quiet_until and paused_until may be null.
Example: select * from atrium.set_notification_settings(''{"quiet_from": "20:00", "quiet_until": "07:30", "time_zone": "Europe/Vienna", "mail": "daily"}'');
Errors: 401 not_signed_in, 422 settings_invalid, channels_invalid, time_zone_invalid.';
grant execute on function atrium.set_notification_settings to authenticated;

create function atrium.set_notification_level(object_type text, object_id uuid, level text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_notification_level($1, $2, $3) $$;
comment on function atrium.set_notification_level(text, uuid, text) is
  'Watches (all), mutes (nothing) or follows as usual (mentions) a workspace, space, room or document; null takes the rule back, so that the next wider one counts. Nullable: level.
Example: select atrium.set_notification_level(''room'', ''0190…'', ''all'');
Errors: 401 not_signed_in, 404 workspace_not_found, space_not_found, room_not_found, document_not_found, 422 level_invalid, object_type_invalid.';
grant execute on function atrium.set_notification_level to authenticated;

-- What makes notifications, in the transaction that causes them. Definers all of them: they write for other people.

-- Definer: see above. Not granted.
create function atrium_private.tell_people(
  people uuid[], of_kind text, actor uuid, in_workspace uuid, of_type text, item uuid, source uuid, thread uuid, at_place bigint
)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  told uuid[];
begin
  with made as (
    insert into atrium.notifications (user_id, workspace_id, object_type, object_id, kind, actors, source_id, thread_id, place, read_at)
    select person.id, in_workspace, of_type, item, kinds.kind, array_remove(array[actor], null), source, thread, at_place,
      -- Who was quicker than the job has read it.
      case when of_type = 'room' and thread is null and at_place <= (
        select mark.seq from atrium.read_marks mark where mark.room_id = item and mark.user_id = person.id) and of_kind <> 'reminder' then now() end
    from (select distinct unnest(people) as id) person
    join atrium.notification_kinds kinds on kinds.kind = of_kind
    left join atrium.notification_settings settings on settings.user_id = person.id
    where person.id is distinct from actor and coalesce((settings.channels -> of_kind ->> 'inbox')::boolean, kinds.inbox)
      and not exists (select from atrium.messages gone where of_type = 'room' and gone.id = source and gone.deleted_at is not null)
    on conflict (source_id, kind, user_id) do nothing
    returning id, user_id, kind
  ),
  due as (
    insert into atrium_private.notification_deliveries (notification_id, user_id, channel, due_at)
    select made.id, made.user_id, 'push', now() + interval '3 seconds'
    from made
    join atrium.notification_kinds kinds on kinds.kind = made.kind
    left join atrium.notification_settings settings on settings.user_id = made.user_id
    where coalesce((settings.channels -> made.kind ->> 'push')::boolean, kinds.push)
      and exists (select from atrium.push_subscriptions device where device.user_id = made.user_id)
    union all
    select made.id, made.user_id, 'mail', atrium_private.next_mail(settings, now())
    from made
    join atrium.notification_kinds kinds on kinds.kind = made.kind
    left join atrium.notification_settings settings on settings.user_id = made.user_id
    where coalesce((settings.channels -> made.kind ->> 'mail')::boolean, kinds.mail) and settings.mail is distinct from 'never'
  )
  select array_agg(made.user_id) into told from made;
  perform atrium_private.send_to_people(told, 'notifications', jsonb_build_object('workspace_id', in_workspace, 'kind', of_kind));
end $$;
comment on function atrium_private.tell_people(uuid[], text, uuid, uuid, text, uuid, uuid, uuid, bigint) is
  'Tells people of an event, but not who did it nor who wants nothing of the kind; plans push and mail for those who want them.';

-- Definer: see above. Not granted. Telling a thousand takes longer than the sender of a message shall wait.
create function atrium_private.notify_people(
  people uuid[], of_kind text, actor uuid, in_workspace uuid, of_type text, item uuid, source uuid, thread uuid default null, at_place bigint default null
)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if cardinality(people) > 100 then
    perform atrium_private.enqueue('tell_people', jsonb_build_object('people', people, 'kind', of_kind, 'actor', actor, 'workspace', in_workspace,
      'type', of_type, 'item', item, 'source', source, 'thread', thread, 'place', at_place));
  elsif cardinality(people) > 0 then
    perform atrium_private.tell_people(people, of_kind, actor, in_workspace, of_type, item, source, thread, at_place);
  end if;
end $$;
comment on function atrium_private.notify_people(uuid[], text, uuid, uuid, text, uuid, uuid, uuid, bigint) is
  'Tells people of an event: at once, or when they are more than a hundred by a job that is committed with it.';

-- Definer: the worker writes no table.
create function atrium_private.tell_many(job jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  select atrium_private.tell_people(
    array(select person::uuid from jsonb_array_elements_text(job -> 'people') person), job ->> 'kind', (job ->> 'actor')::uuid,
    (job ->> 'workspace')::uuid, job ->> 'type', (job ->> 'item')::uuid, (job ->> 'source')::uuid, (job ->> 'thread')::uuid, (job ->> 'place')::bigint)
  -- It may be gone by now.
  where exists (select from atrium.workspaces workspace where workspace.id = (job ->> 'workspace')::uuid)
$$;
comment on function atrium_private.tell_many(jsonb) is 'What a job of notify_people does; done twice it tells once.';
grant execute on function atrium_private.tell_many to atrium_worker;

-- Definer: see above. Not granted.
create function atrium_private.forget_source(source uuid, of_kinds text[] default null, people uuid[] default null)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  gone uuid[];
begin
  with forgotten as (
    delete from atrium.notifications told
    where told.source_id = source and (of_kinds is null or told.kind = any (of_kinds)) and (people is null or told.user_id = any (people))
    returning told.user_id
  )
  select array_agg(forgotten.user_id) into gone from forgotten;
  perform atrium_private.send_to_people(gone, 'notifications', '{}');
end $$;
comment on function atrium_private.forget_source(uuid, text[], uuid[]) is 'Nobody is told any more of what was taken back.';

-- Definer: see above. Not granted.
create function atrium_private.people_mentioned(in_room uuid, mentions jsonb)
  returns uuid[]
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if coalesce(mentions, '[]') = '[]' then
    return '{}';
  end if;
  return array(
    select (named ->> 'id')::uuid from jsonb_array_elements(mentions) named where named ->> 'kind' = 'person'
    union
    select inside.user_id from jsonb_array_elements(mentions) named
    join atrium.group_members inside on inside.group_id = (named ->> 'id')::uuid
    where named ->> 'kind' = 'group'
    union
    select inside.user_id from atrium.room_members inside
    where inside.room_id = in_room and exists (select from jsonb_array_elements(mentions) named where named ->> 'kind' = 'all')
    union
    -- Here is who has read something of the workspace's rooms in the last quarter of an hour.
    select inside.user_id from atrium.room_members inside
    where inside.room_id = in_room and exists (select from jsonb_array_elements(mentions) named where named ->> 'kind' = 'here')
      and exists (select from atrium.read_marks mark where mark.user_id = inside.user_id and mark.updated_at > now() - interval '15 minutes')
  );
end $$;
comment on function atrium_private.people_mentioned(uuid, jsonb) is 'Everybody whom the mentions of a message mean.';

-- Definer: see above.
create function atrium_private.notify_message()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  room atrium.rooms;
  mentioned uuid[];
  followers uuid[];
  quoted uuid[];
  listeners uuid[];
  muted uuid[];
begin
  if tg_op = 'UPDATE' then
    if new.deleted_at is not null then
      perform atrium_private.forget_source(new.id);
      return null;
    end if;
    -- Whom an edit leaves out was not meant; whom it adds is told now.
    perform atrium_private.forget_source(new.id, '{mention}', array(
      select unnest(atrium_private.people_mentioned(new.room_id, old.mentions))
      except select unnest(atrium_private.people_mentioned(new.room_id, new.mentions))));
  end if;
  select known.* into room from atrium.rooms known where known.id = new.room_id;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, listeners from atrium_private.room_levels(room.id) rule;
  mentioned := array(select unnest(atrium_private.people_mentioned(room.id, new.mentions)) except select unnest(muted));
  perform atrium_private.notify_people(mentioned, 'mention', new.author_id, room.workspace_id, 'room', room.id, new.id, new.thread_id, new.seq);
  if tg_op = 'UPDATE' then
    return null;
  end if;
  if new.thread_id is not null then
    followers := array(
      select follow.user_id from atrium.thread_follows follow where follow.thread_id = new.thread_id and follow.following
      -- Whose message it is follows from the first answer on, which is this one.
      union select root.author_id from atrium.messages root where root.id = new.thread_id and root.author_id is not null and not exists (
        select from atrium.thread_follows follow where follow.thread_id = root.id and follow.user_id = root.author_id)
      except select unnest(muted || mentioned));
    perform atrium_private.notify_people(followers, 'reply', new.author_id, room.workspace_id, 'room', room.id, new.id, new.thread_id, new.seq);
    return null;
  end if;
  quoted := array(
    select quote.author_id from atrium.messages quote where quote.id = new.quote_id and quote.author_id is not null
    except select unnest(muted || mentioned));
  listeners := array(select unnest(listeners) except select unnest(mentioned || quoted));
  perform atrium_private.notify_people(quoted, 'reply', new.author_id, room.workspace_id, 'room', room.id, new.id, null, new.seq);
  perform atrium_private.notify_people(
    listeners, case room.kind when 'direct' then 'direct' else 'message' end, new.author_id, room.workspace_id, 'room', room.id, new.id, null, new.seq);
  return null;
end $$;
comment on function atrium_private.notify_message() is
  'Tells of a message: once to each person, as a mention, an answer in a thread or to what he said, or because he hears everything of the room.';
create trigger notify after insert on atrium.messages
  for each row execute function atrium_private.notify_message();
create trigger notify_changed after update on atrium.messages
  for each row when (old.mentions is distinct from new.mentions or old.deleted_at is distinct from new.deleted_at)
  execute function atrium_private.notify_message();

-- Definer: see above.
create function atrium_private.notify_message_reaction()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[message.author_id], 'reaction', new.user_id, room.workspace_id, 'room', room.id, message.id, message.thread_id, message.seq)
  from atrium.messages message join atrium.rooms room on room.id = message.room_id
  where message.id = new.message_id and message.author_id is not null;
  return null;
end $$;
comment on function atrium_private.notify_message_reaction() is 'Tells the author of a message of the first reaction to it.';
create trigger notify after insert on atrium.message_reactions
  for each row execute function atrium_private.notify_message_reaction();

-- Definer: see above.
create function atrium_private.read_room_notifications()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.notifications told set read_at = now()
  where told.user_id = new.user_id and told.object_id = new.room_id and told.read_at is null
    and told.object_type = 'room' and told.thread_id is null and coalesce(told.place, 0) <= new.seq and told.kind <> 'reminder';
  if found then
    perform atrium_private.send_to_people(array[new.user_id], 'notifications', '{}');
  end if;
  return null;
end $$;
comment on function atrium_private.read_room_notifications() is 'Who reads a room has read what he was told of it, on every device.';
create trigger notify after insert or update of seq on atrium.read_marks
  for each row execute function atrium_private.read_room_notifications();

-- Definer: see above.
create function atrium_private.read_thread_notifications()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.notifications told set read_at = now()
  where told.user_id = new.user_id and told.object_id = new.room_id and told.read_at is null
    and told.object_type = 'room' and told.thread_id = new.thread_id and coalesce(told.place, 0) <= new.read_seq;
  if found then
    perform atrium_private.send_to_people(array[new.user_id], 'notifications', '{}');
  end if;
  return null;
end $$;
comment on function atrium_private.read_thread_notifications() is 'As read_room_notifications, for the answers in a thread.';
create trigger notify after insert or update of read_seq on atrium.thread_follows
  for each row execute function atrium_private.read_thread_notifications();

-- Definer: see above.
create function atrium_private.notify_comment()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
  muted uuid[];
  watching uuid[];
  mentioned uuid[];
  involved uuid[];
begin
  if tg_op = 'UPDATE' then
    if new.deleted_at is not null then
      perform atrium_private.forget_source(new.id);
      return null;
    end if;
    perform atrium_private.forget_source(new.id, '{comment_mention}', array(select unnest(old.mentions) except select unnest(new.mentions)));
  end if;
  select known.* into document from atrium.documents known where known.id = new.document_id;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, watching from atrium_private.document_levels(document.id) rule;
  mentioned := array(select unnest(new.mentions) except select unnest(muted));
  perform atrium_private.notify_people(
    mentioned, 'comment_mention', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  if tg_op = 'UPDATE' then
    return null;
  end if;
  involved := array(
    select said.author_id from atrium.comments said where said.thread_id = new.thread_id and said.author_id is not null and said.id <> new.id
    except select unnest(muted || mentioned));
  perform atrium_private.notify_people(
    involved, 'comment_reply', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  perform atrium_private.notify_people(
    array(select unnest(watching) except select unnest(mentioned || involved)),
    'comment', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  return null;
end $$;
comment on function atrium_private.notify_comment() is
  'Tells of a comment: once to each person, as a mention, an answer in a thread where he spoke, or because he watches the document.';
create trigger notify after insert on atrium.comments
  for each row execute function atrium_private.notify_comment();
create trigger notify_changed after update on atrium.comments
  for each row when (old.mentions is distinct from new.mentions or old.deleted_at is distinct from new.deleted_at)
  execute function atrium_private.notify_comment();

-- Definer: see above.
create function atrium_private.notify_resolved()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.resolved_at is null then
    perform atrium_private.forget_source(new.id, '{comment_resolved}');
    return null;
  end if;
  perform atrium_private.notify_people(
    array(
      select said.author_id from atrium.comments said where said.thread_id = new.id and said.author_id is not null
      union select new.created_by where new.created_by is not null
      except select rule.user_id from atrium_private.document_levels(new.document_id) rule where rule.level = 'nothing'),
    'comment_resolved', new.resolved_by, document.workspace_id, 'document', document.id, new.id, new.id)
  from atrium.documents document where document.id = new.document_id;
  return null;
end $$;
comment on function atrium_private.notify_resolved() is 'Tells those who spoke in a thread that it was settled; when it is reopened, no longer.';
create trigger notify after update on atrium.comment_threads
  for each row when ((old.resolved_at is null) <> (new.resolved_at is null))
  execute function atrium_private.notify_resolved();

-- Definer: see above.
create function atrium_private.notify_comment_reaction()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array[said.author_id], 'reaction', new.user_id, document.workspace_id, 'document', document.id, said.id, said.thread_id)
  from atrium.comments said join atrium.documents document on document.id = said.document_id
  where said.id = new.comment_id and said.author_id is not null;
  return null;
end $$;
comment on function atrium_private.notify_comment_reaction() is 'Tells the author of a comment of the first reaction to it.';
create trigger notify after insert on atrium.comment_reactions
  for each row execute function atrium_private.notify_comment_reaction();

create function atrium_private.people_named_in(content jsonb)
  returns uuid[]
  language sql immutable set search_path = ''
as $$
  select array(
    select distinct (named #>> '{}')::uuid
    from jsonb_path_query(content, 'strict $.**?(@.type == "mention" && @.attrs.kind == "person").attrs.id', silent => true) named
    where named #>> '{}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  )
$$;
comment on function atrium_private.people_named_in(jsonb) is 'Who is mentioned in a ProseMirror document.';

-- Definer: see above. What was typed between two readings of a document is one change, and what is told within half an hour one notification.
create function atrium_private.notify_document_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
  since timestamptz := case tg_op when 'UPDATE' then old.updated_at - interval '5 seconds' else now() - interval '10 minutes' end;
  authors uuid[];
  muted uuid[];
  watching uuid[];
  mentioned uuid[];
  known uuid[];
begin
  select found_document.* into document from atrium.documents found_document where found_document.id = new.document_id;
  -- The latest rows of the log say who typed; more of them than this are not read.
  select array_agg(typed.author_id order by typed.last) into authors from (
    select logged.author_id, max(logged.id) as last from (
      select recent.author_id, recent.id, recent.at from atrium_private.document_updates recent
      where recent.document_id = new.document_id order by recent.id desc limit 500
    ) logged
    where logged.at > since and exists (select from atrium.profiles profile where profile.id = logged.author_id)
    group by logged.author_id
  ) typed;
  -- A page that was copied or brought in tells nobody.
  if authors is null or document.trashed_at is not null then
    return null;
  end if;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, watching from atrium_private.document_levels(document.id) rule;
  if tg_op = 'UPDATE' then
    known := atrium_private.people_named_in(old.json);
  end if;
  mentioned := array(select unnest(atrium_private.people_named_in(new.json)) except select unnest(known || muted || authors[cardinality(authors):]));
  mentioned := array(
    select member.user_id from atrium.members member where member.workspace_id = document.workspace_id and member.user_id = any (mentioned) limit 50);
  perform atrium_private.notify_people(
    mentioned, 'document_mention', authors[cardinality(authors)], document.workspace_id, 'document', document.id, null);
  if tg_op = 'INSERT' then
    return null;
  end if;
  watching := array(
    select unnest(watching) except select unnest(mentioned) except select alone.author from unnest(authors) alone (author));
  with touched as (
    update atrium.notifications told
    set touched_at = now(), actors = (
      select array_agg(person order by place) from (
        select person, max(place) as place from unnest(told.actors || authors) with ordinality as everybody (person, place) group by person
      ) each_once)
    where told.user_id = any (watching) and told.object_id = document.id and told.kind = 'document_changed'
      and told.touched_at > now() - interval '30 minutes'
    returning told.user_id
  )
  select array(select unnest(watching) except select touched.user_id from touched) into watching;
  perform atrium_private.notify_people(
    watching, 'document_changed', authors[cardinality(authors)], document.workspace_id, 'document', document.id, null);
  return null;
end $$;
comment on function atrium_private.notify_document_change() is
  'Tells whom a document mentions for the first time, and those who watch it that others changed it: once in a session of work.';
create trigger notify after insert or update of json on atrium.document_contents
  for each row execute function atrium_private.notify_document_change();

-- Definer: see above.
create function atrium_private.notify_suggestion()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
begin
  select known.* into document from atrium.documents known where known.id = new.document_id;
  if tg_op = 'INSERT' then
    perform atrium_private.notify_people(
      array(select rule.user_id from atrium_private.document_levels(document.id) rule where rule.level = 'all'),
      'suggestion', new.author_id, document.workspace_id, 'document', document.id, new.id);
  elsif new.author_id is not null then
    perform atrium_private.notify_people(
      array[new.author_id], 'suggestion_decided', atrium_private.caller(), document.workspace_id, 'document', document.id, new.id);
  end if;
  return null;
end $$;
comment on function atrium_private.notify_suggestion() is 'Tells those who watch a document of a suggestion, and its author that something of it was decided.';
create trigger notify after insert on atrium.suggestions
  for each row execute function atrium_private.notify_suggestion();
create trigger notify_decided after update on atrium.suggestions
  for each row when (old.state = 'open' and new.state <> 'open')
  execute function atrium_private.notify_suggestion();

-- Definer: see above.
create function atrium_private.notify_grant()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array(
      select new.user_id where new.user_id is not null
      union select inside.user_id from atrium.group_members inside where inside.group_id = new.group_id),
    'access', new.created_by, new.workspace_id, new.object_type, new.object_id, new.id);
  return null;
end $$;
comment on function atrium_private.notify_grant() is 'Tells people what was shared with them.';
create trigger notify after insert on atrium.grants
  for each row execute function atrium_private.notify_grant();

-- Definer: see above.
create function atrium_private.notify_brought_in()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[new.user_id], 'access', atrium_private.caller(), room.workspace_id, 'room', room.id, null)
  from atrium.rooms room
  -- Who comes by himself knows it, and a conversation begins with what is said.
  where room.id = new.room_id and room.kind <> 'direct' and atrium_private.caller() is not null and atrium_private.caller() <> new.user_id;
  return null;
end $$;
comment on function atrium_private.notify_brought_in() is 'Tells people in which rooms somebody has put them.';
create trigger notify after insert on atrium.room_members
  for each row execute function atrium_private.notify_brought_in();

-- Definer: see above.
create function atrium_private.notify_accepted()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array[new.invited_by], 'invitation_accepted', atrium_private.caller(), new.workspace_id, 'workspace', new.workspace_id, new.id);
  return null;
end $$;
comment on function atrium_private.notify_accepted() is 'Tells who invited somebody that he came.';
create trigger notify after update on atrium.invitations
  for each row when (old.accepted_at is null and new.accepted_at is not null and new.invited_by is not null)
  execute function atrium_private.notify_accepted();

-- Definer: see above.
create function atrium_private.notify_transfer()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[new.owner_id], 'transfer', null, space.workspace_id, 'space', space.id, new.id)
  from atrium.spaces space where space.id = new.space_id;
  perform atrium_private.notify_people(array[new.owner_id], 'transfer', null, room.workspace_id, 'room', room.id, new.id)
  from atrium.rooms room where room.id = new.room_id;
  return null;
end $$;
comment on function atrium_private.notify_transfer() is 'Tells who asked for an import or export that it has ended.';
create trigger notify after update on atrium.transfers
  for each row when (old.state <> new.state and new.state in ('done', 'failed'))
  execute function atrium_private.notify_transfer();

-- Definer: see above. Not granted: the reminders of saved messages call it.
create function atrium_private.notify_reminder(of_user uuid, message_id uuid, remind_at timestamptz)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  -- A second reminder of the same message is one more.
  perform atrium_private.forget_source($2, '{reminder}', array[of_user]);
  perform atrium_private.notify_people(
    array[of_user], 'reminder', null, room.workspace_id, 'room', room.id, message.id, message.thread_id, message.seq)
  from atrium.messages message join atrium.rooms room on room.id = message.room_id
  where message.id = $2 and message.deleted_at is null;
end $$;
comment on function atrium_private.notify_reminder(uuid, uuid, timestamptz) is 'Reminds somebody of a message that he saved for this time.';

-- Definer: see above. Not granted: whatever sends scheduled messages calls it.
create function atrium_private.notify_scheduled_failed(of_user uuid, scheduled_id uuid, reason text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[of_user], 'scheduled_failed', null, room.workspace_id, 'room', room.id, planned.id)
  from atrium.scheduled_messages planned join atrium.rooms room on room.id = planned.room_id
  where planned.id = $2;
end $$;
comment on function atrium_private.notify_scheduled_failed(uuid, uuid, text) is
  'Tells somebody that a message of his could not be sent at its time. The reason stands in the scheduled message.';

-- The inbox: reading notifications, and being through with them.

-- Definer: it reads names and sources for somebody who may read the objects. Not granted.
create function atrium_private.read_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
  return query
    select told.id, told.kind, told.workspace_id, coalesce(room.space_id, document.space_id, space.id), told.object_type, told.object_id,
      case
        when room.kind = 'direct' then (
          select string_agg(profile.name, ', ' order by lower(profile.name)) from atrium.room_members inside
          join atrium.profiles profile on profile.id = inside.user_id
          where inside.room_id = room.id and inside.user_id <> for_user)
        else coalesce(room.name, document.title, space.name, workspace.name, '')
      end,
      document.icon, coalesce(room.kind = 'direct', false), told.actors,
      case
        when told.actors = '{}' then array_remove(array[message.bot_name], null)
        else array(select coalesce(profile.name, '') from unnest(told.actors) with ordinality as actor (person, turn)
          left join atrium.profiles profile on profile.id = actor.person order by actor.turn)
      end,
      told.source_id, told.thread_id, told.place,
      nullif(left(btrim(regexp_replace(left(case
        when told.kind = 'document_mention' then substring(contents.text from greatest(1, position('@' || mine.name in contents.text) - 80) for 300)
        when told.kind = 'transfer' then coalesce(transfer.message, transfer.file_name)
        when comment.id is not null then comment.text
        else message.text
      end, 900), '\s+', ' ', 'g')), 300), ''),
      case told.kind when 'access' then shared.role::text when 'transfer' then transfer.kind || '_' || transfer.state end,
      told.touched_at, told.read_at, told.done_at, told.snoozed_until
    from atrium_private.visible_notifications(for_user, in_workspace, ids, which, before, most) told
    left join atrium.profiles mine on mine.id = for_user
    left join atrium.rooms room on told.object_type = 'room' and room.id = told.object_id
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
    left join atrium.spaces space on told.object_type = 'space' and space.id = told.object_id
    left join atrium.workspaces workspace on told.object_type = 'workspace' and workspace.id = told.object_id
    left join atrium.messages message on told.object_type = 'room' and message.id = told.source_id and message.room_id = told.object_id
    left join atrium.comments comment on told.object_type = 'document' and comment.id = told.source_id and comment.document_id = told.object_id
    left join atrium.grants shared on told.kind = 'access' and shared.id = told.source_id
    left join atrium.transfers transfer on told.kind = 'transfer' and transfer.id = told.source_id
    left join atrium.document_contents contents on told.kind = 'document_mention' and contents.document_id = told.object_id
    order by told.touched_at desc, told.id;
end $$;
comment on function atrium_private.read_notifications(uuid, uuid, uuid[], text, timestamptz, integer) is
  'visible_notifications with their words, as the sources say them now.';

-- Definer: see read_notifications.
create function atrium_private.my_inbox(in_workspace uuid, which text, before timestamptz, most integer)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
begin
  if (which in ('open', 'unread', 'snoozed', 'done')) is not true then
    raise sqlstate 'PT422' using message = 'The inbox shows what is open, unread, snoozed or done.', detail = 'state_invalid';
  end if;
  return query
    select * from atrium_private.read_notifications(
      atrium_private.caller(), in_workspace, null, which, before, least(greatest(coalesce(most, 100), 1), 200));
end $$;
comment on function atrium_private.my_inbox(uuid, text, timestamptz, integer) is 'Behind atrium.my_inbox.';
grant execute on function atrium_private.my_inbox to authenticated;

-- Definer: see read_notifications.
create function atrium_private.inbox_count(in_workspace uuid)
  returns integer
  language plpgsql stable security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
begin
  return (select count(*) from atrium_private.visible_notifications(atrium_private.caller(), in_workspace, null, 'unread', null, 100));
end $$;
comment on function atrium_private.inbox_count(uuid) is 'Behind atrium.inbox_count.';
grant execute on function atrium_private.inbox_count to authenticated;

-- Definer: nobody may write notifications but through here. Null ids mean all of a workspace.
create function atrium_private.mark_notifications(ids uuid[], in_workspace uuid, state text)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  changed integer;
begin
  if (state in ('read', 'unread', 'done', 'open')) is not true then
    raise sqlstate 'PT422' using message = 'A notification is made read, unread, done or open.', detail = 'state_invalid';
  end if;
  update atrium.notifications told
  set read_at = case state when 'unread' then null when 'open' then told.read_at else coalesce(told.read_at, now()) end,
    done_at = case state when 'done' then coalesce(told.done_at, now()) when 'read' then told.done_at end,
    snoozed_until = case when state in ('done', 'open') then null else told.snoozed_until end
  where told.user_id = me
    and case when ids is null then told.workspace_id = in_workspace and told.done_at is null and (told.snoozed_until is null or told.snoozed_until <= now())
      else told.id = any (ids) end;
  get diagnostics changed = row_count;
  if changed > 0 then
    perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  elsif ids is not null then
    raise sqlstate 'PT404' using message = 'There is no such notification of yours.', detail = 'notification_not_found';
  end if;
  return changed;
end $$;
comment on function atrium_private.mark_notifications(uuid[], uuid, text) is 'Behind atrium.mark_notifications and atrium.mark_all_notifications.';

create function atrium_private.mark_some(ids uuid[], state text)
  returns integer
  language plpgsql security definer set search_path = ''
as $$ begin return atrium_private.mark_notifications(coalesce(ids, '{}'), null, state); end $$;
comment on function atrium_private.mark_some(uuid[], text) is 'Behind atrium.mark_notifications.';
grant execute on function atrium_private.mark_some to authenticated;

-- Definer: see mark_notifications.
create function atrium_private.mark_all(in_workspace uuid, state text)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'guest');
begin
  return atrium_private.mark_notifications(null, in_workspace, state);
end $$;
comment on function atrium_private.mark_all(uuid, text) is 'Behind atrium.mark_all_notifications.';
grant execute on function atrium_private.mark_all to authenticated;

-- Definer: see mark_notifications.
create function atrium_private.mark_object_read(of_type text, item uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  if (of_type in ('workspace', 'space', 'room', 'document') and item is not null) is not true then
    raise sqlstate 'PT422' using message = 'Say which workspace, space, room or document was read.', detail = 'object_type_invalid';
  end if;
  update atrium.notifications told set read_at = now()
  where told.user_id = me and told.object_id = item and told.object_type = of_type and told.read_at is null
    and (told.snoozed_until is null or told.snoozed_until <= now());
  if found then
    perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  end if;
end $$;
comment on function atrium_private.mark_object_read(text, uuid) is 'Behind atrium.mark_object_read.';
grant execute on function atrium_private.mark_object_read to authenticated;

-- Definer: see mark_notifications.
create function atrium_private.snooze_notifications(ids uuid[], until timestamptz)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  changed integer;
begin
  if (until > now() and until < now() + interval '1 year') is not true then
    raise sqlstate 'PT422' using message = 'Choose a time in the coming year.', detail = 'until_invalid';
  end if;
  update atrium.notifications told set snoozed_until = until, read_at = null, done_at = null where told.user_id = me and told.id = any (ids);
  get diagnostics changed = row_count;
  if changed = 0 then
    raise sqlstate 'PT404' using message = 'There is no such notification of yours.', detail = 'notification_not_found';
  end if;
  perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  return changed;
end $$;
comment on function atrium_private.snooze_notifications(uuid[], timestamptz) is 'Behind atrium.snooze_notifications.';
grant execute on function atrium_private.snooze_notifications to authenticated;

create function atrium.my_inbox(workspace_id uuid, state text default 'open', before timestamptz default null, most integer default 100)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_inbox($1, $2, $3, $4) $$;
comment on function atrium.my_inbox(uuid, text, timestamptz, integer) is
  'What the caller is told of in a workspace, the latest first, in the words that the sources have now, and only of what he may read now. The state is open, unread, snoozed or done; the next page begins before the touched_at of the last row; at most 200 rows. Nullable: before, most, space_id, object_icon, source_id, thread_id, place, excerpt, detail, read_at, done_at, snoozed_until.
Example: select kind, actor_names, object_name, excerpt from atrium.my_inbox(''0190…'') where read_at is null;
Errors: 401 not_signed_in, 404 workspace_not_found, 422 state_invalid.';
grant execute on function atrium.my_inbox to authenticated;

create function atrium.inbox_count(workspace_id uuid)
  returns integer
  language sql stable set search_path = ''
as $$ select atrium_private.inbox_count($1) $$;
comment on function atrium.inbox_count(uuid) is
  'How many unread notifications the caller has in a workspace; 100 stands for that and more.
Example: select atrium.inbox_count(''0190…'');
Errors: 401 not_signed_in, 404 workspace_not_found.';
grant execute on function atrium.inbox_count to authenticated;

create function atrium.mark_notifications(ids uuid[], state text)
  returns integer
  language sql set search_path = ''
as $$ select atrium_private.mark_some($1, $2) $$;
comment on function atrium.mark_notifications(uuid[], text) is
  'Makes own notifications read, unread, done or open again; returns how many.
Example: select atrium.mark_notifications(array[''0190…'']::uuid[], ''done'');
Errors: 401 not_signed_in, 404 notification_not_found, 422 state_invalid.';
grant execute on function atrium.mark_notifications to authenticated;

create function atrium.mark_all_notifications(workspace_id uuid, state text)
  returns integer
  language sql set search_path = ''
as $$ select atrium_private.mark_all($1, $2) $$;
comment on function atrium.mark_all_notifications(uuid, text) is
  'Makes everything that is in the inbox of a workspace read, unread or done; returns how many.
Example: select atrium.mark_all_notifications(''0190…'', ''read'');
Errors: 401 not_signed_in, 404 workspace_not_found, 422 state_invalid.';
grant execute on function atrium.mark_all_notifications to authenticated;

create function atrium.mark_object_read(object_type text, object_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.mark_object_read($1, $2) $$;
comment on function atrium.mark_object_read(text, uuid) is
  'Says that the caller looks at a document (or a room, space, workspace): what he was told of it is read, on every device. Rooms say it by their read marks.
Example: select atrium.mark_object_read(''document'', ''0190…'');
Errors: 401 not_signed_in, 422 object_type_invalid.';
grant execute on function atrium.mark_object_read to authenticated;

create function atrium.snooze_notifications(ids uuid[], until timestamptz)
  returns integer
  language sql set search_path = ''
as $$ select atrium_private.snooze_notifications($1, $2) $$;
comment on function atrium.snooze_notifications(uuid[], timestamptz) is
  'Takes own notifications out of the inbox until a time, when they come back unread; returns how many.
Example: select atrium.snooze_notifications(array[''0190…'']::uuid[], now() + interval ''3 hours'');
Errors: 401 not_signed_in, 404 notification_not_found, 422 until_invalid.';
grant execute on function atrium.snooze_notifications to authenticated;

-- Push and mail: which devices, what is due, and what the worker may do for it. A row for each notification and way says what was sent, so
-- nothing is sent twice; rights, and whether it was read meanwhile, are asked again at the last moment.

create table atrium.push_subscriptions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  endpoint text not null unique check (endpoint ~ '^https?://' and char_length(endpoint) <= 1000),
  p256dh text not null check (p256dh ~ '^[A-Za-z0-9_-]{80,100}$'),
  auth text not null check (auth ~ '^[A-Za-z0-9_-]{16,40}$'),
  device text not null default '' check (char_length(device) <= 200),
  created_at timestamptz not null default now()
);
comment on table atrium.push_subscriptions is 'Where the browsers of a person take push messages (Web Push). Everybody sees his own; an expired one is deleted by the worker.';
comment on column atrium.push_subscriptions.endpoint is 'An address of a push service, which the worker asks only when it is one of those that it knows.';
comment on column atrium.push_subscriptions.device is 'What the browser calls itself.';
create index on atrium.push_subscriptions (user_id);
alter table atrium.push_subscriptions enable row level security;
create policy "people see their own devices"
  on atrium.push_subscriptions for select to authenticated using (user_id = (select atrium_private.caller()));
grant select on atrium.push_subscriptions to authenticated;

create table atrium.push_key (
  only_one boolean primary key default true check (only_one),
  public_key text not null
);
comment on table atrium.push_key is 'The public VAPID key of this installation, with which browsers subscribe; the worker says it when it starts.';
alter table atrium.push_key enable row level security;
create policy "everybody reads the public key" on atrium.push_key for select to authenticated using (true);
grant select on atrium.push_key to authenticated;

create table atrium_private.notification_deliveries (
  notification_id uuid not null references atrium.notifications (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  channel text not null check (channel in ('push', 'mail')),
  due_at timestamptz not null,
  queued_at timestamptz,
  sent_at timestamptz,
  reached uuid[] not null default '{}',
  primary key (notification_id, channel)
);
comment on table atrium_private.notification_deliveries is 'What is to be pushed and mailed, and what was. Whoever sends writes it down first: a worker that dies over it sends it no second time.';
comment on column atrium_private.notification_deliveries.reached is 'The subscriptions to which it was pushed.';
create index on atrium_private.notification_deliveries (due_at) where queued_at is null;
-- Deleting an account takes along what it waits for.
create index on atrium_private.notification_deliveries (user_id);
alter table atrium_private.notification_deliveries enable row level security;

create table atrium_private.mail_keys (
  user_id uuid primary key references atrium.profiles (id) on delete cascade,
  key text not null unique default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
);
comment on table atrium_private.mail_keys is 'What the unsubscribe link in the mails of a person carries: whoever has it can end these mails, and nothing else.';
alter table atrium_private.mail_keys enable row level security;

create function atrium_private.next_mail(settings atrium.notification_settings, at timestamptz)
  returns timestamptz
  language plpgsql stable set search_path = ''
as $$
declare
  local timestamp := at at time zone coalesce(settings.time_zone, 'UTC');
  day date;
begin
  if coalesce(settings.mail, 'at_once') = 'at_once' then
    return at + interval '3 minutes';
  elsif settings.mail = 'hourly' then
    return date_trunc('hour', at) + interval '1 hour';
  end if;
  for ahead in 0..7 loop
    day := local::date + ahead;
    if extract(isodow from day)::integer = any (settings.mail_days) and day + make_time(settings.mail_hour, 0, 0) > local then
      return (day + make_time(settings.mail_hour, 0, 0)) at time zone settings.time_zone;
    end if;
  end loop;
  return at + interval '1 day';
end $$;
comment on function atrium_private.next_mail(atrium.notification_settings, timestamptz) is
  'When a mail about something that happens now leaves: after some minutes, in which it may be read in the client, or with the next digest.';

create function atrium_private.silent_until(settings atrium.notification_settings, at timestamptz)
  returns timestamptz
  language plpgsql stable set search_path = ''
as $$
declare
  moment timestamptz := at;
  local timestamp;
begin
  -- One silence may end in another; a week of quiet days ends nowhere, and is asked again tomorrow.
  for turn in 1..20 loop
    local := moment at time zone coalesce(settings.time_zone, 'UTC');
    if settings.paused_until > moment then
      moment := settings.paused_until;
    elsif extract(isodow from local)::integer = any (settings.quiet_days) then
      moment := (local::date + 1)::timestamp at time zone settings.time_zone;
    elsif settings.quiet_from <= settings.quiet_until and local::time >= settings.quiet_from and local::time < settings.quiet_until then
      moment := (local::date + settings.quiet_until) at time zone settings.time_zone;
    elsif settings.quiet_from > settings.quiet_until and local::time >= settings.quiet_from then
      moment := (local::date + 1 + settings.quiet_until) at time zone settings.time_zone;
    elsif settings.quiet_from > settings.quiet_until and local::time < settings.quiet_until then
      moment := (local::date + settings.quiet_until) at time zone settings.time_zone;
    else
      exit;
    end if;
  end loop;
  return case when moment > at then moment end;
end $$;
comment on function atrium_private.silent_until(atrium.notification_settings, timestamptz) is
  'When the pause or quiet hours in which this moment falls end; null when it is none.';

-- Definer: the worker reads no table. What comes back from its sleep is told anew.
create function atrium_private.queue_notifications()
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  batch record;
  silence timestamptz;
  settings atrium.notification_settings;
  found_some integer := 0;
begin
  for batch in
    with woken as (
      update atrium.notifications told set snoozed_until = null, read_at = null, touched_at = now()
      where told.snoozed_until <= now() returning told.id, told.user_id
    ),
    again as (
      insert into atrium_private.notification_deliveries (notification_id, user_id, channel, due_at)
      select woken.id, woken.user_id, 'push', now() from woken
      where exists (select from atrium.push_subscriptions device where device.user_id = woken.user_id)
      on conflict (notification_id, channel) do update set due_at = now(), queued_at = null, sent_at = null, reached = '{}'
    )
    select woken.user_id from woken group by woken.user_id
  loop
    perform atrium_private.send_to_people(array[batch.user_id], 'notifications', '{}');
  end loop;
  for batch in
    select due.user_id, due.channel, array_agg(due.notification_id) as ids
    from (
      select waiting.notification_id, waiting.user_id, waiting.channel from atrium_private.notification_deliveries waiting
      where waiting.queued_at is null and waiting.due_at <= now()
      order by waiting.due_at limit 500 for update skip locked
    ) due
    group by due.user_id, due.channel
  loop
    select known.* into settings from atrium.notification_settings known where known.user_id = batch.user_id;
    silence := atrium_private.silent_until(settings, now());
    if silence is null then
      -- Whoever is not to be disturbed may end that at any time, so it is asked again soon.
      select least(status.ends_at, now() + interval '2 minutes') into silence from atrium.statuses status
      where status.user_id = batch.user_id and status.do_not_disturb and (status.ends_at is null or status.ends_at > now());
    end if;
    update atrium_private.notification_deliveries waiting
    set due_at = coalesce(silence, waiting.due_at), queued_at = case when silence is null then now() end
    where waiting.notification_id = any (batch.ids) and waiting.channel = batch.channel;
    if silence is null then
      perform atrium_private.enqueue('send_notifications', jsonb_build_object('user_id', batch.user_id, 'channel', batch.channel, 'ids', batch.ids));
    end if;
    found_some := found_some + 1;
  end loop;
  return found_some;
end $$;
comment on function atrium_private.queue_notifications() is
  'Makes jobs of what is due, one for each person and way, but not in his quiet hours nor while he is not to be disturbed; brings back what was snoozed. Returns how many there were.';
grant execute on function atrium_private.queue_notifications to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.pushes_due(for_user uuid, ids uuid[])
  returns table (
    notification_id uuid, subscription_id uuid, endpoint text, p256dh text, auth text, kind text, object_type text, object_id uuid, object_name text,
    is_direct boolean, actor_names text[], source_id uuid, thread_id uuid, excerpt text, unread integer
  )
  language sql stable security definer set search_path = ''
as $$
  select told.id, device.id, device.endpoint, device.p256dh, device.auth, told.kind, told.object_type, told.object_id, told.object_name,
    told.is_direct, told.actor_names, told.source_id, told.thread_id, told.excerpt,
    (select count(*)::integer from atrium_private.visible_notifications(for_user, null, null, 'unread', null, 100))
  from atrium_private.read_notifications(for_user, null, ids, 'unread', null, 500) told
  join atrium_private.notification_deliveries delivery on delivery.notification_id = told.id and delivery.channel = 'push' and delivery.sent_at is null
  join atrium.push_subscriptions device on device.user_id = for_user and device.id <> all (delivery.reached)
  order by told.touched_at
$$;
comment on function atrium_private.pushes_due(uuid, uuid[]) is 'What of these is still unread and may be read, for each device that has not got it.';
grant execute on function atrium_private.pushes_due to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.claim_push(notification uuid, subscription uuid)
  returns boolean
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium_private.notification_deliveries delivery set reached = delivery.reached || subscription
  where delivery.notification_id = notification and delivery.channel = 'push' and subscription <> all (delivery.reached);
  return found;
end $$;
comment on function atrium_private.claim_push(uuid, uuid) is 'Writes down that it is being pushed to a device; false when it was already.';
grant execute on function atrium_private.claim_push to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.release_push(notification uuid, subscription uuid)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium_private.notification_deliveries delivery set reached = array_remove(delivery.reached, subscription)
  where delivery.notification_id = notification and delivery.channel = 'push'
$$;
comment on function atrium_private.release_push(uuid, uuid) is 'The push service did not take it: it may be tried again.';
grant execute on function atrium_private.release_push to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.forget_device(subscription uuid)
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium.push_subscriptions device where device.id = subscription $$;
comment on function atrium_private.forget_device(uuid) is 'The push service says that the subscription has ended.';
grant execute on function atrium_private.forget_device to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.claim_mail(for_user uuid, ids uuid[])
  returns table (
    email text, key text, is_digest boolean, time_zone text, notification_id uuid, kind text, workspace_name text, object_type text, object_id uuid,
    object_name text, is_direct boolean, actor_names text[], source_id uuid, thread_id uuid, excerpt text, touched_at timestamptz
  )
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  insert into atrium_private.mail_keys (user_id) select profile.id from atrium.profiles profile where profile.id = for_user on conflict do nothing;
  return query
    with words as materialized (select told.* from atrium_private.read_notifications(for_user, null, ids, 'unread', null, 200) told),
    claimed as (
      update atrium_private.notification_deliveries delivery set sent_at = now()
      from words
      where delivery.notification_id = words.id and delivery.channel = 'mail' and delivery.sent_at is null
        and exists (
          select from auth.users account
          where account.id = for_user and account.email_confirmed_at is not null and account.deleted_at is null
            and (account.banned_until is null or account.banned_until < now()))
        and not exists (select from atrium.notification_settings settings where settings.user_id = for_user and settings.mail = 'never')
      returning delivery.notification_id
    )
    select account.email::text, secret.key, coalesce(settings.mail, 'at_once') <> 'at_once', coalesce(settings.time_zone, 'UTC'),
      words.id, words.kind, workspace.name, words.object_type, words.object_id, words.object_name, words.is_direct, words.actor_names,
      words.source_id, words.thread_id, words.excerpt, words.touched_at
    from claimed
    join words on words.id = claimed.notification_id
    join atrium.workspaces workspace on workspace.id = words.workspace_id
    join auth.users account on account.id = for_user
    join atrium_private.mail_keys secret on secret.user_id = for_user
    left join atrium.notification_settings settings on settings.user_id = for_user
    order by words.touched_at;
end $$;
comment on function atrium_private.claim_mail(uuid, uuid[]) is
  'What of these goes into a mail now: still unread, still readable, not mailed yet; it counts as mailed from here on.';
grant execute on function atrium_private.claim_mail to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.release_mail(ids uuid[])
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium_private.notification_deliveries delivery set sent_at = null where delivery.notification_id = any (ids) and delivery.channel = 'mail'
$$;
comment on function atrium_private.release_mail(uuid[]) is 'The mail server did not take it: it may be tried again.';
grant execute on function atrium_private.release_mail to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.publish_push_key(key text)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium.push_key as known (public_key) values (key)
  on conflict (only_one) do update set public_key = excluded.public_key where known.public_key <> excluded.public_key
$$;
comment on function atrium_private.publish_push_key(text) is 'Says with which key browsers subscribe.';
grant execute on function atrium_private.publish_push_key to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.forget_notifications()
  returns void
  language sql security definer set search_path = ''
as $$
  delete from atrium.notifications told
  where told.touched_at < now() - interval '180 days' or (told.done_at < now() - interval '30 days' and told.touched_at < now() - interval '30 days')
$$;
comment on function atrium_private.forget_notifications() is 'Deletes what is half a year old, or done for a month.';
grant execute on function atrium_private.forget_notifications to atrium_worker;

-- Definer: nobody may insert subscriptions but through here.
create function atrium_private.save_push_subscription(endpoint text, p256dh text, auth text, device text)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  saved uuid;
begin
  if ($1 ~ '^https?://[^[:space:][:cntrl:]]+$' and char_length($1) <= 1000 and $2 ~ '^[A-Za-z0-9_-]{80,100}$' and $3 ~ '^[A-Za-z0-9_-]{16,40}$')
    is not true then
    raise sqlstate 'PT422' using message = 'This is no subscription of a browser.', detail = 'subscription_invalid';
  elsif (select count(*) from atrium.push_subscriptions known where known.user_id = me and known.endpoint <> $1) >= 20 then
    raise sqlstate 'PT429' using message = 'Twenty of your devices take push messages.', detail = 'too_many_devices';
  end if;
  -- A browser that somebody else used before is his no longer.
  insert into atrium.push_subscriptions as known (user_id, endpoint, p256dh, auth, device) values (me, $1, $2, $3, left(coalesce($4, ''), 200))
  on conflict (endpoint) do update set user_id = me, p256dh = excluded.p256dh, auth = excluded.auth, device = excluded.device
  returning known.id into saved;
  return saved;
end $$;
comment on function atrium_private.save_push_subscription(text, text, text, text) is 'Behind atrium.save_push_subscription.';
grant execute on function atrium_private.save_push_subscription to authenticated;

-- Definer: nobody may delete subscriptions but through here.
create function atrium_private.remove_push_subscription(endpoint text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  delete from atrium.push_subscriptions known where known.user_id = me and known.endpoint = $1;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such subscription of yours.', detail = 'subscription_not_found';
  end if;
end $$;
comment on function atrium_private.remove_push_subscription(text) is 'Behind atrium.remove_push_subscription.';
grant execute on function atrium_private.remove_push_subscription to authenticated;

-- Definer: whoever has the link of a mail is not signed in.
create function atrium_private.unsubscribe_mail(key text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  person uuid := (select known.user_id from atrium_private.mail_keys known where known.key = $1);
begin
  if person is null then
    raise sqlstate 'PT404' using message = 'This link belongs to nobody.', detail = 'key_not_found';
  end if;
  insert into atrium.notification_settings (user_id, mail) values (person, 'never')
  on conflict (user_id) do update set mail = 'never', updated_at = now();
end $$;
comment on function atrium_private.unsubscribe_mail(text) is 'Behind atrium.unsubscribe_mail.';
grant execute on function atrium_private.unsubscribe_mail to anon, authenticated;

create function atrium.save_push_subscription(endpoint text, p256dh text, auth text, device text default '')
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.save_push_subscription($1, $2, $3, $4) $$;
comment on function atrium.save_push_subscription(text, text, text, text) is
  'Lets a browser of the caller take push messages, with the keys of its PushSubscription in base64url; the same call again changes nothing. Subscribe with the key in push_key.
Example: select atrium.save_push_subscription(''https://updates.push.services.mozilla.com/wpush/v2/…'', ''BP4z…'', ''xS03…'', ''Firefox'');
Errors: 401 not_signed_in, 422 subscription_invalid, 429 too_many_devices.';
grant execute on function atrium.save_push_subscription to authenticated;

create function atrium.remove_push_subscription(endpoint text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_push_subscription($1) $$;
comment on function atrium.remove_push_subscription(text) is
  'Ends push messages to a browser of the caller.
Example: select atrium.remove_push_subscription(''https://…'');
Errors: 401 not_signed_in, 404 subscription_not_found.';
grant execute on function atrium.remove_push_subscription to authenticated;

create function atrium.unsubscribe_mail(key text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.unsubscribe_mail($1) $$;
comment on function atrium.unsubscribe_mail(text) is
  'Ends the notification mails of the person to whom the link in a mail was sent, signed in or not.
Example: select atrium.unsubscribe_mail(''0190…'');
Errors: 404 key_not_found.';
grant execute on function atrium.unsubscribe_mail to anon, authenticated;


select pgboss.create_queue('tell_people', '{"policy": "standard", "retryLimit": 5, "retryDelay": 1, "expireInSeconds": 60, "notify": true}');
select pgboss.create_queue('send_notifications', '{"policy": "standard", "retryLimit": 8, "retryDelay": 2, "retryBackoff": true, "retryDelayMax": 900, "expireInSeconds": 60, "notify": true}');

-- As 990_lockdown.sql has it.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on all tables in schema atrium to service_role;
revoke insert, update, delete on atrium.audit_events from service_role;
