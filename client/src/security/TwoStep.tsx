import { createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { longDate, textsOf } from '../i18n.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { EnrollDialog } from './EnrollDialog.tsx'
import { en } from './en.ts'
import { RecoveryCodes } from './RecoveryCodes.tsx'
import { Section } from './Section.tsx'
import type { AuthenticatorApp, SecurityState } from './security.ts'

const t = textsOf(en)

/** The authenticator apps of the account, and its recovery codes. */
export function TwoStep(props: { security: SecurityState }) {
  const [adding, setAdding] = createSignal(false)
  const [removing, setRemoving] = createSignal<AuthenticatorApp>()
  const [codes, setCodes] = createSignal<string[]>()
  const apps = () => props.security.apps() ?? []

  /** Whoever has just added his first app needs a way in without it. */
  async function added() {
    toast(t('enroll.done'))
    setAdding(false)
    if (props.security.codes()) return
    try {
      setCodes(await props.security.makeCodes())
    } catch (error) {
      toast(sentenceOf(error))
    }
  }

  return (
    <Section title={t('twoStep.title')}>
      <Show when={!props.security.problem()} fallback={<Failed security={props.security} />}>
        <Show when={props.security.apps()} fallback={<Skeleton lines={2} />}>
          <p class="muted with-icon">
            <Icon name={apps().length > 0 ? 'check' : 'lock'} />
            {t(apps().length > 0 ? 'twoStep.on' : 'twoStep.off')}
          </p>
          <Show when={apps().length > 0}>
            <ul class="security-list" aria-label={t('twoStep.apps')}>
              <For each={apps()}>
                {(app) => (
                  <li>
                    <span class="grow">
                      <strong>{nameOf(app)}</strong> <span class="muted">{t('twoStep.added', { date: longDate(app.addedAt) })}</span>
                    </span>
                    <IconButton icon="trash" label={t('twoStep.remove', { name: nameOf(app) })} onClick={() => setRemoving(app)} />
                  </li>
                )}
              </For>
            </ul>
          </Show>
          <div>
            <Button look={apps().length > 0 ? 'outline' : 'primary'} icon="plus" onClick={() => setAdding(true)}>
              {t(apps().length > 0 ? 'twoStep.addAnother' : 'twoStep.add')}
            </Button>
          </div>
          <Show when={apps().length > 0}>
            <RecoveryCodes security={props.security} shown={codes()} onShow={setCodes} />
          </Show>
        </Show>
      </Show>
      <Show when={adding()}>
        <EnrollDialog security={props.security} onAdded={() => void added()} onClose={() => setAdding(false)} />
      </Show>
      <Show when={removing()}>
        {(app) => (
          <RemoveDialog app={app()} isLast={apps().length === 1} security={props.security} onClose={() => setRemoving(undefined)} />
        )}
      </Show>
    </Section>
  )
}

const nameOf = (app: AuthenticatorApp) => app.name || t('twoStep.unnamed')

function Failed(props: { security: SecurityState }) {
  return (
    <>
      <p class="form-error" role="alert">
        {t('twoStep.failed')} {sentenceOf(props.security.problem())}
      </p>
      <div>
        <Button look="outline" onClick={() => void props.security.reload()}>
          {common.retry}
        </Button>
      </div>
    </>
  )
}

function RemoveDialog(props: { app: AuthenticatorApp; isLast: boolean; security: SecurityState; onClose(): void }) {
  const [busy, setBusy] = createSignal(false)

  async function remove() {
    setBusy(true)
    const name = nameOf(props.app)
    try {
      await props.security.remove(props.app)
      toast(t('twoStep.removed', { name }))
    } catch (error) {
      toast(sentenceOf(error))
    }
    props.onClose()
  }

  return (
    <ConfirmDialog
      title={t('twoStep.removeTitle', { name: nameOf(props.app) })}
      action={t('twoStep.removeAction')}
      cancel={common.cancel}
      busy={busy()}
      onConfirm={() => void remove()}
      onClose={() => props.onClose()}
    >
      <p>{t(props.isLast ? 'twoStep.removeLast' : 'twoStep.removeText')}</p>
    </ConfirmDialog>
  )
}
