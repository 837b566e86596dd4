import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { refusedEn as en } from './refusedEn.ts'

const t = textsOf(en)

/** Why a message was not sent, and what becomes of it. */
export default function RefusedMessage(props: { reason: string; onRetry(): void; onEdit(): void; onDiscard(): void }) {
  return (
    <div class="message-problem" role="alert">
      <span>{t('notSent', { reason: props.reason })}</span>
      <Button look="outline" onClick={() => props.onRetry()}>
        {en.retry}
      </Button>
      <Button look="outline" onClick={() => props.onEdit()}>
        {en.edit}
      </Button>
      <Button look="quiet" onClick={() => props.onDiscard()}>
        {en.discard}
      </Button>
    </div>
  )
}
