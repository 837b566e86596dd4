import { createSignal, lazy, Show, Suspense } from 'solid-js'
import { composerEn as en } from './composerEn.ts'
import { ToolIcon } from './ToolIcon.tsx'

const EmojiPicker = lazy(() => import('../emoji/EmojiPicker.tsx').then((module) => ({ default: module.EmojiPicker })))

const canRecord = 'MediaRecorder' in window && Boolean(navigator.mediaDevices)

interface ToolsProps {
  formatting: boolean
  onFormatting(shown: boolean): void
  /** Writes at the caret. */
  onInsert(typed: string): void
  onFiles(files: File[]): void
  onRecord(): void
  /** Undefined while there is nothing to send. */
  onLater: (() => void) | undefined
}

/** What a message can be given beside words. */
export function ComposerTools(props: ToolsProps) {
  const [picking, setPicking] = createSignal(false)
  let chooser!: HTMLInputElement
  return (
    <>
      <button type="button" class="button quiet icon-only" aria-label={en.attach} title={en.attach} onClick={() => chooser.click()}>
        <ToolIcon name="attach" />
      </button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={en.attach}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])]
          event.currentTarget.value = ''
          props.onFiles(files)
        }}
      />
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={en.formats}
        title={en.formats}
        aria-pressed={props.formatting}
        onClick={() => props.onFormatting(!props.formatting)}
      >
        <ToolIcon name="formats" />
      </button>
      <button
        type="button"
        class="button quiet icon-only"
        aria-label={en.emoji}
        title={en.emoji}
        aria-expanded={picking()}
        aria-haspopup="dialog"
        onClick={() => setPicking(!picking())}
      >
        <ToolIcon name="emoji" />
      </button>
      <button type="button" class="button quiet icon-only" aria-label={en.mention} title={en.mention} onClick={() => props.onInsert('@')}>
        <ToolIcon name="mention" />
      </button>
      <Show when={canRecord}>
        <button type="button" class="button quiet icon-only" aria-label={en.voice} title={en.voice} onClick={() => props.onRecord()}>
          <ToolIcon name="voice" />
        </button>
      </Show>
      <Show when={props.onLater}>
        {(later) => (
          <button
            type="button"
            class="button quiet icon-only composer-later"
            aria-label={en.schedule}
            title={en.schedule}
            onClick={() => later()()}
          >
            <ToolIcon name="later" />
          </button>
        )}
      </Show>
      <Show when={picking()}>
        <div class="composer-popup">
          <Suspense>
            <EmojiPicker
              onPick={(sign) => {
                setPicking(false)
                props.onInsert(sign)
              }}
              onClose={() => setPicking(false)}
            />
          </Suspense>
        </div>
      </Show>
    </>
  )
}
