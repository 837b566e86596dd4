import { createSignal, onCleanup } from 'solid-js'

/** Told at most this often while somebody types, and believed for longer than that. */
const tellEveryMs = 3_000
const believedMs = 5_000

/** Who types in a room, as they say themselves. */
export function createTyping(options: { me: string; tell(): void }) {
  const [people, setPeople] = createSignal<ReadonlyMap<string, string>>(new Map())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let toldAt = Number.NEGATIVE_INFINITY

  const forget = (id: string) => {
    clearTimeout(timers.get(id))
    timers.delete(id)
    setPeople((before) => new Map([...before].filter(([other]) => other !== id)))
  }
  onCleanup(() => timers.forEach(clearTimeout))

  return {
    people,
    heard(payload: Record<string, unknown>) {
      const { user_id: id, name } = payload
      if (typeof id !== 'string' || typeof name !== 'string' || id === options.me) return
      clearTimeout(timers.get(id))
      timers.set(id, setTimeout(forget, believedMs, id))
      setPeople((before) => new Map(before).set(id, name.slice(0, 80)))
    },
    /** What somebody said he has typed. */
    said: (id: string | null) => id !== null && forget(id),
    /** This person types. */
    typed() {
      if (performance.now() - toldAt < tellEveryMs) return
      toldAt = performance.now()
      options.tell()
    },
    /** The next letter is told at once. */
    sent() {
      toldAt = Number.NEGATIVE_INFINITY
    },
  }
}
