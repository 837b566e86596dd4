import { hueOf, initialsOf } from './avatar.ts'
import './avatar.css'

interface AvatarProps {
  id: string
  name: string
  ring?: boolean
  /** The picture's name, where the person's is not written beside it. */
  label?: string
}

/** A person's initials on his colour. The initials are drawn by the style sheet: as text they would be read, copied and taken for
 *  a part of the name of whatever the picture stands in. */
export function Avatar(props: AvatarProps) {
  return (
    <span
      class="avatar"
      classList={{ ring: props.ring ?? false }}
      style={{ '--hue': hueOf(props.id) }}
      data-initials={initialsOf(props.name)}
      role={props.label ? 'img' : undefined}
      aria-label={props.label}
      aria-hidden={props.label ? undefined : 'true'}
      title={props.label}
    />
  )
}
