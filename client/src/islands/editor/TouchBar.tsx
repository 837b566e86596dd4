import type { Editor } from '@tiptap/core'
import { useEditorState } from '@tiptap/react'
import { useEffect, useRef, useState } from 'react'
import type { EditorText } from '../contract.ts'
import { type Block, type BlockActions, blocks, offersOf } from './blocks.ts'
import { alignSections, colourSections } from './formatMenus.ts'
import { marks } from './marks.ts'
import { type MenuSection, openMenu } from './menu.ts'
import { blockSections } from './moves/blockMenu.ts'
import { tableSections } from './nodes/tableGrips.ts'
import { Tool, Toolbar } from './Toolbar.tsx'

/** The formatting bar of phones and tablets: it stands on the keyboard while the text has the focus. */
export function TouchBar(props: { editor: Editor; text: EditorText; container: HTMLElement; actions: BlockActions; editLink(): void }) {
  const { editor, text } = props
  // A menu takes the focus out of the text; the bar that it belongs to stays.
  const [menuOpen, setMenuOpen] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const state = useEditorState({
    editor,
    selector: ({ editor }) => ({
      focused: editor.isFocused && editor.isEditable,
      marks: marks.map((mark) => editor.isActive(mark.name)),
      blocks: quickBlocks.map((block) => block.isActive(editor)),
      inTable: editor.isActive('table'),
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
  const open = (anchor: HTMLElement, label: string, sections: MenuSection[]) => {
    setMenuOpen(true)
    openMenu({
      container: props.container,
      anchor,
      label,
      sections,
      onClose() {
        setMenuOpen(false)
        editor.commands.focus()
      },
    })
  }
  return (
    <div ref={frame} className="touch-bar" hidden={!state.focused && !menuOpen}>
      <Toolbar label={text.formatting} className="touch-tools" onEscape={() => editor.commands.focus()}>
        <Tool
          icon="slash"
          label={text.blocks}
          menu
          run={(button) => open(button, text.blocks, insertSections(editor, text, props.actions))}
        />
        <Tool
          icon="grip"
          label={text.blockMenu}
          menu
          run={(button) => open(button, text.blockMenu, blockSections(editor, text, props.actions))}
        />
        {state.inTable && (
          <Tool icon="table" label={text.tableMenu} menu run={(button) => open(button, text.tableMenu, tableSections(editor, text))} />
        )}
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
        <Tool icon="colour" label={text.colour} menu run={(button) => open(button, text.colour, colourSections(editor, text))} />
        <Tool icon="link" label={text.link} pressed={state.link} disabled={!state.linkable} run={props.editLink} />
        <Tool icon="left" label={text.align} menu run={(button) => open(button, text.align, alignSections(editor, text))} />
        {quickBlocks.map((block, index) => (
          <Tool
            key={block.name}
            icon={block.icon}
            label={text[block.name]}
            pressed={state.blocks[index] ?? false}
            run={() => block.apply(editor, props.actions)}
          />
        ))}
        <Tool icon="image" label={text.image} run={() => props.actions.chooseFiles('image')} />
      </Toolbar>
    </div>
  )
}

/** What people change into and back all the time; the rest is behind the plus. */
const quickBlocks: Block[] = blocks.filter((block) => block.group === 'basic' || (block.group === 'lists' && block.name !== 'toggle'))

function insertSections(editor: Editor, text: EditorText, actions: BlockActions): MenuSection[] {
  const sections = new Map<string, MenuSection>()
  for (const offer of offersOf(text, actions)) {
    const label = offer.group ?? ''
    const section = sections.get(label) ?? { label, items: [] }
    sections.set(label, section)
    section.items.push({ label: offer.label, ...(offer.icon ? { icon: offer.icon } : {}), run: () => offer.apply(editor) })
  }
  return [...sections.values()]
}
