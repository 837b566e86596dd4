-- What is told of documents: comments, changes, suggestions. Definers all of them: they write for other people.

-- Definer: see above.
create function atrium_private.notify_comment()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
  muted uuid[];
  watching uuid[];
  mentioned uuid[];
  involved uuid[];
begin
  if tg_op = 'UPDATE' then
    if new.deleted_at is not null then
      perform atrium_private.forget_source(new.id);
      return null;
    end if;
    perform atrium_private.forget_source(new.id, '{comment_mention}', array(select unnest(old.mentions) except select unnest(new.mentions)));
  end if;
  select known.* into document from atrium.documents known where known.id = new.document_id;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, watching from atrium_private.document_levels(document.id) rule;
  mentioned := array(select unnest(new.mentions) except select unnest(muted));
  perform atrium_private.notify_people(
    mentioned, 'comment_mention', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  if tg_op = 'UPDATE' then
    return null;
  end if;
  involved := array(
    select said.author_id from atrium.comments said where said.thread_id = new.thread_id and said.author_id is not null and said.id <> new.id
    except select unnest(muted || mentioned));
  perform atrium_private.notify_people(
    involved, 'comment_reply', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  perform atrium_private.notify_people(
    array(select unnest(watching) except select unnest(mentioned || involved)),
    'comment', new.author_id, document.workspace_id, 'document', document.id, new.id, new.thread_id);
  return null;
end $$;
comment on function atrium_private.notify_comment() is
  'Tells of a comment: once to each person, as a mention, an answer in a thread where he spoke, or because he watches the document.';
create trigger notify after insert on atrium.comments
  for each row execute function atrium_private.notify_comment();
create trigger notify_changed after update on atrium.comments
  for each row when (old.mentions is distinct from new.mentions or old.deleted_at is distinct from new.deleted_at)
  execute function atrium_private.notify_comment();

-- Definer: see above.
create function atrium_private.notify_resolved()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.resolved_at is null then
    perform atrium_private.forget_source(new.id, '{comment_resolved}');
    return null;
  end if;
  perform atrium_private.notify_people(
    array(
      select said.author_id from atrium.comments said where said.thread_id = new.id and said.author_id is not null
      union select new.created_by where new.created_by is not null
      except select rule.user_id from atrium_private.document_levels(new.document_id) rule where rule.level = 'nothing'),
    'comment_resolved', new.resolved_by, document.workspace_id, 'document', document.id, new.id, new.id)
  from atrium.documents document where document.id = new.document_id;
  return null;
end $$;
comment on function atrium_private.notify_resolved() is 'Tells those who spoke in a thread that it was settled; when it is reopened, no longer.';
create trigger notify after update on atrium.comment_threads
  for each row when ((old.resolved_at is null) <> (new.resolved_at is null))
  execute function atrium_private.notify_resolved();

-- Definer: see above.
create function atrium_private.notify_comment_reaction()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  perform atrium_private.notify_people(
    array[said.author_id], 'reaction', new.user_id, document.workspace_id, 'document', document.id, said.id, said.thread_id)
  from atrium.comments said join atrium.documents document on document.id = said.document_id
  where said.id = new.comment_id and said.author_id is not null;
  return null;
end $$;
comment on function atrium_private.notify_comment_reaction() is 'Tells the author of a comment of the first reaction to it.';
create trigger notify after insert on atrium.comment_reactions
  for each row execute function atrium_private.notify_comment_reaction();

create function atrium_private.people_named_in(content jsonb)
  returns uuid[]
  language sql immutable set search_path = ''
as $$
  select array(
    select distinct (named #>> '{}')::uuid
    from jsonb_path_query(content, 'strict $.**?(@.type == "mention" && @.attrs.kind == "person").attrs.id', silent => true) named
    where named #>> '{}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
  )
$$;
comment on function atrium_private.people_named_in(jsonb) is 'Who is mentioned in a ProseMirror document.';

-- Definer: see above. What was typed between two readings of a document is one change, and what is told within half an hour one notification.
create function atrium_private.notify_document_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
  since timestamptz := case tg_op when 'UPDATE' then old.updated_at - interval '5 seconds' else now() - interval '10 minutes' end;
  authors uuid[];
  muted uuid[];
  watching uuid[];
  mentioned uuid[];
  known uuid[];
begin
  select found_document.* into document from atrium.documents found_document where found_document.id = new.document_id;
  -- The latest rows of the log say who typed; more of them than this are not read.
  select array_agg(typed.author_id order by typed.last) into authors from (
    select logged.author_id, max(logged.id) as last from (
      select recent.author_id, recent.id, recent.at from atrium_private.document_updates recent
      where recent.document_id = new.document_id order by recent.id desc limit 500
    ) logged
    where logged.at > since and exists (select from atrium.profiles profile where profile.id = logged.author_id)
    group by logged.author_id
  ) typed;
  -- A page that was copied or brought in tells nobody.
  if authors is null or document.trashed_at is not null then
    return null;
  end if;
  select array_agg(rule.user_id) filter (where rule.level = 'nothing'), array_agg(rule.user_id) filter (where rule.level = 'all')
  into muted, watching from atrium_private.document_levels(document.id) rule;
  if tg_op = 'UPDATE' then
    known := atrium_private.people_named_in(old.json);
  end if;
  mentioned := array(select unnest(atrium_private.people_named_in(new.json)) except select unnest(known || muted || authors[cardinality(authors):]));
  mentioned := array(
    select member.user_id from atrium.members member where member.workspace_id = document.workspace_id and member.user_id = any (mentioned) limit 50);
  perform atrium_private.notify_people(
    mentioned, 'document_mention', authors[cardinality(authors)], document.workspace_id, 'document', document.id, null);
  if tg_op = 'INSERT' then
    return null;
  end if;
  watching := array(
    select unnest(watching) except select unnest(mentioned) except select alone.author from unnest(authors) alone (author));
  with touched as (
    update atrium.notifications told
    set touched_at = now(), actors = (
      select array_agg(person order by place) from (
        select person, max(place) as place from unnest(told.actors || authors) with ordinality as everybody (person, place) group by person
      ) each_once)
    where told.user_id = any (watching) and told.object_id = document.id and told.kind = 'document_changed'
      and told.touched_at > now() - interval '30 minutes'
    returning told.user_id
  )
  select array(select unnest(watching) except select touched.user_id from touched) into watching;
  perform atrium_private.notify_people(
    watching, 'document_changed', authors[cardinality(authors)], document.workspace_id, 'document', document.id, null);
  return null;
end $$;
comment on function atrium_private.notify_document_change() is
  'Tells whom a document mentions for the first time, and those who watch it that others changed it: once in a session of work.';
create trigger notify after insert or update of json on atrium.document_contents
  for each row execute function atrium_private.notify_document_change();

-- Definer: see above.
create function atrium_private.notify_suggestion()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  document atrium.documents;
begin
  select known.* into document from atrium.documents known where known.id = new.document_id;
  if tg_op = 'INSERT' then
    perform atrium_private.notify_people(
      array(select rule.user_id from atrium_private.document_levels(document.id) rule where rule.level = 'all'),
      'suggestion', new.author_id, document.workspace_id, 'document', document.id, new.id);
  elsif new.author_id is not null then
    perform atrium_private.notify_people(
      array[new.author_id], 'suggestion_decided', atrium_private.caller(), document.workspace_id, 'document', document.id, new.id);
  end if;
  return null;
end $$;
comment on function atrium_private.notify_suggestion() is 'Tells those who watch a document of a suggestion, and its author that something of it was decided.';
create trigger notify after insert on atrium.suggestions
  for each row execute function atrium_private.notify_suggestion();
create trigger notify_decided after update on atrium.suggestions
  for each row when (old.state = 'open' and new.state <> 'open')
  execute function atrium_private.notify_suggestion();
