import { A, useSearchParams } from '@solidjs/router'
import { createSignal, For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { RoomRow, SpaceRow } from '../rows.ts'
import { Page } from '../shell/Page.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { en } from './en.ts'
import { NewRoomDialog } from './NewRoomDialog.tsx'
import { useRooms } from './rooms.ts'
import './roomsPage.css'

const t = textsOf(en)

/** `/chat`: every room that this person may see, space by space. */
export default function RoomsPage() {
  const [search] = useSearchParams<{ space?: string }>()
  const workspace = useWorkspace()
  const [creating, setCreating] = createSignal<string>()
  const spaces = () => {
    const wanted = idOf(search.space)
    return workspace.spaces().filter((space) => !wanted || space.id === wanted)
  }
  const home = () => spaces().find((space) => workspace.can('editor', space.id))
  const isEmpty = () => workspace.loaded() && workspace.rooms().length === 0

  return (
    <Page
      title={en.rooms}
      actions={
        <Show when={home()}>
          {(space) => (
            <Button look="primary" icon="plus" onClick={() => setCreating(space().id)}>
              {en.newRoom}
            </Button>
          )}
        </Show>
      }
    >
      <div class="page">
        <Show
          when={!isEmpty()}
          fallback={
            <EmptyState icon="chat" title={en.noRooms} text={home() ? en.noRoomsText : en.noRoomsReader}>
              <Show when={home()}>
                {(space) => (
                  <Button look="primary" icon="plus" onClick={() => setCreating(space().id)}>
                    {en.newRoom}
                  </Button>
                )}
              </Show>
            </EmptyState>
          }
        >
          <p class="muted">{en.browseIntro}</p>
          <For each={spaces()}>{(space) => <SpaceRooms space={space} />}</For>
        </Show>
      </div>
      <Show when={creating()}>{(space) => <NewRoomDialog spaceId={space()} onClose={() => setCreating(undefined)} />}</Show>
    </Page>
  )
}

function SpaceRooms(props: { space: SpaceRow }) {
  const rooms = useRooms()
  return (
    <Show when={rooms.in(props.space.id).length > 0}>
      <section class="section">
        <h2>{props.space.name}</h2>
        <ul class="room-cards">
          <For each={rooms.in(props.space.id)}>{(room) => <RoomCard room={room} />}</For>
        </ul>
      </section>
    </Show>
  )
}

function RoomCard(props: { room: RoomRow }) {
  const rooms = useRooms()
  return (
    <li class="room-card" classList={{ unread: props.room.unread > 0 }}>
      <Icon name={props.room.private ? 'lock' : 'hash'} />
      <div class="grow">
        <A href={paths.room(props.room.id)} dir="auto">
          {props.room.name}
        </A>
        <Show when={props.room.unread > 0}>
          <span class="room-unread">{t('unread', { count: props.room.unread })}</span>
        </Show>
        <Show when={props.room.topic}>
          <p class="muted" dir="auto">
            {props.room.topic}
          </p>
        </Show>
      </div>
      <Show when={!props.room.joined} fallback={<span class="muted">{en.joined}</span>}>
        <Button
          look="outline"
          aria-label={t('joinNamed', { room: props.room.name })}
          onClick={() => void attempt(en.join, () => rooms.join(props.room.id))}
        >
          {en.join}
        </Button>
      </Show>
    </li>
  )
}
