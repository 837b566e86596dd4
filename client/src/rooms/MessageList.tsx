import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from 'solid-js'
import { Virtualizer, type VirtualizerHandle } from 'virtua/solid'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import type { MenuItem } from '../ui/Menu.tsx'
import type { Conversation } from './conversation.ts'
import { en } from './en.ts'
import { Message } from './Message.tsx'
import type { MessageItem } from './messageItems.ts'
import type { MessageRow } from './messageLog.ts'

const t = textsOf(en)
/** Closer to an end than this, the next page is read. */
const nearPx = 900
/** Less than this below counts as being at the end. */
const endPx = 24
/** Scrolling within this time after a wheel, a finger or a key is a person's. */
const gestureMs = 500
const framesToSettle = 4

interface MessageListProps {
  label: string
  items: MessageItem[]
  conversation: Conversation
  editing: string | undefined
  marked: string | undefined
  /** What came while the person looked at something older. */
  newCount: number
  nameOf(person: string | null): string
  menuOf(row: MessageRow): MenuItem[]
  onEdited(row: MessageRow, text: string): void
  onEditEnd(): void
  /** Whether the newest message is in sight. */
  onAtEnd(atEnd: boolean): void
  onJump(): void
  /** Hands out the way to scroll. */
  onHandle(handle: { toEnd(): void; toMessage(id: string): void }): void
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
  const onScroll = () => {
    if (held !== undefined) return
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
  async function older() {
    const hold = () => {
      held = fromEnd()
      setPrepending(true)
    }
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
    props.onHandle({ toEnd, toMessage })
    // Fonts arrive, the keyboard opens, the composer grows, a line turns out higher than guessed. Who was at the end stays there.
    const observer = new ResizeObserver(keepPlace)
    observer.observe(scroller)
    if (scroller.firstElementChild) observer.observe(scroller.firstElementChild)
    onCleanup(() => observer.disconnect())
  })
  createEffect(
    on(
      () => ids().at(-1),
      () => {
        if (atEnd()) queueMicrotask(toEnd)
      },
    ),
  )

  const moveFocus = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step === undefined || !(event.target instanceof HTMLElement) || !event.target.matches('.message')) return
    const next = ids()[ids().indexOf(event.target.dataset.message ?? '') + step]
    if (!next) return
    event.preventDefault()
    setActive(next)
    virtualizer?.scrollToIndex(ids().indexOf(next), { align: 'nearest' })
    requestAnimationFrame(() => scroller.querySelector<HTMLElement>(`[data-message="${next}"]`)?.focus({ preventScroll: true }))
  }

  return (
    <div class="message-area">
      <div
        ref={scroller}
        class="message-scroller"
        role="log"
        aria-label={props.label}
        onScroll={onScroll}
        onWheel={onGesture}
        onTouchMove={onGesture}
        onKeyDown={(event) => {
          onGesture()
          moveFocus(event)
        }}
      >
        <Virtualizer
          ref={(handle) => {
            virtualizer = handle
          }}
          scrollRef={scroller}
          data={ids()}
          shift={prepending()}
          bufferSize={400}
        >
          {(id: string) => (
            <Show when={byId().get(id)}>
              {(item) => (
                <Message
                  item={item()}
                  authorName={props.nameOf(item().authorId)}
                  active={tabStop() === id}
                  marked={props.marked === id}
                  editing={props.editing === id}
                  menu={menuOf(item())}
                  onFocus={() => setActive(id)}
                  onSave={(text) => save(item(), text)}
                  onCancel={() => props.onEditEnd()}
                  onRetry={() => props.conversation.retry(id)}
                  onDiscard={() => props.conversation.discard(id)}
                />
              )}
            </Show>
          )}
        </Virtualizer>
      </div>
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

  function menuOf(item: MessageItem): MenuItem[] {
    return item.row && item.row.text !== null ? props.menuOf(item.row) : []
  }
  function save(item: MessageItem, text: string) {
    if (item.row) props.onEdited(item.row, text)
  }
}
