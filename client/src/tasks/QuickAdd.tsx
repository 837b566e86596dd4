import { createMemo, createSignal, createUniqueId, For, Show } from 'solid-js'
import { sentenceOf } from '../errors.ts'
import { textsOf } from '../i18n.ts'
import { useSession } from '../session.ts'
import { Button } from '../ui/Button.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { dueName } from './days.ts'
import { en } from './en.ts'
import { PriorityMark, priorityNames } from './Marks.tsx'
import { parseQuickAdd } from './quickAdd.ts'
import type { LabelRow, NewTask } from './tasks.ts'

const t = textsOf(en)

interface QuickAddProps {
  labels: readonly LabelRow[]
  /** Makes a label that does not exist yet. */
  onNewLabel(name: string): Promise<LabelRow>
  onAdd(title: string, fields: NewTask): Promise<unknown>
}

/** One line that makes a task; beneath it stands what was understood. */
export function QuickAdd(props: QuickAddProps) {
  const workspace = useWorkspace()
  const session = useSession()
  const id = createUniqueId()
  const [line, setLine] = createSignal('')
  const [problem, setProblem] = createSignal('')
  let input!: HTMLInputElement

  const typed = createMemo(() =>
    parseQuickAdd(line(), {
      me: session.user()?.id ?? '',
      people: workspace
        .people()
        .filter((row) => !row.suspended_at)
        .map((row) => ({ id: row.user_id, name: row.name })),
      labels: props.labels,
      now: new Date(),
    }),
  )
  const hasMeaning = () => {
    const { assignees, labels, newLabels, priority, due_on, unknown } = typed()
    return assignees.length + labels.length + newLabels.length + priority + unknown.length > 0 || due_on !== null
  }

  async function add() {
    const wish = typed()
    if (!wish.title) {
      setProblem(en.titleMissing)
      input.focus()
      return
    }
    const before = line()
    setLine('')
    setProblem('')
    try {
      const made = await Promise.all(wish.newLabels.map((name) => props.onNewLabel(name)))
      await props.onAdd(wish.title, {
        ...(wish.priority > 0 && { priority: wish.priority }),
        ...(wish.due_on && { due_on: wish.due_on }),
        ...(wish.due_at && { due_at: wish.due_at }),
        ...(wish.assignees.length > 0 && { assignees: wish.assignees.map((person) => person.id) }),
        labels: [...wish.labels, ...made].map((label) => label.id),
      })
    } catch (error) {
      // What was typed comes back, unless the next task is being typed already.
      if (!line()) setLine(before)
      setProblem(sentenceOf(error))
    }
  }

  return (
    <form
      class="quick-add"
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <div class="quick-line">
        <Icon name="plus" />
        <label class="visually-hidden" for={id}>
          {en.quickAdd}
        </label>
        <input
          ref={input}
          id={id}
          value={line()}
          placeholder={en.quickAddHint}
          maxlength={600}
          autocomplete="off"
          enterkeyhint="done"
          aria-describedby={`${id}-preview ${id}-problem`}
          onInput={(event) => {
            setLine(event.currentTarget.value)
            setProblem('')
          }}
        />
        <Show when={line()}>
          <Button look="primary" type="submit">
            {en.add}
          </Button>
        </Show>
      </div>
      <div class="quick-preview" id={`${id}-preview`} role="status" aria-label={en.quickAddPreview}>
        <Show when={line() && hasMeaning()}>
          <strong dir="auto">{typed().title}</strong>
          <For each={typed().assignees}>{(person) => <span class="chip">@{person.name}</span>}</For>
          <For each={typed().labels}>{(label) => <span class="chip">#{label.name}</span>}</For>
          <For each={typed().newLabels}>{(name) => <span class="chip">#{t('newLabel', { name })}</span>}</For>
          <Show when={typed().priority > 0}>
            <span class="chip">
              <span aria-hidden="true">
                <PriorityMark level={typed().priority} />
              </span>
              {priorityNames[typed().priority]}
            </span>
          </Show>
          <Show when={typed().due_on}>
            <span class="chip">
              <Icon name="clock" />
              {dueName(typed())}
            </span>
          </Show>
          <For each={typed().unknown}>{(name) => <span class="muted">{t('unknownPerson', { name })}</span>}</For>
        </Show>
      </div>
      <p class="field-error" id={`${id}-problem`} role="alert">
        {problem()}
      </p>
    </form>
  )
}
