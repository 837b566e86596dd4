import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { Field } from './Field.tsx'
import { createSubmit, textOf } from './submit.ts'

interface NameDialogProps {
  title: string
  label: string
  name: string
  /** 80 unless told. */
  maxLength?: number
  /** Said when the field is empty. */
  missing: string
  save: string
  cancel: string
  sentenceOf(error: unknown): string
  /** Gives the new name to the server; the dialog closes when it is taken. */
  onSave(name: string): Promise<unknown>
  onClose(): void
}

/** Asks for another name of something. */
export function NameDialog(props: NameDialogProps) {
  const submit = createSubmit<'name'>((error) => props.sentenceOf(error))

  async function save(form: HTMLFormElement) {
    const name = textOf(form, 'name').trim()
    if (await submit.run(form, { name: !name && props.missing }, () => props.onSave(name))) props.onClose()
  }

  return (
    <Dialog
      title={props.title}
      closeLabel={props.cancel}
      onClose={() => props.onClose()}
      onSubmit={(event) => void save(event.target as HTMLFormElement)}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {props.cancel}
          </Button>
          <Button type="submit" look="primary" busy={submit.busy()}>
            {props.save}
          </Button>
        </>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Field
        label={props.label}
        name="name"
        autocomplete="off"
        required
        maxLength={props.maxLength ?? 80}
        value={props.name}
        error={submit.errorOf('name')}
      />
    </Dialog>
  )
}
