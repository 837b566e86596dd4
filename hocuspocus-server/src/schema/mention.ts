import { Node } from '@tiptap/core'
import type { MessageMentionKind } from './palette.ts'

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    mention: {
      insertMention(mention: { kind: MessageMentionKind; id: string | null; label: string | null }): ReturnType
    }
  }
}

/** Somebody, a page or a day; in a message also a group, everybody who is here, and all. A person's name is stored for those who only have the text; a page's title is not, since not everybody who
 *  reads this document may know it. The id of a day is its date, as in 2026-12-01. */
export const Mention = Node.create({
  name: 'mention',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes() {
    return { kind: { ...data('kind'), default: 'person' }, id: data('id'), label: data('label') }
  },
  parseHTML: () => [{ tag: 'span[data-type="mention"]' }],
  renderHTML: ({ node, HTMLAttributes }) => ['span', { ...HTMLAttributes, 'data-type': 'mention' }, mentionText(node.attrs)],
  renderText: ({ node }) => mentionText(node.attrs),
  addCommands() {
    return {
      insertMention:
        (attributes) =>
        ({ commands }) =>
          commands.insertContent([
            { type: this.name, attrs: attributes },
            { type: 'text', text: ' ' },
          ]),
    }
  },
})

/** A mention for those who only have the text. */
export function mentionText({ kind, id, label }: Record<string, unknown>): string {
  if (kind === 'date') return String(id ?? '')
  if (kind === 'here' || kind === 'all') return `@${kind}`
  return (kind === 'person' || kind === 'group') && label ? `@${label}` : ''
}

/** An attribute that is stored in `data-…`. */
export function data(name: string) {
  return {
    default: null,
    parseHTML: (element: HTMLElement) => element.getAttribute(`data-${name}`),
    renderHTML: (attributes: Record<string, unknown>) => (attributes[name] === null ? {} : { [`data-${name}`]: attributes[name] }),
  }
}
