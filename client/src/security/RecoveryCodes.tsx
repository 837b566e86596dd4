import { createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { ConfirmDialog, Dialog } from '../ui/Dialog.tsx'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import type { SecurityState } from './security.ts'

const t = textsOf(en)

interface RecoveryProps {
  security: SecurityState
  /** The codes that were just made. */
  shown: string[] | undefined
  onShow(codes: string[] | undefined): void
}

/** How many recovery codes are left, and new ones: shown once. */
export function RecoveryCodes(props: RecoveryProps) {
  const [asking, setAsking] = createSignal(false)
  const [busy, setBusy] = createSignal(false)

  async function make() {
    setBusy(true)
    try {
      props.onShow(await props.security.makeCodes())
    } catch (error) {
      toast(sentenceOf(error))
    }
    setBusy(false)
    setAsking(false)
  }

  return (
    <div class="recovery">
      <h3>{t('recovery.title')}</h3>
      <Show
        when={props.security.codes()}
        fallback={
          <>
            <p class="muted">{t('recovery.none')}</p>
            <div>
              <Button look="primary" busy={busy()} onClick={() => void make()}>
                {t('recovery.make')}
              </Button>
            </div>
          </>
        }
      >
        {(codes) => (
          <>
            <p class="muted">{t('recovery.left', codes())}</p>
            <div>
              <Button look="outline" onClick={() => setAsking(true)}>
                {t('recovery.renew')}
              </Button>
            </div>
          </>
        )}
      </Show>
      <Show when={asking()}>
        <ConfirmDialog
          title={t('recovery.renewTitle')}
          action={t('recovery.renew')}
          cancel={common.cancel}
          busy={busy()}
          onConfirm={() => void make()}
          onClose={() => setAsking(false)}
        >
          <p>{t('recovery.renewText')}</p>
        </ConfirmDialog>
      </Show>
      <Show when={props.shown}>{(codes) => <CodesDialog codes={codes()} onClose={() => props.onShow(undefined)} />}</Show>
    </div>
  )
}

/** Nothing but the button closes it: these codes are not shown again. */
function CodesDialog(props: { codes: string[]; onClose(): void }) {
  const session = useSession()
  const grouped = () => props.codes.map((code) => code.match(/.{1,4}/g)?.join('-') ?? code)

  async function copy() {
    await navigator.clipboard.writeText(grouped().join('\n'))
    toast(t('recovery.copied'))
  }

  function download() {
    const text = `${t('recovery.file', { email: session.user()?.email ?? '' })}\n\n${grouped().join('\n')}\n`
    const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
    Object.assign(document.createElement('a'), { href: url, download: 'atrium-recovery-codes.txt' }).click()
    URL.revokeObjectURL(url)
  }

  return (
    <Dialog
      title={t('recovery.title')}
      onClose={() => {}}
      footer={
        <>
          <Button look="outline" icon="copy" onClick={() => void copy()}>
            {t('recovery.copy')}
          </Button>
          <Button look="outline" onClick={download}>
            {t('recovery.download')}
          </Button>
          <Button look="primary" onClick={() => props.onClose()}>
            {t('recovery.done')}
          </Button>
        </>
      }
    >
      <p>{t('recovery.show')}</p>
      <ul class="recovery-codes">
        <For each={grouped()}>
          {(code) => (
            <li>
              <code>{code}</code>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  )
}
