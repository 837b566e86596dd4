import type { Row } from '../../../sql/types.gen.ts'
import { rest, rows } from '../supabase.ts'

/** The archived rooms of a workspace. */
export const archivedRooms = (workspace: string) =>
  rows<Row<'rooms'>[]>(
    rest
      .from('rooms')
      .select('*')
      .eq('workspace_id', workspace)
      .not('archived_at', 'is', null)
      .order('archived_at', { ascending: false })
      .limit(200),
  )
