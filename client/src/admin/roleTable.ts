import type { Role } from '../rows.ts'

/** What somebody does, the lowest role that may, and the rule in SQL that decides it. The matrix is drawn from this table alone. */
export interface Permission {
  text: string
  from: Role
  /** Where it is decided: a file of `sql/` and the function or policy in it. */
  decidedBy: string
}

// biome-ignore format: the table reads better in one line each
export const permissions: readonly Permission[] = [
  { text: 'Read what is shared with him: a space, a page, a room',        from: 'guest',     decidedBy: '250_why.sql rights_on' },
  { text: 'Read open spaces, their pages and public rooms',               from: 'viewer',    decidedBy: '050_spaces.sql space_rights' },
  { text: 'See who is in the workspace, and its groups',                  from: 'viewer',    decidedBy: '032_groups.sql "members see groups"' },
  { text: 'Write in rooms, change his own messages',                      from: 'commenter', decidedBy: '210_messages.sql send_message' },
  { text: 'Write, make, move and delete pages',                           from: 'editor',    decidedBy: '100_documents.sql document_access' },
  { text: 'Make spaces and rooms',                                        from: 'editor',    decidedBy: '051_space_functions.sql create_space' },
  { text: 'Share a page or room with a person, a group, or by a link',       from: 'editor',    decidedBy: '060_grants.sql share_item' },
  { text: 'Delete what others wrote in rooms',                            from: 'admin',     decidedBy: '210_messages.sql delete_message' },
  { text: 'Rename and archive spaces, say who is in them',                from: 'admin',     decidedBy: '051_space_functions.sql set_space_member' },
  { text: 'Invite, suspend and remove people, give roles up to his own',  from: 'admin',     decidedBy: '031_members.sql set_member_role' },
  { text: 'Make groups, rename the workspace, set the security policy',   from: 'admin',     decidedBy: '032_groups.sql, 030_workspaces.sql, 045_policies.sql' },
  { text: 'Read the audit log',                                           from: 'admin',     decidedBy: '720_audit.sql "admins read the audit log"' },
  { text: 'Make somebody owner, change owners',                           from: 'owner',     decidedBy: '031_members.sql refuse_higher' },
]
