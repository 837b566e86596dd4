import { type Editor, Extension } from '@tiptap/core'
import { DOMParser, DOMSerializer, type Node as DocumentNode, type Schema, Slice } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { cleanHtml } from './cleanHtml.ts'
import { copiedText } from './copiedText.ts'
import { looksLikeMarkdown } from './markdown.ts'

/** What the server takes in one piece is 4 MiB, see MAX_UPDATE_BYTES; a node costs some twenty bytes beside its words. */
const mostBytes = 3 * 1024 * 1024
const bytesPerNode = 24
/** Beyond this even reading it would stop the page for seconds. */
const mostCharacters = 24 * 1024 * 1024

interface PasteOptions {
  onTooLarge(): void
  /** Runs a change as one step of undo, whatever was typed just before or after. */
  asOneStep(view: EditorView, change: () => void): void
}

/** Pastes what others copied as what it means, and copies so that others understand it. */
export function paste(options: PasteOptions) {
  return Extension.create({
    name: 'cleanPaste',
    // Before the programs that take everything: tables, links, pictures.
    priority: 1001,
    addProseMirrorPlugins() {
      const { editor } = this
      // Ctrl+Shift+V asks for the words alone; no event of the paste itself says so.
      let plain = false
      return [
        new Plugin({
          props: {
            handleDOMEvents: {
              keydown(_view, event) {
                if (event.code === 'KeyV') plain = event.shiftKey && (event.ctrlKey || event.metaKey)
                return false
              },
              paste(_view, event) {
                const size =
                  (event.clipboardData?.getData('text/html').length ?? 0) + (event.clipboardData?.getData('text/plain').length ?? 0)
                if (size <= mostCharacters) return false
                event.preventDefault()
                options.onTooLarge()
                return true
              },
            },
            transformPastedHTML: cleanHtml,
            clipboardTextSerializer: (slice) => copiedText(slice.content),
            handlePaste(view, event, slice) {
              const asked = plain
              plain = false
              if (bytesOf(slice) > mostBytes) {
                options.onTooLarge()
                return true
              }
              const text = event.clipboardData?.getData('text/plain') ?? ''
              if (asked || view.state.selection.$from.parent.type.spec.code) return false
              if (pasteCode(editor, event.clipboardData, text)) return true
              if (event.clipboardData?.types.includes('text/html') || !looksLikeMarkdown(text)) return false
              void pasteMarkdown(editor, view, slice, text, options)
              return true
            },
          },
        }),
      ]
    },
  })
}

function bytesOf(slice: Slice): number {
  let bytes = 0
  slice.content.descendants((node) => {
    bytes += bytesPerNode + (node.text ? new TextEncoder().encode(node.text).length : 0)
    return bytes <= mostBytes
  })
  return bytes
}

/** Lines out of a code editor are code. One line may be a name that belongs into a sentence. */
function pasteCode(editor: Editor, clipboard: DataTransfer | null, text: string): boolean {
  const source = clipboard?.getData('vscode-editor-data')
  if (!source || !text.includes('\n')) return false
  let language: unknown = null
  try {
    language = (JSON.parse(source) as { mode?: unknown }).mode
  } catch {
    // Without a language it is code all the same.
  }
  return editor.commands.insertContent({
    type: 'codeBlock',
    attrs: { language: typeof language === 'string' ? language : null },
    content: [{ type: 'text', text: text.replaceAll('\r\n', '\n').replace(/\n$/, '') }],
  })
}

/** The words at once, and what they mean in a second step: undo returns to the words. */
async function pasteMarkdown(editor: Editor, view: EditorView, slice: Slice, text: string, { asOneStep }: PasteOptions) {
  const { from } = view.state.selection
  asOneStep(view, () => view.dispatch(view.state.tr.replaceSelection(slice).setMeta('paste', true).scrollIntoView()))
  const to = view.state.selection.to
  const pasted = view.state.doc.slice(from, to)
  const read = await import('../../../../../hocuspocus-server/src/formats/readMarkdown.ts').catch(() => null)
  // Who has typed on, or another person in this place, has made something else of the words.
  if (!read || view.isDestroyed || to > view.state.doc.content.size || !view.state.doc.slice(from, to).eq(pasted)) return
  const formatted = inSchema(editor.schema, read.readMarkdown(text))
  const single = formatted.childCount === 1 && formatted.firstChild?.type.name === 'paragraph'
  const replacement = single ? Slice.maxOpen(formatted.content) : new Slice(formatted.content, 0, 0)
  asOneStep(view, () => view.dispatch(view.state.tr.replaceRange(from, to, replacement).scrollIntoView()))
}

/** The same in the schema of this editor. One that knows less than documents takes what it can and the words of the rest. */
function inSchema(schema: Schema, document: DocumentNode): DocumentNode {
  const known = document.type.schema
  if (Object.keys(known.nodes).every((name) => schema.nodes[name])) return schema.nodeFromJSON(document.toJSON())
  const drawn = window.document.createElement('div')
  drawn.append(DOMSerializer.fromSchema(known).serializeFragment(document.content))
  return DOMParser.fromSchema(schema).parse(drawn)
}
