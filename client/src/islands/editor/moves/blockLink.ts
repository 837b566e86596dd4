import type { Editor } from '@tiptap/core'
import type { Slice } from '@tiptap/pm/model'
import { type Node as DocumentNode, Fragment, Slice as NewSlice } from '@tiptap/pm/model'
import type { EditorView } from '@tiptap/pm/view'
import { isCalm } from '../scroll.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** What a link calls the block at a place; a name is given to it if it has none. Null when it cannot have one, or may not be given one. */
export function anchorOf(editor: Editor, position: number): string | null {
  const block = editor.state.doc.nodeAt(position)
  if (!block || !('anchor' in block.attrs)) return null
  if (block.attrs.anchor) return String(block.attrs.anchor)
  if (!editor.isEditable) return null
  const anchor = [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => letters[byte % letters.length]).join('')
  // Nothing that undo should take back: somebody may have the link by then.
  editor.view.dispatch(editor.state.tr.setNodeAttribute(position, 'anchor', anchor).setMeta('addToHistory', false))
  return anchor
}

/** Whether there can be a link to a block. */
export const isLinkable = (editor: Editor, block: DocumentNode): boolean =>
  'anchor' in block.attrs && (editor.isEditable || Boolean(block.attrs.anchor))

/** Scrolls to a block and marks it for a moment. */
export function goToBlock(editor: Editor, anchor: string): boolean {
  const position = placeOf(editor.state.doc, anchor)
  const element = position === null ? null : editor.view.nodeDOM(position)
  if (!(element instanceof HTMLElement)) return false
  for (let fold = element.closest<HTMLElement>('.toggle:not(.is-open)'); fold; fold = next(fold))
    if (fold !== element) fold.querySelector<HTMLElement>(':scope > .toggle-button')?.click()
  element.scrollIntoView({ block: 'center', behavior: isCalm() ? 'instant' : 'smooth' })
  // An animation is nothing that the editor could take for an edit.
  const colour = getComputedStyle(element).getPropertyValue('--accent-soft')
  element.animate([{ backgroundColor: colour }, { backgroundColor: colour, offset: 0.6 }, { backgroundColor: 'transparent' }], 4000)
  return true
}

const next = (fold: HTMLElement) => fold.parentElement?.closest<HTMLElement>('.toggle:not(.is-open)') ?? null

function placeOf(doc: DocumentNode, anchor: string): number | null {
  let found: number | null = null
  doc.descendants((node, position) => {
    if (found === null && node.attrs.anchor === anchor) found = position
    return found === null && !node.isTextblock
  })
  return found
}

/** What is pasted is a copy, unless the block that had the name is gone: then it was cut. */
export function withoutTaken(slice: Slice, view: EditorView): Slice {
  const clean = (content: Fragment): Fragment =>
    Fragment.from(
      content.content.map((node) => {
        const inside = node.isTextblock ? node : node.copy(clean(node.content))
        const { anchor } = node.attrs
        return anchor && placeOf(view.state.doc, anchor) !== null
          ? node.type.create({ ...node.attrs, anchor: null }, inside.content, node.marks)
          : inside
      }),
    )
  return new NewSlice(clean(slice.content), slice.openStart, slice.openEnd)
}

/** Blocks as a copy has them. */
export function withoutAnchors(content: Fragment): Fragment {
  return Fragment.from(
    content.content.map((node) => {
      if (node.isText) return node
      const attrs = node.attrs.anchor ? { ...node.attrs, anchor: null } : node.attrs
      return node.type.create(attrs, withoutAnchors(node.content), node.marks)
    }),
  )
}
