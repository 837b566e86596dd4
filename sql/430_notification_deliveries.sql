-- Push and mail: which devices, what is due, and what the worker may do for it. A row for each notification and way says what was sent, so
-- nothing is sent twice; rights, and whether it was read meanwhile, are asked again at the last moment.

create table atrium.push_subscriptions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  endpoint text not null unique check (endpoint ~ '^https?://' and char_length(endpoint) <= 1000),
  p256dh text not null check (p256dh ~ '^[A-Za-z0-9_-]{80,100}$'),
  auth text not null check (auth ~ '^[A-Za-z0-9_-]{16,40}$'),
  device text not null default '' check (char_length(device) <= 200),
  created_at timestamptz not null default now()
);
comment on table atrium.push_subscriptions is 'Where the browsers of a person take push messages (Web Push). Everybody sees his own; an expired one is deleted by the worker.';
comment on column atrium.push_subscriptions.endpoint is 'An address of a push service, which the worker asks only when it is one of those that it knows.';
comment on column atrium.push_subscriptions.device is 'What the browser calls itself.';
create index on atrium.push_subscriptions (user_id);
alter table atrium.push_subscriptions enable row level security;
create policy "people see their own devices"
  on atrium.push_subscriptions for select to authenticated using (user_id = (select atrium_private.caller()));
grant select on atrium.push_subscriptions to authenticated;

create table atrium.push_key (
  only_one boolean primary key default true check (only_one),
  public_key text not null
);
comment on table atrium.push_key is 'The public VAPID key of this installation, with which browsers subscribe; the worker says it when it starts.';
alter table atrium.push_key enable row level security;
create policy "everybody reads the public key" on atrium.push_key for select to authenticated using (true);
grant select on atrium.push_key to authenticated;

create table atrium_private.notification_deliveries (
  notification_id uuid not null references atrium.notifications (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  channel text not null check (channel in ('push', 'mail')),
  due_at timestamptz not null,
  queued_at timestamptz,
  sent_at timestamptz,
  reached uuid[] not null default '{}',
  primary key (notification_id, channel)
);
comment on table atrium_private.notification_deliveries is 'What is to be pushed and mailed, and what was. Whoever sends writes it down first: a worker that dies over it sends it no second time.';
comment on column atrium_private.notification_deliveries.reached is 'The subscriptions to which it was pushed.';
create index on atrium_private.notification_deliveries (due_at) where queued_at is null;
-- Deleting an account takes along what it waits for.
create index on atrium_private.notification_deliveries (user_id);
alter table atrium_private.notification_deliveries enable row level security;

create table atrium_private.mail_keys (
  user_id uuid primary key references atrium.profiles (id) on delete cascade,
  key text not null unique default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
);
comment on table atrium_private.mail_keys is 'What the unsubscribe link in the mails of a person carries: whoever has it can end these mails, and nothing else.';
alter table atrium_private.mail_keys enable row level security;

create function atrium_private.next_mail(settings atrium.notification_settings, at timestamptz)
  returns timestamptz
  language plpgsql stable set search_path = ''
as $$
declare
  local timestamp := at at time zone coalesce(settings.time_zone, 'UTC');
  day date;
begin
  if coalesce(settings.mail, 'at_once') = 'at_once' then
    return at + interval '3 minutes';
  elsif settings.mail = 'hourly' then
    return date_trunc('hour', at) + interval '1 hour';
  end if;
  for ahead in 0..7 loop
    day := local::date + ahead;
    if extract(isodow from day)::integer = any (settings.mail_days) and day + make_time(settings.mail_hour, 0, 0) > local then
      return (day + make_time(settings.mail_hour, 0, 0)) at time zone settings.time_zone;
    end if;
  end loop;
  return at + interval '1 day';
end $$;
comment on function atrium_private.next_mail(atrium.notification_settings, timestamptz) is
  'When a mail about something that happens now leaves: after some minutes, in which it may be read in the client, or with the next digest.';

create function atrium_private.silent_until(settings atrium.notification_settings, at timestamptz)
  returns timestamptz
  language plpgsql stable set search_path = ''
as $$
declare
  moment timestamptz := at;
  local timestamp;
begin
  -- One silence may end in another; a week of quiet days ends nowhere, and is asked again tomorrow.
  for turn in 1..20 loop
    local := moment at time zone coalesce(settings.time_zone, 'UTC');
    if settings.paused_until > moment then
      moment := settings.paused_until;
    elsif extract(isodow from local)::integer = any (settings.quiet_days) then
      moment := (local::date + 1)::timestamp at time zone settings.time_zone;
    elsif settings.quiet_from <= settings.quiet_until and local::time >= settings.quiet_from and local::time < settings.quiet_until then
      moment := (local::date + settings.quiet_until) at time zone settings.time_zone;
    elsif settings.quiet_from > settings.quiet_until and local::time >= settings.quiet_from then
      moment := (local::date + 1 + settings.quiet_until) at time zone settings.time_zone;
    elsif settings.quiet_from > settings.quiet_until and local::time < settings.quiet_until then
      moment := (local::date + settings.quiet_until) at time zone settings.time_zone;
    else
      exit;
    end if;
  end loop;
  return case when moment > at then moment end;
end $$;
comment on function atrium_private.silent_until(atrium.notification_settings, timestamptz) is
  'When the pause or quiet hours in which this moment falls end; null when it is none.';

-- Definer: the worker reads no table. What comes back from its sleep is told anew.
create function atrium_private.queue_notifications()
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  batch record;
  silence timestamptz;
  settings atrium.notification_settings;
  found_some integer := 0;
begin
  for batch in
    with woken as (
      update atrium.notifications told set snoozed_until = null, read_at = null, touched_at = now()
      where told.snoozed_until <= now() returning told.id, told.user_id
    ),
    again as (
      insert into atrium_private.notification_deliveries (notification_id, user_id, channel, due_at)
      select woken.id, woken.user_id, 'push', now() from woken
      where exists (select from atrium.push_subscriptions device where device.user_id = woken.user_id)
      on conflict (notification_id, channel) do update set due_at = now(), queued_at = null, sent_at = null, reached = '{}'
    )
    select woken.user_id from woken group by woken.user_id
  loop
    perform atrium_private.send_to_people(array[batch.user_id], 'notifications', '{}');
  end loop;
  for batch in
    select due.user_id, due.channel, array_agg(due.notification_id) as ids
    from (
      select waiting.notification_id, waiting.user_id, waiting.channel from atrium_private.notification_deliveries waiting
      where waiting.queued_at is null and waiting.due_at <= now()
      order by waiting.due_at limit 500 for update skip locked
    ) due
    group by due.user_id, due.channel
  loop
    select known.* into settings from atrium.notification_settings known where known.user_id = batch.user_id;
    silence := atrium_private.silent_until(settings, now());
    if silence is null then
      -- Whoever is not to be disturbed may end that at any time, so it is asked again soon.
      select least(status.ends_at, now() + interval '2 minutes') into silence from atrium.statuses status
      where status.user_id = batch.user_id and status.do_not_disturb and (status.ends_at is null or status.ends_at > now());
    end if;
    update atrium_private.notification_deliveries waiting
    set due_at = coalesce(silence, waiting.due_at), queued_at = case when silence is null then now() end
    where waiting.notification_id = any (batch.ids) and waiting.channel = batch.channel;
    if silence is null then
      perform atrium_private.enqueue('send_notifications', jsonb_build_object('user_id', batch.user_id, 'channel', batch.channel, 'ids', batch.ids));
    end if;
    found_some := found_some + 1;
  end loop;
  return found_some;
end $$;
comment on function atrium_private.queue_notifications() is
  'Makes jobs of what is due, one for each person and way, but not in his quiet hours nor while he is not to be disturbed; brings back what was snoozed. Returns how many there were.';
grant execute on function atrium_private.queue_notifications to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.pushes_due(for_user uuid, ids uuid[])
  returns table (
    notification_id uuid, subscription_id uuid, endpoint text, p256dh text, auth text, kind text, object_type text, object_id uuid, object_name text,
    is_direct boolean, actor_names text[], source_id uuid, thread_id uuid, excerpt text, unread integer
  )
  language sql stable security definer set search_path = ''
as $$
  select told.id, device.id, device.endpoint, device.p256dh, device.auth, told.kind, told.object_type, told.object_id, told.object_name,
    told.is_direct, told.actor_names, told.source_id, told.thread_id, told.excerpt,
    (select count(*)::integer from atrium_private.visible_notifications(for_user, null, null, 'unread', null, 100))
  from atrium_private.read_notifications(for_user, null, ids, 'unread', null, 500) told
  join atrium_private.notification_deliveries delivery on delivery.notification_id = told.id and delivery.channel = 'push' and delivery.sent_at is null
  join atrium.push_subscriptions device on device.user_id = for_user and device.id <> all (delivery.reached)
  order by told.touched_at
$$;
comment on function atrium_private.pushes_due(uuid, uuid[]) is 'What of these is still unread and may be read, for each device that has not got it.';
grant execute on function atrium_private.pushes_due to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.claim_push(notification uuid, subscription uuid)
  returns boolean
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium_private.notification_deliveries delivery set reached = delivery.reached || subscription
  where delivery.notification_id = notification and delivery.channel = 'push' and subscription <> all (delivery.reached);
  return found;
end $$;
comment on function atrium_private.claim_push(uuid, uuid) is 'Writes down that it is being pushed to a device; false when it was already.';
grant execute on function atrium_private.claim_push to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.release_push(notification uuid, subscription uuid)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium_private.notification_deliveries delivery set reached = array_remove(delivery.reached, subscription)
  where delivery.notification_id = notification and delivery.channel = 'push'
$$;
comment on function atrium_private.release_push(uuid, uuid) is 'The push service did not take it: it may be tried again.';
grant execute on function atrium_private.release_push to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.forget_device(subscription uuid)
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium.push_subscriptions device where device.id = subscription $$;
comment on function atrium_private.forget_device(uuid) is 'The push service says that the subscription has ended.';
grant execute on function atrium_private.forget_device to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.claim_mail(for_user uuid, ids uuid[])
  returns table (
    email text, key text, is_digest boolean, time_zone text, notification_id uuid, kind text, workspace_name text, object_type text, object_id uuid,
    object_name text, is_direct boolean, actor_names text[], source_id uuid, thread_id uuid, excerpt text, touched_at timestamptz
  )
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  insert into atrium_private.mail_keys (user_id) select profile.id from atrium.profiles profile where profile.id = for_user on conflict do nothing;
  return query
    with words as materialized (select told.* from atrium_private.read_notifications(for_user, null, ids, 'unread', null, 200) told),
    claimed as (
      update atrium_private.notification_deliveries delivery set sent_at = now()
      from words
      where delivery.notification_id = words.id and delivery.channel = 'mail' and delivery.sent_at is null
        and exists (
          select from auth.users account
          where account.id = for_user and account.email_confirmed_at is not null and account.deleted_at is null
            and (account.banned_until is null or account.banned_until < now()))
        and not exists (select from atrium.notification_settings settings where settings.user_id = for_user and settings.mail = 'never')
      returning delivery.notification_id
    )
    select account.email::text, secret.key, coalesce(settings.mail, 'at_once') <> 'at_once', coalesce(settings.time_zone, 'UTC'),
      words.id, words.kind, workspace.name, words.object_type, words.object_id, words.object_name, words.is_direct, words.actor_names,
      words.source_id, words.thread_id, words.excerpt, words.touched_at
    from claimed
    join words on words.id = claimed.notification_id
    join atrium.workspaces workspace on workspace.id = words.workspace_id
    join auth.users account on account.id = for_user
    join atrium_private.mail_keys secret on secret.user_id = for_user
    left join atrium.notification_settings settings on settings.user_id = for_user
    order by words.touched_at;
end $$;
comment on function atrium_private.claim_mail(uuid, uuid[]) is
  'What of these goes into a mail now: still unread, still readable, not mailed yet; it counts as mailed from here on.';
grant execute on function atrium_private.claim_mail to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.release_mail(ids uuid[])
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium_private.notification_deliveries delivery set sent_at = null where delivery.notification_id = any (ids) and delivery.channel = 'mail'
$$;
comment on function atrium_private.release_mail(uuid[]) is 'The mail server did not take it: it may be tried again.';
grant execute on function atrium_private.release_mail to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.publish_push_key(key text)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium.push_key as known (public_key) values (key)
  on conflict (only_one) do update set public_key = excluded.public_key where known.public_key <> excluded.public_key
$$;
comment on function atrium_private.publish_push_key(text) is 'Says with which key browsers subscribe.';
grant execute on function atrium_private.publish_push_key to atrium_worker;

-- Definer: see queue_notifications.
create function atrium_private.forget_notifications()
  returns void
  language sql security definer set search_path = ''
as $$
  delete from atrium.notifications told
  where told.touched_at < now() - interval '180 days' or (told.done_at < now() - interval '30 days' and told.touched_at < now() - interval '30 days');
  delete from atrium.reminders known where known.reminded_at < now() - interval '180 days';
$$;
comment on function atrium_private.forget_notifications() is 'Deletes what is half a year old, or done for a month, and reminders that came half a year ago.';
grant execute on function atrium_private.forget_notifications to atrium_worker;

-- Definer: nobody may insert subscriptions but through here.
create function atrium_private.save_push_subscription(endpoint text, p256dh text, auth text, device text)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  saved uuid;
begin
  if ($1 ~ '^https?://[^[:space:][:cntrl:]]+$' and char_length($1) <= 1000 and $2 ~ '^[A-Za-z0-9_-]{80,100}$' and $3 ~ '^[A-Za-z0-9_-]{16,40}$')
    is not true then
    raise sqlstate 'PT422' using message = 'This is no subscription of a browser.', detail = 'subscription_invalid';
  elsif (select count(*) from atrium.push_subscriptions known where known.user_id = me and known.endpoint <> $1) >= 20 then
    raise sqlstate 'PT429' using message = 'Twenty of your devices take push messages.', detail = 'too_many_devices';
  end if;
  -- A browser that somebody else used before is his no longer.
  insert into atrium.push_subscriptions as known (user_id, endpoint, p256dh, auth, device) values (me, $1, $2, $3, left(coalesce($4, ''), 200))
  on conflict (endpoint) do update set user_id = me, p256dh = excluded.p256dh, auth = excluded.auth, device = excluded.device
  returning known.id into saved;
  return saved;
end $$;
comment on function atrium_private.save_push_subscription(text, text, text, text) is 'Behind atrium.save_push_subscription.';
grant execute on function atrium_private.save_push_subscription to authenticated;

-- Definer: nobody may delete subscriptions but through here.
create function atrium_private.remove_push_subscription(endpoint text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  delete from atrium.push_subscriptions known where known.user_id = me and known.endpoint = $1;
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such subscription of yours.', detail = 'subscription_not_found';
  end if;
end $$;
comment on function atrium_private.remove_push_subscription(text) is 'Behind atrium.remove_push_subscription.';
grant execute on function atrium_private.remove_push_subscription to authenticated;

-- Definer: whoever has the link of a mail is not signed in.
create function atrium_private.unsubscribe_mail(key text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  person uuid := (select known.user_id from atrium_private.mail_keys known where known.key = $1);
begin
  if person is null then
    raise sqlstate 'PT404' using message = 'This link belongs to nobody.', detail = 'key_not_found';
  end if;
  insert into atrium.notification_settings (user_id, mail) values (person, 'never')
  on conflict (user_id) do update set mail = 'never', updated_at = now();
end $$;
comment on function atrium_private.unsubscribe_mail(text) is 'Behind atrium.unsubscribe_mail.';
grant execute on function atrium_private.unsubscribe_mail to anon, authenticated;

create function atrium.save_push_subscription(endpoint text, p256dh text, auth text, device text default '')
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.save_push_subscription($1, $2, $3, $4) $$;
comment on function atrium.save_push_subscription(text, text, text, text) is
  'Lets a browser of the caller take push messages, with the keys of its PushSubscription in base64url; the same call again changes nothing. Subscribe with the key in push_key.
Example: select atrium.save_push_subscription(''https://updates.push.services.mozilla.com/wpush/v2/…'', ''BP4z…'', ''xS03…'', ''Firefox'');
Errors: 401 not_signed_in, 422 subscription_invalid, 429 too_many_devices.';
grant execute on function atrium.save_push_subscription to authenticated;

create function atrium.remove_push_subscription(endpoint text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_push_subscription($1) $$;
comment on function atrium.remove_push_subscription(text) is
  'Ends push messages to a browser of the caller.
Example: select atrium.remove_push_subscription(''https://…'');
Errors: 401 not_signed_in, 404 subscription_not_found.';
grant execute on function atrium.remove_push_subscription to authenticated;

create function atrium.unsubscribe_mail(key text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.unsubscribe_mail($1) $$;
comment on function atrium.unsubscribe_mail(text) is
  'Ends the notification mails of the person to whom the link in a mail was sent, signed in or not.
Example: select atrium.unsubscribe_mail(''0190…'');
Errors: 404 key_not_found.';
grant execute on function atrium.unsubscribe_mail to anon, authenticated;

