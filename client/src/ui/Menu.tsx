import { A } from '@solidjs/router'
import { createSignal, createUniqueId, For, type JSX, Show } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.ts'
import { menu } from './menu.ts'
import './menu.css'

export interface MenuItem {
  label: string
  icon?: IconName
  /** One of a group of which one is chosen. */
  checked?: boolean
  danger?: boolean
  /** Why it cannot be chosen now; said to everybody, shown under the label. */
  disabledReason?: string
  /** A place to go to, or else something to do. */
  href?: string
  onSelect?(): void
}

interface MenuProps {
  /** The menu's name, and the button's when it shows only a drawing. */
  label: string
  /** What the button shows. */
  trigger: JSX.Element
  triggerClass?: string
  /** Set when the trigger shows only a drawing. */
  iconOnly?: boolean
  items: MenuItem[]
}

/** A button that opens a menu. The items are made when it opens, so a long list of menus costs little. */
export function Menu(props: MenuProps) {
  let popover!: HTMLDivElement
  const id = createUniqueId()
  const [open, setOpen] = createSignal(false)

  return (
    <>
      <button
        type="button"
        class={props.triggerClass ?? 'button quiet'}
        popovertarget={id}
        aria-haspopup="menu"
        aria-expanded={open()}
        aria-label={props.iconOnly ? props.label : undefined}
        title={props.iconOnly ? props.label : undefined}
      >
        {props.trigger}
      </button>
      <div
        id={id}
        popover
        ref={(element) => {
          popover = element
          // The items must exist before `menu` looks for them, and stay until the browser has given back the focus.
          element.addEventListener('beforetoggle', (event) => {
            if ((event as ToggleEvent).newState === 'open') setOpen(true)
          })
          element.addEventListener('toggle', (event) => setOpen((event as ToggleEvent).newState === 'open'))
          menu(element)
        }}
        class="menu"
        role="menu"
        aria-label={props.label}
      >
        <Show when={open()}>
          <For each={props.items}>{(item) => <Item item={item} onChosen={() => popover.hidePopover()} />}</For>
        </Show>
      </div>
    </>
  )
}

function Item(props: { item: MenuItem; onChosen(): void }) {
  const role = () => (props.item.checked === undefined ? 'menuitem' : 'menuitemradio')
  const content = () => (
    <>
      <Show when={props.item.icon}>{(name) => <Icon name={name()} />}</Show>
      <span class="menu-label">
        {props.item.label}
        <Show when={props.item.disabledReason}>
          <small>{props.item.disabledReason}</small>
        </Show>
      </span>
      <Show when={props.item.checked}>
        <Icon name="check" />
      </Show>
    </>
  )
  return (
    <Show
      when={props.item.href}
      fallback={
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked is set with the role menuitemradio alone
        <button
          type="button"
          role={role()}
          aria-checked={props.item.checked}
          aria-disabled={props.item.disabledReason ? 'true' : undefined}
          classList={{ danger: props.item.danger ?? false }}
          onClick={() => {
            if (props.item.disabledReason) return
            props.onChosen()
            props.item.onSelect?.()
          }}
        >
          {content()}
        </button>
      }
    >
      {(href) => (
        <Dynamic component={A} href={href()} role="menuitem" onClick={() => props.onChosen()}>
          {content()}
        </Dynamic>
      )}
    </Show>
  )
}
