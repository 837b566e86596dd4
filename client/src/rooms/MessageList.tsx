import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { Virtualizer, type VirtualizerHandle } from 'virtua/solid'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import type { Conversation } from './conversation.ts'
import { en } from './en.ts'
import { Message } from './Message.tsx'
import { messageEn } from './messageEn.ts'
import type { MessageHost } from './messageHost.ts'
import { isChangeable, type MessageItem } from './messageItems.ts'
import type { MessageRow } from './messageLog.ts'
import type { Words } from './outgoingMessages.ts'

const t = textsOf({ ...en, ...messageEn })
/** Closer to an end than this, the next page is read. */
const nearPx = 900
/** Less than this below counts as being at the end. */
const endPx = 24
/** Scrolling within this time after a wheel, a finger or a key is a person's. */
const gestureMs = 500
const framesToSettle = 4

/** The ways to scroll that a page has. */
export interface ListHandle {
  toEnd(): void
  toMessage(id: string): void
  /** Puts the focus on a message. */
  focus(id: string): void
}

interface MessageListProps {
  label: string
  items: MessageItem[]
  conversation: Conversation
  host: MessageHost
  editing: string | undefined
  marked: string | undefined
  /** What came while the person looked at something older. */
  newCount: number
  /** What is unread before the first message that can be seen; 0 offers no way there. */
  unreadAbove: number
  onEdited(row: MessageRow, words: Words): void
  /** A message that was refused is to be changed and sent again. */
  onEditPending(id: string): void
  onResent(id: string, words: Words): void
  onEditEnd(): void
  /** Whether the newest message is in sight. */
  onAtEnd(atEnd: boolean): void
  onJump(): void
  onJumpToUnread(): void
  onMarkRead(): void
  /** Whether the unread line is above what can be seen. */
  onLineAbove(above: boolean): void
  onHandle(handle: ListHandle): void
}

/** The messages, newest at the bottom. Only what is near the view is drawn; older pages arrive by scrolling up without a jump. */
export function MessageList(props: MessageListProps) {
  let scroller!: HTMLDivElement
  let virtualizer: VirtualizerHandle | undefined
  let lastTop = 0
  let lastHeight = 0
  let gestureAt = Number.NEGATIVE_INFINITY
  /** How far from the end the view stays while older lines are put above it. The list scrolls before its new height counts, so the
   *  browser would stop it at what is the end for a moment. */
  let held: number | undefined
  const [prepending, setPrepending] = createSignal(false)
  const [atEnd, setAtEnd] = createSignal(true)
  /** What is free above few messages. A row that grows may be scrolled by as much before its new height counts. */
  const [freeAbove, setFreeAbove] = createSignal(0)
  const [active, setActive] = createSignal<string>()
  // The list is keyed by id, so that a message keeps its element while its text, state or neighbours change.
  const ids = createMemo(() => props.items.map((item) => item.id), [], {
    equals: (a, b) => a.length === b.length && a.every((id, at) => id === b[at]),
  })
  const byId = createMemo(() => new Map(props.items.map((item) => [item.id, item])))
  const tabStop = () => (byId().has(active() ?? '') ? active() : ids().at(-1))

  const toEnd = () => {
    if (ids().length > 0) virtualizer?.scrollToIndex(ids().length - 1, { align: 'end' })
  }
  const toMessage = (id: string) => {
    setEnd(id === ids().at(-1))
    virtualizer?.scrollToIndex(ids().indexOf(id), { align: 'center' })
  }
  const setEnd = (isAtEnd: boolean) => {
    if (isAtEnd === atEnd()) return
    setAtEnd(isAtEnd)
    props.onAtEnd(isAtEnd)
  }

  const onGesture = () => {
    gestureAt = performance.now()
  }
  const fromEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
  const keepPlace = () => {
    if (atEnd()) scroller.scrollTop = scroller.scrollHeight
    else if (held !== undefined) scroller.scrollTop = scroller.scrollHeight - scroller.clientHeight - held
  }
  const lookForLine = () => {
    const line = props.items.findIndex((item) => item.startsUnread)
    if (line >= 0 && virtualizer) props.onLineAbove(line < virtualizer.findItemIndex(virtualizer.scrollOffset))
  }
  const onScroll = () => {
    if (held !== undefined) return
    lookForLine()
    const below = fromEnd()
    // The list corrects its place when lines turn out higher or lower than guessed: that is nobody's wish to leave the end.
    const isCorrection = scroller.scrollHeight !== lastHeight && performance.now() - gestureAt > gestureMs
    const goesUp = scroller.scrollTop < lastTop
    lastTop = scroller.scrollTop
    lastHeight = scroller.scrollHeight
    if (below < endPx) setEnd(true)
    else if (goesUp && !isCorrection) setEnd(false)
    else if (atEnd()) requestAnimationFrame(toEnd)
    if (scroller.scrollTop < nearPx && props.conversation.hasOlder()) void older()
    if (below < nearPx && props.conversation.detached()) void props.conversation.loadNewer().catch(() => {})
  }
  const hold = () => {
    held = fromEnd()
    setPrepending(true)
  }
  async function older() {
    await props.conversation.loadOlder(hold).catch(() => {})
    if (held !== undefined) release(scroller.scrollHeight, 0)
  }
  /** Lets go of the place once the height has been the same for some frames: the new lines stand. */
  function release(height: number, calmFrames: number) {
    if (calmFrames < framesToSettle) {
      const calm = scroller.scrollHeight === height ? calmFrames + 1 : 0
      requestAnimationFrame(() => release(scroller.scrollHeight, calm))
      return
    }
    keepPlace()
    held = undefined
    lastTop = scroller.scrollTop
    lastHeight = scroller.scrollHeight
    setPrepending(false)
  }

  onMount(() => {
    props.onHandle({ toEnd, toMessage, focus: focusOn })
    // Fonts arrive, the keyboard opens, the composer grows, a line turns out higher than guessed. Who was at the end stays there.
    const rows = scroller.firstElementChild as HTMLElement
    const observer = new ResizeObserver(() => {
      setFreeAbove(rows.offsetTop - scroller.offsetTop)
      keepPlace()
      if (held === undefined && fromEnd() < endPx) setEnd(true)
    })
    observer.observe(scroller)
    observer.observe(rows)
    onCleanup(() => observer.disconnect())
  })
  createEffect(
    on(
      () => ids().at(-1),
      () => {
        if (!atEnd()) return
        // Whoever stays at the end all day does not keep all of the day.
        if (!props.conversation.detached() && props.conversation.trim(() => setPrepending(true))) {
          requestAnimationFrame(() => setPrepending(false))
        }
        queueMicrotask(toEnd)
      },
    ),
  )

  const focusOn = (id: string) => {
    setActive(id)
    virtualizer?.scrollToIndex(ids().indexOf(id), { align: 'nearest' })
    requestAnimationFrame(() => scroller.querySelector<HTMLElement>(`[data-message="${id}"]`)?.focus({ preventScroll: true }))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || !event.target.matches('.message') || event.ctrlKey || event.metaKey || event.altKey)
      return
    const id = event.target.dataset.message ?? ''
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const step = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 }[key]
    const row = byId().get(id)?.row
    if (step !== undefined) {
      const next = ids()[ids().indexOf(id) + step]
      if (next) focusOn(next)
    } else {
      const action = row?.deleted_at === null ? props.host.actionsOf(row).find((candidate) => candidate.key === key) : undefined
      if (!action || event.shiftKey) return
      action.run()
    }
    event.preventDefault()
  }

  return (
    <div class="message-area">
      <div
        ref={scroller}
        class="message-scroller"
        role="log"
        // What comes is read out; what is put above the view while somebody reads back is not.
        aria-live={atEnd() && !prepending() ? 'polite' : 'off'}
        aria-label={props.label}
        onScroll={onScroll}
        onWheel={onGesture}
        onTouchMove={onGesture}
        onKeyDown={(event) => {
          onGesture()
          onKeyDown(event)
        }}
      >
        <Virtualizer
          ref={(handle) => {
            virtualizer = handle
          }}
          scrollRef={scroller}
          data={ids()}
          shift={prepending()}
          startMargin={freeAbove()}
          bufferSize={400}
        >
          {(id: string) => (
            <Show when={byId().get(id)}>
              {(item) => (
                <Message
                  item={item()}
                  host={props.host}
                  active={tabStop() === id}
                  marked={props.marked === id}
                  editing={props.editing === id && isChangeable(item())}
                  onFocus={() => setActive(id)}
                  onSave={(words) => save(item(), words)}
                  onCancel={() => props.onEditEnd()}
                  onRetry={() => void props.conversation.retry(id)}
                  onEditPending={() => props.onEditPending(id)}
                  onDiscard={() => void props.conversation.discard(id)}
                />
              )}
            </Show>
          )}
        </Virtualizer>
      </div>
      <Show when={props.unreadAbove > 0}>
        <div class="unread-bar" role="status">
          <span>{t('unreadSince', { count: props.unreadAbove })}</span>
          <Button look="quiet" icon="arrowUp" onClick={() => props.onJumpToUnread()}>
            {messageEn.jumpToUnread}
          </Button>
          <Button look="quiet" icon="check" onClick={() => props.onMarkRead()}>
            {messageEn.markAllRead}
          </Button>
        </div>
      </Show>
      <Show when={!atEnd() || props.conversation.detached()}>
        <Button
          class="jump"
          look="outline"
          icon="chevron"
          onClick={() => {
            props.onJump()
            toEnd()
          }}
        >
          {props.newCount > 0 ? t('jumpUnread', { count: props.newCount }) : en.jump}
        </Button>
      </Show>
    </div>
  )

  function save(item: MessageItem, words: Words) {
    if (item.row) props.onEdited(item.row, words)
    else props.onResent(item.id, words)
  }
}
