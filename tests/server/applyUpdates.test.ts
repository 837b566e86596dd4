import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { applyUpdates } from '../../hocuspocus-server/src/applyUpdates.ts'
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
