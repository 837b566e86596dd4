import { createSignal, lazy, Show, Suspense } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { presenceOf, statusOf } from '../people/presence.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Icon } from '../ui/Icon.tsx'
import { en } from './en.ts'
import { MessageContent } from './MessageContent.tsx'
import { messageEn } from './messageEn.ts'
import type { MessageHost } from './messageHost.ts'
import type { MessageItem } from './messageItems.ts'
import type { Words } from './outgoingMessages.ts'
import { clockTime, dayName, fullTime } from './time.ts'

const t = textsOf({ ...en, ...messageEn })
const EditMessage = lazy(() => import('./EditMessage.tsx').then((module) => ({ default: module.EditMessage })))
const MessageFiles = lazy(() => import('./MessageFiles.tsx'))
const LinkPreviews = lazy(() => import('./LinkPreviews.tsx'))
const MessageBar = lazy(() => import('./MessageBar.tsx'))
const QuoteCard = lazy(() => import('./QuoteCard.tsx').then((module) => ({ default: module.QuoteCard })))
const ForwardedCard = lazy(() => import('./QuoteCard.tsx').then((module) => ({ default: module.ForwardedCard })))
const Reactions = lazy(() => import('./Reactions.tsx').then((module) => ({ default: module.Reactions })))
const RefusedMessage = lazy(() => import('./RefusedMessage.tsx'))
const ThreadSummary = lazy(() => import('./ThreadSummary.tsx').then((module) => ({ default: module.ThreadSummary })))
const MessageSheet = lazy(() => import('./MessageSheet.tsx'))
/** A finger that rests so long asks for the actions. */
const longPressMs = 450

interface MessageProps {
  item: MessageItem
  host: MessageHost
  /** The one that Tab reaches; arrows move on from it. */
  active: boolean
  /** A permalink led here. */
  marked: boolean
  editing: boolean
  onFocus(): void
  onSave(words: Words): void
  onCancel(): void
  onRetry(): void
  onEditPending(): void
  onDiscard(): void
}

/** A message and what stands above it: the day, the unread line, the author. Its bar comes to a pointer, and to the focus that a tap or
 *  a key gives; on a phone a long press opens its sheet. */
export function Message(props: MessageProps) {
  const [near, setNear] = createSignal(false)
  const [sheet, setSheet] = createSignal(false)
  let element!: HTMLElement
  let press = 0
  const row = () => props.item.row
  const text = () => props.item.pending?.body.words.text ?? row()?.text ?? null
  const content = () => props.item.pending?.body.words.content ?? row()?.content ?? null
  const files = () => props.item.pending?.body.words.files ?? row()?.files ?? []
  const name = () => row()?.bot_name || props.host.nameOf(props.item.authorId)
  const said = () => statusOf(props.item.authorId ?? '')?.text
  const isDeleted = () => row() !== null && row()?.deleted_at != null
  const hasPreviews = () => !isDeleted() && (row()?.previews?.length ?? 0) > 0
  const quoteId = () => props.item.pending?.body.quoteId ?? row()?.quote_id ?? null
  const leave = () => {
    // A menu that is open must not lose its button.
    if (!element.querySelector(':popover-open') && !element.matches(':focus-within, :hover')) setNear(false)
  }
  const onTouchStart = (event: TouchEvent) => {
    if (!row() || isDeleted() || (event.target as Element).closest('a, button, textarea')) return
    press = window.setTimeout(() => setSheet(true), longPressMs)
  }
  const endPress = () => clearTimeout(press)

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
        aria-label={`${name()}, ${clockTime(props.item.createdAt)}`}
        onFocusIn={() => {
          setNear(true)
          props.onFocus()
        }}
        onFocusOut={() => queueMicrotask(leave)}
        onPointerEnter={() => setNear(true)}
        onPointerLeave={leave}
        onTouchStart={onTouchStart}
        onTouchMove={endPress}
        onTouchEnd={endPress}
        onTouchCancel={endPress}
      >
        <Show when={props.item.startsGroup} fallback={<ShortTime time={props.item.createdAt} />}>
          <Show
            when={row()?.bot_icon}
            fallback={<Avatar id={props.item.authorId ?? ''} name={name()} mark={presenceOf(props.item.authorId)} />}
          >
            {(icon) => (
              <span class="message-icon" aria-hidden="true">
                {icon()}
              </span>
            )}
          </Show>
        </Show>
        <div class="message-body">
          <Show when={props.item.startsGroup}>
            <p class="message-head">
              <strong dir="auto">{name()}</strong>
              <Show when={statusOf(props.item.authorId ?? '')?.emoji}>
                {(emoji) => (
                  <span class="person-status" role="img" aria-label={said() || emoji()} title={said()}>
                    {emoji()}
                  </span>
                )}
              </Show>
              <Show when={row()?.bot_name}>
                <span class="message-app">{row()?.author_id ? messageEn.bot : messageEn.app}</span>
              </Show>
              <time datetime={props.item.createdAt} title={fullTime(props.item.createdAt)}>
                {clockTime(props.item.createdAt)}
              </time>
            </p>
          </Show>
          <MessageMarks host={props.host} id={props.item.id} />
          <Show when={!isDeleted() && quoteId()}>
            {(id) => (
              <Suspense>
                <QuoteCard id={id()} host={props.host} />
              </Suspense>
            )}
          </Show>
          <Show
            when={!props.editing}
            fallback={
              <Suspense>
                <EditMessage
                  roomId={props.host.roomId}
                  text={text() ?? ''}
                  content={content()}
                  mayBeEmpty={files().length > 0 || row()?.forwarded != null}
                  onSave={(changed) => props.onSave(changed)}
                  onCancel={() => props.onCancel()}
                />
              </Suspense>
            }
          >
            <Show when={!isDeleted()} fallback={<p class="message-deleted">{en.deleted}</p>}>
              <Show when={text()}>
                <MessageContent text={text() ?? ''} content={content()} />
              </Show>
            </Show>
            <Show when={!isDeleted() && row()?.edited_at}>
              {(edited) => (
                <small class="message-edited" title={t('editedAt', { when: fullTime(edited()) })}>
                  ({en.edited})
                </small>
              )}
            </Show>
          </Show>
          <Show when={!isDeleted() && files().length > 0}>
            <Suspense>
              <MessageFiles files={files()} />
            </Suspense>
          </Show>
          <Show when={!props.editing && hasPreviews() && row()}>
            {(shown) => (
              <Suspense>
                <LinkPreviews
                  messageId={shown().id}
                  previews={shown().previews}
                  mayRemove={shown().author_id === props.host.me || props.host.mayModerate()}
                />
              </Suspense>
            )}
          </Show>
          <Show when={!isDeleted() && row()?.forwarded}>
            {(said) => (
              <Suspense>
                <ForwardedCard id={row()?.forwarded_id ?? ''} said={said()} host={props.host} />
              </Suspense>
            )}
          </Show>
          <Show when={!isDeleted() && props.host.marks.reactionsOf(props.item.id).length > 0 && row()}>
            {(shown) => (
              <Suspense>
                <Reactions row={shown()} host={props.host} />
              </Suspense>
            )}
          </Show>
          <Show when={row()}>
            {(shown) => (
              <Show when={props.host.openThread && shown().reply_count > 0}>
                <Suspense>
                  <ThreadSummary row={shown()} host={props.host} />
                </Suspense>
              </Show>
            )}
          </Show>
          <Show when={props.item.pending}>
            {(pending) => (
              <Show when={pending().problem} fallback={<span class="visually-hidden">{en.sending}</span>}>
                {(problem) => (
                  <Suspense>
                    <RefusedMessage
                      reason={problem()}
                      onRetry={() => props.onRetry()}
                      onEdit={() => props.onEditPending()}
                      onDiscard={() => props.onDiscard()}
                    />
                  </Suspense>
                )}
              </Show>
            )}
          </Show>
        </div>
        <Show when={near() && !isDeleted() && !props.editing && row()}>
          {(shown) => (
            <Suspense>
              <MessageBar row={shown()} name={name()} host={props.host} />
            </Suspense>
          )}
        </Show>
      </article>
      <Show when={sheet() && row()}>
        {(shown) => (
          <Suspense>
            <MessageSheet row={shown()} host={props.host} onClose={() => setSheet(false)} />
          </Suspense>
        )}
      </Show>
    </>
  )
}

function MessageMarks(props: { id: string; host: MessageHost }) {
  return (
    <Show when={props.host.marks.isPinned(props.id) || props.host.marks.isSaved(props.id)}>
      <p class="message-marks">
        <Show when={props.host.marks.isPinned(props.id)}>
          <span>
            <Icon name="pin" /> {messageEn.pinned}
          </span>
        </Show>
        <Show when={props.host.marks.isSaved(props.id)}>
          <span>
            <Icon name="bookmark" /> {messageEn.savedMark}
          </span>
        </Show>
      </p>
    </Show>
  )
}

function ShortTime(props: { time: string }) {
  return (
    <time class="message-time" datetime={props.time} title={fullTime(props.time)} aria-hidden="true">
      {clockTime(props.time)}
    </time>
  )
}
