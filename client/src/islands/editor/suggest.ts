import { type Editor, Extension, type Range } from '@tiptap/core'
import type { ResolvedPos } from '@tiptap/pm/model'
import { PluginKey } from '@tiptap/pm/state'
import Suggestion from '@tiptap/suggestion'
import { type Choice, createListbox, type Listbox } from './listbox.ts'

interface SuggestOptions<Item extends Choice> {
  name: string
  char: string
  /** Lies inside the island, so that the list works above a dialog too. */
  container: HTMLElement
  label: string
  emptyText: string
  /** Letters after the character before anything is offered. */
  minLength?: number
  allowSpaces?: boolean
  /** The character counts only where the whole text begins. */
  atStart?: boolean
  items(query: string): Item[] | Promise<Item[]>
  /** `range` holds what was typed, the character included. */
  choose(editor: Editor, range: Range, item: Item): void
}

/** Offers choices while something is typed after a character. */
export function suggest<Item extends Choice>(options: SuggestOptions<Item>) {
  return Extension.create({
    name: options.name,
    addProseMirrorPlugins() {
      return [
        Suggestion<Item, Item>({
          editor: this.editor,
          pluginKey: new PluginKey(options.name),
          char: options.char,
          container: options.container,
          allowSpaces: options.allowSpaces ?? false,
          allow: ({ state, range }) =>
            isProse(state.selection.$from) && range.to - range.from > (options.minLength ?? 0) && (!options.atStart || range.from === 1),
          items: ({ query }) => options.items(query),
          command: ({ editor, range, props }) => options.choose(editor, range, props),
          render: () => {
            let listbox: Listbox<Item> | undefined
            let unmount = () => {}
            let choose = (_item: Item) => {}
            return {
              onStart(props) {
                choose = props.command
                listbox = createListbox<Item>({
                  label: options.label,
                  emptyText: options.emptyText,
                  owner: props.editor.view.dom,
                  choose: (item) => choose(item),
                })
                if (!props.loading) listbox.show(props.items)
                unmount = props.mount(listbox.element)
              },
              onUpdate(props) {
                // The range that the command replaces grows with each letter.
                choose = props.command
                if (props.loading || !listbox) return
                listbox.show(props.items)
                // Whoever goes on with a sentence has not meant the list.
                listbox.element.hidden = props.items.length === 0 && props.query.includes(' ')
              },
              onKeyDown: ({ event }) => event.key !== 'Escape' && (listbox?.handleKey(event) ?? false),
              onExit() {
                unmount()
                listbox?.destroy()
                listbox = undefined
              },
            }
          },
        }),
      ]
    },
  })
}

const isProse = ($from: ResolvedPos) => !$from.parent.type.spec.code && !$from.marks().some((mark) => mark.type.spec.code)
