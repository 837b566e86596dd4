import { createEffect, createSignal, createUniqueId, For, on, onMount, Show } from 'solid-js'
import { textsOf } from '../../i18n.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Button } from '../../ui/Button.tsx'
import { bodyOf, type CommentBody, type Mentioned, typedOf } from './commentBody.ts'
import type { CommentPerson } from './commentStore.ts'
import { commentsEn as en } from './en.ts'
import { mentionAt, peopleLike, withMentioned } from './mentions.ts'

const t = textsOf(en)
const longest = 10_000

interface ComposerProps {
  label: string
  action: string
  people: readonly CommentPerson[]
  /** What is edited. */
  body?: CommentBody | undefined
  autofocus?: boolean
  /** Rejects when it could not be kept: then the text comes back. */
  onSend(body: CommentBody, text: string): Promise<boolean>
  onCancel?(): void
}

/** Where a comment is written: a plain text field, which every keyboard, input method and screen reader knows, with a list of people
 *  behind the @. */
export function CommentComposer(props: ComposerProps) {
  const before = props.body ? typedOf(props.body) : { text: '', mentioned: [] }
  const [text, setText] = createSignal(before.text)
  const [mentioned, setMentioned] = createSignal<Mentioned[]>(before.mentioned)
  const [mention, setMention] = createSignal<{ start: number; query: string } | null>(null)
  const [chosen, setChosen] = createSignal(0)
  const [near, setNear] = createSignal(Boolean(props.body) || (props.autofocus ?? false))
  const id = createUniqueId()
  let field!: HTMLTextAreaElement
  const isTooLong = () => text().length > longest
  const found = () => {
    const typed = mention()
    return typed ? peopleLike(props.people, typed.query) : []
  }
  const isListed = () => mention() !== null && (found().length > 0 || mention()?.query !== '')

  onMount(() => {
    if (!props.autofocus) return
    field.focus()
    field.setSelectionRange(field.value.length, field.value.length)
  })
  // Browsers without `field-sizing` keep one height, so the height follows the text by hand.
  createEffect(
    on(text, () => {
      if (CSS.supports('field-sizing', 'content')) return
      field.style.blockSize = 'auto'
      field.style.blockSize = `${field.scrollHeight}px`
    }),
  )

  const look = () => {
    setMention(field.selectionStart === field.selectionEnd ? mentionAt(field.value, field.selectionStart) : null)
    setChosen(0)
  }
  const take = (person: CommentPerson) => {
    const typed = mention()
    if (!typed) return
    const after = field.value.slice(field.selectionStart)
    const caret = typed.start + person.name.length + 2
    setText(`${field.value.slice(0, typed.start)}@${person.name} ${after.replace(/^ /, '')}`)
    setMentioned(withMentioned(mentioned(), { id: person.id, label: person.name }))
    setMention(null)
    field.focus()
    field.setSelectionRange(caret, caret)
  }
  const send = async () => {
    const typed = text()
    if (!typed.trim() || isTooLong()) return
    const names = mentioned()
    if (!props.body) {
      setText('')
      setMentioned([])
    }
    if ((await props.onSend(bodyOf(typed, names), typed.trim())) || text()) return
    setText(typed)
    setMentioned(names)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Safari ends a composition before the key that ended it; that key has this number.
    if (event.isComposing || event.keyCode === 229) return
    const people = found()
    const isList = isListed() && people.length > 0
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void send()
    } else if (isList && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault()
      const person = people[chosen()]
      if (person) take(person)
    } else if (isList && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      setChosen((chosen() + (event.key === 'ArrowDown' ? 1 : people.length - 1)) % people.length)
    } else if (event.key === 'Escape' && (isListed() || props.onCancel)) {
      // Else it would close the panel, and with it what was typed.
      event.preventDefault()
      if (isListed()) setMention(null)
      else props.onCancel?.()
    }
  }
  return (
    <form
      class="comment-composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onFocusIn={() => setNear(true)}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={props.label}
        aria-describedby={`${id}-hint`}
        aria-invalid={isTooLong()}
        aria-autocomplete="list"
        aria-controls={isListed() ? `${id}-people` : undefined}
        aria-activedescendant={isListed() && found().length > 0 ? `${id}-${chosen()}` : undefined}
        placeholder={props.label}
        value={text()}
        onInput={(event) => {
          setText(event.currentTarget.value)
          look()
        }}
        onKeyUp={(event) => {
          if (event.key === 'ArrowLeft' || event.key === 'ArrowRight' || event.key === 'Home' || event.key === 'End') look()
        }}
        onBlur={() => setMention(null)}
        onKeyDown={onKeyDown}
      />
      <p id={`${id}-hint`} class="visually-hidden">
        {en.writeHint}
      </p>
      <Show when={isListed()}>
        <div id={`${id}-people`} class="mention-list" role="listbox" aria-label={en.people}>
          <For each={found()} fallback={<p>{en.noPeople}</p>}>
            {(person, index) => (
              // The field keeps the focus, and its keys choose: an option is pressed by pointers alone.
              // biome-ignore lint/a11y/useFocusableInteractive: see above
              // biome-ignore lint/a11y/useKeyWithClickEvents: see above
              <div
                id={`${id}-${index()}`}
                role="option"
                aria-selected={index() === chosen()}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => take(person)}
              >
                <Avatar id={person.id} name={person.name} />
                <bdi class="ellipsis">{person.name}</bdi>
              </div>
            )}
          </For>
        </div>
        <span class="visually-hidden" role="status">
          {t('peopleFound', { count: found().length })}
        </span>
      </Show>
      <Show when={isTooLong()}>
        <p class="comment-problem" role="alert">
          {en.tooLong}
        </p>
      </Show>
      <Show when={near()}>
        <div class="comment-composer-actions">
          <Show when={props.onCancel}>
            <Button look="quiet" onClick={() => props.onCancel?.()}>
              {en.cancel}
            </Button>
          </Show>
          <Button look="primary" type="submit" aria-disabled={!text().trim() || isTooLong()}>
            {props.action}
          </Button>
        </div>
      </Show>
    </form>
  )
}
