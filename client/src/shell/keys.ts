/** Keys follow each other within this time. */
const sequenceMs = 900

/** What a key or a sequence such as `g d` does. */
export type Bindings = Record<string, () => void>

/** Whether keys pressed there are text. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Whether a dialog or a menu is open, to which keys belong first. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], [role=menu]:popover-open') !== null
}

/** Listens for single keys and sequences of two. Silent while somebody types, while a dialog or a menu is open, and when switched off.
 *  @param bindings from keys in lower case, separated by a space
 *  @returns the way to stop */
export function listenForKeys(bindings: Bindings, enabled: () => boolean): () => void {
  let first = ''
  let timer = 0

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (!enabled() || isTyping(event.target) || isCovered()) return
    const key = event.key.toLowerCase()
    const run = bindings[`${first} ${key}`.trim()] ?? bindings[key]
    clearTimeout(timer)
    first = ''
    if (run) {
      event.preventDefault()
      run()
    } else if (Object.keys(bindings).some((binding) => binding.startsWith(`${key} `))) {
      first = key
      timer = window.setTimeout(() => {
        first = ''
      }, sequenceMs)
    }
  }

  addEventListener('keydown', onKeyDown)
  return () => removeEventListener('keydown', onKeyDown)
}

/** Runs on Ctrl+K or Cmd+K, also while somebody types. In the capture phase, because the editor's framework stops events.
 *  @returns the way to stop */
export function listenForPaletteKey(run: () => void): () => void {
  function onKeyDown(event: KeyboardEvent) {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    run()
  }
  addEventListener('keydown', onKeyDown, { capture: true })
  return () => removeEventListener('keydown', onKeyDown, { capture: true })
}
