import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'

/** From so many blocks on, those out of sight are not laid out (editor.css). Below it that would cost more than it saves. */
const manyBlocks = 250

/** Keeps a long document quick: the browser need not lay out and paint what nobody sees. */
export const LongDocument = Extension.create({
  name: 'longDocument',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: { attributes: (state): Record<string, string> => (state.doc.childCount > manyBlocks ? { class: 'long-text' } : {}) },
    }),
  ],
})
