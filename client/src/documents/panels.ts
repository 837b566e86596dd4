import { type Component, lazy } from 'solid-js'
import type { EditorHandle } from '../islands/contract.ts'
import type { DocumentRow } from '../rows.ts'
import type { IconName } from '../ui/icons.ts'
import { pageEn as en } from './pageEn.ts'

export interface PanelProps {
  document: DocumentRow
  /** Undefined until the text is on screen, and again when the page is opened anew. */
  editor: EditorHandle | undefined
  /** What changed beside the text: `versions`, `comments` …; new each time it is told. */
  changed: string | undefined
  onClose(): void
}

export interface DocumentPanel {
  /** Stands in the address: `?panel=outline`. */
  name: string
  label: string
  icon: IconName
  component: Component<PanelProps>
}

/** What can be shown beside a page, in the order of its buttons. Each loads when it is opened first. */
export const panels: [DocumentPanel, ...DocumentPanel[]] = [
  { name: 'outline', label: en.outline.title, icon: 'outline', component: lazy(() => import('./panels/OutlinePanel.tsx')) },
  { name: 'comments', label: en.comments, icon: 'chat', component: lazy(() => import('./comments/CommentsPanel.tsx')) },
  { name: 'suggestions', label: en.suggestions, icon: 'pencil', component: lazy(() => import('./suggestions/SuggestionsPanel.tsx')) },
  { name: 'links', label: en.links.title, icon: 'link', component: lazy(() => import('./panels/LinksPanel.tsx')) },
  { name: 'history', label: en.history, icon: 'history', component: lazy(() => import('./history/HistoryPanel.tsx')) },
]
