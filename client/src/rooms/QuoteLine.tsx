import { Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { messageEn } from './messageEn.ts'
import type { MessageRow } from './messageLog.ts'
import { QuoteText } from './QuoteCard.tsx'

const t = textsOf(messageEn)

/** What the next message answers, above where it is written. */
export function QuoteLine(props: { row: MessageRow | undefined; nameOf(person: string | null): string; onDrop(): void }) {
  return (
    <Show when={props.row}>
      {(row) => (
        <div class="quote-line">
          <div class="quote-card">
            <QuoteText said={row()} label={t('quoteOf', { name: row().bot_name || props.nameOf(row().author_id) })} />
          </div>
          <IconButton icon="close" label={messageEn.dropQuote} onClick={() => props.onDrop()} />
        </div>
      )}
    </Show>
  )
}
