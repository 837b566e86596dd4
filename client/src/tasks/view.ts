import { addDays, isOverdue, today } from './days.ts'
import { byPlace } from './order.ts'
import type { LabelRow, StatusRow, TaskRow } from './tasks.ts'

/** What a page of tasks shows and in which order. It is the address: a link shows somebody else the same. */
export interface View {
  view: 'board' | 'list' | 'archive' | 'trash'
  q: string
  /** A person, `me` or `none`. */
  who: string
  label: string
  priority: string
  due: string
  /** Closed tasks stay on the board and in lists only when they are asked for, or were closed a short while ago. */
  closed: string
  group: 'status' | 'who' | 'priority' | 'label' | 'due'
  sort: 'place' | 'due' | 'priority' | 'created' | 'title'
}

export const groupings = ['status', 'who', 'priority', 'label', 'due'] as const
export const sortings = ['place', 'due', 'priority', 'created', 'title'] as const
export const dueFilters = ['overdue', 'today', 'week', 'none'] as const
const recentDays = 14

type Search = Partial<Record<keyof View, string | string[]>>
const oneOf = <Value extends string>(value: string, values: readonly Value[], otherwise: Value): Value =>
  values.find((known) => known === value) ?? otherwise

export function viewOf(search: Search): View {
  const text = (name: keyof View) => (typeof search[name] === 'string' ? search[name] : '')
  return {
    view: oneOf(text('view'), ['board', 'list', 'archive', 'trash'], 'board'),
    q: text('q'),
    who: text('who'),
    label: text('label'),
    priority: text('priority'),
    due: text('due'),
    closed: text('closed'),
    group: oneOf(text('group'), groupings, 'status'),
    sort: oneOf(text('sort'), sortings, 'place'),
  }
}

export const isFiltered = (view: View): boolean => Boolean(view.q || view.who || view.label || view.priority || view.due)

const folded = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The tasks that the view asks for. */
export function filterTasks(tasks: Iterable<TaskRow>, view: View, me: string, boardKey: string, now = new Date()): TaskRow[] {
  const words = folded(view.q).split(/\s+/).filter(Boolean)
  const who = view.who === 'me' ? me : view.who
  const day = today(now)
  const recent = new Date(now.getTime() - recentDays * 86_400_000).toISOString()
  const found: TaskRow[] = []
  for (const task of tasks) {
    if (task.trashed_at || task.archived_at) continue
    if (task.closed_at && !view.closed && task.closed_at < recent) continue
    if (who && (who === 'none' ? task.assignees.length > 0 : !task.assignees.includes(who))) continue
    if (view.label && !task.labels.includes(view.label)) continue
    if (view.priority && task.priority !== Number(view.priority)) continue
    if (view.due && !isDue(task, view.due, day, now)) continue
    if (words.length > 0) {
      const text = `${folded(task.title)} ${boardKey.toLowerCase()}-${task.number}`
      if (!words.every((word) => text.includes(word))) continue
    }
    found.push(task)
  }
  return found.sort(comparing(view.sort))
}

function isDue(task: TaskRow, due: string, day: string, now: Date): boolean {
  if (due === 'none') return task.due_on === null
  if (due === 'overdue') return isOverdue(task, now)
  if (!task.due_on) return false
  return due === 'today' ? task.due_on === day : task.due_on >= day && task.due_on <= addDays(day, 7)
}

const late = '9999-12-31'
const comparers: Record<View['sort'], (one: TaskRow, other: TaskRow) => number> = {
  place: () => 0,
  due: (one, other) => (one.due_on ?? late).localeCompare(other.due_on ?? late),
  priority: (one, other) => other.priority - one.priority,
  created: (one, other) => other.number - one.number,
  title: (one, other) => one.title.localeCompare(other.title),
}
const comparing = (sort: View['sort']) => (one: TaskRow, other: TaskRow) => comparers[sort](one, other) || byPlace(one, other)

export interface Group {
  id: string
  name: string
  tasks: TaskRow[]
}

interface Names {
  statuses: readonly StatusRow[]
  labels: readonly LabelRow[]
  people: readonly { id: string; name: string }[]
  priorities: readonly string[]
  nobody: string
  noLabel: string
  due: Record<'overdue' | 'today' | 'week' | 'later' | 'none', string>
}

/** The tasks under the headings that the view asks for, in their order; a task with two labels stands under both. Headings without tasks
 *  are left out, but for columns. */
export function groupTasks(tasks: readonly TaskRow[], view: View, names: Names, now = new Date()): Group[] {
  const day = today(now)
  const headings: { id: string; name: string }[] = {
    status: () => names.statuses.map(({ id, name }) => ({ id, name })),
    who: () => [...names.people, { id: '', name: names.nobody }],
    priority: () => [4, 3, 2, 1, 0].map((level) => ({ id: String(level), name: names.priorities[level] ?? '' })),
    label: () => [...names.labels.map(({ id, name }) => ({ id, name })), { id: '', name: names.noLabel }],
    due: () => Object.entries(names.due).map(([id, name]) => ({ id, name })),
  }[view.group]()
  const of: Record<View['group'], (task: TaskRow) => readonly string[]> = {
    status: (task) => [task.status_id],
    who: (task) => (task.assignees.length > 0 ? task.assignees : ['']),
    priority: (task) => [String(task.priority)],
    label: (task) => (task.labels.length > 0 ? task.labels : ['']),
    due: (task) => [
      !task.due_on
        ? 'none'
        : isOverdue(task, now)
          ? 'overdue'
          : task.due_on <= day
            ? 'today'
            : task.due_on <= addDays(day, 7)
              ? 'week'
              : 'later',
    ],
  }
  const groups = new Map<string, Group>(headings.map((heading) => [heading.id, { ...heading, tasks: [] }]))
  for (const task of tasks) for (const id of of[view.group](task)) groups.get(id)?.tasks.push(task)
  return [...groups.values()].filter((group) => view.group === 'status' || group.tasks.length > 0)
}
