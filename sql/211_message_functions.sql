-- The API of messages.

create function atrium.my_rooms(workspace_id uuid)
  returns table (
    id uuid, space_id uuid, name text, topic text, private boolean, epoch integer, last_seq bigint,
    joined boolean, read_seq bigint, unread integer, can_post boolean
  )
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_rooms($1) $$;
comment on function atrium.my_rooms(uuid) is
  'The rooms of a workspace that the caller sees, by name, without archived ones. unread counts messages, and is 0 in rooms that he has not joined.
Example: select name, unread from atrium.my_rooms(''0190…'') where joined;';
grant execute on function atrium.my_rooms to authenticated;

create function atrium.send_message(id uuid, room_id uuid, text text)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.send_message($1, $2, $3) $$;
comment on function atrium.send_message(uuid, uuid, text) is
  'Says something in a room, joins it and moves the own read mark. Commenters may. The same call again returns the message of the first one. Nullable: id.
Example: select * from atrium.send_message(gen_random_uuid(), ''0190…'', ''Good morning'');
Errors: 401 not_signed_in, 403 role_too_low, 404 room_not_found, 409 id_taken, room_archived, 422 text_required, text_too_long (20000 characters).';
grant execute on function atrium.send_message to authenticated;

create function atrium.edit_message(id uuid, text text)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.change_message($1, $2, false) $$;
comment on function atrium.edit_message(uuid, text) is
  'Changes the text of an own message.
Example: select * from atrium.edit_message(''0190…'', ''Good evening'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 message_not_found, 409 room_archived, 410 message_deleted, 422 text_required, text_too_long (20000 characters).';
grant execute on function atrium.edit_message to authenticated;

create function atrium.delete_message(id uuid)
  returns atrium.messages
  language sql set search_path = ''
as $$ select * from atrium_private.change_message($1, null, true) $$;
comment on function atrium.delete_message(uuid) is
  'Deletes the text of a message; its place in the room remains. The author may, and admins of the space.
Example: select * from atrium.delete_message(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 message_not_found, 409 room_archived.';
grant execute on function atrium.delete_message to authenticated;

create function atrium.mark_read(room_id uuid, seq bigint)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.mark_read($1, $2) $$;
comment on function atrium.mark_read(uuid, bigint) is
  'Sets how far the caller has read in a room. It never goes back; a number above the last message means the last.
Example: select atrium.mark_read(''0190…'', 42);
Errors: 401 not_signed_in, 404 room_not_found, 422 seq_invalid.';
grant execute on function atrium.mark_read to authenticated;
