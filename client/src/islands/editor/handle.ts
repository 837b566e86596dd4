import type { Editor } from '@tiptap/core'
import type { EditorHandle, EditorProps } from '../contract.ts'
import { commentTools } from './comments.ts'
import { countBetween } from './count.ts'
import { finder } from './find/finder.ts'
import { follow } from './follow.ts'
import { anchorOf, goToBlock } from './moves/blockLink.ts'
import { goToHeading, headingsOf, watchOutline } from './outline.ts'

/** What reads the whole document waits until typing pauses for this long. */
const pauseMs = 300

/** What a panel beside the text may ask of the editor. */
export function editorHandle(editor: Editor, onBlockLink: EditorProps['onBlockLink'], copy: EditorHandle['copy']): EditorHandle {
  return {
    copy,
    focus: () => editor.commands.focus(),
    readText: () => editor.getText({ blockSeparator: '\n\n' }),
    watchOutline: (tell) => watchOutline(editor, onBlockLink !== null, (run) => afterPauses(editor, 'update', run), tell),
    goToHeading: (index, focus) => goToHeading(editor, index, focus),
    linkToHeading(index) {
      const position = headingsOf(editor)[index]?.position
      const anchor = position === undefined ? null : anchorOf(editor, position)
      if (anchor) onBlockLink?.(anchor)
    },
    goToBlock: (anchor) => goToBlock(editor, anchor),
    find: finder(editor),
    follow: (personId, onEnd) => follow(editor, personId, onEnd),
    comments: commentTools(editor),
    watchCount(tell) {
      const count = () => {
        const { doc, selection } = editor.state
        tell({
          text: countBetween(doc, 0, doc.content.size),
          selection: selection.empty ? null : countBetween(doc, selection.from, selection.to),
        })
      }
      const stops = [afterPauses(editor, 'update', count), afterPauses(editor, 'selectionUpdate', count)]
      count()
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

/** Runs when changes pause, never in the middle of a keystroke.
 *  @returns the way to stop */
function afterPauses(editor: Editor, event: 'update' | 'selectionUpdate', run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!editor.isDestroyed) run()
    }, pauseMs)
  }
  editor.on(event, wait)
  return () => {
    clearTimeout(timer)
    editor.off(event, wait)
  }
}
