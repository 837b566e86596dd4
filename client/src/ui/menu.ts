import { onCleanup } from 'solid-js'

/** Pauses longer than this start a new search by typing. */
const typeAheadMs = 500

/** Makes a native popover an ARIA menu: arrows, Home, End, type-ahead; Tab closes. The popover itself gives Escape, closing by a
 *  click outside, the top layer and the return of focus. Use as `<div popover ref={menu} role="menu">`. */
export function menu(element: HTMLElement): void {
  let typed = ''
  let timer = 0

  const items = () => [...element.querySelectorAll<HTMLElement>('[role^=menuitem]:not([aria-disabled=true])')]
  const focusAt = (index: number) => {
    const all = items()
    all[(index + all.length) % all.length]?.focus()
  }

  function focusByTyping(key: string) {
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      typed = ''
    }, typeAheadMs)
    typed += key.toLowerCase()
    const all = items()
    const current = all.indexOf(document.activeElement as HTMLElement)
    const starts = (item: HTMLElement) => item.textContent.trim().toLowerCase().startsWith(typed)
    // The first letter moves on from here; further letters narrow what is already found.
    const next = all.findIndex((item, index) => starts(item) && (typed.length > 1 || index > current))
    const found = next >= 0 ? next : all.findIndex(starts)
    if (found >= 0) focusAt(found)
  }

  function onToggle(event: Event) {
    if ((event as ToggleEvent).newState !== 'open') return
    const all = items()
    for (const item of all) item.tabIndex = -1
    focusAt(
      Math.max(
        0,
        all.findIndex((item) => item.getAttribute('aria-checked') === 'true'),
      ),
    )
  }

  function onKeyDown(event: KeyboardEvent) {
    const current = items().indexOf(document.activeElement as HTMLElement)
    if (event.key === 'ArrowDown') focusAt(current + 1)
    else if (event.key === 'ArrowUp') focusAt(current - 1)
    else if (event.key === 'Home') focusAt(0)
    else if (event.key === 'End') focusAt(-1)
    else if (event.key === 'Tab') return element.hidePopover()
    else if (event.key.length === 1 && (typed || event.key !== ' ') && !event.ctrlKey && !event.metaKey) focusByTyping(event.key)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  // Browsers press a button on the release of Space, which may belong to a typed name.
  const onKeyUp = (event: KeyboardEvent) => {
    if (event.key === ' ' && typed) event.preventDefault()
  }

  element.addEventListener('toggle', onToggle)
  element.addEventListener('keydown', onKeyDown)
  element.addEventListener('keyup', onKeyUp)
  onCleanup(() => clearTimeout(timer))
}
