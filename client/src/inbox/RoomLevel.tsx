import { createEffect, createSignal, on } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { LevelSelect } from '../settings/LevelSelect.tsx'
import { en } from '../settings/notificationsEn.ts'
import { rest, rows } from '../supabase.ts'
import '../settings/notifications.css'

const t = textsOf(en)

/** How much of one room somebody wants to hear, for the room's panel. */
export default function RoomLevel(props: { roomId: string; name: string }) {
  const [level, setLevel] = createSignal<string | null>(null)
  createEffect(
    on(
      () => props.roomId,
      (room) => {
        setLevel(null)
        rows<{ level: string }[]>(rest.from('notification_levels').select('level').eq('object_type', 'room').eq('object_id', room)).then(
          ([known]) => room === props.roomId && setLevel(known?.level ?? null),
          () => {}, // It shows the usual level until the panel is opened again.
        )
      },
    ),
  )
  return (
    <div class="room-level">
      <span class="grow">{t('level.title')}</span>
      <LevelSelect label={props.name} objectType="room" objectId={props.roomId} level={level()} onChange={setLevel} />
    </div>
  )
}
