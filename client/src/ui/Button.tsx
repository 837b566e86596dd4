import { type JSX, Show, splitProps } from 'solid-js'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.ts'
import './button.css'

export type ButtonLook = 'primary' | 'outline' | 'quiet' | 'danger'

interface ButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook
  icon?: IconName
  /** The action is under way: the button keeps its size and focus, and cannot be pressed again. */
  busy?: boolean
}

/** A labelled button. `type` is `button` unless said otherwise, so that it never sends a form by accident. */
export function Button(props: ButtonProps) {
  const [own, rest] = splitProps(props, ['look', 'icon', 'busy', 'children', 'class', 'onClick'])
  return (
    <button
      type="button"
      {...rest}
      class={`button ${own.look ?? 'quiet'} ${own.class ?? ''}`}
      aria-disabled={own.busy || rest.disabled ? 'true' : undefined}
      aria-busy={own.busy ? 'true' : undefined}
      onClick={(event) => {
        if (own.busy) event.preventDefault()
        else if (typeof own.onClick === 'function') own.onClick(event)
      }}
    >
      <Show when={own.icon}>{(name) => <Icon name={name()} />}</Show>
      <span class="button-label">{own.children}</span>
    </button>
  )
}

interface IconButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName
  /** What it does: its name for a screen reader, and the tooltip. */
  label: string
}

/** A square button that shows only a drawing. */
export function IconButton(props: IconButtonProps) {
  const [own, rest] = splitProps(props, ['icon', 'label', 'class'])
  return (
    <button type="button" {...rest} class={`button quiet icon-only ${own.class ?? ''}`} aria-label={own.label} title={own.label}>
      <Icon name={own.icon} />
    </button>
  )
}
