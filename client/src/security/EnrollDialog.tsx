import { createSignal, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { en as sessionTexts } from '../session/en.ts'
import { codeError } from '../session/fields.tsx'
import { AppCodeField } from '../session/SecondStepForm.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import type { Enrolment, SecurityState } from './security.ts'

const t = textsOf(en)

/** Names an app, shows it the key, and takes its first code. */
export function EnrollDialog(props: { security: SecurityState; onAdded(): void; onClose(): void }) {
  const submit = createSubmit<'name' | 'code'>(sentenceOf)
  const [enrolment, setEnrolment] = createSignal<Enrolment>()

  async function begin(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    await submit.run(form, { name: !name && t('enroll.nameMissing') }, async () => setEnrolment(await props.security.enroll(name)))
  }

  async function confirm(form: HTMLFormElement, started: Enrolment) {
    const code = textOf(form, 'code')
    const error = codeError(code) && sessionTexts.second.codeMissing
    if (await submit.run(form, { code: error }, () => props.security.confirm(started, code))) props.onAdded()
  }

  return (
    <Dialog
      title={t('enroll.title')}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={(event) => {
        const started = enrolment()
        void (started ? confirm(event.target as HTMLFormElement, started) : begin(event.target as HTMLFormElement))
      }}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t(enrolment() ? 'enroll.confirm' : 'enroll.next')}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Show
        when={enrolment()}
        fallback={
          <Field
            label={t('enroll.name')}
            hint={t('enroll.nameHint')}
            name="name"
            autocomplete="off"
            required
            maxLength={64}
            error={submit.errorOf('name')}
          />
        }
      >
        {(started) => (
          <>
            <p>{t('enroll.scan')}</p>
            <img class="qr-code" src={started().qrCode} width="192" height="192" alt={t('enroll.qr')} />
            <Secret secret={started().secret} />
            <AppCodeField error={submit.errorOf('code')} />
          </>
        )}
      </Show>
    </Dialog>
  )
}

/** The key in groups of four, as people type it. */
function Secret(props: { secret: string }) {
  async function copy() {
    await navigator.clipboard.writeText(props.secret)
    toast(t('enroll.keyCopied'))
  }
  return (
    <div class="secret">
      <span class="muted">{t('enroll.key')}</span>
      <code class="grow">{props.secret.match(/.{1,4}/g)?.join(' ')}</code>
      <IconButton icon="copy" label={t('enroll.copyKey')} onClick={() => void copy()} />
    </div>
  )
}
