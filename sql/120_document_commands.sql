-- Commands: what SQL and REST ask to be done to the content of a document. The collaboration server applies them to the live document
-- as the person who asked, each one exactly once, and everybody who has it open sees it appear.

create table atrium_private.document_commands (
  id uuid primary key default gen_random_uuid(),
  document_id uuid not null references atrium.documents (id) on delete cascade,
  author_id uuid not null references atrium.profiles (id) on delete cascade,
  claims jsonb not null,
  kind text not null check (kind ~ '^[a-z_]{1,40}$'),
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  due_at timestamptz,
  attempts integer not null default 0,
  done_at timestamptz,
  error text,
  message text
);
comment on table atrium_private.document_commands is
  'Changes of documents that were asked for in SQL. The collaboration server writes the change into the log and marks the command as done in one transaction.';
comment on column atrium_private.document_commands.claims is 'How the author was signed in, so that rights can be asked again in his name.';
comment on column atrium_private.document_commands.kind is 'What the collaboration server knows to do, see commands.ts.';
comment on column atrium_private.document_commands.payload is 'What the kind needs; emptied when it is done, or it would outlive what was deleted from the document.';
comment on column atrium_private.document_commands.due_at is 'Not to be done before; null: at once.';
comment on column atrium_private.document_commands.attempts is 'How often a server has begun with it. A command that ends the server each time is given up.';
comment on column atrium_private.document_commands.error is 'Why it was not applied: a code, with a sentence in message; null when it was.';
-- A server asks what waits, document by document, in the order in which it was asked for.
create index document_commands_pending on atrium_private.document_commands (document_id, created_at, id) where done_at is null;
create index on atrium_private.document_commands (document_id);
-- Deleting an account looks for what the person asked for.
create index on atrium_private.document_commands (author_id);
-- What was done long ago is forgotten.
create index document_commands_done on atrium_private.document_commands (done_at) where done_at is not null;
alter table atrium_private.document_commands enable row level security;
create policy "the collaboration server takes commands"
  on atrium_private.document_commands for select to atrium_collab using (true);
create policy "the collaboration server marks commands as done"
  on atrium_private.document_commands for update to atrium_collab using (true) with check (true);
create policy "the collaboration server forgets commands"
  on atrium_private.document_commands for delete to atrium_collab using (true);
grant select, delete, update (payload, attempts, done_at, error, message) on atrium_private.document_commands to atrium_collab;

-- Definer: it reads documents whatever the caller may see.
create function atrium_private.require_writable(document_id uuid)
  returns atrium.documents
  language plpgsql stable security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_document_role($1, 'editor');
  document atrium.documents;
begin
  select known.* into document from atrium.documents known where known.id = $1;
  if document.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  elsif document.locked_at is not null then
    raise sqlstate 'PT409' using message = 'This document is locked. Unlock it first.', detail = 'document_locked';
  end if;
  perform atrium_private.refuse_archived(document.space_id);
  return document;
end $$;
comment on function atrium_private.require_writable(uuid) is
  'The document, when the caller may write its content. Errors: 401 not_signed_in, 404 document_not_found, 403 role_too_low, 409 document_trashed, document_locked, space_archived.';

grant execute on function atrium_private.require_writable to authenticated;

-- Definer: nobody may insert commands. Not granted: each kind has a function that checks its payload.
create function atrium_private.queue_command(document_id uuid, kind text, payload jsonb, command_id uuid default null)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  document atrium.documents := atrium_private.require_writable($1);
  me uuid := atrium_private.caller();
  given jsonb := coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb, '{}');
  queued uuid;
begin
  if (select count(*) from atrium_private.document_commands known where known.document_id = $1 and known.done_at is null) >= 1000 then
    raise sqlstate 'PT429' using message = 'A thousand changes of this document are waiting. Try again in a moment.', detail = 'too_many_commands';
  end if;
  insert into atrium_private.document_commands (id, document_id, author_id, claims, kind, payload)
  values (
    coalesce($4, gen_random_uuid()), $1, me,
    jsonb_strip_nulls(jsonb_build_object('sub', me, 'role', 'authenticated', 'session_id', given -> 'session_id', 'aal', given -> 'aal')),
    $2, $3
  )
  on conflict (id) do nothing
  returning id into queued;
  if queued is null and not exists (
    select from atrium_private.document_commands known
    where known.id = $4 and known.document_id = $1 and known.author_id = me and known.kind = $2
  ) then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return coalesce(queued, $4);
end $$;
comment on function atrium_private.queue_command(uuid, text, jsonb, uuid) is
  'Asks the collaboration server for a change in the name of the caller; returns the id of the command. With the same id again it does nothing.
Errors: as require_writable, 409 id_taken, 429 too_many_commands.';

-- Definer: it sends what only the servers listen to.
create function atrium_private.announce_command()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform pg_notify('atrium_documents', jsonb_build_object('document_id', new.document_id, 'what', 'commands')::text);
  return null;
end $$;
comment on function atrium_private.announce_command() is 'Tells the collaboration servers that a command waits.';
create trigger announce_command after insert on atrium_private.document_commands
  for each row execute function atrium_private.announce_command();

-- What is checked here is what SQL can see; the collaboration server holds the content against the schema.
create function atrium_private.content_payload(markdown text, content jsonb)
  returns jsonb
  language plpgsql immutable set search_path = ''
as $$
begin
  if (markdown is null) = (content is null) then
    raise sqlstate 'PT422' using message = 'Give the content either as Markdown or as JSON.', detail = 'content_required';
  elsif octet_length(markdown) > 2000000 or octet_length(content::text) > 4000000 then
    raise sqlstate 'PT413' using message = 'This content is too large: 2 MB of Markdown or 4 MB of JSON are taken at once.', detail = 'content_too_large';
  elsif content is not null and (jsonb_typeof(content) <> 'object' or content ->> 'type' is distinct from 'doc') then
    raise sqlstate 'PT422' using message = 'The JSON is no document: its type must be "doc".', detail = 'content_invalid';
  end if;
  return jsonb_strip_nulls(jsonb_build_object('markdown', markdown)) || case when content is null then '{}' else jsonb_build_object('content', content) end;
end $$;
comment on function atrium_private.content_payload(text, jsonb) is 'Content for a command. Errors: 422 content_required, content_invalid, 413 content_too_large.';

-- Definer: see queue_command.
create function atrium_private.append_to_document(document_id uuid, markdown text, command_id uuid)
  returns uuid
  language sql security definer set search_path = ''
as $$ select atrium_private.queue_command($1, 'append', atrium_private.content_payload($2, null), $3) $$;
comment on function atrium_private.append_to_document(uuid, text, uuid) is 'Behind atrium.append_to_document.';
grant execute on function atrium_private.append_to_document to authenticated;

-- Definer: see queue_command.
create function atrium_private.replace_document(document_id uuid, markdown text, content jsonb, command_id uuid)
  returns uuid
  language sql security definer set search_path = ''
as $$ select atrium_private.queue_command($1, 'replace', atrium_private.content_payload($2, $3), $4) $$;
comment on function atrium_private.replace_document(uuid, text, jsonb, uuid) is 'Behind atrium.replace_document.';
grant execute on function atrium_private.replace_document to authenticated;

-- Definer: it reads the commands of the caller.
create function atrium_private.command_state(command_id uuid)
  returns table (state text, code text, message text)
  language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  command atrium_private.document_commands;
begin
  select known.* into command from atrium_private.document_commands known where known.id = $1 and known.author_id = me;
  if command.id is null then
    raise sqlstate 'PT404' using message = 'There is no such command of yours, or it was done more than a week ago.', detail = 'command_not_found';
  end if;
  return query select
    case when command.done_at is null then 'pending' when command.error is null then 'done' else 'failed' end, command.error, command.message;
end $$;
comment on function atrium_private.command_state(uuid) is 'Behind atrium.command_state.';
grant execute on function atrium_private.command_state to authenticated;

create function atrium.append_to_document(id uuid, markdown text, command_id uuid default null)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.append_to_document($1, $2, $3) $$;
comment on function atrium.append_to_document(uuid, text, uuid) is
  'Writes Markdown at the end of a document, as the caller; whoever has it open sees it appear. Editors may. Returns the id of the command, see command_state; with the same command_id again nothing happens twice. Nullable: command_id.
Example: select atrium.append_to_document(''0190…'', ''- [ ] call the printer'');
By REST: curl -X POST "$URL/rest/v1/rpc/append_to_document" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0190…", "markdown": "- [ ] call the printer"}''
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed, document_locked, space_archived, id_taken, 413 content_too_large, 422 content_required, 429 too_many_commands.';
grant execute on function atrium.append_to_document to authenticated;

create function atrium.replace_document(id uuid, markdown text default null, content jsonb default null, command_id uuid default null)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.replace_document($1, $2, $3, $4) $$;
comment on function atrium.replace_document(uuid, text, jsonb, uuid) is
  'Makes the content of a document what is given, as Markdown or as ProseMirror JSON, as the caller; what stays the same is not touched. Editors may. Returns the id of the command, see command_state. Nullable: markdown, content, command_id.
Example: select atrium.replace_document(''0190…'', markdown => ''# Plan'');
By REST: curl -X POST "$URL/rest/v1/rpc/replace_document" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0190…", "markdown": "# Plan"}''
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed, document_locked, space_archived, id_taken, 413 content_too_large, 422 content_required, content_invalid, 429 too_many_commands.';
grant execute on function atrium.replace_document to authenticated;

create function atrium.command_state(id uuid)
  returns table (state text, code text, message text)
  language sql stable set search_path = ''
as $$ select * from atrium_private.command_state($1) $$;
comment on function atrium.command_state(uuid) is
  'What became of a command of the caller: pending, done or failed, then with a code and a sentence. Nullable: code, message.
Example: select state, code from atrium.command_state(''0190…'');
By REST: curl -X POST "$URL/rest/v1/rpc/command_state" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0190…"}''
A command that failed has one of the codes not_signed_in, role_too_low, document_not_found, document_trashed, document_locked, space_archived (the rights are asked again when it is applied), content_invalid, unknown_content, document_too_large, failed.
Errors: 401 not_signed_in, 404 command_not_found.';
grant execute on function atrium.command_state to authenticated;
