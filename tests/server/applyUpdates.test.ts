import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { applyUpdates, applyWhole } from '../../hocuspocus-server/src/applyUpdates.ts'
import { acceptSuggestion } from '../../hocuspocus-server/src/suggestions/acceptCommand.ts'
import { textOf } from './collaboration.ts'
import { freshSeeds, random } from './random.ts'

/** What ten people typed at once, row by row of the log, each behind its length in four bytes. Applied one by one in this order, most
 *  of it waits in Yjs for ever. */
function recorded(): Uint8Array[] {
  const bytes = brotliDecompressSync(readFileSync(new URL('recorded/tenPeopleTyping.br', import.meta.url)))
  const rows: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 4 + (rows.at(-1)?.length ?? 0))
    rows.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)))
  return rows
}

const ROWS = recorded()

function textIn(rows: Uint8Array[]): string {
  const document = new Y.Doc()
  applyUpdates(document, rows)
  expect(document.store.pendingStructs).toBeNull()
  return textOf(document)
}

test('[COL1] what is applied before what it builds on does not wait for ever', () => {
  const whole = new Y.Doc()
  Y.applyUpdate(whole, Y.mergeUpdates(ROWS))
  expect(textIn(ROWS)).toBe(textOf(whole))
})

test.each(freshSeeds(10))('[COL1] updates come to the same text in whatever order they are applied, seed %i', (seed) => {
  const pick = random(seed)
  const order = ROWS.map((row) => ({ row, place: pick(1) })).sort((left, right) => left.place - right.place)
  expect(textIn(order.map(({ row }) => row))).toBe(textIn(ROWS))
})

test('[COL1] an edit that builds on what is not here is not taken for done, whatever else waits', () => {
  const writer = new Y.Doc()
  const updates: Uint8Array[] = []
  writer.on('update', (update: Uint8Array) => updates.push(update))
  const text = writer.getText('text')
  for (const letter of 'abc') text.insert(text.length, letter)
  text.delete(1, 1)
  const [first, second, third, deletion] = updates as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const document = new Y.Doc()
  Y.applyUpdate(document, first)
  for (const update of [third, deletion]) expect(() => applyWhole(document, update)).toThrow('not here yet')
  const other = new Y.Doc()
  other.getText('text').insert(0, 'x')
  applyWhole(document, Y.encodeStateAsUpdate(other))
  applyWhole(document, second)
  expect(document.getText('text').toString()).not.toContain('b')
})

test('[SUG2] changes of a suggestion that build on what the page does not have yet are tried again', async () => {
  const writer = new Y.Doc()
  writer.getText('text').insert(0, 'a')
  const known = Y.encodeStateVector(writer)
  writer.getText('text').insert(1, 'b')
  const update = Y.encodeStateAsUpdate(writer, known)
  const accept = acceptSuggestion({ ask: async () => ({ update, blocks: {} }) as never })
  const id = randomUUID()
  const claims = { sub: id, role: 'authenticated' } as const
  const command = { id, documentId: id, authorId: id, claims, kind: 'accept_suggestion', attempts: 1 }
  await expect(accept(new Y.Doc(), { ...command, payload: { suggestion_id: id, changes: null } })).rejects.toThrow('not here yet')
})
