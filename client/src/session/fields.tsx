import { textsOf } from '../i18n.ts'
import { Field, PasswordField } from '../ui/Field.tsx'
import { en } from './en.ts'

const t = textsOf(en)
const shortestPassword = 8

/** The fields that several of these pages share, with what browsers and password managers need to fill them in. */
export function EmailField(props: { error?: string | undefined; value?: string; autofocus?: boolean; readOnly?: boolean }) {
  return (
    <Field
      label={t('email')}
      name="email"
      type="email"
      inputmode="email"
      autocomplete="username"
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

export function NewPasswordField(props: { label?: string; error?: string | undefined; autofocus?: boolean }) {
  return (
    <PasswordField
      label={props.label ?? t('password')}
      name="password"
      autocomplete="new-password"
      required
      minLength={shortestPassword}
      maxLength={72}
      hint={t('passwordHint')}
      showLabel={t('showPassword')}
      hideLabel={t('hidePassword')}
      ref={(element) => props.autofocus && queueMicrotask(() => element.focus())}
      error={props.error}
    />
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
