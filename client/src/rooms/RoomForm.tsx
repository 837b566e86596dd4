import { createEffect, createResource, createSignal, createUniqueId, on, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import type { RoomRow } from '../rows.ts'
import { Button } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { detailsEn } from './detailsEn.ts'
import { en } from './en.ts'
import { en as words } from './panelEn.ts'
import { useRooms } from './rooms.ts'

const t = textsOf(words)

/** Name, topic and description; for moderators who posts and who sees it. */
export function RoomForm(props: { room: RoomRow; mayEdit: boolean; canManage: boolean }) {
  const workspace = useWorkspace()
  const rooms = useRooms()
  const [stored, { refetch }] = createResource(
    () => [props.room.id, props.room.topic, props.room.name] as const,
    ([id]) => rooms.read(id).catch(() => null),
  )
  const storedText = () => stored.latest?.description ?? ''
  const [closing, setClosing] = createSignal(false)
  const space = () => workspace.space(props.room.space_id ?? '')?.name ?? ''
  const save = (action: string, patch: Parameters<typeof rooms.update>[1]) => attempt(action, () => rooms.update(props.room.id, patch))

  return (
    <>
      <Show
        when={props.mayEdit}
        fallback={
          <section class="room-about">
            <h3 dir="auto">{props.room.name}</h3>
            <Show when={props.room.topic}>
              <p dir="auto">{props.room.topic}</p>
            </Show>
            <p class="room-description" classList={{ muted: !storedText() }} dir="auto">
              {storedText() || words.noDescription}
            </p>
          </section>
        }
      >
        <TextForm room={props.room} description={storedText()} onSaved={() => void refetch()} />
      </Show>
      <Show
        when={props.canManage}
        fallback={
          <dl class="room-facts">
            <dt>{words.privacy}</dt>
            <dd>{props.room.private ? words.private : words.public}</dd>
            <dt>{words.posting}</dt>
            <dd>{props.room.posting === 'everyone' ? words.postingEveryone : words.postingModerators}</dd>
          </dl>
        }
      >
        <section class="room-rules">
          <Select
            label={words.posting}
            value={props.room.posting}
            options={[
              { value: 'everyone', label: words.postingEveryone },
              { value: 'moderators', label: words.postingModerators },
            ]}
            onChange={(posting) => void save(words.posting, { posting })}
          />
          <div class="room-privacy">
            <div class="grow">
              <strong>{words.privacy}</strong>
              <p class="muted">{props.room.private ? words.private : words.public}</p>
            </div>
            <Button look="outline" icon={props.room.private ? 'eye' : 'lock'} onClick={() => setClosing(true)}>
              {props.room.private ? words.open : words.close}
            </Button>
          </div>
        </section>
      </Show>
      <Show when={closing()}>
        <ConfirmDialog
          title={t(props.room.private ? 'openTitle' : 'closeTitle', { room: props.room.name })}
          action={props.room.private ? words.open : words.close}
          cancel={en.cancel}
          onClose={() => setClosing(false)}
          onConfirm={() => {
            setClosing(false)
            void save(words.privacy, { private: !props.room.private })
          }}
        >
          <p>{props.room.private ? t('openText', { space: space() }) : words.closeText}</p>
        </ConfirmDialog>
      </Show>
    </>
  )
}

function TextForm(props: { room: RoomRow; description: string; onSaved(): void }) {
  const rooms = useRooms()
  const id = createUniqueId()
  const [name, setName] = createSignal(props.room.name)
  const [topic, setTopic] = createSignal(props.room.topic)
  const [description, setDescription] = createSignal(props.description)
  const [problem, setProblem] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const isChanged = () =>
    name().trim() !== props.room.name || topic().trim() !== props.room.topic || description().trim() !== props.description

  // Not deferred: what arrives while the panel waits for it would be taken for the beginning.
  createEffect(
    on(
      () => props.room.name,
      (text) => setName(text),
    ),
  )
  createEffect(
    on(
      () => props.room.topic,
      (text) => setTopic(text),
    ),
  )
  createEffect(
    on(
      () => props.description,
      (text) => setDescription(text),
    ),
  )
  async function save() {
    if (!name().trim()) return setProblem(detailsEn.nameMissing)
    setBusy(true)
    setProblem('')
    try {
      await rooms.update(props.room.id, { name: name().trim(), topic: topic().trim(), description: description().trim() })
      props.onSaved()
      toast(detailsEn.saved)
    } catch (error) {
      setProblem(sentenceOf(error))
    }
    setBusy(false)
  }
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field
        label={detailsEn.name}
        name="name"
        maxlength={80}
        autocomplete="off"
        error={problem()}
        value={name()}
        onInput={(event) => setName(event.currentTarget.value)}
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
      <div class="field">
        <label for={id}>{words.description}</label>
        <div class="field-box">
          <textarea
            id={id}
            name="description"
            rows={4}
            maxlength={2000}
            aria-describedby={`${id}-hint`}
            value={description()}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        </div>
        <p class="field-hint" id={`${id}-hint`}>
          {words.descriptionHint}
        </p>
      </div>
      <Show when={isChanged()}>
        <Button look="primary" type="submit" busy={busy()}>
          {detailsEn.saveDetails}
        </Button>
      </Show>
    </form>
  )
}
