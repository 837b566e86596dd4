import { createMemo, Show } from 'solid-js'
import { Virtualizer } from 'virtua/solid'
import { textsOf } from '../i18n.ts'
import { en } from './en.ts'
import { Facts, PickBox, StageMark } from './Marks.tsx'
import type { Selection } from './selection.ts'
import type { TaskStore } from './taskStore.ts'
import type { TaskRow } from './tasks.ts'
import type { Group } from './view.ts'

const t = textsOf(en)

interface ListProps {
  store: TaskStore
  selection: Selection
  groups: readonly Group[]
  mayEdit: boolean
  current: string | undefined
  hrefOf(task: TaskRow): string
  onToggle(task: TaskRow): void
}

type Line = { id: string; heading: Group } | { id: string; task: TaskRow }

/** The tasks beneath each other, under headings. */
export function TaskList(props: ListProps) {
  let scroller!: HTMLDivElement
  const lines = createMemo(() =>
    props.groups
      .filter((group) => group.tasks.length > 0)
      .flatMap((group): Line[] => [
        { id: `heading ${group.id}`, heading: group },
        ...group.tasks.map((task) => ({ id: `${group.id} ${task.id}`, task })),
      ]),
  )
  const ids = createMemo(() => lines().map((line) => line.id))
  const byId = createMemo(() => new Map(lines().map((line) => [line.id, line])))

  /** Arrows go from row to row, J and K as in the inbox. */
  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 }[event.key]
    const row = (event.target as Element).closest('.task-row')
    if (!step || !row || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    event.preventDefault()
    const links = [...scroller.querySelectorAll<HTMLElement>('.task-row a')]
    const here = links.findIndex((link) => row.contains(link))
    links[here + step]?.focus()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the links in it
    <div class="task-list" ref={scroller} onKeyDown={onKeyDown}>
      <Virtualizer scrollRef={scroller} data={ids()} bufferSize={400} itemSize={44}>
        {(id: string) => (
          <Show when={byId().get(id)}>
            {(line) => {
              const heading = () => {
                const one = line()
                return 'heading' in one ? one.heading : undefined
              }
              const task = () => {
                const one = line()
                return 'task' in one ? one.task : undefined
              }
              return (
                <>
                  <Show when={heading()}>
                    {(group) => (
                      <h2 class="list-heading">
                        {group().name} <span class="count">{group().tasks.length}</span>
                      </h2>
                    )}
                  </Show>
                  <Show when={task()}>{(row) => <TaskLine {...props} task={row()} />}</Show>
                </>
              )
            }}
          </Show>
        )}
      </Virtualizer>
    </div>
  )
}

function TaskLine(props: ListProps & { task: TaskRow }) {
  const stage = () => props.store.stageOf(props.task.status_id)
  const isClosed = () => props.task.closed_at !== null
  return (
    <div
      class="task-row"
      data-task={props.task.id}
      classList={{
        'is-current': props.current === props.task.id,
        'is-closed': isClosed(),
        'is-chosen': props.selection.has(props.task.id),
      }}
    >
      <Show when={props.mayEdit}>
        <PickBox selection={props.selection} task={props.task} />
      </Show>
      <Show when={props.mayEdit} fallback={<StageMark stage={stage()} label={en.stages[stage()]} />}>
        <button
          type="button"
          class="button icon-only quiet"
          aria-label={t(isClosed() ? 'reopen' : 'complete', { title: props.task.title })}
          onClick={() => props.onToggle(props.task)}
        >
          <StageMark stage={stage()} />
        </button>
      </Show>
      <span class="task-key">{props.store.keyOf(props.task)}</span>
      <a class="row-title" href={props.hrefOf(props.task)} dir="auto" noScroll>
        {props.task.title}
      </a>
      <div class="task-facts">
        <Facts task={props.task} labels={props.store.labels()} />
      </div>
    </div>
  )
}
