import * as Y from 'yjs'
import { applyUpdates } from '../applyUpdates.ts'
import { decompress, type Entry, unpack } from './chunks.ts'
import type { StoredHistory } from './historyDatabase.ts'

/** What happened to a document, in order. */
export interface Timeline {
  /** What came before the entries, as a Yjs update. */
  base: Uint8Array | null
  /** Before this time nothing is known. */
  start: number
  entries: Entry[]
}

/** The history does not reach back so far. */
export class ForgottenError extends Error {}

export function timelineOf({ base, chunks, rows }: StoredHistory): Timeline {
  return {
    base: base && decompress(base.state),
    start: base?.to ?? -Infinity,
    entries: [
      ...chunks.flatMap(({ packed }) => unpack(packed)),
      ...rows.map(({ authorId, at, update }) => ({ authorId, from: at, at, edits: 1, update })),
    ],
  }
}

/** The document at a time, and the entries that came after it. It keeps what is deleted, so that what comes after can be compared. */
export function replay({ base, start, entries }: Timeline, time: number): { document: Y.Doc; later: Entry[] } {
  if (time < start) throw new ForgottenError()
  const document = new Y.Doc({ gc: false })
  const then = entries.filter(({ at }) => at <= time).map(({ update }) => update)
  applyUpdates(document, base ? [base, ...then] : then)
  return { document, later: entries.filter(({ at }) => at > time) }
}

export function applyAll(document: Y.Doc, entries: Entry[]): void {
  applyUpdates(
    document,
    entries.map(({ update }) => update),
  )
}
