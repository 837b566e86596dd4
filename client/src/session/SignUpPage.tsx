import { A, useSearchParams } from '@solidjs/router'
import { createResource, createSignal, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths, safeNext } from '../paths.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { Card } from './Card.tsx'
import { ConfirmForm } from './ConfirmForm.tsx'
import { en } from './en.ts'
import { EmailField, emailError, NewPasswordField, newPasswordError } from './fields.tsx'
import { ProviderButtons } from './ProviderButtons.tsx'
import { invitationIn, readSignInSettings } from './providers.ts'

const t = textsOf(en)

export default function SignUpPage() {
  const session = useSession()
  const [search] = useSearchParams<{ next?: string; email?: string }>()
  const next = () => safeNext(search.next)
  const submit = createSubmit<'name' | 'email' | 'password'>(sentenceOf)
  const [sentTo, setSentTo] = createSignal<string>()
  const [settings] = createResource(() => readSignInSettings().catch(() => undefined))
  /** Who may sign up, when that is not everybody and this person brings no invitation. */
  const condition = () => {
    const { sign_up, sign_up_domains = [], disable_signup } = settings.latest ?? {}
    if (invitationIn(next())) return undefined
    if (sign_up === 'domains')
      return t('signup.domains', { domains: new Intl.ListFormat(document.documentElement.lang).format(sign_up_domains) })
    return disable_signup ? t('signup.invited') : undefined
  }

  function send(form: HTMLFormElement) {
    const name = textOf(form, 'name')
    const email = textOf(form, 'email')
    const password = textOf(form, 'password')
    const errors = { name: !name.trim() && t('nameMissing'), email: emailError(email), password: newPasswordError(password) }
    return submit.run(form, errors, async () => {
      const invite_token = invitationIn(next())
      const { confirmed } = await session.signUp(email, password, { name: name.trim(), ...(invite_token && { invite_token }) }, next())
      if (!confirmed) setSentTo(email.trim())
    })
  }

  return (
    <Show
      when={sentTo()}
      fallback={
        <Card
          title={t('signup.title')}
          foot={
            <>
              {t('signup.haveAccount')}{' '}
              <A class="link" href={paths.login(next())}>
                {t('signup.login')}
              </A>
            </>
          }
        >
          <Show when={condition()}>{(sentence) => <p class="card-note">{sentence()}</p>}</Show>
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
            <Field
              label={t('name')}
              name="name"
              autocomplete="name"
              required
              maxLength={80}
              ref={(element) => queueMicrotask(() => element.focus())}
              error={submit.errorOf('name')}
            />
            <EmailField error={submit.errorOf('email')} value={typeof search.email === 'string' ? search.email : ''} />
            <NewPasswordField error={submit.errorOf('password')} />
            <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
              {t('signup.submit')}
            </Button>
          </form>
          <ProviderButtons next={next()} />
        </Card>
      }
    >
      {(email) => (
        <Card title={t('confirm.title')}>
          <ConfirmForm email={email()} next={next()} onOther={() => setSentTo(undefined)} />
        </Card>
      )}
    </Show>
  )
}
