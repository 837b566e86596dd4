import { For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { IconButton } from '../ui/Button.tsx'
import { en } from './en.ts'
import { StageMark } from './Marks.tsx'
import type { TaskStore } from './taskStore.ts'
import type { TaskRow } from './tasks.ts'

const t = textsOf(en)

export function TaskLinks(props: { store: TaskStore; tasks: readonly TaskRow[]; onRemove?(task: TaskRow): void }) {
  return (
    <ul class="task-links">
      <For each={props.tasks}>
        {(row) => (
          <li classList={{ 'is-closed': row.closed_at !== null }}>
            <StageMark stage={props.store.stageOf(row.status_id)} label={en.stages[props.store.stageOf(row.status_id)]} />
            <a href={paths.task(props.store.keyOf(row))} dir="auto">
              {row.title}
            </a>
            <span class="task-key">{props.store.keyOf(row)}</span>
            <Show when={props.onRemove}>
              {(remove) => (
                <IconButton icon="close" label={t('noLongerWaits', { key: props.store.keyOf(row) })} onClick={() => remove()(row)} />
              )}
            </Show>
          </li>
        )}
      </For>
    </ul>
  )
}
