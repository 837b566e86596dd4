import { type Editor, Extension, type MappablePosition } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { insertPoint } from '@tiptap/pm/transform'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import type { EditorProps, EditorText } from '../contract.ts'

interface Upload {
  id: number
  file: File
  place: MappablePosition
  /** What stands in the text meanwhile. Only this person sees it. */
  card: ReturnType<typeof uploadCard>
}

type Change = { add: Upload } | { remove: number }

const uploadKey = new PluginKey<Upload[]>('imageUpload')
let lastId = 0

/** Pictures pasted or dropped are stored first; the document receives the node when the bytes are safe. */
export function imageUpload(options: { text: EditorText; upload: EditorProps['uploadImage'] }) {
  return Extension.create({
    name: 'imageUpload',
    addProseMirrorPlugins() {
      const editor = this.editor
      return [
        new Plugin<Upload[]>({
          key: uploadKey,
          state: {
            init: () => [],
            apply(transaction, uploads) {
              const change = transaction.getMeta(uploadKey) as Change | undefined
              const moved = transaction.docChanged
                ? uploads.map((upload) => ({ ...upload, place: editor.utils.getUpdatedPosition(upload.place, transaction).position }))
                : uploads
              if (!change) return moved
              return 'add' in change ? [...moved, change.add] : moved.filter((upload) => upload.id !== change.remove)
            },
          },
          props: {
            decorations(state) {
              const uploads = uploadKey.getState(state) ?? []
              const size = state.doc.content.size
              return DecorationSet.create(
                state.doc,
                uploads.map((upload) =>
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
              const files = imagesIn(event.clipboardData)
              // A copied web page or spreadsheet carries a picture of itself beside its text: the text is meant.
              if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return false
              insertImages(editor, files, view.state.selection.to, options)
              return true
            },
            handleDrop: (view, event, _slice, moved) => {
              const files = moved ? [] : imagesIn(event.dataTransfer)
              if (files.length === 0) return false
              event.preventDefault()
              insertImages(
                editor,
                files,
                view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? view.state.selection.to,
                options,
              )
              return true
            },
          },
        }),
      ]
    },
  })
}

function imagesIn(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])].filter((file) => file.type.startsWith('image/'))
}

/** Stores files and puts a picture at `position` for each. */
export function insertImages(
  editor: Editor,
  files: File[],
  position: number,
  options: { text: EditorText; upload: EditorProps['uploadImage'] },
) {
  if (!editor.isEditable) return
  const imageType = editor.schema.nodes.image
  if (!imageType) return
  for (const file of files) {
    const at = insertPoint(editor.state.doc, blockEnd(editor, position), imageType) ?? editor.state.doc.content.size
    const id = ++lastId
    const card = uploadCard(file.name, options.text, {
      retry: () => void run(),
      discard: () => change({ remove: id }),
    })
    change({ add: { id, file, place: editor.utils.createMappablePosition(at), card } })
    const run = async () => {
      card.progress(0)
      try {
        const { src } = await options.upload(file, card.progress)
        finish(id, src)
      } catch (error) {
        card.fail(error instanceof Error ? error.message : '')
      }
    }
    void run()
  }

  function change(value: Change) {
    if (!editor.isDestroyed) editor.view.dispatch(editor.state.tr.setMeta(uploadKey, value).setMeta('addToHistory', false))
  }
  function finish(id: number, src: string) {
    if (editor.isDestroyed) return
    const upload = uploadKey.getState(editor.state)?.find((candidate) => candidate.id === id)
    if (!upload || !imageType) return
    const tr = editor.state.tr.setMeta(uploadKey, { remove: id } satisfies Change)
    const at = insertPoint(tr.doc, Math.min(upload.place.position, tr.doc.content.size), imageType)
    if (editor.isEditable && at !== null) tr.insert(at, imageType.create({ src, alt: describe(upload.file.name) }))
    editor.view.dispatch(tr)
  }
}

/** A picture stands after the block in which it was pasted, and in place of an empty one's start. */
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
  const element = document.createElement('div')
  element.className = 'upload'
  element.contentEditable = 'false'
  const status = document.createElement('p')
  status.setAttribute('role', 'status')
  const bar = document.createElement('progress')
  bar.max = 1
  bar.setAttribute('aria-label', name)
  const buttons = document.createElement('div')
  buttons.append(button(text.imageRetry, actions.retry), button(text.imageDiscard, actions.discard))
  element.append(status, bar, buttons)
  return {
    element,
    progress(part: number) {
      element.dataset.state = 'running'
      status.textContent = text.imageUploading(name, Math.round(part * 100))
      bar.value = part
      bar.hidden = false
      buttons.hidden = true
    },
    fail(reason: string) {
      element.dataset.state = 'failed'
      status.textContent = text.imageFailed(name, reason)
      bar.hidden = true
      buttons.hidden = false
    },
  }
}

function button(label: string, run: () => void): HTMLButtonElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.textContent = label
  element.addEventListener('click', run)
  return element
}
