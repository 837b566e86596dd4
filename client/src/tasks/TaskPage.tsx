import { A, useNavigate, useParams } from '@solidjs/router'
import { createEffect, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { Page } from '../shell/Page.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { createLoad } from '../ui/load.ts'
import { Skeleton } from '../ui/Skeleton.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { TaskDetails } from './TaskDetails.tsx'
import { createTaskStore } from './taskStore.ts'
import { readTaskByKey } from './tasks.ts'

const t = textsOf(en)

/** `/t/KEY-123`: one task as a page. */
export default function TaskPage() {
  const params = useParams<{ key: string }>()
  const workspace = useWorkspace()
  const found = createLoad(
    () => params.key,
    (key) => readTaskByKey(workspace.id(), key),
  )
  const space = () => found.value()?.space_id
  return (
    <Page
      title={t('one', { key: params.key.length === 36 ? '' : params.key.toUpperCase() })}
      actions={
        <Show when={space()}>
          {(id) => (
            <A class="button quiet" href={paths.spaceTasks(id())}>
              <span class="button-label">{en.back}</span>
            </A>
          )}
        </Show>
      }
    >
      <div class="page page-narrow">
        <Show
          when={space()}
          fallback={
            <Show when={!found.loading()} fallback={<Skeleton heading lines={5} />}>
              <EmptyState icon="alert" title={en.gone} text={found.error() ? sentenceOf(found.error()) : en.goneText} />
            </Show>
          }
        >
          {(id) => <OfSpace space={id()} taskKey={params.key} />}
        </Show>
      </div>
    </Page>
  )
}

function OfSpace(props: { space: string; taskKey: string }) {
  const workspace = useWorkspace()
  const navigate = useNavigate()
  const store = createTaskStore(() => props.space)
  // Who comes by its id sees the key from then on.
  createEffect(() => {
    const task = store.task(props.taskKey)
    if (task) navigate(paths.task(store.keyOf(task)), { replace: true })
  })
  return (
    <Show when={store.board()} fallback={<Skeleton heading lines={5} />}>
      <TaskDetails
        store={store}
        taskKey={props.taskKey}
        mayEdit={workspace.can('editor', props.space)}
        onPutAway={(task, where) =>
          void store
            .change([task.id], { [where]: new Date().toISOString() }, where === 'trashed_at' ? en.trash : en.archive)
            .then((done) => {
              if (!done) return
              toast(t(where === 'trashed_at' ? 'trashed' : 'archived', { key: props.taskKey.toUpperCase() }))
              navigate(paths.spaceTasks(props.space))
            })
        }
      />
    </Show>
  )
}
