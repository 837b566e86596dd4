-- Sharing a document, a room, a file or a folder by a link: whoever opens it, and knows the password when there is one, has the link's role on it.
-- A visitor without an account is an anonymous account (signInAnonymously), so that every part of the platform asks the same policies. What
-- a link to files shows is in 312_file_links.sql.

create table atrium.links (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references atrium.workspaces (id) on delete cascade,
  space_id uuid not null,
  object_type text not null check (object_type in ('document', 'room', 'file')),
  object_id uuid not null,
  role atrium.role not null check (role between 'viewer' and 'editor'),
  has_password boolean not null default false,
  expires_at timestamptz,
  created_by uuid references atrium.profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  downloads boolean not null default true,
  uploads boolean not null default false,
  visits integer not null default 0,
  visited_at timestamptz,
  foreign key (workspace_id, space_id) references atrium.spaces (workspace_id, id) on delete cascade,
  constraint links_kind_fits check (case object_type when 'file' then role = 'viewer' else downloads and not uploads end)
);
comment on table atrium.links is 'Links by which a document, a room, a file or a folder is shared. Seen by the editors of its space; the link itself is known to its maker alone.';
comment on column atrium.links.space_id is 'The space of the item; it follows when the item moves.';
comment on column atrium.links.role is 'viewer to editor, of a room to commenter. A visitor without an account only reads, whatever it says.';
comment on column atrium.links.expires_at is 'From then on the link gives nothing. Null: it does not expire.';
comment on column atrium.links.downloads is 'Whether what a link to files shows can be saved; if not, pictures, sound, film and text are shown alone.';
comment on column atrium.links.uploads is 'Whether files can be dropped into the folder by the link, and nothing in it is shown.';
comment on column atrium.links.visits is 'How often a link to files was opened, last at visited_at.';
create index on atrium.links (object_id);
create index on atrium.links (space_id);
create index on atrium.links (workspace_id);
-- The worker asks every second what has ended.
create index on atrium.links (expires_at) where expires_at is not null;
-- Deleting an account looks for what the person made.
create index on atrium.links (created_by);
alter table atrium.links enable row level security;

create policy "editors of the space see its links"
  on atrium.links for select to authenticated
  using (space_id in (select atrium_private.spaces_of_caller('editor')));
grant select on atrium.links to authenticated;

create table atrium_private.link_secrets (
  link_id uuid primary key references atrium.links (id) on delete cascade,
  hash bytea not null unique check (octet_length(hash) = 32),
  password text,
  failures integer not null default 0,
  failing_since timestamptz
);
comment on table atrium_private.link_secrets is 'The SHA-256 of each link''s token, the bcrypt hash of its password, and how often it was guessed at.';
alter table atrium_private.link_secrets enable row level security;

create table atrium_private.expired_links (
  hash bytea primary key check (octet_length(hash) = 32),
  expired_at timestamptz not null
);
comment on table atrium_private.expired_links is
  'The SHA-256 of the tokens of links that have expired and are removed, for 90 days: whoever still has one is told why it does not open.';
-- The worker asks every second which are old enough.
create index on atrium_private.expired_links (expired_at);
alter table atrium_private.expired_links enable row level security;

create table atrium_private.link_visits (
  link_id uuid not null references atrium.links (id) on delete cascade,
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  role atrium.role not null,
  opened_at timestamptz not null default now(),
  primary key (link_id, user_id)
);
comment on table atrium_private.link_visits is 'Who has opened a link, which gives him the lower of both roles for as long as the link exists.';
-- Every policy asks "which links have I opened?".
create index on atrium_private.link_visits (user_id, link_id);
alter table atrium_private.link_visits enable row level security;

-- Definer: nobody may insert links but through here.
create function atrium_private.create_link(
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
grant execute on function atrium_private.create_link to authenticated;

-- Definer: nobody may delete links but through here.
create function atrium_private.delete_link(link_id uuid)
  returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.require_caller();
  delete from atrium.links link where link.id = $1 and link.space_id in (select atrium_private.spaces_of_caller('editor'));
  if not found then
    raise sqlstate 'PT404' using message = 'There is no such link, or you may not see it.', detail = 'link_not_found';
  end if;
end $$;
comment on function atrium_private.delete_link(uuid) is 'Behind atrium.delete_link.';
grant execute on function atrium_private.delete_link to authenticated;

-- Definer: it reads links by their token, which nobody may.
create function atrium_private.require_link(token text)
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
  if link.expires_at <= now()
    or exists (select from atrium_private.expired_links gone where gone.hash = sha256(convert_to($1, 'UTF8')))
  then
    raise sqlstate 'PT410' using message = 'This link has expired.', detail = 'link_expired';
  elsif link.id is null then
    raise sqlstate 'PT404' using message = 'This link does not exist any more.', detail = 'link_not_found';
  end if;
  return link;
end $$;
comment on function atrium_private.require_link(text) is 'The link that a token opens. Errors: 404 link_not_found, 410 link_expired.';

-- Definer: whoever has the link may read what it asks for, signed in or not.
create function atrium_private.link_preview(token text)
  returns table (object_type text, role atrium.role, has_password boolean, expires_at timestamptz)
  language plpgsql stable security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_link($1);
begin
  return query select link.object_type, link.role, link.has_password, link.expires_at;
end $$;
comment on function atrium_private.link_preview(text) is 'Behind atrium.link_preview.';
grant execute on function atrium_private.link_preview to anon, authenticated;

-- Definer: it reads and counts what nobody may. A wrong password is an answer and no error: an error would take the count of failures back.
create function atrium_private.try_link(link_id uuid, password text)
  returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  secret atrium_private.link_secrets;
begin
  select known.* into secret from atrium_private.link_secrets known where known.link_id = $1 for update;
  if secret.password is null then
    return 'open';
  elsif secret.failures >= 10 and secret.failing_since > now() - interval '15 minutes' then
    return 'too_many_attempts';
  elsif $2 is null then
    return 'password_required';
  elsif octet_length($2) <= 72 and extensions.crypt($2, secret.password) = secret.password then
    return 'open';
  end if;
  update atrium_private.link_secrets known
  set failures = case when known.failing_since > now() - interval '15 minutes' then known.failures + 1 else 1 end,
    failing_since = case when known.failing_since > now() - interval '15 minutes' then known.failing_since else now() end
  where known.link_id = $1;
  return 'password_wrong';
end $$;
comment on function atrium_private.try_link(uuid, text) is 'Whether this password opens a link: open, password_required, password_wrong or too_many_attempts.';

-- Definer: it writes visits.
create function atrium_private.open_link(token text, password text)
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
comment on function atrium_private.open_link(text, text) is 'Behind atrium.open_link.';
grant execute on function atrium_private.open_link to authenticated;

-- Definer: it reads the hash of the password, which is the key: nobody can guess it who does not know its salt, and with the link it is gone.
create function atrium_private.link_pass(link_id uuid, until bigint)
  returns text
  language sql stable security definer set search_path = ''
as $$
  select $2 || '.' || encode(extensions.hmac($1 || '.' || $2, secret.password, 'sha256'), 'hex')
  from atrium_private.link_secrets secret where secret.link_id = $1
$$;
comment on function atrium_private.link_pass(uuid, bigint) is
  'Shows until this second of the epoch that whoever has it knew the password of the link. Null of a link without one.';

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

-- Definer: the collaboration server shows a page to whoever has a link to it, and may read no other.
create function atrium_private.read_link(token text, password text)
  returns table (
    state text, object_type text, role atrium.role, title text, icon text, content jsonb, messages jsonb, updated_at timestamptz, pass text
  )
  language plpgsql security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_link($1);
  state text := atrium_private.try_link(link.id, $2);
begin
  if state = 'open' and link.object_type = 'room' then
    return query
      select state, link.object_type, link.role, room.name, null::text, null::jsonb, (
        select coalesce(jsonb_agg(said.row order by said.seq), '[]') from (
          select message.seq, jsonb_build_object(
            'author', coalesce(message.bot_name, author.name), 'at', message.created_at, 'edited', message.edited_at is not null,
            'text', message.text, 'forwarded', message.forwarded ->> 'text',
            'files', (select coalesce(jsonb_agg(file ->> 'name'), '[]') from jsonb_array_elements(message.files) file),
            'replies', message.reply_count
          ) as row
          from atrium.messages message left join atrium.profiles author on author.id = message.author_id
          where message.room_id = room.id and message.thread_id is null and message.deleted_at is null
          order by message.seq desc limit 50
        ) said
      ), room.last_at, null::text
      from atrium.rooms room where room.id = link.object_id;
    return;
  end if;
  return query
    select state, link.object_type, link.role, document.title, document.icon, contents.json, null::jsonb, document.updated_at,
      case when state = 'open' then atrium_private.link_pass(link.id, extract(epoch from now() + interval '1 hour')::bigint) end
    from (select) one
    left join atrium.documents document on state = 'open' and document.id = link.object_id
    left join atrium.document_contents contents on contents.document_id = document.id;
end $$;
comment on function atrium_private.read_link(text, text) is
  'What a document, or the last 50 messages of a room outside threads, say to whoever has a link, signed in or not. The state is as in open_link; all but the type and the role are null unless it is open, and of files; these are in linked_folder. For an hour the pass opens the files, see linked_file. Errors: 404 link_not_found, 410 link_expired.';
grant execute on function atrium_private.read_link to atrium_collab;

-- Definer: the collaboration server hands out files of a page to whoever has a link to it, and may read no other.
create function atrium_private.linked_file(token text, pass text, bucket text, name text)
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
comment on function atrium_private.linked_file(text, text, text, text) is
  'Whether a file is of the document that a link leads to, with the pass from read_link when the link has a password. Errors: 404 link_not_found, 410 link_expired.';
grant execute on function atrium_private.linked_file to atrium_collab;

-- Definer: it deletes rows that nobody may delete. Rooms go with their space, and with it what was shared of them.
create function atrium_private.forget_shares()
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

create function atrium.create_link(
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
grant execute on function atrium.create_link to authenticated;

create function atrium.delete_link(link_id uuid)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.delete_link($1) $$;
comment on function atrium.delete_link(uuid) is
  'Takes a link back: whoever came by it loses the document or room at once. Editors of the space may.
Example: select atrium.delete_link(''0190…'');
Errors: 401 not_signed_in, 404 link_not_found.';
grant execute on function atrium.delete_link to authenticated;

create function atrium.link_preview(token text)
  returns table (object_type text, role atrium.role, has_password boolean, expires_at timestamptz)
  language sql stable set search_path = ''
as $$ select * from atrium_private.link_preview($1) $$;
comment on function atrium.link_preview(text) is
  'What a link asks for, for whoever has it, signed in or not. Nullable: expires_at.
Example: select has_password from atrium.link_preview(''n3cm…'');
Errors: 404 link_not_found, 410 link_expired.';
grant execute on function atrium.link_preview to anon, authenticated;

create function atrium.open_link(token text, password text default null)
  returns table (state text, object_type text, object_id uuid, role atrium.role)
  language sql set search_path = ''
as $$ select * from atrium_private.open_link($1, $2) $$;
comment on function atrium.open_link(text, text) is
  'Opens a link for the caller, who may be an anonymous account (it only reads). The state is open, password_required, password_wrong or too_many_attempts (ten wrong ones in 15 minutes); the other columns are null but for open. A link to files is not opened but read, at /l/<token>/read. Nullable: password, object_type, object_id, role.
Example: select state, object_id from atrium.open_link(''n3cm…'', ''open sesame'');
Errors: 401 not_signed_in, 404 link_not_found, 409 link_is_page, 410 link_expired.';
grant execute on function atrium.open_link to authenticated;

-- Definer: see grant_rights.
create function atrium_private.linked_to_caller(of_type text)
  returns setof uuid
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  return query
    select rights.object_id
    from atrium_private.grant_rights(me, of_type) rights
    join atrium.spaces space on space.id = rights.space_id
    where rights.source = 'link' and not exists (
      select from atrium_private.active_members member where member.user_id = me and member.workspace_id = space.workspace_id
    );
end $$;
comment on function atrium_private.linked_to_caller(text) is 'The documents or rooms outside of the caller''s workspaces that he reads by a link.';
grant execute on function atrium_private.linked_to_caller to authenticated;

create function atrium.linked_documents()
  returns setof atrium.documents
  language sql stable set search_path = ''
as $$ select document.* from atrium.documents document where document.id in (select atrium_private.linked_to_caller('document')) $$;
comment on function atrium.linked_documents() is
  'The documents that the caller has opened by a link in workspaces to which he does not belong, for as long as the link lasts.
Example: select id, title from atrium.linked_documents();';
grant execute on function atrium.linked_documents to authenticated;

create function atrium.has_links()
  returns boolean
  language sql stable set search_path = ''
as $$
  select exists (select atrium_private.linked_to_caller('document')) or exists (select atrium_private.linked_to_caller('room'))
$$;
comment on function atrium.has_links() is
  'Whether the caller has opened a link to something in a workspace to which he does not belong: linked_documents has it, or my_rooms(null).
Example: select atrium.has_links();';
grant execute on function atrium.has_links to authenticated;
