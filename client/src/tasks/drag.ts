import { onCleanup } from 'solid-js'

/** Where a dragged card would come to lie: before or after a card of a column, or alone in it. */
export interface Place {
  column: string
  before?: string
  after?: string
}

interface Handlers {
  onOver(place: Place | undefined, dragged: string): void
  onDrop(id: string, place: Place): void
}

/** A mouse drags when it has moved this far; a finger when it has rested this long, since before that it scrolls. */
const startPixels = 6
const restMs = 280
const edgePixels = 48
const edgeSpeed = 14

/** Lets cards (`[data-task]`) be dragged between columns (`[data-column]`) of an element, by mouse, pen and finger. Whoever cannot drag
 *  has the menu of the card, and Alt with the arrows. */
export function dragCards(root: HTMLElement, handlers: Handlers): void {
  let card: HTMLElement | undefined
  let ghost: HTMLElement | undefined
  let start = { x: 0, y: 0 }
  let grip = { x: 0, y: 0 }
  let at = { x: 0, y: 0 }
  let place: Place | undefined
  let timer = 0
  let frame = 0

  const idOf = (element: Element | undefined) => (element as HTMLElement | undefined)?.dataset.task ?? ''

  function lift() {
    if (!card || ghost) return
    const box = card.getBoundingClientRect()
    grip = { x: start.x - box.x, y: start.y - box.y }
    ghost = card.cloneNode(true) as HTMLElement
    ghost.removeAttribute('data-task')
    ghost.classList.add('task-ghost')
    ghost.setAttribute('aria-hidden', 'true')
    ghost.inert = true
    ghost.style.inlineSize = `${box.width}px`
    root.append(ghost)
    root.classList.add('is-dragging')
    card.classList.add('is-dragged')
    follow()
    frame = requestAnimationFrame(scrollAtEdges)
  }

  function follow() {
    if (!ghost || !card) return
    ghost.style.translate = `${at.x - grip.x}px ${at.y - grip.y}px`
    place = placeAt(at.x, at.y, idOf(card))
    handlers.onOver(place, idOf(card))
  }

  function placeAt(x: number, y: number, dragged: string): Place | undefined {
    const column = document
      .elementsFromPoint(x, y)
      .map((element) => element.closest<HTMLElement>('[data-column]'))
      .find((found) => found && root.contains(found))
    const name = column?.dataset.column
    if (!column || !name) return undefined
    const cards = [...column.querySelectorAll('[data-task]')].filter((other) => idOf(other) !== dragged)
    const next = cards.find((other) => {
      const box = other.getBoundingClientRect()
      return y < box.y + box.height / 2
    })
    if (next) return { column: name, before: idOf(next) }
    const last = cards.at(-1)
    return last ? { column: name, after: idOf(last) } : { column: name }
  }

  function scrollAtEdges() {
    if (!ghost) return
    const scroll = (element: Element | null | undefined, horizontal: boolean) => {
      if (!element) return
      const box = element.getBoundingClientRect()
      const [from, to, here] = horizontal ? [box.left, box.right, at.x] : [box.top, box.bottom, at.y]
      const step = here < from + edgePixels ? -edgeSpeed : here > to - edgePixels ? edgeSpeed : 0
      if (step) element.scrollBy(horizontal ? step : 0, horizontal ? 0 : step)
    }
    scroll(root, true)
    scroll(document.elementFromPoint(at.x, at.y)?.closest('[data-column]')?.querySelector('.column-scroller'), false)
    follow()
    frame = requestAnimationFrame(scrollAtEdges)
  }

  function end(drop: boolean) {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
    removeEventListener('pointermove', onMove)
    removeEventListener('pointerup', onUp)
    removeEventListener('pointercancel', onCancel)
    removeEventListener('keydown', onKeyDown, true)
    document.removeEventListener('touchmove', holdStill)
    const [dragged, target] = [card, place]
    const lifted = ghost !== undefined
    ghost?.remove()
    root.classList.remove('is-dragging')
    dragged?.classList.remove('is-dragged')
    card = ghost = place = undefined
    if (!lifted) return
    handlers.onOver(undefined, '')
    // The click that follows the release is part of the drag, not a wish to open the task.
    addEventListener('click', swallow, { capture: true, once: true })
    setTimeout(() => removeEventListener('click', swallow, { capture: true }))
    if (drop && dragged && target) handlers.onDrop(idOf(dragged), target)
  }

  const swallow = (event: Event) => {
    event.preventDefault()
    event.stopPropagation()
  }
  const holdStill = (event: TouchEvent) => {
    if (ghost) event.preventDefault()
  }
  function onMove(event: PointerEvent) {
    at = { x: event.clientX, y: event.clientY }
    const far = Math.hypot(at.x - start.x, at.y - start.y) > startPixels
    if (ghost) follow()
    else if (far && event.pointerType === 'touch') end(false)
    else if (far) lift()
  }
  const onUp = () => end(true)
  const onCancel = () => end(false)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !ghost) return
    event.preventDefault()
    event.stopPropagation()
    end(false)
  }
  function onDown(event: PointerEvent) {
    const target = event.target as Element
    const found = target.closest<HTMLElement>('[data-task]')
    if (!found || event.button !== 0 || !event.isPrimary || target.closest('button, [popover], input, select')) return
    card = found
    start = at = { x: event.clientX, y: event.clientY }
    if (event.pointerType === 'touch') timer = window.setTimeout(lift, restMs)
    addEventListener('pointermove', onMove)
    addEventListener('pointerup', onUp)
    addEventListener('pointercancel', onCancel)
    addEventListener('keydown', onKeyDown, true)
    document.addEventListener('touchmove', holdStill, { passive: false })
  }
  // A long press would open the menu of the link.
  const onContextMenu = (event: Event) => (timer && ghost ? event.preventDefault() : undefined)

  root.addEventListener('pointerdown', onDown)
  root.addEventListener('contextmenu', onContextMenu)
  onCleanup(() => {
    end(false)
    root.removeEventListener('pointerdown', onDown)
    root.removeEventListener('contextmenu', onContextMenu)
  })
}
