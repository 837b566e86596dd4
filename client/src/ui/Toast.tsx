import { For, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import { IconButton } from './Button.tsx'
import './toast.css'

const shownMs = 5_000
/** Time to read, decide and reach the button. */
const actionableMs = 10_000

interface Action {
  label: string
  run(): void
}

interface ToastOptions {
  /** Offered as a button until the toast leaves. */
  action?: Action
  /** It stays until somebody presses it away. */
  stays?: boolean
  onLeave?(): void
}

interface ToastEntry extends ToastOptions {
  id: number
  text: string
}

const [toasts, setToasts] = createStore<ToastEntry[]>([])
let last = 0

/** Says in one sentence what happened; with an action (undo, retry) it stays longer. */
export function toast(text: string, options: ToastOptions = {}): void {
  const id = ++last
  setToasts(toasts.length, { id, text, ...options })
  if (!options.stays) setTimeout(() => dismiss(id), options.action ? actionableMs : shownMs)
}

function dismiss(id: number): void {
  toasts.find((entry) => entry.id === id)?.onLeave?.()
  setToasts((all) => all.filter((entry) => entry.id !== id))
}

/** The corner where toasts appear; once on the page. A popover would cover dialogs, so it is a plain region. */
export function Toasts(props: { dismissLabel: string }) {
  return (
    <div class="toasts" role="status">
      <For each={toasts}>
        {(entry) => (
          <div class="toast">
            <span class="grow">{entry.text}</span>
            <Show when={entry.action}>
              {(action) => (
                <button
                  type="button"
                  class="toast-action"
                  onClick={() => {
                    dismiss(entry.id)
                    action().run()
                  }}
                >
                  {action().label}
                </button>
              )}
            </Show>
            <IconButton icon="close" label={props.dismissLabel} onClick={() => dismiss(entry.id)} />
          </div>
        )}
      </For>
    </div>
  )
}
