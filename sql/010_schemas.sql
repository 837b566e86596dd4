-- The two schemas of Atrium and the logins of its servers.

create schema if not exists atrium;
create schema if not exists atrium_private;

-- Roles belong to the cluster, so another database may have made them already.
do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'atrium_collab') then
    create role atrium_collab noinherit nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'atrium_worker') then
    create role atrium_worker noinherit nologin;
  end if;
end $$;
