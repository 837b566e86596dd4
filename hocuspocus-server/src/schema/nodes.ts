import { Extension, Node } from '@tiptap/core'
import { CodeBlock as TiptapCodeBlock } from '@tiptap/extension-code-block'
import {
  Details as TiptapDetails,
  DetailsContent as TiptapDetailsContent,
  DetailsSummary as TiptapDetailsSummary,
} from '@tiptap/extension-details'
import { TaskList, TaskItem as TiptapTaskItem } from '@tiptap/extension-list'
import { TableCell, TableHeader, TableRow, Table as TiptapTable } from '@tiptap/extension-table'
import { isStoredImage } from './addresses.ts'
import { data } from './mention.ts'
import type { CalloutKind } from './palette.ts'

export const CodeBlock = TiptapCodeBlock.configure({ enableTabIndentation: true, tabSize: 2 })

export const TaskItem = TiptapTaskItem.configure({ nested: true })

/** A block that opens and closes. Whether it is open is nobody's business but the reader's: it is not stored. */
export const Details = TiptapDetails.configure({ persist: false })

export const DetailsContent = TiptapDetailsContent

export const DetailsSummary = TiptapDetailsSummary.extend({ content: 'inline*' })

export const Table = TiptapTable.configure({ resizable: true, cellMinWidth: 48, allowTableNodeSelection: true })

/** A picture in the document's bucket. `width` is a part of the column, so that it fits every screen. */
export const Image = Node.create({
  name: 'image',
  group: 'block',
  draggable: true,
  addAttributes() {
    return {
      // Drawn as `data-src`: with `src` the browser would ask for it at once, and without the token.
      src: {
        default: null,
        parseHTML: (element) => addressOf(element),
        renderHTML: ({ src }) => ({ 'data-src': src }),
      },
      alt: { default: null },
      title: { default: null },
      width: { default: null, parseHTML: number('data-width'), renderHTML: ({ width }) => (width ? { 'data-width': width } : {}) },
      align: data('align'),
    }
  },
  parseHTML: () => [{ tag: 'img', getAttrs: (element) => (isStoredImage(addressOf(element)) ? null : false) }],
  renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
})

const addressOf = (element: HTMLElement) => element.getAttribute('data-src') ?? element.getAttribute('src')

/** Any file of the document's bucket. Sound and video play in place. */
export const File = Node.create({
  name: 'file',
  group: 'block',
  atom: true,
  draggable: true,
  addAttributes() {
    return {
      src: data('src'),
      name: { ...data('name'), default: '' },
      size: { default: 0, parseHTML: number('data-size'), renderHTML: ({ size }) => ({ 'data-size': size }) },
      mime: data('mime'),
    }
  },
  parseHTML: () => [{ tag: 'div[data-type="file"]' }],
  renderHTML: ({ node, HTMLAttributes }) => ['div', { ...HTMLAttributes, 'data-type': 'file' }, String(node.attrs.name)],
  renderText: ({ node }) => String(node.attrs.name),
})

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    callout: {
      /** Puts the selected blocks into a callout, or takes them out of it when it is of this kind already. */
      toggleCallout(kind: CalloutKind): ReturnType
    }
  }
}

/** Something that must not be overlooked. */
export const Callout = Node.create({
  name: 'callout',
  group: 'block',
  content: 'block+',
  defining: true,
  addAttributes() {
    return { kind: { ...data('kind'), default: 'info' } }
  },
  parseHTML: () => [{ tag: 'div[data-type="callout"]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', { ...HTMLAttributes, 'data-type': 'callout' }, 0],
  addCommands() {
    return {
      toggleCallout:
        (kind) =>
        ({ editor, commands }) => {
          if (editor.isActive(this.name, { kind })) return commands.lift(this.name)
          return editor.isActive(this.name) ? commands.updateAttributes(this.name, { kind }) : commands.wrapIn(this.name, { kind })
        },
    }
  },
})

const math = (name: 'inlineMath' | 'blockMath', tag: 'span' | 'div') =>
  Node.create({
    name,
    group: name === 'inlineMath' ? 'inline' : 'block',
    inline: name === 'inlineMath',
    atom: true,
    addAttributes: () => ({ latex: { ...data('latex'), default: '' } }),
    parseHTML: () => [{ tag: `${tag}[data-type="${name}"]` }],
    renderHTML: ({ node, HTMLAttributes }) => [tag, { ...HTMLAttributes, 'data-type': name }, String(node.attrs.latex)],
    renderText: ({ node }) => String(node.attrs.latex),
  })

/** A formula in LaTeX, between words. */
export const InlineMath = math('inlineMath', 'span')
/** A formula in LaTeX, on its own. */
export const BlockMath = math('blockMath', 'div')

/** Where the lines of paragraphs and headings stand; null is where the writing direction has them. */
export const TextAlign = Extension.create({
  name: 'textAlign',
  addGlobalAttributes: () => [
    {
      types: ['paragraph', 'heading'],
      attributes: {
        textAlign: {
          default: null,
          parseHTML: (element) => element.getAttribute('data-align') ?? (element.style?.textAlign || null),
          renderHTML: ({ textAlign }) => (textAlign ? { 'data-align': textAlign } : {}),
        },
      },
    },
  ],
})

/** The blocks to which a link can lead. */
const anchored = [
  'paragraph',
  'heading',
  'blockquote',
  'listItem',
  'taskItem',
  'codeBlock',
  'horizontalRule',
  'table',
  'callout',
  'details',
  'image',
  'file',
  'blockMath',
]

/** What a link to a block names it by. It is made when somebody first asks for the link: most blocks never have one. The new half of a
 *  block that is split has none, nor has a copy. */
export const Anchor = Extension.create({
  name: 'anchor',
  addGlobalAttributes: () => [{ types: anchored, attributes: { anchor: { ...data('anchor'), keepOnSplit: false } } }],
})

/** Every block beside those that Tiptap's starter kit has. */
export const blocks = [
  CodeBlock,
  TaskList,
  TaskItem,
  Image,
  Table,
  TableRow,
  TableHeader,
  TableCell,
  Callout,
  Details,
  DetailsSummary,
  DetailsContent,
  BlockMath,
  File,
]

function number(attribute: string) {
  return (element: HTMLElement) => {
    const text = element.getAttribute(attribute)
    return text === null ? null : Number(text)
  }
}
