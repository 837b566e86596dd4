import { createSignal, onMount, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { remember, remembered } from '../ui/memory.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { pushState, switchPushOn } from './push.ts'

const t = textsOf(en)
const memory = 'atrium.pushAsked'

/** Offers push where somebody sees what it would have told him, once: the browser itself asks only after a press. */
export function AskForPush() {
  const [isOffered, setOffered] = createSignal(false)
  onMount(() => {
    if (remembered(memory)) return
    pushState().then(
      (state) => setOffered(state === 'off'),
      () => {},
    )
  })
  const answered = () => {
    remember(memory, '1')
    setOffered(false)
  }
  async function allow() {
    try {
      const state = await switchPushOn()
      toast(state === 'on' ? t('push.on') : t('push.denied'))
    } catch (error) {
      toast(sentenceOf(error))
    }
    answered()
  }
  return (
    <Show when={isOffered()}>
      <aside class="inbox-ask" aria-label={t('push.title')}>
        <Icon name="bell" />
        <div class="grow">
          <strong>{t('push.title')}</strong>
          <p class="muted">{t('push.text')}</p>
        </div>
        <Button look="outline" onClick={() => void allow()}>
          {t('push.allow')}
        </Button>
        <Button look="quiet" onClick={answered}>
          {t('push.later')}
        </Button>
      </aside>
    </Show>
  )
}
