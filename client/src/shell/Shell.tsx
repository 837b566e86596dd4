import { useIsRouting, useLocation, useNavigate } from '@solidjs/router'
import { createEffect, ErrorBoundary, lazy, on, onCleanup, onMount, type ParentProps, Show, Suspense } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { ErrorPage } from './ErrorPage.tsx'
import { en } from './en.ts'
import { listenForKeys, listenForPaletteKey } from './keys.ts'
import { useNewDocument } from './newDocument.ts'
import { Sidebar } from './Sidebar.tsx'
import { useShell } from './shellState.ts'
import { Tabs } from './Tabs.tsx'
import './shell.css'

const t = textsOf(en)
const Palette = lazy(() => import('./Palette.tsx'))
const ShellDialogs = lazy(() => import('./ShellDialogs.tsx'))

/** The frame of everything inside a workspace: banner, sidebar, sheet, tabs, palette and dialogs. */
export function Shell(props: ParentProps) {
  const shell = useShell()
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const location = useLocation()
  const routing = useIsRouting()
  let main!: HTMLElement

  const newDocument = useNewDocument()
  const newDocumentHere = () => {
    const space = workspace.spaces().find((row) => workspace.can('editor', row.id))
    if (space) newDocument(space.id)
  }

  onMount(() => {
    const stopPalette = listenForPaletteKey(() => shell.setPalette(true))
    const stopKeys = listenForKeys(
      {
        '/': () => shell.setPalette(true),
        '?': () => shell.open({ kind: 'keys' }),
        '[': () => shell.setSidebar(!shell.sidebar()),
        ']': () => shell.togglePanel()?.(),
        c: newDocumentHere,
        'g h': () => navigate(paths.home()),
        'g d': () => navigate(paths.documents()),
        'g i': () => navigate(paths.inbox()),
        'g c': () => navigate(paths.rooms()),
        'g t': () => navigate(paths.tasks()),
        'g p': () => navigate(paths.people()),
        'g s': () => navigate(paths.settings()),
      },
      () => shell.singleKeys() && !shell.palette(),
    )
    // Fetched when nothing else is, so that what is typed right after Ctrl+K arrives in it.
    const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200))
    idle(() => void Palette.preload())
    onCleanup(stopPalette)
    onCleanup(stopKeys)
  })

  createEffect(on([() => location.pathname, () => location.search], () => shell.setDrawer(false), { defer: true }))
  return (
    <div class="shell" data-drawer={shell.drawer() ? 'open' : undefined} data-sidebar={shell.sidebar() ? 'open' : 'closed'}>
      {/* biome-ignore lint/a11y/useValidAnchor: it is a link into the page; the router would take it for a navigation */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          main.focus()
        }}
      >
        {t('skip')}
      </a>
      <div class="banner-slot" role="status">
        <Show when={!shell.online()}>
          <p class="banner">
            <Icon name="cloud" />
            {t('offlineBanner')}
          </p>
        </Show>
      </div>
      <Sidebar />
      <Show when={shell.drawer()}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: Escape and the drawer's button do the same */}
        <div class="drawer-scrim" onClick={() => shell.setDrawer(false)} />
      </Show>
      <main class="main" id="main" tabindex="-1" ref={main} aria-busy={routing()} inert={shell.drawer()}>
        <ErrorBoundary fallback={(error, reset) => <ErrorPage error={error} onRetry={reset} />}>
          <Suspense fallback={<PageSkeleton />}>{props.children}</Suspense>
        </ErrorBoundary>
      </main>
      <Tabs />
      <Show when={shell.palette()}>
        <Suspense>
          <Palette />
        </Suspense>
      </Show>
      <Show when={shell.dialog()}>
        <Suspense>
          <ShellDialogs />
        </Suspense>
      </Show>
    </div>
  )
}

/** The geometry of a page whose code or data is on its way. */
export function PageSkeleton() {
  return (
    <>
      <div class="bar" />
      <div class="view">
        <div class="page">
          <Skeleton heading lines={4} />
        </div>
      </div>
    </>
  )
}
