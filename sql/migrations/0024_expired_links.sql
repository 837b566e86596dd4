-- Links that have expired go on saying so. What is here leads to what the numbered files install, which the test MIG8 compares; those
-- files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

create table atrium_private.expired_links (
  hash bytea primary key check (octet_length(hash) = 32),
  expired_at timestamptz not null
);
comment on table atrium_private.expired_links is
  'The SHA-256 of the tokens of links that have expired and are removed, for 90 days: whoever still has one is told why it does not open.';
create index on atrium_private.expired_links (expired_at);
alter table atrium_private.expired_links enable row level security;

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
  if link.expires_at <= now()
    or exists (select from atrium_private.expired_links gone where gone.hash = sha256(convert_to($1, 'UTF8')))
  then
    raise sqlstate 'PT410' using message = 'This link has expired.', detail = 'link_expired';
  elsif link.id is null then
    raise sqlstate 'PT404' using message = 'This link does not exist any more.', detail = 'link_not_found';
  end if;
  return link;
end $$;

create or replace function atrium_private.expire_access()
  returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  members integer;
  grants integer;
  links integer;
begin
  delete from atrium.members where expires_at <= now();
  get diagnostics members = row_count;
  delete from atrium.grants where expires_at <= now();
  get diagnostics grants = row_count;
  with gone as (delete from atrium.links where expires_at <= now() returning id, expires_at)
  insert into atrium_private.expired_links (hash, expired_at)
  select secret.hash, gone.expires_at from gone join atrium_private.link_secrets secret on secret.link_id = gone.id;
  get diagnostics links = row_count;
  delete from atrium_private.expired_links where expired_at < now() - interval '90 days';
  return members + grants + links;
end $$;
