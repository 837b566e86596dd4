-- What policies ask at each statement, asked with fewer functions within functions. What is here leads to what the numbered files install,
-- which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

create or replace function atrium_private.caller_without_mfa()
  returns uuid
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'aal') is distinct from 'aal2' then
    return atrium_private.caller();
  end if;
  return null;
end $$;
revoke execute on function atrium_private.caller_without_mfa from public;
comment on function atrium_private.caller_without_mfa() is 'The caller, if he has signed in without a second factor; else null.';

create or replace function atrium_private.lacks_mfa(for_user uuid)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
begin
  -- About somebody else it is not asked: nobody knows how he will sign in.
  return coalesce(for_user = atrium_private.caller_without_mfa(), false);
end $$;
comment on function atrium_private.lacks_mfa(uuid) is 'Whether this person is the caller and has signed in without a second factor.';

create view atrium_private.active_members with (security_invoker) as
  select member.user_id, member.workspace_id, member.role
  from atrium.members member
  where member.suspended_at is null
    and (member.expires_at is null or member.expires_at > now())
    and (not member.needs_mfa or member.user_id is distinct from (select atrium_private.caller_without_mfa()));
comment on view atrium_private.active_members is
  'The people who have rights in a workspace now: not suspended, not expired, and signed in with a second factor where that is asked for.';

create or replace function atrium_private.active_memberships(for_user uuid)
  returns table (workspace_id uuid, role atrium.role)
  language plpgsql stable security definer rows 2 set search_path = ''
as $$
begin
  return query select member.workspace_id, member.role from atrium_private.active_members member where member.user_id = for_user;
end $$;
comment on function atrium_private.active_memberships(uuid) is 'The workspaces in which a person has rights now, see active_members.';

create or replace function atrium_private.workspaces_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 2 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  return query select member.workspace_id from atrium_private.active_members member where member.user_id = me and member.role >= at_least;
end $$;
comment on function atrium_private.workspaces_of_caller(atrium.role) is 'The workspaces in which the caller has the role or a higher one.';
grant execute on function atrium_private.workspaces_of_caller to authenticated;

create view atrium_private.space_roles with (security_invoker) as
  select member.user_id, space.id as space_id, 'workspace' as source, space.workspace_id as source_id, member.role, space.archived_at
  from atrium_private.active_members member
  join atrium.spaces space on space.workspace_id = member.workspace_id
  where member.role > 'guest' and not space.private
  union all
  select direct.user_id, space.id, 'space', space.id, direct.role, space.archived_at
  from atrium.space_members direct
  join atrium.spaces space on space.id = direct.space_id
  join atrium_private.active_members member on member.workspace_id = space.workspace_id and member.user_id = direct.user_id
  union all
  select inside.user_id, space.id, 'group', grouped.group_id, grouped.role, space.archived_at
  from atrium.group_members inside
  join atrium.space_members grouped on grouped.group_id = inside.group_id
  join atrium.spaces space on space.id = grouped.space_id
  join atrium_private.active_members member on member.workspace_id = space.workspace_id and member.user_id = inside.user_id;
comment on view atrium_private.space_roles is
  'Every role that a person has in a space, and from where: his workspace, the space itself, or a group. The highest one counts.';

create or replace function atrium_private.space_rights(for_user uuid)
  returns table (space_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query select given.space_id, given.source, given.source_id, given.role from atrium_private.space_roles given where given.user_id = for_user;
end $$;
comment on function atrium_private.space_rights(uuid) is 'The roles of one person, see space_roles.';

create or replace function atrium_private.spaces_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  -- Two queries: the one that every list waits for reads the spaces from an index alone.
  if at_least <= 'viewer' then
    return query select given.space_id from atrium_private.space_roles given where given.user_id = me and given.role >= at_least;
  else
    return query
      select given.space_id from atrium_private.space_roles given
      where given.user_id = me and given.role >= at_least and given.archived_at is null;
  end if;
end $$;
comment on function atrium_private.spaces_of_caller(atrium.role) is
  'The spaces in which the caller has the role or a higher one; above viewer without the archived ones.';
grant execute on function atrium_private.spaces_of_caller to authenticated;


create table atrium_private.sign_up (
  policy text not null default 'open' check (policy in ('open', 'invited', 'domains')),
  domains text[] not null default '{}',
  one boolean primary key default true check (one)
);
comment on table atrium_private.sign_up is 'One row, written by whoever installs: ATRIUM_SIGN_UP beside npm run migrate.';
comment on column atrium_private.sign_up.policy is
  'Who may make an account: everybody (open), who was invited (invited), or who was invited or has an address in one of the domains (domains).';
comment on column atrium_private.sign_up.domains is 'In lower case.';
alter table atrium_private.sign_up enable row level security;
insert into atrium_private.sign_up default values;

create function atrium_private.set_sign_up(who text)
  returns void
  language plpgsql set search_path = ''
as $$
declare
  named text[] := array(select lower(btrim(domain)) from unnest(string_to_array(who, ',')) domain);
begin
  if who in ('open', 'invited') then
    update atrium_private.sign_up set policy = who, domains = '{}';
  elsif named <> '{}' and not exists (select from unnest(named) domain where domain !~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$') then
    update atrium_private.sign_up set policy = 'domains', domains = named;
  else
    raise sqlstate 'PT422' using message = 'Who may sign up is open, invited, or e-mail domains such as example.com, by comma.', detail = 'sign_up_invalid';
  end if;
end $$;
revoke execute on function atrium_private.set_sign_up from public;
comment on function atrium_private.set_sign_up(text) is 'open, invited, or domains by comma. Errors: 422 sign_up_invalid.';

create function atrium_private.is_of_domain(email text)
  returns boolean
  language sql stable set search_path = ''
as $$
  select exists (
    select from atrium_private.sign_up rule where rule.policy = 'domains' and regexp_replace(lower($1), '^.*@', '') = any (rule.domains)
  )
$$;
revoke execute on function atrium_private.is_of_domain from public;
comment on function atrium_private.is_of_domain(text) is 'Whether an address is in one of the domains whose people may sign up.';

create function atrium_private.before_user_created(event jsonb)
  returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  email text := lower(event #>> '{user,email}');
  token text := left(event #>> '{user,user_metadata,invite_token}', 200);
begin
  if exists (select from atrium_private.sign_up rule where rule.policy <> 'open')
    -- Whoever sets an installation up must get in.
    and exists (select from auth.users account where account.email_confirmed_at is not null)
    and not atrium_private.is_of_domain(email)
    and atrium_private.is_invited(email, sha256(convert_to(nullif(token, ''), 'UTF8'))) is not true
  then
    return jsonb_build_object('error', jsonb_build_object('http_code', 422, 'message', 'Signups not allowed for this instance'));
  end if;
  return '{}';
end $$;
revoke execute on function atrium_private.before_user_created from public;
comment on function atrium_private.before_user_created(jsonb) is
  'The hook of Supabase Auth that is asked before an account is made, by whatever way; administrators make accounts through its admin API.';
grant execute on function atrium_private.before_user_created to supabase_auth_admin;

create function atrium_private.refuse_address()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from atrium_private.sign_up rule where rule.policy = 'domains')
    and not atrium_private.is_of_domain(new.email_change) and atrium_private.is_invited(new.email_change, null) is not true
  then
    raise sqlstate 'PT422' using message = 'Accounts of this installation have an address of certain domains.', detail = 'email_address_not_authorized';
  end if;
  return new;
end $$;
revoke execute on function atrium_private.refuse_address from public;
comment on function atrium_private.refuse_address() is 'Holds a change of address to the domains of the sign-up. Errors: 422 email_address_not_authorized.';
create trigger atrium_refuse_address before update of email_change on auth.users
  for each row when (new.email_change <> '' and new.email_change is distinct from old.email_change)
  execute function atrium_private.refuse_address();
