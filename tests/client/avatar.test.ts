import { expect, test } from 'vitest'
import { hueOf, initialsOf } from '../../client/src/ui/avatar.ts'

// biome-ignore format: the table is the specification
test.for([
  ['Anna Berg',          'AB'],
  ['anna maria berg',    'AB'],
  ['  Anna  ',           'A'],
  ['élodie ötzi',        'ÉÖ'],
  ['👩‍🚀 Astronaut',        '👩‍🚀A'],
  ['',                   ''],
] as const)('[CLIENT6] %s is shown as %s', ([name, initials]) => {
  expect(initialsOf(name)).toBe(initials)
})

test('[CLIENT6] a person has one of twelve colours, everywhere the same', () => {
  const hues = new Set(Array.from({ length: 500 }, (_, index) => hueOf(`person-${index}`)))
  expect(hues.size).toBe(12)
  expect(hueOf('person-1')).toBe(hueOf('person-1'))
})
