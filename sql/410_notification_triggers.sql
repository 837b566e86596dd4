-- What makes notifications, in the transaction that causes them. Definers all of them: they write for other people.

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

-- Definer: see above. Not granted.
create function atrium_private.people_mentioned(in_room uuid, mentions jsonb)
  returns uuid[]
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if coalesce(mentions, '[]') = '[]' then
    return '{}';
  end if;
  return array(
    select (named ->> 'id')::uuid from jsonb_array_elements(mentions) named where named ->> 'kind' = 'person'
    union
    select inside.user_id from jsonb_array_elements(mentions) named
    join atrium.group_members inside on inside.group_id = (named ->> 'id')::uuid
    where named ->> 'kind' = 'group'
    union
    select inside.user_id from atrium.room_members inside
    where inside.room_id = in_room and exists (select from jsonb_array_elements(mentions) named where named ->> 'kind' = 'all')
    union
    -- Here is who has read something of the workspace's rooms in the last quarter of an hour.
    select inside.user_id from atrium.room_members inside
    where inside.room_id = in_room and exists (select from jsonb_array_elements(mentions) named where named ->> 'kind' = 'here')
      and exists (select from atrium.read_marks mark where mark.user_id = inside.user_id and mark.updated_at > now() - interval '15 minutes')
  );
end $$;
comment on function atrium_private.people_mentioned(uuid, jsonb) is 'Everybody whom the mentions of a message mean.';

-- Definer: see above.
create function atrium_private.notify_message()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  room atrium.rooms;
  mentioned uuid[];
  followers uuid[];
  quoted uuid[];
  listeners uuid[];
  muted uuid[];
begin
  if tg_op = 'UPDATE' then
    if new.deleted_at is not null then
      perform atrium_private.forget_source(new.id);
      return null;
    end if;
    -- Whom an edit leaves out was not meant; whom it adds is told now.
    perform atrium_private.forget_source(new.id, '{mention}', array(
      select unnest(atrium_private.people_mentioned(new.room_id, old.mentions))
      except select unnest(atrium_private.people_mentioned(new.room_id, new.mentions))));
  end if;
  select known.* into room from atrium.rooms known where known.id = new.room_id;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, listeners from atrium_private.room_levels(room.id) rule;
  mentioned := array(select unnest(atrium_private.people_mentioned(room.id, new.mentions)) except select unnest(muted));
  perform atrium_private.notify_people(mentioned, 'mention', new.author_id, room.workspace_id, 'room', room.id, new.id, new.thread_id, new.seq);
  if tg_op = 'UPDATE' then
    return null;
  end if;
  if new.thread_id is not null then
    followers := array(
      select follow.user_id from atrium.thread_follows follow where follow.thread_id = new.thread_id and follow.following
      -- Whose message it is follows from the first answer on, which is this one.
      union select root.author_id from atrium.messages root where root.id = new.thread_id and root.author_id is not null and not exists (
        select from atrium.thread_follows follow where follow.thread_id = root.id and follow.user_id = root.author_id)
      except select unnest(muted || mentioned));
    perform atrium_private.notify_people(followers, 'reply', new.author_id, room.workspace_id, 'room', room.id, new.id, new.thread_id, new.seq);
    return null;
  end if;
  quoted := array(
    select quote.author_id from atrium.messages quote where quote.id = new.quote_id and quote.author_id is not null
    except select unnest(muted || mentioned));
  listeners := array(select unnest(listeners) except select unnest(mentioned || quoted));
  perform atrium_private.notify_people(quoted, 'reply', new.author_id, room.workspace_id, 'room', room.id, new.id, null, new.seq);
  perform atrium_private.notify_people(
    listeners, case room.kind when 'direct' then 'direct' else 'message' end, new.author_id, room.workspace_id, 'room', room.id, new.id, null, new.seq);
  return null;
end $$;
comment on function atrium_private.notify_message() is
  'Tells of a message: once to each person, as a mention, an answer in a thread or to what he said, or because he hears everything of the room.';
create trigger notify after insert on atrium.messages
  for each row execute function atrium_private.notify_message();
create trigger notify_changed after update on atrium.messages
  for each row when (old.mentions is distinct from new.mentions or old.deleted_at is distinct from new.deleted_at)
  execute function atrium_private.notify_message();

-- Definer: see above.
create function atrium_private.notify_message_reaction()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[message.author_id], 'reaction', new.user_id, room.workspace_id, 'room', room.id, message.id, message.thread_id, message.seq)
  from atrium.messages message join atrium.rooms room on room.id = message.room_id
  where message.id = new.message_id and message.author_id is not null;
  return null;
end $$;
comment on function atrium_private.notify_message_reaction() is 'Tells the author of a message of the first reaction to it.';
create trigger notify after insert on atrium.message_reactions
  for each row execute function atrium_private.notify_message_reaction();

-- Definer: see above.
create function atrium_private.read_room_notifications()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.notifications told set read_at = now()
  where told.user_id = new.user_id and told.object_id = new.room_id and told.read_at is null
    and told.object_type = 'room' and told.thread_id is null and coalesce(told.place, 0) <= new.seq and told.kind <> 'reminder';
  if found then
    perform atrium_private.send_to_people(array[new.user_id], 'notifications', '{}');
  end if;
  return null;
end $$;
comment on function atrium_private.read_room_notifications() is 'Who reads a room has read what he was told of it, on every device.';
create trigger notify after insert or update of seq on atrium.read_marks
  for each row execute function atrium_private.read_room_notifications();

-- Definer: see above.
create function atrium_private.read_thread_notifications()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.notifications told set read_at = now()
  where told.user_id = new.user_id and told.object_id = new.room_id and told.read_at is null
    and told.object_type = 'room' and told.thread_id = new.thread_id and coalesce(told.place, 0) <= new.read_seq;
  if found then
    perform atrium_private.send_to_people(array[new.user_id], 'notifications', '{}');
  end if;
  return null;
end $$;
comment on function atrium_private.read_thread_notifications() is 'As read_room_notifications, for the answers in a thread.';
create trigger notify after insert or update of read_seq on atrium.thread_follows
  for each row execute function atrium_private.read_thread_notifications();

-- Definer: see above.
create function atrium_private.notify_comment()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
  muted uuid[];
  watching uuid[];
  mentioned uuid[];
  involved uuid[];
begin
  if tg_op = 'UPDATE' then
    if new.deleted_at is not null then
      perform atrium_private.forget_source(new.id);
      return null;
    end if;
    perform atrium_private.forget_source(new.id, '{comment_mention}', array(select unnest(old.mentions) except select unnest(new.mentions)));
  end if;
  select known.* into document from atrium.documents known where known.id = new.document_id;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, watching from atrium_private.document_levels(document.id) rule;
  mentioned := array(select unnest(new.mentions) except select unnest(muted));
  perform atrium_private.notify_people(
    mentioned, 'comment_mention', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  if tg_op = 'UPDATE' then
    return null;
  end if;
  involved := array(
    select said.author_id from atrium.comments said where said.thread_id = new.thread_id and said.author_id is not null and said.id <> new.id
    except select unnest(muted || mentioned));
  perform atrium_private.notify_people(
    involved, 'comment_reply', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  perform atrium_private.notify_people(
    array(select unnest(watching) except select unnest(mentioned || involved)),
    'comment', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  return null;
end $$;
comment on function atrium_private.notify_comment() is
  'Tells of a comment: once to each person, as a mention, an answer in a thread where he spoke, or because he watches the document.';
create trigger notify after insert on atrium.comments
  for each row execute function atrium_private.notify_comment();
create trigger notify_changed after update on atrium.comments
  for each row when (old.mentions is distinct from new.mentions or old.deleted_at is distinct from new.deleted_at)
  execute function atrium_private.notify_comment();

-- Definer: see above.
create function atrium_private.notify_resolved()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.resolved_at is null then
    perform atrium_private.forget_source(new.id, '{comment_resolved}');
    return null;
  end if;
  perform atrium_private.notify_people(
    array(
      select said.author_id from atrium.comments said where said.thread_id = new.id and said.author_id is not null
      union select new.created_by where new.created_by is not null
      except select rule.user_id from atrium_private.document_levels(new.document_id) rule where rule.level = 'nothing'),
    'comment_resolved', new.resolved_by, document.workspace_id, 'document', document.id, new.id, new.id)
  from atrium.documents document where document.id = new.document_id;
  return null;
end $$;
comment on function atrium_private.notify_resolved() is 'Tells those who spoke in a thread that it was settled; when it is reopened, no longer.';
create trigger notify after update on atrium.comment_threads
  for each row when ((old.resolved_at is null) <> (new.resolved_at is null))
  execute function atrium_private.notify_resolved();

-- Definer: see above.
create function atrium_private.notify_comment_reaction()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array[said.author_id], 'reaction', new.user_id, document.workspace_id, 'document', document.id, said.id, said.thread_id)
  from atrium.comments said join atrium.documents document on document.id = said.document_id
  where said.id = new.comment_id and said.author_id is not null;
  return null;
end $$;
comment on function atrium_private.notify_comment_reaction() is 'Tells the author of a comment of the first reaction to it.';
create trigger notify after insert on atrium.comment_reactions
  for each row execute function atrium_private.notify_comment_reaction();

create function atrium_private.people_named_in(content jsonb)
  returns uuid[]
  language sql immutable set search_path = ''
as $$
  select array(
    select distinct (named #>> '{}')::uuid
    from jsonb_path_query(content, 'strict $.**?(@.type == "mention" && @.attrs.kind == "person").attrs.id', silent => true) named
    where named #>> '{}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  )
$$;
comment on function atrium_private.people_named_in(jsonb) is 'Who is mentioned in a ProseMirror document.';

-- Definer: see above. What was typed between two readings of a document is one change, and what is told within half an hour one notification.
create function atrium_private.notify_document_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
  since timestamptz := case tg_op when 'UPDATE' then old.updated_at - interval '5 seconds' else now() - interval '10 minutes' end;
  authors uuid[];
  muted uuid[];
  watching uuid[];
  mentioned uuid[];
  known uuid[];
begin
  select found_document.* into document from atrium.documents found_document where found_document.id = new.document_id;
  -- The latest rows of the log say who typed; more of them than this are not read.
  select array_agg(typed.author_id order by typed.last) into authors from (
    select logged.author_id, max(logged.id) as last from (
      select recent.author_id, recent.id, recent.at from atrium_private.document_updates recent
      where recent.document_id = new.document_id order by recent.id desc limit 500
    ) logged
    where logged.at > since and exists (select from atrium.profiles profile where profile.id = logged.author_id)
    group by logged.author_id
  ) typed;
  -- A page that was copied or brought in tells nobody.
  if authors is null or document.trashed_at is not null then
    return null;
  end if;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, watching from atrium_private.document_levels(document.id) rule;
  if tg_op = 'UPDATE' then
    known := atrium_private.people_named_in(old.json);
  end if;
  mentioned := array(select unnest(atrium_private.people_named_in(new.json)) except select unnest(known || muted || authors[cardinality(authors):]));
  mentioned := array(
    select member.user_id from atrium.members member where member.workspace_id = document.workspace_id and member.user_id = any (mentioned) limit 50);
  perform atrium_private.notify_people(
    mentioned, 'document_mention', authors[cardinality(authors)], document.workspace_id, 'document', document.id, null);
  if tg_op = 'INSERT' then
    return null;
  end if;
  watching := array(
    select unnest(watching) except select unnest(mentioned) except select alone.author from unnest(authors) alone (author));
  with touched as (
    update atrium.notifications told
    set touched_at = now(), actors = (
      select array_agg(person order by place) from (
        select person, max(place) as place from unnest(told.actors || authors) with ordinality as everybody (person, place) group by person
      ) each_once)
    where told.user_id = any (watching) and told.object_id = document.id and told.kind = 'document_changed'
      and told.touched_at > now() - interval '30 minutes'
    returning told.user_id
  )
  select array(select unnest(watching) except select touched.user_id from touched) into watching;
  perform atrium_private.notify_people(
    watching, 'document_changed', authors[cardinality(authors)], document.workspace_id, 'document', document.id, null);
  return null;
end $$;
comment on function atrium_private.notify_document_change() is
  'Tells whom a document mentions for the first time, and those who watch it that others changed it: once in a session of work.';
create trigger notify after insert or update of json on atrium.document_contents
  for each row execute function atrium_private.notify_document_change();

-- Definer: see above.
create function atrium_private.notify_suggestion()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
begin
  select known.* into document from atrium.documents known where known.id = new.document_id;
  if tg_op = 'INSERT' then
    perform atrium_private.notify_people(
      array(select rule.user_id from atrium_private.document_levels(document.id) rule where rule.level = 'all'),
      'suggestion', new.author_id, document.workspace_id, 'document', document.id, new.id);
  elsif new.author_id is not null then
    perform atrium_private.notify_people(
      array[new.author_id], 'suggestion_decided', atrium_private.caller(), document.workspace_id, 'document', document.id, new.id);
  end if;
  return null;
end $$;
comment on function atrium_private.notify_suggestion() is 'Tells those who watch a document of a suggestion, and its author that something of it was decided.';
create trigger notify after insert on atrium.suggestions
  for each row execute function atrium_private.notify_suggestion();
create trigger notify_decided after update on atrium.suggestions
  for each row when (old.state = 'open' and new.state <> 'open')
  execute function atrium_private.notify_suggestion();

-- Definer: see above.
create function atrium_private.notify_grant()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array(
      select new.user_id where new.user_id is not null
      union select inside.user_id from atrium.group_members inside where inside.group_id = new.group_id),
    'access', new.created_by, new.workspace_id, new.object_type, new.object_id, new.id);
  return null;
end $$;
comment on function atrium_private.notify_grant() is 'Tells people what was shared with them.';
create trigger notify after insert on atrium.grants
  for each row execute function atrium_private.notify_grant();

-- Definer: see above.
create function atrium_private.notify_brought_in()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[new.user_id], 'access', atrium_private.caller(), room.workspace_id, 'room', room.id, null)
  from atrium.rooms room
  -- Who comes by himself knows it, and a conversation begins with what is said.
  where room.id = new.room_id and room.kind <> 'direct' and atrium_private.caller() is not null and atrium_private.caller() <> new.user_id;
  return null;
end $$;
comment on function atrium_private.notify_brought_in() is 'Tells people in which rooms somebody has put them.';
create trigger notify after insert on atrium.room_members
  for each row execute function atrium_private.notify_brought_in();

-- Definer: see above.
create function atrium_private.notify_accepted()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array[new.invited_by], 'invitation_accepted', atrium_private.caller(), new.workspace_id, 'workspace', new.workspace_id, new.id);
  return null;
end $$;
comment on function atrium_private.notify_accepted() is 'Tells who invited somebody that he came.';
create trigger notify after update on atrium.invitations
  for each row when (old.accepted_at is null and new.accepted_at is not null and new.invited_by is not null)
  execute function atrium_private.notify_accepted();

-- Definer: see above.
create function atrium_private.notify_transfer()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[new.owner_id], 'transfer', null, space.workspace_id, 'space', space.id, new.id)
  from atrium.spaces space where space.id = new.space_id;
  perform atrium_private.notify_people(array[new.owner_id], 'transfer', null, room.workspace_id, 'room', room.id, new.id)
  from atrium.rooms room where room.id = new.room_id;
  return null;
end $$;
comment on function atrium_private.notify_transfer() is 'Tells who asked for an import or export that it has ended.';
create trigger notify after update on atrium.transfers
  for each row when (old.state <> new.state and new.state in ('done', 'failed'))
  execute function atrium_private.notify_transfer();

-- Definer: see above. Not granted: the reminders of saved messages call it.
create function atrium_private.notify_reminder(of_user uuid, message_id uuid, remind_at timestamptz)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  -- A second reminder of the same message is one more.
  perform atrium_private.forget_source($2, '{reminder}', array[of_user]);
  perform atrium_private.notify_people(
    array[of_user], 'reminder', null, room.workspace_id, 'room', room.id, message.id, message.thread_id, message.seq)
  from atrium.messages message join atrium.rooms room on room.id = message.room_id
  where message.id = $2 and message.deleted_at is null;
end $$;
comment on function atrium_private.notify_reminder(uuid, uuid, timestamptz) is 'Reminds somebody of a message that he saved for this time.';

-- Definer: see above. Not granted: whatever fires reminders calls it.
create function atrium_private.notify_own_reminder(reminder atrium.reminders)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[reminder.user_id], 'reminder', null, room.workspace_id, 'room', room.id, reminder.id)
  from atrium.rooms room where room.id = reminder.room_id;
end $$;
comment on function atrium_private.notify_own_reminder(atrium.reminders) is 'Reminds somebody in his own words.';

-- Definer: see above. Not granted: whatever sends scheduled messages calls it.
create function atrium_private.notify_scheduled_failed(of_user uuid, scheduled_id uuid, reason text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(array[of_user], 'scheduled_failed', null, room.workspace_id, 'room', room.id, planned.id)
  from atrium.scheduled_messages planned join atrium.rooms room on room.id = planned.room_id
  where planned.id = $2;
end $$;
comment on function atrium_private.notify_scheduled_failed(uuid, uuid, text) is
  'Tells somebody that a message of his could not be sent at its time. The reason stands in the scheduled message.';
