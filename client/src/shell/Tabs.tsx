import { A, useLocation } from '@solidjs/router'
import { textsOf } from '../i18n.ts'
import { unreadNotices } from '../inbox/events.ts'
import { paths } from '../paths.ts'
import { hasNews } from '../rooms/RoomCount.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { useShell } from './shellState.ts'

const t = textsOf(en)

/** The phone's way between tools. */
export function Tabs() {
  const shell = useShell()
  const workspace = useWorkspace()
  const location = useLocation()
  /** A page belongs to the pages, a room to the rooms. */
  const isIn = (prefix: string) => location.pathname.startsWith(prefix)
  const unread = () => [...workspace.rooms(), ...workspace.directs()].some(hasNews)
  return (
    <nav class="tabs" aria-label={t('sections')}>
      <A class="tab" href={paths.home()} end>
        <Icon name="home" />
        {t('home')}
      </A>
      <A class="tab" classList={{ within: isIn('/d/') }} href={paths.documents()}>
        <Icon name="document" />
        {t('docs')}
      </A>
      <A class="tab" classList={{ unread: unread(), within: isIn('/c/') }} href={paths.rooms()}>
        <Icon name="chat" />
        {t('chat')}
      </A>
      <A class="tab" classList={{ unread: unreadNotices() > 0 }} href={paths.inbox()}>
        <Icon name="bell" />
        {t('inbox')}
      </A>
      <button type="button" class="tab" aria-expanded={shell.drawer()} onClick={() => shell.setDrawer(true)}>
        <Icon name="menu" />
        {t('more')}
      </button>
    </nav>
  )
}
