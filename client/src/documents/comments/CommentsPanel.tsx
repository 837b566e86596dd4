import { useSearchParams } from '@solidjs/router'
import { createEffect, createSignal, For, on, onCleanup, Show } from 'solid-js'
import { en as common } from '../../en.ts'
import { textsOf } from '../../i18n.ts'
import { useSession } from '../../session.ts'
import { Button } from '../../ui/Button.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { toast } from '../../ui/Toast.tsx'
import { attempt } from '../actions.ts'
import { PanelFrame, type PanelProps } from '../panels/PanelFrame.tsx'
import { CommentComposer } from './CommentComposer.tsx'
import { type Filter, useComments } from './commentStore.ts'
import { commentsEn as en } from './en.ts'
import { ThreadCard } from './ThreadCard.tsx'
import './comments.css'

const t = textsOf(en)
const filters: Filter[] = ['open', 'resolved', 'lost']
const isApple = /mac|iphone|ipad/i.test(navigator.platform)

/** The conversations about a page, in the order of its text. */
export default function CommentsPanel(props: PanelProps) {
  const session = useSession()
  const comments = useComments(props.document.id, () => session.user()?.id ?? '')
  const [search, setSearch] = useSearchParams<{ thread?: string }>()
  const [filter, setFilter] = createSignal<Filter>('open')
  const [failed, setFailed] = createSignal(false)
  let list!: HTMLDivElement

  const read = () => {
    setFailed(false)
    comments.refresh().catch(() => setFailed(true))
  }
  read()
  const activate = (id: string | undefined) => setSearch({ thread: id }, { replace: true })
  // A link may lead to a thread that is settled by now.
  createEffect(
    on([() => search.thread, comments.loaded], ([id]) => {
      const thread = id && comments.find(id)
      if (thread && !comments.of(filter()).includes(thread)) setFilter(thread.resolved_at ? 'resolved' : 'open')
    }),
  )
  // What was shown here is not new the next time.
  createEffect(() => {
    if (!comments.loaded() || comments.threads().length === 0) return
    const leave = comments.markSeen()
    onCleanup(leave)
  })

  const settle = async (id: string, resolved: boolean) => {
    const cards = [...list.querySelectorAll<HTMLElement>('[data-thread-card]')]
    const at = cards.findIndex((card) => card.dataset.threadCard === id)
    const next = (cards[at + 1] ?? cards[at - 1])?.querySelector<HTMLElement>('.thread-quote')
    const done = attempt(resolved ? en.did.resolve : en.did.reopen, () => comments.settle(id, resolved))
    // The focus must not fall out of the panel with the card.
    queueMicrotask(() => (next?.isConnected ? next : list).focus())
    if ((await done) && resolved)
      toast(en.threadResolved, {
        action: { label: common.undo, run: () => void attempt(en.did.reopen, () => comments.settle(id, false)) },
      })
  }
  const cancelDraft = () => {
    comments.setDraft(undefined)
    props.editor?.focus()
  }
  const emptyLine = () =>
    filter() === 'open'
      ? comments.mayComment()
        ? t('empty.openWriter', { keys: isApple ? '⌘⌥M' : 'Ctrl+Alt+M' })
        : en.empty.openReader
      : ''
  return (
    <PanelFrame title={en.title} onClose={() => props.onClose()}>
      <fieldset class="comment-filters" aria-label={en.show}>
        <For each={filters.filter((each) => each !== 'lost' || filter() === 'lost' || comments.of('lost').length > 0)}>
          {(each) => (
            <button type="button" aria-pressed={filter() === each} onClick={() => setFilter(each)}>
              {en.filters[each]} <span>{comments.of(each).length || ''}</span>
            </button>
          )}
        </For>
      </fieldset>
      <Show when={comments.draft()} keyed>
        {(draft) => (
          <section class="thread active draft" aria-label={en.write}>
            <p class="thread-quote">
              <q dir="auto">{draft.quote}</q>
            </p>
            <CommentComposer
              label={en.write}
              action={en.post}
              people={comments.people()}
              autofocus
              onCancel={cancelDraft}
              onSend={(body, text) => {
                const { id, stored } = comments.begin(draft, body, text)
                comments.setDraft(undefined)
                setFilter('open')
                activate(id)
                return attempt(en.did.post, () =>
                  stored.catch((error: unknown) => {
                    // What was typed is not lost with the refusal.
                    comments.setDraft({ ...draft, body })
                    throw error
                  }),
                )
              }}
              body={draft.body}
            />
          </section>
        )}
      </Show>
      <div ref={list} class="threads" tabIndex={-1} aria-busy={!comments.loaded()}>
        <Show when={comments.loaded() || failed()} fallback={<Skeleton lines={4} />}>
          <For
            each={comments.of(filter())}
            fallback={
              <Show when={!failed() && !comments.draft()}>
                <div class="comments-empty">
                  <p>{en.empty[filter()]}</p>
                  <p class="muted">{emptyLine()}</p>
                </div>
              </Show>
            }
          >
            {(thread) => (
              <ThreadCard
                thread={thread}
                comments={comments}
                active={search.thread === thread.id}
                onActivate={(showText) => {
                  activate(thread.id)
                  if (showText) props.editor?.comments.activate(thread.id, true)
                }}
                onSettle={(resolved) => void settle(thread.id, resolved)}
              />
            )}
          </For>
        </Show>
        <Show when={failed()}>
          <div class="comments-empty" role="alert">
            <p>{en.failed}</p>
            <Button look="outline" onClick={read}>
              {common.retry}
            </Button>
          </div>
        </Show>
      </div>
    </PanelFrame>
  )
}
