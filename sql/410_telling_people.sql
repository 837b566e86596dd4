-- Telling people: how a notification is made, in the transaction that causes it. Definers all of them: they write for other people.

-- Definer: see above. Not granted.
create function atrium_private.tell_people(
  people uuid[], of_kind text, actor uuid, in_workspace uuid, of_type text, item uuid, source uuid, thread uuid, at_place bigint
)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  told uuid[];
begin
  with made as (
    insert into atrium.notifications (user_id, workspace_id, object_type, object_id, kind, actors, source_id, thread_id, place, read_at)
    select person.id, in_workspace, of_type, item, kinds.kind, array_remove(array[actor], null), source, thread, at_place,
      -- Who was quicker than the job has read it.
      case when of_type = 'room' and thread is null and at_place <= (
        select mark.seq from atrium.read_marks mark where mark.room_id = item and mark.user_id = person.id) and of_kind <> 'reminder' then now() end
    from (select distinct unnest(people) as id) person
    join atrium.notification_kinds kinds on kinds.kind = of_kind
    left join atrium.notification_settings settings on settings.user_id = person.id
    where person.id is distinct from actor and coalesce((settings.channels -> of_kind ->> 'inbox')::boolean, kinds.inbox)
      and not exists (select from atrium.messages gone where of_type = 'room' and gone.id = source and gone.deleted_at is not null)
    on conflict (source_id, kind, user_id) do nothing
    returning id, user_id, kind
  ),
  due as (
    insert into atrium_private.notification_deliveries (notification_id, user_id, channel, due_at)
    select made.id, made.user_id, 'push', now() + interval '3 seconds'
    from made
    join atrium.notification_kinds kinds on kinds.kind = made.kind
    left join atrium.notification_settings settings on settings.user_id = made.user_id
    where coalesce((settings.channels -> made.kind ->> 'push')::boolean, kinds.push)
      and exists (select from atrium.push_subscriptions device where device.user_id = made.user_id)
    union all
    select made.id, made.user_id, 'mail', atrium_private.next_mail(settings, now())
    from made
    join atrium.notification_kinds kinds on kinds.kind = made.kind
    left join atrium.notification_settings settings on settings.user_id = made.user_id
    where coalesce((settings.channels -> made.kind ->> 'mail')::boolean, kinds.mail) and settings.mail is distinct from 'never'
  )
  select array_agg(made.user_id) into told from made;
  perform atrium_private.send_to_people(told, 'notifications', jsonb_build_object('workspace_id', in_workspace, 'kind', of_kind));
end $$;
comment on function atrium_private.tell_people(uuid[], text, uuid, uuid, text, uuid, uuid, uuid, bigint) is
  'Tells people of an event, but not who did it nor who wants nothing of the kind; plans push and mail for those who want them.';

-- Definer: see above. Not granted. Telling a thousand takes longer than the sender of a message shall wait.
create function atrium_private.notify_people(
  people uuid[], of_kind text, actor uuid, in_workspace uuid, of_type text, item uuid, source uuid, thread uuid default null, at_place bigint default null
)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if cardinality(people) > 100 then
    perform atrium_private.enqueue('tell_people', jsonb_build_object('people', people, 'kind', of_kind, 'actor', actor, 'workspace', in_workspace,
      'type', of_type, 'item', item, 'source', source, 'thread', thread, 'place', at_place));
  elsif cardinality(people) > 0 then
    perform atrium_private.tell_people(people, of_kind, actor, in_workspace, of_type, item, source, thread, at_place);
  end if;
end $$;
comment on function atrium_private.notify_people(uuid[], text, uuid, uuid, text, uuid, uuid, uuid, bigint) is
  'Tells people of an event: at once, or when they are more than a hundred by a job that is committed with it.';

-- Definer: the worker writes no table.
create function atrium_private.tell_many(job jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  select atrium_private.tell_people(
    array(select person::uuid from jsonb_array_elements_text(job -> 'people') person), job ->> 'kind', (job ->> 'actor')::uuid,
    (job ->> 'workspace')::uuid, job ->> 'type', (job ->> 'item')::uuid, (job ->> 'source')::uuid, (job ->> 'thread')::uuid, (job ->> 'place')::bigint)
  -- It may be gone by now.
  where exists (select from atrium.workspaces workspace where workspace.id = (job ->> 'workspace')::uuid)
$$;
comment on function atrium_private.tell_many(jsonb) is 'What a job of notify_people does; done twice it tells once.';
grant execute on function atrium_private.tell_many to atrium_worker;

-- Definer: see above. Not granted.
create function atrium_private.forget_source(source uuid, of_kinds text[] default null, people uuid[] default null)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  gone uuid[];
begin
  with forgotten as (
    delete from atrium.notifications told
    where told.source_id = source and (of_kinds is null or told.kind = any (of_kinds)) and (people is null or told.user_id = any (people))
    returning told.user_id
  )
  select array_agg(forgotten.user_id) into gone from forgotten;
  perform atrium_private.send_to_people(gone, 'notifications', '{}');
end $$;
comment on function atrium_private.forget_source(uuid, text[], uuid[]) is 'Nobody is told any more of what was taken back.';
