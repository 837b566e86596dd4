-- Small pictures of files, made by the worker from the bytes of a version, so that a list never loads what people have uploaded.
-- A thumbnail has the name of its version's object, in a bucket of its own that only the worker fills.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('file-thumbnails', 'file-thumbnails', false, 1048576, array['image/webp'])
on conflict (id) do nothing;

-- The same question as about the object itself: whoever loses the file loses its thumbnail.
create policy "people see the thumbnails of the files they see"
  on storage.objects for select to authenticated
  using (
    bucket_id = 'file-thumbnails'
    and exists (select from atrium.file_versions version where version.path = objects.name)
  );

-- Definer: it looks at versions of other files with the same bytes.
create function atrium_private.keep_placeholder()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.placeholder := (
    select version.placeholder from atrium.file_versions version
    where version.path = new.path and version.placeholder is not null limit 1
  );
  return new;
end $$;
comment on function atrium_private.keep_placeholder() is 'Copies, and versions that come back, have the thumbnail that their bytes have.';
create trigger keep_placeholder before insert on atrium.file_versions
  for each row execute function atrium_private.keep_placeholder();
create trigger keep_placeholder before insert or update of path on atrium.files
  for each row when (not new.is_folder) execute function atrium_private.keep_placeholder();

-- Definer: whoever uploads may not enqueue.
create function atrium_private.ask_for_thumbnail()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.enqueue('make_thumbnail', jsonb_build_object('path', new.path));
  return null;
end $$;
comment on function atrium_private.ask_for_thumbnail() is 'Has the worker make the thumbnail of a picture, after the version is there.';
create trigger ask_for_thumbnail after insert on atrium.file_versions
  for each row when (new.placeholder is null and new.size <= 52428800 and new.mime in ('image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'))
  execute function atrium_private.ask_for_thumbnail();

-- Definer: the worker reads no table.
create function atrium_private.thumbnail_to_make(of_path text)
  returns boolean
  language sql stable security definer set search_path = ''
as $$ select exists (select from atrium.file_versions version where version.path = $1 and version.placeholder is null) $$;
comment on function atrium_private.thumbnail_to_make(text) is 'Whether a version with these bytes is there and has no thumbnail.';
grant execute on function atrium_private.thumbnail_to_make to atrium_worker;

-- Definer: the worker writes no table.
create function atrium_private.store_thumbnail(of_path text, small text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.file_versions version set placeholder = small where version.path = of_path;
  if not found then
    -- The last version went while it was made.
    insert into atrium_private.removed_files (bucket, path) values ('file-thumbnails', of_path) on conflict do nothing;
  end if;
  update atrium.files file set placeholder = small where file.path = of_path;
end $$;
comment on function atrium_private.store_thumbnail(text, text) is 'Says that the bucket file-thumbnails has the thumbnail, and what stands for it until it is loaded.';
grant execute on function atrium_private.store_thumbnail to atrium_worker;
