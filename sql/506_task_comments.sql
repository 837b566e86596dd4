-- What people say about a task: rich text like that of messages, checked by the same functions (212_message_content.sql).

create table atrium.task_comments (
  id uuid primary key default gen_random_uuid(),
  task_id uuid not null,
  space_id uuid not null,
  trashed boolean not null default false,
  author_id uuid references atrium.profiles (id) on delete set null,
  text text,
  content jsonb,
  mentions uuid[] not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  edited_at timestamptz,
  deleted_at timestamptz,
  foreign key (space_id, task_id) references atrium.tasks (space_id, id) on delete cascade,
  check ((text is null) = (deleted_at is not null)),
  check (content is null or text is not null)
);
comment on table atrium.task_comments is 'What people say about tasks. Whoever sees the task reads it, and hears task {id} when it changes.';
comment on column atrium.task_comments.id is 'Chosen by the author, so that sending again after a broken connection makes no second comment.';
comment on column atrium.task_comments.space_id is 'A copy from the task, so that the policy asks no other table for each row.';
comment on column atrium.task_comments.trashed is 'Whether the task is in the trash; a copy like space_id.';
comment on column atrium.task_comments.author_id is 'Null when the account is gone.';
comment on column atrium.task_comments.text is 'Plain text, 20000 characters at most; null when the comment was deleted.';
comment on column atrium.task_comments.content is 'A ProseMirror document as in messages; null when there are no formats.';
comment on column atrium.task_comments.mentions is 'The people mentioned who could see the task when it was written.';
create index on atrium.task_comments (space_id, task_id, created_at);
create index on atrium.task_comments (task_id, created_at);
-- Deleting an account looks for what the person said.
create index on atrium.task_comments (author_id);
alter table atrium.task_comments enable row level security;

create policy "people read what is said about the tasks they see"
  on atrium.task_comments for select to authenticated
  using (
    (not trashed and space_id in (select atrium_private.spaces_of_caller('viewer')))
    or space_id in (select atrium_private.spaces_of_caller('editor'))
  );
grant select on atrium.task_comments to authenticated;

-- Definer: who may see a space is known to its admins alone.
create function atrium_private.people_named_to_space(content jsonb, in_space uuid)
  returns uuid[]
  language plpgsql stable security definer set search_path = ''
as $$
declare
  named uuid[] := atrium_private.people_named_in(content);
begin
  if cardinality(named) > 50 then
    raise sqlstate 'PT422' using message = 'A comment mentions 50 people at most.', detail = 'too_many_mentions';
  end if;
  return array(
    select person.id from unnest(named) person (id)
    where exists (select from atrium_private.space_rights(person.id) rights where rights.space_id = in_space) order by 1
  );
end $$;
comment on function atrium_private.people_named_to_space(jsonb, uuid) is
  'Who is mentioned in a ProseMirror document and sees the space. Errors: 422 too_many_mentions.';

-- Definer: nobody may insert comments but through here.
create function atrium_private.comment_on_task(new_id uuid, on_task uuid, new_text text, new_content jsonb)
  returns atrium.task_comments
  language plpgsql security definer set search_path = ''
as $$
declare
  task atrium.tasks := atrium_private.require_task_role(on_task, 'commenter');
  me uuid := atrium_private.caller();
  said atrium.task_comments;
begin
  select known.* into said from atrium.task_comments known where known.id = new_id and known.task_id = task.id and known.author_id = me;
  if said.id is not null then
    return said;
  elsif (select count(*) from atrium.task_comments known where known.task_id = task.id) >= 5000 then
    raise sqlstate 'PT429' using message = 'This task has 5000 comments.', detail = 'too_many_comments';
  end if;
  new_content := atrium_private.valid_content(new_content);
  new_text := atrium_private.valid_message(coalesce(atrium_private.content_text(new_content), new_text), false);
  insert into atrium.task_comments (id, task_id, space_id, author_id, text, content, mentions)
  values (coalesce(new_id, gen_random_uuid()), task.id, task.space_id, me, new_text, new_content,
    atrium_private.people_named_to_space(new_content, task.space_id))
  on conflict (id) do nothing
  returning * into said;
  if said.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return said;
end $$;
comment on function atrium_private.comment_on_task(uuid, uuid, text, jsonb) is 'Behind atrium.comment_on_task.';
grant execute on function atrium_private.comment_on_task to authenticated;

-- Definer: nobody may update comments but through here.
create function atrium_private.change_task_comment(comment_id uuid, new_text text, new_content jsonb, deleting boolean)
  returns atrium.task_comments
  language plpgsql security definer set search_path = ''
as $$
declare
  me uuid := atrium_private.require_caller();
  said atrium.task_comments;
  mine atrium.role;
begin
  select known.* into said from atrium.task_comments known where known.id = $1 for no key update;
  select max(rights.role) into mine from atrium_private.space_rights(me) rights where rights.space_id = said.space_id;
  if mine is null or (said.trashed and mine < 'editor') then
    raise sqlstate 'PT404' using message = 'There is no such comment, or you may not see it.', detail = 'comment_not_found';
  elsif said.author_id is distinct from me and not (deleting and mine >= 'editor') then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  perform atrium_private.require_task_role(said.task_id, 'commenter');
  if said.deleted_at is not null then
    if deleting then
      return said;
    end if;
    raise sqlstate 'PT410' using message = 'This comment was deleted.', detail = 'comment_deleted';
  elsif deleting then
    update atrium.task_comments known set text = null, content = null, mentions = '{}', deleted_at = now()
    where known.id = said.id returning known.* into said;
    return said;
  end if;
  new_content := atrium_private.valid_content(new_content);
  new_text := atrium_private.valid_message(coalesce(atrium_private.content_text(new_content), new_text), false);
  if (new_text, new_content) is distinct from (said.text, said.content) then
    update atrium.task_comments known
    set text = new_text, content = new_content, edited_at = now(),
      mentions = atrium_private.people_named_to_space(new_content, known.space_id)
    where known.id = said.id returning known.* into said;
  end if;
  return said;
end $$;
comment on function atrium_private.change_task_comment(uuid, text, jsonb, boolean) is 'Behind atrium.edit_task_comment and atrium.delete_task_comment.';
grant execute on function atrium_private.change_task_comment to authenticated;

create function atrium.comment_on_task(id uuid, task_id uuid, text text, content jsonb default null)
  returns atrium.task_comments
  language sql set search_path = ''
as $$ select * from atrium_private.comment_on_task($1, $2, $3, $4) $$;
comment on function atrium.comment_on_task(uuid, uuid, text, jsonb) is
  'Says something about a task; with content, a ProseMirror document as in messages, the text is taken from it. Commenters and higher may. The same call again returns the same comment. Nullable: id, text, content.
Example: select * from atrium.comment_on_task(gen_random_uuid(), ''0190…'', ''I begin tomorrow'');
Errors: 401 not_signed_in, 403 role_too_low, 404 task_not_found, 409 id_taken, task_trashed, space_archived, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (50), 429 too_many_comments (5000).';
grant execute on function atrium.comment_on_task to authenticated;

create function atrium.edit_task_comment(id uuid, text text, content jsonb default null)
  returns atrium.task_comments
  language sql set search_path = ''
as $$ select * from atrium_private.change_task_comment($1, $2, $3, false) $$;
comment on function atrium.edit_task_comment(uuid, text, jsonb) is
  'Changes what an own comment on a task says. Nullable: text, content.
Example: select * from atrium.edit_task_comment(''0190…'', ''I begin on Friday'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 task_trashed, space_archived, 410 comment_deleted, 422 text_required, text_too_long (20000 characters), content_invalid, content_too_large (64 kB), too_many_mentions (50).';
grant execute on function atrium.edit_task_comment to authenticated;

create function atrium.delete_task_comment(id uuid)
  returns atrium.task_comments
  language sql set search_path = ''
as $$ select * from atrium_private.change_task_comment($1, null, null, true) $$;
comment on function atrium.delete_task_comment(uuid) is
  'Deletes what a comment on a task says. Its author may, and editors.
Example: select * from atrium.delete_task_comment(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 task_trashed, space_archived.';
grant execute on function atrium.delete_task_comment to authenticated;
