import { make } from './dom.ts'
import { type IconName, iconElement } from './icons.tsx'

export interface Choice {
  label: string
  /** What stands in front: an icon of ours or a sign. */
  icon?: IconName
  sign?: string
  /** Says more, in a quieter voice: a key, a place. */
  detail?: string
  /** Choices that follow each other and have the same one stand under it. */
  group?: string
}

/** A list of choices under the caret. Focus stays in the text: the text names the active choice by `aria-activedescendant`. */
export interface Listbox<Item> {
  element: HTMLElement
  show(items: Item[]): void
  /** True when the key was for the list. */
  handleKey(event: KeyboardEvent): boolean
  destroy(): void
}

let lastId = 0

export function createListbox<Item extends Choice>(options: {
  label: string
  emptyText: string
  owner: HTMLElement
  choose(item: Item): void
}): Listbox<Item> {
  const id = `listbox-${++lastId}`
  const element = document.createElement('div')
  element.className = 'choices'
  const list = document.createElement('div')
  list.id = id
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', options.label)
  // It scrolls, so the keyboard must be able to; while it is open, Tab chooses and does not come here.
  list.tabIndex = 0
  const empty = document.createElement('p')
  empty.setAttribute('role', 'status')
  element.append(list, empty)
  options.owner.setAttribute('aria-controls', id)

  let shown: Item[] = []
  let rows: HTMLElement[] = []
  let active = 0

  const mark = () => {
    for (const [index, row] of rows.entries()) row.setAttribute('aria-selected', String(index === active))
    const row = rows[active]
    if (row) {
      options.owner.setAttribute('aria-activedescendant', row.id)
      // The first one brings the name of its group along.
      if (active === 0) list.scrollTop = 0
      else row.scrollIntoView({ block: 'nearest' })
    } else options.owner.removeAttribute('aria-activedescendant')
  }
  const move = (to: number) => {
    active = (to + shown.length) % Math.max(shown.length, 1)
    mark()
  }
  const rowOf = (item: Item, index: number) => {
    const row = document.createElement('div')
    row.id = `${id}-${index}`
    row.setAttribute('role', 'option')
    if (item.icon) row.append(iconElement(item.icon))
    else if (item.sign) row.append(make('span', { className: 'sign' }, item.sign))
    row.append(make('span', { className: 'choice-label' }, item.label))
    if (item.detail) row.append(make('small', {}, item.detail))
    // Pressing must not take the focus out of the text.
    row.addEventListener('mousedown', (event) => event.preventDefault())
    row.addEventListener('click', () => options.choose(item))
    row.addEventListener('pointermove', () => {
      if (active !== index) move(index)
    })
    return row
  }

  return {
    element,
    show(items) {
      shown = items
      active = 0
      rows = items.map(rowOf)
      list.replaceChildren(...inGroups(items, rows))
      empty.textContent = items.length === 0 ? options.emptyText : ''
      mark()
    },
    handleKey(event) {
      const item = shown[active]
      if (event.isComposing || !item) return false
      if (event.key === 'ArrowDown') move(active + 1)
      else if (event.key === 'ArrowUp') move(active - 1)
      else if (event.key === 'Enter' || event.key === 'Tab') options.choose(item)
      else return false
      return true
    },
    destroy() {
      options.owner.removeAttribute('aria-activedescendant')
      options.owner.removeAttribute('aria-controls')
      element.remove()
    },
  }
}

function inGroups(items: Choice[], rows: HTMLElement[]): HTMLElement[] {
  const shown: HTMLElement[] = []
  let group: HTMLElement | undefined
  for (const [index, row] of rows.entries()) {
    const name = items[index]?.group
    if (!name) {
      shown.push(row)
      continue
    }
    if (group?.ariaLabel !== name) {
      group = make('div', { role: 'group', ariaLabel: name }, make('p', { ariaHidden: 'true' }, name))
      shown.push(group)
    }
    group.append(row)
  }
  return shown
}
