-- What devices keep of the server's rows, and how they learn what changed while they were away.
--
-- Every row that devices keep has one line in changes, which a trigger moves to the front. A device asks for the lines of a scope (a space,
-- or the person himself) behind its cursor. Messages do not take part: rooms number theirs without gaps, and pull by number.
--
-- A table joins with three things: its trigger at the end of this file, a branch of synced, and, where devices change it, a branch of
-- apply_mutation (605_mutations.sql).

create sequence atrium_private.change_versions;
create table atrium_private.changes (
  entity text not null,
  id uuid not null,
  scope_id uuid not null,
  version bigint not null,
  xid xid8 not null,
  gone boolean not null default false,
  clock jsonb not null default '{}',
  changed_at timestamptz not null default now(),
  primary key (scope_id, entity, id)
);
comment on table atrium_private.changes is 'The last change of each row that devices keep, so what a device reads grows with what changed and not with how often. Nobody may read it.';
comment on column atrium_private.changes.scope_id is 'The space, or the person to whom alone the row belongs.';
comment on column atrium_private.changes.version is 'Grows with each change of the row.';
comment on column atrium_private.changes.xid is 'The transaction that changed it. Cursors are snapshots: a transaction that commits late is not visible in them, and its changes come next time.';
comment on column atrium_private.changes.gone is 'The row was deleted, or has left the scope.';
comment on column atrium_private.changes.clock is 'Field → [version of its last change, the device that made it or null].';
-- A device asks what came after its cursor.
create index on atrium_private.changes (scope_id, xid, id);
-- Two people may mark one document: what a device changes is looked up by the row.
create index on atrium_private.changes (entity, id);
-- The worker asks which lines of rows that are gone are old.
create index on atrium_private.changes (changed_at) where gone;
alter table atrium_private.changes enable row level security;

-- Definer: nobody may write changes but through here.
create function atrium_private.record_change()
  returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  entity text := tg_argv[0];
  id_column text := tg_argv[1];
  scope_column text := tg_argv[2];
  fields text[] := tg_argv[3:];
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  row_id uuid := coalesce(after, before) ->> id_column;
  -- After the row is locked, so that of two changes of one row the later has the higher number.
  version bigint := nextval('atrium_private.change_versions');
  device text := nullif(current_setting('atrium.device', true), '');
  stamps jsonb := '{}';
begin
  if tg_op = 'UPDATE' then
    select coalesce(jsonb_object_agg(field, jsonb_build_array(version, device)), '{}') into stamps
    from unnest(fields) field where before -> field is distinct from after -> field;
  end if;
  if before ->> scope_column is distinct from after ->> scope_column and before is not null then
    insert into atrium_private.changes as known (entity, id, scope_id, version, xid, gone)
    values (entity, row_id, (before ->> scope_column)::uuid, version, pg_current_xact_id(), true)
    on conflict on constraint changes_pkey do update
      set version = excluded.version, xid = excluded.xid, gone = true, changed_at = now()
    returning known.clock || stamps into stamps;
  end if;
  if after is not null then
    insert into atrium_private.changes as known (entity, id, scope_id, version, xid, clock)
    values (entity, row_id, (after ->> scope_column)::uuid, version, pg_current_xact_id(), stamps)
    on conflict on constraint changes_pkey do update
      set version = excluded.version, xid = excluded.xid, gone = false, clock = known.clock || excluded.clock, changed_at = now();
  end if;
  return null;
end $$;
comment on function atrium_private.record_change() is
  'Trigger: writes the line of a row. Arguments: the name of the entity, the columns with its id and its scope, and the fields of which a device learns that somebody else changed them.';

-- Definer: changes are closed. It answers for the caller's own spaces, and for himself.
create function atrium_private.changes_behind(in_scope uuid, since pg_snapshot, upto pg_snapshot, behind_xid xid8, behind_id uuid, most integer)
  returns table (entity text, id uuid, version bigint, gone boolean, xid xid8)
  language plpgsql stable security definer rows 100 set search_path = ''
as $$
begin
  if (in_scope = atrium_private.caller() or in_scope in (select atrium_private.spaces_of_caller('viewer'))) is not true then
    return;
  end if;
  return query
    select line.entity, line.id, line.version, line.gone, line.xid from atrium_private.changes line
    where line.scope_id = in_scope
      and line.xid >= coalesce(pg_snapshot_xmin(since), '0') and (line.xid, line.id) > (behind_xid, behind_id)
      and pg_visible_in_snapshot(line.xid, upto) and (since is null or not pg_visible_in_snapshot(line.xid, since))
      -- A device that begins has nothing to forget.
      and (since is not null or not line.gone)
    order by line.xid, line.id
    limit most;
end $$;
comment on function atrium_private.changes_behind(uuid, pg_snapshot, pg_snapshot, xid8, uuid, integer) is
  'The lines of a scope of the caller that one snapshot does not show and the other does, in order, behind a place; none of another scope.';
grant execute on function atrium_private.changes_behind to authenticated;

-- Definer: it asks for rights of spaces that the caller may not see.
create function atrium_private.keeps_scope(scope uuid)
  returns boolean
  language sql stable security definer set search_path = ''
as $$ select coalesce(scope = atrium_private.caller() or scope in (select atrium_private.spaces_of_caller('viewer')), false) $$;
comment on function atrium_private.keeps_scope(uuid) is 'Whether a scope is the caller himself or a space of his.';
grant execute on function atrium_private.keeps_scope to authenticated;
-- What follows here and in 605_mutations.sql is no definer and asks for it.
grant execute on function atrium_private.require_caller to authenticated;

create function atrium_private.synced(entity text, ids uuid[])
  returns table (id uuid, content jsonb)
  language sql stable rows 100 set search_path = ''
as $$
  select document.id, jsonb_build_object(
    'id', document.id, 'workspace_id', document.workspace_id, 'space_id', document.space_id, 'parent_id', document.parent_id,
    'title', document.title, 'icon', document.icon, 'position', document.position, 'created_by', document.created_by,
    'created_at', document.created_at, 'updated_at', document.updated_at, 'locked_at', document.locked_at,
    'locked_by', document.locked_by, 'is_template', document.is_template)
  from atrium.documents document
  where $1 = 'document' and document.id = any ($2) and document.trashed_at is null
  union all
  select task.id, to_jsonb(task) from atrium.tasks task
  where $1 = 'task' and task.id = any ($2) and task.trashed_at is null
  union all
  select marked.document_id, jsonb_build_object('document_id', marked.document_id, 'created_at', marked.created_at)
  from atrium.favourites marked
  where $1 = 'favourite' and marked.document_id = any ($2) and marked.user_id = (select atrium_private.caller())
$$;
comment on function atrium_private.synced(text, uuid[]) is
  'Rows of an entity as devices keep them, by id, under the policies of the caller: what he may not see is not there, and his devices forget it.';
grant execute on function atrium_private.synced to authenticated;

-- No definer: the rows come under the caller's policies.
create function atrium_private.pull_scope(scope uuid, cursor jsonb, most integer)
  returns jsonb
  language plpgsql stable set search_path = ''
as $$
declare
  -- All of a statement that changes nothing sees one snapshot, this one.
  here pg_snapshot := pg_current_snapshot();
  cluster text := (select control.system_identifier from pg_control_system() control);
  since pg_snapshot;
  upto pg_snapshot := here;
  behind_xid xid8 := '0';
  behind_id uuid := '00000000-0000-0000-0000-000000000000';
  is_known boolean;
  found jsonb;
  lines integer;
begin
  if not atrium_private.keeps_scope(scope) then
    return jsonb_build_object('scope', scope, 'state', 'lost');
  end if;
  -- A database that was restored counts anew, and lines of what is gone are kept for a hundred days.
  is_known := cursor ->> 'cluster' = cluster and (cursor ->> 'at')::timestamptz > now() - interval '90 days'
    and pg_snapshot_xmax((cursor ->> 'upto')::pg_snapshot) <= pg_snapshot_xmax(here);
  if is_known then
    since := (cursor ->> 'since')::pg_snapshot;
    upto := (cursor ->> 'upto')::pg_snapshot;
    if cursor ? 'xid' then
      behind_xid := (cursor ->> 'xid')::xid8;
      behind_id := cursor ->> 'id';
    else
      since := upto;
      upto := here;
    end if;
  end if;
  with line as materialized (
    select * from atrium_private.changes_behind(scope, since, upto, behind_xid, behind_id, most)
  ), content as materialized (
    select wanted.entity, synced.id, synced.content
    from (select line.entity, array_agg(line.id) as ids from line where not line.gone group by line.entity) wanted
    cross join lateral atrium_private.synced(wanted.entity, wanted.ids) synced
  )
  select count(*), jsonb_build_object(
    'rows', coalesce(jsonb_agg(jsonb_build_object('entity', line.entity, 'id', line.id, 'version', line.version, 'row', content.content)
      order by line.xid, line.id) filter (where content.id is not null), '[]'),
    'gone', coalesce(jsonb_agg(jsonb_build_object('entity', line.entity, 'id', line.id, 'version', line.version)
      order by line.xid, line.id) filter (where content.id is null and since is not null), '[]'),
    'last', (array_agg(jsonb_build_object('xid', line.xid::text, 'id', line.id) order by line.xid desc, line.id desc))[1]
  ) into lines, found
  from line left join content on content.entity = line.entity and content.id = line.id;
  return jsonb_build_object(
    'scope', scope,
    'state', case when coalesce(is_known, false) then 'ok' else 'anew' end,
    'rows', found -> 'rows', 'gone', found -> 'gone', 'more', lines = most,
    'cursor', jsonb_build_object('cluster', cluster, 'at', now(), 'since', since::text, 'upto', upto::text)
      || case when lines = most then found -> 'last' else '{}' end);
end $$;
comment on function atrium_private.pull_scope(uuid, jsonb, integer) is 'One scope of atrium.pull.';
grant execute on function atrium_private.pull_scope to authenticated;

create function atrium_private.pull(scopes jsonb, most integer)
  returns jsonb
  language plpgsql stable set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
begin
  if (jsonb_typeof(scopes) = 'array' and jsonb_array_length(scopes) between 1 and 500) is not true then
    raise sqlstate 'PT422' using message = 'Say which scopes, 500 at most.', detail = 'scopes_invalid';
  end if;
  return (
    select jsonb_agg(atrium_private.pull_scope(
      (wanted.value ->> 'id')::uuid, nullif(wanted.value -> 'cursor', 'null'), least(greatest(coalesce(most, 1000), 1), 1000)) order by wanted.place)
    from jsonb_array_elements(scopes) with ordinality as wanted (value, place)
  );
exception
  when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
    raise sqlstate 'PT422' using message = 'A scope is {id, cursor}; the cursor is what the last answer gave, or null.', detail = 'scopes_invalid';
end $$;
comment on function atrium_private.pull(jsonb, integer) is 'Behind atrium.pull.';
grant execute on function atrium_private.pull to authenticated;

create function atrium.pull(scopes jsonb, most integer default 1000)
  returns jsonb
  language sql stable set search_path = ''
as $$ select atrium_private.pull($1, $2) $$;
comment on function atrium.pull(jsonb, integer) is
  'What a device does not know yet of some scopes: of spaces, and of the caller himself. Takes [{id, cursor}] and answers for each {scope, state, rows: [{entity, id, version, row}], gone: [{entity, id, version}], cursor, more}. The cursor goes into the next call as it is; null begins. The state is ok; or anew: forget what was kept of the scope before keeping these rows (and those of the pages that follow); or lost: the caller may not see the scope, forget it. With more, ask again at once. Of what is gone the caller learns the ids alone; a row may come twice, never too few times. Nullable: most.
Example: select atrium.pull(''[{"id": "0190…", "cursor": null}]'');
Errors: 401 not_signed_in, 422 scopes_invalid.';
grant execute on function atrium.pull to authenticated;

-- The tables that devices keep.

-- A branch of a suggestion is in no list.
create trigger record_change after insert or update on atrium.documents
  for each row when (new.suggestion_for is null)
  execute function atrium_private.record_change('document', 'id', 'space_id', 'title', 'icon', 'is_template', 'parent_id', 'position', 'space_id', 'trashed_at');
create trigger record_removal after delete on atrium.documents
  for each row when (old.suggestion_for is null)
  execute function atrium_private.record_change('document', 'id', 'space_id');
create trigger record_change after insert or update or delete on atrium.favourites
  for each row execute function atrium_private.record_change('favourite', 'document_id', 'user_id');
create trigger record_change after insert or update or delete on atrium.tasks
  for each row execute function atrium_private.record_change('task', 'id', 'space_id', 'title', 'description', 'status_id', 'priority',
    'start_on', 'due_on', 'due_at', 'estimate', 'checklist', 'parent_id', 'position', 'archived_at', 'trashed_at');
