import { A, useNavigate } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, Match, on, Show, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
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
import { Composer } from './Composer.tsx'
import { conversationsOf } from './conversations.ts'
import { en } from './en.ts'
import { sendMessage } from './outgoingMessages.ts'
import { readingEn } from './readingEn.ts'
import { roomName } from './roomName.ts'
import { useRooms } from './rooms.ts'
import { clockTime, dayName } from './time.ts'
import './room.css'
import './readingPages.css'

const t = textsOf({ ...en, ...readingEn })

interface Missed {
  room_id: string
  thread_id: string | null
  unread: number
  first_lines: {
    id: string
    seq: number
    author_id: string | null
    bot_name: string | null
    text: string | null
    created_at: string
    deleted_at: string | null
  }[]
}

const keyOf = (missed: Missed) => missed.thread_id ?? missed.room_id

/** `/catch-up`: what is unread in rooms and threads, card by card. */
export default function CatchUpPage() {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const navigate = useNavigate()
  const me = session.user()?.id ?? ''
  const [missed, setMissed] = createSignal<Missed[]>()
  const [problem, setProblem] = createSignal<unknown>()
  const [kept, setKept] = createSignal<ReadonlySet<string>>(new Set())
  const [replying, setReplying] = createSignal<string>()
  let list: HTMLUListElement | undefined

  async function read(): Promise<void> {
    try {
      setMissed(await rpc<Missed[]>('catch_up', { workspace_id: workspace.id() }))
      setProblem(undefined)
    } catch (error) {
      setProblem(error)
    }
  }
  createEffect(on(workspace.id, () => void read()))
  const shown = createMemo(() => missed()?.filter((card) => !kept().has(keyOf(card))))
  const nameOf = (card: Missed) => {
    const name = roomName(workspace.room(card.room_id), workspace, me)
    return card.thread_id ? t('threadIn', { room: name }) : name
  }
  const hrefOf = (card: Missed) => (card.thread_id ? `${paths.room(card.room_id)}?thread=${card.thread_id}` : paths.room(card.room_id))

  /** The focus goes on to the card that takes its place. */
  function drop(card: Missed): void {
    const at = shown()?.indexOf(card) ?? 0
    setMissed((all) => all?.filter((other) => other !== card))
    queueMicrotask(() => focusAt(at))
  }
  const focusAt = (at: number) => {
    const cards = list?.querySelectorAll<HTMLElement>('.digest-card')
    cards?.[Math.max(0, Math.min(at, cards.length - 1))]?.focus()
  }
  async function markRead(card: Missed): Promise<void> {
    drop(card)
    const room = workspace.room(card.room_id)
    await attempt(readingEn.markRead, async () => {
      if (card.thread_id) await rpc('mark_thread_read', { thread_id: card.thread_id, seq: Number.MAX_SAFE_INTEGER })
      else await rooms.markRead(card.room_id, room?.last_seq ?? 0)
    })
  }
  const keep = (card: Missed) => {
    const at = shown()?.indexOf(card) ?? 0
    setKept((all) => new Set(all).add(keyOf(card)))
    queueMicrotask(() => focusAt(at))
  }
  function onKeyDown(event: KeyboardEvent, card: Missed): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).matches('.digest-card')) return
    const at = shown()?.indexOf(card) ?? 0
    const run: Record<string, () => void> = {
      j: () => focusAt(at + 1),
      ArrowDown: () => focusAt(at + 1),
      k: () => focusAt(at - 1),
      ArrowUp: () => focusAt(at - 1),
      e: () => void markRead(card),
      h: () => keep(card),
      r: () => setReplying(keyOf(card)),
      Enter: () => navigate(hrefOf(card)),
    }
    const action = run[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }

  return (
    <Page
      title={readingEn.catchUp}
      actions={
        <Show when={(shown()?.length ?? 0) > 1}>
          <Button look="outline" icon="check" onClick={() => void Promise.all((shown() ?? []).map(markRead))}>
            {readingEn.markAllRead}
          </Button>
        </Show>
      }
    >
      <div class="page">
        <Switch
          fallback={
            <div aria-busy="true">
              <Skeleton lines={6} />
            </div>
          }
        >
          <Match when={problem() && !missed()}>
            <EmptyState icon="alert" title={sentenceOf(problem())}>
              <Button look="primary" onClick={() => void read()}>
                {common.retry}
              </Button>
            </EmptyState>
          </Match>
          <Match when={shown()?.length === 0}>
            <EmptyState icon="check" title={readingEn.catchUpDone} text={readingEn.catchUpDoneText} />
          </Match>
          <Match when={shown()}>
            {(cards) => (
              <>
                <p class="muted only-keys">{readingEn.catchUpKeys}</p>
                <ul class="digest" ref={list}>
                  <For each={cards()}>
                    {(card) => (
                      <li class="digest-card unread" tabindex="0" aria-label={nameOf(card)} onKeyDown={(event) => onKeyDown(event, card)}>
                        <p class="digest-head">
                          <A class="digest-link" href={hrefOf(card)}>
                            {nameOf(card)}
                          </A>
                          <span class="room-unread">{t('unread', { count: card.unread })}</span>
                        </p>
                        <For each={card.first_lines}>
                          {(line) => {
                            const name = () => line.bot_name || (line.author_id && workspace.nameOf(line.author_id)) || en.gone
                            return (
                              <div class="digest-line">
                                <Avatar id={line.author_id ?? ''} name={name()} />
                                <p class="grow">
                                  <strong dir="auto">{name()}</strong>{' '}
                                  <time class="muted" datetime={line.created_at}>
                                    {dayName(line.created_at)}, {clockTime(line.created_at)}
                                  </time>
                                  <br />
                                  <span class="digest-text" dir="auto">
                                    {line.deleted_at ? readingEn.deleted : line.text || readingEn.file}
                                  </span>
                                </p>
                              </div>
                            )
                          }}
                        </For>
                        <Show
                          when={replying() === keyOf(card)}
                          fallback={
                            <p class="digest-foot">
                              <Button look="outline" icon="check" onClick={() => void markRead(card)}>
                                {readingEn.markRead}
                              </Button>
                              <Button look="quiet" icon="reply" onClick={() => setReplying(keyOf(card))}>
                                {readingEn.reply}
                              </Button>
                              <Button look="quiet" onClick={() => keep(card)}>
                                {readingEn.keep}
                              </Button>
                            </p>
                          }
                        >
                          <Composer
                            roomId={card.room_id}
                            threadId={card.thread_id}
                            label={readingEn.reply}
                            placeholder={readingEn.reply}
                            onTyping={() => {}}
                            onEditLast={() => false}
                            onSend={(words) => {
                              setReplying(undefined)
                              void sendMessage(conversationsOf(me).outbox, { roomId: card.room_id, threadId: card.thread_id, words })
                              void markRead(card)
                            }}
                          />
                        </Show>
                      </li>
                    )}
                  </For>
                </ul>
              </>
            )}
          </Match>
        </Switch>
      </div>
    </Page>
  )
}
