import { expect, test } from 'vitest'
import {
  emptyLog,
  inOrder,
  keepSome,
  latestChange,
  type MessageLog,
  type MessageRow,
  merge,
  reconcile,
  stretchOf,
  without,
} from '../../../client/src/rooms/messageLog.ts'
import { message } from './messages.ts'

const at = (second: number) => `2026-03-03T10:00:${String(second).padStart(2, '0')}+00:00`

/** Small and repeatable: the same seed, the same events. */
function random(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

/** What a room went through: messages, edits, deletions, in the order of the server. */
function history(pick: (below: number) => number): MessageRow[] {
  const events: MessageRow[] = []
  const rows: MessageRow[] = []
  for (let second = 1; second <= 40; second++) {
    const known = rows[pick(rows.length || 1)]
    const kind = pick(4)
    if (kind < 2 || !known || known.deleted_at) rows.push(message(rows.length + 1, { created_at: at(second) }))
    else if (kind === 2) rows[known.seq - 1] = { ...known, text: `${known.text}, edited`, edited_at: at(second) }
    else rows[known.seq - 1] = { ...known, text: null, deleted_at: at(second) }
    const changed = kind < 2 || !known || known.deleted_at ? rows.at(-1) : rows[known.seq - 1]
    if (changed) events.push(changed)
  }
  return events
}

const freshSeeds = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 1_000_000))

test.for([7, 8261, ...freshSeeds(40)])(
  '[CROOM1] events lost, doubled and out of order, then one reading: the log is the room (seed %i)',
  (seed) => {
    const pick = random(seed)
    const events = history(pick)
    const final = new Map(events.map((row) => [row.id, row]))

    let log: MessageLog = emptyLog
    const heard = events.flatMap((row) => (pick(5) === 0 ? [] : pick(5) === 0 ? [row, row] : [row]))
    for (const row of heard.toSorted(() => pick(3) - 1)) log = merge(log, [row])
    // What a reconnecting client reads: what follows the last complete message, and what changed.
    log = merge(log, [...final.values()])

    expect(inOrder(log)).toEqual([...final.values()].sort((left, right) => left.seq - right.seq))
    expect(stretchOf(log)).toEqual({ first: 1, last: final.size, complete: final.size })
  },
)

test('[CROOM2] a gap is known until it is filled', () => {
  const gap = merge(emptyLog, [message(5), message(6), message(9)])
  expect(stretchOf(gap)).toEqual({ first: 5, last: 9, complete: 6 })
  expect(stretchOf(merge(gap, [message(8), message(7)]))).toEqual({ first: 5, last: 9, complete: 9 })
})

test('[CROOM2] in a thread nothing tells whether one is missing; in a room its place does', () => {
  const threaded = (seq: number) => message(seq, { place: null, thread_id: 'm1' })
  expect(stretchOf(merge(emptyLog, [threaded(4), threaded(9)]))).toEqual({ first: 4, last: 9, complete: 9 })
  // Numbers 3 and 4 are replies in a thread; the room itself has no gap.
  const room = merge(emptyLog, [message(2, { place: 2 }), message(5, { place: 3 })])
  expect(stretchOf(room)).toEqual({ first: 2, last: 5, complete: 5 })
})

test('[CROOM2] what was forgotten is no gap: up to where the server was asked, what is missing is no more', () => {
  const kept = merge(emptyLog, [message(2), message(40), message(41)])
  expect(stretchOf(kept)).toEqual({ first: 2, last: 41, complete: 2 })
  expect(stretchOf(kept, 41)).toEqual({ first: 2, last: 41, complete: 41 })
  expect(stretchOf(merge(kept, [message(43)]), 41)).toEqual({ first: 2, last: 43, complete: 41 })
  expect(stretchOf(without(kept, ['m40', 'm41']), 41)).toEqual({ first: 2, last: 2, complete: 2 })
})

test('[CROOM6] of many messages one end is let go, in order', () => {
  const log = merge(
    emptyLog,
    [3, 1, 5, 2, 4].map((seq) => message(seq)),
  )
  expect(inOrder(keepSome(log, 2, 'start')).map((row) => row.seq)).toEqual([1, 2])
  expect(inOrder(keepSome(log, 2, 'end')).map((row) => row.seq)).toEqual([4, 5])
})

// biome-ignore format: the table is the specification
test.for([
  ['an older edit',           { text: 'two', edited_at: at(9) }, { text: 'one', edited_at: at(8) }, 'two'],
  ['the message before it',   { text: 'two', edited_at: at(9) }, {},                                'two'],
  ['a later edit',            { text: 'two', edited_at: at(9) }, { text: 'six', edited_at: '2026-03-03T10:00:09.5+00:00' }, 'six'],
  ['another reply',           { text: 'two', last_reply_at: at(9) }, { text: 'one', last_reply_at: at(8) }, 'two'],
  ['an edit after deletion',  { text: null, deleted_at: at(9) }, { text: 'two', edited_at: at(8) }, null],
] as const)('[CROOM1] %s arrives late', ([, first, late, text]) => {
  const log = merge(merge(emptyLog, [message(1, first)]), [message(1, late)])
  expect(log.get('m1')?.text).toBe(text)
})

test('[CROOM2] changes are asked for since the latest that is known', () => {
  expect(latestChange(emptyLog)).toBe(null)
  expect(latestChange(merge(emptyLog, [message(1, { edited_at: at(30) }), message(2)]))).toBe(at(30))
})

test('[CROOM8] who was away lets go of what was forgotten meanwhile and counts replies anew, but keeps what came after his question', () => {
  const asked = [message(1), message(2, { reply_count: 3, last_reply_at: at(9) }), message(3, { reply_count: 1, last_reply_at: at(8) })]
  const heard = message(3, { reply_count: 2, last_reply_at: at(30) })
  const log = merge(merge(emptyLog, asked), [heard, message(4)])
  const now = reconcile(log, asked, [
    { id: 'm2', reply_count: 1, last_reply_at: at(5) },
    { id: 'm3', reply_count: 1, last_reply_at: at(8) },
  ])
  expect(inOrder(now)).toEqual([{ ...asked[1], reply_count: 1, last_reply_at: at(5) }, heard, message(4)])
})
