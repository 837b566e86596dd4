-- The API of comments.

-- Definer: it reads the state of documents whatever the caller may see.
create function atrium_private.require_commenter(document_id uuid)
  returns atrium.role
  language plpgsql stable security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_document_role($1, 'commenter');
  document atrium.documents;
begin
  select known.* into document from atrium.documents known where known.id = $1;
  if document.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This page is in the trash.', detail = 'document_trashed';
  end if;
  perform atrium_private.refuse_archived(document.space_id);
  return mine;
end $$;
comment on function atrium_private.require_commenter(uuid) is
  'The role of a caller who may comment on a document. Errors: 401 not_signed_in, 404 document_not_found, 403 role_too_low, 409 document_trashed, space_archived.';

-- Definer: it locks rows that nobody may write.
create function atrium_private.lock_thread(thread_id uuid)
  returns atrium.comment_threads
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  thread atrium.comment_threads;
begin
  select known.* into thread from atrium.comment_threads known where known.id = $1 for no key update;
  if thread.id is null or atrium_private.document_role(thread.document_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such thread, or you may not see it.', detail = 'thread_not_found';
  end if;
  return thread;
end $$;
comment on function atrium_private.lock_thread(uuid) is 'A thread that the caller may see, locked. Errors: 401 not_signed_in, 404 thread_not_found.';

-- Definer: it locks rows that nobody may write.
create function atrium_private.lock_comment(comment_id uuid)
  returns atrium.comments
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  said atrium.comments;
begin
  select known.* into said from atrium.comments known where known.id = $1 for no key update;
  if said.id is null or atrium_private.document_role(said.document_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such comment, or you may not see it.', detail = 'comment_not_found';
  end if;
  return said;
end $$;
comment on function atrium_private.lock_comment(uuid) is 'A comment that the caller may see, locked. Errors: 401 not_signed_in, 404 comment_not_found.';

-- Definer: who may read a document is known to its editors alone.
create function atrium_private.mentioned_readers(body jsonb, document_id uuid)
  returns uuid[]
  language plpgsql stable security definer set search_path = ''
as $$
declare
  named uuid[] := array(
    select distinct (node #>> '{attrs,id}')::uuid
    from jsonb_array_elements(body -> 'content') block, jsonb_array_elements(coalesce(block -> 'content', '[]')) node
    where node ->> 'type' = 'mention'
  );
begin
  if named = '{}' then
    return named;
  elsif cardinality(named) > 50 then
    raise sqlstate 'PT422' using message = 'A comment mentions 50 people at most.', detail = 'too_many_mentions';
  end if;
  return array(
    select distinct reader.user_id from atrium_private.rights_on_item('document', $2) reader
    where reader.user_id = any (named) and reader.role >= 'viewer' order by 1
  );
end $$;
comment on function atrium_private.mentioned_readers(jsonb, uuid) is 'Who is mentioned in a body and may read the document. Errors: 422 too_many_mentions.';

-- Definer: nobody may insert comments but through here.
create function atrium_private.add_comment(new_id uuid, thread atrium.comment_threads, new_body jsonb)
  returns atrium.comments
  language plpgsql security definer set search_path = ''
as $$
declare
  body jsonb := atrium_private.valid_comment(new_body);
  said atrium.comments;
begin
  insert into atrium.comments (id, thread_id, document_id, space_id, trashed, author_id, body, text, mentions)
  values (coalesce(new_id, gen_random_uuid()), thread.id, thread.document_id, thread.space_id, thread.trashed, atrium_private.caller(),
    body, atrium_private.comment_text(body), atrium_private.mentioned_readers(body, thread.document_id))
  on conflict (id) do nothing
  returning * into said;
  if said.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return said;
end $$;
comment on function atrium_private.add_comment(uuid, atrium.comment_threads, jsonb) is
  'Writes a comment of the caller. Errors: 409 id_taken, 422 body_invalid, text_required, text_too_long, too_many_mentions.';

-- Definer: nobody may insert threads but through here.
create function atrium_private.create_thread(new_id uuid, on_document uuid, new_body jsonb, new_anchor jsonb, new_quote text, new_kind text)
  returns atrium.comment_threads
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_commenter(on_document);
  me uuid := atrium_private.caller();
  thread atrium.comment_threads;
begin
  if char_length(new_quote) > 1000 or coalesce(new_quote, '') !~ '[^[:space:]]' then
    raise sqlstate 'PT422' using message = 'The quoted text has 1 to 1000 characters.', detail = 'quote_invalid';
  end if;
  -- Against a move to another space in the same moment.
  perform from atrium.documents document where document.id = on_document for share;
  if (select count(*) from atrium.comment_threads known where known.document_id = on_document) >= 5000 then
    raise sqlstate 'PT429' using message = 'This page has 5000 threads.', detail = 'too_many_threads';
  end if;
  insert into atrium.comment_threads (id, document_id, space_id, trashed, kind, anchor, quote, created_by)
  select coalesce(new_id, gen_random_uuid()), document.id, document.space_id, false, new_kind, atrium_private.valid_anchor(new_kind, new_anchor), new_quote, me
  from atrium.documents document where document.id = on_document
  on conflict (id) do nothing
  returning * into thread;
  if thread.id is not null then
    perform atrium_private.add_comment(thread.id, thread, new_body);
    return thread;
  end if;
  select known.* into thread from atrium.comment_threads known where known.id = new_id and known.document_id = on_document and known.created_by = me;
  if thread.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return thread;
end $$;
comment on function atrium_private.create_thread(uuid, uuid, jsonb, jsonb, text, text) is 'Behind atrium.create_thread.';
grant execute on function atrium_private.create_thread to authenticated;

-- Definer: nobody may insert comments but through here.
create function atrium_private.reply(new_id uuid, in_thread uuid, new_body jsonb)
  returns atrium.comments
  language plpgsql security definer set search_path = ''
as $$
declare
  thread atrium.comment_threads := atrium_private.lock_thread(in_thread);
  mine atrium.role := atrium_private.require_commenter(thread.document_id);
  said atrium.comments;
begin
  select known.* into said from atrium.comments known
  where known.id = new_id and known.thread_id = in_thread and known.author_id = atrium_private.caller();
  if said.id is not null then
    return said;
  elsif (select count(*) from atrium.comments known where known.thread_id = in_thread) >= 1000 then
    raise sqlstate 'PT429' using message = 'This thread has 1000 comments.', detail = 'too_many_comments';
  end if;
  -- Whoever answers does not think that it is settled.
  update atrium.comment_threads known set resolved_at = null, resolved_by = null where known.id = in_thread and known.resolved_at is not null;
  return atrium_private.add_comment(new_id, thread, new_body);
end $$;
comment on function atrium_private.reply(uuid, uuid, jsonb) is 'Behind atrium.reply.';
grant execute on function atrium_private.reply to authenticated;

-- Definer: nobody may update comments but through here.
create function atrium_private.change_comment(comment_id uuid, new_body jsonb, deleting boolean)
  returns atrium.comments
  language plpgsql security definer set search_path = ''
as $$
declare
  said atrium.comments := atrium_private.lock_comment($1);
  mine atrium.role := atrium_private.require_commenter(said.document_id);
begin
  if said.author_id is distinct from atrium_private.caller() and not (deleting and mine >= 'editor') then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  elsif said.deleted_at is not null then
    if deleting then
      return said;
    end if;
    raise sqlstate 'PT410' using message = 'This comment was deleted.', detail = 'comment_deleted';
  elsif deleting then
    delete from atrium.comment_reactions reaction where reaction.comment_id = $1;
    update atrium.comments known set body = null, text = null, mentions = '{}', deleted_at = now() where known.id = $1 returning known.* into said;
  elsif atrium_private.valid_comment(new_body) <> said.body then
    new_body := atrium_private.valid_comment(new_body);
    update atrium.comments known
    set body = new_body, text = atrium_private.comment_text(new_body), edited_at = now(),
      mentions = atrium_private.mentioned_readers(new_body, known.document_id)
    where known.id = $1 returning known.* into said;
  end if;
  return said;
end $$;
comment on function atrium_private.change_comment(uuid, jsonb, boolean) is 'Behind atrium.edit_comment and atrium.delete_comment.';
grant execute on function atrium_private.change_comment to authenticated;

-- Definer: nobody may update threads but through here.
create function atrium_private.set_resolved(in_thread uuid, resolved boolean)
  returns atrium.comment_threads
  language plpgsql security definer set search_path = ''
as $$
declare
  thread atrium.comment_threads := atrium_private.lock_thread(in_thread);
  mine atrium.role := atrium_private.require_commenter(thread.document_id);
begin
  if mine < 'editor' and thread.created_by is distinct from atrium_private.caller() then
    raise sqlstate 'PT403' using message = 'Only editors and whoever began the thread may do this.', detail = 'not_the_author';
  elsif (thread.resolved_at is not null) is distinct from resolved then
    update atrium.comment_threads known
    set resolved_at = case when resolved then now() end, resolved_by = case when resolved then atrium_private.caller() end, updated_at = now()
    where known.id = in_thread returning known.* into thread;
  end if;
  return thread;
end $$;
comment on function atrium_private.set_resolved(uuid, boolean) is 'Behind atrium.resolve_thread and atrium.reopen_thread.';
grant execute on function atrium_private.set_resolved to authenticated;

-- Definer: nobody may update threads but through here.
create function atrium_private.move_thread(in_thread uuid, new_anchor jsonb)
  returns atrium.comment_threads
  language plpgsql security definer set search_path = ''
as $$
declare
  thread atrium.comment_threads := atrium_private.lock_thread(in_thread);
  mine atrium.role := atrium_private.require_commenter(thread.document_id);
begin
  if mine < 'editor' then
    raise sqlstate 'PT403' using message = 'Only people who may change the text may do this.', detail = 'role_too_low';
  elsif atrium_private.valid_anchor(thread.kind, new_anchor) <> thread.anchor then
    update atrium.comment_threads known set anchor = new_anchor, updated_at = now() where known.id = in_thread returning known.* into thread;
  end if;
  return thread;
end $$;
comment on function atrium_private.move_thread(uuid, jsonb) is 'Behind atrium.move_thread.';
grant execute on function atrium_private.move_thread to authenticated;

-- Definer: nobody may change reactions but through here.
create function atrium_private.react(to_comment uuid, with_emoji text, is_on boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  said atrium.comments := atrium_private.lock_comment(to_comment);
  mine atrium.role := atrium_private.require_commenter(said.document_id);
  me uuid := atrium_private.caller();
begin
  -- Not every character beyond ASCII is an emoji, but all that can act as markup or as a word of a program are within.
  if (char_length(with_emoji) between 1 and 16 and with_emoji !~ E'[\u0001-\u007f[:space:][:cntrl:]\u202a-\u202e\u2066-\u2069]') is not true then
    raise sqlstate 'PT422' using message = 'A reaction is one emoji.', detail = 'emoji_invalid';
  elsif not coalesce(is_on, true) then
    delete from atrium.comment_reactions reaction where reaction.comment_id = to_comment and reaction.user_id = me and reaction.emoji = with_emoji;
    return;
  elsif said.deleted_at is not null then
    raise sqlstate 'PT410' using message = 'This comment was deleted.', detail = 'comment_deleted';
  elsif (select count(distinct reaction.emoji) from atrium.comment_reactions reaction
    where reaction.comment_id = to_comment and reaction.emoji <> with_emoji) >= 30 then
    raise sqlstate 'PT429' using message = 'A comment has 30 different reactions at most.', detail = 'too_many_reactions';
  end if;
  insert into atrium.comment_reactions (comment_id, user_id, emoji, thread_id, document_id, space_id, trashed)
  values (to_comment, me, with_emoji, said.thread_id, said.document_id, said.space_id, said.trashed)
  on conflict do nothing;
end $$;
comment on function atrium_private.react(uuid, text, boolean) is 'Behind atrium.react.';
grant execute on function atrium_private.react to authenticated;

-- Definer: guests and visitors by a link may see no profiles but of those who speak to them here.
create function atrium_private.comment_people(on_document uuid)
  returns table (id uuid, name text, may_read boolean)
  language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  mine atrium.role := atrium_private.require_document_role(on_document, 'viewer');
begin
  return query
    with readers as materialized (
      select distinct reader.user_id from atrium_private.rights_on_item('document', on_document) reader where reader.role >= 'viewer'
    ),
    speakers as (
      select said.author_id as user_id from atrium.comments said where said.document_id = on_document
      union select thread.resolved_by from atrium.comment_threads thread where thread.document_id = on_document
      union select suggestion.author_id from atrium.suggestions suggestion where suggestion.document_id = on_document
      union select reaction.user_id from atrium.comment_reactions reaction where reaction.document_id = on_document
    )
    select profile.id, profile.name, profile.id in (select readers.user_id from readers)
    from atrium.profiles profile
    where profile.id in (select speakers.user_id from speakers)
      or (profile.id in (select readers.user_id from readers) and profile.id in (select atrium_private.people_of_caller()))
    order by lower(profile.name), profile.id;
end $$;
comment on function atrium_private.comment_people(uuid) is 'Behind atrium.comment_people.';
grant execute on function atrium_private.comment_people to authenticated;

-- Definer: it reads the state of documents whatever the caller may see.
create function atrium_private.comment_role(on_document uuid)
  returns atrium.role
  language plpgsql stable security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_document_role(on_document, 'viewer');
begin
  return (
    select case when document.trashed_at is null and space.archived_at is null then least(mine, 'editor') else 'viewer' end
    from atrium.documents document join atrium.spaces space on space.id = document.space_id where document.id = on_document
  );
end $$;
comment on function atrium_private.comment_role(uuid) is 'Behind atrium.comment_role.';
grant execute on function atrium_private.comment_role to authenticated;

create function atrium.create_thread(id uuid, document_id uuid, body jsonb, anchor jsonb, quote text, kind text default 'text')
  returns atrium.comment_threads
  language sql set search_path = ''
as $$ select * from atrium_private.create_thread($1, $2, $3, $4, $5, $6) $$;
comment on function atrium.create_thread(uuid, uuid, jsonb, jsonb, text, text) is
  'Begins a thread about a place in a document; its first comment gets the same id. The body is a ProseMirror document of paragraphs, or a mere JSON string. Commenters may. The same call again returns the first one''s thread. Nullable: id.
Example: select * from atrium.create_thread(gen_random_uuid(), ''0190…'', ''"Is this still true?"'', ''{"start": "AAEBAQ==", "end": "gAABAQEF"}'', ''about a third'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 id_taken, document_trashed, space_archived, 422 anchor_invalid, quote_invalid, body_invalid, text_required, text_too_long (10000 characters), too_many_mentions, 429 too_many_threads.';
grant execute on function atrium.create_thread to authenticated;

create function atrium.reply(id uuid, thread_id uuid, body jsonb)
  returns atrium.comments
  language sql set search_path = ''
as $$ select * from atrium_private.reply($1, $2, $3) $$;
comment on function atrium.reply(uuid, uuid, jsonb) is
  'Answers in a thread, and reopens it when it was resolved. Commenters may. The same call again returns the comment of the first one. Nullable: id.
Example: select * from atrium.reply(gen_random_uuid(), ''0190…'', ''"Yes, I asked."'');
Errors: 401 not_signed_in, 403 role_too_low, 404 thread_not_found, 409 id_taken, document_trashed, space_archived, 422 body_invalid, text_required, text_too_long (10000 characters), too_many_mentions, 429 too_many_comments.';
grant execute on function atrium.reply to authenticated;

create function atrium.edit_comment(id uuid, body jsonb)
  returns atrium.comments
  language sql set search_path = ''
as $$ select * from atrium_private.change_comment($1, $2, false) $$;
comment on function atrium.edit_comment(uuid, jsonb) is
  'Changes an own comment.
Example: select * from atrium.edit_comment(''0190…'', ''"Yes, I asked twice."'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 document_trashed, space_archived, 410 comment_deleted, 422 body_invalid, text_required, text_too_long (10000 characters), too_many_mentions.';
grant execute on function atrium.edit_comment to authenticated;

create function atrium.delete_comment(id uuid)
  returns atrium.comments
  language sql set search_path = ''
as $$ select * from atrium_private.change_comment($1, null, true) $$;
comment on function atrium.delete_comment(uuid) is
  'Deletes what a comment says and its reactions; its place in the thread remains. The author may, and editors.
Example: select * from atrium.delete_comment(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 document_trashed, space_archived.';
grant execute on function atrium.delete_comment to authenticated;

create function atrium.resolve_thread(id uuid)
  returns atrium.comment_threads
  language sql set search_path = ''
as $$ select * from atrium_private.set_resolved($1, true) $$;
comment on function atrium.resolve_thread(uuid) is
  'Marks a thread as settled. Editors may, and commenters who began it.
Example: select * from atrium.resolve_thread(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 thread_not_found, 409 document_trashed, space_archived.';
grant execute on function atrium.resolve_thread to authenticated;

create function atrium.reopen_thread(id uuid)
  returns atrium.comment_threads
  language sql set search_path = ''
as $$ select * from atrium_private.set_resolved($1, false) $$;
comment on function atrium.reopen_thread(uuid) is
  'Takes it back that a thread is settled. Editors may, and commenters who began it.
Example: select * from atrium.reopen_thread(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 thread_not_found, 409 document_trashed, space_archived.';
grant execute on function atrium.reopen_thread to authenticated;

create function atrium.move_thread(id uuid, anchor jsonb)
  returns atrium.comment_threads
  language sql set search_path = ''
as $$ select * from atrium_private.move_thread($1, $2) $$;
comment on function atrium.move_thread(uuid, jsonb) is
  'Hangs a thread on another place of the same document, because an edit wrote its text anew. Editors may.
Example: select * from atrium.move_thread(''0190…'', ''{"start": "AAEBAQ==", "end": "gAABAQEF"}'');
Errors: 401 not_signed_in, 403 role_too_low, 404 thread_not_found, 409 document_trashed, space_archived, 422 anchor_invalid.';
grant execute on function atrium.move_thread to authenticated;

create function atrium.react(comment_id uuid, emoji text, "on" boolean default true)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.react($1, $2, $3) $$;
comment on function atrium.react(uuid, text, boolean) is
  'Sets or takes back a reaction of the caller to a comment. Commenters may.
Example: select atrium.react(''0190…'', ''🎉'');
Errors: 401 not_signed_in, 403 role_too_low, 404 comment_not_found, 409 document_trashed, space_archived, 410 comment_deleted, 422 emoji_invalid, 429 too_many_reactions.';
grant execute on function atrium.react to authenticated;

create function atrium.comment_people(document_id uuid)
  returns table (id uuid, name text, may_read boolean)
  language sql stable set search_path = ''
as $$ select * from atrium_private.comment_people($1) $$;
comment on function atrium.comment_people(uuid) is
  'Everybody who spoke, resolved or reacted in the comments of a document or made a suggestion, and whom of its readers the caller may see, by name. Whoever may read it can be mentioned.
Example: select name from atrium.comment_people(''0190…'') where may_read;
Errors: 401 not_signed_in, 404 document_not_found.';
grant execute on function atrium.comment_people to authenticated;

create function atrium.comment_role(document_id uuid)
  returns atrium.role
  language sql stable set search_path = ''
as $$ select atrium_private.comment_role($1) $$;
comment on function atrium.comment_role(uuid) is
  'As what the caller takes part in the comments of a document: viewer, commenter or editor. In the trash and in an archived space everybody only reads.
Example: select atrium.comment_role(''0190…'');
Errors: 401 not_signed_in, 404 document_not_found.';
grant execute on function atrium.comment_role to authenticated;
