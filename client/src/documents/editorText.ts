import { textsOf } from '../i18n.ts'
import type { EditorText } from '../islands/contract.ts'
import { pageEn as en } from './pageEn.ts'

const t = textsOf(en)

/** The editor's words, in the form in which they cross the border. */
export const editorText: EditorText = {
  ...en.editor,
  taskDone: (task) => t('editor.taskDone', { task }),
  taskOpen: (task) => t('editor.taskOpen', { task }),
  imageUploading: (name, percent) => t('editor.imageUploading', { name, percent }),
  imageFailed: (name, reason) => t('editor.imageFailed', { name, reason }),
}
