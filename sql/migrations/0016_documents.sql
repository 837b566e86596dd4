-- Documents: what others were writing while a version was restored comes back. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

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

revoke execute on all functions in schema atrium, atrium_private from public;
