import { expect, test } from 'vitest'
import { dayInWords, daysFor } from '../../../client/src/islands/editor/dates.ts'
import { findEmoji } from '../../../client/src/islands/editor/emoji.ts'

/** A Sunday. */
const now = new Date(2026, 10, 22, 18, 30)

// biome-ignore format: the table is the specification
test.for([
  ['today',       ['2026-11-22']],
  ['Tomo',        ['2026-11-23']],
  ['yesterday',   ['2026-11-21']],
  ['fri',         ['2026-11-27']],
  ['sunday',      ['2026-11-29']],
  ['in 3 days',   ['2026-11-25']],
  ['in 2 weeks',  ['2026-12-06']],
  ['1 dec',       ['2026-12-01']],
  ['dec 1',       ['2026-12-01']],
  ['3. jan',      ['2027-01-03']],
  ['2026-12-01',  ['2026-12-01']],
  ['2026-2-28',   ['2026-02-28']],
  ['2026-02-30',  []],
  ['31 feb',      []],
  ['anna',        []],
  ['t',           []],
] as const)('[CDOC8] "@%s" means %j', ([typed, days]) => {
  expect(daysFor(typed, now)).toEqual(days)
})

test('[CDOC8] a day that is near is called by its name, another by its date', () => {
  expect(['2026-11-21', '2026-11-22', '2026-11-23'].map((day) => dayInWords(day, now))).toEqual(['Yesterday', 'Today', 'Tomorrow'])
  expect(dayInWords('2026-12-01', now)).toMatch(/Dec/)
  expect(dayInWords('2031-05-04', now)).toMatch(/2031/)
  expect(dayInWords('no day', now)).toBe('no day')
})

test('[CDOC9] an emoji is found by its name and by other words for it, the exact word first', () => {
  expect(findEmoji('tada')[0]).toEqual({ sign: '🎉', name: 'party popper' })
  expect(findEmoji('rocket')[0]?.sign).toBe('🚀')
  expect(findEmoji('thumbs_up')[0]?.sign).toBe('👍')
  expect(findEmoji('no such thing')).toEqual([])
  expect(findEmoji('a').length).toBeLessThanOrEqual(40)
  for (const { sign, name } of findEmoji('e')) {
    expect(sign).toMatch(/^\P{ASCII}+$/u)
    expect(name).not.toBe('')
  }
})
