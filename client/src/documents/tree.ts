import type { DocumentRow } from '../rows.ts'

/** Where a document stands: under another one or at the top of a space, at a position among its siblings. */
export interface Place {
  spaceId: string
  parentId: string | null
  /** The positions of its neighbours there, of which positionIn makes its own; null without one. */
  after: string | null
  before: string | null
}

/** A line of the visible tree. */
export interface TreeRow {
  document: DocumentRow
  level: number
  /** Counts from 1. */
  index: number
  siblings: number
  hasChildren: boolean
  expanded: boolean
}

export type DropSide = 'before' | 'inside' | 'after'

/** Answers questions about the documents of a workspace. A document whose parent is not among them (shared alone, or the parent is in
 *  the trash) stands at the top of its space. */
export function documentTree(documents: readonly DocumentRow[]) {
  const byId = new Map(documents.map((document) => [document.id, document]))
  const children = new Map<string, DocumentRow[]>()
  for (const document of documents) {
    const key = keyOf(document.space_id, parentOf(document))
    const siblings = children.get(key)
    if (siblings) siblings.push(document)
    else children.set(key, [document])
  }
  for (const siblings of children.values()) siblings.sort(inOrder)

  function parentOf(document: DocumentRow): string | null {
    const parent = document.parent_id === null ? undefined : byId.get(document.parent_id)
    return parent && parent.space_id === document.space_id ? parent.id : null
  }
  const childrenOf = (spaceId: string, parentId: string | null): DocumentRow[] => children.get(keyOf(spaceId, parentId)) ?? []
  const siblingsOf = (document: DocumentRow) => childrenOf(document.space_id, parentOf(document))

  /** From the top of the space down, without the document itself. */
  function ancestorsOf(id: string): DocumentRow[] {
    const found: DocumentRow[] = []
    for (let at = byId.get(id); at; ) {
      const parentId = parentOf(at)
      at = parentId === null ? undefined : byId.get(parentId)
      // Two people may move two documents into each other before the server refuses one.
      if (at && found.includes(at)) break
      if (at) found.unshift(at)
    }
    return found
  }

  /** The document and everything below it. */
  function familyOf(id: string): string[] {
    const found = new Set([id])
    for (const member of found) {
      const document = byId.get(member)
      if (document) for (const child of childrenOf(document.space_id, member)) found.add(child.id)
    }
    return [...found]
  }

  /** The lines that are visible when these documents are expanded, from top to bottom. */
  function visibleRows(spaceId: string, expanded: (id: string) => boolean): TreeRow[] {
    const rows: TreeRow[] = []
    const visit = (parentId: string | null, level: number) => {
      const siblings = childrenOf(spaceId, parentId)
      for (const [index, document] of siblings.entries()) {
        const hasChildren = childrenOf(spaceId, document.id).length > 0
        const open = hasChildren && expanded(document.id)
        rows.push({ document, level, index: index + 1, siblings: siblings.length, hasChildren, expanded: open })
        if (open) visit(document.id, level + 1)
      }
    }
    visit(null, 1)
    return rows
  }

  /** The place between two siblings, not counting the document that moves. `index` counts among the others. */
  function placeAt(moving: string, spaceId: string, parentId: string | null, index: number): Place {
    const others = childrenOf(spaceId, parentId).filter((document) => document.id !== moving)
    const at = Math.min(Math.max(index, 0), others.length)
    const after = others[at - 1]?.position ?? null
    // Siblings made at the same moment may share a position: between them is no room, so behind all of them.
    const before = others.slice(at).find((document) => after === null || document.position > after)?.position ?? null
    return { spaceId, parentId, after, before }
  }

  /** Whether the document would end up inside itself. */
  const isInside = (id: string, parentId: string | null) => parentId !== null && familyOf(id).includes(parentId)

  function place(id: string, target: DocumentRow, side: DropSide): Place | null {
    if (id === target.id) return null
    const parentId = side === 'inside' ? target.id : parentOf(target)
    if (isInside(id, parentId)) return null
    if (side === 'inside') return placeAt(id, target.space_id, target.id, Number.POSITIVE_INFINITY)
    const others = siblingsOf(target).filter((document) => document.id !== id)
    return placeAt(id, target.space_id, parentId, others.indexOf(target) + (side === 'after' ? 1 : 0))
  }

  /** Up or down among its siblings; null at the end. */
  function stepped(id: string, step: -1 | 1): Place | null {
    const document = byId.get(id)
    if (!document) return null
    const index = siblingsOf(document).indexOf(document) + step
    if (index < 0 || index >= siblingsOf(document).length) return null
    return placeAt(id, document.space_id, parentOf(document), index)
  }

  /** Under the sibling above it; null for the first. */
  function indented(id: string): Place | null {
    const document = byId.get(id)
    const above = document && siblingsOf(document)[siblingsOf(document).indexOf(document) - 1]
    return above ? place(id, above, 'inside') : null
  }

  /** Beside its parent; null at the top. */
  function outdented(id: string): Place | null {
    const document = byId.get(id)
    const parentId = document ? parentOf(document) : null
    const parent = parentId === null ? undefined : byId.get(parentId)
    return parent ? place(id, parent, 'after') : null
  }

  return {
    find: (id: string) => byId.get(id),
    childrenOf,
    ancestorsOf,
    familyOf,
    visibleRows,
    isInside,
    place,
    placeAt,
    stepped,
    indented,
    outdented,
  }
}

export type DocumentTree = ReturnType<typeof documentTree>

function keyOf(spaceId: string, parentId: string | null): string {
  return `${spaceId}/${parentId ?? ''}`
}

/** Positions compare by code unit, as the database's "C" collation does; equal ones (made at the same moment) by id. */
function inOrder(left: DocumentRow, right: DocumentRow): number {
  if (left.position !== right.position) return left.position < right.position ? -1 : 1
  return left.id < right.id ? -1 : 1
}
