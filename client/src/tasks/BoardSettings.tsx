import { createSignal, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { Field } from '../ui/Field.tsx'
import { toast } from '../ui/Toast.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { BoardColumns } from './BoardColumns.tsx'
import { BoardLabels } from './BoardLabels.tsx'
import { changeKey } from './board.ts'
import { createChanges } from './boardChanges.ts'
import { boardEn } from './boardEn.ts'
import type { TaskStore } from './taskStore.ts'
import './board.css'

const t = textsOf(boardEn)

/** The columns and labels of a board, and for admins of its space its key. Each change is saved by itself. */
export default function BoardSettings(props: { store: TaskStore; onClose(): void }) {
  const workspace = useWorkspace()
  return (
    <Dialog title={boardEn.title} closeLabel={boardEn.close} onClose={() => props.onClose()}>
      <div class="board-settings">
        <BoardColumns store={props.store} />
        <BoardLabels store={props.store} />
        <Show when={workspace.can('admin', props.store.space())}>
          <Key store={props.store} />
        </Show>
      </div>
    </Dialog>
  )
}

function Key(props: { store: TaskStore }) {
  const key = () => props.store.board()?.key ?? ''
  const [typed, setTyped] = createSignal<string>()
  const changes = createChanges(props.store)
  const save = (wanted: string) =>
    changes.run(async () => {
      const saved = await changeKey(props.store.space(), wanted)
      toast(t('keySaved', { key: saved }))
      setTyped()
    })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save(typed() ?? key())
      }}
    >
      <Field
        label={boardEn.key}
        name="key"
        autocomplete="off"
        autocapitalize="characters"
        dir="ltr"
        maxLength={10}
        value={typed() ?? key()}
        hint={t('keyHint', { key: (typed() ?? key()).trim().toUpperCase() })}
        error={changes.problem()}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <Show when={typed() !== undefined && typed()?.trim().toUpperCase() !== key()}>
        <Button type="submit" look="primary">
          {boardEn.saveKey}
        </Button>
      </Show>
    </form>
  )
}
