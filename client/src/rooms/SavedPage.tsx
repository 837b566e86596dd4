import { A, useSearchParams } from '@solidjs/router'
import { For, Match, Show, Switch } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { relativeTime, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { rest, rows, rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { en } from './en.ts'
import { MessageContent } from './MessageContent.tsx'
import type { MessageRow } from './messageLog.ts'
import { Reminders } from './Reminders.tsx'
import { readingEn } from './readingEn.ts'
import { roomName } from './roomName.ts'
import { useRooms } from './rooms.ts'
import { fullTime } from './time.ts'
import './readingPages.css'

const t = textsOf(readingEn)
const shownAtMost = 200
/** Ids stand in an address. */
const askedAtOnce = 80

interface SavedRow {
  message_id: string
  room_id: string
  saved_at: string
  remind_at: string | null
  done_at: string | null
}

/** `/saved`: what this person keeps for later, and what he is through with. */
export default function SavedPage() {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const me = session.user()?.id ?? ''
  const [search, setSearch] = useSearchParams<{ show?: string }>()
  const isDone = () => search.show === 'done'
  const saved = createLoad(
    () => [isDone(), rooms.savedNews()] as const,
    ([done]) => readSaved(done),
  )

  const change = (row: SavedRow, args: Record<string, unknown>) =>
    attempt(readingEn.saved, async () => {
      await rpc('save_message', { message_id: row.message_id, remind_at: row.remind_at, ...args })
      rooms.heardSaved()
    })
  return (
    <Page title={readingEn.saved}>
      <div class="page">
        <fieldset class="digest-tabs" aria-label={readingEn.saved}>
          <Button look={isDone() ? 'quiet' : 'outline'} aria-pressed={!isDone()} onClick={() => setSearch({ show: undefined })}>
            {readingEn.savedOpen}
          </Button>
          <Button look={isDone() ? 'outline' : 'quiet'} aria-pressed={isDone()} onClick={() => setSearch({ show: 'done' })}>
            {readingEn.savedDone}
          </Button>
        </fieldset>
        <Show when={!isDone()}>
          <Reminders />
        </Show>
        <Switch
          fallback={
            <div aria-busy="true">
              <Skeleton lines={6} />
            </div>
          }
        >
          <Match when={saved.error()}>
            <EmptyState icon="alert" title={sentenceOf(saved.error())} />
          </Match>
          <Match when={saved.value()?.length === 0}>
            <EmptyState
              icon="bookmark"
              title={isDone() ? readingEn.noSavedDone : readingEn.noSaved}
              text={isDone() ? '' : readingEn.noSavedText}
            />
          </Match>
          <Match when={saved.value()}>
            {(found) => (
              <ul class="digest">
                <For each={found()}>
                  {({ row, message }) => {
                    const name = () => message.bot_name || (message.author_id && workspace.nameOf(message.author_id)) || en.gone
                    return (
                      <li class="digest-card">
                        <p class="digest-head">
                          <A class="digest-link" href={paths.room(row.room_id, row.message_id)}>
                            {roomName(workspace.room(row.room_id), workspace, me)}
                          </A>
                          <Show when={row.remind_at}>
                            {(at) => (
                              <span class="digest-reminder" title={fullTime(at())}>
                                <Icon name="clock" /> {t('remindedAt', { when: relativeTime(at()) })}
                              </span>
                            )}
                          </Show>
                        </p>
                        <div class="digest-line">
                          <Avatar id={message.author_id ?? ''} name={name()} />
                          <div class="grow">
                            <strong dir="auto">{name()}</strong>
                            <Show when={message.deleted_at === null} fallback={<p class="message-deleted">{readingEn.deleted}</p>}>
                              <MessageContent text={message.text ?? ''} content={message.content} />
                            </Show>
                          </div>
                        </div>
                        <p class="digest-foot">
                          <Button
                            look="outline"
                            icon={isDone() ? 'undo' : 'check'}
                            onClick={() => void change(row, { saved: true, done: !isDone() })}
                          >
                            {isDone() ? readingEn.undone : readingEn.done}
                          </Button>
                          <Button look="quiet" onClick={() => void change(row, { saved: false })}>
                            {readingEn.remove}
                          </Button>
                        </p>
                      </li>
                    )
                  }}
                </For>
              </ul>
            )}
          </Match>
        </Switch>
      </div>
    </Page>
  )
}

async function readSaved(done: boolean): Promise<{ row: SavedRow; message: MessageRow }[]> {
  const query = rest.from('saved_messages').select('message_id,room_id,saved_at,remind_at,done_at')
  const found = await rows<SavedRow[]>(
    (done ? query.not('done_at', 'is', null) : query.is('done_at', null)).order('saved_at', { ascending: false }).limit(shownAtMost),
  )
  const messages = new Map<string, MessageRow>()
  for (let at = 0; at < found.length; at += askedAtOnce) {
    const ids = found.slice(at, at + askedAtOnce).map((row) => row.message_id)
    for (const message of await rows<MessageRow[]>(rest.from('messages').select('*').in('id', ids))) messages.set(message.id, message)
  }
  return found.flatMap((row) => {
    const message = messages.get(row.message_id)
    return message ? [{ row, message }] : []
  })
}
