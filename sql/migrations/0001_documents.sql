-- Documents: one schema, comments, versions, commands, files, copies, templates, import and export; links, sign-up and rights that end
-- everywhere. What is here leads to what the numbered files install, which the test MIG8 compares; those files say why.

set local lock_timeout = '30s';
set local statement_timeout = '30min';
set local check_function_bodies = off;

DROP POLICY "editors change title and icon" ON "atrium"."documents";

DROP POLICY "people see the documents of their spaces and those shared with " ON "atrium"."documents";

DROP TRIGGER "after_document_change" ON "atrium"."documents";

DROP INDEX "atrium_private"."document_updates_author_id_idx";

DROP INDEX "atrium_private"."document_updates_tail";

ALTER TABLE "atrium_private"."document_updates" DROP CONSTRAINT "document_updates_author_id_fkey";

DROP FUNCTION "atrium"."create_document"(uuid, uuid, uuid, text, text);

DROP FUNCTION "atrium"."workspace_members"(uuid);

DROP FUNCTION "atrium_private"."create_document"(uuid, uuid, uuid, text, text);

DROP FUNCTION "atrium_private"."save_document_contents"(uuid, jsonb, text);

DROP FUNCTION "atrium_private"."workspace_members"(uuid);

ALTER TABLE "atrium_private"."document_snapshots" ADD COLUMN "upto" bigint NOT NULL DEFAULT 0;

-- A snapshot holds the rows of the log up to one of them. Yjs takes without harm what it has already, so where merged rows and others
-- alternate, the point before the first of the others is right.
update atrium_private.document_snapshots snapshot
set upto = coalesce(
  (select min(logged.id) - 1 from atrium_private.document_updates logged where logged.document_id = snapshot.document_id and not logged.merged),
  (select max(logged.id) from atrium_private.document_updates logged where logged.document_id = snapshot.document_id),
  0);

-- squawk-ignore ban-drop-column
ALTER TABLE "atrium_private"."document_updates" DROP COLUMN "merged";

CREATE TABLE "atrium"."comment_reactions" ("comment_id" uuid NOT NULL, "user_id" uuid NOT NULL, "emoji" text NOT NULL, "thread_id" uuid NOT NULL, "document_id" uuid NOT NULL, "space_id" uuid NOT NULL, "trashed" boolean NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "comment_reactions_emoji_check" CHECK (((char_length(emoji) >= 1) AND (char_length(emoji) <= 16))), CONSTRAINT "comment_reactions_pkey" PRIMARY KEY (comment_id, user_id, emoji));

ALTER TABLE "atrium"."comment_reactions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."comment_reactions" OWNER TO "postgres";

CREATE TABLE "atrium"."comment_threads" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "document_id" uuid NOT NULL, "space_id" uuid NOT NULL, "trashed" boolean NOT NULL, "kind" text NOT NULL, "anchor" jsonb NOT NULL, "quote" text NOT NULL, "created_by" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "resolved_at" timestamp with time zone, "resolved_by" uuid, CONSTRAINT "comment_threads_anchor_check" CHECK ((octet_length((anchor)::text) <= 1000)), CONSTRAINT "comment_threads_id_document_id_space_id_trashed_key" UNIQUE (id, document_id, space_id, trashed), CONSTRAINT "comment_threads_kind_check" CHECK ((kind = 'text'::text)), CONSTRAINT "comment_threads_pkey" PRIMARY KEY (id), CONSTRAINT "comment_threads_quote_check" CHECK (((char_length(quote) >= 1) AND (char_length(quote) <= 1000))));

ALTER TABLE "atrium"."comment_threads" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."comment_threads" OWNER TO "postgres";

CREATE TABLE "atrium"."comments" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "thread_id" uuid NOT NULL, "document_id" uuid NOT NULL, "space_id" uuid NOT NULL, "trashed" boolean NOT NULL, "author_id" uuid, "body" jsonb, "text" text, "mentions" uuid[] NOT NULL DEFAULT '{}'::uuid[], "created_at" timestamp with time zone NOT NULL DEFAULT clock_timestamp(), "edited_at" timestamp with time zone, "deleted_at" timestamp with time zone, CONSTRAINT "comments_check1" CHECK (((text IS NULL) = (deleted_at IS NOT NULL))), CONSTRAINT "comments_check" CHECK (((body IS NULL) = (deleted_at IS NOT NULL))), CONSTRAINT "comments_id_thread_id_document_id_space_id_trashed_key" UNIQUE (id, thread_id, document_id, space_id, trashed), CONSTRAINT "comments_pkey" PRIMARY KEY (id), CONSTRAINT "comments_text_check" CHECK (((char_length(text) >= 1) AND (char_length(text) <= 10000))));

ALTER TABLE "atrium"."comments" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."comments" OWNER TO "postgres";

CREATE TABLE "atrium"."copied_files" ("document_id" uuid NOT NULL, "source_id" uuid NOT NULL, "name" text NOT NULL, CONSTRAINT "copied_files_pkey" PRIMARY KEY (document_id, name));

ALTER TABLE "atrium"."copied_files" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."copied_files" OWNER TO "postgres";

CREATE TABLE "atrium"."document_links" ("from_id" uuid NOT NULL, "to_id" uuid NOT NULL, "kind" text NOT NULL, CONSTRAINT "document_links_kind_check" CHECK ((kind = ANY (ARRAY['link'::text, 'mention'::text]))), CONSTRAINT "document_links_pkey" PRIMARY KEY (from_id, to_id, kind));

ALTER TABLE "atrium"."document_links" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."document_links" OWNER TO "postgres";

CREATE TABLE "atrium"."document_versions" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "document_id" uuid NOT NULL, "space_id" uuid NOT NULL, "trashed" boolean NOT NULL, "name" text, "named_by" uuid, "from_at" timestamp with time zone, "at" timestamp with time zone NOT NULL, "authors" uuid[] NOT NULL DEFAULT '{}'::uuid[], "edits" integer NOT NULL DEFAULT 0, "words" integer, "words_added" integer, "words_removed" integer, CONSTRAINT "document_versions_name_check" CHECK (((char_length(name) >= 1) AND (char_length(name) <= 120))), CONSTRAINT "document_versions_pkey" PRIMARY KEY (id));

ALTER TABLE "atrium"."document_versions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."document_versions" OWNER TO "postgres";

CREATE TABLE "atrium"."favourites" ("user_id" uuid NOT NULL, "document_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "favourites_pkey" PRIMARY KEY (user_id, document_id));

ALTER TABLE "atrium"."favourites" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."favourites" OWNER TO "postgres";

CREATE TABLE "atrium"."suggestions" ("id" uuid NOT NULL, "document_id" uuid NOT NULL, "space_id" uuid NOT NULL, "trashed" boolean NOT NULL, "author_id" uuid, "state" text NOT NULL DEFAULT 'open'::text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "suggestions_pkey" PRIMARY KEY (id), CONSTRAINT "suggestions_state_check" CHECK ((state = ANY (ARRAY['open'::text, 'reviewed'::text, 'closed'::text]))));

ALTER TABLE "atrium"."suggestions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."suggestions" OWNER TO "postgres";

CREATE TABLE "atrium"."transfers" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "owner_id" uuid NOT NULL, "kind" text NOT NULL, "format" text NOT NULL, "space_id" uuid NOT NULL, "document_id" uuid, "with_children" boolean NOT NULL DEFAULT false, "file_name" text NOT NULL DEFAULT ''::text, "state" text NOT NULL DEFAULT 'waiting'::text, "progress" integer NOT NULL DEFAULT 0, "error" text, "message" text, "result" jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "transfers_file_name_check" CHECK ((char_length(file_name) <= 300)), CONSTRAINT "transfers_format_check" CHECK ((format = ANY (ARRAY['markdown'::text, 'html'::text, 'docx'::text, 'zip'::text, 'pdf'::text, 'json'::text]))), CONSTRAINT "transfers_kind_check" CHECK ((kind = ANY (ARRAY['import'::text, 'export'::text]))), CONSTRAINT "transfers_pkey" PRIMARY KEY (id), CONSTRAINT "transfers_progress_check" CHECK (((progress >= 0) AND (progress <= 100))), CONSTRAINT "transfers_state_check" CHECK ((state = ANY (ARRAY['waiting'::text, 'queued'::text, 'running'::text, 'done'::text, 'failed'::text]))));

ALTER TABLE "atrium"."transfers" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium"."transfers" OWNER TO "postgres";

CREATE TABLE "atrium_private"."collaboration_servers" ("id" uuid NOT NULL, "seen_at" timestamp with time zone NOT NULL DEFAULT clock_timestamp(), CONSTRAINT "collaboration_servers_pkey" PRIMARY KEY (id));

ALTER TABLE "atrium_private"."collaboration_servers" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."collaboration_servers" OWNER TO "postgres";

CREATE TABLE "atrium_private"."document_blocks" ("document_id" uuid NOT NULL, "id" integer NOT NULL, "hash" bytea NOT NULL, "json" jsonb NOT NULL, "text" text NOT NULL, CONSTRAINT "document_blocks_document_id_hash_key" UNIQUE (document_id, hash), CONSTRAINT "document_blocks_pkey" PRIMARY KEY (document_id, id));

ALTER TABLE "atrium_private"."document_blocks" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."document_blocks" OWNER TO "postgres";

CREATE TABLE "atrium_private"."document_chunks" ("document_id" uuid NOT NULL, "id" integer NOT NULL, "from_at" timestamp with time zone NOT NULL, "to_at" timestamp with time zone NOT NULL, "edits" integer NOT NULL, "packed" bytea NOT NULL, "state" bytea, CONSTRAINT "document_chunks_pkey" PRIMARY KEY (document_id, id));

ALTER TABLE "atrium_private"."document_chunks" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."document_chunks" OWNER TO "postgres";

CREATE TABLE "atrium_private"."document_client_ids" ("document_id" uuid NOT NULL, "client_id" bigint NOT NULL, "user_id" uuid NOT NULL, "clock" bigint NOT NULL, CONSTRAINT "document_client_ids_pkey" PRIMARY KEY (document_id, client_id));

ALTER TABLE "atrium_private"."document_client_ids" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."document_client_ids" OWNER TO "postgres";

CREATE TABLE "atrium_private"."document_commands" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "document_id" uuid NOT NULL, "author_id" uuid NOT NULL, "claims" jsonb NOT NULL, "kind" text NOT NULL, "payload" jsonb NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT clock_timestamp(), "attempts" integer NOT NULL DEFAULT 0, "done_at" timestamp with time zone, "error" text, "message" text, CONSTRAINT "document_commands_kind_check" CHECK ((kind ~ '^[a-z_]{1,40}$'::text)), CONSTRAINT "document_commands_pkey" PRIMARY KEY (id));

ALTER TABLE "atrium_private"."document_commands" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."document_commands" OWNER TO "postgres";

CREATE TABLE "atrium_private"."document_version_contents" ("version_id" uuid NOT NULL, "blocks" integer[] NOT NULL, CONSTRAINT "document_version_contents_pkey" PRIMARY KEY (version_id));

ALTER TABLE "atrium_private"."document_version_contents" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."document_version_contents" OWNER TO "postgres";

CREATE TABLE "atrium_private"."stored_bytes" ("workspace_id" uuid NOT NULL, "document_id" uuid NOT NULL, "owner_id" uuid, "files" bigint NOT NULL, "bytes" bigint NOT NULL, CONSTRAINT "stored_bytes_document_id_owner_id_key" UNIQUE NULLS NOT DISTINCT (document_id, owner_id));

ALTER TABLE "atrium_private"."stored_bytes" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."stored_bytes" OWNER TO "postgres";

CREATE TABLE "atrium_private"."stored_files" ("object_id" uuid NOT NULL, "workspace_id" uuid NOT NULL, "document_id" uuid NOT NULL, "owner_id" uuid, "name" text NOT NULL, "is_image" boolean NOT NULL, "bytes" bigint NOT NULL, "created_at" timestamp with time zone NOT NULL, CONSTRAINT "stored_files_pkey" PRIMARY KEY (object_id));

ALTER TABLE "atrium_private"."stored_files" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."stored_files" OWNER TO "postgres";

CREATE TABLE "atrium_private"."suggestion_bases" ("suggestion_id" uuid NOT NULL, "place" integer NOT NULL, "update" bytea NOT NULL, CONSTRAINT "suggestion_bases_pkey" PRIMARY KEY (suggestion_id, place));

ALTER TABLE "atrium_private"."suggestion_bases" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."suggestion_bases" OWNER TO "postgres";

CREATE TABLE "atrium_private"."suggestion_decisions" ("suggestion_id" uuid NOT NULL, "change" text NOT NULL, "accepted" boolean NOT NULL, "decided_by" uuid, "decided_at" timestamp with time zone NOT NULL DEFAULT now(), "command_id" uuid, CONSTRAINT "suggestion_decisions_change_check" CHECK ((change ~ '^[0-9a-f]{32}$'::text)), CONSTRAINT "suggestion_decisions_pkey" PRIMARY KEY (suggestion_id, change));

ALTER TABLE "atrium_private"."suggestion_decisions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."suggestion_decisions" OWNER TO "postgres";

CREATE TABLE "atrium_private"."transfer_pages" ("transfer_id" uuid NOT NULL, "place" integer NOT NULL, "page" jsonb NOT NULL, CONSTRAINT "transfer_pages_pkey" PRIMARY KEY (transfer_id, place));

ALTER TABLE "atrium_private"."transfer_pages" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "atrium_private"."transfer_pages" OWNER TO "postgres";

ALTER TABLE "atrium"."document_contents" ADD COLUMN "markdown" text NOT NULL DEFAULT ''::text;

ALTER TABLE "atrium"."documents" ADD COLUMN "locked_at" timestamp with time zone;

ALTER TABLE "atrium"."documents" ADD COLUMN "locked_by" uuid;

ALTER TABLE "atrium"."documents" ADD COLUMN "is_template" boolean NOT NULL DEFAULT false;

ALTER TABLE "atrium"."documents" ADD COLUMN "suggestion_for" uuid;

ALTER TABLE "atrium"."workspace_policies" ADD COLUMN "history_days" integer;

CREATE OR REPLACE FUNCTION atrium.accept_suggestion(id uuid, changes text[] DEFAULT NULL::text[])
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.decide_suggestion($1, $2, true) $function$;

ALTER FUNCTION "atrium"."accept_suggestion"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.append_to_document(id uuid, markdown text, command_id uuid DEFAULT NULL::uuid)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.append_to_document($1, $2, $3) $function$;

ALTER FUNCTION "atrium"."append_to_document"(uuid, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.command_state(id uuid)
 RETURNS TABLE(state text, code text, message text)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.command_state($1) $function$;

ALTER FUNCTION "atrium"."command_state"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.comment_people(document_id uuid)
 RETURNS TABLE(id uuid, name text, may_read boolean)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.comment_people($1) $function$;

ALTER FUNCTION "atrium"."comment_people"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.comment_role(document_id uuid)
 RETURNS atrium.role
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select atrium_private.comment_role($1) $function$;

ALTER FUNCTION "atrium"."comment_role"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.create_document(id uuid, space_id uuid, parent_id uuid DEFAULT NULL::uuid, title text DEFAULT ''::text, "position" text DEFAULT NULL::text, markdown text DEFAULT NULL::text, content jsonb DEFAULT NULL::jsonb)
 RETURNS atrium.documents
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.create_document($1, $2, $3, $4, $5, $6, $7) $function$;

ALTER FUNCTION "atrium"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.create_from_template(template_id uuid, id uuid DEFAULT NULL::uuid, space_id uuid DEFAULT NULL::uuid, parent_id uuid DEFAULT NULL::uuid, title text DEFAULT NULL::text, "position" text DEFAULT NULL::text, today date DEFAULT NULL::date)
 RETURNS atrium.documents
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.create_from_template($1, $2, $3, $4, $5, $6, $7) $function$;

ALTER FUNCTION "atrium"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.create_import(id uuid, space_id uuid, format text, parent_id uuid DEFAULT NULL::uuid, file_name text DEFAULT ''::text)
 RETURNS atrium.transfers
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.create_import($1, $2, $4, $3, $5) $function$;

ALTER FUNCTION "atrium"."create_import"(uuid, uuid, text, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.create_suggestion(id uuid, document_id uuid)
 RETURNS atrium.suggestions
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.create_suggestion($1, $2) $function$;

ALTER FUNCTION "atrium"."create_suggestion"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.create_thread(id uuid, document_id uuid, body jsonb, anchor jsonb, quote text, kind text DEFAULT 'text'::text)
 RETURNS atrium.comment_threads
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.create_thread($1, $2, $3, $4, $5, $6) $function$;

ALTER FUNCTION "atrium"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.delete_comment(id uuid)
 RETURNS atrium.comments
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.change_comment($1, null, true) $function$;

ALTER FUNCTION "atrium"."delete_comment"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.delete_document(id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.delete_document($1) $function$;

ALTER FUNCTION "atrium"."delete_document"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.document_at(id uuid, at timestamp with time zone)
 RETURNS TABLE(version_id uuid, since timestamp with time zone, "json" jsonb, text text)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.document_at($1, $2) $function$;

ALTER FUNCTION "atrium"."document_at"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.duplicate_document(document_id uuid, id uuid DEFAULT NULL::uuid, space_id uuid DEFAULT NULL::uuid, parent_id uuid DEFAULT NULL::uuid, title text DEFAULT NULL::text, "position" text DEFAULT NULL::text, with_children boolean DEFAULT true)
 RETURNS atrium.documents
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.copy_document($1, $2, $3, $4, $5, $6, $7) $function$;

ALTER FUNCTION "atrium"."duplicate_document"(uuid, uuid, uuid, uuid, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.edit_comment(id uuid, body jsonb)
 RETURNS atrium.comments
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.change_comment($1, $2, false) $function$;

ALTER FUNCTION "atrium"."edit_comment"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.export_document(document_id uuid, format text, with_children boolean DEFAULT false, id uuid DEFAULT NULL::uuid)
 RETURNS atrium.transfers
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.export_document($1, $2, $3, $4) $function$;

ALTER FUNCTION "atrium"."export_document"(uuid, text, boolean, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.largest_files(workspace_id uuid)
 RETURNS TABLE(document_id uuid, title text, space_id uuid, owner_id uuid, is_image boolean, bytes bigint, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.largest_files($1) $function$;

ALTER FUNCTION "atrium"."largest_files"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.linked_documents()
 RETURNS SETOF atrium.documents
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select document.* from atrium.documents document where document.id in (select atrium_private.linked_to_caller()) $function$;

ALTER FUNCTION "atrium"."linked_documents"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.lock_document(id uuid)
 RETURNS atrium.documents
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.lock_document($1, true) $function$;

ALTER FUNCTION "atrium"."lock_document"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.move_thread(id uuid, anchor jsonb)
 RETURNS atrium.comment_threads
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.move_thread($1, $2) $function$;

ALTER FUNCTION "atrium"."move_thread"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.my_files()
 RETURNS TABLE(bucket_id text, name text, document_id uuid, bytes bigint, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.my_files() $function$;

ALTER FUNCTION "atrium"."my_files"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.my_responsibilities()
 RETURNS TABLE(workspace_id uuid, name text, role atrium.role, alone boolean, last_owner boolean, spaces integer, documents integer, rooms integer, heirs jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.my_responsibilities() $function$;

ALTER FUNCTION "atrium"."my_responsibilities"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.name_version(document_id uuid, name text)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.name_version($1, $2) $function$;

ALTER FUNCTION "atrium"."name_version"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.react(comment_id uuid, emoji text, "on" boolean DEFAULT true)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.react($1, $2, $3) $function$;

ALTER FUNCTION "atrium"."react"(uuid, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.reject_suggestion(id uuid, changes text[] DEFAULT NULL::text[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.decide_suggestion($1, $2, false) $function$;

ALTER FUNCTION "atrium"."reject_suggestion"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.rename_version(version_id uuid, name text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.rename_version($1, $2) $function$;

ALTER FUNCTION "atrium"."rename_version"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.reopen_thread(id uuid)
 RETURNS atrium.comment_threads
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.set_resolved($1, false) $function$;

ALTER FUNCTION "atrium"."reopen_thread"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.replace_document(id uuid, markdown text DEFAULT NULL::text, content jsonb DEFAULT NULL::jsonb, command_id uuid DEFAULT NULL::uuid)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.replace_document($1, $2, $3, $4) $function$;

ALTER FUNCTION "atrium"."replace_document"(uuid, text, jsonb, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.reply(id uuid, thread_id uuid, body jsonb)
 RETURNS atrium.comments
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.reply($1, $2, $3) $function$;

ALTER FUNCTION "atrium"."reply"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.resolve_thread(id uuid)
 RETURNS atrium.comment_threads
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.set_resolved($1, true) $function$;

ALTER FUNCTION "atrium"."resolve_thread"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.restore_version(document_id uuid, version_id uuid DEFAULT NULL::uuid, at timestamp with time zone DEFAULT NULL::timestamp with time zone, author_id uuid DEFAULT NULL::uuid, block integer DEFAULT NULL::integer, command_id uuid DEFAULT NULL::uuid)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.restore_version($1, $2, $3, $4, $5, $6) $function$;

ALTER FUNCTION "atrium"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.set_favourite(document_id uuid, favourite boolean)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.set_favourite($1, $2) $function$;

ALTER FUNCTION "atrium"."set_favourite"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.set_history_retention(workspace_id uuid, days integer)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.set_history_retention($1, $2) $function$;

ALTER FUNCTION "atrium"."set_history_retention"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.start_import(transfer_id uuid)
 RETURNS atrium.transfers
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.start_import($1) $function$;

ALTER FUNCTION "atrium"."start_import"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.storage_use(workspace_id uuid)
 RETURNS TABLE(kind text, id uuid, name text, files bigint, bytes bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.storage_use($1) $function$;

ALTER FUNCTION "atrium"."storage_use"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.unlock_document(id uuid)
 RETURNS atrium.documents
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select * from atrium_private.lock_document($1, false) $function$;

ALTER FUNCTION "atrium"."unlock_document"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.visible_to(workspace_id uuid, user_id uuid)
 RETURNS TABLE(object_type text, object_id uuid, space_id uuid, name text, private boolean, role atrium.role, reason text, chain jsonb)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.visible_to($1, $2) $function$;

ALTER FUNCTION "atrium"."visible_to"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.withdraw_suggestion(id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select atrium_private.withdraw_suggestion($1) $function$;

ALTER FUNCTION "atrium"."withdraw_suggestion"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium.workspace_members(workspace_id uuid)
 RETURNS TABLE(user_id uuid, name text, email text, role atrium.role, suspended_at timestamp with time zone, joined_at timestamp with time zone, expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select * from atrium_private.workspace_members($1) $function$;

ALTER FUNCTION "atrium"."workspace_members"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.active_memberships(for_user uuid)
 RETURNS TABLE(workspace_id uuid, role atrium.role)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 2
 SET search_path TO ''
AS $function$
begin
  return query
    select member.workspace_id, member.role
    from atrium.members member
    where member.user_id = for_user
      and member.suspended_at is null
      and (member.expires_at is null or member.expires_at > now())
      and (not member.needs_mfa or not (select atrium_private.lacks_mfa(for_user)));
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.add_comment(new_id uuid, thread atrium.comment_threads, new_body jsonb)
 RETURNS atrium.comments
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  body jsonb := atrium_private.valid_comment(new_body);
  said atrium.comments;
begin
  insert into atrium.comments (id, thread_id, document_id, space_id, trashed, author_id, body, text, mentions)
  values (coalesce(new_id, gen_random_uuid()), thread.id, thread.document_id, thread.space_id, thread.trashed, atrium_private.caller(),
    body, atrium_private.comment_text(body), atrium_private.mentioned_readers(body, thread.document_id))
  on conflict (id) do nothing
  returning * into said;
  if said.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return said;
end $function$;

ALTER FUNCTION "atrium_private"."add_comment"(uuid, atrium.comment_threads, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.after_acceptance()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  delete from atrium_private.suggestion_decisions decision where decision.command_id = new.id;
  update atrium.suggestions suggestion set state = 'reviewed', updated_at = now() where suggestion.id = (old.payload ->> 'suggestion_id')::uuid;
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."after_acceptance"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.announce_command()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform pg_notify('atrium_documents', jsonb_build_object('document_id', new.document_id, 'what', 'commands')::text);
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."announce_command"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.announce_documents()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'INSERT' then
    perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'documents', jsonb_build_object('id', made.id, 'op', 'insert'))
    from after_rows made join atrium.spaces space on space.id = made.space_id;
    return null;
  end if;
  -- Of a branch that changes in one statement only the top is told.
  perform atrium_private.send(format('space:%s:%s', space.id, space.epoch), 'documents', jsonb_build_object('id', changed.id, 'op', changed.op))
  from (
    select now_row.id, unnest(array[old_row.space_id, now_row.space_id]) as space_id, case
        when now_row.trashed_at is not null and old_row.trashed_at is null then 'trash'
        when now_row.trashed_at is null and old_row.trashed_at is not null then 'restore'
        when (now_row.space_id, now_row.parent_id, now_row.position) is distinct from (old_row.space_id, old_row.parent_id, old_row.position) then 'move'
        else 'update'
      end as op
    from after_rows now_row join before_rows old_row on old_row.id = now_row.id
    where (now_row.title, now_row.icon, now_row.space_id, now_row.parent_id, now_row.position, now_row.trashed_at, now_row.locked_at, now_row.is_template)
        is distinct from (old_row.title, old_row.icon, old_row.space_id, old_row.parent_id, old_row.position, old_row.trashed_at, old_row.locked_at, old_row.is_template)
      and not exists (select from after_rows above where above.id = now_row.parent_id)
  ) changed
  join atrium.spaces space on space.id = changed.space_id
  group by space.id, space.epoch, changed.id, changed.op;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.announce_favourite()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  marked atrium.favourites := coalesce(new, old);
begin
  perform atrium_private.send_to_people(array[marked.user_id], 'favourites', jsonb_build_object('id', marked.document_id));
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."announce_favourite"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.announce_suggestion()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  suggestion atrium.suggestions := coalesce(new, old);
begin
  perform atrium_private.notify_document(suggestion.document_id, 'suggestions');
  -- Its author may have it open, and writes no more.
  if tg_op = 'UPDATE' and new.state <> old.state then
    perform atrium_private.notify_access(null, null, null, suggestion.id);
  end if;
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."announce_suggestion"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.announce_thread()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform atrium_private.notify_document(new.document_id, 'comments');
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."announce_thread"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.announce_transfer()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  new.updated_at := now();
  perform atrium_private.send_to_people(array[new.owner_id], 'transfer', jsonb_build_object('id', new.id, 'state', new.state, 'progress', new.progress));
  return new;
end $function$;

ALTER FUNCTION "atrium_private"."announce_transfer"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.announce_versions()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform pg_notify('atrium_documents', jsonb_build_object('document_id', changed.document_id, 'what', 'versions')::text)
  from (select distinct document_id from changed) changed;
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."announce_versions"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.append_to_document(document_id uuid, markdown text, command_id uuid)
 RETURNS uuid
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ select atrium_private.queue_command($1, 'append', atrium_private.content_payload($2, null), $3) $function$;

ALTER FUNCTION "atrium_private"."append_to_document"(uuid, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.apply_change(change text, arguments jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  workspace uuid := arguments ->> 'workspace_id';
  space uuid := arguments ->> 'space_id';
  room uuid := arguments ->> 'room_id';
  person uuid := arguments ->> 'user_id';
  team uuid := arguments ->> 'group_id';
  new_role atrium.role := arguments ->> 'role';
begin
  case change
    when 'set_member_role' then perform atrium.set_member_role(workspace, person, new_role);
    when 'suspend_member' then perform atrium.suspend_member(workspace, person);
    when 'reactivate_member' then perform atrium.reactivate_member(workspace, person);
    when 'remove_member' then perform atrium.remove_member(workspace, person, (arguments ->> 'hand_over_to')::uuid);
    when 'add_group_member' then perform atrium.add_group_member(team, person);
    when 'remove_group_member' then perform atrium.remove_group_member(team, person);
    when 'delete_group' then perform atrium.delete_group(team);
    when 'set_space_member' then perform atrium.set_space_member(space, person, new_role);
    when 'remove_space_member' then perform atrium.remove_space_member(space, person);
    when 'set_space_group' then perform atrium.set_space_group(space, team, new_role);
    when 'remove_space_group' then perform atrium.remove_space_group(space, team);
    when 'set_space_private' then perform atrium.set_space_private(space, (arguments ->> 'private')::boolean);
    when 'add_room_member' then perform atrium.add_room_member(room, person);
    when 'remove_room_member' then perform atrium.remove_room_member(room, person);
    when 'share_item' then perform atrium.share_item(arguments ->> 'object_type', (arguments ->> 'object_id')::uuid, new_role, person, team, (arguments ->> 'expires_at')::timestamptz);
    when 'unshare_item' then perform atrium.unshare_item((arguments ->> 'grant_id')::uuid);
    when 'delete_link' then perform atrium.delete_link((arguments ->> 'link_id')::uuid);
    else raise sqlstate 'PT422' using message = 'This is no change of rights that can be tried.', detail = 'change_invalid';
  end case;
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
  raise sqlstate 'PT422' using message = 'An argument is not of its type.', detail = 'arguments_invalid';
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.change_comment(comment_id uuid, new_body jsonb, deleting boolean)
 RETURNS atrium.comments
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  said atrium.comments := atrium_private.lock_comment($1);
  mine atrium.role := atrium_private.require_commenter(said.document_id);
begin
  if said.author_id is distinct from atrium_private.caller() and not (deleting and mine >= 'editor') then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  elsif said.deleted_at is not null then
    if deleting then
      return said;
    end if;
    raise sqlstate 'PT410' using message = 'This comment was deleted.', detail = 'comment_deleted';
  elsif deleting then
    delete from atrium.comment_reactions reaction where reaction.comment_id = $1;
    update atrium.comments known set body = null, text = null, mentions = '{}', deleted_at = now() where known.id = $1 returning known.* into said;
  elsif atrium_private.valid_comment(new_body) <> said.body then
    new_body := atrium_private.valid_comment(new_body);
    update atrium.comments known
    set body = new_body, text = atrium_private.comment_text(new_body), edited_at = now(),
      mentions = atrium_private.mentioned_readers(new_body, known.document_id)
    where known.id = $1 returning known.* into said;
  end if;
  return said;
end $function$;

ALTER FUNCTION "atrium_private"."change_comment"(uuid, jsonb, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.change_scope(change text, arguments jsonb)
 RETURNS TABLE(workspace_id uuid, space_id uuid, users uuid[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select workspace.id, null::uuid, array[(arguments ->> 'user_id')::uuid] from atrium.workspaces workspace
  where change in ('set_member_role', 'suspend_member', 'reactivate_member') and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  -- What he alone was responsible for goes to an heir, the others of his private spaces or an owner.
  select workspace.id, null, array(
    select unnest(array[(arguments ->> 'user_id')::uuid, (arguments ->> 'hand_over_to')::uuid])
    union select owner.user_id from atrium.members owner where owner.workspace_id = workspace.id and owner.role = 'owner'
    union select other.user_id from atrium.space_members mine
    join atrium.spaces space on space.id = mine.space_id and space.private and space.workspace_id = workspace.id
    join atrium.space_members other on other.space_id = space.id
    where mine.user_id = (arguments ->> 'user_id')::uuid and mine.role = 'admin'
  )
  from atrium.workspaces workspace
  where change = 'remove_member' and workspace.id = (arguments ->> 'workspace_id')::uuid
  union all
  select team.workspace_id, null, case change
    when 'delete_group' then array(select inside.user_id from atrium.group_members inside where inside.group_id = team.id)
    else array[(arguments ->> 'user_id')::uuid]
  end
  from atrium.groups team
  where change in ('add_group_member', 'remove_group_member', 'delete_group') and team.id = (arguments ->> 'group_id')::uuid
  union all
  select space.workspace_id, space.id, null from atrium.spaces space
  where change in ('set_space_member', 'remove_space_member', 'set_space_group', 'remove_space_group', 'set_space_private')
    and space.id = (arguments ->> 'space_id')::uuid
  union all
  select room.workspace_id, room.space_id, null from atrium.rooms room
  where change in ('add_room_member', 'remove_room_member', 'share_item') and room.id = (coalesce(arguments ->> 'room_id', arguments ->> 'object_id'))::uuid
  union all
  select document.workspace_id, document.space_id, null from atrium.documents document
  where change = 'share_item' and document.id = (arguments ->> 'object_id')::uuid
  union all
  select shared.workspace_id, shared.space_id, null from atrium.grants shared
  where change = 'unshare_item' and shared.id = (arguments ->> 'grant_id')::uuid
  union all
  select link.workspace_id, link.space_id, null from atrium.links link
  where change = 'delete_link' and link.id = (arguments ->> 'link_id')::uuid
$function$;

CREATE OR REPLACE FUNCTION atrium_private.command_state(command_id uuid)
 RETURNS TABLE(state text, code text, message text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  command atrium_private.document_commands;
begin
  select known.* into command from atrium_private.document_commands known where known.id = $1 and known.author_id = me;
  if command.id is null then
    raise sqlstate 'PT404' using message = 'There is no such command of yours, or it was done more than a week ago.', detail = 'command_not_found';
  end if;
  return query select
    case when command.done_at is null then 'pending' when command.error is null then 'done' else 'failed' end, command.error, command.message;
end $function$;

ALTER FUNCTION "atrium_private"."command_state"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.comment_people(on_document uuid)
 RETURNS TABLE(id uuid, name text, may_read boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  mine atrium.role := atrium_private.require_document_role(on_document, 'viewer');
begin
  return query
    with readers as materialized (
      select distinct reader.user_id from atrium_private.rights_on_item('document', on_document) reader where reader.role >= 'viewer'
    ),
    speakers as (
      select said.author_id as user_id from atrium.comments said where said.document_id = on_document
      union select thread.resolved_by from atrium.comment_threads thread where thread.document_id = on_document
      union select suggestion.author_id from atrium.suggestions suggestion where suggestion.document_id = on_document
      union select reaction.user_id from atrium.comment_reactions reaction where reaction.document_id = on_document
    )
    select profile.id, profile.name, profile.id in (select readers.user_id from readers)
    from atrium.profiles profile
    where profile.id in (select speakers.user_id from speakers)
      or (profile.id in (select readers.user_id from readers) and profile.id in (select atrium_private.people_of_caller()))
    order by lower(profile.name), profile.id;
end $function$;

ALTER FUNCTION "atrium_private"."comment_people"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.comment_role(on_document uuid)
 RETURNS atrium.role
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  mine atrium.role := atrium_private.require_document_role(on_document, 'viewer');
begin
  return (
    select case when document.trashed_at is null and space.archived_at is null then least(mine, 'editor') else 'viewer' end
    from atrium.documents document join atrium.spaces space on space.id = document.space_id where document.id = on_document
  );
end $function$;

ALTER FUNCTION "atrium_private"."comment_role"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.comment_text(body jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  plain text;
begin
  select string_agg(line.text, E'\n' order by line.place) into plain
  from jsonb_array_elements(body -> 'content') with ordinality as blocks (block, place)
  cross join lateral (
    select blocks.place, coalesce(string_agg(case node ->> 'type'
      when 'text' then node ->> 'text' when 'hardBreak' then E'\n' else '@' || (node #>> '{attrs,label}') end, '' order by nodes.place), '') as text
    from jsonb_array_elements(coalesce(blocks.block -> 'content', '[]')) with ordinality as nodes (node, place)
  ) line;
  plain := btrim(plain, E' \t\n');
  -- What nobody sees is no comment.
  if coalesce(regexp_replace(plain, E'[[:space:]\u00ad\u200b-\u200f\u2060\u3164\ufeff]', '', 'g'), '') = '' then
    raise sqlstate 'PT422' using message = 'The comment is empty.', detail = 'text_required';
  elsif char_length(plain) > 10000 then
    raise sqlstate 'PT422' using message = 'The comment is longer than 10000 characters.', detail = 'text_too_long';
  end if;
  return plain;
end $function$;

ALTER FUNCTION "atrium_private"."comment_text"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.content_payload(markdown text, content jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if (markdown is null) = (content is null) then
    raise sqlstate 'PT422' using message = 'Give the content either as Markdown or as JSON.', detail = 'content_required';
  elsif octet_length(markdown) > 2000000 or octet_length(content::text) > 4000000 then
    raise sqlstate 'PT413' using message = 'This content is too large: 2 MB of Markdown or 4 MB of JSON are taken at once.', detail = 'content_too_large';
  elsif content is not null and (jsonb_typeof(content) <> 'object' or content ->> 'type' is distinct from 'doc') then
    raise sqlstate 'PT422' using message = 'The JSON is no document: its type must be "doc".', detail = 'content_invalid';
  end if;
  return jsonb_strip_nulls(jsonb_build_object('markdown', markdown)) || case when content is null then '{}' else jsonb_build_object('content', content) end;
end $function$;

ALTER FUNCTION "atrium_private"."content_payload"(text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.copy_document(document_id uuid, new_id uuid, to_space uuid, beneath uuid, new_title text, wanted text, with_children boolean)
 RETURNS atrium.documents
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
  me uuid := atrium_private.caller();
  original atrium.documents;
  place atrium.spaces;
  document atrium.documents;
begin
  select known.* into original from atrium.documents known where known.id = $1;
  if original.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  end if;
  place := atrium_private.require_place(
    coalesce(to_space, atrium_private.space_beneath(beneath), original.space_id), beneath);
  if place.workspace_id <> original.workspace_id then
    raise sqlstate 'PT409' using message = 'A document cannot be copied to another workspace.', detail = 'other_workspace';
  end if;
  select known.* into document from atrium.documents known where known.id = new_id;
  if document.id is not null then
    if document.created_by is distinct from me or document.space_id <> place.id then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
    return document;
  end if;
  new_id := coalesce(new_id, gen_random_uuid());
  if (select count(*) from atrium_private.branch_of($1)) > 1000 then
    raise sqlstate 'PT422' using message = 'More than 1,000 documents cannot be copied at once.', detail = 'too_many_documents';
  end if;

  with branch as materialized (
    select known.*, case known.id when $1 then new_id else gen_random_uuid() end as copy_id
    from atrium.documents known
    where known.trashed_at is null
      and (known.id = $1 or (with_children and known.id in (select inside from atrium_private.branch_of($1) inside)))
      -- Beneath it nothing is shown that the caller may not see: a document is in the space of its parent.
  ),
  made as (
    insert into atrium.documents (id, workspace_id, space_id, parent_id, title, icon, position, created_by)
    select branch.copy_id, place.workspace_id, place.id,
      case branch.id when $1 then beneath else (select parent.copy_id from branch parent where parent.id = branch.parent_id) end,
      case branch.id when $1 then coalesce(new_title, branch.title) else branch.title end,
      branch.icon,
      case branch.id when $1 then atrium_private.free_position(place.id, beneath, wanted, new_id) else branch.position end,
      me
    from branch
  ),
  read as (
    insert into atrium.document_contents (document_id, space_id, trashed, json, text, markdown)
    select branch.copy_id, place.id, false, contents.json, contents.text, contents.markdown
    from branch join atrium.document_contents contents on contents.document_id = branch.id
  ),
  links as (
    insert into atrium.document_links (from_id, to_id, kind)
    select branch.copy_id, link.to_id, link.kind from branch join atrium.document_links link on link.from_id = branch.id
  ),
  snapshots as (
    insert into atrium_private.document_snapshots (document_id, state)
    select branch.copy_id, snapshot.state from branch join atrium_private.document_snapshots snapshot on snapshot.document_id = branch.id
  ),
  -- The history of a copy begins with what it was copied from; nobody sees in it who wrote that.
  histories as (
    insert into atrium_private.document_chunks (document_id, id, from_at, to_at, edits, packed, state)
    select branch.copy_id, 1, now(), now(), 0, '', snapshot.state
    from branch join atrium_private.document_snapshots snapshot on snapshot.document_id = branch.id
  ),
  files as (
    insert into atrium.copied_files (document_id, source_id, name)
    select branch.copy_id, branch.id, object.name
    from branch join storage.objects object on object.bucket_id in ('document-images', 'document-files')
      and object.name collate "C" >= branch.id || '/' and object.name collate "C" < branch.id || '0'
    union
    select branch.copy_id, file.source_id, file.name from branch join atrium.copied_files file on file.document_id = branch.id
  )
  insert into atrium_private.document_updates (document_id, author_id, update)
  select branch.copy_id, me, logged.update
  from branch join atrium_private.document_updates logged on logged.document_id = branch.id
  where logged.id > coalesce((select upto from atrium_private.document_snapshots snapshot where snapshot.document_id = branch.id), 0)
  order by logged.id;
  select known.* into document from atrium.documents known where known.id = new_id;
  return document;
end $function$;

ALTER FUNCTION "atrium_private"."copy_document"(uuid, uuid, uuid, uuid, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.count_file()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'UPDATE' and (old.bucket_id, old.name, old.owner_id, old.metadata ->> 'size')
    is not distinct from (new.bucket_id, new.name, new.owner_id, new.metadata ->> 'size') then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    with gone as (delete from atrium_private.stored_files file where file.object_id = old.id returning *)
    update atrium_private.stored_bytes known set files = known.files - 1, bytes = known.bytes - gone.bytes
    from gone where known.document_id = gone.document_id and known.owner_id is not distinct from gone.owner_id;
  end if;
  if tg_op <> 'DELETE' then
    with file as (
      insert into atrium_private.stored_files (object_id, workspace_id, document_id, owner_id, name, is_image, bytes, created_at)
      select new.id, document.workspace_id, document.id,
        case when new.owner_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then new.owner_id::uuid end,
        new.name, new.bucket_id = 'document-images', coalesce((new.metadata ->> 'size')::bigint, 0), coalesce(new.created_at, now())
      from atrium.documents document
      where document.id = case new.bucket_id
        when 'document-images' then atrium_private.image_document(new.name) when 'document-files' then atrium_private.file_document(new.name)
      end
      returning *
    )
    insert into atrium_private.stored_bytes as known (workspace_id, document_id, owner_id, files, bytes)
    select file.workspace_id, file.document_id, file.owner_id, 1, file.bytes from file
    on conflict (document_id, owner_id) do update set files = known.files + 1, bytes = known.bytes + excluded.bytes;
  end if;
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."count_file"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.create_document(new_id uuid, in_space uuid, beneath uuid, new_title text, wanted text, markdown text DEFAULT NULL::text, content jsonb DEFAULT NULL::jsonb)
 RETURNS atrium.documents
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  space atrium.spaces := atrium_private.require_place(in_space, beneath);
  document atrium.documents;
  payload jsonb;
begin
  if markdown is not null or content is not null then
    payload := atrium_private.content_payload(markdown, content);
  end if;
  insert into atrium.documents (id, workspace_id, space_id, parent_id, title, position, created_by)
  values (
    coalesce(new_id, gen_random_uuid()), space.workspace_id, in_space, beneath, coalesce(new_title, ''),
    atrium_private.free_position(in_space, beneath, wanted, new_id), atrium_private.caller()
  )
  on conflict (id) do nothing
  returning * into document;
  if document.id is null then
    select known.* into document from atrium.documents known
    where known.id = new_id and known.space_id = in_space and known.created_by = atrium_private.caller();
    if document.id is null then
      raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
    end if;
  elsif payload is not null then
    perform atrium_private.queue_command(document.id, 'replace', payload);
  end if;
  return document;
end $function$;

ALTER FUNCTION "atrium_private"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.create_from_template(template_id uuid, new_id uuid, in_space uuid, beneath uuid, new_title text, wanted text, today date)
 RETURNS atrium.documents
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
end $function$;

ALTER FUNCTION "atrium_private"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.create_import(new_id uuid, in_space uuid, beneath uuid, of_format text, of_file text)
 RETURNS atrium.transfers
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  place atrium.spaces := atrium_private.require_place(in_space, beneath);
  made atrium.transfers;
begin
  if of_format is null or of_format not in ('markdown', 'html', 'docx', 'zip') then
    raise sqlstate 'PT422' using message = 'Markdown, HTML, Word documents and ZIP archives can be imported.', detail = 'format_invalid';
  end if;
  perform atrium_private.refuse_many_transfers();
  insert into atrium.transfers (id, owner_id, kind, format, space_id, document_id, file_name)
  values (coalesce(new_id, gen_random_uuid()), atrium_private.caller(), 'import', of_format, place.id, beneath, left(coalesce(of_file, ''), 300))
  on conflict (id) do nothing
  returning * into made;
  if made.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return made;
end $function$;

ALTER FUNCTION "atrium_private"."create_import"(uuid, uuid, uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.create_suggestion(new_id uuid, for_document uuid)
 RETURNS atrium.suggestions
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  mine atrium.role := atrium_private.require_commenter(for_document);
  me uuid := atrium_private.caller();
  branch uuid := coalesce(new_id, gen_random_uuid());
  suggestion atrium.suggestions;
begin
  select known.* into suggestion from atrium.suggestions known where known.id = branch and known.document_id = for_document and known.author_id = me;
  if suggestion.id is not null then
    return suggestion;
  elsif (select count(*) from atrium.suggestions known where known.document_id = for_document and known.state <> 'closed') >= 100 then
    raise sqlstate 'PT429' using message = 'This page has 100 open suggestions.', detail = 'too_many_suggestions';
  end if;
  -- Against a move to another space in the same moment.
  perform from atrium.documents page where page.id = for_document for share;
  insert into atrium.documents (id, workspace_id, space_id, title, position, created_by, suggestion_for)
  select branch, page.workspace_id, page.space_id, '', page.position, me, page.id from atrium.documents page where page.id = for_document
  on conflict (id) do nothing;
  if not found then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  insert into atrium.suggestions (id, document_id, space_id, trashed, author_id)
  select branch, page.id, page.space_id, false, me from atrium.documents page where page.id = for_document
  returning * into suggestion;
  with snapshot as materialized (
    select known.state, known.upto from atrium_private.document_snapshots known where known.document_id = for_document
  ),
  tail as materialized (
    select logged.id, logged.update from atrium_private.document_updates logged
    where logged.document_id = for_document and logged.id > coalesce((select snapshot.upto from snapshot), 0)
  ),
  bases as (
    insert into atrium_private.suggestion_bases (suggestion_id, place, update)
    select branch, row_number() over (order by given.id), given.update
    from (select 0::bigint as id, snapshot.state as update from snapshot union all select tail.id, tail.update from tail) given
  ),
  snapshots as (
    insert into atrium_private.document_snapshots (document_id, state) select branch, snapshot.state from snapshot
  ),
  histories as (
    insert into atrium_private.document_chunks (document_id, id, from_at, to_at, edits, packed, state)
    select branch, 1, now(), now(), 0, '', snapshot.state from snapshot
  )
  insert into atrium_private.document_updates (document_id, update) select branch, tail.update from tail order by tail.id;
  return suggestion;
end $function$;

ALTER FUNCTION "atrium_private"."create_suggestion"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.create_thread(new_id uuid, on_document uuid, new_body jsonb, new_anchor jsonb, new_quote text, new_kind text)
 RETURNS atrium.comment_threads
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  mine atrium.role := atrium_private.require_commenter(on_document);
  me uuid := atrium_private.caller();
  thread atrium.comment_threads;
begin
  if char_length(new_quote) > 1000 or coalesce(new_quote, '') !~ '[^[:space:]]' then
    raise sqlstate 'PT422' using message = 'The quoted text has 1 to 1000 characters.', detail = 'quote_invalid';
  end if;
  -- Against a move to another space in the same moment.
  perform from atrium.documents document where document.id = on_document for share;
  if (select count(*) from atrium.comment_threads known where known.document_id = on_document) >= 5000 then
    raise sqlstate 'PT429' using message = 'This page has 5000 threads.', detail = 'too_many_threads';
  end if;
  insert into atrium.comment_threads (id, document_id, space_id, trashed, kind, anchor, quote, created_by)
  select coalesce(new_id, gen_random_uuid()), document.id, document.space_id, false, new_kind, atrium_private.valid_anchor(new_kind, new_anchor), new_quote, me
  from atrium.documents document where document.id = on_document
  on conflict (id) do nothing
  returning * into thread;
  if thread.id is not null then
    perform atrium_private.add_comment(thread.id, thread, new_body);
    return thread;
  end if;
  select known.* into thread from atrium.comment_threads known where known.id = new_id and known.document_id = on_document and known.created_by = me;
  if thread.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return thread;
end $function$;

ALTER FUNCTION "atrium_private"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.decide_suggestion(suggestion_id uuid, changes text[], accepting boolean)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  suggestion atrium.suggestions := atrium_private.lock_suggestion($1);
  command uuid := case when accepting then gen_random_uuid() end;
begin
  perform atrium_private.require_writable(suggestion.document_id);
  if suggestion.state = 'closed' then
    raise sqlstate 'PT409' using message = 'All of this suggestion is decided.', detail = 'suggestion_closed';
  elsif cardinality(changes) not between 1 and 1000 or exists (select from unnest(changes) change where (change ~ '^[0-9a-f]{32}$') is not true) then
    raise sqlstate 'PT422' using message = 'Name 1 to 1000 changes, as the collaboration server lists them.', detail = 'changes_invalid';
  end if;
  if accepting then
    -- What somebody else decided a moment before stays as he decided it.
    changes := case when changes is not null then array(
      select distinct change from unnest(changes) change
      where change not in (select known.change from atrium_private.suggestion_decisions known where known.suggestion_id = $1)) end;
    perform atrium_private.queue_command(
      suggestion.document_id, 'accept_suggestion', jsonb_build_object('suggestion_id', $1, 'changes', changes, 'closing', changes is null), command);
  end if;
  insert into atrium_private.suggestion_decisions (suggestion_id, change, accepted, decided_by, command_id)
  select $1, change, accepting, atrium_private.caller(), command from unnest(changes) change
  on conflict do nothing;
  update atrium.suggestions known set state = case when changes is null then 'closed' else 'reviewed' end, updated_at = now() where known.id = $1;
  return command;
end $function$;

ALTER FUNCTION "atrium_private"."decide_suggestion"(uuid, text[], boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.delete_document(document_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
begin
  perform atrium_private.require_place(known.space_id, null) from atrium.documents known where known.id = $1;
  delete from atrium.documents known where known.id = $1 and known.trashed_at is not null;
  if not found then
    raise sqlstate 'PT409' using message = 'Only what is in the trash can be deleted for ever.', detail = 'document_not_trashed';
  end if;
end $function$;

ALTER FUNCTION "atrium_private"."delete_document"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.document_access(document_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  page uuid := coalesce((select branch.suggestion_for from atrium.documents branch where branch.id = $1), $1);
  mine atrium.role := atrium_private.require_document_role(page, 'viewer');
begin
  if page <> $1 then
    return case when mine >= 'commenter' and atrium_private.writes_suggestion($1) then 'write' else 'read' end;
  end if;
  return (
    select case
      when mine >= 'editor' and document.trashed_at is null and document.locked_at is null and space.archived_at is null then 'write'
      else 'read'
    end
    from atrium.documents document join atrium.spaces space on space.id = document.space_id
    where document.id = $1
  );
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.document_at(document_id uuid, at timestamp with time zone)
 RETURNS TABLE(version_id uuid, since timestamp with time zone, "json" jsonb, text text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform atrium_private.require_document_role($1, 'viewer');
  -- What is there now, when nothing was changed after that time.
  return query
    select null::uuid, content.updated_at, content.json, content.text
    from atrium.document_contents content
    where content.document_id = $1 and content.updated_at <= $2;
  if found then
    return;
  end if;
  return query
    select version.id, version.at, content.json, content.text
    from (
      select known.id, known.at from atrium.document_versions known
      where known.document_id = $1 and known.at <= $2 and known.words is not null
      order by known.at desc limit 1
    ) version
    cross join lateral atrium_private.version_content(version.id) content;
end $function$;

ALTER FUNCTION "atrium_private"."document_at"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.document_role(document_id uuid)
 RETURNS atrium.role
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select case when document.trashed_at is null or rights.in_space >= 'editor' then greatest(rights.in_space, rights.granted) end
  from atrium.documents document
  cross join lateral (
    select
      (select max(space.role) from atrium_private.space_rights(atrium_private.caller()) space where space.space_id = document.space_id) as in_space,
      (select max(item.role) from atrium_private.grant_rights(atrium_private.caller(), 'document') item where item.object_id = document.id) as granted
  ) rights
  where document.id = $1 and document.suggestion_for is null
$function$;

CREATE OR REPLACE FUNCTION atrium_private.documents_to_forget()
 RETURNS TABLE(document_id uuid, before timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select document.id, limits.before
  from (
    select policy.workspace_id, now() - policy.history_days * interval '1 day' as before
    from atrium.workspace_policies policy where policy.history_days is not null
  ) limits
  join atrium.documents document on document.workspace_id = limits.workspace_id
  where exists (
      select from atrium_private.document_chunks chunk where chunk.document_id = document.id and chunk.edits > 0 and chunk.to_at < limits.before
    )
    or exists (
      select from atrium.document_versions version where version.document_id = document.id and version.name is null and version.at < limits.before
    )
$function$;

ALTER FUNCTION "atrium_private"."documents_to_forget"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.documents_without_version()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select document.id
  from atrium.documents document
  cross join lateral (
    select row.at from atrium_private.document_updates row where row.document_id = document.id order by row.id desc limit 1
  ) latest
  where not exists (
    select from atrium.document_versions version where version.document_id = document.id and version.at >= latest.at and version.words is not null
  )
$function$;

ALTER FUNCTION "atrium_private"."documents_without_version"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.elements_of(list jsonb)
 RETURNS SETOF jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select jsonb_array_elements(case when list is null then '[]' when jsonb_typeof(list) = 'array' then list else '[null]' end) $function$;

ALTER FUNCTION "atrium_private"."elements_of"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.end_transfer(transfer_id uuid, error text, message text, result jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update atrium.transfers transfer
  set state = case when $2 is null then 'done' else 'failed' end, progress = case when $2 is null then 100 else transfer.progress end,
    error = $2, message = $3, result = $4
  where transfer.id = $1 and transfer.state = 'running';
  delete from atrium_private.transfer_pages page where page.transfer_id = $1;
end $function$;

ALTER FUNCTION "atrium_private"."end_transfer"(uuid, text, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.export_document(document_id uuid, of_format text, children boolean, new_id uuid)
 RETURNS atrium.transfers
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  mine atrium.role := atrium_private.require_document_role($1, 'viewer');
  made atrium.transfers;
begin
  if of_format is null or of_format not in ('markdown', 'html', 'docx', 'pdf', 'json') then
    raise sqlstate 'PT422' using message = 'The formats are markdown, html, pdf, docx and json.', detail = 'format_invalid';
  end if;
  perform atrium_private.refuse_many_transfers();
  insert into atrium.transfers (id, owner_id, kind, format, space_id, document_id, with_children, state)
  select coalesce(new_id, gen_random_uuid()), atrium_private.caller(), 'export', of_format, document.space_id, document.id, coalesce(children, false), 'queued'
  from atrium.documents document where document.id = $1
  on conflict (id) do nothing
  returning * into made;
  if made.id is null then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  perform atrium_private.enqueue('export_documents', jsonb_build_object('transfer_id', made.id));
  return made;
end $function$;

ALTER FUNCTION "atrium_private"."export_document"(uuid, text, boolean, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.export_my_data()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  me uuid := atrium_private.require_caller();
begin
  return jsonb_build_object(
    'exported_at', now(),
    'account', (
      select jsonb_build_object('id', account.id, 'email', account.email, 'created_at', account.created_at,
        'last_sign_in_at', account.last_sign_in_at, 'email_confirmed_at', account.email_confirmed_at)
      from auth.users account where account.id = me
    ),
    'profile', (select to_jsonb(profile) from atrium.profiles profile where profile.id = me),
    'sessions', (
      select coalesce(jsonb_agg(jsonb_build_object('created_at', session.created_at, 'refreshed_at', session.refreshed_at,
        'user_agent', session.user_agent, 'address', host(session.ip)) order by session.created_at), '[]')
      from auth.sessions session where session.user_id = me
    ),
    'memberships', (
      select coalesce(jsonb_agg(jsonb_build_object('workspace_id', workspace.id, 'workspace', workspace.name, 'role', member.role,
        'joined_at', member.joined_at) order by member.joined_at), '[]')
      from atrium.members member join atrium.workspaces workspace on workspace.id = member.workspace_id where member.user_id = me
    ),
    'documents', (
      select coalesce(jsonb_agg(jsonb_build_object('id', document.id, 'workspace_id', document.workspace_id, 'title', document.title,
        'created_at', document.created_at, 'updated_at', document.updated_at, 'text', contents.text, 'json', contents.json)
        order by document.created_at, document.id), '[]')
      from atrium.documents document left join atrium.document_contents contents on contents.document_id = document.id
      where document.created_by = me
        and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
          or document.id in (select atrium_private.granted_to_caller('document', 'viewer')))
    ),
    'messages', (
      select coalesce(jsonb_agg(jsonb_build_object('id', message.id, 'room_id', message.room_id, 'text', message.text,
        'created_at', message.created_at, 'edited_at', message.edited_at, 'deleted_at', message.deleted_at)
        order by message.created_at, message.id), '[]')
      from atrium.messages message where message.author_id = me
    ),
    'comments', (
      select coalesce(jsonb_agg(jsonb_build_object('id', said.id, 'thread_id', said.thread_id, 'document_id', said.document_id, 'text', said.text,
        'created_at', said.created_at, 'edited_at', said.edited_at, 'deleted_at', said.deleted_at) order by said.created_at, said.id), '[]')
      from atrium.comments said where said.author_id = me
    ),
    'rooms', (select coalesce(jsonb_agg(to_jsonb(inside)), '[]') from atrium.room_members inside where inside.user_id = me),
    'read_marks', (select coalesce(jsonb_agg(to_jsonb(mark)), '[]') from atrium.read_marks mark where mark.user_id = me),
    'grants', (select coalesce(jsonb_agg(to_jsonb(shared)), '[]') from atrium.grants shared where shared.user_id = me),
    'rights_changed', (
      select coalesce(jsonb_agg(jsonb_build_object('at', event.at, 'workspace_id', event.workspace_id, 'action', event.action,
        'object_type', event.object_type, 'object_id', event.object_id, 'before', event.before, 'after', event.after) order by event.id), '[]')
      from atrium.audit_events event
      where event.user_id = me and event.workspace_id in (select atrium_private.workspaces_of_caller('guest'))
    )
  );
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.file_document(name text)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case
    when name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then split_part(name, '/', 1)::uuid
  end
$function$;

ALTER FUNCTION "atrium_private"."file_document"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.files_to_export(transfer_id uuid)
 RETURNS TABLE(bucket text, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  with pages as materialized (select page.id from atrium_private.pages_to_export($1) page)
  select object.bucket_id, object.name
  from pages join storage.objects object on object.bucket_id in ('document-images', 'document-files')
    and object.name collate "C" >= pages.id || '/' and object.name collate "C" < pages.id || '0'
  union
  select bucket.name, file.name
  from pages join atrium.copied_files file on file.document_id = pages.id
  cross join (values ('document-images'), ('document-files')) bucket (name)
$function$;

ALTER FUNCTION "atrium_private"."files_to_export"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.finish_import(transfer_id uuid, result jsonb)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  transfer atrium.transfers;
  place atrium.spaces;
  staged record;
begin
  select known.* into transfer from atrium.transfers known where known.id = $1 and known.kind = 'import' and known.state = 'running' for update;
  if transfer.id is null then
    return null;
  end if;
  select locked.* into place from atrium.spaces locked where locked.id = transfer.space_id for no key update;
  if place.archived_at is not null then
    return 'space_archived';
  elsif not exists (
    select from atrium_private.space_rights(transfer.owner_id) rights where rights.space_id = place.id and rights.role >= 'editor'
  ) then
    return 'role_too_low';
  elsif transfer.document_id is not null and not exists (
    select from atrium.documents parent where parent.id = transfer.document_id and parent.space_id = place.id and parent.trashed_at is null
  ) then
    return 'parent_not_found';
  end if;
  -- Parents stand before their children.
  for staged in select given.place, p.* from atrium_private.transfer_pages given
    cross join lateral jsonb_to_record(given.page) as p (id uuid, parent_id uuid, title text, "json" jsonb, "text" text, markdown text, links jsonb, update text)
    where given.transfer_id = $1 order by given.place
  loop
    insert into atrium.documents (id, workspace_id, space_id, parent_id, title, position, created_by)
    values (
      staged.id, place.workspace_id, place.id, coalesce(staged.parent_id, transfer.document_id), staged.title,
      atrium_private.free_position(place.id, coalesce(staged.parent_id, transfer.document_id), null, null), transfer.owner_id
    );
    insert into atrium_private.document_updates (document_id, author_id, update)
    values (staged.id, transfer.owner_id, decode(staged.update, 'base64'));
  end loop;
  perform atrium_private.save_document_contents(p.id, p.json, p.text, p.markdown, p.links)
  from atrium_private.transfer_pages given
  cross join lateral jsonb_to_record(given.page) as p (id uuid, "json" jsonb, "text" text, markdown text, links jsonb)
  where given.transfer_id = $1;
  perform atrium_private.end_transfer($1, null, null, $2);
  return 'done';
end $function$;

ALTER FUNCTION "atrium_private"."finish_import"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.follow_document_with_versions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update atrium.document_versions set space_id = new.space_id, trashed = new.trashed_at is not null where document_id = new.id;
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."follow_document_with_versions"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.forget_transfers(ids uuid[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ delete from atrium.transfers transfer where transfer.id = any ($1) and transfer.created_at < now() - interval '7 days' $function$;

ALTER FUNCTION "atrium_private"."forget_transfers"(uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.forget_versions(document_id uuid, before timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('atrium.versions:' || $1, 0));
  delete from atrium.document_versions version
  where version.document_id = $1 and version.name is null and version.at < $2 and version.at < (
    -- The last one is what newer ones are compared with.
    select max(latest.at) from atrium.document_versions latest where latest.document_id = $1
  );
  delete from atrium_private.document_blocks block
  where block.document_id = $1 and block.id not in (
    select unnest(content.blocks) from atrium_private.document_version_contents content
    join atrium.document_versions version on version.id = content.version_id
    where version.document_id = $1
  );
end $function$;

ALTER FUNCTION "atrium_private"."forget_versions"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.grant_rights(for_user uuid, of_type text)
 RETURNS TABLE(object_id uuid, source text, source_id uuid, space_id uuid, role atrium.role)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO ''
AS $function$
begin
  return query
    select shared.object_id, 'grant', shared.id, shared.space_id, shared.role
    from atrium.grants shared
    join atrium_private.active_memberships(for_user) member on member.workspace_id = shared.workspace_id
    where shared.object_type = of_type
      and (shared.user_id = for_user or shared.group_id in (
        select inside.group_id from atrium.group_members inside where inside.user_id = for_user
      ))
      and (shared.expires_at is null or shared.expires_at > now())
    union all
    -- By a link comes whoever has it, unless an admin has shut him out.
    select link.object_id, 'link', link.id, link.space_id, least(visit.role, link.role)
    from atrium_private.link_visits visit
    join atrium.links link on link.id = visit.link_id
    where visit.user_id = for_user and link.object_type = of_type
      and (link.expires_at is null or link.expires_at > now())
      and not exists (
        select from atrium.members member
        where member.workspace_id = link.workspace_id and member.user_id = for_user and member.suspended_at is not null
      );
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.granted_to_caller(of_type text, at_least atrium.role DEFAULT 'viewer'::atrium.role)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO ''
AS $function$
begin
  if at_least <= 'viewer' then
    return query
      select rights.object_id from atrium_private.grant_rights((select atrium_private.caller()), of_type) rights where rights.role >= at_least;
  else
    return query
      select rights.object_id
      from atrium_private.grant_rights((select atrium_private.caller()), of_type) rights
      join atrium.spaces space on space.id = rights.space_id
      where rights.role >= at_least and space.archived_at is null;
  end if;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.has_only(node jsonb, keys text[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select case when jsonb_typeof(node) = 'object' then node - keys = '{}' else false end $function$;

ALTER FUNCTION "atrium_private"."has_only"(jsonb, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.history_kept_since(document_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select now() - policy.history_days * interval '1 day'
  from atrium.documents document join atrium.workspace_policies policy on policy.workspace_id = document.workspace_id
  where document.id = $1
$function$;

ALTER FUNCTION "atrium_private"."history_kept_since"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.is_invited(email text, token_hash bytea)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select exists (
    select from atrium.invitations invitation
    where invitation.email = lower($1)
      and invitation.accepted_at is null and invitation.revoked_at is null and invitation.expires_at > now()
  ) or exists (
    select from atrium_private.invitation_link_tokens known
    join atrium.invitation_links link on link.id = known.link_id
    where known.hash = $2 and atrium_private.invitation_link_state(link) = 'open'
  )
$function$;

ALTER FUNCTION "atrium_private"."is_invited"(text, bytea) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.largest_files(in_workspace uuid)
 RETURNS TABLE(document_id uuid, title text, space_id uuid, owner_id uuid, is_image boolean, bytes bigint, created_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  return query
    select document.id, document.title, document.space_id, file.owner_id, file.is_image, file.bytes, file.created_at
    from atrium_private.stored_files file
    join atrium.documents document on document.id = file.document_id
    where file.workspace_id = in_workspace and document.space_id in (select atrium_private.spaces_of_caller('viewer'))
    order by file.bytes desc, file.object_id
    limit 50;
end $function$;

ALTER FUNCTION "atrium_private"."largest_files"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.linked_to_caller()
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select rights.object_id
    from atrium_private.grant_rights((select atrium_private.caller()), 'document') rights
    join atrium.spaces space on space.id = rights.space_id
    where rights.source = 'link' and not exists (
      select from atrium_private.active_memberships((select atrium_private.caller())) member where member.workspace_id = space.workspace_id
    );
end $function$;

ALTER FUNCTION "atrium_private"."linked_to_caller"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.lock_comment(comment_id uuid)
 RETURNS atrium.comments
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  me uuid := atrium_private.require_caller();
  said atrium.comments;
begin
  select known.* into said from atrium.comments known where known.id = $1 for no key update;
  if said.id is null or atrium_private.document_role(said.document_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such comment, or you may not see it.', detail = 'comment_not_found';
  end if;
  return said;
end $function$;

ALTER FUNCTION "atrium_private"."lock_comment"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.lock_document(document_id uuid, lock boolean)
 RETURNS atrium.documents
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  mine atrium.role := atrium_private.require_document_role($1, 'editor');
  document atrium.documents;
begin
  update atrium.documents known
  set locked_at = case when lock then coalesce(known.locked_at, now()) end,
    locked_by = case when lock then coalesce(known.locked_by, atrium_private.caller()) end
  where known.id = $1 and known.trashed_at is null
  returning known.* into document;
  if document.id is null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  end if;
  return document;
end $function$;

ALTER FUNCTION "atrium_private"."lock_document"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.lock_suggestion(suggestion_id uuid)
 RETURNS atrium.suggestions
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  me uuid := atrium_private.require_caller();
  suggestion atrium.suggestions;
begin
  select known.* into suggestion from atrium.suggestions known where known.id = $1 for no key update;
  if suggestion.id is null or atrium_private.document_role(suggestion.document_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such suggestion, or you may not see it.', detail = 'suggestion_not_found';
  end if;
  return suggestion;
end $function$;

ALTER FUNCTION "atrium_private"."lock_suggestion"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.lock_thread(thread_id uuid)
 RETURNS atrium.comment_threads
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  me uuid := atrium_private.require_caller();
  thread atrium.comment_threads;
begin
  select known.* into thread from atrium.comment_threads known where known.id = $1 for no key update;
  if thread.id is null or atrium_private.document_role(thread.document_id) is null then
    raise sqlstate 'PT404' using message = 'There is no such thread, or you may not see it.', detail = 'thread_not_found';
  end if;
  return thread;
end $function$;

ALTER FUNCTION "atrium_private"."lock_thread"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.mentioned_readers(body jsonb, document_id uuid)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  named uuid[] := array(
    select distinct (node #>> '{attrs,id}')::uuid
    from jsonb_array_elements(body -> 'content') block, jsonb_array_elements(coalesce(block -> 'content', '[]')) node
    where node ->> 'type' = 'mention'
  );
begin
  if named = '{}' then
    return named;
  elsif cardinality(named) > 50 then
    raise sqlstate 'PT422' using message = 'A comment mentions 50 people at most.', detail = 'too_many_mentions';
  end if;
  return array(
    select distinct reader.user_id from atrium_private.rights_on_item('document', $2) reader
    where reader.user_id = any (named) and reader.role >= 'viewer' order by 1
  );
end $function$;

ALTER FUNCTION "atrium_private"."mentioned_readers"(jsonb, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.move_document(document_id uuid, beneath uuid, wanted text, to_space uuid)
 RETURNS atrium.documents
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  seen atrium.role := atrium_private.require_document_role($1, 'viewer');
  document atrium.documents;
  target uuid;
  place atrium.spaces;
begin
  select known.* into document from atrium.documents known where known.id = $1;
  target := coalesce(to_space, atrium_private.space_beneath(beneath), document.space_id);
  -- Both spaces are locked in one order, or two moves in opposite directions would wait for each other.
  perform from atrium.spaces space where space.id in (document.space_id, target) order by space.id for no key update;
  perform atrium_private.require_place(document.space_id, null);
  place := atrium_private.require_place(target, beneath);
  select known.* into document from atrium.documents known where known.id = $1;
  if document.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  elsif place.workspace_id <> document.workspace_id then
    raise sqlstate 'PT409' using message = 'A document cannot move to another workspace.', detail = 'other_workspace';
  elsif beneath in (select branch from atrium_private.branch_of($1) branch) then
    raise sqlstate 'PT409' using message = 'A document cannot be beneath itself.', detail = 'cycle';
  end if;
  update atrium.documents known
  set parent_id = beneath, space_id = target, position = atrium_private.free_position(target, beneath, wanted, $1), updated_at = now()
  where known.id = $1
  returning known.* into document;
  return document;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.move_suggestions()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update atrium.suggestions set space_id = new.space_id, trashed = new.trashed_at is not null where document_id = new.id;
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."move_suggestions"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.move_thread(in_thread uuid, new_anchor jsonb)
 RETURNS atrium.comment_threads
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  thread atrium.comment_threads := atrium_private.lock_thread(in_thread);
  mine atrium.role := atrium_private.require_commenter(thread.document_id);
begin
  if mine < 'editor' then
    raise sqlstate 'PT403' using message = 'Only people who may change the text may do this.', detail = 'role_too_low';
  elsif atrium_private.valid_anchor(thread.kind, new_anchor) <> thread.anchor then
    update atrium.comment_threads known set anchor = new_anchor, updated_at = now() where known.id = in_thread returning known.* into thread;
  end if;
  return thread;
end $function$;

ALTER FUNCTION "atrium_private"."move_thread"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.move_threads()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update atrium.comment_threads set space_id = new.space_id, trashed = new.trashed_at is not null where document_id = new.id;
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."move_threads"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.my_files()
 RETURNS TABLE(bucket_id text, name text, document_id uuid, bytes bigint, created_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select case when file.is_image then 'document-images' else 'document-files' end, file.name, file.document_id, file.bytes, file.created_at
  from atrium_private.stored_files file
  join atrium.documents document on document.id = file.document_id
  where file.owner_id = (select atrium_private.caller()) and document.trashed_at is null
    and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or document.id in (select atrium_private.granted_to_caller('document', 'viewer')))
  order by file.created_at, file.object_id
$function$;

ALTER FUNCTION "atrium_private"."my_files"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.my_responsibilities()
 RETURNS TABLE(workspace_id uuid, name text, role atrium.role, alone boolean, last_owner boolean, spaces integer, documents integer, rooms integer, heirs jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select workspace.id, workspace.name, mine.role,
    not exists (select from atrium.members other where other.workspace_id = workspace.id and other.user_id <> mine.user_id),
    mine.role = 'owner' and not exists (
      select from atrium.members other
      where other.workspace_id = workspace.id and other.user_id <> mine.user_id and other.role = 'owner' and other.suspended_at is null
    ),
    (select count(*)::integer from atrium.spaces made where made.workspace_id = workspace.id and made.created_by = mine.user_id),
    (select count(*)::integer from atrium.documents made where made.workspace_id = workspace.id and made.created_by = mine.user_id),
    (select count(*)::integer from atrium.rooms made where made.workspace_id = workspace.id and made.created_by = mine.user_id),
    -- A guest may not list the members, and hands nothing over.
    case when mine.role = 'guest' or mine.suspended_at is not null then '[]' else coalesce((
      select jsonb_agg(jsonb_build_object('user_id', heir.user_id, 'name', profile.name) order by lower(profile.name), heir.user_id)
      from atrium.members heir join atrium.profiles profile on profile.id = heir.user_id
      where heir.workspace_id = workspace.id and heir.user_id <> mine.user_id and heir.role > 'guest'
        and heir.suspended_at is null and (heir.expires_at is null or heir.expires_at > now())
    ), '[]') end
  from atrium.members mine
  join atrium.workspaces workspace on workspace.id = mine.workspace_id
  where mine.user_id = (select atrium_private.caller())
  order by lower(workspace.name), workspace.id
$function$;

ALTER FUNCTION "atrium_private"."my_responsibilities"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.name_version(document_id uuid, name text)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  tidy text := atrium_private.require_version_name($2);
  named uuid;
begin
  perform atrium_private.require_document_role($1, 'editor');
  if (select count(*) from atrium.document_versions version where version.document_id = $1 and version.name is not null) >= 1000 then
    raise sqlstate 'PT422' using message = 'A document has 1000 named versions at most.', detail = 'too_many_versions';
  end if;
  -- Nothing changed since the latest version: it gets the name, unless it has one.
  update atrium.document_versions version set name = tidy, named_by = atrium_private.caller()
  where version.id = (select latest.id from atrium.document_versions latest where latest.document_id = $1 order by latest.at desc limit 1)
    and version.name is null
    and not exists (
      select from atrium_private.document_updates row where row.document_id = $1 and row.at > version.at
    )
  returning version.id into named;
  if named is null then
    insert into atrium.document_versions (document_id, space_id, trashed, name, named_by, at)
    select document.id, document.space_id, document.trashed_at is not null, tidy, atrium_private.caller(), clock_timestamp()
    from atrium.documents document where document.id = $1
    returning id into named;
  end if;
  return named;
end $function$;

ALTER FUNCTION "atrium_private"."name_version"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.note_transfer(transfer_id uuid, percent integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ update atrium.transfers transfer set progress = $2 where transfer.id = $1 and transfer.state = 'running' and transfer.progress <> $2 $function$;

ALTER FUNCTION "atrium_private"."note_transfer"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.notify_access(of_user uuid, in_workspace uuid, in_space uuid, on_document uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- Who reads a page reads its suggestions: they are documents of their own.
  select pg_notify('atrium_access', jsonb_build_object(
    'user_id', of_user, 'workspace_id', in_workspace, 'space_id', in_space, 'document_id', concerned.id)::text)
  from (select on_document as id union select branch.id from atrium.documents branch where branch.suggestion_for = on_document) concerned
$function$;

CREATE OR REPLACE FUNCTION atrium_private.notify_document(document_id uuid, what text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$ select pg_notify('atrium_documents', jsonb_build_object('document_id', document_id, 'what', what)::text) $function$;

ALTER FUNCTION "atrium_private"."notify_document"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.old_transfers()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$ select transfer.id from atrium.transfers transfer where transfer.created_at < now() - interval '7 days' limit 100 $function$;

ALTER FUNCTION "atrium_private"."old_transfers"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.open_link(token text, password text)
 RETURNS TABLE(state text, object_type text, object_id uuid, role atrium.role)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  me uuid := atrium_private.require_caller();
  link atrium.links := atrium_private.require_link($1);
  given atrium.role := case when (select account.is_anonymous from auth.users account where account.id = me) then 'viewer' else link.role end;
  state text := atrium_private.try_link(link.id, $2);
begin
  if state <> 'open' then
    return query select state, null::text, null::uuid, null::atrium.role;
    return;
  end if;
  insert into atrium_private.link_visits (link_id, user_id, role) values (link.id, me, given)
  on conflict (link_id, user_id) do update set role = excluded.role, opened_at = now();
  return query select 'open', link.object_type, link.object_id, given;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.pages_to_export(transfer_id uuid)
 RETURNS TABLE(id uuid, parent_id uuid, title text, icon text, "position" text, "json" jsonb, updated_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select document.id, document.parent_id, document.title, document.icon, document.position,
    coalesce(contents.json, '{"type": "doc", "content": []}'), document.updated_at
  from atrium.transfers transfer
  join atrium.documents document on document.id = transfer.document_id
    or (transfer.with_children and document.id in (select inside from atrium_private.branch_of(transfer.document_id) inside))
  left join atrium.document_contents contents on contents.document_id = document.id
  where transfer.id = $1 and transfer.kind = 'export' and document.trashed_at is null
    and (document.space_id in (select rights.space_id from atrium_private.space_rights(transfer.owner_id) rights where rights.role >= 'viewer')
      or document.id in (select rights.object_id from atrium_private.grant_rights(transfer.owner_id, 'document') rights where rights.role >= 'viewer'))
  order by document.position collate "C", document.id
  limit 2000
$function$;

ALTER FUNCTION "atrium_private"."pages_to_export"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.preview_access_change(change text, arguments jsonb)
 RETURNS TABLE(user_id uuid, name text, object_type text, object_id uuid, object_name text, before atrium.role, after atrium.role)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  me uuid := atrium_private.require_caller();
  scope record;
  was jsonb;
  is_now jsonb;
begin
  begin
    select * into scope from atrium_private.change_scope(change, arguments);
    was := atrium_private.access_map(scope.workspace_id, scope.space_id, scope.users);
    perform atrium_private.apply_change(change, arguments);
    is_now := atrium_private.access_map(scope.workspace_id, scope.space_id, scope.users);
    raise sqlstate 'AT000';
  exception
    when sqlstate 'AT000' then null;
    when invalid_text_representation then
      raise sqlstate 'PT422' using message = 'An argument is not of its type.', detail = 'arguments_invalid';
  end;
  return query
    with keys as (
      select key, split_part(key, ' ', 1)::uuid as person, split_part(key, ' ', 2) as type, split_part(key, ' ', 3)::uuid as object
      from (select jsonb_object_keys(was) as key union select jsonb_object_keys(is_now)) keys
    ),
    changed as (
      select keys.person, keys.type, keys.object, old.role as old_role, new.role as new_role
      from keys
      left join atrium.documents document on keys.type = 'document' and document.id = keys.object
      left join atrium.rooms room on keys.type = 'room' and room.id = keys.object and not room.private
      -- What is shared for the first time, or no longer, is in one of the maps alone: who sees its space saw it before and sees it after.
      cross join lateral (select format('%s space %s', keys.person, coalesce(document.space_id, room.space_id)) as key) through
      cross join lateral (select greatest((was ->> keys.key)::atrium.role, (was ->> through.key)::atrium.role) as role) old
      cross join lateral (select greatest((is_now ->> keys.key)::atrium.role, (is_now ->> through.key)::atrium.role) as role) new
      where old.role is distinct from new.role
    )
    select changed.person, profile.name, changed.type, changed.object,
      coalesce(workspace.name, space.name, room.name, nullif(document.title, '')), changed.old_role, changed.new_role
    from changed
    join atrium.profiles profile on profile.id = changed.person
    left join atrium.workspaces workspace on changed.type = 'workspace' and workspace.id = changed.object
    left join atrium.spaces space on changed.type = 'space' and space.id = changed.object
    left join atrium.rooms room on changed.type = 'room' and room.id = changed.object
    left join atrium.documents document on changed.type = 'document' and document.id = changed.object
    where changed.type = 'workspace'
      or (changed.type = 'space' and changed.object in (select atrium_private.spaces_of_caller('viewer')))
      or (changed.type = 'room' and changed.object in (select atrium_private.rooms_of_caller('viewer')))
      or (changed.type = 'document' and (document.space_id in (select atrium_private.spaces_of_caller('viewer'))
        or changed.object in (select atrium_private.granted_to_caller('document', 'viewer'))))
    order by coalesce(changed.new_role < changed.old_role, changed.new_role is null) desc, lower(profile.name), changed.person,
      changed.type, changed.object
    limit 1000;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.queue_command(document_id uuid, kind text, payload jsonb, command_id uuid DEFAULT NULL::uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
  document atrium.documents := atrium_private.require_writable($1);
  me uuid := atrium_private.caller();
  given jsonb := coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb, '{}');
  queued uuid;
begin
  if (select count(*) from atrium_private.document_commands known where known.document_id = $1 and known.done_at is null) >= 1000 then
    raise sqlstate 'PT429' using message = 'A thousand changes of this document are waiting. Try again in a moment.', detail = 'too_many_commands';
  end if;
  insert into atrium_private.document_commands (id, document_id, author_id, claims, kind, payload)
  values (
    coalesce($4, gen_random_uuid()), $1, me,
    jsonb_strip_nulls(jsonb_build_object('sub', me, 'role', 'authenticated', 'session_id', given -> 'session_id', 'aal', given -> 'aal')),
    $2, $3
  )
  on conflict (id) do nothing
  returning id into queued;
  if queued is null and not exists (
    select from atrium_private.document_commands known
    where known.id = $4 and known.document_id = $1 and known.author_id = me and known.kind = $2
  ) then
    raise sqlstate 'PT409' using message = 'This id is taken.', detail = 'id_taken';
  end if;
  return coalesce(queued, $4);
end $function$;

ALTER FUNCTION "atrium_private"."queue_command"(uuid, text, jsonb, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.react(to_comment uuid, with_emoji text, is_on boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  said atrium.comments := atrium_private.lock_comment(to_comment);
  mine atrium.role := atrium_private.require_commenter(said.document_id);
  me uuid := atrium_private.caller();
begin
  -- Not every character beyond ASCII is an emoji, but all that can act as markup or as a word of a program are within.
  if (char_length(with_emoji) between 1 and 16 and with_emoji !~ E'[\u0001-\u007f[:space:][:cntrl:]\u202a-\u202e\u2066-\u2069]') is not true then
    raise sqlstate 'PT422' using message = 'A reaction is one emoji.', detail = 'emoji_invalid';
  elsif not coalesce(is_on, true) then
    delete from atrium.comment_reactions reaction where reaction.comment_id = to_comment and reaction.user_id = me and reaction.emoji = with_emoji;
    return;
  elsif said.deleted_at is not null then
    raise sqlstate 'PT410' using message = 'This comment was deleted.', detail = 'comment_deleted';
  elsif (select count(distinct reaction.emoji) from atrium.comment_reactions reaction
    where reaction.comment_id = to_comment and reaction.emoji <> with_emoji) >= 30 then
    raise sqlstate 'PT429' using message = 'A comment has 30 different reactions at most.', detail = 'too_many_reactions';
  end if;
  insert into atrium.comment_reactions (comment_id, user_id, emoji, thread_id, document_id, space_id, trashed)
  values (to_comment, me, with_emoji, said.thread_id, said.document_id, said.space_id, said.trashed)
  on conflict do nothing;
end $function$;

ALTER FUNCTION "atrium_private"."react"(uuid, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.read_link(token text, password text)
 RETURNS TABLE(state text, role atrium.role, title text, icon text, content jsonb, updated_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  link atrium.links := atrium_private.require_link($1);
  state text := atrium_private.try_link(link.id, $2);
begin
  return query
    select state, link.role, document.title, document.icon, contents.json, document.updated_at
    from (select) one
    left join atrium.documents document on state = 'open' and document.id = link.object_id
    left join atrium.document_contents contents on contents.document_id = document.id;
end $function$;

ALTER FUNCTION "atrium_private"."read_link"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.refuse_many_transfers()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if (
    select count(*) from atrium.transfers transfer
    where transfer.owner_id = atrium_private.caller() and transfer.state in ('waiting', 'queued', 'running')
      and transfer.created_at > now() - interval '1 hour'
  ) >= 20 then
    raise sqlstate 'PT429' using message = 'Twenty of your imports and exports are under way. Wait until one is done.', detail = 'too_many_transfers';
  end if;
end $function$;

ALTER FUNCTION "atrium_private"."refuse_many_transfers"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.rename_version(version_id uuid, name text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  tidy text := case when $2 is not null then atrium_private.require_version_name($2) end;
  of_document uuid := (select version.document_id from atrium.document_versions version where version.id = $1);
begin
  if of_document is null or atrium_private.document_role(of_document) is null then
    perform atrium_private.require_caller();
    raise sqlstate 'PT404' using message = 'There is no such version, or you may not see it.', detail = 'version_not_found';
  end if;
  perform atrium_private.require_document_role(of_document, 'editor');
  update atrium.document_versions version set name = tidy, named_by = case when tidy is not null then atrium_private.caller() end
  where version.id = $1 and version.name is distinct from tidy;
end $function$;

ALTER FUNCTION "atrium_private"."rename_version"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.replace_document(document_id uuid, markdown text, content jsonb, command_id uuid)
 RETURNS uuid
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ select atrium_private.queue_command($1, 'replace', atrium_private.content_payload($2, $3), $4) $function$;

ALTER FUNCTION "atrium_private"."replace_document"(uuid, text, jsonb, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.reply(new_id uuid, in_thread uuid, new_body jsonb)
 RETURNS atrium.comments
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  thread atrium.comment_threads := atrium_private.lock_thread(in_thread);
  mine atrium.role := atrium_private.require_commenter(thread.document_id);
  said atrium.comments;
begin
  select known.* into said from atrium.comments known
  where known.id = new_id and known.thread_id = in_thread and known.author_id = atrium_private.caller();
  if said.id is not null then
    return said;
  elsif (select count(*) from atrium.comments known where known.thread_id = in_thread) >= 1000 then
    raise sqlstate 'PT429' using message = 'This thread has 1000 comments.', detail = 'too_many_comments';
  end if;
  -- Whoever answers does not think that it is settled.
  update atrium.comment_threads known set resolved_at = null, resolved_by = null where known.id = in_thread and known.resolved_at is not null;
  return atrium_private.add_comment(new_id, thread, new_body);
end $function$;

ALTER FUNCTION "atrium_private"."reply"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.require_commenter(document_id uuid)
 RETURNS atrium.role
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  mine atrium.role := atrium_private.require_document_role($1, 'commenter');
  document atrium.documents;
begin
  select known.* into document from atrium.documents known where known.id = $1;
  if document.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This page is in the trash.', detail = 'document_trashed';
  end if;
  perform atrium_private.refuse_archived(document.space_id);
  return mine;
end $function$;

ALTER FUNCTION "atrium_private"."require_commenter"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.require_fresh_sign_in()
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  proved_at double precision := (
    select max((method ->> 'timestamp')::double precision)
    from jsonb_array_elements(case when jsonb_typeof(claims -> 'amr') = 'array' then claims -> 'amr' else '[]' end) method
    where jsonb_typeof(method) = 'object'
  );
begin
  if (proved_at > extract(epoch from now()) - 900) is distinct from true then
    raise sqlstate 'PT403' using message = 'Sign in again first: this needs a sign-in of the last 15 minutes.', detail = 'reauthentication_needed';
  elsif claims ->> 'aal' is distinct from 'aal2' and exists (
    select from auth.mfa_factors factor where factor.user_id = atrium_private.caller() and factor.status = 'verified'
  ) then
    raise sqlstate 'PT403' using message = 'Sign in with your second factor first.', detail = 'insufficient_aal';
  end if;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.require_version_name(name text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  tidy text := btrim(name);
begin
  if tidy is null or tidy = '' or char_length(tidy) > 120 or tidy ~ '[[:cntrl:]]' then
    raise sqlstate 'PT422' using message = 'The name of a version has 1 to 120 characters.', detail = 'version_name_invalid';
  end if;
  return tidy;
end $function$;

ALTER FUNCTION "atrium_private"."require_version_name"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.require_writable(document_id uuid)
 RETURNS atrium.documents
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  mine atrium.role := atrium_private.require_document_role($1, 'editor');
  document atrium.documents;
begin
  select known.* into document from atrium.documents known where known.id = $1;
  if document.trashed_at is not null then
    raise sqlstate 'PT409' using message = 'This document is in the trash. Restore it first.', detail = 'document_trashed';
  elsif document.locked_at is not null then
    raise sqlstate 'PT409' using message = 'This document is locked. Unlock it first.', detail = 'document_locked';
  end if;
  perform atrium_private.refuse_archived(document.space_id);
  return document;
end $function$;

ALTER FUNCTION "atrium_private"."require_writable"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.restore_version(document_id uuid, version_id uuid, at timestamp with time zone, author_id uuid, block integer, command_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  kept_since timestamptz := atrium_private.history_kept_since($1);
begin
  perform atrium_private.require_document_role($1, 'editor');
  if ($2 is null) = ($3 is null) or ($4 is not null and $5 is not null) or $5 < 0 then
    raise sqlstate 'PT422' using message = 'Name a version or a time, and at most one of author and block.', detail = 'restore_invalid';
  elsif $2 is not null and not exists (
    select from atrium.document_versions version where version.id = $2 and version.document_id = $1
  ) then
    raise sqlstate 'PT404' using message = 'There is no such version, or you may not see it.', detail = 'version_not_found';
  elsif $3 < kept_since then
    raise sqlstate 'PT410' using message = 'The history of this document is not kept for so long.', detail = 'history_forgotten';
  end if;
  return atrium_private.queue_command($1, 'restore', jsonb_strip_nulls(jsonb_build_object(
    'version_id', $2, 'at', $3, 'author_id', $4, 'block', $5,
    -- What is written from now on nobody has seen who asks for this.
    'until', clock_timestamp())), $6);
end $function$;

ALTER FUNCTION "atrium_private"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.right_in_words(source text, role atrium.role, team text, expires_at timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case source
    when 'workspace' then format('The role in the workspace is %s.', role)
    when 'space' then format('The role in the space is %s.', role)
    when 'group' then format('The group %s has the role %s in the space.', team, role)
    when 'link' then format('Opened a link, as %s.', role)
    when 'room' then format('A member of this private room, as %s.', role)
    else format('Shared with %s as %s%s.', coalesce('the group ' || team, 'this person'), role,
      to_char(expires_at at time zone 'utc', '" until "YYYY-MM-DD HH24:MI" UTC"'))
  end
$function$;

ALTER FUNCTION "atrium_private"."right_in_words"(text, atrium.role, text, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.room_rights(for_user uuid)
 RETURNS TABLE(room_id uuid, source text, source_id uuid, role atrium.role)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO ''
AS $function$
begin
  return query
    with space_roles as materialized (
      select rights.space_id, rights.source, rights.source_id, rights.role from atrium_private.space_rights(for_user) rights
    )
    select room.id, given.source, given.source_id, given.role
    from space_roles given
    join atrium.rooms room on room.space_id = given.space_id
    where not room.private
    union all
    select room.id, 'room', room.id, coalesce((select max(given.role) from space_roles given where given.space_id = room.space_id), 'commenter')
    from atrium.room_members inside
    join atrium.rooms room on room.id = inside.room_id
    join atrium.spaces space on space.id = room.space_id
    join atrium_private.active_memberships(for_user) member on member.workspace_id = room.workspace_id
    where inside.user_id = for_user and room.private
      and (not space.private or room.space_id in (select given.space_id from space_roles given))
    union all
    select given.object_id, given.source, given.source_id, given.role
    from atrium_private.grant_rights(for_user, 'room') given;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.rooms_of_caller(at_least atrium.role DEFAULT 'viewer'::atrium.role)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO ''
AS $function$
begin
  if at_least <= 'viewer' then
    return query
      select rights.room_id from atrium_private.room_rights((select atrium_private.caller())) rights where rights.role >= at_least;
  else
    return query
      select rights.room_id
      from atrium_private.room_rights((select atrium_private.caller())) rights
      join atrium.rooms room on room.id = rights.room_id
      join atrium.spaces space on space.id = room.space_id
      where rights.role >= at_least and room.archived_at is null and space.archived_at is null;
  end if;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.save_document_contents(document_id uuid, "json" jsonb, text text, markdown text DEFAULT ''::text, links jsonb DEFAULT '[]'::jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  with saved as (
    insert into atrium.document_contents as contents (document_id, space_id, trashed, json, text, markdown)
    select document.id, document.space_id, document.trashed_at is not null, $2, $3, $4 from atrium.documents document
    -- A branch is opened, not searched.
    where document.id = $1 and document.suggestion_for is null
    on conflict (document_id) do update
      set space_id = excluded.space_id, trashed = excluded.trashed, json = excluded.json, text = excluded.text, markdown = excluded.markdown,
        updated_at = now()
      where contents.json is distinct from excluded.json
    returning contents.document_id
  ),
  touched as (
    update atrium.documents document set updated_at = now() from saved where document.id = saved.document_id
    returning document.id, document.workspace_id
  ),
  -- A document may name anything: only what is in the same workspace is kept.
  leads_to as (
    select distinct target.id, given.kind
    from touched, jsonb_to_recordset($5) as given (to_id uuid, kind text)
    join atrium.documents target on target.id = given.to_id
    where target.workspace_id = touched.workspace_id and target.id <> touched.id
  ),
  gone as (
    delete from atrium.document_links link using touched
    where link.from_id = touched.id and (link.to_id, link.kind) not in (select leads_to.id, leads_to.kind from leads_to)
  )
  insert into atrium.document_links (from_id, to_id, kind)
  select touched.id, leads_to.id, leads_to.kind from touched, leads_to
  on conflict do nothing
$function$;

ALTER FUNCTION "atrium_private"."save_document_contents"(uuid, jsonb, text, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.save_document_version(document_id uuid, version jsonb, blocks jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  version_id uuid;
begin
  -- Numbers of blocks are counted up, one writer at a time.
  perform pg_advisory_xact_lock(hashtextextended('atrium.versions:' || $1, 0));
  -- Another server may have made the version of the same sitting.
  if $2 -> 'id' is null and exists (
    select from atrium.document_versions known where known.document_id = $1 and known.at = ($2 ->> 'at')::timestamptz and known.words is not null
  ) then
    return;
  end if;
  insert into atrium.document_versions as known (
    id, document_id, space_id, trashed, from_at, at, authors, edits, words, words_added, words_removed
  )
  select coalesce(given.id, gen_random_uuid()), document.id, document.space_id, document.trashed_at is not null,
    given.from_at, given.at, coalesce(given.authors, '{}'), given.edits, given.words, given.words_added, given.words_removed
  from jsonb_to_record($2) as given (
    id uuid, from_at timestamptz, at timestamptz, authors uuid[], edits integer, words integer, words_added integer, words_removed integer
  )
  join atrium.documents document on document.id = $1
  on conflict (id) do update
    set from_at = excluded.from_at, authors = excluded.authors, edits = excluded.edits,
      words = excluded.words, words_added = excluded.words_added, words_removed = excluded.words_removed
    where known.document_id = excluded.document_id and known.words is null
  returning known.id into version_id;
  if version_id is null then
    return; -- The document is gone, or another server was first.
  end if;
  insert into atrium_private.document_blocks (document_id, id, hash, json, text)
  select $1, numbered.before + row_number() over (order by numbered.first), numbered.hash, numbered.json, numbered.text
  from (
    select sha256(convert_to((block.value -> 'json')::text, 'utf8')) as hash, block.value -> 'json' as json, block.value ->> 'text' as text,
      min(block.ordinality) as first,
      (select coalesce(max(known.id), 0) from atrium_private.document_blocks known where known.document_id = $1) as before
    from jsonb_array_elements($3) with ordinality block
    group by 1, 2, 3
  ) numbered
  where not exists (
    select from atrium_private.document_blocks known where known.document_id = $1 and known.hash = numbered.hash
  );
  insert into atrium_private.document_version_contents (version_id, blocks)
  select version_id, coalesce(array_agg(known.id order by block.ordinality), '{}')
  from jsonb_array_elements($3) with ordinality block
  join atrium_private.document_blocks known
    on known.document_id = $1 and known.hash = sha256(convert_to((block.value -> 'json')::text, 'utf8'));
end $function$;

ALTER FUNCTION "atrium_private"."save_document_version"(uuid, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.set_favourite(document_id uuid, favourite boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
end $function$;

ALTER FUNCTION "atrium_private"."set_favourite"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.set_history_retention(in_workspace uuid, days integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  if days not between 1 and 36500 then
    raise sqlstate 'PT422' using message = 'History is kept for 1 to 36500 days, or for ever.', detail = 'history_days_invalid';
  end if;
  update atrium.workspace_policies policy set history_days = days where policy.workspace_id = in_workspace and policy.history_days is distinct from days;
end $function$;

ALTER FUNCTION "atrium_private"."set_history_retention"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.set_resolved(in_thread uuid, resolved boolean)
 RETURNS atrium.comment_threads
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  thread atrium.comment_threads := atrium_private.lock_thread(in_thread);
  mine atrium.role := atrium_private.require_commenter(thread.document_id);
begin
  if mine < 'editor' and thread.created_by is distinct from atrium_private.caller() then
    raise sqlstate 'PT403' using message = 'Only editors and whoever began the thread may do this.', detail = 'not_the_author';
  elsif (thread.resolved_at is not null) is distinct from resolved then
    update atrium.comment_threads known
    set resolved_at = case when resolved then now() end, resolved_by = case when resolved then atrium_private.caller() end, updated_at = now()
    where known.id = in_thread returning known.* into thread;
  end if;
  return thread;
end $function$;

ALTER FUNCTION "atrium_private"."set_resolved"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.space_beneath(parent_id uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select parent.space_id from atrium.documents parent
  where parent.id = $1 and parent.space_id in (select atrium_private.spaces_of_caller('viewer'))
$function$;

ALTER FUNCTION "atrium_private"."space_beneath"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.space_rights(for_user uuid)
 RETURNS TABLE(space_id uuid, source text, source_id uuid, role atrium.role)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO ''
AS $function$
begin
  return query
    with mine as materialized (select member.workspace_id, member.role from atrium_private.active_memberships(for_user) member)
    select space.id, 'workspace', space.workspace_id, member.role
    from mine member
    join atrium.spaces space on space.workspace_id = member.workspace_id
    where member.role > 'guest' and not space.private
    union all
    select space.id, 'space', space.id, direct.role
    from atrium.space_members direct
    join atrium.spaces space on space.id = direct.space_id
    join mine member on member.workspace_id = space.workspace_id
    where direct.user_id = for_user
    union all
    select space.id, 'group', grouped.group_id, grouped.role
    from atrium.group_members inside
    join atrium.space_members grouped on grouped.group_id = inside.group_id
    join atrium.spaces space on space.id = grouped.space_id
    join mine member on member.workspace_id = space.workspace_id
    where inside.user_id = for_user;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.spaces_of_caller(at_least atrium.role DEFAULT 'viewer'::atrium.role)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO ''
AS $function$
begin
  if at_least <= 'viewer' then
    return query
      select rights.space_id from atrium_private.space_rights((select atrium_private.caller())) rights where rights.role >= at_least;
  else
    return query
      select rights.space_id
      from atrium_private.space_rights((select atrium_private.caller())) rights
      join atrium.spaces space on space.id = rights.space_id
      where rights.role >= at_least and space.archived_at is null;
  end if;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.stage_page(transfer_id uuid, place integer, page jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  insert into atrium_private.transfer_pages (transfer_id, place, page)
  select transfer.id, $2, $3 from atrium.transfers transfer where transfer.id = $1 and transfer.kind = 'import' and transfer.state = 'running'
  on conflict (transfer_id, place) do update set page = excluded.page
$function$;

ALTER FUNCTION "atrium_private"."stage_page"(uuid, integer, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.start_import(transfer_id uuid)
 RETURNS atrium.transfers
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  me uuid := atrium_private.require_caller();
  transfer atrium.transfers;
begin
  select known.* into transfer from atrium.transfers known where known.id = $1 and known.owner_id = me and known.kind = 'import' for update;
  if transfer.id is null then
    raise sqlstate 'PT404' using message = 'There is no such import of yours.', detail = 'transfer_not_found';
  elsif transfer.state <> 'waiting' then
    return transfer;
  elsif not exists (select from storage.objects object where object.bucket_id = 'transfers' and object.name = $1::text || '/source') then
    raise sqlstate 'PT409' using message = 'Bring the file first.', detail = 'file_missing';
  end if;
  update atrium.transfers known set state = 'queued' where known.id = $1 returning known.* into transfer;
  perform atrium_private.enqueue('import_documents', jsonb_build_object('transfer_id', $1));
  return transfer;
end $function$;

ALTER FUNCTION "atrium_private"."start_import"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.storage_use(in_workspace uuid)
 RETURNS TABLE(kind text, id uuid, name text, files bigint, bytes bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  return query
    with used as materialized (
      select space.id as space_id, known.owner_id, sum(known.files)::bigint as files, sum(known.bytes)::bigint as bytes
      from atrium_private.stored_bytes known
      join atrium.documents document on document.id = known.document_id
      left join atrium.spaces space on space.id = document.space_id and space.id in (select atrium_private.spaces_of_caller('viewer'))
      where known.workspace_id = in_workspace and known.files > 0
      group by 1, 2
    )
    select 'workspace', in_workspace, workspace.name, coalesce(sum(used.files), 0)::bigint, coalesce(sum(used.bytes), 0)::bigint
    from atrium.workspaces workspace left join used on true where workspace.id = in_workspace group by workspace.name
    union all
    (select 'space', used.space_id, space.name, sum(used.files)::bigint, sum(used.bytes)::bigint
    from used left join atrium.spaces space on space.id = used.space_id group by 2, 3 order by 5 desc, 3)
    union all
    (select 'person', member.user_id, profile.name, sum(used.files)::bigint, sum(used.bytes)::bigint
    from used
    left join atrium.members member on member.workspace_id = in_workspace and member.user_id = used.owner_id
    left join atrium.profiles profile on profile.id = member.user_id
    group by 2, 3 order by 5 desc, 3 limit 1000);
end $function$;

ALTER FUNCTION "atrium_private"."storage_use"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.suggestion_page(suggestion_id uuid)
 RETURNS TABLE(page uuid, closed boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$ select suggestion.document_id, suggestion.state = 'closed' from atrium.suggestions suggestion where suggestion.id = $1 $function$;

ALTER FUNCTION "atrium_private"."suggestion_page"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.take_transfer(transfer_id uuid)
 RETURNS SETOF atrium.transfers
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  update atrium.transfers transfer set state = 'running' where transfer.id = $1 and transfer.state in ('queued', 'running') returning transfer.*
$function$;

ALTER FUNCTION "atrium_private"."take_transfer"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.titles_for_export(transfer_id uuid, ids uuid[])
 RETURNS TABLE(id uuid, title text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select document.id, document.title
  from atrium.transfers transfer, atrium.documents document
  where transfer.id = $1 and document.id = any ($2) and document.trashed_at is null
    and (document.space_id in (select rights.space_id from atrium_private.space_rights(transfer.owner_id) rights where rights.role >= 'viewer')
      or document.id in (select rights.object_id from atrium_private.grant_rights(transfer.owner_id, 'document') rights where rights.role >= 'viewer'))
$function$;

ALTER FUNCTION "atrium_private"."titles_for_export"(uuid, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.touch_thread()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update atrium.comment_threads thread set updated_at = now() where thread.id = coalesce(new.thread_id, old.thread_id);
  return null;
end $function$;

ALTER FUNCTION "atrium_private"."touch_thread"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.try_link(link_id uuid, password text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  secret atrium_private.link_secrets;
begin
  select known.* into secret from atrium_private.link_secrets known where known.link_id = $1 for update;
  if secret.password is null then
    return 'open';
  elsif secret.failures >= 10 and secret.failing_since > now() - interval '15 minutes' then
    return 'too_many_attempts';
  elsif $2 is null then
    return 'password_required';
  elsif octet_length($2) <= 72 and extensions.crypt($2, secret.password) = secret.password then
    return 'open';
  end if;
  update atrium_private.link_secrets known
  set failures = case when known.failing_since > now() - interval '15 minutes' then known.failures + 1 else 1 end,
    failing_since = case when known.failing_since > now() - interval '15 minutes' then known.failing_since else now() end
  where known.link_id = $1;
  return 'password_wrong';
end $function$;

ALTER FUNCTION "atrium_private"."try_link"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.valid_anchor(kind text, anchor jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if (kind = 'text' and atrium_private.has_only(anchor, '{start,end}')
    and octet_length(anchor::text) <= 900 and anchor ->> 'start' ~ '^[A-Za-z0-9+/]+={0,2}$' and anchor ->> 'end' ~ '^[A-Za-z0-9+/]+={0,2}$') is not true then
    raise sqlstate 'PT422' using message = 'The place is of kind text: two relative positions of Yjs, start and end, in base64.', detail = 'anchor_invalid';
  end if;
  return anchor;
end $function$;

ALTER FUNCTION "atrium_private"."valid_anchor"(text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.valid_comment(value jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  body jsonb := value;
begin
  if octet_length(value::text) > 200000 then
    raise sqlstate 'PT422' using message = 'The comment is longer than 10000 characters.', detail = 'text_too_long';
  elsif jsonb_typeof(value) = 'string' then
    body := jsonb_build_object('type', 'doc', 'content', (
      select coalesce(jsonb_agg(jsonb_build_object('type', 'paragraph') || case when line = '' then '{}' else
        jsonb_build_object('content', jsonb_build_array(jsonb_build_object('type', 'text', 'text', line))) end order by place), '[]')
      from string_to_table(replace(value #>> '{}', E'\r\n', E'\n'), E'\n') with ordinality as lines (line, place)
    ));
  end if;
  if (body ->> 'type' = 'doc' and atrium_private.has_only(body, '{type,content}') and not exists (
    select from atrium_private.elements_of(body -> 'content') block
    where (block ->> 'type' = 'paragraph' and atrium_private.has_only(block, '{type,content}')) is not true
  ) and not exists (
    select from atrium_private.elements_of(body -> 'content') block, atrium_private.elements_of(block -> 'content') node
    where (case node ->> 'type'
      when 'text' then atrium_private.has_only(node, '{type,text,marks}') and jsonb_typeof(node -> 'text') = 'string' and node ->> 'text' <> ''
      when 'hardBreak' then atrium_private.has_only(node, '{type}')
      when 'mention' then atrium_private.has_only(node, '{type,attrs}') and atrium_private.has_only(node -> 'attrs', '{kind,id,label}')
        and node #>> '{attrs,kind}' = 'person'
        and node #>> '{attrs,id}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        and jsonb_typeof(node #> '{attrs,label}') = 'string' and char_length(node #>> '{attrs,label}') between 1 and 80
      end) is not true
  ) and not exists (
    select from atrium_private.elements_of(body -> 'content') block, atrium_private.elements_of(block -> 'content') node,
      atrium_private.elements_of(node -> 'marks') mark
    where (case when mark ->> 'type' in ('bold', 'italic', 'code') then atrium_private.has_only(mark, '{type}')
      when mark ->> 'type' = 'link' then atrium_private.has_only(mark, '{type,attrs}') and atrium_private.has_only(mark -> 'attrs', '{href}')
        and char_length(mark #>> '{attrs,href}') <= 2000 and mark #>> '{attrs,href}' ~* '^(https?://|mailto:)[^[:space:][:cntrl:]<>"]+$'
      end) is not true
  )) is not true then
    raise sqlstate 'PT422' using message = 'A comment is paragraphs of text with bold, italic, code, links and mentions of people.', detail = 'body_invalid';
  end if;
  return body;
end $function$;

ALTER FUNCTION "atrium_private"."valid_comment"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.version_content(version_id uuid)
 RETURNS TABLE("json" jsonb, text text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select
    jsonb_build_object('type', 'doc', 'content', coalesce(jsonb_agg(block.json order by place.ordinality) filter (where block.id is not null), '[]')),
    coalesce(string_agg(block.text, e'\n' order by place.ordinality), '')
  from atrium_private.document_version_contents content
  join atrium.document_versions version on version.id = content.version_id
  left join lateral unnest(content.blocks) with ordinality place (id, ordinality) on true
  left join atrium_private.document_blocks block on block.document_id = version.document_id and block.id = place.id
  where content.version_id = $1
  group by content.version_id
$function$;

ALTER FUNCTION "atrium_private"."version_content"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.versions_of(document_id uuid)
 RETURNS SETOF atrium.document_versions
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$ select version.* from atrium.document_versions version where version.document_id = $1 order by version.at, version.id $function$;

ALTER FUNCTION "atrium_private"."versions_of"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.visible_to(in_workspace uuid, of_user uuid)
 RETURNS TABLE(object_type text, object_id uuid, space_id uuid, name text, private boolean, role atrium.role, reason text, chain jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform atrium_private.require_workspace_role(in_workspace, 'admin');
  if not exists (select from atrium.members member where member.workspace_id = in_workspace and member.user_id = of_user) then
    raise sqlstate 'PT404' using message = 'This person is not in the workspace.', detail = 'member_not_found';
  end if;
  return query
    with rights as (
      select given.*, shared.expires_at, coalesce(team.id, shared.group_id) as via
      from atrium_private.everybodys_rights(in_workspace, null, array[of_user]) given
      left join atrium.grants shared on given.source = 'grant' and shared.id = given.source_id
      left join atrium.groups team on given.source = 'group' and team.id = given.source_id
    ),
    things as (
      select rights.object_type, rights.object_id, max(rights.role) as role,
        (array_agg(atrium_private.right_in_words(rights.source, rights.role, team.name, rights.expires_at)
          order by rights.role desc, rights.source))[1] as reason,
        jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'source', rights.source, 'source_id', rights.source_id, 'role', rights.role, 'group_id', rights.via, 'group_name', team.name,
          'expires_at', rights.expires_at
        )) order by rights.role desc, rights.source) as chain
      from rights left join atrium.groups team on team.id = rights.via
      group by rights.object_type, rights.object_id
    )
    select things.object_type, things.object_id, coalesce(space.id, document.space_id, room.space_id),
      coalesce(workspace.name, space.name, room.name, document.title), coalesce(space.private, room.private, false),
      things.role, things.reason, things.chain
    from things
    left join atrium.workspaces workspace on things.object_type = 'workspace' and workspace.id = things.object_id
    left join atrium.spaces space on things.object_type = 'space' and space.id = things.object_id
    left join atrium.rooms room on things.object_type = 'room' and room.id = things.object_id
    left join atrium.documents document on things.object_type = 'document' and document.id = things.object_id and document.trashed_at is null
    where workspace.id is not null
      or (space.archived_at is null and space.id in (select atrium_private.spaces_of_caller('viewer')))
      or (room.archived_at is null and room.id in (select atrium_private.rooms_of_caller('viewer')))
      or document.space_id in (select atrium_private.spaces_of_caller('viewer'))
      or document.id in (select atrium_private.granted_to_caller('document', 'viewer'))
    order by array_position(array['workspace', 'space', 'room', 'document'], things.object_type), space.position, lower(coalesce(room.name, document.title)),
      things.object_id;
end $function$;

ALTER FUNCTION "atrium_private"."visible_to"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.who_has_access(of_type text, object uuid)
 RETURNS TABLE(user_id uuid, name text, role atrium.role, reason text, chain jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  me uuid := atrium_private.require_caller();
  mine atrium.role;
begin
  if (of_type in ('space', 'document', 'room')) is distinct from true then
    raise sqlstate 'PT422' using message = 'The object is a space, document or room.', detail = 'object_type_invalid';
  end if;
  select max(rights.role) into mine from atrium_private.rights_on(me, of_type, object) rights;
  if mine is null then
    raise sqlstate 'PT404' using message = format('There is no such %s, or you may not see it.', of_type), detail = of_type || '_not_found';
  -- Who may write one document by a grant, or a guest, still does not learn who the members are.
  elsif not exists (
    select from atrium_private.rights_on(me, of_type, object) rights where rights.source not in ('grant', 'link') and rights.role >= 'editor'
  ) or not exists (
    select from atrium.members member
    where member.user_id = me and member.role > 'guest' and member.workspace_id = coalesce(
      (select space.workspace_id from atrium.spaces space where of_type = 'space' and space.id = object),
      (select document.workspace_id from atrium.documents document where of_type = 'document' and document.id = object),
      (select room.workspace_id from atrium.rooms room where of_type = 'room' and room.id = object))
  ) then
    raise sqlstate 'PT403' using message = 'Only editors of the space may see who has access.', detail = 'role_too_low';
  end if;
  return query
    with rights as (
      select given.*, shared.expires_at, coalesce(team.id, shared.group_id) as via
      from atrium_private.rights_on_item(of_type, object) given
      left join atrium.grants shared on given.source = 'grant' and shared.id = given.source_id
      left join atrium.groups team on given.source = 'group' and team.id = given.source_id
    )
    select rights.user_id, profile.name, max(rights.role),
      (array_agg(atrium_private.right_in_words(rights.source, rights.role, team.name, rights.expires_at)
        order by rights.role desc, rights.source))[1],
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'source', rights.source, 'source_id', rights.source_id, 'role', rights.role, 'group_id', rights.via, 'group_name', team.name,
        'expires_at', rights.expires_at
      )) order by rights.role desc, rights.source)
    from rights
    join atrium.profiles profile on profile.id = rights.user_id
    left join atrium.groups team on team.id = rights.via
    group by rights.user_id, profile.name
    order by max(rights.role) desc, lower(profile.name), rights.user_id;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.withdraw_suggestion(suggestion_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  suggestion atrium.suggestions := atrium_private.lock_suggestion($1);
begin
  if suggestion.author_id is distinct from atrium_private.caller() then
    raise sqlstate 'PT403' using message = 'Only the author may do this.', detail = 'not_the_author';
  end if;
  perform atrium_private.require_commenter(suggestion.document_id);
  perform atrium_private.notify_access(null, null, null, suggestion.id);
  delete from atrium.documents branch where branch.id = suggestion.id;
end $function$;

ALTER FUNCTION "atrium_private"."withdraw_suggestion"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.workspace_members(in_workspace uuid)
 RETURNS TABLE(user_id uuid, name text, email text, role atrium.role, suspended_at timestamp with time zone, joined_at timestamp with time zone, expires_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  mine atrium.role := atrium_private.require_workspace_role(in_workspace, 'viewer');
  me uuid := atrium_private.caller();
begin
  return query
    select member.user_id, profile.name, case when mine >= 'admin' or member.user_id = me then account.email::text end,
      member.role, member.suspended_at, member.joined_at, member.expires_at
    from atrium.members member
    join atrium.profiles profile on profile.id = member.user_id
    join auth.users account on account.id = member.user_id
    where member.workspace_id = in_workspace
    order by lower(profile.name), member.user_id;
end $function$;

ALTER FUNCTION "atrium_private"."workspace_members"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION atrium_private.workspaces_of_caller(at_least atrium.role DEFAULT 'viewer'::atrium.role)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 2
 SET search_path TO ''
AS $function$
begin
  return query
    select member.workspace_id
    from atrium_private.active_memberships((select atrium_private.caller())) member
    where member.role >= at_least;
end $function$;

CREATE OR REPLACE FUNCTION atrium_private.writes_suggestion(suggestion_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select exists (
    select from atrium.suggestions suggestion
    join atrium.documents page on page.id = suggestion.document_id
    join atrium.spaces space on space.id = page.space_id
    where suggestion.id = $1 and suggestion.state = 'open' and suggestion.author_id = atrium_private.caller()
      and page.trashed_at is null and space.archived_at is null
  )
$function$;

ALTER FUNCTION "atrium_private"."writes_suggestion"(uuid) OWNER TO "postgres";

ALTER TABLE "atrium"."comment_reactions" ADD CONSTRAINT "comment_reactions_user_id_fkey" FOREIGN KEY (user_id) REFERENCES atrium.profiles(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."comment_threads" ADD CONSTRAINT "comment_threads_created_by_fkey" FOREIGN KEY (created_by) REFERENCES atrium.profiles(id) ON DELETE SET NULL;

ALTER TABLE "atrium"."comment_threads" ADD CONSTRAINT "comment_threads_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."comment_threads" ADD CONSTRAINT "comment_threads_resolved_by_fkey" FOREIGN KEY (resolved_by) REFERENCES atrium.profiles(id) ON DELETE SET NULL;

ALTER TABLE "atrium"."comments" ADD CONSTRAINT "comments_author_id_fkey" FOREIGN KEY (author_id) REFERENCES atrium.profiles(id) ON DELETE SET NULL;

ALTER TABLE "atrium"."comment_reactions" ADD CONSTRAINT "comment_reactions_comment_id_thread_id_document_id_space_i_fkey" FOREIGN KEY (comment_id, thread_id, document_id, space_id, trashed) REFERENCES atrium.comments(id, thread_id, document_id, space_id, trashed) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE "atrium"."comments" ADD CONSTRAINT "comments_thread_id_document_id_space_id_trashed_fkey" FOREIGN KEY (thread_id, document_id, space_id, trashed) REFERENCES atrium.comment_threads(id, document_id, space_id, trashed) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE "atrium"."copied_files" ADD CONSTRAINT "copied_files_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."document_links" ADD CONSTRAINT "document_links_from_id_fkey" FOREIGN KEY (from_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."document_links" ADD CONSTRAINT "document_links_to_id_fkey" FOREIGN KEY (to_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."document_versions" ADD CONSTRAINT "document_versions_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."document_versions" ADD CONSTRAINT "document_versions_named_by_fkey" FOREIGN KEY (named_by) REFERENCES atrium.profiles(id) ON DELETE SET NULL;

ALTER TABLE "atrium"."documents" ADD CONSTRAINT "documents_locked_by_fkey" FOREIGN KEY (locked_by) REFERENCES atrium.profiles(id) ON DELETE SET NULL;

ALTER TABLE "atrium"."documents" ADD CONSTRAINT "documents_space_id_suggestion_for_fkey" FOREIGN KEY (space_id, suggestion_for) REFERENCES atrium.documents(space_id, id) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE "atrium"."favourites" ADD CONSTRAINT "favourites_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."favourites" ADD CONSTRAINT "favourites_user_id_fkey" FOREIGN KEY (user_id) REFERENCES atrium.profiles(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."suggestions" ADD CONSTRAINT "suggestions_author_id_fkey" FOREIGN KEY (author_id) REFERENCES atrium.profiles(id) ON DELETE SET NULL;

ALTER TABLE "atrium"."suggestions" ADD CONSTRAINT "suggestions_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."suggestions" ADD CONSTRAINT "suggestions_id_fkey" FOREIGN KEY (id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."transfers" ADD CONSTRAINT "transfers_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."transfers" ADD CONSTRAINT "transfers_owner_id_fkey" FOREIGN KEY (owner_id) REFERENCES atrium.profiles(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."transfers" ADD CONSTRAINT "transfers_space_id_fkey" FOREIGN KEY (space_id) REFERENCES atrium.spaces(id) ON DELETE CASCADE;

ALTER TABLE "atrium"."workspace_policies" ADD CONSTRAINT "workspace_policies_history_days_check" CHECK (((history_days >= 1) AND (history_days <= 36500)));

ALTER TABLE "atrium_private"."document_blocks" ADD CONSTRAINT "document_blocks_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."document_chunks" ADD CONSTRAINT "document_chunks_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."document_client_ids" ADD CONSTRAINT "document_client_ids_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."document_client_ids" ADD CONSTRAINT "document_client_ids_user_id_fkey" FOREIGN KEY (user_id) REFERENCES atrium.profiles(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."document_commands" ADD CONSTRAINT "document_commands_author_id_fkey" FOREIGN KEY (author_id) REFERENCES atrium.profiles(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."document_commands" ADD CONSTRAINT "document_commands_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."document_version_contents" ADD CONSTRAINT "document_version_contents_version_id_fkey" FOREIGN KEY (version_id) REFERENCES atrium.document_versions(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."stored_bytes" ADD CONSTRAINT "stored_bytes_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."stored_bytes" ADD CONSTRAINT "stored_bytes_workspace_id_fkey" FOREIGN KEY (workspace_id) REFERENCES atrium.workspaces(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."stored_files" ADD CONSTRAINT "stored_files_document_id_fkey" FOREIGN KEY (document_id) REFERENCES atrium.documents(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."stored_files" ADD CONSTRAINT "stored_files_workspace_id_fkey" FOREIGN KEY (workspace_id) REFERENCES atrium.workspaces(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."suggestion_bases" ADD CONSTRAINT "suggestion_bases_suggestion_id_fkey" FOREIGN KEY (suggestion_id) REFERENCES atrium.suggestions(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."suggestion_decisions" ADD CONSTRAINT "suggestion_decisions_decided_by_fkey" FOREIGN KEY (decided_by) REFERENCES atrium.profiles(id) ON DELETE SET NULL;

ALTER TABLE "atrium_private"."suggestion_decisions" ADD CONSTRAINT "suggestion_decisions_suggestion_id_fkey" FOREIGN KEY (suggestion_id) REFERENCES atrium.suggestions(id) ON DELETE CASCADE;

ALTER TABLE "atrium_private"."transfer_pages" ADD CONSTRAINT "transfer_pages_transfer_id_fkey" FOREIGN KEY (transfer_id) REFERENCES atrium.transfers(id) ON DELETE CASCADE;

CREATE VIEW "atrium_private"."merged_updates" WITH (security_invoker=true) AS  SELECT document_id,
    id,
    author_id,
    at,
    update
   FROM atrium_private.document_updates logged
  WHERE ((at < (now() - '00:05:00'::interval)) AND (id <= ( SELECT snapshot.upto
           FROM atrium_private.document_snapshots snapshot
          WHERE (snapshot.document_id = logged.document_id))));

ALTER VIEW "atrium_private"."merged_updates" OWNER TO "postgres";

CREATE INDEX comment_reactions_document_id_thread_id_idx ON atrium.comment_reactions USING btree (document_id, thread_id);

CREATE INDEX comment_reactions_space_id_idx ON atrium.comment_reactions USING btree (space_id);

CREATE INDEX comment_reactions_thread_id_idx ON atrium.comment_reactions USING btree (thread_id);

CREATE INDEX comment_reactions_user_id_idx ON atrium.comment_reactions USING btree (user_id);

CREATE INDEX comment_threads_created_by_idx ON atrium.comment_threads USING btree (created_by);

CREATE INDEX comment_threads_document_id_updated_at_idx ON atrium.comment_threads USING btree (document_id, updated_at);

CREATE INDEX comment_threads_resolved_by_idx ON atrium.comment_threads USING btree (resolved_by) WHERE (resolved_by IS NOT NULL);

CREATE INDEX comment_threads_space_id_idx ON atrium.comment_threads USING btree (space_id);

CREATE INDEX comments_author_id_idx ON atrium.comments USING btree (author_id);

CREATE INDEX comments_document_id_thread_id_idx ON atrium.comments USING btree (document_id, thread_id);

CREATE INDEX comments_space_id_idx ON atrium.comments USING btree (space_id);

CREATE INDEX comments_thread_id_idx ON atrium.comments USING btree (thread_id);

CREATE INDEX copied_files_name_idx ON atrium.copied_files USING btree (name);

CREATE INDEX document_links_to_id_idx ON atrium.document_links USING btree (to_id);

CREATE INDEX document_versions_document_id_at_idx ON atrium.document_versions USING btree (document_id, at);

CREATE INDEX document_versions_named_by_idx ON atrium.document_versions USING btree (named_by);

CREATE INDEX document_versions_space_id_idx ON atrium.document_versions USING btree (space_id);

CREATE INDEX documents_locked_by_idx ON atrium.documents USING btree (locked_by) WHERE (locked_by IS NOT NULL);

CREATE INDEX documents_suggestion_for_idx ON atrium.documents USING btree (suggestion_for) WHERE (suggestion_for IS NOT NULL);

CREATE INDEX documents_workspace_id_idx1 ON atrium.documents USING btree (workspace_id) WHERE is_template;

CREATE INDEX favourites_document_id_idx ON atrium.favourites USING btree (document_id);

CREATE INDEX suggestions_author_id_idx ON atrium.suggestions USING btree (author_id);

CREATE INDEX suggestions_document_id_state_idx ON atrium.suggestions USING btree (document_id, state);

CREATE INDEX transfers_created_at_idx ON atrium.transfers USING btree (created_at);

CREATE INDEX transfers_document_id_idx ON atrium.transfers USING btree (document_id);

CREATE INDEX transfers_owner_id_idx ON atrium.transfers USING btree (owner_id);

CREATE INDEX transfers_space_id_idx ON atrium.transfers USING btree (space_id);

CREATE INDEX document_client_ids_user_id_idx ON atrium_private.document_client_ids USING btree (user_id);

CREATE INDEX document_commands_author_id_idx ON atrium_private.document_commands USING btree (author_id);

CREATE INDEX document_commands_document_id_idx ON atrium_private.document_commands USING btree (document_id);

CREATE INDEX document_commands_done ON atrium_private.document_commands USING btree (done_at) WHERE (done_at IS NOT NULL);

CREATE INDEX document_commands_pending ON atrium_private.document_commands USING btree (document_id, created_at, id) WHERE (done_at IS NULL);

CREATE INDEX stored_bytes_workspace_id_idx ON atrium_private.stored_bytes USING btree (workspace_id);

CREATE INDEX stored_files_document_id_idx ON atrium_private.stored_files USING btree (document_id);

CREATE INDEX stored_files_owner_id_idx ON atrium_private.stored_files USING btree (owner_id);

CREATE INDEX stored_files_workspace_id_bytes_idx ON atrium_private.stored_files USING btree (workspace_id, bytes DESC);

CREATE INDEX suggestion_decisions_command_id_idx ON atrium_private.suggestion_decisions USING btree (command_id);

CREATE INDEX suggestion_decisions_decided_by_idx ON atrium_private.suggestion_decisions USING btree (decided_by);

CREATE TRIGGER touch_thread AFTER INSERT OR DELETE ON atrium.comment_reactions FOR EACH ROW EXECUTE FUNCTION atrium_private.touch_thread();

CREATE TRIGGER announce AFTER INSERT OR UPDATE OF updated_at ON atrium.comment_threads FOR EACH ROW EXECUTE FUNCTION atrium_private.announce_thread();

CREATE TRIGGER touch_thread AFTER INSERT OR UPDATE OF body ON atrium.comments FOR EACH ROW EXECUTE FUNCTION atrium_private.touch_thread();

CREATE TRIGGER announce_changed_versions AFTER UPDATE ON atrium.document_versions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION atrium_private.announce_versions();

CREATE TRIGGER announce_deleted_versions AFTER DELETE ON atrium.document_versions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION atrium_private.announce_versions();

CREATE TRIGGER announce_new_versions AFTER INSERT ON atrium.document_versions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION atrium_private.announce_versions();

CREATE TRIGGER after_document_change AFTER UPDATE ON atrium.documents FOR EACH ROW WHEN ((((new.trashed_at IS NOT NULL) AND (old.trashed_at IS NULL)) OR (new.space_id <> old.space_id) OR ((new.locked_at IS NOT NULL) AND (old.locked_at IS NULL)))) EXECUTE FUNCTION atrium_private.after_document_change();

CREATE TRIGGER follow_document_with_versions AFTER UPDATE ON atrium.documents FOR EACH ROW WHEN (((old.space_id <> new.space_id) OR (old.trashed_at IS DISTINCT FROM new.trashed_at))) EXECUTE FUNCTION atrium_private.follow_document_with_versions();

CREATE TRIGGER move_suggestions AFTER UPDATE ON atrium.documents FOR EACH ROW WHEN (((old.space_id <> new.space_id) OR ((old.trashed_at IS NULL) <> (new.trashed_at IS NULL)))) EXECUTE FUNCTION atrium_private.move_suggestions();

CREATE TRIGGER move_threads AFTER UPDATE ON atrium.documents FOR EACH ROW WHEN (((old.space_id <> new.space_id) OR ((old.trashed_at IS NULL) <> (new.trashed_at IS NULL)))) EXECUTE FUNCTION atrium_private.move_threads();

CREATE TRIGGER announce AFTER INSERT OR DELETE ON atrium.favourites FOR EACH ROW EXECUTE FUNCTION atrium_private.announce_favourite();

CREATE TRIGGER announce AFTER INSERT OR DELETE OR UPDATE OF state, updated_at ON atrium.suggestions FOR EACH ROW EXECUTE FUNCTION atrium_private.announce_suggestion();

CREATE TRIGGER announce BEFORE UPDATE ON atrium.transfers FOR EACH ROW EXECUTE FUNCTION atrium_private.announce_transfer();

CREATE TRIGGER after_acceptance AFTER UPDATE ON atrium_private.document_commands FOR EACH ROW WHEN (((new.kind = 'accept_suggestion'::text) AND (old.done_at IS NULL) AND (new.error IS NOT NULL))) EXECUTE FUNCTION atrium_private.after_acceptance();

CREATE TRIGGER announce_command AFTER INSERT ON atrium_private.document_commands FOR EACH ROW EXECUTE FUNCTION atrium_private.announce_command();

CREATE TRIGGER atrium_count_file AFTER INSERT OR DELETE OR UPDATE ON storage.objects FOR EACH ROW EXECUTE FUNCTION atrium_private.count_file();

CREATE POLICY "people see the reactions in the documents they see" ON "atrium"."comment_reactions" FOR SELECT TO "authenticated" USING ((((NOT trashed) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('viewer'::atrium.role) AS spaces_of_caller)) OR (document_id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'viewer'::atrium.role) AS granted_to_caller)))) OR (space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller))));

CREATE POLICY "people read the threads of the documents they see" ON "atrium"."comment_threads" FOR SELECT TO "authenticated" USING ((((NOT trashed) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('viewer'::atrium.role) AS spaces_of_caller)) OR (document_id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'viewer'::atrium.role) AS granted_to_caller)))) OR (space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller))));

CREATE POLICY "people read the comments of the documents they see" ON "atrium"."comments" FOR SELECT TO "authenticated" USING ((((NOT trashed) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('viewer'::atrium.role) AS spaces_of_caller)) OR (document_id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'viewer'::atrium.role) AS granted_to_caller)))) OR (space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller))));

CREATE POLICY "people see the files of the documents they may read" ON "atrium"."copied_files" FOR SELECT TO "authenticated" USING ((EXISTS ( SELECT
   FROM atrium.documents document
  WHERE (document.id = copied_files.document_id))));

CREATE POLICY "people see links between documents that they may read" ON "atrium"."document_links" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM atrium.documents document
  WHERE (document.id = document_links.from_id))) AND (EXISTS ( SELECT
   FROM atrium.documents document
  WHERE (document.id = document_links.to_id)))));

CREATE POLICY "people see the versions of the documents they see" ON "atrium"."document_versions" FOR SELECT TO "authenticated" USING ((((NOT trashed) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('viewer'::atrium.role) AS spaces_of_caller)) OR (document_id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'viewer'::atrium.role) AS granted_to_caller)))) OR (space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller))));

CREATE POLICY "editors change the title, the icon and whether it is a template" ON "atrium"."documents" FOR UPDATE TO "authenticated" USING (((suggestion_for IS NULL) AND (trashed_at IS NULL) AND (locked_at IS NULL) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller)) OR (id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'editor'::atrium.role) AS granted_to_caller))))) WITH CHECK (((trashed_at IS NULL) AND (locked_at IS NULL) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller)) OR (id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'editor'::atrium.role) AS granted_to_caller)))));

CREATE POLICY "people see the documents of their spaces and those shared with " ON "atrium"."documents" FOR SELECT TO "authenticated" USING (((suggestion_for IS NULL) AND (((trashed_at IS NULL) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('viewer'::atrium.role) AS spaces_of_caller)) OR (id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'viewer'::atrium.role) AS granted_to_caller)))) OR (space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller)))));

CREATE POLICY "people see their own favourites" ON "atrium"."favourites" FOR SELECT TO "authenticated" USING ((user_id = ( SELECT atrium_private.caller() AS caller)));

CREATE POLICY "people see the suggestions for the documents they see" ON "atrium"."suggestions" FOR SELECT TO "authenticated" USING ((((NOT trashed) AND ((space_id IN ( SELECT atrium_private.spaces_of_caller('viewer'::atrium.role) AS spaces_of_caller)) OR (document_id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'viewer'::atrium.role) AS granted_to_caller)))) OR (space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller))));

CREATE POLICY "people see their own transfers" ON "atrium"."transfers" FOR SELECT TO "authenticated" USING ((owner_id = ( SELECT atrium_private.caller() AS caller)));

CREATE POLICY "collaboration servers know of each other" ON "atrium_private"."collaboration_servers" FOR ALL TO "atrium_collab" USING (true) WITH CHECK (true);

CREATE POLICY "the collaboration server keeps the history" ON "atrium_private"."document_chunks" FOR ALL TO "atrium_collab" USING (true) WITH CHECK (true);

CREATE POLICY "the collaboration server keeps ids that are free" ON "atrium_private"."document_client_ids" FOR ALL TO "atrium_collab" USING (true) WITH CHECK (true);

CREATE POLICY "the collaboration server forgets commands" ON "atrium_private"."document_commands" FOR DELETE TO "atrium_collab" USING (true);

CREATE POLICY "the collaboration server marks commands as done" ON "atrium_private"."document_commands" FOR UPDATE TO "atrium_collab" USING (true) WITH CHECK (true);

CREATE POLICY "the collaboration server takes commands" ON "atrium_private"."document_commands" FOR SELECT TO "atrium_collab" USING (true);

CREATE POLICY "the collaboration server compares branches" ON "atrium_private"."suggestion_bases" FOR SELECT TO "atrium_collab" USING (true);

CREATE POLICY "the collaboration server knows what was decided" ON "atrium_private"."suggestion_decisions" FOR SELECT TO "atrium_collab" USING (true);

CREATE POLICY "editors add files to the documents they may write" ON "storage"."objects" FOR INSERT TO "authenticated" WITH CHECK (((bucket_id = 'document-files'::text) AND (EXISTS ( SELECT
   FROM atrium.documents document
  WHERE ((document.id = atrium_private.file_document(objects.name)) AND (document.trashed_at IS NULL) AND ((document.space_id IN ( SELECT atrium_private.spaces_of_caller('editor'::atrium.role) AS spaces_of_caller)) OR (document.id IN ( SELECT atrium_private.granted_to_caller('document'::text, 'editor'::atrium.role) AS granted_to_caller))))))));

CREATE POLICY "people bring the file of an import" ON "storage"."objects" FOR INSERT TO "authenticated" WITH CHECK (((bucket_id = 'transfers'::text) AND (EXISTS ( SELECT
   FROM atrium.transfers transfer
  WHERE ((objects.name = ((transfer.id)::text || '/source'::text)) AND (transfer.kind = 'import'::text) AND (transfer.state = 'waiting'::text))))));

CREATE POLICY "people fetch the files of their transfers" ON "storage"."objects" FOR SELECT TO "authenticated" USING (((bucket_id = 'transfers'::text) AND (EXISTS ( SELECT
   FROM atrium.transfers transfer
  WHERE ((objects.name = ((transfer.id)::text || '/source'::text)) OR (objects.name = ((transfer.id)::text || '/result'::text)))))));

CREATE POLICY "people see files in the copies that they may read" ON "storage"."objects" FOR SELECT TO "authenticated" USING (((bucket_id = ANY (ARRAY['document-images'::text, 'document-files'::text])) AND (EXISTS ( SELECT
   FROM atrium.copied_files file
  WHERE (file.name = objects.name)))));

CREATE POLICY "people see the files of the documents they may read" ON "storage"."objects" FOR SELECT TO "authenticated" USING (((bucket_id = 'document-files'::text) AND (EXISTS ( SELECT
   FROM atrium.documents document
  WHERE (document.id = atrium_private.file_document(objects.name))))));

COMMENT ON COLUMN "atrium"."comment_reactions"."thread_id" IS 'A copy from the comment, like document_id, space_id and trashed.';

COMMENT ON COLUMN "atrium"."comment_threads"."anchor" IS 'The place. For text {start, end}: two relative positions as Yjs encodes them (Y.encodeRelativePosition), in base64. They move with the text, and meet when it is deleted.';

COMMENT ON COLUMN "atrium"."comment_threads"."kind" IS 'What kind of place: text.';

COMMENT ON COLUMN "atrium"."comment_threads"."quote" IS 'The text as it was when somebody commented on it, 1 to 1000 characters.';

COMMENT ON COLUMN "atrium"."comment_threads"."space_id" IS 'A copy from the document, so that the policy asks no other table for each row.';

COMMENT ON COLUMN "atrium"."comment_threads"."trashed" IS 'Whether the document is in the trash; a copy like space_id.';

COMMENT ON COLUMN "atrium"."comment_threads"."updated_at" IS 'The last change of the thread, of a comment in it or of a reaction: what is newer is what a client has not seen.';

COMMENT ON COLUMN "atrium"."comments"."author_id" IS 'Null when the account is gone.';

COMMENT ON COLUMN "atrium"."comments"."body" IS 'A ProseMirror document of paragraphs with text (marks bold, italic, code, link), hardBreak and mention (kind person). Null when the comment was deleted.';

COMMENT ON COLUMN "atrium"."comments"."document_id" IS 'A copy from the thread, like space_id and trashed.';

COMMENT ON COLUMN "atrium"."comments"."id" IS 'Chosen by the author, so that sending again after a broken connection makes no second comment.';

COMMENT ON COLUMN "atrium"."comments"."mentions" IS 'The people mentioned who could read the document when it was written.';

COMMENT ON COLUMN "atrium"."comments"."text" IS 'The body as plain text, 10000 characters at most; null when the comment was deleted.';

COMMENT ON COLUMN "atrium"."copied_files"."name" IS 'The name of the object in its bucket, which begins with source_id.';

COMMENT ON COLUMN "atrium"."copied_files"."source_id" IS 'The document that the file was added to; it may be gone.';

COMMENT ON COLUMN "atrium"."document_contents"."markdown" IS 'The same as Markdown (CommonMark with GitHub''s tables and tasks, $math$, ==highlight==).';

COMMENT ON COLUMN "atrium"."document_links"."kind" IS 'mention: chosen from the documents; link: an address that leads to it.';

COMMENT ON COLUMN "atrium"."document_versions"."authors" IS 'Who changed something since the version before, who did most first.';

COMMENT ON COLUMN "atrium"."document_versions"."edits" IS 'How many changes the log counts since the version before.';

COMMENT ON COLUMN "atrium"."document_versions"."from_at" IS 'The first change since the version before; null when there was none.';

COMMENT ON COLUMN "atrium"."document_versions"."name" IS '1 to 120 characters. Null: the version was made by itself, and goes when the time for which history is kept is over.';

COMMENT ON COLUMN "atrium"."document_versions"."named_by" IS 'Who gave the name; null when there is none, or the account is gone.';

COMMENT ON COLUMN "atrium"."document_versions"."space_id" IS 'A copy from the document, so that the policy asks no other table for each row.';

COMMENT ON COLUMN "atrium"."document_versions"."trashed" IS 'Whether the document is in the trash; a copy like space_id.';

COMMENT ON COLUMN "atrium"."document_versions"."words" IS 'How many words it has. Null for the moment in which the collaboration server has not yet read a version that was just named.';

COMMENT ON COLUMN "atrium"."document_versions"."words_added" IS 'Words that the version before did not have.';

COMMENT ON COLUMN "atrium"."document_versions"."words_removed" IS 'Words that only the version before had.';

COMMENT ON COLUMN "atrium"."documents"."is_template" IS 'Whether it is offered as a template for new pages.';

COMMENT ON COLUMN "atrium"."documents"."locked_at" IS 'Set while nobody changes title or content; editors lock and unlock.';

COMMENT ON COLUMN "atrium"."documents"."locked_by" IS 'Who locked it; null when it is open or the account is gone.';

COMMENT ON COLUMN "atrium"."documents"."suggestion_for" IS 'Set on the branch of a suggestion (see suggestions): the page that it would change. A branch is in no list; only its content is opened.';

COMMENT ON COLUMN "atrium"."suggestions"."document_id" IS 'The page that it would change.';

COMMENT ON COLUMN "atrium"."suggestions"."id" IS 'Also the id of the branch.';

COMMENT ON COLUMN "atrium"."suggestions"."space_id" IS 'A copy from the page, so that the policy asks no other table for each row.';

COMMENT ON COLUMN "atrium"."suggestions"."state" IS 'open: its author writes in it. reviewed: something of it was decided, and it stays as it is. closed: all of it was decided.';

COMMENT ON COLUMN "atrium"."suggestions"."trashed" IS 'Whether the page is in the trash; a copy like space_id.';

COMMENT ON COLUMN "atrium"."transfers"."document_id" IS 'What is exported, or beneath what is imported; null for the top of the space.';

COMMENT ON COLUMN "atrium"."transfers"."error" IS 'Why it failed: a code, with a sentence in message.';

COMMENT ON COLUMN "atrium"."transfers"."progress" IS 'Percent.';

COMMENT ON COLUMN "atrium"."transfers"."result" IS 'Of an import {"documents", "root_ids", "skipped"}; of an export {"file_name", "bytes"}, and its file is <id>/result in the bucket transfers.';

COMMENT ON COLUMN "atrium"."transfers"."state" IS 'An import is waiting until its file <id>/source is in the bucket transfers and start_import was called.';

COMMENT ON COLUMN "atrium"."workspace_policies"."history_days" IS 'For how many days the history of documents is kept, see set_history_retention; null: for ever.';

COMMENT ON COLUMN "atrium_private"."collaboration_servers"."seen_at" IS 'Renewed every few seconds.';

COMMENT ON COLUMN "atrium_private"."document_blocks"."hash" IS 'SHA-256 of the JSON as Postgres writes it.';

COMMENT ON COLUMN "atrium_private"."document_blocks"."id" IS 'Counts within the document.';

COMMENT ON COLUMN "atrium_private"."document_blocks"."json" IS 'A ProseMirror node.';

COMMENT ON COLUMN "atrium_private"."document_chunks"."edits" IS 'How many rows of document_updates it replaces.';

COMMENT ON COLUMN "atrium_private"."document_chunks"."id" IS 'Counts within the document.';

COMMENT ON COLUMN "atrium_private"."document_chunks"."packed" IS 'Entries of author, time and update, compressed with zstd; see chunks.ts. Authors are ids without a foreign key: whose account is gone has no name.';

COMMENT ON COLUMN "atrium_private"."document_chunks"."state" IS 'A checkpoint: the state after this chunk and all before it, so that an instant is restored without reading the history from its beginning. A Yjs update compressed with zstd, or null.';

COMMENT ON COLUMN "atrium_private"."document_client_ids"."clock" IS 'What this id has written, all of it committed: whoever takes the id has exactly this, or does not use it.';

COMMENT ON COLUMN "atrium_private"."document_commands"."attempts" IS 'How often a server has begun with it. A command that ends the server each time is given up.';

COMMENT ON COLUMN "atrium_private"."document_commands"."claims" IS 'How the author was signed in, so that rights can be asked again in his name.';

COMMENT ON COLUMN "atrium_private"."document_commands"."error" IS 'Why it was not applied: a code, with a sentence in message; null when it was.';

COMMENT ON COLUMN "atrium_private"."document_commands"."kind" IS 'What the collaboration server knows to do, see commands.ts.';

COMMENT ON COLUMN "atrium_private"."document_commands"."payload" IS 'What the kind needs; emptied when it is done, or it would outlive what was deleted from the document.';

COMMENT ON COLUMN "atrium_private"."document_snapshots"."upto" IS 'The snapshot contains exactly the rows of the log with an id up to this. It is read while no row of the document is being written, so that none with a lower id comes later.';

COMMENT ON COLUMN "atrium_private"."document_updates"."author_id" IS 'Whose connection sent it; null when a server wrote it. No foreign key, which would lock the person''s row at every keystroke; whose account is gone has no name.';

COMMENT ON COLUMN "atrium_private"."stored_files"."owner_id" IS 'Who stored it, also after his account is gone.';

COMMENT ON COLUMN "atrium_private"."transfer_pages"."page" IS 'id, parent_id (null: right beneath the import''s place), title, json, text, markdown, links, update (a Yjs update in base64).';

COMMENT ON FUNCTION "atrium"."accept_suggestion"(uuid, text[]) IS 'Takes over changes of a suggestion into the live page, as the caller; what others wrote meanwhile stays. Without changes it takes all that are left. They are listed by GET /collab/documents/<page>/suggestions/<id>. Editors may. Returns the id of the command, see command_state. Nullable: changes.
Example: select atrium.accept_suggestion(''0190…'');
A command that failed may have the code suggestion_changed: then its author has changed it in the same moment.
Errors: 401 not_signed_in, 403 role_too_low, 404 suggestion_not_found, 409 suggestion_closed, document_trashed, document_locked, space_archived, 422 changes_invalid, 429 too_many_commands.';

COMMENT ON FUNCTION "atrium"."append_to_document"(uuid, text, uuid) IS 'Writes Markdown at the end of a document, as the caller; whoever has it open sees it appear. Editors may. Returns the id of the command, see command_state; with the same command_id again nothing happens twice. Nullable: command_id.
Example: select atrium.append_to_document(''0190…'', ''- [ ] call the printer'');
By REST: curl -X POST "$URL/rest/v1/rpc/append_to_document" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0190…", "markdown": "- [ ] call the printer"}''
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed, document_locked, space_archived, id_taken, 413 content_too_large, 422 content_required, 429 too_many_commands.';

COMMENT ON FUNCTION "atrium"."command_state"(uuid) IS 'What became of a command of the caller: pending, done or failed, then with a code and a sentence. Nullable: code, message.
Example: select state, code from atrium.command_state(''0190…'');
By REST: curl -X POST "$URL/rest/v1/rpc/command_state" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0190…"}''
A command that failed has one of the codes not_signed_in, role_too_low, document_not_found, document_trashed, document_locked, space_archived (the rights are asked again when it is applied), content_invalid, document_too_large, failed.
Errors: 401 not_signed_in, 404 command_not_found.';

COMMENT ON FUNCTION "atrium"."comment_people"(uuid) IS 'Everybody who spoke, resolved or reacted in the comments of a document or made a suggestion, and whom of its readers the caller may see, by name. Whoever may read it can be mentioned.
Example: select name from atrium.comment_people(''0190…'') where may_read;
Errors: 401 not_signed_in, 404 document_not_found.';

COMMENT ON FUNCTION "atrium"."comment_role"(uuid) IS 'As what the caller takes part in the comments of a document: viewer, commenter or editor. In the trash and in an archived space everybody only reads.
Example: select atrium.comment_role(''0190…'');
Errors: 401 not_signed_in, 404 document_not_found.';

COMMENT ON FUNCTION "atrium"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) IS 'Makes a document at a position, or after its siblings; empty, or with content in Markdown or ProseMirror JSON, which is there a moment later. Editors of the space may. The same call again returns the same document. Nullable: id, parent_id, icon, position, trashed_at, markdown, content.
Example: select * from atrium.create_document(gen_random_uuid(), ''0190…'', title => ''Plan'', markdown => ''Buy *paper*.'');
By REST: curl -X POST "$URL/rest/v1/rpc/create_document" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0191…", "space_id": "0190…", "title": "Plan", "markdown": "Buy *paper*."}''
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, parent_not_found, 409 id_taken, space_archived, 413 content_too_large, 422 title_too_long (300 characters), title_invalid, position_invalid, content_required, content_invalid.';

COMMENT ON FUNCTION "atrium"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) IS 'Makes a document as a copy of a template, with everything beneath it, and writes the date (today, or the server''s), the title and the caller''s name in place of {{date}}, {{title}} and {{author}}. The same call with the same id returns the same document. Nullable: all but template_id.
Example: select * from atrium.create_from_template(''0190…'', title => ''Meeting of Monday'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, space_not_found, parent_not_found, 409 not_a_template, id_taken, document_trashed, other_workspace, space_archived, 422 title_too_long, title_invalid, position_invalid, too_many_documents.';

COMMENT ON FUNCTION "atrium"."create_import"(uuid, uuid, text, uuid, text) IS 'Begins an import: put the file as <id>/source into the bucket transfers, then call start_import. Format: markdown, html, docx or zip (a tree of Markdown and HTML with attachments). Editors of the space may. Nullable: id, parent_id, document_id, error, message, result.
Example: select id from atrium.create_import(null, ''0190…'', ''zip'', file_name => ''notes.zip'');
Errors: 401 not_signed_in, 403 role_too_low, 404 space_not_found, parent_not_found, 409 id_taken, space_archived, 422 format_invalid, 429 too_many_transfers.';

COMMENT ON FUNCTION "atrium"."create_suggestion"(uuid, uuid) IS 'Begins a suggestion: a branch of the page as it is now, opened by its own id, in which the caller writes. Commenters may. The same call again returns the first one''s. Nullable: id.
Example: select * from atrium.create_suggestion(gen_random_uuid(), ''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 id_taken, document_trashed, space_archived, 429 too_many_suggestions.';

COMMENT ON FUNCTION "atrium"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) IS 'Begins a thread about a place in a document; its first comment gets the same id. The body is a ProseMirror document of paragraphs, or a mere JSON string. Commenters may. The same call again returns the first one''s thread. Nullable: id.
Example: select * from atrium.create_thread(gen_random_uuid(), ''0190…'', ''"Is this still true?"'', ''{"start": "AAEBAQ==", "end": "gAABAQEF"}'', ''about a third'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 id_taken, document_trashed, space_archived, 422 anchor_invalid, quote_invalid, body_invalid, text_required, text_too_long (10000 characters), too_many_mentions, 429 too_many_threads.';

COMMENT ON FUNCTION "atrium"."delete_comment"(uuid) IS 'Deletes what a comment says and its reactions; its place in the thread remains. The author may, and editors.
Example: select * from atrium.delete_comment(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 document_trashed, space_archived.';

COMMENT ON FUNCTION "atrium"."delete_document"(uuid) IS 'Deletes for ever a document that is in the trash, with everything beneath it and its whole history. Editors of the space may.
Example: select atrium.delete_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_not_trashed, space_archived.';

COMMENT ON FUNCTION "atrium"."delete_my_account"(jsonb) IS 'Deletes the account of the caller, for good: what he wrote stays without his name, workspaces in which he is alone go with him. Where he is the last owner he names who follows. Nullable: hand_over.
Example: select atrium.delete_my_account(''{"0190…": "0191…"}''), with the id of a workspace and of a member in it.
Errors: 401 not_signed_in, 403 reauthentication_needed (the sign-in is older than 15 minutes), insufficient_aal (a second factor was not shown), 409 last_owner, 422 heir_invalid, hand_over_invalid.';

COMMENT ON FUNCTION "atrium"."document_access"(uuid) IS 'What the caller may do with the content of a document: read or write. In the trash, in an archived space and in a locked document nobody writes.
Example: select atrium.document_access(''0190…'');
Errors: 401 not_signed_in, 404 document_not_found.';

COMMENT ON FUNCTION "atrium"."document_at"(uuid, timestamp with time zone) IS 'What a document said at a time: the last version at or before it, and since when it said so; no row when the document is younger or history was not kept so long. When nothing was changed since, what it says now, without version_id. To the second: GET /collab/documents/:id/at/:time. Nullable: version_id.
Example: select since, text from atrium.document_at(''0190…'', now() - interval ''1 week'');
Errors: 401 not_signed_in, 404 document_not_found.';

COMMENT ON FUNCTION "atrium"."duplicate_document"(uuid, uuid, uuid, uuid, text, text, boolean) IS 'Copies a document that the caller may read, with everything beneath it unless told otherwise, to a place where he may write: at the top of its own space unless told otherwise. The copy has the text as it is now, and neither its history nor its shares. The same call with the same id returns the same copy.
Example: select * from atrium.duplicate_document(''0190…'', title => ''Plan (copy)'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, space_not_found, parent_not_found, 409 id_taken, document_trashed, other_workspace, space_archived, 422 title_too_long, title_invalid, position_invalid, too_many_documents.';

COMMENT ON FUNCTION "atrium"."edit_comment"(uuid, jsonb) IS 'Changes an own comment.
Example: select * from atrium.edit_comment(''0190…'', ''"Yes, I asked twice."'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 comment_not_found, 409 document_trashed, space_archived, 410 comment_deleted, 422 body_invalid, text_required, text_too_long (10000 characters), too_many_mentions.';

COMMENT ON FUNCTION "atrium"."export_document"(uuid, text, boolean, uuid) IS 'Makes a file of a document, or with everything beneath it that the caller may read: markdown, html, pdf, docx or json. When its row in transfers is done, the file is <id>/result in the bucket transfers. Nullable: id.
Example: select id from atrium.export_document(''0190…'', ''pdf'', with_children => true);
Errors: 401 not_signed_in, 404 document_not_found, 409 id_taken, 422 format_invalid, 429 too_many_transfers.';

COMMENT ON FUNCTION "atrium"."export_my_data"() IS 'Everything that is kept about the caller, as one JSON object: account, profile, sessions, memberships, documents that he made and may still read, messages, comments, rooms, read_marks, grants, rights_changed.
Example: select atrium.export_my_data();
Errors: 401 not_signed_in.';

COMMENT ON FUNCTION "atrium"."largest_files"(uuid) IS 'The fifty largest files in documents that the caller sees. Admins may. Nullable: owner_id.
Example: select title, bytes from atrium.largest_files(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';

COMMENT ON FUNCTION "atrium"."linked_documents"() IS 'The documents that the caller has opened by a link in workspaces to which he does not belong, for as long as the link lasts.
Example: select id, title from atrium.linked_documents();';

COMMENT ON FUNCTION "atrium"."lock_document"(uuid) IS 'Nobody changes title or content from now on; who has it open reads on. Editors of the document may.
Example: select * from atrium.lock_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed.';

COMMENT ON FUNCTION "atrium"."move_thread"(uuid, jsonb) IS 'Hangs a thread on another place of the same document, because an edit wrote its text anew. Editors may.
Example: select * from atrium.move_thread(''0190…'', ''{"start": "AAEBAQ==", "end": "gAABAQEF"}'');
Errors: 401 not_signed_in, 403 role_too_low, 404 thread_not_found, 409 document_trashed, space_archived, 422 anchor_invalid.';

COMMENT ON FUNCTION "atrium"."my_files"() IS 'The pictures and files that the caller has put into documents which he may still read, the oldest first; the storage service gives them by bucket and name.
Example: select name, bytes from atrium.my_files();';

COMMENT ON FUNCTION "atrium"."my_responsibilities"() IS 'What the caller has made in each of his workspaces, and to whom it can go when he deletes his account: alone is a workspace that would be deleted with him, last_owner one that needs an heir, heirs are the id and name of each who can be one.
Example: select name, last_owner from atrium.my_responsibilities();';

COMMENT ON FUNCTION "atrium"."name_version"(uuid, text) IS 'Gives what a document says now a name, and returns the id of that version. Editors may. Named versions are kept for ever.
Example: select atrium.name_version(''0190…'', ''Sent to the customer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 422 version_name_invalid, too_many_versions.';

COMMENT ON FUNCTION "atrium"."preview_access_change"(text, jsonb) IS 'Who would gain and lose what if a function of the API were called, without calling it: one row for each person and workspace, space, private room or shared item whose role would change, those who lose first, 1000 at most. What the caller cannot see, a private space for example, is left out. Public rooms and documents change with their space. The change is set_member_role, suspend_member, reactivate_member, remove_member, add_group_member, remove_group_member, delete_group, set_space_member, remove_space_member, set_space_group, remove_space_group, set_space_private, add_room_member, remove_room_member, share_item, unshare_item or delete_link, with its arguments by name. Nullable: object_name, before, after.
Example: select name, object_name, before, after from atrium.preview_access_change(''set_space_private'', ''{"space_id": "0190…", "private": true}'');
Errors: those of the change itself, 401 not_signed_in, 422 change_invalid, arguments_invalid.';

COMMENT ON FUNCTION "atrium"."react"(uuid, text, boolean) IS 'Sets or takes back a reaction of the caller to a comment. Commenters may.
Example: select atrium.react(''0190…'', ''🎉'');
Errors: 401 not_signed_in, 403 role_too_low, 404 comment_not_found, 409 document_trashed, space_archived, 410 comment_deleted, 422 emoji_invalid, 429 too_many_reactions.';

COMMENT ON FUNCTION "atrium"."reject_suggestion"(uuid, text[]) IS 'Leaves changes of a suggestion, or all that are left. Editors may. Nullable: changes.
Example: select atrium.reject_suggestion(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 suggestion_not_found, 409 suggestion_closed, document_trashed, document_locked, space_archived, 422 changes_invalid.';

COMMENT ON FUNCTION "atrium"."rename_version"(uuid, text) IS 'Gives a version another name, or a first one; null takes the name away, and the version is one that was made by itself. Editors may. Nullable: name.
Example: select atrium.rename_version(''0190…'', ''Sent to the customer'');
Errors: 401 not_signed_in, 403 role_too_low, 404 version_not_found, 422 version_name_invalid.';

COMMENT ON FUNCTION "atrium"."reopen_thread"(uuid) IS 'Takes it back that a thread is settled. Editors may, and commenters who began it.
Example: select * from atrium.reopen_thread(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 thread_not_found, 409 document_trashed, space_archived.';

COMMENT ON FUNCTION "atrium"."replace_document"(uuid, text, jsonb, uuid) IS 'Makes the content of a document what is given, as Markdown or as ProseMirror JSON, as the caller; what stays the same is not touched. Editors may. Returns the id of the command, see command_state. Nullable: markdown, content, command_id.
Example: select atrium.replace_document(''0190…'', markdown => ''# Plan'');
By REST: curl -X POST "$URL/rest/v1/rpc/replace_document" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"id": "0190…", "markdown": "# Plan"}''
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed, document_locked, space_archived, id_taken, 413 content_too_large, 422 content_required, content_invalid, 429 too_many_commands.';

COMMENT ON FUNCTION "atrium"."reply"(uuid, uuid, jsonb) IS 'Answers in a thread, and reopens it when it was resolved. Commenters may. The same call again returns the comment of the first one. Nullable: id.
Example: select * from atrium.reply(gen_random_uuid(), ''0190…'', ''"Yes, I asked."'');
Errors: 401 not_signed_in, 403 role_too_low, 404 thread_not_found, 409 id_taken, document_trashed, space_archived, 422 body_invalid, text_required, text_too_long (10000 characters), too_many_mentions, 429 too_many_comments.';

COMMENT ON FUNCTION "atrium"."resolve_thread"(uuid) IS 'Marks a thread as settled. Editors may, and commenters who began it.
Example: select * from atrium.resolve_thread(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 thread_not_found, 409 document_trashed, space_archived.';

COMMENT ON FUNCTION "atrium"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) IS 'Makes a document what it was: in a version, or at a time. It is an edit like any other: what others write in the same second stays, and it can be taken back by restoring the time before. With author_id only what that person did since is taken back; with block only that top-level block, counted from 0, comes back. Editors may. Returns the id of the command, see command_state. Nullable: version_id, at, author_id, block, command_id.
Example: select atrium.restore_version(''0190…'', at => now() - interval ''1 hour'');
By REST: curl -X POST "$URL/rest/v1/rpc/restore_version" -H "apikey: $KEY" -H "Authorization: Bearer $TOKEN" -H "Content-Profile: atrium" -H "Content-Type: application/json" -d ''{"document_id": "0190…", "version_id": "0190…"}''
A command that failed may have the codes version_not_found, history_forgotten, block_not_found and those of command_state.
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, version_not_found, 409 document_trashed, document_locked, space_archived, id_taken, 410 history_forgotten, 422 restore_invalid, 429 too_many_commands.';

COMMENT ON FUNCTION "atrium"."set_favourite"(uuid, boolean) IS 'Puts a document that the caller may read on the list of his favourites, or takes it off. The same call again changes nothing.
Example: select atrium.set_favourite(''0190…'', true);
Errors: 401 not_signed_in, 404 document_not_found, 422 favourite_required, 429 too_many_favourites.';

COMMENT ON FUNCTION "atrium"."set_history_retention"(uuid, integer) IS 'For how many days the history of a workspace''s documents is kept; null: for ever. What is older is forgotten within an hour, but for versions with a name. Admins may. Nullable: days.
Example: select atrium.set_history_retention(''0190…'', 365);
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, 422 history_days_invalid.';

COMMENT ON FUNCTION "atrium"."start_import"(uuid) IS 'Starts an import whose file is there. Its row in transfers tells how far it is; the pages appear all at once, or none does. Again it does nothing.
Example: select state from atrium.start_import(''0190…'');
Errors: 401 not_signed_in, 404 transfer_not_found, 409 file_missing.';

COMMENT ON FUNCTION "atrium"."storage_use"(uuid) IS 'How many files the documents of a workspace hold and how many bytes they take: one row of the kind workspace, then one for each space and each person, the largest first. What is in spaces that the caller cannot see, or of people who have left, is one row without id and name. Admins may. Nullable: id, name.
Example: select name, bytes from atrium.storage_use(''0190…'') where kind = ''space'';
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found.';

COMMENT ON FUNCTION "atrium"."unlock_document"(uuid) IS 'Lets editors write again. Editors of the document may, whoever locked it.
Example: select * from atrium.unlock_document(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 document_not_found, 409 document_trashed.';

COMMENT ON FUNCTION "atrium"."visible_to"(uuid, uuid) IS 'What a member sees in a workspace: the workspace with his role, the spaces, and the private rooms, shared rooms and shared documents by themselves, each with the reason as a sentence and the chain as in who_has_access. Other rooms and documents follow their space. Nothing for somebody suspended. What the asking admin cannot see himself is left out. Admins may. Nullable: space_id.
Example: select name, role, reason from atrium.visible_to(''0190…'', ''0191…'');
Errors: 401 not_signed_in, 403 role_too_low, 404 workspace_not_found, member_not_found.';

COMMENT ON FUNCTION "atrium"."withdraw_suggestion"(uuid) IS 'Deletes an own suggestion. What was accepted of it stays in the page.
Example: select atrium.withdraw_suggestion(''0190…'');
Errors: 401 not_signed_in, 403 not_the_author, role_too_low, 404 suggestion_not_found, 409 document_trashed, space_archived.';

COMMENT ON FUNCTION "atrium"."workspace_members"(uuid) IS 'The members of a workspace by name. Admins get every e-mail address, others only their own. A membership may have an end. Nullable: email, suspended_at, expires_at.
Example: select name, role from atrium.workspace_members(''0190…'');
Errors: 401 not_signed_in, 403 role_too_low (guests), 404 workspace_not_found.';

COMMENT ON FUNCTION "atrium_private"."add_comment"(uuid, atrium.comment_threads, jsonb) IS 'Writes a comment of the caller. Errors: 409 id_taken, 422 body_invalid, text_required, text_too_long, too_many_mentions.';

COMMENT ON FUNCTION "atrium_private"."after_acceptance"() IS 'What was accepted and could not be applied is undecided again.';

COMMENT ON FUNCTION "atrium_private"."after_document_change"() IS 'Whoever has the document open is asked again when it goes into the trash or to another space, and when it is locked.';

COMMENT ON FUNCTION "atrium_private"."announce_command"() IS 'Tells the collaboration servers that a command waits.';

COMMENT ON FUNCTION "atrium_private"."announce_favourite"() IS 'favourites {id} to the person, for his other devices.';

COMMENT ON FUNCTION "atrium_private"."announce_suggestion"() IS 'Whoever has the page open hears of it, and whoever has the branch open is asked again.';

COMMENT ON FUNCTION "atrium_private"."announce_thread"() IS 'Whoever has the document open hears that its comments changed.';

COMMENT ON FUNCTION "atrium_private"."announce_transfer"() IS 'transfer {id, state, progress} to the owner.';

COMMENT ON FUNCTION "atrium_private"."announce_versions"() IS 'Tells the collaboration servers that the versions of documents changed: they tell whoever has them open, and read what was just named.';

COMMENT ON FUNCTION "atrium_private"."append_to_document"(uuid, text, uuid) IS 'Behind atrium.append_to_document.';

COMMENT ON FUNCTION "atrium_private"."change_comment"(uuid, jsonb, boolean) IS 'Behind atrium.edit_comment and atrium.delete_comment.';

COMMENT ON FUNCTION "atrium_private"."command_state"(uuid) IS 'Behind atrium.command_state.';

COMMENT ON FUNCTION "atrium_private"."comment_people"(uuid) IS 'Behind atrium.comment_people.';

COMMENT ON FUNCTION "atrium_private"."comment_role"(uuid) IS 'Behind atrium.comment_role.';

COMMENT ON FUNCTION "atrium_private"."comment_text"(jsonb) IS 'A valid body as plain text. Errors: 422 text_required, text_too_long.';

COMMENT ON FUNCTION "atrium_private"."content_payload"(text, jsonb) IS 'Content for a command. Errors: 422 content_required, content_invalid, 413 content_too_large.';

COMMENT ON FUNCTION "atrium_private"."copy_document"(uuid, uuid, uuid, uuid, text, text, boolean) IS 'Behind atrium.duplicate_document.';

COMMENT ON FUNCTION "atrium_private"."count_file"() IS 'Keeps stored_files and stored_bytes in step with the storage service.';

COMMENT ON FUNCTION "atrium_private"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) IS 'Behind atrium.create_document.';

COMMENT ON FUNCTION "atrium_private"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) IS 'Behind atrium.create_from_template.';

COMMENT ON FUNCTION "atrium_private"."create_import"(uuid, uuid, uuid, text, text) IS 'Behind atrium.create_import.';

COMMENT ON FUNCTION "atrium_private"."create_suggestion"(uuid, uuid) IS 'Behind atrium.create_suggestion.';

COMMENT ON FUNCTION "atrium_private"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) IS 'Behind atrium.create_thread.';

COMMENT ON FUNCTION "atrium_private"."decide_suggestion"(uuid, text[], boolean) IS 'Behind atrium.accept_suggestion and atrium.reject_suggestion. Without changes it decides all that are left.';

COMMENT ON FUNCTION "atrium_private"."delete_document"(uuid) IS 'Behind atrium.delete_document.';

COMMENT ON FUNCTION "atrium_private"."document_at"(uuid, timestamp with time zone) IS 'Behind atrium.document_at.';

COMMENT ON FUNCTION "atrium_private"."document_role"(uuid) IS 'The highest role of the caller on a document, or null. In the trash it exists for editors of the space alone, on a branch for nobody.';

COMMENT ON FUNCTION "atrium_private"."documents_to_forget"() IS 'Documents with a history that is older than their workspace wants it kept.';

COMMENT ON FUNCTION "atrium_private"."documents_without_version"() IS 'Documents that changed after their latest version: for a collaboration server that starts.';

COMMENT ON FUNCTION "atrium_private"."elements_of"(jsonb) IS 'The elements of an array; none of no value, and one null of what is no array, so that whoever checks the elements refuses it.';

COMMENT ON FUNCTION "atrium_private"."end_transfer"(uuid, text, text, jsonb) IS 'Ends a transfer, well or with a code and a sentence.';

COMMENT ON FUNCTION "atrium_private"."export_document"(uuid, text, boolean, uuid) IS 'Behind atrium.export_document.';

COMMENT ON FUNCTION "atrium_private"."file_document"(text) IS 'The document that an object of the bucket document-files belongs to; null for any other name.';

COMMENT ON FUNCTION "atrium_private"."files_to_export"(uuid) IS 'The pictures and files that the owner of an export may read by the documents in it.';

COMMENT ON FUNCTION "atrium_private"."finish_import"(uuid, jsonb) IS 'Makes all pages of an import appear at once and ends it: done. When its owner may not put them there any more, nothing happens and a code comes back; null when there is nothing to do.';

COMMENT ON FUNCTION "atrium_private"."follow_document_with_versions"() IS 'Keeps the copies of a document''s space and state in its versions in step.';

COMMENT ON FUNCTION "atrium_private"."forget_transfers"(uuid[]) IS 'Deletes old transfers, after their files.';

COMMENT ON FUNCTION "atrium_private"."forget_versions"(uuid, timestamp with time zone) IS 'Deletes versions without a name, and what only they said.';

COMMENT ON FUNCTION "atrium_private"."has_only"(jsonb, text[]) IS 'Whether a value is an object without other keys than these.';

COMMENT ON FUNCTION "atrium_private"."history_kept_since"(uuid) IS 'What was before is forgotten; null when nothing is.';

COMMENT ON FUNCTION "atrium_private"."is_invited"(text, bytea) IS 'Whether a mailbox has an open invitation, or the SHA-256 of a token is that of an open link: where sign-up is by invitation, such a person makes an account.';

COMMENT ON FUNCTION "atrium_private"."largest_files"(uuid) IS 'Behind atrium.largest_files.';

COMMENT ON FUNCTION "atrium_private"."linked_to_caller"() IS 'The documents outside of the caller''s workspaces that he reads by a link.';

COMMENT ON FUNCTION "atrium_private"."lock_comment"(uuid) IS 'A comment that the caller may see, locked. Errors: 401 not_signed_in, 404 comment_not_found.';

COMMENT ON FUNCTION "atrium_private"."lock_document"(uuid, boolean) IS 'Behind atrium.lock_document and atrium.unlock_document.';

COMMENT ON FUNCTION "atrium_private"."lock_suggestion"(uuid) IS 'A suggestion that the caller may see, locked. Errors: 401 not_signed_in, 404 suggestion_not_found.';

COMMENT ON FUNCTION "atrium_private"."lock_thread"(uuid) IS 'A thread that the caller may see, locked. Errors: 401 not_signed_in, 404 thread_not_found.';

COMMENT ON FUNCTION "atrium_private"."mentioned_readers"(jsonb, uuid) IS 'Who is mentioned in a body and may read the document. Errors: 422 too_many_mentions.';

COMMENT ON FUNCTION "atrium_private"."move_suggestions"() IS 'Keeps the copies of a page''s space and state in step.';

COMMENT ON FUNCTION "atrium_private"."move_thread"(uuid, jsonb) IS 'Behind atrium.move_thread.';

COMMENT ON FUNCTION "atrium_private"."move_threads"() IS 'Keeps the copies of a document''s space and state in step, in comments and reactions too.';

COMMENT ON FUNCTION "atrium_private"."my_files"() IS 'Behind atrium.my_files.';

COMMENT ON FUNCTION "atrium_private"."my_responsibilities"() IS 'Behind atrium.my_responsibilities.';

COMMENT ON FUNCTION "atrium_private"."name_version"(uuid, text) IS 'Behind atrium.name_version.';

COMMENT ON FUNCTION "atrium_private"."note_transfer"(uuid, integer) IS 'Says how far it is.';

COMMENT ON FUNCTION "atrium_private"."notify_document"(uuid, text) IS 'Tells the collaboration server, and by it everybody who has the document open, what changed about it when the transaction is committed.';

COMMENT ON FUNCTION "atrium_private"."old_transfers"() IS 'Transfers whose files are no longer needed.';

COMMENT ON FUNCTION "atrium_private"."pages_to_export"(uuid) IS 'What an export is of, as far as its owner may read it now; 2,000 documents at most.';

COMMENT ON FUNCTION "atrium_private"."queue_command"(uuid, text, jsonb, uuid) IS 'Asks the collaboration server for a change in the name of the caller; returns the id of the command. With the same id again it does nothing.
Errors: as require_writable, 409 id_taken, 429 too_many_commands.';

COMMENT ON FUNCTION "atrium_private"."react"(uuid, text, boolean) IS 'Behind atrium.react.';

COMMENT ON FUNCTION "atrium_private"."read_link"(text, text) IS 'What a document says to whoever has a link to it, signed in or not. The state is as in open_link; all but the role are null unless it is open. Errors: 404 link_not_found, 410 link_expired.';

COMMENT ON FUNCTION "atrium_private"."refuse_many_transfers"() IS 'Errors: 429 too_many_transfers.';

COMMENT ON FUNCTION "atrium_private"."rename_version"(uuid, text) IS 'Behind atrium.rename_version.';

COMMENT ON FUNCTION "atrium_private"."replace_document"(uuid, text, jsonb, uuid) IS 'Behind atrium.replace_document.';

COMMENT ON FUNCTION "atrium_private"."reply"(uuid, uuid, jsonb) IS 'Behind atrium.reply.';

COMMENT ON FUNCTION "atrium_private"."require_commenter"(uuid) IS 'The role of a caller who may comment on a document. Errors: 401 not_signed_in, 404 document_not_found, 403 role_too_low, 409 document_trashed, space_archived.';

COMMENT ON FUNCTION "atrium_private"."require_fresh_sign_in"() IS 'Errors: 403 reauthentication_needed, insufficient_aal.';

COMMENT ON FUNCTION "atrium_private"."require_version_name"(text) IS 'The name without spaces around it. Errors: 422 version_name_invalid.';

COMMENT ON FUNCTION "atrium_private"."require_writable"(uuid) IS 'The document, when the caller may write its content. Errors: 401 not_signed_in, 404 document_not_found, 403 role_too_low, 409 document_trashed, document_locked, space_archived.';

COMMENT ON FUNCTION "atrium_private"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) IS 'Behind atrium.restore_version.';

COMMENT ON FUNCTION "atrium_private"."right_in_words"(text, atrium.role, text, timestamp with time zone) IS 'Why somebody has a role, as a sentence.';

COMMENT ON FUNCTION "atrium_private"."save_document_contents"(uuid, jsonb, text, text, jsonb) IS 'Stores the projections of a document: JSON, text, Markdown and links as [{"to_id", "kind"}]. When it says the same as before, or the document is gone, it does nothing.';

COMMENT ON FUNCTION "atrium_private"."save_document_version"(uuid, jsonb, jsonb) IS 'Stores a version with the blocks it consists of; completes one that was named a moment ago. Does nothing for a document that is gone.';

COMMENT ON FUNCTION "atrium_private"."set_favourite"(uuid, boolean) IS 'Behind atrium.set_favourite.';

COMMENT ON FUNCTION "atrium_private"."set_history_retention"(uuid, integer) IS 'Behind atrium.set_history_retention.';

COMMENT ON FUNCTION "atrium_private"."set_resolved"(uuid, boolean) IS 'Behind atrium.resolve_thread and atrium.reopen_thread.';

COMMENT ON FUNCTION "atrium_private"."space_beneath"(uuid) IS 'The space of a document in one of the caller''s spaces; null for any other.';

COMMENT ON FUNCTION "atrium_private"."stage_page"(uuid, integer, jsonb) IS 'Keeps a page of an import until all are there.';

COMMENT ON FUNCTION "atrium_private"."start_import"(uuid) IS 'Behind atrium.start_import.';

COMMENT ON FUNCTION "atrium_private"."storage_use"(uuid) IS 'Behind atrium.storage_use.';

COMMENT ON FUNCTION "atrium_private"."suggestion_page"(uuid) IS 'Which page a suggestion is for, and whether all of it is decided. The collaboration server says who may know.';

COMMENT ON FUNCTION "atrium_private"."take_transfer"(uuid) IS 'The transfer, if there is something left to do.';

COMMENT ON FUNCTION "atrium_private"."titles_for_export"(uuid, uuid[]) IS 'The titles of mentioned documents, of those that the owner of the export may read.';

COMMENT ON FUNCTION "atrium_private"."touch_thread"() IS 'A thread changes with what is in it.';

COMMENT ON FUNCTION "atrium_private"."try_link"(uuid, text) IS 'Whether this password opens a link: open, password_required, password_wrong or too_many_attempts.';

COMMENT ON FUNCTION "atrium_private"."valid_anchor"(text, jsonb) IS 'The anchor itself. Errors: 422 anchor_invalid.';

COMMENT ON FUNCTION "atrium_private"."valid_comment"(jsonb) IS 'The body as a ProseMirror document; a mere string becomes paragraphs. Errors: 422 body_invalid, text_too_long.';

COMMENT ON FUNCTION "atrium_private"."version_content"(uuid) IS 'What a version says; no row while the collaboration server has not read it.';

COMMENT ON FUNCTION "atrium_private"."versions_of"(uuid) IS 'The versions of a document, the oldest first.';

COMMENT ON FUNCTION "atrium_private"."visible_to"(uuid, uuid) IS 'Behind atrium.visible_to.';

COMMENT ON FUNCTION "atrium_private"."withdraw_suggestion"(uuid) IS 'Behind atrium.withdraw_suggestion.';

COMMENT ON FUNCTION "atrium_private"."workspace_members"(uuid) IS 'Behind atrium.workspace_members.';

COMMENT ON FUNCTION "atrium_private"."writes_suggestion"(uuid) IS 'Whether a suggestion is the caller''s and still open.';

COMMENT ON TABLE "atrium"."comment_reactions" IS 'Reactions to comments, each emoji once per person; readable like the thread.';

COMMENT ON TABLE "atrium"."comment_threads" IS 'Conversations about places in documents. Readable by whoever may read the document. The first comment of a thread has the id of the thread.';

COMMENT ON TABLE "atrium"."comments" IS 'What people say in threads, readable like the thread. Threads whose comments are all deleted are not shown.';

COMMENT ON TABLE "atrium"."copied_files" IS 'Files that a copied document shows although they lie with the original: whoever may read the copy may read them. Seen by whoever may read the copy.';

COMMENT ON TABLE "atrium"."document_links" IS 'What documents lead to, as the collaboration server last saw it when typing paused. Seen by whoever may read both ends: a backlink tells nobody of a document that he may not see.';

COMMENT ON TABLE "atrium"."document_versions" IS 'What a document was at some instants: after each session of work, and where somebody gave it a name. Readable by whoever may read the document. Its content: document_at, or GET /collab/documents/:id/versions/:version.';

COMMENT ON TABLE "atrium"."documents" IS 'Pages. Editors change title, icon and is_template by PATCH; everything else has a function.';

COMMENT ON TABLE "atrium"."favourites" IS 'Documents that a person marked with a star. Each sees his own, also of documents that he may no longer read.';

COMMENT ON TABLE "atrium"."suggestions" IS 'Suggested changes of documents, readable by whoever may read the document. The content is a document of its own, opened by the same id.';

COMMENT ON TABLE "atrium"."transfers" IS 'Imports and exports of documents. Seen by whoever asked for them; forgotten after a week, with their files.';

COMMENT ON TABLE "atrium_private"."collaboration_servers" IS 'The collaboration servers that are running. A server that is alone tells nobody what it commits.';

COMMENT ON TABLE "atrium_private"."document_blocks" IS 'Top-level blocks that versions of a document consist of, each once.';

COMMENT ON TABLE "atrium_private"."document_chunks" IS 'What was in document_updates and is merged into the snapshot, packed: the work of one person within some seconds is one entry. Opening a document does not read it.';

COMMENT ON TABLE "atrium_private"."document_client_ids" IS 'Yjs client ids that a person has written with and given back: the next tab writes on with them, because a document grows slower with every id it has ever seen. To be emptied when a backup is restored, for tabs that are open may have written with them since.';

COMMENT ON TABLE "atrium_private"."document_commands" IS 'Changes of documents that were asked for in SQL. The collaboration server writes the change into the log and marks the command as done in one transaction.';

COMMENT ON TABLE "atrium_private"."document_updates" IS 'Every change of every document, in the order of its commit. An update is acknowledged to its author when its row is committed. Whoever adds a row to a document that may be open holds its lock, see database.ts.';

COMMENT ON TABLE "atrium_private"."document_version_contents" IS 'What a version says: numbers of document_blocks, in their order.';

COMMENT ON TABLE "atrium_private"."stored_bytes" IS 'The sums of stored_files for each document and person.';

COMMENT ON TABLE "atrium_private"."stored_files" IS 'Every object of the storage service that belongs to a document, as the triggers below have seen it.';

COMMENT ON TABLE "atrium_private"."suggestion_bases" IS 'The page as it was when a suggestion was begun, as Yjs updates in order. A change is what the branch has made of it; it is applied to the page as it is by then.';

COMMENT ON TABLE "atrium_private"."suggestion_decisions" IS 'What editors accepted or rejected of a suggestion. A change is named by what it is, see hunks.ts of the collaboration server.';

COMMENT ON TABLE "atrium_private"."transfer_pages" IS 'Pages of an import before they appear, all at once.';

COMMENT ON VIEW "atrium_private"."merged_updates" IS 'Rows of the log that opening a document does not read any more: they are there for the history, which packs and deletes them.';

REVOKE ALL ON FUNCTION "atrium"."accept_suggestion"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."accept_suggestion"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."append_to_document"(uuid, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."append_to_document"(uuid, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."command_state"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."command_state"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."comment_people"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."comment_people"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."comment_role"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."comment_role"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."create_import"(uuid, uuid, text, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."create_import"(uuid, uuid, text, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."create_suggestion"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."create_suggestion"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."delete_comment"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."delete_comment"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."delete_document"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."delete_document"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."document_at"(uuid, timestamp with time zone) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."document_at"(uuid, timestamp with time zone) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."duplicate_document"(uuid, uuid, uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."duplicate_document"(uuid, uuid, uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."edit_comment"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."edit_comment"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."export_document"(uuid, text, boolean, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."export_document"(uuid, text, boolean, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."largest_files"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."largest_files"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."linked_documents"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."linked_documents"() TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."lock_document"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."lock_document"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."move_thread"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."move_thread"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."my_files"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."my_files"() TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."my_responsibilities"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."my_responsibilities"() TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."name_version"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."name_version"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."react"(uuid, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."react"(uuid, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."reject_suggestion"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."reject_suggestion"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."rename_version"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."rename_version"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."reopen_thread"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."reopen_thread"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."replace_document"(uuid, text, jsonb, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."replace_document"(uuid, text, jsonb, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."reply"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."reply"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."resolve_thread"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."resolve_thread"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."set_favourite"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."set_favourite"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."set_history_retention"(uuid, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."set_history_retention"(uuid, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."start_import"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."start_import"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."storage_use"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."storage_use"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."unlock_document"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."unlock_document"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."visible_to"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."visible_to"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."withdraw_suggestion"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."withdraw_suggestion"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium"."workspace_members"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium"."workspace_members"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."add_comment"(uuid, atrium.comment_threads, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."after_acceptance"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."announce_command"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."announce_favourite"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."announce_suggestion"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."announce_thread"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."announce_transfer"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."announce_versions"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."append_to_document"(uuid, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."append_to_document"(uuid, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."change_comment"(uuid, jsonb, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."change_comment"(uuid, jsonb, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."command_state"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."command_state"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."comment_people"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."comment_people"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."comment_role"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."comment_role"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."comment_text"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."content_payload"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."copy_document"(uuid, uuid, uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."copy_document"(uuid, uuid, uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."count_file"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."create_document"(uuid, uuid, uuid, text, text, text, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."create_from_template"(uuid, uuid, uuid, uuid, text, text, date) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."create_import"(uuid, uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."create_import"(uuid, uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."create_suggestion"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."create_suggestion"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."create_thread"(uuid, uuid, jsonb, jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."decide_suggestion"(uuid, text[], boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."decide_suggestion"(uuid, text[], boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."delete_document"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."delete_document"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."document_at"(uuid, timestamp with time zone) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."document_at"(uuid, timestamp with time zone) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."documents_to_forget"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."documents_to_forget"() TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."documents_without_version"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."documents_without_version"() TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."elements_of"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."end_transfer"(uuid, text, text, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."end_transfer"(uuid, text, text, jsonb) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."export_document"(uuid, text, boolean, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."export_document"(uuid, text, boolean, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."file_document"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."file_document"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."files_to_export"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."files_to_export"(uuid) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."finish_import"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."finish_import"(uuid, jsonb) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."follow_document_with_versions"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."forget_transfers"(uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."forget_transfers"(uuid[]) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."forget_versions"(uuid, timestamp with time zone) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."forget_versions"(uuid, timestamp with time zone) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."has_only"(jsonb, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."history_kept_since"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."history_kept_since"(uuid) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."is_invited"(text, bytea) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."is_invited"(text, bytea) TO "supabase_auth_admin";

REVOKE ALL ON FUNCTION "atrium_private"."largest_files"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."largest_files"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."linked_to_caller"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."linked_to_caller"() TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."lock_comment"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."lock_document"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."lock_document"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."lock_suggestion"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."lock_thread"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."mentioned_readers"(jsonb, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."move_suggestions"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."move_thread"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."move_thread"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."move_threads"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."my_files"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."my_files"() TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."my_responsibilities"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."my_responsibilities"() TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."name_version"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."name_version"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."note_transfer"(uuid, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."note_transfer"(uuid, integer) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."notify_document"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."old_transfers"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."old_transfers"() TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."pages_to_export"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."pages_to_export"(uuid) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."queue_command"(uuid, text, jsonb, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."react"(uuid, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."react"(uuid, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."read_link"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."read_link"(text, text) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."refuse_many_transfers"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."rename_version"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."rename_version"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."replace_document"(uuid, text, jsonb, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."replace_document"(uuid, text, jsonb, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."reply"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."reply"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."require_commenter"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."require_version_name"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."require_writable"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."require_writable"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."restore_version"(uuid, uuid, timestamp with time zone, uuid, integer, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."right_in_words"(text, atrium.role, text, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."save_document_contents"(uuid, jsonb, text, text, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."save_document_contents"(uuid, jsonb, text, text, jsonb) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."save_document_version"(uuid, jsonb, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."save_document_version"(uuid, jsonb, jsonb) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."set_favourite"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."set_favourite"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."set_history_retention"(uuid, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."set_history_retention"(uuid, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."set_resolved"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."set_resolved"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."space_beneath"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."stage_page"(uuid, integer, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."stage_page"(uuid, integer, jsonb) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."start_import"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."start_import"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."storage_use"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."storage_use"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."suggestion_page"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."suggestion_page"(uuid) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."take_transfer"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."take_transfer"(uuid) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."titles_for_export"(uuid, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."titles_for_export"(uuid, uuid[]) TO "atrium_worker";

REVOKE ALL ON FUNCTION "atrium_private"."touch_thread"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."try_link"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."valid_anchor"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."valid_comment"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "atrium_private"."version_content"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."version_content"(uuid) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."versions_of"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."versions_of"(uuid) TO "atrium_collab";

REVOKE ALL ON FUNCTION "atrium_private"."visible_to"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."visible_to"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."withdraw_suggestion"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."withdraw_suggestion"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."workspace_members"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "atrium_private"."workspace_members"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "atrium_private"."writes_suggestion"(uuid) FROM PUBLIC;

REVOKE ALL ON SCHEMA "atrium_private" FROM "supabase_auth_admin";

GRANT USAGE ON SCHEMA "atrium_private" TO "supabase_auth_admin";

GRANT SELECT ON TABLE "atrium"."comment_reactions" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."comment_reactions" TO "service_role";

GRANT SELECT ON TABLE "atrium"."comment_threads" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."comment_threads" TO "service_role";

GRANT SELECT ON TABLE "atrium"."comments" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."comments" TO "service_role";

GRANT SELECT ON TABLE "atrium"."copied_files" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."copied_files" TO "service_role";

GRANT SELECT ON TABLE "atrium"."document_links" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."document_links" TO "service_role";

GRANT SELECT ON TABLE "atrium"."document_versions" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."document_versions" TO "service_role";

REVOKE ALL ("is_template") ON TABLE "atrium"."documents" FROM "authenticated";

GRANT UPDATE ("is_template") ON TABLE "atrium"."documents" TO "authenticated";

GRANT SELECT ON TABLE "atrium"."favourites" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."favourites" TO "service_role";

GRANT SELECT ON TABLE "atrium"."suggestions" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."suggestions" TO "service_role";

GRANT SELECT ON TABLE "atrium"."transfers" TO "authenticated";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium"."transfers" TO "service_role";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium_private"."collaboration_servers" TO "atrium_collab";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium_private"."document_chunks" TO "atrium_collab";

GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "atrium_private"."document_client_ids" TO "atrium_collab";

GRANT UPDATE ("attempts") ON TABLE "atrium_private"."document_commands" TO "atrium_collab";

GRANT UPDATE ("done_at") ON TABLE "atrium_private"."document_commands" TO "atrium_collab";

GRANT UPDATE ("error") ON TABLE "atrium_private"."document_commands" TO "atrium_collab";

GRANT UPDATE ("message") ON TABLE "atrium_private"."document_commands" TO "atrium_collab";

GRANT UPDATE ("payload") ON TABLE "atrium_private"."document_commands" TO "atrium_collab";

GRANT DELETE, SELECT ON TABLE "atrium_private"."document_commands" TO "atrium_collab";

GRANT SELECT ON TABLE "atrium_private"."suggestion_bases" TO "atrium_collab";

GRANT SELECT ON TABLE "atrium_private"."suggestion_decisions" TO "atrium_collab";

GRANT DELETE, SELECT ON TABLE "atrium_private"."merged_updates" TO "atrium_collab";

-- Storage, buckets and queues.
alter table atrium_private.document_chunks alter column packed set storage external, alter column state set storage external;
alter table atrium_private.suggestion_bases alter column update set storage external;
insert into storage.buckets (id, name, public, file_size_limit) values ('transfers', 'transfers', false, 52428800)
on conflict (id) do nothing;
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('document-files', 'document-files', false, 104857600, array['application/octet-stream',
  'video/mp4', 'video/webm', 'video/ogg', 'video/quicktime', 'audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/webm', 'audio/flac'])
on conflict (id) do nothing;
select pgboss.create_queue('import_documents', '{"policy": "standard", "retryLimit": 3, "retryDelay": 2, "expireInSeconds": 900, "heartbeatSeconds": 20, "notify": true}');
select pgboss.create_queue('export_documents', '{"policy": "standard", "retryLimit": 3, "retryDelay": 2, "expireInSeconds": 900, "heartbeatSeconds": 20, "notify": true}');

-- What was stored before anybody counted.
with file as (
  insert into atrium_private.stored_files (object_id, workspace_id, document_id, owner_id, name, is_image, bytes, created_at)
  select object.id, document.workspace_id, document.id,
    case when object.owner_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then object.owner_id::uuid end,
    object.name, true, coalesce((object.metadata ->> 'size')::bigint, 0), coalesce(object.created_at, now())
  from storage.objects object join atrium.documents document on document.id = atrium_private.image_document(object.name)
  where object.bucket_id = 'document-images'
  returning *
)
insert into atrium_private.stored_bytes (workspace_id, document_id, owner_id, files, bytes)
select file.workspace_id, file.document_id, file.owner_id, count(*), sum(file.bytes) from file group by 1, 2, 3;
