-- Documents: a tree of pages in each space, and the projections of their content. The content itself is in document_updates.

create table atrium.documents (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null,
  space_id uuid not null,
  parent_id uuid,
  title text not null default '' check (char_length(title) <= 300),
  icon text check (char_length(icon) <= 16),
  position text collate "C" not null,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  trashed_at timestamptz,
  locked_at timestamptz,
  locked_by uuid references atrium.profiles (id) on delete set null,
  is_template boolean not null default false,
  suggestion_for uuid,
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade,
  unique (space_id, id),
  -- A document is in the space of its parent: moving one to another space takes along everything beneath it.
  foreign key (space_id, parent_id) references atrium.documents (space_id, id) on update cascade on delete cascade,
  foreign key (space_id, suggestion_for) references atrium.documents (space_id, id) on update cascade on delete cascade,
  check (parent_id is distinct from id)
);
comment on table atrium.documents is 'Pages. Editors change title, icon and is_template by PATCH; everything else has a function.';
comment on column atrium.documents.parent_id is 'The page above, in the same space; null at the top.';
comment on column atrium.documents.title is '0 to 300 characters; empty means untitled.';
comment on column atrium.documents.icon is 'An emoji, 16 characters at most; null for none.';
comment on column atrium.documents.position is 'Order beneath the parent: a key of fractional-indexing (base 62), compared byte by byte; documents with the same key sort by id.';
comment on column atrium.documents.updated_at is 'The last change of title, place or content.';
comment on column atrium.documents.trashed_at is 'Set while it is in the trash, where only editors see it. The same time as the documents that went there with it.';
comment on column atrium.documents.locked_at is 'Set while nobody changes title or content; editors lock and unlock.';
comment on column atrium.documents.locked_by is 'Who locked it; null when it is open or the account is gone.';
comment on column atrium.documents.suggestion_for is
  'Set on the branch of a suggestion (see suggestions): the page that it would change. A branch is in no list; only its content is opened.';
comment on column atrium.documents.is_template is 'Whether it is offered as a template for new pages.';
-- The tree of a space is read in its order, and every policy asks "in which of my spaces?".
create index on atrium.documents (space_id, parent_id, position);
-- A client that starts reads the trees of a whole workspace.
create index on atrium.documents (workspace_id);
-- Deleting an account looks for what the person made.
create index on atrium.documents (created_by);
create index on atrium.documents (locked_by) where locked_by is not null;
-- Whoever makes a page is shown the templates of his workspace.
create index on atrium.documents (workspace_id) where is_template;
create index on atrium.documents (suggestion_for) where suggestion_for is not null;
-- The trash is emptied by age.
create index on atrium.documents (space_id, trashed_at) where trashed_at is not null;
alter table atrium.documents enable row level security;

create table atrium.document_contents (
  document_id uuid primary key references atrium.documents (id) on delete cascade,
  space_id uuid not null,
  trashed boolean not null,
  json jsonb not null,
  text text not null,
  markdown text not null default '',
  updated_at timestamptz not null default now()
);
comment on table atrium.document_contents is
  'What a document says, as the collaboration server last saw it when typing paused: for REST, SQL and search. Readable by whoever may read the document.';
comment on column atrium.document_contents.space_id is 'A copy from the document, so that the policy asks no other table for each row.';
comment on column atrium.document_contents.trashed is 'Whether the document is in the trash; a copy like space_id.';
comment on column atrium.document_contents.json is 'A ProseMirror document.';
comment on column atrium.document_contents.text is 'Plain text, a line for each block.';
comment on column atrium.document_contents.markdown is 'The same as Markdown (CommonMark with GitHub''s tables and tasks, $math$, ==highlight==).';
create index on atrium.document_contents (space_id);
alter table atrium.document_contents enable row level security;

create policy "people see the documents of their spaces and those shared with them"
  on atrium.documents for select to authenticated
  using (
    suggestion_for is null and (
      (trashed_at is null and (
        space_id in (select atrium_private.spaces_of_caller('viewer')) or id in (select atrium_private.granted_to_caller('document', 'viewer'))))
      or space_id in (select atrium_private.spaces_of_caller('editor'))
    )
  );
create policy "editors change the title, the icon and whether it is a template, unless it is locked"
  on atrium.documents for update to authenticated
  using (
    suggestion_for is null and trashed_at is null and locked_at is null and (
      space_id in (select atrium_private.spaces_of_caller('editor')) or id in (select atrium_private.granted_to_caller('document', 'editor')))
  )
  with check (
    trashed_at is null and locked_at is null and (
      space_id in (select atrium_private.spaces_of_caller('editor')) or id in (select atrium_private.granted_to_caller('document', 'editor')))
  );
grant select, update (title, icon, is_template) on atrium.documents to authenticated;

create policy "people read the content of the documents they see"
  on atrium.document_contents for select to authenticated
  using (
    (not trashed and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or document_id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.document_contents to authenticated;

create function atrium_private.tidy_document()
  returns trigger
  language plpgsql set search_path = ''
as $$
begin
  if char_length(new.title) > 300 then
    raise sqlstate 'PT422' using message = 'The title is longer than 300 characters.', detail = 'title_too_long';
  elsif new.title ~ '[[:cntrl:]]' then
    raise sqlstate 'PT422' using message = 'The title contains control characters.', detail = 'title_invalid';
  elsif char_length(new.icon) > 16 or new.icon ~ '[[:cntrl:]]' then
    raise sqlstate 'PT422' using message = 'The icon is an emoji of 16 characters at most.', detail = 'icon_invalid';
  end if;
  new.title := coalesce(new.title, '');
  new.updated_at := now();
  return new;
end $$;
comment on function atrium_private.tidy_document() is 'Errors: 422 title_too_long, title_invalid, icon_invalid.';
create trigger tidy_document before insert or update of title, icon on atrium.documents
  for each row execute function atrium_private.tidy_document();

-- Definer: it writes tables that nobody may write.
create function atrium_private.follow_document()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.document_contents set space_id = new.space_id, trashed = new.trashed_at is not null where document_id = new.id;
  update atrium.grants set space_id = new.space_id where object_type = 'document' and object_id = new.id and space_id <> new.space_id;
  update atrium.links set space_id = new.space_id where object_type = 'document' and object_id = new.id and space_id <> new.space_id;
  return null;
end $$;
comment on function atrium_private.follow_document() is 'Keeps the copies of a document''s space and state in step.';
create trigger follow_document after update on atrium.documents
  for each row when (old.space_id <> new.space_id or old.trashed_at is distinct from new.trashed_at)
  execute function atrium_private.follow_document();

-- Definer: it answers for documents that the caller may not see.
create function atrium_private.document_role(document_id uuid)
  returns atrium.role
  language sql stable security definer set search_path = ''
as $$
  select case when document.trashed_at is null or rights.in_space >= 'editor' then greatest(rights.in_space, rights.granted) end
  from atrium.documents document
  cross join lateral (
    select
      (select max(space.role) from atrium_private.space_rights(atrium_private.caller()) space where space.space_id = document.space_id) as in_space,
      (select max(item.role) from atrium_private.grant_rights(atrium_private.caller(), 'document') item where item.object_id = document.id) as granted
  ) rights
  where document.id = $1 and document.suggestion_for is null
$$;
comment on function atrium_private.document_role(uuid) is
  'The highest role of the caller on a document, or null. In the trash it exists for editors of the space alone, on a branch for nobody.';

-- Definer: see document_role.
create function atrium_private.require_document_role(document_id uuid, at_least atrium.role)
  returns atrium.role
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mine atrium.role := atrium_private.document_role($1);
begin
  if mine is null then
    raise sqlstate 'PT404' using message = 'There is no such document, or you may not see it.', detail = 'document_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one may do this.', at_least), detail = 'role_too_low';
  end if;
  return mine;
end $$;
comment on function atrium_private.require_document_role(uuid, atrium.role) is
  'The role of the caller on a document. Errors: 401 not_signed_in, 404 document_not_found, 403 role_too_low.';

-- Definer: it answers for documents that the caller may not see.
create function atrium_private.document_access(document_id uuid)
  returns text
  language plpgsql stable security definer set search_path = ''
as $$
declare
  page uuid := coalesce((select branch.suggestion_for from atrium.documents branch where branch.id = $1), $1);
  mine atrium.role := atrium_private.require_document_role(page, 'viewer');
begin
  if page <> $1 then
    return case when mine >= 'commenter' and atrium_private.writes_suggestion($1) then 'write' else 'read' end;
  end if;
  return (
    select case
      when mine >= 'editor' and document.trashed_at is null and document.locked_at is null and space.archived_at is null then 'write'
      else 'read'
    end
    from atrium.documents document join atrium.spaces space on space.id = document.space_id
    where document.id = $1
  );
end $$;
comment on function atrium_private.document_access(uuid) is 'Behind atrium.document_access.';
grant execute on function atrium_private.document_access to authenticated;

create function atrium.document_access(id uuid)
  returns text
  language sql stable set search_path = ''
as $$ select atrium_private.document_access($1) $$;
comment on function atrium.document_access(uuid) is
  'What the caller may do with the content of a document: read or write. In the trash, in an archived space and in a locked document nobody writes.
Example: select atrium.document_access(''0190…'');
Errors: 401 not_signed_in, 404 document_not_found.';
grant execute on function atrium.document_access to authenticated;
