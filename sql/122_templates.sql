-- New documents from a template: a copy, in which the collaboration server fills in the placeholders.

-- Definer: it queues commands, which nobody may.
create function atrium_private.create_from_template(template_id uuid, new_id uuid, in_space uuid, beneath uuid, new_title text, wanted text, today date)
  returns atrium.documents
  language plpgsql security definer set search_path = ''
as $$
declare
  known boolean := exists (select from atrium.documents document where document.id = new_id);
  made atrium.documents;
begin
  perform atrium_private.require_document_role(template_id, 'viewer');
  if not (select document.is_template from atrium.documents document where document.id = template_id) then
    raise sqlstate 'PT409' using message = 'This document is not a template.', detail = 'not_a_template';
  end if;
  made := atrium_private.copy_document(template_id, new_id, in_space, beneath, new_title, wanted, true);
  if not known then
    perform atrium_private.queue_command(copy.id, 'fill_placeholders', jsonb_build_object(
      'date', coalesce(today, current_date), 'title', copy.title, 'author', (select author.name from atrium.profiles author where author.id = atrium_private.caller())))
    from atrium_private.branch_of(made.id) copied join atrium.documents copy on copy.id = copied;
  end if;
  return made;
end $$;
comment on function atrium_private.create_from_template(uuid, uuid, uuid, uuid, text, text, date) is 'Behind atrium.create_from_template.';
grant execute on function atrium_private.create_from_template to authenticated;

create function atrium.create_from_template(
  template_id uuid, id uuid default null, space_id uuid default null, parent_id uuid default null, title text default null,
  "position" text default null, today date default null
)
  returns atrium.documents
  language sql set search_path = ''
as $$ select * from atrium_private.create_from_template($1, $2, $3, $4, $5, $6, $7) $$;
comment on function atrium.create_from_template(uuid, uuid, uuid, uuid, text, text, date) is
  'Makes a document as a copy of a template, with everything beneath it, and writes the date (today, or the server''s), the title and the caller''s name in place of {{date}}, {{title}} and {{author}}. The same call with the same id returns the same document. Nullable: all but template_id.
Example: select * from atrium.create_from_template(''0190…'', title => ''Meeting of Monday'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, space_not_found, parent_not_found, 409 not_a_template, id_taken, document_trashed, other_workspace, space_archived, 422 title_too_long, title_invalid, position_invalid, too_many_documents.';
grant execute on function atrium.create_from_template to authenticated;
