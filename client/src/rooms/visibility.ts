import { createSignal, onCleanup } from 'solid-js'

/** Whether the page is in sight; what arrives meanwhile is not read. */
export function createVisibility() {
  const [visible, setVisible] = createSignal(!document.hidden)
  const update = () => setVisible(!document.hidden)
  document.addEventListener('visibilitychange', update)
  onCleanup(() => document.removeEventListener('visibilitychange', update))
  return visible
}
