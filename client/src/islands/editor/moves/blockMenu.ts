import type { Editor } from '@tiptap/core'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import type { EditorText } from '../../contract.ts'
import { type BlockActions, blocks } from '../blocks.ts'
import type { MenuSection } from '../menu.ts'
import { asOneStep } from '../undoStep.ts'
import { anchorOf, isLinkable } from './blockLink.ts'
import { deleteBlocks, duplicateBlocks, moveBlocks, selectedBlocks } from './blockRange.ts'

/** What can be done with the blocks that hold the selection. */
export function blockSections(editor: Editor, text: EditorText, actions: BlockActions): MenuSection[] {
  const act = (change: (state: EditorState) => Transaction | null) => () => changeBlocks(editor, change)
  return [
    {
      label: text.block,
      items: [
        { label: text.moveUp, icon: 'up', disabled: !moveBlocks(editor.state, -1), run: act((state) => moveBlocks(state, -1)) },
        { label: text.moveDown, icon: 'down', disabled: !moveBlocks(editor.state, 1), run: act((state) => moveBlocks(state, 1)) },
        { label: text.duplicate, icon: 'page', run: act(duplicateBlocks) },
        ...linkTo(editor, text, actions),
        { label: text.deleteBlock, icon: 'trash', danger: true, run: act(deleteBlocks) },
      ],
    },
    { label: text.turnInto, items: canTurn(editor) ? turnInto(editor, text, actions) : [] },
  ]
}

function linkTo(editor: Editor, text: EditorText, actions: BlockActions): MenuSection['items'] {
  const { linkToBlock } = actions
  const range = selectedBlocks(editor.state)
  if (!range || !linkToBlock || !isLinkable(editor, range.parent.child(range.first))) return []
  const run = () => {
    const anchor = anchorOf(editor, range.from)
    if (anchor) linkToBlock(anchor)
  }
  return [{ label: text.copyLink, icon: 'link', run }]
}

/** Runs a change of blocks as one step of undo. */
export function changeBlocks(editor: Editor, change: (state: EditorState) => Transaction | null): boolean {
  const transaction = editor.isEditable ? change(editor.state) : null
  if (!transaction) return false
  asOneStep(editor.state, () => editor.view.dispatch(transaction))
  return true
}

const turnable = blocks.filter(
  ({ group, name }) => (group === 'basic' && name !== 'divider') || (group === 'lists' && name !== 'toggle') || group === 'callouts',
)

/** Only words can become something else: a table or a picture cannot. */
function canTurn(editor: Editor): boolean {
  const range = selectedBlocks(editor.state)
  return (
    range !== null &&
    !['table', 'image', 'file', 'blockMath', 'horizontalRule', 'details'].includes(range.parent.child(range.first).type.name)
  )
}

const turnInto = (editor: Editor, text: EditorText, actions: BlockActions) =>
  turnable.map((block) => ({
    label: text[block.name],
    icon: block.icon,
    checked: block.isActive(editor) && (block.name !== 'paragraph' || !editor.isActive('list')),
    run: () => asOneStep(editor.state, () => block.apply(editor, actions)),
  }))
