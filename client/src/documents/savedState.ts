import { createSignal, onCleanup } from 'solid-js'
import type { SavedState } from '../islands/contract.ts'

/** Between two letters a page is saved each time: the word for it waits until nobody types, or it would change twice at every letter. */
const calmMs = 300

/** What is known about a page being saved, as it is shown. */
export function createSavedState() {
  const [state, show] = createSignal<SavedState>('connecting')
  let calm: ReturnType<typeof setTimeout> | undefined
  onCleanup(() => clearTimeout(calm))
  const hear = (next: SavedState) => {
    clearTimeout(calm)
    if (next === 'saved' && state() === 'saving') calm = setTimeout(() => show('saved'), calmMs)
    else show(next)
  }
  return [state, hear] as const
}
