import { A } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { listEn } from './listEn.ts'
import { hasNews, RoomCount } from './RoomCount.tsx'
import { useRooms } from './rooms.ts'

const tList = textsOf(listEn)

/** The rooms of a space that this person is in, and the way to the others. */
export function RoomList(props: { spaceId: string }) {
  const workspace = useWorkspace()
  const rooms = useRooms()
  const joined = () => rooms.in(props.spaceId).filter((room) => room.joined)
  const hasMore = () => rooms.in(props.spaceId).some((room) => !room.joined)
  return (
    <ul class="side-rooms" aria-label={tList('roomsIn', { space: workspace.space(props.spaceId)?.name ?? '' })}>
      <For each={joined()}>
        {(room) => (
          <li>
            <A class="nav-row" classList={{ unread: hasNews(room), muted: room.muted }} href={paths.room(room.id)}>
              <Icon name={room.private ? 'lock' : 'hash'} />
              <span class="ellipsis" dir="auto" title={room.name}>
                {room.name}
              </span>
              <Show when={room.private}>
                <span class="visually-hidden">({listEn.privateRoom})</span>
              </Show>
              <RoomCount room={room} />
            </A>
          </li>
        )}
      </For>
      <Show when={hasMore()}>
        <li>
          <A class="nav-row" href={`${paths.rooms()}?space=${props.spaceId}`}>
            <Icon name="search" />
            {listEn.browse}
          </A>
        </li>
      </Show>
    </ul>
  )
}
