-- The audit log: every change of rights, written by triggers in the transaction that makes it, and altered by nobody.

create table atrium.audit_events (
  id bigint generated always as identity primary key,
  -- No foreign keys: what happened stays true when a workspace or an account is gone.
  workspace_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  actor_id uuid,
  login text not null default session_user,
  action text not null,
  object_type text not null,
  object_id uuid not null,
  user_id uuid,
  before jsonb,
  after jsonb,
  address text,
  user_agent text
);
comment on table atrium.audit_events is
  'Who changed whose rights: members, roles, suspensions, invitations, groups, spaces, rooms and whether they are private, grants, the workspace and its security policy. Seen by admins. Nothing can be changed or deleted, not by admins and not with the secret key.
Backwards, with filters: GET /rest/v1/audit_events?workspace_id=eq.…&action=like.member.*&id=lt.…&order=id.desc&limit=50';
comment on column atrium.audit_events.id is 'Rises; the key to page by.';
comment on column atrium.audit_events.actor_id is 'Who did it; null when no person was signed in: a server, a script with the secret key, or SQL.';
comment on column atrium.audit_events.login is 'The database login: authenticator for everything that comes by REST.';
comment on column atrium.audit_events.action is
  'What it happened to and how: <what>.added, .changed or .removed, where <what> is workspace, policy, member, invitation, invitation_link, group, group_member, space, space_member, room, room_member, grant, link, webhook, bot, api_token or chat_rules. Beside them room.exported: somebody takes a room with him as a file.';
comment on column atrium.audit_events.object_type is 'What the rights are on: workspace, invitation, invitation_link, group, space, room or document.';
comment on column atrium.audit_events.user_id is 'Whose rights they are; null for a group or a link.';
comment on column atrium.audit_events.before is 'The fields that changed as they were; null when something was added.';
comment on column atrium.audit_events.after is 'The same fields as they are now; null when something was removed. The name of a private space or room is left out in both.';
comment on column atrium.audit_events.address is 'The network address that asked, as the gateway tells it; null when it did not come by REST.';
comment on column atrium.audit_events.user_agent is 'The program that asked, in its own words; 300 characters at most.';
create index on atrium.audit_events (workspace_id, id);
create index on atrium.audit_events (workspace_id, actor_id, id);
create index on atrium.audit_events (workspace_id, user_id, id);
create index on atrium.audit_events (workspace_id, object_id, id);
alter table atrium.audit_events enable row level security;

create policy "admins read the audit log"
  on atrium.audit_events for select to authenticated
  using (workspace_id in (select atrium_private.workspaces_of_caller('admin')));
grant select on atrium.audit_events to authenticated;

create function atrium_private.refuse_rewriting()
  returns trigger
  language plpgsql set search_path = ''
as $$
begin
  raise sqlstate 'PT403' using message = 'The audit log is append-only.', detail = 'audit_append_only';
end $$;
comment on function atrium_private.refuse_rewriting() is 'Errors: 403 audit_append_only, whoever asks.';
create trigger refuse_rewriting before update or delete or truncate on atrium.audit_events
  for each statement execute function atrium_private.refuse_rewriting();

create function atrium_private.request_header(name text, longest integer)
  returns text
  language sql stable set search_path = ''
as $$
  -- A personal SQL login could set whatever it likes.
  select case when session_user = 'authenticator' then
    left(nullif(current_setting('request.headers', true), '')::jsonb ->> name, longest)
  end
$$;
comment on function atrium_private.request_header(text, integer) is 'A header of the request that came by REST, or null.';

-- Definer: nobody may insert into the log.
create function atrium_private.audit(
  in_workspace uuid, what text, of_type text, object uuid, of_user uuid, before jsonb, after jsonb
)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium.audit_events (workspace_id, actor_id, action, object_type, object_id, user_id, before, after, address, user_agent)
  values (
    in_workspace, atrium_private.caller(), what, of_type, object, of_user, $6, $7,
    -- The last entry is the one that the nearest proxy added.
    nullif(btrim(regexp_replace(atrium_private.request_header('x-forwarded-for', 1000), '^.*,', '')), ''),
    atrium_private.request_header('user-agent', 300)
  )
$$;
comment on function atrium_private.audit(uuid, text, text, uuid, uuid, jsonb, jsonb) is 'Adds to the audit log.';

-- Definer: it reads what the caller may not see. Arguments: what the row is, then the columns that are rights.
create function atrium_private.audit_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  is_now jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  known jsonb := coalesce(is_now, was);
  in_workspace uuid := known ->> case tg_table_name when 'workspaces' then 'id' else 'workspace_id' end;
  before jsonb;
  after jsonb;
begin
  select jsonb_object_agg(field, was -> field), jsonb_object_agg(field, is_now -> field) into before, after
  from unnest(tg_argv[1:]) field where was ->> field is distinct from is_now ->> field;
  if before is null then
    return null;
  end if;
  -- Who talks with whom is nobody else's business.
  if known ->> 'kind' = 'direct' then
    return null;
  end if;
  -- A private space or room is invisible to admins who are not in it, and so is its name.
  if known ->> 'private' = 'true' and before ? 'name' then
    before := before || '{"name": null}';
    after := after || '{"name": null}';
  end if;
  -- Of what goes with a group, space or room that is deleted, only the thing itself is told.
  if tg_table_name = 'group_members' then
    select team.workspace_id into in_workspace from atrium.groups team where team.id = (known ->> 'group_id')::uuid;
  elsif tg_table_name = 'space_members' then
    select space.workspace_id into in_workspace from atrium.spaces space where space.id = (known ->> 'space_id')::uuid;
  elsif tg_table_name = 'room_members' then
    select room.workspace_id into in_workspace from atrium.rooms room where room.id = (known ->> 'room_id')::uuid and room.private and room.kind = 'room';
  end if;
  if in_workspace is not null then
    perform atrium_private.audit(
      in_workspace,
      tg_argv[0] || case tg_op when 'INSERT' then '.added' when 'UPDATE' then '.changed' else '.removed' end,
      coalesce(known ->> 'object_type', case tg_argv[0]
        when 'member' then 'workspace' when 'policy' then 'workspace' when 'group_member' then 'group'
        when 'space_member' then 'space' when 'room_member' then 'room' else tg_argv[0] end),
      coalesce(known ->> 'object_id', case tg_argv[0]
        when 'member' then known ->> 'workspace_id' when 'policy' then known ->> 'workspace_id' when 'group_member' then known ->> 'group_id'
        when 'space_member' then known ->> 'space_id' when 'room_member' then known ->> 'room_id' else known ->> 'id' end)::uuid,
      (known ->> 'user_id')::uuid,
      case when tg_op <> 'INSERT' then before end,
      case when tg_op <> 'DELETE' then after end);
  end if;
  return null;
end $$;
comment on function atrium_private.audit_change() is 'Writes what changed about a row into the audit log.';

-- The name puts it before the others, so that a change comes before what follows from it: triggers fire by name.
create trigger a_audit after insert or update or delete on atrium.workspaces
  for each row execute function atrium_private.audit_change('workspace', 'name');
create trigger a_audit after insert or update or delete on atrium.members
  for each row execute function atrium_private.audit_change('member', 'role', 'suspended_at', 'expires_at');
create trigger a_audit after insert or update or delete on atrium.invitations
  for each row execute function atrium_private.audit_change('invitation', 'email', 'role', 'expires_at', 'accepted_at', 'revoked_at');
create trigger a_audit after insert or update or delete on atrium.invitation_links
  for each row execute function atrium_private.audit_change('invitation_link', 'role', 'max_uses', 'uses', 'expires_at', 'revoked_at');
create trigger a_audit after update on atrium.workspace_policies
  for each row execute function atrium_private.audit_change('policy', 'joining', 'domains', 'joining_role', 'needs_mfa');
create trigger a_audit after insert or update or delete on atrium.groups
  for each row execute function atrium_private.audit_change('group', 'name');
create trigger a_audit after insert or update or delete on atrium.group_members
  for each row execute function atrium_private.audit_change('group_member', 'user_id');
create trigger a_audit after insert or update or delete on atrium.spaces
  for each row execute function atrium_private.audit_change('space', 'name', 'private', 'archived_at');
create trigger a_audit after insert or update or delete on atrium.space_members
  for each row execute function atrium_private.audit_change('space_member', 'user_id', 'group_id', 'role');
create trigger a_audit after insert or update of name, private, posting, archived_at or delete on atrium.rooms
  for each row execute function atrium_private.audit_change('room', 'name', 'private', 'posting', 'archived_at');
create trigger a_audit after insert or update or delete on atrium.room_members
  for each row execute function atrium_private.audit_change('room_member', 'user_id', 'role');
create trigger a_audit after insert or update or delete on atrium.grants
  for each row execute function atrium_private.audit_change('grant', 'user_id', 'group_id', 'role', 'expires_at');
create trigger a_audit after insert or update or delete on atrium.links
  for each row execute function atrium_private.audit_change('link', 'role', 'has_password', 'expires_at');
create trigger a_audit after insert or update or delete on atrium.webhooks
  for each row execute function atrium_private.audit_change('webhook', 'name', 'may_mention', 'made_by', 'revoked_at');
create trigger a_audit after insert or update or delete on atrium.bots
  for each row execute function atrium_private.audit_change('bot', 'made_by', 'removed_at');
create trigger a_audit after insert or update or delete on atrium.api_tokens
  for each row execute function atrium_private.audit_change('api_token', 'bot_id', 'name', 'expires_at', 'revoked_at');
create trigger a_audit after insert or update or delete on atrium.chat_rules
  for each row execute function atrium_private.audit_change('chat_rules', 'room_id', 'keep_days', 'link_previews');
