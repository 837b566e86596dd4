import { A } from '@solidjs/router'
import { createMemo, For } from 'solid-js'
import { en as common } from '../en.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'

/** Pages and rooms that somebody was given by themselves, without the space that they are in. */
export function SharedWithMe() {
  const workspace = useWorkspace()
  const isAlone = (row: { space_id: string }) => workspace.space(row.space_id) === undefined
  const documents = createMemo(() => workspace.documents().filter(isAlone))
  const rooms = createMemo(() => workspace.rooms().filter(isAlone))
  return (
    <section aria-label={en.shared}>
      <div class="space-head">
        <h2 class="loose-head">{en.shared}</h2>
      </div>
      <ul class="side-rooms" aria-label={en.shared}>
        <For each={documents()}>
          {(row) => (
            <li>
              <A class="nav-row" href={paths.document(row.id)}>
                {row.icon ? (
                  <span class="tree-icon" aria-hidden="true">
                    {row.icon}
                  </span>
                ) : (
                  <Icon name="document" />
                )}
                <span class="ellipsis" dir="auto" title={row.title}>
                  {row.title || common.untitled}
                </span>
              </A>
            </li>
          )}
        </For>
        <For each={rooms()}>
          {(row) => (
            <li>
              <A class="nav-row" classList={{ unread: row.joined && row.unread > 0 }} href={paths.room(row.id)}>
                <Icon name={row.private ? 'lock' : 'hash'} />
                <span class="ellipsis" dir="auto" title={row.name}>
                  {row.name}
                </span>
              </A>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}
