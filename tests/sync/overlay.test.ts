import { expect, test } from 'vitest'
import { type Mutation, overlay } from '../../client/src/sync/overlay.ts'

const list = '/rest/v1/documents?select=id,title&workspace_id=eq.w1&trashed_at=is.null'
const read = JSON.stringify([
  { id: 'a', title: 'Travel list' },
  { id: 'b', title: 'Menu' },
])
const page = (id: string, op: Mutation['op'], more: Partial<Mutation> = {}): Mutation => ({ entity: 'document', id, op, ...more })

// biome-ignore format: the table is the specification
test.for<[string, Mutation[], string[]]>([
  ['nothing',                     [],                                                                                    ['Travel list', 'Menu']],
  ['a new name',                  [page('a', 'change', { patch: { title: 'Packing list' } })],                           ['Packing list', 'Menu']],
  ['two names, one after the other', [page('a', 'change', { patch: { title: 'One' } }), page('a', 'change', { patch: { title: 'Two' } })], ['Two', 'Menu']],
  ['what goes',                   [page('b', 'delete')],                                                                 ['Travel list']],
  ['what is put away by a change', [page('b', 'change', { patch: { trashed_at: '2026-05-01' } })],                        ['Travel list']],
  ['what comes',                  [page('c', 'create', { row: { id: 'c', title: 'Tickets', workspace_id: 'w1' } })],     ['Travel list', 'Menu', 'Tickets']],
  ['what comes and is renamed',   [page('c', 'create', { row: { id: 'c', title: '' } }), page('c', 'change', { patch: { title: 'Tickets' } })], ['Travel list', 'Menu', 'Tickets']],
  ['what comes twice',            [page('b', 'create', { row: { id: 'b', title: 'Menu' } })],                            ['Travel list', 'Menu']],
  ['what comes elsewhere',        [page('c', 'create', { row: { id: 'c', title: 'Tickets', workspace_id: 'w2' } })],     ['Travel list', 'Menu']],
  ['what is no page',             [{ entity: 'favourite', id: 'a', op: 'delete' }],                                      ['Travel list', 'Menu']],
])('[OFF5] a list that was read before has %s', ([, mutations, titles]) => {
  const rows: { title: string }[] = JSON.parse(overlay(list, read, mutations))
  expect(rows.map(({ title }) => title)).toEqual(titles)
})
