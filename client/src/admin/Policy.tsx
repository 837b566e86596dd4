import { createResource, createSignal, For, Show } from 'solid-js'
import type { Row } from '../../../sql/types.gen.ts'
import { type Asked, Asking } from '../access/ApplyDialog.tsx'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { durationOf, formatNumber, textsOf } from '../i18n.ts'
import type { Role } from '../rows.ts'
import { providersOf, readSignInSettings, type SignInSettings } from '../session/providers.ts'
import { rest, rows, rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import '../settings/settings.css'

const t = textsOf(en)
type PolicyRow = Row<'workspace_policies'>

const ways = ['invited', 'domains', 'open'] as const
const joiningRoles = ['viewer', 'commenter', 'editor'] as const satisfies readonly Role[]

async function readPolicy(workspace: string): Promise<PolicyRow> {
  return rows<PolicyRow>(rest.from('workspace_policies').select('*').eq('workspace_id', workspace).single())
}

/** Who may join by himself, and whether a second step is needed. */
export function Policy() {
  const workspace = useWorkspace()
  const [policy, { refetch, mutate }] = createResource(workspace.id, readPolicy)
  return (
    <Show
      when={!policy.error}
      fallback={
        <>
          <p class="form-error" role="alert">
            {sentenceOf(policy.error)}
          </p>
          <Button look="outline" onClick={() => void refetch()}>
            {common.retry}
          </Button>
        </>
      }
    >
      <p class="muted">{t('policy.lede')}</p>
      <Show when={policy.latest} keyed fallback={<Skeleton lines={5} />}>
        {(row) => <PolicyForm policy={row} onSaved={mutate} />}
      </Show>
      <Show when={policy.latest}>
        {(row) => (
          <>
            <Keep what="history" days={row().history_days} onSaved={(days) => mutate({ ...row(), history_days: days })} />
            <Keep what="trash" days={row().trash_days} onSaved={(days) => mutate({ ...row(), trash_days: days })} />
          </>
        )}
      </Show>
      <Server />
    </Show>
  )
}

function PolicyForm(props: { policy: PolicyRow; onSaved(policy: PolicyRow): void }) {
  const submit = createSubmit<'domains'>(sentenceOf)
  const [joining, setJoining] = createSignal(props.policy.joining)
  const [role, setRole] = createSignal<Role>(props.policy.joining_role)
  const [needsMfa, setNeedsMfa] = createSignal(props.policy.needs_mfa)
  const [asked, setAsked] = createSignal<Asked>()

  async function save(form: HTMLFormElement) {
    const domains = textOf(form, 'domains')
      .split(/[\s,;]+/)
      .filter(Boolean)
    const error = joining() === 'domains' && domains.length === 0 && t('policy.domainsMissing')
    const apply = async () => {
      const args = { workspace_id: props.policy.workspace_id, joining: joining(), joining_role: role(), needs_mfa: needsMfa() }
      const saved = await rpc<PolicyRow>('set_workspace_policy', joining() === 'domains' ? { ...args, domains } : args)
      toast(t('policy.saved'))
      props.onSaved(saved)
    }
    await submit.run(form, { domains: error }, async () => {
      // Whoever has no second step yet is shut out at once.
      if (needsMfa() && !props.policy.needs_mfa)
        setAsked({
          title: t('policy.mfaAsk'),
          text: t('policy.mfaAskText'),
          action: t('policy.mfaAction'),
          change: 'set_workspace_policy',
          args: { workspace_id: props.policy.workspace_id, needs_mfa: true },
          onApply: apply,
        })
      else await apply()
    })
  }

  return (
    <>
      <form
        class="form policy"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void save(event.currentTarget)
        }}
      >
        <p class="form-error" role="alert">
          {submit.problem()}
        </p>
        <div>
          <label class="choice">
            <input
              type="checkbox"
              role="switch"
              aria-checked={needsMfa()}
              aria-describedby="needs-mfa-hint"
              checked={needsMfa()}
              onChange={(event) => setNeedsMfa(event.currentTarget.checked)}
            />
            {t('policy.mfa')}
          </label>
          <p class="field-hint" id="needs-mfa-hint">
            {t('policy.mfaHint')}
          </p>
        </div>
        <fieldset class="radio-cards">
          <legend>{t('policy.joining')}</legend>
          <For each={ways}>
            {(way) => (
              <label class="radio-card">
                <input type="radio" name="joining" value={way} checked={joining() === way} onChange={() => setJoining(way)} />
                <span>
                  {t(`policy.${way}`)}
                  <small>{t(`policy.${way}Hint`)}</small>
                </span>
              </label>
            )}
          </For>
        </fieldset>
        <Show when={joining() === 'domains'}>
          <Field
            label={t('policy.domainList')}
            hint={t('policy.domainListHint')}
            name="domains"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={props.policy.domains.join(', ')}
            error={submit.errorOf('domains')}
          />
        </Show>
        <Show when={joining() !== 'invited'}>
          <Select
            label={t('policy.role')}
            value={role()}
            options={joiningRoles.map((value) => ({ value: value as Role, label: common.roles[value] }))}
            onChange={setRole}
          />
        </Show>
        <div>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t('policy.save')}
          </Button>
        </div>
      </form>
      {/* Beside it: a form cannot be inside another one. */}
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </>
  )
}

const keptDays = [30, 90, 365, 1095]
const forEver = ''

/** For how long the history of pages, or the trash, is kept. To keep less of it is asked about, because it cannot be taken back. */
function Keep(props: { what: 'history' | 'trash'; days: number | null; onSaved(days: number | null): void }) {
  const workspace = useWorkspace()
  const [asking, setAsking] = createSignal<number>()
  const [busy, setBusy] = createSignal(false)
  const days = () => props.days
  const word = <Word extends keyof typeof en.policy.history & keyof typeof en.policy.trash>(name: Word) => en.policy[props.what][name]
  const options = () => [
    { value: forEver, label: word('forEver') },
    ...[...new Set([...keptDays, ...(days() ? [days() as number] : [])])]
      .sort((one, other) => one - other)
      .map((count) => ({ value: String(count), label: t(`policy.${props.what}.days`, { count: formatNumber(count) }) })),
  ]
  const save = async (count: number | null) => {
    setBusy(true)
    try {
      await rpc(`set_${props.what}_retention`, { workspace_id: workspace.id(), days: count })
      props.onSaved(count)
      toast(t('policy.saved'))
    } catch (error) {
      toast(sentenceOf(error))
    }
    setBusy(false)
    setAsking(undefined)
  }
  const choose = (value: string) => {
    const count = value === forEver ? null : Number(value)
    const isLess = count !== null && count < (days() ?? Number.POSITIVE_INFINITY)
    if (isLess) setAsking(count)
    else void save(count)
  }
  return (
    <section class="server-policy" aria-label={word('title')}>
      <h2>{word('title')}</h2>
      <p class="muted">{word('text')}</p>
      <Select label={word('label')} value={String(days() ?? forEver)} options={options()} onChange={choose} />
      <Show when={asking()}>
        {(count) => (
          <ConfirmDialog
            title={t(`policy.${props.what}.ask`, { count: formatNumber(count()) })}
            action={word('forget')}
            cancel={word('cancel')}
            busy={busy()}
            onConfirm={() => void save(count())}
            onClose={() => setAsking(undefined)}
          >
            <p>{word('askText')}</p>
          </ConfirmDialog>
        )}
      </Show>
    </section>
  )
}

/** What the installation decides for all its workspaces; nothing where it does not tell. */
function Server() {
  const [settings] = createResource(() => readSignInSettings().catch(() => undefined))
  return (
    <Show when={settings.latest}>
      {(known) => (
        <section class="server-policy" aria-label={t('policy.server')}>
          <h2>{t('policy.server')}</h2>
          <p class="muted">{t('policy.serverText')}</p>
          <dl>
            <Show when={known().sign_up}>
              {(signUp) => (
                <div>
                  <dt>{t('policy.signUp')}</dt>
                  <dd>{t(`policy.signUps.${signUp()}`, { domains: (known().sign_up_domains ?? []).join(', ') })}</dd>
                </div>
              )}
            </Show>
            <div>
              <dt>{t('policy.confirm')}</dt>
              <dd>{t(known().mailer_autoconfirm ? 'policy.unconfirmed' : 'policy.confirmed')}</dd>
            </div>
            <Show when={known().session_timebox !== undefined}>
              <div>
                <dt>{t('policy.sessions')}</dt>
                <dd>{sessionsOf(known())}</dd>
              </div>
            </Show>
            <div>
              <dt>{t('policy.providers')}</dt>
              <dd>
                {providersOf(known())
                  .map(({ label }) => label)
                  .join(', ') || t('policy.noProviders')}
              </dd>
            </div>
          </dl>
        </section>
      )}
    </Show>
  )
}

/** "End 30 days after the sign-in, and after 12 hours without use." */
function sessionsOf({ session_timebox: box, session_inactivity_timeout: idle }: SignInSettings): string {
  if (box && idle) return t('policy.sessionBoth', { box: durationOf(box), idle: durationOf(idle) })
  if (box) return t('policy.sessionBox', { box: durationOf(box) })
  return idle ? t('policy.sessionIdle', { idle: durationOf(idle) }) : t('policy.sessionEndless')
}
