-- What the Realtime container brings to a self-hosted Supabase: same names, signatures and visible behaviour. Applications add policies
-- on realtime.messages and call realtime.send, realtime.broadcast_changes and realtime.topic; they create none of it.
-- Run by its owner supabase_realtime_admin; running it again changes nothing.

-- Times are UTC without a zone, as upstream has them. A day is a partition, so that old messages are dropped and not deleted.
create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default (now() at time zone 'utc'),
  inserted_at timestamp not null default (now() at time zone 'utc'),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  constraint messages_payload_exclusive check (payload is null or binary_payload is null),
  primary key (id, inserted_at)
) partition by range (inserted_at);

-- A channel that joins with replay asks for the latest messages of its topic.
create index if not exists messages_inserted_at_topic_index
  on realtime.messages (inserted_at desc, topic) where extension = 'broadcast' and private is true;

alter table realtime.messages enable row level security;

grant usage on schema realtime to postgres, anon, authenticated, service_role;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

/* The topic that a policy on realtime.messages is asked about. */
create or replace function realtime.topic() returns text
  language sql stable set search_path = ''
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

-- A policy usually asks who may use realtime.topic() and forgets to compare it with the row, so somebody with SQL could set it to a topic
-- of his own and read everybody's messages, or write into theirs. Restrictive: it takes away, and grants nothing.
do $$ begin
  if not exists (select from pg_catalog.pg_policy where polrelid = 'realtime.messages'::regclass and polname = 'rows of the topic that is asked about') then
    create policy "rows of the topic that is asked about"
      on realtime.messages as restrictive to anon, authenticated
      using (topic = (select realtime.topic()))
      with check (topic = (select realtime.topic()));
  end if;
end $$;

/* Sends a JSON event to the channels of a topic, once the transaction commits. The payload gets an "id" unless it has one.
   Never fails its caller: what goes wrong becomes a warning. */
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
  language plpgsql set search_path = ''
as $$
declare
  message_id uuid := gen_random_uuid();
  body jsonb := coalesce(payload, '{}');
begin
  if jsonb_typeof(body) = 'object' and not body ? 'id' then
    body := body || jsonb_build_object('id', message_id);
  end if;
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (message_id, body, event, topic, private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end $$;

/* Sends bytes to the channels of a topic; see realtime.send. */
create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true) returns void
  language plpgsql set search_path = ''
as $$
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end $$;

/* Sends a changed row to a private topic; call it from a row trigger with tg_op, tg_table_name, tg_table_schema, new and old. */
create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record, level text default 'ROW'
) returns void
  language plpgsql set search_path = ''
as $$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation is null or operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object('old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema),
    event_name, topic_name
  );
exception when others then
  raise exception 'Failed to process the row: %', sqlerrm;
end $$;

/* Which of the extensions a person may read on a topic, as the policies on realtime.messages say. Rows to look for are inserted by the
   owner, looked for as the role of the token, and rolled back with the role. */
create or replace function realtime.readable(topic text, extensions text[], role text, claims jsonb, headers jsonb) returns text[]
  language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
declare
  ids uuid[];
  visible text[];
begin
  with probes as (
    insert into realtime.messages (topic, extension) select topic, unnest(extensions) returning id
  )
  select array_agg(id) into ids from probes;
  perform realtime.become(topic, role, claims, headers);
  select array_agg(message.extension) into visible from realtime.messages message where message.id = any (ids);
  raise sqlstate 'RT000';
exception when sqlstate 'RT000' then
  return coalesce(visible, '{}');
end $$;

/* Whether a person may write to a topic, as the policies say. */
create or replace function realtime.writable(topic text, extension text, role text, claims jsonb, headers jsonb) returns boolean
  language plpgsql set search_path = ''
as $$
#variable_conflict use_variable
begin
  perform realtime.become(topic, role, claims, headers);
  insert into realtime.messages (topic, extension) values (topic, extension);
  raise sqlstate 'RT000';
exception
  when sqlstate 'RT000' then return true;
  when insufficient_privilege then return false;
end $$;

/* Row-level security applies from here on: the owner who logged in is exempt, the role of a token is not. */
create or replace function realtime.become(topic text, role text, claims jsonb, headers jsonb) returns void
  language sql volatile set search_path = ''
as $$
  select set_config('realtime.topic', topic, true), set_config('request.jwt.claims', claims::text, true),
    set_config('request.jwt.claim.sub', coalesce(claims ->> 'sub', ''), true), set_config('request.jwt.claim.role', role, true),
    set_config('request.headers', headers::text, true), set_config('role', role, true)
$$;

revoke execute on function realtime.readable, realtime.writable, realtime.become from public;

/* Makes the partitions of yesterday to three days ahead, and drops those older than three days. Run when Realtime starts, and hourly.
   Both wait for everybody who uses the table, and everybody then waits for them: not for long. */
create or replace function realtime.maintain_partitions() returns void
  language plpgsql set search_path = '' set lock_timeout = '3s'
as $$
declare
  today date := (now() at time zone 'utc')::date;
  day date;
  partition regclass;
begin
  for day in select generate_series(today - 1, today + 3, '1 day')::date loop
    if to_regclass('realtime.messages_' || to_char(day, 'YYYY_MM_DD')) is null then
      execute format('create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
        'messages_' || to_char(day, 'YYYY_MM_DD'), day, day + 1);
      execute format('alter table realtime.%I enable row level security', 'messages_' || to_char(day, 'YYYY_MM_DD'));
    end if;
  end loop;
  for partition in
    select inhrelid::regclass from pg_catalog.pg_inherits join pg_catalog.pg_class on pg_class.oid = inhrelid
    where inhparent = 'realtime.messages'::regclass
      and relname ~ '^messages_\d{4}_\d\d_\d\d$' and to_date(right(relname, 10), 'YYYY_MM_DD') < today - 3
  loop
    execute format('drop table %s', partition);
  end loop;
end $$;
revoke execute on function realtime.maintain_partitions() from public;

select realtime.maintain_partitions();

-- Via the root: else the messages would arrive under the names of their partitions.
do $$ begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime_messages_publication') then
    create publication supabase_realtime_messages_publication for table realtime.messages
      with (publish = 'insert', publish_via_partition_root = true);
  end if;
end $$;
