import { createSignal, For, Match, Show, Switch } from 'solid-js'
import type { Result } from '../../../sql/types.gen.ts'
import { en as common } from '../en.ts'
import { ProblemError, sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { type Role, roles } from '../rows.ts'
import { emailError } from '../session/fields.tsx'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { CopyField } from '../ui/CopyField.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { useWorkspace } from './workspaces.ts'

const t = textsOf(en)
const ways = ['byMail', 'byLink'] as const
type Way = (typeof ways)[number]
const dayMs = 86_400_000
const lifetimes = ['1', '7', '30', '365'] as const

/** Invites addresses by mail, or makes a link for several people, with one role. Addresses that the server refuses stay in the field,
 *  with the reason. */
export function InviteDialog(props: { onClose(): void; onSent(): void }) {
  const workspace = useWorkspace()
  const submit = createSubmit<'email' | 'uses'>(sentenceOf)
  const [way, setWay] = createSignal<Way>('byMail')
  const [typed, setTyped] = createSignal('')
  const [chosen, setRole] = createSignal<Role>('editor')
  const [days, setDays] = createSignal<(typeof lifetimes)[number]>('7')
  const [link, setLink] = createSignal<string>()
  // Nobody becomes an owner by a link that somebody else might find.
  const mayGive = () => roles.filter((role) => workspace.can(role) && (role !== 'owner' || way() === 'byMail')).toReversed()
  const role = () => (mayGive().includes(chosen()) ? chosen() : 'editor')

  async function send(form: HTMLFormElement) {
    if (way() === 'byLink') {
      const uses = textOf(form, 'uses').trim()
      const isWrong = uses !== '' && !(/^\d+$/.test(uses) && Number(uses) >= 1 && Number(uses) <= 10_000)
      await submit.run(form, { uses: isWrong && t('inviteDialog.usesWrong') }, () => makeLink(uses ? Number(uses) : null))
      return
    }
    const emails = typed()
      .split(/[\s,;]+/)
      .filter(Boolean)
    const wrong = emails.find((email) => emailError(email))
    const error = emails.length === 0 ? t('inviteDialog.emailMissing') : wrong ? t('inviteDialog.emailWrong', { email: wrong }) : false
    const isSent = await submit.run(form, { email: error }, () => inviteAll(emails))
    if (isSent) props.onClose()
  }

  async function makeLink(max_uses: number | null): Promise<void> {
    // The server takes a year at most, by its own clock.
    const expires_at = new Date(Date.now() + Number(days()) * dayMs - 60_000).toISOString()
    const args = { workspace_id: workspace.id(), role: role(), expires_at, max_uses }
    const [made] = await rpc<Result<'create_invitation_link'>>('create_invitation_link', args)
    if (!made) return
    setLink(location.origin + paths.invite(made.token))
    props.onSent()
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
        <Show
          when={!link()}
          fallback={
            <Button look="outline" onClick={() => props.onClose()}>
              {t('inviteDialog.done')}
            </Button>
          }
        >
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t(way() === 'byMail' ? 'inviteDialog.submit' : 'inviteDialog.make')}
          </Button>
        </Show>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Show when={!link()} fallback={<MadeLink link={link() ?? ''} />}>
        <fieldset class="segments">
          <legend class="visually-hidden">{t('inviteDialog.way')}</legend>
          <For each={ways}>
            {(known) => (
              <label>
                <input type="radio" name="way" value={known} checked={way() === known} onChange={() => setWay(known)} />
                <span>{t(`inviteDialog.${known}`)}</span>
              </label>
            )}
          </For>
        </fieldset>
        <Switch>
          <Match when={way() === 'byMail'}>
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
          </Match>
          <Match when={way() === 'byLink'}>
            <div class="field-pair">
              <Select
                label={t('inviteDialog.lifetime')}
                value={days()}
                options={lifetimes.map((value) => ({ value, label: t(`inviteDialog.lifetimes.${value}`) }))}
                onChange={setDays}
              />
              <Field
                label={t('inviteDialog.uses')}
                hint={t('inviteDialog.usesHint')}
                name="uses"
                inputmode="numeric"
                autocomplete="off"
                error={submit.errorOf('uses')}
              />
            </div>
          </Match>
        </Switch>
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
      </Show>
    </Dialog>
  )
}

function MadeLink(props: { link: string }) {
  return (
    <CopyField
      label={t('inviteDialog.link')}
      hint={t('inviteDialog.linkHint')}
      value={props.link}
      copy={t('inviteDialog.copy')}
      copied={t('inviteDialog.copied')}
    />
  )
}
