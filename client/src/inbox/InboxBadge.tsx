import { useLocation, useNavigate } from '@solidjs/router'
import { createEffect, on, onCleanup, onMount, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { idOf } from '../paths.ts'
import { statusOf } from '../people/presence.ts'
import { useSession } from '../session.ts'
import { rpc } from '../supabase.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { unreadNotices as count, inboxEvent, setUnreadNotices as setCount } from './events.ts'
import type { Notice } from './inbox.ts'
import { placeOf } from './place.ts'
import { pushState } from './push.ts'
import { nameOf, sentenceOf } from './words.ts'

import './badge.css'

const t = textsOf(en)
/** The server counts no further. */
const most = 100

/** How much is unread: beside the inbox in the sidebar, before the title of the window, on its icon and on that of the installed app. While
 *  the tab is hidden, the browser tells of what comes, unless push does. */
export default function InboxBadge() {
  const session = useSession()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const location = useLocation()
  let timer = 0

  async function read(isNews: boolean) {
    const id = workspace.id()
    if (!workspace.loaded() || !workspace.all()?.some((known) => known.id === id && known.epoch > 0)) return setCount(0)
    const before = count()
    if (isNews) await readShown()
    const found = await rpc<number>('inbox_count', { workspace_id: id }).catch(() => before) // The next hint asks again.
    if (id !== workspace.id()) return
    setCount(found)
    if (!isNews && found > 0) await readShown()
    if (isNews && found > before && document.hidden) await tell(id)
  }

  async function tell(id: string) {
    if (statusOf(session.user()?.id ?? '')?.do_not_disturb) return
    if (!('Notification' in window) || Notification.permission !== 'granted' || (await pushState()) === 'on') return
    const [latest] = await rpc<Notice[]>('my_inbox', { workspace_id: id, state: 'unread', most: 1 })
    if (!latest) return
    const shown = new Notification(`${nameOf(latest)}: ${sentenceOf(latest)}`, {
      body: latest.excerpt ?? '',
      tag: latest.id,
      icon: '/icon.svg',
    })
    shown.onclick = () => {
      window.focus()
      navigate(placeOf(latest))
      shown.close()
    }
  }

  /** Nobody is told of the page that he looks at. Rooms say by their read marks what was seen. */
  async function readShown() {
    const page = /^\/d\/([^/]+)$/.exec(location.pathname)?.[1]
    const id = page && idOf(page)
    if (id && !document.hidden) await rpc('mark_object_read', { object_type: 'document', object_id: id }).catch(() => {}) // It stays unread.
  }

  createEffect(on([workspace.id, workspace.loaded], () => void read(false)))
  createEffect(
    on(
      () => location.pathname,
      () => count() > 0 && void readShown(),
      { defer: true },
    ),
  )
  onMount(() => {
    // Hints that come together are one question.
    const soon = () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => void read(true), 200)
    }
    const seen = () => !document.hidden && soon()
    addEventListener(inboxEvent, soon)
    document.addEventListener('visibilitychange', seen)
    const title = new MutationObserver(mark)
    const element = document.querySelector('title')
    if (element) title.observe(element, { childList: true })
    onCleanup(() => {
      clearTimeout(timer)
      removeEventListener(inboxEvent, soon)
      document.removeEventListener('visibilitychange', seen)
      title.disconnect()
    })
  })

  /** Pages write the title anew; the number goes before it again. */
  function mark() {
    const bare = document.title.replace(/^\(\d+\+?\) /, '')
    const wanted = count() > 0 ? `(${shown()}) ${bare}` : bare
    if (document.title !== wanted) document.title = wanted
  }
  const shown = () => (count() >= most ? `${most - 1}+` : String(count()))
  createEffect(
    on(count, (unread) => {
      mark()
      const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
      if (icon) icon.href = unread > 0 ? '/icon-unread.svg' : '/icon.svg'
      const badged = unread > 0 ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.()
      badged?.catch(() => {}) // Only an installed app has a badge.
    }),
  )

  return (
    <Show when={count() > 0}>
      <span class="inbox-count">
        <span aria-hidden="true">{shown()}</span>
        <span class="visually-hidden">{t('unreadCount', { count: shown() })}</span>
      </span>
    </Show>
  )
}
