-- Comments: threads that hang on a place in a document, what people say in them, and reactions. One anchor model for every kind of place.

create table atrium.comment_threads (
  id uuid primary key default gen_random_uuid(),
  document_id uuid not null references atrium.documents (id) on delete cascade,
  space_id uuid not null,
  trashed boolean not null,
  kind text not null check (kind = 'text'),
  anchor jsonb not null check (octet_length(anchor::text) <= 1000),
  quote text not null check (char_length(quote) between 1 and 1000),
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by uuid references atrium.profiles (id) on delete set null,
  -- The copies in comments follow through this key.
  unique (id, document_id, space_id, trashed)
);
comment on table atrium.comment_threads is
  'Conversations about places in documents. Readable by whoever may read the document. The first comment of a thread has the id of the thread.';
comment on column atrium.comment_threads.space_id is 'A copy from the document, so that the policy asks no other table for each row.';
comment on column atrium.comment_threads.trashed is 'Whether the document is in the trash; a copy like space_id.';
comment on column atrium.comment_threads.kind is 'What kind of place: text.';
comment on column atrium.comment_threads.anchor is
  'The place. For text {start, end}: two relative positions as Yjs encodes them (Y.encodeRelativePosition), in base64. They move with the text, and meet when it is deleted.';
comment on column atrium.comment_threads.quote is 'The text as it was when somebody commented on it, 1 to 1000 characters.';
comment on column atrium.comment_threads.updated_at is 'The last change of the thread, of a comment in it or of a reaction: what is newer is what a client has not seen.';
-- Threads are read document by document.
create index on atrium.comment_threads (document_id, updated_at);
-- Every policy asks "in which of my spaces?".
create index on atrium.comment_threads (space_id);
-- Deleting an account looks for what the person did.
create index on atrium.comment_threads (created_by);
create index on atrium.comment_threads (resolved_by) where resolved_by is not null;
alter table atrium.comment_threads enable row level security;

create table atrium.comments (
  id uuid primary key default gen_random_uuid(),
  thread_id uuid not null,
  document_id uuid not null,
  space_id uuid not null,
  trashed boolean not null,
  author_id uuid references atrium.profiles (id) on delete set null,
  body jsonb,
  text text check (char_length(text) between 1 and 10000),
  mentions uuid[] not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  edited_at timestamptz,
  deleted_at timestamptz,
  foreign key (thread_id, document_id, space_id, trashed)
    references atrium.comment_threads (id, document_id, space_id, trashed) on update cascade on delete cascade,
  -- The copies in reactions follow through this key.
  unique (id, thread_id, document_id, space_id, trashed),
  check ((body is null) = (deleted_at is not null)),
  check ((text is null) = (deleted_at is not null))
);
comment on table atrium.comments is 'What people say in threads, readable like the thread. Threads whose comments are all deleted are not shown.';
comment on column atrium.comments.id is 'Chosen by the author, so that sending again after a broken connection makes no second comment.';
comment on column atrium.comments.document_id is 'A copy from the thread, like space_id and trashed.';
comment on column atrium.comments.author_id is 'Null when the account is gone.';
comment on column atrium.comments.body is
  'A ProseMirror document of paragraphs with text (marks bold, italic, code, link), hardBreak and mention (kind person). Null when the comment was deleted.';
comment on column atrium.comments.text is 'The body as plain text, 10000 characters at most; null when the comment was deleted.';
comment on column atrium.comments.mentions is 'The people mentioned who could read the document when it was written.';
-- A client reads the comments of a document, or of the threads that changed.
create index on atrium.comments (document_id, thread_id);
create index on atrium.comments (space_id);
create index on atrium.comments (thread_id);
-- Deleting an account looks for what the person said.
create index on atrium.comments (author_id);
alter table atrium.comments enable row level security;

create table atrium.comment_reactions (
  comment_id uuid not null,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  emoji text not null check (char_length(emoji) between 1 and 16),
  thread_id uuid not null,
  document_id uuid not null,
  space_id uuid not null,
  trashed boolean not null,
  created_at timestamptz not null default now(),
  primary key (comment_id, user_id, emoji),
  foreign key (comment_id, thread_id, document_id, space_id, trashed)
    references atrium.comments (id, thread_id, document_id, space_id, trashed) on update cascade on delete cascade
);
comment on table atrium.comment_reactions is 'Reactions to comments, each emoji once per person; readable like the thread.';
comment on column atrium.comment_reactions.thread_id is 'A copy from the comment, like document_id, space_id and trashed.';
create index on atrium.comment_reactions (document_id, thread_id);
create index on atrium.comment_reactions (space_id);
create index on atrium.comment_reactions (thread_id);
-- Deleting an account takes its reactions along.
create index on atrium.comment_reactions (user_id);
alter table atrium.comment_reactions enable row level security;

create policy "people read the threads of the documents they see"
  on atrium.comment_threads for select to authenticated
  using (
    (not trashed and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or document_id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
create policy "people read the comments of the documents they see"
  on atrium.comments for select to authenticated
  using (
    (not trashed and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or document_id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
create policy "people see the reactions in the documents they see"
  on atrium.comment_reactions for select to authenticated
  using (
    (not trashed and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or document_id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.comment_threads, atrium.comments, atrium.comment_reactions to authenticated;

create function atrium_private.has_only(node jsonb, keys text[])
  returns boolean
  language sql immutable set search_path = ''
as $$ select case when jsonb_typeof(node) = 'object' then node - keys = '{}' else false end $$;
comment on function atrium_private.has_only(jsonb, text[]) is 'Whether a value is an object without other keys than these.';

create function atrium_private.elements_of(list jsonb)
  returns setof jsonb
  language sql immutable set search_path = ''
as $$ select jsonb_array_elements(case when list is null then '[]' when jsonb_typeof(list) = 'array' then list else '[null]' end) $$;
comment on function atrium_private.elements_of(jsonb) is 'The elements of an array; none of no value, and one null of what is no array, so that whoever checks the elements refuses it.';

create function atrium_private.valid_comment(value jsonb)
  returns jsonb
  language plpgsql immutable set search_path = ''
as $$
declare
  body jsonb := value;
begin
  if octet_length(value::text) > 200000 then
    raise sqlstate 'PT422' using message = 'The comment is longer than 10000 characters.', detail = 'text_too_long';
  elsif jsonb_typeof(value) = 'string' then
    body := jsonb_build_object('type', 'doc', 'content', (
      select coalesce(jsonb_agg(jsonb_build_object('type', 'paragraph') || case when line = '' then '{}' else
        jsonb_build_object('content', jsonb_build_array(jsonb_build_object('type', 'text', 'text', line))) end order by place), '[]')
      from string_to_table(replace(value #>> '{}', E'\r\n', E'\n'), E'\n') with ordinality as lines (line, place)
    ));
  end if;
  if (body ->> 'type' = 'doc' and atrium_private.has_only(body, '{type,content}') and not exists (
    select from atrium_private.elements_of(body -> 'content') block
    where (block ->> 'type' = 'paragraph' and atrium_private.has_only(block, '{type,content}')) is not true
  ) and not exists (
    select from atrium_private.elements_of(body -> 'content') block, atrium_private.elements_of(block -> 'content') node
    where (case node ->> 'type'
      when 'text' then atrium_private.has_only(node, '{type,text,marks}') and jsonb_typeof(node -> 'text') = 'string' and node ->> 'text' <> ''
      when 'hardBreak' then atrium_private.has_only(node, '{type}')
      when 'mention' then atrium_private.has_only(node, '{type,attrs}') and atrium_private.has_only(node -> 'attrs', '{kind,id,label}')
        and node #>> '{attrs,kind}' = 'person'
        and node #>> '{attrs,id}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        and jsonb_typeof(node #> '{attrs,label}') = 'string' and char_length(node #>> '{attrs,label}') between 1 and 80
      end) is not true
  ) and not exists (
    select from atrium_private.elements_of(body -> 'content') block, atrium_private.elements_of(block -> 'content') node,
      atrium_private.elements_of(node -> 'marks') mark
    where (case when mark ->> 'type' in ('bold', 'italic', 'code') then atrium_private.has_only(mark, '{type}')
      when mark ->> 'type' = 'link' then atrium_private.has_only(mark, '{type,attrs}') and atrium_private.has_only(mark -> 'attrs', '{href}')
        and char_length(mark #>> '{attrs,href}') <= 2000 and mark #>> '{attrs,href}' ~* '^(https?://|mailto:)[^[:space:][:cntrl:]<>"]+$'
      end) is not true
  )) is not true then
    raise sqlstate 'PT422' using message = 'A comment is paragraphs of text with bold, italic, code, links and mentions of people.', detail = 'body_invalid';
  end if;
  return body;
end $$;
comment on function atrium_private.valid_comment(jsonb) is
  'The body as a ProseMirror document; a mere string becomes paragraphs. Errors: 422 body_invalid, text_too_long.';

create function atrium_private.comment_text(body jsonb)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  plain text;
begin
  select string_agg(line.text, E'\n' order by line.place) into plain
  from jsonb_array_elements(body -> 'content') with ordinality as blocks (block, place)
  cross join lateral (
    select blocks.place, coalesce(string_agg(case node ->> 'type'
      when 'text' then node ->> 'text' when 'hardBreak' then E'\n' else '@' || (node #>> '{attrs,label}') end, '' order by nodes.place), '') as text
    from jsonb_array_elements(coalesce(blocks.block -> 'content', '[]')) with ordinality as nodes (node, place)
  ) line;
  plain := btrim(plain, E' \t\n');
  -- What nobody sees is no comment.
  if coalesce(regexp_replace(plain, E'[[:space:]\u00ad\u200b-\u200f\u2060\u3164\ufeff]', '', 'g'), '') = '' then
    raise sqlstate 'PT422' using message = 'The comment is empty.', detail = 'text_required';
  elsif char_length(plain) > 10000 then
    raise sqlstate 'PT422' using message = 'The comment is longer than 10000 characters.', detail = 'text_too_long';
  end if;
  return plain;
end $$;
comment on function atrium_private.comment_text(jsonb) is 'A valid body as plain text. Errors: 422 text_required, text_too_long.';

create function atrium_private.valid_anchor(kind text, anchor jsonb)
  returns jsonb
  language plpgsql immutable set search_path = ''
as $$
begin
  if (kind = 'text' and atrium_private.has_only(anchor, '{start,end}')
    and octet_length(anchor::text) <= 900 and anchor ->> 'start' ~ '^[A-Za-z0-9+/]+={0,2}$' and anchor ->> 'end' ~ '^[A-Za-z0-9+/]+={0,2}$') is not true then
    raise sqlstate 'PT422' using message = 'The place is of kind text: two relative positions of Yjs, start and end, in base64.', detail = 'anchor_invalid';
  end if;
  return anchor;
end $$;
comment on function atrium_private.valid_anchor(text, jsonb) is 'The anchor itself. Errors: 422 anchor_invalid.';

create function atrium_private.notify_document(document_id uuid, what text)
  returns void
  language sql set search_path = ''
as $$ select pg_notify('atrium_documents', jsonb_build_object('document_id', document_id, 'what', what)::text) $$;
comment on function atrium_private.notify_document(uuid, text) is
  'Tells the collaboration server, and by it everybody who has the document open, what changed about it when the transaction is committed.';

-- Definer: it writes a table that nobody may write.
create function atrium_private.touch_thread()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.comment_threads thread set updated_at = now() where thread.id = coalesce(new.thread_id, old.thread_id);
  return null;
end $$;
comment on function atrium_private.touch_thread() is 'A thread changes with what is in it.';
create trigger touch_thread after insert or update of body on atrium.comments
  for each row execute function atrium_private.touch_thread();
create trigger touch_thread after insert or delete on atrium.comment_reactions
  for each row execute function atrium_private.touch_thread();

create function atrium_private.announce_thread()
  returns trigger
  language plpgsql set search_path = ''
as $$
begin
  perform atrium_private.notify_document(new.document_id, 'comments');
  return null;
end $$;
comment on function atrium_private.announce_thread() is 'Whoever has the document open hears that its comments changed.';
create trigger announce after insert or update of updated_at on atrium.comment_threads
  for each row execute function atrium_private.announce_thread();

-- Definer: it writes a table that nobody may write.
create function atrium_private.move_threads()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.comment_threads set space_id = new.space_id, trashed = new.trashed_at is not null where document_id = new.id;
  return null;
end $$;
comment on function atrium_private.move_threads() is 'Keeps the copies of a document''s space and state in step, in comments and reactions too.';
create trigger move_threads after update on atrium.documents
  for each row when (old.space_id <> new.space_id or (old.trashed_at is null) <> (new.trashed_at is null))
  execute function atrium_private.move_threads();
