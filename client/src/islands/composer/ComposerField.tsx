import { EditorContent, useEditor, useEditorState } from '@tiptap/react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ComposerProps, Written } from '../contract.ts'
import { LinkForm } from '../editor/LinkForm.tsx'
import { marks } from '../editor/marks.ts'
import { Tool, Toolbar } from '../editor/Toolbar.tsx'
import { composerExtensions } from './extensions.ts'
import { contentOf, positionAt, writtenOf } from './written.ts'

export interface FieldHandle {
  focus(): void
  set(written: Written): void
  insert(text: string): void
  toggleCodeBlock(): void
}

interface FieldProps {
  props: ComposerProps
  container: HTMLElement
  onHandle(handle: FieldHandle): void
}

/** The text, and above it the buttons that format it. */
export function ComposerField({ props, container, onHandle }: FieldProps) {
  const { text } = props
  const latest = useRef(props)
  latest.current = props
  const [editingLink, setEditingLink] = useState(false)
  const editor = useEditor({
    extensions: composerExtensions({ latest, container, editLink: () => setEditingLink(true) }),
    content: contentOf(props.initial),
    // The policy of the page allows no style elements: composer.css holds what Tiptap would inject.
    injectCSS: false,
    enablePasteRules: ['link'],
    immediatelyRender: true,
    shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: { role: 'textbox', 'aria-multiline': 'true', dir: 'auto', spellcheck: 'true', class: 'composer-text' },
    },
    onUpdate: ({ editor }) => latest.current.onChange(writtenOf(editor.state.doc)),
  })
  useLayoutEffect(() => {
    const { initial } = latest.current
    const at = (offset: number) => positionAt(editor.state.doc, offset)
    if (initial.content) editor.commands.setTextSelection(editor.state.doc.content.size)
    else editor.commands.setTextSelection({ from: at(initial.from), to: at(initial.to) })
    if (initial.focused) editor.view.focus()
    onHandle({
      focus: () => editor.commands.focus(),
      set(written) {
        // Undo must not bring back what was sent.
        editor.chain().setMeta('addToHistory', false).setContent(contentOf(written), { emitUpdate: false }).run()
        editor.commands.setTextSelection(editor.state.doc.content.size)
      },
      insert: (typed) => editor.chain().focus().insertContent({ type: 'text', text: typed }).run(),
      toggleCodeBlock: () => editor.chain().focus().toggleCodeBlock().run(),
    })
  }, [editor, onHandle])
  const state = useEditorState({
    editor,
    selector: ({ editor }) => ({
      marks: marks.map((mark) => editor.isActive(mark.name)),
      blocks: blocks.map((block) => editor.isActive(block.node)),
      href: editor.isActive('link') ? String(editor.getAttributes('link').href ?? '') : null,
      linkable: !editor.state.selection.empty || editor.isActive('link'),
    }),
  })
  useEffect(() => {
    const field = editor.view.dom
    field.setAttribute('aria-label', props.label)
    field.setAttribute('aria-invalid', String(props.invalid))
    if (props.describedBy) field.setAttribute('aria-describedby', props.describedBy)
  }, [editor, props.label, props.invalid, props.describedBy])
  // The words of an empty field are decorations: an empty transaction draws them anew.
  useEffect(() => {
    if (props.placeholder) editor.view.dispatch(editor.state.tr)
  }, [editor, props.placeholder])

  const leave = () => {
    setEditingLink(false)
    editor.commands.focus()
  }
  return (
    <>
      {editingLink && <LinkForm editor={editor} text={text} href={state.href ?? ''} focused onDone={leave} />}
      {props.formatting && !editingLink && (
        <Toolbar label={text.formatting} className="composer-formats" onEscape={leave}>
          {marks.map((mark, index) => (
            <Tool
              key={mark.name}
              icon={mark.name}
              label={text[mark.name]}
              keys={mark.keys}
              pressed={state.marks[index] ?? false}
              run={() => mark.toggle(editor)}
            />
          ))}
          <Tool
            icon="link"
            label={text.link}
            keys="Control+Shift+K"
            pressed={state.href !== null}
            disabled={!state.linkable}
            run={() => setEditingLink(true)}
          />
          {blocks.map((block, index) => (
            <Tool
              key={block.node}
              icon={block.icon}
              label={text[block.icon]}
              pressed={state.blocks[index] ?? false}
              run={() => {
                const chain = editor.chain().focus()
                chain[block.toggle]().run()
              }}
            />
          ))}
        </Toolbar>
      )}
      <EditorContent editor={editor} />
    </>
  )
}

const blocks = [
  { node: 'bulletList', icon: 'bulletList', toggle: 'toggleBulletList' },
  { node: 'orderedList', icon: 'orderedList', toggle: 'toggleOrderedList' },
  { node: 'blockquote', icon: 'quote', toggle: 'toggleBlockquote' },
  { node: 'codeBlock', icon: 'codeBlock', toggle: 'toggleCodeBlock' },
] as const
