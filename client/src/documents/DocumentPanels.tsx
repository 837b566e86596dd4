import { useSearchParams } from '@solidjs/router'
import { For, Show, Suspense } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { IconButton } from '../ui/Button.tsx'
import type { MenuItem } from '../ui/Menu.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import type { PanelProps } from './panels/PanelFrame.tsx'
import { type DocumentPanel, panels } from './panels.ts'
import './documentPanel.css'

/** Which panel stands beside the page. It is in the address, so that a link and a reload show it too. */
export function createPanels() {
  const [search, setSearch] = useSearchParams<{ panel?: string }>()
  const open = (): DocumentPanel | undefined => panels.find((panel) => panel.name === search.panel)
  let latest = open() ?? panels[0]
  const show = (name: string | undefined) => setSearch({ panel: name }, { replace: true })
  const toggle = (name: string) => {
    latest = panels.find((panel) => panel.name === name) ?? latest
    show(open()?.name === name ? undefined : name)
  }
  return {
    open,
    show,
    toggle,
    /** Closes what is open, or opens what was open last. */
    toggleLatest: () => toggle(open()?.name ?? latest.name),
    /** For the page's menu, where the bar has no room for the buttons. */
    items: (): MenuItem[] => panels.map(({ name, label, icon }) => ({ label, icon, onSelect: () => toggle(name) })),
  }
}

type Panels = ReturnType<typeof createPanels>

export function PanelButtons(props: { panels: Panels }) {
  return (
    <For each={panels}>
      {(panel) => (
        <IconButton
          class="only-wide"
          icon={panel.icon}
          label={panel.label}
          aria-expanded={props.panels.open()?.name === panel.name}
          onClick={() => props.panels.toggle(panel.name)}
        />
      )}
    </For>
  )
}

/** The panel that is open. Its own boundary: while its code loads, the page's editor must stay in the document. */
export function OpenPanel(props: { panels: Panels; of: Omit<PanelProps, 'onClose'> }) {
  return (
    <Show when={props.panels.open()} keyed>
      {(panel) => (
        <Suspense
          fallback={
            <div class="document-panel" aria-busy="true">
              <Skeleton lines={5} />
            </div>
          }
        >
          <Dynamic
            component={panel.component}
            document={props.of.document}
            editor={props.of.editor}
            changed={props.of.changed}
            onClose={() => props.panels.show(undefined)}
          />
        </Suspense>
      )}
    </Show>
  )
}
