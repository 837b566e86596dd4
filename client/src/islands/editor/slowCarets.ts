import type { HocuspocusProvider } from '@hocuspocus/provider'

interface Changes {
  added: number[]
  updated: number[]
  removed: number[]
}

const EVERY_MS = 200

/** A caret moves with each letter, and everybody in the document hears of it: five times a second is as good. The first move goes out at
 *  once, and so does leaving. */
export function slowCarets(provider: HocuspocusProvider): void {
  const { awareness, boundAwarenessUpdateHandler: send } = provider
  if (!awareness) return
  const moved = new Set<number>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush() {
    timer = moved.size > 0 ? setTimeout(flush, EVERY_MS) : undefined
    if (moved.size === 0) return
    send({ added: [], updated: [...moved], removed: [] }, 'carets')
    moved.clear()
  }

  awareness.off('update', send)
  awareness.on('update', ({ added, updated, removed }: Changes, origin: unknown) => {
    if (origin === provider) return
    if (removed.length > 0) {
      for (const client of removed) moved.delete(client)
      send({ added: [], updated: [], removed }, origin)
    }
    for (const client of [...added, ...updated]) moved.add(client)
    if (!timer) flush()
  })
  provider.on('destroy', () => clearTimeout(timer))
}
