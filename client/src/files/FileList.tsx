import { createResource, createSignal, createUniqueId, For, Show } from 'solid-js'
import { relativeTime, sizeOf, textsOf } from '../i18n.ts'
import { Icon } from '../ui/Icon.tsx'
import type { IconName } from '../ui/icons.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { type FileRow, thumbnailsOf } from './files.ts'

const t = textsOf(en)

interface FileListProps {
  files: readonly FileRow[]
  chosen: ReadonlySet<string>
  /** Beside one another, with large thumbnails. */
  isGrid: boolean
  onChoose(chosen: ReadonlySet<string>): void
  onOpen(file: FileRow): void
  onDelete(): void
  onRename(): void
}

/** Files to choose among, as a list or a grid. Arrows go, with Shift they take along, Ctrl+A takes all, Enter opens; a click chooses, a second one opens, and on
 *  a touch screen a tap opens and the box before the name chooses. */
export function FileList(props: FileListProps) {
  const workspace = useWorkspace()
  const id = createUniqueId()
  const [at, setAt] = createSignal(0)
  /** Where a range begins. */
  let from = 0
  let list!: HTMLDivElement
  const [thumbnails] = createResource(() => props.files, thumbnailsOf)
  /** How far it is to the next row. */
  const step = () => (props.isGrid ? getComputedStyle(list).gridTemplateColumns.split(' ').length : 1)
  const isForward = (key: string) => (key === 'ArrowRight') === (getComputedStyle(list).direction === 'ltr')
  const here = () => Math.min(at(), props.files.length - 1)

  function go(to: number, extend: boolean) {
    const next = Math.max(0, Math.min(props.files.length - 1, to))
    setAt(next)
    if (!extend) from = next
    const [low, high] = [Math.min(from, next), Math.max(from, next)]
    props.onChoose(new Set(props.files.slice(low, high + 1).map((file) => file.id)))
    list.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  function toggle(index: number) {
    const next = new Set(props.chosen)
    const file = props.files[index]
    if (file && !next.delete(file.id)) next.add(file.id)
    from = index
    setAt(index)
    props.onChoose(next)
  }

  function onKeyDown(event: KeyboardEvent) {
    const isCommand = event.ctrlKey || event.metaKey
    const file = props.files[here()]
    if (event.key === 'ArrowDown') go(here() + (props.chosen.size ? step() : 0), event.shiftKey)
    else if (event.key === 'ArrowUp') go(here() - step(), event.shiftKey)
    else if (props.isGrid && /^Arrow(Left|Right)$/.test(event.key)) go(here() + (isForward(event.key) ? 1 : -1), event.shiftKey)
    else if (event.key === 'Home') go(0, event.shiftKey)
    else if (event.key === 'End') go(props.files.length - 1, event.shiftKey)
    else if (event.key === 'a' && isCommand) props.onChoose(new Set(props.files.map((one) => one.id)))
    else if (event.key === ' ') toggle(here())
    else if (event.key === 'Enter' && file) props.onOpen(file)
    else if (event.key === 'Escape' && props.chosen.size > 0) props.onChoose(new Set<string>())
    else if (event.key === 'Delete') props.onDelete()
    else if (event.key === 'F2') props.onRename()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  function onClick(event: MouseEvent, index: number) {
    const isBox = (event.target as Element).closest('.file-box') !== null
    const isTouch = 'pointerType' in event && event.pointerType === 'touch'
    const file = props.files[index]
    if (isBox || event.ctrlKey || event.metaKey) toggle(index)
    else if (isTouch && file) props.onOpen(file)
    else go(index, event.shiftKey)
  }

  const details = (file: FileRow) => {
    if (file.trashed_at) return t('trashed', { when: relativeTime(file.trashed_at) })
    const who = workspace.nameOf(file.updated_by ?? '') ?? en.someone
    const when = relativeTime(file.updated_at)
    return file.is_folder ? t('detailsAlone', { when, who }) : t('details', { size: sizeOf(file.size ?? 0), when, who })
  }

  return (
    // biome-ignore lint/a11y/useAriaActivedescendantWithTabindex: it has one, in the way that Solid writes it
    <div
      ref={list}
      class="file-list"
      classList={{ 'is-grid': props.isGrid }}
      role="listbox"
      aria-label={en.list}
      aria-multiselectable="true"
      tabindex="0"
      aria-activedescendant={`${id}-${here()}`}
      onKeyDown={onKeyDown}
    >
      <For each={props.files}>
        {(file, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
          <div
            id={`${id}-${index()}`}
            role="option"
            aria-selected={props.chosen.has(file.id)}
            data-here={index() === here() ? '' : undefined}
            onClick={(event) => onClick(event, index())}
            onDblClick={() => props.onOpen(file)}
          >
            <span class="file-box" aria-hidden="true">
              <Icon name="check" />
            </span>
            <Show when={file.placeholder} fallback={<Icon name={iconOf(file)} />}>
              {(placeholder) => (
                <span class="file-thumbnail" style={{ 'background-image': `url("data:image/webp;base64,${placeholder()}")` }}>
                  <Show when={thumbnails.latest?.get(file.path ?? '')}>{(address) => <img src={address()} alt="" loading="lazy" />}</Show>
                </span>
              )}
            </Show>
            <span class="file-words">
              <strong dir="auto">{file.name}</strong>
              <small>{details(file)}</small>
            </span>
          </div>
        )}
      </For>
    </div>
  )
}

function iconOf({ is_folder, mime }: FileRow): IconName {
  if (is_folder) return 'archive'
  if (mime?.startsWith('image/')) return 'image'
  return /^(video|audio)\//.test(mime ?? '') ? 'play' : 'document'
}
