import { type Editor, Extension, type MappablePosition } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { insertPoint } from '@tiptap/pm/transform'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import type { EditorProps, EditorText, StoredFile } from '../contract.ts'
import { make } from './dom.ts'

interface UploadOptions {
  text: EditorText
  upload: EditorProps['upload']
}

interface Upload {
  id: number
  place: MappablePosition
  /** What stands in the text meanwhile. Only this person sees it. */
  card: ReturnType<typeof uploadCard>
}

type Change = { add: Upload } | { remove: number }

const uploadKey = new PluginKey<Upload[]>('uploads')
let lastId = 0

/** Files that are pasted or dropped are stored first; the document receives the node when the bytes are safe. */
export function uploads(options: UploadOptions) {
  return Extension.create({
    name: 'uploads',
    addProseMirrorPlugins() {
      const editor = this.editor
      return [
        new Plugin<Upload[]>({
          key: uploadKey,
          state: {
            init: () => [],
            apply(transaction, running) {
              const change = transaction.getMeta(uploadKey) as Change | undefined
              const moved = transaction.docChanged
                ? running.map((upload) => ({ ...upload, place: editor.utils.getUpdatedPosition(upload.place, transaction).position }))
                : running
              if (!change) return moved
              return 'add' in change ? [...moved, change.add] : moved.filter((upload) => upload.id !== change.remove)
            },
          },
          props: {
            decorations(state) {
              const running = uploadKey.getState(state) ?? []
              const size = state.doc.content.size
              return DecorationSet.create(
                state.doc,
                running.map((upload) =>
                  Decoration.widget(Math.min(Math.max(upload.place.position, 0), size), upload.card.element, {
                    key: `upload-${upload.id}`,
                    side: 1,
                    stopEvent: () => true,
                    ignoreSelection: true,
                  }),
                ),
              )
            },
            handlePaste: (view, event) => {
              const files = filesIn(event.clipboardData)
              // A copied web page or spreadsheet carries a picture of itself beside its text: the text is meant.
              if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return false
              insertFiles(editor, files, view.state.selection.to, options)
              return true
            },
            handleDrop: (view, event, _slice, moved) => {
              const files = moved ? [] : filesIn(event.dataTransfer)
              if (files.length === 0) return false
              event.preventDefault()
              const position = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos
              insertFiles(editor, files, position ?? view.state.selection.to, options)
              return true
            },
          },
        }),
      ]
    },
  })
}

const filesIn = (transfer: DataTransfer | null): File[] => [...(transfer?.files ?? [])]

/** Stores files and puts a picture or a file at `position` for each. */
export function insertFiles(editor: Editor, files: File[], position: number, options: UploadOptions) {
  if (!editor.isEditable) return
  for (const file of files) start(editor, file, position, options)
}

function start(editor: Editor, file: File, position: number, { text, upload }: UploadOptions) {
  const { file: fileType } = editor.schema.nodes
  if (!fileType) return
  const at = insertPoint(editor.state.doc, blockEnd(editor, position), fileType) ?? editor.state.doc.content.size
  const id = ++lastId
  let cancelling = new AbortController()
  const change = (value: Change) => {
    if (!editor.isDestroyed) editor.view.dispatch(editor.state.tr.setMeta(uploadKey, value).setMeta('addToHistory', false))
  }
  const run = async () => {
    cancelling = new AbortController()
    const { signal } = cancelling
    card.progress(0)
    try {
      finish(editor, id, await upload(file, card.progress, signal))
    } catch (error) {
      if (!signal.aborted) card.fail(error instanceof Error ? error.message : '')
    }
  }
  const card = uploadCard(file.name, text, {
    retry() {
      // The button goes, and the focus would go with it.
      editor.commands.focus()
      void run()
    },
    discard() {
      editor.commands.focus()
      cancelling.abort()
      change({ remove: id })
    },
  })
  change({ add: { id, place: editor.utils.createMappablePosition(at), card } })
  void run()
}

function finish(editor: Editor, id: number, stored: StoredFile) {
  if (editor.isDestroyed) return
  const upload = uploadKey.getState(editor.state)?.find((candidate) => candidate.id === id)
  const type = editor.schema.nodes[stored.kind]
  if (!upload || !type) return
  const { src, name, size, mime } = stored
  const tr = editor.state.tr.setMeta(uploadKey, { remove: id } satisfies Change)
  const at = insertPoint(tr.doc, Math.min(upload.place.position, tr.doc.content.size), type)
  const attributes = stored.kind === 'image' ? { src, alt: describe(name) } : { src, name, size, mime }
  if (editor.isEditable && at !== null) tr.insert(at, type.create(attributes))
  editor.view.dispatch(tr)
}

/** A file stands after the block in which it was pasted, and in place of an empty one's start. */
function blockEnd(editor: Editor, position: number): number {
  const resolved = editor.state.doc.resolve(Math.min(position, editor.state.doc.content.size))
  if (!resolved.parent.isTextblock) return position
  return resolved.parent.content.size === 0 ? resolved.before() : resolved.after()
}

/** Cameras and screenshot tools name files without words; such a name describes nothing. */
function describe(fileName: string): string | null {
  const name = fileName
    .replace(/\.\w+$/, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim()
  return /^(image|img|dsc|pxl|screenshot|bildschirmfoto)?[\s\d.,:]*$/i.test(name) ? null : name.slice(0, 300)
}

function uploadCard(name: string, text: EditorText, actions: { retry(): void; discard(): void }) {
  const status = make('p', { role: 'status' })
  const bar = make('progress', { max: 1, ariaLabel: name })
  const retry = action(text.uploadRetry, actions.retry)
  const discard = action(text.uploadCancel, actions.discard)
  const element = make('div', { className: 'upload', contentEditable: 'false' }, status, bar, make('div', {}, retry, discard))
  return {
    element,
    progress(part: number) {
      element.dataset.state = 'running'
      status.textContent = text.uploading(name, Math.round(part * 100))
      bar.value = part
      bar.hidden = false
      retry.hidden = true
      discard.textContent = text.uploadCancel
    },
    fail(reason: string) {
      element.dataset.state = 'failed'
      status.textContent = text.uploadFailed(name, reason)
      bar.hidden = true
      retry.hidden = false
      discard.textContent = text.uploadDiscard
    },
  }
}

function action(label: string, run: () => void): HTMLButtonElement {
  const element = make('button', { type: 'button' }, label)
  element.addEventListener('click', run)
  return element
}
