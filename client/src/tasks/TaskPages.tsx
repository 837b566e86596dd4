import { useParams } from '@solidjs/router'
import { lazy, Match, Switch } from 'solid-js'
import './tasks.css'

const TasksPage = lazy(() => import('./TasksPage.tsx'))
const TaskPage = lazy(() => import('./TaskPage.tsx'))
const MyTasksPage = lazy(() => import('./MyTasksPage.tsx'))

/** The pages of tasks behind one address of the first screen, see MessagePages.tsx. */
export default function TaskPages() {
  const params = useParams<{ space?: string; key?: string }>()
  return (
    <Switch fallback={<MyTasksPage />}>
      <Match when={params.key}>
        <TaskPage />
      </Match>
      <Match when={params.space}>
        <TasksPage />
      </Match>
    </Switch>
  )
}
