import type { ComposerCommand, ComposerProps } from '../contract.ts'
import type { Choice } from '../editor/listbox.ts'
import { suggest } from '../editor/suggest.ts'

/** `/` at the beginning offers commands. One that wants words is written out, another one runs. */
export function commandMenu(options: { text: ComposerProps['text']; container: HTMLElement; latest: { current: ComposerProps } }) {
  return suggest<Choice & { command: ComposerCommand }>({
    name: 'commandMenu',
    char: '/',
    atStart: true,
    container: options.container,
    label: options.text.commands,
    emptyText: options.text.noCommands,
    items: (query) =>
      options.latest.current.commands
        .filter((command) => command.name.startsWith(query.toLowerCase()))
        .map((command) => ({
          command,
          label: `/${command.name}${command.argument ? ` ${command.argument}` : ''}`,
          detail: command.description,
        })),
    choose(editor, range, { command }) {
      const chain = editor.chain().focus()
      if (command.argument) return void chain.insertContentAt(range, `/${command.name} `).run()
      chain.deleteRange(range).run()
      command.run?.()
    },
  })
}
