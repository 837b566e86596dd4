import { textFrame, type Version } from './frames.ts'
import type { Frame } from './wire.ts'

/** What a channel shows of itself: its own words, and the reference by which a later diff names them. */
export type Meta = Record<string, unknown> & { phx_ref: string; phx_ref_prev?: string }
type Metas = Record<string, { metas: Meta[] }>

/** Who is in a topic. `Owner` is whatever shows a presence: a channel. */
export interface Presence<Owner> {
  state(): Metas
  track(owner: Owner, key: string, payload: Record<string, unknown>): void
  untrack(owner: Owner): void
  /** Tells of the changes so far at once. Whoever asks for `state` next must not hear of them again. */
  flush(): void
}

/** Changes within so short a time are told together: when a hundred people come back at once, a hundred diffs would go to each of them. */
const BATCH_MS = 25

export function createPresence<Owner>(tell: (frameFor: (version: Version) => Frame) => void, topic: string): Presence<Owner> {
  const shown = new Map<Owner, { key: string; meta: Meta }>()
  let joins = new Map<string, Meta[]>()
  let leaves = new Map<string, Meta[]>()
  let timer: NodeJS.Timeout | undefined
  let references = 0
  const epoch = Date.now().toString(36)

  const metasOf = (entries: Map<string, Meta[]>): Metas => Object.fromEntries([...entries].map(([key, metas]) => [key, { metas }]))

  function add(to: Map<string, Meta[]>, key: string, meta: Meta) {
    const metas = to.get(key)
    if (metas) metas.push(meta)
    else to.set(key, [meta])
    timer ??= setTimeout(flush, BATCH_MS)
  }

  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (joins.size === 0 && leaves.size === 0) return
    // Clients take the joins in first and the leaves out after, by reference: whoever came and went within the batch is gone.
    const payload = { joins: metasOf(joins), leaves: metasOf(leaves) }
    joins = new Map()
    leaves = new Map()
    const made = new Map<Version, Frame>()
    tell((version) => {
      let frame = made.get(version)
      if (!frame) {
        frame = textFrame(version, { topic, event: 'presence_diff', payload })
        made.set(version, frame)
      }
      return frame
    })
  }

  return {
    flush,
    state() {
      const metas = new Map<string, Meta[]>()
      for (const { key, meta } of shown.values()) metas.set(key, [...(metas.get(key) ?? []), meta])
      return metasOf(metas)
    },
    track(owner, key, payload) {
      const before = shown.get(owner)?.meta
      const meta: Meta = { ...payload, phx_ref: `${epoch}.${++references}` }
      if (before) meta.phx_ref_prev = before.phx_ref
      shown.set(owner, { key, meta })
      add(joins, key, meta)
      if (before) add(leaves, key, before)
    },
    untrack(owner) {
      const before = shown.get(owner)
      if (!before) return
      shown.delete(owner)
      add(leaves, before.key, before.meta)
    },
  }
}
