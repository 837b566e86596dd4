import { createMemo, createSignal, For, onMount, Show } from 'solid-js'
import { Virtualizer } from 'virtua/solid'
import { textsOf } from '../i18n.ts'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { dragCards, type Place } from './drag.ts'
import { en } from './en.ts'
import { Facts, PickBox, StageMark } from './Marks.tsx'
import { placeBetween } from './order.ts'
import type { Selection } from './selection.ts'
import type { TaskStore } from './taskStore.ts'
import type { StatusRow, TaskRow } from './tasks.ts'
import type { Group } from './view.ts'

const t = textsOf(en)

interface BoardProps {
  store: TaskStore
  selection: Selection
  groups: readonly Group[]
  mayEdit: boolean
  /** Whether the order is people's own: then a place within a column counts. */
  ordered: boolean
  /** The task whose panel is open. */
  current: string | undefined
  hrefOf(task: TaskRow): string
  onPutAway(task: TaskRow, where: 'archived_at' | 'trashed_at'): void
}

/** The columns of a space side by side. */
export function TaskBoard(props: BoardProps) {
  let root!: HTMLDivElement
  const [over, setOver] = createSignal<Place>()
  const [said, setSaid] = createSignal('')
  const groupOf = (column: string) => props.groups.find((group) => group.id === column)

  /** Puts a task before or after another one of a column, or at its end. */
  function move(id: string, place: Place) {
    const task = props.store.task(id)
    const group = groupOf(place.column)
    if (!task || !group) return
    const others = group.tasks.filter((other) => other.id !== id)
    const found = place.before
      ? others.findIndex((other) => other.id === place.before)
      : others.findIndex((other) => other.id === place.after) + 1
    const index = place.before || place.after ? Math.max(0, found) : others.length
    const isSame = task.status_id === place.column
    const position = props.ordered ? placeBetween(others[index - 1]?.position, others[index]?.position) : undefined
    if (isSame && (position === undefined || group.tasks.indexOf(task) === index)) return
    setSaid(t('moved', { title: task.title, column: group.name, place: index + 1, all: others.length + 1 }))
    void props.store.change([id], { ...(!isSame && { status_id: place.column }), ...(position !== undefined && { position }) }, en.change)
  }

  onMount(() => {
    dragCards(root, {
      onOver: (place) => setOver(props.mayEdit ? place : undefined),
      onDrop: (id, place) => props.mayEdit && move(id, place),
    })
  })

  const focusOn = (id: string | undefined) => {
    if (id) root.querySelector<HTMLElement>(`[data-task="${id}"] a`)?.focus()
  }

  /** The same, when the card is drawn at its new place in one of the next frames. */
  function focusSoon(id: string, frames = 20) {
    requestAnimationFrame(() => {
      focusOn(id)
      if (frames > 0 && !document.activeElement?.closest(`[data-task="${id}"]`)) focusSoon(id, frames - 1)
    })
  }

  /** Arrows go from card to card; with Alt they take the card along. */
  function onKeyDown(event: KeyboardEvent) {
    const id = (event.target as Element).closest<HTMLElement>('[data-task]')?.dataset.task
    const task = id ? props.store.task(id) : undefined
    if (!id || !task || !(event.target as Element).matches('a') || event.ctrlKey || event.metaKey || event.shiftKey) return
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!step && !aside) return
    event.preventDefault()
    const column = props.groups.findIndex((group) => group.id === task.status_id)
    const tasks = props.groups[column]?.tasks ?? []
    const index = tasks.indexOf(task)
    const isMirrored = getComputedStyle(root).direction === 'rtl'
    const target = aside ? props.groups[column + (isMirrored ? -aside : aside)] : undefined
    if (!event.altKey) {
      focusOn(step ? tasks[index + step]?.id : target?.tasks[Math.min(index, target.tasks.length - 1)]?.id)
      return
    }
    if (!props.mayEdit) return
    if (target) move(id, { column: target.id, ...(target.tasks[index] && { before: target.tasks[index].id }) })
    const neighbour = step ? tasks[index + step] : undefined
    if (neighbour) move(id, { column: task.status_id, [step === 1 ? 'after' : 'before']: neighbour.id })
    focusSoon(id)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the links in it
    <div class="task-board" ref={root} onKeyDown={onKeyDown}>
      <For each={props.groups.map((group) => group.id)}>
        {(id) => (
          <Show when={groupOf(id)}>
            {(group) => <Column {...props} group={group()} over={over()?.column === id ? over() : undefined} onMove={move} />}
          </Show>
        )}
      </For>
      <p class="visually-hidden" role="status">
        {said()}
      </p>
    </div>
  )
}

function Column(props: BoardProps & { group: Group; over: Place | undefined; onMove(id: string, place: Place): void }) {
  let scroller!: HTMLDivElement
  const ids = createMemo(() => props.group.tasks.map((task) => task.id))
  const byId = createMemo(() => new Map(props.group.tasks.map((task) => [task.id, task])))
  const stage = () => props.store.stageOf(props.group.id)
  return (
    <section
      class="task-column"
      data-column={props.group.id}
      aria-label={props.group.name}
      classList={{ 'is-over': props.over !== undefined }}
    >
      <header>
        <StageMark stage={stage()} />
        <h2 class="ellipsis">{props.group.name}</h2>
        <span class="count">{ids().length}</span>
      </header>
      <div class="column-scroller" ref={scroller} tabindex={ids().length > 0 ? undefined : -1}>
        <Virtualizer scrollRef={scroller} data={ids()} bufferSize={300} itemSize={84}>
          {(id: string) => (
            <Show when={byId().get(id)}>
              {(task) => (
                <Card
                  {...props}
                  task={task()}
                  drop={props.over?.before === id ? 'before' : props.over?.after === id ? 'after' : undefined}
                />
              )}
            </Show>
          )}
        </Virtualizer>
      </div>
    </section>
  )
}

function Card(
  props: BoardProps & { task: TaskRow; group: Group; drop: 'before' | 'after' | undefined; onMove(id: string, place: Place): void },
) {
  const index = () => props.group.tasks.findIndex((task) => task.id === props.task.id)
  const columns = () => props.store.statuses()
  const toColumn = (status: StatusRow) => ({
    label: t('moveTo', { column: status.name }),
    checked: status.id === props.task.status_id,
    onSelect: () => props.onMove(props.task.id, { column: status.id }),
  })
  const toNeighbour = (step: 1 | -1) => {
    const neighbour = props.group.tasks[index() + step]
    return {
      label: step === 1 ? en.moveDown : en.moveUp,
      icon: step === 1 ? ('arrowDown' as const) : ('arrowUp' as const),
      onSelect: () => neighbour && props.onMove(props.task.id, { column: props.group.id, [step === 1 ? 'after' : 'before']: neighbour.id }),
    }
  }
  return (
    <article
      class="task-card"
      data-task={props.task.id}
      data-drop={props.drop}
      classList={{
        'is-current': props.current === props.task.id,
        'is-closed': props.task.closed_at !== null,
        'is-chosen': props.selection.has(props.task.id),
      }}
    >
      <div class="card-head">
        <Show when={props.mayEdit}>
          <PickBox selection={props.selection} task={props.task} />
        </Show>
        <span class="task-key">{props.store.keyOf(props.task)}</span>
        <Show when={props.mayEdit && props.task.number > 0}>
          <Menu
            label={t('actions', { title: props.task.title })}
            iconOnly
            triggerClass="button icon-only quiet"
            trigger={<Icon name="more" />}
            items={[
              ...columns().map(toColumn),
              ...(props.ordered && index() > 0 ? [toNeighbour(-1)] : []),
              ...(props.ordered && index() < props.group.tasks.length - 1 ? [toNeighbour(1)] : []),
              { label: en.archive, icon: 'archive', onSelect: () => props.onPutAway(props.task, 'archived_at') },
              { label: en.trash, icon: 'trash', danger: true, onSelect: () => props.onPutAway(props.task, 'trashed_at') },
            ]}
          />
        </Show>
      </div>
      <a class="card-title" href={props.hrefOf(props.task)} draggable={false} dir="auto" noScroll>
        {props.task.title}
      </a>
      <div class="task-facts">
        <Facts task={props.task} labels={props.store.labels()} />
      </div>
    </article>
  )
}
