-- Suggestions: somebody changes a branch of a page, and an editor takes over what he likes of it, change by change.
-- A branch is a row of documents that no list shows, so that opening, logging, limits and revocation are those of every document.

create table atrium.suggestions (
  id uuid primary key references atrium.documents (id) on delete cascade,
  document_id uuid not null references atrium.documents (id) on delete cascade,
  space_id uuid not null,
  trashed boolean not null,
  author_id uuid references atrium.profiles (id) on delete set null,
  state text not null default 'open' check (state in ('open', 'reviewed', 'closed')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table atrium.suggestions is
  'Suggested changes of documents, readable by whoever may read the document. The content is a document of its own, opened by the same id.';
comment on column atrium.suggestions.id is 'Also the id of the branch.';
comment on column atrium.suggestions.document_id is 'The page that it would change.';
comment on column atrium.suggestions.space_id is 'A copy from the page, so that the policy asks no other table for each row.';
comment on column atrium.suggestions.trashed is 'Whether the page is in the trash; a copy like space_id.';
comment on column atrium.suggestions.state is
  'open: its author writes in it. reviewed: something of it was decided, and he writes on. closed: all of it was decided, and it stays as it is.';
-- Suggestions are read page by page.
create index on atrium.suggestions (document_id, state);
-- Deleting an account looks for what the person made.
create index on atrium.suggestions (author_id);
alter table atrium.suggestions enable row level security;

create policy "people see the suggestions for the documents they see"
  on atrium.suggestions for select to authenticated
  using (
    (not trashed and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or document_id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.suggestions to authenticated;

create table atrium_private.suggestion_bases (
  suggestion_id uuid not null references atrium.suggestions (id) on delete cascade,
  place integer not null,
  update bytea not null,
  blocks jsonb,
  primary key (suggestion_id, place)
);
alter table atrium_private.suggestion_bases alter column update set storage external;
comment on table atrium_private.suggestion_bases is
  'The page as it was when a suggestion was begun, as Yjs updates in order, and what was taken over since. A change is what the branch has made of it; it is applied to the page as it is by then.';
comment on column atrium_private.suggestion_bases.blocks is 'For what was taken over: blocks of the branch, and those that came into the page for them. Null for the page itself.';
alter table atrium_private.suggestion_bases enable row level security;
create policy "the collaboration server compares branches"
  on atrium_private.suggestion_bases for select to atrium_collab using (true);
grant select on atrium_private.suggestion_bases to atrium_collab;

create table atrium_private.suggestion_decisions (
  suggestion_id uuid not null references atrium.suggestions (id) on delete cascade,
  change text not null check (change ~ '^[0-9a-f]{32}$'),
  accepted boolean not null,
  decided_by uuid references atrium.profiles (id) on delete set null,
  decided_at timestamptz not null default now(),
  command_id uuid,
  primary key (suggestion_id, change)
);
comment on table atrium_private.suggestion_decisions is 'What editors accepted or rejected of a suggestion. A change is named by what it is, see hunks.ts of the collaboration server.';
-- Deleting an account looks for what the person decided.
create index on atrium_private.suggestion_decisions (decided_by);
-- A command that is refused takes its decisions back.
create index on atrium_private.suggestion_decisions (command_id);
alter table atrium_private.suggestion_decisions enable row level security;
create policy "the collaboration server knows what was decided"
  on atrium_private.suggestion_decisions for select to atrium_collab using (true);
grant select on atrium_private.suggestion_decisions to atrium_collab;

-- Definer: the collaboration server reads no table of the API.
create function atrium_private.suggestion_page(suggestion_id uuid)
  returns table (page uuid, closed boolean)
  language sql stable security definer set search_path = ''
as $$ select suggestion.document_id, suggestion.state = 'closed' from atrium.suggestions suggestion where suggestion.id = $1 $$;
comment on function atrium_private.suggestion_page(uuid) is 'Which page a suggestion is for, and whether all of it is decided. The collaboration server says who may know.';
grant execute on function atrium_private.suggestion_page to atrium_collab;

-- Definer: it answers for documents that the caller may not see. Not granted.
create function atrium_private.writes_suggestion(suggestion_id uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select exists (
    select from atrium.suggestions suggestion
    join atrium.documents page on page.id = suggestion.document_id
    join atrium.spaces space on space.id = page.space_id
    where suggestion.id = $1 and suggestion.state <> 'closed' and suggestion.author_id = atrium_private.caller()
      and page.trashed_at is null and space.archived_at is null
  )
$$;
comment on function atrium_private.writes_suggestion(uuid) is 'Whether a suggestion is the caller''s, with something that is not decided.';

-- Definer: it writes a table that nobody may write.
create function atrium_private.move_suggestions()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.suggestions set space_id = new.space_id, trashed = new.trashed_at is not null where document_id = new.id;
  return null;
end $$;
comment on function atrium_private.move_suggestions() is 'Keeps the copies of a page''s space and state in step.';
create trigger move_suggestions after update on atrium.documents
  for each row when (old.space_id <> new.space_id or (old.trashed_at is null) <> (new.trashed_at is null))
  execute function atrium_private.move_suggestions();

-- Definer: it tells of documents whatever the caller may see.
create function atrium_private.announce_suggestion()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  suggestion atrium.suggestions := coalesce(new, old);
begin
  perform atrium_private.notify_document(suggestion.document_id, 'suggestions');
  -- Its author may have it open, and writes no more.
  if tg_op = 'UPDATE' and new.state <> old.state then
    perform atrium_private.notify_access(null, null, null, suggestion.id);
  end if;
  return null;
end $$;
comment on function atrium_private.announce_suggestion() is 'Whoever has the page open hears of it, and whoever has the branch open is asked again.';
create trigger announce after insert or delete or update of state, updated_at on atrium.suggestions
  for each row execute function atrium_private.announce_suggestion();

-- Definer: it reads the log and writes documents, which nobody may.
create function atrium_private.create_suggestion(new_id uuid, for_document uuid)
  returns atrium.suggestions
  language plpgsql security definer set search_path = ''
as $$
declare
  mine atrium.role := atrium_private.require_commenter(for_document);
  me uuid := atrium_private.caller();
  branch uuid := coalesce(new_id, gen_random_uuid());
  suggestion atrium.suggestions;
begin
  select known.* into suggestion from atrium.suggestions known where known.id = branch and known.document_id = for_document and known.author_id = me;
  if suggestion.id is not null then
    return suggestion;
  elsif (select count(*) from atrium.suggestions known where known.document_id = for_document and known.state <> 'closed') >= 100 then
    raise sqlstate 'PT429' using message = 'This page has 100 open suggestions.', detail = 'too_many_suggestions';
  end if;
  -- Against a move to another space in the same moment.
  perform from atrium.documents page where page.id = for_document for share;
  insert into atrium.documents (id, workspace_id, space_id, title, position, created_by, suggestion_for)
  select branch, page.workspace_id, page.space_id, '', page.position, me, page.id from atrium.documents page where page.id = for_document
  on conflict (id) do nothing;
  if not found then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  insert into atrium.suggestions (id, document_id, space_id, trashed, author_id)
  select branch, page.id, page.space_id, false, me from atrium.documents page where page.id = for_document
  returning * into suggestion;
  with snapshot as materialized (
    select known.state, known.upto from atrium_private.document_snapshots known where known.document_id = for_document
  ),
  tail as materialized (
    select logged.id, logged.update from atrium_private.document_updates logged
    where logged.document_id = for_document and logged.id > coalesce((select snapshot.upto from snapshot), 0)
  ),
  bases as (
    insert into atrium_private.suggestion_bases (suggestion_id, place, update)
    select branch, row_number() over (order by given.id), given.update
    from (select 0::bigint as id, snapshot.state as update from snapshot union all select tail.id, tail.update from tail) given
  ),
  snapshots as (
    insert into atrium_private.document_snapshots (document_id, state) select branch, snapshot.state from snapshot
  ),
  histories as (
    insert into atrium_private.document_chunks (document_id, id, from_at, to_at, edits, packed, state)
    select branch, 1, now(), now(), 0, '', snapshot.state from snapshot
  )
  insert into atrium_private.document_updates (document_id, update) select branch, tail.update from tail order by tail.id;
  return suggestion;
end $$;
comment on function atrium_private.create_suggestion(uuid, uuid) is 'Behind atrium.create_suggestion.';
grant execute on function atrium_private.create_suggestion to authenticated;

-- Definer: it locks rows that nobody may write.
create function atrium_private.lock_suggestion(suggestion_id uuid)
  returns atrium.suggestions
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  suggestion atrium.suggestions;
begin
  select known.* into suggestion from atrium.suggestions known where known.id = $1 for no key update;
  if suggestion.id is null or atrium_private.document_role(suggestion.document_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such suggestion, or you may not see it.', detail = 'suggestion_not_found';
  end if;
  return suggestion;
end $$;
comment on function atrium_private.lock_suggestion(uuid) is 'A suggestion that the caller may see, locked. Errors: 401 not_signed_in, 404 suggestion_not_found.';

-- Definer: nobody may delete documents but through functions.
create function atrium_private.withdraw_suggestion(suggestion_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  suggestion atrium.suggestions := atrium_private.lock_suggestion($1);
begin
  if suggestion.author_id is distinct from atrium_private.caller() then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  perform atrium_private.require_commenter(suggestion.document_id);
  perform atrium_private.notify_access(null, null, null, suggestion.id);
  delete from atrium.documents branch where branch.id = suggestion.id;
end $$;
comment on function atrium_private.withdraw_suggestion(uuid) is 'Behind atrium.withdraw_suggestion.';
grant execute on function atrium_private.withdraw_suggestion to authenticated;

-- Definer: nobody may decide but through here.
create function atrium_private.decide_suggestion(suggestion_id uuid, changes text[], accepting boolean)
  returns uuid
  language plpgsql security definer set search_path = ''
as $$
declare
  suggestion atrium.suggestions := atrium_private.lock_suggestion($1);
  command uuid := case when accepting then gen_random_uuid() end;
begin
  perform atrium_private.require_writable(suggestion.document_id);
  if suggestion.state = 'closed' then
    raise sqlstate 'PT409' using message = 'All of this suggestion is decided.', detail = 'suggestion_closed';
  elsif cardinality(changes) not between 1 and 1000 or exists (select from unnest(changes) change where (change ~ '^[0-9a-f]{32}$') is not true) then
    raise sqlstate 'PT422' using message = 'Name 1 to 1000 changes, as the collaboration server lists them.', detail = 'changes_invalid';
  end if;
  if accepting then
    -- What somebody else decided a moment before stays as he decided it.
    changes := case when changes is not null then array(
      select distinct change from unnest(changes) change
      where change not in (select known.change from atrium_private.suggestion_decisions known where known.suggestion_id = $1)) end;
    perform atrium_private.queue_command(
      suggestion.document_id, 'accept_suggestion', jsonb_build_object('suggestion_id', $1, 'changes', changes, 'closing', changes is null), command);
  end if;
  insert into atrium_private.suggestion_decisions (suggestion_id, change, accepted, decided_by, command_id)
  select $1, change, accepting, atrium_private.caller(), command from unnest(changes) change
  on conflict do nothing;
  update atrium.suggestions known set state = case when changes is null then 'closed' else 'reviewed' end, updated_at = now() where known.id = $1;
  return command;
end $$;
comment on function atrium_private.decide_suggestion(uuid, text[], boolean) is
  'Behind atrium.accept_suggestion and atrium.reject_suggestion. Without changes it decides all that are left.';
grant execute on function atrium_private.decide_suggestion to authenticated;

-- Definer: the collaboration server, which ends commands, may not write suggestions.
create function atrium_private.after_acceptance()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium_private.suggestion_decisions decision where decision.command_id = new.id;
  update atrium.suggestions suggestion set state = 'reviewed', updated_at = now() where suggestion.id = (old.payload ->> 'suggestion_id')::uuid;
  return null;
end $$;
comment on function atrium_private.after_acceptance() is 'What was accepted and could not be applied is undecided again.';
create trigger after_acceptance after update on atrium_private.document_commands
  for each row when (new.kind = 'accept_suggestion' and old.done_at is null and new.error is not null)
  execute function atrium_private.after_acceptance();

-- Definer: the collaboration server, which alone may call it, may not write bases.
create function atrium_private.keep_acceptance(suggestion_id uuid, update bytea, blocks jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  insert into atrium_private.suggestion_bases (suggestion_id, place, update, blocks)
  select suggestion.id, (select coalesce(max(known.place), 0) + 1 from atrium_private.suggestion_bases known where known.suggestion_id = $1), $2, $3
  from atrium.suggestions suggestion where suggestion.id = $1
$$;
comment on function atrium_private.keep_acceptance(uuid, bytea, jsonb) is 'Keeps with a suggestion what was taken over of it, so that its author can go on.';
grant execute on function atrium_private.keep_acceptance to atrium_collab;

create function atrium.create_suggestion(id uuid, document_id uuid)
  returns atrium.suggestions
  language sql set search_path = ''
as $$ select * from atrium_private.create_suggestion($1, $2) $$;
comment on function atrium.create_suggestion(uuid, uuid) is
  'Begins a suggestion: a branch of the page as it is now, opened by its own id, in which the caller writes. Commenters may. The same call again returns the first one''s. Nullable: id.
Example: select * from atrium.create_suggestion(gen_random_uuid(), ''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 id_taken, document_trashed, space_archived, 429 too_many_suggestions.';
grant execute on function atrium.create_suggestion to authenticated;

create function atrium.withdraw_suggestion(id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.withdraw_suggestion($1) $$;
comment on function atrium.withdraw_suggestion(uuid) is
  'Deletes an own suggestion. What was accepted of it stays in the page.
Example: select atrium.withdraw_suggestion(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 suggestion_not_found, 409 document_trashed, space_archived.';
grant execute on function atrium.withdraw_suggestion to authenticated;

create function atrium.accept_suggestion(id uuid, changes text[] default null)
  returns uuid
  language sql set search_path = ''
as $$ select atrium_private.decide_suggestion($1, $2, true) $$;
comment on function atrium.accept_suggestion(uuid, text[]) is
  'Takes over changes of a suggestion into the live page, as the caller; what others wrote meanwhile stays. Without changes it takes all that are left. They are listed by GET /collab/documents/<page>/suggestions/<id>. Editors may. Returns the id of the command, see command_state. Nullable: changes.
Example: select atrium.accept_suggestion(''0190…'');
A command that failed may have the code suggestion_changed: then its author has changed it in the same moment.
Errors: 401 not_signed_in, 403 role_too_low, 404 suggestion_not_found, 409 suggestion_closed, document_trashed, document_locked, space_archived, 422 changes_invalid, 429 too_many_commands.';
grant execute on function atrium.accept_suggestion to authenticated;

create function atrium.reject_suggestion(id uuid, changes text[] default null)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.decide_suggestion($1, $2, false) $$;
comment on function atrium.reject_suggestion(uuid, text[]) is
  'Leaves changes of a suggestion, or all that are left. Editors may. Nullable: changes.
Example: select atrium.reject_suggestion(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 suggestion_not_found, 409 suggestion_closed, document_trashed, document_locked, space_archived, 422 changes_invalid.';
grant execute on function atrium.reject_suggestion to authenticated;
