import { rpc } from '../supabase.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'

/** Reads how often this person is mentioned in his rooms. */
export async function countMentions(workspace: Workspaces): Promise<void> {
  const counts = await rpc<{ room_id: string; mentions: number }[]>('unread_counts', { workspace_id: workspace.id() })
  const mentioned = new Map(counts.map((row) => [row.room_id, row.mentions]))
  for (const room of [...workspace.rooms(), ...workspace.directs()]) {
    const mentions = mentioned.get(room.id) ?? 0
    if (mentions !== room.mentions) workspace.patchRoom(room.id, { mentions })
  }
}
