import { createSignal, lazy, Show, Suspense } from 'solid-js'
import type { RoomRow } from '../rows.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { outsideEn as en } from './outsideEn.ts'
import './outside.css'

const Webhooks = lazy(() => import('./Webhooks.tsx'))
const ChatRules = lazy(() => import('./ChatRules.tsx'))

/** What moderators and admins set in a room beside its name: fetched when it is opened. */
export default function OutsideSections(props: { room: RoomRow; archived: boolean }) {
  const workspace = useWorkspace()
  const [opened, setOpened] = createSignal<ReadonlySet<string>>(new Set())
  const open = (name: string) => (event: Event & { currentTarget: HTMLDetailsElement }) => {
    if (event.currentTarget.open) setOpened(new Set([...opened(), name]))
  }
  const isAdmin = () => props.room.space_id !== null && workspace.can('admin', props.room.space_id)
  return (
    <>
      <Show when={props.room.moderator && props.room.space_id !== null && !props.archived}>
        <details class="outside-section" onToggle={open('webhooks')}>
          <summary>{en.webhooks}</summary>
          <Show when={opened().has('webhooks')}>
            <Suspense fallback={<Skeleton lines={3} />}>
              <Webhooks roomId={props.room.id} />
            </Suspense>
          </Show>
        </details>
      </Show>
      <Show when={isAdmin()}>
        <details class="outside-section" onToggle={open('rules')}>
          <summary>{en.rules}</summary>
          <Show when={opened().has('rules')}>
            <Suspense fallback={<Skeleton lines={3} />}>
              <ChatRules workspaceId={workspace.id()} roomId={props.room.id} />
            </Suspense>
          </Show>
        </details>
      </Show>
    </>
  )
}
