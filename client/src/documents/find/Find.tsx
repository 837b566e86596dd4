import { createSignal, lazy, onCleanup, onMount, Show, Suspense } from 'solid-js'
import type { EditorHandle } from '../../islands/contract.ts'
import type { MenuItem } from '../../ui/Menu.tsx'
import { pageEn as en } from '../pageEn.ts'
import { listenForFindKeys } from './findKeys.ts'

const FindBar = lazy(() => import('./FindBar.tsx'))

/** Whether somebody looks for words on the page. Each opening has a number, so that the bar takes the focus again. */
export function createFind() {
  const [asked, setAsked] = createSignal<{ replace: boolean; opening: number }>()
  const open = (replace: boolean) => setAsked({ replace, opening: (asked()?.opening ?? 0) + 1 })
  onMount(() => onCleanup(listenForFindKeys(open)))
  return {
    asked,
    close: () => setAsked(undefined),
    item: (): MenuItem => ({ label: en.find.title, icon: 'search', onSelect: () => open(false) }),
  }
}

/** Where the bar appears: at the top of the view, whatever is scrolled. */
export function FindPlace(props: { find: ReturnType<typeof createFind>; editor: EditorHandle | undefined; mayReplace: boolean }) {
  return (
    <Show when={props.find.asked() && props.editor} keyed>
      {(editor) => (
        <Suspense>
          <FindBar
            finder={editor.find}
            asked={props.find.asked() ?? { replace: false, opening: 0 }}
            mayReplace={props.mayReplace}
            onClose={props.find.close}
          />
        </Suspense>
      )}
    </Show>
  )
}
