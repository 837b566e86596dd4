import { createEffect, createSignal, on, onCleanup, onMount, Show, untrack } from 'solid-js'
import type { Composer, ComposerProps, Written } from '../islands/contract.ts'

export interface WritingHandle {
  focus(): void
  set(written: Written): void
  insert(text: string): void
  toggleCodeBlock(): void
}

type Shared = 'label' | 'placeholder' | 'describedBy' | 'mentions' | 'commands' | 'formatting' | 'invalid'

interface WritingProps extends Pick<ComposerProps, Shared> {
  initial: Written
  autofocus?: boolean
  onHandle(handle: WritingHandle): void
  onChange(written: Written): void
  onSubmit(): void
  onUp(): boolean
  onEscape(): boolean
  onFiles(files: File[]): void
  onTooLarge(): void
}

/** Where words are written: a plain field at once, and the small editor in its place as soon as it is there, with the same words and
 *  the same caret. Where it cannot be fetched, the plain field stays. */
export function WritingField(props: WritingProps) {
  const [rich, setRich] = createSignal(false)
  const first = untrack(() => props.initial)
  const [text, setText] = createSignal(first.text)
  let area!: HTMLTextAreaElement
  let host!: HTMLDivElement
  let composer: Composer | undefined
  let start = first
  let closed = false
  let composing = false

  async function load() {
    const { mountComposer, composerText } = await import('./richField.ts')
    if (closed) return
    // An input method must not lose the word that it is making.
    if (composing)
      return area.addEventListener('compositionend', () => setTimeout(() => takeOver(mountComposer, composerText)), { once: true })
    takeOver(mountComposer, composerText)
  }

  function takeOver(mount: typeof import('./richField.ts').mountComposer, words: ComposerProps['text']) {
    if (closed || composer) return
    composer = mount(host, {
      ...shared(),
      text: words,
      initial: {
        // Whoever has typed on has left the formats behind.
        content: text() === start.text ? start.content : null,
        text: text(),
        from: area.selectionStart,
        to: area.selectionEnd,
        focused: document.activeElement === area,
      },
      onChange: (written) => props.onChange(written),
      onSubmit: () => props.onSubmit(),
      onUp: () => props.onUp(),
      onEscape: () => props.onEscape(),
      onFiles: (files) => props.onFiles(files),
      onTooLarge: () => props.onTooLarge(),
    })
    setRich(true)
  }

  const shared = () => ({
    label: props.label,
    placeholder: props.placeholder,
    ...(props.describedBy ? { describedBy: props.describedBy } : {}),
    mentions: props.mentions,
    commands: props.commands,
    formatting: props.formatting,
    invalid: props.invalid,
  })
  createEffect(on(shared, (changed) => composer?.update(changed), { defer: true }))

  onMount(() => {
    props.onHandle({
      focus: () => (composer ?? area).focus(),
      set(written) {
        start = written
        setText(written.text)
        composer?.set(written)
      },
      insert(typed) {
        if (composer) return composer.insert(typed)
        area.focus()
        area.setRangeText(typed, area.selectionStart, area.selectionEnd, 'end')
        typedPlain(area.value)
      },
      toggleCodeBlock: () => composer?.toggleCodeBlock(),
    })
    if (props.autofocus) {
      area.focus()
      area.setSelectionRange(area.value.length, area.value.length)
    }
    load().catch(() => {})
  })
  onCleanup(() => {
    closed = true
    composer?.unmount()
  })
  // Browsers without `field-sizing` keep one height, so the height follows the text by hand.
  createEffect(
    on(text, () => {
      if (rich() || CSS.supports('field-sizing', 'content')) return
      area.style.blockSize = 'auto'
      area.style.blockSize = `${area.scrollHeight}px`
    }),
  )

  function typedPlain(value: string) {
    setText(value)
    props.onChange({ content: null, text: value })
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // Safari ends a composition before the key that ended it; that key has this number.
    if (event.isComposing || event.keyCode === 229) return
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      props.onSubmit()
    } else if (event.key === 'ArrowUp' && !event.altKey && !text() && props.onUp()) event.preventDefault()
    else if (event.key === 'Escape' && props.onEscape()) event.preventDefault()
  }
  return (
    <div class="writing">
      <div ref={host} class="writing-rich" />
      <Show when={!rich()}>
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={props.label}
          aria-describedby={props.describedBy}
          aria-invalid={props.invalid}
          placeholder={props.placeholder}
          value={text()}
          onInput={(event) => typedPlain(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])]
            if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return
            event.preventDefault()
            props.onFiles(files)
          }}
          onCompositionStart={() => {
            composing = true
          }}
          onCompositionEnd={() => {
            composing = false
          }}
        />
      </Show>
    </div>
  )
}
