-- Bots: members that are programs. They have an account without a way to sign in, and API tokens, which are exchanged for short sessions,
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
