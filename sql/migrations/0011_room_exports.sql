-- Exports of rooms. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

-- squawk-ignore ban-drop-not-null
alter table atrium.transfers alter column space_id drop not null;
alter table atrium.transfers add column room_id uuid;
alter table atrium.transfers add column with_files boolean not null default false;
alter table atrium.transfers add constraint transfers_place_fits check (num_nonnulls(space_id, room_id) = 1);
comment on table atrium.transfers is 'Imports and exports of documents, and exports of rooms. Seen by whoever asked for them; forgotten after a week, with their files.';
comment on column atrium.transfers.room_id is 'The room that is exported; then there is no space.';
comment on column atrium.transfers.with_files is 'Whether the files of messages are in the export of a room.';
comment on column atrium.transfers.result is
  'Of an import {"documents", "root_ids", "skipped"}; of an export {"file_name", "bytes"} with the number of its documents, or of its messages and the left_out files, and its file is <id>/result in the bucket transfers.';
create index on atrium.transfers (room_id);

comment on column atrium.audit_events.action is
  'What it happened to and how: <what>.added, .changed or .removed, where <what> is workspace, policy, member, invitation, invitation_link, group, group_member, space, space_member, room, room_member, grant, link, webhook, bot, api_token or chat_rules. Beside them room.exported: somebody takes a room with him as a file.';

alter table atrium.transfers add foreign key (room_id) references atrium.rooms (id) on delete cascade;

-- Definer: nobody may insert transfers but through here.
create function atrium_private.export_room(in_room uuid, of_format text, files boolean, new_id uuid)
  returns atrium.transfers
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  room atrium.rooms;
  made atrium.transfers;
begin
  if of_format is null or of_format not in ('markdown', 'html', 'json') then
    raise sqlstate 'PT422' using message = 'The formats are markdown, html and json.', detail = 'format_invalid';
  end if;
  perform atrium_private.refuse_many_transfers();
  insert into atrium.transfers (id, owner_id, kind, format, room_id, with_files, state)
  values (coalesce(new_id, gen_random_uuid()), atrium_private.caller(), 'export', of_format, in_room, coalesce(files, true), 'queued')
  on conflict (id) do nothing
  returning * into made;
  if made.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  select known.* into room from atrium.rooms known where known.id = in_room;
  -- Who talks with whom is nobody else's business.
  if room.kind = 'room' then
    perform atrium_private.audit(room.workspace_id, 'room.exported', 'room', room.id, made.owner_id, null, jsonb_build_object('format', of_format));
  end if;
  perform atrium_private.enqueue('export_room', jsonb_build_object('transfer_id', made.id));
  return made;
end $$;
comment on function atrium_private.export_room(uuid, text, boolean, uuid) is 'Behind atrium.export_room.';
grant execute on function atrium_private.export_room to authenticated;

create function atrium.export_room(room_id uuid, format text, with_files boolean default true, id uuid default null)
  returns atrium.transfers
  language sql set search_path = ''
as $$ select * from atrium_private.export_room($1, $2, $3, $4) $$;
comment on function atrium.export_room(uuid, text, boolean, uuid) is
  'Makes a ZIP archive of what the caller may read in a room or direct conversation: markdown, html or json, with threads, reactions and what messages said before, as far as he may see that, and with their files. It is written down in the audit log, but for direct conversations. When its row in transfers is done, the archive is <id>/result in the bucket transfers. Nullable: id.
Example: select id from atrium.export_room(''0190…'', ''json'', with_files => false);
Errors: 401 not_signed_in, 404 room_not_found, 409 id_taken, 422 format_invalid, 429 too_many_transfers.';
grant execute on function atrium.export_room to authenticated;

-- Definer: it answers for the owner of the transfer, whom the worker cannot choose.
create function atrium_private.room_to_export(transfer_id uuid)
  returns table (id uuid, kind text, name text, topic text, description text, private boolean, created_at timestamptz, last_seq bigint)
  language sql stable security definer set search_path = ''
as $$
  select room.id, room.kind, case room.kind
      when 'direct' then (
        select string_agg(profile.name, ', ' order by lower(profile.name)) from atrium.room_members inside
        join atrium.profiles profile on profile.id = inside.user_id where inside.room_id = room.id)
      else room.name
    end, room.topic, room.description, room.private, room.created_at, room.last_seq
  from atrium.transfers transfer join atrium.rooms room on room.id = transfer.room_id
  where transfer.id = $1 and atrium_private.role_in_room(transfer.owner_id, transfer.room_id) is not null
$$;
comment on function atrium_private.room_to_export(uuid) is 'The room that an export is of, while its owner may read it.';
grant execute on function atrium_private.room_to_export to atrium_worker;

-- Definer: see room_to_export.
create function atrium_private.messages_to_export(transfer_id uuid, after_first bigint, after_seq bigint)
  returns table (
    first bigint, seq bigint, id uuid, thread_id uuid, author_id uuid, bot_name text, created_at timestamptz, edited_at timestamptz, deleted_at timestamptz,
    text text, content jsonb, quote_id uuid, forwarded jsonb, files jsonb, pinned boolean, reactions jsonb, edits jsonb
  )
  language plpgsql stable security definer set search_path = ''
as $$
declare
  transfer atrium.transfers;
  mine atrium.role;
  sees_edits boolean;
begin
  select known.* into transfer from atrium.transfers known where known.id = $1 and known.room_id is not null;
  mine := atrium_private.role_in_room(transfer.owner_id, transfer.room_id);
  if mine is null then
    return;
  end if;
  sees_edits := mine >= 'admin';
  return query
    with beginnings as (
      select known.id, known.seq from atrium.messages known
      where known.room_id = transfer.room_id and known.thread_id is null and known.seq >= after_first order by known.seq limit 500
    ),
    page as materialized (
      select beginnings.seq as first, said.*
      from beginnings
      cross join lateral (
        select known.* from atrium.messages known where known.id = beginnings.id
        union all
        select known.* from atrium.messages known where known.thread_id = beginnings.id
      ) said
      where (beginnings.seq, said.seq) > (after_first, after_seq)
      order by beginnings.seq, said.seq limit 500
    )
    select page.first, page.seq, page.id, page.thread_id, page.author_id, page.bot_name, page.created_at, page.edited_at, page.deleted_at,
      page.text, page.content, page.quote_id, page.forwarded, page.files,
      exists (select from atrium.message_pins pin where pin.message_id = page.id),
      (select jsonb_agg(jsonb_build_object('emoji', given.emoji, 'user_id', given.user_id) order by given.created_at, given.user_id)
        from atrium.message_reactions given where given.message_id = page.id),
      (select jsonb_agg(jsonb_build_object('version', was.version, 'edited_at', was.edited_at, 'text', was.text, 'content', was.content) order by was.version)
        from atrium.message_edits was where was.message_id = page.id and (sees_edits or was.author_id = transfer.owner_id))
    from page order by page.first, page.seq;
end $$;
comment on function atrium_private.messages_to_export(uuid, bigint, bigint) is
  'The next 500 messages of an export, each thread behind its first message: first is the number of that one. What messages said before is there for admins and authors, as the policy on message_edits has it.';
grant execute on function atrium_private.messages_to_export to atrium_worker;

-- Definer: see room_to_export.
create function atrium_private.names_for_export(transfer_id uuid, ids uuid[])
  returns table (id uuid, name text)
  language sql stable security definer set search_path = ''
as $$
  select profile.id, profile.name
  from atrium.transfers transfer
  join atrium.rooms room on room.id = transfer.room_id
  join atrium.profiles profile on profile.id = any ($2)
  where transfer.id = $1 and (
    profile.id = transfer.owner_id
    or profile.id in (select inside.user_id from atrium.room_members inside where inside.room_id = room.id)
    or (profile.id in (select colleague.user_id from atrium.members colleague where colleague.workspace_id = room.workspace_id)
      and exists (select from atrium_private.active_memberships(transfer.owner_id) mine where mine.workspace_id = room.workspace_id and mine.role >= 'viewer'))
  )
$$;
comment on function atrium_private.names_for_export(uuid, uuid[]) is
  'How people are called, of those whom the owner of an export sees: those in the room, and in the workspace when he is more than a guest there.';
grant execute on function atrium_private.names_for_export to atrium_worker;

select pgboss.create_queue('export_room', '{"policy": "standard", "retryLimit": 3, "retryDelay": 2, "expireInSeconds": 900, "heartbeatSeconds": 20, "notify": true}');
grant all on all tables in schema pgboss to atrium_worker;

revoke execute on all functions in schema atrium, atrium_private from public;
