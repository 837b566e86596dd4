-- Documents that a person keeps at hand.

create table atrium.favourites (
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  document_id uuid not null references atrium.documents (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (user_id, document_id)
);
comment on table atrium.favourites is 'Documents that a person marked with a star. Each sees his own, also of documents that he may no longer read.';
-- Deleting a document looks for who marked it.
create index on atrium.favourites (document_id);
alter table atrium.favourites enable row level security;

create policy "people see their own favourites"
  on atrium.favourites for select to authenticated
  using (user_id = (select atrium_private.caller()));
grant select on atrium.favourites to authenticated;

-- Definer: nobody may write favourites but through here.
create function atrium_private.set_favourite(document_id uuid, favourite boolean)
  returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  if favourite is null then
    raise sqlstate 'PT422' using message = 'Say whether it is a favourite: true or false.', detail = 'favourite_required';
  elsif not favourite then
    -- What he may no longer read he may still take off his list.
    delete from atrium.favourites marked where marked.user_id = me and marked.document_id = $1;
    return;
  end if;
  perform atrium_private.require_document_role($1, 'viewer');
  if (select count(*) from atrium.favourites marked where marked.user_id = me) >= 1000 then
    raise sqlstate 'PT429' using message = 'You have 1,000 favourites. Remove some first.', detail = 'too_many_favourites';
  end if;
  insert into atrium.favourites (user_id, document_id) values (me, $1) on conflict do nothing;
end $$;
comment on function atrium_private.set_favourite(uuid, boolean) is 'Behind atrium.set_favourite.';
grant execute on function atrium_private.set_favourite to authenticated;

create function atrium.set_favourite(document_id uuid, favourite boolean)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.set_favourite($1, $2) $$;
comment on function atrium.set_favourite(uuid, boolean) is
  'Puts a document that the caller may read on the list of his favourites, or takes it off. The same call again changes nothing.
Example: select atrium.set_favourite(''0190…'', true);
Errors: 401 not_signed_in, 404 document_not_found, 422 favourite_required, 429 too_many_favourites.';
grant execute on function atrium.set_favourite to authenticated;
