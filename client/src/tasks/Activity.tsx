import { createEffect, createSignal, For, on } from 'solid-js'
import { relativeTime, textsOf } from '../i18n.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { dayName } from './days.ts'
import { en } from './en.ts'
import { priorityNames } from './Marks.tsx'
import type { TaskStore } from './taskStore.ts'
import { type ActivityRow, readActivity } from './tasks.ts'

const t = textsOf(en)

/** What happened to a task, the latest first. */
export function Activity(props: { store: TaskStore; task: string; version: number }) {
  const workspace = useWorkspace()
  const [found, setFound] = createSignal<ActivityRow[]>([])
  // What was read stays while it is read again.
  createEffect(on([() => props.task, () => props.version], ([task]) => void readActivity(task).then(setFound, () => {})))

  const labelName = (id: string) => props.store.labels().find((row) => row.id === id)?.name ?? '?'
  const statusName = (id: unknown) => props.store.statuses().find((row) => row.id === id)?.name ?? en.goneColumn
  const list = (value: unknown, nameOf: (id: string) => string) =>
    Array.isArray(value) && value.length > 0 ? value.map((id) => nameOf(String(id))).join(', ') : en.nothing

  function value(field: string, what: unknown): string {
    if (field === 'status_id') return statusName(what)
    if (field === 'priority') return priorityNames[Number(what)] ?? ''
    if (field === 'assignees') return list(what, (id) => workspace.nameOf(id) ?? en.somebody)
    if (field === 'labels') return list(what, labelName)
    if (what === null || what === undefined) return en.nothing
    return field === 'due_on' || field === 'start_on' ? dayName(String(what)) : String(what)
  }

  function sentence(row: ActivityRow): string {
    const undone = row.after === null && { archived_at: 'unarchived', trashed_at: 'restored' }[row.field]
    const words = `did.${undone || row.field}` as 'did.status_id'
    return t(words, { before: value(row.field, row.before), after: value(row.field, row.after) }) ?? row.field
  }

  return (
    <ol class="task-activity">
      <For each={found()}>
        {(row) => (
          <li>
            <strong>{(row.actor_id && workspace.nameOf(row.actor_id)) || en.somebody}</strong> {sentence(row)}{' '}
            <time datetime={row.at} class="muted">
              {relativeTime(row.at)}
            </time>
          </li>
        )}
      </For>
    </ol>
  )
}
