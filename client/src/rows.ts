import { type Result, type Role, type Row, ROLES as roles } from '../../sql/types.gen.ts'

/** Rows as the API gives them, under the names that this client uses. Times are ISO 8601 strings. */

export { type Role, roles }

export const isAtLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed)
export const higher = (one: Role, other: Role): Role => (isAtLeast(one, other) ? one : other)

/** A workspace of the caller, with his role in it. */
export type WorkspaceRow = Result<'my_workspaces'>[number]
export type SpaceRow = Row<'spaces'>
export type SpaceMemberRow = Row<'space_members'>
/** A document in lists; its text is not here. `position` is a fractional index, compared by code unit. */
export type DocumentRow = Omit<Row<'documents'>, 'trashed_at' | 'suggestion_for'>
export type TransferRow = Row<'transfers'>
/** A room or a direct conversation, which is in no space. */
export type RoomRow = Result<'my_rooms'>[number]
export type SpaceRoomRow = RoomRow & { space_id: string }
export type MemberRow = Result<'workspace_members'>[number]
export type InvitationRow = Row<'invitations'>
export type InvitationLinkRow = Row<'invitation_links'>
export type OpenInvitationRow = Result<'my_invitations'>[number]
export type InvitationPreviewRow = Result<'invitation_preview'>[number]
