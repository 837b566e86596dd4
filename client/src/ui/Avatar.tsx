import { Show } from 'solid-js'
import { hueOf, initialsOf } from './avatar.ts'
import './avatar.css'

interface AvatarProps {
  id: string
  name: string
  ring?: boolean
  /** The picture's name, where the person's is not written beside it. */
  label?: string
}

/** A person's initials on his colour. */
export function Avatar(props: AvatarProps) {
  const style = () => ({ '--hue': hueOf(props.id) })
  return (
    <Show
      when={props.label}
      fallback={
        <span class="avatar" classList={{ ring: props.ring ?? false }} style={style()} aria-hidden="true">
          {initialsOf(props.name)}
        </span>
      }
    >
      {(label) => (
        <span class="avatar" classList={{ ring: props.ring ?? false }} style={style()} role="img" aria-label={label()} title={label()}>
          {initialsOf(props.name)}
        </span>
      )}
    </Show>
  )
}
