import { createSignal, For, onMount, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { ConfirmDialog } from '../ui/Dialog.tsx'
import { Select } from '../ui/Field.tsx'
import { NewLine } from './BoardLines.tsx'
import { addStatus, changeStatus, deleteStatus } from './board.ts'
import { createChanges } from './boardChanges.ts'
import { boardEn } from './boardEn.ts'
import { dragCards, type Place } from './drag.ts'
import { en } from './en.ts'
import { StageMark } from './Marks.tsx'
import { placeBetween } from './order.ts'
import type { TaskStore } from './taskStore.ts'
import { type Stage, type StatusRow, stages } from './tasks.ts'

const t = textsOf(boardEn)
const meanings = stages.map((value) => ({ value, label: en.stages[value] }))

/** The columns of a board in their order: dragged, or moved by buttons. */
export function BoardColumns(props: { store: TaskStore }) {
  let list!: HTMLDivElement
  const statuses = () => props.store.statuses()
  const changes = createChanges(props.store)
  const [stage, setStage] = createSignal<Stage>('doing')
  const [over, setOver] = createSignal<Place>()
  const [said, setSaid] = createSignal('')
  const [deleting, setDeleting] = createSignal<StatusRow>()

  /** Puts a column where `placeOf` says among the others, as they are when its turn comes. */
  const move = (id: string, placeOf: (others: readonly StatusRow[], now: number) => number) =>
    changes.run(async () => {
      const moved = statuses().find((row) => row.id === id)
      if (!moved) return
      const others = statuses().filter((row) => row.id !== id)
      const now = statuses().indexOf(moved)
      const place = Math.min(Math.max(placeOf(others, now), 0), others.length)
      if (place === now) return
      await changeStatus(id, { position: placeBetween(others[place - 1]?.position, others[place]?.position) })
      setSaid(t('moved', { name: moved.name, place: place + 1, all: others.length + 1 }))
    })

  const rename = (id: string, name: string) => void changes.run(() => changeStatus(id, { name }))

  /** A row that is drawn at another place loses the focus of its buttons. */
  const step = async (id: string, by: 1 | -1, button: HTMLElement) => {
    await move(id, (_, now) => now + by)
    button.focus()
  }

  onMount(() => {
    dragCards(list, {
      onOver: setOver,
      onDrop: (id, { before, after }) =>
        void move(id, (others) =>
          before ? others.findIndex((row) => row.id === before) : others.findIndex((row) => row.id === after) + 1,
        ),
    })
  })

  return (
    <section aria-label={boardEn.columns}>
      <h3>{boardEn.columns}</h3>
      <p class="field-hint">{boardEn.columnsHint}</p>
      <p class="form-error" role="alert">
        {changes.problem()}
      </p>
      <div class="board-lines" data-column="columns" ref={list}>
        <For each={statuses().map((row) => row.id)}>
          {(id) => (
            <Show when={statuses().find((row) => row.id === id)}>
              {(row) => (
                <div
                  class="board-line is-movable"
                  data-task={id}
                  data-drop={over()?.before === id ? 'before' : over()?.after === id ? 'after' : undefined}
                >
                  <span class="line-grip" aria-hidden="true" />
                  <StageMark stage={row().stage as Stage} />
                  <input
                    aria-label={t('columnName', { name: row().name })}
                    dir="auto"
                    maxLength={40}
                    value={row().name}
                    onChange={(event) => rename(id, event.currentTarget.value)}
                  />
                  <Select
                    label={t('meaning', { name: row().name })}
                    hideLabel
                    value={row().stage as Stage}
                    options={meanings}
                    onChange={(wanted) => void changes.run(() => changeStatus(id, { stage: wanted }))}
                  />
                  <IconButton
                    icon="arrowUp"
                    label={t('moveUp', { name: row().name })}
                    aria-disabled={statuses()[0]?.id === id}
                    onClick={(event) => void step(id, -1, event.currentTarget)}
                  />
                  <IconButton
                    icon="arrowDown"
                    label={t('moveDown', { name: row().name })}
                    aria-disabled={statuses().at(-1)?.id === id}
                    onClick={(event) => void step(id, 1, event.currentTarget)}
                  />
                  <IconButton
                    icon="trash"
                    label={t('deleteOne', { name: row().name })}
                    aria-disabled={statuses().length === 1}
                    onClick={() => statuses().length > 1 && setDeleting(row())}
                  />
                </div>
              )}
            </Show>
          )}
        </For>
      </div>
      <NewLine
        label={boardEn.newColumn}
        action={boardEn.addColumn}
        onAdd={(name) =>
          changes.run(() =>
            addStatus(props.store.space(), { name, stage: stage(), position: placeBetween(statuses().at(-1)?.position, undefined) }),
          )
        }
      >
        <Select label={boardEn.newMeaning} hideLabel value={stage()} options={meanings} onChange={setStage} />
      </NewLine>
      <p class="visually-hidden" role="status">
        {said()}
      </p>
      <Show when={deleting()}>
        {(row) => (
          <DeleteColumn
            row={row()}
            others={statuses().filter((other) => other.id !== row().id)}
            onClose={() => setDeleting()}
            onDelete={(moveTo) => {
              const { id } = row()
              setDeleting()
              void changes.run(() => deleteStatus(id, moveTo))
            }}
          />
        )}
      </Show>
    </section>
  )
}

function DeleteColumn(props: { row: StatusRow; others: readonly StatusRow[]; onDelete(moveTo: string): void; onClose(): void }) {
  const [chosen, setChosen] = createSignal<string>()
  // One that means the same leaves its tasks as they are, open or closed.
  const target = () => chosen() ?? (props.others.find((row) => row.stage === props.row.stage) ?? props.others[0])?.id ?? ''
  return (
    <ConfirmDialog
      title={t('deleteColumnTitle', { name: props.row.name })}
      action={boardEn.delete}
      cancel={boardEn.cancel}
      onClose={() => props.onClose()}
      onConfirm={() => props.onDelete(target())}
    >
      <Select
        label={boardEn.goTo}
        value={target()}
        options={props.others.map((row) => ({ value: row.id, label: row.name }))}
        onChange={setChosen}
      />
      <p class="field-hint">{boardEn.goToHint}</p>
    </ConfirmDialog>
  )
}
