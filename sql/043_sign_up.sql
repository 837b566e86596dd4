-- Who may have an account on a self-hosted Supabase, whose authentication server knows no more than everybody and nobody, and asks here. The
-- embedded one decides by its own settings and leaves this at everybody.

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
comment on function atrium_private.set_sign_up(text) is 'open, invited, or domains by comma. Errors: 422 sign_up_invalid.';

create function atrium_private.is_of_domain(email text)
  returns boolean
  language sql stable set search_path = ''
as $$
  select exists (
    select from atrium_private.sign_up rule where rule.policy = 'domains' and regexp_replace(lower($1), '^.*@', '') = any (rule.domains)
  )
$$;
comment on function atrium_private.is_of_domain(text) is 'Whether an address is in one of the domains whose people may sign up.';

-- Definer: the authentication server asks, which may read none of this. It answers as such a hook must, and is not granted to anybody else.
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
comment on function atrium_private.before_user_created(jsonb) is
  'The hook of Supabase Auth that is asked before an account is made, by whatever way; administrators make accounts through its admin API.';
grant execute on function atrium_private.before_user_created to supabase_auth_admin;

-- Definer: see before_user_created. There is no such hook for a change of address, which would be a way around it.
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
comment on function atrium_private.refuse_address() is 'Holds a change of address to the domains of the sign-up. Errors: 422 email_address_not_authorized.';
create trigger atrium_refuse_address before update of email_change on auth.users
  for each row when (new.email_change <> '' and new.email_change is distinct from old.email_change)
  execute function atrium_private.refuse_address();
