import { useNavigate } from '@solidjs/router'
import { createSignal } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { paths } from '../paths.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './directEn.ts'
import { PeopleChoice } from './PeopleChoice.tsx'
import { useRooms } from './rooms.ts'

const peopleAtMost = 9

/** Opens the conversation with one person or several. */
export default function NewDirectDialog(props: { onClose(): void }) {
  const workspace = useWorkspace()
  const session = useSession()
  const rooms = useRooms()
  const navigate = useNavigate()
  const [chosen, setChosen] = createSignal<string[]>([])
  const [problem, setProblem] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const others = () => workspace.people().filter((person) => person.user_id !== session.user()?.id && !person.suspended_at)

  async function start() {
    if (busy() || chosen().length === 0) return
    setBusy(true)
    setProblem('')
    try {
      const id = await rooms.openDirect(chosen())
      props.onClose()
      navigate(paths.room(id))
    } catch (error) {
      setProblem(sentenceOf(error))
      setBusy(false)
    }
  }

  return (
    <Dialog
      title={en.new}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={() => void start()}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button look="primary" type="submit" busy={busy()} disabled={chosen().length === 0}>
            {en.start}
          </Button>
        </>
      }
    >
      <PeopleChoice
        label={en.with}
        hint={en.withHint}
        people={others()}
        chosen={chosen()}
        onChoose={(people) => {
          setProblem(people.length > peopleAtMost ? en.tooMany : '')
          setChosen(people.slice(0, peopleAtMost))
        }}
      />
      <p class="form-error" role="alert">
        {problem()}
      </p>
    </Dialog>
  )
}
