import { textsOf } from '../i18n.ts'
import type { EditorText } from '../islands/contract.ts'
import { pageEn as en } from './pageEn.ts'

const t = textsOf(en)

/** The editor's words, in the form in which they cross the border. */
export const editorText: EditorText = {
  ...en.editor,
  taskDone: (task) => t('editor.taskDone', { task }),
  taskOpen: (task) => t('editor.taskOpen', { task }),
  uploading: (name, percent) => t('editor.uploading', { name, percent }),
  uploadFailed: (name, reason) => t('editor.uploadFailed', { name, reason }),
  imageElsewhere: (host) => t('editor.imageElsewhere', { host }),
  calloutKind: (kind) => t('editor.calloutKind', { kind }),
  tableSize: (columns, rows) => t('editor.tableSize', { columns, rows }),
  fileSave: (name) => t('editor.fileSave', { name }),
  mathEdit: (latex) => t('editor.mathEdit', { latex }),
}
