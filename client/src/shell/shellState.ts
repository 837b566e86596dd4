import { createContext, createEffect, createSignal, on, onCleanup, useContext } from 'solid-js'
import { remember, remembered } from '../ui/memory.ts'

export type Theme = 'light' | 'dark' | 'system'
/** A dialog of the shell, and the space it is about. */
export type OpenDialog =
  | { kind: 'newSpace' }
  | { kind: 'newRoom'; space: string }
  | { kind: 'newDirect' }
  | { kind: 'keys' }
  | { kind: 'status' }

/** What the frame shows beside the page: drawer, palette, dialogs, theme, connection. */
export function createShellState() {
  const [drawer, setDrawer] = createSignal(false)
  const [sidebar, setSidebar] = createSignal(remembered('atrium.sidebar') !== 'closed')
  const [palette, setPalette] = createSignal(false)
  const [dialog, setDialog] = createSignal<OpenDialog>()
  const [online, setOnline] = createSignal(navigator.onLine)
  const [theme, setTheme] = createSignal(themeOf(remembered('atrium.theme')))
  const [singleKeys, setSingleKeys] = createSignal(remembered('atrium.singleKeys') !== 'off')
  const [togglePanel, setTogglePanel] = createSignal<() => void>()

  const listening = new AbortController()
  addEventListener('online', () => setOnline(true), { signal: listening.signal })
  addEventListener('offline', () => setOnline(false), { signal: listening.signal })
  onCleanup(() => listening.abort())

  createEffect(
    on(
      theme,
      (chosen) => {
        remember('atrium.theme', chosen)
        if (chosen === 'system') delete document.documentElement.dataset.theme
        else document.documentElement.dataset.theme = chosen
      },
      { defer: true },
    ),
  )
  createEffect(on(sidebar, (open) => remember('atrium.sidebar', open ? 'open' : 'closed'), { defer: true }))
  createEffect(on(singleKeys, (enabled) => remember('atrium.singleKeys', enabled ? 'on' : 'off'), { defer: true }))

  return {
    drawer,
    setDrawer,
    sidebar,
    setSidebar,
    palette,
    setPalette,
    dialog,
    open: (kind: OpenDialog) => setDialog(kind),
    closeDialog: () => setDialog(undefined),
    online,
    theme,
    setTheme,
    /** Whether keys without Ctrl or Cmd do something (WCAG 2.1.4). */
    singleKeys,
    setSingleKeys,
    /** What `]` does on the page that is shown. */
    togglePanel,
    setTogglePanel: (toggle: (() => void) | undefined) => setTogglePanel(() => toggle),
  }
}

function themeOf(value: string | null): Theme {
  return value === 'light' || value === 'dark' ? value : 'system'
}

export type ShellState = ReturnType<typeof createShellState>

export const ShellContext = createContext<ShellState>()

export function useShell(): ShellState {
  const shell = useContext(ShellContext)
  if (!shell) throw new Error('useShell needs a ShellContext.Provider above it')
  return shell
}
