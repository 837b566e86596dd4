import { rpc } from '../supabase.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'

/** What is said in a muted room is news for who is mentioned alone. */
export const muteRoom = (workspace: Workspaces, room: string, muted: boolean) =>
  change(workspace, () => workspace.patchRoom(room, { muted }), rpc('mute_room', { room_id: room, muted }))

/** Takes a conversation out of the list until its next message. */
export const hideDirect = (workspace: Workspaces, room: string, hidden: boolean) =>
  change(workspace, () => workspace.patchRoom(room, { hidden }), rpc('hide_direct', { room_id: room, hidden }))

/** Paints a change; whatever the server says of it, reads the list again. */
async function change(workspace: Workspaces, patch: () => void, asked: Promise<unknown>): Promise<void> {
  patch()
  try {
    await asked
  } finally {
    await workspace.reloadRooms()
  }
}
