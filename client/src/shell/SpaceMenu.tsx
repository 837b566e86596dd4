import { Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { SpaceRow } from '../rows.ts'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { useNewDocument } from './newDocument.ts'
import { useShell } from './shellState.ts'

const t = textsOf(en)

/** What can be made in a space; nothing for who may make nothing. */
export function SpaceMenu(props: { space: SpaceRow }) {
  const workspace = useWorkspace()
  const shell = useShell()
  const newDocument = useNewDocument()

  return (
    <Show when={workspace.can('editor', props.space.id)}>
      <Menu
        label={t('addTo', { space: props.space.name })}
        iconOnly
        triggerClass="button icon-only"
        trigger={<Icon name="plus" />}
        items={[
          { label: t('newDocument'), icon: 'document', onSelect: () => newDocument(props.space.id) },
          { label: t('newRoom'), icon: 'chat', onSelect: () => shell.open({ kind: 'newRoom', space: props.space.id }) },
        ]}
      />
    </Show>
  )
}
