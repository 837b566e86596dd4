import { useNavigate, useParams, useSearchParams } from '@solidjs/router'
import { createMemo, createSignal, lazy, Match, Show, Suspense, Switch } from 'solid-js'
import { toCsv } from '../csv.ts'
import { en as common } from '../en.ts'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { idOf, paths } from '../paths.ts'
import type { SpaceRow } from '../rows.ts'
import { useSession } from '../session.ts'
import { NoAccess } from '../shell/NotFound.tsx'
import { Page } from '../shell/Page.tsx'
import { Button } from '../ui/Button.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { Filters } from './Filters.tsx'
import { newLabel } from './labels.ts'
import { priorityNames } from './Marks.tsx'
import { QuickAdd } from './QuickAdd.tsx'
import { createSelection } from './selection.ts'
import { TaskBoard } from './TaskBoard.tsx'
import { TaskList } from './TaskList.tsx'
import { createTaskStore } from './taskStore.ts'
import type { TaskRow } from './tasks.ts'
import { filterTasks, groupTasks, isFiltered, type View, viewOf } from './view.ts'

const t = textsOf(en)
const TaskDetails = lazy(() => import('./TaskDetails.tsx').then((module) => ({ default: module.TaskDetails })))
const BulkBar = lazy(() => import('./BulkBar.tsx').then((module) => ({ default: module.BulkBar })))
const BoardSettings = lazy(() => import('./BoardSettings.tsx'))
const PutAway = lazy(() => import('./PutAway.tsx').then((module) => ({ default: module.PutAway })))

/** `/s/:space/tasks`: the tasks of a space, as a board or a list. */
export default function TasksPage() {
  const params = useParams<{ space: string }>()
  const workspace = useWorkspace()
  return (
    <Show when={workspace.space(idOf(params.space) ?? '')} keyed={false} fallback={<NoAccess />}>
      {(space) => <Tasks space={space()} />}
    </Show>
  )
}

type Search = Partial<Record<keyof View | 'task', string>>

function Tasks(props: { space: SpaceRow }) {
  const workspace = useWorkspace()
  const session = useSession()
  const navigate = useNavigate()
  const [search, setSearch] = useSearchParams<Search>()
  const spaceId = () => props.space.id
  const mayEdit = () => workspace.can('editor', spaceId())
  const store = createTaskStore(spaceId)
  const [settings, setSettings] = createSignal(false)

  const view = createMemo(() => viewOf(search))
  const isAway = () => view().view === 'archive' || view().view === 'trash'
  const people = createMemo(() => workspace.people().map((row) => ({ id: row.user_id, name: row.name })))
  const shown = createMemo(() => filterTasks(store.tasks()?.values() ?? [], view(), session.user()?.id ?? '', store.board()?.key ?? ''))
  const groups = createMemo(() =>
    groupTasks(shown(), view().view === 'board' ? { ...view(), group: 'status' } : view(), {
      statuses: store.statuses(),
      labels: store.labels(),
      people: people(),
      priorities: priorityNames,
      nobody: en.nobody,
      noLabel: en.noLabel,
      due: en.dueGroups,
    }),
  )
  const selection = createSelection(() => (mayEdit() ? groups().flatMap((group) => group.tasks) : []))
  const current = createMemo(() => {
    const number = Number(search.task?.split('-').at(-1))
    return number ? [...(store.tasks()?.values() ?? [])].find((task) => task.number === number) : undefined
  })

  const addressOf = (change: Search) => {
    const next = new URLSearchParams(
      Object.entries({ ...search, ...change }).filter((entry): entry is [string, string] => Boolean(entry[1])),
    )
    return `${paths.spaceTasks(spaceId())}${next.size > 0 ? `?${next}` : ''}`
  }
  const hrefOf = (task: TaskRow) => addressOf({ task: task.number ? store.keyOf(task) : '' })
  const change = (wish: Partial<View>) => setSearch(wish, { replace: true, scroll: false })
  const close = () => navigate(addressOf({ task: '' }), { scroll: false })

  function toggle(task: TaskRow) {
    const wanted = task.closed_at ? 'todo' : 'done'
    const status = store.statuses().find((row) => row.stage === wanted)
    if (!status) return
    const before = task.status_id
    void store.change([task.id], { status_id: status.id }, en.change)
    if (wanted === 'done') {
      const undo = () => void store.change([task.id], { status_id: before }, en.change)
      toast(t('completed', { title: task.title }), { action: { label: common.undo, run: undo } })
    }
  }

  async function putAway(task: TaskRow, where: 'archived_at' | 'trashed_at') {
    if (search.task && current()?.id === task.id) close()
    if (!(await store.change([task.id], { [where]: new Date().toISOString() }, where === 'trashed_at' ? en.trash : en.archive))) return
    const undo = async () => {
      await store.change([task.id], { [where]: null }, en.restore)
      await store.load()
    }
    toast(t(where === 'trashed_at' ? 'trashed' : 'archived', { key: store.keyOf(task) }), {
      action: { label: common.undo, run: () => void undo() },
    })
  }

  function saveCsv() {
    const name = (ids: readonly string[]) => ids.map((id) => workspace.nameOf(id) ?? '').join(', ')
    const lines = shown().map((task) => [
      store.keyOf(task),
      task.title,
      store.statuses().find((row) => row.id === task.status_id)?.name ?? '',
      task.priority ? (priorityNames[task.priority] ?? '') : '',
      name(task.assignees),
      store
        .labels()
        .filter((label) => task.labels.includes(label.id))
        .map((label) => label.name)
        .join(', '),
      task.start_on,
      task.due_on,
      task.estimate,
    ])
    const head = ['Key', en.taskTitle, en.status, en.priority, en.assignees, en.labels, en.start, en.dueDay, en.estimate]
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([toCsv([head, ...lines])], { type: 'text/csv' }))
    link.download = `${props.space.name}.csv`
    link.click()
    URL.revokeObjectURL(link.href)
  }

  return (
    <Page
      title={t('title', { space: props.space.name })}
      fill
      panelLabel={en.panel}
      onTogglePanel={() => search.task && close()}
      panel={
        search.task && store.board() ? (
          // The page stays while the panel is fetched.
          <Suspense>
            <TaskDetails
              store={store}
              taskKey={search.task}
              mayEdit={mayEdit()}
              onClose={close}
              onPutAway={(task, where) => void putAway(task, where)}
            />
          </Suspense>
        ) : undefined
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the links in it */}
      <div
        class="tasks"
        classList={{ 'is-choosing': selection.chosen().length > 0 }}
        onKeyDown={(event) => mayEdit() && !isAway() && selection.onKeyDown(event)}
        onClick={(event) => mayEdit() && !isAway() && selection.onClick(event)}
      >
        <Filters
          view={view()}
          labels={store.labels()}
          count={shown().length}
          mayEdit={mayEdit()}
          hrefOf={(wish) => addressOf(wish)}
          onChange={change}
          onSave={saveCsv}
          onSettings={() => setSettings(true)}
        />
        <Show when={mayEdit() && store.board() && !isAway()}>
          <QuickAdd
            labels={store.labels()}
            onNewLabel={(name) => newLabel(store, name)}
            onAdd={(title, fields) => store.add(title, fields)}
          />
        </Show>
        <Switch
          fallback={
            <div class="tasks-waiting">
              <Skeleton lines={6} />
            </div>
          }
        >
          <Match when={store.problem() && !store.tasks()}>
            <EmptyState icon="alert" title={en.failed} text={sentenceOf(store.problem())}>
              <Button look="primary" onClick={() => void store.load()}>
                {common.retry}
              </Button>
            </EmptyState>
          </Match>
          <Match when={store.board() && isAway()}>
            <Suspense>
              <PutAway store={store} where={view().view === 'trash' ? 'trashed_at' : 'archived_at'} mayEdit={mayEdit()} />
            </Suspense>
          </Match>
          <Match when={store.tasks()?.size === 0}>
            <EmptyState icon="check" title={en.empty} text={mayEdit() ? en.emptyText : en.emptyReader} />
          </Match>
          <Match when={store.tasks() && shown().length === 0 && isFiltered(view())}>
            <EmptyState icon="search" title={en.noMatch} text={en.noMatchText}>
              <Button look="primary" onClick={() => change({ q: '', who: '', label: '', priority: '', due: '' })}>
                {en.clear}
              </Button>
            </EmptyState>
          </Match>
          <Match when={store.tasks() && view().view === 'board'}>
            <TaskBoard
              store={store}
              selection={selection}
              groups={groups()}
              mayEdit={mayEdit()}
              ordered={view().sort === 'place'}
              current={current()?.id}
              hrefOf={hrefOf}
              onPutAway={(task, where) => void putAway(task, where)}
            />
          </Match>
          <Match when={store.tasks()}>
            <TaskList
              store={store}
              selection={selection}
              groups={groups()}
              mayEdit={mayEdit()}
              current={current()?.id}
              hrefOf={hrefOf}
              onToggle={toggle}
            />
          </Match>
        </Switch>
        <Show when={selection.chosen().length > 0}>
          <Suspense>
            <BulkBar store={store} tasks={selection.chosen()} onClear={selection.clear} />
          </Suspense>
        </Show>
        <Show when={settings() && mayEdit() && store.board()}>
          <Suspense>
            <BoardSettings store={store} onClose={() => setSettings(false)} />
          </Suspense>
        </Show>
      </div>
    </Page>
  )
}
