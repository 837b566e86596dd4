import { Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { paths } from '../paths.ts'
import { roomName } from '../rooms/roomName.ts'
import { useSession } from '../session.ts'
import { Icon } from '../ui/Icon.tsx'
import { createLoad } from '../ui/load.ts'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { readSource } from './tasks.ts'

const t = textsOf(en)

/** The message of which a task was made: a link for those who may read it, nothing for the others. */
export function TaskSource(props: { message: string }) {
  const workspace = useWorkspace()
  const session = useSession()
  const source = createLoad(() => props.message, readSource)
  return (
    <Show when={source.value()}>
      {(found) => {
        const name = () => found().bot_name || workspace.nameOf(found().author_id ?? '') || en.somebody
        const room = () => roomName(found().room, workspace, session.user()?.id ?? '')
        return (
          <a class="task-source" href={paths.room(found().room_id, found().id)}>
            <Icon name="chat" />
            <span dir="auto">{t('fromMessage', { name: name(), room: room() })}</span>
          </a>
        )
      }}
    </Show>
  )
}
