import type { HocuspocusProvider } from '@hocuspocus/provider'
import type { AnyExtension } from '@tiptap/core'
import { ListKeymap } from '@tiptap/extension-list'
import { Dropcursor, Gapcursor, Placeholder, TrailingNode } from '@tiptap/extensions'
import { documentExtensions } from '../../../../hocuspocus-server/src/schema/documentSchema.ts'
import { TaskItem } from '../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorProps } from '../contract.ts'
import { binding } from './binding.ts'
import { carets } from './carets.ts'
import { codeBlock } from './code.ts'
import { Find } from './find/finder.ts'
import { imageNode } from './imageNode.ts'
import { imageUpload } from './imageUpload.ts'
import { keepUnknown } from './keepUnknown.ts'
import { keys } from './keys.ts'
import { LongDocument } from './longDocument.ts'
import { slashMenu } from './slashMenu.ts'

export interface ExtensionOptions {
  props: Pick<EditorProps, 'text' | 'person' | 'uploadImage' | 'resolveImage'>
  provider: HocuspocusProvider
  container: HTMLElement
  onUnknown(): void
  chooseImage(): void
  editLink(): void
  focusMenu(): void
}

/** What a document can hold is the schema's; how it looks and every way to type it is here. */
export function extensions({ props, provider, container, onUnknown, chooseImage, editLink, focusMenu }: ExtensionOptions) {
  const { text } = props
  const views = new Map<string, AnyExtension>(
    [
      TaskItem.configure({ a11y: { checkboxLabel: (node, checked) => (checked ? text.taskDone : text.taskOpen)(node.textContent) } }),
      codeBlock(text),
      imageNode({ text, resolve: props.resolveImage }),
    ].map((extension) => [extension.name, extension]),
  )
  return [
    ...documentExtensions().map((extension) => views.get(extension.name) ?? extension),
    ListKeymap,
    TrailingNode,
    Gapcursor,
    Dropcursor.configure({ color: false, class: 'drop-line' }),
    imageUpload({ text, upload: props.uploadImage }),
    slashMenu({ text, container, chooseImage }),
    keys({ editLink, focusMenu }),
    Placeholder.configure({
      placeholder: ({ node }) => (node.type.name === 'heading' ? text.headingPlaceholder : text.placeholder),
    }),
    keepUnknown({ ydoc: provider.document, onUnknown }),
    ...binding(provider),
    carets(provider, props.person),
    Find,
    LongDocument,
  ]
}
