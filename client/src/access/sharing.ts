import { createResource } from 'solid-js'
import type { Result, Row } from '../../../sql/types.gen.ts'
import type { Role } from '../rows.ts'
import { rest, rows, rpc } from '../supabase.ts'

export interface SharedItem {
  type: 'document' | 'room' | 'file'
  id: string
  workspaceId: string
  /** Of a file: whether it is a folder. */
  isFolder?: boolean
}

export type PersonWithAccess = Result<'who_has_access'>[number]
export type Grant = Row<'grants'>
export type Link = Row<'links'>

export interface Grantee {
  kind: 'person' | 'group'
  id: string
}

interface SharingState {
  people: PersonWithAccess[]
  grants: Grant[]
  links: Link[]
  groups: { id: string; name: string }[]
}

/** Who has access to a page, room, file or folder, and with whom it is shared by itself. For editors of its space. Actions throw a ProblemError. */
export function createSharing(item: SharedItem) {
  const [state, { refetch }] = createResource(() => readSharing(item))
  const latest = () => (state.error ? undefined : state.latest)

  async function put(to: Grantee, role: Role, expiresAt: string | null): Promise<void> {
    const grantee = to.kind === 'group' ? { group_id: to.id } : { user_id: to.id }
    await rpc('share_item', { object_type: item.type, object_id: item.id, role, expires_at: expiresAt, ...grantee })
    await refetch()
  }

  return {
    type: item.type,
    isFolder: item.isFolder === true,
    /** Undefined before the first answer. */
    people: () => latest()?.people,
    grants: () => latest()?.grants ?? [],
    /** For whoever has them. */
    links: () => latest()?.links ?? [],
    groups: () => latest()?.groups ?? [],
    problem: () => state.error as unknown,
    reload: async () => void (await refetch()),
    share: put,
    setRole: (grant: Grant, role: Role) => put(granteeOf(grant), role, grant.expires_at),

    async unshare(grant: Grant): Promise<void> {
      await rpc('unshare_item', { grant_id: grant.id })
      await refetch()
    },

    /** Makes a link and tells its token, which nobody can read again. */
    async makeLink(role: Role, expiresAt: string | null, password: string | null, files: { downloads?: boolean; uploads?: boolean } = {}) {
      const args = { object_type: item.type, object_id: item.id, role, expires_at: expiresAt, password, ...files }
      const [made] = await rpc<Result<'create_link'>>('create_link', args)
      await refetch()
      return made?.token ?? ''
    },

    async deleteLink(link: Link): Promise<void> {
      await rpc('delete_link', { link_id: link.id })
      await refetch()
    },
  }
}

export const granteeOf = (grant: Grant): Grantee =>
  grant.group_id ? { kind: 'group', id: grant.group_id } : { kind: 'person', id: grant.user_id ?? '' }

async function readSharing({ type, id, workspaceId }: SharedItem): Promise<SharingState> {
  const [people, grants, links, groups] = await Promise.all([
    rpc<PersonWithAccess[]>('who_has_access', { object_type: type, object_id: id }),
    rows<Grant[]>(rest.from('grants').select('*').eq('object_type', type).eq('object_id', id).order('created_at')),
    rows<Link[]>(rest.from('links').select('*').eq('object_id', id).order('created_at')),
    rows<{ id: string; name: string }[]>(rest.from('groups').select('id,name').eq('workspace_id', workspaceId).order('name')),
  ])
  return { people, grants, links, groups }
}

export type Sharing = ReturnType<typeof createSharing>
