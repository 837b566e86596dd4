-- Draft: replaced by the realtime service's own.
-- Embedded stand-in for what the Realtime container creates on real Supabase. Same names, signatures and visible behaviour
-- as supabase/realtime 2.129; written anew. App migrations must NOT create any of this: they only add policies on
-- realtime.messages and call realtime.send / realtime.broadcast_changes / realtime.topic.
create table if not exists realtime.messages (
  topic text not null, extension text not null, payload jsonb, event text, private boolean default false,
  updated_at timestamp not null default now(), inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(), binary_payload bytea,
  constraint messages_payload_exclusive check (payload is null or binary_payload is null),
  primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages enable row level security;
create index if not exists messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic) where extension='broadcast' and private is true;
grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;
create or replace function realtime.topic() returns text language sql stable as $$ select nullif(current_setting('realtime.topic', true), '')::text $$;
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void language plpgsql as $fn$
declare mid uuid := gen_random_uuid(); body jsonb;
begin
  begin
    body := case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(mid)) end;
    execute format('set local realtime.topic to %L', topic);
    insert into realtime.messages (id, payload, event, topic, private, extension) values (mid, body, event, topic, private, 'broadcast');
  exception when others then raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;   -- never fails the caller, exactly like upstream
  end;
end $fn$;
create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true) returns void language plpgsql as $fn$
begin
  begin
    execute format('set local realtime.topic to %L', topic);
    insert into realtime.messages (binary_payload, event, topic, private, extension) values (payload, event, topic, private, 'broadcast');
  exception when others then raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
  end;
end $fn$;
create or replace function realtime.broadcast_changes(topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record, level text default 'ROW') returns void language plpgsql as $fn$
begin
  if level = 'STATEMENT' then raise exception 'function can only be triggered for each row, not for each statement'; end if;
  if operation not in ('INSERT','UPDATE','DELETE') then raise exception 'Unexpected operation type: %', operation; end if;
  perform realtime.send(jsonb_build_object('old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema), event_name, topic_name);
exception when others then raise exception 'Failed to process the row: %', sqlerrm;
end $fn$;
-- partitions: yesterday .. +3 days, drop older than 3 days (run at boot and hourly)
create or replace function realtime.maintain_partitions() returns void language plpgsql as $fn$
declare d date; r record;
begin
  for d in select generate_series((now() at time zone 'utc')::date - 1, (now() at time zone 'utc')::date + 3, '1 day')::date loop
    execute format('create table if not exists realtime.%I partition of realtime.messages for values from (%L) to (%L)', 'messages_' || to_char(d, 'YYYY_MM_DD'), d, d + 1);
  end loop;
  for r in select c.relname from pg_inherits i join pg_class c on c.oid=i.inhrelid where i.inhparent='realtime.messages'::regclass and to_date(substr(c.relname, 10), 'YYYY_MM_DD') < (now() at time zone 'utc')::date - 3 loop
    execute format('drop table realtime.%I', r.relname);
  end loop;
end $fn$;
select realtime.maintain_partitions();



do $$ begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime_messages_publication') then
    create publication supabase_realtime_messages_publication for table realtime.messages with (publish = 'insert', publish_via_partition_root = true);
  end if;
end $$;
