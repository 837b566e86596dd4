import { createMemo, createSignal, For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import type { DocumentRow } from '../rows.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { titleOf } from './actions.ts'
import { useDocuments } from './documents.ts'
import { en } from './en.ts'
import type { Place } from './tree.ts'

const t = textsOf(en)
const shownAtMost = 200

interface Destination {
  spaceId: string
  spaceName: string
  parentId: string | null
  label: string
  level: number
}

/** Asks where a page should go: the other way beside dragging. */
export function MoveDialog(props: { document: DocumentRow; onMove(place: Place, spaceName: string): void; onClose(): void }) {
  const workspace = useWorkspace()
  const documents = useDocuments()
  const [query, setQuery] = createSignal('')

  const destinations = createMemo(() => {
    const tree = documents.tree()
    const own = new Set(tree.familyOf(props.document.id))
    return workspace
      .spaces()
      .filter((space) => workspace.can('editor', space.id))
      .flatMap((space): Destination[] => [
        { spaceId: space.id, spaceName: space.name, parentId: null, label: t('moveTop', { space: space.name }), level: 0 },
        ...tree
          .visibleRows(space.id, () => true)
          .filter((row) => !own.has(row.document.id))
          .map((row) => ({
            spaceId: space.id,
            spaceName: space.name,
            parentId: row.document.id,
            label: titleOf(row.document),
            level: row.level,
          })),
      ])
  })
  const found = createMemo(() => {
    const wanted = query().trim().toLowerCase()
    return destinations()
      .filter((destination) => destination.label.toLowerCase().includes(wanted))
      .slice(0, shownAtMost)
  })
  const isHere = (destination: Destination) =>
    destination.spaceId === props.document.space_id && destination.parentId === props.document.parent_id
  const choose = (destination: Destination) =>
    props.onMove(
      documents.tree().placeAt(props.document.id, destination.spaceId, destination.parentId, Number.POSITIVE_INFINITY),
      destination.spaceName,
    )

  return (
    <Dialog title={t('moveTitle', { title: titleOf(props.document) })} closeLabel={common.close} onClose={() => props.onClose()}>
      <Field
        label={en.moveFilter}
        name="place"
        autocomplete="off"
        value={query()}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <ul class="move-list">
        <For each={found()} fallback={<li class="muted">{en.moveNone}</li>}>
          {(destination) => (
            <li>
              <button
                type="button"
                class="move-place"
                style={{ '--level': query() ? 0 : destination.level }}
                disabled={isHere(destination)}
                onClick={() => choose(destination)}
              >
                <Icon name={destination.parentId ? 'document' : 'space'} />
                <span class="grow ellipsis">{destination.label}</span>
                <Show when={isHere(destination)}>
                  <small>{en.moveHere}</small>
                </Show>
              </button>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  )
}
