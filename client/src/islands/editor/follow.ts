import type { Editor } from '@tiptap/core'
import { type Caret, caretsKey } from './carets.ts'
import { isCalm, scrollerOf } from './scroll.ts'

/** As near to an edge as a caret may come before the view goes after it. */
const marginPixels = 80

/** Keeps the view where somebody else is. Ends by itself when this person scrolls, types or presses Escape, or when the other leaves.
 *  @returns the way to stop */
export function follow(editor: Editor, personId: string, onEnd: () => void): () => void {
  const scroller = scrollerOf(editor.view.dom)
  const listening = new AbortController()
  const { signal } = listening
  let seen: Caret | undefined

  const stop = () => {
    listening.abort()
    editor.off('transaction', look)
  }
  const end = () => {
    stop()
    onEnd()
  }
  const look = () => {
    const carets = caretsKey.getState(editor.state)?.carets.filter(({ person }) => person.id === personId) ?? []
    // Of two tabs the one counts in which he writes.
    const caret = carets.find(({ head }) => head !== null) ?? carets[0]
    if (!caret) return end()
    const moved = caret.head !== seen?.head
    const scrolled = caret.top !== seen?.top
    seen = caret
    if (caret.head !== null && moved) scrollBy(scroller, wayToCaret(editor, scroller, caret.head))
    else if (caret.top !== null && scrolled) scrollBy(scroller, wayToBlock(editor, scroller, caret.top))
  }
  scroller.addEventListener('wheel', end, { passive: true, signal })
  scroller.addEventListener('touchmove', end, { passive: true, signal })
  // On the bar itself.
  scroller.addEventListener('pointerdown', (event) => event.target === scroller && end(), { signal })
  const onKeyDown = (event: KeyboardEvent) => {
    const inText = event.target instanceof Node && editor.view.dom.contains(event.target)
    if (event.key === 'Escape' || (inText && !['Control', 'Shift', 'Alt', 'Meta'].includes(event.key))) end()
  }
  addEventListener('keydown', onKeyDown, { capture: true, signal })
  editor.on('transaction', look)
  look()
  return stop
}

function wayToCaret(editor: Editor, scroller: HTMLElement, head: number): number {
  const frame = scroller.getBoundingClientRect()
  const caret = editor.view.coordsAtPos(head)
  const margin = Math.min(marginPixels, frame.height / 4)
  const isInView = caret.top >= frame.top + margin && caret.bottom <= frame.bottom - margin
  return isInView ? 0 : caret.top - frame.top - frame.height / 3
}

function wayToBlock(editor: Editor, scroller: HTMLElement, top: number): number {
  const { node } = editor.view.domAtPos(top)
  const element = node instanceof Element ? node : node.parentElement
  return (element?.getBoundingClientRect().top ?? 0) - scroller.getBoundingClientRect().top
}

function scrollBy(scroller: HTMLElement, top: number) {
  if (Math.abs(top) > 1) scroller.scrollBy({ top, behavior: isCalm() ? 'instant' : 'smooth' })
}
