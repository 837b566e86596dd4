import { For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { Icon } from '../ui/Icon.tsx'
import { messageEn } from './messageEn.ts'
import type { MessageHost } from './messageHost.ts'
import type { MessageRow } from './messageLog.ts'
import { quickReactions } from './ReactionPicker.tsx'

const t = textsOf(messageEn)

/** What can be done with a message, for a thumb. */
export default function MessageSheet(props: { row: MessageRow; host: MessageHost; onClose(): void }) {
  const close = (run: () => void) => () => {
    props.onClose()
    run()
  }
  return (
    <Dialog title={messageEn.actionsTitle} closeLabel={common.close} onClose={() => props.onClose()}>
      <Show when={props.host.mayReact()}>
        <div class="sheet-reactions">
          <For each={quickReactions}>
            {(emoji) => (
              <button type="button" aria-label={t('reactWith', { emoji })} onClick={close(() => props.host.react(props.row, emoji))}>
                {emoji}
              </button>
            )}
          </For>
        </div>
      </Show>
      <ul class="sheet-actions">
        <For each={props.host.actionsOf(props.row)}>
          {(action) => (
            <li>
              <button type="button" classList={{ danger: action.danger ?? false }} onClick={close(action.run)}>
                <Icon name={action.icon} />
                {action.label}
              </button>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  )
}
