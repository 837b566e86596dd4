import { A } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from 'solid-js'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { missedEvent } from '../live.ts'
import { paths } from '../paths.ts'
import { Page } from '../shell/Page.tsx'
import { rest, rows } from '../supabase.ts'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { isOverdue, today } from './days.ts'
import { en } from './en.ts'
import { Facts, StageMark } from './Marks.tsx'
import { byPlace } from './order.ts'
import { readMyTasks, type Stage, type StatusRow, type TaskRow, updateTasks } from './tasks.ts'

const t = textsOf(en)
const gatherMs = 200

/** `/tasks`: what one is to do, in all spaces, by when. */
export default function MyTasksPage() {
  const workspace = useWorkspace()
  const [tasks, setTasks] = createSignal<TaskRow[]>()
  const [keys, setKeys] = createSignal<ReadonlyMap<string, string>>(new Map())
  const [statuses, setStatuses] = createSignal<StatusRow[]>([])
  const [problem, setProblem] = createSignal<unknown>()
  let last = 0

  async function load() {
    const mine = ++last
    try {
      const [found, boards, columns] = await Promise.all([
        readMyTasks(workspace.id()),
        rows<{ space_id: string; key: string }[]>(rest.from('task_boards').select('space_id,key').eq('workspace_id', workspace.id())),
        rows<StatusRow[]>(rest.from('task_statuses').select('*')),
      ])
      if (mine !== last) return
      setKeys(new Map(boards.map((board) => [board.space_id, board.key])))
      setStatuses(columns.toSorted(byPlace))
      setTasks(found)
      setProblem(undefined)
    } catch (error) {
      if (mine === last) setProblem(error)
    }
  }
  createEffect(on(workspace.id, () => void load()))
  onMount(() => {
    let timer: number | undefined
    const soon = () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => void load(), gatherMs)
    }
    addEventListener('atrium:tasks', soon)
    addEventListener(missedEvent, soon)
    onCleanup(() => {
      clearTimeout(timer)
      removeEventListener('atrium:tasks', soon)
      removeEventListener(missedEvent, soon)
    })
  })

  const sections = createMemo(() => {
    const open = (tasks() ?? []).filter((task) => !task.closed_at)
    const now = new Date()
    const day = today(now)
    const late = open.filter((task) => isOverdue(task, now))
    const rest = open.filter((task) => !late.includes(task))
    return [
      { name: en.overdue, tasks: late },
      { name: en.today, tasks: rest.filter((task) => task.due_on && task.due_on <= day) },
      { name: en.upcoming, tasks: rest.filter((task) => task.due_on && task.due_on > day) },
      { name: en.someDay, tasks: rest.filter((task) => !task.due_on) },
      { name: en.done, tasks: (tasks() ?? []).filter((task) => task.closed_at) },
    ].filter((section) => section.tasks.length > 0)
  })

  async function toggle(task: TaskRow) {
    const wanted = task.closed_at ? 'todo' : 'done'
    const status = statuses().find((row) => row.space_id === task.space_id && row.stage === wanted)
    if (!status) return
    const before = tasks()
    const closed_at = wanted === 'done' ? new Date().toISOString() : null
    setTasks(before?.map((row) => (row.id === task.id ? { ...row, status_id: status.id, closed_at } : row)))
    try {
      const changed = await updateTasks([task.id], { status_id: status.id })
      if (changed.length === 0) throw new Error(en.notAllowed)
      if (wanted === 'done') {
        const undo = () => void updateTasks([task.id], { status_id: task.status_id }).then(load, load)
        toast(t('completed', { title: task.title }), { action: { label: common.undo, run: undo } })
      }
    } catch (error) {
      setTasks(before)
      toast(t('notDone', { action: en.change, reason: sentenceOf(error) }))
    }
  }

  const stageOf = (task: TaskRow) => (statuses().find((row) => row.id === task.status_id)?.stage ?? 'todo') as Stage
  const keyOf = (task: TaskRow) => `${keys().get(task.space_id) ?? ''}-${task.number}`

  return (
    <Page title={en.myTasks}>
      <div class="page my-tasks">
        <Show
          when={tasks()}
          fallback={
            <Show when={problem()} fallback={<Skeleton lines={6} />}>
              <EmptyState icon="alert" title={en.failed} text={sentenceOf(problem())}>
                <Button look="primary" onClick={() => void load()}>
                  {common.retry}
                </Button>
              </EmptyState>
            </Show>
          }
        >
          <Show when={sections().length > 0} fallback={<EmptyState icon="check" title={en.nothingMine} text={en.nothingMineText} />}>
            <For each={sections()}>
              {(section) => (
                <section class="section">
                  <h2 class="list-heading">
                    {section.name} <span class="count">{section.tasks.length}</span>
                  </h2>
                  <For each={section.tasks}>
                    {(task) => (
                      <div class="task-row" classList={{ 'is-closed': task.closed_at !== null }}>
                        <Show
                          when={workspace.can('editor', task.space_id)}
                          fallback={<StageMark stage={stageOf(task)} label={en.stages[stageOf(task)]} />}
                        >
                          <button
                            type="button"
                            class="button icon-only quiet"
                            aria-label={t(task.closed_at ? 'reopen' : 'complete', { title: task.title })}
                            onClick={() => void toggle(task)}
                          >
                            <StageMark stage={stageOf(task)} />
                          </button>
                        </Show>
                        <span class="task-key">{keyOf(task)}</span>
                        <A class="row-title" href={paths.task(keyOf(task))} dir="auto">
                          {task.title}
                        </A>
                        <div class="task-facts">
                          <Facts task={task} labels={[]} />
                        </div>
                      </div>
                    )}
                  </For>
                </section>
              )}
            </For>
          </Show>
          <section class="section">
            <h2>{en.boards}</h2>
            <ul class="task-links">
              <For each={workspace.spaces()}>
                {(space) => (
                  <li>
                    <A href={paths.spaceTasks(space.id)} aria-label={t('openBoard', { space: space.name })}>
                      {space.name}
                    </A>
                    <span class="task-key">{keys().get(space.id)}</span>
                  </li>
                )}
              </For>
            </ul>
          </section>
        </Show>
      </div>
    </Page>
  )
}
