// Made from the database by `node sql/migrate.ts <postgres url> --types`. Do not edit.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

/** In rising order. */
export const ROLES = ['guest', 'viewer', 'commenter', 'editor', 'admin', 'owner'] as const
export type Role = (typeof ROLES)[number]

export type Tables = Database['atrium']['Tables']
export type Functions = Database['atrium']['Functions']
/** A row as REST returns it: times are ISO 8601 strings. */
export type Row<Name extends keyof Tables> = Tables[Name]['Row']
/** What a function returns. */
export type Result<Name extends keyof Functions> = Functions[Name]['Returns']

/** The schema in the form of supabase-js and postgrest-js. */
export type Database = {
  atrium: {
    Tables: {
      api_tokens: {
        Row: { id: string; workspace_id: string; bot_id: string; name: string; made_by: string | null; created_at: string; expires_at: string | null; last_used_at: string | null; revoked_at: string | null }
        Insert: { id?: string; workspace_id: string; bot_id: string; name: string; made_by?: string | null; created_at?: string; expires_at?: string | null; last_used_at?: string | null; revoked_at?: string | null }
        Update: { id?: string; workspace_id?: string; bot_id?: string; name?: string; made_by?: string | null; created_at?: string; expires_at?: string | null; last_used_at?: string | null; revoked_at?: string | null }
        Relationships: [{'columns':['bot_id'],'isOneToOne':false,'foreignKeyName':'api_tokens_bot_id_fkey','referencedColumns':['id'],'referencedRelation':'bots'},{'columns':['made_by'],'isOneToOne':false,'foreignKeyName':'api_tokens_made_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'api_tokens_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      audit_events: {
        Row: { id: number; workspace_id: string; at: string; actor_id: string | null; login: string; action: string; object_type: string; object_id: string; user_id: string | null; before: Json | null; after: Json | null; address: string | null; user_agent: string | null }
        Insert: { id: number; workspace_id: string; at?: string; actor_id?: string | null; login?: string; action: string; object_type: string; object_id: string; user_id?: string | null; before?: Json | null; after?: Json | null; address?: string | null; user_agent?: string | null }
        Update: { id?: number; workspace_id?: string; at?: string; actor_id?: string | null; login?: string; action?: string; object_type?: string; object_id?: string; user_id?: string | null; before?: Json | null; after?: Json | null; address?: string | null; user_agent?: string | null }
        Relationships: []
      }
      bots: {
        Row: { id: string; workspace_id: string; made_by: string | null; created_at: string; removed_at: string | null }
        Insert: { id: string; workspace_id: string; made_by?: string | null; created_at?: string; removed_at?: string | null }
        Update: { id?: string; workspace_id?: string; made_by?: string | null; created_at?: string; removed_at?: string | null }
        Relationships: [{'columns':['id'],'isOneToOne':true,'foreignKeyName':'bots_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['made_by'],'isOneToOne':false,'foreignKeyName':'bots_made_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'bots_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      chat_rules: {
        Row: { id: string; workspace_id: string; room_id: string | null; keep_days: number | null; link_previews: boolean | null }
        Insert: { id?: string; workspace_id: string; room_id?: string | null; keep_days?: number | null; link_previews?: boolean | null }
        Update: { id?: string; workspace_id?: string; room_id?: string | null; keep_days?: number | null; link_previews?: boolean | null }
        Relationships: [{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'chat_rules_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'chat_rules_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      comment_reactions: {
        Row: { comment_id: string; user_id: string; emoji: string; thread_id: string; document_id: string; space_id: string; trashed: boolean; created_at: string }
        Insert: { comment_id: string; user_id: string; emoji: string; thread_id: string; document_id: string; space_id: string; trashed: boolean; created_at?: string }
        Update: { comment_id?: string; user_id?: string; emoji?: string; thread_id?: string; document_id?: string; space_id?: string; trashed?: boolean; created_at?: string }
        Relationships: [{'columns':['comment_id','thread_id','document_id','space_id','trashed'],'isOneToOne':false,'foreignKeyName':'comment_reactions_comment_id_thread_id_document_id_space_i_fkey','referencedColumns':['id','thread_id','document_id','space_id','trashed'],'referencedRelation':'comments'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'comment_reactions_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      comment_threads: {
        Row: { id: string; document_id: string; space_id: string; trashed: boolean; kind: string; anchor: Json; quote: string; created_by: string | null; created_at: string; updated_at: string; resolved_at: string | null; resolved_by: string | null }
        Insert: { id?: string; document_id: string; space_id: string; trashed: boolean; kind: string; anchor: Json; quote: string; created_by?: string | null; created_at?: string; updated_at?: string; resolved_at?: string | null; resolved_by?: string | null }
        Update: { id?: string; document_id?: string; space_id?: string; trashed?: boolean; kind?: string; anchor?: Json; quote?: string; created_by?: string | null; created_at?: string; updated_at?: string; resolved_at?: string | null; resolved_by?: string | null }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'comment_threads_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['document_id'],'isOneToOne':false,'foreignKeyName':'comment_threads_document_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'},{'columns':['resolved_by'],'isOneToOne':false,'foreignKeyName':'comment_threads_resolved_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      comments: {
        Row: { id: string; thread_id: string; document_id: string; space_id: string; trashed: boolean; author_id: string | null; body: Json | null; text: string | null; mentions: string[]; created_at: string; edited_at: string | null; deleted_at: string | null }
        Insert: { id?: string; thread_id: string; document_id: string; space_id: string; trashed: boolean; author_id?: string | null; body?: Json | null; text?: string | null; mentions?: string[]; created_at?: string; edited_at?: string | null; deleted_at?: string | null }
        Update: { id?: string; thread_id?: string; document_id?: string; space_id?: string; trashed?: boolean; author_id?: string | null; body?: Json | null; text?: string | null; mentions?: string[]; created_at?: string; edited_at?: string | null; deleted_at?: string | null }
        Relationships: [{'columns':['author_id'],'isOneToOne':false,'foreignKeyName':'comments_author_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['thread_id','document_id','space_id','trashed'],'isOneToOne':false,'foreignKeyName':'comments_thread_id_document_id_space_id_trashed_fkey','referencedColumns':['id','document_id','space_id','trashed'],'referencedRelation':'comment_threads'}]
      }
      copied_files: {
        Row: { document_id: string; source_id: string; name: string }
        Insert: { document_id: string; source_id: string; name: string }
        Update: { document_id?: string; source_id?: string; name?: string }
        Relationships: [{'columns':['document_id'],'isOneToOne':false,'foreignKeyName':'copied_files_document_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'}]
      }
      document_contents: {
        Row: { document_id: string; space_id: string; trashed: boolean; json: Json; text: string; markdown: string; updated_at: string }
        Insert: { document_id: string; space_id: string; trashed: boolean; json: Json; text: string; markdown?: string; updated_at?: string }
        Update: { document_id?: string; space_id?: string; trashed?: boolean; json?: Json; text?: string; markdown?: string; updated_at?: string }
        Relationships: [{'columns':['document_id'],'isOneToOne':true,'foreignKeyName':'document_contents_document_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'}]
      }
      document_links: {
        Row: { from_id: string; to_id: string; kind: string }
        Insert: { from_id: string; to_id: string; kind: string }
        Update: { from_id?: string; to_id?: string; kind?: string }
        Relationships: [{'columns':['from_id'],'isOneToOne':false,'foreignKeyName':'document_links_from_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'},{'columns':['to_id'],'isOneToOne':false,'foreignKeyName':'document_links_to_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'}]
      }
      document_versions: {
        Row: { id: string; document_id: string; space_id: string; trashed: boolean; name: string | null; named_by: string | null; from_at: string | null; at: string; authors: string[]; edits: number; words: number | null; words_added: number | null; words_removed: number | null }
        Insert: { id?: string; document_id: string; space_id: string; trashed: boolean; name?: string | null; named_by?: string | null; from_at?: string | null; at: string; authors?: string[]; edits?: number; words?: number | null; words_added?: number | null; words_removed?: number | null }
        Update: { id?: string; document_id?: string; space_id?: string; trashed?: boolean; name?: string | null; named_by?: string | null; from_at?: string | null; at?: string; authors?: string[]; edits?: number; words?: number | null; words_added?: number | null; words_removed?: number | null }
        Relationships: [{'columns':['document_id'],'isOneToOne':false,'foreignKeyName':'document_versions_document_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'},{'columns':['named_by'],'isOneToOne':false,'foreignKeyName':'document_versions_named_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      documents: {
        Row: { id: string; workspace_id: string; space_id: string; parent_id: string | null; title: string; icon: string | null; position: string; created_by: string | null; created_at: string; updated_at: string; trashed_at: string | null; locked_at: string | null; locked_by: string | null; is_template: boolean; suggestion_for: string | null }
        Insert: { id?: string; workspace_id: string; space_id: string; parent_id?: string | null; title?: string; icon?: string | null; position: string; created_by?: string | null; created_at?: string; updated_at?: string; trashed_at?: string | null; locked_at?: string | null; locked_by?: string | null; is_template?: boolean; suggestion_for?: string | null }
        Update: { id?: string; workspace_id?: string; space_id?: string; parent_id?: string | null; title?: string; icon?: string | null; position?: string; created_by?: string | null; created_at?: string; updated_at?: string; trashed_at?: string | null; locked_at?: string | null; locked_by?: string | null; is_template?: boolean; suggestion_for?: string | null }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'documents_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['locked_by'],'isOneToOne':false,'foreignKeyName':'documents_locked_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['space_id','parent_id'],'isOneToOne':false,'foreignKeyName':'documents_space_id_parent_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'documents'},{'columns':['space_id','suggestion_for'],'isOneToOne':false,'foreignKeyName':'documents_space_id_suggestion_for_fkey','referencedColumns':['space_id','id'],'referencedRelation':'documents'},{'columns':['workspace_id','space_id'],'isOneToOne':false,'foreignKeyName':'documents_workspace_id_space_id_fkey','referencedColumns':['workspace_id','id'],'referencedRelation':'spaces'}]
      }
      drafts: {
        Row: { user_id: string; room_id: string; thread_id: string | null; text: string; content: Json | null; updated_at: string }
        Insert: { user_id: string; room_id: string; thread_id?: string | null; text: string; content?: Json | null; updated_at: string }
        Update: { user_id?: string; room_id?: string; thread_id?: string | null; text?: string; content?: Json | null; updated_at?: string }
        Relationships: [{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'drafts_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['thread_id'],'isOneToOne':false,'foreignKeyName':'drafts_thread_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'drafts_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      favourites: {
        Row: { user_id: string; document_id: string; created_at: string }
        Insert: { user_id: string; document_id: string; created_at?: string }
        Update: { user_id?: string; document_id?: string; created_at?: string }
        Relationships: [{'columns':['document_id'],'isOneToOne':false,'foreignKeyName':'favourites_document_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'favourites_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      file_uploads: {
        Row: { id: string; space_id: string; parent_id: string | null; file_id: string | null; uploaded_by: string | null; path: string; name: string; size: number; sha256: string | null; note: string; conflict: string; state: string; problem: string | null; created_at: string; link_id: string | null }
        Insert: { id?: string; space_id: string; parent_id?: string | null; file_id?: string | null; uploaded_by?: string | null; path?: string; name: string; size: number; sha256?: string | null; note?: string; conflict: string; state?: string; problem?: string | null; created_at?: string; link_id?: string | null }
        Update: { id?: string; space_id?: string; parent_id?: string | null; file_id?: string | null; uploaded_by?: string | null; path?: string; name?: string; size?: number; sha256?: string | null; note?: string; conflict?: string; state?: string; problem?: string | null; created_at?: string; link_id?: string | null }
        Relationships: [{'columns':['file_id'],'isOneToOne':false,'foreignKeyName':'file_uploads_file_id_fkey','referencedColumns':['id'],'referencedRelation':'files'},{'columns':['link_id'],'isOneToOne':false,'foreignKeyName':'file_uploads_link_id_fkey','referencedColumns':['id'],'referencedRelation':'links'},{'columns':['parent_id'],'isOneToOne':false,'foreignKeyName':'file_uploads_parent_id_fkey','referencedColumns':['id'],'referencedRelation':'files'},{'columns':['space_id'],'isOneToOne':false,'foreignKeyName':'file_uploads_space_id_fkey','referencedColumns':['id'],'referencedRelation':'spaces'},{'columns':['uploaded_by'],'isOneToOne':false,'foreignKeyName':'file_uploads_uploaded_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      file_versions: {
        Row: { id: string; file_id: string; space_id: string; trashed: boolean; number: number; path: string; size: number; sha256: string; mime: string; note: string; label: string | null; restored_from: number | null; author_id: string | null; created_at: string; placeholder: string | null }
        Insert: { id?: string; file_id: string; space_id: string; trashed?: boolean; number: number; path: string; size: number; sha256: string; mime: string; note?: string; label?: string | null; restored_from?: number | null; author_id?: string | null; created_at?: string; placeholder?: string | null }
        Update: { id?: string; file_id?: string; space_id?: string; trashed?: boolean; number?: number; path?: string; size?: number; sha256?: string; mime?: string; note?: string; label?: string | null; restored_from?: number | null; author_id?: string | null; created_at?: string; placeholder?: string | null }
        Relationships: [{'columns':['author_id'],'isOneToOne':false,'foreignKeyName':'file_versions_author_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['space_id','file_id'],'isOneToOne':false,'foreignKeyName':'file_versions_space_id_file_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'files'}]
      }
      files: {
        Row: { id: string; workspace_id: string; space_id: string; parent_id: string | null; is_folder: boolean; name: string; name_key: string; version: number | null; path: string | null; size: number | null; mime: string | null; created_by: string | null; created_at: string; updated_by: string | null; updated_at: string; trashed_at: string | null; placeholder: string | null; above: string[] }
        Insert: { id?: string; workspace_id: string; space_id: string; parent_id?: string | null; is_folder: boolean; name: string; name_key?: string; version?: number | null; path?: string | null; size?: number | null; mime?: string | null; created_by?: string | null; created_at?: string; updated_by?: string | null; updated_at?: string; trashed_at?: string | null; placeholder?: string | null; above: string[] }
        Update: { id?: string; workspace_id?: string; space_id?: string; parent_id?: string | null; is_folder?: boolean; name?: string; name_key?: string; version?: number | null; path?: string | null; size?: number | null; mime?: string | null; created_by?: string | null; created_at?: string; updated_by?: string | null; updated_at?: string; trashed_at?: string | null; placeholder?: string | null; above?: string[] }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'files_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['space_id','parent_id'],'isOneToOne':false,'foreignKeyName':'files_space_id_parent_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'files'},{'columns':['updated_by'],'isOneToOne':false,'foreignKeyName':'files_updated_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id','space_id'],'isOneToOne':false,'foreignKeyName':'files_workspace_id_space_id_fkey','referencedColumns':['workspace_id','id'],'referencedRelation':'spaces'}]
      }
      forwarded_files: {
        Row: { message_id: string; file_id: string; room_id: string }
        Insert: { message_id: string; file_id: string; room_id: string }
        Update: { message_id?: string; file_id?: string; room_id?: string }
        Relationships: [{'columns':['file_id'],'isOneToOne':false,'foreignKeyName':'forwarded_files_file_id_fkey','referencedColumns':['id'],'referencedRelation':'message_files'},{'columns':['message_id'],'isOneToOne':false,'foreignKeyName':'forwarded_files_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'forwarded_files_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'}]
      }
      grants: {
        Row: { id: string; workspace_id: string; space_id: string; object_type: string; object_id: string; user_id: string | null; group_id: string | null; role: Role; expires_at: string | null; created_by: string | null; created_at: string }
        Insert: { id?: string; workspace_id: string; space_id: string; object_type: string; object_id: string; user_id?: string | null; group_id?: string | null; role: Role; expires_at?: string | null; created_by?: string | null; created_at?: string }
        Update: { id?: string; workspace_id?: string; space_id?: string; object_type?: string; object_id?: string; user_id?: string | null; group_id?: string | null; role?: Role; expires_at?: string | null; created_by?: string | null; created_at?: string }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'grants_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['group_id'],'isOneToOne':false,'foreignKeyName':'grants_group_id_fkey','referencedColumns':['id'],'referencedRelation':'groups'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'grants_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'grants_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'},{'columns':['workspace_id','space_id'],'isOneToOne':false,'foreignKeyName':'grants_workspace_id_space_id_fkey','referencedColumns':['workspace_id','id'],'referencedRelation':'spaces'}]
      }
      group_members: {
        Row: { group_id: string; user_id: string }
        Insert: { group_id: string; user_id: string }
        Update: { group_id?: string; user_id?: string }
        Relationships: [{'columns':['group_id'],'isOneToOne':false,'foreignKeyName':'group_members_group_id_fkey','referencedColumns':['id'],'referencedRelation':'groups'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'group_members_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      groups: {
        Row: { id: string; workspace_id: string; name: string }
        Insert: { id?: string; workspace_id: string; name: string }
        Update: { id?: string; workspace_id?: string; name?: string }
        Relationships: [{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'groups_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      invitation_links: {
        Row: { id: string; workspace_id: string; role: Role; max_uses: number | null; uses: number; invited_by: string | null; created_at: string; expires_at: string; revoked_at: string | null }
        Insert: { id?: string; workspace_id: string; role: Role; max_uses?: number | null; uses?: number; invited_by?: string | null; created_at?: string; expires_at: string; revoked_at?: string | null }
        Update: { id?: string; workspace_id?: string; role?: Role; max_uses?: number | null; uses?: number; invited_by?: string | null; created_at?: string; expires_at?: string; revoked_at?: string | null }
        Relationships: [{'columns':['invited_by'],'isOneToOne':false,'foreignKeyName':'invitation_links_invited_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'invitation_links_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      invitations: {
        Row: { id: string; workspace_id: string; email: string; role: Role; invited_by: string | null; created_at: string; expires_at: string; accepted_at: string | null; revoked_at: string | null }
        Insert: { id?: string; workspace_id: string; email: string; role: Role; invited_by?: string | null; created_at?: string; expires_at?: string; accepted_at?: string | null; revoked_at?: string | null }
        Update: { id?: string; workspace_id?: string; email?: string; role?: Role; invited_by?: string | null; created_at?: string; expires_at?: string; accepted_at?: string | null; revoked_at?: string | null }
        Relationships: [{'columns':['invited_by'],'isOneToOne':false,'foreignKeyName':'invitations_invited_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'invitations_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      links: {
        Row: { id: string; workspace_id: string; space_id: string; object_type: string; object_id: string; role: Role; has_password: boolean; expires_at: string | null; created_by: string | null; created_at: string; downloads: boolean; uploads: boolean; visits: number; visited_at: string | null }
        Insert: { id?: string; workspace_id: string; space_id: string; object_type: string; object_id: string; role: Role; has_password?: boolean; expires_at?: string | null; created_by?: string | null; created_at?: string; downloads?: boolean; uploads?: boolean; visits?: number; visited_at?: string | null }
        Update: { id?: string; workspace_id?: string; space_id?: string; object_type?: string; object_id?: string; role?: Role; has_password?: boolean; expires_at?: string | null; created_by?: string | null; created_at?: string; downloads?: boolean; uploads?: boolean; visits?: number; visited_at?: string | null }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'links_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'links_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'},{'columns':['workspace_id','space_id'],'isOneToOne':false,'foreignKeyName':'links_workspace_id_space_id_fkey','referencedColumns':['workspace_id','id'],'referencedRelation':'spaces'}]
      }
      members: {
        Row: { workspace_id: string; user_id: string; role: Role; suspended_at: string | null; expires_at: string | null; needs_mfa: boolean; joined_at: string }
        Insert: { workspace_id: string; user_id: string; role: Role; suspended_at?: string | null; expires_at?: string | null; needs_mfa?: boolean; joined_at?: string }
        Update: { workspace_id?: string; user_id?: string; role?: Role; suspended_at?: string | null; expires_at?: string | null; needs_mfa?: boolean; joined_at?: string }
        Relationships: [{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'members_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'members_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      message_edits: {
        Row: { message_id: string; version: number; room_id: string; author_id: string | null; edited_at: string; text: string; content: Json | null }
        Insert: { message_id: string; version: number; room_id: string; author_id?: string | null; edited_at?: string; text: string; content?: Json | null }
        Update: { message_id?: string; version?: number; room_id?: string; author_id?: string | null; edited_at?: string; text?: string; content?: Json | null }
        Relationships: [{'columns':['author_id'],'isOneToOne':false,'foreignKeyName':'message_edits_author_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['message_id'],'isOneToOne':false,'foreignKeyName':'message_edits_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'}]
      }
      message_files: {
        Row: { id: string; room_id: string; message_id: string | null; scheduled_id: string | null; uploaded_by: string | null; path: string; name: string; kind: string; width: number | null; height: number | null; duration_ms: number | null; alt: string | null; size: number | null; mime: string | null; created_at: string; stored_at: string | null }
        Insert: { id?: string; room_id: string; message_id?: string | null; scheduled_id?: string | null; uploaded_by?: string | null; path?: string; name: string; kind: string; width?: number | null; height?: number | null; duration_ms?: number | null; alt?: string | null; size?: number | null; mime?: string | null; created_at?: string; stored_at?: string | null }
        Update: { id?: string; room_id?: string; message_id?: string | null; scheduled_id?: string | null; uploaded_by?: string | null; path?: string; name?: string; kind?: string; width?: number | null; height?: number | null; duration_ms?: number | null; alt?: string | null; size?: number | null; mime?: string | null; created_at?: string; stored_at?: string | null }
        Relationships: [{'columns':['message_id'],'isOneToOne':false,'foreignKeyName':'message_files_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'message_files_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['scheduled_id'],'isOneToOne':false,'foreignKeyName':'message_files_scheduled_id_fkey','referencedColumns':['id'],'referencedRelation':'scheduled_messages'},{'columns':['uploaded_by'],'isOneToOne':false,'foreignKeyName':'message_files_uploaded_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      message_pins: {
        Row: { message_id: string; room_id: string; pinned_by: string | null; pinned_at: string }
        Insert: { message_id: string; room_id: string; pinned_by?: string | null; pinned_at?: string }
        Update: { message_id?: string; room_id?: string; pinned_by?: string | null; pinned_at?: string }
        Relationships: [{'columns':['message_id'],'isOneToOne':true,'foreignKeyName':'message_pins_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['pinned_by'],'isOneToOne':false,'foreignKeyName':'message_pins_pinned_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      message_reactions: {
        Row: { message_id: string; user_id: string; emoji: string; room_id: string; created_at: string }
        Insert: { message_id: string; user_id: string; emoji: string; room_id: string; created_at?: string }
        Update: { message_id?: string; user_id?: string; emoji?: string; room_id?: string; created_at?: string }
        Relationships: [{'columns':['message_id'],'isOneToOne':false,'foreignKeyName':'message_reactions_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'message_reactions_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      message_urls: {
        Row: { message_id: string; preview_id: string; room_id: string; place: number; removed: boolean }
        Insert: { message_id: string; preview_id: string; room_id: string; place: number; removed?: boolean }
        Update: { message_id?: string; preview_id?: string; room_id?: string; place?: number; removed?: boolean }
        Relationships: [{'columns':['message_id'],'isOneToOne':false,'foreignKeyName':'message_urls_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'message_urls_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'}]
      }
      messages: {
        Row: { id: string; room_id: string; seq: number; place: number | null; author_id: string | null; bot_name: string | null; bot_icon: string | null; text: string | null; content: Json | null; mentions: Json; files: Json; previews: Json; thread_id: string | null; quote_id: string | null; forwarded_id: string | null; forwarded: Json | null; reply_count: number; last_reply_at: string | null; created_at: string; edited_at: string | null; deleted_at: string | null }
        Insert: { id?: string; room_id: string; seq: number; place?: number | null; author_id?: string | null; bot_name?: string | null; bot_icon?: string | null; text?: string | null; content?: Json | null; mentions?: Json; files?: Json; previews?: Json; thread_id?: string | null; quote_id?: string | null; forwarded_id?: string | null; forwarded?: Json | null; reply_count?: number; last_reply_at?: string | null; created_at?: string; edited_at?: string | null; deleted_at?: string | null }
        Update: { id?: string; room_id?: string; seq?: number; place?: number | null; author_id?: string | null; bot_name?: string | null; bot_icon?: string | null; text?: string | null; content?: Json | null; mentions?: Json; files?: Json; previews?: Json; thread_id?: string | null; quote_id?: string | null; forwarded_id?: string | null; forwarded?: Json | null; reply_count?: number; last_reply_at?: string | null; created_at?: string; edited_at?: string | null; deleted_at?: string | null }
        Relationships: [{'columns':['author_id'],'isOneToOne':false,'foreignKeyName':'messages_author_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'messages_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'}]
      }
      notification_kinds: {
        Row: { kind: string; place: number; inbox: boolean; push: boolean; mail: boolean }
        Insert: { kind: string; place: number; inbox: boolean; push: boolean; mail: boolean }
        Update: { kind?: string; place?: number; inbox?: boolean; push?: boolean; mail?: boolean }
        Relationships: []
      }
      notification_levels: {
        Row: { user_id: string; object_type: string; object_id: string; workspace_id: string; level: string }
        Insert: { user_id: string; object_type: string; object_id: string; workspace_id: string; level: string }
        Update: { user_id?: string; object_type?: string; object_id?: string; workspace_id?: string; level?: string }
        Relationships: [{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'notification_levels_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'notification_levels_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      notification_settings: {
        Row: { user_id: string; channels: Json; watch_own: boolean; time_zone: string; quiet_from: string | null; quiet_until: string | null; quiet_days: number[]; paused_until: string | null; mail: string; mail_hour: number; mail_days: number[]; updated_at: string }
        Insert: { user_id: string; channels?: Json; watch_own?: boolean; time_zone?: string; quiet_from?: string | null; quiet_until?: string | null; quiet_days?: number[]; paused_until?: string | null; mail?: string; mail_hour?: number; mail_days?: number[]; updated_at?: string }
        Update: { user_id?: string; channels?: Json; watch_own?: boolean; time_zone?: string; quiet_from?: string | null; quiet_until?: string | null; quiet_days?: number[]; paused_until?: string | null; mail?: string; mail_hour?: number; mail_days?: number[]; updated_at?: string }
        Relationships: [{'columns':['user_id'],'isOneToOne':true,'foreignKeyName':'notification_settings_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      notifications: {
        Row: { id: string; seq: number; user_id: string; workspace_id: string; object_type: string; object_id: string; kind: string; actors: string[]; source_id: string | null; thread_id: string | null; place: number | null; created_at: string; touched_at: string; read_at: string | null; done_at: string | null; snoozed_until: string | null }
        Insert: { id?: string; seq: number; user_id: string; workspace_id: string; object_type: string; object_id: string; kind: string; actors?: string[]; source_id?: string | null; thread_id?: string | null; place?: number | null; created_at?: string; touched_at?: string; read_at?: string | null; done_at?: string | null; snoozed_until?: string | null }
        Update: { id?: string; seq?: number; user_id?: string; workspace_id?: string; object_type?: string; object_id?: string; kind?: string; actors?: string[]; source_id?: string | null; thread_id?: string | null; place?: number | null; created_at?: string; touched_at?: string; read_at?: string | null; done_at?: string | null; snoozed_until?: string | null }
        Relationships: [{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'notifications_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'notifications_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      profiles: {
        Row: { id: string; name: string; created_at: string; updated_at: string }
        Insert: { id: string; name: string; created_at?: string; updated_at?: string }
        Update: { id?: string; name?: string; created_at?: string; updated_at?: string }
        Relationships: []
      }
      push_key: {
        Row: { only_one: boolean; public_key: string }
        Insert: { only_one?: boolean; public_key: string }
        Update: { only_one?: boolean; public_key?: string }
        Relationships: []
      }
      push_subscriptions: {
        Row: { id: string; user_id: string; endpoint: string; p256dh: string; auth: string; device: string; created_at: string }
        Insert: { id?: string; user_id: string; endpoint: string; p256dh: string; auth: string; device?: string; created_at?: string }
        Update: { id?: string; user_id?: string; endpoint?: string; p256dh?: string; auth?: string; device?: string; created_at?: string }
        Relationships: [{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'push_subscriptions_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      read_marks: {
        Row: { room_id: string; user_id: string; seq: number; place: number; updated_at: string; muted: boolean; hidden_place: number | null }
        Insert: { room_id: string; user_id: string; seq: number; place?: number; updated_at?: string; muted?: boolean; hidden_place?: number | null }
        Update: { room_id?: string; user_id?: string; seq?: number; place?: number; updated_at?: string; muted?: boolean; hidden_place?: number | null }
        Relationships: [{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'read_marks_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'read_marks_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      reminders: {
        Row: { id: string; user_id: string; room_id: string; text: string; remind_at: string; reminded_at: string | null; created_at: string }
        Insert: { id?: string; user_id: string; room_id: string; text: string; remind_at: string; reminded_at?: string | null; created_at?: string }
        Update: { id?: string; user_id?: string; room_id?: string; text?: string; remind_at?: string; reminded_at?: string | null; created_at?: string }
        Relationships: [{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'reminders_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'reminders_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      room_members: {
        Row: { room_id: string; user_id: string; role: string; joined_at: string }
        Insert: { room_id: string; user_id: string; role?: string; joined_at?: string }
        Update: { room_id?: string; user_id?: string; role?: string; joined_at?: string }
        Relationships: [{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'room_members_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'room_members_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      rooms: {
        Row: { id: string; workspace_id: string; space_id: string | null; kind: string; people: string[] | null; name: string; topic: string; description: string; private: boolean; posting: string; epoch: number; member_count: number; last_seq: number; last_place: number; last_at: string | null; created_by: string | null; created_at: string; archived_at: string | null }
        Insert: { id?: string; workspace_id: string; space_id?: string | null; kind?: string; people?: string[] | null; name: string; topic?: string; description?: string; private?: boolean; posting?: string; epoch?: number; member_count?: number; last_seq?: number; last_place?: number; last_at?: string | null; created_by?: string | null; created_at?: string; archived_at?: string | null }
        Update: { id?: string; workspace_id?: string; space_id?: string | null; kind?: string; people?: string[] | null; name?: string; topic?: string; description?: string; private?: boolean; posting?: string; epoch?: number; member_count?: number; last_seq?: number; last_place?: number; last_at?: string | null; created_by?: string | null; created_at?: string; archived_at?: string | null }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'rooms_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'rooms_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'},{'columns':['workspace_id','space_id'],'isOneToOne':false,'foreignKeyName':'rooms_workspace_id_space_id_fkey','referencedColumns':['workspace_id','id'],'referencedRelation':'spaces'}]
      }
      saved_messages: {
        Row: { user_id: string; message_id: string; room_id: string; saved_at: string; remind_at: string | null; reminded_at: string | null; done_at: string | null }
        Insert: { user_id: string; message_id: string; room_id: string; saved_at?: string; remind_at?: string | null; reminded_at?: string | null; done_at?: string | null }
        Update: { user_id?: string; message_id?: string; room_id?: string; saved_at?: string; remind_at?: string | null; reminded_at?: string | null; done_at?: string | null }
        Relationships: [{'columns':['message_id'],'isOneToOne':false,'foreignKeyName':'saved_messages_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'saved_messages_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      scheduled_messages: {
        Row: { id: string; user_id: string; room_id: string; thread_id: string | null; text: string; content: Json | null; files: string[]; send_at: string; problem: string | null; problem_code: string | null; created_at: string }
        Insert: { id?: string; user_id: string; room_id: string; thread_id?: string | null; text: string; content?: Json | null; files?: string[]; send_at: string; problem?: string | null; problem_code?: string | null; created_at?: string }
        Update: { id?: string; user_id?: string; room_id?: string; thread_id?: string | null; text?: string; content?: Json | null; files?: string[]; send_at?: string; problem?: string | null; problem_code?: string | null; created_at?: string }
        Relationships: [{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'scheduled_messages_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['thread_id'],'isOneToOne':false,'foreignKeyName':'scheduled_messages_thread_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'scheduled_messages_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      space_members: {
        Row: { space_id: string; user_id: string | null; group_id: string | null; role: Role }
        Insert: { space_id: string; user_id?: string | null; group_id?: string | null; role: Role }
        Update: { space_id?: string; user_id?: string | null; group_id?: string | null; role?: Role }
        Relationships: [{'columns':['group_id'],'isOneToOne':false,'foreignKeyName':'space_members_group_id_fkey','referencedColumns':['id'],'referencedRelation':'groups'},{'columns':['space_id'],'isOneToOne':false,'foreignKeyName':'space_members_space_id_fkey','referencedColumns':['id'],'referencedRelation':'spaces'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'space_members_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      spaces: {
        Row: { id: string; workspace_id: string; name: string; private: boolean; position: string; epoch: number; created_by: string | null; created_at: string; archived_at: string | null }
        Insert: { id?: string; workspace_id: string; name: string; private?: boolean; position: string; epoch?: number; created_by?: string | null; created_at?: string; archived_at?: string | null }
        Update: { id?: string; workspace_id?: string; name?: string; private?: boolean; position?: string; epoch?: number; created_by?: string | null; created_at?: string; archived_at?: string | null }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'spaces_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'spaces_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      statuses: {
        Row: { user_id: string; emoji: string; text: string; do_not_disturb: boolean; ends_at: string | null; updated_at: string }
        Insert: { user_id: string; emoji?: string; text?: string; do_not_disturb?: boolean; ends_at?: string | null; updated_at?: string }
        Update: { user_id?: string; emoji?: string; text?: string; do_not_disturb?: boolean; ends_at?: string | null; updated_at?: string }
        Relationships: [{'columns':['user_id'],'isOneToOne':true,'foreignKeyName':'statuses_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      suggestions: {
        Row: { id: string; document_id: string; space_id: string; trashed: boolean; author_id: string | null; state: string; created_at: string; updated_at: string }
        Insert: { id: string; document_id: string; space_id: string; trashed: boolean; author_id?: string | null; state?: string; created_at?: string; updated_at?: string }
        Update: { id?: string; document_id?: string; space_id?: string; trashed?: boolean; author_id?: string | null; state?: string; created_at?: string; updated_at?: string }
        Relationships: [{'columns':['author_id'],'isOneToOne':false,'foreignKeyName':'suggestions_author_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['document_id'],'isOneToOne':false,'foreignKeyName':'suggestions_document_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'},{'columns':['id'],'isOneToOne':true,'foreignKeyName':'suggestions_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'}]
      }
      sync_receipts: {
        Row: { user_id: string; key: string; device: string; entity: string; row_id: string; outcome: string; code: string | null; message: string | null; theirs: Json | null; created_at: string }
        Insert: { user_id: string; key: string; device: string; entity: string; row_id: string; outcome: string; code?: string | null; message?: string | null; theirs?: Json | null; created_at?: string }
        Update: { user_id?: string; key?: string; device?: string; entity?: string; row_id?: string; outcome?: string; code?: string | null; message?: string | null; theirs?: Json | null; created_at?: string }
        Relationships: [{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'sync_receipts_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      task_activity: {
        Row: { id: number; task_id: string; space_id: string; trashed: boolean; actor_id: string | null; at: string; field: string; before: Json | null; after: Json | null }
        Insert: { id: number; task_id: string; space_id: string; trashed?: boolean; actor_id?: string | null; at?: string; field: string; before?: Json | null; after?: Json | null }
        Update: { id?: number; task_id?: string; space_id?: string; trashed?: boolean; actor_id?: string | null; at?: string; field?: string; before?: Json | null; after?: Json | null }
        Relationships: [{'columns':['actor_id'],'isOneToOne':false,'foreignKeyName':'task_activity_actor_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['space_id','task_id'],'isOneToOne':false,'foreignKeyName':'task_activity_space_id_task_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'tasks'}]
      }
      task_assignees: {
        Row: { task_id: string; user_id: string; space_id: string; workspace_id: string; assigned_at: string }
        Insert: { task_id: string; user_id: string; space_id: string; workspace_id: string; assigned_at?: string }
        Update: { task_id?: string; user_id?: string; space_id?: string; workspace_id?: string; assigned_at?: string }
        Relationships: [{'columns':['space_id','task_id'],'isOneToOne':false,'foreignKeyName':'task_assignees_space_id_task_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'tasks'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'task_assignees_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'task_assignees_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      task_boards: {
        Row: { space_id: string; workspace_id: string; key: string; last_number: number }
        Insert: { space_id: string; workspace_id: string; key: string; last_number?: number }
        Update: { space_id?: string; workspace_id?: string; key?: string; last_number?: number }
        Relationships: [{'columns':['workspace_id','space_id'],'isOneToOne':false,'foreignKeyName':'task_boards_workspace_id_space_id_fkey','referencedColumns':['workspace_id','id'],'referencedRelation':'spaces'}]
      }
      task_comments: {
        Row: { id: string; task_id: string; space_id: string; trashed: boolean; author_id: string | null; text: string | null; content: Json | null; mentions: string[]; created_at: string; edited_at: string | null; deleted_at: string | null }
        Insert: { id?: string; task_id: string; space_id: string; trashed?: boolean; author_id?: string | null; text?: string | null; content?: Json | null; mentions?: string[]; created_at?: string; edited_at?: string | null; deleted_at?: string | null }
        Update: { id?: string; task_id?: string; space_id?: string; trashed?: boolean; author_id?: string | null; text?: string | null; content?: Json | null; mentions?: string[]; created_at?: string; edited_at?: string | null; deleted_at?: string | null }
        Relationships: [{'columns':['author_id'],'isOneToOne':false,'foreignKeyName':'task_comments_author_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['space_id','task_id'],'isOneToOne':false,'foreignKeyName':'task_comments_space_id_task_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'tasks'}]
      }
      task_dependencies: {
        Row: { task_id: string; blocked_by: string; space_id: string }
        Insert: { task_id: string; blocked_by: string; space_id: string }
        Update: { task_id?: string; blocked_by?: string; space_id?: string }
        Relationships: [{'columns':['space_id','blocked_by'],'isOneToOne':false,'foreignKeyName':'task_dependencies_space_id_blocked_by_fkey','referencedColumns':['space_id','id'],'referencedRelation':'tasks'},{'columns':['space_id','task_id'],'isOneToOne':false,'foreignKeyName':'task_dependencies_space_id_task_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'tasks'}]
      }
      task_labels: {
        Row: { id: string; space_id: string; name: string; hue: number }
        Insert: { id?: string; space_id: string; name: string; hue?: number }
        Update: { id?: string; space_id?: string; name?: string; hue?: number }
        Relationships: [{'columns':['space_id'],'isOneToOne':false,'foreignKeyName':'task_labels_space_id_fkey','referencedColumns':['space_id'],'referencedRelation':'task_boards'}]
      }
      task_statuses: {
        Row: { id: string; space_id: string; name: string; stage: string; position: string }
        Insert: { id?: string; space_id: string; name: string; stage: string; position: string }
        Update: { id?: string; space_id?: string; name?: string; stage?: string; position?: string }
        Relationships: [{'columns':['space_id'],'isOneToOne':false,'foreignKeyName':'task_statuses_space_id_fkey','referencedColumns':['space_id'],'referencedRelation':'task_boards'}]
      }
      tasks: {
        Row: { id: string; workspace_id: string; space_id: string; number: number; title: string; description: string; status_id: string; priority: number; start_on: string | null; due_on: string | null; due_at: string | null; estimate: number | null; assignees: string[]; labels: string[]; checklist: Json; parent_id: string | null; position: string; created_by: string | null; created_at: string; updated_at: string; closed_at: string | null; archived_at: string | null; trashed_at: string | null; message_id: string | null }
        Insert: { id?: string; workspace_id: string; space_id: string; number: number; title: string; description?: string; status_id: string; priority?: number; start_on?: string | null; due_on?: string | null; due_at?: string | null; estimate?: number | null; assignees?: string[]; labels?: string[]; checklist?: Json; parent_id?: string | null; position: string; created_by?: string | null; created_at?: string; updated_at?: string; closed_at?: string | null; archived_at?: string | null; trashed_at?: string | null; message_id?: string | null }
        Update: { id?: string; workspace_id?: string; space_id?: string; number?: number; title?: string; description?: string; status_id?: string; priority?: number; start_on?: string | null; due_on?: string | null; due_at?: string | null; estimate?: number | null; assignees?: string[]; labels?: string[]; checklist?: Json; parent_id?: string | null; position?: string; created_by?: string | null; created_at?: string; updated_at?: string; closed_at?: string | null; archived_at?: string | null; trashed_at?: string | null; message_id?: string | null }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'tasks_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['message_id'],'isOneToOne':false,'foreignKeyName':'tasks_message_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['space_id','parent_id'],'isOneToOne':false,'foreignKeyName':'tasks_space_id_parent_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'tasks'},{'columns':['space_id','status_id'],'isOneToOne':false,'foreignKeyName':'tasks_space_id_status_id_fkey','referencedColumns':['space_id','id'],'referencedRelation':'task_statuses'},{'columns':['workspace_id','space_id'],'isOneToOne':false,'foreignKeyName':'tasks_workspace_id_space_id_fkey','referencedColumns':['workspace_id','id'],'referencedRelation':'spaces'}]
      }
      thread_follows: {
        Row: { thread_id: string; user_id: string; room_id: string; read_seq: number; following: boolean }
        Insert: { thread_id: string; user_id: string; room_id: string; read_seq?: number; following?: boolean }
        Update: { thread_id?: string; user_id?: string; room_id?: string; read_seq?: number; following?: boolean }
        Relationships: [{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'thread_follows_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['thread_id'],'isOneToOne':false,'foreignKeyName':'thread_follows_thread_id_fkey','referencedColumns':['id'],'referencedRelation':'messages'},{'columns':['user_id'],'isOneToOne':false,'foreignKeyName':'thread_follows_user_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
      transfers: {
        Row: { id: string; owner_id: string; kind: string; format: string; space_id: string | null; document_id: string | null; room_id: string | null; with_children: boolean; with_files: boolean; file_name: string; state: string; progress: number; error: string | null; message: string | null; result: Json | null; created_at: string; updated_at: string }
        Insert: { id?: string; owner_id: string; kind: string; format: string; space_id?: string | null; document_id?: string | null; room_id?: string | null; with_children?: boolean; with_files?: boolean; file_name?: string; state?: string; progress?: number; error?: string | null; message?: string | null; result?: Json | null; created_at?: string; updated_at?: string }
        Update: { id?: string; owner_id?: string; kind?: string; format?: string; space_id?: string | null; document_id?: string | null; room_id?: string | null; with_children?: boolean; with_files?: boolean; file_name?: string; state?: string; progress?: number; error?: string | null; message?: string | null; result?: Json | null; created_at?: string; updated_at?: string }
        Relationships: [{'columns':['document_id'],'isOneToOne':false,'foreignKeyName':'transfers_document_id_fkey','referencedColumns':['id'],'referencedRelation':'documents'},{'columns':['owner_id'],'isOneToOne':false,'foreignKeyName':'transfers_owner_id_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'transfers_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['space_id'],'isOneToOne':false,'foreignKeyName':'transfers_space_id_fkey','referencedColumns':['id'],'referencedRelation':'spaces'}]
      }
      webhooks: {
        Row: { id: string; workspace_id: string; room_id: string; name: string; may_mention: boolean; made_by: string | null; created_at: string; last_used_at: string | null; revoked_at: string | null }
        Insert: { id?: string; workspace_id: string; room_id: string; name: string; may_mention?: boolean; made_by?: string | null; created_at?: string; last_used_at?: string | null; revoked_at?: string | null }
        Update: { id?: string; workspace_id?: string; room_id?: string; name?: string; may_mention?: boolean; made_by?: string | null; created_at?: string; last_used_at?: string | null; revoked_at?: string | null }
        Relationships: [{'columns':['made_by'],'isOneToOne':false,'foreignKeyName':'webhooks_made_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'},{'columns':['room_id'],'isOneToOne':false,'foreignKeyName':'webhooks_room_id_fkey','referencedColumns':['id'],'referencedRelation':'rooms'},{'columns':['workspace_id'],'isOneToOne':false,'foreignKeyName':'webhooks_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      workspace_policies: {
        Row: { workspace_id: string; joining: string; domains: string[]; joining_role: Role; needs_mfa: boolean; history_days: number | null; trash_days: number | null; storage_quota: number | null }
        Insert: { workspace_id: string; joining?: string; domains?: string[]; joining_role?: Role; needs_mfa?: boolean; history_days?: number | null; trash_days?: number | null; storage_quota?: number | null }
        Update: { workspace_id?: string; joining?: string; domains?: string[]; joining_role?: Role; needs_mfa?: boolean; history_days?: number | null; trash_days?: number | null; storage_quota?: number | null }
        Relationships: [{'columns':['workspace_id'],'isOneToOne':true,'foreignKeyName':'workspace_policies_workspace_id_fkey','referencedColumns':['id'],'referencedRelation':'workspaces'}]
      }
      workspaces: {
        Row: { id: string; name: string; epoch: number; created_by: string | null; created_at: string; updated_at: string }
        Insert: { id?: string; name: string; epoch?: number; created_by?: string | null; created_at?: string; updated_at?: string }
        Update: { id?: string; name?: string; epoch?: number; created_by?: string | null; created_at?: string; updated_at?: string }
        Relationships: [{'columns':['created_by'],'isOneToOne':false,'foreignKeyName':'workspaces_created_by_fkey','referencedColumns':['id'],'referencedRelation':'profiles'}]
      }
    }
    Views: Record<never, never>
    Functions: {
      accept_invitation: {
        Args: { token: string }
        Returns: string
      }
      accept_my_invitation: {
        Args: { invitation_id: string }
        Returns: string
      }
      accept_suggestion: {
        Args: { id: string; changes?: string[] | null }
        Returns: string
      }
      add_group_member: {
        Args: { group_id: string; user_id: string }
        Returns: undefined
      }
      add_message_file: {
        Args: { id: string | null; room_id: string; name: string; kind?: string | null; width?: number | null; height?: number | null; duration_ms?: number | null; alt?: string | null }
        Returns: Database['atrium']['Tables']['message_files']['Row']
      }
      add_room_member: {
        Args: { room_id: string; user_id: string }
        Returns: undefined
      }
      append_to_document: {
        Args: { id: string; markdown: string; command_id?: string | null }
        Returns: string
      }
      apply_mutations: {
        Args: { device: string; mutations: Json }
        Returns: Database['atrium']['Tables']['sync_receipts']['Row'][]
      }
      archive_room: {
        Args: { room_id: string; archived?: boolean }
        Returns: Database['atrium']['Tables']['rooms']['Row']
      }
      archive_space: {
        Args: { space_id: string; archived?: boolean }
        Returns: Database['atrium']['Tables']['spaces']['Row']
      }
      assign_task: {
        Args: { task_id: string; user_id: string; assigned?: boolean | null }
        Returns: undefined
      }
      begin_upload: {
        Args: { id: string | null; space_id: string | null; parent_id: string | null; name: string | null; size: number; sha256?: string | null; file_id?: string | null; note?: string | null; conflict?: string }
        Returns: Database['atrium']['Tables']['file_uploads']['Row']
      }
      cancel_reminder: {
        Args: { id: string }
        Returns: undefined
      }
      cancel_scheduled_message: {
        Args: { id: string }
        Returns: undefined
      }
      cancel_upload: {
        Args: { upload_id: string }
        Returns: undefined
      }
      catch_up: {
        Args: { workspace_id: string; lines?: number | null }
        Returns: { room_id: string; thread_id: string | null; unread: number; last_at: string | null; first_lines: Json }[]
      }
      change_tasks: {
        Args: { task_ids: string[]; changes: Json }
        Returns: Database['atrium']['Tables']['tasks']['Row'][]
      }
      clear_status: {
        Args: Record<never, never>
        Returns: undefined
      }
      command_state: {
        Args: { id: string }
        Returns: { state: string; code: string | null; message: string | null }[]
      }
      comment_on_task: {
        Args: { id: string | null; task_id: string; text: string | null; content?: Json | null }
        Returns: Database['atrium']['Tables']['task_comments']['Row']
      }
      comment_people: {
        Args: { document_id: string }
        Returns: { id: string; name: string; may_read: boolean }[]
      }
      comment_role: {
        Args: { document_id: string }
        Returns: Role
      }
      copy_file: {
        Args: { id: string; parent_id: string | null; space_id?: string | null }
        Returns: Database['atrium']['Tables']['files']['Row']
      }
      create_api_token: {
        Args: { bot_id: string; name: string; expires_at?: string | null }
        Returns: { id: string; token: string; expires_at: string | null }[]
      }
      create_bot: {
        Args: { workspace_id: string; name: string; role?: Role }
        Returns: Database['atrium']['Tables']['bots']['Row']
      }
      create_document: {
        Args: { id: string | null; space_id: string; parent_id?: string | null; title?: string; position?: string | null; markdown?: string | null; content?: Json | null }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      create_folder: {
        Args: { id: string | null; space_id: string; parent_id: string | null; name: string }
        Returns: Database['atrium']['Tables']['files']['Row']
      }
      create_from_template: {
        Args: { template_id: string; id?: string; space_id?: string; parent_id?: string; title?: string; position?: string; today?: string }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      create_group: {
        Args: { id: string | null; workspace_id: string; name: string }
        Returns: Database['atrium']['Tables']['groups']['Row']
      }
      create_import: {
        Args: { id: string | null; space_id: string; format: string; parent_id?: string | null; file_name?: string }
        Returns: Database['atrium']['Tables']['transfers']['Row']
      }
      create_invitation_link: {
        Args: { workspace_id: string; role: Role; expires_at?: string | null; max_uses?: number | null }
        Returns: { id: string; token: string; role: Role; max_uses: number | null; expires_at: string | null }[]
      }
      create_link: {
        Args: { object_type: string; object_id: string; role?: Role; expires_at?: string | null; password?: string | null; downloads?: boolean; uploads?: boolean }
        Returns: { id: string; token: string; role: Role; has_password: boolean; expires_at: string | null }[]
      }
      create_room: {
        Args: { id: string | null; space_id: string; name: string; private?: boolean; topic?: string }
        Returns: Database['atrium']['Tables']['rooms']['Row']
      }
      create_space: {
        Args: { id: string | null; workspace_id: string; name: string; private?: boolean }
        Returns: Database['atrium']['Tables']['spaces']['Row']
      }
      create_suggestion: {
        Args: { id: string | null; document_id: string }
        Returns: Database['atrium']['Tables']['suggestions']['Row']
      }
      create_task: {
        Args: { id: string | null; space_id: string; title: string; fields?: Json | null }
        Returns: Database['atrium']['Tables']['tasks']['Row']
      }
      create_thread: {
        Args: { id: string | null; document_id: string; body: Json; anchor: Json; quote: string; kind?: string }
        Returns: Database['atrium']['Tables']['comment_threads']['Row']
      }
      create_webhook: {
        Args: { room_id: string; name: string; may_mention?: boolean }
        Returns: { id: string; secret: string }[]
      }
      create_workspace: {
        Args: { id: string | null; name: string }
        Returns: Database['atrium']['Tables']['workspaces']['Row']
      }
      delete_comment: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['comments']['Row']
      }
      delete_document: {
        Args: { id: string }
        Returns: undefined
      }
      delete_file: {
        Args: { id: string }
        Returns: undefined
      }
      delete_file_version: {
        Args: { version_id: string }
        Returns: undefined
      }
      delete_group: {
        Args: { group_id: string }
        Returns: undefined
      }
      delete_link: {
        Args: { link_id: string }
        Returns: undefined
      }
      delete_message: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['messages']['Row']
      }
      delete_my_account: {
        Args: { hand_over?: Json | null }
        Returns: undefined
      }
      delete_task_comment: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['task_comments']['Row']
      }
      delete_task_label: {
        Args: { label_id: string }
        Returns: undefined
      }
      delete_task_status: {
        Args: { status_id: string; move_to: string }
        Returns: undefined
      }
      describe_message_file: {
        Args: { id: string; alt: string | null }
        Returns: undefined
      }
      document_access: {
        Args: { id: string }
        Returns: string
      }
      document_at: {
        Args: { id: string; at: string }
        Returns: { version_id: string | null; since: string; json: Json; text: string }[]
      }
      duplicate_document: {
        Args: { document_id: string; id?: string; space_id?: string; parent_id?: string; title?: string; position?: string; with_children?: boolean }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      edit_comment: {
        Args: { id: string; body: Json }
        Returns: Database['atrium']['Tables']['comments']['Row']
      }
      edit_message: {
        Args: { id: string; text: string | null; content?: Json | null }
        Returns: Database['atrium']['Tables']['messages']['Row']
      }
      edit_task_comment: {
        Args: { id: string; text: string | null; content?: Json | null }
        Returns: Database['atrium']['Tables']['task_comments']['Row']
      }
      export_document: {
        Args: { document_id: string; format: string; with_children?: boolean; id?: string | null }
        Returns: Database['atrium']['Tables']['transfers']['Row']
      }
      export_my_data: {
        Args: Record<never, never>
        Returns: Json
      }
      export_room: {
        Args: { room_id: string; format: string; with_files?: boolean; id?: string | null }
        Returns: Database['atrium']['Tables']['transfers']['Row']
      }
      file_text: {
        Args: { file_id: string }
        Returns: { state: string; text: string }[]
      }
      folder_files: {
        Args: { folder_id: string }
        Returns: { id: string; path: string; name: string; size: number; folders: Json; updated_at: string }[]
      }
      has_links: {
        Args: Record<never, never>
        Returns: boolean
      }
      hide_direct: {
        Args: { room_id: string; hidden?: boolean | null }
        Returns: undefined
      }
      inbox_count: {
        Args: { workspace_id: string }
        Returns: number
      }
      invitation_preview: {
        Args: { token: string }
        Returns: { workspace_name: string; email: string | null; role: Role; invited_by_name: string | null; expires_at: string; state: string }[]
      }
      invite_member: {
        Args: { workspace_id: string; email: string; role: Role }
        Returns: Database['atrium']['Tables']['invitations']['Row']
      }
      join_room: {
        Args: { room_id: string }
        Returns: undefined
      }
      join_workspace: {
        Args: { workspace_id: string }
        Returns: string
      }
      joinable_workspaces: {
        Args: Record<never, never>
        Returns: { id: string; name: string; role: Role }[]
      }
      label_file_version: {
        Args: { version_id: string; label: string | null }
        Returns: undefined
      }
      label_task: {
        Args: { task_id: string; label_id: string; labelled?: boolean | null }
        Returns: undefined
      }
      largest_files: {
        Args: { workspace_id: string }
        Returns: { document_id: string; title: string; space_id: string; owner_id: string | null; is_image: boolean; bytes: number; created_at: string }[]
      }
      leave_room: {
        Args: { room_id: string }
        Returns: undefined
      }
      link_preview: {
        Args: { token: string }
        Returns: { object_type: string; role: Role; has_password: boolean; expires_at: string | null }[]
      }
      linked_documents: {
        Args: Record<never, never>
        Returns: Database['atrium']['Tables']['documents']['Row'][]
      }
      lock_document: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      mark_all_notifications: {
        Args: { workspace_id: string; state: string }
        Returns: number
      }
      mark_notifications: {
        Args: { ids: string[]; state: string }
        Returns: number
      }
      mark_object_read: {
        Args: { object_type: string; object_id: string }
        Returns: undefined
      }
      mark_read: {
        Args: { room_id: string; seq: number }
        Returns: undefined
      }
      mark_thread_read: {
        Args: { thread_id: string; seq: number }
        Returns: undefined
      }
      mark_unread: {
        Args: { room_id: string; seq: number }
        Returns: undefined
      }
      move_document: {
        Args: { id: string; parent_id: string | null; position: string | null; space_id?: string | null }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      move_file: {
        Args: { id: string; parent_id: string | null; conflict?: string; space_id?: string | null }
        Returns: Database['atrium']['Tables']['files']['Row']
      }
      move_thread: {
        Args: { id: string; anchor: Json }
        Returns: Database['atrium']['Tables']['comment_threads']['Row']
      }
      mute_room: {
        Args: { room_id: string; muted?: boolean | null }
        Returns: undefined
      }
      my_files: {
        Args: Record<never, never>
        Returns: { bucket_id: string; name: string; document_id: string | null; bytes: number; created_at: string }[]
      }
      my_inbox: {
        Args: { workspace_id: string; state?: string; before?: string | null; most?: number | null }
        Returns: { id: string; kind: string; workspace_id: string; space_id: string | null; object_type: string; object_id: string; object_name: string; object_icon: string | null; is_direct: boolean; actors: string[]; actor_names: string[]; source_id: string | null; thread_id: string | null; place: number | null; excerpt: string | null; detail: string | null; touched_at: string; read_at: string | null; done_at: string | null; snoozed_until: string | null }[]
      }
      my_invitations: {
        Args: Record<never, never>
        Returns: { id: string; workspace_id: string; workspace_name: string; role: Role; invited_by_name: string | null; expires_at: string }[]
      }
      my_responsibilities: {
        Args: Record<never, never>
        Returns: { workspace_id: string; name: string; role: Role; alone: boolean; last_owner: boolean; spaces: number; documents: number; rooms: number; heirs: Json }[]
      }
      my_rooms: {
        Args: { workspace_id: string | null }
        Returns: { id: string; kind: string; space_id: string | null; people: string[] | null; name: string; topic: string; private: boolean; posting: string; epoch: number; members: number; last_seq: number; last_place: number; last_at: string | null; joined: boolean; moderator: boolean; read_seq: number; unread: number; mentions: number; muted: boolean; hidden: boolean; can_post: boolean; can_reply: boolean }[]
      }
      my_tasks: {
        Args: { workspace_id: string }
        Returns: Database['atrium']['Tables']['tasks']['Row'][]
      }
      my_threads: {
        Args: { workspace_id: string; before?: string | null }
        Returns: { thread_id: string; room_id: string; author_id: string | null; bot_name: string | null; text: string | null; created_at: string; reply_count: number; last_reply_at: string | null; read_seq: number; unread: number }[]
      }
      my_workspaces: {
        Args: Record<never, never>
        Returns: { id: string; name: string; role: Role; epoch: number; joined_at: string; needs_mfa: boolean }[]
      }
      name_version: {
        Args: { document_id: string; name: string }
        Returns: string
      }
      note_api_session: {
        Args: { token_id: string; session_id: string }
        Returns: undefined
      }
      open_direct: {
        Args: { workspace_id: string; people: string[] }
        Returns: Database['atrium']['Tables']['rooms']['Row']
      }
      open_link: {
        Args: { token: string; password?: string | null }
        Returns: { state: string; object_type: string | null; object_id: string | null; role: Role | null }[]
      }
      preview_access_change: {
        Args: { change: string; arguments: Json }
        Returns: { user_id: string; name: string; object_type: string; object_id: string; object_name: string | null; before: Role | null; after: Role | null }[]
      }
      pull: {
        Args: { scopes: Json; most?: number | null }
        Returns: Json
      }
      react: {
        Args: { comment_id: string; emoji: string; on?: boolean }
        Returns: undefined
      }
      reactivate_member: {
        Args: { workspace_id: string; user_id: string }
        Returns: undefined
      }
      receive_webhook: {
        Args: { webhook_id: string; secret: string; text: string | null; content?: Json | null; name?: string | null; icon?: string | null; request_key?: string | null }
        Returns: string
      }
      reject_suggestion: {
        Args: { id: string; changes?: string[] | null }
        Returns: undefined
      }
      remind_me: {
        Args: { id: string | null; room_id: string; text: string; remind_at: string }
        Returns: Database['atrium']['Tables']['reminders']['Row']
      }
      remove_bot: {
        Args: { bot_id: string }
        Returns: undefined
      }
      remove_group_member: {
        Args: { group_id: string; user_id: string }
        Returns: undefined
      }
      remove_member: {
        Args: { workspace_id: string; user_id: string; hand_over_to?: string | null }
        Returns: undefined
      }
      remove_message_file: {
        Args: { id: string }
        Returns: undefined
      }
      remove_preview: {
        Args: { message_id: string; url: string }
        Returns: undefined
      }
      remove_push_subscription: {
        Args: { endpoint: string }
        Returns: undefined
      }
      remove_room_member: {
        Args: { room_id: string; user_id: string }
        Returns: undefined
      }
      remove_space_group: {
        Args: { space_id: string; group_id: string }
        Returns: undefined
      }
      remove_space_member: {
        Args: { space_id: string; user_id: string }
        Returns: undefined
      }
      rename_file: {
        Args: { id: string; name: string }
        Returns: Database['atrium']['Tables']['files']['Row']
      }
      rename_space: {
        Args: { space_id: string; name: string }
        Returns: Database['atrium']['Tables']['spaces']['Row']
      }
      rename_version: {
        Args: { version_id: string; name: string | null }
        Returns: undefined
      }
      reopen_thread: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['comment_threads']['Row']
      }
      replace_document: {
        Args: { id: string; markdown?: string | null; content?: Json | null; command_id?: string | null }
        Returns: string
      }
      reply: {
        Args: { id: string | null; thread_id: string; body: Json }
        Returns: Database['atrium']['Tables']['comments']['Row']
      }
      resolve_thread: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['comment_threads']['Row']
      }
      restore_document: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      restore_file: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['files']['Row']
      }
      restore_file_version: {
        Args: { version_id: string }
        Returns: Database['atrium']['Tables']['files']['Row']
      }
      restore_version: {
        Args: { document_id: string; version_id?: string | null; at?: string | null; author_id?: string | null; block?: number | null; command_id?: string | null }
        Returns: string
      }
      revoke_api_token: {
        Args: { token_id: string }
        Returns: undefined
      }
      revoke_invitation: {
        Args: { invitation_id: string }
        Returns: undefined
      }
      revoke_invitation_link: {
        Args: { link_id: string }
        Returns: undefined
      }
      revoke_webhook: {
        Args: { webhook_id: string }
        Returns: undefined
      }
      rotate_webhook: {
        Args: { webhook_id: string }
        Returns: { id: string; secret: string }[]
      }
      save_draft: {
        Args: { room_id: string; thread_id: string | null; text: string | null; content?: Json | null; written_at?: string | null }
        Returns: string
      }
      save_message: {
        Args: { message_id: string; saved?: boolean; remind_at?: string | null; done?: boolean }
        Returns: undefined
      }
      save_push_subscription: {
        Args: { endpoint: string; p256dh: string; auth: string; device?: string }
        Returns: string
      }
      schedule_message: {
        Args: { id: string | null; room_id: string; text: string | null; send_at: string; content?: Json | null; thread_id?: string | null; files?: string[] | null }
        Returns: Database['atrium']['Tables']['scheduled_messages']['Row']
      }
      search_files: {
        Args: { workspace_id: string; query?: string; inside?: string[]; kinds?: string[]; owners?: string[]; larger?: number; smaller?: number; changed_since?: string; changed_before?: string; older_than?: string; older_id?: string; page?: number }
        Returns: { id: string; space_id: string; parent_id: string; is_folder: boolean; name: string; version: number | null; path: string | null; size: number | null; mime: string | null; placeholder: string | null; created_by: string | null; updated_by: string | null; updated_at: string; snippet: string | null; marks: Json | null }[]
      }
      search_messages: {
        Args: { workspace_id: string; query?: string; from_people?: string[]; in_rooms?: string[]; has?: string[]; being?: string[]; sent_before?: string; sent_after?: string; older_than?: string; page?: number }
        Returns: { message_id: string; room_id: string; thread_id: string; seq: number; author_id: string | null; bot_name: string | null; sent_at: string; edited_at: string | null; reply_count: number; files: Json; snippet: string; marks: Json }[]
      }
      search_tasks: {
        Args: { workspace_id: string; query: string }
        Returns: Database['atrium']['Tables']['tasks']['Row'][]
      }
      send_message: {
        Args: { id: string | null; room_id: string; text: string | null; content?: Json | null; thread_id?: string | null; quote_id?: string | null; forwarded_id?: string | null; files?: string[] }
        Returns: Database['atrium']['Tables']['messages']['Row']
      }
      send_scheduled_now: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['messages']['Row']
      }
      set_favourite: {
        Args: { document_id: string; favourite: boolean }
        Returns: undefined
      }
      set_history_retention: {
        Args: { workspace_id: string; days: number | null }
        Returns: undefined
      }
      set_member_expiry: {
        Args: { workspace_id: string; user_id: string; expires_at?: string | null }
        Returns: undefined
      }
      set_member_role: {
        Args: { workspace_id: string; user_id: string; role: Role }
        Returns: undefined
      }
      set_notification_level: {
        Args: { object_type: string; object_id: string; level: string | null }
        Returns: undefined
      }
      set_notification_settings: {
        Args: { settings: Json }
        Returns: Database['atrium']['Tables']['notification_settings']['Row']
      }
      set_pin: {
        Args: { message_id: string; present?: boolean }
        Returns: undefined
      }
      set_reaction: {
        Args: { message_id: string; emoji: string; present?: boolean }
        Returns: undefined
      }
      set_room_chat_rules: {
        Args: { room_id: string; keep_days?: number | null; link_previews?: boolean | null }
        Returns: Database['atrium']['Tables']['chat_rules']['Row']
      }
      set_room_role: {
        Args: { room_id: string; user_id: string; role: string }
        Returns: undefined
      }
      set_space_group: {
        Args: { space_id: string; group_id: string; role: Role }
        Returns: undefined
      }
      set_space_member: {
        Args: { space_id: string; user_id: string; role: Role }
        Returns: undefined
      }
      set_space_private: {
        Args: { space_id: string; private: boolean }
        Returns: Database['atrium']['Tables']['spaces']['Row']
      }
      set_status: {
        Args: { emoji?: string | null; text?: string | null; ends_at?: string | null; do_not_disturb?: boolean | null }
        Returns: undefined
      }
      set_storage_quota: {
        Args: { workspace_id: string; bytes: number | null }
        Returns: undefined
      }
      set_task_dependency: {
        Args: { task_id: string; blocked_by: string; waits?: boolean | null }
        Returns: undefined
      }
      set_thread_follow: {
        Args: { thread_id: string; following?: boolean }
        Returns: undefined
      }
      set_trash_retention: {
        Args: { workspace_id: string; days: number | null }
        Returns: undefined
      }
      set_workspace_chat_rules: {
        Args: { workspace_id: string; keep_days?: number | null; link_previews?: boolean }
        Returns: Database['atrium']['Tables']['chat_rules']['Row']
      }
      set_workspace_policy: {
        Args: { workspace_id: string; joining?: string | null; domains?: string[] | null; joining_role?: Role | null; needs_mfa?: boolean | null }
        Returns: Database['atrium']['Tables']['workspace_policies']['Row']
      }
      share_item: {
        Args: { object_type: string; object_id: string; role: Role; user_id?: string | null; group_id?: string | null; expires_at?: string | null }
        Returns: Database['atrium']['Tables']['grants']['Row']
      }
      shared_files: {
        Args: Record<never, never>
        Returns: Database['atrium']['Tables']['files']['Row'][]
      }
      snooze_notifications: {
        Args: { ids: string[]; until: string }
        Returns: number
      }
      start_import: {
        Args: { transfer_id: string }
        Returns: Database['atrium']['Tables']['transfers']['Row']
      }
      storage_use: {
        Args: { workspace_id: string }
        Returns: { kind: string; id: string | null; name: string | null; files: number; bytes: number }[]
      }
      suspend_member: {
        Args: { workspace_id: string; user_id: string }
        Returns: undefined
      }
      take_api_token: {
        Args: { token: string }
        Returns: { token_id: string; email: string }[]
      }
      trash_days: {
        Args: { workspace_id: string }
        Returns: number
      }
      trash_document: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      trash_file: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['files']['Row']
      }
      unlock_document: {
        Args: { id: string }
        Returns: Database['atrium']['Tables']['documents']['Row']
      }
      unread_counts: {
        Args: { workspace_id: string }
        Returns: { room_id: string; unread: number; mentions: number }[]
      }
      unshare_item: {
        Args: { grant_id: string }
        Returns: undefined
      }
      unsubscribe_mail: {
        Args: { key: string }
        Returns: undefined
      }
      update_room: {
        Args: { room_id: string; name?: string | null; topic?: string | null; description?: string | null; posting?: string | null; private?: boolean | null }
        Returns: Database['atrium']['Tables']['rooms']['Row']
      }
      visible_to: {
        Args: { workspace_id: string; user_id: string }
        Returns: { object_type: string; object_id: string; space_id: string | null; name: string; private: boolean; role: Role; reason: string; chain: Json }[]
      }
      watches_task: {
        Args: { task_id: string }
        Returns: boolean
      }
      who_has_access: {
        Args: { object_type: string; object_id: string }
        Returns: { user_id: string; name: string; role: Role; reason: string; chain: Json }[]
      }
      why_can: {
        Args: { user_id: string; object_type: string; object_id: string; action: string }
        Returns: { allowed: boolean; role: Role | null; reason: string; chain: Json }[]
      }
      withdraw_suggestion: {
        Args: { id: string }
        Returns: undefined
      }
      workspace_members: {
        Args: { workspace_id: string }
        Returns: { user_id: string; name: string; email: string | null; role: Role; suspended_at: string | null; joined_at: string; expires_at: string | null }[]
      }
    }
    Enums: { role: Role }
    CompositeTypes: Record<never, never>
  }
}
