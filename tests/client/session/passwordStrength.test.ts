import { expect, test } from 'vitest'
import { strengthOf } from '../../../client/src/session/passwordStrength.ts'

// biome-ignore format: the table is the specification
test.for([
  ['',                          0],
  ['aaaaaaaaaaaaaaaa',          0],
  ['12345678',                  0],
  ['abcabcabcabc',              0],
  ['kitchen1',                  1],
  ['T7#qm!xP',                  2],
  ['seven boats',               2],
  ['four horses on a hill',     4],
] as const)('[CLIENT8] "%s" has strength %i', ([password, strength]) => {
  expect(strengthOf(password)).toBe(strength)
})

test('[CLIENT8] what everybody knows of a person makes his password no stronger', () => {
  const personal = ['Wilhelmina Oosterhuis', 'wilhelmina@example.com']
  expect(strengthOf('WilhelminaOosterhuis', personal)).toBeLessThan(strengthOf('WilhelminaOosterhuis'))
  expect(strengthOf('Oosterhuis1', personal)).toBe(0)
})
