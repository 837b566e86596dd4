import { createSignal, For } from 'solid-js'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { historyEn as en } from './en.ts'

const t = textsOf(en)

interface RestoreDialogProps {
  /** The time of what comes back, as people write it. */
  time: string
  /** Who wrote since, oneself first if so. */
  authors: { id: string; name: string; isMe: boolean }[]
  /** Restores; without an author everything. The dialog closes afterwards. */
  onRestore(author: string | undefined): Promise<void>
  onClose(): void
}

const everything = ''

/** Asks what of a version is to come back. */
export function RestoreDialog(props: RestoreDialogProps) {
  const [author, setAuthor] = createSignal(everything)
  const [busy, setBusy] = createSignal(false)
  const choices = () => [
    { id: everything, label: en.restoreAll },
    ...props.authors.map(({ id, name, isMe }) => ({ id, label: isMe ? en.restoreMine : t('restoreOf', { name }) })),
  ]
  const restore = async () => {
    setBusy(true)
    await props.onRestore(author() || undefined)
    setBusy(false)
    props.onClose()
  }
  return (
    <Dialog
      title={t('restoreTitle', { time: props.time })}
      closeLabel={en.cancel}
      onClose={() => props.onClose()}
      onSubmit={() => void restore()}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {en.cancel}
          </Button>
          <Button type="submit" look="primary" busy={busy()}>
            {en.restore}
          </Button>
        </>
      }
    >
      <p>{en.restoreText}</p>
      <fieldset class="restore-choices">
        <legend>{en.restoreWhat}</legend>
        <For each={choices()}>
          {({ id, label }) => (
            <label>
              <input type="radio" name="what" checked={author() === id} onChange={() => setAuthor(id)} />
              <span dir="auto">{label}</span>
            </label>
          )}
        </For>
      </fieldset>
    </Dialog>
  )
}
