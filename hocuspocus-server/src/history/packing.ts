import * as Y from 'yjs'
import { compress, condense, type Entry, pack, unpack } from './chunks.ts'
import type { Chunk, ForgottenHistory, Packed, StoredHistory, ToPack } from './historyDatabase.ts'
import { applyAll, replay, timelineOf } from './timeline.ts'

/** A chunk that is smaller takes in what comes next: many small ones would compress badly. */
const FULL_CHUNK_BYTES = 24 * 1024
/** A checkpoint comes when replaying what followed the last one costs more than opening it twice. */
const CHECKPOINT_FROM_BYTES = 256 * 1024

/** Packs rows of the log behind the chunks that are there. */
export function packRows({ base, chunks, rows, boundaries }: ToPack): Packed {
  const before = timelineOf({ base, chunks, rows: [] })
  const { document } = replay(before, Infinity)
  const last = chunks.at(-1)
  const grows = last && last.state === null && last.packed.length < FULL_CHUNK_BYTES ? last : undefined
  const entries = [...(grows ? unpack(grows.packed) : []), ...condense(document, rows, boundaries)]
  const replayed = sizeOf(before.entries) + sizeOf(entries)
  const chunk: Chunk = {
    id: grows?.id ?? (last?.id ?? base?.id ?? 0) + 1,
    from: Math.min(...entries.map(({ from }) => from)),
    // A late row may be older than what is packed: no later chunk may claim to be all that there was at an earlier time.
    to: Math.max(last?.to ?? base?.to ?? 0, ...entries.map(({ at }) => at)),
    edits: (grows?.edits ?? 0) + rows.length,
    packed: pack(entries),
    state: replayed > Math.max(CHECKPOINT_FROM_BYTES, 2 * (before.base?.length ?? 0)) ? stateOf(document) : null,
  }
  document.destroy()
  return { chunks: [chunk] }
}

/** Makes a beginning of all that is older than `before`. Null when nothing is. */
export function forgetHistory(stored: StoredHistory, before: number): ForgottenHistory | null {
  const old = stored.chunks.filter(({ to }) => to < before)
  const last = old.at(-1)
  if (!last) return null
  const { document } = replay(timelineOf({ base: stored.base, chunks: [], rows: [] }), Infinity)
  applyAll(document, timelineOf({ base: null, chunks: old, rows: [] }).entries)
  const base = { ...last, from: last.to, edits: 0, packed: pack([]), state: stateOf(document) }
  document.destroy()
  return { base }
}

const sizeOf = (entries: Entry[]) => entries.reduce((sum, { update }) => sum + update.length, 0)

/** Without what was deleted by then: nobody restores that from here. */
function stateOf(document: Y.Doc): Uint8Array {
  const collected = new Y.Doc()
  Y.applyUpdate(collected, Y.encodeStateAsUpdate(document))
  const state = Y.encodeStateAsUpdate(collected)
  collected.destroy()
  return compress(state)
}
