import type { Editor } from '@tiptap/core'
import { alignments, colours } from '../../../../hocuspocus-server/src/schema/palette.ts'
import type { EditorText } from '../contract.ts'
import type { MenuSection } from './menu.ts'

/** The colours of letters and of the ground under them. */
export function colourSections(editor: Editor, text: EditorText): MenuSection[] {
  const ofText = editor.getAttributes('textStyle').color ?? null
  const ground = editor.isActive('highlight') ? (editor.getAttributes('highlight').color ?? 'yellow') : null
  return [
    {
      label: text.textColour,
      items: [
        { label: text.noColour, swatch: 'none', checked: ofText === null, run: () => editor.chain().focus().unsetTextColour().run() },
        ...colours.map((colour) => ({
          label: text.colours[colour],
          swatch: `text-${colour}`,
          checked: ofText === colour,
          run: () => editor.chain().focus().setTextColour(colour).run(),
        })),
      ],
    },
    {
      label: text.highlight,
      items: [
        { label: text.noHighlight, swatch: 'none', checked: ground === null, run: () => editor.chain().focus().unsetHighlight().run() },
        ...colours.map((colour) => ({
          label: text.colours[colour],
          swatch: `ground-${colour}`,
          checked: ground === colour,
          run: () => editor.chain().focus().setHighlight({ color: colour }).run(),
        })),
      ],
    },
  ]
}

const alignmentLooks = {
  left: { label: 'alignLeft', icon: 'left' },
  center: { label: 'alignCenter', icon: 'center' },
  right: { label: 'alignRight', icon: 'rightAlign' },
  justify: { label: 'alignJustify', icon: 'justify' },
} as const

/** Where the lines of the selected blocks stand. The one that is set is taken back by choosing it again. */
export function alignSections(editor: Editor, text: EditorText): MenuSection[] {
  return [
    {
      label: text.align,
      items: alignments.map((align) => {
        const checked = editor.isActive({ textAlign: align })
        return {
          label: text[alignmentLooks[align].label],
          icon: alignmentLooks[align].icon,
          checked,
          run: () => setAlignment(editor, checked ? null : align),
        }
      }),
    },
  ]
}

function setAlignment(editor: Editor, textAlign: string | null) {
  editor.chain().focus().updateAttributes('paragraph', { textAlign }).updateAttributes('heading', { textAlign }).run()
}
