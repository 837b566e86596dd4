import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'

/** A row of buttons that counts as one stop of the Tab key: arrows move inside it. */
export function Toolbar(props: { label: string; className: string; onEscape(): void; children: ReactNode }) {
  const move = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape') {
      event.preventDefault()
      return props.onEscape()
    }
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button:not(:disabled)')]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const rightToLeft = getComputedStyle(event.currentTarget).direction === 'rtl'
    const to =
      event.key === 'Home'
        ? 0
        : event.key === 'End'
          ? buttons.length - 1
          : step === undefined || at < 0
            ? null
            : at + (rightToLeft ? -step : step)
    if (to === null) return
    event.preventDefault()
    buttons[(to + buttons.length) % buttons.length]?.focus()
  }
  return (
    <div role="toolbar" tabIndex={-1} aria-label={props.label} className={props.className} onKeyDown={move}>
      {props.children}
    </div>
  )
}

interface ToolProps {
  icon: IconName
  label: string
  keys?: string
  pressed?: boolean
  disabled?: boolean
  /** It opens a menu beside itself. */
  menu?: boolean
  run(button: HTMLElement): void
}

export function Tool({ icon, label, keys, pressed, disabled, menu, run }: ToolProps) {
  // The selection in the text must survive the press.
  const keepFocus = (event: MouseEvent) => event.preventDefault()
  return (
    <button
      type="button"
      aria-label={label}
      title={keys ? `${label} (${shown(keys)})` : label}
      aria-keyshortcuts={keys}
      aria-pressed={pressed}
      disabled={disabled}
      onMouseDown={keepFocus}
      aria-haspopup={menu ? 'menu' : undefined}
      onClick={(event) => run(event.currentTarget)}
    >
      <Icon name={icon} />
    </button>
  )
}

const isApple = /mac|iphone|ipad/i.test(navigator.platform)

function shown(keys: string): string {
  return isApple
    ? keys.replace('Control', '⌘').replace('Shift', '⇧').replace('Alt', '⌥').replaceAll('+', '')
    : keys.replace('Control', 'Ctrl')
}
