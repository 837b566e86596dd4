-- Sharing of files and folders. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

alter table atrium.grants drop constraint grants_object_type_check;
alter table atrium.grants add constraint grants_object_type_check check (object_type in ('document', 'room', 'file'));
alter table atrium.links drop constraint links_object_type_check;
alter table atrium.links add constraint links_object_type_check check (object_type in ('document', 'room', 'file'));
alter table atrium.links add column downloads boolean not null default true;
alter table atrium.links add column uploads boolean not null default false;
alter table atrium.links add column visits integer not null default 0;
alter table atrium.links add column visited_at timestamptz;
alter table atrium.links add constraint links_kind_fits check (case object_type when 'file' then role = 'viewer' else downloads and not uploads end);
alter table atrium.file_uploads add column link_id uuid references atrium.links (id) on delete set null;
alter table atrium.notifications drop constraint notifications_object_type_check;
alter table atrium.notifications add constraint notifications_object_type_check
  check (object_type in ('workspace', 'space', 'room', 'document', 'file'));

alter table atrium.files add column above uuid[];
with recursive placed as (
  select file.id, array[file.id] as above from atrium.files file where file.parent_id is null
  union all
  select file.id, placed.above || file.id from placed join atrium.files file on file.parent_id = placed.id
)
update atrium.files file set above = placed.above from placed where placed.id = file.id;
-- squawk-ignore adding-not-nullable-field
alter table atrium.files alter column above set not null;
create index on atrium.files using gin (above);

drop policy "people see the files of their spaces, editors the trash too" on atrium.files;
drop policy "people see the versions of the files they see" on atrium.file_versions;
drop policy "people store the bytes of the uploads that they have announced" on storage.objects;
drop policy "people see their own notifications of what they may read" on atrium.notifications;
drop trigger forget_shares on atrium.documents;
drop function atrium_private.right_in_words(text, atrium.role, text, timestamptz);
alter table atrium.file_versions drop constraint file_versions_space_id_file_id_fkey;
alter table atrium.file_versions add constraint file_versions_space_id_file_id_fkey
  foreign key (space_id, file_id) references atrium.files (space_id, id) on update cascade on delete cascade;
drop function atrium.move_file(uuid, uuid, text);
drop function atrium_private.move_file(uuid, uuid, text);
drop function atrium.copy_file(uuid, uuid);
drop function atrium_private.copy_file(uuid, uuid);
drop function atrium.create_link(text, uuid, atrium.role, timestamptz, text);
drop function atrium_private.create_link(text, uuid, atrium.role, timestamptz, text);

comment on column atrium.grants.object_type is 'document, room, or file: a file, or a folder with all that is in it, now and later.';
comment on function atrium_private.grant_rights(uuid, text) is
  'The documents, rooms, files or folders shared with a person himself, with one of his groups, or by a link that he has opened.';
comment on function atrium_private.granted_to_caller(text, atrium.role) is
  'The documents, rooms, files or folders shared with the caller; above viewer without those in archived spaces. What is in a shared folder is not named.';

-- Definer: it reads documents, rooms and files whatever the policies say, and says itself who may share them.
create or replace function atrium_private.require_item_editor(of_type text, item uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  place atrium.spaces;
begin
  -- The lock keeps the item in its space until the grant is written, and two grants to one person from crossing.
  if of_type = 'document' and atrium_private.require_document_role(item, 'viewer') is not null then
    select space.* into place from atrium.spaces space
    join atrium.documents document on document.space_id = space.id where document.id = item for no key update of space;
  elsif of_type = 'room' and atrium_private.require_room_role(item, 'viewer') is not null then
    select space.* into place from atrium.spaces space
    join atrium.rooms room on room.space_id = space.id where room.id = item for no key update of space;
  elsif of_type = 'file' then
    select space.* into place from atrium.spaces space
    where space.id = (atrium_private.require_file_role(item, 'viewer')).space_id for no key update of space;
  else
    raise sqlstate 'PT422' using message = 'Only a document, a room, a file or a folder can be shared.', detail = 'object_type_invalid';
  end if;
  if place.id is null or not place.id in (select atrium_private.spaces_of_caller('editor')) then
    raise sqlstate 'PT403' using message = 'Only editors of the space may share what is in it.', detail = 'role_too_low';
  end if;
  return place;
end $$;
comment on function atrium_private.require_item_editor(text, uuid) is
  'The space of a document, room, file or folder that the caller sees and whose space he edits. Errors: 404 document_not_found, room_not_found, file_not_found, 403 role_too_low, 422 object_type_invalid.';
comment on function atrium.share_item(text, uuid, atrium.role, uuid, uuid, timestamptz) is
  'Shares one document, room, file or folder (both are of the type file; a folder with all that is in it) with a person or group of the workspace; the same call again changes role and expiry. Who gets the role of an editor on a folder adds, changes and deletes what is in it. Editors of its space may. Nullable: user_id, group_id, expires_at.
Example: select * from atrium.share_item(''document'', ''0190…'', ''viewer'', user_id => ''0191…'', expires_at => now() + interval ''1 week'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, room_not_found, file_not_found, member_not_found, group_not_found, 422 role_invalid, object_type_invalid, grantee_required, expires_at_invalid.';
comment on table atrium.links is 'Links by which a document, a room, a file or a folder is shared. Seen by the editors of its space; the link itself is known to its maker alone.';
comment on column atrium.links.downloads is 'Whether what a link to files shows can be saved; if not, pictures, sound, film and text are shown alone.';
comment on column atrium.links.uploads is 'Whether files can be dropped into the folder by the link, and nothing in it is shown.';
comment on column atrium.links.visits is 'How often a link to files was opened, last at visited_at.';

-- Definer: nobody may insert links but through here.
create or replace function atrium_private.create_link(
  of_type text, item uuid, with_role atrium.role, until timestamptz, new_password text, may_download boolean, takes_uploads boolean
)
  returns table (id uuid, token text, role atrium.role, has_password boolean, expires_at timestamptz)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  place atrium.spaces;
  new_token text := rtrim(translate(encode(extensions.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
begin
  place := atrium_private.require_item_editor(of_type, item);
  -- In a room an editor would take people out and archive it.
  if (with_role between 'viewer' and case of_type when 'room' then 'commenter' when 'file' then 'viewer' else 'editor' end::atrium.role) is distinct from true then
    raise sqlstate 'PT422' using message = 'The role of a link is viewer, of a room commenter too, of a document commenter or editor.', detail = 'role_invalid';
  elsif (of_type = 'file' or (may_download and not takes_uploads)) is not true then
    raise sqlstate 'PT422' using message = 'Only a link to files says whether they can be saved, or dropped.', detail = 'object_type_invalid';
  elsif takes_uploads and not exists (select from atrium.files folder where folder.id = item and folder.is_folder) then
    raise sqlstate 'PT422' using message = 'Files can be dropped into a folder alone.', detail = 'object_type_invalid';
  elsif until <= now() then
    raise sqlstate 'PT422' using message = 'The expiry is in the past.', detail = 'expires_at_invalid';
  elsif char_length(new_password) not between 8 and 72 or octet_length(new_password) > 72 then
    -- bcrypt reads no further than 72 bytes.
    raise sqlstate 'PT422' using message = 'The password of a link has 8 to 72 characters.', detail = 'password_invalid';
  elsif (select count(*) from atrium.links link where link.object_id = item) >= 100 then
    raise sqlstate 'PT429' using message = 'There are 100 links already. Delete some first.', detail = 'too_many_links';
  end if;
  return query
    with made as (
      insert into atrium.links (workspace_id, space_id, object_type, object_id, role, has_password, expires_at, created_by, downloads, uploads)
      values (place.workspace_id, place.id, of_type, item, with_role, new_password is not null, until, atrium_private.caller(), may_download, takes_uploads)
      returning *
    ),
    secret as (
      insert into atrium_private.link_secrets (link_id, hash, password)
      select made.id, sha256(convert_to(new_token, 'UTF8')), extensions.crypt(new_password, extensions.gen_salt('bf', 10)) from made
    )
    select made.id, new_token, made.role, made.has_password, made.expires_at from made;
end $$;
comment on function atrium_private.create_link(text, uuid, atrium.role, timestamptz, text, boolean, boolean) is 'Behind atrium.create_link.';

-- Definer: it reads links by their token, which nobody may.
create or replace function atrium_private.require_link(token text)
  returns atrium.links
  language plpgsql stable security definer set search_path = ''
as $$
declare
  link atrium.links;
begin
  select known.* into link
  from atrium_private.link_secrets secret
  join atrium.links known on known.id = secret.link_id
  left join atrium.documents document on known.object_type = 'document' and document.id = known.object_id
  left join atrium.files file on known.object_type = 'file' and file.id = known.object_id
  where secret.hash = sha256(convert_to($1, 'UTF8')) and document.trashed_at is null and file.trashed_at is null;
  if link.id is null then
    raise sqlstate 'PT404' using message = 'This link does not exist any more.', detail = 'link_not_found';
  elsif link.expires_at <= now() then
    raise sqlstate 'PT410' using message = 'This link has expired.', detail = 'link_expired';
  end if;
  return link;
end $$;

-- Definer: it writes visits.
create or replace function atrium_private.open_link(token text, password text)
  returns table (state text, object_type text, object_id uuid, role atrium.role)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  link atrium.links := atrium_private.require_link($1);
  given atrium.role := case when (select account.is_anonymous from auth.users account where account.id = me) then 'viewer' else link.role end;
  state text := atrium_private.try_link(link.id, $2);
begin
  if link.object_type = 'file' then
    raise sqlstate 'PT409' using message = 'A link to files is read on its page.', detail = 'link_is_page';
  elsif state <> 'open' then
    return query select state, null::text, null::uuid, null::atrium.role;
    return;
  end if;
  insert into atrium_private.link_visits (link_id, user_id, role) values (link.id, me, given)
  on conflict (link_id, user_id) do update set role = excluded.role, opened_at = now();
  return query select 'open', link.object_type, link.object_id, given;
end $$;

-- Definer: see link_pass.
create function atrium_private.is_link_open(link atrium.links, pass text)
  returns boolean
  language sql stable security definer set search_path = ''
as $$
  select not link.has_password or (
    substring($2 from '^(\d{1,15})\.')::bigint >= extract(epoch from now())
    and $2 = atrium_private.link_pass(link.id, substring($2 from '^(\d{1,15})\.')::bigint)
  ) is true
$$;
comment on function atrium_private.is_link_open(atrium.links, text) is 'Whether a link has no password, or this is its pass.';
comment on function atrium_private.read_link(text, text) is
  'What a document, or the last 50 messages of a room outside threads, say to whoever has a link, signed in or not. The state is as in open_link; all but the type and the role are null unless it is open, and of files; these are in linked_folder. For an hour the pass opens the files, see linked_file. Errors: 404 link_not_found, 410 link_expired.';

-- Definer: the collaboration server hands out files of a page to whoever has a link to it, and may read no other.
create or replace function atrium_private.linked_file(token text, pass text, bucket text, name text)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_link($1);
begin
  return link.object_type = 'document'
    and atrium_private.is_link_open(link, $2)
    and (
      link.object_id = case $3
        when 'document-images' then atrium_private.image_document($4) when 'document-files' then atrium_private.file_document($4)
      end
      or ($3 in ('document-images', 'document-files') and exists (
        select from atrium.copied_files file where file.document_id = link.object_id and file.name = $4
      ))
    ) is true;
end $$;

-- Definer: it deletes rows that nobody may delete. Rooms go with their space, and with it what was shared of them.
create or replace function atrium_private.forget_shares()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.links where object_type = tg_argv[0] and object_id = old.id;
  delete from atrium.grants where object_type = tg_argv[0] and object_id = old.id;
  return null;
end $$;
comment on function atrium_private.forget_shares() is 'What is gone is not shared any more.';
create trigger forget_shares after delete on atrium.documents
  for each row execute function atrium_private.forget_shares('document');

create or replace function atrium.create_link(
  object_type text, object_id uuid, role atrium.role default 'viewer', expires_at timestamptz default null, password text default null,
  downloads boolean default true, uploads boolean default false
)
  returns table (id uuid, token text, role atrium.role, has_password boolean, expires_at timestamptz)
  language sql set search_path = ''
as $$ select * from atrium_private.create_link($1, $2, $3, $4, $5, $6, $7) $$;
comment on function atrium.create_link(text, uuid, atrium.role, timestamptz, text, boolean, boolean) is
  'Makes a link by which a document, a room to viewers and commenters, or a file or folder (type file) to viewers is shared with whoever has it; the token is told this once. A link to files can show without letting save (downloads => false), and one to a folder can take files and show none (uploads => true). Editors of the space may. Nullable: expires_at, password.
Example: select token from atrium.create_link(''document'', ''0190…'', expires_at => now() + interval ''1 week'', password => ''open sesame'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, room_not_found, file_not_found, 422 object_type_invalid, role_invalid, expires_at_invalid, password_invalid (8 to 72 characters), 429 too_many_links.';
comment on function atrium.open_link(text, text) is
  'Opens a link for the caller, who may be an anonymous account (it only reads). The state is open, password_required, password_wrong or too_many_attempts (ten wrong ones in 15 minutes); the other columns are null but for open. A link to files is not opened but read, at /l/<token>/read. Nullable: password, object_type, object_id, role.
Example: select state, object_id from atrium.open_link(''n3cm…'', ''open sesame'');
Errors: 401 not_signed_in, 404 link_not_found, 409 link_is_page, 410 link_expired.';

-- Who sees whom, and why somebody may do something.

-- Definer: a policy on profiles needs members, spaces and rooms that are under policies themselves.
create or replace function atrium_private.people_of_caller()
  returns setof uuid
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    with me as materialized (select atrium_private.caller() as id),
    spaces as materialized (select distinct rights.space_id from me cross join lateral atrium_private.space_rights(me.id) rights),
    rooms as materialized (select distinct rights.room_id from me cross join lateral atrium_private.room_rights(me.id) rights),
    shares as materialized (select rights.object_id from me cross join (values ('document'), ('file')) kinds (kind)
      cross join lateral atrium_private.grant_rights(me.id, kinds.kind) rights where rights.source = 'grant'),
    items as materialized (
      select shared.user_id, shared.group_id, shared.created_by from atrium.grants shared
      where (shared.object_type = 'room' and shared.object_id in (select room_id from rooms))
        or (shared.object_type in ('document', 'file') and shared.object_id in (select object_id from shares))
    )
    select me.id from me
    union
    select member.user_id from atrium.members member
    where member.workspace_id in (select atrium_private.workspaces_of_caller('viewer'))
    union
    select member.user_id from atrium.space_members member
    where member.space_id in (select space_id from spaces) and member.user_id is not null
    union
    select inside.user_id from atrium.space_members member
    join atrium.group_members inside on inside.group_id = member.group_id
    where member.space_id in (select space_id from spaces)
    union
    select inside.user_id from atrium.room_members inside where inside.room_id in (select room_id from rooms)
    union
    select items.user_id from items where items.user_id is not null
    union
    select items.created_by from items where items.created_by is not null
    union
    select inside.user_id from items join atrium.group_members inside on inside.group_id = items.group_id;
end $$;

-- Definer: it explains the rights of another person.
create or replace function atrium_private.rights_on(for_user uuid, of_type text, object uuid)
  returns table (source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    select 'workspace', member.workspace_id, member.role from atrium_private.active_memberships(for_user) member
    where of_type = 'workspace' and member.workspace_id = object
    union all
    select rights.source, rights.source_id, rights.role from atrium_private.space_rights(for_user) rights
    where of_type = 'space' and rights.space_id = object
    union all
    select rights.source, rights.source_id, rights.role from atrium.documents document
    cross join lateral atrium_private.space_rights(for_user) rights
    where of_type = 'document' and document.id = object and rights.space_id = document.space_id
      and (document.trashed_at is null or rights.role >= 'editor')
    union all
    select rights.source, rights.source_id, rights.role from atrium.documents document
    cross join lateral atrium_private.grant_rights(for_user, 'document') rights
    where of_type = 'document' and document.id = object and rights.object_id = object and document.trashed_at is null
    union all
    select rights.source, rights.source_id, rights.role from atrium_private.room_rights(for_user) rights
    where of_type = 'room' and rights.room_id = object
    union all
    select rights.source, rights.source_id, rights.role from atrium.files file
    cross join lateral atrium_private.space_rights(for_user) rights
    where of_type = 'file' and file.id = object and rights.space_id = file.space_id
      and (file.trashed_at is null or rights.role >= 'editor')
    union all
    select rights.source, rights.source_id, rights.role from atrium.files file
    cross join lateral atrium_private.grant_rights(for_user, 'file') rights
    where of_type = 'file' and file.id = object and rights.object_id = any (file.above) and file.trashed_at is null;
end $$;
comment on function atrium_private.rights_on(uuid, text, uuid) is 'Every role of a person on a workspace, space, document, room or file, and from where.';

-- Definer: it reads the state of objects whatever the caller may see.
create or replace function atrium_private.frozen(of_type text, object uuid)
  returns text
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select case
      when bool_or(state.trashed) then 'It is in the trash, where nothing is changed.'
      when bool_or(state.archived) then 'It is archived, and nothing is changed.'
    end
    from (
      select false as trashed, space.archived_at is not null as archived from atrium.spaces space where of_type = 'space' and space.id = object
      union all
      select document.trashed_at is not null, space.archived_at is not null
      from atrium.documents document join atrium.spaces space on space.id = document.space_id
      where of_type = 'document' and document.id = object
      union all
      select false, coalesce(room.archived_at, space.archived_at) is not null
      from atrium.rooms room left join atrium.spaces space on space.id = room.space_id
      where of_type = 'room' and room.id = object
      union all
      select file.trashed_at is not null, space.archived_at is not null
      from atrium.files file join atrium.spaces space on space.id = file.space_id
      where of_type = 'file' and file.id = object
    ) state
  );
end $$;

-- Definer: it explains the rights of another person, to himself and to admins.
create or replace function atrium_private.why_can(of_user uuid, of_type text, object uuid, wish text)
  returns table (allowed boolean, role atrium.role, reason text, chain jsonb)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  needed atrium.role := case wish
    when 'read' then case when of_type = 'workspace' then 'guest' else 'viewer' end
    when 'comment' then 'commenter' when 'write' then 'editor' when 'manage' then 'admin'
  end::atrium.role;
  mine atrium.role;
  obstacle text;
begin
  if needed is null then
    raise sqlstate 'PT422' using message = 'The action is read, comment, write or manage.', detail = 'action_invalid';
  elsif (of_type in ('workspace', 'space', 'document', 'room', 'file')) is distinct from true then
    raise sqlstate 'PT422' using message = 'The object is a workspace, space, document, room or file.', detail = 'object_type_invalid';
  end if;
  select max(rights.role) into mine from atrium_private.rights_on(me, of_type, object) rights;
  if mine is null then
    raise sqlstate 'PT404' using message = format('There is no such %s, or you may not see it.', of_type), detail = of_type || '_not_found';
  elsif of_user is distinct from me and mine < 'admin' then
    raise sqlstate 'PT403' using message = 'Only admins may ask this about somebody else.', detail = 'role_too_low';
  end if;
  select max(rights.role), coalesce(jsonb_agg(
    jsonb_build_object('source', rights.source, 'source_id', rights.source_id, 'role', rights.role) order by rights.role desc, rights.source
  ), '[]') into role, chain
  from atrium_private.rights_on(of_user, of_type, object) rights;
  obstacle := case when wish in ('comment', 'write') then atrium_private.frozen(of_type, object) end;
  allowed := coalesce(role >= needed, false) and obstacle is null;
  reason := case
    when role is null then 'This person has no role here.'
    when role < needed then format('The role is %s, and this needs %s.', role, needed)
    when obstacle is not null then obstacle
    else format('The role is %s, from the %s.', role, chain -> 0 ->> 'source')
  end;
  return next;
end $$;
comment on function atrium.why_can(uuid, text, uuid, text) is
  'Whether a person may read, comment, write or manage a workspace, space, document, room or file (a folder is one), and why: the chain lists each role he has on it with its source (workspace, space, group, room, grant or link), highest first. About oneself, or asked by an admin of the object. Nullable: role.
Example: select allowed, reason from atrium.why_can(''0190…'', ''document'', ''0191…'', ''write'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, space_not_found, document_not_found, room_not_found, file_not_found, 422 action_invalid, object_type_invalid.';
comment on function atrium_private.everybodys_rights(uuid, uuid, uuid[]) is
  'Every role that anybody has in a workspace, on its spaces, on private rooms and by grants, and from where; for one space or some people when given. Public rooms, documents and files follow their space besides.';

-- Definer: it explains the rights of other people.
create or replace function atrium_private.rights_on_item(of_type text, object uuid)
  returns table (user_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    with item as materialized (
      select space.workspace_id, space.id as space_id, '{}'::uuid[] as ids, false as private, false as trashed
      from atrium.spaces space where of_type = 'space' and space.id = object
      union all
      select document.workspace_id, document.space_id, array[document.id], false, document.trashed_at is not null
      from atrium.documents document where of_type = 'document' and document.id = object
      union all
      select room.workspace_id, room.space_id, array[room.id], room.private, false
      from atrium.rooms room where of_type = 'room' and room.id = object
      union all
      select file.workspace_id, file.space_id, file.above, false, file.trashed_at is not null
      from atrium.files file where of_type = 'file' and file.id = object
    )
    select rights.user_id, rights.source, rights.source_id, rights.role
    from item cross join lateral atrium_private.everybodys_rights(item.workspace_id, item.space_id, null) rights
    where case when rights.object_type = 'space' then not item.private and (not item.trashed or rights.role >= 'editor')
      else rights.object_type = of_type and rights.object_id = any (item.ids) and not item.trashed end;
end $$;
comment on function atrium_private.rights_on_item(text, uuid) is 'Every role of everybody on a space, document, room or file, and from where.';

create or replace function atrium_private.right_in_words(source text, role atrium.role, team text, expires_at timestamptz, folder text default null)
  returns text
  language sql immutable set search_path = ''
as $$
  select case source
    when 'workspace' then format('The role in the workspace is %s.', role)
    when 'space' then format('The role in the space is %s.', role)
    when 'group' then format('The group %s has the role %s in the space.', team, role)
    when 'link' then format('Opened a link, as %s.', role)
    when 'room' then format('A member of this private room, as %s.', role)
    else format('Shared with %s as %s%s%s.', coalesce('the group ' || team, 'this person'), role, ', by the folder ' || folder,
      to_char(expires_at at time zone 'utc', '" until "YYYY-MM-DD HH24:MI" UTC"'))
  end
$$;
comment on function atrium_private.right_in_words(text, atrium.role, text, timestamptz, text) is 'Why somebody has a role, as a sentence.';

-- Definer: see rights_on_item. Names of groups and people are read whatever the caller may see: he is an editor of the item.
create or replace function atrium_private.who_has_access(of_type text, object uuid)
  returns table (user_id uuid, name text, role atrium.role, reason text, chain jsonb)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mine atrium.role;
begin
  if (of_type in ('space', 'document', 'room', 'file')) is distinct from true then
    raise sqlstate 'PT422' using message = 'The object is a space, document, room or file.', detail = 'object_type_invalid';
  end if;
  select max(rights.role) into mine from atrium_private.rights_on(me, of_type, object) rights;
  if mine is null then
    raise sqlstate 'PT404' using message = format('There is no such %s, or you may not see it.', of_type), detail = of_type || '_not_found';
  -- Who may write one document by a grant, or a guest, still does not learn who the members are.
  elsif not exists (
    select from atrium_private.rights_on(me, of_type, object) rights where rights.source not in ('grant', 'link') and rights.role >= 'editor'
  ) or not exists (
    select from atrium.members member
    where member.user_id = me and member.role > 'guest' and member.workspace_id = coalesce(
      (select space.workspace_id from atrium.spaces space where of_type = 'space' and space.id = object),
      (select document.workspace_id from atrium.documents document where of_type = 'document' and document.id = object),
      (select room.workspace_id from atrium.rooms room where of_type = 'room' and room.id = object),
      (select file.workspace_id from atrium.files file where of_type = 'file' and file.id = object))
  ) then
    raise sqlstate 'PT403' using message = 'Only editors of the space may see who has access.', detail = 'role_too_low';
  end if;
  return query
    with rights as (
      select given.*, shared.expires_at, coalesce(team.id, shared.group_id) as via, folder.id as folder_id, folder.name as folder
      from atrium_private.rights_on_item(of_type, object) given
      left join atrium.grants shared on given.source = 'grant' and shared.id = given.source_id
      left join atrium.files folder on shared.object_type = 'file' and folder.id = shared.object_id and folder.id <> object
      left join atrium.groups team on given.source = 'group' and team.id = given.source_id
    )
    select rights.user_id, profile.name, max(rights.role),
      (array_agg(atrium_private.right_in_words(rights.source, rights.role, team.name, rights.expires_at, rights.folder)
        order by rights.role desc, rights.source))[1],
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'source', rights.source, 'source_id', rights.source_id, 'role', rights.role, 'group_id', rights.via, 'group_name', team.name,
        'expires_at', rights.expires_at, 'folder_id', rights.folder_id, 'folder_name', rights.folder
      )) order by rights.role desc, rights.source)
    from rights
    join atrium.profiles profile on profile.id = rights.user_id
    left join atrium.groups team on team.id = rights.via
    group by rights.user_id, profile.name
    order by max(rights.role) desc, lower(profile.name), rights.user_id;
end $$;
comment on function atrium.who_has_access(text, uuid) is
  'Everybody who may at least read a space, document, room or file (a folder is one), the highest role first, with the reason as a sentence. The chain lists each role with its source as why_can does, and with group_id, group_name, expires_at and, when a folder above is what was shared, folder_id and folder_name where they apply. Editors of the space may ask.
Example: select name, role, reason from atrium.who_has_access(''document'', ''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, document_not_found, room_not_found, file_not_found, 422 object_type_invalid.';

-- What a change of rights would do, before it is saved.

-- Definer: it reads everybody's rights.
create or replace function atrium_private.access_map(in_workspace uuid, for_space uuid, for_users uuid[], for_room uuid, by_factor boolean)
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    with rights as materialized (
      select given.user_id, given.object_type, given.object_id, max(given.role) as role
      from atrium_private.everybodys_rights(in_workspace, for_space, for_users) given
      where not exists (
        select from atrium.documents document
        where given.object_type = 'document' and document.id = given.object_id and document.trashed_at is not null
      )
      and not exists (
        select from atrium.files file where given.object_type = 'file' and file.id = given.object_id and file.trashed_at is not null
      )
      -- Who has no second factor cannot enter where one is asked for, until he sets one up.
      and not (by_factor and exists (
        select from atrium.members member
        where member.workspace_id = in_workspace and member.user_id = given.user_id and member.needs_mfa
          and not exists (select from auth.mfa_factors factor where factor.user_id = given.user_id and factor.status = 'verified')
      ))
      group by 1, 2, 3
    ),
    -- What was shared can be seen through its space too; a private room cannot.
    items as (
      select shared.object_type, shared.object_id, shared.space_id from atrium.grants shared
      left join atrium.documents document on shared.object_type = 'document' and document.id = shared.object_id
      left join atrium.files file on shared.object_type = 'file' and file.id = shared.object_id
      where shared.workspace_id = in_workspace and document.trashed_at is null and file.trashed_at is null
      union select link.object_type, link.object_id, link.space_id from atrium.links link
      left join atrium.documents document on link.object_type = 'document' and document.id = link.object_id
      left join atrium.files file on link.object_type = 'file' and file.id = link.object_id
      where link.workspace_id = in_workspace and document.trashed_at is null and file.trashed_at is null
      union select 'room', room.id, room.space_id from atrium.rooms room
      where room.workspace_id = in_workspace and (room.private or room.id = for_room)
    ),
    all_rights as (
      select rights.* from rights
      union all
      select rights.user_id, items.object_type, items.object_id, rights.role
      from items join rights on rights.object_type = 'space' and rights.object_id = items.space_id
      left join atrium.rooms room on room.id = items.object_id and items.object_type = 'room'
      where room.private is distinct from true
    )
    select coalesce(jsonb_object_agg(key, role), '{}') from (
      select format('%s %s %s', given.user_id, given.object_type, given.object_id) as key,
        -- An archived room is only read.
        max(case when room.archived_at is null then given.role else least(given.role, 'viewer') end) as role
      from all_rights given
      left join atrium.rooms room on given.object_type = 'room' and room.id = given.object_id
      group by 1
    ) map
  );
end $$;

-- Definer: it reads the rights of others. Whether the caller may make the change is decided by the change itself, which is then taken back
-- with all that followed from it, notices and Realtime events too.
create or replace function atrium_private.preview_access_change(change text, arguments jsonb)
  returns table (user_id uuid, name text, object_type text, object_id uuid, object_name text, before atrium.role, after atrium.role)
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  scope record;
  -- A room that becomes private had no rights of its own before.
  one_room uuid;
  was jsonb;
  is_now jsonb;
begin
  begin
    select * into scope from atrium_private.change_scope(change, arguments);
    one_room := case when change in ('update_room', 'archive_room') then arguments ->> 'room_id' end;
    was := atrium_private.access_map(scope.workspace_id, scope.space_id, scope.users, one_room, change = 'set_workspace_policy');
    perform atrium_private.apply_change(change, arguments);
    is_now := atrium_private.access_map(scope.workspace_id, scope.space_id, scope.users, one_room, change = 'set_workspace_policy');
    raise sqlstate 'AT000';
  exception
    when sqlstate 'AT000' then null;
    when invalid_text_representation then
      raise sqlstate 'PT422' using message = 'An argument is not of its type.', detail = 'arguments_invalid';
  end;
  return query
    with keys as (
      select key, split_part(key, ' ', 1)::uuid as person, split_part(key, ' ', 2) as type, split_part(key, ' ', 3)::uuid as object
      from (select jsonb_object_keys(was) as key union select jsonb_object_keys(is_now)) keys
    ),
    changed as (
      select keys.person, keys.type, keys.object, old.role as old_role, new.role as new_role
      from keys
      left join atrium.documents document on keys.type = 'document' and document.id = keys.object
      left join atrium.rooms room on keys.type = 'room' and room.id = keys.object and not room.private
        and room.id is distinct from one_room
      left join atrium.files file on keys.type = 'file' and file.id = keys.object
      -- What is shared for the first time, or no longer, is in one of the maps alone: who sees its space saw it before and sees it after.
      cross join lateral (select format('%s space %s', keys.person, coalesce(document.space_id, room.space_id, file.space_id)) as key) through
      cross join lateral (select greatest((was ->> keys.key)::atrium.role, (was ->> through.key)::atrium.role) as role) old
      cross join lateral (select greatest((is_now ->> keys.key)::atrium.role, (is_now ->> through.key)::atrium.role) as role) new
      where old.role is distinct from new.role
    )
    select changed.person, profile.name, changed.type, changed.object,
      coalesce(workspace.name, space.name, room.name, file.name, nullif(document.title, '')), changed.old_role, changed.new_role
    from changed
    join atrium.profiles profile on profile.id = changed.person
    left join atrium.workspaces workspace on changed.type = 'workspace' and workspace.id = changed.object
    left join atrium.spaces space on changed.type = 'space' and space.id = changed.object
    left join atrium.rooms room on changed.type = 'room' and room.id = changed.object
    left join atrium.documents document on changed.type = 'document' and document.id = changed.object
    left join atrium.files file on changed.type = 'file' and file.id = changed.object
    where changed.type = 'workspace'
      or (changed.type = 'space' and changed.object in (select atrium_private.spaces_of_caller('viewer')))
      or (changed.type = 'room' and changed.object in (select atrium_private.rooms_of_caller('viewer')))
      or (changed.type = 'document' and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
        or changed.object in (select atrium_private.granted_to_caller('document', 'viewer'))))
      or (changed.type = 'file' and (file.space_id in (select atrium_private.spaces_of_caller('viewer'))
        or file.above && array(select atrium_private.granted_to_caller('file', 'viewer'))))
    order by coalesce(changed.new_role < changed.old_role, changed.new_role is null) desc, lower(profile.name), changed.person,
      changed.type, changed.object
    limit 1000;
end $$;

-- What one member sees, for admins who look after somebody's rights.

-- Definer: it explains the rights of another person. What the admin himself cannot see is left out, names and numbers alike: a private space
-- or room is not there for whoever is not in it, and an admin who could list it through its members would be in it by another door.
create or replace function atrium_private.visible_to(in_workspace uuid, of_user uuid)
  returns table (object_type text, object_id uuid, space_id uuid, name text, private boolean, role atrium.role, reason text, chain jsonb)
  language plpgsql stable security definer set search_path = ''
as $$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  if not exists (select from atrium.members member where member.workspace_id = in_workspace and member.user_id = of_user) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  return query
    with rights as (
      select given.*, shared.expires_at, coalesce(team.id, shared.group_id) as via
      from atrium_private.everybodys_rights(in_workspace, null, array[of_user]) given
      left join atrium.grants shared on given.source = 'grant' and shared.id = given.source_id
      left join atrium.groups team on given.source = 'group' and team.id = given.source_id
    ),
    things as (
      select rights.object_type, rights.object_id, max(rights.role) as role,
        (array_agg(atrium_private.right_in_words(rights.source, rights.role, team.name, rights.expires_at)
          order by rights.role desc, rights.source))[1] as reason,
        jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'source', rights.source, 'source_id', rights.source_id, 'role', rights.role, 'group_id', rights.via, 'group_name', team.name,
          'expires_at', rights.expires_at
        )) order by rights.role desc, rights.source) as chain
      from rights left join atrium.groups team on team.id = rights.via
      group by rights.object_type, rights.object_id
    )
    select things.object_type, things.object_id, coalesce(space.id, document.space_id, room.space_id, file.space_id),
      coalesce(workspace.name, space.name, room.name, document.title, file.name), coalesce(space.private, room.private, false),
      things.role, things.reason, things.chain
    from things
    left join atrium.workspaces workspace on things.object_type = 'workspace' and workspace.id = things.object_id
    left join atrium.spaces space on things.object_type = 'space' and space.id = things.object_id
    left join atrium.rooms room on things.object_type = 'room' and room.id = things.object_id
    left join atrium.documents document on things.object_type = 'document' and document.id = things.object_id and document.trashed_at is null
    left join atrium.files file on things.object_type = 'file' and file.id = things.object_id and file.trashed_at is null
    where workspace.id is not null
      or (space.archived_at is null and space.id in (select atrium_private.spaces_of_caller('viewer')))
      or (room.archived_at is null and room.id in (select atrium_private.rooms_of_caller('viewer')))
      or document.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or document.id in (select atrium_private.granted_to_caller('document', 'viewer'))
      or file.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or file.above && array(select atrium_private.granted_to_caller('file', 'viewer'))
    order by array_position(array['workspace', 'space', 'room', 'document', 'file'], things.object_type), space.position,
      lower(coalesce(room.name, document.title, file.name)),
      things.object_id;
end $$;
comment on function atrium.visible_to(uuid, uuid) is
  'What a member sees in a workspace: the workspace with his role, the spaces, and the private rooms, shared rooms, documents, files and folders by themselves, each with the reason as a sentence and the chain as in who_has_access. Other rooms, documents and files follow their space or folder. Nothing for somebody suspended. What the asking admin cannot see himself is left out. Admins may. Nullable: space_id.
Example: select name, role, reason from atrium.visible_to(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, member_not_found.';
comment on column atrium.files.above is 'The folders it is in, from the top, and itself: what is shared with a folder is found by it.';

create policy "people see the files of their spaces and those shared with them"
  on atrium.files for select to authenticated
  using (
    (trashed_at is null and (
      space_id in (select atrium_private.spaces_of_caller('viewer')) or above && array(select atrium_private.granted_to_caller('file', 'viewer'))))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );

create policy "people see the versions of the files they see"
  on atrium.file_versions for select to authenticated
  using (
    (not trashed and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
    -- Of a file in the trash its own policy shows nothing here.
    or exists (
      select from atrium.files file
      where file.id = file_versions.file_id and file.above && array(select atrium_private.granted_to_caller('file', 'viewer'))
    )
  );

-- Definer: it reads the folder whatever the caller may see.
create function atrium_private.place_file()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  new.above := coalesce((select folder.above from atrium.files folder where folder.id = new.parent_id), '{}') || new.id;
  return new;
end $$;
comment on function atrium_private.place_file() is 'Says in which folders a file or folder is.';

-- Definer: it writes what the caller may not see.
create function atrium_private.place_files_below()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.files below set above = new.above || below.above[cardinality(old.above) + 1:]
  where below.above @> array[new.id] and below.id <> new.id;
  return null;
end $$;
comment on function atrium_private.place_files_below() is 'What is in a folder goes where the folder goes.';
create trigger place_files_below after update of parent_id on atrium.files
  for each row when (new.is_folder and new.above <> old.above) execute function atrium_private.place_files_below();
create trigger forget_shares after delete on atrium.files
  for each row execute function atrium_private.forget_shares('file');

-- Definer: it answers for anybody. Not granted.
create function atrium_private.role_on_file(for_user uuid, in_space uuid, on_file uuid)
  returns atrium.role
  language sql stable security definer set search_path = ''
as $$
  select greatest(
    (select max(rights.role) from atrium_private.space_rights(for_user) rights where rights.space_id = in_space),
    (select max(rights.role) from atrium.files file join atrium_private.grant_rights(for_user, 'file') rights on rights.object_id = any (file.above)
      where file.id = on_file and file.space_id = in_space and file.trashed_at is null)
  )
$$;
comment on function atrium_private.role_on_file(uuid, uuid, uuid) is
  'The highest role of a person in a space, or on one file or folder of it if somebody shared that or a folder above with him.';

-- Definer: it answers for files that the caller may not see.
create or replace function atrium_private.require_file_role(file_id uuid, at_least atrium.role)
  returns atrium.files
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  file atrium.files;
  mine atrium.role;
begin
  select known.* into file from atrium.files known where known.id = $1;
  mine := atrium_private.role_on_file(me, file.space_id, $1);
  if mine is null or (file.trashed_at is not null and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such file or folder, or you may not see it.', detail = 'file_not_found';
  elsif mine < at_least then
    raise sqlstate 'PT403' using message = format('Only people with the role %s or a higher one may do this.', at_least), detail = 'role_too_low';
  end if;
  return file;
end $$;
comment on function atrium_private.require_file_role(uuid, atrium.role) is
  'The file or folder, if the caller has the role in its space, or on it because it is shared with him. Errors: 401 not_signed_in, 404 file_not_found, 403 role_too_low.';

-- Definer: it locks what the caller may not change.
create function atrium_private.lock_files(in_space uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  space atrium.spaces;
begin
  -- One change of the tree at a time: two moves could make a circle, and two files get one name.
  select locked.* into space from atrium.spaces locked where locked.id = in_space for no key update;
  perform atrium_private.refuse_archived(in_space);
  return space;
end $$;
comment on function atrium_private.lock_files(uuid) is 'The space, for whoever may change something of its files. Errors: 409 space_archived.';

-- Definer: it reads what the caller may not see.
create or replace function atrium_private.require_folder(in_space uuid, folder uuid)
  returns atrium.spaces
  language plpgsql security definer set search_path = ''
as $$
declare
  space atrium.spaces;
begin
  if (atrium_private.role_on_file(atrium_private.require_caller(), in_space, folder) >= 'editor') is not true then
    perform atrium_private.require_space_role(in_space, 'editor');
  end if;
  space := atrium_private.lock_files(in_space);
  if folder is not null and not exists (
    select from atrium.files known where known.id = folder and known.space_id = in_space and known.is_folder and known.trashed_at is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such folder in this space.', detail = 'folder_not_found';
  end if;
  return space;
end $$;
comment on function atrium_private.require_folder(uuid, uuid) is
  'The space, locked, when the caller may put files there: an editor of it, or of a folder that is shared with him. Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, 409 space_archived.';

-- Definer: see require_folder.
create function atrium_private.require_folder_of(file atrium.files)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if (atrium_private.role_on_file(atrium_private.require_caller(), file.space_id, file.parent_id) >= 'editor') is not true then
    raise sqlstate 'PT403' using message = 'Only editors of the folder it is in may take it out.', detail = 'role_too_low';
  end if;
  perform atrium_private.lock_files(file.space_id);
end $$;
comment on function atrium_private.require_folder_of(atrium.files) is
  'Whoever moves or deletes something changes the folder it is in. Errors: 401 not_signed_in, 403 role_too_low, 409 space_archived.';

-- Definer: it reads files whatever the caller may see.
create or replace function atrium_private.files_in(folder uuid)
  returns setof uuid
  language sql stable security definer set search_path = ''
as $$
  select file.id from atrium.files file where file.above @> array[$1]
$$;

-- Definer: see create_folder.
create or replace function atrium_private.rename_file(file_id uuid, new_name text)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
begin
  perform atrium_private.lock_files(file.space_id);
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  update atrium.files known
  set name = atrium_private.free_file_name(file.space_id, file.parent_id, new_name, $1, 'refuse'),
    updated_at = now(), updated_by = atrium_private.caller()
  where known.id = $1 returning known.* into file;
  return file;
end $$;

-- Definer: see create_folder.
create or replace function atrium_private.move_file(file_id uuid, in_folder uuid, conflict text, to_space uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
  target uuid := coalesce(to_space, file.space_id);
  place atrium.spaces;
  tidy text;
begin
  -- Both spaces are locked in one order, or two moves in opposite directions would wait for each other.
  perform from atrium.spaces space where space.id in (file.space_id, target) order by space.id for no key update;
  place := atrium_private.require_folder(target, in_folder);
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  perform atrium_private.require_folder_of(file);
  if place.workspace_id <> file.workspace_id then
    raise sqlstate 'PT409' using message = 'A file cannot move to another workspace.', detail = 'other_workspace';
  elsif in_folder in (select inside from atrium_private.files_in($1) inside) then
    raise sqlstate 'PT409' using message = 'A folder cannot be inside itself.', detail = 'cycle';
  end if;
  tidy := atrium_private.free_file_name(target, in_folder, file.name, $1, conflict);
  if target = file.space_id then
    update atrium.files known set parent_id = in_folder, name = tidy, updated_at = now(), updated_by = atrium_private.caller() where known.id = $1;
  else
    perform atrium_private.move_stored_bytes($1, place);
    update atrium.files known
    set space_id = target, parent_id = case known.id when $1 then in_folder else known.parent_id end,
      name = case known.id when $1 then tidy else known.name end,
      updated_at = case known.id when $1 then now() else known.updated_at end,
      updated_by = case known.id when $1 then atrium_private.caller() else known.updated_by end
    where known.id in (select inside from atrium_private.files_in($1) inside);
  end if;
  -- Whoever reads it at this moment is asked again.
  perform atrium_private.notify_access(null, null, null, $1);
  select known.* into file from atrium.files known where known.id = $1;
  return file;
end $$;

-- Definer: see create_folder. The copy shares the bytes, which stay as long as any version has them.
create or replace function atrium_private.copy_file(file_id uuid, in_folder uuid, to_space uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'viewer');
  me uuid := atrium_private.caller();
  copy_of uuid := gen_random_uuid();
  place atrium.spaces := atrium_private.require_folder(coalesce(to_space, file.space_id), in_folder);
  parts uuid[];
begin
  select known.* into file from atrium.files known where known.id = $1;
  perform atrium_private.refuse_trashed(file);
  if place.workspace_id <> file.workspace_id then
    raise sqlstate 'PT409' using message = 'A file cannot be copied to another workspace.', detail = 'other_workspace';
  elsif in_folder in (select inside from atrium_private.files_in($1) inside) then
    raise sqlstate 'PT409' using message = 'A folder cannot be inside itself.', detail = 'cycle';
  end if;
  parts := array(
    select part.id from atrium.files part
    where part.id in (select inside from atrium_private.files_in($1) inside) and part.trashed_at is null limit 10001);
  if cardinality(parts) > 10000 then
    raise sqlstate 'PT422' using message = 'At most 10,000 files are copied at once.', detail = 'too_many_files';
  end if;
  with part as materialized (
    select known.*, case known.id when $1 then copy_of else gen_random_uuid() end as copy_id
    from atrium.files known where known.id = any (parts)
  ),
  made as (
    insert into atrium.files (id, workspace_id, space_id, parent_id, is_folder, name, version, path, size, mime, created_by, updated_by)
    select part.copy_id, part.workspace_id, place.id,
      case part.id when $1 then in_folder else (select above.copy_id from part above where above.id = part.parent_id) end,
      part.is_folder,
      case part.id when $1 then atrium_private.free_file_name(place.id, in_folder, part.name, null, 'number') else part.name end,
      case when not part.is_folder then 1 end, part.path, part.size, part.mime, me, me
    -- Each folder before what is in it, see place_file.
    from part order by cardinality(part.above)
  )
  insert into atrium.file_versions (file_id, space_id, number, path, size, sha256, mime, author_id)
  select part.copy_id, place.id, 1, version.path, version.size, version.sha256, version.mime, me
  from part join atrium.file_versions version on version.file_id = part.id and version.number = part.version;
  select known.* into file from atrium.files known where known.id = copy_of;
  return file;
end $$;

-- Definer: see create_folder.
create or replace function atrium_private.trash_file(file_id uuid)
  returns atrium.files
  language plpgsql security definer set search_path = ''
as $$
declare
  file atrium.files := atrium_private.require_file_role($1, 'editor');
begin
  perform atrium_private.require_folder_of(file);
  update atrium.files known set trashed_at = now()
  where known.trashed_at is null and known.id in (select inside from atrium_private.files_in($1) inside)
    -- Trashing again may not take along what has come into it since.
    and exists (select from atrium.files root where root.id = $1 and root.trashed_at is null);
  -- Whoever reads it at this moment is asked again.
  perform atrium_private.notify_access(null, null, null, $1);
  select known.* into file from atrium.files known where known.id = $1;
  return file;
end $$;

-- Definer: see require_file_role.
create or replace function atrium_private.require_file_version(version_id uuid)
  returns atrium.file_versions
  language plpgsql security definer set search_path = ''
as $$
declare
  version atrium.file_versions;
  file atrium.files;
  mine atrium.role;
begin
  select known.* into version from atrium.file_versions known where known.id = $1;
  mine := atrium_private.role_on_file(atrium_private.require_caller(), version.space_id, version.file_id);
  if mine is null or (version.trashed and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such version, or you may not see it.', detail = 'version_not_found';
  end if;
  perform atrium_private.require_file_role(version.file_id, 'editor');
  perform atrium_private.lock_files(version.space_id);
  select known.* into file from atrium.files known where known.id = version.file_id;
  perform atrium_private.refuse_trashed(file);
  return version;
end $$;
comment on function atrium.create_folder(uuid, uuid, uuid, text) is
  'Makes a folder, at the top of a space or in another folder. Editors of the space, or of a shared folder, may. The same call again returns the same folder. Nullable: id, parent_id.
Example: select * from atrium.create_folder(gen_random_uuid(), ''0190…'', null, ''Contracts'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, 409 id_taken, name_taken, space_archived, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved.';

create function atrium.shared_files()
  returns setof atrium.files
  language sql stable set search_path = ''
as $$ select file.* from atrium.files file where file.id in (select atrium_private.granted_to_caller('file')) $$;
comment on function atrium.shared_files() is
  'The files and folders that are shared with the caller by themselves, wherever they are; what is in a folder is found by its parent_id.
Example: select id, name from atrium.shared_files();';
grant execute on function atrium.shared_files to authenticated;
comment on function atrium.rename_file(uuid, text) is
  'Renames a file or folder. Editors of the space, or of a shared folder, may.
Example: select * from atrium.rename_file(''0190…'', ''plan.pdf'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, 409 name_taken, file_trashed, space_archived, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved.';
create or replace function atrium.move_file(id uuid, parent_id uuid, conflict text default 'refuse', space_id uuid default null)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.move_file($1, $2, $3, $4) $$;
comment on function atrium.move_file(uuid, uuid, text, uuid) is
  'Moves a file or folder into another folder (null: the top) of its space, or of another space of the workspace if one is given, whose people see it from then on; what is shared or linked by itself stays so. If the name is taken there, the move is refused, or with the conflict number it becomes "plan (2).pdf". Editors of both places may. Nullable: parent_id, space_id.
Example: select * from atrium.move_file(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, folder_not_found, space_not_found, 409 name_taken, other_workspace, cycle, file_trashed, space_archived, 422 conflict_invalid.';
create or replace function atrium.copy_file(id uuid, parent_id uuid, space_id uuid default null)
  returns atrium.files
  language sql set search_path = ''
as $$ select * from atrium_private.copy_file($1, $2, $3) $$;
comment on function atrium.copy_file(uuid, uuid, uuid) is
  'Copies the present version of a file, or a folder with all that is in it, into a folder (null: the top) of its space, or of another space of the workspace if one is given; numbered if the name is taken there. Who reads it and edits the other place may. Nullable: parent_id, space_id.
Example: select * from atrium.copy_file(''0190…'', null);
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, folder_not_found, space_not_found, 409 other_workspace, cycle, file_trashed, space_archived, 422 too_many_files.';
comment on function atrium.trash_file(uuid) is
  'Puts a file or folder with all that is in it into the trash, where only editors of the space see it. They may, and editors of the folder it is in when that is shared.
Example: select * from atrium.trash_file(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 file_not_found, 409 space_archived.';
comment on function atrium.restore_file_version(uuid) is
  'Makes the content of an older version the newest version of its file. Editors of the space, or of a shared folder, may.
Example: select version from atrium.restore_file_version(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 file_trashed, space_archived.';
comment on function atrium.label_file_version(uuid, text) is
  'Gives a version of a file a name of 1 to 80 characters, or takes it away. Editors of the space, or of a shared folder, may. Nullable: label.
Example: select atrium.label_file_version(''0190…'', ''Sent to the printer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 file_trashed, space_archived, 422 label_too_long, label_invalid.';
comment on function atrium.delete_file_version(uuid) is
  'Deletes an older version of a file for ever. Editors of the space, or of a shared folder, may.
Example: select atrium.delete_file_version(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 409 version_is_present, file_trashed, space_archived.';
comment on column atrium.file_uploads.link_id is 'The link by which somebody without an account drops it, see begin_drop; its size is the most that it may have until it is done.';

-- How much was dropped by a link lately.
create index on atrium.file_uploads (link_id, created_at) where link_id is not null;

create policy "people store the bytes of the uploads that they have announced"
  on storage.objects for insert to authenticated
  with check (
    bucket_id = 'files'
    and exists (
      select from atrium.file_uploads upload
      where upload.path = objects.name and upload.state = 'waiting'
        and upload.uploaded_by = (select atrium_private.caller())
        and (
          upload.space_id in (select atrium_private.spaces_of_caller('editor'))
          or exists (
            select from atrium.files place
            where place.id = coalesce(upload.file_id, upload.parent_id) and place.above && array(select atrium_private.granted_to_caller('file', 'editor'))
          )
        )
    )
  );

-- Definer: nobody may write uploads.
create or replace function atrium_private.begin_upload(
  new_id uuid, in_space uuid, in_folder uuid, new_name text, new_size bigint, new_sha256 text, for_file uuid, new_note text, on_conflict text
)
  returns atrium.file_uploads
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  space atrium.spaces;
  file atrium.files;
  upload atrium.file_uploads;
begin
  if for_file is not null then
    file := atrium_private.require_file_role(for_file, 'editor');
    perform atrium_private.refuse_trashed(file);
    if file.is_folder then
      raise sqlstate 'PT409' using message = 'A folder has no versions.', detail = 'is_folder';
    end if;
    in_space := file.space_id;
    in_folder := file.parent_id;
    new_name := file.name;
  end if;
  space := case when for_file is null then atrium_private.require_folder(in_space, in_folder) else atrium_private.lock_files(in_space) end;
  select known.* into upload from atrium.file_uploads known where known.id = new_id;
  if upload.id is not null then
    if (upload.uploaded_by = me and upload.space_id = in_space) is not true then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return upload;
  elsif exists (select from atrium.file_versions version where version.path = new_id::text) then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  elsif (new_size between 0 and 5368709120) is not true then
    raise sqlstate 'PT422' using message = 'A file has 5 GB at most.', detail = 'size_invalid';
  elsif new_sha256 !~ '^[0-9a-f]{64}$' then
    raise sqlstate 'PT422' using message = 'The SHA-256 has 64 hexadecimal digits in lower case.', detail = 'sha256_invalid';
  elsif char_length(new_note) > 500 then
    raise sqlstate 'PT422' using message = 'The note is longer than 500 characters.', detail = 'note_too_long';
  elsif (on_conflict in ('refuse', 'number', 'version')) is not true then
    raise sqlstate 'PT422' using message = 'What to do when the name is taken: refuse, number or version.', detail = 'conflict_invalid';
  elsif (select count(*) from atrium.file_uploads waiting where waiting.uploaded_by = me and waiting.state = 'waiting') >= 1000 then
    raise sqlstate 'PT429' using message = 'More than 1,000 uploads wait for their bytes. Finish or cancel some of them.', detail = 'too_many_uploads';
  elsif atrium_private.storage_left(space.workspace_id) < new_size then
    raise sqlstate 'PT413' using message = 'This workspace has no room for the file.', detail = 'storage_full';
  end if;
  if for_file is null and on_conflict = 'refuse' then
    perform atrium_private.free_file_name(in_space, in_folder, new_name, null, 'refuse');
  end if;
  insert into atrium.file_uploads (id, space_id, parent_id, file_id, uploaded_by, name, size, sha256, note, conflict)
  values (coalesce(new_id, gen_random_uuid()), in_space, in_folder, for_file, me, atrium_private.valid_file_name(new_name), new_size, new_sha256,
    coalesce(btrim(new_note), ''), on_conflict)
  returning * into upload;
  return upload;
end $$;

-- Definer: the worker writes no table. It answers for the person who uploaded, who may have lost his rights meanwhile.
create or replace function atrium_private.finish_upload(upload_id uuid, found_size bigint, found_sha256 text, found_mime text)
  returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  upload atrium.file_uploads;
  space atrium.spaces;
  file atrium.files;
  trouble text;
begin
  select known.* into upload from atrium.file_uploads known where known.id = $1;
  -- The space first, as whoever moves or deletes files: two that wait for each other would both fail.
  select locked.* into space from atrium.spaces locked where locked.id = upload.space_id for no key update;
  select known.* into upload from atrium.file_uploads known where known.id = $1 for update;
  if upload.id is null or upload.state <> 'stored' then
    return upload.state;
  end if;
  if upload.file_id is not null then
    select known.* into file from atrium.files known where known.id = upload.file_id and known.trashed_at is null;
  else
    -- A folder that was trashed meanwhile is not filled: the file goes to the top.
    if not exists (select from atrium.files folder where folder.id = upload.parent_id and folder.trashed_at is null) then
      upload.parent_id := null;
    end if;
    select known.* into file from atrium.files known
    where known.space_id = space.id and known.parent_id is not distinct from upload.parent_id and known.name_key = lower(upload.name)
      and known.trashed_at is null;
  end if;
  trouble := case
    when found_size > upload.size or (found_size < upload.size and upload.uploaded_by is not null) then 'size_mismatch'
    when found_sha256 <> upload.sha256 then 'checksum_mismatch'
    when space.archived_at is not null then 'space_archived'
    when upload.uploaded_by is null and not exists (
      select from atrium.links link
      where link.id = upload.link_id and link.uploads and link.object_id = upload.parent_id and (link.expires_at is null or link.expires_at > now())
    ) then 'role_too_low'
    when upload.uploaded_by is not null and (atrium_private.role_on_file(upload.uploaded_by, space.id, coalesce(upload.file_id, upload.parent_id)) >= 'editor') is not true
      then 'role_too_low'
    when atrium_private.storage_left(space.workspace_id) < 0 then 'storage_full'
    when upload.file_id is not null and file.id is null then 'file_not_found'
    when upload.file_id is null and file.id is not null and (upload.conflict = 'refuse' or (upload.conflict = 'version' and file.is_folder)) then 'name_taken'
  end;
  if trouble is not null then
    update atrium.file_uploads known set state = 'refused', problem = trouble where known.id = upload.id;
    return 'refused';
  end if;
  if upload.file_id is null and (file.id is null or upload.conflict = 'number') then
    insert into atrium.files (workspace_id, space_id, parent_id, is_folder, name, version, path, size, mime, created_by, updated_by)
    values (space.workspace_id, space.id, upload.parent_id, false,
      atrium_private.free_file_name(space.id, upload.parent_id, upload.name, null, 'number'), 1, upload.path, found_size, found_mime,
      upload.uploaded_by, upload.uploaded_by)
    returning * into file;
  end if;
  perform atrium_private.add_file_version(file.id, upload.path, found_size, found_sha256, found_mime, upload.note, null, upload.uploaded_by);
  update atrium.file_uploads known set state = 'done', file_id = file.id, size = found_size where known.id = upload.id;
  return 'done';
end $$;
comment on function atrium.begin_upload(uuid, uuid, uuid, text, bigint, text, uuid, text, text) is
  'Announces a file, or with file_id a new version of one (space, folder and name are its own then). Its bytes are uploaded to the bucket files under the path that is returned (5 GB at most), are checked against size and sha256, and become a version; the state of the upload says when. Editors of the space, or of a shared folder, may. The same call again returns the same upload. Nullable: id, space_id, parent_id, name, sha256, file_id, note, problem.
Example: select path from atrium.begin_upload(gen_random_uuid(), ''0190…'', null, ''plan.pdf'', 1200);
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, folder_not_found, file_not_found, 409 id_taken, name_taken, is_folder, file_trashed, space_archived, 413 storage_full, 422 name_required, name_too_long (255 bytes), name_invalid, name_reserved, size_invalid, sha256_invalid, note_too_long, conflict_invalid, 429 too_many_uploads.';

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
comment on column atrium.notifications.object_type is 'workspace, space, room, document or file: what the inbox groups by.';

-- The look-ups of a document and of a file are under the policies on these themselves.
create policy "people see their own notifications of what they may read"
  on atrium.notifications for select to authenticated
  using (
    user_id = (select atrium_private.caller()) and case object_type
      when 'room' then object_id in (select atrium_private.rooms_of_caller('viewer'))
      when 'document' then exists (select from atrium.documents document where document.id = object_id)
      when 'file' then exists (select from atrium.files file where file.id = object_id)
      when 'space' then object_id in (select atrium_private.spaces_of_caller('viewer'))
      else object_id in (select atrium_private.workspaces_of_caller('guest'))
    end
  );

-- Definer: it answers for anybody, to the inbox of the caller and to the worker. Not granted.
create or replace function atrium_private.visible_notifications(for_user uuid, in_workspace uuid, ids uuid[], which text, before timestamptz, most integer)
  returns setof atrium.notifications
  language plpgsql stable security definer rows 50 set search_path = ''
as $$
begin
  return query
    with rooms as materialized (select given.room_id from atrium_private.room_rights(for_user) given),
    spaces as materialized (select given.space_id, max(given.role) as role from atrium_private.space_rights(for_user) given group by given.space_id),
    granted as materialized (select given.object_id from atrium_private.grant_rights(for_user, 'document') given),
    folders as materialized (select array_agg(given.object_id) as ids from atrium_private.grant_rights(for_user, 'file') given),
    workspaces as materialized (select given.workspace_id from atrium_private.active_memberships(for_user) given)
    select told.*
    from atrium.notifications told
    left join atrium.documents document on told.object_type = 'document' and document.id = told.object_id
    left join atrium.files file on told.object_type = 'file' and file.id = told.object_id
    where told.user_id = for_user
      and (in_workspace is null or told.workspace_id = in_workspace)
      and (ids is null or told.id = any (ids))
      and (before is null or told.touched_at < before)
      and case which
        when 'open' then told.done_at is null and (told.snoozed_until is null or told.snoozed_until <= now())
        when 'unread' then told.done_at is null and told.read_at is null and (told.snoozed_until is null or told.snoozed_until <= now())
        when 'snoozed' then told.done_at is null and told.snoozed_until > now()
        when 'done' then told.done_at is not null
        else true
      end
      and case told.object_type
        when 'room' then told.object_id in (select rooms.room_id from rooms)
        when 'document' then document.suggestion_for is null and (
          (document.trashed_at is null and (
            document.space_id in (select spaces.space_id from spaces) or document.id in (select granted.object_id from granted)))
          or document.space_id in (select spaces.space_id from spaces where spaces.role >= 'editor'))
        when 'file' then
          (file.trashed_at is null and (file.space_id in (select spaces.space_id from spaces) or file.above && (select folders.ids from folders)))
          or file.space_id in (select spaces.space_id from spaces where spaces.role >= 'editor')
        when 'space' then told.object_id in (select spaces.space_id from spaces)
        else told.object_id in (select workspaces.workspace_id from workspaces)
      end
    order by told.touched_at desc, told.id
    limit most;
end $$;

-- Definer: see mark_notifications.
create or replace function atrium_private.mark_object_read(of_type text, item uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  if (of_type in ('workspace', 'space', 'room', 'document', 'file') and item is not null) is not true then
    raise sqlstate 'PT422' using message = 'Say which workspace, space, room, document or file was read.', detail = 'object_type_invalid';
  end if;
  update atrium.notifications told set read_at = now()
  where told.user_id = me and told.object_id = item and told.object_type = of_type and told.read_at is null
    and (told.snoozed_until is null or told.snoozed_until <= now());
  if found then
    perform atrium_private.send_to_people(array[me], 'notifications', '{}');
  end if;
end $$;
create trigger place_new_file before insert on atrium.files
  for each row execute function atrium_private.place_file();
create trigger place_file before update of parent_id on atrium.files
  for each row when (new.parent_id is distinct from old.parent_id) execute function atrium_private.place_file();

-- Definer: it writes what nobody may. Its versions follow by their key.
create function atrium_private.follow_file_space()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update atrium.grants set space_id = new.space_id where object_type = 'file' and object_id = new.id;
  update atrium.links set space_id = new.space_id where object_type = 'file' and object_id = new.id;
  update atrium.file_uploads set space_id = new.space_id where state in ('waiting', 'stored') and (file_id = new.id or parent_id = new.id);
  return null;
end $$;
comment on function atrium_private.follow_file_space() is 'What is shared, linked or uploaded goes along to another space.';
create trigger follow_file_space after update of space_id on atrium.files
  for each row when (new.space_id <> old.space_id) execute function atrium_private.follow_file_space();
comment on function atrium_private.move_file(uuid, uuid, text, uuid) is 'Behind atrium.move_file.';

-- Definer: nobody may write the sums.
create function atrium_private.move_stored_bytes(moving uuid, place atrium.spaces)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  with moved as (
    update atrium_private.stored_files known set space_id = place.id
    from atrium.file_versions version join storage.objects object on object.bucket_id = 'files' and object.name = version.path
    where version.file_id in (select inside from atrium_private.files_in(moving) inside)
      and known.object_id = object.id and known.space_id = version.space_id
    returning known.owner_id, known.bytes, version.space_id as from_space
  ),
  sums as (select moved.from_space, moved.owner_id, count(*) as files, sum(moved.bytes) as bytes from moved group by 1, 2),
  less as (
    update atrium_private.stored_bytes known set files = known.files - sums.files, bytes = known.bytes - sums.bytes
    from sums where known.space_id = sums.from_space and known.owner_id is not distinct from sums.owner_id
  )
  insert into atrium_private.stored_bytes as known (workspace_id, space_id, owner_id, files, bytes)
  select place.workspace_id, place.id, sums.owner_id, sums.files, sums.bytes from sums
  on conflict (document_id, room_id, space_id, owner_id) do update set files = known.files + excluded.files, bytes = known.bytes + excluded.bytes;
end $$;
comment on function atrium_private.move_stored_bytes(uuid, atrium.spaces) is 'Counts what is stored of a file, or of all in a folder, in another space of the workspace.';
comment on function atrium_private.copy_file(uuid, uuid, uuid) is 'Behind atrium.copy_file.';

-- Definer: who reads a folder reads what is in it.
create function atrium_private.folder_files(folder uuid)
  returns table (id uuid, path text, name text, size bigint, folders jsonb, updated_at timestamptz)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  top atrium.files := atrium_private.require_file_role(folder, 'viewer');
begin
  return query
    select file.id, file.path, file.name, file.size,
      to_jsonb(array(select between_them.name from atrium.files between_them
        where between_them.id = any (file.above[cardinality(top.above) + 1:]) and between_them.is_folder order by cardinality(between_them.above))),
      file.updated_at
    from atrium.files file
    where file.above @> array[folder] and not file.is_folder and file.trashed_at is not distinct from top.trashed_at
    order by file.above;
end $$;
comment on function atrium_private.folder_files(uuid) is 'Behind atrium.folder_files.';
grant execute on function atrium_private.folder_files to authenticated;

create function atrium.folder_files(folder_id uuid)
  returns table (id uuid, path text, name text, size bigint, folders jsonb, updated_at timestamptz)
  language sql stable set search_path = ''
as $$ select * from atrium_private.folder_files($1) $$;
comment on function atrium.folder_files(uuid) is
  'Every file in a folder, however deep, with the names of the folders between. Who reads the folder may.
Example: select folders, name, size from atrium.folder_files(''0190…'');
Errors: 401 not_signed_in, 404 file_not_found.';
grant execute on function atrium.folder_files to authenticated;


grant execute on function atrium_private.create_link to authenticated;
grant execute on function atrium.create_link to authenticated;
grant execute on function atrium_private.move_file to authenticated;
grant execute on function atrium.move_file to authenticated;
grant execute on function atrium_private.copy_file to authenticated;
grant execute on function atrium.copy_file to authenticated;

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
