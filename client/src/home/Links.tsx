import { A } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { relativeTime, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { DocumentRow, SpaceRoomRow } from '../rows.ts'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import './links.css'

const t = textsOf(en)

/** Documents as rows, with the time of their last change. */
export function DocumentLinks(props: { documents: readonly DocumentRow[]; withSpace?: boolean }) {
  const workspace = useWorkspace()
  return (
    <ul class="links">
      <For each={props.documents}>
        {(row) => {
          const title = () => row.title || t('untitled')
          return (
            <li>
              <A class="link-row" href={paths.document(row.id)}>
                <Show when={row.icon} fallback={<Icon name="document" />}>
                  <span class="emoji" aria-hidden="true">
                    {row.icon}
                  </span>
                </Show>
                <span class="ellipsis" title={title()}>
                  {title()}
                </span>
                <span class="link-meta ellipsis">
                  <Show when={props.withSpace && workspace.space(row.space_id)}>
                    {(space) => <span class="link-space">{space().name} · </span>}
                  </Show>
                  <time datetime={row.updated_at}>{relativeTime(row.updated_at)}</time>
                </span>
              </A>
            </li>
          )
        }}
      </For>
    </ul>
  )
}

/** Rooms as rows, with what is unread. */
export function RoomLinks(props: { rooms: readonly SpaceRoomRow[]; withSpace?: boolean }) {
  const workspace = useWorkspace()
  return (
    <ul class="links">
      <For each={props.rooms}>
        {(row) => (
          <li>
            <A class="link-row" classList={{ unread: row.joined && row.unread > 0 }} href={paths.room(row.id)}>
              <Icon name={row.private ? 'lock' : 'hash'} />
              <span class="ellipsis" title={row.name}>
                {row.name}
              </span>
              <span class="link-meta ellipsis">
                <Show when={row.joined && row.unread > 0} fallback={props.withSpace ? workspace.space(row.space_id)?.name : row.topic}>
                  <span class="count">{t('unreadCount', { count: row.unread })}</span>
                </Show>
              </span>
            </A>
          </li>
        )}
      </For>
    </ul>
  )
}
