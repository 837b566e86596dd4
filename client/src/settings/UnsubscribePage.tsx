import { A, useParams } from '@solidjs/router'
import { createSignal, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Card } from '../session/Card.tsx'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { en } from './notificationsEn.ts'

const t = textsOf(en)

/** `/unsubscribe/:key`: where the link in a mail leads. Opening it ends nothing; the button does, without signing in. */
export default function UnsubscribePage() {
  const params = useParams<{ key: string }>()
  const [isDone, setDone] = createSignal(false)
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal('')
  async function end() {
    setBusy(true)
    setProblem('')
    try {
      await rpc('unsubscribe_mail', { key: params.key })
      setDone(true)
    } catch (error) {
      setProblem(sentenceOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={isDone() ? t('unsubscribe.done') : t('unsubscribe.title')}>
      <p>{isDone() ? t('unsubscribe.doneText') : t('unsubscribe.text')}</p>
      <p class="form-error" role="alert">
        {problem()}
      </p>
      <Show
        when={!isDone()}
        fallback={
          <A class="button outline" href={paths.notificationSettings()}>
            {t('unsubscribe.settings')}
          </A>
        }
      >
        <Button look="primary" busy={busy()} onClick={() => void end()}>
          {t('unsubscribe.button')}
        </Button>
      </Show>
    </Card>
  )
}
