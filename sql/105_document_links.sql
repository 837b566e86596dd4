-- Which document leads to which: what a document links to, and its backlinks.

create table atrium.document_links (
  from_id uuid not null references atrium.documents (id) on delete cascade,
  to_id uuid not null references atrium.documents (id) on delete cascade,
  kind text not null check (kind in ('link', 'mention')),
  primary key (from_id, to_id, kind)
);
comment on table atrium.document_links is
  'What documents lead to, as the collaboration server last saw it when typing paused. Seen by whoever may read both ends: a backlink tells nobody of a document that he may not see.';
comment on column atrium.document_links.kind is 'mention: chosen from the documents; link: an address that leads to it.';
-- Backlinks: what leads here?
create index on atrium.document_links (to_id);
alter table atrium.document_links enable row level security;

-- The look-ups of both documents are under the policy on documents itself; a document has few links.
create policy "people see links between documents that they may read"
  on atrium.document_links for select to authenticated
  using (
    exists (select from atrium.documents document where document.id = from_id)
    and exists (select from atrium.documents document where document.id = to_id)
  );
grant select on atrium.document_links to authenticated;
