import { type CommandProps, Mark } from '@tiptap/core'
import { Highlight as TiptapHighlight } from '@tiptap/extension-highlight'
import { Link as TiptapLink } from '@tiptap/extension-link'
import { safeAddress } from './addresses.ts'
import type { Colour } from './palette.ts'

/** Links know an address and a title: what others put into target, rel or class of a shared document is not rendered. */
export const Link = TiptapLink.extend({
  addAttributes() {
    return {
      href: { default: null, parseHTML: (element: HTMLElement) => element.getAttribute('href') },
      title: { default: null },
    }
  },
  renderHTML({ HTMLAttributes: { href, title } }) {
    const address = safeAddress(String(href ?? ''))
    if (!address) return ['span', { class: 'unsafe-link' }, 0]
    return ['a', { href: address, ...(title ? { title: String(title) } : {}), rel: 'noopener noreferrer nofollow', target: '_blank' }, 0]
  },
}).configure({
  openOnClick: false,
  defaultProtocol: 'https',
  markdownLinks: true,
  isAllowedUri: (address) => safeAddress(address) !== null,
})

/** Without a colour it is the marker's own yellow. */
export const Highlight = TiptapHighlight.extend({
  addAttributes() {
    return { color: colour('data-highlight') }
  },
  renderHTML({ HTMLAttributes }) {
    return ['mark', HTMLAttributes, 0]
  },
})

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    textStyle: {
      setTextColour(colour: Colour): ReturnType
      unsetTextColour(): ReturnType
    }
  }
}

/** The colour of text. */
export const TextStyle = Mark.create({
  name: 'textStyle',
  addAttributes() {
    return { color: colour('data-colour') }
  },
  parseHTML: () => [{ tag: 'span[data-colour]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes, 0],
  addCommands() {
    return {
      setTextColour:
        (color) =>
        ({ commands }: CommandProps) =>
          commands.setMark(this.name, { color }),
      unsetTextColour:
        () =>
        ({ commands }: CommandProps) =>
          commands.unsetMark(this.name),
    }
  },
})

const colour = (attribute: string) => ({
  default: null,
  parseHTML: (element: HTMLElement) => element.getAttribute(attribute),
  renderHTML: ({ color }: Record<string, unknown>) => (color ? { [attribute]: color } : {}),
})
