import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { MemberRow, Role } from '../rows.ts'
import { rpc } from '../supabase.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import type { Workspaces } from './workspaces.ts'

const t = textsOf(en)

/** What an admin does with members. Each change is painted at once, told in a toast, and put back when the server refuses it. */
export function createMembers(workspace: Workspaces) {
  const target = (member: MemberRow) => ({ workspace_id: workspace.id(), user_id: member.user_id })

  /** Whether the server took it. */
  async function change(member: MemberRow, patch: Partial<MemberRow>, ask: () => Promise<void>): Promise<boolean> {
    const before = { role: member.role, suspended_at: member.suspended_at }
    workspace.patchPerson(member.user_id, patch)
    try {
      await ask()
      return true
    } catch (error) {
      workspace.patchPerson(member.user_id, before)
      toast(sentenceOf(error))
      return false
    }
  }

  async function setRole(member: MemberRow, role: Role, undoable = true): Promise<void> {
    const before = member.role
    const { name } = member
    if (role === before) return
    if (!(await change(member, { role }, () => rpc('set_member_role', { ...target(member), role })))) return
    const undo = { label: common.undo, run: () => void setRole({ ...member, role }, before, false) }
    toast(t('people.roleChanged', { name, role: common.roles[role] }), undoable ? { action: undo } : {})
  }

  async function suspend(member: MemberRow): Promise<void> {
    const patch = { suspended_at: new Date().toISOString() }
    if (!(await change(member, patch, () => rpc('suspend_member', target(member))))) return
    const undo = { label: common.undo, run: () => void reactivate(member) }
    toast(t('people.suspendedNow', { name: member.name }), { action: undo })
  }

  async function reactivate(member: MemberRow): Promise<void> {
    if (!(await change(member, { suspended_at: null }, () => rpc('reactivate_member', target(member))))) return
    toast(t('people.reactivatedNow', { name: member.name }))
  }

  /** Gives a membership an end, or takes it away.
   *  @throws {ProblemError} */
  async function setExpiry(member: MemberRow, expires_at: string | null): Promise<void> {
    await rpc('set_member_expiry', { ...target(member), expires_at })
    workspace.patchPerson(member.user_id, { expires_at })
  }

  /** Removes a member, or leaves when it is oneself.
   *  @param heir who becomes responsible for what this one was
   *  @throws {ProblemError} */
  async function remove(member: MemberRow, heir: string | null): Promise<void> {
    await rpc('remove_member', { ...target(member), hand_over_to: heir })
  }

  return { setRole, suspend, reactivate, setExpiry, remove }
}

export type Members = ReturnType<typeof createMembers>
