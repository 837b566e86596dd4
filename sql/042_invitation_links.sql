-- Invitations by a link that several people may use.

create table atrium.invitation_links (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  role atrium.role not null check (role < 'owner'),
  max_uses integer check (max_uses between 1 and 10000),
  uses integer not null default 0,
  invited_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
comment on table atrium.invitation_links is 'Links by which people join a workspace. Seen by its admins; the link itself is known to its maker alone.';
comment on column atrium.invitation_links.role is 'guest to admin, never above the role of who made it.';
comment on column atrium.invitation_links.max_uses is 'How many people may join by it, 1 to 10000; null: any number.';
create index on atrium.invitation_links (workspace_id);
-- A member who loses his role loses the links that he made.
create index on atrium.invitation_links (invited_by, workspace_id);
alter table atrium.invitation_links enable row level security;

create policy "admins see invitation links"
  on atrium.invitation_links for select to authenticated
  using (workspace_id in (select atrium_private.workspaces_of_caller('admin')));
grant select on atrium.invitation_links to authenticated;

create table atrium_private.invitation_link_tokens (
  link_id uuid primary key references atrium.invitation_links (id) on delete cascade,
  hash bytea not null unique check (octet_length(hash) = 32)
);
comment on table atrium_private.invitation_link_tokens is 'The SHA-256 of each link''s token.';
alter table atrium_private.invitation_link_tokens enable row level security;

-- Definer: nobody may insert links but through here.
create function atrium_private.create_invitation_link(in_workspace uuid, with_role atrium.role, until timestamptz, uses integer)
  returns table (id uuid, token text, role atrium.role, max_uses integer, expires_at timestamptz)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  new_token text := rtrim(translate(encode(extensions.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
begin
  if with_role is null or with_role = 'owner' then
    raise sqlstate 'PT422' using message = 'The role of a link is guest to admin.', detail = 'role_invalid';
  elsif until <= now() or until > now() + interval '1 year' then
    raise sqlstate 'PT422' using message = 'The expiry is in the past, or more than a year away.', detail = 'expires_at_invalid';
  elsif $4 not between 1 and 10000 then
    raise sqlstate 'PT422' using message = 'A link is for 1 to 10000 uses.', detail = 'max_uses_invalid';
  end if;
  perform atrium_private.refuse_higher(with_role, mine);
  perform from atrium.workspaces where id = in_workspace for no key update;
  if (
    select count(*) from atrium.invitation_links open
    where open.workspace_id = in_workspace and open.revoked_at is null and open.expires_at > now()
  ) >= 100 then
    raise sqlstate 'PT429' using message = 'There are 100 open links. Revoke some first.', detail = 'too_many_links';
  end if;
  return query
    with made as (
      insert into atrium.invitation_links (workspace_id, role, max_uses, invited_by, expires_at)
      values (in_workspace, with_role, $4, atrium_private.caller(), coalesce(until, now() + interval '7 days'))
      returning *
    ),
    secret as (
      insert into atrium_private.invitation_link_tokens (link_id, hash) select made.id, sha256(convert_to(new_token, 'UTF8')) from made
    )
    select made.id, new_token, made.role, made.max_uses, made.expires_at from made;
end $$;
comment on function atrium_private.create_invitation_link(uuid, atrium.role, timestamptz, integer) is 'Behind atrium.create_invitation_link.';
grant execute on function atrium_private.create_invitation_link to authenticated;

-- Definer: nobody may change links but through here.
create function atrium_private.revoke_invitation_link(link_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.require_caller();
  update atrium.invitation_links link set revoked_at = coalesce(link.revoked_at, now())
  where link.id = $1 and link.workspace_id in (select atrium_private.workspaces_of_caller('admin'));
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such link, or you may not see it.', detail = 'link_not_found';
  end if;
end $$;
comment on function atrium_private.revoke_invitation_link(uuid) is 'Behind atrium.revoke_invitation_link.';
grant execute on function atrium_private.revoke_invitation_link to authenticated;

create function atrium_private.invitation_link_state(link atrium.invitation_links)
  returns text
  language sql stable set search_path = ''
as $$
  select case
    when link.revoked_at is not null then 'revoked'
    when link.expires_at <= now() then 'expired'
    when link.uses >= link.max_uses then 'accepted'
    else 'open'
  end
$$;
comment on function atrium_private.invitation_link_state(atrium.invitation_links) is 'open, expired, revoked, or accepted when everybody for whom it was has come.';

-- Definer: the caller is no member yet and may read no link.
create function atrium_private.accept_link(token text)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  link atrium.invitation_links;
  state text;
begin
  -- The lock lets one person use it at a time, so that no more come than may.
  select known.* into link
  from atrium_private.invitation_link_tokens secret
  join atrium.invitation_links known on known.id = secret.link_id
  where secret.hash = sha256(convert_to($1, 'UTF8'))
  for update of known;
  state := atrium_private.invitation_link_state(link);
  if link.id is null then
    raise sqlstate 'PT404' using message = 'This invitation does not exist.', detail = 'invitation_not_found';
  elsif exists (select from atrium_private.active_memberships(me) member where member.workspace_id = link.workspace_id) then
    return link.workspace_id;
  elsif state = 'expired' then
    raise sqlstate 'PT410' using message = 'This invitation has expired.', detail = 'invitation_expired';
  elsif state = 'revoked' then
    raise sqlstate 'PT410' using message = 'This invitation was revoked.', detail = 'invitation_revoked';
  elsif state = 'accepted' then
    raise sqlstate 'PT410' using message = 'This invitation was used already.', detail = 'invitation_accepted';
  elsif atrium_private.confirmed_email() is null then
    raise sqlstate 'PT403' using message = 'Confirm your e-mail address first.', detail = 'email_unconfirmed';
  end if;
  perform atrium_private.enter_workspace(link.workspace_id, link.role);
  update atrium.invitation_links known set uses = known.uses + 1 where known.id = link.id;
  return link.workspace_id;
end $$;
comment on function atrium_private.accept_link(text) is 'Makes the caller a member by a link. Errors: those of atrium.accept_invitation.';

create function atrium.create_invitation_link(
  workspace_id uuid, role atrium.role, expires_at timestamptz default null, max_uses integer default null
)
  returns table (id uuid, token text, role atrium.role, max_uses integer, expires_at timestamptz)
  language sql set search_path = ''
as $$ select * from atrium_private.create_invitation_link($1, $2, $3, $4) $$;
comment on function atrium.create_invitation_link(uuid, atrium.role, timestamptz, integer) is
  'Makes a link by which people join, for seven days unless told; the token is told this once, and is for accept_invitation and invitation_preview like that of a mail. Admins may. Nullable: expires_at, max_uses.
Example: select token from atrium.create_invitation_link(''0190…'', ''viewer'', max_uses => 20);
Errors: 401 not_signed_in, 403 role_too_low, role_too_high, 404 workspace_not_found, 422 role_invalid (guest to admin), expires_at_invalid (a year at most), max_uses_invalid, 429 too_many_links.';
grant execute on function atrium.create_invitation_link to authenticated;

create function atrium.revoke_invitation_link(link_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.revoke_invitation_link($1) $$;
comment on function atrium.revoke_invitation_link(uuid) is
  'Makes a link worthless; who came by it stays.
Example: select atrium.revoke_invitation_link(''0190…'');
Errors: 401 not_signed_in, 404 link_not_found.';
grant execute on function atrium.revoke_invitation_link to authenticated;

-- Definer: the authentication server asks, which may read no invitation. An address says nothing about who asks: nobody is signed in yet.
create function atrium_private.is_invited(email text, token_hash bytea)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select exists (
    select from atrium.invitations invitation
    where invitation.email = lower($1)
      and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > now()
  ) or exists (
    select from atrium_private.invitation_link_tokens known
    join atrium.invitation_links link on link.id = known.link_id
    where known.hash = $2 and atrium_private.invitation_link_state(link) = 'open'
  )
$$;
comment on function atrium_private.is_invited(text, bytea) is
  'Whether a mailbox has an open invitation, or the SHA-256 of a token is that of an open link: where sign-up is by invitation, such a person makes an account.';
grant execute on function atrium_private.is_invited to supabase_auth_admin;
