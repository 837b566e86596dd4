import { createSignal } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { plural, textsOf } from '../i18n.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Menu, type MenuItem } from '../ui/Menu.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { addDays, today } from './days.ts'
import { en } from './en.ts'
import { priorityNames } from './Marks.tsx'
import type { TaskStore } from './taskStore.ts'
import { mostTasks, type TaskRow, type TasksChange } from './tasks.ts'

const t = textsOf(en)
const counted = (tasks: readonly TaskRow[], sentence: 'chosen' | 'changed') =>
  plural(tasks.length, {
    one: en[`${sentence}One`],
    other: t(`${sentence}Many`, { count: tasks.length }),
  })
/** Taking back is one request for each value that the tasks had: more than these are not offered. */
const mostUndo = 8

/** What is done to the chosen tasks together. */
export function BulkBar(props: { store: TaskStore; tasks: readonly TaskRow[]; onClear(): void }) {
  const workspace = useWorkspace()
  const [busy, setBusy] = createSignal(false)

  /** @param undo what gives a task back what it had, if it had something else */
  async function apply(wish: TasksChange, undo: (task: TaskRow) => TasksChange | undefined) {
    const tasks = props.tasks
    if (busy()) return
    if (tasks.length > mostTasks) return toast(t('tooMany', { most: mostTasks }))
    const groups = new Map<string, { change: TasksChange; ids: string[] }>()
    for (const task of tasks) {
      const change = undo(task)
      if (!change) continue
      const key = JSON.stringify(change)
      const group = groups.get(key) ?? { change, ids: [] }
      group.ids.push(task.id)
      groups.set(key, group)
    }
    setBusy(true)
    const done = await attempt(() =>
      props.store.changeMany(
        tasks.map((task) => task.id),
        wish,
      ),
    )
    setBusy(false)
    if (!done) return
    const takeBack = () =>
      void attempt(async () => {
        for (const { change, ids } of groups.values()) await props.store.changeMany(ids, change)
      })
    const isCheap = groups.size > 0 && groups.size <= mostUndo
    toast(counted(tasks, 'changed'), isCheap ? { action: { label: common.undo, run: takeBack } } : {})
  }

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      toast(t('notDone', { action: en.changeMany, reason: sentenceOf(error) }))
      return false
    }
  }

  const setDue = (day: string | null) =>
    void apply({ due_on: day }, ({ due_on, due_at }) => (due_on === day && !due_at ? undefined : { due_on, ...(due_at && { due_at }) }))
  const dueItem = (label: string, day: string | null): MenuItem => ({ label, onSelect: () => setDue(day) })
  const inDays = (count: number) => addDays(today(), count)

  /** People and labels: what all have is taken away, what some have not is given. */
  function memberItem(id: string, name: string, of: 'assignees' | 'labels'): MenuItem {
    const [give, take] = of === 'labels' ? (['label', 'unlabel'] as const) : (['assign', 'unassign'] as const)
    const had = (task: TaskRow) => task[of].includes(id)
    const isEverywhere = () => props.tasks.every(had)
    return {
      get label() {
        return t(isEverywhere() ? 'takeAway' : 'give', { name })
      },
      onSelect: () => {
        if (isEverywhere()) void apply({ [take]: id }, () => ({ [give]: id }))
        else void apply({ [give]: id }, (task) => (had(task) ? undefined : { [take]: id }))
      },
    }
  }

  const putAway = (where: 'archived_at' | 'trashed_at') => void apply({ [where]: new Date().toISOString() }, () => ({ [where]: null }))

  return (
    <section class="task-bulk" aria-label={en.bulk} aria-busy={busy()}>
      <span role="status">{counted(props.tasks, 'chosen')}</span>
      <Menu
        label={en.status}
        trigger={en.status}
        items={props.store.statuses().map(({ id, name }) => ({
          label: name,
          onSelect: () => void apply({ status_id: id }, ({ status_id }) => (status_id === id ? undefined : { status_id })),
        }))}
      />
      <Menu label={en.who} trigger={en.assign} items={workspace.people().map((row) => memberItem(row.user_id, row.name, 'assignees'))} />
      <Menu
        label={en.labels}
        trigger={en.labels}
        items={
          props.store.labels().length > 0
            ? props.store.labels().map((label) => memberItem(label.id, label.name, 'labels'))
            : [{ label: en.noLabels, disabledReason: en.noLabelsText }]
        }
      />
      <Menu
        label={en.priority}
        trigger={en.priority}
        items={[4, 3, 2, 1, 0].map((level) => ({
          label: priorityNames[level] ?? '',
          onSelect: () => void apply({ priority: level }, ({ priority }) => (priority === level ? undefined : { priority })),
        }))}
      />
      <Menu
        label={en.due}
        trigger={en.due}
        items={[dueItem(en.today, today()), dueItem(en.tomorrow, inDays(1)), dueItem(en.inAWeek, inDays(7)), dueItem(en.someDay, null)]}
      />
      <input
        type="date"
        aria-label={en.dueOnDay}
        onChange={(event) => {
          if (event.currentTarget.value) setDue(event.currentTarget.value)
        }}
      />
      <Button icon="archive" onClick={() => putAway('archived_at')}>
        {en.archive}
      </Button>
      <Button icon="trash" onClick={() => putAway('trashed_at')}>
        {en.trash}
      </Button>
      <IconButton icon="close" label={en.clearChoice} onClick={() => props.onClear()} />
    </section>
  )
}
