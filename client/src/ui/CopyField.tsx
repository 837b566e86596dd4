import { createSignal, createUniqueId, onMount } from 'solid-js'
import { Button } from './Button.tsx'
import './field.css'

interface CopyFieldProps {
  label: string
  value: string
  /** What is worth knowing about the value. */
  hint: string
  copy: string
  copied: string
}

/** A text to be taken along, with the button that copies it. It can be copied by hand where the clipboard is closed. */
export function CopyField(props: CopyFieldProps) {
  let input!: HTMLInputElement
  const id = createUniqueId()
  const [isCopied, setCopied] = createSignal(false)

  // It takes the place of what made it, and of the focus that was there.
  onMount(() => input.focus())

  async function copy() {
    input.select()
    await navigator.clipboard.writeText(props.value).then(
      () => setCopied(true),
      // The text is selected: the person's own keys still copy it.
      () => {},
    )
  }

  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <div class="copy-row">
        <div class="field-box">
          <input
            ref={input}
            id={id}
            dir="ltr"
            readOnly
            value={props.value}
            aria-describedby={`${id}-hint`}
            onFocus={(event) => event.currentTarget.select()}
          />
        </div>
        <Button look="primary" icon={isCopied() ? 'check' : 'copy'} onClick={() => void copy()}>
          {isCopied() ? props.copied : props.copy}
        </Button>
      </div>
      <p class="field-hint" id={`${id}-hint`}>
        {props.hint}
      </p>
      <span class="visually-hidden" role="status">
        {isCopied() ? props.copied : ''}
      </span>
    </div>
  )
}
