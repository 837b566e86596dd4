import { paths } from '../paths.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'
import { hasNews } from './RoomCount.tsx'

/** Leads to where something is unread: conversations with single people first, then the rooms, as they are listed.
 *  @param step 1 for the next one, -1 for the one before */
export function goToUnread(workspace: Workspaces, navigate: (path: string) => void, step: number): void {
  const all = [
    ...workspace.directs().filter((room) => !room.hidden),
    ...workspace.spaces().flatMap((space) => workspace.rooms().filter((room) => room.space_id === space.id)),
    ...workspace.rooms().filter((room) => !workspace.space(room.space_id)),
  ]
  const here = all.findIndex((room) => location.pathname.startsWith(paths.room(room.id)))
  const others = all.map((_, tried) => all[(here + step * (tried + 1) + all.length * 2) % all.length])
  const room = others.find((other) => other && hasNews(other))
  if (room) navigate(paths.room(room.id))
}
