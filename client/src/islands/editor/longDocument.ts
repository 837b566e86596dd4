import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { scrollerOf } from './scroll.ts'

/** From so many blocks on, those out of sight are not laid out (editor.css). Below it that would cost more than it saves. */
const manyBlocks = 250
/** While somebody types, so many blocks before and after his are looked after as always. */
const nearBlocks = 120
/** What is far away is put aside so long after the first letter, and comes back when none followed for so long. */
const startMs = 150
const restMs = 1500

/** Keeps a long document quick: the browser need not lay out and paint what nobody sees. */
export const LongDocument = Extension.create({
  name: 'longDocument',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: { attributes: (state): Record<string, string> => (state.doc.childCount > manyBlocks ? { class: 'long-text' } : {}) },
      view: restingFar,
    }),
  ],
})

/** At each letter the browser asks of every block whether it has come into sight: with thousands of them that is most of what the letter
 *  costs. So those far from the caret are put aside while somebody types, and come back, for screen readers and the browser's own search
 *  too, as soon as he pauses or goes elsewhere. Told by the numbers of blocks in a style sheet: the editor takes a change of an
 *  element for an edit. */
function restingFar(view: EditorView) {
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets.push(sheet)
  const scroller = scrollerOf(view.dom)
  let near: { first: number; last: number; top: number } | null = null
  let rest: ReturnType<typeof setTimeout> | undefined
  let start: ReturnType<typeof setTimeout> | undefined

  const comeBack = () => {
    clearTimeout(rest)
    clearTimeout(start)
    start = undefined
    if (!near) return
    near = null
    sheet.replaceSync('')
  }
  const putAside = () => {
    start = undefined
    const at = view.state.selection.$head.index(0)
    if (near || view.isDestroyed || !isInSight(view, at, scroller)) return
    near = { first: at - nearBlocks, last: at + nearBlocks, top: scroller.scrollTop }
    const far = [`:nth-child(-n + ${Math.max(0, near.first)})`, `:nth-child(n + ${near.last})`]
    sheet.replaceSync(`.long-text > :is(${far.join()}) { content-visibility: hidden; }`)
  }
  const onScroll = () => {
    // Whoever types at the foot of the window moves it line by line.
    if (near && Math.abs(scroller.scrollTop - near.top) > scroller.clientHeight) comeBack()
  }
  scroller.addEventListener('scroll', onScroll, { passive: true })
  return {
    update(_: EditorView, before: { doc: unknown }) {
      const { doc, selection } = view.state
      const at = selection.$head.index(0)
      if (near && (at < near.first + nearBlocks / 2 || at > near.last - nearBlocks / 2)) comeBack()
      if (before.doc === doc || doc.childCount <= manyBlocks || !view.hasFocus()) return
      clearTimeout(rest)
      rest = setTimeout(comeBack, restMs)
      if (!near) start ??= setTimeout(putAside, startMs)
    },
    destroy() {
      comeBack()
      scroller.removeEventListener('scroll', onScroll)
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet)
    },
  }
}

function isInSight(view: EditorView, index: number, scroller: HTMLElement): boolean {
  const block = view.dom.children[index]?.getBoundingClientRect()
  const frame = scroller.getBoundingClientRect()
  return block !== undefined && block.bottom > frame.top && block.top < frame.bottom
}
