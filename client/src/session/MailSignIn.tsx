import { createSignal, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { CodeForm } from './CodeForm.tsx'
import { en } from './en.ts'
import { EmailField, emailError } from './fields.tsx'

const t = textsOf(en)

/** Signing in by a link or code in the mailbox, without the password. */
export function MailSignIn(props: { next: string; onOther(): void }) {
  const session = useSession()
  const submit = createSubmit<'email'>(sentenceOf)
  const [sentTo, setSentTo] = createSignal<string>()

  function send(form: HTMLFormElement) {
    const email = textOf(form, 'email')
    return submit.run(form, { email: emailError(email) }, async () => {
      await session.askForSignIn(email, props.next)
      setSentTo(email.trim())
    })
  }

  return (
    <>
      <Show
        when={sentTo()}
        fallback={
          <form
            class="form"
            noValidate
            onSubmit={(event) => {
              event.preventDefault()
              void send(event.currentTarget)
            }}
          >
            <p>{t('login.mailText')}</p>
            <p class="form-error" role="alert">
              {submit.problem()}
            </p>
            <EmailField error={submit.errorOf('email')} autofocus />
            <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
              {t('reset.ask')}
            </Button>
          </form>
        }
      >
        {(email) => <CodeForm email={email()} type="email" />}
      </Show>
      <Button onClick={() => props.onOther()}>{t('login.withPassword')}</Button>
    </>
  )
}
