import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js'
import type { EditorHandle, Person } from '../../islands/contract.ts'

/** Whom this person follows through the page. */
export function createFollow(editor: Accessor<EditorHandle | undefined>) {
  const [following, setFollowing] = createSignal<Person>()
  createEffect(
    on([following, editor], ([person, handle]) => {
      if (person && handle) onCleanup(handle.follow(person.id, () => setFollowing(undefined)))
    }),
  )
  return {
    following,
    toggle: (person: Person) => setFollowing(following()?.id === person.id ? undefined : person),
    stop: () => setFollowing(undefined),
  }
}

export type Follow = ReturnType<typeof createFollow>
