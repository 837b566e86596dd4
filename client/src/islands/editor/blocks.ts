import type { Editor } from '@tiptap/core'
import type { EditorText } from '../contract.ts'

type BlockName =
  | 'paragraph'
  | 'heading1'
  | 'heading2'
  | 'heading3'
  | 'bulletList'
  | 'orderedList'
  | 'taskList'
  | 'quote'
  | 'codeBlock'
  | 'divider'

/** A kind of block that the `/` menu and the formatting bar offer. */
export interface Block {
  name: BlockName
  /** What can be typed at the start of a line instead. */
  shortcut: string
  /** Other words under which people look for it. */
  words: string
  isActive(editor: Editor): boolean
  apply(editor: Editor): void
}

export const blocks: Block[] = [
  {
    name: 'paragraph',
    shortcut: '',
    words: 'text normal',
    isActive: (editor) => editor.isActive('paragraph'),
    apply: (editor) => editor.chain().focus().clearNodes().run(),
  },
  heading(1, 'title big'),
  heading(2, 'subtitle'),
  heading(3, 'small'),
  {
    name: 'bulletList',
    shortcut: '-',
    words: 'points unordered ul',
    isActive: (editor) => editor.isActive('bulletList'),
    apply: (editor) => editor.chain().focus().toggleBulletList().run(),
  },
  {
    name: 'orderedList',
    shortcut: '1.',
    words: 'numbers numbered ol',
    isActive: (editor) => editor.isActive('orderedList'),
    apply: (editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  {
    name: 'taskList',
    shortcut: '[ ]',
    words: 'todo checkbox check',
    isActive: (editor) => editor.isActive('taskList'),
    apply: (editor) => editor.chain().focus().toggleTaskList().run(),
  },
  {
    name: 'quote',
    shortcut: '>',
    words: 'blockquote citation',
    isActive: (editor) => editor.isActive('blockquote'),
    apply: (editor) => editor.chain().focus().toggleBlockquote().run(),
  },
  {
    name: 'codeBlock',
    shortcut: '```',
    words: 'program source pre',
    isActive: (editor) => editor.isActive('codeBlock'),
    apply: (editor) => editor.chain().focus().toggleCodeBlock().run(),
  },
  {
    name: 'divider',
    shortcut: '---',
    words: 'line rule hr',
    isActive: () => false,
    apply: (editor) => editor.chain().focus().setHorizontalRule().run(),
  },
]

function heading(level: 1 | 2 | 3, words: string): Block {
  return {
    name: `heading${level}`,
    shortcut: '#'.repeat(level),
    words: `h${level} ${words}`,
    isActive: (editor) => editor.isActive('heading', { level }),
    apply: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
  }
}

export type Offer = { name: BlockName | 'image'; label: string; shortcut: string; apply(editor: Editor): void }

/** What fits a query, best first: a word that begins with it stands before one that contains it. */
export function offersFor(query: string, offers: (Offer & { words: string })[]): Offer[] {
  const wanted = query.trim().toLowerCase()
  if (!wanted) return offers
  return offers
    .map((offer) => ({ offer, rank: rankOf(`${offer.label} ${offer.words}`.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank < 2)
    .sort((left, right) => left.rank - right.rank)
    .map(({ offer }) => offer)
}

function rankOf(haystack: string, wanted: string): number {
  if (haystack.split(' ').some((word) => word.startsWith(wanted)) || haystack.startsWith(wanted)) return 0
  return haystack.includes(wanted) ? 1 : 2
}

export const offersOf = (text: EditorText): (Offer & { words: string })[] =>
  blocks.map((block) => ({ name: block.name, label: text[block.name], shortcut: block.shortcut, words: block.words, apply: block.apply }))
