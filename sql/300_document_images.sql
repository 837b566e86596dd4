-- Images and other files in documents: two private buckets of the storage service. Images are named <document>/<uuid>.<extension>,
-- files <document>/<uuid>: what a file is called stands in the document.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('document-images', 'document-images', false, 10485760, array['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'])
on conflict (id) do nothing;

-- The policies look up one document for each object, not the set of all: storage asks for one object, or for those of one folder,
-- and the look-up is under the policy on documents itself.
create function atrium_private.image_document(name text)
  returns uuid
  language sql immutable set search_path = ''
as $$
  select case
    when name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(png|jpe?g|gif|webp|avif)$'
    then split_part(name, '/', 1)::uuid
  end
$$;
comment on function atrium_private.image_document(text) is 'The document that an object of the bucket document-images belongs to; null for any other name.';
grant execute on function atrium_private.image_document to authenticated;

create policy "people see the images of the documents they may read"
  on storage.objects for select to authenticated
  using (
    bucket_id = 'document-images'
    and exists (select from atrium.documents document where document.id = atrium_private.image_document(objects.name))
  );
create policy "editors add images to the documents they may write"
  on storage.objects for insert to authenticated
  with check (
    bucket_id = 'document-images'
    and exists (
      select from atrium.documents document
      where document.id = atrium_private.image_document(objects.name)
        and document.trashed_at is null
        and (document.space_id in (select atrium_private.spaces_of_caller('editor'))
          or document.id in (select atrium_private.granted_to_caller('document', 'editor')))
    )
  );

-- Only types that no browser runs: whatever else a file is, it is stored as mere bytes and can only be saved.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('document-files', 'document-files', false, 104857600, array['application/octet-stream',
  'video/mp4', 'video/webm', 'video/ogg', 'video/quicktime', 'audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/webm', 'audio/flac'])
on conflict (id) do nothing;

create function atrium_private.file_document(name text)
  returns uuid
  language sql immutable set search_path = ''
as $$
  select case
    when name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then split_part(name, '/', 1)::uuid
  end
$$;
comment on function atrium_private.file_document(text) is 'The document that an object of the bucket document-files belongs to; null for any other name.';
grant execute on function atrium_private.file_document to authenticated;

create policy "people see the files of the documents they may read"
  on storage.objects for select to authenticated
  using (
    bucket_id = 'document-files'
    and exists (select from atrium.documents document where document.id = atrium_private.file_document(objects.name))
  );
create policy "editors add files to the documents they may write"
  on storage.objects for insert to authenticated
  with check (
    bucket_id = 'document-files'
    and exists (
      select from atrium.documents document
      where document.id = atrium_private.file_document(objects.name)
        and document.trashed_at is null
        and (document.space_id in (select atrium_private.spaces_of_caller('editor'))
          or document.id in (select atrium_private.granted_to_caller('document', 'editor')))
    )
  );
