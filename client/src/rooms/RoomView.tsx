import { useSearchParams } from '@solidjs/router'
import { createEffect, createMemo, createSignal, Match, on, onCleanup, onMount, Show, Switch, untrack } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { openTopic, type Topic } from '../live.ts'
import { paths } from '../paths.ts'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import type { MenuItem } from '../ui/Menu.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { Composer } from './Composer.tsx'
import { en } from './en.ts'
import { MessageList } from './MessageList.tsx'
import { messageItems } from './messageItems.ts'
import { inOrder, type MessageRow } from './messageLog.ts'
import { RoomPanel } from './RoomPanel.tsx'
import { useRooms } from './rooms.ts'
import { TypingLine } from './TypingLine.tsx'
import { dayOf } from './time.ts'
import { createTyping } from './typing.ts'
import { createUnreadLine } from './unreadLine.ts'
import { createVisibility } from './visibility.ts'

const t = textsOf(en)
/** From this many unread messages on, reading begins at the line and not at the end. */
const longUnread = 12
/** How long a message has to be in sight to count as read. */
const readAfterMs = 300
/** A name longer than this would make an empty composer two lines high. */
const longestPlaceholder = 24

/** A room: what was said, live, and where to say something. */
export function RoomView(props: { room: RoomRow; archived: boolean; message: string | undefined }) {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const [search, setSearch] = useSearchParams<{ details?: string }>()
  const roomId = untrack(() => props.room.id)
  const me = session.user()?.id ?? ''
  const conversation = rooms.conversation(roomId)
  const visible = createVisibility()
  const [atEnd, setAtEnd] = createSignal(true)
  const [seenSeq, setSeenSeq] = createSignal(0)
  const [editing, setEditing] = createSignal<string>()
  const [deleting, setDeleting] = createSignal<MessageRow>()
  const [marked, setMarked] = createSignal<string>()
  const unreadLine = createUnreadLine({
    initial: untrack(() => (props.room.joined && props.room.unread > 0 ? props.room.read_seq : null)),
    visible,
    lastSeq: conversation.lastSeq,
  })
  let typingTopic: Topic | undefined
  let page!: HTMLDivElement
  let handle: { toEnd(): void; toMessage(id: string): void } | undefined

  const typing = createTyping({
    me,
    tell: () => typingTopic?.send('typing', { user_id: me, name: session.user()?.name ?? '' }),
  })
  const nameOf = (person: string | null) =>
    (person && (workspace.nameOf(person) ?? (person === me ? session.user()?.name : undefined))) || en.gone
  const items = createMemo(() => messageItems(conversation.log(), { me, readSeq: unreadLine.line(), dayOf }))
  const newCount = () => [...conversation.log().rows.values()].filter((row) => row.seq > seenSeq() && row.author_id !== me).length

  // Live: events paint at once, and every join reads what was missed. A new epoch is another topic.
  createEffect(
    on(
      () => props.room.epoch,
      (epoch) => {
        const opened = openTopic(`room:${roomId}:${epoch}`, {
          onEvent: hear,
          onJoined: refresh,
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
    if (event !== 'message' && event !== 'message_changed') return
    const row = (payload.row ?? payload) as MessageRow
    if (row.room_id !== roomId || typeof row.seq !== 'number') return
    if (event === 'message') typing.said(row.author_id)
    conversation.receive(row)
  }
  /** A reading that fails is repeated by the next event or by coming back. */
  function refresh() {
    // The first reading is under way, or a permalink decides what it reads.
    if (conversation.loaded() || conversation.problem()) conversation.catchUp().catch(() => {})
  }
  createEffect(on(visible, (seen) => seen && refresh(), { defer: true }))
  addEventListener('online', refresh)
  onCleanup(() => removeEventListener('online', refresh))

  // What stands at the end of a page in sight is read.
  createEffect(() => {
    const seq = conversation.lastSeq()
    if (!visible() || !atEnd() || conversation.detached() || !props.room.joined || seq === 0) return
    const timer = setTimeout(() => void rooms.markRead(roomId, seq), readAfterMs)
    onCleanup(() => clearTimeout(timer))
  })

  onMount(() => {
    if (!props.message) void conversation.catchUp().then(begin, () => {})
  })
  createEffect(
    on(
      () => props.message,
      (message) => message && void goTo(message),
    ),
  )
  /** Reading begins at the line when much is unread, else at the end. */
  function begin() {
    const first = items().findIndex((item) => item.startsUnread)
    const start = items()[first]
    if (start && items().length - first > longUnread) handle?.toMessage(start.id)
    else handle?.toEnd()
  }
  async function goTo(message: string) {
    const found = await conversation.loadAround(message).catch(() => false)
    if (!found) {
      toast(en.messageMissing)
      return conversation.catchUp()
    }
    setMarked(message)
    requestAnimationFrame(() => handle?.toMessage(message))
  }

  const editLast = () => {
    const own = inOrder(conversation.log()).filter((row) => row.author_id === me && row.text !== null)
    const last = own.at(-1)
    if (last) setEditing(last.id)
    return last !== undefined
  }
  const endEditing = () => {
    setEditing(undefined)
    page.querySelector<HTMLElement>('.composer textarea')?.focus()
  }
  const copy = async (text: string, told: string) => {
    await navigator.clipboard.writeText(text)
    toast(told)
  }
  const menuOf = (row: MessageRow): MenuItem[] => [
    ...(row.author_id === me && props.room.can_post
      ? [
          { label: en.edit, icon: 'pencil' as const, onSelect: () => setEditing(row.id) },
          { label: en.delete, icon: 'trash' as const, danger: true, onSelect: () => setDeleting(row) },
        ]
      : []),
    { label: en.copyText, icon: 'copy', onSelect: () => void copy(row.text ?? '', en.copied).catch(() => {}) },
    {
      label: en.copyLink,
      icon: 'link',
      onSelect: () => void copy(location.origin + paths.room(roomId, row.id), en.linkCopied).catch(() => {}),
    },
    ...(props.room.joined && row.author_id !== me
      ? [
          {
            label: en.markUnread,
            icon: 'bell' as const,
            onSelect: () => {
              unreadLine.set(row.seq - 1)
              setAtEnd(false)
              void attempt(en.markUnread, () => rooms.markUnread(roomId, row.seq))
            },
          },
        ]
      : []),
  ]
  const showDetails = (show: boolean) => setSearch({ details: show ? '1' : undefined }, { replace: true })

  return (
    <Page
      fill
      title={props.room.name}
      before={
        <span class="room-sign">
          <Icon name={props.room.private ? 'lock' : 'hash'} />
          <Show when={props.room.private}>
            <span class="visually-hidden">{en.privateRoom}</span>
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
          <IconButton
            icon="panel"
            label={en.details}
            aria-expanded={search.details === '1'}
            onClick={() => showDetails(search.details !== '1')}
          />
        </>
      }
      panelLabel={en.details}
      panel={search.details === '1' && <RoomPanel room={props.room} archived={props.archived} onClose={() => showDetails(false)} />}
      onTogglePanel={() => showDetails(search.details !== '1')}
    >
      <div ref={page} class="room">
        <Switch>
          <Match when={conversation.problem() && !conversation.loaded()}>
            <EmptyState icon="alert" title={en.failed} text={sentenceOf(conversation.problem())}>
              <Button look="primary" onClick={() => void conversation.load()}>
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
            <EmptyState icon="chat" title={t('begin', { room: props.room.name })} text={props.room.can_post ? en.beginText : ''} />
          </Match>
          <Match when={true}>
            <MessageList
              label={t('log', { room: props.room.name })}
              items={items()}
              conversation={conversation}
              editing={editing()}
              marked={marked()}
              newCount={atEnd() ? 0 : newCount()}
              nameOf={nameOf}
              menuOf={menuOf}
              onEdited={(row, text) => {
                endEditing()
                void attempt(en.edit, () => conversation.edit(row, text))
              }}
              onEditEnd={endEditing}
              onAtEnd={(isAtEnd) => {
                setAtEnd(isAtEnd)
                setSeenSeq(conversation.lastSeq())
              }}
              onJump={() => {
                if (conversation.detached()) void conversation.load()
              }}
              onHandle={(given) => {
                handle = given
              }}
            />
          </Match>
        </Switch>
        <Foot />
      </div>
      <Show when={deleting()}>
        {(row) => (
          <ConfirmDialog
            title={en.deleteTitle}
            action={en.delete}
            cancel={en.cancel}
            onClose={() => setDeleting(undefined)}
            onConfirm={() => {
              const gone = row()
              setDeleting(undefined)
              void attempt(en.delete, () => conversation.remove(gone))
            }}
          >
            <p>{en.deleteText}</p>
          </ConfirmDialog>
        )}
      </Show>
    </Page>
  )

  function Foot() {
    return (
      <footer class="room-foot">
        <TypingLine names={[...typing.people()].map(([id, name]) => workspace.nameOf(id) ?? name)} />
        <Show when={props.room.can_post} fallback={<p class="room-note">{props.archived ? en.archivedBar : en.mayNotPost}</p>}>
          <Show when={!props.room.joined}>
            <div class="room-note">
              <span class="grow">{en.joinFirst}</span>
              <Button look="outline" onClick={() => void attempt(en.join, () => rooms.join(roomId))}>
                {t('joinNamed', { room: props.room.name })}
              </Button>
            </div>
          </Show>
          <Composer
            roomId={roomId}
            label={t('composer', { room: props.room.name })}
            placeholder={props.room.name.length > longestPlaceholder ? en.composerLong : t('composer', { room: props.room.name })}
            onTyping={typing.typed}
            onEditLast={editLast}
            onSend={({ text }) => {
              typing.sent()
              if (conversation.detached()) void conversation.load().then(() => conversation.send(text))
              else conversation.send(text)
              handle?.toEnd()
            }}
          />
        </Show>
      </footer>
    )
  }
}
