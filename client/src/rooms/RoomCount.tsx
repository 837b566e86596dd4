import { Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { RoomRow } from '../rows.ts'
import { listEn } from './listEn.ts'

const t = textsOf(listEn)
const countedAtMost = 99
const shown = (count: number) => (count > countedAtMost ? `${countedAtMost}+` : count)

/** Whether a room has something for this person: in a muted one only what names him. */
export const hasNews = (room: RoomRow): boolean => room.joined && (room.muted ? room.mentions : room.unread) > 0

/** At the end of a room's row: how often this person is mentioned, or else how much is unread. */
export function RoomCount(props: { room: RoomRow }) {
  return (
    <>
      <Show when={hasNews(props.room)}>
        <span class="count" classList={{ mentions: props.room.mentions > 0 }} aria-hidden="true">
          {shown(props.room.mentions || props.room.unread)}
        </span>
        <span class="visually-hidden">
          , {t('unread', { count: props.room.unread })}
          {props.room.mentions > 0 && `, ${t('mentions', { count: props.room.mentions })}`}
        </span>
      </Show>
      <Show when={props.room.muted}>
        <span class="visually-hidden">, {listEn.muted}</span>
      </Show>
    </>
  )
}
