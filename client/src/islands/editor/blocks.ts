import type { Editor } from '@tiptap/core'
import { type CalloutKind, calloutKinds } from '../../../../hocuspocus-server/src/schema/palette.ts'
import type { EditorText } from '../contract.ts'
import { today } from './dates.ts'
import type { IconName } from './icons.tsx'
import type { Choice } from './listbox.ts'

export type BlockName =
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
  | 'toggle'
  | CalloutKind
  | 'table'
  | 'image'
  | 'file'
  | 'blockMath'
  | 'inlineMath'
  | 'mention'
  | 'date'
  | 'emoji'

type Group = 'basic' | 'lists' | 'callouts' | 'media' | 'inline'

/** What blocks need beyond the editor: things that open. */
export interface BlockActions {
  chooseFiles(kind: 'image' | 'file'): void
  /** Asks for the size of a table and inserts it. */
  insertTable(editor: Editor): void
  insertMath(editor: Editor, kind: 'blockMath' | 'inlineMath'): void
  linkToBlock: ((anchor: string) => void) | null
}

/** A kind of block that the `/` menu and the formatting bar offer. */
export interface Block {
  name: BlockName
  group: Group
  icon: IconName
  /** What can be typed instead. */
  shortcut: string
  /** Other words under which people look for it. */
  words: string
  isActive(editor: Editor): boolean
  apply(editor: Editor, actions: BlockActions): void
}

const never = () => false

export const blocks: Block[] = [
  {
    name: 'paragraph',
    group: 'basic',
    icon: 'paragraph',
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
    group: 'lists',
    icon: 'bulletList',
    shortcut: '-',
    words: 'points unordered ul',
    isActive: (editor) => editor.isActive('bulletList'),
    apply: (editor) => editor.chain().focus().toggleBulletList().run(),
  },
  {
    name: 'orderedList',
    group: 'lists',
    icon: 'orderedList',
    shortcut: '1.',
    words: 'numbers numbered ol',
    isActive: (editor) => editor.isActive('orderedList'),
    apply: (editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  {
    name: 'taskList',
    group: 'lists',
    icon: 'taskList',
    shortcut: '[ ]',
    words: 'todo checkbox check',
    isActive: (editor) => editor.isActive('taskList'),
    apply: (editor) => editor.chain().focus().toggleTaskList().run(),
  },
  {
    name: 'toggle',
    group: 'lists',
    icon: 'toggle',
    shortcut: '+++',
    words: 'details collapse fold accordion spoiler',
    isActive: (editor) => editor.isActive('details'),
    apply: (editor) => editor.chain().focus().setDetails().run(),
  },
  {
    name: 'quote',
    group: 'basic',
    icon: 'quote',
    shortcut: '>',
    words: 'blockquote citation',
    isActive: (editor) => editor.isActive('blockquote'),
    apply: (editor) => editor.chain().focus().toggleBlockquote().run(),
  },
  {
    name: 'codeBlock',
    group: 'basic',
    icon: 'codeBlock',
    shortcut: '```',
    words: 'program source pre',
    isActive: (editor) => editor.isActive('codeBlock'),
    apply: (editor) => editor.chain().focus().toggleCodeBlock().run(),
  },
  {
    name: 'divider',
    group: 'basic',
    icon: 'divider',
    shortcut: '---',
    words: 'line rule hr',
    isActive: never,
    apply: (editor) => editor.chain().focus().setHorizontalRule().run(),
  },
  ...calloutKinds.map(callout),
  {
    name: 'table',
    group: 'media',
    icon: 'table',
    shortcut: '|||',
    words: 'grid spreadsheet rows columns cells',
    isActive: (editor) => editor.isActive('table'),
    apply: (editor, actions) => actions.insertTable(editor),
  },
  {
    name: 'image',
    group: 'media',
    icon: 'image',
    shortcut: '',
    words: 'image photo screenshot',
    isActive: never,
    apply: (_editor, actions) => actions.chooseFiles('image'),
  },
  {
    name: 'file',
    group: 'media',
    icon: 'file',
    shortcut: '',
    words: 'attachment upload video audio sound film pdf',
    isActive: never,
    apply: (_editor, actions) => actions.chooseFiles('file'),
  },
  {
    name: 'blockMath',
    group: 'media',
    icon: 'math',
    shortcut: '$$',
    words: 'math equation latex tex katex',
    isActive: never,
    apply: (editor, actions) => actions.insertMath(editor, 'blockMath'),
  },
  {
    name: 'inlineMath',
    group: 'inline',
    icon: 'math',
    shortcut: '$x$',
    words: 'math equation latex tex inline',
    isActive: never,
    apply: (editor, actions) => actions.insertMath(editor, 'inlineMath'),
  },
  typed('mention', 'mention', '@', 'person people page document link'),
  {
    name: 'date',
    group: 'inline',
    icon: 'date',
    shortcut: '@today',
    words: 'today day calendar',
    isActive: never,
    apply: (editor) => editor.chain().focus().insertMention({ kind: 'date', id: today(), label: null }).run(),
  },
  typed('emoji', 'emoji', ':', 'smiley sign'),
]

function heading(level: 1 | 2 | 3, words: string): Block {
  return {
    name: `heading${level}`,
    group: 'basic',
    icon: `heading${level}`,
    shortcut: '#'.repeat(level),
    words: `h${level} ${words}`,
    isActive: (editor) => editor.isActive('heading', { level }),
    apply: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
  }
}

function callout(kind: CalloutKind): Block {
  const words = { info: 'note information', success: 'tip done good', warning: 'caution attention', danger: 'error important stop' }
  return {
    name: kind,
    group: 'callouts',
    icon: kind,
    shortcut: `:::${kind}`,
    words: `callout box alert ${words[kind]}`,
    isActive: (editor) => editor.isActive('callout', { kind }),
    apply: (editor) => editor.chain().focus().toggleCallout(kind).run(),
  }
}

/** Something that begins with a character: typing it opens its own list. */
function typed(name: 'mention' | 'emoji', icon: IconName, char: string, words: string): Block {
  return {
    name,
    group: 'inline',
    icon,
    shortcut: char,
    words,
    isActive: never,
    apply(editor) {
      const before = editor.state.selection.$from.nodeBefore?.text ?? ''
      const space = before && !before.endsWith(' ') ? ' ' : ''
      editor.chain().focus().insertContent(`${space}${char}`).run()
    },
  }
}

export interface Offer extends Choice {
  name: BlockName
  words: string
  apply(editor: Editor): void
}

/** What fits a query, best first: a word that begins with it stands before one that contains it. Only the whole list has groups. */
export function offersFor<Found extends Pick<Offer, 'label' | 'words' | 'group'>>(query: string, offers: Found[]): Found[] {
  const wanted = query.trim().toLowerCase()
  if (!wanted) return offers
  return offers
    .map((offer) => ({ offer, rank: rankOf(`${offer.label} ${offer.words}`.toLowerCase(), wanted) }))
    .filter(({ rank }) => rank < 2)
    .sort((left, right) => left.rank - right.rank)
    .map(({ offer: { group, ...offer } }) => offer as Found)
}

function rankOf(haystack: string, wanted: string): number {
  if (haystack.split(' ').some((word) => word.startsWith(wanted)) || haystack.startsWith(wanted)) return 0
  return haystack.includes(wanted) ? 1 : 2
}

const groups: Group[] = ['basic', 'lists', 'media', 'callouts', 'inline']

export function offersOf(text: EditorText, actions: BlockActions): Offer[] {
  return groups.flatMap((group) =>
    blocks
      .filter((block) => block.group === group)
      .map((block) => ({
        name: block.name,
        label: text[block.name],
        icon: block.icon,
        detail: block.shortcut,
        group: text.groups[group],
        words: block.words,
        apply: (editor) => block.apply(editor, actions),
      })),
  )
}
