import { createEffect, createMemo, createSignal, on, onCleanup, onMount } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { missedEvent } from '../live.ts'
import { useSession } from '../session.ts'
import { ask } from '../sync/ask.ts'
import type { Mutation } from '../sync/overlay.ts'
import { toast } from '../ui/Toast.tsx'
import { en } from './en.ts'
import { byPlace, placeBetween } from './order.ts'
import {
  type Board,
  changeTasks,
  createTask,
  type NewTask,
  readBoard,
  readTasks,
  type Stage,
  type TaskChange,
  type TaskRow,
  type TasksChange,
  updateTasks,
} from './tasks.ts'

const t = textsOf(en)
const gatherMs = 150
/** A page that was hidden for longer may have missed hints. */

/** The board of a space and its tasks. A change is painted at once and taken back when the server refuses it; what others change comes
 *  as events with the rows. Rows are plain objects in a map, so that ten thousand are filtered in a few milliseconds. */
export function createTaskStore(space: () => string) {
  const session = useSession()
  const [board, setBoard] = createSignal<Board>()
  const [tasks, setTasks] = createSignal<ReadonlyMap<string, TaskRow>>()
  const [problem, setProblem] = createSignal<unknown>()
  /** Changes that the server has not answered, by task, the latest last. */
  const waiting = new Map<string, TaskChange[]>()
  /** The answer to the latest of them. */
  const answers = new Map<string, Promise<unknown>>()
  /** Tasks that the server has not answered yet. */
  const making = new Set<string>()
  let reading = 0

  async function load(): Promise<void> {
    const mine = ++reading
    const wanted = space()
    try {
      const { last, ...found } = await readBoard(wanted)
      const rows = await readTasks(wanted, last)
      if (mine !== reading) return
      setBoard(found)
      // What is being made here, the server may not have told yet.
      const unsent = [...(tasks()?.values() ?? [])].filter((row) => making.has(row.id) && row.space_id === wanted)
      setTasks(new Map([...unsent, ...rows.map(painted)].map((row) => [row.id, row])))
      setProblem(undefined)
    } catch (error) {
      if (mine === reading) setProblem(error)
    }
  }

  /** A row as it is shown: with the changes on their way. */
  function painted(row: TaskRow): TaskRow {
    const changes = waiting.get(row.id)
    return changes ? (Object.assign({}, row, ...changes) as TaskRow) : row
  }

  /** Takes rows as the server tells them, unless something newer is known. */
  function take(rows: readonly Partial<TaskRow>[]): void {
    const known = tasks()
    if (!known) return
    const next = new Map(known)
    for (const row of rows) {
      const before = next.get(row.id ?? '')
      if (row.trashed_at) next.delete(row.id ?? '')
      else if (!before?.updated_at || Date.parse(row.updated_at ?? '') >= Date.parse(before.updated_at)) {
        const { description: _, ...rest } = row as TaskRow & { description?: string }
        next.set(rest.id, painted(rest))
      }
    }
    setTasks(next)
  }

  function paint(ids: readonly string[], change: TaskChange): void {
    const next = new Map(tasks())
    const stage = change.status_id ? stageOf(change.status_id) : undefined
    for (const id of ids) {
      const row = next.get(id)
      if (!row) continue
      const closing = stage && { closed_at: stage === 'done' || stage === 'cancelled' ? (row.closed_at ?? new Date().toISOString()) : null }
      next.set(id, { ...row, ...(change as Partial<TaskRow>), ...closing })
    }
    setTasks(next)
  }

  /** Sends changes of a task one after another: of two on their way at once, the server might see the later one first. */
  function queued<Answer>(ids: readonly string[], send: () => Promise<Answer>): Promise<Answer> {
    const answer = Promise.allSettled(ids.map((id) => answers.get(id))).then(send)
    for (const id of ids) answers.set(id, answer)
    const forget = () => {
      for (const id of ids) if (answers.get(id) === answer) answers.delete(id)
    }
    answer.then(forget, forget)
    return answer
  }

  /** What waits on this device when the server is not reached. */
  const mutationsOf = (ids: readonly string[], wish: TaskChange): Mutation[] =>
    ids.map((id) => {
      const closed_at = tasks()?.get(id)?.closed_at
      return { entity: 'task', id, op: 'change', patch: wish, ...(wish.status_id && { row: { ...wish, closed_at } }) }
    })

  /** Changes tasks at once for the eye, then for everybody. Resolves to whether the server agreed, as far as it was reached. */
  async function change(ids: readonly string[], wish: TaskChange, action: string): Promise<boolean> {
    const before = ids.flatMap((id) => tasks()?.get(id) ?? [])
    paint(ids, wish)
    for (const id of ids) waiting.set(id, [...(waiting.get(id) ?? []), wish])
    const settle = () => {
      for (const id of ids) {
        const left = waiting.get(id)?.filter((known) => known !== wish) ?? []
        if (left.length > 0) waiting.set(id, left)
        else waiting.delete(id)
      }
    }
    try {
      const rows = await queued(ids, () => ask(() => updateTasks(ids, wish), ...mutationsOf(ids, wish)))
      settle()
      // It waits on this device.
      if (!rows) return true
      take(rows)
      if (rows.length === ids.length) return true
      // Without the right to change them the server finds none: what it has is read again.
      toast(t('notAllowed', { action }))
      await load()
      return false
    } catch (error) {
      settle()
      const next = new Map(tasks())
      const fields = [...Object.keys(wish), ...(wish.status_id ? ['closed_at'] : [])] as (keyof TaskRow)[]
      for (const row of before) {
        const now = next.get(row.id) ?? row
        next.set(row.id, painted({ ...now, ...Object.fromEntries(fields.map((field) => [field, row[field]])) }))
      }
      setTasks(next)
      toast(t('notDone', { action, reason: sentenceOf(error) }), {
        action: { label: en.tryAgain, run: () => void change(ids, wish, action) },
      })
      return false
    }
  }

  /** Makes a task that is seen before the server has numbered it. */
  async function add(title: string, fields: NewTask): Promise<TaskRow | undefined> {
    const id = crypto.randomUUID()
    const known = board()
    const status = fields.status_id ?? known?.statuses.find((row) => row.stage === 'todo')?.id ?? known?.statuses[0]?.id ?? ''
    const last = [...(tasks()?.values() ?? [])]
      .filter((row) => row.status_id === status)
      .sort(byPlace)
      .at(-1)
    const now = new Date().toISOString()
    const row: TaskRow = {
      id,
      workspace_id: '',
      space_id: space(),
      number: 0,
      title,
      status_id: status,
      priority: fields.priority ?? 0,
      start_on: fields.start_on ?? null,
      due_on: fields.due_on ?? null,
      due_at: fields.due_at ?? null,
      estimate: fields.estimate ?? null,
      assignees: fields.assignees ?? [],
      labels: fields.labels ?? [],
      checklist: [],
      parent_id: fields.parent_id ?? null,
      position: fields.position ?? placeBetween(last?.position, undefined),
      created_by: session.user()?.id ?? null,
      created_at: now,
      updated_at: '',
      closed_at: null,
      archived_at: null,
      trashed_at: null,
      message_id: null,
    }
    setTasks(new Map(tasks()).set(id, row))
    making.add(id)
    try {
      const patch = { space_id: space(), title, ...fields }
      const made = await ask(() => createTask(id, space(), title, fields), {
        entity: 'task',
        id,
        op: 'create',
        patch,
        row: { ...row, description: fields.description ?? '' },
      })
      if (made) take([made])
      return tasks()?.get(id)
    } catch (error) {
      const next = new Map(tasks())
      next.delete(id)
      setTasks(next)
      throw error
    } finally {
      making.delete(id)
    }
  }

  const stageOf = (status: string): Stage => (board()?.statuses.find((row) => row.id === status)?.stage as Stage | undefined) ?? 'todo'

  createEffect(
    on(space, () => {
      setTasks(undefined)
      setBoard(undefined)
      void load()
    }),
  )
  onMount(() => {
    let timer: number | undefined
    const soon = () => {
      clearTimeout(timer)
      timer = window.setTimeout(() => void load(), gatherMs)
    }
    const onTasks = (event: Event) => {
      const { space_id, rows } = (event as CustomEvent<{ space_id?: string; rows?: TaskRow[] }>).detail
      if (space_id !== space()) return
      if (rows) take(rows)
      else soon()
    }
    const onBoard = (event: Event) => (event as CustomEvent<{ space_id?: string }>).detail.space_id === space() && soon()
    addEventListener('atrium:tasks', onTasks)
    addEventListener('atrium:task_board', onBoard)
    addEventListener(missedEvent, soon)
    onCleanup(() => {
      clearTimeout(timer)
      removeEventListener('atrium:tasks', onTasks)
      removeEventListener('atrium:task_board', onBoard)
      removeEventListener(missedEvent, soon)
    })
  })

  const statuses = createMemo(() => board()?.statuses ?? [])
  const labels = createMemo(() => board()?.labels ?? [])

  /** Changes many tasks in one step, all or none, after what is on its way for one of them. */
  async function changeMany(ids: readonly string[], wish: TasksChange): Promise<void> {
    take(await queued(ids, () => changeTasks(ids, wish)))
  }

  return {
    space,
    /** Undefined until they are read. */
    tasks,
    board,
    problem,
    load,
    statuses,
    labels,
    stageOf,
    task: (id: string) => tasks()?.get(id),
    keyOf: (task: TaskRow) => (task.number ? `${board()?.key}-${task.number}` : '…'),
    change,
    changeMany,
    add,
    take,
    putLabel: (label: Board['labels'][number]) => setBoard((known) => known && { ...known, labels: [...known.labels, label] }),
  }
}

export type TaskStore = ReturnType<typeof createTaskStore>
