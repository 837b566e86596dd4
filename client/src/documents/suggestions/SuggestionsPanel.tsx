import { useSearchParams } from '@solidjs/router'
import { createEffect, createSignal, For, on, Show } from 'solid-js'
import { en as common } from '../../en.ts'
import { useSession } from '../../session.ts'
import { Button } from '../../ui/Button.tsx'
import { Skeleton } from '../../ui/Skeleton.tsx'
import { attempt } from '../actions.ts'
import { useComments } from '../comments/commentStore.ts'
import { PanelFrame, type PanelProps } from '../panels/PanelFrame.tsx'
import { suggestionsEn as en } from './en.ts'
import { SuggestionCard } from './SuggestionCard.tsx'
import { beginSuggestion, createSuggestions } from './suggestionStore.ts'
import '../history/version.css'
import './suggestions.css'

/** What people suggest for a page, and the way to suggest something. */
export default function SuggestionsPanel(props: PanelProps) {
  const session = useSession()
  const [search, setSearch] = useSearchParams<{ suggestion?: string }>()
  const self = () => session.user()?.id ?? ''
  // Names and the role are those of the comments.
  const comments = useComments(props.document.id, self)
  const suggestions = createSuggestions(() => props.document.id)
  const [failed, setFailed] = createSignal(false)

  const read = () => {
    setFailed(false)
    Promise.all([suggestions.refresh(), comments.refresh()]).catch(() => setFailed(true))
  }
  // Leaving a suggestion shows what it has become.
  createEffect(
    on([() => search.suggestion, () => props.changed], ([suggestion, what], before) => {
      const isNews = what === 'suggestions' || what === 'anything'
      if (!before || suggestion !== before[0] || isNews) read()
    }),
  )

  const open = (id: string) => setSearch({ suggestion: id })
  const begin = () =>
    attempt(en.did.begin, async () => {
      const own = suggestions.all()?.find((each) => each.author_id === self())
      open(own?.id ?? (await beginSuggestion(props.document.id)))
    })
  const nameOf = (id: string | null) => comments.nameOf(id) ?? (id === self() ? session.user()?.name : undefined) ?? en.former
  return (
    <PanelFrame title={en.title} onClose={() => props.onClose()}>
      <Show when={comments.mayComment() && !search.suggestion}>
        <Button look="outline" icon="pencil" onClick={() => void begin()}>
          {en.begin}
        </Button>
      </Show>
      <div class="suggestions" tabIndex={-1} aria-busy={!suggestions.all()}>
        <Show when={suggestions.all() || failed()} fallback={<Skeleton lines={4} />}>
          <For
            each={suggestions.all()}
            fallback={
              <Show when={!failed()}>
                <div class="suggestions-empty">
                  <p>{en.empty}</p>
                  <p class="muted">{comments.mayComment() ? en.emptyWriter : en.emptyReader}</p>
                </div>
              </Show>
            }
          >
            {(suggestion) => (
              <SuggestionCard
                suggestion={suggestion}
                suggestions={suggestions}
                name={nameOf(suggestion.author_id)}
                isOwn={suggestion.author_id === self()}
                mayDecide={comments.mayEdit()}
                isOpen={search.suggestion === suggestion.id}
                onOpen={() => open(suggestion.id)}
              />
            )}
          </For>
        </Show>
        <Show when={failed()}>
          <div class="suggestions-empty" role="alert">
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
