-- How much the files in spaces, documents and messages take, by workspace, space and person. Sums are kept, not made: they cost the same however much is stored.

create table atrium_private.stored_files (
  object_id uuid primary key,
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  document_id uuid references atrium.documents (id) on delete cascade,
  room_id uuid references atrium.rooms (id) on delete cascade,
  owner_id uuid,
  name text not null,
  is_image boolean not null,
  bytes bigint not null,
  created_at timestamptz not null,
  space_id uuid references atrium.spaces (id) on delete cascade,
  constraint stored_files_place check (num_nonnulls(document_id, room_id, space_id) = 1)
);
comment on table atrium_private.stored_files is 'Every object of the storage service that belongs to a document, to a message of a room, or to the files of a space, as the triggers below have seen it.';
comment on column atrium_private.stored_files.owner_id is 'Who stored it, also after his account is gone.';
-- The largest ones of a workspace.
create index on atrium_private.stored_files (workspace_id, bytes desc);
create index on atrium_private.stored_files (document_id);
create index on atrium_private.stored_files (room_id);
create index on atrium_private.stored_files (space_id);
-- Whoever takes his data along asks for his own.
create index on atrium_private.stored_files (owner_id);
alter table atrium_private.stored_files enable row level security;

create table atrium_private.stored_bytes (
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  document_id uuid references atrium.documents (id) on delete cascade,
  room_id uuid references atrium.rooms (id) on delete cascade,
  owner_id uuid,
  files bigint not null,
  bytes bigint not null,
  space_id uuid references atrium.spaces (id) on delete cascade,
  unique nulls not distinct (document_id, room_id, space_id, owner_id)
);
comment on table atrium_private.stored_bytes is 'The sums of stored_files for each document, room or space, and person.';
create index on atrium_private.stored_bytes (room_id);
create index on atrium_private.stored_bytes (space_id);
create index on atrium_private.stored_bytes (workspace_id);
alter table atrium_private.stored_bytes enable row level security;

-- Definer: the storage service writes as whoever uploads, who may write none of this.
create function atrium_private.count_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and (old.bucket_id, old.name, old.owner_id, old.metadata ->> 'size')
    is not distinct from (new.bucket_id, new.name, new.owner_id, new.metadata ->> 'size') then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    with gone as (delete from atrium_private.stored_files file where file.object_id = old.id returning *)
    update atrium_private.stored_bytes known set files = known.files - 1, bytes = known.bytes - gone.bytes
    from gone where known.document_id is not distinct from gone.document_id and known.room_id is not distinct from gone.room_id
      and known.space_id is not distinct from gone.space_id and known.owner_id is not distinct from gone.owner_id;
  end if;
  if tg_op <> 'DELETE' then
    with place as (
      select document.workspace_id, document.id as document_id, null::uuid as room_id, null::uuid as space_id
      from atrium.documents document
      where document.id = case new.bucket_id
        when 'document-images' then atrium_private.image_document(new.name) when 'document-files' then atrium_private.file_document(new.name)
      end
      union all
      select room.workspace_id, null, room.id, null
      from atrium.message_files sent join atrium.rooms room on room.id = sent.room_id
      where new.bucket_id = 'message-files' and sent.path = new.name
      union all
      (select space.workspace_id, null, null, space.id
      from atrium.spaces space
      where new.bucket_id = 'files' and space.id = coalesce(
        (select upload.space_id from atrium.file_uploads upload where upload.path = new.name),
        (select version.space_id from atrium.file_versions version where version.path = new.name limit 1)))
    ),
    file as (
      insert into atrium_private.stored_files (object_id, workspace_id, document_id, room_id, space_id, owner_id, name, is_image, bytes, created_at)
      select new.id, place.workspace_id, place.document_id, place.room_id, place.space_id,
        case when new.owner_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then new.owner_id::uuid end,
        new.name, new.bucket_id = 'document-images' or (new.bucket_id in ('message-files', 'files') and coalesce(new.metadata ->> 'mimetype' like 'image/%', false)),
        coalesce((new.metadata ->> 'size')::bigint, 0), coalesce(new.created_at, now())
      from place
      returning *
    )
    insert into atrium_private.stored_bytes as known (workspace_id, document_id, room_id, space_id, owner_id, files, bytes)
    select file.workspace_id, file.document_id, file.room_id, file.space_id, file.owner_id, 1, file.bytes from file
    on conflict (document_id, room_id, space_id, owner_id) do update set files = known.files + 1, bytes = known.bytes + excluded.bytes;
  end if;
  return null;
end $$;
comment on function atrium_private.count_file() is 'Keeps stored_files and stored_bytes in step with the storage service.';
create trigger atrium_count_file after insert or update or delete on storage.objects
  for each row execute function atrium_private.count_file();

-- Definer: admins may read neither table. Who pays for the disk learns the whole sum; of spaces that he cannot see he gets one sum without names.
create function atrium_private.storage_use(in_workspace uuid)
  returns table (kind text, id uuid, name text, files bigint, bytes bigint)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  return query
    with used as materialized (
      select space.id as space_id, known.owner_id, sum(known.files)::bigint as files, sum(known.bytes)::bigint as bytes
      from atrium_private.stored_bytes known
      left join atrium.documents document on document.id = known.document_id
      left join atrium.rooms room on room.id = known.room_id
      left join atrium.spaces space on space.id = coalesce(document.space_id, room.space_id, known.space_id) and space.id in (select atrium_private.spaces_of_caller('viewer'))
      where known.workspace_id = in_workspace and known.files > 0
      group by 1, 2
    )
    select 'workspace', in_workspace, workspace.name, coalesce(sum(used.files), 0)::bigint, coalesce(sum(used.bytes), 0)::bigint
    from atrium.workspaces workspace left join used on true where workspace.id = in_workspace group by workspace.name
    union all
    (select 'space', used.space_id, space.name, sum(used.files)::bigint, sum(used.bytes)::bigint
    from used left join atrium.spaces space on space.id = used.space_id group by 2, 3 order by 5 desc, 3)
    union all
    (select 'person', member.user_id, profile.name, sum(used.files)::bigint, sum(used.bytes)::bigint
    from used
    left join atrium.members member on member.workspace_id = in_workspace and member.user_id = used.owner_id
    left join atrium.profiles profile on profile.id = member.user_id
    group by 2, 3 order by 5 desc, 3 limit 1000);
end $$;
comment on function atrium_private.storage_use(uuid) is 'Behind atrium.storage_use.';
grant execute on function atrium_private.storage_use to authenticated;

create function atrium.storage_use(workspace_id uuid)
  returns table (kind text, id uuid, name text, files bigint, bytes bigint)
  language sql stable set search_path = ''
as $$ select * from atrium_private.storage_use($1) $$;
comment on function atrium.storage_use(uuid) is
  'How many files the spaces, documents and messages of a workspace hold and how many bytes they take: one row of the kind workspace, then one for each space and each person, the largest first. What is in spaces that the caller cannot see, in direct conversations, or of people who have left, is one row without id and name. Admins may. Nullable: id, name.
Example: select name, bytes from atrium.storage_use(''0190…'') where kind = ''space'';
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';
grant execute on function atrium.storage_use to authenticated;

-- Definer: see storage_use. Files in documents that the caller cannot see are left out.
create function atrium_private.largest_files(in_workspace uuid)
  returns table (document_id uuid, title text, space_id uuid, owner_id uuid, is_image boolean, bytes bigint, created_at timestamptz)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  return query
    select document.id, document.title, document.space_id, file.owner_id, file.is_image, file.bytes, file.created_at
    from atrium_private.stored_files file
    join atrium.documents document on document.id = file.document_id
    where file.workspace_id = in_workspace and document.space_id in (select atrium_private.spaces_of_caller('viewer'))
    order by file.bytes desc, file.object_id
    limit 50;
end $$;
comment on function atrium_private.largest_files(uuid) is 'Behind atrium.largest_files.';
grant execute on function atrium_private.largest_files to authenticated;

create function atrium.largest_files(workspace_id uuid)
  returns table (document_id uuid, title text, space_id uuid, owner_id uuid, is_image boolean, bytes bigint, created_at timestamptz)
  language sql stable set search_path = ''
as $$ select * from atrium_private.largest_files($1) $$;
comment on function atrium.largest_files(uuid) is
  'The fifty largest files in documents that the caller sees. Admins may. Nullable: owner_id.
Example: select title, bytes from atrium.largest_files(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';
grant execute on function atrium.largest_files to authenticated;

-- Definer: nobody may read the table. It tells about the caller alone, and of documents and rooms that he may still read: the storage service refuses the others.
create function atrium_private.my_files()
  returns table (bucket_id text, name text, document_id uuid, bytes bigint, created_at timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select case when file.room_id is not null then 'message-files' when file.space_id is not null then 'files' when file.is_image then 'document-images' else 'document-files' end,
    file.name, file.document_id, file.bytes, file.created_at
  from atrium_private.stored_files file
  left join atrium.documents document on document.id = file.document_id
  where file.owner_id = (select atrium_private.caller()) and (
    (document.trashed_at is null and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or document.id in (select atrium_private.granted_to_caller('document', 'viewer'))))
    or file.room_id in (select atrium_private.rooms_of_caller('viewer'))
    or (file.space_id in (select atrium_private.spaces_of_caller('viewer'))
      and exists (select from atrium.file_versions version where version.path = file.name and not version.trashed)))
  order by file.created_at, file.object_id
$$;
comment on function atrium_private.my_files() is 'Behind atrium.my_files.';
grant execute on function atrium_private.my_files to authenticated;

create function atrium.my_files()
  returns table (bucket_id text, name text, document_id uuid, bytes bigint, created_at timestamptz)
  language sql stable set search_path = ''
as $$ select * from atrium_private.my_files() $$;
comment on function atrium.my_files() is
  'The pictures and files that the caller has put into spaces, documents and messages which he may still read, the oldest first; document_id is null for those of spaces and messages; the storage service gives them by bucket and name. Nullable: document_id.
Example: select name, bytes from atrium.my_files();';
grant execute on function atrium.my_files to authenticated;
