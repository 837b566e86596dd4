-- Links to files and folders: what a page without an account shows of them, and what may be dropped there. Nobody gets a right in tables by
-- such a link: the collaboration server asks the functions here for every page and every file, so that a link that is gone ends at once.

-- Definer: see link_pass.
create function atrium_private.require_file_link(token text, pass text)
  returns atrium.links
  language plpgsql stable security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_link($1);
begin
  if link.object_type <> 'file' or not atrium_private.is_link_open(link, pass) then
    raise sqlstate 'PT404' using message = 'This link does not lead to a file, or asks for its password.', detail = 'link_not_found';
  end if;
  return link;
end $$;
comment on function atrium_private.require_file_link(text, text) is
  'The link to a file or folder that a token opens, with the pass from read_link when it has a password. Errors: 404 link_not_found, 410 link_expired.';

-- Definer: the collaboration server shows a folder to whoever has a link to it, and may read no other.
create function atrium_private.linked_folder(token text, pass text, at_file uuid, is_arrival boolean)
  returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_file_link($1, $2);
  here atrium.files;
begin
  select known.* into here from atrium.files known
  where known.id = coalesce(at_file, link.object_id) and known.above @> array[link.object_id] and known.trashed_at is null;
  if here.id is null or (link.uploads and here.id <> link.object_id) then
    raise sqlstate 'PT404' using message = 'There is no such file or folder here.', detail = 'link_not_found';
  end if;
  if is_arrival then
    update atrium.links known set visits = known.visits + 1, visited_at = now() where known.id = link.id;
  end if;
  return jsonb_build_object(
    'id', here.id, 'name', here.name, 'is_folder', here.is_folder, 'size', here.size, 'mime', here.mime, 'updated_at', here.updated_at,
    'downloads', link.downloads, 'uploads', link.uploads, 'expires_at', link.expires_at,
    -- What is above the shared folder is nobody's business.
    'trail', (
      select coalesce(jsonb_agg(jsonb_build_object('id', folder.id, 'name', folder.name) order by cardinality(folder.above)), '[]')
      from atrium.files folder where folder.id = any (here.above) and folder.id <> here.id and folder.above @> array[link.object_id]
    ),
    'files', (
      select coalesce(jsonb_agg(jsonb_build_object('id', file.id, 'name', file.name, 'is_folder', file.is_folder, 'size', file.size, 'mime', file.mime,
        'updated_at', file.updated_at) order by file.is_folder desc, file.name_key), '[]')
      from (
        select known.* from atrium.files known
        where not link.uploads and known.space_id = here.space_id and known.parent_id = here.id and known.trashed_at is null
        order by known.is_folder desc, known.name_key limit 1000
      ) file
    )
  );
end $$;
comment on function atrium_private.linked_folder(text, text, uuid, boolean) is
  'What a link shows: the file or folder it leads to, or one inside, with the first 1,000 files in it; of a folder that is only for uploads no file. An arrival is counted. Errors: 404 link_not_found, 410 link_expired.';
grant execute on function atrium_private.linked_folder to atrium_collab;

-- Definer: see linked_folder.
create function atrium_private.linked_files(token text, pass text, at_file uuid)
  returns table (id uuid, path text, name text, mime text, size bigint, downloads boolean, folders jsonb, updated_at timestamptz)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_file_link($1, $2);
begin
  if link.uploads then
    return;
  end if;
  return query
    select file.id, file.path, file.name, file.mime, file.size, link.downloads,
      to_jsonb(array(select folder.name from atrium.files folder
        where folder.id = any (file.above) and folder.id <> file.id and folder.above @> array[at_file] order by cardinality(folder.above))),
      file.updated_at
    from atrium.files file
    where file.above @> array[link.object_id, at_file] and file.trashed_at is null and not file.is_folder
    order by file.above;
end $$;
comment on function atrium_private.linked_files(text, text, uuid) is
  'The file that a link shows, or all files in a folder that it shows, with the folders in which each is. Errors: 404 link_not_found, 410 link_expired.';
grant execute on function atrium_private.linked_files to atrium_collab;

create function atrium_private.harmless_file_name(value text)
  returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  -- Neither folders, nor what cannot be seen, nor a dot at the end.
  tidy text := regexp_replace(regexp_replace(left(value, 2000), '^.*[/\\]', ''), E'[\u0001-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]', '', 'g');
  ending text;
begin
  tidy := btrim(normalize(regexp_replace(tidy, '\s+', ' ', 'g')), ' .');
  if lower(tidy) ~ '^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)' then
    tidy := '_' || tidy;
  end if;
  ending := coalesce(substring(tidy from '(?<=.)\.[^. ]{1,16}$'), '');
  tidy := left(tidy, char_length(tidy) - char_length(ending));
  while octet_length(tidy || ending) > 255 loop
    tidy := left(tidy, -1);
  end loop;
  return atrium_private.valid_file_name(tidy || ending);
exception when sqlstate 'PT422' then
  return 'file';
end $$;
comment on function atrium_private.harmless_file_name(text) is 'A name from anywhere, made into one that valid_file_name takes.';

-- Definer: whoever has the link may write nothing himself.
create function atrium_private.begin_drop(token text, pass text, new_name text, most_bytes bigint)
  returns atrium.file_uploads
  language plpgsql security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_file_link($1, $2);
  space atrium.spaces;
  upload atrium.file_uploads;
begin
  if not link.uploads then
    raise sqlstate 'PT404' using message = 'Nothing can be dropped here.', detail = 'link_not_found';
  end if;
  space := atrium_private.lock_files(link.space_id);
  if (most_bytes between 0 and 1073741824) is not true then
    raise sqlstate 'PT413' using message = 'At most 1 GB is taken here at once.', detail = 'too_large';
  elsif (select count(*) from atrium.file_uploads known where known.link_id = link.id and known.created_at > now() - interval '1 hour') >= 200
    or (select coalesce(sum(known.size), 0) from atrium.file_uploads known where known.link_id = link.id and known.created_at > now() - interval '1 day')
      + most_bytes > 10737418240 then
    raise sqlstate 'PT429' using message = 'This is more than is taken here at once. Try again later.', detail = 'too_many_uploads';
  elsif atrium_private.storage_left(space.workspace_id) < most_bytes then
    raise sqlstate 'PT413' using message = 'There is no room for this.', detail = 'storage_full';
  end if;
  insert into atrium.file_uploads (space_id, parent_id, link_id, name, size, conflict)
  values (link.space_id, link.object_id, link.id, atrium_private.harmless_file_name(new_name), most_bytes, 'number')
  returning * into upload;
  return upload;
end $$;
comment on function atrium_private.begin_drop(text, text, text, bigint) is
  'Announces a file for a folder whose link takes uploads: of a link 200 an hour and 10 GB a day, each of 1 GB at most. Errors: 404 link_not_found, 409 space_archived, 410 link_expired, 413 too_large, storage_full, 429 too_many_uploads.';
grant execute on function atrium_private.begin_drop to atrium_collab;

-- Definer: see begin_drop.
create function atrium_private.cancel_drop(upload_id uuid)
  returns void
  language sql security definer set search_path = ''
as $$ delete from atrium.file_uploads upload where upload.id = $1 and upload.uploaded_by is null and upload.state = 'waiting' $$;
comment on function atrium_private.cancel_drop(uuid) is 'Forgets an upload that came by a link and broke off; its bytes go too.';
grant execute on function atrium_private.cancel_drop to atrium_collab;
