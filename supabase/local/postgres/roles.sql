-- The roles of a self-hosted Supabase, for a whole cluster. Run by the superuser supabase_admin; running it again changes nothing.
-- Passwords are set by roles.ts. Migrations run as postgres, which is no superuser here either: a missing privilege shows up on the first machine.

create function pg_temp.role(name text, attributes text) returns void language plpgsql as $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = name) then
    execute format('create role %I', name);
  end if;
  execute format('alter role %I %s', name, attributes);
end $$;

select pg_temp.role('postgres', 'nosuperuser createdb createrole login replication bypassrls');
select pg_temp.role('anon', 'nologin inherit');
select pg_temp.role('authenticated', 'nologin inherit');
select pg_temp.role('service_role', 'nologin inherit bypassrls');
select pg_temp.role('dashboard_user', 'nologin createdb createrole replication');
select pg_temp.role('authenticator', 'login noinherit');
select pg_temp.role('supabase_auth_admin', 'login noinherit createrole');
select pg_temp.role('supabase_storage_admin', 'login noinherit createrole bypassrls');
select pg_temp.role('supabase_realtime_admin', 'login noinherit replication bypassrls');

alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role authenticator set search_path = public, extensions;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin set search_path = storage;
alter role postgres set search_path = "$user", public, extensions;

-- The REST service introspects through information_schema as its login, which shows only what the login itself inherits.
grant anon, authenticated, service_role to authenticator with inherit true, set true;
grant anon, authenticated, service_role to supabase_storage_admin, supabase_realtime_admin with inherit false, set true;
grant anon, authenticated, service_role to postgres with admin option;
-- What supautils' policy_grants give postgres on Supabase: triggers on auth.users, policies on storage.objects and realtime.messages.
grant supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin to postgres with inherit true, set true;
grant pg_read_all_data, pg_signal_backend, pg_monitor to postgres;
grant set on parameter log_min_messages to postgres;
