import { type Editor, nodeInputRule } from '@tiptap/core'
import { NodeSelection } from '@tiptap/pm/state'
import type { NodeViewRendererProps } from '@tiptap/react'
import { BlockMath, InlineMath } from '../../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorText } from '../../contract.ts'
import { make } from '../dom.ts'
import { openPopover } from '../popover.ts'

interface MathOptions {
  text: EditorText
  container: HTMLElement
}

/** A formula in a line: `$a^2$` makes one. */
export function inlineMathView(options: MathOptions) {
  return InlineMath.extend({
    addInputRules() {
      // As in Pandoc: prices are no formulas, so the dollars stand close to what is between them.
      return [
        nodeInputRule({
          find: /(?:^|[\s(])(\$([^\s$](?:[^$]*[^\s$])?)\$)$/,
          type: this.type,
          getAttributes: (match) => ({ latex: match[2] }),
        }),
      ]
    },
    addNodeView: () => (props) => mathView(props, 'span', options),
    addKeyboardShortcuts() {
      const enter = () => editSelected(this.editor, this.name)
      return { Enter: enter }
    },
  })
}

/** A formula on its own: `$$ ` makes one. */
export function blockMathView(options: MathOptions) {
  return BlockMath.extend({
    addInputRules() {
      return [nodeInputRule({ find: /^\$\$[^$]+\$\$$/, type: this.type, getAttributes: ([typed]) => ({ latex: typed?.slice(2, -2) }) })]
    },
    addNodeView: () => (props) => mathView(props, 'div', options),
    addKeyboardShortcuts() {
      const space = () => startBlock(this.editor)
      const enter = () => editSelected(this.editor, this.name) || space()
      return { Enter: enter, Space: space }
    },
  })
}

/** Puts a formula at the caret and asks for it. */
export function insertMath(editor: Editor, kind: 'inlineMath' | 'blockMath') {
  const { from, to } = editor.state.selection
  const latex = editor.state.doc.textBetween(from, to, ' ')
  editor.chain().focus().insertContent({ type: kind, attrs: { latex } }).run()
  const { $from } = editor.state.selection
  let position = $from.pos - ($from.nodeBefore?.nodeSize ?? 0)
  editor.state.doc.nodesBetween(Math.max(0, $from.pos - 3), Math.min($from.pos + 1, editor.state.doc.content.size), (node, at) => {
    if (node.type.name === kind) position = at
  })
  edit(editor, position)
}

/** `$$` and then a space or a new line begins a formula. */
function startBlock(editor: Editor): boolean {
  const { $from, empty } = editor.state.selection
  if (!empty || $from.parent.type.name !== 'paragraph' || $from.parent.textContent !== '$$') return false
  const type = editor.schema.nodes.blockMath
  if (!type || !$from.node(-1).canReplaceWith($from.index(-1), $from.indexAfter(-1), type)) return false
  const position = $from.before()
  editor.view.dispatch(editor.state.tr.replaceWith(position, $from.after(), type.create()))
  edit(editor, position)
  return true
}

function editSelected(editor: Editor, name: string): boolean {
  const { selection } = editor.state
  if (!(selection instanceof NodeSelection) || selection.node.type.name !== name) return false
  edit(editor, selection.from)
  return true
}

function edit(editor: Editor, position: number) {
  const dom = editor.view.nodeDOM(position)
  dom?.dispatchEvent(new CustomEvent('edit-formula'))
}

function mathView({ node, editor, getPos }: NodeViewRendererProps, tag: 'span' | 'div', { text, container }: MathOptions) {
  let shown = node
  let close: (() => void) | undefined
  const formula = make('span', { className: 'formula-drawn' })
  const dom = make(tag, { className: `formula ${shown.isInline ? 'inline' : 'block'}`, role: 'img', contentEditable: 'false' }, formula)
  const show = () => {
    dom.ariaLabel = text.mathEdit(shown.attrs.latex)
    dom.classList.toggle('empty', !shown.attrs.latex)
    void draw(formula, shown.attrs.latex || text[shown.isInline ? 'inlineMath' : 'blockMath'], !shown.isInline, !shown.attrs.latex).then(
      (valid) => {
        dom.classList.toggle('invalid', !valid)
        dom.title = valid ? '' : text.mathInvalid
      },
    )
  }
  const openEditor = () => {
    if (!editor.isEditable || close) return
    const before = shown.attrs.latex as string
    const field = make('textarea', {
      value: before,
      rows: shown.isInline ? 1 : 3,
      ariaLabel: text.mathLatex,
      placeholder: text.mathHint,
      spellcheck: false,
      dir: 'ltr',
    })
    const preview = make('div', { className: 'formula-preview', ariaHidden: 'true' })
    const problem = make('p', { role: 'status' })
    const done = make('button', { type: 'button' }, text.mathDone)
    const refresh = async () => {
      const valid = await draw(preview, field.value, !shown.isInline, !field.value)
      problem.textContent = valid ? '' : text.mathInvalid
    }
    let keep = true
    field.addEventListener('input', () => void refresh())
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') keep = false
      if (event.key !== 'Enter' || event.shiftKey) return
      event.preventDefault()
      close?.()
    })
    done.addEventListener('click', () => close?.())
    close = openPopover({
      container,
      anchor: dom,
      element: make('div', { className: 'formula-editor', role: 'dialog', ariaLabel: text.mathLatex }, field, preview, problem, done),
      onClose() {
        close = undefined
        write(keep ? field.value.trim() : before)
        editor.commands.focus()
      },
    })
    void refresh()
    field.focus({ preventScroll: true })
  }
  const write = (latex: string) => {
    const position = getPos()
    if (position === undefined || editor.state.doc.nodeAt(position)?.type !== shown.type) return
    const { tr } = editor.state
    // A formula that says nothing is none.
    if (!latex) tr.delete(position, position + shown.nodeSize)
    else if (latex !== shown.attrs.latex) tr.setNodeAttribute(position, 'latex', latex)
    if (tr.docChanged) editor.view.dispatch(tr)
  }
  dom.addEventListener('click', openEditor)
  dom.addEventListener('edit-formula', openEditor)
  show()
  return {
    dom,
    update(next: typeof node) {
      if (next.type !== shown.type) return false
      if (next.attrs.latex !== shown.attrs.latex) {
        shown = next
        show()
      }
      shown = next
      return true
    },
    selectNode: () => dom.classList.add('selected'),
    deselectNode: () => dom.classList.remove('selected'),
    ignoreMutation: () => true,
    destroy: () => close?.(),
  }
}

/** Draws a formula, or its source as long as it cannot be drawn.
 *  @returns whether it is valid */
async function draw(element: HTMLElement, latex: string, isBlock: boolean, asText: boolean): Promise<boolean> {
  element.dataset.latex = latex
  if (asText || !element.firstChild) element.textContent = latex
  if (asText) return true
  const { render } = await import('../formula.ts')
  // Another one was asked for meanwhile.
  if (element.dataset.latex !== latex) return true
  return render(element, latex, isBlock)
}
