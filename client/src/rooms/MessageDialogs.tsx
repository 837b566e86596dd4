import { lazy, Match, Suspense, Switch } from 'solid-js'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { attempt } from './attempt.ts'
import type { Conversation } from './conversation.ts'
import { dialogsEn } from './dialogsEn.ts'
import { en } from './en.ts'
import type { Marks } from './marks.ts'
import type { MessageRow } from './messageLog.ts'

const ForwardDialog = lazy(() => import('./ForwardDialog.tsx'))
const RemindDialog = lazy(() => import('./RemindDialog.tsx'))
const TaskDialog = lazy(() => import('./TaskDialog.tsx'))
const VersionsDialog = lazy(() => import('./VersionsDialog.tsx'))

/** What is asked of a person before something is done with a message. */
export interface Asked {
  what: 'delete' | 'forward' | 'task' | 'remind' | 'history'
  row: MessageRow
}

interface MessageDialogsProps {
  asked: Asked
  marks: Marks
  conversation: Conversation
  nameOf(person: string | null): string
  onClose(): void
}

/** The question itself. */
export default function MessageDialogs(props: MessageDialogsProps) {
  const close = () => props.onClose()
  const remove = () => {
    const { row } = props.asked
    close()
    void attempt(en.delete, () => props.conversation.remove(row))
  }
  return (
    <Suspense>
      <Switch>
        <Match when={props.asked.what === 'delete'}>
          <ConfirmDialog title={dialogsEn.deleteTitle} action={en.delete} cancel={en.cancel} onClose={close} onConfirm={remove}>
            <p>{dialogsEn.deleteText}</p>
          </ConfirmDialog>
        </Match>
        <Match when={props.asked.what === 'forward'}>
          <ForwardDialog row={props.asked.row} name={props.nameOf(props.asked.row.author_id)} onClose={close} />
        </Match>
        <Match when={props.asked.what === 'task'}>
          <TaskDialog row={props.asked.row} onClose={close} />
        </Match>
        <Match when={props.asked.what === 'remind'}>
          <RemindDialog row={props.asked.row} marks={props.marks} onClose={close} />
        </Match>
        <Match when={props.asked.what === 'history'}>
          <VersionsDialog row={props.asked.row} onClose={close} />
        </Match>
      </Switch>
    </Suspense>
  )
}
