import { createSignal, For, Show } from 'solid-js'
import type { Change } from '../../../../hocuspocus-server/src/suggestions/changes.ts'
import { plural, relativeTime, textsOf } from '../../i18n.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button, IconButton } from '../../ui/Button.tsx'
import { toast } from '../../ui/Toast.tsx'
import { attempt } from '../actions.ts'
import { VersionBlocks } from '../history/VersionBlocks.tsx'
import { suggestionsEn as en } from './en.ts'
import type { createSuggestions, SuggestionRow } from './suggestionStore.ts'

const t = textsOf(en)
/** So many changes are shown without asking. */
const shownAtOnce = 8

interface CardProps {
  suggestion: SuggestionRow
  suggestions: ReturnType<typeof createSuggestions>
  name: string
  isOwn: boolean
  mayDecide: boolean
  /** It is on screen in place of the page. */
  isOpen: boolean
  onOpen(): void
}

/** What one person suggests: each change with what it does, and the way to take or leave it. */
export function SuggestionCard(props: CardProps) {
  const changes = () => props.suggestions.changesOf(props.suggestion.id)
  const [shown, setShown] = createSignal(changes().length <= shownAtOnce)
  const [asking, setAsking] = createSignal(false)
  const [waiting, setWaiting] = createSignal(0)
  let card!: HTMLElement

  const decide = async (keys: string[], accepting: boolean, said: string) => {
    setWaiting((count) => count + 1)
    const ask = accepting ? props.suggestions.accept : props.suggestions.reject
    const done = await attempt(accepting ? en.did.accept : en.did.reject, () => ask(props.suggestion.id, keys))
    setWaiting((count) => count - 1)
    if (done) toast(said)
    // What was pressed is gone with its change.
    if (document.activeElement === document.body) (card.isConnected ? card : document.querySelector<HTMLElement>('.suggestions'))?.focus()
  }
  const all = () => changes().flatMap(({ keys }) => keys)
  const takeable = () => changes().filter(({ kind }) => kind !== 'lost')
  return (
    <article ref={card} class="suggestion" tabIndex={-1} aria-label={t('by', { name: props.name })} aria-busy={waiting() > 0}>
      <header class="suggestion-head">
        <Avatar id={props.suggestion.author_id ?? ''} name={props.name} />
        <div class="grow">
          <p>
            <bdi class="ellipsis">{props.isOwn ? en.you : props.name}</bdi>{' '}
            <time datetime={props.suggestion.created_at}>{relativeTime(props.suggestion.created_at)}</time>
          </p>
          <p class="muted">
            {changes().length === 0
              ? en.none
              : t('count', { count: changes().length, word: plural(changes().length, { one: en.change, other: en.changes }) })}
            <Show when={!props.isOwn && changes().length > 0}> · {en.writing}</Show>
          </p>
        </div>
        <Show when={!props.isOpen}>
          <Button look="outline" onClick={() => props.onOpen()}>
            {props.isOwn ? en.goOn : en.open}
          </Button>
        </Show>
      </header>
      <Show when={changes().length > shownAtOnce}>
        <Button aria-expanded={shown()} onClick={() => setShown(!shown())}>
          {shown() ? en.hide : en.show}
        </Button>
      </Show>
      <Show when={changes().length > 0 && (shown() || changes().length <= shownAtOnce)}>
        <ol class="changes">
          <For each={changes()}>
            {(change) => (
              <ChangeItem
                documentId={props.suggestion.document_id}
                change={change}
                mayDecide={props.mayDecide}
                onAccept={() => void decide(change.keys, true, en.accepted)}
                onReject={() => void decide(change.keys, false, en.rejected)}
              />
            )}
          </For>
        </ol>
      </Show>
      <Show when={(props.mayDecide && changes().length > 1) || props.isOwn}>
        <footer class="suggestion-actions">
          <Show when={props.mayDecide && changes().length > 1}>
            <Button look="outline" onClick={() => void decide(all(), false, en.rejected)}>
              {en.rejectAll}
            </Button>
            <Show when={takeable().length > 0}>
              <Button look="primary" onClick={() => void decide(all(), true, en.acceptedAll)}>
                {en.acceptAll}
              </Button>
            </Show>
          </Show>
          <Show when={props.isOwn}>
            <Show when={asking()} fallback={<Button onClick={() => setAsking(true)}>{en.withdraw}</Button>}>
              <span class="suggestion-ask">{en.withdrawAsk}</span>
              <Button ref={(button) => queueMicrotask(() => button.focus())} look="outline" onClick={() => setAsking(false)}>
                {en.keep}
              </Button>
              <Button look="danger" onClick={() => void attempt(en.did.withdraw, () => props.suggestions.withdraw(props.suggestion.id))}>
                {en.withdraw}
              </Button>
            </Show>
          </Show>
        </footer>
      </Show>
    </article>
  )
}

function ChangeItem(props: { documentId: string; change: Change; mayDecide: boolean; onAccept(): void; onReject(): void }) {
  const place = () => (props.change.kind !== 'added' ? '' : props.change.above ? t('after', { text: props.change.above }) : en.atTop)
  return (
    <li class="change" data-kind={props.change.kind}>
      <p class="change-kind">
        {en.kinds[props.change.kind]}
        <Show when={place()}>
          {(text) => (
            <span class="ellipsis" dir="auto">
              {' '}
              · {text()}
            </span>
          )}
        </Show>
      </p>
      <VersionBlocks documentId={props.documentId} nodes={props.change.content} label={en.kinds[props.change.kind]} nameOf={() => ''} />
      <Show when={props.mayDecide}>
        <div class="change-tools">
          <IconButton icon="close" label={en.reject} onClick={() => props.onReject()} />
          <Show when={props.change.kind !== 'lost'}>
            <IconButton icon="check" label={en.accept} onClick={() => props.onAccept()} />
          </Show>
        </div>
      </Show>
    </li>
  )
}
