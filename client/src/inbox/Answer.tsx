import { createSignal, onMount, Show, untrack } from 'solid-js'
import { textsOf } from '../i18n.ts'
import type { Written } from '../islands/contract.ts'
import { Button } from '../ui/Button.tsx'
import { en } from './en.ts'

const t = textsOf(en)
const nothing: Written = { content: null, text: '' }
type Rich = typeof import('../rooms/EditMessage.tsx')

export interface AnswerHandle {
  focus(): void
}

interface AnswerProps {
  /** Where it is said. Without a room it is a comment, written in a plain field as beside the page. */
  roomId: string | undefined
  /** What was begun before. */
  initial: Written | undefined
  onHandle(handle: AnswerHandle): void
  onChange(written: Written): void
  /** @returns whether it was said; else it stays */
  onSend(written: Written): Promise<boolean>
}

/** Where a notification is answered in place: a plain field, and the field of messages in its place when somebody goes into it. */
export function Answer(props: AnswerProps) {
  const [rich, setRich] = createSignal<Rich>()
  // Another notification has an answer of its own.
  const roomId = untrack(() => props.roomId)
  let written = untrack(() => props.initial) ?? nothing
  let field: (AnswerHandle & { set(written: Written): void }) | undefined
  let hadFocus = false
  let busy = false
  const take = (handle: NonNullable<typeof field>) => {
    field = handle
    props.onHandle(handle)
  }
  const change = (next: Written) => {
    written = next
    props.onChange(next)
  }

  async function send() {
    const said = written
    if (busy || !said.text.trim()) return
    busy = true
    if (await props.onSend(said)) {
      change(nothing)
      field?.set(nothing)
    }
    busy = false
  }
  const leave = () => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    return true
  }

  return (
    <form
      class="preview-answer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <Show
        when={rich()}
        fallback={
          <PlainField
            initial={written}
            onHandle={take}
            onChange={change}
            onSubmit={() => void send()}
            onEscape={leave}
            onEnter={async (isHere) => {
              if (roomId === undefined) return
              // Where it cannot be fetched, the plain field stays.
              const loaded = await import('../rooms/EditMessage.tsx').catch(() => undefined)
              hadFocus = isHere()
              setRich(() => loaded)
            }}
          />
        }
      >
        {(loaded) => {
          const { AnswerField } = loaded()
          return (
            <AnswerField
              roomId={roomId ?? ''}
              label={t('answer')}
              initial={written}
              autofocus={hadFocus}
              onHandle={take}
              onChange={change}
              onSubmit={() => void send()}
              onEscape={leave}
            />
          )
        }}
      </Show>
      <Button type="submit" look="primary" icon="send">
        {t('send')}
      </Button>
    </form>
  )
}

interface PlainProps {
  initial: Written
  onHandle(handle: AnswerHandle & { set(written: Written): void }): void
  onChange(written: Written): void
  onSubmit(): void
  onEscape(): void
  /** Somebody has gone into it; isHere tells whether he still is. */
  onEnter(isHere: () => boolean): void
}

function PlainField(props: PlainProps) {
  let area!: HTMLTextAreaElement
  onMount(() =>
    props.onHandle({
      focus: () => area.focus(),
      set: ({ text }) => {
        area.value = text
      },
    }),
  )
  return (
    <textarea
      ref={area}
      rows="2"
      maxLength={10000}
      dir="auto"
      aria-label={t('answer')}
      placeholder={t('answer')}
      value={props.initial.text}
      onFocus={() => props.onEnter(() => document.activeElement === area)}
      onInput={(event) => props.onChange({ content: null, text: event.currentTarget.value })}
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onEscape()
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
        event.preventDefault()
        props.onSubmit()
      }}
    />
  )
}
