import { For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { en } from './en.ts'
import { Line, Part } from './TaskText.tsx'
import type { CheckItem } from './tasks.ts'

const t = textsOf(en)

export function Checklist(props: { items: readonly CheckItem[]; mayEdit: boolean; onChange(items: CheckItem[]): void }) {
  return (
    <Show when={props.mayEdit || props.items.length > 0}>
      <Part title={en.checklist}>
        <ul class="checklist">
          <For each={props.items}>
            {(item) => (
              <li>
                <label classList={{ done: item.done }}>
                  <input
                    type="checkbox"
                    checked={item.done}
                    disabled={!props.mayEdit}
                    onChange={(event) =>
                      props.onChange(
                        props.items.map((other) => (other.id === item.id ? { ...item, done: event.currentTarget.checked } : other)),
                      )
                    }
                  />
                  <span dir="auto">{item.text}</span>
                </label>
                <Show when={props.mayEdit}>
                  <IconButton
                    icon="close"
                    label={t('removeItem', { text: item.text })}
                    onClick={() => props.onChange(props.items.filter((other) => other.id !== item.id))}
                  />
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={props.mayEdit}>
          <Line label={en.checkItem} onEnter={(text) => props.onChange([...props.items, { id: crypto.randomUUID(), text, done: false }])} />
        </Show>
      </Part>
    </Show>
  )
}
