import { createSignal, Match, Show, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { en as sessionTexts } from '../session/en.ts'
import { CurrentPasswordField, codeError } from '../session/fields.tsx'
import { AppCodeField } from '../session/SecondStepForm.tsx'
import { useSession } from '../session.ts'
import { auth, authorised } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { en } from './en.ts'

const t = textsOf(en)

/** Whoever is signed in proves again that it is he: by his second step where he has one, or else by his password or a mailed code. */
export function ProveDialog(props: { onProved(): void; onClose(): void }) {
  const session = useSession()
  const submit = createSubmit<'password' | 'code'>(sentenceOf)
  const email = () => session.user()?.email ?? ''
  const factors = createLoad(email, async () => {
    const { data } = authorised(await auth.mfa.listFactors())
    const verified = (data?.all ?? []).filter((factor) => factor.status === 'verified')
    const apps = verified.filter((factor) => factor.factor_type === 'totp').map(({ id, friendly_name: name = '' }) => ({ id, name }))
    return { apps, hasRecoveryCodes: verified.length > apps.length }
  })
  const apps = () => factors.value()?.apps ?? []
  const [byRecoveryCode, setByRecoveryCode] = createSignal(false)
  const [chosen, setChosen] = createSignal<string>()
  const [isMailed, setMailed] = createSignal(false)
  const app = () => chosen() ?? apps()[0]?.id
  const way = () => {
    if (apps().length > 0) return byRecoveryCode() ? 'recovery' : 'app'
    return isMailed() ? 'mail' : 'password'
  }

  async function prove(form: HTMLFormElement) {
    const code = textOf(form, 'code')
    const password = textOf(form, 'password')
    const steps = {
      password: { wrong: { password: !password && sessionTexts.passwordMissing }, send: () => session.signIn(email(), password) },
      app: { wrong: { code: codeError(code) && t('prove.codeMissing') }, send: () => session.confirmFactor(app() ?? '', code) },
      recovery: { wrong: { code: !code.trim() && t('prove.codeMissing') }, send: () => session.confirmRecoveryCode(code) },
      mail: { wrong: { code: codeError(code) && t('prove.codeMissing') }, send: () => session.confirmCode(email(), code, 'email') },
    }
    const { wrong, send } = steps[way()]
    const isSent = await submit.run(form, wrong, send)
    if (isSent) props.onProved()
  }

  async function mail(form: HTMLElement) {
    const ask = async () => authorised(await auth.signInWithOtp({ email: email(), options: { shouldCreateUser: false } }))
    if (await submit.run(form, {}, ask)) setMailed(true)
  }

  return (
    <Dialog
      title={t('prove.title')}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={(event) => void prove(event.target as HTMLFormElement)}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy() || factors.loading()}>
            {t('prove.submit')}
          </Button>
        </>
      }
    >
      <p>{t('prove.text')}</p>
      <p class="form-error" role="alert">
        {submit.problem() ?? (factors.error() ? sentenceOf(factors.error()) : undefined)}
      </p>
      <Show when={!factors.loading() && !factors.error()} fallback={factors.error() ? null : <Skeleton lines={2} />}>
        <Switch>
          <Match when={way() === 'app'}>
            <Show when={apps().length > 1}>
              <Select
                label={sessionTexts.second.app}
                value={app() ?? ''}
                options={apps().map(({ id, name }) => ({ value: id, label: name || sessionTexts.second.unnamed }))}
                onChange={setChosen}
              />
            </Show>
            <AppCodeField error={submit.errorOf('code')} />
          </Match>
          <Match when={way() === 'recovery'}>
            <Field
              label={sessionTexts.second.recoveryCode}
              name="code"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              maxLength={100}
              ref={(element) => queueMicrotask(() => element.focus())}
              error={submit.errorOf('code')}
            />
          </Match>
          <Match when={way() === 'mail'}>
            <p role="status">{t('prove.mailed', { email: email() })}</p>
            <Field
              label={t('prove.code')}
              name="code"
              inputmode="numeric"
              autocomplete="one-time-code"
              ref={(element) => queueMicrotask(() => element.focus())}
              error={submit.errorOf('code')}
            />
          </Match>
          <Match when={true}>
            {/* So that a password manager knows whose password this is. */}
            <input type="email" autocomplete="username" value={email()} hidden readOnly />
            <CurrentPasswordField error={submit.errorOf('password')} autofocus />
            <div>
              <Button onClick={(event) => void mail(event.currentTarget)}>{t('prove.byMail')}</Button>
            </div>
          </Match>
        </Switch>
        <Show when={factors.value()?.hasRecoveryCodes}>
          <div>
            <Button onClick={() => setByRecoveryCode(!byRecoveryCode())}>
              {byRecoveryCode() ? sessionTexts.second.useApp : sessionTexts.second.useRecovery}
            </Button>
          </div>
        </Show>
      </Show>
    </Dialog>
  )
}
