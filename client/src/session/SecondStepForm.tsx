import { createSignal, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { type SecondStep, useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { en } from './en.ts'
import { codeError } from './fields.tsx'

const t = textsOf(en)

/** After the password: the code of the authenticator app, or a recovery code. */
export function SecondStepForm(props: { step: SecondStep }) {
  const session = useSession()
  const submit = createSubmit<'code'>(sentenceOf)
  const [byRecoveryCode, setByRecoveryCode] = createSignal(false)
  const [app, setApp] = createSignal(props.step.apps[0]?.id ?? '')

  function send(form: HTMLFormElement) {
    const code = textOf(form, 'code')
    const error = byRecoveryCode() ? !code.trim() && t('second.recoveryMissing') : codeError(code) && t('second.codeMissing')
    return submit.run(form, { code: error }, () =>
      byRecoveryCode() ? session.confirmRecoveryCode(code) : session.confirmFactor(app(), code),
    )
  }

  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send(event.currentTarget)
      }}
    >
      <p>{t(byRecoveryCode() ? 'second.recoveryText' : 'second.text', { email: props.step.email })}</p>
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Show when={!byRecoveryCode() && props.step.apps.length > 1}>
        <Select
          label={t('second.app')}
          value={app()}
          options={props.step.apps.map(({ id, name }) => ({ value: id, label: name || t('second.unnamed') }))}
          onChange={setApp}
        />
      </Show>
      <Show when={byRecoveryCode()} fallback={<AppCodeField error={submit.errorOf('code')} />}>
        <Field
          label={t('second.recoveryCode')}
          name="code"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
          maxLength={100}
          ref={(element) => queueMicrotask(() => element.focus())}
          error={submit.errorOf('code')}
        />
      </Show>
      <Button type="submit" look="primary" class="wide" busy={submit.busy()}>
        {t('second.submit')}
      </Button>
      <div class="card-row">
        <Show when={props.step.hasRecoveryCodes}>
          <Button onClick={() => setByRecoveryCode(!byRecoveryCode())}>
            {t(byRecoveryCode() ? 'second.useApp' : 'second.useRecovery')}
          </Button>
        </Show>
        <Button onClick={() => void session.signOut()}>{t('ended.other')}</Button>
      </div>
    </form>
  )
}

/** Six digits of an authenticator app. */
export function AppCodeField(props: { error?: string | undefined }) {
  return (
    <Field
      label={t('second.code')}
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
