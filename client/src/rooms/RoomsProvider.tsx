import { useNavigate } from '@solidjs/router'
import { createEffect, type JSX, onCleanup } from 'solid-js'
import { useSession } from '../session.ts'
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

  let stop: (() => void) | undefined
  setTimeout(() => {
    void import('./nextUnread.ts')
      .then((module) => {
        stop = module.listenForNextUnread(workspace, navigate)
      })
      .catch(() => {})
  }, 1000)
  onCleanup(() => stop?.())
  return <RoomsContext.Provider value={rooms}>{props.children}</RoomsContext.Provider>
}
