-- Who is asking, and the name he goes by.

create table atrium.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table atrium.profiles is
  'One row for each person who has an account, made with the account. Readable by the people who share a workspace with him; he may change his name.';
comment on column atrium.profiles.id is 'The id of auth.users.';
comment on column atrium.profiles.name is '1 to 80 characters. At first the name given at sign-up, or else the part of the e-mail address before the @.';
alter table atrium.profiles enable row level security;

-- Definer: it reads auth.users and auth.sessions. Claims are a setting that any SQL login can change, so they are believed only from
-- the logins of the platform's own servers; session_user cannot be forged. A banned or deleted account is nobody at once, and so is
-- a session that was ended, while their access tokens live on. What every policy asks is in plpgsql, which keeps its plans for the
-- session: half the time of sql.
create function atrium_private.caller()
  returns uuid
  language plpgsql stable security definer set search_path = ''
as $$
declare
  claims jsonb;
begin
  if session_user not in ('authenticator', 'supabase_storage_admin', 'supabase_realtime_admin', 'supabase_admin', 'atrium_collab') then
    return null;
  end if;
  claims := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  return (
    select account.id
    from auth.users account
    where account.id = (claims ->> 'sub')::uuid
      and account.deleted_at is null
      and (account.banned_until is null or account.banned_until < now())
      -- Tokens that no sign-in stands behind name no session.
      and (claims ->> 'session_id' is null or exists (
        select from auth.sessions session
        where session.id = (claims ->> 'session_id')::uuid and session.user_id = account.id
          and (session.not_after is null or session.not_after > now())
      ))
  );
end $$;
comment on function atrium_private.caller() is
  'The person who asks, or null. Policies write (select atrium_private.caller()), so that it is asked once per statement.';
grant execute on function atrium_private.caller to anon, authenticated;

create function atrium_private.require_caller()
  returns uuid
  language plpgsql stable set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  if me is null then
    raise sqlstate 'PT401' using message = 'Sign in first.', detail = 'not_signed_in';
  end if;
  return me;
end $$;
comment on function atrium_private.require_caller() is 'The person who asks. Errors: 401 not_signed_in.';

create function atrium_private.valid_name(value text, field text, longest integer)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  tidy text;
begin
  -- Before the regular expressions, so that ten megabytes cost nothing.
  if char_length(value) > longest * 10 then
    raise sqlstate 'PT422' using message = format('The %s is longer than %s characters.', field, longest), detail = field || '_too_long';
  end if;
  tidy := btrim(regexp_replace(value, '\s+', ' ', 'g'));
  -- A name of nothing but invisible characters cannot be told from none, or from anybody's.
  if coalesce(regexp_replace(tidy, E'[\u00ad\u200b-\u200f\u2060\u3164\ufeff]', '', 'g'), '') = '' then
    raise sqlstate 'PT422' using message = format('The %s is empty.', field), detail = field || '_required';
  end if;
  if char_length(tidy) > longest then
    raise sqlstate 'PT422' using message = format('The %s is longer than %s characters.', field, longest), detail = field || '_too_long';
  end if;
  -- The last ones turn around what stands after them, so that one name reads as another.
  if tidy ~ E'[[:cntrl:]\u202a-\u202e\u2066-\u2069]' then
    raise sqlstate 'PT422' using message = format('The %s contains control characters.', field), detail = field || '_invalid';
  end if;
  return tidy;
end $$;
comment on function atrium_private.valid_name(text, text, integer) is
  'The value with its white space tidied. Errors: 422 <field>_required, <field>_too_long, <field>_invalid.';

-- Definer: who changes a name by PATCH may call nothing in this schema.
create function atrium_private.tidy_name()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.name := atrium_private.valid_name(new.name, 'name', 80);
  new.updated_at := now();
  return new;
end $$;
comment on function atrium_private.tidy_name() is 'Gives a change of a name by PATCH the same errors as the functions.';
create trigger tidy_name before update of name on atrium.profiles
  for each row execute function atrium_private.tidy_name();

create policy "people rename themselves"
  on atrium.profiles for update to authenticated
  using (id = (select atrium_private.caller()))
  with check (id = (select atrium_private.caller()));
grant select, update (name) on atrium.profiles to authenticated;

create function atrium_private.name_for(account auth.users)
  returns text
  language sql immutable set search_path = ''
as $$
  select left(coalesce(
    nullif(btrim(regexp_replace(left(account.raw_user_meta_data ->> 'name', 400), E'[[:cntrl:][:space:]\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]+', ' ', 'g')), ''),
    nullif(split_part(account.email, '@', 1), ''),
    'Someone'), 80)
$$;
comment on function atrium_private.name_for(auth.users) is 'The first name of a new person. It never fails, or nobody with an odd name could sign up.';

-- Definer: the authentication server, which inserts the account, has no rights in our schemas.
create function atrium_private.make_profile()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium.profiles (id, name) values (new.id, atrium_private.name_for(new)) on conflict (id) do nothing;
  return new;
end $$;
comment on function atrium_private.make_profile() is 'Gives a new account its profile.';
create trigger atrium_make_profile after insert on auth.users
  for each row execute function atrium_private.make_profile();

-- People who were there before Atrium.
insert into atrium.profiles (id, name) select account.id, atrium_private.name_for(account) from auth.users account;
