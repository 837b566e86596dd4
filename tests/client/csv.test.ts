import { expect, test } from 'vitest'
import { toCsv } from '../../client/src/csv.ts'

// biome-ignore format: the table is the specification
test.for([
  ['plain',              '"plain"'],
  ['a "quoted", text',   '"a ""quoted"", text"'],
  ['two\nlines',         '"two\nlines"'],
  [42,                   '42'],
  [null,                 '""'],
  ['=HYPERLINK("x")',    '"\'=HYPERLINK(""x"")"'],
  ['+1',                 '"\'+1"'],
  ['-1',                 '"\'-1"'],
  ['@SUM(A1)',           '"\'@SUM(A1)"'],
  ['  =1+1',             '"\'  =1+1"'],
  ['\t=1+1',             '"\'\t=1+1"'],
] as const)('[CLIENT9] the cell %j is written as %s', ([cell, written]) => {
  expect(toCsv([[cell]])).toBe(`\ufeff${written}\r\n`)
})
