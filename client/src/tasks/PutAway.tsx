import { createSignal, For, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { relativeTime, textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { en } from './en.ts'
import type { TaskStore } from './taskStore.ts'
import { readPutAway, type TaskRow } from './tasks.ts'

const t = textsOf(en)

/** What was archived, or lies in the trash. */
export function PutAway(props: { store: TaskStore; where: 'archived_at' | 'trashed_at'; mayEdit: boolean }) {
  const [times, setTimes] = createSignal(0)
  const found = createLoad(
    () => ({ space: props.store.space(), where: props.where, times: times() }),
    ({ space, where }) => readPutAway(space, where),
  )

  async function restore(task: TaskRow) {
    await props.store.change([task.id], { [props.where]: null }, en.restore)
    await props.store.load()
    setTimes(times() + 1)
  }

  return (
    <div class="task-list">
      <Show
        when={found.value()}
        fallback={
          <Show when={found.error()} fallback={<Skeleton lines={5} />}>
            <EmptyState icon="alert" title={en.failed} text={sentenceOf(found.error())} />
          </Show>
        }
      >
        {(rows) => (
          <Show when={rows().length > 0} fallback={<EmptyState icon="archive" title={en.nothingPutAway} />}>
            <For each={rows()}>
              {(task) => (
                <div class="task-row">
                  <span class="task-key">{props.store.keyOf(task)}</span>
                  <span class="row-title" dir="auto">
                    {task.title}
                  </span>
                  <time class="muted" datetime={task[props.where] ?? ''}>
                    {relativeTime(task[props.where] ?? '')}
                  </time>
                  <Show when={props.mayEdit}>
                    <Button icon="undo" aria-label={t('restoreOne', { title: task.title })} onClick={() => void restore(task)}>
                      {en.restore}
                    </Button>
                  </Show>
                </div>
              )}
            </For>
          </Show>
        )}
      </Show>
    </div>
  )
}
