import { createEffect, For, type JSX, on, onCleanup, Show } from 'solid-js'

export function Part(props: { title: string; children: JSX.Element }) {
  return (
    <section class="task-part">
      <h2>{props.title}</h2>
      {props.children}
    </section>
  )
}

const saveMs = 1200

/** Text that saves itself when writing pauses or ends. What others write comes in while nobody writes here. */
export function Text(props: {
  label: string
  class: string
  value: string
  maxLength: number
  placeholder?: string
  oneLine?: boolean
  onSave(value: string): void
}) {
  let timer: number | undefined
  let area!: HTMLTextAreaElement
  const save = () => {
    clearTimeout(timer)
    if (area.value !== props.value) props.onSave(area.value)
  }
  createEffect(
    on(
      () => props.value,
      (value) => {
        if (document.activeElement !== area) area.value = value
      },
    ),
  )
  onCleanup(save)
  return (
    <textarea
      ref={area}
      class={props.class}
      aria-label={props.label}
      placeholder={props.placeholder}
      maxlength={props.maxLength}
      rows="1"
      dir="auto"
      onInput={() => {
        clearTimeout(timer)
        if (!props.oneLine) timer = window.setTimeout(save, saveMs)
      }}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && props.oneLine) {
          event.preventDefault()
          area.blur()
        } else if (event.key === 'Escape') {
          event.stopPropagation()
          area.blur()
        }
      }}
    />
  )
}

/** A line whose text is taken by Enter. */
export function Line(props: { label: string; placeholder?: string; options?: readonly string[]; onEnter(text: string): unknown }) {
  const listId = `options-${crypto.randomUUID()}`
  return (
    <form
      class="task-line"
      onSubmit={(event) => {
        event.preventDefault()
        const input = event.currentTarget.elements[0] as HTMLInputElement
        const text = input.value.trim()
        input.value = ''
        if (text) props.onEnter(text)
      }}
    >
      <input
        aria-label={props.label}
        placeholder={props.placeholder ?? props.label}
        maxlength="300"
        list={props.options ? listId : undefined}
        autocomplete="off"
      />
      <Show when={props.options}>
        <datalist id={listId}>
          <For each={props.options}>{(option) => <option value={option} />}</For>
        </datalist>
      </Show>
    </form>
  )
}
