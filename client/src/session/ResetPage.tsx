import { A, useNavigate } from '@solidjs/router'
import { createSignal, Match, onCleanup, Show, Switch } from 'solid-js'
import { ProblemError, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { Card } from './Card.tsx'
import { CodeForm } from './CodeForm.tsx'
import { en } from './en.ts'
import { EmailField, emailError, NewPasswordField, newPasswordError } from './fields.tsx'
import { SecondStepForm } from './SecondStepForm.tsx'

const t = textsOf(en)

/** Forgotten password: ask for an e-mail, come back by its link or code, choose a new one. */
export default function ResetPage() {
  const session = useSession()
  const [sentTo, setSentTo] = createSignal<string>()
  onCleanup(session.forgetLinkProblem)

  return (
    <Show when={session.ready()}>
      <Switch fallback={<AskForm onSent={setSentTo} />}>
        <Match when={session.halfway()}>
          {(step) => (
            <Card title={t('second.title')}>
              <SecondStepForm step={step()} />
            </Card>
          )}
        </Match>
        <Match when={session.user() && session.recovering()}>
          <NewPasswordForm />
        </Match>
        <Match when={sentTo()}>
          {(email) => (
            <Card title={t('confirm.title')} foot={<BackToLogin />}>
              <CodeForm email={email()} type="recovery" />
            </Card>
          )}
        </Match>
      </Switch>
    </Show>
  )
}

function BackToLogin() {
  return (
    <A class="link" href={paths.login()}>
      {t('reset.back')}
    </A>
  )
}

function AskForm(props: { onSent(email: string): void }) {
  const session = useSession()
  const submit = createSubmit<'email'>(sentenceOf)
  const linkProblem = () => {
    const code = session.linkProblem()
    return code && sentenceOf(new ProblemError(403, code, ''))
  }

  function send(form: HTMLFormElement) {
    const email = textOf(form, 'email')
    return submit.run(form, { email: emailError(email) }, async () => {
      await session.askForReset(email)
      props.onSent(email.trim())
    })
  }

  return (
    <Card title={t('reset.askTitle')} foot={<BackToLogin />}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void send(event.currentTarget)
        }}
      >
        <p>{t('reset.askText')}</p>
        <p class="form-error" role="alert">
          {submit.problem() ?? linkProblem()}
        </p>
        <EmailField error={submit.errorOf('email')} value={session.user()?.email ?? ''} autofocus />
        <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
          {t('reset.ask')}
        </Button>
      </form>
    </Card>
  )
}

function NewPasswordForm() {
  const session = useSession()
  const navigate = useNavigate()
  const submit = createSubmit<'password'>(sentenceOf)

  function send(form: HTMLFormElement) {
    const password = textOf(form, 'password')
    return submit.run(form, { password: newPasswordError(password) }, async () => {
      await session.setPassword(password)
      toast(t('reset.saved'))
      navigate(paths.home())
    })
  }

  return (
    <Card title={t('reset.title')}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void send(event.currentTarget)
        }}
      >
        <p>{t('reset.text', { email: session.user()?.email ?? '' })}</p>
        <p class="form-error" role="alert">
          {submit.problem()}
        </p>
        {/* So that a password manager knows whose password this is. */}
        <input type="email" autocomplete="username" value={session.user()?.email ?? ''} hidden readOnly />
        <NewPasswordField label={t('newPassword')} error={submit.errorOf('password')} autofocus />
        <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
          {t('reset.save')}
        </Button>
      </form>
    </Card>
  )
}
