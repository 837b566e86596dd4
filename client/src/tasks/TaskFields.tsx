import { Show } from 'solid-js'
import { Select } from '../ui/Field.tsx'
import { dayOf } from './days.ts'
import { en } from './en.ts'
import { priorityNames } from './Marks.tsx'
import type { TaskStore } from './taskStore.ts'
import type { TaskChange, TaskRow } from './tasks.ts'

interface FieldsProps {
  store: TaskStore
  task: TaskRow
  mayEdit: boolean
  onChange(change: TaskChange): void
}

/** What every task has: where it stands, how urgent it is, its days. */
export function Fields(props: FieldsProps) {
  return (
    <fieldset class="task-fields" disabled={!props.mayEdit} aria-label={en.panel}>
      <Select
        label={en.status}
        value={props.task.status_id}
        options={props.store.statuses().map((row) => ({ value: row.id, label: row.name }))}
        onChange={(status_id) => props.onChange({ status_id })}
      />
      <Select
        label={en.priority}
        value={String(props.task.priority)}
        options={[0, 1, 2, 3, 4].map((level) => ({ value: String(level), label: priorityNames[level] ?? '' }))}
        onChange={(level) => props.onChange({ priority: Number(level) })}
      />
      <Dates task={props.task} onChange={props.onChange} />
      <label class="field">
        <span>{en.estimate}</span>
        <span class="field-box">
          <input
            type="number"
            min="0"
            max="100000"
            inputmode="numeric"
            value={props.task.estimate ?? ''}
            onChange={(event) =>
              props.onChange({ estimate: event.currentTarget.value ? Math.round(Number(event.currentTarget.value)) : null })
            }
          />
        </span>
      </label>
    </fieldset>
  )
}

/** Days are the browser's own fields; a time belongs to a day. */
function Dates(props: { task: TaskRow; onChange(change: TaskChange): void }) {
  const moment = () => (props.task.due_at ? new Date(props.task.due_at) : undefined)
  const day = () => {
    const at = moment()
    return at ? dayOf(at) : (props.task.due_on ?? '')
  }
  const time = () => moment()?.toTimeString().slice(0, 5) ?? ''
  const set = (due_on: string, at: string) =>
    props.onChange({ due_on: due_on || null, due_at: due_on && at ? new Date(`${due_on}T${at}`).toISOString() : null })
  return (
    <>
      <label class="field">
        <span>{en.start}</span>
        <span class="field-box">
          <input
            type="date"
            value={props.task.start_on ?? ''}
            onChange={(event) => props.onChange({ start_on: event.currentTarget.value || null })}
          />
        </span>
      </label>
      <label class="field">
        <span>{en.dueDay}</span>
        <span class="field-box">
          <input type="date" value={day()} onChange={(event) => set(event.currentTarget.value, time())} />
        </span>
      </label>
      <Show when={day()}>
        <label class="field">
          <span>{en.dueTime}</span>
          <span class="field-box">
            <input type="time" value={time()} onChange={(event) => set(day(), event.currentTarget.value)} />
          </span>
        </label>
      </Show>
    </>
  )
}
