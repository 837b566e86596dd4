-- The security policy of a workspace: who may join by himself, and whether a second factor is needed.

create table atrium.workspace_policies (
  workspace_id uuid primary key references atrium.workspaces (id) on delete cascade,
  joining text not null default 'invited' check (joining in ('invited', 'domains', 'open')),
  domains text[] not null default '{}',
  joining_role atrium.role not null default 'viewer' check (joining_role between 'viewer' and 'editor'),
  needs_mfa boolean not null default false,
  history_days integer check (history_days between 1 and 36500),
  trash_days integer default 30 check (trash_days between 1 and 36500),
  storage_quota bigint check (storage_quota >= 0)
);
comment on table atrium.workspace_policies is 'One row for each workspace, made with it. Seen and changed by admins.';
comment on column atrium.workspace_policies.joining is
  'Who may join without an invitation: nobody (invited), people with a confirmed e-mail address in one of the domains (domains), or everybody who has an account (open).';
comment on column atrium.workspace_policies.domains is 'E-mail domains in lower case, 100 at most; they count while joining is domains.';
comment on column atrium.workspace_policies.joining_role is 'viewer to editor: the role of whoever joins by himself.';
comment on column atrium.workspace_policies.needs_mfa is 'Whether members have rights only when they signed in with a second factor (aal2).';
comment on column atrium.workspace_policies.history_days is 'For how many days the history of documents is kept, see set_history_retention; null: for ever.';
comment on column atrium.workspace_policies.trash_days is 'For how many days a deleted document, file or task lies in the trash, see set_trash_retention; null: until somebody deletes it.';
comment on column atrium.workspace_policies.storage_quota is 'How many bytes the workspace may store, see set_storage_quota; null: as much as there is.';
alter table atrium.workspace_policies enable row level security;

create policy "admins see the security policy"
  on atrium.workspace_policies for select to authenticated
  using (workspace_id in (select atrium_private.workspaces_of_caller('admin')));
grant select on atrium.workspace_policies to authenticated;

-- Definer: nobody may insert policies.
create function atrium_private.make_policy()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium.workspace_policies (workspace_id) values (new.id);
  return null;
end $$;
comment on function atrium_private.make_policy() is 'Gives a new workspace its policy.';
create trigger make_policy after insert on atrium.workspaces
  for each row execute function atrium_private.make_policy();

-- Definer: it reads the policy whatever the caller may see.
create function atrium_private.follow_policy()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.needs_mfa := coalesce((select policy.needs_mfa from atrium.workspace_policies policy where policy.workspace_id = new.workspace_id), false);
  return new;
end $$;
comment on function atrium_private.follow_policy() is 'Gives a new member the copy of the workspace''s policy.';
create trigger follow_policy before insert on atrium.members
  for each row execute function atrium_private.follow_policy();

-- Definer: nobody may change policies but through here.
create function atrium_private.set_workspace_policy(
  in_workspace uuid, new_joining text, new_domains text[], new_role atrium.role, new_needs_mfa boolean
)
  returns atrium.workspace_policies
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  tidy text[] := array(select distinct lower(btrim(left(domain, 300))) from unnest(new_domains) domain order by 1);
  policy atrium.workspace_policies;
begin
  if new_joining not in ('invited', 'domains', 'open') then
    raise sqlstate 'PT422' using message = 'Joining is invited, domains or open.', detail = 'joining_invalid';
  elsif (new_role between 'viewer' and 'editor') is false then
    raise sqlstate 'PT422' using message = 'The role of whoever joins is viewer, commenter or editor.', detail = 'role_invalid';
  elsif cardinality(tidy) > 100 or exists (
    select from unnest(tidy) domain where domain is null or domain !~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$' or char_length(domain) > 253
  ) then
    raise sqlstate 'PT422' using message = 'These are no e-mail domains, such as example.com, or more than 100.', detail = 'domains_invalid';
  elsif new_needs_mfa and atrium_private.lacks_mfa(atrium_private.caller()) then
    raise sqlstate 'PT409' using message = 'Sign in with your second factor first, or you would shut yourself out.', detail = 'mfa_needed_first';
  end if;
  update atrium.workspace_policies known
  set joining = coalesce(new_joining, known.joining), joining_role = coalesce(new_role, known.joining_role),
    domains = case when new_domains is null then known.domains else tidy end, needs_mfa = coalesce(new_needs_mfa, known.needs_mfa)
  where known.workspace_id = in_workspace
  returning * into policy;
  if policy.joining = 'domains' and policy.domains = '{}' then
    raise sqlstate 'PT422' using message = 'Say which e-mail domains may join.', detail = 'domains_required';
  end if;
  return policy;
end $$;
comment on function atrium_private.set_workspace_policy(uuid, text, text[], atrium.role, boolean) is 'Behind atrium.set_workspace_policy.';
grant execute on function atrium_private.set_workspace_policy to authenticated;

create function atrium.set_workspace_policy(
  workspace_id uuid, joining text default null, domains text[] default null, joining_role atrium.role default null, needs_mfa boolean default null
)
  returns atrium.workspace_policies
  language sql set search_path = ''
as $$ select * from atrium_private.set_workspace_policy($1, $2, $3, $4, $5) $$;
comment on function atrium.set_workspace_policy(uuid, text, text[], atrium.role, boolean) is
  'Changes who may join a workspace without an invitation, and whether its members need a second factor; null leaves a part as it is. Admins may. Who signed in without the second factor loses everything in the workspace at once, but for my_workspaces telling him why. Nullable: joining, domains, joining_role, needs_mfa.
Example: select * from atrium.set_workspace_policy(''0190…'', joining => ''domains'', domains => ''{example.com}'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 409 mfa_needed_first, 422 joining_invalid, domains_invalid, domains_required, role_invalid.';
grant execute on function atrium.set_workspace_policy to authenticated;

-- Definer: it makes a member, which nobody may insert. It does not ask whether he may.
create function atrium_private.enter_workspace(in_workspace uuid, with_role atrium.role)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  if (select member.suspended_at from atrium.members member where member.workspace_id = in_workspace and member.user_id = me) is not null then
    raise sqlstate 'PT403' using message = 'An admin has suspended you in this workspace.', detail = 'member_suspended';
  end if;
  insert into atrium.members (workspace_id, user_id, role) values (in_workspace, me, with_role)
  -- Who comes back after his time was over begins anew.
  on conflict (workspace_id, user_id) do update set role = excluded.role, expires_at = null where members.expires_at <= now();
end $$;
comment on function atrium_private.enter_workspace(uuid, atrium.role) is 'Makes the caller a member unless he is one. Errors: 403 member_suspended.';

-- Definer: the caller is no member yet and may read no workspace. An anonymous account has no address, and joins nothing.
create function atrium_private.joinable_workspaces()
  returns table (id uuid, name text, role atrium.role)
  language sql stable security definer set search_path = ''
as $$
  select workspace.id, workspace.name, policy.joining_role
  from atrium.workspace_policies policy
  join atrium.workspaces workspace on workspace.id = policy.workspace_id
  where (select atrium_private.confirmed_email()) is not null
    and (policy.joining = 'open'
      or (policy.joining = 'domains' and split_part((select atrium_private.confirmed_email()), '@', 2) = any (policy.domains)))
    and not exists (
      select from atrium.members member where member.workspace_id = workspace.id and member.user_id = (select atrium_private.caller())
        and (member.suspended_at is not null or member.expires_at is null or member.expires_at > now())
    )
  order by lower(workspace.name), workspace.id
  limit 100
$$;
comment on function atrium_private.joinable_workspaces() is 'Behind atrium.joinable_workspaces.';
grant execute on function atrium_private.joinable_workspaces to authenticated;

-- Definer: see joinable_workspaces.
create function atrium_private.join_workspace(in_workspace uuid)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  place record;
begin
  if exists (select from atrium_private.active_memberships(me) member where member.workspace_id = in_workspace) then
    return in_workspace;
  end if;
  select joinable.id, joinable.role into place from atrium_private.joinable_workspaces() joinable where joinable.id = in_workspace;
  if place.id is null then
    raise sqlstate 'PT404' using message = 'There is no such workspace, or you may not join it.', detail = 'workspace_not_found';
  end if;
  perform atrium_private.enter_workspace(place.id, place.role);
  return place.id;
end $$;
comment on function atrium_private.join_workspace(uuid) is 'Behind atrium.join_workspace.';
grant execute on function atrium_private.join_workspace to authenticated;

create function atrium.joinable_workspaces()
  returns table (id uuid, name text, role atrium.role)
  language sql stable set search_path = ''
as $$ select * from atrium_private.joinable_workspaces() $$;
comment on function atrium.joinable_workspaces() is
  'The workspaces that the caller may join without an invitation, by their policy and his confirmed e-mail address; 100 at most.
Example: select name from atrium.joinable_workspaces();';
grant execute on function atrium.joinable_workspaces to authenticated;

create function atrium.join_workspace(workspace_id uuid)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.join_workspace($1) $$;
comment on function atrium.join_workspace(uuid) is
  'Joins a workspace whose policy allows it; returns its id.
Example: select atrium.join_workspace(''0190…'');
Errors: 401 not_signed_in, 404 workspace_not_found.';
grant execute on function atrium.join_workspace to authenticated;

-- Definer: see lock_member.
create function atrium_private.set_member_expiry(in_workspace uuid, of_user uuid, until timestamptz)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'admin');
  member atrium.members := atrium_private.lock_member(in_workspace, of_user);
begin
  perform atrium_private.refuse_higher(member.role, mine);
  if until <= now() then
    raise sqlstate 'PT422' using message = 'The expiry is in the past.', detail = 'expires_at_invalid';
  elsif until is not null and member.role = 'owner' then
    raise sqlstate 'PT409' using message = 'The time of an owner does not end. Give him another role first.', detail = 'owner_does_not_expire';
  end if;
  update atrium.members set expires_at = until
  where workspace_id = in_workspace and user_id = of_user and expires_at is distinct from until;
end $$;
comment on function atrium_private.set_member_expiry(uuid, uuid, timestamptz) is 'Behind atrium.set_member_expiry.';
grant execute on function atrium_private.set_member_expiry to authenticated;

create function atrium.set_member_expiry(workspace_id uuid, user_id uuid, expires_at timestamptz default null)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_member_expiry($1, $2, $3) $$;
comment on function atrium.set_member_expiry(uuid, uuid, timestamptz) is
  'Gives a membership an end, or with null none. Admins may. Nullable: expires_at.
Example: select atrium.set_member_expiry(''0190…'', ''0191…'', now() + interval ''3 months'');
Errors: 401 not_signed_in, 403 role_too_low, role_too_high, 404 workspace_not_found, member_not_found, 409 owner_does_not_expire, 422 expires_at_invalid.';
grant execute on function atrium.set_member_expiry to authenticated;
