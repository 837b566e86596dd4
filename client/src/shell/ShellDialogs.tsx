import { lazy, Match, Switch } from 'solid-js'
import { useShell } from './shellState.ts'

const KeysDialog = lazy(() => import('./KeysDialog.tsx'))
const StatusDialog = lazy(() => import('../people/StatusDialog.tsx'))
const NewSpaceDialog = lazy(() => import('../spaces/NewSpaceDialog.tsx'))
const NewRoomDialog = lazy(() => import('../rooms/NewRoomDialog.tsx').then((module) => ({ default: module.NewRoomDialog })))
const NewDirectDialog = lazy(() => import('../rooms/NewDirectDialog.tsx'))

/** The dialogs that more than one place opens. */
export default function ShellDialogs() {
  const shell = useShell()
  const newRoom = () => {
    const dialog = shell.dialog()
    return dialog?.kind === 'newRoom' ? dialog : undefined
  }
  return (
    <Switch>
      <Match when={shell.dialog()?.kind === 'keys'}>
        <KeysDialog onClose={shell.closeDialog} />
      </Match>
      <Match when={shell.dialog()?.kind === 'status'}>
        <StatusDialog onClose={shell.closeDialog} />
      </Match>
      <Match when={shell.dialog()?.kind === 'newSpace'}>
        <NewSpaceDialog onClose={shell.closeDialog} />
      </Match>
      <Match when={shell.dialog()?.kind === 'newDirect'}>
        <NewDirectDialog onClose={shell.closeDialog} />
      </Match>
      <Match when={newRoom()}>{(dialog) => <NewRoomDialog spaceId={dialog().space} onClose={shell.closeDialog} />}</Match>
    </Switch>
  )
}
