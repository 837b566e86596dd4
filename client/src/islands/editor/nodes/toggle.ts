import { type Editor, InputRule, type KeyboardShortcutCommand } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import { Details, DetailsContent } from '../../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorText } from '../../contract.ts'
import { make, makeButton } from '../dom.ts'
import { iconElement } from '../icons.tsx'

/** A block that opens and closes, for each reader alone. One that was just made here is open. `+++ ` makes one. */
export function toggleView(text: EditorText) {
  return Details.extend({
    addInputRules() {
      const { type } = this
      return [
        new InputRule({
          find: /^\+\+\+\s$/,
          handler({ state, range }) {
            const { schema, tr } = state
            const $from = state.doc.resolve(range.from)
            if (!$from.node(-1).canReplaceWith($from.index(-1), $from.indexAfter(-1), type)) return null
            const content = schema.nodes.detailsContent?.createAndFill()
            const summary = schema.nodes.detailsSummary?.create()
            if (!content || !summary) return null
            tr.replaceWith($from.before(), $from.after(), type.create(null, [summary, content]))
            tr.setSelection(TextSelection.create(tr.doc, $from.before() + 2))
          },
        }),
      ]
    },
    addKeyboardShortcuts() {
      const shortcuts = this.parent?.() ?? {}
      const enter: KeyboardShortcutCommand = (props) => enterContent(props.editor) || (shortcuts.Enter?.(props) ?? false)
      return { ...shortcuts, Enter: enter }
    },
    addNodeView() {
      return ({ node, editor, getPos }) => {
        const content = make('div', { className: 'toggle-content' })
        const button = makeButton('', { className: 'toggle-button', icon: iconElement('right') }, () => {
          open(!dom.classList.contains('is-open'))
          closeSelection()
        })
        button.contentEditable = 'false'
        const dom = make('div', { className: 'toggle' }, button, content)
        dom.style.setProperty('--placeholder', JSON.stringify(text.togglePlaceholder))
        const open = (now: boolean) => {
          dom.classList.toggle('is-open', now)
          button.ariaExpanded = String(now)
          button.ariaLabel = button.title = now ? text.toggleClose : text.toggleOpen
        }
        /** A caret in what was just hidden goes to the summary. */
        const closeSelection = () => {
          const position = getPos()
          if (position === undefined || dom.classList.contains('is-open') || !editor.isEditable) return
          const { state } = editor
          const summary = state.doc.nodeAt(position + 1)
          const hidden = position + 1 + (summary?.nodeSize ?? 0)
          const end = position + (state.doc.nodeAt(position)?.nodeSize ?? 0)
          const { from, to } = state.selection
          if (to <= hidden || from >= end) return
          editor.view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, hidden - 1)))
        }
        // Empty means that it was just made: what follows is to write in it.
        open(node.textContent === '' && editor.isEditable)
        return {
          dom,
          contentDOM: content,
          update: (next) => next.type === node.type,
          stopEvent: (event) => button.contains(event.target as Node),
          ignoreMutation: (mutation) => mutation.type !== 'selection' && !content.contains(mutation.target),
        }
      }
    },
  })
}

/** From the summary of an open toggle the caret goes on to its first line, if that is empty. */
function enterContent(editor: Editor): boolean {
  const { $head, empty } = editor.state.selection
  if (!empty || $head.parent.type.name !== 'detailsSummary' || $head.parentOffset < $head.parent.content.size) return false
  const content = editor.state.doc.nodeAt($head.after())
  const dom = editor.view.nodeDOM($head.after())
  const isOpen = dom instanceof HTMLElement && dom.offsetParent !== null
  if (!isOpen || !content?.firstChild?.isTextblock || content.firstChild.content.size > 0) return false
  return editor.commands.setTextSelection($head.after() + 2)
}

/** The part that is hidden while the toggle is closed; editor.css hides it. */
export const toggleContentView = DetailsContent.extend({ addNodeView: () => null })
