import { createEffect, createSignal, on, Show } from 'solid-js'
import { textsOf } from '../i18n.ts'
import { IconButton } from '../ui/Button.tsx'
import { draftOf, keepDraft } from './drafts.ts'
import { en } from './en.ts'

const t = textsOf(en)
const longest = 20_000
/** A name longer than this would make an empty composer two lines high. */
const longestPlaceholder = 24

/** Where a message is written. Enter sends, and belongs to the input method while that composes. */
export function Composer(props: { roomId: string; roomName: string; onSend(text: string): void; onTyping(): void; onEditLast(): boolean }) {
  const [text, setText] = createSignal(draftOf(props.roomId))
  let field!: HTMLTextAreaElement
  const isTooLong = () => text().length > longest

  createEffect(
    on(
      () => props.roomId,
      (room) => setText(draftOf(room)),
      { defer: true },
    ),
  )
  createEffect(on(text, (draft) => keepDraft(props.roomId, draft), { defer: true }))
  // Browsers without `field-sizing` keep one height, so the height follows the text by hand.
  createEffect(
    on(text, () => {
      if (CSS.supports('field-sizing', 'content')) return
      field.style.blockSize = 'auto'
      field.style.blockSize = `${field.scrollHeight}px`
    }),
  )

  const send = () => {
    const message = text().trim()
    if (!message || isTooLong()) return
    setText('')
    props.onSend(message)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Safari ends a composition before the key that ended it; that key has this number.
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      send()
    } else if (event.key === 'ArrowUp' && !text() && props.onEditLast()) event.preventDefault()
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
        field.focus()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={t('composer', { room: props.roomName })}
        aria-describedby="composer-hint"
        aria-invalid={isTooLong()}
        placeholder={props.roomName.length > longestPlaceholder ? en.composerLong : t('composer', { room: props.roomName })}
        value={text()}
        onInput={(event) => {
          setText(event.currentTarget.value)
          if (event.currentTarget.value.trim()) props.onTyping()
        }}
        onKeyDown={onKeyDown}
      />
      <IconButton icon="send" label={en.send} type="submit" aria-disabled={!text().trim() || isTooLong()} />
      <p id="composer-hint" class="visually-hidden">
        {en.composerHint}
      </p>
      <Show when={isTooLong()}>
        <p class="composer-problem" role="alert">
          {t('tooLong', { limit: longest.toLocaleString() })}
        </p>
      </Show>
    </form>
  )
}
