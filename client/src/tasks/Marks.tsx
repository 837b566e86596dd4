import { For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { dueName, isOverdue } from './days.ts'
import { en } from './en.ts'
import type { Selection } from './selection.ts'
import type { LabelRow, Stage, TaskRow } from './tasks.ts'

const t = textsOf(en)
export const priorityNames = [
  en.priorities.none,
  en.priorities.low,
  en.priorities.medium,
  en.priorities.high,
  en.priorities.urgent,
] as const

/** What a status means, drawn: an empty ring, a half, a tick, a stroke. */
export function StageMark(props: { stage: Stage; label?: string }) {
  const inside: Record<Stage, string> = {
    todo: '',
    doing: 'M8 4.5a3.5 3.5 0 0 1 0 7z',
    done: 'M5 8.2 7.2 10.4 11 6',
    cancelled: 'M5.2 8h5.6',
  }
  return (
    <svg
      class="stage-mark"
      data-stage={props.stage}
      viewBox="0 0 16 16"
      role={props.label ? 'img' : undefined}
      aria-label={props.label}
      aria-hidden={props.label ? undefined : 'true'}
    >
      <circle cx="8" cy="8" r="6.25" />
      <path d={inside[props.stage]} />
    </svg>
  )
}

/** Three bars, of which as many are dark as it presses; urgent is a sign of its own. Nothing for none. */
export function PriorityMark(props: { level: number }) {
  return (
    <Show when={props.level > 0}>
      <svg class="priority-mark" data-level={props.level} viewBox="0 0 16 16" role="img" aria-label={priorityNames[props.level]}>
        <Show
          when={props.level < 4}
          fallback={<path d="M3 2.5h10a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM8 5v3.6M8 11h.01" />}
        >
          <For each={[1, 2, 3]}>
            {(bar) => (
              <rect x={bar * 4 - 2} y={12 - bar * 3} width="2.6" height={bar * 3 + 1} rx="1" classList={{ off: bar > props.level }} />
            )}
          </For>
        </Show>
      </svg>
    </Show>
  )
}

export function LabelMark(props: { label: LabelRow }) {
  return (
    <span class="label-mark" style={{ '--hue': props.label.hue * 30 }} dir="auto">
      {props.label.name}
    </span>
  )
}

export function DueMark(props: { task: TaskRow }) {
  const day = () => dueName(props.task)
  const late = () => isOverdue(props.task)
  return (
    <Show when={day()}>
      <span class="due-mark" classList={{ late: late() }} title={t(late() ? 'overdueSince' : 'dueOn', { day: day() })}>
        <Icon name="clock" />
        <span class="visually-hidden">{late() ? en.overdue : en.due} </span>
        {day()}
      </span>
    </Show>
  )
}

const shownPeople = 3

export function People(props: { ids: readonly string[] }) {
  const workspace = useWorkspace()
  return (
    <span class="task-people">
      <For each={props.ids.slice(0, shownPeople)}>
        {(id) => <Avatar id={id} name={workspace.nameOf(id) ?? ''} label={workspace.nameOf(id) ?? en.somebody} />}
      </For>
      <Show when={props.ids.length > shownPeople}>
        <span class="more">+{props.ids.length - shownPeople}</span>
      </Show>
    </span>
  )
}

/** The box that chooses a task, to be changed together with others. */
export function PickBox(props: { selection: Selection; task: TaskRow }) {
  return (
    <label class="task-pick">
      <input
        type="checkbox"
        aria-label={t('select', { title: props.task.title })}
        checked={props.selection.has(props.task.id)}
        onClick={(event) => {
          if (event.shiftKey) props.selection.extend(props.task.id)
          else props.selection.toggle(props.task.id)
          event.currentTarget.checked = props.selection.has(props.task.id)
        }}
      />
    </label>
  )
}

/** What a card and a row tell beside the title. */
export function Facts(props: { task: TaskRow; labels: readonly LabelRow[] }) {
  const checked = () => props.task.checklist.filter(({ done }) => done).length
  return (
    <>
      <For each={props.labels.filter(({ id }) => props.task.labels.includes(id))}>{(label) => <LabelMark label={label} />}</For>
      <DueMark task={props.task} />
      <Show when={props.task.checklist.length > 0}>
        <span class="due-mark">
          <Icon name="check" />
          <span aria-hidden="true">
            {checked()}/{props.task.checklist.length}
          </span>
          <span class="visually-hidden">{t('checked', { done: checked(), all: props.task.checklist.length })}</span>
        </span>
      </Show>
      <PriorityMark level={props.task.priority} />
      <People ids={props.task.assignees} />
    </>
  )
}
