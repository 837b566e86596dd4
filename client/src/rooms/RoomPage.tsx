import { useParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, Match, on, Show, Switch } from 'solid-js'
import { idOf } from '../paths.ts'
import type { RoomRow } from '../rows.ts'
import { NoAccess, NotFound } from '../shell/NotFound.tsx'
import { Page } from '../shell/Page.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { RoomView } from './RoomView.tsx'
import { asArchived, useRooms } from './rooms.ts'
import './room.css'
import './messages.css'

/** `/c/:id` and `/c/:id/m/:message`: a room, or why it cannot be shown. */
export default function RoomPage() {
  const params = useParams()
  return (
    <Show when={idOf(params.id)} keyed fallback={<NotFound />}>
      {(id) => <OneRoom id={id} message={idOf(params.message)} />}
    </Show>
  )
}

function OneRoom(props: { id: string; message: string | undefined }) {
  const workspace = useWorkspace()
  const rooms = useRooms()
  const listed = () => workspace.room(props.id)
  const [archived, setArchived] = createSignal<RoomRow>()
  const shown = () => listed() ?? archived()
  const latest = createMemo<RoomRow | undefined>((before) => shown() ?? before)
  const [missing, setMissing] = createSignal(false)
  const [problem, setProblem] = createSignal<{ error: unknown }>()

  // Archived rooms and those of other workspaces are in no list.
  async function lookUp() {
    try {
      const row = await rooms.read(props.id)
      if (!row) setMissing(true)
      else if (row.workspace_id !== workspace.id()) workspace.enter(row.workspace_id)
      else if (row.archived_at) setArchived(asArchived(row))
      else await workspace.reloadRooms()
    } catch (error) {
      setProblem({ error })
    }
  }
  createEffect(
    on([workspace.loaded, listed], ([loaded, row]) => {
      if (row) {
        setArchived(undefined)
        setMissing(false)
      } else if (loaded) void lookUp()
    }),
  )

  return (
    <Switch
      fallback={
        <Page title={en.rooms}>
          <div class="page" aria-busy="true">
            <Skeleton lines={6} />
          </div>
        </Page>
      }
    >
      <Match when={shown()}>
        {/* Not through the callback's accessor: what still arrives while the page leaves would read it too late and throw. */}
        <RoomView room={latest() as RoomRow} archived={archived() !== undefined} message={props.message} />
      </Match>
      <Match when={missing()}>
        <NoAccess />
      </Match>
      <Match when={problem()}>
        {(failed) => {
          throw failed().error
        }}
      </Match>
    </Switch>
  )
}
