import { useSearchParams } from '@solidjs/router'
import { createResource, type JSX, Show } from 'solid-js'
import { textsOf } from '../../i18n.ts'
import { useSession } from '../../session.ts'
import { Button } from '../../ui/Button.tsx'
import { useComments } from '../comments/commentStore.ts'
import { suggestionsEn as en } from './en.ts'
import { readSuggestion, type SuggestionRow } from './suggestionStore.ts'
import './suggestions.css'

const t = textsOf(en)

/** In place of the page its branch, with a word on whose it is and the way back. */
export default function SuggestionText(props: { documentId: string; suggestionId: string; children: JSX.Element }) {
  const session = useSession()
  const self = () => session.user()?.id ?? ''
  const comments = useComments(props.documentId, self)
  const [, setSearch] = useSearchParams()
  // An address may name any document: only a suggestion for this page is opened here.
  const [found] = createResource(
    () => [props.documentId, props.suggestionId] as const,
    ([documentId, id]) => readSuggestion(documentId, id).catch(() => null),
  )
  const words = (suggestion: SuggestionRow) => {
    if (suggestion.author_id !== self()) return t('bannerOther', { name: comments.nameOf(suggestion.author_id) ?? en.former })
    return suggestion.state === 'closed' ? en.bannerClosed : en.bannerOwn
  }
  const isWriting = () => found()?.author_id === self() && found()?.state !== 'closed'
  const leave = () => setSearch({ suggestion: undefined, panel: 'suggestions' })
  return (
    <Show when={!found.loading}>
      <section class="suggestion-banner" aria-label={en.title}>
        <p class="grow">{found() ? words(found() as SuggestionRow) : en.gone}</p>
        <Button look={isWriting() ? 'primary' : 'outline'} onClick={leave}>
          {isWriting() ? en.done : en.back}
        </Button>
      </section>
      <Show when={found()}>{props.children}</Show>
    </Show>
  )
}
