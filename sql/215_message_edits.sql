-- Editing and deleting messages, and what they said before.

create table atrium.message_edits (
  message_id uuid not null references atrium.messages (id) on delete cascade,
  version integer not null,
  room_id uuid not null,
  author_id uuid references atrium.profiles (id) on delete cascade,
  edited_at timestamptz not null default now(),
  text text not null,
  content jsonb,
  primary key (message_id, version)
);
comment on table atrium.message_edits is
  'What messages said before they were edited or deleted. Seen by the author and by admins of the space; in a direct conversation, which has none, by the author alone.';
comment on column atrium.message_edits.version is '1 is what was sent first.';
comment on column atrium.message_edits.room_id is 'A copy from the message, like author_id.';
comment on column atrium.message_edits.author_id is 'With his account what he took back is gone.';
comment on column atrium.message_edits.edited_at is 'When it was replaced.';
create index on atrium.message_edits (author_id);
alter table atrium.message_edits enable row level security;

-- Definer: see rooms_of_caller, which leaves out what is archived.
create function atrium_private.rooms_administered_by_caller()
  returns setof uuid
  language sql stable security definer rows 20 set search_path = ''
as $$ select rights.room_id from atrium_private.room_rights(atrium_private.caller()) rights where rights.role >= 'admin' $$;
comment on function atrium_private.rooms_administered_by_caller() is
  'The rooms of the spaces in which the caller is an admin, archived ones too: what was said there before stays to be looked into.';
grant execute on function atrium_private.rooms_administered_by_caller to authenticated;

create policy "authors and admins see what messages said before"
  on atrium.message_edits for select to authenticated
  using (
    (author_id = (select atrium_private.caller()) and room_id in (select atrium_private.rooms_of_caller('viewer')))
    or room_id in (select atrium_private.rooms_administered_by_caller())
  );
grant select on atrium.message_edits to authenticated;

-- Definer: it writes a table that nobody may write.
create function atrium_private.keep_version(message atrium.messages)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium.message_edits (message_id, version, room_id, author_id, text, content)
  select message.id, 1 + (select count(*) from atrium.message_edits known where known.message_id = message.id),
    message.room_id, message.author_id, message.text, message.content
$$;
comment on function atrium_private.keep_version(atrium.messages) is 'Keeps what a message says, before it says something else.';

-- Definer: nobody may update messages but through here.
create function atrium_private.edit_message(message_id uuid, new_text text, new_content jsonb)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages := atrium_private.lock_message($1, 'viewer');
  me uuid := atrium_private.caller();
  mine atrium.role;
  room atrium.rooms;
begin
  if message.author_id is distinct from me then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  message := atrium_private.lock_message($1, 'commenter');
  if message.deleted_at is not null then
    raise sqlstate 'PT410' using message = 'This message was deleted.', detail = 'message_deleted';
  end if;
  new_content := atrium_private.valid_content(new_content);
  new_text := atrium_private.valid_message(
    coalesce(atrium_private.content_text(new_content), new_text), message.files <> '[]' or message.forwarded is not null);
  if (new_text, new_content) is not distinct from (message.text, message.content) then
    return message;
  end if;
  perform atrium_private.keep_version(message);
  select known.* into room from atrium.rooms known where known.id = message.room_id;
  mine := atrium_private.role_in_room(me, room.id);
  update atrium.messages known
  set text = new_text, content = new_content, edited_at = now(),
    mentions = atrium_private.mentions_in(new_content, room.id, me,
      room.kind = 'direct' or room.member_count < 50 or atrium_private.moderates(me, room.id, mine))
  where known.id = $1
  returning known.* into message;
  return message;
end $$;
comment on function atrium_private.edit_message(uuid, text, jsonb) is 'Behind atrium.edit_message.';
grant execute on function atrium_private.edit_message to authenticated;

-- Definer: nobody may update messages but through here.
create function atrium_private.delete_message(message_id uuid)
  returns atrium.messages
  language plpgsql security definer set search_path = ''
as $$
declare
  message atrium.messages := atrium_private.lock_message($1, 'viewer');
  me uuid := atrium_private.caller();
begin
  if message.author_id is distinct from me
    and not atrium_private.moderates(me, message.room_id, atrium_private.role_in_room(me, message.room_id)) then
    raise sqlstate 'PT403' using message = 'Only the author and moderators of the room may do this.', detail = 'not_the_author';
  end if;
  message := atrium_private.lock_message($1, 'commenter');
  if message.deleted_at is not null then
    return message;
  end if;
  perform atrium_private.keep_version(message);
  delete from atrium.message_reactions reaction where reaction.message_id = $1;
  delete from atrium.message_pins pin where pin.message_id = $1;
  update atrium.messages beginning
  set reply_count = beginning.reply_count - 1, last_reply_at = case when beginning.reply_count > 1 then beginning.last_reply_at end
  where beginning.id = message.thread_id;
  update atrium.messages known
  set text = null, content = null, forwarded = null, mentions = '[]', files = '[]', deleted_at = now()
  where known.id = $1
  returning known.* into message;
  return message;
end $$;
comment on function atrium_private.delete_message(uuid) is 'Behind atrium.delete_message.';
grant execute on function atrium_private.delete_message to authenticated;

create function atrium.edit_message(id uuid, text text, content jsonb default null)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.edit_message($1, $2, $3) $$;
comment on function atrium.edit_message(uuid, text, jsonb) is
  'Changes what an own message says; with content the text is taken from it. What it said before is kept for the author and for admins. Nullable: text, content.
Example: select * from atrium.edit_message(''0190…'', ''Good evening'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 message_not_found, 409 room_archived, 410 message_deleted, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (100).';
grant execute on function atrium.edit_message to authenticated;

create function atrium.delete_message(id uuid)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.delete_message($1) $$;
comment on function atrium.delete_message(uuid) is
  'Deletes what a message says, its reactions and its pin; its place in the room remains. The author may, moderators of the room and admins of the space.
Example: select * from atrium.delete_message(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 message_not_found, 409 room_archived.';
grant execute on function atrium.delete_message to authenticated;
