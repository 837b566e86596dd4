import type { DocumentRow } from '../rows.ts'
import type { DocumentTree, Place, TreeRow } from './tree.ts'

interface TreeKeyOptions {
  rows(): TreeRow[]
  tree(): DocumentTree
  focusRow(id: string | undefined): void
  open(id: string): void
  expand(id: string, open: boolean): void
  rename(id: string): void
  trash(document: DocumentRow): void
  move(document: DocumentRow, place: Place | null): void
  mayEdit(document: DocumentRow): boolean
}

/** Pauses longer than this begin a new search by typing. */
const typeAheadMs = 500

/** The keys of a tree as the ARIA practices have them, and Alt+Shift with arrows to move a page. */
export function createTreeKeys(options: TreeKeyOptions): (event: KeyboardEvent) => void {
  let typed = ''
  let typedAt = 0

  function focusByTyping(key: string, index: number) {
    const now = performance.now()
    typed = now - typedAt > typeAheadMs ? key : typed + key
    typedAt = now
    const rows = options.rows()
    const ahead = [...rows.slice(typed.length > 1 ? index : index + 1), ...rows]
    options.focusRow(ahead.find((row) => row.document.title.toLowerCase().startsWith(typed.toLowerCase()))?.document.id)
  }

  return (event) => {
    const item = event.target as HTMLElement
    // Buttons and the title's input inside a row have keys of their own.
    if (item.getAttribute('role') !== 'treeitem' || event.defaultPrevented) return
    const rows = options.rows()
    const index = rows.findIndex((row) => row.document.id === item.dataset.id)
    const row = rows[index]
    if (!row) return
    const { document } = row
    const rightToLeft = getComputedStyle(item).direction === 'rtl'
    const key = rightToLeft ? ({ ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }[event.key] ?? event.key) : event.key
    const focusAt = (at: number) => options.focusRow(rows[at]?.document.id)

    if (event.altKey && event.shiftKey) {
      const tree = options.tree()
      const moves: Record<string, () => Place | null> = {
        ArrowUp: () => tree.stepped(document.id, -1),
        ArrowDown: () => tree.stepped(document.id, 1),
        ArrowRight: () => tree.indented(document.id),
        ArrowLeft: () => tree.outdented(document.id),
      }
      const place = moves[key]
      if (!place || !options.mayEdit(document)) return
      event.preventDefault()
      return options.move(document, place())
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return

    const actions: Record<string, () => void> = {
      ArrowDown: () => focusAt(index + 1),
      ArrowUp: () => focusAt(index - 1),
      Home: () => focusAt(0),
      End: () => focusAt(rows.length - 1),
      ArrowRight: () => (row.hasChildren && !row.expanded ? options.expand(document.id, true) : row.expanded && focusAt(index + 1)),
      ArrowLeft: () =>
        row.expanded ? options.expand(document.id, false) : options.focusRow(options.tree().ancestorsOf(document.id).at(-1)?.id),
      Enter: () => options.open(document.id),
      ' ': () => options.open(document.id),
      F2: () => options.mayEdit(document) && options.rename(document.id),
      Delete: () => options.mayEdit(document) && options.trash(document),
      ContextMenu: () => item.querySelector<HTMLElement>('[aria-haspopup=menu]')?.click(),
    }
    const isMenuKey = event.shiftKey && event.key === 'F10'
    const action = isMenuKey ? actions.ContextMenu : actions[key]
    if (action) {
      event.preventDefault()
      action()
    } else if (event.key.length === 1) {
      event.preventDefault()
      focusByTyping(event.key, index)
    }
  }
}
