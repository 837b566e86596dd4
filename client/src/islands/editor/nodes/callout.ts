import { InputRule, wrappingInputRule } from '@tiptap/core'
import type { NodeType } from '@tiptap/pm/model'
import { findWrapping } from '@tiptap/pm/transform'
import { Callout } from '../../../../../hocuspocus-server/src/schema/nodes.ts'
import { type CalloutKind, calloutKinds } from '../../../../../hocuspocus-server/src/schema/palette.ts'
import type { EditorText } from '../../contract.ts'
import { make, makeButton } from '../dom.ts'
import { iconElement } from '../icons.tsx'
import { openMenu } from '../menu.ts'

/** What GitHub and others call the four kinds. */
const names: Record<string, CalloutKind> = {
  note: 'info',
  info: 'info',
  important: 'info',
  tip: 'success',
  success: 'success',
  warning: 'warning',
  caution: 'danger',
  danger: 'danger',
}
const anyName = Object.keys(names).join('|')

/** A box with an icon; a press on the icon changes the kind. `:::warning ` makes one, and `[!WARNING] ` inside a quote does. */
export function calloutView(options: { text: EditorText; container: HTMLElement }) {
  const { text, container } = options
  return Callout.extend({
    addInputRules() {
      return [
        wrappingInputRule({
          find: new RegExp(`^:::(${anyName})?\\s$`, 'i'),
          type: this.type,
          getAttributes: ([, name]) => ({ kind: kindOf(name) }),
        }),
        alertRule(this.type),
      ]
    },
    addNodeView() {
      return ({ node, editor, getPos }) => {
        let shown = node
        const content = make('div', { className: 'callout-content' })
        const button = makeButton('', { className: 'callout-kind' }, () => {
          if (!editor.isEditable) return
          openMenu({
            container,
            anchor: button,
            label: button.title,
            sections: [
              {
                label: button.title,
                items: calloutKinds.map((kind) => ({
                  label: text[kind],
                  icon: kind,
                  checked: kind === shown.attrs.kind,
                  run: () => setKind(kind),
                })),
              },
            ],
            onClose: () => editor.commands.focus(),
          })
        })
        button.contentEditable = 'false'
        const dom = make('div', { className: 'callout' }, button, content)
        const setKind = (kind: CalloutKind) => {
          const position = getPos()
          if (position !== undefined) editor.view.dispatch(editor.state.tr.setNodeAttribute(position, 'kind', kind))
        }
        const show = () => {
          const kind = shown.attrs.kind as CalloutKind
          dom.dataset.kind = kind
          button.ariaLabel = button.title = text.calloutKind(text[kind])
          button.replaceChildren(iconElement(kind))
        }
        show()
        return {
          dom,
          contentDOM: content,
          update(next) {
            if (next.type !== shown.type) return false
            shown = next
            show()
            return true
          },
          stopEvent: (event) => button.contains(event.target as Node),
          ignoreMutation: (mutation) => !content.contains(mutation.target),
        }
      }
    },
  })
}

const kindOf = (name: string | undefined): CalloutKind => names[name?.toLowerCase() ?? ''] ?? 'info'

/** `> [!NOTE] ` becomes a callout, as on GitHub. */
function alertRule(type: NodeType) {
  return new InputRule({
    find: new RegExp(`^\\[!(${anyName})\\]\\s$`, 'i'),
    handler({ state, range, match }) {
      const { tr } = state
      tr.delete(range.from, range.to)
      const $from = tr.doc.resolve(range.from)
      const quote = $from.node(-1)
      const attributes = { kind: kindOf(match[1]) }
      if (quote.type.name === 'blockquote' && $from.index(-1) === 0) {
        tr.setNodeMarkup($from.before(-1), type, attributes)
        return
      }
      const blocks = $from.blockRange()
      const wrapping = blocks && findWrapping(blocks, type, attributes)
      if (!wrapping) return null
      tr.wrap(blocks, wrapping)
    },
  })
}
