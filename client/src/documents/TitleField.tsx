import { createEffect, createSignal, on, onCleanup } from 'solid-js'
import { en } from './en.ts'
import { pageEn } from './pageEn.ts'

/** Renames after a pause in typing. */
const pauseMs = 600
const longest = 300

/** The title at the head of a page, which is also where it is changed. */
export function TitleField(props: {
  title: string
  editable: boolean
  /** A new page begins with its title. */
  autofocus: boolean
  onRename(title: string): void
  /** Enter and ArrowDown go on into the text. */
  onLeave(): void
}) {
  const [text, setText] = createSignal(props.title)
  let field!: HTMLTextAreaElement
  let timer = 0
  const isDirty = () => text().trim() !== props.title

  const store = () => {
    clearTimeout(timer)
    if (isDirty()) props.onRename(text().trim())
  }
  // Another person's rename must not tear the words out of the hands of who is typing.
  createEffect(
    on(
      () => props.title,
      (title) => {
        if (document.activeElement !== field) setText(title)
      },
      { defer: true },
    ),
  )
  onCleanup(store)

  return (
    <textarea
      ref={(element) => {
        field = element
        if (props.autofocus) queueMicrotask(() => element.focus())
      }}
      class="document-title"
      rows={1}
      dir="auto"
      aria-label={pageEn.title}
      placeholder={en.untitled}
      maxlength={longest}
      readOnly={!props.editable}
      value={text()}
      onInput={(event) => {
        setText(event.currentTarget.value.replaceAll(/\s*\n\s*/g, ' '))
        clearTimeout(timer)
        timer = window.setTimeout(store, pauseMs)
      }}
      onKeyDown={(event) => {
        if (event.isComposing) return
        const atEnd = field.selectionEnd === field.value.length
        if (event.key !== 'Enter' && !(event.key === 'ArrowDown' && atEnd)) return
        event.preventDefault()
        store()
        props.onLeave()
      }}
      onBlur={() => {
        store()
        setText((before) => before.trim())
      }}
    />
  )
}
