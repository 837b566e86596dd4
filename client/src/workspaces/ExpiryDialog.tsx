import { endOfDay } from '../access/days.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { MemberRow } from '../rows.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { en } from './en.ts'
import type { Members } from './members.ts'

const t = textsOf(en)

/** Asks on which day a membership ends. */
export function ExpiryDialog(props: { member: MemberRow; members: Members; onClose(): void }) {
  const submit = createSubmit<'expires'>(sentenceOf)

  async function save(form: HTMLFormElement) {
    const end = endOfDay(textOf(form, 'expires'))
    const errors = { expires: end !== null && end.getTime() < Date.now() && t('expiry.past') }
    if (await submit.run(form, errors, () => props.members.setExpiry(props.member, end?.toISOString() ?? null))) props.onClose()
  }

  return (
    <Dialog
      title={t('expiry.title', { name: props.member.name })}
      closeLabel={common.cancel}
      onClose={() => props.onClose()}
      onSubmit={(event) => void save(event.target as HTMLFormElement)}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t('expiry.save')}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Field
        label={t('expiry.label')}
        hint={t('expiry.hint')}
        name="expires"
        type="date"
        value={props.member.expires_at?.slice(0, 10) ?? ''}
        error={submit.errorOf('expires')}
      />
    </Dialog>
  )
}
