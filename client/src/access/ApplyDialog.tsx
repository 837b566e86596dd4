import { createSignal, type JSX, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { createLoad } from '../ui/load.ts'
import { AccessPreview } from './AccessPreview.tsx'
import { en } from './en.ts'
import { previewChange, takesAccess } from './preview.ts'

const t = textsOf(en)

/** A change of rights that somebody thinks about. */
export interface Asked {
  title: string
  text?: string
  action: string
  /** The function of the API that would be called, and its arguments. */
  change: string
  args: Record<string, unknown>
  /** Makes the change. The dialog closes when it is taken. */
  onApply(): Promise<unknown>
}

interface ApplyProps extends Asked {
  /** What is chosen besides. */
  children?: JSX.Element
  onClose(): void
}

/** Shows who gains and who loses what before a change of rights is made. */
export function ApplyDialog(props: ApplyProps) {
  const changes = createLoad(
    () => ({ change: props.change, args: props.args }),
    ({ change, args }) => previewChange(change, args),
  )
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()

  async function apply() {
    setBusy(true)
    setProblem(undefined)
    try {
      await props.onApply()
      props.onClose()
    } catch (error) {
      setProblem(sentenceOf(error))
    }
    setBusy(false)
  }

  return (
    <Dialog
      title={props.title}
      closeLabel={common.cancel}
      onClose={() => props.onClose()}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          {/* What cannot even be tried would be refused too. */}
          <Show when={!changes.error()}>
            <Button
              look={takesAccess(changes.value() ?? []) ? 'danger' : 'primary'}
              busy={busy() || changes.loading()}
              onClick={() => void apply()}
            >
              {props.action}
            </Button>
          </Show>
        </>
      }
    >
      <Show when={problem() ?? (changes.error() ? `${t('preview.failed')} ${sentenceOf(changes.error())}` : undefined)}>
        {(sentence) => (
          <p class="form-error" role="alert">
            {sentence()}
          </p>
        )}
      </Show>
      <Show when={props.text}>
        <p>{props.text}</p>
      </Show>
      {props.children}
      <div role="status">
        <Show when={changes.value()} fallback={changes.loading() && <p class="muted">{t('preview.checking')}</p>}>
          {(rows) => <AccessPreview changes={rows()} />}
        </Show>
      </div>
    </Dialog>
  )
}

/** The dialog about a change, as long as there is one to think about. */
export function Asking(props: { asked: Asked | undefined; onClose(): void }) {
  return <Show when={props.asked}>{(asked) => <ApplyDialog {...asked()} onClose={() => props.onClose()} />}</Show>
}
