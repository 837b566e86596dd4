import { For, Match, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { rest, rows } from '../supabase.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { attempt } from './attempt.ts'
import { MessageContent } from './MessageContent.tsx'
import type { Marks } from './marks.ts'
import { messageEn } from './messageEn.ts'
import type { MessageRow } from './messageLog.ts'
import { dayName, fullTime } from './time.ts'

interface PinsPanelProps {
  roomId: string
  marks: Marks
  mayUnpin: boolean
  nameOf(person: string | null): string
  onGoTo(id: string): void
  onClose(): void
}

/** The messages that everybody in a room should find again, the last pinned first. */
export default function PinsPanel(props: PinsPanelProps) {
  const pinned = createLoad(
    () => [props.roomId, props.marks.pinCount()] as const,
    async ([room]) => {
      const pins = await rows<{ message_id: string }[]>(
        rest.from('message_pins').select('message_id').eq('room_id', room).order('pinned_at', { ascending: false }),
      )
      const ids = pins.map((pin) => pin.message_id)
      const found = ids.length > 0 ? await rows<MessageRow[]>(rest.from('messages').select('*').in('id', ids)) : []
      return ids.flatMap((id) => found.find((row) => row.id === id) ?? [])
    },
  )
  return (
    <div class="room-panel">
      <header class="panel-head">
        <h2 class="grow">{messageEn.pins}</h2>
        <IconButton icon="close" label={common.close} onClick={() => props.onClose()} />
      </header>
      <Switch fallback={<Skeleton lines={5} />}>
        <Match when={pinned.error()}>
          <p role="alert">{sentenceOf(pinned.error())}</p>
        </Match>
        <Match when={pinned.value()?.length === 0}>
          <EmptyState icon="pin" title={messageEn.noPins} text={messageEn.noPinsText} />
        </Match>
        <Match when={pinned.value()}>
          {(found) => (
            <ul class="message-cards">
              <For each={found()}>
                {(row) => (
                  <li class="message-card">
                    <p class="message-head">
                      <strong dir="auto">{row.bot_name || props.nameOf(row.author_id)}</strong>
                      <time datetime={row.created_at} title={fullTime(row.created_at)}>
                        {dayName(row.created_at)}
                      </time>
                    </p>
                    <MessageContent text={row.text ?? ''} content={row.content} />
                    <p class="card-actions">
                      <Button look="outline" onClick={() => props.onGoTo(row.id)}>
                        {messageEn.showInRoom}
                      </Button>
                      {props.mayUnpin && (
                        <Button look="quiet" onClick={() => void attempt(messageEn.unpin, () => props.marks.setPin(row.id, false))}>
                          {messageEn.unpin}
                        </Button>
                      )}
                    </p>
                  </li>
                )}
              </For>
            </ul>
          )}
        </Match>
      </Switch>
    </div>
  )
}
