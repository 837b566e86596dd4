import type { EditorState } from '@tiptap/pm/state'
import { yUndoPluginKey } from '@tiptap/y-tiptap'

/** Runs a change as one step of undo, whatever was typed just before or after. */
export function asOneStep(state: EditorState, change: () => void) {
  const undo = yUndoPluginKey.getState(state)?.undoManager
  undo?.stopCapturing()
  change()
  undo?.stopCapturing()
}
