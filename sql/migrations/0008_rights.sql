-- What policies ask at each statement, asked with fewer functions within functions. What is here leads to what the numbered files install,
-- which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

create or replace function atrium_private.caller_without_mfa()
  returns uuid
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'aal') is distinct from 'aal2' then
    return atrium_private.caller();
  end if;
  return null;
end $$;
revoke execute on function atrium_private.caller_without_mfa from public;
comment on function atrium_private.caller_without_mfa() is 'The caller, if he has signed in without a second factor; else null.';

create or replace function atrium_private.lacks_mfa(for_user uuid)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
begin
  -- About somebody else it is not asked: nobody knows how he will sign in.
  return coalesce(for_user = atrium_private.caller_without_mfa(), false);
end $$;
comment on function atrium_private.lacks_mfa(uuid) is 'Whether this person is the caller and has signed in without a second factor.';

create view atrium_private.active_members with (security_invoker) as
  select member.user_id, member.workspace_id, member.role
  from atrium.members member
  where member.suspended_at is null
    and (member.expires_at is null or member.expires_at > now())
    and (not member.needs_mfa or member.user_id is distinct from (select atrium_private.caller_without_mfa()));
comment on view atrium_private.active_members is
  'The people who have rights in a workspace now: not suspended, not expired, and signed in with a second factor where that is asked for.';

create or replace function atrium_private.active_memberships(for_user uuid)
  returns table (workspace_id uuid, role atrium.role)
  language plpgsql stable security definer rows 2 set search_path = ''
as $$
begin
  return query select member.workspace_id, member.role from atrium_private.active_members member where member.user_id = for_user;
end $$;
comment on function atrium_private.active_memberships(uuid) is 'The workspaces in which a person has rights now, see active_members.';

create or replace function atrium_private.workspaces_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 2 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  return query select member.workspace_id from atrium_private.active_members member where member.user_id = me and member.role >= at_least;
end $$;
comment on function atrium_private.workspaces_of_caller(atrium.role) is 'The workspaces in which the caller has the role or a higher one.';
grant execute on function atrium_private.workspaces_of_caller to authenticated;

create view atrium_private.space_roles with (security_invoker) as
  select member.user_id, space.id as space_id, 'workspace' as source, space.workspace_id as source_id, member.role, space.archived_at
  from atrium_private.active_members member
  join atrium.spaces space on space.workspace_id = member.workspace_id
  where member.role > 'guest' and not space.private
  union all
  select direct.user_id, space.id, 'space', space.id, direct.role, space.archived_at
  from atrium.space_members direct
  join atrium.spaces space on space.id = direct.space_id
  join atrium_private.active_members member on member.workspace_id = space.workspace_id and member.user_id = direct.user_id
  union all
  select inside.user_id, space.id, 'group', grouped.group_id, grouped.role, space.archived_at
  from atrium.group_members inside
  join atrium.space_members grouped on grouped.group_id = inside.group_id
  join atrium.spaces space on space.id = grouped.space_id
  join atrium_private.active_members member on member.workspace_id = space.workspace_id and member.user_id = inside.user_id;
comment on view atrium_private.space_roles is
  'Every role that a person has in a space, and from where: his workspace, the space itself, or a group. The highest one counts.';

create or replace function atrium_private.space_rights(for_user uuid)
  returns table (space_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query select given.space_id, given.source, given.source_id, given.role from atrium_private.space_roles given where given.user_id = for_user;
end $$;
comment on function atrium_private.space_rights(uuid) is 'The roles of one person, see space_roles.';

create or replace function atrium_private.spaces_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  -- Two queries: the one that every list waits for reads the spaces from an index alone.
  if at_least <= 'viewer' then
    return query select given.space_id from atrium_private.space_roles given where given.user_id = me and given.role >= at_least;
  else
    return query
      select given.space_id from atrium_private.space_roles given
      where given.user_id = me and given.role >= at_least and given.archived_at is null;
  end if;
end $$;
comment on function atrium_private.spaces_of_caller(atrium.role) is
  'The spaces in which the caller has the role or a higher one; above viewer without the archived ones.';
grant execute on function atrium_private.spaces_of_caller to authenticated;


create table atrium_private.sign_up (
  policy text not null default 'open' check (policy in ('open', 'invited', 'domains')),
  domains text[] not null default '{}',
  one boolean primary key default true check (one)
);
comment on table atrium_private.sign_up is 'One row, written by whoever installs: ATRIUM_SIGN_UP beside npm run migrate.';
comment on column atrium_private.sign_up.policy is
  'Who may make an account: everybody (open), who was invited (invited), or who was invited or has an address in one of the domains (domains).';
comment on column atrium_private.sign_up.domains is 'In lower case.';
alter table atrium_private.sign_up enable row level security;
insert into atrium_private.sign_up default values;

create function atrium_private.set_sign_up(who text)
  returns void
  language plpgsql set search_path = ''
as $$
declare
  named text[] := array(select lower(btrim(domain)) from unnest(string_to_array(who, ',')) domain);
begin
  if who in ('open', 'invited') then
    update atrium_private.sign_up set policy = who, domains = '{}';
  elsif named <> '{}' and not exists (select from unnest(named) domain where domain !~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$') then
    update atrium_private.sign_up set policy = 'domains', domains = named;
  else
    raise sqlstate 'PT422' using message = 'Who may sign up is open, invited, or e-mail domains such as example.com, by comma.', detail = 'sign_up_invalid';
  end if;
end $$;
revoke execute on function atrium_private.set_sign_up from public;
comment on function atrium_private.set_sign_up(text) is 'open, invited, or domains by comma. Errors: 422 sign_up_invalid.';

create function atrium_private.is_of_domain(email text)
  returns boolean
  language sql stable set search_path = ''
as $$
  select exists (
    select from atrium_private.sign_up rule where rule.policy = 'domains' and regexp_replace(lower($1), '^.*@', '') = any (rule.domains)
  )
$$;
revoke execute on function atrium_private.is_of_domain from public;
comment on function atrium_private.is_of_domain(text) is 'Whether an address is in one of the domains whose people may sign up.';

create function atrium_private.before_user_created(event jsonb)
  returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  email text := lower(event #>> '{user,email}');
  token text := left(event #>> '{user,user_metadata,invite_token}', 200);
begin
  if exists (select from atrium_private.sign_up rule where rule.policy <> 'open')
    -- Whoever sets an installation up must get in.
    and exists (select from auth.users account where account.email_confirmed_at is not null)
    and not atrium_private.is_of_domain(email)
    and atrium_private.is_invited(email, sha256(convert_to(nullif(token, ''), 'UTF8'))) is not true
  then
    return jsonb_build_object('error', jsonb_build_object('http_code', 422, 'message', 'Signups not allowed for this instance'));
  end if;
  return '{}';
end $$;
revoke execute on function atrium_private.before_user_created from public;
comment on function atrium_private.before_user_created(jsonb) is
  'The hook of Supabase Auth that is asked before an account is made, by whatever way; administrators make accounts through its admin API.';
grant execute on function atrium_private.before_user_created to supabase_auth_admin;

create function atrium_private.refuse_address()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from atrium_private.sign_up rule where rule.policy = 'domains')
    and not atrium_private.is_of_domain(new.email_change) and atrium_private.is_invited(new.email_change, null) is not true
  then
    raise sqlstate 'PT422' using message = 'Accounts of this installation have an address of certain domains.', detail = 'email_address_not_authorized';
  end if;
  return new;
end $$;
revoke execute on function atrium_private.refuse_address from public;
comment on function atrium_private.refuse_address() is 'Holds a change of address to the domains of the sign-up. Errors: 422 email_address_not_authorized.';
create trigger atrium_refuse_address before update of email_change on auth.users
  for each row when (new.email_change <> '' and new.email_change is distinct from old.email_change)
  execute function atrium_private.refuse_address();

create function atrium_private.private_room_rights(for_user uuid)
  returns table (room_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 5 set search_path = ''
as $$
begin
  -- Most of the time of those who are in none.
  if not exists (
    select from atrium.room_members inside join atrium.rooms room on room.id = inside.room_id where inside.user_id = for_user and room.private
  ) then
    return;
  end if;
  return query
    with highest as materialized (
      select given.space_id, max(given.role) as role from atrium_private.space_roles given where given.user_id = for_user group by given.space_id
    )
    select room.id, 'room', room.id, coalesce(highest.role, 'commenter')
    from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium_private.active_members member on member.user_id = for_user and member.workspace_id = room.workspace_id
    left join atrium.spaces space on space.id = room.space_id
    left join highest on highest.space_id = room.space_id
    where inside.user_id = for_user and room.private and (space.private is not true or highest.space_id is not null);
end $$;
revoke execute on function atrium_private.private_room_rights from public;
comment on function atrium_private.private_room_rights(uuid) is 'The private rooms and direct conversations that a person is in, as room_rights has them.';

create or replace function atrium_private.room_rights(for_user uuid)
  returns table (room_id uuid, source text, source_id uuid, role atrium.role)
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
begin
  return query
    with space_roles as materialized (
      select given.space_id, given.source, given.source_id, given.role from atrium_private.space_roles given where given.user_id = for_user
    ),
    -- Of all spaces at once, so that an index has them, however many rooms there are.
    public_rooms as materialized (
      select room.id, room.space_id from atrium.rooms room
      where room.space_id = any (array(select given.space_id from space_roles given)) and not room.private
    )
    select room.id, given.source, given.source_id, given.role
    from space_roles given
    join public_rooms room on room.space_id = given.space_id;
  return query
    select given.room_id, given.source, given.source_id, given.role from atrium_private.private_room_rights(for_user) given;
  return query
    select given.object_id, given.source, given.source_id, given.role from atrium_private.grant_rights(for_user, 'room') given;
end $$;
comment on function atrium_private.room_rights(uuid) is
  'Every role that a person has in a room, and from where. A member of a private room has his role in the space, or commenter when he has none there; a private space must let him in first. In a direct conversation everybody is a commenter.';

create or replace function atrium_private.rooms_of_caller(at_least atrium.role default 'viewer')
  returns setof uuid
  language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
  me uuid := atrium_private.caller();
begin
  if at_least > 'viewer' then
    return query
      select rights.room_id
      from atrium_private.room_rights(me) rights
      join atrium.rooms room on room.id = rights.room_id
      left join atrium.spaces space on space.id = room.space_id
      where rights.role >= at_least and room.archived_at is null and space.archived_at is null;
    return;
  end if;
  -- What every list of messages waits for: room_rights without saying from where.
  return query
    select room.id from atrium.rooms room
    where not room.private and room.space_id = any (array(
      select given.space_id from atrium_private.space_roles given where given.user_id = me and given.role >= at_least
    ));
  return query select given.room_id from atrium_private.private_room_rights(me) given where given.role >= at_least;
  return query select given.object_id from atrium_private.grant_rights(me, 'room') given where given.role >= at_least;
end $$;
comment on function atrium_private.rooms_of_caller(atrium.role) is
  'The rooms in which the caller has the role or a higher one; above viewer without the archived ones. Commenters may post.';
grant execute on function atrium_private.rooms_of_caller to authenticated;

alter table atrium.links drop constraint links_object_id_fkey;
alter table atrium.links drop constraint links_object_type_check;
alter table atrium.links add constraint links_object_type_check check (object_type in ('document', 'room'));
comment on table atrium.links is 'Links by which a document or a room is shared. Seen by the editors of its space; the link itself is known to its maker alone.';
comment on column atrium.links.space_id is 'The space of the item; it follows when the item moves.';
comment on column atrium.links.role is 'viewer to editor, of a room to commenter. A visitor without an account only reads, whatever it says.';

create or replace function atrium_private.create_link(of_type text, item uuid, with_role atrium.role, until timestamptz, new_password text)
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
  if (with_role between 'viewer' and case of_type when 'room' then 'commenter' else 'editor' end::atrium.role) is distinct from true then
    raise sqlstate 'PT422' using message = 'The role of a link is viewer, commenter or, of a document, editor.', detail = 'role_invalid';
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
      insert into atrium.links (workspace_id, space_id, object_type, object_id, role, has_password, expires_at, created_by)
      values (place.workspace_id, place.id, of_type, item, with_role, new_password is not null, until, atrium_private.caller())
      returning *
    ),
    secret as (
      insert into atrium_private.link_secrets (link_id, hash, password)
      select made.id, sha256(convert_to(new_token, 'UTF8')), extensions.crypt(new_password, extensions.gen_salt('bf', 10)) from made
    )
    select made.id, new_token, made.role, made.has_password, made.expires_at from made;
end $$;
comment on function atrium_private.create_link(text, uuid, atrium.role, timestamptz, text) is 'Behind atrium.create_link.';
grant execute on function atrium_private.create_link to authenticated;

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
  where secret.hash = sha256(convert_to($1, 'UTF8')) and document.trashed_at is null;
  if link.id is null then
    raise sqlstate 'PT404' using message = 'This link does not exist any more.', detail = 'link_not_found';
  elsif link.expires_at <= now() then
    raise sqlstate 'PT410' using message = 'This link has expired.', detail = 'link_expired';
  end if;
  return link;
end $$;
comment on function atrium_private.require_link(text) is 'The link that a token opens. Errors: 404 link_not_found, 410 link_expired.';

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
revoke execute on function atrium_private.link_pass from public;

drop function atrium_private.read_link(text, text);
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
revoke execute on function atrium_private.read_link from public;
comment on function atrium_private.read_link(text, text) is
  'What a document, or the last 50 messages of a room outside threads, say to whoever has a link, signed in or not. The state is as in open_link; all but the type and the role are null unless it is open. For an hour the pass opens the files of the document, see linked_file. Errors: 404 link_not_found, 410 link_expired.';
grant execute on function atrium_private.read_link to atrium_collab;

-- Definer: the collaboration server hands out files of a page to whoever has a link to it, and may read no other.
create function atrium_private.linked_file(token text, pass text, bucket text, name text)
  returns boolean
  language plpgsql stable security definer set search_path = ''
as $$
declare
  link atrium.links := atrium_private.require_link($1);
  until bigint := substring($2 from '^(\d{1,15})\.');
begin
  return link.object_type = 'document'
    and (not link.has_password or (until >= extract(epoch from now()) and $2 = atrium_private.link_pass(link.id, until)) is true)
    and (
      link.object_id = case $3
        when 'document-images' then atrium_private.image_document($4) when 'document-files' then atrium_private.file_document($4)
      end
      or ($3 in ('document-images', 'document-files') and exists (
        select from atrium.copied_files file where file.document_id = link.object_id and file.name = $4
      ))
    ) is true;
end $$;
revoke execute on function atrium_private.linked_file from public;
comment on function atrium_private.linked_file(text, text, text, text) is
  'Whether a file is of the document that a link leads to, with the pass from read_link when the link has a password. Errors: 404 link_not_found, 410 link_expired.';
grant execute on function atrium_private.linked_file to atrium_collab;

create function atrium_private.forget_shares()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  delete from atrium.links where object_type = 'document' and object_id = old.id;
  delete from atrium.grants where object_type = 'document' and object_id = old.id;
  return null;
end $$;
revoke execute on function atrium_private.forget_shares from public;
comment on function atrium_private.forget_shares() is 'A document that is gone is not shared any more.';
create trigger forget_shares after delete on atrium.documents
  for each row execute function atrium_private.forget_shares();

comment on function atrium.create_link(text, uuid, atrium.role, timestamptz, text) is
  'Makes a link by which a document, or a room to viewers and commenters, is shared with whoever has it; the token is told this once. Editors of the space may. Nullable: expires_at, password.
Example: select token from atrium.create_link(''document'', ''0190…'', expires_at => now() + interval ''1 week'', password => ''open sesame'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, room_not_found, 422 object_type_invalid, role_invalid, expires_at_invalid, password_invalid (8 to 72 characters), 429 too_many_links.';
comment on function atrium.delete_link(uuid) is
  'Takes a link back: whoever came by it loses the document or room at once. Editors of the space may.
Example: select atrium.delete_link(''0190…'');
Errors: 401 not_signed_in, 404 link_not_found.';

drop function atrium.linked_documents();
drop function atrium_private.linked_to_caller();
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
revoke execute on function atrium_private.linked_to_caller from public;
comment on function atrium_private.linked_to_caller(text) is 'The documents or rooms outside of the caller''s workspaces that he reads by a link.';
grant execute on function atrium_private.linked_to_caller to authenticated;

create function atrium.linked_documents()
  returns setof atrium.documents
  language sql stable set search_path = ''
as $$ select document.* from atrium.documents document where document.id in (select atrium_private.linked_to_caller('document')) $$;
revoke execute on function atrium.linked_documents from public;
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
revoke execute on function atrium.has_links from public;
comment on function atrium.has_links() is
  'Whether the caller has opened a link to something in a workspace to which he does not belong: linked_documents has it, or my_rooms(null).
Example: select atrium.has_links();';
grant execute on function atrium.has_links to authenticated;

create or replace function atrium_private.my_rooms(in_workspace uuid)
  returns table (
    id uuid, kind text, space_id uuid, people uuid[], name text, topic text, private boolean, posting text, epoch integer, members integer,
    last_seq bigint, last_place bigint, last_at timestamptz, joined boolean, moderator boolean, read_seq bigint, unread integer,
    can_post boolean, can_reply boolean
  )
  language sql stable security definer set search_path = ''
as $$
  with me as materialized (select atrium_private.caller() as id),
  rights as materialized (
    select given.room_id, max(given.role) as role from me cross join lateral atrium_private.room_rights(me.id) given group by given.room_id
  )
  select room.id, room.kind, room.space_id, room.people, room.name, room.topic, room.private, room.posting, room.epoch, room.member_count,
    room.last_seq, room.last_place, room.last_at, inside.room_id is not null, rules.moderator, coalesce(mark.seq, 0),
    case when inside.room_id is null then 0 else (room.last_place - coalesce(mark.place, 0))::integer end,
    rights.role >= 'commenter' and (room.posting = 'everyone' or rules.moderator), rights.role >= 'commenter'
  from me
  cross join rights
  join atrium.rooms room on room.id = rights.room_id
  left join atrium.spaces space on space.id = room.space_id
  left join atrium.room_members inside on inside.room_id = room.id and inside.user_id = me.id
  left join atrium.read_marks mark on mark.room_id = room.id and mark.user_id = me.id
  cross join lateral (select rights.role >= 'admin' or inside.role is not distinct from 'moderator' as moderator) rules
  where (room.workspace_id = in_workspace or (in_workspace is null and room.id in (select atrium_private.linked_to_caller('room'))))
    and room.archived_at is null and space.archived_at is null
  order by lower(room.name), room.id
$$;
comment on function atrium_private.my_rooms(uuid) is 'Behind atrium.my_rooms.';
grant execute on function atrium_private.my_rooms to authenticated;

comment on function atrium.my_rooms(uuid) is
  'The rooms and direct conversations of a workspace that the caller sees, by name, without archived ones. unread counts the messages outside threads, and is 0 in rooms that he has not joined; can_reply is about threads, can_post about the room itself. Without a workspace it is the rooms outside of his workspaces that he opened by a link. Nullable: workspace_id, space_id, people, last_at.
Example: select name, unread from atrium.my_rooms(''0190…'') where joined;';

create or replace function atrium_private.after_link_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if old.object_type = 'document' then
    perform atrium_private.notify_access(null, null, null, old.object_id);
  else
    perform atrium_private.bump_epochs(null, null, array[old.object_id]);
  end if;
  return null;
end $$;
comment on function atrium_private.after_link_change() is 'Whoever has the document or room open is asked again when a link to it is taken back or made smaller.';

create function atrium_private.before_room_link_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_access(visit.user_id, null, null, null) from atrium_private.link_visits visit where visit.link_id = old.id;
  return coalesce(new, old);
end $$;
revoke execute on function atrium_private.before_room_link_change from public;
comment on function atrium_private.before_room_link_change() is 'Tells the servers who came to a room by the link that is taken back or made smaller.';
create trigger before_room_link_change before update of role, expires_at or delete on atrium.links
  for each row when (old.object_type = 'room') execute function atrium_private.before_room_link_change();

drop function atrium_private.access_map(uuid, uuid, uuid[]);
create function atrium_private.access_map(in_workspace uuid, for_space uuid, for_users uuid[], for_room uuid, by_factor boolean)
  returns jsonb
  language sql stable security definer set search_path = ''
as $$
  with rights as materialized (
    select given.user_id, given.object_type, given.object_id, max(given.role) as role
    from atrium_private.everybodys_rights(in_workspace, for_space, for_users) given
    where not exists (
      select from atrium.documents document
      where given.object_type = 'document' and document.id = given.object_id and document.trashed_at is not null
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
    where shared.workspace_id = in_workspace and document.trashed_at is null
    union select link.object_type, link.object_id, link.space_id from atrium.links link
    left join atrium.documents document on link.object_type = 'document' and document.id = link.object_id
    where link.workspace_id = in_workspace and document.trashed_at is null
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
$$;
revoke execute on function atrium_private.access_map from public;
comment on function atrium_private.access_map(uuid, uuid, uuid[], uuid, boolean) is
  'The highest role of everybody on everything that has rights of its own, and on one room, by "<user> <type> <object>"; by_factor without those who need a second factor and have none.';

create or replace function atrium_private.change_scope(change text, arguments jsonb)
  returns table (workspace_id uuid, space_id uuid, users uuid[])
  language sql stable security definer set search_path = ''
as $$
  select workspace.id, null::uuid, array[(arguments ->> 'user_id')::uuid] from atrium.workspaces workspace
  where change in ('set_member_role', 'suspend_member', 'reactivate_member') and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  -- What he alone was responsible for goes to an heir, the others of his private spaces or an owner.
  select workspace.id, null, array(
    select unnest(array[(arguments ->> 'user_id')::uuid, (arguments ->> 'hand_over_to')::uuid])
    union select owner.user_id from atrium.members owner where owner.workspace_id = workspace.id and owner.role = 'owner'
    union select other.user_id from atrium.space_members mine
    join atrium.spaces space on space.id = mine.space_id and space.private and space.workspace_id = workspace.id
    join atrium.space_members other on other.space_id = space.id
    where mine.user_id = (arguments ->> 'user_id')::uuid and mine.role = 'admin'
  )
  from atrium.workspaces workspace
  where change = 'remove_member' and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  select workspace.id, null, null from atrium.workspaces workspace
  where change = 'set_workspace_policy' and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  select team.workspace_id, null, case change
    when 'delete_group' then array(select inside.user_id from atrium.group_members inside where inside.group_id = team.id)
    else array[(arguments ->> 'user_id')::uuid]
  end
  from atrium.groups team
  where change in ('add_group_member', 'remove_group_member', 'delete_group') and team.id = (arguments ->> 'group_id')::uuid
  union all
  select space.workspace_id, space.id, null from atrium.spaces space
  where change in ('set_space_member', 'remove_space_member', 'set_space_group', 'remove_space_group', 'set_space_private')
    and space.id = (arguments ->> 'space_id')::uuid
  union all
  select room.workspace_id, room.space_id, null from atrium.rooms room
  where change in ('add_room_member', 'remove_room_member', 'update_room', 'archive_room', 'share_item') and room.id = (coalesce(arguments ->> 'room_id', arguments ->> 'object_id'))::uuid
  union all
  select document.workspace_id, document.space_id, null from atrium.documents document
  where change = 'share_item' and document.id = (arguments ->> 'object_id')::uuid
  union all
  select shared.workspace_id, shared.space_id, null from atrium.grants shared
  where change = 'unshare_item' and shared.id = (arguments ->> 'grant_id')::uuid
  union all
  select link.workspace_id, link.space_id, null from atrium.links link
  where change = 'delete_link' and link.id = (arguments ->> 'link_id')::uuid
$$;
comment on function atrium_private.change_scope(text, jsonb) is 'Where a change can have an effect: the workspace, and one space or the people in it when no others can be concerned.';

create or replace function atrium_private.apply_change(change text, arguments jsonb)
  returns void
  language plpgsql set search_path = ''
as $$
declare
  workspace uuid := arguments ->> 'workspace_id';
  space uuid := arguments ->> 'space_id';
  room uuid := arguments ->> 'room_id';
  person uuid := arguments ->> 'user_id';
  team uuid := arguments ->> 'group_id';
  new_role atrium.role := arguments ->> 'role';
begin
  case change
    when 'set_member_role' then perform atrium.set_member_role(workspace, person, new_role);
    when 'suspend_member' then perform atrium.suspend_member(workspace, person);
    when 'reactivate_member' then perform atrium.reactivate_member(workspace, person);
    when 'remove_member' then perform atrium.remove_member(workspace, person, (arguments ->> 'hand_over_to')::uuid);
    when 'add_group_member' then perform atrium.add_group_member(team, person);
    when 'remove_group_member' then perform atrium.remove_group_member(team, person);
    when 'delete_group' then perform atrium.delete_group(team);
    when 'set_space_member' then perform atrium.set_space_member(space, person, new_role);
    when 'remove_space_member' then perform atrium.remove_space_member(space, person);
    when 'set_space_group' then perform atrium.set_space_group(space, team, new_role);
    when 'remove_space_group' then perform atrium.remove_space_group(space, team);
    when 'set_space_private' then perform atrium.set_space_private(space, (arguments ->> 'private')::boolean);
    when 'add_room_member' then perform atrium.add_room_member(room, person);
    when 'remove_room_member' then perform atrium.remove_room_member(room, person);
    when 'update_room' then perform atrium.update_room(room, private => (arguments ->> 'private')::boolean);
    when 'archive_room' then perform atrium.archive_room(room, (arguments ->> 'archived')::boolean);
    when 'set_workspace_policy' then perform atrium.set_workspace_policy(workspace, needs_mfa => (arguments ->> 'needs_mfa')::boolean);
    when 'share_item' then perform atrium.share_item(arguments ->> 'object_type', (arguments ->> 'object_id')::uuid, new_role, person, team, (arguments ->> 'expires_at')::timestamptz);
    when 'unshare_item' then perform atrium.unshare_item((arguments ->> 'grant_id')::uuid);
    when 'delete_link' then perform atrium.delete_link((arguments ->> 'link_id')::uuid);
    else raise sqlstate 'PT422' using message = 'This is no change of rights that can be tried.', detail = 'change_invalid';
  end case;
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
  raise sqlstate 'PT422' using message = 'An argument is not of its type.', detail = 'arguments_invalid';
end $$;
comment on function atrium_private.apply_change(text, jsonb) is 'Calls the function of the API that a change is named after, as the caller.';

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
      -- What is shared for the first time, or no longer, is in one of the maps alone: who sees its space saw it before and sees it after.
      cross join lateral (select format('%s space %s', keys.person, coalesce(document.space_id, room.space_id)) as key) through
      cross join lateral (select greatest((was ->> keys.key)::atrium.role, (was ->> through.key)::atrium.role) as role) old
      cross join lateral (select greatest((is_now ->> keys.key)::atrium.role, (is_now ->> through.key)::atrium.role) as role) new
      where old.role is distinct from new.role
    )
    select changed.person, profile.name, changed.type, changed.object,
      coalesce(workspace.name, space.name, room.name, nullif(document.title, '')), changed.old_role, changed.new_role
    from changed
    join atrium.profiles profile on profile.id = changed.person
    left join atrium.workspaces workspace on changed.type = 'workspace' and workspace.id = changed.object
    left join atrium.spaces space on changed.type = 'space' and space.id = changed.object
    left join atrium.rooms room on changed.type = 'room' and room.id = changed.object
    left join atrium.documents document on changed.type = 'document' and document.id = changed.object
    where changed.type = 'workspace'
      or (changed.type = 'space' and changed.object in (select atrium_private.spaces_of_caller('viewer')))
      or (changed.type = 'room' and changed.object in (select atrium_private.rooms_of_caller('viewer')))
      or (changed.type = 'document' and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
        or changed.object in (select atrium_private.granted_to_caller('document', 'viewer'))))
    order by coalesce(changed.new_role < changed.old_role, changed.new_role is null) desc, lower(profile.name), changed.person,
      changed.type, changed.object
    limit 1000;
end $$;
comment on function atrium_private.preview_access_change(text, jsonb) is 'Behind atrium.preview_access_change.';
grant execute on function atrium_private.preview_access_change to authenticated;

comment on function atrium.preview_access_change(text, jsonb) is
  'Who would gain and lose what if a function of the API were called, without calling it: one row for each person and workspace, space, private room or shared item whose role would change, those who lose first, 1000 at most. What the caller cannot see, a private space for example, is left out. Public rooms and documents change with their space. The change is set_member_role, suspend_member, reactivate_member, remove_member, add_group_member, remove_group_member, delete_group, set_space_member, remove_space_member, set_space_group, remove_space_group, set_space_private, add_room_member, remove_room_member, update_room (private), archive_room, share_item, unshare_item, delete_link or set_workspace_policy (needs_mfa: who has no second factor yet is shut out), with its arguments by name. Nullable: object_name, before, after.
Example: select name, object_name, before, after from atrium.preview_access_change(''set_space_private'', ''{"space_id": "0190…", "private": true}'');
Errors: those of the change itself, 401 not_signed_in, 422 change_invalid, arguments_invalid.';
