import { A, useLocation } from '@solidjs/router'
import { Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { en as sessionTexts } from '../session/en.ts'
import { EmailField, emailError, NewPasswordField, newPasswordError } from '../session/fields.tsx'
import { useSession } from '../session.ts'
import { Page } from '../shell/Page.tsx'
import { Button } from '../ui/Button.tsx'
import { PasswordField } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { createProof } from './proof.tsx'
import { Section } from './Section.tsx'
import { Sessions } from './Sessions.tsx'
import { createSecurity, type SecurityState } from './security.ts'
import { TwoStep } from './TwoStep.tsx'
import '../settings/settings.css'
import './security.css'

const t = textsOf(en)

/** `/settings/security`: how one's own account is opened. */
export default function SecurityPage() {
  const proof = createProof()
  const security = createSecurity(proof.withProof)
  return (
    <Page
      title={t('title')}
      before={
        <A class="button quiet" href={paths.settings()}>
          <Icon name="gear" />
          <span class="button-label">{t('back')}</span>
        </A>
      }
    >
      <div class="page page-narrow settings">
        <TwoStep security={security} />
        <Password security={security} />
        <Email security={security} />
        <Sessions />
      </div>
      <proof.Dialog />
    </Page>
  )
}

function Password(props: { security: SecurityState }) {
  const session = useSession()
  const submit = createSubmit<'current' | 'password'>(sentenceOf)
  const person = () => session.user()

  async function save(form: HTMLFormElement) {
    const [current, password] = [textOf(form, 'current'), textOf(form, 'password')]
    const errors = { current: !current && sessionTexts.passwordMissing, password: newPasswordError(password) }
    if (!(await submit.run(form, errors, () => props.security.changePassword(current, password)))) return
    form.reset()
    toast(t('password.saved'))
  }

  return (
    <Section title={t('password.title')}>
      <p class="muted">{t('password.text')}</p>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save(event.currentTarget)
        }}
      >
        <p class="form-error" role="alert">
          {submit.problem()}
        </p>
        {/* So that a password manager knows whose password this is. */}
        <input type="email" autocomplete="username" value={person()?.email ?? ''} hidden readOnly />
        <PasswordField
          label={t('password.current')}
          name="current"
          autocomplete="current-password"
          required
          maxLength={72}
          showLabel={sessionTexts.showPassword}
          hideLabel={sessionTexts.hidePassword}
          error={submit.errorOf('current')}
        />
        <NewPasswordField
          label={t('password.new')}
          error={submit.errorOf('password')}
          personal={[person()?.name ?? '', person()?.email ?? '']}
        />
        <div class="settings-actions">
          <Button type="submit" look="outline" busy={submit.busy()}>
            {t('password.save')}
          </Button>
          <A class="button quiet" href={paths.reset()}>
            {t('password.forgot')}
          </A>
        </div>
      </form>
    </Section>
  )
}

function Email(props: { security: SecurityState }) {
  const session = useSession()
  const location = useLocation()
  const submit = createSubmit<'email'>(sentenceOf)
  const current = () => session.user()?.email ?? ''
  // The link in the first of the two e-mails leads here with a message.
  const isHalfConfirmed = () => new URLSearchParams(location.hash.slice(1)).has('message')

  async function save(form: HTMLFormElement) {
    const email = textOf(form, 'email')
    const error = emailError(email) || (email.trim().toLowerCase() === current().toLowerCase() && t('email.same'))
    if (!(await submit.run(form, { email: error }, () => props.security.changeEmail(email, paths.security())))) return
    form.reset()
    toast(t('email.sent'))
  }

  return (
    <Section title={t('email.title')}>
      <p class="muted">{t('email.text', { email: current() })}</p>
      <Show when={props.security.newEmail()}>
        {(email) => (
          <p class="notice" role="status">
            {isHalfConfirmed() ? t('email.half') : t('email.pending', { email: email() })}
          </p>
        )}
      </Show>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save(event.currentTarget)
        }}
      >
        <p class="form-error" role="alert">
          {submit.problem()}
        </p>
        <EmailField label={t('email.new')} autocomplete="email" error={submit.errorOf('email')} />
        <div>
          <Button type="submit" look="outline" busy={submit.busy()}>
            {t('email.save')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
