import { useNavigate } from '@solidjs/router'
import { createEffect, type JSX, onCleanup } from 'solid-js'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { isCovered } from '../shell/keys.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { createRooms, RoomsContext } from './rooms.ts'

/** Gives the pages below it the rooms of the workspace, sends what waits since an earlier visit, and has the keys that lead to the next
 *  unread room. */
export function RoomsProvider(props: { children: JSX.Element }) {
  const session = useSession()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const rooms = createRooms(workspace, session.user)

  createEffect(() => {
    const person = session.user()?.id
    if (person) setTimeout(() => void import('./conversations.ts').then((module) => module.conversationsOf(person)).catch(() => {}), 1000)
  })

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    const isEditing =
      event.target instanceof Element && event.target.closest('[contenteditable=true]') && !location.pathname.startsWith('/c/')
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || step === undefined || isEditing || isCovered()) return
    const all = workspace.rooms()
    const here = all.findIndex((room) => location.pathname.startsWith(paths.room(room.id)))
    for (let tried = 1; tried <= all.length; tried += 1) {
      const room = all[(here + step * tried + all.length * 2) % all.length]
      if (!room?.joined || room.unread === 0) continue
      event.preventDefault()
      return navigate(paths.room(room.id))
    }
  }
  addEventListener('keydown', onKeyDown, { capture: true })
  onCleanup(() => removeEventListener('keydown', onKeyDown, { capture: true }))
  return <RoomsContext.Provider value={rooms}>{props.children}</RoomsContext.Provider>
}
