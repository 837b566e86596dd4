import type { Editor } from '@tiptap/core'
import { AllSelection, type Selection } from '@tiptap/pm/state'
import { isTextSelection, useEditorState } from '@tiptap/react'
import { BubbleMenu } from '@tiptap/react/menus'
import { type RefObject, useEffect } from 'react'
import type { EditorText } from '../contract.ts'
import { compose, mayComment } from './comments.ts'
import { alignSections, colourSections } from './formatMenus.ts'
import { LinkForm } from './LinkForm.tsx'
import { marks } from './marks.ts'
import { type MenuSection, openMenu } from './menu.ts'
import { Tool, Toolbar } from './Toolbar.tsx'

interface BubbleBarProps {
  editor: Editor
  text: EditorText
  container: HTMLElement
  /** The bar itself, for whoever moves the focus into it. */
  bar: RefObject<HTMLDivElement | null>
  editingLink: boolean
  setEditingLink(editing: boolean): void
}

/** Formats what is selected; on a link, shows where it leads. */
export function BubbleBar({ editor, text, container, bar, editingLink, setEditingLink }: BubbleBarProps) {
  const state = useEditorState({
    editor,
    selector: ({ editor }) => {
      const { empty, from } = editor.state.selection
      const isLink = editor.isActive('link')
      return {
        active: marks.filter((mark) => editor.isActive(mark.name)).map((mark) => mark.name),
        href: isLink ? String(editor.getAttributes('link').href ?? '') : null,
        empty,
        // While somebody types there is no bar, and nothing to draw: React would look through the whole text for the selection.
        from: empty && !isLink ? 0 : from,
        mayWrite: editor.isEditable,
        inCode: editor.isActive('codeBlock'),
        mayComment: mayComment(editor),
      }
    },
  })
  // A selection elsewhere ends the work on a link.
  useEffect(() => {
    if (state.from >= 0) setEditingLink(false)
  }, [state.from, setEditingLink])
  const leave = () => {
    setEditingLink(false)
    editor.commands.focus()
  }
  // Code has no formats within.
  const formats = state.mayWrite && !state.inCode ? marks : []
  const open = (anchor: HTMLElement, label: string, sections: MenuSection[]) =>
    openMenu({ container, anchor, label, sections, onClose: () => editor.commands.focus() })
  return (
    <BubbleMenu
      ref={bar}
      editor={editor}
      appendTo={container}
      updateDelay={100}
      options={{ placement: 'top', offset: 8, shift: { padding: 8 } }}
      shouldShow={({ editor, state, view, element }) => {
        if (!hasText(state.selection)) return false
        // Whoever only reads selects without the focus.
        if (!editor.isEditable) return mayComment(editor)
        if (editor.isActive('codeBlock')) return mayComment(editor) && view.hasFocus()
        if (!view.hasFocus() && !element.contains(document.activeElement)) return false
        return !state.selection.empty || editor.isActive('link')
      }}
    >
      {editingLink || (state.empty && state.href !== null) ? (
        <LinkForm key={state.from} editor={editor} text={text} href={state.href ?? ''} focused={editingLink} onDone={leave} />
      ) : (
        <Toolbar label={text.formatting} className="bubble" onEscape={leave}>
          {formats.map((mark) => (
            <Tool
              key={mark.name}
              icon={mark.name}
              label={text[mark.name]}
              keys={mark.keys}
              pressed={state.active.includes(mark.name)}
              run={() => mark.toggle(editor)}
            />
          ))}
          {formats.length > 0 && (
            <>
              <Tool icon="colour" label={text.colour} menu run={(button) => open(button, text.colour, colourSections(editor, text))} />
              <Tool icon="left" label={text.align} menu run={(button) => open(button, text.align, alignSections(editor, text))} />
              <Tool icon="link" label={text.link} keys="Control+Shift+K" pressed={state.href !== null} run={() => setEditingLink(true)} />
            </>
          )}
          {state.mayComment && <Tool icon="comment" label={text.comment} keys="Control+Alt+M" run={() => compose(editor)} />}
        </Toolbar>
      )}
    </BubbleMenu>
  )
}

const hasText = (selection: Selection) => isTextSelection(selection) || selection instanceof AllSelection
