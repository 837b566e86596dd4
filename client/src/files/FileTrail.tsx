import { A } from '@solidjs/router'
import { For, Show } from 'solid-js'
import { paths } from '../paths.ts'
import { en } from './en.ts'
import type { FileRow } from './files.ts'

interface FileTrailProps {
  spaceId: string
  /** Undefined for a space to which the person does not belong. */
  spaceName: string | undefined
  /** The folders above, the nearest last. */
  trail: readonly FileRow[]
  isTrash: boolean
  /** Whether the person may look into the trash. */
  hasTrash: boolean
}

/** Where one is: among the files or in the trash, and the folders above. */
export function FileTrail(props: FileTrailProps) {
  return (
    <>
      <Show when={props.hasTrash}>
        <nav class="file-views" aria-label={en.views}>
          {/* The router's own link looks at the path alone, which both share. */}
          <a href={paths.spaceFiles(props.spaceId)} aria-current={props.isTrash ? undefined : 'page'}>
            {en.files}
          </a>
          <a href={`${paths.spaceFiles(props.spaceId)}?view=trash`} aria-current={props.isTrash ? 'page' : undefined}>
            {en.trash}
          </a>
        </nav>
      </Show>
      <Show when={!props.isTrash && props.trail.length > 0}>
        <nav class="file-trail" aria-label={en.path}>
          <ol>
            <li>
              <A href={paths.spaceFiles(props.spaceId)} end>
                {props.spaceName ?? en.shared}
              </A>
            </li>
            <For each={props.trail}>
              {(above) => (
                <li>
                  <A href={paths.spaceFiles(props.spaceId, above.id)} end dir="auto">
                    {above.name}
                  </A>
                </li>
              )}
            </For>
          </ol>
        </nav>
      </Show>
    </>
  )
}
