import { useNavigate } from '@solidjs/router'
import { createSignal, For } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { rpc } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'

const t = textsOf(en)

const kinds = [
  { isPrivate: false, label: 'dialog.open', hint: 'dialog.openHint' },
  { isPrivate: true, label: 'dialog.private', hint: 'dialog.privateHint' },
] as const

export default function NewSpaceDialog(props: { onClose(): void }) {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const submit = createSubmit<'name'>(sentenceOf)
  const [isPrivate, setPrivate] = createSignal(false)
  // Made once, so that sending again after a lost answer does not make a second space.
  const id = crypto.randomUUID()

  async function create(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    const isMade = await submit.run(form, { name: !name && t('dialog.nameMissing') }, async () => {
      await rpc('create_space', { id, workspace_id: workspace.id(), name, private: isPrivate() })
      await workspace.reloadSpaces()
    })
    if (!isMade) return
    props.onClose()
    navigate(paths.space(id))
  }

  return (
    <Dialog
      title={t('dialog.title')}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={(event) => void create(event.target as HTMLFormElement)}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {t('dialog.submit')}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Field label={t('dialog.name')} name="name" autocomplete="off" required maxLength={80} error={submit.errorOf('name')} />
      <fieldset class="radio-cards">
        <legend>{t('dialog.access')}</legend>
        <For each={kinds}>
          {(kind) => (
            <label class="radio-card">
              <input type="radio" name="access" checked={isPrivate() === kind.isPrivate} onChange={() => setPrivate(kind.isPrivate)} />
              <span>
                {t(kind.label)}
                <small>{t(kind.hint)}</small>
              </span>
            </label>
          )}
        </For>
      </fieldset>
    </Dialog>
  )
}
