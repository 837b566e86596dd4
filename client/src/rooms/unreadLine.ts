import { createEffect, createSignal, on } from 'solid-js'

interface UnreadLineOptions {
  /** The read mark when the person came; null when nothing was unread. */
  initial: number | null
  visible(): boolean
  lastSeq(): number
}

/** Behind which message the unread line stands. It stays until the person leaves; a page that goes out of sight draws a new one behind
 *  what was seen, if something comes meanwhile. */
export function createUnreadLine(options: UnreadLineOptions) {
  const [line, setLine] = createSignal(options.initial)
  let before: number | null = null
  createEffect(
    on(
      options.visible,
      (visible) => {
        if (!visible) {
          before = line()
          setLine(options.lastSeq())
        } else if (options.lastSeq() === line()) setLine(before)
      },
      { defer: true },
    ),
  )
  return { line, set: setLine }
}
