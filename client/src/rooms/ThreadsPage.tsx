import { A } from '@solidjs/router'
import { createEffect, createSignal, For, Match, on, Show, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, relativeTime, textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { rpc } from '../supabase.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { en } from './en.ts'
import { readingEn } from './readingEn.ts'
import { roomName } from './roomName.ts'
import { useRooms } from './rooms.ts'
import './readingPages.css'

const t = textsOf(readingEn)
const pageRows = 50

interface ThreadRow {
  thread_id: string
  room_id: string
  author_id: string | null
  bot_name: string | null
  text: string | null
  reply_count: number
  last_reply_at: string
  unread: number
}

/** `/threads`: the threads that this person follows, the latest first. */
export default function ThreadsPage() {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const me = session.user()?.id ?? ''
  const [threads, setThreads] = createSignal<ThreadRow[]>()
  const [problem, setProblem] = createSignal<unknown>()
  const [hasMore, setHasMore] = createSignal(false)

  async function read(before?: string): Promise<void> {
    try {
      const found = await rpc<ThreadRow[]>('my_threads', { workspace_id: workspace.id(), ...(before ? { before } : {}) })
      setThreads((known) => (before ? [...(known ?? []), ...found] : found))
      setHasMore(found.length === pageRows)
      setProblem(undefined)
    } catch (error) {
      setProblem(error)
    }
  }
  createEffect(on([workspace.id, rooms.threadNews], () => void read()))

  const markRead = async (thread: ThreadRow) => {
    setThreads((all) => all?.map((other) => (other === thread ? { ...other, unread: 0 } : other)))
    await attempt(readingEn.markRead, () => rpc('mark_thread_read', { thread_id: thread.thread_id, seq: Number.MAX_SAFE_INTEGER }))
  }
  return (
    <Page title={readingEn.threads}>
      <div class="page">
        <Switch
          fallback={
            <div aria-busy="true">
              <Skeleton lines={6} />
            </div>
          }
        >
          <Match when={problem() && !threads()}>
            <EmptyState icon="alert" title={sentenceOf(problem())}>
              <Button look="primary" onClick={() => void read()}>
                {common.retry}
              </Button>
            </EmptyState>
          </Match>
          <Match when={threads()?.length === 0}>
            <EmptyState icon="chat" title={readingEn.noThreads} text={readingEn.noThreadsText} />
          </Match>
          <Match when={threads()}>
            {(found) => (
              <>
                <ul class="digest">
                  <For each={found()}>
                    {(thread) => {
                      const name = () => thread.bot_name || (thread.author_id && workspace.nameOf(thread.author_id)) || en.gone
                      return (
                        <li class="digest-card" classList={{ unread: thread.unread > 0 }}>
                          <p class="digest-head">
                            <A class="digest-link" href={`${paths.room(thread.room_id)}?thread=${thread.thread_id}`}>
                              {t('threadIn', { room: roomName(workspace.room(thread.room_id), workspace, me) })}
                            </A>
                            <Show when={thread.unread > 0}>
                              <span class="room-unread">{t('unread', { count: thread.unread })}</span>
                            </Show>
                          </p>
                          <div class="digest-line">
                            <Avatar id={thread.author_id ?? ''} name={name()} />
                            <p class="grow">
                              <strong dir="auto">{name()}</strong> <span dir="auto">{thread.text ?? readingEn.deleted}</span>
                            </p>
                          </div>
                          <p class="digest-foot">
                            <span class="muted">
                              {plural(thread.reply_count, { one: readingEn.oneReply, other: t('replies', { count: thread.reply_count }) })},{' '}
                              {t('lastReply', { when: relativeTime(thread.last_reply_at) })}
                            </span>
                            <Show when={thread.unread > 0}>
                              <Button look="outline" icon="check" onClick={() => void markRead(thread)}>
                                {readingEn.markRead}
                              </Button>
                            </Show>
                          </p>
                        </li>
                      )
                    }}
                  </For>
                </ul>
                <Show when={hasMore()}>
                  <Button look="outline" onClick={() => void read(found().at(-1)?.last_reply_at)}>
                    {readingEn.threadsMore}
                  </Button>
                </Show>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </Page>
  )
}
