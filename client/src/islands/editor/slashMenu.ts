import { Extension } from '@tiptap/core'
import { PluginKey } from '@tiptap/pm/state'
import Suggestion from '@tiptap/suggestion'
import type { EditorText } from '../contract.ts'
import { type Offer, offersFor, offersOf } from './blocks.ts'
import { createListbox, type Listbox } from './listbox.ts'

/** Typing `/` offers blocks. `container` lies inside the island, so that the list works above a dialog too. */
export function slashMenu(options: { text: EditorText; container: HTMLElement; chooseImage(): void }) {
  const image = { name: 'image' as const, label: options.text.image, shortcut: '', words: 'picture photo', apply: options.chooseImage }
  const offers = [...offersOf(options.text), image]
  return Extension.create({
    name: 'slashMenu',
    addProseMirrorPlugins() {
      return [
        Suggestion<Offer, Offer>({
          editor: this.editor,
          pluginKey: new PluginKey('slashMenu'),
          char: '/',
          container: options.container,
          allow: ({ state }) => !state.selection.$from.parent.type.spec.code,
          items: ({ query }) => offersFor(query, offers),
          command: ({ editor, range, props }) => {
            editor.chain().focus().deleteRange(range).run()
            props.apply(editor)
          },
          render: () => {
            let listbox: Listbox<Offer> | undefined
            let unmount = () => {}
            let choose = (_offer: Offer) => {}
            return {
              onStart(props) {
                choose = props.command
                listbox = createListbox<Offer>({
                  label: options.text.blocks,
                  emptyText: options.text.noBlocks,
                  owner: props.editor.view.dom,
                  choose: (offer) => choose(offer),
                })
                unmount = props.mount(listbox.element)
              },
              onUpdate(props) {
                // The range that the command deletes grows with each letter.
                choose = props.command
                if (!props.loading) listbox?.show(props.items)
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
