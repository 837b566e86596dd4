import type { Editor } from '@tiptap/core'

type MarkName = 'bold' | 'italic' | 'underline' | 'strike' | 'code'

export interface MarkButton {
  name: MarkName
  /** As `aria-keyshortcuts` wants it, with Control for what Tiptap calls Mod. */
  keys: string
  toggle(editor: Editor): void
}

export const marks: MarkButton[] = [
  { name: 'bold', keys: 'Control+B', toggle: (editor) => editor.chain().focus().toggleBold().run() },
  { name: 'italic', keys: 'Control+I', toggle: (editor) => editor.chain().focus().toggleItalic().run() },
  { name: 'underline', keys: 'Control+U', toggle: (editor) => editor.chain().focus().toggleUnderline().run() },
  { name: 'strike', keys: 'Control+Shift+S', toggle: (editor) => editor.chain().focus().toggleStrike().run() },
  { name: 'code', keys: 'Control+E', toggle: (editor) => editor.chain().focus().toggleCode().run() },
]
