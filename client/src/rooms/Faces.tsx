import { Show } from 'solid-js'
import { presenceOf } from '../people/presence.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Icon } from '../ui/Icon.tsx'
import './direct.css'

/** The face of one person, or how many there are. */
export function Faces(props: { people: readonly { id: string; name: string }[] }) {
  const single = () => (props.people.length === 1 ? props.people[0] : undefined)
  return (
    <Show
      when={single()}
      fallback={
        <span class="faces" aria-hidden="true">
          {props.people.length || <Icon name="people" />}
        </span>
      }
    >
      {(person) => <Avatar id={person().id} name={person().name} mark={presenceOf(person().id)} />}
    </Show>
  )
}
