import { autoUpdate, computePosition, flip, offset, type Placement, shift, type VirtualElement } from '@floating-ui/dom'

interface PopoverOptions {
  /** Lies inside the island, so that the popover works above a dialog too. */
  container: HTMLElement
  anchor: Element | VirtualElement
  element: HTMLElement
  placement?: Placement
  onClose?(): void
}

/** Shows an element beside another until somebody presses Escape or elsewhere.
 *  @returns the way to close it */
export function openPopover({ container, anchor, element, placement = 'bottom-start', onClose }: PopoverOptions): () => void {
  element.classList.add('floating')
  container.append(element)
  const place = async () => {
    const { x, y } = await computePosition(anchor, element, {
      placement,
      strategy: 'fixed',
      middleware: [offset(6), flip({ padding: 8 }), shift({ padding: 8 })],
    })
    Object.assign(element.style, { insetInlineStart: 'auto', left: `${x}px`, top: `${y}px` })
  }
  const stopPlacing = autoUpdate(anchor, element, () => void place())
  const listening = new AbortController()
  let open = true
  const close = () => {
    if (!open) return
    open = false
    listening.abort()
    stopPlacing()
    element.remove()
    onClose?.()
  }
  const press = (event: Event) => {
    const target = event.target as Node
    if (!element.contains(target) && !(anchor instanceof Element && anchor.contains(target))) close()
  }
  window.addEventListener('pointerdown', press, { capture: true, signal: listening.signal })
  element.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      // A panel or dialog around the text closes by the same key.
      event.stopPropagation()
      close()
    },
    { signal: listening.signal },
  )
  return close
}
