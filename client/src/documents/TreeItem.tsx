import { A } from '@solidjs/router'
import { createEffect, on, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { documentMenu, titleOf } from './actions.ts'
import { useDocuments } from './documents.ts'
import { en } from './en.ts'
import type { DropSide, Place, TreeRow } from './tree.ts'

const t = textsOf(en)

interface TreeItemProps {
  row: TreeRow
  current: boolean
  tabStop: boolean
  renaming: boolean
  /** Where a dragged page would land relative to this one. */
  dropSide: DropSide | undefined
  onFocus(): void
  onOpen(): void
  onExpand(expanded: boolean): void
  onRename(): void
  /** Undefined when the person thought better of it. */
  onRenamed(title: string | undefined): void
  onNewInside(): void
  onMoveTo(): void
  onMove(place: Place | null): void
  onTrash(): void
  onDrag(): void
  onDragOver(side: DropSide): void
  onDragEnd(): void
}

/** A line of the tree. Its buttons are for pointers and touch; the keyboard has keys for all of them and Shift+F10 for the menu. */
export function TreeItem(props: TreeItemProps) {
  const documents = useDocuments()
  const document = () => props.row.document
  const editable = () => documents.mayEdit(document())
  const sideOf = (event: DragEvent): DropSide => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    const part = (event.clientY - box.top) / box.height
    return part < 0.28 ? 'before' : part > 0.72 ? 'after' : 'inside'
  }
  return (
    <div
      role="treeitem"
      class="tree-row"
      data-id={document().id}
      data-drop={props.dropSide}
      aria-label={titleOf(document())}
      aria-level={props.row.level}
      aria-posinset={props.row.index}
      aria-setsize={props.row.siblings}
      aria-expanded={props.row.hasChildren ? props.row.expanded : undefined}
      aria-current={props.current ? 'page' : undefined}
      tabIndex={props.tabStop ? 0 : -1}
      style={{ '--level': props.row.level }}
      draggable={editable() && !props.renaming}
      onFocus={() => props.onFocus()}
      onDragStart={(event) => {
        event.dataTransfer?.setData('text/uri-list', location.origin + paths.document(document().id))
        if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copyMove'
        props.onDrag()
      }}
      onDragOver={(event) => props.onDragOver(sideOf(event))}
      onDragEnd={() => props.onDragEnd()}
    >
      <span
        class="tree-chevron"
        classList={{ none: !props.row.hasChildren }}
        aria-hidden="true"
        onClick={() => props.onExpand(!props.row.expanded)}
      >
        <Icon name="chevronRight" />
      </span>
      <Show
        when={props.renaming}
        fallback={
          // The row is the control; the link is there for the pointer: a new tab, a copied address. Draggable, it would steal the drag.
          <A class="tree-link" href={paths.document(document().id)} tabindex={-1} draggable={false} title={titleOf(document())}>
            <Show when={document().icon} fallback={<Icon name="document" />}>
              {(icon) => <span class="tree-icon">{icon()}</span>}
            </Show>
            <span class="ellipsis" classList={{ muted: !document().title }} dir="auto">
              {titleOf(document())}
            </span>
          </A>
        }
      >
        <RenameInput title={document().title} onDone={(title) => props.onRenamed(title)} />
      </Show>
      <Show when={!props.renaming}>
        <span class="tree-tools">
          <Menu
            label={t('actionsFor', { title: titleOf(document()) })}
            trigger={<Icon name="more" />}
            triggerClass="button quiet icon-only"
            iconOnly
            items={documentMenu(documents, document(), {
              newInside: () => props.onNewInside(),
              rename: () => props.onRename(),
              moveTo: () => props.onMoveTo(),
              move: (place) => props.onMove(place),
              trash: () => props.onTrash(),
            })}
          />
          <Show when={editable()}>
            <IconButton icon="plus" label={t('newInsideOf', { title: titleOf(document()) })} onClick={() => props.onNewInside()} />
          </Show>
        </span>
      </Show>
    </div>
  )
}

function RenameInput(props: { title: string; onDone(title: string | undefined): void }) {
  let input!: HTMLInputElement
  let done = false
  const finish = (title: string | undefined) => {
    // Removing the input blurs it, which would finish again.
    if (done) return
    done = true
    props.onDone(title)
  }
  createEffect(
    on(
      () => true,
      () => queueMicrotask(() => input.select()),
    ),
  )
  return (
    <input
      ref={input}
      class="tree-rename"
      aria-label={t('renaming', { title: props.title || en.untitled })}
      value={props.title}
      maxlength={300}
      dir="auto"
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter' && !event.isComposing) finish(input.value.trim())
        if (event.key === 'Escape') finish(undefined)
      }}
      onBlur={() => finish(input.value.trim())}
    />
  )
}
