import { type Editor, InputRule } from '@tiptap/core'
import { TableView } from '@tiptap/extension-table'
import type { Node as DocumentNode, Schema } from '@tiptap/pm/model'
import { Plugin, TextSelection } from '@tiptap/pm/state'
import { columnResizing, isInTable, tableEditing } from '@tiptap/pm/tables'
import { Table } from '../../../../../hocuspocus-server/src/schema/nodes.ts'
import type { EditorText } from '../../contract.ts'
import { make } from '../dom.ts'
import { openPopover } from '../popover.ts'
import { tableGrips } from './tableGrips.ts'

const leastWidth = 48
/** As many as a phone shows at once, and a mouse can aim at. */
const gridSize = 8
/** What somebody pastes beyond this is no table for a page. */
const mostCells = 5000

/** Tables: drawn so that wide ones scroll, with grips for rows and columns. `||| ` makes one, and so do pasted cells. */
export function tableView(options: { text: EditorText; container: HTMLElement }) {
  return Table.extend({
    addNodeView: () => null,
    addInputRules() {
      return [
        new InputRule({
          find: /^\|\|+\|?\s$/,
          handler({ state, range, match }) {
            const columns = Math.max((match[0].match(/\|/g)?.length ?? 3) - 1, 2)
            const $from = state.doc.resolve(range.from)
            const table = makeTable(state.schema, emptyCells(columns, 3))
            if (!$from.node(-1).canReplaceWith($from.index(-1), $from.indexAfter(-1), table.type)) return null
            state.tr.replaceWith($from.before(), $from.after(), table)
            state.tr.setSelection(TextSelection.near(state.tr.doc.resolve($from.before() + 1)))
          },
        }),
      ]
    },
    addProseMirrorPlugins() {
      return [
        // Tiptap asks once whether the text may be written; here that changes with time.
        columnResizing({ cellMinWidth: leastWidth, defaultCellMinWidth: leastWidth * 2, View: TableView as never }),
        tableEditing(),
        tableGrips(this.editor, options),
        pasteCells(),
      ]
    },
  })
}

const emptyCells = (columns: number, rows: number): string[][] => Array.from({ length: rows }, () => Array<string>(columns).fill(''))

/** A table with these texts; the first row is its head. */
function makeTable(schema: Schema, rows: string[][]): DocumentNode {
  const { table, tableRow, tableHeader, tableCell, paragraph } = schema.nodes
  if (!table || !tableRow || !tableHeader || !tableCell || !paragraph) throw new Error('The schema has no tables')
  const width = Math.max(...rows.map((row) => row.length))
  const cells = rows.map((row, index) => {
    const type = index === 0 ? tableHeader : tableCell
    return Array.from({ length: width }, (_, column) =>
      type.create(null, paragraph.create(null, row[column] ? schema.text(row[column]) : null)),
    )
  })
  return table.create(
    null,
    cells.map((row) => tableRow.create(null, row)),
  )
}

/** Lines of cells with tabs between them, as spreadsheets and terminals give them. */
function pasteCells(): Plugin {
  return new Plugin({
    props: {
      handlePaste(view, event) {
        const data = event.clipboardData
        const text = data?.getData('text/plain') ?? ''
        if (data?.types.includes('text/html') || !text.includes('\t') || !view.editable) return false
        const { $from } = view.state.selection
        const rows = text
          .replace(/\r\n?/g, '\n')
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => line.split('\t'))
        const isGrid =
          rows.length > 0 && rows.every((row) => row.length === rows[0]?.length) && rows.length * (rows[0]?.length ?? 0) <= mostCells
        if (!isGrid || isInTable(view.state) || $from.parent.type.spec.code) return false
        view.dispatch(view.state.tr.replaceSelectionWith(makeTable(view.state.schema, rows)).scrollIntoView())
        return true
      },
    },
  })
}

/** Asks at the caret how large a table is to be, and inserts it. */
export function chooseTable(editor: Editor, { text, container }: { text: EditorText; container: HTMLElement }) {
  const { from } = editor.state.selection
  const size = make('p', { role: 'status' })
  const cells = Array.from({ length: gridSize * gridSize }, (_, index) => {
    const cell = make('button', { type: 'button', tabIndex: index === 0 ? 0 : -1 })
    cell.ariaLabel = text.tableSize((index % gridSize) + 1, Math.floor(index / gridSize) + 1)
    return cell
  })
  const grid = make('div', { className: 'table-sizes', role: 'group', ariaLabel: text.table }, ...cells)
  let chosen = 0
  const mark = (index: number) => {
    chosen = index
    const [column, row] = [index % gridSize, Math.floor(index / gridSize)]
    size.textContent = text.tableSize(column + 1, row + 1)
    for (const [at, cell] of cells.entries()) cell.classList.toggle('inside', at % gridSize <= column && Math.floor(at / gridSize) <= row)
  }
  const insert = () => {
    close()
    editor
      .chain()
      .focus()
      .insertTable({ cols: (chosen % gridSize) + 1, rows: Math.floor(chosen / gridSize) + 1, withHeaderRow: true })
      .run()
  }
  for (const [index, cell] of cells.entries()) {
    cell.addEventListener('pointerenter', () => mark(index))
    cell.addEventListener('focus', () => mark(index))
    cell.addEventListener('click', insert)
  }
  grid.addEventListener('keydown', (event) => {
    const rightToLeft = getComputedStyle(grid).direction === 'rtl' ? -1 : 1
    const step = { ArrowRight: rightToLeft, ArrowLeft: -rightToLeft, ArrowDown: gridSize, ArrowUp: -gridSize }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const column = (chosen % gridSize) + (Math.abs(step) === 1 ? step : 0)
    const next = chosen + step
    if (column >= 0 && column < gridSize && next >= 0 && next < cells.length) cells[next]?.focus()
  })
  const close = openPopover({
    container,
    anchor: { getBoundingClientRect: () => caretRect(editor, from), contextElement: editor.view.dom },
    element: make('div', { className: 'table-chooser', role: 'dialog', ariaLabel: text.table }, grid, size),
    onClose: () => editor.commands.focus(),
  })
  // Three by three is what most people want.
  cells[2 * gridSize + 2]?.focus({ preventScroll: true })
}

export function caretRect(editor: Editor, position: number): DOMRect {
  const { left, top, bottom } = editor.view.coordsAtPos(Math.min(position, editor.state.doc.content.size))
  return new DOMRect(left, top, 0, bottom - top)
}
