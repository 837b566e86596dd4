import { createEffect, createMemo, createSignal, lazy, on, onCleanup, onMount, Show, Suspense } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { missedEvent } from '../live.ts'
import { paths } from '../paths.ts'
import { IconButton } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Icon } from '../ui/Icon.tsx'
import { createLoad } from '../ui/load.ts'
import { Menu } from '../ui/Menu.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { Activity } from './Activity.tsx'
import { Checklist } from './Checklist.tsx'
import { en } from './en.ts'
import { StageMark } from './Marks.tsx'
import { Fields } from './TaskFields.tsx'
import { TaskLinks } from './TaskLinks.tsx'
import { Assignees, Labels } from './TaskPeople.tsx'
import { TaskSource } from './TaskSource.tsx'
import { Line, Part, Text } from './TaskText.tsx'
import type { TaskStore } from './taskStore.ts'
import { type FullTask, readTask, readTaskByKey, readWaits, seeTask, setWait, type TaskChange, type TaskRow } from './tasks.ts'
import { WatchButton } from './WatchButton.tsx'

const t = textsOf(en)
/** With the small editor of messages, which the board does without. */
const TaskComments = lazy(() => import('./TaskComments.tsx'))

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
    if (!document.hidden) seeTask(id).catch(() => {}) // It stays unread.
  }
  createEffect(on(() => task().updated_at, refresh))
  onMount(() => {
    const onTask = (event: Event) => (event as CustomEvent<{ id?: string }>).detail.id === id && refresh()
    addEventListener('atrium:task', onTask)
    addEventListener(missedEvent, refresh)
    onCleanup(() => {
      removeEventListener('atrium:task', onTask)
      removeEventListener(missedEvent, refresh)
    })
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
        <WatchButton task={id} version={version()} />
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
      <Show when={task().message_id}>{(message) => <TaskSource message={message()} />}</Show>
      <Fields store={props.store} task={task()} mayEdit={mayEdit()} onChange={change} />
      <Assignees task={task()} mayEdit={mayEdit()} run={run} />
      <Labels store={props.store} task={task()} mayEdit={mayEdit()} run={run} />
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
      <Part title={en.comments}>
        <Suspense fallback={<Skeleton lines={2} />}>
          <TaskComments
            task={id}
            version={version()}
            mayComment={workspace.can('commenter', full().space_id) && !full().trashed_at}
            mayDelete={mayEdit()}
          />
        </Suspense>
      </Part>
      <Part title={en.activity}>
        <Activity store={props.store} task={id} version={version()} />
      </Part>
    </div>
  )
}
