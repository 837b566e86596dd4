import { Extension } from '@tiptap/core'
import type { ComposerProps } from '../contract.ts'

/** Enter sends where it does not go on with a list or with code; ProseMirror keeps keys of an input method to itself. */
export function composerKeys(options: { latest: { current: ComposerProps }; editLink(): void }) {
  const { latest } = options
  const submit = (): true => {
    latest.current.onSubmit()
    return true
  }
  return Extension.create({
    name: 'composerKeys',
    addKeyboardShortcuts() {
      const { editor } = this
      // An empty item ends its list.
      const enter = () => !editor.isActive('codeBlock') && ((editor.isActive('listItem') && editor.commands.liftEmptyBlock()) || submit())
      const up = () => editor.isEmpty && latest.current.onUp()
      const leave = () => latest.current.onEscape()
      const newLine = () =>
        editor.isActive('listItem')
          ? editor.commands.setHardBreak()
          : editor.commands.first(({ commands }) => [
              () => commands.newlineInCode(),
              () => commands.liftEmptyBlock(),
              () => commands.splitBlock(),
            ])
      return {
        Enter: enter,
        'Mod-Enter': submit,
        'Shift-Enter': newLine,
        ArrowUp: up,
        Escape: leave,
        'Mod-Shift-k': () => {
          options.editLink()
          return true
        },
      }
    },
  })
}
