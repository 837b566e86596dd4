-- Incoming webhooks: an address with a secret, by which a program writes into one room, in the form that Slack made common.

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
