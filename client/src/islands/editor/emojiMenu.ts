import type { EditorText } from '../contract.ts'
import type { Choice } from './listbox.ts'
import { suggest } from './suggest.ts'

/** Typing `:` and two letters offers emoji. Their names load with the first one. */
export function emojiMenu(options: { text: Pick<EditorText, 'emoji' | 'emojiNone'>; container: HTMLElement }) {
  return suggest<Choice & { sign: string }>({
    name: 'emojiMenu',
    char: ':',
    minLength: 2,
    container: options.container,
    label: options.text.emoji,
    emptyText: options.text.emojiNone,
    async items(query) {
      const { findEmoji } = await import('./emoji.ts')
      return findEmoji(query).map(({ sign, name }) => ({ sign, label: name }))
    },
    choose: (editor, range, { sign }) => editor.chain().focus().insertContentAt(range, `${sign} `).run(),
  })
}
