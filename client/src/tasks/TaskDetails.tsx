import { createEffect, createMemo, createSignal, For, type JSX, on, onCleanup, onMount, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { IconButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Select } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { createLoad } from '../ui/load.ts'
import { Menu } from '../ui/Menu.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { Activity } from './Activity.tsx'
import { dayOf } from './days.ts'
import { en } from './en.ts'
import { newLabel } from './labels.ts'
import { LabelMark, priorityNames, StageMark } from './Marks.tsx'
import type { TaskStore } from './taskStore.ts'
import {
  assignTask,
  type CheckItem,
  type FullTask,
  labelTask,
  readTask,
  readTaskByKey,
  readWaits,
  setWait,
  type TaskChange,
  type TaskRow,
} from './tasks.ts'

const t = textsOf(en)

interface DetailsProps {
  store: TaskStore
  /** KEY-123. */
  taskKey: string
  mayEdit: boolean
  /** Set in a panel, which is closed by it. */
  onClose?(): void
  onPutAway(task: TaskRow, where: 'archived_at' | 'trashed_at'): void
}

/** Everything about one task: beside the board, or as a page. */
export function TaskDetails(props: DetailsProps) {
  const workspace = useWorkspace()
  const found = createLoad(
    () => props.taskKey,
    (key) => readTaskByKey(workspace.id(), key),
  )
  return (
    <Show when={found.value()} fallback={<Waiting loading={found.loading()} problem={found.error()} onClose={props.onClose} />} keyed>
      {(task) => <Details {...props} task={task} />}
    </Show>
  )
}

function Waiting(props: { loading: boolean; problem: unknown; onClose: (() => void) | undefined }) {
  return (
    <div class="task-details">
      <Show when={props.onClose}>
        {(close) => <IconButton class="task-close" icon="close" label={en.close} onClick={() => close()()} />}
      </Show>
      <Show when={!props.loading} fallback={<Skeleton heading lines={5} />}>
        <EmptyState icon="alert" title={en.gone} text={props.problem ? sentenceOf(props.problem) : en.goneText} />
      </Show>
    </div>
  )
}

function Details(props: DetailsProps & { task: FullTask }) {
  const workspace = useWorkspace()
  const id = props.task.id
  const [full, setFull] = createSignal(props.task)
  /** The list has the fields that others change meanwhile; what is archived or in the trash is not in it. */
  const task = createMemo<TaskRow>(() => props.store.task(id) ?? full())
  const [waits, setWaits] = createSignal<{ waitsFor: string[]; blocks: string[] }>({ waitsFor: [], blocks: [] })
  const [version, setVersion] = createSignal(0)
  const mayEdit = () => props.mayEdit && !full().trashed_at
  const key = () => props.store.keyOf(task())

  const refresh = () => {
    readTask(id).then(
      (row) => row && setFull(row),
      () => {},
    )
    readWaits(id).then(setWaits, () => {})
    setVersion((before) => before + 1)
  }
  createEffect(on(() => task().updated_at, refresh))
  onMount(() => {
    const onTask = (event: Event) => (event as CustomEvent<{ id?: string }>).detail.id === id && refresh()
    addEventListener('atrium:task', onTask)
    onCleanup(() => removeEventListener('atrium:task', onTask))
  })

  const change = (wish: TaskChange) => void props.store.change([id], wish, en.change)
  /** A change that is no column; the row comes back as an event. */
  const run = async (work: () => Promise<unknown>) => {
    try {
      await work()
      const row = await readTask(id)
      if (row) props.store.take([row])
    } catch (error) {
      toast(t('notDone', { action: en.change, reason: sentenceOf(error) }))
    }
  }
  const people = () => workspace.people().filter((row) => !row.suspended_at && !task().assignees.includes(row.user_id))
  const others = createMemo(() => [...(props.store.tasks()?.values() ?? [])])
  const subtasks = createMemo(() => others().filter((row) => row.parent_id === id))
  const parent = () => (task().parent_id ? props.store.task(task().parent_id ?? '') : undefined)

  async function copyLink() {
    await navigator.clipboard.writeText(location.origin + paths.task(key()))
    toast(en.linkCopied)
  }

  return (
    <div class="task-details">
      <header class="details-head">
        <StageMark stage={props.store.stageOf(task().status_id)} label={en.stages[props.store.stageOf(task().status_id)]} />
        <span class="task-key grow">{key()}</span>
        <IconButton icon="link" label={en.copyLink} onClick={() => void copyLink()} />
        <Show when={props.onClose}>
          <a class="button quiet icon-only" href={paths.task(key())} aria-label={en.openPage} title={en.openPage}>
            <Icon name="panel" />
          </a>
        </Show>
        <Show when={mayEdit()}>
          <Menu
            label={t('actions', { title: task().title })}
            iconOnly
            triggerClass="button icon-only quiet"
            trigger={<Icon name="more" />}
            items={[
              { label: en.archive, icon: 'archive', onSelect: () => props.onPutAway(task(), 'archived_at') },
              { label: en.trash, icon: 'trash', danger: true, onSelect: () => props.onPutAway(task(), 'trashed_at') },
            ]}
          />
        </Show>
        <Show when={props.onClose}>{(close) => <IconButton icon="close" label={en.close} onClick={() => close()()} />}</Show>
      </header>
      <Show when={full().trashed_at ?? full().archived_at}>
        <p class="note">{full().trashed_at ? en.inTrash : en.inArchive}</p>
      </Show>
      <Show
        when={mayEdit()}
        fallback={
          <h2 class="task-title" dir="auto">
            {task().title}
          </h2>
        }
      >
        <Text
          label={en.taskTitle}
          class="task-title"
          value={task().title}
          maxLength={300}
          oneLine
          onSave={(title) => title.trim() && change({ title })}
        />
      </Show>
      <Show when={parent()}>
        {(above) => (
          <p class="muted">
            {en.partOf} <a href={paths.task(props.store.keyOf(above()))}>{above().title}</a>
          </p>
        )}
      </Show>
      <fieldset class="task-fields" disabled={!mayEdit()} aria-label={en.panel}>
        <Select
          label={en.status}
          value={task().status_id}
          options={props.store.statuses().map((row) => ({ value: row.id, label: row.name }))}
          onChange={(status_id) => change({ status_id })}
        />
        <Select
          label={en.priority}
          value={String(task().priority)}
          options={[0, 1, 2, 3, 4].map((level) => ({ value: String(level), label: priorityNames[level] ?? '' }))}
          onChange={(level) => change({ priority: Number(level) })}
        />
        <Dates task={task()} onChange={change} />
        <label class="field">
          <span>{en.estimate}</span>
          <span class="field-box">
            <input
              type="number"
              min="0"
              max="100000"
              inputmode="numeric"
              value={task().estimate ?? ''}
              onChange={(event) => change({ estimate: event.currentTarget.value ? Math.round(Number(event.currentTarget.value)) : null })}
            />
          </span>
        </label>
      </fieldset>
      <Part title={en.assignees}>
        <ul class="chips">
          <For each={task().assignees}>
            {(person) => (
              <li class="chip">
                <Avatar id={person} name={workspace.nameOf(person) ?? ''} />
                {workspace.nameOf(person) ?? en.somebody}
                <Show when={mayEdit()}>
                  <IconButton
                    icon="close"
                    label={t('unassign', { name: workspace.nameOf(person) ?? en.somebody })}
                    onClick={() => void run(() => assignTask(id, person, false))}
                  />
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={mayEdit() && people().length > 0}>
          <Menu
            label={en.assign}
            trigger={
              <>
                <Icon name="userPlus" />
                {en.assign}
              </>
            }
            items={people().map((row) => ({ label: row.name, onSelect: () => void run(() => assignTask(id, row.user_id, true)) }))}
          />
        </Show>
      </Part>
      <Part title={en.labels}>
        <ul class="chips">
          <For each={props.store.labels().filter((label) => task().labels.includes(label.id))}>
            {(label) => (
              <li class="chip">
                <LabelMark label={label} />
                <Show when={mayEdit()}>
                  <IconButton
                    icon="close"
                    label={t('removeLabel', { name: label.name })}
                    onClick={() => void run(() => labelTask(id, label.id, false))}
                  />
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={mayEdit()}>
          <Line
            label={en.addLabel}
            options={props.store
              .labels()
              .filter((label) => !task().labels.includes(label.id))
              .map((label) => label.name)}
            onEnter={(name) =>
              run(async () => {
                const known = props.store.labels().find((label) => label.name.toLowerCase() === name.toLowerCase())
                await labelTask(id, (known ?? (await newLabel(props.store, name))).id, true)
              })
            }
          />
        </Show>
      </Part>
      <Part title={en.description}>
        <Show
          when={mayEdit()}
          fallback={
            <p class="task-description" dir="auto">
              {full().description || en.descriptionEmpty}
            </p>
          }
        >
          <Text
            label={en.description}
            class="task-description"
            value={full().description}
            placeholder={en.descriptionHint}
            maxLength={50_000}
            onSave={(description) => {
              setFull({ ...full(), description })
              change({ description })
            }}
          />
        </Show>
      </Part>
      <Checklist items={task().checklist} mayEdit={mayEdit()} onChange={(checklist) => change({ checklist })} />
      <Show when={mayEdit() || subtasks().length > 0}>
        <Part title={en.subtasks}>
          <TaskLinks store={props.store} tasks={subtasks()} />
          <Show when={mayEdit()}>
            <Line label={en.addSubtask} onEnter={(title) => run(() => props.store.add(title, { parent_id: id }))} />
          </Show>
        </Part>
      </Show>
      <Show when={mayEdit() || waits().waitsFor.length > 0}>
        <Part title={en.waitsFor}>
          <TaskLinks
            store={props.store}
            tasks={others().filter((row) => waits().waitsFor.includes(row.id))}
            {...(mayEdit() && { onRemove: (other: TaskRow) => void run(() => setWait(id, other.id, false)) })}
          />
          <Show when={mayEdit()}>
            <Line
              label={en.addWait}
              placeholder={t('addWaitHint', { key: props.store.board()?.key ?? '' })}
              onEnter={(wanted) =>
                run(async () => {
                  const other = others().find((row) => props.store.keyOf(row).toLowerCase() === wanted.toLowerCase())
                  if (!other) return toast(en.noSuchTask)
                  await setWait(id, other.id, true)
                })
              }
            />
          </Show>
        </Part>
      </Show>
      <Show when={waits().blocks.length > 0}>
        <Part title={en.blocks}>
          <TaskLinks store={props.store} tasks={others().filter((row) => waits().blocks.includes(row.id))} />
        </Part>
      </Show>
      <Part title={en.activity}>
        <Activity store={props.store} task={id} version={version()} />
      </Part>
    </div>
  )
}

function Part(props: { title: string; children: JSX.Element }) {
  return (
    <section class="task-part">
      <h2>{props.title}</h2>
      {props.children}
    </section>
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

const saveMs = 1200

/** Text that saves itself when writing pauses or ends. What others write comes in while nobody writes here. */
function Text(props: {
  label: string
  class: string
  value: string
  maxLength: number
  placeholder?: string
  oneLine?: boolean
  onSave(value: string): void
}) {
  let timer: number | undefined
  let area!: HTMLTextAreaElement
  const save = () => {
    clearTimeout(timer)
    if (area.value !== props.value) props.onSave(area.value)
  }
  createEffect(
    on(
      () => props.value,
      (value) => {
        if (document.activeElement !== area) area.value = value
      },
    ),
  )
  onCleanup(save)
  return (
    <textarea
      ref={area}
      class={props.class}
      aria-label={props.label}
      placeholder={props.placeholder}
      maxlength={props.maxLength}
      rows="1"
      dir="auto"
      onInput={() => {
        clearTimeout(timer)
        if (!props.oneLine) timer = window.setTimeout(save, saveMs)
      }}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && props.oneLine) {
          event.preventDefault()
          area.blur()
        } else if (event.key === 'Escape') {
          event.stopPropagation()
          area.blur()
        }
      }}
    />
  )
}

/** A line whose text is taken by Enter. */
function Line(props: { label: string; placeholder?: string; options?: readonly string[]; onEnter(text: string): unknown }) {
  const listId = `options-${crypto.randomUUID()}`
  return (
    <form
      class="task-line"
      onSubmit={(event) => {
        event.preventDefault()
        const input = event.currentTarget.elements[0] as HTMLInputElement
        const text = input.value.trim()
        input.value = ''
        if (text) props.onEnter(text)
      }}
    >
      <input
        aria-label={props.label}
        placeholder={props.placeholder ?? props.label}
        maxlength="300"
        list={props.options ? listId : undefined}
        autocomplete="off"
      />
      <Show when={props.options}>
        <datalist id={listId}>
          <For each={props.options}>{(option) => <option value={option} />}</For>
        </datalist>
      </Show>
    </form>
  )
}

function Checklist(props: { items: readonly CheckItem[]; mayEdit: boolean; onChange(items: CheckItem[]): void }) {
  return (
    <Show when={props.mayEdit || props.items.length > 0}>
      <Part title={en.checklist}>
        <ul class="checklist">
          <For each={props.items}>
            {(item) => (
              <li>
                <label classList={{ done: item.done }}>
                  <input
                    type="checkbox"
                    checked={item.done}
                    disabled={!props.mayEdit}
                    onChange={(event) =>
                      props.onChange(
                        props.items.map((other) => (other.id === item.id ? { ...item, done: event.currentTarget.checked } : other)),
                      )
                    }
                  />
                  <span dir="auto">{item.text}</span>
                </label>
                <Show when={props.mayEdit}>
                  <IconButton
                    icon="close"
                    label={t('removeItem', { text: item.text })}
                    onClick={() => props.onChange(props.items.filter((other) => other.id !== item.id))}
                  />
                </Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={props.mayEdit}>
          <Line label={en.checkItem} onEnter={(text) => props.onChange([...props.items, { id: crypto.randomUUID(), text, done: false }])} />
        </Show>
      </Part>
    </Show>
  )
}

function TaskLinks(props: { store: TaskStore; tasks: readonly TaskRow[]; onRemove?(task: TaskRow): void }) {
  return (
    <ul class="task-links">
      <For each={props.tasks}>
        {(row) => (
          <li classList={{ 'is-closed': row.closed_at !== null }}>
            <StageMark stage={props.store.stageOf(row.status_id)} label={en.stages[props.store.stageOf(row.status_id)]} />
            <a href={paths.task(props.store.keyOf(row))} dir="auto">
              {row.title}
            </a>
            <span class="task-key">{props.store.keyOf(row)}</span>
            <Show when={props.onRemove}>
              {(remove) => (
                <IconButton icon="close" label={t('noLongerWaits', { key: props.store.keyOf(row) })} onClick={() => remove()(row)} />
              )}
            </Show>
          </li>
        )}
      </For>
    </ul>
  )
}
