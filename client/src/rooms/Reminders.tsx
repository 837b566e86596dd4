import { For, Show } from 'solid-js'
import { relativeTime, textsOf } from '../i18n.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { createLoad } from '../ui/load.ts'
import { attempt } from './attempt.ts'
import { readingEn } from './readingEn.ts'
import { useRooms } from './rooms.ts'
import { fullTime } from './time.ts'

const t = textsOf(readingEn)

/** What this person wants to be reminded of in his own words, and was not yet. */
export function Reminders() {
  const rooms = useRooms()
  const waiting = createLoad(
    () => [rooms.savedNews()],
    () =>
      rows<{ id: string; text: string; remind_at: string }[]>(
        rest.from('reminders').select('id,text,remind_at').is('reminded_at', null).order('remind_at').limit(100),
      ),
  )
  const cancel = (id: string) =>
    attempt(readingEn.reminders, async () => {
      await rpc('cancel_reminder', { id })
      rooms.heardSaved()
    })
  return (
    <Show when={waiting.value()?.length}>
      <section aria-label={readingEn.reminders}>
        <ul class="digest">
          <For each={waiting.value()}>
            {(reminder) => (
              <li class="digest-card">
                <p class="digest-head">
                  <span class="digest-reminder" title={fullTime(reminder.remind_at)}>
                    <Icon name="clock" /> {t('remindedAt', { when: relativeTime(reminder.remind_at) })}
                  </span>
                </p>
                <p dir="auto">{reminder.text}</p>
                <p class="digest-foot">
                  <Button look="quiet" onClick={() => void cancel(reminder.id)}>
                    {readingEn.remove}
                  </Button>
                </p>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  )
}
