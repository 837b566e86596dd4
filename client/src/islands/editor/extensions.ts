import type { HocuspocusProvider } from '@hocuspocus/provider'
import Collaboration from '@tiptap/extension-collaboration'
import { TaskItem, TaskList } from '@tiptap/extension-list'
import { Placeholder } from '@tiptap/extensions'
import StarterKit from '@tiptap/starter-kit'
import type { EditorProps } from '../contract.ts'
import { carets } from './carets.ts'
import { codeBlock } from './code.ts'
import { imageNode } from './imageNode.ts'
import { imageUpload } from './imageUpload.ts'
import { keys } from './keys.ts'
import { SafeLink } from './links.ts'
import { slashMenu } from './slashMenu.ts'

export interface ExtensionOptions {
  props: Pick<EditorProps, 'text' | 'person' | 'uploadImage' | 'resolveImage'>
  provider: HocuspocusProvider
  container: HTMLElement
  chooseImage(): void
  editLink(): void
  focusMenu(): void
}

/** Everything a document can hold and every way to type it. The names of nodes and marks are stored in documents. */
export function extensions({ props, provider, container, chooseImage, editLink, focusMenu }: ExtensionOptions) {
  const { text } = props
  return [
    StarterKit.configure({
      codeBlock: false,
      link: false,
      // Undo belongs to the collaboration: each person takes back only what is his own.
      undoRedo: false,
      heading: { levels: [1, 2, 3] },
      dropcursor: { color: false, class: 'drop-line' },
    }),
    SafeLink,
    TaskList,
    TaskItem.configure({
      nested: true,
      a11y: { checkboxLabel: (node, checked) => (checked ? text.taskDone : text.taskOpen)(node.textContent) },
    }),
    codeBlock(text),
    imageNode({ text, resolve: props.resolveImage }),
    imageUpload({ text, upload: props.uploadImage }),
    slashMenu({ text, container, chooseImage }),
    keys({ editLink, focusMenu }),
    Placeholder.configure({
      placeholder: ({ node }) => (node.type.name === 'heading' ? text.headingPlaceholder : text.placeholder),
    }),
    Collaboration.configure({ document: provider.document, provider }),
    carets(provider, props.person),
  ]
}
