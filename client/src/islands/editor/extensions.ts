import type { HocuspocusProvider } from '@hocuspocus/provider'
import type { AnyExtension } from '@tiptap/core'
import { ListKeymap } from '@tiptap/extension-list'
import { Dropcursor, Gapcursor, Placeholder, TrailingNode } from '@tiptap/extensions'
import { documentExtensions } from '../../../../hocuspocus-server/src/schema/documentSchema.ts'
import { TaskItem } from '../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorProps } from '../contract.ts'
import { binding } from './binding.ts'
import type { BlockActions } from './blocks.ts'
import { carets } from './carets.ts'
import { comments } from './comments.ts'
import { emojiMenu } from './emojiMenu.ts'
import { Find } from './find/finder.ts'
import { keepUnknown } from './keepUnknown.ts'
import { keys } from './keys.ts'
import { LongDocument } from './longDocument.ts'
import { mentionMenu } from './mentionMenu.ts'
import { blockHandle } from './moves/blockHandle.ts'
import { calloutView } from './nodes/callout.ts'
import { codeBlock } from './nodes/code.ts'
import { fileView } from './nodes/file.ts'
import { imageView } from './nodes/image.ts'
import { blockMathView, inlineMathView } from './nodes/math.ts'
import { mentionView } from './nodes/mention.ts'
import { tableView } from './nodes/table.ts'
import { toggleContentView, toggleView } from './nodes/toggle.ts'
import { paste } from './paste/paste.ts'
import { slashMenu } from './slashMenu.ts'
import { asOneStep } from './undoStep.ts'
import { uploads } from './uploads.ts'

export interface ExtensionOptions {
  props: Pick<EditorProps, 'text' | 'person' | 'upload' | 'resolveImage' | 'fileAddress' | 'mentions' | 'onNotice'>
  provider: HocuspocusProvider
  container: HTMLElement
  onUnknown(): void
  actions: BlockActions
  editLink(): void
  focusMenu(): void
}

/** What a document can hold is the schema's; how it looks and every way to type it is here. */
export function extensions({ props, provider, container, onUnknown, actions, editLink, focusMenu }: ExtensionOptions) {
  const { text } = props
  const ground = { text, container }
  const views = new Map<string, AnyExtension>(
    [
      TaskItem.configure({ a11y: { checkboxLabel: (node, checked) => (checked ? text.taskDone : text.taskOpen)(node.textContent) } }),
      codeBlock(text),
      imageView({ text, resolve: props.resolveImage }),
      fileView({ text, address: props.fileAddress }),
      tableView(ground),
      calloutView(ground),
      toggleView(text),
      toggleContentView,
      inlineMathView(ground),
      blockMathView(ground),
      mentionView({ text, mentions: props.mentions }),
    ].map((extension) => [extension.name, extension]),
  )
  return [
    ...documentExtensions().map((extension) => views.get(extension.name) ?? withDirection(extension)),
    ListKeymap,
    TrailingNode,
    Gapcursor,
    Dropcursor.configure({ color: false, class: 'drop-line' }),
    uploads({ text, upload: props.upload }),
    slashMenu({ ...ground, actions }),
    mentionMenu({ ...ground, mentions: props.mentions }),
    emojiMenu(ground),
    paste({
      onTooLarge: () => props.onNotice({ code: 'paste_too_large', message: '' }),
      asOneStep: (view, change) => asOneStep(view.state, change),
    }),
    blockHandle({ ...ground, actions }),
    keys({ editLink, focusMenu }),
    // Of the top level alone: anything deeper would have to be looked for with each letter, and cells and lists need none.
    Placeholder.configure({
      placeholder: ({ node }) => (node.type.name === 'heading' ? text.headingPlaceholder : text.placeholder),
    }),
    keepUnknown({ ydoc: provider.document, onUnknown }),
    ...binding(provider, onUnknown),
    carets(provider, props.person),
    Find,
    LongDocument,
    comments(),
  ]
}

/** Lists and quotes stand on the side on which their first words begin; paragraphs find theirs by themselves, see editor.css. */
const sided = new Set(['bulletList', 'orderedList', 'taskList', 'blockquote'])

const withDirection = (extension: AnyExtension): AnyExtension =>
  sided.has(extension.name) ? extension.configure({ HTMLAttributes: { dir: 'auto' } }) : extension
