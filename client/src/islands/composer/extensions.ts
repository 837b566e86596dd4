import type { AnyExtension } from '@tiptap/core'
import { Dropcursor, Gapcursor, Placeholder, UndoRedo } from '@tiptap/extensions'
import { closeHistory } from '@tiptap/pm/history'
import type { EditorView } from '@tiptap/pm/view'
import { messageExtensions } from '../../../../hocuspocus-server/src/schema/messageSchema.ts'
import type { ComposerProps } from '../contract.ts'
import { emojiMenu } from '../editor/emojiMenu.ts'
import { mentionMenu } from '../editor/mentionMenu.ts'
import { mentionView } from '../editor/nodes/mention.ts'
import { paste } from '../editor/paste/paste.ts'
import { commandMenu } from './commandMenu.ts'
import { files } from './files.ts'
import { composerKeys } from './keys.ts'

interface Options {
  /** The props as they are now. */
  latest: { current: ComposerProps }
  container: HTMLElement
  editLink(): void
}

/** What a message can hold is the schema's; every way to type it is here, and most of them are the document editor's. */
export function composerExtensions({ latest, container, editLink }: Options): AnyExtension[] {
  const { text, mentions } = latest.current
  const ground = { text, container }
  const asOneStep = (view: EditorView, change: () => void) => {
    view.dispatch(closeHistory(view.state.tr))
    change()
  }
  return [
    // What stands first is asked last: lists, code and menus take their keys before.
    composerKeys({ latest, editLink }),
    ...messageExtensions().map((extension) => fitted(extension, { text, mentions })),
    UndoRedo,
    Gapcursor,
    Dropcursor.configure({ color: false, class: 'drop-line' }),
    Placeholder.configure({ placeholder: () => latest.current.placeholder }),
    files({ latest }),
    paste({ onTooLarge: () => latest.current.onTooLarge(), asOneStep }),
    commandMenu({ ...ground, latest }),
    mentionMenu({ ...ground, mentions }),
    emojiMenu(ground),
  ]
}

/** Shift+Enter begins a line in which lists and quotes can begin, see keys.ts. */
function fitted(extension: AnyExtension, options: Pick<ComposerProps, 'text' | 'mentions'>): AnyExtension {
  if (extension.name === 'mention') return mentionView(options)
  if (extension.name === 'hardBreak') return extension.extend({ addKeyboardShortcuts: () => ({}) })
  if (['bulletList', 'orderedList', 'blockquote'].includes(extension.name)) return extension.configure({ HTMLAttributes: { dir: 'auto' } })
  return extension
}
