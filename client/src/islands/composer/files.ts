import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import type { ComposerProps } from '../contract.ts'

/** Files that are pasted or dropped do not stand in the text: whoever shows the field takes them. */
export function files(options: { latest: { current: ComposerProps } }) {
  const take = (transfer: DataTransfer | null): boolean => {
    const found = [...(transfer?.files ?? [])]
    // A copied web page or spreadsheet carries a picture of itself beside its text: the text is meant.
    if (found.length === 0 || transfer?.types.includes('text/plain')) return false
    options.latest.current.onFiles(found)
    return true
  }
  return Extension.create({
    name: 'files',
    addProseMirrorPlugins: () => [
      new Plugin({
        props: {
          handlePaste: (_view, event) => take(event.clipboardData),
          handleDrop: (_view, event, _slice, moved) => {
            if (moved || !take(event.dataTransfer)) return false
            event.preventDefault()
            return true
          },
        },
      }),
    ],
  })
}
