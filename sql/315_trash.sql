-- The trash empties itself: what lay in it longer than the workspace wants is deleted for ever, and files go after their document.

create table atrium_private.gone_documents (
  document_id uuid primary key,
  at timestamptz not null default now()
);
comment on table atrium_private.gone_documents is
  'Documents that are deleted for ever and whose files may still lie in the storage service. The worker deletes those that no copy shows.';
create index on atrium_private.gone_documents (at);
alter table atrium_private.gone_documents enable row level security;

-- Definer: whoever deletes may not write this table.
create function atrium_private.note_gone_documents()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium_private.gone_documents (document_id) select gone.id from gone on conflict do nothing;
  return null;
end $$;
comment on function atrium_private.note_gone_documents() is 'Remembers what was deleted, for its files.';
create trigger note_gone_documents after delete on atrium.documents
  referencing old table as gone for each statement execute function atrium_private.note_gone_documents();

-- Definer: see note_gone_documents. The last copy that showed a file is gone, perhaps long after the original.
create function atrium_private.note_gone_copies()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into atrium_private.gone_documents (document_id)
  select distinct gone.source_id from gone
  where not exists (select from atrium.documents document where document.id = gone.source_id)
  on conflict do nothing;
  return null;
end $$;
comment on function atrium_private.note_gone_copies() is 'Remembers whose files a deleted copy showed.';
create trigger note_gone_copies after delete on atrium.copied_files
  referencing old table as gone for each statement execute function atrium_private.note_gone_copies();

-- Definer: the worker reads no documents and no objects.
create function atrium_private.files_of_gone_documents()
  returns table (document_id uuid, bucket text, name text)
  language sql stable security definer set search_path = ''
as $$
  select gone.document_id, object.bucket_id, object.name
  from (
    select oldest.document_id from atrium_private.gone_documents oldest
    where not exists (select from atrium.documents document where document.id = oldest.document_id)
    order by oldest.at limit 100
  ) gone
  left join storage.objects object on object.bucket_id in ('document-images', 'document-files')
    and object.name collate "C" >= gone.document_id || '/' and object.name collate "C" < gone.document_id || '0'
    and not exists (select from atrium.copied_files file where file.name = object.name)
  limit 2000
$$;
comment on function atrium_private.files_of_gone_documents() is
  'Files of documents that are gone, but for those that a copy shows; a document without any comes with null.';
grant execute on function atrium_private.files_of_gone_documents to atrium_worker;

-- Definer: see files_of_gone_documents.
create function atrium_private.forget_gone_documents(ids uuid[])
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium_private.gone_documents gone where gone.document_id = any ($1) $$;
comment on function atrium_private.forget_gone_documents(uuid[]) is 'Says that the files of these documents are deleted.';
grant execute on function atrium_private.forget_gone_documents to atrium_worker;

-- Definer: the worker deletes nothing else.
create function atrium_private.empty_trash()
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  place record;
  gone integer;
  total integer := 0;
begin
  for place in
    select space.id, now() - policy.trash_days * interval '1 day' as before
    from atrium.spaces space join atrium.workspace_policies policy on policy.workspace_id = space.workspace_id
    where space.archived_at is null and policy.trash_days is not null and (
      exists (
        select from atrium.documents document
        where document.space_id = space.id and document.trashed_at < now() - policy.trash_days * interval '1 day'
      ) or exists (
        select from atrium.files file where file.space_id = space.id and file.trashed_at < now() - policy.trash_days * interval '1 day'
      ) or exists (
        select from atrium.tasks task where task.space_id = space.id and task.trashed_at < now() - policy.trash_days * interval '1 day'
      ))
    order by space.id
  loop
    -- Whoever restores a document holds this lock: then it is out of the trash before the next statement looks.
    perform from atrium.spaces space where space.id = place.id for no key update;
    with due as (
      select document.id from atrium.documents document
      where document.space_id = place.id and document.trashed_at < place.before and document.suggestion_for is null
        -- With a page goes what is beneath it: not when that is locked, or not due itself.
        and not exists (
          select from atrium_private.branch_of(document.id) inside join atrium.documents page on page.id = inside
          where page.locked_at is not null or page.trashed_at is null or page.trashed_at >= place.before
        )
      order by document.trashed_at limit 500
    )
    delete from atrium.documents document using due where document.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
    -- What is in a trashed folder is in the trash since then or longer.
    with due as (
      select file.id from atrium.files file where file.space_id = place.id and file.trashed_at < place.before order by file.trashed_at limit 500
    )
    delete from atrium.files file using due where file.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
    -- What is part of a trashed task is in the trash since then or longer, too.
    with due as (
      select task.id from atrium.tasks task where task.space_id = place.id and task.trashed_at < place.before order by task.trashed_at limit 500
    )
    delete from atrium.tasks task using due where task.id = due.id;
    get diagnostics gone = row_count;
    total := total + gone;
  end loop;
  return total;
end $$;
comment on function atrium_private.empty_trash() is
  'Deletes for ever what lay in the trash longer than its workspace wants, 500 of each space at a time; returns how many. What is locked stays, and so does what is above it.';
grant execute on function atrium_private.empty_trash to atrium_worker;

-- Definer: nobody may change policies but through functions.
create function atrium_private.set_trash_retention(in_workspace uuid, days integer)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  if days not between 1 and 36500 then
    raise sqlstate 'PT422' using message = 'The trash is kept for 1 to 36500 days, or for ever.', detail = 'trash_days_invalid';
  end if;
  update atrium.workspace_policies policy set trash_days = days where policy.workspace_id = in_workspace and policy.trash_days is distinct from days;
end $$;
comment on function atrium_private.set_trash_retention(uuid, integer) is 'Behind atrium.set_trash_retention.';
grant execute on function atrium_private.set_trash_retention to authenticated;

create function atrium.set_trash_retention(workspace_id uuid, days integer)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_trash_retention($1, $2) $$;
comment on function atrium.set_trash_retention(uuid, integer) is
  'For how many days a deleted document, file or task lies in the trash; null: until somebody deletes it. What is older is deleted for ever within an hour, with its files, but for what is locked. Admins may. Nullable: days.
Example: select atrium.set_trash_retention(''0190…'', 90);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 trash_days_invalid.';
grant execute on function atrium.set_trash_retention to authenticated;

-- Definer: only admins see the policy.
create function atrium_private.trash_days(in_workspace uuid)
  returns integer
  language plpgsql stable security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'viewer');
  return (select policy.trash_days from atrium.workspace_policies policy where policy.workspace_id = in_workspace);
end $$;
comment on function atrium_private.trash_days(uuid) is 'Behind atrium.trash_days.';
grant execute on function atrium_private.trash_days to authenticated;

create function atrium.trash_days(workspace_id uuid)
  returns integer
  language sql stable set search_path = ''
as $$ select atrium_private.trash_days($1) $$;
comment on function atrium.trash_days(uuid) is
  'For how many days a deleted document, file or task lies in the trash of a workspace; null: until somebody deletes it.
Example: select atrium.trash_days(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';
grant execute on function atrium.trash_days to authenticated;
