import { useLocation } from '@solidjs/router'
import { children, createEffect, type JSX, on, onCleanup, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { en } from './en.ts'
import { isCovered } from './keys.ts'
import { useShell } from './shellState.ts'

const t = textsOf(en)

interface PageProps {
  /** The page's heading and the window's title. */
  title: string
  /** What stands before the heading, such as an icon or a breadcrumb. */
  before?: JSX.Element
  /** Buttons, state and people at the end of the bar. */
  actions?: JSX.Element
  /** What the right panel shows; nothing closes it. */
  panel?: JSX.Element
  panelLabel?: string
  /** Opens or closes the panel; the `]` key calls it. */
  onTogglePanel?(): void
  /** The page scrolls its own parts, so the view does not. */
  fill?: boolean
  children: JSX.Element
}

/** The first page of a visit keeps the focus where the browser put it. */
let visited = false

/** A page inside the sheet: a bar with the heading, the view, and perhaps a panel. Moves the focus to the heading when the address
 *  changes, unless the page has put it somewhere itself. */
export function Page(props: PageProps) {
  const shell = useShell()
  const location = useLocation()
  let heading!: HTMLHeadingElement
  // Read once: reading a prop of markup makes the markup.
  const panel = children(() => props.panel)

  createEffect(() => {
    document.title = `${props.title} · Atrium`
  })
  createEffect(
    on(
      () => location.pathname,
      () => {
        const moved = visited
        visited = true
        if (!moved) return
        queueMicrotask(() => {
          const main = heading.closest('main')
          if (!main?.contains(document.activeElement) || document.activeElement === main) heading.focus({ preventScroll: true })
        })
      },
    ),
  )
  // What opened the panel gets back the focus that the panel takes with it.
  let opener: Element | null = null
  createEffect(
    on(
      () => Boolean(panel()),
      (open) => {
        if (open) opener = document.activeElement
        else if (document.activeElement === document.body) {
          const isBack = opener instanceof HTMLElement && opener !== document.body && opener.isConnected
          if (isBack) (opener as HTMLElement).focus()
          else heading.focus({ preventScroll: true })
        }
      },
      { defer: true },
    ),
  )
  createEffect(() => shell.setTogglePanel(props.onTogglePanel))
  onCleanup(() => shell.setTogglePanel(undefined))

  function closePanel(event: KeyboardEvent) {
    if (event.key === 'Escape' && !event.defaultPrevented && !isCovered()) props.onTogglePanel?.()
  }

  return (
    <>
      <header class="bar">
        <IconButton
          class="only-narrow"
          icon="menu"
          label={t('openNavigation')}
          aria-expanded={shell.drawer()}
          onClick={() => {
            shell.setDrawer(true)
            shell.setSidebar(true)
          }}
        />
        {props.before}
        <h1 ref={heading} tabindex="-1" class="grow ellipsis" title={props.title}>
          {props.title}
        </h1>
        {props.actions}
      </header>
      <div class="view" classList={{ fill: props.fill ?? false }}>
        {props.children}
      </div>
      <Show when={panel()}>
        <aside class="panel" aria-label={props.panelLabel} onKeyDown={closePanel}>
          {panel()}
        </aside>
      </Show>
    </>
  )
}
