import { createSignal, Show } from 'solid-js'
import { addSentences } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { Field, PasswordField } from '../ui/Field.tsx'
import { en } from './en.ts'
import { errorsEn } from './errorsEn.ts'
import { strengthOf } from './passwordStrength.ts'
import './strength.css'

const t = textsOf(en)
const shortestPassword = 8
addSentences(errorsEn)

// The fields that several of these pages share, with what browsers and password managers need to fill them in.

interface EmailProps {
  label?: string
  autocomplete?: 'username' | 'email'
  error?: string | undefined
  value?: string
  autofocus?: boolean
  readOnly?: boolean
}

export function EmailField(props: EmailProps) {
  return (
    <Field
      label={props.label ?? t('email')}
      name="email"
      type="email"
      inputmode="email"
      autocomplete={props.autocomplete ?? 'username'}
      autocapitalize="none"
      spellcheck={false}
      required
      maxLength={320}
      value={props.value ?? ''}
      readOnly={props.readOnly ?? false}
      ref={(element) => props.autofocus && queueMicrotask(() => element.focus())}
      error={props.error}
    />
  )
}

export function CurrentPasswordField(props: { error?: string | undefined; autofocus?: boolean }) {
  return (
    <PasswordField
      label={t('password')}
      name="password"
      autocomplete="current-password"
      required
      maxLength={72}
      showLabel={t('showPassword')}
      hideLabel={t('hidePassword')}
      ref={(element) => props.autofocus && queueMicrotask(() => element.focus())}
      error={props.error}
    />
  )
}

interface NewPasswordProps {
  label?: string
  name?: string
  error?: string | undefined
  autofocus?: boolean
  /** What everybody knows of this person: it makes no password stronger. */
  personal?: readonly string[]
}

/** A password to be chosen, and how hard it is to guess. */
export function NewPasswordField(props: NewPasswordProps) {
  const [typed, setTyped] = createSignal('')
  const strength = () => strengthOf(typed(), props.personal)
  return (
    <div>
      <PasswordField
        label={props.label ?? t('password')}
        name={props.name ?? 'password'}
        autocomplete="new-password"
        required
        minLength={shortestPassword}
        maxLength={72}
        hint={t('passwordHint')}
        showLabel={t('showPassword')}
        hideLabel={t('hidePassword')}
        ref={(element) => props.autofocus && queueMicrotask(() => element.focus())}
        onInput={(event) => setTyped(event.currentTarget.value)}
        error={props.error}
      />
      <div class="strength" data-level={typed() ? strength() : undefined} role="status">
        <Show when={typed()}>
          <span class="strength-bar" aria-hidden="true" />
          <span>
            {t('strength.label')} {t(`strength.levels.${strength()}`)}
          </span>
        </Show>
      </div>
    </div>
  )
}

export function CodeField(props: { error?: string | undefined }) {
  return (
    <Field
      label={t('confirm.code')}
      name="code"
      inputmode="numeric"
      autocomplete="one-time-code"
      required
      maxLength={12}
      ref={(element) => queueMicrotask(() => element.focus())}
      error={props.error}
    />
  )
}

/** What is wrong with an address, before the server is asked. */
export function emailError(email: string): string | false {
  if (!email.trim()) return t('emailMissing')
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? false : t('emailWrong')
}

export function newPasswordError(password: string): string | false {
  return password.length < shortestPassword && t('passwordShort')
}

export function codeError(code: string): string | false {
  return !/^\s*\d[\d\s]{3,}$/.test(code) && t('codeMissing')
}
