-- What comes from outside and goes out: link previews, incoming webhooks, bots with API tokens, how long messages stay. What is here leads
-- to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

grant usage on schema atrium_private to service_role;

alter table atrium.messages
  add column bot_icon text check (char_length(bot_icon) <= 16),
  add column previews jsonb not null default '[]';
comment on column atrium.messages.bot_icon is 'The emoji that a webhook wrote under; null for the others.';

comment on column atrium.messages.previews is 'What the first three pages that it names say about themselves: [{id, url, title, description, site, image: {width, height} or null}]. The picture is the object <id> of the bucket link-previews.';


create table atrium.chat_rules (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  room_id uuid references atrium.rooms (id) on delete cascade,
  keep_days integer check (keep_days between 1 and 3650),
  link_previews boolean,
  unique nulls not distinct (workspace_id, room_id)
);
comment on table atrium.chat_rules is 'Rules for the messages of a workspace (room_id null) and of single rooms. No row: everything stays, links are previewed.';
comment on column atrium.chat_rules.keep_days is
  'Messages older than so many days are deleted with their files, for good; null: they stay. Where both a workspace and a room say something, the shorter time counts. Pinned messages stay, and the first message of a thread as long as a reply to it does; that somebody saved a message for himself does not keep it.';
comment on column atrium.chat_rules.link_previews is 'False: no pages are fetched that messages name. Null in a room: as the workspace has it.';
create index on atrium.chat_rules (room_id);
alter table atrium.chat_rules enable row level security;

create policy "people see the rules of their workspaces and rooms"
  on atrium.chat_rules for select to authenticated
  using (
    (room_id is null and workspace_id in (select atrium_private.workspaces_of_caller('guest')))
    or room_id in (select atrium_private.rooms_of_caller('viewer'))
  );
grant select on atrium.chat_rules to authenticated;

create function atrium_private.valid_keep_days(value integer)
  returns integer
  language plpgsql immutable set search_path = ''
as $$
begin
  if value not between 1 and 3650 then
    raise sqlstate 'PT422' using message = 'Messages are kept for 1 to 3650 days, or for ever.', detail = 'keep_days_invalid';
  end if;
  return value;
end $$;
comment on function atrium_private.valid_keep_days(integer) is 'The number itself. Errors: 422 keep_days_invalid.';

-- Definer: nobody may write rules but through here.
create function atrium_private.set_workspace_chat_rules(in_workspace uuid, days integer, previews boolean)
  returns atrium.chat_rules
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  rules atrium.chat_rules;
begin
  insert into atrium.chat_rules (workspace_id, keep_days, link_previews)
  values (in_workspace, atrium_private.valid_keep_days(days), coalesce(previews, true))
  on conflict (workspace_id, room_id) do update set keep_days = excluded.keep_days, link_previews = excluded.link_previews
  returning * into rules;
  return rules;
end $$;
comment on function atrium_private.set_workspace_chat_rules(uuid, integer, boolean) is 'Behind atrium.set_workspace_chat_rules.';
grant execute on function atrium_private.set_workspace_chat_rules to authenticated;

-- Definer: see set_workspace_chat_rules.
create function atrium_private.set_room_chat_rules(in_room uuid, days integer, previews boolean)
  returns atrium.chat_rules
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'admin');
  rules atrium.chat_rules;
begin
  insert into atrium.chat_rules (workspace_id, room_id, keep_days, link_previews)
  select room.workspace_id, room.id, atrium_private.valid_keep_days(days), previews from atrium.rooms room where room.id = in_room
  on conflict (workspace_id, room_id) do update set keep_days = excluded.keep_days, link_previews = excluded.link_previews
  returning * into rules;
  return rules;
end $$;
comment on function atrium_private.set_room_chat_rules(uuid, integer, boolean) is 'Behind atrium.set_room_chat_rules.';
grant execute on function atrium_private.set_room_chat_rules to authenticated;

-- Definer: it reads rules whatever the caller may see.
create function atrium_private.previews_links(in_room uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (select rules.link_previews from atrium.chat_rules rules where rules.room_id = in_room),
    (select rules.link_previews from atrium.rooms room join atrium.chat_rules rules on rules.workspace_id = room.workspace_id and rules.room_id is null
      where room.id = in_room),
    true)
$$;
comment on function atrium_private.previews_links(uuid) is 'Whether links in the messages of a room are previewed.';

-- Definer: the worker reads no table.
create function atrium_private.rooms_that_forget()
  returns table (room_id uuid, older_than timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select said.room_id, now() - min(said.keep_days) * interval '1 day'
  from (
    select rules.room_id, rules.keep_days from atrium.chat_rules rules where rules.room_id is not null and rules.keep_days is not null
    union all
    select room.id, rules.keep_days
    from atrium.chat_rules rules join atrium.rooms room on room.workspace_id = rules.workspace_id
    where rules.room_id is null and rules.keep_days is not null and room.last_seq > 0
  ) said
  group by said.room_id
$$;
comment on function atrium_private.rooms_that_forget() is 'The rooms whose messages do not stay for ever, and since when they would be older than they may.';
grant execute on function atrium_private.rooms_that_forget to atrium_worker;

-- Definer: see rooms_that_forget. It goes through a room in steps of 500, so that no statement grows with the history.
create function atrium_private.messages_to_forget(in_room uuid, older_than timestamptz, after_seq bigint)
  returns table (last_seq bigint, ids uuid[])
  language sql stable security definer set search_path = ''
as $$
  with step as materialized (
    select message.id, message.seq, message.created_at from atrium.messages message
    where message.room_id = in_room and message.seq > after_seq order by message.seq limit 500
  ),
  doomed as materialized (
    select step.id from step
    where step.created_at < older_than
      and not exists (select from atrium.message_pins pin where pin.message_id = step.id)
      and not exists (select from atrium.messages reply where reply.thread_id = step.id)
  )
  select
    -- Numbers rise with time: behind the first that may stay there is nothing to do.
    (select max(step.seq) from step where not exists (select from step young where young.created_at >= older_than)),
    array(select doomed.id from doomed)
$$;
comment on function atrium_private.messages_to_forget(uuid, timestamptz, bigint) is
  'Of the next 500 messages of a room those that are too old; last_seq is where to go on, null at the end.';
grant execute on function atrium_private.messages_to_forget to atrium_worker;

-- Definer: see rooms_that_forget. Asked again under the lock: a message may have been pinned, or a reply come, since.
create function atrium_private.forget_messages(in_room uuid, ids uuid[], older_than timestamptz)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  gone uuid[];
  last_seq bigint;
  last_place bigint;
begin
  perform from atrium.rooms room where room.id = in_room for no key update;
  with forgotten as (
    delete from atrium.messages message
    where message.id = any (ids) and message.room_id = in_room and message.created_at < older_than
      and not exists (select from atrium.message_pins pin where pin.message_id = message.id)
      and not exists (select from atrium.messages reply where reply.thread_id = message.id)
    returning message.id, message.seq, message.place
  )
  select array_agg(forgotten.id), max(forgotten.seq), max(forgotten.place) into gone, last_seq, last_place from forgotten;
  if gone is null then
    return 0;
  end if;
  -- What is gone cannot be unread.
  update atrium.read_marks mark set seq = greatest(mark.seq, last_seq), place = greatest(mark.place, coalesce(last_place, 0))
  where mark.room_id = in_room and (mark.seq < last_seq or mark.place < last_place);
  perform atrium_private.send_to_room(in_room, 'messages_removed', jsonb_build_object('room_id', in_room, 'ids', gone));
  return cardinality(gone);
end $$;
comment on function atrium_private.forget_messages(uuid, uuid[], timestamptz) is
  'Deletes messages for good; messages_removed {room_id, ids} to the room. Their numbers are not given again.';
grant execute on function atrium_private.forget_messages to atrium_worker;

create function atrium.set_workspace_chat_rules(workspace_id uuid, keep_days integer default null, link_previews boolean default true)
  returns atrium.chat_rules
  language sql set search_path = ''
as $$ select * from atrium_private.set_workspace_chat_rules($1, $2, $3) $$;
comment on function atrium.set_workspace_chat_rules(uuid, integer, boolean) is
  'Says how many days messages stay in all rooms of a workspace, conversations included (null: for ever), and whether links are previewed. Admins may. Nullable: keep_days, room_id.
Example: select * from atrium.set_workspace_chat_rules(''0190…'', keep_days => 365);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 keep_days_invalid.';
grant execute on function atrium.set_workspace_chat_rules to authenticated;

create function atrium.set_room_chat_rules(room_id uuid, keep_days integer default null, link_previews boolean default null)
  returns atrium.chat_rules
  language sql set search_path = ''
as $$ select * from atrium_private.set_room_chat_rules($1, $2, $3) $$;
comment on function atrium.set_room_chat_rules(uuid, integer, boolean) is
  'Says how many days messages stay in one room, and whether links are previewed; null: as in the workspace. A room forgets sooner than its workspace, never later. Admins of the space may. Nullable: keep_days, link_previews.
Example: select * from atrium.set_room_chat_rules(''0190…'', keep_days => 90);
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 422 keep_days_invalid.';
grant execute on function atrium.set_room_chat_rules to authenticated;

create table atrium.webhooks (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  may_mention boolean not null default false,
  made_by uuid references atrium.profiles (id) on delete cascade,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
comment on table atrium.webhooks is
  'By which programs write into rooms: <site>/functions/v1/hooks/<id>/<secret>. Seen by the moderators of the room; the secret is shown once. A webhook writes as long as the room is not archived and the person who made it, or gave it its present secret, moderates the room: he knows the secret, and must not go on speaking where he may not any more.';
comment on column atrium.webhooks.name is 'The name under which it writes, unless a message brings its own.';
comment on column atrium.webhooks.may_mention is 'Whether its mentions notify people. Else they are mere text.';
comment on column atrium.webhooks.made_by is 'Who made it, or gave it its present secret.';
create index on atrium.webhooks (workspace_id);
create index on atrium.webhooks (room_id);
create index on atrium.webhooks (made_by);
alter table atrium.webhooks enable row level security;

create table atrium_private.webhook_secrets (
  webhook_id uuid primary key references atrium.webhooks (id) on delete cascade,
  hash bytea not null check (octet_length(hash) = 32),
  free_at timestamptz not null default now()
);
comment on table atrium_private.webhook_secrets is 'The SHA-256 of each webhook''s secret, and how much it wrote lately.';
comment on column atrium_private.webhook_secrets.free_at is 'When what it wrote is forgotten: each message moves it by a second, and none may move it more than half a minute ahead.';
alter table atrium_private.webhook_secrets enable row level security;

-- Definer: policies ask it.
create function atrium_private.rooms_moderated_by_caller()
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  return query
    select rights.room_id from atrium_private.room_rights(me) rights where rights.role >= 'admin'
    union
    select inside.room_id from atrium.room_members inside
    where inside.user_id = me and inside.role = 'moderator' and inside.room_id in (select atrium_private.rooms_of_caller('viewer'));
end $$;
comment on function atrium_private.rooms_moderated_by_caller() is 'The rooms in which the caller is a moderator: by himself, or as an admin of the space.';
grant execute on function atrium_private.rooms_moderated_by_caller to authenticated;

create policy "moderators see the webhooks of their rooms"
  on atrium.webhooks for select to authenticated
  using (room_id in (select atrium_private.rooms_moderated_by_caller()));
grant select on atrium.webhooks to authenticated;

-- Definer: nobody may read or write secrets but through here.
create function atrium_private.new_webhook_secret(webhook_id uuid)
  returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  secret text := rtrim(translate(encode(extensions.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
begin
  insert into atrium_private.webhook_secrets (webhook_id, hash) values ($1, sha256(convert_to(secret, 'UTF8')))
  on conflict on constraint webhook_secrets_pkey do update set hash = excluded.hash;
  return secret;
end $$;
comment on function atrium_private.new_webhook_secret(uuid) is 'Gives a webhook another secret.';

-- Definer: nobody may insert webhooks but through here.
create function atrium_private.create_webhook(in_room uuid, new_name text, mentions boolean)
  returns table (id uuid, secret text)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  mine atrium.role := atrium_private.require_moderator(in_room);
  made uuid;
begin
  if atrium_private.room_is_archived(in_room) then
    raise sqlstate 'PT409' using message = 'This room is archived.', detail = 'room_archived';
  end if;
  perform from atrium.rooms room where room.id = in_room for no key update;
  if (select count(*) from atrium.webhooks known where known.room_id = in_room and known.revoked_at is null) >= 50 then
    raise sqlstate 'PT429' using message = 'There are 50 webhooks in this room. Revoke some first.', detail = 'too_many_webhooks';
  end if;
  insert into atrium.webhooks (workspace_id, room_id, name, may_mention, made_by)
  select room.workspace_id, room.id, atrium_private.valid_name(new_name, 'name', 80), coalesce(mentions, false), atrium_private.caller()
  from atrium.rooms room where room.id = in_room
  returning webhooks.id into made;
  return query select made, atrium_private.new_webhook_secret(made);
end $$;
comment on function atrium_private.create_webhook(uuid, text, boolean) is 'Behind atrium.create_webhook.';
grant execute on function atrium_private.create_webhook to authenticated;

-- Definer: see create_webhook.
create function atrium_private.require_webhook(webhook_id uuid)
  returns atrium.webhooks
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  hook atrium.webhooks;
begin
  select known.* into hook from atrium.webhooks known
  where known.id = $1 and known.revoked_at is null and known.room_id in (select atrium_private.rooms_moderated_by_caller()) for update;
  if hook.id is null then
    raise sqlstate 'PT404' using message = 'There is no such webhook, or you may not manage it.', detail = 'webhook_not_found';
  end if;
  return hook;
end $$;
comment on function atrium_private.require_webhook(uuid) is 'A webhook that the caller manages. Errors: 401 not_signed_in, 404 webhook_not_found.';

-- Definer: see create_webhook.
create function atrium_private.rotate_webhook(webhook_id uuid)
  returns table (id uuid, secret text)
  language plpgsql security definer set search_path = ''
as $$
declare
  hook atrium.webhooks := atrium_private.require_webhook($1);
begin
  update atrium.webhooks known set made_by = atrium_private.caller() where known.id = hook.id;
  return query select hook.id, atrium_private.new_webhook_secret(hook.id);
end $$;
comment on function atrium_private.rotate_webhook(uuid) is 'Behind atrium.rotate_webhook.';
grant execute on function atrium_private.rotate_webhook to authenticated;

-- Definer: see create_webhook.
create function atrium_private.revoke_webhook(webhook_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  hook atrium.webhooks := atrium_private.require_webhook($1);
begin
  update atrium.webhooks known set revoked_at = now() where known.id = hook.id;
  delete from atrium_private.webhook_secrets known where known.webhook_id = hook.id;
end $$;
comment on function atrium_private.revoke_webhook(uuid) is 'Behind atrium.revoke_webhook.';
grant execute on function atrium_private.revoke_webhook to authenticated;

-- Definer: it asks for the rights of who made the webhook, and inserts a message of nobody. What the secret is worth is decided here.
create function atrium_private.receive_webhook(
  webhook_id uuid, secret text, new_text text, new_content jsonb, name text, icon text, request_key text
)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  hook atrium.webhooks;
  known_hash bytea;
  -- The same request again makes the same message.
  new_id uuid := case when request_key is null then gen_random_uuid()
    else encode(substring(sha256(convert_to($1::text || ':' || request_key, 'UTF8')) for 16), 'hex')::uuid end;
  message_name text;
begin
  select secrets.hash into known_hash from atrium_private.webhook_secrets secrets where secrets.webhook_id = $1 for update;
  if known_hash is distinct from sha256(convert_to(coalesce($2, ''), 'UTF8')) then
    raise sqlstate 'PT404' using message = 'There is no such webhook.', detail = 'no_service';
  end if;
  select known.* into hook from atrium.webhooks known where known.id = $1;
  if not coalesce(atrium_private.moderates(hook.made_by, hook.room_id, atrium_private.role_in_room(hook.made_by, hook.room_id)), false) then
    raise sqlstate 'PT403' using message = 'Who made this webhook does not manage its room any more.', detail = 'action_prohibited';
  elsif atrium_private.room_is_archived(hook.room_id) then
    raise sqlstate 'PT410' using message = 'This room is archived.', detail = 'channel_is_archived';
  elsif exists (select from atrium.messages message where message.id = new_id) then
    return new_id;
  end if;
  update atrium_private.webhook_secrets secrets set free_at = greatest(secrets.free_at, now()) + interval '1 second'
  where secrets.webhook_id = $1 and secrets.free_at < now() + interval '30 seconds';
  if not found then
    raise sqlstate 'PT429' using message = 'A webhook writes one message in a second, and thirty at once.', detail = 'rate_limited';
  end if;
  message_name := case when btrim(coalesce($5, '')) = '' then hook.name else atrium_private.valid_name($5, 'name', 80) end;
  perform atrium_private.add_message(
    new_id, hook.room_id, null, message_name, $3, $4, null, null, null, '{}', hook.may_mention);
  if icon is not null then
    update atrium.messages message set bot_icon = icon where message.id = new_id;
  end if;
  update atrium.webhooks known set last_used_at = now() where known.id = $1;
  return new_id;
end $$;
comment on function atrium_private.receive_webhook(uuid, text, text, jsonb, text, text, text) is 'Behind atrium.receive_webhook.';
grant execute on function atrium_private.receive_webhook to service_role;

create function atrium.create_webhook(room_id uuid, name text, may_mention boolean default false)
  returns table (id uuid, secret text)
  language sql set search_path = ''
as $$ select * from atrium_private.create_webhook($1, $2, $3) $$;
comment on function atrium.create_webhook(uuid, text, boolean) is
  'Makes a webhook for a room: programs post to <site>/functions/v1/hooks/<id>/<secret>, with what Slack''s incoming webhooks take. The secret is shown here and never again. Moderators of the room may.
Example: select * from atrium.create_webhook(''0190…'', ''Builds'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 409 room_archived, 422 name_required, name_too_long, name_invalid, 429 too_many_webhooks.';
grant execute on function atrium.create_webhook to authenticated;

create function atrium.rotate_webhook(webhook_id uuid)
  returns table (id uuid, secret text)
  language sql set search_path = ''
as $$ select * from atrium_private.rotate_webhook($1) $$;
comment on function atrium.rotate_webhook(uuid) is
  'Gives a webhook another secret; the one of before is worth nothing from then on, and the webhook is the caller''s. Moderators of the room may.
Example: select secret from atrium.rotate_webhook(''0190…'');
Errors: 401 not_signed_in, 404 webhook_not_found.';
grant execute on function atrium.rotate_webhook to authenticated;

create function atrium.revoke_webhook(webhook_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.revoke_webhook($1) $$;
comment on function atrium.revoke_webhook(uuid) is
  'Ends a webhook for good. What it wrote stays. Moderators of the room may.
Example: select atrium.revoke_webhook(''0190…'');
Errors: 401 not_signed_in, 404 webhook_not_found.';
grant execute on function atrium.revoke_webhook to authenticated;

create function atrium.receive_webhook(
  webhook_id uuid, secret text, text text, content jsonb default null, name text default null, icon text default null, request_key text default null
)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.receive_webhook($1, $2, $3, $4, $5, $6, $7) $$;
comment on function atrium.receive_webhook(uuid, text, text, jsonb, text, text, text) is
  'Writes what a webhook brought, for the function hooks: only the secret key may call it. The same request_key again writes nothing. Nullable: text, content, name, icon, request_key.
Example: select atrium.receive_webhook(''0190…'', ''…'', ''Build 7 is green'');
Errors: 403 action_prohibited, 404 no_service, 410 channel_is_archived, 422 text_required, text_too_long, content_invalid, content_too_large, name_too_long, name_invalid, 429 rate_limited.';
grant execute on function atrium.receive_webhook to service_role;

-- so that every door (REST, storage, Realtime, the collaboration server) knows them by the same tokens and rights as people.

create table atrium.bots (
  id uuid primary key references atrium.profiles (id) on delete cascade,
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  made_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  removed_at timestamptz
);
comment on table atrium.bots is 'The members of a workspace that are programs; their names are in profiles, their roles in members. A bot is guest to editor, never more, and the rule that members need a second factor is not for it.';
comment on column atrium.bots.removed_at is 'Set when it was removed: it is no member any more, and what it wrote keeps its name.';
create index on atrium.bots (workspace_id);
create index on atrium.bots (made_by);
alter table atrium.bots enable row level security;

create policy "people see the bots of their workspaces"
  on atrium.bots for select to authenticated
  using (workspace_id in (select atrium_private.workspaces_of_caller('guest')));
grant select on atrium.bots to authenticated;

create table atrium.api_tokens (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  bot_id uuid not null references atrium.bots (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  made_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
comment on table atrium.api_tokens is 'By which programs speak as a bot. Seen by the admins of the workspace; the token itself is shown once.';
comment on column atrium.api_tokens.expires_at is 'Null: it does not end by itself.';
comment on column atrium.api_tokens.last_used_at is 'When it was last exchanged for a session.';
create index on atrium.api_tokens (workspace_id);
create index on atrium.api_tokens (bot_id);
create index on atrium.api_tokens (made_by);
alter table atrium.api_tokens enable row level security;

create policy "admins see the tokens of bots"
  on atrium.api_tokens for select to authenticated
  using (workspace_id in (select atrium_private.workspaces_of_caller('admin')));
grant select on atrium.api_tokens to authenticated;

create table atrium_private.api_token_hashes (
  token_id uuid primary key references atrium.api_tokens (id) on delete cascade,
  hash bytea not null unique check (octet_length(hash) = 32)
);
comment on table atrium_private.api_token_hashes is 'The SHA-256 of each token that is not revoked.';
alter table atrium_private.api_token_hashes enable row level security;

create table atrium_private.api_token_sessions (
  session_id uuid primary key,
  token_id uuid not null references atrium.api_tokens (id) on delete cascade,
  created_at timestamptz not null default now()
);
comment on table atrium_private.api_token_sessions is 'Which sessions a token was exchanged for: they end with it.';
create index on atrium_private.api_token_sessions (token_id, created_at);
alter table atrium_private.api_token_sessions enable row level security;

-- Definer: it reads bots whatever the caller may see. The name puts it behind follow_policy: triggers fire by name.
create function atrium_private.keep_bot_low()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from atrium.bots bot where bot.id = new.user_id) then
    new.needs_mfa := false;
    -- Quietly: it may be all that is left when the last owner closes his account, which must not fail.
    new.role := least(new.role, 'editor');
  end if;
  return new;
end $$;
comment on function atrium_private.keep_bot_low() is 'A bot is an editor at most, and has no second factor to show.';
create trigger keep_bot_low before insert or update on atrium.members
  for each row execute function atrium_private.keep_bot_low();

-- Definer: see keep_bot_low.
create function atrium_private.name_bot()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.bot_name := (
    select profile.name from atrium.bots bot join atrium.profiles profile on profile.id = bot.id where bot.id = new.author_id
  );
  return new;
end $$;
comment on function atrium_private.name_bot() is 'Marks the messages of bots as such.';
create trigger name_bot before insert on atrium.messages
  for each row when (new.author_id is not null) execute function atrium_private.name_bot();

-- Definer: it makes an account. Nobody can sign in to it: it has no password, no provider, and an address that takes no mail.
create function atrium_private.create_bot(in_workspace uuid, new_name text, with_role atrium.role)
  returns atrium.bots
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  tidy text := atrium_private.valid_name(new_name, 'name', 80);
  new_id uuid := gen_random_uuid();
  made atrium.bots;
begin
  if with_role is null or with_role > 'editor' then
    raise sqlstate 'PT422' using message = 'A bot is guest, viewer, commenter or editor.', detail = 'role_invalid';
  end if;
  perform from atrium.workspaces workspace where workspace.id = in_workspace for no key update;
  if (select count(*) from atrium.bots known where known.workspace_id = in_workspace and known.removed_at is null) >= 100 then
    raise sqlstate 'PT429' using message = 'There are 100 bots in this workspace. Remove some first.', detail = 'too_many_bots';
  end if;
  insert into auth.users (
    instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
    -- The authentication server reads no nulls here.
    confirmation_token, recovery_token, email_change_token_new, email_change
  )
  values (
    '00000000-0000-0000-0000-000000000000', new_id, 'authenticated', 'authenticated', format('bot-%s@bots.invalid', new_id), '', now(),
    '{"provider": "bot", "providers": ["bot"]}', jsonb_build_object('name', tidy), now(), now(), '', '', '', ''
  );
  insert into atrium.bots (id, workspace_id, made_by) values (new_id, in_workspace, atrium_private.caller()) returning * into made;
  insert into atrium.members (workspace_id, user_id, role) values (in_workspace, new_id, with_role);
  return made;
end $$;
comment on function atrium_private.create_bot(uuid, text, atrium.role) is 'Behind atrium.create_bot.';
grant execute on function atrium_private.create_bot to authenticated;

-- Definer: it reads bots whatever the caller may see.
create function atrium_private.require_bot(bot_id uuid)
  returns atrium.bots
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  bot atrium.bots;
begin
  select known.* into bot from atrium.bots known
  where known.id = $1 and known.removed_at is null and known.workspace_id in (select atrium_private.workspaces_of_caller('admin'));
  if bot.id is null then
    raise sqlstate 'PT404' using message = 'There is no such bot, or you may not manage it.', detail = 'bot_not_found';
  end if;
  return bot;
end $$;
comment on function atrium_private.require_bot(uuid) is 'A bot that the caller manages. Errors: 401 not_signed_in, 404 bot_not_found.';

-- Definer: it ends sessions, which are the authentication server's.
create function atrium_private.end_api_token(token_id uuid)
  returns void
  language sql security definer set search_path = ''
as $$
  delete from auth.sessions session using atrium_private.api_token_sessions known where known.token_id = $1 and session.id = known.session_id;
  delete from atrium_private.api_token_sessions known where known.token_id = $1;
  delete from atrium_private.api_token_hashes known where known.token_id = $1;
  update atrium.api_tokens token set revoked_at = now() where token.id = $1 and token.revoked_at is null;
$$;
comment on function atrium_private.end_api_token(uuid) is 'Makes a token worthless, with the sessions that it was exchanged for.';

-- Definer: it removes a member and ends sessions.
create function atrium_private.remove_bot(bot_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  bot atrium.bots := atrium_private.require_bot($1);
begin
  perform atrium_private.end_api_token(token.id) from atrium.api_tokens token where token.bot_id = bot.id and token.revoked_at is null;
  delete from atrium.members member where member.workspace_id = bot.workspace_id and member.user_id = bot.id;
  update atrium.bots known set removed_at = now() where known.id = bot.id;
end $$;
comment on function atrium_private.remove_bot(uuid) is 'Behind atrium.remove_bot.';
grant execute on function atrium_private.remove_bot to authenticated;

-- Definer: nobody may write tokens but through here.
create function atrium_private.create_api_token(bot_id uuid, new_name text, until timestamptz)
  returns table (id uuid, token text, expires_at timestamptz)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  bot atrium.bots := atrium_private.require_bot($1);
  -- The beginning lets people and scanners of leaked secrets see what it is.
  new_token text := 'atr_' || rtrim(translate(encode(extensions.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
  made atrium.api_tokens;
begin
  if until <= now() or until > now() + interval '5 years' then
    raise sqlstate 'PT422' using message = 'The expiry is in the past, or more than five years away.', detail = 'expires_at_invalid';
  end if;
  perform from atrium.bots known where known.id = bot.id for no key update;
  if (select count(*) from atrium.api_tokens known where known.bot_id = bot.id and known.revoked_at is null) >= 20 then
    raise sqlstate 'PT429' using message = 'This bot has 20 tokens. Revoke some first.', detail = 'too_many_tokens';
  end if;
  insert into atrium.api_tokens (workspace_id, bot_id, name, made_by, expires_at)
  values (bot.workspace_id, bot.id, atrium_private.valid_name(new_name, 'name', 80), atrium_private.caller(), until)
  returning * into made;
  insert into atrium_private.api_token_hashes (token_id, hash) values (made.id, sha256(convert_to(new_token, 'UTF8')));
  return query select made.id, new_token, made.expires_at;
end $$;
comment on function atrium_private.create_api_token(uuid, text, timestamptz) is 'Behind atrium.create_api_token.';
grant execute on function atrium_private.create_api_token to authenticated;

-- Definer: see create_api_token.
create function atrium_private.revoke_api_token(token_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.require_caller();
  if not exists (
    select from atrium.api_tokens token where token.id = $1 and token.workspace_id in (select atrium_private.workspaces_of_caller('admin'))
  ) then
    raise sqlstate 'PT404' using message = 'There is no such token, or you may not manage it.', detail = 'token_not_found';
  end if;
  perform atrium_private.end_api_token($1);
end $$;
comment on function atrium_private.revoke_api_token(uuid) is 'Behind atrium.revoke_api_token.';
grant execute on function atrium_private.revoke_api_token to authenticated;

-- Definer: it reads what nobody may.
create function atrium_private.take_api_token(token text)
  returns table (token_id uuid, email text)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  found atrium.api_tokens;
begin
  select known.* into found
  from atrium_private.api_token_hashes secret
  join atrium.api_tokens known on known.id = secret.token_id
  where secret.hash = sha256(convert_to(coalesce($1, ''), 'UTF8')) and known.revoked_at is null
    and (known.expires_at is null or known.expires_at > now());
  if found.id is null then
    raise sqlstate 'PT401' using message = 'This token is unknown, has expired, or was revoked.', detail = 'token_invalid';
  end if;
  update atrium.api_tokens known set last_used_at = now() where known.id = found.id;
  return query select found.id, account.email::text from auth.users account where account.id = found.bot_id;
end $$;
comment on function atrium_private.take_api_token(text) is 'Behind atrium.take_api_token.';
grant execute on function atrium_private.take_api_token to service_role;

-- Definer: it changes sessions, which are the authentication server's. The row of the token is locked, so that revoking comes before or after.
create function atrium_private.note_api_session(token_id uuid, session_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  known atrium.api_tokens;
begin
  select token.* into known from atrium.api_tokens token where token.id = $1 for update;
  if known.id is null or known.revoked_at is not null then
    delete from auth.sessions session where session.id = $2;
    raise sqlstate 'PT401' using message = 'This token is unknown, has expired, or was revoked.', detail = 'token_invalid';
  end if;
  -- Its access tokens are not renewed: after an hour nobody has one of it any more.
  delete from auth.sessions session using atrium_private.api_token_sessions old
  where old.token_id = $1 and old.created_at < now() - interval '1 hour' and session.id = old.session_id;
  delete from atrium_private.api_token_sessions old where old.token_id = $1 and old.created_at < now() - interval '1 hour';
  insert into atrium_private.api_token_sessions (session_id, token_id) values ($2, $1);
  update auth.sessions session set not_after = least(session.not_after, known.expires_at) where session.id = $2 and session.user_id = known.bot_id;
end $$;
comment on function atrium_private.note_api_session(uuid, uuid) is 'Behind atrium.note_api_session.';
grant execute on function atrium_private.note_api_session to service_role;

create function atrium.create_bot(workspace_id uuid, name text, role atrium.role default 'commenter')
  returns atrium.bots
  language sql set search_path = ''
as $$ select * from atrium_private.create_bot($1, $2, $3) $$;
comment on function atrium.create_bot(uuid, text, atrium.role) is
  'Makes a bot: a member of the workspace that is a program. Roles: guest, viewer, commenter, editor. It sees what a member of its role sees; private rooms and spaces take it as they take people. Admins may. Nullable: made_by, removed_at.
Example: select id from atrium.create_bot(''0190…'', ''Deploy bot'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 name_required, name_too_long, name_invalid, role_invalid, 429 too_many_bots.';
grant execute on function atrium.create_bot to authenticated;

create function atrium.remove_bot(bot_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_bot($1) $$;
comment on function atrium.remove_bot(uuid) is
  'Removes a bot from its workspace with all its tokens, at once and for good; what it wrote stays under its name. Admins may.
Example: select atrium.remove_bot(''0190…'');
Errors: 401 not_signed_in, 404 bot_not_found.';
grant execute on function atrium.remove_bot to authenticated;

create function atrium.create_api_token(bot_id uuid, name text, expires_at timestamptz default null)
  returns table (id uuid, token text, expires_at timestamptz)
  language sql set search_path = ''
as $$ select * from atrium_private.create_api_token($1, $2, $3) $$;
comment on function atrium.create_api_token(uuid, text, timestamptz) is
  'Makes a token for a bot, shown here and never again. POST it to <site>/functions/v1/bot-token as Authorization: Bearer, and use the access_token of the answer wherever a signed-in person''s is used. Admins of the workspace may. Nullable: expires_at.
Example: select token from atrium.create_api_token(''0190…'', ''On the build server'', now() + interval ''1 year'');
Errors: 401 not_signed_in, 404 bot_not_found, 422 name_required, name_too_long, name_invalid, expires_at_invalid, 429 too_many_tokens.';
grant execute on function atrium.create_api_token to authenticated;

create function atrium.revoke_api_token(token_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.revoke_api_token($1) $$;
comment on function atrium.revoke_api_token(uuid) is
  'Makes a token worthless, with the access tokens that it was exchanged for, at once. Admins of the workspace may.
Example: select atrium.revoke_api_token(''0190…'');
Errors: 401 not_signed_in, 404 token_not_found.';
grant execute on function atrium.revoke_api_token to authenticated;

create function atrium.take_api_token(token text)
  returns table (token_id uuid, email text)
  language sql set search_path = ''
as $$ select * from atrium_private.take_api_token($1) $$;
comment on function atrium.take_api_token(text) is
  'Whom a token speaks for, for the function bot-token: only the secret key may call it.
Example: select email from atrium.take_api_token(''atr_…'');
Errors: 401 token_invalid.';
grant execute on function atrium.take_api_token to service_role;

create function atrium.note_api_session(token_id uuid, session_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.note_api_session($1, $2) $$;
comment on function atrium.note_api_session(uuid, uuid) is
  'Ties a session to the token that it was made for, for the function bot-token: only the secret key may call it.
Example: select atrium.note_api_session(''0190…'', ''0191…'');
Errors: 401 token_invalid.';
grant execute on function atrium.note_api_session to service_role;

-- shared and read by nobody; a person sees the card as part of a message that he sees, so an address that only few know stays among them.
-- What was fetched was fetched without anybody's credentials: the cache holds nothing that the address alone would not give.

create table atrium_private.link_previews (
  id uuid primary key default gen_random_uuid(),
  url text not null unique check (octet_length(url) <= 2000),
  card jsonb,
  expires_at timestamptz not null default now()
);
comment on table atrium_private.link_previews is 'What pages say about themselves, by address. Forgotten, with its picture, a month after the last message that named it went.';
comment on column atrium_private.link_previews.card is
  'title, description, site, and image {width, height} when the bucket link-previews has a picture under the id; null when the page could not be read.';
comment on column atrium_private.link_previews.expires_at is 'From then on the next message that names it has it fetched again.';
alter table atrium_private.link_previews enable row level security;

create table atrium.message_urls (
  message_id uuid not null references atrium.messages (id) on delete cascade,
  preview_id uuid not null references atrium_private.link_previews (id),
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  place integer not null,
  removed boolean not null default false,
  primary key (message_id, preview_id)
);
comment on table atrium.message_urls is 'Which addresses a message names: the first three. Who sees the message sees the pictures of their previews.';
comment on column atrium.message_urls.removed is 'Set when the author took the preview away: it does not come back.';
create index on atrium.message_urls (preview_id);
create index on atrium.message_urls (room_id);
alter table atrium.message_urls enable row level security;

create policy "people see the links of the messages in their rooms"
  on atrium.message_urls for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.message_urls to authenticated;

-- Pictures of the web, fetched once, checked and served as our own; named by the preview. Raster only: a drawing (SVG) can carry scripts.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('link-previews', 'link-previews', false, 5242880, array['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
on conflict (id) do nothing;

create policy "people see the pictures of the previews in their rooms"
  on storage.objects for select to authenticated
  using (bucket_id = 'link-previews' and exists (select from atrium.message_urls link where link.preview_id::text = objects.name));

create function atrium_private.links_in(text text, content jsonb)
  returns text[]
  language sql immutable set search_path = ''
as $$
  select coalesce(array_agg(found.url order by found.at), '{}') from (
    select each.url, min(each.at) as at
    from (
      select mark ->> 'href' as url, place as at
      from jsonb_path_query($2, 'strict $.**.marks[*] ? (@.type == "link").attrs') with ordinality linked(mark, place)
      union all
      -- A full stop after an address belongs to the sentence.
      select regexp_replace(matched[1], '[.,;:!?''")\]}]+$', ''), place
      from regexp_matches(case when $2 is null then $1 end, '(https?://[^[:space:]<>"`]+)', 'gi') with ordinality plain(matched, place)
    ) each
    where each.url ~* '^https?://[^/]' and octet_length(each.url) <= 2000
    group by each.url
    order by min(each.at)
    limit 3
  ) found
$$;
comment on function atrium_private.links_in(text, jsonb) is 'The first three addresses of the web that a message names.';

-- Before the row is written: a card goes with its address.
create function atrium_private.keep_previews()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.previews <> '[]' and (new.text, new.content) is distinct from (old.text, old.content) then
    new.previews := coalesce((
      select jsonb_agg(card order by place) from jsonb_array_elements(new.previews) with ordinality known(card, place)
      where card ->> 'url' = any (atrium_private.links_in(new.text, new.content))
    ), '[]');
  end if;
  return new;
end $$;
comment on function atrium_private.keep_previews() is 'Takes the previews away whose addresses an edit or a deletion took away.';
create trigger keep_previews before update of text, content on atrium.messages
  for each row execute function atrium_private.keep_previews();

-- Definer: nobody may write links but through here.
create function atrium_private.note_links()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  named text[] := atrium_private.links_in(new.text, new.content);
begin
  if tg_op = 'UPDATE' then
    delete from atrium.message_urls link using atrium_private.link_previews preview
    where link.message_id = new.id and preview.id = link.preview_id and not link.removed and preview.url <> all (named);
  end if;
  if named = '{}' or not atrium_private.previews_links(new.room_id) then
    return null;
  end if;
  -- In one order, so that two messages that name the same do not wait for each other.
  insert into atrium_private.link_previews (url) select url from unnest(named) url order by url
  on conflict (url) do nothing;
  -- Locked, lest they are forgotten at this moment.
  insert into atrium.message_urls (message_id, preview_id, room_id, place)
  select new.id, preview.id, new.room_id, array_position(named, preview.url)
  from (select known.id, known.url from atrium_private.link_previews known where known.url = any (named) for key share) preview
  on conflict (message_id, preview_id) do nothing;
  perform atrium_private.enqueue('link_previews', jsonb_build_object('message_id', new.id));
  return null;
end $$;
comment on function atrium_private.note_links() is 'Has the pages fetched that a message names, where the room wants that.';
create trigger note_links after insert on atrium.messages
  for each row when (new.text ilike '%http%' or new.content::text ilike '%http%')
  execute function atrium_private.note_links();
create trigger note_changed_links after update of text, content on atrium.messages
  for each row when ((old.text, old.content) is distinct from (new.text, new.content))
  execute function atrium_private.note_links();

-- Definer: the worker reads no table.
create function atrium_private.previews_to_fetch(message_id uuid)
  returns table (id uuid, url text)
  language sql security definer set search_path = ''
as $$
  select preview.id, preview.url
  from atrium.message_urls link join atrium_private.link_previews preview on preview.id = link.preview_id
  where link.message_id = $1 and not link.removed and preview.expires_at <= now()
  order by link.place
$$;
comment on function atrium_private.previews_to_fetch(uuid) is 'The addresses of a message that nobody fetched lately.';
grant execute on function atrium_private.previews_to_fetch to atrium_worker;

-- Definer: see previews_to_fetch.
create function atrium_private.store_preview(preview_id uuid, card jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  -- What failed may be an accident; what is there changes seldom.
  update atrium_private.link_previews preview
  set card = $2, expires_at = now() + case when $2 is null then interval '1 hour' else interval '1 day' end
  where preview.id = $1
$$;
comment on function atrium_private.store_preview(uuid, jsonb) is 'Keeps what a page said; null when it could not be read.';
grant execute on function atrium_private.store_preview to atrium_worker;

-- Definer: see previews_to_fetch.
create function atrium_private.show_previews(message_id uuid)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium.messages message set previews = made.cards
  from (
    select coalesce(jsonb_agg(preview.card || jsonb_build_object('id', preview.id, 'url', preview.url) order by link.place), '[]') as cards
    from atrium.message_urls link join atrium_private.link_previews preview on preview.id = link.preview_id
    where link.message_id = $1 and not link.removed and preview.card is not null
  ) made
  where message.id = $1 and message.deleted_at is null and message.previews <> made.cards
$$;
comment on function atrium_private.show_previews(uuid) is 'Puts the cards of a message''s addresses into its row.';
grant execute on function atrium_private.show_previews to atrium_worker;

-- Definer: see previews_to_fetch.
create function atrium_private.forget_previews()
  returns setof uuid
  language sql security definer set search_path = ''
as $$
  delete from atrium_private.link_previews preview
  where preview.id in (
    select old.id from atrium_private.link_previews old
    where old.expires_at < now() - interval '30 days'
      and not exists (select from atrium.message_urls link where link.preview_id = old.id)
    limit 500
  )
  returning preview.id
$$;
comment on function atrium_private.forget_previews() is 'Forgets pages that no message names any more; returns the names of their pictures.';
grant execute on function atrium_private.forget_previews to atrium_worker;

-- Definer: nobody may change messages and links but through here.
create function atrium_private.remove_preview(message_id uuid, url text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  message atrium.messages;
begin
  select known.* into message from atrium.messages known
  where known.id = $1 and known.room_id in (select atrium_private.rooms_of_caller('viewer')) for update;
  if message.id is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  elsif message.author_id is distinct from me
    and not atrium_private.moderates(me, message.room_id, atrium_private.role_in_room(me, message.room_id)) then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  update atrium.message_urls link set removed = true
  from atrium_private.link_previews preview
  where link.message_id = $1 and preview.id = link.preview_id and preview.url = $2;
  if not found then
    raise sqlstate 'PT404' using message = 'This message has no such preview.', detail = 'preview_not_found';
  end if;
  perform atrium_private.show_previews($1);
end $$;
comment on function atrium_private.remove_preview(uuid, text) is 'Behind atrium.remove_preview.';
grant execute on function atrium_private.remove_preview to authenticated;

create function atrium.remove_preview(message_id uuid, url text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_preview($1, $2) $$;
comment on function atrium.remove_preview(uuid, text) is
  'Takes the preview of an address away from a message, for good. The author may, and who manages the room.
Example: select atrium.remove_preview(''0190…'', ''https://example.com/'');
Errors: 401 not_signed_in, 403 not_the_author, 404 message_not_found, preview_not_found.';
grant execute on function atrium.remove_preview to authenticated;

select pgboss.create_queue('link_previews', '{"policy": "standard", "retryLimit": 3, "retryDelay": 5, "retryBackoff": true, "expireInSeconds": 120, "notify": true}');

comment on column atrium.audit_events.action is
  'What it happened to and how: <what>.added, .changed or .removed, where <what> is workspace, policy, member, invitation, invitation_link, group, group_member, space, space_member, room, room_member, grant, link, webhook, bot, api_token or chat_rules.';

create trigger a_audit after insert or update or delete on atrium.webhooks
  for each row execute function atrium_private.audit_change('webhook', 'name', 'may_mention', 'made_by', 'revoked_at');
create trigger a_audit after insert or update or delete on atrium.bots
  for each row execute function atrium_private.audit_change('bot', 'made_by', 'removed_at');
create trigger a_audit after insert or update or delete on atrium.api_tokens
  for each row execute function atrium_private.audit_change('api_token', 'bot_id', 'name', 'expires_at', 'revoked_at');
create trigger a_audit after insert or update or delete on atrium.chat_rules
  for each row execute function atrium_private.audit_change('chat_rules', 'room_id', 'keep_days', 'link_previews');

drop trigger announce on atrium.messages;
create trigger announce after update on atrium.messages
  for each row when ((old.text, old.content, old.mentions, old.files, old.previews, old.bot_icon, old.edited_at, old.deleted_at)
    is distinct from (new.text, new.content, new.mentions, new.files, new.previews, new.bot_icon, new.edited_at, new.deleted_at))
  execute function atrium_private.announce_message();

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on all tables in schema atrium to service_role;
revoke insert, update, delete on atrium.audit_events from service_role;
grant all on all tables in schema pgboss to atrium_worker;
