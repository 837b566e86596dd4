import type { JSX } from 'solid-js'
import { useSession } from '../session.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { createRooms, RoomsContext } from './rooms.ts'

/** Gives the pages below it the rooms of the workspace. */
export function RoomsProvider(props: { children: JSX.Element }) {
  const session = useSession()
  const rooms = createRooms(useWorkspace(), session.user)
  return <RoomsContext.Provider value={rooms}>{props.children}</RoomsContext.Provider>
}
