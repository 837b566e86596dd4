import type { Editor } from '@tiptap/core'
import { CellSelection } from '@tiptap/pm/tables'
import { EditorContent, useEditor } from '@tiptap/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { EditorProps, EditorText } from '../contract.ts'
import { BubbleBar } from './BubbleBar.tsx'
import type { BlockActions } from './blocks.ts'
import type { OpenDocument } from './connection.ts'
import { extensions } from './extensions.ts'
import { editorHandle } from './handle.ts'
import { openMenu } from './menu.ts'
import { insertMath } from './nodes/math.ts'
import { caretRect, chooseTable } from './nodes/table.ts'
import { tableSections } from './nodes/tableGrips.ts'
import { TouchBar } from './TouchBar.tsx'
import { insertFiles } from './uploads.ts'

interface SurfaceProps {
  props: EditorProps
  opened: OpenDocument
  canWrite: boolean
  container: HTMLElement
  /** The document holds something that this editor does not know. */
  onUnknown(): void
  /** Hears how to read the text as it stands, for a copy. */
  onText(read: () => string): void
}

/** The text and its tools. Lives as long as one opened document. */
export function EditorSurface({ props, opened, canWrite, container, onUnknown, onText }: SurfaceProps) {
  const { text } = props
  const filePicker = useRef<HTMLInputElement>(null)
  const bar = useRef<HTMLDivElement>(null)
  const [editingLink, setEditingLink] = useState(false)
  const [actions] = useState(
    (): BlockActions => ({
      chooseFiles(kind) {
        const picker = filePicker.current
        if (!picker) return
        picker.accept = kind === 'image' ? 'image/*' : ''
        picker.click()
      },
      insertTable: (editor) => chooseTable(editor, { text, container }),
      insertMath,
      linkToBlock: props.onBlockLink,
    }),
  )
  const editLink = useCallback(() => setEditingLink(true), [])

  const editor = useEditor(
    {
      extensions: extensions({
        props,
        provider: opened.provider,
        container,
        onUnknown,
        actions,
        editLink,
        focusMenu: () => focusTools(editor, { text, container, bar: bar.current }),
      }),
      editable: canWrite,
      // The policy of the page allows no style elements: editor.css holds what Tiptap would inject.
      injectCSS: false,
      // Whether a pasted text is Markdown is decided for the whole, see paste/: `2 * 3 * 4` is none.
      enablePasteRules: ['link'],
      immediatelyRender: true,
      shouldRerenderOnTransaction: false,
      editorProps: {
        attributes: {
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': text.label,
          dir: 'auto',
          spellcheck: 'true',
          class: 'document-text',
        },
      },
      onCreate: ({ editor }) => {
        const handle = editorHandle(editor, props.onBlockLink, opened.copy)
        onText(handle.readText)
        props.onReady(handle)
      },
    },
    [opened],
  )
  // Tiptap reads `editable` once.
  useEffect(() => {
    const wasTyping = editor.isFocused
    editor.setEditable(canWrite)
    editor.view.dom.setAttribute('aria-readonly', String(!canWrite))
    return !canWrite && wasTyping ? swallowTyping(editor.view.dom) : undefined
  }, [editor, canWrite])

  return (
    <>
      <BubbleBar editor={editor} text={text} container={container} bar={bar} editingLink={editingLink} setEditingLink={setEditingLink} />
      <EditorContent editor={editor} />
      <TouchBar editor={editor} text={text} container={container} actions={actions} editLink={editLink} />
      <input
        ref={filePicker}
        type="file"
        hidden
        multiple
        aria-label={text.file}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          event.target.value = ''
          insertFiles(editor, files, editor.state.selection.to, { text, upload: props.upload })
        }}
      />
    </>
  )
}

/** The tools of what is selected: those of a picture, of a table, or of text. */
function focusTools(editor: Editor, place: { text: EditorText; container: HTMLElement; bar: HTMLElement | null }) {
  const ofNode = editor.view.dom.querySelector<HTMLElement>('.selected .node-tools button')
  if (ofNode) return ofNode.focus()
  if (!editor.isActive('table') || (!editor.state.selection.empty && place.bar?.isConnected && !isCellSelection(editor))) {
    return place.bar?.querySelector('button')?.focus()
  }
  openMenu({
    container: place.container,
    anchor: { getBoundingClientRect: () => caretRect(editor, editor.state.selection.head) },
    label: place.text.tableMenu,
    sections: tableSections(editor, place.text),
    onClose: () => editor.commands.focus(),
  })
}

const isCellSelection = (editor: Editor) => editor.state.selection instanceof CellSelection

/** The right to write may go in the middle of a word. The letters that follow are no commands: the focus stays, and they end here.
 *  @returns the way to stop */
function swallowTyping(element: HTMLElement): () => void {
  const listening = new AbortController()
  const end = () => {
    listening.abort()
    element.removeAttribute('tabindex')
  }
  element.tabIndex = 0
  element.focus({ preventScroll: true })
  const swallow = (event: KeyboardEvent) => {
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation()
  }
  element.addEventListener('keydown', swallow, { signal: listening.signal })
  element.addEventListener('blur', end, { signal: listening.signal })
  return end
}
