import { isCovered } from '../../shell/keys.ts'

const isApple = /mac|iphone|ipad/i.test(navigator.platform)

/** Ctrl+F and Ctrl+H (on a Mac Cmd+F and Cmd+Alt+F), also while somebody types. Pressed again inside the bar, the first is the browser's own.
 *  @returns the way to stop */
export function listenForFindKeys(open: (replace: boolean) => void): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    const replace = isReplaceKey(event)
    if (!replace && !isFindKey(event)) return
    const inBar = event.target instanceof Element && event.target.closest('.find-bar') !== null
    if (isCovered() || (inBar && !replace)) return
    event.preventDefault()
    event.stopPropagation()
    open(replace)
  }
  addEventListener('keydown', onKeyDown, { capture: true })
  return () => removeEventListener('keydown', onKeyDown, { capture: true })
}

const hasMod = (event: KeyboardEvent) => (isApple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey)

const isFindKey = (event: KeyboardEvent) => hasMod(event) && !event.shiftKey && !event.altKey && event.code === 'KeyF'

const isReplaceKey = (event: KeyboardEvent) =>
  hasMod(event) && !event.shiftKey && (isApple ? event.altKey && event.code === 'KeyF' : !event.altKey && event.code === 'KeyH')
