-- What Postgres gives to everybody, taken back; what each file granted by name stays.

revoke all on schema atrium, atrium_private, pgboss from public;
revoke execute on all functions in schema atrium, atrium_private, pgboss from public;

-- The secret key of the platform passes all policies: it is for scripts on the server.
grant select, insert, update, delete on all tables in schema atrium to service_role;
-- But the audit log is written by triggers alone.
revoke insert, update, delete on atrium.audit_events from service_role;
