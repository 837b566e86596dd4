import { createSignal, onCleanup } from 'solid-js'
import { ProblemError, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { CodeField, codeError } from './fields.tsx'

const t = textsOf(en)
/** The server sends one e-mail of a kind a minute to one mailbox. */
const againSeconds = 60

/** After signing up: the code of the e-mail. Its link works as well, also in another tab, and this page goes on by itself. */
export function ConfirmForm(props: { email: string; next: string; onOther(): void }) {
  const session = useSession()
  const submit = createSubmit<'code'>(sentenceOf)
  const again = createSubmit(sentenceOf)
  const waiting = createCountdown()

  function confirm(form: HTMLFormElement) {
    const code = textOf(form, 'code')
    return submit.run(form, { code: codeError(code) }, () => session.confirmCode(props.email, code, 'email'))
  }

  async function sendAgain(form: HTMLElement) {
    const isSent = await again.run(form, {}, async () => {
      try {
        await session.sendConfirmationAgain(props.email, props.next)
      } catch (error) {
        if (error instanceof ProblemError && error.retryAfterSeconds) waiting.start(error.retryAfterSeconds)
        throw error
      }
    })
    if (!isSent) return
    waiting.start(againSeconds)
    toast(t('confirm.sent'))
  }

  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void confirm(event.currentTarget)
      }}
    >
      <p>{t('confirm.text', { email: props.email })}</p>
      <p class="form-error" role="alert">
        {submit.problem() ?? again.problem()}
      </p>
      <CodeField error={submit.errorOf('code')} />
      <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
        {t('confirm.submit')}
      </Button>
      <div class="card-row">
        <Button
          look="outline"
          busy={again.busy()}
          disabled={waiting.seconds() > 0}
          onClick={(event) => event.currentTarget.form && void sendAgain(event.currentTarget.form)}
        >
          {t('confirm.again')}
          {waiting.seconds() > 0 ? ` (${waiting.seconds()})` : ''}
        </Button>
        <Button onClick={() => props.onOther()}>{t('confirm.other')}</Button>
      </div>
      <p class="field-hint">{t('confirm.known')}</p>
    </form>
  )
}

/** Seconds that are left, down to 0. */
function createCountdown() {
  const [seconds, setSeconds] = createSignal(0)
  let timer = 0
  const stop = () => clearInterval(timer)
  onCleanup(stop)
  return {
    seconds,
    start(from: number) {
      stop()
      setSeconds(Math.ceil(from))
      timer = window.setInterval(() => {
        if (setSeconds((left) => Math.max(0, left - 1)) === 0) stop()
      }, 1000)
    },
  }
}
