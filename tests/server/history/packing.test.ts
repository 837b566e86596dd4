import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { authorshipOf } from '../../../hocuspocus-server/src/history/authorship.ts'
import type { Chunk, StoredHistory } from '../../../hocuspocus-server/src/history/historyDatabase.ts'
import { forgetHistory, packRows } from '../../../hocuspocus-server/src/history/packing.ts'
import { replay, timelineOf } from '../../../hocuspocus-server/src/history/timeline.ts'
import { toProseMirror } from '../../../hocuspocus-server/src/projections.ts'
import { FRAGMENT } from '../../../hocuspocus-server/src/protocol.ts'
import { ANNA, BEN, edit, type Live, liveDocument, paragraph, random } from './people.ts'

/** Some hundred changes by two people; every 25th is an instant to come back to. */
function work(seed: number, edits = 400) {
  const chance = random(seed)
  const live = liveDocument()
  live.document.clientID = chance.fresh()
  live.write(ANNA, [paragraph('The first line of the page'), paragraph('and the second')])
  const instants: { at: number; json: unknown }[] = []
  for (let count = 1; count <= edits; count++) {
    edit(live, chance.next() < 0.5 ? ANNA : BEN, chance)
    if (chance.next() < 0.05) live.wait(chance.below(400_000))
    if (count % 25 === 0) {
      instants.push({ at: live.now(), json: live.json() })
      live.wait(1)
    }
  }
  return { live, instants }
}

/** Packs the log in portions, as the server does, and gives what is stored then. */
function packAll({ rows }: Live, boundaries: number[], portion: number): StoredHistory {
  let chunks: Chunk[] = []
  for (let start = 0; start < rows.length; start += portion) {
    const at = chunks.findLastIndex(({ state }) => state !== null)
    const state = chunks[at]?.state
    const base = state ? { id: (chunks[at] as Chunk).id, to: (chunks[at] as Chunk).to, state } : null
    const packed = packRows({ base, chunks: chunks.slice(at + 1), rows: rows.slice(start, start + portion), boundaries })
    chunks = [...chunks.filter(({ id }) => !packed.chunks.some((chunk) => chunk.id === id)), ...packed.chunks]
  }
  return { base: null, chunks, rows: [] }
}

const jsonAt = (stored: StoredHistory, time: number) => toProseMirror(replay(timelineOf(stored), time).document.getXmlFragment(FRAGMENT))

test.for([1, 2, 3, 4, 5])('[HIST1] every version is the same from the packed history as it was then (seed %i)', (seed) => {
  const { live, instants } = work(seed)
  const stored = packAll(
    live,
    instants.map(({ at }) => at),
    130,
  )
  for (const { at, json } of instants) expect(jsonAt(stored, at)).toEqual(json)
  expect(stored.chunks.reduce((sum, { edits }) => sum + edits, 0)).toBe(live.rows.length)
})

test('[HIST1] a checkpoint changes nothing but the time it takes', () => {
  const { live, instants } = work(6)
  const boundaries = instants.map(({ at }) => at)
  const stored = packAll(live, boundaries, 100)
  const base = forgetHistory({ ...stored, chunks: stored.chunks.slice(0, 2) }, Infinity)?.base as Chunk
  const shorter: StoredHistory = {
    base: { id: base.id, to: base.to, state: base.state as Uint8Array },
    chunks: stored.chunks.slice(2),
    rows: [],
  }
  const after = instants.filter(({ at }) => at >= base.to)
  for (const { at, json } of after) expect(jsonAt(shorter, at)).toEqual(json)
  expect(() => replay(timelineOf(shorter), base.to - 1)).toThrow()
})

test('[HIST1] what builds on something that has not come is kept, and whole when it comes', () => {
  const author = new Y.Doc()
  const updates: Uint8Array[] = []
  author.on('update', (update: Uint8Array) => updates.push(update))
  const text = new Y.XmlText('first')
  author.getXmlFragment(FRAGMENT).insert(0, [text])
  text.insert(5, ' second')
  const [first, second] = updates as [Uint8Array, Uint8Array]
  // Two servers commit in the other order.
  const rows = [second, first].map((update, index) => ({
    id: String(index),
    authorId: index ? BEN : ANNA,
    at: 1000 + index * 60_000,
    update,
  }))
  const early = packRows({ base: null, chunks: [], rows: rows.slice(0, 1), boundaries: [] })
  const late = packRows({ base: null, chunks: early.chunks, rows: rows.slice(1), boundaries: [] })
  const { document } = replay(timelineOf({ base: null, chunks: late.chunks, rows: [] }), Infinity)
  expect(document.getXmlFragment(FRAGMENT).toString()).toBe('first second')
  expect(document.store.pendingStructs).toBeNull()
})

test('[HIST2] the packed history takes a tenth of the log, and knows every author', () => {
  const live = liveDocument()
  const text = new Y.XmlText()
  live.document.transact(() => live.fragment.insert(0, [text]), ANNA)
  for (let count = 0; count < 5_000; count++) {
    live.document.transact(() => text.insert(text.length, 'abcdefgh '[count % 9] as string), count % 1000 < 500 ? ANNA : BEN)
    live.wait(80)
  }
  const stored = packAll(live, [], 1_500)
  const bytes = stored.chunks.reduce((sum, { packed }) => sum + packed.length, 0)
  expect(bytes / live.rows.length).toBeLessThan(1.5)
  const { written } = authorshipOf(timelineOf(stored).entries)
  const lengths = new Map<string | null, number>()
  for (const { start, end, authorId } of [...written.values()].flat()) lengths.set(authorId, (lengths.get(authorId) ?? 0) + end - start)
  expect(lengths.get(BEN)).toBe(2_500)
})
