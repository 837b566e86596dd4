import { useNavigate } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, on, Show } from 'solid-js'
import { type Asked, Asking } from '../access/ApplyDialog.tsx'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { PersonState } from '../people/PersonState.tsx'
import { presenceOf } from '../people/presence.ts'
import type { RoomRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu, type MenuItem } from '../ui/Menu.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt } from './attempt.ts'
import { detailsEn } from './detailsEn.ts'
import { en } from './en.ts'
import { PeopleChoice } from './PeopleChoice.tsx'
import { en as words } from './panelEn.ts'
import { type RoomPerson, useRooms } from './rooms.ts'

const t = textsOf(words)
const tDetails = textsOf(detailsEn)
/** From this many people on a field finds them. */
const findable = 12

/** Who is in a room, moderators first, and what a moderator does about it. */
export function RoomPeople(props: { room: RoomRow; mayAdd: boolean; canManage: boolean }) {
  const session = useSession()
  const workspace = useWorkspace()
  const rooms = useRooms()
  const navigate = useNavigate()
  const [people, setPeople] = createSignal<RoomPerson[]>([])
  const [query, setQuery] = createSignal('')
  const [adding, setAdding] = createSignal(false)
  const [asked, setAsked] = createSignal<Asked>()
  const nameOf = (id: string) => workspace.nameOf(id) ?? en.gone
  const isMe = (id: string) => id === session.user()?.id
  const sorted = createMemo(() =>
    people()
      .filter((person) => nameOf(person.user_id).toLocaleLowerCase().includes(query().trim().toLocaleLowerCase()))
      .toSorted(
        (one, other) =>
          Number(other.role === 'moderator') - Number(one.role === 'moderator') || nameOf(one.user_id).localeCompare(nameOf(other.user_id)),
      ),
  )

  const load = () => attempt(words.people, async () => setPeople(await rooms.people(props.room.id)))
  createEffect(on([() => props.room.id, () => props.room.joined, () => props.room.members, () => props.room.moderator], () => void load()))

  const setRole = async (id: string, role: 'member' | 'moderator') => {
    setPeople((before) => before.map((person) => (person.user_id === id ? { ...person, role } : person)))
    await attempt(role === 'moderator' ? words.makeModerator : words.makeMember, () => rooms.setRole(props.room.id, id, role))
    await load()
  }
  const remove = (id: string) => {
    // In a public room it only says who follows it.
    if (!props.room.private) return void removeNow(id)
    setAsked({
      title: tDetails('removeAsk', { name: nameOf(id), room: props.room.name }),
      action: detailsEn.remove,
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
    if (!(await attempt(tDetails('removePerson', { name: nameOf(id) }), () => rooms.removePerson(props.room.id, id)))) setPeople(before)
  }
  const items = (person: RoomPerson): MenuItem[] => [
    ...(isMe(person.user_id) || props.room.people?.length === 2
      ? []
      : [
          {
            label: t('message', { name: nameOf(person.user_id) }),
            icon: 'chat' as const,
            onSelect: () =>
              void attempt(t('message', { name: nameOf(person.user_id) }), async () =>
                navigate(paths.room(await rooms.openDirect([person.user_id]))),
              ),
          },
        ]),
    ...(props.canManage
      ? [
          person.role === 'moderator'
            ? { label: words.makeMember, icon: 'undo' as const, onSelect: () => void setRole(person.user_id, 'member') }
            : { label: words.makeModerator, icon: 'star' as const, onSelect: () => void setRole(person.user_id, 'moderator') },
        ]
      : []),
    ...(props.canManage && !isMe(person.user_id)
      ? [
          {
            label: words.remove,
            icon: 'close' as const,
            danger: true,
            onSelect: () => remove(person.user_id),
          },
        ]
      : []),
  ]

  return (
    <section class="room-members">
      <div class="room-members-head">
        <h3 class="grow">{tDetails('peopleCount', { count: people().length })}</h3>
        <Show when={props.mayAdd}>
          <Button look="outline" icon="userPlus" onClick={() => setAdding(true)}>
            {words.invite}
          </Button>
        </Show>
      </div>
      <Show when={people().length >= findable}>
        <Field label={words.find} name="find" autocomplete="off" value={query()} onInput={(event) => setQuery(event.currentTarget.value)} />
      </Show>
      <ul class="room-people" aria-label={words.people}>
        <For each={sorted()}>
          {(person) => (
            <li>
              <Avatar id={person.user_id} name={nameOf(person.user_id)} mark={presenceOf(person.user_id)} />
              <span class="grow ellipsis" dir="auto" title={nameOf(person.user_id)}>
                {nameOf(person.user_id)}
                <Show when={isMe(person.user_id)}>
                  <span class="muted"> ({detailsEn.you})</span>
                </Show>{' '}
                <PersonState id={person.user_id} withText />
              </span>
              <Show when={person.role === 'moderator'}>
                <span class="chip">{words.moderator}</span>
              </Show>
              <Show when={items(person).length > 0}>
                <Menu
                  label={t('personActions', { name: nameOf(person.user_id) })}
                  iconOnly
                  triggerClass="button icon-only"
                  trigger={<Icon name="more" />}
                  items={items(person)}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={adding()}>
        <AddPeople
          room={props.room}
          inside={people().map((person) => person.user_id)}
          onClose={() => {
            setAdding(false)
            void load()
          }}
        />
      </Show>
      <Asking asked={asked()} onClose={() => setAsked(undefined)} />
    </section>
  )
}

function AddPeople(props: { room: RoomRow; inside: readonly string[]; onClose(): void }) {
  const workspace = useWorkspace()
  const rooms = useRooms()
  const [chosen, setChosen] = createSignal<string[]>([])
  const [busy, setBusy] = createSignal(false)
  const others = () => workspace.people().filter((person) => !props.inside.includes(person.user_id) && !person.suspended_at)

  async function add() {
    if (busy() || chosen().length === 0) return
    setBusy(true)
    for (const id of chosen()) {
      // Who could be added stays; the first refusal is told, and the others remain chosen.
      if (!(await attempt(words.invite, () => rooms.addPerson(props.room.id, id)))) return setBusy(false)
      setChosen((before) => before.filter((other) => other !== id))
    }
    await workspace.reloadRooms().catch(() => {})
    props.onClose()
  }

  return (
    <Dialog
      title={words.invite}
      closeLabel={common.close}
      onClose={() => props.onClose()}
      onSubmit={() => void add()}
      footer={
        <>
          <Button look="outline" onClick={() => props.onClose()}>
            {common.cancel}
          </Button>
          <Button look="primary" type="submit" busy={busy()} disabled={chosen().length === 0}>
            {words.add}
          </Button>
        </>
      }
    >
      <PeopleChoice label={words.people} hint={words.inviteHint} people={others()} chosen={chosen()} onChoose={setChosen} />
    </Dialog>
  )
}
