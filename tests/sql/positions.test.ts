import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing'
import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'

const db = await createDatabase()
afterAll(() => db.drop())

const after = async (values: (string | null)[]) =>
  (
    await db.admin<{ next: string }[]>`
      select atrium_private.position_after(nullif(value, '')) as next
      from unnest(${values.map((value) => value ?? '')}::text[]) with ordinality as given (value, place) order by place`
  ).map(({ next }) => next)

// biome-ignore format: each is a border of the integer part
const BORDERS = [null, 'a0', 'az', 'aZ', 'b00', 'bzz', 'czzz', 'Zz', 'Zy', 'Yzz', 'Xzzz', 'Z0', 'a0V', 'a1G2', 'azzz', 'bzzV', 'A00000000000000000000000001', `y${'z'.repeat(25)}`]

test('[POS1] the key after another is the one that the npm package fractional-indexing makes', async () => {
  expect(await after(BORDERS)).toEqual(BORDERS.map((value) => generateKeyBetween(value, null)))
  const many = generateNKeysBetween(null, null, 4000)
  expect(await after(many)).toEqual(many.map((value) => generateKeyBetween(value, null)))
})

test('[POS2] a key between two is between them, and the package goes on from there', async () => {
  for (const [low, high] of [
    ['a0', 'a1'],
    ['a0', 'a0V'],
    ['a0', 'a00V'],
    ['Zz', 'a0'],
    ['a0', null],
    ['a1', 'a10000000V'],
  ] as const) {
    const [row] = await db.admin<{ between: string }[]>`select atrium_private.position_between(${low}, ${high}) as between`
    const between = row?.between ?? ''
    expect(between > low && (high === null || between < high)).toBe(true)
    expect(generateKeyBetween(low, between) < generateKeyBetween(between, high)).toBe(true)
  }
})

// biome-ignore format: one line
test.for(['', 'a', '0', '1a', 'a0 ', 'a00', 'b1', 'a-', 'aé', 'a0\n', `A${'0'.repeat(26)}`, `a0${'V'.repeat(200)}`, 'x'.repeat(10_000), "a0'; drop table x"])(
  '[POS3] %j is no position',
  async (value) => {
    await expect(db.admin`select atrium_private.valid_position(${value})`).rejects.toMatchObject({ code: 'PT422', detail: 'position_invalid' })
  },
)

test('[POS4] every key of the package is a position', async () => {
  let key: string | null = null
  const keys = [...BORDERS.filter((border) => border !== null), ...generateNKeysBetween(null, null, 500)]
  for (let step = 0; step < 200; step++) {
    key = generateKeyBetween('a0', key)
    keys.push(key)
  }
  const [row] = await db.admin`select count(atrium_private.valid_position(value))::int as count from unnest(${keys}::text[]) as value`
  expect(row?.count).toBe(keys.length)
})
