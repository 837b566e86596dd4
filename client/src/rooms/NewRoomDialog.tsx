import { useNavigate } from '@solidjs/router'
import { createSignal } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { detailsEn } from './detailsEn.ts'
import { useRooms } from './rooms.ts'

/** Makes a room in a space and goes there. */
export function NewRoomDialog(props: { spaceId: string; onClose(): void }) {
  const rooms = useRooms()
  const navigate = useNavigate()
  const [name, setName] = createSignal('')
  const [topic, setTopic] = createSignal('')
  const [isPrivate, setPrivate] = createSignal(false)
  const [nameProblem, setNameProblem] = createSignal('')
  const [problem, setProblem] = createSignal('')
  const [busy, setBusy] = createSignal(false)

  async function create() {
    if (busy()) return
    if (!name().trim()) return setNameProblem(detailsEn.nameMissing)
    setBusy(true)
    setProblem('')
    try {
      const id = await rooms.create(props.spaceId, { name: name().trim(), topic: topic().trim(), private: isPrivate() })
      props.onClose()
      navigate(paths.room(id))
    } catch (error) {
      setProblem(sentenceOf(error))
      setBusy(false)
    }
  }

  return (
    <Dialog
      title={detailsEn.newRoom}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={() => void create()}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button look="primary" type="submit" busy={busy()}>
            {detailsEn.createRoom}
          </Button>
        </>
      }
    >
      <Field
        label={detailsEn.name}
        name="name"
        maxlength={80}
        autofocus
        autocomplete="off"
        hint={detailsEn.nameHint}
        error={nameProblem()}
        value={name()}
        onInput={(event) => {
          setName(event.currentTarget.value)
          setNameProblem('')
        }}
      />
      <Field
        label={detailsEn.topic}
        name="topic"
        maxlength={250}
        autocomplete="off"
        hint={detailsEn.topicHint}
        value={topic()}
        onInput={(event) => setTopic(event.currentTarget.value)}
      />
      <fieldset class="radio-cards">
        <legend>{detailsEn.who}</legend>
        <label class="radio-card">
          <input type="radio" name="private" checked={!isPrivate()} onChange={() => setPrivate(false)} />
          <span>
            {detailsEn.public}
            <small>{detailsEn.publicText}</small>
          </span>
        </label>
        <label class="radio-card">
          <input type="radio" name="private" checked={isPrivate()} onChange={() => setPrivate(true)} />
          <span>
            {detailsEn.private}
            <small>{detailsEn.privateText}</small>
          </span>
        </label>
      </fieldset>
      <p class="form-error" role="alert">
        {problem()}
      </p>
    </Dialog>
  )
}
