import { createSignal, Show } from 'solid-js'
import { ProblemError, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { ConfirmForm } from './ConfirmForm.tsx'
import { en } from './en.ts'
import { CurrentPasswordField, EmailField, emailError } from './fields.tsx'
import { SecondStepForm } from './SecondStepForm.tsx'

const t = textsOf(en)

/** E-mail and password, then the second step of whoever has one; asks for the code when the address is not confirmed yet. What follows a sign-in is the session's to say.
 *  @param props.email fixed: somebody who was signed in already
 *  @param props.next the path that a new confirmation e-mail leads to */
export function SignInForm(props: { email?: string; next: string }) {
  const session = useSession()
  const submit = createSubmit<'email' | 'password'>(sentenceOf)
  const [unconfirmed, setUnconfirmed] = createSignal<string>()

  function send(form: HTMLFormElement) {
    const email = textOf(form, 'email')
    const password = textOf(form, 'password')
    const errors = { email: emailError(email), password: !password && t('passwordMissing') }
    return submit.run(form, errors, async () => {
      try {
        await session.signIn(email, password)
      } catch (error) {
        if (!(error instanceof ProblemError) || error.code !== 'email_not_confirmed') throw error
        setUnconfirmed(email)
      }
    })
  }

  const first = () => (
    <Show
      when={unconfirmed()}
      fallback={
        <form
          class="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void send(event.currentTarget)
          }}
        >
          <p class="form-error" role="alert">
            {submit.problem()}
          </p>
          <EmailField
            error={submit.errorOf('email')}
            value={props.email ?? ''}
            readOnly={props.email !== undefined}
            autofocus={!props.email}
          />
          <CurrentPasswordField error={submit.errorOf('password')} autofocus={props.email !== undefined} />
          <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
            {t('login.submit')}
          </Button>
        </form>
      }
    >
      {(email) => <ConfirmForm email={email()} next={props.next} onOther={() => setUnconfirmed(undefined)} />}
    </Show>
  )
  return (
    <Show when={session.halfway()} fallback={first()}>
      {(step) => <SecondStepForm step={step()} />}
    </Show>
  )
}
