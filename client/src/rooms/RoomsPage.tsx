import { A, useSearchParams } from '@solidjs/router'
import { createMemo, createResource, createSignal, For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { RoomRow, SpaceRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { useShell } from '../shell/shellState.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { archivedRooms } from './archivedRooms.ts'
import { attempt } from './attempt.ts'
import { detailsEn } from './detailsEn.ts'
import { en as direct } from './directEn.ts'
import { en } from './en.ts'
import { Faces } from './Faces.tsx'
import { listEn } from './listEn.ts'
import { NewRoomDialog } from './NewRoomDialog.tsx'
import { othersIn } from './roomName.ts'
import { useRooms } from './rooms.ts'
import { en as words } from './roomsEn.ts'
import './roomsPage.css'

const t = textsOf(en)
const tList = textsOf(listEn)
const more = textsOf(words)

/** `/chat`: every room that this person may see, space by space, his conversations, and what is archived. */
export default function RoomsPage() {
  const [search] = useSearchParams<{ space?: string }>()
  const workspace = useWorkspace()
  const shell = useShell()
  const [creating, setCreating] = createSignal<string>()
  const [query, setQuery] = createSignal('')
  const spaces = () => {
    const wanted = idOf(search.space)
    return workspace.spaces().filter((space) => !wanted || space.id === wanted)
  }
  const home = () => spaces().find((space) => workspace.can('editor', space.id))
  const isEmpty = () => workspace.loaded() && workspace.rooms().length === 0 && workspace.directs().length === 0
  const wanted = () => query().trim().toLocaleLowerCase()
  const matches = (...texts: string[]) => !wanted() || texts.some((text) => text.toLocaleLowerCase().includes(wanted()))
  const roomsOf = (space: string) => workspace.rooms().filter((room) => room.space_id === space && matches(room.name, room.topic))
  // Rooms shared by themselves, from spaces that this person does not see.
  const loose = () => workspace.rooms().filter((room) => !workspace.space(room.space_id) && matches(room.name, room.topic))
  const nothing = () =>
    wanted() !== '' && spaces().every((space) => roomsOf(space.id).length === 0) && loose().length === 0 && conversations().length === 0
  const session = useSession()
  const conversations = createMemo(() =>
    search.space
      ? []
      : workspace
          .directs()
          .filter((room) => room.last_seq > 0)
          .map((room) => ({ room, others: othersIn(room, workspace, session.user()?.id ?? '') }))
          .filter(({ others }) => matches(others.map(({ name }) => name).join(', '))),
  )

  return (
    <Page
      title={en.rooms}
      actions={
        <>
          <Show when={workspace.people().length > 1}>
            <Button look="outline" icon="chat" onClick={() => shell.open({ kind: 'newDirect' })}>
              {direct.new}
            </Button>
          </Show>
          <Show when={home()}>
            {(space) => (
              <Button look="primary" icon="plus" onClick={() => setCreating(space().id)}>
                {detailsEn.newRoom}
              </Button>
            )}
          </Show>
        </>
      }
    >
      <div class="page">
        <Show
          when={!isEmpty()}
          fallback={
            <EmptyState icon="chat" title={detailsEn.noRooms} text={home() ? detailsEn.noRoomsText : detailsEn.noRoomsReader}>
              <Show when={home()}>
                {(space) => (
                  <Button look="primary" icon="plus" onClick={() => setCreating(space().id)}>
                    {detailsEn.newRoom}
                  </Button>
                )}
              </Show>
            </EmptyState>
          }
        >
          <p class="muted">{detailsEn.browseIntro}</p>
          <Field
            label={words.find}
            name="find"
            type="search"
            autocomplete="off"
            value={query()}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
          <Show when={nothing()}>
            <p class="muted" role="status">
              {words.nothing}
            </p>
          </Show>
          <Show when={conversations().length > 0}>
            <section class="section">
              <h2>{direct.direct}</h2>
              <ul class="room-cards">
                <For each={conversations()}>
                  {({ room, others }) => (
                    <li class="room-card" classList={{ unread: room.unread > 0 }}>
                      <Faces people={others} />
                      <div class="grow">
                        <A href={paths.room(room.id)} dir="auto">
                          {others.map(({ name }) => name).join(', ')}
                        </A>
                        <Unread room={room} />
                      </div>
                    </li>
                  )}
                </For>
              </ul>
            </section>
          </Show>
          <For each={spaces()}>{(space) => <SpaceRooms space={space} rooms={roomsOf(space.id)} />}</For>
          <Show when={loose().length > 0 && !search.space}>
            <section class="section">
              <h2>{words.shared}</h2>
              <ul class="room-cards">
                <For each={loose()}>{(room) => <RoomCard room={room} />}</For>
              </ul>
            </section>
          </Show>
          <Archived matches={matches} space={idOf(search.space)} />
        </Show>
      </div>
      <Show when={creating()}>{(space) => <NewRoomDialog spaceId={space()} onClose={() => setCreating(undefined)} />}</Show>
    </Page>
  )
}

function SpaceRooms(props: { space: SpaceRow; rooms: readonly RoomRow[] }) {
  return (
    <Show when={props.rooms.length > 0}>
      <section class="section">
        <h2>{props.space.name}</h2>
        <ul class="room-cards">
          <For each={props.rooms}>{(room) => <RoomCard room={room} />}</For>
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
        <Unread room={props.room} />
        <p class="muted" dir="auto">
          <span>{more(props.room.members === 1 ? 'member' : 'members', { count: props.room.members })}</span>
          <Show when={props.room.topic}>
            <span aria-hidden="true"> · </span>
            {props.room.topic}
          </Show>
        </p>
      </div>
      <Show when={!props.room.joined} fallback={<span class="muted">{detailsEn.joined}</span>}>
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

function Unread(props: { room: RoomRow }) {
  return (
    <Show when={props.room.unread > 0}>
      <span class="room-unread">{tList('unread', { count: props.room.unread })}</span>
    </Show>
  )
}

/** Rooms in which nobody writes any more; read when somebody asks. */
function Archived(props: { matches(...texts: string[]): boolean; space: string | undefined }) {
  const workspace = useWorkspace()
  const rooms = useRooms()
  const [open, setOpen] = createSignal(false)
  const [found, { refetch }] = createResource(
    () => open() && workspace.id(),
    async () => {
      let archived: Awaited<ReturnType<typeof archivedRooms>> = []
      await attempt(words.archived, async () => {
        archived = await archivedRooms(workspace.id())
      })
      return archived
    },
  )
  const shown = () =>
    (found.latest ?? []).filter((room) => props.matches(room.name, room.topic) && (!props.space || room.space_id === props.space))
  return (
    <section class="section">
      <h2>
        <button type="button" class="button quiet archived-toggle" aria-expanded={open()} onClick={() => setOpen(!open())}>
          <Icon name="archive" />
          {words.archived}
        </button>
      </h2>
      <Show when={open()}>
        <ul class="room-cards" aria-busy={found.loading}>
          <For each={shown()} fallback={<li class="muted">{found.loading ? '' : words.noArchived}</li>}>
            {(room) => (
              <li class="room-card">
                <Icon name={room.private ? 'lock' : 'hash'} />
                <div class="grow">
                  <A href={paths.room(room.id)} dir="auto">
                    {room.name}
                  </A>
                  <Show when={room.topic}>
                    <p class="muted" dir="auto">
                      {room.topic}
                    </p>
                  </Show>
                </div>
                <Show when={room.space_id && workspace.can('editor', room.space_id)}>
                  <Button
                    look="outline"
                    aria-label={more('restoreNamed', { room: room.name })}
                    onClick={() => void attempt(detailsEn.restoreRoom, () => rooms.archive(room.id, false)).then(() => refetch())}
                  >
                    {detailsEn.restoreRoom}
                  </Button>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}
