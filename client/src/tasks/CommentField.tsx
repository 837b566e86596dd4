import { useNavigate } from '@solidjs/router'
import { createSignal, onCleanup, onMount, Show, untrack } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { Written } from '../islands/contract.ts'
import { longestText, saidOf } from '../rooms/content.ts'
import { WritingField, type WritingHandle } from '../rooms/WritingField.tsx'
import { Button } from '../ui/Button.tsx'
import { useWorkspace } from '../workspaces/workspaces.ts'
import { en } from './en.ts'
import { createTaskMentions } from './taskMentions.ts'
import '../rooms/composer.css'

const t = textsOf(en)
export const nothing: Written = { content: null, text: '' }

interface FieldProps {
  label: string
  send: string
  initial: Written
  autofocus?: boolean
  onChange?(written: Written): void
  /** @returns whether it was said; else it stays */
  onSend(said: Written): Promise<boolean>
  onCancel?(): void
}

/** Where a comment on a task is written: the field of messages. */
export function CommentField(props: FieldProps) {
  const first = untrack(() => props.initial)
  const [written, setWritten] = createSignal(first)
  const mentions = createTaskMentions(useWorkspace(), useNavigate())
  const over = () => written().text.trim().length - longestText
  let field: WritingHandle | undefined
  let form!: HTMLFormElement
  let busy = false

  const change = (next: Written) => {
    setWritten(next)
    props.onChange?.(next)
  }
  async function send() {
    const before = written()
    if (busy || over() > 0 || !before.text.trim()) return
    busy = true
    // It is shown as said from now on; what is refused comes back.
    change(nothing)
    field?.set(nothing)
    if (!(await props.onSend(saidOf(before))) && !written().text.trim()) {
      change(before)
      field?.set(before)
    }
    busy = false
  }
  // What is typed here is no key of the panel around it; the field itself has had it by then.
  const keep = (event: KeyboardEvent) => event.stopPropagation()
  onMount(() => form.addEventListener('keydown', keep))
  onCleanup(() => form.removeEventListener('keydown', keep))

  return (
    <form
      ref={form}
      class="task-comment-field"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <div class="composer">
        <WritingField
          label={props.label}
          placeholder={props.label}
          initial={first}
          mentions={mentions}
          commands={[]}
          formatting={false}
          invalid={over() > 0}
          autofocus={props.autofocus ?? false}
          onHandle={(handle) => {
            field = handle
          }}
          onChange={change}
          onSubmit={() => void send()}
          onUp={() => false}
          onEscape={() => {
            if (props.onCancel) props.onCancel()
            else if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
            return true
          }}
          onFiles={() => {}}
          onTooLarge={() => {}}
        />
      </div>
      <Show when={over() > 0}>
        <p class="composer-problem" role="alert">
          {t('tooLong', { over: over().toLocaleString() })}
        </p>
      </Show>
      <div class="task-comment-actions">
        <Show when={props.onCancel}>
          {(cancel) => (
            <Button look="quiet" onClick={() => cancel()()}>
              {en.cancel}
            </Button>
          )}
        </Show>
        <Button look="primary" type="submit" disabled={!written().text.trim()}>
          {props.send}
        </Button>
      </div>
    </form>
  )
}
