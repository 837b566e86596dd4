import { createEffect, For, on, Show } from 'solid-js'
import { plural, textsOf } from '../../i18n.ts'
import { IconButton } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { toast } from '../../ui/Toast.tsx'
import { attempt } from '../actions.ts'
import { CommentComposer } from './CommentComposer.tsx'
import { CommentItem } from './CommentItem.tsx'
import type { Comments, Thread } from './commentStore.ts'
import { commentsEn as en } from './en.ts'

const t = textsOf(en)
/** A thread that is not being read shows its first comment and this many of the last ones. */
const shownReplies = 1
const longestLabel = 60

interface ThreadProps {
  thread: Thread
  comments: Comments
  active: boolean
  /** Reads it, and shows its text when that is asked for. */
  onActivate(showText: boolean): void
  onSettle(resolved: boolean): void
}

/** A conversation about a place in the text. The one that is read shows everything and takes an answer. */
export function ThreadCard(props: ThreadProps) {
  let card!: HTMLElement
  const isLost = () => props.comments.isLost(props.thread)
  const hidden = () => (props.active ? 0 : Math.max(0, props.thread.comments.length - 1 - shownReplies))
  const shown = () => props.thread.comments.filter((_, index) => index === 0 || index > hidden())
  const short = () => (props.thread.quote.length > longestLabel ? `${props.thread.quote.slice(0, longestLabel)}…` : props.thread.quote)
  const resolver = () => props.comments.nameOf(props.thread.resolved_by)
  createEffect(
    on(
      () => props.active,
      (active) => {
        if (active) card.scrollIntoView({ block: 'nearest' })
      },
    ),
  )
  const copyLink = async () => {
    const address = new URL(location.href)
    address.searchParams.set('panel', 'comments')
    address.searchParams.set('thread', props.thread.id)
    await navigator.clipboard.writeText(address.href)
    toast(en.linkCopied)
  }
  return (
    // Pressing anywhere on it is for pointers; the quote is the button for everybody.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <article
      ref={card}
      class="thread"
      classList={{ active: props.active, resolved: props.thread.resolved_at !== null }}
      data-thread-card={props.thread.id}
      aria-label={t('thread', { quote: short() })}
      aria-current={props.active}
      onClick={() => !props.active && props.onActivate(false)}
    >
      <header class="thread-head">
        <button
          type="button"
          class="thread-quote"
          classList={{ lost: isLost() }}
          title={isLost() ? en.lost : en.showInText}
          onClick={(event) => {
            event.stopPropagation()
            props.onActivate(true)
          }}
        >
          <Show when={props.comments.isNew(props.thread)}>
            <span class="thread-new">{en.unread}</span>
          </Show>
          <q dir="auto">{props.thread.quote}</q>
        </button>
        <IconButton
          class="thread-tool"
          icon="link"
          label={en.copyLink}
          onClick={(event) => {
            event.stopPropagation()
            void copyLink().catch(() => {})
          }}
        />
        <Show when={props.comments.maySettle(props.thread)}>
          <IconButton
            class="thread-tool"
            icon={props.thread.resolved_at ? 'undo' : 'check'}
            label={props.thread.resolved_at ? en.reopen : en.resolve}
            onClick={(event) => {
              event.stopPropagation()
              props.onSettle(props.thread.resolved_at === null)
            }}
          />
        </Show>
      </header>
      <Show when={isLost()}>
        <p class="thread-state">
          <Icon name="alert" /> {en.lost}
        </p>
      </Show>
      <Show when={props.thread.resolved_at}>
        <p class="thread-state">
          <Icon name="check" />
          <span>{resolver() ? t('resolvedBy', { name: resolver() ?? '' }) : en.resolved}</span>
        </p>
      </Show>
      <ol class="thread-comments">
        <For each={shown()}>
          {(comment, index) => (
            <>
              <CommentItem comment={comment} comments={props.comments} />
              <Show when={index() === 0 && hidden() > 0}>
                <li>
                  <button type="button" class="button quiet thread-more" onClick={() => props.onActivate(false)}>
                    {t('moreReplies', { count: hidden(), word: plural(hidden(), { one: en.reply, other: en.replies }) })}
                  </button>
                </li>
              </Show>
            </>
          )}
        </For>
      </ol>
      <Show when={props.comments.mayComment() && props.active && !props.thread.resolved_at}>
        <CommentComposer
          label={en.answer}
          action={en.send}
          people={props.comments.people()}
          onSend={(body, text) => attempt(en.did.post, () => props.comments.reply(props.thread, body, text))}
        />
      </Show>
    </article>
  )
}
