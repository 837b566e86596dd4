import { createSignal, For, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Select } from '../ui/Field.tsx'
import { NewLine } from './BoardLines.tsx'
import { changeLabel, deleteLabel } from './board.ts'
import { createChanges } from './boardChanges.ts'
import { boardEn } from './boardEn.ts'
import { freeHue } from './labels.ts'
import type { TaskStore } from './taskStore.ts'
import { createLabel, type LabelRow } from './tasks.ts'

const t = textsOf(boardEn)
const colours = boardEn.colours.map((label, hue) => ({ value: String(hue), label }))

/** The labels of a board by name. */
export function BoardLabels(props: { store: TaskStore }) {
  const changes = createChanges(props.store)
  const labels = () => props.store.labels()
  const [deleting, setDeleting] = createSignal<LabelRow>()
  const rename = (id: string, name: string) => void changes.run(() => changeLabel(id, { name }))
  return (
    <section aria-label={boardEn.labels}>
      <h3>{boardEn.labels}</h3>
      <p class="form-error" role="alert">
        {changes.problem()}
      </p>
      <div class="board-lines">
        <For each={labels().map((row) => row.id)} fallback={<p class="muted">{boardEn.noLabels}</p>}>
          {(id) => (
            <Show when={labels().find((row) => row.id === id)}>
              {(row) => (
                <div class="board-line">
                  <span class="label-mark" style={{ '--hue': row().hue * 30 }} />
                  <input
                    aria-label={t('labelName', { name: row().name })}
                    dir="auto"
                    maxLength={40}
                    value={row().name}
                    onChange={(event) => rename(id, event.currentTarget.value)}
                  />
                  <Select
                    label={t('colour', { name: row().name })}
                    hideLabel
                    value={String(row().hue)}
                    options={colours}
                    onChange={(hue) => void changes.run(() => changeLabel(id, { hue: Number(hue) }))}
                  />
                  <IconButton icon="trash" label={t('deleteOne', { name: row().name })} onClick={() => setDeleting(row())} />
                </div>
              )}
            </Show>
          )}
        </For>
      </div>
      <NewLine
        label={boardEn.newLabel}
        action={boardEn.addLabel}
        onAdd={(name) => changes.run(() => createLabel(props.store.space(), name, freeHue(labels())))}
      />
      <Show when={deleting()}>
        {(row) => (
          <ConfirmDialog
            title={t('deleteLabelTitle', { name: row().name })}
            action={boardEn.delete}
            cancel={boardEn.cancel}
            onClose={() => setDeleting()}
            onConfirm={() => {
              const { id } = row()
              setDeleting()
              void changes.run(() => deleteLabel(id))
            }}
          >
            <p>{boardEn.deleteLabelText}</p>
          </ConfirmDialog>
        )}
      </Show>
    </section>
  )
}
