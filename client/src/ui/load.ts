import { createEffect, createSignal, on, onCleanup } from 'solid-js'

interface Loaded<Value> {
  value?: Value
  error?: unknown
  loading: boolean
}

/** Reads something each time that its source changes. Unlike a resource it suspends nothing: a page that goes for a moment, and comes back
 *  with an open dialog in it, comes back with a dialog that is not modal any more. */
export function createLoad<Source, Value>(source: () => Source, read: (source: Source) => Promise<Value>) {
  const [state, setState] = createSignal<Loaded<Value>>({ loading: true })
  createEffect(
    on(source, (now) => {
      let isCurrent = true
      onCleanup(() => {
        isCurrent = false
      })
      setState({ loading: true })
      read(now).then(
        (value) => isCurrent && setState({ value, loading: false }),
        (error: unknown) => isCurrent && setState({ error, loading: false }),
      )
    }),
  )
  return { value: () => state().value, error: () => state().error, loading: () => state().loading }
}
