import { useLocation, useNavigate } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, lazy, on, Show, Suspense } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { DocumentRow } from '../rows.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { attempt, moveAndTell, trashWithUndo } from './actions.ts'
import { useDocuments } from './documents.ts'
import { en } from './en.ts'
import { TreeItem } from './TreeItem.tsx'
import type { DropSide, Place } from './tree.ts'
import { createTreeKeys } from './treeKeys.ts'
import './documentTree.css'

const t = textsOf(en)
const MoveDialog = lazy(() => import('./MoveDialog.tsx').then((module) => ({ default: module.MoveDialog })))

/** The pages of a space as a tree: one stop of the Tab key, arrows move inside it. */
export function DocumentTree(props: { spaceId: string }) {
  const workspace = useWorkspace()
  const documents = useDocuments()
  const location = useLocation()
  const navigate = useNavigate()
  const [focused, setFocused] = createSignal<string>()
  const [renaming, setRenaming] = createSignal<string>()
  const [moving, setMoving] = createSignal<DocumentRow>()
  const [dragged, setDragged] = createSignal<string>()
  const [dropAt, setDropAt] = createSignal<{ id: string; side: DropSide }>()
  let list!: HTMLDivElement

  const rows = createMemo(() => documents.tree().visibleRows(props.spaceId, documents.isExpanded))
  // Rows are made anew at each change; by id the elements stay, and with them the focus.
  const ids = createMemo(() => rows().map((row) => row.document.id), [], { equals: (a, b) => a.join() === b.join() })
  const byId = createMemo(() => new Map(rows().map((row) => [row.document.id, row])))
  const current = () => (location.pathname.startsWith('/d/') ? idOf(location.pathname.slice(3)) : undefined)
  const spaceName = () => workspace.space(props.spaceId)?.name ?? ''
  /** The one row that Tab reaches. */
  const tabStop = () => [focused(), current(), ids()[0]].find((id) => id !== undefined && byId().has(id))

  createEffect(on(current, (id) => id && documents.reveal(id)))

  const focusRow = (id: string | undefined) => {
    if (!id) return
    setFocused(id)
    list.querySelector<HTMLElement>(`[data-id="${id}"]`)?.focus()
  }
  const open = (id: string) => navigate(paths.document(id))
  const move = (document: DocumentRow, place: Place | null) => {
    void moveAndTell(documents, document, place, spaceName()).then(() => focusRow(document.id))
  }
  const create = (parentId: string | null) => {
    const { id, stored } = documents.create(props.spaceId, parentId)
    void attempt(en.newPage, () => stored)
    open(id)
  }
  const trash = (document: DocumentRow) => {
    const at = ids().indexOf(document.id)
    const family = new Set(documents.tree().familyOf(document.id))
    const next = ids().find((id, index) => index > at && !family.has(id)) ?? ids()[at - 1]
    if (current() !== undefined && family.has(current() ?? ''))
      navigate(document.parent_id ? paths.document(document.parent_id) : paths.space(props.spaceId))
    void trashWithUndo(documents, document)
    focusRow(next)
  }
  const keys = createTreeKeys({
    rows,
    focusRow,
    open,
    expand: documents.expand,
    rename: setRenaming,
    trash,
    move,
    tree: documents.tree,
    mayEdit: documents.mayEdit,
  })

  const drop = () => {
    const at = dropAt()
    const document = documents.tree().find(dragged() ?? '')
    const target = at && documents.tree().find(at.id)
    if (document && target) move(document, documents.tree().place(document.id, target, at.side))
    setDragged(undefined)
    setDropAt(undefined)
  }

  return (
    <>
      <div
        ref={list}
        class="tree"
        role="tree"
        aria-label={t('treeOf', { space: spaceName() })}
        onKeyDown={keys}
        onDragOver={(event) => dropAt() && event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          drop()
        }}
      >
        <For each={ids()}>
          {(id) => (
            <Show when={byId().get(id)}>
              {(row) => (
                <TreeItem
                  row={row()}
                  current={current() === id}
                  tabStop={tabStop() === id}
                  renaming={renaming() === id}
                  dropSide={dropAt()?.id === id ? dropAt()?.side : undefined}
                  onFocus={() => setFocused(id)}
                  onExpand={(expanded) => documents.expand(id, expanded)}
                  onOpen={() => open(id)}
                  onRename={() => setRenaming(id)}
                  onRenamed={(title) => {
                    setRenaming(undefined)
                    if (title !== undefined && title !== row().document.title) void attempt(en.rename, () => documents.rename(id, title))
                    focusRow(id)
                  }}
                  onNewInside={() => create(id)}
                  onMoveTo={() => setMoving(row().document)}
                  onMove={(place) => move(row().document, place)}
                  onTrash={() => trash(row().document)}
                  onDrag={() => setDragged(id)}
                  onDragOver={(side) => {
                    const source = dragged()
                    setDropAt(source && documents.tree().place(source, row().document, side) ? { id, side } : undefined)
                  }}
                  onDragEnd={() => {
                    setDragged(undefined)
                    setDropAt(undefined)
                  }}
                />
              )}
            </Show>
          )}
        </For>
      </div>
      <Show when={workspace.loaded() && rows().length === 0}>
        <p class="tree-empty">
          {en.emptyTree}
          <Show when={workspace.can('editor', props.spaceId)}>
            <button type="button" class="link" onClick={() => create(null)}>
              {en.newPage}
            </button>
          </Show>
        </p>
      </Show>
      <Show when={moving()}>
        {(document) => (
          <Suspense>
            <MoveDialog
              document={document()}
              onClose={() => setMoving(undefined)}
              onMove={(place, space) => {
                const moved = document()
                setMoving(undefined)
                void moveAndTell(documents, moved, place, space)
              }}
            />
          </Suspense>
        )}
      </Show>
    </>
  )
}
