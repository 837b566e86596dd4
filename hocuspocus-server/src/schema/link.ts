import { type Editor, InputRule, Mark, markPasteRule } from '@tiptap/core'
import type { MarkType } from '@tiptap/pm/model'
import { Plugin, type Transaction } from '@tiptap/pm/state'
import { safeAddress } from './addresses.ts'

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    link: {
      setLink(attributes: { href: string; title?: string }): ReturnType
      unsetLink(): ReturnType
    }
  }
}

/** Addresses that people mean as links when they just type them: with a scheme or www, of a mailbox, or of a common kind of site. */
const written =
  /(?:https?:\/\/|www\.)[^\s<>"]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[a-z\d-]+\.)+(?:com|org|net|edu|gov|io|dev|app|info|eu|uk|de|fr|es|it|nl|be|ch|at|se|no|dk|fi|pl|pt|ie|us|ca|au|nz|jp|cn|in|br|mx|za|ai|co|me)(?:[/?#][^\s<>"]*)?/i
/** What ends a sentence rather than an address. */
const closing = /[.,;:!?'")\]}]+$/

const lastWord = new RegExp(`(?:^|[\\s(])(${written.source})$`, 'i')
const anywhere = new RegExp(written.source, 'gi')

/** Links know an address and a title: what others put into target, rel or class of a shared document is not rendered. Addresses that are
 *  typed or pasted become links, and so does what stands in brackets before an address in parentheses, as in Markdown. */
export const Link = Mark.create({
  name: 'link',
  priority: 1000,
  keepOnSplit: false,
  inclusive: false,
  exitable: true,
  addAttributes() {
    return {
      href: { default: null, parseHTML: (element: HTMLElement) => element.getAttribute('href') },
      title: { default: null },
    }
  },
  parseHTML: () => [{ tag: 'a[href]', getAttrs: (element) => (safeAddress(element.getAttribute('href') ?? '') ? null : false) }],
  renderHTML({ HTMLAttributes: { href, title } }) {
    const address = safeAddress(String(href ?? ''))
    if (!address) return ['span', { class: 'unsafe-link' }, 0]
    return ['a', { href: address, ...(title ? { title: String(title) } : {}), rel: 'noopener noreferrer nofollow', target: '_blank' }, 0]
  },
  addCommands() {
    return {
      setLink:
        (attributes) =>
        ({ commands }) =>
          safeAddress(attributes.href) !== null && commands.setMark(this.name, attributes),
      unsetLink:
        () =>
        ({ commands }) =>
          commands.unsetMark(this.name, { extendEmptyMarkRange: true }),
    }
  },
  addInputRules() {
    return [markdownLink(this.type), typedAddress(this.type)]
  },
  addPasteRules() {
    const getAttributes = ([text]: RegExpMatchArray) => addressIn(text ?? '')
    return [markPasteRule({ find: anywhere, type: this.type, getAttributes })]
  },
  addKeyboardShortcuts() {
    const enter = () => {
      linkBefore(this.editor, this.type)
      return false
    }
    return { Enter: enter }
  },
  addProseMirrorPlugins() {
    return [pastedAddress(this.type)]
  },
})

const addressIn = (text: string): { href: string } | false => {
  const href = safeAddress(text.replace(closing, ''))
  return href ? { href } : false
}

/** `[words](address "title")` */
function markdownLink(type: MarkType) {
  return new InputRule({
    find: /(?<!!)\[([^[\]]+)\]\((\S+?)(?:\s+"([^"]*)")?\)$/,
    handler({ state, range, match: [, words, address, title] }) {
      const href = safeAddress(address ?? '')
      if (!href || !words) return null
      const marks = state.doc.resolve(range.from).marks()
      const link = type.create({ href, title: title ?? null })
      state.tr.replaceWith(range.from, range.to, state.schema.text(words, link.addToSet(marks))).removeStoredMark(type)
    },
  })
}

/** An address and then a space. */
function typedAddress(type: MarkType) {
  return new InputRule({
    find: new RegExp(`${lastWord.source.slice(0, -1)} $`, 'i'),
    handler({ state, range, match }) {
      const word = match[1] ?? ''
      const start = range.from + match[0].indexOf(word)
      if (!addLink(state.tr, start, word, type)) return null
      state.tr.insertText(' ', range.to).removeStoredMark(type)
    },
  })
}

/** An address and then a new line: what the key does comes after. */
function linkBefore({ state, view }: Editor, type: MarkType) {
  const { $from, empty } = state.selection
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, '\ufffc')
  const word = lastWord.exec(before)?.[1]
  const { tr } = state
  if (word && addLink(tr, $from.pos - word.length, word, type)) view.dispatch(tr)
}

/** @returns whether there was something to link */
function addLink(tr: Transaction, start: number, word: string, type: MarkType): boolean {
  const text = word.replace(closing, '')
  const attributes = addressIn(text)
  const code = tr.doc.type.schema.marks.code
  if (!attributes || tr.doc.rangeHasMark(start, start + text.length, type)) return false
  if (code && tr.doc.rangeHasMark(start, start + text.length, code)) return false
  tr.addMark(start, start + text.length, type.create(attributes))
  return true
}

/** An address that is pasted onto selected words links them. On none it is written as a link, whatever letter stands before it. */
function pastedAddress(type: MarkType): Plugin {
  return new Plugin({
    props: {
      handlePaste({ state, dispatch, editable }, event) {
        const text = event.clipboardData?.getData('text/plain').trim() ?? ''
        const { from, to, empty, $from } = state.selection
        const isAddress = /^(https?:\/\/|www\.|mailto:)\S+$/i.test(text) && !(empty && closing.test(text))
        const href = isAddress ? safeAddress(text) : null
        if (!href || !editable || !$from.parent.inlineContent || $from.parent.type.spec.code) return false
        const link = type.create({ href })
        const written = () => state.tr.insert(from, state.schema.text(text, link.addToSet($from.marks()))).scrollIntoView()
        dispatch(empty ? written() : state.tr.addMark(from, to, link))
        return true
      },
    },
  })
}
