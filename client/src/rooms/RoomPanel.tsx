import { useNavigate } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, lazy, on, Show, Suspense } from 'solid-js'
import { type Asked, Asking } from '../access/ApplyDialog.tsx'
import { ShareButton } from '../access/ShareButton.tsx'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button, IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Field, Select } from '../ui/Field.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { en } from './en.ts'
import { type RoomPerson, useRooms } from './rooms.ts'

const t = textsOf(en)
const OutsideSections = lazy(() => import('./OutsideSections.tsx'))
const RoomLevel = lazy(() => import('../inbox/RoomLevel.tsx'))

/** What a room is, who is in it, and the ways out. */
export function RoomPanel(props: { room: RoomRow; archived: boolean; onClose(): void }) {
  const workspace = useWorkspace()
  const rooms = useRooms()
  const navigate = useNavigate()
  const [leaving, setLeaving] = createSignal(false)
  const [asked, setAsked] = createSignal<Asked>()
  const mayEdit = () => props.room.moderator || (props.room.space_id !== null && workspace.can('editor', props.room.space_id))

  const leave = async () => {
    setLeaving(false)
    const { name } = props.room
    const isPrivate = props.room.private
    if (!(await attempt(en.leave, () => rooms.leave(props.room.id)))) return
    toast(t('left', { room: name }))
    if (isPrivate) navigate(paths.rooms())
  }
  const restore = (id: string) => void attempt(en.restoreRoom, () => rooms.archive(id, false))
  const archive = () => {
    const { name, id } = props.room
    setAsked({
      title: t('archiveAsk', { room: name }),
      text: en.archiveText,
      action: en.archive,
      change: 'archive_room',
      args: { room_id: id, archived: true },
      async onApply() {
        await rooms.archive(id, true)
        toast(t('archived', { room: name }), { action: { label: common.undo, run: () => restore(id) } })
      },
    })
  }

  return (
    <div class="room-panel">
      <header class="panel-head">
        <h2 class="grow">{en.details}</h2>
        <IconButton icon="close" label={common.close} onClick={() => props.onClose()} />
      </header>
      <Show when={mayEdit() && !props.archived} fallback={<p dir="auto">{props.room.topic}</p>}>
        <RoomForm room={props.room} />
      </Show>
      <Show when={props.room.joined}>
        <Suspense>
          <RoomLevel roomId={props.room.id} name={props.room.name} />
        </Suspense>
      </Show>
      <RoomPeople room={props.room} mayEdit={mayEdit() && !props.archived} />
      <Show when={props.room.moderator}>
        <Suspense>
          <OutsideSections room={props.room} archived={props.archived} />
        </Suspense>
      </Show>
      <div class="panel-actions">
        <Show when={mayEdit() && !props.archived}>
          <ShareButton look="outline" item={{ type: 'room', id: props.room.id, workspaceId: workspace.id() }} title={props.room.name} />
        </Show>
        <Show when={props.room.joined}>
          <Button look="outline" icon="logOut" onClick={() => (props.room.private ? setLeaving(true) : void leave())}>
            {en.leave}
          </Button>
        </Show>
        <Show when={mayEdit()}>
          <Button
            look="outline"
            icon={props.archived ? 'undo' : 'archive'}
            onClick={() => (props.archived ? restore(props.room.id) : archive())}
          >
            {props.archived ? en.restoreRoom : en.archive}
          </Button>
        </Show>
      </div>
      <Show when={leaving()}>
        <ConfirmDialog
          title={t('leaveNamed', { room: props.room.name })}
          action={en.leave}
          cancel={en.cancel}
          onClose={() => setLeaving(false)}
          onConfirm={() => void leave()}
        >
          <p>{en.leavePrivate}</p>
        </ConfirmDialog>
      </Show>
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </div>
  )
}

function RoomForm(props: { room: RoomRow }) {
  const rooms = useRooms()
  const [name, setName] = createSignal(props.room.name)
  const [topic, setTopic] = createSignal(props.room.topic)
  const [problem, setProblem] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const isChanged = () => name().trim() !== props.room.name || topic().trim() !== props.room.topic

  createEffect(
    on(
      () => [props.room.name, props.room.topic] as const,
      ([newName, newTopic]) => {
        setName(newName)
        setTopic(newTopic)
      },
      { defer: true },
    ),
  )
  async function save() {
    if (!name().trim()) return setProblem(en.nameMissing)
    setBusy(true)
    setProblem('')
    try {
      await rooms.update(props.room.id, { name: name().trim(), topic: topic().trim() })
      toast(en.saved)
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
        label={en.name}
        name="name"
        maxlength={80}
        autocomplete="off"
        error={problem()}
        value={name()}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <Field
        label={en.topic}
        name="topic"
        maxlength={250}
        autocomplete="off"
        hint={en.topicHint}
        value={topic()}
        onInput={(event) => setTopic(event.currentTarget.value)}
      />
      <Show when={isChanged()}>
        <Button look="primary" type="submit" busy={busy()}>
          {en.saveDetails}
        </Button>
      </Show>
    </form>
  )
}

function RoomPeople(props: { room: RoomRow; mayEdit: boolean }) {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const [people, setPeople] = createSignal<RoomPerson[]>([])
  const [chosen, setChosen] = createSignal('')
  const nameOf = (id: string) => workspace.nameOf(id) ?? en.gone
  const sorted = createMemo(() => people().toSorted((left, right) => nameOf(left.user_id).localeCompare(nameOf(right.user_id))))
  const others = createMemo(() => {
    const inside = new Set(people().map((person) => person.user_id))
    return workspace.people().filter((person) => !inside.has(person.user_id) && !person.suspended_at)
  })

  const load = () => attempt(en.people, async () => setPeople(await rooms.people(props.room.id)))
  createEffect(on([() => props.room.id, () => props.room.joined], () => void load()))

  const add = async () => {
    const id = chosen()
    if (!id) return
    setChosen('')
    if (await attempt(en.addPerson, () => rooms.addPerson(props.room.id, id))) await load()
  }
  const [asked, setAsked] = createSignal<Asked>()
  // In a public room it only says who follows it.
  const remove = (id: string) => {
    if (!props.room.private) return void removeNow(id)
    setAsked({
      title: t('removeAsk', { name: nameOf(id), room: props.room.name }),
      action: en.remove,
      change: 'remove_room_member',
      args: { room_id: props.room.id, user_id: id },
      async onApply() {
        await rooms.removePerson(props.room.id, id)
        await load()
      },
    })
  }
  const removeNow = async (id: string) => {
    const before = people()
    setPeople(before.filter((person) => person.user_id !== id))
    if (!(await attempt(en.removePerson, () => rooms.removePerson(props.room.id, id)))) setPeople(before)
  }
  return (
    <section>
      <h3>{t('peopleCount', { count: people().length })}</h3>
      <ul class="room-people" aria-label={en.people}>
        <For each={sorted()}>
          {(person) => (
            <li>
              <Avatar id={person.user_id} name={nameOf(person.user_id)} />
              <span class="grow ellipsis" dir="auto">
                {nameOf(person.user_id)}
                <Show when={person.user_id === session.user()?.id}>
                  <span class="muted"> ({en.you})</span>
                </Show>
              </span>
              <Show when={props.mayEdit && person.user_id !== session.user()?.id}>
                <IconButton
                  icon="close"
                  label={t('removePerson', { name: nameOf(person.user_id) })}
                  onClick={() => remove(person.user_id)}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.mayEdit && others().length > 0}>
        <form
          class="add-person"
          onSubmit={(event) => {
            event.preventDefault()
            void add()
          }}
        >
          <Select
            label={en.addPerson}
            value={chosen()}
            options={[{ value: '', label: en.choosePerson }, ...others().map((person) => ({ value: person.user_id, label: person.name }))]}
            onChange={setChosen}
          />
          <Button look="outline" type="submit" icon="plus">
            {en.add}
          </Button>
        </form>
      </Show>
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </section>
  )
}
