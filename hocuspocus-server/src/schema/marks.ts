import { type CommandProps, Mark } from '@tiptap/core'
import { Highlight as TiptapHighlight } from '@tiptap/extension-highlight'
import type { Colour } from './palette.ts'

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
