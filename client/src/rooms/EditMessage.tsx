import { createSignal, onMount } from 'solid-js'
import { Button } from '../ui/Button.tsx'
import { en } from './en.ts'

/** A message in the hands of its author. */
export function EditMessage(props: { text: string; onSave(text: string): void; onCancel(): void }) {
  const [text, setText] = createSignal(props.text)
  let field!: HTMLTextAreaElement
  onMount(() => {
    field.focus()
    field.setSelectionRange(field.value.length, field.value.length)
  })
  const save = () => {
    const changed = text().trim()
    if (!changed) return
    if (changed === props.text) props.onCancel()
    else props.onSave(changed)
  }
  return (
    <form
      class="edit-message"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        maxlength={20_000}
        aria-label={en.editing}
        title={en.editHint}
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.isComposing || event.keyCode === 229) return
          if (event.key === 'Escape') props.onCancel()
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault()
            save()
          }
        }}
      />
      <div class="edit-actions">
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
