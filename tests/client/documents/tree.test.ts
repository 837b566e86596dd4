import { expect, test } from 'vitest'
import { positionIn } from '../../../client/src/documents/position.ts'
import { documentTree, type Place } from '../../../client/src/documents/tree.ts'
import type { DocumentRow } from '../../../client/src/rows.ts'

const row = (id: string, parent: string | null, position: string, space = 's'): DocumentRow => ({
  id,
  workspace_id: 'w',
  space_id: space,
  parent_id: parent,
  title: id,
  icon: null,
  position,
  created_by: null,
  created_at: '2026-03-03T10:00:00Z',
  updated_at: '2026-03-03T10:00:00Z',
  locked_at: null,
  locked_by: null,
  is_template: false,
})

/** a (b (c), d), e; in another space f. */
const rows = [
  row('e', null, 'a1'),
  row('d', 'a', 'a1'),
  row('b', 'a', 'a0'),
  row('c', 'b', 'a0'),
  row('a', null, 'a0'),
  row('f', null, 'a0', 't'),
]
const tree = documentTree(rows)

const drawn = (from: ReturnType<typeof documentTree>, expanded = (_: string) => true) =>
  from.visibleRows('s', expanded).map((line) => `${'-'.repeat(line.level - 1)}${line.document.id}`)
/** The tree after a move. */
const after = (id: string, place: Place | null) => {
  if (!place) return null
  const moved = rows.map((document) =>
    document.id === id
      ? { ...document, parent_id: place.parentId, space_id: place.spaceId, position: positionIn(place) ?? 'zz' }
      : document,
  )
  return drawn(documentTree(moved))
}

test('[CTREE1] a tree is drawn in order, closed branches left out', () => {
  expect(drawn(tree)).toEqual(['a', '-b', '--c', '-d', 'e'])
  expect(drawn(tree, (id) => id === 'a')).toEqual(['a', '-b', '-d', 'e'])
  expect(drawn(tree, () => false)).toEqual(['a', 'e'])
})

test('[CTREE1] a page whose parent is hidden stands at the top of its space', () => {
  expect(drawn(documentTree([row('c', 'hidden', 'a0')]))).toEqual(['c'])
  expect(drawn(documentTree([row('x', 'f', 'a0'), row('f', null, 'a0', 't')]))).toEqual(['x'])
})

// biome-ignore format: the table is the specification
test.for([
  ['d up',              () => after('d', tree.stepped('d', -1)),  ['a', '-d', '-b', '--c', 'e']],
  ['b down',            () => after('b', tree.stepped('b', 1)),   ['a', '-d', '-b', '--c', 'e']],
  ['the first up',      () => after('a', tree.stepped('a', -1)),  null],
  ['the last down',     () => after('e', tree.stepped('e', 1)),   null],
  ['e in',              () => after('e', tree.indented('e')),     ['a', '-b', '--c', '-d', '-e']],
  ['the first in',      () => after('a', tree.indented('a')),     null],
  ['c out',             () => after('c', tree.outdented('c')),    ['a', '-b', '-c', '-d', 'e']],
  ['the top out',       () => after('a', tree.outdented('a')),    null],
  ['e before d',        () => after('e', tree.place('e', rows[1] as DocumentRow, 'before')), ['a', '-b', '--c', '-e', '-d']],
  ['e after b',         () => after('e', tree.place('e', rows[2] as DocumentRow, 'after')),  ['a', '-b', '--c', '-e', '-d']],
  ['e into c',          () => after('e', tree.place('e', rows[3] as DocumentRow, 'inside')), ['a', '-b', '--c', '---e', '-d']],
  ['a into its own c',  () => after('a', tree.place('a', rows[3] as DocumentRow, 'inside')), null],
  ['a beside its own c',() => after('a', tree.place('a', rows[3] as DocumentRow, 'after')),  null],
  ['a onto itself',     () => after('a', tree.place('a', rows[4] as DocumentRow, 'inside')), null],
] as const)('[CTREE2] %s', ([, moved, expected]) => {
  expect(moved()).toEqual(expected)
})

test('[CTREE3] a page goes behind siblings that share a position', () => {
  const same = documentTree([row('a', null, 'a0'), row('b', null, 'a0'), row('c', null, 'a1'), row('x', null, 'a5')])
  const place = same.placeAt('x', 's', null, 1)
  const position = positionIn(place) ?? ''
  expect(position > 'a0' && position < 'a1').toBe(true)
})

test('[CTREE3] a position that no library made does not break the tree', () => {
  expect(positionIn(documentTree([row('a', null, '!')]).placeAt('x', 's', null, 9))).toBe(null)
})

test('[CTREE1] two pages moved into each other do not hang the client', () => {
  const knot = documentTree([row('a', 'b', 'a0'), row('b', 'a', 'a0')])
  expect(knot.ancestorsOf('a').map((document) => document.id)).toContain('b')
  expect(knot.familyOf('a').toSorted()).toEqual(['a', 'b'])
  expect(drawn(knot)).toEqual([])
})

test.for([3, 77, ...Array.from({ length: 20 }, () => Math.floor(Math.random() * 1e6))])(
  '[CTREE4] any moves keep every page exactly once (seed %i)',
  (seed) => {
    let state = seed
    const pick = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((state / 2_147_483_648) * below)
    }
    let documents = Array.from({ length: 12 }, (_, index) => row(`d${index}`, null, `a${String.fromCharCode(48 + (index % 10))}`))
    for (let step = 0; step < 60; step++) {
      const current = documentTree(documents)
      const moving = documents[pick(12)] as DocumentRow
      const target = documents[pick(12)] as DocumentRow
      const moves = [
        () => current.stepped(moving.id, 1),
        () => current.stepped(moving.id, -1),
        () => current.indented(moving.id),
        () => current.outdented(moving.id),
        () => current.place(moving.id, target, (['before', 'inside', 'after'] as const)[pick(3)] ?? 'inside'),
      ]
      const place = moves[pick(moves.length)]?.()
      if (place)
        documents = documents.map((document) =>
          document.id === moving.id ? { ...document, parent_id: place.parentId, position: positionIn(place) ?? 'zz' } : document,
        )
      const visible = documentTree(documents).visibleRows('s', () => true)
      expect(visible.map((line) => line.document.id).toSorted()).toEqual(documents.map((document) => document.id).toSorted())
    }
  },
)
