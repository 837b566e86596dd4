-- The two schemas of Atrium, the logins of its servers, and the one scale of roles.

create schema if not exists atrium;
create schema if not exists atrium_private;
comment on schema atrium is
  'The API of Atrium: tables with row-level security and functions that run with the rights of the caller. Errors are states PTxyz (xyz is the HTTP status) with a machine-readable detail and a sentence.';
comment on schema atrium_private is
  'What decides and what nobody may read: definer functions, secrets, the log of the collaboration server. Not exposed by REST.';

-- Roles belong to the cluster, so another database may have made them already.
do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'atrium_collab') then
    create role atrium_collab noinherit nologin;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'atrium_worker') then
    create role atrium_worker noinherit nologin;
  end if;
end $$;
-- The collaboration server asks for rights as the person at the other end.
grant authenticated to atrium_collab with inherit false, set true;

grant usage on schema atrium to anon, authenticated, service_role;
grant usage on schema atrium_private to anon, authenticated, atrium_collab, atrium_worker, supabase_auth_admin, service_role;

create type atrium.role as enum ('guest', 'viewer', 'commenter', 'editor', 'admin', 'owner');
comment on type atrium.role is
  'In rising order, so that role >= ''editor'' reads as it should. A guest sees only what was shared with him; owner exists for workspaces only.';
