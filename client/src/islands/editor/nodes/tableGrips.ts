import type { Editor } from '@tiptap/core'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { cellAround, moveTableColumn, moveTableRow, selectedRect, type TableRect } from '@tiptap/pm/tables'
import type { EditorView } from '@tiptap/pm/view'
import type { EditorText } from '../../contract.ts'
import { makeButton } from '../dom.ts'
import { iconElement } from '../icons.tsx'
import { type MenuSection, openMenu } from '../menu.ts'

interface GripOptions {
  text: EditorText
  container: HTMLElement
}

const narrowest = 48
const widest = 800
const widthStep = 40

/** Grips at the table in which the caret stands: one above its column, one beside its row. Each opens a menu. */
export function tableGrips(editor: Editor, options: GripOptions): Plugin {
  return new Plugin({
    key: new PluginKey('tableGrips'),
    view(view) {
      const grips = createGrips(view, editor, options)
      options.container.append(grips.column, grips.row)
      let readable: boolean | undefined
      const place = () => {
        grips.place()
        if (readable !== view.editable) letScroll(view)
        readable = view.editable
      }
      const sizes = new ResizeObserver(place)
      sizes.observe(view.dom)
      // Scrolling, of the page or of a wide table.
      document.addEventListener('scroll', place, { capture: true, passive: true })
      return {
        update: place,
        destroy() {
          sizes.disconnect()
          document.removeEventListener('scroll', place, { capture: true })
          grips.column.remove()
          grips.row.remove()
        },
      }
    },
  })
}

/** Where there is no caret that takes a wide table along, the keyboard scrolls it. */
function letScroll(view: EditorView) {
  for (const wrapper of view.dom.querySelectorAll<HTMLElement>('.tableWrapper')) {
    if (view.editable) wrapper.removeAttribute('tabindex')
    else wrapper.tabIndex = 0
  }
}

function createGrips(view: EditorView, editor: Editor, options: GripOptions) {
  const { text } = options
  const open = (kind: 'column' | 'row') => (button: HTMLButtonElement) => {
    const sections = kind === 'column' ? [columnSection(editor, text)] : [rowSection(editor, text)]
    const label = kind === 'column' ? text.tableColumn : text.tableRow
    openMenu({
      container: options.container,
      anchor: button,
      label,
      sections: [...sections, cellSection(editor, text)],
      onClose: () => editor.commands.focus(),
    })
  }
  const column = makeButton(text.tableColumn, { className: 'table-grip column', icon: iconElement('more') }, open('column'))
  const row = makeButton(text.tableRow, { className: 'table-grip row', icon: iconElement('more') }, open('row'))
  for (const grip of [column, row]) {
    grip.ariaHasPopup = 'menu'
    // The selection in the table belongs to it: Alt+F10 leads here, Tab moves between cells.
    grip.tabIndex = -1
    grip.hidden = true
  }
  return {
    column,
    row,
    place() {
      const cell = view.editable ? cellAround(view.state.selection.$head) : null
      const dom = cell && view.nodeDOM(cell.pos)
      const visible = dom instanceof HTMLElement
      column.hidden = row.hidden = !visible
      if (!visible) return
      const wrapper = dom.closest('.tableWrapper')?.getBoundingClientRect()
      const table = dom.closest('table')?.getBoundingClientRect()
      const box = dom.getBoundingClientRect()
      if (!wrapper || !table) return
      const middle = Math.min(Math.max((box.left + box.right) / 2, wrapper.left), wrapper.right)
      Object.assign(column.style, { left: `${middle}px`, top: `${table.top}px` })
      const rightToLeft = getComputedStyle(dom).direction === 'rtl'
      const side = rightToLeft ? Math.min(table.right, wrapper.right) : Math.max(table.left, wrapper.left)
      Object.assign(row.style, { left: `${side}px`, top: `${(box.top + box.bottom) / 2}px` })
    },
  }
}

/** Everything that can be done with the cells that are selected, for a place where there is only one button. */
export const tableSections = (editor: Editor, text: EditorText): MenuSection[] => [
  columnSection(editor, text),
  rowSection(editor, text),
  cellSection(editor, text),
]

function columnSection(editor: Editor, text: EditorText): MenuSection {
  const rect = selectedRect(editor.state)
  const run = (command: (chain: ReturnType<Editor['chain']>) => ReturnType<Editor['chain']>) => () => command(editor.chain().focus()).run()
  return {
    label: text.tableColumn,
    items: [
      { label: text.columnBefore, run: run((chain) => chain.addColumnBefore()) },
      { label: text.columnAfter, run: run((chain) => chain.addColumnAfter()) },
      { label: text.columnLeft, disabled: rect.left === 0, run: () => moveColumn(editor, rect, -1) },
      { label: text.columnRight, disabled: rect.right === rect.map.width, run: () => moveColumn(editor, rect, 1) },
      { label: text.columnWider, run: () => setWidths(editor, rect, widthStep) },
      { label: text.columnNarrower, run: () => setWidths(editor, rect, -widthStep) },
      { label: text.columnAuto, run: () => setWidths(editor, rect, null) },
      { label: text.columnHeader, run: run((chain) => chain.toggleHeaderColumn()) },
      { label: text.columnDelete, danger: true, run: run((chain) => chain.deleteColumn()) },
    ],
  }
}

function rowSection(editor: Editor, text: EditorText): MenuSection {
  const rect = selectedRect(editor.state)
  return {
    label: text.tableRow,
    items: [
      { label: text.rowBefore, run: () => editor.chain().focus().addRowBefore().run() },
      { label: text.rowAfter, run: () => editor.chain().focus().addRowAfter().run() },
      { label: text.rowUp, disabled: rect.top === 0, run: () => moveRow(editor, rect, -1) },
      { label: text.rowDown, disabled: rect.bottom === rect.map.height, run: () => moveRow(editor, rect, 1) },
      { label: text.rowHeader, run: () => editor.chain().focus().toggleHeaderRow().run() },
      { label: text.rowDelete, danger: true, run: () => editor.chain().focus().deleteRow().run() },
    ],
  }
}

function cellSection(editor: Editor, text: EditorText): MenuSection {
  return {
    label: text.table,
    items: [
      { label: text.cellsMerge, disabled: !editor.can().mergeCells(), run: () => editor.chain().focus().mergeCells().run() },
      { label: text.cellSplit, disabled: !editor.can().splitCell(), run: () => editor.chain().focus().splitCell().run() },
      { label: text.tableDelete, danger: true, run: () => editor.chain().focus().deleteTable().run() },
    ],
  }
}

function moveColumn(editor: Editor, rect: TableRect, by: 1 | -1) {
  const from = by > 0 ? rect.right - 1 : rect.left
  moveTableColumn({ from, to: from + by, select: true, pos: rect.tableStart + 1 })(editor.state, editor.view.dispatch)
}

function moveRow(editor: Editor, rect: TableRect, by: 1 | -1) {
  const from = by > 0 ? rect.bottom - 1 : rect.top
  moveTableRow({ from, to: from + by, select: true, pos: rect.tableStart + 1 })(editor.state, editor.view.dispatch)
}

/** Makes the selected columns wider or narrower by pixels, or as wide as their text. */
function setWidths(editor: Editor, { map, table, tableStart, left, right }: TableRect, by: number | null) {
  const { tr } = editor.state
  const done = new Set<number>()
  for (let column = left; column < right; column++) {
    for (let row = 0; row < map.height; row++) {
      const at = map.map[row * map.width + column]
      const cell = at === undefined ? null : table.nodeAt(at)
      if (at === undefined || !cell || done.has(at)) continue
      done.add(at)
      const span = cell.attrs.colspan as number
      const shown = (editor.view.nodeDOM(tableStart + at) as HTMLElement | null)?.offsetWidth ?? widthStep * 3
      const before = (cell.attrs.colwidth as number[] | null) ?? Array<number>(span).fill(Math.round(shown / span))
      const widths = before.map((width, index) => {
        const mine = index === column - map.colCount(at)
        return mine || span === 1 ? Math.min(Math.max((width || Math.round(shown / span)) + (by ?? 0), narrowest), widest) : width
      })
      tr.setNodeMarkup(tableStart + at, null, { ...cell.attrs, colwidth: by === null ? null : widths })
    }
  }
  editor.view.dispatch(tr)
}
