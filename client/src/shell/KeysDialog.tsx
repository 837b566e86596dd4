import { For, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { textsOf } from '../i18n.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { en } from './en.ts'
import { pageKeys, roomKeys } from './keysEn.ts'
import { useShell } from './shellState.ts'
import './keysDialog.css'

const t = textsOf(en)

const shortcuts = [
  [['Ctrl', 'K'], 'keys.palette'],
  [['G', 'H'], 'keys.home'],
  [['G', 'I'], 'keys.inbox'],
  [['G', 'D'], 'keys.documents'],
  [['G', 'C'], 'keys.chat'],
  [['G', 'T'], 'keys.tasks'],
  [['G', 'P'], 'keys.people'],
  [['G', 'S'], 'keys.settings'],
  [['C'], 'keys.create'],
  [['['], 'keys.sidebar'],
  [[']'], 'keys.panel'],
  [['?'], 'keys.help'],
] as const

const isApple = /mac|iphone|ipad/i.test(navigator.platform)
/** The names that the person's keyboard has. */
const shown = (key: string) => (isApple ? ({ Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }[key] ?? key) : key)

/** Every key that works everywhere, and those of an open page. */
export default function KeysDialog(props: { onClose(): void }) {
  const shell = useShell()
  return (
    <Dialog title={t('keys.title')} closeLabel={common.close} onClose={() => props.onClose()}>
      <Show when={!shell.singleKeys()}>
        <p class="muted">{t('keys.off')}</p>
      </Show>
      <dl class="keys">
        <For each={shortcuts}>
          {([keys, label]) => (
            <div>
              <dt>{t(label)}</dt>
              <dd>
                <For each={keys}>{(key) => <kbd>{shown(key)}</kbd>}</For>
              </dd>
            </div>
          )}
        </For>
      </dl>
      <For each={[roomKeys, pageKeys]}>
        {(section) => (
          <>
            <h3>{section.title}</h3>
            <For each={section.groups}>
              {(group) => (
                <>
                  <h4 class="muted">{group.title}</h4>
                  <dl class="keys">
                    <For each={group.keys}>
                      {([keys, label]) => (
                        <div>
                          <dt>{label}</dt>
                          <dd>
                            <For each={keys.split(' ')}>{(key) => <kbd>{shown(key)}</kbd>}</For>
                          </dd>
                        </div>
                      )}
                    </For>
                  </dl>
                </>
              )}
            </For>
          </>
        )}
      </For>
    </Dialog>
  )
}
