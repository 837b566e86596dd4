-- What a message can consist of: checking it, making plain text of it, and who is mentioned in it.

create function atrium_private.valid_message(value text, may_be_empty boolean)
  returns text
  language plpgsql immutable set search_path = ''
as $$
begin
  if char_length(value) > 20000 then
    raise sqlstate 'PT422' using message = 'The message is longer than 20000 characters.', detail = 'text_too_long';
  -- What nobody sees is no message.
  elsif not may_be_empty and coalesce(value, '') !~ E'[^[:space:]\u00ad\u200b-\u200f\u2060\u3164\ufeff]' then
    raise sqlstate 'PT422' using message = 'The message is empty.', detail = 'text_required';
  end if;
  return coalesce(value, '');
end $$;
comment on function atrium_private.valid_message(text, boolean) is 'The text itself. Errors: 422 text_too_long, text_required.';

create function atrium_private.content_nodes(content jsonb)
  returns table (place integer[], parent text, node jsonb)
  language sql immutable set search_path = ''
as $$
  with recursive nodes as (
    select array[child.place::integer] as place, 'doc' as parent, child.node
    from atrium_private.elements_of(content -> 'content') with ordinality as child (node, place)
    union all
    select nodes.place || child.place::integer, nodes.node ->> 'type', child.node
    from nodes cross join lateral atrium_private.elements_of(nodes.node -> 'content') with ordinality as child (node, place)
    -- One level more than there can be, for whoever checks it to see.
    where cardinality(nodes.place) <= 12
  )
  select nodes.place, nodes.parent, nodes.node from nodes
$$;
comment on function atrium_private.content_nodes(jsonb) is
  'The nodes of a ProseMirror document with their places, down to the 13th level, and the type of the node around each.';

create function atrium_private.valid_marks(marks jsonb)
  returns boolean
  language sql immutable set search_path = ''
as $$
  select coalesce(bool_and(coalesce(case
    when mark ->> 'type' in ('bold', 'italic', 'underline', 'strike', 'code') then atrium_private.has_only(mark, '{type}')
    when mark ->> 'type' = 'link' then atrium_private.has_only(mark, '{type,attrs}') and atrium_private.has_only(mark -> 'attrs', '{href}')
      and char_length(mark #>> '{attrs,href}') <= 2000 and mark #>> '{attrs,href}' ~* '^(https?://|mailto:)[^[:space:][:cntrl:]<>"]+$'
  end, false)), true) and count(*) <= 6
  from atrium_private.elements_of(marks) mark
$$;
comment on function atrium_private.valid_marks(jsonb) is 'Whether marks are bold, italic, underline, strike, code, or links that lead to the web or to an address.';

create function atrium_private.valid_mention(mention jsonb)
  returns boolean
  language sql immutable set search_path = ''
as $$
  select atrium_private.has_only(mention, '{kind,id,label}')
    and jsonb_typeof(mention -> 'label') = 'string' and char_length(mention ->> 'label') between 1 and 200
    and case
      when mention ->> 'kind' in ('person', 'group', 'document') then mention ->> 'id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      when mention ->> 'kind' in ('here', 'all') then mention ->> 'id' is null
      when mention ->> 'kind' = 'date' then mention ->> 'id' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    end
$$;
comment on function atrium_private.valid_mention(jsonb) is 'Whether something is {kind, id, label} of a person, group, document or date, or of here and all, which have no id.';

create function atrium_private.valid_content(content jsonb)
  returns jsonb
  language plpgsql immutable set search_path = ''
as $$
begin
  if content is null or content = 'null' then
    return null;
  elsif octet_length(content::text) > 65536 then
    raise sqlstate 'PT422' using message = 'The message is larger than 64 kB.', detail = 'content_too_large';
  elsif (content ->> 'type' = 'doc' and atrium_private.has_only(content, '{type,content}') and not exists (
    select from atrium_private.content_nodes(content) found
    where cardinality(found.place) > 12 or (case
      when found.parent in ('doc', 'blockquote', 'listItem') then case found.node ->> 'type'
        when 'paragraph' then atrium_private.has_only(found.node, '{type,content}')
        when 'blockquote' then atrium_private.has_only(found.node, '{type,content}') and found.node -> 'content' <> '[]'
        when 'bulletList' then atrium_private.has_only(found.node, '{type,content}') and found.node -> 'content' <> '[]'
        when 'orderedList' then atrium_private.has_only(found.node, '{type,content,attrs}') and found.node -> 'content' <> '[]'
          and (found.node -> 'attrs' is null or (atrium_private.has_only(found.node -> 'attrs', '{start}')
            and coalesce(found.node #>> '{attrs,start}', '1') ~ '^[0-9]{1,9}$'))
        when 'codeBlock' then atrium_private.has_only(found.node, '{type,content,attrs}')
          and (found.node -> 'attrs' is null or (atrium_private.has_only(found.node -> 'attrs', '{language}')
            and coalesce(found.node #>> '{attrs,language}', 'c') ~ '^[A-Za-z0-9+#._-]{1,40}$'))
        end
      when found.parent in ('bulletList', 'orderedList') then
        found.node ->> 'type' = 'listItem' and atrium_private.has_only(found.node, '{type,content}') and found.node -> 'content' <> '[]'
      when found.parent = 'codeBlock' then found.node ->> 'type' = 'text' and atrium_private.has_only(found.node, '{type,text}')
        and jsonb_typeof(found.node -> 'text') = 'string' and found.node ->> 'text' <> ''
      when found.parent = 'paragraph' then atrium_private.valid_marks(found.node -> 'marks') and case found.node ->> 'type'
        when 'text' then atrium_private.has_only(found.node, '{type,text,marks}')
          and jsonb_typeof(found.node -> 'text') = 'string' and found.node ->> 'text' <> ''
        when 'hardBreak' then atrium_private.has_only(found.node, '{type,marks}')
        when 'mention' then atrium_private.has_only(found.node, '{type,attrs,marks}') and atrium_private.valid_mention(found.node -> 'attrs')
        end
      end) is not true
  )) is not true then
    raise sqlstate 'PT422' using
      message = 'A message is paragraphs, lists, quotes and code of text with bold, italic, underline, strike, code and links, line breaks and mentions, twelve levels deep at most.',
      detail = 'content_invalid';
  end if;
  return content;
end $$;
comment on function atrium_private.valid_content(jsonb) is
  'The document itself, or null when there is none. Blocks: paragraph, bulletList, orderedList (start), listItem, blockquote, codeBlock (language); in them text, hardBreak, mention. Errors: 422 content_invalid, content_too_large.';

create function atrium_private.content_text(content jsonb)
  returns text
  language sql immutable set search_path = ''
as $$
  select case when content is not null then btrim(coalesce(string_agg(case found.node ->> 'type'
    when 'text' then found.node ->> 'text'
    when 'mention' then case when found.node #>> '{attrs,kind}' in ('document', 'date') then '' else '@' end || (found.node #>> '{attrs,label}')
    when 'paragraph' then E'\n' when 'codeBlock' then E'\n' when 'hardBreak' then E'\n' else ''
  end, '' order by found.place), ''), E' \t\n') end
  from atrium_private.content_nodes(content) found
$$;
comment on function atrium_private.content_text(jsonb) is 'A valid document as plain text, a line for each of its blocks; null when there is none.';

-- Definer: it reads groups and rights whatever the author may see.
create function atrium_private.mentions_in(content jsonb, in_room uuid, author uuid, all_allowed boolean)
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  named jsonb;
begin
  if content is null then
    return '[]';
  end if;
  select coalesce(jsonb_agg(distinct jsonb_strip_nulls(jsonb_build_object('kind', found.node #> '{attrs,kind}', 'id', found.node #> '{attrs,id}'))), '[]')
  into named
  from atrium_private.content_nodes(content) found
  where found.node ->> 'type' = 'mention' and found.node #>> '{attrs,kind}' in ('person', 'group', 'here', 'all');
  if named = '[]' then
    return named;
  elsif jsonb_array_length(named) > 100 then
    raise sqlstate 'PT422' using message = 'A message mentions 100 people and groups at most.', detail = 'too_many_mentions';
  end if;
  return (
    with wanted as materialized (select mention, mention ->> 'kind' as kind, (mention ->> 'id')::uuid as id from jsonb_array_elements(named) mention),
    readers as materialized (
      select atrium_private.people_seeing_room(in_room, array(select wanted.id from wanted where wanted.kind = 'person')) as id
    )
    select coalesce(jsonb_agg(wanted.mention), '[]') from wanted
    where (wanted.kind = 'person' and wanted.id in (select readers.id from readers))
      or (wanted.kind in ('here', 'all') and all_allowed)
      -- Guests do not know the groups of the workspace; webhooks and bots do.
      or (wanted.kind = 'group' and exists (
        select from atrium.groups team join atrium.rooms room on room.workspace_id = team.workspace_id
        where team.id = wanted.id and room.id = in_room and (author is null or exists (
          select from atrium.members member
          where member.workspace_id = room.workspace_id and member.user_id = author and member.role > 'guest'
        ))
      ))
  );
end $$;
comment on function atrium_private.mentions_in(jsonb, uuid, uuid, boolean) is
  'The mentions in a valid document that count, as [{kind, id}]: people who may read the room, groups of its workspace, here and all when they are allowed. Errors: 422 too_many_mentions.';

-- Definer: it reads messages whatever the caller may see.
create function atrium_private.quote_in(in_room uuid, quoting uuid)
  returns uuid
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if quoting is not null and not exists (
    select from atrium.messages known where known.id = quoting and known.room_id = in_room and known.deleted_at is null
  ) then
    raise sqlstate 'PT404' using message = 'There is no such message in this room to answer.', detail = 'quote_not_found';
  end if;
  return quoting;
end $$;
comment on function atrium_private.quote_in(uuid, uuid) is 'The message itself. Errors: 404 quote_not_found.';

-- Definer: it reads messages whatever the caller may see, and asks whether the author may.
create function atrium_private.forwarded_by(author uuid, forwarding uuid)
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  source atrium.messages;
begin
  if forwarding is null then
    return null;
  end if;
  select known.* into source from atrium.messages known where known.id = forwarding and known.deleted_at is null;
  if source.id is null or atrium_private.role_in_room(author, source.room_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such message, or you may not see it.', detail = 'message_not_found';
  elsif source.text = '' and source.forwarded is not null then
    return source.forwarded;
  end if;
  return jsonb_build_object('author_id', source.author_id, 'bot_name', source.bot_name, 'room_id', source.room_id,
    'created_at', source.created_at, 'text', source.text, 'content', source.content, 'files', source.files);
end $$;
comment on function atrium_private.forwarded_by(uuid, uuid) is
  'A message as it is now, for those to whom somebody forwards it; of one that only forwards, what it forwards. Errors: 404 message_not_found.';
