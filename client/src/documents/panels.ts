import { type Component, lazy } from 'solid-js'
import type { IconName } from '../ui/icons.ts'
import { pageEn as en } from './pageEn.ts'
import type { PanelProps } from './panels/PanelFrame.tsx'

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
