import type { Editor } from '@tiptap/core'
import type { Outline, OutlineHeading } from '../contract.ts'
import { isLinkable } from './moves/blockLink.ts'
import { isCalm, scrollerOf } from './scroll.ts'

interface PlacedHeading extends OutlineHeading {
  position: number
}

/** A heading counts as read when its top has come this near to the top of the view. */
const readingLinePixels = 48

/** The headings of a document in their order, also those inside quotes and folds. */
export function headingsOf(editor: Editor): PlacedHeading[] {
  const found: PlacedHeading[] = []
  editor.state.doc.descendants((node, position) => {
    if (node.type.name === 'heading')
      found.push({ level: Number(node.attrs.level), text: node.textContent.trim(), linkable: isLinkable(editor, node), position })
    return !node.isTextblock
  })
  return found
}

/** Tells the headings and which one is being read, now and after every change of either.
 *  @returns the way to stop */
export function watchOutline(
  editor: Editor,
  hasLinks: boolean,
  afterPause: (run: () => void) => () => void,
  tell: (outline: Outline) => void,
): () => void {
  let headings: PlacedHeading[] = []
  let told = ''
  let frame = 0
  const scroller = scrollerOf(editor.view.dom)

  const show = () => {
    const current = currentOf(editor, scroller, headings)
    const shown = headings.map(({ level, text, linkable }) => ({ level, text, linkable: linkable && hasLinks }))
    const now = JSON.stringify([current, shown])
    if (now === told) return
    told = now
    tell({ headings: shown, current })
  }
  const read = () => {
    headings = headingsOf(editor)
    show()
  }
  const onScroll = () => {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(show)
  }
  const stopReading = afterPause(read)
  scroller.addEventListener('scroll', onScroll, { passive: true })
  read()
  return () => {
    stopReading()
    cancelAnimationFrame(frame)
    scroller.removeEventListener('scroll', onScroll)
  }
}

/** The last heading above the reading line; at the end of the page the last one that is visible. */
function currentOf(editor: Editor, scroller: HTMLElement, headings: PlacedHeading[]): number {
  const frame = scroller.getBoundingClientRect()
  const atEnd = scroller.scrollTop > 0 && scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2
  const line = atEnd ? frame.bottom : frame.top + readingLinePixels
  let low = 0
  let high = headings.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (topOf(editor, headings[middle]) <= line) low = middle + 1
    else high = middle
  }
  return low - 1
}

function topOf(editor: Editor, heading: PlacedHeading | undefined): number {
  const element = heading && editor.view.nodeDOM(heading.position)
  // What is not drawn, in a closed fold say, has no place: what follows it decides.
  return element instanceof HTMLElement ? element.getBoundingClientRect().top : Number.NEGATIVE_INFINITY
}

/** Brings a heading to the top of the view, and the caret into it if asked. */
export function goToHeading(editor: Editor, index: number, focus: boolean): void {
  const heading = headingsOf(editor)[index]
  const element = heading && editor.view.nodeDOM(heading.position)
  if (!heading || !(element instanceof HTMLElement)) return
  if (focus)
    editor
      .chain()
      .setTextSelection(heading.position + 1)
      .focus(null, { scrollIntoView: false })
      .run()
  element.scrollIntoView({ block: 'start', behavior: isCalm() ? 'instant' : 'smooth' })
}
