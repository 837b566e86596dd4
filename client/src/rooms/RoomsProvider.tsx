import { useNavigate } from '@solidjs/router'
import { createEffect, type JSX, onCleanup } from 'solid-js'
import { useSession } from '../session.ts'
import { isCovered } from '../shell/keys.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { createRooms, RoomsContext } from './rooms.ts'

/** Gives the pages below it the rooms of the workspace, sends what waits since an earlier visit, and has the keys that lead to the next
 *  unread room: Alt with an arrow. */
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
    if (!step || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented || isCovered()) return
    // These have a use of their own for it; the field of a message has none.
    const users = `select, [type=date], [type=time]${location.pathname.startsWith('/c/') ? '' : ', [contenteditable=true]'}`
    if (event.target instanceof Element && event.target.closest(users)) return
    event.preventDefault()
    void import('./nextUnread.ts').then((module) => module.goToUnread(workspace, navigate, step)).catch(() => {})
  }
  addEventListener('keydown', onKeyDown)
  onCleanup(() => removeEventListener('keydown', onKeyDown))
  return <RoomsContext.Provider value={rooms}>{props.children}</RoomsContext.Provider>
}
