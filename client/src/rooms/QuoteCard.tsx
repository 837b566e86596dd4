import { lazy, Match, Show, Suspense, Switch } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { messageEn } from './messageEn.ts'
import type { MessageHost } from './messageHost.ts'
import type { ForwardedMessage } from './messageLog.ts'
import { fullTime } from './time.ts'

const t = textsOf(messageEn)
const MessageFiles = lazy(() => import('./MessageFiles.tsx'))
/** A quote says which message is meant; whoever wants all of it goes there. */
const shownCharacters = 280

/** The message that another one answers. */
export function QuoteCard(props: { id: string; host: MessageHost }) {
  const quoted = () => props.host.marks.quoted(props.id)
  return (
    <Switch fallback={<p class="quote-card" aria-busy="true" />}>
      <Match when={quoted() === null}>
        <p class="quote-card muted">{messageEn.quoteHidden}</p>
      </Match>
      <Match when={quoted()}>
        {(row) => (
          <button type="button" class="quote-card" onClick={() => props.host.goTo(row().room_id, row().id)}>
            <QuoteText said={row()} label={t('quoteOf', { name: row().bot_name || props.host.nameOf(row().author_id) })} />
          </button>
        )}
      </Match>
    </Switch>
  )
}

/** A message that was passed on, as it was then. */
export function ForwardedCard(props: { id: string; said: ForwardedMessage; host: MessageHost }) {
  return (
    <>
      <button type="button" class="quote-card forwarded" onClick={() => props.host.goTo(props.said.room_id, props.id)}>
        <QuoteText said={props.said} label={t('forwardedFrom', { name: props.said.bot_name || props.host.nameOf(props.said.author_id) })} />
      </button>
      <Show when={(props.said.files?.length ?? 0) > 0 && props.said.files}>
        {(files) => (
          <Suspense>
            <MessageFiles files={files()} />
          </Suspense>
        )}
      </Show>
    </>
  )
}

/** Who said it, and how it begins. */
export function QuoteText(props: { said: Pick<ForwardedMessage, 'text' | 'created_at'>; label: string }) {
  const cut = () => {
    const text = props.said.text ?? ''
    return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
  }
  return (
    <>
      <span class="quote-name" dir="auto" title={fullTime(props.said.created_at)}>
        {props.label}
      </span>
      <Show when={props.said.text !== null} fallback={<em>{messageEn.quoteDeleted}</em>}>
        <span class="quote-text" dir="auto">
          {cut()}
        </span>
      </Show>
    </>
  )
}
