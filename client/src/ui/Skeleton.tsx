import { For } from 'solid-js'
import './skeleton.css'

/** Lines in the place of text that is on its way. Appears after a tenth of a second, so that a quick answer does not flash. */
export function Skeleton(props: { lines?: number; heading?: boolean }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {props.heading ? <div class="skeleton-line heading" /> : null}
      <For each={Array.from({ length: props.lines ?? 3 })}>{() => <div class="skeleton-line" />}</For>
    </div>
  )
}
