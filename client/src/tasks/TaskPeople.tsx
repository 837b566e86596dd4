import { For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { IconButton } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Menu } from '../ui/Menu.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { newLabel } from './labels.ts'
import { LabelMark } from './Marks.tsx'
import { Line, Part } from './TaskText.tsx'
import type { TaskStore } from './taskStore.ts'
import { assignTask, labelTask, type TaskRow } from './tasks.ts'

const t = textsOf(en)

interface MarkProps {
  task: TaskRow
  mayEdit: boolean
  /** Does it, and says why if it cannot be done. */
  run(work: () => Promise<unknown>): Promise<void>
}

export function Assignees(props: MarkProps) {
  const workspace = useWorkspace()
  const people = () => workspace.people().filter((row) => !row.suspended_at && !props.task.assignees.includes(row.user_id))
  return (
    <Part title={en.assignees}>
      <ul class="chips">
        <For each={props.task.assignees}>
          {(person) => (
            <li class="chip">
              <Avatar id={person} name={workspace.nameOf(person) ?? ''} />
              {workspace.nameOf(person) ?? en.somebody}
              <Show when={props.mayEdit}>
                <IconButton
                  icon="close"
                  label={t('unassign', { name: workspace.nameOf(person) ?? en.somebody })}
                  onClick={() => void props.run(() => assignTask(props.task.id, person, false))}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.mayEdit && people().length > 0}>
        <Menu
          label={en.assign}
          trigger={
            <>
              <Icon name="userPlus" />
              {en.assign}
            </>
          }
          items={people().map((row) => ({
            label: row.name,
            onSelect: () => void props.run(() => assignTask(props.task.id, row.user_id, true)),
          }))}
        />
      </Show>
    </Part>
  )
}

export function Labels(props: MarkProps & { store: TaskStore }) {
  return (
    <Part title={en.labels}>
      <ul class="chips">
        <For each={props.store.labels().filter((label) => props.task.labels.includes(label.id))}>
          {(label) => (
            <li class="chip">
              <LabelMark label={label} />
              <Show when={props.mayEdit}>
                <IconButton
                  icon="close"
                  label={t('removeLabel', { name: label.name })}
                  onClick={() => void props.run(() => labelTask(props.task.id, label.id, false))}
                />
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.mayEdit}>
        <Line
          label={en.addLabel}
          options={props.store
            .labels()
            .filter((label) => !props.task.labels.includes(label.id))
            .map((label) => label.name)}
          onEnter={(name) =>
            props.run(async () => {
              const known = props.store.labels().find((label) => label.name.toLowerCase() === name.toLowerCase())
              await labelTask(props.task.id, (known ?? (await newLabel(props.store, name))).id, true)
            })
          }
        />
      </Show>
    </Part>
  )
}
