import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { ContentNode, Written } from '../islands/contract.ts'
import { Button } from '../ui/Button.tsx'
import { lazyMentions } from './Composer.tsx'
import { longestText, saidOf } from './content.ts'
import { en } from './en.ts'
import { WritingField, type WritingHandle } from './WritingField.tsx'

const t = textsOf(en)

interface EditProps {
  roomId: string
  text: string
  content: ContentNode | null
  /** It has files or passes something on, and needs no words of its own. */
  mayBeEmpty: boolean
  onSave(written: Written): void
  onCancel(): void
}

/** A message in the hands of its author. */
export function EditMessage(props: EditProps) {
  const before: Written = { content: props.content, text: props.text }
  const [written, setWritten] = createSignal(before)
  const mentions = lazyMentions(() => props.roomId)
  const isTooLong = () => written().text.trim().length > longestText
  let field: WritingHandle | undefined
  let form!: HTMLFormElement
  onMount(() => field?.focus())
  const save = () => {
    if (isTooLong() || !(props.mayBeEmpty || written().text.trim())) return
    if (written() === before) return props.onCancel()
    const said = saidOf(written())
    if (said.text === props.text && JSON.stringify(said.content) === JSON.stringify(props.content)) props.onCancel()
    else props.onSave(said)
  }
  // What is typed here is no key of the list around it; the field itself has had it by then.
  const keep = (event: KeyboardEvent) => event.stopPropagation()
  onMount(() => form.addEventListener('keydown', keep))
  onCleanup(() => form.removeEventListener('keydown', keep))
  return (
    <form
      ref={form}
      class="edit-message"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <WritingField
        label={en.editing}
        placeholder={en.editing}
        initial={before}
        mentions={mentions}
        commands={[]}
        formatting={false}
        invalid={isTooLong()}
        autofocus
        onHandle={(handle) => {
          field = handle
        }}
        onChange={setWritten}
        onSubmit={save}
        onUp={() => false}
        onEscape={() => {
          props.onCancel()
          return true
        }}
        onFiles={() => {}}
        onTooLarge={() => {}}
      />
      <Show when={isTooLong()}>
        <p class="composer-problem" role="alert">
          {t('tooLong', {
            limit: longestText.toLocaleString(),
            over: (written().text.trim().length - longestText).toLocaleString(),
          })}
        </p>
      </Show>
      <div class="edit-actions">
        <small class="only-wide">{en.editHint}</small>
        <Button look="quiet" onClick={() => props.onCancel()}>
          {en.cancel}
        </Button>
        <Button look="primary" type="submit">
          {en.save}
        </Button>
      </div>
    </form>
  )
}

interface AnswerProps {
  roomId: string
  label: string
  initial: Written
  autofocus: boolean
  onHandle(handle: WritingHandle): void
  onChange(written: Written): void
  onSubmit(): void
  onEscape(): boolean
}

/** The same field for an answer that is given elsewhere, as in the inbox. It is here because this chunk has all of it. */
export function AnswerField(props: AnswerProps) {
  const mentions = lazyMentions(() => props.roomId)
  const [text, setText] = createSignal(props.initial.text)
  return (
    <div class="composer grow">
      <WritingField
        label={props.label}
        placeholder={props.label}
        initial={props.initial}
        mentions={mentions}
        commands={[]}
        formatting={false}
        invalid={text().trim().length > longestText}
        autofocus={props.autofocus}
        onHandle={(handle) => props.onHandle(handle)}
        onChange={(written) => {
          setText(written.text)
          props.onChange(saidOf(written))
        }}
        onSubmit={() => props.onSubmit()}
        onUp={() => false}
        onEscape={() => props.onEscape()}
        onFiles={() => {}}
        onTooLarge={() => {}}
      />
    </div>
  )
}
