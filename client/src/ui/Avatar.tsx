import { Show } from 'solid-js'
import { hueOf, initialsOf } from './avatar.ts'
import './avatar.css'

interface AvatarProps {
  id: string
  name: string
  ring?: boolean
  /** A mark at its edge; what it means is said in words beside it. */
  mark?: string | undefined
  /** The picture's name, where the person's is not written beside it. */
  label?: string
}

/** A person's initials on his colour. The initials are drawn by the style sheet: as text they would be read, copied and taken for
 *  a part of the name of whatever the picture stands in. */
export function Avatar(props: AvatarProps) {
  const look = () => ({
    'data-initials': initialsOf(props.name),
    'data-mark': props.mark,
    style: { '--hue': hueOf(props.id) },
    classList: { avatar: true, ring: props.ring ?? false },
  })
  return (
    <Show when={props.label} fallback={<span {...look()} aria-hidden="true" />}>
      {(label) => <span {...look()} role="img" aria-label={label()} title={label()} />}
    </Show>
  )
}
