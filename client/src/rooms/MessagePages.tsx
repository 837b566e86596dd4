import { useParams } from '@solidjs/router'
import { Dynamic } from 'solid-js/web'
import CatchUpPage from './CatchUpPage.tsx'
import DraftsPage from './DraftsPage.tsx'
import SavedPage from './SavedPage.tsx'
import SearchPage from './SearchPage.tsx'
import ThreadsPage from './ThreadsPage.tsx'

const pages: Record<string, () => unknown> = {
  'catch-up': CatchUpPage,
  drafts: DraftsPage,
  saved: SavedPage,
  search: SearchPage,
  threads: ThreadsPage,
}

/** The pages that gather messages of all rooms. They are loaded together: each on its own costs everybody's first screen its address. */
export default function MessagePages() {
  const params = useParams<{ page: string }>()
  return <Dynamic component={pages[params.page] as typeof CatchUpPage} />
}
