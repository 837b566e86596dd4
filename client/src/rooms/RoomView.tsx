import { useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, lazy, Match, on, onCleanup, onMount, Show, Suspense, Switch, untrack } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { openTopic, type Topic } from '../live.ts'
import { idOf } from '../paths.ts'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { isCovered } from '../shell/keys.ts'
import { Page } from '../shell/Page.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { Composer } from './Composer.tsx'
import { conversationsOf } from './conversations.ts'
import { createDesk } from './desk.tsx'
import { en } from './en.ts'
import { Faces } from './Faces.tsx'
import { listEn } from './listEn.ts'
import { type ListHandle, MessageList } from './MessageList.tsx'
import { createMarks } from './marks.ts'
import { messageEn } from './messageEn.ts'
import { lastOf, messageItems } from './messageItems.ts'
import { inOrder, type MessageRow, type Standing } from './messageLog.ts'
import { othersIn, roomName } from './roomName.ts'
import { useRooms } from './rooms.ts'
import { TypingLine } from './TypingLine.tsx'
import { dayOf } from './time.ts'
import { createTyping } from './typing.ts'
import { createUnreadLine } from './unreadLine.ts'
import { createVisibility } from './visibility.ts'

const t = textsOf({ ...en, ...messageEn })
const ThreadPanel = lazy(() => import('./ThreadPanel.tsx'))
const QuoteLine = lazy(() => import('./QuoteLine.tsx').then((module) => ({ default: module.QuoteLine })))
const PinsPanel = lazy(() => import('./PinsPanel.tsx'))
const RoomPanel = lazy(() => import('./RoomPanel.tsx').then((module) => ({ default: module.RoomPanel })))
/** From this many unread messages on, reading begins at the line and not at the end. */
const longUnread = 12
/** A name longer than this would make an empty composer two lines high. */
const longestPlaceholder = 24
/** How long a message has to be in sight to count as read. */
const readAfterMs = 300

/** What stands beside the room: its details, a thread or its pins. */
interface PanelSearch extends Record<string, string | undefined> {
  details?: string
  thread?: string
  pins?: string
}

/** A room: what was said, live, and where to say something. */
export function RoomView(props: { room: RoomRow; archived: boolean; message: string | undefined }) {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const [search, setSearch] = useSearchParams<PanelSearch>()
  const roomId = untrack(() => props.room.id)
  const me = session.user()?.id ?? ''
  const name = () => roomName(props.room, workspace, me)
  const conversations = conversationsOf(me)
  const conversation = conversations.of(roomId)
  const marks = createMarks(roomId, me)
  const visible = createVisibility()
  const [atEnd, setAtEnd] = createSignal(true)
  const [seenSeq, setSeenSeq] = createSignal(0)
  const [marked, setMarked] = createSignal<string>()
  const [reply, setReply] = createSignal<string>()
  const [lineAbove, setLineAbove] = createSignal(false)
  /** What was unread when the person came. */
  const unread = untrack(() =>
    props.room.joined && props.room.unread > 0 ? { count: props.room.unread, after: props.room.read_seq } : null,
  )
  const unreadLine = createUnreadLine({ initial: unread?.after ?? null, visible, lastSeq: conversation.lastSeq })
  let typingTopic: Topic | undefined
  let page!: HTMLDivElement
  let handle: ListHandle | undefined
  /** The number of the last message of which an event told; events of a room come without gaps. */
  let heardSeq = 0

  const typing = createTyping({
    me,
    tell: () => typingTopic?.send('typing', { user_id: me, name: session.user()?.name ?? '' }),
  })
  const panel = () => ({
    thread: idOf(search.thread),
    pins: search.pins === '1',
    details: search.details === '1',
  })
  const show = (what: PanelSearch) => setSearch({ details: undefined, thread: undefined, pins: undefined, ...what }, { replace: true })
  const desk = createDesk({
    room: () => props.room,
    marks,
    conversation,
    openThread: (thread) => show({ thread }),
    markUnread(row) {
      unreadLine.set(row.seq - 1)
      setAtEnd(false)
      void attempt(en.markUnread, () => rooms.markUnread(roomId, row.seq, row.place))
    },
    goTo,
    focusComposer: () => page.querySelector<HTMLElement>('.composer :is(textarea, [contenteditable=true])')?.focus(),
  })
  const items = createMemo(() => messageItems(conversation.log(), conversation.pending(), { me, readSeq: unreadLine.line(), dayOf }))
  const newCount = () => [...conversation.log().values()].filter((row) => row.seq > seenSeq() && row.author_id !== me).length
  createEffect(() => marks.need([...conversation.log().values()]))

  // Live: events paint at once, and every join reads what was missed. A new epoch is another topic.
  createEffect(
    on(
      () => props.room.epoch,
      (epoch) => {
        const opened = openTopic(`room:${roomId}:${epoch}`, {
          onEvent: hear,
          onJoined() {
            heardSeq = 0
            refresh()
          },
          onRefused: () => void workspace.reloadRooms().catch(() => {}),
        })
        // What people say themselves comes by a topic of its own: nobody could forge a message on the room's.
        const overheard = openTopic(`typing:${roomId}:${epoch}`, { onEvent: (_event, payload) => typing.heard(payload) })
        typingTopic = overheard
        onCleanup(() => {
          opened.close()
          overheard.close()
        })
      },
    ),
  )
  function hear(event: string, payload: Record<string, unknown>) {
    if (event === 'epoch') return void workspace.reloadRooms().catch(() => {})
    if (event === 'reaction') return marks.heardReaction(payload)
    if (event === 'pin') return void marks.readPins().catch(() => {})
    if (event === 'thread') return conversation.countReplies(payload as unknown as Standing)
    if (event === 'messages_removed') return conversations.forget(roomId, (payload.ids as string[] | undefined) ?? [])
    if (event !== 'message' && event !== 'message_changed') return
    const row = (payload.row ?? payload) as MessageRow
    if (row.room_id !== roomId || typeof row.seq !== 'number') return
    const isGap = event === 'message' && heardSeq > 0 && row.seq > heardSeq + 1
    if (event === 'message') {
      heardSeq = Math.max(heardSeq, row.seq)
      typing.said(row.author_id)
    } else marks.changed(row)
    conversation.receive(row)
    if (row.thread_id) conversations.known(roomId, row.thread_id)?.receive(row)
    if (isGap) refresh()
  }
  /** Asked to read again while the first reading was under way, which may have missed what the caller heard of. */
  let isStale = false
  createEffect(on(conversation.loaded, (loaded) => loaded && isStale && refresh()))
  /** A reading that fails is repeated by the next event or by coming back. */
  function refresh() {
    isStale = !conversation.loaded() && !conversation.problem()
    if (isStale) return
    conversation.catchUp().catch(() => {})
    marks.refresh().catch(() => {})
    const thread = panel().thread
    if (thread)
      conversations
        .known(roomId, thread)
        ?.catchUp()
        .catch(() => {})
  }
  createEffect(on(visible, (seen) => seen && refresh(), { defer: true }))
  addEventListener('online', refresh)
  onCleanup(() => removeEventListener('online', refresh))

  // What stands at the end of a page in sight is read.
  createEffect(() => {
    const seq = conversation.lastSeq()
    if (!visible() || !atEnd() || conversation.detached() || !props.room.joined || seq === 0) return
    const timer = setTimeout(() => void rooms.markRead(roomId, seq, conversation.last()?.place), readAfterMs)
    onCleanup(() => clearTimeout(timer))
  })

  onMount(() => {
    void Promise.allSettled([marks.readPins(), marks.readSaved()])
    if (!props.message) void begin()
  })
  createEffect(
    on(
      () => props.message,
      (message) => message && void goToLinked(message),
    ),
  )
  /** Reading begins at the line when much is unread, else at the end. */
  async function begin() {
    const isLong = unread !== null && unread.count > longUnread
    // What is loaded since an earlier visit may not reach back to the line.
    if (isLong && !hasLine(unread.after)) await conversation.loadAt(unread.after + 1)
    else await conversation.catchUp().catch(() => {})
    const start = items().find((item) => item.startsUnread)
    if (isLong && start) handle?.toMessage(start.id)
    else handle?.toEnd()
  }
  const hasLine = (after: number) =>
    conversation.loaded() && (!conversation.hasOlder() || (inOrder(conversation.log())[0]?.seq ?? 0) <= after)

  /** Shows a message of the room; false when there is none for this person, or it stands in a thread. */
  async function goTo(id: string): Promise<boolean> {
    if (!(await conversation.loadAround(id).catch(() => false))) return false
    setMarked(id)
    requestAnimationFrame(() => handle?.toMessage(id))
    return true
  }
  async function goToLinked(id: string) {
    if (await goTo(id)) return
    const row = await conversation.read(id).catch(() => undefined)
    if (row?.thread_id && (await goTo(row.thread_id))) {
      setReply(id)
      return show({ thread: row.thread_id })
    }
    toast(en.messageMissing)
    return conversation.catchUp()
  }
  async function jumpToUnread() {
    const after = unreadLine.line()
    if (after === null) return
    if (!hasLine(after)) await conversation.loadAt(after + 1)
    const start = items().find((item) => item.startsUnread)
    if (start) handle?.toMessage(start.id)
  }
  function markAllRead() {
    unreadLine.set(null)
    setLineAbove(false)
    const last = Math.max(props.room.last_seq, conversation.lastSeq())
    void rooms.markRead(roomId, last)
    if (conversation.detached()) void conversation.load().then(() => handle?.toEnd())
    else handle?.toEnd()
  }
  const unreadAbove = () => {
    const after = unreadLine.line()
    if (after === null) return 0
    const count = [...conversation.log().values()].filter((row) => row.seq > after && row.author_id !== me).length
    return lineAbove() || (!hasLine(after) && props.room.unread > 0) ? Math.max(count, props.room.unread) : 0
  }

  /** Escape says: I have seen it. What stands above the page comes first. */
  function onKeyDown(event: KeyboardEvent) {
    const target = event.target as HTMLElement | null
    if (event.key !== 'Escape' || event.defaultPrevented || isCovered() || target?.closest('.panel, .edit-message, .palette')) return
    if (desk.quoting()) desk.setQuoting(undefined)
    else if (props.room.joined) markAllRead()
  }
  addEventListener('keydown', onKeyDown)
  onCleanup(() => removeEventListener('keydown', onKeyDown))

  const whyNot = () => (props.archived ? en.archivedBar : props.room.can_reply ? en.moderatorsPost : en.mayNotPost)
  const editLast = () => {
    const last = lastOf(items(), me)
    if (last) desk.setEditing(last.id)
    return last !== undefined
  }
  const panelLabel = () => (panel().thread ? messageEn.thread : panel().pins ? messageEn.pins : en.details)

  return (
    <Page
      fill
      title={name()}
      before={
        <span class="room-sign">
          <Show when={props.room.kind !== 'direct'} fallback={<Faces people={othersIn(props.room, workspace, me)} />}>
            <Icon name={props.room.private ? 'lock' : 'hash'} />
            <Show when={props.room.private}>
              <span class="visually-hidden">{listEn.privateRoom}</span>
            </Show>
          </Show>
        </span>
      }
      actions={
        <>
          <Show when={props.room.topic}>
            <p class="room-topic ellipsis only-wide" dir="auto" title={props.room.topic}>
              {props.room.topic}
            </p>
          </Show>
          <Show when={marks.pinCount() > 0 || panel().pins}>
            <IconButton
              icon="pin"
              label={messageEn.pins}
              aria-expanded={panel().pins}
              onClick={() => show(panel().pins ? {} : { pins: '1' })}
            />
          </Show>
          <IconButton
            icon="panel"
            label={en.details}
            aria-expanded={panel().details}
            onClick={() => show(panel().details ? {} : { details: '1' })}
          />
        </>
      }
      panelLabel={panelLabel()}
      panel={
        <Suspense>
          <Switch>
            <Match when={panel().thread}>
              {(thread) => (
                <Show when={thread()} keyed>
                  {(threadId) => (
                    <ThreadPanel
                      room={props.room}
                      threadId={threadId}
                      reply={reply()}
                      main={conversation}
                      marks={marks}
                      onGoTo={goTo}
                      onClose={() => show({})}
                    />
                  )}
                </Show>
              )}
            </Match>
            <Match when={panel().pins}>
              <PinsPanel
                roomId={roomId}
                marks={marks}
                mayUnpin={props.room.can_post}
                nameOf={desk.nameOf}
                onGoTo={(id) => void goTo(id)}
                onClose={() => show({})}
              />
            </Match>
            <Match when={panel().details}>
              <RoomPanel room={props.room} archived={props.archived} onClose={() => show({})} />
            </Match>
          </Switch>
        </Suspense>
      }
      onTogglePanel={() => show(panel().details || panel().thread || panel().pins ? {} : { details: '1' })}
    >
      <div ref={page} class="room">
        <Switch>
          <Match when={conversation.problem() && !conversation.loaded()}>
            <EmptyState icon="alert" title={en.failed} text={sentenceOf(conversation.problem())}>
              <Button look="primary" onClick={() => void begin()}>
                {common.retry}
              </Button>
            </EmptyState>
          </Match>
          <Match when={!conversation.loaded()}>
            <div class="room-loading" aria-busy="true">
              <p class="visually-hidden" role="status">
                {en.loading}
              </p>
              <Skeleton lines={8} />
            </div>
          </Match>
          <Match when={items().length === 0}>
            <EmptyState
              icon="chat"
              title={t('begin', { room: name() })}
              text={props.room.kind === 'direct' ? en.beginDirect : props.room.can_post ? en.beginText : ''}
            />
          </Match>
          <Match when={true}>
            <MessageList
              label={t('log', { room: name() })}
              items={items()}
              conversation={conversation}
              host={desk.host}
              editing={desk.editing()}
              marked={marked()}
              newCount={atEnd() ? 0 : newCount()}
              unreadAbove={unreadAbove()}
              onEdited={desk.edited}
              onEditPending={desk.setEditing}
              onResent={desk.resent}
              onEditEnd={desk.endEditing}
              onAtEnd={(isAtEnd) => {
                setAtEnd(isAtEnd)
                setSeenSeq(conversation.lastSeq())
              }}
              onJump={() => {
                if (conversation.detached()) void conversation.load().then(() => handle?.toEnd())
              }}
              onJumpToUnread={() => void jumpToUnread()}
              onMarkRead={markAllRead}
              onLineAbove={setLineAbove}
              onHandle={(given) => {
                handle = given
              }}
            />
          </Match>
        </Switch>
        <Foot />
      </div>
      <desk.Dialogs />
    </Page>
  )

  function Foot() {
    return (
      <footer class="room-foot">
        <TypingLine names={[...typing.people()].map(([id, name]) => workspace.nameOf(id) ?? name)} />
        <Show when={props.room.can_post} fallback={<p class="room-note">{whyNot()}</p>}>
          <Show when={!props.room.joined}>
            <div class="room-note">
              <span class="grow">{en.joinFirst}</span>
              <Button look="outline" onClick={() => void attempt(en.join, () => rooms.join(roomId))}>
                {t('joinNamed', { room: name() })}
              </Button>
            </div>
          </Show>
          <Show when={desk.quoting()}>
            {(row) => (
              <Suspense>
                <QuoteLine row={row()} nameOf={desk.nameOf} onDrop={() => desk.setQuoting(undefined)} />
              </Suspense>
            )}
          </Show>
          <Composer
            roomId={roomId}
            label={t('composer', { room: name() })}
            placeholder={name().length > longestPlaceholder ? en.composerLong : t('composer', { room: name() })}
            onTyping={typing.typed}
            onEditLast={editLast}
            onSend={(words) => {
              typing.sent()
              if (conversation.detached()) void conversation.load().then(() => desk.send(words))
              else desk.send(words)
              handle?.toEnd()
            }}
          />
        </Show>
      </footer>
    )
  }
}
