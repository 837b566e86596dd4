import * as Y from 'yjs'
import { authorshipOf } from '../../hocuspocus-server/src/history/authorship.ts'
import type { LogRow } from '../../hocuspocus-server/src/history/chunks.ts'
import type { Chunk, StoredHistory } from '../../hocuspocus-server/src/history/historyDatabase.ts'
import { packRows } from '../../hocuspocus-server/src/history/packing.ts'
import { restoring } from '../../hocuspocus-server/src/history/restore.ts'
import { replay, timelineOf } from '../../hocuspocus-server/src/history/timeline.ts'
import { FRAGMENT } from '../../hocuspocus-server/src/protocol.ts'
import type { Report } from './run.ts'

const LENGTHS = [10_000, 100_000]
/** As many rows as wait when the server packs. */
const PORTION = 1_500
const AUTHORS = ['anna', 'ben', 'cleo'].map((_, index) => `00000000-0000-4000-8000-00000000000${index}`)
const ROUNDS = 5
const WORDS =
  'the of and we write a page together version history of our team plan review design image video comment project client shared'.split(' ')

/** What the history of a document takes, and what it costs to go back: documents that three people typed letter by letter. */
export async function bench(report: Report): Promise<void> {
  for (const edits of LENGTHS) {
    const { rows, states } = typed(edits)
    const name = `${edits / 1000},000 edits`
    const packing = processorMs(() => packAll(rows))
    const stored = packing.result
    const bytes = sum(stored.chunks.map(({ packed, state }) => packed.length + (state?.length ?? 0)))
    const peer = states / edits
    report({
      name: `History of ${name}, against a full state each 1,000 edits`,
      value: bytes / edits,
      unit: 'B/edit',
      peer,
      ratio: bytes / edits / peer,
    })
    report({ name: `Packing ${name}`, value: (packing.ms / edits) * 1000, unit: 'µs/edit' })
    const instants = [0.25, 0.5, 0.75, 1].map((share) => rows[Math.ceil(share * rows.length) - 1]?.at ?? 0)
    const costs = instants.flatMap((at) =>
      Array.from({ length: ROUNDS }, () => processorMs(() => replay(timelineOf(from(stored, at)), at).document.destroy()).ms),
    )
    report({ name: `Any instant of ${name}, median`, value: median(costs), unit: 'ms' })
    report({ name: `Any instant of ${name}, slowest`, value: Math.max(...costs), unit: 'ms' })
    const timeline = timelineOf(stored)
    report({ name: `Who wrote what in ${name}`, value: processorMs(() => authorshipOf(timeline.entries)).ms, unit: 'ms' })
    const time = rows.at(-1000)?.at ?? 0
    const back = processorMs(() => restoring(timelineOf(from(stored, time)), { time }))
    report({ name: `Taking back the last 1,000 of ${name}`, value: back.result?.length ?? 0, unit: 'B' })
    report({ name: `Taking back the last 1,000 of ${name}, time`, value: back.ms, unit: 'ms' })
  }
}

/** The part of the history that is read for an instant. */
function from({ chunks }: StoredHistory, at: number): StoredHistory {
  const index = chunks.findLastIndex(({ state, to }) => state !== null && to <= at)
  const chunk = chunks[index]
  return { base: chunk?.state ? { id: chunk.id, to: chunk.to, state: chunk.state } : null, chunks: chunks.slice(index + 1), rows: [] }
}

function packAll(rows: LogRow[]): StoredHistory {
  let chunks: Chunk[] = []
  for (let start = 0; start < rows.length; start += PORTION) {
    const stored = from({ base: null, chunks, rows: [] }, Infinity)
    const packed = packRows({ ...stored, rows: rows.slice(start, start + PORTION), boundaries: [] })
    chunks = [...chunks.filter(({ id }) => !packed.chunks.some((chunk) => chunk.id === id)), ...packed.chunks]
  }
  return { base: null, chunks, rows: [] }
}

/** Three people who type runs of letters, take some back, and begin and delete paragraphs. */
function typed(edits: number): { rows: LogRow[]; states: number } {
  let seed = 42
  const below = (limit: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * limit)
  }
  const rows: LogRow[] = []
  let at = Date.UTC(2026, 0, 5)
  let states = 0
  const document = new Y.Doc()
  document.on('update', (update: Uint8Array, author: string) => {
    rows.push({ id: String(rows.length + 1), authorId: author, at, update })
    if (rows.length % 1000 === 0) states += Y.encodeStateAsUpdate(document).length
  })
  const clients = AUTHORS.map((_, index) => index + 1)
  const fragment = document.getXmlFragment(FRAGMENT)
  while (rows.length < edits) {
    const who = below(AUTHORS.length)
    if (below(100) === 0) clients[who] = 1_000 + below(2 ** 31)
    document.clientID = clients[who] as number
    const edit = (change: () => void) => document.transact(change, AUTHORS[who])
    const kind = below(100)
    if (kind < 2 || fragment.length < 5) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText()])
      edit(() => fragment.insert(below(fragment.length + 1), [paragraph]))
    } else if (kind < 3) edit(() => fragment.delete(below(fragment.length), 1))
    else {
      const text = (fragment.get(below(fragment.length)) as Y.XmlElement).get(0) as Y.XmlText
      const isErasing = kind < 25 && text.length > 5
      const phrase = WORDS.slice(below(5), 5 + below(WORDS.length))
        .join(' ')
        .slice(0, 1 + below(40))
      let place = below(text.length + 1)
      for (let count = 0; count < (isErasing ? below(20) : phrase.length) && rows.length < edits; count++) {
        const letter = phrase[count] ?? ' '
        if (!isErasing) edit(() => text.insert(place++, letter))
        else if (place > 0) edit(() => text.delete(--place, 1))
        at += 100
      }
    }
    at += below(20) === 0 ? 3_600_000 : 800
  }
  return { rows, states }
}

function processorMs<Result>(work: () => Result): { result: Result; ms: number } {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return { result, ms: (user + system) / 1000 }
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}
