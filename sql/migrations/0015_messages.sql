-- Messages: the count of a thread whose replies are forgotten, and words that begin where words begin. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

-- Definer: see rooms_that_forget. Asked again under the lock: a message may have been pinned, or a reply come, since.
create or replace function atrium_private.forget_messages(in_room uuid, ids uuid[], older_than timestamptz)
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  gone uuid[];
  threads uuid[];
  last_seq bigint;
  last_place bigint;
begin
  perform from atrium.rooms room where room.id = in_room for no key update;
  with forgotten as (
    delete from atrium.messages message
    where message.id = any (ids) and message.room_id = in_room and message.created_at < older_than
      and not exists (select from atrium.message_pins pin where pin.message_id = message.id)
      and not exists (select from atrium.messages reply where reply.thread_id = message.id)
    returning message.id, message.seq, message.place, message.thread_id
  )
  select array_agg(forgotten.id), array_agg(distinct forgotten.thread_id), max(forgotten.seq), max(forgotten.place)
  into gone, threads, last_seq, last_place from forgotten;
  if gone is null then
    return 0;
  end if;
  update atrium.messages beginning set reply_count = counted.replies, last_reply_at = counted.last_at
  from (
    select thread.id, count(reply.id)::integer as replies, max(reply.created_at) as last_at
    from unnest(threads) as thread (id)
    left join atrium.messages reply on reply.thread_id = thread.id and reply.deleted_at is null
    group by thread.id
  ) counted
  where beginning.id = counted.id and beginning.reply_count <> counted.replies;
  -- What is gone cannot be unread.
  update atrium.read_marks mark set seq = greatest(mark.seq, last_seq), place = greatest(mark.place, coalesce(last_place, 0))
  where mark.room_id = in_room and (mark.seq < last_seq or mark.place < last_place);
  perform atrium_private.send_to_room(in_room, 'messages_removed', jsonb_build_object('room_id', in_room, 'ids', gone));
  return cardinality(gone);
end $$;

create function atrium_private.words_around(text text, wanted text)
  returns text
  language sql immutable set search_path = ''
as $$
  select case
    when found.at <= 81 then left($1, 300)
    -- From the first whole word on, but never behind what is wanted.
    else '… ' || regexp_replace(substring($1 from found.at - 81 for 81), '^\S*\s+', '') || substring($1 from found.at for 220)
  end
  from (select position($2 in $1) as at) found
$$;
comment on function atrium_private.words_around(text, text) is 'Some three hundred characters of a text about where the wanted ones stand first; its beginning when they do not.';

-- Definer: it reads names and sources for somebody who may read the objects. Not granted.
create or replace function atrium_private.read_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
  returns table (
    id uuid, kind text, workspace_id uuid, space_id uuid, object_type text, object_id uuid, object_name text, object_icon text, is_direct boolean,
    actors uuid[], actor_names text[], source_id uuid, thread_id uuid, place bigint, excerpt text, detail text,
    touched_at timestamptz, read_at timestamptz, done_at timestamptz, snoozed_until timestamptz
  )
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
  return query
    select told.id, told.kind, told.workspace_id, coalesce(room.space_id, document.space_id, file.space_id, space.id), told.object_type, told.object_id,
      case
        when room.kind = 'direct' then (
          select string_agg(profile.name, ', ' order by lower(profile.name)) from atrium.room_members inside
          join atrium.profiles profile on profile.id = inside.user_id
          where inside.room_id = room.id and inside.user_id <> for_user)
        else coalesce(room.name, document.title, file.name, space.name, workspace.name, '')
      end,
      document.icon, coalesce(room.kind = 'direct', false), told.actors,
      case
        when told.actors = '{}' then array_remove(array[message.bot_name], null)
        else array(select coalesce(profile.name, '') from unnest(told.actors) with ordinality as actor (person, turn)
          left join atrium.profiles profile on profile.id = actor.person order by actor.turn)
      end,
      told.source_id, told.thread_id, told.place,
      nullif(left(btrim(regexp_replace(left(case
        when told.kind = 'document_mention' then atrium_private.words_around(contents.text, '@' || mine.name)
        when told.kind = 'transfer' then coalesce(transfer.message, transfer.file_name)
        when comment.id is not null then comment.text
        else message.text
      end, 900), '\s+', ' ', 'g')), 300), ''),
      case told.kind when 'access' then shared.role::text when 'transfer' then transfer.kind || '_' || transfer.state end,
      told.touched_at, told.read_at, told.done_at, told.snoozed_until
    from atrium_private.visible_notifications(for_user, in_workspace, ids, which, before, most) told
    left join atrium.profiles mine on mine.id = for_user
    left join atrium.rooms room on told.object_type = 'room' and room.id = told.object_id
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
    left join atrium.files file on told.object_type = 'file' and file.id = told.object_id
    left join atrium.spaces space on told.object_type = 'space' and space.id = told.object_id
    left join atrium.workspaces workspace on told.object_type = 'workspace' and workspace.id = told.object_id
    left join atrium.messages message on told.object_type = 'room' and message.id = told.source_id and message.room_id = told.object_id
    left join atrium.comments comment on told.object_type = 'document' and comment.id = told.source_id and comment.document_id = told.object_id
    left join atrium.grants shared on told.kind = 'access' and shared.id = told.source_id
    left join atrium.transfers transfer on told.kind = 'transfer' and transfer.id = told.source_id
    left join atrium.document_contents contents on told.kind = 'document_mention' and contents.document_id = told.object_id
    order by told.touched_at desc, told.id;
end $$;

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
