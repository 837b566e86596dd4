import { For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { en } from './en.ts'
import type { MessageHost } from './messageHost.ts'
import type { MessageRow } from './messageLog.ts'
import { ReactionPicker } from './ReactionPicker.tsx'

const t = textsOf(en)

/** What can be done, above the message that is pointed at. */
export default function MessageBar(props: { row: MessageRow; name: string; host: MessageHost }) {
  const actions = () => props.host.actionsOf(props.row)
  return (
    <div class="message-tools" role="toolbar" aria-label={t('messageActions', { name: props.name })}>
      <Show when={props.host.mayReact()}>
        <ReactionPicker onPick={(emoji) => props.host.react(props.row, emoji)} />
      </Show>
      <For each={actions().filter((action) => action.inBar)}>
        {(action) => <IconButton icon={action.icon} label={action.label} onClick={action.run} />}
      </For>
      <Menu
        label={t('messageActions', { name: props.name })}
        iconOnly
        triggerClass="button quiet icon-only"
        trigger={<Icon name="more" />}
        items={actions().map(({ label, icon, danger, run }) => ({ label, icon, danger: danger ?? false, onSelect: run }))}
      />
    </div>
  )
}
