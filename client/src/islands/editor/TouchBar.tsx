import type { Editor } from '@tiptap/core'
import { useEditorState } from '@tiptap/react'
import { useEffect, useRef } from 'react'
import type { EditorText } from '../contract.ts'
import { blocks } from './blocks.ts'
import { marks } from './marks.ts'
import { Tool, Toolbar } from './Toolbar.tsx'

/** The formatting bar of phones and tablets: it stands on the keyboard while the text has the focus. */
export function TouchBar(props: { editor: Editor; text: EditorText; chooseImage(): void; editLink(): void }) {
  const { editor, text } = props
  const frame = useRef<HTMLDivElement>(null)
  const state = useEditorState({
    editor,
    selector: ({ editor }) => ({
      focused: editor.isFocused && editor.isEditable,
      marks: marks.map((mark) => editor.isActive(mark.name)),
      blocks: blocks.map((block) => block.isActive(editor)),
      link: editor.isActive('link'),
      linkable: !editor.state.selection.empty || editor.isActive('link'),
      canUndo: editor.can().undo(),
      canRedo: editor.can().redo(),
    }),
  })
  useEffect(() => {
    const viewport = window.visualViewport
    // Safari lays the keyboard over the page; elsewhere the page shrinks and this is zero.
    const lift = () => {
      const covered = viewport ? Math.max(0, window.innerHeight - viewport.height - viewport.offsetTop) : 0
      frame.current?.style.setProperty('--keyboard', `${covered}px`)
    }
    lift()
    viewport?.addEventListener('resize', lift)
    viewport?.addEventListener('scroll', lift)
    return () => {
      viewport?.removeEventListener('resize', lift)
      viewport?.removeEventListener('scroll', lift)
    }
  }, [])
  return (
    <div ref={frame} className="touch-bar" hidden={!state.focused}>
      <Toolbar label={text.formatting} className="touch-tools" onEscape={() => editor.commands.focus()}>
        <Tool icon="undo" label={text.undo} disabled={!state.canUndo} run={() => editor.chain().focus().undo().run()} />
        <Tool icon="redo" label={text.redo} disabled={!state.canRedo} run={() => editor.chain().focus().redo().run()} />
        {marks.map((mark, index) => (
          <Tool
            key={mark.name}
            icon={mark.name}
            label={text[mark.name]}
            pressed={state.marks[index] ?? false}
            run={() => mark.toggle(editor)}
          />
        ))}
        <Tool icon="link" label={text.link} pressed={state.link} disabled={!state.linkable} run={props.editLink} />
        {blocks.map((block, index) => (
          <Tool
            key={block.name}
            icon={block.name}
            label={text[block.name]}
            pressed={state.blocks[index] ?? false}
            run={() => block.apply(editor)}
          />
        ))}
        <Tool icon="image" label={text.image} run={props.chooseImage} />
      </Toolbar>
    </div>
  )
}
