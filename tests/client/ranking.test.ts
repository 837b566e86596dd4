import { expect, test } from 'vitest'
import { rank, ranked } from '../../client/src/shell/ranking.ts'

const entries = ['Launch plan', 'Plan', 'Budget plans 2027', 'Résumé', 'Explanation', 'Pixel art gallery now'].map((label) => ({ label }))
const found = (typed: string) => ranked(typed, entries, 10).map((entry) => entry.label)

test('[CLIENT5] the palette puts beginnings before words, and words before letters in order', () => {
  expect(found('plan')).toEqual(['Plan', 'Launch plan', 'Budget plans 2027', 'Explanation', 'Pixel art gallery now'])
})

test('[CLIENT5] the palette overlooks case, accents and spaces around', () => {
  expect(found('  RESUME ')).toEqual(['Résumé'])
})

test('[CLIENT5] letters that are not there find nothing', () => {
  expect(found('qqq')).toEqual([])
  expect(rank('plan', 'nalp')).toBe(0)
})
