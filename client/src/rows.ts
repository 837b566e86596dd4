/** Rows as the API gives them. Times are ISO 8601 strings. */

export const roles = ['guest', 'viewer', 'commenter', 'editor', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

export const isAtLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed)
export const higher = (one: Role, other: Role): Role => (isAtLeast(one, other) ? one : other)

export interface WorkspaceRow {
  id: string
  name: string
  /** The caller's. */
  role: Role
  /** Changes when somebody loses access; part of the Realtime topic. */
  epoch: number
  joined_at: string
}

export interface SpaceRow {
  id: string
  workspace_id: string
  name: string
  private: boolean
  position: string
  epoch: number
  created_by: string | null
  created_at: string
  archived_at: string | null
}

export interface SpaceMemberRow {
  space_id: string
  user_id: string | null
  group_id: string | null
  role: Role
}

/** A document in lists; its text is not here. */
export interface DocumentRow {
  id: string
  workspace_id: string
  space_id: string
  parent_id: string | null
  title: string
  icon: string | null
  /** A fractional index, compared by code unit. */
  position: string
  created_by: string | null
  created_at: string
  updated_at: string
}

export interface RoomRow {
  id: string
  space_id: string
  name: string
  topic: string
  private: boolean
  epoch: number
  last_seq: number
  joined: boolean
  read_seq: number
  unread: number
  can_post: boolean
}

export interface MemberRow {
  user_id: string
  name: string
  /** Only for admins and oneself. */
  email: string | null
  role: Role
  suspended_at: string | null
  joined_at: string
}

export interface InvitationRow {
  id: string
  workspace_id: string
  email: string
  role: Role
  invited_by: string | null
  created_at: string
  expires_at: string
  accepted_at: string | null
  revoked_at: string | null
}

/** `my_invitations()` */
export interface OpenInvitationRow {
  id: string
  workspace_id: string
  workspace_name: string
  role: Role
  invited_by_name: string | null
  expires_at: string
}

/** `invitation_preview(token)` */
export interface InvitationPreviewRow {
  workspace_name: string
  email: string
  role: Role
  invited_by_name: string | null
  expires_at: string
  state: 'open' | 'expired' | 'accepted' | 'revoked'
}
