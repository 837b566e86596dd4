import { expect, test } from 'vitest'
import { safeAddress } from '../../../hocuspocus-server/src/schema/addresses.ts'

// biome-ignore format: the table is the specification
test.for([
  ['example.org',                   'https://example.org/'],
  ['  https://example.org/a?b#c ',  'https://example.org/a?b#c'],
  ['http://localhost:3000/x',       'http://localhost:3000/x'],
  ['example.org:8080/x',            'https://example.org:8080/x'],
  ['anna@example.org',              'mailto:anna@example.org'],
  ['mailto:anna@example.org',       'mailto:anna@example.org'],
  ['javascript:alert(1)',           null],
  ['JaVaScRiPt:alert(1)',           null],
  ['java\tscript:alert(1)',         null],
  ['\u0001javascript:alert(1)',     null],
  ['javascript:1',                  null],
  ['data:text/html,<script>',       null],
  ['vbscript:x',                    null],
  ['file:///etc/passwd',            null],
  ['blob:https://example.org/x',    null],
  ['//example.org',                 'https://example.org/'],
  ['just words',                    null],
  ['word',                          null],
  ['',                              null],
] as const)('[CDOC3] %s', ([typed, expected]) => {
  expect(safeAddress(typed)).toBe(expected)
})
