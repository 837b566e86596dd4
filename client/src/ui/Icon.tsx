import { type IconName, icons } from './icons.ts'
import './icon.css'

/** A drawing beside a name; it says nothing to a screen reader. */
export function Icon(props: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={icons[props.name]} />
    </svg>
  )
}
