import { expect, test } from 'vitest'
import { type End, endAfter } from '../../client/src/people/ends.ts'

// 4 November 2026 is a Wednesday.
// biome-ignore format: the table is the specification
test.for([
  ['never',  '2026-11-04T10:00', undefined],
  ['in30',   '2026-11-04T10:00', '2026-11-04T10:30'],
  ['in240',  '2026-11-04T22:00', '2026-11-05T02:00'],
  ['today',  '2026-11-04T10:00', '2026-11-05T00:00'],
  ['today',  '2026-12-31T23:59', '2027-01-01T00:00'],
  ['week',   '2026-11-04T10:00', '2026-11-09T00:00'],
  ['week',   '2026-11-08T10:00', '2026-11-09T00:00'],
  ['week',   '2026-11-09T10:00', '2026-11-16T00:00'],
] as const)('[STAT5] a status that ends with %s, set at %s, ends at %s', ([end, now, expected]) => {
  expect(endAfter(end as End, new Date(now))).toEqual(expected === undefined ? undefined : new Date(expected))
})
