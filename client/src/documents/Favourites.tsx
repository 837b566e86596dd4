import { A } from '@solidjs/router'
import { createMemo, For, onMount, Show } from 'solid-js'
import { paths } from '../paths.ts'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { titleOf } from './actions.ts'
import { useDocuments } from './documents.ts'
import { en } from './en.ts'

/** The pages with a star, for the sidebar; nothing when there is none in this workspace. */
export default function Favourites() {
  const workspace = useWorkspace()
  const documents = useDocuments()
  const found = createMemo(() => documents.favourites().flatMap((id) => workspace.document(id) ?? []))
  // What cannot be read now is read with the next hint or visit.
  onMount(() => void documents.readFavourites().catch(() => {}))
  return (
    <Show when={found().length > 0}>
      <section aria-label={en.favourites}>
        <h2 class="side-label">{en.favourites}</h2>
        <For each={found()}>
          {(row) => (
            <A class="nav-row" href={paths.document(row.id)} title={titleOf(row)}>
              <Show when={row.icon} fallback={<Icon name="star" />}>
                <span class="tree-icon" aria-hidden="true">
                  {row.icon}
                </span>
              </Show>
              <span class="ellipsis" dir="auto">
                {titleOf(row)}
              </span>
            </A>
          )}
        </For>
      </section>
    </Show>
  )
}
