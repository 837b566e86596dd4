import { A, useSearchParams } from '@solidjs/router'
import { createSignal, Show } from 'solid-js'
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

const t = textsOf(en)

export default function SignUpPage() {
  const session = useSession()
  const [search] = useSearchParams<{ next?: string; email?: string }>()
  const next = () => safeNext(search.next)
  const submit = createSubmit<'name' | 'email' | 'password'>(sentenceOf)
  const [sentTo, setSentTo] = createSignal<string>()

  function send(form: HTMLFormElement) {
    const name = textOf(form, 'name')
    const email = textOf(form, 'email')
    const password = textOf(form, 'password')
    const errors = { name: !name.trim() && t('nameMissing'), email: emailError(email), password: newPasswordError(password) }
    return submit.run(form, errors, async () => {
      const { confirmed } = await session.signUp(name, email, password, next())
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
