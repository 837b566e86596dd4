-- Link previews: what a page says about itself, fetched by a job after the message is there, never by the reader's browser. The cache is
-- shared and read by nobody; a person sees the card as part of a message that he sees, so an address that only few know stays among them.
-- What was fetched was fetched without anybody's credentials: the cache holds nothing that the address alone would not give.

create table atrium_private.link_previews (
  id uuid primary key default gen_random_uuid(),
  url text not null unique check (octet_length(url) <= 2000),
  card jsonb,
  expires_at timestamptz not null default now()
);
comment on table atrium_private.link_previews is 'What pages say about themselves, by address. Forgotten, with its picture, a month after the last message that named it went.';
comment on column atrium_private.link_previews.card is
  'title, description, site, and image {width, height} when the bucket link-previews has a picture under the id; null when the page could not be read.';
comment on column atrium_private.link_previews.expires_at is 'From then on the next message that names it has it fetched again.';
alter table atrium_private.link_previews enable row level security;

create table atrium.message_urls (
  message_id uuid not null references atrium.messages (id) on delete cascade,
  preview_id uuid not null references atrium_private.link_previews (id),
  room_id uuid not null references atrium.rooms (id) on delete cascade,
  place integer not null,
  removed boolean not null default false,
  primary key (message_id, preview_id)
);
comment on table atrium.message_urls is 'Which addresses a message names: the first three. Who sees the message sees the pictures of their previews.';
comment on column atrium.message_urls.removed is 'Set when the author took the preview away: it does not come back.';
create index on atrium.message_urls (preview_id);
create index on atrium.message_urls (room_id);
alter table atrium.message_urls enable row level security;

create policy "people see the links of the messages in their rooms"
  on atrium.message_urls for select to authenticated
  using (room_id in (select atrium_private.rooms_of_caller('viewer')));
grant select on atrium.message_urls to authenticated;

-- Pictures of the web, fetched once, checked and served as our own; named by the preview. Raster only: a drawing (SVG) can carry scripts.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('link-previews', 'link-previews', false, 5242880, array['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
on conflict (id) do nothing;

create policy "people see the pictures of the previews in their rooms"
  on storage.objects for select to authenticated
  using (bucket_id = 'link-previews' and exists (select from atrium.message_urls link where link.preview_id::text = objects.name));

create function atrium_private.links_in(text text, content jsonb)
  returns text[]
  language sql immutable set search_path = ''
as $$
  select coalesce(array_agg(found.url order by found.at), '{}') from (
    select each.url, min(each.at) as at
    from (
      select mark ->> 'href' as url, place as at
      from jsonb_path_query($2, 'strict $.**.marks[*] ? (@.type == "link").attrs') with ordinality linked(mark, place)
      union all
      -- A full stop after an address belongs to the sentence.
      select regexp_replace(matched[1], '[.,;:!?''")\]}]+$', ''), place
      from regexp_matches(case when $2 is null then $1 end, '(https?://[^[:space:]<>"`]+)', 'gi') with ordinality plain(matched, place)
    ) each
    where each.url ~* '^https?://[^/]' and octet_length(each.url) <= 2000
    group by each.url
    order by min(each.at)
    limit 3
  ) found
$$;
comment on function atrium_private.links_in(text, jsonb) is 'The first three addresses of the web that a message names.';

-- Before the row is written: a card goes with its address.
create function atrium_private.keep_previews()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.previews <> '[]' and (new.text, new.content) is distinct from (old.text, old.content) then
    new.previews := coalesce((
      select jsonb_agg(card order by place) from jsonb_array_elements(new.previews) with ordinality known(card, place)
      where card ->> 'url' = any (atrium_private.links_in(new.text, new.content))
    ), '[]');
  end if;
  return new;
end $$;
comment on function atrium_private.keep_previews() is 'Takes the previews away whose addresses an edit or a deletion took away.';
create trigger keep_previews before update of text, content on atrium.messages
  for each row execute function atrium_private.keep_previews();

-- Definer: nobody may write links but through here.
create function atrium_private.note_links()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  named text[] := atrium_private.links_in(new.text, new.content);
begin
  if tg_op = 'UPDATE' then
    delete from atrium.message_urls link using atrium_private.link_previews preview
    where link.message_id = new.id and preview.id = link.preview_id and not link.removed and preview.url <> all (named);
  end if;
  if named = '{}' or not atrium_private.previews_links(new.room_id) then
    return null;
  end if;
  -- In one order, so that two messages that name the same do not wait for each other.
  insert into atrium_private.link_previews (url) select url from unnest(named) url order by url
  on conflict (url) do nothing;
  -- Locked, lest they are forgotten at this moment.
  insert into atrium.message_urls (message_id, preview_id, room_id, place)
  select new.id, preview.id, new.room_id, array_position(named, preview.url)
  from (select known.id, known.url from atrium_private.link_previews known where known.url = any (named) for key share) preview
  on conflict (message_id, preview_id) do nothing;
  perform atrium_private.enqueue('link_previews', jsonb_build_object('message_id', new.id));
  return null;
end $$;
comment on function atrium_private.note_links() is 'Has the pages fetched that a message names, where the room wants that.';
create trigger note_links after insert on atrium.messages
  for each row when (new.text ilike '%http%' or new.content::text ilike '%http%')
  execute function atrium_private.note_links();
create trigger note_changed_links after update of text, content on atrium.messages
  for each row when ((old.text, old.content) is distinct from (new.text, new.content))
  execute function atrium_private.note_links();

-- Definer: the worker reads no table.
create function atrium_private.previews_to_fetch(message_id uuid)
  returns table (id uuid, url text)
  language sql security definer set search_path = ''
as $$
  select preview.id, preview.url
  from atrium.message_urls link join atrium_private.link_previews preview on preview.id = link.preview_id
  where link.message_id = $1 and not link.removed and preview.expires_at <= now()
  order by link.place
$$;
comment on function atrium_private.previews_to_fetch(uuid) is 'The addresses of a message that nobody fetched lately.';
grant execute on function atrium_private.previews_to_fetch to atrium_worker;

-- Definer: see previews_to_fetch.
create function atrium_private.store_preview(preview_id uuid, card jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  -- What failed may be an accident; what is there changes seldom.
  update atrium_private.link_previews preview
  set card = $2, expires_at = now() + case when $2 is null then interval '1 hour' else interval '1 day' end
  where preview.id = $1
$$;
comment on function atrium_private.store_preview(uuid, jsonb) is 'Keeps what a page said; null when it could not be read.';
grant execute on function atrium_private.store_preview to atrium_worker;

-- Definer: see previews_to_fetch.
create function atrium_private.show_previews(message_id uuid)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium.messages message set previews = made.cards
  from (
    select coalesce(jsonb_agg(preview.card || jsonb_build_object('id', preview.id, 'url', preview.url) order by link.place), '[]') as cards
    from atrium.message_urls link join atrium_private.link_previews preview on preview.id = link.preview_id
    where link.message_id = $1 and not link.removed and preview.card is not null
  ) made
  where message.id = $1 and message.deleted_at is null and message.previews <> made.cards
$$;
comment on function atrium_private.show_previews(uuid) is 'Puts the cards of a message''s addresses into its row.';
grant execute on function atrium_private.show_previews to atrium_worker;

-- Definer: see previews_to_fetch.
create function atrium_private.forget_previews()
  returns setof uuid
  language sql security definer set search_path = ''
as $$
  delete from atrium_private.link_previews preview
  where preview.id in (
    select old.id from atrium_private.link_previews old
    where old.expires_at < now() - interval '30 days'
      and not exists (select from atrium.message_urls link where link.preview_id = old.id)
    limit 500
  )
  returning preview.id
$$;
comment on function atrium_private.forget_previews() is 'Forgets pages that no message names any more; returns the names of their pictures.';
grant execute on function atrium_private.forget_previews to atrium_worker;

-- Definer: nobody may change messages and links but through here.
create function atrium_private.remove_preview(message_id uuid, url text)
  returns void
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  message atrium.messages;
begin
  select known.* into message from atrium.messages known
  where known.id = $1 and known.room_id in (select atrium_private.rooms_of_caller('viewer')) for update;
  if message.id is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  elsif message.author_id is distinct from me
    and not atrium_private.moderates(me, message.room_id, atrium_private.role_in_room(me, message.room_id)) then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  update atrium.message_urls link set removed = true
  from atrium_private.link_previews preview
  where link.message_id = $1 and preview.id = link.preview_id and preview.url = $2;
  if not found then
    raise sqlstate 'PT404' using message = 'This message has no such preview.', detail = 'preview_not_found';
  end if;
  perform atrium_private.show_previews($1);
end $$;
comment on function atrium_private.remove_preview(uuid, text) is 'Behind atrium.remove_preview.';
grant execute on function atrium_private.remove_preview to authenticated;

create function atrium.remove_preview(message_id uuid, url text)
  returns void
  language sql set search_path = ''
as $$ select atrium_private.remove_preview($1, $2) $$;
comment on function atrium.remove_preview(uuid, text) is
  'Takes the preview of an address away from a message, for good. The author may, and who manages the room.
Example: select atrium.remove_preview(''0190…'', ''https://example.com/'');
Errors: 401 not_signed_in, 403 not_the_author, 404 message_not_found, preview_not_found.';
grant execute on function atrium.remove_preview to authenticated;
