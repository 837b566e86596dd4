-- What devices did while nobody heard them: each change arrives once, has one outcome, and leaves a receipt.

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
