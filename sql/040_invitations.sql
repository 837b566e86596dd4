-- Invitations by e-mail. The link's token exists in the mail alone: the database keeps its hash.

create table atrium.invitations (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  email text not null check (email = lower(email) and char_length(email) <= 254),
  role atrium.role not null,
  invited_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  accepted_at timestamptz,
  revoked_at timestamptz
);
comment on table atrium.invitations is 'Who was invited into a workspace. Seen by its admins.';
comment on column atrium.invitations.email is 'In lower case; only the account with this address can accept.';
comment on column atrium.invitations.role is 'The role that the person will have; never above the role of who invites.';
comment on column atrium.invitations.expires_at is 'Seven days after it was sent, or sent again.';
create unique index invitations_open on atrium.invitations (workspace_id, email) where accepted_at is null and revoked_at is null;
-- A person who signs in asks who has invited him.
create index on atrium.invitations (email) where accepted_at is null and revoked_at is null;
-- A member who loses his role loses the invitations that he sent.
create index on atrium.invitations (invited_by, workspace_id);
alter table atrium.invitations enable row level security;

create policy "admins see invitations"
  on atrium.invitations for select to authenticated
  using (workspace_id in (select atrium_private.workspaces_of_caller('admin')));
grant select on atrium.invitations to authenticated;

create table atrium_private.invitation_tokens (
  hash bytea primary key check (octet_length(hash) = 32),
  invitation_id uuid not null references atrium.invitations (id) on delete cascade
);
comment on table atrium_private.invitation_tokens is
  'The SHA-256 of every link that was mailed. A mail that is sent twice has two links, and both work until the invitation is closed.';
create index on atrium_private.invitation_tokens (invitation_id);
alter table atrium_private.invitation_tokens enable row level security;

create table atrium_private.invitation_mails (
  invited_by uuid not null references atrium.profiles (id) on delete cascade,
  email text not null,
  at timestamptz not null default now()
);
comment on table atrium_private.invitation_mails is 'The invitations that a person had mailed in the last day, so that nobody fills mailboxes with them.';
create index on atrium_private.invitation_mails (invited_by, at);
alter table atrium_private.invitation_mails enable row level security;

create function atrium_private.count_invitation_mail(to_email text)
  returns void
  language plpgsql set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  -- One at a time, in whatever workspaces: parallel calls would all find room.
  perform from atrium.profiles where id = me for no key update;
  delete from atrium_private.invitation_mails mail where mail.invited_by = me and mail.at < now() - interval '1 day';
  if (
    select count(*) >= 500 or count(*) filter (where mail.email = to_email and mail.at > now() - interval '1 hour') >= 5
    from atrium_private.invitation_mails mail where mail.invited_by = me
  ) then
    raise sqlstate 'PT429' using message = 'You have sent many invitations. Try again in an hour.', detail = 'too_many_invitations';
  end if;
  insert into atrium_private.invitation_mails (invited_by, email) values (me, to_email);
end $$;
comment on function atrium_private.count_invitation_mail(text) is
  'Five mails to one address in an hour, and 500 in a day, are what one person can send. Errors: 429 too_many_invitations.';

-- Definer: it is for the mail worker, which sees nothing else of the invitations.
create function atrium_private.issue_invitation_token(invitation_id uuid)
  returns table (token text, email text, workspace_name text, role atrium.role, invited_by_name text, expires_at timestamptz)
  language plpgsql security definer set search_path = ''
as $$
declare
  new_token text := rtrim(translate(encode(extensions.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
begin
  return query
    select new_token, invitation.email, workspace.name, invitation.role, profile.name, invitation.expires_at
    from atrium.invitations invitation
    join atrium.workspaces workspace on workspace.id = invitation.workspace_id
    left join atrium.profiles profile on profile.id = invitation.invited_by
    where invitation.id = $1 and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > now();
  if found then
    insert into atrium_private.invitation_tokens (hash, invitation_id) values (sha256(convert_to(new_token, 'UTF8')), $1);
  end if;
end $$;
comment on function atrium_private.issue_invitation_token(uuid) is
  'A new link for an open invitation, for the mail: 256 random bits in base64url. No row when the invitation is not open any more.';
grant execute on function atrium_private.issue_invitation_token to atrium_worker;

-- Definer: nobody may insert invitations but through here.
create function atrium_private.invite_member(in_workspace uuid, to_email text, with_role atrium.role)
  returns atrium.invitations
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  address text := lower(btrim(left(to_email, 300)));
  invitation atrium.invitations;
begin
  if address is null or char_length(address) > 254 or address !~ '^[^@[:space:][:cntrl:]<>,;"]+@[^@[:space:][:cntrl:]<>,;"]+$' then
    raise sqlstate 'PT422' using message = 'This is no e-mail address.', detail = 'email_invalid';
  elsif with_role is null then
    raise sqlstate 'PT422' using message = 'The role is missing.', detail = 'role_required';
  end if;
  perform atrium_private.refuse_higher(with_role, mine);
  if exists (
    select from auth.users account
    join atrium.members member on member.user_id = account.id
    where lower(account.email) = address and member.workspace_id = in_workspace
      and (member.expires_at is null or member.expires_at > now())
  ) then
    raise sqlstate 'PT409' using message = 'This person is in the workspace already.', detail = 'already_member';
  end if;
  -- One at a time, or parallel calls would all find the count below the limit.
  perform from atrium.workspaces where id = in_workspace for no key update;
  if (
    select count(*) from atrium.invitations open
    where open.workspace_id = in_workspace and open.accepted_at is null and open.revoked_at is null and open.email <> address
  ) >= 500 then
    raise sqlstate 'PT429' using message = 'There are 500 open invitations. Revoke some first.', detail = 'too_many_invitations';
  end if;
  perform atrium_private.count_invitation_mail(address);
  insert into atrium.invitations (workspace_id, email, role, invited_by)
  values (in_workspace, address, with_role, atrium_private.caller())
  on conflict (workspace_id, email) where accepted_at is null and revoked_at is null
  do update set role = excluded.role, invited_by = excluded.invited_by, expires_at = excluded.expires_at
  returning * into invitation;
  perform atrium_private.enqueue('send_mail', jsonb_build_object('kind', 'invitation', 'invitation_id', invitation.id));
  return invitation;
end $$;
comment on function atrium_private.invite_member(uuid, text, atrium.role) is 'Behind atrium.invite_member.';
grant execute on function atrium_private.invite_member to authenticated;

-- Definer: nobody may change invitations but through here.
create function atrium_private.revoke_invitation(invitation_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  of_workspace uuid;
begin
  select invitation.workspace_id into of_workspace
  from atrium.invitations invitation
  join atrium_private.active_memberships(me) member on member.workspace_id = invitation.workspace_id
  where invitation.id = $1 and member.role >= 'admin';
  if of_workspace is null then
    raise sqlstate 'PT404' using message = 'There is no such invitation, or you may not see it.', detail = 'invitation_not_found';
  end if;
  update atrium.invitations set revoked_at = now() where id = $1 and revoked_at is null and accepted_at is null;
end $$;
comment on function atrium_private.revoke_invitation(uuid) is 'Behind atrium.revoke_invitation.';
grant execute on function atrium_private.revoke_invitation to authenticated;

create function atrium_private.invitation_state(invitation atrium.invitations)
  returns text
  language sql stable set search_path = ''
as $$
  select case
    when invitation.accepted_at is not null then 'accepted'
    when invitation.revoked_at is not null then 'revoked'
    when invitation.expires_at <= now() then 'expired'
    else 'open'
  end
$$;
comment on function atrium_private.invitation_state(atrium.invitations) is 'open, expired, accepted or revoked.';

-- Definer: whoever has the link may read what it is about, signed in or not.
create function atrium_private.invitation_preview(token text)
  returns table (workspace_name text, email text, role atrium.role, invited_by_name text, expires_at timestamptz, state text)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    select workspace.name, invitation.email, invitation.role, profile.name, invitation.expires_at, atrium_private.invitation_state(invitation)
    from atrium_private.invitation_tokens known
    join atrium.invitations invitation on invitation.id = known.invitation_id
    join atrium.workspaces workspace on workspace.id = invitation.workspace_id
    left join atrium.profiles profile on profile.id = invitation.invited_by
    where known.hash = sha256(convert_to($1, 'UTF8'))
    union all
    select workspace.name, null, link.role, profile.name, link.expires_at, atrium_private.invitation_link_state(link)
    from atrium_private.invitation_link_tokens known
    join atrium.invitation_links link on link.id = known.link_id
    join atrium.workspaces workspace on workspace.id = link.workspace_id
    left join atrium.profiles profile on profile.id = link.invited_by
    where known.hash = sha256(convert_to($1, 'UTF8'));
  if not found then
    raise sqlstate 'PT404' using message = 'This invitation does not exist.', detail = 'invitation_not_found';
  end if;
end $$;
comment on function atrium_private.invitation_preview(text) is 'Behind atrium.invitation_preview.';
grant execute on function atrium_private.invitation_preview to anon, authenticated;

-- Definer: it makes a member, which nobody may insert.
create function atrium_private.accept(invitation atrium.invitations)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  state text := atrium_private.invitation_state(invitation);
begin
  if (select lower(account.email) from auth.users account where account.id = me) is distinct from invitation.email then
    raise sqlstate 'PT403' using message = 'This invitation is for another e-mail address.', detail = 'invitation_other_email';
  elsif state = 'expired' then
    raise sqlstate 'PT410' using message = 'This invitation has expired.', detail = 'invitation_expired';
  elsif state = 'revoked' then
    raise sqlstate 'PT410' using message = 'This invitation was revoked.', detail = 'invitation_revoked';
  elsif state = 'accepted' then
    raise sqlstate 'PT410' using message = 'This invitation was used already.', detail = 'invitation_accepted';
  end if;
  perform atrium_private.enter_workspace(invitation.workspace_id, invitation.role);
  update atrium.invitations set accepted_at = now() where id = invitation.id;
  return invitation.workspace_id;
end $$;
comment on function atrium_private.accept(atrium.invitations) is
  'Makes the caller a member. Errors: 403 invitation_other_email, member_suspended, 410 invitation_expired, invitation_revoked, invitation_accepted.';

-- Definer: the caller is no member yet and may read no invitation.
create function atrium_private.accept_invitation(token text)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  invitation atrium.invitations;
begin
  select open.* into invitation
  from atrium_private.invitation_tokens known
  join atrium.invitations open on open.id = known.invitation_id
  where known.hash = sha256(convert_to($1, 'UTF8'))
  for update of open;
  if invitation.id is null then
    return atrium_private.accept_link($1);
  end if;
  return atrium_private.accept(invitation);
end $$;
comment on function atrium_private.accept_invitation(text) is 'Behind atrium.accept_invitation.';
grant execute on function atrium_private.accept_invitation to authenticated;

-- Definer: addresses are in auth.users, and only a confirmed one proves who has been invited.
create function atrium_private.confirmed_email()
  returns text
  language sql stable security definer set search_path = ''
as $$
  select lower(account.email) from auth.users account
  where account.id = atrium_private.caller() and account.email_confirmed_at is not null
$$;
comment on function atrium_private.confirmed_email() is 'The confirmed e-mail address of the caller in lower case, or null.';

-- Definer: the caller is no member yet and may read no invitation.
create function atrium_private.my_invitations()
  returns table (id uuid, workspace_id uuid, workspace_name text, role atrium.role, invited_by_name text, expires_at timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select invitation.id, invitation.workspace_id, workspace.name, invitation.role, profile.name, invitation.expires_at
  from atrium.invitations invitation
  join atrium.workspaces workspace on workspace.id = invitation.workspace_id
  left join atrium.profiles profile on profile.id = invitation.invited_by
  where invitation.email = atrium_private.confirmed_email()
    and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > now()
  order by invitation.created_at, invitation.id
$$;
comment on function atrium_private.my_invitations() is 'Behind atrium.my_invitations.';
grant execute on function atrium_private.my_invitations to authenticated;

-- Definer: the caller is no member yet and may read no invitation.
create function atrium_private.accept_my_invitation(invitation_id uuid)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  invitation atrium.invitations;
begin
  select open.* into invitation from atrium.invitations open
  where open.id = $1 and open.email = atrium_private.confirmed_email()
  for update;
  if invitation.id is null then
    raise sqlstate 'PT404' using message = 'This invitation does not exist.', detail = 'invitation_not_found';
  end if;
  return atrium_private.accept(invitation);
end $$;
comment on function atrium_private.accept_my_invitation(uuid) is 'Behind atrium.accept_my_invitation.';
grant execute on function atrium_private.accept_my_invitation to authenticated;
