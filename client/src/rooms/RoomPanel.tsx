import { useNavigate } from '@solidjs/router'
import { createSignal, For, lazy, Show, Suspense } from 'solid-js'
import { type Asked, Asking } from '../access/ApplyDialog.tsx'
import { ShareButton } from '../access/ShareButton.tsx'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { detailsEn } from './detailsEn.ts'
import { en } from './en.ts'
import { en as words } from './panelEn.ts'
import { RoomForm } from './RoomForm.tsx'
import { RoomPeople } from './RoomPeople.tsx'
import { roomName } from './roomName.ts'
import { useRooms } from './rooms.ts'
import { hideDirect, muteRoom } from './shown.ts'
import './roomPanel.css'

const tDetails = textsOf(detailsEn)
const OutsideSections = lazy(() => import('./OutsideSections.tsx'))
const ExportRoomDialog = lazy(() => import('./ExportRoomDialog.tsx'))
const RoomLevel = lazy(() => import('../inbox/RoomLevel.tsx'))

interface RoomPanelProps {
  room: RoomRow
  archived: boolean
  onClose(): void
}

/** What a room is, who is in it, and the ways out. */
export function RoomPanel(props: RoomPanelProps) {
  const workspace = useWorkspace()
  const isDirect = () => props.room.kind === 'direct'
  const canManage = () => props.room.moderator && !props.archived
  const mayEdit = () =>
    !props.archived && (props.room.moderator || (props.room.space_id !== null && workspace.can('editor', props.room.space_id)))
  const sections = () => [
    { id: 'about' as const, label: words.about },
    ...(isDirect() ? [] : [{ id: 'people' as const, label: words.people }]),
    ...(!isDirect() && props.room.moderator ? [{ id: 'outside' as const, label: words.outside }] : []),
  ]
  const [section, setSection] = createSignal<'about' | 'people' | 'outside'>('about')

  return (
    <div class="room-panel">
      <header class="panel-head">
        <h2 class="grow">{isDirect() ? words.conversation : en.details}</h2>
        <IconButton icon="close" label={common.close} onClick={() => props.onClose()} />
      </header>
      <Show when={sections().length > 1}>
        <div class="panel-tabs" role="tablist" aria-label={words.sections}>
          <For each={sections()}>
            {(one) => (
              <button
                type="button"
                role="tab"
                id={`room-tab-${one.id}`}
                aria-selected={section() === one.id}
                aria-controls="room-section"
                tabindex={section() === one.id ? 0 : -1}
                onClick={() => setSection(one.id)}
                onKeyDown={(event) =>
                  moveTo(
                    event,
                    setSection,
                    sections().map(({ id }) => id),
                    one.id,
                  )
                }
              >
                {one.label}
              </button>
            )}
          </For>
        </div>
      </Show>
      <Show
        when={!isDirect()}
        fallback={
          <div class="panel-section">
            <About room={props.room} archived={props.archived} mayEdit={false} canManage={false} />
          </div>
        }
      >
        <div class="panel-section" id="room-section" role="tabpanel" aria-labelledby={`room-tab-${section()}`}>
          <Suspense>
            <Show when={section() === 'about'}>
              <About room={props.room} archived={props.archived} mayEdit={mayEdit()} canManage={canManage()} />
            </Show>
            <Show when={section() === 'people'}>
              <RoomPeople room={props.room} mayAdd={mayEdit()} canManage={canManage()} />
            </Show>
            <Show when={section() === 'outside'}>
              <OutsideSections room={props.room} archived={props.archived} />
            </Show>
          </Suspense>
        </div>
      </Show>
    </div>
  )
}

/** Arrow keys go from tab to tab, as in every list of tabs. */
function moveTo<Id extends string>(event: KeyboardEvent, choose: (id: Id) => void, ids: readonly Id[], from: Id) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (!step) return
  event.preventDefault()
  const isReversed = getComputedStyle(event.currentTarget as Element).direction === 'rtl'
  const next = ids[(ids.indexOf(from) + (isReversed ? -step : step) + ids.length) % ids.length]
  if (!next) return
  choose(next)
  document.getElementById(`room-tab-${next}`)?.focus()
}

function About(props: { room: RoomRow; archived: boolean; mayEdit: boolean; canManage: boolean }) {
  const session = useSession()
  const workspace = useWorkspace()
  const isDirect = () => props.room.kind === 'direct'
  return (
    <>
      <Show
        when={!isDirect()}
        fallback={
          <>
            <h3 dir="auto">{roomName(props.room, workspace, session.user()?.id ?? '')}</h3>
            <p class="muted">{words.directAbout}</p>
            <RoomPeople room={props.room} mayAdd={false} canManage={false} />
          </>
        }
      >
        <RoomForm room={props.room} mayEdit={props.mayEdit} canManage={props.canManage} />
      </Show>
      <Show when={props.room.joined}>
        <Suspense>
          <RoomLevel roomId={props.room.id} name={roomName(props.room, workspace, session.user()?.id ?? '')} />
        </Suspense>
      </Show>
      <WaysOut room={props.room} archived={props.archived} mayEdit={props.mayEdit} />
    </>
  )
}

function WaysOut(props: { room: RoomRow; archived: boolean; mayEdit: boolean }) {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const navigate = useNavigate()
  const isDirect = () => props.room.kind === 'direct'
  const [exporting, setExporting] = createSignal(false)
  const [leaving, setLeaving] = createSignal(false)
  const [asked, setAsked] = createSignal<Asked>()
  const mayRestore = () => props.archived && props.room.space_id !== null && workspace.can('editor', props.room.space_id)

  const muting = () => (props.room.muted ? words.unmute : words.mute)
  const hide = async () => {
    const { id } = props.room
    if (await attempt(words.hide, () => hideDirect(workspace, id, true))) navigate(paths.home())
  }
  const leave = async () => {
    setLeaving(false)
    const { name } = props.room
    const isPrivate = props.room.private
    if (!(await attempt(en.leave, () => rooms.leave(props.room.id)))) return
    toast(tDetails('left', { room: name }))
    if (isPrivate) navigate(paths.rooms())
  }
  const restore = (id: string) => void attempt(detailsEn.restoreRoom, () => rooms.archive(id, false))
  const archive = () => {
    const { name, id } = props.room
    setAsked({
      title: tDetails('archiveAsk', { room: name }),
      text: detailsEn.archiveText,
      action: detailsEn.archive,
      change: 'archive_room',
      args: { room_id: id, archived: true },
      async onApply() {
        await rooms.archive(id, true)
        toast(tDetails('archived', { room: name }), { action: { label: common.undo, run: () => restore(id) } })
      },
    })
  }

  return (
    <div class="panel-actions">
      <Show when={props.room.space_id !== null && workspace.can('editor', props.room.space_id) && !props.archived}>
        <ShareButton look="outline" item={{ type: 'room', id: props.room.id, workspaceId: workspace.id() }} title={props.room.name} />
      </Show>
      <Button look="outline" icon="arrowDown" onClick={() => setExporting(true)}>
        {words.export}
      </Button>
      <Show when={props.room.joined}>
        <Button
          look="outline"
          icon={props.room.muted ? 'bell' : 'bellOff'}
          onClick={() => void attempt(muting(), () => muteRoom(workspace, props.room.id, !props.room.muted))}
        >
          {muting()}
        </Button>
      </Show>
      <Show when={isDirect()}>
        <Button look="outline" icon="eyeOff" onClick={() => void hide()}>
          {words.hide}
        </Button>
      </Show>
      <Show when={props.room.joined && !isDirect()}>
        <Button look="outline" icon="logOut" onClick={() => (props.room.private ? setLeaving(true) : void leave())}>
          {en.leave}
        </Button>
      </Show>
      <Show when={!isDirect() && (props.mayEdit || mayRestore())}>
        <Button
          look="outline"
          icon={props.archived ? 'undo' : 'archive'}
          onClick={() => (props.archived ? restore(props.room.id) : archive())}
        >
          {props.archived ? detailsEn.restoreRoom : detailsEn.archive}
        </Button>
      </Show>
      <Show when={leaving()}>
        <ConfirmDialog
          title={tDetails('leaveNamed', { room: props.room.name })}
          action={en.leave}
          cancel={en.cancel}
          onClose={() => setLeaving(false)}
          onConfirm={() => void leave()}
        >
          <p>{detailsEn.leavePrivate}</p>
        </ConfirmDialog>
      </Show>
      <Show when={exporting()}>
        <Suspense>
          <ExportRoomDialog
            roomId={props.room.id}
            name={roomName(props.room, workspace, session.user()?.id ?? '')}
            isDirect={isDirect()}
            onClose={() => setExporting(false)}
          />
        </Suspense>
      </Show>
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </div>
  )
}
