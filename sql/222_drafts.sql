-- Drafts: what a person is writing in a room or thread, on all his devices.

create table atrium.drafts (
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  thread_id uuid references atrium.messages (id) on delete cascade,
  text text not null check (char_length(text) <= 60000),
  content jsonb check (octet_length(content::text) <= 262144),
  updated_at timestamptz not null,
  unique nulls not distinct (user_id, room_id, thread_id)
);
comment on table atrium.drafts is 'What people are writing. Everybody sees his own; an empty text says that it was sent or discarded.';
comment on column atrium.drafts.thread_id is 'Null in the room itself.';
comment on column atrium.drafts.content is 'The text as a ProseMirror document; it is checked when it is sent.';
comment on column atrium.drafts.updated_at is 'When it was written, by the clock of the device, and not later than it arrived.';
create index on atrium.drafts (room_id);
create index on atrium.drafts (thread_id);
-- The worker asks which empty ones are old.
create index on atrium.drafts (updated_at) where text = '';

alter table atrium.drafts enable row level security;
create policy "people see their own drafts"
  on atrium.drafts for select to authenticated
  using (user_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.drafts to authenticated;

-- Definer: nobody may write drafts but through here.
create function atrium_private.save_draft(in_room uuid, in_thread uuid, new_text text, new_content jsonb, written_at timestamptz)
  returns timestamptz
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_room_role(in_room, 'viewer');
  me uuid := atrium_private.caller();
  written timestamptz := least(coalesce(written_at, now()), now());
begin
  if char_length(new_text) > 60000 or octet_length(new_content::text) > 262144 then
    raise sqlstate 'PT422' using message = 'The draft is too long to be kept.', detail = 'text_too_long';
  elsif in_thread is not null and not exists (
    select from atrium.messages known where known.id = in_thread and known.room_id = in_room and known.thread_id is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such thread, or you may not see it.', detail = 'thread_not_found';
  end if;
  insert into atrium.drafts (user_id, room_id, thread_id, text, content, updated_at)
  values (me, in_room, in_thread, coalesce(new_text, ''), case when coalesce(new_text, '') <> '' then new_content end, written)
  -- What was written later stays, whichever device is heard first.
  on conflict (user_id, room_id, thread_id) do update
    set text = excluded.text, content = excluded.content, updated_at = excluded.updated_at
    where drafts.updated_at <= excluded.updated_at;
  if found then
    perform atrium_private.send_to_people(array[me], 'drafts', jsonb_build_object('room_id', in_room, 'thread_id', in_thread, 'updated_at', written));
  end if;
  return (
    select draft.updated_at from atrium.drafts draft
    where draft.user_id = me and draft.room_id = in_room and draft.thread_id is not distinct from in_thread
  );
end $$;
comment on function atrium_private.save_draft(uuid, uuid, text, jsonb, timestamptz) is
  'Behind atrium.save_draft. drafts {room_id, thread_id, updated_at} goes to the person''s devices.';
grant execute on function atrium_private.save_draft to authenticated;

-- Definer: the worker writes no table.
create function atrium_private.forget_empty_drafts(at timestamptz default now())
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium.drafts draft where draft.text = '' and draft.updated_at < at - interval '30 days' $$;
comment on function atrium_private.forget_empty_drafts(timestamptz) is
  'Forgets what was sent a month ago: until then a device that was away learns that its older draft is done.';
grant execute on function atrium_private.forget_empty_drafts to atrium_worker;

create function atrium.save_draft(room_id uuid, thread_id uuid, text text, content jsonb default null, written_at timestamptz default null)
  returns timestamptz
  language sql set search_path = ''
as $$ select atrium_private.save_draft($1, $2, $3, $4, $5) $$;
comment on function atrium.save_draft(uuid, uuid, text, jsonb, timestamptz) is
  'Keeps what the caller is writing in a room, or in a thread of it; an empty text says that it was sent or discarded. Of two devices the one that wrote later wins. Returns when what is kept was written. Nullable: thread_id, text, content, written_at.
Example: select atrium.save_draft(''0190…'', null, ''Dear all'');
Errors: 401 not_signed_in, 404 room_not_found, thread_not_found, 422 text_too_long.';
grant execute on function atrium.save_draft to authenticated;
