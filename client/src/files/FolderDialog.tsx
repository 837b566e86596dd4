import { createResource, createSignal, For, Match, Show, Switch } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { Select } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { type FileRow, readFolders } from './files.ts'

const t = textsOf(en)

/** Asks for a folder, of this space or another one; not one of those that are moved, nor what is inside them. */
export function FolderDialog(props: {
  title: string
  spaceId: string
  moving: readonly FileRow[]
  from: string | null
  onChoose(folder: string | null, space: string): void
  onClose(): void
}) {
  const workspace = useWorkspace()
  const [spaceId, setSpaceId] = createSignal(props.spaceId)
  const [folders] = createResource(spaceId, readFolders)
  /** Those in which the person may put something at the top, and the one of what is shared with him. */
  const spaces = () => [
    ...(workspace.space(props.spaceId) ? [] : [{ value: props.spaceId, label: en.shared }]),
    ...workspace
      .spaces()
      .filter((space) => !space.archived_at && workspace.can('editor', space.id))
      .map((space) => ({ value: space.id, label: space.name })),
  ]
  const isHere = (folder: string | null) => spaceId() === props.spaceId && folder === props.from
  const places = () => {
    const all = folders.state === 'ready' ? folders() : []
    const found: { folder: FileRow; level: number }[] = []
    const add = (parent: string | null, level: number) => {
      for (const folder of all) {
        if (folder.parent_id !== parent || props.moving.some(({ id }) => id === folder.id)) continue
        found.push({ folder, level })
        add(folder.id, level + 1)
      }
    }
    // Of what is shared alone, the folders above cannot be seen.
    for (const top of new Set(all.map(({ parent_id }) => parent_id))) if (!all.some(({ id }) => id === top)) add(top, 1)
    return found
  }
  const Place = (place: { id: string | null; name: string; level: number }) => (
    <li>
      <button
        type="button"
        class="folder-place"
        style={{ '--level': place.level }}
        disabled={isHere(place.id)}
        onClick={() => props.onChoose(place.id, spaceId())}
      >
        <Icon name={place.id ? 'archive' : 'space'} />
        <span class="grow ellipsis" dir="auto">
          {place.name}
        </span>
        <Show when={isHere(place.id)}>
          <small>{en.here}</small>
        </Show>
      </button>
    </li>
  )
  return (
    <Dialog title={props.title} closeLabel={common.cancel} onClose={() => props.onClose()}>
      <Show when={spaces().length > 1}>
        <Select label={en.space} value={spaceId()} options={spaces()} onChange={setSpaceId} />
      </Show>
      <Switch>
        <Match when={folders.error}>
          <p role="alert">{sentenceOf(folders.error)}</p>
        </Match>
        <Match when={folders.loading}>
          <Skeleton lines={3} />
        </Match>
        <Match when={true}>
          <ul class="folder-places">
            <Show when={workspace.space(spaceId())}>
              {(space) => <Place id={null} name={t('top', { space: space().name })} level={0} />}
            </Show>
            <For each={places()}>{({ folder, level }) => <Place id={folder.id} name={folder.name} level={level} />}</For>
          </ul>
        </Match>
      </Switch>
    </Dialog>
  )
}
