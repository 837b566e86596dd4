import { paths } from '../paths.ts'
import { isCovered } from '../shell/keys.ts'
import type { Workspaces } from '../workspaces/workspaces.ts'
import { hasNews } from './RoomCount.tsx'

/** Alt with an arrow leads to where something is unread: conversations with single people first, then the rooms, as they are listed.
 *  @returns the way to stop */
export function listenForNextUnread(workspace: Workspaces, navigate: (path: string) => void): () => void {
  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    const isEditing =
      event.target instanceof Element && event.target.closest('[contenteditable=true]') && !location.pathname.startsWith('/c/')
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || step === undefined || isEditing || isCovered()) return
    const all = [
      ...workspace.directs().filter((room) => !room.hidden),
      ...workspace.spaces().flatMap((space) => workspace.rooms().filter((room) => room.space_id === space.id)),
      ...workspace.rooms().filter((room) => !workspace.space(room.space_id)),
    ]
    const here = all.findIndex((room) => location.pathname.startsWith(paths.room(room.id)))
    for (let tried = 1; tried <= all.length; tried += 1) {
      const room = all[(here + step * tried + all.length * 2) % all.length]
      if (!room || !hasNews(room)) continue
      event.preventDefault()
      navigate(paths.room(room.id))
      return
    }
  }
  addEventListener('keydown', onKeyDown, { capture: true })
  return () => removeEventListener('keydown', onKeyDown, { capture: true })
}
