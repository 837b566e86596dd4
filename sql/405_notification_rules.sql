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
comment on column atrium.notification_settings.watch_own is 'Whether he watches the documents and tasks that he made, unless he says otherwise for one.';
comment on column atrium.notification_settings.quiet_from is 'From then until quiet_until, which may be on the next day, nothing is pushed or mailed. Null: no quiet hours.';
comment on column atrium.notification_settings.quiet_days is 'Days (1 is Monday) that are quiet from midnight to midnight.';
comment on column atrium.notification_settings.paused_until is 'Until then nothing is pushed or mailed.';
comment on column atrium.notification_settings.mail is 'at_once, some minutes after it happened; hourly; daily at mail_hour of mail_days; never.';
alter table atrium.notification_settings enable row level security;

create table atrium.notification_levels (
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  object_type text not null check (object_type in ('workspace', 'space', 'room', 'document', 'task')),
  object_id uuid not null,
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  level text not null check (level in ('all', 'mentions', 'nothing')),
  primary key (user_id, object_type, object_id)
);
comment on table atrium.notification_levels is
  'Where a person wants more or less than usual. The nearest counts: the room, document or task, then its space, then the workspace. Everybody sees his own.';
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
  'Watches (all), mutes (nothing) or follows as usual (mentions) a workspace, space, room, document or task; null takes the rule back, so that the next wider one counts. Nullable: level.
Example: select atrium.set_notification_level(''room'', ''0190…'', ''all'');
Errors: 401 not_signed_in, 404 workspace_not_found, space_not_found, room_not_found, document_not_found, task_not_found, 422 level_invalid, object_type_invalid.';
grant execute on function atrium.set_notification_level to authenticated;
