-- Jobs: pg-boss' tables are made by migrate.ts from pg-boss' own plans; here is how SQL puts something into a queue.

-- Definer: nobody but the worker may see jobs. It inserts what pg-boss' own send() inserts, in the transaction of the caller.
create function atrium_private.enqueue(queue text, payload jsonb)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  settings pgboss.queue;
  job uuid;
begin
  select known.* into settings from pgboss.queue known where known.name = queue;
  if settings.name is null then
    raise exception 'There is no queue %', queue;
  end if;
  insert into pgboss.job (
    name, data, policy, retry_limit, retry_delay, retry_backoff, retry_delay_max,
    expire_seconds, deletion_seconds, keep_until, dead_letter, heartbeat_seconds
  )
  values (
    queue, payload, settings.policy, settings.retry_limit, settings.retry_delay, settings.retry_backoff, settings.retry_delay_max,
    settings.expire_seconds, settings.deletion_seconds, now() + settings.retention_seconds * interval '1 second',
    settings.dead_letter, settings.heartbeat_seconds
  )
  returning id into job;
  if settings.notify then
    -- The channel that pg-boss' workers listen on.
    perform pg_notify('pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24), queue);
  end if;
  return job;
end $$;
comment on function atrium_private.enqueue(text, jsonb) is
  'Puts a job into a queue of pg-boss in the transaction of the caller; returns its id. The payload carries ids: the handler reads the rows again.
Example: select atrium_private.enqueue(''send_mail'', ''{"kind": "invitation", "invitation_id": "0190…"}'');';
grant execute on function atrium_private.enqueue to atrium_worker;

select pgboss.create_queue('send_mail', '{"policy": "standard", "retryLimit": 10, "retryDelay": 30, "retryBackoff": true, "retryDelayMax": 3600, "expireInSeconds": 120, "notify": true}');

-- A worker that dies over one is noticed when it no longer says that it is alive.
select pgboss.create_queue('import_documents', '{"policy": "standard", "retryLimit": 3, "retryDelay": 2, "expireInSeconds": 900, "heartbeatSeconds": 20, "notify": true}');
select pgboss.create_queue('export_documents', '{"policy": "standard", "retryLimit": 3, "retryDelay": 2, "expireInSeconds": 900, "heartbeatSeconds": 20, "notify": true}');
select pgboss.create_queue('export_room', '{"policy": "standard", "retryLimit": 3, "retryDelay": 2, "expireInSeconds": 900, "heartbeatSeconds": 20, "notify": true}');

-- Pages of others: what does not come in a few tries does not come.
select pgboss.create_queue('link_previews', '{"policy": "standard", "retryLimit": 3, "retryDelay": 5, "retryBackoff": true, "expireInSeconds": 120, "notify": true}');
-- Who is told, where they are many; then push messages and mails.
select pgboss.create_queue('tell_people', '{"policy": "standard", "retryLimit": 5, "retryDelay": 1, "expireInSeconds": 60, "notify": true}');
select pgboss.create_queue('send_notifications', '{"policy": "standard", "retryLimit": 8, "retryDelay": 2, "retryBackoff": true, "retryDelayMax": 900, "expireInSeconds": 60, "notify": true}');

-- What cannot be read back is tried for most of a day; the hourly work asks again after that.
select pgboss.create_queue('check_upload', '{"policy": "standard", "retryLimit": 20, "retryDelay": 2, "retryBackoff": true, "retryDelayMax": 3600, "expireInSeconds": 3600, "heartbeatSeconds": 60, "notify": true}');

-- A file that takes a worker with it is not tried for ever.
select pgboss.create_queue('make_thumbnail', '{"policy": "standard", "retryLimit": 3, "retryDelay": 5, "retryBackoff": true, "expireInSeconds": 300, "heartbeatSeconds": 60, "notify": true}');

-- Four times: the last one finds that it was tried three times, and notes it.
select pgboss.create_queue('read_text', '{"policy": "standard", "retryLimit": 3, "retryDelay": 5, "retryBackoff": true, "expireInSeconds": 300, "heartbeatSeconds": 60, "notify": true}');

-- The worker maintains the tables as pg-boss does, and makes none.
grant usage on schema pgboss to atrium_worker;
grant all on all tables in schema pgboss to atrium_worker;
grant execute on all functions in schema pgboss to atrium_worker;
