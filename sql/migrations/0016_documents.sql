-- Documents: what others were writing while a version was restored comes back, and suggestions go on when a part was decided. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

alter table atrium_private.document_commands add column due_at timestamptz;
comment on column atrium_private.document_commands.due_at is 'Not to be done before; null: at once.';

-- Definer: the collaboration server, which ends commands, may not ask for any.
create function atrium_private.after_restore()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium_private.document_commands (document_id, author_id, claims, kind, payload, due_at)
  values (
    new.document_id, new.author_id, new.claims, 'keep_late_words',
    jsonb_build_object('until', old.payload -> 'until', 'restored_at', ceil(extract(epoch from new.done_at) * 1000)),
    clock_timestamp() + interval '2 seconds'
  );
  return null;
end $$;
comment on function atrium_private.after_restore() is
  'Whoever was writing in a block while a restore took it away had not heard of it. Two seconds later his words are here, and come back.';
create trigger after_restore after update on atrium_private.document_commands
  for each row when (new.kind = 'restore' and old.done_at is null and new.done_at is not null and new.error is null)
  execute function atrium_private.after_restore();

alter table atrium_private.suggestion_bases add column blocks jsonb;
comment on table atrium_private.suggestion_bases is
  'The page as it was when a suggestion was begun, as Yjs updates in order, and what was taken over since. A change is what the branch has made of it; it is applied to the page as it is by then.';
comment on column atrium_private.suggestion_bases.blocks is 'For what was taken over: blocks of the branch, and those that came into the page for them. Null for the page itself.';
comment on column atrium.suggestions.state is
  'open: its author writes in it. reviewed: something of it was decided, and he writes on. closed: all of it was decided, and it stays as it is.';

-- Definer: it answers for documents that the caller may not see. Not granted.
create or replace function atrium_private.writes_suggestion(suggestion_id uuid)
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

revoke execute on all functions in schema atrium, atrium_private from public;
