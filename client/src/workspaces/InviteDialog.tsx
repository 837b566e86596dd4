import { createSignal, For } from 'solid-js'
import { en as common } from '../en.ts'
import { ProblemError, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { type Role, roles } from '../rows.ts'
import { emailError } from '../session/fields.tsx'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { createSubmit } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { useWorkspace } from './workspaces.ts'

const t = textsOf(en)

/** Invites one or several addresses with one role. Those that the server refuses stay in the field, with the reason. */
export function InviteDialog(props: { onClose(): void; onSent(): void }) {
  const workspace = useWorkspace()
  const submit = createSubmit<'email'>(sentenceOf)
  const [typed, setTyped] = createSignal('')
  const [role, setRole] = createSignal<Role>('editor')
  const mayGive = () => roles.filter((candidate) => workspace.can(candidate)).toReversed()

  async function send(form: HTMLElement) {
    const emails = typed()
      .split(/[\s,;]+/)
      .filter(Boolean)
    const wrong = emails.find((email) => emailError(email))
    const error = emails.length === 0 ? t('inviteDialog.emailMissing') : wrong ? t('inviteDialog.emailWrong', { email: wrong }) : false
    const isSent = await submit.run(form, { email: error }, () => inviteAll(emails))
    if (isSent) props.onClose()
  }

  async function inviteAll(emails: readonly string[]): Promise<void> {
    const refused: { email: string; error: unknown }[] = []
    for (const email of emails) {
      try {
        await rpc('invite_member', { workspace_id: workspace.id(), email, role: role() })
      } catch (error) {
        refused.push({ email, error })
      }
    }
    const sent = emails.length - refused.length
    if (sent > 0) {
      props.onSent()
      const only = emails.length === 1 ? emails[0] : undefined
      toast(only ? t('inviteDialog.sent', { email: only }) : t('inviteDialog.sentMany', { count: sent }))
    }
    setTyped(refused.map(({ email }) => email).join(', '))
    const [first] = refused
    if (!first) return
    const reason = sentenceOf(first.error)
    throw new ProblemError(409, 'invitation_refused', t('inviteDialog.failed', { email: first.email, reason }))
  }

  return (
    <Dialog
      title={t('inviteDialog.title')}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={(event) => void send(event.target as HTMLFormElement)}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t('inviteDialog.submit')}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Field
        label={t('inviteDialog.email')}
        hint={t('inviteDialog.emailHint')}
        name="email"
        type="text"
        inputmode="email"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        required
        value={typed()}
        onInput={(event) => setTyped(event.currentTarget.value)}
        error={submit.errorOf('email')}
      />
      <fieldset class="radio-cards">
        <legend>{t('inviteDialog.role')}</legend>
        <For each={mayGive()}>
          {(candidate) => (
            <label class="radio-card">
              <input type="radio" name="role" value={candidate} checked={role() === candidate} onChange={() => setRole(candidate)} />
              <span>
                {common.roles[candidate]}
                <small>{t(`roleHints.${candidate}`)}</small>
              </span>
            </label>
          )}
        </For>
      </fieldset>
    </Dialog>
  )
}
