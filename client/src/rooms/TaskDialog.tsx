import { useNavigate } from '@solidjs/router'
import { createMemo, createSignal } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { createTask } from '../tasks/tasks.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { createSubmit, textOf } from '../ui/submit.ts'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { dialogsEn } from './dialogsEn.ts'
import type { MessageRow } from './messageLog.ts'
import { titleOf } from './messageTitle.ts'
import { PeopleChoice } from './PeopleChoice.tsx'

const t = textsOf(dialogsEn)

/** Makes a task of a message: in the room's own space, unless told. */
export default function TaskDialog(props: { row: MessageRow; onClose(): void }) {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const submit = createSubmit<'title' | 'space'>(sentenceOf)
  // Sent again after an answer that was lost, it is the same task.
  const id = crypto.randomUUID()
  const own = workspace.room(props.row.room_id)?.space_id
  const spaces = createMemo(() =>
    workspace
      .spaces()
      .filter((space) => workspace.can('editor', space.id))
      .toSorted((one, other) => Number(other.id === own) - Number(one.id === own)),
  )
  const [chosen, setChosen] = createSignal(spaces().find((space) => space.id === own || spaces().length === 1)?.id ?? '')
  const [people, setPeople] = createSignal<string[]>([])

  async function make(form: HTMLFormElement) {
    const title = textOf(form, 'title').trim()
    const space = spaces().find((known) => known.id === chosen())
    const errors = { title: !title && dialogsEn.taskNameMissing, space: !space && dialogsEn.taskSpaceMissing }
    const send = () => createTask(id, chosen(), title, { message_id: props.row.id, assignees: people() })
    if (!(await submit.run(form, errors, send))) return
    toast(t('taskMade', { space: space?.name ?? '' }), {
      action: { label: dialogsEn.openIt, run: () => navigate(paths.task(id)) },
    })
    props.onClose()
  }

  return (
    <Dialog
      title={dialogsEn.taskTitle}
      closeLabel={common.cancel}
      onClose={() => props.onClose()}
      onSubmit={(event) => void make(event.target as HTMLFormElement)}
      footer={
        <Button look="primary" type="submit" icon="task" busy={submit.busy()}>
          {dialogsEn.taskMake}
        </Button>
      }
    >
      <p class="form-error" role="alert">
        {submit.problem()}
      </p>
      <Field
        label={dialogsEn.taskName}
        name="title"
        autocomplete="off"
        dir="auto"
        required
        maxLength={300}
        value={titleOf(props.row)}
        hint={dialogsEn.taskKeeps}
        error={submit.errorOf('title')}
      />
      <div>
        <Select
          label={dialogsEn.taskSpace}
          name="space"
          value={chosen()}
          options={[
            ...(chosen() ? [] : [{ value: '', label: dialogsEn.taskChooseSpace }]),
            ...spaces().map((space) => ({ value: space.id, label: space.name })),
          ]}
          onChange={setChosen}
        />
        <p class="field-error" role="alert">
          {submit.errorOf('space')}
        </p>
      </div>
      <PeopleChoice
        label={dialogsEn.taskPeople}
        people={workspace.people().filter((person) => !person.suspended_at)}
        chosen={people()}
        onChoose={setPeople}
      />
    </Dialog>
  )
}
