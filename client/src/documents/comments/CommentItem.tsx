import { createSignal, createUniqueId, For, Show } from 'solid-js'
import { relativeTime, textsOf } from '../../i18n.ts'
import { fullTime } from '../../rooms/time.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Menu, type MenuItem } from '../../ui/Menu.tsx'
import { attempt } from '../actions.ts'
import { CommentComposer } from './CommentComposer.tsx'
import { CommentText } from './CommentText.tsx'
import type { Comment, Comments } from './commentStore.ts'
import { commentsEn as en } from './en.ts'

const t = textsOf(en)
const offered = ['👍', '❤️', '😄', '🎉', '👀', '🙏', '✅', '❓']

/** One comment with its reactions. */
export function CommentItem(props: { comment: Comment; comments: Comments }) {
  const [mode, setMode] = createSignal<'read' | 'edit' | 'remove'>('read')
  const name = () => props.comments.nameOf(props.comment.author_id) ?? en.former
  const isMine = () => props.comment.author_id === props.comments.self()
  const menu = (): MenuItem[] => {
    if (props.comment.pending || props.comment.deleted_at) return []
    return [
      ...(isMine() && props.comments.mayComment() ? [{ label: en.edit, icon: 'pencil' as const, onSelect: () => setMode('edit') }] : []),
      ...(props.comments.mayDelete(props.comment)
        ? [{ label: en.remove, icon: 'trash' as const, danger: true, onSelect: () => setMode('remove') }]
        : []),
    ]
  }
  return (
    <li class="comment" classList={{ pending: props.comment.pending ?? false }}>
      <Avatar id={props.comment.author_id ?? ''} name={name()} />
      <div class="comment-head">
        <bdi class="ellipsis">{name()}</bdi>
        <time datetime={props.comment.created_at} title={fullTime(props.comment.created_at)}>
          {relativeTime(props.comment.created_at)}
        </time>
        <Show when={props.comment.edited_at && !props.comment.deleted_at}>
          <small>({en.edited})</small>
        </Show>
        <Show when={props.comments.mayComment() && !props.comment.pending && !props.comment.deleted_at}>
          <AddReaction comment={props.comment} comments={props.comments} />
        </Show>
        <Show when={menu().length > 0 && mode() === 'read'}>
          <Menu
            label={t('actions', { name: name() })}
            iconOnly
            triggerClass="button quiet icon-only comment-tool"
            trigger={<Icon name="more" />}
            items={menu()}
          />
        </Show>
      </div>
      <div class="comment-said">
        <Show when={props.comment.body} fallback={<p class="comment-deleted">{en.deleted}</p>}>
          {(body) => (
            <Show when={mode() === 'edit'} fallback={<CommentText body={body()} nameOf={props.comments.nameOf} />}>
              <CommentComposer
                label={en.edit}
                action={en.save}
                people={props.comments.people()}
                body={body()}
                autofocus
                onCancel={() => setMode('read')}
                onSend={async (changed, text) => {
                  setMode('read')
                  return attempt(en.did.edit, () => props.comments.edit(props.comment.id, changed, text))
                }}
              />
            </Show>
          )}
        </Show>
        <Show when={mode() === 'remove'}>
          <div class="comment-ask" role="alertdialog" aria-label={en.removeAsk}>
            <p>{en.removeAsk}</p>
            <Button ref={(button) => queueMicrotask(() => button.focus())} look="outline" onClick={() => setMode('read')}>
              {en.keep}
            </Button>
            <Button
              look="danger"
              onClick={() => {
                setMode('read')
                void attempt(en.did.remove, () => props.comments.remove(props.comment.id))
              }}
            >
              {en.remove}
            </Button>
          </div>
        </Show>
        <Show when={props.comment.pending}>
          <span class="visually-hidden">{en.sending}</span>
        </Show>
        <Show when={props.comment.reactions.length > 0}>
          <Reactions comment={props.comment} comments={props.comments} />
        </Show>
      </div>
    </li>
  )
}

function Reactions(props: { comment: Comment; comments: Comments }) {
  const emojis = () => [...new Set(props.comment.reactions.map(({ emoji }) => emoji))]
  const of = (emoji: string) => props.comment.reactions.filter((reaction) => reaction.emoji === emoji)
  const isMine = (emoji: string) => of(emoji).some(({ user_id }) => user_id === props.comments.self())
  const names = (emoji: string) =>
    of(emoji)
      .map(({ user_id }) => (user_id === props.comments.self() ? en.you : (props.comments.nameOf(user_id) ?? en.former)))
      .join(', ')
  const react = (emoji: string) => void attempt(en.did.react, () => props.comments.react(props.comment, emoji))
  const label = (emoji: string) => t('reaction', { emoji, count: of(emoji).length, names: names(emoji) })
  return (
    <div class="reactions">
      <For each={emojis()}>
        {(emoji) => (
          <button
            type="button"
            class="reaction"
            aria-pressed={isMine(emoji)}
            aria-label={label(emoji)}
            title={label(emoji)}
            aria-disabled={!props.comments.mayComment()}
            onClick={() => props.comments.mayComment() && react(emoji)}
          >
            <span aria-hidden="true">{emoji}</span>
            <span aria-hidden="true">{of(emoji).length}</span>
          </button>
        )}
      </For>
    </div>
  )
}

function AddReaction(props: { comment: Comment; comments: Comments }) {
  const id = createUniqueId()
  let popover!: HTMLFieldSetElement
  const isMine = (emoji: string) => props.comment.reactions.some((each) => each.emoji === emoji && each.user_id === props.comments.self())
  return (
    <>
      <button type="button" class="button quiet icon-only comment-tool" popovertarget={id} aria-label={en.react} title={en.react}>
        <Icon name="smile" />
      </button>
      <fieldset id={id} ref={popover} popover class="menu reaction-choice" aria-label={en.react}>
        <For each={offered}>
          {(emoji) => (
            <button
              type="button"
              aria-pressed={isMine(emoji)}
              onClick={() => {
                popover.hidePopover()
                void attempt(en.did.react, () => props.comments.react(props.comment, emoji))
              }}
            >
              {emoji}
            </button>
          )}
        </For>
      </fieldset>
    </>
  )
}
