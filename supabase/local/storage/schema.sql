-- The storage schema of a self-hosted Supabase: storage-api's tables, helpers for policies, and guards. Run by its owner, supabase_storage_admin;
-- running it again changes nothing. Left out: S3 multipart uploads, analytics and vector buckets, object versions, none of which this platform offers.

do $$ begin
  if not exists (select from pg_catalog.pg_type where typname = 'buckettype' and typnamespace = 'storage'::regnamespace) then
    create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');
  end if;
end $$;

create table if not exists storage.buckets (
  id                 text primary key,
  name               text not null,
  owner              uuid,
  created_at         timestamptz default now(),
  updated_at         timestamptz default now(),
  public             boolean default false,
  avif_autodetection boolean default false,
  file_size_limit    bigint,
  allowed_mime_types text[],
  owner_id           text,
  type               storage.buckettype not null default 'STANDARD',
  versioning_status  text not null default 'DISABLED' constraint buckets_versioning_status_check check (versioning_status = 'DISABLED')
);
create unique index if not exists bname on storage.buckets (name);
comment on table storage.buckets is 'Groups of objects. file_size_limit is in bytes; null means the limit of the platform.';
comment on column storage.buckets.owner is 'Deprecated: owner_id names the owner, who need not be a uuid.';

create table if not exists storage.objects (
  id               uuid primary key default gen_random_uuid(),
  bucket_id        text constraint "objects_bucketId_fkey" references storage.buckets (id),
  name             text,
  owner            uuid,
  created_at       timestamptz default now(),
  updated_at       timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata         jsonb,
  path_tokens      text[] generated always as (string_to_array(name, '/')) stored,
  version          text,
  owner_id         text,
  user_metadata    jsonb,
  archived_at      timestamptz,
  is_delete_marker boolean not null default false,
  is_versioned     boolean not null default false
);
create unique index if not exists bucketid_objname on storage.objects (bucket_id, name);
create index if not exists name_prefix_search on storage.objects (name text_pattern_ops);
-- Listing walks names in byte order, whatever the collation of the database.
create index if not exists idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
-- The sweep of orphan files asks which versions are known.
create index if not exists idx_objects_version on storage.objects (version);
comment on table storage.objects is 'One row for each stored file. The bytes lie in the file that is named by version; delete through the Storage API, never by SQL.';
comment on column storage.objects.metadata is 'What the server knows: size in bytes, mimetype, eTag, cacheControl, lastModified.';
comment on column storage.objects.user_metadata is 'What the uploader says about the file.';
comment on column storage.objects.owner is 'Deprecated: owner_id names the owner, who need not be a uuid.';

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;

-- Helpers for policies

create or replace function storage.foldername(name text) returns text[]
  language sql immutable parallel safe
  return (string_to_array(name, '/'))[1 : array_length(string_to_array(name, '/'), 1) - 1];

create or replace function storage.filename(name text) returns text
  language sql immutable parallel safe
  return (string_to_array(name, '/'))[array_length(string_to_array(name, '/'), 1)];

-- Without a dot it is the whole file name, as storage-api has it.
create or replace function storage.extension(name text) returns text
  language sql immutable parallel safe
  return reverse(split_part(reverse(storage.filename(name)), '.', 1));

create or replace function storage.operation() returns text
  language sql stable
  return current_setting('storage.operation', true);

create or replace function storage.allow_any_operation(expected_operations text[]) returns boolean
  language sql stable
  return exists (
    select from unnest(expected_operations) as expected
    where expected <> '' and regexp_replace(expected, '^storage\.', '') = regexp_replace(storage.operation(), '^storage\.', '')
  );

create or replace function storage.allow_only_operation(expected_operation text) returns boolean
  language sql stable
  return storage.allow_any_operation(array[expected_operation]);

create or replace function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
  language sql stable
as $$
  select sum((metadata ->> 'size')::bigint)::bigint, bucket_id from storage.objects group by bucket_id
$$;

-- Folders and files right under a prefix, in byte order of their full names; a folder's name ends in a slash and it has no id.
-- Jumps from entry to entry along the index, so a folder of a million files costs one step. Asks as the caller: policies decide what is seen.
create or replace function storage.entries(bucket text, prefix text, after text, descending boolean, maximum integer)
  returns table (name text, id uuid, created_at timestamptz, updated_at timestamptz, last_accessed_at timestamptz, metadata jsonb)
  language plpgsql stable
as $$
#variable_conflict use_column
declare
  lower_bound text := prefix;
  upper_bound text := case when prefix = '' then chr(1114111) else left(prefix, -1) || chr(ascii(right(prefix, 1)) + 1) end;
  entry       record;
  slash       integer;
begin
  -- '0' follows '/', and chr(1) is the smallest character there is: both give the first name after a folder or a file.
  if after <> '' and descending then
    upper_bound := least(upper_bound, after collate "C");
  elsif after <> '' then
    lower_bound := greatest(lower_bound, case when right(after, 1) = '/' then left(after, -1) || '0' else after || chr(1) end collate "C");
  end if;
  for step in 1..maximum loop
    if descending then
      select o.* into entry from storage.objects as o
      where o.bucket_id = bucket and o.name collate "C" >= lower_bound and o.name collate "C" < upper_bound
      order by o.name collate "C" desc limit 1;
    else
      select o.* into entry from storage.objects as o
      where o.bucket_id = bucket and o.name collate "C" >= lower_bound and o.name collate "C" < upper_bound
      order by o.name collate "C" limit 1;
    end if;
    exit when entry.id is null;
    slash := strpos(substr(entry.name, length(prefix) + 1), '/');
    if slash > 0 then
      name := left(entry.name, length(prefix) + slash);
      id := null; created_at := null; updated_at := null; last_accessed_at := null; metadata := null;
    else
      name := entry.name; id := entry.id; metadata := entry.metadata;
      created_at := entry.created_at; updated_at := entry.updated_at; last_accessed_at := entry.last_accessed_at;
    end if;
    return next;
    if descending then
      upper_bound := name;
    else
      lower_bound := case when slash > 0 then left(name, -1) || '0' else name || chr(1) end;
    end if;
  end loop;
end
$$;

-- Guards

create or replace function storage.update_updated_at_column() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end
$$;
create or replace trigger update_objects_updated_at before update on storage.objects
  for each row execute function storage.update_updated_at_column();

create or replace function storage.enforce_bucket_name_length() returns trigger language plpgsql as $$
begin
  if length(new.name) > 100 then
    raise exception 'bucket name "%" is too long (% characters). Max is 100.', new.name, length(new.name);
  end if;
  return new;
end
$$;
create or replace trigger enforce_bucket_name_length_trigger before insert or update of name on storage.buckets
  for each row execute function storage.enforce_bucket_name_length();

-- Deleting a row by SQL would leave its file behind.
create or replace function storage.protect_delete() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), '') <> 'true' then
    raise sqlstate '42501' using
      message = 'Direct deletion from storage tables is not allowed. Use the Storage API instead.',
      hint = 'This prevents accidental data loss from orphaned objects.';
  end if;
  return null;
end
$$;
create or replace trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();
create or replace trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();

grant all on storage.buckets, storage.objects to postgres with grant option;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
