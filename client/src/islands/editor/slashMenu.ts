import type { EditorText } from '../contract.ts'
import { type BlockActions, type Offer, offersFor, offersOf } from './blocks.ts'
import { suggest } from './suggest.ts'

/** Typing `/` offers blocks, in groups; what is typed after it looks for one. */
export function slashMenu(options: { text: EditorText; container: HTMLElement; actions: BlockActions }) {
  const offers = offersOf(options.text, options.actions)
  return suggest<Offer>({
    name: 'slashMenu',
    char: '/',
    container: options.container,
    label: options.text.blocks,
    emptyText: options.text.noBlocks,
    items: (query) => offersFor(query, offers),
    choose(editor, range, offer) {
      editor.chain().focus().deleteRange(range).run()
      offer.apply(editor)
    },
  })
}
