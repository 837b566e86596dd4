import { createSignal, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu, type MenuItem } from '../ui/Menu.tsx'
import { EditMessage } from './EditMessage.tsx'
import { en } from './en.ts'
import { MessageContent } from './MessageContent.tsx'
import type { MessageItem } from './messageItems.ts'
import { clockTime, dayName, fullTime } from './time.ts'

const t = textsOf(en)

interface MessageProps {
  item: MessageItem
  authorName: string
  /** The one that Tab reaches; arrows move on from it. */
  active: boolean
  /** A permalink led here. */
  marked: boolean
  editing: boolean
  menu: MenuItem[]
  onFocus(): void
  onSave(text: string): void
  onCancel(): void
  onRetry(): void
  onDiscard(): void
}

/** A message and what stands above it: the day, the unread line, the author. Its menu comes to a pointer, and to the focus that a tap or
 *  a key gives. */
export function Message(props: MessageProps) {
  const [near, setNear] = createSignal(false)
  let element!: HTMLElement
  const text = () => props.item.pending?.text ?? props.item.row?.text ?? null
  const leave = () => {
    // A menu that is open must not lose its button.
    if (!element.querySelector(':popover-open') && !element.matches(':focus-within')) setNear(false)
  }
  return (
    <>
      <Show when={props.item.startsDay}>
        <p class="day-line">
          <time datetime={props.item.createdAt}>{dayName(props.item.createdAt)}</time>
        </p>
      </Show>
      <Show when={props.item.startsUnread}>
        <p class="unread-line">{en.newLine}</p>
      </Show>
      <article
        ref={element}
        class="message"
        classList={{
          group: props.item.startsGroup,
          pending: props.item.pending !== null && !props.item.pending.problem,
          marked: props.marked,
        }}
        data-message={props.item.id}
        tabIndex={props.active ? 0 : -1}
        aria-label={`${props.authorName}, ${clockTime(props.item.createdAt)}`}
        onFocusIn={() => {
          setNear(true)
          props.onFocus()
        }}
        onFocusOut={() => queueMicrotask(leave)}
        onPointerEnter={() => setNear(true)}
        onPointerLeave={leave}
      >
        <Show when={props.item.startsGroup} fallback={<ShortTime time={props.item.createdAt} />}>
          <Avatar id={props.item.authorId ?? ''} name={props.authorName} />
        </Show>
        <div class="message-body">
          <Show when={props.item.startsGroup}>
            <p class="message-head">
              <strong dir="auto">{props.authorName}</strong>
              <time datetime={props.item.createdAt} title={fullTime(props.item.createdAt)}>
                {clockTime(props.item.createdAt)}
              </time>
            </p>
          </Show>
          <Show
            when={!props.editing}
            fallback={
              <EditMessage
                roomId={props.item.row?.room_id ?? ''}
                text={text() ?? ''}
                content={null}
                onSave={(changed) => props.onSave(changed.text)}
                onCancel={() => props.onCancel()}
              />
            }
          >
            <Show when={text() !== null} fallback={<p class="message-deleted">{en.deleted}</p>}>
              <MessageContent text={text() ?? ''} content={null} />
            </Show>
            <Show when={props.item.row?.text != null && props.item.row?.edited_at}>
              {(edited) => (
                <small class="message-edited" title={t('editedAt', { when: fullTime(edited()) })}>
                  ({en.edited})
                </small>
              )}
            </Show>
          </Show>
          <Show when={props.item.pending}>
            {(pending) => (
              <Show when={pending().problem} fallback={<span class="visually-hidden">{en.sending}</span>}>
                {(problem) => (
                  <div class="message-problem" role="alert">
                    <span>{t('notSent', { reason: problem() })}</span>
                    <Button look="outline" onClick={() => props.onRetry()}>
                      {en.retry}
                    </Button>
                    <Button look="quiet" onClick={() => props.onDiscard()}>
                      {en.discard}
                    </Button>
                  </div>
                )}
              </Show>
            )}
          </Show>
        </div>
        <Show when={near() && props.menu.length > 0 && !props.editing}>
          <div class="message-tools">
            <Menu
              label={t('messageActions', { name: props.authorName })}
              iconOnly
              triggerClass="button quiet icon-only"
              trigger={<Icon name="more" />}
              items={props.menu}
            />
          </div>
        </Show>
      </article>
    </>
  )
}

function ShortTime(props: { time: string }) {
  return (
    <time class="message-time" datetime={props.time} title={fullTime(props.time)} aria-hidden="true">
      {clockTime(props.time)}
    </time>
  )
}
