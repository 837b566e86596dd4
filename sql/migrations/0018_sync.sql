-- What devices keep and what they did while away. What is here leads to what the numbered files install, which the test MIG8 compares; those
-- files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

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

create table atrium.sync_receipts (
  user_id uuid not null references atrium.profiles (id) on delete cascade,
  key uuid not null,
  device uuid not null,
  entity text not null,
  row_id uuid not null,
  outcome text not null check (outcome in ('done', 'merged', 'refused')),
  code text,
  message text,
  theirs jsonb,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
comment on table atrium.sync_receipts is 'What became of each change that a device sent through apply_mutations. Everybody sees his own, for thirty days.';
comment on column atrium.sync_receipts.key is 'The device''s name for the change. The same key again is answered from here.';
comment on column atrium.sync_receipts.outcome is 'done; merged: it counts, and somebody else had changed the same fields meanwhile; refused: nothing happened.';
comment on column atrium.sync_receipts.code is 'Why it was refused, as every function says it; message has it in a sentence.';
comment on column atrium.sync_receipts.theirs is 'Of a merged change, field → the value that it replaced.';
-- The worker forgets what is old.
create index on atrium.sync_receipts (created_at);
alter table atrium.sync_receipts enable row level security;
create policy "people see the receipts of their own changes"
  on atrium.sync_receipts for select to authenticated
  using (user_id = (select atrium_private.caller()));
grant select on atrium.sync_receipts to authenticated;

-- Definer: nobody may write receipts but through here. A request that came twice waits here for the other one to end.
create function atrium_private.open_receipt(key uuid, device uuid, entity text, row_id uuid)
  returns atrium.sync_receipts
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  known atrium.sync_receipts;
begin
  insert into atrium.sync_receipts (user_id, key, device, entity, row_id, outcome) values (me, $1, $2, $3, $4, 'done') on conflict do nothing;
  if not found then
    select receipt.* into known from atrium.sync_receipts receipt where receipt.user_id = me and receipt.key = $1;
  end if;
  return known;
end $$;
comment on function atrium_private.open_receipt(uuid, uuid, text, uuid) is 'The receipt that a key has already; else it gets one, for a change that is done, and the answer is empty.';
grant execute on function atrium_private.open_receipt to authenticated;

-- Definer: see open_receipt. It changes receipts of this very transaction alone: what was answered stays.
create function atrium_private.note_outcome(key uuid, outcome text, code text, message text, theirs jsonb)
  returns void
  language sql security definer set search_path = ''
as $$
  update atrium.sync_receipts receipt set outcome = $2, code = $3, message = $4, theirs = $5
  where receipt.user_id = atrium_private.caller() and receipt.key = $1 and receipt.created_at = now()
$$;
comment on function atrium_private.note_outcome(uuid, text, text, text, jsonb) is 'Writes another outcome than done into a receipt.';
grant execute on function atrium_private.note_outcome to authenticated;

-- Definer: changes are closed. It is asked about rows that the caller sees, which synced has found.
create function atrium_private.changed_elsewhere(of_entity text, row_id uuid, fields text[], base bigint, device uuid)
  returns text[]
  language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(distinct clock.field), '{}')
  from atrium_private.changes line cross join lateral jsonb_each(line.clock) as clock (field, last)
  where line.entity = of_entity and line.id = row_id and not line.gone and atrium_private.keeps_scope(line.scope_id)
    and clock.field = any (fields) and (clock.last ->> 0)::bigint > base and clock.last ->> 1 is distinct from device::text
$$;
comment on function atrium_private.changed_elsewhere(text, uuid, text[], bigint, uuid) is
  'Those of some fields that changed after a version of the row, and not by this device.';
grant execute on function atrium_private.changed_elsewhere to authenticated;

-- No definer: each branch is what the caller could have done by the API.
create function atrium_private.apply_mutation(entity text, row_id uuid, op text, patch jsonb)
  returns void
  language plpgsql set search_path = ''
as $$
begin
  case entity || ' ' || op
    when 'document create' then
      perform atrium_private.create_document(
        row_id, (patch ->> 'space_id')::uuid, (patch ->> 'parent_id')::uuid, patch ->> 'title', patch ->> 'position');
    when 'document change' then
      if patch ?| array['title', 'icon', 'is_template'] then
        update atrium.documents document
        set title = case when patch ? 'title' then patch ->> 'title' else document.title end,
          icon = case when patch ? 'icon' then patch ->> 'icon' else document.icon end,
          is_template = case when patch ? 'is_template' then (patch ->> 'is_template')::boolean else document.is_template end
        where document.id = row_id;
        if not found then
          perform atrium_private.document_access(row_id);
          raise sqlstate 'PT403' using message = 'You may not change this page, or it is locked.', detail = 'document_closed';
        end if;
      end if;
      if patch ?| array['space_id', 'parent_id', 'position'] then
        perform atrium_private.move_document(row_id, (patch ->> 'parent_id')::uuid, patch ->> 'position', (patch ->> 'space_id')::uuid);
      end if;
    when 'document delete' then
      perform atrium_private.trash_document(row_id);
    when 'task create' then
      perform atrium_private.create_task(
        row_id, (patch ->> 'space_id')::uuid, patch ->> 'title', patch - array['space_id', 'title']);
    when 'task change' then
      if patch - array['title', 'description', 'status_id', 'priority', 'start_on', 'due_on', 'due_at', 'estimate', 'checklist',
        'parent_id', 'position', 'archived_at', 'trashed_at'] <> '{}'
      then
        raise sqlstate 'PT422' using message = 'Devices change no such field of a task.', detail = 'mutation_unknown';
      end if;
      update atrium.tasks task
      set (title, description, status_id, priority, start_on, due_on, due_at, estimate, checklist, parent_id, position, archived_at, trashed_at) = (
        select given.title, given.description, given.status_id, given.priority, given.start_on, given.due_on, given.due_at, given.estimate,
          given.checklist, given.parent_id, given.position, given.archived_at, given.trashed_at
        from jsonb_populate_record(task, patch) given)
      where task.id = row_id;
      if not found then
        if exists (select from atrium.tasks task where task.id = row_id) then
          raise sqlstate 'PT403' using message = 'You may not change this task.', detail = 'task_closed';
        end if;
        raise sqlstate 'PT404' using message = 'There is no such task, or you may not see it.', detail = 'task_not_found';
      end if;
    when 'task assign' then
      perform atrium_private.assign_task(row_id, (patch ->> 'user_id')::uuid, (patch ->> 'assigned')::boolean);
    when 'task label' then
      perform atrium_private.label_task(row_id, (patch ->> 'label_id')::uuid, (patch ->> 'labelled')::boolean);
    when 'favourite create' then
      perform atrium_private.set_favourite(row_id, true);
    when 'favourite delete' then
      perform atrium_private.set_favourite(row_id, false);
    when 'notification change' then
      perform atrium_private.mark_some(array[row_id], patch ->> 'state');
    else
      raise sqlstate 'PT422' using message = 'Devices do not change this.', detail = 'mutation_unknown';
  end case;
end $$;
comment on function atrium_private.apply_mutation(text, uuid, text, jsonb) is
  'Does one change of a device as the caller. Errors: those of the functions that it calls, 403 document_closed, task_closed, 422 mutation_unknown.';
grant execute on function atrium_private.apply_mutation to authenticated;

create function atrium_private.apply_one(device uuid, mutation jsonb)
  returns atrium.sync_receipts
  language plpgsql set search_path = ''
as $$
declare
  key uuid := mutation ->> 'key';
  row_id uuid := mutation ->> 'id';
  patch jsonb := coalesce(mutation -> 'patch', '{}');
  receipt atrium.sync_receipts := atrium_private.open_receipt(key, device, mutation ->> 'entity', row_id);
  current jsonb;
  theirs jsonb;
  state text;
  code text;
  message text;
begin
  if receipt.key is not null then
    return receipt;
  end if;
  begin
    if mutation ->> 'op' = 'change' and mutation ? 'base' then
      select known.content into current from atrium_private.synced(mutation ->> 'entity', array[row_id]) known;
      select jsonb_object_agg(field, current -> field) into theirs
      from unnest(atrium_private.changed_elsewhere(
        mutation ->> 'entity', row_id, array(select jsonb_object_keys(patch)), (mutation ->> 'base')::bigint, device)) field
      where current -> field is distinct from patch -> field;
    end if;
    perform atrium_private.apply_mutation(mutation ->> 'entity', row_id, mutation ->> 'op', patch);
    if theirs is not null then
      perform atrium_private.note_outcome(key, 'merged', null, null, theirs);
    end if;
  exception when others then
    get stacked diagnostics state = returned_sqlstate, message = message_text, code = pg_exception_detail;
    -- Only what would be refused again is an outcome. Anything else, a deadlock or a server that stops, undoes the whole request,
    -- and the device sends it again.
    if state !~ '^(PT4|22|23|42501)' or state in ('PT401', 'PT408', 'PT425') then
      raise;
    elsif state !~ '^PT' then
      code := 'mutation_invalid';
      message := 'This change is not valid.';
    end if;
    perform atrium_private.note_outcome(key, 'refused', code, message, null);
  end;
  return atrium_private.open_receipt(key, device, mutation ->> 'entity', row_id);
end $$;
comment on function atrium_private.apply_one(uuid, jsonb) is 'Does a change, unless it was done, and returns its receipt.';
grant execute on function atrium_private.apply_one to authenticated;

create function atrium_private.apply_mutations(device uuid, mutations jsonb)
  returns setof atrium.sync_receipts
  language plpgsql set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  mutation jsonb;
  row_lock bigint;
begin
  if device is null or (jsonb_typeof(mutations) = 'array' and jsonb_array_length(mutations) between 1 and 100) is not true
    or octet_length(mutations::text) > 1048576
  then
    raise sqlstate 'PT422' using message = 'Give the id of the device and 1 to 100 mutations of a megabyte together.', detail = 'mutations_invalid';
  end if;
  if exists (
    select from jsonb_array_elements(mutations) given
    where (given ->> 'key' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' and given ->> 'id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      and given ->> 'entity' ~ '^[a-z_]{1,40}$' and given ->> 'op' ~ '^[a-z]{1,20}$'
      and (not given ? 'patch' or jsonb_typeof(given -> 'patch') = 'object')
      and (not given ? 'base' or given ->> 'base' ~ '^[0-9]{1,18}$')) is not true
  ) then
    raise sqlstate 'PT422' using message = 'A mutation is {key, entity, id, op, patch, base}.', detail = 'mutations_invalid';
  end if;
  perform set_config('atrium.device', device::text, true);
  -- Two devices that change one row do so one after the other, in one order for all, so that each learns of the other.
  for row_lock in select distinct hashtextextended(given ->> 'entity' || (given ->> 'id'), 0) from jsonb_array_elements(mutations) given order by 1 loop
    perform pg_advisory_xact_lock(row_lock);
  end loop;
  for mutation in select given.value from jsonb_array_elements(mutations) with ordinality as given (value, place) order by given.place loop
    return next atrium_private.apply_one(device, mutation);
  end loop;
  perform set_config('atrium.device', '', true);
end $$;
comment on function atrium_private.apply_mutations(uuid, jsonb) is 'Behind atrium.apply_mutations.';
grant execute on function atrium_private.apply_mutations to authenticated;

create function atrium.apply_mutations(device uuid, mutations jsonb)
  returns setof atrium.sync_receipts
  language sql set search_path = ''
as $$ select * from atrium_private.apply_mutations($1, $2) $$;
comment on function atrium.apply_mutations(uuid, jsonb) is
  'Does what a device did while it was away, in order: [{key, entity, id, op, patch, base}], 100 at most. Each is done or refused for itself and has a receipt; the same key again is not done again but answered by its receipt, so a request whose answer was lost is simply repeated. base is the version of the row that the device saw (see pull): fields that somebody else changed since are replaced, and the receipt, merged, has their values. Entities: document (change: title, icon, is_template, and parent_id, position, space_id together; create: space_id, parent_id, title, position; delete: into the trash), task (create: space_id, title and fields of create_task; change: columns that editors change; assign: user_id, assigned; label: label_id, labelled), favourite (create, delete; the id is the document''s), notification (change: state).
Example: select key, outcome, code from atrium.apply_mutations(gen_random_uuid(), ''[{"key": "0190…", "entity": "favourite", "id": "0190…", "op": "create"}]'');
Errors: 401 not_signed_in, 422 mutations_invalid; in receipts those of the functions named like the change, 403 document_closed, task_closed, 422 mutation_unknown, mutation_invalid.';
grant execute on function atrium.apply_mutations to authenticated;

-- Definer: the worker writes no table.
create function atrium_private.forget_sync(at timestamptz default now())
  returns void
  language sql security definer set search_path = ''
as $$
  delete from atrium.sync_receipts receipt where receipt.created_at < at - interval '30 days';
  delete from atrium_private.changes line where line.gone and line.changed_at < at - interval '100 days';
$$;
comment on function atrium_private.forget_sync(timestamptz) is
  'Forgets receipts after thirty days, and what is gone after a hundred: a device that was away for longer begins anew.';
grant execute on function atrium_private.forget_sync to atrium_worker;

-- What was there before devices kept anything.
insert into atrium_private.changes (entity, id, scope_id, version, xid)
select 'document', document.id, document.space_id, nextval('atrium_private.change_versions'), pg_current_xact_id()
from atrium.documents document where document.suggestion_for is null
union all
select 'task', task.id, task.space_id, nextval('atrium_private.change_versions'), pg_current_xact_id() from atrium.tasks task
union all
select 'favourite', marked.document_id, marked.user_id, nextval('atrium_private.change_versions'), pg_current_xact_id()
from atrium.favourites marked;

create or replace function atrium_private.export_my_data()
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  person jsonb;
  words jsonb;
  own jsonb;
  traces jsonb;
begin
  person := jsonb_build_object(
    'exported_at', now(),
    'account', (
      select jsonb_build_object('id', account.id, 'email', account.email, 'created_at', account.created_at,
        'last_sign_in_at', account.last_sign_in_at, 'email_confirmed_at', account.email_confirmed_at)
      from auth.users account where account.id = me
    ),
    'identities', (
      select coalesce(jsonb_agg(jsonb_build_object('provider', proof.provider, 'told', proof.identity_data, 'created_at', proof.created_at,
        'last_sign_in_at', proof.last_sign_in_at) order by proof.created_at), '[]')
      from auth.identities proof where proof.user_id = me
    ),
    'second_factors', (
      select coalesce(jsonb_agg(jsonb_build_object('type', factor.factor_type, 'name', factor.friendly_name, 'status', factor.status,
        'created_at', factor.created_at) order by factor.created_at), '[]')
      from auth.mfa_factors factor where factor.user_id = me
    ),
    'sessions', (
      select coalesce(jsonb_agg(jsonb_build_object('created_at', session.created_at, 'refreshed_at', session.refreshed_at,
        'user_agent', session.user_agent, 'address', host(session.ip)) order by session.created_at), '[]')
      from auth.sessions session where session.user_id = me
    ),
    'profile', (select to_jsonb(profile) from atrium.profiles profile where profile.id = me),
    'status', (select to_jsonb(status) from atrium.statuses status where status.user_id = me),
    'notification_settings', (select to_jsonb(settings) from atrium.notification_settings settings where settings.user_id = me),
    'push_devices', (
      select coalesce(jsonb_agg(jsonb_build_object('device', browser.device, 'created_at', browser.created_at) order by browser.created_at), '[]')
      from atrium.push_subscriptions browser where browser.user_id = me
    ),
    'memberships', (
      select coalesce(jsonb_agg(jsonb_build_object('workspace_id', workspace.id, 'workspace', workspace.name, 'role', member.role,
        'joined_at', member.joined_at) order by member.joined_at), '[]')
      from atrium.members member join atrium.workspaces workspace on workspace.id = member.workspace_id where member.user_id = me
    ),
    'groups', (
      select coalesce(jsonb_agg(jsonb_build_object('group_id', joined.group_id)), '[]')
      from atrium.group_members joined where joined.user_id = me
    )
  );
  words := jsonb_build_object(
    'documents', (
      select coalesce(jsonb_agg(jsonb_build_object('id', document.id, 'workspace_id', document.workspace_id, 'title', document.title,
        'created_at', document.created_at, 'updated_at', document.updated_at, 'text', contents.text, 'markdown', contents.markdown, 'json', contents.json)
        order by document.created_at, document.id), '[]')
      from atrium.documents document left join atrium.document_contents contents on contents.document_id = document.id
      where document.created_by = me
        and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
          or document.id in (select atrium_private.granted_to_caller('document', 'viewer')))
    ),
    'messages', (
      select coalesce(jsonb_agg(jsonb_build_object('id', message.id, 'room_id', message.room_id, 'thread_id', message.thread_id, 'text', message.text,
        'content', message.content, 'created_at', message.created_at, 'edited_at', message.edited_at, 'deleted_at', message.deleted_at)
        order by message.created_at, message.id), '[]')
      from atrium.messages message where message.author_id = me
    ),
    'comments', (
      select coalesce(jsonb_agg(jsonb_build_object('id', said.id, 'thread_id', said.thread_id, 'document_id', said.document_id, 'text', said.text,
        'created_at', said.created_at, 'edited_at', said.edited_at, 'deleted_at', said.deleted_at) order by said.created_at, said.id), '[]')
      from atrium.comments said where said.author_id = me
    ),
    'tasks', (
      select coalesce(jsonb_agg(jsonb_build_object('id', task.id, 'workspace_id', task.workspace_id, 'space_id', task.space_id, 'number', task.number,
        'title', task.title, 'description', task.description, 'due_on', task.due_on, 'created_at', task.created_at, 'closed_at', task.closed_at)
        order by task.created_at, task.id), '[]')
      from atrium.tasks task
      where task.created_by = me and task.space_id in (select atrium_private.spaces_of_caller('viewer'))
    )
  );
  own := jsonb_build_object(
    'rooms', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.room_members mine where mine.user_id = me),
    'read_marks', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.read_marks mine where mine.user_id = me),
    'message_edits', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_edits mine where mine.author_id = me),
    'message_files', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_files mine where mine.uploaded_by = me),
    'file_uploads', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.file_uploads mine where mine.uploaded_by = me),
    'message_reactions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.message_reactions mine where mine.user_id = me),
    'comment_reactions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.comment_reactions mine where mine.user_id = me),
    'saved_messages', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.saved_messages mine where mine.user_id = me),
    'thread_follows', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.thread_follows mine where mine.user_id = me),
    'drafts', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.drafts mine where mine.user_id = me),
    'scheduled_messages', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.scheduled_messages mine where mine.user_id = me),
    'reminders', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.reminders mine where mine.user_id = me),
    'notifications', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notifications mine where mine.user_id = me),
    'notification_levels', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.notification_levels mine where mine.user_id = me),
    'favourites', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.favourites mine where mine.user_id = me),
    'task_assignments', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.task_assignees mine where mine.user_id = me),
    'sync_receipts', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.sync_receipts mine where mine.user_id = me),
    'suggestions', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.suggestions mine where mine.author_id = me),
    'transfers', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.transfers mine where mine.owner_id = me),
    'spaces', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.space_members mine where mine.user_id = me),
    'grants', (select coalesce(jsonb_agg(to_jsonb(mine)), '[]') from atrium.grants mine where mine.user_id = me)
  );
  traces := jsonb_build_object(
    'made', (
      select coalesce(jsonb_agg(jsonb_build_object('type', did.type, 'id', did.id, 'at', did.at) order by did.at, did.id), '[]') from (
        select 'workspace' as type, did.id, did.created_at as at from atrium.workspaces did where did.created_by = me
        union all select 'space', did.id, did.created_at from atrium.spaces did where did.created_by = me
        union all select 'room', did.id, did.created_at from atrium.rooms did where did.created_by = me
        union all select 'grant', did.id, did.created_at from atrium.grants did where did.created_by = me
        union all select 'link', did.id, did.created_at from atrium.links did where did.created_by = me
        union all select 'invitation', did.id, did.created_at from atrium.invitations did where did.invited_by = me
        union all select 'invitation_link', did.id, did.created_at from atrium.invitation_links did where did.invited_by = me
        union all select 'bot', did.id, did.created_at from atrium.bots did where did.made_by = me
        union all select 'api_token', did.id, did.created_at from atrium.api_tokens did where did.made_by = me
        union all select 'webhook', did.id, did.created_at from atrium.webhooks did where did.made_by = me
        union all select 'comment_thread', did.id, did.created_at from atrium.comment_threads did where did.created_by = me
        union all select 'resolved_thread', did.id, did.resolved_at from atrium.comment_threads did where did.resolved_by = me
        union all select 'named_version', did.id, did.at from atrium.document_versions did where did.named_by = me
        union all select 'file', did.id, did.created_at from atrium.files did where did.created_by = me
        union all select 'changed_file', did.id, did.updated_at from atrium.files did where did.updated_by = me
        union all select 'file_version', did.id, did.created_at from atrium.file_versions did where did.author_id = me
        union all select 'task', did.id, did.created_at from atrium.tasks did where did.created_by = me
        union all select 'changed_task', did.task_id, did.at from atrium.task_activity did where did.actor_id = me
        union all select 'pinned_message', did.message_id, did.pinned_at from atrium.message_pins did where did.pinned_by = me
        union all select 'locked_document', did.id, did.locked_at from atrium.documents did where did.locked_by = me
        union all select 'decided_suggestion', did.suggestion_id, did.decided_at from atrium_private.suggestion_decisions did where did.decided_by = me
        union all select 'command', did.id, did.created_at from atrium_private.document_commands did where did.author_id = me
      ) did
    ),
    'versions', (
      select coalesce(jsonb_agg(jsonb_build_object('id', version.id, 'document_id', version.document_id, 'from_at', version.from_at, 'at', version.at)
        order by version.at), '[]')
      from atrium.document_versions version where me = any (version.authors)
    ),
    'link_visits', (
      select coalesce(jsonb_agg(jsonb_build_object('link_id', visit.link_id, 'opened_at', visit.opened_at) order by visit.opened_at), '[]')
      from atrium_private.link_visits visit where visit.user_id = me
    ),
    'deliveries', (
      select coalesce(jsonb_agg(jsonb_build_object('notification_id', sent.notification_id, 'channel', sent.channel, 'due_at', sent.due_at,
        'sent_at', sent.sent_at) order by sent.due_at), '[]')
      from atrium_private.notification_deliveries sent where sent.user_id = me
    ),
    'rights_changed', (
      select coalesce(jsonb_agg(jsonb_build_object('at', event.at, 'workspace_id', event.workspace_id, 'action', event.action,
        'object_type', event.object_type, 'object_id', event.object_id, 'before', event.before, 'after', event.after) order by event.id), '[]')
      from atrium.audit_events event
      where event.user_id = me and event.workspace_id in (select atrium_private.workspaces_of_caller('guest'))
    ),
    'rights_he_changed', (
      select coalesce(jsonb_agg(jsonb_build_object('at', event.at, 'workspace_id', event.workspace_id, 'action', event.action,
        'object_type', event.object_type, 'object_id', event.object_id, 'address', event.address, 'user_agent', event.user_agent)
        order by event.id), '[]')
      from atrium.audit_events event where event.actor_id = me
    )
  );
  return person || words || own || traces;
end $$;

-- What sql/990_lockdown.sql does to everything.
revoke execute on all functions in schema atrium, atrium_private from public;
grant select, insert, update, delete on atrium.sync_receipts to service_role;
