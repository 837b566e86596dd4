import { createSignal, createUniqueId, type JSX, Show, splitProps } from 'solid-js'
import { IconButton } from './Button.tsx'
import './field.css'

interface FieldProps extends JSX.InputHTMLAttributes<HTMLInputElement> {
  label: string
  name: string
  /** What is wrong with the value, as a sentence. */
  error?: string | undefined
  /** What is expected, before anything is wrong. */
  hint?: string
  /** Something at the end of the input, inside its frame. */
  after?: JSX.Element
}

/** A labelled input. The error is announced when it appears and belongs to the input's description. */
export function Field(props: FieldProps) {
  const [own, rest] = splitProps(props, ['label', 'error', 'hint', 'after', 'id'])
  const fallbackId = createUniqueId()
  const id = () => own.id ?? fallbackId
  const describedBy = () => [own.hint && `${id()}-hint`, own.error && `${id()}-error`].filter(Boolean).join(' ') || undefined
  return (
    <div class="field">
      <label for={id()}>{own.label}</label>
      <div class="field-box">
        <input {...rest} id={id()} aria-invalid={own.error ? 'true' : undefined} aria-describedby={describedBy()} />
        {own.after}
      </div>
      <Show when={own.hint}>
        <p class="field-hint" id={`${id()}-hint`}>
          {own.hint}
        </p>
      </Show>
      <p class="field-error" id={`${id()}-error`} role="alert">
        {own.error}
      </p>
    </div>
  )
}

interface PasswordFieldProps extends Omit<FieldProps, 'type' | 'after'> {
  showLabel: string
  hideLabel: string
}

/** A password that can be shown while it is typed. Paste and password managers work. */
export function PasswordField(props: PasswordFieldProps) {
  const [own, rest] = splitProps(props, ['showLabel', 'hideLabel'])
  const [shown, setShown] = createSignal(false)
  return (
    <Field
      {...rest}
      type={shown() ? 'text' : 'password'}
      autocapitalize="none"
      spellcheck={false}
      after={
        <IconButton icon={shown() ? 'eyeOff' : 'eye'} label={shown() ? own.hideLabel : own.showLabel} onClick={() => setShown(!shown())} />
      }
    />
  )
}

interface SelectProps<Value extends string> extends Omit<JSX.SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> {
  label: string
  value: Value
  options: readonly { value: Value; label: string; disabled?: boolean }[]
  /** Shows the label only to screen readers, where a table's head says it to the others. */
  hideLabel?: boolean
  /** Frameless until it is pointed at, for one in each row of a list. */
  quiet?: boolean
  onChange(value: Value): void
}

/** A native select: it looks and works on each device as its user knows it. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const [own, rest] = splitProps(props, ['label', 'value', 'options', 'hideLabel', 'quiet', 'onChange'])
  const id = createUniqueId()
  return (
    <div class="field">
      <label for={id} classList={{ 'visually-hidden': own.hideLabel ?? false }}>
        {own.label}
      </label>
      <span class="select-box" classList={{ 'select-quiet': own.quiet ?? false }}>
        <select
          {...rest}
          id={id}
          onChange={(event) => {
            const chosen = event.currentTarget.value as Value
            // What is shown follows the state, also when the state refuses the change.
            event.currentTarget.value = own.value
            own.onChange(chosen)
          }}
        >
          {own.options.map((option) => (
            <option value={option.value} disabled={option.disabled ?? false} selected={option.value === own.value}>
              {option.label}
            </option>
          ))}
        </select>
      </span>
    </div>
  )
}
