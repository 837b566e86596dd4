import { Extension } from '@tiptap/core'

/** Keys beside those of the blocks and marks. Mod-K stays with the command palette. */
export function keys(options: { editLink(): void; focusMenu(): void }) {
  return Extension.create({
    name: 'keys',
    addKeyboardShortcuts() {
      return {
        'Mod-Shift-k': () => run(options.editLink),
        // Where word processors and other web editors have it.
        'Alt-F10': () => run(options.focusMenu),
      }
    },
  })
}

function run(action: () => void): true {
  action()
  return true
}
