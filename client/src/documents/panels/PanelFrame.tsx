import type { JSX } from 'solid-js'
import { en as common } from '../../en.ts'
import type { EditorHandle } from '../../islands/contract.ts'
import type { DocumentRow } from '../../rows.ts'
import { IconButton } from '../../ui/Button.tsx'

export interface PanelProps {
  document: DocumentRow
  /** Undefined until the text is on screen, and again when the page is opened anew. */
  editor: EditorHandle | undefined
  /** What changed beside the text: `versions`, `comments` …; new each time it is told. */
  changed: string | undefined
  onClose(): void
}

/** The head that every panel of a page has, and its content below. */
export function PanelFrame(props: { title: string; onClose(): void; actions?: JSX.Element; children: JSX.Element }) {
  return (
    <div class="document-panel">
      <header class="panel-head">
        <h2 class="grow">{props.title}</h2>
        {props.actions}
        <IconButton icon="close" label={common.close} onClick={() => props.onClose()} />
      </header>
      {props.children}
    </div>
  )
}
