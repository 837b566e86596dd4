import { type Editor, Extension } from '@tiptap/core'
import { Plugin, TextSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { EditorText } from '../../contract.ts'
import type { BlockActions } from '../blocks.ts'
import { make } from '../dom.ts'
import { iconElement } from '../icons.tsx'
import { openMenu } from '../menu.ts'
import { withoutTaken } from './blockLink.ts'
import { blockSections, changeBlocks } from './blockMenu.ts'
import { type BlockRange, blockRange, moveBlocks, selectBlock } from './blockRange.ts'

interface BlockHandleOptions {
  text: EditorText
  container: HTMLElement
  actions: BlockActions
}

/** A grip beside the block under the mouse: dragging moves it, pressing opens its menu. The keyboard has both without the grip. */
export function blockHandle(options: BlockHandleOptions) {
  return Extension.create({
    name: 'blockHandle',
    addKeyboardShortcuts() {
      const { editor } = this
      const move = (direction: -1 | 1) => () => changeBlocks(editor, (state) => moveBlocks(state, direction)) || editor.isEditable
      return {
        'Alt-Shift-ArrowUp': move(-1),
        'Alt-Shift-ArrowDown': move(1),
        'Mod-/': () => {
          if (!editor.isEditable) return false
          const { left, right, top, bottom } = editor.view.coordsAtPos(editor.state.selection.head)
          openBlockMenu(editor, options, { getBoundingClientRect: () => new DOMRect(left, top, right - left, bottom - top) })
          return true
        },
      }
    },
    addProseMirrorPlugins() {
      const { editor } = this
      return [
        new Plugin({
          view: (view) => handleView(editor, view, options),
          props: { transformPasted: (slice, view) => (view.dragging?.move ? slice : withoutTaken(slice, view)) },
        }),
      ]
    },
  })
}

function openBlockMenu(editor: Editor, { text, container, actions }: BlockHandleOptions, anchor: Parameters<typeof openMenu>[0]['anchor']) {
  const sections = blockSections(editor, text, actions)
  openMenu({ container, anchor, label: text.blockMenu, sections, onClose: () => editor.view.focus() })
}

function handleView(editor: Editor, view: EditorView, options: BlockHandleOptions) {
  const grip = make('button', {
    type: 'button',
    className: 'block-grip',
    ariaLabel: options.text.blockMenu,
    title: options.text.blockGrip,
    draggable: true,
    hidden: true,
    // Everything it does has a key; as a stop for Tab it would come and go with the mouse.
    tabIndex: -1,
  })
  grip.append(iconElement('grip'))
  options.container.append(grip)
  let shown: BlockRange | null = null
  let frame = 0

  const hide = () => {
    cancelAnimationFrame(frame)
    frame = 0
    grip.hidden = true
    shown = null
  }
  const place = (range: BlockRange) => {
    const element = view.nodeDOM(range.from)
    if (!(element instanceof HTMLElement)) return hide()
    const origin = (options.container.parentElement ?? options.container).getBoundingClientRect()
    const block = element.getBoundingClientRect()
    const line = Number.parseFloat(getComputedStyle(element.querySelector('p') ?? element).lineHeight) || 24
    grip.hidden = false
    grip.style.insetBlockStart = `${block.top - origin.top + (Math.min(line, block.height) - grip.offsetHeight) / 2}px`
    shown = range
  }
  const find = (event: PointerEvent) => {
    frame = 0
    if (view.isDestroyed || !editor.isEditable || view.dragging) return hide()
    const text = view.dom.getBoundingClientRect()
    const isNear =
      event.clientX > text.left - 64 && event.clientX < text.right + 64 && event.clientY >= text.top && event.clientY <= text.bottom
    const inside = Math.min(Math.max(event.clientX, text.left + 32), text.right - 32)
    const found = isNear ? view.posAtCoords({ left: inside, top: event.clientY }) : null
    const range = found && blockRange(view.state.doc.resolve(found.inside >= 0 ? Math.max(found.pos, found.inside) : found.pos))
    if (range) place(range)
    else hide()
  }
  const around = options.container.closest<HTMLElement>('article') ?? view.dom
  const listening = new AbortController()
  const { signal } = listening
  around.addEventListener(
    'pointermove',
    (event) => {
      if (event.pointerType !== 'mouse' || grip.contains(event.target as Node) || event.buttons > 0) return
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => find(event))
    },
    { signal },
  )
  around.addEventListener('pointerleave', hide, { signal })
  view.dom.addEventListener('keydown', hide, { signal })

  const select = (): BlockRange | null => {
    const selection = shown && selectBlock(view.state, shown)
    if (!selection) return null
    // What is dropped elsewhere is deleted here by its selection.
    view.dispatch(view.state.tr.setSelection(selection))
    return shown
  }
  grip.addEventListener('click', () => {
    const range = shown
    if (!range) return
    // The caret goes into the block: what it is turned into needs words to begin with.
    view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(range.from + 1))))
    openBlockMenu(editor, options, grip)
  })
  grip.addEventListener(
    'dragstart',
    (event) => {
      const range = select()
      if (!range || !event.dataTransfer) return event.preventDefault()
      const slice = view.state.doc.slice(range.from, range.to)
      const { dom, text } = view.serializeForClipboard(slice)
      event.dataTransfer.clearData()
      event.dataTransfer.setData('text/html', dom.innerHTML)
      event.dataTransfer.setData('text/plain', text)
      event.dataTransfer.effectAllowed = 'copyMove'
      const element = view.nodeDOM(range.from)
      if (element instanceof HTMLElement) event.dataTransfer.setDragImage(element, 0, 0)
      view.dragging = { slice, move: true }
    },
    { signal },
  )
  grip.addEventListener(
    'dragend',
    () => {
      view.dragging = null
      hide()
    },
    { signal },
  )

  return {
    update(_view: EditorView, before: { doc: unknown }) {
      if (shown && before.doc !== view.state.doc) hide()
    },
    destroy() {
      listening.abort()
      cancelAnimationFrame(frame)
      grip.remove()
    },
  }
}
