import type { VirtualElement } from '@floating-ui/dom'
import { make } from './dom.ts'
import { type IconName, iconElement } from './icons.tsx'
import { openPopover } from './popover.ts'

export interface MenuItem {
  label: string
  icon?: IconName
  /** Drawn as a field of this colour, see colours.css. */
  swatch?: string
  /** One of several; whether it is the one. */
  checked?: boolean
  disabled?: boolean
  danger?: boolean
  run(): void
}

export interface MenuSection {
  label: string
  items: MenuItem[]
}

/** A menu of commands. It takes the focus, and gives it back to the text through `onClose`. */
export function openMenu(options: {
  container: HTMLElement
  anchor: Element | VirtualElement
  label: string
  sections: MenuSection[]
  onClose?(): void
}): () => void {
  const menu = make('div', { className: 'tool-menu', role: 'menu', ariaLabel: options.label, tabIndex: -1 })
  let run: (() => void) | undefined
  const close = openPopover({
    ...options,
    element: menu,
    onClose: () => {
      options.onClose?.()
      run?.()
    },
  })
  const shown = options.sections.filter((section) => section.items.length > 0)
  const choose = (item: MenuItem) => {
    run = item.run
    close()
  }
  for (const section of shown) menu.append(drawSection(section, shown.length > 1, choose))
  const items = [...menu.querySelectorAll<HTMLButtonElement>('button')]
  menu.addEventListener('keydown', (event) => {
    const at = items.indexOf(document.activeElement as HTMLButtonElement)
    const to = target(event, at, items)
    if (event.key === 'Tab') close()
    if (to === null) return
    event.preventDefault()
    items[(to + items.length) % items.length]?.focus()
  })
  ;(items.find((item) => item.ariaChecked === 'true') ?? items.find((item) => !item.disabled))?.focus({ preventScroll: true })
  return close
}

function drawSection(section: MenuSection, labelled: boolean, choose: (item: MenuItem) => void): HTMLElement {
  const swatches = section.items.some((item) => item.swatch)
  const group = make('div', { role: 'group', ariaLabel: section.label, className: swatches ? 'menu-group swatches' : 'menu-group' })
  if (labelled) group.append(make('p', { ariaHidden: 'true' }, section.label))
  group.append(...section.items.map((item) => drawItem(item, choose)))
  return group
}

function drawItem(item: MenuItem, choose: (item: MenuItem) => void): HTMLButtonElement {
  const row = make('button', {
    type: 'button',
    role: item.checked === undefined ? 'menuitem' : 'menuitemradio',
    disabled: item.disabled ?? false,
    className: item.danger ? 'danger' : '',
    tabIndex: -1,
  })
  if (item.checked !== undefined) row.ariaChecked = String(item.checked)
  if (item.swatch) {
    row.dataset.swatch = item.swatch
    row.ariaLabel = row.title = item.label
  } else {
    if (item.icon) row.append(iconElement(item.icon))
    row.append(make('span', {}, item.label))
    if (item.checked) row.append(iconElement('check'))
  }
  row.addEventListener('click', () => choose(item))
  return row
}

function target(event: KeyboardEvent, at: number, items: HTMLButtonElement[]): number | null {
  const enabled = (step: 1 | -1) => {
    let index = at
    for (let count = 0; count < items.length; count++) {
      index = (index + step + items.length) % items.length
      if (!items[index]?.disabled) return index
    }
    return at
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowRight') return enabled(1)
  if (event.key === 'ArrowUp' || event.key === 'ArrowLeft') return enabled(-1)
  if (event.key === 'Home') return 0
  if (event.key === 'End') return items.length - 1
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return null
  const letter = event.key.toLowerCase()
  const order = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  const found = order.find((item) => (item.ariaLabel ?? item.textContent ?? '').trim().toLowerCase().startsWith(letter))
  return found ? items.indexOf(found) : null
}
