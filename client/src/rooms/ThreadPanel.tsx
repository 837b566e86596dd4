import { createEffect, createMemo, createSignal, lazy, Match, on, onCleanup, Show, Suspense, Switch, untrack } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { attempt } from './attempt.ts'
import { Composer } from './Composer.tsx'
import type { Conversation } from './conversation.ts'
import { conversationsOf } from './conversations.ts'
import { createDesk } from './desk.tsx'
import { en } from './en.ts'
import { type ListHandle, MessageList } from './MessageList.tsx'
import type { Marks } from './marks.ts'
import { messageEn } from './messageEn.ts'
import { lastOf, messageItems } from './messageItems.ts'
import type { MessageRow } from './messageLog.ts'
import { dayOf } from './time.ts'
import { createVisibility } from './visibility.ts'

const t = textsOf({ ...en, ...messageEn })
const QuoteLine = lazy(() => import('./QuoteLine.tsx').then((module) => ({ default: module.QuoteLine })))
/** How long a reply has to be in sight to count as read. */
const readAfterMs = 300

interface ThreadPanelProps {
  room: RoomRow
  threadId: string
  /** A reply to which a permalink leads. */
  reply: string | undefined
  /** The conversation of the room, which may have the first message. */
  main: Conversation
  marks: Marks
  onGoTo(id: string): Promise<boolean>
  onClose(): void
}

/** A thread: the message that it begins with, what was replied, and where to reply. */
export default function ThreadPanel(props: ThreadPanelProps) {
  const session = useSession()
  const me = session.user()?.id ?? ''
  const threadId = untrack(() => props.threadId)
  const conversation = conversationsOf(me).of(
    untrack(() => props.room.id),
    threadId,
  )
  const visible = createVisibility()
  const [atEnd, setAtEnd] = createSignal(true)
  const [marked, setMarked] = createSignal<string>()
  const [line, setLine] = createSignal<number | null>(null)
  const [alsoToRoom, setAlsoToRoom] = createSignal(false)
  const [following, setFollowing] = createSignal(false)
  let panel!: HTMLDivElement
  let handle: ListHandle | undefined

  const first = createLoad(
    () => threadId,
    (id) => props.main.read(id),
  )
  const root = (): MessageRow | undefined => props.main.log().get(threadId) ?? first.value()
  const desk = createDesk({
    room: () => props.room,
    marks: untrack(() => props.marks),
    conversation,
    openThread: undefined,
    markUnread: undefined,
    goTo: (id) => (id === threadId || conversation.log().has(id) ? Promise.resolve(showReply(id)) : props.onGoTo(id)),
    focusComposer: () => panel.querySelector<HTMLElement>('.composer :is(textarea, [contenteditable=true])')?.focus(),
  })
  const items = createMemo(() => {
    const begun = root()
    const isWhole = conversation.loaded() && !conversation.hasOlder()
    const log = begun && isWhole ? new Map([[begun.id, begun], ...conversation.log()]) : conversation.log()
    return messageItems(log, conversation.pending(), { me, readSeq: line(), dayOf })
  })
  createEffect(() => {
    const begun = root()
    props.marks.need([...(begun ? [begun] : []), ...conversation.log().values()])
  })

  const read = async () => {
    const found = rows<{ following: boolean; read_seq: number }[]>(
      rest.from('thread_follows').select('following,read_seq').eq('thread_id', threadId).eq('user_id', me),
    )
    const [[follow]] = await Promise.all([found, conversation.catchUp()])
    setFollowing(follow?.following ?? false)
    if (follow?.following && conversation.lastSeq() > follow.read_seq) setLine(follow.read_seq)
  }
  void read()
    .catch(() => {})
    .then(() => (props.reply ? goToReply(props.reply) : undefined))
  createEffect(
    on(
      () => props.reply,
      (reply) => reply && void goToReply(reply),
      { defer: true },
    ),
  )
  async function goToReply(id: string) {
    if (await conversation.loadAround(id).catch(() => false)) showReply(id)
  }
  function showReply(id: string): boolean {
    setMarked(id)
    requestAnimationFrame(() => handle?.toMessage(id))
    return true
  }

  createEffect(() => {
    const seq = conversation.lastSeq()
    if (!visible() || !atEnd() || conversation.detached() || seq === 0) return
    const timer = setTimeout(() => void rpc('mark_thread_read', { thread_id: threadId, seq }).catch(() => {}), readAfterMs)
    onCleanup(() => clearTimeout(timer))
  })

  const follow = async (wanted: boolean) => {
    setFollowing(wanted)
    if (!(await attempt(messageEn.follow, () => rpc('set_thread_follow', { thread_id: threadId, following: wanted }))))
      setFollowing(!wanted)
  }
  const editLast = () => {
    const last = lastOf(items(), me)
    if (last) desk.setEditing(last.id)
    return last !== undefined
  }

  return (
    <div class="thread-panel" ref={panel}>
      <header class="panel-head">
        <h2 class="grow">{messageEn.thread}</h2>
        <IconButton
          icon={following() ? 'bell' : 'bellOff'}
          label={following() ? messageEn.unfollow : messageEn.follow}
          aria-pressed={following()}
          onClick={() => void follow(!following())}
        />
        <IconButton icon="close" label={common.close} onClick={() => props.onClose()} />
      </header>
      <Switch
        fallback={
          <div class="room-loading" aria-busy="true">
            <Skeleton lines={5} />
          </div>
        }
      >
        <Match when={first.error() || (!first.loading() && !root())}>
          <EmptyState icon="alert" title={messageEn.threadMissing} text={first.error() ? sentenceOf(first.error()) : ''} />
        </Match>
        <Match when={conversation.problem() && !conversation.loaded()}>
          <EmptyState icon="alert" title={en.failed} text={sentenceOf(conversation.problem())}>
            <Button look="primary" onClick={() => void conversation.load()}>
              {common.retry}
            </Button>
          </EmptyState>
        </Match>
        <Match when={items().length > 0}>
          <MessageList
            label={messageEn.threadLog}
            items={items()}
            conversation={conversation}
            host={desk.host}
            editing={desk.editing()}
            marked={marked()}
            newCount={0}
            unreadAbove={0}
            onEdited={desk.edited}
            onEditPending={desk.setEditing}
            onResent={desk.resent}
            onEditEnd={desk.endEditing}
            onAtEnd={setAtEnd}
            onJump={() => {
              if (conversation.detached()) void conversation.load()
            }}
            onJumpToUnread={() => {}}
            onMarkRead={() => {}}
            onLineAbove={() => {}}
            onHandle={(given) => {
              handle = given
            }}
          />
        </Match>
      </Switch>
      <Show when={props.room.can_reply && root() && (root()?.deleted_at === null || (root()?.reply_count ?? 0) > 0)}>
        <footer class="room-foot">
          <Show when={desk.quoting()}>
            {(row) => (
              <Suspense>
                <QuoteLine row={row()} nameOf={desk.nameOf} onDrop={() => desk.setQuoting(undefined)} />
              </Suspense>
            )}
          </Show>
          <Composer
            roomId={props.room.id}
            threadId={threadId}
            label={messageEn.replyTo}
            placeholder={messageEn.reply}
            onTyping={() => {}}
            onEditLast={editLast}
            onSend={(words) => {
              desk.send(words)
              if (alsoToRoom()) void props.main.send({ ...words, files: [] }, { quoteId: threadId })
              setAlsoToRoom(false)
              setFollowing(true)
              handle?.toEnd()
            }}
          />
          <label class="also-to-room">
            <input type="checkbox" checked={alsoToRoom()} onChange={(event) => setAlsoToRoom(event.currentTarget.checked)} />
            <span class="ellipsis">{t('alsoToRoom', { room: props.room.name })}</span>
          </label>
        </footer>
      </Show>
      <desk.Dialogs />
    </div>
  )
}
