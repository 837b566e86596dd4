import { createMemo, createSignal, For, onCleanup, onMount, Show } from 'solid-js'
import { allEmoji, findEmoji } from '../islands/editor/emoji.ts'
import { remember, remembered } from '../ui/memory.ts'
import { emojiEn as en } from './en.ts'
import './emojiPicker.css'

const memory = 'atrium.emoji'
const keptRecent = 24
const columns = 8
/** What people take before they have taken anything. */
const usual = ['👍', '❤️', '😂', '🎉', '🙏', '👀', '✅', '🔥', '😍', '😊', '🤔', '😢', '👏', '💯', '🚀', '👋']

/** Every emoji, to be found by its names. Arrows move in the grid, Enter takes, Escape closes. */
export function EmojiPicker(props: { onPick(sign: string): void; onClose(): void }) {
  const [typed, setTyped] = createSignal('')
  const [active, setActive] = createSignal(0)
  let search!: HTMLInputElement
  let frame!: HTMLDivElement
  const recent = recentEmoji()
  const shown = createMemo(() => (typed().trim() ? findEmoji(typed().trim()) : [...recent, ...allEmoji()]))

  const take = (sign: string | undefined) => {
    if (!sign) return
    remember(memory, [sign, ...recent.map((one) => one.sign).filter((one) => one !== sign)].slice(0, keptRecent).join(' '))
    props.onPick(sign)
  }
  const go = (to: number) => {
    setActive(Math.max(0, Math.min(shown().length - 1, to)))
    frame.querySelector(`[data-at="${active()}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    const side = getComputedStyle(frame).direction === 'rtl' ? -1 : 1
    const step = { ArrowRight: side, ArrowLeft: -side, ArrowDown: columns, ArrowUp: -columns }[event.key]
    if (step !== undefined) go(active() + step)
    else if (event.key === 'Enter') take(shown()[active()]?.sign)
    else if (event.key === 'Escape') props.onClose()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const onPress = (event: PointerEvent) => {
    if (!frame.contains(event.target as Node)) props.onClose()
  }
  onMount(() => {
    // A phone's keyboard would cover the grid.
    if (!matchMedia('(pointer: coarse)').matches) search.focus()
    addEventListener('pointerdown', onPress, true)
  })
  onCleanup(() => removeEventListener('pointerdown', onPress, true))

  return (
    <div ref={frame} class="emoji-picker" role="dialog" aria-label={en.title} onKeyDown={onKeyDown}>
      <input
        ref={search}
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls="emoji-grid"
        aria-activedescendant={shown().length > 0 ? `emoji-${active()}` : undefined}
        aria-label={en.search}
        placeholder={en.search}
        value={typed()}
        onInput={(event) => {
          setTyped(event.currentTarget.value)
          setActive(0)
        }}
      />
      <div id="emoji-grid" class="emoji-grid" role="listbox" aria-label={en.title}>
        <For each={shown()} fallback={<p role="status">{en.none}</p>}>
          {(emoji, at) => (
            // The field keeps the focus, and its keys choose: an option is pressed by pointers alone.
            // biome-ignore lint/a11y/useFocusableInteractive: see above
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above
            <div
              id={`emoji-${at()}`}
              data-at={at()}
              role="option"
              aria-selected={at() === active()}
              aria-label={emoji.name}
              title={emoji.name}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(emoji.sign)}
            >
              {emoji.sign}
            </div>
          )}
        </For>
      </div>
      <p class="emoji-name" aria-hidden="true">
        <Show when={shown()[active()]}>{(emoji) => emoji().name}</Show>
      </p>
    </div>
  )
}

function recentEmoji() {
  const signs = remembered(memory)?.split(' ').filter(Boolean) ?? usual
  const names = new Map(allEmoji().map((emoji) => [emoji.sign, emoji.name]))
  return signs.map((sign) => ({ sign, name: names.get(sign) ?? sign }))
}
