import { A } from '@solidjs/router'
import { createEffect, createSignal, For, on, onCleanup, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { SavedState } from '../islands/contract.ts'
import { paths } from '../paths.ts'
import type { DocumentRow } from '../rows.ts'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { titleOf } from './actions.ts'
import { useDocuments } from './documents.ts'
import { pageEn as en } from './pageEn.ts'

const t = textsOf(en)

/** The space and the pages above this one. */
export function Breadcrumbs(props: { document: DocumentRow }) {
  const workspace = useWorkspace()
  const documents = useDocuments()
  const space = () => workspace.space(props.document.space_id)
  return (
    <nav class="crumbs only-wide" aria-label={en.breadcrumbs}>
      <ol>
        <Show when={space()}>
          {(found) => (
            <li>
              <A href={paths.space(found().id)}>{found().name}</A>
            </li>
          )}
        </Show>
        <For each={documents.tree().ancestorsOf(props.document.id)}>
          {(ancestor) => (
            <li>
              <A href={paths.document(ancestor.id)}>{titleOf(ancestor)}</A>
            </li>
          )}
        </For>
      </ol>
    </nav>
  )
}

/** "Saved" comes back when nothing was on its way for this long: otherwise the word would change twice with each letter, and the
 *  browser would lay out the page as often. */
const calmMs = 500

/** Whether what is typed is safe. Only what a person should act on is announced. */
export function SavedWord(props: { state: SavedState }) {
  const [shown, setShown] = createSignal(props.state)
  createEffect(
    on(
      () => props.state,
      (state) => {
        const timer = setTimeout(() => setShown(state), state === 'saved' && shown() === 'saving' ? calmMs : 0)
        onCleanup(() => clearTimeout(timer))
      },
      { defer: true },
    ),
  )
  const isUnusual = () => shown() === 'offline' || shown() === 'read_only' || shown() === 'denied'
  return (
    <>
      <span class="saved" data-state={shown()} title={t(`stateHints.${shown()}`)}>
        <Show when={isUnusual()}>
          <Icon name={shown() === 'offline' ? 'cloud' : 'lock'} />
        </Show>
        {t(`states.${shown()}`)}
      </span>
      <span class="visually-hidden" role="status">
        {isUnusual() ? t(`stateHints.${shown()}`) : ''}
      </span>
    </>
  )
}
